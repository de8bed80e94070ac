//! What files may hold and how much of it, looked at before anything grows with it.
//!
//! Limits that hold for every scenario, whether of a file or not, such as the options of an issue,
//! have their numbers in `demarche_core`'s `domain/limits.rs`; `docs/limits.md` has all.

use std::ops::Range;

use demarche_core::domain::{
    CORRELATED_NUMBERS_MAX, ISSUES_MAX, LABEL_CHARS_MAX, NOTE_CHARS_MAX, OPTIONS_MAX, PARTIES_MAX,
    TEXT_CHARS_MAX,
};
use toml::de::{DeTable, DeValue};

use crate::config::diagnostics::Diagnostic;
use crate::config::files::{Value, join};

/// Bytes that all files of a scenario or an experiment, and all files of plans, may have together.
pub const TEXT_BYTES_MAX: usize = 4 << 20;

/// Entries of a list or table that has no limit of its own: as many as an issue's options.
pub const ENTRIES_MAX: usize = OPTIONS_MAX;

/// How many sources a scenario may have.
pub const SOURCES_MAX: usize = 1024;
/// How many interactions a party's preferences may have: sums of them stay far within a word.
pub const INTERACTIONS_MAX: usize = 256;
/// How many red lines a party may have.
pub const RED_LINES_MAX: usize = 64;
/// How many correlations a scenario may have: one of every two numbers that they may name.
pub const CORRELATIONS_MAX: usize = CORRELATED_NUMBERS_MAX * (CORRELATED_NUMBERS_MAX - 1) / 2;
/// How many consent rules a scenario may have.
pub const CONSENT_RULES_MAX: usize = 256;
/// How many claims a scenario may have.
pub const CLAIMS_MAX: usize = 256;
/// How many regions a map may have.
pub const MAP_REGIONS_MAX: usize = 64;
/// How many corners the outline of a region may have.
pub const OUTLINE_CORNERS_MAX: usize = 1000;
/// How far from 0 a coordinate of a map may be.
pub(super) const COORDINATE_MAX: f64 = 1e6;
/// How many settings an experiment may have.
pub const SETTINGS_MAX: usize = 256;

/// How many plans may be weighed together.
pub const PLANS_MAX: usize = 256;
/// How many forms of the model an experiment may describe: the scenario is built anew for each.
pub const FORMS_MAX: usize = 64;

/// How many cells a sweep may have: each is held in memory.
pub const CELLS_MAX: usize = 10_000;

/// Bytes of text that the cells of a sweep may be built from: cells whose values are not only
/// numbers and deadlines, times the files' bytes.
pub const SWEPT_BYTES_MAX: usize = 1 << 30;

/// Rows of searches that the cells of a sweep may have together, where they do not have the same:
/// some gigabytes.
pub(super) const SWEPT_ROWS_MAX: usize = 1 << 28;

/// After so many errors in a scenario, unknown names are skipped: telling what was meant
/// takes a look at all known ones.
pub(super) const MISTAKES_MAX: usize = 1000;

/// The limits of a kind of file: lists and tables by their path.
pub(super) type Limits = [(&'static str, usize)];

pub(super) const SCENARIO_LIMITS: &Limits = &[
    ("source", SOURCES_MAX),
    ("issue", ISSUES_MAX),
    ("issue.options", OPTIONS_MAX),
    ("party", PARTIES_MAX),
    ("party.interaction", INTERACTIONS_MAX),
    ("party.red_line", RED_LINES_MAX),
    ("correlation", CORRELATIONS_MAX),
    ("consent", CONSENT_RULES_MAX),
    ("claim", CLAIMS_MAX),
    ("map.region", MAP_REGIONS_MAX),
    ("map.region.outline", OUTLINE_CORNERS_MAX),
];

pub(super) const EXPERIMENT_LIMITS: &Limits = &[
    ("set", SETTINGS_MAX),
    ("robustness.form", FORMS_MAX),
    ("robustness.form.set", SETTINGS_MAX),
    ("sweep.axis.values", CELLS_MAX),
];

pub(super) const PLAN_LIMITS: &Limits = &[("options", ISSUES_MAX)];

/// Texts of any number of lines, by their key; titles, labels and names have one line.
const LONG_TEXTS: [&str; 3] = ["description", "note", "says"];

/// Tells of every list or table that has more entries than it may, at the first too many, and of
/// every text that is too long or has control characters; whether there is none. Spans are counted
/// from `start`.
pub(super) fn check(
    table: &DeTable<'_>,
    start: usize,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let n_before = diagnostics.len();
    let mut walk = Walk {
        start,
        limits,
        diagnostics,
    };
    walk.table(table, "");
    diagnostics.len() == n_before
}

struct Walk<'a> {
    start: usize,
    limits: &'a Limits,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    fn table(&mut self, table: &DeTable<'_>, path: &str) {
        let max = self.max(path);
        for (idx, (key, value)) in table.iter().enumerate() {
            if idx == max {
                self.too_many(path, table.len(), max, key.span().start);
                return;
            }
            if self.text(key.get_ref(), "", key.span()) {
                self.value(value, &join(path, key.get_ref()));
            }
        }
    }

    fn value(&mut self, value: &Value<'_>, path: &str) {
        match value.get_ref() {
            DeValue::Table(it) => self.table(it, path),
            DeValue::Array(list) => {
                let max = self.max(path);
                if let Some(it) = list.get(max) {
                    self.too_many(path, list.len(), max, it.span().start);
                    return;
                }
                for it in list {
                    self.value(it, path);
                }
            }
            DeValue::String(text) => {
                self.text(text, path, value.span());
            }
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }

    /// Refuses a text that is too long, that could drive a terminal, or that makes one line look
    /// like several; `path` is empty for a key. Whether it is accepted.
    fn text(&mut self, text: &str, path: &str, span: Range<usize>) -> bool {
        let key = path.rsplit('.').next().unwrap_or_default();
        let start = self.start + span.start;
        let max = match key {
            "label" => LABEL_CHARS_MAX,
            "description" | "note" => NOTE_CHARS_MAX,
            _ => TEXT_CHARS_MAX,
        };
        // There are as many bytes as characters, or more.
        if text.len() > max && text.chars().count() > max {
            let name = match key {
                "" => "a key".to_owned(),
                it => format!("`{it}`"),
            };
            let n = text.chars().count();
            let message = format!("{name} has {n} characters; the maximum is {max}");
            self.diagnostics.push(Diagnostic::at(start..start, message));
            return false;
        }
        let is_long = LONG_TEXTS.contains(&key);
        let is_refused = |it: &char| match it {
            '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => !is_long,
            _ => it.is_control(),
        };
        let Some(it) = text.chars().find(is_refused) else {
            return true;
        };
        let message = format!(
            "this string contains the control character U+{:04X}",
            u32::from(it)
        );
        let hint = match it {
            '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => "write it on one line, without tabs",
            _ => "delete it: strings are for readers",
        };
        let place = start..self.start + span.end;
        self.diagnostics
            .push(Diagnostic::at(place, message).hint(hint));
        false
    }

    fn max(&self, path: &str) -> usize {
        let own = self.limits.iter().find(|it| it.0 == path);
        own.map_or(ENTRIES_MAX, |it| it.1)
    }

    fn too_many(&mut self, path: &str, n: usize, max: usize, place: usize) {
        let name = match path {
            "" => "the file".to_owned(),
            _ => format!("`{path}`"),
        };
        let place = self.start + place;
        let message = format!("{name} has {n} entries; the maximum is {max}");
        self.diagnostics.push(Diagnostic::at(place..place, message));
    }
}
