//! Numbers of a scenario: utilities in exact units, decimals, distributions, and where each number comes from.

mod correlation;
mod decimal;
mod distribution;
mod provenance;
mod utility;

pub use correlation::{CORRELATED_COMBINATIONS_MAX, CORRELATED_NUMBERS_MAX, Correlation};
pub(crate) use decimal::{DECIMALS, Decimal, ONE_IN_UNITS, greatest_common_divisor};
pub use distribution::{
    ArgumentPlace, ArgumentRange, DISTRIBUTIONS, Distribution, DistributionError, DistributionForm,
    DistributionKind, DistributionParameter, PROBABILITY_TOLERANCE, SHAPE_MAX, SHAPE_MIN,
    are_probabilities,
};
pub(crate) use distribution::{standard_normal_probability, standard_normal_quantile};
pub use provenance::{Basis, Number, Provenance};
pub use utility::{Utility, from_units, threshold, units};
