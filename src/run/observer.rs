//! Whoever watches a run.

use std::path::Path;

use demarche_core::negotiation::Setting;

use crate::experiment::{FlipSearch, Form, Study, Tally, Trial};

/// Receives the events of a run. All methods have empty default implementations.
///
/// `()` watches nothing.
#[expect(unused_variables, reason = "the names document the parameters")]
pub trait Observer {
    /// Something in the files is most likely not meant.
    fn warned(&mut self, warning: &str) {}

    /// The folder of the run is there, and is being filled.
    fn began(&mut self, folder: &Path) {}

    /// So much is to be run.
    fn planned(&mut self, workload: Workload) {}

    /// So many sessions were run by an earlier process.
    fn restored(&mut self, n_sessions: u64) {}

    /// Sessions are run from now on: an interrupt is looked at.
    fn wave_begins(&mut self) {}

    /// More sessions are done.
    fn progressed(&mut self, progress: Progress<'_>) {}

    /// For the moment no sessions are run, and an interrupt is not looked at.
    fn wave_ends(&mut self) {}

    /// No sessions are run any more.
    fn sessions_ended(&mut self) {}

    /// The state on disk is current: interrupting the run now loses no session that could have been
    /// kept.
    fn safe_to_leave(&mut self) {}

    /// So many bytes of the tables are read back, of so many.
    fn tables_read(&mut self, n_read: u64, n_bytes: u64) {}

    /// The tables are read back.
    fn tables_checked(&mut self) {}
}

impl Observer for () {}

/// How much there is to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Workload {
    /// What is counted: `session`, or `draw` of all preferences.
    pub noun: &'static str,
    /// How many.
    pub n: u64,
    /// Whether fewer may do.
    pub is_most: bool,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// A batch or a sweep.
    Cells {
        /// Sessions that are done.
        n_sessions: u64,
        /// Cells that are done.
        n_cells: usize,
        /// By cell, the results so far.
        tallies: &'a [Tally],
    },
    /// A study of what matters.
    Points {
        /// Sessions that are done.
        n_sessions: u64,
        /// The study.
        study: &'a Study,
    },
    /// A search for flips.
    Shift {
        /// Sessions that are done.
        n_sessions: u64,
        /// Whose numbers are moved.
        setting: &'a Setting,
        /// The search.
        search: &'a FlipSearch,
        /// What is being tried.
        trial: &'a Trial,
    },
    /// Plans being weighed.
    Draws {
        /// Draws that are done.
        n_draws: u64,
        /// How many plans.
        n_plans: usize,
    },
    /// A shard of a study.
    Evaluations {
        /// Sessions or draws that are done.
        n: u64,
        /// Chunks that are done.
        n_chunks: u64,
        /// How many there are.
        of: u64,
    },
    /// Other forms of the model.
    Form {
        /// Sessions that are done, with those of a batch before them.
        n_sessions: u64,
        /// The form under which the last of them were run.
        form: &'a Form,
        /// How many of the last ones ended in a deal.
        n_agreements: u64,
        /// How many those were.
        n_last: u64,
    },
}
