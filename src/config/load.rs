//! From a file's path to something that can be run, or to all mistakes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use demarche_core::negotiation::Setting;
use demarche_core::randomness::MasterSeed;
use demarche_core::strategy::Strategies;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue, Deserializer};

use crate::config::diagnostics::{Diagnostic, Diagnostics, Role, SourceText, SourceTexts};
use crate::config::files::{
    Document, EMPTY_HINT, ExperimentFile, ReadFile, ScenarioFile, Value, empty, parse,
    read_extended, schema_check,
};
use crate::config::limits;
use crate::config::limits::{EXPERIMENT_LIMITS, SCENARIO_LIMITS, SETTINGS_MAX};
use crate::config::resolve::{check_name, setting as resolve_setting, stopping_rule};
use crate::config::sweep::{Points, StudyPlan, Sweep, Written, build_sweep, resolve_study};
use crate::experiment::StoppingRule;

/// Sessions of an experiment that does not say how many.
pub const SESSIONS_DEFAULT: u64 = 10_000;
/// Master seed of an experiment that does not name one.
pub const SEED_DEFAULT: MasterSeed = MasterSeed(1);

/// What the caller says differently from the files, or beside them.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Settings `PATH=VALUE`.
    pub settings: Vec<String>,
    /// How many sessions.
    pub sessions: Option<u64>,
    /// Which master seed.
    pub seed: Option<u64>,
    /// The strategies that the files can name: those built in, unless others are added.
    pub strategies: Strategies,
}

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

/// An experiment ready to run.
#[derive(Debug)]
pub struct Experiment {
    /// A short name, fit for file names.
    pub name: String,
    /// What people read.
    pub title: String,
    /// The scenario.
    pub scenario: LoadedScenario,
    /// How many sessions in each cell, at least 1; the most, if a rule stops them.
    pub sessions: u64,
    /// When a cell is run no further.
    pub until: Option<StoppingRule>,
    /// The master seed.
    pub seed: MasterSeed,
    /// Many cells instead of one.
    pub sweep: Option<Sweep>,
    /// How its own uncertain numbers are studied.
    pub study: StudyPlan,
}

/// Reads a scenario, which can name the strategies that are built in.
///
/// One with others is read by [`load_experiment`], with [`Overrides::strategies`].
///
/// # Errors
///
/// All mistakes in its files and in the settings.
pub fn load_scenario(
    path: &Path,
    settings: &[String],
    read_file: &ReadFile<'_>,
) -> Result<LoadedScenario, Diagnostics> {
    let mut texts = SourceTexts::default();
    let mut unreadable = Vec::new();
    let mut diagnostics = Vec::new();
    read_extended(
        Role::Scenario,
        path,
        None,
        read_file,
        &mut texts,
        &mut unreadable,
    );
    for it in settings {
        texts.add_setting(it);
    }
    let scenario = build_scenario(&texts, unreadable, &mut diagnostics);
    finish(scenario, diagnostics, texts)
}

/// Reads an experiment, or a scenario as an experiment with defaults.
///
/// # Errors
///
/// All mistakes in its files and in the overrides.
pub fn load_experiment(
    path: &Path,
    overrides: &Overrides,
    read_file: &ReadFile<'_>,
) -> Result<Experiment, Diagnostics> {
    let read_file = &reading_once(read_file);
    let mut texts = SourceTexts::naming(overrides.strategies.clone());
    let mut diagnostics = Vec::new();
    let text = match limits::read(path, read_file, &texts) {
        Ok(text) => text,
        Err(message) => {
            return Err(Diagnostics::new(vec![Diagnostic::nowhere(message)], texts));
        }
    };
    if DeTable::parse(&text).is_ok_and(|it| it.get_ref().is_empty()) {
        let diagnostic = Diagnostic::nowhere(empty(path)).hint(EMPTY_HINT);
        return Err(Diagnostics::new(vec![diagnostic], texts));
    }
    let mut unreadable = Vec::new();
    let mut file = None;
    let mut points = None;
    if is_scenario(&text) {
        read_extended(
            Role::Scenario,
            path,
            None,
            read_file,
            &mut texts,
            &mut unreadable,
        );
    } else {
        texts.add(Role::Experiment, &path.display().to_string(), &text);
        let (experiment, scenario) = read_experiment_file(&texts, &mut diagnostics);
        file = experiment;
        if let Some(name) = scenario {
            let scenario = path.parent().unwrap_or(Path::new("")).join(name.get_ref());
            let cited = Some(name.span());
            read_extended(
                Role::Scenario,
                &scenario,
                cited,
                read_file,
                &mut texts,
                &mut unreadable,
            );
        }
        read_points(path, read_file, &mut texts, &mut diagnostics);
        let sweep = file.as_ref().and_then(|it| it.sweep.as_ref());
        // A design may need the scenario's own distributions, which are not known yet.
        if let Some(sweep) = sweep.filter(|it| it.get_ref().design.is_none()) {
            let table = texts.of_role(Role::Points).next();
            points = Points::new(sweep, table, &mut diagnostics)
                .filter(|it| read_scenarios(path, it, read_file, &mut texts, &mut diagnostics));
        }
    }
    for it in &overrides.settings {
        texts.add_setting(it);
    }
    if overrides.sessions == Some(0) {
        let message = "the command line asks for 0 sessions; an experiment has at least 1";
        diagnostics.push(Diagnostic::nowhere(message));
    }
    let scenario = build_scenario(&texts, unreadable, &mut diagnostics);
    let seed = overrides
        .seed
        .or_else(|| file.as_ref()?.seed.map(|it| it.0))
        .map_or(SEED_DEFAULT, MasterSeed);
    let sweep = match (&scenario, file.as_mut().and_then(|it| it.sweep.take())) {
        (Some(base), Some(it)) => {
            build_sweep(&it, points, seed.0, &base.setting, &texts, &mut diagnostics)
        }
        _ => None,
    };
    let study = file.as_mut().and_then(|it| it.sensitivity.take());
    let study = match (&scenario, study) {
        (Some(base), Some(it)) => resolve_study(&it, &base.setting, &mut diagnostics),
        _ => StudyPlan::default(),
    };
    let until = match (&scenario, &file) {
        (Some(it), Some(file)) => stopping_rule(file, it.setting.scenario(), &mut diagnostics),
        _ => None,
    };
    let experiment = scenario.map(|it| {
        let (name, title, sessions) = about(&it, file);
        Experiment {
            name,
            title,
            sessions: overrides.sessions.or(sessions).unwrap_or(SESSIONS_DEFAULT),
            // A number on the command line goes before everything the file says of how many.
            until: until.filter(|_| overrides.sessions.is_none()),
            seed,
            sweep,
            study,
            scenario: it,
        }
    });
    finish(experiment, diagnostics, texts)
}

/// Reads each file once: a pipe has nothing left for a second reading, and a file that changes in
/// between would be two.
fn reading_once<'a>(read_file: &'a ReadFile<'a>) -> impl Fn(&Path) -> io::Result<String> + 'a {
    let texts: RefCell<BTreeMap<PathBuf, String>> = RefCell::default();
    move |path| {
        if let Some(text) = texts.borrow().get(path) {
            return Ok(text.clone());
        }
        let text = read_file(path)?;
        texts.borrow_mut().insert(path.to_owned(), text.clone());
        Ok(text)
    }
}

/// Reads the table of points that an experiment's sweep names.
fn read_points(
    path: &Path,
    read_file: &ReadFile<'_>,
    texts: &mut SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let named = texts.of_role(Role::Experiment).next().and_then(|text| {
        let document = Document::of(text);
        let sweep = document.table.get("sweep")?.get_ref().as_table()?;
        let points = sweep.get("points")?;
        Some((points.get_ref().as_str()?.to_owned(), points.span()))
    });
    let Some((name, place)) = named else {
        return;
    };
    let table = path.parent().unwrap_or(Path::new("")).join(name);
    match limits::read(&table, read_file, texts) {
        Ok(text) if !is_like_points(&text) => {
            let message = format!("{} is no table of points", table.display());
            let diagnostic = Diagnostic::at(place, message);
            diagnostics.push(diagnostic.hint("its first row has the paths, with commas between"));
        }
        Ok(text) => {
            texts.add(Role::Points, &table.display().to_string(), &text);
        }
        Err(message) => diagnostics.push(Diagnostic::at(place, message)),
    }
}

/// Whether messages may quote a table that an experiment names: it could be any file.
fn is_like_points(text: &str) -> bool {
    let is_of_paths = |it: char| it.is_ascii_alphanumeric() || "._-,\" \t\r\u{feff}".contains(it);
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .all(is_of_paths)
}

/// Reads the scenarios that cells are made from; whether all can be read.
fn read_scenarios(
    path: &Path,
    points: &Points,
    read_file: &ReadFile<'_>,
    texts: &mut SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let n_before = diagnostics.len();
    let mut seen: Vec<String> = Vec::new();
    for written in points.cells.iter().filter_map(|it| points.scenario_of(it)) {
        let name = written.shown();
        if seen.contains(&name) {
            continue;
        }
        let scenario = path.parent().unwrap_or(Path::new("")).join(&name);
        let id = texts.next_reading();
        let (role, cited) = (Role::Reading(id), Some(written.place()));
        let mut unreadable = Vec::new();
        read_extended(role, &scenario, cited, read_file, texts, &mut unreadable);
        if unreadable.is_empty() {
            texts.add_reading(&name, id);
        }
        diagnostics.extend(unreadable);
        seen.push(name);
    }
    diagnostics.len() == n_before
}

/// An experiment's name, its title, and how many sessions its file asks for.
fn about(scenario: &LoadedScenario, file: Option<ExperimentFile>) -> (String, String, Option<u64>) {
    let scenario = scenario.setting.scenario();
    let of_scenario = || scenario.title.clone();
    let Some(it) = file else {
        return (scenario.name.clone(), of_scenario(), None);
    };
    let most = it.until.map(|it| it.into_inner().max_sessions);
    let sessions = it.sessions.map(Spanned::into_inner).or(most);
    let title = it.title.unwrap_or_else(of_scenario);
    (it.name.into_inner(), title, sessions)
}

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

/// Whether a text is a scenario rather than an experiment that names one.
fn is_scenario(text: &str) -> bool {
    let (table, _) = DeTable::parse_recoverable(text);
    let has = |key: &str| table.get_ref().contains_key(key);
    !has("scenario") && (has("party") || has("issue") || has("extends"))
}

/// The experiment's file, and the scenario that it names even if the rest is wrong.
fn read_experiment_file(
    texts: &SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Option<ExperimentFile>, Option<Spanned<String>>) {
    let Some(text) = texts.of_role(Role::Experiment).next() else {
        return (None, None);
    };
    let mut document = Document::of(text);
    let n_before = diagnostics.len();
    parse(&text.text, text.start, diagnostics);
    let is_readable = diagnostics.len() == n_before
        && limits::check(&document.table, 0, EXPERIMENT_LIMITS, diagnostics)
        && schema_check::check(
            &mut document,
            &schema_check::experiment_schema(),
            diagnostics,
        );
    let scenario = document.table.get("scenario").and_then(|it| {
        let name = it.get_ref().as_str()?.to_owned();
        Some(Spanned::new(it.span(), name))
    });
    if !is_readable {
        return (None, scenario);
    }
    let file: Option<ExperimentFile> = deserialize(document, diagnostics);
    if let Some(file) = &file {
        check_schema_version(&file.schema, diagnostics);
        check_name(&file.name, diagnostics);
    }
    (file, scenario)
}

/// Builds the scenario from all texts; nothing if there is a mistake.
///
/// Mistakes that are there only because of settings name them.
pub(super) fn build_scenario(
    texts: &SourceTexts,
    unreadable: Vec<Diagnostic>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<LoadedScenario> {
    if !unreadable.is_empty() || texts.of_role(Role::Scenario).next().is_none() {
        // What cannot be read as a whole would be told of as missing a second time.
        diagnostics.extend(unreadable);
        return None;
    }
    let mut found = Vec::new();
    let scenario = build_cell(None, None, texts, &mut found);
    let is_in_files = |it: &Diagnostic| it.place().is_none_or(|place| !texts.is_setting(&place));
    if found.iter().any(is_in_files) {
        for setting in places_of_settings(texts) {
            let mut others = Vec::new();
            build_cell(Some(&setting), None, texts, &mut others);
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
    scenario
}

/// The scenario's table with all settings but one, at a point of a sweep.
pub(super) fn cell_document<'t>(
    left_out: Option<&Range<usize>>,
    point: Option<(&'t Points, &'t [Written])>,
    texts: &'t SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) -> Document<'t> {
    let scenario = point.and_then(|(points, cell)| points.scenario_of(cell));
    let role = scenario.and_then(|it| texts.role_of_scenario(&it.shown()));
    let mut document = Document::put_together(texts, role.unwrap_or(Role::Scenario));
    for it in settings_of_experiment(texts) {
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

/// Builds the scenario with all settings but one, at a point of a sweep.
pub(super) fn build_cell<'t>(
    left_out: Option<&Range<usize>>,
    point: Option<(&'t Points, &'t [Written])>,
    texts: &'t SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<LoadedScenario> {
    let mut document = cell_document(left_out, point, texts, diagnostics);
    let resolved = document.to_json();
    if !limits::check(&document.table, 0, SCENARIO_LIMITS, diagnostics)
        || !schema_check::check(
            &mut document,
            &schema_check::scenario_schema_with(texts.strategies()),
            diagnostics,
        )
    {
        return None;
    }
    let file: ScenarioFile = deserialize(document, diagnostics)?;
    check_schema_version(&file.schema, diagnostics);
    let setting = resolve_setting(file, texts, diagnostics)?;
    Some(LoadedScenario {
        setting,
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
                format!("`{path}` is a list, and this sets it to a table"),
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

/// The entries of the experiment's `[set]`; none if it is no TOML, as then any may be half read.
fn settings_of_experiment(texts: &SourceTexts) -> Vec<FileSetting<'_>> {
    let readable = texts
        .of_role(Role::Experiment)
        .find(|it| DeTable::parse(&it.text).is_ok());
    let set = readable.and_then(|it| Document::of(it).table.remove("set"));
    match set.map(Spanned::into_inner) {
        // That there are too many was told.
        Some(DeValue::Table(settings)) if settings.len() <= SETTINGS_MAX => settings
            .into_iter()
            .map(|(path, value)| FileSetting { path, value })
            .collect(),
        _ => Vec::new(),
    }
}

/// Where settings stand, in the order they are carried out.
fn places_of_settings(texts: &SourceTexts) -> Vec<Range<usize>> {
    let of_experiment = settings_of_experiment(texts);
    let of_command_line = texts.of_role(Role::Setting).map(SourceText::place);
    of_experiment
        .iter()
        .map(FileSetting::place)
        .chain(of_command_line)
        .collect()
}

/// Reads a table, whose keys and types are right, into the file's shape.
fn deserialize<T: DeserializeOwned>(
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

fn check_schema_version(schema: &Spanned<u32>, diagnostics: &mut Vec<Diagnostic>) {
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
