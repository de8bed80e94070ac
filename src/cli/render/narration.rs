//! A session narrated round by round.

use std::fmt::Write as _;

use demarche_core::domain::{Outcome, PartyId, PartySet, Scenario};
use demarche_core::negotiation::{SessionResult, Setting};
use demarche_core::protocol::{Ending, Event, Offer, Session};

use crate::cli::render::summary::{label_columns, outcome_lines};
use crate::cli::render::text::{BAD, GOOD, decimal, heading, signed, styled, wrap};
use crate::report::{labels, render_ending};

/// A session for people: offers by what changed since the party's last, answers, gains.
pub(crate) fn narration(
    setting: &Setting,
    session: &Session,
    result: &SessionResult,
    width: usize,
) -> String {
    let mut narrator = Narrator::new(setting, width);
    let mut res = String::new();
    narrator.describe(&mut res, setting, session.events());
    describe_ending(&mut res, setting.scenario(), &result.ending, width);
    describe_gains(&mut res, setting, result, None, width);
    res
}

/// Narrates a session as it proceeds.
#[derive(Debug)]
pub(crate) struct Narrator {
    width: usize,
    /// By party.
    last_offers: Vec<Option<Outcome>>,
    /// That of the last event narrated; 0 before the first.
    round: u32,
    n_seen: usize,
    in_full: Option<Outcome>,
}

impl Narrator {
    pub(crate) fn new(setting: &Setting, width: usize) -> Self {
        Self {
            width,
            last_offers: vec![None; setting.scenario().parties.len()],
            round: 0,
            n_seen: 0,
            in_full: None,
        }
    }

    /// The last offer narrated, if it was narrated issue by issue.
    pub(crate) fn shown_in_full(&self) -> Option<Outcome> {
        self.in_full
    }

    /// How many events it has narrated.
    pub(crate) fn n_seen(&self) -> usize {
        self.n_seen
    }

    /// Tells what happened next.
    pub(crate) fn describe(&mut self, res: &mut String, setting: &Setting, events: &[Event]) {
        for event in events {
            self.describe_one(res, setting, event);
            self.n_seen += 1;
        }
    }

    fn describe_one(&mut self, res: &mut String, setting: &Setting, event: &Event) {
        let (scenario, width) = (setting.scenario(), self.width);
        if self.n_seen == 0
            && let Some(text) = mediators_text(event)
        {
            let _ = writeln!(res, "\n{}", heading("The mediator's first text"));
            outcome_lines(res, scenario, text, 2, width);
        }
        if event.round() != self.round {
            self.round = event.round();
            let _ = writeln!(res, "\n{}", heading(&format!("Round {}", self.round)));
        }
        if let Some(Offer { proposer, outcome }) = event.offer() {
            let last = self.last_offers[proposer.idx()].replace(outcome);
            self.in_full = last.is_none().then_some(outcome);
            describe_offer(res, scenario, proposer, last, outcome, width);
        }
        if let Some(answers) = event.answers_to_offer() {
            // Where offers alternate, a counter-offer is the no.
            let is_told = setting.rules().protocol.is_alternating() && !answers.no.is_empty();
            if !is_told {
                describe_answers(res, scenario, answers.accepted(), answers.no, width);
            }
        }
        if let Some(vote) = event.vote() {
            describe_text(res, scenario, vote.outcome, vote.standing, width);
            describe_answers(res, scenario, vote.yes, vote.no, width);
            if vote.standing.is_some() && setting.rules().is_taken(vote.outcome, vote.yes) {
                res.push_str("    The text is changed\n");
            }
        }
    }
}

/// The text that stands when a mediator's vote is opened.
fn mediators_text(event: &Event) -> Option<Outcome> {
    let vote = event.vote()?;
    Some(vote.standing.unwrap_or(vote.outcome))
}

/// Tells what a mediator puts to the vote.
pub(crate) fn describe_text(
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
    describe_changes(res, scenario, standing, text, width);
}

/// A line for every issue that two outcomes settle differently.
pub(crate) fn describe_changes(
    res: &mut String,
    scenario: &Scenario,
    from: Outcome,
    to: Outcome,
    width: usize,
) {
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

fn describe_offer(
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
    describe_changes(res, scenario, last, offer, width);
}

fn describe_answers(
    res: &mut String,
    scenario: &Scenario,
    yes: PartySet,
    no: PartySet,
    width: usize,
) {
    let answers: Vec<String> = [("yes", yes), ("no", no)]
        .into_iter()
        .filter(|(_, parties)| !parties.is_empty())
        .map(|(word, parties)| format!("{word}: {}", labels(scenario, parties)))
        .collect();
    if answers.is_empty() {
        let _ = writeln!(res, "    → no other consent is required");
        return;
    }
    let line = format!("→ {}", answers.join("; "));
    let _ = writeln!(res, "    {}", wrap(&line, width, 4));
}

/// Tells how it stopped.
pub(crate) fn describe_ending(
    res: &mut String,
    scenario: &Scenario,
    ending: &Ending,
    width: usize,
) {
    let line = render_ending(scenario, ending);
    let style = if ending.agreement().is_some() {
        GOOD
    } else {
        BAD
    };
    let _ = writeln!(res, "\n{}", styled(style, &wrap(&line, width, 0)));
    if let Some(outcome) = ending.agreement() {
        outcome_lines(res, scenario, outcome, 2, width);
    }
}

/// Tells what each party has of it, in a table as narrow as the place; one of them may be `you`.
pub(crate) fn describe_gains(
    res: &mut String,
    setting: &Setting,
    result: &SessionResult,
    you: Option<PartyId>,
    width: usize,
) {
    const FIGURES: usize = 30;
    let scenario = setting.scenario();
    let strategy = |party: PartyId, idx: usize| {
        if you == Some(party) {
            "you"
        } else {
            setting.strategies(party)[idx].offering.name
        }
    };
    let longest = scenario
        .party_ids()
        .zip(&result.parties)
        .map(|(party, report)| strategy(party, report.strategy).chars().count())
        .max()
        .unwrap_or_default();
    let columns = label_columns(scenario);
    // Where there is no room beside the labels, the figures stand below them.
    let is_narrow = columns + FIGURES + 2 + longest > width;
    let (columns, last) = if is_narrow {
        (0, "")
    } else {
        (columns, "  strategy")
    };
    let _ = writeln!(
        res,
        "\n{:<columns$}  {:>8}  {:>8}  {:>8}{last}",
        "", "no deal", "outcome", "gain"
    );
    for (party, report) in scenario.party_ids().zip(&result.parties) {
        let gain = report
            .surplus()
            .map_or_else(|| "-".to_owned(), |it| signed(it, 3));
        let figures = format!(
            "  {:>8}  {:>8}  {gain:>8}",
            decimal(report.reservation_value.get(), 3),
            decimal(report.utility().get(), 3),
        );
        let label = &scenario.party(party).label;
        let strategy = strategy(party, report.strategy);
        let _ = if is_narrow {
            let label = wrap(&format!("{label} ({strategy})"), width, 0);
            writeln!(res, "{label}\n{figures}")
        } else {
            writeln!(res, "{label:<columns$}{figures}  {strategy}")
        };
    }
}
