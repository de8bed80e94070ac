//! Our scenarios as GENIUS XML: a domain file and a utility file per party.
//!
//! Written so that GENIUS, which divides every issue's values by the largest, and tools that do
//! not, read the same utilities: the best option of every issue has the value 1, and weights sum
//! to 1.

use std::io;

use demarche_core::domain::{ConsentRule, Correlation, Issue, Number, Party, Scenario};
use quick_xml::Writer;

use crate::interchange::foreign::greatest;
use crate::interchange::identifiers::one_line;

/// Files for GENIUS.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exported {
    /// Names and contents: the domain first, then the utilities in turn order.
    pub files: Vec<(String, String)>,
    /// What GENIUS has no counterpart for, a sentence each.
    pub losses: Vec<String>,
}

/// Writes a scenario's issues and preferences for GENIUS.
///
/// Uncertain numbers stand at their medians, whatever their correlations are.
/// Issues and options go by their labels, or by their identifiers where labels are not different.
///
/// A discount factor per round becomes one over all rounds up to the deadline, d = δ^(rounds + 1).
///
/// # Panics
///
/// Never: writing to memory does not fail.
pub fn export_genius(
    scenario: &Scenario,
    correlations: &[Correlation],
    deadline_rounds: u32,
) -> Exported {
    let names = Names::of(scenario);
    let mut losses = Vec::new();
    let mut files = vec![(
        format!("{}.xml", scenario.name),
        document(|writer| write_domain(writer, scenario, &names)),
    )];
    let width = scenario.parties.len().to_string().len();
    for (idx, party) in scenario.parties.iter().enumerate() {
        let space = UtilitySpace::of(party, deadline_rounds, &mut losses);
        files.push((
            // Numbered, so that sorted by name they are in turn order.
            format!("{}-{:0width$}-{}.xml", scenario.name, idx + 1, party.name),
            document(|writer| write_utilities(writer, &space, &names)),
        ));
    }
    for it in &scenario.leverages {
        losses.push(format!("the leverage `{}` is omitted", it.name));
    }
    if !correlations.is_empty() {
        losses.push(format!(
            "correlations between numbers ({}) are omitted",
            correlations.len()
        ));
    }
    if scenario.consent != ConsentRule::unanimity(scenario.parties.len()) {
        losses.push("the consent rule is omitted: GENIUS requires unanimity".to_owned());
    }
    Exported { files, losses }
}

/// What GENIUS calls everything.
struct Names {
    scenario: String,
    issues: Vec<String>,
    options: Vec<Vec<String>>,
}

impl Names {
    fn of(scenario: &Scenario) -> Self {
        let issues = scenario.issues.iter();
        let options = |it: &Issue| distinct(it.options.iter().map(|it| (&it.label, &it.name)));
        Self {
            scenario: xml_name(&scenario.title),
            issues: distinct(issues.clone().map(|it| (&it.label, &it.name))),
            options: issues.map(options).collect(),
        }
    }
}

/// Labels if they are all different, identifiers if not.
fn distinct<'a>(names: impl Iterator<Item = (&'a String, &'a String)> + Clone) -> Vec<String> {
    let labels: Vec<String> = names.clone().map(|it| xml_name(it.0)).collect();
    let mut sorted = labels.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let is_sound = sorted.len() == labels.len() && sorted.first().is_some_and(|it| !it.is_empty());
    if is_sound {
        labels
    } else {
        names.map(|it| it.1.clone()).collect()
    }
}

/// A label without what XML cannot hold.
fn xml_name(label: &str) -> String {
    one_line(label).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// A party's preferences in GENIUS's terms.
struct UtilitySpace {
    weights: Vec<f64>,
    values: Vec<Vec<f64>>,
    reservation_value: f64,
    /// Over the whole time.
    discount_factor: f64,
}

impl UtilitySpace {
    /// Moves the scale of every issue's values into its weight, and reports other changes.
    fn of(party: &Party, deadline_rounds: u32, losses: &mut Vec<String>) -> Self {
        let preferences = &party.preferences;
        let label = one_line(&party.label);
        let numbers = preferences.issues.iter();
        let n_uncertain = numbers
            .flat_map(|it| std::iter::once(&it.weight).chain(&it.utilities))
            .chain(std::iter::once(&preferences.reservation_value))
            .chain(&preferences.discount_factor)
            .filter(|it| !it.distribution.is_constant())
            .count();
        if n_uncertain > 0 {
            losses.push(format!(
                "uncertain numbers of {label} ({n_uncertain}) are written as their medians"
            ));
        }
        if !preferences.interactions.is_empty() {
            losses.push(format!(
                "interactions of {label} ({}) are omitted",
                preferences.interactions.len()
            ));
        }
        if !preferences.red_lines.is_empty() {
            losses.push(format!(
                "red lines of {label} ({}) are omitted: outcomes across them keep their utilities",
                preferences.red_lines.len()
            ));
        }
        let mut weights: Vec<f64> = preferences
            .issues
            .iter()
            .map(|it| median(&it.weight))
            .collect();
        if weights.iter().all(|&it| it <= 0.0) {
            weights.fill(1.0);
        }
        let mut values: Vec<Vec<f64>> = Vec::new();
        let mut sizes = Vec::new();
        for issue in &preferences.issues {
            let mut of_issue: Vec<f64> = issue.utilities.iter().map(median).collect();
            let largest = greatest(&of_issue);
            if largest > 0.0 {
                for value in &mut of_issue {
                    *value /= largest;
                }
            }
            sizes.push(largest);
            values.push(of_issue);
        }
        let sum: f64 = weights.iter().sum();
        for weight in &mut weights {
            *weight /= sum;
        }
        let sized: Vec<f64> = weights
            .iter()
            .zip(sizes)
            .map(|(it, size)| it * size)
            .collect();
        let mut reservation_value = median(&preferences.reservation_value);
        // What the best outcome is worth; if nothing, the weights can stay.
        let best: f64 = sized.iter().sum();
        if best > 0.0 {
            weights = sized.iter().map(|it| it / best).collect();
            reservation_value /= best;
        }
        if best > 0.0 && (best - 1.0).abs() > 1e-9 {
            losses.push(format!(
                "utilities and the reservation value of {label} are divided by {best}: in GENIUS the best option of every issue has evaluation 1"
            ));
        }
        Self {
            weights,
            values,
            reservation_value,
            discount_factor: preferences.discount_factor.as_ref().map_or(1.0, |it| {
                libm::pow(median(it), f64::from(deadline_rounds) + 1.0)
            }),
        }
    }
}

fn median(number: &Number) -> f64 {
    number.distribution.quantile(0.5)
}

type Xml = Writer<Vec<u8>>;

fn document(write: impl FnOnce(&mut Xml) -> io::Result<()>) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut writer).expect("writing to memory does not fail");
    let mut text = String::from_utf8(writer.into_inner()).expect("strings are UTF-8");
    text.push('\n');
    text
}

fn write_domain(writer: &mut Xml, scenario: &Scenario, names: &Names) -> io::Result<()> {
    let n_issues = scenario.issues.len().to_string();
    let template = writer.create_element("negotiation_template");
    template.write_inner_content(|writer| {
        let space = writer
            .create_element("utility_space")
            .with_attribute(("number_of_issues", n_issues.as_str()));
        space.write_inner_content(|writer| {
            write_objective(writer, names, |_, _| None, |_| Ok(()))
        })?;
        Ok(())
    })?;
    Ok(())
}

fn write_utilities(writer: &mut Xml, space: &UtilitySpace, names: &Names) -> io::Result<()> {
    let root = writer.create_element("utility_space");
    root.write_inner_content(|writer| {
        let evaluation = |issue: usize, option: usize| Some(space.values[issue][option]);
        write_objective(writer, names, evaluation, |writer| {
            for (idx, &weight) in space.weights.iter().enumerate() {
                let weight = number(weight);
                writer
                    .create_element("weight")
                    .with_attributes([
                        ("index", (idx + 1).to_string().as_str()),
                        ("value", weight.as_str()),
                    ])
                    .write_empty()?;
            }
            Ok(())
        })?;
        let reservation_value = number(space.reservation_value);
        let discount_factor = number(space.discount_factor);
        for (name, value) in [
            ("discount_factor", discount_factor.as_str()),
            ("reservation", reservation_value.as_str()),
        ] {
            writer
                .create_element(name)
                .with_attribute(("value", value))
                .write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

/// All issues with their options, and what stands behind them.
fn write_objective(
    writer: &mut Xml,
    names: &Names,
    evaluation: impl Fn(usize, usize) -> Option<f64>,
    write_rest: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    let objective = writer.create_element("objective").with_attributes([
        ("index", "0"),
        ("name", names.scenario.as_str()),
        ("description", ""),
        ("type", "objective"),
        ("etype", "objective"),
    ]);
    objective.write_inner_content(|writer| {
        for (idx, (name, options)) in names.issues.iter().zip(&names.options).enumerate() {
            let issue = writer.create_element("issue").with_attributes([
                ("index", (idx + 1).to_string().as_str()),
                ("name", name.as_str()),
                ("vtype", "discrete"),
                ("type", "discrete"),
                ("etype", "discrete"),
            ]);
            issue.write_inner_content(|writer| {
                for (option, name) in options.iter().enumerate() {
                    let item = writer.create_element("item").with_attributes([
                        ("index", (option + 1).to_string().as_str()),
                        ("value", name.as_str()),
                    ]);
                    let value = evaluation(idx, option).map(number);
                    item.with_attributes(value.iter().map(|it| ("evaluation", it.as_str())))
                        .write_empty()?;
                }
                Ok(())
            })?;
        }
        write_rest(writer)
    })?;
    Ok(())
}

/// A number that reads back to the same bits.
fn number(number: f64) -> String {
    format!("{number:?}")
}
