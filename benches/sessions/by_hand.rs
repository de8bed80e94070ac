//! One kind of session written out by hand: what the plain loop could cost at the least.
//!
//! Alternating offers between parties with one `time_dependent` strategy each, without red lines,
//! leverage or discounting. There are no traits, messages, events or records; the preferences are
//! drawn and the offers searched by the code that everything else uses.

use std::sync::Arc;

use demarche::domain::{Outcome, Preferences, Utility, units};
use demarche::negotiation::{PreferenceDraw, Setting};
use demarche::randomness::{Replication, Seeds};
use demarche::search::{Audiences, Halves, HalvesPlan, OutcomeSearch};
use demarche::strategy::aspiration_share;

/// The parties at their table.
pub(crate) struct ByHand {
    parties: Vec<Party>,
    n_rounds: u32,
}

struct Party {
    draw: PreferenceDraw,
    search: Halves,
    best: Utility,
    /// The share of its room that it still demands, by round from 0.
    shares: Vec<f64>,
}

impl ByHand {
    /// For a setting whose parties have these concession exponents.
    pub(crate) fn new(setting: &Arc<Setting>, exponents: &[f64]) -> Self {
        let rules = setting.rules();
        let party = |(me, exponent): (_, &f64)| {
            let draw = PreferenceDraw::new(Arc::clone(setting), me);
            let preferences = draw.preferences();
            let plan = HalvesPlan::new(preferences, me, &rules.consent, Audiences::Alike);
            let rounds = 1..=rules.deadline_rounds;
            Party {
                search: Halves::new(Arc::new(plan.expect("the space is small"))),
                draw,
                best: Utility::ZERO,
                shares: rounds
                    .map(|it| aspiration_share(*exponent, rules.relative_time(it)))
                    .collect(),
            }
        };
        let parties = setting.scenario().party_ids().zip(exponents);
        Self {
            parties: parties.map(party).collect(),
            n_rounds: rules.deadline_rounds,
        }
    }

    /// The round in which a session ends, and what is agreed.
    pub(crate) fn run(
        &mut self,
        seeds: &Seeds,
        replication: Replication,
    ) -> (u32, Option<Outcome>) {
        for Party {
            draw, search, best, ..
        } in &mut self.parties
        {
            let preferences = draw.draw(seeds, replication);
            search.rebuild(preferences);
            *best = preferences.utility(search.best().expect("there are no red lines"));
        }
        let n_parties = self.parties.len();
        let mut standing: Option<Outcome> = None;
        let mut n_content = 0;
        for round in 1..=self.n_rounds {
            for party in &mut self.parties {
                let preferences = party.draw.preferences();
                let share = party.shares[round as usize - 1];
                let demand = demand(preferences, party.best, share);
                if standing.is_some_and(|it| preferences.utility(it) >= demand) {
                    n_content += 1;
                    if n_content == n_parties {
                        return (round, standing);
                    }
                } else {
                    standing = party.search.least_at_least(demand);
                    n_content = 1;
                }
            }
        }
        (self.n_rounds, None)
    }
}

fn demand(preferences: &Preferences, best: Utility, share: f64) -> Utility {
    let floor = preferences.reservation_value();
    let room = best.units() - floor.units();
    Utility::clamped(floor.units() + units(Utility::clamped(room).get() * share))
}
