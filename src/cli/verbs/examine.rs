//! `examine`: a program in a party's place against each built-in strategy of the others.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use clap::Args;
use demarche_core::randomness::Seeds;

use crate::cli::arguments::{FileArgument, Settings, parse_count, party_named};
use crate::cli::failure::Failure;
use crate::cli::interactive::{Background, CtrlC};
use crate::cli::party_programs::PartyArguments;
use crate::cli::render::{count, counted, heading, render_examination, terminal_width};
use crate::cli::{hush_caught_panics, options, print, warn};
use crate::experiment::{Examination, Examined};

#[derive(Debug, Args)]
pub(crate) struct ExamineArguments {
    /// Scenario files; the party has the same name in each
    #[arg(value_name = "SCENARIO", required = true)]
    files: Vec<FileArgument>,
    #[command(flatten)]
    parties: PartyArguments,
    /// Sessions against each kind of others
    #[arg(
        long,
        value_name = "N",
        default_value = "200",
        value_parser = parse_count,
        allow_negative_numbers = true
    )]
    sessions: u64,
    /// Number of threads; by default one per core. Results do not depend on it
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    threads: Option<u64>,
    #[command(flatten)]
    settings: Settings,
}

/// Examines a program.
pub(crate) fn examine(arguments: &ExamineArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    hush_caught_panics();
    let recorded = arguments.parties.recorded()?;
    let mut parties = recorded.keys();
    let (Some(name), None) = (parties.next(), parties.next()) else {
        return Err(Failure::WrongInput(
            "name one program with --party PARTY=exec:COMMAND: it is examined in that party's place"
                .to_owned(),
        ));
    };
    let mut n_forfeits = 0;
    for file in &arguments.files {
        let experiment = arguments.settings.load(file)?;
        warn(&experiment.scenario);
        let setting = Arc::new(experiment.scenario.setting);
        let scenario = setting.scenario();
        let party = party_named(scenario, name)?;
        let seeds = Seeds::new(experiment.seed);
        let examination = Examination::new(&setting, seeds, party, arguments.sessions)
            .map_err(|it| Failure::WrongInput(it.to_string()))?;
        let (outside, _programs) = arguments.parties.start(scenario, ctrl_c)?;
        let n_sessions = counted(examination.n_sessions(), "session");
        let threads = options(arguments.threads, ctrl_c).threads;
        let interrupt = ctrl_c.interrupt().clone();
        let mut found = None;
        let work = move |steps: &SyncSender<Step>| {
            let ran = examination.run((outside, threads, &interrupt), |n_done| {
                // Nobody takes it after Ctrl-C.
                let _ = steps.send(Step::Done(n_done));
            });
            let _ = steps.send(Step::Ended(
                ran.map_err(|it| Failure::could_not_finish(&it))
                    .and_then(|it| it.ok_or(Failure::Interrupted)),
            ));
        };
        let mut n_done = 0;
        Background::new(ctrl_c).each(
            work,
            |_| format!("examining: {n_sessions} in all"),
            |step| {
                match step {
                    Step::Done(n) => n_done = n,
                    Step::Ended(it) => found = Some(it?),
                }
                Ok(())
            },
        )?;
        let examined = found.expect("work that has ended has a result");
        n_forfeits += examined.candidates[0].overall.n_forfeits;
        let title = format!(
            "{}\n{} sessions in all, seed {}",
            heading(&scenario.title),
            count(n_done),
            experiment.seed.0
        );
        let label = &scenario.party(party).label;
        let rendered = render_examination(&examined, label, terminal_width());
        print(&format!("{title}\n\n{rendered}\n"))?;
    }
    Ok(if n_forfeits == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// How far an examination is.
enum Step {
    Done(u64),
    Ended(Result<Examined, Failure>),
}
