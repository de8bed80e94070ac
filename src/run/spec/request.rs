//! What is asked for: the path of a file, and what is to be made of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use demarche_core::strategy::Strategies;
use serde::{Deserialize, Serialize};

use crate::config::{StudiedForms, StudyMethod};
use crate::tables::{Distances, DrawTable, RowTables, TableCopies, Transcripts, Workbook};

/// The kind of a run of sessions, named like its verb.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunVerb {
    /// Sessions of one cell.
    Batch,
    /// Sessions in each cell of a `[sweep]`.
    Sweep,
}

impl RunVerb {
    /// Its name on the command line and in manifests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::Sweep => "sweep",
        }
    }
}

impl std::fmt::Display for RunVerb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What is asked of a batch or a sweep: with the files it names, all that its bytes depend on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunRequest {
    /// Whether it is a batch or a sweep.
    pub verb: RunVerb,
    /// The path of the experiment's file as given.
    pub experiment: String,
    /// Its text, if it cannot be read a second time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment_text: Option<String>,
    /// Settings `PATH=VALUE`.
    pub settings: Vec<String>,
    /// How many sessions, if not as many as the file says.
    pub sessions: Option<u64>,
    /// Which master seed, if not the file's.
    pub seed: Option<u64>,
    /// Which of the tables with rows for every session are written.
    #[serde(default)]
    pub tables: RowTables,
    /// Whether every offer and every answer is written.
    pub transcripts: Transcripts,
    /// Whether agreements are compared with what theory says.
    pub distances: Distances,
    /// Whether the numbers drawn in each session are written.
    pub draws: DrawTable,
    /// Whether the tables are written as a workbook too.
    pub excel: Workbook,
    /// In which formats each table has a copy.
    pub copies: TableCopies,
    /// The folder below which files may name others, besides those near them.
    pub files_below: Option<String>,
    /// Which part of the plan is run, such as `3/64`, if not all of it.
    pub shard: Option<String>,
    /// By name, the parties that are answered for from outside, each with what answers for it in words
    /// or as a command. It is compared where a run is resumed, and never run from here:
    /// [`RunOptions::outside`](crate::run::RunOptions::outside) has who answers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outside: BTreeMap<String, String>,
    /// The strategies that the files can name: those built in, unless others are added. No folder
    /// knows of others: [`InterruptedRun::naming`](crate::run::InterruptedRun::naming) adds them again.
    #[serde(skip)]
    pub strategies: Strategies,
}

impl RunRequest {
    /// Many sessions of one scenario, as its file or an experiment's says.
    pub fn batch(experiment: &str) -> Self {
        Self::of(RunVerb::Batch, experiment)
    }

    /// Many sessions in each cell of an experiment's `[sweep]`.
    pub fn sweep(experiment: &str) -> Self {
        Self::of(RunVerb::Sweep, experiment)
    }

    fn of(verb: RunVerb, experiment: &str) -> Self {
        Self {
            verb,
            experiment: experiment.to_owned(),
            experiment_text: None,
            settings: Vec::new(),
            sessions: None,
            seed: None,
            tables: RowTables::Both,
            transcripts: Transcripts::Omitted,
            distances: Distances::Omitted,
            draws: DrawTable::Omitted,
            excel: Workbook::Omitted,
            copies: TableCopies::NONE,
            files_below: None,
            shard: None,
            outside: BTreeMap::new(),
            strategies: Strategies::default(),
        }
    }
}

/// What is asked of a study of one scenario's numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StudyRequest {
    /// The path of the experiment's file as given.
    pub experiment: PathBuf,
    /// Settings `PATH=VALUE`.
    pub settings: Vec<String>,
    /// Which master seed, if not the file's.
    pub seed: Option<u64>,
    /// Whether the tables are written as a workbook too.
    pub excel: Workbook,
    /// In which formats each table has a copy.
    pub copies: TableCopies,
    /// What is to be found out.
    pub question: StudyQuestion,
    /// The strategies that the files can name: those built in, unless others are added.
    #[serde(skip)]
    pub strategies: Strategies,
}

impl StudyQuestion {
    /// The verb that asks it.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Sensitivity { .. } => "sensitivity",
            Self::Flip { .. } => "flip",
            Self::Robustness { .. } => "robustness",
        }
    }
}

impl StudyRequest {
    /// A question about the scenario of a file.
    pub fn new(experiment: &Path, question: StudyQuestion) -> Self {
        Self {
            experiment: experiment.to_owned(),
            settings: Vec::new(),
            seed: None,
            excel: Workbook::Omitted,
            copies: TableCopies::NONE,
            question,
            strategies: Strategies::default(),
        }
    }
}

/// What a study is to find out.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StudyQuestion {
    /// What outcomes depend on. What is `None` or empty is as the file says, or its default.
    Sensitivity {
        /// Which design.
        method: Option<StudyMethod>,
        /// How many base points or trajectories.
        points: Option<u32>,
        /// Which numbers: bases, paths, or beginnings of paths.
        numbers: Vec<String>,
        /// Which forms of the model.
        forms: Option<StudiedForms>,
        /// Of which numbers all pairs are looked at for interactions, named in the same way.
        #[serde(default)]
        interactions: Vec<String>,
        /// Whether every session is written with its numbers.
        draws: DrawTable,
    },
    /// What would flip the answer.
    Flip {
        /// The share of deals to cross, in (0, 1).
        rate: f64,
        /// Which numbers to move: bases, paths, or beginnings of paths; none for every party's
        /// reservation value.
        numbers: Vec<String>,
        /// Sessions at each shift.
        sessions: u64,
    },
    /// How far the share of deals hangs on the form of the model. What is `None` or empty is as the
    /// file says, or its default.
    Robustness {
        /// Sessions under each form.
        sessions: Option<u64>,
        /// Which forms: dimensions, or single ones.
        forms: Vec<String>,
    },
}
