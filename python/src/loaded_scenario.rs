//! A scenario or an experiment with all files that it is made of, read once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use demarche::cli::embedding::{CitedFiles, Failure};
use demarche::config::{Overrides, is_scenario, load_experiment};
use demarche::domain::Number;
use demarche::experiment::measure_claims;
use demarche::negotiation::Setting;
use demarche::randomness::{MasterSeed, Seeds};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::{could_not, exception};
use crate::watched::Watch;

/// The texts of files, by path as they are named.
type Texts = Arc<Mutex<BTreeMap<PathBuf, String>>>;

/// A scenario or an experiment, ready to be run.
///
/// Files are read when it is loaded and never again, so that it stays as it is.
#[pyclass(frozen, module = "demarche._demarche")]
#[derive(Debug)]
pub(crate) struct LoadedScenario {
    /// The path as given, as it stands in manifests.
    pub(crate) path: String,
    pub(crate) settings: Vec<String>,
    texts: Texts,
    files_below: Option<PathBuf>,
    pub(crate) setting: Arc<Setting>,
    pub(crate) seed: MasterSeed,
    name: String,
    title: String,
    sessions: u64,
    has_sweep: bool,
    config: serde_json::Value,
    warnings: Vec<String>,
}

/// A number with where it comes from: path, least value, median and greatest value, basis, sources and
/// note.
type SourcedNumber = (
    String,
    (f64, f64, f64),
    Option<&'static str>,
    Vec<String>,
    Option<String>,
);

/// A claim with how often it holds: name, what it says, in how many draws, and the least share required.
type MeasuredClaim = (String, String, u64, Option<f64>);

impl LoadedScenario {
    fn load(
        path: String,
        settings: Vec<String>,
        texts: Texts,
        files_below: Option<PathBuf>,
    ) -> PyResult<Self> {
        let overrides = Overrides {
            settings: settings.clone(),
            ..Overrides::default()
        };
        let read = |it: &Path| read(&texts, &path, files_below.as_deref(), it);
        let loaded = load_experiment(Path::new(&path), &overrides, &read);
        let loaded = loaded.map_err(|it| exception(&Failure::Diagnostics(it)))?;
        let warnings = loaded.scenario.warnings();
        Ok(Self {
            settings,
            texts,
            files_below,
            setting: Arc::new(loaded.scenario.setting),
            seed: loaded.seed,
            name: loaded.name,
            title: loaded.title,
            sessions: loaded.sessions,
            has_sweep: loaded.sweep.is_some(),
            config: loaded.scenario.resolved,
            warnings,
            path,
        })
    }

    /// Reads one of its files.
    pub(crate) fn read(&self, path: &Path) -> io::Result<String> {
        read(&self.texts, &self.path, self.files_below.as_deref(), path)
    }

    /// The folder below which its files may name others, besides those near them.
    pub(crate) fn files_below(&self) -> Option<String> {
        let folder = self.files_below.as_deref();
        folder.map(|it| it.display().to_string())
    }
}

/// Reads a file that the one at `named` may name, or finds its text.
fn read(texts: &Texts, named: &str, files_below: Option<&Path>, path: &Path) -> io::Result<String> {
    let mut texts = texts.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(it) = texts.get(path) {
        return Ok(it.clone());
    }
    let text = CitedFiles::of(Path::new(named), files_below).read(path)?;
    texts.insert(path.to_owned(), text.clone());
    Ok(text)
}

#[pymethods]
impl LoadedScenario {
    /// Reads a file with all that it names; with `text`, the file has this text, and need not exist.
    #[new]
    #[pyo3(signature = (path, *, text=None, settings=Vec::new(), files_below=None))]
    fn new(
        path: String,
        text: Option<String>,
        settings: Vec<String>,
        files_below: Option<PathBuf>,
    ) -> PyResult<Self> {
        let mut texts = BTreeMap::new();
        if let Some(it) = text {
            texts.insert(PathBuf::from(&path), it);
        }
        Self::load(path, settings, Arc::new(Mutex::new(texts)), files_below)
    }

    /// The same with another setting.
    fn set(&self, setting: String) -> PyResult<Self> {
        let mut settings = self.settings.clone();
        settings.push(setting);
        let (texts, files_below) = (Arc::clone(&self.texts), self.files_below.clone());
        Self::load(self.path.clone(), settings, texts, files_below)
    }

    /// An experiment that sweeps it along axes, each a path with its values as TOML. It stands in memory
    /// only, beside the file.
    fn swept(&self, axes: Vec<(String, String)>) -> PyResult<Self> {
        if self.has_sweep {
            let message = format!("{} has a [sweep]; run it without other axes", self.path);
            return Err(PyValueError::new_err(message));
        }
        let own = Path::new(&self.path);
        let text = self.read(own).map_err(|it| could_not(&it))?;
        let mut text = if is_scenario(&text) {
            let file = own.file_name().unwrap_or(own.as_os_str());
            let quoted = |it: &str| serde_json::Value::from(it).to_string();
            format!(
                "schema = 1\nname = {}\ntitle = {}\nscenario = {}\n",
                quoted(&format!("{}-sweep", self.name)),
                quoted(&self.title),
                quoted(&file.to_string_lossy()),
            )
        } else {
            text
        };
        for (path, values) in axes {
            let path = serde_json::Value::from(path);
            let _ = write!(text, "\n[[sweep.axis]]\npath = {path}\nvalues = {values}\n");
        }
        let stem = own.file_stem().unwrap_or(own.as_os_str());
        let beside = own.with_file_name(format!("{}-sweep.toml", stem.to_string_lossy()));
        let mut texts = self
            .texts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        texts.insert(beside.clone(), text);
        Self::load(
            beside.display().to_string(),
            self.settings.clone(),
            Arc::new(Mutex::new(texts)),
            self.files_below.clone(),
        )
    }

    #[getter]
    fn path(&self) -> &str {
        &self.path
    }

    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    #[getter]
    fn title(&self) -> &str {
        &self.title
    }

    #[getter]
    fn sessions(&self) -> u64 {
        self.sessions
    }

    #[getter]
    fn seed(&self) -> u64 {
        self.seed.0
    }

    #[getter]
    fn has_sweep(&self) -> bool {
        self.has_sweep
    }

    #[getter]
    fn settings(&self) -> Vec<String> {
        self.settings.clone()
    }

    /// What in the files is most likely not meant.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    /// The whole configuration as JSON.
    #[getter]
    fn config(&self) -> String {
        self.config.to_string()
    }

    /// Every number with where it comes from.
    #[getter]
    fn numbers(&self) -> Vec<SourcedNumber> {
        let sourced = |it: &Number| {
            let from = &it.provenance;
            let basis = from.basis.map(demarche::domain::Basis::name);
            let (least, greatest) = it.distribution.range();
            let values = (least, it.distribution.quantile(0.5), greatest);
            let (sources, note) = (from.sources.clone(), from.note.clone());
            (it.path.clone(), values, basis, sources, note)
        };
        self.setting.numbers().map(sourced).collect()
    }

    /// How often each claim holds over draws of all uncertain numbers.
    fn claims(
        &self,
        py: Python<'_>,
        draws: u64,
        seed: Option<u64>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Vec<MeasuredClaim>> {
        let watch = Watch {
            progress,
            threads: Some(1),
            ..Watch::default()
        };
        let seeds = Seeds::new(seed.map_or(self.seed, MasterSeed));
        let held = watch.course(py, |options, course| {
            course.plan(draws);
            measure_claims(&self.setting, &seeds, draws, |n| {
                course.reach(n);
                if options.interrupt.is_requested() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
        })?;
        let claims = self.setting.scenario().claims.iter().zip(held);
        let measured = claims.map(|(it, n)| (it.name.clone(), it.says.clone(), n, it.at_least));
        Ok(measured.collect())
    }
}
