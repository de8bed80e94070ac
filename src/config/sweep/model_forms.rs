//! The other forms of the model that an experiment's `[robustness]` names.

use std::sync::Arc;

use demarche_core::domain::{Condition, Distribution};
use demarche_core::negotiation::Setting;
use demarche_core::strategy::Strategies;
use toml::Spanned;

use crate::config::build_scenario::build_form;
use crate::config::diagnostics::{Diagnostic, SourceTexts};
use crate::config::files::RobustnessFile;
use crate::config::resolve::check_name;
use crate::config::sweep::swept_cells::names;
use crate::experiment::{
    AS_IT_STANDS, FORM_SESSIONS_DEFAULT, Form, Robustness, built_in_forms, form_names,
};

/// Builds the scenario in every form, and reports every error in them.
pub(crate) fn build_robustness(
    file: &Spanned<RobustnessFile>,
    base: &Setting,
    texts: &SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) -> Robustness {
    let place = file.span();
    let file = file.get_ref();
    let strategies = texts.strategies();
    let mut forms = match &file.forms {
        None => built_in_forms(base, strategies, None),
        Some(wanted) => {
            let wanted = checked(wanted.get_ref(), strategies, diagnostics);
            built_in_forms(base, strategies, Some(&wanted))
        }
    };
    for (idx, form) in file.form.iter().enumerate() {
        check_name(&form.get_ref().id, diagnostics);
        let id = form.get_ref().id.get_ref();
        let is_taken = *id == AS_IT_STANDS || form_names(strategies).contains(id);
        if is_taken || forms.iter().any(|it| it.id == *id) {
            let message = format!("the form `{id}` is there already");
            diagnostics.push(Diagnostic::at(form.get_ref().id.span(), message));
        }
        let Some(mut setting) = build_form(idx, texts, diagnostics) else {
            continue;
        };
        if names(&setting) != names(base) {
            let message = "a form cannot change parties, issues or options";
            diagnostics.push(Diagnostic::at(form.span(), message));
        }
        if !wants_the_same(&setting, base) {
            let message = "a form cannot change what parties want";
            diagnostics.push(Diagnostic::at(form.span(), message).hint(
                "it sets rounds, protocol, consent or strategies; for preferences use a [sweep]",
            ));
        }
        setting.share_plans(base);
        let label = form.get_ref().label.clone().unwrap_or_else(|| id.clone());
        forms.push(Form::named(id.clone(), label, Arc::new(setting)));
    }
    if forms.is_empty() && diagnostics.is_empty() {
        let diagnostic = Diagnostic::at(place, "there is no form of the model to try");
        diagnostics.push(diagnostic.hint("without `forms` all usual ones are tried"));
    }
    Robustness::new(
        Arc::new(base.clone()),
        forms,
        file.sessions.unwrap_or(FORM_SESSIONS_DEFAULT),
    )
}

/// Whether preferences and leverage are the same: their numbers, on what they depend, and which of
/// them go together.
fn wants_the_same(setting: &Setting, base: &Setting) -> bool {
    let numbers = |it: &Setting| -> Vec<Distribution> {
        let numbers = it.scenario().numbers();
        numbers.map(|it| it.distribution.clone()).collect()
    };
    let conditions = |it: &Setting| -> Vec<Condition> {
        let preferences = it.scenario().parties.iter().map(|it| &it.preferences);
        let conditions = preferences.flat_map(|it| {
            let interactions = it.interactions.iter().map(|it| it.when.clone());
            interactions.chain(it.red_lines.iter().map(|it| it.when.clone()))
        });
        conditions.collect()
    };
    let correlations = |it: &Setting| -> Vec<([String; 2], Distribution)> {
        let correlations = it.correlations().iter();
        let all = correlations.map(|it| (it.between.clone(), it.rank.distribution.clone()));
        all.collect()
    };
    numbers(setting) == numbers(base)
        && conditions(setting) == conditions(base)
        && correlations(setting) == correlations(base)
}

/// The names of forms, of which those that are unknown are reported.
fn checked(
    wanted: &[Spanned<String>],
    strategies: &Strategies,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let known = form_names(strategies);
    for name in wanted {
        if !known.contains(name.get_ref()) {
            let message = format!("there is no form `{}`", name.get_ref());
            let known = known.iter().map(String::as_str);
            diagnostics.push(Diagnostic::at(name.span(), message).suggest(name.get_ref(), known));
        }
    }
    wanted.iter().map(|it| it.get_ref().clone()).collect()
}
