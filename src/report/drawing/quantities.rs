//! Numbers of charts: what they measure, how they are written, and how uncertain they are.
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
    pub(crate) fn texts<const N: usize>(self, numbers: [f64; N]) -> [String; N] {
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

    pub(crate) fn render(&self, unit: Unit) -> String {
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
    /// Numbers at ticks, with as many decimals each as the steps between them need.
    pub(crate) fn tick_texts(&self, ticks: &[f64]) -> Vec<String> {
        let (size, ending) = match self.unit {
            Unit::Share => (100.0, " %"),
            Unit::Points => (100.0, ""),
            Unit::Utility | Unit::Count | Unit::Number => (1.0, ""),
        };
        if self.unit == Unit::Count {
            let whole = |it: &f64| (it - it.round()).abs() < 1e-9;
            let text = |it: &f64| {
                if whole(it) {
                    self.unit.render(*it)
                } else {
                    String::new()
                }
            };
            return ticks.iter().map(text).collect();
        }
        let reads_as = |it: f64, decimals: usize| format!("{:.decimals$}", size * it);
        let is_exact = |decimals: &usize| {
            let apart = |it: &f64| {
                let read: f64 = reads_as(*it, *decimals).parse().unwrap_or_default();
                (read - size * it).abs() <= 1e-9 * (size * it).abs().max(1e-3)
            };
            ticks.iter().all(apart)
        };
        let decimals = (0..9).find(is_exact).unwrap_or(9);
        let ticks = ticks.iter();
        ticks.map(|it| reads_as(*it, decimals) + ending).collect()
    }

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
