//! Carries out a plan on worker threads and hands over what comes of it in plan order.
//!
//! Each worker has a current-thread runtime with actors of its own, takes one chunk after the
//! other, and works up its results itself. A worker waits when it is too far ahead of what has
//! been handed over, so that memory does not grow with the number of sessions. Events leave a
//! session while it is under way, so that memory does not grow with the number of rounds either.
//!
//! A worker looks for an interrupt between the messages of its actors. A search or a strategy may
//! keep it from that for long, so nobody waits for it: it is left behind, and ends by itself.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::poll_fn;
use std::ops::Range;
use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use demarche_core::negotiation::SessionResult;
use demarche_core::protocol::Event;
use demarche_core::randomness::{Replication, Seeds};
use tokio::runtime;

use crate::actors::{
    ActorError, OutsideParties, PartyReply, SessionActor, SessionSink, StartedParties, spawn_with,
};
use crate::experiment::plan::{CellId, SessionPlan};

/// Sessions that one worker has under way at once: enough to make messages cheap, few enough for
/// the preferences of all of them to stay in the processor's cache.
pub const SESSIONS_IN_FLIGHT: usize = 16;

/// Rows of searches that one worker holds, where a single session does not have more: some
/// hundred megabytes.
const SEARCH_ROWS_MAX: usize = 1 << 21;

/// Chunks that workers together may be ahead of what has been handed over, per worker.
const CHUNKS_AHEAD: u64 = 4;

/// How often it is looked for an interrupt while workers are at work.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// How many looks after an interrupt workers that have not ended are left behind.
const LOOKS_BEFORE_LEAVING: u32 = 10;

/// Asks a run to stop at once: chunks under way are discarded.
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

impl BatchError<Infallible> {
    /// The same where what is handed over may not be taken.
    pub(super) fn delivering<E>(self) -> BatchError<E> {
        match self {
            Self::Delivery(never) => match never {},
            Self::Actor {
                cell,
                first,
                last,
                source,
            } => BatchError::Actor {
                cell,
                first,
                last,
                source,
            },
        }
    }
}

/// Works up the sessions of a chunk, in plan order.
pub trait Worker: Send + Sync + 'static {
    /// What comes of a chunk.
    type ChunkOutput: Send + 'static;

    /// What is kept of the events of a chunk's sessions; nothing, where nobody asks for them.
    type Heard: Default;

    /// Takes in events of a session, the first of them with its number in the session.
    ///
    /// Those of one session come in order, those of several in any.
    fn hear(
        &self,
        _heard: &mut Self::Heard,
        _cell: CellId,
        _replication: Replication,
        _first: u64,
        _events: &[Event],
    ) {
    }

    /// Who answers for parties from outside; nobody, where all follow their strategies. Each thread
    /// has its own, for all of its sessions.
    fn outside_parties(&self) -> OutsideParties {
        OutsideParties::default()
    }

    /// Takes in replies of parties from outside in a session; those of one session come in order.
    fn replied(
        &self,
        _heard: &mut Self::Heard,
        _cell: CellId,
        _replication: Replication,
        _replies: Vec<PartyReply>,
    ) {
    }

    /// Works up the sessions of a chunk, which are of one cell and come in plan order.
    ///
    /// When the run is interrupted there are fewer, and what comes of them is dropped.
    fn work_up(
        &self,
        cell: CellId,
        heard: Self::Heard,
        sessions: impl Iterator<Item = SessionResult>,
    ) -> Self::ChunkOutput;
}

/// Carries out a plan; `deliver` gets each chunk's product in plan order.
///
/// As many threads are at work as the system gives; if it gives none, the calling one is.
///
/// Ends early, without an error, when the interrupt is requested: what was delivered is then a
/// first part of the plan. Threads that have not ended half a second later are left behind, and
/// so are those under way when there is an error: each ends with what it was about.
///
/// # Errors
///
/// The first error of `deliver`, or [`BatchError::Actor`].
///
/// # Panics
///
/// If a worker panics.
pub fn run<P: SessionPlan, W: Worker, E>(
    plan: &P,
    threads: usize,
    interrupt: &Interrupt,
    worker: &Arc<W>,
    mut deliver: impl FnMut(Chunk<W::ChunkOutput>) -> Result<(), E>,
) -> Result<(), BatchError<E>> {
    let queue = ChunkQueue::new(plan, CHUNKS_AHEAD * threads as u64);
    let work = Arc::new(Work {
        plan: plan.clone(),
        queue,
        interrupt: interrupt.clone(),
        worker: Arc::clone(worker),
    });
    let (sender, products) = mpsc::channel();
    let mut workers = Vec::new();
    for _ in 0..threads {
        let (work, sender) = (Arc::clone(&work), sender.clone());
        let started = thread::Builder::new().spawn(move || {
            // A panic must not leave the others waiting for this worker's chunk.
            let _guard = CloseOnPanic(&work.queue);
            work.carry_out(&mut |idx, made| sender.send((idx, made)).is_ok());
        });
        match started {
            Ok(it) => workers.push(it),
            Err(_) => break,
        }
    }
    drop(sender);
    if workers.is_empty() {
        return work.carry_out_here(&mut deliver);
    }
    let _guard = CloseOnDrop(&work.queue);
    if hand_over(&products, &work, &mut deliver)? == Workers::Ended {
        for it in workers {
            it.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
    }
    Ok(())
}

/// What became of the workers of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Workers {
    /// They have nothing left to do.
    Ended,
    /// Some have not looked for the interrupt yet.
    LeftBehind,
}

/// What all workers of a run share.
struct Work<P, W> {
    plan: P,
    queue: ChunkQueue,
    interrupt: Interrupt,
    worker: Arc<W>,
}

/// Takes products as they come and hands them over in plan order.
fn hand_over<P: SessionPlan, W: Worker, E>(
    products: &mpsc::Receiver<(u64, ChunkResult<W::ChunkOutput>)>,
    work: &Work<P, W>,
    deliver: &mut impl FnMut(Chunk<W::ChunkOutput>) -> Result<(), E>,
) -> Result<Workers, BatchError<E>> {
    let mut early: BTreeMap<u64, ChunkResult<W::ChunkOutput>> = BTreeMap::new();
    let mut next = 0;
    let mut n_looks = 0;
    loop {
        let (idx, made) = match products.recv_timeout(LOOK_INTERVAL) {
            Ok(it) => it,
            Err(RecvTimeoutError::Timeout) => {
                n_looks += u32::from(work.interrupt.is_requested());
                if n_looks == LOOKS_BEFORE_LEAVING {
                    return Ok(Workers::LeftBehind);
                }
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(Workers::Ended),
        };
        early.insert(idx, made);
        while let Some(made) = early.remove(&next) {
            deliver(made?).map_err(BatchError::Delivery)?;
            next += 1;
            work.queue.handed_over(next);
        }
    }
}

/// A chunk's product, or what became of it.
type ChunkResult<T> = Result<Chunk<T>, LostChunk>;

/// A chunk in which a party's actor went missing.
struct LostChunk {
    cell: CellId,
    first: u64,
    last: u64,
    source: ActorError,
}

impl<E> From<LostChunk> for BatchError<E> {
    fn from(it: LostChunk) -> Self {
        Self::Actor {
            cell: it.cell,
            first: it.first,
            last: it.last,
            source: it.source,
        }
    }
}

impl<P: SessionPlan, W: Worker> Work<P, W> {
    /// Takes one chunk after the other, until `send` says that nobody wants more.
    fn carry_out(&self, send: &mut dyn FnMut(u64, ChunkResult<W::ChunkOutput>) -> bool) {
        let runtime = runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime without I/O and clock needs nothing of the system");
        let outside = self.worker.outside_parties().start();
        let mut at_work: Option<(CellId, SessionActor)> = None;
        while !self.interrupt.is_requested()
            && let Some(idx) = self.queue.take()
        {
            let (cell, replications) = self.plan.chunk(idx);
            let n_replications = replications.end - replications.start;
            // The actors of another cell end with their session actor.
            at_work.take_if(|it| it.0 != cell);
            let (_, session_actor) = at_work.get_or_insert_with(|| {
                (
                    cell,
                    spawn_actors(&runtime, &self.plan, (cell, n_replications), &outside),
                )
            });
            let negotiation = self.negotiate(session_actor, cell, replications.clone());
            let Some(gathered) = runtime.block_on(unless(&self.interrupt, negotiation)) else {
                return;
            };
            let made = match gathered {
                Ok((heard, results)) => {
                    let sessions = results
                        .into_iter()
                        .take_while(|_| !self.interrupt.is_requested());
                    let product = self.worker.work_up(cell, heard, sessions);
                    if self.interrupt.is_requested() {
                        return;
                    }
                    Ok(Chunk { cell, product })
                }
                Err(source) => {
                    let (first, end) = (replications.start, replications.end);
                    Err(LostChunk {
                        cell,
                        first,
                        last: end - 1,
                        source,
                    })
                }
            };
            if !send(idx, made) {
                return;
            }
        }
    }

    /// Carries out everything on the calling thread.
    fn carry_out_here<E>(
        &self,
        deliver: &mut impl FnMut(Chunk<W::ChunkOutput>) -> Result<(), E>,
    ) -> Result<(), BatchError<E>> {
        let mut res = Ok(());
        self.carry_out(&mut |idx, made| {
            res = made
                .map_err(BatchError::from)
                .and_then(|it| deliver(it).map_err(BatchError::Delivery));
            self.queue.handed_over(idx + 1);
            res.is_ok()
        });
        res
    }

    /// Runs the sessions of a chunk: what was kept of their events, and their results in plan order.
    async fn negotiate(
        &self,
        session_actor: &mut SessionActor,
        cell: CellId,
        replications: Range<u64>,
    ) -> Result<(W::Heard, Vec<SessionResult>), ActorError> {
        let mut gathering = Gathering {
            worker: &*self.worker,
            cell,
            heard: W::Heard::default(),
            results: Vec::new(),
        };
        let seeds: &Seeds = &self.plan.cells()[cell.idx()].seeds;
        session_actor
            .negotiate_into(seeds, replications.map(Replication), &mut gathering)
            .await?;
        let mut results = gathering.results;
        results.sort_by_key(|it| it.replication);
        Ok((gathering.heard, results))
    }
}

/// What comes of a chunk's sessions while some are under way.
struct Gathering<'a, W: Worker> {
    worker: &'a W,
    cell: CellId,
    heard: W::Heard,
    results: Vec<SessionResult>,
}

impl<W: Worker> SessionSink for Gathering<'_, W> {
    fn hear(&mut self, replication: Replication, first: u64, events: &[Event]) {
        self.worker
            .hear(&mut self.heard, self.cell, replication, first, events);
    }

    fn replied(&mut self, replication: Replication, replies: Vec<PartyReply>) {
        self.worker
            .replied(&mut self.heard, self.cell, replication, replies);
    }

    fn end(&mut self, result: SessionResult) {
        self.results.push(result);
    }
}

/// Starts the actors of a cell, for chunks of at most so many replications.
fn spawn_actors(
    runtime: &runtime::Runtime,
    plan: &impl SessionPlan,
    (cell, n_replications): (CellId, u64),
    outside: &StartedParties,
) -> SessionActor {
    let setting = &plan.cells()[cell.idx()].setting;
    let fitting = SEARCH_ROWS_MAX / setting.n_search_rows().max(1);
    let needed = usize::try_from(n_replications).unwrap_or(SESSIONS_IN_FLIGHT);
    let tables = fitting.min(needed).clamp(1, SESSIONS_IN_FLIGHT);
    spawn_with(runtime.handle(), setting, tables, (outside, cell.0))
}

/// The output of a future; `None` if the interrupt is requested before.
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

/// Hands out chunks in order, not too far ahead of what was handed over.
#[derive(Debug)]
struct ChunkQueue {
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

impl ChunkQueue {
    fn new(plan: &impl SessionPlan, ahead_max: u64) -> Self {
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

/// Closes the queue when the run is over, however it ends.
struct CloseOnDrop<'a>(&'a ChunkQueue);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Closes the queue if its thread panics.
struct CloseOnPanic<'a>(&'a ChunkQueue);

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
