//! How far a run has come, on standard error: a bar in a terminal, a line now and then elsewhere.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use demarche_stats::estimate::Estimate;
use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};

use crate::cli::message;
use crate::cli::render::{count, counted, percent, percent_interval, percent_of};
use crate::experiment::Tally;
use crate::run::Workload;

/// Where nobody watches, the first line comes after this.
const FIRST_LINE: Duration = Duration::from_secs(2);

/// And then a line is enough so often.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// How far a run has come.
#[derive(Debug)]
pub(crate) struct SessionProgress {
    display: Display,
    work: Workload,
    /// Sessions that were done before this process went on with them.
    n_before: u64,
}

#[derive(Debug)]
enum Display {
    Quiet,
    Bar(ProgressBar),
    Lines { started: Instant, next: Instant },
}

impl SessionProgress {
    /// Of so much work; shown unless it is to be quiet.
    #[expect(
        clippy::disallowed_methods,
        reason = "progress is about wall time; no result sees it"
    )]
    pub(crate) fn new(work: Workload, is_quiet: bool) -> Self {
        let display = if is_quiet {
            Display::Quiet
        } else if std::io::stderr().is_terminal() {
            let bound = bound(work);
            // On one line there is no room for all of it, on two there is in a narrow terminal too.
            let template = format!(
                "{{bar:12}} {{percent:>3}} %  {{human_pos}} of {bound}{{human_len}}\n{{rate}}  {{eta}} left  {{wide_msg}}",
            );
            let style = ProgressStyle::with_template(&template)
                .expect("the template is well formed")
                .with_key(
                    "rate",
                    |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                        // Nothing is shown if there is no room for the text.
                        let _ = write!(text, "{:.0}/s", state.per_sec());
                    },
                );
            Display::Bar(ProgressBar::new(work.n).with_style(style))
        } else {
            let started = Instant::now();
            Display::Lines {
                started,
                next: started + FIRST_LINE,
            }
        };
        Self {
            display,
            work,
            n_before: 0,
        }
    }

    /// So many sessions were done before: they say nothing of how fast the others go.
    #[expect(
        clippy::disallowed_methods,
        reason = "progress is about wall time; no result sees it"
    )]
    pub(crate) fn go_on_from(&mut self, n_sessions: u64) {
        self.n_before = n_sessions;
        match &mut self.display {
            Display::Quiet => {}
            Display::Bar(bar) => {
                bar.set_position(n_sessions);
                bar.reset_eta();
            }
            Display::Lines { started, .. } => *started = Instant::now(),
        }
    }

    /// So many sessions are done; what is found so far is asked for only if it is shown.
    #[expect(
        clippy::disallowed_methods,
        reason = "progress is about wall time; no result sees it"
    )]
    pub(crate) fn advance(&mut self, n_sessions: u64, found: impl FnOnce() -> String) {
        match &mut self.display {
            Display::Quiet => {}
            Display::Bar(bar) => {
                bar.set_position(n_sessions);
                bar.set_message(found());
            }
            Display::Lines { started, next } => {
                let now = Instant::now();
                if now < *next {
                    return;
                }
                *next = now + LINE_INTERVAL;
                let progress = line(self.work, n_sessions, self.n_before, now - *started);
                message(&format!("{progress}, {}", found()));
            }
        }
    }

    /// Leaves the terminal to others.
    pub(crate) fn finish(self) {
        if let Display::Bar(bar) = self.display {
            bar.finish_and_clear();
        }
    }
}

/// What stands before what may turn out to be less.
fn bound(work: Workload) -> &'static str {
    if work.is_most { "at most " } else { "" }
}

/// How far it is when so many sessions are done, after some time for all but those before.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn line(work: Workload, n_sessions: u64, n_before: u64, elapsed: Duration) -> String {
    let bound = bound(work);
    let rate = n_sessions.saturating_sub(n_before) as f64 / elapsed.as_secs_f64();
    let left = work.n.saturating_sub(n_sessions) as f64 / rate;
    // There is no telling before the first session is done.
    let left = Duration::try_from_secs_f64(left).map_or_else(
        |_| String::new(),
        |it| format!(", {bound}{} left", HumanDuration(it)),
    );
    format!(
        "{} of {bound}{}, {rate:.0} a second{left}",
        count(n_sessions),
        counted(work.n, work.noun),
    )
}

/// The share of deals so far among sessions that are draws of one thing.
pub(crate) fn deals_so_far(n_deals: u64, n_sessions: u64) -> String {
    Estimate::of_share(n_deals, n_sessions).map_or_else(String::new, |it| {
        format!("deals {} ({})", percent_of(&it), percent_interval(&it))
    })
}

/// How many cells are done, and between which shares of deals all of them are so far: the sessions
/// of several cells have no share in common that means anything.
pub(crate) fn cells_so_far(n_done: usize, tallies: &[Tally]) -> String {
    let cells = counted(tallies.len() as u64, "cell");
    let done = format!("{} of {cells} done", count(n_done as u64));
    let shares = || tallies.iter().filter_map(Tally::agreement_rate);
    let least = shares().min_by(f64::total_cmp);
    let most = shares().max_by(f64::total_cmp);
    least.zip(most).map_or(done.clone(), |(least, most)| {
        format!("{done}, deals from {} to {}", percent(least), percent(most))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_how_far_it_is() {
        let batch = Workload {
            noun: "session",
            n: 10_000,
            is_most: false,
        };
        let after = Duration::from_secs;
        assert_eq!(
            line(batch, 2500, 0, after(10)),
            "2,500 of 10,000 sessions, 250 a second, 30 seconds left"
        );
        let bounded = Workload {
            is_most: true,
            ..batch
        };
        assert_eq!(
            line(bounded, 2000, 0, after(100)),
            "2,000 of at most 10,000 sessions, 20 a second, at most 7 minutes left"
        );
        assert_eq!(deals_so_far(1250, 2500), "deals 50.0 % (48.0 to 52.0 %)");
    }

    #[test]
    fn sessions_of_another_process_do_not_make_this_one_faster() {
        let work = Workload {
            noun: "session",
            n: 10_000,
            is_most: false,
        };
        assert_eq!(
            line(work, 9000, 8000, Duration::from_secs(10)),
            "9,000 of 10,000 sessions, 100 a second, 10 seconds left"
        );
    }
}
