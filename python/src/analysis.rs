//! What theory says of a scenario: its bargaining solutions over draws, and the frontier of one draw.

use std::path::PathBuf;
use std::sync::Arc;

use demarche::cli::embedding::{self, Failure, create_new};
use demarche::experiment::{
    Definitions, Interrupt, SolutionAnalyzer, SolutionBenchmark, check_outcomes,
};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::tables::{SolutionsTable, WriteError, frontier_columns, write_frontier};
use pyo3::exceptions::{PyKeyboardInterrupt, PyValueError};
use pyo3::prelude::*;

use crate::errors::{could_not, exception};
use crate::kept_run::{Place, RunFolder, Table};
use crate::loaded_scenario::LoadedScenario;
use crate::watched::{Course, Watch};

/// Columns of the summary, which Python shows where it shows text.
const WIDTH: usize = 100;

/// An analysis in a folder.
#[pyclass(frozen, module = "demarche._demarche")]
#[derive(Debug)]
pub(crate) struct Analysis {
    folder: Arc<RunFolder>,
    solutions: Vec<demarche::tables::Column>,
    frontier: Vec<demarche::tables::Column>,
    replication: u64,
    text: String,
}

/// What is analyzed.
struct Analyzing<'a> {
    analyzer: SolutionAnalyzer,
    scenario: &'a demarche::domain::Scenario,
    seeds: Seeds,
    n_draws: u64,
}

impl Analyzing<'_> {
    /// Looks at all draws; `None` if it is interrupted.
    fn draw_all(
        &mut self,
        table: &mut SolutionsTable,
        interrupt: &Interrupt,
        course: &Course,
    ) -> Result<Option<embedding::Analysis>, WriteError> {
        let mut analysis = embedding::Analysis::new(self.scenario.parties.len());
        course.plan(self.n_draws);
        for replication in 0..self.n_draws {
            if interrupt.is_requested() {
                return Ok(None);
            }
            let benchmark = self.look(Replication(replication));
            analysis.add(&benchmark);
            table.push(self.scenario, &benchmark)?;
            course.reach(replication + 1);
        }
        Ok(Some(analysis))
    }

    fn look(&mut self, replication: Replication) -> SolutionBenchmark {
        self.analyzer.look(&self.seeds, replication)
    }
}

/// Computes the bargaining solutions of a scenario over draws, and the frontier of one of them.
#[pyfunction]
#[expect(
    clippy::too_many_arguments,
    reason = "named arguments in Python, one each"
)]
pub(crate) fn analyze(
    py: Python<'_>,
    scenario: &LoadedScenario,
    draws: Option<u64>,
    replication: Option<u64>,
    definitions: &str,
    seed: Option<u64>,
    out: Option<PathBuf>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Analysis> {
    let definitions = match definitions {
        "textbook" => Definitions::Textbook,
        "negmas" => Definitions::Negmas,
        it => {
            return Err(PyValueError::new_err(format!(
                "the definitions are `textbook` and `negmas`, not `{it}`"
            )));
        }
    };
    let setting = &scenario.setting;
    check_outcomes(setting.scenario()).map_err(|it| exception(&Failure::from(it)))?;
    let mut analyzing = Analyzing {
        analyzer: SolutionAnalyzer::by(definitions, Arc::clone(setting)),
        scenario: setting.scenario(),
        seeds: Seeds::new(seed.map_or(scenario.seed, MasterSeed)),
        n_draws: draws.unwrap_or_else(|| SolutionAnalyzer::draws_default(setting)),
    };
    let place = Place::new(out)?;
    let directory = create_new(&place.path).map_err(|it| exception(&it))?;
    let watch = Watch {
        progress,
        threads: Some(1),
        ..Watch::default()
    };
    let analyzed = watch.course(py, |options, course| {
        let interrupt = &options.interrupt;
        let mut table = SolutionsTable::open(&directory, analyzing.scenario)?;
        let Some(analysis) = analyzing.draw_all(&mut table, interrupt, course)? else {
            return Ok(None);
        };
        let shown = replication.map_or_else(|| analysis.middle_draw(), Replication);
        let benchmark = analyzing.look(shown);
        write_frontier(&directory, analyzing.scenario, &benchmark, interrupt)?;
        Ok::<_, WriteError>(Some((shown, analysis.render(analyzing.scenario, WIDTH))))
    })?;
    let analyzed = analyzed.map_err(|it| could_not(&it))?;
    let (shown, text) =
        analyzed.ok_or_else(|| PyKeyboardInterrupt::new_err("the analysis was interrupted"))?;
    Ok(Analysis {
        folder: Arc::new(RunFolder {
            directory,
            tables: Vec::new(),
            _place: place,
        }),
        solutions: SolutionsTable::columns(setting.scenario()),
        frontier: frontier_columns(setting.scenario()),
        replication: shown.0,
        text,
    })
}

#[pymethods]
impl Analysis {
    #[getter]
    fn path(&self) -> PathBuf {
        self.folder.directory.path().to_owned()
    }

    #[getter]
    fn solutions(&self) -> Table {
        Table::new(&self.folder, "solutions", self.solutions.clone())
    }

    #[getter]
    fn frontier(&self) -> Table {
        Table::new(&self.folder, "frontier", self.frontier.clone())
    }

    /// The draw that the frontier is of.
    #[getter]
    fn replication(&self) -> u64 {
        self.replication
    }

    /// The summary of all draws.
    #[getter]
    fn text(&self) -> &str {
        &self.text
    }
}
