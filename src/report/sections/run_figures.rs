//! What the tables of a run say, as far as its page shows it: a few rows, however many sessions.

use std::io::Read;

use demarche_stats::estimate::Interval;

use crate::report::charts::Quantity;
use crate::tables::RowLimitedReader;

/// The tables of a run, by name and without the ending; `None` for one that it does not have.
pub type OpenTable<'a> = dyn Fn(&str) -> std::io::Result<Option<Box<dyn Read>>> + 'a;

/// Agreements shown one by one.
const AGREEMENTS_SHOWN: usize = 6;

/// Bytes that the rows of one table may take in memory, with what it takes to hold them: far more than
/// a page can show.
pub const TABLE_BYTES_MAX: usize = 256 << 20;

/// What it takes to hold a row, and each of its fields, besides the letters.
const HELD_ROW_BYTES: usize = 128;
const HELD_FIELD_BYTES: usize = 8;

/// Why a table could not be used.
#[derive(Debug, thiserror::Error)]
#[error("{table}.csv: {message}")]
pub struct FiguresError {
    table: String,
    message: String,
}

/// Some rows of a table, by the names of its columns.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Rows {
    columns: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    columns: &'a [String],
    fields: &'a csv::StringRecord,
}

/// What the tables of a run say.
#[derive(Clone, PartialEq, Debug)]
pub struct RunFigures {
    /// Of all cells, the metrics that pages show over cells.
    pub(crate) summary: Rows,
    /// Of the first cell.
    pub(crate) options: Rows,
    /// Of the first cell, the commonest.
    pub(crate) agreements: Rows,
    /// Of the first cell.
    pub(crate) blockers: Rows,
    /// Of the first cell.
    pub(crate) rounds: Rows,
    /// Of the first cell.
    pub(crate) surpluses: Rows,
    /// Of all cells.
    pub(crate) cells: Rows,
    /// How cells differ from the first, if they share their luck.
    pub(crate) effects: Rows,
    /// Of a study.
    pub(crate) sensitivity: Rows,
    /// Of a search for what flips the answer.
    pub(crate) flips: Rows,
    /// Of that search, shift by shift.
    pub(crate) flip_curves: Rows,
}

/// The metrics that pages show of more cells than the first.
const METRICS_OVER_CELLS: [&str; 3] = ["agreement_rate", "utility", "round_given_agreement"];

impl RunFigures {
    /// Reads the tables of a run.
    ///
    /// # Errors
    ///
    /// If a table is damaged, or longer than any that demarche writes.
    pub fn read(open: &OpenTable<'_>) -> Result<Self, FiguresError> {
        let all = |_: Row<'_>| true;
        let of_first = |row: Row<'_>| row.text("cell") == "0";
        let table = |name: &str, keep: &dyn Fn(Row<'_>) -> bool, most: usize| {
            Rows::read(name, open, keep, most)
        };
        Ok(Self {
            summary: table(
                "summary",
                &|it| it.text("cell") == "0" || METRICS_OVER_CELLS.contains(&it.text("metric")),
                usize::MAX,
            )?,
            options: table("options", &of_first, usize::MAX)?,
            agreements: table("agreements", &of_first, AGREEMENTS_SHOWN)?,
            blockers: table("blockers", &of_first, usize::MAX)?,
            rounds: table("rounds", &of_first, usize::MAX)?,
            surpluses: table("surpluses", &of_first, usize::MAX)?,
            cells: table("cells", &all, usize::MAX)?,
            effects: table(
                "effects",
                &|it| it.text("metric") == "agreement_rate",
                usize::MAX,
            )?,
            sensitivity: table("sensitivity", &all, usize::MAX)?,
            flips: table("flips", &all, usize::MAX)?,
            flip_curves: table("flip_curves", &all, usize::MAX)?,
        })
    }

    /// A figure over all sessions of a cell; `None` if the run does not have it.
    pub(crate) fn metric(&self, cell: &str, name: &str, party: &str) -> Option<Row<'_>> {
        let mut rows = self.summary.iter();
        rows.find(|it| {
            it.text("metric") == name && it.text("party") == party && it.text("cell") == cell
        })
    }
}

impl Rows {
    fn read(
        table: &str,
        open: &OpenTable<'_>,
        keep: &dyn Fn(Row<'_>) -> bool,
        most: usize,
    ) -> Result<Self, FiguresError> {
        let error = |message: String| FiguresError {
            table: table.to_owned(),
            message,
        };
        let Some(input) = open(table).map_err(|it| error(it.to_string()))? else {
            return Ok(Self::default());
        };
        let mut reader = csv::Reader::from_reader(RowLimitedReader::new(input));
        let header = reader.headers().map_err(|it| error(it.to_string()))?;
        let mut res = Self {
            columns: header.iter().map(str::to_owned).collect(),
            rows: Vec::new(),
        };
        let mut n_bytes = 0;
        loop {
            reader.get_mut().renew();
            let mut fields = csv::StringRecord::new();
            let is_there = reader.read_record(&mut fields);
            if res.rows.len() == most || !is_there.map_err(|it| error(it.to_string()))? {
                return Ok(res);
            }
            let row = Row {
                columns: &res.columns,
                fields: &fields,
            };
            if !keep(row) {
                continue;
            }
            n_bytes += fields.as_slice().len() + HELD_FIELD_BYTES * fields.len() + HELD_ROW_BYTES;
            if n_bytes > TABLE_BYTES_MAX {
                let mib = TABLE_BYTES_MAX >> 20;
                return Err(error(format!("it has more than {mib} MiB to show")));
            }
            res.rows.push(fields);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The names of the columns.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|fields| Row {
            columns: &self.columns,
            fields,
        })
    }
}

impl<'a> Row<'a> {
    /// A field; empty if there is no such column.
    pub(crate) fn text(&self, column: &str) -> &'a str {
        let place = self.columns.iter().position(|it| it == column);
        place.and_then(|it| self.fields.get(it)).unwrap_or_default()
    }

    /// A number; `None` if the field is empty or none.
    pub(crate) fn number(&self, column: &str) -> Option<f64> {
        let number: Option<f64> = self.text(column).parse().ok();
        number.filter(|it| it.is_finite())
    }

    /// A whole number, 0 if the field is empty or none.
    pub(crate) fn whole(&self, column: &str) -> u64 {
        self.text(column).parse().unwrap_or_default()
    }

    /// A number with the interval beside it.
    pub(crate) fn quantity(&self, column: &str) -> Option<Quantity> {
        let ends = [self.number("interval_low"), self.number("interval_high")];
        let interval = match ends {
            [Some(low), Some(high)] => Some(Interval { low, high }),
            _ => None,
        };
        let value = self.number(column)?;
        Some(Quantity { value, interval })
    }
}
