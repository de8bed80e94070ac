//! The TOML shape of an experiment: serde types and nothing else.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::experiment::{RandomNumbers, party_metrics, session_metrics};

/// The scenario, the number of sessions and the seed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "demarche experiment")]
pub(crate) struct ExperimentFile {
    /// The version of this format: `schema = 1`.
    #[schemars(with = "u32")]
    pub(crate) schema: Spanned<u32>,
    /// A short name for file names: letters, digits, `-` and `_`.
    #[schemars(with = "String")]
    pub(crate) name: Spanned<String>,
    /// The label in reports.
    pub(crate) title: Option<String>,
    /// The scenario's file, relative to this one: `scenario = "../scenarios/two-villages.toml"`.
    #[expect(
        dead_code,
        reason = "read from the table, so that it is found even if the rest is wrong"
    )]
    #[schemars(with = "String")]
    pub(crate) scenario: Spanned<String>,
    /// Number of sessions, at least 1.
    #[schemars(with = "Option<u64>", range(min = 1))]
    pub(crate) sessions: Option<Spanned<u64>>,
    /// Instead of a number of sessions: the required precision of a figure.
    #[schemars(with = "Option<UntilFile>")]
    pub(crate) until: Option<Spanned<UntilFile>>,
    /// The master seed: a whole number from 0 to 2^64 - 1; write those above 2^63 - 1 in quotes.
    #[schemars(with = "Option<SeedFile>")]
    pub(crate) seed: Option<SeedFile>,
    /// Settings by path, as in `--set`.
    #[serde(default)]
    #[expect(
        dead_code,
        reason = "carried out on the scenario's table before serde sees it"
    )]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub(crate) set: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
    /// Many cells instead of one: `[sweep]` with its axes.
    #[schemars(with = "Option<SweepFile>")]
    pub(crate) sweep: Option<Spanned<SweepFile>>,
    /// How `demarche sensitivity` studies the scenario's own uncertain numbers.
    pub(crate) sensitivity: Option<SensitivityFile>,
    /// Other forms of the model, under which a batch runs some sessions too: `[robustness]`.
    #[schemars(with = "Option<RobustnessFile>")]
    pub(crate) robustness: Option<Spanned<RobustnessFile>>,
}

/// Other forms of the model: the same preferences under other rules of the talks.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RobustnessFile {
    /// Number of sessions under each form, at least 1; by default 500.
    #[schemars(range(min = 1))]
    pub(crate) sessions: Option<u64>,
    /// The forms: single ones (`all_tough`), or dimensions (`rounds`, `offering`, `acceptance`,
    /// `protocol`, `consent`, `party_order`, `relative_time`) with all their usual forms; by default
    /// all dimensions.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) forms: Option<Spanned<Vec<Spanned<String>>>>,
    /// Forms of one's own: `[[robustness.form]]`.
    #[serde(default)]
    #[schemars(with = "Vec<FormFile>")]
    pub(crate) form: Vec<Spanned<FormFile>>,
}

/// A form of the model of one's own: settings by path.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormFile {
    /// A short name for tables: letters, digits, `-` and `_`.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// The label in reports; by default the name.
    pub(crate) label: Option<String>,
    /// Settings by path, as in `--set`.
    #[expect(
        dead_code,
        reason = "carried out on the scenario's table before serde sees it"
    )]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub(crate) set: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
}

/// How the scenario's own uncertain numbers are studied.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SensitivityFile {
    /// The design: `saltelli` (the default), or `morris`, which needs fewer sessions and yields
    /// less.
    pub(crate) method: Option<StudyMethod>,
    /// Number of base points, at least 32 and preferably a power of two; or of trajectories, at
    /// least 10.
    #[schemars(with = "Option<u32>")]
    pub(crate) points: Option<Spanned<u32>>,
    /// The numbers: bases (`assumed`), paths, or prefixes of paths (`party.russia`); by default all
    /// uncertain numbers.
    #[schemars(with = "Option<Vec<String>>", length(min = 1))]
    pub(crate) numbers: Option<Spanned<Vec<Spanned<String>>>>,
    /// Whether each dimension of the form of the model is a factor too: the forms of `[robustness]`, or
    /// all usual ones; by default not. Only with `saltelli`.
    #[schemars(with = "Option<bool>")]
    pub(crate) forms: Option<Spanned<bool>>,
    /// Numbers among them, named in the same way, of which every pair is looked at for its interaction: a
    /// session more for each pair at each base point. By default none. Only with `saltelli`.
    #[schemars(with = "Option<Vec<String>>", length(min = 1))]
    pub(crate) interactions: Option<Spanned<Vec<Spanned<String>>>>,
}

/// The design of a study of uncertain numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StudyMethod {
    /// Base points with rows that differ in one number: Saltelli's radial design.
    #[default]
    Saltelli,
    /// Trajectories along which one number moves at a time: Morris's elementary effects.
    Morris,
}

/// The required precision of a figure, in every cell: `{ metric = "agreement_rate", half_width =
/// 0.01, max_sessions = 100_000 }`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UntilFile {
    /// The figure of summary.csv.
    #[schemars(schema_with = "metric_schema")]
    pub(crate) metric: Spanned<String>,
    /// The party, if it is a figure of a party.
    #[schemars(with = "Option<String>")]
    pub(crate) party: Option<Spanned<String>>,
    /// The target half-width of the interval, above 0.
    #[schemars(with = "f64")]
    pub(crate) half_width: Spanned<f64>,
    /// The confidence of the interval, above 0 and below 1; by default 0.95.
    #[schemars(with = "Option<f64>")]
    pub(crate) confidence: Option<Spanned<f64>>,
    /// Maximum number of sessions per cell, at least 1.
    #[schemars(range(min = 1))]
    pub(crate) max_sessions: u64,
}

fn metric_schema(_: &mut SchemaGenerator) -> Schema {
    let of_party = party_metrics().map(|it| it.1.name);
    let names: Vec<&str> = session_metrics()
        .map(|it| it.1.name)
        .chain(of_party)
        .collect();
    json_schema!({ "type": "string", "enum": names })
}

/// Many cells: every combination of the axes' values, or the rows of a table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SweepFile {
    /// How axes form cells: every combination (`grid`, the default), or value by value (`zip`).
    pub(crate) combine: Option<CombineFile>,
    /// Whether all cells share their random numbers (`common`, the default), so that they can be compared
    /// in pairs, or each has its own (`independent`).
    pub(crate) seeds: Option<RandomNumbers>,
    /// A CSV file with a column per path and a row per cell, relative to this file.
    #[schemars(with = "Option<String>")]
    pub(crate) points: Option<Spanned<String>>,
    /// A design over the axes' ranges instead of combinations of their values.
    #[schemars(with = "Option<DesignFile>")]
    pub(crate) design: Option<Spanned<DesignFile>>,
    /// The swept paths.
    #[serde(default)]
    #[schemars(with = "Vec<AxisFile>")]
    pub(crate) axis: Vec<Spanned<AxisFile>>,
}

/// A design over the axes' ranges: `design = { method = "sobol", points = 256 }`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DesignFile {
    /// The design.
    pub(crate) method: DesignMethodFile,
    /// Number of points; for `saltelli` base points, at least 32, for `morris` trajectories, at
    /// least 10.
    #[schemars(with = "u32")]
    pub(crate) points: Spanned<u32>,
    /// The seed of the design; by default the master seed.
    pub(crate) seed: Option<SeedFile>,
}

/// The method of a design.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DesignMethodFile {
    /// A Latin hypercube: each axis alone is covered evenly.
    LatinHypercube,
    /// The Sobol' sequence, scrambled: all axes together are covered evenly.
    Sobol,
    /// Saltelli's radial design, for Sobol' indices: points times (axes + 2) cells.
    Saltelli,
    /// Morris's trajectories, for elementary effects: points times (axes + 1) cells.
    Morris,
}

/// How axes form cells.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CombineFile {
    /// Every combination, the last axis fastest.
    #[default]
    Grid,
    /// The first values of all axes, then the second, and so on.
    Zip,
}

/// A swept path with its values in exactly one of three ways; for a design, with its range in one
/// of two.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AxisFile {
    /// The path that is set, as in `--set`.
    #[schemars(with = "String")]
    pub(crate) path: Spanned<String>,
    /// The values one by one.
    #[schemars(with = "Option<Vec<AxisValue>>")]
    pub(crate) values: Option<Spanned<Vec<Spanned<AxisValue>>>>,
    /// From one number to another in steps.
    #[schemars(with = "Option<RangeFile>")]
    pub(crate) range: Option<Spanned<RangeFile>>,
    /// From one number to another in equal ratios.
    #[schemars(with = "Option<LogRangeFile>")]
    pub(crate) log_range: Option<Spanned<LogRangeFile>>,
    /// For a design: anywhere between two numbers.
    #[schemars(with = "Option<BetweenFile>")]
    pub(crate) between: Option<Spanned<BetweenFile>>,
    /// For a design: the scenario's own distribution of the number, `own_distribution = true`.
    #[schemars(with = "Option<bool>")]
    pub(crate) own_distribution: Option<Spanned<bool>>,
}

/// Anywhere between two numbers: `{ from = 0.0, to = 0.3 }`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BetweenFile {
    pub(crate) from: f64,
    pub(crate) to: f64,
}

/// From one number to another in steps: `{ from = 0.0, to = 0.3, step = 0.05 }`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RangeFile {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) step: f64,
}

/// Numbers in equal ratios: `{ from = 0.25, to = 4.0, points = 5 }`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogRangeFile {
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// The number of values, at least 2.
    pub(crate) points: u32,
}

/// A value of an axis: a number or a word.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum AxisValue {
    Number(f64),
    Word(String),
}

impl<'de> Deserialize<'de> for AxisValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ValueVisitor;
        impl Visitor<'_> for ValueVisitor {
            type Value = AxisValue;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number or a word")
            }

            #[expect(
                clippy::cast_precision_loss,
                reason = "numbers beyond 2^53 are out of every range"
            )]
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<AxisValue, E> {
                Ok(AxisValue::Number(number as f64))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<AxisValue, E> {
                Ok(AxisValue::Number(number))
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<AxisValue, E> {
                Ok(AxisValue::Word(word.to_owned()))
            }
        }
        deserializer.deserialize_any(ValueVisitor)
    }
}

impl JsonSchema for AxisValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AxisValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "number" }, { "type": "string" }] })
    }
}

/// A master seed, as a whole number or, for those that TOML cannot write, as a string.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeedFile(pub(crate) u64);

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
                    E::custom(format!("`{text}` is not a whole number from 0 to 2^64 - 1"))
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
