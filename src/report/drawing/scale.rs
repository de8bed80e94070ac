//! From numbers to places along an axis, and the round numbers at which it has ticks.

/// Ticks that an axis has at most.
const TICKS_MAX: f64 = 6.0;

/// Numbers between two ends, at places between two others.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Scale {
    numbers: [f64; 2],
    places: [f64; 2],
}

impl Scale {
    /// A scale from the least number at the first place to the greatest at the second; numbers that are
    /// all alike have room around them.
    pub(crate) fn new(numbers: [f64; 2], places: [f64; 2]) -> Self {
        let [low, high] = numbers;
        let numbers = if high > low {
            numbers
        } else {
            [low - 0.5, low + 0.5]
        };
        Self { numbers, places }
    }

    /// The same with its ends moved outwards to round numbers.
    pub(crate) fn rounded(self) -> Self {
        let step = self.step();
        let [low, high] = self.numbers;
        Self {
            numbers: [(low / step).floor() * step, (high / step).ceil() * step],
            ..self
        }
    }

    /// Where a number is.
    pub(crate) fn at(&self, number: f64) -> f64 {
        let ([low, high], [from, to]) = (self.numbers, self.places);
        from + (to - from) * (number - low) / (high - low)
    }

    /// Round numbers along the axis, from the least.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let step = self.step();
        let [low, high] = self.numbers;
        let first = (low / step - 1e-9).ceil();
        let ticks = (0..).map(|it| (first + f64::from(it)) * step);
        ticks
            .take_while(|it| *it <= high + step * 1e-9)
            // An addition that should be 0 may leave something.
            .map(|it| if it.abs() < step * 1e-9 { 0.0 } else { it })
            .collect()
    }

    /// From tick to tick: 1, 2 or 5 times a power of ten.
    fn step(&self) -> f64 {
        let [low, high] = self.numbers;
        let rough = (high - low) / TICKS_MAX;
        let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
        let steps = [1.0, 2.0, 5.0, 10.0];
        let step = steps.into_iter().find(|it| it * power >= rough * 0.999);
        step.unwrap_or(10.0) * power
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ticks_are_round_and_within_the_ends() {
        let scale = Scale::new([0.0, 0.406], [0.0, 1.0]).rounded();
        assert_eq!(scale.ticks().len(), 6);
        assert!((scale.at(0.5) - 1.0).abs() < 1e-12);
        let alike = Scale::new([0.0, 0.0], [0.0, 1.0]);
        assert!((alike.at(0.0) - 0.5).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn an_axis_has_a_few_ticks_in_order(low in -1e6..1e6_f64, size in 1e-6..1e6_f64) {
            let ticks = Scale::new([low, low + size], [0.0, 1.0]).rounded().ticks();
            prop_assert!((2..=9).contains(&ticks.len()), "{ticks:?}");
            prop_assert!(ticks.is_sorted());
        }
    }
}
