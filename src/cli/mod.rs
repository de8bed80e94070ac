//! The command line: arguments, dispatch, exit codes. The only place with a terminal.

mod argument_tips;
mod arguments;
pub mod embedding;
mod engines;
mod exploration;
mod failure;
mod failure_report;
mod files;
mod interactive;
mod party_programs;
mod program;
mod questions;
mod render;
mod runs;
mod scaffold;
mod sessions;
mod shards;
mod synonyms;
mod verbs;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::panic;
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use clap::{Command, CommandFactory, Parser, Subcommand, ValueEnum};
use demarche_core::negotiation::is_panic_caught;

use crate::cli::argument_tips::with_tips;
use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, Rendered, message, print, print_data};
use crate::cli::synonyms::verb_instead_of;
use crate::cli::verbs::{
    analyze, batch_sweep, check, compare, describe, dist, examine, explain, explore, interchange,
    list_runs, merge, missing, new, open, plan, play, replay, report, shard, studies, verify,
    weigh,
};
use crate::config::{LoadedScenario, experiment_schema, plan_schema, scenario_schema};
use crate::outside::party_lines_schema;
use crate::run::RunOptions;

/// Simulates negotiations between parties with private preferences.
///
/// A scenario defines the parties, the issues and the origin of every number; demarche simulates it
/// thousands of times and reports how often there is a deal, which one, and who blocks it. Results
/// follow from stated assumptions and are not forecasts.
#[derive(Debug, Parser)]
#[command(name = "demarche", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 could not finish, had forfeits, a claim does not hold, a replay or a table differs; 2 wrong input; 3 shards are missing, damaged or of another run; 75 another process is running the shard, or its parent ended; 130 interrupted";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a scenario file to start from, by questions or from a template
    ///
    /// The file is valid at once: each part says in a comment what it is and what to change, and all
    /// its numbers are marked as assumed. Without --template, a few questions are asked.
    New(new::NewArguments),
    /// Run many sessions of one scenario and write tables
    Batch(batch_sweep::RunArguments),
    /// Run many sessions for each of several values of the scenario's numbers
    Sweep(batch_sweep::SweepArguments),
    /// Cut a run or a study into shards that other programs distribute
    ///
    /// Writes a folder with one file, plan.json, which contains all that a shard is made from: a
    /// machine needs this file and the program. `demarche shard` runs one shard into the folder,
    /// `demarche missing` lists those that are missing, and `demarche merge` combines all of them. Without
    /// the name of a study, it is a batch or, if the experiment has a [sweep], a sweep.
    Plan(plan::PlanArguments),
    /// Run one shard of a plan
    ///
    /// A complete shard is left as it is, an interrupted one is resumed, so the same command can be
    /// repeated until it succeeds. The shard ends itself if the process that started it dies.
    Shard(shard::ShardArguments),
    /// List the shards of a plan that are not complete, such as 3,7-9
    ///
    /// Of an experiment with `until`, those that are needed next, as far as the complete ones tell:
    /// none once `demarche merge` has enough.
    Missing(missing::MissingArguments),
    /// Combine shards into one run or study, identical to one without shards
    Merge(merge::MergeArguments),
    /// Have an engine run the shards of a run: Slurm or Dask
    Dist(dist::DistArguments),
    /// Study which numbers, sources and assumptions the result depends on
    Sensitivity(studies::SensitivityArguments),
    /// Search for the smallest change of a number that changes the result
    Flip(studies::FlipArguments),
    /// Weigh plans: who would accept them, and what would have to change
    ///
    /// A plan names options for some or all issues. For each plan, over many draws of all
    /// preferences: how often each party and all whose consent is needed would accept it, what they
    /// gain over no deal, which single change wins most, and the nearest amendments that all accept.
    /// No sessions are run. Of an experiment with a `[sweep]`, plans are weighed in every cell.
    Weigh(weigh::WeighArguments),
    /// Try other forms of the model: how far the result depends on rounds, strategies and rules
    ///
    /// The same preferences are drawn under each form: other numbers of rounds, one strategy for
    /// all, other acceptance conditions and protocols, consent of all, another order of the
    /// parties, another count of time. An experiment can name its own in [robustness].
    Robustness(studies::RobustnessArguments),
    /// Write the page of a run: charts, deals, and the source of every number
    ///
    /// Batches, sweeps and studies write it automatically. The page is a single file that needs no
    /// network; its charts are also in figures/.
    Report(report::ReportArguments),
    /// Open the page of a run in the browser
    ///
    /// Prints where the page is, and makes it before if the run has none.
    Open(open::OpenArguments),
    /// List the runs of a folder with their results, the newest first
    ///
    /// Reads their manifests only: result, number of sessions, age, state (complete, interrupted, under
    /// way, damaged), and the command with its settings.
    Runs(list_runs::RunsArguments),
    /// Check that the tables of a run are unchanged
    ///
    /// The manifest records the length and the SHA-256 of every table; verify reads all tables. If
    /// one is missing or differs, it is listed and the exit code is 1. The page, its figures and
    /// ro-crate-metadata.json are derived and are not checked.
    Verify(verify::VerifyArguments),
    /// Compare two runs: deals, figures, options and inputs
    ///
    /// With common random numbers, sessions are compared in pairs, which detects small differences.
    /// Differences are the second run minus the first.
    Compare(compare::CompareArguments),
    /// Run one session and print it round by round
    Play(play::PlayArguments),
    /// Replay one session of a run from its manifest and compare it with the run's tables
    Replay(replay::ReplayArguments),
    /// Examine a program that answers for a party: against each built-in strategy of the others
    ///
    /// The program and each built-in strategy take the party's place in turn, on common random numbers:
    /// how often there is a deal, what the party gains, how far deals are from the Pareto frontier and the
    /// Nash point, how often the rules were broken, and a league table.
    Examine(examine::ExamineArguments),
    /// Explain why a session of a run ended as it did, or why sessions ended without a deal
    ///
    /// For one session: rejections, the nearest acceptable outcome and missing concessions, or what
    /// produced the deal. For many sessions: the causes, most frequent first, and the single change
    /// that would most often have made a proposal acceptable.
    Explain(explain::ExplainArguments),
    /// Write a page on which a scenario's numbers can be moved, with results at once
    ///
    /// The page is a single file with the simulator in it, and needs no network: it runs sessions in
    /// the browser after every change and compares them with the unmoved scenario, session by
    /// session with common random numbers. Its tables equal those of `demarche batch` with the
    /// settings that the page shows.
    Explore(explore::ExploreArguments),
    /// Compute the Pareto frontier and the bargaining solutions of a scenario
    Analyze(analyze::AnalyzeArguments),
    /// Check a file and measure how often a scenario's claims hold
    Check(check::CheckArguments),
    /// Describe a scenario as journals ask for it: an ODD document in Markdown
    ///
    /// Purpose, entities, processes, design concepts, initial values, input and submodels, as far as
    /// the scenario and the program's method say; what its author has to write is marked. Of a
    /// scenario that extends another, only what differs (a delta ODD).
    Describe(describe::DescribeArguments),
    /// Convert another tool's files to a scenario file
    ///
    /// Reads GENIUS XML, GeniusWeb and NegMAS profiles and scenarios as JSON; the format is
    /// recognized by content. Whatever cannot be imported is reported and listed at the top of the
    /// new file.
    Import(interchange::ImportArguments),
    /// Write a scenario's issues and preferences for another tool
    ///
    /// Uncertain numbers are written as their medians; whatever has no counterpart in the tool is
    /// reported.
    Export(interchange::ExportArguments),
    /// Print the JSON Schema of a kind of file, or of the lines of a party's program
    Schema {
        /// Which kind
        #[arg(value_enum, default_value = "scenario")]
        kind: SchemaKind,
    },
    /// Print a completion script for a shell
    Completions {
        /// For which shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man {
        /// A verb, such as `batch` or `dist slurm`, instead of the whole program
        verb: Vec<String>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SchemaKind {
    /// Scenarios: parties, issues, preferences and protocol
    Scenario,
    /// Experiments: a scenario, the number of sessions and the seed
    Experiment,
    /// Plans: options for some or all issues of a scenario
    Plan,
    /// The lines to and from a program that answers for a party
    PartyLines,
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    run_with(std::env::args_os().collect())
}

/// Runs the command line with these arguments, of which the first is the program's name.
fn run_with(arguments: Vec<OsString>) -> ExitCode {
    let res = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => dispatch(arguments.verb),
        Err(error) => help_or_error(&with_tips(error, &Arguments::command())),
    };
    match res {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn dispatch(verb: Verb) -> Result<ExitCode, Failure> {
    let ctrl_c = CtrlC::listen();
    match verb {
        Verb::New(it) => new::new(&it),
        Verb::Batch(it) => batch_sweep::batch(&it, &ctrl_c),
        Verb::Sweep(it) => batch_sweep::sweep(&it, &ctrl_c),
        Verb::Plan(it) => plan::plan(&it, &ctrl_c),
        Verb::Shard(it) => shard::shard(&it, &ctrl_c),
        Verb::Missing(it) => missing::missing(&it),
        Verb::Merge(it) => merge::merge(&it, &ctrl_c),
        Verb::Dist(it) => dist::dist(&it, &ctrl_c),
        Verb::Sensitivity(it) => studies::study(&it, &ctrl_c),
        Verb::Flip(it) => studies::study(&it, &ctrl_c),
        Verb::Weigh(it) => weigh::weigh(&it, &ctrl_c),
        Verb::Robustness(it) => studies::study(&it, &ctrl_c),
        Verb::Report(it) => report::report(&it),
        Verb::Open(it) => open::open(&it),
        Verb::Runs(it) => list_runs::list_runs(&it),
        Verb::Verify(it) => verify::verify(&it),
        Verb::Compare(it) => compare::compare(&it),
        Verb::Play(it) => play::play(&it, &ctrl_c),
        Verb::Replay(it) => replay::replay(&it),
        Verb::Examine(it) => examine::examine(&it, &ctrl_c),
        Verb::Explain(it) => explain::explain(&it, &ctrl_c),
        Verb::Explore(it) => explore::explore(&it),
        Verb::Analyze(it) => analyze::analyze(&it, &ctrl_c),
        Verb::Check(it) => check::check(&it, &ctrl_c),
        Verb::Describe(it) => describe::describe(&it),
        Verb::Import(it) => interchange::import(&it),
        Verb::Export(it) => interchange::export(&it),
        Verb::Schema { kind } => schema(kind),
        Verb::Completions { shell } => completions(shell),
        Verb::Man { verb } => manual(&verb),
    }
}

/// Prints help or the version, or what is wrong with the arguments.
fn help_or_error(error: &clap::Error) -> Result<ExitCode, Failure> {
    let word = error.get(ContextKind::InvalidSubcommand);
    let hint = word.and_then(|it| verb_instead_of(&it.to_string()));
    let hinted = word.zip(hint).map(|(word, hint)| {
        let message = format!("there is no command `{word}`: {hint}");
        Arguments::command().error(ErrorKind::InvalidSubcommand, message)
    });
    let text = hinted.as_ref().unwrap_or(error).render();
    let plain = text.to_string();
    // Control sequences in an argument that is quoted would pass for styles.
    let has_sequences = std::env::args_os().any(|it| it.to_string_lossy().contains('\u{1b}'));
    let rendered = Rendered {
        styled: if has_sequences {
            plain.clone()
        } else {
            text.ansi().to_string()
        },
        plain,
    };
    if error.use_stderr() {
        rendered.print_to_stderr();
        Ok(ExitCode::from(2))
    } else {
        rendered.print()?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The message when a run is stopped while it does not poll the interrupt.
const LEFT_AT_ONCE: &str = "\nstopped immediately; continue the run with --resume";

/// Maximum number of threads.
const THREADS_MAX: u64 = 1024;

/// Execution options: the given number of threads, or one per core.
fn options(threads: Option<u64>, ctrl_c: &CtrlC) -> RunOptions {
    let default = RunOptions::default();
    let threads = threads.unwrap_or(default.threads as u64).min(THREADS_MAX);
    RunOptions {
        threads: usize::try_from(threads).expect("few"),
        interrupt: ctrl_c.interrupt().clone(),
        ..default
    }
}

/// Keeps panics of strategies off the terminal: they are counted as forfeits, and reported once.
fn hush_caught_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |it| {
        if !is_panic_caught() {
            usual(it);
        }
    }));
}

/// Prints the warnings of a scenario.
fn warn(scenario: &LoadedScenario) {
    for it in scenario.warnings() {
        message(&format!("warning: {it}"));
    }
}

fn schema(kind: SchemaKind) -> Result<ExitCode, Failure> {
    let schema = match kind {
        SchemaKind::Scenario => scenario_schema(),
        SchemaKind::Experiment => experiment_schema(),
        SchemaKind::Plan => plan_schema(),
        SchemaKind::PartyLines => party_lines_schema(),
    };
    print_data(&format!("{schema:#}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn completions(shell: clap_complete::Shell) -> Result<ExitCode, Failure> {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "demarche", &mut bytes);
    print_data(&String::from_utf8_lossy(&bytes))?;
    Ok(ExitCode::SUCCESS)
}

fn manual(verb: &[String]) -> Result<ExitCode, Failure> {
    let mut command = Arguments::command();
    command.build();
    for word in verb {
        command = command
            .find_subcommand(word)
            .cloned()
            .ok_or_else(|| Failure::WrongInput(format!("there is no verb `{}`", verb.join(" "))))?;
    }
    let mut bytes = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut bytes)
        .map_err(|error| Failure::CouldNotFinish(error.to_string()))?;
    print_data(&String::from_utf8_lossy(&bytes))?;
    Ok(ExitCode::SUCCESS)
}

/// The help of every verb, for the reference page.
pub fn reference() -> String {
    let mut command = Arguments::command().term_width(100);
    command.build();
    let mut res = format!("{}\n", command.render_long_help());
    push_helps(&mut command, &mut res);
    res
}

/// Adds the help of what is below a command.
fn push_helps(command: &mut Command, res: &mut String) {
    for below in command.get_subcommands_mut() {
        if below.get_name() != "help" {
            let _ = write!(
                res,
                "\n{}\n\n{}\n",
                "-".repeat(80),
                below.render_long_help()
            );
            push_helps(below, res);
        }
    }
}
