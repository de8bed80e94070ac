//! A strategy of one's own, which scenario files can then name.
//!
//! `cargo run --example own_strategy`
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use demarche::config::{Overrides, load_experiment};
use demarche::domain::Utility;
use demarche::negotiation::PlainLoop;
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::search::Audiences;
use demarche::strategy::{LowestOffer, OfferingKind, OfferingRule, Parameter, Strategies, Turn};

/// Demands the same share of its best utility from the first round to the last.
#[derive(Debug)]
struct Insistent(f64);

impl OfferingRule for Insistent {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        let own = turn.situation.preferences.reservation_value();
        own.max(turn.situation.best_utility.times(self.0))
    }
}

static INSISTENT: OfferingKind = OfferingKind {
    name: "insistent",
    about: "demands the same share of its best utility throughout",
    parameters: &[Parameter {
        name: "share",
        about: "how much of its best utility",
        min: 0.0,
        max: 1.0,
        words: &[],
        default: Some(0.5),
    }],
    audiences: Audiences::Alike,
    lowest_offer: LowestOffer::Any,
    start: |numbers, _| Box::new(Insistent(numbers[0])),
};

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let overrides = Overrides {
        settings: vec!["party.upper.strategy=[{ p = 1.0, insistent = { share = 0.5 } }]".into()],
        strategies: Strategies::built_in().with_offering(&INSISTENT),
        ..Overrides::default()
    };
    let path = Path::new("configs/scenarios/two-villages.toml");
    let loaded = load_experiment(path, &overrides, &|path| std::fs::read_to_string(path))?;
    let mut table = PlainLoop::new(Arc::new(loaded.scenario.setting));
    let (_, result) = table.run(&Seeds::new(MasterSeed(1)), Replication(0));
    let ending = result.ending;
    println!("{} in round {}", ending.name(), ending.round());
    Ok(())
}
