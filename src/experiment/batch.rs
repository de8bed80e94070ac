//! Carries out a plan on worker threads and hands over what comes of it in plan order.
//!
//! Each worker has a current-thread runtime with actors of its own, takes one chunk after the
//! other, and works up its results itself. A worker waits when it is too far ahead of what has
//! been handed over, so that memory does not grow with the number of sessions.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use tokio::runtime;

use crate::actors::{ActorError, SessionActor, assemble};
use crate::experiment::plan::Plan;
use crate::negotiation::{SessionResult, Setting};
use crate::protocol::Session;
use crate::seeds::Seeds;

/// Sessions that one worker has under way at once: enough to make messages cheap, few enough for
/// the preferences of all of them to stay in the processor's cache.
pub const SESSIONS_IN_FLIGHT: usize = 16;

/// Chunks that workers together may be ahead of what has been handed over, per worker.
const CHUNKS_AHEAD: u64 = 4;

/// Asks a run to stop after the chunks under way.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks for it.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked for.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a worker makes of a chunk's sessions.
#[derive(Debug)]
pub struct Chunk<T> {
    /// How many sessions.
    pub n_sessions: u64,
    /// What came of them.
    pub product: T,
}

/// Why a plan could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError<E> {
    /// What was handed over could not be taken.
    #[error(transparent)]
    Delivery(E),
    /// A party's actor is gone.
    #[error("in sessions {first} to {last}: {source}")]
    Actor {
        /// The first replication of the chunk.
        first: u64,
        /// The last one.
        last: u64,
        /// What happened.
        source: ActorError,
    },
}

/// Works up the sessions of a chunk, in plan order.
pub trait Worker: Sync {
    /// What comes of a chunk.
    type Product: Send;

    /// Works up the sessions of a chunk, which come in plan order.
    fn work_up(&self, sessions: Vec<(Session, SessionResult)>) -> Self::Product;
}

/// Carries out a plan; `deliver` gets each chunk's product in plan order.
///
/// Ends early, without an error, when the interrupt is requested.
///
/// # Errors
///
/// The first error of `deliver`, or [`BatchError::Actor`].
///
/// # Panics
///
/// If a worker panics.
pub fn run<W: Worker, E: Send>(
    plan: Plan,
    setting: &Arc<Setting>,
    seeds: &Seeds,
    threads: usize,
    interrupt: &Interrupt,
    worker: &W,
    mut deliver: impl FnMut(Chunk<W::Product>) -> Result<(), E>,
) -> Result<(), BatchError<E>> {
    let tickets = Tickets::new(plan, CHUNKS_AHEAD * threads as u64);
    thread::scope(|scope| {
        let (sender, products) = mpsc::channel();
        for _ in 0..threads {
            let (sender, tickets) = (sender.clone(), &tickets);
            scope.spawn(move || {
                // A panic must not leave the others waiting for this worker's chunk.
                let _guard = CloseOnPanic(tickets);
                work(plan, setting, seeds, tickets, interrupt, worker, &sender);
            });
        }
        drop(sender);
        let res = hand_over(&products, &tickets, &mut deliver);
        tickets.close();
        res
    })
}

/// Takes products as they come and hands them over in plan order.
fn hand_over<T, E>(
    products: &mpsc::Receiver<(u64, Made<T>)>,
    tickets: &Tickets,
    deliver: &mut impl FnMut(Chunk<T>) -> Result<(), E>,
) -> Result<(), BatchError<E>> {
    let mut early: BTreeMap<u64, Made<T>> = BTreeMap::new();
    let mut next = 0;
    for (idx, made) in products {
        early.insert(idx, made);
        while let Some(made) = early.remove(&next) {
            let chunk = made.map_err(|(first, last, source)| BatchError::Actor {
                first,
                last,
                source,
            })?;
            deliver(chunk).map_err(BatchError::Delivery)?;
            next += 1;
            tickets.handed_over(next);
        }
    }
    Ok(())
}

/// A chunk's product, or the replications in which a party's actor went missing.
type Made<T> = Result<Chunk<T>, (u64, u64, ActorError)>;

fn work<W: Worker>(
    plan: Plan,
    setting: &Arc<Setting>,
    seeds: &Seeds,
    tickets: &Tickets,
    interrupt: &Interrupt,
    worker: &W,
    products: &mpsc::Sender<(u64, Made<W::Product>)>,
) {
    let runtime = runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime without I/O and clock needs nothing of the system");
    let (mut session_actor, parties) = assemble(setting, SESSIONS_IN_FLIGHT);
    for party in parties {
        runtime.spawn(party.run());
    }
    while !interrupt.is_requested()
        && let Some(idx) = tickets.take()
    {
        let sessions = runtime.block_on(negotiate_chunk(&mut session_actor, plan, seeds, idx));
        let made = sessions.map(|sessions| Chunk {
            n_sessions: sessions.len() as u64,
            product: worker.work_up(sessions),
        });
        if products.send((idx, made)).is_err() {
            return;
        }
    }
}

/// Runs the sessions of a chunk and puts them in plan order.
async fn negotiate_chunk(
    session_actor: &mut SessionActor,
    plan: Plan,
    seeds: &Seeds,
    idx: u64,
) -> Result<Vec<(Session, SessionResult)>, (u64, u64, ActorError)> {
    let replications = plan.chunk(idx);
    let mut sessions = Vec::with_capacity(replications.len());
    session_actor
        .negotiate(seeds, replications.clone(), |session, result| {
            sessions.push((session, result));
        })
        .await
        .map_err(|error| {
            let mut numbers = replications.map(|it| it.0);
            let first = numbers.next().unwrap_or_default();
            (first, numbers.last().unwrap_or(first), error)
        })?;
    sessions.sort_by_key(|it| it.1.replication);
    Ok(sessions)
}

/// Hands out chunks in order, not too far ahead of what was handed over.
#[derive(Debug)]
struct Tickets {
    state: Mutex<TicketState>,
    changed: Condvar,
    n_chunks: u64,
    ahead_max: u64,
}

#[derive(Debug, Default)]
struct TicketState {
    next: u64,
    handed_over: u64,
    is_closed: bool,
}

impl Tickets {
    fn new(plan: Plan, ahead_max: u64) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            n_chunks: plan.n_chunks(),
            ahead_max,
        }
    }

    /// The next chunk to work on; waits if too many are not handed over yet.
    fn take(&self) -> Option<u64> {
        let too_far = |it: &mut TicketState| {
            !it.is_closed && it.next < self.n_chunks && it.next >= it.handed_over + self.ahead_max
        };
        let mut state = self
            .changed
            .wait_while(self.lock(), too_far)
            .unwrap_or_else(PoisonError::into_inner);
        if state.is_closed || state.next == self.n_chunks {
            return None;
        }
        state.next += 1;
        Some(state.next - 1)
    }

    fn handed_over(&self, n_chunks: u64) {
        self.lock().handed_over = n_chunks;
        self.changed.notify_all();
    }

    fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, TicketState> {
        // The state is a few numbers, valid whatever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes the tickets if its thread panics.
struct CloseOnPanic<'a>(&'a Tickets);

impl Drop for CloseOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.close();
        }
    }
}
