//! The formats in which tables can have copies beside their CSV.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::tables::formats::TABLE_FORMATS;
use crate::tables::schema::Column;

/// A format in which tables can have copies.
#[derive(Clone, Copy, Debug)]
pub struct TableFormat {
    /// Its name, and the ending of its files.
    pub name: &'static str,
    /// What it adds to a run, for the command line.
    pub about: &'static str,
    /// Writes a table with these columns, from its finished CSV in the plain form.
    ///
    /// The bytes depend on those of the CSV and on nothing else.
    pub(crate) write: WriteCopy,
}

/// Writes a copy of a table.
pub(crate) type WriteCopy =
    fn(table: &mut dyn Read, columns: &[Column], out: &mut (dyn Write + Send)) -> io::Result<()>;

/// In which of [`TABLE_FORMATS`] each table has a copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<&'static str>")]
pub struct TableCopies {
    /// One bit for each format.
    formats: u32,
}

/// A format that is none of [`TABLE_FORMATS`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("there is no table format `{0}`")]
pub struct UnknownFormat(String);

impl TableCopies {
    /// No copies.
    pub const NONE: Self = Self { formats: 0 };

    /// The same and copies in another format.
    ///
    /// # Errors
    ///
    /// If no format has this name.
    pub fn with(self, name: &str) -> Result<Self, UnknownFormat> {
        let idx = TABLE_FORMATS.iter().position(|it| it.name == name);
        let idx = idx.ok_or_else(|| UnknownFormat(name.to_owned()))?;
        Ok(Self {
            formats: self.formats | 1 << idx,
        })
    }

    /// Their formats.
    pub fn formats(self) -> impl Iterator<Item = &'static TableFormat> {
        let numbered = TABLE_FORMATS.iter().enumerate();
        numbered.filter_map(move |(idx, it)| (self.formats >> idx & 1 == 1).then_some(*it))
    }
}

impl TryFrom<Vec<String>> for TableCopies {
    type Error = UnknownFormat;

    fn try_from(names: Vec<String>) -> Result<Self, UnknownFormat> {
        names.iter().try_fold(Self::NONE, |it, name| it.with(name))
    }
}

impl From<TableCopies> for Vec<&'static str> {
    fn from(copies: TableCopies) -> Self {
        copies.formats().map(|it| it.name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_written_and_read_by_the_names_of_their_formats() {
        let all = TABLE_FORMATS.iter().map(|it| it.name);
        let all = all
            .clone()
            .chain(all)
            .try_fold(TableCopies::NONE, TableCopies::with);
        let all = all.expect("they are known");
        assert_eq!(all.formats().count(), TABLE_FORMATS.len());
        for copies in [TableCopies::NONE, all] {
            let text = serde_json::to_string(&copies).expect("names");
            assert_eq!(
                serde_json::from_str::<TableCopies>(&text).ok(),
                Some(copies)
            );
        }
        let unknown = serde_json::from_str::<TableCopies>(r#"["clay"]"#);
        let error = unknown.expect_err("nobody writes it").to_string();
        assert!(error.contains("no table format `clay`"), "{error}");
    }
}
