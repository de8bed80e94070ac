//! The share of deals under other forms of the model as text.

use std::fmt::Write as _;

use crate::cli::render::text::{counted, percent_interval, percent_of, wrap};
use crate::experiment::{FormResult, Robustness};
use crate::report::{FormSummary, range_of_forms};
use crate::wording::Notation;

/// Every form with its share of deals, and the range over all.
pub(crate) fn render_robustness(
    robustness: &Robustness,
    results: &[Option<FormResult>],
    width: usize,
) -> String {
    let head = format!(
        "Deals under other forms of the model ({} each, with the same draws of preferences; 95 % intervals)",
        counted(robustness.sessions(), "session"),
    );
    let mut res = format!("{}\n", wrap(&head, width, 0));
    for (form, result) in robustness.forms().iter().zip(results) {
        let Some(it) = result else { continue };
        let lead = format!("  {:>7}  ", percent_of(&it.deals));
        let difference = it.difference.map_or_else(String::new, |it| {
            let [point] = Notation::Percent.signed_texts([it.point]);
            format!("; {point} points")
        });
        let text = format!(
            "{} ({}{difference})",
            form.label,
            percent_interval(&it.deals)
        );
        let _ = writeln!(res, "{lead}{}", wrap(&text, width, lead.chars().count()));
    }
    for form in robustness.forms() {
        if let Err(why) = &form.setting {
            let text = format!("Not run: {}: {why}", form.label);
            let _ = writeln!(res, "  {}", wrap(&text, width, 4));
        }
    }
    let _ = write!(res, "\n{}", range_line(robustness, results, width));
    res
}

/// The range over all forms, in a sentence; empty if none was run.
pub(crate) fn range_line(
    robustness: &Robustness,
    results: &[Option<FormResult>],
    width: usize,
) -> String {
    let forms = FormSummary::of_all(robustness, results);
    let line = range_of_forms(&forms);
    line.map_or_else(String::new, |it| wrap(&it, width, 0) + "\n")
}
