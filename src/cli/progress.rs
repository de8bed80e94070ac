//! How far a batch has come, on standard error: a bar in a terminal, a line now and then elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::cli::text::{count, percent, percent_interval};
use crate::statistics::Estimate;

/// Where nobody watches, a line is enough so often.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// How far a batch has come.
#[derive(Debug)]
pub(super) struct Progress {
    display: Display,
    n_sessions: u64,
    /// What stands before the number of sessions: `at most ` where fewer may do.
    bound: &'static str,
}

#[derive(Debug)]
enum Display {
    Quiet,
    Bar(ProgressBar),
    Lines { started: Instant, last: Instant },
}

impl Progress {
    /// Of so many sessions, or at most so many; shown unless it is to be quiet.
    #[expect(
        clippy::disallowed_methods,
        reason = "progress is about wall time; no result sees it"
    )]
    pub(super) fn new(n_sessions: u64, is_most: bool, is_quiet: bool) -> Self {
        let bound = if is_most { "at most " } else { "" };
        let display = if is_quiet {
            Display::Quiet
        } else if std::io::stderr().is_terminal() {
            let template = format!(
                "{{bar:12}} {{percent:>3}} %  {{human_pos}} of {bound}{{human_len}}  {{rate}}  {bound}{{eta}} left  {{wide_msg}}",
            );
            let style = ProgressStyle::with_template(&template)
                .expect("the template is well formed")
                .with_key(
                    "rate",
                    |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                        // Nobody is told if there is no room for the text.
                        let _ = write!(text, "{:.0}/s", state.per_sec());
                    },
                );
            Display::Bar(ProgressBar::new(n_sessions).with_style(style))
        } else {
            let now = Instant::now();
            Display::Lines {
                started: now,
                last: now,
            }
        };
        Self {
            display,
            n_sessions,
            bound,
        }
    }

    /// So many sessions are done, so many of them with a deal.
    #[expect(
        clippy::disallowed_methods,
        reason = "progress is about wall time; no result sees it"
    )]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub(super) fn advance(&mut self, n_done: u64, n_agreements: u64) {
        let Some(deals) = Estimate::of_share(n_agreements, n_done) else {
            return;
        };
        match &mut self.display {
            Display::Quiet => {}
            Display::Bar(bar) => {
                bar.set_position(n_done);
                bar.set_message(format!(
                    "deals {} ({})",
                    percent(deals.point),
                    percent_interval(&deals)
                ));
            }
            Display::Lines { started, last } => {
                let now = Instant::now();
                if now - *last < LINE_INTERVAL {
                    return;
                }
                *last = now;
                let rate = n_done as f64 / (now - *started).as_secs_f64();
                // Nobody may be there to read it; the batch goes on all the same.
                let _ = writeln!(
                    std::io::stderr(),
                    "{} of {}{} sessions, {rate:.0} a second, deals {} ({})",
                    count(n_done),
                    self.bound,
                    count(self.n_sessions),
                    percent(deals.point),
                    percent_interval(&deals),
                );
            }
        }
    }

    /// Leaves the terminal to others.
    pub(super) fn finish(self) {
        if let Display::Bar(bar) = self.display {
            bar.finish_and_clear();
        }
    }
}
