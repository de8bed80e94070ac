//! All that is known of a session once it is over, as exact bytes and back.

use demarche_core::domain::{Outcome, PartyId, Scenario, Utility};
use demarche_core::negotiation::{OfferChanges, PartyReport, SessionResult};
use demarche_core::protocol::{Action, Ending, Event, ProtocolViolation, Request};
use demarche_core::randomness::Replication;
use demarche_core::solution::Zone;

use crate::experiment::{Cell, CellId, Forfeit, MeasuredSession, NumberSource};
use crate::run::journal::codec::{ExactBytes, push_measurement, push_optional, push_whole};
use crate::run::journal::event_codec::{push_events, read_events};

/// A session as a journal has it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct RecordedSession {
    pub(crate) measured: MeasuredSession,
    /// Its events, where they were kept.
    pub(crate) events: Option<Vec<Event>>,
}

/// In the byte of the zone, says that events follow.
const HAS_EVENTS: u64 = 0x40;

/// Adds a session, with its events if they are to be kept.
pub(crate) fn push_session(
    bytes: &mut Vec<u8>,
    measured: &MeasuredSession,
    events: Option<&[Event]>,
) {
    let session = &measured.result;
    let has_events = if events.is_some() { HAS_EVENTS } else { 0 };
    push_whole(bytes, measured.zone.idx() as u64 | has_events);
    if let Some(events) = events {
        push_events(bytes, events);
    }
    push_whole(bytes, session.replication.0);
    push_ending(bytes, &session.ending);
    push_whole(bytes, session.n_offers.into());
    for report in &session.parties {
        push_report(bytes, report);
    }
}

/// Adds what is known of a session but for differences of utilities far below the precision of
/// tables: numbers that are equal up to rounding in two computations.
pub(crate) fn push_rounded_session(bytes: &mut Vec<u8>, measured: &MeasuredSession) {
    let session = &measured.result;
    push_whole(bytes, measured.zone.idx() as u64);
    let rounded = |it: Utility| {
        let units = it.units() + (1 << (DROPPED_BITS - 1));
        (units >> DROPPED_BITS).to_le_bytes()
    };
    push_ending(bytes, &session.ending);
    push_whole(bytes, session.n_offers.into());
    for report in &session.parties {
        push_whole(bytes, report.strategy as u64);
        // How much of it leverage took is no part of the course of a session.
        bytes.extend(rounded(report.reservation_value));
        bytes.extend(report.best_utility.map(rounded).into_iter().flatten());
        bytes.extend(rounded(report.utility()));
        for count in [
            report.offers,
            report.concessions,
            report.yes,
            report.no,
            report.pivotal_rejections,
        ] {
            push_whole(bytes, count.into());
        }
    }
}

/// Bits of utilities that do not count where sessions are compared: 2⁻²⁰ remains.
const DROPPED_BITS: u32 = 28;

/// The sessions of a scenario that these bytes are, so many at most; `None` if they are no such.
pub(crate) fn read_sessions(
    bytes: &[u8],
    scenario: &Scenario,
    most: usize,
) -> Option<Vec<RecordedSession>> {
    let mut bytes = ExactBytes(bytes);
    let mut res = Vec::new();
    while !bytes.0.is_empty() {
        if res.len() == most {
            return None;
        }
        let first: u64 = bytes.byte()?.into();
        let zone = usize::try_from(first & !HAS_EVENTS).ok()?;
        let zone = *Zone::ALL.get(zone)?;
        let has_events = first & HAS_EVENTS != 0;
        let events = if has_events {
            Some(read_events(&mut bytes, scenario)?)
        } else {
            None
        };
        let result = SessionResult {
            replication: Replication(bytes.whole()?),
            ending: read_ending(&mut bytes, scenario)?,
            n_offers: bytes.whole()?,
            parties: scenario
                .party_ids()
                .map(|_| read_report(&mut bytes, scenario))
                .collect::<Option<_>>()?,
        };
        let measured = MeasuredSession { result, zone };
        res.push(RecordedSession { measured, events });
    }
    Some(res)
}

fn push_ending(bytes: &mut Vec<u8>, ending: &Ending) {
    push_whole(bytes, ending.idx() as u64);
    push_whole(bytes, ending.round().into());
    match ending {
        Ending::Agreement {
            proposer, outcome, ..
        } => {
            push_whole(bytes, proposer.map_or(0, |it| it.idx() as u64 + 1));
            push_whole(bytes, outcome.code());
        }
        Ending::Deadline { .. } => {}
        Ending::Walkout { party, .. } => push_party(bytes, *party),
        Ending::Forfeit {
            party, violation, ..
        } => {
            push_party(bytes, *party);
            push_violation(bytes, violation);
        }
    }
}

fn read_ending(bytes: &mut ExactBytes<'_>, scenario: &Scenario) -> Option<Ending> {
    let kind = bytes.byte()?;
    let round = bytes.whole()?;
    Some(match kind {
        0 => Ending::Agreement {
            round,
            proposer: match bytes.whole::<usize>()? {
                0 => None,
                number => Some(scenario.party_ids().nth(number - 1)?),
            },
            outcome: scenario.space.outcome_of_code(bytes.whole()?)?,
        },
        1 => Ending::Deadline { round },
        2 => Ending::Walkout {
            round,
            party: read_party(bytes, scenario)?,
        },
        3 => Ending::Forfeit {
            round,
            party: read_party(bytes, scenario)?,
            violation: read_violation(bytes, scenario)?,
        },
        _ => return None,
    })
}

fn push_party(bytes: &mut Vec<u8>, party: PartyId) {
    push_whole(bytes, party.idx() as u64);
}

fn read_party(bytes: &mut ExactBytes<'_>, scenario: &Scenario) -> Option<PartyId> {
    scenario.party_ids().nth(bytes.whole()?)
}

fn push_violation(bytes: &mut Vec<u8>, violation: &ProtocolViolation) {
    match violation {
        ProtocolViolation::NotAsked => bytes.push(0),
        ProtocolViolation::WrongAction { asked, action } => {
            bytes.push(1);
            push_ask(bytes, asked);
            match action {
                Action::Offer(outcome) => {
                    bytes.push(0);
                    push_whole(bytes, outcome.code());
                }
                Action::Accept => bytes.push(1),
                Action::Reject => bytes.push(2),
                Action::WalkOut => bytes.push(3),
            }
        }
        ProtocolViolation::OfferOutsideSpace => bytes.push(2),
        ProtocolViolation::Panicked => bytes.push(3),
        ProtocolViolation::NoAnswer => bytes.push(4),
        ProtocolViolation::Late => bytes.push(5),
        ProtocolViolation::Unreadable => bytes.push(6),
        ProtocolViolation::Flooding => bytes.push(7),
    }
}

fn read_violation(bytes: &mut ExactBytes<'_>, scenario: &Scenario) -> Option<ProtocolViolation> {
    Some(match bytes.byte()? {
        0 => ProtocolViolation::NotAsked,
        1 => ProtocolViolation::WrongAction {
            asked: read_ask(bytes, scenario)?,
            action: match bytes.byte()? {
                0 => Action::Offer(read_outcome(bytes)?),
                1 => Action::Accept,
                2 => Action::Reject,
                3 => Action::WalkOut,
                _ => return None,
            },
        },
        2 => ProtocolViolation::OfferOutsideSpace,
        3 => ProtocolViolation::Panicked,
        4 => ProtocolViolation::NoAnswer,
        5 => ProtocolViolation::Late,
        6 => ProtocolViolation::Unreadable,
        7 => ProtocolViolation::Flooding,
        _ => return None,
    })
}

/// Adds a forfeit, if there is one, to numbers.
pub(crate) fn push_forfeit(numbers: &mut Vec<i128>, forfeit: Option<&Forfeit>) {
    numbers.push(forfeit.is_some().into());
    if let Some(it) = forfeit {
        let mut violation = Vec::new();
        push_violation(&mut violation, &it.violation);
        numbers.extend([
            i128::from(it.cell.0),
            it.replication.0.into(),
            it.party.idx() as i128,
            violation.len() as i128,
        ]);
        numbers.extend(violation.into_iter().map(i128::from));
    }
}

/// The next forfeit of one of these cells, if there is one.
#[expect(
    clippy::option_option,
    reason = "the numbers may be malformed, and there may be no forfeit"
)]
pub(crate) fn take_forfeit(
    cells: &[Cell],
    numbers: &mut NumberSource<'_>,
) -> Option<Option<Forfeit>> {
    if numbers.next::<u8>()? == 0 {
        return Some(None);
    }
    let cell = numbers.position(cells.len())?;
    let scenario = cells[cell].setting.scenario();
    let replication = Replication(numbers.next()?);
    let party = PartyId::new(numbers.position(scenario.parties.len())?);
    let n_bytes = numbers.length()?;
    let violation: Option<Vec<u8>> = (0..n_bytes).map(|_| numbers.next()).collect();
    Some(Some(Forfeit {
        cell: CellId(u32::try_from(cell).ok()?),
        replication,
        party,
        violation: read_violation(&mut ExactBytes(&violation?), scenario)?,
    }))
}

fn push_ask(bytes: &mut Vec<u8>, asked: &Request) {
    match *asked {
        Request::Offer => bytes.push(0),
        Request::Answer { offer, proposer } => {
            bytes.push(1);
            push_whole(bytes, offer.code());
            push_party(bytes, proposer);
        }
        Request::AcceptOrReplace { offer, proposer } => {
            bytes.push(2);
            push_whole(bytes, offer.code());
            push_party(bytes, proposer);
        }
        Request::Vote { text, standing } => {
            bytes.push(3);
            push_whole(bytes, text.code());
            push_optional(bytes, standing, |bytes, it| push_whole(bytes, it.code()));
        }
    }
}

fn read_ask(bytes: &mut ExactBytes<'_>, scenario: &Scenario) -> Option<Request> {
    Some(match bytes.byte()? {
        0 => Request::Offer,
        1 => Request::Answer {
            offer: read_outcome(bytes)?,
            proposer: read_party(bytes, scenario)?,
        },
        2 => Request::AcceptOrReplace {
            offer: read_outcome(bytes)?,
            proposer: read_party(bytes, scenario)?,
        },
        3 => Request::Vote {
            text: read_outcome(bytes)?,
            standing: bytes.optional(read_outcome)?,
        },
        _ => return None,
    })
}

/// An outcome that need not be one of the scenario's: a party that breaks the rules may say any.
fn read_outcome(bytes: &mut ExactBytes<'_>) -> Option<Outcome> {
    bytes.whole().map(Outcome::from_shares)
}

fn push_report(bytes: &mut Vec<u8>, report: &PartyReport) {
    push_whole(bytes, report.strategy as u64);
    push_utility(bytes, report.reservation_value);
    push_utility(bytes, report.reservation_value_before_leverage);
    push_optional(bytes, report.best_utility, push_utility);
    push_optional(bytes, report.agreement_utility, push_utility);
    push_whole(bytes, report.offers.into());
    push_whole(bytes, report.concessions.into());
    push_measurement(bytes, report.conceded);
    push_whole(bytes, report.yes.into());
    push_whole(bytes, report.no.into());
    push_whole(bytes, report.pivotal_rejections.into());
    push_whole(bytes, report.pivotal_rejections_by_issue.len() as u64);
    for n in &report.pivotal_rejections_by_issue {
        push_whole(bytes, (*n).into());
    }
    push_offer_changes(bytes, &report.offer_changes);
}

fn push_offer_changes(bytes: &mut Vec<u8>, changes: &OfferChanges) {
    let OfferChanges {
        repeated,
        changing,
        issues_changed,
        changing_over_two,
        returns,
        beyond_asks,
    } = *changes;
    for n in [
        repeated,
        changing,
        issues_changed,
        changing_over_two,
        returns,
        beyond_asks,
    ] {
        push_whole(bytes, n.into());
    }
}

fn read_offer_changes(bytes: &mut ExactBytes<'_>) -> Option<OfferChanges> {
    Some(OfferChanges {
        repeated: bytes.whole()?,
        changing: bytes.whole()?,
        issues_changed: bytes.whole()?,
        changing_over_two: bytes.whole()?,
        returns: bytes.whole()?,
        beyond_asks: bytes.whole()?,
    })
}

fn read_report(bytes: &mut ExactBytes<'_>, scenario: &Scenario) -> Option<PartyReport> {
    Some(PartyReport {
        strategy: bytes.whole()?,
        reservation_value: read_utility(bytes)?,
        reservation_value_before_leverage: read_utility(bytes)?,
        best_utility: bytes.optional(read_utility)?,
        agreement_utility: bytes.optional(read_utility)?,
        offers: bytes.whole()?,
        concessions: bytes.whole()?,
        conceded: bytes.measurement()?,
        yes: bytes.whole()?,
        no: bytes.whole()?,
        pivotal_rejections: bytes.whole()?,
        pivotal_rejections_by_issue: {
            let n_issues = bytes
                .whole()
                .filter(|it| *it <= scenario.space.n_issues())?;
            (0..n_issues)
                .map(|_| bytes.whole())
                .collect::<Option<_>>()?
        },
        offer_changes: read_offer_changes(bytes)?,
    })
}

fn push_utility(bytes: &mut Vec<u8>, utility: Utility) {
    push_whole(bytes, utility.units().cast_unsigned());
}

fn read_utility(bytes: &mut ExactBytes<'_>) -> Option<Utility> {
    let units = bytes.whole()?;
    let utility = Utility::clamped(units);
    (utility.units() == units).then_some(utility)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::load_scenario;
    use demarche_core::domain::PartySet;

    fn scenario() -> Scenario {
        let text = include_str!("../../../configs/scenarios/two-villages.toml");
        let read_file = |_: &Path| Ok(text.to_owned());
        let loaded = load_scenario(Path::new("two-villages.toml"), &[], &read_file);
        loaded.unwrap().setting.scenario().clone()
    }

    /// Events of all kinds, of every third session.
    fn events(scenario: &Scenario, replication: u64) -> Option<Vec<Event>> {
        let outcome = scenario.space.outcomes().last().unwrap();
        let proposer = PartyId::new(1);
        let [yes, no] = [0, 1].map(|it| PartySet::only(PartyId::new(it)));
        let voted = |standing| Event::Voted {
            round: 3,
            text: outcome,
            standing,
            yes,
            no,
        };
        let events = vec![
            Event::Offered {
                round: 1,
                proposer,
                offer: outcome,
            },
            Event::Answered {
                round: 200,
                proposer,
                offer: outcome,
                yes,
                no: PartySet::EMPTY,
                answered: yes,
            },
            voted(None),
            voted(Some(outcome)),
        ];
        replication.is_multiple_of(3).then_some(events)
    }

    fn session(ending: Ending, replication: u64) -> MeasuredSession {
        let report = |units: i64, conceded| PartyReport {
            strategy: 1,
            reservation_value: Utility::clamped(units),
            reservation_value_before_leverage: Utility::clamped(units),
            best_utility: Some(Utility::ONE),
            agreement_utility: ending.agreement().map(|_| Utility::clamped(-units)),
            offers: 300,
            concessions: 7,
            conceded,
            yes: 0,
            no: u32::MAX,
            pivotal_rejections: 2,
            pivotal_rejections_by_issue: vec![0, 2],
            offer_changes: OfferChanges {
                repeated: 1,
                changing: 298,
                issues_changed: 1000,
                changing_over_two: 2,
                returns: 3,
                beyond_asks: 4,
            },
        };
        let result = SessionResult {
            replication: Replication(replication),
            parties: vec![report(-5, Some(0.1 + 0.2)), report(1 << 40, None)],
            n_offers: 600,
            ending,
        };
        let places = (0..).zip(Zone::ALL);
        let zone = places.filter(|it| replication % 3 >= it.0).last();
        MeasuredSession {
            zone: zone.expect("one is at the start").1,
            result,
        }
    }

    #[test]
    fn sessions_with_every_ending_come_back_and_nothing_else_does() {
        let scenario = scenario();
        let outcome = scenario.space.outcomes().last().unwrap();
        // A party that breaks the rules may say what is no outcome.
        let none = Outcome::from_shares(u64::MAX);
        let party = PartyId::new(1);
        let asked = [
            Request::Offer,
            Request::Answer {
                offer: outcome,
                proposer: party,
            },
            Request::AcceptOrReplace {
                offer: outcome,
                proposer: party,
            },
            Request::Vote {
                text: outcome,
                standing: None,
            },
            Request::Vote {
                text: outcome,
                standing: Some(outcome),
            },
        ];
        let actions = [
            Action::Offer(none),
            Action::Accept,
            Action::Reject,
            Action::WalkOut,
        ];
        let wrong = asked.into_iter().flat_map(|asked| {
            let violation = move |action| ProtocolViolation::WrongAction { asked, action };
            actions.into_iter().map(violation)
        });
        let outside = [
            ProtocolViolation::NotAsked,
            ProtocolViolation::OfferOutsideSpace,
            ProtocolViolation::Panicked,
            ProtocolViolation::NoAnswer,
            ProtocolViolation::Late,
            ProtocolViolation::Unreadable,
            ProtocolViolation::Flooding,
        ];
        let forfeits = wrong.chain(outside).map(|violation| Ending::Forfeit {
            round: 4,
            party,
            violation,
        });
        let agreement = |proposer| Ending::Agreement {
            round: 3,
            proposer,
            outcome,
        };
        let others = [
            agreement(None),
            agreement(Some(party)),
            Ending::Deadline { round: 200 },
            Ending::Walkout { round: 1, party },
        ];
        let sessions: Vec<RecordedSession> = (forfeits.chain(others))
            .zip(1 << 60..)
            .map(|(ending, replication)| RecordedSession {
                measured: session(ending, replication),
                events: events(&scenario, replication),
            })
            .collect();
        let mut bytes = Vec::new();
        for it in &sessions {
            let start = bytes.len();
            push_session(&mut bytes, &it.measured, it.events.as_deref());
            let back = read_sessions(&bytes[start..], &scenario, 1);
            assert_eq!(back.as_deref(), Some(std::slice::from_ref(it)));
            for end in start + 1..bytes.len() {
                assert_eq!(read_sessions(&bytes[start..end], &scenario, 1), None);
            }
        }
        let n_sessions = sessions.len();
        assert_eq!(read_sessions(&bytes, &scenario, n_sessions - 1), None);
        let back = read_sessions(&bytes, &scenario, n_sessions);
        assert_eq!(back, Some(sessions));
    }
}
