//! A run's manifest read back: what must be known of a run to use its tables.

use demarche_core::domain::{ISSUES_MAX, OPTIONS_MAX, PARTIES_MAX};
use serde::Deserialize;
use serde_json::Value;

use crate::run::record::manifest::{Counts, SCHEMA, SweepRecord};
use crate::tables::TableRecord;

/// The part of a manifest that describes a run.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct RunRecord {
    /// See [`RESULTS_VERSION`](crate::run::record::manifest::RESULTS_VERSION).
    pub results_version: u32,
    /// What people read.
    pub title: String,
    /// Which verb made the run.
    pub verb: String,
    /// The master seed.
    pub seed: String,
    /// Number of cells.
    pub cells: u32,
    /// What is swept; `None` of other runs.
    #[serde(default)]
    pub sweep: Option<SweepRecord>,
    /// The tables as they were written; none of a run of an earlier version.
    #[serde(default)]
    pub tables: Vec<TableRecord>,
    /// Whether all sessions were run.
    pub complete: bool,
    /// What came of them.
    pub counts: Counts,
    /// The whole configuration as one table.
    pub resolved: Value,
}

/// Why a manifest could not be read back.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is no manifest.
    #[error("{0}")]
    Shape(serde_json::Error),
    /// It is of another format.
    #[error("its `schema` is not {SCHEMA}, the only one that can be read")]
    Schema,
    /// Its configuration has no parties and issues.
    #[error("its `resolved` table has no {0}")]
    Configuration(&'static str),
}

/// Something with a name in tables and one for people.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Named {
    /// In files and tables.
    pub id: String,
    /// What people read.
    pub label: String,
}

/// Who negotiates about what, as tables have it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunSchema {
    /// The parties, in file order.
    pub parties: Vec<Named>,
    /// The issues, in file order.
    pub issues: Vec<NamedIssue>,
}

/// An issue and its options.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct NamedIssue {
    /// The issue.
    #[serde(flatten)]
    pub name: Named,
    /// Its options, in file order.
    pub options: Vec<Named>,
}

impl RunRecord {
    /// Reads the text of a `manifest.json`.
    ///
    /// # Errors
    ///
    /// If it is no manifest, or of another format.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        let table: Value = serde_json::from_str(text).map_err(RecordError::Shape)?;
        if table.get("schema").and_then(Value::as_u64) != Some(SCHEMA.into()) {
            return Err(RecordError::Schema);
        }
        // From the text once more: only so does an error know its line.
        serde_json::from_str(text).map_err(RecordError::Shape)
    }

    /// The parties and issues of its configuration.
    ///
    /// # Errors
    ///
    /// If there are none, they have no names, or there are more than a scenario can have.
    pub fn run_schema(&self) -> Result<RunSchema, RecordError> {
        let list = |key: &'static str| {
            let found = self.resolved.get(key).cloned();
            found.ok_or(RecordError::Configuration(key))
        };
        let of_parties = RecordError::Configuration("parties with names, as a scenario has them");
        let of_issues = RecordError::Configuration("issues with options, as a scenario has them");
        let Ok(parties) = serde_json::from_value::<Vec<Named>>(list("party")?) else {
            return Err(of_parties);
        };
        let Ok(issues) = serde_json::from_value::<Vec<NamedIssue>>(list("issue")?) else {
            return Err(of_issues);
        };
        if !(1..=PARTIES_MAX).contains(&parties.len()) {
            return Err(of_parties);
        }
        let fits = |it: &NamedIssue| (1..=OPTIONS_MAX).contains(&it.options.len());
        if !(1..=ISSUES_MAX).contains(&issues.len()) || !issues.iter().all(fits) {
            return Err(of_issues);
        }
        Ok(RunSchema { parties, issues })
    }
}

impl RunSchema {
    /// Whether tables of both have the same columns and rows: labels may differ.
    pub fn is_alike(&self, other: &Self) -> bool {
        let ids = |it: &[Named]| -> Vec<String> { it.iter().map(|it| it.id.clone()).collect() };
        let issues = |it: &Self| -> Vec<(String, Vec<String>)> {
            let issues = it.issues.iter();
            let named = issues.map(|it| (it.name.id.clone(), ids(&it.options)));
            named.collect()
        };
        ids(&self.parties) == ids(&other.parties) && issues(self) == issues(other)
    }
}
