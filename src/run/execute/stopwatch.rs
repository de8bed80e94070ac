//! The only clock of the library: how long a run takes, and when a disk is waited for.

use std::time::{Duration, Instant};

use crate::run::record::Timing;

/// How often what was run is synced: the most work that a power failure can lose.
const SYNC_INTERVAL: Duration = Duration::from_secs(10);

/// When a run began, and on how many threads.
#[derive(Debug)]
pub(super) struct Stopwatch {
    started: jiff::Zoned,
    clock: Instant,
    threads: usize,
}

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "the manifest records how long a run took"
    )]
    pub(super) fn start(threads: usize) -> Self {
        Self {
            started: jiff::Zoned::now(),
            clock: Instant::now(),
            threads,
        }
    }

    pub(super) fn timing(&self) -> Timing {
        Timing {
            started: self.started.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            wall_seconds: self.clock.elapsed().as_secs_f64(),
            threads: self.threads,
        }
    }
}

/// When what was written is to be waited for next.
#[derive(Debug)]
pub(super) struct SyncTimer {
    last: Instant,
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a disk may lag behind is about wall time; no result sees it"
)]
impl SyncTimer {
    pub(super) fn start() -> Self {
        Self {
            last: Instant::now(),
        }
    }

    /// Whether it is time for it.
    pub(super) fn is_due(&self) -> bool {
        self.last.elapsed() >= SYNC_INTERVAL
    }

    pub(super) fn restart(&mut self) {
        self.last = Instant::now();
    }
}
