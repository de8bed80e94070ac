//! Ctrl-C: the end of the process, or first a request to what is being run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;
use std::{process, thread};

use crate::cli::message;
use crate::experiment::Interrupt;
use crate::outside::PartyProgram;

/// How long a process that is to end waits for its last words to be taken.
const LAST_WORDS_TIME: Duration = Duration::from_millis(200);

/// What Ctrl-C does: it ends the process at once, with exit code 130. Where something is run that
/// stops when it is asked, the first one asks.
#[derive(Clone, Debug)]
pub(crate) struct CtrlC {
    interrupt: Interrupt,
    n_runs: Arc<AtomicUsize>,
    last_words: Arc<Mutex<&'static str>>,
    /// Programs that were started, which Ctrl-C at the terminal does not reach by itself.
    programs: Arc<Mutex<Vec<Arc<PartyProgram>>>>,
}

/// Something is run that stops when it is asked.
#[derive(Debug)]
pub(crate) struct Asked(Arc<AtomicUsize>);

impl Default for CtrlC {
    fn default() -> Self {
        Self {
            interrupt: Interrupt::default(),
            n_runs: Arc::default(),
            last_words: Arc::new(Mutex::new("\ninterrupted")),
            programs: Arc::default(),
        }
    }
}

impl CtrlC {
    /// Listens from now on.
    pub(crate) fn listen() -> Self {
        let res = Self::default();
        // Without a thread nobody would take the signal. The system ends the process by itself then.
        let thread = thread::Builder::new().spawn(|| ());
        let Ok(()) = thread.map(|it| drop(it.join())) else {
            return res;
        };
        let listener = res.clone();
        if let Err(error) = ctrlc::set_handler(move || listener.take()) {
            message(&format!(
                "Ctrl-C cannot be handled; only other signals end the process: {error}"
            ));
        }
        res
    }

    /// What is printed from now on when the process ends at once.
    pub(crate) fn set_last_words(&self, words: &'static str) {
        *self
            .last_words
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = words;
    }

    /// Ends a program too: an answer that is waited for would hold up what is to stop.
    pub(crate) fn end_with_it(&self, program: &Arc<PartyProgram>) {
        let mut programs = self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        programs.push(Arc::clone(program));
    }

    fn end_programs(&self) {
        let programs = self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        for it in &*programs {
            it.end();
        }
    }

    /// Whether what is run is to stop.
    pub(crate) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// As long as the result lives, what is run looks at the interrupt.
    pub(crate) fn ask_first(&self) -> Asked {
        self.n_runs.fetch_add(1, Ordering::Relaxed);
        Asked(Arc::clone(&self.n_runs))
    }

    fn take(&self) {
        if self.n_runs.load(Ordering::Relaxed) > 0 && !self.interrupt.is_requested() {
            // First the words: what is interrupted may have its own as soon as it knows.
            write_briefly(
                "\ninterrupting: discarding the sessions in progress (Ctrl-C again to stop immediately)",
            );
            // Before the programs end, so that no session counts that they leave unfinished.
            self.interrupt.request();
            self.end_programs();
            return;
        }
        let words = *self
            .last_words
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        write_briefly(words);
        self.end_programs();
        process::exit(130);
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Tells something on standard error, as far as it is taken at once: whoever reads it may be stuck.
fn write_briefly(text: &'static str) {
    let (sender, rendered) = mpsc::channel();
    let started = thread::Builder::new().spawn(move || {
        message(text);
        // Nobody waits any longer if it took long.
        let _ = sender.send(());
    });
    if started.is_ok() {
        // Whether it was printed or not, the process goes on, or ends.
        let _ = rendered.recv_timeout(LAST_WORDS_TIME);
    }
}
