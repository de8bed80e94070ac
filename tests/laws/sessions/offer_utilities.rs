//! What parties offer round by round: quantiles over sessions against the events of each, one by one.

use std::sync::Arc;

use demarche::domain::{PartyId, Preferences};
use demarche::experiment::{
    ExaminedSession, OFFER_PERCENTS, OfferTally, RoundOffers, SessionExaminer, SessionMeasurer,
};
use demarche::negotiation::{PreferenceDraw, SessionResult, Setting};
use demarche::protocol::{Event, Session};
use demarche::randomness::{MasterSeed, Seeds};

use crate::support::worlds::{RandomChoices, in_a_plain_loop, scenario_text, setting_of};

fn seeds() -> Seeds {
    Seeds::new(MasterSeed(8))
}

fn examined(setting: &Arc<Setting>, results: &[SessionResult]) -> Vec<ExaminedSession> {
    let mut measurer = SessionMeasurer::new(Arc::clone(setting));
    let mut examiner = SessionExaminer::new(Arc::clone(setting));
    let results = results.iter();
    let examined = results.map(|it| {
        let session = measurer.measure(&seeds(), it.clone());
        examiner.examine(&seeds(), &session, None)
    });
    examined.collect()
}

fn rounds_of(setting: &Setting, examined: &[ExaminedSession]) -> Vec<RoundOffers> {
    let mut tally = OfferTally::default();
    for it in examined {
        tally.add(&it.offers);
    }
    tally.rounds(setting.rules().deadline_rounds)
}

/// A seller that insists on the highest price, and a buyer that concedes evenly over three rounds.
const SALE: &str = r#"schema = 1
name = "sale"
title = "A thing for sale"
kind = "synthetic"
[[issue]]
id = "price"
label = "The price"
options = [{ id = "high", label = "High" }, { id = "middle", label = "Middle" }, { id = "low", label = "Low" }]
[[party]]
id = "seller"
label = "The seller"
reservation_value = 0.125
[[party.preference]]
issue = "price"
weight = 1.0
utility = { high = 1.0, middle = 0.75, low = 0.0 }
[[party.strategy]]
p = 1.0
tough = {}
accept = { constant = { at_least = 0.9 } }
[[party]]
id = "buyer"
label = "The buyer"
reservation_value = 0.25
[[party.preference]]
issue = "price"
weight = 1.0
utility = { high = 0.0, middle = 0.5, low = 1.0 }
[[party.strategy]]
p = 1.0
time_dependent = { concession_exponent = 1.0 }
accept = { constant = { at_least = 0.9 } }
[protocol.alternating_offers]
deadline_rounds = 3
"#;

#[test]
fn what_is_offered_in_a_sale_is_that_worked_out_by_hand() {
    let setting = setting_of(SALE);
    let results = in_a_plain_loop(&setting, &seeds(), 4)
        .into_iter()
        .map(|it| it.1);
    let examined = examined(&setting, &results.collect::<Vec<_>>());
    // Both begin with the best that there is to them. The buyer demands 1, 5/8 and 1/4, and the least that
    // satisfies these is 1, 1 and 1/2.
    let courses = [(0, 0.125, [1.0, 1.0, 1.0]), (1, 0.25, [1.0, 1.0, 0.5])];
    let expected = courses.iter().flat_map(|(party, no_deal, course)| {
        (1..).zip(course).map(|(round, utility)| RoundOffers {
            party: PartyId::new(*party),
            round,
            quantiles: [*utility; 5],
            mean_reservation_value: *no_deal,
            n: 4,
        })
    });
    let expected: Vec<RoundOffers> = expected.collect();
    let rounds = rounds_of(&setting, &examined);
    assert_eq!(rounds.len(), expected.len());
    for (it, expected) in rounds.into_iter().zip(expected) {
        // It is held a little below what the file says.
        let off = it.mean_reservation_value - expected.mean_reservation_value;
        assert!(off.abs() < 1e-9, "{it:?}");
        let mean_reservation_value = expected.mean_reservation_value;
        assert_eq!(
            RoundOffers {
                mean_reservation_value,
                ..it
            },
            expected
        );
    }
}

/// By round, what the last offer of a party was worth to it by then, as far as the session went.
fn course(session: &Session, preferences: &Preferences, party: PartyId) -> Vec<Option<i64>> {
    let events = session.events();
    let n_rounds = events.last().map_or(0, Event::round);
    let by_round = (1..=n_rounds).map(|round| {
        let offers = events.iter().filter(|it| it.round() <= round);
        let mut own = offers.filter_map(|it| it.offer().filter(|it| it.proposer == party));
        own.next_back()
            .map(|it| preferences.utility(it.outcome).units())
    });
    by_round.collect()
}

/// The least of these numbers that so many per cent of them do not exceed, to a multiple of 2⁻⁹.
#[expect(clippy::cast_precision_loss, reason = "multiples of 2⁻⁹ are few")]
fn quantile(sorted: &[i64], percent: u64) -> f64 {
    let rank = (sorted.len() as u64 * percent).div_ceil(100).max(1);
    let units = sorted[usize::try_from(rank).unwrap() - 1];
    let ninths = (units + (1 << 38)) >> 39;
    ninths as f64 / 512.0
}

#[test]
fn quantiles_are_those_of_the_last_offers_and_never_out_of_order() {
    let mut n_rows = 0;
    for case in 0..300 {
        let text = scenario_text(&mut RandomChoices::new("offer utilities", case));
        let setting = setting_of(&text);
        let sessions = in_a_plain_loop(&setting, &seeds(), 7);
        let results: Vec<SessionResult> = sessions.iter().map(|it| it.1.clone()).collect();
        let examined = examined(&setting, &results);
        let rows = rounds_of(&setting, &examined);
        let mut expected: Vec<RoundOffers> = Vec::new();
        for party in setting.scenario().party_ids() {
            let mut draw = PreferenceDraw::new(Arc::clone(&setting), party);
            let mut courses: Vec<Vec<Option<i64>>> = Vec::new();
            let mut no_deal: Vec<f64> = Vec::new();
            for (session, result) in &sessions {
                let preferences = draw.draw(&seeds(), result.replication);
                let course = course(session, preferences, party);
                if course.iter().any(Option::is_some) {
                    no_deal.push(preferences.reservation_value().get());
                }
                courses.push(course);
            }
            let mean_reservation_value = no_deal.iter().sum::<f64>()
                / f64::from(u8::try_from(no_deal.len()).expect("few sessions"));
            for round in 1..=setting.rules().deadline_rounds {
                let of_round = courses.iter().filter_map(|it| *it.get(round as usize - 1)?);
                let mut of_round: Vec<i64> = of_round.collect();
                of_round.sort_unstable();
                if of_round.is_empty() {
                    continue;
                }
                expected.push(RoundOffers {
                    party,
                    round,
                    quantiles: OFFER_PERCENTS.map(|it| quantile(&of_round, it)),
                    mean_reservation_value,
                    n: of_round.len() as u64,
                });
            }
        }
        let n_found = rows.len();
        for (row, it) in rows.into_iter().zip(&expected) {
            assert!(row.quantiles.is_sorted(), "case {case}: {row:?}");
            let off = row.mean_reservation_value - it.mean_reservation_value;
            assert!(off.abs() < 1e-12, "case {case}: {row:?}");
            let as_expected = RoundOffers {
                mean_reservation_value: it.mean_reservation_value,
                ..row
            };
            assert_eq!(as_expected, *it, "case {case}");
            n_rows += 1;
        }
        assert_eq!(n_found, expected.len(), "case {case}");
    }
    assert!(n_rows > 1000, "{n_rows}");
}
