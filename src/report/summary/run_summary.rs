//! What a run came to, as far as its page shows it: a few figures, however many sessions.

use std::collections::BTreeMap;

use crate::report::summary::first_cell::FirstCell;
use crate::report::summary::studies::{Dependence, FlipFindings};
use crate::report::summary::swept_cells::{CellFigures, SweptCells};
use crate::report::summary::table_rows::{OpenTable, SummaryError, rows};
use crate::run::{RunSpec, StudyAnswer, StudySpec, WholeRun};

/// What a run came to, in the digits of its tables: the same of a run in memory and of one that is
/// read back.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RunSummary {
    /// The first cell, which is the only one of a batch.
    pub(crate) first: FirstCell,
    /// The cells of a sweep.
    pub(crate) swept: SweptCells,
    /// What outcomes depend on, by a study or by a sweep whose cells follow a design.
    pub(crate) dependences: Vec<Dependence>,
    /// What flips the answer, by a search.
    pub(crate) flips: FlipFindings,
}

impl RunSummary {
    /// Reads the tables of a run.
    ///
    /// # Errors
    ///
    /// If a table is damaged, or longer than any that demarche writes.
    pub fn read(open: &OpenTable<'_>) -> Result<Self, SummaryError> {
        let mut first = FirstCell::default();
        let mut figures: BTreeMap<u32, CellFigures> = BTreeMap::new();
        rows("summary", open, |it| {
            let cell = it.cell()?;
            if cell == 0 {
                first.read_metric(it);
            }
            let is_of_every = CellFigures::has(it.text("metric"));
            if is_of_every {
                figures.entry(cell).or_default().read_metric(it);
            }
            (cell == 0 || is_of_every).then_some(())
        })?;
        first.read_tables(open)?;
        Ok(Self {
            first,
            swept: SweptCells::read(open, figures)?,
            dependences: Dependence::read_all(open)?,
            flips: FlipFindings::read(open)?,
        })
    }

    /// What a batch or a sweep came to.
    pub fn of_run(spec: &RunSpec, whole: &WholeRun) -> Self {
        let (scenario, results) = (spec.setting().scenario(), &whole.results);
        let ranked = &results.commonest[0].ranked;
        Self {
            first: FirstCell::of(scenario, &results.tallies[0], ranked),
            swept: SweptCells::of(scenario, spec.parameters(), results),
            dependences: Dependence::of_all(scenario, &whole.factors, &whole.findings),
            ..Self::default()
        }
    }

    /// What a study came to.
    pub fn of_study(spec: &StudySpec, answer: &StudyAnswer<'_>) -> Self {
        let setting = spec.setting();
        match answer {
            StudyAnswer::Sensitivity {
                study, findings, ..
            } => Self {
                dependences: Dependence::of_all(setting.scenario(), study.factors(), findings),
                ..Self::default()
            },
            StudyAnswer::Flip { search, flips } => Self {
                flips: FlipFindings::of(setting, search.rate, &flips.flips),
                ..Self::default()
            },
        }
    }
}
