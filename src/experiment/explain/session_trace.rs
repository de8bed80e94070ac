//! A session once more from its events: what was on the table, and where each party stood to it.

use std::slice;
use std::sync::Arc;

use demarche_core::domain::{Outcome, PartyId, Preferences, Utility};
use demarche_core::negotiation::{Negotiator, Setting};
use demarche_core::protocol::{Answers, Event, Rules, Session};
use demarche_core::randomness::{Replication, Seeds};

/// Something on the table, and where each party stood to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TraceStep {
    /// In which round, from 1.
    pub round: u32,
    /// What it was.
    pub kind: StepKind,
    /// What was on the table.
    pub outcome: Outcome,
    /// What it was before: of an offer the last one of the same party, of a variant the standing
    /// text; `None` if there was nothing before, and in a final vote.
    pub before: Option<Outcome>,
    /// Where each party stood to it, in party order.
    pub standings: Vec<PartyStanding>,
}

/// What was on the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StepKind {
    /// A party's new offer.
    Offer(PartyId),
    /// A party's offer of an earlier round, to which others said yes only now.
    StandingOffer(PartyId),
    /// A mediator's variant of the standing text.
    Variant {
        /// Whether it replaced that text.
        is_taken: bool,
    },
    /// A mediator's text in the final vote.
    FinalText,
}

/// Where a party stood to what was on the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PartyStanding {
    /// What it was worth to the party, in this round's utility.
    pub utility: Utility,
    /// What [`TraceStep::before`] was worth to it.
    pub utility_before: Option<Utility>,
    /// What the party demanded when it made the offer or answered it; `None` if it did neither,
    /// under a mediator, where parties only compare, and after its strategy has panicked.
    pub aspiration: Option<Utility>,
    /// What it said, if it was asked.
    pub answer: Option<Answer>,
}

/// A yes or a no.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// A yes.
    Yes,
    /// A no; where offers alternate, a counter-offer.
    No,
}

/// The steps of a session, one by one: the parties sit down once more and hear what was said.
///
/// Nobody is asked to act, so no random number is used up, and a step takes no more memory than one. What a
/// party demands it is asked only where it decided something: some make a plan for the round when
/// they are first asked.
#[derive(Debug)]
pub struct SessionTrace<'a> {
    rules: &'a Rules,
    events: slice::Iter<'a, Event>,
    negotiators: Vec<Negotiator>,
    /// By party.
    last_offers: Vec<Option<Outcome>>,
    /// What is on the table and may yet be answered.
    open: Option<TraceStep>,
}

impl<'a> SessionTrace<'a> {
    /// Before the first step of a session of this setting.
    pub fn new(
        setting: &Arc<Setting>,
        seeds: &Seeds,
        replication: Replication,
        session: &'a Session,
    ) -> Self {
        let parties = setting.scenario().party_ids();
        let negotiators: Vec<Negotiator> = parties
            .map(|it| {
                let mut res = Negotiator::new(Arc::clone(setting), it);
                res.begin(seeds, replication);
                res
            })
            .collect();
        Self {
            rules: session.rules(),
            events: session.events().iter(),
            last_offers: vec![None; negotiators.len()],
            negotiators,
            open: None,
        }
    }

    /// The preferences that the parties have in this session, in party order.
    pub fn preferences(&mut self) -> Vec<Preferences> {
        let parties = self.negotiators.iter_mut();
        parties.map(|it| it.private_view(1).preferences).collect()
    }

    /// Takes in what happened next; the step before it, if that is over now.
    fn take_in(&mut self, event: &Event) -> Option<TraceStep> {
        let round = event.round();
        if let Some(offer) = event.offer() {
            let proposer = offer.proposer;
            // What it demanded is what made it offer this, not what it makes of its own offer.
            let own = self.negotiators[proposer.idx()].aspiration(round);
            self.hear(event);
            let before = self.last_offers[proposer.idx()].replace(offer.outcome);
            let mut standings = self.standings(offer.outcome, before);
            standings[proposer.idx()].aspiration = own;
            return self.open.replace(TraceStep {
                round,
                kind: StepKind::Offer(proposer),
                outcome: offer.outcome,
                before,
                standings,
            });
        }
        let answers = event.answers()?;
        let outcome = answers.outcome;
        let Some(proposer) = answers.proposer else {
            let is_taken = self.rules.is_taken(outcome, answers.yes);
            let variant = |_| StepKind::Variant { is_taken };
            let step = TraceStep {
                round,
                kind: answers.standing.map_or(StepKind::FinalText, variant),
                outcome,
                before: answers.standing,
                standings: self.standings(outcome, answers.standing),
            };
            let over = self.open.replace(step);
            self.note_answers(round, &answers);
            return over;
        };
        let is_late = self.open.as_ref().is_some_and(|it| it.round < round);
        let mut over = None;
        if is_late && !answers.accepted().is_empty() {
            let standings = self.standings(outcome, Some(outcome));
            over = self.open.replace(TraceStep {
                round,
                kind: StepKind::StandingOffer(proposer),
                outcome,
                before: Some(outcome),
                standings,
            });
        }
        self.note_answers(round, &answers);
        self.hear(event);
        over
    }

    fn hear(&mut self, event: &Event) {
        for it in &mut self.negotiators {
            it.observe(std::slice::from_ref(event));
        }
    }

    /// Where all stand before they answer.
    fn standings(&self, outcome: Outcome, before: Option<Outcome>) -> Vec<PartyStanding> {
        let parties = self.negotiators.iter();
        parties
            .map(|it| PartyStanding {
                utility: it.utility(outcome),
                utility_before: before.map(|before| it.utility(before)),
                aspiration: None,
                answer: None,
            })
            .collect()
    }

    fn note_answers(&mut self, round: u32, answers: &Answers) {
        let Some(open) = &mut self.open else {
            return;
        };
        let is_mediated = matches!(open.kind, StepKind::Variant { .. } | StepKind::FinalText);
        for party in answers.answered.iter() {
            let standing = &mut open.standings[party.idx()];
            if !is_mediated {
                standing.aspiration = self.negotiators[party.idx()].aspiration(round);
            }
            standing.answer = Some(if answers.yes.contains(party) {
                Answer::Yes
            } else {
                Answer::No
            });
        }
    }
}

impl Iterator for SessionTrace<'_> {
    type Item = TraceStep;

    fn next(&mut self) -> Option<TraceStep> {
        while let Some(event) = self.events.next() {
            if let Some(it) = self.take_in(event) {
                return Some(it);
            }
        }
        self.open.take()
    }
}
