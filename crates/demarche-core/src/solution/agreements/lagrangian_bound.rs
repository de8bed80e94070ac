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

use crate::domain::{Condition, OutcomeSpace, PartyId, PartySet, Preferences};
use crate::solution::agreements::coupling::Coupling;

/// What the weights of a slack sum to: slacks of one and of several parties compare.
///
/// Sums of up to 1000 utilities stay within 64 bits.
const WEIGHT_SUM: i64 = 32;
/// More parties than these share no slack: the weights are too coarse for them.
const GROUP_MAX: usize = 16;
/// Among more parties than these, not every two share a slack.
const PAIRED_MAX: usize = 8;

/// An interaction that several issues decide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CoupledInteraction<'a> {
    pub(crate) party: PartyId,
    pub(crate) when: &'a Condition,
    adds: i64,
}

impl CoupledInteraction<'_> {
    /// What the party loses once it can no longer be fulfilled.
    pub(crate) fn lost_if_broken(&self) -> i64 {
        self.adds.max(0)
    }

    /// What the party loses once it is fulfilled for sure.
    pub(crate) fn lost_if_fulfilled(&self) -> i64 {
        (-self.adds).max(0)
    }
}

/// The preferences of parties, with all that a single issue decides counted as contribution.
#[derive(Debug)]
struct Stakes<'a> {
    space: &'a OutcomeSpace,
    /// By party, for all options of all issues.
    contributions: Vec<i64>,
    /// By party, what is left over the reservation value without any contribution.
    rests: Vec<i64>,
}

/// The slacks that a search keeps account of.
///
/// An account is a row with one number per slack; only parties whose reservation value is above
/// 0 have any.
#[derive(Debug)]
pub(crate) struct Leeways<'a> {
    stakes: Stakes<'a>,
    at_stake: PartySet,
    interactions: Vec<CoupledInteraction<'a>>,
    /// Whose consent makes each slack count.
    parties: Vec<PartySet>,
    /// The row before any choice.
    start: Vec<i64>,
    /// By slack, what each option of all issues takes from it.
    taken: Vec<i64>,
    /// By slack, the weight of each party.
    weights: Vec<i64>,
    /// What each option of all issues takes: a row per option.
    losses: Vec<i64>,
}

/// What parties want of an outcome space, as far as slacks depend on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wants<'a> {
    pub(crate) preferences: &'a Preferences,
    /// The utility of no agreement, in units.
    pub(crate) reservation_value: i64,
}

impl<'a> Leeways<'a> {
    /// The slacks of all parties alone.
    pub(crate) fn new(
        space: &'a OutcomeSpace,
        parties: impl ExactSizeIterator<Item = Wants<'a>>,
    ) -> Self {
        let (n_parties, n_options) = (parties.len(), space.n_options_total());
        let mut stakes = Stakes {
            space,
            contributions: Vec::with_capacity(n_parties * n_options),
            rests: Vec::with_capacity(n_parties),
        };
        let mut interactions = Vec::new();
        let mut at_stake = PartySet::EMPTY;
        for (idx, it) in parties.enumerate() {
            let party = PartyId::new(idx);
            stakes.push(party, it, &mut interactions);
            if it.reservation_value > 0 {
                at_stake = at_stake.with(party);
            }
        }
        let mut res = Self {
            stakes,
            at_stake,
            interactions,
            parties: Vec::with_capacity(at_stake.len()),
            start: Vec::with_capacity(at_stake.len()),
            taken: Vec::with_capacity(at_stake.len() * n_options),
            weights: Vec::with_capacity(at_stake.len() * n_parties),
            losses: Vec::new(),
        };
        let mut worth = Vec::new();
        let mut weights = vec![0; n_parties];
        for party in at_stake.iter() {
            weights[party.idx()] = WEIGHT_SUM;
            res.stakes
                .weigh(&weights, PartySet::only(party), &mut worth);
            res.push(PartySet::only(party), &weights, &worth);
            weights[party.idx()] = 0;
        }
        res
    }

    /// Adds slacks of some of these parties together: the tightest of all of them, and the tightest of
    /// every two.
    pub(crate) fn share(&mut self, group: PartySet) {
        let group = group.intersection(self.at_stake);
        if (2..=GROUP_MAX).contains(&group.len()) {
            self.tighten(group);
        }
        if group.len() <= PAIRED_MAX {
            for a in group.iter() {
                for b in group.iter().filter(|&it| it > a) {
                    self.tighten(PartySet::only(a).with(b));
                }
            }
        }
    }

    /// Adds the tightest slack of these parties together that is found, unless it is there.
    ///
    /// Moves weight to whoever is worst off in the best outcome for all, while that makes the
    /// common slack smaller: a subgradient descent in steps of whole weights.
    fn tighten(&mut self, group: PartySet) {
        if self.parties.contains(&group) {
            return;
        }
        let stakes = &self.stakes;
        let mut weights = stakes.even(group);
        let (mut worth, mut worth_moved, mut best) = (Vec::new(), Vec::new(), Vec::new());
        stakes.weigh(&weights, group, &mut worth);
        let mut bound = stakes.bound(&weights, &worth);
        let (mut from, mut to) = stakes.best_and_worst_off(group, &worth, &mut best);
        let mut step = WEIGHT_SUM / 4;
        while step > 0 {
            if weights[from.idx()] > step {
                weights[from.idx()] -= step;
                weights[to.idx()] += step;
                stakes.shift(&worth, [from, to], step, &mut worth_moved);
                let bound_moved = stakes.bound(&weights, &worth_moved);
                if bound_moved < bound {
                    bound = bound_moved;
                    std::mem::swap(&mut worth, &mut worth_moved);
                    (from, to) = stakes.best_and_worst_off(group, &worth, &mut best);
                    continue;
                }
                weights[from.idx()] += step;
                weights[to.idx()] -= step;
            }
            step /= 2;
        }
        self.push(group, &weights, &worth);
    }

    /// Adds a slack, of parties with these weights, to whom options are worth so much together.
    fn push(&mut self, group: PartySet, weights: &[i64], worth: &[i64]) {
        self.parties.push(group);
        self.weights.extend_from_slice(weights);
        self.start.push(self.stakes.bound(weights, worth));
        for issue in self.stakes.space.issues() {
            let of_issue = &worth[self.stakes.space.flat_range(issue)];
            let best = greatest(of_issue);
            self.taken.extend(of_issue.iter().map(|it| best - it));
        }
    }

    /// The same, ready for choices: no slack is added from here on.
    pub(crate) fn complete(mut self) -> Self {
        let n_slacks = self.start.len();
        let n_options = self.stakes.space.n_options_total();
        self.losses.resize(n_slacks * n_options, 0);
        for (idx, taken) in self.taken.chunks_exact(n_options).enumerate() {
            let losses = self.losses[idx..].iter_mut().step_by(n_slacks);
            for (loss, it) in losses.zip(taken) {
                *loss = *it;
            }
        }
        self
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

    /// What each option of all issues takes from all slacks together.
    pub(crate) fn losses_of_all(&self) -> Vec<i64> {
        let n_options = self.stakes.space.n_options_total();
        let mut sums = vec![0; n_options];
        for taken in self.taken.chunks_exact(n_options) {
            for (sum, it) in sums.iter_mut().zip(taken) {
                *sum += it;
            }
        }
        sums
    }

    /// Takes from a row what each party loses.
    pub(crate) fn take(&self, lost: &[i64], row: &mut [i64]) {
        for (slack, weights) in row.iter_mut().zip(self.weights.chunks_exact(lost.len())) {
            let pairs = weights.iter().zip(lost);
            *slack -= pairs.map(|(weight, it)| weight * it).sum::<i64>();
        }
    }

    /// The slack of a party alone; without limit if anything is as good as no agreement.
    pub(crate) fn alone(&self, party: PartyId, row: &[i64]) -> i64 {
        if self.at_stake.contains(party) {
            // Slacks of parties alone come first, in party order.
            let before = PartySet::all(party.idx()).intersection(self.at_stake);
            row[before.len()]
        } else {
            i64::MAX
        }
    }

    /// The least slack of any of these parties, alone or together.
    pub(crate) fn least(&self, needed: PartySet, row: &[i64]) -> i64 {
        self.parties
            .iter()
            .zip(row)
            .filter(|(parties, _)| needed.contains_all(**parties))
            .map(|(_, &slack)| slack)
            .min()
            .unwrap_or(i64::MAX)
    }
}

impl<'a> Stakes<'a> {
    /// Adds a party.
    fn push(
        &mut self,
        party: PartyId,
        wants: Wants<'a>,
        coupled: &mut Vec<CoupledInteraction<'a>>,
    ) {
        let space = self.space;
        let start = self.contributions.len();
        for issue in space.issues() {
            self.contributions
                .extend(wants.preferences.contributions(issue));
        }
        let contributions = &mut self.contributions[start..];
        let mut rest = -wants.reservation_value;
        let interactions = wants.preferences.interactions().iter();
        for (when, adds) in interactions.filter(|it| it.1 != 0) {
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
        self.rests.push(rest);
    }

    /// A party's contributions, for all options of all issues.
    fn of(&self, party: PartyId) -> &[i64] {
        let n_options = self.space.n_options_total();
        &self.contributions[party.idx() * n_options..][..n_options]
    }

    /// Weights that are equal within the group, as far as whole numbers can be.
    fn even(&self, group: PartySet) -> Vec<i64> {
        let n_parties = i64::try_from(group.len()).expect("at most 64 parties");
        let (share, left_over) = (WEIGHT_SUM / n_parties, WEIGHT_SUM % n_parties);
        let mut weights = vec![0; self.rests.len()];
        for (party, place) in group.iter().zip(0..) {
            weights[party.idx()] = share + i64::from(place < left_over);
        }
        weights
    }

    /// What all options are worth to a group together.
    fn weigh(&self, weights: &[i64], group: PartySet, worth: &mut Vec<i64>) {
        worth.clear();
        worth.resize(self.space.n_options_total(), 0);
        for party in group.iter() {
            let weight = weights[party.idx()];
            for (sum, it) in worth.iter_mut().zip(self.of(party)) {
                *sum += weight * it;
            }
        }
    }

    /// What all options are worth together once a step of weight has moved from one party to another.
    fn shift(&self, worth: &[i64], [from, to]: [PartyId; 2], step: i64, moved: &mut Vec<i64>) {
        let changes = self.of(to).iter().zip(self.of(from));
        let pairs = worth.iter().zip(changes);
        moved.clear();
        moved.extend(pairs.map(|(sum, (to, from))| sum + step * (to - from)));
    }

    /// The common slack of parties with these weights, to whom options are worth so much together.
    fn bound(&self, weights: &[i64], worth: &[i64]) -> i64 {
        let rests = weights.iter().zip(&self.rests);
        let rests: i64 = rests.map(|(weight, rest)| weight * rest).sum();
        let issues = self.space.issues();
        let best = issues.map(|it| greatest(&worth[self.space.flat_range(it)]));
        rests + best.sum::<i64>()
    }

    /// Who of a group has the greatest and who the least surplus in the best outcome for all, so that a
    /// shift of weight from the one to the other may make the common slack smaller.
    ///
    /// `best` is room for the best option of each issue.
    fn best_and_worst_off(
        &self,
        group: PartySet,
        worth: &[i64],
        best: &mut Vec<usize>,
    ) -> (PartyId, PartyId) {
        best.clear();
        best.extend(self.space.issues().map(|it| {
            let range = self.space.flat_range(it);
            let last = range.max_by_key(|&flat| worth[flat]);
            last.expect("an issue has options")
        }));
        let surplus = |party: PartyId| {
            let contributions = self.of(party);
            let rest = self.rests[party.idx()];
            rest + best.iter().map(|&it| contributions[it]).sum::<i64>()
        };
        let mut parties = group.iter().map(|it| (surplus(it), it));
        let first = parties.next().expect("a group has parties");
        let (from, to) = parties.fold((first, first), |(most, least), it| {
            (
                if it.0 >= most.0 { it } else { most },
                if it.0 < least.0 { it } else { least },
            )
        });
        (from.1, to.1)
    }
}

/// The greatest of what the options of an issue are worth.
fn greatest(worth: &[i64]) -> i64 {
    worth.iter().copied().fold(i64::MIN, i64::max)
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
            let wants = parties.iter().map(|preferences| Wants {
                preferences,
                reservation_value: preferences.reservation_value().units(),
            });
            let mut slacks = Leeways::new(&space, wants);
            slacks.share(both);
            let row = slacks.start();
            let alone = [0, 1].map(|it| slacks.alone(PartyId::new(it), row) >= 0);
            (alone, slacks.least(both, row) >= 0)
        };
        assert_eq!(slacks_of(0.75), ([true, true], true));
        assert_eq!(slacks_of(0.8), ([true, true], false));
    }
}
