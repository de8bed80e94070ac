//! A run as people at a terminal hear of it: warnings, progress, and what Ctrl-C does meanwhile.

use std::path::Path;

use demarche_core::negotiation::Setting;

use crate::cli::interactive::ctrl_c::{Asked, CtrlC};
use crate::cli::interactive::progress::{SessionProgress, cells_so_far, deals_so_far};
use crate::cli::interactive::reading_progress::ReadingProgress;
use crate::cli::message;
use crate::cli::render::{count, counted, percent};
use crate::experiment::{FlipSearch, Study, Trial};
use crate::run::{Observer, Progress, Workload};

/// Progress of a run on standard error.
#[derive(Debug)]
pub(crate) struct RunObserver<'a> {
    ctrl_c: &'a CtrlC,
    /// The message when the run is left in the middle of something that does not look at the
    /// interrupt.
    last_words: &'static str,
    is_quiet: bool,
    progress: Option<SessionProgress>,
    reading: ReadingProgress,
    /// Until the run is safe to leave.
    asked: Option<Asked>,
    /// While sessions are run.
    asked_of_wave: Option<Asked>,
}

impl<'a> RunObserver<'a> {
    pub(crate) fn new(ctrl_c: &'a CtrlC, last_words: &'static str, is_quiet: bool) -> Self {
        Self {
            ctrl_c,
            last_words,
            is_quiet,
            progress: None,
            reading: ReadingProgress::new(is_quiet),
            asked: None,
            asked_of_wave: None,
        }
    }

    /// From now on Ctrl-C first asks, until the run is safe to leave.
    pub(crate) fn ask_first(&mut self) {
        self.asked = Some(self.ctrl_c.ask_first());
    }
}

impl Observer for RunObserver<'_> {
    fn warned(&mut self, warning: &str) {
        message(&format!("warning: {warning}"));
    }

    fn began(&mut self, _: &Path) {
        self.ctrl_c.set_last_words(self.last_words);
    }

    fn planned(&mut self, workload: Workload) {
        self.progress = Some(SessionProgress::new(workload, self.is_quiet));
    }

    fn restored(&mut self, n_sessions: u64) {
        if let Some(it) = &mut self.progress {
            it.go_on_from(n_sessions);
        }
    }

    fn wave_begins(&mut self) {
        self.asked_of_wave = Some(self.ctrl_c.ask_first());
    }

    fn progressed(&mut self, progress: Progress<'_>) {
        let Some(shown) = &mut self.progress else {
            return;
        };
        match progress {
            Progress::Cells {
                n_sessions,
                n_cells,
                tallies,
            } => shown.advance(n_sessions, || match tallies {
                [only] => deals_so_far(only.n_agreements(), only.n_sessions()),
                _ => cells_so_far(n_cells, tallies),
            }),
            Progress::Points { n_sessions, study } => {
                shown.advance(n_sessions, || points_so_far(study, n_sessions));
            }
            Progress::Shift {
                n_sessions,
                setting,
                search,
                trial,
            } => shown.advance(n_sessions, || trial_so_far(setting, search, trial)),
            Progress::Draws { n_draws, n_plans } => shown.advance(n_draws, || {
                format!("weighing {}", counted(n_plans as u64, "plan"))
            }),
            Progress::Evaluations { n, n_chunks, of } => shown.advance(n, || {
                format!("{} of {}", count(n_chunks), counted(of, "chunk"))
            }),
            Progress::Form {
                n_sessions,
                form,
                n_agreements,
                n_last,
            } => shown.advance(n_sessions, || {
                format!("{}: {}", form.label, deals_so_far(n_agreements, n_last))
            }),
        }
    }

    fn wave_ends(&mut self) {
        self.asked_of_wave = None;
    }

    fn sessions_ended(&mut self) {
        if let Some(it) = self.progress.take() {
            it.finish();
        }
    }

    fn safe_to_leave(&mut self) {
        self.asked = None;
    }

    fn tables_read(&mut self, n_read: u64, n_bytes: u64) {
        self.reading.tables_read(n_read, n_bytes);
    }

    fn tables_checked(&mut self) {
        self.reading.tables_checked();
    }
}

/// How many base points or trajectories are done.
fn points_so_far(study: &Study, n_sessions: u64) -> String {
    format!(
        "{} of {} {}",
        count(n_sessions / study.sessions_per_point()),
        count(study.n_points()),
        study.points_noun()
    )
}

/// What is tried at the moment, and how far it is from the share of deals that is sought.
fn trial_so_far(setting: &Setting, search: &FlipSearch, trial: &Trial) -> String {
    let sought = percent(search.rate);
    let share = percent(trial.share);
    match trial.number {
        None => format!("deals {share} as things stand, {sought} sought"),
        Some(number) => {
            let number = setting.numbers().nth(number.idx());
            let path = &number.expect("one of the setting's").path;
            format!(
                "deals {share}, {sought} sought, at {:+.3} of {path}",
                trial.by
            )
        }
    }
}
