//! Texts about one session, for the terminal and its page.

use demarche_core::domain::{IssueId, OptionId, PartyId, PartySet, Scenario};
use demarche_core::protocol::Ending;
use demarche_core::strategy::ACCEPTANCE_CONDITIONS;

use crate::experiment::Cause;
use crate::wording::listed;

/// The labels of some parties, in party order.
pub(crate) fn labels(scenario: &Scenario, parties: PartySet) -> String {
    let labels = parties.iter().map(|it| scenario.party(it).label.as_str());
    labels.collect::<Vec<_>>().join(", ")
}

/// An option as pages show it, marked if no source says what it is worth to anybody.
pub(crate) fn marked_option(scenario: &Scenario, issue: IssueId, option: OptionId) -> String {
    let label = &scenario.issue(issue).options[option.idx()].label;
    if scenario.is_option_assumed(issue, option) {
        format!("{label} (assumed)")
    } else {
        label.clone()
    }
}

/// What the mark on options means; `None` of a scenario without such options.
pub(crate) fn mark_note(scenario: &Scenario) -> Option<&'static str> {
    let space = &scenario.space;
    let is_any = space.issues().any(|issue| {
        let mut options = space.options(issue);
        options.any(|it| scenario.is_option_assumed(issue, it))
    });
    is_any.then_some(
        "An option marked (assumed) is the modeller's: no source says what it is worth to any party.",
    )
}

/// A strategy by its rule, and by its acceptance condition unless that is the usual one.
pub fn strategy_words(offering: &str, acceptance: &str) -> String {
    if acceptance == ACCEPTANCE_CONDITIONS[0].name {
        offering.to_owned()
    } else {
        format!("{offering} with {acceptance}")
    }
}

/// That these parties offer what they offered last.
pub(crate) fn repeated(scenario: &Scenario, parties: PartySet) -> String {
    let labels = parties.iter().map(|it| scenario.party(it).label.as_str());
    let labels: Vec<&str> = labels.collect();
    let what = if labels.len() == 1 {
        "repeats its offer"
    } else {
        "repeat their offers"
    };
    format!("{} {what}", listed(&labels))
}

/// The author of a proposal: a party, or the mediator.
pub(crate) fn whose(scenario: &Scenario, proposer: Option<PartyId>) -> String {
    proposer.map_or_else(
        || "the mediator's text".to_owned(),
        |it| format!("the offer of {}", scenario.party(it).label),
    )
}

/// The ending of a session, as a sentence without a full stop.
pub(crate) fn render_ending(scenario: &Scenario, ending: &Ending) -> String {
    let label = |party: PartyId| &scenario.party(party).label;
    match ending {
        Ending::Agreement {
            round, proposer, ..
        } => format!(
            "Agreement in round {round} on {}",
            whose(scenario, *proposer)
        ),
        Ending::Deadline { round } => {
            format!("No agreement: the deadline of {round} rounds passed")
        }
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

/// The cause of a session without agreement, as text.
pub(crate) fn render_cause(scenario: &Scenario, cause: Cause) -> String {
    let label = |it: PartyId| &scenario.party(it).label;
    match cause {
        Cause::Forfeit(it) => format!("{} forfeited the session", label(it)),
        Cause::NothingAcceptable => {
            "no outcome was acceptable to all parties whose consent it requires".to_owned()
        }
        Cause::Undecided => {
            "undecided: nothing acceptable to all was proposed, and the search for such an outcome reached its limit"
                .to_owned()
        }
        Cause::Walkout(it) => format!(
            "{} walked out although an acceptable outcome existed",
            label(it)
        ),
        Cause::RefusedAcceptable(parties) => {
            let labels: Vec<&str> = parties.iter().map(|it| label(it).as_str()).collect();
            let together = match labels.len() {
                1 => "alone",
                2 => "both",
                _ => "all",
            };
            let labels = listed(&labels);
            format!("{labels} {together} rejected an acceptable offer")
        }
        Cause::TooLate => "an acceptable offer was made too late to be answered".to_owned(),
        Cause::NeverOffered => "an acceptable outcome existed but was never proposed".to_owned(),
    }
}
