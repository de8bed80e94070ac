//! How offers change: what parties report of it against the events of the session, counted plainly.

use demarche::domain::{OptionId, Outcome, PartyId, Scale};
use demarche::negotiation::{OfferChanges, PreferenceDraw};
use demarche::protocol::Event;
use demarche::randomness::{MasterSeed, Seeds};

use crate::support::worlds::{RandomChoices, in_a_plain_loop, scenario_text, setting_of};

#[test]
fn reports_tell_how_offers_changed() {
    let seeds = Seeds::new(MasterSeed(3));
    let mut all = OfferChanges::default();
    for case in 0..300 {
        let setting = setting_of(&scenario_text(&mut RandomChoices::new(
            "offer changes",
            case,
        )));
        let rules = setting.rules();
        let space = &rules.space;
        for (session, result) in in_a_plain_loop(&setting, &seeds, 3) {
            for (me, report) in (0..).map(PartyId::new).zip(&result.parties) {
                let mut draw = PreferenceDraw::new(setting.clone(), me);
                let preferences = draw.draw(&seeds, result.replication).clone();
                let mut own = Vec::new();
                let mut changes = OfferChanges::default();
                for (n, event) in session.events().iter().enumerate() {
                    let Some(offer) = event.offer().filter(|it| it.proposer == me) else {
                        continue;
                    };
                    let offer = offer.outcome;
                    let Some(&last) = own.last() else {
                        own.push(offer);
                        continue;
                    };
                    if offer == last {
                        changes.repeated += 1;
                        continue;
                    }
                    let asks = asks_of_others(&session.events()[..n], me, rules.n_parties);
                    let mut is_beyond = false;
                    let mut n_issues = 0;
                    for issue in space.issues() {
                        let (from, to) = (space.option(last, issue), space.option(offer, issue));
                        if from == to {
                            continue;
                        }
                        n_issues += 1;
                        let had = own.iter().any(|it| space.option(*it, issue) == to);
                        changes.returns += u32::from(had);
                        let costs = preferences.contribution(issue, to)
                            < preferences.contribution(issue, from);
                        let asked = |ask: OptionId| match rules.scales[issue.idx()] {
                            Scale::Nominal => ask == to,
                            Scale::Ordinal => from < to && to <= ask || ask <= to && to < from,
                        };
                        let mut asks = asks.iter().map(|it| space.option(*it, issue));
                        is_beyond |= costs && asks.len() > 0 && !asks.any(asked);
                    }
                    own.push(offer);
                    changes.changing += 1;
                    changes.issues_changed += n_issues;
                    changes.changing_over_two += u32::from(n_issues > 2);
                    changes.beyond_asks += u32::from(is_beyond);
                }
                assert_eq!(report.offer_changes, changes, "case {case}, {me:?}");
                all.changing += changes.changing;
                all.changing_over_two += changes.changing_over_two;
                all.repeated += changes.repeated;
                all.returns += changes.returns;
                all.beyond_asks += changes.beyond_asks;
            }
        }
    }
    let met = [
        all.changing,
        all.changing_over_two,
        all.repeated,
        all.returns,
        all.beyond_asks,
    ];
    // A law about what never happens would say little.
    assert!(met.iter().all(|&it| it > 10), "{met:?}");
}

/// The last outcome that each other party put forward, or if it put none forward, accepted.
fn asks_of_others(events: &[Event], me: PartyId, n_parties: usize) -> Vec<Outcome> {
    let others = (0..n_parties).map(PartyId::new).filter(|it| *it != me);
    let ask = |party: PartyId| {
        let offers = events.iter().rev().filter_map(Event::offer);
        let mut own = offers.filter(|it| it.proposer == party);
        let answers = events.iter().rev().filter_map(Event::answers_to_offer);
        let mut taken = answers.filter(|it| it.accepted().contains(party));
        let offered = own.next().map(|it| it.outcome);
        offered.or_else(|| taken.next().map(|it| it.outcome))
    };
    others.filter_map(ask).collect()
}
