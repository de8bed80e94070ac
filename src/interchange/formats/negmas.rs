//! NegMAS's own YAML and JSON: a file with the outcome space and one with each utility function.
//!
//! What `Scenario.dumpas` of NegMAS 0.16 writes, and what people write by hand after it: names in
//! the place of positions, and types with or without their module.

use std::borrow::Cow;
use std::collections::BTreeSet;

use demarche_core::domain::Scale;

use crate::interchange::error::{ImportError, Problem};
use crate::interchange::foreign::{
    Discount, ForeignIssue, ForeignParty, ForeignScenario, check_issues, evenly_spaced, in_steps,
};
use crate::interchange::formats::data::Data;
use crate::interchange::formats::negmas_value::{kind, value_function};
use crate::interchange::formats::part::{Content, Format, Part, Role};
use crate::interchange::options::ImportOptions;
use crate::interchange::source::ForeignText;

/// Maximum nesting depth of functions.
const WRAPPERS_MAX: usize = 8;

/// An issue, with what its options are in the file.
#[derive(PartialEq, Debug)]
pub(super) struct Issue {
    pub(super) name: String,
    scale: Scale,
    pub(super) options: Vec<Data>,
}

/// Utility functions that are weighted sums over issues.
const MODELLED: [&str; 4] = [
    "LinearAdditiveUtilityFunction",
    "LinearUtilityAggregationFunction",
    "AffineUtilityFunction",
    "LinearUtilityFunction",
];

/// What a file of NegMAS's is; none if it is not one. Fails if it has preferences that are not
/// modeled.
pub(super) fn content(data: &Data, format: Format) -> Result<Option<Content>, Problem> {
    let Some(outer) = kind(data) else {
        return Ok(None);
    };
    if outer.contains("OutcomeSpace") {
        return Ok(Some(Content::Part(format, Role::Domain)));
    }
    if !outer.to_ascii_lowercase().contains("fun") {
        return Ok(None);
    }
    let kind = wrapped(data).last().and_then(kind).unwrap_or(outer);
    if MODELLED.contains(&kind) {
        Ok(Some(Content::Part(format, Role::Profile)))
    } else {
        Err(not_modelled(kind))
    }
}

/// A utility function, and those within it: what makes utilities fall with time has the function
/// that falls in it.
fn wrapped(data: &Data) -> impl Iterator<Item = &Data> {
    std::iter::successors(Some(data), |it| falling(it)).take(WRAPPERS_MAX)
}

/// The function that this one makes fall with time.
fn falling(data: &Data) -> Option<&Data> {
    let is_wrapper = kind(data)?.ends_with("DiscountedUFun");
    data.get("ufun").filter(|_| is_wrapper)
}

fn not_modelled(kind: &str) -> Problem {
    Problem::says(format!(
        "the utility function is a {kind} and not a weighted sum over issues; only weighted sums are supported"
    ))
}

/// The scenario of an outcome space and its utility functions.
pub(super) fn read(
    format: Format,
    parts: &[Part<'_>],
    options: &ImportOptions,
) -> Result<ForeignScenario, ImportError> {
    let parse = |text: &ForeignText<'_>| {
        if format == Format::NegmasYaml {
            Data::of_yaml(&text.text)
        } else {
            Data::of_json(&text.text)
        }
    };
    let mut res = ForeignScenario::new(parts[0].text.stem());
    let mut domain: Option<(&ForeignText<'_>, Vec<Issue>)> = None;
    for Part { text, .. } in parts.iter().filter(|it| it.role == Role::Domain) {
        let wrong = |problem: Problem| problem.of_file(text.name);
        let data = parse(text).map_err(wrong)?;
        let mut losses = Vec::new();
        let issues = issues(&data, options.steps, &mut losses).map_err(wrong)?;
        match &domain {
            None => {
                let name = data.get("name").and_then(Data::text);
                res.name = name.map_or_else(|| text.stem(), str::to_owned);
                res.losses.append(&mut losses);
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
                    "this is a second outcome space besides {}, with different issues",
                    first.name
                ))));
            }
        }
    }
    let Some((_, issues)) = domain else {
        let problem = Problem::says("there is no file with the outcome space beside it");
        return Err(problem.of_file(parts[0].text.name));
    };
    for Part { text, .. } in parts.iter().filter(|it| it.role == Role::Profile) {
        let wrong = |problem: Problem| problem.of_file(text.name);
        let data = parse(text).map_err(wrong)?;
        let party = party(text.stem(), &data, &issues, &mut res.losses);
        res.parties.push(party.map_err(wrong)?);
    }
    res.issues = issues.into_iter().map(Issue::foreign).collect();
    Ok(res)
}

impl Issue {
    fn foreign(self) -> ForeignIssue {
        let names = self.options.iter().filter_map(Data::name);
        ForeignIssue {
            scale: self.scale,
            options: names.map(Cow::into_owned).collect(),
            name: self.name,
        }
    }
}

/// An issue, before room is taken for its options.
enum Plan<'a> {
    Listed(&'a [Data], Scale),
    Steps { low: f64, step: f64, n: usize },
    Range { low: f64, high: f64, n: usize },
}

fn issues(data: &Data, steps: usize, losses: &mut Vec<String>) -> Result<Vec<Issue>, Problem> {
    let Some(list) = data.get("issues").and_then(Data::list) else {
        return Err(Problem::says("the outcome space has no list of `issues`"));
    };
    let mut plans = Vec::new();
    for it in list {
        let name = it.get("name").and_then(Data::name).unwrap_or_default();
        let plan = plan(it, steps).map_err(|it| Problem::says(format!("the issue {name} {it}")))?;
        plans.push((name.into_owned(), plan));
    }
    let n_options: Vec<usize> = plans.iter().map(|it| it.1.n_options()).collect();
    check_issues(&n_options)?;
    let issue = |(name, plan): (String, Plan<'_>)| plan.issue(name, losses);
    plans.into_iter().map(issue).collect()
}

/// How an issue can be settled, or what is wrong with it.
fn plan(data: &Data, steps: usize) -> Result<Plan<'_>, String> {
    let kind = kind(data).unwrap_or("CategoricalIssue");
    let Some(values) = data.get("values") else {
        return Err("has no `values`".to_owned());
    };
    // A range has its bounds and perhaps a step, or only how many numbers there are from 0 on.
    let bounds = values.list().unwrap_or(std::slice::from_ref(values));
    let bounds = bounds.iter().take(4).filter_map(Data::number);
    let numbers: Vec<f64> = bounds.collect();
    match (kind, values) {
        ("CategoricalIssue", Data::List(list)) => Ok(Plan::Listed(list, Scale::Nominal)),
        ("DiscreteOrdinalIssue" | "DiscreteCardinalIssue" | "SingletonIssue", Data::List(list)) => {
            Ok(Plan::Listed(list, Scale::Ordinal))
        }
        ("ContiguousIssue", _) => {
            let step = data.get("step").and_then(Data::number).unwrap_or(1.0);
            let (low, high, step) = match numbers[..] {
                [n] => (0.0, n - 1.0, step),
                [low, high] => (low, high, step),
                [low, high, step] => (low, high, step),
                _ => return Err("has no two bounds".to_owned()),
            };
            let is_whole = |it: f64| libm::floor(it).to_bits() == it.to_bits() || it == 0.0;
            if low > high || step < 1.0 || ![low, high, step].into_iter().all(is_whole) {
                return Err("is not a range of whole numbers".to_owned());
            }
            let n = steps_within(low, high, step);
            Ok(Plan::Steps { low, step, n })
        }
        ("ContinuousIssue", _) => match numbers[..] {
            [low, high] if low <= high => {
                let n = if low < high { steps.max(2) } else { 1 };
                Ok(Plan::Range { low, high, n })
            }
            _ => Err("is not a range of numbers".to_owned()),
        },
        _ => Err(format!("is a {kind} of an unsupported form")),
    }
}

/// Number of integers in a range.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the error states the size"
)]
fn steps_within(low: f64, high: f64, step: f64) -> usize {
    (libm::floor((high - low) / step) as usize).saturating_add(1)
}

impl Plan<'_> {
    fn n_options(&self) -> usize {
        match self {
            Self::Listed(list, _) => list.len(),
            Self::Steps { n, .. } | Self::Range { n, .. } => *n,
        }
    }

    fn issue(self, name: String, losses: &mut Vec<String>) -> Result<Issue, Problem> {
        let numbers = |it: Vec<f64>| it.into_iter().map(Data::Number).collect();
        let (options, scale) = match self {
            Self::Listed(list, scale) => (once_each(&name, list, losses)?, scale),
            Self::Steps { low, step, n } => (numbers(in_steps(low, step, n)), Scale::Ordinal),
            Self::Range { low, high, n } => (numbers(evenly_spaced(low, high, n)), Scale::Ordinal),
        };
        Ok(Issue {
            name,
            scale,
            options,
        })
    }
}

/// The options of an issue, those that stand there twice once.
fn once_each(issue: &str, list: &[Data], losses: &mut Vec<String>) -> Result<Vec<Data>, Problem> {
    let mut seen = BTreeSet::new();
    let mut res = Vec::new();
    for it in list {
        let Some(name) = it.name() else {
            return Err(Problem::says(format!(
                "the issue {issue} has an option that is neither a string nor a number"
            )));
        };
        if seen.insert(name.clone()) {
            res.push(it.clone());
        } else {
            losses.push(format!(
                "the option {name} of {issue} appears twice and is used once"
            ));
        }
    }
    Ok(res)
}

fn party(
    stem: String,
    data: &Data,
    issues: &[Issue],
    losses: &mut Vec<String>,
) -> Result<ForeignParty, Problem> {
    let name = data.get("name").and_then(Data::text);
    let mut res = ForeignParty {
        name: name.map_or(stem, str::to_owned),
        weights: Vec::new(),
        values: Vec::new(),
        reservation_value: f64::NEG_INFINITY,
        discount: None,
    };
    let functions: Vec<&Data> = wrapped(data).collect();
    for (idx, function) in functions.iter().enumerate() {
        let reservation_value = reservation_value(function)?;
        if res.reservation_value == f64::NEG_INFINITY {
            res.reservation_value = reservation_value.unwrap_or(f64::NEG_INFINITY);
        }
        if idx + 1 < functions.len() {
            res.discount(function, losses)?;
        }
    }
    let function = functions[functions.len() - 1];
    let bias = match kind(function).unwrap_or_default() {
        "LinearAdditiveUtilityFunction" | "LinearUtilityAggregationFunction" => {
            let values = function.get("values");
            for (idx, issue) in issues.iter().enumerate() {
                let file = entry(values, idx, issue);
                if file.is_none() && matches!(values, Some(Data::List(_))) {
                    return Err(Problem::says(format!(
                        "there is no value function for {}",
                        issue.name
                    )));
                }
                let values = value_function(file, &issue.options).map_err(|it| {
                    Problem::says(format!("the value function of {} {it}", issue.name))
                })?;
                let weight = weight(function, idx, issue, 1.0)?;
                res.push(weight, values);
            }
            number(function, "bias")?.unwrap_or(0.0)
        }
        kind @ ("AffineUtilityFunction" | "LinearUtilityFunction") => {
            #[expect(clippy::cast_precision_loss, reason = "at most 64 issues")]
            let share = 1.0 / issues.len() as f64;
            for (idx, issue) in issues.iter().enumerate() {
                let values: Option<Vec<f64>> = issue.options.iter().map(Data::number).collect();
                let values = values.ok_or_else(|| {
                    Problem::says(format!(
                        "the issue {} does not have numeric options",
                        issue.name
                    ))
                })?;
                let weight = weight(function, idx, issue, share)?;
                res.push(weight, values);
            }
            let bias = number(function, "bias")?.unwrap_or(0.0);
            if kind == "AffineUtilityFunction" {
                bias
            } else {
                0.0
            }
        }
        kind => return Err(not_modelled(kind)),
    };
    // What is added to every agreement can as well be taken off the alternative to all.
    res.reservation_value -= bias;
    Ok(res)
}

impl ForeignParty {
    /// Takes over how utilities fall with time, from a function that makes them do so.
    fn discount(&mut self, data: &Data, losses: &mut Vec<String>) -> Result<(), Problem> {
        let kind = kind(data).unwrap_or_default();
        let rate = number(data, "discount")?;
        let factor = data.get("factor").and_then(Data::text);
        self.discount = match (kind, rate, factor) {
            ("ExpDiscountedUFun", Some(it), Some("step")) => Some(Discount::PerRound(it)),
            ("ExpDiscountedUFun", Some(it), Some("relative_time")) => Some(Discount::WholeTime(it)),
            _ => {
                losses.push(format!(
                    "the {kind} of {} is ignored: utilities are not discounted",
                    self.name
                ));
                None
            }
        };
        Ok(())
    }

    /// One more issue.
    ///
    /// A negative weight counts what an issue costs; that is in the values here.
    fn push(&mut self, weight: f64, mut values: Vec<f64>) {
        if weight < 0.0 {
            for it in &mut values {
                *it = -*it;
            }
        }
        self.weights.push(weight.abs());
        self.values.push(values);
    }
}

/// Of a list what stands at the place of an issue, of a mapping what stands under its name.
fn entry<'a>(data: Option<&'a Data>, idx: usize, issue: &Issue) -> Option<&'a Data> {
    let data = data?;
    match data.list() {
        Some(list) => list.get(idx),
        None => data.get(&issue.name),
    }
}

fn weight(function: &Data, idx: usize, issue: &Issue, default: f64) -> Result<f64, Problem> {
    let weights = function.get("weights").filter(|it| **it != Data::Null);
    match entry(weights, idx, issue) {
        Some(it) => it
            .number()
            .ok_or_else(|| Problem::says(format!("the weight of {} is not a number", issue.name))),
        None if matches!(weights, Some(Data::List(_))) => Err(Problem::says(format!(
            "there is no weight for {}",
            issue.name
        ))),
        None => Ok(default),
    }
}

/// The number under a key; none if nothing is there.
fn number(data: &Data, key: &str) -> Result<Option<f64>, Problem> {
    match data.get(key) {
        None | Some(Data::Null) => Ok(None),
        Some(it) => match it.number() {
            Some(it) => Ok(Some(it)),
            None => Err(Problem::says(format!("the `{key}` is not a number"))),
        },
    }
}

/// The reservation value; none if there is nothing, or −∞, which is what NegMAS takes then.
fn reservation_value(data: &Data) -> Result<Option<f64>, Problem> {
    match data.get("reserved_value") {
        Some(it) if it.is_least() => Ok(None),
        _ => number(data, "reserved_value"),
    }
}
