//! What stands on pages, section by section: words, charts and tables.

mod cell_sections;
mod cell_words;
mod deal_section;
mod factor_labels;
mod failure_section;
mod failure_words;
mod flip_section;
mod hundred_sessions;
mod medians;
mod model_form_section;
mod opening;
mod plan_sections;
mod red_line_section;
mod rule_words;
mod session_course;
mod session_sections;
mod session_words;
mod source_section;
mod study_sections;
mod study_words;
mod utility_space_section;
mod zone_words;

pub(crate) use cell_sections::Cells;
pub(crate) use cell_words::equal_cells;
pub(crate) use factor_labels::PathLabels;
pub use factor_labels::path_label;
pub(crate) use failure_section::in_the_way;
pub(crate) use flip_section::{flips, nearest_flip};
pub(crate) use hundred_sessions::{ending_rows, needed_moves};
pub(crate) use model_form_section::{forms, range_of_forms, share_of_others};
pub(crate) use opening::opening;
pub(crate) use plan_sections::Plans;
pub(crate) use session_course::Courses;
pub(crate) use session_sections::Sessions;
pub use session_words::strategy_words;
pub(crate) use session_words::{
    labels, mark_note, marked_option, render_cause, render_ending, repeated, whose,
};
pub use source_section::{MeasuredClaims, rests_on};
pub(crate) use source_section::{at_the_table, limits, sources};
pub(crate) use study_sections::{dependence, doubts, most};
pub(crate) use study_words::{
    ABOVE_ONE, DealCounts, DesignKind, LEVELS_TOGETHER, NoWordOnDeals, share_of_forms,
    too_few_points,
};
pub(crate) use zone_words::zone_shares;
