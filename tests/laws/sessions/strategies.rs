//! Strategies at the table: sessions about a pie of eight slices, worked out by hand.

use std::fmt::Write as _;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::Arc;

use demarche::config::{Diagnostics, Experiment, Overrides, load_experiment};
use demarche::domain::{Outcome, Utility};
use demarche::negotiation::SessionResult;
use demarche::protocol::Ending;
use demarche::randomness::{MasterSeed, Seeds};
use demarche::report::recorded_page;
use demarche::run::{
    InterruptedRun, Observer, ReopenError, RunOptions, RunRequest, RunResults, RunSpec, execute,
    resume,
};
use demarche::search::Audiences;
use demarche::strategy::{
    AcceptanceCondition, AcceptanceKind, LowestOffer, OfferingKind, OfferingRule, OwnSide,
    Parameter, Strategies, Turn,
};
use tempfile::TempDir;

use crate::sessions::violations::batch;
use crate::support::worlds::{in_a_plain_loop, setting_of};

const SLICES: u32 = 8;
/// So the relative time in round r is r eighths.
const DEADLINE: u32 = 7;
const ALTERNATING: &str = "alternating_offers";
const VOTE: &str = "proposal_and_vote";

/// A scenario in which option k leaves k eighths to `a` and the rest to `b`.
fn pie(protocol: &str, strategies: [&str; 2]) -> String {
    let list = |of: &dyn Fn(u32) -> String| (0..=SLICES).map(of).collect::<Vec<_>>().join(", ");
    let options = list(&|it| format!("{{ id = \"k{it}\", label = \"{it} for a\" }}"));
    let mut text = format!(
        "schema = 1\nname = \"pie\"\ntitle = \"A pie\"\nkind = \"synthetic\"\n\
         [[issue]]\nid = \"pie\"\nlabel = \"Pie\"\noptions = [{options}]\n"
    );
    for (name, strategy) in ["a", "b"].into_iter().zip(strategies) {
        let slices = |it: u32| f64::from(if name == "a" { it } else { SLICES - it });
        let utilities = list(&|it| format!("k{it} = {:?}", slices(it) / f64::from(SLICES)));
        let _ = writeln!(
            text,
            "[[party]]\nid = \"{name}\"\nlabel = \"{name}\"\nreservation_value = 0.0\n\
             strategy = [{{ p = 1.0, {strategy} }}]\n\
             [[party.preference]]\nissue = \"pie\"\nweight = 1.0\nutility = {{ {utilities} }}"
        );
    }
    let _ = writeln!(text, "[protocol.{protocol}]\ndeadline_rounds = {DEADLINE}");
    // So that what is demanded is a whole number of eighths.
    text.push_str("relative_time = \"genius\"\n");
    text
}

/// Checks in which round they agree on how many slices for `a`, if they do.
#[track_caller]
fn check(protocol: &str, strategies: [&str; 2], expected: Option<(u32, usize)>) {
    let setting = setting_of(&pie(protocol, strategies));
    let sessions = in_a_plain_loop(&setting, &Seeds::new(MasterSeed(1)), 1);
    let ending = &sessions[0].1.ending;
    let found = match ending {
        Ending::Agreement { round, outcome, .. } => {
            let scenario = setting.scenario();
            let issue = scenario.space.issues().next().expect("there is one");
            Some((*round, scenario.space.option(*outcome, issue).idx()))
        }
        Ending::Deadline { .. } | Ending::Walkout { .. } | Ending::Forfeit { .. } => None,
    };
    assert_eq!(found, expected, "{protocol}, {strategies:?}: {ending:?}");
}

#[track_caller]
fn check_both(strategies: [&str; 2], expected: Option<(u32, usize)>) {
    for protocol in [ALTERNATING, VOTE] {
        check(protocol, strategies, expected);
    }
}

const LINEAR: &str = "time_dependent = { concession_exponent = 1.0 }";

#[test]
fn who_waits_for_the_time_takes_anything_then() {
    let late = "tough = {}, accept = { time = { after = 0.5 } }";
    check_both(["tough = {}", late], Some((4, 8)));
    check_both(["tough = {}", "tough = {}"], None);
}

#[test]
fn two_that_walk_their_rankings_meet_in_the_middle() {
    check_both(["micro = {}", "micro = {}"], Some((5, 4)));
}

#[test]
fn nobody_moves_for_one_that_does_not() {
    check_both(["tit_for_tat = {}", "tit_for_tat = {}"], None);
    check_both(["tit_for_tat = {}", "tough = {}"], None);
    check_both(["tough = {}", "micro = {}"], None);
}

#[test]
fn tit_for_tat_gives_way_as_far_as_the_other() {
    check_both([LINEAR, "tit_for_tat = {}"], Some((5, 3)));
    // Who answers with nothing gets what the other gives way on its own.
    let deaf = "tit_for_tat = { reciprocity = 0.0 }, accept = { constant = { at_least = 0.75 } }";
    check_both([LINEAR, deaf], Some((6, 2)));
}

#[test]
fn an_offer_is_held_against_the_next_or_the_previous_own_one() {
    let next = format!("{LINEAR}, accept = {{ next = {{}} }}");
    check_both([&next, &next], Some((4, 4)));
    let generous = format!("{LINEAR}, accept = {{ next = {{ adds = 0.25 }} }}");
    check_both([LINEAR, &generous], Some((3, 5)));
    // The first round's own offer is the first that can be the previous one.
    let previous = format!("{LINEAR}, accept = {{ previous = {{}} }}");
    check(ALTERNATING, [&previous, &previous], Some((5, 4)));
    check(VOTE, [&previous, &previous], Some((4, 4)));
}

#[test]
fn late_the_best_so_far_will_do() {
    let combined =
        |after| format!("tough = {{}}, accept = {{ combined = {{ after = {after:?} }} }}");
    check_both([LINEAR, &combined(0.5)], Some((4, 4)));
    check_both([LINEAR, &combined(0.75)], Some((6, 2)));
}

// ---- Strategies that are not built in.

/// Demands a share of its best utility, from the first round to the last.
#[derive(Debug)]
struct FixedShare {
    share: f64,
}

impl OfferingRule for FixedShare {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        turn.situation.best_utility.times(self.share)
    }
}

static FIXED_SHARE: OfferingKind = OfferingKind {
    name: "fixed_share",
    about: "demands a share of its best utility",
    parameters: &[Parameter {
        name: "share",
        about: "the share",
        min: 0.0,
        max: 1.0,
        words: &[("half", 0.5)],
        default: None,
    }],
    audiences: Audiences::Alike,
    lowest_offer: LowestOffer::Any,
    start: |numbers, _| Box::new(FixedShare { share: numbers[0] }),
};

/// Says yes to anything from a round on.
#[derive(Debug)]
struct Patient {
    from_round: f64,
}

impl AcceptanceCondition for Patient {
    fn accepts(&mut self, _: Outcome, own: &mut OwnSide<'_, '_>) -> bool {
        f64::from(own.situation().round) >= self.from_round
    }
}

static PATIENT: AcceptanceKind = AcceptanceKind {
    name: "patient",
    about: "says yes to anything from a round on",
    parameters: &[Parameter {
        name: "from_round",
        about: "the round",
        min: 1.0,
        max: 100.0,
        words: &[],
        default: Some(2.0),
    }],
    start: |numbers| {
        Box::new(Patient {
            from_round: numbers[0],
        })
    },
};

/// The two strategies above beside those built in.
fn own_strategies() -> Strategies {
    Strategies::built_in()
        .with_offering(&FIXED_SHARE)
        .with_acceptance(&PATIENT)
}

/// A pie whose file can name the two strategies above.
fn load_with_own(strategies: [&str; 2]) -> Result<Experiment, Diagnostics> {
    let text = pie(VOTE, strategies);
    let overrides = Overrides {
        strategies: own_strategies(),
        ..Overrides::default()
    };
    load_experiment(Path::new("pie.toml"), &overrides, &|_| Ok(text.clone()))
}

#[test]
fn a_file_names_strategies_that_the_caller_adds() {
    let own = "fixed_share = { share = \"half\" }";
    let patient = "tough = {}, accept = { patient = { from_round = 3 } }";
    let experiment = load_with_own([own, patient]).unwrap();
    let setting = Arc::new(experiment.scenario.setting);
    let results = batch(&setting, 20, 2);
    assert_eq!(results.len(), 20);
    let agreed = |it: &SessionResult| {
        let agreement = it.ending.agreement()?;
        let space = &setting.scenario().space;
        let issue = space.issues().next()?;
        Some((it.ending.round(), space.option(agreement, issue).idx()))
    };
    assert!(results.iter().all(|it| agreed(it) == Some((3, 4))));
}

/// Leaves a run once its sessions are over, as a kill would.
struct Killed;

impl Observer for Killed {
    fn sessions_ended(&mut self) {
        resume_unwind(Box::new("killed"));
    }
}

#[test]
fn a_run_with_strategies_that_the_caller_adds_is_written_and_resumed() {
    let own = "fixed_share = { share = \"half\" }";
    let text = pie(VOTE, [own, "tough = {}, accept = { patient = {} }"]);
    let read_file = |_: &Path| Ok(text.clone());
    let request = RunRequest {
        sessions: Some(20),
        strategies: own_strategies(),
        ..RunRequest::batch("pie.toml")
    };
    let spec = RunSpec::load(request, &read_file, &mut ()).unwrap();
    let folder = TempDir::new().unwrap();
    let [whole, cut] = ["whole", "cut"].map(|it| folder.path().join(it));
    let options = RunOptions::default();
    let finished = execute(&spec, &whole, &options, &mut ()).unwrap();
    assert_eq!(finished.endings, [20, 0, 0, 0]);
    let killed = || execute(&spec, &cut, &options, &mut Killed);
    catch_unwind(AssertUnwindSafe(killed)).unwrap_err();

    let stopped = || InterruptedRun::open(&cut).unwrap();
    let without = stopped().load(&read_file, &mut ()).unwrap_err();
    assert!(matches!(without, ReopenError::Spec(_)), "{without:?}");
    let run = stopped()
        .naming(own_strategies())
        .load(&read_file, &mut ())
        .unwrap();
    let (_, finished) = resume(run, &options, &mut ()).unwrap();
    assert_eq!(finished.endings, [20, 0, 0, 0]);
    for table in ["sessions.csv", "parties.csv", "summary.csv"] {
        let [one, other] = [&whole, &cut].map(|it| fs::read(it.join(table)).unwrap());
        assert!(one == other, "{table}");
    }

    let RunResults { manifest, .. } = finished.results.expect("it is no shard");
    let directory = &finished.directory;
    assert!(recorded_page(directory, &manifest, &Strategies::default()).is_err());
    recorded_page(directory, &manifest, &own_strategies()).expect("they can be named again");
}

#[test]
fn a_name_that_is_nearly_one_that_the_caller_adds_is_reported_with_it() {
    for (strategy, hint) in [
        ("fixed_shore = { share = 0.5 }", "`fixed_share`"),
        ("tough = {}, accept = { patent = {} }", "`patient`"),
        ("togh = {}", "`tough`"),
        ("fixed_share = { shore = 0.5 }", "`share`"),
    ] {
        let message = load_with_own([strategy, "tough = {}"])
            .unwrap_err()
            .to_string();
        assert!(message.contains(hint), "{strategy}:\n{message}");
    }
    let unknown = load_with_own(["tough = {}", "p2 = {}"])
        .unwrap_err()
        .to_string();
    assert!(unknown.contains("p2"), "{unknown}");
}
