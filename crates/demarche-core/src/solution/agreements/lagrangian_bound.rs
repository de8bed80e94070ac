//! What parties can still lose before they would rather have no agreement.
//!
//! A party's slack is its surplus over the reservation value if everything that is still open went
//! its way; every choice takes from it what the party would have had more of another option.
//! Parties that must all agree have a slack together for any weights λ ≥ 0: what is best for the
//! weighted sum of them leaves the sum at most
//!
//! ```text
//! L(λ) = Σ_i max_o Σ_p λ_p·c_p,i(o) + Σ_p λ_p·( Σ_k max(a_p,k, 0) − r_p )
//! ```
//!
//! and where L(λ) < 0 for some λ, no outcome suits them all. That is Lagrangian relaxation of the
//! reservation values; Fisher, *The Lagrangian relaxation method for solving integer programming
//! problems*, Management Science 27 (1981), 1–18.

use std::borrow::Borrow;

use crate::domain::{Condition, IssueId, OutcomeSpace, PartyId, PartySet, Preferences};
use crate::solution::agreements::coupling::Coupling;

/// What the weights of a slack sum to: slacks of one and of several parties compare.
///
/// Sums of up to 1000 utilities stay within 64 bits.
const WEIGHT_SUM: i64 = 32;
/// More parties than these share no slack: the weights are too coarse for them.
const GROUP_MAX: usize = 16;
/// Among more parties than these, not every two share a slack.
const PAIRED_MAX: usize = 8;

/// One party's preferences, with all that a single issue decides counted as contribution.
#[derive(Debug)]
struct Slack {
    /// For all options of all issues.
    contributions: Vec<i64>,
    /// What is left over the reservation value without any contribution.
    rest: i64,
}

/// Parties with their weights, which sum to [`WEIGHT_SUM`].
#[derive(Clone, PartialEq, Eq, Debug)]
struct Multipliers {
    weights: Vec<(PartyId, i64)>,
}

/// An interaction that several issues decide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CoupledInteraction<'a> {
    pub(crate) party: PartyId,
    pub(crate) when: &'a Condition,
    adds: i64,
}

/// The slacks that a search keeps account of.
///
/// An account is a row with one number per slack; only parties whose reservation value is above
/// 0 have any.
#[derive(Debug)]
pub(crate) struct Leeways<'a> {
    /// Whose consent makes each slack count.
    parties: Vec<PartySet>,
    /// The slack of each party alone.
    alone: Vec<Option<usize>>,
    /// The row before any choice.
    start: Vec<i64>,
    /// What each option of all issues takes: a row per option.
    losses: Vec<i64>,
    /// The weight of each party: a row per party.
    weights: Vec<i64>,
    interactions: Vec<CoupledInteraction<'a>>,
}

impl<'a> Leeways<'a> {
    /// The slacks of all parties alone, and of some of those whose consent may be needed.
    pub(crate) fn new(
        space: &OutcomeSpace,
        parties: &'a [impl Borrow<Preferences>],
        groups: impl IntoIterator<Item = PartySet>,
    ) -> Self {
        let mut interactions = Vec::new();
        let slacks: Vec<Slack> = parties
            .iter()
            .enumerate()
            .map(|(idx, it)| Slack::new(space, PartyId::new(idx), it.borrow(), &mut interactions))
            .collect();
        let at_stake: PartySet = (0..parties.len())
            .map(PartyId::new)
            .filter(|it| parties[it.idx()].borrow().reservation_value().units() > 0)
            .collect();
        let mut multipliers: Vec<Multipliers> = at_stake.iter().map(Multipliers::of_one).collect();
        for group in groups {
            for it in together(space, &slacks, group.intersection(at_stake)) {
                if !multipliers.contains(&it) {
                    multipliers.push(it);
                }
            }
        }
        let mut alone = vec![None; parties.len()];
        for (idx, party) in at_stake.iter().enumerate() {
            alone[party.idx()] = Some(idx);
        }
        let mut weights = vec![0; parties.len() * multipliers.len()];
        for (idx, weighing) in multipliers.iter().enumerate() {
            for &(party, weight) in &weighing.weights {
                weights[party.idx() * multipliers.len() + idx] = weight;
            }
        }
        let mut losses = vec![0; space.n_options_total() * multipliers.len()];
        let mut start = Vec::with_capacity(multipliers.len());
        for (idx, weighing) in multipliers.iter().enumerate() {
            let mut lagrangian_bound = weighing.sum(|it| slacks[it.idx()].rest);
            for issue in space.issues() {
                let (_, best) = weighing.best(space, &slacks, issue);
                lagrangian_bound += best;
                for option in space.options(issue) {
                    let flat = space.flat(issue, option);
                    losses[flat * multipliers.len() + idx] =
                        best - weighing.contribution(&slacks, flat);
                }
            }
            start.push(lagrangian_bound);
        }
        Self {
            parties: multipliers.iter().map(Multipliers::parties).collect(),
            alone,
            start,
            losses,
            weights,
            interactions,
        }
    }

    /// The row before any choice.
    pub(crate) fn start(&self) -> &[i64] {
        &self.start
    }

    /// The interactions that several issues decide.
    pub(crate) fn interactions(&self) -> &[CoupledInteraction<'a>] {
        &self.interactions
    }

    /// What an option takes from every slack: a row.
    pub(crate) fn losses(&self, flat_option: usize) -> &[i64] {
        let n_slacks = self.start.len();
        &self.losses[flat_option * n_slacks..][..n_slacks]
    }

    /// Takes from a row what goes with an interaction that can no longer be fulfilled.
    pub(crate) fn lose(&self, interaction: usize, row: &mut [i64]) {
        let it = &self.interactions[interaction];
        self.take(it.party, it.adds.max(0), row);
    }

    /// Takes from a row what goes with an interaction that is fulfilled for sure.
    pub(crate) fn fulfil(&self, interaction: usize, row: &mut [i64]) {
        let it = &self.interactions[interaction];
        self.take(it.party, (-it.adds).max(0), row);
    }

    fn take(&self, party: PartyId, amount: i64, row: &mut [i64]) {
        let weights = &self.weights[party.idx() * row.len()..];
        for (lagrangian_bound, weight) in row.iter_mut().zip(weights) {
            *lagrangian_bound -= weight * amount;
        }
    }

    /// The slack of a party alone; without limit if anything is as good as no agreement.
    pub(crate) fn alone(&self, party: PartyId, row: &[i64]) -> i64 {
        self.alone[party.idx()].map_or(i64::MAX, |it| row[it])
    }

    /// The least slack of any of these parties, alone or together.
    pub(crate) fn least(&self, needed: PartySet, row: &[i64]) -> i64 {
        self.parties
            .iter()
            .zip(row)
            .filter(|(parties, _)| needed.contains_all(**parties))
            .map(|(_, &lagrangian_bound)| lagrangian_bound)
            .min()
            .unwrap_or(i64::MAX)
    }
}

impl Slack {
    fn new<'a>(
        space: &OutcomeSpace,
        party: PartyId,
        preferences: &'a Preferences,
        coupled: &mut Vec<CoupledInteraction<'a>>,
    ) -> Self {
        let mut contributions = Vec::with_capacity(space.n_options_total());
        for issue in space.issues() {
            contributions.extend(preferences.contributions(issue));
        }
        let mut rest = -preferences.reservation_value().units();
        for (when, adds) in preferences.interactions().iter().filter(|it| it.1 != 0) {
            match Coupling::new(when, |issue| space.options(issue)) {
                Coupling::Never => {}
                Coupling::Always => rest += adds,
                Coupling::One(issue) => {
                    for option in space.options(issue).filter(|&it| when.allows(issue, it)) {
                        contributions[space.flat(issue, option)] += adds;
                    }
                }
                Coupling::Several(_) => {
                    rest += adds.max(&0);
                    coupled.push(CoupledInteraction {
                        party,
                        when,
                        adds: *adds,
                    });
                }
            }
        }
        Self {
            contributions,
            rest,
        }
    }
}

/// Weighings of a group: the tightest of all together, and the tightest of every two.
fn together(space: &OutcomeSpace, slacks: &[Slack], group: PartySet) -> Vec<Multipliers> {
    let tightest = |group: PartySet| Multipliers::even(group).tightened(space, slacks);
    let mut multipliers = Vec::new();
    if (2..=GROUP_MAX).contains(&group.len()) {
        multipliers.push(tightest(group));
    }
    if group.len() <= PAIRED_MAX {
        for a in group.iter() {
            for b in group.iter().filter(|&it| it > a) {
                multipliers.push(tightest(PartySet::only(a).with(b)));
            }
        }
    }
    multipliers
}

impl Multipliers {
    fn of_one(party: PartyId) -> Self {
        Self {
            weights: vec![(party, WEIGHT_SUM)],
        }
    }

    fn even(group: PartySet) -> Self {
        let n_parties = i64::try_from(group.len()).expect("at most 64 parties");
        let (share, left_over) = (WEIGHT_SUM / n_parties, WEIGHT_SUM % n_parties);
        let shares = (0..).map(|it| share + i64::from(it < left_over));
        Self {
            weights: group.iter().zip(shares).collect(),
        }
    }

    fn parties(&self) -> PartySet {
        self.weights.iter().map(|it| it.0).collect()
    }

    fn sum(&self, of_party: impl Fn(PartyId) -> i64) -> i64 {
        self.weights
            .iter()
            .map(|&(party, weight)| weight * of_party(party))
            .sum()
    }

    fn contribution(&self, slacks: &[Slack], flat: usize) -> i64 {
        self.sum(|it| slacks[it.idx()].contributions[flat])
    }

    /// The option of an issue with the greatest weighted contribution.
    fn best(&self, space: &OutcomeSpace, slacks: &[Slack], issue: IssueId) -> (usize, i64) {
        space
            .options(issue)
            .map(|it| space.flat(issue, it))
            .map(|flat| (flat, self.contribution(slacks, flat)))
            .max_by_key(|it| it.1)
            .expect("an issue has options")
    }

    /// Moves weight to whoever is worst off in the best outcome for all, while that makes the
    /// common slack smaller: a subgradient descent in steps of whole weights.
    fn tightened(self, space: &OutcomeSpace, slacks: &[Slack]) -> Self {
        let mut tightest = self;
        let (mut lagrangian_bound, mut shift) = tightest.bound_and_shift(space, slacks);
        let mut step = WEIGHT_SUM / 4;
        while step > 0 {
            let mut moved = tightest.clone();
            let (from, to) = shift;
            moved.weights[from].1 -= step;
            moved.weights[to].1 += step;
            if moved.weights[from].1 > 0 {
                let (slack_moved, shift_moved) = moved.bound_and_shift(space, slacks);
                if slack_moved < lagrangian_bound {
                    (tightest, lagrangian_bound, shift) = (moved, slack_moved, shift_moved);
                    continue;
                }
            }
            step /= 2;
        }
        tightest
    }

    /// The common slack, and from whose to whose weight a shift may make it smaller.
    fn bound_and_shift(&self, space: &OutcomeSpace, slacks: &[Slack]) -> (i64, (usize, usize)) {
        let mut surpluses: Vec<i64> = self
            .weights
            .iter()
            .map(|it| slacks[it.0.idx()].rest)
            .collect();
        for issue in space.issues() {
            let (flat, _) = self.best(space, slacks, issue);
            for (surplus, (party, _)) in surpluses.iter_mut().zip(&self.weights) {
                *surplus += slacks[party.idx()].contributions[flat];
            }
        }
        let lagrangian_bound = surpluses
            .iter()
            .zip(&self.weights)
            .map(|(surplus, it)| surplus * it.1)
            .sum();
        let places = || 0..surpluses.len();
        let from = places().max_by_key(|&it| surpluses[it]);
        let to = places().min_by_key(|&it| surpluses[it]);
        (
            lagrangian_bound,
            from.zip(to).expect("a weighing has parties"),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn parties_that_ask_for_more_than_all_have_no_slack_together() {
        // Two cakes of which each party would rather have its own: three quarters for both.
        let space = Arc::new(OutcomeSpace::new(&[2, 2]).unwrap());
        let slacks_of = |reservation_value: f64| {
            let parties = [[3.0, 1.0], [1.0, 3.0]].map(|weights| {
                let mut res = Preferences::indifferent(Arc::clone(&space), Vec::new());
                let wins = if weights[0] > weights[1] { 1.0 } else { 0.0 };
                let loses = 1.0 - wins;
                res.set(
                    &weights,
                    &[loses, wins, loses, wins],
                    &[],
                    reservation_value,
                );
                res
            });
            let both = PartySet::all(2);
            let slacks = Leeways::new(&space, &parties, [both]);
            let row = slacks.start();
            let alone = [0, 1].map(|it| slacks.alone(PartyId::new(it), row) >= 0);
            (alone, slacks.least(both, row) >= 0)
        };
        assert_eq!(slacks_of(0.75), ([true, true], true));
        assert_eq!(slacks_of(0.8), ([true, true], false));
    }
}
