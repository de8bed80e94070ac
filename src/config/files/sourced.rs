//! The TOML shapes of where a value comes from, and of a plain value that says so.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;
use serde::de::value::{F64Deserializer, I64Deserializer};
use serde::de::{self, Deserializer, MapAccess, Visitor};
use toml::Spanned;

/// How a value follows from its sources.
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

/// Where a value comes from, as the table in which it stands says.
#[derive(Debug, Default)]
pub(crate) struct CredentialsFile {
    pub(crate) basis: Option<BasisFile>,
    pub(crate) source: Option<Vec<Spanned<String>>>,
    pub(crate) note: Option<String>,
}

impl CredentialsFile {
    /// Their keys.
    pub(crate) const KEYS: [&str; 3] = ["basis", "source", "note"];

    /// Takes the value of a key, if it is one of theirs; whether it is.
    pub(crate) fn take<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
    ) -> Result<bool, A::Error> {
        match key {
            "basis" => self.basis = map.next_value()?,
            "source" => self.source = map.next_value()?,
            "note" => self.note = map.next_value()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The schemas of their keys.
    pub(crate) fn properties(
        generator: &mut SchemaGenerator,
    ) -> serde_json::Map<String, serde_json::Value> {
        let schemas = [
            generator.subschema_for::<Option<BasisFile>>(),
            generator.subschema_for::<Option<Vec<String>>>(),
            generator.subschema_for::<Option<String>>(),
        ];
        let about = [
            "How it follows from its sources.",
            "Where it comes from.",
            "One line about it.",
        ];
        let described = schemas.into_iter().zip(about).map(|(schema, about)| {
            let mut schema = schema.to_value();
            schema["description"] = about.into();
            schema
        });
        Self::KEYS
            .map(str::to_owned)
            .into_iter()
            .zip(described)
            .collect()
    }
}

/// A value that is not drawn: plain, or in a table with where it comes from.
#[derive(Debug)]
pub(crate) enum SourcedFile<T> {
    Bare(T),
    Table(SourcedTable<T>),
}

/// A value that is not drawn, with where it comes from.
#[derive(Debug)]
pub(crate) struct SourcedTable<T> {
    constant: Spanned<T>,
    credentials: CredentialsFile,
}

impl<T: Copy> SourcedFile<T> {
    /// The value, with the place where it stands in the file.
    pub(crate) fn constant(file: &Spanned<Self>) -> (T, Range<usize>) {
        match file.get_ref() {
            Self::Bare(it) => (*it, file.span()),
            Self::Table(it) => (*it.constant.get_ref(), it.constant.span()),
        }
    }

    /// Where it says that it comes from.
    pub(crate) fn credentials(&self) -> Option<&CredentialsFile> {
        match self {
            Self::Bare(_) => None,
            Self::Table(it) => Some(&it.credentials),
        }
    }

    /// The schema of a value whose own is `plain`, with what it is.
    pub(crate) fn schema(
        plain: &serde_json::Value,
        about: &str,
        generator: &mut SchemaGenerator,
    ) -> serde_json::Value {
        let mut properties = CredentialsFile::properties(generator);
        let mut constant = plain.clone();
        constant["description"] = about.into();
        properties.insert("constant".to_owned(), constant);
        serde_json::json!({
            "anyOf": [plain, {
                "type": "object",
                "description": "The value with where it comes from.",
                "properties": properties,
                "required": ["constant"],
                "additionalProperties": false,
            }],
            "description": about,
        })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for SourcedFile<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SourcedVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for SourcedVisitor<T> {
            type Value = SourcedFile<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a table with `constant`")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<SourcedFile<T>, E> {
                T::deserialize(I64Deserializer::new(number)).map(SourcedFile::Bare)
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<SourcedFile<T>, E> {
                T::deserialize(F64Deserializer::new(number)).map(SourcedFile::Bare)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SourcedFile<T>, A::Error> {
                let mut constant = None;
                let mut credentials = CredentialsFile::default();
                while let Some(key) = map.next_key::<String>()? {
                    if !credentials.take(&key, &mut map)? {
                        constant = Some(map.next_value()?);
                    }
                }
                Ok(SourcedFile::Table(SourcedTable {
                    constant: constant.ok_or_else(|| de::Error::missing_field("constant"))?,
                    credentials,
                }))
            }
        }
        deserializer.deserialize_any(SourcedVisitor(PhantomData))
    }
}
