//! Keys and types: a table held against the JSON Schema of its file kind.
//!
//! Serde stops at the first thing it cannot read. People want all of them at once, each with its
//! place; so the schema, which is derived from the same types, is walked first. It also makes the
//! published schema true: what this walk lets through is what the schema allows.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value as Json;
use toml::de::{DeTable, DeValue};

use crate::config::document::{Document, Value};
use crate::config::experiment_file::ExperimentFile;
use crate::config::mistake::Mistake;
use crate::config::scenario_file::ScenarioFile;

/// The JSON Schema of scenario files.
pub fn scenario_schema() -> Json {
    schema_of::<ScenarioFile>()
}

/// The JSON Schema of experiment files.
pub fn experiment_schema() -> Json {
    schema_of::<ExperimentFile>()
}

fn schema_of<T: JsonSchema>() -> Json {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// Tells every key and every type of the document that the schema does not allow.
pub(super) fn check(document: &Document<'_>, schema: &Json) -> Vec<Mistake> {
    let mut walk = Walk {
        root: schema,
        mistakes: Vec::new(),
    };
    walk.table(&document.table, document.span.start..document.span.start, schema, "the file");
    walk.mistakes
}

struct Walk<'a> {
    root: &'a Json,
    mistakes: Vec<Mistake>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, value: &Value<'_>, schema: &'a Json, name: &str) {
        let schema = self.follow(schema);
        let inner = value.get_ref();
        if let Some(ways) = schema["anyOf"].as_array() {
            let fitting = ways.iter().map(|it| self.follow(it)).find(|it| is_of_type(inner, it));
            match fitting {
                Some(way) => self.value(value, way, name),
                None => self.wrong_type(value, schema, name),
            }
            return;
        }
        if !is_of_type(inner, schema) {
            self.wrong_type(value, schema, name);
            return;
        }
        if let Some(allowed) = words(schema)
            && let DeValue::String(word) = inner
            && !allowed.contains(&word.as_ref())
        {
            self.mistakes.push(
                Mistake::at(value.span(), format!("`{word}` is not one of the words for {name}"))
                    .suggest(word, allowed),
            );
        }
        match inner {
            DeValue::Table(table) => self.table(table, value.span(), schema, name),
            DeValue::Array(list) => {
                for element in list {
                    self.value(element, &schema["items"], name);
                }
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }

    fn table(
        &mut self,
        table: &DeTable<'_>,
        span: std::ops::Range<usize>,
        schema: &'a Json,
        name: &str,
    ) {
        let properties = schema["properties"].as_object();
        for (key, value) in table {
            let known = properties.and_then(|it| it.get(key.get_ref().as_ref()));
            match (known, &schema["additionalProperties"]) {
                (Some(below), _) => self.value(value, below, &format!("`{}`", key.get_ref())),
                (None, Json::Bool(_) | Json::Null) => {
                    let names = properties.into_iter().flat_map(|it| it.keys().map(String::as_str));
                    self.mistakes.push(
                        Mistake::at(key.span(), format!("unknown key `{}` in {name}", key.get_ref()))
                            .suggest(key.get_ref(), names),
                    );
                }
                (None, below) => self.value(value, below, &format!("`{}`", key.get_ref())),
            }
        }
        for required in schema["required"].as_array().into_iter().flatten() {
            let key = required.as_str().unwrap_or_default();
            if !table.contains_key(key) {
                self.mistakes
                    .push(Mistake::at(span.clone(), format!("{name} lacks `{key}`")));
            }
        }
    }

    fn wrong_type(&mut self, value: &Value<'_>, schema: &'a Json, name: &str) {
        let expected = self.describe(schema);
        self.mistakes.push(Mistake::at(
            value.span(),
            format!("{name} must be {expected}, not {}", article(value.get_ref().type_str())),
        ));
    }

    fn describe(&self, schema: &'a Json) -> String {
        let schema = self.follow(schema);
        if let Some(ways) = schema["anyOf"].as_array() {
            let ways: Vec<String> = ways
                .iter()
                .filter(|it| it["type"] != "null")
                .map(|it| self.describe(it))
                .collect();
            return ways.join(" or ");
        }
        if let Some(words) = words(schema) {
            let words: Vec<String> = words.iter().map(|it| format!("\"{it}\"")).collect();
            return format!("one of {}", words.join(", "));
        }
        let names: Vec<&str> = types(schema).into_iter().filter(|it| *it != "null").collect();
        let name = match names.first().copied() {
            Some("integer") => "a whole number",
            Some("number") => "a number",
            Some("string") => "a string",
            Some("boolean") => "true or false",
            Some("array") => "a list",
            Some("object") => "a table",
            _ => "something else",
        };
        name.to_owned()
    }

    /// The schema that a reference stands for.
    fn follow(&self, schema: &'a Json) -> &'a Json {
        match schema["$ref"].as_str().and_then(|it| it.strip_prefix('#')) {
            Some(pointer) => self.root.pointer(pointer).unwrap_or(schema),
            None => schema,
        }
    }
}

fn article(type_name: &str) -> String {
    match type_name {
        "integer" | "array" | "offset datetime" => format!("an {type_name}"),
        _ => format!("a {type_name}"),
    }
}

fn types(schema: &Json) -> Vec<&str> {
    match &schema["type"] {
        Json::String(it) => vec![it],
        Json::Array(list) => list.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The words that a schema allows, if it allows only some.
fn words(schema: &Json) -> Option<Vec<&str>> {
    if let Some(list) = schema["enum"].as_array() {
        return Some(list.iter().filter_map(Json::as_str).collect());
    }
    let ways = schema["oneOf"].as_array()?;
    let constants: Vec<&str> = ways.iter().filter_map(|it| it["const"].as_str()).collect();
    (constants.len() == ways.len()).then_some(constants)
}

fn is_of_type(value: &DeValue<'_>, schema: &Json) -> bool {
    let allowed = types(schema);
    if allowed.is_empty() {
        return words(schema).is_none() || value.is_str();
    }
    allowed.iter().any(|it| {
        matches!(
            (*it, value),
            ("integer", DeValue::Integer(_))
                | ("number", DeValue::Integer(_) | DeValue::Float(_))
                | ("string", DeValue::String(_))
                | ("boolean", DeValue::Boolean(_))
                | ("array", DeValue::Array(_))
                | ("object", DeValue::Table(_))
        )
    })
}
