//! A map: regions that are striped by the shares of those who hold them, each with its figures.

use crate::report::drawing::canvas::{Anchor, Canvas, Paint, Weight};
use crate::report::drawing::charts::{PageTable, Size, head};
use crate::report::drawing::letters::{LEADING, Lines, bold_width, width};
use crate::report::drawing::outline::{Outline, Places};
use crate::report::drawing::quantities::{Axis, Quantity};
use crate::report::drawing::scale::Scale;

/// From one strip of a holder to its next, in pixels of the sum of both directions.
const PERIOD: f64 = 22.0;

/// How much of the ground is covered by the color of a holder.
const SHADE: f64 = 0.6;

/// Height of a bar, in pixels.
const BAR: f64 = 10.0;

/// Room between a label's letters and the edges of its box, in pixels.
const MARGIN: f64 = 5.0;

/// Widths on which a region's label is tried within it, in pixels; then only its number is there.
const LABEL_ROOMS: [f64; 5] = [220.0, 150.0, 110.0, 80.0, 60.0];

/// Regions in a plane, with the shares of those who hold them.
#[derive(Clone, PartialEq, Debug)]
pub struct RegionMap {
    /// What shares are of.
    pub axis: Axis,
    /// Those who hold regions.
    pub holders: Vec<String>,
    /// The regions, those in front last.
    pub regions: Vec<RegionShares>,
}

/// A region of a map.
#[derive(Clone, PartialEq, Debug)]
pub struct RegionShares {
    /// What it is called.
    pub label: String,
    /// Its corners, with x to the right and y upwards.
    pub outline: Vec<[f64; 2]>,
    /// The shares of those who may hold it, by their places; empty of a region that is only there for
    /// orientation.
    pub shares: Vec<(usize, Quantity)>,
}

impl RegionMap {
    pub(super) fn table(&self) -> PageTable {
        let rows = self.regions.iter().flat_map(|region| {
            let for_orientation = region.shares.is_empty().then(|| {
                let fields = ["", "", "", ""].map(str::to_owned);
                [region.label.clone()].into_iter().chain(fields).collect()
            });
            let shares = region.shares.iter().map(|(holder, it)| {
                let names = [region.label.clone(), self.holders[*holder].clone()];
                let fields = it.fields(self.axis.unit);
                names.into_iter().chain(fields).collect()
            });
            for_orientation.into_iter().chain(shares)
        });
        PageTable {
            head: head(["region", "held by", &self.axis.label, "from", "to"]),
            rows: rows.collect(),
        }
    }

    /// The picture: the map, and beside or below it the figures of each region by its number.
    pub(super) fn svg(&self, size: Size) -> String {
        let mut canvas = Canvas::new(size.width());
        let (room, left) = match size {
            Size::Wide => ([430.0, 430.0], 450.0),
            Size::Narrow => ([size.width(), 330.0], 0.0),
        };
        let (outlines, height) = self.placed(room);
        self.draw_regions(&mut canvas, &outlines);
        let bottom = self.draw_numberless(&mut canvas, &outlines, room[0], height + 8.0);
        let top = match size {
            Size::Wide => 2.0,
            Size::Narrow => bottom + 8.0,
        };
        let end = self.draw_figures(&mut canvas, left, top);
        canvas.finish(bottom.max(end))
    }

    /// The outlines in pixels, and how high all are together: as large as the room allows.
    fn placed(&self, [width, height]: [f64; 2]) -> (Vec<Outline>, f64) {
        let corners = || self.regions.iter().flat_map(|it| it.outline.iter());
        let least = |axis: usize| corners().map(|it| it[axis]).fold(f64::INFINITY, f64::min);
        let most = |axis: usize| {
            corners()
                .map(|it| it[axis])
                .fold(f64::NEG_INFINITY, f64::max)
        };
        let [x, y] = [[least(0), most(0)], [least(1), most(1)]];
        let [across, up] = [x, y].map(|[from, to]| (to - from).max(f64::MIN_POSITIVE));
        // Lines at the edges have half their width beyond them.
        let factor = ((width - 2.0) / across).min((height - 2.0) / up);
        let margin = (width - factor * across) / 2.0;
        let at = |it: &[f64; 2]| {
            let down = 1.0 + factor * (y[1] - it[1]);
            [margin + factor * (it[0] - x[0]), down]
        };
        let outlines = self.regions.iter();
        let outlines = outlines.map(|it| Outline::new(it.outline.iter().map(at).collect()));
        (outlines.collect(), 2.0 + factor * up)
    }

    /// The numbers of regions whose holders are settled, from 1 in their order.
    fn numbers(&self) -> Vec<Option<usize>> {
        let mut next = 1..;
        let regions = self.regions.iter();
        regions
            .map(|it| (!it.shares.is_empty()).then(|| next.next()).flatten())
            .collect()
    }

    fn draw_regions(&self, canvas: &mut Canvas, outlines: &[Outline]) {
        for (region, outline) in self.regions.iter().zip(outlines) {
            canvas.polygon(outline.corners(), Paint::Ground, "");
            if region.shares.is_empty() {
                canvas.polygon(outline.corners(), Paint::Pale, &region.label);
            } else {
                let parts: Vec<f64> = region.shares.iter().map(|it| it.1.value.max(0.0)).collect();
                let strips = outline.strips(&parts, PERIOD);
                for ((holder, share), strips) in region.shares.iter().zip(&strips) {
                    let tells = format!(
                        "{}: {} {}",
                        region.label,
                        self.holders[*holder],
                        share.render(self.axis.unit)
                    );
                    canvas.strips(strips, SHADE, Paint::Series(*holder), &tells);
                }
            }
            canvas.path(&outline.closed(), 1.5, Paint::Soft);
        }
        for (idx, number) in self.numbers().into_iter().enumerate() {
            let places = Places::new(&outlines[idx], &outlines[idx + 1..]);
            match number {
                Some(number) => self.draw_number(canvas, &places, idx, number),
                None => self.draw_label(canvas, &places, idx),
            }
        }
    }

    /// A region's number, with its label where there is room.
    fn draw_number(&self, canvas: &mut Canvas, places: &Places, idx: usize, number: usize) {
        let text = format!("{number} {}", self.regions[idx].label);
        let found = LABEL_ROOMS.iter().find_map(|room| {
            let lines = Lines::bold(&text, *room);
            let size = box_of(&lines, bold_width);
            Some((places.of_box(size)?, size, lines))
        });
        let (middle, [width, height], lines) = found.unwrap_or_else(|| {
            let lines = Lines::bold(&number.to_string(), LABEL_ROOMS[0]);
            (places.roomiest(), box_of(&lines, bold_width), lines)
        });
        // What is wider than its region may be at the edge of the picture.
        let right = canvas.width() - width / 2.0;
        let [x, y] = [middle[0].clamp(width / 2.0, right), middle[1]];
        let corner = [x - width / 2.0, y - height / 2.0];
        canvas.rect(corner, [width, height], Paint::Ground, "");
        let style = (Paint::Ink, Weight::Bold);
        let top = y - lines.height() / 2.0;
        canvas.lines([x, top], Anchor::Middle, style, &lines);
    }

    /// The label of a region that is there for orientation, if there is room for it.
    fn draw_label(&self, canvas: &mut Canvas, places: &Places, idx: usize) {
        if let Some(([x, y], lines)) = self.label_within(places, idx) {
            let style = (Paint::Soft, Weight::Plain);
            let top = y - lines.height() / 2.0;
            canvas.lines([x, top], Anchor::Middle, style, &lines);
        }
    }

    fn label_within(&self, places: &Places, idx: usize) -> Option<([f64; 2], Lines)> {
        LABEL_ROOMS.iter().find_map(|room| {
            let lines = Lines::of(&self.regions[idx].label, *room);
            Some((places.of_box(box_of(&lines, width))?, lines))
        })
    }

    /// Tells what gray regions without a label of their own are; where it ends.
    fn draw_numberless(
        &self,
        canvas: &mut Canvas,
        outlines: &[Outline],
        room: f64,
        top: f64,
    ) -> f64 {
        let is_silent = |idx: &usize| {
            let places = Places::new(&outlines[*idx], &outlines[idx + 1..]);
            self.regions[*idx].shares.is_empty() && self.label_within(&places, *idx).is_none()
        };
        let silent = (0..self.regions.len()).filter(is_silent);
        let labels: Vec<&str> = silent.map(|it| self.regions[it].label.as_str()).collect();
        if labels.is_empty() {
            return top;
        }
        let text = format!("Gray, without a label: {}", labels.join("; "));
        let lines = Lines::of(&text, room);
        canvas.lines(
            [0.0, top],
            Anchor::Start,
            (Paint::Soft, Weight::Plain),
            &lines,
        );
        top + lines.height() + 4.0
    }

    /// The shares of each region as bars, from a height on; where they end.
    fn draw_figures(&self, canvas: &mut Canvas, left: f64, mut top: f64) -> f64 {
        let ink = (Paint::Ink, Weight::Plain);
        let end = canvas.width();
        let holders = self.holders.iter().map(|it| Lines::of(it, 130.0));
        let holders: Vec<Lines> = holders.collect();
        let holders_end = left + holders.iter().map(Lines::width).fold(0.0, f64::max);
        let numbers_room = 6.0 + width("100.0 %");
        let scale = Scale::new([0.0, 1.0], [holders_end + 8.0, end - numbers_room]);
        for (region, number) in self.regions.iter().zip(self.numbers()) {
            let Some(number) = number else {
                continue;
            };
            let label = Lines::bold(&format!("{number} {}", region.label), end - left);
            canvas.lines(
                [left, top],
                Anchor::Start,
                (Paint::Ink, Weight::Bold),
                &label,
            );
            top += label.height() + 3.0;
            for (holder, share) in &region.shares {
                let label = &holders[*holder];
                let middle = top + LEADING / 2.0;
                canvas.lines([left, top], Anchor::Start, ink, label);
                let [from, to] = [scale.at(0.0), scale.at(1.0)];
                canvas.rect([from, middle - 0.5], [to - from, 1.0], Paint::Grid, "");
                let share_end = scale.at(share.value);
                let tells = format!(
                    "{}: {}",
                    self.holders[*holder],
                    share.render(self.axis.unit)
                );
                let size = [share_end - from, BAR];
                canvas.rect(
                    [from, middle - BAR / 2.0],
                    size,
                    Paint::Series(*holder),
                    &tells,
                );
                if let Some(it) = share.interval {
                    let ends = [it.low, it.high].map(|it| [scale.at(it), middle]);
                    canvas.path(&ends, 1.5, Paint::Ink);
                }
                let number = self.axis.unit.render(share.value);
                canvas.text([end, middle + 4.5], Anchor::End, ink, &number);
                top += label.height() + 2.0;
            }
            top += 8.0;
        }
        top
    }
}

/// The size of a box around lines of letters.
fn box_of(lines: &Lines, width: fn(&str) -> f64) -> [f64; 2] {
    let widest = lines.iter().map(width).fold(0.0, f64::max);
    [widest + 2.0 * MARGIN, lines.height() + 4.0]
}
