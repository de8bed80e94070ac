//! The task that owns the sessions under way and asks the parties.

use std::fmt;
use std::sync::Arc;

use demarche_core::domain::{PartyId, PartySet};
use demarche_core::negotiation::{PartyReport, SessionResult, Setting};
use demarche_core::protocol::{Action, Event, ProtocolViolation, Session};
use demarche_core::randomness::{Replication, Seeds};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::actors::outside::{PartyReply, StartedParties};
use crate::actors::party::PartyActor;
use crate::actors::{
    ActorError, MAILBOX_CAPACITY, ReplyKind, RequestBatch, RequestKind, SessionRequest,
};

/// Events of a session under way that stay in memory before those that all parties have received
/// go to the sink.
const EVENTS_HELD: usize = 4096;

/// Takes in what comes of sessions while they are under way.
pub trait SessionSink {
    /// Takes in events of a session, the first of them with its number in the session.
    ///
    /// Those of one session come in order, those of several in any.
    fn hear(&mut self, replication: Replication, first: u64, events: &[Event]);

    /// Takes in replies of parties from outside in a session, in order, before its result.
    fn replied(&mut self, _replication: Replication, _replies: Vec<PartyReply>) {}

    /// Takes in the result of a session, after all of its events.
    fn end(&mut self, result: SessionResult);
}

/// Owns the sessions under way and asks the parties.
#[derive(Debug)]
pub struct SessionActor {
    setting: Arc<Setting>,
    parties: Vec<PartyLine>,
    tables: Vec<Option<Table>>,
    stand_ins: Option<StandIns>,
}

/// What runs the actor that takes the place of one that is gone.
struct StandIns(Box<dyn FnMut(PartyActor) + Send>);

impl fmt::Debug for StandIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandIns").finish_non_exhaustive()
    }
}

/// The line to one party's actor.
#[derive(Debug)]
struct PartyLine {
    mailbox: mpsc::Sender<RequestBatch>,
    returns: mpsc::Receiver<RequestBatch>,
    /// What is being put together for the party.
    batch: RequestBatch,
    /// Whether the actor stands in for one that is gone and has not answered yet.
    is_untried: bool,
}

/// One session under way.
#[derive(Debug)]
struct Table {
    seeds: Seeds,
    replication: Replication,
    session: Session,
    /// By party, how many of the session's events it has received.
    seen: Vec<usize>,
    /// Events that went to the sink already, and how many of them are offers.
    n_let_go: u64,
    n_offers: u32,
    /// By party, what it did if anything was asked of it; filled tick by tick.
    acted: Vec<Option<Result<Action, ProtocolViolation>>>,
    /// The replies of parties from outside that the sink has not had yet.
    replies: Vec<PartyReply>,
    /// By party, its report; filled once the session is over.
    reports: Vec<Option<PartyReport>>,
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
        .map(|party| PartyLine::open(setting, party, tables))
        .unzip();
    let session_actor = SessionActor {
        setting: Arc::clone(setting),
        parties: lines,
        tables: (0..tables).map(|_| None).collect(),
        stand_ins: None,
    };
    (session_actor, actors)
}

/// The actors for a setting as [`assemble`] makes them, those of the parties and their stand-ins
/// running as tasks of a runtime.
///
/// # Panics
///
/// If no session may be under way.
pub fn spawn(runtime: &Handle, setting: &Arc<Setting>, tables: usize) -> SessionActor {
    spawn_with(runtime, setting, tables, (&StartedParties::default(), 0))
}

/// The same with who answers for the parties that the setting has from
/// [outside](Setting::with_outside), in sessions of the cell of this number; nobody answers for those
/// that are missing.
///
/// # Panics
///
/// If no session may be under way.
pub fn spawn_with(
    runtime: &Handle,
    setting: &Arc<Setting>,
    tables: usize,
    (outside, cell): (&StartedParties, u32),
) -> SessionActor {
    let (session_actor, parties) = assemble(setting, tables);
    let (runtime, outside) = (runtime.clone(), outside.clone());
    let from_outside = setting.outside();
    let mut run = move |party: PartyActor| {
        let id = party.party();
        let shared = outside.of(id).filter(|_| from_outside.contains(id));
        let party = match shared {
            Some(shared) => party.answered_outside(shared.clone(), cell),
            None => party,
        };
        runtime.spawn(party.run());
    };
    parties.into_iter().for_each(&mut run);
    session_actor.with_stand_ins(run)
}

impl PartyLine {
    /// The line to a party's new actor, and the actor.
    fn open(setting: &Arc<Setting>, party: PartyId, tables: usize) -> (Self, PartyActor) {
        let (mailbox, received) = mpsc::channel(MAILBOX_CAPACITY);
        let (returned, returns) = mpsc::channel(MAILBOX_CAPACITY);
        let line = Self {
            mailbox,
            returns,
            batch: RequestBatch::default(),
            is_untried: false,
        };
        let actor = PartyActor::new(setting, party, tables, received, returned);
        (line, actor)
    }
}

impl SessionActor {
    /// Goes on when a party's task has ended: the party forfeits every session under way, and a
    /// fresh actor, which `run` is to see polled, takes its place.
    #[must_use]
    pub fn with_stand_ins(mut self, run: impl FnMut(PartyActor) + Send + 'static) -> Self {
        self.stand_ins = Some(StandIns(Box::new(run)));
        self
    }

    /// Runs one session per replication; `done` gets each as it ends, in no order to rely on.
    ///
    /// # Errors
    ///
    /// [`ActorError::PartyGone`] if a party's task has ended, and nothing takes its place: there
    /// are no stand-ins, or the one that there was never answered.
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
        while self.tick(seeds, &mut replications, usize::MAX).await? {
            for idx in 0..self.tables.len() {
                if let Some(mut table) = self.close(idx) {
                    let result = table.result();
                    done(table.session, result);
                }
            }
        }
        Ok(())
    }

    /// Runs one session per replication in little memory, however many rounds they have: events
    /// go to the sink while sessions are under way.
    ///
    /// Whoever [answers for a party](PartyActor::answered_by) from outside may miss events; that is
    /// for [`SessionActor::negotiate`].
    ///
    /// # Errors
    ///
    /// As [`SessionActor::negotiate`]; and if a party's task ends in a session of which events are
    /// gone, so that nothing can take its place.
    ///
    /// # Panics
    ///
    /// Only if the code of this module is wrong.
    pub async fn negotiate_into(
        &mut self,
        seeds: &Seeds,
        replications: impl IntoIterator<Item = Replication>,
        sink: &mut impl SessionSink,
    ) -> Result<(), ActorError> {
        let mut replications = replications.into_iter();
        while self.tick(seeds, &mut replications, EVENTS_HELD).await? {
            for idx in 0..self.tables.len() {
                if let Some(mut table) = self.close(idx) {
                    let replication = table.replication;
                    sink.hear(replication, table.n_let_go, table.session.events());
                    table.pass_replies_on(sink);
                    sink.end(table.result());
                } else if let Some(table) = &mut self.tables[idx] {
                    table.pass_replies_on(sink);
                    table.let_go(sink);
                }
            }
        }
        Ok(())
    }

    /// Asks all parties once for all sessions under way, and starts some at free tables; whether
    /// there are any.
    ///
    /// A party that is not asked hears of events all the same when there are so many.
    async fn tick(
        &mut self,
        seeds: &Seeds,
        replications: &mut impl Iterator<Item = Replication>,
        events_held: usize,
    ) -> Result<bool, ActorError> {
        for idx in 0..self.tables.len() {
            if self.tables[idx].is_none()
                && let Some(replication) = replications.next()
            {
                self.open(idx, seeds, replication);
            }
            self.ask(idx, events_held);
        }
        if self.tables.iter().all(Option::is_none) {
            return Ok(false);
        }
        self.exchange().await?;
        for idx in 0..self.tables.len() {
            self.take_in(idx);
        }
        Ok(true)
    }

    /// Starts a session at a free table.
    fn open(&mut self, table: usize, seeds: &Seeds, replication: Replication) {
        for line in &mut self.parties {
            line.batch.requests.push(SessionRequest {
                table,
                news: 0..0,
                wanted: RequestKind::Begin(*seeds, replication),
            });
        }
        let n_parties = self.parties.len();
        self.tables[table] = Some(Table {
            seeds: *seeds,
            replication,
            session: self.setting.session(seeds, replication),
            seen: vec![0; n_parties],
            n_let_go: 0,
            n_offers: 0,
            acted: vec![None; n_parties],
            replies: Vec::new(),
            reports: vec![None; n_parties],
        });
    }

    /// Notes down what a session wants of whom, and what happened there for those who are not asked
    /// and have not received so many events.
    fn ask(&mut self, table: usize, events_held: usize) {
        let Some(it) = &mut self.tables[table] else {
            return;
        };
        let first_untold = it.session.events().len().checked_sub(events_held);
        let behind = first_untold.map_or(PartySet::EMPTY, |first| {
            let parties = self.setting.scenario().party_ids();
            parties
                .filter(|party| it.seen[party.idx()] <= first)
                .collect()
        });
        let mut request = |party: PartyId, wanted: RequestKind| {
            let batch = &mut self.parties[party.idx()].batch;
            let start = batch.news.len();
            let events = it.session.events();
            batch.news.extend(&events[it.seen[party.idx()]..]);
            it.seen[party.idx()] = events.len();
            batch.requests.push(SessionRequest {
                table,
                news: start..batch.news.len(),
                wanted,
            });
        };
        if let Some(pending) = it.session.pending() {
            for party in pending.parties.iter() {
                it.acted[party.idx()] = Some(Err(ProtocolViolation::NoAnswer));
                request(
                    party,
                    RequestKind::Action {
                        round: pending.round,
                        ask: pending.ask,
                    },
                );
            }
            for party in behind.iter().filter(|it| !pending.parties.contains(*it)) {
                request(party, RequestKind::Attention);
            }
        } else if let Some(ending) = it.session.ending() {
            for party in self.setting.scenario().party_ids() {
                if it.reports[party.idx()].is_none() {
                    request(party, RequestKind::Report(ending.clone()));
                }
            }
        }
    }

    /// Sends what was noted down, and takes the replies in party order.
    async fn exchange(&mut self) -> Result<(), ActorError> {
        let asked: PartySet = (0..self.parties.len())
            .filter(|&it| !self.parties[it].batch.requests.is_empty())
            .map(PartyId::new)
            .collect();
        for party in asked.iter() {
            let line = &mut self.parties[party.idx()];
            let batch = std::mem::take(&mut line.batch);
            if line.mailbox.send(batch).await.is_err() {
                line.returns.close();
            }
        }
        for party in asked.iter() {
            match self.parties[party.idx()].returns.recv().await {
                Some(batch) => self.file(party, batch),
                None => self.replace(party)?,
            }
        }
        Ok(())
    }

    /// Brings a party's replies to their tables.
    fn file(&mut self, party: PartyId, mut batch: RequestBatch) {
        for reply in batch.replies.drain(..) {
            let table = self.tables[reply.table]
                .as_mut()
                .expect("a reply belongs to a session under way");
            match reply.what {
                ReplyKind::Action(acted) => table.acted[party.idx()] = Some(acted),
                ReplyKind::Outside(reply) => {
                    table.acted[party.idx()] = Some(reply.reply.acted.clone());
                    table.replies.push(*reply);
                }
                ReplyKind::Report(report) => table.reports[party.idx()] = Some(*report),
            }
        }
        let line = &mut self.parties[party.idx()];
        line.batch = batch;
        line.is_untried = false;
    }

    /// Puts a fresh actor in the place of one that is gone.
    ///
    /// It knows nothing of the sessions under way: all that it can do for them is to report, as
    /// long as all events are there for it to receive.
    fn replace(&mut self, party: PartyId) -> Result<(), ActorError> {
        let line = &mut self.parties[party.idx()];
        let are_events_gone = self.tables.iter().flatten().any(|it| it.n_let_go > 0);
        let can_replace = !line.is_untried && !are_events_gone;
        let stand_ins = self.stand_ins.as_mut().filter(|_| can_replace);
        let StandIns(run) = stand_ins.ok_or(ActorError::PartyGone { party })?;
        let (fresh, actor) = PartyLine::open(&self.setting, party, self.tables.len());
        *line = fresh;
        line.is_untried = true;
        run(actor);
        for (idx, table) in self.tables.iter_mut().enumerate() {
            if let Some(it) = table {
                it.seen[party.idx()] = 0;
                it.acted[party.idx()] = Some(Err(ProtocolViolation::NoAnswer));
                line.batch.requests.push(SessionRequest {
                    table: idx,
                    news: 0..0,
                    wanted: RequestKind::Begin(it.seeds, it.replication),
                });
            }
        }
        Ok(())
    }

    /// Applies what the parties did, in party order.
    fn take_in(&mut self, table: usize) {
        let Some(it) = &mut self.tables[table] else {
            return;
        };
        for (idx, slot) in it.acted.iter_mut().enumerate() {
            // Once a party's action has ended the session, the others' come too late.
            if let Some(acted) = slot.take()
                && it.session.ending().is_none()
            {
                let party = PartyId::new(idx);
                if let Err(violation) = acted.and_then(|action| it.session.apply(party, action)) {
                    it.session.forfeit(party, violation);
                }
            }
        }
    }

    /// Frees the table of a session about which all have reported.
    fn close(&mut self, table: usize) -> Option<Table> {
        self.tables[table].take_if(|it| it.reports.iter().all(Option::is_some))
    }
}

impl Table {
    /// What comes of the session, about which all have reported.
    fn result(&mut self) -> SessionResult {
        let ending = self.session.ending().expect("reports come after the end");
        SessionResult {
            replication: self.replication,
            ending: ending.clone(),
            n_offers: self.n_offers + Event::count_offers(self.session.events()),
            parties: self.reports.drain(..).flatten().collect(),
        }
    }

    /// Hands over what parties from outside replied.
    fn pass_replies_on(&mut self, sink: &mut impl SessionSink) {
        if !self.replies.is_empty() {
            sink.replied(self.replication, std::mem::take(&mut self.replies));
        }
    }

    /// Lets go of events that all parties have received, if they are many.
    fn let_go(&mut self, sink: &mut impl SessionSink) {
        let n_seen = self.seen.iter().copied().min().unwrap_or_default();
        if n_seen < EVENTS_HELD {
            return;
        }
        let events = &self.session.events()[..n_seen];
        sink.hear(self.replication, self.n_let_go, events);
        self.n_let_go += n_seen as u64;
        self.n_offers += Event::count_offers(events);
        self.session.let_go(n_seen);
        for it in &mut self.seen {
            *it -= n_seen;
        }
    }
}
