//! How far options are from what other parties have shown that they want.

use crate::domain::{OptionId, Outcome, OutcomeSpace, PartyId, PartySet, Scale};

/// The greatest distance on one issue, in the units of [`OfferDistance`].
pub const FULL_DISTANCE: u32 = 1 << 16;

/// What a distance is multiplied by before it is divided among parties, so that division keeps
/// unequal distances unequal: a set has 64 parties at most.
const MEAN_SCALE: u64 = 64;

/// For each party that has been heard, how far each option is from its wishes.
///
/// ```text
/// d(o)     = mean over p of d_p(o),   p heard, its yes needed for o
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
    /// Over the issues of a space, with nobody heard yet.
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
        }
    }

    /// Takes in that a party put forward or accepted an outcome.
    pub fn hear(&mut self, space: &OutcomeSpace, party: PartyId, outcome: Outcome) {
        let start = party.idx() * self.n_options;
        for (issue, step) in space.issues().zip(&self.steps) {
            let wished = space.option(outcome, issue).idx();
            let first = start + space.flat(issue, OptionId::new(0));
            let sums = &mut self.sums[first..first + space.n_options(issue)];
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

    /// How far each option of each issue is from what the party wants, in a flat list.
    pub fn costs(&self, party: PartyId) -> impl Iterator<Item = u32> + '_ {
        let start = party.idx() * self.n_options;
        self.sums[start..start + self.n_options]
            .iter()
            .map(move |&it| self.cost(party, it))
    }

    fn cost(&self, party: PartyId, sum: u64) -> u32 {
        let mean = sum / self.heard[party.idx()].max(1);
        u32::try_from(mean).expect("a mean of distances is a distance")
    }

    /// How far an outcome is from what these parties want, as far as they have been heard.
    pub fn distance(&self, space: &OutcomeSpace, outcome: Outcome, parties: PartySet) -> u64 {
        let heard = parties.intersection(self.heard());
        let sum: u32 = heard
            .iter()
            .map(|party| {
                let start = party.idx() * self.n_options;
                space
                    .flat_options(outcome)
                    .map(|flat| self.cost(party, self.sums[start + flat]))
                    .sum::<u32>()
            })
            .sum();
        mean_distance(sum, heard)
    }
}

/// The mean distance from so many parties, in units of [`OfferDistance`] over 64.
pub(super) fn mean_distance(sum: u32, parties: PartySet) -> u64 {
    u64::from(sum) * MEAN_SCALE / (parties.len().max(1) as u64)
}

/// The greatest sum whose mean distance is not above this one.
pub(super) fn greatest_sum_within(distance: u64, parties: PartySet) -> u32 {
    let n = parties.len().max(1) as u64;
    let sum = ((distance + 1) * n - 1) / MEAN_SCALE;
    u32::try_from(sum).unwrap_or(u32::MAX)
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
        for n in 1..=64 {
            let parties = PartySet::all(n);
            for sum in [0, 1, 7, 1000, FULL_DISTANCE * 64] {
                let distance = mean_distance(sum, parties);
                let greatest = greatest_sum_within(distance, parties);
                assert!(greatest >= sum);
                assert_eq!(mean_distance(greatest, parties), distance);
                assert!(mean_distance(greatest + 1, parties) > distance);
            }
        }
    }

    #[test]
    fn needing_another_party_neither_adds_nor_hides_distance() {
        let space = OutcomeSpace::new(&[2]).unwrap();
        let outcomes: Vec<Outcome> = space.outcomes().collect();
        let mut it = OfferDistance::new(&space, &[Scale::Nominal], 2);
        it.hear(&space, PartyId::new(0), outcomes[0]);
        it.hear(&space, PartyId::new(1), outcomes[1]);
        let whole = u64::from(FULL_DISTANCE) * MEAN_SCALE;
        let of = |party| PartySet::only(PartyId::new(party));
        assert_eq!(it.distance(&space, outcomes[0], of(0)), 0);
        assert_eq!(it.distance(&space, outcomes[0], of(1)), whole);
        assert_eq!(
            it.distance(&space, outcomes[0], PartySet::all(2)),
            whole / 2
        );
    }
}
