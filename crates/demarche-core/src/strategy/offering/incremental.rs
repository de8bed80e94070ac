//! Gives way in small steps from its own last offer, towards those who refused it.
//!
//! Everybody opens with what is best for it and then revises its last proposal step by step: the idea
//! of monotonic concession (Endriss, *Monotonic concession protocols for multilateral negotiation*,
//! AAMAS 2006, 392–399). Where to step follows from similarity to what the others ask, as in
//! `trade_off` and in the sequential projection of Zheng, Dai, Sycara and Chakraborty, *Automated
//! multilateral negotiation on multiple issues with private information*, INFORMS Journal on
//! Computing 28 (2016), 612–628. What is put together from these, with its limits on a step, is this
//! program's own.
//!
//! ```text
//! x    = its last offer;  t_p = the last offer of p, or while it has made none, the last one it accepted
//! R    = those whose answer to x counts and who have not said yes to it; all heard if there are none
//! D(o) = Σ_p w_p·d_p(o) / Σ_p w_p over all others heard;  w_p = 1 if p ∈ R, else the weight of a yes
//! offer = argmin D(o) over o with u(o) ≥ aspiration and at most k issues changed from x, each
//!         (i)   by one step on an ordinal issue,
//!         (ii)  to no option that an earlier offer of its own had,
//!         (iii) towards t_p of some p ∈ R (nominal: to it),
//!         (iv)  if some deals do not need its consent: away from t_q of no other q that all deals need
//! ```
//!
//! `d_p` as in [`OfferDistance`](crate::search::OfferDistance). Of equally near outcomes it takes the one
//! with fewer changes, then of greater own utility, then the first in the order of the space.
//! If that leaves x, and the sweetener's time has come, once more without (iii).
//! By (iv) a third party leaves what the principals dispute where it stands, until they move: it does
//! not concede in another's name. Whom a quota counts is a principal too.
//! Its first offer, and the next one if the demand has risen above all of these, is the nearest of all
//! outcomes worth the demand.

use std::cmp::Reverse;

use crate::domain::{IssueId, OptionId, Outcome, PartySet, Preferences, Scale, Utility};
use crate::protocol::{Asks, Event, Rules};
use crate::search::{Audiences, Counted};
use crate::strategy::offering::time_dependent::{CONCESSION_EXPONENT, aspiration};
use crate::strategy::offering::trade_off::{Reception, WEIGHT_OF_YES};
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Parameter, Situation, Turn};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "incremental",
    about: "changes few issues of its last offer, each by a step towards those who refused it",
    parameters: &[
        CONCESSION_EXPONENT,
        ISSUES_CHANGED_MAX,
        Parameter {
            default: Some(0.2),
            ..WEIGHT_OF_YES
        },
        SWEETENER_AFTER,
    ],
    audiences: Audiences::Distinguished,
    lowest_offer: LowestOffer::ReservationValue,
    start: |numbers, rules: &Rules| Box::new(Incremental::new(numbers, rules)),
};

const ISSUES_CHANGED_MAX: Parameter = Parameter {
    name: "issues_changed_max",
    about: "how many issues it changes in one offer at most; rounded to a whole number",
    min: 1.0,
    max: 5.0,
    words: &[],
    default: Some(2.0),
};

const SWEETENER_AFTER: Parameter = Parameter {
    name: "sweetener_after",
    about: "the relative time from which it offers more than is asked, rather than repeat itself",
    min: 0.0,
    max: 1.0,
    words: &[],
    default: Some(0.9),
};

/// The nearest integer.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within the parameter's range"
)]
fn whole(number: f64) -> usize {
    libm::round(number) as usize
}

#[derive(Debug)]
struct Incremental {
    concession_exponent: f64,
    issues_changed_max: usize,
    sweetener_after: f64,
    reception: Reception,
    /// What the others ask for.
    asks: Asks,
    /// Those whom every deal asks.
    principals: PartySet,
    /// By flat position of an option, whether an offer of its own had it.
    has_offered: Vec<bool>,
    /// Kept between offers, so that they allocate nothing.
    steps: Vec<Step>,
}

/// Where changed issues may go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Towards {
    /// Towards what one of these asks.
    Asks(PartySet),
    /// Anywhere.
    All,
}

impl Incremental {
    fn new(numbers: &[f64], rules: &Rules) -> Self {
        let consent = &rules.consent;
        Self {
            concession_exponent: numbers[0],
            issues_changed_max: whole(numbers[1]),
            sweetener_after: numbers[3],
            reception: Reception::new(rules, Counted::All, numbers[2]),
            asks: Asks::new(rules.n_parties),
            principals: consent.always_needed().union(consent.counted()),
            has_offered: vec![false; rules.space.n_options_total()],
            steps: Vec::new(),
        }
    }

    /// The nearest outcome worth the demand within the steps that are allowed; `None` if there is
    /// none, not even the last offer.
    fn nearest_step(
        &mut self,
        situation: &Situation<'_>,
        last_offer: Outcome,
        demand: Utility,
        towards: Towards,
    ) -> Option<Outcome> {
        self.list_steps(situation, last_offer, towards);
        let mut neighborhood = Neighborhood::new(situation.preferences, demand, &self.steps);
        neighborhood.look_around(last_offer, self.issues_changed_max);
        neighborhood.best.map(Candidate::outcome)
    }

    /// Lists the allowed changes of one issue each, those that come nearest to the others first.
    fn list_steps(&mut self, situation: &Situation<'_>, last_offer: Outcome, towards: Towards) {
        let space = &situation.rules.space;
        let offer_distance = self.reception.offer_distance();
        let heard = offer_distance.heard();
        let mut steps = std::mem::take(&mut self.steps);
        steps.clear();
        for issue in space.issues() {
            let at = space.option(last_offer, issue);
            let cost = |option| {
                let flat = space.flat(issue, option);
                i64::from(offer_distance.cost_of_option(flat, heard))
            };
            let worth = |option| situation.preferences.contribution(issue, option);
            let mut here = None;
            for option in self.next_options(situation, issue, at, towards) {
                let (cost_here, worth_here) = *here.get_or_insert_with(|| (cost(at), worth(at)));
                steps.push(Step {
                    distance: cost(option) - cost_here,
                    units: worth(option) - worth_here,
                    issue,
                    changed: space.share(issue, at) ^ space.share(issue, option),
                });
            }
        }
        steps.sort_unstable();
        self.steps = steps;
    }

    /// What may become of an issue that the last offer settles so.
    fn next_options(
        &self,
        situation: &Situation<'_>,
        issue: IssueId,
        at: OptionId,
        towards: Towards,
    ) -> impl Iterator<Item = OptionId> {
        let space = &situation.rules.space;
        let scale = situation.rules.scales[issue.idx()];
        let is_nearer = move |option: OptionId, ask: OptionId| match scale {
            Scale::Nominal => ask == option,
            Scale::Ordinal => ask != at && (ask < at) == (option < at),
        };
        let is_asked_for = move |option| match towards {
            Towards::All => true,
            Towards::Asks(parties) => {
                let mut asks = self.asks.of_issue(parties, space, issue);
                asks.any(|ask| is_nearer(option, ask))
            }
        };
        let is_away = move |option: OptionId, ask: OptionId| match scale {
            Scale::Nominal => ask == at,
            Scale::Ordinal => !is_nearer(option, ask),
        };
        let principals = if self.principals.contains(situation.me) {
            PartySet::EMPTY
        } else {
            self.principals
        };
        let is_neutral = move |option| {
            let mut asks = self.asks.of_issue(principals, space, issue);
            asks.all(|ask| !is_away(option, ask))
        };
        let steps = match scale {
            Scale::Nominal => 0..space.n_options(issue),
            Scale::Ordinal => {
                at.idx().saturating_sub(1)..(at.idx() + 2).min(space.n_options(issue))
            }
        };
        steps.map(OptionId::new).filter(move |&option| {
            option != at
                && !self.has_offered[space.flat(issue, option)]
                && is_asked_for(option)
                && is_neutral(option)
        })
    }
}

impl OfferingRule for Incremental {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        if let Some(offer) = event.offer()
            && offer.proposer == situation.me
            && self.reception.last_offer() != Some(offer.outcome)
        {
            for flat in situation.rules.space.flat_options(offer.outcome) {
                self.has_offered[flat] = true;
            }
        }
        self.asks.observe(event);
        self.reception.observe(event, situation);
    }

    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        aspiration(self.concession_exponent, &turn.situation)
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let demand = self.aspiration(turn);
        let situation = &turn.situation;
        let refusers = self.reception.refusers(situation);
        self.reception.weigh(refusers);
        let mut offer = None;
        if let Some(last_offer) = self.reception.last_offer() {
            let towards = Towards::Asks(refusers);
            offer = self.nearest_step(situation, last_offer, demand, towards);
            let is_stuck = offer == Some(last_offer) && !refusers.is_empty();
            if is_stuck && situation.relative_time() >= self.sweetener_after {
                offer = self.nearest_step(situation, last_offer, demand, Towards::All);
            }
        }
        offer.or_else(|| {
            let offer_distance = self.reception.offer_distance();
            turn.search.nearest_at_least(demand, offer_distance)
        })
    }
}

/// A change of one issue of the last offer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Step {
    /// How much farther from what the others want it is; negative if it comes nearer.
    distance: i64,
    /// What it adds to the party's own contributions.
    units: i64,
    issue: IssueId,
    /// The bits of the packed form that it changes.
    changed: u64,
}

/// An outcome that is some steps away from the last offer; of two, the lesser is the better offer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Candidate {
    /// How much farther than the last offer it is from what the others want.
    distance: i64,
    n_changes: usize,
    units: Reverse<i64>,
    code: u64,
}

impl Candidate {
    fn outcome(self) -> Outcome {
        Outcome::from_shares(self.code)
    }
}

/// The outcomes around the last offer.
#[derive(Debug)]
struct Neighborhood<'a> {
    preferences: &'a Preferences,
    demand: Utility,
    /// By rising distance.
    steps: &'a [Step],
    /// What a step can add at most to the own contributions; not below 0.
    greatest_gain: i64,
    /// What interactions can add at most.
    greatest_adds: i64,
    best: Option<Candidate>,
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
    fn new(preferences: &'a Preferences, demand: Utility, steps: &'a [Step]) -> Self {
        let adds = preferences.interactions().iter().map(|it| it.1.max(0));
        Self {
            preferences,
            demand,
            steps,
            greatest_gain: steps.iter().map(|it| it.units).max().unwrap_or(0).max(0),
            greatest_adds: adds.sum(),
            best: None,
        }
    }

    /// Looks at the last offer and all that is so many steps away from it.
    fn look_around(&mut self, last_offer: Outcome, n_changes_max: usize) {
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

    /// Looks at all outcomes to which some of these steps lead.
    fn go_on(&mut self, way: Way, mut steps: &'a [Step], n_steps_max: usize) {
        let n_steps = i64::try_from(n_steps_max).expect("a handful of steps");
        let greatest = way.units + n_steps * self.greatest_gain + self.greatest_adds;
        if n_steps_max == 0 || !self.is_enough(greatest) {
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
            self.go_on(way, others, n_steps_max - 1);
        }
    }

    /// Keeps an outcome if it is worth the demand, across no real red line of its own and a better
    /// offer than the best so far.
    fn consider(&mut self, way: Way) {
        let rank = (way.distance, way.n_changes);
        if (self.best).is_some_and(|it| (it.distance, it.n_changes) < rank) {
            return;
        }
        let units = way.units + self.adds(Outcome::from_shares(way.code));
        let candidate = Candidate {
            distance: way.distance,
            n_changes: way.n_changes,
            units: Reverse(units),
            code: way.code,
        };
        if self.is_enough(units)
            && self.best.is_none_or(|it| candidate < it)
            && self.preferences.allows(candidate.outcome())
        {
            self.best = Some(candidate);
        }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{ConsentRule, DrawnNumbers, OutcomeSpace, PartyId, Veto};
    use crate::protocol::{ProtocolKind, RelativeTime};

    /// Two ordinal issues of three options; the first weighs three times as much as the second, and
    /// of both the last option is the best.
    fn preferences(space: &Arc<OutcomeSpace>) -> Preferences {
        let mut res = Preferences::indifferent(Arc::clone(space), Vec::new());
        res.set(&[3.0, 1.0], &[0.0, 0.5, 1.0, 0.0, 0.5, 1.0], &[], 0.0);
        res
    }

    fn at(space: &OutcomeSpace, options: [usize; 2]) -> Outcome {
        space.outcome(&options.map(OptionId::new))
    }

    /// What the last of three parties offers after `[2, 2]` when the first two asked for one thing
    /// after the other, and both have refused.
    #[track_caller]
    fn check(
        consent: &ConsentRule,
        asks: &[[[usize; 2]; 2]],
        demand: f64,
        towards: fn(PartySet) -> Towards,
        expected: Option<[usize; 2]>,
    ) {
        let space = Arc::new(OutcomeSpace::new(&[3, 3]).unwrap());
        let rules = Rules {
            protocol: ProtocolKind::ProposalAndVote,
            deadline_rounds: 20,
            relative_time: RelativeTime::default(),
            consent: consent.clone(),
            n_parties: 3,
            scales: vec![Scale::Ordinal; 2],
            space: Arc::clone(&space),
        };
        let preferences = preferences(&space);
        let situation = Situation {
            me: PartyId::new(2),
            round: 2,
            rules: &rules,
            preferences: &preferences,
            numbers: &DrawnNumbers::default(),
            best_utility: Utility::ONE,
        };
        let mut rule = Incremental::new(&[1.0, 2.0, 0.2, 0.9], &rules);
        let of_others = asks.iter().flat_map(|it| [(0, it[0]), (1, it[1])]);
        for (proposer, text) in of_others.chain([(2, [2, 2])]) {
            let offered = Event::Offered {
                round: 1,
                proposer: PartyId::new(proposer),
                offer: at(&space, text),
            };
            rule.observe(&offered, &situation);
        }
        let refusers = rule.reception.refusers(&situation);
        let others = [0, 1].map(PartyId::new).into_iter().collect();
        assert_eq!(refusers, others);
        rule.reception.weigh(refusers);
        let demand = Utility::new(demand).unwrap();
        let offer = rule.nearest_step(&situation, at(&space, [2, 2]), demand, towards(refusers));
        assert_eq!(offer, expected.map(|it| at(&space, it)));
    }

    #[test]
    fn a_step_goes_where_both_ask_as_far_as_the_demand_allows() {
        // [2, 1] is worth 7/8, [1, 2] 5/8, and [1, 1] a half.
        let all = ConsentRule::unanimity(3);
        let asks = &[[[0, 0], [0, 0]]];
        check(&all, asks, 0.9, Towards::Asks, Some([2, 2]));
        check(&all, asks, 0.8, Towards::Asks, Some([2, 1]));
        check(&all, asks, 0.5, Towards::Asks, Some([1, 1]));
        // One step on an issue, however little is demanded; and none where nobody asks for it.
        check(&all, asks, 0.0, Towards::Asks, Some([1, 1]));
        check(&all, &[[[0, 2], [0, 2]]], 0.0, Towards::Asks, Some([1, 2]));
        // Where only one asks for a step, the other would be as much farther: the fewest changes.
        check(&all, &[[[0, 2], [2, 0]]], 0.0, Towards::Asks, Some([2, 2]));
    }

    #[test]
    fn a_third_party_leaves_what_the_principals_dispute_where_it_stands() {
        let principals = ConsentRule::new(
            [0, 1]
                .map(|it| Veto {
                    party: PartyId::new(it),
                    when: crate::domain::Condition::default(),
                })
                .to_vec(),
            Vec::new(),
        );
        // The second party asked for the first's text before: its mean distance does not hold the
        // third one back any more.
        let disputed = &[[[0, 0], [0, 0]], [[0, 0], [2, 2]]];
        let half = &[[[0, 0], [0, 0]], [[0, 0], [0, 2]]];
        for towards in [Towards::Asks, |_| Towards::All] {
            check(&principals, disputed, 0.0, towards, Some([2, 2]));
            check(&principals, half, 0.0, towards, Some([1, 2]));
            check(&principals, &[[[0, 0], [0, 0]]], 0.0, towards, Some([1, 1]));
        }
        // Among equals it would take a side.
        let all = ConsentRule::unanimity(3);
        check(&all, disputed, 0.0, Towards::Asks, Some([1, 1]));
    }
}
