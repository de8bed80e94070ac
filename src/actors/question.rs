//! What is asked of somebody outside who answers for a party.

use demarche_core::domain::Outcome;
use demarche_core::negotiation::{Negotiator, PrivateView};
use demarche_core::protocol::{Action, Event, ProtocolViolation, Request};
use tokio::sync::{mpsc, oneshot};

use crate::actors::MAILBOX_CAPACITY;

/// Where a party's actor sends its questions.
pub type QuestionSender = mpsc::Sender<Question>;
/// Where whoever answers for a party hears them.
pub type QuestionReceiver = mpsc::Receiver<Question>;

/// The line from a party's actor to whoever answers for it.
pub fn question_channel() -> (QuestionSender, QuestionReceiver) {
    mpsc::channel(MAILBOX_CAPACITY)
}

/// What is asked, with all that the party may see: its own side, and what happened in public.
///
/// A question that is dropped without an answer ends the party's actor, and so the session.
#[derive(Debug)]
pub struct Question {
    /// What happened in the session since the last question.
    pub news: Vec<Event>,
    /// The present round, from 1.
    pub round: u32,
    /// What is asked.
    pub ask: Request,
    /// The party's own side.
    pub private_view: PrivateView,
    /// What the party's strategy would do, or how it failed.
    pub advice: Result<Action, ProtocolViolation>,
    answer: oneshot::Sender<Action>,
}

impl Question {
    pub(super) fn new(
        negotiator: &mut Negotiator,
        news: &[Event],
        round: u32,
        ask: Request,
    ) -> (Self, oneshot::Receiver<Action>) {
        let (answer, answered) = oneshot::channel();
        let question = Self {
            news: news.to_vec(),
            round,
            ask,
            private_view: negotiator.private_view(round),
            // Asked every time, so that the strategy's random numbers do not depend on who listens.
            advice: negotiator.act(round, ask),
            answer,
        };
        (question, answered)
    }

    /// What the outcome in question is, if the question is about one.
    pub fn about(&self) -> Option<Outcome> {
        self.ask.about()
    }

    /// Answers; an action that does not fit the question breaks the rules.
    pub fn answer(self, action: Action) {
        // The session may be gone: then nobody waits for an answer.
        let _ = self.answer.send(action);
    }
}
