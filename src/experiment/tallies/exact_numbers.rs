//! Tallies as whole numbers in a fixed order, which files can hold.

use demarche_stats::estimate::Moments;

/// Whole numbers that are read back, in the order in which they were written.
#[derive(Debug)]
pub(crate) struct NumberSource<'a>(std::slice::Iter<'a, i128>);

impl<'a> NumberSource<'a> {
    /// All of these.
    pub(crate) fn new(numbers: &'a [i128]) -> Self {
        Self(numbers.iter())
    }

    /// The next one; `None` after the last, and if it does not fit.
    pub(crate) fn next<T: TryFrom<i128>>(&mut self) -> Option<T> {
        T::try_from(*self.0.next()?).ok()
    }

    /// The next one, which counts something of which there are so many at most.
    pub(crate) fn at_most(&mut self, most: u64) -> Option<u64> {
        self.next().filter(|it| *it <= most)
    }

    /// The next one, which is a position among so many.
    pub(crate) fn position(&mut self, of: usize) -> Option<usize> {
        self.next().filter(|it| *it < of)
    }

    /// The next one, which counts what follows: no more numbers than are left.
    pub(crate) fn length(&mut self) -> Option<usize> {
        let n = self.next()?;
        (n <= self.0.len()).then_some(n)
    }

    /// Whether none is left.
    pub(crate) fn is_at_end(&self) -> bool {
        self.0.len() == 0
    }
}

/// Adds the sums of moments.
pub(crate) fn push_moments(numbers: &mut Vec<i128>, moments: &Moments) {
    let (n, sum, sum_of_squares) = moments.sums();
    // All bits of the last one, whatever its sign is then.
    numbers.extend([n.into(), sum, sum_of_squares.cast_signed()]);
}

/// The next moments, of so many numbers at most.
pub(crate) fn take_moments(most: u64, numbers: &mut NumberSource<'_>) -> Option<Moments> {
    let n = numbers.at_most(most)?;
    let sum: i128 = numbers.next()?;
    let sum_of_squares: i128 = numbers.next()?;
    Moments::from_sums(n, sum, sum_of_squares.cast_unsigned())
}
