//! The results that the page of a run shows: a few figures, however many sessions.

use std::collections::BTreeMap;

use crate::experiment::CellId;
use crate::report::summary::detailed_cell::DetailedCell;
use crate::report::summary::plans::PlanFindings;
use crate::report::summary::studies::{Dependence, FlipFindings, FormSummary, LevelSummary};
use crate::report::summary::swept_cells::{CellFigures, SweptCells};
use crate::report::summary::table_rows::{OpenTable, rows};
use crate::run::{RunResults, RunSpec, StudyAnswer, StudySpec, TableError};

/// The results of a run, in the digits of its tables: the same for a run in memory and for one that
/// is read back.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RunSummary {
    /// The cell that is shown in detail: of a sweep the one with the most deals, and the only one of
    /// a batch.
    pub(crate) first: DetailedCell,
    /// The cells of a sweep.
    pub(crate) swept: SweptCells,
    /// What outcomes depend on, by a study or by a sweep whose cells follow a design.
    pub(crate) dependences: Vec<Dependence>,
    /// What flips the answer, by a search.
    pub(crate) flips: FlipFindings,
    /// How weighed plans fare.
    pub(crate) plans: PlanFindings,
    /// What came of other forms of the model, the scenario as it stands first; empty if none were
    /// tried.
    pub(crate) forms: Vec<FormSummary>,
    /// What came of the levels of the form of the model, by a study that varies it.
    pub(crate) levels: Vec<LevelSummary>,
}

impl RunSummary {
    /// Reads the tables of a run.
    ///
    /// # Errors
    ///
    /// If a table is damaged, or longer than any that demarche writes.
    pub fn read(open: &OpenTable<'_>) -> Result<Self, TableError> {
        let mut figures: BTreeMap<u32, CellFigures> = BTreeMap::new();
        rows("summary", open, |it| {
            let cell = it.cell()?;
            CellFigures::has(it.text("metric"))
                .then(|| figures.entry(cell).or_default().read_metric(it))
        })?;
        let swept = SweptCells::read(open, figures)?;
        let cell = swept.with_most_deals();
        let mut first = DetailedCell::default();
        rows("summary", open, |it| {
            it.is_of(cell).then(|| first.read_metric(it))
        })?;
        first.read_tables(open, cell)?;
        Ok(Self {
            first,
            swept,
            dependences: Dependence::read_all(open)?,
            flips: FlipFindings::read(open)?,
            plans: PlanFindings::read(open)?,
            forms: FormSummary::read_all(open)?,
            levels: LevelSummary::read_all(open)?,
        })
    }

    /// The number of the cell that is shown in detail.
    pub(crate) fn detailed_cell(&self) -> u32 {
        self.swept.with_most_deals()
    }

    /// The results of a batch or a sweep.
    pub fn of_run(spec: &RunSpec, run: &RunResults) -> Self {
        let (scenario, results) = (spec.setting().scenario(), &run.cells);
        let swept = SweptCells::of(scenario, spec.parameters(), results);
        let idx = CellId(swept.with_most_deals()).idx();
        let ranked = &results.most_frequent[idx].ranked;
        let setting = &spec.plan().cells()[idx].setting;
        Self {
            first: DetailedCell::of(setting, &results.tallies[idx], ranked),
            swept,
            dependences: Dependence::of_all(scenario, &run.factors, &run.findings),
            forms: (spec.robustness())
                .map_or_else(Vec::new, |it| FormSummary::of_all(it, &run.forms)),
            ..Self::default()
        }
    }

    /// The results of a study.
    pub fn of_study(spec: &StudySpec, answer: &StudyAnswer<'_>) -> Self {
        let setting = spec.setting();
        match answer {
            StudyAnswer::Sensitivity {
                study,
                findings,
                levels,
                ..
            } => Self {
                dependences: Dependence::of_all(setting.scenario(), study.factors(), findings),
                levels: LevelSummary::of_all(levels),
                ..Self::default()
            },
            StudyAnswer::Robustness {
                robustness,
                results,
            } => Self {
                forms: FormSummary::of_all(robustness, results),
                ..Self::default()
            },
            StudyAnswer::Flip { search, flips } => Self {
                flips: FlipFindings::of(setting, search.rate, &flips.flips),
                ..Self::default()
            },
        }
    }
}
