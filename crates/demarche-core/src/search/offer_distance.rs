//! How far options are from what other parties have shown that they want.

use std::ops::Range;

use crate::domain::{Outcome, OutcomeSpace, PartyId, PartySet, Scale};

/// The greatest distance on one issue, in the units of [`OfferDistance`].
pub const FULL_DISTANCE: u32 = 1 << 16;

/// The weight of a party to which none was given.
pub(crate) const FULL_WEIGHT: u32 = 1 << 16;

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
#[derive(Clone, Debug)]
pub struct OfferDistance {
    issues: Vec<IssuePlace>,
    n_options: usize,
    /// By party and flat position of an option: how many of the outcomes that the party wished for had
    /// it, or what a model put in.
    wished: Vec<u32>,
    /// By party and issue, how far all outcomes that it wished for are from the first option, in steps
    /// from one option to the next.
    from_first: Vec<u64>,
    /// By party, how its wishes are known.
    wishes: Vec<WishesKnown>,
    heard: PartySet,
    /// By party and flat position of an option, how far it is from what the party wants; computed when
    /// the party is weighed.
    means: Vec<u32>,
    /// The same times a weight below the full one.
    costs: Vec<u32>,
    /// By party, the weight in its costs; [`FULL_WEIGHT`], which needs none, if they are out of date.
    weights_of_costs: Vec<u32>,
    /// The parties of which means are not out of date.
    has_means: PartySet,
    /// By party, its weight in units of 1 over [`FULL_WEIGHT`].
    weights: Vec<u32>,
    counted: Counted,
}

/// Where the options of an issue are in a flat list, and how far from each other.
#[derive(Clone, PartialEq, Eq, Debug)]
struct IssuePlace {
    options: Range<usize>,
    step: Step,
}

/// How a party's wishes are known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum WishesKnown {
    /// By what it put forward and accepted, so many outcomes; 0 if it has not been heard.
    Heard(u32),
    /// By a model.
    Modelled,
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
        let issues = space.issues().zip(scales).map(|(issue, scale)| {
            let options = space.flat_range(issue);
            let step = match scale {
                Scale::Nominal => Step::Nominal,
                Scale::Ordinal => {
                    let gaps = options.len().saturating_sub(1).max(1);
                    Step::Ordinal(u64::from(FULL_DISTANCE) / gaps as u64)
                }
            };
            IssuePlace { options, step }
        });
        let n_options = space.n_options_total();
        Self {
            issues: issues.collect(),
            n_options,
            wished: vec![0; n_options * n_parties],
            from_first: vec![0; space.n_issues() * n_parties],
            wishes: vec![WishesKnown::Heard(0); n_parties],
            heard: PartySet::EMPTY,
            means: vec![0; n_options * n_parties],
            costs: vec![0; n_options * n_parties],
            weights_of_costs: vec![FULL_WEIGHT; n_parties],
            has_means: PartySet::EMPTY,
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
    pub fn weigh(&mut self, party: PartyId, weight: f64) {
        self.weigh_in_units(party, units_of_weight(weight));
    }

    /// The same, with the weight [in units](units_of_weight).
    pub(crate) fn weigh_in_units(&mut self, party: PartyId, weight: u32) {
        self.weights[party.idx()] = weight;
        let options = self.options_of(party);
        if !self.has_means.contains(party) {
            let mut means = std::mem::take(&mut self.means);
            let slots = &mut means[options.clone()];
            self.put_means(party, slots, |slot, mean| *slot = mean);
            self.means = means;
            self.has_means = self.has_means.with(party);
        }
        // Who refuses and who does not changes from outcome to outcome: both are kept.
        if weight < FULL_WEIGHT && self.costs_of(party).is_none() {
            let means = self.means[options.clone()].iter();
            for (cost, &mean) in self.costs[options].iter_mut().zip(means) {
                *cost = weighed(mean, weight);
            }
            self.weights_of_costs[party.idx()] = weight;
        }
    }

    /// How far each option is from what a party wants, times its weight, if that was computed.
    fn costs_of(&self, party: PartyId) -> Option<&[u32]> {
        let weight = self.weights[party.idx()];
        if weight == FULL_WEIGHT {
            if self.wishes[party.idx()] == WishesKnown::Modelled {
                return Some(&self.wished[self.options_of(party)]);
            }
            let is_known = self.has_means.contains(party);
            return is_known.then(|| &self.means[self.options_of(party)]);
        }
        let is_known = self.weights_of_costs[party.idx()] == weight;
        is_known.then(|| &self.costs[self.options_of(party)])
    }

    /// Where a party's numbers are, option by option.
    fn options_of(&self, party: PartyId) -> Range<usize> {
        let start = party.idx() * self.n_options;
        start..start + self.n_options
    }

    /// Where a party's numbers are, issue by issue.
    fn issues_of(&self, party: PartyId) -> Range<usize> {
        let n_issues = self.issues.len();
        let start = party.idx() * n_issues;
        start..start + n_issues
    }

    /// Notes down that what was computed of a party's wishes is out of date.
    fn forget(&mut self, party: PartyId) {
        self.has_means = self.has_means.without(party);
        self.weights_of_costs[party.idx()] = FULL_WEIGHT;
        self.heard = self.heard.with(party);
    }

    /// Takes in that a party put forward or accepted an outcome, in place of what a model put in.
    pub fn hear(&mut self, space: &OutcomeSpace, party: PartyId, outcome: Outcome) {
        let (options, issues) = (self.options_of(party), self.issues_of(party));
        let wished = &mut self.wished[options];
        let from_first = &mut self.from_first[issues];
        let n_heard = match self.wishes[party.idx()] {
            WishesKnown::Heard(n_heard) => n_heard,
            WishesKnown::Modelled => {
                wished.fill(0);
                from_first.fill(0);
                0
            }
        };
        self.wishes[party.idx()] = WishesKnown::Heard(n_heard + 1);
        let places = self.issues.iter().zip(from_first);
        for ((issue, from_first), flat) in places.zip(space.flat_options(outcome)) {
            wished[flat] += 1;
            *from_first += (flat - issue.options.start) as u64;
        }
        self.forget(party);
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
        let options = self.options_of(party);
        let wished = &mut self.wished[options];
        let mut n_costs = 0;
        for (slot, cost) in wished.iter_mut().zip(costs) {
            *slot = cost;
            n_costs += 1;
        }
        assert_eq!(n_costs, self.n_options, "a cost for every option");
        self.wishes[party.idx()] = WishesKnown::Modelled;
        self.forget(party);
    }

    /// Whether a party was heard to put forward or accept an outcome with this option, by its position in
    /// a flat list.
    pub(crate) fn has_wished(&self, party: PartyId, option: usize) -> bool {
        match self.wishes[party.idx()] {
            WishesKnown::Heard(_) => self.wished[self.options_of(party)][option] > 0,
            WishesKnown::Modelled => false,
        }
    }

    /// Who has been heard.
    pub fn heard(&self) -> PartySet {
        self.heard
    }

    /// Of those whose answer counts, those whose distance does.
    pub fn counted(&self, asked: PartySet) -> PartySet {
        match self.counted {
            Counted::Asked => asked.intersection(self.heard),
            Counted::All => self.heard,
        }
    }

    /// Lists how far each option of each issue is from what these parties want who have been heard,
    /// times their weights, in a flat list.
    pub fn list_costs(&self, heard: PartySet, costs: &mut Vec<u32>) {
        costs.clear();
        costs.resize(self.n_options, 0);
        for party in heard.iter() {
            if let Some(of_party) = self.costs_of(party) {
                for (cost, adds) in costs.iter_mut().zip(of_party) {
                    *cost += adds;
                }
            } else {
                let weight = self.weights[party.idx()];
                self.put_means(party, costs, |cost, mean| *cost += weighed(mean, weight));
            }
        }
    }

    /// Puts into a slot for each option how far it is from what a party wants.
    fn put_means(&self, party: PartyId, slots: &mut [u32], put: impl Fn(&mut u32, u32) + Copy) {
        let wished = &self.wished[self.options_of(party)];
        match self.wishes[party.idx()] {
            WishesKnown::Modelled => {
                for (slot, &mean) in slots.iter_mut().zip(wished) {
                    put(slot, mean);
                }
            }
            WishesKnown::Heard(0) => slots.iter_mut().for_each(|it| put(it, 0)),
            WishesKnown::Heard(n_heard) => {
                let mean = MeanOf::new(n_heard);
                let from_first = &self.from_first[self.issues_of(party)];
                let (mut wished, mut slots) = (wished, slots);
                for (IssuePlace { options, step }, &from_first) in
                    self.issues.iter().zip(from_first)
                {
                    let (of_issue, wished_later) = wished.split_at(options.len());
                    let (slots_of_issue, slots_later) = slots.split_at_mut(options.len());
                    step.put_means(of_issue, from_first, mean, slots_of_issue, put);
                    (wished, slots) = (wished_later, slots_later);
                }
            }
        }
    }

    /// How far an outcome is from what these parties want, as far as they have been heard.
    pub fn distance(&self, space: &OutcomeSpace, outcome: Outcome, parties: PartySet) -> u64 {
        let heard = parties.intersection(self.heard);
        let mut costs = Vec::new();
        self.list_costs(heard, &mut costs);
        self.distance_of_costs(space, outcome, heard, &costs)
    }

    /// How far an outcome is from what these parties want who have been heard, with the costs that were
    /// [listed](Self::list_costs) for them.
    pub fn distance_of_costs(
        &self,
        space: &OutcomeSpace,
        outcome: Outcome,
        heard: PartySet,
        costs: &[u32],
    ) -> u64 {
        let sum = space.flat_options(outcome).map(|it| costs[it]).sum();
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

impl Step {
    /// Puts into a slot for each option of an issue its mean distance from all that a party wished for;
    /// with how often it wished for each of them, and how many steps all of these are from the first.
    fn put_means(
        self,
        wished: &[u32],
        from_first: u64,
        mean: MeanOf,
        slots: &mut [u32],
        put: impl Fn(&mut u32, u32),
    ) {
        let options = slots.iter_mut().zip(wished);
        match self {
            Self::Nominal => {
                for (slot, &n) in options {
                    let distances = (mean.n - u64::from(n)) * u64::from(FULL_DISTANCE);
                    put(slot, mean.of(distances));
                }
            }
            Self::Ordinal(step) => {
                let mut sum = from_first * step;
                let mut n_below = 0;
                for (slot, &n) in options {
                    put(slot, mean.of(sum));
                    // One option on is one step farther from all up to here, and one nearer to all others.
                    n_below += u64::from(n);
                    sum = (sum + 2 * step * n_below) - step * mean.n;
                }
            }
        }
    }
}

/// How much a party's distance counts, from 0 to 1, in units of 1 over [`FULL_WEIGHT`].
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held within 0 and 1"
)]
pub(crate) fn units_of_weight(weight: f64) -> u32 {
    libm::round(weight.clamp(0.0, 1.0) * f64::from(FULL_WEIGHT)) as u32
}

/// A distance times the weight of a party.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a weight is not above the full one"
)]
fn weighed(distance: u32, weight: u32) -> u32 {
    (u64::from(distance) * u64::from(weight) / u64::from(FULL_WEIGHT)) as u32
}

/// Division of a sum of distances by how many they are, rounded down.
#[derive(Clone, Copy, Debug)]
struct MeanOf {
    n: u64,
    /// 2^[`RECIPROCAL_BITS`] / n, rounded up; 0 if it is not exact enough.
    reciprocal: u64,
}

/// Of numbers up to 2¹⁶·n, with n below 2¹², a product with the reciprocal is exact after rounding down:
/// it is too great by less than 2²⁸ / 2⁴⁰, which is less than 1/n.
const RECIPROCAL_BITS: u32 = 40;

impl MeanOf {
    fn new(n: u32) -> Self {
        let n = u64::from(n.max(1));
        let is_exact = n < 1 << 12;
        Self {
            n,
            reciprocal: if is_exact {
                (1_u64 << RECIPROCAL_BITS).div_ceil(n)
            } else {
                0
            },
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a mean of distances is a distance"
    )]
    fn of(self, sum: u64) -> u32 {
        let mean = if self.reciprocal == 0 {
            sum / self.n
        } else {
            (sum * self.reciprocal) >> RECIPROCAL_BITS
        };
        mean as u32
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
        let mut costs = vec![7; 5];
        it.list_costs(PartySet::only(party), &mut costs);
        assert_eq!(costs, expected);
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
        check(
            Scale::Ordinal,
            &[2, 2, 1, 1],
            [3 * half / 2, half / 2, half / 2],
        );
    }

    #[test]
    fn what_is_heard_takes_the_place_of_a_model_and_the_other_way_round() {
        let space = OutcomeSpace::new(&[2]).unwrap();
        let outcome = space.outcome_at(0);
        let party = PartyId::new(0);
        let mut it = OfferDistance::new(&space, &[Scale::Nominal], 1);
        let costs = |it: &OfferDistance| {
            let mut costs = Vec::new();
            it.list_costs(PartySet::only(party), &mut costs);
            costs
        };
        it.hear(&space, party, outcome);
        it.put(party, [3, 4].into_iter());
        assert_eq!(costs(&it), [3, 4]);
        it.hear(&space, party, outcome);
        assert_eq!(costs(&it), [0, FULL_DISTANCE]);
        // What was computed before must not matter.
        it.weigh(party, 0.5);
        assert_eq!(costs(&it), [0, FULL_DISTANCE / 2]);
        it.hear(&space, party, space.outcome_at(1));
        assert_eq!(costs(&it), [FULL_DISTANCE / 4; 2]);
        it.weigh(party, 1.0);
        assert_eq!(costs(&it), [FULL_DISTANCE / 2; 2]);
    }

    #[test]
    fn a_mean_by_reciprocal_is_that_by_division() {
        for n in [1, 2, 3, 7, 640, 4093, 4095, 4096, 65_537, u32::MAX] {
            let n_sums = u64::from(FULL_DISTANCE) * u64::from(n);
            let mean = MeanOf::new(n);
            let multiples = (0..=FULL_DISTANCE).map(|it| u64::from(it) * u64::from(n));
            let around = multiples.flat_map(|it| [it.saturating_sub(1), it, it + 1]);
            for sum in around.filter(|it| *it <= n_sums) {
                assert_eq!(u64::from(mean.of(sum)), sum / u64::from(n), "{sum} / {n}");
            }
        }
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
        for parties in [1, 2, 3].map(PartySet::all) {
            let [costs, costs_weighed] = [&plain, &weighed].map(|it| {
                let mut costs = Vec::new();
                it.list_costs(parties, &mut costs);
                costs
            });
            assert_eq!(costs, costs_weighed);
        }
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
