//! Work in a thread of its own: Ctrl-C does not wait for it, and beyond a second its progress is shown.

use std::io::IsTerminal as _;
use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::failure::Failure;
use crate::cli::interactive::ctrl_c::{Asked, CtrlC};
use crate::cli::message;
use crate::experiment::Interrupt;

/// Ctrl-C is looked at so often.
const TICK: Duration = Duration::from_millis(50);

/// No progress is shown of work that takes less.
const FIRST_LINE: Duration = Duration::from_secs(1);

/// Where nobody watches, a line is enough so often.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Whoever waits for work in the background.
#[derive(Debug)]
pub(crate) struct Background {
    interrupt: Interrupt,
    _asked: Asked,
    started: Instant,
    shown: Shown,
}

#[derive(Debug)]
enum Shown {
    Bar(ProgressBar),
    Lines { next: Instant },
}

impl Background {
    /// Begins to wait.
    #[expect(
        clippy::disallowed_methods,
        reason = "progress is about wall time; no result sees it"
    )]
    pub(crate) fn new(ctrl_c: &CtrlC) -> Self {
        let started = Instant::now();
        let shown = if std::io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{spinner} {wide_msg}");
            let bar = ProgressBar::hidden().with_style(style.expect("the template is well formed"));
            Shown::Bar(bar)
        } else {
            Shown::Lines {
                next: started + FIRST_LINE,
            }
        };
        Self {
            interrupt: ctrl_c.interrupt().clone(),
            _asked: ctrl_c.ask_first(),
            started,
            shown,
        }
    }

    /// Whether Ctrl-C came.
    pub(crate) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// Receives the results of work one by one; `render` describes the progress after a number of
    /// them.
    ///
    /// The work is to end when what it sends is not taken any more. Fails with
    /// [`Failure::Interrupted`] when Ctrl-C comes before its end.
    pub(crate) fn each<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&SyncSender<T>) + Send + 'static,
        rendered: impl Fn(u64) -> String,
        mut take: impl FnMut(T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (sender, receiver) = sync_channel(0);
        let thread = thread::Builder::new().spawn(move || work(&sender));
        let thread = thread
            .map_err(|error| Failure::CouldNotFinish(format!("cannot start a thread: {error}")))?;
        let mut n_taken = 0;
        loop {
            let received = receiver.recv_timeout(TICK);
            if self.interrupt.is_requested() {
                return Err(Failure::Interrupted);
            }
            match received {
                Ok(it) => {
                    take(it)?;
                    n_taken += 1;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.show(|| rendered(n_taken));
        }
        thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        Ok(())
    }

    /// The result of work.
    pub(crate) fn one<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
        rendered: &str,
    ) -> Result<T, Failure> {
        let mut res = None;
        let send = |sender: &SyncSender<T>| {
            // Nobody takes it after Ctrl-C.
            let _ = sender.send(work());
        };
        let take = |it| {
            res = Some(it);
            Ok(())
        };
        self.each(send, |_| rendered.to_owned(), take)?;
        Ok(res.expect("finished work has a result"))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "progress is about wall time; no result sees it"
    )]
    fn show(&mut self, text: impl FnOnce() -> String) {
        let now = Instant::now();
        let elapsed = now - self.started;
        if elapsed < FIRST_LINE {
            return;
        }
        match &mut self.shown {
            Shown::Bar(bar) => {
                if bar.is_hidden() {
                    bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
                }
                bar.set_message(format!("{}, {} s", text(), elapsed.as_secs()));
                bar.tick();
            }
            Shown::Lines { next } if now >= *next => {
                *next = now + LINE_INTERVAL;
                message(&format!("{}, {} s", text(), elapsed.as_secs()));
            }
            Shown::Lines { .. } => {}
        }
    }
}

impl Drop for Background {
    /// Leaves the terminal to others.
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}
