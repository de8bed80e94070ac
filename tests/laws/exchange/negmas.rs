//! The time-based negotiators of `NegMAS`, and `MiCRO`: offer by offer what that platform does.
//!
//! The scenarios are not part of the project: without their folder these tests have nothing to
//! do, and say so.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use demarche::actors::assemble;
use demarche::domain::{Number, Outcome, OutcomeSpace, Party, Scenario};
use demarche::interchange::Scaling;
use demarche::negotiation::{PlainLoop, Setting};
use demarche::protocol::{Ending, Event, ProtocolKind, Session};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::strategy::{ACCEPTANCE_CONDITIONS, OFFERING_RULES, OfferingKind, StrategySpec};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::exchange::interchange::{constant, divisor, import_with, load, scaled};
use crate::support::reference_data::reference_data;

/// Every so many runs are played by the actors too.
const RUNS_PER_RUN_BY_ACTORS: usize = 8;

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// A file of Python's, which knows numbers that JSON does not.
fn python_json(path: &Path) -> Option<Value> {
    let text = fs::read_to_string(path).ok()?;
    let text = ["NaN", "-Infinity", "Infinity"]
        .iter()
        .fold(text, |text, it| text.replace(it, "null"));
    Some(serde_json::from_str(&text).expect("the file is JSON"))
}

/// A scenario as the importer brings it in, and what 1 of the file's utilities is there.
fn imported(path: &Path, variant: &str) -> (Scenario, f64) {
    let bytes = fs::read(path).unwrap_or_else(|it| panic!("{}: {it}", path.display()));
    let scaling = match variant {
        "raw" => Scaling::Raw,
        "norm" => Scaling::Own,
        _ => panic!("{variant} is no known variant"),
    };
    let text = import_with(&[("scenario.json".to_owned(), bytes)], &scaled(scaling))
        .unwrap_or_else(|it| panic!("{}: {it}", path.display()))
        .text;
    let unit = 1.0 / divisor(&text);
    (load(&text).scenario().clone(), unit)
}

/// All utilities of a party from the greatest to the least, as floats in the file's order.
fn ranking(party: &Party) -> Vec<f64> {
    let mut res = vec![0.0];
    for issue in &party.preferences.issues {
        let weight = constant(&issue.weight);
        let values: Vec<f64> = issue.utilities.iter().map(constant).collect();
        let with = |sum: &f64| {
            values
                .iter()
                .map(|it| sum + weight * it)
                .collect::<Vec<f64>>()
        };
        res = res.iter().flat_map(with).collect();
    }
    res.sort_by(|a, b| b.total_cmp(a));
    res
}

fn rule(name: &str) -> &'static OfferingKind {
    let mut known = OFFERING_RULES.iter();
    known.find(|it| it.name == name).expect("a known rule")
}

/// What the letters for agents stand for.
fn strategy(agent: &str, unit: f64) -> StrategySpec {
    let (name, parameters) = match agent {
        "B" => ("negmas_time_based", vec![4.0, 1e-4, unit]),
        "L" => ("negmas_time_based", vec![1.0, 1e-4, unit]),
        "C" => ("negmas_time_based", vec![0.25, 1e-4, unit]),
        "aB" => ("negmas_time_based", vec![4.0, 1e-3, unit]),
        "aC" => ("negmas_time_based", vec![0.25, 1e-3, unit]),
        "a2" => ("negmas_time_based", vec![2.0, 1e-3, unit]),
        "M" => ("micro", Vec::new()),
        _ => panic!("{agent} is no known agent"),
    };
    StrategySpec {
        p: 1.0,
        offering: rule(name),
        offering_numbers: parameters
            .iter()
            .map(|it| Number::constant("", *it))
            .collect(),
        acceptance: ACCEPTANCE_CONDITIONS[0],
        acceptance_numbers: Vec::new(),
    }
}

fn options(space: &OutcomeSpace, outcome: Outcome) -> Vec<usize> {
    let issues = space.issues();
    issues.map(|it| space.option(outcome, it).idx()).collect()
}

/// The record of a session; for some, the reference has no offers.
#[derive(PartialEq, Debug)]
struct Told {
    agreement: Option<Vec<usize>>,
    n_rounds: u64,
    offers: Option<(u64, String)>,
}

impl Told {
    fn by_reference(run: &Value, deadline: u64) -> Self {
        let position = |it: &Value| usize::try_from(it.as_u64().expect("a position"));
        let agreement = run["agreement"].as_array().map(|it| {
            let positions: Result<Vec<usize>, _> = it.iter().map(position).collect();
            positions.expect("small numbers")
        });
        // At the deadline the last step is counted, or the one that did not come.
        let last = run["end_step"].as_u64().expect("a count");
        let n_offers = run.get("n_offers").and_then(Value::as_u64);
        let trace_sha = run.get("trace_sha").and_then(Value::as_str);
        Self {
            agreement,
            n_rounds: (last + 1).min(deadline),
            offers: n_offers.zip(trace_sha.map(str::to_owned)),
        }
    }

    fn by_session(session: &Session) -> Self {
        let space = &session.rules().space;
        let mut trace = String::new();
        for event in session.events() {
            if let Event::Offered {
                round,
                proposer,
                offer,
            } = *event
            {
                let separator = if trace.is_empty() { "" } else { ";" };
                let _ = write!(trace, "{separator}{},{},", round - 1, proposer.idx());
                let options = options(space, offer);
                let texts: Vec<String> = options.iter().map(usize::to_string).collect();
                trace += &texts.join(".");
            }
        }
        let hash = Sha256::digest(trace.as_bytes());
        let trace_sha = hash[..8].iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let n_offers = u64::from(Event::count_offers(session.events()));
        let ending = session.ending().expect("the session has ended");
        assert!(!matches!(
            ending,
            Ending::Walkout { .. } | Ending::Forfeit { .. }
        ));
        Self {
            agreement: ending.agreement().map(|it| options(space, it)),
            n_rounds: u64::from(ending.round()),
            offers: Some((n_offers, trace_sha)),
        }
    }
}
fn play_by_actors(setting: &Arc<Setting>, seeds: &Seeds) -> Session {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime without I/O");
    let (mut session_actor, parties) = assemble(setting, 1);
    for it in parties {
        runtime.spawn(it.run());
    }
    let mut test_session = None;
    let done = |session, _| test_session = Some(session);
    runtime
        .block_on(session_actor.negotiate(seeds, [Replication(0)], done))
        .expect("no party fails");
    test_session.expect("the session was played")
}

#[test]
#[expect(clippy::print_stdout, reason = "a test prints what it did")]
fn sessions_are_those_of_negmas_offer_by_offer() {
    let Some(folder) = reference_data("negmas") else {
        return;
    };
    let reference = python_json(&folder.join("reference.json")).expect("there are runs of NegMAS");
    let deadline = reference["n_steps"].as_u64().expect("a count");
    let deadline = u32::try_from(deadline).expect("a small number");
    let seeds = Seeds::new(MasterSeed(1));
    let mut n_runs = 0;
    let mut n_tied = 0;
    let mut wrong = Vec::new();
    for (name, variants) in reference["scenarios"]
        .as_object()
        .expect("scenarios by name")
    {
        let path = folder.join("scenarios").join(name).join("scenario.json");
        for (variant, runs) in variants.as_object().expect("variants by name") {
            let (scenario, unit) = imported(&path, variant);
            for run in list(&runs["runs"]) {
                let rendered = match run.get("stable_ties") {
                    Some(it) => it,
                    None if scenario.parties.iter().any(|it| has_ties(it)) => {
                        n_tied += 1;
                        continue;
                    }
                    None => &run["unstable_ties"],
                };
                let protocol = if run["one_offer_per_step"] == true {
                    ProtocolKind::AlternatingOffersByTurn
                } else {
                    ProtocolKind::AlternatingOffers
                };
                let strategies = list(&run["agents"])
                    .iter()
                    .map(|it| vec![strategy(it.as_str().expect("a name"), unit)])
                    .collect();
                let setting = Setting::new(scenario.clone(), protocol, deadline, strategies);
                let setting = Arc::new(setting.expect("a setting"));
                let (session, _) = PlainLoop::new(Arc::clone(&setting)).run(&seeds, Replication(0));
                if n_runs % RUNS_PER_RUN_BY_ACTORS == 0 {
                    let acted = play_by_actors(&setting, &seeds);
                    assert_eq!(session.events(), acted.events());
                }
                n_runs += 1;
                let expected = Told::by_reference(rendered, u64::from(deadline));
                let mut found = Told::by_session(&session);
                if expected.offers.is_none() {
                    found.offers = None;
                }
                if found != expected {
                    let agents = &run["agents"];
                    wrong.push(format!(
                        "{name} {variant} {agents}: {found:?}, {expected:?}"
                    ));
                }
            }
        }
    }
    let n_right = n_runs - wrong.len();
    println!("{n_right} of {n_runs} runs are those of NegMAS; {n_tied} with ties left out");
    assert!(n_runs > 0, "there are runs");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn has_ties(party: &Party) -> bool {
    let ranking = ranking(party);
    ranking.windows(2).any(|it| it[0].total_cmp(&it[1]).is_eq())
}
