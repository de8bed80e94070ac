//! One task per party: mailbox in, actions out. Decides nothing itself.

use std::sync::Arc;

use demarche_core::domain::PartyId;
use demarche_core::negotiation::{Negotiator, Setting};
use tokio::sync::mpsc;

use crate::actors::question::{Question, QuestionSender};
use crate::actors::{Errands, Reply, Wanted, What};

/// The actor of one party; sits at all tables at once.
#[derive(Debug)]
pub struct PartyActor {
    negotiators: Vec<Negotiator>,
    mailbox: mpsc::Receiver<Errands>,
    returns: mpsc::Sender<Errands>,
    /// Whom to ask; `None` where the strategy decides.
    chair: Option<QuestionSender>,
}

impl PartyActor {
    pub(super) fn new(
        setting: &Arc<Setting>,
        party: PartyId,
        tables: usize,
        mailbox: mpsc::Receiver<Errands>,
        returns: mpsc::Sender<Errands>,
    ) -> Self {
        let negotiators = (0..tables)
            .map(|_| Negotiator::new(Arc::clone(setting), party))
            .collect();
        Self {
            negotiators,
            mailbox,
            returns,
            chair: None,
        }
    }

    /// The same party with somebody outside who answers in place of its strategy.
    ///
    /// # Panics
    ///
    /// If several sessions may be under way: one chair is at one table.
    #[must_use]
    pub fn answered_by(self, chair: QuestionSender) -> Self {
        assert_eq!(self.negotiators.len(), 1, "one chair is at one table");
        Self {
            chair: Some(chair),
            ..self
        }
    }

    /// Runs until the session actor is gone.
    pub async fn run(mut self) {
        while let Some(mut errands) = self.mailbox.recv().await {
            for request in errands.requests.drain(..) {
                let negotiator = &mut self.negotiators[request.table];
                let news = &errands.news[request.news];
                let what = match request.wanted {
                    Wanted::Begin(seeds, replication) => {
                        negotiator.begin(&seeds, replication);
                        continue;
                    }
                    Wanted::Attention => {
                        for event in news {
                            negotiator.observe(event);
                        }
                        continue;
                    }
                    Wanted::Action { round, ask } => {
                        for event in news {
                            negotiator.observe(event);
                        }
                        What::Action(match &self.chair {
                            None => negotiator.act(round, ask),
                            Some(chair) => {
                                let (question, answer) =
                                    Question::new(negotiator, news, round, ask);
                                if chair.send(question).await.is_err() {
                                    return;
                                }
                                let Ok(action) = answer.await else {
                                    return;
                                };
                                Ok(action)
                            }
                        })
                    }
                    Wanted::Report(ending) => What::Report(negotiator.report(news, &ending)),
                };
                errands.replies.push(Reply {
                    table: request.table,
                    what,
                });
            }
            errands.news.clear();
            if self.returns.send(errands).await.is_err() {
                return;
            }
        }
    }
}
