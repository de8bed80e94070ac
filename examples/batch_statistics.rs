//! A batch in memory with a statistic of one's own: how often the agreement is on alternate days,
//! and in which round, without a file being written.
//!
//! `cargo run --release --example batch_statistics`
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::convert::Infallible;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use demarche::config::load_scenario;
use demarche::domain::IssueId;
use demarche::experiment::{Cell, CellId, Interrupt, Plan, Worker, run};
use demarche::negotiation::{SessionResult, Setting};
use demarche::randomness::{MasterSeed, Seeds};
use demarche::stats::estimate::{Estimate, Moments};

/// What a thread makes of the sessions of a chunk: the rounds of those that were wanted.
struct SharedHours(Arc<Setting>);

impl Worker for SharedHours {
    type ChunkOutput = Moments;
    type Heard = ();

    fn work_up(&self, _: CellId, (): (), sessions: impl Iterator<Item = SessionResult>) -> Moments {
        let mut rounds = Moments::default();
        for ending in sessions.map(|session| session.ending) {
            let agreed = ending.agreement();
            let label =
                agreed.map(|outcome| self.0.scenario().option_label(outcome, IssueId::new(0)));
            if label == Some("alternate days") {
                rounds.add(ending.round().into());
            }
        }
        rounds
    }
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let path = Path::new("configs/scenarios/two-villages.toml");
    let loaded = load_scenario(path, &[], &|path| std::fs::read_to_string(path))?;
    let setting = Arc::new(loaded.setting);
    let worker = Arc::new(SharedHours(Arc::clone(&setting)));
    let seeds = Seeds::new(MasterSeed(1));
    let plan = Plan::new(vec![Cell { setting, seeds }], 2_000)?;

    // Chunks come in the order of the plan, whatever the number of threads.
    let mut rounds = Moments::default();
    run(&plan, 2, &Interrupt::default(), &worker, |chunk| {
        rounds.merge(&chunk.product);
        Ok::<(), Infallible>(())
    })?;
    println!(
        "share of sessions: {:?}",
        Estimate::of_share(rounds.n(), plan.n_sessions())
    );
    println!("mean round: {:?}", rounds.estimate(1.0));
    Ok(())
}
