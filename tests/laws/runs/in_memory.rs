//! Batches in memory: the same tables and the same results as in a folder, however they are cut.

use std::path::Path;
use std::{fs, io};

use demarche::randomness::Replication;
use demarche::report::RunSummary;
use demarche::run::{MemoryRun, RunOptions, RunRequest, RunSpec, execute};
use tempfile::TempDir;

use crate::sources::tidy::root;
use crate::support::worlds::{RandomChoices, scenario_text};

fn spec(text: &str, settings: &[&str], sessions: u64) -> RunSpec {
    let request = RunRequest {
        sessions: Some(sessions),
        settings: settings.iter().map(|it| (*it).to_owned()).collect(),
        ..RunRequest::batch("scenario.toml")
    };
    let read = |_: &Path| -> io::Result<String> { Ok(text.to_owned()) };
    RunSpec::load(request, &read, &mut ()).unwrap()
}

/// Runs a batch both ways, in memory in pieces of random sizes.
#[track_caller]
fn check(text: &str, settings: &[&str], sessions: u64, pieces: &mut RandomChoices) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("run");
    let in_folder = spec(text, settings, sessions);
    let finished = execute(&in_folder, &path, &RunOptions::default(), &mut ()).unwrap();
    let mut run = MemoryRun::new(spec(text, settings, sessions));
    while run.n_done() < run.n_planned() {
        run.advance(pieces.between(1, 40) as u64);
    }
    let tables = [
        "sessions", "parties", "summary", "options", "failures", "rounds",
    ];
    for table in tables {
        let bytes = run.table(table).unwrap();
        let expected = fs::read(path.join(format!("{table}.csv"))).unwrap();
        assert!(bytes == expected, "{table} of {settings:?}");
    }
    assert_eq!(run.table("agreements"), None);
    let results = finished.results.unwrap();
    assert_eq!(
        RunSummary::of_run(run.spec(), &run.results()),
        RunSummary::of_run(&in_folder, &results)
    );
    assert_eq!(run.results().manifest.counts, results.manifest.counts);
    assert!(run.results().manifest.complete);
    let (session, result) = run.session(Replication(sessions - 1));
    assert_eq!(session.ending(), Some(&result.ending));
}

#[test]
fn tables_in_memory_are_those_of_a_folder() {
    let mut random = RandomChoices::new("batches in memory", 0);
    let file = |name: &str| {
        fs::read_to_string(root().join(format!("configs/scenarios/{name}.toml"))).unwrap()
    };
    check(&file("two-villages"), &[], 300, &mut random);
    let unwilling = ["party.upper.reservation_value=0.72"];
    check(&file("two-villages"), &unwilling, 300, &mut random);
    check(&file("shared-barn"), &[], 40, &mut random);
    let rounds = ["protocol.proposal_and_vote.deadline_rounds=12"];
    check(&file("alaska-2025"), &rounds, 30, &mut random);
    for case in 0..4 {
        let mut choices = RandomChoices::new("scenarios in memory", case);
        let text = scenario_text(&mut choices);
        check(&text, &[], 20, &mut random);
    }
}
