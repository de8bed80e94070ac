//! Plans weighed in memory, a few draws at a time: without threads, files and a clock.

use crate::experiment::StepwiseEvaluation;
use crate::run::execute::in_memory::untimed;
use crate::run::execute::weighing::weighing_manifest;
use crate::run::record::Manifest;
use crate::run::spec::WeighingSpec;
use crate::tables::{PlanCells, PlanTable};

/// Plans weighed in memory, of which whoever holds them makes a few draws at a time.
///
/// Its tables are those of [`execute_weighing`](crate::run::execute_weighing()) with the same
/// specification.
#[derive(Debug)]
pub struct MemoryWeighing {
    spec: WeighingSpec,
    evaluation: StepwiseEvaluation,
}

impl MemoryWeighing {
    /// Of no draw yet.
    ///
    /// # Panics
    ///
    /// If the specification is of a sweep.
    pub fn new(spec: WeighingSpec) -> Self {
        Self {
            evaluation: StepwiseEvaluation::new(spec.evaluator().clone()),
            spec,
        }
    }

    /// What is weighed.
    pub fn spec(&self) -> &WeighingSpec {
        &self.spec
    }

    /// How many draws are made in the end.
    pub fn n_planned(&self) -> u64 {
        self.evaluation.n_planned()
    }

    /// How many of them were made.
    pub fn n_done(&self) -> u64 {
        self.evaluation.n_done()
    }

    /// Makes the next draws, so many if there are as many left.
    pub fn advance(&mut self, draws: u64) {
        self.evaluation.advance(draws);
    }

    /// The bytes of a table as a run writes it, by its name without an ending; `None` of a table that
    /// it does not have, and before all draws are made.
    pub fn table(&self, name: &str) -> Option<Vec<u8>> {
        let table = PlanTable::ALL.into_iter().find(|it| it.name() == name)?;
        let evaluated = self.evaluation.evaluated()?;
        Some(table.bytes(PlanCells {
            scenario: self.spec.setting().scenario(),
            paths: &[],
            values: &[Vec::new()],
            evaluated: std::slice::from_ref(evaluated),
        }))
    }

    /// What makes it repeatable.
    pub fn manifest(&self) -> Manifest {
        let is_complete = self.evaluation.evaluated().is_some();
        weighing_manifest(&self.spec, is_complete, Vec::new(), untimed())
    }
}
