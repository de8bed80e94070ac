//! `batch` and `sweep`: many sessions, of one cell or of many, and their tables.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::arguments::{
    ContentArguments, ExecutionArguments, FileArgument, OutputArguments, Settings,
};
use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, RunObserver};
use crate::cli::party_programs::PartyArguments;
use crate::cli::render::{planned, shell_word};
use crate::cli::runs::{conclude, in_new_folder, resumable_run, run_failure, spec_failure, way_on};
use crate::cli::{LEFT_AT_ONCE, hush_caught_panics, message, options, print};
use crate::experiment::Shard;
use crate::run::{Observer, RunOptions, RunRequest, RunSpec, RunVerb, execute, resume};

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// An experiment or scenario file
    #[arg(value_name = "EXPERIMENT", required_unless_present = "resume")]
    file: Option<FileArgument>,
    #[command(flatten)]
    content: ContentArguments,
    /// Resume the interrupted run in this folder; the results are identical to those of an
    /// uninterrupted run. `latest` is the newest run in runs/
    #[arg(long, value_name = "RUN", conflicts_with_all = WHAT_A_RUN_KNOWS)]
    resume: Option<PathBuf>,
    /// Run one of several shards, such as 3/64; `demarche merge` combines them
    #[arg(long, value_name = "NUMBER/OF")]
    shard: Option<Shard>,
    #[command(flatten)]
    execution: ExecutionArguments,
    #[command(flatten)]
    parties: PartyArguments,
    #[command(flatten)]
    output: OutputArguments,
    #[command(flatten)]
    settings: Settings,
}

/// Arguments that a resumed run takes from its journal.
const WHAT_A_RUN_KNOWS: [&str; 12] = [
    "file",
    "sessions",
    "out",
    "tables",
    "transcripts",
    "distances",
    "draws",
    "excel",
    "format",
    "shard",
    "set",
    "seed",
];

#[derive(Debug, Args)]
pub(crate) struct SweepArguments {
    #[command(flatten)]
    run: RunArguments,
    /// Print the cells and the number of sessions without running them
    #[arg(long, conflicts_with = "resume")]
    dry_run: bool,
}

impl RunArguments {
    /// The request; for a pipe, with its content.
    fn request(&self, verb: RunVerb) -> Result<RunRequest, Failure> {
        let file = self.file.as_deref();
        let file = file.expect("a new run has a file");
        let request =
            (self.content).request(verb, file, &self.execution.formats, &self.settings)?;
        Ok(RunRequest {
            shard: self.shard.map(|it| it.to_string()),
            outside: self.parties.recorded()?,
            ..request
        })
    }
}

/// Runs a batch.
pub(crate) fn batch(arguments: &RunArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    begin_or_resume(RunVerb::Batch, arguments, ctrl_c)
}

/// Runs a sweep.
pub(crate) fn sweep(arguments: &SweepArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    let run = &arguments.run;
    if arguments.dry_run {
        let mut observer = RunObserver::new(ctrl_c, LEFT_AT_ONCE, run.output.quiet);
        let spec = load(RunVerb::Sweep, run, &mut observer)?;
        let is_most = spec.until().is_some();
        let n_sessions = spec.part().n_sessions();
        print(&planned(spec.parameters(), n_sessions, is_most))?;
        return Ok(ExitCode::SUCCESS);
    }
    begin_or_resume(RunVerb::Sweep, run, ctrl_c)
}

fn load(
    verb: RunVerb,
    arguments: &RunArguments,
    observer: &mut dyn Observer,
) -> Result<RunSpec, Failure> {
    let request = arguments.request(verb)?;
    let read_file = arguments.settings.cited.reader(request.experiment.as_ref());
    let spec = RunSpec::load(request, &read_file, observer);
    spec.map_err(|it| spec_failure(it, verb.name()))
}

fn begin_or_resume(
    verb: RunVerb,
    arguments: &RunArguments,
    ctrl_c: &CtrlC,
) -> Result<ExitCode, Failure> {
    hush_caught_panics();
    let mut observer = RunObserver::new(ctrl_c, LEFT_AT_ONCE, arguments.output.quiet);
    if let Some(run) = &arguments.resume {
        return go_on(verb, run, arguments, ctrl_c, &mut observer);
    }
    let spec = load(verb, arguments, &mut observer)?;
    if spec.has_study() && !arguments.output.quiet {
        let file = shell_word(&spec.request().experiment);
        message(&format!(
            "note: the [sensitivity] of {file} is not part of this {verb}; `demarche sensitivity \
             {file}` runs it"
        ));
    }
    begin(&spec, arguments, ctrl_c, &mut observer)
}

/// Runs a new run.
fn begin(
    spec: &RunSpec,
    arguments: &RunArguments,
    ctrl_c: &CtrlC,
    observer: &mut RunObserver<'_>,
) -> Result<ExitCode, Failure> {
    let (outside, _programs) = arguments.parties.start(spec.setting().scenario(), ctrl_c)?;
    // Whoever sees the folder can interrupt what fills it.
    observer.ask_first();
    let options = RunOptions {
        outside,
        ..options(arguments.execution.threads, ctrl_c)
    };
    let finished = in_new_folder(arguments.output.out.as_deref(), spec.name(), |folder| {
        execute(spec, folder, &options, observer)
    });
    let finished = finished.map_err(|it| run_failure(&it, spec.request()))?;
    conclude(
        spec,
        &finished,
        !arguments.output.no_report,
        arguments.output.quiet,
    )
}

/// Resumes an interrupted run.
fn go_on(
    verb: RunVerb,
    run: &Path,
    arguments: &RunArguments,
    ctrl_c: &CtrlC,
    observer: &mut RunObserver<'_>,
) -> Result<ExitCode, Failure> {
    let files_below = arguments.settings.cited.files_below.as_deref();
    let Some(run) = resumable_run(verb, run, files_below, arguments.output.quiet, observer)? else {
        return Ok(ExitCode::SUCCESS);
    };
    let request = run.spec().request().clone();
    check_same_parties(&request, run.folder(), &arguments.parties)?;
    let (outside, _programs) =
        (arguments.parties).start(run.spec().setting().scenario(), ctrl_c)?;
    let options = RunOptions {
        outside,
        ..options(arguments.execution.threads, ctrl_c)
    };
    // What is there is read first, and nothing is lost by leaving that: Ctrl-C does not ask yet.
    let finished = resume(run, &options, observer);
    let (spec, finished) = finished.map_err(|it| run_failure(&it, &request))?;
    conclude(
        &spec,
        &finished,
        !arguments.output.no_report,
        arguments.output.quiet,
    )
}

/// Refuses other programs than those that answered when the run began: it is never its folder that says
/// which programs are run.
fn check_same_parties(
    request: &RunRequest,
    folder: &Path,
    parties: &PartyArguments,
) -> Result<(), Failure> {
    if parties.recorded()? == request.outside {
        return Ok(());
    }
    Err(Failure::WrongInput(format!(
        "other programs answered for parties when the run in {} began; {}",
        folder.display(),
        way_on(request, folder)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::experiment::{Cell, Plan};
    use crate::run::Manifest;
    use demarche_core::domain::{Outcome, Utility};
    use demarche_core::negotiation::Setting;
    use demarche_core::search::Audiences;
    use demarche_core::strategy::{LowestOffer, OfferingKind, OfferingRule, Turn};

    /// A strategy whose code panics in about half of all sessions.
    #[derive(Debug)]
    struct Broken;

    static BROKEN: OfferingKind = OfferingKind {
        name: "broken",
        about: "for tests",
        parameters: &[],
        audiences: Audiences::Alike,
        lowest_offer: LowestOffer::Any,
        start: |_, _| Box::new(Broken),
    };

    impl OfferingRule for Broken {
        fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
            turn.situation.best_utility
        }

        fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
            assert!(turn.stream.uniform() < 0.9, "the strategy is broken");
            turn.search.best()
        }
    }

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        run: RunArguments,
    }

    #[test]
    fn a_run_with_a_broken_strategy_has_all_rows_and_says_that_it_had_forfeits() {
        let folder = tempfile::TempDir::new().unwrap();
        let out = folder.path().join("run");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = root.join("configs/scenarios/two-villages.toml");
        let line = [
            "run",
            file.to_str().unwrap(),
            "--sessions",
            "300",
            "--quiet",
            "--out",
            out.to_str().unwrap(),
        ];
        let arguments = <Line as clap::Parser>::parse_from(line).run;
        let mut spec = load(RunVerb::Batch, &arguments, &mut ()).unwrap();
        let Cell {
            setting: was,
            seeds,
        } = &spec.plan.cells()[0];
        let scenario = was.scenario().clone();
        let strategies = scenario.party_ids().map(|it| was.strategies(it).to_vec());
        let mut strategies: Vec<_> = strategies.collect();
        for it in &mut strategies[1] {
            it.offering = &BROKEN;
            it.offering_numbers.clear();
        }
        let protocol = was.rules().protocol.clone();
        let setting = Setting::new(scenario, protocol, 10, strategies).unwrap();
        let (setting, seeds) = (Arc::new(setting), *seeds);
        spec.plan = Plan::new(vec![Cell { setting, seeds }], 300).unwrap();
        let ctrl_c = CtrlC::default();
        let mut observer = RunObserver::new(&ctrl_c, LEFT_AT_ONCE, true);
        let ended = begin(&spec, &arguments, &ctrl_c, &mut observer);
        assert_eq!(ended.unwrap(), ExitCode::from(1));
        assert!(out.join("report.html").exists());
        let manifest = std::fs::read_to_string(out.join("manifest.json")).unwrap();
        let counts = &Manifest::from_json(&manifest).unwrap().counts;
        assert_eq!(counts.sessions, 300);
        assert!((30..270).contains(&counts.forfeit), "{counts:?}");
        let sessions = std::fs::read_to_string(out.join("sessions.csv")).unwrap();
        let forfeited = |it: &&str| it.contains(",forfeit,") && it.contains(",lower,");
        assert_eq!(
            sessions.lines().filter(forfeited).count() as u64,
            counts.forfeit
        );
        assert_eq!(sessions.lines().count(), 301);
    }
}
