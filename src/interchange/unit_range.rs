//! Numbers of any size into [0, 1], without moving a bit that need not move.
//!
//! All utilities of a scenario are divided by one power of two, which is exact in floating point.

use demarche_core::domain::WEIGHT_MAX;

use crate::interchange::foreign::{ForeignParty, ForeignScenario, greatest, least};

/// How far a sum may be from 1 to count as 1.
const TOLERANCE: f64 = 1e-9;

/// Brings utilities and reservation values into [0, 1]; gives the number they are divided by.
///
/// Weights stay as they are, but for those beyond the greatest that a scenario takes.
/// Where they do not sum to 1, the reservation value is divided by their sum too, because the
/// engine scales weights to sum to 1.
/// An issue with a value below 0 is raised as a whole, and the reservation value by its weight
/// times as much, so that no comparison between outcomes changes.
pub(super) fn bring_into_unit_range(scenario: &mut ForeignScenario) -> f64 {
    for party in &mut scenario.parties {
        lower_weights(party, &mut scenario.losses);
        raise(party, &mut scenario.losses);
    }
    let largest = scenario.parties.iter().map(largest_number);
    let mut exponent = 0;
    let mut rest = largest.fold(0.0, f64::max);
    while rest > 1.0 {
        rest /= 2.0;
        exponent += 1;
    }
    let scaled = |number: f64| libm::scalbn(number, -exponent);
    for party in &mut scenario.parties {
        party.reservation_value = scaled(engine_reservation_value(party));
        for value in party.values.iter_mut().flatten() {
            *value = scaled(*value);
        }
    }
    libm::scalbn(1.0, exponent)
}

/// Divides all weights of a party by a power of two if one is too great, and with them its
/// reservation value, which is a sum over them: no comparison changes.
fn lower_weights(party: &mut ForeignParty, losses: &mut Vec<String>) {
    let mut exponent = 0;
    let mut rest = greatest(&party.weights);
    while rest > WEIGHT_MAX {
        rest /= 2.0;
        exponent += 1;
    }
    if exponent > 0 {
        for it in party
            .weights
            .iter_mut()
            .chain([&mut party.reservation_value])
        {
            *it = libm::scalbn(*it, -exponent);
        }
        losses.push(format!(
            "the weights of {} exceed {WEIGHT_MAX}: they and its reservation value are divided by {}",
            party.name,
            libm::scalbn(1.0, exponent)
        ));
    }
}

/// Raises what is below 0 to 0.
fn raise(party: &mut ForeignParty, losses: &mut Vec<String>) {
    let mut raised = 0.0;
    let mut n_raised = 0;
    for (weight, values) in party.weights.iter().zip(&mut party.values) {
        let lowest = least(values);
        if lowest < 0.0 {
            for value in values {
                *value -= lowest;
            }
            raised -= weight * lowest;
            n_raised += 1;
        }
    }
    if n_raised > 0 {
        losses.push(format!(
            "issues of {} with values below 0 ({n_raised}) are shifted to start at 0; all its utilities and its reservation value increase by {raised:?}",
            party.name
        ));
    }
    party.reservation_value += raised;
    if party.reservation_value < 0.0 {
        losses.push(format!(
            "the reservation value of {} is below every utility and becomes 0, which is equivalent",
            party.name
        ));
        party.reservation_value = 0.0;
    }
}

/// The reservation value on the scale of utilities whose weights sum to 1.
fn engine_reservation_value(party: &ForeignParty) -> f64 {
    let sum = party.weight_sum();
    if (sum - 1.0).abs() > TOLERANCE {
        party.reservation_value / sum
    } else {
        party.reservation_value
    }
}

/// The largest number of a party that must not exceed 1.
fn largest_number(party: &ForeignParty) -> f64 {
    let best = party.sum_of(greatest);
    let values = party.values.iter().map(|it| greatest(it));
    let reservation = party.reservation_value.max(engine_reservation_value(party));
    // A sum of rounded parts may miss 1 by a hair; that must not halve everything.
    let best = if best > 1.0 + TOLERANCE { best } else { 0.0 };
    values.fold(best.max(reservation), f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interchange::foreign::ForeignIssue;
    use demarche_core::domain::Scale;

    fn scenario(
        weights: [f64; 2],
        values: [[f64; 2]; 2],
        reservation_value: f64,
    ) -> ForeignScenario {
        let issue = |name: &str| ForeignIssue {
            name: name.into(),
            scale: Scale::Nominal,
            options: vec!["x".into(), "y".into()],
        };
        ForeignScenario {
            issues: vec![issue("a"), issue("b")],
            parties: vec![ForeignParty {
                name: "p".into(),
                weights: weights.to_vec(),
                values: values.map(|it| it.to_vec()).to_vec(),
                reservation_value,
                discount: None,
            }],
            ..ForeignScenario::new("test".into())
        }
    }

    #[track_caller]
    fn check(mut scenario: ForeignScenario, divisor: f64, values: [[f64; 2]; 2], reservation: f64) {
        assert_eq!(
            bring_into_unit_range(&mut scenario).to_bits(),
            divisor.to_bits()
        );
        let party = &scenario.parties[0];
        assert_eq!(party.values, values.map(|it| it.to_vec()).to_vec());
        assert_eq!(party.reservation_value.to_bits(), reservation.to_bits());
    }

    #[test]
    fn numbers_within_bounds_stay_to_the_bit() {
        let values = [[0.1, 1.0], [0.3, 1.0]];
        check(scenario([0.7, 0.3], values, 0.2), 1.0, values, 0.2);
    }

    #[test]
    fn the_least_power_of_two_is_taken() {
        let halves = [[0.75, 0.5], [0.0, 0.25]];
        check(
            scenario([0.5, 0.5], [[3.0, 2.0], [0.0, 1.0]], 1.0),
            4.0,
            halves,
            0.25,
        );
        check(
            scenario([0.5, 0.5], [[4.0, 2.0], [0.0, 1.0]], 1.0),
            4.0,
            [[1.0, 0.5], [0.0, 0.25]],
            0.25,
        );
        // A reservation value above everything counts too.
        check(
            scenario([0.5, 0.5], [[1.0, 0.5], [0.0, 1.0]], 1.5),
            2.0,
            [[0.5, 0.25], [0.0, 0.5]],
            0.75,
        );
    }

    #[test]
    fn weights_beyond_the_limit_are_lowered_with_the_reservation_value() {
        let values = [[1.0, 0.5], [0.0, 1.0]];
        let huge = 2.0_f64.powi(40);
        let mut it = scenario([huge, huge / 4.0], values, huge / 2.0);
        bring_into_unit_range(&mut it);
        let weights = &it.parties[0].weights;
        assert!(weights.iter().all(|it| *it <= WEIGHT_MAX), "{weights:?}");
        assert_eq!((weights[0] / weights[1]).to_bits(), 4.0_f64.to_bits());
        assert_eq!(it.losses.len(), 1);
        let mut small = scenario([weights[0], weights[1]], values, weights[0] / 2.0);
        bring_into_unit_range(&mut small);
        assert_eq!(it.parties[0].values, small.parties[0].values);
        let reservations = [&it, &small].map(|it| it.parties[0].reservation_value.to_bits());
        assert_eq!(reservations[0], reservations[1]);
    }

    #[test]
    fn weights_that_do_not_sum_to_one_divide_the_reservation_value() {
        let values = [[1.0, 0.5], [0.0, 1.0]];
        let quarters = [[0.5, 0.25], [0.0, 0.5]];
        check(scenario([1.0, 1.0], values, 1.0), 2.0, quarters, 0.25);
        check(scenario([0.25, 0.25], values, 0.25), 1.0, values, 0.5);
        check(scenario([0.25, 0.25], values, 0.75), 2.0, quarters, 0.75);
    }

    #[test]
    fn what_is_below_nought_is_raised_with_the_reservation_value() {
        let mut it = scenario([0.5, 0.5], [[-0.5, 0.5], [0.0, 0.25]], 0.25);
        bring_into_unit_range(&mut it);
        assert_eq!(it.parties[0].values, [[0.0, 1.0], [0.0, 0.25]]);
        assert_eq!(it.parties[0].reservation_value.to_bits(), 0.5_f64.to_bits());
        assert_eq!(it.losses.len(), 1);
    }

    #[test]
    fn a_reservation_value_below_everything_is_nought() {
        let values = [[0.5, 0.25], [0.0, 0.5]];
        for low in [-0.1, f64::NEG_INFINITY] {
            check(scenario([0.5, 0.5], values, low), 1.0, values, 0.0);
        }
    }
}
