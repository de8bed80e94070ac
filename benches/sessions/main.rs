//! How fast sessions are: actors against the plain loop, that against a loop written out by hand,
//! set-up against negotiation, and how the cost grows with the outcome space. Ratios are taken within
//! one run, the sides in turn, since machines are shared and noisy.
//!
//! `cargo bench` prints a line per figure; `cargo bench -- drivers` only those of that name.
//! `SESSIONS_PER_CELL=1000 cargo bench -- sweep` is the full size of the sweep, which takes minutes;
//! `SMALL=1` is a trial of everything else.

mod by_hand;
#[path = "../support/clock.rs"]
mod clock;
mod parts;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use demarche::actors::assemble;
use demarche::config::load_scenario;
use demarche::experiment::SESSIONS_IN_FLIGHT;
use demarche::negotiation::{Negotiator, PlainLoop, Setting};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::run::{RunOptions, RunRequest, RunSpec, execute};

use by_hand::ByHand;
use clock::{median, seconds, sized};
use parts::{Hearing, InTurn, Messages};

/// Rounds of measurement; the median of them is printed.
const ROUNDS: usize = 11;

fn main() {
    let filter = std::env::args().skip(1).find(|it| !it.starts_with('-'));
    let is_wanted = |name: &str| filter.as_ref().is_none_or(|it| name.contains(it.as_str()));
    let mut report = String::new();
    if is_wanted("drivers") {
        drivers(&mut report);
    }
    if is_wanted("spaces") {
        spaces(&mut report);
    }
    if is_wanted("offers") {
        offers(&mut report);
    }
    if is_wanted("sweep") {
        sweep(&mut report);
    }
    say(&report);
}

#[expect(clippy::print_stdout, reason = "a bench talks to whoever started it")]
fn say(text: &str) {
    print!("{text}");
}

fn setting(path: &str) -> Arc<Setting> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let loaded = load_scenario(&path, &[], &|it: &Path| std::fs::read_to_string(it));
    Arc::new(loaded.expect("the scenario is right").setting)
}

#[expect(
    clippy::disallowed_methods,
    reason = "runs with several threads take wall time"
)]
fn wall_seconds(work: impl FnOnce()) -> f64 {
    let clock = Instant::now();
    work();
    clock.elapsed().max(Duration::from_nanos(1)).as_secs_f64()
}

/// One driver's seconds for a number of sessions.
type Driver<'a> = Box<dyn FnMut(u64) -> f64 + 'a>;

fn plain_loop<'a>(setting: &'a Arc<Setting>, seeds: &'a Seeds) -> Driver<'a> {
    let mut table = PlainLoop::new(Arc::clone(setting));
    Box::new(move |n| {
        seconds(|| {
            for replication in 0..n {
                table.run(seeds, Replication(replication));
            }
        })
    })
}

fn actors<'a>(setting: &'a Arc<Setting>, seeds: &'a Seeds, tables: usize) -> Driver<'a> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime without I/O");
    let (mut session_actor, parties) = assemble(setting, tables);
    for party in parties {
        runtime.spawn(party.run());
    }
    Box::new(move |n| {
        seconds(|| {
            let replications = (0..n).map(Replication);
            runtime
                .block_on(session_actor.negotiate(seeds, replications, |_, _| ()))
                .expect("no party fails");
        })
    })
}

fn set_up<'a>(setting: &'a Arc<Setting>, seeds: &'a Seeds) -> Driver<'a> {
    let mut negotiators: Vec<Negotiator> = setting
        .scenario()
        .party_ids()
        .map(|it| Negotiator::new(Arc::clone(setting), it))
        .collect();
    Box::new(move |n| {
        seconds(|| {
            for replication in 0..n {
                for it in &mut negotiators {
                    it.begin(seeds, Replication(replication));
                }
            }
        })
    })
}

/// What sessions cost under each driver, and written out by hand.
fn drivers(report: &mut String) {
    let flagship = setting("configs/scenarios/alaska-2025.toml");
    compare_drivers(report, "flagship", &flagship, &[], sized(150));
    let exponents = [0.25, 4.0, 0.25, 4.0, 0.25];
    let large = MadeUp {
        exponents: &exponents,
        n_issues: 7,
        n_options: 5,
        n_rounds: 100,
        reservation_value: 0.0,
    };
    let name = "5 parties, 78,125 outcomes";
    compare_drivers(report, name, &large.setting(), &exponents, sized(200));
    let small = MadeUp {
        exponents: &exponents[..2],
        n_issues: 3,
        n_options: 3,
        ..large
    };
    let name = "2 parties, 27 outcomes";
    compare_drivers(
        report,
        name,
        &small.setting(),
        small.exponents,
        sized(10_000),
    );
}

/// A line per driver; there is one by hand for a made-up scenario, whose exponents it takes.
fn compare_drivers(
    report: &mut String,
    name: &str,
    setting: &Arc<Setting>,
    exponents: &[f64],
    n_sessions: u64,
) {
    let seeds = Seeds::new(MasterSeed(1));
    let mut drivers: Vec<(String, Driver<'_>)> = vec![
        ("plain loop".to_owned(), plain_loop(setting, &seeds)),
        ("set-up alone".to_owned(), set_up(setting, &seeds)),
    ];
    if !exponents.is_empty() {
        check_by_hand(setting, exponents, &seeds, n_sessions);
        drivers.push(("by hand".to_owned(), by_hand(setting, exponents, &seeds)));
        drivers.push(hearing(setting, &seeds, n_sessions));
    }
    drivers.push(in_turn(setting, &seeds));
    drivers.push(messages(setting, &seeds, n_sessions));
    for tables in [1, SESSIONS_IN_FLIGHT, 64] {
        let name = format!("actors, {tables} in flight");
        drivers.push((name, actors(setting, &seeds, tables)));
    }
    let mut measured: Vec<Vec<f64>> = vec![Vec::new(); drivers.len()];
    for _ in 0..ROUNDS {
        for ((_, driver), times) in drivers.iter_mut().zip(&mut measured) {
            times.push(driver(n_sessions));
        }
    }
    let _ = writeln!(
        report,
        "{name}, {ROUNDS} rounds of {n_sessions} sessions, one thread"
    );
    for ((name, _), times) in drivers.iter().zip(&measured) {
        let ratios: Vec<f64> = times
            .iter()
            .zip(&measured[0])
            .map(|(mine, plain)| mine / plain)
            .collect();
        let each = median(times.clone()) / f64::from(u32::try_from(n_sessions).expect("few"));
        let (low, high) = range(ratios.iter().copied());
        let _ = writeln!(
            report,
            "  {name:<24} {:>9.2} µs each   {:>6.3} times the plain loop's time ({low:.3} to {high:.3})",
            each * 1e6,
            median(ratios)
        );
    }
}

fn by_hand<'a>(setting: &Arc<Setting>, exponents: &[f64], seeds: &'a Seeds) -> Driver<'a> {
    let mut table = ByHand::new(setting, exponents);
    Box::new(move |n| {
        seconds(|| {
            for replication in 0..n {
                std::hint::black_box(table.run(seeds, Replication(replication)));
            }
        })
    })
}

fn hearing<'a>(setting: &Arc<Setting>, seeds: &'a Seeds, n: u64) -> (String, Driver<'a>) {
    let mut parties = Hearing::new(setting, seeds, n);
    let name = "set-up, hearing, reports".to_owned();
    (name, Box::new(move |n| seconds(|| parties.run(seeds, n))))
}

fn in_turn<'a>(setting: &Arc<Setting>, seeds: &'a Seeds) -> (String, Driver<'a>) {
    let mut sessions = InTurn::new(setting, SESSIONS_IN_FLIGHT);
    let name = format!("{SESSIONS_IN_FLIGHT} sessions in turn");
    let driver = move |n| {
        seconds(|| {
            sessions.run(seeds, n);
        })
    };
    (name, Box::new(driver))
}

/// As many messages as the actors send for a number of sessions, whatever number is asked for later.
fn messages(setting: &Arc<Setting>, seeds: &Seeds, n: u64) -> (String, Driver<'static>) {
    let n_steps = InTurn::new(setting, SESSIONS_IN_FLIGHT).run(seeds, n);
    let n_parties = setting.scenario().party_ids().len();
    let mut messages = Messages::new(n_parties, SESSIONS_IN_FLIGHT);
    let name = "messages alone".to_owned();
    let driver = move |_| seconds(|| messages.run(n_steps));
    (name, Box::new(driver))
}

/// The sessions by hand end as those of the plain loop do.
fn check_by_hand(setting: &Arc<Setting>, exponents: &[f64], seeds: &Seeds, n_sessions: u64) {
    let mut plain_loop = PlainLoop::new(Arc::clone(setting));
    let mut by_hand = ByHand::new(setting, exponents);
    for replication in (0..n_sessions).map(Replication) {
        let (_, result) = plain_loop.run(seeds, replication);
        let expected = (result.ending.round(), result.ending.agreement());
        assert_eq!(by_hand.run(seeds, replication), expected, "{replication:?}");
    }
}

/// A synthetic scenario whose preferences are all drawn.
#[derive(Clone, Copy)]
struct MadeUp<'a> {
    /// For each party, how it concedes.
    exponents: &'a [f64],
    n_issues: usize,
    n_options: usize,
    n_rounds: u32,
    reservation_value: f64,
}

impl MadeUp<'_> {
    fn setting(&self) -> Arc<Setting> {
        let text = self.text();
        let loaded = load_scenario(Path::new("made-up.toml"), &[], &|_: &Path| Ok(text.clone()));
        Arc::new(loaded.expect("the scenario is right").setting)
    }

    fn text(&self) -> String {
        let mut text = format!(
            "schema = 1\nname = \"made-up\"\ntitle = \"made up\"\nkind = \"synthetic\"\n\
             [protocol.alternating_offers]\ndeadline_rounds = {}\n",
            self.n_rounds
        );
        let options: Vec<String> = (0..self.n_options)
            .map(|it| format!("{{ id = \"o{it}\", label = \"{it}\" }}"))
            .collect();
        for issue in 0..self.n_issues {
            let _ = writeln!(
                text,
                "[[issue]]\nid = \"i{issue}\"\nlabel = \"{issue}\"\noptions = [{}]",
                options.join(", ")
            );
        }
        let uniform = "{ uniform = { min = 0.0, max = 1.0 } }";
        let utilities: Vec<String> = (0..self.n_options)
            .map(|it| format!("o{it} = {uniform}"))
            .collect();
        for (party, exponent) in self.exponents.iter().enumerate() {
            let _ = writeln!(
                text,
                "[[party]]\nid = \"p{party}\"\nlabel = \"{party}\"\nreservation_value = {:?}\n\
                 strategy = [{{ p = 1.0, time_dependent = {{ concession_exponent = {exponent:?} }} }}]",
                self.reservation_value
            );
            for issue in 0..self.n_issues {
                let _ = writeln!(
                    text,
                    "[[party.preference]]\nissue = \"i{issue}\"\nweight = {uniform}\nutility = {{ {} }}",
                    utilities.join(", ")
                );
            }
        }
        text
    }
}

/// Rates over ever larger outcome spaces.
fn spaces(report: &mut String) {
    let seeds = Seeds::new(MasterSeed(1));
    let _ = writeln!(
        report,
        "spaces: two parties, plain loop, {ROUNDS} rounds; the square root of 100 is 10"
    );
    let mut last: Option<f64> = None;
    for (n_issues, sessions) in [(3, 4000), (5, 800), (7, 100), (9, 10)] {
        let made_up = MadeUp {
            exponents: &[1.0, 1.0],
            n_issues,
            n_options: 10,
            n_rounds: 20,
            reservation_value: 0.4,
        };
        let setting = made_up.setting();
        let sessions = sized(sessions);
        let mut driver = plain_loop(&setting, &seeds);
        let times: Vec<f64> = (0..ROUNDS).map(|_| driver(sessions)).collect();
        let each = median(times) / f64::from(u32::try_from(sessions).expect("few"));
        let growth = last.map_or_else(String::new, |it| {
            format!("   {:>5.1} times the one before", each / it)
        });
        let _ = writeln!(
            report,
            "  10^{n_issues} outcomes {:>10.0} sessions/s   {:>9.1} µs each{growth}",
            1.0 / each,
            each * 1e6
        );
        last = Some(each);
    }
}

/// What each strategy costs on the first flagship's preferences.
fn offers(report: &mut String) {
    let seeds = Seeds::new(MasterSeed(1));
    let strategies = [
        ("time_dependent = { concession_exponent = 0.5 }", 400),
        ("trade_off = { concession_exponent = 0.5 }", 400),
        ("random_offer = {}", 400),
        ("nice_tit_for_tat = {}", 20),
        ("expected_utility = {}", 20),
    ];
    let settings = strategies.map(|(strategy, _)| one_strategy(strategy));
    let mut drivers: Vec<Driver<'_>> = settings.iter().map(|it| plain_loop(it, &seeds)).collect();
    let mut measured: Vec<Vec<f64>> = vec![Vec::new(); drivers.len()];
    for _ in 0..ROUNDS {
        for ((driver, (_, full)), times) in drivers.iter_mut().zip(&strategies).zip(&mut measured) {
            let n_sessions = sized(*full);
            times.push(driver(n_sessions) / f64::from(u32::try_from(n_sessions).expect("few")));
        }
    }
    let _ = writeln!(
        report,
        "offers: the first flagship with one strategy for all, plain loop, {ROUNDS} rounds"
    );
    for ((strategy, _), times) in strategies.iter().zip(&measured) {
        let ratios = times
            .iter()
            .zip(&measured[0])
            .map(|(mine, first)| mine / first);
        let (low, high) = range(ratios.clone());
        let _ = writeln!(
            report,
            "  {strategy:<48} {:>9.2} µs each   {:>6.2} times the first's time ({low:.2} to {high:.2})",
            median(times.clone()) * 1e6,
            median(ratios.collect()),
        );
    }
}

/// The first flagship, all parties with one strategy.
fn one_strategy(strategy: &str) -> Arc<Setting> {
    let strategy = strategy.replace("0.5", "{ constant = 0.5, basis = \"assumed\" }");
    let change = format!("party.*.strategy=[{{ p = 1.0, {strategy} }}]");
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/scenarios/alaska-2025-first.toml");
    let loaded = load_scenario(&path, &[change], &|it: &Path| std::fs::read_to_string(it));
    Arc::new(loaded.expect("the scenario is right").setting)
}

/// The least and the greatest.
fn range(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| {
        (low.min(it), high.max(it))
    })
}

/// A run with all its tables, as `batch` and `sweep` do it, in seconds.
fn run_with_tables(spec: &RunSpec) -> f64 {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("run");
    wall_seconds(|| {
        let finished = execute(spec, &path, &RunOptions::default(), &mut ());
        finished.expect("tables can be written");
    })
}

/// The flagship, or an experiment with it that is only in memory.
fn flagship_spec(request: RunRequest, experiment: &str) -> RunSpec {
    let read_file = |path: &Path| {
        if path.ends_with("made-up.toml") {
            Ok(experiment.to_owned())
        } else {
            std::fs::read_to_string(path)
        }
    };
    let spec = RunSpec::load(request, &read_file, &mut ());
    spec.expect("the experiment is right")
}

/// What a grid of the flagship costs against one batch of as many sessions.
fn sweep(report: &mut String) {
    const CELLS: u64 = 100;
    let per_cell = std::env::var("SESSIONS_PER_CELL").map_or_else(
        |_| sized(50),
        |it| {
            it.parse()
                .expect("SESSIONS_PER_CELL is a number of sessions")
        },
    );
    let n_sessions = CELLS * per_cell;
    // The cells are equal, so that only cutting the work into cells can make a difference. Each has
    // random numbers of its own, so that both sides negotiate about equally many different
    // sessions.
    let rounds_in_file = vec!["20"; usize::try_from(CELLS).expect("few")].join(", ");
    let experiment = format!(
        "schema = 1\nname = \"made-up\"\nscenario = \"alaska-2025-first.toml\"\n\
         [sweep]\nseeds = \"independent\"\n\
         [[sweep.axis]]\npath = \"protocol.proposal_and_vote.deadline_rounds\"\nvalues = [{rounds_in_file}]\n"
    );
    let scenarios = concat!(env!("CARGO_MANIFEST_DIR"), "/configs/scenarios/");
    let request = RunRequest::sweep(&format!("{scenarios}made-up.toml"));
    let grid = flagship_spec(
        RunRequest {
            sessions: Some(per_cell),
            ..request
        },
        &experiment,
    );
    let request = RunRequest::batch(&format!("{scenarios}alaska-2025-first.toml"));
    let batch = flagship_spec(
        RunRequest {
            sessions: Some(n_sessions),
            ..request
        },
        &experiment,
    );
    let threads = RunOptions::default().threads;
    let (rounds, mut ratios) = (5, Vec::new());
    for _ in 0..rounds {
        let alone = run_with_tables(&batch);
        ratios.push(alone / run_with_tables(&grid));
    }
    let _ = writeln!(
        report,
        "sweep: {CELLS} cells of {per_cell} sessions run at {:.3} times the rate of a batch of {n_sessions} \
         ({rounds} rounds, {threads} threads)",
        median(ratios)
    );
}
