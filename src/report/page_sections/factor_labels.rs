//! Paths, values and factors in words: parties, issues, options and red lines by their labels.

use std::collections::BTreeMap;

use demarche_core::domain::Scenario;
use serde_json::Value;

use crate::experiment::{FactorKind, PAIR_SIGN};
use crate::report::summary::Dependence;
use crate::run::value_in_words;
use crate::wording::capitalized;

/// What the parts of a scenario are called, to put paths of `--set` and of axes into words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct PathLabels {
    /// By the names that lead to it, what people read of a part.
    labels: BTreeMap<Vec<String>, String>,
}

impl PathLabels {
    /// Those of a scenario.
    pub(crate) fn of_scenario(scenario: &Scenario) -> Self {
        let mut res = Self::default();
        for party in &*scenario.parties {
            res.add(&["party", &party.name], &party.label);
            for line in &*party.preferences.red_lines {
                res.add(&["party", &party.name, &line.name], &line.label);
            }
        }
        for issue in &*scenario.issues {
            res.add(&["issue", &issue.name], &issue.label);
            for option in &*issue.options {
                res.add(&["issue", &issue.name, &option.name], &option.label);
            }
        }
        for it in &*scenario.leverages {
            let [by, on] = [it.by, it.on].map(|it| &*scenario.party(it).label);
            res.add(&["leverage", &it.name], &leverage(by, on));
        }
        res
    }

    /// Those of configurations as manifests have them; the first that has a part gives its label.
    pub(crate) fn of_resolved<'v>(resolved: impl IntoIterator<Item = &'v Value>) -> Self {
        let mut res = Self::default();
        for whole in resolved {
            for party in entries(whole, "party") {
                let name = name_of(party, "id");
                res.add(&["party", name], label_of(party));
                for line in entries(party, "red_line") {
                    res.add(&["party", name, name_of(line, "id")], label_of(line));
                }
            }
            for issue in entries(whole, "issue") {
                let name = name_of(issue, "id");
                res.add(&["issue", name], label_of(issue));
                for option in entries(issue, "options") {
                    res.add(&["issue", name, name_of(option, "id")], label_of(option));
                }
            }
            for it in entries(whole, "leverage") {
                let [by, on] = ["by", "on"].map(|of| res.part(&["party", name_of(it, of)]));
                res.add(&["leverage", name_of(it, "id")], &leverage(&by, &on));
            }
        }
        res
    }

    fn add(&mut self, names: &[&str], label: &str) {
        let names = names.iter().map(|&it| it.to_owned()).collect();
        self.labels.entry(names).or_insert_with(|| label.to_owned());
    }

    /// What a part is called; the last of its names if that is not known.
    fn part(&self, names: &[&str]) -> String {
        let [kind, .., last] = *names else {
            return names.concat();
        };
        if last == "*" {
            return format!("every {kind}");
        }
        let key: Vec<String> = names.iter().map(|&it| it.to_owned()).collect();
        let known = self.labels.get(&key).cloned();
        known.unwrap_or_else(|| last.replace('_', " "))
    }

    /// What is at a path, in words.
    pub(crate) fn label(&self, path: &str) -> String {
        let parts = segments(path);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let label = match parts[..] {
            ["party", name, ref rest @ ..] => {
                format!(
                    "{}: {}",
                    self.part(&["party", name]),
                    self.of_party(name, rest)
                )
            }
            ["leverage", name, "lowers_reservation_value"] => self.part(&["leverage", name]),
            ["leverage", name, ref rest @ ..] => {
                format!("{}: {}", self.part(&["leverage", name]), words(rest))
            }
            ["issue", name, ref rest @ ..] => {
                format!("{}: {}", self.part(&["issue", name]), words(rest))
            }
            ["protocol", _, "deadline_rounds"] => "rounds at most".to_owned(),
            [kind, ref rest @ ..] if !rest.is_empty() => {
                format!("{}: {}", kind.replace('_', " "), words(rest))
            }
            _ => words(&parts),
        };
        capitalized(&label)
    }

    /// What is at a path below a party.
    fn of_party(&self, party: &str, rest: &[&str]) -> String {
        let line = |name| self.part(&["party", party, name]);
        let issue = |name| self.part(&["issue", name]);
        match *rest {
            ["reservation_value"] => "what no deal is worth to it".to_owned(),
            ["preference", of, "weight"] => format!("weight of {}", issue(of)),
            ["preference", of, "utility", option] => {
                format!("“{}” ({})", self.part(&["issue", of, option]), issue(of))
            }
            ["preference", of, ref rest @ ..] => format!("{} ({})", words(rest), issue(of)),
            ["red_line", name, "probability"] => {
                format!("how likely “{}” is a real red line", line(name))
            }
            ["red_line", name, "real"] => {
                format!("whether “{}” is a real red line", line(name))
            }
            ["red_line", name, ref rest @ ..] => {
                format!("{} of the red line “{}”", words(rest), line(name))
            }
            ["strategy", place] if is_place(place) => format!("strategy {}", from_one(place)),
            ["strategy", place, "p"] if is_place(place) => {
                format!("how often it follows strategy {}", from_one(place))
            }
            ["strategy", .., kind, last] if !is_place(kind) => {
                format!("{} of its strategy ({})", words(&[last]), words(&[kind]))
            }
            _ => words(rest),
        }
    }

    /// A value at a path, in words.
    pub(crate) fn value(path: &str, value: &str) -> String {
        if path != "scenario" {
            return value_in_words(value);
        }
        let name = value.rsplit(['/', '\\']).next().unwrap_or(value);
        name.trim_end_matches(".toml").to_owned()
    }
}

fn leverage(by: &str, on: &str) -> String {
    format!("leverage of {by} on {on}")
}

fn is_place(segment: &str) -> bool {
    segment.bytes().all(|it| it.is_ascii_digit())
}

/// The segments of a path. Those in brackets count from 1, and others from 0, as here.
fn segments(path: &str) -> Vec<String> {
    let mut res = Vec::new();
    for part in path.split('.') {
        let mut pieces = part.split('[');
        res.extend(pieces.next().map(str::to_owned));
        for piece in pieces {
            let place = piece.trim_end_matches(']').parse::<u64>();
            res.push(
                place.map_or_else(|_| piece.to_owned(), |it| it.saturating_sub(1).to_string()),
            );
        }
    }
    res
}

/// A position in a list as people count.
fn from_one(place: &str) -> u64 {
    place.parse::<u64>().map_or(1, |it| it.saturating_add(1))
}

/// Segments of a path without positions in lists.
fn words(segments: &[&str]) -> String {
    let named = segments.iter().filter(|it| !is_place(it));
    let named: Vec<String> = named.map(|it| it.replace('_', " ")).collect();
    named.join(" ")
}

fn entries<'v>(value: &'v Value, list: &str) -> impl Iterator<Item = &'v Value> {
    value
        .get(list)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn name_of<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn label_of(value: &Value) -> &str {
    let label = value.get("label").and_then(Value::as_str);
    label.unwrap_or_else(|| name_of(value, "id"))
}

/// A factor in words.
pub(super) fn factor_label(scenario: &Scenario, row: &Dependence) -> String {
    let factor = row.factor.as_str();
    let labels = || PathLabels::of_scenario(scenario);
    match row.kind {
        FactorKind::Number | FactorKind::RedLine | FactorKind::Parameter => labels().label(factor),
        FactorKind::Correlated => correlated_label(&labels(), factor),
        FactorKind::Pair => {
            let labels = labels();
            let members = factor.split(PAIR_SIGN);
            let each = members.map(|it| correlated_label(&labels, it));
            each.collect::<Vec<_>>().join(PAIR_SIGN)
        }
        FactorKind::Form => format!("Form of the model: {}", factor.replace('_', " ")),
        FactorKind::Randomness => "Chance".to_owned(),
        FactorKind::Basis => format!("{factor} numbers").trim_start().to_owned(),
        FactorKind::Source => {
            let mut sources = scenario.sources.iter();
            let source = sources.find(|it| it.name == factor);
            source.map_or_else(|| factor.replace('_', " "), |it| it.title.clone())
        }
        FactorKind::AllForms => factor.replace('_', " "),
    }
}

/// Numbers that are correlated, or a single one, in words.
fn correlated_label(labels: &PathLabels, factor: &str) -> String {
    let each = factor.split(" + ").map(|it| labels.label(it));
    each.collect::<Vec<_>>().join(" + ")
}

/// A number of the scenario, or whether a red line is real, in words, by its path.
pub fn path_label(scenario: &Scenario, path: &str) -> String {
    PathLabels::of_scenario(scenario).label(path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_are_put_into_words() {
        let resolved = json!({
            "party": [
                { "id": "up", "label": "Upper village", "red_line": [{ "id": "wall", "label": "No wall" }] },
                { "id": "low", "label": "Lower village" },
            ],
            "issue": [{ "id": "hours", "label": "Hours", "options": [{ "id": "odd", "label": "odd days" }] }],
            "leverage": [{ "id": "aid", "by": "up", "on": "low" }],
        });
        let labels = PathLabels::of_resolved([&resolved]);
        for (path, expected) in [
            (
                "party.up.reservation_value",
                "Upper village: what no deal is worth to it",
            ),
            (
                "party.*.reservation_value",
                "Every party: what no deal is worth to it",
            ),
            (
                "party.low.preference.hours.weight",
                "Lower village: weight of Hours",
            ),
            (
                "party.low.preference.hours.utility.odd",
                "Lower village: “odd days” (Hours)",
            ),
            (
                "party.up.red_line.wall.probability",
                "Upper village: how likely “No wall” is a real red line",
            ),
            (
                "party.up.strategy.0.incremental.concession_exponent",
                "Upper village: concession exponent of its strategy (incremental)",
            ),
            (
                "party.up.strategy[1].incremental.step",
                "Upper village: step of its strategy (incremental)",
            ),
            ("party.up.strategy", "Upper village: strategy"),
            ("party.up.strategy.1", "Upper village: strategy 2"),
            (
                "party.up.strategy[2].p",
                "Upper village: how often it follows strategy 2",
            ),
            (
                "party.up.strategy.0.p",
                "Upper village: how often it follows strategy 1",
            ),
            (
                "leverage.aid.lowers_reservation_value",
                "Leverage of Upper village on Lower village",
            ),
            ("protocol.mediation.deadline_rounds", "Rounds at most"),
            (
                "protocol.mediation.walk_out",
                "Protocol: mediation walk out",
            ),
            ("scenario", "Scenario"),
        ] {
            assert_eq!(labels.label(path), expected);
        }
        assert_eq!(
            PathLabels::value("scenario", "../a/two-readings.toml"),
            "two-readings"
        );
        assert_eq!(
            PathLabels::value("party.up.reservation_value", "0.25"),
            "0.25"
        );
    }
}
