//! Studies: what the result depends on, what would flip it, and other forms of the model.

mod flip_section;
mod interaction_section;
mod model_form_section;
mod study_sections;
mod study_words;

pub(crate) use flip_section::{flips, nearest_flip};
pub(in crate::report::page_sections) use model_form_section::{OtherForm, other_forms};
pub(crate) use model_form_section::{forms, range_of_forms, share_of_others};
pub(crate) use study_sections::{dependence, doubts, most};
pub(crate) use study_words::{
    ABOVE_ONE, DealCounts, DesignKind, LEVELS_TOGETHER, NoWordOnDeals, share_of_forms,
    too_few_points,
};
