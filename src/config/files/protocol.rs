//! The TOML shape of a protocol, which follows from the table of protocols.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use demarche_core::protocol::{PROTOCOLS, ProtocolEntry, ROUNDS_MAX};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use toml::Spanned;

use crate::config::files::sourced::{CredentialsFile, SourcedFile};

/// The protocol: exactly one table, by the name of a protocol.
#[derive(Debug, Deserialize)]
pub(crate) struct ProtocolFile(pub(crate) BTreeMap<Spanned<String>, ProtocolTable>);

/// The deadline, the number that the protocol needs for each party, if it needs one, and where all
/// of it comes from.
#[derive(Debug)]
pub(crate) struct ProtocolTable {
    pub(crate) deadline_rounds: Spanned<SourcedFile<u32>>,
    pub(crate) relative_time: Option<Spanned<RelativeTimeFile>>,
    pub(crate) by_party: Option<Spanned<ByPartyFile>>,
    pub(crate) credentials: CredentialsFile,
}

/// How much of the time has passed in round r of D.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RelativeTimeFile {
    /// (r − 1)/(D − 1): 1 in the last round.
    ToDeadline,
    /// r/(D + 1), as GENIUS and NegMAS count: never 1.
    Genius,
}

/// A plain number for each party that is named.
pub(crate) type ByPartyFile = BTreeMap<Spanned<String>, Spanned<f64>>;

impl<'de> Deserialize<'de> for ProtocolTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ProtocolVisitor;
        impl<'de> Visitor<'de> for ProtocolVisitor {
            type Value = ProtocolTable;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table with deadline_rounds")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ProtocolTable, A::Error> {
                let mut deadline_rounds = None;
                let mut relative_time = None;
                let mut by_party = None;
                let mut credentials = CredentialsFile::default();
                while let Some(key) = map.next_key::<String>()? {
                    if credentials.take(&key, &mut map)? {
                        continue;
                    }
                    match key.as_str() {
                        "deadline_rounds" => deadline_rounds = Some(map.next_value()?),
                        "relative_time" => relative_time = Some(map.next_value()?),
                        _ => by_party = Some(map.next_value()?),
                    }
                }
                Ok(ProtocolTable {
                    deadline_rounds: deadline_rounds
                        .ok_or_else(|| de::Error::missing_field("deadline_rounds"))?,
                    relative_time,
                    by_party,
                    credentials,
                })
            }
        }
        deserializer.deserialize_map(ProtocolVisitor)
    }
}

impl JsonSchema for ProtocolFile {
    fn schema_name() -> Cow<'static, str> {
        "ProtocolFile".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let relative_time = generator.subschema_for::<RelativeTimeFile>();
        let tables = PROTOCOLS.iter();
        let tables = tables.map(|it| {
            let table = table(it, &relative_time, generator);
            (it.name.to_owned(), table)
        });
        let tables: serde_json::Map<String, serde_json::Value> = tables.collect();
        json_schema!({
            "type": "object",
            "description": "The protocol; exactly one kind.",
            "properties": tables,
            "additionalProperties": false,
        })
    }
}

fn table(
    entry: &ProtocolEntry,
    relative_time: &Schema,
    generator: &mut SchemaGenerator,
) -> serde_json::Value {
    let mut properties = CredentialsFile::properties(generator);
    let rounds = serde_json::json!({
        "type": "integer",
        "format": "uint32",
        "minimum": 1,
        "maximum": ROUNDS_MAX,
    });
    let rounds = SourcedFile::<u32>::schema(&rounds, entry.about_rounds, generator);
    properties.insert("deadline_rounds".to_owned(), rounds);
    properties.insert("relative_time".to_owned(), relative_time.clone().to_value());
    if let Some(number) = entry.party_number {
        let by_party = serde_json::json!({
            "type": "object",
            "additionalProperties": { "type": "number", "format": "double" },
            "description": number.about,
        });
        properties.insert(number.name.to_owned(), by_party);
    }
    serde_json::json!({
        "type": "object",
        "description": entry.about,
        "properties": properties,
        "required": ["deadline_rounds"],
        "additionalProperties": false,
    })
}
