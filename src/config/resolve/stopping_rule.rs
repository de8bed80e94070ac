//! When to stop: an experiment's `until` becomes a stopping rule.

use demarche_core::domain::Scenario;
use demarche_stats::estimate::CONFIDENCE;
use toml::Spanned;

use crate::config::diagnostics::Diagnostic;
use crate::config::files::{ExperimentFile, UntilFile};
use crate::experiment::{StoppingRule, party_metrics, session_metrics};

/// The stopping rule of an experiment's `until`, if it has one; reports every error in it.
pub(crate) fn stopping_rule(
    file: &ExperimentFile,
    scenario: &Scenario,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<StoppingRule> {
    let until = file.until.as_ref()?;
    if let Some(sessions) = &file.sessions {
        diagnostics.push(
            Diagnostic::at(
                sessions.span(),
                "`sessions` and `until` both say how many sessions to run",
            )
            .hint("remove `sessions`; the maximum is `max_sessions` in `until`"),
        );
    }
    let it = until.get_ref();
    check_number(
        &it.half_width,
        "half_width",
        "above 0",
        f64::INFINITY,
        diagnostics,
    );
    if let Some(confidence) = &it.confidence {
        check_number(
            confidence,
            "confidence",
            "above 0 and below 1",
            1.0,
            diagnostics,
        );
    }
    let party = match &it.party {
        Some(name) => {
            let mut ids = scenario.party_ids();
            let found = ids.find(|&id| scenario.party(id).name == *name.get_ref());
            if found.is_none() {
                let names = scenario.parties.iter().map(|it| it.name.as_str());
                let message = format!("there is no party `{}`", name.get_ref());
                diagnostics
                    .push(Diagnostic::at(name.span(), message).suggest(name.get_ref(), names));
            }
            found
        }
        None => None,
    };
    Some(StoppingRule {
        metric: metric(it, diagnostics)?,
        party,
        half_width: *it.half_width.get_ref(),
        confidence: it
            .confidence
            .as_ref()
            .map_or(CONFIDENCE, |it| *it.get_ref()),
    })
}

/// The named figure; reports a missing or superfluous party.
fn metric(file: &UntilFile, diagnostics: &mut Vec<Diagnostic>) -> Option<&'static str> {
    let written = file.metric.get_ref();
    let mut of_session = session_metrics().map(|it| it.1.name);
    if let Some(metric) = of_session.find(|it| it == written) {
        if let Some(party) = &file.party {
            let message = format!("`{metric}` is a figure of the session, not of a party");
            diagnostics.push(Diagnostic::at(party.span(), message).hint("remove `party`"));
        }
        return Some(metric);
    }
    let mut of_party = party_metrics().map(|it| it.1.name);
    let metric = of_party.find(|it| it == written)?;
    if file.party.is_none() {
        diagnostics.push(
            Diagnostic::at(
                file.metric.span(),
                format!("`{metric}` is a figure of a party"),
            )
            .hint("add party = \"...\""),
        );
    }
    Some(metric)
}

fn check_number(
    number: &Spanned<f64>,
    name: &str,
    range: &str,
    end: f64,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let value = *number.get_ref();
    if !(value > 0.0 && value < end) {
        let message = format!("`{name}` must be a number {range}, not {value}");
        diagnostics.push(Diagnostic::at(number.span(), message));
    }
}
