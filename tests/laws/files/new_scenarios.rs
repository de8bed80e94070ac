//! New scenarios: valid at once, all numbers assumed, with deals and with failures of both kinds.

use std::fs;
use std::process::{Output, Stdio};

use demarche::config::load_scenario;
use demarche::domain::{Basis, ScenarioKind};
use tempfile::TempDir;

use crate::support::process::{check, demarche, manifest, path_text, rows, run};

const TEMPLATES: [&str; 4] = ["two-party", "coalition", "legislature", "summit"];

/// `demarche new` with these arguments, in a folder, without a terminal.
#[track_caller]
fn new(folder: &TempDir, arguments: &[&str], code: i32) -> Output {
    let mut command = demarche(&["new"]);
    let output = command
        .args(arguments)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    output
}

#[test]
fn every_template_is_valid_at_once_and_assumes_all_its_numbers() {
    let folder = TempDir::new().unwrap();
    for template in TEMPLATES {
        let name = format!("my-{template}");
        let output = new(&folder, &[&name, "--template", template], 0);
        let file = folder.path().join(format!("{name}.toml"));
        let rendered = String::from_utf8(output.stdout).unwrap();
        for command in ["check --watch", "batch"] {
            let line = format!("demarche {command} {name}.toml\n");
            assert!(rendered.contains(&line), "{rendered}");
        }
        let checked = check(&["check", path_text(&file), "--draws", "500"], 0);
        assert_eq!(String::from_utf8(checked.stderr).unwrap(), "");
        let loaded = load_scenario(&file, &[], &|it| fs::read_to_string(it)).unwrap();
        assert_eq!(loaded.warnings(), Vec::<String>::new());
        let scenario = loaded.setting.scenario();
        assert_eq!(scenario.name, name);
        assert_eq!(scenario.kind, ScenarioKind::Sourced);
        for number in loaded.setting.numbers() {
            let basis = number.provenance.basis;
            assert_eq!(basis, Some(Basis::Assumed), "{}", number.path);
        }
        for rule in loaded.setting.sourced_rules() {
            let basis = rule.provenance.basis;
            assert_eq!(basis, Some(Basis::Assumed), "{}", rule.path);
        }
    }
}

#[test]
fn every_template_has_deals_and_failures_of_both_kinds() {
    let folder = TempDir::new().unwrap();
    for template in TEMPLATES {
        new(&folder, &[template, "--template", template], 0);
        let file = folder.path().join(format!("{template}.toml"));
        let more = ["--sessions", "400", "--no-report"];
        let run = run(&folder, "batch", template, path_text(&file), &more);
        let counts = &manifest(&run)["counts"];
        let deals = counts["agreement"].as_u64().unwrap();
        assert!((100..360).contains(&deals), "{template}: {deals}");
        assert_eq!(counts["forfeit"], 0);
        let failures = rows(run.join("failures.csv"));
        for failure in ["no_zone", "missed_zone"] {
            let n = failures.iter().find(|it| it["failure"] == failure);
            let n = n.map_or(0, |it| it["n"].parse().unwrap());
            assert!(n >= 10_u64, "{template}, {failure}: {n}");
        }
    }
}

#[test]
fn a_summary_answers_first_and_its_hundred_sessions_are_a_hundred() {
    let folder = TempDir::new().unwrap();
    for template in TEMPLATES {
        new(&folder, &[template, "--template", template], 0);
        let file = folder.path().join(format!("{template}.toml"));
        let out = folder.path().join(format!("{template}-run"));
        let [file, out] = [path_text(&file), path_text(&out)];
        let more = ["--sessions", "400", "--no-report", "--out", out];
        let output = check(&[&["batch", file][..], &more].concat(), 0);
        let printed = String::from_utf8(output.stdout).unwrap();
        let places = [
            " of 400 sessions ended in a deal (95 % interval ",
            "\nOf 100 sessions, about\n",
            " end in a deal\n",
            " miss a deal that was possible",
            " have no terms acceptable to all who must consent",
            "\nA simulation of stated assumptions",
            "\nWho would have to move\n",
            "\nDeals: ",
            "\nOptions in deals",
            "\nPivotal rejections",
        ]
        .map(|it| {
            printed
                .find(it)
                .unwrap_or_else(|| panic!("{it}: {printed}"))
        });
        assert!(places.is_sorted(), "{printed}");
        let rows = printed[places[1]..places[5]].lines();
        let number = |line: &str, end: usize| line.get(..end)?.trim().parse::<u32>().ok();
        let rows: Vec<&str> = rows.collect();
        let wholes = rows.iter().filter_map(|it| number(it, 5));
        assert_eq!(wholes.sum::<u32>(), 100, "{printed}");
        let parts = rows.iter().filter(|it| number(it, 5).is_none());
        let parts: u32 = parts.filter_map(|it| number(it, 10)).sum();
        let deals = rows.iter().find(|it| it.ends_with(" end in a deal"));
        let deals = number(deals.unwrap(), 5).unwrap();
        assert_eq!(parts + deals, 100, "{printed}");
    }
}

#[test]
fn a_new_scenario_replaces_nothing() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("talks.toml"), "mine").unwrap();
    for name in ["talks", "talks.toml", "./talks"] {
        let output = new(&folder, &[name, "--template", "summit"], 2);
        let rendered = String::from_utf8(output.stderr).unwrap();
        assert!(rendered.contains("already exists"), "{rendered}");
    }
    let there = fs::read_to_string(folder.path().join("talks.toml")).unwrap();
    assert_eq!(there, "mine");
}

#[test]
fn a_new_scenario_is_refused_with_what_to_do_instead() {
    let folder = TempDir::new().unwrap();
    for (arguments, part) in [
        (&["talks"][..], "--template: two-party, coalition"),
        (&["my talks", "--template", "summit"], "write a letter"),
        (&["a/b", "--template", "summit"], "there is no folder a"),
        (&["x", "--template", "sumit"], "'summit'"),
    ] {
        let output = new(&folder, arguments, 2);
        let rendered = String::from_utf8(output.stderr).unwrap();
        assert!(rendered.contains(part), "{rendered}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_new_scenario_names_its_file_in_a_folder() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("talks")).unwrap();
    new(&folder, &["talks/first.toml", "--template", "two-party"], 0);
    let text = fs::read_to_string(folder.path().join("talks/first.toml")).unwrap();
    assert!(text.contains("\nname = \"first\"\n"), "{text}");
    assert!(text.contains("demarche check --watch talks/first.toml"));
}
