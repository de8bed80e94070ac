//! A whole scenario in one JSON file: issues, and per party weights and values as plain lists.
//!
//! The form in which scenarios prepared for NegMAS are passed on.
//! Each party may have two sets of numbers: `raw`, as its source has them, and `norm`, with every
//! issue's values divided by the largest and weights by their sum.

use demarche_core::domain::Scale;
use serde::Deserialize;

use crate::interchange::error::{ImportError, Problem};
use crate::interchange::foreign::{
    AgreementRule, Discount, ForeignIssue, ForeignParty, ForeignScenario,
};
use crate::interchange::formats::part::Part;
use crate::interchange::options::Scaling;
use crate::interchange::source::ForeignText;

#[derive(Deserialize)]
struct ScenarioJson {
    id: Option<String>,
    agreement_rule: Option<RuleJson>,
    issues: Vec<IssueJson>,
    parties: Vec<PartyJson>,
}

#[derive(Deserialize)]
struct RuleJson {
    kind: String,
    quota: usize,
    #[serde(default)]
    veto: Vec<String>,
}

#[derive(Deserialize)]
struct IssueJson {
    name: String,
    values: Vec<ValueJson>,
}

/// The name of an option, which may be a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum ValueJson {
    Text(String),
    Whole(i64),
    Real(f64),
}

#[derive(Deserialize)]
struct PartyJson {
    name: String,
    discount_in_xml: Option<f64>,
    reserved_value: Option<f64>,
    raw: Option<PreferencesJson>,
    norm: Option<PreferencesJson>,
}

#[derive(Deserialize)]
struct PreferencesJson {
    #[serde(default)]
    bias: f64,
    weights: Vec<f64>,
    values: Vec<Vec<f64>>,
}

/// The scenario in the only file.
pub(super) fn read(parts: &[Part<'_>], scaling: Scaling) -> Result<ForeignScenario, ImportError> {
    let text = parts[0].text;
    if parts.len() > 1 {
        let problem = Problem::says("it is a complete scenario, so it must be the only file");
        return Err(problem.of_file(text.name));
    }
    scenario(text, scaling).map_err(|it| it.of_file(text.name))
}

fn scenario(text: &ForeignText<'_>, scaling: Scaling) -> Result<ForeignScenario, Problem> {
    let file: ScenarioJson = serde_json::from_str(&text.text)?;
    let agreement_rule = match &file.agreement_rule {
        Some(it) => Some(rule(it, &file.parties)?),
        None => None,
    };
    let parties = file.parties.into_iter().map(|it| party(it, scaling));
    Ok(ForeignScenario {
        parties: parties.collect::<Result<_, Problem>>()?,
        issues: file.issues.into_iter().map(issue).collect(),
        agreement_rule,
        ..ForeignScenario::new(file.id.unwrap_or_else(|| text.stem()))
    })
}

fn issue(file: IssueJson) -> ForeignIssue {
    let is_number = |it: &ValueJson| !matches!(it, ValueJson::Text(_));
    let scale = if file.values.iter().all(is_number) {
        Scale::Ordinal
    } else {
        Scale::Nominal
    };
    let option = |it: ValueJson| match it {
        ValueJson::Text(it) => it,
        ValueJson::Whole(it) => it.to_string(),
        ValueJson::Real(it) => it.to_string(),
    };
    ForeignIssue {
        name: file.name,
        scale,
        options: file.values.into_iter().map(option).collect(),
    }
}

fn party(file: PartyJson, scaling: Scaling) -> Result<ForeignParty, Problem> {
    let (numbers, key) = match scaling {
        Scaling::Own => (file.norm, "norm"),
        Scaling::Raw => (file.raw, "raw"),
    };
    let numbers =
        numbers.ok_or_else(|| Problem::says(format!("the party {} has no `{key}`", file.name)))?;
    Ok(ForeignParty {
        name: file.name,
        weights: numbers.weights,
        values: numbers.values,
        // What is added to every agreement can as well be taken off the alternative to all.
        reservation_value: file.reserved_value.unwrap_or(0.0) - numbers.bias,
        discount: file.discount_in_xml.map(Discount::WholeTime),
    })
}

fn rule(file: &RuleJson, parties: &[PartyJson]) -> Result<AgreementRule, Problem> {
    if file.kind != "quota+veto" {
        return Err(Problem::says(format!(
            "the agreement rule `{}` is unknown; only `quota+veto` is supported",
            file.kind
        )));
    }
    if !(1..=parties.len()).contains(&file.quota) {
        return Err(Problem::says(format!(
            "a quota of {} is impossible or trivial among {} parties",
            file.quota,
            parties.len()
        )));
    }
    let position = |name: &String| {
        let found = parties.iter().position(|it| it.name == *name);
        found.ok_or_else(|| Problem::says(format!("there is no party {name}")))
    };
    let mut vetoes = file
        .veto
        .iter()
        .map(position)
        .collect::<Result<Vec<_>, _>>()?;
    vetoes.sort_unstable();
    vetoes.dedup();
    Ok(AgreementRule {
        quota: file.quota,
        vetoes,
    })
}
