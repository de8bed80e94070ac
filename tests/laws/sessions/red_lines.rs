//! Red lines: how often they are real, and that one that cannot be real is as good as none.

use std::path::Path;
use std::sync::Arc;

use demarche::config::load_scenario;
use demarche::domain::{Distribution, PartyId};
use demarche::negotiation::{PreferenceDraw, SessionResult, Setting};
use demarche::protocol::Session;
use demarche::randomness::{MasterSeed, Replication, Seeds};

use crate::support::worlds::{RandomChoices, in_a_plain_loop, scenario_text, setting_of};

fn seeds() -> Seeds {
    Seeds::new(MasterSeed(11))
}

/// Random scenarios of which some party has a red line, as lines of text.
fn texts() -> impl Iterator<Item = String> {
    let texts = (0..300).map(|it| scenario_text(&mut RandomChoices::new("red lines", it)));
    texts.filter(|it| it.contains("[[party.red_line]]"))
}

/// The text with every red line's probability replaced.
fn with_probability(text: &str, probability: &str) -> String {
    let lines = text.lines().map(|it| {
        if it.starts_with("probability = ") {
            format!("probability = {probability}\n")
        } else {
            format!("{it}\n")
        }
    });
    lines.collect()
}

/// The text without its red lines, each of which has five lines.
fn without_red_lines(text: &str) -> String {
    let mut lines = text.lines();
    let mut rest = String::new();
    while let Some(line) = lines.next() {
        if line == "[[party.red_line]]" {
            lines.nth(3);
        } else {
            rest.push_str(line);
            rest.push('\n');
        }
    }
    rest
}

fn sessions(setting: &Arc<Setting>) -> Vec<(Session, SessionResult)> {
    in_a_plain_loop(setting, &seeds(), 4)
}

#[track_caller]
fn check_same(one: &Arc<Setting>, other: &Arc<Setting>, text: &str) {
    for ((session, result), (other, other_result)) in sessions(one).iter().zip(sessions(other)) {
        assert_eq!(session.events(), other.events(), "{text}");
        assert_eq!(*result, other_result, "{text}");
    }
}

#[test]
fn a_red_line_of_probability_0_is_as_good_as_none() {
    let mut n_texts = 0;
    for text in texts() {
        let never = setting_of(&with_probability(&text, "0.0"));
        let none = setting_of(&without_red_lines(&text));
        assert!(
            none.scenario()
                .parties
                .iter()
                .all(|it| it.preferences.red_lines.is_empty())
        );
        check_same(&never, &none, &text);
        n_texts += 1;
    }
    assert!(n_texts > 100, "{n_texts} have a red line");
}

/// In which of so many replications each party's first red line is real.
fn are_real(setting: &Arc<Setting>) -> Vec<Vec<bool>> {
    let parties = setting.scenario().party_ids();
    let of_party = |party: PartyId| -> Vec<bool> {
        let mut draw = PreferenceDraw::new(Arc::clone(setting), party);
        let replications = (0..2000).map(Replication);
        replications
            .map(|it| draw.draw(&seeds(), it).real_red_lines().next().is_some())
            .collect()
    };
    parties.map(of_party).collect()
}

#[test]
fn a_red_line_is_real_as_often_as_its_probability_says_and_more_often_under_a_greater_one() {
    for text in texts().take(8) {
        let [less, more, always] =
            ["0.3", "0.6", "1.0"].map(|it| are_real(&setting_of(&with_probability(&text, it))));
        let setting = setting_of(&text);
        for (idx, party) in setting.scenario().parties.iter().enumerate() {
            let n_real = |it: &Vec<Vec<bool>>| it[idx].iter().filter(|it| **it).count();
            if party.preferences.red_lines.is_empty() {
                assert_eq!(n_real(&always), 0);
                continue;
            }
            // Four standard deviations.
            assert!(n_real(&less).abs_diff(600) < 82, "{}", n_real(&less));
            assert!(n_real(&more).abs_diff(1200) < 88, "{}", n_real(&more));
            assert_eq!(n_real(&always), 2000);
            let mut pairs = less[idx].iter().zip(&more[idx]);
            assert!(pairs.all(|(less, more)| less <= more));
        }
    }
}

#[test]
fn a_red_line_that_could_not_be_real_can_be_made_so() {
    for text in texts() {
        let mut setting = (*setting_of(&with_probability(&text, "0.0"))).clone();
        let probabilities: Vec<_> = (setting.numbered())
            .filter(|it| it.1.path.contains(".red_line."))
            .map(|it| it.0)
            .collect();
        let constant = Distribution::constant(0.7).expect("a number");
        for it in &probabilities {
            setting = setting.with_distribution(*it, constant.clone());
        }
        let expected = setting_of(&with_probability(&text, "0.7"));
        check_same(&Arc::new(setting), &expected, &text);

        let setting = (*setting_of(&with_probability(&text, "0.0"))).clone();
        let [only] = probabilities[..] else {
            continue;
        };
        check_same(&Arc::new(setting.with_shift(only, 0.7)), &expected, &text);
    }
}

#[test]
fn a_party_for_which_every_outcome_is_across_a_red_line_leaves() {
    let text = include_str!("../../../configs/scenarios/two-villages.toml");
    let line = "[[party.red_line]]\nid = \"all\"\nlabel = \"Everything\"\nprobability = 1.0\n";
    let setting = setting_of(text);
    let issue = &setting.scenario().issues[0];
    let options: Vec<String> = (issue.options.iter())
        .map(|it| format!("{:?}", it.name))
        .collect();
    let when = format!("when = {{ {} = [{}] }}\n", issue.name, options.join(", "));
    let place = text
        .find("[[party.strategy]]")
        .expect("the first party has one");
    let text = format!("{}{line}{when}\n{}", &text[..place], &text[place..]);
    let setting = setting_of(&text);
    for (_, result) in sessions(&setting) {
        assert_eq!(result.ending.name(), "walkout");
        assert_eq!(result.parties[0].best_utility, None);
    }
}

#[test]
fn a_probability_is_set_by_its_path() {
    for text in texts().take(30) {
        let paths = setting_of(&text);
        let paths = paths.numbers().filter(|it| it.path.contains(".red_line."));
        let settings: Vec<String> = paths.map(|it| format!("{}=0.25", it.path)).collect();
        let read_file = |_: &Path| Ok(text.clone());
        let loaded = load_scenario(Path::new("random.toml"), &settings, &read_file);
        let loaded = loaded.expect("the path leads to the number").setting;
        let expected = setting_of(&with_probability(&text, "0.25"));
        check_same(&Arc::new(loaded), &expected, &text);
    }
}
