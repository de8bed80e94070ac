//! Runs that a rule stops, in shards: `missing` lists those that are needed next, as far as the others
//! tell, and merged they have the bytes of the run in one go.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, manifest, path_text, results, run};

/// Writes an experiment with a rule, and what else it has.
fn experiment(folder: &TempDir, rule: &str, more: &str) -> PathBuf {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "schema = 1\nname = \"villages\"\nseed = 9\nscenario = \"{root}/{VILLAGES}\"\n\
         until = {{ {rule} }}\n{more}"
    );
    let file = folder.path().join("experiment.toml");
    fs::write(&file, text).unwrap();
    file
}

fn missing(plan: &Path) -> String {
    let output = check(&["missing", "--manifest", path_text(plan)], 0);
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The numbers of an array list, such as `3,7-9`.
fn numbers(list: &str) -> Vec<u32> {
    let range = |it: &str| {
        let (first, last) = it.split_once('-').unwrap_or((it, it));
        first.parse().unwrap()..=last.parse().unwrap()
    };
    list.split(',').flat_map(range).collect()
}

fn merge_arguments<'a>(plan: &'a Path, out: &'a Path) -> [&'a str; 6] {
    let [plan, out] = [plan, out].map(path_text);
    ["merge", "--manifest", plan, "--quiet", "--out", out]
}

/// Runs the shards that are needed until none is, and tells how many that were in each wave.
fn run_waves(plan: &Path, out: &Path) -> Vec<usize> {
    let mut waves = Vec::new();
    loop {
        let list = missing(plan);
        if list.is_empty() {
            return waves;
        }
        let stderr = check(&merge_arguments(plan, out), 3).stderr;
        let rendered = String::from_utf8(stderr).unwrap();
        assert!(
            ["needed first", "not enough for the precision", "missing"]
                .iter()
                .any(|it| rendered.contains(it)),
            "{rendered}"
        );
        assert!(!out.exists(), "nothing is written");
        let numbers = numbers(&list);
        for it in numbers.iter().rev() {
            let index = it.to_string();
            let arguments = ["shard", "--quiet", "--manifest", path_text(plan)];
            check(&[&arguments[..], &["--index", &index]].concat(), 0);
        }
        waves.push(numbers.len());
    }
}

#[track_caller]
fn plan(folder: &TempDir, file: &Path, of: u32) -> PathBuf {
    let out = folder.path().join("planned");
    let of = of.to_string();
    let arguments = ["plan", path_text(file), "--quiet", "--shards", &of];
    check(
        &[&arguments[..], &SET, &["--out", path_text(&out)]].concat(),
        0,
    );
    out.join("plan.json")
}

/// With it, about seven in ten sessions end in an agreement.
const SET: [&str; 2] = ["--set", "party.upper.reservation_value=0.8"];

const RULE: &str = "metric = \"agreement_rate\", half_width = 0.01, max_sessions = 20_000";

#[test]
fn a_batch_stops_as_it_does_in_one_go_and_takes_no_more_shards_than_it_needs() {
    let folder = TempDir::new().unwrap();
    let file = experiment(&folder, RULE, "");
    let whole = run(&folder, "batch", "whole", path_text(&file), &SET);
    let plan = plan(&folder, &file, 40);
    let out = folder.path().join("merged");
    let waves = run_waves(&plan, &out);
    assert!(waves.len() > 1, "{waves:?}");
    assert!(waves.iter().sum::<usize>() < 30, "{waves:?}");
    check(&merge_arguments(&plan, &out), 0);
    assert!(results(&out) == results(&whole));
    check(&["verify", path_text(&out)], 0);
    // One more changes nothing.
    let arguments = ["shard", "--quiet", "--manifest", path_text(&plan)];
    check(&[&arguments[..], &["--index", "40"]].concat(), 0);
    assert_eq!(missing(&plan), "");
    let again = folder.path().join("again");
    check(&merge_arguments(&plan, &again), 0);
    assert!(results(&again) == results(&whole));
    // One that is needed and damaged is needed again.
    let table = plan.with_file_name("shard-01-of-40/sessions.csv");
    let bytes = fs::read(&table).unwrap();
    fs::write(&table, &bytes[..bytes.len() / 2]).unwrap();
    let stderr = check(&merge_arguments(&plan, &folder.path().join("never")), 3).stderr;
    let rendered = String::from_utf8(stderr).unwrap();
    assert!(rendered.contains("shard-01-of-40"), "{rendered}");
    assert_eq!(missing(&plan), "1");
}

#[test]
fn cells_of_a_sweep_stop_each_as_in_one_go() {
    for seeds in ["common", "independent"] {
        let folder = TempDir::new().unwrap();
        let more = format!(
            "[sweep]\nseeds = \"{seeds}\"\n[[sweep.axis]]\n\
             path = \"party.upper.reservation_value\"\nvalues = [0.9, 0.45, 0.8, 0.95]\n"
        );
        let rule = "metric = \"agreement_rate\", half_width = 0.03, max_sessions = 3000";
        let file = experiment(&folder, rule, &more);
        let whole = run(&folder, "sweep", "whole", path_text(&file), &["--draws"]);
        let counted = manifest(&whole)["counts"]["sessions"].as_u64().unwrap();
        assert!(counted < 12_000, "some cells stop before: {counted}");
        let out = folder.path().join("planned");
        let arguments = ["plan", path_text(&file), "--draws", "--quiet"];
        let place = ["--shards", "11", "--out", path_text(&out)];
        check(&[&arguments[..], &place].concat(), 0);
        let plan = out.join("plan.json");
        let out = folder.path().join("merged");
        run_waves(&plan, &out);
        check(&merge_arguments(&plan, &out), 0);
        assert!(results(&out) == results(&whole), "{seeds}");
    }
}

#[test]
fn shards_that_are_named_are_all_of_the_most_sessions_and_merge_to_those_that_count() {
    let folder = TempDir::new().unwrap();
    let rule = "metric = \"agreement_rate\", half_width = 0.03, max_sessions = 3000";
    let file = experiment(&folder, rule, "");
    let whole = run(&folder, "batch", "whole", path_text(&file), &SET);
    let shards = ["1/2", "2/2"].map(|it| {
        let more = [&SET[..], &["--shard", it]].concat();
        let name = it.replace('/', "-");
        run(&folder, "batch", &name, path_text(&file), &more)
    });
    let out = folder.path().join("merged");
    let shards = shards.each_ref().map(|it| path_text(it));
    let arguments = ["merge", shards[1], shards[0], "--quiet", "--out"];
    check(&[&arguments[..], &[path_text(&out)]].concat(), 0);
    assert!(results(&out) == results(&whole));
}
