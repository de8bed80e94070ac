//! The TOML shape of a scenario: serde types and nothing else.
//!
//! Rustdoc of these types becomes the descriptions in the JSON Schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::config::files::number::{NumberFile, OneOrMany};
use crate::config::files::protocol::ProtocolFile;
use crate::config::files::sourced::BasisFile;
use crate::config::files::strategy::StrategyFile;

/// The parties, issues, preferences and protocol of a negotiation, with the origin of every number.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "demarche scenario")]
pub(crate) struct ScenarioFile {
    /// The version of this format: `schema = 1`.
    #[schemars(with = "u32")]
    pub(crate) schema: Spanned<u32>,
    /// A short name for file names: letters, digits, `-` and `_`.
    #[schemars(with = "String")]
    pub(crate) name: Spanned<String>,
    /// The title: `title = "Two villages share a well"`.
    pub(crate) title: String,
    /// A paragraph about it.
    pub(crate) description: Option<String>,
    /// What it leaves out or simplifies, a sentence each; added to those of the file it extends.
    #[serde(default)]
    pub(crate) limits: Vec<String>,
    /// Whether the numbers are about the world (`sourced`, the default) or invented (`synthetic`).
    #[serde(default)]
    pub(crate) kind: KindFile,
    /// The divisor of utilities when the scenario was imported, at least 1.
    #[schemars(with = "Option<f64>")]
    pub(crate) utilities_divided_by: Option<Spanned<f64>>,
    /// The scenario that this one extends, relative to this file.
    #[expect(
        dead_code,
        reason = "taken out when files are put together; here for the schema"
    )]
    pub(crate) extends: Option<String>,
    /// The sources of numbers.
    #[serde(default)]
    #[schemars(with = "Vec<SourceFile>")]
    pub(crate) source: Vec<Spanned<SourceFile>>,
    /// The issues.
    #[serde(default)]
    #[schemars(with = "Vec<IssueFile>")]
    pub(crate) issue: Vec<Spanned<IssueFile>>,
    /// The parties, in turn order.
    #[serde(default)]
    #[schemars(with = "Vec<PartyFile>")]
    pub(crate) party: Vec<Spanned<PartyFile>>,
    /// Leverage of parties over others' reservation values.
    #[serde(default)]
    #[schemars(with = "Vec<LeverageFile>")]
    pub(crate) leverage: Vec<Spanned<LeverageFile>>,
    /// Pairs of numbers that are not drawn independently.
    #[serde(default)]
    #[schemars(with = "Vec<CorrelationFile>")]
    pub(crate) correlation: Vec<Spanned<CorrelationFile>>,
    /// The consent that an agreement requires; by default unanimity.
    #[serde(default)]
    #[schemars(with = "Vec<ConsentFile>")]
    pub(crate) consent: Vec<Spanned<ConsentFile>>,
    /// The protocol: `[protocol.proposal_and_vote]` or another kind, with its `deadline_rounds`.
    #[schemars(with = "ProtocolFile")]
    pub(crate) protocol: Spanned<ProtocolFile>,
    /// Statements that the drawn preferences must satisfy.
    #[serde(default)]
    #[schemars(with = "Vec<ClaimFile>")]
    pub(crate) claim: Vec<Spanned<ClaimFile>>,
    /// The map on which pages show who holds what in deals.
    #[schemars(with = "Option<MapFile>")]
    pub(crate) map: Option<Spanned<MapFile>>,
}

/// Whether the numbers are about the world.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KindFile {
    /// Every number states its origin.
    #[default]
    Sourced,
    /// Synthetic, for learning and for tests.
    Synthetic,
}

/// A document that numbers can cite.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceFile {
    /// The identifier by which numbers cite it.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// What it is.
    pub(crate) title: String,
    /// The name of its file.
    pub(crate) file: Option<String>,
}

/// An item to be settled.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssueFile {
    /// Its identifier in files and tables.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// The label in reports.
    pub(crate) label: String,
    /// Whether its options are ordered (`ordinal`) or not (`nominal`, the default).
    #[serde(default)]
    pub(crate) scale: ScaleFile,
    /// The ways to settle it.
    #[schemars(with = "Vec<OptionFile>")]
    pub(crate) options: Spanned<Vec<OptionFile>>,
}

/// Whether the options of an issue are ordered.
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
    /// Its identifier in files and tables.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// The label in reports.
    pub(crate) label: String,
}

/// A side with interests.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartyFile {
    /// Its identifier in files and tables.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// The label in reports.
    pub(crate) label: String,
    /// Utility of no agreement, in [0, 1].
    #[schemars(with = "NumberFile")]
    pub(crate) reservation_value: Spanned<NumberFile>,
    /// The factor by which each additional round multiplies a utility, from 0.001 to 1; by default
    /// 1.
    #[schemars(with = "Option<NumberFile>")]
    pub(crate) discount_factor: Option<Spanned<NumberFile>>,
    /// Its preferences over each issue.
    #[serde(default)]
    #[schemars(with = "Vec<PreferenceFile>")]
    pub(crate) preference: Vec<Spanned<PreferenceFile>>,
    /// Interactions of options.
    #[serde(default)]
    #[schemars(with = "Vec<InteractionFile>")]
    pub(crate) interaction: Vec<Spanned<InteractionFile>>,
    /// What it will not agree to, whatever else it gets.
    #[serde(default)]
    #[schemars(with = "Vec<RedLineFile>")]
    pub(crate) red_line: Vec<Spanned<RedLineFile>>,
    /// The strategies it may follow; their probabilities sum to 1.
    #[schemars(with = "Vec<StrategyFile>")]
    pub(crate) strategy: Spanned<Vec<Spanned<StrategyFile>>>,
}

/// A party's preferences over one issue.
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
    /// The basis of its numbers that have none of their own.
    pub(crate) basis: Option<BasisFile>,
    /// The sources of those numbers.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) source: Option<Vec<Spanned<String>>>,
    /// A note on those numbers.
    pub(crate) note: Option<String>,
}

/// Options whose joint utility differs from the sum of their separate utilities.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InteractionFile {
    /// Its identifier in paths.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// The options, by issue.
    #[schemars(with = "BTreeMap<String, OneOrMany>")]
    pub(crate) when: Spanned<ConditionFile>,
    /// What they add to the utility, in [-1, 1].
    #[schemars(with = "NumberFile")]
    pub(crate) adds: Spanned<NumberFile>,
}

/// Options that a party says it will never agree to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedLineFile {
    /// The name by which files and tables call it.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// What people read.
    pub(crate) label: String,
    /// The options, by issue: outcomes with all of them are across the line.
    #[schemars(with = "BTreeMap<String, OneOrMany>")]
    pub(crate) when: Spanned<ConditionFile>,
    /// How likely the line is real in a session, in [0, 1]; otherwise only utilities count.
    #[schemars(with = "NumberFile")]
    pub(crate) probability: Spanned<NumberFile>,
}

/// For each named issue the option, or the options, that fulfil the condition.
pub(crate) type ConditionFile = BTreeMap<Spanned<String>, Spanned<OneOrMany>>;

/// A party's ability to lower another's reservation value.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeverageFile {
    /// Its identifier in paths.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// The party that has it.
    #[schemars(with = "String")]
    pub(crate) by: Spanned<String>,
    /// The party that it affects.
    #[schemars(with = "String")]
    pub(crate) on: Spanned<String>,
    /// The reduction of that party's reservation value, in [0, 1].
    #[schemars(with = "NumberFile")]
    pub(crate) lowers_reservation_value: Spanned<NumberFile>,
}

/// Two numbers whose draws go together.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrelationFile {
    /// Its identifier in paths; by default its position from 0.
    #[schemars(with = "Option<String>")]
    pub(crate) id: Option<Spanned<String>>,
    /// The paths of the two numbers; the draws of the one that no correlation names earlier follow
    /// those of the other.
    #[schemars(with = "Vec<String>")]
    pub(crate) between: Spanned<Vec<Spanned<String>>>,
    /// The rank correlation of their draws, in [-1, 1].
    #[schemars(with = "f64")]
    pub(crate) rank: Spanned<f64>,
    /// How the rank correlation follows from its sources.
    pub(crate) basis: Option<BasisFile>,
    /// The sources of the rank correlation.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) source: Option<Vec<Spanned<String>>>,
    /// One line about it.
    pub(crate) note: Option<String>,
}

/// A party whose consent an agreement requires, or a number of parties.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentFile {
    /// The party whose consent is required.
    #[schemars(with = "Option<String>")]
    pub(crate) party: Option<Spanned<String>>,
    /// The outcomes that require it; by default all.
    #[schemars(with = "Option<BTreeMap<String, OneOrMany>>")]
    pub(crate) when: Option<Spanned<ConditionFile>>,
    /// The required number of acceptances, including the proposer.
    #[schemars(with = "Option<u32>", range(min = 1))]
    pub(crate) quota: Option<Spanned<u32>>,
    /// The parties among which they count; by default all.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) of: Option<Vec<Spanned<String>>>,
    /// How this entry follows from its sources.
    pub(crate) basis: Option<BasisFile>,
    /// Where it comes from.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) source: Option<Vec<Spanned<String>>>,
    /// One line about it.
    pub(crate) note: Option<String>,
}

/// A statement about the drawn preferences; exactly one kind of statement.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimFile {
    /// Its identifier in reports.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// What it says.
    pub(crate) says: String,
    /// The sources that say so.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(crate) source: Vec<Spanned<String>>,
    /// The party whose preferences it concerns.
    #[schemars(with = "Option<String>")]
    pub(crate) party: Option<Spanned<String>>,
    /// The best outcome with these options is at or above the party's reservation value.
    #[schemars(with = "Option<BTreeMap<String, OneOrMany>>")]
    pub(crate) accepts: Option<Spanned<ConditionFile>>,
    /// The best outcome with these options is below the party's reservation value.
    #[schemars(with = "Option<BTreeMap<String, OneOrMany>>")]
    pub(crate) rejects: Option<Spanned<ConditionFile>>,
    /// Of two outcomes that are otherwise equal, the first has the greater utility, for all values
    /// of the rest.
    #[schemars(with = "Option<PrefersFile>")]
    pub(crate) prefers: Option<Spanned<PrefersFile>>,
    /// Some outcome is acceptable to all parties whose consent it requires.
    pub(crate) agreement_exists: Option<NothingFile>,
    /// The share of draws in which it must hold; by default it is only reported.
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

/// Regions, and who holds them by which option of an issue; no result depends on it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MapFile {
    /// What readers need to know of it: `note = "A sketch, not to scale."`
    pub(crate) note: Option<String>,
    /// Labels of holders that are no party, by their names: `others = { nobody = "no troops" }`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) others: BTreeMap<Spanned<String>, String>,
    /// The regions, those in front last.
    #[serde(default)]
    #[schemars(with = "Vec<MapRegionFile>")]
    pub(crate) region: Vec<Spanned<MapRegionFile>>,
}

/// A region of a map.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MapRegionFile {
    /// Its identifier in paths.
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// The label on the map.
    pub(crate) label: String,
    /// The issue that decides who holds it; without one it is drawn for orientation.
    #[schemars(with = "Option<String>")]
    pub(crate) issue: Option<Spanned<String>>,
    /// Who holds it, by option of the issue: a party, or one of the map's `others`.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub(crate) held_by: Option<Spanned<BTreeMap<Spanned<String>, Spanned<String>>>>,
    /// Its corners `[x, y]`, with x to the right and y upwards, at least 3.
    #[schemars(with = "Vec<[f64; 2]>")]
    pub(crate) outline: Spanned<Vec<Spanned<Vec<f64>>>>,
}

/// A table without entries.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NothingFile {}
