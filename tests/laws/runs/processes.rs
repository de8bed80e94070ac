//! Real processes, real files: what `batch` writes, what it refuses, and how it stops.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use demarche::config::{Overrides, load_experiment};
use demarche::experiment::{CellId, SessionMeasurer};
use demarche::negotiation::PlainLoop;
use demarche::randomness::{Replication, Seeds};
use demarche::tables::{
    Distances, DrawTable, Field, Rows, SessionRows, SessionTable, Transcripts, session_columns,
};
use tempfile::TempDir;

use crate::support::process::{
    VILLAGES, check, demarche, interrupt, manifest, path_text, run, start, tables, wait_for_bytes,
};

const FLAGSHIP: &str = "configs/scenarios/alaska-2025.toml";

/// A batch of an experiment into a new folder below a temporary one.
#[track_caller]
fn run_batch(folder: &TempDir, name: &str, experiment: &str, more: &[&str]) -> PathBuf {
    run(folder, "batch", name, experiment, more)
}

fn n_lines(path: &Path) -> usize {
    fs::read_to_string(path)
        .expect("the table can be read")
        .lines()
        .count()
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let folder = TempDir::new().unwrap();
    let run = |name: &str, threads: &str| {
        let more = ["--sessions", "600", "--transcripts", "--threads", threads];
        tables(&run_batch(&folder, name, FLAGSHIP, &more))
    };
    let one = run("one", "1");
    assert_eq!(one.len(), 13);
    assert!(one == run("one-again", "1"));
    assert!(one == run("two", "2"));
    assert!(one == run("seven", "7"));
}

#[test]
fn a_workbook_has_the_same_bytes_for_any_number_of_threads() {
    let folder = TempDir::new().unwrap();
    let run = |name: &str, threads: &str| {
        let more = ["--sessions", "600", "--excel", "--threads", threads];
        tables(&run_batch(&folder, name, VILLAGES, &more))
    };
    let one = run("one", "1");
    assert_eq!(one.len(), 12 + 1, "twelve tables, and a workbook of them");
    assert!(one == run("two", "2"));
}

#[test]
fn a_delimiter_for_spreadsheets_is_refused_with_what_to_write_instead() {
    let output = check(&["batch", VILLAGES, "--excel=semicolon"], 2);
    let rendered = String::from_utf8(output.stderr).unwrap();
    assert!(rendered.contains("'--excel'"), "{rendered}");
    assert!(
        rendered.contains("`--excel` alone writes tables.xlsx"),
        "{rendered}"
    );
}

#[test]
fn another_seed_gives_other_bytes() {
    let folder = TempDir::new().unwrap();
    let run = |name: &str, seed: &str| {
        let more = ["--sessions", "100", "--seed", seed];
        tables(&run_batch(&folder, name, VILLAGES, &more))
    };
    assert!(run("a", "1") != run("b", "2"));
    assert!(run("c", "18446744073709551615") != run("d", "2"));
}

#[test]
fn the_plain_loop_gives_the_bytes_that_the_actors_gave() {
    const SESSIONS: u64 = 700;
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "700", "--transcripts"];
    let written = tables(&run_batch(&folder, "run", FLAGSHIP, &more));

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FLAGSHIP);
    let read_file = |it: &Path| fs::read_to_string(it);
    let experiment = load_experiment(&path, &Overrides::default(), &read_file).unwrap();
    let setting = Arc::new(experiment.scenario.setting);
    let seeds = Seeds::new(experiment.seed);
    let mut table = PlainLoop::new(Arc::clone(&setting));
    let mut rows = SessionRows::new(Transcripts::Written, DrawTable::Omitted);
    let mut measurer = SessionMeasurer::new(Arc::clone(&setting));
    for replication in (0..SESSIONS).map(Replication) {
        let (session, result) = table.run(&seeds, replication);
        let measured = measurer.measure(&seeds, result);
        rows.push(&setting, CellId(0), &session, &measured, None);
    }
    for table in [
        SessionTable::Sessions,
        SessionTable::Parties,
        SessionTable::Offers,
    ] {
        let mut expected = Rows::new();
        let columns = session_columns(table, setting.scenario(), Distances::Omitted);
        expected.push(columns.iter().map(|it| Field::Text(&it.name)));
        let expected = [expected.bytes(), rows.table(table).unwrap().bytes()].concat();
        let name = PathBuf::from(format!("{}.csv", table.name()));
        assert!(written[&name] == expected, "{}", name.display());
    }
}

#[test]
fn a_batch_writes_what_the_manifest_counts() {
    let folder = TempDir::new().unwrap();
    let experiment = "configs/experiments/alaska-2025.toml";
    let run = run_batch(&folder, "run", experiment, &["--sessions", "100"]);
    assert_eq!(n_lines(&run.join("sessions.csv")), 101);
    assert_eq!(n_lines(&run.join("parties.csv")), 501);
    let manifest = manifest(&run);
    assert_eq!(manifest["complete"], true);
    assert_eq!(manifest["counts"]["sessions"], 100);
    let deals = manifest["counts"]["agreement"].as_u64().unwrap();
    let sessions = fs::read_to_string(run.join("sessions.csv")).unwrap();
    let agreed = sessions
        .lines()
        .filter(|it| it.contains(",agreement,"))
        .count();
    assert_eq!(agreed as u64, deals);
    let inputs = manifest["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 2, "the experiment and its scenario");
    assert!(!run.join("offers.csv").exists());
    assert!(!run.join("tables.xlsx").exists());
}

#[test]
fn tables_hold_the_same_fields_in_every_row() {
    let folder = TempDir::new().unwrap();
    let run = run_batch(
        &folder,
        "run",
        FLAGSHIP,
        &["--sessions", "300", "--transcripts"],
    );
    for (name, bytes) in tables(&run) {
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header = reader.headers().unwrap().clone();
        let distinct: std::collections::BTreeSet<&str> = header.iter().collect();
        assert_eq!(distinct.len(), header.len(), "{}", name.display());
        // A strict reader fails on the first row of another length.
        let n_rows = reader.records().map(Result::unwrap).count();
        assert!(n_rows > 0, "{}", name.display());
    }
}

#[test]
fn a_folder_that_exists_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("taken");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("mine.txt"), "mine").unwrap();
    let output = check(&["batch", VILLAGES, "--out", path_text(&out)], 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("already exists"));
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(out.join("mine.txt")).unwrap(), "mine");
}

#[test]
fn wrong_input_writes_nothing() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let wrong = folder.path().join("wrong.toml");
    fs::write(&wrong, "schema = 1\nnmae = \"x\"\n[[issue]]\n").unwrap();
    for arguments in [
        vec!["batch", path_text(&wrong), "--out", path_text(&out)],
        vec!["batch", "no-such-file.toml", "--out", path_text(&out)],
        vec![
            "batch",
            VILLAGES,
            "--set",
            "nowhere=1",
            "--out",
            path_text(&out),
        ],
        vec![
            "batch",
            VILLAGES,
            "--sessions",
            "0",
            "--out",
            path_text(&out),
        ],
        vec![
            "batch",
            VILLAGES,
            "--seed",
            "minus one",
            "--out",
            path_text(&out),
        ],
        vec!["check", path_text(&wrong)],
        vec!["play", path_text(&wrong)],
    ] {
        let output = check(&arguments, 2);
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
        assert!(!out.exists(), "{arguments:?}");
    }
}

#[test]
fn a_number_out_of_bounds_is_reported_with_its_bounds() {
    for (arguments, bounds) in [
        (
            ["batch", "--sessions", "-5"],
            "from 1 to 18446744073709551615",
        ),
        (
            ["batch", "--threads", "0"],
            "from 1 to 18446744073709551615",
        ),
        (["sensitivity", "--points", "0"], "from 1 to 4294967295"),
        (
            ["sensitivity", "--points", "99999999999"],
            "from 1 to 4294967295",
        ),
        (["flip", "--rate", "-3"], "above 0 and below 100"),
        (["flip", "--rate", "100"], "above 0 and below 100"),
        (["analyze", "--draws", "99999999999"], "from 1 to 1000000"),
    ] {
        let output = check(&[arguments.as_slice(), &[VILLAGES]].concat(), 2);
        let rendered = String::from_utf8(output.stderr).unwrap();
        assert!(rendered.contains(bounds), "{arguments:?}: {rendered}");
    }
}

#[test]
fn a_file_that_is_no_text_is_reported_as_what_it_is() {
    let folder = TempDir::new().unwrap();
    let latin = folder.path().join("latin.toml");
    fs::write(&latin, b"schema = 1\nname = \"caf\xe9\"\n").unwrap();
    let table = folder.path().join("table.toml");
    fs::write(&table, "1,2\n".repeat(1000)).unwrap();
    for (path, what) in [
        (folder.path(), "it is a folder"),
        (&latin, "line 2 is not UTF-8"),
        (&table, "… and 900 more errors"),
    ] {
        let rendered = String::from_utf8(check(&["check", path_text(path)], 2).stderr).unwrap();
        assert!(rendered.contains(what), "{rendered}");
    }
}

/// A device that never ends must not be read to its end.
#[cfg(unix)]
#[test]
fn a_file_without_an_end_is_refused() {
    let rendered = String::from_utf8(check(&["check", "/dev/zero"], 2).stderr).unwrap();
    assert!(rendered.contains("more than 64 MiB"), "{rendered}");
}

#[test]
fn a_folder_that_cannot_be_created_is_reported_by_name() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let out = file.join("run");
    let output = check(&["batch", VILLAGES, "--out", path_text(&out)], 1);
    assert!(String::from_utf8_lossy(&output.stderr).contains(path_text(&file)));
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_complete_rows_and_says_so() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let arguments = [
        "batch",
        VILLAGES,
        "--sessions",
        "50000000",
        "--threads",
        "2",
        "--out",
        path_text(&out),
    ];
    let mut child = start(&arguments);
    let sessions = out.join("sessions.csv");
    wait_for_bytes(&mut child, &out, 100_000);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted: "));
    let manifest = manifest(&out);
    assert_eq!(manifest["complete"], false);
    let n_done = usize::try_from(manifest["counts"]["sessions"].as_u64().unwrap()).unwrap();
    assert!(n_done > 0);
    let text = fs::read_to_string(&sessions).unwrap();
    assert!(text.ends_with('\n'));
    assert_eq!(text.lines().count(), n_done + 1);
    assert_eq!(n_lines(&out.join("parties.csv")), 2 * n_done + 1);
    let last = text.lines().last().unwrap();
    assert!(last.starts_with(&format!("0,{},", n_done - 1)), "{last}");
}

#[test]
fn the_summary_goes_to_standard_output_and_progress_does_not() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let arguments = [
        "batch",
        VILLAGES,
        "--sessions",
        "300",
        "--seed",
        "5",
        "--out",
    ];
    let output = demarche(&arguments).arg(&out).output().unwrap();
    assert!(output.stderr.is_empty());
    let text = String::from_utf8(output.stdout).unwrap();
    let text = text.replace(path_text(&out), "FOLDER");
    insta::assert_snapshot!("summary_of_two_villages", text);
}

#[test]
fn drawn_proposers_and_a_mediator_are_narrated_too() {
    for (name, file) in [
        ("play_of_the_village_council", "village-council"),
        ("play_of_the_shared_barn", "shared-barn"),
    ] {
        let path = format!("configs/scenarios/{file}.toml");
        let output = check(&["play", &path, "--seed", "1"], 0);
        insta::assert_snapshot!(name, String::from_utf8(output.stdout).unwrap());
    }
}

#[test]
fn a_session_is_narrated_round_by_round() {
    let output = check(&["play", VILLAGES, "--seed", "3"], 0);
    insta::assert_snapshot!(
        "play_of_two_villages",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn claims_are_measured_and_a_false_one_fails() {
    let output = check(&["check", VILLAGES, "--draws", "500"], 0);
    insta::assert_snapshot!(
        "check_of_two_villages",
        String::from_utf8_lossy(&output.stdout)
    );
    let setting = "party.lower.reservation_value=0.0";
    let output = check(&["check", VILLAGES, "--draws", "500", "--set", setting], 1);
    assert!(String::from_utf8_lossy(&output.stdout).contains("FAILS"));
}

#[test]
fn every_claim_of_the_flagship_and_its_readings_holds() {
    for name in [
        "alaska-2025",
        "alaska-2025-first",
        "alaska-2025-kyiv",
        "alaska-2025-moscow",
    ] {
        check(&["check", &format!("configs/scenarios/{name}.toml")], 0);
    }
}

#[test]
fn completions_and_the_manual_come_from_the_arguments() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = check(&["completions", shell], 0);
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("batch"),
            "{shell}"
        );
    }
    for verb in ["", "batch", "play", "check", "dist slurm"] {
        let arguments = ["man"].into_iter().chain(verb.split_whitespace());
        let output = check(&arguments.collect::<Vec<&str>>(), 0);
        assert!(
            String::from_utf8_lossy(&output.stdout).contains(".TH"),
            "{verb:?}"
        );
    }
    check(&["man", "no-such-verb"], 2);
    check(&["man", "dist", "no-such-engine"], 2);
}

/// Pages made from the code; `REGENERATE=1 cargo test --test laws pages` writes them anew.
#[test]
fn pages_made_from_the_code_are_up_to_date() {
    let schema = |kind: &str| String::from_utf8(check(&["schema", kind], 0).stdout).unwrap();
    let reference = format!(
        "# Command line\n\nThe help of every verb, made from the program's own definition.\n\n```text\n{}```\n",
        demarche::cli::reference()
    );
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (name, text) in [
        ("scenario.schema.json", schema("scenario")),
        ("experiment.schema.json", schema("experiment")),
        ("plan.schema.json", schema("plan")),
        ("cli-reference.md", reference),
    ] {
        let path = docs.join(name);
        if std::env::var_os("REGENERATE").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let published = fs::read_to_string(&path).unwrap_or_default();
        assert!(published == text, "{name} is out of date: just reference");
    }
}
