//! Floats as the decimals that people wrote.

/// Decimals that numbers other than weights count with in exact arithmetic: as a rule, all that
/// floats can hold.
pub(crate) const DECIMALS: i32 = 17;
/// 1 in units of so many decimals.
pub(crate) const ONE_IN_UNITS: i128 = 10_i128.pow(DECIMALS.unsigned_abs());

/// A decimal: digits times a power of ten.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Decimal {
    digits: i64,
    exponent: i32,
}

/// Numbers with more decimals than this are read from their text.
const FEW_DECIMALS: i32 = 6;

impl Decimal {
    /// The shortest decimal that is read as this float: what a file says, not what memory holds.
    ///
    /// # Panics
    ///
    /// If the number is not finite.
    #[expect(
        clippy::float_cmp,
        clippy::cast_possible_truncation,
        reason = "whether a decimal is read as this very float; digits are below 10^15"
    )]
    pub(crate) fn shortest(number: f64) -> Self {
        assert!(number.is_finite(), "{number} is no decimal");
        // Files have few digits as a rule. Of at most 15 digits no two are read as the same float.
        let mut power = 1.0;
        for decimals in 0..=FEW_DECIMALS {
            let digits = libm::round(number * power);
            if digits.abs() < 1e15 && digits / power == number {
                return Self {
                    digits: digits as i64,
                    exponent: -decimals,
                };
            }
            power *= 10.0;
        }
        let written = format!("{:e}", number.abs());
        let (mantissa, exponent) = written.split_once('e').expect("an exponent is written");
        let exponent: i32 = exponent.parse().expect("a float's exponent is small");
        let n_behind = mantissa.split_once('.').map_or(0, |it| it.1.len());
        let figures = mantissa.bytes().filter(u8::is_ascii_digit);
        // A float has 17 digits at most.
        let digits = figures.fold(0, |res, it| 10 * res + i64::from(it - b'0'));
        Self {
            digits: if number < 0.0 { -digits } else { digits },
            exponent: exponent - i32::try_from(n_behind).expect("a float has few digits"),
        }
    }

    /// Places behind the point; negative for multiples of ten, 0 for nothing.
    pub(crate) fn decimals(self) -> i32 {
        if self.digits == 0 { 0 } else { -self.exponent }
    }

    /// Places before the point: the least power of ten above the number.
    pub(crate) fn places(self) -> i32 {
        let n_digits = self.digits.unsigned_abs().checked_ilog10();
        n_digits.map_or(0, |it| {
            i32::try_from(it).expect("below 19") + 1 + self.exponent
        })
    }

    /// The number in units of 10⁻ᵈ for so many decimals d: exact if it has no more of them, and
    /// the nearest otherwise, of two the one away from 0.
    ///
    /// # Panics
    ///
    /// If the number is 10³⁸ units or more.
    pub(crate) fn in_units(self, decimals: i32) -> i128 {
        let digits = i128::from(self.digits);
        let shift = self.exponent + decimals;
        let unit = 10_i128.checked_pow(shift.unsigned_abs());
        if shift < 0 {
            // Beyond all powers of ten that fit, nothing is left of any digits.
            return unit.map_or(0, |it| (2 * digits + digits.signum() * it) / (2 * it));
        }
        let units = unit.and_then(|it| digits.checked_mul(it));
        units.unwrap_or_else(|| {
            assert!(self.digits == 0, "a number is far below 10^38 units");
            0
        })
    }
}

/// The greatest number that divides both; the other one where one is 0.
pub(crate) fn greatest_common_divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_read_as_what_was_written() {
        let parts = |number| {
            let it = Decimal::shortest(number);
            (it.digits, it.exponent)
        };
        assert_eq!(parts(0.15), (15, -2));
        assert_eq!(parts(-0.07), (-7, -2));
        assert_eq!(parts(390.0), (390, 0));
        assert_eq!(parts(0.0), (0, 0));
        assert_eq!(parts(0.1 + 0.2), (30_000_000_000_000_004, -17));
        assert_eq!(parts(1.0 / 3.0), (3_333_333_333_333_333, -16));
        assert_eq!(parts(1e300), (1, 300));
        assert_eq!(parts(-2.5e-40), (-25, -41));
    }

    #[test]
    fn units_are_exact_or_the_nearest() {
        let units = |number, decimals| Decimal::shortest(number).in_units(decimals);
        assert_eq!(units(0.15, 2), 15);
        assert_eq!(units(0.15, 5), 15_000);
        assert_eq!(units(0.15, 1), 2);
        assert_eq!(units(-0.15, 1), -2);
        assert_eq!(units(0.14, 1), 1);
        assert_eq!(units(1200.0, -2), 12);
        assert_eq!(units(1e-300, 17), 0);
        assert_eq!(units(0.0, 17), 0);
    }

    #[test]
    fn places_stand_before_and_behind_the_point() {
        let places = |number| {
            let it = Decimal::shortest(number);
            (it.places(), it.decimals())
        };
        assert_eq!(places(0.05), (-1, 2));
        assert_eq!(places(12.5), (2, 1));
        assert_eq!(places(1.0), (1, 0));
        assert_eq!(places(0.0), (0, 0));
    }
}
