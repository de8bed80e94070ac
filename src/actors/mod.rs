//! The same negotiation as tokio actors: one task per party, one that owns the sessions.
//!
//! ```text
//!                    ┌─ requests ──▶ PartyActor 0 ── replies ─┐
//!  SessionActor ─────┼─ requests ──▶ PartyActor 1 ── replies ─┼──▶ SessionActor
//!  (owns sessions)   └─ requests ──▶ PartyActor … ── replies ─┘
//! ```
//!
//! A party actor owns its preferences, its strategy and its stream; nothing but messages crosses,
//! and no message carries preferences.
//! The actors outlive a session, and several sessions are under way at once: each tick the session
//! actor sends every party one message with everything that all sessions want of it, then takes
//! the replies in party order. So a message is paid for many sessions, and nothing races: which
//! task runs first cannot change a result.
//!
//! Each mailbox holds one message. That cannot deadlock: the session actor sends to a party only
//! after it has taken the party's last reply, and there is no channel between parties.
//!
//! A party may be [answered for](PartyActor::answered_by) from outside, by a person or by another
//! program: its actor then sends a [`Question`] with what the party itself may see, and waits.
//! That is for one session; an [`OutsideParty`] answers at all tables at once.
//!
//! A task ends when its mailbox closes, that is when the session actor is dropped. A party whose
//! task ends before has forfeited every session under way; a fresh actor takes its place.

mod outside;
mod party;
mod question;
mod session;

use std::ops::Range;

use demarche_core::domain::PartyId;
use demarche_core::negotiation::PartyReport;
use demarche_core::protocol::{Action, Ending, Event, ProtocolViolation, Request};
use demarche_core::randomness::{Replication, Seeds};

pub use outside::{
    MessageKind, OutsideBegin, OutsideMessage, OutsideParties, OutsideParty, OutsideReply,
    PartyReply, StartedParties,
};
pub use party::PartyActor;
pub use question::{Question, QuestionReceiver, QuestionSender, question_channel};
pub use session::{SessionActor, SessionSink, assemble, spawn, spawn_with};

/// Messages a mailbox holds: sender and receiver take turns.
const MAILBOX_CAPACITY: usize = 1;

/// Everything that all sessions under way want of a party at one time.
#[derive(Debug, Default)]
struct RequestBatch {
    requests: Vec<SessionRequest>,
    /// What happened at the tables since the party was last asked; requests name their part.
    news: Vec<Event>,
    /// The party's replies: the message comes back with them, so that nothing is allocated anew.
    replies: Vec<Reply>,
}

/// What one session wants of a party.
#[derive(Debug)]
struct SessionRequest {
    /// Which of the sessions under way.
    table: usize,
    /// The party's share of [`RequestBatch::news`].
    news: Range<usize>,
    wanted: RequestKind,
}

#[derive(Debug)]
enum RequestKind {
    /// Join a new session; no reply.
    Begin(Seeds, Replication),
    /// Take in what happened; no reply.
    Attention,
    /// Act.
    Action { round: u32, ask: Request },
    /// The session is over: report it.
    Report(Ending),
}

/// A party's reply to one session.
#[derive(Debug)]
struct Reply {
    table: usize,
    what: ReplyKind,
}

#[derive(Debug)]
enum ReplyKind {
    Action(Result<Action, ProtocolViolation>),
    /// In a box, as below.
    Outside(Box<PartyReply>),
    /// In a box, since most replies are actions, which are small.
    Report(Box<PartyReport>),
}

/// Why actors could not go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActorError {
    /// A party's task has ended, and nobody answers in its place.
    #[error("the actor of party {} is gone", .party.idx())]
    PartyGone {
        /// Whose.
        party: PartyId,
    },
}
