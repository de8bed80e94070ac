//! A table as a sheet: its columns with those of the labels, and whether a sheet can hold it.

use std::collections::BTreeMap;
use std::{fmt, io};

use demarche_core::domain::{Issue, Scenario};

use crate::tables::folder::{FinishedTable, WriteError};
use crate::tables::schema::{Content, Described, Kind, TableEntry, foreign};
use crate::wording::count;

/// Rows that a sheet takes below its header.
const ROWS_MAX: u64 = 1_048_575;

/// Columns that a sheet takes.
const COLUMNS_MAX: usize = 16_384;

/// Units of UTF-16 that a cell takes.
const TEXT_MAX: usize = 32_767;

/// Most bytes of a cell's XML besides its text.
const CELL_BYTES: u64 = 128;

/// Most bytes that a byte of text becomes in XML.
const ESCAPE_BYTES: u64 = 7;

/// The characters that a column is at least and at most wide.
const WIDTHS: (usize, usize) = (9, 48);

/// Characters that the mark of a filter takes from its header.
const FILTER_WIDTH: usize = 4;

/// A table as a sheet.
#[derive(Debug)]
pub(crate) struct Sheet<'a> {
    pub(crate) table: &'a FinishedTable,
    pub(crate) entry: &'static TableEntry,
    /// Its place among all sheets.
    pub(crate) place: usize,
    pub(crate) columns: Vec<SheetColumn<'a>>,
    /// Which column of the CSV names a row's metric.
    pub(crate) metric: Option<usize>,
    pub(crate) n_rows: u64,
    /// Bytes of all texts and numbers.
    n_bytes: u64,
    /// Why no sheet can hold it.
    pub(crate) excess: Option<Excess>,
}

/// A column of a sheet.
#[derive(Debug)]
pub(crate) struct SheetColumn<'a> {
    pub(crate) name: String,
    /// Which column of the CSV it shows.
    pub(crate) source: usize,
    kind: Kind,
    pub(crate) described: Described,
    /// What people read for each identifier, if it shows that instead.
    pub(crate) labels: Option<BTreeMap<&'a str, &'a str>>,
    /// The label of the party or issue that it is named after.
    pub(crate) named_after: Option<&'a str>,
    /// Characters of its longest text.
    n_chars: usize,
}

/// What a table has more of than a sheet takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Excess {
    /// So many rows.
    Rows(u64),
    /// So many columns.
    Columns(usize),
    /// Text in the column of this name.
    Text(String),
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(n) => {
                let (n, max) = (count(*n), count(ROWS_MAX));
                write!(f, "it has {n} rows; a sheet holds {max} below its header")
            }
            Self::Columns(n) => {
                let (n, max) = (count(*n as u64), count(COLUMNS_MAX as u64));
                write!(f, "it has {n} columns; a sheet holds {max}")
            }
            Self::Text(column) => {
                let max = count(TEXT_MAX as u64);
                write!(
                    f,
                    "a string in its column {column} has more than the {max} characters of a cell"
                )
            }
        }
    }
}

impl<'a> Sheet<'a> {
    /// The sheet of a table, in one pass over its rows.
    pub(crate) fn measure(
        scenario: &'a Scenario,
        table: &'a FinishedTable,
    ) -> Result<Self, WriteError> {
        let (place, entry) = TableEntry::of(&table.name);
        let mut res = Self {
            table,
            entry,
            place,
            columns: columns(scenario, table, entry),
            metric: table.columns.iter().position(|it| it.name == "metric"),
            n_rows: 0,
            n_bytes: 0,
            excess: None,
        };
        let read = res.read_rows();
        read.map_err(WriteError::at("read", &table.path()))?;
        if res.n_rows > ROWS_MAX {
            res.excess = Some(Excess::Rows(res.n_rows));
        } else if res.columns.len() > COLUMNS_MAX {
            res.excess = Some(Excess::Columns(res.columns.len()));
        }
        Ok(res)
    }

    fn read_rows(&mut self) -> io::Result<()> {
        let mut rows = csv::Reader::from_reader(self.table.open()?);
        let mut record = csv::StringRecord::new();
        while rows.read_record(&mut record)? {
            self.n_rows += 1;
            for column in &mut self.columns {
                let text = column.text(&record[column.source]);
                self.n_bytes += text.len() as u64;
                if column.kind != Kind::Text && column.labels.is_none() {
                    continue;
                }
                if text.len() > TEXT_MAX && text.encode_utf16().count() > TEXT_MAX {
                    self.excess = Some(Excess::Text(column.name.clone()));
                }
                // Wider ones are cut off anyway.
                let n_chars = text.chars().take(WIDTHS.1).count();
                column.n_chars = column.n_chars.max(n_chars);
            }
        }
        Ok(())
    }

    /// Whether its XML may have more bytes than a plain member of an archive can.
    pub(crate) fn may_exceed_zip32(&self) -> bool {
        let n_cells = (self.n_rows + 1) * self.columns.len() as u64;
        n_cells * CELL_BYTES + self.n_bytes * ESCAPE_BYTES > u32::MAX.into()
    }
}

/// The columns of a table, and behind those of identifiers that of their labels.
fn columns<'a>(
    scenario: &'a Scenario,
    table: &FinishedTable,
    entry: &TableEntry,
) -> Vec<SheetColumn<'a>> {
    let mut res = Vec::new();
    for (source, column) in table.columns.iter().enumerate() {
        let described = entry.column(&column.name);
        debug_assert!(described.content.fits(column.kind), "{}", column.name);
        let after = column.name.strip_prefix(described.prefix);
        let issue = scenario
            .issues
            .iter()
            .find(|it| Some(it.name.as_str()) == after);
        let party = scenario
            .parties
            .iter()
            .find(|it| Some(it.name.as_str()) == after);
        let named_after = match described.of {
            "issue" => issue.map(|it| it.label.as_str()),
            "party" => party.map(|it| it.label.as_str()),
            _ => None,
        };
        let sheet_column = |name, labels| SheetColumn {
            name,
            source,
            kind: column.kind,
            described,
            labels,
            named_after,
            n_chars: 0,
        };
        res.push(sheet_column(column.name.clone(), None));
        let label = format!("{}_label", column.name);
        let has_label = table.columns.iter().any(|it| it.name == label);
        let labels = labels(scenario, described.content, issue);
        if let Some(labels) = labels.filter(|_| !has_label) {
            res.push(sheet_column(label, Some(labels)));
        }
    }
    res
}

/// What people read for the identifiers that such a column holds.
fn labels<'a>(
    scenario: &'a Scenario,
    content: Content,
    issue: Option<&'a Issue>,
) -> Option<BTreeMap<&'a str, &'a str>> {
    let of_parties = || {
        let parties = scenario.parties.iter();
        parties
            .map(|it| (it.name.as_str(), it.label.as_str()))
            .collect()
    };
    let of_issues = || {
        let issues = scenario.issues.iter();
        issues
            .map(|it| (it.name.as_str(), it.label.as_str()))
            .collect()
    };
    let of_options = |issue: &'a Issue| {
        let options = issue.options.iter();
        options
            .map(|it| (it.name.as_str(), it.label.as_str()))
            .collect()
    };
    match content {
        Content::Party => Some(of_parties()),
        Content::Issue => Some(of_issues()),
        Content::Option => issue.map(of_options),
        Content::Identifier
        | Content::Count
        | Content::Share
        | Content::Utility
        | Content::Mean
        | Content::Number
        | Content::OfMetric
        | Content::Value
        | Content::Text => None,
    }
}

impl SheetColumn<'_> {
    /// The name of the CSV's column that it shows.
    pub(crate) fn own_name<'b>(&self, sheet: &'b Sheet<'_>) -> &'b str {
        &sheet.table.columns[self.source].name
    }

    /// What stands in a cell of it: that of the CSV, or what people read for it.
    pub(crate) fn text<'b>(&'b self, cell: &'b str) -> &'b str {
        let label = self.labels.as_ref().and_then(|it| it.get(cell));
        label.copied().unwrap_or(cell)
    }

    /// What its cells hold.
    pub(crate) fn content(&self) -> Content {
        match self.labels {
            Some(_) => Content::Text,
            None => self.described.content,
        }
    }

    /// A cell's number; `None` of a text.
    pub(crate) fn number(&self, cell: &str) -> io::Result<Option<f64>> {
        if self.kind == Kind::Text || self.labels.is_some() {
            return Ok(None);
        }
        match cell.parse() {
            Ok(it) => Ok(Some(it)),
            Err(_) => Err(foreign(&self.name, self.kind, cell)),
        }
    }

    /// How many characters wide it is.
    pub(crate) fn width(&self) -> u32 {
        let header = self.name.chars().count() + FILTER_WIDTH;
        let width = header.max(self.n_chars + 1).clamp(WIDTHS.0, WIDTHS.1);
        u32::try_from(width).expect("a column is narrow")
    }
}
