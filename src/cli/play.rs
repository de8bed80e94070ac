//! `play`: one session, told round by round.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tokio::runtime;

use crate::actors::assemble;
use crate::cli::failure::Failure;
use crate::cli::narration::narration;
use crate::cli::summary::rests_on;
use crate::cli::text::{terminal_width, wrap};
use crate::cli::{FileArgument, Settings, print, read_file};
use crate::config::load_experiment;
use crate::negotiation::{SessionResult, Setting};
use crate::protocol::{Ending, Session};
use crate::seeds::{Replication, Seeds};

#[derive(Debug, Args)]
pub(super) struct PlayArguments {
    /// A scenario's file, or an experiment's
    #[arg(value_name = "SCENARIO")]
    file: FileArgument,
    /// Which session: its number in a batch with the same seed
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    replication: u64,
    #[command(flatten)]
    settings: Settings,
}

/// Plays a session.
pub(super) fn play(arguments: &PlayArguments) -> Result<ExitCode, Failure> {
    let overrides = arguments.settings.overrides(None);
    let experiment = load_experiment(&arguments.file, &overrides, &read_file)?;
    let setting = Arc::new(experiment.scenario.setting);
    let seeds = Seeds::new(experiment.seed);
    let (session, result) = run_one(&setting, &seeds, Replication(arguments.replication))?;
    let width = terminal_width();
    print(&format!(
        "{}\nSession {} of seed {}, {} rounds of {}\n{}\n{}\n",
        setting.scenario().title,
        arguments.replication,
        experiment.seed.0,
        setting.rules().deadline_rounds,
        setting.rules().protocol.name(),
        narration(&setting, &session, &result, width),
        wrap(&rests_on(&setting), width, 0),
    ))?;
    Ok(match result.ending {
        Ending::Forfeit { .. } => ExitCode::from(1),
        Ending::Agreement { .. } | Ending::Deadline { .. } | Ending::Walkout { .. } => {
            ExitCode::SUCCESS
        }
    })
}

fn run_one(
    setting: &Arc<Setting>,
    seeds: &Seeds,
    replication: Replication,
) -> Result<(Session, SessionResult), Failure> {
    let runtime = runtime::Builder::new_current_thread()
        .build()
        .map_err(|it| Failure::could_not_finish(&it))?;
    let (mut session_actor, parties) = assemble(setting, 1);
    for party in parties {
        runtime.spawn(party.run());
    }
    let mut ended = None;
    runtime
        .block_on(
            session_actor.negotiate(seeds, [replication], |session, result| {
                ended = Some((session, result));
            }),
        )
        .map_err(|it| Failure::could_not_finish(&it))?;
    Ok(ended.expect("a session that was run has ended"))
}
