//! What moves a number up and down: the greatest swing first.

use crate::report::drawing::canvas::{Anchor, Canvas, Paint, Weight};
use crate::report::drawing::charts::{PageTable, Size, head};
use crate::report::drawing::letters::{LEADING, Lines, width};
use crate::report::drawing::quantities::Axis;
use crate::report::drawing::scale::Scale;

/// Height of a bar, in pixels.
const BAR: f64 = 14.0;

/// What moves a number up and down.
#[derive(Clone, PartialEq, Debug)]
pub struct Tornado {
    /// What is moved.
    pub axis: Axis,
    /// Where it stands unmoved.
    pub at: f64,
    /// What moves it, from top to bottom.
    pub swings: Vec<Swing>,
}

/// What something moves a number to.
#[derive(Clone, PartialEq, Debug)]
pub struct Swing {
    /// What moves it.
    pub label: String,
    /// Where the number stands with the lower and with the higher setting.
    pub to: [f64; 2],
    /// What the lower and the higher setting are.
    pub settings: [String; 2],
}

impl Tornado {
    pub(super) fn table(&self) -> PageTable {
        let row = |it: &Swing| {
            let [low, high] = it.to.map(|it| self.axis.unit.render(it));
            let [lower, higher] = it.settings.clone();
            vec![it.label.clone(), lower, low, higher, high]
        };
        PageTable {
            head: head([
                "moved",
                "lower",
                &self.axis.label,
                "higher",
                &self.axis.label,
            ]),
            rows: self.swings.iter().map(row).collect(),
        }
    }

    pub(super) fn svg(&self, size: Size) -> String {
        let mut canvas = Canvas::new(size.width());
        let soft = (Paint::Soft, Weight::Plain);
        let labels = self.swings.iter();
        let labels: Vec<Lines> = labels
            .map(|it| Lines::of(&it.label, size.label_room()))
            .collect();
        let label_end = labels.iter().map(Lines::width).fold(0.0, f64::max);
        let numbers = self.swings.iter().flat_map(|it| it.to);
        let number_room = numbers.clone().map(|it| width(&self.axis.unit.render(it)));
        let number_room = 8.0 + number_room.fold(0.0, f64::max);
        let ends = numbers.fold([self.at; 2], |[low, high], it| [low.min(it), high.max(it)]);
        let places = [label_end + 10.0 + number_room, canvas.width() - number_room];
        let scale = Scale::new(ends, places);
        let mut top = 2.0;
        let key = [
            (Paint::Gray, "with the lower setting"),
            (Paint::Accent, "with the higher setting"),
        ];
        for (paint, text) in key {
            canvas.rect([0.0, top + 2.0], [12.0, 12.0], paint, "");
            canvas.text([18.0, top + 12.0], Anchor::Start, soft, text);
            top += LEADING + 2.0;
        }
        let title = format!(
            "{} ({} unmoved)",
            self.axis.label,
            self.axis.unit.render(self.at)
        );
        let title = Lines::of(&title, canvas.width());
        canvas.lines([0.0, top], Anchor::Start, soft, &title);
        top += title.height() + 10.0;
        let (zero, first) = (scale.at(self.at), top);
        for (label, swing) in labels.iter().zip(&self.swings) {
            let row = label.height().max(LEADING);
            let middle = top + row / 2.0;
            let place = [label_end, middle - label.height() / 2.0];
            canvas.lines(place, Anchor::End, (Paint::Ink, Weight::Plain), label);
            self.draw_swing(&mut canvas, swing, &scale, middle);
            top += row + 8.0;
        }
        canvas.path(&[[zero, first - 4.0], [zero, top - 4.0]], 1.0, Paint::Soft);
        canvas.finish(top)
    }

    fn draw_swing(&self, canvas: &mut Canvas, swing: &Swing, scale: &Scale, middle: f64) {
        let zero = scale.at(self.at);
        let is_one_sided = (swing.to[0] < self.at) == (swing.to[1] < self.at);
        for (idx, paint) in [Paint::Gray, Paint::Accent].into_iter().enumerate() {
            let end = scale.at(swing.to[idx]);
            let number = self.axis.unit.render(swing.to[idx]);
            let tells = format!("{}, {}: {number}", swing.label, swing.settings[idx]);
            // Two bars to the same side share the row's height.
            let (top, height) = match (is_one_sided, idx) {
                (false, _) => (middle - BAR / 2.0, BAR),
                (true, 0) => (middle - BAR / 2.0, BAR / 2.0),
                (true, _) => (middle, BAR / 2.0),
            };
            canvas.rect(
                [zero.min(end), top],
                [(end - zero).abs(), height],
                paint,
                &tells,
            );
        }
        let ends = swing.to.map(|it| scale.at(it));
        let texts = swing.to.map(|it| self.axis.unit.render(it));
        let [left, right] = if ends[0] <= ends[1] { [0, 1] } else { [1, 0] };
        let ink = (Paint::Ink, Weight::Plain);
        let y = middle + 4.5;
        canvas.text(
            [ends[left].min(zero) - 6.0, y],
            Anchor::End,
            ink,
            &texts[left],
        );
        canvas.text(
            [ends[right].max(zero) + 6.0, y],
            Anchor::Start,
            ink,
            &texts[right],
        );
    }
}
