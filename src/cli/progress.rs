//! How far a run has come, on standard error: a bar in a terminal, a line now and then elsewhere.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};

use crate::cli::tell;
use crate::cli::text::{count, counted, percent_interval, percent_of};
use crate::statistics::Estimate;

/// Where nobody watches, the first line comes after this.
const FIRST_LINE: Duration = Duration::from_secs(2);

/// And then a line is enough so often.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// How far a run has come.
#[derive(Debug)]
pub(super) struct Progress {
    display: Display,
    work: Work,
}

/// How much there is to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    /// How many sessions.
    pub(super) n_sessions: u64,
    /// Whether fewer may do.
    pub(super) is_most: bool,
    /// Of how many cells; 1 where there is nothing swept.
    pub(super) n_cells: usize,
}

/// How much of it is done.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Achieved {
    /// How many sessions.
    pub(super) sessions: u64,
    /// How many of them found a deal.
    pub(super) agreements: u64,
    /// How many cells have all their sessions.
    pub(super) cells: usize,
}

impl Achieved {
    /// So many sessions, so many of them with a deal, where nothing is swept.
    pub(super) fn in_one_cell(sessions: u64, agreements: u64) -> Self {
        Self {
            sessions,
            agreements,
            cells: 0,
        }
    }
}

#[derive(Debug)]
enum Display {
    Quiet,
    Bar(ProgressBar),
    Lines { started: Instant, next: Instant },
}

impl Progress {
    /// Of so much work; shown unless it is to be quiet.
    #[expect(
        clippy::disallowed_methods,
        reason = "progress is about wall time; no result sees it"
    )]
    pub(super) fn new(work: Work, is_quiet: bool) -> Self {
        let display = if is_quiet {
            Display::Quiet
        } else if std::io::stderr().is_terminal() {
            let bound = work.bound();
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
            Display::Bar(ProgressBar::new(work.n_sessions).with_style(style))
        } else {
            let started = Instant::now();
            Display::Lines {
                started,
                next: started + FIRST_LINE,
            }
        };
        Self { display, work }
    }

    /// So much is done.
    #[expect(
        clippy::disallowed_methods,
        reason = "progress is about wall time; no result sees it"
    )]
    pub(super) fn advance(&mut self, achieved: Achieved) {
        match &mut self.display {
            Display::Quiet => {}
            Display::Bar(bar) => {
                bar.set_position(achieved.sessions);
                bar.set_message(self.work.found(achieved));
            }
            Display::Lines { started, next } => {
                let now = Instant::now();
                if now < *next {
                    return;
                }
                *next = now + LINE_INTERVAL;
                let line = self.work.line(achieved, now - *started);
                tell(&line);
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

impl Work {
    /// So many sessions, with nothing swept.
    pub(super) fn of_one_cell(n_sessions: u64) -> Self {
        Self {
            n_sessions,
            is_most: false,
            n_cells: 1,
        }
    }

    /// What stands before what may turn out to be less.
    fn bound(self) -> &'static str {
        if self.is_most { "at most " } else { "" }
    }

    /// How far it is after some time.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn line(self, achieved: Achieved, elapsed: Duration) -> String {
        let bound = self.bound();
        let rate = achieved.sessions as f64 / elapsed.as_secs_f64();
        let left = self.n_sessions.saturating_sub(achieved.sessions) as f64 / rate;
        // There is no telling before the first session is done.
        let left = Duration::try_from_secs_f64(left).map_or_else(
            |_| String::new(),
            |it| format!(", {bound}{} left", HumanDuration(it)),
        );
        format!(
            "{} of {bound}{}, {rate:.0} a second{left}, {}",
            count(achieved.sessions),
            counted(self.n_sessions, "session"),
            self.found(achieved)
        )
    }

    /// What is there so far: of one cell the share of deals with its interval, of many how many are
    /// done too, and no interval, since their sessions are not draws of one thing.
    fn found(self, achieved: Achieved) -> String {
        let Some(deals) = Estimate::of_share(achieved.agreements, achieved.sessions) else {
            return String::new();
        };
        let share = format!("deals {}", percent_of(&deals));
        if self.n_cells == 1 {
            return format!("{share} ({})", percent_interval(&deals));
        }
        let cells = counted(self.n_cells as u64, "cell");
        format!("{} of {cells} done, {share}", count(achieved.cells as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(work: Work, done: [u64; 2], cells: usize, seconds: u64, expected: &str) {
        let achieved = Achieved {
            cells,
            ..Achieved::in_one_cell(done[0], done[1])
        };
        assert_eq!(work.line(achieved, Duration::from_secs(seconds)), expected);
    }

    #[test]
    fn a_line_tells_how_far_it_is() {
        let batch = Work::of_one_cell(10_000);
        check(
            batch,
            [2500, 1250],
            0,
            10,
            "2,500 of 10,000 sessions, 250 a second, 30 seconds left, deals 50.0 % (48.0 to 52.0 %)",
        );
        let sweep = Work {
            n_cells: 12,
            is_most: true,
            ..batch
        };
        check(
            sweep,
            [2000, 500],
            3,
            100,
            "2,000 of at most 10,000 sessions, 20 a second, at most 7 minutes left, 3 of 12 cells \
             done, deals 25.0 %",
        );
    }
}
