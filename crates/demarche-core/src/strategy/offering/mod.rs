//! Offering rules, one file each.

pub(super) mod equilibrium;
pub(super) mod expected_utility;
pub(super) mod exponential;
pub(super) mod hybrid;
pub(super) mod incremental;
pub(super) mod micro;
pub(super) mod negmas_time_based;
pub(super) mod nice_tit_for_tat;
pub(super) mod random_offer;
mod revision;
pub(super) mod time_dependent;
pub(super) mod tit_for_tat;
pub(super) mod top_fraction;
pub(super) mod tough;
pub(super) mod trade_off;

use crate::strategy::OfferingKind;

pub use time_dependent::{NAMED_EXPONENTS, aspiration_share};

/// The offering rules that are built in.
pub const OFFERING_RULES: &[&OfferingKind] = &[
    &time_dependent::KIND,
    &exponential::KIND,
    &tit_for_tat::KIND,
    &hybrid::KIND,
    &micro::KIND,
    &trade_off::KIND,
    &incremental::KIND,
    &nice_tit_for_tat::KIND,
    &expected_utility::KIND,
    &tough::KIND,
    &top_fraction::KIND,
    &random_offer::KIND,
    &equilibrium::KIND,
    &negmas_time_based::KIND,
];
