//! What other parties seem to want, from what they say in the session.
//!
//! A model hears every party alike and keeps them apart; it never sees their preferences.
//! All models speak of a party's wishes as a sum over the issues, so that outcomes can be searched
//! by them.

mod bayesian;
mod frequency;

use std::fmt;
use std::sync::Arc;

use crate::domain::{Outcome, OutcomeSpace, PartyId, Utility, from_units};
use crate::protocol::Event;
use crate::search::{FULL_DISTANCE, OfferDistance, OutcomeSearch};
use crate::strategy::{Situation, Turn};

pub use bayesian::BayesianModel;
pub use frequency::FrequencyModel;

/// Learns what parties want from what they say.
pub trait OpponentModel: Send + fmt::Debug {
    /// Takes in that a party has said something of an outcome, at a relative time.
    fn hear(&mut self, party: PartyId, outcome: Outcome, said: Said, relative_time: f64);

    /// What a party seems to want.
    fn estimate(&self, party: PartyId) -> EstimatedPreferences;

    /// Takes in an event, at a relative time.
    fn observe(&mut self, event: &Event, relative_time: f64) {
        if let Some(offer) = event.offer() {
            self.hear(offer.proposer, offer.outcome, Said::Offered, relative_time);
        }
        // Which of two texts is better says little of what either is worth.
        if let Some(answers) = event.answers_to_offer() {
            for party in answers.answered.iter() {
                let said = if answers.yes.contains(party) {
                    Said::Accepted
                } else {
                    Said::Refused
                };
                self.hear(party, answers.outcome, said, relative_time);
            }
        }
    }
}

/// What a party has said of an outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    /// It put it forward.
    Offered,
    /// It said yes to it.
    Accepted,
    /// It said no to it.
    Refused,
}

/// What a party seems to want: a utility in [0, 1] that is a sum over the issues.
#[derive(Clone, PartialEq, Debug)]
pub struct EstimatedPreferences {
    space: Arc<OutcomeSpace>,
    /// Estimated weight times estimated value, for all options of all issues.
    contributions: Vec<f64>,
}

impl EstimatedPreferences {
    /// From weights that sum to 1 and values in [0, 1], for all options of all issues.
    fn new(space: &Arc<OutcomeSpace>, weights: &[f64], values: &[f64]) -> Self {
        let mut contributions = values.to_vec();
        for (issue, weight) in space.issues().zip(weights) {
            for it in &mut contributions[space.flat_range(issue)] {
                *it *= weight;
            }
        }
        Self {
            space: Arc::clone(space),
            contributions,
        }
    }

    /// The estimated utility of an outcome.
    pub fn utility(&self, outcome: Outcome) -> f64 {
        let flat = self.space.flat_options(outcome);
        flat.map(|it| self.contributions[it]).sum()
    }

    /// How far each option of each issue falls short of the best, as a distance.
    fn costs(&self) -> impl Iterator<Item = u32> + '_ {
        self.space.issues().flat_map(move |issue| {
            let of_issue = &self.contributions[self.space.flat_range(issue)];
            let best = of_issue.iter().copied().fold(0.0, f64::max);
            of_issue.iter().map(move |it| distance(best - it))
        })
    }
}

/// A shortfall of utility as a distance, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "shortfalls are between 0 and 1"
)]
fn distance(shortfall: f64) -> u32 {
    (shortfall * f64::from(FULL_DISTANCE)) as u32
}

/// Into how many steps the way from the best outcome to the reservation value is divided.
const LEVELS: i64 = 16;

/// What others seem to want, ready for searching.
pub(super) struct Wishes {
    estimates: Vec<EstimatedPreferences>,
    offer_distance: OfferDistance,
}

impl Wishes {
    /// What all parties seem to want.
    pub(super) fn new(model: &dyn OpponentModel, situation: &Situation<'_>) -> Self {
        let rules = situation.rules;
        let parties = (0..rules.n_parties).map(PartyId::new);
        let estimates: Vec<_> = parties.clone().map(|it| model.estimate(it)).collect();
        let mut offer_distance = OfferDistance::new(&rules.space, &rules.scales, rules.n_parties);
        for (party, estimate) in parties.zip(&estimates) {
            offer_distance.put(party, estimate.costs());
        }
        Self {
            estimates,
            offer_distance,
        }
    }

    /// What each party seems to want, in party order.
    pub(super) fn estimates(&self) -> &[EstimatedPreferences] {
        &self.estimates
    }

    /// The estimated utilities of an outcome for all others whose answer to it counts.
    fn of_others(
        &self,
        outcome: Outcome,
        situation: &Situation<'_>,
    ) -> impl Iterator<Item = (PartyId, f64)> {
        let rules = situation.rules;
        let others = rules.consent.asked(&rules.space, outcome);
        let others = others.without(situation.me);
        others
            .iter()
            .map(move |it| (it, self.estimates[it.idx()].utility(outcome)))
    }

    /// Of all outcomes worth at least `target` to the party, the one the others seem to like best.
    pub(super) fn nearest_at_least(
        &self,
        target: Utility,
        search: &mut dyn OutcomeSearch,
    ) -> Option<Outcome> {
        search.nearest_at_least(target, &self.offer_distance)
    }

    /// The outcome of greatest merit, among those that the others seem to like best at each of
    /// some levels of own utility.
    ///
    /// Merit is what the outcome is worth over no agreement, times what each other whose answer
    /// counts makes of it, which shows in its identifier and its estimated utility.
    pub(super) fn best_by(
        &self,
        turn: &mut Turn<'_>,
        merit_of_other: impl Fn(PartyId, f64) -> f64,
    ) -> Option<Outcome> {
        let situation = turn.situation;
        let floor = situation.preferences.reservation_value().units();
        let room = situation.best_utility.units() - floor;
        let targets = (0..=LEVELS).map(|it| Utility::clamped(floor + room / LEVELS * it));
        let mut targets: Vec<Utility> = targets.collect();
        // Where nothing is worth as much as no agreement, levels fall; targets are to rise.
        targets.sort_unstable();
        let mut found = turn.search.nearest_at_each(&targets, &self.offer_distance);
        if room >= 0 {
            // What is worth more to the party itself comes first, and stays first of equal merit.
            found.reverse();
        }
        found.dedup();
        let mut best: Option<(f64, Outcome)> = None;
        for outcome in found.into_iter().flatten() {
            let surplus = from_units(situation.preferences.utility(outcome).units() - floor);
            let others = self.of_others(outcome, &situation);
            let merit = others.fold(surplus, |merit, (party, utility)| {
                merit * merit_of_other(party, utility)
            });
            if best.is_none_or(|it| merit > it.0) {
                best = Some((merit, outcome));
            }
        }
        best.map(|it| it.1)
    }
}
