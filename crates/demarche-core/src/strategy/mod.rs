//! How a party decides: what to offer, what to accept, what to make of what it hears.
//!
//! A strategy is put together from an offering rule and an acceptance condition.
//! It sees its own preferences and what is said in the session, and is handed a random stream; it
//! cannot make one, and nothing here carries another party's preferences.
//!
//! A new offering rule is one file and one line in [`OFFERING_RULES`]; one from outside this crate is
//! added to [`Strategies`].

mod acceptance;
mod offering;
pub mod opponent_model;
mod strategies;

use std::fmt;

use crate::domain::{
    Basis, Distribution, DrawnNumbers, Number, Outcome, PartyId, Preferences, Provenance, Utility,
};
use crate::protocol::{Event, Rules};
use crate::randomness::Stream;
use crate::search::{Audiences, OutcomeSearch};

pub use acceptance::{ACCEPTANCE_CONDITIONS, AcceptanceCondition, AcceptanceKind, OwnSide};
pub use offering::{NAMED_EXPONENTS, OFFERING_RULES, aspiration_share};
pub use strategies::Strategies;

/// A number that a strategy needs, which a scenario gives.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Parameter {
    /// The name by which files call it.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// The least allowed.
    pub min: f64,
    /// The greatest allowed.
    pub max: f64,
    /// Words that may stand for numbers.
    pub words: &'static [(&'static str, f64)],
    /// What it is where a file does not give it; `None` if a file has to.
    pub default: Option<f64>,
}

impl Parameter {
    /// The number where a file does not give it, below the path of its rule; `None` if a file has to.
    ///
    /// # Panics
    ///
    /// If the default is not finite.
    pub fn number_default(&self, rule: &str) -> Option<Number> {
        let default = Distribution::constant(self.default?).expect("defaults are finite");
        Some(Number {
            path: format!("{rule}.{}", self.name),
            distribution: default,
            within: self.min..=self.max,
            provenance: Provenance {
                basis: Some(Basis::Assumed),
                sources: Vec::new(),
                note: Some("the default".to_owned()),
                is_set: false,
            },
        })
    }
}

/// How little an offering rule's offers may be worth to the party that makes them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LowestOffer {
    /// The reservation value: what is worth less is never offered.
    ReservationValue,
    /// Anything, in some situations.
    Any,
}

/// A known way to make offers.
#[derive(Clone, Copy)]
pub struct OfferingKind {
    /// The name by which files call it.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// The numbers it needs.
    pub parameters: &'static [Parameter],
    /// Whether it asks for [`OutcomeSearch::nearest_at_least`].
    pub audiences: Audiences,
    /// How little its offers may be worth to the party that makes them.
    pub lowest_offer: LowestOffer,
    /// The rule at the start of a session, with its drawn parameters.
    pub start: fn(&[f64], &Rules) -> Box<dyn OfferingRule>,
}

impl fmt::Debug for OfferingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfferingKind")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What a party knows: its own preferences, and what all know.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Who it is.
    pub me: PartyId,
    /// The present round, from 1.
    pub round: u32,
    /// The rules.
    pub rules: &'a Rules,
    /// Its own preferences.
    pub preferences: &'a Preferences,
    /// The numbers that these were made from.
    pub numbers: &'a DrawnNumbers,
    /// The utility of its own best outcome.
    pub best_utility: Utility,
}

impl Situation<'_> {
    /// The share of the time that has passed, in [0, 1].
    pub fn relative_time(&self) -> f64 {
        self.rules.relative_time(self.round)
    }
}

/// A party's turn to decide: what it knows, and what it decides with.
///
/// All that a strategy may use. It holds nothing of another party but what was said in the session,
/// and no random stream but the party's own.
#[derive(Debug)]
pub struct Turn<'a> {
    /// What the party knows.
    pub situation: Situation<'a>,
    /// Finds outcomes by their utility to the party.
    pub search: &'a mut dyn OutcomeSearch,
    /// The party's own random stream.
    pub stream: &'a mut Stream,
}

/// What to offer.
pub trait OfferingRule: Send + fmt::Debug {
    /// Takes in what happened in the session.
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        let _ = (event, situation);
    }

    /// Takes in all of this, each event in its round; only [`observe`](Self::observe) is to be written.
    fn observe_all(&mut self, news: &[Event], mut situation: Situation<'_>) {
        for event in news {
            situation.round = event.round();
            self.observe(event, &situation);
        }
    }

    /// The utility it demands now; never below the reservation value where it can be reached.
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility;

    /// Whether an outcome is all that it demands now.
    fn is_content_with(&mut self, outcome: Outcome, turn: &mut Turn<'_>) -> bool {
        turn.situation.preferences.utility(outcome) >= self.aspiration(turn)
    }

    /// Whether it leaves on its turn to offer, because no deal could ever be better than none.
    fn is_hopeless(&self, situation: &Situation<'_>) -> bool {
        situation.best_utility < situation.preferences.reservation_value()
    }

    /// The outcome to put forward; `None` if it has nothing to offer and would rather leave.
    ///
    /// Unless a rule says otherwise, the one of least utility that is worth what it demands.
    ///
    /// Asking is not offering, since an acceptance condition may ask too: what was put forward
    /// comes back through [`OfferingRule::observe`].
    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let demand = self.aspiration(turn);
        turn.search.least_at_least(demand)
    }
}

/// One of the strategies a party may follow, with how likely it is.
#[derive(Clone, Debug)]
pub struct StrategySpec {
    /// Probability that the party follows it; those of a party sum to 1.
    pub p: f64,
    /// How it makes offers.
    pub offering: &'static OfferingKind,
    /// The numbers for that, in the order of its parameters.
    pub offering_numbers: Vec<Number>,
    /// What it accepts.
    pub acceptance: &'static AcceptanceKind,
    /// The numbers for that, in the order of its parameters.
    pub acceptance_numbers: Vec<Number>,
}

impl StrategySpec {
    /// Every number: those of the offering rule, then those of the acceptance condition.
    pub fn numbers(&self) -> impl Iterator<Item = &Number> {
        self.offering_numbers.iter().chain(&self.acceptance_numbers)
    }

    /// The number at a position among [`StrategySpec::numbers`], to be changed.
    pub fn number_mut(&mut self, idx: usize) -> Option<&mut Number> {
        let numbers = self.offering_numbers.iter_mut();
        numbers.chain(&mut self.acceptance_numbers).nth(idx)
    }
}
