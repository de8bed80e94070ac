//! The outcomes to which a few steps lead from an offer, and the best of them, without listing all.

use std::cmp::Reverse;

use crate::domain::{IssueId, OptionId, Outcome, PartySet, Preferences, Utility};
use crate::protocol::Rules;
use crate::strategy::Situation;

/// A change of one issue of the last offer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Step {
    /// How much farther from what the others want it is; negative if it comes nearer.
    pub(super) distance: i64,
    /// What it adds to the party's own contributions.
    pub(super) units: i64,
    pub(super) issue: IssueId,
    pub(super) from: OptionId,
    pub(super) to: OptionId,
    /// The bits of the packed form that it changes.
    pub(super) changed: u64,
}

/// An outcome that is some steps away from the last offer; of two, the lesser is the better offer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Candidate {
    /// How much farther than the last offer it is from what the others want.
    pub(super) distance: i64,
    pub(super) n_changes: usize,
    pub(super) units: Reverse<i64>,
    pub(super) code: u64,
}

impl Candidate {
    pub(super) fn outcome(self) -> Outcome {
        Outcome::from_shares(self.code)
    }
}

/// The outcomes around the last offer.
#[derive(Debug)]
pub(super) struct Neighborhood<'a> {
    rules: &'a Rules,
    preferences: &'a Preferences,
    demand: Utility,
    /// Whose answers have to count for an outcome, if that differs among them.
    pub(super) asked: Option<PartySet>,
    /// How many issues are changed at least.
    pub(super) n_changes_min: usize,
    /// By rising distance.
    steps: &'a [Step],
    /// What a step can add at most to the own contributions; not below 0.
    greatest_gain: i64,
    /// What interactions can add at most.
    greatest_adds: i64,
    pub(super) best: Option<Candidate>,
}

/// Some steps together.
#[derive(Clone, Copy, Debug)]
struct Way {
    distance: i64,
    n_changes: usize,
    /// Own contributions, without interactions.
    units: i64,
    code: u64,
    /// A bit for each issue that has been changed.
    issues: u64,
}

impl<'a> Neighborhood<'a> {
    /// Nothing looked at yet; the steps by rising distance.
    pub(super) fn new(situation: &Situation<'a>, demand: Utility, steps: &'a [Step]) -> Self {
        let preferences = situation.preferences;
        let adds = preferences.interactions().iter().map(|it| it.1.max(0));
        Self {
            rules: situation.rules,
            preferences,
            demand,
            asked: None,
            n_changes_min: 0,
            steps,
            greatest_gain: steps.iter().map(|it| it.units).max().unwrap_or(0).max(0),
            greatest_adds: adds.sum(),
            best: None,
        }
    }

    /// Looks at the last offer and all that is so many steps away from it, at least one.
    pub(super) fn look_around(&mut self, last_offer: Outcome, n_changes_max: usize) {
        let way = Way {
            distance: 0,
            n_changes: 0,
            units: self.preferences.sum_of_contributions(last_offer) - self.adds(last_offer),
            code: last_offer.code(),
            issues: 0,
        };
        self.consider(way);
        self.go_on(way, self.steps, n_changes_max);
    }

    /// Looks at all outcomes to which some of these steps lead, at least one.
    fn go_on(&mut self, way: Way, mut steps: &'a [Step], n_steps_max: usize) {
        let n_steps = i64::try_from(n_steps_max).expect("a handful of steps");
        let greatest = way.units + n_steps * self.greatest_gain + self.greatest_adds;
        if !self.is_enough(greatest) {
            return;
        }
        while let Some((step, others)) = steps.split_first() {
            steps = others;
            // No later step comes nearer than this one.
            let nearest =
                way.distance + step.distance * if step.distance < 0 { n_steps } else { 1 };
            if self.best.is_some_and(|it| it.distance < nearest) {
                return;
            }
            let issue = 1 << step.issue.idx();
            if way.issues & issue != 0 {
                continue;
            }
            let way = Way {
                distance: way.distance + step.distance,
                n_changes: way.n_changes + 1,
                units: way.units + step.units,
                code: way.code ^ step.changed,
                issues: way.issues | issue,
            };
            self.consider(way);
            if n_steps_max > 1 {
                self.go_on(way, others, n_steps_max - 1);
            }
        }
    }

    /// Keeps an outcome if it is worth the demand, across no real red line of its own and a better
    /// offer than the best so far.
    fn consider(&mut self, way: Way) {
        let rank = (way.distance, way.n_changes);
        if (self.best).is_some_and(|it| (it.distance, it.n_changes) < rank)
            || !self.is_enough(way.units + self.greatest_adds)
        {
            return;
        }
        let units = way.units + self.adds(Outcome::from_shares(way.code));
        let candidate = Candidate {
            distance: way.distance,
            n_changes: way.n_changes,
            units: Reverse(units),
            code: way.code,
        };
        if way.n_changes >= self.n_changes_min
            && self.is_enough(units)
            && self.best.is_none_or(|it| candidate < it)
            && self.preferences.allows(candidate.outcome())
            && self.is_asked_so(candidate.outcome())
        {
            self.best = Some(candidate);
        }
    }

    fn is_asked_so(&self, outcome: Outcome) -> bool {
        let (consent, space) = (&self.rules.consent, &self.rules.space);
        (self.asked).is_none_or(|asked| consent.asked(space, outcome) == asked)
    }

    /// Whether an outcome with such a sum of contributions is worth the demand.
    fn is_enough(&self, units: i64) -> bool {
        Utility::clamped(units) >= self.demand
    }

    /// What interactions add to an outcome.
    fn adds(&self, outcome: Outcome) -> i64 {
        let space = self.preferences.space();
        let interactions = self.preferences.interactions().iter();
        interactions
            .filter(|it| it.0.holds(space, outcome))
            .map(|it| it.1)
            .sum()
    }
}
