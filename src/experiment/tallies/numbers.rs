//! Mean and quantiles of a metric over sessions.

use demarche_core::domain::{Utility, from_units};
use demarche_stats::estimate::{BinCounts, Bins, Estimate, Moments};

use crate::experiment::tallies::exact_numbers::{NumberSource, push_moments, take_moments};

/// The per cents of the quantiles in tables.
pub const QUANTILE_PERCENTS: [u64; 5] = [5, 25, 50, 75, 95];

/// Integers below 2 to this power are counted exactly, larger ones approximately.
const WHOLE_BITS: u32 = 12;

/// Quantiles of utilities are multiples of 2⁻⁹, so within 2⁻¹⁰ of the exact ones.
const UTILITY_BITS: u32 = 9;

/// Quantiles of products of surpluses, which can be tiny, are within 2⁻⁸ of their size.
const PRODUCT_BITS: u32 = 8;

/// Numbers of many sessions. Exact in any split.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct NumberTally {
    moments: Moments,
    counts: BinCounts,
    unit: f64,
}

impl NumberTally {
    /// Of counts of something.
    pub(crate) fn whole() -> Self {
        Self::new(Bins::Growing { bits: WHOLE_BITS }, 1.0)
    }

    /// Of utilities, their sums or differences, in units without so many of their last bits.
    pub(crate) fn utilities(dropped_bits: u32) -> Self {
        let bits = Utility::ONE.units().ilog2() - UTILITY_BITS - dropped_bits;
        Self::new(Bins::Even { bits }, from_units(1 << dropped_bits))
    }

    /// Of products of surpluses, in the units of utilities.
    pub(crate) fn products() -> Self {
        Self::new(Bins::Growing { bits: PRODUCT_BITS }, from_units(1))
    }

    fn new(bins: Bins, unit: f64) -> Self {
        Self {
            moments: Moments::default(),
            counts: BinCounts::new(bins),
            unit,
        }
    }

    /// Takes in a number.
    pub(crate) fn add(&mut self, number: i64) {
        self.moments.add(number);
        self.counts.add(number);
    }

    /// Takes in all numbers of another sample of the same kind.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.counts.merge(&other.counts);
    }

    /// Adds what is known of them to numbers.
    pub(crate) fn push(&self, numbers: &mut Vec<i128>) {
        push_moments(numbers, &self.moments);
        numbers.push(self.counts.numbered().count() as i128);
        for (bin, count) in self.counts.numbered() {
            numbers.extend([i128::from(bin), count.into()]);
        }
    }

    /// Takes in all numbers of another sample of the same kind, as they were pushed; `None` if that is
    /// none, or not of so many sessions at most.
    pub(crate) fn take(&mut self, n_sessions: u64, numbers: &mut NumberSource<'_>) -> Option<()> {
        let moments = take_moments(n_sessions, numbers)?;
        self.moments.merge(&moments);
        let mut n_counted = 0;
        for _ in 0..numbers.length()? {
            let (bin, count) = (numbers.next()?, numbers.next()?);
            self.counts.add_to_bin(bin, count)?;
            n_counted += u64::from(count);
        }
        (n_counted == moments.n()).then_some(())
    }

    /// Their mean with its interval at a confidence; `None` of nothing.
    pub(crate) fn estimate_at(&self, confidence: f64) -> Option<Estimate> {
        self.moments.estimate_at(confidence, self.unit)
    }

    /// How often each came, in ascending order; values that quantiles do not distinguish are
    /// merged.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a middle of a bin has few digits"
    )]
    pub(crate) fn counts(&self) -> impl Iterator<Item = (f64, u64)> {
        let filled = self.counts.filled();
        filled.map(|(middle, n)| (middle as f64 * self.unit, n))
    }

    /// How many they are.
    pub(crate) fn n(&self) -> u64 {
        self.moments.n()
    }

    /// Their quantiles of [`QUANTILE_PERCENTS`]; `None` of nothing.
    pub(crate) fn quantiles(&self) -> [Option<f64>; QUANTILE_PERCENTS.len()] {
        QUANTILE_PERCENTS.map(|it| self.quantile(it))
    }

    /// Their quantile of this per cent; `None` of nothing.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a middle of a bin has few digits"
    )]
    pub(crate) fn quantile(&self, percent: u64) -> Option<f64> {
        let quantile = self.counts.quantile(percent);
        quantile.map(|it| it as f64 * self.unit)
    }
}
