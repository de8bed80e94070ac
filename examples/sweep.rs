//! A sweep run into a folder: how often the villages agree, by how long they may talk.
//!
//! `cargo run --release --example sweep`
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use demarche::run::{RunOptions, RunRequest, RunSpec, execute};

const EXPERIMENT: &str = r#"
schema = 1
name = "time-to-talk"
title = "Time to talk"
scenario = "two-villages.toml"
sessions = 200

[[sweep.axis]]
path = "protocol.alternating_offers.deadline_rounds"
values = [2, 5, 20]
"#;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    // The experiment is in memory, beside the file of its scenario.
    let request = RunRequest {
        experiment_text: Some(EXPERIMENT.to_owned()),
        ..RunRequest::sweep("configs/scenarios/time-to-talk.toml")
    };
    // Who watches a run implements `run::Observer`; `()` does not.
    let spec = RunSpec::load(request, &|path| std::fs::read_to_string(path), &mut ())?;
    let parent = tempfile::tempdir()?;
    let folder = parent.path().join("time-to-talk");
    let finished = execute(&spec, &folder, &RunOptions::default(), &mut ())?;

    let run = finished.results.ok_or("it is no shard")?;
    let swept = run.manifest.sweep.ok_or("it is a sweep")?;
    for (values, tally) in swept.values.iter().zip(&run.cells.tallies) {
        println!("{values:?} rounds: {:?} agree", tally.agreement_rate());
    }
    // Cells share their random numbers, so differences from the first are paired.
    for table in run.manifest.tables {
        println!("{}: {} bytes", table.path, table.bytes);
    }
    Ok(())
}
