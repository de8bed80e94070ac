//! Runs that were stopped, whatever stopped them: they go on and end with the bytes they would
//! have had, or say why not.

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;
use std::{fs, thread};

use demarche::run::{
    InterruptedRun, Observer, RunOptions, RunRequest, RunSpec, execute, resume as resume_run,
};
use demarche::tables::{DrawTable, TableCopies, Transcripts, Workbook};
use rand::{RngExt as _, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

use crate::support::process::{
    VILLAGES, check, files, interrupt, manifest, n_rows, path_text, results, run, start,
    start_silent, wait_for_bytes,
};
use crate::support::thoroughness::sample_or_all;

const SESSIONS: u64 = 900;
const CHUNK: usize = 256;
const MORE: [&str; 6] = [
    "--sessions",
    "900",
    "--transcripts",
    "--draws",
    "--excel",
    "--format=csv,parquet",
];

fn resume(folder: &Path, threads: &str) {
    check(
        &[
            "batch",
            "--resume",
            path_text(folder),
            "--quiet",
            "--threads",
            threads,
        ],
        0,
    );
}

/// Why a run cannot be resumed.
fn refusal(folder: &Path) -> String {
    let output = check(&["batch", "--resume", path_text(folder)], 2);
    String::from_utf8(output.stderr).unwrap()
}

/// A run that is left, as by a kill, at one of the moments that an observer hears of.
struct Left(Moment, u64);

#[derive(PartialEq, Eq)]
enum Moment {
    BeforeSessions,
    BehindSessions,
}

impl Observer for Left {
    fn restored(&mut self, n_sessions: u64) {
        self.1 = n_sessions;
    }

    fn wave_begins(&mut self) {
        if self.0 == Moment::BeforeSessions {
            panic::resume_unwind(Box::new("left"));
        }
    }

    fn sessions_ended(&mut self) {
        panic::resume_unwind(Box::new("left"));
    }
}

/// Leaves a run at a moment: how many sessions an earlier process had run.
fn left_at<T>(moment: Moment, run: impl FnOnce(&mut Left) -> T) -> u64 {
    let mut observer = Left(moment, 0);
    let ran = panic::catch_unwind(AssertUnwindSafe(|| run(&mut observer)));
    assert!(ran.is_err(), "the run is not left");
    observer.1
}

fn read_file(path: &Path) -> std::io::Result<String> {
    fs::read_to_string(path)
}

/// A batch that was stopped behind its last session, before anything was written over all of them.
fn stopped_batch(path: &Path) {
    let request = RunRequest {
        sessions: Some(SESSIONS),
        transcripts: Transcripts::Written,
        draws: DrawTable::Written,
        excel: Workbook::Written,
        copies: TableCopies::NONE
            .with("parquet")
            .expect("the feature is on"),
        ..RunRequest::batch(VILLAGES)
    };
    let spec = RunSpec::load(request, &read_file, &mut ()).unwrap();
    left_at(Moment::BehindSessions, |observer| {
        execute(&spec, path, &RunOptions::default(), observer)
    });
}

/// Takes up a stopped run, and leaves it before it runs a session: how many are kept.
fn taken_up(folder: &Path) -> u64 {
    let stopped = InterruptedRun::open(folder).unwrap();
    let run = stopped.load(&read_file, &mut ()).unwrap();
    left_at(Moment::BeforeSessions, |observer| {
        resume_run(run, &RunOptions::default(), observer)
    })
}

/// The first chunks of a stopped batch: how long each of its files is behind each of them.
fn boundaries(files: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<BTreeMap<PathBuf, usize>> {
    // By session: the first column after the cell, in all tables of a session.
    let n_chunks = SESSIONS.div_ceil(CHUNK as u64);
    let up_to = |n_chunks: u64| {
        let n_sessions = n_chunks * CHUNK as u64;
        let length = |(path, bytes): (&PathBuf, &Vec<u8>)| {
            let is_journal = path.ends_with("journal.bin");
            let end = if is_journal {
                frame_ends(bytes)[usize::try_from(n_chunks).unwrap()]
            } else {
                rows_before(bytes, n_sessions)
            };
            (path.clone(), end)
        };
        files.iter().map(length).collect()
    };
    (0..=n_chunks).map(up_to).collect()
}

/// Where the frames of a journal end, the head's first.
fn frame_ends(journal: &[u8]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 16;
    while at < journal.len() {
        let length = u32::from_le_bytes(journal[at..at + 4].try_into().unwrap());
        at += 12 + usize::try_from(length).unwrap();
        ends.push(at);
    }
    ends
}

/// Bytes of a table up to the first row of a session from this one on.
fn rows_before(table: &[u8], replication: u64) -> usize {
    let mut end = 0;
    for (number, line) in table.split_inclusive(|it| *it == b'\n').enumerate() {
        let line_text = String::from_utf8_lossy(line);
        let field = line_text.split(',').nth(1).unwrap();
        if number > 0 && field.parse::<u64>().unwrap() >= replication {
            break;
        }
        end += line.len();
    }
    end
}

/// Writes files into a new folder.
fn lay_out(folder: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) {
    fs::create_dir_all(folder).unwrap();
    for (path, bytes) in files {
        fs::write(folder.join(path), bytes).unwrap();
    }
}

/// Whatever of each file is on the disk, what is taken up are the chunks that are whole in all of
/// them; from each such place the run ends with the same bytes.
#[test]
fn a_batch_cut_anywhere_ends_with_the_same_bytes() {
    let folder = TempDir::new().unwrap();
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &MORE));
    let stopped = folder.path().join("stopped");
    stopped_batch(&stopped);
    let whole = files(&stopped);
    assert_eq!(whole.len(), 4 + 1, "rows of sessions, and the journal");
    let boundaries = boundaries(&whole);
    assert_eq!(boundaries.len(), 5);

    let mut random = ChaCha8Rng::seed_from_u64(1);
    let cut = folder.path().join("cut");
    let mut n_states = 0;
    for (path, bytes) in &whole {
        // Its head is there before there is a folder.
        let least = boundaries[0][path] * usize::from(path.ends_with("journal.bin"));
        let near = boundaries
            .iter()
            .flat_map(|it| it[path].saturating_sub(2)..it[path] + 3);
        let spread = (0..sample_or_all(5, 50)).map(|_| random.random_range(least..=bytes.len()));
        let lengths = near
            .chain(spread)
            .filter(|it| (least..=bytes.len()).contains(it));
        for length in lengths.collect::<Vec<_>>() {
            let mut state = whole.clone();
            // The others are as long, or cut elsewhere; what the disk lost may be there as zeros.
            for (other, bytes) in &mut state {
                let least = boundaries[0][other] * usize::from(other.ends_with("journal.bin"));
                let n_kept = match random.random_range(0..4) {
                    _ if other == path => length,
                    0 => random.random_range(least..=bytes.len()),
                    _ => bytes.len(),
                };
                let is_zeroed = random.random_bool(0.2);
                if is_zeroed {
                    bytes[n_kept..].fill(0);
                } else {
                    bytes.truncate(n_kept);
                }
            }
            let is_there = |end: &BTreeMap<PathBuf, usize>| {
                let same = |it: &PathBuf| state[it].get(..end[it]) == Some(&whole[it][..end[it]]);
                whole.keys().all(same)
            };
            // The first boundary is that of no chunk yet.
            let n_there = boundaries.iter().take_while(|it| is_there(it)).count();
            let expected = n_there.saturating_sub(1);
            lay_out(&cut, &state);
            let n_kept = SESSIONS.min((expected * CHUNK) as u64);
            assert_eq!(taken_up(&cut), n_kept);
            for (path, bytes) in files(&cut) {
                let end = boundaries[expected][&path];
                assert!(bytes == whole[&path][..end], "{}", path.display());
            }
            if n_states % 40 == 0 {
                resume(&cut, ["1", "3"][n_states / 40 % 2]);
                assert!(results(&cut) == reference);
            }
            fs::remove_dir_all(&cut).unwrap();
            n_states += 1;
        }
    }
    assert!(n_states > sample_or_all(120, 250), "{n_states}");
    for end in &boundaries {
        let mut state = whole.clone();
        for (path, bytes) in &mut state {
            bytes.truncate(end[path]);
        }
        lay_out(&cut, &state);
        resume(&cut, "2");
        assert!(results(&cut) == reference);
        fs::remove_dir_all(&cut).unwrap();
    }
}

/// A sweep over the two villages that runs until it is sure, in a folder of its own.
fn sweep_until(folder: &TempDir) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "schema = 1\nname = \"villages\"\nseed = 9\n\
         scenario = \"{root}/{VILLAGES}\"\n\
         until = {{ metric = \"agreement_rate\", half_width = 0.02, max_sessions = 5000 }}\n\
         [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.4, 0.6, 0.8]\n"
    );
    let path = folder.path().join("experiment.toml");
    fs::write(&path, text).unwrap();
    path_text(&path).to_owned()
}

/// Runs are killed at random moments and resumed on other numbers of threads; the environment's
/// `KILLS` says how often. Without the workbook, which is made in one go: kills would have to wait
/// for it.
#[test]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "the moment of a kill is about wall time, and their number is printed for people"
)]
fn a_run_killed_at_any_moment_ends_with_the_same_bytes() {
    let asked = std::env::var("KILLS").map(|it| it.parse().expect("a number of kills"));
    let n_kills = asked.unwrap_or(sample_or_all(2, 20));
    let folder = TempDir::new().unwrap();
    let until = sweep_until(&folder);
    let more = [
        "--sessions",
        sample_or_all("900", "6000"),
        "--transcripts",
        "--format=csv,parquet",
    ];
    let batch = results(&run(&folder, "batch", "batch", VILLAGES, &more));
    let sweep = results(&run(&folder, "sweep", "sweep", &until, &[]));
    let few = [
        "--sessions",
        sample_or_all("900", "6000"),
        "--tables",
        "summary",
    ];
    let counts = results(&run(&folder, "batch", "counts", VILLAGES, &few));
    let jobs = [
        ("batch", VILLAGES, &more[..], batch),
        ("sweep", &until, &[], sweep),
        ("batch", VILLAGES, &few, counts),
    ];
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let out = folder.path().join("killed");
    let copy = folder.path().join("copy");
    let (mut n_killed, mut n_completed) = (0, 0);
    for (verb, file, more, reference) in jobs.iter().cycle() {
        let mut is_done = false;
        // Later and later, so that the slowest machine finishes.
        for latest in (150..).step_by(10) {
            if is_done {
                break;
            }
            let threads = random.random_range(1..=4).to_string();
            let mut arguments = vec![*verb, "--quiet", "--threads", &threads];
            if out.exists() {
                arguments.extend(["--resume", path_text(&out)]);
            } else {
                arguments.extend([*file, "--out", path_text(&out)]);
                arguments.extend(*more);
            }
            let mut child = start_silent(&arguments);
            thread::sleep(Duration::from_millis(random.random_range(0..latest)));
            let ended = child.try_wait().unwrap();
            child.kill().unwrap();
            child.wait().unwrap();
            is_done = ended.is_some_and(|it| it.success());
            assert!(ended.is_none() || is_done, "{arguments:?}: {ended:?}");
            if is_done || !out.exists() {
                continue;
            }
            // Each kill is judged by itself, and the next one comes on top of it.
            n_killed += 1;
            copy_folder(&out, &copy);
            let resume = [*verb, "--quiet", "--resume", path_text(&copy)];
            let status = start_silent(&resume).wait().unwrap();
            // One that was killed behind its manifest says that it is complete.
            assert!(status.success(), "{verb}, kill {n_killed}: {status}");
            assert!(results(&copy) == *reference, "{verb}, kill {n_killed}");
            fs::remove_dir_all(&copy).unwrap();
        }
        assert!(results(&out) == *reference, "{verb}, {n_killed} kills");
        fs::remove_dir_all(&out).unwrap();
        n_completed += 1;
        if n_killed >= n_kills {
            break;
        }
    }
    println!(
        "{n_killed} kills, each ended with the same bytes, and so did {n_completed} runs killed \
         again and again"
    );
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let there = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &there);
        } else {
            fs::copy(&path, &there).unwrap();
        }
    }
}

#[test]
fn a_run_at_work_is_left_to_the_process_that_is_at_it() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let many = ["--sessions", "50000000", "--out", path_text(&out)];
    let mut child = start_silent(&[&["batch", VILLAGES][..], &many].concat());
    wait_for_bytes(&mut child, &out, 0);
    let rendered = refusal(&out);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        rendered.contains("another process is using it"),
        "{rendered}"
    );
}

/// A batch of the two villages that is interrupted on its way.
#[cfg(unix)]
fn interrupted(out: &Path, more: &[&str]) -> Output {
    let arguments = [&["batch", VILLAGES][..], more, &["--out", path_text(out)]].concat();
    let mut child = start(&arguments);
    wait_for_bytes(&mut child, out, 50_000);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    output
}

/// Whether a run has the page and the figures of another, and no more of either.
fn is_page_of(run: &Path, other: &Path) -> bool {
    let [one, other] = [run, other].map(|it| {
        let mut res = files(it);
        res.retain(|name, _| name.starts_with("report.html") || name.starts_with("figures"));
        res
    });
    one == other && !one.is_empty()
}

#[cfg(unix)]
#[test]
fn no_figure_of_a_part_is_left_beside_the_tables_of_the_whole() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    interrupted(&out, &["--sessions", "20000"]);
    // What a page of the part had and that of the whole does not, and what somebody put there.
    fs::copy(
        out.join("figures/hundred.svg"),
        out.join("figures/other.svg"),
    )
    .unwrap();
    fs::write(out.join("figures/mine.svg"), "<svg/>").unwrap();
    let resume = [
        "batch",
        "--resume",
        path_text(&out),
        "--quiet",
        "--no-report",
    ];
    check(&resume, 0);
    let left: Vec<PathBuf> = files(&out)
        .into_keys()
        .filter(|it| it.starts_with("figures") || it.starts_with("report.html"))
        .collect();
    assert_eq!(left, [Path::new("figures/mine.svg")]);
    check(&["report", path_text(&out)], 0);
    let whole = run(
        &folder,
        "batch",
        "whole",
        VILLAGES,
        &["--sessions", "20000"],
    );
    fs::remove_file(out.join("figures/mine.svg")).unwrap();
    assert!(
        is_page_of(&out, &whole),
        "the page is that of the whole run"
    );
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_how_to_resume_it() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "20000", "--format=csv,parquet"];
    let whole = run(&folder, "batch", "reference", VILLAGES, &more);
    let reference = results(&whole);
    let out = folder.path().join("it is mine");
    let output = interrupted(&out, &more);
    assert_eq!(manifest(&out)["complete"], false);
    let rows = n_rows(&out.join("sessions.parquet"));
    assert_eq!(manifest(&out)["counts"]["sessions"], rows);
    let rendered = String::from_utf8(output.stderr).unwrap();
    let command = format!(
        "continue with `demarche batch --resume '{}'`",
        path_text(&out)
    );
    assert!(rendered.contains(&command), "{rendered}");
    resume(&out, "1");
    assert!(results(&out) == reference);
    assert!(
        is_page_of(&out, &whole),
        "the page is that of the whole run"
    );
    let output = check(&["batch", "--resume", path_text(&out)], 0);
    let rendered = String::from_utf8(output.stdout).unwrap();
    assert!(rendered.contains("is already complete"), "{rendered}");
}

#[test]
fn a_run_of_other_files_is_refused_with_the_difference() {
    let folder = TempDir::new().unwrap();
    let file = sweep_until(&folder);
    let out = folder.path().join("run");
    let mut child = start_silent(&["sweep", &file, "--out", path_text(&out)]);
    wait_for_bytes(&mut child, &out, 0);
    child.kill().unwrap();
    child.wait().unwrap();
    let before = files(&out);
    let rendered = refusal(&out);
    assert!(rendered.contains("it is a sweep; continue with `demarche sweep --resume`"));
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("0.8", "0.9")).unwrap();
    let output = check(&["sweep", "--resume", path_text(&out)], 2);
    let rendered = String::from_utf8(output.stderr).unwrap();
    assert!(
        rendered.contains("experiment.toml is another file: "),
        "{rendered}"
    );
    fs::remove_file(&file).unwrap();
    check(&["sweep", "--resume", path_text(&out)], 2);
    assert!(files(&out) == before, "nothing was written");
}

#[test]
fn what_is_no_stopped_run_is_refused() {
    let folder = TempDir::new().unwrap();
    let rendered = refusal(&folder.path().join("nowhere"));
    assert!(rendered.contains("cannot open"), "{rendered}");
    let rendered = refusal(folder.path());
    assert!(
        rendered.contains("there is no journal.bin in it"),
        "{rendered}"
    );
    fs::write(
        folder.path().join("manifest.json"),
        r#"{ "complete": false }"#,
    )
    .unwrap();
    let rendered = refusal(folder.path());
    assert!(
        rendered.contains("there is no journal.bin in it"),
        "{rendered}"
    );
    fs::write(folder.path().join("journal.bin"), "what is this?").unwrap();
    let rendered = refusal(folder.path());
    assert!(rendered.contains("cannot be read"), "{rendered}");
    check(
        &["batch", VILLAGES, "--resume", path_text(folder.path())],
        2,
    );
}
