//! A party that breaks the rules, fails or leaves is data: both drivers end the session alike, and
//! the run goes on.

use std::convert::Infallible;
use std::sync::Arc;

use demarche::actors::spawn;
use demarche::domain::{Outcome, OutcomeSpace, PartyId, Utility};
use demarche::experiment::{Cell, CellId, Interrupt, Plan, Worker, run};
use demarche::negotiation::{PlainLoop, SessionResult, Setting};
use demarche::protocol::{Action, Ending, Event, ProtocolKind, ProtocolViolation, Rules, Session};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::search::Audiences;
use demarche::strategy::{
    ACCEPTANCE_CONDITIONS, AcceptanceCondition, AcceptanceKind, LowestOffer, OfferingKind,
    OfferingRule, OwnSide, Situation, StrategySpec, Turn,
};

use crate::support::worlds::{TWO_VILLAGES, load_text};

/// From this round on, misbehaving rules misbehave.
const FIRST_BAD_ROUND: u32 = 2;

/// Offers its best outcome, until it offers what is none of this space.
#[derive(Debug)]
struct Outsider;

/// Offers its best outcome, until it has nothing to offer any more.
#[derive(Debug)]
struct Leaver;

/// Offers its best outcome for ever.
#[derive(Debug)]
struct Stubborn;

static OUTSIDER: OfferingKind = kind("outsider", |_, _: &Rules| Box::new(Outsider));
static LEAVER: OfferingKind = kind("leaver", |_, _: &Rules| Box::new(Leaver));
static STUBBORN: OfferingKind = kind("stubborn", |_, _: &Rules| Box::new(Stubborn));

/// Says yes to everything, as far as it is let.
static YES_TO_ALL: AcceptanceKind = AcceptanceKind {
    name: "yes_to_all",
    about: "says yes to everything",
    parameters: &[],
    start: |_| Box::new(YesToAll),
};

#[derive(Debug)]
struct YesToAll;

impl AcceptanceCondition for YesToAll {
    fn accepts(&mut self, _: Outcome, _: &mut OwnSide<'_, '_>) -> bool {
        true
    }
}

const fn kind(
    name: &'static str,
    start: fn(&[f64], &Rules) -> Box<dyn OfferingRule>,
) -> OfferingKind {
    OfferingKind {
        name,
        about: "for tests",
        parameters: &[],
        audiences: Audiences::Alike,
        lowest_offer: LowestOffer::Any,
        start,
    }
}

impl OfferingRule for Outsider {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        turn.situation.best_utility
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        if turn.situation.round < FIRST_BAD_ROUND {
            return turn.search.best();
        }
        let larger = OutcomeSpace::new(&[5; 6]).expect("a small space");
        larger.outcomes().last()
    }
}

impl OfferingRule for Leaver {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        turn.situation.best_utility
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        (turn.situation.round < FIRST_BAD_ROUND)
            .then(|| turn.search.best())
            .flatten()
    }
}

impl OfferingRule for Stubborn {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        turn.situation.best_utility
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        turn.search.best()
    }
}

fn only(offering: &'static OfferingKind, acceptance: &'static AcceptanceKind) -> Vec<StrategySpec> {
    vec![StrategySpec {
        p: 1.0,
        offering,
        offering_numbers: Vec::new(),
        acceptance,
        acceptance_numbers: Vec::new(),
    }]
}

/// The two villages with these strategies: upper's and lower's.
fn villages(protocol: ProtocolKind, strategies: [Vec<StrategySpec>; 2]) -> Arc<Setting> {
    let scenario = load_text(TWO_VILLAGES).setting.scenario().clone();
    let strategies = strategies.into_iter().collect();
    Arc::new(Setting::new(scenario, protocol, 4, strategies).expect("a setting"))
}

/// A session, by both drivers; they must agree on it.
#[track_caller]
fn play(setting: &Arc<Setting>) -> (Session, SessionResult) {
    let seeds = Seeds::new(MasterSeed(5));
    let plain = PlainLoop::new(Arc::clone(setting)).run(&seeds, Replication(0));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut session_actor = spawn(runtime.handle(), setting, 2);
    let mut acted = None;
    let done = |session, result| acted = Some((session, result));
    runtime
        .block_on(session_actor.negotiate(&seeds, [Replication(0)], done))
        .unwrap();
    let acted: (Session, SessionResult) = acted.expect("the session was played");
    assert_eq!(plain.0.events(), acted.0.events());
    assert_eq!(plain.1, acted.1);
    plain
}

#[track_caller]
fn check(misbehaving: &'static OfferingKind, expected: impl Fn(PartyId) -> Ending) {
    let good = || only(&STUBBORN, ACCEPTANCE_CONDITIONS[0]);
    let bad = || only(misbehaving, ACCEPTANCE_CONDITIONS[0]);
    // Where every party has a turn in the first bad round.
    for protocol in [
        ProtocolKind::ProposalAndVote,
        ProtocolKind::AlternatingOffers,
    ] {
        for (idx, strategies) in [[bad(), good()], [good(), bad()]].into_iter().enumerate() {
            let (session, result) = play(&villages(protocol.clone(), strategies));
            assert_eq!(result.ending, expected(PartyId::new(idx)));
            assert_eq!(session.pending(), None);
            let before = 2 + u32::try_from(idx).expect("two parties");
            assert_eq!(result.n_offers, before, "the offers before the breach stay");
        }
    }
}

#[test]
fn an_offer_outside_the_space_forfeits_the_session() {
    check(&OUTSIDER, |party| Ending::Forfeit {
        round: FIRST_BAD_ROUND,
        party,
        violation: ProtocolViolation::OfferOutsideSpace,
    });
}

#[test]
fn a_party_with_nothing_to_offer_walks_out() {
    check(&LEAVER, |party| Ending::Walkout {
        round: FIRST_BAD_ROUND,
        party,
    });
}

#[test]
fn an_acceptance_condition_cannot_say_yes_below_the_reservation_value() {
    let protocols = [
        ProtocolKind::ProposalAndVote,
        ProtocolKind::AlternatingOffers,
        ProtocolKind::RandomProposer {
            recognition: vec![0.5; 2],
        },
    ];
    for protocol in protocols {
        let strategies = [only(&STUBBORN, &YES_TO_ALL), only(&STUBBORN, &YES_TO_ALL)];
        let (_, result) = play(&villages(protocol, strategies));
        // Each village's best is worth less than no agreement to the other.
        assert_eq!(result.ending, Ending::Deadline { round: 4 });
    }
}

// ---- Strategies that panic.

/// Where a strategy's code is when it panics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Moment {
    Start,
    Observing,
    Answering,
    Offering,
}

/// Demands its best outcome, until its code panics when it has been at a moment so often.
#[derive(Debug)]
struct Broken {
    moment: Moment,
    /// How often it is all right.
    left: u32,
}

impl Broken {
    fn start(moment: Moment, left: u32) -> Box<dyn OfferingRule> {
        let mut res = Self { moment, left };
        res.reach(Moment::Start);
        Box::new(res)
    }

    fn reach(&mut self, moment: Moment) {
        if moment == self.moment {
            self.left = self.left.checked_sub(1).expect("the strategy is broken");
        }
    }
}

impl OfferingRule for Broken {
    fn observe(&mut self, _: &Event, _: &Situation<'_>) {
        self.reach(Moment::Observing);
    }

    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        turn.situation.best_utility
    }

    fn is_content_with(&mut self, _: Outcome, _: &mut Turn<'_>) -> bool {
        self.reach(Moment::Answering);
        false
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        self.reach(Moment::Offering);
        turn.search.best()
    }
}

static BROKEN_AT_START: OfferingKind = kind("broken", |_, _| Broken::start(Moment::Start, 0));
static BROKEN_EAR: OfferingKind = kind("broken", |_, _| Broken::start(Moment::Observing, 2));
static BROKEN_ANSWER: OfferingKind = kind("broken", |_, _| Broken::start(Moment::Answering, 0));
static BROKEN_OFFER: OfferingKind = kind("broken", |_, _| Broken::start(Moment::Offering, 1));

/// Upper's strategy panics, in this round.
#[track_caller]
fn check_panic(broken: &'static OfferingKind, expected_round: u32) {
    let content = ACCEPTANCE_CONDITIONS[0];
    let strategies = [only(broken, content), only(&STEADY, content)];
    let setting = villages(ProtocolKind::ProposalAndVote, strategies);
    let (_, result) = play(&setting);
    assert_eq!(
        result.ending,
        Ending::Forfeit {
            round: expected_round,
            party: PartyId::new(0),
            violation: ProtocolViolation::Panicked,
        }
    );
    assert_eq!(result.parties.len(), 2, "both report");
}

#[test]
fn a_strategy_that_panics_forfeits_the_session() {
    check_panic(&BROKEN_AT_START, 1);
    // What it hears: its own offer, the answer to it, the other's offer, and so on.
    check_panic(&BROKEN_EAR, 1);
    check_panic(&BROKEN_ANSWER, 2);
    check_panic(&BROKEN_OFFER, 2);
}

/// Draws a random number for every offer, and panics if it is small.
#[derive(Debug)]
struct Unlucky;

/// Draws as many random numbers and ignores them.
#[derive(Debug)]
struct Steady;

static UNLUCKY: OfferingKind = kind("unlucky", |_, _: &Rules| Box::new(Unlucky));
static STEADY: OfferingKind = kind("steady", |_, _: &Rules| Box::new(Steady));

impl OfferingRule for Unlucky {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        Steady.aspiration(turn)
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        assert!(
            turn.stream.clone().uniform() >= 0.05,
            "the strategy is broken"
        );
        Steady.offer(turn)
    }
}

impl OfferingRule for Steady {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        turn.situation.preferences.reservation_value()
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        if turn.stream.uniform() < 0.5 {
            return turn.search.best();
        }
        let floor = turn.situation.preferences.reservation_value();
        turn.search.least_at_least(floor)
    }
}

struct Results;

impl Worker for Results {
    type ChunkOutput = Vec<SessionResult>;
    type Heard = ();

    fn work_up(
        &self,
        _: CellId,
        (): (),
        sessions: impl Iterator<Item = SessionResult>,
    ) -> Vec<SessionResult> {
        sessions.collect()
    }
}

/// The output of a batch of sessions, in the order in which it is written.
pub(crate) fn batch(setting: &Arc<Setting>, sessions: u64, threads: usize) -> Vec<SessionResult> {
    let cell = Cell {
        setting: Arc::clone(setting),
        seeds: Seeds::new(MasterSeed(5)),
    };
    let plan = Plan::new(vec![cell], sessions).unwrap();
    let mut res = Vec::new();
    run(
        &plan,
        threads,
        &Interrupt::default(),
        &Arc::new(Results),
        |it| {
            res.extend(it.product);
            Ok::<(), Infallible>(())
        },
    )
    .unwrap();
    res
}

#[test]
fn a_batch_goes_on_without_the_sessions_that_a_broken_strategy_forfeits() {
    const SESSIONS: u64 = 600;
    let content = ACCEPTANCE_CONDITIONS[0];
    let villages_of = |upper| {
        let strategies = [only(upper, content), only(&STEADY, content)];
        villages(ProtocolKind::AlternatingOffers, strategies)
    };
    let broken = villages_of(&UNLUCKY);
    let results = batch(&broken, SESSIONS, 1);
    assert_eq!(results, batch(&broken, SESSIONS, 2));
    let replications: Vec<u64> = results.iter().map(|it| it.replication.0).collect();
    assert_eq!(replications, (0..SESSIONS).collect::<Vec<_>>());
    let steady = batch(&villages_of(&STEADY), SESSIONS, 1);
    let mut table = PlainLoop::new(Arc::clone(&broken));
    let mut n_forfeits = 0;
    for (result, steady) in results.iter().zip(&steady) {
        let again = table.run(&Seeds::new(MasterSeed(5)), result.replication);
        assert_eq!(
            *result, again.1,
            "a session alone is what it was in the batch"
        );
        if let Ending::Forfeit {
            party, violation, ..
        } = &result.ending
        {
            assert_eq!(*party, PartyId::new(0));
            assert_eq!(*violation, ProtocolViolation::Panicked);
            n_forfeits += 1;
        } else {
            assert_eq!(result, steady, "a panic elsewhere changes nothing");
        }
    }
    assert!((20..300).contains(&n_forfeits), "{n_forfeits} forfeits");
}

#[test]
fn who_acts_out_of_turn_or_otherwise_than_asked_breaks_the_rules() {
    let content = ACCEPTANCE_CONDITIONS[0];
    let strategies = [only(&STUBBORN, content), only(&STUBBORN, content)];
    let setting = villages(ProtocolKind::AlternatingOffers, strategies);
    let seeds = Seeds::new(MasterSeed(5));
    let (upper, lower) = (PartyId::new(0), PartyId::new(1));
    let offer = setting.scenario().space.outcomes().next().unwrap();
    let breach = |party, action| {
        let mut session = setting.session(&seeds, Replication(0));
        let before = session.pending();
        let violation = session.apply(party, action).unwrap_err();
        assert_eq!(session.pending(), before, "nothing has happened");
        session.forfeit(party, violation.clone());
        assert_eq!(session.pending(), None);
        assert_eq!(
            session.apply(upper, Action::Offer(offer)),
            Err(ProtocolViolation::NotAsked),
            "a session that is over takes in nothing"
        );
        violation
    };
    let acted_unasked = breach(lower, Action::Offer(offer));
    assert_eq!(acted_unasked, ProtocolViolation::NotAsked);
    let accepted_nothing = breach(upper, Action::Accept);
    assert_eq!(
        accepted_nothing.to_string(),
        "did accept when asked to offer"
    );
}
