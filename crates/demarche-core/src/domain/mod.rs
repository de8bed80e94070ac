//! What is negotiated: pure data, no behavior of anyone.

mod claim;
mod condition;
mod consent;
mod drawn_numbers;
mod exact_preferences;
mod issue;
mod number;
mod outcome;
mod party;
mod preferences;
mod scenario;

pub use claim::{Claim, Statement};
pub use condition::Condition;
pub use consent::{ConsentRule, Quota, Veto};
pub use drawn_numbers::DrawnNumbers;
pub use exact_preferences::ExactPreferences;
pub use issue::{ISSUES_MAX, Issue, IssueId, IssueOption, OPTIONS_MAX, OptionId, Scale};
pub use number::{
    ArgumentPlace, ArgumentRange, Basis, DISTRIBUTIONS, Distribution, DistributionError,
    DistributionForm, DistributionKind, DistributionParameter, Number, PROBABILITY_TOLERANCE,
    Provenance, SHAPE_MAX, SHAPE_MIN, Utility, are_probabilities, from_units, threshold, units,
};
pub(crate) use number::{DECIMALS, Decimal, ONE_IN_UNITS, greatest_common_divisor};
pub use outcome::{OUTCOMES_MAX, Outcome, OutcomeSpace, SpaceError};
pub use party::{Leverage, PARTIES_MAX, Party, PartyId, PartySet};
pub use preferences::{
    DISCOUNT_FACTOR_MIN, GroupOf, Interaction, IssuePreference, NumberGroup, Preferences,
    UncertainPreferences, WEIGHT_MAX,
};
pub use scenario::{
    LABEL_CHARS_MAX, NOTE_CHARS_MAX, Scenario, ScenarioKind, Source, TEXT_CHARS_MAX,
};
