//! GENIUS: an XML file with the domain and one with the utility space of each party.

use std::collections::{BTreeMap, BTreeSet};

use demarche_core::domain::Scale;

use crate::interchange::error::{ImportError, Problem};
use crate::interchange::foreign::{
    Discount, ForeignIssue, ForeignParty, ForeignScenario, check_issues, evenly_spaced, in_steps,
};
use crate::interchange::formats::genius_evaluator::{Kind, values};
use crate::interchange::formats::part::{Content, Format, Part, Role};
use crate::interchange::formats::xml::{Element, parse};
use crate::interchange::options::{ImportOptions, Scaling};
use crate::interchange::source::ForeignText;

/// Elements of utility spaces that are no weighted sum, in lower case.
const NOT_ADDITIVE: [&str; 4] = ["hyperrectangle", "ufun", "utility_functions", "rules"];

/// An issue of the domain.
#[derive(PartialEq, Debug)]
struct Issue {
    name: String,
    index: Option<String>,
    kind: Kind,
}

/// What an XML text is; fails if it has preferences that are not modeled.
pub(super) fn content(text: &str) -> Result<Content, Problem> {
    let root = parse(text)?;
    if !["negotiation_template", "utility_space"].contains(&root.name.as_str()) {
        return Ok(Content::Other(root.problem(format!(
            "<{}> is not a GENIUS file, which begins with <negotiation_template> or <utility_space>",
            root.name
        ))));
    }
    if !root.descendants().any(|it| it.name == "weight")
        && let Some(it) = root.descendants().find(|it| is_not_additive(it))
    {
        return Err(it.problem(format!(
            "the utility space consists of <{}> and is not a weighted sum over issues; only weighted sums are supported",
            it.name
        )));
    }
    let role = if is_profile(&root) {
        Role::Profile
    } else {
        Role::Domain
    };
    Ok(Content::Part(Format::Genius, role))
}

/// The scenario of a domain file and its utility files, in any order; without a domain file, that
/// of the first utility file's domain.
pub(super) fn read(
    parts: &[Part<'_>],
    options: &ImportOptions,
) -> Result<ForeignScenario, ImportError> {
    let mut domain: Option<(&ForeignText<'_>, Vec<Issue>)> = None;
    let mut res = ForeignScenario::new(parts[0].text.stem());
    for text in texts_of(parts, Role::Domain) {
        let wrong = |problem: Problem| problem.of_file(text.name);
        let root = parse(&text.text).map_err(wrong)?;
        let mut losses = Vec::new();
        let issues = issues(&root, options.steps, &mut losses).map_err(wrong)?;
        match &domain {
            None => {
                note_nesting(&root, &mut losses);
                res.losses.append(&mut losses);
                res.name = text.stem();
                domain = Some((text, issues));
            }
            Some((first, known)) if *known == issues => {
                res.pass_over(
                    text,
                    &format!("it has the same issues as {}", first.file_name()),
                );
            }
            Some((first, _)) => {
                return Err(wrong(Problem::says(format!(
                    "this is a second domain besides {}, with different issues",
                    first.name
                ))));
            }
        }
    }
    let mut issues_found = domain.map(|it| it.1);
    // One tree at a time is in memory.
    for text in texts_of(parts, Role::Profile) {
        let wrong = |problem: Problem| problem.of_file(text.name);
        let root = parse(&text.text).map_err(wrong)?;
        let issues = match &mut issues_found {
            Some(it) => it,
            none => none.insert(issues(&root, options.steps, &mut res.losses).map_err(wrong)?),
        };
        let party = party(text, &root, issues, options.scaling, &mut res.losses);
        res.parties.push(party.map_err(wrong)?);
    }
    let issues = issues_found.unwrap_or_default();
    res.issues = issues.iter().map(Issue::foreign).collect();
    Ok(res)
}

fn texts_of<'a>(parts: &'a [Part<'a>], role: Role) -> impl Iterator<Item = &'a ForeignText<'a>> {
    parts
        .iter()
        .filter(move |it| it.role == role)
        .map(|it| it.text)
}

/// Whether preferences are in the file.
///
/// Domains may specify the similarity of options, in evaluations that are not preferences.
fn is_profile(root: &Element) -> bool {
    let has_evaluation = |it: &Element| match it.name.as_str() {
        "evaluator" => true,
        "item" => it.attribute("evaluation").is_some(),
        _ => false,
    };
    root.descendants().any(|it| match it.name.as_str() {
        "weight" => true,
        "issue" => it.children.iter().any(has_evaluation),
        _ => false,
    })
}

fn is_not_additive(element: &Element) -> bool {
    NOT_ADDITIVE.contains(&element.name.to_ascii_lowercase().as_str())
}

fn note_nesting(root: &Element, losses: &mut Vec<String>) {
    let n_objectives = root
        .descendants()
        .filter(|it| it.name == "objective")
        .count();
    if n_objectives > 1 {
        losses.push(
            "objectives are nested: their issues are read as one list, and weights of objectives are ignored, as in GENIUS"
                .to_owned(),
        );
    }
}

fn issues(root: &Element, steps: usize, losses: &mut Vec<String>) -> Result<Vec<Issue>, Problem> {
    let elements: Vec<&Element> = root.descendants().filter(|it| it.name == "issue").collect();
    let plans: Vec<Plan<'_>> = elements
        .iter()
        .map(|it| Plan::new(it, steps))
        .collect::<Result<_, Problem>>()?;
    let n_options: Vec<usize> = plans.iter().map(Plan::n_options).collect();
    check_issues(&n_options)?;
    let issues = elements.iter().zip(plans);
    Ok(issues
        .map(|(element, plan)| plan.issue(element, losses))
        .collect())
}

/// What an issue will be, before room is taken for its options.
enum Plan<'a> {
    Names(Vec<&'a str>),
    Integers { low: f64, n: usize },
    Reals { low: f64, high: f64, n: usize },
}

impl<'a> Plan<'a> {
    fn new(element: &'a Element, steps: usize) -> Result<Self, Problem> {
        let kinds = ["type", "etype", "vtype"];
        let named = kinds.iter().find_map(|it| element.attribute(it));
        let kind = named.unwrap_or("discrete");
        let range = || -> Result<(f64, f64), Problem> {
            let low = element.bound("lowerbound");
            let high = element.bound("upperbound");
            let (Some(low), Some(high)) = (low, high) else {
                return Err(element.problem("the issue has no range of numbers"));
            };
            if low > high {
                return Err(element.problem(format!("the range from {low} to {high} is empty")));
            }
            Ok((low, high))
        };
        if kind.eq_ignore_ascii_case("discrete") {
            let values = element
                .children_named("item")
                .map(|it| it.required("value"));
            let names = values
                .map(|it| it.map(str::trim))
                .collect::<Result<_, _>>()?;
            Ok(Self::Names(names))
        } else if kind.eq_ignore_ascii_case("integer") {
            let (low, high) = range()?;
            let (Some(first), Some(last)) = (whole(low), whole(high)) else {
                return Err(element.problem("the bounds of the issue are not whole numbers"));
            };
            let n = usize::try_from(last - first)
                .unwrap_or(usize::MAX)
                .saturating_add(1);
            Ok(Self::Integers { low, n })
        } else if kind.eq_ignore_ascii_case("real") {
            let (low, high) = range()?;
            let n = if low < high { steps.max(2) } else { 1 };
            Ok(Self::Reals { low, high, n })
        } else {
            Err(element.problem(format!(
                "issues of the type `{kind}` are not supported, only discrete, integer and real"
            )))
        }
    }

    fn n_options(&self) -> usize {
        match self {
            Self::Names(names) => names.len(),
            Self::Integers { n, .. } | Self::Reals { n, .. } => *n,
        }
    }

    fn issue(self, element: &Element, losses: &mut Vec<String>) -> Issue {
        let name = element.attribute("name").unwrap_or_default().trim();
        let kind = match self {
            Self::Names(names) => {
                let mut seen = BTreeSet::new();
                let mut options = Vec::new();
                for it in names {
                    if seen.insert(it) {
                        options.push(it.to_owned());
                    } else {
                        losses.push(format!(
                            "the option {it} of {name} appears twice and is used once"
                        ));
                    }
                }
                Kind::Discrete(options)
            }
            Self::Integers { low, n } => Kind::Integer(in_steps(low, 1.0, n)),
            Self::Reals { low, high, n } => Kind::Real(evenly_spaced(low, high, n)),
        };
        Issue {
            name: name.to_owned(),
            index: element.attribute("index").map(|it| it.trim().to_owned()),
            kind,
        }
    }
}

/// The integer that a number is; nothing beyond 2⁵³.
#[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
fn whole(number: f64) -> Option<i64> {
    let is_whole = libm::floor(number).to_bits() == number.to_bits() || number == 0.0;
    (is_whole && number.abs() < 9e15).then_some(number as i64)
}

impl Element {
    /// A bound of an issue: its own attribute or that of the range below it.
    pub(super) fn bound(&self, name: &str) -> Option<f64> {
        let of_range = || {
            self.children_named("range")
                .find_map(|it| it.number(name).ok())
        };
        self.number(name).ok().or_else(of_range)
    }
}

impl Issue {
    fn foreign(&self) -> ForeignIssue {
        let (scale, options) = match &self.kind {
            Kind::Discrete(names) => (Scale::Nominal, names.clone()),
            Kind::Integer(points) | Kind::Real(points) => {
                (Scale::Ordinal, points.iter().map(f64::to_string).collect())
            }
        };
        ForeignIssue {
            name: self.name.clone(),
            scale,
            options,
        }
    }

    /// The element in a utility file that is about this issue.
    fn find<'a>(&self, elements: &[&'a Element]) -> Option<&'a Element> {
        let is_named = |it: &&&Element| {
            it.attribute("name")
                .is_some_and(|it| it.trim() == self.name)
        };
        let is_indexed = |it: &&&Element| {
            self.index.is_some() && it.attribute("index").map(str::trim) == self.index.as_deref()
        };
        let both = elements.iter().find(|it| is_named(it) && is_indexed(it));
        let found = both
            .or_else(|| elements.iter().find(is_named))
            .or_else(|| elements.iter().find(is_indexed));
        found.copied()
    }
}

fn party(
    text: &ForeignText<'_>,
    root: &Element,
    issues: &[Issue],
    scaling: Scaling,
    losses: &mut Vec<String>,
) -> Result<ForeignParty, Problem> {
    let name = text.stem();
    let mut weights_by_index = BTreeMap::new();
    for weight in root.descendants().filter(|it| it.name == "weight") {
        weights_by_index.insert(weight.required("index")?.trim(), weight.number("value")?);
    }
    if root.descendants().any(is_not_additive) {
        losses.push(format!(
            "the preferences of {name} over combinations of issues are ignored: only the weighted sum is read"
        ));
    }
    let elements: Vec<&Element> = root.descendants().filter(|it| it.name == "issue").collect();
    let mut res = ForeignParty {
        name,
        weights: Vec::new(),
        values: Vec::new(),
        reservation_value: value_of(root, "reservation")?.unwrap_or(0.0),
        discount: value_of(root, "discount_factor")?.map(Discount::WholeTime),
    };
    for issue in issues {
        let Some(element) = issue.find(&elements) else {
            return Err(Problem::says(format!(
                "there is no entry for the issue {}",
                issue.name
            )));
        };
        let index = element.required("index")?.trim();
        let Some(&weight) = weights_by_index.get(index) else {
            return Err(element.problem(format!("there is no <weight> with the index {index}")));
        };
        res.weights.push(weight);
        res.values.push(values(&issue.kind, element, scaling)?);
    }
    let sum = res.weight_sum();
    if scaling == Scaling::Own && sum > 0.0 {
        for weight in &mut res.weights {
            *weight /= sum;
        }
    }
    Ok(res)
}

/// The number in the first element with this name; −∞ is one too.
fn value_of(root: &Element, name: &str) -> Result<Option<f64>, Problem> {
    let Some(element) = root.descendants().find(|it| it.name == name) else {
        return Ok(None);
    };
    let is_least = |it: &str| matches!(it.trim(), "-Infinity" | "-inf");
    if element.attribute("value").is_some_and(is_least) {
        return Ok(Some(f64::NEG_INFINITY));
    }
    element.number("value").map(Some)
}
