//! Keys and types: a table compared with the JSON Schema of its file kind.
//!
//! Serde stops at the first thing it cannot read. People want all of them at once, each with its
//! place; so the schema, which is derived from the same types, is walked first. It also makes the
//! published schema true: what this walk lets through is what the schema allows.

use std::borrow::Cow;
use std::ops::Range;

use demarche_core::domain::{DISTRIBUTIONS, DistributionKind};
use demarche_core::strategy::Strategies;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::config::diagnostics::{Diagnostic, LISTS_OF_TABLES, nearest, number_meant};
use crate::config::files::experiment_file::ExperimentFile;
use crate::config::files::layers::Document;
use crate::config::files::number_forms::{
    distribution_of, form, form_meant, form_of_list, is_number,
};
use crate::config::files::plan_file::PlanFile;
use crate::config::files::scenario_file::ScenarioFile;
use crate::config::files::strategy::{StrategyFile, strategy_schema};
use crate::config::files::value::Value;

/// The JSON Schema of scenario files, with the strategies that are built in.
pub fn scenario_schema() -> Json {
    schema_of::<ScenarioFile>()
}

/// The JSON Schema of scenario files that can name these strategies.
pub(crate) fn scenario_schema_with(strategies: &Strategies) -> Json {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = (generator.root_schema_for::<ScenarioFile>()).to_value();
    let name = StrategyFile::schema_name();
    schema["$defs"][&*name] = strategy_schema(strategies, &mut generator).to_value();
    schema
}

/// The JSON Schema of experiment files.
pub fn experiment_schema() -> Json {
    schema_of::<ExperimentFile>()
}

/// The JSON Schema of plan files.
pub fn plan_schema() -> Json {
    schema_of::<PlanFile>()
}

fn schema_of<T: JsonSchema>() -> Json {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// Reports every key, type, word and integer of the document that the schema does not allow.
///
/// Corrects near misses, so that each error is reported once and what stands behind it is
/// checked too. Returns whether the document can now be read.
pub(crate) fn check(
    document: &mut Document<'_>,
    schema: &Json,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let mut walk = Walk {
        root: schema,
        diagnostics,
        is_readable: true,
    };
    let start = document.span.start;
    walk.table(&mut document.table, &(start..start), schema, "the file");
    walk.is_readable
}

struct Walk<'a> {
    root: &'a Json,
    diagnostics: &'a mut Vec<Diagnostic>,
    is_readable: bool,
}

impl<'a> Walk<'a> {
    fn value(&mut self, value: &mut Value<'_>, schema: &'a Json, name: &str) {
        let kind = self.follow(schema);
        if let Some(ways) = kind["anyOf"].as_array() {
            let mut ways = ways.iter().map(|it| self.follow(it));
            match ways.find(|it| self.allows(it, value.get_ref())) {
                Some(way) => self.value(value, way, name),
                None => self.wrong_type(value, schema, name),
            }
            return;
        }
        if !self.allows(kind, value.get_ref()) {
            self.wrong_type(value, schema, name);
            return;
        }
        let span = value.span();
        match value.get_mut() {
            DeValue::Table(table) => self.table(table, &span, kind, name),
            DeValue::Array(list) => {
                let entry = format!("an entry of {name}");
                for element in list.iter_mut() {
                    let name = if element.get_ref().is_table() {
                        name
                    } else {
                        &entry
                    };
                    self.value(element, &kind["items"], name);
                }
            }
            DeValue::String(word) => self.word(word, &span, kind, name),
            DeValue::Integer(_) => self.whole_number(value, kind, name),
            DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
        }
    }

    fn table(
        &mut self,
        table: &mut DeTable<'_>,
        span: &Range<usize>,
        schema: &'a Json,
        name: &str,
    ) {
        let properties = schema["properties"].as_object();
        if is_number(schema) {
            self.without_distribution(table, properties, name);
        }
        let distribution = distribution_of(name.trim_matches('`'), schema);
        if let Some(kind) = distribution {
            self.arguments(kind, table, span, name);
        }
        let others = match &schema["additionalProperties"] {
            Json::Bool(true) => None,
            Json::Object(_) => Some(&schema["additionalProperties"]),
            Json::Bool(false) | Json::Null | Json::Number(_) | Json::String(_) | Json::Array(_) => {
                self.keys(table, properties, name);
                None
            }
        };
        for (key, value) in table.iter_mut() {
            let key = key.get_ref().as_ref();
            if let Some(below) = properties.and_then(|it| it.get(key)).or(others) {
                self.value(value, below, &format!("`{key}`"));
            }
        }
        for required in schema["required"].as_array().into_iter().flatten() {
            let key = required.as_str().unwrap_or_default();
            if !table.contains_key(key) && distribution.is_none() {
                let diagnostic = Diagnostic::at(span.clone(), format!("{name} has no `{key}`"));
                self.diagnostics
                    .push(explain(diagnostic, &schema["properties"][key]));
                self.is_readable = false;
            }
        }
    }

    /// Tells of a number's table in which no key is a distribution, or nearly, and puts a number
    /// in the place of the keys that are nothing.
    fn without_distribution(
        &mut self,
        table: &mut DeTable<'_>,
        properties: Option<&'a serde_json::Map<String, Json>>,
        name: &str,
    ) {
        let known = || {
            properties
                .into_iter()
                .flat_map(|it| it.keys().map(String::as_str))
        };
        let is_distribution = |it: &str| DISTRIBUTIONS.iter().any(|kind| kind.name == it);
        let meant = |key: &str| nearest(key, known());
        let keys = || table.keys().map(|it| it.get_ref().as_ref());
        if keys().filter_map(meant).any(is_distribution) {
            return;
        }
        let unknown: Vec<String> = keys()
            .filter(|it| meant(it).is_none())
            .map(str::to_owned)
            .collect();
        let Some(first) = unknown
            .first()
            .and_then(|it| table.get_key_value(it.as_str()))
        else {
            return;
        };
        let place = first.0.span();
        let mut wrong = DeTable::new();
        for key in &unknown {
            let (key, value) = table.remove_entry(key.as_str()).expect("just listed");
            wrong.insert(key, value);
        }
        let message = format!(
            "{} in {name}, which has no distribution",
            unknown_keys(&unknown)
        );
        let hint = format!("write {}", form_meant(&wrong));
        self.diagnostics
            .push(Diagnostic::at(place.clone(), message).hint(hint));
        // One is within every range.
        let one = DeValue::parse("1").expect("a number").into_inner();
        let key = Spanned::new(place.clone(), Cow::Borrowed(DISTRIBUTIONS[0].name));
        table.insert(key, Spanned::new(place, one));
    }

    /// Tells of all arguments of a distribution that are wrong or missing, in one error.
    fn arguments(
        &mut self,
        kind: &DistributionKind,
        table: &mut DeTable<'_>,
        span: &Range<usize>,
        name: &str,
    ) {
        let known: Vec<&str> = kind.parameters().iter().map(|it| it.name).collect();
        let is_known = |it: &str| known.contains(&it);
        let keys = || table.keys().map(|it| it.get_ref().as_ref());
        let missing: Vec<&str> = known
            .iter()
            .copied()
            .filter(|it| !table.contains_key(*it))
            .collect();
        let nearly = |it: &str| nearest(it, known.iter().copied());
        let is_strange = |it: &str| nearly(it).is_none_or(|it| table.contains_key(it));
        let strange: Vec<String> = keys()
            .filter(|it| !is_known(it) && is_strange(it))
            .map(str::to_owned)
            .collect();
        let n_nearly = keys().filter(|it| !is_known(it)).count() - strange.len();
        if strange.is_empty() && missing.len() <= n_nearly {
            return;
        }
        let message = match (&strange[..], &missing[..]) {
            ([], _) => format!("{name} has no {}", listed(&missing, "and no")),
            (_, []) => format!("{} in {name}", unknown_keys(&strange)),
            _ => format!(
                "{name} takes {}, not {}",
                listed(&known, "and"),
                listed(&strange, "and")
            ),
        };
        let hint = format!("write {}", form(kind, table));
        self.diagnostics
            .push(Diagnostic::at(span.clone(), message).hint(hint));
        self.is_readable = false;
        for key in strange {
            table.remove(key.as_str());
        }
    }

    /// Tells of unknown keys; one that is nearly a key that is not there is taken for it.
    fn keys(
        &mut self,
        table: &mut DeTable<'_>,
        properties: Option<&'a serde_json::Map<String, Json>>,
        name: &str,
    ) {
        let known: Vec<&str> = properties
            .into_iter()
            .flat_map(|it| it.keys().map(String::as_str))
            .collect();
        let unknown: Vec<String> = table
            .keys()
            .filter(|it| !known.contains(&it.get_ref().as_ref()))
            .map(|it| it.get_ref().to_string())
            .collect();
        for key in unknown {
            let (written, value) = table.remove_entry(key.as_str()).expect("just listed");
            let message = format!("unknown key `{key}` in {name}");
            let diagnostic = Diagnostic::of_unknown_key(written.span(), message);
            self.diagnostics
                .push(diagnostic.suggest(&key, known.iter().copied()));
            match nearest(&key, known.iter().copied()) {
                Some(meant) if !table.contains_key(meant) => {
                    let meant = Spanned::new(written.span(), Cow::Owned(meant.to_owned()));
                    table.insert(meant, value);
                }
                // What a list or a table was to say would be reported as missing.
                _ if value.get_ref().is_table() || value.get_ref().is_array() => {
                    self.is_readable = false;
                }
                _ => {}
            }
        }
    }

    /// Tells of a word that is none of those allowed, if only some are.
    fn word(&mut self, word: &mut DeString<'_>, span: &Range<usize>, schema: &'a Json, name: &str) {
        let Some(allowed) = words(schema).filter(|it| !it.contains(&word.as_ref())) else {
            return;
        };
        let message = format!("`{word}` is not a value of {name}");
        let diagnostic = Diagnostic::at(span.clone(), message);
        self.diagnostics
            .push(diagnostic.suggest(word, allowed.iter().copied()));
        match nearest(word, allowed) {
            Some(meant) => *word = Cow::Owned(meant.to_owned()),
            None => self.is_readable = false,
        }
    }

    /// Tells of an integer that is too small or too large.
    fn whole_number(&mut self, value: &mut Value<'_>, schema: &'a Json, name: &str) {
        let Some(integer) = value.get_ref().as_integer() else {
            return;
        };
        let min = schema["minimum"].as_i64().unwrap_or(i64::MIN);
        let of_type = match schema["format"].as_str() {
            Some("uint32") => u64::from(u32::MAX),
            Some("uint64") => u64::MAX,
            _ => i64::MAX.unsigned_abs(),
        };
        let max = schema["maximum"].as_u64().unwrap_or(of_type);
        let is_negative = integer.as_str().starts_with('-');
        let range = match i128::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(it) if it < i128::from(min) => format!("{min} or more"),
            Ok(it) if it <= i128::from(max) => return,
            Err(_) if is_negative => format!("{min} or more"),
            Ok(_) | Err(_) => format!("at most {max}"),
        };
        let message = format!("{name} must be {}, {range}", self.describe(schema));
        self.diagnostics.push(Diagnostic::at(value.span(), message));
        // One is within every range.
        let one = DeValue::parse("1").expect("a number");
        *value = Spanned::new(value.span(), one.into_inner());
    }

    fn wrong_type(&mut self, value: &Value<'_>, schema: &'a Json, name: &str) {
        let expected = self.describe(schema);
        let found = match value.get_ref() {
            DeValue::String(_) => "a string".to_owned(),
            DeValue::Integer(it) => it.to_string(),
            DeValue::Float(it) => it.to_string(),
            DeValue::Boolean(it) => it.to_string(),
            DeValue::Datetime(_) => "a date or a time".to_owned(),
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        };
        let message = format!("{name} must be {expected}, not {found}");
        let diagnostic = Diagnostic::at(value.span(), message);
        self.diagnostics
            .push(match self.mend_of_type(value, schema, name) {
                Some(hint) => with_number_meant(diagnostic.hint(hint), value.get_ref()),
                None => explain(diagnostic, schema),
            });
        self.is_readable = false;
    }

    /// What to write for a value of the wrong type, where that is clear.
    fn mend_of_type(&self, value: &Value<'_>, schema: &'a Json, name: &str) -> Option<String> {
        let first = &self.follow(schema)["anyOf"][0];
        let arguments = if first.is_null() { schema } else { first };
        if let Some(kind) = distribution_of(name.trim_matches('`'), self.follow(arguments)) {
            let written = match value.get_ref() {
                DeValue::Array(list) => form_of_list(Some(kind), list.iter().map(Spanned::get_ref)),
                DeValue::Table(table) => Some(form(kind, table)),
                DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_) => None,
            };
            return written.map(|it| format!("write {it}"));
        }
        let wants = |kind: &str| {
            let ways = self.follow(schema)["anyOf"].as_array();
            let mut ways = ways
                .map_or(vec![schema], |it| it.iter().collect())
                .into_iter();
            ways.any(|it| types(self.follow(it)).contains(&kind))
        };
        let key = name.trim_matches('`');
        let mut ways = self.follow(schema)["anyOf"]
            .as_array()
            .into_iter()
            .flatten();
        let is_of_number = ways.any(|it| is_number(self.follow(it)));
        match value.get_ref() {
            DeValue::Array(list) if is_of_number => {
                let entries = list.iter().map(Spanned::get_ref);
                form_of_list(None, entries).map(|it| format!("write {it}"))
            }
            DeValue::Table(_) if wants("array") => {
                let is_called_so = |it: &&&str| it.rsplit('.').next() == Some(key);
                let list = LISTS_OF_TABLES.iter().find(is_called_so)?;
                Some(format!(
                    "write [[{list}]], in double brackets, above each entry of the list"
                ))
            }
            DeValue::Array(list) if wants("object") => {
                let is_of_tables = list.iter().any(|it| it.get_ref().is_table());
                let hint = "there can be only one: write its heading in single brackets";
                is_of_tables.then(|| hint.to_owned())
            }
            DeValue::String(it) if wants("number") || wants("integer") => {
                number_meant(it).map(|it| format!("write {it}, without quotes"))
            }
            DeValue::Table(_)
            | DeValue::Array(_)
            | DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => None,
        }
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
        let names: Vec<&str> = types(schema)
            .into_iter()
            .filter(|it| *it != "null")
            .collect();
        let name = match names.first().copied() {
            Some("integer") => "a whole number",
            Some("number") => "a number",
            Some("string") => "a string",
            Some("boolean") => "true or false",
            Some("array") => "a list",
            Some("object") => return table_with(schema),
            _ => "something else",
        };
        name.to_owned()
    }

    /// Whether a value is of a type that the schema allows.
    fn allows(&self, schema: &'a Json, value: &DeValue<'_>) -> bool {
        let schema = self.follow(schema);
        if let Some(ways) = schema["anyOf"].as_array() {
            return ways.iter().any(|it| self.allows(it, value));
        }
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

    /// The schema that a reference stands for.
    fn follow(&self, schema: &'a Json) -> &'a Json {
        match schema["$ref"].as_str().and_then(|it| it.strip_prefix('#')) {
            Some(pointer) => self.root.pointer(pointer).unwrap_or(schema),
            None => schema,
        }
    }
}

/// Shows a line with a number in quotes corrected.
fn with_number_meant(diagnostic: Diagnostic, value: &DeValue<'_>) -> Diagnostic {
    match value.as_str().and_then(number_meant) {
        Some(number) => diagnostic.instead(number),
        None => diagnostic,
    }
}

/// Adds what the schema says about a value as a hint.
fn explain(diagnostic: Diagnostic, schema: &Json) -> Diagnostic {
    let Some(about) = schema["description"].as_str() else {
        return diagnostic;
    };
    let mut letters = about.trim_end_matches('.').chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    diagnostic.hint(first.chain(letters.clone()).collect::<String>())
}

fn table_with(schema: &Json) -> String {
    let required = schema["required"].as_array().into_iter().flatten();
    let keys: Vec<&str> = required.filter_map(Json::as_str).collect();
    match &keys[..] {
        [] => "a table".to_owned(),
        keys => format!("a table with {}", listed(keys, "and")),
    }
}

/// Keys in a sentence, in quotes.
fn listed(keys: &[impl AsRef<str>], and: &str) -> String {
    let keys: Vec<String> = keys.iter().map(|it| format!("`{}`", it.as_ref())).collect();
    match &keys[..] {
        [] => String::new(),
        [only] => only.clone(),
        [others @ .., last] => format!("{} {and} {last}", others.join(", ")),
    }
}

fn unknown_keys(keys: &[String]) -> String {
    let word = if keys.len() == 1 {
        "unknown key"
    } else {
        "unknown keys"
    };
    format!("{word} {}", listed(keys, "and"))
}

fn types(schema: &Json) -> Vec<&str> {
    match &schema["type"] {
        Json::String(it) => vec![it],
        Json::Array(list) => list.iter().filter_map(Json::as_str).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => Vec::new(),
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
