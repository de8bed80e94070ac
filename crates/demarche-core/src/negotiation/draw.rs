//! Drawing a party's preferences for one replication.

use std::sync::Arc;

use crate::domain::{DrawnNumbers, GroupOf, Number, PartyId, Preferences, Utility};
use crate::negotiation::correlation::CorrelatedDraws;
use crate::negotiation::setting::Setting;
use crate::negotiation::variation::{NumberId, NumberPlace, UncertainRedLine};
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
        Self {
            party,
            preferences: setting.party(party).preferences.clone(),
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

    /// What an agreement keeps of its utility with every round, as drawn last; `None` where a round
    /// more costs nothing.
    pub fn discount_factor(&self) -> Option<f64> {
        self.discount_factor
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
        drawn.are_red_lines_real.clear();
        self.discount_factor = None;
        for (group, place) in uncertain.groups().zip(&fixed.places.preferences) {
            let mut numbers = draws.group(*place, group.numbers());
            match group.of {
                GroupOf::ReservationValue => drawn.reservation_value = numbers.sum(),
                GroupOf::Issue(_) => {
                    drawn.weights.extend(numbers.next());
                    drawn.utilities.extend(numbers);
                }
                GroupOf::Interaction(_) => drawn.adds.push(numbers.sum()),
                GroupOf::DiscountFactor => self.discount_factor = Some(numbers.sum()),
                GroupOf::RedLine(idx) => {
                    let probability = numbers.sum();
                    if fixed.can_be_real[idx] {
                        let place = fixed.places.red_lines[idx];
                        (drawn.are_red_lines_real).push(draws.is_real(place, probability));
                    }
                }
            }
        }
        for &(idx, place) in &fixed.places.leverages {
            let leverage = &self.setting.scenario().leverages[idx];
            let numbers = std::iter::once(&leverage.lowers_reservation_value);
            drawn.leverages.extend(draws.group(place, numbers));
        }
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
    /// The party's stream for all that it leaves to random numbers in the session.
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
        let [of_offering, of_acceptance] = fixed.places.strategies[strategy];
        let offering = draws.group(of_offering, spec.offering_numbers.iter());
        let offering: Vec<f64> = offering.collect();
        let acceptance = draws.group(of_acceptance, spec.acceptance_numbers.iter());
        let acceptance: Vec<f64> = acceptance.collect();
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
    /// The position of the strategy that a party follows in a session; `None` without such a party.
    pub(super) fn strategy_followed(
        &self,
        seeds: &Seeds,
        replication: Replication,
        party: NameHash,
    ) -> Option<usize> {
        let mut parties = self.scenario().party_ids().map(|it| self.party(it));
        let party = parties.find(|it| it.name == party)?;
        let base = self.base_replication(replication);
        let mut stream = seeds.stream(base, party.name, Purpose::Strategy);
        Some(choose(&party.strategies, &mut stream))
    }

    /// Every number as it is drawn in a session, by its position among [`Setting::numbers`], before
    /// weights are put to their proportions and leverage takes off from reservation values; `None`
    /// for numbers of strategies that are not followed there.
    pub fn drawn(&self, seeds: &Seeds, replication: Replication) -> Vec<Option<f64>> {
        let mut drawn = vec![None; self.numbers().count()];
        let mut note = |first: NumberId, numbers: &mut dyn Iterator<Item = f64>| {
            for (place, number) in numbers.enumerate() {
                drawn[first.plus(place).idx()] = Some(number);
            }
        };
        for party in self.scenario().party_ids() {
            let places = &self.party(party).places;
            let uncertain = &self.scenario().party(party).preferences;
            let mut draws = Draws::new(self, seeds, replication, party, Purpose::Preferences);
            for (group, place) in uncertain.groups().zip(&places.preferences) {
                note(place.first, &mut draws.group(*place, group.numbers()));
            }
            for &(idx, place) in &places.leverages {
                let leverage = &self.scenario().leverages[idx];
                let numbers = std::iter::once(&leverage.lowers_reservation_value);
                note(place.first, &mut draws.group(place, numbers));
            }
            let strategy = StrategyDraw::new(self, seeds, replication, party);
            let [of_offering, of_acceptance] = places.strategies[strategy.strategy];
            note(of_offering.first, &mut strategy.offering.into_iter());
            note(of_acceptance.first, &mut strategy.acceptance.into_iter());
        }
        drawn
    }
}

impl Setting {
    /// Whether a red line is real in a session.
    ///
    /// # Panics
    ///
    /// If it is one of another setting.
    pub fn is_red_line_real(
        &self,
        line: &UncertainRedLine,
        seeds: &Seeds,
        replication: Replication,
    ) -> bool {
        let (party, idx) = (line.party, line.red_line);
        let places = &self.party(party).places;
        let uncertain = &self.scenario().party(party).preferences.red_lines[idx];
        let mut draws = Draws::new(self, seeds, replication, party, Purpose::Preferences);
        let numbers = std::iter::once(&uncertain.probability);
        let probability = draws.group(places.red_line_probabilities()[idx], numbers);
        let probability = probability.sum();
        draws.is_real(places.red_lines[idx], probability)
    }
}

/// Draws the numbers of one party for one purpose in one replication.
#[derive(Debug)]
struct Draws<'a> {
    setting: &'a Setting,
    replication: Replication,
    stream: Stream,
    /// `None` if no number of the party for this purpose is correlated.
    correlated: Option<CorrelatedDraws<'a>>,
    /// Whether every number is where its own random number puts it.
    is_plain: bool,
}

impl<'a> Draws<'a> {
    fn new(
        setting: &'a Setting,
        seeds: &Seeds,
        replication: Replication,
        party: PartyId,
        purpose: Purpose,
    ) -> Self {
        let base = setting.base_replication(replication);
        let name = setting.party(party).name;
        let correlated = CorrelatedDraws::new(setting, seeds, replication, name, purpose);
        Self {
            setting,
            replication,
            stream: seeds.stream(base, name, purpose),
            is_plain: correlated.is_none() && !setting.is_varied(),
            correlated,
        }
    }

    /// Draws whether a red line is real, from its place in the stream.
    fn is_real(&mut self, place: NumberPlace, probability: f64) -> bool {
        if probability <= 0.0 || probability >= 1.0 {
            return probability > 0.0;
        }
        let designed = (self.setting).designed_probability(self.replication, place.first);
        let uniform = designed.map_or_else(
            || {
                self.stream.seek(place.group);
                self.stream.uniform()
            },
            // A design has them in ascending order: first bluffs, then real ones.
            |it| 1.0 - it,
        );
        uniform < probability
    }

    /// Draws a group's numbers from its place in the stream.
    fn group<'n>(
        &mut self,
        place: NumberPlace,
        numbers: impl Iterator<Item = &'n Number> + Clone,
    ) -> impl Iterator<Item = f64> {
        // A group of constants needs no random numbers, and going to its place would cost more than all else.
        let is_certain = numbers.clone().all(|it| it.distribution.is_constant());
        if !is_certain {
            self.stream.seek(place.group);
        }
        numbers.enumerate().map(move |(offset, it)| {
            let uniform = if is_certain {
                0.0
            } else {
                self.stream.uniform()
            };
            if self.is_plain {
                it.distribution.quantile(uniform)
            } else {
                self.varied(it, place.first.plus(offset), uniform)
            }
        })
    }

    /// Where others, a design or a shift put a number that is not plain.
    #[inline(never)]
    fn varied(&self, number: &Number, id: NumberId, uniform: f64) -> f64 {
        let correlated = self.correlated.as_ref().and_then(|it| it.uniform(id));
        let probability = correlated
            .or_else(|| self.setting.designed_probability(self.replication, id))
            .unwrap_or(uniform);
        let drawn = number.distribution.quantile(probability);
        let shift = self.setting.shift_of(id);
        shift.map_or(drawn, |by| number.moved(drawn, by))
    }
}
