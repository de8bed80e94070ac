//! How far options are from what other parties have shown that they want.

use crate::domain::{Outcome, OutcomeSpace, PartyId, PartySet, Scale};

/// The greatest distance on one issue, in the units of [`OfferDistance`].
pub const FULL_DISTANCE: u32 = 1 << 16;

/// The weight of a party to which none was given.
const FULL_WEIGHT: u32 = 1 << 16;

/// What a distance is multiplied by before it is divided by the sum of weights, so that division
/// keeps unequal distances unequal: a set has 64 parties at most.
const MEAN_SCALE: u64 = 64 * FULL_WEIGHT as u64;

/// For each party that has been heard, how far each option is from its wishes.
///
/// ```text
/// d(o)     = Σ_p w_p·d_p(o) / Σ_p w_p,   p counted and heard; w_p = 1 unless it was weighed
/// d_p(o)   = Σ_i mean over what p has put forward and accepted of δ_i(o_i, its option there)
/// δ_i(j,k) = |j − k| / (K_i − 1) on an ordinal issue of K_i options, [j ≠ k] on a nominal one
/// ```
///
/// What a party never gives up is far from all else; what it trades freely is near to everything.
/// In units of 1/65,536 on each issue, so that sums are exact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfferDistance {
    n_options: usize,
    /// Per issue, how far one option is from the next.
    steps: Vec<Step>,
    /// Sum, over all that the party has wished for, of each option's distance from it.
    sums: Vec<u64>,
    /// How often each party has been heard.
    heard: Vec<u64>,
    /// By party, its weight in units of 1 over [`FULL_WEIGHT`].
    weights: Vec<u32>,
    counted: Counted,
}

/// Whose distances count in that of an outcome, of those who have been heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counted {
    /// Those whose answer to the outcome counts.
    Asked,
    /// All.
    All,
}

/// How far the options of an issue are from each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    /// All equally.
    Nominal,
    /// By so much from one to the next.
    Ordinal(u64),
}

impl OfferDistance {
    /// Over the issues of a space, with nobody heard yet; of those who will be, those count who are
    /// asked.
    pub fn new(space: &OutcomeSpace, scales: &[Scale], n_parties: usize) -> Self {
        let n_options = space.n_options_total();
        let steps = space
            .issues()
            .zip(scales)
            .map(|(issue, scale)| match scale {
                Scale::Nominal => Step::Nominal,
                Scale::Ordinal => {
                    let gaps = space.n_options(issue).saturating_sub(1).max(1);
                    Step::Ordinal(u64::from(FULL_DISTANCE) / gaps as u64)
                }
            })
            .collect();
        Self {
            n_options,
            steps,
            sums: vec![0; n_options * n_parties],
            heard: vec![0; n_parties],
            weights: vec![FULL_WEIGHT; n_parties],
            counted: Counted::Asked,
        }
    }

    /// The same, with these counted.
    #[must_use]
    pub fn counting(self, counted: Counted) -> Self {
        Self { counted, ..self }
    }

    /// Sets how much a party's distance counts, from 0 to 1; 1 if it is never set.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "held within 0 and 1"
    )]
    pub fn weigh(&mut self, party: PartyId, weight: f64) {
        let units = libm::round(weight.clamp(0.0, 1.0) * f64::from(FULL_WEIGHT));
        self.weights[party.idx()] = units as u32;
    }

    /// Takes in that a party put forward or accepted an outcome.
    pub fn hear(&mut self, space: &OutcomeSpace, party: PartyId, outcome: Outcome) {
        let start = party.idx() * self.n_options;
        for (issue, step) in space.issues().zip(&self.steps) {
            let wished = space.option(outcome, issue).idx();
            let sums = &mut self.sums[start..][space.flat_range(issue)];
            for (idx, sum) in sums.iter_mut().enumerate() {
                *sum += match step {
                    Step::Nominal => u64::from(FULL_DISTANCE) * u64::from(idx != wished),
                    Step::Ordinal(step) => step * idx.abs_diff(wished) as u64,
                };
            }
        }
        self.heard[party.idx()] += 1;
    }

    /// Puts in what a model makes of a party's wishes, in place of all that it was heard to say.
    ///
    /// One cost for every option of every issue, in a flat list; those of an outcome sum to
    /// [`FULL_DISTANCE`] times the number of issues at most.
    ///
    /// # Panics
    ///
    /// If there are not as many costs as options.
    pub fn put(&mut self, party: PartyId, costs: impl Iterator<Item = u32>) {
        let start = party.idx() * self.n_options;
        let sums = &mut self.sums[start..start + self.n_options];
        let mut n_costs = 0;
        for (sum, cost) in sums.iter_mut().zip(costs) {
            *sum = u64::from(cost);
            n_costs += 1;
        }
        assert_eq!(n_costs, self.n_options, "a cost for every option");
        self.heard[party.idx()] = 1;
    }

    /// Who has been heard.
    pub fn heard(&self) -> PartySet {
        (0..self.heard.len())
            .filter(|&it| self.heard[it] > 0)
            .map(PartyId::new)
            .collect()
    }

    /// Of those whose answer counts, those whose distance does.
    pub fn counted(&self, asked: PartySet) -> PartySet {
        match self.counted {
            Counted::Asked => asked.intersection(self.heard()),
            Counted::All => self.heard(),
        }
    }

    /// How far each option of each issue is from what the party wants, times its weight, in a flat
    /// list.
    pub fn costs(&self, party: PartyId) -> impl Iterator<Item = u32> + '_ {
        let start = party.idx() * self.n_options;
        self.sums[start..start + self.n_options]
            .iter()
            .map(move |&it| self.cost(party, it))
    }

    /// How far an option, by its flat position, is from what these parties want who have been
    /// heard, times their weights.
    pub fn cost_of_option(&self, flat: usize, heard: PartySet) -> u32 {
        let of_party = |party: PartyId| {
            let sum = self.sums[party.idx() * self.n_options + flat];
            self.cost(party, sum)
        };
        heard.iter().map(of_party).sum()
    }

    fn cost(&self, party: PartyId, sum: u64) -> u32 {
        let mean = sum / self.heard[party.idx()].max(1);
        let weighed = mean * u64::from(self.weights[party.idx()]) / u64::from(FULL_WEIGHT);
        u32::try_from(weighed).expect("a mean of distances is a distance")
    }

    /// How far an outcome is from what these parties want, as far as they have been heard.
    pub fn distance(&self, space: &OutcomeSpace, outcome: Outcome, parties: PartySet) -> u64 {
        let heard = parties.intersection(self.heard());
        let options = space.flat_options(outcome);
        let sum = options.map(|it| self.cost_of_option(it, heard)).sum();
        self.mean(heard).of(sum)
    }

    /// How the distances of these parties make one.
    pub(super) fn mean(&self, parties: PartySet) -> Mean {
        let weights = parties.iter().map(|it| u64::from(self.weights[it.idx()]));
        Mean {
            weight: weights.sum::<u64>().max(1),
        }
    }
}

/// The mean of distances that were multiplied by their weights before they were summed up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mean {
    /// The sum of weights, not 0.
    weight: u64,
}

impl Mean {
    /// The mean distance of a sum, in units of [`OfferDistance`] over 64.
    pub(super) fn of(self, sum: u32) -> u64 {
        u64::from(sum) * MEAN_SCALE / self.weight
    }

    /// The greatest sum whose mean distance is not above this one.
    pub(super) fn greatest_sum_within(self, distance: u64) -> u32 {
        let sum = ((distance + 1) * self.weight - 1) / MEAN_SCALE;
        u32::try_from(sum).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scale: Scale, heard: &[usize], expected: [u32; 3]) {
        let space = OutcomeSpace::new(&[3]).unwrap();
        let outcomes: Vec<Outcome> = space.outcomes().collect();
        let party = PartyId::new(0);
        let mut it = OfferDistance::new(&space, &[scale], 1);
        assert_eq!(it.distance(&space, outcomes[0], PartySet::all(1)), 0);
        for &idx in heard {
            it.hear(&space, party, outcomes[idx]);
        }
        assert_eq!(it.costs(party).collect::<Vec<u32>>(), expected);
        assert_eq!(it.distance(&space, outcomes[1], PartySet::EMPTY), 0);
    }

    #[test]
    fn what_is_wished_for_more_often_is_nearer() {
        let quarter = FULL_DISTANCE / 4;
        check(
            Scale::Nominal,
            &[0, 1, 1, 1],
            [3 * quarter, quarter, 4 * quarter],
        );
    }

    #[test]
    fn on_an_ordinal_issue_the_middle_is_halfway() {
        let half = FULL_DISTANCE / 2;
        check(Scale::Ordinal, &[0], [0, half, 2 * half]);
        check(Scale::Ordinal, &[0, 2], [half, half, half]);
    }

    #[test]
    fn the_greatest_sum_is_the_last_within_the_distance() {
        let full = u64::from(FULL_WEIGHT);
        let whole = (1..=64).map(|n| n * full);
        for weight in whole.chain([1, 2, full / 5, full + full / 5, 7 * full + 3]) {
            let mean = Mean { weight };
            for sum in [0, 1, 7, 1000, FULL_DISTANCE * 64] {
                let distance = mean.of(sum);
                let greatest = mean.greatest_sum_within(distance);
                assert!(greatest >= sum);
                assert_eq!(mean.of(greatest), distance);
                assert!(mean.of(greatest + 1) > distance);
            }
        }
    }

    #[test]
    fn a_weight_of_one_is_the_plain_mean() {
        let space = OutcomeSpace::new(&[5]).unwrap();
        let outcomes: Vec<Outcome> = space.outcomes().collect();
        let mut plain = OfferDistance::new(&space, &[Scale::Ordinal], 3);
        for (party, idx) in [(0, 0), (1, 1), (1, 4), (2, 3)] {
            plain.hear(&space, PartyId::new(party), outcomes[idx]);
        }
        let mut weighed = plain.clone();
        for party in 0..3 {
            weighed.weigh(PartyId::new(party), 1.0);
        }
        assert_eq!(plain, weighed);
        let sums = [0, 1, 3].map(|it: u32| it * FULL_DISTANCE / 4);
        for (n, parties) in (1..=3).zip([1, 2, 3].map(PartySet::all)) {
            for sum in sums {
                assert_eq!(plain.mean(parties).of(sum), u64::from(sum) * 64 / n);
            }
        }
    }

    #[test]
    fn those_who_weigh_less_are_courted_less() {
        let space = OutcomeSpace::new(&[2]).unwrap();
        let outcomes: Vec<Outcome> = space.outcomes().collect();
        let mut it = OfferDistance::new(&space, &[Scale::Nominal], 2);
        it.hear(&space, PartyId::new(0), outcomes[0]);
        it.hear(&space, PartyId::new(1), outcomes[1]);
        it.weigh(PartyId::new(1), 0.25);
        // A quarter over one and a quarter, and one over that.
        let [near, far] = [0, 1].map(|idx| it.distance(&space, outcomes[idx], PartySet::all(2)));
        assert_eq!(near, u64::from(FULL_DISTANCE) * 64 / 5);
        assert_eq!(far, u64::from(FULL_DISTANCE) * 64 * 4 / 5);
        let only = PartySet::only(PartyId::new(0));
        assert_eq!(it.counted(only), only);
        assert_eq!(it.counting(Counted::All).counted(only), PartySet::all(2));
    }

    #[test]
    fn needing_another_party_neither_adds_nor_hides_distance() {
        let space = OutcomeSpace::new(&[2]).unwrap();
        let outcomes: Vec<Outcome> = space.outcomes().collect();
        let mut it = OfferDistance::new(&space, &[Scale::Nominal], 2);
        it.hear(&space, PartyId::new(0), outcomes[0]);
        it.hear(&space, PartyId::new(1), outcomes[1]);
        let whole = u64::from(FULL_DISTANCE) * 64;
        let of = |party| PartySet::only(PartyId::new(party));
        assert_eq!(it.distance(&space, outcomes[0], of(0)), 0);
        assert_eq!(it.distance(&space, outcomes[0], of(1)), whole);
        assert_eq!(
            it.distance(&space, outcomes[0], PartySet::all(2)),
            whole / 2
        );
    }
}
