//! The plan of a run or a study in shards: one file with all that every one of them is made from.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::config::ReadFile;
use crate::experiment::Shard;
use crate::run::execute::digest_of_whole;
use crate::run::observer::Observer;
use crate::run::record::{InputFile, RESULTS_VERSION};
use crate::run::shards::shard_mark::{ShardMark, ShardMarkError};
use crate::run::spec::{PlannedRequest, PlannedSpec, RunRequest, SpecError};
use crate::tables::{RunDirectory, WriteError};

/// The name of the plan in its folder, beside the folders of the shards.
pub const PLAN: &str = "plan.json";

/// The version of the plan's format.
const SCHEMA: u32 = 1;

/// A run or a study in shards, as `plan.json` has it: what every shard is made from, files included.
///
/// A machine that runs a shard needs this file and the program, and nothing else.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShardPlan {
    /// Version of this format.
    schema: u32,
    /// The version of the program that made it.
    demarche: String,
    /// See [`RESULTS_VERSION`].
    results_version: u32,
    /// The SHA-256 of that program, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program_sha256: Option<String>,
    /// A short name, fit for file names.
    name: String,
    /// How many shards there are.
    shards: u32,
    /// How many cells the run has.
    pub cells: u64,
    /// How many sessions it has, in all cells together, or draws, if plans are weighed; of a search, at
    /// most.
    pub sessions: u64,
    /// Whether fewer of them may do.
    is_most: bool,
    /// Into how many chunks they are cut; a shard has whole ones.
    pub chunks: u64,
    /// The SHA-256 of what is asked for and of the files that it is made from, by which shards of this
    /// run are known.
    run: String,
    /// What is asked for, of the whole run.
    request: PlannedRequest,
    /// All files that it reads.
    inputs: Vec<PlannedFile>,
}

/// A file that a run in shards is made from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlannedFile {
    /// Its path as given.
    pub path: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its text.
    pub text: String,
}

/// Why there is no plan of a run in shards.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// What is asked for cannot be run.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// Some shards would have nothing to run.
    #[error(
        "{shards} shards are too many, since each needs a chunk, a search or a cell of its own: at most {most} are possible"
    )]
    TooMany {
        /// How many were asked for.
        shards: u32,
        /// How many there can be.
        most: u64,
    },
    /// A path cannot be written as text.
    #[error("the path {} is not UTF-8 text, which a plan needs", .0.display())]
    NoText(PathBuf),
    /// It is no plan.
    #[error("{} is not a plan that `demarche plan` wrote", .0.display())]
    NoPlan(PathBuf),
    /// It was made by another version.
    #[error(
        "{} was made by demarche {demarche} with results version {results_version}, and this is \
         demarche {} with results version {RESULTS_VERSION}: use the version that made it",
        .path.display(),
        env!("CARGO_PKG_VERSION")
    )]
    Version {
        /// Where it is.
        path: PathBuf,
        /// The version of the program that made it.
        demarche: Box<Json>,
        /// That of its results.
        results_version: Box<Json>,
    },
    /// What is asked for is not what it was.
    #[error("the plan was changed after it was made: make a new one")]
    Changed,
    /// One of the files in it is not as it was.
    #[error("{} is damaged: the text of {file} does not have its SHA-256", .path.display())]
    Damaged {
        /// Where it is.
        path: PathBuf,
        /// Which file in it.
        file: String,
    },
}

impl ShardPlan {
    /// Cuts a run into so many shards; the files that it names are read through the function that is
    /// given, and the observer is warned of what in them is most likely not meant.
    ///
    /// # Errors
    ///
    /// If it cannot be run, or not in so many shards.
    pub fn new(
        request: PlannedRequest,
        shards: u32,
        read_file: &ReadFile<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Self, PlanError> {
        let texts = RefCell::new(BTreeMap::new());
        let read_file = |path: &Path| {
            let text = read_file(path)?;
            let name = path.display().to_string();
            texts.borrow_mut().insert(name, text.clone());
            Ok(text)
        };
        let spec = PlannedSpec::load(request, &read_file, observer)?;
        let request = spec.request();
        if let Some(path) = request.paths().find(|it| it.to_str().is_none()) {
            return Err(PlanError::NoText(path.to_owned()));
        }
        let size = spec.size();
        let most = size.shards_max;
        if u64::from(shards) > most {
            return Err(PlanError::TooMany { shards, most });
        }
        let texts = texts.into_inner();
        let inputs = texts.into_iter().map(|(path, text)| {
            let InputFile { path, sha256 } = InputFile::new(&path, &text);
            PlannedFile { path, sha256, text }
        });
        let plan = Self {
            run: digest_of_whole(&spec),
            schema: SCHEMA,
            demarche: env!("CARGO_PKG_VERSION").to_owned(),
            results_version: RESULTS_VERSION,
            program_sha256: None,
            name: spec.name(),
            shards,
            cells: size.cells,
            sessions: size.evaluations,
            is_most: size.is_most,
            chunks: size.chunks,
            request,
            inputs: inputs.collect(),
        };
        Ok(plan)
    }

    /// Writes it to a folder that must not exist, which becomes that of its shards.
    ///
    /// # Errors
    ///
    /// If the folder exists or cannot be made.
    ///
    /// # Panics
    ///
    /// Never: a plan can be written as JSON.
    pub fn write(&self, folder: &Path) -> Result<(), WriteError> {
        let json = serde_json::to_vec_pretty(self).expect("a plan has a form in JSON");
        RunDirectory::create_with(folder, PLAN, &json)?;
        Ok(())
    }

    /// Reads the text of one that was written to a path.
    ///
    /// # Errors
    ///
    /// If it is none, of another version of this program, or not as it was written.
    pub fn from_json(path: &Path, text: &str) -> Result<Self, PlanError> {
        let none = || PlanError::NoPlan(path.to_owned());
        let json: Json = serde_json::from_str(text).map_err(|_| none())?;
        if !json.is_object() || json["shards"].is_null() || json["request"].is_null() {
            return Err(none());
        }
        let version: Json = env!("CARGO_PKG_VERSION").into();
        let is_ours = json["schema"] == SCHEMA
            && json["demarche"] == version
            && json["results_version"] == RESULTS_VERSION;
        if !is_ours {
            return Err(PlanError::Version {
                path: path.to_owned(),
                demarche: Box::new(json["demarche"].clone()),
                results_version: Box::new(json["results_version"].clone()),
            });
        }
        let plan: Self = serde_json::from_value(json).map_err(|_| none())?;
        if plan.shards == 0 || u64::from(plan.shards) > plan.chunks {
            return Err(none());
        }
        for it in &plan.inputs {
            if InputFile::new(&it.path, &it.text).sha256 != it.sha256 {
                return Err(PlanError::Damaged {
                    path: path.to_owned(),
                    file: it.path.clone(),
                });
            }
        }
        Ok(plan)
    }

    /// The run's short name, fit for file names.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether its shards are those of another plan: of the same run, and as many.
    pub fn has_shards_of(&self, other: &Self) -> bool {
        (&self.run, self.shards) == (&other.run, other.shards)
    }

    /// Whether fewer sessions than planned may do: those of a search, and of a run that a rule stops.
    pub fn is_most(&self) -> bool {
        self.is_most
    }

    /// Whether it is a run that a rule stops: which shards it needs is known as they come.
    pub fn has_rule(&self) -> bool {
        self.is_most && matches!(self.request, PlannedRequest::Run(_))
    }

    /// How many shards there are.
    pub fn n_shards(&self) -> u32 {
        self.shards
    }

    /// All shards, in order.
    pub fn shards(&self) -> impl Iterator<Item = Shard> + use<> {
        let of = self.shards;
        (1..=of).map(move |number| Shard::new(number, of))
    }

    /// The shard of a number, from 1; `None` if there are not so many.
    pub fn shard(&self, number: u32) -> Option<Shard> {
        let is_one = (1..=self.shards).contains(&number);
        is_one.then(|| Shard::new(number, self.shards))
    }

    /// What is asked for, of the whole run.
    pub fn request(&self) -> &PlannedRequest {
        &self.request
    }

    /// Reads a file that is part of the plan.
    ///
    /// # Errors
    ///
    /// If it is not.
    pub fn read_file(&self, path: &Path) -> io::Result<String> {
        let found = self.inputs.iter().find(|it| Path::new(&it.path) == path);
        let text = found.map(|it| it.text.clone());
        text.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "it is not in the plan"))
    }

    /// What a shard is a part of, or the whole; of a batch or a sweep, the spec of the shard.
    ///
    /// # Errors
    ///
    /// If this program cannot run it.
    pub fn spec(
        &self,
        shard: Option<Shard>,
        observer: &mut dyn Observer,
    ) -> Result<PlannedSpec, PlanError> {
        let request = match &self.request {
            PlannedRequest::Run(whole) => {
                let shard = shard.map(|it| it.to_string());
                let whole = RunRequest::clone(whole);
                PlannedRequest::Run(RunRequest { shard, ..whole }.into())
            }
            whole @ (PlannedRequest::Study(_) | PlannedRequest::Weighing(_)) => whole.clone(),
        };
        let spec = PlannedSpec::load(request, &|it| self.read_file(it), observer)?;
        if self.chunks == spec.size().chunks && self.is_of(&spec) {
            Ok(spec)
        } else {
            Err(PlanError::Changed)
        }
    }

    /// Whether something is what the plan asks for, or a shard of it.
    pub(in crate::run) fn is_of(&self, spec: &PlannedSpec) -> bool {
        digest_of_whole(spec) == self.run
    }

    /// The mark of a complete shard.
    pub(in crate::run) fn mark(&self, shard: Shard) -> ShardMark {
        ShardMark::new(shard, &self.run)
    }

    /// The name of a shard's folder.
    pub fn folder_name(&self, shard: Shard) -> String {
        let of = self.shards.to_string();
        format!("shard-{:0width$}-of-{of}", shard.number(), width = of.len())
    }

    /// Whether a shard's folder holds all of it, which its mark says; `false` if there is none.
    ///
    /// # Errors
    ///
    /// If what is there is something else, or cannot be read.
    pub fn is_complete(&self, shard: Shard, folder: &Path) -> Result<bool, ShardMarkError> {
        if folder.symlink_metadata().is_err() {
            return Ok(false);
        }
        let opened = RunDirectory::open_existing(folder);
        let directory =
            opened.map_err(|it| ShardMarkError::Unreadable(io::Error::other(it.to_string())))?;
        self.mark(shard).is_in(&directory)
    }
}
