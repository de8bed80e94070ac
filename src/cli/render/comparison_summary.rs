//! The differences between two runs as text.

use std::fmt::Write as _;

use crate::cli::render::text::{Notation, count, wrap};
use crate::experiment::{Difference, RunComparison};
use crate::report::{ComparedRuns, zone_words};
use crate::run::Change;

/// Maximum number of changes of inputs listed.
const CHANGES_TOLD: usize = 20;

/// Maximum number of options listed, those that shifted most.
const OPTIONS_TOLD: usize = 5;

/// How utilities are written.
const UTILITIES: Notation = Notation::Decimals(3);

/// The differences between two runs as text.
pub(crate) fn comparison_summary(compared: &ComparedRuns, width: usize) -> String {
    let mut res = String::new();
    heading(&mut res, compared, width);
    changes(&mut res, &compared.changes, width);
    deals(&mut res, &compared.comparison, width);
    figures(&mut res, compared, width);
    options(&mut res, compared, width);
    let _ = write!(res, "\n{}\n", wrap(compared.rests_on(), width, 0));
    res
}

fn heading(res: &mut String, compared: &ComparedRuns, width: usize) {
    for (lead, line) in ["First: ", "Second:"]
        .into_iter()
        .zip(compared.render_runs())
    {
        let _ = writeln!(res, "{lead} {}", wrap(&line, width, 8));
    }
    let _ = writeln!(res, "\n{}", wrap(&compared.render_pairing(), width, 0));
}

fn changes(res: &mut String, changes: &[Change], width: usize) {
    if changes.is_empty() {
        res.push_str("\nThe configurations are the same.\n");
        return;
    }
    res.push_str("\nChanged inputs\n");
    let rendered = |it: &Option<String>| it.clone().unwrap_or_else(|| "nothing".to_owned());
    for it in changes.iter().take(CHANGES_TOLD) {
        let line = format!(
            "{}: {} → {}",
            it.path,
            rendered(&it.first),
            rendered(&it.second)
        );
        let _ = writeln!(res, "  {}", wrap(&line, width, 4));
    }
    if changes.len() > CHANGES_TOLD {
        let rest = (changes.len() - CHANGES_TOLD) as u64;
        let _ = writeln!(res, "  … and {} more", count(rest));
    }
}

fn deals(res: &mut String, comparison: &RunComparison, width: usize) {
    let deals = comparison.deals();
    let _ = writeln!(
        res,
        "\nDeals: {}",
        wrap(&shift(&deals, Notation::Percent), width, 7)
    );
    if let Some(it) = deals.pairs {
        let line = format!(
            "{} in both, {} gained, {} lost, {} in neither",
            count(it.both),
            count(it.second_only),
            count(it.first_only),
            count(it.neither)
        );
        let _ = writeln!(res, "       {}", wrap(&line, width, 7));
    }
    for (it, words) in comparison.zones().iter().zip(zone_words(comparison)) {
        // Runs of versions that did not measure it have none.
        if it.first.n > 0 && it.second.n > 0 {
            let line = format!("{words}: {}", shift(it, Notation::Percent));
            let _ = writeln!(res, "{}", wrap(&line, width, 2));
        }
    }
}

fn figures(res: &mut String, compared: &ComparedRuns, width: usize) {
    let comparison = &compared.comparison;
    let parties = compared.sides[0].run_schema.parties.iter();
    let labels: Vec<&str> = parties.map(|it| it.label.as_str()).collect();
    let section = |res: &mut String, heading: &str, labels: &[&str], lines: &[String]| {
        let _ = writeln!(res, "\n{}", wrap(heading, width, 0));
        table(res, labels, lines, width);
    };
    let lines = |differences: Vec<Difference>| -> Vec<String> {
        let shifts = differences.iter().map(|it| shift(it, UTILITIES));
        shifts.collect()
    };
    section(
        res,
        "Utility per session, with or without a deal (mean, from 0 to 1)",
        &labels,
        &lines(comparison.utilities()),
    );
    if compared.has_deals() {
        let which = compared.render_deals();
        section(
            res,
            &format!("Utility of deals ({which}; mean, from 0 to 1)"),
            &labels,
            &lines(comparison.utilities_of_deals()),
        );
        let of_deals = comparison.figures_of_deals();
        let decimals = [2, 2, 3, 3, 3].map(Notation::Decimals);
        let rendered = of_deals.iter().zip(decimals).map(|it| shift(it.0, it.1));
        section(
            res,
            &format!("Course of the negotiation ({which}; means)"),
            &[
                "Round",
                "Offers",
                "Utilitarian welfare",
                "Egalitarian welfare",
                "Nash product",
            ],
            &rendered.collect::<Vec<String>>(),
        );
    }
}

fn options(res: &mut String, compared: &ComparedRuns, width: usize) {
    let options = compared.shifted_options();
    if options.is_empty() {
        return;
    }
    let which = compared.render_deals();
    let heading = format!("Options with the greatest changes (shares of deals; {which})");
    let _ = writeln!(res, "\n{}", wrap(&heading, width, 0));
    for it in options.iter().take(OPTIONS_TOLD) {
        let label = compared.render_subject(it.subject);
        let _ = writeln!(res, "  {}", wrap(&label, width, 2));
        let _ = writeln!(res, "    {}", wrap(&shift(it, Notation::Percent), width, 4));
    }
}

/// Labels and their lines, side by side if the width allows, else one below the other.
fn table(res: &mut String, labels: &[&str], lines: &[String], width: usize) {
    let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
    let columns = widest(&mut labels.iter().map(|it| it.chars().count()));
    let rest = widest(&mut lines.iter().map(|it| it.chars().count()));
    let fits = 2 + columns + 2 + rest <= width;
    for (label, line) in labels.iter().zip(lines) {
        if fits {
            let _ = writeln!(res, "  {label:<columns$}  {line}");
        } else {
            let _ = writeln!(res, "  {}", wrap(label, width, 2));
            let _ = writeln!(res, "    {}", wrap(line, width, 4));
        }
    }
}

/// Two figures and their difference.
fn shift(it: &Difference, notation: Notation) -> String {
    let Some((first, second)) = it.first.point.zip(it.second.point) else {
        return "not available".to_owned();
    };
    let rendered = notation.change(first, second, it.estimate.as_ref());
    let difference = rendered
        .difference
        .map_or_else(String::new, |it| format!(", {it}"));
    format!("{} → {}{difference}", rendered.first, rendered.second)
}
