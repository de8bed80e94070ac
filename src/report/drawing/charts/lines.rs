//! Lines over a number, each named at its end.

use crate::report::drawing::canvas::{Anchor, Canvas, Paint, Weight};
use crate::report::drawing::charts::{PageTable, Size, head};
use crate::report::drawing::letters::{LEADING, Lines as TextLines, bold_width, width};
use crate::report::drawing::quantities::{Axis, Quantity, Unit};
use crate::report::drawing::scale::Scale;

/// Lines over a number, from left to right.
#[derive(Clone, PartialEq, Debug)]
pub struct Lines {
    /// Over what.
    pub x: Axis,
    /// What lines measure.
    pub y: Axis,
    /// How a line goes from point to point.
    pub course: Interpolation,
    /// Where lines are named.
    pub names: Names,
    /// Each line's name with its points.
    pub lines: Vec<(String, Vec<(f64, Quantity)>)>,
}

/// Where a line is named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Names {
    /// Beside its end.
    AtEnd,
    /// Above its highest point, for distributions, whose ends are alike.
    AtPeak,
}

/// How a line goes from point to point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interpolation {
    /// Straight.
    Straight,
    /// Level, then up or down where the next point is.
    Steps,
}

impl Lines {
    pub(super) fn table(&self) -> PageTable {
        let is_one = self.lines.len() == 1;
        let lines = self.lines.iter();
        let rows = lines.flat_map(|(name, points)| {
            points.iter().map(move |(at, it)| {
                let name = (!is_one).then(|| name.clone());
                let at = self.x.unit.render(*at);
                let fields = it.fields(self.y.unit);
                name.into_iter().chain([at]).chain(fields).collect()
            })
        });
        let mut head = head([&self.x.label, &self.y.label, "from", "to"]);
        if !is_one {
            head.insert(0, "line".to_owned());
        }
        PageTable {
            head,
            rows: rows.collect(),
        }
    }

    pub(super) fn svg(&self, size: Size) -> String {
        let mut canvas = Canvas::new(size.width());
        let names = self.names(size);
        let mut top = 2.0;
        let title = TextLines::of(&self.y.label, canvas.width());
        canvas.lines(
            [0.0, top],
            Anchor::Start,
            (Paint::Soft, Weight::Plain),
            &title,
        );
        top += title.height() + 8.0;
        if self.names_are_listed(size) {
            for (idx, name) in names.iter().enumerate() {
                let style = (Paint::Series(idx), Weight::Bold);
                canvas.lines([0.0, top], Anchor::Start, style, name);
                top += name.height();
            }
            top += 6.0;
        }
        let height = plot_height(size);
        // Names above peaks need room above the highest.
        let above = match self.names {
            Names::AtEnd => 6.0,
            Names::AtPeak => 40.0,
        };
        let y = self.y_scale([top + height, top + above]);
        let y_ticks = y.ticks();
        let y_texts = self.y.tick_texts(&y_ticks);
        let left = 8.0 + y_texts.iter().map(|it| width(it)).fold(0.0, f64::max);
        let are_in_plot = names.len() > 1 && !self.names_are_listed(size);
        let names_room = if are_in_plot && self.names == Names::AtEnd {
            let widths = self.lines.iter().zip(&names).map(|(_, it)| it.iter());
            8.0 + widths.flatten().map(bold_width).fold(0.0, f64::max)
        } else {
            0.0
        };
        let x = self.x_scale([left, canvas.width() - names_room.max(24.0)]);
        for (tick, text) in y_ticks.iter().zip(&y_texts) {
            let at = y.at(*tick);
            let ends = [[left, at], [canvas.width() - names_room, at]];
            canvas.path(&ends, 1.0, Paint::Grid);
            let style = (Paint::Soft, Weight::Plain);
            canvas.text([left - 8.0, at + 4.5], Anchor::End, style, text);
        }
        let bottom = top + height;
        let end = self.draw_x_axis(&mut canvas, &x, bottom);
        for (idx, (_, points)) in self.lines.iter().enumerate() {
            self.draw_line(&mut canvas, idx, points, [&x, &y]);
        }
        match self.names {
            _ if !are_in_plot => {}
            Names::AtEnd => self.draw_names(&mut canvas, &names, [&x, &y], end),
            Names::AtPeak => self.draw_peaks(&mut canvas, [&x, &y]),
        }
        canvas.finish(end)
    }

    /// Whether names stand above the plot, one below the other: on a phone, where a name is too long to
    /// stand above a peak, and where all together are higher than the plot.
    fn names_are_listed(&self, size: Size) -> bool {
        let is_long = |it: &(String, _)| bold_width(&it.0) > 0.4 * size.width();
        let has_no_room = self.names == Names::AtPeak && self.lines.iter().any(is_long);
        let beside = self.lines.iter().map(|it| beside(&it.0).height());
        let are_high = self.names == Names::AtEnd && beside.sum::<f64>() > plot_height(size);
        self.lines.len() > 1 && (size == Size::Narrow || has_no_room || are_high)
    }

    fn names(&self, size: Size) -> Vec<TextLines> {
        let names = self.lines.iter().map(|it| &it.0);
        if self.names_are_listed(size) {
            return names.map(|it| TextLines::bold(it, size.width())).collect();
        }
        names.map(|it| beside(it)).collect()
    }

    fn y_scale(&self, places: [f64; 2]) -> Scale {
        let quantities = self.lines.iter().flat_map(|it| &it.1).map(|it| it.1);
        let ends = quantities.flat_map(|it| {
            let interval = it.interval.map_or([it.value; 2], |it| [it.low, it.high]);
            [it.value, interval[0], interval[1]]
        });
        let (mut low, mut high) = ends
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| {
                (low.min(it), high.max(it))
            });
        if !low.is_finite() {
            (low, high) = (0.0, 1.0);
        }
        // A share's distance from nothing is what it says.
        if self.y.unit == Unit::Share {
            low = low.min(0.0);
        }
        Scale::new([low, high], places).rounded()
    }

    fn x_scale(&self, places: [f64; 2]) -> Scale {
        let at = self.lines.iter().flat_map(|it| &it.1).map(|it| it.0);
        let (low, high) = at.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| {
            (low.min(it), high.max(it))
        });
        if low.is_finite() {
            Scale::new([low, high], places)
        } else {
            Scale::new([0.0, 1.0], places)
        }
    }

    /// Draws the axis, and returns where the picture ends.
    fn draw_x_axis(&self, canvas: &mut Canvas, x: &Scale, bottom: f64) -> f64 {
        let ticks = x.ticks();
        let texts = self.x.tick_texts(&ticks);
        let mut free_from = f64::NEG_INFINITY;
        for (tick, text) in ticks.iter().zip(&texts) {
            let half = width(text) / 2.0;
            let at = x.at(*tick).clamp(half, canvas.width() - half);
            // Numbers that would touch are left out; the ticks stay round.
            if at - half < free_from || text.is_empty() {
                continue;
            }
            free_from = at + half + 8.0;
            let style = (Paint::Soft, Weight::Plain);
            canvas.text([at, bottom + 18.0], Anchor::Middle, style, text);
        }
        let title = TextLines::of(&self.x.label, canvas.width());
        let place = [0.0, bottom + 26.0];
        canvas.lines(place, Anchor::Start, (Paint::Soft, Weight::Plain), &title);
        bottom + 28.0 + title.height()
    }

    fn draw_line(
        &self,
        canvas: &mut Canvas,
        idx: usize,
        points: &[(f64, Quantity)],
        [x, y]: [&Scale; 2],
    ) {
        let paint = self.paint(idx);
        let course = self.course_through(points);
        let end = |it: &Quantity, high: bool| match it.interval {
            None => it.value,
            Some(ends) if high => ends.high,
            Some(ends) => ends.low,
        };
        if points.iter().any(|it| it.1.interval.is_some()) {
            let below = course
                .iter()
                .map(|(at, it)| [x.at(*at), y.at(end(it, false))]);
            let above = course.iter().rev();
            let above = above.map(|(at, it)| [x.at(*at), y.at(end(it, true))]);
            canvas.band(&below.chain(above).collect::<Vec<_>>(), paint);
        }
        let line = course.iter().map(|(at, it)| [x.at(*at), y.at(it.value)]);
        canvas.path(&line.collect::<Vec<_>>(), 2.0, paint);
        let whose = match self.lines.len() {
            1 => String::new(),
            _ => format!("{}, ", self.lines[idx].0),
        };
        for (at, it) in points {
            let tells = format!(
                "{whose}{} {}: {}",
                self.x.label,
                self.x.unit.render(*at),
                it.render(self.y.unit)
            );
            canvas.disc([x.at(*at), y.at(it.value)], 2.6, paint, &tells);
        }
    }

    fn paint(&self, idx: usize) -> Paint {
        match self.lines.len() {
            1 => Paint::Accent,
            _ => Paint::Series(idx),
        }
    }

    /// Names above the peaks of their lines, moved upwards where they would touch.
    fn draw_peaks(&self, canvas: &mut Canvas, [x, y]: [&Scale; 2]) {
        let mut taken: Vec<[f64; 3]> = Vec::new();
        for (idx, (name, points)) in self.lines.iter().enumerate() {
            let peak = (points.iter()).max_by(|a, b| a.1.value.total_cmp(&b.1.value));
            let Some((at, it)) = peak else {
                continue;
            };
            let half = bold_width(name) / 2.0;
            let middle = x.at(*at).clamp(half, canvas.width() - half);
            let mut foot = y.at(it.value) - 8.0;
            let meets = |foot: f64| {
                let is_met = |other: &&[f64; 3]| {
                    other[0] < middle + half
                        && middle - half < other[1]
                        && (other[2] - foot).abs() < LEADING
                };
                taken.iter().find(is_met).map(|it| it[2])
            };
            while let Some(other) = meets(foot) {
                foot = other - LEADING;
            }
            taken.push([middle - half, middle + half, foot]);
            let style = (self.paint(idx), Weight::Bold);
            canvas.text([middle, foot], Anchor::Middle, style, name);
        }
    }

    /// Names beside the ends of their lines, moved apart where they would touch, above the picture's end.
    fn draw_names(&self, canvas: &mut Canvas, names: &[TextLines], [x, y]: [&Scale; 2], end: f64) {
        let ends = self.lines.iter().map(|(_, points)| {
            let last = points.last();
            last.map_or([0.0, 0.0], |(at, it)| [x.at(*at), y.at(it.value)])
        });
        let ends: Vec<[f64; 2]> = ends.collect();
        let right = ends.iter().map(|it| it[0]).fold(0.0, f64::max);
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|a, b| ends[*a][1].total_cmp(&ends[*b][1]));
        let wanted: Vec<f64> = (order.iter())
            .map(|&it| ends[it][1] - names[it].height() / 2.0)
            .collect();
        let heights: Vec<f64> = order.iter().map(|&it| names[it].height()).collect();
        let tops = apart(&wanted, &heights, end);
        for (&idx, top) in order.iter().zip(tops) {
            let style = (self.paint(idx), Weight::Bold);
            canvas.lines([right + 8.0, top], Anchor::Start, style, &names[idx]);
        }
    }

    /// The points through which a line is drawn.
    fn course_through(&self, points: &[(f64, Quantity)]) -> Vec<(f64, Quantity)> {
        match self.course {
            Interpolation::Straight => points.to_vec(),
            Interpolation::Steps => {
                let corners = points.windows(2).map(|it| (it[1].0, it[0].1));
                let mut res: Vec<(f64, Quantity)> = Vec::with_capacity(2 * points.len());
                for (idx, corner) in corners.enumerate() {
                    res.extend([points[idx], corner]);
                }
                res.extend(points.last());
                res
            }
        }
    }
}

/// How high the plot is, without what stands above and below it.
fn plot_height(size: Size) -> f64 {
    match size {
        Size::Wide => 300.0,
        Size::Narrow => 220.0,
    }
}

/// A name as it stands beside the end of its line.
fn beside(name: &str) -> TextLines {
    TextLines::bold(name, 190.0)
}

/// Tops of boxes of these heights in this order, near where they are wanted, without overlaps and above an
/// end, if there is room for all.
///
/// Boxes that touch form a block, which stands where the mean of its boxes wants to be.
fn apart(wanted: &[f64], heights: &[f64], end: f64) -> Vec<f64> {
    // By block: where its top wants to be, how high it is, and how many boxes it has.
    let mut blocks: Vec<(f64, f64, u32)> = Vec::new();
    for (top, height) in wanted.iter().zip(heights) {
        let mut block = (*top, *height, 1);
        while let Some(before) = blocks.pop() {
            if before.0 + before.1 <= block.0 {
                blocks.push(before);
                break;
            }
            let n = before.2 + block.2;
            let sum = before.0 * f64::from(before.2) + (block.0 - before.1) * f64::from(block.2);
            block = (sum / f64::from(n), before.1 + block.1, n);
        }
        blocks.push(block);
    }
    let all_heights = heights;
    let mut heights = heights.iter();
    let mut res: Vec<f64> = Vec::with_capacity(wanted.len());
    let mut free_from = 0.0_f64;
    for (top, _, n) in blocks {
        free_from = free_from.max(top);
        for height in heights.by_ref().take(n as usize) {
            res.push(free_from);
            free_from += height;
        }
    }
    let mut free_to = end;
    for (top, height) in res.iter_mut().zip(all_heights).rev() {
        free_to = free_to.min(*top + height) - height;
        *top = free_to;
    }
    res
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn boxes_do_not_overlap_and_none_is_lost(
            boxes in prop::collection::vec((0.0..300.0_f64, 1..4_u8), 1..9)
        ) {
            let mut wanted: Vec<f64> = boxes.iter().map(|it| it.0).collect();
            wanted.sort_by(f64::total_cmp);
            let heights: Vec<f64> = boxes.iter().map(|it| LEADING * f64::from(it.1)).collect();
            let end = heights.iter().sum::<f64>().max(250.0);
            let tops = apart(&wanted, &heights, end);
            prop_assert_eq!(tops.len(), heights.len());
            prop_assert!(tops[0] >= -1e-6, "{:?}", tops);
            prop_assert!(tops[tops.len() - 1] + heights[heights.len() - 1] <= end + 1e-6, "{:?}", tops);
            for idx in 1..tops.len() {
                prop_assert!(tops[idx - 1] + heights[idx - 1] <= tops[idx] + 1e-6, "{:?}", tops);
            }
        }
    }
}
