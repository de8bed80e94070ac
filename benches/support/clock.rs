//! Time, as benches take it: that of the processor, since machines are shared.

/// Seconds of this thread's processor time that some work takes.
#[cfg(unix)]
pub(crate) fn seconds(work: impl FnOnce()) -> f64 {
    use rustix::time::{ClockId, Timespec, clock_gettime};

    let now = || {
        let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::ThreadCPUTime);
        std::time::Duration::new(
            tv_sec.unsigned_abs(),
            u32::try_from(tv_nsec).expect("below 1 s"),
        )
    };
    let before = now();
    work();
    now().saturating_sub(before).as_secs_f64().max(1e-9)
}

/// Seconds that some work takes: no portable clock tells those of the processor.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
pub(crate) fn seconds(work: impl FnOnce()) -> f64 {
    let clock = std::time::Instant::now();
    work();
    clock.elapsed().as_secs_f64().max(1e-9)
}

/// The middle one of some measurements.
pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// A share of `full`, at least 1, if the environment asks for a trial of the bench with `SMALL`.
pub(crate) fn sized(full: u64) -> u64 {
    if std::env::var_os("SMALL").is_some() {
        (full / 50).max(1)
    } else {
        full
    }
}
