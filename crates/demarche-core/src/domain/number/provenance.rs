//! A number of a scenario: how it is drawn, where it comes from, how sure we are.

use std::ops::RangeInclusive;

use crate::domain::number::distribution::Distribution;

/// How a number or a rule follows from its sources.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Basis {
    /// A source says it.
    Reported,
    /// A source implies it.
    Inferred,
    /// No source speaks of it: it is the modeller's.
    Assumed,
}

impl Basis {
    /// Every basis, from the surest to the least sure.
    pub const ALL: [Self; 3] = [Self::Reported, Self::Inferred, Self::Assumed];

    /// The word for it in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Inferred => "inferred",
            Self::Assumed => "assumed",
        }
    }
}

/// Where a number or a rule comes from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Provenance {
    /// How it follows from the sources; `None` of a number only in synthetic scenarios.
    pub basis: Option<Basis>,
    /// Names of the sources.
    pub sources: Vec<String>,
    /// One line of explanation.
    pub note: Option<String>,
    /// Whether a setting put it in the place of the scenario's and gave no basis for it.
    pub is_set: bool,
}

/// A number as the scenario knows it.
#[derive(Clone, PartialEq, Debug)]
pub struct Number {
    /// Its name: the path by which `--set` finds it.
    pub path: String,
    /// How it is drawn.
    pub distribution: Distribution,
    /// What it has to lie within, whatever is done to it.
    pub within: RangeInclusive<f64>,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Number {
    /// A constant without provenance and without bounds, for synthetic scenarios and tests.
    ///
    /// # Panics
    ///
    /// If the number is not finite.
    pub fn constant(path: &str, number: f64) -> Self {
        Self {
            path: path.to_owned(),
            distribution: Distribution::constant(number).expect("a finite number"),
            within: f64::MIN..=f64::MAX,
            provenance: Provenance::default(),
        }
    }

    /// The drawn value plus `by`, clamped to the bounds.
    pub fn moved(&self, drawn: f64, by: f64) -> f64 {
        (drawn + by).clamp(*self.within.start(), *self.within.end())
    }
}
