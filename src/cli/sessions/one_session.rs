//! One session, to be narrated.

use std::process::ExitCode;
use std::sync::Arc;

use demarche_core::negotiation::{SessionResult, Setting};
use demarche_core::protocol::{Ending, Session};
use demarche_core::randomness::{Replication, Seeds};
use tokio::runtime::{self, Runtime};

use crate::actors::{OutsideParties, SessionActor, spawn_with};
use crate::cli::failure::Failure;
use crate::cli::render::{heading, narration, terminal_width, wrap};
use crate::report::rests_on;

/// What a session deserves: whether it was forfeited.
pub(crate) fn exit_code(result: &SessionResult) -> ExitCode {
    match result.ending {
        Ending::Forfeit { .. } => ExitCode::from(1),
        Ending::Agreement { .. } | Ending::Deadline { .. } | Ending::Walkout { .. } => {
            ExitCode::SUCCESS
        }
    }
}

/// One session, to be narrated.
pub(crate) struct OneSession {
    pub(crate) setting: Arc<Setting>,
    pub(crate) seeds: Seeds,
    pub(crate) replication: Replication,
    /// Who answers for parties from outside.
    pub(crate) outside: OutsideParties,
}

impl OneSession {
    /// Runs it.
    pub(crate) fn run(&self) -> Result<(Session, SessionResult), Failure> {
        let runtime = one_thread()?;
        let outside = self.outside.start();
        let session_actor = spawn_with(runtime.handle(), &self.setting, 1, (&outside, 0));
        self.run_on(&runtime, session_actor)
    }

    /// Runs it with an actor that is there.
    pub(crate) fn run_on(
        &self,
        runtime: &Runtime,
        mut session_actor: SessionActor,
    ) -> Result<(Session, SessionResult), Failure> {
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
    pub(crate) fn render(&self, whose: &str, session: &Session, result: &SessionResult) -> String {
        let width = terminal_width();
        format!(
            "{}{}\n{}",
            self.head(whose),
            narration(&self.setting, session, result, width),
            self.foot(width),
        )
    }

    pub(crate) fn head(&self, whose: &str) -> String {
        let (setting, width) = (&self.setting, terminal_width());
        let rules = setting.rules();
        let line = format!(
            "Session {} of {whose}, {} rounds of {}",
            self.replication.0,
            rules.deadline_rounds,
            rules.protocol.name(),
        );
        format!(
            "{}\n{}\n",
            heading(&wrap(&setting.scenario().title, width, 0)),
            wrap(&line, width, 0)
        )
    }

    pub(crate) fn foot(&self, width: usize) -> String {
        format!("{}\n", wrap(&rests_on(&self.setting), width, 0))
    }
}

/// Where the actors of one session live.
pub(crate) fn one_thread() -> Result<Runtime, Failure> {
    runtime::Builder::new_current_thread()
        .build()
        .map_err(|it| Failure::could_not_finish(&it))
}
