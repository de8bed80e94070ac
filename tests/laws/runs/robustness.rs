//! Other forms of the model: each is the scenario with what it changes set by hand, on the same draws.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use demarche::experiment::Interrupt;
use demarche::run::{Observer, Progress, RunOptions, RunRequest, RunSpec, execute};
use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, path_text, run, tables};

const FLAGSHIP: &str = "configs/scenarios/alaska-2025.toml";

/// An experiment on the two villages.
fn experiment(folder: &TempDir, name: &str, more: &str) -> String {
    let scenario = fs::canonicalize(VILLAGES).unwrap();
    let text = format!(
        "schema = 1\nname = \"villages\"\nscenario = {:?}\nsessions = 600\nseed = 7\n{more}",
        path_text(&scenario)
    );
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path_text(&path).to_owned()
}

/// By form, its row by the names of the columns.
fn forms(run: &Path) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(run.join("robustness.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let named = header.iter().zip(&row);
        let named = named.map(|it| (it.0.to_owned(), it.1.to_owned()));
        (row[0].to_owned(), named.collect())
    });
    rows.collect()
}

/// How the first sessions of a batch ended, in the order of the columns of a form.
fn endings(run: &Path, sessions: usize) -> [usize; 4] {
    let mut reader = csv::Reader::from_path(run.join("sessions.csv")).unwrap();
    let place = reader
        .headers()
        .unwrap()
        .iter()
        .position(|it| it == "ending");
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let count = |ending: &str| {
        let first = rows.iter().take(sessions);
        first.filter(|it| &it[place.unwrap()] == ending).count()
    };
    ["agreement", "deadline", "walkout", "forfeit"].map(count)
}

fn endings_of(form: &BTreeMap<String, String>) -> [usize; 4] {
    ["agreement", "deadline", "walkout", "forfeit"].map(|it| form[it].parse().unwrap())
}

#[test]
fn forms_are_the_scenario_with_what_they_change_set_by_hand() {
    let folder = TempDir::new().unwrap();
    let sessions = ["--sessions", "30", "--seed", "20250815"];
    let names = [
        "rounds",
        "accept_next",
        "random_proposer",
        "unanimity",
        "time_genius",
    ];
    let chosen = names.iter().flat_map(|it| ["--form", *it]);
    let more: Vec<&str> = sessions.into_iter().chain(chosen).collect();
    let study = run(&folder, "robustness", "forms", FLAGSHIP, &more);
    let forms = forms(&study);
    let everybody = "consent = [{ party = \"united_states\" }, { party = \"russia\" }, \
                     { party = \"ukraine\" }, { party = \"european_coalition\" }, { party = \"china\" }]";
    let strategy = |it: usize| format!("party.*.strategy.{it}.accept={{ next = {{}} }}");
    let by_hand: [(&str, Vec<String>); 8] = [
        ("as_it_stands", vec![]),
        (
            "half_the_rounds",
            vec!["protocol.proposal_and_vote.deadline_rounds=10".to_owned()],
        ),
        (
            "twice_the_rounds",
            vec!["protocol.proposal_and_vote.deadline_rounds=40".to_owned()],
        ),
        (
            "five_times_the_rounds",
            vec!["protocol.proposal_and_vote.deadline_rounds=100".to_owned()],
        ),
        ("accept_next", vec![strategy(0), strategy(1)]),
        (
            "random_proposer",
            vec!["protocol={ random_proposer = { deadline_rounds = 20 } }".to_owned()],
        ),
        ("unanimity", vec![everybody.replace(" = [", "=[")]),
        (
            "time_genius",
            vec!["protocol.proposal_and_vote.relative_time=\"genius\"".to_owned()],
        ),
    ];
    assert_eq!(forms.len(), by_hand.len());
    for (form, settings) in by_hand {
        let settings = settings.iter().flat_map(|it| ["--set", it.as_str()]);
        let more: Vec<&str> = sessions.into_iter().chain(settings).collect();
        let batch = run(&folder, "batch", form, FLAGSHIP, &more);
        assert_eq!(endings_of(&forms[form]), endings(&batch, 30), "{form}");
    }
}

#[test]
fn one_strategy_for_all_keeps_each_partys_own_exponent() {
    let folder = TempDir::new().unwrap();
    let sessions = ["--sessions", "300"];
    let chosen = ["--form", "all_hybrid", "--form", "all_tough"];
    let more = [&sessions[..], &chosen].concat();
    let study = run(&folder, "robustness", "forms", VILLAGES, &more);
    let text = fs::read_to_string(VILLAGES).unwrap();
    assert!(text.contains("time_dependent"));
    let changed = folder.path().join("hybrid.toml");
    fs::write(&changed, text.replace("time_dependent", "hybrid")).unwrap();
    let batch = run(&folder, "batch", "batch", path_text(&changed), &sessions);
    let forms = forms(&study);
    assert_eq!(endings_of(&forms["all_hybrid"]), endings(&batch, 300));
    // Who never gives way comes to no agreement with somebody who does not either.
    assert_eq!(endings_of(&forms["all_tough"]), [0, 300, 0, 0]);
}

#[test]
fn the_order_of_the_parties_is_that_of_the_file_reversed() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "60", "--form", "parties_reversed"];
    let study = run(&folder, "robustness", "forms", FLAGSHIP, &more);
    let text = fs::read_to_string(FLAGSHIP).unwrap();
    let mut table: toml::Table = text.parse().unwrap();
    table["party"].as_array_mut().unwrap().reverse();
    let reversed = folder.path().join("reversed.toml");
    fs::write(&reversed, toml::to_string(&table).unwrap()).unwrap();
    let batch = run(&folder, "batch", "batch", path_text(&reversed), &more[..2]);
    assert_eq!(
        endings_of(&forms(&study)["parties_reversed"]),
        endings(&batch, 60)
    );
}

#[test]
fn a_batch_tries_forms_and_its_other_tables_do_not_change() {
    let folder = TempDir::new().unwrap();
    let plain = experiment(&folder, "plain.toml", "");
    let with_forms = experiment(
        &folder,
        "forms.toml",
        "[robustness]\nsessions = 40\nforms = [\"protocol\"]\n\
         [[robustness.form]]\nid = \"hurried\"\nlabel = \"three rounds\"\n\
         set = { \"protocol.alternating_offers.deadline_rounds\" = 3 }\n",
    );
    let plain = run(&folder, "batch", "plain", &plain, &[]);
    let one = run(&folder, "batch", "one", &with_forms, &["--threads", "1"]);
    let mut tables_of_one = tables(&one);
    let table = tables_of_one.remove(Path::new("robustness.csv"));
    assert!(table.is_some());
    assert!(tables_of_one == tables(&plain));
    // The same bytes on more threads, in one go or from shards; the page can be made later.
    let two = run(&folder, "batch", "two", &with_forms, &["--threads", "2"]);
    assert!(tables(&two) == tables(&one));
    let shards = ["1/2", "2/2"].map(|shard| {
        let name = format!("shard-{}", &shard[..1]);
        run(&folder, "batch", &name, &with_forms, &["--shard", shard])
    });
    let merged = folder.path().join("merged");
    let [first, second] = shards.each_ref().map(|it| path_text(it));
    check(
        &[
            "merge",
            first,
            second,
            "--quiet",
            "--out",
            path_text(&merged),
        ],
        0,
    );
    assert!(tables(&merged) == tables(&one));
    let page = fs::read(one.join("report.html")).unwrap();
    fs::remove_file(one.join("report.html")).unwrap();
    check(&["report", path_text(&one)], 0);
    assert!(page == fs::read(one.join("report.html")).unwrap());
    check(&["verify", path_text(&one)], 0);
    let forms = forms(&one);
    assert_eq!(forms["hurried"]["dimension"], "named");
    assert_eq!(forms["hurried"]["label"], "three rounds");
    assert_eq!(endings_of(&forms["as_it_stands"]), endings(&plain, 40));
}

/// Asks a run to stop as soon as it has tried a form.
struct StopsAtForms(Interrupt);

impl Observer for StopsAtForms {
    fn progressed(&mut self, progress: Progress<'_>) {
        if matches!(progress, Progress::Form { .. }) {
            self.0.request();
        }
    }
}

#[test]
fn the_page_of_a_batch_that_was_interrupted_in_its_forms_says_what_is_there() {
    let folder = TempDir::new().unwrap();
    let path = experiment(&folder, "forms.toml", "[robustness]\nsessions = 200\n");
    let read_file = |it: &Path| fs::read_to_string(it);
    let spec = RunSpec::load(RunRequest::batch(&path), &read_file, &mut ()).unwrap();
    let options = RunOptions {
        threads: 1,
        ..RunOptions::default()
    };
    let mut observer = StopsAtForms(options.interrupt.clone());
    let out = folder.path().join("run");
    let finished = execute(&spec, &out, &options, &mut observer).unwrap();
    assert!(finished.is_interrupted());
    check(&["report", path_text(&out)], 0);
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    let text =
        "it contains all 600 sessions of the scenario as it stands, and none under other forms";
    assert!(page.contains(text));
}

#[test]
fn a_quick_look_has_no_more_sessions_under_a_form_than_without() {
    let folder = TempDir::new().unwrap();
    let file = experiment(
        &folder,
        "forms.toml",
        "[robustness]\nforms = [\"random_proposer\"]\n",
    );
    let quick = run(&folder, "batch", "quick", &file, &["--sessions", "30"]);
    assert_eq!(forms(&quick)["random_proposer"]["n"], "30");
    let whole = run(&folder, "batch", "whole", &file, &[]);
    assert_eq!(forms(&whole)["random_proposer"]["n"], "500");
}

#[test]
fn what_is_wrong_with_forms_is_reported_with_its_place() {
    let folder = TempDir::new().unwrap();
    let mut wrong = Vec::new();
    for (name, text) in [
        ("unknown", "[robustness]\nforms = [\"round\"]\n"),
        ("none", "[robustness]\nforms = []\n"),
        ("no_session", "[robustness]\nsessions = 0\n"),
        (
            "twice",
            "[[robustness.form]]\nid = \"unanimity\"\nset = {}\n",
        ),
        (
            "reserved",
            "[[robustness.form]]\nid = \"as_it_stands\"\nset = {}\n",
        ),
        (
            "preferences",
            "[[robustness.form]]\nid = \"mine\"\nset = { \"party.lower.reservation_value\" = 0.1 }\n",
        ),
        (
            "path",
            "[[robustness.form]]\nid = \"mine\"\nset = { \"party.lowre.reservation_value\" = 0.1 }\n",
        ),
        (
            "party",
            "[[robustness.form]]\nid = \"mine\"\nset = { \"party.lower.id\" = \"nether\" }\n",
        ),
        (
            "sweep",
            "[robustness]\n[sweep]\n[[sweep.axis]]\npath = \"party.*.reservation_value\"\nvalues = [0.1]\n",
        ),
        ("many", "[robustness]\nsessions = 9007199254740992\n"),
    ] {
        let file = experiment(&folder, &format!("{name}.toml"), text);
        let sessions = ["--sessions", "9007199254740991"];
        let more: &[&str] = if name == "many" { &sessions } else { &[] };
        let output = check(&[&["batch", file.as_str()], more].concat(), 2);
        let message = String::from_utf8(output.stderr).unwrap();
        let message = message.replace(path_text(folder.path()), "FOLDER");
        wrong.push(format!("{name}\n{message}"));
    }
    let scenario = fs::canonicalize(VILLAGES).unwrap();
    let wrong = wrong.join("\n").replace(path_text(&scenario), "VILLAGES");
    insta::assert_snapshot!("wrong_forms", wrong);
    let output = check(&["robustness", VILLAGES, "--form", "unanimit"], 2);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("is `unanimity` meant?"), "{message}");
}

#[test]
fn the_summary_names_every_form_and_the_range() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let arguments = [
        "robustness",
        VILLAGES,
        "--sessions",
        "64",
        "--no-report",
        "--out",
    ];
    let output = check(&[&arguments[..], &[path_text(&out)]].concat(), 0);
    let text = String::from_utf8(output.stdout).unwrap();
    insta::assert_snapshot!("summary_of_forms", text.replace(path_text(&out), "FOLDER"));
}

#[test]
fn deals_by_strategy_are_those_of_the_sessions_in_which_it_was_drawn() {
    let folder = TempDir::new().unwrap();
    let batch = run(&folder, "batch", "batch", FLAGSHIP, &["--sessions", "80"]);
    let table = |name: &str| -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(batch.join(name)).unwrap();
        let header = reader.headers().unwrap().clone();
        let rows = reader.records().map(|row| {
            let row = row.unwrap();
            let named = header.iter().zip(&row);
            named.map(|it| (it.0.to_owned(), it.1.to_owned())).collect()
        });
        rows.collect()
    };
    let is_agreed: Vec<bool> = (table("sessions.csv").iter())
        .map(|it| it["ending"] == "agreement")
        .collect();
    let mut counted: BTreeMap<(String, String), [usize; 2]> = BTreeMap::new();
    for row in table("parties.csv") {
        let replication: usize = row["replication"].parse().unwrap();
        let key = (row["party"].clone(), row["strategy"].clone());
        let [n, n_agreed] = counted.entry(key).or_default();
        *n += 1;
        *n_agreed += usize::from(is_agreed[replication]);
    }
    let rows = table("strategies.csv");
    assert_eq!(rows.len(), counted.len());
    for row in rows {
        let key = (row["party"].clone(), row["offering"].clone());
        let in_table: [usize; 2] = ["n", "n_agreed"].map(|it| row[it].parse().unwrap());
        assert_eq!(counted[&key], in_table, "{key:?}");
        assert_eq!(row["probability"], "0.5");
    }
}
