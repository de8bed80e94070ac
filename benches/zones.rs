//! How long it takes to see what could be agreed on the flagship, per draw: whether a zone exists,
//! whether each claim holds, and which obstacles leave no zone. Ratios are taken within one run, to drawing
//! the preferences, all in turn, since machines are shared and noisy.
//!
//! `cargo bench --bench zones` prints a line per figure.

#[path = "support/clock.rs"]
mod clock;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use demarche::config::load_scenario;
use demarche::domain::Preferences;
use demarche::negotiation::{PreferenceDraw, Setting};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::solution::{Zone, holds, smallest_obstacle_sets, zone_of_possible_agreement};

use clock::{median, seconds, sized};

/// Rounds of measurement; the median of them is printed.
const ROUNDS: usize = 11;

fn main() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/scenarios/alaska-2025.toml");
    let loaded = load_scenario(&path, &[], &|it: &Path| std::fs::read_to_string(it));
    let setting = Arc::new(loaded.expect("the scenario is right").setting);
    let seeds = Seeds::new(MasterSeed(1));
    let n_draws = sized(1000);
    let mut parties: Vec<PreferenceDraw> = (setting.scenario().party_ids())
        .map(|it| PreferenceDraw::new(Arc::clone(&setting), it))
        .collect();
    let draws: Vec<Vec<Preferences>> = (0..n_draws)
        .map(|replication| draw(&mut parties, &seeds, replication))
        .collect();
    let tasks: [(&str, &mut dyn FnMut()); 4] = [
        ("drawing", &mut || {
            for replication in 0..n_draws {
                for it in &mut parties {
                    it.draw(&seeds, Replication(replication));
                }
            }
        }),
        ("zone", &mut || see_zones(&setting, &draws)),
        ("all claims", &mut || see_claims(&setting, &draws)),
        ("obstacles", &mut || see_obstacles(&setting, &draws)),
    ];
    say(&report(tasks, n_draws));
}

fn draw(parties: &mut [PreferenceDraw], seeds: &Seeds, replication: u64) -> Vec<Preferences> {
    let parties = parties.iter_mut();
    let drawn = parties.map(|it| it.draw(seeds, Replication(replication)).clone());
    drawn.collect()
}

fn see_zones(setting: &Setting, draws: &[Vec<Preferences>]) {
    let consent = &setting.rules().consent;
    let zones = draws
        .iter()
        .map(|it| zone_of_possible_agreement(it, consent));
    std::hint::black_box(zones.filter(|it| *it == Zone::Exists).count());
}

fn see_claims(setting: &Setting, draws: &[Vec<Preferences>]) {
    let scenario = setting.scenario();
    for claim in scenario.claims.iter() {
        let hold = (draws.iter()).filter(|it| holds(&claim.statement, it, &scenario.consent));
        std::hint::black_box(hold.count());
    }
}

/// Of draws without a zone.
fn see_obstacles(setting: &Setting, draws: &[Vec<Preferences>]) {
    let consent = &setting.rules().consent;
    for parties in draws {
        if zone_of_possible_agreement(parties, consent) == Zone::Empty {
            std::hint::black_box(smallest_obstacle_sets(parties, consent));
        }
    }
}

/// A line per task: microseconds a draw, and how many times what the first task takes.
#[expect(clippy::cast_precision_loss, reason = "some thousand draws")]
fn report(mut tasks: [(&str, &mut dyn FnMut()); 4], n_draws: u64) -> String {
    let mut of_rounds: Vec<[f64; 4]> = Vec::new();
    for _ in 0..ROUNDS {
        of_rounds.push(tasks.each_mut().map(|(_, work)| seconds(work)));
    }
    let mut report = String::new();
    for (place, (name, _)) in tasks.iter().enumerate() {
        let microseconds = of_rounds.iter().map(|it| it[place] * 1e6 / n_draws as f64);
        let ratios = of_rounds.iter().map(|it| it[place] / it[0]);
        let (each, ratio) = (median(microseconds.collect()), median(ratios.collect()));
        writeln!(report, "{name}: {each:.1} µs a draw, {ratio:.2} of drawing")
            .expect("a string takes all");
    }
    report
}

#[expect(clippy::print_stdout, reason = "a bench talks to whoever started it")]
fn say(text: &str) {
    print!("{text}");
}
