//! How a number is written, for whoever wrote one otherwise.

use demarche_core::domain::{
    DISTRIBUTIONS, DistributionForm, DistributionKind, DistributionParameter,
};
use serde_json::Value as Json;
use toml::de::{DeTable, DeValue};

use crate::config::diagnostics::nearest;

/// What stands for an argument that nobody gave.
const MISSING: &str = "…";

/// What other programs call arguments.
const SYNONYMS: [(&str, &[&str]); 6] = [
    ("min", &["low", "lower", "from", "left", "minimum", "a"]),
    ("max", &["high", "upper", "to", "right", "maximum", "b"]),
    ("mode", &["peak", "likely", "best"]),
    ("mean", &["mu", "average", "loc"]),
    ("sd", &["sigma", "std", "stdev", "stddev", "scale"]),
    ("p", &["probabilities", "weights"]),
];

/// Whether a schema is that of the table of a number.
pub(super) fn is_number(schema: &Json) -> bool {
    let properties = &schema["properties"];
    DISTRIBUTIONS
        .iter()
        .all(|it| properties.get(it.name).is_some())
}

/// The distribution of this name, if a schema is that of its arguments: other keys may have its name.
pub(super) fn distribution_of(name: &str, schema: &Json) -> Option<&'static DistributionKind> {
    let mut known = DISTRIBUTIONS.iter().copied();
    let kind = known.find(|it| it.name == name)?;
    match kind.form {
        DistributionForm::Number => {
            let mut types = schema["type"].as_array().into_iter().flatten();
            types.any(|it| it == "number").then_some(kind)
        }
        DistributionForm::Table { parameters, .. } => {
            let required = schema["required"].as_array()?;
            let names = parameters.iter().map(|it| it.name);
            names
                .eq(required.iter().filter_map(Json::as_str))
                .then_some(kind)
        }
    }
}

/// A distribution as a number in a file has it, with the arguments that are given, under their own
/// names or similar ones.
pub(super) fn form(kind: &DistributionKind, given: &DeTable<'_>) -> String {
    let DistributionForm::Table { parameters, .. } = kind.form else {
        let mut numbers = given.values().map(|it| written(it.get_ref()));
        let only = numbers.next().flatten().filter(|_| given.len() == 1);
        return constant(only.as_deref().unwrap_or(MISSING));
    };
    let arguments = parameters.iter().map(|it| {
        let found = given.iter().find(|(key, _)| {
            let key = key.get_ref().as_ref();
            key == it.name || !given.contains_key(it.name) && is_like(key, kind, it.name)
        });
        let found = found.filter(|given| fits(it, given.1.get_ref()));
        let number = found.and_then(|it| written(it.1.get_ref()));
        (it.name, number.unwrap_or_else(|| MISSING.to_owned()))
    });
    table(kind, arguments)
}

/// A number that was written as a list: of as many entries as the arguments of a distribution, which
/// are taken in their order; without a distribution, of two or three numbers.
pub(super) fn form_of_list<'t>(
    kind: Option<&'static DistributionKind>,
    list: impl Iterator<Item = &'t DeValue<'t>>,
) -> Option<String> {
    let numbers: Vec<String> = list.map(number_text).collect::<Option<_>>()?;
    let is_as_long = |it: &&DistributionKind| {
        let parameters = it.parameters();
        parameters.len() == numbers.len() && !parameters.iter().any(|it| it.range.is_list())
    };
    let mut known = DISTRIBUTIONS.iter().copied().filter(|_| numbers.len() < 4);
    let Some(kind) = kind.or_else(|| known.find(is_as_long)) else {
        return Some(form_meant(&DeTable::new()));
    };
    if !is_as_long(&kind) {
        return Some(form(kind, &DeTable::new()));
    }
    let names = kind.parameters().iter().map(|it| it.name);
    Some(table(kind, names.zip(numbers)))
}

/// What a table without a distribution was probably meant to be, by its unknown keys.
pub(super) fn form_meant(unknown: &DeTable<'_>) -> String {
    // A distribution by another name has its arguments below that.
    let inner = unknown.values().find_map(|it| it.get_ref().as_table());
    let given = inner.unwrap_or(unknown);
    let n_like = |kind: &DistributionKind| {
        let is_argument = |key: &str, value: &DeValue<'_>| {
            let mut parameters = kind.parameters().iter();
            parameters.any(|it| is_like(key, kind, it.name) && fits(it, value))
        };
        let given = given.iter();
        given
            .filter(|(key, value)| is_argument(key.get_ref(), value.get_ref()))
            .count()
    };
    // Of several, the one with the fewest arguments, which are in this order.
    let most = DISTRIBUTIONS.iter().map(|it| n_like(it)).max().unwrap_or(0);
    let best = DISTRIBUTIONS.iter().find(|it| n_like(it) == most);
    if let Some(kind) = best.filter(|_| most > 0) {
        return form(kind, given);
    }
    if let Some(number) = single_number(given) {
        return format!("{number}, or {}", constant(&number));
    }
    let all = DISTRIBUTIONS.iter().map(|it| form(it, &DeTable::new()));
    format!("a number, or one of {}", all.collect::<Vec<_>>().join(", "))
}

/// Whether a key is an argument's name, nearly that, or what others call it.
fn is_like(key: &str, kind: &DistributionKind, name: &str) -> bool {
    let is_synonym = SYNONYMS
        .iter()
        .any(|(own, others)| *own == name && others.contains(&key));
    is_synonym || nearest(key, kind.parameters().iter().map(|it| it.name)) == Some(name)
}

/// Whether a value is what an argument is: a list, or none.
fn fits(parameter: &DistributionParameter, value: &DeValue<'_>) -> bool {
    parameter.range.is_list() == value.is_array()
}

fn single_number(given: &DeTable<'_>) -> Option<String> {
    let mut values = given.values();
    let only = values.next().filter(|_| given.len() == 1)?;
    written(only.get_ref())
}

fn constant(number: &str) -> String {
    format!("{{ constant = {number} }}")
}

fn table<N: AsRef<str>>(
    kind: &DistributionKind,
    arguments: impl Iterator<Item = (&'static str, N)>,
) -> String {
    let arguments = arguments.map(|(name, number)| format!("{name} = {}", number.as_ref()));
    let arguments: Vec<String> = arguments.collect();
    format!("{{ {} = {{ {} }} }}", kind.name, arguments.join(", "))
}

/// A number, or a list of numbers, as it is written.
fn written(value: &DeValue<'_>) -> Option<String> {
    let Some(list) = value.as_array() else {
        return number_text(value);
    };
    let entries = list.iter().map(|it| number_text(it.get_ref()));
    let entries: Vec<String> = entries.collect::<Option<_>>()?;
    Some(format!("[{}]", entries.join(", ")))
}

/// A number as it is written.
fn number_text(value: &DeValue<'_>) -> Option<String> {
    let integer = value.as_integer().map(|it| it.as_str().to_owned());
    integer.or_else(|| Some(value.as_float()?.as_str().to_owned()))
}
