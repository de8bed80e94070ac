//! What a party says yes to; usable with any offering rule.

mod aspiration;
mod by_time;
mod combined;
mod constant;
mod next;

use std::fmt;

use crate::domain::{Outcome, Utility};
use crate::protocol::Event;
use crate::strategy::{OfferingRule, Parameter, Situation, Turn};

/// A known acceptance condition.
///
/// Whatever it says, no party says yes below its reservation value.
#[derive(Clone, Copy)]
pub struct AcceptanceKind {
    /// The name by which files call it.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// The numbers it needs.
    pub parameters: &'static [Parameter],
    /// The condition at the start of a session, with its drawn parameters.
    pub start: fn(&[f64]) -> Box<dyn AcceptanceCondition>,
}

impl fmt::Debug for AcceptanceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcceptanceKind")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The acceptance conditions that are built in; the first is the one meant when none is named.
pub const ACCEPTANCE_CONDITIONS: &[&AcceptanceKind] = &[
    &aspiration::KIND,
    &constant::KIND,
    &by_time::KIND,
    &next::NEXT,
    &next::PREVIOUS,
    &combined::KIND,
];

/// What to say yes to.
pub trait AcceptanceCondition: Send + fmt::Debug {
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

    /// Whether it says yes to an offer.
    fn accepts(&mut self, offer: Outcome, own: &mut OwnSide<'_, '_>) -> bool;
}

/// A party's turn to answer: what it knows, and what it would do itself if it had to offer now.
#[derive(Debug)]
pub struct OwnSide<'a, 't> {
    rule: &'a mut dyn OfferingRule,
    turn: &'a mut Turn<'t>,
}

impl<'a, 't> OwnSide<'a, 't> {
    /// The turn of a party that makes its offers by this rule.
    pub fn new(rule: &'a mut dyn OfferingRule, turn: &'a mut Turn<'t>) -> Self {
        Self { rule, turn }
    }

    /// What the party knows.
    pub fn situation(&self) -> &Situation<'t> {
        &self.turn.situation
    }

    /// The utility it demands now.
    pub fn aspiration(&mut self) -> Utility {
        self.rule.aspiration(self.turn)
    }

    /// Whether an outcome is all that it demands now.
    pub fn is_content_with(&mut self, outcome: Outcome) -> bool {
        self.rule.is_content_with(outcome, self.turn)
    }

    /// The utility of what it would offer now; `None` if it would rather leave.
    ///
    /// Uses up no random numbers: what it then offers is drawn from the same place.
    pub fn next_utility(&mut self) -> Option<Utility> {
        let situation = self.turn.situation;
        let mut rehearsal = Turn {
            situation,
            search: &mut *self.turn.search,
            stream: &mut self.turn.stream.clone(),
        };
        let next = self.rule.offer(&mut rehearsal);
        next.map(|it| situation.preferences.utility(it))
    }
}
