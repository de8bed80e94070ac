//! What a party wants: preferences with their uncertain numbers, drawn and exact, and red lines.

mod drawn_numbers;
mod exact_preferences;
mod preferences;
mod red_line;

pub use drawn_numbers::DrawnNumbers;
pub use exact_preferences::ExactPreferences;
pub use preferences::{
    DISCOUNT_FACTOR_MIN, GroupOf, Interaction, IssuePreference, NumberGroup, Preferences,
    UncertainPreferences, WEIGHT_MAX,
};
pub use red_line::RedLine;
