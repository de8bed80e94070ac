//! The TOML shape of a scenario: serde types and nothing else.
//!
//! Rustdoc of these types becomes the descriptions in the JSON Schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::config::number::{NumberFile, OneOrMany, StrategyFile};

/// Who negotiates about what, what each party wants, and where every number comes from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "demarche scenario")]
pub(super) struct ScenarioFile {
    /// The version of this format: `schema = 1`.
    #[schemars(with = "u32")]
    pub(super) schema: Spanned<u32>,
    /// A short name, fit for file names: letters, digits, `-` and `_`.
    #[schemars(with = "String")]
    pub(super) name: Spanned<String>,
    /// What people read: `title = "Two villages share a well"`.
    pub(super) title: String,
    /// A paragraph about it.
    pub(super) description: Option<String>,
    /// Whether the numbers are about the world (`sourced`, the default) or made up (`synthetic`).
    #[serde(default)]
    pub(super) kind: KindFile,
    /// What utilities were divided by when the scenario was imported, at least 1.
    #[schemars(with = "Option<f64>")]
    pub(super) utilities_divided_by: Option<Spanned<f64>>,
    /// Another scenario to start from, relative to this file.
    #[expect(
        dead_code,
        reason = "taken out when files are put together; here for the schema"
    )]
    pub(super) extends: Option<String>,
    /// Where numbers come from.
    #[serde(default)]
    #[schemars(with = "Vec<SourceFile>")]
    pub(super) source: Vec<Spanned<SourceFile>>,
    /// What is to be settled.
    #[serde(default)]
    #[schemars(with = "Vec<IssueFile>")]
    pub(super) issue: Vec<Spanned<IssueFile>>,
    /// Who negotiates, in turn order.
    #[serde(default)]
    #[schemars(with = "Vec<PartyFile>")]
    pub(super) party: Vec<Spanned<PartyFile>>,
    /// Who can make no agreement worse for whom.
    #[serde(default)]
    #[schemars(with = "Vec<LeverageFile>")]
    pub(super) leverage: Vec<Spanned<LeverageFile>>,
    /// Whose yes a deal needs; without any entry, everybody's.
    #[serde(default)]
    #[schemars(with = "Vec<ConsentFile>")]
    pub(super) consent: Vec<Spanned<ConsentFile>>,
    /// The rules of the game: `[protocol.proposal_and_vote]` or another kind, with its `deadline_rounds`.
    #[schemars(with = "ProtocolFile")]
    pub(super) protocol: Spanned<ProtocolFile>,
    /// What the scenario must reproduce before anyone concedes.
    #[serde(default)]
    #[schemars(with = "Vec<ClaimFile>")]
    pub(super) claim: Vec<Spanned<ClaimFile>>,
}

/// Whether the numbers are about the world.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum KindFile {
    /// Every number says where it comes from.
    #[default]
    Sourced,
    /// Made up, for learning and for tests.
    Synthetic,
}

/// Something that numbers can cite.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceFile {
    /// The name by which numbers cite it.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// What it is.
    pub(super) title: String,
    /// The name of its file.
    pub(super) file: Option<String>,
}

/// One thing to be settled.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IssueFile {
    /// The name by which files and tables call it.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// What people read.
    pub(super) label: String,
    /// Whether the order of its options means something (`ordinal`) or not (`nominal`, the default).
    #[serde(default)]
    pub(super) scale: ScaleFile,
    /// The ways to settle it.
    #[schemars(with = "Vec<OptionFile>")]
    pub(super) options: Spanned<Vec<OptionFile>>,
}

/// Whether the order of an issue's options means something.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ScaleFile {
    /// No: each option is as far from any other.
    #[default]
    Nominal,
    /// Yes: neighbouring options are more alike than distant ones.
    Ordinal,
}

/// One way to settle an issue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OptionFile {
    /// The name by which files and tables call it.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// What people read.
    pub(super) label: String,
}

/// A side with interests.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PartyFile {
    /// The name by which files and tables call it.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// What people read.
    pub(super) label: String,
    /// Utility of no agreement, in [0, 1].
    #[schemars(with = "NumberFile")]
    pub(super) reservation_value: Spanned<NumberFile>,
    /// What a utility keeps of its worth with every round that it comes later, from 0.001 to 1;
    /// without it, everything.
    #[schemars(with = "Option<NumberFile>")]
    pub(super) discount_factor: Option<Spanned<NumberFile>>,
    /// What it wants of each issue.
    #[serde(default)]
    #[schemars(with = "Vec<PreferenceFile>")]
    pub(super) preference: Vec<Spanned<PreferenceFile>>,
    /// Where options together are worth more or less than apart.
    #[serde(default)]
    #[schemars(with = "Vec<InteractionFile>")]
    pub(super) interaction: Vec<Spanned<InteractionFile>>,
    /// The strategies it may follow; their probabilities sum to 1.
    #[schemars(with = "Vec<StrategyFile>")]
    pub(super) strategy: Spanned<Vec<Spanned<StrategyFile>>>,
}

/// How a number follows from its sources.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum BasisFile {
    /// A source says it.
    Reported,
    /// A source implies it; the note says how.
    Inferred,
    /// No source speaks of it.
    Assumed,
}

/// What a party wants of one issue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreferenceFile {
    /// The issue.
    #[schemars(with = "String")]
    pub(super) issue: Spanned<String>,
    /// Importance, 0 or more; a party's weights are scaled to sum to 1 after drawing.
    #[schemars(with = "NumberFile")]
    pub(super) weight: Spanned<NumberFile>,
    /// Utility of every option, in [0, 1].
    #[schemars(with = "BTreeMap<String, NumberFile>")]
    pub(super) utility: Spanned<BTreeMap<Spanned<String>, Spanned<NumberFile>>>,
    /// How those of its numbers that have no basis of their own follow from the sources.
    pub(super) basis: Option<BasisFile>,
    /// The sources of those numbers.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) source: Option<Vec<Spanned<String>>>,
    /// One line about those numbers.
    pub(super) note: Option<String>,
}

/// Options that together are worth more or less than apart.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InteractionFile {
    /// The name by which paths call it.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// The options, by issue.
    #[schemars(with = "BTreeMap<String, OneOrMany>")]
    pub(super) when: Spanned<ConditionFile>,
    /// What they add to the utility, in [-1, 1].
    #[schemars(with = "NumberFile")]
    pub(super) adds: Spanned<NumberFile>,
}

/// For each named issue the option, or the options, that fulfil the condition.
pub(super) type ConditionFile = BTreeMap<Spanned<String>, Spanned<OneOrMany>>;

/// What one party can do to make no agreement worse for another.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LeverageFile {
    /// The name by which paths call it.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// Who uses it.
    #[schemars(with = "String")]
    pub(super) by: Spanned<String>,
    /// On whom.
    #[schemars(with = "String")]
    pub(super) on: Spanned<String>,
    /// What it takes off that party's reservation value, in [0, 1].
    #[schemars(with = "NumberFile")]
    pub(super) lowers_reservation_value: Spanned<NumberFile>,
}

/// A party whose consent a deal needs, or a number of parties.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentFile {
    /// Whose consent is needed.
    #[schemars(with = "Option<String>")]
    pub(super) party: Option<Spanned<String>>,
    /// For which outcomes; without it, for all.
    #[schemars(with = "Option<BTreeMap<String, OneOrMany>>")]
    pub(super) when: Option<Spanned<ConditionFile>>,
    /// How many yes a deal needs, the proposer's included.
    #[schemars(with = "Option<u32>", range(min = 1))]
    pub(super) quota: Option<Spanned<u32>>,
    /// Among whom; without it, among all.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) of: Option<Vec<Spanned<String>>>,
}

/// The rules of the game; exactly one kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProtocolFile {
    /// Each round every party puts one offer; all whose consent it needs answer at once.
    pub(super) proposal_and_vote: Option<RoundsFile>,
    /// On its turn a party accepts the standing offer or replaces it; unanimity.
    pub(super) alternating_offers: Option<RoundsFile>,
    /// The same, but every turn is a round of its own, so that the deadline counts turns.
    pub(super) alternating_offers_by_turn: Option<RoundsFile>,
    /// Each round one party that is drawn puts an offer; all whose consent it needs answer at once.
    pub(super) random_proposer: Option<RandomProposerFile>,
    /// A mediator varies one text; the parties vote on each variant, and at the end on the text.
    pub(super) single_text: Option<SingleTextFile>,
}

/// How long parties may negotiate.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RoundsFile {
    /// Rounds allowed, from 1 to 1,000,000.
    #[schemars(with = "u32", range(min = 1, max = 1_000_000))]
    pub(super) deadline_rounds: Spanned<u32>,
}

/// How long parties may negotiate, and who may propose.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RandomProposerFile {
    /// Rounds allowed, from 1 to 1,000,000.
    #[schemars(with = "u32", range(min = 1, max = 1_000_000))]
    pub(super) deadline_rounds: Spanned<u32>,
    /// By party, how likely it is to be drawn as proposer, summing to 1; without it, all equally.
    #[schemars(with = "Option<BTreeMap<String, f64>>")]
    pub(super) recognition: Option<Spanned<ByPartyFile>>,
}

/// How long a mediator may vary the text, and how the parties take it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SingleTextFile {
    /// Rounds allowed, from 1 to 1,000,000; the last is the final vote.
    #[schemars(with = "u32", range(min = 1, max = 1_000_000))]
    pub(super) deadline_rounds: Spanned<u32>,
    /// By party, the temperature at which it begins to take variants that are worse for it, 0 or
    /// more; a party without one never does.
    #[schemars(with = "Option<BTreeMap<String, f64>>")]
    pub(super) temperature: Option<Spanned<ByPartyFile>>,
}

/// A plain number for each party that is named.
pub(super) type ByPartyFile = BTreeMap<Spanned<String>, Spanned<f64>>;

/// A statement about the drawn preferences; exactly one kind of statement.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimFile {
    /// The name by which reports call it.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// What it says.
    pub(super) says: String,
    /// The sources that say so.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) source: Vec<Spanned<String>>,
    /// Whose preferences it is about.
    #[schemars(with = "Option<String>")]
    pub(super) party: Option<Spanned<String>>,
    /// The best outcome with these options is at or above the party's reservation value.
    #[schemars(with = "Option<BTreeMap<String, OneOrMany>>")]
    pub(super) accepts: Option<Spanned<ConditionFile>>,
    /// The best outcome with these options is below the party's reservation value.
    #[schemars(with = "Option<BTreeMap<String, OneOrMany>>")]
    pub(super) rejects: Option<Spanned<ConditionFile>>,
    /// Of two outcomes alike in all else, the first is worth more, whatever the rest.
    #[schemars(with = "Option<PrefersFile>")]
    pub(super) prefers: Option<Spanned<PrefersFile>>,
    /// Some outcome is acceptable to all whose consent it needs.
    pub(super) agreement_exists: Option<NothingFile>,
    /// The share of draws in which it must hold; without it, it is only reported.
    #[schemars(with = "Option<f64>")]
    pub(super) at_least: Option<Spanned<f64>>,
}

/// Two sets of options of the same issues.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PrefersFile {
    /// The options of the better outcome.
    #[schemars(with = "BTreeMap<String, String>")]
    pub(super) this: Spanned<BTreeMap<Spanned<String>, Spanned<String>>>,
    /// The options of the worse outcome.
    #[schemars(with = "BTreeMap<String, String>")]
    pub(super) to: Spanned<BTreeMap<Spanned<String>, Spanned<String>>>,
}

/// A table without entries: the kind alone says it all.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NothingFile {}
