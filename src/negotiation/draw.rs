//! Drawing a party's preferences for one replication.

use std::sync::Arc;

use crate::domain::{Number, PartyId, Preferences, Utility};
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
    weights: Vec<f64>,
    utilities: Vec<f64>,
    adds: Vec<f64>,
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
            weights: Vec::with_capacity(space.n_issues()),
            utilities: Vec::with_capacity(space.n_options_total()),
            adds: Vec::with_capacity(interactions.len()),
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

    /// Draws the party's preferences of a replication.
    ///
    /// The reservation value is what is left of the drawn one after all leverage used on the
    /// party, not below 0.
    pub fn draw(&mut self, seeds: &Seeds, replication: Replication) -> &Preferences {
        let fixed = self.setting.party(self.party);
        let uncertain = &self.setting.scenario().party(self.party).preferences;
        let mut stream = seeds.stream(replication, fixed.name, Purpose::Preferences);
        self.weights.clear();
        self.utilities.clear();
        self.adds.clear();
        for (issue, &group) in uncertain.issues.iter().zip(&fixed.issue_groups) {
            let numbers = std::iter::once(&issue.weight).chain(&issue.utilities);
            let mut drawn = draw_group(&mut stream, group, numbers);
            self.weights.extend(drawn.next());
            self.utilities.extend(drawn);
        }
        for (interaction, &group) in uncertain.interactions.iter().zip(&fixed.interaction_groups) {
            self.adds.extend(draw_group(
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
        let discount_factor = uncertain.discount_factor.as_ref();
        self.discount_factor =
            discount_factor.map(|it| draw_one(it, NameHash::of("discount_factor")));
        self.preferences.set(
            &self.weights,
            &self.utilities,
            &self.adds,
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
