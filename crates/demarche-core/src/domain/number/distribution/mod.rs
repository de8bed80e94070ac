//! Distributions of uncertain numbers, as quantile functions of one uniform draw.
//!
//! One draw per number, and a monotone map from it: streams stay aligned when a distribution
//! changes, and space-filling designs can put in their own uniform numbers.
//! All functions come from `libm`, so that values are the same on every platform.
//!
//! A new family is one file and one line in [`DISTRIBUTIONS`].

mod beta;
mod constant;
mod discrete;
mod kind;
mod normal;
#[cfg(test)]
mod test_support;
mod triangular;
mod uniform;

pub use beta::{SHAPE_MAX, SHAPE_MIN};
pub use kind::{
    ArgumentPlace, ArgumentRange, DistributionError, DistributionForm, DistributionKind,
    DistributionParameter, PROBABILITY_TOLERANCE, are_probabilities,
};
pub(crate) use normal::{standard_normal_probability, standard_normal_quantile};

/// The families of distributions that files can name.
pub const DISTRIBUTIONS: &[&DistributionKind] = &[
    &constant::KIND,
    &uniform::KIND,
    &triangular::KIND,
    &normal::KIND,
    &beta::KIND,
    &discrete::KIND,
];

/// A distribution of finite numbers.
#[derive(Clone, PartialEq, Debug)]
pub struct Distribution {
    kind: &'static DistributionKind,
    min: f64,
    max: f64,
    /// What the quantile function of the kind needs.
    numbers: Vec<f64>,
}

impl Distribution {
    fn prepared(kind: &'static DistributionKind, prepared: kind::Prepared) -> Self {
        Self {
            kind,
            min: prepared.min,
            max: prepared.max,
            numbers: prepared.numbers,
        }
    }

    /// Whether it is given as one number, which is every draw.
    pub fn is_constant(&self) -> bool {
        matches!(self.kind.form, DistributionForm::Number)
    }

    /// The least and the greatest number that can be drawn.
    pub fn range(&self) -> (f64, f64) {
        (self.min, self.max)
    }

    /// The number below which a share `p` of all draws fall; `p` in [0, 1).
    ///
    /// Never decreases in `p` and never leaves [`Distribution::range`].
    pub fn quantile(&self, p: f64) -> f64 {
        (self.kind.quantile)(&self.numbers, p).clamp(self.min, self.max)
    }
}
