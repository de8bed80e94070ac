//! The folders of runs: made in nobody's place, written to through no link, taken up without trust
//! in what their journals name.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use twox_hash::XxHash3_64;

use crate::support::process::{
    VILLAGES, check, demarche, files, interrupt, path_text, results, run, start, start_silent,
    wait_for_bytes,
};

fn villages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(VILLAGES)
}

/// Starts so many processes with the same arguments, and waits for all of them.
fn all_at_once(n: usize, folder: &Path, arguments: &[&str]) -> Vec<Output> {
    let start = |_| {
        let mut command = demarche(arguments);
        command.current_dir(folder);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    };
    let children: Vec<Child> = (0..n).map(start).collect();
    let outputs = children.into_iter().map(Child::wait_with_output);
    outputs.map(Result::unwrap).collect()
}

#[test]
fn runs_that_begin_within_a_second_have_folders_of_their_own() {
    let folder = TempDir::new().unwrap();
    let file = villages();
    let arguments = ["batch", path_text(&file), "--sessions", "20", "--quiet"];
    let outputs = all_at_once(12, folder.path(), &arguments);
    for it in &outputs {
        let rendered = String::from_utf8_lossy(&it.stderr);
        assert!(it.status.success(), "{rendered}");
    }
    let runs = fs::read_dir(folder.path().join("runs")).unwrap();
    let runs: Vec<PathBuf> = runs.map(|it| it.unwrap().path()).collect();
    assert_eq!(runs.len(), outputs.len(), "{runs:?}");
    assert!(runs.iter().all(|it| results(it) == results(&runs[0])));
}

#[test]
fn of_many_runs_at_one_folder_one_has_it_and_the_others_change_nothing() {
    let folder = TempDir::new().unwrap();
    let file = villages();
    let more = ["--sessions", "600"];
    let reference = results(&run(&folder, "batch", "reference", path_text(&file), &more));
    let arguments = ["batch", path_text(&file), "--quiet", "--out", "run"];
    let arguments = [&arguments[..], &more].concat();
    for _ in 0..3 {
        let outputs = all_at_once(12, folder.path(), &arguments);
        let is_won = |it: &&Output| it.status.success();
        assert_eq!(outputs.iter().filter(is_won).count(), 1);
        for it in outputs.iter().filter(|it| !is_won(it)) {
            let rendered = String::from_utf8_lossy(&it.stderr);
            assert_eq!(it.status.code(), Some(2), "{rendered}");
            assert!(rendered.contains("run already exists"), "{rendered}");
        }
        let out = folder.path().join("run");
        assert!(results(&out) == reference);
        fs::remove_dir_all(&out).unwrap();
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "the reference, and no hidden folder");
    }
}

#[test]
fn a_hidden_folder_that_was_left_is_in_nobodys_way() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let file = villages();
    // A shell knows the number of its process, which the program takes over.
    let script = "mkdir .run-$$; exec \"$0\" batch \"$1\" --sessions 20 --quiet --out run";
    let status = Command::new("sh")
        .args([
            "-c",
            script,
            env!("CARGO_BIN_EXE_demarche"),
            path_text(&file),
        ])
        .current_dir(folder.path())
        .status();
    assert!(status.unwrap().success());
    assert!(out.join("manifest.json").exists());
}

#[test]
fn a_folder_swapped_for_a_link_keeps_the_run_and_what_the_link_leads_to_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "20000", "--excel", "--format=csv,parquet"];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    let [out, moved, theirs] = ["run", "moved", "theirs"].map(|it| folder.path().join(it));
    fs::create_dir_all(theirs.join("figures")).unwrap();
    for name in [
        "summary.csv",
        "sessions.csv",
        "sessions.parquet",
        "manifest.json",
        "ro-crate-metadata.json",
        "figures/rounds.svg",
        "tables.xlsx",
        "report.html",
    ] {
        fs::write(theirs.join(name), "theirs").unwrap();
    }
    let before = files(&theirs);
    let mut child = start(&[&["batch", VILLAGES, "--out", path_text(&out)], &more[..]].concat());
    wait_for_bytes(&mut child, &out, 50_000);
    fs::rename(&out, &moved).unwrap();
    symlink(&theirs, &out).unwrap();
    let output = child.wait_with_output().unwrap();
    let rendered = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{rendered}");
    assert!(
        rendered.contains("now refers to something else"),
        "{rendered}"
    );
    assert!(files(&theirs) == before);
    assert_eq!(fs::read(theirs.join("manifest.json")).unwrap(), b"theirs");
    check(&["batch", "--quiet", "--resume", path_text(&moved)], 0);
    assert!(results(&moved) == reference);
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how soon Ctrl-C is answered is about wall time"
)]
fn a_merge_that_is_interrupted_can_be_resumed() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "20000"];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    let shards = ["1/2", "2/2"].map(|shard| {
        let more = [&more[..], &["--shard", shard]].concat();
        run(
            &folder,
            "batch",
            &shard.replace('/', "-of-"),
            VILLAGES,
            &more,
        )
    });
    let out = folder.path().join("merged");
    let [one, two] = shards.each_ref().map(|it| path_text(it));
    let mut child = start(&["merge", one, two, "--out", path_text(&out)]);
    wait_for_bytes(&mut child, &out, 10_000);
    interrupt(&child);
    let start = Instant::now();
    let output = child.wait_with_output().unwrap();
    let rendered = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{rendered}");
    assert!(start.elapsed() < Duration::from_secs(6));
    assert!(
        rendered.contains("continue the run with --resume"),
        "{rendered}"
    );
    check(&["batch", "--quiet", "--resume", path_text(&out)], 0);
    assert!(results(&out) == reference);
}

// ---- Journals from anywhere.

/// A batch that was killed, in `place`.
fn killed(place: &Path) {
    let out = path_text(place);
    let mut child = start_silent(&["batch", VILLAGES, "--sessions", "20000", "--out", out]);
    wait_for_bytes(&mut child, place, 0);
    child.kill().unwrap();
    child.wait().unwrap();
}

fn frame(content: &[u8]) -> Vec<u8> {
    let n_bytes = u32::try_from(content.len()).unwrap();
    let checksum = XxHash3_64::oneshot(content);
    [&n_bytes.to_le_bytes()[..], &checksum.to_le_bytes(), content].concat()
}

/// A journal's magic word, and the text of its head.
fn head(journal: &[u8]) -> (&[u8], &str) {
    let n_bytes = u32::from_le_bytes(journal[16..20].try_into().unwrap());
    let end = 28 + usize::try_from(n_bytes).unwrap();
    (
        &journal[..16],
        std::str::from_utf8(&journal[28..end]).unwrap(),
    )
}

/// Writes a journal whose head names another file for the experiment's.
fn name_in_journal(run: &Path, path: &str) {
    let journal = fs::read(run.join("journal.bin")).unwrap();
    let (magic, text) = head(&journal);
    let text = text.replace(VILLAGES, path);
    fs::write(
        run.join("journal.bin"),
        [magic, &frame(text.as_bytes())].concat(),
    )
    .unwrap();
}

#[test]
fn a_journal_leads_to_no_file_that_is_not_near() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    killed(&out);
    let refusal = |more: &[&str]| {
        let resume = ["batch", "--quiet", "--resume", path_text(&out)];
        let rendered = check(&[&resume[..], more].concat(), 2).stderr;
        String::from_utf8(rendered).unwrap()
    };
    let before = files(&out);
    name_in_journal(&out, "/etc/passwd");
    let rendered = refusal(&[]);
    assert!(
        rendered.contains("--files-below FOLDER allows another"),
        "{rendered}"
    );
    // Even where access is allowed, only a file that the run was started with is quoted.
    let rendered = refusal(&["--files-below", "/etc"]);
    assert!(
        rendered.contains("/etc/passwd is another file: its SHA-256"),
        "{rendered}"
    );
    assert!(!rendered.contains("root:"), "{rendered}");
    fs::write(out.join("journal.bin"), &before[Path::new("journal.bin")]).unwrap();
    // A pipe is not waited for.
    let fifo = folder.path().join("pipe.toml");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    name_in_journal(&out, path_text(&fifo));
    assert!(refusal(&[]).contains("not an ordinary file"));
    fs::write(out.join("journal.bin"), &before[Path::new("journal.bin")]).unwrap();
    assert!(files(&out) == before, "nothing is changed");
    check(&["batch", "--quiet", "--resume", path_text(&out)], 0);
}

#[test]
fn a_run_of_files_that_are_not_near_says_what_to_allow() {
    let [folder, elsewhere] = [(); 2].map(|()| TempDir::new().unwrap());
    let file = elsewhere.path().join("villages.toml");
    fs::copy(villages(), &file).unwrap();
    let out = folder.path().join("run");
    let arguments = ["batch", path_text(&file), "--sessions", "20000", "--out"];
    let mut child = start(&[&arguments[..], &[path_text(&out)]].concat());
    wait_for_bytes(&mut child, &out, 0);
    interrupt(&child);
    let rendered = child.wait_with_output().unwrap().stderr;
    let rendered = String::from_utf8(rendered).unwrap();
    let below = path_text(elsewhere.path());
    let command = format!("--resume {} --files-below {below}`", path_text(&out));
    assert!(rendered.contains(&command), "{rendered}");
    check(&["batch", "--resume", path_text(&out)], 2);
    let resume = ["batch", "--quiet", "--resume", path_text(&out)];
    check(&[&resume[..], &["--files-below", below]].concat(), 0);
}

#[test]
fn pipes_and_links_in_a_run_are_refused_and_never_waited_for() {
    let folder = TempDir::new().unwrap();
    let stopped = folder.path().join("stopped");
    killed(&stopped);
    let whole = run(&folder, "batch", "whole", VILLAGES, &["--sessions", "20"]);
    let theirs = folder.path().join("theirs");
    fs::write(&theirs, "theirs").unwrap();
    let [stopped, whole] = [&stopped, &whole].map(|it| path_text(it));
    let out = folder.path().join("out");
    for (name, arguments) in [
        ("journal.bin", &["batch", "--resume", stopped][..]),
        ("sessions.csv", &["batch", "--resume", stopped]),
        ("manifest.json", &["replay", whole, "3"]),
        (
            "manifest.json",
            &["report", whole, "--out", path_text(&out)],
        ),
        ("summary.csv", &["report", whole, "--out", path_text(&out)]),
        ("sessions.csv", &["replay", whole, "3"]),
        ("sessions.csv", &["explain", whole, "3"]),
        ("sessions.csv", &["explain", whole]),
        ("parties.csv", &["compare", whole, whole]),
        ("parties.csv", &["verify", whole]),
    ] {
        let run = if arguments.contains(&stopped) {
            stopped
        } else {
            whole
        };
        let path = Path::new(run).join(name);
        let kept = fs::read(&path).unwrap();
        for is_link in [true, false] {
            fs::remove_file(&path).unwrap();
            if is_link {
                symlink(&theirs, &path).unwrap();
            } else {
                assert!(
                    Command::new("mkfifo")
                        .arg(&path)
                        .status()
                        .unwrap()
                        .success()
                );
            }
            let output = demarche(arguments).output().unwrap();
            let rendered = String::from_utf8_lossy(&output.stderr);
            assert!(
                [1, 2].contains(&output.status.code().unwrap()),
                "{arguments:?}: {rendered}"
            );
            assert!(rendered.contains(name), "{arguments:?}: {rendered}");
            assert!(
                rendered.contains("it is not an ordinary file"),
                "{arguments:?}: {rendered}"
            );
        }
        fs::remove_file(&path).unwrap();
        fs::write(&path, kept).unwrap();
    }
    assert_eq!(fs::read(&theirs).unwrap(), b"theirs");
    check(&["batch", "--quiet", "--resume", stopped], 0);
}

/// Its journal records a chunk with far more bytes than any has, and the table has them.
#[test]
fn a_table_without_an_end_takes_no_memory() {
    const N_BYTES: u64 = 600 << 20;
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "20000"];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    let out = folder.path().join("run");
    killed(&out);
    let journal = fs::read(out.join("journal.bin")).unwrap();
    let (magic, text) = head(&journal);
    let whole = |mut number: u64| {
        let mut bytes = Vec::new();
        while number >= 0x80 {
            bytes.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        bytes.push(number.to_le_bytes()[0]);
        bytes
    };
    // Of the first cell; of the first of two tables one row of so many bytes, of the other none.
    let chunk = [0, 2, 1, N_BYTES, 7, 0, 0, 7].map(whole).concat();
    let crafted = [magic, &frame(text.as_bytes()), &frame(&chunk)].concat();
    fs::write(out.join("journal.bin"), crafted).unwrap();
    let table = File::options().write(true).open(out.join("sessions.csv"));
    table.unwrap().set_len(N_BYTES + 1000).unwrap();
    let limited = "ulimit -v 400000; exec \"$0\" \"$@\"";
    let output = Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_demarche")])
        .args([
            "batch",
            "--quiet",
            "--threads",
            "1",
            "--resume",
            path_text(&out),
        ])
        .env("MALLOC_ARENA_MAX", "1")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let rendered = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{rendered}");
    assert!(results(&out) == reference);
}

// ---- The newest run.

#[test]
fn the_latest_run_is_the_one_that_began_last() {
    let folder = TempDir::new().unwrap();
    let within = |arguments: &[&str], code: i32| {
        let output = demarche(arguments).current_dir(folder.path()).output();
        let output = output.unwrap();
        let rendered = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {rendered}"
        );
        rendered.into_owned()
    };
    for arguments in [
        &["replay", "latest", "3"][..],
        &["explain", "latest"],
        &["report", "latest"],
        &["verify", "latest"],
        &["compare", "latest", "latest"],
        &["batch", "--resume", "latest"],
    ] {
        let rendered = within(arguments, 2);
        assert!(rendered.contains("there is no run in runs/"), "{rendered}");
    }
    let file = villages();
    let batch = [
        "batch",
        path_text(&file),
        "--sessions",
        "20",
        "--quiet",
        "--no-report",
    ];
    within(&batch, 0);
    // Later, and with a name that does not say so.
    within(&[&batch[..], &["--out", "runs/a"]].concat(), 0);
    let path = folder.path().join("runs/a/manifest.json");
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    manifest["timing"]["started"] = "2101-01-01T00:00:00+02:00".into();
    fs::write(&path, manifest.to_string()).unwrap();
    fs::create_dir(folder.path().join("runs/no run")).unwrap();
    for arguments in [
        &["replay", "latest", "3"][..],
        &["explain", "latest"],
        &["verify", "latest"],
        &["compare", "latest", "latest"],
        &["batch", "--resume", "latest"],
        &["report", "latest"],
    ] {
        let rendered = within(arguments, 0);
        assert!(rendered.contains("latest: runs/a"), "{rendered}");
    }
    assert!(folder.path().join("runs/a/report.html").exists());
    // One that was stopped is known by its name.
    let stopped = folder.path().join("runs/2102-01-01T00-00-00_villages");
    killed(&stopped);
    let rendered = within(&["replay", "latest", "3"], 2);
    assert!(
        rendered.contains("runs/2102-01-01T00-00-00_villages"),
        "{rendered}"
    );
    // What is called so is meant by its name.
    fs::create_dir(folder.path().join("latest")).unwrap();
    let rendered = within(&["verify", "latest"], 2);
    assert!(rendered.contains("latest/manifest.json"), "{rendered}");
}
