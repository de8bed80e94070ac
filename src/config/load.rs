//! From a file's path to something that can be run, or to all mistakes.

use std::ops::Range;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::config::document::{Document, ReadFile, parse, read_extended};
use crate::config::experiment_file::ExperimentFile;
use crate::config::mistake::{Mistake, Mistakes};
use crate::config::resolve::{self, check_name};
use crate::config::scenario_file::ScenarioFile;
use crate::config::shape;
use crate::config::source_texts::{Role, SourceTexts};
use crate::negotiation::Setting;
use crate::seeds::MasterSeed;

/// Sessions of an experiment that does not say how many.
pub const SESSIONS_DEFAULT: u64 = 10_000;
/// Master seed of an experiment that does not name one.
pub const SEED_DEFAULT: MasterSeed = MasterSeed(1);

/// What the command line says differently from the files.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Settings `PATH=VALUE`.
    pub settings: Vec<String>,
    /// How many sessions.
    pub sessions: Option<u64>,
    /// Which master seed.
    pub seed: Option<u64>,
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
    /// How many sessions; at least 1.
    pub sessions: u64,
    /// The master seed.
    pub seed: MasterSeed,
}

/// Reads a scenario.
///
/// # Errors
///
/// All mistakes in its files and in the settings.
pub fn load_scenario(
    path: &Path,
    settings: &[String],
    read_file: &ReadFile<'_>,
) -> Result<LoadedScenario, Mistakes> {
    let mut texts = SourceTexts::default();
    let mut mistakes = Vec::new();
    read_extended(path, None, read_file, &mut texts, &mut mistakes);
    for it in settings {
        texts.add_setting(it);
    }
    let scenario = build_scenario(&texts, &mut mistakes);
    finish(scenario, mistakes, texts)
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
) -> Result<Experiment, Mistakes> {
    let mut texts = SourceTexts::default();
    let mut mistakes = Vec::new();
    let text = match read_file(path) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("cannot read {}: {error}", path.display());
            return Err(Mistakes::new(vec![Mistake::nowhere(message)], texts));
        }
    };
    let file = if is_scenario(&text) {
        read_extended(path, None, read_file, &mut texts, &mut mistakes);
        None
    } else {
        let start = texts.add(Role::Experiment, &path.display().to_string(), &text);
        parse(&text, start, &mut mistakes);
        if mistakes.is_empty() {
            read_experiment_file(&texts, &mut mistakes)
        } else {
            None
        }
    };
    if let Some(file) = &file {
        let scenario = path
            .parent()
            .unwrap_or(Path::new(""))
            .join(file.scenario.get_ref());
        let cited = Some(file.scenario.span());
        read_extended(&scenario, cited, read_file, &mut texts, &mut mistakes);
    }
    for it in &overrides.settings {
        texts.add_setting(it);
    }
    let sessions = sessions(file.as_ref(), overrides, &mut mistakes);
    let scenario = build_scenario(&texts, &mut mistakes);
    let experiment = scenario.map(|scenario| {
        let of_scenario = scenario.setting.scenario();
        let (name, title) = match &file {
            Some(it) => (it.name.get_ref().clone(), it.title.clone()),
            None => (of_scenario.name.clone(), None),
        };
        Experiment {
            name,
            title: title.unwrap_or_else(|| of_scenario.title.clone()),
            sessions,
            seed: overrides
                .seed
                .or(file.and_then(|it| it.seed).map(|it| it.0))
                .map_or(SEED_DEFAULT, MasterSeed),
            scenario,
        }
    });
    finish(experiment, mistakes, texts)
}

fn finish<T>(loaded: Option<T>, mistakes: Vec<Mistake>, texts: SourceTexts) -> Result<T, Mistakes> {
    match loaded {
        Some(it) if mistakes.is_empty() => Ok(it),
        _ => Err(Mistakes::new(mistakes, texts)),
    }
}

/// Whether a text is a scenario rather than an experiment that names one.
fn is_scenario(text: &str) -> bool {
    let (table, _) = DeTable::parse_recoverable(text);
    let has = |key: &str| table.get_ref().contains_key(key);
    !has("scenario") && (has("party") || has("issue") || has("extends"))
}

fn read_experiment_file(
    texts: &SourceTexts,
    mistakes: &mut Vec<Mistake>,
) -> Option<ExperimentFile> {
    let document = Document::of(texts.of_role(Role::Experiment).next()?);
    let file: ExperimentFile = deserialize(document, &shape::experiment_schema(), mistakes)?;
    check_schema_version(&file.schema, mistakes);
    check_name(&file.name, mistakes);
    Some(file)
}

fn sessions(
    file: Option<&ExperimentFile>,
    overrides: &Overrides,
    mistakes: &mut Vec<Mistake>,
) -> u64 {
    if let Some(it) = file.and_then(|it| it.sessions.as_ref())
        && *it.get_ref() == 0
    {
        mistakes.push(Mistake::at(it.span(), "an experiment has at least 1 session"));
    }
    overrides
        .sessions
        .or(file.and_then(|it| it.sessions.as_ref()).map(|it| *it.get_ref()))
        .unwrap_or(SESSIONS_DEFAULT)
}

/// Builds the scenario from all texts; nothing if there is a mistake.
fn build_scenario(texts: &SourceTexts, mistakes: &mut Vec<Mistake>) -> Option<LoadedScenario> {
    if !mistakes.is_empty() {
        // What cannot be read as a whole would be told of as missing a second time.
        return None;
    }
    let mut document = Document::put_together(texts);
    if let Some(experiment) = texts.of_role(Role::Experiment).next() {
        for (path, span, value) in settings_of(Document::of(experiment)) {
            mistakes.extend(document.set(&path, &span, value).err());
        }
    }
    for setting in texts.of_role(Role::Setting) {
        mistakes.extend(document.set_from_command_line(setting).err());
    }
    let resolved = document.to_json();
    let file: ScenarioFile = deserialize(document, &shape::scenario_schema(), mistakes)?;
    check_schema_version(&file.schema, mistakes);
    let setting = resolve::setting(file, texts, mistakes)?;
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

/// The entries of an experiment's `[set]`.
fn settings_of(
    document: Document<'_>,
) -> Vec<(String, Range<usize>, Spanned<DeValue<'_>>)> {
    let mut table = document.table;
    match table.remove("set").map(Spanned::into_inner) {
        Some(DeValue::Table(settings)) => settings
            .into_iter()
            .map(|(path, value)| (path.get_ref().to_string(), path.span(), value))
            .collect(),
        _ => Vec::new(),
    }
}

/// Checks keys and types, then reads the table into the file's shape.
fn deserialize<T: DeserializeOwned>(
    document: Document<'_>,
    schema: &serde_json::Value,
    mistakes: &mut Vec<Mistake>,
) -> Option<T> {
    let wrong = shape::check(&document, schema);
    if !wrong.is_empty() {
        mistakes.extend(wrong);
        return None;
    }
    let span = document.span.clone();
    let table = Spanned::new(document.span, document.table);
    match T::deserialize(Deserializer::from(table)) {
        Ok(file) => Some(file),
        Err(error) => {
            let span = error.span().unwrap_or(span);
            mistakes.push(Mistake::at(span, error.message()));
            None
        }
    }
}

fn check_schema_version(schema: &Spanned<u32>, mistakes: &mut Vec<Mistake>) {
    if *schema.get_ref() != 1 {
        mistakes.push(
            Mistake::at(
                schema.span(),
                format!("this program reads schema 1, not {}", schema.get_ref()),
            )
            .hint("write `schema = 1`, or use the version of demarche that the file is for"),
        );
    }
}
