//! The sessions of a batch, or of one cell of a sweep: how they end and why, what is agreed, who gives on what.

mod deal_section;
mod failure_section;
mod failure_words;
mod hundred_sessions;
mod map_section;
mod medians;
mod offer_section;
mod opening;
mod red_line_section;
mod session_sections;
mod utility_space_section;
mod zone_words;

pub(crate) use deal_section::usual_deal;
pub(crate) use failure_section::in_the_way;
pub(crate) use hundred_sessions::{ending_rows, needed_moves};
pub(crate) use opening::opening;
pub(crate) use session_sections::Sessions;
pub(crate) use zone_words::zone_shares;
