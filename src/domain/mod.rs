//! What is negotiated: pure data, no behaviour of anyone.

mod claim;
mod condition;
mod consent;
mod decimal;
mod distribution;
mod exact_preferences;
mod issue;
mod outcome;
mod party;
mod preferences;
mod provenance;
mod scenario;
mod utility;

pub use claim::{Claim, Statement};
pub use condition::Condition;
pub use consent::{ConsentRule, Quota, Veto};
pub(crate) use decimal::{DECIMALS, Decimal, ONE_IN_UNITS, greatest_common_divisor};
pub(crate) use distribution::is_shape;
pub use distribution::{
    Distribution, DistributionError, PROBABILITY_TOLERANCE, SHAPE_MAX, SHAPE_MIN, are_probabilities,
};
pub use exact_preferences::ExactPreferences;
pub use issue::{ISSUES_MAX, Issue, IssueId, IssueOption, OPTIONS_MAX, OptionId, Scale};
pub use outcome::{OUTCOMES_MAX, Outcome, OutcomeSpace, SpaceError};
pub use party::{Leverage, PARTIES_MAX, Party, PartyId, PartySet};
pub use preferences::{
    DISCOUNT_FACTOR_MIN, DrawnNumbers, Interaction, IssuePreference, Preferences,
    UncertainPreferences, WEIGHT_MAX,
};
pub use provenance::{Basis, Number, Provenance};
pub use scenario::{
    LABEL_CHARS_MAX, NOTE_CHARS_MAX, Scenario, ScenarioKind, Source, TEXT_CHARS_MAX,
};
pub use utility::{Utility, from_units, threshold, units};
