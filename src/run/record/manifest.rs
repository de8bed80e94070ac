//! What makes a run repeatable: seed, versions, inputs, counts; written, and read again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::experiment::RandomNumbers;
use crate::tables::TableRecord;

/// The version of the manifest's format.
pub(crate) const SCHEMA: u32 = 1;

/// Goes up whenever the same input gives other numbers; the changelog says so.
pub const RESULTS_VERSION: u32 = 4;

/// The earliest results version of which runs can be reported, compared and verified.
const RESULTS_VERSION_READ: u32 = 1;

/// The manifest's name in the folder of a run.
pub const MANIFEST: &str = "manifest.json";

/// Bytes of a manifest that is read, at most.
pub const MANIFEST_BYTES_MAX: u64 = 64 << 20;

/// What makes a run repeatable, as `manifest.json` has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this format.
    pub schema: u32,
    /// The program's version.
    pub demarche: String,
    /// See [`RESULTS_VERSION`].
    pub results_version: u32,
    /// The experiment's name.
    pub name: String,
    /// What people read.
    pub title: String,
    /// Which verb made the run.
    pub verb: String,
    /// The master seed; a string, since JSON readers round large numbers.
    pub seed: String,
    /// Sessions asked for, in all cells together; the most, if a rule stopped them.
    pub sessions: u64,
    /// The rule that stopped them.
    pub until: Option<Until>,
    /// Number of cells.
    pub cells: usize,
    /// Settings from the command line.
    pub settings: Vec<String>,
    /// What a study asked; `None` of other runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub study: Option<StudyRecord>,
    /// What is swept; `None` of other runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<SweepRecord>,
    /// The files it was made from.
    pub inputs: Vec<InputFile>,
    /// The tables as they were written; none of a run of an earlier version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableRecord>,
    /// Whether all sessions were run, or as many as the rule wanted.
    pub complete: bool,
    /// What came of them.
    pub counts: Counts,
    /// The whole configuration as one table.
    pub resolved: Json,
    /// The paths of the numbers and rules in it that settings put in the place of the scenario's,
    /// without a basis.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_numbers: Vec<String>,
    /// The parties that were answered for from outside; `None` of a run without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<OutsideRecord>,
    /// When, and how long it took; differs from run to run.
    pub timing: Timing,
}

/// The parties of a run that were answered for from outside. What they replied is in `replies.csv`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OutsideRecord {
    /// By name, what answered for it.
    pub parties: BTreeMap<String, String>,
    /// Sessions whose forfeit may not recur in the same run.
    pub forfeits_that_may_not_recur: u64,
    /// Whether the same answers would make the same run: there are no such forfeits.
    pub reproducible: bool,
}

/// When a cell was run no further: when this figure's interval was short enough.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Until {
    /// Which figure.
    pub metric: String,
    /// Whose, if it is one of a party.
    pub party: Option<String>,
    /// Half the interval's length that was short enough.
    pub half_width: f64,
    /// The interval's confidence.
    pub confidence: f64,
}

/// What a study asked, with all defaults filled in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum StudyRecord {
    /// `sensitivity`.
    Design {
        /// Which design.
        method: String,
        /// How many base points or trajectories.
        points: u32,
        /// The paths of the numbers and red lines studied.
        numbers: Vec<String>,
        /// The alternatives to the form of the model as it is written, if it is studied.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        forms: Vec<String>,
        /// The paths of those of which all pairs are looked at for interactions.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        interactions: Vec<String>,
    },
    /// `flip`.
    Flip {
        /// The share of deals to cross.
        rate: f64,
        /// Sessions at each shift.
        sessions_per_shift: u64,
        /// The paths of the numbers moved.
        numbers: Vec<String>,
    },
    /// `robustness`.
    Robustness {
        /// Sessions under each form.
        sessions_per_form: u64,
        /// The forms, also those that do not apply.
        forms: Vec<String>,
    },
    /// `weigh`.
    Weigh {
        /// Over how many draws of all preferences.
        draws: u64,
        /// The plans.
        plans: Vec<PlanRecord>,
    },
}

/// A plan that was weighed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlanRecord {
    /// Its name in tables.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Whose plan it is, or where it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Anything else about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Its terms that no option of the scenario expresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
    /// By issue, the option that it names.
    pub options: BTreeMap<String, String>,
}

/// What is swept: all that the cells have beyond the whole configuration.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SweepRecord {
    /// Whether the cells share their random numbers.
    #[serde(rename = "luck")]
    pub random_numbers: RandomNumbers,
    /// The paths of what is varied.
    pub paths: Vec<String>,
    /// By cell, a value for each path.
    pub values: Vec<Vec<Json>>,
    /// By their names among the values of the path `scenario`, the whole configuration of each
    /// scenario as one table; empty without that path.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub scenarios: serde_json::Map<String, Json>,
}

/// A file that a run was made from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InputFile {
    /// Its path as given.
    pub path: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// Sessions by ending.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// All.
    pub sessions: u64,
    /// With an agreement.
    pub agreement: u64,
    /// At the deadline.
    pub deadline: u64,
    /// By a party leaving.
    pub walkout: u64,
    /// By a party breaking the rules.
    pub forfeit: u64,
}

/// Wall-clock figures: here and in no table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Timing {
    /// When the run began, with its offset from UTC.
    pub started: String,
    /// How long it took.
    pub wall_seconds: f64,
    /// On how many threads.
    pub threads: usize,
}

impl InputFile {
    /// A file with this text.
    pub fn new(path: &str, text: &str) -> Self {
        let digest = Sha256::digest(text.as_bytes());
        Self {
            path: path.to_owned(),
            sha256: format!("{digest:x}"),
        }
    }

    /// How another file of the same path differs, in words.
    pub fn difference(&self, here: &Self) -> String {
        format!(
            "{} is another file: its SHA-256 is {} there and {} here",
            self.path, self.sha256, here.sha256
        )
    }
}

impl Counts {
    /// Of sessions by ending, in the order of the variants.
    pub fn new(sessions: u64, endings: [u64; 4]) -> Self {
        let [agreement, deadline, walkout, forfeit] = endings;
        Self {
            sessions,
            agreement,
            deadline,
            walkout,
            forfeit,
        }
    }
}

/// Why a manifest cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It is no JSON.
    #[error("this is not JSON: {0}")]
    Json(serde_json::Error),
    /// It is of another form.
    #[error("this program reads manifests of schema {SCHEMA}, and this is not one")]
    Schema,
    /// The run is of a results version that this program does not know.
    #[error(
        "the run has results version {found}, and this program reads {RESULTS_VERSION_READ} to \
         {RESULTS_VERSION}; use demarche {demarche}"
    )]
    ResultsVersion {
        /// That of the run.
        found: Box<Json>,
        /// The version of the program that made it.
        demarche: Box<Json>,
    },
    /// The program gives other numbers than the one that made the run.
    #[error(
        "the run has results version {found}, and this program {RESULTS_VERSION}: its sessions \
         would differ; use demarche {demarche}"
    )]
    NotRepeatable {
        /// That of the run.
        found: u32,
        /// The version of the program that made it.
        demarche: String,
    },
    /// Something is missing, or is not what it should be.
    #[error("this manifest is incomplete: {0}")]
    Shape(serde_json::Error),
}

impl SweepRecord {
    /// A cell's paths with their values; `None` if it lacks one.
    pub fn cell(&self, cell: usize) -> Option<Vec<(&str, &Json)>> {
        let values = self.values.get(cell)?;
        let paths = self.paths.iter().map(String::as_str);
        (values.len() == self.paths.len()).then(|| paths.zip(values).collect())
    }
}

impl Manifest {
    /// Reads the text of `manifest.json`.
    ///
    /// # Errors
    ///
    /// If it is not a manifest of this version of the format, or of a later results version than
    /// [`RESULTS_VERSION`].
    pub fn from_json(text: &str) -> Result<Self, ManifestError> {
        let json: Json = serde_json::from_str(text).map_err(ManifestError::Json)?;
        if json["schema"] != SCHEMA {
            return Err(ManifestError::Schema);
        }
        // Another program's manifest may lack what this one has.
        let version = json["results_version"].as_u64();
        let known = u64::from(RESULTS_VERSION_READ)..=u64::from(RESULTS_VERSION);
        if !version.is_some_and(|it| known.contains(&it)) {
            return Err(ManifestError::ResultsVersion {
                found: Box::new(json["results_version"].clone()),
                demarche: Box::new(json["demarche"].clone()),
            });
        }
        let mut manifest: Self = serde_json::from_value(json).map_err(ManifestError::Shape)?;
        if manifest.results_version == 1 {
            manifest.state_defaults_of_version_1();
        }
        Ok(manifest)
    }

    /// Whether this program makes the same sessions again.
    ///
    /// # Errors
    ///
    /// If the run is of another results version.
    pub fn check_repeatable(&self) -> Result<(), ManifestError> {
        if self.results_version == RESULTS_VERSION {
            return Ok(());
        }
        Err(ManifestError::NotRepeatable {
            found: self.results_version,
            demarche: self.demarche.clone(),
        })
    }

    /// Writes out what files of results version 1 left unsaid and what has another default now.
    fn state_defaults_of_version_1(&mut self) {
        let sweep = self.sweep.as_mut();
        let scenarios = sweep.into_iter().flat_map(|it| it.scenarios.values_mut());
        for scenario in scenarios.chain([&mut self.resolved]) {
            let protocols = scenario.get_mut("protocol").and_then(Json::as_object_mut);
            for protocol in protocols.into_iter().flat_map(|it| it.values_mut()) {
                if let Some(protocol) = protocol.as_object_mut() {
                    let stated = protocol.entry("relative_time");
                    stated.or_insert_with(|| "genius".into());
                }
            }
        }
    }

    /// Over how many draws of all preferences the run is: one for each session, where there are any.
    pub fn n_draws(&self) -> u64 {
        match &self.study {
            Some(StudyRecord::Weigh { draws, .. }) => *draws,
            Some(
                StudyRecord::Design { .. }
                | StudyRecord::Flip { .. }
                | StudyRecord::Robustness { .. },
            )
            | None => self.counts.sessions,
        }
    }

    /// The whole configuration of a scenario that cells are made from; `None` if it lacks it.
    pub fn scenario(&self, name: &Json) -> Option<&Json> {
        self.sweep.as_ref()?.scenarios.get(name.as_str()?)
    }

    /// The bytes of `manifest.json`.
    ///
    /// # Panics
    ///
    /// Never: every part of it has a form in JSON.
    pub fn to_json(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a manifest has a form in JSON");
        bytes.push(b'\n');
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_known_by_its_digest() {
        let it = InputFile::new("a.toml", "abc");
        let published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(it.sha256, published);
    }
}
