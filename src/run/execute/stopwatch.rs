//! The only clock of the library: how long a run takes, and when a disk is waited for.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Zoned};

use crate::run::record::Timing;

/// How times are written.
const TIME_FORMAT: &str = "%Y-%m-%dT%H:%M:%S%:z";

/// How often what was run is synced: the most work that a power failure can lose.
const SYNC_INTERVAL: Duration = Duration::from_secs(10);

/// When a run began, and on how many threads.
#[derive(Debug)]
pub(super) struct Stopwatch {
    started: Zoned,
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
            started: Zoned::now(),
            clock: Instant::now(),
            threads,
        }
    }

    pub(super) fn timing(&self) -> Timing {
        Timing {
            started: self.started.strftime(TIME_FORMAT).to_string(),
            wall_seconds: self.clock.elapsed().as_secs_f64(),
            threads: self.threads,
        }
    }
}

/// When a run ended, written as it says when it began.
pub(in crate::run) fn ended(timing: &Timing) -> String {
    let ended = || {
        let began = Zoned::strptime(TIME_FORMAT, &timing.started).ok()?;
        let took = SignedDuration::try_from_secs_f64(timing.wall_seconds).ok()?;
        let ended = began.checked_add(took).ok()?;
        Some(ended.strftime(TIME_FORMAT).to_string())
    };
    // A manifest that somebody wrote otherwise has no other time.
    ended().unwrap_or_else(|| timing.started.clone())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_as_long_after_its_beginning_as_it_took() {
        let of = |started: &str, wall_seconds: f64| {
            ended(&Timing {
                started: started.to_owned(),
                wall_seconds,
                threads: 1,
            })
        };
        let end = of("2026-12-31T23:59:58+03:00", 3.9);
        assert_eq!(end, "2027-01-01T00:00:01+03:00");
        assert_eq!(of("yesterday", 1.0), "yesterday");
    }
}
