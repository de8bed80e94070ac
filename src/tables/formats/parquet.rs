//! A table as Parquet: the rows of its CSV in typed columns.

use std::io::{self, Read, Write};
use std::mem;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use crate::tables::formats::table_copies::TableFormat;
use crate::tables::schema::{Column, Kind, foreign};

/// Rows that are put together: as many as memory easily holds, enough to be read fast.
const GROUP_ROWS: usize = 1 << 15;

/// Texts that are handed on at a time: each needs far more memory then than its letters.
const TEXTS_AT_A_TIME: usize = 1024;

/// The cells of a column in the rows that are put together.
#[derive(Debug)]
struct Cells {
    /// Of each cell, 1 if something stands in it and 0 if it is empty.
    levels: Vec<i16>,
    values: Values,
}

/// What stands in the cells that are not empty.
#[derive(Debug)]
enum Values {
    Whole(Vec<i64>),
    Number(Vec<f64>),
    /// All of them one after another, and where each ends.
    Text(Vec<u8>, Vec<usize>),
}

pub(super) const FORMAT: TableFormat = TableFormat {
    name: "parquet",
    about: "an additional Parquet copy of each table",
    write,
};

fn write(table: &mut dyn Read, columns: &[Column], out: &mut (dyn Write + Send)) -> io::Result<()> {
    let properties = WriterProperties::builder()
        .set_created_by(concat!("demarche version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::SNAPPY)
        .build();
    let file = SerializedFileWriter::new(out, schema(columns), Arc::new(properties));
    let mut file = file.map_err(cause)?;
    let mut rows = csv::Reader::from_reader(table);
    let mut row = csv::StringRecord::new();
    let mut group: Vec<Cells> = columns.iter().map(|it| Cells::new(it.kind)).collect();
    let mut n_rows = 0;
    while rows.read_record(&mut row)? {
        for ((cells, cell), column) in group.iter_mut().zip(&row).zip(columns) {
            cells
                .push(cell)
                .ok_or_else(|| foreign(&column.name, column.kind, cell))?;
        }
        n_rows += 1;
        if n_rows % GROUP_ROWS == 0 {
            write_group(&mut file, &mut group).map_err(cause)?;
        }
    }
    if n_rows % GROUP_ROWS != 0 {
        write_group(&mut file, &mut group).map_err(cause)?;
    }
    file.close().map_err(cause)?;
    Ok(())
}

/// Every cell may be empty, also where none ever is: so a column has one type in all runs.
fn schema(columns: &[Column]) -> TypePtr {
    let column = |it: &Column| {
        let (physical, logical) = match it.kind {
            Kind::Whole => (Physical::INT64, None),
            Kind::Number => (Physical::DOUBLE, None),
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let column = Type::primitive_type_builder(&it.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical);
        Arc::new(column.build().expect("these types go together"))
    };
    let table = Type::group_type_builder("table").with_fields(columns.iter().map(column).collect());
    Arc::new(table.build().expect("a group has any columns"))
}

fn write_group<W: Write + Send>(
    file: &mut SerializedFileWriter<W>,
    group: &mut [Cells],
) -> Result<(), ParquetError> {
    let mut rows = file.next_row_group()?;
    for cells in group {
        let column = rows.next_column()?;
        let mut column = column.expect("the schema has a column for each");
        cells.give(&mut column)?;
        column.close()?;
    }
    rows.close()?;
    Ok(())
}

impl Cells {
    fn new(kind: Kind) -> Self {
        Self {
            levels: Vec::new(),
            values: match kind {
                Kind::Whole => Values::Whole(Vec::new()),
                Kind::Number => Values::Number(Vec::new()),
                Kind::Text => Values::Text(Vec::new(), Vec::new()),
            },
        }
    }

    /// Adds a cell; `None` if it is not of the column's kind.
    fn push(&mut self, cell: &str) -> Option<()> {
        self.levels.push((!cell.is_empty()).into());
        if !cell.is_empty() {
            match &mut self.values {
                Values::Whole(values) => values.push(cell.parse().ok()?),
                Values::Number(values) => values.push(cell.parse().ok()?),
                Values::Text(bytes, ends) => {
                    bytes.extend(cell.as_bytes());
                    ends.push(bytes.len());
                }
            }
        }
        Some(())
    }

    /// Hands all cells on, and has none then.
    fn give(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        match &mut self.values {
            Values::Whole(values) => {
                let column = column.typed::<Int64Type>();
                column.write_batch(values, Some(&self.levels), None)?;
                values.clear();
            }
            Values::Number(values) => {
                let column = column.typed::<DoubleType>();
                column.write_batch(values, Some(&self.levels), None)?;
                values.clear();
            }
            Values::Text(bytes, ends) => {
                let column = column.typed::<ByteArrayType>();
                let bytes = ByteArray::from(mem::take(bytes));
                let mut start = 0;
                let mut values = ends.drain(..).map(|end| {
                    let value = bytes.slice(start, end - start);
                    start = end;
                    value
                });
                for levels in self.levels.chunks(TEXTS_AT_A_TIME) {
                    let n_values = levels.iter().filter(|it| **it == 1).count();
                    let values: Vec<ByteArray> = values.by_ref().take(n_values).collect();
                    column.write_batch(&values, Some(levels), None)?;
                }
            }
        }
        self.levels.clear();
        Ok(())
    }
}

/// What the system said, if it was the system.
fn cause(error: ParquetError) -> io::Error {
    let ParquetError::External(source) = error else {
        return io::Error::other(error);
    };
    match source.downcast() {
        Ok(it) => *it,
        Err(it) => io::Error::other(it),
    }
}

#[cfg(test)]
mod tests {
    use parquet::file::metadata::RowGroupMetaData;
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    use super::*;
    use crate::tables::schema::{number, text, whole};

    /// How many rows are put together in each group of a table.
    fn groups(table: &str) -> io::Result<Vec<i64>> {
        let file = tempfile::tempfile()?;
        let columns = [whole("n"), number("share"), text("option")];
        write(&mut table.as_bytes(), &columns, &mut &file)?;
        let file = SerializedFileReader::new(file).map_err(cause)?;
        let groups = file.metadata().row_groups().iter();
        Ok(groups.map(RowGroupMetaData::num_rows).collect())
    }

    #[test]
    fn rows_are_put_together_by_their_number_alone() {
        for n_rows in [0, 1, GROUP_ROWS, GROUP_ROWS + 1, 2 * GROUP_ROWS] {
            let rows = (0..n_rows).map(|it| format!("{it},0.{it},{}\n", it % 7));
            let table = ["n,share,option\n".to_owned()].into_iter().chain(rows);
            let found = groups(&table.collect::<String>()).unwrap();
            let full = std::iter::repeat_n(GROUP_ROWS, n_rows / GROUP_ROWS);
            let rest = Some(n_rows % GROUP_ROWS).filter(|it| *it > 0);
            let expected = full.chain(rest).map(|it| i64::try_from(it).unwrap());
            assert_eq!(found, expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_cell_of_another_kind_is_reported() {
        assert!(groups("n,share,option\n,,\n1,0.5,\"a, b\"\n").is_ok());
        let rendered = |table| groups(table).unwrap_err().to_string();
        assert_eq!(
            rendered("n,share,option\n1.5,,\n"),
            "`1.5` in the column `n` is not a whole number"
        );
        assert_eq!(
            rendered("n,share,option\n1,half,\n"),
            "`half` in the column `share` is not a number"
        );
        assert!(rendered("n,share,option\n1,0.5\n").contains("2 fields"));
    }
}
