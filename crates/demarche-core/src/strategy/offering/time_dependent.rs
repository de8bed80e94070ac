//! Concedes with time alone: Boulware, linear, Conceder.
//!
//! Faratin, Sierra and Jennings, *Negotiation decision functions for autonomous agents*,
//! Robotics and Autonomous Systems 24 (1998), 159–182, section 4.1, the polynomial family with κ = 0.

use crate::domain::{Utility, units};
use crate::protocol::Rules;
use crate::search::Audiences;
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Parameter, Situation, Turn};

/// Words for concession exponents.
pub const NAMED_EXPONENTS: [(&str, f64); 3] =
    [("boulware", 0.25), ("linear", 1.0), ("conceder", 4.0)];

pub(crate) const CONCESSION_EXPONENT: Parameter = Parameter {
    name: "concession_exponent",
    about: "β in 1 − t^(1/β): below 1 holds out (Boulware), above 1 concedes early (Conceder)",
    min: 0.001,
    max: 1000.0,
    words: &NAMED_EXPONENTS,
    default: None,
};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "time_dependent",
    about: "offers the outcome of least utility at or above its aspiration, which declines over time",
    parameters: &[CONCESSION_EXPONENT],
    audiences: Audiences::Alike,
    lowest_offer: LowestOffer::ReservationValue,
    start: |numbers, _: &Rules| {
        Box::new(TimeDependent {
            aspiration: Aspiration::new(numbers[0]),
        })
    },
};

/// The share of the way from the reservation value to the best utility that is still demanded.
///
/// ```text
/// a(t) = 1 − t^(1/β)
/// ```
///
/// β is the concession exponent, t the relative time; the result is in [0, 1].
pub fn aspiration_share(concession_exponent: f64, relative_time: f64) -> f64 {
    1.0 - libm::pow(relative_time, 1.0 / concession_exponent)
}

/// The utility demanded: from that of the best outcome down to the reservation value.
#[derive(Debug)]
pub(crate) struct Aspiration {
    concession_exponent: f64,
    /// The round of the last question, with the answer: all that a session has besides is the same.
    last: Option<(u32, Utility)>,
}

impl Aspiration {
    /// Of a party in one session.
    pub(crate) fn new(concession_exponent: f64) -> Self {
        Self {
            concession_exponent,
            last: None,
        }
    }

    /// The utility demanded now.
    pub(crate) fn now(&mut self, situation: &Situation<'_>) -> Utility {
        if let Some((round, utility)) = self.last
            && round == situation.round
        {
            return utility;
        }
        let share = aspiration_share(self.concession_exponent, situation.relative_time());
        let utility = demanded(share, situation);
        self.last = Some((situation.round, utility));
        utility
    }
}

/// The utility that is a share of the way from the reservation value to the best outcome.
pub(crate) fn demanded(share: f64, situation: &Situation<'_>) -> Utility {
    let floor = situation.preferences.reservation_value();
    let room = situation.best_utility.units() - floor.units();
    if room <= 0 {
        return floor;
    }
    let above = units(Utility::clamped(room).get() * share);
    Utility::clamped(floor.units() + above)
}

#[derive(Debug)]
struct TimeDependent {
    aspiration: Aspiration,
}

impl OfferingRule for TimeDependent {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        self.aspiration.now(&turn.situation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five points of each curve, computed by hand from powers and roots.
    #[test]
    fn curves_go_through_their_points() {
        let table: [(f64, [f64; 5]); 3] = [
            (0.25, [1.0, 255.0 / 256.0, 15.0 / 16.0, 175.0 / 256.0, 0.0]),
            (1.0, [1.0, 0.75, 0.5, 0.25, 0.0]),
            (
                2.0,
                [
                    1.0,
                    0.5,
                    0.292_893_218_813_452_5,
                    0.133_974_596_215_561_4,
                    0.0,
                ],
            ),
        ];
        for (exponent, points) in table {
            for (quarter, expected) in (0..).zip(points) {
                let t = f64::from(quarter) / 4.0;
                let actual = aspiration_share(exponent, t);
                assert!(
                    (actual - expected).abs() < 1e-15,
                    "β = {exponent}, t = {t}: {actual} is not {expected}"
                );
            }
        }
    }
}
