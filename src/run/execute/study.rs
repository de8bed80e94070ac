//! Running a study of one scenario's numbers: its sessions, and what is made of them.

use std::convert::Infallible;
use std::path::Path;

use crate::experiment::{
    AgreementBox, BatchError, Finding, FlipSearch, Flips, FormLevel, Robustness, SessionFigures,
    ShiftTrials, Study, agreement_boxes, findings, form_levels,
};
use crate::run::execute::error::{RunError, StopCause};
use crate::run::execute::finish::{FormResults, seal};
use crate::run::execute::model_forms::run_forms;
use crate::run::execute::options::RunOptions;
use crate::run::execute::stopwatch::Stopwatch;
use crate::run::execute::study_folder::begin_without_journal;
use crate::run::observer::{Observer, Progress, Workload};
use crate::run::record::Manifest;
use crate::run::spec::{StudySpec, StudyWork};
use crate::tables::{
    DrawTable, FinishedTable, LeftOut, RunDirectory, Workbook, WriteError, write_boxes,
    write_flips, write_form_levels, write_points, write_robustness, write_sensitivity,
    write_workbook,
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

/// What came of the sessions of a study.
#[derive(Debug)]
pub(super) enum EvaluatedStudy {
    /// The figures of each, in the order of the design.
    Sensitivity(Vec<SessionFigures>),
    /// Those at all shifts.
    Flip(ShiftTrials),
    /// By form.
    Robustness(FormResults),
}

impl EvaluatedStudy {
    /// Sessions by ending.
    fn endings(&self) -> [u64; 4] {
        let mut endings = [0; 4];
        match self {
            Self::Sensitivity(figures) => {
                for it in figures {
                    endings[it.ending().idx()] += 1;
                }
            }
            Self::Flip(trials) => endings = trials.endings(),
            Self::Robustness(results) => {
                for result in results.iter().flatten() {
                    for (sum, n) in endings.iter_mut().zip(result.endings) {
                        *sum += n;
                    }
                }
            }
        }
        endings
    }
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
    let mut running = Running::begin(spec, folder, options, observer)?;
    let evaluated = running.evaluate()?;
    running.conclude(evaluated.as_ref())
}

/// Writes a study whose sessions were run before to a folder, which must not exist.
///
/// # Errors
///
/// If the folder exists or cannot be made, and if something cannot be written.
pub(super) fn conclude_study<'a>(
    spec: &'a StudySpec,
    evaluated: &EvaluatedStudy,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<FinishedStudy<'a>, RunError> {
    let mut running = Running::begin(spec, folder, options, observer)?;
    running.endings = evaluated.endings();
    running.conclude(Some(evaluated))
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

impl<'a, 'o> Running<'a, 'o> {
    fn begin(
        spec: &'a StudySpec,
        folder: &Path,
        options: &'o RunOptions,
        observer: &'o mut dyn Observer,
    ) -> Result<Self, RunError> {
        let directory = begin_without_journal(folder, observer)?;
        Ok(Self {
            spec,
            stopwatch: Stopwatch::start(options.threads),
            directory,
            options,
            observer,
            endings: [0; 4],
        })
    }

    /// Runs the sessions; `None` if it is interrupted.
    fn evaluate(&mut self) -> Result<Option<EvaluatedStudy>, RunError> {
        let n_planned = self.n_planned(None);
        let work = self.spec.work();
        self.observer.planned(Workload {
            noun: "session",
            n: n_planned,
            is_most: matches!(work, StudyWork::Flip(_)),
        });
        let evaluated = match work {
            StudyWork::Sensitivity { study, .. } => self.run_points(study),
            StudyWork::Flip(search) => self.run_search(search),
            StudyWork::Robustness(robustness) => {
                let (seed, options) = (self.spec.seed(), self.options);
                let endings = &mut self.endings;
                let results = run_forms(robustness, seed, 0, options, self.observer, endings);
                results.map(|it| it.map(EvaluatedStudy::Robustness))
            }
        };
        self.observer.sessions_ended();
        evaluated.map_err(|it| self.stopped(it))
    }

    /// How many sessions there are to run; of a search, at most, until it is known how many there were.
    fn n_planned(&self, evaluated: Option<&EvaluatedStudy>) -> u64 {
        match self.spec.work() {
            StudyWork::Sensitivity { study, .. } => study.n_sessions(),
            StudyWork::Flip(search) if evaluated.is_none() => search.n_sessions_max(),
            StudyWork::Flip(_) => self.endings.iter().sum(),
            StudyWork::Robustness(robustness) => robustness.n_sessions(),
        }
    }

    /// Runs the sessions of a design.
    fn run_points(
        &mut self,
        study: &Study,
    ) -> Result<Option<EvaluatedStudy>, BatchError<Infallible>> {
        let cell = self.spec.cell();
        let mut n_sessions = 0;
        let (observer, endings) = (&mut *self.observer, &mut self.endings);
        let (threads, interrupt) = (self.options.threads, &self.options.interrupt);
        observer.wave_begins();
        let figures = study.run(&cell, threads, interrupt, |figures| {
            for it in figures {
                endings[it.ending().idx()] += 1;
            }
            n_sessions += figures.len() as u64;
            observer.progressed(Progress::Points { n_sessions, study });
        });
        observer.wave_ends();
        Ok(figures?.map(EvaluatedStudy::Sensitivity))
    }

    /// Runs the sessions of a search for flips.
    fn run_search(
        &mut self,
        search: &FlipSearch,
    ) -> Result<Option<EvaluatedStudy>, BatchError<Infallible>> {
        let setting = self.spec.setting();
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
        Ok(trials?.map(EvaluatedStudy::Flip))
    }

    /// Writes what came of the sessions; `None` if they were interrupted.
    fn conclude(
        mut self,
        evaluated: Option<&EvaluatedStudy>,
    ) -> Result<FinishedStudy<'a>, RunError> {
        let n_planned = self.n_planned(evaluated);
        let Some(evaluated) = evaluated else {
            return self.finish(n_planned, &[], None);
        };
        if self.safe_to_leave(n_planned)? == Asked::ToStop {
            return self.finish(n_planned, &[], None);
        }
        let (tables, answer) = match (self.spec.work(), evaluated) {
            (StudyWork::Sensitivity { study, draws }, EvaluatedStudy::Sensitivity(figures)) => {
                self.sensitivity(study, *draws, figures)
            }
            (StudyWork::Flip(search), EvaluatedStudy::Flip(trials)) => self.flip(search, trials),
            (StudyWork::Robustness(robustness), EvaluatedStudy::Robustness(results)) => {
                self.robustness(robustness, results)
            }
            (work, _) => unreachable!("these are the sessions of {work:?}"),
        }
        .map_err(|it| self.stopped(it))?;
        self.finish(n_planned, &tables, Some(answer))
    }

    /// Writes what outcomes depend on.
    fn sensitivity(
        &self,
        study: &'a Study,
        draws: DrawTable,
        figures: &[SessionFigures],
    ) -> Result<(Vec<FinishedTable>, StudyAnswer<'a>), WriteError> {
        let spec = self.spec;
        let (setting, copies) = (spec.setting(), spec.copies());
        let findings = findings(study, figures, spec.seed().0);
        let boxes = agreement_boxes(study, setting, figures, &findings);
        let (directory, factors) = (&self.directory, study.factors());
        let mut tables = vec![
            write_sensitivity(directory, copies, setting.scenario(), factors, &findings)?,
            write_boxes(directory, copies, factors, &boxes)?,
        ];
        if draws == DrawTable::Written {
            tables.push(write_points(
                directory,
                copies,
                study,
                &spec.cell(),
                figures,
            )?);
        }
        let levels = form_levels(study, figures);
        if !levels.is_empty() {
            tables.push(write_form_levels(directory, copies, &levels)?);
        }
        let answer = StudyAnswer::Sensitivity {
            study,
            findings,
            boxes,
            levels,
        };
        Ok((tables, answer))
    }

    /// Writes the smallest changes that flip the answer.
    fn flip(
        &self,
        search: &'a FlipSearch,
        trials: &ShiftTrials,
    ) -> Result<(Vec<FinishedTable>, StudyAnswer<'a>), WriteError> {
        let flips = trials.flips(search);
        let (directory, copies) = (&self.directory, self.spec.copies());
        let setting = self.spec.setting();
        let tables = write_flips(directory, copies, setting, search.rate, &flips.flips)?;
        Ok((tables.into(), StudyAnswer::Flip { search, flips }))
    }

    /// Writes what came of other forms of the model.
    fn robustness(
        &self,
        robustness: &'a Robustness,
        results: &FormResults,
    ) -> Result<(Vec<FinishedTable>, StudyAnswer<'a>), WriteError> {
        let (directory, copies) = (&self.directory, self.spec.copies());
        let table = write_robustness(directory, copies, robustness, results)?;
        let answer = StudyAnswer::Robustness {
            robustness,
            results: results.clone(),
        };
        Ok((vec![table], answer))
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
