//! Running a study of one scenario's numbers: its sessions, and what is made of them.

use std::path::Path;
use std::sync::Arc;

use demarche_core::randomness::Seeds;

use crate::experiment::{
    AgreementBox, Cell, Finding, FlipSearch, Flips, FormLevel, Robustness, SessionFigures, Study,
    agreement_boxes, findings, form_levels,
};
use crate::run::execute::error::{RunError, StopCause};
use crate::run::execute::finish::{FormResults, seal};
use crate::run::execute::model_forms::run_forms;
use crate::run::execute::options::RunOptions;
use crate::run::execute::stopwatch::Stopwatch;
use crate::run::observer::{Observer, Progress, Workload};
use crate::run::record::Manifest;
use crate::run::spec::{StudySpec, StudyWork};
use crate::tables::{
    DrawTable, FinishedTable, LeftOut, RunDirectory, Workbook, write_boxes, write_flips,
    write_form_levels, write_points, write_robustness, write_sensitivity, write_workbook,
};

/// A study that is over, or was interrupted.
#[derive(Debug)]
pub struct FinishedStudy<'a> {
    /// Its folder.
    pub directory: RunDirectory,
    /// What makes it repeatable.
    pub manifest: Manifest,
    /// How many sessions were run.
    pub n_sessions: u64,
    /// How many were to be run.
    pub n_planned: u64,
    /// Sessions by ending: agreement, deadline, walkout, forfeit.
    pub endings: [u64; 4],
    /// What it found; `None` if it was interrupted, for then it has no tables.
    pub answer: Option<StudyAnswer<'a>>,
    /// Tables that the workbook has no room for.
    pub left_out: Vec<LeftOut>,
}

/// What a study found.
#[derive(Debug)]
pub enum StudyAnswer<'a> {
    /// What outcomes depend on.
    Sensitivity {
        /// Which sessions were run.
        study: &'a Study,
        /// Figure by figure.
        findings: Vec<Finding>,
        /// Where agreements are frequent.
        boxes: Vec<AgreementBox>,
        /// How often each level of the form of the model led to a deal, if it was varied.
        levels: Vec<FormLevel>,
    },
    /// What would flip the answer.
    Flip {
        /// What was searched.
        search: &'a FlipSearch,
        /// What was found.
        flips: Flips,
    },
    /// How far the share of deals hangs on the form of the model.
    Robustness {
        /// The forms.
        robustness: &'a Robustness,
        /// By form, what came of it.
        results: FormResults,
    },
}

/// Runs a study into a folder, which must not exist.
///
/// An interrupt is no error: the study ends without an answer. It cannot be resumed.
///
/// # Errors
///
/// If the folder exists or cannot be made, and if the study cannot go on.
pub fn execute_study<'a>(
    spec: &'a StudySpec,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<FinishedStudy<'a>, RunError> {
    let directory = RunDirectory::create(folder);
    let directory = directory.map_err(|it| RunError::not_made(folder, it.into()))?;
    observer.began(directory.path());
    let running = Running {
        spec,
        stopwatch: Stopwatch::start(options.threads),
        directory,
        options,
        observer,
        endings: [0; 4],
    };
    match spec.work() {
        StudyWork::Sensitivity { study, draws } => running.sensitivity(study, *draws),
        StudyWork::Flip(search) => running.flip(search),
        StudyWork::Robustness(robustness) => running.robustness(robustness),
    }
}

/// Whether whoever watches a study has asked for something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    ToStop,
    Nothing,
}

/// A study under way.
struct Running<'a, 'o> {
    spec: &'a StudySpec,
    stopwatch: Stopwatch,
    directory: RunDirectory,
    options: &'o RunOptions,
    observer: &'o mut dyn Observer,
    endings: [u64; 4],
}

impl<'a> Running<'a, '_> {
    /// Studies what outcomes depend on.
    fn sensitivity(
        mut self,
        study: &'a Study,
        draws: DrawTable,
    ) -> Result<FinishedStudy<'a>, RunError> {
        let spec = self.spec;
        let (setting, copies) = (spec.setting(), spec.copies());
        let cell = Cell {
            setting: Arc::clone(setting),
            seeds: Seeds::new(spec.seed()),
        };
        let Some(figures) = self.run_points(study, &cell)? else {
            return self.finish(study.n_sessions(), &[], None);
        };
        if self.safe_to_leave(study.n_sessions())? == Asked::ToStop {
            return self.finish(study.n_sessions(), &[], None);
        }
        let found = findings(study, &figures, spec.seed().0);
        let boxes = agreement_boxes(study, setting, &figures, &found);
        let (directory, factors) = (&self.directory, study.factors());
        let written = write_sensitivity(directory, copies, setting.scenario(), factors, &found)
            .and_then(|first| {
                Ok(vec![
                    first,
                    write_boxes(directory, copies, factors, &boxes)?,
                ])
            });
        let mut tables = written.map_err(|it| self.stopped(it))?;
        if draws == DrawTable::Written {
            let points = write_points(directory, copies, study, &cell, &figures);
            tables.push(points.map_err(|it| self.stopped(it))?);
        }
        let levels = form_levels(study, &figures);
        if !levels.is_empty() {
            let table = write_form_levels(directory, copies, &levels);
            tables.push(table.map_err(|it| self.stopped(it))?);
        }
        let answer = StudyAnswer::Sensitivity {
            study,
            findings: found,
            boxes,
            levels,
        };
        self.finish(study.n_sessions(), &tables, Some(answer))
    }

    /// Runs the sessions of a study; `None` if it is interrupted.
    fn run_points(
        &mut self,
        study: &Study,
        cell: &Cell,
    ) -> Result<Option<Vec<SessionFigures>>, RunError> {
        self.observer.planned(Workload {
            noun: "session",
            n: study.n_sessions(),
            is_most: false,
        });
        let mut n_sessions = 0;
        let (observer, endings) = (&mut *self.observer, &mut self.endings);
        let (threads, interrupt) = (self.options.threads, &self.options.interrupt);
        observer.wave_begins();
        let figures = study.run(cell, threads, interrupt, |figures| {
            for it in figures {
                endings[it.ending().idx()] += 1;
            }
            n_sessions += figures.len() as u64;
            observer.progressed(Progress::Points { n_sessions, study });
        });
        observer.wave_ends();
        observer.sessions_ended();
        figures.map_err(|it| self.stopped(it))
    }

    /// Searches the smallest changes that flip the answer.
    fn flip(mut self, search: &'a FlipSearch) -> Result<FinishedStudy<'a>, RunError> {
        let setting = self.spec.setting();
        self.observer.planned(Workload {
            noun: "session",
            n: search.n_sessions_max(),
            is_most: true,
        });
        let mut n_sessions = 0;
        let (observer, endings) = (&mut *self.observer, &mut self.endings);
        let (threads, interrupt) = (self.options.threads, &self.options.interrupt);
        observer.wave_begins();
        let trials = search.run(threads, interrupt, |trial, ended| {
            for it in ended {
                endings[it.idx()] += 1;
            }
            n_sessions += ended.len() as u64;
            observer.progressed(Progress::Shift {
                n_sessions,
                setting,
                search,
                trial,
            });
        });
        observer.wave_ends();
        observer.sessions_ended();
        let Some(trials) = trials.map_err(|it| self.stopped(it))? else {
            return self.finish(search.n_sessions_max(), &[], None);
        };
        if self.safe_to_leave(n_sessions)? == Asked::ToStop {
            return self.finish(n_sessions, &[], None);
        }
        let flips = trials.flips();
        let (directory, copies) = (&self.directory, self.spec.copies());
        let tables = write_flips(directory, copies, setting, search.rate, &flips.flips);
        let tables = tables.map_err(|it| self.stopped(it))?;
        self.finish(
            n_sessions,
            &tables,
            Some(StudyAnswer::Flip { search, flips }),
        )
    }

    /// Tries other forms of the model.
    fn robustness(mut self, robustness: &'a Robustness) -> Result<FinishedStudy<'a>, RunError> {
        let n_planned = robustness.n_sessions();
        self.observer.planned(Workload {
            noun: "session",
            n: n_planned,
            is_most: false,
        });
        let (seed, options) = (self.spec.seed(), self.options);
        let endings = &mut self.endings;
        let results = run_forms(robustness, seed, 0, options, self.observer, endings);
        self.observer.sessions_ended();
        let Some(results) = results.map_err(|it| self.stopped(it))? else {
            return self.finish(n_planned, &[], None);
        };
        if self.safe_to_leave(n_planned)? == Asked::ToStop {
            return self.finish(n_planned, &[], None);
        }
        let (directory, copies) = (&self.directory, self.spec.copies());
        let table = write_robustness(directory, copies, robustness, &results);
        let table = table.map_err(|it| self.stopped(it))?;
        let answer = StudyAnswer::Robustness {
            robustness,
            results,
        };
        self.finish(n_planned, &[table], Some(answer))
    }

    fn stopped(&self, cause: impl Into<StopCause>) -> RunError {
        RunError::stopped(&self.directory, cause)
    }

    /// The sessions are over. What is made of them takes its time and can be left at any moment:
    /// until then the manifest says that the study is not complete. Tells whether an interrupt came
    /// before.
    fn safe_to_leave(&mut self, n_planned: u64) -> Result<Asked, RunError> {
        let manifest = Manifest {
            complete: false,
            ..self.manifest(n_planned)
        };
        seal(&self.directory, &manifest, self.observer)?;
        self.observer.safe_to_leave();
        Ok(if self.options.interrupt.is_requested() {
            Asked::ToStop
        } else {
            Asked::Nothing
        })
    }

    fn manifest(&self, n_planned: u64) -> Manifest {
        let spec = self.spec;
        let timing = self.stopwatch.timing();
        let manifest = spec
            .description
            .manifest(self.endings, self.directory.tables(), timing);
        Manifest {
            sessions: n_planned,
            study: Some(spec.record().clone()),
            complete: manifest.counts.sessions == n_planned,
            ..manifest
        }
    }

    /// Writes the manifest, and the workbook before if it is asked for.
    fn finish(
        self,
        n_planned: u64,
        tables: &[FinishedTable],
        answer: Option<StudyAnswer<'a>>,
    ) -> Result<FinishedStudy<'a>, RunError> {
        let n_sessions = self.endings.iter().sum();
        let left_out = match self.spec.excel() {
            Workbook::Written if answer.is_some() => {
                let scenario = self.spec.setting().scenario();
                let description = &self.spec.description;
                let run = description.workbook_run(scenario, ("session", n_sessions), true);
                let written = write_workbook(&self.directory, &run, tables);
                written.map_err(|it| self.stopped(it))?
            }
            Workbook::Written | Workbook::Omitted => Vec::new(),
        };
        let manifest = self.manifest(n_planned);
        let manifest = Manifest {
            complete: manifest.complete && answer.is_some(),
            ..manifest
        };
        seal(&self.directory, &manifest, self.observer)?;
        Ok(FinishedStudy {
            directory: self.directory,
            manifest,
            n_sessions,
            n_planned,
            endings: self.endings,
            answer,
            left_out,
        })
    }
}
