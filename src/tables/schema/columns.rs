//! The columns of tables: their names, and what stands in them.

use std::io;

/// A column of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its name, as in the header.
    pub name: String,
    /// What stands in it.
    pub kind: Kind,
}

/// What stands in a column, where it is not empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Counts and small identifiers.
    Whole,
    /// Measurements.
    Number,
    /// Words.
    Text,
}

/// A column of counts or small identifiers.
pub(crate) fn whole(name: impl Into<String>) -> Column {
    column(name, Kind::Whole)
}

/// A column of measurements.
pub(crate) fn number(name: impl Into<String>) -> Column {
    column(name, Kind::Number)
}

/// A column of words.
pub(crate) fn text(name: impl Into<String>) -> Column {
    column(name, Kind::Text)
}

fn column(name: impl Into<String>, kind: Kind) -> Column {
    Column {
        name: name.into(),
        kind,
    }
}

/// What is wrong with a cell that is not of its column's kind.
pub(crate) fn foreign(column: &str, kind: Kind, cell: &str) -> io::Error {
    let kind = match kind {
        Kind::Whole => "whole number",
        Kind::Number => "number",
        Kind::Text => "text",
    };
    let description = format!("`{cell}` in the column `{column}` is not a {kind}");
    io::Error::new(io::ErrorKind::InvalidData, description)
}
