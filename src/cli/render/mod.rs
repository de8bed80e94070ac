//! Results as text for people.

mod analysis_summary;
mod comparison_summary;
mod examination_summary;
mod explanation_summary;
mod flip_summary;
mod narration;
mod plan_summary;
mod robustness_summary;
mod run_list;
mod study_summary;
mod summary;
mod sweep_summary;
mod text;

pub use analysis_summary::Analysis;
pub(crate) use analysis_summary::render_draw;
pub(crate) use comparison_summary::comparison_summary;
pub(crate) use examination_summary::render_examination;
pub(crate) use explanation_summary::{render_causes, render_explanation};
pub(crate) use flip_summary::render_flips;
pub(crate) use narration::{
    Narrator, describe_changes, describe_ending, describe_gains, describe_text, narration,
};
pub(crate) use plan_summary::render_plans;
pub(crate) use robustness_summary::{range_line, render_robustness};
pub(crate) use run_list::run_list;
pub(crate) use study_summary::{Studied, push_findings, render_sensitivity};
pub(crate) use summary::{outcome_lines, summary, sureness};
pub(crate) use sweep_summary::{planned, sweep_summary};
pub(crate) use text::{
    BAD, FAINT, GOOD, HEADING, count, counted, decimal, excerpt, heading, listed, percent,
    percent_interval, percent_of, settings_line, shell_word, styled, terminal_width, wrap,
};
