//! `play`: one session, narrated round by round; a person may sit in the session for a party.

use std::io::{BufReader, IsTerminal as _};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use demarche_core::domain::PartyId;
use demarche_core::randomness::{Replication, Seeds};

use crate::actors::{assemble, question_channel};
use crate::cli::arguments::{FileArgument, Settings, party_named};
use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, Echo, InteractivePlayer};
use crate::cli::party_programs::PartyArguments;
use crate::cli::render::{describe_ending, describe_gains, terminal_width};
use crate::cli::sessions::{OneSession, exit_code, one_thread};
use crate::cli::{print, print_data};
use crate::experiment::CellId;
use crate::tables::event_lines;

#[derive(Debug, Args)]
pub(crate) struct PlayArguments {
    /// A scenario or experiment file
    #[arg(value_name = "SCENARIO")]
    file: FileArgument,
    /// The session, by its replication in a batch with the same seed
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    replication: u64,
    /// Play this party interactively: you decide at each of its turns and see what it sees
    #[arg(long = "as", value_name = "PARTY", conflicts_with_all = ["json", "parties"])]
    party: Option<String>,
    /// Print the events as JSON lines
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    parties: PartyArguments,
    #[command(flatten)]
    settings: Settings,
}

/// Plays a session.
pub(crate) fn play(arguments: &PlayArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    let experiment = arguments.settings.load(&arguments.file)?;
    let setting = experiment.scenario.setting;
    arguments.parties.recorded()?;
    let (outside, _programs) = arguments.parties.start(setting.scenario(), ctrl_c)?;
    let one = OneSession {
        setting: Arc::new(setting.with_outside(outside.parties())),
        seeds: Seeds::new(experiment.seed),
        replication: Replication(arguments.replication),
        outside,
    };
    let whose = format!("seed {}", experiment.seed.0);
    if let Some(name) = &arguments.party {
        let me = party_named(one.setting.scenario(), name)?;
        ctrl_c.set_last_words("\ninterrupted: the session is not finished");
        return one.sit_down(&whose, me);
    }
    let (session, result) = one.run()?;
    if arguments.json {
        print_data(&event_lines(&one.setting, CellId(0), &session, &result))?;
    } else {
        print(&one.render(&whose, &session, &result))?;
    }
    Ok(exit_code(&result))
}

impl OneSession {
    /// Runs it with a person in the session and narrates it as it proceeds; the rest follows at its
    /// end.
    fn sit_down(&self, whose: &str, me: PartyId) -> Result<ExitCode, Failure> {
        let runtime = one_thread()?;
        let (session_actor, parties) = assemble(&self.setting, 1);
        let (questions, asked) = question_channel();
        for (id, party) in self.setting.scenario().party_ids().zip(parties) {
            runtime.spawn(if id == me {
                party.answered_by(questions.clone()).run()
            } else {
                party.run()
            });
        }
        drop(questions);
        print(&self.head(whose))?;
        let stdin = std::io::stdin();
        let echo = if stdin.is_terminal() {
            Echo::Off
        } else {
            Echo::On
        };
        let (setting, width) = (Arc::clone(&self.setting), terminal_width());
        let input = BufReader::new(stdin);
        let player =
            runtime.spawn(InteractivePlayer::new(setting, me, input, echo, width).run(asked));
        let ended = self.run_on(&runtime, session_actor);
        // Without the session actor all parties leave, and so does whoever asks her.
        let mut narrator = runtime
            .block_on(player)
            .map_err(|it| Failure::could_not_finish(&it))??;
        let (session, result) = ended?;
        let mut text = String::new();
        let rest = &session.events()[narrator.n_seen()..];
        narrator.describe(&mut text, &self.setting, rest);
        describe_ending(&mut text, self.setting.scenario(), &result.ending, width);
        describe_gains(&mut text, &self.setting, &result, Some(me), width);
        let foot = self.foot(width);
        print(&format!("{text}\n{foot}"))?;
        Ok(exit_code(&result))
    }
}
