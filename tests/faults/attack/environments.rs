//! Strange environments: a run gives the same bytes, or says in a line why it cannot.

use std::fmt::Write as _;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rand::RngExt;
use tempfile::TempDir;

use super::{Running, VILLAGES, random};
use crate::support::process::{path_text, results, run};
use crate::support::thoroughness::sample_or_all;

/// What a shell does before it becomes the program: limits, streams, folders.
const PREPARATIONS: [&str; 26] = [
    ":",
    "ulimit -n 1024",
    "ulimit -n 16",
    "ulimit -n 8",
    "ulimit -n 5",
    "ulimit -s 512",
    "ulimit -v 4000000",
    "ulimit -v 100000",
    "trap '' XFSZ; ulimit -f 4",
    "ulimit -c unlimited",
    "umask 077",
    "umask 000",
    "exec <&-",
    "exec >&-",
    "exec 2>&-",
    "exec <&- >&- 2>&-",
    "exec >/dev/full",
    "exec 2>/dev/full",
    "exec </dev/zero",
    "trap '' PIPE",
    "trap '' HUP INT TERM",
    "mkdir -p \"$SCRATCH/gone\" && cd \"$SCRATCH/gone\" && rmdir \"$SCRATCH/gone\"",
    "mkdir -p \"$SCRATCH/a b\" && cd \"$SCRATCH/a b\"",
    "cd /",
    "cd /proc/self",
    "nice -n 19 true",
];

/// Variables with values that a program could stumble over.
const VARIABLES: [(&str, &str); 27] = [
    ("LANG", "de_DE.UTF-8"),
    ("LC_ALL", "tr_TR.UTF-8"),
    ("LC_NUMERIC", "fr_FR.UTF-8"),
    ("LC_ALL", "nonsense"),
    ("LC_ALL", ""),
    ("TZ", "Asia/Kathmandu"),
    ("TZ", "../../etc/passwd"),
    ("TZ", ":::"),
    ("TERM", "dumb"),
    ("TERM", ""),
    ("TERM", "\u{1b}[31m"),
    ("COLUMNS", "1"),
    ("COLUMNS", "99999999999"),
    ("COLUMNS", "-1"),
    ("NO_COLOR", ""),
    ("CLICOLOR_FORCE", "1"),
    ("CLICOLOR", "0"),
    ("HOME", "/nonexistent"),
    ("HOME", ""),
    ("PATH", ""),
    ("PATH", "/nonexistent"),
    ("RUST_BACKTRACE", "full"),
    ("RUST_MIN_STACK", "nonsense"),
    ("RUST_LOG", "trace"),
    ("PWD", "/elsewhere"),
    ("USER", "\u{202e}root"),
    ("XDG_RUNTIME_DIR", "/nonexistent"),
];

/// Temporary folders: there, not there, not a folder, and one that nobody may write to.
const TEMPORARY: [Option<&str>; 4] = [None, Some("/nonexistent"), Some("/dev/null"), Some("/proc")];

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the number of attempts is printed for people"
)]
fn in_any_environment_a_run_has_the_same_bytes_or_says_why_not() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "700", "--transcripts"];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    let mut random = random(2);
    let n_environments = sample_or_all(8, 247);
    let (mut n_equal, mut n_refused) = (0, 0);
    for number in 0..n_environments {
        let out = folder.path().join(format!("run-{number}"));
        // Everything is met by itself before it is met together with other things.
        let first = number % PREPARATIONS.len();
        let second = random.random_range(0..PREPARATIONS.len());
        let mut script = PREPARATIONS[first].to_owned();
        if number >= PREPARATIONS.len() && !PREPARATIONS[first].contains("exec") {
            script = format!("{script}\n{}", PREPARATIONS[second]);
        }
        script.push_str("\nexec \"$0\" \"$@\"");
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", &script, env!("CARGO_BIN_EXE_demarche")])
            .args([
                "batch",
                &format!("{}/{VILLAGES}", env!("CARGO_MANIFEST_DIR")),
            ])
            .args(more)
            .args(["--out", path_text(&out)])
            // What memory is left of a process that the system ends may be written here.
            .current_dir(folder.path())
            .env("SCRATCH", folder.path())
            .stdin(Stdio::null());
        let mut rendered = script;
        for _ in 0..random.random_range(0..4) {
            let (name, value) = VARIABLES[random.random_range(0..VARIABLES.len())];
            // The shell itself needs to find its commands; it is the program that must not.
            command.env(name, value);
            let _ = write!(rendered, "; {name}={value:?}");
        }
        if let Some(temporary) = TEMPORARY[random.random_range(0..TEMPORARY.len())] {
            command.env("TMPDIR", temporary);
            let _ = write!(rendered, "; TMPDIR={temporary}");
        }
        let ended = Running::start(command).wait();
        let what = format!("environment {number}: {rendered}");
        // Where memory is short, the system ends the program, or its loader does.
        let is_starved = rendered.contains("ulimit -v") || rendered.contains("ulimit -s");
        if is_starved && (ended.status.signal().is_some() || ended.code() == Some(127)) {
            n_refused += 1;
            continue;
        }
        let has_output = !rendered.contains("2>");
        if has_output && !rendered.contains("CLICOLOR_FORCE") {
            ended.check_in_order(&what);
        }
        assert!(
            !ended.stderr.contains("panicked at"),
            "{what}: {}",
            ended.stderr
        );
        if ended.code() == Some(0) {
            assert!(same(&out, &reference), "{what}");
            n_equal += 1;
        } else {
            assert!(
                matches!(ended.code(), Some(1 | 2)),
                "{what}: {:?} {}",
                ended.status,
                ended.stderr
            );
            n_refused += 1;
        }
        if out.exists() {
            std::fs::remove_dir_all(&out).unwrap();
        }
    }
    println!("{n_environments} environments: {n_equal} equal, {n_refused} refused with a reason");
    assert!(
        n_equal > n_environments / 3,
        "{n_equal} of {n_environments}"
    );
}

/// Whether a run's tables are those of another; the paths of files in the manifests may differ.
fn same(out: &Path, reference: &std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>) -> bool {
    let ours = results(out);
    let tables = |it: &std::path::PathBuf| !it.ends_with("manifest.json");
    let ours = ours.iter().filter(|it| tables(it.0));
    ours.eq(reference.iter().filter(|it| tables(it.0)))
}
