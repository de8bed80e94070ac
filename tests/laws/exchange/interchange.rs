//! Other tools' files: their numbers arrive, ours survive the way there and back, and hostile files
//! are reported.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use demarche::config::load_scenario;
use demarche::domain::{Number, Outcome, Party, Scale, Scenario};
use demarche::interchange::{
    ATTRIBUTES_MAX, DEPTH_MAX, ELEMENTS_MAX, ForeignFile, INPUT_BYTES_MAX, ImportError,
    ImportOptions, Imported, Scaling, export_genius, import,
};
use demarche::negotiation::{PlainLoop, PreferenceDraw, Setting};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::process::{check as check_verb, path_text};
use crate::support::reference_data::reference_data;

const DOMAIN: &str = r#"<negotiation_template><utility_space number_of_issues="3">
<objective index="0" name="Market" type="objective" etype="objective">
  <issue index="1" name="Price (€)" type="real" vtype="real"><range lowerbound="1.0" upperbound="2.0"/></issue>
  <issue index="2" name="Weeks" type="integer" lowerbound="1" upperbound="3"/>
  <issue index="3" name="Fish &amp; fruit" type="discrete">
    <item index="1" value="fish, fresh"/><item index="2" value="Fruit"/><item index="3" value="fruit"/>
  </issue>
</objective></utility_space></negotiation_template>"#;

const SELLER: &str = r#"<utility_space><objective index="0" name="Market">
  <issue index="1" name="Price (€)"><evaluator ftype="linear" parameter0="-1.0" parameter1="1.0"/></issue>
  <issue index="2" name="Weeks"><evaluator ftype="linear" offset="1.0" slope="-0.25"/></issue>
  <issue index="3" name="Fish &amp; fruit">
    <item value="Fruit" evaluation="10"/><item value="fish, fresh" evaluation="40"/><item value="fruit" evaluation="0"/>
  </issue>
  <weight index="1" value="0.5"/><weight index="2" value="0.25"/><weight index="3" value="0.25"/>
</objective><discount_factor value="0.9"/><reservation value="0.3"/></utility_space>"#;

const BUYER: &str = r#"<utility_space><objective index="0" name="Market">
  <issue index="1" name="Price (€)"><evaluator ftype="triangular" parameter0="0.5" parameter1="2.0" parameter2="1.0"/></issue>
  <issue index="2" name="Weeks"><evaluator ftype="linear" offset="0.0" slope="0.5"/></issue>
  <issue index="3" name="Fish &amp; fruit">
    <item value="fish, fresh" evaluation="1"/><item value="Fruit" evaluation="2"/><item value="fruit" evaluation="4"/>
  </issue>
  <weight index="1" value="1"/><weight index="2" value="2"/><weight index="3" value="1"/>
</objective></utility_space>"#;

fn market() -> Vec<(String, Vec<u8>)> {
    let files = [
        ("market/market.xml", DOMAIN),
        ("market/seller.xml", SELLER),
        ("market/buyer 1.xml", BUYER),
    ];
    files
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .to_vec()
}

pub(crate) fn import_with(
    files: &[(String, Vec<u8>)],
    options: &ImportOptions,
) -> Result<Imported, ImportError> {
    let files: Vec<ForeignFile<'_>> = files
        .iter()
        .map(|(name, bytes)| ForeignFile { name, bytes })
        .collect();
    import(&files, options)
}

pub(crate) fn scaled(scaling: Scaling) -> ImportOptions {
    ImportOptions {
        scaling,
        ..ImportOptions::default()
    }
}

/// The scenario in a text, which must be right.
#[track_caller]
pub(crate) fn load(text: &str) -> Setting {
    let loaded = load_scenario(Path::new("imported.toml"), &[], &|_| Ok(text.to_owned()));
    loaded
        .unwrap_or_else(|it| panic!("{}\n{text}", it.render(false)))
        .setting
}

pub(crate) fn constant(number: &Number) -> f64 {
    assert!(number.distribution.is_constant());
    number.distribution.quantile(0.5)
}

/// What utilities were divided by.
pub(crate) fn divisor(text: &str) -> f64 {
    let line = text
        .lines()
        .find_map(|it| it.strip_prefix("# Utilities are those of the files divided by "));
    line.map_or(1.0, |it| {
        it.trim_end_matches('.').parse().expect("a number")
    })
}

#[test]
fn an_imported_file_is_made_to_be_read() {
    let options = ImportOptions {
        steps: 3,
        ..ImportOptions::default()
    };
    let imported = import_with(&market(), &options).expect("it is right");
    load(&imported.text);
    insta::assert_snapshot!("imported_market", imported.text);
    let raw = import_with(&market(), &scaled(Scaling::Raw)).expect("it is right");
    assert!(divisor(&raw.text) > 32.0);
    load(&raw.text);
}

#[test]
fn a_domain_in_the_utility_files_is_enough() {
    let files = [("a.xml", 1), ("b.xml", 2)].map(|(name, best)| {
        let items =
            format!("<item value='x' evaluation='{best}'/><item value='y' evaluation='1'/>");
        let issue =
            format!("<issue index='1' name='i'>{items}</issue><weight index='1' value='1'/>");
        (
            name.to_owned(),
            format!("<utility_space><objective>{issue}</objective></utility_space>").into_bytes(),
        )
    });
    let imported = import_with(&files, &ImportOptions::default()).expect("it is right");
    let setting = load(&imported.text);
    assert_eq!(setting.scenario().space.n_outcomes(), 2);
    assert_eq!(imported.losses, Vec::<String>::new());
}

#[test]
fn profiles_of_genius_web_are_read() {
    let profile = |name: &str, weights: [f64; 2], bid: &str| {
        let text = format!(
            r#"{{"LinearAdditiveUtilitySpace": {{
              "issueUtilities": {{
                "colour": {{"DiscreteValueSetUtilities": {{"valueUtilities": {{"red": 0, "deep blue": 1}}}}}},
                "size": {{"numberutils": {{"lowValue": 0, "lowUtility": 0.5, "highValue": 0.3, "highUtility": 1}}}}
              }},
              "issueWeights": {{"size": {}, "colour": {}}},
              "domain": {{"name": "shirt", "issuesValues": {{
                "size": {{"range": {{"low": "0", "high": 0.3, "step": "0.1"}}}},
                "colour": {{"values": ["red", "deep blue"]}}
              }}}},
              "name": "{name}", "reservationBid": {bid}
            }}}}"#,
            weights[0], weights[1]
        );
        (format!("{name}.json"), text.into_bytes())
    };
    let files = [
        profile(
            "wearer",
            [0.5, 0.5],
            r#"{"issuevalues": {"size": 0.3, "colour": "red"}}"#,
        ),
        profile("tailor", [0.25, 0.75], "null"),
    ];
    let imported = import_with(&files, &ImportOptions::default()).expect("it is right");
    let setting = load(&imported.text);
    let scenario = setting.scenario();
    assert_eq!(scenario.name, "shirt");
    assert_eq!(scenario.issues[0].options.len(), 4);
    assert_eq!(scenario.issues[0].scale, Scale::Ordinal);
    let wearer = &scenario.parties[0].preferences;
    let utilities: Vec<f64> = wearer.issues[0].utilities.iter().map(constant).collect();
    for (found, expected) in utilities.iter().zip([0.5, 2.0 / 3.0, 5.0 / 6.0, 1.0]) {
        assert!((found - expected).abs() < 1e-12, "{utilities:?}");
    }
    assert!((constant(&wearer.reservation_value) - 0.5).abs() < 1e-12);
}

// ---- The reference scenarios.

fn reference_folders() -> Vec<PathBuf> {
    let Some(path) = reference_data("negmas/scenarios") else {
        return Vec::new();
    };
    let entries = fs::read_dir(path).expect("the folder can be listed");
    let paths = entries.map(|it| it.expect("the entry can be read").path());
    let mut res: Vec<PathBuf> = paths.filter(|it| it.is_dir()).collect();
    res.sort();
    assert!(res.len() > 30, "all scenarios are there");
    res
}

fn files_in(folder: &Path, ending: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("the folder can be listed");
    let mut paths: Vec<PathBuf> = entries.map(|it| it.expect("an entry").path()).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it == ending));
    paths.sort();
    let read = |it: &PathBuf| {
        (
            it.display().to_string(),
            fs::read(it).expect("it can be read"),
        )
    };
    paths.iter().map(read).collect()
}

fn numbers(list: &serde_json::Value) -> Vec<f64> {
    let list = list.as_array().expect("a list").iter();
    list.map(|it| it.as_f64().expect("a number")).collect()
}

/// A party's weights and values in one of the reference's variants, as they should arrive before
/// they are divided.
struct Reference {
    weights: Vec<f64>,
    values: Vec<Vec<f64>>,
    reservation_value: f64,
    is_raised: bool,
}

impl Reference {
    fn new(json: &serde_json::Value, party: usize, variant: &str) -> Self {
        let party = &json["parties"][party];
        let mut res = Self {
            weights: numbers(&party[variant]["weights"]),
            values: party[variant]["values"]
                .as_array()
                .expect("a list")
                .iter()
                .map(numbers)
                .collect(),
            reservation_value: party["reserved_value"].as_f64().unwrap_or(0.0),
            is_raised: false,
        };
        for (weight, values) in res.weights.iter().zip(&mut res.values) {
            let lowest = values.iter().copied().fold(0.0, f64::min);
            if lowest < 0.0 {
                for value in values {
                    *value -= lowest;
                }
                res.reservation_value -= weight * lowest;
                res.is_raised = true;
            }
        }
        let sum: f64 = res.weights.iter().sum();
        if (sum - 1.0).abs() > 1e-9 {
            res.reservation_value /= sum;
        }
        res.reservation_value = res.reservation_value.max(0.0);
        res
    }

    #[track_caller]
    fn check(&self, party: &Party, divisor: f64, tolerance: f64) {
        let is_met = |found: f64, expected: f64| {
            found.to_bits() == expected.to_bits() || (found - expected).abs() <= tolerance
        };
        let found = &party.preferences;
        let reservation_value = constant(&found.reservation_value) * divisor;
        assert!(
            is_met(reservation_value, self.reservation_value),
            "{}",
            party.name
        );
        for (idx, issue) in found.issues.iter().enumerate() {
            assert!(is_met(constant(&issue.weight), self.weights[idx]));
            for (utility, &expected) in issue.utilities.iter().zip(&self.values[idx]) {
                let utility = constant(utility) * divisor;
                assert!(
                    is_met(utility, expected),
                    "{}: {utility} for {expected}",
                    party.name
                );
            }
        }
    }
}

fn check_reference(folder: &Path, files: &[(String, Vec<u8>)], json: &serde_json::Value) {
    let is_xml = files.len() > 1;
    for (scaling, variant) in [(Scaling::Raw, "raw"), (Scaling::Own, "norm")] {
        let imported = import_with(files, &scaled(scaling));
        let imported = imported.unwrap_or_else(|it| panic!("{}: {it}", folder.display()));
        let setting = Arc::new(load(&imported.text));
        let scenario = setting.scenario();
        assert_eq!(
            Some(scenario.space.n_outcomes()),
            json["n_outcomes"].as_u64()
        );
        for (idx, issue) in scenario.issues.iter().enumerate() {
            let expected = &json["issues"][idx];
            assert_eq!(
                Some(issue.label.as_str()),
                expected["name"].as_str().map(str::trim)
            );
            for (option, name) in issue
                .options
                .iter()
                .zip(expected["values"].as_array().expect("a list"))
            {
                let name = name
                    .as_str()
                    .map_or_else(|| name.to_string(), str::to_owned);
                assert_eq!(
                    option.label,
                    name.split_whitespace().collect::<Vec<_>>().join(" ")
                );
            }
        }
        assert_eq!(
            Some(scenario.parties.len() as u64),
            json["n_parties"].as_u64()
        );
        let divisor = divisor(&imported.text);
        for (idx, party) in scenario.parties.iter().enumerate() {
            let name = json["parties"][idx]["name"].as_str();
            assert_eq!(Some(party.label.as_str()), name);
            let reference = Reference::new(json, idx, variant);
            let exact = scaling == Scaling::Raw && !reference.is_raised || !is_xml;
            reference.check(party, divisor, if exact { 0.0 } else { 1e-12 });
        }
        let mut table = PlainLoop::new(Arc::clone(&setting));
        let (_, result) = table.run(&Seeds::new(MasterSeed(1)), Replication(0));
        assert!(result.ending.round() > 0);
    }
}

#[test]
fn reference_scenarios_arrive_with_their_numbers() {
    let mut n_xml = 0;
    let folders = reference_folders();
    for folder in &folders {
        let text = fs::read(folder.join("scenario.json")).expect("there is a scenario");
        let json: serde_json::Value = serde_json::from_slice(&text).expect("it is JSON");
        let xml = files_in(folder, "xml");
        if !xml.is_empty() {
            n_xml += 1;
            check_reference(folder, &xml, &json);
        }
        check_reference(folder, &[("scenario.json".to_owned(), text)], &json);
    }
    assert!(folders.is_empty() || n_xml > 25, "{n_xml} of XML");
}

// ---- There and back.

#[derive(Clone, Debug)]
struct MadeUp {
    n_options: Vec<usize>,
    label: String,
    /// By party: the reservation value, weights, and utilities of all options of all issues.
    parties: Vec<(f64, Vec<f64>, Vec<f64>)>,
}

fn made_up() -> impl Strategy<Value = MadeUp> {
    let n_options = prop::collection::vec(1_usize..4, 1..4);
    (n_options, "[ -~éß<&>]{0,6}", 2_usize..4).prop_flat_map(|(n_options, label, n_parties)| {
        let weights = prop::collection::vec(prop_oneof![Just(0.0), 0.0..10.0_f64], n_options.len());
        let utility = prop_oneof![Just(0.0), Just(1.0), 0.0..1.0_f64];
        let utilities = prop::collection::vec(utility, n_options.iter().sum::<usize>());
        let parties = prop::collection::vec((0.0..1.0_f64, weights, utilities), n_parties);
        parties.prop_map(move |parties| MadeUp {
            n_options: n_options.clone(),
            label: label.clone(),
            parties,
        })
    })
}

impl MadeUp {
    fn text(&self) -> String {
        let mut res = "schema = 1\nname = \"made-up\"\ntitle = \"Made up\"\nkind = \"synthetic\"\n"
            .to_owned();
        for (issue, &n) in self.n_options.iter().enumerate() {
            let label = |idx: usize| toml::Value::from(format!("{}{idx}", self.label)).to_string();
            let options: Vec<String> = (0..n)
                .map(|it| format!("{{ id = \"o{it}\", label = {} }}", label(it)))
                .collect();
            let _ = write!(
                res,
                "[[issue]]\nid = \"i{issue}\"\nlabel = {}\noptions = [{}]\n",
                label(issue),
                options.join(", ")
            );
        }
        for (idx, (reservation_value, weights, utilities)) in self.parties.iter().enumerate() {
            let _ = write!(
                res,
                "[[party]]\nid = \"p{idx}\"\nlabel = \"P\"\nreservation_value = {reservation_value:?}\n"
            );
            let mut rest = utilities.iter();
            for ((issue, &n), weight) in self.n_options.iter().enumerate().zip(weights) {
                let entries: Vec<String> = (0..n)
                    .zip(&mut rest)
                    .map(|(it, utility)| format!("o{it} = {utility:?}"))
                    .collect();
                let _ = write!(
                    res,
                    "[[party.preference]]\nissue = \"i{issue}\"\nweight = {weight:?}\nutility = {{ {} }}\n",
                    entries.join(", ")
                );
            }
            res += "[[party.strategy]]\np = 1.0\nrandom_offer = {}\n";
        }
        res + "[protocol.alternating_offers]\ndeadline_rounds = 10\n"
    }
}

/// What a party's best outcome is worth.
fn best(party: &Party) -> f64 {
    let issues = &party.preferences.issues;
    let mut weights: Vec<f64> = issues.iter().map(|it| constant(&it.weight)).collect();
    if weights.iter().all(|&it| it <= 0.0) {
        weights.fill(1.0);
    }
    let sum: f64 = weights.iter().sum();
    let largest = issues
        .iter()
        .map(|it| it.utilities.iter().map(constant).fold(0.0, f64::max));
    weights
        .iter()
        .zip(largest)
        .map(|(weight, it)| weight / sum * it)
        .sum()
}

/// Utilities of all outcomes and the reservation value, of every party.
fn utilities(setting: &Arc<Setting>) -> Vec<(Vec<f64>, f64)> {
    let scenario = setting.scenario();
    let outcomes: Vec<Outcome> = scenario.space.outcomes().collect();
    let of_party = |party| {
        let mut draw = PreferenceDraw::new(Arc::clone(setting), party);
        let drawn = draw.draw(&Seeds::new(MasterSeed(1)), Replication(0));
        let utilities = outcomes.iter().map(|&it| drawn.utility(it).get()).collect();
        (
            utilities,
            constant(&scenario.party(party).preferences.reservation_value),
        )
    };
    scenario.party_ids().map(of_party).collect()
}

fn labels(scenario: &Scenario) -> Vec<String> {
    let one_line = |it: &String| it.split_whitespace().collect::<Vec<_>>().join(" ");
    let issues = scenario.issues.iter();
    issues
        .flat_map(|it| std::iter::once(&it.label).chain(it.options.iter().map(|it| &it.label)))
        .map(one_line)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn utilities_survive_the_way_to_genius_and_back(made_up in made_up()) {
        let before = Arc::new(load(&made_up.text()));
        let exported = export_genius(before.scenario(), &[], before.rules().deadline_rounds);
        let files: Vec<(String, Vec<u8>)> = exported
            .files
            .into_iter()
            .map(|(name, text)| (name, text.into_bytes()))
            .collect();
        for scaling in [Scaling::Own, Scaling::Raw] {
            let imported = import_with(&files, &scaled(scaling)).expect("our files are right");
            let after = Arc::new(load(&imported.text));
            prop_assert_eq!(labels(before.scenario()), labels(after.scenario()));
            let pairs = utilities(&before).into_iter().zip(utilities(&after));
            for (((old, old_reservation), (new, new_reservation)), party) in pairs.zip(&before.scenario().parties) {
                // In GENIUS the best outcome is worth 1.
                let best = best(party);
                let unit = divisor(&imported.text) * if best > 0.0 { best } else { 1.0 };
                // Utilities are whole multiples of 2⁻⁴⁸, a few of which are lost, made larger.
                let near = 1e-12_f64.max(unit * 1e-14);
                for (old, new) in old.iter().zip(&new) {
                    prop_assert!((old - new * unit).abs() <= near, "{} {} {}", old, new, unit);
                }
                prop_assert!((old_reservation - new_reservation * unit).abs() <= near);
            }
        }
    }
}

#[test]
fn what_genius_cannot_represent_is_reported() {
    let text = fs::read_to_string("configs/scenarios/two-villages.toml").expect("it is there");
    let halves = "party.upper.preference.upkeep.utility.halves";
    let numbers = format!("\"{halves}\", \"party.lower.reservation_value\"");
    let text = format!("{text}\n[[correlation]]\nbetween = [{numbers}]\nrank = 0.5\n");
    let setting = load(&text);
    let exported = export_genius(setting.scenario(), setting.correlations(), 100);
    insta::assert_snapshot!("exported_losses", exported.losses.join("\n"));
    let names: Vec<&str> = exported.files.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(
        names,
        [
            "two-villages.xml",
            "two-villages-1-upper.xml",
            "two-villages-2-lower.xml"
        ]
    );
}

// ---- Hostile and broken files.

#[track_caller]
fn check_refused(files: &[(&str, &[u8])], says: &str) {
    let files: Vec<(String, Vec<u8>)> = files
        .iter()
        .map(|it| (it.0.to_owned(), it.1.to_vec()))
        .collect();
    let error = import_with(&files, &ImportOptions::default())
        .expect_err("it is wrong")
        .to_string();
    assert!(error.contains(says), "{error}");
}

/// The market with one thing replaced in one of its files.
#[track_caller]
fn check_market_refused(file: usize, from: &str, to: &str, says: &str) {
    let mut files = market();
    let text = String::from_utf8(files[file].1.clone()).expect("it is UTF-8");
    assert!(text.contains(from), "{from}");
    files[file].1 = text.replacen(from, to, 1).into_bytes();
    let error = import_with(&files, &ImportOptions::default())
        .expect_err("it is wrong")
        .to_string();
    assert!(error.contains(says) && error.contains(".xml"), "{error}");
}

#[test]
fn hostile_files_are_refused() {
    let bomb = "<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;&b;'>]><utility_space x='&c;'/>";
    let deep = "<utility_space>".repeat(DEPTH_MAX + 1);
    let attributes = (0..=ATTRIBUTES_MAX).map(|it| format!(" a{it}=''"));
    let wide = attributes.collect::<Vec<_>>().concat();
    let many = format!(
        "<utility_space>{}</utility_space>",
        "<a/>".repeat(ELEMENTS_MAX)
    );
    let wide = format!("<utility_space{wide}/>");
    let nested = format!(r#"{{"issues": 1, "parties": {}"#, "[".repeat(100_000));
    let table: &[(&[u8], &str)] = &[
        (b"", "neither GENIUS XML"),
        (b"hello", "neither GENIUS XML"),
        (b"{}", "neither issues nor preferences"),
        (b"{", "not the JSON"),
        (b"<html/>", "line 1: <html> is not a GENIUS file"),
        (b"<utility_space>", "not closed"),
        (bomb.as_bytes(), "document types"),
        (deep.as_bytes(), "deep"),
        (wide.as_bytes(), "attributes"),
        (many.as_bytes(), "elements"),
        (nested.as_bytes(), "not the JSON"),
        (b"<utility_space x='&#1234567890;'/>", "not XML"),
        (b"\xff\xfe<\0a", "not UTF-16LE"),
        (b"<utility_space x='\xe9'/>", "not UTF-8"),
        (
            b"<?xml version='1.0' encoding='x-elvish'?><a/>",
            "`x-elvish` is not supported",
        ),
        (b"<\0?\0x\0m\0l\0", "XML"),
    ];
    for (bytes, says) in table {
        check_refused(&[("a.xml", bytes)], says);
    }
    check_refused(&[], "no file");
    check_refused(&[("a.xml", &vec![b' '; INPUT_BYTES_MAX + 1])], "8 MiB");
    check_refused(
        &[
            ("a.xml", DOMAIN.as_bytes()),
            ("b.json", b"{\"issues\": [], \"parties\": []}"),
        ],
        "skipped: a.xml (files of another format are present)",
    );
    let level = |it: u32| format!("- &l{it} [{}]\n", format!("*l{}, ", it - 1).repeat(10));
    let laughs: String = (1..10).map(level).collect();
    let laughs = format!("- &l0 ha\n{laughs}");
    for text in [
        laughs.as_str(),
        "a: &a [*a]",
        "\u{1}",
        &"- ".repeat(100_000),
    ] {
        check_refused(&[("a.yml", text.as_bytes())], "not valid YAML");
    }
}

#[test]
fn broken_genius_files_are_reported() {
    let nothing = "there is no entry for the issue Weeks";
    check_market_refused(
        1,
        "<issue index=\"2\" name=\"Weeks\"",
        "<issue index=\"9\" name=\"Days\"",
        nothing,
    );
    check_market_refused(
        1,
        "evaluation=\"10\"",
        "evaluation=\"ten\"",
        "line 5: `evaluation` is not a number",
    );
    check_market_refused(1, "evaluation=\"10\"", "evaluation=\"NaN\"", "not a number");
    check_market_refused(
        1,
        "evaluation=\"10\"",
        "evaluation=\"1e300\"",
        "not a number",
    );
    check_market_refused(
        1,
        "value=\"Fruit\"",
        "value=\"Frut\"",
        "no <item> for the option `Fruit`",
    );
    check_market_refused(
        1,
        "<weight index=\"2\"",
        "<weight index=\"7\"",
        "no <weight> with the index 2",
    );
    check_market_refused(1, "value=\"0.25\"", "value=\"-0.25\"", "negative weight");
    check_market_refused(
        2,
        "triangular",
        "faratin",
        "the evaluator `faratin` is unknown",
    );
    check_market_refused(0, "upperbound=\"3\"", "upperbound=\"0\"", "empty");
    check_market_refused(
        0,
        "upperbound=\"3\"",
        "upperbound=\"9e14\"",
        "more than 4096 options",
    );
    check_market_refused(0, "type=\"integer\"", "type=\"colour\"", "`colour`");
    let one = &market()[..2];
    let error = import_with(one, &ImportOptions::default()).expect_err("one party");
    assert!(error.to_string().contains("two parties"));
    let rectangle =
        b"<utility_space><objective><ufun><hyperRectangle/></ufun></objective></utility_space>";
    check_refused(
        &[("d.xml", DOMAIN.as_bytes()), ("a.xml", rectangle)],
        "not a weighted sum",
    );
    let other = DOMAIN.replace("Weeks", "Days");
    check_refused(
        &[("d.xml", DOMAIN.as_bytes()), ("e.xml", other.as_bytes())],
        "a second domain",
    );
}

#[test]
fn other_encodings_arrive_as_the_same_scenario() {
    let expected = import_with(&market(), &ImportOptions::default()).expect("it is right");
    let utf_16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(DOMAIN.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let with_mark = [&[0xef, 0xbb, 0xbf], DOMAIN.as_bytes()].concat();
    // The one letter outside ASCII is the euro sign.
    let declared = format!("<?xml version=\"1.0\" encoding=\"windows-1252\"?>{DOMAIN}");
    let mut windows = Vec::new();
    for letter in declared.chars() {
        windows.push(u8::try_from(letter).unwrap_or(0x80));
    }
    for domain in [utf_16, with_mark, windows] {
        let mut files = market();
        files[0].1 = domain;
        for file in &mut files[1..] {
            let text = String::from_utf8_lossy(&file.1).replace("(€)", "(&#x20ac;)");
            file.1 = text.into_bytes();
        }
        assert_eq!(
            import_with(&files, &ImportOptions::default()).expect("it is right"),
            expected
        );
    }
}

// ---- The verbs.

#[test]
fn the_verbs_write_new_files_only() {
    let folder = TempDir::new().expect("there is a temporary folder");
    let genius = folder.path().join("genius");
    let villages = "configs/scenarios/two-villages.toml";
    let export = [
        "export",
        villages,
        "--format",
        "genius",
        "-o",
        path_text(&genius),
    ];
    let rendered = check_verb(&export, 0).stderr;
    assert!(String::from_utf8_lossy(&rendered).contains("note: "));
    check_verb(&export, 2);

    let out = folder.path().join("villages.toml");
    let import = [
        "import",
        path_text(&genius),
        "--rounds",
        "7",
        "-o",
        path_text(&out),
    ];
    check_verb(&import, 0);
    let text = fs::read_to_string(&out).expect("it was written");
    assert!(text.contains("deadline_rounds = 7"));
    check_verb(&import, 2);
    check_verb(&["check", path_text(&out)], 0);
    let printed = check_verb(&["import", path_text(&genius), "--rounds", "7"], 0).stdout;
    assert_eq!(String::from_utf8_lossy(&printed), text);
    check_verb(&["import", path_text(folder.path())], 2);
    check_verb(&["import", "/dev/zero"], 2);
}
