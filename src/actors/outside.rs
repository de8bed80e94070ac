//! Parties that are answered for from outside: what they hear, what they reply, and who makes them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use demarche_core::domain::{PartyId, PartySet, Preferences};
use demarche_core::negotiation::{Setting, panic_guard};
use demarche_core::protocol::{Action, Ending, Event, ProtocolViolation, Request};
use demarche_core::randomness::Replication;

/// Answers for one party in place of its strategy, at all tables of a worker at once.
///
/// # Examples
///
/// One that accepts whatever it is asked about, and leaves where it would have to offer:
///
/// ```
/// use demarche::actors::{MessageKind, OutsideMessage, OutsideParty, OutsideReply};
/// use demarche::protocol::{Action, Request};
///
/// struct Agreeable;
///
/// impl OutsideParty for Agreeable {
///     fn answer(&mut self, messages: &[OutsideMessage<'_>]) -> Vec<OutsideReply> {
///         let turns = messages.iter().filter_map(|it| match it.kind {
///             MessageKind::Turn { ask, .. } => Some(ask),
///             _ => None,
///         });
///         let actions = turns.map(|ask| match ask {
///             Request::Offer => Action::WalkOut,
///             _ => Action::Accept,
///         });
///         actions.map(OutsideReply::from).collect()
///     }
/// }
/// ```
pub trait OutsideParty: Send {
    /// Takes in what the sessions under way have for the party at one time, and answers every
    /// [turn](MessageKind::Turn) among it: the replies come in the order of the turns.
    ///
    /// The messages of one session are in order. A reply that is missing counts as
    /// [`ProtocolViolation::NoAnswer`], and all are [`ProtocolViolation::Panicked`] if it panics; it is
    /// asked again all the same.
    fn answer(&mut self, messages: &[OutsideMessage<'_>]) -> Vec<OutsideReply>;
}

/// What a party from outside hears of one session.
#[derive(Clone, Copy, Debug)]
pub struct OutsideMessage<'a> {
    /// The session's number: no two sessions of a run have the same.
    pub session: u64,
    /// What it hears.
    pub kind: MessageKind<'a>,
}

impl OutsideMessage<'_> {
    /// Whether it is to be answered.
    pub fn is_turn(&self) -> bool {
        matches!(self.kind, MessageKind::Turn { .. })
    }
}

/// What there is to hear.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum MessageKind<'a> {
    /// It joins a session that begins.
    Begin(OutsideBegin<'a>),
    /// Something happened in public.
    Event(&'a Event),
    /// It has to act.
    Turn {
        /// The present round, from 1.
        round: u32,
        /// What is asked.
        ask: Request,
    },
    /// The session is over.
    End(&'a Ending),
}

/// What a party from outside knows when a session begins.
#[derive(Clone, Copy, Debug)]
pub struct OutsideBegin<'a> {
    /// Who negotiates about what, by which rules. Only what is public of it is the party's to know:
    /// issues, options and parties by their names, and the rules.
    pub setting: &'a Arc<Setting>,
    /// Which party it is.
    pub party: PartyId,
    /// Its own preferences, as drawn for this session.
    pub preferences: &'a Preferences,
    /// What an agreement keeps of its utility with every round; `None` where a round more costs
    /// nothing.
    pub discount_factor: Option<f64>,
    /// The number from which all is to follow that it leaves to chance.
    pub seed: u64,
}

/// What a party from outside replies when it is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutsideReply {
    /// What it does, or how it failed.
    pub acted: Result<Action, ProtocolViolation>,
    /// What it says to that; no result depends on it.
    pub text: Option<String>,
}

impl From<Action> for OutsideReply {
    fn from(action: Action) -> Self {
        Self {
            acted: Ok(action),
            text: None,
        }
    }
}

impl From<ProtocolViolation> for OutsideReply {
    fn from(violation: ProtocolViolation) -> Self {
        Self {
            acted: Err(violation),
            text: None,
        }
    }
}

/// A reply of a party from outside with what it replied to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartyReply {
    /// Whose.
    pub party: PartyId,
    /// In which round, from 1.
    pub round: u32,
    /// What was asked.
    pub ask: Request,
    /// The reply.
    pub reply: OutsideReply,
}

/// Who answers for which parties from outside: what makes them, since every worker has its own.
#[derive(Clone, Default)]
pub struct OutsideParties(BTreeMap<PartyId, Arc<MakeParty>>);

type MakeParty = dyn Fn() -> Box<dyn OutsideParty> + Send + Sync;

impl OutsideParties {
    /// The same, with a party that is answered for by whatever `make` makes, once for every worker.
    #[must_use]
    pub fn with(
        mut self,
        party: PartyId,
        make: impl Fn() -> Box<dyn OutsideParty> + Send + Sync + 'static,
    ) -> Self {
        self.0.insert(party, Arc::new(make));
        self
    }

    /// The parties that are answered for.
    pub fn parties(&self) -> PartySet {
        self.0.keys().copied().collect()
    }

    /// One of each, for a worker.
    pub fn start(&self) -> StartedParties {
        let started = self.0.iter().map(|(party, make)| {
            let shared = SharedParty(Arc::new(Mutex::new(make())));
            (*party, shared)
        });
        StartedParties(started.collect())
    }
}

impl fmt::Debug for OutsideParties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OutsideParties")
            .field(&self.parties())
            .finish()
    }
}

/// Those who answer for parties from outside at the tables of one worker, from one cell to the next.
#[derive(Clone, Debug, Default)]
pub struct StartedParties(BTreeMap<PartyId, SharedParty>);

impl StartedParties {
    pub(super) fn of(&self, party: PartyId) -> Option<&SharedParty> {
        self.0.get(&party)
    }
}

/// One who answers for a party; the actors of one cell after the other turn to it.
#[derive(Clone)]
pub(super) struct SharedParty(Arc<Mutex<Box<dyn OutsideParty>>>);

impl SharedParty {
    /// What it replies to the turns among these messages.
    pub(super) fn answer(&self, messages: &[OutsideMessage<'_>]) -> Vec<OutsideReply> {
        let mut party = self.lock();
        panic_guard(|| party.answer(messages)).unwrap_or_else(|_| {
            let turns = messages.iter().filter(|it| it.is_turn());
            turns.map(|_| ProtocolViolation::Panicked.into()).collect()
        })
    }

    fn lock(&self) -> MutexGuard<'_, Box<dyn OutsideParty>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SharedParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedParty").finish_non_exhaustive()
    }
}

/// The number of a session among all of a run: cell by cell, with room for a thousand million each.
pub(super) fn session_number(cell: u32, replication: Replication) -> u64 {
    u64::from(cell) * 1_000_000_000 + replication.0
}
