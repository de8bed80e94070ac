//! Protocol, rounds, consent and strategies say where they come from, and draw nothing by it.

use std::path::Path;

use demarche::config::load_scenario;
use demarche::domain::Basis;
use demarche::negotiation::Setting;
use demarche::randomness::{MasterSeed, Seeds};

use crate::support::worlds::{in_a_plain_loop, replaced, setting_of};

const BASE: &str = include_str!("diagnostics/base.toml");

/// The base scenario with a source for everything that is a rule.
fn sourced() -> String {
    let rules = replaced(
        BASE,
        "[protocol.proposal_and_vote]\ndeadline_rounds = 5",
        r#"[[consent]]
party = "east"
basis = "reported"
source = ["letters"]
[[consent]]
quota = 2
basis = "assumed"
note = "nobody is outvoted"
[protocol.proposal_and_vote]
deadline_rounds = { constant = 5, basis = "inferred", source = ["letters"], note = "a letter a day" }
relative_time = "to_deadline"
basis = "assumed"
note = "they write to each other""#,
    );
    replaced(
        &rules,
        "{ p = 1.0, random_offer = {} }",
        r#"{ p = 0.5, random_offer = {}, basis = "assumed", note = "who knows" },
  { p = { constant = 0.5, basis = "inferred", source = ["letters"], note = "often" }, boulware = {} }"#,
    )
    .replace(
        "boulware = {}",
        "time_dependent = { concession_exponent = \"boulware\" }, basis = \"reported\", source = [\"letters\"]",
    )
}

/// Path, basis, sources and note of every rule.
fn rules(setting: &Setting) -> Vec<(&str, Option<&str>, String, &str)> {
    let rules = setting.sourced_rules().iter();
    let rules = rules.map(|it| {
        let provenance = &it.provenance;
        let note = provenance.note.as_deref().unwrap_or_default();
        let basis = provenance.basis.map(Basis::name);
        (it.path.as_str(), basis, provenance.sources.join(" "), note)
    });
    rules.collect()
}

#[test]
fn every_rule_has_its_own_origin_or_that_of_its_table() {
    let setting = setting_of(&sourced());
    let rounds = "protocol.proposal_and_vote.deadline_rounds";
    let time = "protocol.proposal_and_vote.relative_time";
    let [assumed, inferred, reported] = ["assumed", "inferred", "reported"].map(Some);
    let letters = || "letters".to_owned();
    let none = String::new;
    let protocol_note = "they write to each other";
    let expected = [
        ("protocol.proposal_and_vote", assumed, none(), protocol_note),
        (rounds, inferred, letters(), "a letter a day"),
        (time, assumed, none(), protocol_note),
        ("consent.0", reported, letters(), ""),
        ("consent.1", assumed, none(), "nobody is outvoted"),
        ("party.east.strategy.0", None, none(), ""),
        ("party.west.strategy.0", assumed, none(), "who knows"),
        ("party.west.strategy.0.p", assumed, none(), "who knows"),
        ("party.west.strategy.1", reported, letters(), ""),
        ("party.west.strategy.1.p", inferred, letters(), "often"),
    ];
    assert_eq!(rules(&setting), expected);
    // The numbers of a strategy without a basis of their own have that of their table.
    let path = "party.west.strategy.1.time_dependent.concession_exponent";
    let number = setting.numbers().find(|it| it.path == path).unwrap();
    assert_eq!(number.provenance.basis, Some(Basis::Reported));
}

#[test]
fn what_files_leave_out_is_assumed() {
    let assumed = Some("assumed");
    let expected = [
        ("protocol.proposal_and_vote", None, ""),
        ("protocol.proposal_and_vote.deadline_rounds", None, ""),
        (
            "protocol.proposal_and_vote.relative_time",
            assumed,
            "the default",
        ),
        ("consent", assumed, "the default"),
        ("party.east.strategy.0", None, ""),
        ("party.west.strategy.0", None, ""),
    ];
    let setting = setting_of(BASE);
    let found = rules(&setting).into_iter();
    let found: Vec<_> = found
        .map(|(path, basis, _, note)| (path, basis, note))
        .collect();
    assert_eq!(found, expected);
    // Under this protocol there is no other rule of consent.
    let alternating = BASE.replace("proposal_and_vote", "alternating_offers");
    let setting = setting_of(&alternating);
    assert!(rules(&setting).iter().all(|it| it.0 != "consent"));
}

#[test]
fn origins_change_no_session() {
    let with = setting_of(&sourced());
    let text = sourced();
    let lines = text.lines().filter(|it| {
        !["basis", "source =", "note"]
            .iter()
            .any(|key| it.starts_with(key))
    });
    let plain = lines.collect::<Vec<&str>>().join("\n");
    let plain = plain
        .replace(r#"{ constant = 5, basis = "inferred", source = ["letters"], note = "a letter a day" }"#, "5")
        .replace(r#"{ constant = 0.5, basis = "inferred", source = ["letters"], note = "often" }"#, "0.5")
        .replace(r#", basis = "assumed", note = "who knows""#, "")
        .replace(r#", basis = "reported", source = ["letters"]"#, "");
    assert!(!plain.contains("basis"), "{plain}");
    let plain = setting_of(&plain);
    let seeds = Seeds::new(MasterSeed(7));
    let sessions = |setting| {
        let sessions = in_a_plain_loop(setting, &seeds, 50).into_iter();
        let sessions = sessions.map(|(session, result)| (session.events().to_vec(), result));
        sessions.collect::<Vec<_>>()
    };
    assert_eq!(sessions(&with), sessions(&plain));
}

#[test]
fn a_rule_that_is_set_is_assumed() {
    let text = sourced();
    let read_file = |_: &Path| Ok(text.clone());
    let settings = [
        "protocol.proposal_and_vote.deadline_rounds=9",
        "party.west.strategy.0.p=0.25",
        "party.west.strategy.1.p.constant=0.75",
        "consent.1.note=\"as in the statutes\"",
    ];
    let settings = settings.map(str::to_owned);
    let loaded = load_scenario(Path::new("scenario.toml"), &settings, &read_file)
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let setting = loaded.setting;
    assert_eq!(setting.rules().deadline_rounds, 9);
    let rules = rules(&setting);
    let found = |path: &str| rules.iter().find(|it| it.0 == path).unwrap();
    let rounds = found("protocol.proposal_and_vote.deadline_rounds");
    assert_eq!((rounds.1, rounds.3), (Some("assumed"), "set for this run"));
    let p = found("party.west.strategy.0.p");
    assert_eq!((p.1, p.3), (Some("assumed"), "set for this run"));
    // Only the number was set, in a table that says where it comes from.
    assert_eq!(found("party.west.strategy.1.p").1, Some("inferred"));
    assert_eq!(found("consent.1").3, "as in the statutes");
    assert_eq!(
        setting.set_numbers(),
        [
            "protocol.proposal_and_vote.deadline_rounds",
            "party.west.strategy.0.p"
        ]
    );
}

#[test]
fn a_file_that_extends_another_keeps_the_origins_of_what_it_keeps() {
    let base = sourced();
    let text = "schema = 1\nname = \"next\"\ntitle = \"Next\"\nextends = \"base.toml\"\n\
                [protocol.random_proposer]\ndeadline_rounds = 7\nbasis = \"assumed\"\n";
    let read_file = |path: &Path| {
        Ok(match path.to_str() {
            Some("base.toml") => base.clone(),
            _ => text.to_owned(),
        })
    };
    let loaded = load_scenario(Path::new("next.toml"), &[], &read_file)
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let rules = rules(&loaded.setting);
    assert_eq!(
        rules[0],
        (
            "protocol.random_proposer",
            Some("assumed"),
            String::new(),
            ""
        )
    );
    assert_eq!(rules[1].1, Some("assumed"));
    assert!(
        rules
            .iter()
            .any(|it| it.0 == "consent.0" && it.1 == Some("reported"))
    );
}
