//! Whether the correlations of a scenario fit its numbers and each other.

use demarche_core::domain::{Correlation, Number};
use demarche_core::negotiation::{CorrelationError, Setting};
use toml::Spanned;

use crate::config::diagnostics::{Diagnostic, nearest};
use crate::config::files::CorrelationFile;

/// Errors for which the nearest number is looked for.
const SUGGESTIONS_MAX: usize = 16;

/// The setting with correlations, which have passed all other checks; `may_be_certain` says of a
/// constant whether the file is not to blame for that it is one.
pub(crate) fn correlated(
    setting: Setting,
    correlations: Vec<Correlation>,
    files: &[Spanned<CorrelationFile>],
    may_be_certain: impl Fn(&Number) -> bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Setting> {
    if correlations.is_empty() {
        return Some(setting);
    }
    let n_before = diagnostics.len();
    let is_blamed = |it: &&Number| it.distribution.is_constant() && !may_be_certain(it);
    let mut certain: Vec<&str> = (setting.numbers().filter(is_blamed))
        .map(|it| it.path.as_str())
        .collect();
    certain.sort_unstable();
    let of_files = correlations.iter().zip(files);
    // A pair of rank 0 says nothing, whatever its numbers are.
    for (_, file) in of_files.filter(|it| it.0.rank.distribution.range().0.abs() > 0.0) {
        for path in file.get_ref().between.get_ref() {
            if certain.binary_search(&path.get_ref().as_str()).is_ok() {
                let message = format!(
                    "`{}` is certain: no draw of it can go with another",
                    path.get_ref()
                );
                diagnostics.push(Diagnostic::at(path.span(), message).hint(
                    "give it a distribution, or remove the correlation; where another file has it, set its rank to 0",
                ));
            }
        }
    }
    let paths: Vec<String> = setting.numbers().map(|it| it.path.clone()).collect();
    match setting.with_correlations(correlations) {
        Ok(setting) => (diagnostics.len() == n_before).then_some(setting),
        Err(errors) => {
            // Telling what a path was meant to be takes a look at all numbers.
            let known = |idx| {
                if idx < SUGGESTIONS_MAX {
                    &paths[..]
                } else {
                    &[]
                }
            };
            let errors = errors.iter().enumerate();
            diagnostics.extend(errors.map(|(idx, it)| diagnostic(it, files, known(idx))));
            None
        }
    }
}

/// An error at its place, with what would correct it.
fn diagnostic(
    error: &CorrelationError,
    files: &[Spanned<CorrelationFile>],
    paths: &[String],
) -> Diagnostic {
    let file = &files[error.correlation()];
    let entry = file.get_ref();
    let between = entry.between.span();
    let message = error.to_string();
    match error {
        CorrelationError::NoSuchNumber { end, path, .. } => {
            let place = entry.between.get_ref()[*end].span();
            let probability = path
                .strip_suffix("real")
                .filter(|_| is_reality_of_red_line(path))
                .map(|it| format!("{it}probability"));
            let wanted = probability.as_deref().unwrap_or(path);
            let near = nearest(wanted, paths.iter().map(String::as_str));
            let hint = if is_choice_of_strategy(path) {
                "which strategy a party follows is no number; its parameters can be correlated"
                    .to_owned()
            } else if is_reality_of_red_line(path) {
                let rule = "that a line is real cannot be correlated, only how likely it is";
                near.map_or_else(
                    || rule.to_owned(),
                    |it| format!("{rule}: did you mean `{it}`?"),
                )
            } else {
                near.map_or_else(
                    || "a path is that of a number with a distribution: \"party.upper.reservation_value\"".to_owned(),
                    |it| format!("did you mean `{it}`?"),
                )
            };
            let diagnostic = Diagnostic::at(place, message).hint(hint);
            match near.filter(|_| !is_choice_of_strategy(path)) {
                Some(near) => diagnostic.instead_of(path, near),
                None => diagnostic,
            }
        }
        CorrelationError::SameNumber { .. } => {
            Diagnostic::at(between, message).hint("name another number, or remove the correlation")
        }
        CorrelationError::NeverTogether { .. } => Diagnostic::at(between, message)
            .hint("correlate each of them with a number that is always drawn"),
        CorrelationError::PairTwice { .. } => Diagnostic::at(between, message)
            .hint("keep one; to replace that of another file, give both the same `id`"),
        CorrelationError::TooManyNumbers { .. } => Diagnostic::at(between, message),
        CorrelationError::TooManyCombinations { .. } => Diagnostic::at(between, message)
            .hint("correlate numbers of fewer strategies"),
        CorrelationError::Contradictory { factor, .. } => Diagnostic::at(file.span(), message)
            .hint(format!(
                "they can hold together if all their ranks are multiplied by {factor}; of two numbers without a correlation the rank is 0"
            )),
        CorrelationError::NotARank { .. } | _ => Diagnostic::at(entry.rank.span(), message),
    }
}

/// Whether a path leads to a strategy or to its probability.
fn is_choice_of_strategy(path: &str) -> bool {
    let segments: Vec<&str> = path.split('.').collect();
    matches!(
        segments[..],
        ["party", _, "strategy"] | ["party", _, "strategy", _] | ["party", _, "strategy", _, "p"]
    )
}

/// Whether a path leads to whether a red line is real.
fn is_reality_of_red_line(path: &str) -> bool {
    let segments: Vec<&str> = path.split('.').collect();
    matches!(segments[..], ["party", _, "red_line", _, "real"])
}
