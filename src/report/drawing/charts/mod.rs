//! The kinds of charts, one file each: what it shows, its numbers as a table, and how it is drawn.

mod bands;
mod bars;
mod choices;
mod heat_map;
mod lines;
mod marks;
mod ranges;
mod region_map;
mod scatter;
mod tornado;

pub use bands::{BandPanel, Bands};
pub use bars::{Backdrop, Bars, Emphasis};
pub use choices::{Choice, Choices, IssueChoices};
pub use heat_map::HeatMap;
pub use lines::{Interpolation, Lines, Names};
pub use marks::{MarkKind, MarkRow, Marks};
pub use ranges::{RangeRow, Ranges};
pub use region_map::{RegionMap, RegionShares};
pub use scatter::{Mark, Scatter, Series};
pub use tornado::{Swing, Tornado};

use serde::Serialize;

/// What a chart shows.
#[derive(Clone, PartialEq, Debug)]
pub enum Chart {
    /// A bar for each of several things.
    Bars(Bars),
    /// Lines over a number.
    Lines(Lines),
    /// Bands over a number, panel by panel.
    Bands(Bands),
    /// A shade for each pair of two things.
    HeatMap(HeatMap),
    /// Points in a plane.
    Scatter(Scatter),
    /// A hundred marks for a whole and its parts.
    Marks(Marks),
    /// Ranges on one scale.
    Ranges(Ranges),
    /// What was chosen, beside what each party would choose alone.
    Choices(Choices),
    /// Regions on a map, with the shares of those who hold them.
    RegionMap(RegionMap),
    /// What moves a number up and down.
    Tornado(Tornado),
}

/// For how much room a chart is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Size {
    /// A page on a desk, or a sheet of paper.
    Wide,
    /// A phone, or one of several charts side by side.
    Narrow,
}

impl Size {
    /// In pixels.
    pub(crate) fn width(self) -> f64 {
        match self {
            Self::Wide => 820.0,
            Self::Narrow => 358.0,
        }
    }

    /// Room for labels beside a chart, in pixels.
    pub(crate) fn label_room(self) -> f64 {
        match self {
            Self::Wide => 300.0,
            Self::Narrow => 150.0,
        }
    }
}

/// A table, whose first column names the rows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PageTable {
    /// Names of the columns.
    pub head: Vec<String>,
    /// Rows, as long as the head.
    pub rows: Vec<Vec<String>>,
}

impl Chart {
    /// Its numbers as a table.
    pub fn table(&self) -> PageTable {
        match self {
            Self::Bars(it) => it.table(),
            Self::Lines(it) => it.table(),
            Self::Bands(it) => it.table(),
            Self::HeatMap(it) => it.table(),
            Self::Scatter(it) => it.table(),
            Self::Marks(it) => it.table(),
            Self::Ranges(it) => it.table(),
            Self::Choices(it) => it.table(),
            Self::RegionMap(it) => it.table(),
            Self::Tornado(it) => it.table(),
        }
    }

    /// The chart as SVG, on a light ground of its own so that it can be read on any other. No label
    /// is cut.
    pub fn svg(&self, size: Size) -> String {
        match self {
            Self::Bars(it) => it.svg(size),
            Self::Lines(it) => it.svg(size),
            Self::Bands(it) => it.svg(size),
            Self::HeatMap(it) => it.svg(size),
            Self::Scatter(it) => it.svg(size),
            Self::Marks(it) => it.svg(size),
            Self::Ranges(it) => it.svg(size),
            Self::Choices(it) => it.svg(size),
            Self::RegionMap(it) => it.svg(size),
            Self::Tornado(it) => it.svg(size),
        }
    }
}

fn head<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use demarche_stats::estimate::Interval;
    use proptest::prelude::*;

    use super::*;
    use crate::report::drawing::letters::{bold_width, width};
    use crate::report::drawing::quantities::{Axis, Quantity, Unit};

    fn quantity() -> impl Strategy<Value = Quantity> {
        let ends = prop::option::of((0.0..0.2_f64, 0.0..0.2_f64));
        (-1.0..1.0_f64, ends).prop_map(|(value, ends)| Quantity {
            value,
            interval: ends.map(|(below, above)| Interval {
                low: value - below,
                high: value + above,
            }),
        })
    }

    fn label() -> impl Strategy<Value = String> {
        "[A-Za-z жд中<&]{1,70}"
    }

    /// What charts are made of.
    struct Material {
        labels: Vec<String>,
        numbers: Vec<Quantity>,
        unit: Unit,
    }

    impl Material {
        fn axis(&self) -> Axis {
            Axis::new("Share", self.unit)
        }

        fn at(&self, idx: usize) -> Quantity {
            self.numbers[idx % self.numbers.len()]
        }

        fn share(&self, idx: usize) -> f64 {
            self.at(idx).value.abs()
        }

        /// Something for each label, by its place.
        fn each<T>(&self, of: impl Fn(usize, String) -> T) -> Vec<T> {
            let labels = self.labels.iter().cloned().enumerate();
            labels.map(|(idx, label)| of(idx, label)).collect()
        }

        fn bars(&self) -> [Chart; 2] {
            let pairs = self.each(|idx, label| (label, self.at(idx)));
            let parts = self.each(|idx, label| (label, Quantity::exact(self.share(idx))));
            let backdrop = Backdrop {
                label: self.labels[0].clone(),
                lengths: self.each(|idx, _| Quantity::exact(self.share(idx))),
            };
            [
                Chart::Bars(Bars::new("Thing", self.axis(), pairs)),
                Chart::Bars(Bars {
                    emphasis: Emphasis::Longest,
                    backdrop: Some(backdrop),
                    ..Bars::new("Thing", self.axis(), parts)
                }),
            ]
        }

        fn lines(&self, names: Names) -> Chart {
            let point = |it: u8, idx| (f64::from(it), self.at(usize::from(it) + idx));
            Chart::Lines(Lines {
                x: Axis::new("Round", Unit::Count),
                y: self.axis(),
                course: Interpolation::Steps,
                names,
                lines: self.each(|idx, label| (label, (0..4).map(|it| point(it, idx)).collect())),
            })
        }

        fn bands(&self) -> Chart {
            let point = |it: usize| {
                let numbers = [0, 1, 2, 3, 4].map(|idx| self.share(it + idx));
                (f64::from(u8::try_from(it).expect("few points")), numbers)
            };
            Chart::Bands(Bands {
                x: Axis::new("Round", Unit::Count),
                y: self.axis(),
                ends: [0.0, 1.0],
                level: self.labels[0].clone(),
                panels: self.each(|idx, label| BandPanel {
                    note: label.clone(),
                    label,
                    points: (1..4).map(point).collect(),
                    level: self.share(idx),
                }),
            })
        }

        fn heat_map(&self, is_by_column: bool) -> Chart {
            let rows: Vec<String> = self.labels.iter().take(2).cloned().collect();
            Chart::HeatMap(HeatMap {
                cells: vec![self.each(|idx, _| self.at(idx)); rows.len()],
                rows: ("row".to_owned(), rows),
                columns: ("column".to_owned(), self.labels.clone()),
                axis: self.axis(),
                contour: is_by_column.then_some(0.5),
                is_by_column,
            })
        }

        fn scatter(&self) -> Chart {
            let marks = [
                Mark::Dust,
                Mark::Disc(2),
                Mark::Star,
                Mark::Plus,
                Mark::Ring,
            ];
            Chart::Scatter(Scatter {
                heading: self.labels.clone(),
                x: Axis::new(&self.labels[0], self.unit),
                y: self.axis(),
                groups: self.each(|idx, label| Series {
                    label: label.clone(),
                    mark: marks[idx % marks.len()],
                    is_joined: idx.is_multiple_of(2),
                    spots: vec![([self.at(idx).value, self.share(idx)], label)],
                }),
                crossing: Some([0.5, 0.5]),
            })
        }

        fn marks(&self) -> Chart {
            let kinds = [MarkKind::Accent, MarkKind::Tint, MarkKind::Gray];
            Chart::Marks(Marks {
                of: "session".to_owned(),
                rows: self.each(|idx, label| MarkRow {
                    label,
                    n: 7 * idx,
                    share: self.share(idx) + 0.01,
                    kind: kinds[idx % 3],
                    is_part: idx % 3 == 1,
                }),
            })
        }

        fn ranges(&self) -> Chart {
            Chart::Ranges(Ranges {
                axis: self.axis(),
                ends: [-1.0, 1.0],
                at: 0.0,
                rows: self.each(|idx, label| RangeRow {
                    label,
                    ends: [-self.share(idx), self.share(idx)],
                    notes: self.labels.clone(),
                    dots: vec![(self.at(idx).value, "dot".to_owned())],
                }),
            })
        }

        fn choices(&self) -> Chart {
            let choices = self.each(|idx, label| Choice {
                label,
                share: Quantity::exact(self.share(idx)),
                wanted_by: self.labels.iter().take(idx).cloned().collect(),
            });
            let label = self.labels[0].clone();
            Chart::Choices(Choices {
                axis: self.axis(),
                issues: vec![IssueChoices { label, choices }],
            })
        }

        fn region_map(&self) -> Chart {
            let region = |idx: usize, label: String| {
                let at = |it: usize| 100.0 * self.at(idx + it).value;
                let outline = vec![[at(0), at(1)], [at(2), at(3)], [at(1), at(0)], [at(3), 1.0]];
                let holders = 0..idx.min(self.labels.len());
                let shares = holders.map(|it| (it, Quantity::exact(self.share(it))));
                RegionShares {
                    label,
                    outline,
                    shares: shares.collect(),
                }
            };
            Chart::RegionMap(RegionMap {
                axis: self.axis(),
                holders: self.labels.clone(),
                regions: self.each(region),
            })
        }

        fn tornado(&self) -> Chart {
            Chart::Tornado(Tornado {
                axis: self.axis(),
                at: 0.0,
                swings: self.each(|idx, label| Swing {
                    label,
                    to: [self.at(idx).value, self.at(idx + 1).value],
                    settings: ["lower".to_owned(), "higher".to_owned()],
                }),
            })
        }

        fn charts(&self) -> Vec<Chart> {
            let [bars, with_backdrop] = self.bars();
            vec![
                bars,
                with_backdrop,
                self.lines(Names::AtEnd),
                self.lines(Names::AtPeak),
                self.bands(),
                self.heat_map(false),
                self.heat_map(true),
                self.scatter(),
                self.marks(),
                self.ranges(),
                self.choices(),
                self.region_map(),
                self.tornado(),
            ]
        }
    }

    /// The texts of a picture, each with where it begins and ends.
    fn texts(svg: &str) -> Vec<(f64, f64, String)> {
        let parts = svg.split("<text ").skip(1);
        let attribute = |it: &str, name: &str| -> Option<f64> {
            let start = it.find(&format!("{name}=\""))? + name.len() + 2;
            it[start..].split('"').next()?.parse().ok()
        };
        parts
            .map(|it| {
                let (head, rest) = it.split_once('>').expect("a start tag");
                let text = rest.split("</text>").next().expect("an end tag");
                let text = text
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&amp;", "&");
                let [x, y] = ["x", "y"].map(|it| attribute(head, it).expect("a place"));
                let width = if head.contains("font-weight") {
                    bold_width(&text)
                } else {
                    width(&text)
                };
                if head.contains("rotate") {
                    // Read upwards: its letters stand to the left of its place, and it ends above it.
                    assert!(
                        y - width >= -0.6,
                        "{text:?} begins at {y} and is {width} high"
                    );
                    return (x - 12.0, x + 4.0, text);
                }
                let before = match head {
                    _ if head.contains("\"end\"") => width,
                    _ if head.contains("\"middle\"") => width / 2.0,
                    _ => 0.0,
                };
                (x - before, x - before + width, text)
            })
            .collect()
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_picture(
            labels in prop::collection::vec(label(), 1..7),
            numbers in prop::collection::vec(quantity(), 1..7),
            unit in prop::sample::select(vec![Unit::Share, Unit::Utility, Unit::Points]),
        ) {
            let material = Material { labels, numbers, unit };
            for chart in material.charts() {
                for size in [Size::Wide, Size::Narrow] {
                    let svg = chart.svg(size);
                    // Numbers stand behind quotes and commas, where labels cannot.
                    let broken = ["\"NaN", "\"inf", ",NaN", "\"-inf", ",inf"];
                    prop_assert!(!broken.iter().any(|it| svg.contains(it)), "{svg}");
                    for (from, to, text) in texts(&svg) {
                        let is_within = from >= -0.6 && to <= size.width() + 0.6;
                        prop_assert!(is_within, "{text:?}: {from} to {to} in {chart:?}");
                    }
                    prop_assert!(!chart.table().rows.is_empty());
                }
            }
        }
    }
}
