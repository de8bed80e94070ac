//! Points in a plane; those that matter are named beside them.

use std::f64::consts::PI;

use crate::report::drawing::canvas::{Anchor, Canvas, Paint, Weight};
use crate::report::drawing::charts::{PageTable, Size, head};
use crate::report::drawing::letters::{LEADING, Lines, width};
use crate::report::drawing::quantities::Axis;
use crate::report::drawing::scale::Scale;

/// Points that are named beside them, at most of each group.
const NAMED_MAX: usize = 12;

/// Points in a plane.
#[derive(Clone, PartialEq, Debug)]
pub struct Scatter {
    /// What is said above the plane, line by line, the first in heavy letters.
    pub heading: Vec<String>,
    /// To the right.
    pub x: Axis,
    /// Upwards.
    pub y: Axis,
    /// Groups of points; later ones lie above earlier ones.
    pub groups: Vec<Series>,
    /// Where lines through the whole plane go, by axis.
    pub crossing: Option<[f64; 2]>,
}

/// Points of one kind.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// What they are.
    pub label: String,
    /// How they are marked.
    pub mark: Mark,
    /// Whether a line joins them in their order.
    pub is_joined: bool,
    /// Each point with what it is called.
    pub spots: Vec<([f64; 2], String)>,
}

/// How points are marked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// Small dots in the background.
    Dust,
    /// A disc in the color of a series.
    Disc(usize),
    /// A star, named beside it.
    Star,
    /// A plus, named beside it.
    Plus,
    /// A ring around a point, named beside it.
    Ring,
}

impl Scatter {
    pub(super) fn table(&self) -> PageTable {
        let groups = self.groups.iter();
        let rows = groups.flat_map(|group| {
            group.spots.iter().map(|([x, y], name)| {
                let [x, y] = [self.x.unit.render(*x), self.y.unit.render(*y)];
                vec![name.clone(), group.label.clone(), x, y]
            })
        });
        PageTable {
            head: head(["point", "kind", &self.x.label, &self.y.label]),
            rows: rows.collect(),
        }
    }

    pub(super) fn svg(&self, size: Size) -> String {
        let mut canvas = Canvas::new(size.width());
        let top = self.draw_key(&mut canvas);
        let soft = (Paint::Soft, Weight::Plain);
        let title = Lines::of(&format!("↑ {}", self.y.title()), canvas.width());
        canvas.lines([0.0, top], Anchor::Start, soft, &title);
        let top = top + title.height() + 8.0;
        let bottom = top + size.width() * if size == Size::Wide { 0.5 } else { 0.8 };
        let [xs, ys] = [0, 1].map(|axis| self.ends(axis));
        let y = Scale::new(ys, [bottom, top]).rounded();
        let y_ticks = y.ticks();
        let y_texts = self.y.tick_texts(&y_ticks);
        let left = 8.0 + y_texts.iter().map(|it| width(it)).fold(0.0, f64::max);
        let x = Scale::new(xs, [left, canvas.width() - 20.0]).rounded();
        for (tick, text) in y_ticks.iter().zip(&y_texts) {
            let at = y.at(*tick);
            canvas.path(&[[left, at], [canvas.width() - 20.0, at]], 1.0, Paint::Grid);
            canvas.text([left - 8.0, at + 4.5], Anchor::End, soft, text);
        }
        let x_ticks = x.ticks();
        for (tick, text) in x_ticks.iter().zip(self.x.tick_texts(&x_ticks)) {
            let at = x.at(*tick);
            canvas.path(&[[at, top], [at, bottom]], 1.0, Paint::Grid);
            let half = width(&text) / 2.0;
            let middle = at.clamp(half, canvas.width() - half);
            canvas.text([middle, bottom + 18.0], Anchor::Middle, soft, &text);
        }
        let title = Lines::of(&format!("{} →", self.x.title()), canvas.width() - 20.0);
        let end = bottom + 26.0;
        canvas.lines([canvas.width() - 20.0, end], Anchor::End, soft, &title);
        if let Some([at_x, at_y]) = self.crossing {
            let [at_x, at_y] = [x.at(at_x), y.at(at_y)];
            canvas.dashes([at_x, top], [at_x, bottom], Paint::Soft);
            canvas.dashes([left, at_y], [canvas.width() - 20.0, at_y], Paint::Soft);
        }
        let mut taken: Vec<[f64; 4]> = Vec::new();
        for group in &self.groups {
            self.draw_group(&mut canvas, group, [&x, &y], &mut taken);
        }
        self.draw_names(&mut canvas, [&x, &y], taken, [top, bottom]);
        canvas.finish(end + title.height() + 4.0)
    }

    /// What the marks are, above the plane; returns where this begins.
    fn draw_key(&self, canvas: &mut Canvas) -> f64 {
        let (mut x, mut top) = (0.0, 2.0);
        for (idx, line) in self.heading.iter().enumerate() {
            let weight = if idx == 0 {
                Weight::Bold
            } else {
                Weight::Plain
            };
            let lines = Lines::bold(line, canvas.width());
            canvas.lines([0.0, top], Anchor::Start, (Paint::Ink, weight), &lines);
            top += lines.height() + 4.0;
        }
        for group in &self.groups {
            let lines = Lines::of(&group.label, canvas.width() - 22.0);
            if x > 0.0 && x + 22.0 + lines.width() > canvas.width() {
                (x, top) = (0.0, top + LEADING + 4.0);
            }
            draw_mark(canvas, group.mark, [x + 8.0, top + 8.0], "");
            let style = (Paint::Ink, Weight::Plain);
            canvas.lines([x + 18.0, top], Anchor::Start, style, &lines);
            x += 18.0 + lines.width() + 20.0;
            top += lines.height() - LEADING;
        }
        top + LEADING + 10.0
    }

    fn ends(&self, axis: usize) -> [f64; 2] {
        let spots = self.groups.iter().flat_map(|it| &it.spots);
        let numbers = spots.map(|it| it.0[axis]);
        let numbers = numbers.chain(self.crossing.map(|it| it[axis]));
        numbers.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], it| {
            [low.min(it), high.max(it)]
        })
    }

    fn draw_group(
        &self,
        canvas: &mut Canvas,
        group: &Series,
        [x, y]: [&Scale; 2],
        taken: &mut Vec<[f64; 4]>,
    ) {
        let place = |it: [f64; 2]| [x.at(it[0]), y.at(it[1])];
        if group.is_joined {
            let points = group.spots.iter().map(|it| place(it.0));
            canvas.path(&points.collect::<Vec<_>>(), 1.5, group.mark.paint());
        }
        for (at, name) in &group.spots {
            let [across, up] = [(&self.x, at[0]), (&self.y, at[1])]
                .map(|(axis, it)| format!("{} {}", axis.label, axis.unit.render(it)));
            let [px, py] = place(*at);
            draw_mark(
                canvas,
                group.mark,
                [px, py],
                &format!("{name}: {across}, {up}"),
            );
            if group.mark != Mark::Dust {
                taken.push([px - 5.0, py - 5.0, px + 5.0, py + 5.0]);
            }
        }
    }

    /// Names beside what is to be named, where nothing lies in their way.
    fn draw_names(
        &self,
        canvas: &mut Canvas,
        [x, y]: [&Scale; 2],
        mut taken: Vec<[f64; 4]>,
        [top, bottom]: [f64; 2],
    ) {
        let is_named = |it: &&Series| matches!(it.mark, Mark::Star | Mark::Plus | Mark::Ring);
        for group in self.groups.iter().filter(is_named) {
            for (at, name) in group.spots.iter().take(NAMED_MAX) {
                let [px, py] = [x.at(at[0]), y.at(at[1])];
                let lines = Lines::of(name, 0.42 * canvas.width());
                let (w, h) = (lines.width(), lines.height());
                let places = [
                    (px + 10.0, py - h / 2.0),
                    (px - 10.0 - w, py - h / 2.0),
                    (px + 6.0, py - h - 6.0),
                    (px + 6.0, py + 6.0),
                    (px - 6.0 - w, py - h - 6.0),
                    (px - 6.0 - w, py + 6.0),
                    (px - w / 2.0, py - h - 24.0),
                    (px - w / 2.0, py + 24.0),
                    (px + 24.0, py - h - 24.0),
                    (px + 24.0, py + 24.0),
                ];
                let boxes = places.map(|(left, top)| [left, top, left + w, top + h]);
                let fits = |it: &[f64; 4]| {
                    it[0] >= 0.0 && it[2] <= canvas.width() && it[1] >= top && it[3] <= bottom
                };
                let is_free = |it: &[f64; 4]| {
                    let meets = |other: &[f64; 4]| {
                        it[0] < other[2] && other[0] < it[2] && it[1] < other[3] && other[1] < it[3]
                    };
                    fits(it) && !taken.iter().any(meets)
                };
                // Without a free place the key and the table still name the point.
                let Some(place) = boxes.into_iter().find(is_free) else {
                    continue;
                };
                let style = (Paint::Ink, Weight::Plain);
                canvas.lines([place[0], place[1]], Anchor::Start, style, &lines);
                taken.push(place);
            }
        }
    }
}

impl Mark {
    fn paint(self) -> Paint {
        match self {
            Self::Dust => Paint::Gray,
            Self::Disc(idx) => Paint::Series(idx),
            Self::Star => Paint::Series(1),
            Self::Plus | Self::Ring => Paint::Ink,
        }
    }
}

fn draw_mark(canvas: &mut Canvas, mark: Mark, [x, y]: [f64; 2], tells: &str) {
    match mark {
        Mark::Dust => canvas.disc([x, y], 2.0, mark.paint(), tells),
        Mark::Disc(_) => canvas.disc([x, y], 4.0, mark.paint(), tells),
        Mark::Ring => {
            let point = |idx: u32| {
                let angle = f64::from(idx) * PI / 12.0;
                [x + 8.0 * libm::sin(angle), y - 8.0 * libm::cos(angle)]
            };
            let points: Vec<[f64; 2]> = (0..=24).map(point).collect();
            canvas.path(&points, 2.5, mark.paint());
            canvas.disc([x, y], 2.0, mark.paint(), tells);
        }
        Mark::Star => {
            let corner = |idx: u32| {
                let radius = if idx.is_multiple_of(2) { 8.0 } else { 3.4 };
                let angle = f64::from(idx) * PI / 5.0;
                [x + radius * libm::sin(angle), y - radius * libm::cos(angle)]
            };
            let corners: Vec<[f64; 2]> = (0..10).map(corner).collect();
            canvas.polygon(&corners, mark.paint(), tells);
        }
        Mark::Plus => {
            canvas.rect([x - 7.0, y - 1.5], [14.0, 3.0], mark.paint(), tells);
            canvas.rect([x - 1.5, y - 7.0], [3.0, 14.0], mark.paint(), tells);
        }
    }
}
