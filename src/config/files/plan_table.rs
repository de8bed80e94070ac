//! Plans from a CSV table: a row per plan, a column per issue, each row as a table of its own.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

use crate::config::diagnostics::{Diagnostic, SourceText};
use crate::config::files::layers::Document;
use crate::config::files::value::Value;

/// What separates the texts of a cell that holds several.
const BETWEEN_TEXTS: char = ';';

/// The columns that are no issues.
pub(crate) const PLAN_COLUMNS: [&str; 5] = ["name", "label", "source", "note", "lost"];

/// A row of a table of plans.
pub(crate) struct PlanRow<'t> {
    /// The plan as a file would have it.
    pub(crate) document: Document<'t>,
    /// Whether all columns of the table are right, so that it is all of the plan.
    pub(crate) is_whole: bool,
}

/// The rows of a CSV table as plan files, each at the place of its row; `known` are the issues.
///
/// An empty cell is an issue left open, or a text left out. Columns that are wrong are left out.
pub(crate) fn plans_of_table<'t>(
    text: &'t SourceText,
    known: &[&str],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<PlanRow<'t>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.text.as_bytes());
    let n_before = diagnostics.len();
    let mut is_whole = true;
    let mut header: Option<Vec<String>> = None;
    let mut plans = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let start = text.start..text.start;
                diagnostics.push(Diagnostic::at(start, format!("this is not CSV: {error}")));
                return plans;
            }
        };
        let place = text.place_of_row(record.position().map_or(0, csv::Position::byte));
        let Some(columns) = &header else {
            let columns: Vec<String> = record.iter().map(str::to_owned).collect();
            is_whole = check_header(&columns, known, &place, diagnostics);
            header = Some(columns);
            continue;
        };
        if record.len() != columns.len() {
            let message = format!(
                "this row has {} cells, and the header {}",
                record.len(),
                columns.len()
            );
            let hint = "leave the cell of an open issue empty, but keep its comma; a text with a \
                        comma stands in double quotes";
            diagnostics.push(Diagnostic::at(place, message).hint(hint));
            continue;
        }
        plans.push(PlanRow {
            document: plan_of_row(columns, known, &record, &place),
            is_whole,
        });
    }
    if plans.is_empty() && diagnostics.len() == n_before {
        let message = "the table of plans has no row";
        let hint = "write a header with `name` and the issues, then a row per plan";
        diagnostics.push(Diagnostic::at(text.start..text.start, message).hint(hint));
    }
    plans
}

/// Whether the columns are those of plans; tells of those that are not.
fn check_header(
    columns: &[String],
    known: &[&str],
    place: &Range<usize>,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let n_before = diagnostics.len();
    let at = |message: String| Diagnostic::at(place.clone(), message);
    for (idx, column) in columns.iter().enumerate() {
        let is_known = |it: &&str| *it == column.as_str();
        if columns[..idx].contains(column) {
            diagnostics.push(at(format!("there are two columns `{column}`")));
        } else if !PLAN_COLUMNS.iter().any(is_known) && !known.iter().any(is_known) {
            let all = PLAN_COLUMNS.iter().chain(known).copied();
            let message = format!("the column `{column}` is no issue of the scenario");
            diagnostics.push(at(message).suggest(column, all));
        }
    }
    if !columns.iter().any(|it| it == "name") {
        let diagnostic = at("the table of plans has no column `name`".to_owned());
        diagnostics.push(diagnostic.hint(
            "its first row lists the columns: `name`, some of `label`, `source`, `note` and `lost`, \
             and the issues",
        ));
    }
    diagnostics.len() == n_before
}

/// A row as the table of a plan file.
fn plan_of_row<'t>(
    columns: &[String],
    known: &[&str],
    record: &csv::StringRecord,
    place: &Range<usize>,
) -> Document<'t> {
    let spanned = |it: DeValue<'t>| -> Value<'t> { Spanned::new(place.clone(), it) };
    let text = |it: &str| spanned(DeValue::String(Cow::Owned(it.to_owned())));
    let key = |it: &str| -> Spanned<DeString<'t>> {
        Spanned::new(place.clone(), Cow::Owned(it.to_owned()))
    };
    let (mut table, mut options) = (DeTable::new(), DeTable::new());
    let schema = DeValue::parse("1").expect("an integer").into_inner();
    table.insert(key("schema"), spanned(schema));
    if !columns.iter().any(|it| it == "name") {
        table.insert(key("name"), text("row"));
    }
    for (idx, (column, cell)) in columns.iter().zip(record).enumerate() {
        if columns[..idx].contains(column) {
            continue;
        }
        match column.as_str() {
            "name" => {
                table.insert(key(column), text(cell));
            }
            _ if cell.is_empty() => {}
            "lost" => {
                let texts = cell.split(BETWEEN_TEXTS).map(str::trim);
                let texts = texts.filter(|it| !it.is_empty()).map(text);
                let mut list = DeArray::new();
                for it in texts {
                    list.push(it);
                }
                table.insert(key(column), spanned(DeValue::Array(list)));
            }
            "label" | "source" | "note" => {
                table.insert(key(column), text(cell));
            }
            issue if known.contains(&issue) => {
                options.insert(key(column), text(cell));
            }
            // It has been reported.
            _ => {}
        }
    }
    table.insert(key("options"), spanned(DeValue::Table(options)));
    Document::of_table(table, place.clone())
}
