//! Drawing a party's preferences for one replication.

use std::sync::Arc;

use crate::domain::{DrawnNumbers, Number, PartyId, Preferences};
use crate::negotiation::Setting;
use crate::seeds::{NameHash, Purpose, Replication, Seeds, Stream};

/// Draws one party's preferences, again and again, in room of its own.
///
/// Every number takes one uniform draw from the place that its group has in the party's stream,
/// a constant too, so that making a number certain moves no other.
#[derive(Debug)]
pub struct PreferenceDraw {
    setting: Arc<Setting>,
    party: PartyId,
    numbers: DrawnNumbers,
    preferences: Preferences,
}

impl PreferenceDraw {
    /// For one party of a setting.
    pub fn new(setting: Arc<Setting>, party: PartyId) -> Self {
        let space = Arc::clone(&setting.scenario().space);
        let interactions = setting.party(party).interactions.clone();
        Self {
            party,
            numbers: DrawnNumbers::default(),
            preferences: Preferences::indifferent(space, interactions),
            setting,
        }
    }

    /// The preferences drawn last.
    pub fn preferences(&self) -> &Preferences {
        &self.preferences
    }

    /// The numbers drawn last, from which the preferences were made.
    pub fn numbers(&self) -> &DrawnNumbers {
        &self.numbers
    }

    /// Draws the party's preferences of a replication.
    ///
    /// The reservation value is what is left of the drawn one after all leverage used on the
    /// party, not below 0.
    pub fn draw(&mut self, seeds: &Seeds, replication: Replication) -> &Preferences {
        let fixed = self.setting.party(self.party);
        let uncertain = &self.setting.scenario().party(self.party).preferences;
        let mut stream = seeds.stream(replication, fixed.name, Purpose::Preferences);
        let drawn_numbers = &mut self.numbers;
        drawn_numbers.weights.clear();
        drawn_numbers.utilities.clear();
        drawn_numbers.adds.clear();
        for (issue, &group) in uncertain.issues.iter().zip(&fixed.issue_groups) {
            let numbers = std::iter::once(&issue.weight).chain(&issue.utilities);
            let mut drawn = draw_group(&mut stream, group, numbers);
            drawn_numbers.weights.extend(drawn.next());
            drawn_numbers.utilities.extend(drawn);
        }
        for (interaction, &group) in uncertain.interactions.iter().zip(&fixed.interaction_groups) {
            drawn_numbers.adds.extend(draw_group(
                &mut stream,
                group,
                std::iter::once(&interaction.adds),
            ));
        }
        let mut draw_one = |number: &Number, group: NameHash| {
            draw_group(&mut stream, group, std::iter::once(number)).sum::<f64>()
        };
        let mut reservation_value =
            draw_one(&uncertain.reservation_value, fixed.reservation_value_group);
        for &(idx, group) in &fixed.leverages {
            let leverage = &self.setting.scenario().leverages[idx];
            reservation_value -= draw_one(&leverage.lowers_reservation_value, group);
        }
        drawn_numbers.reservation_value = reservation_value;
        self.preferences.set(
            &drawn_numbers.weights,
            &drawn_numbers.utilities,
            &drawn_numbers.adds,
            reservation_value,
        );
        &self.preferences
    }
}

/// Draws a group's numbers from its place in the stream.
pub(super) fn draw_group<'a>(
    stream: &'a mut Stream,
    group: NameHash,
    numbers: impl Iterator<Item = &'a Number> + Clone + 'a,
) -> impl Iterator<Item = f64> + 'a {
    // A group of constants needs no luck, and going to its place would cost more than all else.
    let is_certain = numbers.clone().all(|it| it.distribution.is_constant());
    if !is_certain {
        stream.seek(group);
    }
    numbers.map(move |it| {
        let p = if is_certain { 0.0 } else { stream.uniform() };
        it.distribution.quantile(p)
    })
}
