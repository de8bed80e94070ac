//! The TOML shape of a plan: serde types and nothing else.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// A draft agreement: an option for some or all issues of a scenario.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "demarche plan")]
pub(crate) struct PlanFile {
    /// The version of this format: `schema = 1`.
    #[schemars(with = "u32")]
    pub(crate) schema: Spanned<u32>,
    /// A short name for tables: letters, digits, `-` and `_`.
    #[schemars(with = "String")]
    pub(crate) name: Spanned<String>,
    /// The label in reports; by default the name.
    pub(crate) label: Option<String>,
    /// Whose plan it is, or where it was published.
    pub(crate) source: Option<String>,
    /// A note for readers.
    pub(crate) note: Option<String>,
    /// Terms of the plan that no option of the scenario expresses.
    #[serde(default)]
    pub(crate) lost: Vec<String>,
    /// The option of each issue that the plan settles: `well_hours = "shared"`.
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) options: Spanned<BTreeMap<Spanned<String>, Spanned<String>>>,
}
