//! A hundred marks for a whole and its parts: of a hundred sessions, how many end how.

use crate::report::drawing::canvas::{Anchor, Canvas, Paint, Weight};
use crate::report::drawing::charts::{PageTable, Size, head};
use crate::report::drawing::letters::{LEADING, Lines};
use crate::report::drawing::quantities::Unit;

/// Side of a mark, in pixels.
const SIDE: f64 = 10.0;

/// From mark to mark, in pixels.
const STEP: f64 = 11.6;

/// What stands between tens, so that marks can be counted.
const TEN: f64 = 4.0;

/// A hundred marks, row by row.
#[derive(Clone, PartialEq, Debug)]
pub struct Marks {
    /// What one mark stands for, for example `session`.
    pub of: String,
    /// The parts, which sum to the whole.
    pub rows: Vec<MarkRow>,
}

/// A part of the whole.
#[derive(Clone, PartialEq, Debug)]
pub struct MarkRow {
    /// What it is, after its number of marks.
    pub label: String,
    /// How many marks it has.
    pub n: usize,
    /// Its share of the whole, from 0 to 1.
    pub share: f64,
    /// Its color.
    pub kind: MarkKind,
    /// Whether it is a part of the row above that is no such part itself.
    pub is_part: bool,
}

/// Which color marks have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MarkKind {
    /// What the picture is about.
    Accent,
    /// What came near it.
    Tint,
    /// The rest.
    Gray,
}

impl Marks {
    pub(super) fn table(&self) -> PageTable {
        let rows = self.rows.iter().map(|it| {
            let label = if it.is_part {
                format!("of these: {}", it.label)
            } else {
                it.label.clone()
            };
            vec![label, it.n.to_string(), Unit::Share.render(it.share)]
        });
        let marks = format!("of 100 {}s", self.of);
        PageTable {
            head: head(["part", &marks, "share"]),
            rows: rows.collect(),
        }
    }

    pub(super) fn svg(&self, size: Size) -> String {
        let mut canvas = Canvas::new(size.width());
        let mut top = 2.0;
        for (idx, row) in self.rows.iter().enumerate() {
            // The marks of a row with parts are those of its parts.
            let has_parts = !row.is_part && self.rows.get(idx + 1).is_some_and(|it| it.is_part);
            let n_drawn = if has_parts { 0 } else { row.n };
            top = match size {
                Size::Wide => draw_wide(&mut canvas, row, n_drawn, top),
                Size::Narrow => draw_narrow(&mut canvas, row, n_drawn, top),
            };
        }
        canvas.finish(top)
    }
}

impl MarkRow {
    fn paint(&self) -> Paint {
        match self.kind {
            MarkKind::Accent => Paint::Accent,
            MarkKind::Tint => Paint::Tint,
            MarkKind::Gray => Paint::Gray,
        }
    }

    /// Its number of marks, where fewer than one is said so.
    fn number(&self) -> String {
        if self.n == 0 && self.share > 0.0 {
            "<1".to_owned()
        } else {
            self.n.to_string()
        }
    }

    fn style(&self) -> (Paint, Weight) {
        if self.is_part {
            (Paint::Soft, Weight::Plain)
        } else {
            (Paint::Ink, Weight::Bold)
        }
    }

    fn tells(&self) -> String {
        format!("{}: {}", self.label, Unit::Share.render(self.share))
    }
}

/// The number and the label to the left, the marks to the right.
fn draw_wide(canvas: &mut Canvas, row: &MarkRow, n_drawn: usize, top: f64) -> f64 {
    const LABELS: f64 = 336.0;
    let indent = if row.is_part { 20.0 } else { 0.0 };
    let label = if row.is_part {
        Lines::of(&row.label, LABELS - 56.0 - indent)
    } else {
        Lines::bold(&row.label, LABELS - 56.0)
    };
    let number_end = 32.0 + indent;
    canvas.text(
        [number_end, top + 12.0],
        Anchor::End,
        row.style(),
        &row.number(),
    );
    canvas.lines([number_end + 10.0, top], Anchor::Start, row.style(), &label);
    let height = draw_marks(canvas, row, n_drawn, [LABELS, top + 3.0], 40);
    top + label.height().max(height) + if row.is_part { 4.0 } else { 8.0 }
}

/// The number and the label, and the marks below them.
fn draw_narrow(canvas: &mut Canvas, row: &MarkRow, n_drawn: usize, top: f64) -> f64 {
    let indent = if row.is_part { 16.0 } else { 0.0 };
    let label = format!("{} {}", row.number(), row.label);
    let room = canvas.width() - indent;
    let label = if row.is_part {
        Lines::of(&label, room)
    } else {
        Lines::bold(&label, room)
    };
    canvas.lines([indent, top], Anchor::Start, row.style(), &label);
    let top = top + label.height() + 2.0;
    let height = draw_marks(canvas, row, n_drawn, [indent, top + 2.0], 20);
    top + if n_drawn == 0 { 0.0 } else { height } + 6.0
}

/// Marks in lines of so many; returns how high they are.
#[expect(clippy::cast_precision_loss, reason = "a hundred marks at most")]
fn draw_marks(
    canvas: &mut Canvas,
    row: &MarkRow,
    n: usize,
    [left, top]: [f64; 2],
    per_line: usize,
) -> f64 {
    for idx in 0..n {
        let place = idx % per_line;
        let x = left + STEP * place as f64 + TEN * (place / 10) as f64;
        let y = top + STEP * (idx / per_line) as f64;
        canvas.rect([x, y], [SIDE, SIDE], row.paint(), &row.tells());
    }
    (STEP * n.div_ceil(per_line) as f64).max(LEADING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_drawn_once_and_a_part_without_any_is_named() {
        let row = |label: &str, n, is_part| MarkRow {
            label: label.to_owned(),
            n,
            share: 0.004,
            kind: MarkKind::Gray,
            is_part,
        };
        let rows = vec![
            row("deals", 40, false),
            row("no deals", 60, false),
            row("by one", 60, true),
            row("by another", 0, true),
        ];
        let of = "session".to_owned();
        for size in [Size::Wide, Size::Narrow] {
            let svg = Marks {
                of: of.clone(),
                rows: rows.clone(),
            }
            .svg(size);
            assert_eq!(svg.matches("<rect").count(), 1 + 100);
            assert!(svg.contains("&lt;1"));
        }
    }
}
