//! Studies: what an answer depends on and what would flip it, where both can be worked out by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use demarche::config::load_scenario;
use demarche::experiment::{Study, StudyInput};
use demarche::negotiation::{NumberId, PlainLoop, SessionResult, Setting};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::stats::design::{MorrisLevels, Scrambling, SobolSequence, morris_trajectory};
use tempfile::TempDir;

use crate::runs::sweeps::message;
use crate::support::process::{VILLAGES, check, interrupt, path_text, rows, run, start, tables};

/// A seller and a buyer of a thing at one price that both could take: `even`.
///
/// It is worth 0.5 to the seller and `buyer_even` to the buyer, each accepts whatever reaches its
/// reservation value, and all else is worth nothing to one of them. In forty rounds of random
/// offers it comes up for sure, so there is a deal exactly if neither reservation value is above
/// that worth, and randomness has no effect.
fn bargain(buyer_even: f64) -> String {
    let strategy = "[[party.strategy]]\np = 1.0\n\
        random_offer = {}\n\
        accept = { constant = { at_least = 0.0 } }\n";
    format!(
        r#"
schema = 1
name = "bargain"
title = "A thing for sale"
kind = "synthetic"
[[source]]
id = "ledger"
title = "What the seller wrote down"
[[source]]
id = "letter"
title = "What the buyer wrote"
[[issue]]
id = "price"
label = "The price"
options = [{{ id = "mine", label = "mine" }}, {{ id = "even", label = "even" }}, {{ id = "yours", label = "yours" }}]
[[party]]
id = "seller"
label = "Seller"
reservation_value = {{ uniform = {{ min = 0.3, max = 0.7 }}, basis = "inferred", source = ["ledger"], note = "it asked for more before" }}
[[party.preference]]
issue = "price"
weight = 1.0
utility.mine = {{ uniform = {{ min = 0.8, max = 1.0 }}, basis = "reported", source = ["ledger", "letter"] }}
utility.even = 0.5
utility.yours = 0.0
{strategy}
[[party]]
id = "buyer"
label = "Buyer"
reservation_value = {{ uniform = {{ min = 0.25, max = 0.75 }}, basis = "assumed" }}
[[party.preference]]
issue = "price"
weight = 1.0
utility = {{ mine = 0.0, even = {buyer_even:?}, yours = 1.0 }}
{strategy}
[protocol.alternating_offers]
deadline_rounds = 40
"#
    )
}

/// Only the seller's reservation value decides: even is all the buyer can ask for.
fn one_number_decides(folder: &TempDir) -> String {
    written(folder, "one.toml", &bargain(1.0))
}

/// Both reservation values decide, each with probability 1/2.
fn two_numbers_decide(folder: &TempDir) -> String {
    written(folder, "two.toml", &bargain(0.5))
}

fn written(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path_text(&path).to_owned()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column]
        .parse()
        .unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

/// What a study says of a factor and the deals, by one measure.
fn finding(table: &[BTreeMap<String, String>], factor: &str, measure: &str) -> f64 {
    finding_on(table, "agreement_rate", factor, measure)
}

/// What a study says of a factor and an outcome of the session, by one measure.
fn finding_on(
    table: &[BTreeMap<String, String>],
    metric: &str,
    factor: &str,
    measure: &str,
) -> f64 {
    let is_meant = |it: &&BTreeMap<String, String>| {
        it["metric"] == metric && it["factor"] == factor && it["measure"] == measure
    };
    let mut meant = table.iter().filter(is_meant);
    let res = meant
        .next()
        .unwrap_or_else(|| panic!("{measure} of {factor}"));
    assert!(meant.next().is_none(), "{factor} has {measure} twice");
    number(res, "estimate")
}

#[track_caller]
fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} is not within {tolerance} of {expected}"
    );
}

const SELLER: &str = "party.seller.reservation_value";
const BUYER: &str = "party.buyer.reservation_value";
const MINE: &str = "party.seller.preference.price.utility.mine";

#[test]
fn the_one_number_that_decides_has_all_of_the_variance() {
    let folder = TempDir::new().unwrap();
    let file = one_number_decides(&folder);
    let out = run(&folder, "sensitivity", "run", &file, &["--points", "512"]);
    let table = rows(out.join("sensitivity.csv"));
    assert_near(finding(&table, SELLER, "total"), 1.0, 0.05);
    assert_near(finding(&table, SELLER, "first_order"), 1.0, 0.1);
    assert_near(finding(&table, SELLER, "share"), 1.0, 0.0);
    for other in [BUYER, MINE, "luck"] {
        for measure in ["total", "first_order", "share"] {
            assert_near(finding(&table, other, measure), 0.0, 0.0);
        }
    }
    assert!(finding(&table, SELLER, "partial_rank_correlation") < -0.8);
    for other in [BUYER, MINE] {
        assert_near(finding(&table, other, "partial_rank_correlation"), 0.0, 0.1);
    }
    // There is a deal exactly if there is a zone.
    for measure in ["total", "first_order", "share", "partial_rank_correlation"] {
        let of_zones = finding_on(&table, "zone_rate", SELLER, measure);
        assert_near(of_zones, finding(&table, SELLER, measure), 0.0);
    }
    // Deals are all where the reservation value is at most what even is worth: half of a range
    // from 0.3 to 0.7.
    let boxes = rows(out.join("boxes.csv"));
    let last = boxes.last().unwrap();
    assert_eq!(last["factor"], SELLER);
    assert_near(number(last, "low"), 0.3, 0.001);
    assert_near(number(last, "high"), 0.5, 0.01);
    assert_near(number(last, "density"), 1.0, 0.0);
    assert_near(number(last, "coverage"), 1.0, 0.05);
    assert_near(number(last, "mass"), 0.5, 0.03);
    let n_last = boxes.iter().filter(|it| it["box"] == last["box"]).count();
    assert_eq!(n_last, 1, "nothing else is restricted");
}

#[test]
fn indices_of_two_numbers_that_decide_together_are_those_worked_out_by_hand() {
    let folder = TempDir::new().unwrap();
    let file = two_numbers_decide(&folder);
    let out = run(&folder, "sensitivity", "run", &file, &["--points", "2048"]);
    let table = rows(out.join("sensitivity.csv"));
    // y = [s ≤ 1/2] [b ≤ 1/2] of two fair coins: V = 3/16, the variance of E(y|s) is 1/16, and the
    // mean variance of y given s is 1/8.
    for one in [SELLER, BUYER] {
        assert_near(finding(&table, one, "first_order"), 1.0 / 3.0, 0.06);
        assert_near(finding(&table, one, "total"), 2.0 / 3.0, 0.05);
        assert_near(finding(&table, one, "share"), 0.5, 0.02);
        assert!(finding(&table, one, "partial_rank_correlation") < -0.3);
    }
    // Alone in its group, a number and the group are the same.
    for (group, member) in [
        ("inferred", SELLER),
        ("assumed", BUYER),
        ("reported", MINE),
        ("ledger", SELLER),
        ("no source", BUYER),
        ("ledger + letter", MINE),
    ] {
        for measure in ["first_order", "total", "share"] {
            let of_member = finding(&table, member, measure);
            assert_near(finding(&table, group, measure), of_member, 0.0);
        }
    }
    let of = |factor: &str, column: &str| {
        let row = table.iter().find(|it| it["factor"] == factor).unwrap();
        row[column].clone()
    };
    assert_eq!(
        (of(MINE, "basis"), of(MINE, "sources")),
        ("reported".into(), "ledger letter".into())
    );
    assert_eq!(
        (of(BUYER, "basis"), of(BUYER, "sources")),
        ("assumed".into(), String::new())
    );
    assert_eq!(of("luck", "kind"), "luck");
}

#[test]
fn what_two_numbers_do_only_together_is_their_interaction() {
    let folder = TempDir::new().unwrap();
    let file = two_numbers_decide(&folder);
    let pairs = [
        "--points",
        "2048",
        "--interactions",
        "party.seller",
        "--interactions",
        "assumed",
    ];
    let out = run(&folder, "sensitivity", "run", &file, &pairs);
    let table = rows(out.join("sensitivity.csv"));
    // Of y = [s ≤ 1/2] [b ≤ 1/2] the variance 3/16 is 1/16 of each alone, and 1/16 of both together.
    let pair = |one: &str, other: &str| {
        let name = format!("{one} × {other}");
        finding(&table, &name, "interaction")
    };
    assert_near(pair(SELLER, BUYER), 1.0 / 3.0, 0.04);
    for other in [pair(SELLER, MINE), pair(MINE, BUYER)] {
        assert_near(other, 0.0, 0.0);
    }
    let of_pairs = table.iter().filter(|it| it["kind"] == "pair");
    assert!(of_pairs.clone().all(|it| it["measure"] == "interaction"));
    // Pairs are behind all else in the design: what it finds of single numbers is the same.
    let without = run(
        &folder,
        "sensitivity",
        "without",
        &file,
        &["--points", "2048"],
    );
    let without = rows(without.join("sensitivity.csv"));
    let single: Vec<_> = table.iter().filter(|it| it["kind"] != "pair").collect();
    for measure in ["total", "first_order"] {
        let same = finding(&without, SELLER, measure);
        assert_near(finding(&table, SELLER, measure), same, 0.01);
    }
    assert_eq!(single.len(), without.len());
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("interact most"));
}

/// The bargain where both would take `even`, and the seller has a red line there.
fn red_line_decides(probability: &str) -> String {
    let line = format!(
        "[[party.red_line]]\nid = \"pride\"\nlabel = \"never at that price\"\n\
         when = {{ price = \"even\" }}\nprobability = {probability}\n[[party]]\nid = \"buyer\""
    );
    let certain = "reservation_value = { constant = 0.4, basis";
    bargain(0.5)
        .replace(
            "reservation_value = { uniform = { min = 0.3, max = 0.7 }, basis",
            certain,
        )
        .replace(
            "reservation_value = { uniform = { min = 0.25, max = 0.75 }, basis",
            certain,
        )
        .replace("[[party]]\nid = \"buyer\"", &line)
}

const REAL: &str = "party.seller.red_line.pride.real";
const PROBABILITY: &str = "party.seller.red_line.pride.probability";

#[test]
fn whether_the_red_line_that_decides_is_real_has_all_of_the_variance() {
    let folder = TempDir::new().unwrap();
    let file = written(&folder, "line.toml", &red_line_decides("0.5"));
    let more = ["--points", "256", "--draws"];
    let out = run(&folder, "sensitivity", "run", &file, &more);
    let table = rows(out.join("sensitivity.csv"));
    for metric in ["agreement_rate", "zone_rate"] {
        assert_near(finding_on(&table, metric, REAL, "total"), 1.0, 0.05);
        assert_near(finding_on(&table, metric, REAL, "first_order"), 1.0, 0.1);
        let correlation = finding_on(&table, metric, REAL, "partial_rank_correlation");
        assert!(correlation < -0.8, "fewer where it is: {correlation}");
        for other in [MINE, "luck"] {
            assert_near(finding_on(&table, metric, other, "total"), 0.0, 0.0);
        }
    }
    let mut shares = table.iter().filter(|it| {
        it["metric"] == "agreement_rate" && it["kind"] == "red_line" && it["measure"] == "share"
    });
    assert_near(number(shares.next().unwrap(), "estimate"), 1.0, 0.0);
    assert!(shares.next().is_none(), "it is in no group");
    for row in rows(out.join("points.csv")) {
        assert_ne!(row[REAL], row["agreement"]);
    }
    let more = ["--method", "morris", "--points", "20", "--numbers", REAL];
    let table = rows(run(&folder, "sensitivity", "morris", &file, &more).join("sensitivity.csv"));
    assert_near(finding(&table, REAL, "mean_effect"), -1.0, 1e-8);
}

/// However likely it is, and wherever the levels of numbers are.
#[test]
fn the_effect_of_a_red_line_is_what_it_changes_where_it_is_real() {
    let folder = TempDir::new().unwrap();
    let yours = "party.seller.preference.price.utility.yours";
    let correlated =
        red_line_decides("0.05").replacen(
            "utility.yours = 0.0",
            "utility.yours = { uniform = { min = 0.0, max = 0.1 } }",
            1,
        ) + &format!("[[correlation]]\nbetween = [\"{MINE}\", \"{yours}\"]\nrank = 0.5\n");
    let scenarios = [
        red_line_decides("0.05"),
        red_line_decides("0.5"),
        red_line_decides("0.95"),
        correlated,
    ];
    for (idx, scenario) in scenarios.iter().enumerate() {
        let file = written(&folder, &format!("{idx}.toml"), scenario);
        let more = ["--method", "morris", "--points", "20"];
        let out = run(&folder, "sensitivity", &format!("run{idx}"), &file, &more);
        let table = rows(out.join("sensitivity.csv"));
        for (measure, expected) in [
            ("mean_effect", -1.0),
            ("mean_effect_size", 1.0),
            ("effect_deviation", 0.0),
        ] {
            assert_near(finding(&table, REAL, measure), expected, 1e-8);
        }
    }
}

#[test]
fn a_probability_and_what_is_drawn_with_it_are_factors_each() {
    let folder = TempDir::new().unwrap();
    let probability = "{ uniform = { min = 0.0, max = 1.0 } }";
    let file = written(&folder, "line.toml", &red_line_decides(probability));
    let out = run(&folder, "sensitivity", "run", &file, &["--points", "2048"]);
    let table = rows(out.join("sensitivity.csv"));
    // y = [U ≤ 1 − P] of two uniform numbers: V = 1/4, the variance of E(y|P) is 1/12, and the mean
    // variance of y given P is 1/6.
    for one in [REAL, PROBABILITY] {
        assert_near(finding(&table, one, "first_order"), 1.0 / 3.0, 0.05);
        assert_near(finding(&table, one, "total"), 2.0 / 3.0, 0.05);
        assert_near(finding(&table, one, "share"), 0.5, 0.03);
    }
}

#[test]
fn a_red_line_that_is_certain_is_no_factor() {
    for (probability, n) in [("0.0", 0), ("1.0", 0), ("0.3", 1)] {
        let setting = setting_of(&red_line_decides(probability));
        let inputs = StudyInput::all(&setting);
        let is_line = |it: &&StudyInput| matches!(it, StudyInput::RedLine(_));
        assert_eq!(inputs.iter().filter(is_line).count(), n, "{probability}");
        assert!(inputs.len() == n + 1, "{inputs:?}");
    }
}

#[test]
fn a_study_of_some_numbers_counts_the_rest_as_randomness() {
    let folder = TempDir::new().unwrap();
    let file = two_numbers_decide(&folder);
    let more = [
        "--points",
        "1024",
        "--numbers",
        "assumed",
        "--numbers",
        MINE,
    ];
    let table = rows(run(&folder, "sensitivity", "run", &file, &more).join("sensitivity.csv"));
    assert_near(finding(&table, BUYER, "total"), 2.0 / 3.0, 0.08);
    assert_near(finding(&table, "luck", "total"), 2.0 / 3.0, 0.08);
    assert_near(finding(&table, "luck", "share"), 0.5, 0.03);
    assert!(!table.iter().any(|it| it["factor"] == SELLER));
}

#[test]
fn trajectories_find_the_one_number_that_decides() {
    let folder = TempDir::new().unwrap();
    let file = one_number_decides(&folder);
    let more = ["--method", "morris", "--points", "40"];
    let out = run(&folder, "sensitivity", "run", &file, &more);
    let table = rows(out.join("sensitivity.csv"));
    // Every move by 2/3 of the range leads from one half into the other.
    assert_near(finding(&table, SELLER, "mean_effect"), -1.5, 1e-8);
    assert_near(finding(&table, SELLER, "mean_effect_size"), 1.5, 1e-8);
    for other in [BUYER, MINE] {
        assert_near(finding(&table, other, "mean_effect_size"), 0.0, 0.0);
        assert_near(finding(&table, other, "effect_deviation"), 0.0, 0.0);
    }
    assert!(rows(out.join("boxes.csv")).is_empty());
}

/// What a study says on standard output, and the words of its page, one space between them.
fn render(folder: &TempDir, name: &str, file: &str, more: &[&str]) -> (PathBuf, String, String) {
    let out = folder.path().join(name);
    let arguments = [&["sensitivity", file, "--out", path_text(&out)], more].concat();
    let output = check(&arguments, 0);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (out, words(&text), words(&page))
}

/// What even is worth to the buyer, in `bargain`.
const BUYER_EVEN: &str = "party.buyer.preference.price.utility.even";

#[test]
fn an_index_without_an_interval_is_omitted_and_rare_deals_are_the_stated_reason() {
    let folder = TempDir::new().unwrap();
    let file = two_numbers_decide(&folder);
    // The buyer takes even once in fifty times, and the seller every second time.
    let rare = format!("{BUYER_EVEN}=0.26");
    let more = ["--points", "32", "--set", &rare];
    let (out, text, page) = render(&folder, "rare", &file, &more);
    for rendered in [&text, &page] {
        assert!(rendered.contains("Deals are too rare, "), "{text}");
        assert!(
            rendered.contains("base points would suffice. The following"),
            "{rendered}"
        );
    }
    assert!(
        text.contains("Seller's utility: the share of its variance"),
        "{text}"
    );
    assert!(!page.contains("Whether there is a deal depends most on"));
    for row in rows(out.join("sensitivity.csv")) {
        // Which way deals go has an interval all the same.
        let is_index = row["measure"] != "partial_rank_correlation";
        assert_eq!(row["metric"] == "utility", is_index, "{row:?}");
        assert!(!row["interval_low"].is_empty() && !row["interval_high"].is_empty());
    }
}

#[test]
fn a_share_above_one_is_reported_as_noise_and_is_no_headline() {
    let folder = TempDir::new().unwrap();
    let file = two_numbers_decide(&folder);
    // With a deal in ten sessions, every sixth estimate of a large index is above 1.
    let rare = format!("{BUYER_EVEN}=0.35");
    let is_above = (1..60).any(|seed| {
        let seed = format!("{seed}");
        let more = ["--points", "32", "--seed", &seed, "--set", &rare];
        let (out, text, page) = render(&folder, &seed, &file, &more);
        let totals = rows(out.join("sensitivity.csv")).into_iter().filter(|it| {
            let is_of_deals = it["metric"] == "agreement_rate" && it["measure"] == "total";
            is_of_deals && it["kind"] == "number"
        });
        let most = totals
            .map(|it| number(&it, "estimate"))
            .max_by(f64::total_cmp);
        let noise = "An index above 1 is sampling noise";
        if most.is_none_or(|it| it <= 1.0) {
            return false;
        }
        assert!(text.contains(noise) && page.contains(noise), "{text}");
        let headline = "up to all of its variance (Total Sobol";
        assert!(page.contains(headline), "{text}");
        true
    });
    assert!(is_above, "no estimate above 1");
}

#[test]
fn too_few_points_for_a_conclusion_are_reported_with_a_sufficient_number() {
    let folder = TempDir::new().unwrap();
    let file = two_numbers_decide(&folder);
    for (name, method, points, noun) in [
        ("few", "saltelli", "32", Some("base points")),
        ("many", "saltelli", "1024", None),
        ("few-morris", "morris", "10", Some("trajectories")),
        ("many-morris", "morris", "128", None),
    ] {
        let more = ["--method", method, "--points", points];
        let (_, text, page) = render(&folder, name, &file, &more);
        let doubt = format!(
            "{points} {} are too few for a firm conclusion: ",
            noun.unwrap_or_default()
        );
        assert_eq!(text.contains(&doubt), noun.is_some(), "{text}");
        assert_eq!(page.contains(&doubt), noun.is_some(), "{name}");
        let hedge =
            "With too few points for a firm conclusion, whether there is a deal depends most on";
        assert_eq!(page.contains(hedge), noun.is_some(), "{name}");
    }
}

#[test]
fn where_all_sessions_end_alike_the_study_is_about_utilities() {
    let folder = TempDir::new().unwrap();
    for (name, even, n_deals, how_many) in [
        ("never", "0.0", 0, "None of the"),
        ("always", "1.0", 1, "All"),
    ] {
        let file = two_numbers_decide(&folder);
        let setting = format!("{}={even}", "party.seller.preference.price.utility.even");
        let buyer = format!("{}={even}", "party.buyer.preference.price.utility.even");
        let more = ["--points", "64", "--set", &setting, "--set", &buyer];
        let (out, text, page) = render(&folder, name, &file, &more);
        let why = format!(
            "{how_many} 768 sessions ended in a deal, so the agreement rate depends on no factor"
        );
        assert!(text.contains(&why), "{text}");
        if n_deals == 0 {
            // Without a deal each ends with what none is worth to it.
            let seller = text
                .find("Seller's utility: the share of its variance")
                .unwrap();
            let buyer = text.find("Buyer's utility: ").unwrap();
            assert!(text[seller..buyer].contains(SELLER), "{text}");
            assert!(text[buyer..].contains(BUYER), "{text}");
            assert!(page.contains(&why), "{text}");
            let most = "he utility of Seller depends most on Seller: what no deal is worth to it";
            assert!(page.contains(most), "{text}");
            assert!(out.join("figures/total-of-buyer.svg").exists());
        } else {
            assert!(
                text.contains("Buyer: no varied factor had an effect"),
                "{text}"
            );
        }
        let table = rows(out.join("sensitivity.csv"));
        assert!(table.iter().all(|it| it["metric"] == "utility"), "{name}");
        // One box around all sessions if all agree, none if none does.
        assert_eq!(rows(out.join("boxes.csv")).len(), n_deals, "{name}");
    }
}

/// The row of `flips.csv` of a number.
fn flip_of(folder: &Path, path: &str) -> BTreeMap<String, String> {
    let all = rows(folder.join("flips.csv"));
    all.into_iter().find(|it| it["number"] == path).unwrap()
}

/// Checks a shift against the one worked out by hand.
#[track_caller]
fn check_shift(row: &BTreeMap<String, String>, expected: f64, tolerance: f64) {
    assert_near(number(row, "shift"), expected, tolerance);
    let (low, high) = (number(row, "interval_low"), number(row, "interval_high"));
    assert!(low <= expected && expected <= high, "{low} to {high}");
    assert!(high - low < 4.0 * tolerance, "{low} to {high}");
}

#[test]
fn the_least_shift_is_the_one_worked_out_by_hand() {
    let folder = TempDir::new().unwrap();
    let file = one_number_decides(&folder);
    let even = "party.seller.preference.price.utility.even";
    for (rate, expected) in [("25", 0.1), ("75", -0.1), ("90%", -0.16)] {
        let more = [
            "--rate",
            rate,
            "--numbers",
            SELLER,
            "--numbers",
            BUYER,
            "--numbers",
            even,
            "--sessions",
            "2000",
        ];
        let out = run(&folder, "flip", rate, &file, &more);
        // The share of deals is 0.5 − shift / 0.4 of the reservation value, and the other way round
        // for what even is worth, which is certain and can be moved all the same.
        let seller = flip_of(&out, SELLER);
        check_shift(&seller, expected, 0.012);
        assert_near(
            number(&seller, "shifted_median") - number(&seller, "median"),
            number(&seller, "shift"),
            1e-8,
        );
        check_shift(&flip_of(&out, even), -expected, 0.012);
        // The buyer cannot be moved to want more than everything.
        if rate == "25" {
            let buyer = flip_of(&out, BUYER);
            assert_eq!([&buyer["shift"], &buyer["interval_low"]], ["", ""]);
        }
        let curve = rows(out.join("flip_curves.csv"));
        for it in curve.iter().filter(|it| it["number"] == SELLER) {
            let expected = (0.5 - number(it, "shift") / 0.4).clamp(0.0, 1.0);
            assert_near(number(it, "agreement_rate"), expected, 0.05);
        }
    }
}

#[test]
fn a_number_at_an_end_of_its_range_goes_the_other_way_only() {
    let folder = TempDir::new().unwrap();
    let file = one_number_decides(&folder);
    let setting = format!("{SELLER}=1.0");
    let more = ["--numbers", SELLER, "--set", setting.as_str()];
    let out = run(&folder, "flip", "run", &file, &more);
    let curve = rows(out.join("flip_curves.csv"));
    assert!(curve.iter().all(|it| number(it, "shift") <= 0.0));
    // From 1.0 to the 0.5 that even is worth, where all sessions agree at once.
    let row = flip_of(&out, SELLER);
    assert_near(number(&row, "shift"), -0.5, 0.1);
    assert_near(number(curve.last().unwrap(), "agreement_rate"), 0.0, 0.0);
    assert_near(number(&curve[0], "agreement_rate"), 1.0, 0.0);
}

#[test]
fn a_shift_that_may_as_well_be_none_has_an_interval_around_0() {
    let folder = TempDir::new().unwrap();
    let file = one_number_decides(&folder);
    let out = run(&folder, "flip", "run", &file, &["--numbers", SELLER]);
    let row = flip_of(&out, SELLER);
    assert!(number(&row, "interval_low") < 0.0 && 0.0 < number(&row, "interval_high"));
}

#[test]
fn any_number_of_threads_gives_the_same_study() {
    let folder = TempDir::new().unwrap();
    let design = |method: &str| {
        let root = env!("CARGO_MANIFEST_DIR");
        let text = format!(
            "schema = 1\nname = \"designed\"\nsessions = 10\nscenario = \"{root}/{VILLAGES}\"\n\
             [sweep]\ndesign = {{ method = \"{method}\", points = 32 }}\n\
             [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nbetween = {{ from = 0.3, to = 0.8 }}\n\
             [[sweep.axis]]\npath = \"party.lower.reservation_value\"\nown_distribution = true\n"
        );
        written(&folder, &format!("{method}.toml"), &text)
    };
    let jobs: [(&str, String, &[&str]); 7] = [
        ("sensitivity", VILLAGES.into(), &["--points", "128"]),
        (
            "sensitivity",
            VILLAGES.into(),
            &["--method", "morris", "--points", "300"],
        ),
        ("flip", VILLAGES.into(), &["--sessions", "300"]),
        ("sweep", design("sobol"), &[]),
        ("sweep", design("latin_hypercube"), &[]),
        ("sweep", design("saltelli"), &[]),
        ("sweep", design("morris"), &[]),
    ];
    for (idx, (verb, file, more)) in jobs.iter().enumerate() {
        let [one, two, seven] = ["1", "2", "7"].map(|threads| {
            let more = [more, &["--threads", threads][..]].concat();
            tables(&run(
                &folder,
                verb,
                &format!("{idx}-{threads}"),
                file,
                &more,
            ))
        });
        assert!(one.values().all(|it| !it.is_empty()));
        assert!(one == two && two == seven, "{verb} {file} {more:?}");
    }
}

#[test]
fn the_cells_of_a_design_fill_the_ranges_of_its_axes() {
    let folder = TempDir::new().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "schema = 1\nname = \"designed\"\nsessions = 20\nscenario = \"{root}/{VILLAGES}\"\n\
         [sweep]\ndesign = {{ method = \"latin_hypercube\", points = 16, seed = 3 }}\n\
         [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nbetween = {{ from = 0.2, to = 0.6 }}\n\
         [[sweep.axis]]\npath = \"party.lower.reservation_value\"\nown_distribution = true\n"
    );
    let file = written(&folder, "designed.toml", &text);
    let out = run(&folder, "sweep", "run", &file, &[]);
    let cells = rows(out.join("cells.csv"));
    assert_eq!(cells.len(), 16);
    for (path, from, to) in [
        ("party.upper.reservation_value", 0.2, 0.6),
        ("party.lower.reservation_value", 0.3, 0.45),
    ] {
        let mut numbers: Vec<f64> = cells.iter().map(|it| number(it, path)).collect();
        numbers.sort_by(f64::total_cmp);
        // One point in each of sixteen equal parts.
        for (part, it) in (0..).map(f64::from).zip(numbers) {
            let place = (it - from) / (to - from) * 16.0;
            assert!(
                part <= place && place <= part + 1.0,
                "{path}: {place} in {part}"
            );
        }
    }
    let table = rows(out.join("sensitivity.csv"));
    assert!(!table.is_empty());
    assert!(table.iter().all(|it| it["kind"] == "parameter"));
}

fn setting_of(text: &str) -> Setting {
    let read_file = |_: &Path| Ok(text.to_owned());
    load_scenario(Path::new("scenario.toml"), &[], &read_file)
        .unwrap()
        .setting
}

fn results(setting: Setting, n: u64) -> Vec<SessionResult> {
    let mut table = PlainLoop::new(Arc::new(setting));
    let seeds = Seeds::new(MasterSeed(5));
    (0..n)
        .map(|it| table.run(&seeds, Replication(it)).1)
        .collect()
}

/// The same but for which row of a design it is.
fn is_same_session(one: &SessionResult, other: &SessionResult) -> bool {
    one.ending == other.ending && one.n_offers == other.n_offers && one.parties == other.parties
}

#[test]
fn a_row_has_each_number_at_the_quantile_that_the_design_says() {
    const POINTS: u32 = 8;
    let setting = setting_of(&bargain(0.5));
    let numbers: Vec<NumberId> = setting.uncertain_numbers();
    let study = Study::radial(&setting, StudyInput::all(&setting).into(), POINTS, 11).unwrap();
    // Seller's reservation value, what mine is worth to it, buyer's reservation value.
    let ranges = [(0.3, 0.7), (0.8, 1.0), (0.25, 0.75)];
    let all: Vec<_> = setting.numbers().map(|it| it.path.clone()).collect();
    let names: Vec<&str> = numbers.iter().map(|it| &all[it.idx()][..]).collect();
    assert_eq!(names, [SELLER, MINE, BUYER]);
    let sequence = SobolSequence::new(6, Scrambling::Owen { seed: 11 }).unwrap();
    // A, one row each for three numbers, randomness, three bases and three sets of sources, and B.
    let at_b: [&[usize]; 12] = [
        &[],
        &[0],
        &[1],
        &[2],
        &[],
        &[1],
        &[0],
        &[2],
        &[2],
        &[0],
        &[1],
        &[0, 1, 2],
    ];
    assert_eq!(study.n_sessions(), 12 * u64::from(POINTS));
    let sessions = results(study.designed(setting), study.n_sessions());
    for (row, session) in sessions.iter().enumerate() {
        let (base_point, place) = (u32::try_from(row / 12).unwrap(), row % 12);
        let expected = |dimension: usize| {
            let half = if at_b[place].contains(&dimension) {
                3
            } else {
                0
            };
            let (min, max) = ranges[dimension];
            min + (max - min) * sequence.coordinate(base_point, half + dimension)
        };
        let reservation_value = |party: usize| session.parties[party].reservation_value.get();
        // Reservation values give way a little, so that rounding decides nothing.
        assert_near(reservation_value(0), expected(0), 1e-11);
        let best_utility = session.parties[0].best_utility.expect("it has no red line");
        assert_near(best_utility.get(), expected(1), 1e-11);
        assert_near(reservation_value(1), expected(2), 1e-11);
    }
    // Randomness decides what is offered when, and not whether there is a deal.
    for rows in sessions.chunks(12) {
        let is_agreed = |row: usize| rows[row].ending.agreement().is_some();
        assert_eq!(is_agreed(0), is_agreed(4));
        assert_eq!(
            rows[0].parties[0].best_utility,
            rows[4].parties[0].best_utility
        );
    }
}

#[test]
fn what_a_row_does_not_cross_stays_as_it_was() {
    let setting = setting_of(include_str!("../../../configs/scenarios/two-villages.toml"));
    let numbers = setting.uncertain_numbers();
    assert_eq!(
        numbers.len(),
        2,
        "how the upper village feels about halves; the lower's reservation value"
    );
    let study = Study::radial(&setting, StudyInput::all(&setting).into(), 32, 1).unwrap();
    // A, two numbers, randomness, all numbers as a group without a basis and without a source, B.
    let sessions = results(study.designed(setting), study.n_sessions());
    for rows in sessions.chunks(7) {
        let strategies = |it: &SessionResult| [it.parties[0].strategy, it.parties[1].strategy];
        let lower = |it: &SessionResult| it.parties[1].reservation_value;
        for row in [1, 2, 4, 5] {
            assert_eq!(
                strategies(&rows[0]),
                strategies(&rows[row]),
                "the same random numbers"
            );
        }
        assert_eq!(
            strategies(&rows[3]),
            strategies(&rows[6]),
            "the random numbers of B"
        );
        assert_eq!(lower(&rows[0]), lower(&rows[1]));
        assert_eq!(lower(&rows[0]), lower(&rows[3]));
        assert_eq!(lower(&rows[2]), lower(&rows[6]));
        assert!(
            is_same_session(&rows[4], &rows[5]),
            "both groups are all numbers"
        );
    }
    assert!(
        sessions
            .chunks(7)
            .any(|it| !is_same_session(&it[0], &it[3])),
        "randomness matters"
    );
}

#[test]
fn points_of_a_trajectory_have_each_number_at_their_quantile() {
    let setting = setting_of(&bargain(0.5));
    let study = Study::trajectories(&setting, StudyInput::all(&setting), 5, 2).unwrap();
    let sessions = results(study.designed(setting), study.n_sessions());
    let levels = MorrisLevels::new(4).unwrap();
    let points = (0..5).flat_map(|it| morris_trajectory(it, 3, levels, 2));
    for (point, session) in points.zip(&sessions) {
        assert_near(
            session.parties[0].reservation_value.get(),
            0.3 + 0.4 * point[0],
            1e-11,
        );
        assert_near(
            session.parties[1].reservation_value.get(),
            0.25 + 0.5 * point[2],
            1e-11,
        );
    }
    assert_eq!(sessions.len(), 20);
}

#[test]
fn a_shift_moves_its_number_in_every_draw_and_nothing_else() {
    let setting = setting_of(include_str!("../../../configs/scenarios/alaska-2025.toml"));
    let as_it_stands = results(setting.clone(), 30);
    let numbers: Vec<NumberId> = (0..setting.numbers().count()).map(NumberId::new).collect();
    for number in numbers.iter().step_by(40) {
        assert_eq!(
            as_it_stands,
            results(setting.clone().with_shift(*number, 0.0), 30)
        );
    }
    let russia = setting
        .numbers()
        .position(|it| it.path == "party.russia.reservation_value");
    let russia = NumberId::new(russia.unwrap());
    for (by, expected) in [(0.9, 1.0), (-0.9, 0.0), (0.1, 0.6)] {
        let number = setting.numbers().nth(russia.idx()).unwrap();
        assert_near(number.moved(0.5, by), expected, 1e-12);
    }
    for by in [-0.45, 0.1, 0.3] {
        let moved = results(setting.clone().with_shift(russia, by), 30);
        for (before, after) in as_it_stands.iter().zip(&moved) {
            let pairs = before.parties.iter().zip(&after.parties);
            for (party, (before, after)) in pairs.enumerate() {
                let was = before.reservation_value.get();
                let expected = if party == 1 {
                    (was + by).clamp(0.0, 1.0)
                } else {
                    was
                };
                assert_near(after.reservation_value.get(), expected, 1e-11);
                assert_eq!(before.strategy, after.strategy);
                assert_eq!(before.best_utility, after.best_utility);
            }
        }
    }
}

#[test]
fn the_experiment_that_comes_with_the_program_runs() {
    let folder = TempDir::new().unwrap();
    let file = "configs/experiments/assumed-numbers.toml";
    // In two rounds nothing is agreed, and it takes no time.
    let rounds = "protocol.proposal_and_vote.deadline_rounds=2";
    let more = ["--points", "32", "--set", rounds];
    let out = run(&folder, "sensitivity", "run", file, &more);
    let table = rows(out.join("sensitivity.csv"));
    let numbers = table.iter().filter(|it| it["kind"] == "number");
    let bases: std::collections::BTreeSet<&str> = numbers.map(|it| &it["basis"][..]).collect();
    assert_eq!(bases.into_iter().collect::<Vec<_>>(), ["assumed"]);
    let text = fs::read(out.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(manifest["verb"], "sensitivity");
    assert_eq!(manifest["study"]["method"], "saltelli");
    assert_eq!(manifest["study"]["points"], 32);
    assert!(manifest["study"]["numbers"].as_array().unwrap().len() > 50);
}

/// Checks the message about an experiment over the two villages with these lines.
#[track_caller]
fn check_message(name: &str, lines: &str) {
    insta::with_settings!({ snapshot_path => "snapshots/studies" }, {
        insta::assert_snapshot!(name, message(lines, "party.upper.reservation_value\n0.4\n"));
    });
}

#[test]
fn a_wrong_design_is_reported_before_the_first_session() {
    let upper = "path = \"party.upper.reservation_value\"";
    let check = |name: &str, design: &str, axes: &[&str]| {
        let axes: Vec<String> = axes
            .iter()
            .map(|it| format!("[[sweep.axis]]\n{it}\n"))
            .collect();
        check_message(name, &format!("[sweep]\n{design}\n{}", axes.concat()));
    };
    let sobol = "design = { method = \"sobol\", points = 8 }";
    let between = format!("{upper}\nbetween = {{ from = 0.2, to = 0.6 }}");
    check("no_axis", sobol, &[]);
    check(
        "upside_down",
        sobol,
        &[&format!("{upper}\nbetween = {{ from = 0.6, to = 0.2 }}")],
    );
    check(
        "infinite",
        sobol,
        &[&format!("{upper}\nbetween = {{ from = 0.6, to = inf }}")],
    );
    check(
        "outside",
        sobol,
        &[&format!("{upper}\nbetween = {{ from = -0.001, to = 1.2 }}")],
    );
    check(
        "half_a_round",
        sobol,
        &[
            "path = \"protocol.alternating_offers.deadline_rounds\"\nbetween = { from = 5, to = 20 }",
        ],
    );
    check("values", sobol, &[&format!("{upper}\nvalues = [0.2, 0.4]")]);
    check("no_range", sobol, &[upper]);
    check(
        "two_ranges",
        sobol,
        &[&format!("{between}\nown_distribution = true")],
    );
    check("between_without_a_design", "", &[&between]);
    check(
        "own_of_a_constant",
        sobol,
        &[&format!("{upper}\nown_distribution = true")],
    );
    check(
        "own_of_an_unknown_path",
        sobol,
        &["path = \"party.uper.reservation_value\"\nown_distribution = true"],
    );
    check(
        "combine",
        &format!("combine = \"zip\"\n{sobol}"),
        &[&between],
    );
    check(
        "points_of_a_table",
        &format!("points = \"points.csv\"\n{sobol}"),
        &[&between],
    );
    check(
        "no_points",
        "design = { method = \"morris\", points = 0 }",
        &[&between],
    );
    check(
        "too_few_points_of_a_design",
        "design = { method = \"saltelli\", points = 31 }",
        &[&between],
    );
    check(
        "too_many_cells",
        "design = { method = \"saltelli\", points = 4000 }",
        &[&between],
    );
    check(
        "unknown_method",
        "design = { method = \"halton\", points = 8 }",
        &[&between],
    );
    check("path_twice", sobol, &[&between, &between]);
    check(
        "several_at_once",
        "combine = \"grid\"\ndesign = { method = \"sobol\", points = 0 }",
        &[
            &format!("{upper}\nbetween = {{ from = 0.6, to = 0.2 }}"),
            "path = \"party.lower.reservation_value\"\nbetween = { from = 0.5, to = 1.5 }",
            "path = \"party.nobody.reservation_value\"\nown_distribution = true",
        ],
    );
}

#[test]
fn more_axes_than_a_design_has_room_for_are_reported() {
    let axis = "[[sweep.axis]]\npath = \"party.upper.reservation_value\"\nbetween = { from = 0.2, to = 0.6 }\n";
    let design = "[sweep]\ndesign = { method = \"saltelli\", points = 1 }\n";
    let text = message(&format!("{design}{}", axis.repeat(1025)), "");
    assert!(text.contains("at most 1024 axes"), "{}", &text[..400]);
}

#[test]
fn a_wrong_study_is_reported_before_the_first_session() {
    check_message(
        "numbers",
        "[sensitivity]\nnumbers = [\"party.lower\", \"party.uper.reservation_value\", \"party.upper.reservation_value\", \"assumed\"]\n",
    );
    check_message("no_point", "[sensitivity]\npoints = 0\n");
    check_message("too_few_base_points", "[sensitivity]\npoints = 31\n");
    check_message(
        "too_few_trajectories",
        "[sensitivity]\nmethod = \"morris\"\npoints = 9\n",
    );
    check_message("empty", "[sensitivity]\nnumbers = []\n");
    check_message(
        "unknown_study_method",
        "[sensitivity]\nmethod = \"sobol\"\n",
    );
}

#[test]
fn a_wrong_command_line_writes_nothing() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let swept = written(
        &folder,
        "swept.toml",
        &format!(
            "schema = 1\nname = \"swept\"\nscenario = \"{}/{VILLAGES}\"\n[[sweep.axis]]\n\
             path = \"party.upper.reservation_value\"\nvalues = [0.4]\n",
            env!("CARGO_MANIFEST_DIR")
        ),
    );
    let certain = written(
        &folder,
        "certain.toml",
        &bargain(0.5)
            .replace("uniform = { min = 0.3, max = 0.7 }", "constant = 0.4")
            .replace("uniform = { min = 0.25, max = 0.75 }", "constant = 0.4")
            .replace("uniform = { min = 0.8, max = 1.0 }", "constant = 0.9"),
    );
    let flagship = "configs/scenarios/alaska-2025.toml";
    let wrong: [(&str, &[&str], &str); 18] = [
        (
            "sensitivity",
            &[VILLAGES, "--numbers", "party.uper"],
            "did you mean",
        ),
        (
            "sensitivity",
            &[VILLAGES, "--numbers", "party.upper.reservation_value"],
            "is not uncertain",
        ),
        (
            "sensitivity",
            &[VILLAGES, "--numbers", "assumed"],
            "`assumed` is not uncertain",
        ),
        (
            "sensitivity",
            &[VILLAGES, "--points", "0"],
            "from 1 to 4294967295",
        ),
        (
            "sensitivity",
            &[VILLAGES, "--points", "31"],
            "`saltelli` needs at least 32 base points for intervals; 31 are too few: take --points 32 or more",
        ),
        (
            "sensitivity",
            &[VILLAGES, "--points", "9", "--method", "morris"],
            "at least 10 trajectories",
        ),
        (
            "sensitivity",
            &[VILLAGES, "--method", "sobol"],
            "possible values",
        ),
        ("sensitivity", &[&certain], "nothing to study"),
        ("sensitivity", &[&swept], "has a [sweep]"),
        (
            "sensitivity",
            &[flagship, "--points", "4294967295"],
            "--points",
        ),
        (
            "sensitivity",
            &[flagship, "--points", "4294967295", "--method", "morris"],
            "--points",
        ),
        (
            "flip",
            &[VILLAGES, "--numbers", "party.upper.reservation_vlue"],
            "did you mean",
        ),
        ("flip", &[VILLAGES, "--rate", "0"], "above 0 and below 100"),
        (
            "flip",
            &[VILLAGES, "--rate", "0.5"],
            "the rate is a percentage: is 50 meant? for less than one percent write 0.5%",
        ),
        (
            "flip",
            &[VILLAGES, "--rate", "nan"],
            "above 0 and below 100",
        ),
        (
            "flip",
            &[VILLAGES, "--sessions", "18446744073709551615"],
            "--sessions",
        ),
        ("flip", &[VILLAGES, "--sessions", "0"], "from 1 to"),
        ("flip", &[&swept], "has a [sweep]"),
    ];
    for (verb, arguments, rendered) in wrong {
        let arguments = [&[verb], arguments, &["--out", path_text(&out)]].concat();
        let output = check(&arguments, 2);
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(rendered), "{arguments:?}: {text}");
        assert!(!out.exists(), "{arguments:?}");
    }
}

#[test]
fn a_study_writes_into_no_folder_that_is_there() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    fs::create_dir(&out).unwrap();
    for verb in ["sensitivity", "flip"] {
        let output = check(&[verb, VILLAGES, "--out", path_text(&out)], 2);
        assert!(String::from_utf8_lossy(&output.stderr).contains("already exists"));
    }
    assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
}

#[test]
fn less_than_a_per_cent_is_taken_if_it_is_marked() {
    let folder = TempDir::new().unwrap();
    let more = [
        "--rate",
        "0.5%",
        "--sessions",
        "20",
        "--numbers",
        "party.lower.reservation_value",
    ];
    let out = run(&folder, "flip", "run", VILLAGES, &more);
    assert_near(
        number(&rows(out.join("flips.csv"))[0], "threshold"),
        0.005,
        0.0,
    );
}

#[test]
fn every_session_of_a_study_has_a_row_with_its_numbers_and_how_it_ended() {
    let folder = TempDir::new().unwrap();
    let file = two_numbers_decide(&folder);
    let more = ["--points", "32", "--draws"];
    let out = run(&folder, "sensitivity", "points", &file, &more);
    let table = rows(out.join("points.csv"));
    assert_eq!(table.len(), 32 * 12);
    for (idx, rows) in table.chunks(12).enumerate() {
        let (a, b) = (&rows[0], &rows[11]);
        let blocks: Vec<&str> = rows.iter().map(|it| &it["block"][..]).collect();
        assert_eq!(blocks, [&["a"][..], &["ab"; 10], &["b"]].concat());
        for (place, row) in rows.iter().enumerate() {
            assert_eq!(row["evaluation"], (12 * idx + place).to_string());
            assert_eq!(row["point"], idx.to_string());
            // Whether there is a deal follows from both reservation values.
            let is_willing = number(row, SELLER) <= 0.5 && number(row, BUYER) <= 0.5;
            assert_eq!(row["agreement"], u8::from(is_willing).to_string());
            assert_eq!(row["zone"], row["agreement"]);
            assert_eq!(row["ending"] == "agreement", is_willing);
            let of_none = number(row, SELLER);
            let expected = if is_willing { 0.5 } else { of_none };
            assert_near(number(row, "utility_seller"), expected, 1e-8);
            let is_crossed = |it: &str| {
                row["factor"] == it
                    || (row["kind"] == "basis" && row["factor"] == basis_of(it))
                    || (row["kind"] == "source" && row["factor"] == source_of(it))
            };
            if row["block"] == "ab" {
                for it in [SELLER, BUYER, MINE] {
                    let from = if is_crossed(it) { b } else { a };
                    assert_eq!(row[it], from[it], "{row:?}");
                }
            }
        }
    }
    assert_eq!(table[4]["factor"], "luck");

    let more = ["--method", "morris", "--points", "10", "--draws"];
    let out = run(&folder, "sensitivity", "steps", &file, &more);
    let table = rows(out.join("points.csv"));
    assert_eq!(table.len(), 10 * 4);
    for rows in table.chunks(4) {
        assert_eq!(
            (&rows[0]["block"][..], &rows[0]["factor"][..]),
            ("start", "")
        );
        for step in rows.windows(2) {
            let moved = [SELLER, BUYER, MINE]
                .into_iter()
                .filter(|it| step[0][*it] != step[1][*it]);
            assert_eq!(moved.collect::<Vec<_>>(), [&step[1]["factor"][..]]);
            assert_eq!(step[1]["block"], "step");
        }
    }

    let without = run(
        &folder,
        "sensitivity",
        "without",
        &file,
        &["--points", "32"],
    );
    assert!(!without.join("points.csv").exists());
}

fn basis_of(path: &str) -> &'static str {
    match path {
        SELLER => "inferred",
        BUYER => "assumed",
        _ => "reported",
    }
}

fn source_of(path: &str) -> &'static str {
    match path {
        SELLER => "ledger",
        BUYER => "no source",
        _ => "ledger + letter",
    }
}

#[test]
fn a_batch_runs_an_experiment_that_says_how_it_is_studied() {
    let folder = TempDir::new().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let plain =
        format!("schema = 1\nname = \"plain\"\nsessions = 50\nscenario = \"{root}/{VILLAGES}\"\n");
    let studied = format!("{plain}[sensitivity]\npoints = 32\n");
    let [plain, studied] = [("plain", plain), ("studied", studied)].map(|(name, text)| {
        let file = written(&folder, &format!("{name}.toml"), &text);
        tables(&run(&folder, "batch", name, &file, &[]))
    });
    assert!(plain == studied);
}

#[test]
fn studies_are_summarized_in_words() {
    let folder = TempDir::new().unwrap();
    let (one, file) = (one_number_decides(&folder), two_numbers_decide(&folder));
    let rendered = |name: &str, arguments: &[&str]| {
        let out: PathBuf = folder.path().join(name);
        let arguments = [arguments, &["--out", path_text(&out)]].concat();
        // A slow machine has progress on standard error.
        let output = check(&arguments, 0);
        let text = String::from_utf8(output.stdout).unwrap();
        text.replace(path_text(&out), "FOLDER")
    };
    insta::with_settings!({ snapshot_path => "snapshots/studies" }, {
        insta::assert_snapshot!("summary_of_saltelli", rendered("saltelli", &["sensitivity", &file, "--points", "256"]));
        insta::assert_snapshot!(
            "summary_of_morris",
            rendered("morris", &["sensitivity", &file, "--method", "morris", "--points", "32"])
        );
        insta::assert_snapshot!("summary_of_flips", rendered("flip", &["flip", &file]));
        insta::assert_snapshot!("summary_out_of_reach", rendered("reach", &["flip", &one, "--rate", "10", "--numbers", BUYER]));
    });
}

#[cfg(unix)]
#[test]
fn an_interrupted_study_leaves_a_manifest_and_no_table() {
    let folder = TempDir::new().unwrap();
    for (verb, more) in [
        ("sensitivity", &["--points", "2000000", "--draws"][..]),
        ("flip", &["--sessions", "10000000"]),
    ] {
        let out = folder.path().join(verb);
        let arguments = [verb, VILLAGES, "--threads", "2", "--out", path_text(&out)];
        let child = start(&[&arguments[..], more].concat());
        // From then on it listens.
        while !out.exists() {
            std::thread::yield_now();
        }
        interrupt(&child);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{verb}");
        assert!(output.stdout.is_empty());
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("a manifest but no tables"), "{text}");
        let manifest: serde_json::Value =
            serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
        assert_eq!(manifest["complete"], false);
        assert!(tables(&out).is_empty(), "{verb}");
    }
}

#[test]
fn a_batch_of_a_file_with_a_study_says_which_verb_runs_it() {
    let folder = TempDir::new().unwrap();
    let file = "configs/experiments/assumed-numbers.toml";
    let note = |more: &[&str]| {
        let out = folder.path().join(format!("run-{}", more.len()));
        let arguments = ["batch", file, "--sessions", "2", "--no-report", "--out"];
        let arguments = [&arguments[..], &[path_text(&out)], more].concat();
        let rendered = check(&arguments, 0).stderr;
        String::from_utf8(rendered).unwrap()
    };
    let rendered = note(&[]);
    assert!(
        rendered.contains(&format!("`demarche sensitivity {file}` runs it")),
        "{rendered}"
    );
    assert!(!note(&["--quiet"]).contains("sensitivity"));
}
