//! The correlations of a setting, and the draws of the numbers that they name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::{Correlation, Number};
use crate::negotiation::correlation::copula::{Addresses, Copula, Correlated, CorrelationError};
use crate::negotiation::correlation::number_address::NumberAddress;
use crate::negotiation::setting::Setting;
use crate::negotiation::variation::{NumberId, NumberPlace};
use crate::randomness::{NameHash, Purpose, Replication, Seeds};

impl Setting {
    /// The same, with numbers that are not drawn independently; they take the place of those that
    /// there were.
    ///
    /// Each number keeps its distribution. Of numbers that hang together, directly or through others,
    /// the first keeps its draws too, and any other that is correlated with none before it; the draws
    /// of all others move. First come numbers of preferences and leverage in the order in which the
    /// correlations name them, then those of strategies. A constant among them moves nothing and is
    /// moved by nothing.
    ///
    /// # Errors
    ///
    /// All that is wrong with single correlations or, if nothing is, all that contradict each other in
    /// some combination of strategies that parties may follow.
    pub fn with_correlations(
        mut self,
        correlations: Vec<Correlation>,
    ) -> Result<Self, Vec<CorrelationError>> {
        let copula = Copula::new(&correlations, &addresses(&self))?;
        self.correlated = Correlated {
            correlations: correlations.into(),
            copula: copula.map(Arc::new),
        };
        Ok(self)
    }

    /// The same, with the correlations of another setting of the same parties, whose draws it keeps
    /// even if they go with numbers that are missing here.
    #[must_use]
    pub fn with_correlations_of(mut self, other: &Self) -> Self {
        let mut correlated = other.correlated.clone();
        if let Some(copula) = &mut correlated.copula {
            Arc::make_mut(copula).link(&addresses(&self));
        }
        self.correlated = correlated;
        self
    }

    /// The same, with only those correlations that are between two of these numbers.
    ///
    /// The distribution of these numbers together stays as it is. Their draws move where they went
    /// with others.
    ///
    /// # Panics
    ///
    /// If the setting has no such number.
    #[must_use]
    pub fn with_correlations_among(mut self, numbers: &[NumberId]) -> Self {
        if self.correlations().is_empty() {
            return self;
        }
        let all: Vec<&Number> = self.numbers().collect();
        let paths: BTreeSet<&str> = numbers
            .iter()
            .map(|it| all[it.idx()].path.as_str())
            .collect();
        let is_among = |it: &&Correlation| it.between.iter().all(|it| paths.contains(it.as_str()));
        let kept: Vec<Correlation> = (self.correlations().iter())
            .filter(is_among)
            .cloned()
            .collect();
        // A part of a positive semi-definite matrix is one.
        let copula = Copula::of_possible(&kept, &addresses(&self));
        self.correlated = Correlated {
            correlations: kept.into(),
            copula: copula.map(Arc::new),
        };
        self
    }

    /// The numbers that are correlated, directly or through others, group by group, each in ascending
    /// order.
    pub fn correlated_numbers(&self) -> Vec<Vec<NumberId>> {
        let Some(copula) = &self.correlated.copula else {
            return Vec::new();
        };
        let groups = copula.groups().map(|group| {
            let numbers = copula.numbers().iter();
            let members = numbers.filter(|it| group.contains(&it.1));
            members.map(|it| it.0).collect()
        });
        groups.collect()
    }

    /// The probabilities at whose quantiles numbers are drawn, from those at which they would be
    /// without correlations, in [0, 1); a group of correlated numbers is there as a whole, or not.
    ///
    /// Numbers of strategies that no session draws together have these probabilities together only
    /// where they can; where several parties have such and they cannot, numbers of other strategies
    /// than the first of a party are perhaps less correlated here than in sessions.
    pub fn correlated_probabilities(&self, independent: &[(NumberId, f64)]) -> Vec<f64> {
        let mut probabilities: Vec<f64> = independent.iter().map(|it| it.1).collect();
        if let Some(copula) = &self.correlated.copula {
            let places: BTreeMap<NumberId, usize> =
                independent.iter().map(|it| it.0).zip(0..).collect();
            // Of groups that are not there nothing is taken.
            let mut of_members = vec![0.5; copula.addresses().count()];
            for &(number, member) in copula.numbers() {
                if let Some(place) = places.get(&number) {
                    of_members[member] = independent[*place].1;
                }
            }
            let correlated = copula.correlated(&of_members, |_| None);
            for &(number, member) in copula.numbers() {
                if let Some(place) = places.get(&number) {
                    probabilities[*place] = correlated[member];
                }
            }
        }
        probabilities
    }

    /// The correlations, in file order.
    pub fn correlations(&self) -> &[Correlation] {
        &self.correlated.correlations
    }
}

/// Every number by its path, with its place among [`Setting::numbers`] and in streams.
fn addresses(setting: &Setting) -> Addresses {
    let mut all: Addresses = BTreeMap::new();
    let mut add =
        |place: NumberPlace, numbers: &mut dyn Iterator<Item = &Number>, of: NumberAddress| {
            for (offset, number) in numbers.enumerate() {
                let group = place.group;
                let address = NumberAddress {
                    group,
                    offset,
                    ..of
                };
                all.insert(number.path.clone(), (place.first.plus(offset), address));
            }
        };
    for party in setting.scenario().party_ids() {
        let fixed = setting.party(party);
        let of = |purpose, strategy| NumberAddress {
            party: fixed.name,
            purpose,
            group: fixed.name,
            offset: 0,
            strategy,
        };
        let preferences = of(Purpose::Preferences, None);
        let groups = setting.scenario().party(party).preferences.groups();
        for (group, place) in groups.zip(&fixed.places.preferences) {
            add(*place, &mut group.numbers(), preferences);
        }
        for &(idx, place) in &fixed.places.leverages {
            let leverage = &setting.scenario().leverages[idx];
            let mut numbers = std::iter::once(&leverage.lowers_reservation_value);
            add(place, &mut numbers, preferences);
        }
        let strategies = fixed.strategies.iter().zip(&fixed.places.strategies);
        for (idx, (spec, [of_offering, of_acceptance])) in strategies.enumerate() {
            let strategy = of(Purpose::Strategy, Some(idx));
            add(*of_offering, &mut spec.offering_numbers.iter(), strategy);
            add(
                *of_acceptance,
                &mut spec.acceptance_numbers.iter(),
                strategy,
            );
        }
    }
    all
}

/// The uniform numbers of correlated numbers in one replication.
#[derive(Debug)]
pub(in crate::negotiation) struct CorrelatedDraws<'a> {
    copula: &'a Copula,
    /// By member.
    uniforms: Vec<f64>,
}

impl<'a> CorrelatedDraws<'a> {
    /// Those that one party needs for one purpose; `None` if it has no correlated number for it.
    pub(in crate::negotiation) fn new(
        setting: &'a Setting,
        seeds: &Seeds,
        replication: Replication,
        party: NameHash,
        purpose: Purpose,
    ) -> Option<Self> {
        let copula =
            (setting.correlated.copula.as_deref()).filter(|it| it.concerns(party, purpose))?;
        let base = setting.base_replication(replication);
        let mut designed = vec![None; copula.addresses().count()];
        for &(number, idx) in copula.numbers() {
            designed[idx] = setting.designed_probability(replication, number);
        }
        let independent = copula.addresses().zip(designed).map(|(address, designed)| {
            designed.unwrap_or_else(|| {
                let mut stream = seeds.stream(base, address.party, address.purpose);
                stream.seek_number(address.group, address.offset);
                stream.uniform()
            })
        });
        let independent: Vec<f64> = independent.collect();
        let parties = copula.choosing_parties();
        let strategies: Vec<(NameHash, usize)> = parties
            .filter_map(|it| Some((it, setting.strategy_followed(seeds, replication, it)?)))
            .collect();
        let followed = |party| {
            let mut strategies = strategies.iter();
            strategies.find(|it| it.0 == party).map(|it| it.1)
        };
        Some(Self {
            copula,
            uniforms: copula.correlated(&independent, followed),
        })
    }

    /// The uniform number of a number, if it is correlated.
    pub(in crate::negotiation) fn uniform(&self, number: NumberId) -> Option<f64> {
        self.copula.member(number).map(|it| self.uniforms[it])
    }
}
