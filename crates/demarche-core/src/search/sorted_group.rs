//! Some rows of a half by rising worth, with an index that leads from a sum to its place.
//!
//! The range of the sums is divided into buckets of equal width, about as many as there are rows. Rows
//! are distributed to them, and few are left to sort within each; a query looks up its bucket and counts
//! the few rows there. Both take about constant time per row unless most sums are nearly equal, and then
//! the time of sorting and of binary search.
//! Dobosiewicz, *Sorting by distributive partitioning*, Information Processing Letters 7 (1978), 1–6.

/// A bucket of more rows is sorted and searched by comparisons that halve it.
const SMALL_BUCKET: usize = 16;

/// Rows of a group by rising worth, equals by rising code.
#[derive(Debug, Default, Clone)]
pub(super) struct SortedGroup {
    units: Vec<i64>,
    rows: Vec<u32>,
    least: i64,
    greatest: i64,
    /// The width of a bucket as a power of two.
    shift: u32,
    /// The place of each bucket's first row, and the number of rows at the end.
    starts: Vec<u32>,
    /// Room for sorting rows of which many are nearly equal.
    keyed: Vec<(i64, u32)>,
}

impl SortedGroup {
    /// Takes in rows, by rising code, with the worth of each row of the half.
    pub(super) fn fill(&mut self, rows: &[u32], units: &[i64]) {
        self.least = i64::MAX;
        self.greatest = i64::MIN;
        for &row in rows {
            let units = units[row as usize];
            self.least = self.least.min(units);
            self.greatest = self.greatest.max(units);
        }
        let n_rows = rows.len();
        self.units.resize(n_rows, 0);
        self.rows.resize(n_rows, 0);
        self.starts.clear();
        if n_rows == 0 {
            return;
        }
        let bits = n_rows.next_power_of_two().trailing_zeros();
        let range = self.greatest.abs_diff(self.least);
        self.shift = (u64::BITS - range.leading_zeros()).saturating_sub(bits);
        // Counted two places on, so that after the distribution each place holds its bucket's start.
        self.starts.resize((1 << bits) + 2, 0);
        for &row in rows {
            let bucket = self.bucket(units[row as usize]);
            self.starts[bucket + 2] += 1;
        }
        let mut start = 0;
        let mut largest = 0;
        for end in &mut self.starts {
            largest = largest.max(*end);
            start += *end;
            *end = start;
        }
        for &row in rows {
            let units = units[row as usize];
            let bucket = self.bucket(units);
            let place = self.starts[bucket + 1] as usize;
            self.starts[bucket + 1] += 1;
            self.units[place] = units;
            self.rows[place] = row;
        }
        self.starts.pop();
        if largest as usize <= SMALL_BUCKET {
            self.sort_neighbors();
        } else {
            self.sort_all();
        }
    }

    /// Sorts rows that are in the right bucket, and equals among them in order, by insertion.
    fn sort_neighbors(&mut self) {
        for place in 1..self.units.len() {
            let (units, row) = (self.units[place], self.rows[place]);
            let mut gap = place;
            while gap > 0 && self.units[gap - 1] > units {
                self.units[gap] = self.units[gap - 1];
                self.rows[gap] = self.rows[gap - 1];
                gap -= 1;
            }
            self.units[gap] = units;
            self.rows[gap] = row;
        }
    }

    /// Sorts rows of which many are nearly equal.
    fn sort_all(&mut self) {
        self.keyed.clear();
        let rows = self.units.iter().copied().zip(self.rows.iter().copied());
        self.keyed.extend(rows);
        self.keyed.sort_unstable();
        for (place, &(units, row)) in self.keyed.iter().enumerate() {
            self.units[place] = units;
            self.rows[place] = row;
        }
    }

    /// Which bucket a worth within the range is in.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "there are not more buckets than twice the rows"
    )]
    fn bucket(&self, units: i64) -> usize {
        (units.abs_diff(self.least) >> self.shift) as usize
    }

    /// The worth of each row, rising.
    pub(super) fn units(&self) -> &[i64] {
        &self.units
    }

    /// The rows by rising worth.
    pub(super) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Whether no row is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The worth of its worst row, if it has rows.
    pub(super) fn least(&self) -> i64 {
        self.least
    }

    /// The worth of its best row, if it has rows.
    pub(super) fn greatest(&self) -> i64 {
        self.greatest
    }

    /// The place of the first row that is worth at least so much; the number of rows if none is.
    pub(super) fn first_at_least(&self, units: i64) -> usize {
        if units <= self.least {
            return 0;
        }
        if units > self.greatest {
            return self.units.len();
        }
        let bucket = self.bucket(units);
        let start = self.starts[bucket] as usize;
        let end = self.starts[bucket + 1] as usize;
        let rows = &self.units[start..end];
        let n_below = if rows.len() <= SMALL_BUCKET {
            rows.iter().map(|it| usize::from(*it < units)).sum()
        } else {
            rows.partition_point(|it| *it < units)
        };
        start + n_below
    }
}

/// A pair of groups: every row of one with every row of the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct GroupPair<'a> {
    /// A group of the shorter half.
    pub(super) walked: &'a SortedGroup,
    /// A group of the longer half.
    pub(super) indexed: &'a SortedGroup,
    /// What is added to each sum.
    pub(super) constant: i64,
}

impl GroupPair<'_> {
    /// The greatest of its sums.
    pub(super) fn greatest(&self) -> i64 {
        self.walked.greatest() + self.indexed.greatest() + self.constant
    }

    /// The least of its sums.
    pub(super) fn least(&self) -> i64 {
        self.walked.least() + self.indexed.least() + self.constant
    }

    /// The rows of the shorter half with which a sum reaches the threshold: for each its worth, the row
    /// and the place in the longer half from which it does.
    pub(super) fn reaching(&self, threshold: i64) -> impl Iterator<Item = (i64, u32, usize)> {
        let threshold = threshold - self.constant;
        let first = (self.walked).first_at_least(threshold - self.indexed.greatest());
        let rows = self.walked.units()[first..].iter();
        let rows = rows.zip(&self.walked.rows()[first..]);
        rows.map(move |(&units, &row)| (units, row, self.indexed.first_at_least(threshold - units)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fills a group with all rows of a half and looks up every sum and its neighbours.
    #[track_caller]
    fn check(units: &[i64]) {
        let n_rows = u32::try_from(units.len()).unwrap();
        let mut group = SortedGroup::default();
        // What it held before must not matter.
        group.fill(&[0], &[7]);
        group.fill(&(0..n_rows).collect::<Vec<_>>(), units);
        let mut expected: Vec<(i64, u32)> = units.iter().copied().zip(0..).collect();
        expected.sort_unstable();
        let sorted = group.units().iter().copied().zip(group.rows().to_vec());
        assert!(sorted.eq(expected.iter().copied()), "{units:?}");
        for near in units.iter().flat_map(|it| [it - 1, *it, it + 1]) {
            let place = expected.partition_point(|it| it.0 < near);
            assert_eq!(group.first_at_least(near), place, "{near} in {units:?}");
        }
        for far in [-1 << 61, 1 << 61] {
            let place = expected.partition_point(|it| it.0 < far);
            assert_eq!(group.first_at_least(far), place, "{far} in {units:?}");
        }
    }

    #[test]
    fn rows_are_sorted_and_found_however_their_sums_are_distributed() {
        check(&[]);
        check(&[5]);
        check(&[5, 5]);
        check(&[9, -9, 0, 9]);
        check(&[1 << 57, -(1 << 57), 3, 2, 1]);
        check(&(0..100).map(|it| it * it % 37).collect::<Vec<_>>());
        check(&(0..1000).map(|it| it * 7919 % 1000).collect::<Vec<_>>());
        // All but one in one bucket.
        let near = (0..50).map(|it| it * 31 % 50);
        check(&near.chain([1 << 50]).collect::<Vec<_>>());
        // In small buckets at the limit and one above it.
        for n_near in [SMALL_BUCKET, SMALL_BUCKET + 1] {
            let near = (0..i64::try_from(n_near).unwrap()).rev();
            let far = (0..40).map(|it| (it + 1) << 40);
            check(&near.chain(far).collect::<Vec<_>>());
        }
    }
}
