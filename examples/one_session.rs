//! One session, round by round, and what the parties made of it.
//!
//! `cargo run --example one_session`
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use demarche::config::load_scenario;
use demarche::negotiation::PlainLoop;
use demarche::protocol::Event;
use demarche::randomness::{MasterSeed, Replication, Seeds};

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    // Files are read through the function that is given, so they may come from anywhere.
    let path = Path::new("configs/scenarios/two-villages.toml");
    let loaded = load_scenario(path, &[], &|path| std::fs::read_to_string(path))?;
    let setting = Arc::new(loaded.setting);
    let scenario = setting.scenario();

    // The same seed and replication give the same session, on any machine.
    let mut table = PlainLoop::new(Arc::clone(&setting));
    let (session, result) = table.run(&Seeds::new(MasterSeed(1)), Replication(0));

    println!("{} offers", Event::count_offers(session.events()));
    println!(
        "{} in round {}",
        result.ending.name(),
        result.ending.round()
    );
    if let Some(outcome) = result.ending.agreement() {
        for issue in scenario.space.issues() {
            let option = scenario.option_label(outcome, issue);
            println!("  {}: {option}", scenario.issue(issue).label);
        }
    }
    for (party, report) in scenario.parties.iter().zip(&result.parties) {
        println!(
            "{} has a utility of {}",
            party.label,
            report.utility().get()
        );
    }
    Ok(())
}
