//! The tables of what theory says: the agreements it singles out, and a frontier.

use demarche_core::domain::{Outcome, Scenario};
use demarche_core::solution::Concept;

use crate::experiment::{Interrupt, SolutionBenchmark};
use crate::tables::folder::{RunDirectory, TableFile, WriteError};
use crate::tables::formats::{Field, Rows, TableCopies};
use crate::tables::schema::{Column, number, text, whole};

/// A table of solutions being written, draw by draw.
#[derive(Debug)]
pub struct SolutionsTable {
    file: TableFile,
}

impl SolutionsTable {
    /// Begins the table.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn open(directory: &RunDirectory, scenario: &Scenario) -> Result<Self, WriteError> {
        let columns = Self::columns(scenario);
        Ok(Self {
            file: directory.table("solutions", columns, TableCopies::NONE)?,
        })
    }

    /// Its columns.
    pub fn columns(scenario: &Scenario) -> Vec<Column> {
        let fixed = vec![
            whole("replication"),
            whole("n_acceptable"),
            whole("n_frontier"),
            text("concept"),
        ];
        columns(fixed, scenario)
    }

    /// Adds a row per agreement that theory singles out in a draw; one without any if there is none.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn push(
        &mut self,
        scenario: &Scenario,
        benchmark: &SolutionBenchmark,
    ) -> Result<(), WriteError> {
        let mut rows = Rows::new();
        let feasible_set = &benchmark.feasible_set;
        let of_draw = [
            benchmark.replication.0.into(),
            feasible_set.n_acceptable.into(),
            (feasible_set.frontier.len() as u64).into(),
        ];
        for concept in Concept::ALL {
            let Some(it) = benchmark.solution(concept) else {
                continue;
            };
            let utilities = it.utilities.iter().map(|&it| it.into());
            rows.push(
                of_draw
                    .into_iter()
                    .chain([concept.name().into()])
                    .chain(utilities)
                    .chain(settled(scenario, it.outcome)),
            );
        }
        if benchmark.solutions.is_empty() {
            let n_missing = 1 + scenario.parties.len() + scenario.issues.len();
            let missing = std::iter::repeat_n(Field::Missing, n_missing);
            rows.push(of_draw.into_iter().chain(missing));
        }
        self.file.push(&rows)
    }
}

/// The columns of a frontier's table.
pub fn frontier_columns(scenario: &Scenario) -> Vec<Column> {
    columns(vec![whole("point"), text("concepts")], scenario)
}

/// Bytes of points that are written at once.
const BYTES_AT_ONCE: usize = 1 << 18;

/// Writes the frontier of a draw; ends early, without an error, when the interrupt is requested.
///
/// # Errors
///
/// If the file cannot be written.
pub fn write_frontier(
    directory: &RunDirectory,
    scenario: &Scenario,
    benchmark: &SolutionBenchmark,
    interrupt: &Interrupt,
) -> Result<(), WriteError> {
    let columns = frontier_columns(scenario);
    let mut file = directory.table("frontier", columns, TableCopies::NONE)?;
    let frontier = &benchmark.feasible_set.frontier;
    let mut rows = Rows::new();
    for (number, point) in (1_u64..).zip(0..frontier.len()) {
        let outcome = scenario.space.outcome_at(frontier.outcome(point));
        let solutions = benchmark.solutions.iter();
        let concepts: Vec<&str> = solutions
            .filter(|it| it.outcome == outcome)
            .flat_map(|it| it.concepts.iter().map(|it| it.name()))
            .collect();
        let concepts = (!concepts.is_empty()).then(|| concepts.join(" "));
        let utilities = frontier.utilities(point).iter().map(|&it| it.into());
        rows.push(
            [number.into(), concepts.as_deref().into()]
                .into_iter()
                .chain(utilities)
                .chain(settled(scenario, outcome)),
        );
        if rows.bytes().len() >= BYTES_AT_ONCE {
            if interrupt.is_requested() {
                return Ok(());
            }
            file.push(&rows)?;
            rows.clear();
        }
    }
    file.push(&rows)
}

/// The fixed columns, then a utility per party and an option per issue.
fn columns(fixed: Vec<Column>, scenario: &Scenario) -> Vec<Column> {
    let parties = scenario.parties.iter();
    let utilities = parties.map(|it| number(format!("utility_{}", it.name)));
    let issues = scenario.issues.iter();
    let options = issues.map(|it| text(format!("settled_{}", it.name)));
    fixed.into_iter().chain(utilities).chain(options).collect()
}

/// The option with which an outcome settles each issue.
fn settled(scenario: &Scenario, outcome: Outcome) -> impl Iterator<Item = Field<'_>> {
    let issues = scenario.space.issues();
    issues.map(move |it| scenario.option_name(outcome, it).into())
}
