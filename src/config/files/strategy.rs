//! The TOML shape of a strategy, which follows from the tables of offering rules and acceptance
//! conditions.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use demarche_core::strategy::{Parameter, Strategies};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use toml::Spanned;

use crate::config::files::number::NumberFile;
use crate::config::files::sourced::{CredentialsFile, SourcedFile};

/// Parameters by name.
pub(crate) type ParametersFile = BTreeMap<Spanned<String>, Spanned<NumberFile>>;

/// One of a party's strategies: its probability, one offering rule by name with its parameters,
/// at most one acceptance condition likewise, and where all of it comes from.
#[derive(Debug)]
pub(crate) struct StrategyFile {
    pub(crate) p: Spanned<SourcedFile<f64>>,
    pub(crate) offering: Vec<(Spanned<String>, ParametersFile)>,
    pub(crate) acceptance: Vec<(Spanned<String>, ParametersFile)>,
    pub(crate) credentials: CredentialsFile,
}

impl<'de> Deserialize<'de> for StrategyFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StrategyVisitor;
        impl<'de> Visitor<'de> for StrategyVisitor {
            type Value = StrategyFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table with p and an offering rule")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<StrategyFile, A::Error> {
                let mut p = None;
                let mut offering = Vec::new();
                let mut acceptance = Vec::new();
                let mut credentials = CredentialsFile::default();
                while let Some(key) = map.next_key::<Spanned<String>>()? {
                    if credentials.take(key.get_ref(), &mut map)? {
                        continue;
                    }
                    match key.get_ref().as_str() {
                        "p" => p = Some(map.next_value()?),
                        "accept" => {
                            let kinds: BTreeMap<Spanned<String>, ParametersFile> =
                                map.next_value()?;
                            acceptance.extend(kinds);
                        }
                        _ => offering.push((key, map.next_value()?)),
                    }
                }
                Ok(StrategyFile {
                    p: p.ok_or_else(|| de::Error::missing_field("p"))?,
                    offering,
                    acceptance,
                    credentials,
                })
            }
        }
        deserializer.deserialize_map(StrategyVisitor)
    }
}

impl JsonSchema for StrategyFile {
    fn schema_name() -> Cow<'static, str> {
        "StrategyFile".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        strategy_schema(&Strategies::built_in(), generator)
    }
}

/// The JSON Schema of a strategy, with all that it can name.
pub(crate) fn strategy_schema(strategies: &Strategies, generator: &mut SchemaGenerator) -> Schema {
    let about = "Probability that the party follows it; a party's sum to 1.";
    let p = SourcedFile::<f64>::schema(&serde_json::json!({ "type": "number" }), about, generator);
    let mut properties = CredentialsFile::properties(generator);
    properties.insert("p".to_owned(), p);
    let mut table = |parameters: &[Parameter], about: &str| {
        let properties: serde_json::Map<String, serde_json::Value> = parameters
            .iter()
            .map(|it| (it.name.to_owned(), parameter_schema(it, generator)))
            .collect();
        let required: Vec<&str> = parameters
            .iter()
            .filter(|it| it.default.is_none())
            .map(|it| it.name)
            .collect();
        let mut schema = serde_json::json!({
            "type": "object",
            "description": about,
            "properties": properties,
            "additionalProperties": false,
        });
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        schema
    };
    let conditions: serde_json::Map<String, serde_json::Value> = strategies
        .acceptance_conditions()
        .iter()
        .map(|it| (it.name.to_owned(), table(it.parameters, it.about)))
        .collect();
    for it in strategies.offering_rules() {
        properties.insert(it.name.to_owned(), table(it.parameters, it.about));
    }
    properties.insert(
        "accept".to_owned(),
        serde_json::json!({
            "type": "object",
            "description": "What it says yes to; exactly one kind. Without it: aspiration.",
            "properties": conditions,
            "additionalProperties": false,
        }),
    );
    json_schema!({
        "type": "object",
        "description": "A strategy: its probability and exactly one offering rule.",
        "properties": properties,
        "required": ["p"],
        "additionalProperties": false,
    })
}

fn parameter_schema(parameter: &Parameter, generator: &mut SchemaGenerator) -> serde_json::Value {
    let mut schema = NumberFile::json_schema(generator).to_value();
    schema["description"] = parameter.about.into();
    if let Some(default) = parameter.default {
        schema["default"] = default.into();
    }
    if !parameter.words.is_empty() {
        let words: Vec<&str> = parameter.words.iter().map(|it| it.0).collect();
        if let Some(ways) = schema["anyOf"].as_array_mut() {
            ways.push(serde_json::json!({ "type": "string", "enum": words }));
        }
    }
    schema
}
