//! Histogram counts that merge exactly: quantiles in bounded memory.

/// The mapping of integers to bins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bins {
    /// Bins of width 2ᵇ centered at its multiples, closed at the lower end.
    Even {
        /// The exponent b, from 1 to 62.
        bits: u32,
    },
    /// For non-negative numbers: each below 2ᵇ has its own bin; larger ones share bins with a
    /// relative error of at most 2⁻ᵇ.
    Growing {
        /// The exponent b, from 1 to 62.
        bits: u32,
    },
}

impl Bins {
    fn bin(self, number: i64) -> i64 {
        match self {
            Self::Even { bits } => (number + (1 << (bits - 1))) >> bits,
            Self::Growing { bits } => {
                debug_assert!(number >= 0, "a growing bin starts at 0");
                let shift = number.checked_ilog2().unwrap_or(0).saturating_sub(bits - 1);
                (i64::from(shift) << (bits - 1)) + (number >> shift)
            }
        }
    }

    /// Whether numbers can fall into a bin.
    fn has(self, bin: i64) -> bool {
        match self {
            Self::Even { bits } => bin.unsigned_abs() <= 1 << (62 - bits),
            Self::Growing { .. } => (0..=self.bin(i64::MAX)).contains(&bin),
        }
    }

    /// The midpoint of a bin.
    fn middle(self, bin: i64) -> i64 {
        match self {
            Self::Even { bits } => bin << bits,
            Self::Growing { bits } if bin < 1 << bits => bin,
            Self::Growing { bits } => {
                let shift = (bin >> (bits - 1)) - 1;
                let leading = bin - (shift << (bits - 1));
                (leading << shift) + (1 << (shift - 1))
            }
        }
    }
}

/// Counts of integers per bin; dense over the range of bins seen.
///
/// Counts saturate at 2³² − 1. Every partition of a sample merges to the same counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BinCounts {
    bins: Bins,
    /// The bin of the first count.
    first: i64,
    counts: Vec<u32>,
}

/// Bins that counts from elsewhere may span.
const BINS_MAX: i64 = 1 << 20;

impl BinCounts {
    /// An empty histogram.
    pub fn new(bins: Bins) -> Self {
        Self {
            bins,
            first: 0,
            counts: Vec::new(),
        }
    }

    /// Counts a number: non-negative for [`Bins::Growing`], of magnitude below 2⁶² for [`Bins::Even`].
    pub fn add(&mut self, number: i64) {
        let bin = self.bins.bin(number);
        self.make_room(bin, bin);
        let count = &mut self.counts[place(self.first, bin)];
        *count = count.saturating_add(1);
    }

    /// The numbers of the bins that are not empty, in ascending order, each with its count.
    pub fn numbered(&self) -> impl Iterator<Item = (i64, u32)> {
        let bins = (self.first..).zip(self.counts.iter().copied());
        bins.filter(|it| it.1 > 0)
    }

    /// Adds so many to the bin of a number, as [`BinCounts::numbered`] has it; `None` if there is no such
    /// bin, or it is farther than 2²⁰ bins from others, and nothing is added.
    pub fn add_to_bin(&mut self, bin: i64, count: u32) -> Option<()> {
        let last = self
            .first
            .checked_add(i64::try_from(self.counts.len()).ok()?)?;
        let is_near = |end: i64| bin.checked_sub(end).is_some_and(|it| it.abs() < BINS_MAX);
        let has_room = self.counts.is_empty() || is_near(self.first) && is_near(last);
        if !has_room || !self.bins.has(bin) {
            return None;
        }
        self.make_room(bin, bin);
        let mine = &mut self.counts[place(self.first, bin)];
        *mine = mine.saturating_add(count);
        Some(())
    }

    /// Adds the counts of another sample with the same bins.
    pub fn merge(&mut self, other: &Self) {
        let last = (other.first..).zip(&other.counts).last();
        let Some((last, _)) = last else { return };
        self.make_room(other.first, last);
        let start = place(self.first, other.first);
        for (mine, theirs) in self.counts[start..].iter_mut().zip(&other.counts) {
            *mine = mine.saturating_add(*theirs);
        }
    }

    /// The quantile at `percent`, 0 to 100: the midpoint of the first bin at which the cumulative
    /// share reaches it; `None` for an empty sample.
    ///
    /// Hyndman and Fan's type 1 (*Sample quantiles in statistical packages*, The American
    /// Statistician 50 (1996), 361–365), which is always an observed
    /// value.
    pub fn quantile(&self, percent: u64) -> Option<i64> {
        let n: u64 = self.counts.iter().map(|&it| u64::from(it)).sum();
        let rank = (n * percent).div_ceil(100).max(1);
        let mut n_below = 0;
        let bin = (self.first..).zip(&self.counts).find(|(_, count)| {
            n_below += u64::from(**count);
            n_below >= rank
        });
        bin.map(|(it, _)| self.bins.middle(it))
    }

    /// The non-empty bins in ascending order, as midpoint and count.
    pub fn filled(&self) -> impl Iterator<Item = (i64, u64)> {
        let bins = (self.first..).zip(&self.counts);
        let filled = bins.filter(|it| *it.1 > 0);
        filled.map(|(bin, &n)| (self.bins.middle(bin), n.into()))
    }

    fn make_room(&mut self, low: i64, high: i64) {
        if self.counts.is_empty() {
            self.first = low;
        }
        if low < self.first {
            let n_new = place(low, self.first);
            self.counts.splice(0..0, std::iter::repeat_n(0, n_new));
            self.first = low;
        }
        let n_bins = place(self.first, high) + 1;
        if n_bins > self.counts.len() {
            self.counts.resize(n_bins, 0);
        }
    }
}

/// How many bins one bin is after another.
fn place(first: i64, bin: i64) -> usize {
    usize::try_from(bin - first).expect("bins are counted from the first on")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::estimate::quantile::SortedSample;

    const EVEN: Bins = Bins::Even { bits: 4 };
    const GROWING: Bins = Bins::Growing { bits: 3 };

    fn counts(bins: Bins, numbers: &[i64]) -> BinCounts {
        let mut res = BinCounts::new(bins);
        for &it in numbers {
            res.add(it);
        }
        res
    }

    #[test]
    fn numbered_bins_make_the_same_counts() {
        let it = counts(EVEN, &[-40, 3, 3, 900]);
        let mut other = BinCounts::new(EVEN);
        for (bin, count) in it.numbered() {
            other.add_to_bin(bin, count).unwrap();
        }
        assert_eq!(other, it);
        for bin in [i64::MIN, i64::MAX, 1 << 21] {
            assert_eq!(other.add_to_bin(bin, 1), None, "{bin}");
        }
        assert_eq!(other, it);
        let last = GROWING.bin(i64::MAX);
        let mut growing = BinCounts::new(GROWING);
        assert_eq!(growing.add_to_bin(-1, 1), None);
        assert_eq!(growing.add_to_bin(last + 1, 1), None);
        growing.add_to_bin(last, 1).unwrap();
        assert!(growing.quantile(50).is_some());
    }

    #[test]
    fn small_numbers_have_bins_of_their_own_and_large_ones_share() {
        let bins: Vec<i64> = (0..20).map(|it| GROWING.bin(it)).collect();
        let expected = [
            0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 12, 12,
        ];
        assert_eq!(bins, expected);
        assert_eq!((GROWING.middle(7), GROWING.middle(8)), (7, 9));
        let bins: Vec<i64> = [-9, -8, 0, 7, 8, 23].map(|it| EVEN.bin(it)).to_vec();
        assert_eq!(bins, [-1, 0, 0, 0, 1, 1]);
    }

    #[test]
    fn quantiles_of_counts_are_those_counted_by_hand() {
        // 5 % of 20 is the first, 25 % of 20 the fifth, and no number lies between two.
        let twenty: Vec<i64> = (1..=20).collect();
        let it = counts(Bins::Growing { bits: 12 }, &twenty);
        let quantiles = [0, 5, 25, 50, 51, 95, 100].map(|percent| it.quantile(percent));
        assert_eq!(quantiles, [1, 1, 5, 10, 11, 19, 20].map(Some));
        assert_eq!(counts(EVEN, &[]).quantile(50), None);
    }

    #[test]
    fn bins_without_a_number_are_left_out() {
        let filled = |bins, numbers| counts(bins, numbers).filled().collect::<Vec<(i64, u64)>>();
        assert_eq!(filled(GROWING, &[30, 0, 9, 8]), [(0, 1), (9, 2), (30, 1)]);
        assert_eq!(filled(EVEN, &[-40, 7, 0]), [(-32, 1), (0, 2)]);
        assert_eq!(filled(EVEN, &[]), []);
    }

    /// Compares a quantile of counts with that of the sorted numbers.
    fn check(bins: Bins, numbers: &[i64], percent: u64, slack: impl Fn(i64) -> i64) {
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let floats = numbers.iter().map(|&it| it as f64).collect();
        let sorted = SortedSample::new(floats).unwrap();
        let rank = (numbers.len() as u64 * percent).div_ceil(100).max(1);
        #[expect(clippy::cast_possible_truncation, reason = "below 2^53")]
        let exact = sorted.numbers()[usize::try_from(rank).unwrap() - 1] as i64;
        let it = counts(bins, numbers).quantile(percent).unwrap();
        assert!((it - exact).abs() <= slack(exact), "{it}, not {exact}");
    }

    proptest! {
        #[test]
        fn quantiles_in_growing_bins_are_those_of_the_sorted_sample(
            numbers in prop::collection::vec(0_i64..1 << 47, 1..60),
            percent in 0_u64..=100,
            shift in 0_u32..47,
        ) {
            let numbers: Vec<i64> = numbers.into_iter().map(|it| it >> shift).collect();
            check(GROWING, &numbers, percent, |exact| exact >> 3);
        }

        #[test]
        fn quantiles_in_even_bins_are_those_of_the_sorted_sample(
            numbers in prop::collection::vec(-5000_i64..5000, 1..60),
            percent in 0_u64..=100,
        ) {
            check(EVEN, &numbers, percent, |_| 1 << 3);
        }

        #[test]
        fn any_split_gives_the_same_counts(
            numbers in prop::collection::vec(-2000_i64..2000, 0..60),
            at in 0_usize..60,
        ) {
            let at = at.min(numbers.len());
            let (mut left, right) = (counts(EVEN, &numbers[..at]), counts(EVEN, &numbers[at..]));
            left.merge(&right);
            prop_assert_eq!(left, counts(EVEN, &numbers));
        }
    }
}
