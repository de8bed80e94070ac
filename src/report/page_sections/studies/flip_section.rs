//! How far each number would have to move for the answer to change.

use demarche_core::domain::Scenario;

use crate::report::drawing::{
    Axis, Bars, Chart, Emphasis, Interpolation, Lines, Names, Quantity, Unit,
};
use crate::report::page_sections::factor_labels::PathLabels;
use crate::report::pages::{PageBlock, PageFigure, Section};
use crate::report::summary::RunSummary;
use crate::wording::{Notation, counted, signed};

/// Numbers with a bar of their own; the table has all.
const NUMBERS_SHOWN: usize = 15;

/// Numbers with a curve of their own.
const CURVES_SHOWN: usize = 7;

/// What would flip the answer; `None` if the run has no such table.
pub(crate) fn flips(scenario: &Scenario, summary: &RunSummary) -> Option<Section> {
    let rows = &summary.flips.least;
    if rows.is_empty() {
        return None;
    }
    let mut found: Vec<(&str, Quantity)> = rows
        .iter()
        .filter_map(|it| Some((it.number.as_str(), it.shift?)))
        .collect();
    found.sort_by(|a, b| a.1.value.abs().total_cmp(&b.1.value.abs()));
    let n_none = rows.len() - found.len();
    let labels = PathLabels::of_scenario(scenario);
    let threshold = rows.first().and_then(|it| it.threshold);
    let crossed = threshold.map_or_else(String::new, |it| Unit::Share.render(it));
    let mut drawn = Vec::new();
    if !found.is_empty() {
        let bars = found.iter().take(NUMBERS_SHOWN);
        let axis = Axis::new("Smallest shift", Unit::Utility);
        let bars = bars.map(|(name, it)| (labels.label(name), *it));
        let chart = Chart::Bars(Bars {
            emphasis: Emphasis::First,
            ..Bars::new("Number", axis, bars.collect())
        });
        let (nearest, by) = found[0];
        let title = format!(
            "How far each number would have to move: the nearest is “{}”, by {}",
            labels.label(nearest),
            signed(by.value, 3)
        );
        let caption = format!(
            "The shift of one number, in its own unit and with all else unchanged, at which the share of deals crosses {crossed}; the nearest first. Lines are 95 % intervals."
        );
        drawn.push(PageFigure::new("flips", &title, &caption, &chart));
    }
    let mut names: Vec<&str> = found.iter().map(|it| it.0).collect();
    names.extend(
        rows.iter()
            .map(|it| it.number.as_str())
            .filter(|it| found.iter().all(|other| other.0 != *it)),
    );
    let lines = names.iter().take(CURVES_SHOWN).map(|name| {
        let points = summary.flips.trials.iter();
        let points = points.filter(|it| it.number == *name);
        let points = points.map(|it| (it.shift, it.deals));
        (labels.label(name), points.collect::<Vec<_>>())
    });
    let lines: Vec<_> = lines.filter(|it| it.1.len() > 1).collect();
    if !lines.is_empty() {
        let chart = Chart::Lines(Lines {
            x: Axis::new("Shift of the number", Unit::Utility),
            y: Axis::new("Share of sessions that end in a deal", Unit::Share),
            course: Interpolation::Straight,
            names: Names::AtEnd,
            lines,
        });
        let caption = "Shades are 95 % intervals; all shifts use common random numbers.";
        drawn.push(PageFigure::new(
            "flip-curves",
            "How deals change as each number moves alone",
            caption,
            &chart,
        ));
    }
    let mut text = vec![format!(
        "The question is what would take the share of deals across {crossed}."
    )];
    if n_none > 0 {
        text.push(format!(
            "For {n_none} of {} numbers no shift within the range reaches it.",
            rows.len()
        ));
    }
    Some(Section {
        id: "flips".to_owned(),
        heading: "What would change the result".to_owned(),
        text,
        blocks: vec![PageBlock::Figures(drawn)],
    })
}

/// The nearest flip of the answer, in a sentence.
pub(crate) fn nearest_flip(scenario: &Scenario, summary: &RunSummary) -> String {
    let rows = &summary.flips.least;
    let n_all = counted(rows.len() as u64, "number");
    let threshold = rows.iter().find_map(|it| it.threshold);
    let crossed = threshold.map_or_else(|| "the threshold".to_owned(), |it| Unit::Share.render(it));
    let found = rows
        .iter()
        .filter_map(|it| Some((it.number.as_str(), it.shift?)));
    let found: Vec<(&str, Quantity)> = found.collect();
    let nearest = found
        .iter()
        .min_by(|a, b| a.1.value.abs().total_cmp(&b.1.value.abs()));
    let Some((number, shift)) = nearest else {
        return format!(
            "None of {n_all}, moved alone within its range, takes the share of deals across {crossed}."
        );
    };
    let [by, low, high] = match shift.interval {
        Some(it) => Notation::Decimals(3).signed_texts([shift.value, it.low, it.high]),
        None => [signed(shift.value, 3), String::new(), String::new()],
    };
    let interval = match shift.interval {
        Some(_) => format!(" (95 % interval {low} to {high})"),
        None => String::new(),
    };
    format!(
        "The share of deals crosses {crossed} for {} of {n_all}, each moved alone. The nearest is “{}”, by {by}{interval}.",
        found.len(),
        PathLabels::of_scenario(scenario).label(number)
    )
}
