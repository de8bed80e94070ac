//! The record of a run for journals and archives: what it says is what the folder contains.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use demarche::run::{Manifest, RO_CRATE};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, path_text, run};

/// The entities of a run's record by their identifiers.
fn entities(run: &Path) -> BTreeMap<String, Value> {
    let text = fs::read_to_string(run.join(RO_CRATE)).expect("the run has a record");
    let record: Value = serde_json::from_str(&text).expect("it is JSON");
    let graph = record["@graph"].as_array().expect("it has entities");
    let id = |it: &Value| {
        it["@id"]
            .as_str()
            .expect("each has an identifier")
            .to_owned()
    };
    let entities: BTreeMap<String, Value> = graph.iter().map(|it| (id(it), it.clone())).collect();
    assert_eq!(entities.len(), graph.len(), "no identifier is there twice");
    entities
}

fn references(property: &Value) -> BTreeSet<String> {
    let all = property.as_array().into_iter().flatten();
    all.map(|it| it["@id"].as_str().unwrap().to_owned())
        .collect()
}

/// Everything that an entity refers to is there, and every file that is there is referred to.
#[track_caller]
fn check_whole(run: &Path) {
    let entities = entities(run);
    let (root, action) = (&entities["./"], &entities["#run"]);
    let parts = references(&root["hasPart"]);
    assert_eq!(parts, references(&action["result"]));
    for it in parts.iter().chain(&references(&action["object"])) {
        assert!(entities.contains_key(it), "{it} is not described");
    }
    let names = fs::read_dir(run).unwrap().map(|it| it.unwrap());
    let names = names.map(|it| {
        let name = it.file_name().into_string().unwrap();
        if it.path().is_dir() { name + "/" } else { name }
    });
    let there: BTreeSet<String> = names.filter(|it| it != RO_CRATE).collect();
    assert_eq!(parts, there);

    let manifest = fs::read(run.join("manifest.json")).unwrap();
    let digest = format!("{:x}", Sha256::digest(&manifest));
    assert_eq!(entities["manifest.json"]["sha256"], digest);
    let manifest = Manifest::from_json(&String::from_utf8(manifest).unwrap()).unwrap();
    assert!(!manifest.tables.is_empty());
    for table in &manifest.tables {
        let entity = &entities[&table.path];
        assert_eq!(entity["sha256"], table.sha256);
        assert_eq!(entity["contentSize"], table.bytes.to_string());
        let description = entity["description"].as_str().unwrap();
        assert!(description.starts_with("One row per "), "{description}");
    }
    for (idx, input) in manifest.inputs.iter().enumerate() {
        let entity = &entities[&format!("#input-{}", idx + 1)];
        assert_eq!(entity["sha256"], input.sha256);
    }
    assert_eq!(entities["#seed"]["value"], manifest.seed);
    let version = manifest.results_version.to_string();
    assert_eq!(entities["#results-version"]["value"], version);
    assert_eq!(action["startTime"], manifest.timing.started);
    let status = "http://schema.org/CompletedActionStatus";
    assert_eq!(action["actionStatus"], status);
}

#[test]
fn every_run_has_a_record_of_all_that_is_in_its_folder() {
    let folder = TempDir::new().unwrap();
    let few = [
        "--sessions",
        "40",
        "--set",
        "party.upper.reservation_value=0.35",
    ];
    let formats = [&few[..], &["--format", "csv,parquet", "--excel"]].concat();
    check_whole(&run(&folder, "batch", "batch", VILLAGES, &formats));
    let without = [&few[..], &["--no-report"]].concat();
    check_whole(&run(&folder, "batch", "bare", VILLAGES, &without));
    let sweep = "configs/experiments/deadline-and-patience.toml";
    check_whole(&run(&folder, "sweep", "sweep", sweep, &["--sessions", "4"]));
    let flip = ["--sessions", "20"];
    check_whole(&run(&folder, "flip", "flip", VILLAGES, &flip));
    check_whole(&run(&folder, "robustness", "forms", VILLAGES, &flip));
    let points = ["--points", "32"];
    check_whole(&run(&folder, "sensitivity", "study", VILLAGES, &points));
}

#[test]
fn a_record_names_the_command_that_makes_the_run_again() {
    let folder = TempDir::new().unwrap();
    let set = "protocol.alternating_offers.deadline_rounds=7";
    let few = [
        "--sessions",
        "30",
        "--seed",
        "5",
        "--set",
        set,
        "--no-report",
    ];
    let first = run(&folder, "batch", "first", VILLAGES, &few);
    let record = &entities(&first)["#run"];
    let command = record["description"].as_str().unwrap();
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(words[0], "demarche");
    let again = folder.path().join("again");
    let out = ["--quiet", "--out", path_text(&again)];
    check(&[&words[1..], &out[..]].concat(), 0);
    for it in ["sessions.csv", "parties.csv", "summary.csv"] {
        assert_eq!(
            fs::read(first.join(it)).unwrap(),
            fs::read(again.join(it)).unwrap()
        );
    }
}

#[test]
fn a_record_tells_nothing_of_the_disk_it_was_made_on() {
    let folder = TempDir::new().unwrap();
    let scenario = folder.path().join("my-talks.toml");
    fs::copy(VILLAGES, &scenario).unwrap();
    let few = ["--sessions", "10"];
    let made = run(&folder, "batch", "made", path_text(&scenario), &few);
    let text = fs::read_to_string(made.join(RO_CRATE)).unwrap();
    assert!(text.contains("my-talks.toml"));
    assert!(!text.contains(path_text(folder.path())));
}

#[test]
fn a_merged_run_has_a_record_as_any_other() {
    let folder = TempDir::new().unwrap();
    let shard = |number: u32| {
        let shard = format!("{number}/2");
        let more = ["--sessions", "600", "--shard", &shard];
        let made = run(&folder, "batch", &number.to_string(), VILLAGES, &more);
        assert!(!made.join(RO_CRATE).exists(), "a shard has none");
        made
    };
    let shards = [shard(1), shard(2)];
    let merged = folder.path().join("merged");
    let shards = shards.each_ref().map(|it| path_text(it));
    let out = ["--quiet", "--out", path_text(&merged)];
    check(&[&["merge"][..], &shards, &out].concat(), 0);
    check_whole(&merged);
}

#[test]
fn a_page_made_later_is_added_to_the_record_unless_somebody_changed_it() {
    let folder = TempDir::new().unwrap();
    let few = ["--sessions", "10", "--no-report"];
    let ours = run(&folder, "batch", "ours", VILLAGES, &few);
    assert!(!entities(&ours).contains_key("report.html"));
    check(&["report", path_text(&ours)], 0);
    check_whole(&ours);

    let theirs = run(&folder, "batch", "theirs", VILLAGES, &few);
    let path = theirs.join(RO_CRATE);
    let changed = fs::read_to_string(&path).unwrap();
    let changed = changed.replace("No license stated", "CC BY 4.0");
    fs::write(&path, &changed).unwrap();
    check(&["report", path_text(&theirs)], 0);
    assert_eq!(fs::read_to_string(&path).unwrap(), changed);
}
