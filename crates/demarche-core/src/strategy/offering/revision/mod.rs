//! A party's last offer, revised in small steps: what a delegation could offer next without going
//! back on its word.
//!
//! ```text
//! x     = its last offer;  t_p = what p asks for
//! R(o)  = those whose answer to o counts and who have not said yes to x; if R(x) is empty, all heard
//! Q     = those in R(x) whom all deals need; all in R(x) if there are none
//! D(o)  = Σ_p w_p·d_p(o) / Σ_p w_p;  w_p = 1 if p ∈ R(o), else the weight of a yes
//! offer = argmin D(o) over outcomes o worth the demand and with at most k issues changed from x, each
//!         (i)   by one step on an ordinal issue,
//!         (ii)  to no option that an earlier offer of its own had,
//!         (iii) towards t_p of some p ∈ Q and not beyond it (nominal: to it), or to an option with which
//!               the answer of some refuser of x does not count any more,
//!         (iv)  if some deals do not need its consent: away from t_q of no other q that all deals need,
//!         (v)   to no option on which another's consent depends, as on that of x it does not, unless
//!               that party has put forward or accepted an outcome with it
//! ```
//!
//! In the last hours (iii) is also met by steps towards what some p ∈ Q has ever asked for, and of all
//! these outcomes those count in which the most issues are changed: sweeteners.
//!
//! `t_p` as in [`Asks`]; whose distances `d_p` count, the rule says. Of equally near outcomes it takes the one
//! with fewer changes, then of greater own utility, then the first in the order of the space.
//! A refuser can be won, or its consent made needless: R depends on the outcome, since whose answer
//! counts does.
//! By Q a principal goes no farther than its opponent asks because an ally of that opponent asks for less.
//! By (iv) a third party leaves what the principals dispute where it stands, until they move: it does
//! not concede in another's name. Whom a quota counts is a principal too.
//! By (v) nobody promises in another's name what that party has never said that it would give.

mod neighborhood;
mod reception;

use crate::domain::{IssueId, OptionId, Outcome, PartySet, Scale, Utility};
use crate::protocol::{Asks, Event, Rules};
use crate::strategy::offering::revision::neighborhood::{Neighborhood, Step};
use crate::strategy::{Parameter, Situation};

pub(super) use reception::{Reception, WEIGHT_OF_YES};

/// The limit to the issues that a revision changes.
pub(super) const ISSUES_CHANGED_MAX: Parameter = Parameter {
    name: "issues_changed_max",
    about: "how many issues it changes in one offer at most; rounded to a whole number",
    min: 1.0,
    max: 5.0,
    words: &[],
    default: Some(2.0),
};

/// When sweeteners are offered.
pub(super) const SWEETENER_AFTER: Parameter = Parameter {
    name: "sweetener_after",
    about: "the relative time from which it also offers what was asked for earlier, and changes as many issues as it may",
    min: 0.0,
    max: 1.0,
    words: &[],
    default: Some(0.9),
};

/// What a party's next offer may be, given all that it has offered and heard.
#[derive(Debug)]
pub(super) struct Revision {
    issues_changed_max: usize,
    sweetener_after: f64,
    /// What the others ask for.
    asks: Asks,
    /// By flat position of an option, who has ever asked for it.
    ever_asked: Vec<PartySet>,
    /// Those whom every deal asks.
    principals: PartySet,
    /// By flat position of an option, whether an offer of its own had it.
    has_offered: Vec<bool>,
    /// Kept between offers, so that they allocate nothing.
    steps: Vec<Step>,
    /// The same: those after which other answers may count.
    telling_steps: Vec<Step>,
    /// The same.
    asked_around: Vec<PartySet>,
    /// The same.
    costs: Vec<u32>,
}

/// When something was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    Now,
    Ever,
}

impl Revision {
    /// Of a party that has said and heard nothing; the number of issues is rounded, and the time is the
    /// relative one from which it offers sweeteners.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within the parameter's range"
    )]
    pub(super) fn new(rules: &Rules, issues_changed_max: f64, sweetener_after: f64) -> Self {
        let consent = &rules.consent;
        Self {
            issues_changed_max: libm::round(issues_changed_max) as usize,
            sweetener_after,
            asks: Asks::new(rules.n_parties),
            ever_asked: vec![PartySet::EMPTY; rules.space.n_options_total()],
            principals: consent.always_needed().union(consent.counted()),
            has_offered: vec![false; rules.space.n_options_total()],
            steps: Vec::new(),
            telling_steps: Vec::new(),
            asked_around: Vec::new(),
            costs: Vec::new(),
        }
    }

    /// Takes in what happened.
    pub(super) fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        if let Some(offer) = event.offer()
            && offer.proposer == situation.me
        {
            for flat in situation.rules.space.flat_options(offer.outcome) {
                self.has_offered[flat] = true;
            }
        }
        for party in self.asks.observe(event).iter() {
            let ask = self.asks.of(party).expect("it has been heard");
            for flat in situation.rules.space.flat_options(ask) {
                self.ever_asked[flat] = self.ever_asked[flat].with(party);
            }
        }
    }

    /// The next offer: of the outcomes worth the demand within the steps that are allowed, the one nearest
    /// to what the others want; `None` if there is none, not even the last offer.
    pub(super) fn offer(
        &mut self,
        situation: &Situation<'_>,
        reception: &mut Reception,
        demand: Utility,
    ) -> Option<Outcome> {
        let last_offer = reception.last_offer()?;
        let (when, n_changes_min) = if situation.relative_time() >= self.sweetener_after {
            (Asked::Ever, self.issues_changed_max)
        } else {
            (Asked::Now, 0)
        };
        self.list_steps(situation, last_offer, reception, when);
        self.list_asked_around(situation, last_offer);
        (0..=n_changes_min)
            .rev()
            .find_map(|it| self.nearest(situation, reception, demand, it))
    }

    /// The nearest of the outcomes to which at least so many of the listed steps lead.
    fn nearest(
        &mut self,
        situation: &Situation<'_>,
        reception: &mut Reception,
        demand: Utility,
        n_changes_min: usize,
    ) -> Option<Outcome> {
        let last_offer = reception.last_offer()?;
        let space = &situation.rules.space;
        let mut best = None;
        for &asked in &self.asked_around {
            let others = reception.offer_distance().counted(asked);
            reception.weigh_among(others, reception.refusers_among(situation, asked));
            let offer_distance = reception.offer_distance();
            offer_distance.list_costs(others, &mut self.costs);
            for step in &mut self.steps {
                let cost = |option| i64::from(self.costs[space.flat(step.issue, option)]);
                step.distance = cost(step.to) - cost(step.from);
            }
            self.steps.sort_unstable_by_key(|it| it.distance);
            let mut neighborhood = Neighborhood::new(situation, demand, &self.steps);
            neighborhood.n_changes_min = n_changes_min;
            if self.asked_around.len() > 1 {
                neighborhood.asked = Some(asked);
            }
            neighborhood.look_around(last_offer, self.issues_changed_max);
            if let Some(candidate) = neighborhood.best {
                let outcome = candidate.outcome();
                let costs = &self.costs;
                let distance = offer_distance.distance_of_costs(space, outcome, others, costs);
                let key = (
                    distance,
                    candidate.n_changes,
                    candidate.units,
                    candidate.code,
                );
                best = Some(best.map_or(key, |best| key.min(best)));
            }
        }
        best.map(|(_, _, _, code)| Outcome::from_shares(code))
    }

    /// Lists the allowed changes of one issue each.
    fn list_steps(
        &mut self,
        situation: &Situation<'_>,
        last_offer: Outcome,
        reception: &Reception,
        when: Asked,
    ) {
        let space = &situation.rules.space;
        let consent = &situation.rules.consent;
        let refusers = reception.refusers(situation);
        let to_win = refusers.intersection(self.principals);
        let to_win = if to_win.is_empty() { refusers } else { to_win };
        let is_refused = !reception.has_won_all(situation);
        let asked = consent.asked(space, last_offer);
        let mut steps = std::mem::take(&mut self.steps);
        steps.clear();
        for issue in space.issues() {
            let from = space.option(last_offer, issue);
            let worth = |option| situation.preferences.contribution(issue, option);
            for to in self.next_options(situation, reception, issue, from) {
                let changed = space.share(issue, from) ^ space.share(issue, to);
                let step = (issue, [from, to]);
                let needs_less = || {
                    let is_settled_apart = consent.vetoes_on(issue).next().is_none();
                    let asked = if is_settled_apart {
                        asked
                    } else {
                        let outcome = Outcome::from_shares(last_offer.code() ^ changed);
                        consent.asked(space, outcome)
                    };
                    !asked.contains_all(refusers)
                };
                if self.is_asked_for(situation.rules, to_win, step, when)
                    || is_refused && needs_less()
                {
                    steps.push(Step {
                        distance: 0,
                        units: worth(to) - worth(from),
                        issue,
                        from,
                        to,
                        changed,
                    });
                }
            }
        }
        self.steps = steps;
    }

    /// Lists whose answers may count for the outcomes around the last offer, set by set.
    fn list_asked_around(&mut self, situation: &Situation<'_>, last_offer: Outcome) {
        let consent = &situation.rules.consent;
        let is_same = |issue, one, other| {
            let mut vetoes = consent.vetoes_on(issue);
            vetoes.all(|it| it.when.allows(issue, one) == it.when.allows(issue, other))
        };
        // Options that no condition tells apart lead to the same sets: one of them is enough.
        let mut steps = std::mem::take(&mut self.telling_steps);
        steps.clear();
        for step in &self.steps {
            let mut same_issue = steps.iter().rev().take_while(|it| it.issue == step.issue);
            if !is_same(step.issue, step.from, step.to)
                && !same_issue.any(|it| is_same(step.issue, it.to, step.to))
            {
                steps.push(*step);
            }
        }
        self.asked_around.clear();
        add_asked(
            &mut self.asked_around,
            situation.rules,
            last_offer,
            &steps,
            self.issues_changed_max,
        );
        self.telling_steps = steps;
    }

    /// What may become of an issue that the last offer settles so, whoever asks for it or not.
    fn next_options(
        &self,
        situation: &Situation<'_>,
        reception: &Reception,
        issue: IssueId,
        at: OptionId,
    ) -> impl Iterator<Item = OptionId> {
        let space = &situation.rules.space;
        let scale = situation.rules.scales[issue.idx()];
        let principals = if self.principals.contains(situation.me) {
            PartySet::EMPTY
        } else {
            self.principals
        };
        let is_away = move |option: OptionId, ask: OptionId| match scale {
            Scale::Nominal => ask == at,
            Scale::Ordinal => !is_nearer(scale, ask, [at, option]),
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
                && is_neutral(option)
                && !is_in_anothers_name(situation, reception, issue, [at, option])
        })
    }

    /// Whether one of these parties asks for such a step, or a longer one, on an issue, or has ever.
    fn is_asked_for(
        &self,
        rules: &Rules,
        parties: PartySet,
        (issue, step): (IssueId, [OptionId; 2]),
        when: Asked,
    ) -> bool {
        let space = &rules.space;
        let is_nearer = |ask| is_nearer(rules.scales[issue.idx()], ask, step);
        match when {
            Asked::Now => self.asks.of_issue(parties, space, issue).any(is_nearer),
            Asked::Ever => {
                let has_asked = |option: &OptionId| {
                    let by = self.ever_asked[space.flat(issue, *option)];
                    !by.intersection(parties).is_empty()
                };
                let options = (0..space.n_options(issue)).map(OptionId::new);
                options.filter(has_asked).any(is_nearer)
            }
        }
    }
}

/// Whether another party's consent depends on the one option, as on the other it does not, and it has
/// neither put that option forward nor accepted it.
fn is_in_anothers_name(
    situation: &Situation<'_>,
    reception: &Reception,
    issue: IssueId,
    [from, to]: [OptionId; 2],
) -> bool {
    let consent = &situation.rules.consent;
    let settled = consent.always_needed().with(situation.me);
    let flat = situation.rules.space.flat(issue, to);
    consent.vetoes_on(issue).any(|it| {
        !settled.contains(it.party)
            && it.when.allows(issue, to)
            && !it.when.allows(issue, from)
            && !reception.offer_distance().has_wished(it.party, flat)
    })
}

/// Whether a step on an issue goes towards what is asked.
fn is_nearer(scale: Scale, ask: OptionId, [from, to]: [OptionId; 2]) -> bool {
    match scale {
        Scale::Nominal => ask == to,
        Scale::Ordinal => ask != from && (ask < from) == (to < from),
    }
}

/// Adds whose answers count for an outcome, and for all to which so many of these steps lead from it;
/// steps on the same issue stand side by side.
fn add_asked(
    sets: &mut Vec<PartySet>,
    rules: &Rules,
    outcome: Outcome,
    mut steps: &[Step],
    n_steps_max: usize,
) {
    let asked = rules.consent.asked(&rules.space, outcome);
    if !sets.contains(&asked) {
        sets.push(asked);
    }
    if n_steps_max == 0 {
        return;
    }
    while let Some((step, rest)) = steps.split_first() {
        steps = rest;
        let n_same = rest.iter().take_while(|it| it.issue == step.issue).count();
        let outcome = Outcome::from_shares(outcome.code() ^ step.changed);
        add_asked(sets, rules, outcome, &rest[n_same..], n_steps_max - 1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{
        Condition, ConsentRule, DrawnNumbers, OutcomeSpace, PartyId, Preferences, Veto,
    };
    use crate::protocol::{ProtocolKind, RelativeTime};
    use crate::search::Counted;

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
        when: Asked,
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
        let sweetener_after = match when {
            Asked::Now => 1.0,
            Asked::Ever => 0.0,
        };
        let mut reception = Reception::new(&rules, Counted::All, 0.2);
        let mut revision = Revision::new(&rules, 2.0, sweetener_after);
        let of_others = asks.iter().flat_map(|it| [(0, it[0]), (1, it[1])]);
        for (proposer, text) in of_others.chain([(2, [2, 2])]) {
            let offered = Event::Offered {
                round: 1,
                proposer: PartyId::new(proposer),
                offer: at(&space, text),
            };
            reception.observe(&offered, &situation);
            revision.observe(&offered, &situation);
        }
        let demand = Utility::new(demand).unwrap();
        let offer = revision.offer(&situation, &mut reception, demand);
        assert_eq!(offer, expected.map(|it| at(&space, it)));
    }

    #[test]
    fn a_step_goes_where_both_ask_as_far_as_the_demand_allows() {
        // [2, 1] is worth 7/8, [1, 2] 5/8, and [1, 1] a half.
        let all = ConsentRule::unanimity(3);
        let asks = &[[[0, 0], [0, 0]]];
        check(&all, asks, 0.9, Asked::Now, Some([2, 2]));
        check(&all, asks, 0.8, Asked::Now, Some([2, 1]));
        check(&all, asks, 0.5, Asked::Now, Some([1, 1]));
        // One step on an issue, however little is demanded; and none where nobody asks for it.
        check(&all, asks, 0.0, Asked::Now, Some([1, 1]));
        check(&all, &[[[0, 2], [0, 2]]], 0.0, Asked::Now, Some([1, 2]));
        // Where only one asks for a step, the other would be as much farther: the fewest changes.
        check(&all, &[[[0, 2], [2, 0]]], 0.0, Asked::Now, Some([2, 2]));
    }

    /// A rule by which all deals need these, and deals with any of these options of the issue the first
    /// party too.
    fn needing(always: &[usize], first_too: Option<(usize, &[usize])>) -> ConsentRule {
        let always = always.iter().map(|it| (*it, Condition::default()));
        let first_too = first_too.map(|(issue, options)| {
            let options = options.iter().map(|it| OptionId::new(*it)).collect();
            (0, Condition::new([(IssueId::new(issue), options)]))
        });
        let vetoes = always.chain(first_too).map(|(party, when)| Veto {
            party: PartyId::new(party),
            when,
        });
        ConsentRule::new(vetoes.collect(), Vec::new())
    }

    #[test]
    fn a_step_goes_no_farther_than_the_principal_asks_who_refuses() {
        // The principal asked for as little as its ally before: its mean distance does not hold it back.
        let asks = &[[[0, 0], [0, 1]], [[0, 0], [2, 1]]];
        let ally = needing(&[1, 2], Some((1, &[1, 2])));
        check(&ally, asks, 0.0, Asked::Now, Some([2, 1]));
        // Among equals the other's wish is one as well.
        let all = ConsentRule::unanimity(3);
        check(&all, asks, 0.0, Asked::Now, Some([1, 1]));
    }

    #[test]
    fn nobody_promises_in_anothers_name_what_that_party_has_never_agreed_to() {
        let third_party = needing(&[1, 2], Some((0, &[0, 1])));
        for when in [Asked::Now, Asked::Ever] {
            check(&third_party, &[[[2, 0], [0, 0]]], 0.0, when, Some([2, 1]));
            check(&third_party, &[[[1, 0], [0, 0]]], 0.0, when, Some([1, 1]));
            let once = &[[[1, 0], [0, 0]], [[2, 0], [0, 0]]];
            check(&third_party, once, 0.0, when, Some([1, 1]));
        }
    }

    #[test]
    fn in_the_last_hours_all_that_was_asked_for_counts_and_as_much_is_given_as_the_demand_allows() {
        let all = ConsentRule::unanimity(3);
        let given_up = &[[[0, 0], [0, 0]], [[2, 2], [2, 2]]];
        check(&all, given_up, 0.0, Asked::Now, Some([2, 2]));
        check(&all, given_up, 0.9, Asked::Ever, Some([2, 2]));
        check(&all, given_up, 0.8, Asked::Ever, Some([2, 1]));
        check(&all, given_up, 0.5, Asked::Ever, Some([1, 1]));
    }

    #[test]
    fn a_third_party_leaves_what_the_principals_dispute_where_it_stands() {
        let principals = needing(&[0, 1], None);
        // The second party asked for the first's text before: its mean distance does not hold the
        // third one back any more.
        let disputed = &[[[0, 0], [0, 0]], [[0, 0], [2, 2]]];
        let half = &[[[0, 0], [0, 0]], [[0, 0], [0, 2]]];
        for when in [Asked::Now, Asked::Ever] {
            check(&principals, disputed, 0.0, when, Some([2, 2]));
            check(&principals, half, 0.0, when, Some([1, 2]));
            check(&principals, &[[[0, 0], [0, 0]]], 0.0, when, Some([1, 1]));
        }
        // Among equals it would take a side.
        let all = ConsentRule::unanimity(3);
        check(&all, disputed, 0.0, Asked::Now, Some([1, 1]));
    }
}
