//! GeniusWeb: a JSON profile per party, with the domain in each.
//!
//! Only linear additive utility spaces; their utilities are in [0, 1] already.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::domain::Scale;
use crate::interchange::foreign::{ForeignIssue, ForeignParty, ForeignScenario, check_issues};
use crate::interchange::import::{ForeignText, ImportError, Problem};

#[derive(Deserialize)]
struct ProfileJson {
    #[serde(rename = "LinearAdditiveUtilitySpace")]
    space: SpaceJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SpaceJson {
    name: Option<String>,
    domain: DomainJson,
    issue_utilities: Entries<UtilitiesJson>,
    issue_weights: Entries<NumberJson>,
    reservation_bid: Option<BidJson>,
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DomainJson {
    name: Option<String>,
    issues_values: Entries<ValuesJson>,
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
struct ValuesJson {
    values: Option<Vec<String>>,
    range: Option<RangeJson>,
}

#[derive(PartialEq, Deserialize)]
struct RangeJson {
    low: NumberJson,
    high: NumberJson,
    step: NumberJson,
}

#[derive(Deserialize)]
enum UtilitiesJson {
    #[serde(rename = "DiscreteValueSetUtilities", alias = "discreteutils")]
    Discrete(DiscreteJson),
    #[serde(rename = "NumberValueSetUtilities", alias = "numberutils")]
    Number(LineJson),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DiscreteJson {
    value_utilities: Entries<NumberJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineJson {
    low_value: NumberJson,
    low_utility: NumberJson,
    high_value: NumberJson,
    high_utility: NumberJson,
}

#[derive(Deserialize)]
struct BidJson {
    #[serde(rename = "issuevalues")]
    issue_values: Entries<OptionJson>,
}

/// A decimal number, with or without quotes.
#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "OptionJson")]
struct NumberJson(f64);

#[derive(PartialEq, Deserialize)]
#[serde(untagged)]
enum OptionJson {
    Number(f64),
    Text(String),
}

impl TryFrom<OptionJson> for NumberJson {
    type Error = String;

    fn try_from(file: OptionJson) -> Result<Self, String> {
        let number = match &file {
            OptionJson::Number(it) => Some(*it),
            OptionJson::Text(it) => it.trim().parse().ok(),
        };
        let finite = number.filter(|it| it.is_finite());
        finite.map(Self).ok_or_else(|| "no number".to_owned())
    }
}

/// An object whose keys keep their order.
#[derive(PartialEq)]
struct Entries<T>(Vec<(String, T)>);

impl<T> Entries<T> {
    fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|it| it.0 == key).map(|it| &it.1)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut res = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    res.push(entry);
                }
                Ok(Entries(res))
            }
        }
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

/// The scenario of all profiles, which must be about one domain.
pub(super) fn read(texts: &[ForeignText<'_>]) -> Result<ForeignScenario, ImportError> {
    let mut first: Option<(DomainJson, Vec<Issue>)> = None;
    let mut parties = Vec::new();
    for text in texts {
        let wrong = |problem: Problem| problem.of_file(text.name);
        let profile: ProfileJson =
            serde_json::from_str(&text.text).map_err(|error| wrong(error.into()))?;
        let space = profile.space;
        let (_, issues) = match &mut first {
            Some((domain, _)) if *domain != space.domain => {
                let problem = Problem::says(format!("its domain is not that of {}", texts[0].name));
                return Err(wrong(problem));
            }
            Some(it) => it,
            None => {
                let issues = issues(&space.domain).map_err(wrong)?;
                first.insert((space.domain, issues))
            }
        };
        let name = space.name.unwrap_or_else(|| text.stem());
        let preferences = (&space.issue_utilities, &space.issue_weights);
        let party = party(name, issues, preferences, space.reservation_bid.as_ref());
        parties.push(party.map_err(wrong)?);
    }
    let (domain, issues) = first.expect("there is a file");
    Ok(ForeignScenario {
        name: domain.name.unwrap_or_else(|| texts[0].stem()),
        issues: issues.into_iter().map(|it| it.foreign).collect(),
        parties,
        agreement_rule: None,
        losses: Vec::new(),
    })
}

/// An issue, with the number that each option is if it is a range.
struct Issue {
    foreign: ForeignIssue,
    points: Option<Vec<f64>>,
}

fn issues(domain: &DomainJson) -> Result<Vec<Issue>, Problem> {
    let count = |(name, file): &(String, ValuesJson)| match (&file.values, &file.range) {
        (Some(values), None) => Ok(values.len()),
        (None, Some(range)) => range_size(name, range),
        _ => Err(Problem::says(format!(
            "the issue {name} has neither `values` nor a `range`, or both"
        ))),
    };
    let n_options = domain.issues_values.0.iter().map(count);
    let n_options: Vec<usize> = n_options.collect::<Result<_, Problem>>()?;
    check_issues(&n_options)?;
    let issue = |((name, file), n): (&(String, ValuesJson), usize)| {
        let points: Option<Vec<f64>> = file.range.as_ref().map(|range| points(range, n).collect());
        let options = match (&points, &file.values) {
            (Some(points), _) => points.iter().map(f64::to_string).collect(),
            (None, values) => values.clone().unwrap_or_default(),
        };
        Issue {
            foreign: ForeignIssue {
                name: name.clone(),
                scale: if points.is_some() {
                    Scale::Ordinal
                } else {
                    Scale::Nominal
                },
                options,
            },
            points,
        }
    };
    let files = domain.issues_values.0.iter();
    Ok(files.zip(n_options).map(issue).collect())
}

/// How many numbers a range has: those from `low` in steps until `high`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is beyond the number of options is told by its size"
)]
fn range_size(name: &str, range: &RangeJson) -> Result<usize, Problem> {
    let (low, high, step) = (range.low.0, range.high.0, range.step.0);
    if low <= high && step > 0.0 {
        // A step that fits in should not be lost to rounding.
        let n_steps = libm::floor((high - low) / step + 1e-9) as usize;
        Ok(n_steps.saturating_add(1))
    } else {
        Err(Problem::says(format!(
            "the range of the issue {name} is empty"
        )))
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most 4096 options")]
fn points(range: &RangeJson, n: usize) -> impl Iterator<Item = f64> {
    let (low, step) = (range.low.0, range.step.0);
    (0..n).map(move |it| low + it as f64 * step)
}

fn party(
    name: String,
    issues: &[Issue],
    (utilities, weights): (&Entries<UtilitiesJson>, &Entries<NumberJson>),
    reservation_bid: Option<&BidJson>,
) -> Result<ForeignParty, Problem> {
    let mut res = ForeignParty {
        name,
        weights: Vec::new(),
        values: Vec::new(),
        reservation_value: 0.0,
        discount_factor: None,
    };
    for issue in issues {
        let name = &issue.foreign.name;
        let (Some(utilities), Some(weight)) = (utilities.get(name), weights.get(name)) else {
            return Err(Problem::says(format!(
                "no utilities or no weight of the issue {name}"
            )));
        };
        let values = issue_values(issue, utilities)?;
        if let Some(bid) = reservation_bid {
            res.reservation_value += weight.0 * bid_value(bid, issue, &values)?;
        }
        res.weights.push(weight.0);
        res.values.push(values);
    }
    Ok(res)
}

fn issue_values(issue: &Issue, utilities: &UtilitiesJson) -> Result<Vec<f64>, Problem> {
    let name = &issue.foreign.name;
    match (&issue.points, utilities) {
        (None, UtilitiesJson::Discrete(file)) => {
            let value = |option: &String| {
                let found = file.value_utilities.get(option).map(|it| it.0);
                found.ok_or_else(|| {
                    Problem::says(format!("the option {option} of {name} has no utility"))
                })
            };
            issue.foreign.options.iter().map(value).collect()
        }
        (Some(points), UtilitiesJson::Number(line)) if line.high_value.0 > line.low_value.0 => {
            Ok(points.iter().map(|&it| line.at(it)).collect())
        }
        _ => Err(Problem::says(format!(
            "the utilities of {name} do not fit its values"
        ))),
    }
}

impl LineJson {
    /// Between the two ends on a straight line, and 0 beyond them.
    fn at(&self, point: f64) -> f64 {
        let (low, high) = (self.low_value.0, self.high_value.0);
        // The last point of a range may miss its end by a hair.
        if point < low || point > high + 1e-9 * (high - low) {
            return 0.0;
        }
        let share = (point - low) / (high - low);
        self.low_utility.0 + (self.high_utility.0 - self.low_utility.0) * share
    }
}

/// What the reservation bid's option of an issue is worth; nothing if it leaves the issue open.
fn bid_value(bid: &BidJson, issue: &Issue, values: &[f64]) -> Result<f64, Problem> {
    let name = &issue.foreign.name;
    let Some(option) = bid.issue_values.get(name) else {
        return Ok(0.0);
    };
    let position = match (option, &issue.points) {
        (OptionJson::Text(text), None) => issue.foreign.options.iter().position(|it| it == text),
        (OptionJson::Number(number), Some(points)) => nearest(points, *number),
        (OptionJson::Text(text), Some(points)) => {
            text.trim().parse().ok().and_then(|it| nearest(points, it))
        }
        (OptionJson::Number(_), None) => None,
    };
    position
        .map(|it| values[it])
        .ok_or_else(|| Problem::says(format!("the reservation bid has no option of {name}")))
}

fn nearest(points: &[f64], number: f64) -> Option<usize> {
    let distance = |it: &usize| (points[*it] - number).abs();
    (0..points.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
}
