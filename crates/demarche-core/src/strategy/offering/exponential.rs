//! Concedes with time alone, along the exponential family of curves.
//!
//! Faratin, Sierra and Jennings, *Negotiation decision functions for autonomous agents*,
//! Robotics and Autonomous Systems 24 (1998), 159–182, section 4.1.

use crate::domain::Utility;
use crate::protocol::Rules;
use crate::search::Audiences;
use crate::strategy::offering::time_dependent::{CONCESSION_EXPONENT, demanded};
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Parameter, Situation, Turn};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "exponential",
    about: "as time_dependent, with an exponential curve",
    parameters: &[CONCESSION_EXPONENT, OPENING_SHARE],
    audiences: Audiences::Alike,
    lowest_offer: LowestOffer::ReservationValue,
    start: |numbers, _: &Rules| {
        Box::new(Exponential {
            concession_exponent: numbers[0],
            opening_share: numbers[1],
        })
    },
};

const OPENING_SHARE: Parameter = Parameter {
    name: "opening_share",
    about: "κ: the share of the range to its reservation value conceded at the start",
    min: 1e-6,
    max: 1.0,
    words: &[],
    default: Some(0.001),
};

/// The share of the way from the reservation value to the best utility that is still demanded.
///
/// ```text
/// a(t) = 1 − exp( (1 − t)^β · ln κ )
/// ```
fn aspiration_share(concession_exponent: f64, opening_share: f64, relative_time: f64) -> f64 {
    let rest = libm::pow(1.0 - relative_time, concession_exponent);
    1.0 - libm::exp(rest * libm::log(opening_share))
}

#[derive(Debug)]
struct Exponential {
    concession_exponent: f64,
    opening_share: f64,
}

impl Exponential {
    fn target(&self, situation: &Situation<'_>) -> Utility {
        let t = situation.relative_time();
        let share = aspiration_share(self.concession_exponent, self.opening_share, t);
        demanded(share, situation)
    }
}

impl OfferingRule for Exponential {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        self.target(&turn.situation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points of the curve where the exponent of κ is an integer or a half.
    #[test]
    fn the_curve_goes_through_its_points() {
        let table = [
            (1.0, 0.01, 0.0, 0.99),
            (1.0, 0.01, 0.5, 0.9),
            (1.0, 0.01, 1.0, 0.0),
            (2.0, 0.0001, 0.5, 0.9),
            (0.5, 0.01, 0.75, 0.9),
        ];
        for (exponent, opening_share, t, expected) in table {
            let actual = aspiration_share(exponent, opening_share, t);
            assert!(
                (actual - expected).abs() < 1e-15,
                "β = {exponent}, κ = {opening_share}, t = {t}: {actual} is not {expected}"
            );
        }
    }
}
