//! Integers and measurements as exact bytes, and back.
//!
//! Integers are in LEB128: seven bits a byte, the lowest first, so that small ones, as most
//! are, take one byte. A measurement is its eight bytes.

/// Adds an integer.
pub(crate) fn push_whole(bytes: &mut Vec<u8>, number: u64) {
    let mut rest = number;
    while rest >= 0x80 {
        bytes.push(0x80 | low_bits(rest));
        rest >>= 7;
    }
    bytes.push(low_bits(rest));
}

fn low_bits(number: u64) -> u8 {
    number.to_le_bytes()[0] & 0x7f
}

/// Adds a measurement, which may not exist.
pub(crate) fn push_measurement(bytes: &mut Vec<u8>, number: Option<f64>) {
    push_optional(bytes, number, |bytes, it| bytes.extend(it.to_le_bytes()));
}

/// Adds whether something exists, and it if it does.
pub(crate) fn push_optional<T>(
    bytes: &mut Vec<u8>,
    value: Option<T>,
    push: impl FnOnce(&mut Vec<u8>, T),
) {
    bytes.push(value.is_some().into());
    if let Some(value) = value {
        push(bytes, value);
    }
}

/// Bytes still to be read; every question is answered by `None` if they do not say.
#[derive(Debug)]
pub(crate) struct ExactBytes<'a>(pub(crate) &'a [u8]);

impl<'a> ExactBytes<'a> {
    /// The next byte.
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// The next whole number, if it fits.
    pub(crate) fn whole<T: TryFrom<u64>>(&mut self) -> Option<T> {
        let mut number = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if (bits << shift) >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return T::try_from(number).ok();
            }
        }
        None
    }

    /// The next measurement, which may not exist.
    #[expect(
        clippy::option_option,
        reason = "the bytes may be malformed, and the measurement may not exist"
    )]
    pub(crate) fn measurement(&mut self) -> Option<Option<f64>> {
        self.optional(|bytes| {
            let (number, rest) = bytes.0.split_first_chunk()?;
            bytes.0 = rest;
            Some(f64::from_le_bytes(*number))
        })
    }

    /// The next of what may not exist.
    #[expect(
        clippy::option_option,
        reason = "the bytes may be malformed, and what they stand for may not exist"
    )]
    pub(crate) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }

    /// All that is left.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_come_back_and_small_ones_take_a_byte() {
        for number in [0, 1, 127, 128, 300, 1 << 48, u64::MAX - 1, u64::MAX] {
            let mut bytes = Vec::new();
            push_whole(&mut bytes, number);
            assert_eq!(bytes.len() == 1, number < 128);
            assert_eq!(ExactBytes(&bytes).whole(), Some(number));
            assert_eq!(
                ExactBytes(&bytes[1..]).whole::<u64>().is_none(),
                bytes.len() == 1
            );
            assert_eq!(ExactBytes(&bytes).whole::<u8>().is_some(), number < 256);
        }
    }

    #[test]
    fn a_number_that_never_ends_is_none() {
        assert_eq!(ExactBytes(&[0xff; 11]).whole::<u64>(), None);
        assert_eq!(ExactBytes(&[0x80]).whole::<u64>(), None);
        assert_eq!(ExactBytes(&[1, 0, 0]).measurement(), None);
    }
}
