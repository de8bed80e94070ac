//! Studies that vary the form of the model too, where what decides can be worked out by hand.

use std::collections::BTreeMap;
use std::fs;

use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, path_text, rows, run, tables};

/// A bargain over one price at which both can agree, `even`, with these strategies and rules.
///
/// The seller's reservation value is drawn from 0.3 to 0.7, and `even` is worth 0.5 to it and all to
/// the buyer; all else is worth nothing to one of them.
fn bargain(reservation_value: &str, strategy: &str, rounds: u32) -> String {
    let party = |id: &str, reservation_value: &str, utility: &str| {
        format!(
            "[[party]]\nid = \"{id}\"\nlabel = \"{id}\"\nreservation_value = {reservation_value}\n\
             [[party.preference]]\nissue = \"price\"\nweight = 1.0\nutility = {utility}\n\
             [[party.strategy]]\np = 1.0\n{strategy}\naccept = {{ constant = {{ at_least = 0.0 }} }}\n"
        )
    };
    format!(
        "schema = 1\nname = \"bargain\"\ntitle = \"A thing for sale\"\nkind = \"synthetic\"\n\
         [[issue]]\nid = \"price\"\nlabel = \"The price\"\noptions = [{}, {}, {}]\n{}{}\
         [protocol.alternating_offers]\ndeadline_rounds = {rounds}\n",
        "{ id = \"mine\", label = \"mine\" }",
        "{ id = \"even\", label = \"even\" }",
        "{ id = \"yours\", label = \"yours\" }",
        party(
            "seller",
            reservation_value,
            "{ mine = 1.0, even = 0.5, yours = 0.0 }"
        ),
        party("buyer", "0.4", "{ mine = 0.0, even = 1.0, yours = 1.0 }"),
    )
}

const UNCERTAIN: &str = "{ uniform = { min = 0.3, max = 0.7 } }";
const RESERVATION: &str = "party.seller.reservation_value";

/// An experiment over a scenario, in a folder of its own.
fn experiment(folder: &TempDir, scenario: &str, more: &str) -> String {
    fs::write(folder.path().join("bargain.toml"), scenario).unwrap();
    let path = folder.path().join("experiment.toml");
    let text = format!("schema = 1\nname = \"forms\"\nscenario = \"bargain.toml\"\n{more}");
    fs::write(&path, text).unwrap();
    path_text(&path).to_owned()
}

type Row = BTreeMap<String, String>;

fn estimate(table: &[Row], metric: &str, (kind, factor): (&str, &str), measure: &str) -> f64 {
    let found = table.iter().find(|it| {
        (&it["metric"][..], &it["measure"][..]) == (metric, measure)
            && (&it["kind"][..], &it["factor"][..]) == (kind, factor)
    });
    found.unwrap_or_else(|| panic!("{measure} of {factor}"))["estimate"]
        .parse()
        .unwrap()
}

#[track_caller]
fn assert_near(found: f64, expected: f64, tolerance: f64) {
    let error = (found - expected).abs();
    assert!(
        error <= tolerance,
        "{found} is not within {tolerance} of {expected}"
    );
}

/// In one round, the seller demands all that it can get as GENIUS counts time, and no more than no deal
/// where time reaches the deadline.
#[test]
fn the_dimension_of_form_that_decides_has_all_of_the_variance() {
    let folder = TempDir::new().unwrap();
    let strategy = "time_dependent = { concession_exponent = 0.2 }";
    let scenario = bargain("{ uniform = { min = 0.42, max = 0.48 } }", strategy, 1);
    let file = experiment(
        &folder,
        &scenario,
        "[sensitivity]\npoints = 256\nforms = true\n\
         [robustness]\nforms = [\"relative_time\", \"consent\"]\n",
    );
    let out = run(&folder, "sensitivity", "run", &file, &["--draws"]);
    let table = rows(out.join("sensitivity.csv"));
    for factor in [
        ("form", "relative_time"),
        ("all_forms", "form of the model"),
    ] {
        let of = |measure| estimate(&table, "agreement_rate", factor, measure);
        assert_near(of("total"), 1.0, 0.05);
        assert_near(of("first_order"), 1.0, 0.1);
        assert_near(of("share"), 1.0, 0.0);
    }
    for factor in [("number", RESERVATION), ("luck", "luck")] {
        assert_near(
            estimate(&table, "agreement_rate", factor, "total"),
            0.0,
            0.0,
        );
    }
    let levels = rows(out.join("form_levels.csv"));
    let of = |level: &str| {
        let mut of_dimension = levels.iter().filter(|it| it["dimension"] != "consent");
        let found = of_dimension.find(|it| it["level"] == level);
        found.unwrap_or_else(|| levels.iter().find(|it| it["level"] == level).unwrap())
    };
    let share = |level: &str| of(level)["agreement_rate"].parse::<f64>().unwrap();
    assert_near(share("as_it_stands"), 1.0, 0.0);
    assert_near(share("time_genius"), 0.0, 0.0);
    // Both levels are equally likely, and the points are evenly spread.
    assert_eq!(of("as_it_stands")["n"], of("time_genius")["n"]);
    // Two parties agree only together anyway.
    assert!(!of("unanimity")["not_applicable"].is_empty());
    assert!(of("unanimity")["agreement_rate"].is_empty());
    assert!(!table.iter().any(|it| it["factor"] == "consent"));
    for row in rows(out.join("points.csv")) {
        let is_as_it_stands = row["relative_time"] == "as_it_stands";
        assert_eq!(row["agreement"], u8::from(is_as_it_stands).to_string());
    }
}

#[test]
fn zones_and_utilities_of_a_session_are_the_same_in_every_form() {
    let folder = TempDir::new().unwrap();
    let scenario = bargain(UNCERTAIN, "trade_off = { concession_exponent = 1.0 }", 12);
    let file = experiment(&folder, &scenario, "");
    let more = ["--points", "64", "--forms", "--draws"];
    let out = run(&folder, "sensitivity", "run", &file, &more);
    let table = rows(out.join("sensitivity.csv"));
    let dimensions: Vec<&str> = ["rounds", "offering", "acceptance", "protocol"]
        .into_iter()
        .chain(["party_order", "relative_time"])
        .collect();
    for dimension in &dimensions {
        let of = |metric| estimate(&table, metric, ("form", dimension), "total");
        assert_near(of("zone_rate"), 0.0, 0.0);
    }
    assert_near(
        estimate(&table, "zone_rate", ("number", RESERVATION), "total"),
        1.0,
        0.1,
    );
    let points = rows(out.join("points.csv"));
    for row in &points {
        let number = |column: &str| row[column].parse::<f64>().unwrap();
        let is_willing = number(RESERVATION) <= 0.5;
        assert_eq!(row["zone"], u8::from(is_willing).to_string());
        // Whoever comes first: even is worth a half to the seller and all to the buyer.
        let utilities = [number("utility_seller"), number("utility_buyer")];
        let expected = if row["agreement"] == "1" {
            [0.5, 1.0]
        } else {
            [number(RESERVATION), 0.4]
        };
        for (found, expected) in utilities.into_iter().zip(expected) {
            assert_near(found, expected, 1e-8);
        }
    }
    for (dimension, n_levels) in dimensions.into_iter().zip([4, 5, 3, 4, 2, 2]) {
        let levels: std::collections::BTreeSet<&str> =
            points.iter().map(|it| &it[dimension][..]).collect();
        assert_eq!(levels.len(), n_levels, "{dimension}: {levels:?}");
    }
    let again = run(
        &folder,
        "sensitivity",
        "again",
        &file,
        &[&more[..], &["--threads", "3"]].concat(),
    );
    assert!(tables(&out) == tables(&again), "any number of threads");
}

#[test]
fn a_form_with_nothing_uncertain_can_be_studied() {
    let folder = TempDir::new().unwrap();
    let scenario = bargain("0.45", "time_dependent = { concession_exponent = 0.2 }", 1);
    let file = experiment(
        &folder,
        &scenario,
        "[robustness]\nforms = [\"relative_time\"]\n",
    );
    let out = run(
        &folder,
        "sensitivity",
        "run",
        &file,
        &["--points", "32", "--forms"],
    );
    let table = rows(out.join("sensitivity.csv"));
    let factor = ("form", "relative_time");
    assert_near(
        estimate(&table, "agreement_rate", factor, "total"),
        1.0,
        0.2,
    );
}

#[test]
fn forms_without_an_alternative_are_nothing_to_study() {
    let folder = TempDir::new().unwrap();
    let scenario = bargain("0.45", "random_offer = {}", 5);
    // Two parties agree only together anyway.
    let file = experiment(&folder, &scenario, "[robustness]\nforms = [\"consent\"]\n");
    let out = folder.path().join("run");
    let output = check(
        &["sensitivity", &file, "--forms", "--out", path_text(&out)],
        2,
    );
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("there is nothing to study"), "{text}");
    assert!(!out.exists());
}

/// The seller demands all that it can get as GENIUS counts time, and no more than no deal where time
/// reaches the deadline; the buyer takes whatever it is offered.
#[test]
fn where_all_sessions_end_alike_the_share_of_forms_is_that_of_utilities() {
    let folder = TempDir::new().unwrap();
    let strategy = "time_dependent = { concession_exponent = 0.2 }";
    let scenario = bargain("{ uniform = { min = 0.1, max = 0.2 } }", strategy, 1)
        .replace("even = 0.5, yours = 0.0", "even = 0.5, yours = 0.3")
        .replace("mine = 0.0, even = 1.0", "mine = 0.5, even = 0.8");
    let more = "[robustness]\nforms = [\"relative_time\"]\n";
    let file = experiment(&folder, &scenario, more);
    let out = folder.path().join("run");
    let arguments = ["sensitivity", &file, "--points", "64", "--forms", "--out"];
    let output = check(&[&arguments[..], &[path_text(&out)]].concat(), 0);
    let text = String::from_utf8(output.stdout).unwrap();
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    for text in [&text, &page] {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("ended in a deal, so the agreement rate depends on no factor"));
        assert!(
            text.contains("of the variance of the utility of seller"),
            "{text}"
        );
        assert!(text.contains("All other dimensions and numbers vary at the same time"));
    }
}

#[test]
fn named_forms_go_together_with_others() {
    let folder = TempDir::new().unwrap();
    let strategy = "time_dependent = { concession_exponent = 0.2 }";
    let scenario = bargain("{ uniform = { min = 0.42, max = 0.48 } }", strategy, 1);
    let file = experiment(
        &folder,
        &scenario,
        "[sensitivity]\npoints = 128\nforms = true\n\
         [robustness]\nforms = [\"relative_time\"]\n\
         [[robustness.form]]\nid = \"soft_seller\"\n\
         set = { \"party.seller.strategy.0.time_dependent.concession_exponent\" = 1000.0 }\n",
    );
    let out = run(&folder, "sensitivity", "run", &file, &["--draws"]);
    for row in rows(out.join("points.csv")) {
        // A seller that gives way at once agrees however time is counted.
        let is_agreed = row["relative_time"] == "as_it_stands" || row["named"] == "soft_seller";
        assert_eq!(row["agreement"], u8::from(is_agreed).to_string(), "{row:?}");
    }
}

#[test]
fn forms_along_trajectories_are_refused() {
    let out = TempDir::new().unwrap().path().join("run");
    let more = ["--forms", "--method", "morris", "--out", path_text(&out)];
    let output = check(&[&["sensitivity", VILLAGES], &more[..]].concat(), 2);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("take --method saltelli, or no --forms"),
        "{text}"
    );
    let folder = TempDir::new().unwrap();
    let scenario = bargain(UNCERTAIN, "random_offer = {}", 5);
    let more = "[sensitivity]\nmethod = \"morris\"\nforms = true\n";
    let file = experiment(&folder, &scenario, more);
    let output = check(&["sensitivity", &file, "--out", path_text(&out)], 2);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("levels of a form have no order"), "{text}");
    assert!(text.contains("experiment.toml:6:9"), "{text}");
    assert!(!out.exists());
}

#[test]
fn studies_of_forms_are_summarized_in_words() {
    let folder = TempDir::new().unwrap();
    // A source has the name of a dimension.
    let uncertain = UNCERTAIN.replace(" } }", " }, source = [\"protocol\"] }");
    let strategy = "time_dependent = { concession_exponent = 0.2 }";
    let scenario = bargain(&uncertain, strategy, 1);
    let source = "schema = 1\nsource = [{ id = \"protocol\", title = \"Minutes\" }]\n";
    let scenario = scenario.replace("schema = 1\n", source);
    let more = "[robustness]\nforms = [\"relative_time\", \"consent\", \"rounds\"]\n";
    let file = experiment(&folder, &scenario, more);
    let out = folder.path().join("run");
    let arguments = ["sensitivity", &file, "--points", "128", "--forms", "--out"];
    let output = check(&[&arguments[..], &[path_text(&out)]].concat(), 0);
    let text = String::from_utf8(output.stdout).unwrap();
    let text = text.replace(path_text(&out), "FOLDER");
    insta::with_settings!({ snapshot_path => "snapshots/studies" }, {
        insta::assert_snapshot!("summary_of_forms", text);
    });
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("Form of the model: relative time"));
    assert!(!page.contains("Form of the model: protocol"));
    assert!(page.contains("The form of the model is involved in"));
    assert!(page.contains("Share of deals by level of the form of the model"));
}

#[test]
fn more_forms_than_there_is_room_for_are_refused() {
    let folder = TempDir::new().unwrap();
    let scenario = bargain(
        UNCERTAIN,
        "time_dependent = { concession_exponent = 0.2 }",
        9,
    );
    let form = |it: u32| {
        let value = format!("set = {{ \"protocol.alternating_offers.deadline_rounds\" = {it} }}");
        format!("[[robustness.form]]\nid = \"form_{it}\"\n{value}\n")
    };
    let forms: Vec<String> = (1..=60).map(form).collect();
    let more = format!("[robustness]\n{}", forms.concat());
    let file = experiment(&folder, &scenario, &more);
    let out = folder.path().join("run");
    let arguments = ["sensitivity", &file, "--forms", "--out", path_text(&out)];
    let output = check(&arguments, 2);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("more than 4096 forms of the model; name fewer in `forms`"),
        "{text}"
    );
    assert!(!out.exists());
}
