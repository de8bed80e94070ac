//! The TOML shape of an experiment: serde types and nothing else.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use toml::Spanned;

/// Which scenario, how many sessions, and which luck.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "demarche experiment")]
pub(super) struct ExperimentFile {
    /// The version of this format: `schema = 1`.
    #[schemars(with = "u32")]
    pub(super) schema: Spanned<u32>,
    /// A short name, fit for file names: letters, digits, `-` and `_`.
    #[schemars(with = "String")]
    pub(super) name: Spanned<String>,
    /// What people read.
    pub(super) title: Option<String>,
    /// The scenario's file, relative to this one: `scenario = "../scenarios/two-villages.toml"`.
    #[expect(
        dead_code,
        reason = "read from the table, so that it is found even if the rest is wrong"
    )]
    #[schemars(with = "String")]
    pub(super) scenario: Spanned<String>,
    /// How many sessions, at least 1.
    #[schemars(with = "Option<u64>", range(min = 1))]
    pub(super) sessions: Option<Spanned<u64>>,
    /// The master seed: a whole number from 0 to 2^64 - 1; write those above 2^63 - 1 in quotes.
    #[schemars(with = "Option<SeedFile>")]
    pub(super) seed: Option<SeedFile>,
    /// Settings by path, as `--set` takes them.
    #[serde(default)]
    #[expect(
        dead_code,
        reason = "carried out on the scenario's table before serde sees it"
    )]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub(super) set: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
}

/// A master seed, as a whole number or, for those that TOML cannot write, as a string.
#[derive(Clone, Copy, Debug)]
pub(super) struct SeedFile(pub(super) u64);

impl<'de> Deserialize<'de> for SeedFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SeedVisitor;
        impl Visitor<'_> for SeedVisitor {
            type Value = SeedFile;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number from 0 to 2^64 - 1")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<SeedFile, E> {
                u64::try_from(number)
                    .map(SeedFile)
                    .map_err(|_| E::custom("`seed` must be a whole number, 0 or more"))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<SeedFile, E> {
                Ok(SeedFile(number))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<SeedFile, E> {
                text.parse().map(SeedFile).map_err(|_| {
                    E::custom(format!("`{text}` is no whole number from 0 to 2^64 - 1"))
                })
            }
        }
        deserializer.deserialize_any(SeedVisitor)
    }
}

impl JsonSchema for SeedFile {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Seed".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [{ "type": "integer", "format": "uint64", "minimum": 0 }, { "type": "string" }]
        })
    }
}
