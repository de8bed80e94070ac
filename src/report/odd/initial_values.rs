//! ODD, elements 5 and 6: the numbers that a session begins with, each with where it comes from.

use std::fmt::Write as _;

use demarche_core::domain::{Basis, Number, Provenance};
use demarche_core::negotiation::Setting;
use demarche_core::strategy::StrategySpec;
use serde_json::Value;

use crate::report::odd::entities::is_sourced;
use crate::report::odd::markdown::{code, gap, list, table, text};
use crate::report::page_sections::PathLabels;
use crate::run::recorded_distribution;
use crate::wording::{capitalized, decimal};

/// Element 5.
pub(super) fn initialization(setting: &Setting, resolved: &Value) -> String {
    let scenario = setting.scenario();
    let mut res = "## 5. Initialization\n\nA session begins in round 1 with all parties, no offer on the table, and \
                   numbers drawn from the distributions below. Initial values differ between sessions by these \
                   draws alone; how many sessions are run, and with which master seed, is said by the experiment \
                   and recorded with every run.\n"
        .to_owned();
    if is_sourced(scenario) {
        res += "A reported number is one that a source states, an inferred one follows from what a source says, \
                and an assumed one has no source.\n";
    } else {
        res +=
            "The scenario is synthetic: its numbers are made up and say nothing about the world.\n";
    }
    res += &gap(
        "how the distributions were chosen (who, by which procedure), and whether results were known then.",
    );
    let labels = PathLabels::of_scenario(scenario);
    for (id, party) in scenario.party_ids().zip(&scenario.parties) {
        let of_strategies = setting
            .strategies(id)
            .iter()
            .flat_map(StrategySpec::numbers);
        let numbers = party.preferences.numbers().chain(of_strategies);
        let _ = writeln!(res, "\n### {}", text(&party.label));
        let of_party = format!("{}: ", party.label);
        res += &numbers_table(&labels, &of_party, numbers, resolved);
    }
    if !scenario.leverages.is_empty() {
        let numbers = scenario.leverages.iter();
        let numbers = numbers.map(|it| &it.lowers_reservation_value);
        res += "\n### Leverage\n";
        res += &numbers_table(&labels, "", numbers, resolved);
    }
    let correlations = setting.correlations();
    if !correlations.is_empty() {
        res += "\n### Correlated numbers\n";
        let rows = correlations.iter().map(|it| {
            let [one, other] = it.between.each_ref().map(|it| text(&labels.label(it)));
            let rank = shown(it.rank.distribution.range().0);
            [vec![one, other, rank], origin(&it.rank.provenance)].concat()
        });
        let head = [
            "number",
            "goes with",
            "rank correlation",
            "basis",
            "sources",
            "why",
        ];
        res += &table(&head, rows);
    }
    res
}

/// Each number with its distribution; what all labels begin with stands above them.
fn numbers_table<'n>(
    labels: &PathLabels,
    begin: &str,
    numbers: impl Iterator<Item = &'n Number>,
    resolved: &Value,
) -> String {
    let rows = numbers.map(|it| {
        let label = labels.label(&it.path);
        let label = capitalized(label.strip_prefix(begin).unwrap_or(&label));
        let own = vec![text(&label), text(&drawn_as(it, resolved))];
        [own, origin(&it.provenance)].concat()
    });
    table(&["number", "drawn as", "basis", "sources", "why"], rows)
}

/// How a number is drawn: as the file says, with the number where that is a word; of one that no file gives,
/// the default.
pub(super) fn drawn_as(number: &Number, resolved: &Value) -> String {
    let (low, high) = number.distribution.range();
    let figure = if low < high {
        format!("{} to {}", shown(low), shown(high))
    } else {
        shown(low)
    };
    match recorded_distribution(resolved, &number.path) {
        None => figure,
        Some(word) if number.distribution.is_constant() && word.parse::<f64>().is_err() => {
            format!("{word} ({figure})")
        }
        Some(words) => words,
    }
}

fn shown(number: f64) -> String {
    let text = decimal(number, 3);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Basis, sources and reason.
pub(super) fn origin(provenance: &Provenance) -> Vec<String> {
    let sources = provenance.sources.iter().map(|it| code(it));
    vec![
        provenance.basis.map_or("", Basis::name).to_owned(),
        sources.collect::<Vec<_>>().join(", "),
        provenance.note.as_deref().map(text).unwrap_or_default(),
    ]
}

/// Element 6.
pub(super) fn input_data(setting: &Setting) -> String {
    let sources = &setting.scenario().sources;
    let mut res =
        "## 6. Input data\n\nThe model uses no input that changes while a session runs: the world \
                   outside stands still during a session.\n"
            .to_owned();
    if !sources.is_empty() {
        res += "The numbers of 5 come from these sources:\n";
        res += &list(
            sources
                .iter()
                .map(|it| format!("{}: {}", code(&it.name), text(&it.title))),
        );
        res += &gap("where these sources can be had.");
    }
    res
}
