//! What the parties of a session offered, round by round, as utilities of their own.

use demarche_core::domain::{PartyId, Preferences};
use demarche_core::protocol::Event;

use crate::experiment::tallies::OfferCourse;

/// By party that makes an offer, what the last of its offers is worth to it by the end of each of these
/// rounds, which are in ascending order; a round in which the session is over has none.
pub(super) fn offer_courses(
    parties: &[Preferences],
    events: &[Event],
    rounds: &[u32],
) -> Vec<OfferCourse> {
    let course = |(idx, preferences): (usize, &Preferences)| OfferCourse {
        party: PartyId::new(idx),
        reservation_value: preferences.reservation_value().units(),
        utilities: Vec::new(),
    };
    let mut courses: Vec<OfferCourse> = parties.iter().enumerate().map(course).collect();
    let mut last_offers = vec![None; parties.len()];
    let n_rounds = events.last().map_or(0, Event::round);
    let mut events = events.iter().peekable();
    for (place, &round) in rounds.iter().enumerate() {
        if round > n_rounds {
            break;
        }
        while let Some(event) = events.next_if(|it| it.round() <= round) {
            if let Some(offer) = event.offer() {
                let idx = offer.proposer.idx();
                last_offers[idx] = Some(parties[idx].utility(offer.outcome).units());
            }
        }
        for (course, units) in courses.iter_mut().zip(&last_offers) {
            course.utilities.extend(units.map(|it| (place, it)));
        }
    }
    courses.retain(|it| !it.utilities.is_empty());
    courses
}
