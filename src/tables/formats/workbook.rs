//! The tables of a run as one workbook (`.xlsx`), made of their CSV.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use demarche_core::domain::Scenario;
use demarche_core::negotiation::panic_guard;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Url, Workbook as XlsxWorkbook, Worksheet,
    XlsxError,
};
use serde::{Deserialize, Serialize};

use crate::tables::folder::{FinishedTable, RunDirectory, WriteError};
use crate::tables::formats::csv_rows::without_guard;
use crate::tables::formats::sheet::{Excess, Sheet, SheetColumn};
use crate::tables::formats::sheet_styles::SheetStyles;
use crate::wording::counted;

/// The workbook's name in the folder of a run.
pub const WORKBOOK: &str = "tables.xlsx";

/// Whether the tables are written as a workbook too.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Workbook {
    /// Yes.
    Written,
    /// No.
    Omitted,
}

/// What the workbook says of its run.
#[derive(Clone, Copy, Debug)]
pub struct WorkbookRun<'a> {
    /// What people read.
    pub title: &'a str,
    /// The experiment's name.
    pub name: &'a str,
    /// Which verb made the run.
    pub verb: &'a str,
    /// The master seed.
    pub seed: u64,
    /// What was done, with how often: sessions, or draws of preferences.
    pub work: (&'static str, u64),
    /// False if the run was interrupted.
    pub is_complete: bool,
    /// Whose labels there are.
    pub scenario: &'a Scenario,
}

/// A table that no sheet can hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftOut {
    table: String,
    excess: Excess,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, excess } = self;
        write!(
            f,
            "{WORKBOOK} omits {table}: {excess}; {table}.csv is complete"
        )
    }
}

/// Characters of a title or a label that the first two sheets show.
const SHOWN_CHARS_MAX: usize = 500;

/// Writes `tables.xlsx`, with a sheet for each table that fits; returns those that do not.
///
/// The bytes depend on the run's description and the CSV, and on nothing else. Rows are streamed
/// through temporary files in the run's folder, so memory does not grow with their number.
///
/// # Errors
///
/// If a table cannot be read, or the workbook not be written.
pub fn write_workbook(
    directory: &RunDirectory,
    run: &WorkbookRun<'_>,
    tables: &[FinishedTable],
) -> Result<Vec<LeftOut>, WriteError> {
    let measure = |it| Sheet::measure(run.scenario, it);
    let mut sheets = tables.iter().map(measure).collect::<Result<Vec<_>, _>>()?;
    sheets.sort_by_key(|it| it.place);
    directory.write_from(WORKBOOK, |file| {
        // The library panics where it cannot write to a temporary file.
        let written = panic_guard(|| fill(run, &sheets, directory.path(), BufWriter::new(file)));
        written.map_err(io::Error::other)?
    })?;
    let left_out = sheets.into_iter().filter_map(|it| {
        Some(LeftOut {
            table: it.table.name.clone(),
            excess: it.excess?,
        })
    });
    Ok(left_out.collect())
}

fn fill(
    run: &WorkbookRun<'_>,
    sheets: &[Sheet<'_>],
    folder: &Path,
    out: impl Write + Send,
) -> io::Result<()> {
    let mut book = XlsxWorkbook::new();
    book.set_tempdir(folder).map_err(cause)?;
    book.use_zip_large_file(sheets.iter().any(Sheet::may_exceed_zip32));
    // Without a time of its own the library asks the clock.
    let epoch = ExcelDateTime::from_ymd(1980, 1, 1).map_err(cause)?;
    let properties = DocProperties::new()
        .set_title(shortened(run.title))
        .set_author("demarche")
        .set_creation_datetime(&epoch);
    book.set_properties(&properties);
    let formats = SheetStyles::new();
    let mut add = |name: &str, fill: &dyn Fn(&mut Worksheet) -> Result<(), Fault>| {
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        sheet.set_landscape().set_print_fit_to_pages(1, 0);
        fill(sheet)
    };
    let mut write = || {
        add("about", &|it| fill_about(run, sheets, &formats, it))?;
        add("dictionary", &|it| fill_dictionary(sheets, &formats, it))?;
        for sheet in sheets.iter().filter(|it| it.excess.is_none()) {
            add(&sheet.table.name, &|it| fill_table(sheet, &formats, it))?;
        }
        Ok::<(), Fault>(())
    };
    write().map_err(Fault::into_io)?;
    book.save_to_writer(out).map_err(cause)
}

/// What the run is, and which sheets there are.
#[expect(
    clippy::cast_precision_loss,
    reason = "no disk holds a table of 2^53 rows"
)]
fn fill_about(
    run: &WorkbookRun<'_>,
    sheets: &[Sheet<'_>],
    formats: &SheetStyles,
    out: &mut Worksheet,
) -> Result<(), Fault> {
    let title = Format::new().set_bold().set_font_size(14);
    out.write_string_with_format(0, 0, shortened(run.title), &title)?;
    let end = if run.is_complete {
        ""
    } else {
        "; it was interrupted before all sessions were run"
    };
    let description = format!(
        "{} {}, seed {}: {}{end}",
        run.verb,
        run.name,
        run.seed,
        counted(run.work.1, run.work.0)
    );
    for (row, text) in (1..).zip([
        description.as_str(),
        concat!("Written by demarche ", env!("CARGO_PKG_VERSION"), "."),
        "The numbers are those of the CSV tables; cells display fewer digits than they hold.",
        "A column whose name ends in _label contains the labels of the identifiers on its left.",
        "The sheet dictionary describes every column.",
    ]) {
        out.write_string(row, 0, text)?;
    }
    let head_row = 7;
    for (col, (text, width)) in (0..).zip([
        ("sheet", 16.0),
        ("one row per", 32.0),
        ("rows", 12.0),
        ("omitted because", 60.0),
    ]) {
        out.write_string_with_format(head_row, col, text, &formats.header)?;
        out.set_column_width(col, width)?;
    }
    for (row, sheet) in (head_row + 1..).zip(sheets) {
        let name = &sheet.table.name;
        match &sheet.excess {
            None => {
                let link = Url::new(format!("internal:'{name}'!A1"));
                out.write_url_with_text(row, 0, link, name)?;
            }
            Some(excess) => {
                out.write_string(row, 0, name)?;
                out.write_string(row, 3, format!("{excess}; see {name}.csv"))?;
            }
        }
        out.write_string(row, 1, sheet.entry.one_row_per)?;
        let n_rows = sheet.n_rows as f64;
        out.write_number_with_format(row, 2, n_rows, &formats.count)?;
    }
    Ok(())
}

/// What every column means.
fn fill_dictionary(
    sheets: &[Sheet<'_>],
    formats: &SheetStyles,
    out: &mut Worksheet,
) -> Result<(), Fault> {
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (col, (text, width)) in (0..).zip([
        ("sheet", 14.0),
        ("column", 44.0),
        ("meaning", 64.0),
        ("values", 44.0),
        ("empty", 34.0),
        ("kind", 16.0),
    ]) {
        out.write_string_with_format(0, col, text, &formats.header)?;
        out.set_column_width(col, width)?;
        out.set_column_format(col, &wrapped)?;
    }
    let mut row = 0;
    let mut push = |cells: [&str; 6]| {
        row += 1;
        for (col, text) in (0..).zip(cells) {
            // What the page of the tables has in Markdown.
            let text = text.replace('`', "").replace("\\*", "*");
            out.write_string(row, col, text)?;
        }
        Ok::<(), Fault>(())
    };
    for sheet in sheets {
        let table = sheet.table.name.as_str();
        for it in &sheet.columns {
            let meaning = meaning(sheet, it);
            let (range, empty) = (it.described.range(it.own_name(sheet)), it.described.empty());
            match &it.labels {
                None => {
                    let kind = it.described.content.name();
                    push([table, &it.name, &meaning, range, empty, kind])?;
                }
                Some(_) => push([table, &it.name, &meaning, "", empty, "text"])?,
            }
        }
        for words in (sheet.entry.words)() {
            for word in &words.names {
                let name = format!("{}: {word}", words.column);
                push([table, &name, words.meaning, words.over, "", "word"])?;
            }
        }
    }
    let last_row = row;
    out.set_freeze_panes(1, 0)?;
    out.set_repeat_rows(0, 0)?;
    out.autofilter(0, 0, last_row, 5)?;
    Ok(())
}

fn meaning(sheet: &Sheet<'_>, column: &SheetColumn<'_>) -> String {
    let own_name = column.own_name(sheet);
    if column.labels.is_some() {
        return format!("label of {own_name}");
    }
    let meaning = column.described.meaning(own_name);
    match column.named_after {
        Some(label) => format!("{meaning} ({})", shortened(label)),
        None => meaning.to_owned(),
    }
}

/// A table, row by row.
fn fill_table(sheet: &Sheet<'_>, formats: &SheetStyles, out: &mut Worksheet) -> Result<(), Fault> {
    for (col, column) in (0..).zip(&sheet.columns) {
        out.set_column_width(col, column.width())?;
        if let Some(format) = formats.of_column(column.content()) {
            out.set_column_format(col, format)?;
        }
    }
    for (col, column) in (0..).zip(&sheet.columns) {
        out.write_string_with_format(0, col, &column.name, &formats.header)?;
    }
    let mut rows = csv::Reader::from_reader(sheet.table.open()?);
    let mut record = csv::StringRecord::new();
    let mut row = 0;
    while rows.read_record(&mut record).map_err(io::Error::from)? {
        row += 1;
        let metric = sheet.metric.map(|it| &record[it]);
        for (col, column) in (0..).zip(&sheet.columns) {
            let cell = &record[column.source];
            if cell.is_empty() {
                continue;
            }
            if let Some(labels) = &column.labels {
                out.write_string(row, col, *labels.get(cell).unwrap_or(&cell))?;
                continue;
            }
            let content = column.described.content;
            match column.number(cell)? {
                Some(number) => match formats.of_cell(content, metric, number) {
                    Some(format) => out.write_number_with_format(row, col, number, format)?,
                    None => out.write_number(row, col, number)?,
                },
                None => out.write_string(row, col, without_guard(cell))?,
            };
        }
    }
    out.set_freeze_panes(1, 0)?;
    out.set_repeat_rows(0, 0)?;
    let last_col = u16::try_from(sheet.columns.len() - 1).expect("a sheet has fewer columns");
    out.autofilter(0, 0, row, last_col)?;
    Ok(())
}

fn shortened(text: &str) -> String {
    let mut letters = text.chars();
    let mut res: String = letters.by_ref().take(SHOWN_CHARS_MAX).collect();
    if letters.next().is_some() {
        res.push('…');
    }
    res
}

/// What keeps a sheet from being written.
enum Fault {
    Xlsx(XlsxError),
    Io(io::Error),
}

impl From<XlsxError> for Fault {
    fn from(it: XlsxError) -> Self {
        Self::Xlsx(it)
    }
}

impl From<io::Error> for Fault {
    fn from(it: io::Error) -> Self {
        Self::Io(it)
    }
}

impl Fault {
    fn into_io(self) -> io::Error {
        match self {
            Self::Xlsx(it) => cause(it),
            Self::Io(it) => it,
        }
    }
}

/// The error of the system, if it is one.
fn cause(error: XlsxError) -> io::Error {
    if let XlsxError::IoError(it) | XlsxError::TempFileError(_, it) = error {
        it
    } else {
        io::Error::other(error)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;
    use crate::config::load_scenario;
    use crate::tables::folder::Folder;
    use crate::tables::schema::{Column, number, text, whole};

    fn scenario() -> Scenario {
        let text = include_str!("../../../configs/scenarios/two-villages.toml");
        let loaded = load_scenario(
            Path::new("two-villages.toml"),
            &[],
            &|_| Ok(text.to_owned()),
        );
        loaded.unwrap().setting.scenario().clone()
    }

    /// Writes the workbook of one table; what it lacks, or what keeps it from being written.
    fn written(name: &str, columns: Vec<Column>, rows: &str) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::open_existing(folder.path()).unwrap();
        let written = directory.write(&format!("{name}.csv"), rows.as_bytes());
        written.unwrap();
        let tables = [FinishedTable {
            name: name.to_owned(),
            columns,
            run: Folder::open(folder.path()).unwrap(),
        }];
        let scenario = scenario();
        let run = WorkbookRun {
            title: "=1+1",
            name: "t",
            verb: "batch",
            seed: 7,
            work: ("session", 1),
            is_complete: true,
            scenario: &scenario,
        };
        let left_out = write_workbook(&directory, &run, &tables);
        assert_eq!(folder.path().join(WORKBOOK).exists(), left_out.is_ok());
        match left_out {
            Ok(it) => Ok(it.iter().map(ToString::to_string).collect()),
            Err(it) => Err(it.source().unwrap().to_string()),
        }
    }

    #[test]
    fn a_table_that_no_sheet_can_hold_is_left_out_with_the_reason() {
        let rounds = |n: usize| format!("round\n{}", "1\n".repeat(n));
        let none: [&str; 0] = [];
        let left_out = |name, columns, rows: &str| written(name, columns, rows).unwrap();
        assert_eq!(left_out("rounds", vec![whole("round")], &rounds(1)), none);
        assert_eq!(
            left_out("rounds", vec![whole("round")], &rounds(1_048_576)),
            [
                "tables.xlsx omits rounds: it has 1,048,576 rows; a sheet holds 1,048,575 below \
                 its header; rounds.csv is complete"
            ]
        );

        let paths = |n: usize| (0..n).map(|it| number(format!("path.{it}")));
        let header = |columns: &[Column]| {
            let names = columns.iter().map(|it| it.name.as_str());
            names.collect::<Vec<_>>().join(",") + "\n"
        };
        let columns: Vec<Column> = paths(16_384).collect();
        assert_eq!(left_out("cells", columns.clone(), &header(&columns)), none);
        let columns: Vec<Column> = paths(16_385).collect();
        let found = left_out("cells", columns.clone(), &header(&columns));
        assert!(found[0].contains("16,385 columns"), "{found:?}");

        let kinds = |n: usize| format!("kind\n{}\n", "x".repeat(n));
        assert_eq!(left_out("offers", vec![text("kind")], &kinds(32_767)), none);
        let found = left_out("offers", vec![text("kind")], &kinds(32_768));
        assert!(
            found[0].contains("a string in its column kind"),
            "{found:?}"
        );
    }

    #[test]
    fn a_cell_of_another_kind_is_an_error_that_names_it() {
        let error = written("rounds", vec![whole("round")], "round\nmany\n");
        let expected = "`many` in the column `round` is not a whole number";
        assert_eq!(error, Err(expected.to_owned()));
    }
}
