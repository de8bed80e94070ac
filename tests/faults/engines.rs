//! Engines that run the shards of a plan: what is handed to them, what is left when they fail, and that
//! the same command again does the rest. The engines themselves are in `tests/dask` and `tests/slurm.sh`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, demarche, files, path_text, results, run};

/// An executable script in a folder.
fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A Slurm that notes what is submitted, in arrays with numbers below 5.
fn noting_slurm(folder: &Path) -> PathBuf {
    let tools = folder.join("tools");
    fs::create_dir(&tools).unwrap();
    let log = folder.join("submitted");
    let log = path_text(&log);
    let submit = format!("echo \"$@\" >>{log}\nwc -l <{log}\n");
    script(&tools, "sbatch", &submit);
    script(&tools, "scontrol", "echo 'MaxArraySize            = 5'\n");
    script(&tools, "squeue", &format!("cat {log}.queue 2>/dev/null\n"));
    tools
}

/// Runs `dist slurm` where the tools of a Slurm are found.
#[track_caller]
fn dist_slurm(tools: &Path, plan: &Path, more: &[&str], code: i32) -> Output {
    let arguments = ["dist", "slurm", VILLAGES, "--out", path_text(plan)];
    let path = std::env::var("PATH").unwrap();
    let output = demarche(&[&arguments[..], more].concat())
        .env("PATH", format!("{}:{path}", tools.display()))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    output
}

/// What was submitted since it was asked the last time.
fn submitted(folder: &Path) -> Vec<String> {
    let log = folder.join("submitted");
    let text = fs::read_to_string(&log).unwrap_or_default();
    fs::write(&log, "").unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn shards_are_submitted_in_arrays_of_the_size_that_the_site_allows_and_only_those_that_are_missing()
{
    let folder = TempDir::new().unwrap();
    let tools = noting_slurm(folder.path());
    let plan = folder.path().join("plan");
    let more = ["--sessions", "4000", "--shards", "11"];
    let printed = dist_slurm(&tools, &plan, &more, 0).stdout;
    let printed = String::from_utf8(printed).unwrap();
    assert!(printed.ends_with("/plan/submit.sh\n"), "{printed}");
    assert!(submitted(folder.path()).is_empty());

    let submit = [&more[..], &["--submit"]].concat();
    dist_slurm(&tools, &plan, &submit, 0);
    let array = |array: &str, offset: u32| {
        format!(
            "--parsable --chdir={} --array={array} --export=ALL,DEMARCHE_OFFSET={offset} array.sh",
            plan.display()
        )
    };
    let merge = |after: &str| format!("--parsable --chdir={}{after} merge.sh", plan.display());
    let expected = [
        array("1-4", 0),
        array("1-4", 4),
        array("1-3", 8),
        merge(" --dependency=afterok:1:2:3"),
    ];
    assert_eq!(submitted(folder.path()), expected);

    let manifest = plan.join("plan.json");
    for index in ["1", "2", "4", "5", "6", "7", "8", "11"] {
        check(
            &[
                "shard",
                "--manifest",
                path_text(&manifest),
                "--index",
                index,
            ],
            0,
        );
    }
    fs::write(folder.path().join("submitted.queue"), "1\n").unwrap();
    let refused = dist_slurm(&tools, &plan, &submit, 1);
    let refused = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.contains("are in the queue"), "{refused}");
    fs::remove_file(folder.path().join("submitted.queue")).unwrap();
    dist_slurm(&tools, &plan, &submit, 0);
    let expected = [
        array("3", 0),
        array("1-2", 8),
        merge(" --dependency=afterok:1:2"),
    ];
    assert_eq!(submitted(folder.path()), expected);

    for index in ["3", "9", "10"] {
        check(
            &[
                "shard",
                "--manifest",
                path_text(&manifest),
                "--index",
                index,
            ],
            0,
        );
    }
    dist_slurm(&tools, &plan, &submit, 0);
    assert_eq!(submitted(folder.path()), [merge("")]);
}

#[test]
fn scripts_that_somebody_edited_are_left_alone_and_another_run_has_no_place_beside_them() {
    let folder = TempDir::new().unwrap();
    let tools = noting_slurm(folder.path());
    let plan = folder.path().join("plan");
    let more = [
        "--sessions",
        "1000",
        "--shards",
        "2",
        "--sbatch",
        "--time=9",
    ];
    dist_slurm(&tools, &plan, &more, 0);
    let array = plan.join("array.sh");
    let written = fs::read_to_string(&array).unwrap();
    assert!(written.contains("\n#SBATCH --time=9\n"), "{written}");
    fs::write(&array, written.replace("--time=9", "--time=10")).unwrap();
    let before = files(&plan);
    let again = dist_slurm(&tools, &plan, &more, 0);
    let note = String::from_utf8(again.stderr).unwrap();
    assert!(note.contains("array.sh is used as it is"), "{note}");
    assert!(!note.contains("merge.sh"), "{note}");
    assert!(files(&plan) == before);

    for other in [["1000", "3"], ["2000", "2"]] {
        let [sessions, shards] = other;
        let other = ["--sessions", sessions, "--shards", shards];
        let refused = dist_slurm(&tools, &plan, &other, 2);
        let refused = String::from_utf8(refused.stderr).unwrap();
        assert!(refused.contains("the plan of another run"), "{refused}");
        assert!(files(&plan) == before);
    }
}

/// A Python that runs these shards in place of the driver, and fails.
fn failing_python(folder: &Path, shards: &str) -> PathBuf {
    let text = format!(
        "program=$3 plan=$5\nfor index in {shards}; do\n\
         \"$program\" shard --manifest \"$plan\" --index $index --quiet || exit 9\ndone\n\
         echo \"indices $7\" >&2\nprintf 'a bad \\033[31m word\\n' >&2\nexit 1\n"
    );
    script(folder, &format!("python-{}", shards.len()), &text)
}

#[test]
fn what_a_driver_of_dask_left_out_is_named_and_run_by_the_same_command() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let more = ["--sessions", "2000"];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    let dist = |python: &Path, code: i32| {
        let arguments = [
            "dist",
            "dask",
            VILLAGES,
            "--sessions",
            "2000",
            "--shards",
            "4",
            "--local",
            "1",
            "--out",
            path_text(&out),
            "--python",
            path_text(python),
        ];
        let output = check(&arguments, code);
        String::from_utf8(output.stderr).unwrap()
    };
    let printed = dist(&failing_python(folder.path(), "2"), 1);
    assert!(printed.contains("0 of 4 shards are complete"), "{printed}");
    assert!(printed.contains("indices 1-4"), "{printed}");
    assert!(
        printed.contains("missing: 1,3-4; the same command"),
        "{printed}"
    );
    // Words from elsewhere do not reach the terminal as they are.
    assert!(!printed.contains('\u{1b}'), "{printed:?}");
    assert!(!out.exists());
    let printed = dist(&failing_python(folder.path(), "1 3 4"), 1);
    assert!(printed.contains("1 of 4 shards are complete"), "{printed}");
    assert!(printed.contains("indices 1,3-4"), "{printed}");
    // Nothing is left to run, so nobody is asked to.
    let nobody = folder.path().join("nobody");
    dist(&nobody, 0);
    assert!(results(&out) == reference);
    dist(&nobody, 0);
    fs::remove_dir_all(folder.path().join("run-shards")).unwrap();
    let printed = dist(&nobody, 2);
    assert!(printed.contains("already exists"), "{printed}");
}
