//! Finding outcomes by what they are worth, without listing them all.
//!
//! Preferences differ in every replication, so a sorted table of all outcomes would have to be
//! rebuilt every time; [`Halves`] answers the same questions in about the square root of that.
//! [`Enumeration`] is the table, kept as the reference that tests hold the other one to.

mod enumeration;
mod fronts;
mod halves;
mod halves_plan;
mod offer_distance;
mod sorted_group;

use std::fmt;

use crate::domain::{Outcome, Preferences, Utility};

pub use enumeration::Enumeration;
pub use halves::Halves;
pub use halves_plan::{Audiences, HalvesPlan, PlanError};
pub use offer_distance::{Counted, FULL_DISTANCE, OfferDistance};
pub(crate) use offer_distance::{FULL_WEIGHT, units_of_weight};

/// Answers questions about one party's preferences; rebuilt for every draw of them.
///
/// Only outcomes across none of the party's real red lines count: there may be none.
/// Wherever several outcomes fit equally well, the first in the order of the space is meant.
pub trait OutcomeSearch: fmt::Debug {
    /// Takes in newly drawn preferences.
    fn rebuild(&mut self, preferences: &Preferences);

    /// The outcome of greatest utility; `None` if all are across a red line.
    fn best(&mut self) -> Option<Outcome>;

    /// The outcome of least utility among those worth at least `target`.
    fn least_at_least(&mut self, target: Utility) -> Option<Outcome>;

    /// The outcome nearest to what others want, among those worth at least `target`.
    ///
    /// Distance counts those whose consent the outcome needs, or all, see [`OfferDistance`].
    /// Of several equally near, the one worth most to the party itself, measured by the sum of
    /// its contributions before that is held within [0, 1].
    fn nearest_at_least(
        &mut self,
        target: Utility,
        offer_distance: &OfferDistance,
    ) -> Option<Outcome>;

    /// [`OutcomeSearch::nearest_at_least`] for each of some targets, by rising target.
    ///
    /// # Panics
    ///
    /// May panic if the targets do not rise.
    fn nearest_at_each(
        &mut self,
        targets: &[Utility],
        offer_distance: &OfferDistance,
    ) -> Vec<Option<Outcome>> {
        let targets = targets.iter();
        let nearest = targets.map(|&it| self.nearest_at_least(it, offer_distance));
        nearest.collect()
    }

    /// How many outcomes are worth at least `target`.
    fn count_at_least(&mut self, target: Utility) -> u64;

    /// One of the outcomes worth at least `target`, by its number from 0 in an order of its own.
    ///
    /// `None` if there are not so many.
    fn nth_at_least(&mut self, target: Utility, n: u64) -> Option<Outcome>;

    /// The outcome that follows in the ranking by falling worth; the first for `None`.
    ///
    /// `after` must be an outcome with its own sum of contributions.
    fn next_in_ranking(&mut self, after: Option<Ranked>) -> Option<Ranked>;

    /// Looks at every outcome whose sum of contributions is at least `from` and at most `tolerance` above
    /// the least sum of at least `enough`, in any order.
    ///
    /// Where no sum is that great, at every outcome from `from` on. `enough` is not below `from`.
    fn each_up_to_least(
        &mut self,
        from: i64,
        enough: i64,
        tolerance: i64,
        look: &mut dyn FnMut(Outcome),
    );
}

/// An outcome's place in the ranking by falling worth, equals in the order of the space.
///
/// Worth is the sum of contributions before it is held within [0, 1].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ranked {
    /// The sum of contributions, in units.
    pub units: i64,
    /// The outcome.
    pub outcome: Outcome,
}
