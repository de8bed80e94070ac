//! Rows as CSV bytes.

use csv::{QuoteStyle, Terminator, WriterBuilder};
use demarche_core::domain::Utility;

/// Significant digits: enough for any further computation, few enough to be read.
const DIGITS: i32 = 9;

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
#[derive(Debug)]
pub struct Rows {
    writer: csv::Writer<Vec<u8>>,
    text: String,
}

impl Default for Rows {
    fn default() -> Self {
        Self::written(Vec::new())
    }
}

impl Rows {
    /// No rows yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rows that were written before, from their bytes.
    pub(crate) fn written(bytes: Vec<u8>) -> Self {
        let writer = WriterBuilder::new()
            .quote_style(QuoteStyle::Necessary)
            .terminator(Terminator::Any(b'\n'))
            .flexible(false)
            .from_writer(bytes);
        Self {
            writer,
            text: String::new(),
        }
    }

    /// Their bytes, without the room for further rows.
    ///
    /// # Panics
    ///
    /// Never: memory takes all bytes.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let bytes = self.writer.into_inner();
        bytes.expect("memory takes all bytes")
    }

    /// Adds a row.
    ///
    /// # Panics
    ///
    /// If it has another number of fields than the rows before.
    pub fn push<'a>(&mut self, fields: impl IntoIterator<Item = Field<'a>>) {
        for field in fields {
            self.text.clear();
            render(field, &mut self.text);
            self.writer
                .write_field(&self.text)
                .expect("memory takes all bytes");
        }
        self.writer
            .write_record(None::<&[u8]>)
            .expect("all rows of a table have the same fields");
        self.writer.flush().expect("memory takes all bytes");
    }

    /// Forgets all rows.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// The bytes of all rows.
    pub fn bytes(&self) -> &[u8] {
        self.writer.get_ref()
    }
}

/// A field as its table has it.
pub(crate) fn written(field: Field<'_>) -> String {
    let mut res = String::new();
    render(field, &mut res);
    res
}

/// A number as it is read back from its table, which has [`DIGITS`] digits; `None` of none.
pub(crate) fn as_written(number: f64) -> Option<f64> {
    let read: Option<f64> = written(Field::Number(number)).parse().ok();
    read.filter(|it| it.is_finite())
}

fn render(field: Field<'_>, text: &mut String) {
    use std::fmt::Write as _;
    match field {
        Field::Missing => {}
        Field::Whole(it) => write!(text, "{it}").expect("memory takes all bytes"),
        Field::Number(it) => {
            write!(text, "{it:.*}", decimals(it)).expect("memory takes all bytes");
            if text.contains('.') {
                let kept = text.trim_end_matches('0').trim_end_matches('.').len();
                text.truncate(kept);
            }
            if text == "-0" {
                text.remove(0);
            }
        }
        Field::Text(it) => {
            if it.starts_with(FORMULA_STARTS) {
                text.push('\'');
            }
            text.push_str(it);
        }
    }
}

/// Places behind the point that show [`DIGITS`] significant digits, within reason.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the logarithm of a float is a few hundred at most"
)]
fn decimals(number: f64) -> usize {
    let magnitude = libm::floor(libm::log10(number.abs()).clamp(-18.0, 18.0)) as i32;
    (DIGITS - 1 - magnitude).clamp(0, 18) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

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
