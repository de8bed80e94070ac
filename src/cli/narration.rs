//! A session told round by round.

use std::fmt::Write as _;

use crate::cli::summary::outcome_lines;
use crate::cli::text::wrap;
use crate::domain::{Outcome, PartyId, PartySet, Scenario};
use crate::negotiation::{SessionResult, Setting};
use crate::protocol::{Ending, Event, Session};

/// A session for people: offers by what changed since the party's last, answers, gains.
pub(super) fn narration(
    setting: &Setting,
    session: &Session,
    result: &SessionResult,
    width: usize,
) -> String {
    let scenario = setting.scenario();
    let mut res = String::new();
    let mut last_offers: Vec<Option<Outcome>> = vec![None; scenario.parties.len()];
    let is_alternating = setting.rules().protocol.is_alternating();
    let mut round = 0;
    if let Some(text) = session.events().first().and_then(mediators_text) {
        let _ = writeln!(res, "\nThe mediator's first text");
        outcome_lines(&mut res, scenario, text, 2, width);
    }
    for event in session.events() {
        if event.round() != round {
            round = event.round();
            let _ = writeln!(res, "\nRound {round}");
        }
        match *event {
            Event::Offered {
                proposer, offer, ..
            } => {
                let last = last_offers[proposer.idx()].replace(offer);
                tell_offer(&mut res, scenario, proposer, last, offer, width);
            }
            // Where offers alternate, a counter-offer is the no.
            Event::Answered { no, .. } if is_alternating && !no.is_empty() => {}
            Event::Answered {
                yes, no, answered, ..
            } => tell_answers(&mut res, scenario, yes.intersection(answered), no, width),
            Event::Voted {
                text,
                standing,
                yes,
                no,
                ..
            } => {
                tell_text(&mut res, scenario, text, standing, width);
                tell_answers(&mut res, scenario, yes, no, width);
                if standing.is_some() && setting.rules().is_taken(text, yes) {
                    res.push_str("    The text is changed\n");
                }
            }
        }
    }
    tell_ending(&mut res, scenario, &result.ending, width);
    tell_gains(&mut res, setting, result);
    res
}

/// The text that stands when a mediator's vote is opened.
fn mediators_text(event: &Event) -> Option<Outcome> {
    match *event {
        Event::Voted { text, standing, .. } => Some(standing.unwrap_or(text)),
        Event::Offered { .. } | Event::Answered { .. } => None,
    }
}

fn tell_text(
    res: &mut String,
    scenario: &Scenario,
    text: Outcome,
    standing: Option<Outcome>,
    width: usize,
) {
    let Some(standing) = standing else {
        let _ = writeln!(res, "  The mediator puts the text to the final vote");
        return;
    };
    let _ = writeln!(res, "  The mediator proposes a change to the text");
    tell_changes(res, scenario, standing, text, width);
}

/// One line for every issue that two outcomes settle differently.
fn tell_changes(res: &mut String, scenario: &Scenario, from: Outcome, to: Outcome, width: usize) {
    let space = &scenario.space;
    for issue in space.issues() {
        if space.option(from, issue) != space.option(to, issue) {
            let change = format!(
                "{}: {} (was: {})",
                scenario.issue(issue).label,
                scenario.option_label(to, issue),
                scenario.option_label(from, issue)
            );
            let _ = writeln!(res, "    {}", wrap(&change, width, 4));
        }
    }
}

fn tell_offer(
    res: &mut String,
    scenario: &Scenario,
    proposer: PartyId,
    last: Option<Outcome>,
    offer: Outcome,
    width: usize,
) {
    let name = &scenario.party(proposer).label;
    let Some(last) = last else {
        let _ = writeln!(res, "  {name} offers");
        outcome_lines(res, scenario, offer, 4, width);
        return;
    };
    if last == offer {
        let _ = writeln!(res, "  {name} repeats its offer");
        return;
    }
    let _ = writeln!(res, "  {name} changes its offer");
    tell_changes(res, scenario, last, offer, width);
}

fn tell_answers(res: &mut String, scenario: &Scenario, yes: PartySet, no: PartySet, width: usize) {
    let labels = |parties: PartySet| {
        let labels: Vec<&str> = parties
            .iter()
            .map(|it| scenario.party(it).label.as_str())
            .collect();
        labels.join(", ")
    };
    let answers: Vec<String> = [("yes", yes), ("no", no)]
        .into_iter()
        .filter(|(_, parties)| !parties.is_empty())
        .map(|(word, parties)| format!("{word}: {}", labels(parties)))
        .collect();
    if answers.is_empty() {
        let _ = writeln!(res, "    → nobody else's consent is needed");
        return;
    }
    let line = format!("→ {}", answers.join("; "));
    let _ = writeln!(res, "    {}", wrap(&line, width, 4));
}

fn tell_ending(res: &mut String, scenario: &Scenario, ending: &Ending, width: usize) {
    let label = |party: PartyId| &scenario.party(party).label;
    let _ = match ending {
        Ending::Agreement {
            round,
            proposer,
            outcome,
        } => {
            let _ = writeln!(
                res,
                "\nAgreement in round {round} on {}",
                proposer.map_or_else(
                    || "the mediator's text".to_owned(),
                    |it| format!("the offer of {}", label(it))
                )
            );
            outcome_lines(res, scenario, *outcome, 2, width);
            Ok(())
        }
        Ending::Deadline { round } => {
            writeln!(res, "\nNo agreement: the {round} rounds are over")
        }
        Ending::Walkout { round, party } => writeln!(
            res,
            "\nNo agreement: {} walked out in round {round}",
            label(*party)
        ),
        Ending::Forfeit {
            round,
            party,
            violation,
        } => writeln!(
            res,
            "\nNo agreement: {} broke the rules in round {round}: it {violation}",
            label(*party)
        ),
    };
}

fn tell_gains(res: &mut String, setting: &Setting, result: &SessionResult) {
    let scenario = setting.scenario();
    let columns = scenario
        .parties
        .iter()
        .map(|it| it.label.chars().count())
        .max()
        .unwrap_or_default();
    let _ = writeln!(
        res,
        "\n{:<columns$}  {:>8}  {:>8}  {:>8}  strategy",
        "", "no deal", "outcome", "gain"
    );
    for (party, report) in scenario.party_ids().zip(&result.parties) {
        let gain = report
            .surplus()
            .map_or_else(|| "-".to_owned(), |it| format!("{it:+.3}"));
        let _ = writeln!(
            res,
            "{:<columns$}  {:>8.3}  {:>8.3}  {gain:>8}  {}",
            scenario.party(party).label,
            report.reservation_value.get(),
            report.utility().get(),
            setting.strategies(party)[report.strategy].offering.name,
        );
    }
}
