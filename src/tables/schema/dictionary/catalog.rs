//! Every table of a run in the dictionary.

use crate::tables::schema::dictionary::entry::{SEE_ABOVE, TableEntry};
use crate::tables::schema::dictionary::offer_entries::OFFER_UTILITIES;
use crate::tables::schema::dictionary::plan_entries::{AMENDMENTS, CHANGES, PLANS};
use crate::tables::schema::dictionary::session_entries::{
    DRAWS, OFFERS, PARTIES, REPLIES, SESSIONS,
};
use crate::tables::schema::dictionary::study_entries::{
    BOXES, FLIP_CURVES, FLIPS, FORM_LEVELS, POINTS, ROBUSTNESS, SENSITIVITY,
};
use crate::tables::schema::dictionary::summary_entries::{
    AGREEMENTS, BLOCKERS, CELLS, EFFECTS, FAILURES, OPTIONS, RED_LINES, ROUNDS, STRATEGIES,
    SUMMARY, SURPLUSES,
};

/// Every table of a run, in the order of the workbook's sheets.
const TABLES: [&TableEntry; 27] = [
    &SUMMARY,
    &OPTIONS,
    &AGREEMENTS,
    &FAILURES,
    &RED_LINES,
    &BLOCKERS,
    &ROUNDS,
    &SURPLUSES,
    &STRATEGIES,
    &OFFER_UTILITIES,
    &CELLS,
    &EFFECTS,
    &ROBUSTNESS,
    &SENSITIVITY,
    &FORM_LEVELS,
    &BOXES,
    &FLIPS,
    &FLIP_CURVES,
    &PLANS,
    &CHANGES,
    &AMENDMENTS,
    &POINTS,
    &SESSIONS,
    &PARTIES,
    &OFFERS,
    &REPLIES,
    &DRAWS,
];

impl TableEntry {
    /// The table of this name, and its place among all.
    ///
    /// # Panics
    ///
    /// If there is no such table.
    pub(crate) fn of(name: &str) -> (usize, &'static Self) {
        let entry = Self::find(name);
        entry.expect("the dictionary has every table of a run")
    }

    /// The table of this name, and its place among all; `None` if runs have no such table.
    pub(crate) fn find(name: &str) -> Option<(usize, &'static Self)> {
        let mut tables = TABLES.into_iter().enumerate();
        tables.find(|(_, it)| it.name == name)
    }
}

/// What a table of this name has rows and columns for, in a text; `None` if there is no such table.
pub(crate) fn table_description(name: &str) -> Option<String> {
    let entry = TABLES.into_iter().find(|it| it.name == name)?;
    let mut columns: Vec<(Vec<&str>, &str)> = Vec::new();
    for (name, _) in (entry.columns)().into_iter().flat_map(|it| it.names) {
        let meaning = entry.column(name).meaning(name);
        match columns.last_mut() {
            Some((names, of_last)) if *of_last == meaning => names.push(name),
            _ => columns.push((vec![name], meaning)),
        }
    }
    let columns = columns.iter();
    let columns = columns.map(|(names, meaning)| match *meaning {
        // What is said elsewhere, such as which party it is.
        SEE_ABOVE => names.join(", "),
        meaning => format!("{}: {meaning}", names.join(", ")),
    });
    let columns: Vec<String> = columns.collect();
    let text = format!(
        "One row per {}. Columns: {}.",
        entry.one_row_per,
        columns.join("; ")
    );
    // The dictionary is written in Markdown.
    Some(text.replace('`', ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::schema::dictionary::entry::{ColumnEntry, Content, shared_columns};

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
        assert_eq!(meaning, "number of them for which it is this issue");
        let (content, meaning) = of("blockers", "pivotal_rejections_per_session");
        assert_eq!(content, Content::Mean);
        assert_eq!(meaning, "those over `n`");
        assert_eq!(of("cells", "party.upper.leverage").0, Content::Value);
        assert_eq!(of("cells", "scenario").0, Content::Value);
        assert!(of("rounds", "interval_low").1.starts_with("95 % interval"));
    }

    #[test]
    fn every_table_is_described_with_all_its_columns() {
        for table in TABLES {
            let text = table_description(table.name).unwrap();
            for (name, _) in (table.columns)().into_iter().flat_map(|it| it.names) {
                assert!(text.contains(name), "{name} is not in: {text}");
            }
            assert!(!text.contains(SEE_ABOVE), "{text}");
        }
        assert_eq!(table_description("nothing"), None);
    }
}
