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

/// How high the names of columns may be where they are read upwards, the first that does, in pixels.
const TURNED_ROOMS: [f64; 3] = [100.0, 150.0, 220.0];

/// Where rows and their names stand.
struct Layout {
    rows: Vec<Lines>,
    are_above: bool,
    /// Where the cells of a row begin.
    left: f64,
    /// From cell to cell.
    cell: f64,
}

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
        self.longest_word().max(self.numbers_need()) + 4.0
    }

    /// The width of the longest word among the columns' names.
    fn longest_word(&self) -> f64 {
        let words = self.columns.1.iter().flat_map(|it| it.split(' '));
        words.map(width).fold(0.0, f64::max)
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

    fn upright(&self, size: Size) -> String {
        let mut canvas = Canvas::new(size.width());
        let layout = self.layout(size);
        let whole = format!(
            "{}, by {} and {}",
            self.axis.title(),
            self.rows.0,
            self.columns.0
        );
        let title = Lines::of(&whole, canvas.width());
        let soft = (Paint::Soft, Weight::Plain);
        canvas.lines([0.0, 2.0], Anchor::Start, soft, &title);
        let mut top = self.draw_heads(&mut canvas, &layout, 10.0 + title.height());
        let mut tops = vec![top];
        for (row, name) in layout.rows.iter().enumerate() {
            let plain = (Paint::Ink, Weight::Plain);
            let height = if layout.are_above {
                canvas.lines([0.0, top], Anchor::Start, plain, name);
                top += name.height() + 3.0;
                LEADING + 8.0
            } else {
                let height = name.height().max(LEADING) + 12.0;
                let place = [layout.left - 10.0, top + (height - name.height()) / 2.0];
                canvas.lines(place, Anchor::End, plain, name);
                height
            };
            self.draw_cells(&mut canvas, &layout, row, [top, height]);
            top += height + if layout.are_above { 6.0 } else { 0.0 };
            tops.push(top);
        }
        self.draw_contour(&mut canvas, layout.left, layout.cell, &tops);
        canvas.finish(top + 2.0)
    }

    /// Rows are named beside their cells. On a phone, where this leaves too little room for numbers or the
    /// words of columns, they are named above them; but a line between cells would cross the names.
    #[expect(clippy::cast_precision_loss, reason = "a chart has few columns")]
    fn layout(&self, size: Size) -> Layout {
        let cell = self.cell_width(size);
        let has_names = self.longest_word() <= cell - 4.0 || self.turned_columns(cell).is_some();
        let has_room = has_names && cell - GAP >= self.numbers_need();
        if size == Size::Narrow && !has_room && self.contour.is_none() {
            let rows = self.rows.1.iter();
            return Layout {
                rows: rows.map(|it| Lines::of(it, size.width())).collect(),
                are_above: true,
                left: 0.0,
                cell: (size.width() / self.columns.1.len().max(1) as f64).min(150.0),
            };
        }
        let rows = self.row_lines(size);
        Layout {
            left: rows.iter().map(Lines::width).fold(0.0, f64::max) + 10.0,
            rows,
            are_above: false,
            cell,
        }
    }

    /// Names the columns, and returns where the rows begin.
    #[expect(clippy::cast_precision_loss, reason = "a chart has few columns")]
    fn draw_heads(&self, canvas: &mut Canvas, layout: &Layout, top: f64) -> f64 {
        let plain = (Paint::Ink, Weight::Plain);
        let middle = |idx: usize| layout.left + layout.cell * (idx as f64 + 0.5) - GAP / 2.0;
        if let Some(names) = self.turned_columns(layout.cell) {
            let head = names.iter().map(Lines::width).fold(0.0, f64::max);
            for (idx, name) in names.iter().enumerate() {
                canvas.turned([middle(idx), top + head], plain, name);
            }
            return top + head + 6.0;
        }
        let names = self.columns.1.iter();
        let names: Vec<Lines> = names.map(|it| Lines::of(it, layout.cell - 4.0)).collect();
        let head = names.iter().map(Lines::height).fold(0.0, f64::max);
        for (idx, name) in names.iter().enumerate() {
            let place = [middle(idx), top + head - name.height()];
            canvas.lines(place, Anchor::Middle, plain, name);
        }
        top + head + 6.0
    }

    /// The names of columns as they are read upwards: where a word would have to be broken otherwise, and
    /// none has to be so.
    fn turned_columns(&self, cell: f64) -> Option<Vec<Lines>> {
        let longest = self.longest_word();
        if longest <= cell - 4.0 {
            return None;
        }
        let rooms = TURNED_ROOMS.into_iter().filter(|it| longest <= *it);
        let names = |room| {
            let names = self.columns.1.iter();
            names.map(|it| Lines::of(it, room)).collect::<Vec<_>>()
        };
        rooms
            .map(names)
            .find(|it| it.iter().all(|it| it.height() <= cell))
    }

    #[expect(clippy::cast_precision_loss, reason = "a chart has few columns")]
    fn draw_cells(
        &self,
        canvas: &mut Canvas,
        layout: &Layout,
        row: usize,
        [top, height]: [f64; 2],
    ) {
        let is_numbered = layout.cell - GAP >= self.numbers_need();
        for (column, it) in self.cells[row].iter().enumerate() {
            let shade = self.shade(it.value, column);
            let x = layout.left + layout.cell * column as f64;
            let tells = format!(
                "{}, {}: {}",
                self.rows.1[row],
                self.columns.1[column],
                it.render(self.axis.unit)
            );
            let sides = [layout.cell - GAP, height - GAP];
            canvas.shade([x, top], sides, shade, &tells);
            if is_numbered {
                let paint = if shade > DARK {
                    Paint::Ground
                } else {
                    Paint::Ink
                };
                let place = [x + sides[0] / 2.0, top + height / 2.0 + 3.5];
                let style = (paint, Weight::Plain);
                canvas.text(place, Anchor::Middle, style, &self.number(it));
            }
        }
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
