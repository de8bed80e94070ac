//! A session narrated round by round.

use std::fmt::Write as _;

use demarche_core::domain::{Outcome, PartyId, PartySet, Scenario};
use demarche_core::negotiation::{SessionResult, Setting};
use demarche_core::protocol::{Ending, Event, Offer, Session};

use crate::cli::render::summary::{label_columns, outcome_lines};
use crate::cli::render::text::{BAD, GOOD, decimal, heading, signed, styled, wrap};
use crate::report::{labels, render_ending, repeated};

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
    /// By party, who said yes and who said no to its last offer.
    last_answers: Vec<[PartySet; 2]>,
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
            last_answers: vec![[PartySet::EMPTY; 2]; setting.scenario().parties.len()],
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

    /// Tells what happened next; repetitions are summarized in one line.
    pub(crate) fn describe(&mut self, res: &mut String, setting: &Setting, events: &[Event]) {
        let mut rest = events;
        while let [event, others @ ..] = rest {
            let mut repetitions = Vec::new();
            while let Some((repetition, n_events)) = self.repetition(setting, rest) {
                repetitions.push(repetition);
                rest = &rest[n_events..];
                self.n_seen += n_events;
            }
            if repetitions.is_empty() {
                self.describe_one(res, setting, event);
                self.n_seen += 1;
                rest = others;
            } else {
                self.describe_repetitions(res, setting, &repetitions, rest.first());
            }
        }
    }

    /// The repetition with which events begin, and how many of them it is: an offer equal to the
    /// party's last one and, where parties vote, the same answers as to that.
    fn repetition(&self, setting: &Setting, events: &[Event]) -> Option<(Repetition, usize)> {
        let is_alternating = setting.rules().protocol.is_alternating();
        // Where offers alternate, the no to the offer before comes first.
        let is_counter = |it: &Event| it.answers_to_offer().is_some_and(|it| !it.no.is_empty());
        let n_before = usize::from(is_alternating && events.first().is_some_and(is_counter));
        let event = events.get(n_before)?;
        let offer = event.offer()?;
        if self.last_offers[offer.proposer.idx()] != Some(offer.outcome) {
            return None;
        }
        let mut n_events = n_before + 1;
        if !is_alternating {
            let answers = events.get(n_events)?.answers_to_offer()?;
            if self.last_answers[offer.proposer.idx()] != [answers.yes, answers.no] {
                return None;
            }
            n_events += 1;
        }
        let repetition = Repetition {
            round: event.round(),
            party: offer.proposer,
        };
        Some((repetition, n_events))
    }

    /// Summarizes consecutive repetitions, which `next` follows.
    fn describe_repetitions(
        &mut self,
        res: &mut String,
        setting: &Setting,
        repetitions: &[Repetition],
        next: Option<&Event>,
    ) {
        let begun = self.round;
        let is_whole = |round| round != begun && next.is_none_or(|it| it.round() != round);
        let mut spans: Vec<(u32, u32, PartySet)> = Vec::new();
        for &Repetition { round, party } in repetitions {
            match spans.last_mut() {
                Some((_, last, parties))
                    if *last == round || is_whole(*last) && is_whole(round) =>
                {
                    *last = round;
                    *parties = parties.with(party);
                }
                _ => spans.push((round, round, PartySet::only(party))),
            }
        }
        let scenario = setting.scenario();
        for (first, last, parties) in spans {
            if first != begun {
                let rounds = if first == last {
                    format!("Round {first}")
                } else {
                    format!("Rounds {first} to {last}")
                };
                let _ = writeln!(res, "\n{}", heading(&rounds));
            }
            let line = repeated(scenario, parties);
            let answers = if setting.rules().protocol.is_alternating() {
                ""
            } else {
                ", with the same answers"
            };
            let _ = writeln!(
                res,
                "  {}",
                wrap(&format!("{line}{answers}"), self.width, 2)
            );
            self.round = last;
        }
        self.in_full = None;
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
            if let Some(proposer) = answers.proposer {
                self.last_answers[proposer.idx()] = [answers.yes, answers.no];
            }
            // Where offers alternate, a counter-offer is the no.
            let is_told = setting.rules().protocol.is_alternating() && !answers.no.is_empty();
            if !is_told {
                let not_asked = without_a_say(setting, answers.outcome, answers.proposer);
                let answers = [answers.accepted(), answers.no];
                describe_answers(res, scenario, answers, not_asked, width);
            }
        }
        if let Some(vote) = event.vote() {
            describe_text(res, scenario, vote.outcome, vote.standing, width);
            let not_asked = without_a_say(setting, vote.outcome, None);
            describe_answers(res, scenario, [vote.yes, vote.no], not_asked, width);
            if vote.standing.is_some() && setting.rules().is_taken(vote.outcome, vote.yes) {
                res.push_str("    The text is changed\n");
            }
        }
    }
}

/// A party's offer that it made before, with the answers that it got before.
#[derive(Clone, Copy, Debug)]
struct Repetition {
    round: u32,
    party: PartyId,
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
        let _ = writeln!(res, "  {}", repeated(scenario, PartySet::only(proposer)));
        return;
    }
    let _ = writeln!(res, "  {name} changes its offer");
    describe_changes(res, scenario, last, offer, width);
}

/// The parties other than the proposer whose consent an outcome does not need.
fn without_a_say(setting: &Setting, outcome: Outcome, proposer: Option<PartyId>) -> PartySet {
    let rules = setting.rules();
    if rules.protocol.is_alternating() {
        return PartySet::EMPTY;
    }
    let asked = rules.consent.asked(&rules.space, outcome);
    let parties = setting.scenario().party_ids();
    let others = parties.filter(|it| Some(*it) != proposer);
    others.filter(|it| !asked.contains(*it)).collect()
}

/// Tells who accepts, who rejects, and whose consent is not needed.
fn describe_answers(
    res: &mut String,
    scenario: &Scenario,
    [yes, no]: [PartySet; 2],
    not_asked: PartySet,
    width: usize,
) {
    let answers = [
        ("accepted by", yes),
        ("rejected by", no),
        ("not needed:", not_asked),
    ];
    let answers: Vec<String> = answers
        .into_iter()
        .filter(|(_, parties)| !parties.is_empty())
        .map(|(words, parties)| format!("{words} {}", labels(scenario, parties)))
        .collect();
    if yes.is_empty() && no.is_empty() {
        let _ = writeln!(res, "    → no other consent is needed");
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
            setting.strategy_name(party, idx)
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::load_scenario;

    fn setting() -> Setting {
        let text = include_str!("../../../configs/scenarios/two-villages.toml");
        let text = text.replace(
            "[protocol.alternating_offers]",
            "[protocol.proposal_and_vote]",
        );
        let read_file = |_: &Path| Ok(text.clone());
        let loaded = load_scenario(Path::new("two-villages.toml"), &[], &read_file);
        loaded.unwrap().setting
    }

    /// In a round both parties offer these outcomes, and the other says no, or yes where it is marked.
    fn round(setting: &Setting, round: u32, offers: [(u64, bool); 2]) -> Vec<Event> {
        let parties = [0, 1].map(PartyId::new);
        let said = parties.into_iter().zip(offers);
        let said = said.flat_map(|(proposer, (number, is_accepted))| {
            let offer = setting.scenario().space.outcome_at(number);
            let answered = PartySet::all(2).without(proposer);
            let [yes, no] = if is_accepted {
                [answered, PartySet::EMPTY]
            } else {
                [PartySet::EMPTY, answered]
            };
            let offered = Event::Offered {
                round,
                proposer,
                offer,
            };
            let answers = Event::Answered {
                round,
                proposer,
                offer,
                yes,
                no,
                answered,
            };
            [offered, answers]
        });
        said.collect()
    }

    #[test]
    fn repetitions_take_one_line() {
        let setting = setting();
        let rounds = [
            [(0, false), (3, false)],
            [(0, false), (3, false)],
            [(0, false), (3, false)],
            // One repeats, the other does not; then one gets another answer.
            [(0, false), (2, false)],
            [(0, true), (2, false)],
        ];
        let rounds = (1..).zip(rounds);
        let events: Vec<Event> = rounds
            .flat_map(|(number, offers)| round(&setting, number, offers))
            .collect();
        let narrated = |parts: usize| {
            let mut narrator = Narrator::new(&setting, 100);
            let mut res = String::new();
            for events in events.chunks(parts) {
                narrator.describe(&mut res, &setting, events);
            }
            assert_eq!(narrator.n_seen(), events.len());
            let parts = res.split('\u{1b}');
            let plain: String = parts
                .map(|it| {
                    it.split_once('m')
                        .filter(|it| it.0.starts_with('['))
                        .map_or(it, |it| it.1)
                })
                .collect();
            let start = plain.find("Round 2").or(plain.find("Rounds 2")).unwrap();
            plain[start..].to_owned()
        };
        let whole = narrated(events.len());
        insta::assert_snapshot!(whole, @"
        Rounds 2 to 3
          Upper village and Lower village repeat their offers, with the same answers

        Round 4
          Upper village repeats its offer, with the same answers
          Lower village changes its offer
            A second rope and bucket: bought together (was: not bought)
            → rejected by Upper village

        Round 5
          Upper village repeats its offer
            → accepted by Lower village
          Lower village repeats its offer, with the same answers
        ");
        // A user who answers between an offer and its answers is shown both.
        assert_eq!(narrated(1).matches("repeats its offer\n").count(), 7);
    }
}
