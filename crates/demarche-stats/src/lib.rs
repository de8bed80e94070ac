//! Statistics of simulations: estimates with their uncertainty, sensitivity indices, designs of
//! experiments.
//!
//! Counts and sums are integers, so merging the parts of a sample is exact in any order; every
//! random number follows from a seed that the caller gives. Knows nothing of negotiation.
//!
//! Designs and indices of any model are in the example `sensitivity` of `demarche`.
//!
//! # Examples
//!
//! The share of successes with its confidence interval:
//!
//! ```
//! use demarche_stats::estimate::Estimate;
//!
//! let share = Estimate::of_share(275, 1_000).expect("a sample is not empty");
//! assert_eq!(share.point, 0.275);
//! let interval = share.interval.expect("a share has an interval");
//! assert!(interval.low < 0.275 && 0.275 < interval.high);
//! ```

pub mod design;
pub mod estimate;
pub mod sensitivity;
