//! One task per party: mailbox in, actions out. Decides nothing itself.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::actors::{Errands, Reply, Wanted, What};
use crate::domain::PartyId;
use crate::negotiation::{Negotiator, Setting};

/// The actor of one party; sits at all tables at once.
#[derive(Debug)]
pub struct PartyActor {
    negotiators: Vec<Negotiator>,
    mailbox: mpsc::Receiver<Errands>,
    returns: mpsc::Sender<Errands>,
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
                    Wanted::Action { round, ask } => {
                        for event in news {
                            negotiator.observe(event);
                        }
                        What::Action(negotiator.act(round, ask))
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
