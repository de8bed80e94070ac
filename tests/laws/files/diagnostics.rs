//! Each kind of wrong file or setting gives exactly its message, with its place and a hint.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use demarche::config::{Overrides, load_experiment, load_scenario};

use crate::support::worlds::{load_text, replaced};

mod correlations;
mod map;
mod numbers;
mod plans;
mod rules;
mod settings;

const BASE: &str = include_str!("diagnostics/base.toml");

/// Compares a message with its snapshot, without the reading code's place in the snapshot's head.
#[track_caller]
fn check_message(name: &str, message: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("snapshots/diagnostics");
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, message));
}

/// The message for files with these texts, the first of which is loaded as a scenario.
#[track_caller]
fn check_files(name: &str, files: &[(&str, &str)], settings: &[&str]) {
    let settings: Vec<String> = settings.iter().map(|it| (*it).to_owned()).collect();
    let diagnostics = load_scenario(Path::new(files[0].0), &settings, &reading(files))
        .expect_err("the files are wrong");
    check_message(name, &diagnostics.to_string());
}

/// Reads from texts by name.
fn reading(files: &[(&str, &str)]) -> impl Fn(&Path) -> io::Result<String> {
    let texts: BTreeMap<PathBuf, String> = files
        .iter()
        .map(|(path, text)| (PathBuf::from(path), (*text).to_owned()))
        .collect();
    move |path| {
        // The words of the operating system differ between systems.
        let missing = || io::Error::new(io::ErrorKind::NotFound, "no such file");
        texts.get(path).cloned().ok_or_else(missing)
    }
}

/// The message for the base scenario with one part replaced.
#[track_caller]
fn check(name: &str, old: &str, new: &str) {
    check_files(name, &[("scenario.toml", &replaced(BASE, old, new))], &[]);
}

const WEST_STRATEGY: &str = "{ p = 1.0, random_offer = {} }";
const WEST_RESERVATION: &str = "{ uniform = { min = 0.2, max = 0.4 } }";

#[test]
fn the_base_of_all_mistakes_has_none() {
    load_text(BASE);
}

// ---- Files.

#[test]
fn a_missing_file() {
    let diagnostics = load_scenario(Path::new("no.toml"), &[], &reading(&[])).unwrap_err();
    check_message("missing_file", &diagnostics.to_string());
    let overrides = Overrides::default();
    let diagnostics = load_experiment(Path::new("no.toml"), &overrides, &reading(&[])).unwrap_err();
    check_message("missing_file_of_an_experiment", &diagnostics.to_string());
}

#[test]
fn a_file_that_is_no_toml() {
    check_files(
        "no_toml",
        &[("scenario.toml", include_str!("diagnostics/no_toml.toml"))],
        &[],
    );
}

#[test]
fn an_empty_file() {
    check_files("empty_file", &[("scenario.toml", "")], &[]);
}

#[test]
fn a_file_with_nothing_but_comments() {
    check_files(
        "file_of_comments",
        &[("scenario.toml", "# Later.\n\n")],
        &[],
    );
    let overrides = Overrides::default();
    let files = [("experiment.toml", "\n")];
    let diagnostics = load_experiment(Path::new("experiment.toml"), &overrides, &reading(&files));
    check_message("empty_experiment", &diagnostics.unwrap_err().to_string());
}

#[test]
fn a_file_that_extends_a_missing_one() {
    let text = "schema = 1\nname = \"a\"\ntitle = \"A\"\nextends = \"no.toml\"\n";
    check_files("extends_a_missing_file", &[("folder/a.toml", text)], &[]);
}

#[test]
fn files_that_extend_each_other_in_a_circle() {
    let a = "schema = 1\nname = \"a\"\ntitle = \"A\"\nextends = \"folder/b.toml\"\n";
    let b = "schema = 1\nname = \"b\"\ntitle = \"B\"\nextends = \"../c.toml\"\n";
    let c = "schema = 1\nname = \"c\"\ntitle = \"C\"\nextends = \"a.toml\"\n";
    let files = [
        ("a.toml", a),
        ("folder/b.toml", b),
        ("folder/../c.toml", c),
        ("folder/../a.toml", a),
    ];
    check_files("circular_extends", &files, &[]);
}

#[test]
fn a_mistake_in_the_file_that_is_extended() {
    let base = replaced(BASE, "low = 0.0, high = 1.0", "low = 0.0, high = 1.5");
    let text = "schema = 1\nname = \"a\"\ntitle = \"A\"\nextends = \"base.toml\"\n\n[[party]]\nid = \"west\"\nreservation_value = 2.0\n";
    check_files(
        "mistakes_in_both_files",
        &[("a.toml", text), ("base.toml", &base)],
        &[],
    );
}

#[test]
fn a_version_that_is_not_known() {
    check("unknown_version", "schema = 1", "schema = 7");
}

#[test]
fn several_mistakes_at_once() {
    let text = include_str!("diagnostics/several_keys.toml");
    check_files("several_wrong_keys", &[("scenario.toml", text)], &[]);
    let text = include_str!("diagnostics/several_values.toml");
    check_files("several_wrong_values", &[("scenario.toml", text)], &[]);
}

// ---- What is not TOML: one error for each cause, with what to write.

const EAST: &str = "reservation_value = 0.3";

#[test]
fn a_decimal_comma() {
    check("decimal_comma", EAST, "reservation_value = 0,3");
    check(
        "decimal_comma_in_a_list",
        "weight = 2.0, utility = { low = 0.0, high = 1.0 }",
        "weight = 2,0, utility = { low = 0,0, high = 1,0 }",
    );
    check(
        "thousands_with_a_comma",
        "deadline_rounds = 5",
        "deadline_rounds = 1,000",
    );
    check(
        "decimal_comma_in_quotes",
        EAST,
        "reservation_value = \"0,3\"",
    );
}

#[test]
fn a_percent_sign() {
    check("percent_sign", EAST, "reservation_value = 35%");
    check(
        "percent_signs_in_a_table",
        "min = 0.2, max = 0.4",
        "min = 20 %, max = 40 %",
    );
}

#[test]
fn a_number_in_percent() {
    check(
        "reservation_value_in_percent",
        EAST,
        "reservation_value = 35",
    );
    check(
        "distribution_in_percent",
        "min = 0.2, max = 0.4",
        "min = 35, max = 40",
    );
    check(
        "strategy_in_percent",
        WEST_STRATEGY,
        "{ p = 100, random_offer = {} }",
    );
}

#[test]
fn numbers_as_they_are_written_elsewhere() {
    check(
        "number_without_a_first_digit",
        EAST,
        "reservation_value = .3",
    );
    check(
        "number_without_a_last_digit",
        EAST,
        "reservation_value = 1.",
    );
    check("number_with_a_semicolon", EAST, "reservation_value = 0.3;");
    check(
        "thousands_with_a_blank",
        "deadline_rounds = 5",
        "deadline_rounds = 1 000",
    );
    check("boolean_in_capitals", EAST, "reservation_value = True");
}

#[test]
fn curly_quotes() {
    check("curly_quotes", "id = \"west\"", "id = “west”");
    check(
        "curly_quotes_in_a_list",
        "{ id = \"low\", label = \"Low\" }",
        "{ id = “low”, label = “Low, or not” }",
    );
    check(
        "curly_quotes_around_a_key",
        "title = \"A fence",
        "“title” = \"A fence",
    );
}

#[test]
fn text_without_quotes() {
    check("word_without_quotes", "id = \"west\"", "id = west");
    check(
        "words_without_quotes",
        "label = \"The western garden\"",
        "label = The western garden",
    );
    let weighed =
        "{ issue = \"payer\", weight = 1.0, utility = { east_pays = 0.0, west_pays = 1.0 } }";
    check(
        "word_without_quotes_in_a_table",
        weighed,
        &weighed.replace("\"payer\"", "payer"),
    );
}

#[test]
fn a_text_that_is_not_closed() {
    check(
        "text_without_end",
        "title = \"A fence between two gardens\"",
        "title = \"A fence between two gardens",
    );
    check(
        "backslash_in_a_text",
        "title = \"A fence",
        "title = \"C:\\dir",
    );
}

#[test]
fn a_bracket_that_is_not_closed() {
    check(
        "list_without_end",
        "label = \"High\" }]",
        "label = \"High\" }",
    );
    check("table_without_end", "max = 0.4 } }", "max = 0.4 }");
    check(
        "table_that_ends_as_a_list",
        "max = 0.4 } }",
        "max = 0.4 } ]",
    );
}

#[test]
fn one_bracket_for_two() {
    check(
        "party_in_one_bracket",
        "[[party]]\nid = \"west\"",
        "[party]\nid = \"west\"",
    );
    check_files(
        "parties_in_one_bracket",
        &[("scenario.toml", &BASE.replace("[[party]]", "[party]"))],
        &[],
    );
    check("source_in_one_bracket", "[[source]]", "[source]");
    check(
        "protocol_in_two_brackets",
        "[protocol.proposal_and_vote]",
        "[[protocol.proposal_and_vote]]",
    );
}

#[test]
fn signs_of_other_languages() {
    check("colon_for_the_sign", EAST, "reservation_value: 0.3");
    check("no_break_space", EAST, "reservation_value\u{a0}=\u{a0}0.3");
    check(
        "comment_with_slashes",
        EAST,
        "reservation_value = 0.3 // low",
    );
    check(
        "missing_comma",
        "low = 0.0, high = 1.0",
        "low = 0.0 high = 1.0",
    );
    check(
        "doubled_key",
        EAST,
        "reservation_value = 0.3\nreservation_value = 0.4",
    );
}

#[test]
fn a_file_of_another_tool() {
    check_files("json", &[("scenario.json", "{ \"issues\": [] }\n")], &[]);
    let xml = "<?xml version=\"1.0\"?>\n<utility_space/>\n";
    check_files("xml", &[("domain.xml", xml)], &[]);
}

#[test]
fn a_control_character() {
    check(
        "control_character",
        "label = \"Low\"",
        "label = \"Lo\\u001b[2Jw\"",
    );
    check(
        "control_character_as_it_is",
        "label = \"Low\"",
        "label = \"Lo\u{1b}w\"",
    );
    check(
        "label_of_two_lines",
        "label = \"Low\"",
        "label = \"Low\\nDeals: 100 %\"",
    );
    check(
        "c1_control_in_a_key",
        "title = \"A fence",
        "\"a\\u009bb\" = 1\ntitle = \"A fence",
    );
}

#[test]
fn a_name_without_end_is_cut() {
    let long = format!("label = \"How high\"\n{} = 1", "z".repeat(100_000));
    check("endless_key", "label = \"How high\"", &long);
}

// ---- Keys and types.

#[test]
fn an_unknown_key() {
    check(
        "unknown_key",
        "label = \"The eastern garden\"",
        "lable = \"The eastern garden\"",
    );
    check(
        "unknown_key_unlike_any",
        "label = \"How high\"",
        "label = \"How high\"\nzzz = 1",
    );
}

#[test]
fn a_value_of_the_wrong_type() {
    check(
        "wrong_type",
        "reservation_value = 0.3",
        "reservation_value = [0.3]",
    );
    check(
        "wrong_type_of_a_list",
        "options = [{ id = \"low\", label = \"Low\" }, ",
        "options = [\"low\", ",
    );
    check("text_for_a_number", "weight = 2.0", "weight = \"high\"");
    check(
        "negative_rounds",
        "deadline_rounds = 5",
        "deadline_rounds = -5",
    );
    check(
        "rounds_with_a_fraction",
        "deadline_rounds = 5",
        "deadline_rounds = 5.5",
    );
    check("no_rounds", "deadline_rounds = 5", "deadline_rounds = 0");
    check(
        "far_too_many_rounds",
        "deadline_rounds = 5",
        "deadline_rounds = 5_000_000_000",
    );
    check(
        "one_round_too_many",
        "deadline_rounds = 5",
        "deadline_rounds = 1_000_001",
    );
    check(
        "weight_beyond_every_number",
        "weight = 2.0",
        "weight = 20000000000000000000",
    );
}

#[test]
fn a_missing_key() {
    check("missing_key", "label = \"How high\"\n", "");
    check(
        "missing_title",
        "title = \"A fence between two gardens\"\n",
        "",
    );
}

#[test]
fn a_word_that_is_none_of_the_known() {
    check("unknown_kind", "\"synthetic\"", "\"sythetic\"");
}

#[test]
fn a_misspelt_key_does_not_hide_what_else_is_wrong() {
    let misspelt = replaced(BASE, "label = \"How high\"", "lable = \"How high\"");
    let text = replaced(
        &misspelt,
        "reservation_value = 0.3",
        "reservation_value = 3",
    );
    check_files("misspelt_key_and_more", &[("scenario.toml", &text)], &[]);
}

// ---- Issues, options, parties.

#[test]
fn a_misspelt_option() {
    check(
        "misspelt_option",
        "utility = { low = 0.0, high = 1.0 }",
        "utility = { low = 0.0, hihg = 1.0 }",
    );
}

#[test]
fn a_missing_utility() {
    check("missing_utility", "low = 1.0, high = 0.2", "low = 1.0");
}

#[test]
fn a_missing_preference() {
    let line =
        "  { issue = \"payer\", weight = 1.0, utility = { east_pays = 0.0, west_pays = 1.0 } },\n";
    check("missing_preference", line, "");
}

#[test]
fn a_misspelt_issue() {
    check(
        "misspelt_issue",
        "issue = \"height\", weight = 2.0",
        "issue = \"heigth\", weight = 2.0",
    );
}

#[test]
fn an_issue_without_options() {
    let options = "[{ id = \"low\", label = \"Low\" }, { id = \"high\", label = \"High\" }]";
    check("empty_issue", options, "[]");
}

#[test]
fn an_identifier_used_twice() {
    check("doubled_party", "id = \"west\"", "id = \"east\"");
    check("doubled_issue", "id = \"payer\"", "id = \"height\"");
    check("doubled_option", "id = \"high\"", "id = \"low\"");
}

#[test]
fn an_identifier_that_is_none() {
    check("bad_identifier", "id = \"west\"", "id = \"West-Garden\"");
    check("bad_name", "name = \"base\"", "name = \"a/b\"");
}

#[test]
fn a_party_alone() {
    let start = BASE.find("[[party]]\nid = \"west\"").unwrap();
    let end = BASE.find("[protocol").unwrap();
    let text = format!("{}{}", &BASE[..start], &BASE[end..]);
    check_files("single_party", &[("scenario.toml", &text)], &[]);
    let start = BASE.find("[[issue]]").unwrap();
    let text = format!("{}{}", &BASE[..start], &BASE[end..]);
    check_files("no_issues_no_parties", &[("scenario.toml", &text)], &[]);
}

// ---- Numbers.

#[test]
fn a_negative_weight() {
    check("negative_weight", "weight = 2.0", "weight = -2.0");
}

#[test]
fn a_number_out_of_range() {
    check("utility_above_one", "high = 0.2", "high = 1.2");
    check(
        "reservation_value_partly_above_one",
        WEST_RESERVATION,
        "{ uniform = { min = 0.2, max = 1.4 } }",
    );
}

#[test]
fn a_number_that_is_none() {
    check("nan", "weight = 2.0", "weight = nan");
    check("infinite", "weight = 2.0", "weight = inf");
}

#[test]
fn a_distribution_that_is_none() {
    for (name, distribution) in [
        ("min_above_max", "{ uniform = { min = 0.4, max = 0.2 } }"),
        (
            "mode_outside",
            "{ triangular = { min = 0.2, mode = 0.5, max = 0.4 } }",
        ),
        (
            "negative_sd",
            "{ normal = { mean = 0.3, sd = -0.1, min = 0.2, max = 0.4 } }",
        ),
        (
            "range_far_out",
            "{ normal = { mean = 9.0, sd = 0.1, min = 0.2, max = 0.4 } }",
        ),
        (
            "zero_alpha",
            "{ beta = { alpha = 0.0, beta = 2.0, min = 0.2, max = 0.4 } }",
        ),
        (
            "lists_of_two_lengths",
            "{ discrete = { values = [0.2, 0.4], p = [1.0] } }",
        ),
        (
            "p_not_one",
            "{ discrete = { values = [0.2, 0.4], p = [0.5, 0.4] } }",
        ),
        (
            "doubled_value",
            "{ discrete = { values = [0.2, 0.2], p = [0.5, 0.5] } }",
        ),
        (
            "two_distributions",
            "{ constant = 0.2, uniform = { min = 0.2, max = 0.4 } }",
        ),
        ("no_distribution", "{ note = \"unknown\" }"),
        (
            "unknown_distribution",
            "{ unifrom = { min = 0.2, max = 0.4 } }",
        ),
        ("missing_parameter", "{ uniform = { min = 0.2 } }"),
        ("nan_parameter", "{ uniform = { min = 0.2, max = nan } }"),
        (
            "negative_p_of_a_value",
            "{ discrete = { values = [0.2, 0.4], p = [1.5, -0.5] } }",
        ),
        (
            "infinite_value",
            "{ discrete = { values = [inf], p = [1] } }",
        ),
    ] {
        check(name, WEST_RESERVATION, distribution);
    }
}

// ---- Strategies.

#[test]
fn a_strategy_that_is_none() {
    for (name, strategy) in [
        (
            "p_of_strategies",
            "{ p = 0.7, random_offer = {} }, { p = 0.2, random_offer = {} }",
        ),
        (
            "unknown_strategy",
            "{ p = 1.0, tradeoff = { concession_exponent = 1.0 } }",
        ),
        ("no_strategy_rule", "{ p = 1.0 }"),
        (
            "two_rules",
            "{ p = 1.0, random_offer = {}, trade_off = { concession_exponent = 1.0 } }",
        ),
        (
            "unknown_word",
            "{ p = 1.0, trade_off = { concession_exponent = \"bulware\" } }",
        ),
        ("missing_exponent", "{ p = 1.0, trade_off = {} }"),
        (
            "zero_exponent",
            "{ p = 1.0, trade_off = { concession_exponent = 0.0 } }",
        ),
        (
            "unknown_acceptance",
            "{ p = 1.0, random_offer = {}, accept = { always = {} } }",
        ),
        (
            "two_acceptances",
            "{ p = 1.0, random_offer = {}, accept = { aspiration = {}, constant = { at_least = 0.5 } } }",
        ),
        ("missing_p", "{ random_offer = {} }"),
        ("nan_p", "{ p = nan, random_offer = {} }"),
        (
            "negative_p",
            "{ p = 1.5, random_offer = {} }, { p = -0.5, random_offer = {} }",
        ),
        ("no_strategies", ""),
    ] {
        check(name, WEST_STRATEGY, strategy);
    }
}

// ---- Rules.

const ROUNDS: &str = "deadline_rounds = 5\n";

#[test]
fn a_consent_that_is_none() {
    for (name, consent) in [
        ("consent_of_an_unknown_party", "party = \"est\""),
        ("consent_of_nobody", "when = { height = \"low\" }"),
        (
            "consent_under_an_unknown_option",
            "party = \"east\"\nwhen = { height = \"hihg\" }",
        ),
        ("consent_under_no_condition", "party = \"east\"\nwhen = {}"),
        ("quota_too_high", "quota = 3"),
        ("quota_of_none", "quota = 0"),
        ("quota_among_none", "quota = 1\nof = []"),
        (
            "quota_of_an_unknown_party",
            "quota = 1\nof = [\"east\", \"north\"]",
        ),
    ] {
        check(name, ROUNDS, &format!("{ROUNDS}\n[[consent]]\n{consent}\n"));
    }
}

#[test]
fn a_protocol_that_is_none() {
    let protocol = "[protocol.proposal_and_vote]";
    let both = format!("[protocol.alternating_offers]\ndeadline_rounds = 3\n{protocol}");
    check("two_protocols", protocol, &both);
    check("unknown_protocol", protocol, "[protocol.alternating_offer]");
    check(
        "no_protocol",
        "[protocol.proposal_and_vote]\ndeadline_rounds = 5\n",
        "",
    );
    let with_consent = "[[consent]]\nparty = \"east\"\n\n[protocol.alternating_offers]";
    check("consent_without_vote", protocol, with_consent);
}

#[test]
fn a_proposer_that_cannot_be_drawn() {
    for (name, recognition) in [
        ("recognition_not_one", "{ east = 0.5, west = 0.4 }"),
        ("recognition_below_nought", "{ east = 1.5, west = -0.5 }"),
        ("recognition_of_some", "{ east = 1.0 }"),
        ("recognition_of_nobody", "{}"),
        (
            "recognition_of_an_unknown_party",
            "{ east = 0.5, wets = 0.5 }",
        ),
        ("recognition_of_text", "{ east = \"half\", west = 0.5 }"),
    ] {
        let protocol =
            format!("[protocol.random_proposer]\nrecognition = {recognition}\ndeadline_rounds = 5");
        check(
            name,
            "[protocol.proposal_and_vote]\ndeadline_rounds = 5",
            &protocol,
        );
    }
}

#[test]
fn a_text_that_cannot_be_varied() {
    for (name, temperature) in [
        ("temperature_below_nought", "{ east = -0.5 }"),
        ("temperature_without_end", "{ east = inf }"),
        ("temperature_of_an_unknown_party", "{ north = 0.5 }"),
    ] {
        let protocol =
            format!("[protocol.single_text]\ntemperature = {temperature}\ndeadline_rounds = 5");
        check(
            name,
            "[protocol.proposal_and_vote]\ndeadline_rounds = 5",
            &protocol,
        );
    }
}

#[test]
fn a_discount_factor_that_is_none() {
    let line = "reservation_value = 0.3\n";
    for (name, number) in [
        ("discount_factor_of_nought", "0.0"),
        (
            "discount_factor_above_one",
            "{ uniform = { min = 0.9, max = 1.1 } }",
        ),
    ] {
        check(name, line, &format!("{line}discount_factor = {number}\n"));
    }
}

#[test]
fn a_leverage_that_is_none() {
    let leverage = "\n[[leverage]]\nid = \"l\"\nby = \"north\"\non = \"west\"\nlowers_reservation_value = 1.5\n";
    check("wrong_leverage", ROUNDS, &format!("{ROUNDS}{leverage}"));
    let leverage = "\n[[leverage]]\nid = \"l\"\nby = \"west\"\non = \"west\"\nlowers_reservation_value = 0.5\n";
    check("leverage_on_itself", ROUNDS, &format!("{ROUNDS}{leverage}"));
}

#[test]
fn a_claim_that_is_none() {
    for (name, claim) in [
        (
            "claim_of_two_things",
            "party = \"east\"\naccepts = { height = \"low\" }\nrejects = { height = \"low\" }",
        ),
        ("claim_of_nobody", "accepts = { height = \"low\" }"),
        (
            "claim_of_all_by_one",
            "party = \"east\"\nagreement_exists = {}",
        ),
        (
            "claim_of_unlike_issues",
            "party = \"east\"\nprefers = { this = { height = \"low\" }, to = { payer = \"east_pays\" } }",
        ),
        (
            "claim_of_an_unknown_source",
            "agreement_exists = {}\nsource = [\"leters\"]",
        ),
        ("claim_in_percent", "agreement_exists = {}\nat_least = 95"),
    ] {
        check(
            name,
            ROUNDS,
            &format!("{ROUNDS}\n[[claim]]\nid = \"c\"\nsays = \"so\"\n{claim}\n"),
        );
    }
}

// ---- Credentials.

/// The message for the base as a sourced scenario whose numbers have a basis, but for one.
#[track_caller]
fn check_sourced(name: &str, credentials: &str) {
    let assumed = BASE
        .replace("kind = \"synthetic\"\n", "")
        .replace(
            "reservation_value = 0.3",
            "reservation_value = { constant = 0.3, CREDENTIALS }",
        )
        .replace("max = 0.4 } }", "max = 0.4 }, basis = \"assumed\" }")
        .replace(" } },\n", " }, basis = \"assumed\" },\n")
        .replace(
            "concession_exponent = 1.0",
            "concession_exponent = { constant = 1.0, basis = \"assumed\" }",
        );
    let text = replaced(&assumed, ", CREDENTIALS", credentials);
    check_files(name, &[("scenario.toml", &text)], &[]);
}

#[test]
fn a_number_without_credentials() {
    check_sourced("missing_basis", "");
    check_sourced("missing_source", ", basis = \"reported\"");
    check_sourced(
        "missing_note",
        ", basis = \"inferred\", source = [\"letters\"]",
    );
    check_sourced(
        "unknown_source",
        ", basis = \"reported\", source = [\"leters\"]",
    );
    check_sourced("unknown_basis", ", basis = \"guessed\"");
}
