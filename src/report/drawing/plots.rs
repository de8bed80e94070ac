//! Charts as SVG. The only code that knows the library that draws them.

use std::fmt::Write as _;
use std::sync::Arc;

use kuva::plot::colormap::ColorMap;
use kuva::plot::legend::{LegendEntry, LegendPosition, LegendShape};
use kuva::plot::scatter::MarkerShape;
use kuva::plot::{BarPlot, Heatmap, LinePlot, ScatterPlot};
use kuva::render::annotations::ReferenceLine;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::theme::Theme;

use crate::report::drawing::chart_kinds::{
    Axis, Bars, Chart, HeatMap, Interpolation, Lines, Mark, Quantity, Scatter, Unit,
};
use crate::report::drawing::label_lines::{LabelLines, distinct, shortened};
use crate::report::drawing::svg::render_svg;

/// For how much room a chart is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Size {
    /// A page on a desk, or a sheet of paper.
    Wide,
    /// A phone, or one of several charts side by side.
    Narrow,
}

impl Size {
    fn width(self) -> f64 {
        match self {
            Self::Wide => 720.0,
            Self::Narrow => 400.0,
        }
    }

    /// Letters of a line of a label beside a chart.
    fn label_letters(self) -> usize {
        match self {
            Self::Wide => 44,
            Self::Narrow => 25,
        }
    }

    /// Letters of a line of a label beside a heat map, which needs room for its scale of colors.
    fn row_letters(self) -> usize {
        match self {
            Self::Wide => 44,
            Self::Narrow => 18,
        }
    }

    /// Lines of a label beside a chart, at most.
    fn label_lines(self) -> usize {
        match self {
            Self::Wide => 2,
            Self::Narrow => 4,
        }
    }

    /// Letters of a label below a chart, that is written aslant.
    fn slanted_letters(self) -> usize {
        match self {
            Self::Wide => 28,
            Self::Narrow => 16,
        }
    }
}

/// Colors of things, in turns: people who confuse red and green can tell them apart.
/// Okabe and Ito, *Color universal design* (2008).
const COLORS: [&str; 7] = [
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#8A7A00",
];

/// Colors of what is not data. A page on a dark ground has others in their place, which it finds by
/// these very values, so each has a value of its own.
pub(crate) mod chrome {
    pub(crate) const GROUND: &str = "#fefefe";
    pub(crate) const LEGEND_GROUND: &str = "#fdfdfd";
    pub(crate) const INK: &str = "#1f2933";
    pub(crate) const AXIS: &str = "#52606d";
    pub(crate) const GRID: &str = "#e4e7eb";
    pub(crate) const DUST: &str = "#9aa5b1";
}

fn theme() -> Theme {
    Theme {
        background: chrome::GROUND.into(),
        axis_color: chrome::AXIS.into(),
        grid_color: chrome::GRID.into(),
        tick_color: chrome::AXIS.into(),
        text_color: chrome::INK.into(),
        legend_bg: chrome::LEGEND_GROUND.into(),
        legend_border: chrome::GRID.into(),
        pie_leader: chrome::AXIS.into(),
        box_median: chrome::GROUND.into(),
        violin_border: chrome::AXIS.into(),
        colorbar_border: chrome::AXIS.into(),
        font_family: Some("system-ui, sans-serif".into()),
        show_grid: true,
    }
}

impl Chart {
    /// The chart as SVG, on a light ground of its own so that it can be read on any other.
    ///
    /// Its inner identifiers begin with `name`, so that charts of different names can share a page.
    pub fn svg(&self, room: Size, name: &str) -> String {
        let labels = self.labels(room);
        let (plots, layout) = match self {
            Self::Bars(it) => it.plots(room, &labels),
            Self::Lines(it) => it.plots(room),
            Self::HeatMap(it) => it.plots(room, &labels),
            Self::Scatter(it) => it.plots(room),
        };
        with_identifiers(&render_svg(plots, layout, &labels), name)
    }

    /// The labels beside it, from top to bottom.
    fn labels(&self, room: Size) -> Vec<LabelLines> {
        let n_lines = room.label_lines();
        match self {
            Self::Bars(it) => {
                let names = it.bars.iter().map(|it| it.0.as_str());
                LabelLines::of(names, room.label_letters(), n_lines)
            }
            Self::HeatMap(it) => {
                let names = it.rows.1.iter().map(String::as_str);
                LabelLines::of(names, room.row_letters(), n_lines)
            }
            Self::Lines(_) | Self::Scatter(_) => Vec::new(),
        }
    }
}

/// What the library's inner identifiers begin with. It counts them within the process, and a chart is to
/// be the same whatever was drawn before it.
const IDENTIFIER: &str = "kuva-clip-";

/// A picture with inner identifiers that begin with a name of its own.
fn with_identifiers(svg: &str, name: &str) -> String {
    let mut parts = svg.split(IDENTIFIER);
    let mut res = parts.next().unwrap_or_default().to_owned();
    let mut numbers: Vec<&str> = Vec::new();
    for part in parts {
        let n_digits = part.find(|it: char| !it.is_ascii_digit());
        let (number, rest) = part.split_at(n_digits.unwrap_or(part.len()));
        let known = numbers.iter().position(|it| *it == number);
        let place = known.unwrap_or_else(|| {
            numbers.push(number);
            numbers.len() - 1
        });
        let _ = write!(res, "{name}-clip-{place}{rest}");
    }
    res
}

/// A layout that all charts have in common.
fn layout(plots: &[Plot], room: Size, height: f64) -> Layout {
    Layout::auto_from_plots(plots)
        .with_width(room.width())
        .with_height(height)
        .with_theme(theme())
        .with_tick_size(12)
        .with_label_size(13)
        .with_body_size(12)
        .with_legend_position(LegendPosition::OutsideBottomColumns)
        .with_legend_box(false)
        .with_legend_wrap(room.label_letters())
}

/// Numbers as they are drawn: shares in per cent and their differences in points, so that ticks are round.
fn drawn(unit: Unit, number: f64) -> f64 {
    match unit {
        Unit::Share | Unit::Points => 100.0 * number,
        Unit::Utility | Unit::Count | Unit::Number => number,
    }
}

/// The ends of an interval below and above a number, as they are drawn.
fn arms(unit: Unit, it: &Quantity) -> (f64, f64) {
    it.interval.map_or((0.0, 0.0), |interval| {
        let [low, at, high] = [interval.low, it.value, interval.high].map(|it| drawn(unit, it));
        ((at - low).max(0.0), (high - at).max(0.0))
    })
}

/// Integers of ticks for what is counted.
fn ticks(axis: &Axis) -> TickFormat {
    match axis.unit {
        Unit::Count => TickFormat::Custom(Arc::new(|it| {
            if it.fract().abs() < 1e-9 {
                Unit::Count.render(it)
            } else {
                String::new()
            }
        })),
        Unit::Share | Unit::Points | Unit::Utility | Unit::Number => TickFormat::Auto,
    }
}

/// What a row is higher than one with a label on one line.
fn more_lines(labels: &[LabelLines]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a label has few lines")]
    let n_lines = labels.iter().map(LabelLines::n_lines).max().unwrap_or(1) as f64;
    14.0 * (n_lines - 1.0)
}

impl Bars {
    #[expect(clippy::cast_precision_loss, reason = "a chart has few bars")]
    fn plots(&self, room: Size, labels: &[LabelLines]) -> (Vec<Plot>, Layout) {
        let unit = self.axis.unit;
        // The library draws from the bottom upwards.
        let bars = labels.iter().map(LabelLines::drawn).zip(&self.bars).rev();
        let arms_upwards = self.bars.iter().rev().map(|it| arms(unit, &it.1));
        let hover: Vec<String> = self.hover().collect();
        let mut plot = BarPlot::new()
            .with_bars(bars.map(|(name, it)| (name, drawn(unit, it.1.value))))
            .with_horizontal(true)
            .with_color(COLORS[0])
            .with_width(0.7)
            .with_tooltip_labels(hover.into_iter().rev());
        if self.bars.iter().any(|it| it.1.interval.is_some()) {
            plot = plot
                .with_asymmetric_error(arms_upwards)
                .with_error_color(chrome::INK);
        }
        let plots = vec![plot.into()];
        let height = 58.0 + (26.0 + more_lines(labels)) * self.bars.len() as f64;
        let mut layout = layout(&plots, room, height)
            .with_x_label(self.axis.title())
            .with_x_tick_format(ticks(&self.axis))
            .with_ticks(5);
        // A bar's length says what it measures only if it begins at 0.
        let (low, high) = (self.bars.iter()).fold((0.0_f64, 0.0_f64), |(low, high), (_, it)| {
            let (below, above) = arms(unit, it);
            let at = drawn(unit, it.value);
            (low.min(at - below), high.max(at + above))
        });
        if low >= 0.0 {
            layout = layout.with_x_axis_min(0.0);
        } else if high <= 0.0 {
            layout = layout.with_x_axis_max(0.0);
        }
        (plots, layout)
    }
}

impl Lines {
    fn plots(&self, room: Size) -> (Vec<Plot>, Layout) {
        let unit = self.y.unit;
        let mut plots: Vec<Plot> = Vec::new();
        for (idx, (_, points)) in self.lines.iter().enumerate() {
            let color = COLORS[idx % COLORS.len()];
            let at = |(x, it): &(f64, Quantity)| (drawn(self.x.unit, *x), drawn(unit, it.value));
            let course = self.course(points);
            let mut line = LinePlot::new()
                .with_data(course.iter().map(at))
                .with_color(color)
                .with_stroke_width(2.0);
            if points.iter().any(|it| it.1.interval.is_some()) {
                let low = |it: &(f64, Quantity)| at(it).1 - arms(unit, &it.1).0;
                let high = |it: &(f64, Quantity)| at(it).1 + arms(unit, &it.1).1;
                line = line.with_band(course.iter().map(low), course.iter().map(high));
            }
            let dots = ScatterPlot::new()
                .with_data(points.iter().map(at))
                .with_color(color)
                .with_size(3.0)
                .with_tooltip_labels(self.hover(idx));
            plots.extend([line.into(), dots.into()]);
        }
        let height = match room {
            Size::Wide => 340.0,
            Size::Narrow => 300.0,
        };
        // The library makes room for the legend of lines only if it is given the entries.
        let legend = self.legend(room);
        let mut layout = layout(&plots, room, height)
            .with_x_label(self.x.title())
            .with_y_label(self.y.title())
            .with_x_tick_format(ticks(&self.x))
            .with_y_tick_format(ticks(&self.y));
        if legend.len() > 1 {
            layout = layout.with_legend_entries(legend);
        }
        if unit == Unit::Share {
            // A share's distance from nothing is what it says.
            layout = layout.with_y_axis_min(0.0);
        }
        (plots, layout)
    }

    fn legend(&self, room: Size) -> Vec<LegendEntry> {
        let lines = self.lines.iter().zip(COLORS.into_iter().cycle());
        lines
            .map(|((name, _), color)| LegendEntry {
                label: shortened(name, room.label_letters()),
                color: color.to_owned(),
                shape: LegendShape::Line,
                dasharray: None,
            })
            .collect()
    }

    /// The points through which a line is drawn.
    fn course(&self, points: &[(f64, Quantity)]) -> Vec<(f64, Quantity)> {
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

impl HeatMap {
    #[expect(clippy::cast_precision_loss, reason = "a chart has few rows")]
    fn plots(&self, room: Size, labels: &[LabelLines]) -> (Vec<Plot>, Layout) {
        let unit = self.axis.unit;
        let n_rows = self.rows.1.len();
        let upwards = || (0..n_rows).rev();
        let cells = |row: usize| self.cells[row].iter().map(|it| drawn(unit, it.value));
        let rows = labels.iter().rev().map(LabelLines::drawn);
        let columns = self.columns.1.iter().map(String::as_str);
        let columns = distinct(columns, room.slanted_letters());
        let plot = Heatmap::new()
            .with_data(upwards().map(|it| cells(it).collect::<Vec<f64>>()))
            .with_color_map(ColorMap::Cividis)
            .with_legend(self.axis.title())
            .with_tooltip_labels(upwards().flat_map(|it| self.hover(it)));
        let plots = vec![plot.into()];
        let height = 150.0 + (30.0 + more_lines(labels)) * n_rows as f64;
        let layout = layout(&plots, room, height)
            .with_x_categories(columns)
            .with_y_categories(rows.collect())
            .with_x_tick_rotate(-40.0);
        (plots, layout)
    }
}

impl Scatter {
    fn plots(&self, room: Size) -> (Vec<Plot>, Layout) {
        let mut plots: Vec<Plot> = Vec::new();
        for (idx, group) in self.groups.iter().enumerate() {
            let (shape, size, color) = match group.mark {
                Mark::Dust => (MarkerShape::Circle, 2.0, chrome::DUST),
                Mark::Disc => (MarkerShape::Circle, 4.5, COLORS[0]),
                Mark::Star => (MarkerShape::Star, 8.0, COLORS[idx % COLORS.len()]),
                Mark::Plus => (MarkerShape::Plus, 7.0, chrome::INK),
            };
            let points = group.spots.iter().map(|it| {
                let [x, y] = it.0;
                (drawn(self.x.unit, x), drawn(self.y.unit, y))
            });
            let plot = ScatterPlot::new()
                .with_data(points)
                .with_color(color)
                .with_size(size)
                .with_marker(shape)
                .with_legend(group.label.clone())
                .with_tooltip_labels(self.hover(idx));
            plots.push(plot.into());
        }
        let height = match room {
            Size::Wide => 520.0,
            Size::Narrow => 400.0,
        };
        let mut layout = layout(&plots, room, height)
            .with_x_label(self.x.title())
            .with_y_label(self.y.title());
        if let Some([x, y]) = self.crossing {
            layout = layout
                .with_reference_line(ReferenceLine::vertical(x).with_color(chrome::AXIS))
                .with_reference_line(ReferenceLine::horizontal(y).with_color(chrome::AXIS));
        }
        (plots, layout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_the_same_whatever_was_drawn_before_it() {
        let bars = vec![("one".to_owned(), Quantity::exact(0.5))];
        let chart = Chart::Bars(Bars {
            category_label: "Thing".to_owned(),
            axis: Axis::new("Share", Unit::Share),
            bars,
        });
        let svg = chart.svg(Size::Wide, "endings-wide");
        assert!(svg.contains("endings-wide-clip-0"));
        assert!(!svg.contains(IDENTIFIER));
        assert_eq!(svg, chart.svg(Size::Wide, "endings-wide"));
    }

    #[test]
    fn every_word_of_a_long_label_stands_beside_its_bar() {
        let label =
            "The first party \u{0}did not concede enough on security & guarantees for others";
        let bars = vec![
            (label.to_owned(), Quantity::exact(0.5)),
            (label.replace("first", "second"), Quantity::exact(0.25)),
        ];
        let chart = Chart::Bars(Bars {
            category_label: "Reason".to_owned(),
            axis: Axis::new("Share", Unit::Share),
            bars,
        });
        for room in [Size::Wide, Size::Narrow] {
            let svg = chart.svg(room, "reasons");
            let lines = svg.split("<tspan").skip(1);
            let lines = lines.map(|it| it.split(['<', '>']).nth(1).unwrap_or_default());
            let text = lines.collect::<Vec<&str>>().join(" ");
            let shown = label.replace('\u{0}', "\u{fffd}").replace('&', "&amp;");
            assert!(text.contains(&shown), "{text}");
            assert!(text.contains(&shown.replace("first", "second")), "{text}");
        }
    }
}
