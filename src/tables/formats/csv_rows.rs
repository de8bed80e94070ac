//! Rows as CSV bytes.

use std::io::Write as _;

use demarche_core::domain::Utility;

use crate::tables::schema::Column;

/// Significant digits: enough for any further computation, few enough to be read.
const DIGITS: u32 = 9;

/// Digits behind the point that no number exceeds.
const DECIMALS_MAX: u32 = 18;

/// 2⁵³, below which integer arithmetic finds the digits of numbers.
const EXACT_INTEGERS_END: f64 = 9_007_199_254_740_992.0;

/// What is in text that needs quotation marks around it.
const QUOTED: [u8; 4] = [b',', b'"', b'\r', b'\n'];

/// What text begins with that a spreadsheet would run as a formula; it gets a `'` in front.
const FORMULA_STARTS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// The text of a field without the `'` that it got in front.
pub(crate) fn without_guard(field: &str) -> &str {
    let text = field.strip_prefix('\'');
    text.filter(|it| it.starts_with(FORMULA_STARTS))
        .unwrap_or(field)
}

/// What a cell of a table holds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Field<'a> {
    /// Nothing: the figure does not exist.
    Missing,
    /// A count or a small identifier.
    Whole(u64),
    /// A measurement.
    Number(f64),
    /// Words.
    Text(&'a str),
}

impl From<u64> for Field<'_> {
    fn from(it: u64) -> Self {
        Self::Whole(it)
    }
}

impl From<u32> for Field<'_> {
    fn from(it: u32) -> Self {
        Self::Whole(it.into())
    }
}

impl From<f64> for Field<'_> {
    fn from(it: f64) -> Self {
        Self::Number(it)
    }
}

impl From<Utility> for Field<'_> {
    fn from(it: Utility) -> Self {
        Self::Number(it.get())
    }
}

impl<'a> From<&'a str> for Field<'a> {
    fn from(it: &'a str) -> Self {
        Self::Text(it)
    }
}

impl<'a, T: Into<Field<'a>>> From<Option<T>> for Field<'a> {
    fn from(it: Option<T>) -> Self {
        it.map_or(Self::Missing, Into::into)
    }
}

impl<'a> Field<'a> {
    /// A value as a file or a command line has it: a number where it is one.
    pub fn of_value(written: &'a str) -> Self {
        match written.parse() {
            Ok(number) => Self::Number(number),
            Err(_) => Self::Text(written),
        }
    }
}

/// Rows of a table as bytes.
#[derive(Debug, Default)]
pub struct Rows {
    bytes: Vec<u8>,
    /// How many fields each row has; `None` before the first.
    n_fields: Option<usize>,
}

impl Rows {
    /// No rows yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The first row of a table: the names of its columns.
    pub(crate) fn header(columns: &[Column]) -> Self {
        let mut res = Self::new();
        res.push(columns.iter().map(|it| Field::Text(&it.name)));
        res
    }

    /// Rows that were written before, from their bytes.
    pub(crate) fn written(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            n_fields: None,
        }
    }

    /// Their bytes.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Adds a row.
    ///
    /// # Panics
    ///
    /// If it has another number of fields than the rows before.
    pub fn push<'a>(&mut self, fields: impl IntoIterator<Item = Field<'a>>) {
        let start = self.bytes.len();
        let mut n_fields = 0;
        for field in fields {
            if n_fields > 0 {
                self.bytes.push(b',');
            }
            self.push_field(field);
            n_fields += 1;
        }
        let expected = *self.n_fields.get_or_insert(n_fields);
        assert_eq!(
            n_fields, expected,
            "all rows of a table have the same fields"
        );
        if self.bytes.len() == start {
            // An empty line would be no row.
            self.bytes.extend(b"\"\"");
        }
        self.bytes.push(b'\n');
    }

    fn push_field(&mut self, field: Field<'_>) {
        let start = self.bytes.len();
        render(field, &mut self.bytes);
        let is_text = matches!(field, Field::Text(_));
        if is_text && self.bytes[start..].iter().any(|it| QUOTED.contains(it)) {
            let text = self.bytes.split_off(start);
            self.bytes.push(b'"');
            for byte in text {
                if byte == b'"' {
                    self.bytes.push(b'"');
                }
                self.bytes.push(byte);
            }
            self.bytes.push(b'"');
        }
    }

    /// Forgets all rows.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// The bytes of all rows.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A field as its table has it, without quotation marks.
///
/// # Panics
///
/// Never: fields are text.
pub(crate) fn written(field: Field<'_>) -> String {
    let mut bytes = Vec::new();
    render(field, &mut bytes);
    String::from_utf8(bytes).expect("fields are text")
}

/// A number as it is read back from its table, which has [`DIGITS`] digits; `None` of none.
pub(crate) fn as_written(number: f64) -> Option<f64> {
    let read: Option<f64> = written(Field::Number(number)).parse().ok();
    read.filter(|it| it.is_finite())
}

fn render(field: Field<'_>, bytes: &mut Vec<u8>) {
    match field {
        Field::Missing => {}
        Field::Whole(it) => push_digits(bytes, it, 0),
        Field::Number(it) => push_number(bytes, it),
        Field::Text(it) => {
            if it.starts_with(FORMULA_STARTS) {
                bytes.push(b'\'');
            }
            bytes.extend(it.as_bytes());
        }
    }
}

/// Adds a number with [`DIGITS`] significant digits, but no zeros at the end of its decimals.
#[expect(
    clippy::cast_precision_loss,
    reason = "these powers of ten are exact as floats"
)]
fn push_number(bytes: &mut Vec<u8>, number: f64) {
    let size = number.abs();
    if size < EXACT_INTEGERS_END {
        let (mut decimals, mut scale) = (0, 1);
        while decimals < DECIMALS_MAX && size * (scale as f64) < 10_u64.pow(DIGITS - 1) as f64 {
            decimals += 1;
            scale *= 10;
        }
        let scaled = rounded_product(size, scale);
        if number < 0.0 && scaled > 0 {
            bytes.push(b'-');
        }
        push_digits(bytes, scaled, decimals);
    } else {
        write!(bytes, "{number:.0}").expect("memory takes all bytes");
    }
}

/// A float from 0 to 2⁵³ times an integer below 2⁶⁰, a product below 2⁵³ in all: the nearest
/// integer, of two the even one.
fn rounded_product(number: f64, factor: u64) -> u64 {
    // Below the least normal number the hidden bit is not there, and the product is 0 all the same.
    let mantissa = (1 << 52) | (number.to_bits() & ((1 << 52) - 1));
    let fraction_bits = (1075 - (number.to_bits() >> 52)).min(127);
    let product = u128::from(mantissa) * u128::from(factor);
    let (whole, one) = (product >> fraction_bits, 1 << fraction_bits);
    let twice_the_rest = 2 * (product & (one - 1));
    let is_up = twice_the_rest > one || (twice_the_rest == one && whole % 2 == 1);
    u64::try_from(whole).expect("it is below 2^53") + u64::from(is_up)
}

/// Adds an integer's digits, the last of them behind a point but for zeros at their end.
fn push_digits(bytes: &mut Vec<u8>, number: u64, decimals: u32) {
    let (mut rest, mut decimals) = (number, decimals);
    while decimals > 0 && rest.is_multiple_of(10) {
        rest /= 10;
        decimals -= 1;
    }
    // Written from the last digit on: twenty digits at most, and a point.
    let mut text = [0; 21];
    let mut start = text.len();
    let mut n_digits = 0;
    while rest > 0 || n_digits <= decimals {
        if n_digits == decimals && decimals > 0 {
            start -= 1;
            text[start] = b'.';
        }
        start -= 1;
        text[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        n_digits += 1;
    }
    bytes.extend_from_slice(&text[start..]);
}

#[cfg(test)]
mod tests {
    use csv::{QuoteStyle, Terminator, WriterBuilder};
    use proptest::prelude::*;

    use super::*;

    /// A number by the standard library's formatting.
    fn reference(number: f64) -> String {
        let scientific = format!("{number:e}");
        let exponent = scientific.split_once('e').map_or("0", |it| it.1);
        let decimals = (8 - exponent.parse::<i32>().unwrap()).clamp(0, 18);
        let text = format!("{number:.*}", usize::try_from(decimals).unwrap());
        let text = match text.split_once('.') {
            Some(_) => text.trim_end_matches('0').trim_end_matches('.'),
            None => &text,
        };
        if text == "-0" { "0" } else { text }.to_owned()
    }

    fn number() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<f64>(),
            -1.0..1.0,
            // Numbers just beside powers of ten, and those in the middle between two of nine digits.
            (-20..20, -3_i64..3).prop_map(|(exponent, ulps)| {
                let power: f64 = format!("1e{exponent}").parse().unwrap();
                f64::from_bits(power.to_bits().wrapping_add_signed(ulps))
            }),
            (any::<i32>(), 0..40).prop_map(|(n, bits)| f64::from(n) / 2_f64.powi(bits)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn numbers_are_written_as_the_standard_library_rounds_them(number in number()) {
            prop_assert_eq!(written(Field::Number(number)), reference(number));
        }

        #[test]
        fn rows_are_written_as_the_csv_crate_writes_them(
            rows in prop::collection::vec(prop::collection::vec("[a,\"\\n\\r é']{0,4}", 3), 0..4),
            single in "[a,\"\\n]{0,2}",
        ) {
            for rows in [rows, vec![vec![single]]] {
                let mut ours = Rows::new();
                let mut theirs = WriterBuilder::new()
                    .quote_style(QuoteStyle::Necessary)
                    .terminator(Terminator::Any(b'\n'))
                    .from_writer(Vec::new());
                for row in rows {
                    ours.push(row.iter().map(|it| Field::Text(it)));
                    let fields = row.iter().map(|it| written(Field::Text(it)));
                    theirs.write_record(fields).unwrap();
                }
                prop_assert_eq!(ours.into_bytes(), theirs.into_inner().unwrap());
            }
        }
    }

    #[test]
    #[should_panic(expected = "same fields")]
    fn rows_of_another_length_are_a_mistake() {
        let mut rows = Rows::new();
        rows.push([Field::Missing; 2]);
        rows.push([Field::Missing; 3]);
    }

    #[test]
    fn numbers_that_no_table_is_meant_to_have_are_written_too() {
        check(
            &[f64::NAN, f64::INFINITY, 1e18].map(Field::Number),
            "NaN,inf,1000000000000000000\n",
        );
        check(&[Field::Whole(u64::MAX)], "18446744073709551615\n");
    }

    #[track_caller]
    fn check(fields: &[Field<'_>], expected: &str) {
        let mut rows = Rows::new();
        rows.push(fields.iter().copied());
        assert_eq!(String::from_utf8_lossy(rows.bytes()), expected);
    }

    #[test]
    fn fields_are_written_as_documented() {
        let fields = [
            Field::Missing,
            Field::Whole(7),
            Field::Number(0.25),
            Field::Number(1.0),
            Field::Number(-0.0),
            Field::Number(2.5e-7),
            Field::Number(1200.0),
            Field::Number(1.0 / 3.0),
            Field::Text("a, b"),
        ];
        check(
            &fields,
            ",7,0.25,1,0,0.00000025,1200,0.333333333,\"a, b\"\n",
        );
    }

    #[test]
    fn text_that_looks_like_a_formula_is_defused() {
        check(&[Field::Text("=1+1"), Field::Text("x=1")], "'=1+1,x=1\n");
        check(&[Field::Text("@cmd"), Field::Number(-2.0)], "'@cmd,-2\n");
        check(&[Field::Text("\n=1+1")], "\"'\n=1+1\"\n");
        for (field, text) in [("'=1+1", "=1+1"), ("'tis", "'tis"), ("x", "x"), ("'", "'")] {
            assert_eq!(without_guard(field), text);
        }
    }
}
