//! A shade for each pair of two things, with its number in it.

use crate::report::drawing::canvas::{Anchor, Canvas, Paint, Weight};
use crate::report::drawing::charts::{PageTable, Size};
use crate::report::drawing::letters::{LEADING, Lines, width};
use crate::report::drawing::quantities::{Axis, Quantity};

/// Room between cells, in pixels.
const GAP: f64 = 2.0;

/// Above this shade a number is written in the color of the ground.
const DARK: f64 = 0.68;

/// The least shade: a cell is seen even if its number is 0.
const LIGHT: f64 = 0.04;

/// A shade for each pair of two things.
#[derive(Clone, PartialEq, Debug)]
pub struct HeatMap {
    /// What rows are, with their names from top to bottom.
    pub rows: (String, Vec<String>),
    /// What columns are, with their names from left to right.
    pub columns: (String, Vec<String>),
    /// What shades measure.
    pub axis: Axis,
    /// By row and column.
    pub cells: Vec<Vec<Quantity>>,
    /// A number whose sides are parted by a line, such as one half.
    pub contour: Option<f64>,
    /// Whether shades compare the cells of a column, and not all cells.
    pub is_by_column: bool,
}

impl HeatMap {
    pub(super) fn table(&self) -> PageTable {
        let (rows, columns) = (&self.rows, &self.columns);
        let row = |(name, cells): (&String, &Vec<Quantity>)| {
            let rendered = cells.iter().map(|it| it.render(self.axis.unit));
            [name.clone()].into_iter().chain(rendered).collect()
        };
        let corner = format!("{} \\ {}", rows.0, columns.0);
        PageTable {
            head: [corner].into_iter().chain(columns.1.clone()).collect(),
            rows: rows.1.iter().zip(&self.cells).map(row).collect(),
        }
    }

    /// The picture. Where there are more columns than fit with their names, they become rows and rows
    /// columns; and where neither fits, numbers are left out: pointing at a cell shows its number.
    pub(super) fn svg(&self, size: Size) -> String {
        let transposed = self.transposed();
        let is_wide = self.columns.1.len() > self.rows.1.len() && !self.is_by_column;
        if is_wide && self.cell_width(size) < self.cell_needs() {
            return transposed.upright(size);
        }
        self.upright(size)
    }

    fn transposed(&self) -> Self {
        let n_columns = self.columns.1.len();
        let column = |idx: usize| self.cells.iter().map(|it| it[idx]).collect();
        Self {
            rows: self.columns.clone(),
            columns: self.rows.clone(),
            axis: self.axis.clone(),
            cells: (0..n_columns).map(column).collect(),
            contour: self.contour,
            is_by_column: self.is_by_column,
        }
    }

    /// The width of the longest word among the columns' names and of the longest number.
    fn cell_needs(&self) -> f64 {
        let words = self.columns.1.iter().flat_map(|it| it.split(' '));
        let longest = words.map(width).fold(0.0, f64::max);
        let numbers = self.cells.iter().flatten().map(|it| self.number(it));
        numbers.map(|it| width(&it)).fold(longest, f64::max) + 4.0
    }

    #[expect(clippy::cast_precision_loss, reason = "a chart has few columns")]
    fn cell_width(&self, size: Size) -> f64 {
        let rows = self
            .row_lines(size)
            .iter()
            .map(Lines::width)
            .fold(0.0, f64::max);
        let room = size.width() - rows - 10.0;
        (room / self.columns.1.len().max(1) as f64).min(150.0)
    }

    fn row_lines(&self, size: Size) -> Vec<Lines> {
        let room = match size {
            Size::Wide => 260.0,
            Size::Narrow => 120.0,
        };
        let rows = self.rows.1.iter();
        rows.map(|it| Lines::of(it, room)).collect()
    }

    fn number(&self, it: &Quantity) -> String {
        if it.value.abs() <= 0.0 {
            return "0".to_owned();
        }
        let text = self.axis.unit.render(it.value);
        text.trim_end_matches(" points").to_owned()
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a chart has few rows and columns"
    )]
    fn upright(&self, size: Size) -> String {
        let mut canvas = Canvas::new(size.width());
        let rows = self.row_lines(size);
        let left = rows.iter().map(Lines::width).fold(0.0, f64::max) + 10.0;
        let cell = self.cell_width(size);
        let columns = self.columns.1.iter();
        let columns: Vec<Lines> = columns.map(|it| Lines::of(it, cell - 4.0)).collect();
        let plain = (Paint::Ink, Weight::Plain);
        let mut top = 2.0;
        let whole = format!(
            "{}, by {} and {}",
            self.axis.title(),
            self.rows.0,
            self.columns.0
        );
        let title = Lines::of(&whole, canvas.width());
        canvas.lines(
            [0.0, top],
            Anchor::Start,
            (Paint::Soft, Weight::Plain),
            &title,
        );
        top += title.height() + 8.0;
        let head = columns.iter().map(Lines::height).fold(0.0, f64::max);
        for (idx, name) in columns.iter().enumerate() {
            let middle = left + cell * (idx as f64 + 0.5);
            canvas.lines(
                [middle, top + head - name.height()],
                Anchor::Middle,
                plain,
                name,
            );
        }
        top += head + 6.0;
        let is_numbered = cell - GAP >= self.numbers_need();
        let mut tops = vec![top];
        for (row, name) in rows.iter().enumerate() {
            let height = name.height().max(LEADING) + 12.0;
            let middle = top + height / 2.0;
            let place = [left - 10.0, middle - name.height() / 2.0];
            canvas.lines(place, Anchor::End, plain, name);
            for (column, it) in self.cells[row].iter().enumerate() {
                let shade = self.shade(it.value, column);
                let x = left + cell * column as f64;
                let tells = format!(
                    "{}, {}: {}",
                    self.rows.1[row],
                    self.columns.1[column],
                    it.render(self.axis.unit)
                );
                canvas.shade([x, top], [cell - GAP, height - GAP], shade, &tells);
                if is_numbered {
                    let paint = if shade > DARK {
                        Paint::Ground
                    } else {
                        Paint::Ink
                    };
                    let place = [x + (cell - GAP) / 2.0, middle + 3.5];
                    let style = (paint, Weight::Plain);
                    canvas.text(place, Anchor::Middle, style, &self.number(it));
                }
            }
            top += height;
            tops.push(top);
        }
        self.draw_contour(&mut canvas, left, cell, &tops);
        canvas.finish(top + 2.0)
    }

    fn numbers_need(&self) -> f64 {
        let numbers = self.cells.iter().flatten().map(|it| self.number(it));
        numbers.map(|it| width(&it)).fold(0.0, f64::max)
    }

    /// How dark a cell is: the root of where its number stands between the ends, so that small numbers
    /// beside a great one can be distinguished. The figures in the cells say how much it is.
    fn shade(&self, value: f64, column: usize) -> f64 {
        let values = || {
            let cells = self.cells.iter().flat_map(|it| it.iter().enumerate());
            let cells = cells.filter(|it| !self.is_by_column || it.0 == column);
            cells.map(|it| it.1.value)
        };
        let least = values().fold(f64::INFINITY, f64::min);
        let high = values().fold(f64::NEG_INFINITY, f64::max);
        // Where all numbers are far from 0, shades tell them from each other instead.
        let low = if least > high / 2.0 {
            least - (high - least) / 4.0
        } else {
            least.min(0.0)
        };
        if high <= low {
            return LIGHT;
        }
        let part = ((value - low) / (high - low)).clamp(0.0, 1.0);
        LIGHT + (0.9 - LIGHT) * part.sqrt()
    }

    /// A line between cells on either side of the contour's number.
    #[expect(clippy::cast_precision_loss, reason = "a chart has few columns")]
    fn draw_contour(&self, canvas: &mut Canvas, left: f64, cell: f64, tops: &[f64]) {
        let Some(contour) = self.contour else {
            return;
        };
        let is_above = |row: usize, column: usize| self.cells[row][column].value >= contour;
        for (row, cells) in self.cells.iter().enumerate() {
            for column in 0..cells.len() {
                let x = left + cell * (column + 1) as f64 - GAP / 2.0;
                let [from, to] = [tops[row], tops[row + 1]].map(|it| it - GAP / 2.0);
                if column + 1 < cells.len() && is_above(row, column) != is_above(row, column + 1) {
                    canvas.path(&[[x, from], [x, to]], 2.5, Paint::Ink);
                }
                let is_last = row + 1 == self.cells.len();
                if !is_last && is_above(row, column) != is_above(row + 1, column) {
                    canvas.path(&[[x - cell, to], [x, to]], 2.5, Paint::Ink);
                }
            }
        }
    }
}
