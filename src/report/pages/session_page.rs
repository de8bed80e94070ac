//! The page of one session: round by round, at a glance, and how it ended.

use std::collections::VecDeque;
use std::sync::Arc;

use demarche_core::domain::{Outcome, PartyId, PartySet, Preferences, Scenario, Utility};
use demarche_core::negotiation::{SessionResult, Setting};
use demarche_core::protocol::Session;
use demarche_core::randomness::Seeds;

use crate::experiment::{Answer, Explanation, PartyStanding, SessionTrace, StepKind, TraceStep};
use crate::report::drawing::PageTable;
use crate::report::page_sections::{
    Courses, at_the_table, mark_note, marked_option, render_cause, render_ending, repeated,
    rests_on,
};
use crate::report::pages::page::{
    Card, Move, Page, PageBlock, PageStep, Section, SettledIssue, Stand, Steps,
};
use crate::report::pages::run_page::{origin, settings};
use crate::run::Manifest;
use crate::wording::{count, counted, decimal, signed};

/// Rounds that a page shows, half of them from the beginning and half from the end.
const ROUNDS_SHOWN: usize = 200;

/// Lines of offers and of standings that a page shows: of a session with many parties and issues,
/// fewer rounds.
const LINES_SHOWN: usize = 20_000;

/// What the page of one session is made of.
#[derive(Clone, Copy, Debug)]
pub struct SessionReport<'a> {
    /// What makes the run repeatable that the session is of.
    pub manifest: &'a Manifest,
    /// The setting of its cell.
    pub setting: &'a Arc<Setting>,
    /// The random numbers of its cell.
    pub seeds: &'a Seeds,
    /// What was said.
    pub session: &'a Session,
    /// What was measured.
    pub result: &'a SessionResult,
    /// Of which cell and seed it is, for people.
    pub whose: &'a str,
    /// What came of holding it against the run's tables, in sentences.
    pub checks: &'a [String],
}

/// The first rounds and the last ones of a session; those between are only counted.
#[derive(Debug)]
struct Rounds {
    most: usize,
    first: Vec<(u32, Vec<CheckedStep>)>,
    last: VecDeque<(u32, Vec<CheckedStep>)>,
    left_out: u64,
    /// By party, what was answered to its last offer.
    answers: Vec<Option<Vec<Option<Answer>>>>,
}

/// A step, and whether it repeats an offer with all its answers.
#[derive(Debug)]
struct CheckedStep {
    step: TraceStep,
    /// Whose last offer it was too, if it was answered alike.
    repeats: Option<PartyId>,
}

impl Rounds {
    fn new(most: usize, n_parties: usize) -> Self {
        Self {
            most,
            first: Vec::new(),
            last: VecDeque::new(),
            left_out: 0,
            answers: vec![None; n_parties],
        }
    }

    /// The party whose offer this is, if that and the answers to it are those of its last one.
    fn repeats(&mut self, step: &TraceStep) -> Option<PartyId> {
        let StepKind::Offer(party) = step.kind else {
            return None;
        };
        let answers = step.standings.iter().map(|it| it.answer).collect();
        let last_answers = self.answers[party.idx()].replace(answers);
        let is_same =
            step.before == Some(step.outcome) && last_answers == self.answers[party.idx()];
        is_same.then_some(party)
    }

    fn push(&mut self, step: TraceStep) {
        let repeats = self.repeats(&step);
        let round = step.round;
        let checked = CheckedStep { step, repeats };
        let newest = self.last.back_mut().or_else(|| self.first.last_mut());
        if let Some((of, steps)) = newest
            && *of == round
        {
            steps.push(checked);
            return;
        }
        let next = (round, vec![checked]);
        if self.first.len() < self.most / 2 {
            self.first.push(next);
            return;
        }
        self.last.push_back(next);
        if self.last.len() > self.most - self.most / 2 {
            self.last.pop_front();
            self.left_out += 1;
        }
    }
}

impl SessionReport<'_> {
    /// The page. It depends on nothing but the session and the run that it is of.
    pub fn page(&self) -> Page {
        let scenario = self.setting.scenario();
        let mut retracing = SessionTrace::new(
            self.setting,
            self.seeds,
            self.result.replication,
            self.session,
        );
        let preferences = retracing.preferences();
        let mut rounds = Rounds::new(self.most_rounds(), preferences.len());
        let mut courses = Courses::new(self.setting, &preferences, self.result.ending.round());
        for step in retracing {
            courses.add(&step);
            rounds.push(step);
        }
        let why = self.why(&preferences);
        let ending = render_ending(scenario, &self.result.ending);
        let mut sections = vec![self.rounds(rounds, &preferences, &ending, &why)];
        sections.extend(courses.section());
        sections.push(self.ending(&ending, &why));
        Page {
            title: scenario.title.clone(),
            kind: format!(
                "Session {} of {}",
                self.result.replication.0, self.manifest.name
            ),
            answer: format!("{ending}."),
            basis: [Some(rests_on(self.setting)), settings(self.manifest)]
                .into_iter()
                .flatten()
                .collect(),
            opening: Vec::new(),
            lead: self.lead(&why),
            sections,
            origin: origin(self.manifest),
        }
    }

    fn scenario(&self) -> &Scenario {
        self.setting.scenario()
    }

    fn is_mediated(&self) -> bool {
        self.setting.rules().protocol.is_mediated()
    }

    /// Rounds for which a page has room.
    fn most_rounds(&self) -> usize {
        let scenario = self.scenario();
        let n_parties = scenario.parties.len();
        let offers_in_a_round = if self.is_mediated() { 1 } else { n_parties };
        let lines_in_a_round = offers_in_a_round * (n_parties + scenario.issues.len());
        (LINES_SHOWN / lines_in_a_round).clamp(2, ROUNDS_SHOWN)
    }

    /// Why there is no agreement, in a sentence; empty if there is one.
    fn why(&self, preferences: &[Preferences]) -> String {
        if self.result.ending.agreement().is_some() {
            return String::new();
        }
        let explanation = Explanation::new(
            preferences,
            self.session.rules(),
            self.session.events(),
            self.result,
        );
        explanation.cause.map_or_else(String::new, |it| {
            format!("Why: {}.", render_cause(self.scenario(), it))
        })
    }

    fn lead(&self, why: &str) -> Vec<String> {
        let session = format!(
            "Session {} of {}, ended in round {}.",
            self.result.replication.0,
            self.whose,
            count(self.result.ending.round().into()),
        );
        let mut res = vec![
            why.to_owned(),
            format!("{} {session}", at_the_table(self.setting)),
        ];
        res.extend_from_slice(self.checks);
        res.retain(|it| !it.is_empty());
        res
    }

    fn rounds(
        &self,
        rounds: Rounds,
        preferences: &[Preferences],
        ending: &str,
        why: &str,
    ) -> Section {
        let mut text = vec![self.legend()];
        text.extend(mark_note(self.scenario()).map(str::to_owned));
        if rounds.left_out > 0 {
            text.push(format!(
                "A page shows at most {}: the first {} and the last {}; {} between them are omitted. `demarche replay --json` prints all.",
                counted(rounds.most as u64, "round"),
                rounds.first.len(),
                rounds.last.len(),
                count(rounds.left_out)
            ));
        }
        let kept = rounds.first.into_iter().chain(rounds.last);
        let mut steps: Vec<PageStep> = kept
            .map(|(round, steps)| self.round(round, &steps, preferences))
            .collect();
        let round = format!("Round {}", self.result.ending.round());
        if steps.last().is_none_or(|it| it.heading != round) {
            steps.push(PageStep {
                heading: round,
                moves: Vec::new(),
            });
        }
        let last = steps.last_mut().expect("there is the last round");
        last.moves.push(Move {
            heading: ending.to_owned(),
            note: why.to_owned(),
            lines: Vec::new(),
            as_before: Vec::new(),
            stands: Vec::new(),
        });
        Section {
            id: "rounds".to_owned(),
            heading: "Round by round".to_owned(),
            text,
            blocks: vec![PageBlock::Steps(Steps {
                of: "the rounds".to_owned(),
                against: if self.is_mediated() {
                    "before"
                } else {
                    "demands"
                }
                .to_owned(),
                steps,
            })],
        }
    }

    /// The legend of the rounds.
    fn legend(&self) -> String {
        let worth = "The bar is its utility to a party, from 0 to 1, in that round; the thin line is the party's reservation value";
        if self.is_mediated() {
            return format!(
                "Proposed changes to the text are marked, and the other issues can be unfolded. {worth}; the broad line is the utility of the previous text. Under a mediator parties only compare: they have no aspiration."
            );
        }
        let own = self.scenario().party_ids().zip(&self.result.parties);
        let is_by_aspiration = own
            .map(|(party, report)| &self.setting.strategies(party)[report.strategy])
            .all(|it| it.acceptance.name == "aspiration");
        let otherwise = if is_by_aspiration {
            ""
        } else {
            " A party with an acceptance condition other than `aspiration` may accept less, or reject more."
        };
        format!(
            "In an offer, changes since the same party's previous offer are marked, and the other issues can be unfolded. {worth}; the broad line is its aspiration when it offers or answers.{otherwise} A party that accepts does not block the offer; it need not want it. One whose consent is not needed is not asked."
        )
    }

    fn round(&self, round: u32, steps: &[CheckedStep], preferences: &[Preferences]) -> PageStep {
        let mut moves = Vec::new();
        for run in steps.chunk_by(|a, b| a.repeats.is_some() && b.repeats.is_some()) {
            let parties: PartySet = run.iter().filter_map(|it| it.repeats).collect();
            if parties.is_empty() {
                moves.extend(run.iter().map(|it| self.render_step(&it.step, preferences)));
            } else {
                moves.push(Move {
                    heading: repeated(self.scenario(), parties),
                    note: "The answers are the same as before.".to_owned(),
                    lines: Vec::new(),
                    as_before: Vec::new(),
                    stands: Vec::new(),
                });
            }
        }
        PageStep {
            heading: format!("Round {round}"),
            moves,
        }
    }

    fn render_step(&self, step: &TraceStep, preferences: &[Preferences]) -> Move {
        let scenario = self.scenario();
        let label = |it: PartyId| &scenario.party(it).label;
        let (heading, note, proposer) = match step.kind {
            StepKind::Offer(it) => {
                let heading = match step.before {
                    None => format!("{} offers", label(it)),
                    Some(before) if before == step.outcome => {
                        repeated(scenario, PartySet::only(it))
                    }
                    Some(_) => format!("{} changes its offer", label(it)),
                };
                (heading, "", Some(it))
            }
            StepKind::StandingOffer(it) => {
                (format!("The offer of {} stands", label(it)), "", Some(it))
            }
            StepKind::Variant { is_taken } => (
                "The mediator proposes a change to the text".to_owned(),
                if is_taken {
                    "The text is changed."
                } else {
                    "The text stays as it is."
                },
                None,
            ),
            StepKind::FinalText => (
                "The mediator puts the text to the final vote".to_owned(),
                "",
                None,
            ),
        };
        let rules = self.setting.rules();
        let needed = (!rules.protocol.is_alternating())
            .then(|| rules.consent.asked(&rules.space, step.outcome));
        let parties = scenario.party_ids().zip(&step.standings).zip(preferences);
        let stands = parties.map(|((party, it), own)| Stand {
            party: label(party).clone(),
            worth: it.utility.get(),
            against: self.held_against(it),
            no_deal: own.reservation_value().get(),
            answer: match it.answer {
                Some(Answer::Yes) => "accepts",
                Some(Answer::No) => "rejects",
                None if proposer == Some(party) => "its own",
                None if needed.is_some_and(|it| !it.contains(party)) => "not needed",
                None => "not asked",
            }
            .to_owned(),
        });
        let issues = settled(scenario, step.outcome, step.before).into_iter();
        let (as_before, lines) = issues.partition(|it| step.before.is_some() && it.was.is_none());
        Move {
            heading,
            note: note.to_owned(),
            lines,
            as_before,
            stands: stands.collect(),
        }
    }

    /// The utility that a party compares a proposal with, besides its reservation value.
    fn held_against(&self, it: &PartyStanding) -> Option<f64> {
        let against = if self.is_mediated() {
            it.utility_before
        } else {
            it.aspiration
        };
        against.map(Utility::get)
    }

    fn ending(&self, ending: &str, why: &str) -> Section {
        let scenario = self.scenario();
        let mut text = vec![format!("{ending}.")];
        if !why.is_empty() {
            text.push(why.to_owned());
        }
        let is_discounted =
            (scenario.parties.iter()).any(|it| it.preferences.discount_factor.is_some());
        if is_discounted {
            text.push(
                "Utilities in the table below are discounted by the elapsed rounds; those above are not, since a party compares offers within one round."
                    .to_owned(),
            );
        }
        let mut blocks = Vec::new();
        if let Some(agreement) = self.result.ending.agreement() {
            let lines = settled(scenario, agreement, None);
            blocks.push(PageBlock::Cards(vec![Card {
                heading: "The deal".to_owned(),
                note: String::new(),
                lines: lines.into_iter().map(|it| [it.issue, it.option]).collect(),
            }]));
        }
        blocks.push(PageBlock::Open {
            name: "Utilities of the parties".to_owned(),
            table: self.gains(),
        });
        Section {
            id: "ending".to_owned(),
            heading: "How it ended".to_owned(),
            text,
            blocks,
        }
    }

    fn gains(&self) -> PageTable {
        let scenario = self.scenario();
        let parties = scenario.party_ids().zip(&self.result.parties);
        let rows = parties.map(|(party, report)| {
            vec![
                scenario.party(party).label.clone(),
                decimal(report.reservation_value.get(), 3),
                decimal(report.utility().get(), 3),
                (report.surplus()).map_or_else(|| "-".to_owned(), |it| signed(it, 3)),
                self.setting.strategies(party)[report.strategy]
                    .offering
                    .name
                    .replace('_', " "),
            ]
        });
        PageTable {
            head: ["party", "no deal", "outcome", "gain", "strategy"]
                .map(str::to_owned)
                .to_vec(),
            rows: rows.collect(),
        }
    }
}

/// The options of an outcome, with the previous option where it differs.
fn settled(scenario: &Scenario, outcome: Outcome, before: Option<Outcome>) -> Vec<SettledIssue> {
    let issues = scenario.space.issues();
    issues
        .map(|issue| {
            let option = |it| marked_option(scenario, issue, scenario.space.option(it, issue));
            let has_changed = |it: &Outcome| {
                scenario.space.option(*it, issue) != scenario.space.option(outcome, issue)
            };
            SettledIssue {
                issue: scenario.issue(issue).label.clone(),
                option: option(outcome),
                was: before.filter(has_changed).map(option),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(round: u32, number: u32) -> TraceStep {
        let space = demarche_core::domain::OutcomeSpace::new(&[4]).expect("a small space");
        TraceStep {
            round,
            kind: StepKind::FinalText,
            outcome: space.outcome_at(number.into()),
            before: None,
            standings: Vec::new(),
        }
    }

    #[test]
    fn rounds_between_the_first_and_the_last_are_counted() {
        let mut it = Rounds::new(3, 1);
        for round in 1..=6 {
            it.push(step(round, 0));
            it.push(step(round, 1));
        }
        let kept = it.first.iter().chain(&it.last);
        let kept: Vec<(u32, usize)> = kept.map(|it| (it.0, it.1.len())).collect();
        assert_eq!(kept, [(1, 2), (5, 2), (6, 2)]);
        assert_eq!(it.left_out, 3);
    }

    #[test]
    fn few_rounds_are_all_kept() {
        let mut it = Rounds::new(4, 1);
        for round in [1, 2, 2, 3, 4] {
            it.push(step(round, 0));
        }
        assert_eq!((it.first.len(), it.last.len(), it.left_out), (2, 2, 0));
    }
}
