//! The list of runs, and their pages in a browser.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::process::{
    VILLAGES, check, demarche, interrupt, manifest, path_text, run, start_silent, wait_for_bytes,
};

/// The list of the runs in a folder, in lines.
#[track_caller]
fn listed(folder: &TempDir) -> Vec<String> {
    let output = check(&["runs", path_text(folder.path())], 0);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The line of a run, and those below it.
#[track_caller]
fn entry(lines: &[String], name: &str) -> String {
    let begin = lines.iter().position(|it| it.starts_with(name));
    let begin = begin.unwrap_or_else(|| panic!("{name} is not there: {lines:?}"));
    let rest = lines[begin + 1..]
        .iter()
        .take_while(|it| it.starts_with(' '));
    let lines: Vec<&str> = [&lines[begin]]
        .into_iter()
        .chain(rest)
        .map(String::as_str)
        .collect();
    lines.join("\n")
}

/// Makes a run one that began at another time.
fn begin_at(folder: &TempDir, name: &str, time: &str) {
    let path = folder.path().join(name).join("manifest.json");
    let mut manifest = manifest(&folder.path().join(name));
    manifest["timing"]["started"] = time.into();
    fs::write(path, manifest.to_string()).unwrap();
}

fn begin_long_run(folder: &TempDir, name: &str) -> Child {
    let out = folder.path().join(name);
    let sessions = ["--sessions", "100_000_000", "--threads", "1"];
    let mut arguments = vec!["batch", VILLAGES, "--quiet", "--out", path_text(&out)];
    arguments.extend(sessions);
    start_silent(&arguments)
}

#[test]
fn runs_are_listed_with_their_answers_the_newest_first() {
    let folder = TempDir::new().unwrap();
    let sessions = ["--sessions", "300", "--seed", "5", "--no-report"];
    let setting = ["--set", "party.upper.reservation_value=0.9"];
    let more = [&sessions[..], &setting].concat();
    run(&folder, "batch", "deals", VILLAGES, &more);
    let draws = ["--draws", "20", "--no-report"];
    let plan = "configs/plans/two-villages/alternate-days.toml";
    run(
        &folder,
        "weigh",
        "plans",
        VILLAGES,
        &[&[plan][..], &draws].concat(),
    );
    let shifts = ["--rate", "50", "--sessions", "20", "--no-report"];
    run(&folder, "flip", "flips", VILLAGES, &shifts);
    run(&folder, "batch", "broken", VILLAGES, &sessions);
    fs::write(folder.path().join("broken/manifest.json"), "{").unwrap();
    fs::create_dir(folder.path().join("other")).unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    for (day, name) in ["deals", "plans", "flips"].into_iter().enumerate() {
        begin_at(
            &folder,
            name,
            &format!("2026-01-0{}T12:00:00+01:00", day + 1),
        );
    }
    let lines = listed(&folder);
    let deals = entry(&lines, "deals");
    for part in ["batch", "deals ", "300", " days", "complete"] {
        assert!(deals.contains(part), "{deals}");
    }
    let command = format!("demarche batch {VILLAGES} --set party.upper.reservation_value=0.9");
    assert!(
        deals
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .contains(&command),
        "{deals}"
    );
    assert!(entry(&lines, "plans").contains("1 plan over 20 draws"));
    assert!(entry(&lines, "flips").contains("moved to 50 % deals"));
    let broken = entry(&lines, "broken");
    assert!(broken.contains("damaged"), "{broken}");
    assert!(
        !lines
            .iter()
            .any(|it| it.starts_with("other") || it.starts_with("file"))
    );
    let place = |name: &str| lines.iter().position(|it| it.starts_with(name));
    assert!(place("flips") < place("plans") && place("plans") < place("deals"));
    assert!(
        place("deals") < place("broken"),
        "nobody knows how old it is"
    );
}

#[test]
fn a_run_under_way_is_listed_as_such_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let mut child = begin_long_run(&folder, "long");
    wait_for_bytes(&mut child, &folder.path().join("long"), 1000);
    for _ in 0..5 {
        assert!(entry(&listed(&folder), "long").contains("under way"));
    }
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let interrupted = entry(&listed(&folder), "long");
    assert!(interrupted.contains("interrupted"), "{interrupted}");
    assert!(interrupted.contains(" of 100,000,000"), "{interrupted}");
}

#[test]
fn a_folder_without_runs_says_so_and_one_that_is_not_there_is_an_error() {
    let folder = TempDir::new().unwrap();
    assert!(listed(&folder)[0].starts_with("There is no run in "));
    let missing = folder.path().join("missing");
    let output = check(&["runs", path_text(&missing)], 2);
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("cannot list")
    );
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "that it is quick is what is tested"
)]
fn hundreds_of_runs_are_listed_at_once() {
    let folder = TempDir::new().unwrap();
    let flagship = "configs/scenarios/alaska-2025.toml";
    let first = run(
        &folder,
        "batch",
        "first",
        flagship,
        &["--sessions", "1", "--no-report"],
    );
    for idx in 0..300 {
        let copy = folder.path().join(format!("copy-{idx}"));
        fs::create_dir(&copy).unwrap();
        fs::copy(first.join("manifest.json"), copy.join("manifest.json")).unwrap();
    }
    let begun = Instant::now();
    let lines = listed(&folder);
    let time = begun.elapsed();
    assert!(lines.len() > 300);
    assert!(time < Duration::from_secs(10), "{time:?}");
}

/// `demarche open` of a run, where the only program that opens pages is a script.
#[cfg(unix)]
#[track_caller]
fn open_with(folder: &TempDir, script: &str, display: &str, run: &str) -> (i32, String, String) {
    use std::os::unix::fs::PermissionsExt as _;

    let programs = folder.path().join(".programs");
    fs::create_dir_all(&programs).unwrap();
    let program = programs.join("xdg-open");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command: Command = demarche(&["open", run]);
    let output = command
        .env("PATH", &programs)
        .env("DISPLAY", display)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("BROWSER")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |it: Vec<u8>| String::from_utf8(it).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

#[cfg(unix)]
#[test]
fn a_page_is_made_as_needed_and_handed_to_the_browser() {
    let folder = TempDir::new().unwrap();
    let run = run(
        &folder,
        "batch",
        "run",
        VILLAGES,
        &["--sessions", "20", "--no-report"],
    );
    let page = run.join("report.html");
    assert!(!page.exists());
    let seen = folder.path().join(".seen");
    let script = format!("#!/bin/sh\nprintf %s \"$1\" > {}\n", path_text(&seen));
    let (code, printed, rendered) = open_with(&folder, &script, ":9", path_text(&run));
    assert_eq!((code, rendered.as_str()), (0, ""));
    assert_eq!(printed, format!("Report: {}\n", page.display()));
    let opened = fs::read_to_string(&seen).unwrap();
    assert_eq!(opened, path_text(&page.canonicalize().unwrap()));
    let bytes = fs::read(&page).unwrap();
    open_with(&folder, &script, ":9", path_text(&run));
    assert_eq!(fs::read(&page).unwrap(), bytes);
}

#[cfg(unix)]
#[test]
fn without_a_browser_the_page_is_named_and_the_reason_too() {
    let folder = TempDir::new().unwrap();
    let run = run(
        &folder,
        "batch",
        "run",
        VILLAGES,
        &["--sessions", "20", "--no-report"],
    );
    let fails = "#!/bin/sh\nexit 3\n";
    for (display, part) in [("", "DISPLAY"), (":9", "no browser was opened")] {
        let (code, printed, rendered) = open_with(&folder, fails, display, path_text(&run));
        assert_eq!(code, 1, "{rendered}");
        assert!(printed.contains("report.html"), "{printed}");
        assert!(rendered.contains(part), "{rendered}");
    }
}
