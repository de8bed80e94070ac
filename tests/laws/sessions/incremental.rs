//! Offers in small steps: the rule against its definition, read literally, outcome by outcome.

use std::cmp::Reverse;
use std::sync::Arc;

use demarche::domain::{
    DrawnNumbers, IssueId, OptionId, Outcome, PartyId, PartySet, Preferences, Scale, Utility,
};
use demarche::protocol::{Event, Rules};
use demarche::randomness::{MasterSeed, NameHash, Purpose, Replication, Seeds};
use demarche::search::{Audiences, Counted, Halves, HalvesPlan, OfferDistance, OutcomeSearch};
use demarche::strategy::{OFFERING_RULES, Situation, Turn};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError, TestRunner};

use crate::support::worlds::{
    RandomChoices, World, in_a_plain_loop, scenario_text, setting_of, worlds,
};

/// What a party has heard and said so far, noted down as plainly as possible.
struct Notes {
    me: PartyId,
    own_offers: Vec<Outcome>,
    /// Who has said yes to the last of them.
    yes: PartySet,
    put_forward: Vec<Vec<Outcome>>,
    accepted: Vec<Vec<Outcome>>,
}

impl Notes {
    fn new(me: PartyId, n_parties: usize) -> Self {
        Self {
            me,
            own_offers: Vec::new(),
            yes: PartySet::EMPTY,
            put_forward: vec![Vec::new(); n_parties],
            accepted: vec![Vec::new(); n_parties],
        }
    }

    fn observe(&mut self, event: &Event) {
        if let Some(offer) = event.offer() {
            if offer.proposer == self.me {
                self.own_offers.push(offer.outcome);
                self.yes = PartySet::EMPTY;
            } else {
                self.put_forward[offer.proposer.idx()].push(offer.outcome);
            }
        }
        if let Some(answers) = event.answers_to_offer() {
            if answers.proposer == Some(self.me) {
                self.yes = answers.yes;
            }
            for party in answers.accepted().without(self.me).iter() {
                self.accepted[party.idx()].push(answers.outcome);
            }
        }
    }

    fn heard(&self) -> PartySet {
        (0..self.accepted.len())
            .filter(|&it| !self.put_forward[it].is_empty() || !self.accepted[it].is_empty())
            .map(PartyId::new)
            .collect()
    }

    /// R of the definition.
    fn refusers(&self, rules: &Rules) -> PartySet {
        let asked = self.own_offers.last().map_or(PartySet::EMPTY, |it| {
            rules.consent.asked(&rules.space, *it).without(self.me)
        });
        let refusers: PartySet = asked.iter().filter(|it| !self.yes.contains(*it)).collect();
        if refusers.is_empty() {
            self.heard()
        } else {
            refusers
        }
    }

    /// What parties ask of an issue, as in the definition.
    fn asks(&self, parties: PartySet, rules: &Rules, issue: IssueId) -> Vec<OptionId> {
        let texts = parties.without(self.me).iter().filter_map(|it| {
            let offered = self.put_forward[it.idx()].last();
            offered.or_else(|| self.accepted[it.idx()].last())
        });
        texts.map(|it| rules.space.option(*it, issue)).collect()
    }

    fn has_given_up(&self, rules: &Rules, issue: IssueId, option: OptionId) -> bool {
        let mut offers = self.own_offers.iter();
        offers.any(|it| rules.space.option(*it, issue) == option)
    }

    /// The issues in which an outcome is not the last own offer.
    fn changed(&self, rules: &Rules, outcome: Outcome) -> Vec<IssueId> {
        let last = *self.own_offers.last().expect("there is one");
        let space = &rules.space;
        let issues = space.issues();
        issues
            .filter(|&it| space.option(last, it) != space.option(outcome, it))
            .collect()
    }

    /// Whether an outcome changes the last own offer as the definition allows, but for how many
    /// issues.
    fn is_allowed(&self, rules: &Rules, outcome: Outcome, wants_ask: WantsAsk) -> bool {
        let last = *self.own_offers.last().expect("there is one");
        let space = &rules.space;
        let principals = rules.consent.always_needed().union(rules.consent.counted());
        self.changed(rules, outcome).into_iter().all(|issue| {
            let (from, to) = (space.option(last, issue), space.option(outcome, issue));
            let apart = |a: OptionId, b: OptionId| match rules.scales[issue.idx()] {
                Scale::Nominal => usize::from(a != b),
                Scale::Ordinal => a.idx().abs_diff(b.idx()),
            };
            let is_asked = |asks: Vec<OptionId>| match rules.scales[issue.idx()] {
                Scale::Nominal => asks.contains(&to),
                Scale::Ordinal => {
                    let between = |ask: OptionId| from < to && to <= ask || ask <= to && to < from;
                    asks.into_iter().any(between)
                }
            };
            let takes_from = |ask: OptionId| apart(to, ask) > apart(from, ask);
            let is_third_party = !principals.contains(self.me);
            apart(from, to) == 1
                && !self.has_given_up(rules, issue, to)
                && (wants_ask == WantsAsk::No
                    || is_asked(self.asks(self.refusers(rules), rules, issue)))
                && !(is_third_party
                    && self
                        .asks(principals, rules, issue)
                        .into_iter()
                        .any(takes_from))
        })
    }

    /// D of the definition, made of distances that have a test of their own.
    fn distances(&self, rules: &Rules, weight_of_yes: f64) -> OfferDistance {
        let distances = OfferDistance::new(&rules.space, &rules.scales, rules.n_parties);
        let mut distances = distances.counting(Counted::All);
        for party in self.heard().iter() {
            let texts = self.put_forward[party.idx()].iter();
            for outcome in texts.chain(&self.accepted[party.idx()]) {
                distances.hear(&rules.space, party, *outcome);
            }
            if !self.refusers(rules).contains(party) {
                distances.weigh(party, weight_of_yes);
            }
        }
        distances
    }
}

/// Whether a changed issue has to go where somebody asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WantsAsk {
    Yes,
    No,
}

/// How an offer came about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Way {
    First,
    Step,
    Repeat,
    Sweetener,
    AboveAllSteps,
}

struct Numbers {
    issues_changed_max: usize,
    weight_of_yes: f64,
    sweetener_after: f64,
}

/// The offer by the definition: every outcome is looked at.
fn by_definition(
    notes: &Notes,
    rules: &Rules,
    preferences: &Preferences,
    demand: Utility,
    relative_time: f64,
    numbers: &Numbers,
) -> (Way, Option<Outcome>) {
    let distances = notes.distances(rules, numbers.weight_of_yes);
    let worth_it = |it: &Outcome| preferences.utility(*it) >= demand && preferences.allows(*it);
    let outcomes: Vec<Outcome> = rules.space.outcomes().filter(worth_it).collect();
    let far = |it: Outcome| distances.distance(&rules.space, it, PartySet::all(rules.n_parties));
    let own = |it: Outcome| Reverse(preferences.sum_of_contributions(it));
    let nearest = || {
        outcomes
            .iter()
            .copied()
            .min_by_key(|&it| (far(it), own(it), it))
    };
    let Some(&last) = notes.own_offers.last() else {
        return (Way::First, nearest());
    };
    let step = |wants_ask| {
        let n_changes = |it| notes.changed(rules, it).len();
        let near = outcomes.iter().copied().filter(|&it| {
            n_changes(it) <= numbers.issues_changed_max && notes.is_allowed(rules, it, wants_ask)
        });
        near.min_by_key(|&it| (far(it), n_changes(it), own(it), it))
    };
    match step(WantsAsk::Yes) {
        None => (Way::AboveAllSteps, nearest()),
        Some(it) if it != last => (Way::Step, Some(it)),
        repeat if relative_time < numbers.sweetener_after => (Way::Repeat, repeat),
        repeat if notes.refusers(rules).is_empty() => (Way::Repeat, repeat),
        _ => (Way::Sweetener, step(WantsAsk::No)),
    }
}

/// A session's rest: how many rounds, which one it is, and the numbers of the rule.
#[derive(Clone, Debug)]
struct Moment {
    rounds: u32,
    round: u32,
    concession_exponent: f64,
    issues_changed_max: usize,
    weight_of_yes: f64,
    sweetener_after: f64,
}

fn moments() -> impl Strategy<Value = Moment> {
    let numbers = (
        0.2..4.0,
        1..=5_usize,
        0..=4_u8,
        prop_oneof![Just(0.9), 0.0..=1.0],
    );
    (1..=12_u32, any::<u32>(), numbers).prop_map(|(rounds, round, numbers)| Moment {
        rounds,
        round: 1 + round % rounds,
        concession_exponent: numbers.0,
        issues_changed_max: numbers.1,
        weight_of_yes: f64::from(numbers.2) / 4.0,
        sweetener_after: numbers.3,
    })
}

fn check(world: &World, moment: &Moment) -> Result<Way, TestCaseError> {
    let rules = world.rules(moment.rounds);
    let preferences = world.preferences();
    let me = world.me();
    let plan = HalvesPlan::new(&preferences, me, &rules.consent, Audiences::Distinguished);
    let mut search = Halves::new(Arc::new(plan.expect("small worlds can be searched")));
    search.rebuild(&preferences);
    let Some(best) = search.best() else {
        // Where all is across red lines, the party leaves before its rule is asked.
        return Ok(Way::AboveAllSteps);
    };
    let situation = Situation {
        me,
        round: moment.round,
        rules: &rules,
        preferences: &preferences,
        numbers: &DrawnNumbers::default(),
        best_utility: preferences.utility(best),
    };
    let seeds = Seeds::new(MasterSeed(1));
    let mut stream = seeds.stream(Replication(0), NameHash::of("offers"), Purpose::Strategy);
    let kind = OFFERING_RULES.iter().find(|it| it.name == "incremental");
    let numbers = [
        moment.concession_exponent,
        f64::from(u8::try_from(moment.issues_changed_max).expect("a digit")),
        moment.weight_of_yes,
        moment.sweetener_after,
    ];
    let mut rule = (kind.expect("it is built in").start)(&numbers, &rules);
    let mut notes = Notes::new(me, rules.n_parties);
    for event in world.events() {
        rule.observe(&event, &situation);
        notes.observe(&event);
    }
    let mut turn = Turn {
        situation,
        search: &mut search,
        stream: &mut stream,
    };
    let demand = rule.aspiration(&mut turn);
    let numbers = Numbers {
        issues_changed_max: moment.issues_changed_max,
        weight_of_yes: moment.weight_of_yes,
        sweetener_after: moment.sweetener_after,
    };
    let relative_time = situation.relative_time();
    let (way, expected) = by_definition(
        &notes,
        &rules,
        &preferences,
        demand,
        relative_time,
        &numbers,
    );
    let offer = rule.offer(&mut turn);
    prop_assert_eq!(offer, expected, "{:?}, after {:?}", way, world.events());
    prop_assert_eq!(rule.offer(&mut turn), expected, "asking is not offering");
    if let Some(offer) = offer {
        prop_assert!(preferences.utility(offer) >= demand);
    }
    Ok(way)
}

#[test]
fn an_offer_is_the_one_of_the_definition_on_every_world() {
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 4000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    });
    let ways = std::cell::RefCell::new(std::collections::BTreeMap::<Way, u32>::new());
    let checked = runner.run(&(worlds(), moments()), |(world, moment)| {
        let way = check(&world, &moment)?;
        *ways.borrow_mut().entry(way).or_default() += 1;
        Ok(())
    });
    checked.unwrap_or_else(|it| panic!("{it}"));
    let ways = ways.into_inner();
    // A law that meets one case only would say little.
    assert!(
        ways.len() == 5 && ways.values().all(|&it| it > 100),
        "{ways:?}"
    );
}

/// A random scenario in which all follow the rule with the defaults, and few offers please.
fn everybody_goes_step_by_step(case: u64) -> String {
    let text = scenario_text(&mut RandomChoices::new("incremental", case));
    let mut lines_since_p = usize::MAX;
    let lines = text.lines().map(|line| {
        lines_since_p = lines_since_p.saturating_add(1);
        if line.starts_with("p = ") {
            lines_since_p = 0;
        }
        match lines_since_p {
            1 => "incremental = { concession_exponent = { uniform = { min = 0.3, max = 3.0 } } }",
            2 => "accept = { constant = { at_least = 0.9 } }",
            _ if line.starts_with("deadline_rounds = ") => "deadline_rounds = 20",
            _ => line,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn in_sessions_nobody_takes_back_jumps_or_gives_what_is_not_asked() {
    let (mut n_changes, mut n_sweeteners) = (0, 0);
    for case in 0..400 {
        let setting = setting_of(&everybody_goes_step_by_step(case));
        let rules = setting.rules();
        let parties = (0..rules.n_parties).map(PartyId::new);
        for (session, _) in in_a_plain_loop(&setting, &Seeds::new(MasterSeed(case)), 4) {
            let mut notes: Vec<Notes> = parties
                .clone()
                .map(|it| Notes::new(it, rules.n_parties))
                .collect();
            for event in session.events() {
                if let Some(offer) = event.offer()
                    && let own = &notes[offer.proposer.idx()]
                    && !own.own_offers.is_empty()
                {
                    let changed = own.changed(rules, offer.outcome).len();
                    assert!(changed <= 2, "case {case}: {event:?}");
                    assert!(own.is_allowed(rules, offer.outcome, WantsAsk::No));
                    let is_asked_for = own.is_allowed(rules, offer.outcome, WantsAsk::Yes);
                    let is_late = rules.relative_time(event.round()) >= 0.9;
                    assert!(is_asked_for || is_late, "case {case}: {event:?}");
                    n_changes += u32::from(changed > 0);
                    n_sweeteners += u32::from(!is_asked_for);
                }
                for notes in &mut notes {
                    notes.observe(event);
                }
            }
        }
    }
    assert!(
        n_changes > 500 && n_sweeteners > 5,
        "{n_changes}, {n_sweeteners}"
    );
}
