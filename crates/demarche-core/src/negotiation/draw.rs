//! Drawing a party's preferences for one replication.

use std::sync::Arc;

use crate::domain::{DrawnNumbers, Number, PartyId, Preferences, Utility};
use crate::negotiation::setting::Setting;
use crate::negotiation::variation::NumberId;
use crate::randomness::{NameHash, Purpose, Replication, Seeds, Stream};
use crate::strategy::StrategySpec;

/// Draws one party's preferences, again and again, in room of its own.
///
/// Every number takes one uniform draw from the place that its group has in the party's stream,
/// a constant too, so that making a number certain moves no other.
#[derive(Debug)]
pub struct PreferenceDraw {
    setting: Arc<Setting>,
    party: PartyId,
    preferences: Preferences,
    /// `None` where a round more costs nothing.
    discount_factor: Option<f64>,
}

impl PreferenceDraw {
    /// For one party of a setting.
    pub fn new(setting: Arc<Setting>, party: PartyId) -> Self {
        let space = Arc::clone(&setting.scenario().space);
        let interactions = setting.party(party).interactions.clone();
        Self {
            party,
            preferences: Preferences::indifferent(space, interactions),
            discount_factor: None,
            setting,
        }
    }

    /// The preferences drawn last.
    pub fn preferences(&self) -> &Preferences {
        &self.preferences
    }

    /// What a utility of a round, counted from 1, is worth at the start.
    ///
    /// ```text
    /// u · δ^(r − 1)
    /// ```
    ///
    /// δ is the discount factor drawn last; without one nothing changes.
    pub fn discounted(&self, utility: Utility, round: u32) -> Utility {
        self.discount_factor.map_or(utility, |it| {
            utility.times(libm::pow(it, f64::from(round) - 1.0))
        })
    }

    /// The numbers drawn last, from which the preferences were made.
    pub fn numbers(&self) -> &DrawnNumbers {
        self.preferences.numbers()
    }

    /// Draws the party's preferences of a replication.
    ///
    /// The reservation value is what is left of the drawn one after all leverage used on the
    /// party, not below 0.
    pub fn draw(&mut self, seeds: &Seeds, replication: Replication) -> &Preferences {
        let fixed = self.setting.party(self.party);
        let uncertain = &self.setting.scenario().party(self.party).preferences;
        let mut draws = Draws::new(
            &self.setting,
            seeds,
            replication,
            self.party,
            Purpose::Preferences,
        );
        let mut drawn = self.preferences.take_numbers();
        drawn.weights.clear();
        drawn.utilities.clear();
        drawn.adds.clear();
        drawn.leverages.clear();
        // Numbers stand as in `Scenario::numbers`: the reservation value comes first there.
        let mut next = fixed.first_number.plus(1);
        for (issue, &group) in uncertain.issues.iter().zip(&fixed.issue_groups) {
            let numbers = std::iter::once(&issue.weight).chain(&issue.utilities);
            let mut group = draws.group(group, next, numbers);
            drawn.weights.extend(group.next());
            drawn.utilities.extend(group);
            next = next.plus(1 + issue.utilities.len());
        }
        for (interaction, &group) in uncertain.interactions.iter().zip(&fixed.interaction_groups) {
            drawn.adds.push(draws.one(group, next, &interaction.adds));
            next = next.plus(1);
        }
        drawn.reservation_value = draws.one(
            fixed.reservation_value_group,
            fixed.first_number,
            &uncertain.reservation_value,
        );
        for &(idx, group) in &fixed.leverages {
            let leverage = &self.setting.scenario().leverages[idx];
            let number = self.setting.first_leverage().plus(idx);
            let taken = draws.one(group, number, &leverage.lowers_reservation_value);
            drawn.leverages.push(taken);
        }
        let discount_factor = uncertain.discount_factor.as_ref();
        self.discount_factor =
            discount_factor.map(|it| draws.one(NameHash::of("discount_factor"), next, it));
        self.preferences.put(drawn);
        &self.preferences
    }
}

/// The strategy that a party follows in a session, with the numbers drawn for it.
#[derive(Debug)]
pub(super) struct StrategyDraw {
    /// Its position among those that the party may follow.
    pub(super) strategy: usize,
    /// The numbers of its offering rule.
    pub(super) offering: Vec<f64>,
    /// Those of its acceptance condition.
    pub(super) acceptance: Vec<f64>,
    /// The party's stream for all that it leaves to luck in the session.
    pub(super) stream: Stream,
}

impl StrategyDraw {
    pub(super) fn new(
        setting: &Setting,
        seeds: &Seeds,
        replication: Replication,
        party: PartyId,
    ) -> Self {
        let fixed = setting.party(party);
        let mut draws = Draws::new(setting, seeds, replication, party, Purpose::Strategy);
        let strategy = choose(&fixed.strategies, &mut draws.stream);
        let spec = &fixed.strategies[strategy];
        let first = fixed.strategy_numbers[strategy];
        let group = NameHash::of(spec.offering.name);
        let offering: Vec<f64> = draws
            .group(group, first, spec.offering_numbers.iter())
            .collect();
        let group = NameHash::of(spec.acceptance.name);
        let first = first.plus(offering.len());
        let acceptance: Vec<f64> = draws
            .group(group, first, spec.acceptance_numbers.iter())
            .collect();
        let mut stream = draws.stream;
        stream.seek(NameHash::of("offers"));
        Self {
            strategy,
            offering,
            acceptance,
            stream,
        }
    }
}

/// Chooses one of the strategies with their probabilities.
fn choose(strategies: &[StrategySpec], stream: &mut Stream) -> usize {
    stream.seek(NameHash::of("choice"));
    let p = stream.uniform();
    let mut sum = 0.0;
    strategies
        .iter()
        .position(|it| {
            sum += it.p;
            p < sum
        })
        // Decimal probabilities may sum to a hair below 1.
        .unwrap_or(strategies.len() - 1)
}

impl Setting {
    /// Every number as it is drawn in a session, by its position among [`Setting::numbers`], before
    /// weights are put to their proportions and leverage takes off from reservation values; `None`
    /// for numbers of strategies that are not followed there.
    pub fn drawn(&self, seeds: &Seeds, replication: Replication) -> Vec<Option<f64>> {
        let mut res = vec![None; self.numbers().count()];
        let mut note = |first: NumberId, drawn: &mut dyn Iterator<Item = f64>| {
            for (place, it) in drawn.enumerate() {
                res[first.plus(place).idx()] = Some(it);
            }
        };
        for party in self.scenario().party_ids() {
            let fixed = self.party(party);
            let uncertain = &self.scenario().party(party).preferences;
            let mut draws = Draws::new(self, seeds, replication, party, Purpose::Preferences);
            let mut group = |group: NameHash, first: NumberId, numbers: &[&Number]| {
                note(
                    first,
                    &mut draws.group(group, first, numbers.iter().copied()),
                );
            };
            let reservation_value = &uncertain.reservation_value;
            group(
                fixed.reservation_value_group,
                fixed.first_number,
                &[reservation_value],
            );
            let mut next = fixed.first_number.plus(1);
            for (issue, &name) in uncertain.issues.iter().zip(&fixed.issue_groups) {
                let numbers = std::iter::once(&issue.weight).chain(&issue.utilities);
                let numbers: Vec<&Number> = numbers.collect();
                group(name, next, &numbers);
                next = next.plus(numbers.len());
            }
            for (interaction, &name) in uncertain.interactions.iter().zip(&fixed.interaction_groups)
            {
                group(name, next, &[&interaction.adds]);
                next = next.plus(1);
            }
            if let Some(it) = &uncertain.discount_factor {
                group(NameHash::of("discount_factor"), next, &[it]);
            }
            for &(idx, name) in &fixed.leverages {
                let leverage = &self.scenario().leverages[idx];
                let number = self.first_leverage().plus(idx);
                group(name, number, &[&leverage.lowers_reservation_value]);
            }
            let it = StrategyDraw::new(self, seeds, replication, party);
            let first = fixed.strategy_numbers[it.strategy];
            note(first, &mut it.offering.into_iter().chain(it.acceptance));
        }
        res
    }
}

/// Draws the numbers of one party for one purpose in one replication.
#[derive(Debug)]
struct Draws<'a> {
    setting: &'a Setting,
    replication: Replication,
    stream: Stream,
}

impl<'a> Draws<'a> {
    fn new(
        setting: &'a Setting,
        seeds: &Seeds,
        replication: Replication,
        party: PartyId,
        purpose: Purpose,
    ) -> Self {
        let luck = setting.base_replication(replication);
        Self {
            setting,
            replication,
            stream: seeds.stream(luck, setting.party(party).name, purpose),
        }
    }

    /// Draws a group's numbers from its place in the stream; the first of them has this position.
    fn group<'n>(
        &mut self,
        group: NameHash,
        first: NumberId,
        numbers: impl Iterator<Item = &'n Number> + Clone,
    ) -> impl Iterator<Item = f64> {
        // A group of constants needs no luck, and going to its place would cost more than all else.
        let is_certain = numbers.clone().all(|it| it.distribution.is_constant());
        if !is_certain {
            self.stream.seek(group);
        }
        numbers.enumerate().map(move |(place, it)| {
            let luck = if is_certain {
                0.0
            } else {
                self.stream.uniform()
            };
            let id = first.plus(place);
            let designed = self.setting.designed_probability(self.replication, id);
            let drawn = it.distribution.quantile(designed.unwrap_or(luck));
            let shift = self.setting.shift_of(id);
            shift.map_or(drawn, |by| it.moved(drawn, by))
        })
    }

    /// Draws a number that is a group of its own.
    fn one(&mut self, group: NameHash, id: NumberId, number: &Number) -> f64 {
        self.group(group, id, std::iter::once(number)).sum()
    }
}
