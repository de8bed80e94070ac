//! From a file's path to something that can be run, or to all errors.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use demarche_core::randomness::MasterSeed;
use demarche_core::strategy::Strategies;
use toml::Spanned;
use toml::de::DeTable;

use crate::config::build_scenario::{
    LoadedScenario, build_scenario, check_schema_version, deserialize, finish,
};
use crate::config::diagnostics::{Diagnostic, Diagnostics, Role, SourceTexts};
use crate::config::files::{
    Document, EMPTY_HINT, ExperimentFile, ReadFile, RobustnessFile, empty, key_errors, parse,
    read_extended, read_text,
};
use crate::config::limits;
use crate::config::limits::EXPERIMENT_LIMITS;
use crate::config::resolve::{check_name, stopping_rule};
use crate::config::sweep::{
    Points, StudyPlan, Sweep, build_robustness, build_sweep, resolve_study,
};
use crate::experiment::{Robustness, StoppingRule};

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
    /// The other forms of the model that are tried; `None` if the file has no `[robustness]`.
    pub robustness: Option<Robustness>,
}

/// Reads a scenario, which can name the strategies that are built in.
///
/// One with others is read by [`load_experiment`], with [`Overrides::strategies`].
///
/// # Errors
///
/// All errors in its files and in the settings.
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
/// All errors in its files and in the overrides.
pub fn load_experiment(
    path: &Path,
    overrides: &Overrides,
    read_file: &ReadFile<'_>,
) -> Result<Experiment, Diagnostics> {
    let read_file = &reading_once(read_file);
    let mut texts = SourceTexts::naming(overrides.strategies.clone());
    let mut diagnostics = Vec::new();
    let text = match read_text(path, read_file, &texts) {
        Ok(text) => text,
        Err(message) => {
            return Err(Diagnostics::new(vec![Diagnostic::nowhere(message)], texts));
        }
    };
    if let Some(diagnostic) = empty_or_plan(path, &text) {
        texts.add(Role::Plan, &path.display().to_string(), &text);
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
            let scenario = path.with_file_name(name.get_ref());
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
    diagnostics.extend(no_session(overrides));
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
    let study = match (
        &scenario,
        file.as_mut().and_then(|it| it.sensitivity.take()),
    ) {
        (Some(base), Some(it)) => resolve_study(&it, &base.setting, &mut diagnostics),
        _ => StudyPlan::default(),
    };
    let robustness = file.as_mut().and_then(|it| it.robustness.take());
    if let Some(it) = robustness.as_ref().filter(|_| sweep.is_some()) {
        diagnostics.push(beside_sweep(it));
    }
    let robustness = robustness
        .zip(scenario.as_ref())
        .map(|(it, base)| build_robustness(&it, &base.setting, &texts, &mut diagnostics));
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
            robustness,
            scenario: it,
        }
    });
    finish(experiment, diagnostics, texts)
}

/// Tells that forms of the model are compared with one scenario, not with the cells of a sweep.
fn beside_sweep(robustness: &Spanned<RobustnessFile>) -> Diagnostic {
    let message = "an experiment with a [sweep] has no [robustness]";
    Diagnostic::at(robustness.span(), message).hint("remove one of the two")
}

/// Tells that the caller asks for no session at all.
fn no_session(overrides: &Overrides) -> Option<Diagnostic> {
    let message = "--sessions is 0; an experiment has at least 1 session";
    (overrides.sessions == Some(0)).then(|| Diagnostic::nowhere(message))
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
    let table = path.with_file_name(name);
    match read_text(&table, read_file, texts) {
        Ok(text) if !is_like_points(&text) => {
            let message = format!("{} is not a table of points", table.display());
            let diagnostic = Diagnostic::at(place, message);
            diagnostics.push(diagnostic.hint("its first row lists the paths, separated by commas"));
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
        let scenario = path.with_file_name(&name);
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

/// Whether a text is a scenario rather than an experiment that names one.
pub fn is_scenario(text: &str) -> bool {
    let (table, _) = DeTable::parse_recoverable(text);
    let has = |key: &str| table.get_ref().contains_key(key);
    !has("scenario") && (has("party") || has("issue") || has("extends"))
}

/// That a file is empty, a plan, or a table of plans, where a scenario or an experiment is wanted.
fn empty_or_plan(path: &Path, text: &str) -> Option<Diagnostic> {
    if DeTable::parse(text).is_ok_and(|it| it.get_ref().is_empty()) {
        return Some(Diagnostic::nowhere(empty(path)).hint(EMPTY_HINT));
    }
    let hint =
        "`demarche weigh SCENARIO PLAN` reads it, and `demarche schema plan` prints its keys";
    let (table, errors) = DeTable::parse_recoverable(text);
    let table = table.get_ref();
    let is_another = ["scenario", "party", "issue", "extends"]
        .iter()
        .any(|it| table.contains_key(*it));
    if let Some((key, _)) = table.get_key_value("options").filter(|_| !is_another) {
        let message = "this is a plan, not a scenario or an experiment";
        return Some(Diagnostic::at(key.span(), message).hint(hint));
    }
    let is_table = path
        .extension()
        .is_some_and(|it| it.eq_ignore_ascii_case("csv"));
    (is_table && !errors.is_empty()).then(|| {
        let message = format!(
            "{} is a CSV table, not a scenario or an experiment",
            path.display()
        );
        let hint = "`demarche weigh SCENARIO PLAN` reads tables of plans";
        Diagnostic::nowhere(message).hint(hint)
    })
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
        && key_errors::check(&mut document, &key_errors::experiment_schema(), diagnostics);
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
