//! Every session is played in full: each offer is searched for and each answer decided, even where all
//! sessions are alike.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use demarche::config::{Overrides, load_experiment};
use demarche::domain::{Outcome, Preferences, Utility};
use demarche::protocol::Event;
use demarche::search::{Audiences, OfferDistance, OutcomeSearch, Ranked};
use demarche::strategy::{
    ACCEPTANCE_CONDITIONS, AcceptanceCondition, AcceptanceKind, LowestOffer, OFFERING_RULES,
    OfferingKind, OfferingRule, OwnSide, Situation, Strategies, Turn,
};

use crate::sessions::violations::batch;

static SEARCHES: AtomicU64 = AtomicU64::new(0);
static OFFERS: AtomicU64 = AtomicU64::new(0);
static ANSWERS: AtomicU64 = AtomicU64::new(0);

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// A built-in offering rule, of which each offer is counted.
#[derive(Debug)]
struct CountedOffers(Box<dyn OfferingRule>);

impl OfferingRule for CountedOffers {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        self.0.observe(event, situation);
    }

    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        self.0.aspiration(turn)
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        count(&OFFERS);
        self.0.offer(&mut Turn {
            situation: turn.situation,
            search: &mut CountedSearch(turn.search),
            stream: turn.stream,
        })
    }
}

static COUNTED_OFFERS: OfferingKind = OfferingKind {
    name: "counted_offers",
    about: "concedes linearly, and counts",
    parameters: &[],
    audiences: Audiences::Alike,
    lowest_offer: LowestOffer::ReservationValue,
    start: |_, rules| {
        let mut kinds = OFFERING_RULES.iter();
        let kind = kinds.find(|it| it.name == "time_dependent");
        let kind = kind.expect("it is built in");
        Box::new(CountedOffers((kind.start)(&[1.0], rules)))
    },
};

/// The built-in acceptance condition, of which each answer is counted.
#[derive(Debug)]
struct CountedAnswers(Box<dyn AcceptanceCondition>);

impl AcceptanceCondition for CountedAnswers {
    fn accepts(&mut self, offer: Outcome, own: &mut OwnSide<'_, '_>) -> bool {
        count(&ANSWERS);
        self.0.accepts(offer, own)
    }
}

static COUNTED_ANSWERS: AcceptanceKind = AcceptanceKind {
    name: "counted_answers",
    about: "accepts at its aspiration, and counts",
    parameters: &[],
    start: |_| Box::new(CountedAnswers((ACCEPTANCE_CONDITIONS[0].start)(&[]))),
};

/// A search of which each question that an offer asks is counted.
#[derive(Debug)]
struct CountedSearch<'a>(&'a mut dyn OutcomeSearch);

impl OutcomeSearch for CountedSearch<'_> {
    fn rebuild(&mut self, preferences: &Preferences) {
        self.0.rebuild(preferences);
    }

    fn best(&mut self) -> Option<Outcome> {
        self.0.best()
    }

    fn least_at_least(&mut self, target: Utility) -> Option<Outcome> {
        count(&SEARCHES);
        self.0.least_at_least(target)
    }

    fn nearest_at_least(&mut self, target: Utility, others: &OfferDistance) -> Option<Outcome> {
        count(&SEARCHES);
        self.0.nearest_at_least(target, others)
    }

    fn count_at_least(&mut self, target: Utility) -> u64 {
        self.0.count_at_least(target)
    }

    fn nth_at_least(&mut self, target: Utility, n: u64) -> Option<Outcome> {
        self.0.nth_at_least(target, n)
    }

    fn next_in_ranking(&mut self, after: Option<Ranked>) -> Option<Ranked> {
        self.0.next_in_ranking(after)
    }

    fn each_up_to_least(
        &mut self,
        from: i64,
        enough: i64,
        tolerance: i64,
        look: &mut dyn FnMut(Outcome),
    ) {
        count(&SEARCHES);
        self.0.each_up_to_least(from, enough, tolerance, look);
    }
}

/// Two parties whose numbers are all certain: every session is the same.
fn certain_world() -> String {
    let party = |name: &str, utility: &str| {
        format!(
            "[[party]]\nid = \"{name}\"\nlabel = \"{name}\"\nreservation_value = 0.0\n\
             strategy = [{{ p = 1.0, counted_offers = {{}}, accept = {{ counted_answers = {{}} }} }}]\n\
             [[party.preference]]\nissue = \"pie\"\nweight = 1.0\nutility = {{ {utility} }}\n"
        )
    };
    format!(
        "schema = 1\nname = \"pie\"\ntitle = \"A pie\"\nkind = \"synthetic\"\n\
         [[issue]]\nid = \"pie\"\nlabel = \"Pie\"\noptions = [{{ id = \"none\", label = \"none\" }}, \
         {{ id = \"half\", label = \"half\" }}, {{ id = \"all\", label = \"all\" }}]\n{}{}\
         [protocol.alternating_offers]\ndeadline_rounds = 20\n",
        party("a", "none = 0.0, half = 0.5, all = 1.0"),
        party("b", "none = 1.0, half = 0.5, all = 0.0"),
    )
}

#[test]
fn each_offer_is_searched_and_each_answer_decided_where_all_sessions_are_alike() {
    const SESSIONS: u64 = 200;
    let text = certain_world();
    let overrides = Overrides {
        strategies: Strategies::built_in()
            .with_offering(&COUNTED_OFFERS)
            .with_acceptance(&COUNTED_ANSWERS),
        ..Overrides::default()
    };
    let read_file = |_: &std::path::Path| Ok(text.clone());
    let experiment = load_experiment("pie.toml".as_ref(), &overrides, &read_file).unwrap();
    let results = batch(&Arc::new(experiment.scenario.setting), SESSIONS, 2);
    assert_eq!(results.len() as u64, SESSIONS);
    let parties = || results.iter().flat_map(|it| &it.parties);
    let offers: u64 = parties().map(|it| u64::from(it.offers)).sum();
    let answers: u64 = parties().map(|it| u64::from(it.yes + it.no)).sum();
    assert!(
        offers > SESSIONS * 2 && answers > SESSIONS * 2,
        "a session is more than one turn"
    );
    assert!(
        results.iter().all(|it| it.ending == results[0].ending),
        "all are alike"
    );
    let counted = [&OFFERS, &SEARCHES, &ANSWERS].map(|it| it.load(Ordering::Relaxed));
    assert_eq!(counted, [offers, offers, answers]);
}
