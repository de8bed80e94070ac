//! The combinations of strategies that parties may follow, as far as correlated numbers depend on them.

use crate::negotiation::correlation::number_address::NumberAddress;
use crate::randomness::NameHash;

/// The parties that have numbers of several of their strategies in a group of correlated numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct StrategyChoices {
    all: Vec<StrategyChoice>,
}

#[derive(Clone, Debug)]
struct StrategyChoice {
    party: NameHash,
    /// Those with numbers in the group, in ascending order.
    strategies: Vec<usize>,
}

impl StrategyChoices {
    /// Those of the numbers of a group.
    pub(super) fn of<'a>(addresses: impl Iterator<Item = &'a NumberAddress>) -> Self {
        let mut all: Vec<StrategyChoice> = Vec::new();
        for address in addresses {
            let Some(strategy) = address.strategy else {
                continue;
            };
            let party = address.party;
            match all.iter_mut().find(|it| it.party == party) {
                Some(known) => known.strategies.push(strategy),
                None => all.push(StrategyChoice {
                    party,
                    strategies: vec![strategy],
                }),
            }
        }
        for choice in &mut all {
            choice.strategies.sort_unstable();
            choice.strategies.dedup();
        }
        all.retain(|it| it.strategies.len() > 1);
        Self { all }
    }

    /// How many combinations there are; 1 where no party has a choice.
    pub(super) fn n_combinations(&self) -> usize {
        let sizes = self.all.iter().map(|it| it.strategies.len());
        sizes.fold(1, usize::saturating_mul)
    }

    /// The parties that have a choice.
    pub(super) fn parties(&self) -> impl Iterator<Item = NameHash> {
        self.all.iter().map(|it| it.party)
    }

    /// The place of a party among those that have a choice.
    pub(super) fn place(&self, party: NameHash) -> Option<usize> {
        self.parties().position(|it| it == party)
    }

    /// The combination in which parties follow these strategies; the first one that counts of a party
    /// that follows none of these.
    pub(super) fn combination(&self, followed: impl Fn(NameHash) -> Option<usize>) -> usize {
        self.all.iter().fold(0, |sum, choice| {
            let strategy = followed(choice.party);
            let place = strategy.and_then(|it| choice.strategies.binary_search(&it).ok());
            sum * choice.strategies.len() + place.unwrap_or(0)
        })
    }

    /// Whether a number of the group is drawn in a combination.
    pub(super) fn is_drawn(&self, combination: usize, address: &NumberAddress) -> bool {
        let mut rest = combination;
        for choice in self.all.iter().rev() {
            let n_strategies = choice.strategies.len();
            if choice.party == address.party {
                let followed = choice.strategies[rest % n_strategies];
                return address.strategy.is_none_or(|it| it == followed);
            }
            rest /= n_strategies;
        }
        true
    }
}
