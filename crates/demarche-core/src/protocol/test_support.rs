//! Sessions of three parties played step by step, for this folder's tests.
#![cfg(test)]

use std::sync::Arc;

use crate::domain::{ConsentRule, Outcome, OutcomeSpace, PartyId, PartySet, Scale};
use crate::protocol::action::{Action, Request};
use crate::protocol::session::{Pending, Session};
use crate::protocol::{ProtocolKind, Rules};
use crate::randomness::{MasterSeed, NameHash, Purpose, Replication, Seeds};

/// A session that has just begun.
pub(super) fn begun(
    protocol: ProtocolKind,
    consent: ConsentRule,
    sizes: &[usize],
    deadline_rounds: u32,
    seed: u64,
) -> Session {
    let rules = Rules {
        protocol,
        deadline_rounds,
        relative_time: crate::protocol::RelativeTime::default(),
        consent,
        n_parties: 3,
        scales: vec![Scale::Nominal; sizes.len()],
        space: Arc::new(OutcomeSpace::new(sizes).unwrap()),
    };
    let seeds = Seeds::new(MasterSeed(seed));
    let stream = seeds.stream(Replication(0), NameHash::of("test"), Purpose::Protocol);
    Session::new(Arc::new(rules), stream)
}

pub(super) fn by_unanimity(protocol: ProtocolKind, deadline_rounds: u32) -> Session {
    begun(
        protocol,
        ConsentRule::unanimity(3),
        &[2],
        deadline_rounds,
        1,
    )
}

pub(super) fn mediated() -> ProtocolKind {
    ProtocolKind::SingleText {
        temperatures: vec![0.0; 3],
    }
}

pub(super) fn set(parties: &[usize]) -> PartySet {
    parties.iter().map(|&it| PartyId::new(it)).collect()
}

pub(super) fn outcome(number: u64) -> Outcome {
    OutcomeSpace::new(&[2]).unwrap().outcome_at(number)
}

/// What is asked of whom in which round, then who does what.
pub(super) type Step = (u32, Request, &'static [usize], usize, Action);

#[track_caller]
pub(super) fn play(session: &mut Session, steps: impl IntoIterator<Item = Step>) {
    for (round, ask, parties, actor, action) in steps {
        let parties = set(parties);
        let expected = Pending {
            ask,
            parties,
            round,
        };
        assert_eq!(session.pending(), Some(expected));
        assert_eq!(session.apply(PartyId::new(actor), action), Ok(()));
    }
}

/// Lets all who are asked act, again and again, until the session has ended.
#[track_caller]
pub(super) fn play_out(session: &mut Session, mut action: impl FnMut(Pending, PartyId) -> Action) {
    for _ in 0..100 {
        let Some(pending) = session.pending() else {
            return;
        };
        for party in pending.parties.iter() {
            assert_eq!(session.apply(party, action(pending, party)), Ok(()));
        }
    }
    panic!("a session ends");
}
