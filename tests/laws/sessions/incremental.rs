//! Offers in small steps: `incremental`, and `trade_off` with a limit to the issues changed, against
//! their definitions, read literally, outcome by outcome.

use std::cmp::Reverse;
use std::sync::Arc;

use demarche::domain::{
    DrawnNumbers, IssueId, OptionId, Outcome, PartyId, PartySet, Preferences, Scale, Utility,
};
use demarche::protocol::{Event, Rules};
use demarche::randomness::{MasterSeed, NameHash, Purpose, Replication, Seeds};
use demarche::search::{Audiences, Halves, HalvesPlan, OfferDistance, OutcomeSearch};
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
    /// What each asked for at one time or another.
    asked: Vec<Vec<Outcome>>,
}

impl Notes {
    fn new(me: PartyId, n_parties: usize) -> Self {
        Self {
            me,
            own_offers: Vec::new(),
            yes: PartySet::EMPTY,
            put_forward: vec![Vec::new(); n_parties],
            accepted: vec![Vec::new(); n_parties],
            asked: vec![Vec::new(); n_parties],
        }
    }

    fn observe(&mut self, event: &Event) {
        if let Some(offer) = event.offer() {
            if offer.proposer == self.me {
                self.own_offers.push(offer.outcome);
                self.yes = PartySet::EMPTY;
            } else {
                self.put_forward[offer.proposer.idx()].push(offer.outcome);
                self.asked[offer.proposer.idx()].push(offer.outcome);
            }
        }
        if let Some(answers) = event.answers_to_offer() {
            if answers.proposer == Some(self.me) {
                self.yes = answers.yes;
            }
            for party in answers.accepted().without(self.me).iter() {
                self.accepted[party.idx()].push(answers.outcome);
                if self.put_forward[party.idx()].is_empty() {
                    self.asked[party.idx()].push(answers.outcome);
                }
            }
        }
    }

    fn heard(&self) -> PartySet {
        (0..self.accepted.len())
            .filter(|&it| !self.put_forward[it].is_empty() || !self.accepted[it].is_empty())
            .map(PartyId::new)
            .collect()
    }

    /// Those whose answers to the last own offer count.
    fn asked_about_last(&self, rules: &Rules) -> PartySet {
        let last = self.own_offers.last();
        last.map_or(PartySet::EMPTY, |it| rules.consent.asked(&rules.space, *it))
    }

    fn not_won(&self, asked: PartySet) -> PartySet {
        let others = asked.without(self.me);
        others.iter().filter(|it| !self.yes.contains(*it)).collect()
    }

    /// R(o) of the definition, for an outcome about which these are asked.
    fn refusers_among(&self, rules: &Rules, asked: PartySet) -> PartySet {
        if self.not_won(self.asked_about_last(rules)).is_empty() {
            self.heard()
        } else {
            self.not_won(asked)
        }
    }

    /// R(x) of the definition.
    fn refusers(&self, rules: &Rules) -> PartySet {
        self.refusers_among(rules, self.asked_about_last(rules))
    }

    /// Q of the definition.
    fn to_win(&self, rules: &Rules) -> PartySet {
        let principals = rules.consent.always_needed().union(rules.consent.counted());
        let refusers = self.refusers(rules);
        let first = refusers.intersection(principals);
        if first.is_empty() { refusers } else { first }
    }

    /// Whether an option meets a condition of another's consent that the one before does not, and that
    /// party, whom not all deals need, has never put forward or accepted it.
    fn is_in_anothers_name(
        &self,
        rules: &Rules,
        issue: IssueId,
        [from, to]: [OptionId; 2],
    ) -> bool {
        let meets = |clauses: &[(IssueId, Vec<OptionId>)], option: OptionId| {
            let mut of_issue = clauses.iter().filter(|it| it.0 == issue);
            of_issue.all(|it| it.1.contains(&option))
        };
        let has_agreed = |party: PartyId| {
            let put_forward = self.put_forward[party.idx()].iter();
            let mut texts = put_forward.chain(&self.accepted[party.idx()]);
            texts.any(|it| rules.space.option(*it, issue) == to)
        };
        rules.consent.vetoes().iter().any(|it| {
            let clauses = it.when.clauses();
            it.party != self.me
                && !rules.consent.always_needed().contains(it.party)
                && meets(clauses, to)
                && !meets(clauses, from)
                && !has_agreed(it.party)
        })
    }

    /// What parties ask of an issue, as in the definition.
    fn asks(&self, parties: PartySet, rules: &Rules, issue: IssueId) -> Vec<OptionId> {
        let texts = parties.without(self.me).iter().filter_map(|it| {
            let offered = self.put_forward[it.idx()].last();
            offered.or_else(|| self.accepted[it.idx()].last())
        });
        texts.map(|it| rules.space.option(*it, issue)).collect()
    }

    /// What parties have ever asked of an issue.
    fn earlier_asks(&self, parties: PartySet, rules: &Rules, issue: IssueId) -> Vec<OptionId> {
        let texts = parties
            .without(self.me)
            .iter()
            .flat_map(|it| &self.asked[it.idx()]);
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
            let needs_less = || {
                let changed = rules.space.share(issue, from) ^ rules.space.share(issue, to);
                let outcome = Outcome::from_shares(last.code() ^ changed);
                let asked = rules.consent.asked(&rules.space, outcome);
                let refused = self.not_won(self.asked_about_last(rules));
                refused.iter().any(|it| !asked.contains(it))
            };
            let takes_from = |ask: OptionId| apart(to, ask) > apart(from, ask);
            let is_third_party = !principals.contains(self.me);
            apart(from, to) == 1
                && !self.has_given_up(rules, issue, to)
                && !self.is_in_anothers_name(rules, issue, [from, to])
                && match wants_ask {
                    WantsAsk::No => true,
                    WantsAsk::Ever => {
                        is_asked(self.earlier_asks(self.to_win(rules), rules, issue))
                            || needs_less()
                    }
                    WantsAsk::Yes => {
                        is_asked(self.asks(self.to_win(rules), rules, issue)) || needs_less()
                    }
                }
                && !(is_third_party
                    && self
                        .asks(principals, rules, issue)
                        .into_iter()
                        .any(takes_from))
        })
    }

    /// D of the definition with these in R, made of distances that have a test of their own.
    fn distances(&self, rules: &Rules, refusers: PartySet, weight_of_yes: f64) -> OfferDistance {
        let mut distances = OfferDistance::new(&rules.space, &rules.scales, rules.n_parties);
        for party in self.heard().iter() {
            let texts = self.put_forward[party.idx()].iter();
            for outcome in texts.chain(&self.accepted[party.idx()]) {
                distances.hear(&rules.space, party, *outcome);
            }
            if !refusers.contains(party) {
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
    /// Or has asked.
    Ever,
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

/// The two rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rule {
    Incremental,
    TradeOff,
}

struct Numbers {
    rule: Rule,
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
    let counted = |it| match numbers.rule {
        Rule::Incremental => PartySet::all(rules.n_parties),
        Rule::TradeOff => rules.consent.asked(&rules.space, it),
    };
    let worth_it = |it: &Outcome| preferences.utility(*it) >= demand && preferences.allows(*it);
    let outcomes: Vec<Outcome> = rules.space.outcomes().filter(worth_it).collect();
    let far = |it: Outcome, refusers| {
        let distances = notes.distances(rules, refusers, numbers.weight_of_yes);
        distances.distance(&rules.space, it, counted(it))
    };
    let own = |it: Outcome| Reverse(preferences.sum_of_contributions(it));
    let nearest = || {
        let key = |it: &Outcome| (far(*it, notes.refusers(rules)), own(*it), *it);
        outcomes.iter().copied().min_by_key(key)
    };
    let Some(&last) = notes.own_offers.last() else {
        return (Way::First, nearest());
    };
    let is_late = relative_time >= numbers.sweetener_after;
    let wants_ask = if is_late {
        WantsAsk::Ever
    } else {
        WantsAsk::Yes
    };
    let n_changes = |it| notes.changed(rules, it).len();
    let near = outcomes.iter().copied().filter(|&it| {
        n_changes(it) <= numbers.issues_changed_max && notes.is_allowed(rules, it, wants_ask)
    });
    let offer = near.min_by_key(|&it| {
        let asked = rules.consent.asked(&rules.space, it);
        let distance = far(it, notes.refusers_among(rules, asked));
        let most_changes = is_late.then_some(Reverse(n_changes(it)));
        (most_changes, distance, n_changes(it), own(it), it)
    });
    match offer {
        None => (Way::AboveAllSteps, nearest()),
        Some(it) if it == last => (Way::Repeat, offer),
        _ if is_late => (Way::Sweetener, offer),
        _ => (Way::Step, offer),
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

fn check(rule: Rule, world: &World, moment: &Moment) -> Result<Way, TestCaseError> {
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
    let issues_changed_max = f64::from(u8::try_from(moment.issues_changed_max).expect("a digit"));
    let (name, [second, third]) = match rule {
        Rule::Incremental => ("incremental", [issues_changed_max, moment.weight_of_yes]),
        Rule::TradeOff => ("trade_off", [moment.weight_of_yes, issues_changed_max]),
    };
    let numbers = [
        moment.concession_exponent,
        second,
        third,
        moment.sweetener_after,
    ];
    let kind = OFFERING_RULES
        .iter()
        .find(|it| it.name == name)
        .expect("it is built in");
    let mut started = (kind.start)(&numbers, &rules);
    let mut notes = Notes::new(me, rules.n_parties);
    for event in world.events() {
        started.observe(&event, &situation);
        notes.observe(&event);
    }
    let mut turn = Turn {
        situation,
        search: &mut search,
        stream: &mut stream,
    };
    let demand = started.aspiration(&mut turn);
    let numbers = Numbers {
        rule,
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
    let offer = started.offer(&mut turn);
    prop_assert_eq!(
        offer,
        expected,
        "{:?}, {:?}, after {:?}",
        rule,
        way,
        world.events()
    );
    prop_assert_eq!(started.offer(&mut turn), expected, "asking is not offering");
    if let Some(offer) = offer {
        prop_assert!(preferences.utility(offer) >= demand);
    }
    Ok(way)
}

/// How often each way was met, on random worlds on which the rule keeps its definition.
fn ways_met(rule: Rule) -> std::collections::BTreeMap<Way, u32> {
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 4000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    });
    let ways = std::cell::RefCell::new(std::collections::BTreeMap::<Way, u32>::new());
    let checked = runner.run(&(worlds(), moments()), |(world, moment)| {
        let way = check(rule, &world, &moment)?;
        *ways.borrow_mut().entry(way).or_default() += 1;
        Ok(())
    });
    checked.unwrap_or_else(|it| panic!("{it}"));
    ways.into_inner()
}

#[test]
fn an_offer_is_the_one_of_the_definition_on_every_world() {
    // A law that meets one case only would say little.
    for rule in [Rule::Incremental, Rule::TradeOff] {
        let ways = ways_met(rule);
        assert!(
            ways.len() == 5 && ways.values().all(|&it| it > 100),
            "{rule:?}: {ways:?}"
        );
    }
}

/// A random scenario in which all follow a rule with two issues changed at most, and few offers please.
fn everybody_goes_step_by_step(rule: Rule, case: u64) -> String {
    let text = scenario_text(&mut RandomChoices::new("incremental", case));
    let mut lines_since_p = usize::MAX;
    let lines = text.lines().map(|line| {
        lines_since_p = lines_since_p.saturating_add(1);
        if line.starts_with("p = ") {
            lines_since_p = 0;
        }
        match lines_since_p {
            1 => match rule {
                Rule::Incremental => {
                    "incremental = { concession_exponent = { uniform = { min = 0.3, max = 3.0 } } }"
                }
                Rule::TradeOff => {
                    "trade_off = { concession_exponent = { uniform = { min = 0.3, max = 3.0 } }, \
                     issues_changed_max = 2 }"
                }
            },
            2 => "accept = { constant = { at_least = 0.9 } }",
            _ if line.starts_with("deadline_rounds = ") => "deadline_rounds = 20",
            _ => line,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn in_sessions_nobody_takes_back_jumps_or_gives_what_is_not_asked_or_not_its_own() {
    for (rule, n_cases) in [(Rule::Incremental, 400), (Rule::TradeOff, 200)] {
        check_sessions(rule, n_cases);
    }
}

fn check_sessions(rule: Rule, n_cases: u64) {
    let (mut n_changes, mut n_sweeteners) = (0, 0);
    for case in 0..n_cases {
        let setting = setting_of(&everybody_goes_step_by_step(rule, case));
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
