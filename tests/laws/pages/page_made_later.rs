//! The page of a run is the same to the byte whether the run made it or `report` does so later.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, thread};

use demarche::report::RunSummary;
use demarche::run::{
    RunOptions, RunRequest, RunSpec, StudyQuestion, StudyRequest, StudySpec, execute, execute_study,
};
use demarche::strategy::Strategies;
use demarche::tables::{DrawTable, TableCopies, Workbook};
use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, files, path_text, run};

/// The two villages as a sourced scenario: what they prefer has the basis of its table.
fn sourced() -> String {
    let assumed = |text: &str, number: &str| {
        let own = format!("{{ constant = {number}, basis = \"assumed\" }}");
        (format!("{text}{number}\n"), format!("{text}{own}\n"))
    };
    let reported = "basis = \"reported\"\nsource = [\"letters\"]\n";
    let mut text = fs::read_to_string(VILLAGES).unwrap();
    for (from, to) in [
        ("kind = \"synthetic\"\n".to_owned(), String::new()),
        (
            "[[issue]]\nid = \"well_hours\"".to_owned(),
            "[[source]]\nid = \"letters\"\ntitle = \"Letters of both villages\"\n\n\
             [[issue]]\nid = \"well_hours\""
                .to_owned(),
        ),
        assumed("reservation_value = ", "0.4"),
        assumed("adds = ", "0.1"),
        (
            "max = 0.45 } }".to_owned(),
            "max = 0.45 }, basis = \"assumed\" }".to_owned(),
        ),
        (
            "{ concession_exponent = 0.5 }".to_owned(),
            "{ concession_exponent = { constant = 0.5, basis = \"assumed\" } }".to_owned(),
        ),
        (
            "{ concession_exponent = 1.0 }".to_owned(),
            "{ concession_exponent = { constant = 1.0, basis = \"assumed\" } }".to_owned(),
        ),
        (
            "{ concession_exponent = \"linear\" }".to_owned(),
            "{ concession_exponent = { constant = 1.0, basis = \"assumed\" } }".to_owned(),
        ),
        (
            "weight = 2.0\n".to_owned(),
            format!("weight = 2.0\n{reported}"),
        ),
        (
            "weight = 3.0\n".to_owned(),
            format!("weight = 3.0\n{reported}"),
        ),
        (
            "weight = 5.0\n".to_owned(),
            format!("weight = 5.0\n{reported}"),
        ),
    ] {
        assert!(text.contains(&from), "{from}");
        text = text.replace(&from, &to);
    }
    text
}

/// Files of experiments and scenarios, by what they are called in the test.
fn write_files(folder: &Path) {
    let root = env!("CARGO_MANIFEST_DIR");
    let made_up = fs::read_to_string(format!("{root}/{VILLAGES}")).unwrap();
    let axis = |path: &str, values: &str| format!("[[sweep.axis]]\npath = \"{path}\"\n{values}\n");
    let reservation = |values: &str| axis("party.upper.reservation_value", values);
    let weight = |values: &str| axis("party.lower.preference.upkeep.weight", values);
    let set = "[set]\n\"party.upper.reservation_value\" = 0.45\n\
               \"party.upper.preference.upkeep.utility.halves\" = 0.5\n";
    let two = [
        reservation("values = [0.3, 0.5]"),
        weight("values = [4.0, 6.0]"),
    ]
    .concat();
    let experiments = [
        ("set", "made-up.toml", set.to_owned()),
        ("sourced-set", "sourced.toml", set.to_owned()),
        (
            "until",
            "made-up.toml",
            "until = { metric = \"agreement_rate\", half_width = 0.05, max_sessions = 3000 }\n"
                .to_owned(),
        ),
        ("grid", "sourced.toml", two.clone()),
        (
            "zip",
            "made-up.toml",
            format!("[sweep]\ncombine = \"zip\"\n{two}"),
        ),
        (
            "table",
            "sourced.toml",
            "[sweep]\npoints = \"points.csv\"\n".to_owned(),
        ),
        (
            "design",
            "made-up.toml",
            format!(
                "[sweep]\ndesign = {{ method = \"saltelli\", points = 32 }}\n{}{}",
                reservation("between = { from = 0.3, to = 0.6 }"),
                weight("between = { from = 3.0, to = 6.0 }")
            ),
        ),
        (
            "readings",
            "sourced.toml",
            format!(
                "{set}{}",
                axis("scenario", "values = [\"made-up.toml\", \"sourced.toml\"]")
            ),
        ),
        (
            "apart",
            "sourced.toml",
            format!("[sweep]\nseeds = \"independent\"\n{two}"),
        ),
    ];
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write("made-up.toml", &made_up);
    write("sourced.toml", &sourced());
    write(
        "points.csv",
        "party.upper.reservation_value,party.lower.reservation_value\n0.3,0.4\n0.5,0.45\n",
    );
    for (name, scenario, rest) in experiments {
        let sessions = if rest.contains("until") {
            ""
        } else {
            "sessions = 40\n"
        };
        let head = format!("schema = 1\nname = \"{name}\"\nscenario = \"{scenario}\"\n{sessions}");
        write(&format!("{name}.toml"), &format!("{head}{rest}"));
    }
}

/// The page of a run with its figures, by name.
fn page(run: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut res = files(run);
    res.retain(|name, _| name.starts_with("report.html") || name.starts_with("figures"));
    res
}

#[track_caller]
fn check_made_later(run: &Path) {
    let later = run.with_extension("later");
    check(&["report", path_text(run), "--out", path_text(&later)], 0);
    let (own, later) = (page(run), files(&later));
    let names = |it: &BTreeMap<PathBuf, Vec<u8>>| -> Vec<PathBuf> { it.keys().cloned().collect() };
    assert_eq!(names(&own), names(&later), "{}", run.display());
    assert!(own.len() > 3, "{} has figures", run.display());
    for (name, bytes) in &own {
        let texts = [bytes, &later[name]].map(|it| String::from_utf8_lossy(it));
        let first = texts[0]
            .lines()
            .zip(texts[1].lines())
            .find(|it| it.0 != it.1);
        let place = format!("{} of {}: {first:?}", name.display(), run.display());
        assert!(*bytes == later[name], "{place}");
    }
}

/// The kinds of runs: a name, a verb, a file, and what else is asked.
const KINDS: [(&str, &str, &str, &[&str]); 19] = [
    ("batch", "batch", "made-up", &[]),
    ("batch-sourced", "batch", "sourced", &[]),
    (
        "batch-more",
        "batch",
        "sourced",
        &["--transcripts", "--distances"],
    ),
    (
        "batch-set",
        "batch",
        "made-up",
        &["--set", "party.upper.reservation_value=0.5"],
    ),
    (
        "batch-sourced-set",
        "batch",
        "sourced",
        &[
            "--set",
            "party.upper.reservation_value=0.5",
            "--set",
            "party.lower.preference.upkeep.weight=4",
        ],
    ),
    (
        "batch-sourced-set-part",
        "batch",
        "sourced",
        &["--set", "party.lower.reservation_value.uniform.max=0.4"],
    ),
    ("batch-file-set", "batch", "set", &[]),
    ("batch-sourced-file-set", "batch", "sourced-set", &[]),
    ("batch-until", "batch", "until", &[]),
    ("sweep-grid", "sweep", "grid", &[]),
    ("sweep-zip", "sweep", "zip", &[]),
    ("sweep-table", "sweep", "table", &[]),
    ("sweep-design", "sweep", "design", &[]),
    ("sweep-readings", "sweep", "readings", &[]),
    ("sweep-apart", "sweep", "apart", &[]),
    (
        "sensitivity",
        "sensitivity",
        "sourced-set",
        &["--points", "64"],
    ),
    (
        "morris",
        "sensitivity",
        "made-up",
        &["--method", "morris", "--points", "10"],
    ),
    ("flip", "flip", "sourced-set", &["--sessions", "40"]),
    ("flip-made-up", "flip", "made-up", &["--sessions", "40"]),
];

#[test]
fn a_page_made_later_is_the_one_that_the_run_made() {
    let folder = TempDir::new().unwrap();
    write_files(folder.path());
    let make = |(name, verb, file, more): &(&str, &str, &str, &[&str])| {
        let file = folder.path().join(format!("{file}.toml"));
        let mut more = more.to_vec();
        if *verb == "batch" && *file.file_stem().unwrap() != *"until" {
            more.extend(["--sessions", "40"]);
        }
        let run = run(&folder, verb, name, path_text(&file), &more);
        check_made_later(&run);
    };
    // Half of the kinds at a time: each starts two processes.
    let (one, other) = KINDS.split_at(KINDS.len() / 2);
    thread::scope(|scope| {
        for kinds in [one, other] {
            scope.spawn(|| kinds.iter().for_each(make));
        }
    });
}

/// The summary of the tables in a folder.
fn read_back(run: &Path) -> RunSummary {
    let open = |table: &str| {
        let opened = File::open(run.join(format!("{table}.csv"))).ok();
        Ok(opened.map(|it| Box::new(it) as Box<dyn Read>))
    };
    RunSummary::read(&open).unwrap()
}

#[test]
fn a_run_in_memory_and_one_read_back_come_to_the_same() {
    let folder = TempDir::new().unwrap();
    write_files(folder.path());
    let file = |name: &str| folder.path().join(format!("{name}.toml"));
    let read_file = |path: &Path| fs::read_to_string(path);
    let options = RunOptions::default();
    let sweeps = ["grid", "design", "readings", "apart"];
    let sweeps = sweeps.map(|it| (it, RunRequest::sweep(path_text(&file(it)))));
    let batch = RunRequest {
        sessions: Some(200),
        settings: vec!["party.upper.reservation_value=0.45".to_owned()],
        ..RunRequest::batch(path_text(&file("sourced")))
    };
    for (name, request) in [("batch", batch)].into_iter().chain(sweeps) {
        let spec = RunSpec::load(request, &read_file, &mut ()).unwrap();
        let path = folder.path().join(name);
        let finished = execute(&spec, &path, &options, &mut ()).unwrap();
        let in_memory = RunSummary::of_run(&spec, &finished.results.unwrap());
        assert!(in_memory != RunSummary::default());
        assert_eq!(in_memory, read_back(&path), "{name}");
    }
    let sensitivity = StudyQuestion::Sensitivity {
        method: None,
        points: Some(64),
        numbers: Vec::new(),
        forms: None,
        interactions: Vec::new(),
        draws: DrawTable::Omitted,
    };
    let flip = StudyQuestion::Flip {
        rate: 0.5,
        numbers: Vec::new(),
        sessions: 40,
    };
    for (name, question) in [("sensitivity", sensitivity), ("flip", flip)] {
        let request = StudyRequest {
            experiment: file("sourced-set"),
            settings: Vec::new(),
            strategies: Strategies::default(),
            seed: None,
            excel: Workbook::Omitted,
            copies: TableCopies::NONE,
            question,
        };
        let spec = StudySpec::load(request, &read_file, &mut ()).unwrap();
        let path = folder.path().join(name);
        let finished = execute_study(&spec, &path, &options, &mut ()).unwrap();
        let in_memory = RunSummary::of_study(&spec, &finished.answer.unwrap());
        assert!(in_memory != RunSummary::default());
        assert_eq!(in_memory, read_back(&path), "{name}");
    }
}

#[test]
fn the_page_of_merged_shards_is_that_of_the_run_in_one_go() {
    let folder = TempDir::new().unwrap();
    let more = [
        "--sessions",
        "600",
        "--set",
        "party.upper.reservation_value=0.5",
    ];
    let whole = run(&folder, "batch", "whole", VILLAGES, &more);
    let shards = ["1/2", "2/2"].map(|shard| {
        let name = format!("shard-{}", &shard[..1]);
        let more = [&more[..], &["--shard", shard]].concat();
        run(&folder, "batch", &name, VILLAGES, &more)
    });
    let merged = folder.path().join("merged");
    let [one, other] = shards.each_ref().map(|it| path_text(it));
    check(
        &["merge", one, other, "--quiet", "--out", path_text(&merged)],
        0,
    );
    check_made_later(&merged);
    assert!(page(&merged) == page(&whole));
}

#[test]
fn a_number_that_was_set_is_marked_as_such_on_a_page_made_later() {
    let folder = TempDir::new().unwrap();
    write_files(folder.path());
    let file = folder.path().join("sourced.toml");
    let weight = "party.lower.preference.upkeep.weight";
    let more = [
        "--sessions",
        "20",
        "--no-report",
        "--set",
        &format!("{weight}=4"),
    ];
    let run = run(&folder, "batch", "run", path_text(&file), &more);
    check(&["report", path_text(&run)], 0);
    let page = fs::read_to_string(run.join("report.html")).unwrap();
    let label = ": weight of ";
    let rows = page.split("<tr>").skip(1).filter(|it| it.contains(label));
    let row = rows.into_iter().find(|it| it.contains("set for this run"));
    let row = row.unwrap();
    assert!(
        row.contains("assumed") && row.contains("set for this run"),
        "{row}"
    );
}
