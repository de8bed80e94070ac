//! From the shape of a plan file to a plan for a scenario.

use demarche_core::domain::{DraftPlan, OptionId, Scenario};
use toml::Spanned;

use crate::config::diagnostics::Diagnostic;
use crate::config::files::PlanFile;
use crate::config::resolve::scenario::check_name;

/// The plan that a file describes; names that the scenario does not have are reported and left open.
pub(crate) fn plan(
    file: PlanFile,
    scenario: &Scenario,
    diagnostics: &mut Vec<Diagnostic>,
) -> DraftPlan {
    check_name(&file.name, diagnostics);
    if file.options.get_ref().is_empty() {
        let diagnostic = Diagnostic::at(file.options.span(), "a plan settles at least one issue");
        diagnostics.push(diagnostic.hint("name an issue and its option"));
    }
    let options = file.options.into_inner().into_iter();
    let options = resolve_options(options, scenario, diagnostics);
    let name = file.name.into_inner();
    DraftPlan {
        label: file.label.unwrap_or_else(|| name.clone()),
        name,
        source: file.source,
        note: file.note,
        lost: file.lost,
        options,
    }
}

/// The options that a plan names, by issue; names that the scenario does not have are reported and
/// left open.
pub(crate) fn resolve_options(
    named: impl Iterator<Item = (Spanned<String>, Spanned<String>)>,
    scenario: &Scenario,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Option<OptionId>> {
    let mut options: Vec<Option<OptionId>> = vec![None; scenario.issues.len()];
    for (issue, option) in named {
        let found = (scenario.issues.iter()).position(|it| it.name == *issue.get_ref());
        let Some(idx) = found else {
            let known = scenario.issues.iter().map(|it| it.name.as_str());
            let message = format!("there is no issue `{}`", issue.get_ref());
            diagnostics.push(unknown(message, &issue, known));
            continue;
        };
        let known = &scenario.issues[idx].options;
        let place = known.iter().position(|it| it.name == *option.get_ref());
        options[idx] = place.map(OptionId::new);
        if place.is_none() {
            let (issue, name) = (issue.get_ref(), option.get_ref());
            let message = format!("the issue `{issue}` has no option `{name}`");
            let known = known.iter().map(|it| it.name.as_str());
            diagnostics.push(unknown(message, &option, known));
        }
    }
    options
}

fn unknown<'a>(
    message: String,
    name: &Spanned<String>,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    Diagnostic::at(name.span(), message).suggest(name.get_ref(), known)
}
