//! The TOML shape of a scenario: serde types and nothing else.
//!
//! Rustdoc of these types becomes the descriptions in the JSON Schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::config::files::number::{BasisFile, NumberFile, OneOrMany, StrategyFile};
use crate::config::files::protocol::ProtocolFile;

/// Who negotiates about what, what each party wants, and where every number comes from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "demarche scenario")]
pub(crate) struct ScenarioFile {
    /// The version of this format: `schema = 1`.
    #[schemars(with = "u32")]
    pub(crate) schema: Spanned<u32>,
    /// A short name, fit for file names: letters, digits, `-` and `_`.
    #[schemars(with = "String")]
    pub(crate) name: Spanned<String>,
    /// What people read: `title = "Two villages share a well"`.
    pub(crate) title: String,
    /// A paragraph about it.
    pub(crate) description: Option<String>,
    /// Whether the numbers are about the world (`sourced`, the default) or made up (`synthetic`).
    #[serde(default)]
    pub(crate) kind: KindFile,
    /// What utilities were divided by when the scenario was imported, at least 1.
    #[schemars(with = "Option<f64>")]
    pub(crate) utilities_divided_by: Option<Spanned<f64>>,
    /// Another scenario to start from, relative to this file.
    #[expect(
        dead_code,
        reason = "taken out when files are put together; here for the schema"
    )]
    pub(crate) extends: Option<String>,
    /// Where numbers come from.
    #[serde(default)]
    #[schemars(with = "Vec<SourceFile>")]
    pub(crate) source: Vec<Spanned<SourceFile>>,
    /// What is to be settled.
    #[serde(default)]
    #[schemars(with = "Vec<IssueFile>")]
    pub(crate) issue: Vec<Spanned<IssueFile>>,
    /// Who negotiates, in turn order.
    #[serde(default)]
    #[schemars(with = "Vec<PartyFile>")]
    pub(crate) party: Vec<Spanned<PartyFile>>,
    /// Who can make no agreement worse for whom.
    #[serde(default)]
    #[schemars(with = "Vec<LeverageFile>")]
    pub(crate) leverage: Vec<Spanned<LeverageFile>>,
    /// Whose yes a deal needs; without any entry, everybody's.
    #[serde(default)]
    #[schemars(with = "Vec<ConsentFile>")]
    pub(crate) consent: Vec<Spanned<ConsentFile>>,
    /// The rules of the game: `[protocol.proposal_and_vote]` or another kind, with its `deadline_rounds`.
    #[schemars(with = "ProtocolFile")]
    pub(crate) protocol: Spanned<ProtocolFile>,
    /// What the scenario must reproduce before anyone concedes.
    #[serde(default)]
    #[schemars(with = "Vec<ClaimFile>")]
    pub(crate) claim: Vec<Spanned<ClaimFile>>,
}

/// Whether the numbers are about the world.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KindFile {
    /// Every number says where it comes from.
    #[default]
    Sourced,
    /// Made up, for learning and for tests.
    Synthetic,
}

/// Something that numbers can cite.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceFile {
    /// The name by which numbers cite it.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// What it is.
    pub(crate) title: String,
    /// The name of its file.
    pub(crate) file: Option<String>,
}

/// One thing to be settled.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssueFile {
    /// The name by which files and tables call it.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// What people read.
    pub(crate) label: String,
    /// Whether the order of its options means something (`ordinal`) or not (`nominal`, the default).
    #[serde(default)]
    pub(crate) scale: ScaleFile,
    /// The ways to settle it.
    #[schemars(with = "Vec<OptionFile>")]
    pub(crate) options: Spanned<Vec<OptionFile>>,
}

/// Whether the order of an issue's options means something.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ScaleFile {
    /// No: each option is as far from any other.
    #[default]
    Nominal,
    /// Yes: neighboring options are more alike than distant ones.
    Ordinal,
}

/// One way to settle an issue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OptionFile {
    /// The name by which files and tables call it.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// What people read.
    pub(crate) label: String,
}

/// A side with interests.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartyFile {
    /// The name by which files and tables call it.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// What people read.
    pub(crate) label: String,
    /// Utility of no agreement, in [0, 1].
    #[schemars(with = "NumberFile")]
    pub(crate) reservation_value: Spanned<NumberFile>,
    /// What a utility keeps of its worth with every round that it comes later, from 0.001 to 1;
    /// without it, everything.
    #[schemars(with = "Option<NumberFile>")]
    pub(crate) discount_factor: Option<Spanned<NumberFile>>,
    /// What it wants of each issue.
    #[serde(default)]
    #[schemars(with = "Vec<PreferenceFile>")]
    pub(crate) preference: Vec<Spanned<PreferenceFile>>,
    /// Where options together are worth more or less than apart.
    #[serde(default)]
    #[schemars(with = "Vec<InteractionFile>")]
    pub(crate) interaction: Vec<Spanned<InteractionFile>>,
    /// The strategies it may follow; their probabilities sum to 1.
    #[schemars(with = "Vec<StrategyFile>")]
    pub(crate) strategy: Spanned<Vec<Spanned<StrategyFile>>>,
}

/// What a party wants of one issue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreferenceFile {
    /// The issue.
    #[schemars(with = "String")]
    pub(crate) issue: Spanned<String>,
    /// Importance, 0 or more; a party's weights are scaled to sum to 1 after drawing.
    #[schemars(with = "NumberFile")]
    pub(crate) weight: Spanned<NumberFile>,
    /// Utility of every option, in [0, 1].
    #[schemars(with = "BTreeMap<String, NumberFile>")]
    pub(crate) utility: Spanned<BTreeMap<Spanned<String>, Spanned<NumberFile>>>,
    /// How those of its numbers that have no basis of their own follow from the sources.
    pub(crate) basis: Option<BasisFile>,
    /// The sources of those numbers.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) source: Option<Vec<Spanned<String>>>,
    /// One line about those numbers.
    pub(crate) note: Option<String>,
}

/// Options that together are worth more or less than apart.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InteractionFile {
    /// The name by which paths call it.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// The options, by issue.
    #[schemars(with = "BTreeMap<String, OneOrMany>")]
    pub(crate) when: Spanned<ConditionFile>,
    /// What they add to the utility, in [-1, 1].
    #[schemars(with = "NumberFile")]
    pub(crate) adds: Spanned<NumberFile>,
}

/// For each named issue the option, or the options, that fulfil the condition.
pub(crate) type ConditionFile = BTreeMap<Spanned<String>, Spanned<OneOrMany>>;

/// What one party can do to make no agreement worse for another.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeverageFile {
    /// The name by which paths call it.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// Who uses it.
    #[schemars(with = "String")]
    pub(crate) by: Spanned<String>,
    /// On whom.
    #[schemars(with = "String")]
    pub(crate) on: Spanned<String>,
    /// What it takes off that party's reservation value, in [0, 1].
    #[schemars(with = "NumberFile")]
    pub(crate) lowers_reservation_value: Spanned<NumberFile>,
}

/// A party whose consent a deal needs, or a number of parties.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentFile {
    /// Whose consent is needed.
    #[schemars(with = "Option<String>")]
    pub(crate) party: Option<Spanned<String>>,
    /// For which outcomes; without it, for all.
    #[schemars(with = "Option<BTreeMap<String, OneOrMany>>")]
    pub(crate) when: Option<Spanned<ConditionFile>>,
    /// How many yes a deal needs, the proposer's included.
    #[schemars(with = "Option<u32>", range(min = 1))]
    pub(crate) quota: Option<Spanned<u32>>,
    /// Among whom; without it, among all.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) of: Option<Vec<Spanned<String>>>,
}

/// A statement about the drawn preferences; exactly one kind of statement.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimFile {
    /// The name by which reports call it.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// What it says.
    pub(crate) says: String,
    /// The sources that say so.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(crate) source: Vec<Spanned<String>>,
    /// Whose preferences it is about.
    #[schemars(with = "Option<String>")]
    pub(crate) party: Option<Spanned<String>>,
    /// The best outcome with these options is at or above the party's reservation value.
    #[schemars(with = "Option<BTreeMap<String, OneOrMany>>")]
    pub(crate) accepts: Option<Spanned<ConditionFile>>,
    /// The best outcome with these options is below the party's reservation value.
    #[schemars(with = "Option<BTreeMap<String, OneOrMany>>")]
    pub(crate) rejects: Option<Spanned<ConditionFile>>,
    /// Of two outcomes alike in all else, the first is worth more, whatever the rest.
    #[schemars(with = "Option<PrefersFile>")]
    pub(crate) prefers: Option<Spanned<PrefersFile>>,
    /// Some outcome is acceptable to all whose consent it needs.
    pub(crate) agreement_exists: Option<NothingFile>,
    /// The share of draws in which it must hold; without it, it is only reported.
    #[schemars(with = "Option<f64>")]
    pub(crate) at_least: Option<Spanned<f64>>,
}

/// Two sets of options of the same issues.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrefersFile {
    /// The options of the better outcome.
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) this: Spanned<BTreeMap<Spanned<String>, Spanned<String>>>,
    /// The options of the worse outcome.
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) to: Spanned<BTreeMap<Spanned<String>, Spanned<String>>>,
}

/// A table without entries: the kind alone says it all.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NothingFile {}
