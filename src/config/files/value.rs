//! Values of TOML with their places.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

pub(crate) type Value<'t> = Spanned<DeValue<'t>>;

pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// The span moved to where its text stands among all texts.
pub(super) fn shift_span(span: Range<usize>, by: usize) -> Range<usize> {
    span.start + by..span.end + by
}

/// The table with spans moved to where its text stands among all texts.
pub(super) fn shift_table(table: DeTable<'_>, by: usize) -> DeTable<'_> {
    table
        .into_iter()
        .map(|(key, value)| {
            let span = shift_span(key.span(), by);
            (Spanned::new(span, key.into_inner()), shift(value, by))
        })
        .collect()
}

/// The value with spans moved likewise.
pub(super) fn shift(value: Value<'_>, by: usize) -> Value<'_> {
    let span = shift_span(value.span(), by);
    let value = match value.into_inner() {
        DeValue::Table(it) => DeValue::Table(shift_table(it, by)),
        DeValue::Array(it) => {
            let mut shifted = DeArray::new();
            for element in it {
                shifted.push(shift(element, by));
            }
            DeValue::Array(shifted)
        }
        single @ (DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)) => single,
    };
    Spanned::new(span, value)
}

pub(super) fn table_to_json(table: &DeTable<'_>) -> serde_json::Value {
    let entries = table
        .iter()
        .map(|(key, value)| (key.get_ref().to_string(), to_json(value.get_ref())));
    serde_json::Value::Object(entries.collect())
}

pub(crate) fn to_json(value: &DeValue<'_>) -> serde_json::Value {
    // Numbers that JSON has no form for stay what was written.
    let as_written = |text: &str| serde_json::Value::from(text);
    match value {
        DeValue::Table(it) => table_to_json(it),
        DeValue::Array(it) => it.iter().map(|it| to_json(it.get_ref())).collect(),
        DeValue::String(it) => as_written(it),
        DeValue::Integer(it) => i64::from_str_radix(it.as_str(), it.radix())
            .map_or_else(|_| as_written(it.as_str()), serde_json::Value::from),
        DeValue::Float(it) => it
            .as_str()
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map_or_else(|| as_written(it.as_str()), serde_json::Value::Number),
        DeValue::Boolean(it) => (*it).into(),
        DeValue::Datetime(it) => as_written(&it.to_string()),
    }
}
