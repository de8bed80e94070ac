//! The summary of a sweep: a line per cell, with its difference from the first.

use std::fmt::Write as _;
use std::iter;

use demarche_core::negotiation::Setting;
use demarche_stats::estimate::Estimate;

use crate::cli::render::summary::sureness;
use crate::cli::render::text::{
    Notation, bar, count, counted, percent, percent_interval, percent_of, wrap,
};
use crate::experiment::{CellId, StoppingRule, Tally};
use crate::report::{equal_cells, rests_on};
use crate::run::{CellResults, SweptParameters};

/// Maximum number of cells listed; the tables have all.
const CELLS_TOLD: usize = 60;

/// Columns of a bar, at most.
const BAR_WIDTH: usize = 12;

/// The cells and the number of sessions, before anything is run.
///
/// With `is_most`, fewer sessions may do.
pub(crate) fn planned(parameters: &SweptParameters, n_sessions: u64, is_most: bool) -> String {
    let n_cells = parameters.values.len();
    let mut res = format!(
        "{}{} in {}\n\n",
        if is_most { "at most " } else { "" },
        counted(n_sessions, "session"),
        counted(n_cells as u64, "cell")
    );
    names(&mut res, parameters);
    for (cell, values) in parameters.values.iter().enumerate() {
        let _ = writeln!(res, "{cell:>5}{}", columns(parameters, values));
    }
    res
}

/// The line of a cell.
struct Row {
    /// Which it is.
    cell: String,
    /// The share of deals; `None` of the head.
    share: Option<f64>,
    /// The factors of the share of deals: left out where there is no room for them.
    factors: Vec<String>,
    figures: Vec<String>,
}

impl Row {
    /// On one line, with a bar of so many columns.
    fn line(&self, bar_width: usize) -> String {
        let factors = self.factors.iter().map(|it| format!("  {it}"));
        let cell = self.cell.clone() + &factors.collect::<String>();
        let figures = self.figures.join("  ");
        match self.share {
            Some(share) if bar_width > 0 => {
                format!("{cell}  {} {figures}", bar(share, bar_width))
            }
            _ => format!("{cell}  {figures}"),
        }
    }

    /// On a line for each of its figures, where there is no room beside one another.
    fn lines(&self) -> String {
        let lines = self.figures.iter().map(|it| it.trim_start());
        let lines = lines.map(|it| format!("\n       {it}"));
        self.cell.clone() + &lines.collect::<String>()
    }
}

/// The summary of a sweep as text, optionally with the difference of each cell from the first.
pub(crate) fn sweep_summary(
    setting: &Setting,
    parameters: &SweptParameters,
    until: Option<&StoppingRule>,
    has_baseline: bool,
    finished: &CellResults,
    width: usize,
) -> String {
    let mut res = until.map_or_else(String::new, |it| sureness(it, setting, &finished.tallies));
    names(&mut res, parameters);
    let has_changes = has_baseline && finished.effects.is_some();
    let mut heads = vec!["deals (95 % interval)".to_owned()];
    heads.extend(has_changes.then(|| "and the change from cell 0".to_owned()));
    let mut rows = vec![Row {
        cell: format!(
            "{:>5}{}{}",
            "cell",
            letters(parameters),
            until.map_or("", |_| "    sessions")
        ),
        share: None,
        factors: FACTORS.map(|it| format!("{it:>7}")).to_vec(),
        figures: heads,
    }];
    let cells = (0..).map(CellId).zip(&finished.tallies);
    for ((cell, tally), values) in cells.zip(&parameters.values).take(CELLS_TOLD) {
        let Some(share) = Estimate::of_share(tally.n_agreements(), tally.n_sessions()) else {
            continue;
        };
        let deals = format!("{:>7} ({})", percent_of(&share), percent_interval(&share));
        let change = change(finished, cell).filter(|_| has_changes);
        rows.push(Row {
            cell: format!(
                "{:>5}{}{}",
                cell.0,
                columns(parameters, values),
                until.map_or_else(String::new, |it| length(it, tally)),
            ),
            share: Some(share.point),
            factors: factors(tally).map(of_sessions).to_vec(),
            figures: iter::once(deals).chain(change).collect(),
        });
    }
    let has_factors = room(&rows, width).is_some();
    if !has_factors {
        for row in &mut rows {
            row.factors.clear();
        }
    }
    let room = room(&rows, width);
    for row in &rows {
        res.push_str(&match room {
            // A bar and the space behind it.
            Some(room @ 5..) => row.line(BAR_WIDTH.min(room - 1)),
            Some(_) => row.line(0),
            None => row.lines(),
        });
        res.push('\n');
    }
    if finished.tallies.len() > CELLS_TOLD {
        let rest = (finished.tallies.len() - CELLS_TOLD) as u64;
        let _ = writeln!(res, "  … and {} more, see summary.csv", count(rest));
    }
    let legend = if has_factors {
        FACTORS_MEANING.to_owned()
    } else {
        factor_ranges(&finished.tallies)
    };
    let _ = writeln!(res, "{}", wrap(&legend, width, 0));
    let same_as = finished.same_as.iter().map(|it| it.map(|it| it.0));
    if let Some(text) = equal_cells((0..).zip(same_as)) {
        let _ = writeln!(res, "{}", wrap(&text, width, 0));
    }
    let is_unsure = |it: &StoppingRule| finished.tallies.iter().any(|tally| !it.is_reached(tally));
    if until.is_some_and(is_unsure) {
        let _ = writeln!(res, "  > more sessions were required to reach the target");
    }
    let _ = write!(res, "\n{}\n", wrap(&rests_on(setting), width, 0));
    res
}

/// The heads of the factors of the share of deals.
const FACTORS: [&str; 2] = ["zone", "found"];

const FACTORS_MEANING: &str = "zone: sessions with a zone of possible agreement; found: the share of these that ended in a deal";

/// The factors of the share of deals.
fn factors(tally: &Tally) -> [Option<f64>; 2] {
    let [zone, found, _, _] = tally.zone_shares();
    [zone, found].map(|it| Some(it?.point))
}

fn of_sessions(share: Option<f64>) -> String {
    format!("{:>7}", share.map_or_else(|| "-".to_owned(), percent))
}

/// Between what the factors of the share of deals are in these cells.
fn factor_ranges(tallies: &[Tally]) -> String {
    let range = |idx: usize| {
        let shares = || tallies.iter().filter_map(|it| factors(it)[idx]);
        let ends = [shares().reduce(f64::min)?, shares().reduce(f64::max)?];
        let [least, most] = ends.map(percent);
        let is_one = least == most;
        Some(if is_one {
            least
        } else {
            format!("{least} to {most}")
        })
    };
    let none = || "none".to_owned();
    let [zone, found] = [0, 1].map(|it| range(it).unwrap_or_else(none));
    format!(
        "Zone of possible agreement: {zone} of sessions, by cell; of these with a deal: {found}"
    )
}

/// The columns that are left beside the widest line; `None` if there is none.
fn room(rows: &[Row], width: usize) -> Option<usize> {
    let widest = rows.iter().map(|it| it.line(0).chars().count()).max();
    width.checked_sub(widest.unwrap_or_default())
}

/// How many sessions a cell took, with a mark if they were not enough.
fn length(rule: &StoppingRule, tally: &Tally) -> String {
    let mark = if rule.is_reached(tally) { ' ' } else { '>' };
    format!("  {mark}{:>9}", count(tally.n_sessions()))
}

/// How the share of deals differs from the baseline's, pair by pair.
fn change(finished: &CellResults, cell: CellId) -> Option<String> {
    let effects = finished.effects.as_ref()?.of(cell);
    let difference = effects.first()?.difference?;
    Some(Notation::Percent.difference(&difference))
}

/// Which letter stands for which path.
fn names(res: &mut String, parameters: &SweptParameters) {
    for (letter, path) in ('a'..).zip(&parameters.paths) {
        let _ = writeln!(res, "  {letter} = {path}");
    }
    res.push('\n');
}

fn widths(parameters: &SweptParameters) -> Vec<usize> {
    let widest = |idx: usize| {
        let lengths = parameters.values.iter().map(|it| it[idx].chars().count());
        lengths.max().unwrap_or_default().max(1)
    };
    (0..parameters.paths.len()).map(widest).collect()
}

fn letters(parameters: &SweptParameters) -> String {
    let letters: Vec<String> = ('a'..)
        .take(parameters.paths.len())
        .map(String::from)
        .collect();
    columns(parameters, &letters)
}

fn columns(parameters: &SweptParameters, values: &[String]) -> String {
    let padded: Vec<String> = values
        .iter()
        .zip(widths(parameters))
        .map(|(value, width)| format!("  {value:>width$}"))
        .collect();
    padded.concat()
}
