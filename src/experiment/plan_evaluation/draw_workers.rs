//! Draws of all preferences, taken in on several threads: the same counts for any number of them.

use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use demarche_core::domain::Preferences;
use demarche_core::negotiation::{PreferenceDraw, Setting};
use demarche_core::randomness::{Replication, Seeds};

use crate::experiment::batch::Interrupt;

/// Draws that a thread takes at a time: an interrupt is looked at between them.
const CHUNK_DRAWS: u64 = 16;

/// Which draws are made: those of some replications, with which sessions of these seeds begin.
#[derive(Clone, Debug)]
pub(super) struct Draws<'a> {
    pub(super) setting: &'a Arc<Setting>,
    pub(super) seeds: &'a Seeds,
    pub(super) replications: Range<u64>,
}

/// How draws are made: what their counts do not depend on.
pub(super) struct Execution<'a> {
    pub(super) threads: usize,
    pub(super) interrupt: &'a Interrupt,
    /// Hears of so many more draws.
    pub(super) advance: &'a mut dyn FnMut(u64),
}

/// Counts over draws that add up to the same in any order.
pub(super) trait DrawTally: Clone + Send + Sync {
    /// Takes in the preferences of all parties in one draw.
    fn take(&mut self, parties: &[Preferences]);

    /// Adds the counts of other draws.
    fn merge(&mut self, other: Self);
}

impl Draws<'_> {
    /// Adds all draws to an empty tally; `None` when interrupted.
    pub(super) fn tally<T: DrawTally>(&self, empty: T, execution: &mut Execution<'_>) -> Option<T> {
        let Execution {
            threads,
            interrupt,
            advance,
        } = execution;
        let next = AtomicU64::new(self.replications.start);
        let work = |report: &mut dyn FnMut(u64)| {
            let mut tally = empty.clone();
            let mut parties: Vec<PreferenceDraw> = (self.setting.scenario().party_ids())
                .map(|it| PreferenceDraw::new(Arc::clone(self.setting), it))
                .collect();
            while !interrupt.is_requested() {
                let first = next.fetch_add(CHUNK_DRAWS, Ordering::Relaxed);
                let last = first.saturating_add(CHUNK_DRAWS).min(self.replications.end);
                if first >= last {
                    break;
                }
                for replication in (first..last).map(Replication) {
                    let draw = |it: &mut PreferenceDraw| it.draw(self.seeds, replication).clone();
                    let drawn: Vec<Preferences> = parties.iter_mut().map(draw).collect();
                    tally.take(&drawn);
                }
                report(last - first);
            }
            tally
        };
        let tallies = thread::scope(|scope| {
            let (sender, reports) = mpsc::channel();
            let work = &work;
            let started = (0..*threads).map_while(|_| {
                let sender = sender.clone();
                let report = move |n| {
                    // The receiver outlives the threads.
                    let _ = sender.send(n);
                };
                let worker = move || work(&mut { report });
                thread::Builder::new().spawn_scoped(scope, worker).ok()
            });
            let workers: Vec<_> = started.collect();
            drop(sender);
            if workers.is_empty() {
                return vec![work(*advance)];
            }
            for n in reports {
                advance(n);
            }
            let joined = workers.into_iter().map(thread::ScopedJoinHandle::join);
            joined
                .map(|it| it.unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        });
        let mut sum = empty;
        for it in tallies {
            sum.merge(it);
        }
        (!interrupt.is_requested()).then_some(sum)
    }
}
