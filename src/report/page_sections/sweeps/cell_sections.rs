//! Results by cell of a sweep: response curves, heat maps, and differences from the first cell.

use demarche_core::domain::Scenario;

use crate::report::drawing::{
    Axis, Bars, Chart, Emphasis, HeatMap, Interpolation, Lines, Mark, Names, PageTable, Quantity,
    Scatter, Series, Unit,
};
use crate::report::page_sections::factor_labels::PathLabels;
use crate::report::page_sections::sweeps::cell_words::{
    course_title, equal_cells, from_to, is_certain, most_title, named,
};
use crate::report::pages::{PageBlock, PageFigure, Section};
use crate::report::summary::{CellFigures, CellSummary, RunSummary};
use crate::wording::{count, counted, listed, signed};

/// Maximum number of cells with a bar or row; tables list all.
const CELLS_SHOWN: usize = 60;

/// Rows of the folded table of cells.
const ROWS_SHOWN: usize = 1_000;

/// Lines that can still be distinguished.
const LINES_SHOWN: usize = 7;

/// Points of a picture of many cells.
const POINTS_SHOWN: usize = 600;

/// The cells of a sweep.
#[derive(Clone, Debug)]
pub(crate) struct Cells<'a> {
    scenario: &'a Scenario,
    summary: &'a RunSummary,
    /// What is varied, in words.
    labels: Vec<String>,
}

impl<'a> Cells<'a> {
    pub(crate) fn new(scenario: &'a Scenario, summary: &'a RunSummary) -> Self {
        let labels = PathLabels::of_scenario(scenario);
        let paths = summary.swept.paths.iter();
        Self {
            scenario,
            summary,
            labels: paths.map(|it| labels.label(it)).collect(),
        }
    }

    fn all(&self) -> &'a [CellSummary] {
        &self.summary.swept.cells
    }

    fn paths(&self) -> &'a [String] {
        &self.summary.swept.paths
    }

    pub(crate) fn len(&self) -> usize {
        self.all().len()
    }

    /// How many of them have a session.
    pub(crate) fn n_run(&self) -> usize {
        let cells = self.all().iter();
        cells.filter(|it| it.figures.deals.is_some()).count()
    }

    /// The label of one of the paths.
    fn label(&self, path: &str) -> String {
        let mut labelled = self.paths().iter().zip(&self.labels);
        let found = labelled.find(|it| it.0 == path);
        found.map_or_else(|| path.to_owned(), |it| it.1.clone())
    }

    /// The values of a cell, in words.
    fn values(&self, cell: &CellSummary) -> Vec<String> {
        let values = self.paths().iter().zip(&cell.values);
        values
            .map(|(path, it)| PathLabels::value(path, it))
            .collect()
    }

    /// Which cell it is, in words.
    fn render(&self, cell: &CellSummary) -> String {
        let values = self.values(cell);
        let rendered = self.labels.iter().zip(values);
        let rendered: Vec<String> = rendered.map(|(of, it)| format!("{of}: {it}")).collect();
        rendered.join("; ")
    }

    /// A cell, in words.
    pub(crate) fn in_words(&self, cell: u32) -> String {
        let found = self.all().iter().find(|it| it.cell == cell);
        found.map_or_else(String::new, |it| self.render(it))
    }

    /// The cells with the fewest and the most deals, in words.
    pub(crate) fn extremes(&self) -> Option<[(String, Quantity); 2]> {
        let cells = self.all().iter();
        let shares = cells.filter_map(|it| Some((self.render(it), it.figures.deals?)));
        let mut shares: Vec<(String, Quantity)> = shares.collect();
        shares.sort_by(|a, b| a.1.value.total_cmp(&b.1.value));
        let most = shares.last().cloned()?;
        Some([shares.swap_remove(0), most])
    }

    /// From where to where the factors of the share of deals range, as a sentence; `None` where
    /// they were not measured.
    pub(crate) fn zone_ranges(&self) -> Option<String> {
        let range = |of: fn(&CellFigures) -> Option<Quantity>| {
            let shares = self.all().iter().filter_map(|it| of(&it.figures));
            let shares: Vec<f64> = shares.map(|it| it.value).collect();
            let least = shares.iter().copied().reduce(f64::min)?;
            let most = shares.iter().copied().reduce(f64::max)?;
            let [least, most] = [least, most].map(|it| Unit::Share.render(it));
            if least == most {
                return Some(format!("is {least} in every cell"));
            }
            Some(format!("ranges from {least} to {most}"))
        };
        let zone = range(|it| it.zone)?;
        let found = range(|it| it.deals_given_zone);
        let found = found.map_or_else(String::new, |it| {
            format!("; that of deals among these sessions {it}")
        });
        Some(format!(
            "The share of sessions with a zone of possible agreement, an outcome acceptable to all whose consent it needs, {zone}{found}."
        ))
    }

    /// What is shown of all cells.
    pub(crate) fn section(&self, is_design: bool) -> Section {
        let mut figures = Vec::new();
        match self.paths() {
            [path] => figures.extend(self.along(path)),
            [down, across] if self.is_grid() => {
                figures.extend(self.map(down, across));
                figures.extend(self.family(down, across));
            }
            _ => figures.extend(self.clouds()),
        }
        if !is_design {
            figures.extend(self.effects());
        }
        let labels: Vec<&str> = self.labels.iter().map(String::as_str).collect();
        let mut text = vec![format!(
            "{}, each with its own values of: {}.",
            counted(self.len() as u64, "cell"),
            listed(&labels)
        )];
        let cells = self.all().iter();
        text.extend(equal_cells(cells.map(|it| (it.cell, it.same_as))));
        if self.len() > ROWS_SHOWN {
            text.push(format!(
                "The table below shows the first {}; summary.csv has all.",
                count(ROWS_SHOWN as u64)
            ));
        }
        Section {
            id: "cells".to_owned(),
            heading: "Results by cell".to_owned(),
            text,
            blocks: vec![
                PageBlock::Figures(figures),
                PageBlock::Folded {
                    summary: "All cells".to_owned(),
                    table: self.table(),
                },
            ],
        }
    }

    fn is_grid(&self) -> bool {
        let n = |path: &String| self.values_of(path).len();
        self.paths().iter().map(n).product::<usize>() == self.len()
    }

    fn place(&self, path: &str) -> usize {
        let mut paths = self.paths().iter();
        paths
            .position(|it| *it == path)
            .expect("a path of the sweep")
    }

    /// The values of a parameter in their order: by size if they are numbers.
    fn values_of(&self, path: &str) -> Vec<&'a str> {
        let place = self.place(path);
        let mut res: Vec<&str> = Vec::new();
        for cell in self.all() {
            let value = cell.values[place].as_str();
            if !res.contains(&value) {
                res.push(value);
            }
        }
        let is_number = |it: &&str| number(it).is_some();
        if res.iter().all(is_number) {
            res.sort_by(|a, b| number(a).partial_cmp(&number(b)).expect("both are numbers"));
        }
        res
    }

    /// The agreement rate and each party's utility by parameter value.
    fn along(&self, path: &str) -> Vec<PageFigure> {
        let values = self.values_of(path);
        let numbers: Option<Vec<f64>> = values.iter().map(|it| number(it)).collect();
        let cell_with = |value: &str| {
            let mut cells = self.all().iter();
            cells.find(|it| it.values[0] == value).map(|it| &it.figures)
        };
        let points = |figure: &dyn Fn(&CellFigures) -> Option<Quantity>| {
            let cells = values.iter().zip(numbers.iter().flatten());
            let points = cells.filter_map(|(value, at)| Some((*at, figure(cell_with(value)?)?)));
            points.collect::<Vec<(f64, Quantity)>>()
        };
        let caption = "Shades are 95 % intervals.";
        if numbers.is_some() && values.len() > 1 {
            let lines = |y, lines| {
                Chart::Lines(Lines {
                    x: Axis::new(self.label(path), Unit::Number),
                    y,
                    course: Interpolation::Straight,
                    names: Names::AtEnd,
                    lines,
                })
            };
            let factors = [
                ("with a zone of possible agreement", points(&|it| it.zone)),
                ("of these with a deal", points(&|it| it.deals_given_zone)),
            ];
            let factors = factors.into_iter().filter(|it| !it.1.is_empty());
            let mut deals: Vec<(String, Vec<(f64, Quantity)>)> =
                factors.map(|(label, it)| (label.to_owned(), it)).collect();
            let label = if deals.is_empty() { "" } else { "deals" };
            deals.insert(0, (label.to_owned(), points(&|it| it.deals)));
            let title = course_title(&self.label(path), &points(&|it| it.deals));
            let deals = lines(Axis::new("Share of sessions", Unit::Share), deals);
            let parties = self.scenario.parties.iter();
            let utilities = parties.map(|party| {
                let utility = |it: &CellFigures| it.utilities.get(&party.name).copied();
                (party.label.clone(), points(&utility))
            });
            let utilities = lines(
                Axis::new("Mean utility", Unit::Utility),
                utilities.take(LINES_SHOWN).collect(),
            );
            return vec![
                PageFigure::new("response-deals", &title, caption, &deals),
                PageFigure::new(
                    "response-utility",
                    "What sessions are worth to each party, with or without a deal",
                    caption,
                    &utilities,
                ),
            ];
        }
        let bars = values
            .iter()
            .take(CELLS_SHOWN)
            .filter_map(|value| Some((PathLabels::value(path, value), cell_with(value)?.deals?)));
        let bars: Vec<(String, Quantity)> = bars.collect();
        let title = most_title(&bars);
        let axis = Axis::new("Share of sessions that end in a deal", Unit::Share);
        let deals = Chart::Bars(Bars {
            emphasis: Emphasis::Longest,
            ..Bars::new(self.label(path), axis, bars)
        });
        let caption = format!(
            "By {}; the colored bar is the most. Lines are 95 % intervals.",
            self.label(path)
        );
        vec![PageFigure::new("response-deals", &title, &caption, &deals)]
    }

    /// Deals for each pair of values of two parameters.
    fn map(&self, down: &str, across: &str) -> Option<PageFigure> {
        let (rows, columns) = (self.values_of(down), self.values_of(across));
        if rows.len().max(columns.len()) > CELLS_SHOWN {
            return None;
        }
        let at = |row: &str, column: &str| {
            let mut cells = self.all().iter();
            let found = cells.find(|it| it.values[0] == row && it.values[1] == column);
            found?.figures.deals
        };
        let cells: Option<Vec<Vec<Quantity>>> = rows
            .iter()
            .map(|row| columns.iter().map(|column| at(row, column)).collect())
            .collect();
        let cells = cells?;
        let all = || cells.iter().flatten();
        let [least, most] = [f64::min, f64::max].map(|of| all().map(|it| it.value).reduce(of));
        let [least, most] = [least?, most?];
        let n_above = all().filter(|it| it.value >= 0.5).count();
        let caption = match n_above {
            0 => "In no cell do half of the sessions end in a deal.".to_owned(),
            _ if n_above == all().count() => {
                "In every cell at least half of the sessions end in a deal.".to_owned()
            }
            _ => "The heavy line parts cells in which at least half of the sessions end in a deal from the others.".to_owned(),
        };
        let caption = format!(
            "Down: {}. Across: {}. {caption}",
            self.label(down),
            self.label(across)
        );
        let title = format!("{} of sessions end in a deal", from_to(least, most));
        let chart = Chart::HeatMap(HeatMap {
            rows: (self.label(down), named(down, &rows)),
            columns: (self.label(across), named(across, &columns)),
            axis: Axis::new("Share of sessions that end in a deal", Unit::Share),
            cells,
            contour: Some(0.5),
            is_by_column: false,
        });
        Some(PageFigure::new("map-deals", &title, &caption, &chart))
    }

    /// How deals differ from the first cell's for each pair of values of two parameters.
    fn effects_map(&self, down: &str, across: &str, first: &str) -> Option<PageFigure> {
        let (rows, columns) = (self.values_of(down), self.values_of(across));
        if rows.len().max(columns.len()) > CELLS_SHOWN {
            return None;
        }
        let at = |row: &str, column: &str| {
            let mut cells = self.all().iter();
            let cell = cells.find(|it| it.values[0] == row && it.values[1] == column)?;
            let mut effects = self.summary.swept.effects.iter();
            match effects.find(|it| it.cell == cell.cell) {
                Some(it) => it.difference,
                None => (cell.cell == 0).then(|| Quantity::exact(0.0)),
            }
        };
        let cells: Option<Vec<Vec<Quantity>>> = rows
            .iter()
            .map(|row| columns.iter().map(|column| at(row, column)).collect())
            .collect();
        let cells = cells?;
        let n_certain = cells.iter().flatten().filter(|it| is_certain(it)).count();
        let n_others = self.len() - 1;
        let title = match n_certain {
            0 => "No cell certainly differs from the first".to_owned(),
            n if n == n_others => "Every cell certainly differs from the first".to_owned(),
            n => format!("{n} of {n_others} cells certainly differ from the first"),
        };
        let caption = format!(
            "In percentage points, paired by common random numbers with the first cell ({first}). Certainly: the 95 % interval leaves out 0; the table has all intervals."
        );
        let chart = Chart::HeatMap(HeatMap {
            rows: (self.label(down), named(down, &rows)),
            columns: (self.label(across), named(across, &columns)),
            axis: Axis::new("Change of the share of deals", Unit::Points),
            cells,
            contour: None,
            is_by_column: false,
        });
        Some(PageFigure::new("effects", &title, &caption, &chart))
    }

    /// Deals along the second parameter, a line for each value of the first.
    fn family(&self, of: &str, along: &str) -> Option<PageFigure> {
        let values = self.values_of(of);
        if values.len() > LINES_SHOWN || self.values_of(along).len() < 2 {
            return None;
        }
        let line = |value: &&str| -> Option<(String, Vec<(f64, Quantity)>)> {
            let mut points = Vec::new();
            for cell in self.all().iter().filter(|it| it.values[0] == *value) {
                points.push((number(&cell.values[1])?, cell.figures.deals?));
            }
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            Some((PathLabels::value(of, value), points))
        };
        let lines: Option<Vec<_>> = values.iter().map(line).collect();
        let chart = Chart::Lines(Lines {
            x: Axis::new(self.label(along), Unit::Number),
            y: Axis::new("Share of sessions that end in a deal", Unit::Share),
            course: Interpolation::Straight,
            names: Names::AtEnd,
            lines: lines?,
        });
        let title = format!("Deals along: {}", self.label(along));
        let caption = format!(
            "A line for each value of: {}. Shades are 95 % intervals.",
            self.label(of)
        );
        Some(PageFigure::new("response-deals", &title, &caption, &chart))
    }

    /// Deals over each parameter by itself, a dot per cell.
    fn clouds(&self) -> Vec<PageFigure> {
        let step = self.len().div_ceil(POINTS_SHOWN).max(1);
        let caption = match step {
            1 => "A dot per cell; the other parameters differ from dot to dot.".to_owned(),
            _ => format!("A dot for every {step}th cell; the other parameters differ too."),
        };
        let cloud = |(place, path): (usize, &String)| {
            let cells = self.all().iter().step_by(step);
            let spots: Option<Vec<_>> = cells
                .map(|it| {
                    let at = [number(&it.values[place])?, it.figures.deals?.value];
                    Some((at, self.render(it)))
                })
                .collect();
            let chart = Chart::Scatter(Scatter {
                heading: Vec::new(),
                x: Axis::new(self.label(path), Unit::Number),
                y: Axis::new("Share of deals", Unit::Share),
                groups: vec![Series {
                    label: "Cells".to_owned(),
                    mark: Mark::Disc(0),
                    is_joined: false,
                    spots: spots?,
                }],
                crossing: None,
            });
            let title = format!("Deals by: {}", self.label(path));
            Some(PageFigure::small(
                &format!("cloud-{place}"),
                &title,
                &caption,
                &chart,
            ))
        };
        self.paths().iter().enumerate().filter_map(cloud).collect()
    }

    /// How deals differ from the first cell's, pair by pair.
    fn effects(&self) -> Option<PageFigure> {
        let effects = &self.summary.swept.effects;
        if !(1..=CELLS_SHOWN).contains(&effects.len()) {
            return None;
        }
        let first = self.in_words(0);
        if let [down, across] = self.paths()
            && self.is_grid()
        {
            return self.effects_map(down, across, &first);
        }
        let bars = effects.iter().filter_map(|effect| {
            let mut cells = self.all().iter();
            let cell = cells.find(|it| it.cell == effect.cell)?;
            Some((self.values(cell).join(", "), effect.difference?))
        });
        let bars: Vec<(String, Quantity)> = bars.collect();
        let largest = bars
            .iter()
            .max_by(|a, b| a.1.value.abs().total_cmp(&b.1.value.abs()))?;
        let title = if is_certain(&largest.1) {
            format!(
                "Against the first cell, deals change most with {}: {} points",
                largest.0,
                signed(100.0 * largest.1.value, 1)
            )
        } else {
            "No cell certainly differs from the first".to_owned()
        };
        let caption = format!(
            "In percentage points, by {}, paired by common random numbers with the first cell ({first}). Lines are 95 % intervals: colored bars are those whose interval leaves out 0.",
            self.labels.join(", ")
        );
        let chart = Chart::Bars(Bars {
            emphasis: Emphasis::Certain,
            ..Bars::new(
                self.labels.join(", "),
                Axis::new("Change of the share of deals", Unit::Points),
                bars,
            )
        });
        Some(PageFigure::new("effects", &title, &caption, &chart))
    }

    fn table(&self) -> PageTable {
        let head = [
            "cell",
            "with a zone of possible agreement",
            "of these with a deal",
            "share of deals",
            "from",
            "to",
        ];
        let head = head.map(str::to_owned);
        let paths = self.labels.clone();
        let [cell, rest @ ..] = head;
        let rows = self.all().iter().take(ROWS_SHOWN).map(|it| {
            let share = it.figures.deals;
            let fields = share.map_or_else(Default::default, |it| it.fields(Unit::Share));
            let values = self.values(it);
            let name = [it.cell.to_string()];
            let factors = [it.figures.zone, it.figures.deals_given_zone];
            let factors =
                factors.map(|it| it.map_or_else(String::new, |it| Unit::Share.render(it.value)));
            name.into_iter()
                .chain(values)
                .chain(factors)
                .chain(fields)
                .collect()
        });
        PageTable {
            head: [cell].into_iter().chain(paths).chain(rest).collect(),
            rows: rows.collect(),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|it: &f64| it.is_finite())
}
