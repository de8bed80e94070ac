//! Which outcomes can be agreed on: whether any exists, which is nearest, and all of them.

mod acceptable_outcomes;
mod coupling;
mod lagrangian_bound;
mod nearest_agreement;
mod settling;
mod zone_of_possible_agreement;

pub(crate) use acceptable_outcomes::for_each_acceptable;
pub(crate) use coupling::Coupling;
pub use nearest_agreement::{NearestAgreement, nearest_agreement};
pub use zone_of_possible_agreement::{
    ZONE_STEPS_MAX, Zone, some_agreement, zone_of_possible_agreement,
};
