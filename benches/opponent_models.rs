//! How well opponent models guess: the rank correlation of estimated and true utilities of all
//! outcomes, after some rounds of sessions whose preferences are drawn anew each time.
//!
//! `cargo bench --bench opponent_models` prints a line per model, protocol, kind of issues and
//! number of rounds: the mean over the sessions that lasted so long, and how many did.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use demarche::config::load_scenario;
use demarche::domain::{Outcome, PartyId};
use demarche::negotiation::{PlainLoop, PreferenceDraw, Setting};
use demarche::protocol::Event;
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::stats::sensitivity::spearman;
use demarche::strategy::opponent_model::{BayesianModel, FrequencyModel, OpponentModel};

const SESSIONS: u64 = 200;
const ROUNDS: [u32; 3] = [5, 20, 80];
const PARTIES: usize = 3;
const ISSUES: usize = 5;
const OPTIONS: usize = 4;

/// Whether the values of an ordinal issue's options rise and fall, or those of a nominal one are
/// anything.
#[derive(Clone, Copy, Debug)]
enum Issues {
    Peaked,
    Nominal,
}

impl Issues {
    fn scale(self) -> &'static str {
        match self {
            Self::Peaked => "ordinal",
            Self::Nominal => "nominal",
        }
    }

    /// What a party makes of an option, as a file writes it.
    fn utility(self, party: usize, issue: usize, option: usize) -> String {
        let anything = "{ uniform = { min = 0.0, max = 1.0 } }";
        match self {
            Self::Nominal => anything.to_owned(),
            Self::Peaked => {
                let peak = (party + issue) % OPTIONS;
                let far = peak.max(OPTIONS - 1 - peak);
                let tenths = 10 - 10 * option.abs_diff(peak) / far;
                format!("{}.{}", tenths / 10, tenths % 10)
            }
        }
    }
}

fn scenario_text(protocol: &str, issues: Issues) -> String {
    let mut text =
        "schema = 1\nname = \"guessing\"\ntitle = \"Guessing\"\nkind = \"synthetic\"\n".to_owned();
    let list = |of: &dyn Fn(usize) -> String| (0..OPTIONS).map(of).collect::<Vec<_>>().join(", ");
    for issue in 0..ISSUES {
        let options = list(&|it| format!("{{ id = \"o{it}\", label = \"o{it}\" }}"));
        let scale = issues.scale();
        let _ = writeln!(
            text,
            "[[issue]]\nid = \"i{issue}\"\nlabel = \"i{issue}\"\nscale = \"{scale}\"\noptions = [{options}]"
        );
    }
    for party in 0..PARTIES {
        let _ = writeln!(
            text,
            "[[party]]\nid = \"p{party}\"\nlabel = \"p{party}\"\nreservation_value = 0.5\n\
             strategy = [{{ p = 1.0, trade_off = {{ concession_exponent = 0.5 }} }}]"
        );
        for issue in 0..ISSUES {
            let utility = list(&|it| format!("o{it} = {}", issues.utility(party, issue, it)));
            let _ = writeln!(
                text,
                "[[party.preference]]\nissue = \"i{issue}\"\n\
                 weight = {{ uniform = {{ min = 0.1, max = 1.0 }} }}\nutility = {{ {utility} }}"
            );
        }
    }
    let _ = writeln!(text, "[protocol.{protocol}]\ndeadline_rounds = 100");
    text
}

/// The rank correlation of one party's true and estimated utilities of all outcomes.
fn correlation(model: &dyn OpponentModel, party: PartyId, truth: &PreferenceDraw) -> Option<f64> {
    let estimate = model.estimate(party);
    let preferences = truth.preferences();
    let outcomes: Vec<Outcome> = preferences.space().outcomes().collect();
    let true_ones: Vec<f64> = (outcomes.iter())
        .map(|it| preferences.utility(*it).get())
        .collect();
    let estimated: Vec<f64> = outcomes.iter().map(|it| estimate.utility(*it)).collect();
    spearman(&true_ones, &estimated).map(|it| it.coefficient)
}

/// Hears the events of a session up to a round.
fn listen(model: &mut dyn OpponentModel, events: &[Event], setting: &Setting, rounds: u32) {
    for event in events.iter().take_while(|it| it.round() <= rounds) {
        model.observe(event, setting.rules().relative_time(event.round()));
    }
}

fn measure(report: &mut String, protocol: &str, issues: Issues) {
    let text = scenario_text(protocol, issues);
    let loaded = load_scenario(
        Path::new("guessing.toml"),
        &[],
        &|_: &Path| Ok(text.clone()),
    );
    let setting = Arc::new(loaded.expect("the scenario is right").setting);
    let rules = Arc::clone(setting.rules());
    let seeds = Seeds::new(MasterSeed(1));
    let mut table = PlainLoop::new(Arc::clone(&setting));
    let party = PartyId::new(0);
    let mut truth = PreferenceDraw::new(Arc::clone(&setting), party);
    let mut found = [(); ROUNDS.len()].map(|()| [Vec::new(), Vec::new()]);
    for replication in (0..SESSIONS).map(Replication) {
        truth.draw(&seeds, replication);
        let (session, _) = table.run(&seeds, replication);
        let last = session.events().last().map_or(0, Event::round);
        for (rounds, found) in ROUNDS.iter().zip(&mut found) {
            if last < *rounds {
                continue;
            }
            let mut models: [Box<dyn OpponentModel>; 2] = [
                Box::new(FrequencyModel::new(&rules.space, PARTIES)),
                Box::new(BayesianModel::new(&rules.space, &rules.scales, PARTIES)),
            ];
            for (model, found) in models.iter_mut().zip(found) {
                listen(&mut **model, session.events(), &setting, *rounds);
                found.extend(correlation(&**model, party, &truth));
            }
        }
    }
    for (rounds, found) in ROUNDS.iter().zip(found) {
        for (name, found) in ["frequency", "Bayesian"].iter().zip(found) {
            let n = u32::try_from(found.len()).expect("some hundred sessions");
            let mean = found.iter().sum::<f64>() / f64::from(n.max(1));
            let _ = writeln!(
                report,
                "{name:10} {protocol:18} {issues:7?} after {rounds:3} rounds: {mean:6.3} of {n} sessions"
            );
        }
    }
}

#[expect(clippy::print_stdout, reason = "a bench talks to whoever started it")]
fn main() {
    let mut report = String::new();
    for protocol in ["proposal_and_vote", "alternating_offers"] {
        for issues in [Issues::Peaked, Issues::Nominal] {
            measure(&mut report, protocol, issues);
        }
    }
    print!("{report}");
}
