//! From the paths of plan files to plans for a scenario, or to all errors.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use demarche_core::domain::{DraftPlan, Scenario};
use toml::Spanned;

use crate::config::build_scenario::{Input, check_schema_version, deserialize, finish};
use crate::config::diagnostics::{Diagnostic, Diagnostics, Role, SourceText, SourceTexts};
use crate::config::files::{
    Document, PlanFile, ReadFile, empty, key_errors, parse, plans_of_table, read_text,
};
use crate::config::limits;
use crate::config::limits::{PLAN_LIMITS, PLANS_MAX};
use crate::config::resolve::{plan, resolve_options};

/// Plans for a scenario.
#[derive(Clone, Debug)]
pub struct LoadedPlans {
    /// The plans, in the order of the files.
    pub plans: Vec<DraftPlan>,
    /// The files they were read from.
    pub inputs: Vec<Input>,
}

/// Reads plans for a scenario: from files whose names end in `.csv` a plan per row, from others one
/// plan each, in TOML.
///
/// # Errors
///
/// All errors in all files.
pub fn load_plans(
    paths: &[PathBuf],
    scenario: &Scenario,
    read_file: &ReadFile<'_>,
) -> Result<LoadedPlans, Diagnostics> {
    let mut texts = SourceTexts::default();
    let mut diagnostics = Vec::new();
    for path in paths {
        match read_text(path, read_file, &texts) {
            Ok(text) if text.trim().is_empty() => {
                let diagnostic = Diagnostic::nowhere(empty(path));
                diagnostics.push(diagnostic.hint(
                    "a plan begins with `schema = 1` and a name; `demarche schema plan` prints all keys",
                ));
            }
            Ok(text) => {
                texts.add(role(path), &path.display().to_string(), &text);
            }
            Err(message) => diagnostics.push(Diagnostic::nowhere(message)),
        }
    }
    let issues: Vec<&str> = scenario.issues.iter().map(|it| it.name.as_str()).collect();
    let mut files: Vec<PlanFile> = Vec::new();
    for text in texts.of_role(Role::Plan) {
        files.extend(plan_of_file(text, scenario, &mut diagnostics));
    }
    for text in texts.of_role(Role::PlanTable) {
        for row in plans_of_table(text, &issues, &mut diagnostics) {
            let is_within = limits::check(&row.document.table, 0, PLAN_LIMITS, &mut diagnostics);
            let file = is_within.then(|| deserialize(row.document, &mut diagnostics));
            match file.flatten() {
                Some(file) if row.is_whole => files.push(file),
                Some(file) => {
                    let options = file.options.into_inner().into_iter();
                    resolve_options(options, scenario, &mut diagnostics);
                }
                None => {}
            }
        }
    }
    // In the order of the command line, whatever the kinds of files.
    files.sort_by_key(|it| it.name.span().start);
    check_names(&files, &mut diagnostics);
    let plans = files.into_iter();
    let plans = plans
        .map(|it| plan(it, scenario, &mut diagnostics))
        .collect();
    let inputs = texts.files().map(|it| Input {
        path: it.name.clone(),
        text: it.text.clone(),
    });
    let inputs = inputs.collect();
    finish(Some(LoadedPlans { plans, inputs }), diagnostics, texts)
}

fn role(path: &Path) -> Role {
    let is_table = path
        .extension()
        .is_some_and(|it| it.eq_ignore_ascii_case("csv"));
    if is_table {
        Role::PlanTable
    } else {
        Role::Plan
    }
}

/// The plan of a TOML file; nothing if it cannot be read as a whole.
///
/// What of it can be read is then checked against the scenario too.
fn plan_of_file(
    text: &SourceText,
    scenario: &Scenario,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<PlanFile> {
    let n_before = diagnostics.len();
    parse(&text.text, text.start, diagnostics);
    if diagnostics.len() > n_before {
        return None;
    }
    let mut document = Document::of(text);
    for (key, kind) in [("party", "a scenario"), ("scenario", "an experiment")] {
        if let Some((key, _)) = document.table.get_key_value(key) {
            let diagnostic = Diagnostic::at(key.span(), format!("this is {kind}, not a plan"));
            diagnostics.push(diagnostic.hint("the scenario comes first, then the plans"));
            return None;
        }
    }
    if !limits::check(&document.table, 0, PLAN_LIMITS, diagnostics) {
        return None;
    }
    let is_readable = key_errors::check(&mut document, &key_errors::plan_schema(), diagnostics);
    if !is_readable {
        check_readable_options(&document, scenario, diagnostics);
        return None;
    }
    let file: PlanFile = deserialize(document, diagnostics)?;
    check_schema_version(&file.schema, diagnostics);
    Some(file)
}

/// Checks the options of a plan that cannot be read as a whole, as far as they are words.
fn check_readable_options(
    document: &Document<'_>,
    scenario: &Scenario,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let options = document.table.get("options");
    let Some(table) = options.and_then(|it| it.get_ref().as_table()) else {
        return;
    };
    let words = table.iter().filter_map(|(issue, option)| {
        let word = option.get_ref().as_str()?.to_owned();
        let issue = Spanned::new(issue.span(), issue.get_ref().to_string());
        Some((issue, Spanned::new(option.span(), word)))
    });
    resolve_options(words, scenario, diagnostics);
}

/// Reports plans with the same name, and more plans than are weighed together.
fn check_names(files: &[PlanFile], diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for name in files.iter().map(|it| &it.name) {
        if !seen.insert(name.get_ref()) {
            let message = format!("there are two plans named `{}`", name.get_ref());
            diagnostics.push(Diagnostic::at(name.span(), message));
        }
    }
    if let Some(it) = files.get(PLANS_MAX) {
        let message = format!(
            "there are {} plans; the maximum is {PLANS_MAX}",
            files.len()
        );
        diagnostics.push(Diagnostic::at(it.name.span(), message));
    }
}
