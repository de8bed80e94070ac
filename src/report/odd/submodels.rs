//! ODD, element 7: each process in full, with its formulas and parameters.

use std::collections::BTreeSet;

use demarche_core::domain::Number;
use demarche_core::negotiation::{RuleKind, Setting};
use demarche_core::strategy::{Parameter, StrategySpec};
use serde_json::Value;

use crate::report::odd::concepts::rules;
use crate::report::odd::initial_values::{drawn_as, origin};
use crate::report::odd::markdown::{code, gap, table, text};
use crate::report::odd::method_text;
use crate::report::path_label;

/// Element 7.
pub(super) fn submodels(setting: &Setting, resolved: &Value) -> String {
    let scenario = setting.scenario();
    let specs: Vec<&StrategySpec> = scenario
        .party_ids()
        .flat_map(|it| setting.strategies(it))
        .collect();
    let names = |of: fn(&StrategySpec) -> &'static str| -> Vec<&'static str> {
        let names: BTreeSet<&str> = specs.iter().map(|it| of(it)).collect();
        names.into_iter().collect()
    };
    let preferences = scenario.parties.iter().map(|it| &it.preferences);
    let has_red_lines = preferences.clone().any(|it| !it.red_lines.is_empty());
    let mut parts = vec![(
        "Utilities",
        method_text::utilities() + &interactions(setting),
    )];
    if has_red_lines {
        parts.push(("Red lines", method_text::red_lines() + &red_lines(setting)));
    } else {
        parts.push(("Red lines", "\nNo party has any.\n".to_owned()));
    }
    parts.push(("Consent and protocol", rules(setting)));
    if setting.rules().protocol.is_mediated() {
        let unused = "\nThe protocol does not use them.\n".to_owned();
        parts.push(("Strategies: offers", unused.clone()));
        parts.push(("Strategies: acceptance", unused));
    } else {
        parts.push((
            "Strategies: offers",
            method_text::offering_rules(&names(|it| it.offering.name))
                + &strategies(setting, resolved),
        ));
        parts.push((
            "Strategies: acceptance",
            method_text::acceptance_conditions(&names(|it| it.acceptance.name)),
        ));
    }
    parts.push(("Endings", method_text::endings()));
    if !setting.correlations().is_empty() {
        parts.push(("Correlated numbers", method_text::correlations()));
    }
    parts.push(("Rules and where they come from", sourced_rules(setting)));
    let parts: String = (1..)
        .zip(parts)
        .map(|(n, (name, body))| format!("### 7.{n} {name}\n\n{}\n\n", body.trim()))
        .collect::<Vec<String>>()
        .concat();
    format!(
        "## 7. Submodels\n\nWhat follows is from the description of the program's method; its tests hold each \
         formula to values worked out by hand or published.\n\n{parts}{}",
        gap("why these strategies and this protocol fit the parties, where no note says so.")
    )
}

/// Which party follows which strategy, how often, and with which parameters.
fn strategies(setting: &Setting, resolved: &Value) -> String {
    let scenario = setting.scenario();
    let rows = scenario.party_ids().flat_map(|id| {
        let of_party = setting.strategies(id).iter();
        of_party.map(move |it| {
            vec![
                text(&scenario.party(id).label),
                it.p.to_string(),
                code(it.offering.name),
                parameters(it.offering.parameters, &it.offering_numbers, resolved),
                code(it.acceptance.name),
                parameters(it.acceptance.parameters, &it.acceptance_numbers, resolved),
            ]
        })
    });
    let head = [
        "party",
        "probability",
        "offers by",
        "parameters",
        "accepts by",
        "parameters",
    ];
    format!("\nWho follows which:\n{}", table(&head, rows))
}

/// Each parameter with its value.
fn parameters(parameters: &[Parameter], numbers: &[Number], resolved: &Value) -> String {
    let shown = parameters.iter().zip(numbers).map(|(parameter, it)| {
        let drawn = drawn_as(it, resolved);
        format!("{} {}", code(parameter.name), text(&drawn))
    });
    shown.collect::<Vec<_>>().join("; ")
}

fn interactions(setting: &Setting) -> String {
    let scenario = setting.scenario();
    let rows = scenario.parties.iter().flat_map(|party| {
        let of_party = party.preferences.interactions.iter();
        of_party.map(|it| {
            vec![
                text(&party.label),
                code(&it.name),
                condition(setting, &it.when),
            ]
        })
    });
    table(&["party", "interaction", "options together"], rows)
}

fn red_lines(setting: &Setting) -> String {
    let scenario = setting.scenario();
    let rows = scenario.parties.iter().flat_map(|party| {
        let of_party = party.preferences.red_lines.iter();
        of_party.map(|it| {
            vec![
                text(&party.label),
                text(&it.label),
                condition(setting, &it.when),
            ]
        })
    });
    table(&["party", "red line", "outcomes across it"], rows)
}

/// The options of a condition.
fn condition(setting: &Setting, condition: &demarche_core::domain::Condition) -> String {
    let clauses = condition.clauses().iter().map(|(issue, options)| {
        let issue = setting.scenario().issue(*issue);
        let options = options.iter().map(|it| code(&issue.options[it.idx()].name));
        let options: Vec<String> = options.collect();
        format!("{}: {}", code(&issue.name), options.join(" or "))
    });
    clauses.collect::<Vec<_>>().join("; ")
}

/// Protocol, rounds, consent and strategies with where each comes from.
fn sourced_rules(setting: &Setting) -> String {
    let scenario = setting.scenario();
    let rows = setting.sourced_rules().iter().filter_map(|it| {
        // That a probability is what it is belongs to its strategy.
        if matches!(it.kind, RuleKind::StrategyProbability(..)) {
            return None;
        }
        let what = vec![text(&path_label(scenario, &it.path))];
        Some([what, origin(&it.provenance)].concat())
    });
    table(&["rule", "basis", "sources", "why"], rows)
}
