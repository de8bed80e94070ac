//! One task per party: mailbox in, actions out. Decides nothing itself.

use std::sync::Arc;

use demarche_core::domain::PartyId;
use demarche_core::negotiation::{Negotiator, Setting};
use demarche_core::protocol::ProtocolViolation;
use tokio::sync::mpsc;

use crate::actors::outside::{
    MessageKind, OutsideBegin, OutsideMessage, PartyReply, SharedParty, session_number,
};
use crate::actors::question::{Question, QuestionSender};
use crate::actors::{Reply, ReplyKind, RequestBatch, RequestKind};

/// The actor of one party; sits at all tables at once.
#[derive(Debug)]
pub struct PartyActor {
    setting: Arc<Setting>,
    party: PartyId,
    negotiators: Vec<Negotiator>,
    mailbox: mpsc::Receiver<RequestBatch>,
    returns: mpsc::Sender<RequestBatch>,
    who_decides: Decides,
}

/// Who decides for a party.
#[derive(Debug)]
enum Decides {
    Strategy,
    /// Whoever is asked here.
    Asked(QuestionSender),
    /// Somebody outside, at all tables at once.
    Outside(OutsideSessions),
}

/// A party from outside with the sessions that it is in.
#[derive(Debug)]
struct OutsideSessions {
    shared: SharedParty,
    cell: u32,
    /// By table, the session's number, and the number that the party's random numbers follow from.
    joined: Vec<(u64, u64)>,
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
            setting: Arc::clone(setting),
            party,
            negotiators,
            mailbox,
            returns,
            who_decides: Decides::Strategy,
        }
    }

    /// Which party it is the actor of.
    pub(super) fn party(&self) -> PartyId {
        self.party
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
            who_decides: Decides::Asked(question_channel),
            ..self
        }
    }

    /// The same party with somebody outside who answers at all tables at once, in sessions of a cell.
    pub(super) fn answered_outside(self, shared: SharedParty, cell: u32) -> Self {
        Self {
            who_decides: Decides::Outside(OutsideSessions {
                shared,
                cell,
                joined: vec![(0, 0); self.negotiators.len()],
            }),
            ..self
        }
    }

    /// Runs until the session actor is gone.
    pub async fn run(mut self) {
        while let Some(mut batch) = self.mailbox.recv().await {
            if let Decides::Outside(outside) = &mut self.who_decides {
                let me = (&self.setting, self.party);
                outside.take_in(me, &mut self.negotiators, &mut batch);
            } else if self.decide(&mut batch).await.is_none() {
                return;
            }
            batch.news.clear();
            if self.returns.send(batch).await.is_err() {
                return;
            }
        }
    }

    /// Does what is asked of it, session by session; `None` if whoever is asked is gone.
    async fn decide(&mut self, batch: &mut RequestBatch) -> Option<()> {
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
                    ReplyKind::Action(match &self.who_decides {
                        Decides::Asked(question_channel) => {
                            let (question, answer) = Question::new(negotiator, news, round, ask);
                            question_channel.send(question).await.ok()?;
                            Ok(answer.await.ok()?)
                        }
                        Decides::Strategy | Decides::Outside(_) => negotiator.act(round, ask),
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
        Some(())
    }
}

impl OutsideSessions {
    /// Passes on what all sessions have for the party, and takes its replies.
    fn take_in(
        &mut self,
        (setting, party): (&Arc<Setting>, PartyId),
        negotiators: &mut [Negotiator],
        batch: &mut RequestBatch,
    ) {
        // The party's own side first, since what it hears of it is lent from there.
        for request in &batch.requests {
            let negotiator = &mut negotiators[request.table];
            let news = &batch.news[request.news.clone()];
            match &request.wanted {
                RequestKind::Begin(seeds, replication) => {
                    negotiator.begin(seeds, *replication);
                    self.joined[request.table] = (
                        session_number(self.cell, *replication),
                        setting.outside_seed(seeds, *replication, party),
                    );
                }
                RequestKind::Attention | RequestKind::Action { .. } => negotiator.observe(news),
                RequestKind::Report(ending) => batch.replies.push(Reply {
                    table: request.table,
                    what: ReplyKind::Report(Box::new(negotiator.report(news, ending))),
                }),
            }
        }
        let mut messages = Vec::new();
        for request in &batch.requests {
            let (session, seed) = self.joined[request.table];
            let negotiator = &negotiators[request.table];
            let news = batch.news[request.news.clone()].iter();
            let kind = match &request.wanted {
                RequestKind::Begin(..) => Some(MessageKind::Begin(OutsideBegin {
                    setting,
                    party,
                    preferences: negotiator.preferences(),
                    discount_factor: negotiator.discount_factor(),
                    seed,
                })),
                RequestKind::Attention => None,
                &RequestKind::Action { round, ask } => Some(MessageKind::Turn { round, ask }),
                RequestKind::Report(ending) => Some(MessageKind::End(ending)),
            };
            let kinds = news.map(MessageKind::Event).chain(kind);
            messages.extend(kinds.map(|kind| OutsideMessage { session, kind }));
        }
        let mut replies = self.shared.answer(&messages).into_iter();
        for request in batch.requests.drain(..) {
            if let RequestKind::Action { round, ask } = request.wanted {
                let reply = replies.next();
                let reply = reply.unwrap_or_else(|| ProtocolViolation::NoAnswer.into());
                batch.replies.push(Reply {
                    table: request.table,
                    what: ReplyKind::Outside(Box::new(PartyReply {
                        party,
                        round,
                        ask,
                        reply,
                    })),
                });
            }
        }
    }
}
