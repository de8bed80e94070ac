//! The choices of a scenario that no distribution describes, and where each comes from.

use crate::domain::{PartyId, Provenance};

/// What a rule decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RuleKind {
    /// The protocol, with the numbers that it needs by party.
    Protocol,
    /// The number of rounds.
    DeadlineRounds,
    /// How the elapsed share of the time is counted.
    RelativeTime,
    /// That a deal needs the consent of all, for want of another rule.
    Unanimity,
    /// Whose consent is needed, and when: a position among [`ConsentRule::vetoes`].
    ///
    /// [`ConsentRule::vetoes`]: crate::domain::ConsentRule::vetoes
    Veto(usize),
    /// How many must consent: a position among [`ConsentRule::quotas`].
    ///
    /// [`ConsentRule::quotas`]: crate::domain::ConsentRule::quotas
    Quota(usize),
    /// By which rules a party offers and accepts: a position among its strategies.
    Strategy(PartyId, usize),
    /// The probability of a party's strategy, if it has more than one.
    StrategyProbability(PartyId, usize),
}

/// A choice of a scenario that no distribution describes: protocol, rounds, consent or strategy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourcedRule {
    /// Its name: the path by which `--set` finds it.
    pub path: String,
    /// What it decides.
    pub kind: RuleKind,
    /// Where it comes from; files need not say.
    pub provenance: Provenance,
}
