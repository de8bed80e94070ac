//! Results as text for people.

mod analysis_summary;
mod comparison_summary;
mod explanation_summary;
mod narration;
mod study_summary;
mod summary;
mod sweep_summary;
mod text;

pub(crate) use analysis_summary::{Analysis, draw_told};
pub(crate) use comparison_summary::comparison_summary;
pub(crate) use explanation_summary::{causes_told, explanation_told};
pub(crate) use narration::{Narrator, narration, tell_changes, tell_ending, tell_gains, tell_text};
pub(crate) use study_summary::{Studied, flips_told, push_findings, sensitivity_told};
pub(crate) use summary::{outcome_lines, summary, sureness};
pub(crate) use sweep_summary::{planned, sweep_summary};
pub(crate) use text::{
    BAD, FAINT, GOOD, HEADING, count, counted, decimal, excerpt, heading, listed, percent,
    percent_interval, percent_of, shell_word, styled, terminal_width, wrap,
};
