//! Rows of a run's tables, read within limits.

use std::collections::BTreeMap;
use std::io::Read;

use demarche_stats::estimate::Interval;

use crate::report::drawing::Quantity;
use crate::run::{TableError, TableReader};

/// The tables of a run, by name and without the ending; `None` for one that it does not have.
pub type OpenTable<'a> = dyn Fn(&str) -> std::io::Result<Option<Box<dyn Read>>> + 'a;

/// Bytes that the rows of one table may take in memory, with what it takes to hold them: far more than
/// a page can show.
pub const TABLE_BYTES_MAX: usize = 256 << 20;

/// What it takes to hold a row, and each of its fields, besides the letters.
const HELD_ROW_BYTES: usize = 128;
const HELD_FIELD_BYTES: usize = 8;

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
) -> Result<Vec<T>, TableError> {
    first_rows(table, open, usize::MAX, make)
}

/// The first rows of a table of which something is made.
pub(super) fn first_rows<T>(
    table: &str,
    open: &OpenTable<'_>,
    most: usize,
    mut make: impl FnMut(Row<'_>) -> Option<T>,
) -> Result<Vec<T>, TableError> {
    let file = format!("{table}.csv");
    let mut res = Vec::new();
    let input = open(table).map_err(|it| TableError::new(file.clone(), it.to_string()))?;
    let Some(input) = input else {
        return Ok(res);
    };
    let mut reader = TableReader::new(file, input);
    let columns: Vec<String> = reader.header()?.iter().map(str::to_owned).collect();
    let mut n_bytes = 0;
    while res.len() < most && reader.advance()? {
        let fields = reader.row();
        let row = Row {
            columns: &columns,
            fields,
        };
        let Some(made) = make(row) else { continue };
        n_bytes += fields.as_slice().len() + HELD_FIELD_BYTES * fields.len() + HELD_ROW_BYTES;
        if n_bytes > TABLE_BYTES_MAX {
            let mib = TABLE_BYTES_MAX >> 20;
            return Err(reader.error(None, format!("it has more than {mib} MiB of rows to show")));
        }
        res.push(made);
    }
    Ok(res)
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

    pub(super) fn is_of(&self, cell: u32) -> bool {
        self.cell() == Some(cell)
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
