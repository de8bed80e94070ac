//! A table of a run as a stream of Arrow record batches, read from its CSV as it is asked for.

use std::io::Read;
use std::sync::Arc;

use arrow_array::builder::{Float64Builder, Int64Builder, StringBuilder};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use demarche::tables::{Column, Kind};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// Rows of a batch: enough to be fast, few enough to need no room worth mentioning.
const BATCH_ROWS: usize = 1 << 16;

/// Bytes of a table that are read at once.
const READ_BYTES: usize = 1 << 18;

/// Reads a table batch by batch.
struct TableBatches<R> {
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: csv::Reader<R>,
    row: csv::StringRecord,
}

/// A column of the next batch.
enum Cells {
    Whole(Int64Builder),
    Number(Float64Builder),
    Text(StringBuilder),
}

/// The types of columns. Every cell may be empty, also where none ever is, so that a column has one type
/// in all runs.
fn schema(columns: &[Column]) -> Schema {
    let field = |it: &Column| {
        let data_type = match it.kind {
            Kind::Whole => DataType::Int64,
            Kind::Number => DataType::Float64,
            Kind::Text => DataType::Utf8,
        };
        Field::new(&it.name, data_type, true)
    };
    Schema::new(columns.iter().map(field).collect::<Vec<_>>())
}

/// A table in the C stream interface of Arrow, for whoever asks for `__arrow_c_stream__`.
pub(crate) fn stream_capsule(
    py: Python<'_>,
    columns: Vec<Column>,
    table: impl Read + Send + 'static,
) -> PyResult<Bound<'_, PyCapsule>> {
    let batches = TableBatches {
        schema: Arc::new(schema(&columns)),
        columns,
        rows: csv::ReaderBuilder::new()
            .buffer_capacity(READ_BYTES)
            .from_reader(table),
        row: csv::StringRecord::new(),
    };
    let stream = FFI_ArrowArrayStream::new(Box::new(batches));
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

/// The types of columns in the C interface of Arrow, for whoever asks for `__arrow_c_schema__`.
pub(crate) fn schema_capsule<'py>(
    py: Python<'py>,
    columns: &[Column],
) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema(columns));
    let schema = schema.map_err(|it| crate::errors::could_not(&it))?;
    PyCapsule::new_with_value(py, schema, c"arrow_schema")
}

impl Cells {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Whole => Self::Whole(Int64Builder::new()),
            Kind::Number => Self::Number(Float64Builder::new()),
            Kind::Text => Self::Text(StringBuilder::new()),
        }
    }

    /// Adds a cell; `None` if it is not of the column's kind.
    fn push(&mut self, cell: &str) -> Option<()> {
        let is_empty = cell.is_empty();
        match self {
            Self::Whole(it) if is_empty => it.append_null(),
            Self::Whole(it) => it.append_value(cell.parse().ok()?),
            Self::Number(it) if is_empty => it.append_null(),
            Self::Number(it) => it.append_value(cell.parse().ok()?),
            Self::Text(it) if is_empty => it.append_null(),
            Self::Text(it) => it.append_value(cell),
        }
        Some(())
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Whole(mut it) => Arc::new(it.finish()),
            Self::Number(mut it) => Arc::new(it.finish()),
            Self::Text(mut it) => Arc::new(it.finish()),
        }
    }
}

impl<R: Read> TableBatches<R> {
    /// Reads the next row; false at the end.
    fn advance(&mut self) -> Result<bool, ArrowError> {
        let read = self.rows.read_record(&mut self.row);
        read.map_err(|it| ArrowError::CsvError(it.to_string()))
    }

    /// The next batch; `None` at the end.
    fn read(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let mut cells: Vec<Cells> = self.columns.iter().map(|it| Cells::new(it.kind)).collect();
        let mut n_rows = 0;
        while n_rows < BATCH_ROWS && self.advance()? {
            for ((cells, cell), column) in cells.iter_mut().zip(&self.row).zip(&self.columns) {
                let pushed = cells.push(cell);
                pushed.ok_or_else(|| {
                    let name = &column.name;
                    ArrowError::CsvError(format!("the column `{name}` cannot have `{cell}`"))
                })?;
            }
            n_rows += 1;
        }
        if n_rows == 0 {
            return Ok(None);
        }
        let arrays = cells.into_iter().map(Cells::finish).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), arrays).map(Some)
    }
}

impl<R: Read> Iterator for TableBatches<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

impl<R: Read> RecordBatchReader for TableBatches<R> {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}
