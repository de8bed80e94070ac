//! The shards of a batch or a sweep become the run that they are parts of.

use std::path::Path;

use crate::experiment::{Robustness, Tally, Waves};
use crate::run::execute::error::RunError;
use crate::run::execute::finish::{Done, FinishedRun, conclude};
use crate::run::execute::options::RunOptions;
use crate::run::execute::sessions::{open_tables, try_forms};
use crate::run::execute::shards::open_shards::MergeableRun;
use crate::run::execute::stopwatch::Stopwatch;
use crate::run::journal::Journal;
use crate::run::observer::{Observer, Workload};

/// Makes the whole run of its shards, in a folder that must not exist: the same bytes as if it had
/// been run in one go. Only other forms of the model are run here, if the experiment names some.
///
/// # Errors
///
/// If the folder exists or cannot be made, and if the run cannot go on; then it can be resumed.
pub fn merge(
    run: &MergeableRun,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<FinishedRun, RunError> {
    let MergeableRun { shards, head, spec } = run;
    let stopwatch = Stopwatch::start(options.threads);
    let made = Journal::create(folder, head);
    let (directory, journal) = made.map_err(|it| RunError::not_made(folder, it))?;
    observer.began(directory.path());
    let tables = open_tables(spec, &directory, journal);
    let mut tables = tables.map_err(|it| RunError::stopped(&directory, it))?;
    let mut waves = (spec.until()).map(|it| Waves::new(it, spec.plan(), spec.pairing()));
    for it in shards {
        it.read(spec, Some(&mut tables), waves.as_mut())
            .map_err(|corruption| RunError::stopped(&directory, corruption))?;
    }
    // What is resumed needs none of the shards any more.
    (tables.sync()).map_err(|it| RunError::stopped(&directory, it))?;
    let n_sessions = tables.tallies().iter().map(Tally::n_sessions).sum();
    let done = Done {
        n_done: n_sessions,
        n_planned: n_sessions,
    };
    let n_of_forms = spec.robustness().map_or(0, Robustness::n_sessions);
    observer.planned(Workload {
        noun: "session",
        n: n_sessions + n_of_forms,
        is_most: false,
    });
    let tried = try_forms(spec, done, options, observer);
    observer.sessions_ended();
    observer.safe_to_leave();
    let results = tried.map_err(|it| RunError::stopped(&directory, it))?;
    conclude(spec, directory, tables, results, &stopwatch, observer)
}
