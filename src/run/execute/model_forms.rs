//! Running sessions under other forms of the model.

use std::convert::Infallible;

use demarche_core::randomness::{MasterSeed, Seeds};

use crate::experiment::{BatchError, FormResult, Robustness};
use crate::run::execute::options::RunOptions;
use crate::run::observer::{Observer, Progress};

/// Runs the sessions under every form that applies, after so many others; `None` if interrupted.
/// `endings` counts how all of them ended, also if it is interrupted.
pub(super) fn run_forms(
    robustness: &Robustness,
    seed: MasterSeed,
    n_before: u64,
    options: &RunOptions,
    observer: &mut dyn Observer,
    endings: &mut [u64; 4],
) -> Result<Option<Vec<Option<FormResult>>>, BatchError<Infallible>> {
    let mut n_sessions = n_before;
    observer.wave_begins();
    let (threads, interrupt) = (options.threads, &options.interrupt);
    let results = robustness.run(Seeds::new(seed), threads, interrupt, |form, ended| {
        n_sessions += ended.len() as u64;
        for it in ended {
            endings[it.idx()] += 1;
        }
        let agreed = ended.iter().filter(|it| it.is_agreed());
        observer.progressed(Progress::Form {
            n_sessions,
            form,
            n_agreements: agreed.count() as u64,
            n_last: ended.len() as u64,
        });
    });
    observer.wave_ends();
    results
}
