//! Drawing a party's preferences for one replication.

use std::sync::Arc;

use crate::domain::{DrawnNumbers, Number, PartyId, Preferences, Utility};
use crate::negotiation::setting::Setting;
use crate::negotiation::variation::NumberId;
use crate::seeds::{NameHash, Purpose, Replication, Seeds, Stream};

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

/// Draws the numbers of one party for one purpose in one replication.
#[derive(Debug)]
pub(super) struct Draws<'a> {
    setting: &'a Setting,
    replication: Replication,
    stream: Stream,
}

impl<'a> Draws<'a> {
    pub(super) fn new(
        setting: &'a Setting,
        seeds: &Seeds,
        replication: Replication,
        party: PartyId,
        purpose: Purpose,
    ) -> Self {
        let luck = setting.luck_of(replication);
        Self {
            setting,
            replication,
            stream: seeds.stream(luck, setting.party(party).name, purpose),
        }
    }

    /// The stream itself, for luck that is no number of the setting.
    pub(super) fn stream(&mut self) -> &mut Stream {
        &mut self.stream
    }

    /// The stream, once all numbers are drawn.
    pub(super) fn into_stream(self) -> Stream {
        self.stream
    }

    /// Draws a group's numbers from its place in the stream; the first of them has this position.
    pub(super) fn group<'n>(
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
