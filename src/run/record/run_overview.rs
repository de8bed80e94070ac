//! What a list of runs says of one: of its manifest the parts that are short.

use serde::Deserialize;
use serde_json::Value as Json;

use crate::run::record::manifest::{Counts, InputFile, SCHEMA, StudyRecord, Timing};

/// The short parts of a manifest; its whole configuration, which is most of it, is passed over.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct RunOverview {
    schema: u32,
    /// What people read.
    pub title: String,
    /// Which verb made the run.
    pub verb: String,
    /// Sessions asked for, in all cells together.
    pub sessions: u64,
    /// Number of cells.
    pub cells: u64,
    /// Settings from the command line.
    pub settings: Vec<String>,
    /// What a study asked; `None` of other runs, and of one that an unknown version made.
    #[serde(default, deserialize_with = "known_study")]
    pub study: Option<StudyRecord>,
    /// The files it was made from.
    pub inputs: Vec<InputFile>,
    /// Whether all sessions were run, or as many as a rule wanted.
    pub complete: bool,
    /// What came of them.
    pub counts: Counts,
    /// When, and how long it took.
    pub timing: Timing,
}

/// Why a manifest is not listed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverviewError {
    /// It is no manifest, or not a whole one.
    #[error("its manifest is damaged: {0}")]
    Shape(serde_json::Error),
    /// It is of another format.
    #[error("its manifest has another format")]
    Schema,
}

impl RunOverview {
    /// Reads the text of a `manifest.json`, of any results version.
    ///
    /// # Errors
    ///
    /// If it is not a manifest, or of another format.
    pub fn from_json(text: &str) -> Result<Self, OverviewError> {
        let it: Self = serde_json::from_str(text).map_err(OverviewError::Shape)?;
        if it.schema == SCHEMA {
            Ok(it)
        } else {
            Err(OverviewError::Schema)
        }
    }
}

/// A study, if it is one that this program knows.
fn known_study<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<StudyRecord>, D::Error> {
    let json = Json::deserialize(deserializer)?;
    Ok(serde_json::from_value(json).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"{
        "schema": 1, "demarche": "9.0.0", "results_version": 99, "name": "a", "title": "A",
        "verb": "batch", "seed": "1", "sessions": 10, "until": null, "cells": 1, "settings": [],
        "inputs": [{ "path": "a.toml", "sha256": "0" }], "complete": true,
        "counts": { "sessions": 10, "agreement": 4, "deadline": 6, "walkout": 0, "forfeit": 0 },
        "resolved": { "party": [] },
        "timing": { "started": "2026-01-01T00:00:00+00:00", "wall_seconds": 1.0, "threads": 2 }
    }"#;

    #[test]
    fn a_manifest_of_a_later_version_is_listed_too() {
        let it = RunOverview::from_json(MANIFEST).unwrap();
        assert_eq!((it.title.as_str(), it.counts.agreement), ("A", 4));
        let unknown = MANIFEST.replace("\"inputs\"", "\"study\": { \"x\": 1 }, \"inputs\"");
        assert_eq!(RunOverview::from_json(&unknown).unwrap().study, None);
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        for text in ["", "{", "{}", "[]", &MANIFEST[..MANIFEST.len() / 2]] {
            let error = RunOverview::from_json(text).unwrap_err();
            assert!(matches!(error, OverviewError::Shape(_)), "{text}");
        }
        let other = MANIFEST.replace("\"schema\": 1", "\"schema\": 2");
        let error = RunOverview::from_json(&other).unwrap_err();
        assert!(matches!(error, OverviewError::Schema));
    }
}
