//! The cells of a sweep: every combination of the axes' values, or the rows of a table.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use crate::config::diagnostics::{Diagnostic, SourceText};
use crate::config::files::{AxisFile, AxisValue, CombineFile, Document, SweepFile, to_json};
use crate::config::limits::CELLS_MAX;

/// The path that stands for the whole scenario: its values are files.
const SCENARIO_PATH: &str = "scenario";

/// How many values a range may have.
const VALUES_MAX: usize = CELLS_MAX;

/// The cells of a sweep, before the scenario is built in each.
#[derive(Debug)]
pub(crate) struct Points {
    /// The swept paths, with their places.
    pub(crate) paths: Vec<Spanned<String>>,
    /// By cell, a value for each path.
    pub(crate) cells: Vec<Vec<Written>>,
}

/// A value as TOML writes it, with its place.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    literal: String,
    place: Range<usize>,
}

impl Written {
    /// A number that stands for what is written at a place.
    pub(crate) fn number(number: f64, place: Range<usize>) -> Self {
        Self {
            literal: number_literal(number),
            place,
        }
    }

    /// The value as TOML writes it.
    pub(crate) fn literal(&self) -> &str {
        &self.literal
    }

    /// The value as tables show it.
    pub(crate) fn shown(&self) -> String {
        match parsed(&self.literal) {
            DeValue::String(word) => word.into_owned(),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => self.literal.clone(),
        }
    }

    /// The value as the manifest has it.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        to_json(&parsed(&self.literal))
    }

    /// The number that it is, as files are read; `None` of a word or what is no finite number.
    pub(crate) fn as_number(&self) -> Option<f64> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "numbers beyond 2^53 are out of every range"
        )]
        let number = match parsed(&self.literal) {
            DeValue::Integer(_) => self.as_whole()? as f64,
            DeValue::Float(it) => it.as_str().parse().ok()?,
            DeValue::String(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => return None,
        };
        number.is_finite().then_some(number)
    }

    /// The integer that it is written as.
    pub(crate) fn as_whole(&self) -> Option<i64> {
        self.literal.parse().ok()
    }

    /// Where it stands.
    pub(crate) fn place(&self) -> Range<usize> {
        self.place.clone()
    }
}

impl Points {
    /// The points that a file's axes, or the table that it names, make together.
    pub(crate) fn new(
        file: &Spanned<SweepFile>,
        table: Option<&SourceText>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let n_before = diagnostics.len();
        let sweep = file.get_ref();
        let points = match (table, &sweep.axis[..]) {
            (Some(_), [first, ..]) => {
                diagnostics.push(
                    Diagnostic::at(first.span(), "a sweep has either axes or points, not both")
                        .hint("add the axis to the table as a column"),
                );
                None
            }
            (Some(table), []) => points_of_table(table, diagnostics),
            // That the table cannot be read has been reported.
            (None, []) if sweep.points.is_some() => None,
            (None, []) => {
                diagnostics.push(
                    Diagnostic::at(file.span(), "a sweep needs an axis")
                        .hint("[[sweep.axis]] with `path` and `values`, or points = \"file.csv\""),
                );
                None
            }
            (None, axes) => {
                let combine = sweep.combine.unwrap_or_default();
                points_of_axes(axes, combine, diagnostics)
            }
        }?;
        check_paths(&points.paths, diagnostics);
        if points.cells.len() > CELLS_MAX {
            diagnostics.push(Diagnostic::at(
                file.span(),
                format!(
                    "the sweep has {} cells, more than {CELLS_MAX}",
                    points.cells.len()
                ),
            ));
        }
        (diagnostics.len() == n_before).then_some(points)
    }

    /// The values of each axis alone, so that wrong ones are found even if the axes do not fit;
    /// of an axis of a design, the ends of its range.
    pub(crate) fn one_by_one(file: &SweepFile) -> Vec<Self> {
        let alone = |axis: &Spanned<AxisFile>| Self {
            paths: vec![axis.get_ref().path.clone()],
            // What is wrong with the axis itself has been reported.
            cells: match &axis.get_ref().between {
                Some(range) => written(&[range.get_ref().from, range.get_ref().to], range.span()),
                None => values_of(axis, &mut Vec::new()),
            }
            .into_iter()
            .map(|it| vec![it])
            .collect(),
        };
        file.axis.iter().map(alone).collect()
    }

    /// The scenario that a cell is made from, if it is not the experiment's.
    pub(crate) fn scenario_of<'t>(&self, cell: &'t [Written]) -> Option<&'t Written> {
        let idx = self
            .paths
            .iter()
            .position(|it| it.get_ref() == SCENARIO_PATH)?;
        cell.get(idx)
    }

    /// These points with nothing but the scenarios that their cells are made from.
    pub(crate) fn scenarios_alone(&self) -> Self {
        let is_scenario = |it: &&Spanned<String>| it.get_ref() == SCENARIO_PATH;
        let scenarios = self.cells.iter().map(|it| self.scenario_of(it));
        Self {
            paths: self.paths.iter().filter(is_scenario).cloned().collect(),
            cells: scenarios
                .map(|it| it.into_iter().cloned().collect())
                .collect(),
        }
    }

    /// Puts a cell's values into the scenario's table.
    pub(crate) fn carry_out<'t>(
        &'t self,
        cell: &'t [Written],
        document: &mut Document<'t>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let settings = self.paths.iter().zip(cell);
        for (path, value) in settings.filter(|it| it.0.get_ref() != SCENARIO_PATH) {
            let value = Spanned::new(value.place.clone(), parsed(&value.literal));
            diagnostics.extend(document.set(path.get_ref(), &path.span(), value).err());
        }
    }
}

fn parsed(literal: &str) -> DeValue<'_> {
    let parsed = DeValue::parse(literal).expect("literals are written as TOML");
    parsed.into_inner()
}

pub(crate) fn check_paths(paths: &[Spanned<String>], diagnostics: &mut Vec<Diagnostic>) {
    for (idx, path) in paths.iter().enumerate() {
        if paths[..idx].iter().any(|it| it.get_ref() == path.get_ref()) {
            diagnostics.push(Diagnostic::at(
                path.span(),
                format!("the path `{}` is swept twice", path.get_ref()),
            ));
        }
    }
}

fn points_of_axes(
    axes: &[Spanned<AxisFile>],
    combine: CombineFile,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Points> {
    let n_before = diagnostics.len();
    let values: Vec<Vec<Written>> = axes.iter().map(|it| values_of(it, diagnostics)).collect();
    if diagnostics.len() > n_before {
        return None;
    }
    let cells = match combine {
        CombineFile::Grid => grid(&values, axes, diagnostics)?,
        CombineFile::Zip => {
            let n = values[0].len();
            for (axis, list) in axes.iter().zip(&values).filter(|it| it.1.len() != n) {
                diagnostics.push(
                    Diagnostic::at(
                        axis.span(),
                        format!(
                            "zipped axes need equally many values: {} here, {n} in the first",
                            list.len()
                        ),
                    )
                    .hint("combine = \"grid\" uses every combination instead"),
                );
            }
            if diagnostics.len() > n_before {
                return None;
            }
            (0..n)
                .map(|idx| values.iter().map(|it| it[idx].clone()).collect())
                .collect()
        }
    };
    Some(Points {
        paths: axes.iter().map(|it| it.get_ref().path.clone()).collect(),
        cells,
    })
}

/// Every combination, the last axis fastest.
fn grid(
    values: &[Vec<Written>],
    axes: &[Spanned<AxisFile>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Vec<Written>>> {
    let mut cells: Vec<Vec<Written>> = vec![Vec::new()];
    for (list, axis) in values.iter().zip(axes) {
        if cells.len().saturating_mul(list.len()) > CELLS_MAX {
            diagnostics.push(Diagnostic::at(
                axis.span(),
                format!("with this axis the grid has more than {CELLS_MAX} cells"),
            ));
            return None;
        }
        cells = cells
            .iter()
            .flat_map(|cell| {
                list.iter()
                    .map(move |it| [cell.clone(), vec![it.clone()]].concat())
            })
            .collect();
    }
    Some(cells)
}

/// The values of an axis.
fn values_of(axis: &Spanned<AxisFile>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Written> {
    let it = axis.get_ref();
    if it.between.is_some() || it.own_distribution.is_some() {
        diagnostics.push(
            Diagnostic::at(axis.span(), "only the axes of a design have a range").hint(
                "give it values, or the sweep a design = { method = \"sobol\", points = 256 }",
            ),
        );
        return Vec::new();
    }
    match (&it.values, &it.range, &it.log_range) {
        (Some(values), None, None) => {
            if values.get_ref().is_empty() {
                diagnostics.push(Diagnostic::at(
                    values.span(),
                    "an axis needs at least one value",
                ));
            }
            let written = values.get_ref().iter();
            written
                .map(|it| Written {
                    literal: literal(it.get_ref()),
                    place: it.span(),
                })
                .collect()
        }
        (None, Some(range), None) => {
            let entry = range.get_ref();
            match numbers_of_range(entry.from, entry.to, entry.step) {
                Ok(numbers) => written(&numbers, range.span()),
                Err(message) => {
                    diagnostics.push(Diagnostic::at(range.span(), message));
                    Vec::new()
                }
            }
        }
        (None, None, Some(range)) => {
            let it = range.get_ref();
            match numbers_of_log_range(it.from, it.to, it.points) {
                Ok(numbers) => written(&numbers, range.span()),
                Err(message) => {
                    diagnostics.push(Diagnostic::at(range.span(), message));
                    Vec::new()
                }
            }
        }
        _ => {
            diagnostics.push(
                Diagnostic::at(axis.span(), "an axis needs exactly one way to give its values")
                    .hint("values = [...], range = { from, to, step } or log_range = { from, to, points }"),
            );
            Vec::new()
        }
    }
}

fn written(numbers: &[f64], place: Range<usize>) -> Vec<Written> {
    let literals = numbers.iter().map(|it| number_literal(*it));
    literals
        .map(|literal| Written {
            literal,
            place: place.clone(),
        })
        .collect()
}

fn literal(value: &AxisValue) -> String {
    match value {
        AxisValue::Number(number) => number_literal(*number),
        AxisValue::Word(word) => toml::Value::String(word.clone()).to_string(),
    }
}

/// A number as TOML writes it; whole ones without a point, so that they can be counts.
fn number_literal(number: f64) -> String {
    if number.is_nan() {
        "nan".to_owned()
    } else {
        // Without an exponent, which TOML would want a point before.
        format!("{number}")
    }
}

/// From one number to the other in steps, the last one met within a millionth of a step.
fn numbers_of_range(from: f64, to: f64, step: f64) -> Result<Vec<f64>, String> {
    if ![from, to, step].iter().all(|it| it.is_finite()) {
        return Err("a range needs finite numbers".to_owned());
    }
    let gaps = (to - from) / step;
    if step == 0.0 || gaps < 0.0 {
        return Err(format!("with step {step}, {from} never reaches {to}"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "compared with a small number first"
    )]
    let n = if gaps < VALUES_MAX as f64 {
        (gaps + 1e-6).floor() as u32 + 1
    } else {
        return Err(format!("a range has at most {VALUES_MAX} values"));
    };
    Ok((0..n)
        .map(|idx| tidy(f64::from(idx).mul_add(step, from)))
        .collect())
}

/// So many numbers from one to the other, each the same multiple of the one before.
fn numbers_of_log_range(from: f64, to: f64, points: u32) -> Result<Vec<f64>, String> {
    if !(from > 0.0 && to > 0.0 && from.is_finite() && to.is_finite()) {
        return Err("a log range needs numbers above 0".to_owned());
    }
    if points < 2 || points as usize > VALUES_MAX {
        return Err(format!("a log range has 2 to {VALUES_MAX} points"));
    }
    let ratio = libm::log(to / from);
    Ok((0..points)
        .map(|idx| {
            let share = f64::from(idx) / f64::from(points - 1);
            tidy(from * libm::exp(ratio * share))
        })
        .collect())
}

/// The number to twelve significant digits: what people mean by 0.1 + 0.2.
pub(crate) fn tidy(number: f64) -> f64 {
    format!("{number:.11e}")
        .parse()
        .expect("a number that was written can be read")
}

/// The points of a CSV table: a column per path, a row per cell.
fn points_of_table(table: &SourceText, diagnostics: &mut Vec<Diagnostic>) -> Option<Points> {
    let n_before = diagnostics.len();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(table.text.as_bytes());
    let mut paths: Vec<Spanned<String>> = Vec::new();
    let mut cells = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                diagnostics.push(Diagnostic::at(
                    table.start..table.start,
                    format!("this is not CSV: {error}"),
                ));
                return None;
            }
        };
        let place = table.place_of_row(record.position().map_or(0, csv::Position::byte));
        if paths.is_empty() {
            paths = record
                .iter()
                .map(|it| Spanned::new(place.clone(), it.to_owned()))
                .collect();
            if paths.iter().any(|it| it.get_ref().is_empty()) {
                diagnostics.push(
                    Diagnostic::at(place, "a column has no name")
                        .hint("the first row names the path that each column sets"),
                );
            }
            continue;
        }
        let n_missing = paths.len().abs_diff(record.len());
        if n_missing > 0 || record.iter().any(str::is_empty) {
            diagnostics.push(Diagnostic::at(
                place,
                format!("a row needs a value in each of {} columns", paths.len()),
            ));
            continue;
        }
        cells.push(
            record
                .iter()
                .map(|it| Written {
                    literal: it.parse::<f64>().map_or_else(
                        |_| toml::Value::String(it.to_owned()).to_string(),
                        number_literal,
                    ),
                    place: place.clone(),
                })
                .collect(),
        );
    }
    if cells.is_empty() && diagnostics.len() == n_before {
        diagnostics.push(
            Diagnostic::at(table.start..table.start, "the table of points has no row")
                .hint("write a header with the paths, then a row per cell"),
        );
    }
    (diagnostics.len() == n_before).then_some(Points { paths, cells })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_shown_as_it_is_meant_however_toml_quotes_it() {
        for word in [
            "plain",
            "back\\slash.toml",
            "a \"quote\"",
            "both \\ and \" and '",
        ] {
            let written = Written {
                literal: literal(&AxisValue::Word(word.to_owned())),
                place: 0..0,
            };
            assert_eq!(written.shown(), word, "{}", written.literal());
        }
    }

    #[test]
    fn ranges_meet_their_ends() {
        assert_eq!(
            numbers_of_range(0.1, 0.5, 0.1).unwrap(),
            [0.1, 0.2, 0.3, 0.4, 0.5]
        );
        assert_eq!(numbers_of_range(1.0, 0.0, -0.5).unwrap(), [1.0, 0.5, 0.0]);
        assert_eq!(numbers_of_range(0.0, 1.0, 0.4).unwrap(), [0.0, 0.4, 0.8]);
        assert_eq!(numbers_of_range(2.0, 2.0, 1.0).unwrap(), [2.0]);
        assert!(numbers_of_range(0.0, 1.0, -0.1).is_err());
        assert!(numbers_of_range(0.0, 1.0, 0.0).is_err());
        assert!(numbers_of_range(0.0, 1.0, 1e-9).is_err());
    }

    #[test]
    fn log_ranges_multiply() {
        assert_eq!(
            numbers_of_log_range(0.25, 4.0, 5).unwrap(),
            [0.25, 0.5, 1.0, 2.0, 4.0]
        );
        assert!(numbers_of_log_range(0.0, 4.0, 5).is_err());
        assert!(numbers_of_log_range(1.0, 4.0, 1).is_err());
    }
}
