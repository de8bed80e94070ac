//! Factors of studies in words.

use demarche_core::domain::Scenario;

use crate::experiment::FactorKind;
use crate::report::summary::Dependence;

/// A factor in words.
pub(super) fn factor_label(scenario: &Scenario, row: &Dependence) -> String {
    let factor = row.factor.as_str();
    match row.kind {
        FactorKind::Number | FactorKind::RedLine | FactorKind::Parameter => {
            path_label(scenario, factor)
        }
        FactorKind::Correlated => {
            let labels = factor.split(" + ").map(|it| path_label(scenario, it));
            labels.collect::<Vec<_>>().join(" + ")
        }
        FactorKind::Form => format!("Form of the model: {}", factor.replace('_', " ")),
        FactorKind::Randomness | FactorKind::Basis | FactorKind::Source | FactorKind::AllForms => {
            factor.to_owned()
        }
    }
}

/// A number of the scenario, or whether a red line is real, in words, by its path.
pub fn path_label(scenario: &Scenario, path: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    let party = |name: &str| {
        let found = scenario.parties.iter().find(|it| it.name == name);
        found.map_or_else(|| name.to_owned(), |it| it.label.clone())
    };
    let issue = |name: &str| scenario.issues.iter().find(|it| it.name == name);
    let issue_label =
        |name: &str| issue(name).map_or_else(|| name.to_owned(), |it| it.label.clone());
    match parts[..] {
        ["party", name, "preference", of, "weight"] => {
            format!("{}: weight of {}", party(name), issue_label(of))
        }
        ["party", name, "preference", of, "utility", option] => {
            let options = issue(of).into_iter().flat_map(|it| &it.options);
            let found = options.into_iter().find(|it| it.name == option);
            let label = found.map_or(option, |it| &it.label);
            format!("{}: “{label}” ({})", party(name), issue_label(of))
        }
        [
            "party",
            name,
            "red_line",
            line,
            of @ ("probability" | "real"),
        ] => {
            let party = scenario.parties.iter().find(|it| it.name == name);
            let lines = party.into_iter().flat_map(|it| &it.preferences.red_lines);
            let found = lines.into_iter().find(|it| it.name == line);
            let label = found.map_or(line, |it| &it.label);
            let party = party.map_or(name, |it| &it.label);
            let how = if of == "real" {
                "whether"
            } else {
                "how likely"
            };
            format!("{party}: {how} “{label}” is a real red line")
        }
        ["party", name, ref rest @ ..] => {
            format!("{}: {}", party(name), rest.join(" ").replace('_', " "))
        }
        ["leverage", name, ..] => format!("Leverage: {}", name.replace('_', " ")),
        _ => path.to_owned(),
    }
}
