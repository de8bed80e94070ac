//! Value stability: pinned draws and sessions, and changes that leave other numbers unchanged.

use std::fmt::Write as _;
use std::sync::Arc;

use demarche::domain::{IssueId, OptionId, PartyId, Preferences};
use demarche::negotiation::{PlainLoop, PreferenceDraw, Setting};
use demarche::randomness::{MasterSeed, NameHash, Purpose, Replication, Seeds};

use crate::support::worlds::{TWO_VILLAGES, replaced, setting_of};

const SEED: MasterSeed = MasterSeed(20_250_815);

/// Each party's preferences of a replication, by name.
fn drawn(setting: &Arc<Setting>, party: &str, replication: u64) -> Preferences {
    let idx = setting
        .scenario()
        .parties
        .iter()
        .position(|it| it.name == party)
        .expect("the party is there");
    PreferenceDraw::new(Arc::clone(setting), PartyId::new(idx))
        .draw(&Seeds::new(SEED), Replication(replication))
        .clone()
}

// ---- Pinned values. A change here is a change of results: it belongs into the changelog.

#[test]
fn streams_give_the_numbers_they_always_gave() {
    let first_draws = |seed, replication, party, purpose, group: Option<&str>| {
        let seeds = Seeds::new(MasterSeed(seed));
        let mut stream = seeds.stream(Replication(replication), NameHash::of(party), purpose);
        if let Some(group) = group {
            stream.seek(NameHash::of(group));
        }
        format!("{:.15} {:.15}", stream.uniform(), stream.uniform())
    };
    let issue = Some("issue.well_hours");
    let actual = [
        first_draws(0, 0, "", Purpose::Preferences, None),
        first_draws(1, 0, "upper", Purpose::Preferences, None),
        first_draws(1, 0, "upper", Purpose::Preferences, issue),
        first_draws(1, 1, "upper", Purpose::Strategy, Some("choice")),
        first_draws(u64::MAX, u64::MAX, "lower", Purpose::Scenario, None),
        first_draws(u64::MAX, 2, "lower", Purpose::Protocol, None),
    ];
    let expected = [
        "0.770897574394044 0.993807365474963",
        "0.038370470494181 0.956511942372222",
        "0.701821753621060 0.988122158553007",
        "0.770921340610395 0.602522998323377",
        "0.678664012248574 0.836170493275611",
        "0.952410736620988 0.047403910917050",
    ];
    assert_eq!(actual, expected);
}

#[test]
fn whole_numbers_below_a_bound_are_those_they_always_were() {
    let seeds = Seeds::new(SEED);
    let mut stream = seeds.stream(Replication(7), NameHash::of("upper"), Purpose::Strategy);
    let actual: Vec<u64> = [1, 2, 6, 1000, u64::MAX]
        .map(|it| stream.below(it))
        .to_vec();
    assert_eq!(actual, [0, 1, 2, 807, 1_679_675_298_264_627_947]);
}

#[test]
fn the_two_villages_agree_on_what_they_always_agreed_on() {
    let setting = setting_of(TWO_VILLAGES);
    let scenario = setting.scenario();
    let mut plain_loop = PlainLoop::new(Arc::clone(&setting));
    let mut actual = String::new();
    for replication in 0..6 {
        let (_, result) = plain_loop.run(&Seeds::new(SEED), Replication(replication));
        let ending = &result.ending;
        let _ = write!(
            actual,
            "{replication}: {} in round {}:",
            ending.name(),
            ending.round()
        );
        for issue in scenario.space.issues() {
            if let Some(outcome) = ending.agreement() {
                let _ = write!(actual, " {}", scenario.option_name(outcome, issue));
            }
        }
        for party in &result.parties {
            let _ = write!(actual, " | {} {:.9}", party.strategy, party.utility().get());
        }
        actual.push('\n');
    }
    insta::assert_snapshot!(actual);
}

// ---- What moves nobody else's numbers.

/// A third village, ready to be put before or behind the others.
const MILL: &str = r#"
[[party]]
id = "mill"
label = "The mill"
reservation_value = { uniform = { min = 0.1, max = 0.2 } }
preference = [
  { issue = "well_hours", weight = 1.0, utility = { mornings = { uniform = { min = 0.0, max = 1.0 } }, shared = 0.5, evenings = 0.0 } },
  { issue = "upkeep", weight = 1.0, utility = { upper_pays = 0.0, halves = 0.5, lower_pays = 1.0 } },
  { issue = "second_rope", weight = 1.0, utility = { yes = 1.0, no = 0.0 } },
]
strategy = [{ p = 1.0, random_offer = {} }]
"#;

/// Two parties all of whose numbers are uncertain, but for the weights.
const UNCERTAIN: &str = r#"
schema = 1
name = "uncertain"
title = "All numbers are drawn"
kind = "synthetic"

[[issue]]
id = "a"
label = "A"
options = [{ id = "x", label = "X" }, { id = "y", label = "Y" }, { id = "z", label = "Z" }]

[[issue]]
id = "b"
label = "B"
options = [{ id = "x", label = "X" }, { id = "y", label = "Y" }]

[[party]]
id = "one"
label = "One"
reservation_value = { uniform = { min = 0.101, max = 0.2 } }
preference = [
  { issue = "a", weight = 1.0, utility = { x = { uniform = { min = 0.102, max = 1.0 } }, y = { uniform = { min = 0.103, max = 1.0 } }, z = { uniform = { min = 0.104, max = 1.0 } } } },
  { issue = "b", weight = 3.0, utility = { x = { uniform = { min = 0.105, max = 1.0 } }, y = { uniform = { min = 0.106, max = 1.0 } } } },
]
interaction = [
  { id = "k", when = { a = "x", b = "x" }, adds = { uniform = { min = 0.107, max = 0.2 } } },
  { id = "l", when = { a = "y" }, adds = { uniform = { min = 0.108, max = 0.2 } } },
]
strategy = [{ p = 1.0, random_offer = {} }]

[[party]]
id = "two"
label = "Two"
reservation_value = { uniform = { min = 0.201, max = 0.5 } }
preference = [
  { issue = "a", weight = 1.0, utility = { x = { uniform = { min = 0.202, max = 1.0 } }, y = 0.5, z = 0.0 } },
  { issue = "b", weight = 1.0, utility = { x = { uniform = { min = 0.205, max = 1.0 } }, y = 0.5 } },
]
strategy = [{ p = 0.5, random_offer = {} }, { p = 0.5, time_dependent = { concession_exponent = "linear" } }]

[protocol.proposal_and_vote]
deadline_rounds = 6
"#;

/// The numbers of one's draw in the order in which the text names them.
fn numbers(preferences: &Preferences) -> Vec<i64> {
    let space = preferences.space();
    let contributions = space
        .issues()
        .flat_map(|issue| space.options(issue).map(move |it| (issue, it)))
        .map(|(issue, option)| preferences.contribution(issue, option));
    std::iter::once(preferences.reservation_value().units())
        .chain(contributions)
        .chain(preferences.interactions().iter().map(|it| it.1))
        .collect()
}

#[test]
fn another_party_changes_nobodys_preferences_wherever_it_stands() {
    let before = setting_of(TWO_VILLAGES);
    let first = "[[party]]\nid = \"upper\"";
    let last = "[protocol.alternating_offers]";
    for place in [first, last] {
        let text = replaced(TWO_VILLAGES, place, &format!("{MILL}\n{place}"));
        let after = setting_of(&text);
        for replication in 0..50 {
            for party in ["upper", "lower"] {
                let same = drawn(&before, party, replication) == drawn(&after, party, replication);
                assert!(same, "{party} in replication {replication}");
            }
        }
    }
}

#[test]
fn another_party_with_no_say_changes_no_choice_of_strategies() {
    let choices = |text: &str, party: &str| -> Vec<usize> {
        let setting = setting_of(text);
        let parties = &setting.scenario().parties;
        let idx = parties
            .iter()
            .position(|it| it.name == party)
            .expect("the party is there");
        let mut plain_loop = PlainLoop::new(Arc::clone(&setting));
        (0..50)
            .map(|it| plain_loop.run(&Seeds::new(SEED), Replication(it)).1.parties[idx].strategy)
            .collect()
    };
    let place = "[[party]]\nid = \"upper\"";
    let text = replaced(TWO_VILLAGES, place, &format!("{MILL}\n{place}"));
    let before = choices(TWO_VILLAGES, "upper");
    assert!(before.contains(&0) && before.contains(&1));
    assert_eq!(choices(&text, "upper"), before);
    let other_strategy = replaced(
        TWO_VILLAGES,
        "time_dependent = { concession_exponent = \"linear\" }",
        "random_offer = {}",
    );
    assert_eq!(choices(&other_strategy, "upper"), before);
}

#[test]
fn another_issue_without_weight_changes_no_number_of_the_others() {
    let issue = "[[issue]]\nid = \"goats\"\nlabel = \"Goats\"\noptions = [{ id = \"in\", label = \"In\" }, { id = \"out\", label = \"Out\" }]\n\n";
    let utility = "{ in = { uniform = { min = 0.0, max = 1.0 } }, out = 0.5 }";
    let preference =
        format!("preference = [\n  {{ issue = \"goats\", weight = 0.0, utility = {utility} }},");
    let text = UNCERTAIN.replace("preference = [", &preference);
    let text = replaced(
        &text,
        "[[issue]]\nid = \"a\"",
        &format!("{issue}[[issue]]\nid = \"a\""),
    );
    let (before, after) = (setting_of(UNCERTAIN), setting_of(&text));
    for replication in 0..50 {
        for party in ["one", "two"] {
            let old = drawn(&before, party, replication);
            let new = drawn(&after, party, replication);
            assert_eq!(old.reservation_value(), new.reservation_value());
            let adds = |it: &Preferences| -> Vec<i64> {
                it.interactions().iter().map(|it| it.1).collect()
            };
            assert_eq!(adds(&old), adds(&new));
            for issue in old.space().issues() {
                for option in old.space().options(issue) {
                    let moved = IssueId::new(issue.idx() + 1);
                    assert_eq!(
                        old.contribution(issue, option),
                        new.contribution(moved, option)
                    );
                }
            }
            let goats = IssueId::new(0);
            assert_eq!(new.contribution(goats, OptionId::new(0)), 0);
        }
    }
}

#[test]
fn another_strategy_changes_nobodys_preferences() {
    let text = replaced(
        TWO_VILLAGES,
        "time_dependent = { concession_exponent = \"linear\" }",
        "trade_off = { concession_exponent = { uniform = { min = 0.5, max = 2.0 } } }",
    );
    let (before, after) = (setting_of(TWO_VILLAGES), setting_of(&text));
    for replication in 0..50 {
        for party in ["upper", "lower"] {
            assert_eq!(
                drawn(&before, party, replication),
                drawn(&after, party, replication)
            );
        }
    }
}

#[test]
fn a_number_made_certain_moves_no_other() {
    let before = setting_of(UNCERTAIN);
    // The reservation value, five utilities, two interactions: in the order of `numbers`.
    for (idx, start) in (101..=108).enumerate() {
        let from = UNCERTAIN
            .find(&format!("{{ uniform = {{ min = 0.{start}"))
            .expect("a number");
        let end = from + UNCERTAIN[from..].find("} }").expect("its end") + "} }".len();
        let text = format!("{}0.15{}", &UNCERTAIN[..from], &UNCERTAIN[end..]);
        let after = setting_of(&text);
        for replication in 0..20 {
            let old = numbers(&drawn(&before, "one", replication));
            let new = numbers(&drawn(&after, "one", replication));
            let moved: Vec<usize> = (0..old.len()).filter(|&it| old[it] != new[it]).collect();
            assert_eq!(moved, [idx], "in replication {replication}");
            let others = [&before, &after].map(|it| drawn(it, "two", replication));
            assert_eq!(others[0], others[1]);
        }
    }
}

#[test]
fn every_replication_and_every_seed_draws_anew() {
    let setting = setting_of(UNCERTAIN);
    let mut draw = PreferenceDraw::new(Arc::clone(&setting), PartyId::new(0));
    let mut seen: Vec<Vec<i64>> = Vec::new();
    for seed in 0..20 {
        for replication in 0..20 {
            let drawn = draw.draw(&Seeds::new(MasterSeed(seed)), Replication(replication));
            seen.push(numbers(drawn));
        }
    }
    for idx in 0..seen[0].len() {
        let distinct: std::collections::BTreeSet<i64> = seen.iter().map(|it| it[idx]).collect();
        assert_eq!(distinct.len(), seen.len(), "number {idx} comes twice");
    }
}
