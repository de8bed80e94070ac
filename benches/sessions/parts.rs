//! Parts of what drivers do, each by itself: sessions in turn without messages, messages without
//! sessions, and parties that hear and report without acting. Their sums are what a driver takes at
//! the least.

use std::ops::Range;
use std::sync::Arc;

use demarche::domain::PartyId;
use demarche::negotiation::{Negotiator, Setting};
use demarche::protocol::{Action, Ending, Event, ProtocolViolation, Session};
use demarche::randomness::{Replication, Seeds};
use tokio::sync::mpsc;

/// Several sessions under way at once, each a step further in turn, in the order of the actors and
/// without their messages.
pub(crate) struct InTurn {
    setting: Arc<Setting>,
    /// By party, and then by session under way.
    negotiators: Vec<Vec<Negotiator>>,
    tables: Vec<Table>,
}

#[derive(Default)]
struct Table {
    session: Option<Session>,
    /// By party, how many events it has received.
    seen: Vec<usize>,
    /// By party, what it did in this step.
    acted: Vec<Option<Result<Action, ProtocolViolation>>>,
}

impl InTurn {
    pub(crate) fn new(setting: &Arc<Setting>, n_tables: usize) -> Self {
        let at_all_tables = |party: PartyId| {
            (0..n_tables)
                .map(|_| Negotiator::new(Arc::clone(setting), party))
                .collect()
        };
        Self {
            setting: Arc::clone(setting),
            negotiators: setting.scenario().party_ids().map(at_all_tables).collect(),
            tables: (0..n_tables).map(|_| Table::default()).collect(),
        }
    }

    /// Runs the first sessions to their ends; how many steps all of them took together.
    pub(crate) fn run(&mut self, seeds: &Seeds, n_sessions: u64) -> u64 {
        let mut replications = (0..n_sessions).map(Replication);
        let mut n_steps = 0;
        loop {
            self.open(seeds, &mut replications);
            if self.tables.iter().all(|it| it.session.is_none()) {
                return n_steps;
            }
            self.act();
            self.take_in();
            n_steps += 1;
        }
    }

    fn open(&mut self, seeds: &Seeds, replications: &mut impl Iterator<Item = Replication>) {
        for (idx, table) in self.tables.iter_mut().enumerate() {
            if table.session.is_none()
                && let Some(replication) = replications.next()
            {
                for of_party in &mut self.negotiators {
                    of_party[idx].begin(seeds, replication);
                }
                table.session = Some(self.setting.session(seeds, replication));
                table.seen = vec![0; self.negotiators.len()];
                table.acted = vec![None; self.negotiators.len()];
            }
        }
    }

    fn act(&mut self) {
        for (party, of_party) in self.negotiators.iter_mut().enumerate() {
            for (negotiator, table) in of_party.iter_mut().zip(&mut self.tables) {
                let session = table.session.as_ref();
                let pending = session.and_then(|it| Some((it, it.pending()?)));
                if let Some((session, pending)) = pending
                    && pending.parties.contains(PartyId::new(party))
                {
                    negotiator.observe(&session.events()[table.seen[party]..]);
                    table.seen[party] = session.events().len();
                    table.acted[party] = Some(negotiator.act(pending.round, pending.ask));
                }
            }
        }
    }

    fn take_in(&mut self) {
        for (idx, table) in self.tables.iter_mut().enumerate() {
            let Some(session) = &mut table.session else {
                continue;
            };
            for (party, acted) in table.acted.iter_mut().enumerate() {
                if let Some(acted) = acted.take()
                    && session.ending().is_none()
                {
                    let party = PartyId::new(party);
                    if let Err(violation) = acted.and_then(|it| session.apply(party, it)) {
                        session.forfeit(party, violation);
                    }
                }
            }
            if let Some(ending) = session.ending() {
                for (of_party, seen) in self.negotiators.iter_mut().zip(&table.seen) {
                    let report = of_party[idx].report(&session.events()[*seen..], ending);
                    std::hint::black_box(report);
                }
                table.session = None;
            }
        }
    }
}

/// What every session wants of a party, in the size of the actors' requests.
type Request = [u64; 8];

/// The mailbox of a party, and what comes back from it.
type Line = (mpsc::Sender<Vec<Request>>, mpsc::Receiver<Vec<Request>>);

/// Tasks for parties that return each message, over mailboxes as the actors have them.
pub(crate) struct Messages {
    runtime: tokio::runtime::Runtime,
    lines: Vec<Line>,
    n_tables: usize,
}

impl Messages {
    pub(crate) fn new(n_parties: usize, n_tables: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime without I/O");
        let line = |_| {
            let (mailbox, mut received) = mpsc::channel::<Vec<Request>>(1);
            let (returned, returns) = mpsc::channel(1);
            runtime.spawn(async move {
                while let Some(batch) = received.recv().await {
                    if returned.send(batch).await.is_err() {
                        return;
                    }
                }
            });
            (mailbox, returns)
        };
        let lines = (0..n_parties).map(line).collect();
        Self {
            runtime,
            lines,
            n_tables,
        }
    }

    /// Sends every party a message for each of so many steps, and takes it back.
    pub(crate) fn run(&mut self, n_steps: u64) {
        let lines = &mut self.lines;
        self.runtime.block_on(async {
            for step in 0..n_steps {
                for (mailbox, _) in lines.iter() {
                    let batch = vec![[step; 8]; self.n_tables];
                    mailbox.send(batch).await.expect("the task is there");
                }
                for (_, returns) in lines.iter_mut() {
                    std::hint::black_box(returns.recv().await);
                }
            }
        });
    }
}

/// Parties that hear what happened in sessions and report on it, without acting.
pub(crate) struct Hearing {
    negotiators: Vec<Negotiator>,
    sessions: Vec<Heard>,
}

/// A session that is over.
struct Heard {
    events: Vec<Event>,
    /// Who was asked when, with what had happened since it was asked before.
    asks: Vec<(PartyId, Range<usize>)>,
    ending: Ending,
}

impl Hearing {
    /// Of the first sessions of a setting, which are run here.
    pub(crate) fn new(setting: &Arc<Setting>, seeds: &Seeds, n_sessions: u64) -> Self {
        let parties = setting.scenario().party_ids();
        let mut res = Self {
            negotiators: parties
                .map(|it| Negotiator::new(Arc::clone(setting), it))
                .collect(),
            sessions: Vec::new(),
        };
        for replication in (0..n_sessions).map(Replication) {
            let heard = res.negotiate(setting.session(seeds, replication), seeds, replication);
            res.sessions.push(heard);
        }
        res
    }

    fn negotiate(
        &mut self,
        mut session: Session,
        seeds: &Seeds,
        replication: Replication,
    ) -> Heard {
        for it in &mut self.negotiators {
            it.begin(seeds, replication);
        }
        let mut seen = vec![0; self.negotiators.len()];
        let mut asks = Vec::new();
        while let Some(pending) = session.pending() {
            for party in pending.parties.iter() {
                let news = seen[party.idx()]..session.events().len();
                seen[party.idx()] = news.end;
                let negotiator = &mut self.negotiators[party.idx()];
                negotiator.observe(&session.events()[news.clone()]);
                asks.push((party, news));
                let action = negotiator.act(pending.round, pending.ask);
                let action = action.expect("strategies keep to the rules");
                session.apply(party, action).expect("the same");
                if session.ending().is_some() {
                    break;
                }
            }
        }
        Heard {
            events: session.events().to_vec(),
            asks,
            ending: session.ending().expect("nothing is pending").clone(),
        }
    }

    /// The same sessions, with all parties set up anew for each.
    pub(crate) fn run(&mut self, seeds: &Seeds, n_sessions: u64) {
        for (replication, heard) in (0..n_sessions).map(Replication).zip(&self.sessions) {
            let mut seen = vec![0; self.negotiators.len()];
            for it in &mut self.negotiators {
                it.begin(seeds, replication);
            }
            for (party, news) in &heard.asks {
                seen[party.idx()] = news.end;
                self.negotiators[party.idx()].observe(&heard.events[news.clone()]);
            }
            for (negotiator, seen) in self.negotiators.iter_mut().zip(seen) {
                let report = negotiator.report(&heard.events[seen..], &heard.ending);
                std::hint::black_box(report);
            }
        }
    }
}
