//! One scenario from its texts: files put together, settings carried out, at a point of a sweep.

use std::ops::Range;

use demarche_core::negotiation::Setting;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue, Deserializer};

use crate::config::diagnostics::{Diagnostic, Diagnostics, Role, SourceText, SourceTexts};
use crate::config::files::{Document, ScenarioFile, Value, key_errors};
use crate::config::limits;
use crate::config::limits::{SCENARIO_LIMITS, SETTINGS_MAX};
use crate::config::resolve::setting as resolve_setting;
use crate::config::sweep::{Points, Written};

/// A file that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Input {
    /// Its path as given, or as the citing file gives it.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A scenario ready to run.
#[derive(Debug)]
pub struct LoadedScenario {
    /// Scenario, rules and strategies.
    pub setting: Setting,
    /// The files it was read from.
    pub inputs: Vec<Input>,
    /// The whole configuration as one table.
    pub resolved: serde_json::Value,
}

/// What was loaded, or all errors that there are.
pub(super) fn finish<T>(
    loaded: Option<T>,
    diagnostics: Vec<Diagnostic>,
    texts: SourceTexts,
) -> Result<T, Diagnostics> {
    match loaded {
        Some(it) if diagnostics.is_empty() => Ok(it),
        _ => Err(Diagnostics::new(diagnostics, texts)),
    }
}

/// Builds the scenario from all texts; nothing if there is an error.
///
/// Errors that are there only because of settings name them.
pub(super) fn build_scenario(
    texts: &SourceTexts,
    unreadable: Vec<Diagnostic>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<LoadedScenario> {
    if !unreadable.is_empty() || texts.of_role(Role::Scenario).next().is_none() {
        // What cannot be read as a whole would be reported as missing a second time.
        diagnostics.extend(unreadable);
        return None;
    }
    let mut found = Vec::new();
    let document = scenario_document(None, None, texts, &mut found);
    let resolved = document.to_json();
    let setting = resolve(document, texts, &mut found);
    let is_in_files = |it: &Diagnostic| it.place().is_none_or(|place| !texts.is_setting(&place));
    if found.iter().any(is_in_files) {
        for setting in places_of_settings(texts) {
            let mut others = Vec::new();
            build_setting(Some(&setting), None, texts, &mut others);
            let is_among =
                |it: &Diagnostic, list: &[Diagnostic]| list.iter().any(|other| other.is_same(it));
            if !others.iter().all(|it| is_among(it, &found)) {
                // Without this setting, other things are wrong: nothing can be said.
                continue;
            }
            for diagnostic in found.iter_mut().filter(|it| is_in_files(it)) {
                if !is_among(diagnostic, &others) {
                    diagnostic.add_cause(&setting);
                }
            }
        }
    }
    diagnostics.extend(found);
    Some(LoadedScenario {
        setting: setting?,
        inputs: texts
            .files()
            .map(|it| Input {
                path: it.name.clone(),
                text: it.text.clone(),
            })
            .collect(),
        resolved,
    })
}

/// The scenario's table with all settings but one, at a point of a sweep.
pub(super) fn scenario_document<'t>(
    left_out: Option<&Range<usize>>,
    point: Option<(&'t Points, &'t [Written])>,
    texts: &'t SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) -> Document<'t> {
    let scenario = point.and_then(|(points, cell)| points.scenario_of(cell));
    let role = scenario.and_then(|it| texts.role_of_scenario(&it.shown()));
    let mut document = Document::put_together(texts, role.unwrap_or(Role::Scenario));
    for it in settings_of_experiment(texts, &SetTable::OfAll) {
        if left_out != Some(&it.place()) {
            diagnostics.extend(it.carry_out(&mut document).err());
        }
    }
    for setting in texts.of_role(Role::Setting) {
        if left_out != Some(&setting.place()) {
            diagnostics.extend(document.set_from_command_line(setting).err());
        }
    }
    if let Some((points, cell)) = point {
        points.carry_out(cell, &mut document, diagnostics);
    }
    document
}

/// Builds the setting of a scenario with all settings but one, at a point of a sweep.
pub(super) fn build_setting<'t>(
    left_out: Option<&Range<usize>>,
    point: Option<(&'t Points, &'t [Written])>,
    texts: &'t SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Setting> {
    let document = scenario_document(left_out, point, texts, diagnostics);
    resolve(document, texts, diagnostics)
}

/// Builds the setting of a scenario in one of the forms that an experiment's `[[robustness.form]]`
/// describes.
pub(super) fn build_form(
    form: usize,
    texts: &SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Setting> {
    let mut document = scenario_document(None, None, texts, &mut Vec::new());
    for it in settings_of_experiment(texts, &SetTable::OfForm(form)) {
        diagnostics.extend(it.carry_out(&mut document).err());
    }
    resolve(document, texts, diagnostics)
}

/// The setting that a scenario's table describes.
fn resolve(
    mut document: Document<'_>,
    texts: &SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Setting> {
    if !limits::check(&document.table, 0, SCENARIO_LIMITS, diagnostics) {
        return None;
    }
    let schema = texts.scenario_schema(key_errors::scenario_schema_with);
    let n_before = diagnostics.len();
    let is_readable = key_errors::check(&mut document, schema, diagnostics);
    for it in &mut diagnostics[n_before..] {
        if let Some(path) = it.place().and_then(|it| texts.path_at(&it)) {
            *it = document.with_paths_meant(it.clone(), path);
        }
    }
    if !is_readable {
        return None;
    }
    let file: ScenarioFile = deserialize(document, diagnostics)?;
    check_schema_version(&file.schema, diagnostics);
    resolve_setting(file, texts, diagnostics)
}

/// An entry of an experiment's `[set]`.
struct FileSetting<'t> {
    path: Spanned<DeString<'t>>,
    value: Value<'t>,
}

impl<'t> FileSetting<'t> {
    fn place(&self) -> Range<usize> {
        self.path.span().start..self.value.span().end
    }

    fn carry_out(self, document: &mut Document<'t>) -> Result<(), Diagnostic> {
        let path: &str = self.path.get_ref();
        let is_list = document
            .table
            .get(path)
            .is_some_and(|it| it.get_ref().is_array());
        if is_list && self.value.get_ref().is_table() {
            let whole = path_below(path, self.value.get_ref());
            return Err(Diagnostic::at(
                self.path.span(),
                format!("`{path}` is a list, not a table"),
            )
            .hint(format!("a path is one key, in quotes: \"{whole}\" = ...")));
        }
        document.set(path, &self.path.span(), self.value)
    }
}

/// The path that dotted keys without quotes were meant to be.
fn path_below(path: &str, value: &DeValue<'_>) -> String {
    let mut res = path.to_owned();
    let mut value = value;
    while let Some((key, below)) = value.as_table().and_then(|it| it.iter().next()) {
        res = format!("{res}.{}", key.get_ref());
        value = below.get_ref();
    }
    res
}

/// Which table of settings of an experiment is meant.
enum SetTable {
    /// Its `[set]`, for all that it runs.
    OfAll,
    /// That of one of its `[[robustness.form]]`.
    OfForm(usize),
}

impl SetTable {
    fn take<'t>(&self, mut table: DeTable<'t>) -> Option<Spanned<DeValue<'t>>> {
        match self {
            Self::OfAll => table.remove("set"),
            Self::OfForm(form) => {
                let DeValue::Table(mut robustness) = table.remove("robustness")?.into_inner()
                else {
                    return None;
                };
                let DeValue::Array(forms) = robustness.remove("form")?.into_inner() else {
                    return None;
                };
                let DeValue::Table(mut form) = forms.into_iter().nth(*form)?.into_inner() else {
                    return None;
                };
                form.remove("set")
            }
        }
    }
}

/// The entries of a table of settings of the experiment; none if it is no TOML, as then any may be
/// half read.
fn settings_of_experiment<'t>(texts: &'t SourceTexts, table: &SetTable) -> Vec<FileSetting<'t>> {
    let readable = texts
        .of_role(Role::Experiment)
        .find(|it| DeTable::parse(&it.text).is_ok());
    let set = readable.and_then(|it| table.take(Document::of(it).table));
    match set.map(Spanned::into_inner) {
        // That there are too many has been reported.
        Some(DeValue::Table(settings)) if settings.len() <= SETTINGS_MAX => settings
            .into_iter()
            .map(|(path, value)| FileSetting { path, value })
            .collect(),
        _ => Vec::new(),
    }
}

/// Where settings stand, in the order they are carried out.
fn places_of_settings(texts: &SourceTexts) -> Vec<Range<usize>> {
    let of_experiment = settings_of_experiment(texts, &SetTable::OfAll);
    let of_command_line = texts.of_role(Role::Setting).map(SourceText::place);
    of_experiment
        .iter()
        .map(FileSetting::place)
        .chain(of_command_line)
        .collect()
}

/// Reads a table, whose keys and types are right, into the file's shape.
pub(super) fn deserialize<T: DeserializeOwned>(
    document: Document<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    let span = document.span.clone();
    let table = Spanned::new(document.span, document.table);
    match T::deserialize(Deserializer::from(table)) {
        Ok(file) => Some(file),
        Err(error) => {
            let span = error.span().unwrap_or(span);
            diagnostics.push(Diagnostic::at(span, error.message()));
            None
        }
    }
}

/// Tells if a file is of another version of the format.
pub(super) fn check_schema_version(schema: &Spanned<u32>, diagnostics: &mut Vec<Diagnostic>) {
    if *schema.get_ref() != 1 {
        diagnostics.push(
            Diagnostic::at(
                schema.span(),
                format!("this program reads schema 1, not {}", schema.get_ref()),
            )
            .hint("write `schema = 1`, or use the version of demarche that the file is for"),
        );
    }
}
