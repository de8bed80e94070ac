//! What numbers of many sessions are as rounds go by, as bands around their medians: a panel for each of
//! several things, all on one scale.

use crate::report::drawing::canvas::{Anchor, Canvas, Paint, Weight};
use crate::report::drawing::charts::{PageTable, Size};
use crate::report::drawing::letters::{Lines, bold_width, width};
use crate::report::drawing::quantities::Axis;
use crate::report::drawing::scale::Scale;

/// Bands over a number, panel by panel.
#[derive(Clone, PartialEq, Debug)]
pub struct Bands {
    /// Over what.
    pub x: Axis,
    /// What is measured.
    pub y: Axis,
    /// The ends of the scale of what is measured.
    pub ends: [f64; 2],
    /// What the level of a panel is, in a word or two.
    pub level: String,
    /// The panels.
    pub panels: Vec<BandPanel>,
}

/// The bands of one thing.
#[derive(Clone, PartialEq, Debug)]
pub struct BandPanel {
    /// What they are of.
    pub label: String,
    /// What is said of them, below the label; may be empty.
    pub note: String,
    /// From left to right, what they are over, and the quantiles there: the lower ends of the outer and
    /// the inner band, the median, and the upper ends of the inner and the outer band.
    pub points: Vec<(f64, [f64; 5])>,
    /// A number that all of them are compared with.
    pub level: f64,
}

/// Room between panels, in pixels.
const GAP: f64 = 24.0;

/// The height of what is drawn in a panel, in pixels.
const HEIGHT: f64 = 130.0;

/// What the panels of a chart share: where numbers are, and the room beside them.
struct Frame {
    /// From the left end of a panel to where its scale begins.
    left: f64,
    /// The width of a panel.
    width: f64,
    /// To the right of the scale, for the last median.
    right: f64,
    x_ends: [f64; 2],
}

impl BandPanel {
    /// Its label and its note, in so much room.
    fn head(&self, room: f64) -> [Lines; 2] {
        [Lines::bold(&self.label, room), Lines::of(&self.note, room)]
    }
}

impl Bands {
    pub(super) fn table(&self) -> PageTable {
        let rows = self.panels.iter().flat_map(|panel| {
            panel.points.iter().map(|(at, quantiles)| {
                let level = self.y.unit.render(panel.level);
                let key = [panel.label.clone(), self.x.unit.render(*at)];
                let quantiles = self.y.unit.texts(*quantiles);
                key.into_iter().chain(quantiles).chain([level]).collect()
            })
        });
        let percents = ["10 %", "25 %", "median", "75 %", "90 %"];
        let head = ["of", self.x.label.as_str()].into_iter().chain(percents);
        let head = head.chain([self.level.as_str()]);
        PageTable {
            head: head.map(str::to_owned).collect(),
            rows: rows.collect(),
        }
    }

    pub(super) fn svg(&self, size: Size) -> String {
        let mut canvas = Canvas::new(size.width());
        let soft = (Paint::Soft, Weight::Plain);
        let title = Lines::of(&self.y.label, canvas.width());
        canvas.lines([0.0, 2.0], Anchor::Start, soft, &title);
        let mut top = 2.0 + title.height() + 10.0;
        let n_columns = match (size, self.panels.len()) {
            (Size::Narrow, _) => 1,
            (Size::Wide, 2 | 4) => 2,
            (Size::Wide, n) => n.clamp(1, 3),
        };
        let frame = self.frame(canvas.width(), n_columns);
        for row in self.panels.chunks(n_columns) {
            let heads = row.iter().map(|it| it.head(frame.width));
            let heads: Vec<[Lines; 2]> = heads.collect();
            let height = |it: &[Lines; 2]| it[0].height() + it[1].height();
            let highest = heads.iter().map(height).fold(0.0, f64::max);
            let mut from = 0.0;
            for (panel, head) in row.iter().zip(&heads) {
                // Heads stand on the panels, however many lines others have.
                let mut at = [from, top + highest - height(head)];
                let [label, note] = head;
                canvas.lines(at, Anchor::Start, (Paint::Ink, Weight::Bold), label);
                at[1] += label.height();
                canvas.lines(at, Anchor::Start, soft, note);
                self.draw_panel(&mut canvas, panel, &frame, [from, top + highest + 10.0]);
                from += frame.width + GAP;
            }
            top += highest + 10.0 + HEIGHT + 32.0;
        }
        let title = Lines::of(&self.x.label, canvas.width());
        canvas.lines([0.0, top - 8.0], Anchor::Start, soft, &title);
        canvas.finish(top - 4.0 + title.height())
    }

    #[expect(clippy::cast_precision_loss, reason = "a chart has few columns")]
    fn frame(&self, width_of_all: f64, n_columns: usize) -> Frame {
        let y = Scale::new(self.ends, [HEIGHT, 0.0]);
        let ticks = self.y.tick_texts(&y.ticks());
        let widest = |it: &[String], width: fn(&str) -> f64| {
            it.iter().map(|it| width(it)).fold(0.0, f64::max)
        };
        let points = || self.panels.iter().flat_map(|it| &it.points);
        let medians: Vec<String> = points().map(|it| self.y.unit.render(it.1[2])).collect();
        let at = points().map(|it| it.0);
        let (low, high) = at.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| {
            (low.min(it), high.max(it))
        });
        let gaps = GAP * (n_columns - 1) as f64;
        Frame {
            left: 8.0 + widest(&ticks, width),
            width: (width_of_all - gaps) / n_columns as f64,
            right: 8.0 + widest(&medians, bold_width),
            x_ends: if low.is_finite() {
                [low, high]
            } else {
                [0.0, 1.0]
            },
        }
    }

    fn draw_panel(&self, canvas: &mut Canvas, panel: &BandPanel, frame: &Frame, at: [f64; 2]) {
        let [from, top] = at;
        let ends = [from + frame.left, from + frame.width - frame.right];
        let x = Scale::new(frame.x_ends, ends);
        let y = Scale::new(self.ends, [top + HEIGHT, top]);
        let soft = (Paint::Soft, Weight::Plain);
        let ticks = y.ticks();
        for (tick, text) in ticks.iter().zip(self.y.tick_texts(&ticks)) {
            let height = y.at(*tick);
            canvas.path(&[[ends[0], height], [ends[1], height]], 1.0, Paint::Grid);
            canvas.text([ends[0] - 8.0, height + 4.5], Anchor::End, soft, &text);
        }
        self.draw_x_ticks(canvas, &x, [from, from + frame.width], top + HEIGHT);
        for [low, high] in [[0, 4], [1, 3]] {
            let end = |it: &(f64, [f64; 5]), of: usize| [x.at(it.0), y.at(it.1[of])];
            let below = panel.points.iter().map(|it| end(it, low));
            let above = panel.points.iter().rev().map(|it| end(it, high));
            canvas.band(&below.chain(above).collect::<Vec<_>>(), Paint::Accent);
        }
        let level = y.at(panel.level);
        canvas.dashes([ends[0], level], [ends[1], level], Paint::Ink);
        let line = panel.points.iter().map(|it| [x.at(it.0), y.at(it.1[2])]);
        canvas.path(&line.collect::<Vec<_>>(), 2.0, Paint::Accent);
        for (at, quantiles) in &panel.points {
            let [low, below, middle, above, high] = self.y.unit.texts(*quantiles);
            let tells = format!(
                "{}, {} {}: median {middle}; half of sessions {below} to {above}, 80 % {low} to {high}",
                panel.label,
                self.x.label,
                self.x.unit.render(*at),
            );
            let place = [x.at(*at), y.at(quantiles[2])];
            canvas.disc(place, 2.2, Paint::Accent, &tells);
        }
        self.draw_labels(canvas, panel, [&x, &y], ends);
    }

    /// The last median beside its end, and what the level is where the bands leave most room.
    fn draw_labels(
        &self,
        canvas: &mut Canvas,
        panel: &BandPanel,
        [x, y]: [&Scale; 2],
        ends: [f64; 2],
    ) {
        if let Some((at, quantiles)) = panel.points.last() {
            let text = self.y.unit.render(quantiles[2]);
            let place = [x.at(*at) + 6.0, y.at(quantiles[2]) + 4.5];
            let style = (Paint::Accent, Weight::Bold);
            canvas.text(place, Anchor::Start, style, &text);
        }
        let level = format!("{} {}", self.level, self.y.unit.render(panel.level));
        let level = Lines::of(&level, ends[1] - ends[0]);
        let height = y.at(panel.level);
        // Below its line, and above it at the foot of the panel.
        let foot = y.at(self.ends[0]);
        let top = if height + level.height() + 4.0 > foot {
            height - level.height() - 4.0
        } else {
            height + 2.0
        };
        let style = (Paint::Ink, Weight::Plain);
        canvas.lines([ends[0] + 4.0, top], Anchor::Start, style, &level);
    }

    fn draw_x_ticks(&self, canvas: &mut Canvas, x: &Scale, ends: [f64; 2], bottom: f64) {
        let ticks = x.ticks();
        let mut free_from = f64::NEG_INFINITY;
        for (tick, text) in ticks.iter().zip(self.x.tick_texts(&ticks)) {
            let half = width(&text) / 2.0;
            let at = x.at(*tick).clamp(ends[0] + half, ends[1] - half);
            // Numbers that would touch are left out; the ticks stay round.
            if at - half < free_from || text.is_empty() {
                continue;
            }
            free_from = at + half + 8.0;
            let style = (Paint::Soft, Weight::Plain);
            canvas.text([at, bottom + 18.0], Anchor::Middle, style, &text);
        }
    }
}
