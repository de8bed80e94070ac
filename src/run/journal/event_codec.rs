//! Events of a session as exact bytes and back.

use demarche_core::domain::{Outcome, PartyId, PartySet, Scenario};
use demarche_core::protocol::Event;

use crate::run::journal::codec::{ExactBytes, push_optional, push_whole};

/// Adds how many events there are, and the events.
pub(super) fn push_events(bytes: &mut Vec<u8>, events: &[Event]) {
    push_whole(bytes, events.len() as u64);
    for event in events {
        match *event {
            Event::Offered {
                round,
                proposer,
                offer,
            } => {
                bytes.push(0);
                push_whole(bytes, round.into());
                push_whole(bytes, proposer.idx() as u64);
                push_whole(bytes, offer.code());
            }
            Event::Answered {
                round,
                proposer,
                offer,
                yes,
                no,
                answered,
            } => {
                bytes.push(1);
                push_whole(bytes, round.into());
                push_whole(bytes, proposer.idx() as u64);
                push_whole(bytes, offer.code());
                for set in [yes, no, answered] {
                    push_set(bytes, set);
                }
            }
            Event::Voted {
                round,
                text,
                standing,
                yes,
                no,
            } => {
                bytes.push(2);
                push_whole(bytes, round.into());
                push_whole(bytes, text.code());
                push_optional(bytes, standing, |bytes, it| push_whole(bytes, it.code()));
                for set in [yes, no] {
                    push_set(bytes, set);
                }
            }
        }
    }
}

/// The next events of a session of a scenario; `None` if the bytes are no such.
pub(super) fn read_events(bytes: &mut ExactBytes<'_>, scenario: &Scenario) -> Option<Vec<Event>> {
    let n_events: usize = bytes.whole()?;
    // Each takes several bytes, so that no more are read than there are.
    let events = (0..n_events).map(|_| read_event(bytes, scenario));
    events.collect()
}

fn read_event(bytes: &mut ExactBytes<'_>, scenario: &Scenario) -> Option<Event> {
    let kind = bytes.byte()?;
    let round = bytes.whole()?;
    Some(match kind {
        0 => Event::Offered {
            round,
            proposer: read_party(bytes, scenario)?,
            offer: read_outcome(bytes, scenario)?,
        },
        1 => Event::Answered {
            round,
            proposer: read_party(bytes, scenario)?,
            offer: read_outcome(bytes, scenario)?,
            yes: read_set(bytes, scenario)?,
            no: read_set(bytes, scenario)?,
            answered: read_set(bytes, scenario)?,
        },
        2 => Event::Voted {
            round,
            text: read_outcome(bytes, scenario)?,
            standing: bytes.optional(|it| read_outcome(it, scenario))?,
            yes: read_set(bytes, scenario)?,
            no: read_set(bytes, scenario)?,
        },
        _ => return None,
    })
}

fn push_set(bytes: &mut Vec<u8>, set: PartySet) {
    let bits = set.iter().fold(0, |bits, it| bits | 1_u64 << it.idx());
    push_whole(bytes, bits);
}

fn read_set(bytes: &mut ExactBytes<'_>, scenario: &Scenario) -> Option<PartySet> {
    let bits: u64 = bytes.whole()?;
    let parties = (0..u64::BITS as usize).filter(|it| bits >> it & 1 == 1);
    let set: PartySet = parties.map(PartyId::new).collect();
    PartySet::all(scenario.parties.len())
        .contains_all(set)
        .then_some(set)
}

fn read_party(bytes: &mut ExactBytes<'_>, scenario: &Scenario) -> Option<PartyId> {
    scenario.party_ids().nth(bytes.whole()?)
}

fn read_outcome(bytes: &mut ExactBytes<'_>, scenario: &Scenario) -> Option<Outcome> {
    scenario.space.outcome_of_code(bytes.whole()?)
}
