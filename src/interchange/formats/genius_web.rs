//! GeniusWeb: a JSON profile per party with the domain in it, and often the domain in a file of its
//! own.
//!
//! Only linear additive utility spaces; their utilities are in [0, 1] already.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use demarche_core::domain::Scale;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::interchange::error::{ImportError, Problem};
use crate::interchange::foreign::{
    ForeignIssue, ForeignParty, ForeignScenario, check_issues, in_steps,
};
use crate::interchange::formats::part::{Part, Role};
use crate::interchange::source::ForeignText;

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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DomainJson {
    name: Option<String>,
    issues_values: Entries<ValuesJson>,
}

#[derive(Clone, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
struct ValuesJson {
    values: Option<Vec<String>>,
    range: Option<RangeJson>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
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

#[derive(Deserialize)]
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
        finite
            .map(Self)
            .ok_or_else(|| "not a finite number".to_owned())
    }
}

/// An object whose keys keep their order.
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

impl DomainJson {
    /// Whether both have the same issues with the same options, in any order.
    fn is_same(&self, other: &Self) -> bool {
        let sorted = |it: &Self| -> BTreeMap<String, ValuesJson> {
            let entries = it.issues_values.0.iter();
            entries
                .map(|(name, it)| (name.clone(), it.sorted()))
                .collect()
        };
        sorted(self) == sorted(other)
    }
}

impl ValuesJson {
    fn sorted(&self) -> Self {
        let mut res = self.clone();
        res.values.iter_mut().for_each(|it| it.sort_unstable());
        res
    }
}

/// A domain, and the file that it is in.
struct Domain<'a> {
    text: &'a ForeignText<'a>,
    file: DomainJson,
}

/// The scenario of all profiles on one domain.
///
/// The domain is that of the domain file, or else of the first profile; of several domain files
/// the one that profiles are about.
/// Profiles on another domain than that of the domain file are skipped.
pub(super) fn read(parts: &[Part<'_>]) -> Result<ForeignScenario, ImportError> {
    let mut res = ForeignScenario::new(parts[0].text.stem());
    let mut domains = Vec::new();
    let mut profiles = Vec::new();
    for Part { text, role } in parts {
        let wrong = |error: serde_json::Error| Problem::from(error).of_file(text.name);
        if *role == Role::Profile {
            let profile: ProfileJson = serde_json::from_str(&text.text).map_err(wrong)?;
            profiles.push((*text, profile.space));
        } else {
            let file = serde_json::from_str(&text.text).map_err(wrong)?;
            domains.push(Domain { text, file });
        }
    }
    let is_in_file = !domains.is_empty();
    let domain = domain(domains, &profiles, &mut res)?;
    let (first, file) = match &domain {
        Some(it) => (it.text, &it.file),
        None => (profiles[0].0, &profiles[0].1.domain),
    };
    let issues = issues(file).map_err(|it| it.of_file(first.name))?;
    for (text, space) in &profiles {
        let wrong = |problem: Problem| problem.of_file(text.name);
        if !space.domain.is_same(file) {
            let reason = format!("its domain is not that of {}", first.file_name());
            if is_in_file {
                res.pass_over(text, &reason);
                continue;
            }
            return Err(wrong(Problem::says(reason)));
        }
        let name = space.name.clone().unwrap_or_else(|| text.stem());
        res.parties
            .push(party(name, &issues, space).map_err(wrong)?);
    }
    res.name = file.name.clone().unwrap_or_else(|| first.stem());
    res.issues = issues.into_iter().map(|it| it.foreign).collect();
    Ok(res)
}

/// Of all domain files the one that profiles are about; the only one, if none is.
fn domain<'a>(
    domains: Vec<Domain<'a>>,
    profiles: &[(&ForeignText<'_>, SpaceJson)],
    res: &mut ForeignScenario,
) -> Result<Option<Domain<'a>>, ImportError> {
    let is_only = domains.len() == 1;
    let mut found: Option<Domain<'_>> = None;
    for domain in domains {
        let is_used = profiles.iter().any(|it| it.1.domain.is_same(&domain.file));
        match &found {
            _ if !is_used && !is_only => {
                res.pass_over(domain.text, "no profile refers to this domain");
            }
            Some(first) if first.file.is_same(&domain.file) => {
                let reason = format!("it is the same domain as {}", first.text.file_name());
                res.pass_over(domain.text, &reason);
            }
            Some(first) => {
                let problem = Problem::says(format!(
                    "there are profiles of this domain and of the domain in {}; name the files of one domain",
                    first.text.name
                ));
                return Err(problem.of_file(domain.text.name));
            }
            None => found = Some(domain),
        }
    }
    Ok(found)
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
        let points = file
            .range
            .as_ref()
            .map(|it| in_steps(it.low.0, it.step.0, n));
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
    reason = "the error states the size"
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

fn party(name: String, issues: &[Issue], space: &SpaceJson) -> Result<ForeignParty, Problem> {
    let mut res = ForeignParty {
        name,
        weights: Vec::new(),
        values: Vec::new(),
        reservation_value: 0.0,
        discount: None,
    };
    for issue in issues {
        let name = &issue.foreign.name;
        let utilities = space.issue_utilities.get(name);
        let (Some(utilities), Some(weight)) = (utilities, space.issue_weights.get(name)) else {
            return Err(Problem::says(format!(
                "no utilities or no weight of the issue {name}"
            )));
        };
        let values = issue_values(issue, utilities)?;
        if let Some(bid) = &space.reservation_bid {
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
            let entries = file.value_utilities.0.iter();
            let by_name: BTreeMap<&str, f64> =
                entries.map(|(name, it)| (name.as_str(), it.0)).collect();
            let value = |option: &String| {
                by_name.get(option.as_str()).copied().ok_or_else(|| {
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
