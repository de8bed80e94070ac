//! Theory held against sessions: two who divide a pie by offers in turn (Rubinstein), where both
//! follow the equilibrium.
//!
//! `cargo run --example games`
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use demarche::config::load_scenario;
use demarche::negotiation::PlainLoop;
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::solution::{BargainingGame, rubinstein_share};

const DISCOUNT_FACTORS: [f64; 2] = [0.9, 0.8];
const ROUNDS: u32 = 100;

/// The pie in hundredths as a scenario file.
fn pie() -> String {
    let list = |entry: &dyn Fn(u32) -> String| (0..=100).map(entry).collect::<Vec<_>>().join(", ");
    let options = list(&|n| format!("{{ id = \"s{n}\", label = \"{n} %\" }}"));
    let mut text = format!(
        "schema = 1\nname = \"pie\"\ntitle = \"A pie\"\nkind = \"synthetic\"\n\
         [protocol.alternating_offers]\ndeadline_rounds = {ROUNDS}\n\
         [[issue]]\nid = \"share\"\nlabel = \"Share\"\noptions = [{options}]\n"
    );
    for party in [0, 1] {
        let [own, others] = [DISCOUNT_FACTORS[party], DISCOUNT_FACTORS[1 - party]];
        let percent = |n: u32| if party == 0 { n } else { 100 - n };
        let utilities = list(&|n| format!("s{n} = {:.2}", f64::from(percent(n)) / 100.0));
        let _ = write!(
            text,
            "[[party]]\nid = \"p{party}\"\nlabel = \"P\"\nreservation_value = 0.0\n\
             preference = [{{ issue = \"share\", weight = 1.0, utility = {{ {utilities} }} }}]\n\
             strategy = [{{ p = 1.0, equilibrium = {{ own_discount_factor = {own}, \
             others_discount_factor = {others} }} }}]\n"
        );
    }
    text
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let loaded = load_scenario(Path::new("pie.toml"), &[], &|_| Ok(pie()))?;
    let mut table = PlainLoop::new(Arc::new(loaded.setting));
    let (_, result) = table.run(&Seeds::new(MasterSeed(1)), Replication(0));
    let played = result.parties[0].utility().get();
    let game = BargainingGame::without_outside_options(DISCOUNT_FACTORS);
    println!(
        "played {played}, with a deadline {:.4}",
        game.first_share(2 * ROUNDS)
    );
    println!(
        "without a deadline {:.4}",
        rubinstein_share(DISCOUNT_FACTORS)
    );
    assert!((played - game.first_share(2 * ROUNDS)).abs() <= 0.01);
    Ok(())
}
