//! Entries of the dictionary, and how the columns of a run find theirs.

use std::sync::Arc;

use demarche_core::domain::{Issue, Party};

use crate::tables::schema::columns::{Column, Kind, number, text, whole};
use crate::tables::schema::dictionary::session_entries::{DRAWS, OFFERS, PARTIES, SESSIONS};
use crate::tables::schema::dictionary::study_entries::{
    BOXES, FLIP_CURVES, FLIPS, POINTS, SENSITIVITY,
};
use crate::tables::schema::dictionary::summary_entries::{
    AGREEMENTS, BLOCKERS, CELLS, EFFECTS, OPTIONS, ROUNDS, SUMMARY, SURPLUSES,
};

/// Every table of a run, in the order of the workbook's sheets.
const TABLES: [&TableEntry; 17] = [
    &SUMMARY,
    &OPTIONS,
    &AGREEMENTS,
    &BLOCKERS,
    &ROUNDS,
    &SURPLUSES,
    &CELLS,
    &EFFECTS,
    &SENSITIVITY,
    &BOXES,
    &FLIPS,
    &FLIP_CURVES,
    &POINTS,
    &SESSIONS,
    &PARTIES,
    &OFFERS,
    &DRAWS,
];

/// What the cells of a column are, as far as a spreadsheet shows them differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Content {
    /// A whole number that names something.
    Identifier,
    /// How many.
    Count,
    /// A part of a whole, from 0 to 1.
    Share,
    /// A utility, or a figure made of utilities.
    Utility,
    /// A mean of counts.
    Mean,
    /// A number in a unit of its own.
    Number,
    /// A figure of the metric that the row names.
    OfMetric,
    /// The value of a swept path: a number or a text.
    Value,
    /// The identifier of a party.
    Party,
    /// The identifier of an issue.
    Issue,
    /// The identifier of an option.
    Option,
    /// Any other text.
    Text,
}

impl Content {
    /// How the dictionary sheet calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Count => "count",
            Self::Share => "share",
            Self::Utility => "utility",
            Self::Mean => "mean",
            Self::Number => "number",
            Self::OfMetric => "as the metric",
            Self::Value => "number or text",
            Self::Party => "party",
            Self::Issue => "issue",
            Self::Option => "option",
            Self::Text => "text",
        }
    }

    /// A column of it; a [value](Self::Value) is taken for a text.
    fn column(self, name: String) -> Column {
        match self {
            Self::Identifier | Self::Count => whole(name),
            Self::Share | Self::Utility | Self::Mean | Self::Number | Self::OfMetric => {
                number(name)
            }
            Self::Value | Self::Party | Self::Issue | Self::Option | Self::Text => text(name),
        }
    }

    /// Whether a column of this kind can have such cells.
    pub(crate) fn fits(self, kind: Kind) -> bool {
        match self {
            Self::Identifier | Self::Count => kind == Kind::Whole,
            Self::Share | Self::Utility | Self::Mean | Self::Number | Self::OfMetric => {
                kind == Kind::Number
            }
            Self::Value => kind != Kind::Whole,
            Self::Party | Self::Issue | Self::Option | Self::Text => kind == Kind::Text,
        }
    }
}

/// A table of a run.
#[derive(Debug)]
pub(crate) struct TableEntry {
    /// Its name, without the ending of its file.
    pub(crate) name: &'static str,
    /// What it has one row for.
    pub(crate) one_row_per: &'static str,
    /// Its columns, in order.
    pub(crate) columns: fn() -> Vec<ColumnEntry>,
    /// Words that stand in a column and mean something.
    pub(crate) words: fn() -> Vec<WordEntry>,
}

/// Some columns of a table that are described together, in Markdown.
#[derive(Debug)]
pub(crate) struct ColumnEntry {
    /// Their names and contents. A name with `<issue>`, `<party>` or `<path>` stands for a column
    /// for each of these that the run has.
    pub(crate) names: Vec<(&'static str, Content)>,
    /// What they tell.
    meaning: &'static str,
    /// Which values there are.
    range: &'static str,
    /// When a cell is empty.
    empty: &'static str,
}

/// Some words of a column that are described together, in Markdown.
#[derive(Debug)]
pub(crate) struct WordEntry {
    /// The column.
    pub(crate) column: &'static str,
    /// The words.
    pub(crate) names: Vec<&'static str>,
    /// What they stand for.
    pub(crate) meaning: &'static str,
    /// Over which sessions a metric is, or which values a measure has.
    pub(crate) over: &'static str,
}

pub(crate) fn column(
    names: &[(&'static str, Content)],
    meaning: &'static str,
    range: &'static str,
    empty: &'static str,
) -> ColumnEntry {
    ColumnEntry {
        names: names.to_vec(),
        meaning,
        range,
        empty,
    }
}

pub(crate) fn word(
    column: &'static str,
    names: &[&'static str],
    meaning: &'static str,
    over: &'static str,
) -> WordEntry {
    WordEntry {
        column,
        names: names.to_vec(),
        meaning,
        over,
    }
}

/// How columns are described that [`shared_columns`] has.
pub(crate) const SEE_ABOVE: &str = "see above";

pub(crate) const CELL: (&str, Content) = ("cell", Content::Identifier);
pub(crate) const REPLICATION: (&str, Content) = ("replication", Content::Identifier);

/// Columns that several tables share.
fn shared_columns() -> [ColumnEntry; 3] {
    [
        column(
            &[CELL],
            "which cell of a sweep, see `cells.csv`; a batch has one",
            "from 0; `0`",
            "",
        ),
        column(
            &[REPLICATION],
            "the session's number within its cell; the one that `play --replication` and `replay` take",
            "from 0",
            "",
        ),
        column(
            &[
                ("interval_low", Content::Number),
                ("interval_high", Content::Number),
            ],
            "95 % interval of the estimate or share beside it",
            "as that figure",
            "",
        ),
    ]
}

/// A column of a run, as the dictionary has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Described {
    meaning: &'static str,
    range: &'static str,
    empty: &'static str,
    /// What stands in it.
    pub(crate) content: Content,
    /// The beginning of its name, before what it is named after.
    pub(crate) prefix: &'static str,
    /// What it is named after: `issue`, `party` or `path`; empty if after nothing.
    pub(crate) of: &'static str,
}

impl TableEntry {
    /// The table of this name, and its place among all.
    ///
    /// # Panics
    ///
    /// If there is no such table.
    pub(crate) fn of(name: &str) -> (usize, &'static Self) {
        let mut tables = TABLES.into_iter().enumerate();
        let entry = tables.find(|(_, it)| it.name == name);
        entry.expect("the dictionary has every table of a run")
    }

    /// Its header in a run with these issues and parties, and these columns for paths.
    pub(crate) fn header(
        &self,
        issues: &[Issue],
        parties: &[Arc<Party>],
        paths: &[Column],
    ) -> Vec<Column> {
        let mut res = Vec::new();
        for (name, content) in (self.columns)().into_iter().flat_map(|it| it.names) {
            let for_each = |prefix: &str, names: &mut dyn Iterator<Item = &String>| {
                let of = |it| content.column(format!("{prefix}{it}"));
                names.map(of).collect()
            };
            let columns: Vec<Column> = match name.split_once('<') {
                None => vec![content.column(name.to_owned())],
                Some((prefix, "issue>")) => for_each(prefix, &mut issues.iter().map(|it| &it.name)),
                Some((prefix, "party>")) => {
                    for_each(prefix, &mut parties.iter().map(|it| &it.name))
                }
                Some(_) => paths.to_vec(),
            };
            res.extend(columns);
        }
        res
    }

    /// Its header, if it has no column for each of something.
    pub(crate) fn fixed_header(&self) -> Vec<Column> {
        self.header(&[], &[], &[])
    }

    /// Its column of this name: one named so, or one that is there for each of something.
    ///
    /// # Panics
    ///
    /// If it has no such column.
    pub(crate) fn column(&self, name: &str) -> Described {
        let columns = (self.columns)();
        let all = columns.iter().flat_map(|entry| {
            let described = |&(name, content): &(&'static str, Content)| {
                let (prefix, of) = name.split_once('<').unwrap_or((name, ""));
                Described {
                    meaning: entry.meaning,
                    range: entry.range,
                    empty: entry.empty,
                    content,
                    prefix,
                    of: of.trim_end_matches('>'),
                }
            };
            entry.names.iter().map(described)
        });
        let is_this = |it: &Described| it.of.is_empty() && it.prefix == name;
        let is_for_each = |it: &Described| !it.of.is_empty() && name.starts_with(it.prefix);
        let mut named = all.clone().filter(is_this).chain(all.filter(is_for_each));
        let found = named.next();
        found.expect("the dictionary has every column of a table")
    }
}

impl ColumnEntry {
    /// Whether it describes its columns in the same words.
    pub(crate) fn says_as(&self, other: &Self) -> bool {
        (self.meaning, self.range, self.empty) == (other.meaning, other.range, other.empty)
    }
}

impl Described {
    /// What it tells.
    pub(crate) fn meaning(&self, name: &str) -> &'static str {
        let shared = self.shared(name);
        shared.map_or(self.meaning, |it| it.meaning)
    }

    /// Which values there are.
    pub(crate) fn range(&self, name: &str) -> &'static str {
        let own = self.range;
        match self.shared(name) {
            Some(it) if own.is_empty() => it.range,
            _ => own,
        }
    }

    /// When a cell is empty.
    pub(crate) fn empty(&self) -> &'static str {
        self.empty
    }

    fn shared(&self, name: &str) -> Option<ColumnEntry> {
        let is_this = |it: &ColumnEntry| it.names.iter().any(|(shared, _)| *shared == name);
        let shared = shared_columns().into_iter().find(is_this);
        shared.filter(|_| self.meaning == SEE_ABOVE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../../../docs/tables.md");

    /// The rows of all Markdown tables in a section, without the heads.
    fn rows_of(section: &str) -> Vec<&'static str> {
        let head = format!("\n## {section}\n");
        let at = PAGE.find(&head).unwrap_or_else(|| panic!("no {section}"));
        let section = &PAGE[at + head.len()..];
        let section = section.split("\n## ").next().unwrap();
        let rows = section.lines().filter(|it| it.starts_with("| `"));
        rows.collect()
    }

    fn row(names: impl Iterator<Item = &'static str>, cells: &[&str]) -> String {
        let names: Vec<String> = names.map(|it| format!("`{it}`")).collect();
        let cells = cells.iter().map(|it| {
            let gap = if it.is_empty() { "" } else { " " };
            format!("{gap}{it} |")
        });
        format!("| {} |{}", names.join(", "), cells.collect::<String>())
    }

    fn column_row(it: &ColumnEntry) -> String {
        let names = it.names.iter().map(|it| it.0);
        row(names, &[it.meaning, it.range, it.empty])
    }

    #[test]
    fn the_page_of_the_tables_says_what_the_dictionary_says() {
        for table in TABLES {
            let (columns, words) = ((table.columns)(), (table.words)());
            let columns = columns.iter().map(column_row);
            let words = words
                .iter()
                .map(|it| row(it.names.iter().copied(), &[it.meaning, it.over]));
            let expected: Vec<String> = columns.chain(words).collect();
            assert_eq!(rows_of(&format!("{}.csv", table.name)), expected);
            let one = format!("| `{}.csv` | {} |", table.name, table.one_row_per);
            assert!(PAGE.contains(&one), "{one}");
        }
        let shared = shared_columns();
        let shared = shared
            .iter()
            .map(|it| row(it.names.iter().map(|it| it.0), &[it.meaning, it.range]));
        let section = "Columns that several tables share";
        assert_eq!(rows_of(section), shared.collect::<Vec<_>>());
    }

    #[test]
    fn a_column_is_found_by_its_name_or_by_what_it_is_there_for() {
        let of = |table: &str, name: &str| {
            let it = TableEntry::of(table).1.column(name);
            (it.content, it.meaning(name))
        };
        let (content, meaning) = of("blockers", "pivotal_rejections_status");
        assert_eq!(content, Content::Count);
        assert_eq!(meaning, "for how many of them that is so of this issue");
        let (content, meaning) = of("blockers", "pivotal_rejections_per_session");
        assert_eq!(content, Content::Mean);
        assert_eq!(meaning, "those over `n`");
        assert_eq!(of("cells", "party.upper.leverage").0, Content::Value);
        assert_eq!(of("cells", "scenario").0, Content::Value);
        assert!(of("rounds", "interval_low").1.starts_with("95 % interval"));
    }
}
