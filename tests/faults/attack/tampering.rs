//! Tampered runs and shards: changes are detected, or have no effect on the output.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

use super::{VILLAGES, copy_folder, random, run_to_end};
use crate::support::process::{check, files, path_text, results, run};
use crate::support::thoroughness::sample_or_all;

/// What is done to one file of a folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Change {
    FlipBit,
    OverwriteBytes,
    Truncate,
    Append,
    Empty,
    Delete,
    Zeros,
    Sparse,
    Folder,
    LinkElsewhere,
    DeadLink,
    Pipe,
    AnotherFile,
    ReplaceDigit,
}

const CHANGES: [Change; 14] = [
    Change::FlipBit,
    Change::OverwriteBytes,
    Change::Truncate,
    Change::Append,
    Change::Empty,
    Change::Delete,
    Change::Zeros,
    Change::Sparse,
    Change::Folder,
    Change::LinkElsewhere,
    Change::DeadLink,
    Change::Pipe,
    Change::AnotherFile,
    Change::ReplaceDigit,
];

impl Change {
    /// Changes a file; whether its bytes differ now.
    fn apply(self, path: &Path, others: &[PathBuf], random: &mut ChaCha8Rng) -> bool {
        let before = fs::read(path).unwrap();
        let place = random.random_range(0..before.len().max(1));
        let mut after = before.clone();
        match self {
            Self::FlipBit => flip(&mut after, place, 1 << random.random_range(0..8)),
            Self::OverwriteBytes => {
                for byte in after.iter_mut().skip(place).take(40) {
                    *byte = random.random();
                }
            }
            Self::Truncate => after.truncate(place),
            Self::Append => after.extend_from_slice(b"0,1,2,3\n"),
            Self::Empty => after.clear(),
            Self::Zeros => after[place..].fill(0),
            Self::AnotherFile => after = fs::read(others.choose(random).unwrap()).unwrap(),
            Self::ReplaceDigit => {
                let digit = |it: &u8| it.is_ascii_digit();
                if let Some(at) = after.iter().skip(place).position(digit) {
                    let byte = &mut after[place + at];
                    *byte = b'0' + (*byte - b'0' + 1) % 10;
                }
            }
            Self::Sparse => {
                let mut file = OpenOptions::new().write(true).open(path).unwrap();
                file.seek(SeekFrom::Start(1 << 31)).unwrap();
                file.write_all(b"\n").unwrap();
                return true;
            }
            Self::Delete | Self::Folder | Self::LinkElsewhere | Self::DeadLink | Self::Pipe => {
                fs::remove_file(path).unwrap();
                if self == Self::Folder {
                    fs::create_dir(path).unwrap();
                } else if self == Self::LinkElsewhere {
                    symlink("/etc/passwd", path).unwrap();
                } else if self == Self::DeadLink {
                    symlink("/nonexistent/file", path).unwrap();
                } else if self == Self::Pipe {
                    let made = Command::new("mkfifo").arg(path).status();
                    assert!(made.expect("there is a command `mkfifo`").success());
                }
                return true;
            }
        }
        if after == before {
            return false;
        }
        fs::write(path, after).unwrap();
        true
    }
}

fn flip(bytes: &mut [u8], place: usize, bit: u8) {
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= bit;
    }
}

/// Every ordinary file below a folder.
fn paths(folder: &Path) -> Vec<PathBuf> {
    let mut res = Vec::new();
    let mut rest = vec![folder.to_owned()];
    while let Some(next) = rest.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                rest.push(path);
            } else {
                res.push(path);
            }
        }
    }
    res.sort();
    res
}

/// A run that was interrupted half way, with its journal.
fn interrupted(folder: &TempDir) -> PathBuf {
    let out = folder.path().join("interrupted");
    for least in (20..).step_by(20) {
        let process = super::Running::demarche(&[
            "batch",
            VILLAGES,
            "--sessions",
            "6000",
            "--quiet",
            "--out",
            path_text(&out),
        ]);
        std::thread::sleep(std::time::Duration::from_millis(least));
        process.signal("-KILL");
        process.wait();
        let length = |name: &str| fs::metadata(out.join(name)).map_or(0, |it| it.len());
        if length("sessions.csv") > 10_000 && length("journal.bin") > 0 {
            return out;
        }
        if out.exists() {
            fs::remove_dir_all(&out).unwrap();
        }
    }
    unreachable!("the numbers do not end")
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the number of attempts is printed for people"
)]
fn what_was_tampered_with_is_found_or_makes_no_difference() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "600", "--transcripts", "--format=csv,parquet"];
    let complete = run(&folder, "batch", "complete", VILLAGES, &more);
    let stopped = interrupted(&folder);
    let whole = copy_of(&stopped, &folder.path().join("whole"));
    check(&["batch", "--quiet", "--resume", path_text(&whole)], 0);
    let whole = results(&whole);
    let in_shards = shards(&folder, "rows", &more);
    let merged = results(&complete);
    let few = ["--sessions", "600", "--tables", "summary"];
    let counted = run(&folder, "batch", "counted", VILLAGES, &few);
    let counts = shards(&folder, "counts", &few);
    let merged_counts = results(&counted);

    let mut random = random(3);
    let n_tampered = sample_or_all(20, 394);
    let mut n_by_kind = BTreeMap::<&str, usize>::new();
    for number in 0..n_tampered {
        let change = CHANGES[number % CHANGES.len()];
        let copy = folder.path().join("copy");
        let kind = ["complete", "stopped", "shard", "counts"][random.random_range(0..4)];
        let original = match kind {
            "complete" => &complete,
            "stopped" => &stopped,
            "shard" => &in_shards[0],
            _ => &counts[0],
        };
        copy_of(original, &copy);
        let paths = paths(&copy);
        let path = paths.choose(&mut random).unwrap();
        let name = path.strip_prefix(&copy).unwrap().display().to_string();
        let what = format!("{number}: {change:?} of {name} in a {kind} run");
        if !change.apply(path, &paths, &mut random) {
            fs::remove_dir_all(&copy).unwrap();
            continue;
        }
        match kind {
            "complete" => check_complete(&copy, &complete, &name, &what),
            "stopped" => check_stopped(&copy, &whole, &what),
            "shard" => check_shard(&copy, &in_shards[1], &merged, &what),
            _ => check_shard(&copy, &counts[1], &merged_counts, &what),
        }
        *n_by_kind.entry(kind).or_default() += 1;
        fs::remove_dir_all(&copy).unwrap();
    }
    let n_changed: usize = n_by_kind.values().sum();
    println!(
        "{n_tampered} tamperings: {n_by_kind:?}, and {} that left the bytes as they were",
        n_tampered - n_changed
    );
}

fn copy_of(original: &Path, copy: &Path) -> PathBuf {
    copy_folder(original, copy);
    copy.to_owned()
}

/// The two shards of a run.
fn shards(folder: &TempDir, of: &str, more: &[&str]) -> [PathBuf; 2] {
    ["1/2", "2/2"].map(|shard| {
        let name = format!("{of}-{}", shard.replace('/', "-of-"));
        let more = [more, &["--shard", shard]].concat();
        run(folder, "batch", &name, VILLAGES, &more)
    })
}

/// `verify` finds it, and every reader of the run prints the same as before, or refuses.
#[track_caller]
fn check_complete(copy: &Path, original: &Path, name: &str, what: &str) {
    let verified = run_to_end(&["verify", path_text(copy)]);
    verified.check_in_order(what);
    let is_table = Path::new(name).extension().is_some_and(|it| it == "csv");
    if is_table {
        assert_eq!(verified.code(), Some(1), "{what}: {}", verified.stdout);
        let rendered = format!("{}{}", verified.stdout, verified.stderr);
        assert!(rendered.contains(name), "{what}: {rendered}");
    }
    let page = copy.with_extension("page");
    let readers: [&[&str]; 4] = [
        &["explain"],
        &["report", "--out", path_text(&page)],
        &["replay", "3"],
        &["compare", path_text(original)],
    ];
    for reader in readers {
        let tampered = ended(reader, copy);
        tampered.check_in_order(&format!("{what}, {}", reader[0]));
        // What is read of the manifest beside its tables is the run's own word.
        if tampered.code() == Some(0) && is_table {
            let plain = |it: &str, run: &Path| {
                it.replace(path_text(&page), "PAGE")
                    .replace(path_text(run), "RUN")
                    .replace(path_text(original), "RUN")
            };
            let rendered = plain(&tampered.stdout, copy);
            let _ = fs::remove_dir_all(&page);
            let expected = plain(&ended(reader, original).stdout, original);
            // One that was removed is named, and the session compared with the others.
            let is_named = rendered.replace('\n', " ").contains("Not compared with ");
            assert!(
                rendered == expected || is_named && rendered.contains(name),
                "{what}, {}: {rendered}",
                reader[0]
            );
        }
        let _ = fs::remove_dir_all(&page);
    }
    let before = files_that_are_there(copy);
    let resumed = run_to_end(&["batch", "--quiet", "--resume", path_text(copy)]);
    resumed.check_in_order(what);
    if is_table && name != "journal.bin" {
        assert_ne!(resumed.code(), Some(0), "{what}: passes for complete");
        assert!(files_that_are_there(copy) == before, "{what}: was changed");
    }
}

/// A verb that reads a run.
#[track_caller]
fn ended(reader: &[&str], run: &Path) -> super::Ended {
    let (verb, more) = reader.split_first().unwrap();
    run_to_end(&[&[*verb, path_text(run)], more].concat())
}

/// Names of what is in a folder, with the bytes of ordinary files.
fn files_that_are_there(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let read = |path: PathBuf| {
        let is_small =
            fs::symlink_metadata(&path).is_ok_and(|it| it.is_file() && it.len() < 1 << 24);
        let bytes = if is_small {
            fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        (path, bytes)
    };
    paths(folder).into_iter().map(read).collect()
}

/// An interrupted run that was tampered with yields the right bytes when resumed, or is refused.
#[track_caller]
fn check_stopped(copy: &Path, whole: &BTreeMap<PathBuf, Vec<u8>>, what: &str) {
    let resumed = run_to_end(&["batch", "--quiet", "--resume", path_text(copy)]);
    resumed.check_in_order(what);
    if resumed.code() == Some(0) {
        assert!(results(copy) == *whole, "{what}: goes on to other bytes");
    }
}

/// Shards of which one was tampered with are refused, or merge to the right bytes.
#[track_caller]
fn check_shard(copy: &Path, other: &Path, merged: &BTreeMap<PathBuf, Vec<u8>>, what: &str) {
    let out = copy.with_extension("merged");
    let ended = run_to_end(&[
        "merge",
        path_text(copy),
        path_text(other),
        "--quiet",
        "--out",
        path_text(&out),
    ]);
    ended.check_in_order(what);
    if ended.code() == Some(0) {
        assert!(results(&out) == *merged, "{what}: merges to other bytes");
    }
    let _ = fs::remove_dir_all(&out);
}

#[test]
fn what_lies_beside_a_run_is_left_as_it_was() {
    let folder = TempDir::new().unwrap();
    let out = run(&folder, "batch", "run", VILLAGES, &["--sessions", "300"]);
    File::create_new(out.join("notes.txt"))
        .unwrap()
        .write_all(b"mine")
        .unwrap();
    let before = files(&out);
    for arguments in [
        &["verify", path_text(&out)][..],
        &["batch", "--quiet", "--resume", path_text(&out)],
        &["explain", path_text(&out)],
    ] {
        run_to_end(arguments).check_in_order("a file of somebody else");
    }
    assert!(files(&out) == before);
}
