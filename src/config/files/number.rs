//! The TOML shapes that can be written in more than one way: numbers, and lists of one.
//!
//! Serde's own ways for this (untagged and flattened types) lose the place of what is wrong, so
//! these types read themselves.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use demarche_core::domain::{DISTRIBUTIONS, DistributionForm, DistributionKind};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use crate::config::files::sourced::CredentialsFile;

/// A number: constant, or drawn from a distribution, with its credentials.
#[derive(Debug)]
pub(crate) enum NumberFile {
    Bare(f64),
    /// A word that stands for a number; only parameters of strategies know any.
    Word(String),
    Table(Box<NumberTable>),
}

/// A number with its distribution (exactly one) and its credentials.
#[derive(Debug, Default)]
pub(crate) struct NumberTable {
    pub(crate) distributions: Vec<DistributionFile>,
    pub(crate) credentials: CredentialsFile,
}

/// A distribution with its arguments, in the order of its parameters.
#[derive(Debug)]
pub(crate) struct DistributionFile {
    pub(crate) kind: &'static DistributionKind,
    pub(crate) arguments: Vec<Spanned<ArgumentFile>>,
}

/// An argument of a distribution.
#[derive(Debug)]
pub(crate) enum ArgumentFile {
    Number(f64),
    List(Vec<Spanned<f64>>),
}

impl<'de> Deserialize<'de> for NumberFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberVisitor;
        impl<'de> Visitor<'de> for NumberVisitor {
            type Value = NumberFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a table with a distribution")
            }

            #[expect(
                clippy::cast_precision_loss,
                reason = "numbers beyond 2^53 are out of every range"
            )]
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<NumberFile, E> {
                Ok(NumberFile::Bare(number as f64))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<NumberFile, E> {
                Ok(NumberFile::Bare(number))
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<NumberFile, E> {
                Ok(NumberFile::Word(word.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<NumberFile, A::Error> {
                NumberTable::deserialize(MapAccessDeserializer::new(map))
                    .map(|it| NumberFile::Table(Box::new(it)))
            }
        }
        deserializer.deserialize_any(NumberVisitor)
    }
}

impl JsonSchema for NumberFile {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "NumberOrTable".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "number" }, generator.subschema_for::<NumberTable>()] })
    }
}

impl<'de> Deserialize<'de> for NumberTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TableVisitor;
        impl<'de> Visitor<'de> for TableVisitor {
            type Value = NumberTable;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table with a distribution")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NumberTable, A::Error> {
                let mut table = NumberTable::default();
                while let Some(key) = map.next_key::<String>()? {
                    if table.credentials.take(&key, &mut map)? {
                        continue;
                    }
                    let mut known = DISTRIBUTIONS.iter();
                    let kind = known.find(|it| it.name == key);
                    let kind = kind.ok_or_else(|| de::Error::unknown_field(&key, &[]))?;
                    let arguments = arguments(kind, &mut map)?;
                    let distribution = DistributionFile { kind, arguments };
                    table.distributions.push(distribution);
                }
                Ok(table)
            }
        }
        deserializer.deserialize_map(TableVisitor)
    }
}

/// The arguments of a distribution, in the order of its parameters.
fn arguments<'de, A: MapAccess<'de>>(
    kind: &DistributionKind,
    map: &mut A,
) -> Result<Vec<Spanned<ArgumentFile>>, A::Error> {
    match kind.form {
        DistributionForm::Number => Ok(vec![map.next_value()?]),
        DistributionForm::Table { parameters, .. } => {
            let mut given: BTreeMap<String, Spanned<ArgumentFile>> = map.next_value()?;
            let arguments = parameters.iter().map(|it| {
                let argument = given.remove(it.name);
                argument.ok_or_else(|| de::Error::missing_field(it.name))
            });
            arguments.collect()
        }
    }
}

impl<'de> Deserialize<'de> for ArgumentFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ArgumentVisitor;
        impl<'de> Visitor<'de> for ArgumentVisitor {
            type Value = ArgumentFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a list of numbers")
            }

            #[expect(
                clippy::cast_precision_loss,
                reason = "numbers beyond 2^53 are out of every range"
            )]
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<ArgumentFile, E> {
                Ok(ArgumentFile::Number(number as f64))
            }

            #[expect(
                clippy::cast_precision_loss,
                reason = "numbers beyond 2^53 are out of every range"
            )]
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<ArgumentFile, E> {
                Ok(ArgumentFile::Number(number as f64))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<ArgumentFile, E> {
                Ok(ArgumentFile::Number(number))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ArgumentFile, A::Error> {
                let mut numbers = Vec::new();
                while let Some(number) = seq.next_element()? {
                    numbers.push(number);
                }
                Ok(ArgumentFile::List(numbers))
            }
        }
        deserializer.deserialize_any(ArgumentVisitor)
    }
}

impl JsonSchema for NumberTable {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut properties = serde_json::Map::new();
        for kind in DISTRIBUTIONS {
            let mut schema = match kind.form {
                DistributionForm::Number => {
                    serde_json::json!({ "type": ["number", "null"], "format": "double" })
                }
                DistributionForm::Table { .. } => {
                    let name = definition_name(kind);
                    let reference = format!("#/$defs/{name}");
                    let table = distribution_schema(kind);
                    generator.definitions_mut().insert(name, table);
                    serde_json::json!({ "anyOf": [{ "$ref": reference }, { "type": "null" }] })
                }
            };
            schema["description"] = kind.about.into();
            properties.insert(kind.name.to_owned(), schema);
        }
        properties.extend(CredentialsFile::properties(generator));
        json_schema!({
            "type": "object",
            "additionalProperties": false,
            "properties": properties,
            "description": "A number with its distribution (exactly one) and its credentials.",
        })
    }
}

/// What the schema calls the table of a distribution's arguments: `UniformFile`.
fn definition_name(kind: &DistributionKind) -> String {
    let words = kind.name.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.chain(["File".to_owned()]).collect()
}

/// The table of a distribution's arguments.
fn distribution_schema(kind: &DistributionKind) -> serde_json::Value {
    let number = serde_json::json!({ "type": "number", "format": "double" });
    let list = serde_json::json!({ "type": "array", "items": number });
    let properties = kind.parameters().iter().map(|it| {
        let schema = if it.range.is_list() { &list } else { &number };
        let mut schema = schema.clone();
        schema["description"] = it.about.into();
        (it.name.to_owned(), schema)
    });
    let properties: serde_json::Map<String, serde_json::Value> = properties.collect();
    let required: Vec<&str> = kind.parameters().iter().map(|it| it.name).collect();
    serde_json::json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": required,
        "description": kind.about,
    })
}

/// One name or a list of names.
#[derive(Debug)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<Spanned<String>>),
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NamesVisitor;
        impl<'de> Visitor<'de> for NamesVisitor {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name or a list of names")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany::One(name.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMany, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = seq.next_element()? {
                    names.push(name);
                }
                Ok(OneOrMany::Many(names))
            }
        }
        deserializer.deserialize_any(NamesVisitor)
    }
}

impl JsonSchema for OneOrMany {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OneOrMany".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }]
        })
    }
}
