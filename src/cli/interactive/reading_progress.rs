//! How much of a run's tables is read back, on standard error, if it takes longer than a moment.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use crate::cli::message;
use crate::run::Observer;

/// The time after which progress of reading is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// And then a line is enough so often, where it is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// How much of a run's tables is read back.
#[derive(Debug)]
pub(crate) struct ReadingProgress {
    /// From the first piece on.
    next: Option<Instant>,
    bar: Option<ProgressBar>,
    is_quiet: bool,
}

impl ReadingProgress {
    /// Shown unless it is to be quiet.
    pub(crate) fn new(is_quiet: bool) -> Self {
        Self {
            next: None,
            bar: None,
            is_quiet,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "progress is about wall time; no result sees it"
)]
impl Observer for ReadingProgress {
    fn tables_read(&mut self, n_read: u64, n_bytes: u64) {
        let now = Instant::now();
        let next = *self.next.get_or_insert(now + PATIENCE);
        if self.is_quiet || now < next {
            return;
        }
        if io::stderr().is_terminal() {
            let bar = self.bar.get_or_insert_with(|| reading_bar(n_bytes));
            bar.set_position(n_read);
        } else {
            let (n_read, n_bytes) = (HumanBytes(n_read), HumanBytes(n_bytes));
            message(&format!("{n_read} of {n_bytes} of the tables are read"));
            self.next = Some(now + LINE_INTERVAL);
        }
    }

    /// Leaves the terminal to others.
    fn tables_checked(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn reading_bar(n_bytes: u64) -> ProgressBar {
    let template = "{bar:12} {percent:>3} %  {bytes} of {total_bytes} of the tables are read";
    let style = ProgressStyle::with_template(template).expect("the template is well formed");
    ProgressBar::new(n_bytes).with_style(style)
}
