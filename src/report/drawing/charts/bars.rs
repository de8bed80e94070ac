//! A bar for each of several things, with its number at its end.

use crate::report::drawing::canvas::{Anchor, Canvas, Paint, Weight};
use crate::report::drawing::charts::{PageTable, Size, head};
use crate::report::drawing::letters::{LEADING, Lines, bold_width};
use crate::report::drawing::quantities::{Axis, Quantity};
use crate::report::drawing::scale::Scale;

/// Height of a bar, in pixels.
const BAR: f64 = 14.0;

/// From row to row, besides the lines of the label.
const GAP: f64 = 8.0;

/// A bar for each of several things, from top to bottom.
#[derive(Clone, PartialEq, Debug)]
pub struct Bars {
    /// What the things are, for example `Party`.
    pub category_label: String,
    /// What bars measure.
    pub axis: Axis,
    /// Each thing with its length.
    pub bars: Vec<(String, Quantity)>,
    /// Which of them the chart is about.
    pub emphasis: Emphasis,
    /// What each bar is a part of, if that is shown.
    pub backdrop: Option<Backdrop>,
    /// What the longest bar there may be measures, for charts that share a scale; `None` for the
    /// longest that there is.
    pub longest: Option<f64>,
}

/// Which bars have the accent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Emphasis {
    /// All, where none matters more.
    All,
    /// The first, with which the others are compared.
    First,
    /// The longest.
    Longest,
    /// Those whose interval leaves out 0, where bars are differences.
    Certain,
}

/// Wider bars behind the others.
#[derive(Clone, PartialEq, Debug)]
pub struct Backdrop {
    /// What they measure.
    pub label: String,
    /// Their lengths, bar by bar; an interval is drawn where the bar before it has none.
    pub lengths: Vec<Quantity>,
}

impl Bars {
    /// Bars that have the accent all, on a scale of their own.
    pub fn new(
        category_label: impl Into<String>,
        axis: Axis,
        bars: Vec<(String, Quantity)>,
    ) -> Self {
        Self {
            category_label: category_label.into(),
            axis,
            bars,
            emphasis: Emphasis::All,
            backdrop: None,
            longest: None,
        }
    }

    pub(super) fn table(&self) -> PageTable {
        let mut head = head([&self.category_label, &self.axis.label, "from", "to"]);
        head.extend(self.backdrop.iter().map(|it| it.label.clone()));
        let row = |(idx, (thing, it)): (usize, &(String, Quantity))| {
            let behind = self.backdrop.iter();
            let behind = behind.map(|it| it.lengths[idx].render(self.axis.unit));
            let fields = it.fields(self.axis.unit).into_iter().chain(behind);
            [thing.clone()].into_iter().chain(fields).collect()
        };
        PageTable {
            head,
            rows: self.bars.iter().enumerate().map(row).collect(),
        }
    }

    pub(super) fn svg(&self, size: Size) -> String {
        let mut canvas = Canvas::new(size.width());
        let labels = self.bars.iter();
        let labels: Vec<Lines> = labels
            .map(|it| Lines::of(&it.0, size.label_room()))
            .collect();
        let label_end = labels.iter().map(Lines::width).fold(0.0, f64::max);
        let all = 0..self.bars.len();
        let whole: Vec<String> = all.clone().map(|it| self.number_of_whole(it)).collect();
        // Numbers of accented bars are heavy.
        let room = |it: &[String]| 8.0 + it.iter().map(|it| bold_width(it)).fold(0.0, f64::max);
        let mut numbers: Vec<String> = if label_end + 80.0 + room(&whole) <= canvas.width() {
            whole
        } else {
            all.map(|it| self.number(it)).collect()
        };
        // Numbers on both sides of bars need room twice; where there is little, the caption alone says
        // that they are points.
        if label_end + 80.0 + 2.0 * room(&numbers) > canvas.width() {
            for it in &mut numbers {
                *it = it.trim_end_matches(" points").to_owned();
            }
        }
        let number_room = room(&numbers);
        let scale = self.scale(label_end + 10.0, canvas.width() - number_room, number_room);
        let accented = self.accented();
        let mut top = self.draw_key(&mut canvas);
        let zero = scale.at(0.0);
        let first = top;
        for (idx, (label, (thing, it))) in labels.iter().zip(&self.bars).enumerate() {
            let row = label.height().max(LEADING);
            let middle = top + row / 2.0;
            canvas.lines(
                [label_end, middle - label.height() / 2.0],
                Anchor::End,
                (Paint::Ink, Weight::Plain),
                label,
            );
            let end = scale.at(it.value);
            let tells = format!("{thing}: {}", it.render(self.axis.unit));
            if let Some(behind) = self.backdrop.as_ref().map(|it| it.lengths[idx].value) {
                let behind = scale.at(behind);
                canvas.rect(
                    [zero.min(behind), middle - BAR / 2.0],
                    [(behind - zero).abs(), BAR],
                    Paint::Pale,
                    "",
                );
            }
            let paint = if accented.contains(&idx) {
                Paint::Accent
            } else {
                Paint::Gray
            };
            canvas.rect(
                [zero.min(end), middle - BAR / 2.0],
                [(end - zero).abs(), BAR],
                paint,
                &tells,
            );
            let mut ends = [zero.min(end), zero.max(end)];
            let behind = self
                .backdrop
                .as_ref()
                .and_then(|it| it.lengths[idx].interval);
            if let Some(interval) = it.interval.or(behind) {
                let [low, high] = [interval.low, interval.high].map(|it| scale.at(it));
                canvas.path(&[[low, middle], [high, middle]], 1.5, Paint::Ink);
                ends = [ends[0].min(low), ends[1].max(high)];
            }
            if let Some(behind) = self.backdrop.as_ref().map(|it| it.lengths[idx].value) {
                ends[1] = ends[1].max(scale.at(behind));
            }
            let (x, anchor) = if it.value < 0.0 {
                (ends[0] - 6.0, Anchor::End)
            } else {
                (ends[1] + 6.0, Anchor::Start)
            };
            let weight = if paint == Paint::Accent && accented.len() < self.bars.len() {
                Weight::Bold
            } else {
                Weight::Plain
            };
            canvas.text(
                [x, middle + 4.5],
                anchor,
                (Paint::Ink, weight),
                &numbers[idx],
            );
            top += row + GAP;
        }
        canvas.path(
            &[[zero, first - 2.0], [zero, top - GAP + 2.0]],
            1.0,
            Paint::Soft,
        );
        canvas.finish(top)
    }

    /// The number at the end of a bar.
    fn number(&self, idx: usize) -> String {
        self.axis.unit.render(self.bars[idx].1.value)
    }

    /// The same with the number that it is a part of.
    fn number_of_whole(&self, idx: usize) -> String {
        let whole = self.backdrop.as_ref().map(|it| it.lengths[idx].value);
        let whole = whole.map(|it| format!(" of {}", self.axis.unit.render(it)));
        self.number(idx) + &whole.unwrap_or_default()
    }

    /// What the colors are, above the bars; returns where these begin.
    fn draw_key(&self, canvas: &mut Canvas) -> f64 {
        let Some(backdrop) = &self.backdrop else {
            return 4.0;
        };
        let mut top = 2.0;
        for (paint, label) in [
            (Paint::Accent, &self.axis.label),
            (Paint::Pale, &backdrop.label),
        ] {
            canvas.rect([0.0, top + 2.0], [12.0, 12.0], paint, "");
            let lines = Lines::of(label, canvas.width() - 20.0);
            canvas.lines(
                [18.0, top],
                Anchor::Start,
                (Paint::Soft, Weight::Plain),
                &lines,
            );
            top += lines.height() + 2.0;
        }
        top + 8.0
    }

    /// The scale, on which 0 is always seen: a bar's length says what it measures only from there.
    fn scale(&self, from: f64, to: f64, number_room: f64) -> Scale {
        let (mut low, mut high) = (0.0_f64, self.longest.unwrap_or_default());
        for (_, it) in &self.bars {
            let ends = it.interval.map_or([it.value; 2], |it| [it.low, it.high]);
            low = low.min(it.value).min(ends[0]);
            high = high.max(it.value).max(ends[1]);
        }
        for it in self.backdrop.iter().flat_map(|it| &it.lengths) {
            let ends = it.interval.map_or([it.value; 2], |it| [it.low, it.high]);
            low = low.min(ends[0]);
            high = high.max(it.value).max(ends[1]);
        }
        if high <= low {
            high = low + 1.0;
        }
        // A number to the left of a bar needs its room, too.
        let from = if low < 0.0 {
            (from + number_room).min(to - 30.0)
        } else {
            from
        };
        Scale::new([low, high], [from, to])
    }

    fn accented(&self) -> Vec<usize> {
        match self.emphasis {
            Emphasis::All => (0..self.bars.len()).collect(),
            Emphasis::First => vec![0],
            Emphasis::Certain => {
                let leaves_out = |it: &Quantity| {
                    let ends = it.interval.map_or([it.value; 2], |it| [it.low, it.high]);
                    ends[0] > 0.0 || ends[1] < 0.0
                };
                let is_certain = |idx: &usize| leaves_out(&self.bars[*idx].1);
                (0..self.bars.len()).filter(is_certain).collect()
            }
            Emphasis::Longest => {
                let values = self.bars.iter().map(|it| it.1.value);
                let longest = values.fold(f64::NEG_INFINITY, f64::max);
                let is_longest = |idx: &usize| self.bars[*idx].1.value >= longest;
                (0..self.bars.len()).filter(is_longest).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::drawing::quantities::Unit;

    #[test]
    fn every_word_of_a_long_label_stands_beside_its_bar() {
        let label = "The first party did not concede enough on security & guarantees for others";
        let bars = vec![
            (label.to_owned(), Quantity::exact(0.5)),
            (label.replace("first", "second"), Quantity::exact(0.25)),
        ];
        let chart = Bars::new("Reason", Axis::new("Share", Unit::Share), bars);
        for size in [Size::Wide, Size::Narrow] {
            let svg = chart.svg(size);
            for word in label.replace('&', "&amp;").split(' ') {
                assert!(svg.contains(word), "{word}: {svg}");
            }
            assert!(svg.contains("50.0 %"));
        }
    }
}
