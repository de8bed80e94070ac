//! What stands on pages, section by section: words, charts and tables.

mod factor_labels;
mod plan_sections;
mod rule_words;
mod session_course;
mod session_words;
mod sessions;
mod source_section;
mod studies;
mod sweeps;

pub(crate) use factor_labels::PathLabels;
pub use factor_labels::path_label;
pub(crate) use plan_sections::Plans;
pub(crate) use session_course::Courses;
pub use session_words::strategy_words;
pub(crate) use session_words::{
    labels, mark_note, marked_option, render_cause, render_ending, repeated, whose,
};
pub(crate) use sessions::{
    Sessions, ending_rows, in_the_way, needed_moves, opening, usual_deal, zone_shares,
};
pub use source_section::{MeasuredClaims, rests_on};
pub(crate) use source_section::{at_the_table, limits, sources};
pub(crate) use studies::{
    ABOVE_ONE, DealCounts, DesignKind, LEVELS_TOGETHER, NoWordOnDeals, dependence, doubts, flips,
    forms, most, nearest_flip, range_of_forms, share_of_forms, share_of_others, too_few_points,
};
pub(crate) use sweeps::{Cells, equal_cells};
