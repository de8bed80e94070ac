//! Rows of a run's tables, read within limits.

use std::collections::BTreeMap;
use std::io::Read;

use demarche_stats::estimate::Interval;

use crate::report::drawing::Quantity;
use crate::tables::RowLimitedReader;

/// The tables of a run, by name and without the ending; `None` for one that it does not have.
pub type OpenTable<'a> = dyn Fn(&str) -> std::io::Result<Option<Box<dyn Read>>> + 'a;

/// Bytes that the rows of one table may take in memory, with what it takes to hold them: far more than
/// a page can show.
pub const TABLE_BYTES_MAX: usize = 256 << 20;

/// What it takes to hold a row, and each of its fields, besides the letters.
const HELD_ROW_BYTES: usize = 128;
const HELD_FIELD_BYTES: usize = 8;

/// Why a table could not be used.
#[derive(Debug, thiserror::Error)]
#[error("{table}.csv: {message}")]
pub struct SummaryError {
    table: String,
    message: String,
}

/// One row of a table, by the names of its columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub(super) columns: &'a [String],
    fields: &'a csv::StringRecord,
}

/// The rows of a table as far as something is made of them.
pub(super) fn rows<T>(
    table: &str,
    open: &OpenTable<'_>,
    make: impl FnMut(Row<'_>) -> Option<T>,
) -> Result<Vec<T>, SummaryError> {
    first_rows(table, open, usize::MAX, make)
}

/// The first rows of a table of which something is made.
pub(super) fn first_rows<T>(
    table: &str,
    open: &OpenTable<'_>,
    most: usize,
    mut make: impl FnMut(Row<'_>) -> Option<T>,
) -> Result<Vec<T>, SummaryError> {
    let error = |message: String| SummaryError {
        table: table.to_owned(),
        message,
    };
    let mut res = Vec::new();
    let Some(input) = open(table).map_err(|it| error(it.to_string()))? else {
        return Ok(res);
    };
    let mut reader = csv::Reader::from_reader(RowLimitedReader::new(input));
    let header = reader.headers().map_err(|it| error(it.to_string()))?;
    let columns: Vec<String> = header.iter().map(str::to_owned).collect();
    let mut fields = csv::StringRecord::new();
    let mut n_bytes = 0;
    loop {
        reader.get_mut().renew();
        let is_there = reader.read_record(&mut fields);
        if res.len() == most || !is_there.map_err(|it| error(it.to_string()))? {
            return Ok(res);
        }
        let row = Row {
            columns: &columns,
            fields: &fields,
        };
        let Some(made) = make(row) else { continue };
        n_bytes += fields.as_slice().len() + HELD_FIELD_BYTES * fields.len() + HELD_ROW_BYTES;
        if n_bytes > TABLE_BYTES_MAX {
            let mib = TABLE_BYTES_MAX >> 20;
            return Err(error(format!("it has more than {mib} MiB to show")));
        }
        res.push(made);
    }
}

impl<'a> Row<'a> {
    /// A field; empty if there is no such column.
    pub(super) fn text(&self, column: &str) -> &'a str {
        let place = self.columns.iter().position(|it| it == column);
        place.and_then(|it| self.fields.get(it)).unwrap_or_default()
    }

    pub(super) fn owned(&self, column: &str) -> String {
        self.text(column).to_owned()
    }

    /// A number; `None` if the field is empty or none.
    pub(super) fn number(&self, column: &str) -> Option<f64> {
        number(self.text(column))
    }

    /// An integer, 0 if the field is empty or none.
    pub(super) fn whole(&self, column: &str) -> u64 {
        self.text(column).parse().unwrap_or_default()
    }

    /// A number with the interval beside it.
    pub(super) fn quantity(&self, column: &str) -> Option<Quantity> {
        let ends = [self.number("interval_low"), self.number("interval_high")];
        let interval = match ends {
            [Some(low), Some(high)] => Some(Interval { low, high }),
            _ => None,
        };
        let value = self.number(column)?;
        Some(Quantity { value, interval })
    }

    pub(super) fn cell(&self) -> Option<u32> {
        self.text("cell").parse().ok()
    }

    pub(super) fn is_of_first(&self) -> bool {
        self.cell() == Some(0)
    }

    /// What stands in the columns whose names begin so, by the rest of their names.
    pub(super) fn named<T>(&self, prefix: &str, read: impl Fn(&str) -> T) -> BTreeMap<String, T> {
        let columns = self.columns.iter().zip(self.fields);
        columns
            .filter_map(|(column, field)| {
                let name = column.strip_prefix(prefix)?;
                Some((name.to_owned(), read(field)))
            })
            .collect()
    }

    /// The counts in the columns behind this one.
    pub(super) fn counts_behind(&self, column: &str) -> Vec<u64> {
        let columns = self.columns.iter().zip(self.fields);
        let behind = columns.skip_while(|it| it.0 != column).skip(1);
        behind.map(|it| it.1.parse().unwrap_or_default()).collect()
    }
}

pub(super) fn number(text: &str) -> Option<f64> {
    let number: Option<f64> = text.parse().ok();
    number.filter(|it| it.is_finite())
}
