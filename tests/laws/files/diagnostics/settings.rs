//! Settings and experiments that are wrong, on a valid scenario.

use std::path::Path;

use demarche::config::{Overrides, load_experiment, load_scenario};
use demarche::domain::{Basis, Distribution, Scale};

use super::{BASE, check_files, check_message, reading};
use crate::support::worlds::replaced;

const EXPERIMENT: &str = "schema = 1\nname = \"e\"\nscenario = \"../base.toml\"\n";

/// The message for the base scenario under a setting.
#[track_caller]
fn check_setting(name: &str, setting: &str) {
    check_files(name, &[("scenario.toml", BASE)], &[setting]);
}

/// The message for an experiment on the base scenario.
#[track_caller]
fn check_experiment(name: &str, text: &str) {
    check_experiment_on(name, text, BASE, &Overrides::default());
}

/// The message for an experiment on a scenario, as the command line changes it.
#[track_caller]
fn check_experiment_on(name: &str, text: &str, scenario: &str, overrides: &Overrides) {
    let files = [
        ("experiments/e.toml", text),
        ("experiments/../base.toml", scenario),
    ];
    let path = Path::new(files[0].0);
    let diagnostics =
        load_experiment(path, overrides, &reading(&files)).expect_err("the experiment is wrong");
    check_message(name, &diagnostics.to_string());
}

#[test]
fn the_experiment_without_mistakes_has_none() {
    let files = [("e.toml", EXPERIMENT), ("../base.toml", BASE)];
    load_experiment(Path::new("e.toml"), &Overrides::default(), &reading(&files)).unwrap();
}

#[test]
fn an_experiment_can_set_numbers() {
    let text = format!("{EXPERIMENT}\n[set]\n\"party.east.reservation_value\" = 0.5\n");
    let files = [("e.toml", text.as_str()), ("../base.toml", BASE)];
    let loaded = load_experiment(Path::new("e.toml"), &Overrides::default(), &reading(&files));
    let experiment = loaded.unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let scenario = experiment.scenario.setting.scenario();
    let number = &scenario.parties[0].preferences.reservation_value;
    assert_eq!(number.distribution, Distribution::constant(0.5).unwrap());
    assert_eq!(number.provenance.basis, Some(Basis::Assumed));
}

#[test]
fn a_setting_can_be_of_all_parties() {
    let settings = [
        "party.*.reservation_value=0.5",
        "party.*.strategy=[{ p = 1.0, random_offer = {} }]",
        "party.west.reservation_value=0.25",
        "party.*.preference.*.weight=1",
        "issue.*.scale=\"ordinal\"",
    ];
    let settings = settings.map(str::to_owned);
    let files = [("scenario.toml", BASE)];
    let loaded = load_scenario(Path::new("scenario.toml"), &settings, &reading(&files));
    let loaded = loaded.unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let scenario = loaded.setting.scenario();
    let constant = |it: f64| Distribution::constant(it).unwrap();
    for (party, expected) in scenario.parties.iter().zip([0.5, 0.25]) {
        let number = &party.preferences.reservation_value;
        assert_eq!(number.distribution, constant(expected));
        assert_eq!(number.provenance.basis, Some(Basis::Assumed));
    }
    for party in scenario.party_ids() {
        let [strategy] = loaded.setting.strategies(party) else {
            panic!("one strategy each");
        };
        assert_eq!(strategy.offering.name, "random_offer");
    }
    assert!(scenario.issues.iter().all(|it| it.scale == Scale::Ordinal));
    let recorded = &loaded.resolved["party"];
    assert_eq!(recorded[0]["reservation_value"], 0.5);
    assert_eq!(recorded[1]["preference"][1]["weight"], 1);
}

#[test]
fn an_experiment_can_set_and_sweep_numbers_of_all_parties() {
    let text = format!(
        "{EXPERIMENT}\n[set]\n\"party.*.preference.*.weight\" = 2\n\n[[sweep.axis]]\n\
         path = \"party.*.reservation_value\"\nvalues = [0.1, 0.5]\n"
    );
    let files = [("e.toml", text.as_str()), ("../base.toml", BASE)];
    let loaded = load_experiment(Path::new("e.toml"), &Overrides::default(), &reading(&files));
    let experiment = loaded.unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let sweep = experiment.sweep.expect("there is an axis");
    assert_eq!(sweep.paths, ["party.*.reservation_value"]);
    for (setting, expected) in sweep.settings.iter().zip([0.1, 0.5]) {
        for party in &setting.scenario().parties {
            let number = &party.preferences.reservation_value;
            assert_eq!(
                number.distribution,
                Distribution::constant(expected).unwrap()
            );
        }
    }
}

#[test]
fn a_setting_that_is_none() {
    for (name, setting) in [
        ("setting_without_a_value", "party.east.reservation_value"),
        (
            "setting_of_an_unknown_party",
            "party.est.reservation_value=0.5",
        ),
        (
            "setting_of_an_unknown_key",
            "party.east.reservation_valu=0.5",
        ),
        ("setting_of_a_whole_party", "party.east=0.5"),
        ("setting_below_a_value", "title.deep=0.5"),
        (
            "setting_that_is_no_toml",
            "party.east.reservation_value=half",
        ),
        ("setting_out_of_range", "party.east.reservation_value=1.5"),
        ("setting_of_nothing", "=0.5"),
        (
            "setting_that_breaks_a_distribution",
            "party.west.reservation_value.uniform.max=0.1",
        ),
        (
            "setting_of_an_unknown_option",
            "party.east.preference.height.utility.hihg=0.5",
        ),
        ("setting_with_an_empty_part", "party..reservation_value=0.5"),
        ("setting_of_extends", "extends=\"other.toml\""),
        (
            "setting_of_a_second_protocol",
            "protocol.alternating_offers={ deadline_rounds = 3 }",
        ),
        (
            "setting_that_leaves_options_without_utility",
            "issue.height.options=[{ id = \"low\", label = \"Low\" }, { id = \"mid\", label = \"Mid\" }]",
        ),
        (
            "setting_of_an_unknown_root",
            "prty.east.reservation_value=0.5",
        ),
        (
            "setting_with_a_decimal_comma",
            "party.east.reservation_value=0,5",
        ),
        ("setting_in_percent", "party.east.reservation_value=35%"),
        ("setting_of_all_of_no_list", "party.*.leverage.*.by=1"),
        ("setting_of_all_of_an_unknown_root", "prty.*.label=1"),
        (
            "setting_of_all_that_one_lacks",
            "party.*.reservation_value.uniform.max=0.5",
        ),
        ("setting_of_all_whole_parties", "party.*=1"),
        ("setting_of_all_without_any", "claim.*.at_least=0.5"),
        ("setting_of_all_out_of_range", "party.*.reservation_value=2"),
        (
            "setting_of_all_of_no_tables",
            "protocol.*.deadline_rounds=3",
        ),
    ] {
        check_setting(name, setting);
    }
}

#[test]
fn an_experiment_that_is_none() {
    for (name, wrong) in [
        ("experiment_without_sessions", "sessions = 0\n"),
        ("experiment_with_negative_sessions", "sessions = -3\n"),
        ("experiment_with_a_negative_seed", "seed = -1\n"),
        ("experiment_with_a_seed_in_words", "seed = \"lucky\"\n"),
        ("experiment_with_a_seed_with_a_fraction", "seed = 1.5\n"),
        ("experiment_with_an_unknown_key", "session = 3\n"),
        (
            "experiment_with_a_wrong_setting",
            "[set]\n\"party.est.reservation_value\" = 0.5\n",
        ),
        (
            "experiment_with_a_setting_out_of_range",
            "[set]\n\"party.east.reservation_value\" = 5\n",
        ),
        (
            "experiment_with_a_setting_that_breaks_a_distribution",
            "[set]\n\"party.west.reservation_value.uniform.min\" = 0.5\n\"party.east.reservation_value\" = 0.4\n",
        ),
        ("experiment_that_is_no_toml", "seed = = 3\n"),
        (
            "experiment_with_a_bare_setting_of_all",
            "[set]\nparty.*.reservation_value = 0.5\n",
        ),
        (
            "experiment_with_a_bare_setting",
            "[set]\nparty.east.reservation_value = 0.5\n",
        ),
    ] {
        check_experiment(name, &format!("{EXPERIMENT}{wrong}"));
    }
    let missing = replaced(EXPERIMENT, "../base.toml", "../bse.toml");
    check_experiment("experiment_on_a_missing_scenario", &missing);
    let no_scenario = replaced(EXPERIMENT, "scenario = \"../base.toml\"\n", "");
    check_experiment("experiment_without_a_scenario", &no_scenario);
}

#[test]
fn an_experiment_that_never_knows_when_to_stop() {
    for (name, wrong) in [
        (
            "until_an_unknown_metric",
            "metric = \"agreement_rat\", half_width = 0.01, max_sessions = 500",
        ),
        (
            "until_without_a_width",
            "metric = \"agreement_rate\", max_sessions = 500",
        ),
        (
            "until_without_end",
            "metric = \"agreement_rate\", half_width = 0.01",
        ),
        (
            "until_no_session",
            "metric = \"agreement_rate\", half_width = 0.01, max_sessions = 0",
        ),
        (
            "until_nothing_is_left_open",
            "metric = \"agreement_rate\", half_width = 0.0, confidence = 1.0, max_sessions = 5",
        ),
        (
            "until_no_number",
            "metric = \"agreement_rate\", half_width = nan, confidence = -1, max_sessions = 5",
        ),
        (
            "until_a_figure_of_no_party",
            "metric = \"utility\", half_width = 0.01, max_sessions = 500",
        ),
        (
            "until_a_figure_of_an_unknown_party",
            "metric = \"utility\", party = \"esat\", half_width = 0.01, max_sessions = 500",
        ),
        (
            "until_a_figure_of_all_of_a_party",
            "metric = \"offers\", party = \"east\", half_width = 0.01, max_sessions = 500",
        ),
    ] {
        check_experiment(name, &format!("{EXPERIMENT}until = {{ {wrong} }}\n"));
    }
    let both =
        "sessions = 100\nuntil = { metric = \"offers\", half_width = 0.01, max_sessions = 500 }";
    check_experiment("until_and_sessions", &format!("{EXPERIMENT}{both}\n"));
}

#[test]
fn an_experiment_with_mistakes_tells_of_its_scenario_too() {
    let scenario = replaced(BASE, "high = 0.2", "high = 1.2");
    let sessions = format!("{EXPERIMENT}sessions = 0\nseeds = 4\nlabel = \"no\"\n");
    let overrides = Overrides {
        settings: vec!["party.east.reservation_value=1.5".to_owned()],
        ..Overrides::default()
    };
    check_experiment_on("mistakes_everywhere", &sessions, &scenario, &overrides);
    let broken = format!("{EXPERIMENT}seed = \n");
    let overrides = Overrides::default();
    check_experiment_on("broken_experiment", &broken, &scenario, &overrides);
}

#[test]
fn no_sessions_asked_for() {
    let overrides = Overrides {
        sessions: Some(0),
        ..Overrides::default()
    };
    check_experiment_on("override_without_sessions", EXPERIMENT, BASE, &overrides);
}

#[test]
fn a_wrong_path_is_answered_with_the_nearest_ones() {
    for (name, setting) in [
        (
            "path_of_a_misspelled_party",
            "party.est.reservation_value=0.5",
        ),
        ("path_without_its_beginning", "east.reservation_value=0.5"),
        ("path_of_the_last_name_alone", "deadline_rounds=9"),
        ("path_without_a_part", "party.west.weight=2"),
        ("path_of_all_with_a_wrong_name", "party.*.reservation=0.5"),
        (
            "path_of_another_protocol",
            "protocol.alternating_offers.deadline_rounds=9",
        ),
        ("path_like_no_other", "colour=3"),
    ] {
        check_setting(name, setting);
    }
    let text = format!("{EXPERIMENT}[set]\n\"east.preference.height.wieght\" = 2.0\n");
    check_experiment("path_in_an_experiment", &text);
    let axis = "[[sweep.axis]]\npath = \"party.west.reservation\"\nvalues = [0.1, 0.2]\n";
    check_experiment("path_of_an_axis", &format!("{EXPERIMENT}{axis}"));
}

#[test]
fn a_plan_is_no_experiment() {
    let plan = "schema = 1\nname = \"low\"\nlabel = \"Low\"\n[options]\nheight = \"low\"\n";
    for (name, file, text) in [
        ("plan_as_an_experiment", "low.toml", plan),
        (
            "table_of_plans_as_an_experiment",
            "all.csv",
            "name,height\nlow,low\n",
        ),
    ] {
        let files = [(file, text)];
        let loaded = load_experiment(Path::new(file), &Overrides::default(), &reading(&files));
        check_message(name, &loaded.expect_err("it is a plan").to_string());
    }
}
