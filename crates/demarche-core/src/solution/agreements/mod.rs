//! Which outcomes can be agreed on: whether any exists, which is nearest, and all of them; and who
//! would accept the completions of a plan.

mod acceptable_outcomes;
mod completions;
mod coupling;
mod lagrangian_bound;
mod nearest_agreement;
mod obstacle;
mod obstacles;
mod settling;
mod zone_of_possible_agreement;

pub(crate) use acceptable_outcomes::for_each_acceptable;
pub use completions::for_each_completion;
pub(crate) use coupling::Coupling;
pub use nearest_agreement::{
    AMENDMENT_STEPS_MAX, NearestAgreement, nearest_agreement, nearest_amendment,
};
pub use obstacle::Obstacle;
pub use obstacles::smallest_obstacle_sets;
pub(crate) use settling::Sums;
pub use zone_of_possible_agreement::{
    StepsUsedUp, ZONE_STEPS_MAX, Zone, some_agreement, zone_of_possible_agreement,
};
