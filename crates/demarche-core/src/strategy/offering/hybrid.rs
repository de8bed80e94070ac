//! Answers in kind at first, and ever more by the clock as the deadline comes near.
//!
//! Keskin, Çakan and Aydoğan, *Solver agent: towards emotional and opponent-aware agent for
//! human–robot negotiation*, AAMAS 2021, 1557–1559; here with the curve of `time_dependent` and
//! the demand of `tit_for_tat`.
//!
//! ```text
//! demand = t²·α(t) + (1 − t²)·( demand of tit-for-tat )
//! ```

use crate::domain::{Utility, units};
use crate::protocol::{Event, Rules};
use crate::search::Audiences;
use crate::strategy::offering::time_dependent::{Aspiration, CONCESSION_EXPONENT};
use crate::strategy::offering::tit_for_tat::Yielding;
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Situation, Turn};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "hybrid",
    about: "a mixture of tit_for_tat and time_dependent, with a weight of time that increases",
    parameters: &[CONCESSION_EXPONENT],
    audiences: Audiences::Alike,
    lowest_offer: LowestOffer::ReservationValue,
    start: |numbers, rules: &Rules| {
        Box::new(Hybrid {
            aspiration: Aspiration::new(numbers[0]),
            yielding: Yielding::new(rules),
        })
    },
};

#[derive(Debug)]
struct Hybrid {
    aspiration: Aspiration,
    yielding: Yielding,
}

/// The mixture of what the clock demands and what the others' manner does.
fn mixed(by_time: Utility, by_manner: Utility, relative_time: f64) -> Utility {
    let share = relative_time * relative_time;
    // Counted from the lower of the two, so that rounding leaves it between them.
    let (low, high) = (by_time.min(by_manner), by_time.max(by_manner));
    let share_of_high = if by_time < by_manner {
        1.0 - share
    } else {
        share
    };
    let room = Utility::clamped(high.units() - low.units());
    Utility::clamped(low.units() + units(room.get() * share_of_high))
}

impl OfferingRule for Hybrid {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        self.yielding.hear(event, situation);
    }

    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        let situation = &turn.situation;
        mixed(
            self.aspiration.now(situation),
            self.yielding.answered_in_kind(1.0, situation),
            situation.relative_time(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_counts_with_its_square() {
        let utility = |it| Utility::new(it).unwrap();
        // By time, by manner, relative time, their mixture.
        let table = [
            (0.25, 1.0, 0.0, 1.0),
            (0.25, 1.0, 0.5, 0.8125),
            (0.25, 1.0, 1.0, 0.25),
            (0.75, 0.25, 0.5, 0.375),
        ];
        for (by_time, by_manner, t, expected) in table {
            let actual = mixed(utility(by_time), utility(by_manner), t);
            assert_eq!(actual, utility(expected), "{by_time}, {by_manner}, {t}");
        }
    }
}
