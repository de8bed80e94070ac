//! Tit-for-tat that aims at the Nash point and offers what the others seem to like best.
//!
//! Baarslag, Hindriks and Jonker, *A tit for tat negotiation strategy for real-time bilateral
//! negotiations*, in *Complex Automated Negotiations* (2013), 229–233; there for one opponent with
//! a Bayesian model, here for several with the frequency model.
//!
//! ```text
//! n      = the outcome of greatest product of surpluses, as far as is known
//! y      = min over p of ( best offer of p − first offer of p ) / ( u(n) − first offer of p )
//! demand = u* − y·( u* − u(n) )
//! ```
//!
//! Offers are counted in the party's own utility, and y is held within [0, 1].
//! Of all outcomes worth the demand it offers the one that the others seem to like best.
//! It makes up its mind once a round, when it is first asked.

use crate::domain::{Outcome, Utility, units};
use crate::protocol::{Event, Rules};
use crate::search::Audiences;
use crate::strategy::offering::tit_for_tat::Yielding;
use crate::strategy::opponent_model::{FrequencyModel, OpponentModel, Wishes};
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Situation, Turn};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "nice_tit_for_tat",
    about: "concedes towards the estimated Nash point in step with the others",
    parameters: &[],
    audiences: Audiences::Distinguished,
    lowest_offer: LowestOffer::ReservationValue,
    start: |_, rules: &Rules| {
        Box::new(NiceTitForTat {
            model: FrequencyModel::new(&rules.space, rules.n_parties),
            yielding: Yielding::new(rules),
            plan: None,
        })
    },
};

#[derive(Debug)]
struct NiceTitForTat {
    model: FrequencyModel,
    yielding: Yielding,
    plan: Option<Plan>,
}

/// What it decided in a round.
#[derive(Clone, Copy, Debug)]
struct Plan {
    round: u32,
    demand: Utility,
    offer: Option<Outcome>,
}

/// Which share of the way from its first offer to the Nash point a party has come.
fn share_of_the_way(first: Utility, best: Utility, nash: Utility) -> f64 {
    let (come, whole) = (best.units() - first.units(), nash.units() - first.units());
    if come >= whole {
        return 1.0;
    }
    Utility::clamped(come).get() / Utility::clamped(whole).get()
}

impl NiceTitForTat {
    fn demand(&self, wishes: &Wishes, turn: &mut Turn<'_>) -> Utility {
        let best = turn.situation.best_utility;
        let Some(nash) = wishes.best_by(turn, |_, utility| utility) else {
            return best;
        };
        let nash = turn.situation.preferences.utility(nash);
        let offers = self.yielding.offers();
        let shares = offers.map(|it| share_of_the_way(it.first, it.best, nash));
        let share = shares.reduce(f64::min).unwrap_or(0.0);
        let room = Utility::clamped(best.units() - nash.units());
        Utility::clamped(best.units() - units(room.get() * share))
    }
}

impl NiceTitForTat {
    /// The plan for this round, made when it is first asked: looking for the Nash point is work.
    fn plan(&mut self, turn: &mut Turn<'_>) -> Plan {
        let round = turn.situation.round;
        if let Some(plan) = self.plan.filter(|it| it.round == round) {
            return plan;
        }
        let wishes = Wishes::new(&self.model, &turn.situation);
        let demand = self.demand(&wishes, turn);
        *self.plan.insert(Plan {
            round,
            demand,
            offer: wishes.nearest_at_least(demand, turn.search),
        })
    }
}

impl OfferingRule for NiceTitForTat {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        self.model.observe(event, situation.relative_time());
        self.yielding.hear(event, situation);
    }

    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        self.plan(turn).demand
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        self.plan(turn).offer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_the_nash_point_is_measured_from_the_first_offer() {
        let utility = |it| Utility::new(it).unwrap();
        let table = [
            (0.25, 0.25, 0.75, 0.0),
            (0.25, 0.5, 0.75, 0.5),
            (0.25, 1.0, 0.75, 1.0),
            (0.75, 0.75, 0.5, 1.0),
        ];
        for (first, best, nash, expected) in table {
            let share = share_of_the_way(utility(first), utility(best), utility(nash));
            assert!(
                (share - expected).abs() < 1e-15,
                "{first}, {best}, {nash}: {share}"
            );
        }
    }
}
