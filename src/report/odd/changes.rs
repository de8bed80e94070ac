//! A delta ODD document: what a scenario has otherwise than the one that it extends.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::config::LoadedScenario;
use crate::report::odd::document::{REFERENCE, files, preface};
use crate::report::odd::markdown::{code, gap, list, table, text, tidy};
use crate::report::page_sections::PathLabels;
use crate::run::{CellConfiguration, Change, configuration_changes, recorded_value};

/// The elements of ODD, with what an author has to say of a change to each.
const ELEMENTS: [(&str, &str); 7] = [
    (
        "1. Purpose and patterns",
        "what the changed model is to answer that the base does not.",
    ),
    (
        "2. Entities, state variables, and scales",
        "why the changed entities, variables or scales are needed.",
    ),
    (
        "3. Process overview and scheduling",
        "why the changed protocol or consent rule is needed.",
    ),
    (
        "4. Design concepts",
        "whether a design concept is another one by these changes.",
    ),
    (
        "5. Initialization",
        "how the changed numbers were chosen, where no note says so.",
    ),
    ("6. Input data", "where the changed sources can be had."),
    (
        "7. Submodels",
        "why the changed strategies fit the parties, where no note says so.",
    ),
];

/// The delta ODD document of a scenario, in Markdown: how it differs from the one that it extends.
pub fn odd_changes(described: &LoadedScenario, base: &LoadedScenario) -> String {
    let labels = PathLabels::of_resolved([&described.resolved, &base.resolved]);
    let differences = differences(described, base);
    let mut body = String::new();
    for (number, (element, question)) in (1..).zip(ELEMENTS) {
        let of_element = differences
            .iter()
            .filter(|it| element_of(&it.path) == number);
        let rows = of_element.map(|it| {
            let side = |of: &Option<String>| of.as_deref().map_or("–".to_owned(), text);
            vec![
                text(&labels.label(&it.path)),
                side(&it.first),
                side(&it.second),
            ]
        });
        let rows = table(&["what", "in the base", "here"], rows);
        let _ = writeln!(body, "## {element}\n");
        let limits = if number == 1 {
            added_limits(described, base)
        } else {
            String::new()
        };
        if rows.is_empty() && limits.is_empty() && number != 4 {
            body += "As in the base.\n\n";
            continue;
        }
        body += &rows;
        body += &limits;
        body += &gap(question);
        body += "\n";
    }
    let [title, of_base] = [described, base].map(|it| text(&it.setting.scenario().title));
    tidy(&format!(
        "# {title}: what differs from its base (delta ODD)\n\n{}The base is “{of_base}” ({}), and `demarche describe` \
         writes its whole description; here is only what differs.\n\n{}{body}## Reference\n\n{REFERENCE}\n",
        preface(&body),
        code(&base.setting.scenario().name),
        files(described),
    ))
}

/// What the scenario has otherwise: numbers as wholes, and all else.
fn differences(described: &LoadedScenario, base: &LoadedScenario) -> Vec<Change> {
    let both = [base, described];
    let of_both = both.iter().flat_map(|it| it.setting.numbers());
    let numbers: BTreeSet<&str> = of_both.map(|it| it.path.as_str()).collect();
    let sides = |path: &str| {
        let [first, second] = both.map(|it| recorded_value(&it.resolved, path));
        Change {
            path: path.to_owned(),
            first,
            second,
        }
    };
    let of_numbers = numbers.iter().map(|it| sides(it));
    let mut res: Vec<Change> = of_numbers.filter(|it| it.first != it.second).collect();
    let is_of_number = |path: &str| {
        let mut above = path.match_indices('.').map(|(end, _)| &path[..end]);
        numbers.contains(path) || above.any(|it| numbers.contains(it))
    };
    let all_else = configuration_changes(configuration(base), configuration(described));
    res.extend(
        all_else
            .into_iter()
            .filter(|it| !is_of_number(&it.path) && !it.path.starts_with("limits")),
    );
    res.sort();
    res
}

/// What the scenario leaves out or simplifies beside its base.
fn added_limits(described: &LoadedScenario, base: &LoadedScenario) -> String {
    let [all, of_base] = [described, base].map(|it| &it.setting.scenario().limits);
    let added = all.iter().filter(|it| !of_base.contains(it));
    let added: Vec<String> = added.map(|it| text(it)).collect();
    if added.is_empty() {
        return String::new();
    }
    format!(
        "Beside the base, it leaves out or simplifies, in its own words:\n{}",
        list(added)
    )
}

fn configuration(of: &LoadedScenario) -> CellConfiguration<'_> {
    CellConfiguration {
        resolved: &of.resolved,
        swept: &[],
    }
}

/// To which element a change belongs.
fn element_of(path: &str) -> usize {
    let mut parts = path.split(['.', '[']);
    match parts.next() {
        Some("issue") => 2,
        Some("protocol" | "consent") => 3,
        Some("leverage" | "correlation") => 5,
        Some("source") => 6,
        Some("party") => match parts.nth(1) {
            None => 2,
            Some("strategy") => 7,
            Some(_) => 5,
        },
        // Names, descriptions, limits, claims.
        Some(_) | None => 1,
    }
}
