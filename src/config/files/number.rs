//! The TOML shapes that can be written in more than one way: numbers, lists of one, strategies.
//!
//! Serde's own ways for this (untagged and flattened types) lose the place of what is wrong, so
//! these types read themselves.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use demarche_core::strategy::{Parameter, Strategies};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

/// A number: constant, or drawn from a distribution, with its credentials.
#[derive(Debug)]
pub(crate) enum NumberFile {
    Bare(f64),
    /// A word that stands for a number; only parameters of strategies know any.
    Word(String),
    Table(Box<NumberTable>),
}

/// A number with its distribution (exactly one) and its credentials.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Number")]
pub(crate) struct NumberTable {
    /// Always this number.
    #[schemars(with = "Option<f64>")]
    pub(crate) constant: Option<Spanned<f64>>,
    /// Evenly between two numbers.
    pub(crate) uniform: Option<UniformFile>,
    /// Between two numbers, most often near the mode.
    pub(crate) triangular: Option<TriangularFile>,
    /// The normal distribution, cut to a range.
    pub(crate) normal: Option<NormalFile>,
    /// The beta distribution, stretched over a range.
    pub(crate) beta: Option<BetaFile>,
    /// One of some values.
    pub(crate) discrete: Option<DiscreteFile>,
    /// How it follows from its sources.
    pub(crate) basis: Option<BasisFile>,
    /// Where it comes from.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) source: Option<Vec<Spanned<String>>>,
    /// One line about it.
    pub(crate) note: Option<String>,
}

/// How a number follows from its sources.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BasisFile {
    /// A source says it.
    Reported,
    /// A source implies it; the note says how.
    Inferred,
    /// No source speaks of it.
    Assumed,
}

/// Evenly between two numbers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UniformFile {
    /// The least value.
    #[schemars(with = "f64")]
    pub(crate) min: Spanned<f64>,
    /// The greatest value.
    #[schemars(with = "f64")]
    pub(crate) max: Spanned<f64>,
}

/// Between two numbers, with a density that rises to the mode and falls from it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TriangularFile {
    /// The least value.
    #[schemars(with = "f64")]
    pub(crate) min: Spanned<f64>,
    /// The value it is most often near.
    #[schemars(with = "f64")]
    pub(crate) mode: Spanned<f64>,
    /// The greatest value.
    #[schemars(with = "f64")]
    pub(crate) max: Spanned<f64>,
}

/// The normal distribution, cut to a range.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NormalFile {
    /// The middle of the distribution before it is cut.
    #[schemars(with = "f64")]
    pub(crate) mean: Spanned<f64>,
    /// Its standard deviation before it is cut, above 0.
    #[schemars(with = "f64")]
    pub(crate) sd: Spanned<f64>,
    /// The least value.
    #[schemars(with = "f64")]
    pub(crate) min: Spanned<f64>,
    /// The greatest value.
    #[schemars(with = "f64")]
    pub(crate) max: Spanned<f64>,
}

/// The beta distribution, stretched over a range.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BetaFile {
    /// The first shape, above 0: the greater, the nearer to the greatest value.
    #[schemars(with = "f64")]
    pub(crate) alpha: Spanned<f64>,
    /// The second shape, above 0: the greater, the nearer to the least value.
    #[schemars(with = "f64")]
    pub(crate) beta: Spanned<f64>,
    /// The least value.
    #[schemars(with = "f64")]
    pub(crate) min: Spanned<f64>,
    /// The greatest value.
    #[schemars(with = "f64")]
    pub(crate) max: Spanned<f64>,
}

/// One of some values, with these probabilities.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiscreteFile {
    /// The values.
    #[schemars(with = "Vec<f64>")]
    pub(crate) values: Vec<Spanned<f64>>,
    /// The probability of each, in the same order; they sum to 1.
    #[schemars(with = "Vec<f64>")]
    pub(crate) p: Spanned<Vec<Spanned<f64>>>,
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

/// Parameters by name.
pub(crate) type ParametersFile = BTreeMap<Spanned<String>, Spanned<NumberFile>>;

/// One of a party's strategies: its probability, one offering rule by name with its parameters,
/// and at most one acceptance condition likewise.
#[derive(Debug)]
pub(crate) struct StrategyFile {
    pub(crate) p: Spanned<f64>,
    pub(crate) offering: Vec<(Spanned<String>, ParametersFile)>,
    pub(crate) acceptance: Vec<(Spanned<String>, ParametersFile)>,
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
                while let Some(key) = map.next_key::<Spanned<String>>()? {
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
    let mut properties = serde_json::Map::new();
    properties.insert(
        "p".to_owned(),
        serde_json::json!({
            "type": "number",
            "description": "Probability that the party follows it; a party's sum to 1.",
        }),
    );
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
