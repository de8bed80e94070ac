//! Ranges on one scale: how far a number may be off for each of several reasons.

use crate::report::drawing::canvas::{Anchor, Canvas, Paint, Weight};
use crate::report::drawing::charts::{PageTable, Size, head};
use crate::report::drawing::letters::{LEADING, Lines, width};
use crate::report::drawing::quantities::Axis;
use crate::report::drawing::scale::Scale;

/// Ranges on one scale, from top to bottom.
#[derive(Clone, PartialEq, Debug)]
pub struct Ranges {
    /// What is measured.
    pub axis: Axis,
    /// The ends of the scale.
    pub ends: [f64; 2],
    /// The number whose doubt is shown.
    pub at: f64,
    /// The ranges.
    pub rows: Vec<RangeRow>,
}

/// A range.
#[derive(Clone, PartialEq, Debug)]
pub struct RangeRow {
    /// Over what it is a range.
    pub label: String,
    /// Its ends.
    pub ends: [f64; 2],
    /// What is said of it, line by line.
    pub notes: Vec<String>,
    /// Numbers within it, each with what it is.
    pub dots: Vec<(f64, String)>,
}

impl Ranges {
    pub(super) fn table(&self) -> PageTable {
        let rows = self.rows.iter().flat_map(|row| {
            let [low, high] = row.ends.map(|it| self.axis.unit.render(it));
            let dots = row.dots.iter().map(|(at, what)| {
                let at = self.axis.unit.render(*at);
                vec![format!("{}: {what}", row.label), at.clone(), at]
            });
            [vec![row.label.clone(), low, high]].into_iter().chain(dots)
        });
        PageTable {
            head: head(["range", "from", "to"]),
            rows: rows.collect(),
        }
    }

    pub(super) fn svg(&self, size: Size) -> String {
        let mut canvas = Canvas::new(size.width());
        let left = match size {
            Size::Wide => 320.0,
            Size::Narrow => 26.0,
        };
        let scale = Scale::new(self.ends, [left, canvas.width() - 24.0]);
        let mut top = 2.0;
        for row in &self.rows {
            top = self.draw_row(&mut canvas, row, &scale, size, top);
        }
        let soft = (Paint::Soft, Weight::Plain);
        canvas.path(
            &[[left, top], [canvas.width() - 24.0, top]],
            1.0,
            Paint::Soft,
        );
        let ticks = scale.ticks();
        for (tick, text) in ticks.iter().zip(self.axis.tick_texts(&ticks)) {
            let x = scale.at(*tick);
            canvas.path(&[[x, top], [x, top + 4.0]], 1.0, Paint::Soft);
            let half = width(&text) / 2.0;
            let middle = x.clamp(half, canvas.width() - half);
            canvas.text([middle, top + 18.0], Anchor::Middle, soft, &text);
        }
        let title = Lines::of(&self.axis.label, canvas.width() - left);
        canvas.lines([left, top + 22.0], Anchor::Start, soft, &title);
        canvas.finish(top + 26.0 + title.height())
    }

    fn draw_row(
        &self,
        canvas: &mut Canvas,
        row: &RangeRow,
        scale: &Scale,
        size: Size,
        top: f64,
    ) -> f64 {
        let (ink, soft) = ((Paint::Ink, Weight::Plain), (Paint::Soft, Weight::Plain));
        let (room, notes_at) = match size {
            Size::Wide => (300.0, scale.at(self.ends[0])),
            Size::Narrow => (canvas.width(), 0.0),
        };
        let label = Lines::of(&row.label, room);
        canvas.lines([0.0, top], Anchor::Start, ink, &label);
        let beside = match size {
            Size::Wide => label.height(),
            Size::Narrow => 0.0,
        };
        let top = top + label.height() - beside;
        let middle = top + LEADING / 2.0;
        let [low, high] = row.ends.map(|it| scale.at(it));
        let tells = row.ends.map(|it| self.axis.unit.render(it));
        let tells = format!("{}: {} to {}", row.label, tells[0], tells[1]);
        canvas.rect(
            [low, middle - 4.0],
            [(high - low).max(2.0), 8.0],
            Paint::Tint,
            &tells,
        );
        for (at, what) in &row.dots {
            let tells = format!("{what}: {}", self.axis.unit.render(*at));
            canvas.disc([scale.at(*at), middle], 3.0, Paint::Soft, &tells);
        }
        canvas.disc([scale.at(self.at), middle], 5.0, Paint::Accent, "");
        let mut below = LEADING + 2.0;
        for note in &row.notes {
            // A note stands beside its range where there is room, else below it.
            if row.notes.len() == 1 && high + 12.0 + width(note) <= canvas.width() {
                canvas.text([high + 12.0, middle + 4.5], Anchor::Start, soft, note);
                continue;
            }
            let note = Lines::of(note, canvas.width() - notes_at);
            canvas.lines([notes_at, top + below], Anchor::Start, soft, &note);
            below += note.height();
        }
        top + beside.max(below) + 8.0
    }
}
