//! Bargaining theory: solvers against closed forms, and parties that play what theory says.
//!
//! The closed forms are not part of the project: without their folder these tests have nothing to
//! do, and say so.

use std::fmt::Write as _;
use std::fs;

use demarche::domain::PartyId;
use demarche::protocol::{Ending, Event};
use demarche::randomness::{MasterSeed, Seeds};
use demarche::solution::{
    BargainingGame, LegislativeBargaining, PowerShift, UltimatumUnderThreat, adjusted_winner,
    rubinstein_share,
};
use serde_json::Value;

use crate::support::reference_data::reference_data;
use crate::support::worlds::{in_a_plain_loop, setting_of};

const TOLERANCE: f64 = 1e-9;

/// What the closed forms say of a topic; nothing without them.
fn vectors(topic: &str) -> Option<Value> {
    let path = reference_data("bargaining/vectors.json")?;
    let text = fs::read_to_string(path).expect("the closed forms can be read");
    let all: Value = serde_json::from_str(&text).expect("the closed forms are JSON");
    Some(all[topic].clone())
}

/// The cases of a topic; none without the closed forms.
fn cases(topic: &str) -> Vec<Value> {
    vectors(topic).map_or_else(Vec::new, |it| {
        it["cases"].as_array().expect("a list of cases").clone()
    })
}

fn number(case: &Value, name: &str) -> f64 {
    case[name].as_f64().expect("a number")
}

fn whole(case: &Value, name: &str) -> u32 {
    let number = case[name].as_u64().expect("a whole number");
    u32::try_from(number).expect("a small number")
}

fn discount_factors(case: &Value) -> [f64; 2] {
    ["d1", "d2"].map(|it| number(case, it))
}

#[track_caller]
fn check(found: f64, expected: f64) {
    let is_met = (found - expected).abs() <= TOLERANCE;
    assert!(is_met, "{found} instead of {expected}");
}

// ---- Solvers.

#[test]
fn without_a_last_period_the_split_is_rubinsteins() {
    for case in cases("rubinstein_infinite") {
        let factors = discount_factors(&case);
        check(rubinstein_share(factors), number(&case, "x1"));
        let game = BargainingGame::without_outside_options(factors);
        check(game.first_share(4000), number(&case, "x1"));
        check(game.first_share(4001), number(&case, "x1"));
    }
}

#[test]
fn with_a_last_period_the_split_is_that_of_backward_induction() {
    for case in cases("alternating_offers_deadline") {
        let game = BargainingGame::without_outside_options(discount_factors(&case));
        check(game.first_share(whole(&case, "T")), number(&case, "x1"));
    }
}

#[test]
fn an_outside_option_is_worth_what_it_beats() {
    for case in cases("outside_option") {
        let game = BargainingGame {
            discount_factors: [number(&case, "d"); 2],
            outside_options: [0.0, number(&case, "w2")],
        };
        check(1.0 - game.first_share(1000), number(&case, "responder"));
    }
}

#[test]
fn legislatures_of_equals_divide_as_baron_and_ferejohn_say() {
    for case in cases("baron_ferejohn_closed") {
        let n_parties = whole(&case, "n");
        let game = LegislativeBargaining {
            recognition: vec![1.0 / f64::from(n_parties); n_parties as usize],
            quota: whole(&case, "q") as usize,
            discount_factor: number(&case, "d"),
        };
        let shares = game.equilibrium().expect("equals settle at once");
        for party in 0..game.recognition.len() {
            check(shares.proposer[party], number(&case, "proposer"));
            check(shares.partner[party], number(&case, "partner"));
            check(shares.values[party], 1.0 / f64::from(n_parties));
        }
    }
}

#[test]
fn a_demand_under_threat_is_fearons() {
    let Some(vector) = vectors("fearon") else {
        return;
    };
    let game = UltimatumUnderThreat {
        win_probability: 0.5,
        own_cost: 0.1,
        others_cost_max: 0.4,
    };
    check(game.best_demand(), number(&vector, "demand"));
    check(game.fight_probability(), number(&vector, "p_war"));
    let [low, high] = game.bargaining_range(0.2);
    check(low, 0.4);
    check(high, 0.7);
}

#[test]
fn a_power_shift_is_fought_over_as_powell_says() {
    for case in cases("powell_two_period") {
        let [now, later, discount_factor, decliners_cost] =
            [0, 1, 2, 3].map(|it| case[it].as_f64().expect("a number"));
        let game = PowerShift {
            win_probabilities: [now, later],
            discount_factor,
            decliners_cost,
        };
        assert_eq!(Some(game.is_fought_over()), case[4].as_bool());
    }
}

#[test]
fn the_adjusted_winner_of_camp_david_is_the_published_one() {
    let Some(vector) = vectors("adjusted_winner_camp_david") else {
        return;
    };
    let list = |name: &str| -> Vec<f64> {
        let points = vector[name].as_array().expect("a list");
        let points = points.iter().map(|it| it.as_f64().expect("a number"));
        points.collect()
    };
    let found = adjusted_winner(&list("israel"), &list("egypt"));
    for (points, expected) in found.points.iter().zip(list("final")) {
        check(*points, expected);
    }
    let shares = [1.0 / 6.0, 1.0, 1.0, 1.0, 0.0, 1.0];
    for (share, expected) in found.first_shares.iter().zip(shares) {
        check(*share, expected);
    }
}

// ---- Parties that play it.

const HEAD: &str = "schema = 1\nname = \"pie\"\ntitle = \"A pie\"\nkind = \"synthetic\"\n";

/// Steps into which the pie is cut for two.
const STEPS: u32 = 1000;

/// Two who divide a pie by offers in turn, both of whom play the equilibrium.
fn pie_for_two(protocol: &str, discount_factors: [f64; 2], deadline_rounds: u32) -> String {
    let list = |entry: &dyn Fn(u32) -> String| -> String {
        let entries: Vec<String> = (0..=STEPS).map(entry).collect();
        entries.join(", ")
    };
    let options = list(&|it| format!("{{ id = \"s{it}\", label = \"{it}\" }}"));
    let mut text = format!("{HEAD}[[issue]]\nid = \"share\"\nlabel = \"Share\"\n");
    let _ = writeln!(text, "scale = \"ordinal\"\noptions = [{options}]");
    for party in 0..2 {
        let [own, others] = [party, 1 - party].map(|it| discount_factors[it]);
        let utilities = list(&|it| {
            let steps = if party == 0 { it } else { STEPS - it };
            format!("s{it} = {:?}", f64::from(steps) / f64::from(STEPS))
        });
        let _ = writeln!(
            text,
            "[[party]]\nid = \"p{party}\"\nlabel = \"P\"\nreservation_value = 0.0\n\
             preference = [{{ issue = \"share\", weight = 1.0, utility = {{ {utilities} }} }}]\n\
             strategy = [{{ p = 1.0, equilibrium = {{ own_discount_factor = {own:?}, others_discount_factor = {others:?} }} }}]"
        );
    }
    let _ = writeln!(
        text,
        "[protocol.{protocol}]\ndeadline_rounds = {deadline_rounds}"
    );
    text
}

/// Plays one session; the first party's share must be that of theory but for a step.
#[track_caller]
fn check_session(protocol: &str, discount_factors: [f64; 2], deadline_rounds: u32, expected: f64) {
    let setting = setting_of(&pie_for_two(protocol, discount_factors, deadline_rounds));
    let (session, result) = in_a_plain_loop(&setting, &Seeds::new(MasterSeed(1)), 1).remove(0);
    assert!(result.ending.agreement().is_some(), "{protocol}");
    assert_eq!(Event::count_offers(session.events()), 1, "nobody waits");
    let share = result.parties[0].utility().get();
    let step = 1.0 / f64::from(STEPS) + TOLERANCE;
    assert!((share - expected).abs() <= step, "{share} for {expected}");
}

#[test]
fn sessions_far_from_the_deadline_end_in_rubinsteins_split() {
    for case in cases("rubinstein_infinite") {
        let expected = number(&case, "x1");
        check_session(
            "alternating_offers",
            discount_factors(&case),
            2000,
            expected,
        );
    }
}

#[test]
fn sessions_with_a_deadline_end_in_the_split_of_backward_induction() {
    for case in cases("alternating_offers_deadline") {
        let (factors, expected) = (discount_factors(&case), number(&case, "x1"));
        let n_periods = whole(&case, "T");
        // Where an answer takes a turn, the last offer comes too late for one.
        check_session(
            "alternating_offers_by_turn",
            factors,
            n_periods + 1,
            expected,
        );
        if n_periods % 2 == 1 {
            check_session(
                "alternating_offers",
                factors,
                n_periods.div_ceil(2),
                expected,
            );
        } else {
            check_session("proposal_and_vote", factors, n_periods / 2, expected);
        }
    }
}

#[test]
fn an_answer_to_the_last_offer_of_all_is_yes() {
    let text = pie_for_two("proposal_and_vote", [0.9, 0.8], 1);
    // The first takes the second for impatient and demands too much.
    let mistaken = crate::support::worlds::replaced(
        &text,
        "others_discount_factor = 0.8",
        "others_discount_factor = 0.1",
    );
    let seeds = Seeds::new(MasterSeed(1));
    let (session, result) = in_a_plain_loop(&setting_of(&mistaken), &seeds, 1).remove(0);
    assert_eq!(Event::count_offers(session.events()), 2);
    let shares = result.parties.iter().map(|it| it.utility().get());
    assert_eq!(shares.collect::<Vec<_>>(), [0.0, 1.0]);
}

/// Parties who divide units by vote, all of whom play the equilibrium.
fn units_for_many(n_parties: u32, quota: u32, n_units: u32, discount_factor: f64) -> String {
    let list = |entry: &dyn Fn(u32) -> String| -> String {
        let entries: Vec<String> = (0..n_parties).map(entry).collect();
        entries.join(", ")
    };
    let options = list(&|it| format!("{{ id = \"p{it}\", label = \"{it}\" }}"));
    let mut text = HEAD.to_owned();
    for unit in 0..n_units {
        let _ = writeln!(
            text,
            "[[issue]]\nid = \"u{unit}\"\nlabel = \"Unit\"\noptions = [{options}]"
        );
    }
    for party in 0..n_parties {
        let utilities = list(&|it| format!("p{it} = {:?}", f64::from(u8::from(it == party))));
        let preferences: Vec<String> = (0..n_units)
            .map(|it| format!("{{ issue = \"u{it}\", weight = 1.0, utility = {{ {utilities} }} }}"))
            .collect();
        let _ = writeln!(
            text,
            "[[party]]\nid = \"p{party}\"\nlabel = \"P\"\nreservation_value = 0.0\ndiscount_factor = {discount_factor:?}\n\
             preference = [{}]\n\
             strategy = [{{ p = 1.0, equilibrium = {{ own_discount_factor = {discount_factor:?}, others_discount_factor = {discount_factor:?} }} }}]",
            preferences.join(", ")
        );
    }
    let _ = writeln!(
        text,
        "[[consent]]\nquota = {quota}\n[protocol.random_proposer]\ndeadline_rounds = 50"
    );
    text
}

#[test]
fn sessions_of_legislatures_end_in_the_shares_of_baron_and_ferejohn() {
    const SESSIONS: u32 = 600;
    let divisible = [(3, 2, 1.0, 3), (3, 2, 0.8, 15), (5, 3, 1.0, 5)];
    for case in cases("baron_ferejohn_closed") {
        let (n_parties, quota) = (whole(&case, "n"), whole(&case, "q"));
        let discount_factor = number(&case, "d");
        let Some((.., n_units)) = divisible.into_iter().find(|it| {
            (it.0, it.1) == (n_parties, quota) && (it.2 - discount_factor).abs() < TOLERANCE
        }) else {
            continue;
        };
        let text = units_for_many(n_parties, quota, n_units, discount_factor);
        let mut sums = vec![0.0; n_parties as usize];
        let seeds = Seeds::new(MasterSeed(1));
        for (_, result) in in_a_plain_loop(&setting_of(&text), &seeds, SESSIONS.into()) {
            let Ending::Agreement {
                round: 1,
                proposer: Some(proposer),
                ..
            } = result.ending
            else {
                panic!("{:?} is no agreement in round 1", result.ending);
            };
            let mut n_partners = 0;
            for (idx, report) in result.parties.iter().enumerate() {
                let share = report.utility().get();
                sums[idx] += share;
                if PartyId::new(idx) == proposer {
                    check(share, number(&case, "proposer"));
                } else if share > 0.0 {
                    check(share, number(&case, "partner"));
                    n_partners += 1;
                }
            }
            assert_eq!(n_partners, quota - 1);
        }
        for sum in sums {
            let mean = sum / f64::from(SESSIONS);
            // Four standard errors of a share's mean are 0.06 at most.
            assert!((mean - 1.0 / f64::from(n_parties)).abs() < 0.06, "{mean}");
        }
    }
}

// ---- Discounting.

#[test]
fn a_later_agreement_is_worth_less_to_whoever_is_impatient() {
    let text = include_str!("../../../configs/scenarios/two-villages.toml");
    let line = "reservation_value = 0.4\n";
    let impatient =
        crate::support::worlds::replaced(text, line, &format!("{line}discount_factor = 0.5\n"));
    let seeds = Seeds::new(MasterSeed(1));
    let patient = in_a_plain_loop(&setting_of(text), &seeds, 50);
    let impatient = in_a_plain_loop(&setting_of(&impatient), &seeds, 50);
    for ((session, before), (other, after)) in patient.iter().zip(&impatient) {
        assert_eq!(session.events(), other.events(), "nobody acts otherwise");
        assert_eq!(before.parties[1], after.parties[1]);
        let halvings = before.ending.round() - 1;
        let [old, new] = [before, after].map(|it| &it.parties[0]);
        for (old, new) in [
            (old.utility(), new.utility()),
            (old.reservation_value, new.reservation_value),
        ] {
            assert_eq!(new.units(), old.units() >> halvings);
        }
    }
}
