//! What a file is, by its content.
//!
//! Folders hold more than a scenario: analyses, lists of domains, settings of tournaments.
//! Such a file is distinguished from a part of the scenario here; one that is broken is an error, since it
//! may have been a party's.

use crate::interchange::error::{ImportError, Problem};
use crate::interchange::formats::data::Data;
use crate::interchange::formats::part::{Content, Format, Role};
use crate::interchange::formats::{genius, negmas};
use crate::interchange::source::ForeignText;

/// What is in a file; fails if it cannot be read, or has preferences that are not modeled.
pub(in crate::interchange) fn recognize(file: &ForeignText<'_>) -> Result<Content, ImportError> {
    let text = file.text.trim_start();
    let wrong = |problem: Problem| problem.of_file(file.name);
    if text.starts_with('<') {
        genius::content(&file.text).map_err(wrong)
    } else if file.ends_in(&["yml", "yaml"]) {
        let data = Data::of_yaml(&file.text).map_err(wrong)?;
        let found = negmas::content(&data, Format::NegmasYaml).map_err(wrong)?;
        Ok(found.unwrap_or_else(|| other(&data)))
    } else if text.starts_with('{') || file.ends_in(&["json"]) && !text.is_empty() {
        let data = Data::of_json(&file.text).map_err(wrong)?;
        let found = negmas::content(&data, Format::NegmasJson).map_err(wrong)?;
        Ok(found.unwrap_or_else(|| json_content(&data)))
    } else if is_list_of_points(text) {
        Ok(Content::Other(Problem::says(
            "it lists utilities of outcomes, as pareto.xml of GENIUS does",
        )))
    } else {
        Err(ImportError::UnknownFormat {
            file: file.name.to_owned(),
        })
    }
}

fn json_content(data: &Data) -> Content {
    let has = |key: &str| data.get(key).is_some();
    if has("LinearAdditiveUtilitySpace") {
        Content::Part(Format::GeniusWeb, Role::Profile)
    } else if has("issuesValues") {
        Content::Part(Format::GeniusWeb, Role::Domain)
    } else if has("issues") && has("parties") {
        Content::Part(Format::CanonicalJson, Role::Whole)
    } else {
        other(data)
    }
}

/// Why a file is no part of a scenario.
fn other(data: &Data) -> Content {
    let has = |key: &str| data.get(key).is_some();
    let profiles = ["DefaultPartialOrdering", "SumOfGroupsUtilitySpace"];
    let says = if let Some(it) = profiles.into_iter().find(|it| has(it)) {
        format!("preferences in the form of a {it} are not supported, only linear additive ones")
    } else if ["opposition", "opposition_level", "Opposition"]
        .into_iter()
        .any(has)
    {
        "it describes a scenario, but has neither issues nor preferences".to_owned()
    } else if has("issueWeights") && has("reservationValue") {
        "it is a profile of NegoLog, which cannot be imported".to_owned()
    } else {
        "it has neither issues nor preferences of GENIUS, GeniusWeb or NegMAS".to_owned()
    };
    Content::Other(Problem::says(says))
}

/// Whether all lines are two numbers with a comma.
fn is_list_of_points(text: &str) -> bool {
    let is_number = |it: &str| it.trim().parse::<f64>().is_ok();
    let is_point = |line: &str| {
        line.split_once(',')
            .is_some_and(|(a, b)| is_number(a) && is_number(b))
    };
    let mut lines = text.lines().filter(|it| !it.trim().is_empty()).peekable();
    lines.peek().is_some() && lines.all(is_point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, text: &str, expected: &str) {
        let file = ForeignText {
            name,
            text: text.to_owned(),
        };
        let found = match recognize(&file) {
            Ok(Content::Part(format, role)) => format!("{format:?} {role:?}"),
            Ok(Content::Other(problem)) => format!("other: {problem}"),
            Err(error) => format!("error: {error}"),
        };
        assert!(found.starts_with(expected), "{found}");
    }

    #[test]
    fn files_are_known_by_their_content() {
        let domain = "<negotiation_template><utility_space><objective><issue index='1' name='i'>\
                      <item value='x'/></issue></objective></utility_space></negotiation_template>";
        let similar = "<item value='x'/><similarity_function weight='1'><criteria_function>\
                       <item value='x' evaluation='1'/></criteria_function></similarity_function>";
        let with_similarity = domain.replace("<item value='x'/>", similar);
        let profile = domain.replace("value='x'", "value='x' evaluation='1'");
        check("a.xml", domain, "Genius Domain");
        check("a.xml", &with_similarity, "Genius Domain");
        check("a.xml", &profile, "Genius Profile");
        check("a.xml", "<Tournament/>", "other: line 1: <Tournament>");
        check("pareto.xml", "\n\n0.5, 1.0\n1.0,0.25\n", "other: it lists");
        check("a.xml", "", "error: a.xml: neither GENIUS");
        check("a.xml", "0.5\n", "error: a.xml: neither GENIUS");
        check("a.xml", "<a", "error: a.xml: line 1: this is not XML");
    }

    #[test]
    fn json_and_yaml_are_known_by_their_keys() {
        check("a.json", "{\"issuesValues\": {}}", "GeniusWeb Domain");
        check(
            "a",
            "{\"LinearAdditiveUtilitySpace\": {}}",
            "GeniusWeb Profile",
        );
        check(
            "a",
            "{\"issues\": [], \"parties\": []}",
            "CanonicalJson Whole",
        );
        check(
            "a",
            "{\"DefaultPartialOrdering\": {}}",
            "other: preferences in the form",
        );
        check(
            "specials.json",
            "{\"opposition\": 0.5}",
            "other: it describes",
        );
        check("a.json", "[1]", "other: it has neither");
        check("a.json", "[1", "error: a.json: not the JSON");
        check(
            "a.yml",
            "type: negmas.outcomes.CartesianOutcomeSpace",
            "NegmasYaml Domain",
        );
        check(
            "a.YAML",
            "type: LinearAdditiveUtilityFunction",
            "NegmasYaml Profile",
        );
        check(
            "a",
            "{\"__python_class__\": \"HyperRectangleUtilityFunction\"}",
            "error: a: the utility function is a Hyper",
        );
        check("_info.yaml", "opposition_level: 0.2", "other: it describes");
        check("a.yml", "- 1\n- 2\n", "other: it has neither");
        check("a.yml", "a: [", "error: a.yml: not valid YAML");
    }
}
