//! Entries of the dictionary: what they say of a table, and how its columns find theirs.

use std::sync::Arc;

use demarche_core::domain::{Issue, Party};

use crate::tables::schema::columns::{Column, Kind, number, text, whole};

/// What the cells of a column are, as far as a spreadsheet shows them differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Content {
    /// An integer that names something.
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
    pub(crate) fn column(self, name: String) -> Column {
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
    /// What they say.
    pub(super) meaning: &'static str,
    /// Which values there are.
    pub(super) range: &'static str,
    /// When a cell is empty.
    pub(super) empty: &'static str,
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

/// The columns of how uncertain a figure is, of what kind that is.
pub(crate) fn uncertainty(
    figure: Content,
    meaning: &'static str,
    range: &'static str,
    empty: &'static str,
) -> ColumnEntry {
    let names = ["standard_error", "interval_low", "interval_high"].map(|it| (it, figure));
    let names = [&names[..], &[("confidence", Content::Share)]].concat();
    column(&names, meaning, range, empty)
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
pub(super) fn shared_columns() -> [ColumnEntry; 3] {
    [
        column(
            &[CELL],
            "the cell of a sweep, see `cells.csv`; a batch has one",
            "from 0; `0`",
            "",
        ),
        column(
            &[REPLICATION],
            "the session's number within its cell; as used by `play --replication` and `replay`",
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
        let found = self.find_column(name);
        found.expect("the dictionary has every column of a table")
    }

    /// Its column of this name; `None` if it has no such column.
    pub(crate) fn find_column(&self, name: &str) -> Option<Described> {
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
        named.next()
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
