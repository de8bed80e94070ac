//! Runs in parts: put together they have the bytes of the run in one go, and what does not belong
//! together is refused by name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use demarche::run::SHARD_MARK;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::support::process::{
    VILLAGES, check, demarche, files, interrupt, manifest, path_text, results, run, signal,
    start_silent, tables, wait_for_bytes,
};
use crate::support::thoroughness::sample_or_all;

/// Runs all shards of an experiment, each into a folder of its own.
fn run_shards(folder: &TempDir, verb: &str, file: &str, of: u32, more: &[&str]) -> Vec<PathBuf> {
    let run_shard = |number: u32| {
        let shard = format!("{number}/{of}");
        let threads = (1 + number % 3).to_string();
        let mine = ["--shard", &shard, "--threads", &threads];
        run(
            folder,
            verb,
            &format!("{verb}-{number}-of-{of}"),
            file,
            &[more, &mine].concat(),
        )
    };
    (1..=of).map(run_shard).collect()
}

fn merge_arguments<'a>(shards: &'a [PathBuf], out: &'a Path) -> Vec<&'a str> {
    let shards = shards.iter().map(|it| path_text(it));
    let out = ["--quiet", "--out", path_text(out)];
    ["merge"].into_iter().chain(shards).chain(out).collect()
}

/// Why shards are not merged, with an exit code, and that nothing was written.
#[track_caller]
fn refusal(shards: &[PathBuf], code: i32) -> String {
    let out = shards[0].with_file_name("refused");
    let output = check(&merge_arguments(shards, &out), code);
    assert!(!out.exists(), "nothing is written");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_batch_in_any_number_of_shards_has_the_bytes_of_one_in_one_go() {
    let folder = TempDir::new().unwrap();
    let more = [
        "--sessions",
        sample_or_all("2500", "5000"),
        "--transcripts",
        "--draws",
        "--excel",
        "--format=csv,parquet",
    ];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    for of in sample_or_all(vec![2, 7], vec![1, 2, 7, 64]) {
        let mut shards = run_shards(&folder, "batch", VILLAGES, of, &more);
        // The order in which they are named says nothing.
        shards.reverse();
        let out = folder.path().join(format!("merged-{of}"));
        check(&merge_arguments(&shards, &out), 0);
        assert!(results(&out) == reference, "{of} shards");
    }
}

#[test]
fn a_sweep_in_shards_has_the_bytes_of_one_in_one_go() {
    let folder = TempDir::new().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "schema = 1\nname = \"villages\"\nseed = 9\nsessions = 700\n\
         scenario = \"{root}/{VILLAGES}\"\n\
         [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.4, 0.6, 0.8]\n"
    );
    let file = folder.path().join("experiment.toml");
    fs::write(&file, text).unwrap();
    let file = path_text(&file);
    let more = ["--draws"];
    let reference = results(&run(&folder, "sweep", "reference", file, &more));
    for of in sample_or_all(vec![2, 7], vec![1, 2, 7, 64]) {
        let shards = run_shards(&folder, "sweep", file, of, &more);
        let out = folder.path().join(format!("merged-{of}"));
        check(&merge_arguments(&shards, &out), 0);
        assert!(results(&out) == reference, "{of} shards");
    }
}

#[test]
fn what_does_not_belong_together_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "3000"];
    let shards = run_shards(&folder, "batch", VILLAGES, 3, &more);
    let [one, two, three] = [0, 1, 2].map(|it: usize| shards[it].clone());

    let rendered = refusal(&[one.clone(), three.clone()], 3);
    assert!(
        rendered.contains("cannot merge: 2 of 3 shards are there, and 2/3 is missing"),
        "{rendered}"
    );
    let rendered = refusal(&[one.clone(), two.clone(), one.clone(), three.clone()], 2);
    assert!(
        rendered.contains("batch-1-of-3: it is named twice"),
        "{rendered}"
    );

    let again = run(
        &folder,
        "batch",
        "again",
        VILLAGES,
        &[&more[..], &["--shard", "2/3"]].concat(),
    );
    let rendered = refusal(&[one.clone(), two.clone(), again, three.clone()], 3);
    assert!(
        rendered.contains("it is shard 2/3, and so is"),
        "{rendered}"
    );

    let other = ["--sessions", "3000", "--seed", "8", "--shard", "2/3"];
    let other = run(&folder, "batch", "other", VILLAGES, &other);
    let rendered = refusal(&[one.clone(), other, three.clone()], 3);
    assert!(
        rendered.contains("it belongs to a different run than"),
        "{rendered}"
    );
    assert!(
        rendered.contains("`seed` is null there and 8 here"),
        "{rendered}"
    );

    let quarter = [&more[..], &["--shard", "2/4"]].concat();
    let quarter = run(&folder, "batch", "quarter", VILLAGES, &quarter);
    let rendered = refusal(&[one.clone(), quarter, three.clone()], 3);
    assert!(rendered.contains("is shard 1/3"), "{rendered}");

    let whole = run(&folder, "batch", "whole", VILLAGES, &more);
    let rendered = refusal(&[one, two, whole], 3);
    assert!(
        rendered.contains("cannot merge") && rendered.contains("the run is complete"),
        "{rendered}"
    );
}

#[test]
fn a_damaged_shard_is_refused_by_name_and_repaired_by_resuming_it() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "3000"];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    let shards = run_shards(&folder, "batch", VILLAGES, 2, &more);
    let whole = files(&shards[1]);
    let mut n_merged = 0;
    // The mark is for those who do not read the rest.
    let read = whole.iter().filter(|it| !it.0.ends_with(SHARD_MARK));
    for (name, bytes) in read {
        let path = shards[1].join(name);
        let mut other = bytes.clone();
        other[bytes.len() / 2] ^= 1;
        for damaged in [
            &other[..],
            &bytes[..bytes.len() / 2],
            &[&bytes[..], b"more"].concat(),
        ] {
            fs::write(&path, damaged).unwrap();
            // What stands behind the last chunk is of no chunk.
            if damaged.len() <= bytes.len() {
                let rendered = refusal(&shards, 3);
                assert!(rendered.contains(path_text(&path)), "{rendered}");
                assert!(
                    rendered.contains("is damaged or truncated after chunk "),
                    "{rendered}"
                );
                assert!(rendered.contains("demarche batch --resume"), "{rendered}");
            }
            check(&["batch", "--quiet", "--resume", path_text(&shards[1])], 0);
            assert!(files(&shards[1]) == whole, "{}", path.display());
            let out = folder.path().join(format!("merged-{n_merged}"));
            check(&merge_arguments(&shards, &out), 0);
            assert!(results(&out) == reference);
            n_merged += 1;
        }
    }
}

#[test]
fn a_merge_that_was_killed_can_be_resumed() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "20000", "--format=csv,parquet"];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    let shards = run_shards(&folder, "batch", VILLAGES, 2, &more);
    let out = folder.path().join("merged");
    let mut child = start_silent(&merge_arguments(&shards, &out));
    wait_for_bytes(&mut child, &out, 10_000);
    child.kill().unwrap();
    child.wait().unwrap();
    check(&["batch", "--quiet", "--resume", path_text(&out)], 0);
    assert!(results(&out) == reference);
}

#[test]
fn what_is_no_shard_is_refused() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let more = ["--out", path_text(&out)];
    for wrong in ["0/2", "3/2", "1/0", "half"] {
        check(
            &[&["batch", VILLAGES, "--shard", wrong][..], &more].concat(),
            2,
        );
    }
    assert!(!out.exists(), "nothing is written");
}

/// Makes a plan of a run in shards, and tells where it is.
#[track_caller]
fn plan(folder: &TempDir, file: &str, of: u32, more: &[&str]) -> PathBuf {
    let out = folder.path().join("planned");
    let of = of.to_string();
    let arguments = ["plan", file, "--shards", &of, "--out", path_text(&out)];
    check(&[&arguments[..], more].concat(), 0);
    out.join("plan.json")
}

#[track_caller]
fn shard(plan: &Path, number: u32, more: &[&str], code: i32) -> String {
    let number = number.to_string();
    let arguments = ["shard", "--manifest", path_text(plan), "--index", &number];
    let output = check(&[&arguments[..], more].concat(), code);
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

fn missing(plan: &Path) -> String {
    let output = check(&["missing", "--manifest", path_text(plan)], 0);
    String::from_utf8(output.stdout).unwrap()
}

fn merge_plan<'a>(plan: &'a Path, out: &'a Path) -> [&'a str; 6] {
    let [plan, out] = [plan, out].map(path_text);
    ["merge", "--manifest", plan, "--quiet", "--out", out]
}

#[test]
fn a_plan_is_all_that_its_shards_need() {
    let folder = TempDir::new().unwrap();
    // Somewhere else, where the files of the experiment are not.
    let root = env!("CARGO_MANIFEST_DIR");
    let scenario = folder.path().join("villages.toml");
    fs::copy(Path::new(root).join(VILLAGES), &scenario).unwrap();
    let file = folder.path().join("experiment.toml");
    let text = "schema = 1\nname = \"villages\"\nseed = 9\nsessions = 700\n\
                scenario = \"villages.toml\"\n\
                [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.4, 0.6]\n";
    fs::write(&file, text).unwrap();
    let reference = run(
        &folder,
        "sweep",
        "reference",
        path_text(&file),
        &["--draws"],
    );
    let plan = plan(&folder, path_text(&file), 3, &["--draws"]);
    fs::remove_file(&file).unwrap();
    fs::remove_file(&scenario).unwrap();
    assert_eq!(missing(&plan), "1-3\n");
    let out = folder.path().join("merged");
    for (number, left) in [(2, "1,3\n"), (3, "1\n"), (1, "")] {
        let rendered = check(&merge_plan(&plan, &out), 3).stderr;
        let rendered = String::from_utf8(rendered).unwrap();
        assert!(rendered.contains("1/3"), "{rendered}");
        assert!(!out.exists(), "nothing is written");
        shard(&plan, number, &[], 0);
        assert_eq!(missing(&plan), left);
    }
    let before = files(plan.parent().unwrap());
    assert!(shard(&plan, 2, &[], 0).contains("is already complete"));
    assert!(
        files(plan.parent().unwrap()) == before,
        "nothing is written"
    );
    check(&merge_plan(&plan, &out), 0);
    assert!(tables(&out) == tables(&reference));
}

#[test]
fn a_shard_that_was_killed_is_resumed_by_the_same_command() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "20000"];
    let reference = run(&folder, "batch", "reference", VILLAGES, &more);
    let plan = plan(&folder, VILLAGES, 2, &more);
    let place = plan.with_file_name("shard-1-of-2");
    let mut child = start_silent(&["shard", "--manifest", path_text(&plan), "--index", "1"]);
    wait_for_bytes(&mut child, &place, 10_000);
    // It stands still while another process is refused, or it could be over before it is killed.
    assert!(signal(&child, "-STOP"), "the process is gone");
    let busy = shard(&plan, 1, &[], 75);
    assert!(busy.contains("another process is using it"), "{busy}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(missing(&plan), "1-2\n");
    shard(&plan, 2, &[], 0);
    let out = folder.path().join("merged");
    let rendered = check(&merge_plan(&plan, &out), 3).stderr;
    let rendered = String::from_utf8(rendered).unwrap();
    assert!(rendered.contains("shard-1-of-2"), "{rendered}");
    assert!(rendered.contains("it is not complete"), "{rendered}");
    shard(&plan, 1, &[], 0);
    check(&merge_plan(&plan, &out), 0);
    assert!(results(&out) == results(&reference));
}

#[test]
fn clusters_tell_a_shard_its_number() {
    let folder = TempDir::new().unwrap();
    let plan = plan(&folder, VILLAGES, 4, &["--sessions", "1000"]);
    let arguments = ["shard", "--quiet", "--manifest", path_text(&plan)];
    let cases = [
        ("SLURM_ARRAY_TASK_ID", "1", 0, "2-4\n"),
        ("PBS_ARRAY_INDEX", "2", 0, "3-4\n"),
        ("HQ_TASK_ID", "3", 0, "4\n"),
        ("HQ_TASK_ID", "5", 2, "4\n"),
        ("HQ_TASK_ID", "last", 2, "4\n"),
        ("JOB_COMPLETION_INDEX", "3", 0, ""),
    ];
    for (variable, value, code, left) in cases {
        let output = demarche(&arguments).env(variable, value).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{variable}={value}");
        assert_eq!(missing(&plan), left);
    }
    check(&arguments, 2);
}

#[test]
fn what_was_tampered_with_is_named_and_not_merged() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "1000"];
    let plan = plan(&folder, VILLAGES, 3, &more);
    let out = folder.path().join("merged");
    for number in 1..=3 {
        shard(&plan, number, &["--quiet"], 0);
    }
    let places = [1, 2, 3].map(|it| plan.with_file_name(format!("shard-{it}-of-3")));
    let whole = files(plan.parent().unwrap());
    let restore = || {
        for (name, bytes) in &whole {
            fs::write(plan.with_file_name(name), bytes).unwrap();
        }
    };
    let refused = |expected: &[&str]| {
        let stderr = check(&merge_plan(&plan, &out), 3).stderr;
        let rendered = String::from_utf8(stderr).unwrap();
        for it in expected {
            assert!(rendered.contains(it), "{it} in {rendered}");
        }
        assert!(!out.exists(), "nothing is written");
    };
    // Of several damaged shards, each is named.
    for it in &places[..2] {
        let table = it.join("sessions.csv");
        let bytes = fs::read(&table).unwrap();
        fs::write(&table, &bytes[..bytes.len() / 2]).unwrap();
    }
    refused(&[
        "shard-1-of-3",
        "shard-2-of-3",
        "remove the folder, and run the shard again",
    ]);
    restore();
    // A mark that belongs to another shard.
    fs::copy(places[0].join(SHARD_MARK), places[1].join(SHARD_MARK)).unwrap();
    assert_eq!(missing(&plan), "2\n");
    refused(&["shard-2-of-3", "a different shard of this one"]);
    assert!(shard(&plan, 2, &[], 3).contains("a different shard"));
    // A whole shard in the place of another.
    for (name, bytes) in files(&places[0]) {
        fs::write(places[1].join(name), bytes).unwrap();
    }
    refused(&["shard-2-of-3"]);
    restore();
    // A shard of another run.
    fs::remove_dir_all(&places[2]).unwrap();
    let other = ["--sessions", "1000", "--seed", "8", "--shard", "3/3"];
    let other = run(&folder, "batch", "other", VILLAGES, &other);
    fs::rename(other, &places[2]).unwrap();
    refused(&["shard-3-of-3", "a shard of a different run"]);
    assert!(shard(&plan, 3, &[], 3).contains("a different run"));
    fs::remove_dir_all(&places[2]).unwrap();
    shard(&plan, 3, &["--quiet"], 0);
    // The plan itself.
    let text = String::from_utf8(whole[Path::new("plan.json")].clone()).unwrap();
    for (from, to, expected) in [
        ("upper", "uppre", "does not have its SHA-256"),
        (
            "\"sessions\": 1000,\n    \"seed\"",
            "\"sessions\": 1001,\n    \"seed\"",
            "was changed after it was made",
        ),
        (
            "\"results_version\": ",
            "\"results_version\": 9",
            "use the version that made it",
        ),
        ("\"shards\": 3", "\"shards\": 0", "is not a plan"),
        ("{", "", "is not a plan"),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(&plan, text.replacen(from, to, 1)).unwrap();
        let again = places[0].with_file_name("again");
        let rendered = shard(&plan, 1, &["--out", path_text(&again)], 2);
        assert!(rendered.contains(expected), "{expected} in {rendered}");
        assert!(!again.exists(), "nothing is written");
    }
    fs::write(&plan, text).unwrap();
    check(&merge_plan(&plan, &out), 0);
}

#[test]
fn a_plan_has_no_shard_without_work() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("planned");
    let arguments = [
        "plan",
        VILLAGES,
        "--sessions",
        "300",
        "--out",
        path_text(&out),
    ];
    let stderr = check(&[&arguments[..], &["--shards", "3"]].concat(), 2).stderr;
    let rendered = String::from_utf8(stderr).unwrap();
    assert!(rendered.contains("3 shards are too many"), "{rendered}");
    assert!(!out.exists(), "nothing is written");
    check(&[&arguments[..], &["--shards", "2"]].concat(), 0);
    let rendered = check(&[&arguments[..], &["--shards", "2"]].concat(), 2).stderr;
    let rendered = String::from_utf8(rendered).unwrap();
    assert!(rendered.contains("already exists"), "{rendered}");
}

#[cfg(unix)]
#[test]
fn a_shard_ends_when_its_parent_dies() {
    use std::process::{Command, Stdio};

    let folder = TempDir::new().unwrap();
    let plan = plan(&folder, VILLAGES, 2, &["--sessions", "400000"]);
    // The shell starts the shard, tells its number, and is killed while it waits.
    let line = format!(
        "'{}' shard --quiet --manifest '{}' --index 1 & echo $!; wait",
        env!("CARGO_BIN_EXE_demarche"),
        path_text(&plan)
    );
    let mut parent = Command::new("sh")
        .args(["-c", &line])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut number = String::new();
    let mut output = std::io::BufReader::new(parent.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut output, &mut number).unwrap();
    let is_alive = || {
        let asked = Command::new("kill")
            .args(["-0", number.trim()])
            .stderr(Stdio::null())
            .status();
        asked.unwrap().success()
    };
    wait_for_bytes(&mut parent, &plan.with_file_name("shard-1-of-2"), 10_000);
    assert!(is_alive());
    parent.kill().unwrap();
    parent.wait().unwrap();
    // It ends long before it would be done; each question takes a process.
    while is_alive() {}
    assert_eq!(missing(&plan), "1-2\n");
}

/// Asks for exact counts only.
const COUNTS: [&str; 2] = ["--tables", "summary"];

/// The tables without those that have rows for every session.
fn summaries(run: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut res = tables(run);
    res.retain(|name, _| !name.starts_with("sessions.csv") && !name.starts_with("parties.csv"));
    res
}

#[test]
fn counts_alone_give_the_tables_over_all_sessions() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "3000"];
    let whole = run(&folder, "batch", "whole", VILLAGES, &more);
    let counted = run(
        &folder,
        "batch",
        "counted",
        VILLAGES,
        &[&more[..], &COUNTS].concat(),
    );
    assert!(tables(&counted) == summaries(&whole));
    assert!(!counted.join("tallies.json").exists());
    // Its page is the same, whenever it is made.
    let page = fs::read(counted.join("report.html")).unwrap();
    fs::remove_file(counted.join("report.html")).unwrap();
    check(&["report", path_text(&counted)], 0);
    assert!(fs::read(counted.join("report.html")).unwrap() == page);
    check(&["verify", path_text(&counted)], 0);
    check(&["replay", path_text(&counted), "7"], 0);
    for (arguments, code) in [
        (["explain", path_text(&counted)].to_vec(), 1),
        (vec!["compare", path_text(&whole), path_text(&counted)], 2),
    ] {
        let rendered = String::from_utf8(check(&arguments, code).stderr).unwrap();
        assert!(
            rendered.contains("the run was made without it"),
            "{rendered}"
        );
    }
    for (names, expected) in [
        ("parties", "parties.csv"),
        ("summary,sessions", "sessions.csv"),
    ] {
        let some = [&more[..], &["--tables", names]].concat();
        let some = run(&folder, "batch", names, VILLAGES, &some);
        let mut both = tables(&whole);
        both.retain(|it, _| {
            it == Path::new(expected)
                || !it.starts_with("sessions.csv") && !it.starts_with("parties.csv")
        });
        assert!(tables(&some) == both, "{names}");
    }
}

#[test]
fn counts_of_a_sweep_in_shards_are_those_of_one_in_one_go() {
    let folder = TempDir::new().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "schema = 1\nname = \"villages\"\nseed = 9\nsessions = 1800\n\
         scenario = \"{root}/{VILLAGES}\"\n\
         [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.4, 0.4, 0.8]\n"
    );
    let file = folder.path().join("experiment.toml");
    fs::write(&file, text).unwrap();
    let file = path_text(&file);
    let whole = summaries(&run(&folder, "sweep", "whole", file, &[]));
    let in_one_go = run(&folder, "sweep", "counted", file, &COUNTS);
    assert!(tables(&in_one_go) == whole);
    // Differences between cells need the same replications of all: 8 blocks of them.
    let out = folder.path().join("too-many");
    let arguments = ["plan", file, "--shards", "9", "--out", path_text(&out)];
    check(&[&arguments[..], &COUNTS].concat(), 2);
    let plan = plan(&folder, file, 3, &COUNTS);
    for number in [3, 1, 2] {
        shard(&plan, number, &["--quiet"], 0);
    }
    let merged = folder.path().join("merged");
    check(&merge_plan(&plan, &merged), 0);
    assert!(results(&merged) == results(&in_one_go));
}

#[test]
fn counts_that_were_tampered_with_are_not_merged() {
    let folder = TempDir::new().unwrap();
    let plan = plan(
        &folder,
        VILLAGES,
        2,
        &[&["--sessions", "1000"][..], &COUNTS].concat(),
    );
    for number in [1, 2] {
        shard(&plan, number, &["--quiet"], 0);
    }
    let out = folder.path().join("merged");
    let places = [1, 2].map(|it| plan.with_file_name(format!("shard-{it}-of-2/tallies.json")));
    let text = fs::read_to_string(&places[0]).unwrap();
    let other = fs::read_to_string(&places[1]).unwrap();
    let half = &text[..text.len() / 2];
    for damaged in [
        "",
        "{}",
        half,
        &text.replacen("[2,", "[3,", 1),
        &text.replacen(",1,", ",2,", 1),
        &other,
    ] {
        assert!(damaged != text);
        fs::write(&places[0], damaged).unwrap();
        let stderr = check(&merge_plan(&plan, &out), 3).stderr;
        let rendered = String::from_utf8(stderr).unwrap();
        assert!(rendered.contains("shard-1-of-2"), "{rendered}");
        assert!(!out.exists(), "nothing is written");
    }
    fs::remove_file(&places[0]).unwrap();
    check(&merge_plan(&plan, &out), 3);
    fs::write(&places[0], text).unwrap();
    check(&merge_plan(&plan, &out), 0);
}

#[test]
fn counts_need_no_rows_and_rows_need_tables() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    for more in ["--transcripts", "--draws", "--distances"] {
        let arguments = ["batch", VILLAGES, more, "--out", path_text(&out)];
        let stderr = check(&[&arguments[..], &COUNTS].concat(), 2).stderr;
        let rendered = String::from_utf8(stderr).unwrap();
        assert!(rendered.contains("choose other --tables"), "{rendered}");
    }
    check(
        &[
            "batch",
            VILLAGES,
            "--tables",
            "offers",
            "--out",
            path_text(&out),
        ],
        2,
    );
    let many = [
        "batch",
        VILLAGES,
        "--sessions",
        "2147483649",
        "--out",
        path_text(&out),
    ];
    let stderr = check(&[&many[..], &COUNTS].concat(), 2).stderr;
    let rendered = String::from_utf8(stderr).unwrap();
    assert!(rendered.contains("whose sums are exact"), "{rendered}");
    assert!(!out.exists(), "nothing is written");
}

#[test]
fn a_run_of_counts_that_was_killed_or_interrupted_is_resumed() {
    let folder = TempDir::new().unwrap();
    let more = [&["--sessions", "60000"][..], &COUNTS].concat();
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    let out = folder.path().join("run");
    let arguments = ["batch", VILLAGES, "--quiet", "--out", path_text(&out)];
    let arguments = [&arguments[..], &more].concat();
    let mut child = start_silent(&arguments);
    while !out.exists() {
        assert!(child.try_wait().unwrap().is_none(), "the run is over");
    }
    interrupt(&child);
    let code = child.wait().unwrap().code();
    let again = ["batch", "--quiet", "--resume", path_text(&out)];
    if code == Some(130) {
        assert!(out.join("tallies.json").exists());
        let mut child = start_silent(&again);
        child.kill().unwrap();
        child.wait().unwrap();
        check(&again, 0);
    }
    assert!(results(&out) == reference);
}

#[test]
fn an_interrupted_sweep_of_counts_keeps_what_it_has() {
    let folder = TempDir::new().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let values: Vec<String> = (0..200).map(|it| format!("0.{}", 400 + it)).collect();
    let text = format!(
        "schema = 1\nname = \"villages\"\nseed = 9\nsessions = 256\n\
         scenario = \"{root}/{VILLAGES}\"\n\
         [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [{}]\n",
        values.join(", ")
    );
    let file = folder.path().join("experiment.toml");
    fs::write(&file, text).unwrap();
    let file = path_text(&file);
    let reference = results(&run(&folder, "sweep", "reference", file, &COUNTS));
    let out = folder.path().join("run");
    let arguments = [
        "sweep",
        file,
        "--quiet",
        "--threads",
        "1",
        "--out",
        path_text(&out),
    ];
    let mut child = start_silent(&[&arguments[..], &COUNTS].concat());
    while !out.exists() {
        assert!(child.try_wait().unwrap().is_none(), "the run is over");
    }
    interrupt(&child);
    if child.wait().unwrap().code() == Some(130) {
        let counted = manifest(&out)["counts"]["sessions"].as_u64().unwrap();
        let text = fs::read_to_string(out.join("tallies.json")).unwrap();
        let (_, numbers) = text.split_once("\"numbers\":[").unwrap();
        let n_chunks: u64 = numbers.split(',').next().unwrap().parse().unwrap();
        assert_eq!(n_chunks * 256, counted, "all that is said to be complete");
        check(&["sweep", "--quiet", "--resume", path_text(&out)], 0);
    }
    assert!(results(&out) == reference);
}

#[test]
fn counts_that_somebody_made_up_are_refused_or_merged_and_never_fail() {
    let folder = TempDir::new().unwrap();
    let plan = plan(
        &folder,
        VILLAGES,
        2,
        &[&["--sessions", "600"][..], &COUNTS].concat(),
    );
    for number in [1, 2] {
        shard(&plan, number, &["--quiet"], 0);
    }
    let place = plan.with_file_name("shard-1-of-2/tallies.json");
    let text = fs::read_to_string(&place).unwrap();
    let (head, numbers) = text.split_once("\"numbers\":[").unwrap();
    let (before, rest) = head.split_once("\"sha256\":\"").unwrap();
    let after = &rest[64..];
    let numbers: Vec<&str> = numbers.strip_suffix("]}").unwrap().split(',').collect();
    let signed = |numbers: &[&str]| {
        let list = format!("[{}]", numbers.join(","));
        let digest = format!("{:x}", Sha256::digest(&list));
        format!("{before}\"sha256\":\"{digest}{after}\"numbers\":{list}}}")
    };
    assert_eq!(signed(&numbers), text);
    let mut n_refused = 0;
    let step = sample_or_all(37, 5);
    let edits = (0..numbers.len()).step_by(step).flat_map(|place| {
        let huge = "170141183460469231731687303715884105727";
        let values = ["0", "1", "-1", "1000000", "9007199254740993", huge];
        values.map(move |it| (place, it))
    });
    for (at, value) in edits {
        let mut other = numbers.clone();
        other[at] = value;
        fs::write(&place, signed(&other)).unwrap();
        let out = folder.path().join("merged");
        let output = demarche(&merge_plan(&plan, &out)).output().unwrap();
        let rendered = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        assert!(
            matches!(code, Some(0 | 3)),
            "{at} is {value}: {code:?}, {rendered}"
        );
        n_refused += usize::from(code == Some(3));
        let _ = fs::remove_dir_all(&out);
    }
    assert!(n_refused > 0);
}

#[cfg(unix)]
#[test]
fn there_may_be_more_shards_than_open_files() {
    let folder = TempDir::new().unwrap();
    let more = [&["--sessions", "10000"][..], &COUNTS].concat();
    let plan = plan(&folder, VILLAGES, 30, &more);
    for number in 1..=30 {
        shard(&plan, number, &["--quiet"], 0);
    }
    let out = folder.path().join("merged");
    let output = std::process::Command::new("sh")
        .args([
            "-c",
            "ulimit -n 24; exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_demarche"),
        ])
        .args(merge_plan(&plan, &out))
        .output()
        .unwrap();
    let rendered = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{rendered}");
}
