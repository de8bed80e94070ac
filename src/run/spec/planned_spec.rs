//! What a plan in shards asks for: a batch, a sweep, a study, or plans to be weighed.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::ReadFile;
use crate::experiment::Pieces;
use crate::run::observer::Observer;
use crate::run::record::InputFile;
use crate::run::spec::error::SpecError;
use crate::run::spec::request::{RunRequest, StudyRequest};
use crate::run::spec::run_spec::RunSpec;
use crate::run::spec::study_spec::{StudySpec, StudyWork};
use crate::run::spec::weighing_spec::{WeighingRequest, WeighingSpec};

/// What a plan in shards asks for, of the whole.
///
/// Each kind has fields that the others lack, by which a file tells it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PlannedRequest {
    /// A batch or a sweep.
    Run(Box<RunRequest>),
    /// A study.
    Study(StudyRequest),
    /// Plans to be weighed.
    Weighing(WeighingRequest),
}

/// What a plan in shards asks for, with the files that it names, read and checked.
#[derive(Debug)]
pub enum PlannedSpec {
    /// A batch or a sweep, or a shard of it.
    Run(Box<RunSpec>),
    /// A study.
    Study(Box<StudySpec>),
    /// Plans to be weighed.
    Weighing(Box<WeighingSpec>),
}

/// How large something is that is cut into shards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PlannedSize {
    /// How many cells it has.
    pub(crate) cells: u64,
    /// How many sessions or draws, in all cells together; of a search, at most.
    pub(crate) evaluations: u64,
    /// Whether fewer of them may do.
    pub(crate) is_most: bool,
    /// Into how many chunks it is cut.
    pub(crate) chunks: u64,
    /// How many shards it can have.
    pub(crate) shards_max: u64,
}

impl PlannedRequest {
    /// The verb that asks for it in one go.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Run(it) => it.verb.name(),
            Self::Study(it) => it.question.verb(),
            Self::Weighing(_) => "weigh",
        }
    }

    /// The paths of the files that it names.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        let (experiment, plans) = match self {
            Self::Run(it) => (Path::new(&it.experiment), &[][..]),
            Self::Study(it) => (&*it.experiment, &[][..]),
            Self::Weighing(it) => (&*it.experiment, &it.plans[..]),
        };
        [experiment]
            .into_iter()
            .chain(plans.iter().map(PathBuf::as_path))
    }

    /// What is counted in it: `session`, or `draw` of all preferences.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Run(_) | Self::Study(_) => "session",
            Self::Weighing(_) => "draw",
        }
    }
}

impl PlannedSpec {
    /// Reads the files that a request names, through the function that is given; the observer is
    /// warned of what in them is most likely not meant.
    ///
    /// # Errors
    ///
    /// All errors in the files, or what is asked of them that cannot be done.
    pub fn load(
        request: PlannedRequest,
        read_file: &ReadFile<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Self, SpecError> {
        Ok(match request {
            PlannedRequest::Run(it) => Self::Run(RunSpec::load(*it, read_file, observer)?.into()),
            PlannedRequest::Study(it) => {
                Self::Study(StudySpec::load(it, read_file, observer)?.into())
            }
            PlannedRequest::Weighing(it) => {
                Self::Weighing(WeighingSpec::load(it, read_file, observer)?.into())
            }
        })
    }

    /// A short name, fit for file names.
    pub fn name(&self) -> String {
        match self {
            Self::Run(it) => it.name().to_owned(),
            Self::Study(it) => it.name(),
            Self::Weighing(it) => it.name(),
        }
    }

    /// What was asked for.
    pub(crate) fn request(&self) -> PlannedRequest {
        match self {
            Self::Run(it) => PlannedRequest::Run(it.request().clone().into()),
            Self::Study(it) => PlannedRequest::Study(it.request().clone()),
            Self::Weighing(it) => PlannedRequest::Weighing(it.request().clone()),
        }
    }

    /// The files that it is made from.
    pub(crate) fn inputs(&self) -> &[InputFile] {
        match self {
            Self::Run(it) => it.inputs(),
            Self::Study(it) => &it.description.inputs,
            Self::Weighing(it) => &it.description.inputs,
        }
    }

    /// How large the whole is.
    pub(crate) fn size(&self) -> PlannedSize {
        match self {
            Self::Run(it) => PlannedSize {
                cells: it.plan().cells().len() as u64,
                evaluations: it.plan().n_sessions(),
                is_most: it.until().is_some(),
                chunks: it.plan().n_chunks(),
                shards_max: it.cut().n_pieces(it.plan()),
            },
            Self::Study(it) => match it.work() {
                StudyWork::Sensitivity { study, .. } => size(&study.pieces(&it.cell())),
                StudyWork::Flip(search) => size(&search.pieces()),
                StudyWork::Robustness(forms) => size(&forms.pieces(it.cell().seeds)),
            },
            Self::Weighing(it) => PlannedSize {
                cells: it.parameters().values.len() as u64,
                ..size(&it.evaluator().pieces())
            },
        }
    }
}

fn size<P: Pieces>(pieces: &P) -> PlannedSize {
    let n_pieces = pieces.n_pieces();
    PlannedSize {
        cells: 1,
        evaluations: pieces.n_evaluations(0..n_pieces),
        is_most: P::IS_MOST,
        chunks: n_pieces,
        shards_max: n_pieces,
    }
}
