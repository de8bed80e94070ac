//! What a study found: which numbers carry the answer, and what would flip it.

use crate::domain::Scenario;
use crate::report::chart::{Axis, Bars, Chart, Course, Lines, Quantity, Table, Unit};
use crate::report::page::{Block, Figure, Section};
use crate::report::run_figures::{Row, Rows, RunFigures};
use crate::wording::{Notation, capitalized};

/// Factors with a bar of their own; the table has all.
const FACTORS_SHOWN: usize = 15;

/// Numbers with a curve of their own.
const CURVES_SHOWN: usize = 7;

/// What is measured of a factor.
struct Measure {
    /// In tables.
    name: &'static str,
    /// What people read.
    title: &'static str,
    /// How to read it.
    caption: &'static str,
    /// Whether it says how much a factor matters, also of groups of numbers moved together.
    is_size: bool,
}

const MEASURES: [Measure; 5] = [
    Measure {
        name: "total",
        title: "Total Sobol' index",
        caption: "The share of the outcome's variance that involves the factor, alone or together with others. Shares overlap, so they do not sum to 1.",
        is_size: true,
    },
    Measure {
        name: "first_order",
        title: "First-order Sobol' index",
        caption: "The share of the outcome's variance that the factor explains alone. What is far below the total index is interplay.",
        is_size: false,
    },
    Measure {
        name: "partial_rank_correlation",
        title: "Which way: partial rank correlation",
        caption: "To the right: the larger the number, the more of the outcome, all others held fixed. To the left: the less.",
        is_size: false,
    },
    Measure {
        name: "mean_effect_size",
        title: "Size of the elementary effects (Morris's μ*)",
        caption: "How much the outcome changes over the whole range of the factor, whichever way.",
        is_size: true,
    },
    Measure {
        name: "mean_effect",
        title: "Mean elementary effect (Morris's μ)",
        caption: "How much the outcome changes over the whole range of the factor, and which way.",
        is_size: false,
    },
];

/// A number of the scenario in words, by its path; other factors as they are.
fn number_label(scenario: &Scenario, factor: &str) -> String {
    let parts: Vec<&str> = factor.split('.').collect();
    let party = |name: &str| {
        let found = scenario.parties.iter().find(|it| it.name == name);
        found.map_or_else(|| name.to_owned(), |it| it.label.clone())
    };
    let issue = |name: &str| scenario.issues.iter().find(|it| it.name == name);
    let issue_label =
        |name: &str| issue(name).map_or_else(|| name.to_owned(), |it| it.label.clone());
    match parts[..] {
        ["party", name, "preference", of, "weight"] => {
            format!("{}: weight of {}", party(name), issue_label(of))
        }
        ["party", name, "preference", of, "utility", option] => {
            let options = issue(of).into_iter().flat_map(|it| &it.options);
            let found = options.into_iter().find(|it| it.name == option);
            let label = found.map_or(option, |it| &it.label);
            format!("{}: “{label}” ({})", party(name), issue_label(of))
        }
        ["party", name, ref rest @ ..] => {
            format!("{}: {}", party(name), rest.join(" ").replace('_', " "))
        }
        ["leverage", name, ..] => format!("Leverage: {}", name.replace('_', " ")),
        _ => factor.to_owned(),
    }
}

/// What a study found of what deals depend on; `None` if the run has no such table.
pub(super) fn dependence(scenario: &Scenario, figures: &RunFigures) -> Option<Section> {
    let rows = &figures.sensitivity;
    if rows.is_empty() {
        return None;
    }
    let outcome = Outcome::of(scenario, rows)?;
    let is_single = |it: &Row<'_>| ["number", "parameter", "luck"].contains(&it.text("kind"));
    let mut drawn = Vec::new();
    for measure in &MEASURES {
        let ranked = outcome.ranked(rows, measure.name, &is_single);
        let id = measure.name.replace('_', "-");
        drawn.extend(bars(scenario, &ranked, measure, &id, measure.title));
    }
    let size = MEASURES.iter().filter(|it| it.is_size);
    let mut of_groups = size.filter(|it| !outcome.ranked(rows, it.name, &|_| true).is_empty());
    if let Some(measure) = of_groups.next() {
        for (kind, title) in [
            ("basis", "By basis: reported, inferred, assumed"),
            ("source", "By source"),
        ] {
            let ranked = outcome.ranked(rows, measure.name, &|it| it.text("kind") == kind);
            let id = format!("{}-by-{kind}", measure.name.replace('_', "-"));
            drawn.extend(bars(scenario, &ranked, measure, &id, title));
        }
    }
    Some(Section {
        id: "dependence".to_owned(),
        heading: "What the answer depends on".to_owned(),
        text: vec![format!(
            "The outcome is {}. Of the factors, those that matter most for it; whiskers are 95 % intervals, and a factor whose interval reaches 0 may not matter at all.",
            outcome.label
        )],
        blocks: vec![
            Block::Figures(drawn),
            Block::Folded {
                summary: "All factors".to_owned(),
                table: outcome.factors(rows),
            },
        ],
    })
}

/// The factor that the outcome depends on most, with how much, in a sentence.
pub(super) fn most(scenario: &Scenario, figures: &RunFigures) -> Option<String> {
    let rows = &figures.sensitivity;
    let outcome = Outcome::of(scenario, rows)?;
    MEASURES.iter().find_map(|measure| {
        let ranked = outcome.ranked(rows, measure.name, &|it| {
            ["number", "parameter"].contains(&it.text("kind"))
        });
        let (row, it) = ranked.first()?;
        let size = Notation::Decimals(2);
        let (size, interval) = match it.interval {
            None => (size.figure(it.value), String::new()),
            Some(ends) => {
                let [size, low, high] = size.texts([it.value, ends.low, ends.high]);
                (size, format!(" (95 % interval {low} to {high})"))
            }
        };
        Some(format!(
            "{} depends most on {}: {} {size}{interval}.",
            capitalized(&outcome.label),
            number_label(scenario, row.text("factor")),
            measure.title
        ))
    })
}

/// An outcome that a study looks at.
struct Outcome<'a> {
    metric: &'a str,
    party: &'a str,
    label: String,
}

impl<'a> Outcome<'a> {
    /// Whether there is a deal; if all sessions are alike in that, what the first party ends with.
    fn of(scenario: &Scenario, rows: &'a Rows) -> Option<Self> {
        let mut all = rows.iter();
        let found = all.find(|it| it.text("metric") == "agreement_rate");
        let row = found.or_else(|| rows.iter().next())?;
        let party = row.text("party");
        let label = scenario.parties.iter().find(|it| it.name == party);
        Some(Self {
            metric: row.text("metric"),
            party,
            label: label.map_or_else(
                || "whether there is a deal".to_owned(),
                |it| format!("the utility that {} ends with", it.label),
            ),
        })
    }

    fn rows<'b>(&'b self, rows: &'b Rows) -> impl Iterator<Item = Row<'b>> {
        rows.iter()
            .filter(|it| it.text("metric") == self.metric && it.text("party") == self.party)
    }

    /// The rows of a measure, by size.
    fn ranked<'b>(
        &'b self,
        rows: &'b Rows,
        measure: &str,
        is_wanted: &dyn Fn(&Row<'_>) -> bool,
    ) -> Vec<(Row<'b>, Quantity)> {
        let rows = self.rows(rows);
        let rows = rows.filter(|it| it.text("measure") == measure && is_wanted(it));
        let mut res: Vec<_> = rows
            .filter_map(|it| Some((it, it.quantity("estimate")?)))
            .collect();
        res.sort_by(|a, b| b.1.value.abs().total_cmp(&a.1.value.abs()));
        res
    }

    fn factors(&self, rows: &Rows) -> Table {
        let columns = [
            "factor",
            "kind",
            "basis",
            "sources",
            "measure",
            "estimate",
            "interval_low",
            "interval_high",
        ];
        let fields = |row: Row<'_>| columns.map(|it| row.text(it).to_owned()).to_vec();
        Table {
            head: columns.map(|it| it.replace('_', " ")).to_vec(),
            rows: self.rows(rows).map(fields).collect(),
        }
    }
}

fn bars(
    scenario: &Scenario,
    ranked: &[(Row<'_>, Quantity)],
    measure: &Measure,
    id: &str,
    title: &str,
) -> Option<Figure> {
    if ranked.is_empty() {
        return None;
    }
    let shown = ranked.iter().take(FACTORS_SHOWN);
    let bars = shown.map(|(row, it)| (number_label(scenario, row.text("factor")), *it));
    let chart = Chart::Bars(Bars {
        things: "Factor".to_owned(),
        axis: Axis::new(measure.title, Unit::Utility),
        bars: bars.collect(),
    });
    Some(Figure::new(id, title, measure.caption, &chart))
}

/// What would flip the answer; `None` if the run has no such table.
pub(super) fn flips(scenario: &Scenario, figures: &RunFigures) -> Option<Section> {
    let rows = &figures.flips;
    if rows.is_empty() {
        return None;
    }
    let mut found: Vec<(&str, Quantity)> = rows
        .iter()
        .filter_map(|it| Some((it.text("number"), it.quantity("shift")?)))
        .collect();
    found.sort_by(|a, b| a.1.value.abs().total_cmp(&b.1.value.abs()));
    let n_none = rows.len() - found.len();
    let mut drawn = Vec::new();
    if !found.is_empty() {
        let bars = found.iter().take(FACTORS_SHOWN);
        let chart = Chart::Bars(Bars {
            things: "Number".to_owned(),
            axis: Axis::new("Least shift", Unit::Utility),
            bars: bars
                .map(|(name, it)| (number_label(scenario, name), *it))
                .collect(),
        });
        let caption = "How far a number must move, in its own unit, all else as it is. Whiskers are 95 % intervals.";
        drawn.push(Figure::new(
            "flips",
            "The least change that flips the answer",
            caption,
            &chart,
        ));
    }
    let mut names: Vec<&str> = found.iter().map(|it| it.0).collect();
    names.extend(
        rows.iter()
            .map(|it| it.text("number"))
            .filter(|it| found.iter().all(|other| other.0 != *it)),
    );
    let lines = names.iter().take(CURVES_SHOWN).map(|name| {
        let points = figures.flip_curves.iter();
        let points = points.filter(|it| it.text("number") == *name);
        let points =
            points.filter_map(|it| Some((it.number("shift")?, it.quantity("agreement_rate")?)));
        (number_label(scenario, name), points.collect::<Vec<_>>())
    });
    let lines: Vec<_> = lines.filter(|it| it.1.len() > 1).collect();
    if !lines.is_empty() {
        let chart = Chart::Lines(Lines {
            x: Axis::new("Shift", Unit::Utility),
            y: Axis::new("Share of deals", Unit::Share),
            course: Course::Straight,
            lines,
        });
        let caption = "Shades are 95 % intervals; all shifts have the same luck.";
        drawn.push(Figure::new(
            "flip-curves",
            "Share of deals by shift",
            caption,
            &chart,
        ));
    }
    let threshold = rows.iter().next().and_then(|it| it.number("threshold"));
    let mut text = Vec::new();
    if let Some(threshold) = threshold {
        text.push(format!(
            "The answer flips where the share of deals crosses {}.",
            Unit::Share.told(threshold)
        ));
    }
    if n_none > 0 {
        text.push(format!(
            "No shift within its range does so for {n_none} of {} numbers.",
            rows.len()
        ));
    }
    Some(Section {
        id: "flips".to_owned(),
        heading: "What would flip the answer".to_owned(),
        text,
        blocks: vec![Block::Figures(drawn)],
    })
}
