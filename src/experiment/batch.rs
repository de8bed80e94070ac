//! Carries out a plan on worker threads and hands over what comes of it in plan order.
//!
//! Each worker has a current-thread runtime with actors of its own, takes one chunk after the
//! other, and works up its results itself. A worker waits when it is too far ahead of what has
//! been handed over, so that memory does not grow with the number of sessions.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::task::Poll;
use std::thread;

use tokio::runtime;

use crate::actors::{ActorError, SessionActor, spawn};
use crate::experiment::plan::{CellId, Plan};
use crate::negotiation::SessionResult;
use crate::protocol::Session;
use crate::seeds::{Replication, Seeds};

/// Sessions that one worker has under way at once: enough to make messages cheap, few enough for
/// the preferences of all of them to stay in the processor's cache.
pub const SESSIONS_IN_FLIGHT: usize = 16;

/// Rows of searches that one worker holds, where a single session does not have more: some
/// hundred megabytes.
const SEARCH_ROWS_MAX: usize = 1 << 21;

/// Chunks that workers together may be ahead of what has been handed over, per worker.
const CHUNKS_AHEAD: u64 = 4;

/// Asks a run to stop at once: chunks under way come to nothing.
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
    /// Of which cell.
    pub cell: CellId,
    /// What came of its sessions.
    pub product: T,
}

/// Why a plan could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError<E> {
    /// What was handed over could not be taken.
    #[error(transparent)]
    Delivery(E),
    /// A party's actor is gone, and so is the one that took its place.
    #[error("in cell {}, sessions {first} to {last}: {source}", .cell.0)]
    Actor {
        /// The cell.
        cell: CellId,
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

    /// Works up the sessions of a chunk, which are of one cell and come in plan order.
    ///
    /// When the run is interrupted there are fewer, and what comes of them is dropped.
    fn work_up(
        &self,
        cell: CellId,
        sessions: impl Iterator<Item = (Session, SessionResult)>,
    ) -> Self::Product;
}

/// Carries out a plan; `deliver` gets each chunk's product in plan order.
///
/// Ends early, without an error, when the interrupt is requested: what was delivered is then a
/// first part of the plan.
///
/// # Errors
///
/// The first error of `deliver`, or [`BatchError::Actor`].
///
/// # Panics
///
/// If a worker panics.
pub fn run<W: Worker, E: Send>(
    plan: &Plan,
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
                work(plan, tickets, interrupt, worker, &sender);
            });
        }
        drop(sender);
        let _guard = CloseOnPanic(&tickets);
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
            let chunk = made.map_err(|lost| BatchError::Actor {
                cell: lost.cell,
                first: lost.first,
                last: lost.last,
                source: lost.source,
            })?;
            deliver(chunk).map_err(BatchError::Delivery)?;
            next += 1;
            tickets.handed_over(next);
        }
    }
    Ok(())
}

/// A chunk's product, or what became of it.
type Made<T> = Result<Chunk<T>, Lost>;

/// A chunk in which a party's actor went missing.
struct Lost {
    cell: CellId,
    first: u64,
    last: u64,
    source: ActorError,
}

fn work<W: Worker>(
    plan: &Plan,
    tickets: &Tickets,
    interrupt: &Interrupt,
    worker: &W,
    products: &mpsc::Sender<(u64, Made<W::Product>)>,
) {
    let runtime = runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime without I/O and clock needs nothing of the system");
    let mut at_work: Option<(CellId, SessionActor)> = None;
    while !interrupt.is_requested()
        && let Some(idx) = tickets.take()
    {
        let (cell, replications) = plan.chunk(idx);
        // The actors of another cell end with their session actor.
        at_work.take_if(|it| it.0 != cell);
        let (_, session_actor) = at_work.get_or_insert_with(|| (cell, hire(&runtime, plan, cell)));
        let seeds = &plan.cells()[cell.idx()].seeds;
        let negotiation = negotiate(session_actor, seeds, replications.clone());
        let Some(sessions) = runtime.block_on(unless(interrupt, negotiation)) else {
            return;
        };
        let made = match sessions {
            Ok(sessions) => {
                let sessions = sessions
                    .into_iter()
                    .take_while(|_| !interrupt.is_requested());
                let product = worker.work_up(cell, sessions);
                if interrupt.is_requested() {
                    return;
                }
                Ok(Chunk { cell, product })
            }
            Err(source) => {
                let mut numbers = replications.map(|it| it.0);
                let first = numbers.next().unwrap_or_default();
                let last = numbers.last().unwrap_or(first);
                Err(Lost {
                    cell,
                    first,
                    last,
                    source,
                })
            }
        };
        if products.send((idx, made)).is_err() {
            return;
        }
    }
}

/// Starts the actors of a cell.
fn hire(runtime: &runtime::Runtime, plan: &Plan, cell: CellId) -> SessionActor {
    let setting = &plan.cells()[cell.idx()].setting;
    let fitting = SEARCH_ROWS_MAX / setting.n_search_rows().max(1);
    let tables = fitting.clamp(1, SESSIONS_IN_FLIGHT);
    spawn(runtime.handle(), setting, tables)
}

/// What a future comes to; `None` if the interrupt is requested before.
async fn unless<T>(interrupt: &Interrupt, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| {
        if interrupt.is_requested() {
            return Poll::Ready(None);
        }
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// Runs sessions and puts them in plan order.
async fn negotiate(
    session_actor: &mut SessionActor,
    seeds: &Seeds,
    replications: impl ExactSizeIterator<Item = Replication>,
) -> Result<Vec<(Session, SessionResult)>, ActorError> {
    let mut sessions = Vec::with_capacity(replications.len());
    session_actor
        .negotiate(seeds, replications, |session, result| {
            sessions.push((session, result));
        })
        .await?;
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
    fn new(plan: &Plan, ahead_max: u64) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupt_leaves_what_is_not_done() {
        let runtime = runtime::Builder::new_current_thread().build().unwrap();
        let interrupt = Interrupt::default();
        let done = unless(&interrupt, std::future::ready(1));
        assert_eq!(runtime.block_on(done), Some(1));
        interrupt.request();
        let endless = unless(&interrupt, std::future::pending::<u8>());
        assert_eq!(runtime.block_on(endless), None);
    }
}
