//! What makes a run repeatable: seed, versions, inputs, counts.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Goes up whenever the same input gives other numbers; the changelog says so.
pub const RESULTS_VERSION: u32 = 1;

/// What makes a run repeatable, as `manifest.json` has it.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    /// Version of this format.
    pub schema: u32,
    /// The program's version.
    pub demarche: &'static str,
    /// See [`RESULTS_VERSION`].
    pub results_version: u32,
    /// The experiment's name.
    pub name: String,
    /// What people read.
    pub title: String,
    /// Which verb made the run.
    pub verb: &'static str,
    /// The master seed; a string, since JSON readers round large numbers.
    pub seed: String,
    /// Sessions asked for, in all cells together; the most, if a rule stopped them.
    pub sessions: u64,
    /// The rule that stopped them.
    pub until: Option<Until>,
    /// How many cells there are.
    pub cells: usize,
    /// Of a sweep, whether its cells share their luck: `common` or `independent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub luck: Option<&'static str>,
    /// Settings from the command line.
    pub settings: Vec<String>,
    /// What a study asked; `None` of other runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub study: Option<StudyRecord>,
    /// The files it was made from.
    pub inputs: Vec<InputFile>,
    /// Whether all sessions were run, or as many as the rule wanted.
    pub complete: bool,
    /// What came of them.
    pub counts: Counts,
    /// The whole configuration as one table.
    pub resolved: serde_json::Value,
    /// When, and how long it took; differs from run to run.
    pub timing: Timing,
}

/// When a cell was run no further: when this figure's interval was short enough.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Until {
    /// Which figure.
    pub metric: &'static str,
    /// Whose, if it is one of a party.
    pub party: Option<String>,
    /// Half the interval's length that was short enough.
    pub half_width: f64,
    /// The interval's confidence.
    pub confidence: f64,
}

/// What a study asked, with all defaults filled in.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(untagged)]
pub enum StudyRecord {
    /// `sensitivity`.
    Design {
        /// Which design.
        method: &'static str,
        /// How many base points or trajectories.
        points: u32,
        /// The paths of the numbers studied.
        numbers: Vec<String>,
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
}

/// A file that a run was made from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
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
#[derive(Clone, PartialEq, Debug, Serialize)]
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

impl Manifest {
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
