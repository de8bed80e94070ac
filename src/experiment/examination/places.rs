//! Who sits where: settings in which one party follows one rule, and the others follow another.

use std::sync::Arc;

use demarche_core::domain::{PartyId, PartySet};
use demarche_core::negotiation::Setting;
use demarche_core::strategy::{OFFERING_RULES, OfferingKind};

use crate::experiment::studies::{DEFAULT_OFFERING_RULES, following};

/// Who takes the place of the examined party.
#[derive(Clone, Copy, Debug)]
pub(super) enum Candidate {
    /// Whoever is examined.
    Outside,
    /// A built-in strategy.
    Follows(&'static OfferingKind),
}

/// What the others do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Opponents {
    /// What the scenario says.
    AsTheyAre,
    /// All follow this.
    Follow(&'static OfferingKind),
}

impl Candidate {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Outside => "outside",
            Self::Follows(kind) => kind.name,
        }
    }
}

impl Opponents {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AsTheyAre => "as in the scenario",
            Self::Follow(kind) => kind.name,
        }
    }
}

/// The built-in strategies that are tried.
pub(super) fn rules() -> impl Iterator<Item = &'static OfferingKind> {
    let rules = OFFERING_RULES.iter().copied();
    rules.filter(|it| DEFAULT_OFFERING_RULES.contains(&it.name))
}

/// A scenario with this party in a place and those others; why not, if a strategy does not fit it.
pub(super) fn placed(
    base: &Setting,
    party: PartyId,
    candidate: Candidate,
    opponents: Opponents,
) -> Result<Arc<Setting>, String> {
    let setting = following(base, |it| match (it == party, candidate, opponents) {
        (true, Candidate::Follows(kind), _) | (false, _, Opponents::Follow(kind)) => Some(kind),
        (true, Candidate::Outside, _) | (false, _, Opponents::AsTheyAre) => None,
    })?;
    let outside = match candidate {
        Candidate::Outside => PartySet::only(party),
        Candidate::Follows(_) => PartySet::EMPTY,
    };
    Ok(Arc::new(setting.with_outside(outside)))
}
