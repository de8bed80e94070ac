//! How a run is carried out: what its results do not depend on.

use std::num::NonZero;
use std::thread::available_parallelism;

use crate::actors::OutsideParties;
use crate::experiment::Interrupt;

/// How a run is carried out: what its results do not depend on.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// On how many threads, at least 1.
    pub threads: usize,
    /// Stops it when asked.
    pub interrupt: Interrupt,
    /// Who answers for the parties of a batch or a sweep that its [request](crate::run::RunRequest)
    /// has from outside.
    pub outside: OutsideParties,
}

impl Default for RunOptions {
    /// A thread for each core, and nobody who interrupts.
    fn default() -> Self {
        Self {
            threads: available_parallelism().map_or(1, NonZero::get),
            interrupt: Interrupt::default(),
            outside: OutsideParties::default(),
        }
    }
}
