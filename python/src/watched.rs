//! Work that Python waits for: without its lock, with progress, and with Ctrl-C.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use demarche::actors::OutsideParties;
use demarche::experiment::Interrupt;
use demarche::run::{Observer, Progress, RunOptions, Workload};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// How often signals are looked at, and progress is told.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// The most threads.
const THREADS_MAX: usize = 1024;

/// How work is done that Python waits for.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// Called with how much is done and how much there is, while work is under way and at its end.
    pub(crate) progress: Option<Py<PyAny>>,
    /// On how many threads; by default one for each core.
    pub(crate) threads: Option<usize>,
    /// Asks the work to stop.
    pub(crate) interrupt: Interrupt,
    /// Who answers for parties from outside.
    pub(crate) outside: OutsideParties,
}

/// How far the work has come, as the thread sees it that does it.
#[derive(Debug, Default)]
pub(crate) struct Course {
    n_done: AtomicU64,
    n_planned: AtomicU64,
    is_known: AtomicBool,
}

impl Course {
    /// There is so much to do.
    pub(crate) fn plan(&self, n: u64) {
        self.n_planned.store(n, Ordering::Relaxed);
        self.is_known.store(true, Ordering::Relaxed);
    }

    /// So much is done.
    pub(crate) fn reach(&self, n: u64) {
        self.n_done.store(n, Ordering::Relaxed);
    }

    fn tell(&self, py: Python<'_>, progress: Option<&Py<PyAny>>) -> PyResult<()> {
        if let Some(it) = progress
            && self.is_known.load(Ordering::Relaxed)
        {
            let done = self.n_done.load(Ordering::Relaxed);
            it.call1(py, (done, self.n_planned.load(Ordering::Relaxed)))?;
        }
        Ok(())
    }
}

/// Keeps the course of a run, and nothing else of it.
struct CourseObserver<'a>(&'a Course);

impl Observer for CourseObserver<'_> {
    fn planned(&mut self, workload: Workload) {
        self.0.plan(workload.n);
    }

    fn progressed(&mut self, progress: Progress<'_>) {
        self.0.reach(match progress {
            Progress::Cells { n_sessions, .. }
            | Progress::Points { n_sessions, .. }
            | Progress::Shift { n_sessions, .. }
            | Progress::Form { n_sessions, .. } => n_sessions,
            Progress::Draws { n_draws, .. } => n_draws,
            Progress::Evaluations { n, .. } => n,
        });
    }
}

impl Watch {
    fn options(&self) -> PyResult<RunOptions> {
        let default = RunOptions::default();
        let threads = match self.threads {
            Some(0) => {
                let message = "threads: 0 is not a whole number from 1";
                return Err(PyValueError::new_err(message));
            }
            Some(it) => it.min(THREADS_MAX),
            None => default.threads,
        };
        Ok(RunOptions {
            threads,
            interrupt: self.interrupt.clone(),
            outside: self.outside.clone(),
        })
    }

    /// Runs a run, and hands over what comes of it.
    ///
    /// # Errors
    ///
    /// `KeyboardInterrupt` after Ctrl-C, and what the callback raises: then the run is asked to stop, and
    /// waited for.
    pub(crate) fn run<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&RunOptions, &mut dyn Observer) -> T + Send,
    ) -> PyResult<T> {
        self.course(py, |options, course| {
            work(options, &mut CourseObserver(course))
        })
    }

    /// The same of work that keeps its course itself.
    pub(crate) fn course<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&RunOptions, &Course) -> T + Send,
    ) -> PyResult<T> {
        let options = self.options()?;
        let course = Course::default();
        let (ending, ended) = mpsc::sync_channel::<T>(1);
        thread::scope(|scope| {
            let (options, course) = (&options, &course);
            let worker = scope.spawn(move || {
                let done = work(options, course);
                // Whoever waits for it takes it.
                let _ = ending.send(done);
            });
            let waited = self.wait(py, ended, course);
            // Nobody is left to send: the thread is at its end, or has panicked.
            let joined = worker.join();
            match waited? {
                Some(it) => Ok(it),
                None => std::panic::resume_unwind(joined.expect_err("it sends, or it panics")),
            }
        })
    }

    /// Waits for the end of the work, with an eye on signals; `None` if it panicked.
    fn wait<T: Send>(
        &self,
        py: Python<'_>,
        mut ended: Receiver<T>,
        course: &Course,
    ) -> PyResult<Option<T>> {
        let mut raised: Option<PyErr> = None;
        loop {
            let received;
            (ended, received) = py.detach(move || {
                let received = ended.recv_timeout(LOOK_INTERVAL);
                (ended, received)
            });
            let looked = match &received {
                // What was raised before is what is told.
                _ if raised.is_some() => Ok(()),
                Err(RecvTimeoutError::Disconnected) => Ok(()),
                Ok(_) | Err(RecvTimeoutError::Timeout) => py
                    .check_signals()
                    .and_then(|()| course.tell(py, self.progress.as_ref())),
            };
            if let Err(it) = looked {
                self.interrupt.request();
                raised = Some(it);
            }
            match received {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(it) => return raised.map_or(Ok(Some(it)), Err),
                Err(RecvTimeoutError::Disconnected) => return raised.map_or(Ok(None), Err),
            }
        }
    }
}
