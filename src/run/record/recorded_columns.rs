//! The columns of a table of a finished run, with what stands in them, for readers of any table.

use crate::run::record::manifest::Manifest;
use crate::run::record::table_reader::{TableError, TableReader};
use crate::tables::{
    Column, Content, Field, RunDirectory, TableDifference, TableEntry, number, text,
};

/// The columns of a table of a run, by its name without an ending; `None` if the run does not have it.
///
/// Their kinds are those in which the run wrote the table's copies in other formats: that of a value
/// that a sweep varies, which may be a number or a text, follows from its cells.
///
/// # Errors
///
/// If the table is missing, is not as the run wrote it as far as that is known, cannot be read, or is
/// none that runs have.
pub fn recorded_columns(
    run: &RunDirectory,
    manifest: &Manifest,
    name: &str,
) -> Result<Option<Vec<Column>>, TableError> {
    let file = format!("{name}.csv");
    let wrong = |it: TableDifference| TableError::new(file.clone(), it.to_string());
    let Some(table) = run.open_table(&file, &manifest.tables).map_err(wrong)? else {
        return Ok(None);
    };
    let unknown = |what: String| TableError::new(file.clone(), what);
    let (_, entry) =
        TableEntry::find(name).ok_or_else(|| unknown("runs have no such table".to_owned()))?;
    let mut reader = TableReader::new(file.clone(), table);
    let header = reader.header()?;
    let contents = header.iter().map(|it| {
        let column = entry.find_column(it);
        let content = column.map(|it| it.content);
        content.ok_or_else(|| unknown(format!("the table of a run has no column `{it}`")))
    });
    let contents = contents.collect::<Result<Vec<Content>, _>>()?;
    let values = number_columns(&mut reader, &contents)?;
    let columns = header.iter().zip(contents).zip(values);
    let columns = columns.map(|((name, content), is_number)| match (content, is_number) {
        (Content::Value, true) => number(name),
        (Content::Value, false) => text(name),
        (content, _) => content.column(name.to_owned()),
    });
    Ok(Some(columns.collect()))
}

/// By column, whether it has values and all of them are numbers; the table is read only if it has
/// values that may be texts.
fn number_columns<R: std::io::Read>(
    reader: &mut TableReader<R>,
    contents: &[Content],
) -> Result<Vec<bool>, TableError> {
    let mut res: Vec<bool> = contents.iter().map(|it| *it == Content::Value).collect();
    if !res.contains(&true) {
        return Ok(res);
    }
    while reader.advance()? {
        for (is_number, cell) in res.iter_mut().zip(reader.row()) {
            *is_number &= matches!(Field::of_value(cell), Field::Number(_));
        }
    }
    if reader.n_rows() == 0 {
        res.fill(false);
    }
    Ok(res)
}
