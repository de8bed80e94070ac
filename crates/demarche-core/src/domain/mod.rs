//! What is negotiated: pure data, no behavior of anyone.

mod claim;
mod condition;
mod consent;
mod draft_plan;
mod interests;
mod issue;
mod limits;
mod number;
mod outcome;
mod party;
mod scenario;
mod scenario_map;

pub use claim::{Claim, Statement};
pub use condition::Condition;
pub use consent::{ConsentRule, Quota, Veto};
pub use draft_plan::DraftPlan;
pub use interests::{
    DISCOUNT_FACTOR_MIN, DrawnNumbers, ExactPreferences, GroupOf, Interaction, IssuePreference,
    NumberGroup, Preferences, RedLine, UncertainPreferences, WEIGHT_MAX,
};
pub use issue::{Issue, IssueId, IssueOption, OptionId, Scale};
pub use limits::{
    ISSUES_MAX, LABEL_CHARS_MAX, NOTE_CHARS_MAX, OPTIONS_MAX, OUTCOMES_MAX, PARTIES_MAX,
    TEXT_CHARS_MAX,
};
pub use number::{
    ArgumentPlace, ArgumentRange, Basis, CORRELATED_COMBINATIONS_MAX, CORRELATED_NUMBERS_MAX,
    Correlation, DISTRIBUTIONS, Distribution, DistributionError, DistributionForm,
    DistributionKind, DistributionParameter, Number, PROBABILITY_TOLERANCE, Provenance, SHAPE_MAX,
    SHAPE_MIN, Utility, are_probabilities, from_units, threshold, units,
};
pub(crate) use number::{
    DECIMALS, Decimal, ONE_IN_UNITS, greatest_common_divisor, standard_normal_probability,
    standard_normal_quantile,
};
pub use outcome::{Outcome, OutcomeSpace, SpaceError};
pub use party::{Leverage, Party, PartyId, PartySet};
pub use scenario::{Scenario, ScenarioKind, Source};
pub use scenario_map::{MapRegion, RegionSettlement, ScenarioMap};
