//! A party that breaks the rules or leaves is data: both drivers end the session alike.

use std::sync::Arc;

use demarche::actors::assemble;
use demarche::domain::{Outcome, OutcomeSpace, PartyId, Utility};
use demarche::negotiation::{PlainLoop, SessionResult, Setting};
use demarche::protocol::{Ending, ProtocolKind, ProtocolViolation, Rules, Session};
use demarche::search::{Audiences, OutcomeSearch};
use demarche::seeds::{MasterSeed, Replication, Seeds, Stream};
use demarche::strategy::{
    ACCEPTANCE_CONDITIONS, AcceptanceCondition, AcceptanceKind, OfferingKind, OfferingRule,
    OwnSide, Situation, StrategySpec,
};

use crate::worlds::{TWO_VILLAGES, load_text};

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
    fn accepts(&mut self, _: Outcome, _: &Situation<'_>, _: &mut OwnSide<'_>) -> bool {
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
        start,
    }
}

impl OfferingRule for Outsider {
    fn aspiration(&mut self, situation: &Situation<'_>, _: &mut dyn OutcomeSearch) -> Utility {
        situation.best_utility
    }

    fn offer(
        &mut self,
        situation: &Situation<'_>,
        search: &mut dyn OutcomeSearch,
        _: &mut Stream,
    ) -> Option<Outcome> {
        if situation.round < FIRST_BAD_ROUND {
            return Some(search.best());
        }
        let larger = OutcomeSpace::new(&[5; 6]).expect("a small space");
        larger.outcomes().last()
    }
}

impl OfferingRule for Leaver {
    fn aspiration(&mut self, situation: &Situation<'_>, _: &mut dyn OutcomeSearch) -> Utility {
        situation.best_utility
    }

    fn offer(
        &mut self,
        situation: &Situation<'_>,
        search: &mut dyn OutcomeSearch,
        _: &mut Stream,
    ) -> Option<Outcome> {
        (situation.round < FIRST_BAD_ROUND).then(|| search.best())
    }
}

impl OfferingRule for Stubborn {
    fn aspiration(&mut self, situation: &Situation<'_>, _: &mut dyn OutcomeSearch) -> Utility {
        situation.best_utility
    }

    fn offer(
        &mut self,
        _: &Situation<'_>,
        search: &mut dyn OutcomeSearch,
        _: &mut Stream,
    ) -> Option<Outcome> {
        Some(search.best())
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
    let (mut session_actor, parties) = assemble(setting, 2);
    for it in parties {
        runtime.spawn(it.run());
    }
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
