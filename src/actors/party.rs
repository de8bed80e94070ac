//! One task per party: mailbox in, actions out. Decides nothing itself.

use std::sync::Arc;

use demarche_core::domain::PartyId;
use demarche_core::negotiation::{Negotiator, Setting};
use tokio::sync::mpsc;

use crate::actors::question::{Question, QuestionSender};
use crate::actors::{Reply, ReplyKind, RequestBatch, RequestKind};

/// The actor of one party; sits at all tables at once.
#[derive(Debug)]
pub struct PartyActor {
    negotiators: Vec<Negotiator>,
    mailbox: mpsc::Receiver<RequestBatch>,
    returns: mpsc::Sender<RequestBatch>,
    /// Whom to ask; `None` where the strategy decides.
    question_channel: Option<QuestionSender>,
}

impl PartyActor {
    pub(super) fn new(
        setting: &Arc<Setting>,
        party: PartyId,
        tables: usize,
        mailbox: mpsc::Receiver<RequestBatch>,
        returns: mpsc::Sender<RequestBatch>,
    ) -> Self {
        let negotiators = (0..tables)
            .map(|_| Negotiator::new(Arc::clone(setting), party))
            .collect();
        Self {
            negotiators,
            mailbox,
            returns,
            question_channel: None,
        }
    }

    /// The same party with somebody outside who answers in place of its strategy.
    ///
    /// # Panics
    ///
    /// If several sessions may be under way: one chair is at one table.
    #[must_use]
    pub fn answered_by(self, question_channel: QuestionSender) -> Self {
        assert_eq!(self.negotiators.len(), 1, "one chair is at one table");
        Self {
            question_channel: Some(question_channel),
            ..self
        }
    }

    /// Runs until the session actor is gone.
    pub async fn run(mut self) {
        while let Some(mut batch) = self.mailbox.recv().await {
            for request in batch.requests.drain(..) {
                let negotiator = &mut self.negotiators[request.table];
                let news = &batch.news[request.news];
                let what = match request.wanted {
                    RequestKind::Begin(seeds, replication) => {
                        negotiator.begin(&seeds, replication);
                        continue;
                    }
                    RequestKind::Attention => {
                        negotiator.observe(news);
                        continue;
                    }
                    RequestKind::Action { round, ask } => {
                        negotiator.observe(news);
                        ReplyKind::Action(match &self.question_channel {
                            None => negotiator.act(round, ask),
                            Some(question_channel) => {
                                let (question, answer) =
                                    Question::new(negotiator, news, round, ask);
                                if question_channel.send(question).await.is_err() {
                                    return;
                                }
                                let Ok(action) = answer.await else {
                                    return;
                                };
                                Ok(action)
                            }
                        })
                    }
                    RequestKind::Report(ending) => {
                        ReplyKind::Report(Box::new(negotiator.report(news, &ending)))
                    }
                };
                batch.replies.push(Reply {
                    table: request.table,
                    what,
                });
            }
            batch.news.clear();
            if self.returns.send(batch).await.is_err() {
                return;
            }
        }
    }
}
