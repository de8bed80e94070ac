//! A finished run: its folder, which may be a temporary one, its manifest, its tables and its page.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use demarche::cli::embedding::{self, Failure};
use demarche::report::recorded_page;
use demarche::run::{Manifest, recorded_columns};
use demarche::strategy::Strategies;
use demarche::tables::{Column, Kind, RecordedTable, RunDirectory, TableRecord};
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule};
use tempfile::TempDir;

use crate::arrow_stream::{schema_capsule, stream_capsule};
use crate::errors::{could_not, exception};

/// Where a run is written: where the user wants it, or in a folder that goes with the last object that
/// needs it.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    temporary: Option<TempDir>,
}

impl Place {
    /// The folder that is asked for, or a new one below a temporary one.
    pub(crate) fn new(out: Option<PathBuf>) -> PyResult<Self> {
        if let Some(path) = out {
            let temporary = None;
            return Ok(Self { path, temporary });
        }
        let made = tempfile::Builder::new().prefix("demarche-").tempdir();
        let temporary = made.map_err(|it| could_not(&it))?;
        Ok(Self {
            path: temporary.path().join("run"),
            temporary: Some(temporary),
        })
    }

    /// Whether the user named it.
    pub(crate) fn is_asked_for(&self) -> bool {
        self.temporary.is_none()
    }
}

/// The folder of a run, open, and where it is for as long as somebody needs it.
#[derive(Debug)]
pub(crate) struct RunFolder {
    pub(crate) directory: RunDirectory,
    pub(crate) tables: Vec<TableRecord>,
    /// Removed with this value, if it is a temporary one.
    pub(crate) _place: Place,
}

/// A finished run.
#[pyclass(frozen, module = "demarche._demarche")]
#[derive(Debug)]
pub(crate) struct KeptRun {
    folder: Arc<RunFolder>,
    manifest: Manifest,
}

/// A table of a run.
#[pyclass(frozen, module = "demarche._demarche")]
#[derive(Debug)]
pub(crate) struct Table {
    folder: Arc<RunFolder>,
    name: String,
    columns: Vec<Column>,
}

/// Opens the folder of a run on the disk.
#[pyfunction]
pub(crate) fn open_run(folder: &str) -> PyResult<KeptRun> {
    let directory = embedding::open_run(Path::new(folder)).map_err(|it| exception(&it))?;
    let path = directory.path().to_owned();
    KeptRun::of(directory, Place::new(Some(path))?)
}

impl KeptRun {
    /// The run in a folder.
    pub(crate) fn of(directory: RunDirectory, place: Place) -> PyResult<Self> {
        let manifest = embedding::read_manifest(&directory).map_err(|it| exception(&it))?;
        let folder = RunFolder {
            directory,
            tables: manifest.tables.clone(),
            _place: place,
        };
        Ok(Self {
            folder: Arc::new(folder),
            manifest,
        })
    }

    fn page(&self) -> PyResult<demarche::report::Page> {
        let page = recorded_page(
            &self.folder.directory,
            &self.manifest,
            &Strategies::default(),
        );
        page.map_err(|it| exception(&Failure::from(it)))
    }

    /// Writes the page and its figures into the folder.
    pub(crate) fn write_page(&self) -> PyResult<()> {
        let written = embedding::make_recorded_page(&self.folder.directory, &self.manifest);
        written.map_err(|it| exception(&it))
    }
}

#[pymethods]
impl KeptRun {
    /// Where the folder is.
    #[getter]
    fn path(&self) -> PathBuf {
        self.folder.directory.path().to_owned()
    }

    /// The manifest as JSON.
    #[getter]
    fn manifest(&self) -> PyResult<String> {
        serde_json::to_string(&self.manifest).map_err(|it| could_not(&it))
    }

    /// The names of its tables.
    #[getter]
    fn tables(&self) -> Vec<String> {
        let paths = self.manifest.tables.iter().map(|it| it.path.as_str());
        let names = paths.filter_map(|it| it.strip_suffix(".csv"));
        names.map(str::to_owned).collect()
    }

    /// A table by its name.
    fn table(&self, name: String) -> PyResult<Table> {
        let columns = recorded_columns(&self.folder.directory, &self.manifest, &name);
        let columns = columns.map_err(|it| PyValueError::new_err(it.to_string()))?;
        let columns = columns.ok_or_else(|| {
            let tables = self.tables().join(", ");
            PyKeyError::new_err(format!(
                "the run has no table `{name}`; its tables are {tables}"
            ))
        })?;
        Ok(Table {
            folder: Arc::clone(&self.folder),
            name,
            columns,
        })
    }

    /// The page as HTML.
    fn report(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| Ok(self.page()?.html()))
    }
}

impl Table {
    /// A table of a folder with columns that are known.
    pub(crate) fn new(folder: &Arc<RunFolder>, name: &str, columns: Vec<Column>) -> Self {
        Self {
            folder: Arc::clone(folder),
            name: name.to_owned(),
            columns,
        }
    }

    fn open(&self) -> PyResult<RecordedTable> {
        let (file, wrong) = (format!("{}.csv", self.name), PyValueError::new_err);
        let opened = self.folder.directory.open_table(&file, &self.folder.tables);
        let opened = opened.map_err(|it| wrong(format!("{file}: {it}")))?;
        opened.ok_or_else(|| wrong(format!("{file}: it is missing")))
    }
}

#[pymethods]
impl Table {
    /// Its name, without the ending of its file.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    /// The names of its columns, with what stands in them: `whole`, `number` or `text`.
    #[getter]
    fn columns(&self) -> Vec<(&str, &'static str)> {
        let kind = |it: &Column| match it.kind {
            Kind::Whole => "whole",
            Kind::Number => "number",
            Kind::Text => "text",
        };
        let columns = self.columns.iter();
        columns.map(|it| (it.name.as_str(), kind(it))).collect()
    }

    /// The bytes of its CSV.
    fn csv<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let mut table = self.open()?;
        let mut bytes = Vec::new();
        let read = py.detach(|| table.read_to_end(&mut bytes));
        read.map_err(|it| PyValueError::new_err(format!("{}.csv: {it}", self.name)))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// The table as a stream of Arrow; whatever schema is asked for, in its own.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let held = HeldTable {
            table: self.open()?,
            _folder: Arc::clone(&self.folder),
        };
        stream_capsule(py, self.columns.clone(), held)
    }

    /// The types of its columns in Arrow.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, &self.columns)
    }
}

/// A table being read, with the folder that it is in.
struct HeldTable {
    table: RecordedTable,
    _folder: Arc<RunFolder>,
}

impl std::io::Read for HeldTable {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.table.read(buffer)
    }
}
