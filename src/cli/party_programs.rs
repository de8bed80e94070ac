//! The programs that answer for parties, as arguments name them: started before a run, ended after it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use demarche_core::domain::Scenario;

use crate::actors::OutsideParties;
use crate::cli::arguments::party_named;
use crate::cli::failure::Failure;
use crate::cli::interactive::CtrlC;
use crate::outside::{PartyCommand, PartyProgram, ProgramLimits};

#[derive(Debug, Args)]
pub(crate) struct PartyArguments {
    /// Have a program answer for a party in place of its strategy, such as
    /// `--party upper='exec:python3 agent.py'`; once per party. It is started without a shell, and
    /// gets and gives JSON lines, which docs/outside-parties.md describes
    #[arg(long = "party", value_name = "PARTY=exec:COMMAND")]
    parties: Vec<PartyCommand>,
    /// Seconds that an answer of such a program may take; whoever takes longer forfeits
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = parse_seconds)]
    party_timeout: f64,
}

/// The most that an answer may be waited for: a day.
const SECONDS_MAX: f64 = 86_400.0;

fn parse_seconds(text: &str) -> Result<f64, String> {
    let seconds: Option<f64> = text.parse().ok();
    let seconds = seconds.filter(|it| *it > 0.0 && *it <= SECONDS_MAX);
    seconds.ok_or_else(|| format!("a number of seconds above 0, at most {SECONDS_MAX}"))
}

/// Programs that answer for parties; they end when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct PartyPrograms(Vec<Arc<PartyProgram>>);

impl Drop for PartyPrograms {
    fn drop(&mut self) {
        for it in &self.0 {
            it.end();
        }
    }
}

impl PartyArguments {
    /// By party, what answers for it, as runs record it.
    pub(crate) fn recorded(&self) -> Result<BTreeMap<String, String>, Failure> {
        let mut res = BTreeMap::new();
        for it in &self.parties {
            if res.insert(it.party.clone(), it.recorded()).is_some() {
                return Err(Failure::WrongInput(format!(
                    "two programs are to answer for `{}`; name one --party for it",
                    it.party
                )));
            }
        }
        Ok(res)
    }

    /// Starts the programs: who answers, and the programs to be kept as long as somebody does. Ctrl-C ends
    /// them too.
    pub(crate) fn start(
        &self,
        scenario: &Scenario,
        ctrl_c: &CtrlC,
    ) -> Result<(OutsideParties, PartyPrograms), Failure> {
        let limits = ProgramLimits {
            answer: Duration::from_secs_f64(self.party_timeout),
        };
        let mut outside = OutsideParties::default();
        let mut programs = PartyPrograms::default();
        for command in &self.parties {
            let party = party_named(scenario, &command.party)?;
            let program = PartyProgram::start(command.clone(), limits).map_err(|error| {
                Failure::WrongInput(format!(
                    "cannot start `{}`, which is to answer for `{}`: {error}",
                    command.words[0], command.party
                ))
            })?;
            ctrl_c.end_with_it(&program);
            programs.0.push(Arc::clone(&program));
            outside = outside.with(party, move || program.party());
        }
        Ok((outside, programs))
    }
}
