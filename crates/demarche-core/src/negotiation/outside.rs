//! Parties that are answered for from outside: what a setting has for them in place of a strategy.

use crate::domain::{PartyId, PartySet};
use crate::negotiation::setting::Setting;
use crate::randomness::{Purpose, Replication, Seeds};
use crate::strategy::StrategySpec;

/// The word in tables for what a party that is answered for from outside follows.
const OUTSIDE: &str = "outside";

impl Setting {
    /// The same, with parties that are answered for from outside in place of following a strategy.
    ///
    /// All else that is known of them stays, and no other party's random numbers move.
    #[must_use]
    pub fn with_outside(mut self, parties: PartySet) -> Self {
        self.outside = parties;
        self
    }

    /// The parties that are answered for from outside.
    pub fn outside(&self) -> PartySet {
        self.outside
    }

    /// The strategies that a party may follow; none of one that is answered for from outside.
    pub fn followed_strategies(&self, party: PartyId) -> &[StrategySpec] {
        if self.outside.contains(party) {
            return &[];
        }
        self.strategies(party)
    }

    /// The word in tables for the strategy of a party at this position among those it may follow.
    pub fn strategy_name(&self, party: PartyId, strategy: usize) -> &'static str {
        if self.outside.contains(party) {
            return OUTSIDE;
        }
        self.strategies(party)[strategy].offering.name
    }

    /// The word in tables for the acceptance condition of the same strategy.
    pub fn acceptance_name(&self, party: PartyId, strategy: usize) -> &'static str {
        if self.outside.contains(party) {
            return OUTSIDE;
        }
        self.strategies(party)[strategy].acceptance.name
    }

    /// The number from which a party that is answered for from outside draws what it leaves to
    /// chance: from a stream of its own, which tells nothing of any other.
    pub fn outside_seed(&self, seeds: &Seeds, replication: Replication, party: PartyId) -> u64 {
        let name = self.party(party).name;
        let replication = self.base_replication(replication);
        let mut stream = seeds.stream(replication, name, Purpose::Outside);
        stream.word()
    }
}
