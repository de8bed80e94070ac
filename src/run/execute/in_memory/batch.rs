//! A batch in memory, a few sessions at a time: without threads, files and a clock.

use demarche_core::negotiation::{PlainLoop, SessionResult};
use demarche_core::protocol::Session;
use demarche_core::randomness::{Replication, Seeds};

use crate::experiment::Cell;
use crate::run::execute::finish::{RunResults, run_manifest};
use crate::run::execute::in_memory::untimed;
use crate::run::spec::RunSpec;
use crate::run::writer::MemoryTables;

/// A batch in memory, of which whoever holds it runs a few sessions at a time.
///
/// Its sessions, tables and figures are those of [`execute`](crate::run::execute()) with the same
/// specification. It has no transcripts, no other forms of the model and no stopping rule: it has as
/// many sessions as a batch has at most.
///
/// # Examples
///
/// ```
/// use demarche::run::{MemoryRun, RunRequest, RunSpec};
///
/// // Files are read through the function that is given: here the only one is in memory.
/// let file = include_str!("../../../../configs/scenarios/two-villages.toml");
/// let request = RunRequest {
///     sessions: Some(100),
///     ..RunRequest::batch("two-villages.toml")
/// };
/// let spec = RunSpec::load(request, &|_| Ok(file.to_owned()), &mut ())?;
///
/// let mut run = MemoryRun::new(spec);
/// while run.n_done() < run.n_planned() {
///     // Between two calls there is time for something else.
///     run.advance(30);
/// }
/// println!("{} of {} agree", run.n_agreements(), run.n_done());
/// let table = run.table("sessions").expect("every batch has it");
/// assert_eq!(table.iter().filter(|it| **it == b'\n').count(), 101);
/// # Ok::<(), demarche::run::SpecError>(())
/// ```
#[derive(Debug)]
pub struct MemoryRun {
    spec: RunSpec,
    driver: PlainLoop,
    tables: MemoryTables,
    n_done: u64,
}

impl MemoryRun {
    /// Of no session yet.
    ///
    /// # Panics
    ///
    /// If the specification is of a sweep.
    pub fn new(spec: RunSpec) -> Self {
        let [cell] = spec.plan().cells() else {
            panic!("a batch has one cell");
        };
        Self {
            driver: PlainLoop::new(cell.setting.clone()),
            tables: MemoryTables::new(cell.clone(), spec.table_options()),
            spec,
            n_done: 0,
        }
    }

    /// What is run.
    pub fn spec(&self) -> &RunSpec {
        &self.spec
    }

    /// How many sessions it has in the end.
    pub fn n_planned(&self) -> u64 {
        self.spec.plan().n_replications()
    }

    /// How many of them were run.
    pub fn n_done(&self) -> u64 {
        self.n_done
    }

    /// How many of these ended in agreement.
    pub fn n_agreements(&self) -> u64 {
        self.tables.tally().n_agreements()
    }

    /// Runs the next sessions, so many if there are as many left.
    pub fn advance(&mut self, sessions: u64) {
        let end = self.n_planned().min(self.n_done.saturating_add(sessions));
        let (driver, seeds) = (&mut self.driver, &cell_of(&self.spec).seeds);
        let replications = (self.n_done..end).map(Replication);
        self.tables
            .push(replications.map(|it| driver.run(seeds, it)));
        self.n_done = end;
    }

    /// The random numbers of its sessions.
    pub fn seeds(&self) -> &Seeds {
        &cell_of(&self.spec).seeds
    }

    /// One of its sessions, played again.
    pub fn session(&mut self, replication: Replication) -> (Session, SessionResult) {
        self.driver.run(&cell_of(&self.spec).seeds, replication)
    }

    /// The bytes of a table as a run writes it, of the sessions so far, by its name without an ending.
    ///
    /// `None` of a table that it does not have, and of `agreements`.
    pub fn table(&self, name: &str) -> Option<Vec<u8>> {
        self.tables.table(name)
    }

    /// The results of the sessions so far.
    pub fn results(&self) -> RunResults {
        let cells = self.tables.results();
        let is_complete = self.n_done == self.n_planned();
        let endings = self.tables.tally().endings();
        RunResults {
            manifest: run_manifest(&self.spec, endings, is_complete, (Vec::new(), untimed())),
            cells,
            factors: Vec::new(),
            findings: Vec::new(),
            forms: Vec::new(),
            left_out: Vec::new(),
        }
    }
}

fn cell_of(spec: &RunSpec) -> &Cell {
    &spec.plan().cells()[0]
}
