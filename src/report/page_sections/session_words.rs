//! What is said of one session, in the terminal and on its page.

use demarche_core::domain::{PartyId, PartySet, Scenario};
use demarche_core::protocol::Ending;

use crate::experiment::Cause;
use crate::wording::listed;

/// The labels of some parties, in party order.
pub(crate) fn labels(scenario: &Scenario, parties: PartySet) -> String {
    let labels = parties.iter().map(|it| scenario.party(it).label.as_str());
    labels.collect::<Vec<_>>().join(", ")
}

/// Whose something on the table was; a mediator's if no party's.
pub(crate) fn whose(scenario: &Scenario, proposer: Option<PartyId>) -> String {
    proposer.map_or_else(
        || "the mediator's text".to_owned(),
        |it| format!("the offer of {}", scenario.party(it).label),
    )
}

/// How a session stopped, as a sentence without its full stop.
pub(crate) fn render_ending(scenario: &Scenario, ending: &Ending) -> String {
    let label = |party: PartyId| &scenario.party(party).label;
    match ending {
        Ending::Agreement {
            round, proposer, ..
        } => format!(
            "Agreement in round {round} on {}",
            whose(scenario, *proposer)
        ),
        Ending::Deadline { round } => format!("No agreement: the {round} rounds are over"),
        Ending::Walkout { round, party } => {
            format!(
                "No agreement: {} walked out in round {round}",
                label(*party)
            )
        }
        Ending::Forfeit {
            round,
            party,
            violation,
        } => format!(
            "No agreement: {} forfeited the session in round {round}: it {violation}",
            label(*party)
        ),
    }
}

/// Why a session has no agreement, in a few words.
pub(crate) fn render_cause(scenario: &Scenario, cause: Cause) -> String {
    let label = |it: PartyId| &scenario.party(it).label;
    match cause {
        Cause::Forfeit(it) => format!("{} forfeited the session", label(it)),
        Cause::NothingAcceptable => {
            "no outcome was acceptable to all whose consent it needs".to_owned()
        }
        Cause::Walkout(it) => format!("{} left although something was acceptable", label(it)),
        Cause::RefusedAcceptable(parties) => {
            let labels: Vec<&str> = parties.iter().map(|it| label(it).as_str()).collect();
            let together = match labels.len() {
                1 => "alone",
                2 => "both",
                _ => "all",
            };
            let labels = listed(&labels);
            format!("{labels} {together} held out against an acceptable offer")
        }
        Cause::TooLate => "an acceptable offer came too late to be answered".to_owned(),
        Cause::NeverOffered => {
            "something was acceptable, and nothing acceptable was ever on the table".to_owned()
        }
    }
}
