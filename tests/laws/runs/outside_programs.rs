//! Programs that answer for parties: their sessions, what the command line refuses, and replays.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use demarche::actors::{OutsideMessage, OutsideParties, OutsideParty, OutsideReply};
use demarche::domain::PartyId;
use demarche::experiment::Interrupt;
use demarche::run::{RunOptions, RunRequest, RunSpec, execute};
use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, demarche, example, manifest, path_text, tables};

/// A large scenario: five parties, red lines, interactions, leverage.
const LARGE: &str = "configs/scenarios/alaska-2025-first.toml";

fn with_program(party: &str, exponent: &str) -> String {
    let program = example("outside_party");
    format!("{party}=exec:'{}' {exponent}", path_text(&program))
}

fn batch(folder: &TempDir, name: &str, arguments: &[&str]) -> std::path::PathBuf {
    let path = folder.path().join(name);
    let all = [&["batch", "--quiet", "--out", path_text(&path)], arguments].concat();
    check(&all, 0);
    path
}

#[test]
fn a_program_that_concedes_with_time_has_the_sessions_of_the_built_in_strategy() {
    let party = with_program("lower", "1");
    let folder = TempDir::new().unwrap();
    let sessions = [VILLAGES, "--sessions", "1000", "--transcripts"];
    let alone = batch(&folder, "alone", &sessions);
    let with = batch(
        &folder,
        "with",
        &[&sessions[..], &["--party", &party]].concat(),
    );
    for name in ["sessions.csv", "offers.csv", "summary.csv", "failures.csv"] {
        let [alone, with] = [&alone, &with].map(|it| fs::read(it.join(name)).unwrap());
        assert!(alone == with, "{name}");
    }
    let record = &manifest(&with)["outside"];
    assert_eq!(record["reproducible"], true);
    let recorded = record["parties"]["lower"].as_str().unwrap();
    assert!(recorded.starts_with("exec:") && recorded.ends_with(" 1"));
}

#[test]
fn so_it_has_in_a_large_scenario() {
    let party = with_program("russia", "0.25");
    let folder = TempDir::new().unwrap();
    let sessions = [
        LARGE,
        "--sessions",
        "1000",
        "--set",
        "party.russia.strategy.0.p=1",
        "--set",
        "party.russia.strategy.1.p=0",
        "--set",
        "party.russia.strategy.0.time_dependent.concession_exponent=0.25",
    ];
    let alone = batch(&folder, "alone", &sessions);
    let with = batch(
        &folder,
        "with",
        &[&sessions[..], &["--party", &party]].concat(),
    );
    let [alone, with] = [&alone, &with].map(|it| fs::read(it.join("sessions.csv")).unwrap());
    assert!(alone == with);
}

#[test]
fn a_session_is_replayed_and_explained_without_the_program() {
    let party = with_program("lower", "1");
    let folder = TempDir::new().unwrap();
    let arguments = [VILLAGES, "--sessions", "40", "--transcripts", "--party"];
    let run = batch(
        &folder,
        "run",
        &[&arguments[..], &[party.as_str()]].concat(),
    );
    let run = path_text(&run);
    for replication in ["0", "17", "39"] {
        let output = check(&["replay", run, replication], 0);
        let text = String::from_utf8_lossy(&output.stdout);
        let equal = "Equal to its rows in sessions.csv, parties.csv, offers.csv.";
        assert!(text.contains(equal), "{text}");
        check(&["explain", run, replication], 0);
    }
    check(&["explain", run], 0);
    check(&["verify", run], 0);
    let page = folder.path().join("page.html");
    check(&["replay", run, "3", "--page", path_text(&page)], 0);
}

#[test]
fn a_sweep_has_one_process_for_all_of_its_cells_on_a_thread() {
    let folder = TempDir::new().unwrap();
    let experiment = folder.path().join("sweep.toml");
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join(VILLAGES);
    let text = format!(
        "schema = 1\nname = \"rounds\"\ntitle = \"Rounds\"\nscenario = \"{}\"\nsessions = 50\nseed = 1\n\
         [[sweep.axis]]\npath = \"party.lower.reservation_value\"\nvalues = [0.3, 0.4, 0.5]\n",
        path_text(&scenario)
    );
    fs::write(&experiment, text).unwrap();
    let party = with_program("lower", "1");
    let below = path_text(scenario.parent().unwrap());
    let sweep = |name: &str, more: &[&str]| {
        let path = folder.path().join(name);
        let fixed = [
            "sweep",
            path_text(&experiment),
            "--files-below",
            below,
            "--quiet",
            "--out",
            path_text(&path),
        ];
        check(&[&fixed[..], more].concat(), 0);
        tables(&path)
    };
    let alone = sweep("alone", &[]);
    let with = sweep("with", &["--party", &party, "--threads", "1"]);
    let name = Path::new("sessions.csv");
    let [alone, with] = [alone, with].map(|it| it[name].clone());
    assert!(alone == with);
}

/// The error of a command that is refused.
fn refused(arguments: &[&str]) -> String {
    let output = demarche(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    text
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_written() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let with = |more: &[&str]| {
        let fixed = ["batch", VILLAGES, "--sessions", "10", "--quiet", "--out"];
        let text = refused(&[&fixed[..], &[path_text(&out)], more].concat());
        assert!(!out.exists());
        text
    };
    let program = with_program("lower", "1");
    for (arguments, expected) in [
        (
            &["--party", "uper=exec:true"][..],
            "there is no party `uper`",
        ),
        (&["--party", "upper"], "write PARTY=exec:COMMAND"),
        (
            &["--party", "upper=exec:'a"],
            "a quote in the command is not closed",
        ),
        (&["--party", "upper=exec:"], "is empty"),
        (
            &["--party", "upper=exec:/no/such/program"],
            "cannot start `/no/such/program`, which is to answer for `upper`",
        ),
        (
            &["--party", &program, "--party", &program],
            "two programs are to answer for `lower`",
        ),
        (&["--party", &program, "--shard", "1/2"], "cut into shards"),
        (
            &["--party", &program, "--tables", "summary"],
            "choose other --tables",
        ),
        (
            &["--party", &program, "--party-timeout", "0"],
            "a number of seconds above 0",
        ),
    ] {
        let text = with(arguments);
        assert!(text.contains(expected), "{text}");
    }
    let plan = folder.path().join("plan");
    let text = refused(&[
        "plan",
        VILLAGES,
        "--shards",
        "2",
        "--party",
        &program,
        "--out",
        path_text(&plan),
    ]);
    assert!(text.contains("--party"), "{text}");
}

/// Answers in no session.
struct Unasked;

impl OutsideParty for Unasked {
    fn answer(&mut self, _: &[OutsideMessage<'_>]) -> Vec<OutsideReply> {
        unreachable!("the run is interrupted before it begins")
    }
}

#[test]
fn a_run_is_resumed_with_the_programs_that_it_began_with_only() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    let party = with_program("lower", "1");
    let request = RunRequest {
        sessions: Some(40),
        outside: [("lower".to_owned(), party["lower=".len()..].to_owned())].into(),
        ..RunRequest::batch(VILLAGES)
    };
    let read_file = |path: &Path| fs::read_to_string(path);
    let spec = RunSpec::load(request, &read_file, &mut ()).unwrap();
    let interrupt = Interrupt::default();
    interrupt.request();
    let options = RunOptions {
        interrupt,
        outside: OutsideParties::default().with(PartyId::new(1), || Box::new(Unasked)),
        ..RunOptions::default()
    };
    execute(&spec, &run, &options, &mut ()).unwrap();
    let resume = ["batch", "--quiet", "--resume", path_text(&run)];
    let other = with_program("lower", "2");
    for more in [&[][..], &["--party", &other]] {
        let text = refused(&[&resume[..], more].concat());
        assert!(
            text.contains("other programs answered for parties"),
            "{text}"
        );
        assert!(text.contains(" --party "), "{text}");
    }
    check(&[&resume[..], &["--party", &party]].concat(), 0);
    let whole = batch(
        &folder,
        "whole",
        &[VILLAGES, "--sessions", "40", "--party", &party],
    );
    assert!(tables(&run) == tables(&whole));
}

#[test]
fn a_session_is_played_with_a_program() {
    let party = with_program("lower", "1");
    let alone = check(&["play", VILLAGES], 0);
    let with = check(&["play", VILLAGES, "--party", &party], 0);
    let text = |it: &std::process::Output| String::from_utf8_lossy(&it.stdout).into_owned();
    let without_names = |text: String| text.replace("time_dependent", "").replace("outside", "");
    let squeezed = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let [alone, with] = [text(&alone), text(&with)].map(|it| squeezed(without_names(it)));
    assert_eq!(with, alone);
}

#[test]
fn the_lines_have_a_schema() {
    let output = check(&["schema", "party-lines"], 0);
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    // A program that keeps what it hears, and leaves when it is asked.
    let folder = TempDir::new().unwrap();
    let (heard, script) = (folder.path().join("heard"), folder.path().join("leaver.sh"));
    let lines = format!(
        "while read -r line; do echo \"$line\" >> '{}'\n\
         case $line in *your_turn*) echo \"$line\" | sed 's/.*\"session\":\\([0-9]*\\).*/{{\"session\":\\1,\"action\":\"end\"}}/';; \
         esac; done\n",
        path_text(&heard)
    );
    fs::write(&script, lines).unwrap();
    let party = format!("lower=exec:sh '{}'", path_text(&script));
    check(&["play", VILLAGES, "--party", &party], 0);
    let heard = fs::read_to_string(&heard).unwrap();
    let mut kinds = BTreeSet::new();
    for line in heard.lines() {
        let line: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        let kind = line["message"].as_str().unwrap();
        let of_kind = &schema["$defs"][kind];
        let known = of_kind["properties"].as_object().unwrap();
        assert!(line.keys().all(|it| known.contains_key(it)), "{line:?}");
        let mut required = of_kind["required"].as_array().unwrap().iter();
        assert!(
            required.all(|it| line.contains_key(it.as_str().unwrap())),
            "{line:?}"
        );
        kinds.insert(kind.to_owned());
    }
    assert_eq!(kinds.len(), 4, "{kinds:?}");
}

#[test]
fn a_program_that_concedes_with_time_gets_in_an_examination_what_the_built_in_strategy_gets() {
    let party = with_program("lower", "1");
    let fixed = ["examine", VILLAGES, "--party", &party, "--sessions"];
    let one_thread = [&fixed[..], &["60", "--threads", "1"]].concat();
    let output = check(&one_thread, 0);
    let text = String::from_utf8_lossy(&output.stdout);
    let league = text.split("\n\n").nth(1).unwrap_or_default();
    let rows: Vec<&str> = league.lines().skip(2).collect();
    assert_eq!(rows.len(), 6, "{text}");
    let figures = |name: &str| {
        let row = rows.iter().find(|it| it.trim_start().starts_with(name));
        let row = row.unwrap_or_else(|| panic!("{name} in {text}"));
        let columns: Vec<&str> = row.split_whitespace().skip(1).collect();
        // What is behind the program by nothing comes last.
        columns[..5].to_vec()
    };
    assert_eq!(figures("outside"), figures("time_dependent"));
    let words: Vec<&str> = text.split_whitespace().collect();
    let broken = "The program broke the rules in 0 sessions.";
    assert!(words.join(" ").contains(broken), "{text}");
    let more_threads = check(&[&fixed[..], &["60", "--threads", "3"]].concat(), 0);
    assert!(more_threads.stdout == output.stdout);
    let text = refused(&["examine", VILLAGES]);
    assert!(text.contains("name one program with --party"), "{text}");
    let text = refused(&["examine", VILLAGES, "--party", "uper=exec:true"]);
    assert!(text.contains("there is no party `uper`"), "{text}");
}
