//! What a chart shows, apart from how it is drawn: picture, hover texts and table have the same numbers.

use demarche_stats::estimate::{Estimate, Interval};

use crate::wording::{Notation, count};

/// What numbers are, which says how they are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// A part of a whole, from 0 to 1, shown in per cent.
    Share,
    /// A difference of such parts, shown in percentage points.
    Points,
    /// A utility, or anything of that size.
    Utility,
    /// An integer.
    Count,
    /// Any number.
    Number,
}

impl Unit {
    /// A number in words.
    pub fn render(self, number: f64) -> String {
        let [text] = self.texts([number]);
        text
    }

    /// Numbers that belong together in words, with as many decimals each.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts are whole, from 0 and far below 2^53"
    )]
    fn texts<const N: usize>(self, numbers: [f64; N]) -> [String; N] {
        match self {
            Self::Share => Notation::Percent.texts(numbers).map(|it| it + " %"),
            Self::Points => (Notation::Percent.signed_texts(numbers)).map(|it| it + " points"),
            Self::Utility => Notation::Decimals(3).texts(numbers),
            Self::Count => numbers.map(|it| count(it.round() as u64)),
            Self::Number => numbers.map(|it| it.to_string()),
        }
    }
}

/// A number with what is known of its uncertainty.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Quantity {
    /// The number.
    pub value: f64,
    /// Its interval, if it has one.
    pub interval: Option<Interval>,
}

impl Quantity {
    /// A number that is known.
    pub fn exact(value: f64) -> Self {
        Self {
            value,
            interval: None,
        }
    }

    fn render(&self, unit: Unit) -> String {
        let [value, low, high] = self.fields(unit);
        match self.interval {
            None => value,
            Some(_) => format!("{value} ({low} to {high})"),
        }
    }

    /// The number and the ends of its interval, as fields of a table.
    pub(crate) fn fields(&self, unit: Unit) -> [String; 3] {
        match self.interval {
            None => [unit.render(self.value), String::new(), String::new()],
            Some(it) => unit.texts([self.value, it.low, it.high]),
        }
    }
}

impl From<Estimate> for Quantity {
    fn from(estimate: Estimate) -> Self {
        Self {
            value: estimate.point,
            interval: estimate.interval,
        }
    }
}

/// An axis: what it measures, and in what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Axis {
    /// What is measured, for people.
    pub label: String,
    /// How its numbers are written.
    pub unit: Unit,
}

impl Axis {
    /// An axis with this label.
    pub fn new(label: impl Into<String>, unit: Unit) -> Self {
        Self {
            label: label.into(),
            unit,
        }
    }

    /// Its label with the unit that ticks leave out.
    pub fn title(&self) -> String {
        match self.unit {
            Unit::Share => format!("{} (%)", self.label),
            Unit::Points => format!("{} (percentage points)", self.label),
            Unit::Utility | Unit::Count | Unit::Number => self.label.clone(),
        }
    }
}

/// What a chart shows.
#[derive(Clone, PartialEq, Debug)]
pub enum Chart {
    /// A bar for each of several things.
    Bars(Bars),
    /// Lines over a number.
    Lines(Lines),
    /// A color for each pair of two things.
    HeatMap(HeatMap),
    /// Points in a plane.
    Scatter(Scatter),
}

/// A bar for each of several things, from top to bottom.
#[derive(Clone, PartialEq, Debug)]
pub struct Bars {
    /// What the things are, for example `Party`.
    pub category_label: String,
    /// What bars measure.
    pub axis: Axis,
    /// Each thing with its length.
    pub bars: Vec<(String, Quantity)>,
}

/// Lines over a number, from left to right.
#[derive(Clone, PartialEq, Debug)]
pub struct Lines {
    /// Over what.
    pub x: Axis,
    /// What lines measure.
    pub y: Axis,
    /// How a line goes from point to point.
    pub course: Interpolation,
    /// Each line's name with its points.
    pub lines: Vec<(String, Vec<(f64, Quantity)>)>,
}

/// How a line goes from point to point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interpolation {
    /// Straight.
    Straight,
    /// Level, then up or down where the next point is.
    Steps,
}

/// A color for each pair of two things.
#[derive(Clone, PartialEq, Debug)]
pub struct HeatMap {
    /// What rows are, with their names from top to bottom.
    pub rows: (String, Vec<String>),
    /// What columns are, with their names from left to right.
    pub columns: (String, Vec<String>),
    /// What colors measure.
    pub axis: Axis,
    /// By row and column.
    pub cells: Vec<Vec<Quantity>>,
}

/// Points in a plane.
#[derive(Clone, PartialEq, Debug)]
pub struct Scatter {
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
    /// Each point with what it is called.
    pub spots: Vec<([f64; 2], String)>,
}

/// How points are marked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// Small dots in the background.
    Dust,
    /// A disc.
    Disc,
    /// A star.
    Star,
    /// A plus.
    Plus,
}

/// A table, whose first column names the rows.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
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
            Self::HeatMap(it) => it.table(),
            Self::Scatter(it) => it.table(),
        }
    }
}

fn head<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}

impl Bars {
    /// Tooltip of a bar.
    pub(crate) fn hover(&self) -> impl Iterator<Item = String> {
        let bars = self.bars.iter();
        bars.map(|(thing, it)| format!("{thing}: {}", it.render(self.axis.unit)))
    }

    fn table(&self) -> PageTable {
        let row = |(thing, it): &(String, Quantity)| {
            let fields = it.fields(self.axis.unit);
            [vec![thing.clone()], fields.to_vec()].concat()
        };
        PageTable {
            head: head([&self.category_label, &self.axis.label, "from", "to"]),
            rows: self.bars.iter().map(row).collect(),
        }
    }
}

impl Lines {
    /// Tooltips of the points of a line.
    pub(crate) fn hover(&self, line: usize) -> impl Iterator<Item = String> {
        let (name, points) = &self.lines[line];
        let whose = match self.lines.len() {
            1 => String::new(),
            _ => format!("{name}, "),
        };
        let (x, y) = (&self.x, self.y.unit);
        let point = move |(at, it): &(f64, Quantity)| {
            let at = x.unit.render(*at);
            format!("{whose}{} {at}: {}", x.label, it.render(y))
        };
        points.iter().map(point)
    }

    fn table(&self) -> PageTable {
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
}

impl HeatMap {
    /// Tooltips of the cells of a row.
    pub(crate) fn hover(&self, row: usize) -> impl Iterator<Item = String> {
        let name = &self.rows.1[row];
        let cells = self.columns.1.iter().zip(&self.cells[row]);
        cells.map(move |(column, it)| format!("{name}, {column}: {}", it.render(self.axis.unit)))
    }

    fn table(&self) -> PageTable {
        let (rows, columns) = (&self.rows, &self.columns);
        let row = |(name, cells): (&String, &Vec<Quantity>)| {
            let rendered = cells.iter().map(|it| it.render(self.axis.unit));
            [name.clone()].into_iter().chain(rendered).collect()
        };
        let corner = format!("{} \\ {}", rows.0, columns.0);
        PageTable {
            head: [corner].into_iter().chain(columns.1.clone()).collect(),
            rows: rows.1.iter().zip(&self.cells).map(row).collect(),
        }
    }
}

impl Scatter {
    /// Tooltips of the points of a group.
    pub(crate) fn hover(&self, group: usize) -> impl Iterator<Item = String> {
        let spots = self.groups[group].spots.iter();
        spots.map(|([x, y], name)| {
            let [x, y] = [(&self.x, x), (&self.y, y)]
                .map(|(axis, it)| format!("{} {}", axis.label, axis.unit.render(*it)));
            format!("{name}: {x}, {y}")
        })
    }

    fn table(&self) -> PageTable {
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
}
