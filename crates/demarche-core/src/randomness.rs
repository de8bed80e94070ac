//! Randomness has an address: every random stream is named, none is shared.
//!
//! A stream is `ChaCha8` keyed by the master seed; its stream number is mixed from the
//! replication, the party's name and the purpose.
//! Within the stream of preferences, every group of numbers (an issue's, an interaction's) starts
//! at a place of its own, mixed from the group's name.
//! So adding a party, an issue, a metric or a thread moves nobody else's numbers, and changing a
//! strategy leaves the draw of preferences alone.
//! The cell of a sweep is not in the address: replication 17 has the same random numbers in every cell.
//!
//! ```text
//! mix(h, x)    = finalise(h xor finalise(x + 0x9E3779B97F4A7C15)), finalise as in SplitMix64
//! hash(name)   = FNV-1a, 64 bits
//! key          = four successive outputs of SplitMix64 started at the master seed
//! stream       = mix(mix(hash(party), purpose), replication)
//! word         = 64 · (hash(group) >> 8)
//! uniform draw = upper 53 bits of the next 64-bit word / 2⁵³
//! ```
//!
//! Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The number from which all random numbers of a run follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MasterSeed(pub u64);

/// The number of a session within its cell, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Replication(pub u64);

/// What a stream is drawn for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Drawing a party's preferences.
    Preferences,
    /// Choosing a party's strategy, its parameters, and the strategy's own random numbers.
    Strategy,
    /// The random numbers of the protocol, and of any event in a session that no party brings about.
    Protocol,
    /// Making up a whole scenario at random, as tests do.
    Scenario,
    /// The one number that a party that is answered for from outside gets for its own random numbers.
    Outside,
}

impl Purpose {
    /// The purpose's part of a stream's address. Never renumber.
    fn address(self) -> u64 {
        match self {
            Self::Preferences => 1,
            Self::Strategy => 2,
            Self::Protocol => 3,
            Self::Scenario => 4,
            Self::Outside => 5,
        }
    }
}

/// A name as part of an address: its 64-bit FNV-1a hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NameHash(u64);

impl NameHash {
    /// The hash of a name.
    pub fn of(name: &str) -> Self {
        let hash = name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        Self(hash)
    }
}

/// The streams of one master seed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seeds {
    key: [u8; 32],
}

impl Seeds {
    /// The streams of this master seed.
    pub fn new(master: MasterSeed) -> Self {
        let mut key = [0; 32];
        let mut state = master.0;
        for chunk in key.chunks_exact_mut(8) {
            state = state.wrapping_add(GOLDEN_GAMMA);
            chunk.copy_from_slice(&finalise(state).to_le_bytes());
        }
        Self { key }
    }

    /// The streams of one cell alone, for cells that are to share no random numbers.
    ///
    /// The master seed is mixed with the cell's position before the key is made of it.
    pub fn of_cell(master: MasterSeed, cell: u64) -> Self {
        Self::new(MasterSeed(mix(master.0, cell)))
    }

    /// The stream of this party for this purpose in this replication.
    pub fn stream(&self, replication: Replication, party: NameHash, purpose: Purpose) -> Stream {
        let number = mix(mix(party.0, purpose.address()), replication.0);
        let mut rng = ChaCha8Rng::from_seed(self.key);
        rng.set_stream(number);
        Stream { rng }
    }
}

/// A named stream of random numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stream {
    rng: ChaCha8Rng,
}

impl Stream {
    /// Goes to the place where a group of numbers starts.
    pub fn seek(&mut self, group: NameHash) {
        self.rng.set_word_pos(64 * u128::from(group.0 >> 8));
    }

    /// Goes to the place of one number of a group, by its position there.
    pub fn seek_number(&mut self, group: NameHash, position: usize) {
        // A uniform number takes two words.
        let word = 64 * u128::from(group.0 >> 8) + 2 * position as u128;
        self.rng.set_word_pos(word);
    }

    /// The next uniform number in [0, 1), a multiple of 2⁻⁵³.
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits are what a float holds exactly"
    )]
    pub fn uniform(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The next 64 bits.
    pub fn word(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// An integer below `bound`, each with the same probability but for 2⁻⁶⁴ of it.
    ///
    /// # Panics
    ///
    /// If `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "there is a number below the bound");
        let product = u128::from(self.rng.next_u64()) * u128::from(bound);
        u64::try_from(product >> 64).expect("the upper half of a product of words is a word")
    }
}

const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

fn finalise(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn mix(hash: u64, number: u64) -> u64 {
    finalise(hash ^ finalise(number.wrapping_add(GOLDEN_GAMMA)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_and_keys_are_those_of_the_published_algorithms() {
        // FNV-1a of "a" and of the empty string, and the first output of SplitMix64 from 0.
        assert_eq!(NameHash::of(""), NameHash(0xCBF2_9CE4_8422_2325));
        assert_eq!(NameHash::of("a"), NameHash(0xAF63_DC4C_8601_EC8C));
        assert_eq!(finalise(GOLDEN_GAMMA), 0xE220_A839_7B1D_CDAF);
        // The first outputs of SplitMix64 from 1234567.
        let outputs = [
            6_457_827_717_110_365_317_u64,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
        ];
        let key = outputs.map(u64::to_le_bytes).concat();
        assert_eq!(Seeds::new(MasterSeed(1_234_567)).key.to_vec(), key);
    }

    #[test]
    fn every_bit_of_an_address_counts() {
        let mixed = |number| {
            let one_bit = (0..u64::BITS).map(|bit| 1 << bit);
            let hashes = one_bit.chain([0]);
            hashes
                .map(|hash| mix(hash, number))
                .collect::<std::collections::BTreeSet<u64>>()
        };
        assert_eq!(mixed(0).len(), 65);
        assert!(mixed(0).is_disjoint(&mixed(1)));
    }

    #[test]
    fn streams_of_different_addresses_differ() {
        let seeds = Seeds::new(MasterSeed(1));
        let first = |replication, party, purpose| {
            seeds
                .stream(Replication(replication), NameHash::of(party), purpose)
                .uniform()
                .to_bits()
        };
        let all = [
            first(0, "a", Purpose::Preferences),
            first(1, "a", Purpose::Preferences),
            first(0, "b", Purpose::Preferences),
            first(0, "a", Purpose::Strategy),
            first(0, "a", Purpose::Protocol),
            first(0, "a", Purpose::Scenario),
            first(0, "a", Purpose::Outside),
        ];
        let distinct: std::collections::BTreeSet<u64> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn a_group_starts_at_its_place_whatever_was_drawn_before() {
        let mut stream =
            Seeds::new(MasterSeed(7)).stream(Replication(3), NameHash::of("a"), Purpose::Strategy);
        stream.seek(NameHash::of("group"));
        let first = stream.uniform();
        stream.uniform();
        stream.seek(NameHash::of("group"));
        assert_eq!(stream.uniform().to_bits(), first.to_bits());
    }

    #[test]
    fn a_number_of_a_group_is_where_those_before_it_leave_off() {
        let mut stream =
            Seeds::new(MasterSeed(7)).stream(Replication(3), NameHash::of("a"), Purpose::Strategy);
        let group = NameHash::of("group");
        stream.seek(group);
        let numbers: Vec<u64> = (0..100).map(|_| stream.uniform().to_bits()).collect();
        for (position, number) in numbers.into_iter().enumerate() {
            stream.seek_number(group, position);
            assert_eq!(stream.uniform().to_bits(), number, "{position}");
        }
    }

    #[test]
    fn a_group_starts_at_64_words_of_32_bits_times_its_hash_without_the_last_byte() {
        let seeds = Seeds::new(MasterSeed(7));
        let mut drawn = seeds.stream(Replication(3), NameHash::of("a"), Purpose::Scenario);
        let mut sought = drawn.clone();
        for _ in 0..3 * 64 / 2 {
            drawn.uniform();
        }
        sought.seek(NameHash(0x3FF));
        assert_eq!(sought, drawn);
    }

    #[test]
    fn whole_numbers_below_a_power_of_two_are_the_upper_bits_of_a_uniform_number() {
        let seeds = Seeds::new(MasterSeed(7));
        let mut uniform = seeds.stream(Replication(3), NameHash::of("a"), Purpose::Scenario);
        let mut whole = uniform.clone();
        for bits in 0..32 {
            let bound = 1_u32 << bits;
            let upper = (uniform.uniform() * f64::from(bound)).floor();
            let number = u32::try_from(whole.below(bound.into())).unwrap();
            assert!((f64::from(number) - upper).abs() < 0.5, "{number}");
        }
    }
}
