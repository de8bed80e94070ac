//! Rows as CSV bytes, in the plain form and in the one that spreadsheets open.

use csv::{QuoteStyle, Terminator, WriterBuilder};

use crate::domain::Utility;

/// Significant digits: enough for any further computation, few enough to be read.
const DIGITS: i32 = 9;

/// How fields become bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dialect {
    /// What stands between fields.
    pub delimiter: u8,
    /// What stands before the decimals.
    pub decimal_point: char,
    /// What ends a line.
    pub line_end: LineEnd,
}

/// What ends a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineEnd {
    /// A line feed.
    Lf,
    /// A carriage return and a line feed, as RFC 4180 has it and spreadsheets write it.
    CrLf,
}

impl Dialect {
    /// RFC 4180 with line feeds: `,` between fields, `.` before decimals.
    pub const PLAIN: Self = Self {
        delimiter: b',',
        decimal_point: '.',
        line_end: LineEnd::Lf,
    };
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

/// Rows of a table as bytes, with the end of each.
#[derive(Debug)]
pub struct Rows {
    dialect: Dialect,
    writer: csv::Writer<Vec<u8>>,
    ends: Vec<usize>,
    text: String,
}

impl Rows {
    /// No rows yet.
    pub fn new(dialect: Dialect) -> Self {
        Self::of_parts(dialect, Vec::new(), Vec::new())
    }

    /// Rows from their bytes and where each ends.
    pub(super) fn of_parts(dialect: Dialect, bytes: Vec<u8>, ends: Vec<usize>) -> Self {
        let writer = WriterBuilder::new()
            .delimiter(dialect.delimiter)
            .quote_style(QuoteStyle::Necessary)
            .terminator(match dialect.line_end {
                LineEnd::Lf => Terminator::Any(b'\n'),
                LineEnd::CrLf => Terminator::CRLF,
            })
            .flexible(false)
            .from_writer(bytes);
        Self {
            dialect,
            writer,
            ends,
            text: String::new(),
        }
    }

    /// Rows that were written before, from their bytes.
    pub(super) fn written(dialect: Dialect, bytes: Vec<u8>) -> Self {
        let ends = RowEnds::default().find(&bytes);
        Self::of_parts(dialect, bytes, ends)
    }

    /// Their bytes and where each ends, without the room for further rows.
    ///
    /// # Panics
    ///
    /// Never: memory takes all bytes.
    pub(super) fn into_parts(self) -> (Vec<u8>, Vec<usize>) {
        let bytes = self.writer.into_inner();
        (bytes.expect("memory takes all bytes"), self.ends)
    }

    /// Adds a row.
    ///
    /// # Panics
    ///
    /// If it has another number of fields than the rows before.
    pub fn push<'a>(&mut self, fields: impl IntoIterator<Item = Field<'a>>) {
        for field in fields {
            self.text.clear();
            render(field, self.dialect.decimal_point, &mut self.text);
            self.writer
                .write_field(&self.text)
                .expect("memory takes all bytes");
        }
        self.writer
            .write_record(None::<&[u8]>)
            .expect("all rows of a table have the same fields");
        self.writer.flush().expect("memory takes all bytes");
        self.ends.push(self.writer.get_ref().len());
    }

    /// Forgets all rows.
    pub fn clear(&mut self) {
        *self = Self::new(self.dialect);
    }

    /// The bytes of all rows.
    pub fn bytes(&self) -> &[u8] {
        self.writer.get_ref()
    }

    /// Where each row ends.
    pub fn ends(&self) -> &[usize] {
        &self.ends
    }
}

/// Finds the ends of rows in bytes that come some at a time.
#[derive(Clone, Debug, Default)]
pub(super) struct RowEnds {
    is_quoted: bool,
}

impl RowEnds {
    /// The ends in the next bytes.
    pub(super) fn find(&mut self, bytes: &[u8]) -> Vec<usize> {
        // A row ends at the first line feed that is not within quotes; a quote in a quoted field
        // is doubled, which leaves it quoted.
        let is_end = |(end, byte): (usize, &u8)| {
            self.is_quoted ^= *byte == b'"';
            (*byte == b'\n' && !self.is_quoted).then_some(end)
        };
        (1..).zip(bytes).filter_map(is_end).collect()
    }
}

fn render(field: Field<'_>, decimal_point: char, text: &mut String) {
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
            if decimal_point != '.'
                && let Some(place) = text.find('.')
            {
                text.replace_range(place..=place, decimal_point.encode_utf8(&mut [0; 4]));
            }
        }
        Field::Text(it) => {
            // A spreadsheet would run it as a formula.
            if it.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
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
    fn check(dialect: Dialect, fields: &[Field<'_>], expected: &str) {
        let mut rows = Rows::new(dialect);
        rows.push(fields.iter().copied());
        assert_eq!(String::from_utf8_lossy(rows.bytes()), expected);
        assert_eq!(rows.ends(), [expected.len()]);
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
            Dialect::PLAIN,
            &fields,
            ",7,0.25,1,0,0.00000025,1200,0.333333333,\"a, b\"\n",
        );
    }

    #[test]
    fn a_spreadsheet_with_a_decimal_comma_gets_one() {
        let dialect = Dialect {
            delimiter: b';',
            decimal_point: ',',
            line_end: LineEnd::CrLf,
        };
        check(
            dialect,
            &[Field::Number(0.5), Field::Text("a;b")],
            "0,5;\"a;b\"\r\n",
        );
    }

    #[test]
    fn text_that_looks_like_a_formula_is_defused() {
        check(
            Dialect::PLAIN,
            &[Field::Text("=1+1"), Field::Text("x=1")],
            "'=1+1,x=1\n",
        );
        check(
            Dialect::PLAIN,
            &[Field::Text("@cmd"), Field::Number(-2.0)],
            "'@cmd,-2\n",
        );
        check(Dialect::PLAIN, &[Field::Text("\n=1+1")], "\"'\n=1+1\"\n");
    }
}
