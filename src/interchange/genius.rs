//! GENIUS: an XML file with the domain and one with the utility space of each party.

use std::collections::BTreeMap;

use crate::domain::Scale;
use crate::interchange::foreign::{ForeignIssue, ForeignParty, ForeignScenario, check_issues};
use crate::interchange::genius_evaluator::values;
use crate::interchange::import::{ForeignText, ImportError, ImportOptions, Problem, Scaling};
use crate::interchange::xml::{Element, parse};

/// Elements of utility spaces that are no weighted sum, in lower case.
const NOT_ADDITIVE: [&str; 4] = ["hyperrectangle", "ufun", "utility_functions", "rules"];

/// An issue of the domain.
#[derive(Debug)]
pub(super) struct Issue {
    name: String,
    index: Option<String>,
    pub(super) kind: Kind,
}

/// How an issue can be settled: by names or by numbers.
#[derive(Debug)]
pub(super) enum Kind {
    Discrete(Vec<String>),
    Integer(Vec<f64>),
    Real(Vec<f64>),
}

/// The scenario of a domain file and its utility files, in any order; without a domain file, that
/// of the first utility file's domain.
pub(super) fn read(
    texts: &[ForeignText<'_>],
    options: &ImportOptions,
) -> Result<ForeignScenario, ImportError> {
    let mut domain: Option<(&str, Vec<Issue>)> = None;
    let mut profiles = Vec::new();
    let mut name = texts[0].stem();
    let mut losses = Vec::new();
    for text in texts {
        let wrong = |problem: Problem| problem.of_file(text.name);
        let root = space(text).map_err(wrong)?;
        if is_profile(&root) {
            profiles.push(text);
        } else if let Some((other, _)) = domain {
            let problem = Problem::says(format!(
                "this is a second domain beside {other}: there are no preferences in it"
            ));
            return Err(wrong(problem));
        } else {
            domain = Some((text.name, issues(&root, options.steps).map_err(wrong)?));
            name = text.stem();
            tell_nesting(&root, &mut losses);
        }
    }
    let mut issues_found = domain.map(|it| it.1);
    let mut parties = Vec::new();
    // Read once more, so that only one tree is in memory at a time.
    for text in profiles {
        let wrong = |problem: Problem| problem.of_file(text.name);
        let root = space(text).map_err(wrong)?;
        let issues = match &mut issues_found {
            Some(it) => it,
            none => none.insert(issues(&root, options.steps).map_err(wrong)?),
        };
        parties.push(party(text, &root, issues, options.scaling, &mut losses).map_err(wrong)?);
    }
    Ok(ForeignScenario {
        name,
        issues: issues_found
            .unwrap_or_default()
            .iter()
            .map(Issue::foreign)
            .collect(),
        parties,
        agreement_rule: None,
        losses,
    })
}

fn space(text: &ForeignText<'_>) -> Result<Element, Problem> {
    let root = parse(&text.text)?;
    if ["negotiation_template", "utility_space"].contains(&root.name.as_str()) {
        Ok(root)
    } else {
        Err(root.problem(format!(
            "<{}> is no GENIUS file: that begins with <negotiation_template> or <utility_space>",
            root.name
        )))
    }
}

/// Whether preferences are in the file.
fn is_profile(root: &Element) -> bool {
    root.descendants().any(|it| match it.name.as_str() {
        "weight" | "evaluator" => true,
        "item" => it.attribute("evaluation").is_some(),
        _ => is_not_additive(it),
    })
}

fn is_not_additive(element: &Element) -> bool {
    NOT_ADDITIVE.contains(&element.name.to_ascii_lowercase().as_str())
}

fn tell_nesting(root: &Element, losses: &mut Vec<String>) {
    let n_objectives = root
        .descendants()
        .filter(|it| it.name == "objective")
        .count();
    if n_objectives > 1 {
        losses.push(
            "objectives stand within objectives: their issues are taken as one list, and weights of objectives are left out, as in GENIUS"
                .to_owned(),
        );
    }
}

fn issues(root: &Element, steps: usize) -> Result<Vec<Issue>, Problem> {
    let elements: Vec<&Element> = root.descendants().filter(|it| it.name == "issue").collect();
    let plans: Vec<Plan<'_>> = elements
        .iter()
        .map(|it| Plan::new(it, steps))
        .collect::<Result<_, Problem>>()?;
    let n_options: Vec<usize> = plans.iter().map(Plan::n_options).collect();
    check_issues(&n_options)?;
    let pairs = elements.iter().zip(&plans);
    pairs.map(|(element, plan)| plan.issue(element)).collect()
}

/// What an issue will be, before room is taken for its options.
enum Plan<'a> {
    Names(Vec<&'a str>),
    Integers { low: i64, n: usize },
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
            let (Some(low), Some(high)) = (whole(low), whole(high)) else {
                return Err(element.problem("the bounds of the issue are no whole numbers"));
            };
            let n = usize::try_from(high - low)
                .unwrap_or(usize::MAX)
                .saturating_add(1);
            Ok(Self::Integers { low, n })
        } else if kind.eq_ignore_ascii_case("real") {
            let (low, high) = range()?;
            let n = if low < high { steps.max(2) } else { 1 };
            Ok(Self::Reals { low, high, n })
        } else {
            Err(element.problem(format!(
                "issues of the type `{kind}` are not read, only discrete, integer and real"
            )))
        }
    }

    fn n_options(&self) -> usize {
        match self {
            Self::Names(names) => names.len(),
            Self::Integers { n, .. } | Self::Reals { n, .. } => *n,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    fn issue(&self, element: &Element) -> Result<Issue, Problem> {
        let kind = match self {
            Self::Names(names) => {
                let mut sorted = names.clone();
                sorted.sort_unstable();
                let mut neighbors = sorted.iter().zip(sorted.iter().skip(1));
                if let Some((it, _)) = neighbors.find(|(a, b)| a == b) {
                    return Err(element.problem(format!("the option `{it}` stands there twice")));
                }
                Kind::Discrete(names.iter().map(|it| (*it).to_owned()).collect())
            }
            Self::Integers { low, n } => {
                Kind::Integer((0..*n).map(|it| *low as f64 + it as f64).collect())
            }
            Self::Reals { low, high, n } => {
                let width = (*n - 1).max(1) as f64;
                let point = |it: usize| low + (high - low) * (it as f64 / width);
                Kind::Real((0..*n).map(point).collect())
            }
        };
        Ok(Issue {
            name: element
                .attribute("name")
                .unwrap_or_default()
                .trim()
                .to_owned(),
            index: element.attribute("index").map(|it| it.trim().to_owned()),
            kind,
        })
    }
}

/// The whole number that a number is; nothing beyond 2⁵³.
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

    #[cfg(test)]
    pub(super) fn test(kind: Kind) -> Self {
        Self {
            name: "test".to_owned(),
            index: None,
            kind,
        }
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
        if weights_by_index.is_empty() {
            return Err(Problem::says(
                "its utility space is no weighted sum over issues, and only such are read",
            ));
        }
        losses.push(format!(
            "the preferences of {name} over several issues together are left out: only its weighted sum is read"
        ));
    }
    let elements: Vec<&Element> = root.descendants().filter(|it| it.name == "issue").collect();
    let mut res = ForeignParty {
        name,
        weights: Vec::new(),
        values: Vec::new(),
        reservation_value: value_of(root, "reservation")?.unwrap_or(0.0),
        discount_factor: value_of(root, "discount_factor")?,
    };
    for issue in issues {
        let Some(element) = issue.find(&elements) else {
            return Err(Problem::says(format!(
                "there is nothing on the issue {}",
                issue.name
            )));
        };
        let index = element.required("index")?.trim();
        let Some(&weight) = weights_by_index.get(index) else {
            return Err(element.problem(format!("there is no <weight> with the index {index}")));
        };
        res.weights.push(weight);
        res.values.push(values(issue, element, scaling)?);
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
