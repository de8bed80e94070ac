//! Seeded random numbers for designs: `SplitMix64`.

/// Increment of the state per number.
const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The `SplitMix64` generator, with random access to any number of its sequence.
///
/// ```text
/// number i = finalise(seed + (i + 1) · 0x9E3779B97F4A7C15)
/// ```
///
/// Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct SplitMix {
    state: u64,
}

impl SplitMix {
    /// A generator for one part of the purpose of this one, such as one dimension.
    pub(super) fn of_part(seed: u64, part: u64) -> Self {
        Self {
            state: part_key(seed, part),
        }
    }

    fn next_u64(&mut self) -> u64 {
        let res = number(self.state, 0);
        self.state = self.state.wrapping_add(GOLDEN_GAMMA);
        res
    }

    /// A uniform integer below `bound`, with a relative bias of at most 2⁻³².
    ///
    /// Lemire, *Fast random integer generation in an interval*, ACM TOMACS 29 (2019).
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let product = u128::from(self.next_u64()) * u128::from(bound);
        u32::try_from(product >> 64).expect("it is below the bound")
    }

    /// Shuffles in place (Fisher and Yates).
    pub(super) fn shuffled<T>(&mut self, things: impl Iterator<Item = T>) -> Vec<T> {
        let mut res: Vec<T> = things.collect();
        let n = u32::try_from(res.len()).expect("there are fewer than 2^32 things");
        for last in (1..n).rev() {
            res.swap(last as usize, self.below(last + 1) as usize);
        }
        res
    }
}

/// Derives the seed of one part of a seed's purpose.
///
/// Mixed twice, so that the parts of neighboring seeds are unrelated.
pub(super) fn part_key(seed: u64, part: u64) -> u64 {
    number(number(seed, 0), part)
}

/// Number `i` of the generator of this seed, from 0.
pub(super) fn number(seed: u64, i: u64) -> u64 {
    let state = seed.wrapping_add(GOLDEN_GAMMA.wrapping_mul(i.wrapping_add(1)));
    let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The upper 53 bits as a fraction in [0, 1).
#[expect(
    clippy::cast_precision_loss,
    reason = "53 bits are what a float holds exactly"
)]
pub(super) fn unit_interval(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_published_generator() {
        let mut rng = SplitMix { state: 1_234_567 };
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        for (i, it) in (0..).zip(published) {
            assert_eq!((rng.next_u64(), number(1_234_567, i)), (it, it));
        }
    }

    #[test]
    fn a_shuffle_loses_nothing_and_reaches_every_order() {
        let mut orders = [0; 6];
        let mut rng = SplitMix::of_part(7, 0);
        for _ in 0..6000 {
            let it = rng.shuffled(0..3_usize);
            let mut sorted = it.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2]);
            orders[2 * it[0] + usize::from(it[1] > it[2])] += 1;
        }
        // Five standard deviations of a binomial with n = 6000 and p = 1/6 are 144.
        assert!(
            orders.iter().all(|it| (856..=1144).contains(it)),
            "{orders:?}"
        );
    }
}
