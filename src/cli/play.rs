//! `play`: one session, told round by round.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tokio::runtime;

use crate::actors::spawn;
use crate::cli::failure::Failure;
use crate::cli::narration::narration;
use crate::cli::text::{terminal_width, wrap};
use crate::cli::{FileArgument, Settings, print};
use crate::config::load_experiment;
use crate::experiment::CellId;
use crate::negotiation::{SessionResult, Setting};
use crate::output::event_lines;
use crate::protocol::{Ending, Session};
use crate::report::rests_on;
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
    /// Print the events as JSON lines
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

/// Plays a session.
pub(super) fn play(arguments: &PlayArguments) -> Result<ExitCode, Failure> {
    let overrides = arguments.settings.overrides(None);
    let experiment = load_experiment(
        &arguments.file,
        &overrides,
        &arguments.settings.cited.reader(&arguments.file),
    )?;
    let one = OneSession {
        setting: Arc::new(experiment.scenario.setting),
        seeds: Seeds::new(experiment.seed),
        replication: Replication(arguments.replication),
    };
    let (session, result) = one.run()?;
    let text = if arguments.json {
        event_lines(&one.setting, CellId(0), &session, &result)
    } else {
        let whose = format!("seed {}", experiment.seed.0);
        one.told(&whose, &session, &result)
    };
    print(&text)?;
    Ok(exit_code(&result))
}

/// What a session deserves: whether it was forfeited.
pub(super) fn exit_code(result: &SessionResult) -> ExitCode {
    match result.ending {
        Ending::Forfeit { .. } => ExitCode::from(1),
        Ending::Agreement { .. } | Ending::Deadline { .. } | Ending::Walkout { .. } => {
            ExitCode::SUCCESS
        }
    }
}

/// One session that is to be told.
pub(super) struct OneSession {
    pub(super) setting: Arc<Setting>,
    pub(super) seeds: Seeds,
    pub(super) replication: Replication,
}

impl OneSession {
    /// Runs it.
    pub(super) fn run(&self) -> Result<(Session, SessionResult), Failure> {
        let runtime = runtime::Builder::new_current_thread()
            .build()
            .map_err(|it| Failure::could_not_finish(&it))?;
        let mut session_actor = spawn(runtime.handle(), &self.setting, 1);
        let mut ended = None;
        runtime
            .block_on(session_actor.negotiate(
                &self.seeds,
                [self.replication],
                |session, result| {
                    ended = Some((session, result));
                },
            ))
            .map_err(|it| Failure::could_not_finish(&it))?;
        Ok(ended.expect("a session that was run has ended"))
    }

    /// Tells it; `whose` says of which seed and cell it is.
    pub(super) fn told(&self, whose: &str, session: &Session, result: &SessionResult) -> String {
        let (setting, width) = (&self.setting, terminal_width());
        let rules = setting.rules();
        format!(
            "{}\nSession {} of {whose}, {} rounds of {}\n{}\n{}\n",
            setting.scenario().title,
            self.replication.0,
            rules.deadline_rounds,
            rules.protocol.name(),
            narration(setting, session, result, width),
            wrap(&rests_on(setting), width, 0),
        )
    }
}
