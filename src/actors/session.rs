//! The task that owns the sessions under way and asks the parties.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::actors::party::PartyActor;
use crate::actors::{ActorError, Errands, MAILBOX_CAPACITY, Request, Wanted, What};
use crate::domain::PartyId;
use crate::negotiation::{PartyReport, SessionResult, Setting};
use crate::protocol::{Action, Event, Session};
use crate::seeds::{Replication, Seeds};

/// Owns the sessions under way and asks the parties.
#[derive(Debug)]
pub struct SessionActor {
    setting: Arc<Setting>,
    parties: Vec<PartyLine>,
    tables: Vec<Option<Table>>,
}

/// The line to one party's actor.
#[derive(Debug)]
struct PartyLine {
    mailbox: mpsc::Sender<Errands>,
    returns: mpsc::Receiver<Errands>,
    /// What is being put together for the party.
    errands: Errands,
}

/// One session under way.
#[derive(Debug)]
struct Table {
    replication: Replication,
    session: Session,
    /// By party, how many events it has been told.
    told: Vec<usize>,
    /// By party, what it did; filled tick by tick.
    actions: Vec<Option<Action>>,
    /// By party, its report; filled once the session is over.
    reports: Vec<PartyReport>,
}

/// The actors for a setting: the one that owns sessions, so many at once, and one per party.
///
/// The party actors' [`PartyActor::run`] must be polled for the session actor to get anywhere;
/// any executor will do.
///
/// # Panics
///
/// If no session may be under way.
pub fn assemble(setting: &Arc<Setting>, tables: usize) -> (SessionActor, Vec<PartyActor>) {
    assert!(tables > 0, "a session is under way");
    let (lines, actors) = setting
        .scenario()
        .party_ids()
        .map(|party| {
            let (mailbox, received) = mpsc::channel(MAILBOX_CAPACITY);
            let (returned, returns) = mpsc::channel(MAILBOX_CAPACITY);
            let line = PartyLine {
                mailbox,
                returns,
                errands: Errands::default(),
            };
            let actor = PartyActor::new(setting, party, tables, received, returned);
            (line, actor)
        })
        .unzip();
    let session_actor = SessionActor {
        setting: Arc::clone(setting),
        parties: lines,
        tables: (0..tables).map(|_| None).collect(),
    };
    (session_actor, actors)
}

impl SessionActor {
    /// Runs one session per replication; `done` gets each as it ends, in no order to rely on.
    ///
    /// # Errors
    ///
    /// [`ActorError::PartyGone`] if a party's task has ended.
    ///
    /// # Panics
    ///
    /// Only if the code of this module is wrong.
    pub async fn negotiate(
        &mut self,
        seeds: &Seeds,
        replications: impl IntoIterator<Item = Replication>,
        mut done: impl FnMut(Session, SessionResult),
    ) -> Result<(), ActorError> {
        let mut replications = replications.into_iter();
        loop {
            for idx in 0..self.tables.len() {
                if self.tables[idx].is_none()
                    && let Some(replication) = replications.next()
                {
                    self.open(idx, seeds, replication);
                }
                self.ask(idx);
            }
            if self.tables.iter().all(Option::is_none) {
                return Ok(());
            }
            self.exchange().await?;
            for idx in 0..self.tables.len() {
                self.take_in(idx);
                if let Some((session, result)) = self.close(idx) {
                    done(session, result);
                }
            }
        }
    }

    /// Starts a session at a free table.
    fn open(&mut self, table: usize, seeds: &Seeds, replication: Replication) {
        for line in &mut self.parties {
            line.errands.requests.push(Request {
                table,
                news: 0..0,
                wanted: Wanted::Begin(*seeds, replication),
            });
        }
        let n_parties = self.parties.len();
        self.tables[table] = Some(Table {
            replication,
            session: self.setting.session(seeds, replication),
            told: vec![0; n_parties],
            actions: vec![None; n_parties],
            reports: Vec::with_capacity(n_parties),
        });
    }

    /// Notes down what a session wants of whom.
    fn ask(&mut self, table: usize) {
        let Some(it) = &mut self.tables[table] else {
            return;
        };
        let mut request = |party: PartyId, wanted: Wanted| {
            let errands = &mut self.parties[party.idx()].errands;
            let start = errands.news.len();
            let events = it.session.events();
            errands.news.extend(&events[it.told[party.idx()]..]);
            it.told[party.idx()] = events.len();
            errands.requests.push(Request {
                table,
                news: start..errands.news.len(),
                wanted,
            });
        };
        if let Some(pending) = it.session.pending() {
            for party in pending.parties.iter() {
                request(
                    party,
                    Wanted::Action {
                        round: pending.round,
                        ask: pending.ask,
                    },
                );
            }
        } else if let Some(ending) = it.session.ending() {
            for party in self.setting.scenario().party_ids() {
                request(party, Wanted::Report(ending.clone()));
            }
        }
    }

    /// Sends what was noted down, and takes the replies in party order.
    async fn exchange(&mut self) -> Result<(), ActorError> {
        let asked: Vec<PartyId> = (0..self.parties.len())
            .filter(|&it| !self.parties[it].errands.requests.is_empty())
            .map(PartyId::new)
            .collect();
        for &party in &asked {
            let line = &mut self.parties[party.idx()];
            let errands = std::mem::take(&mut line.errands);
            line.mailbox
                .send(errands)
                .await
                .map_err(|_| ActorError::PartyGone { party })?;
        }
        for &party in &asked {
            let line = &mut self.parties[party.idx()];
            let mut errands = line
                .returns
                .recv()
                .await
                .ok_or(ActorError::PartyGone { party })?;
            for reply in errands.replies.drain(..) {
                let table = self.tables[reply.table]
                    .as_mut()
                    .expect("a reply belongs to a session under way");
                match reply.what {
                    What::Action(action) => table.actions[party.idx()] = Some(action),
                    What::Report(report) => table.reports.push(report),
                }
            }
            line.errands = errands;
        }
        Ok(())
    }

    /// Applies what the parties did, in party order.
    fn take_in(&mut self, table: usize) {
        let Some(it) = &mut self.tables[table] else {
            return;
        };
        for (idx, slot) in it.actions.iter_mut().enumerate() {
            // Once a party's action has ended the session, the others' come too late.
            if let Some(action) = slot.take()
                && it.session.ending().is_none()
            {
                let party = PartyId::new(idx);
                if let Err(violation) = it.session.apply(party, action) {
                    it.session.forfeit(party, violation);
                }
            }
        }
    }

    /// Frees the table of a session about which all have reported.
    fn close(&mut self, table: usize) -> Option<(Session, SessionResult)> {
        let it = self.tables[table].take_if(|it| it.reports.len() == it.told.len())?;
        let ending = it.session.ending().expect("reports come after the end");
        let result = SessionResult {
            replication: it.replication,
            ending: ending.clone(),
            n_offers: Event::count_offers(it.session.events()),
            parties: it.reports,
        };
        Some((it.session, result))
    }
}
