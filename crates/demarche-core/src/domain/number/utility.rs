//! The worth of an outcome to one party, exact to the last bit.
//!
//! Utilities are fixed-point numbers: sums of them do not depend on the order of summation, so
//! that ties are ties on every machine and statistics can be split and merged at will.

use std::fmt;

/// Bits behind the point of a [`Utility`]: one unit is 2⁻⁴⁸, about 4·10⁻¹⁵.
const FRACTION_BITS: u32 = 48;

/// Worth of an outcome to one party, in [0, 1].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Utility(i64);

impl Utility {
    /// Worth nothing.
    pub const ZERO: Self = Self(0);
    /// Worth as much as anything can be.
    pub const ONE: Self = Self(1 << FRACTION_BITS);

    /// The utility nearest below a number in [0, 1]; `None` outside it and for NaN.
    pub fn new(utility: f64) -> Option<Self> {
        (0.0..=1.0).contains(&utility).then(|| Self(units(utility)))
    }

    /// The utility of a sum of units, held within [0, 1].
    pub fn clamped(units: i64) -> Self {
        Self(units.clamp(Self::ZERO.0, Self::ONE.0))
    }

    /// A share of the utility, rounded down to a unit; of two utilities the greater stays so, or
    /// they become equal.
    ///
    /// # Panics
    ///
    /// If the share is not in [0, 1].
    #[must_use]
    pub fn times(self, share: f64) -> Self {
        Self::new(self.get() * share).expect("a share of a utility is a utility")
    }

    /// The utility in units of 2⁻⁴⁸.
    pub fn units(self) -> i64 {
        self.0
    }

    /// The utility as a float; exact.
    pub fn get(self) -> f64 {
        from_units(self.0)
    }
}

impl fmt::Debug for Utility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.get(), f)
    }
}

/// A number in units of 2⁻⁴⁸, rounded down, so that parts never sum to more than the whole.
///
/// Meant for numbers between −64 and 64.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "numbers of at most a few units of utility: far within 2^63; a power of two is exact"
)]
pub fn units(number: f64) -> i64 {
    let units = number * (1_i64 << FRACTION_BITS) as f64;
    // The cast rounds towards 0, which is up below it.
    let cast = units as i64;
    cast.saturating_sub(i64::from(cast as f64 > units))
}

/// What rounding down may take off an outcome's utility at most: a unit per issue and interaction.
const ROUNDING_UNITS: i64 = 512;

/// A threshold that utilities are compared with, lower by what rounding may take off them.
///
/// So an outcome whose parts are 0.2 and 0.3 reaches 0.5. About 2·10⁻¹²; 0 stays 0.
pub fn threshold(number: f64) -> Utility {
    Utility::clamped(units(number) - ROUNDING_UNITS)
}

/// What so many units of 2⁻⁴⁸ are as a float.
#[expect(
    clippy::cast_precision_loss,
    reason = "utilities have 49 bits, a float holds 53"
)]
pub fn from_units(units: i64) -> f64 {
    units as f64 / (1_i64 << FRACTION_BITS) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_utility_is_a_number_between_nought_and_one() {
        assert_eq!(Utility::new(1.0), Some(Utility::ONE));
        assert_eq!(Utility::new(0.0), Some(Utility::ZERO));
        for wrong in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Utility::new(wrong), None);
        }
    }

    #[test]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "the plain formula, which saturates as the cast under test does"
    )]
    fn units_are_rounded_down_on_both_sides_of_nought() {
        let unit = from_units(1);
        for number in [
            0.0,
            -0.0,
            0.1,
            1.0 / 3.0,
            64.0,
            unit,
            0.5 * unit,
            1e-300,
            1e30,
            f64::MAX,
        ] {
            for number in [number, -number] {
                let scaled = number * (1_i64 << FRACTION_BITS) as f64;
                assert_eq!(units(number), libm::floor(scaled) as i64, "{number}");
            }
        }
        assert_eq!(units(-0.5 * unit), -1);
    }

    #[test]
    fn a_share_of_a_utility_is_rounded_down_and_keeps_the_order() {
        let third = Utility::new(1.0 / 3.0).unwrap();
        assert_eq!(third.times(1.0), third);
        assert_eq!(Utility::ONE.times(0.5), Utility::new(0.5).unwrap());
        assert_eq!(Utility(3).times(0.5), Utility(1));
        assert!(Utility(1001).times(0.9) >= Utility(1000).times(0.9));
    }

    #[test]
    fn thirds_do_not_sum_to_more_than_one() {
        assert!(3 * units(1.0 / 3.0) <= Utility::ONE.units());
    }
}
