//! Disks that fail under a run: it tells what it could not write and why, and what is complete is
//! gone on with.
#![cfg(unix)]

use std::fs;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::resume::results;
use crate::runs::{check, demarche, path_text, run};

const VILLAGES: &str = "configs/scenarios/two-villages.toml";

#[test]
fn a_write_error_in_the_middle_is_told_and_the_run_is_gone_on_with() {
    let folder = TempDir::new().unwrap();
    let more = [
        "--sessions",
        "6000",
        "--transcripts",
        "--excel=comma",
        "--format=csv,parquet",
    ];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    for n_blocks in [1, 50, 200, 500] {
        let out = folder.path().join(n_blocks.to_string());
        // No file may become longer: the system then refuses to write, as with a full disk.
        let limited = format!("trap '' XFSZ; ulimit -f {n_blocks}; exec \"$0\" \"$@\"");
        let output = Command::new("sh")
            .args(["-c", &limited, env!("CARGO_BIN_EXE_demarche")])
            .args(["batch", VILLAGES, "--out", path_text(&out)])
            .args(more)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("cannot write "), "{told}");
        assert!(told.contains("File too large"), "{told}");
        assert!(
            told.contains("go on with `demarche batch --resume "),
            "{told}"
        );
        check(&["batch", "--quiet", "--resume", path_text(&out)], 0);
        assert!(results(&out) == reference, "{n_blocks} blocks");
    }
}

#[test]
fn a_folder_that_vanishes_is_told_by_name() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let arguments = ["batch", VILLAGES, "--sessions", "20000", "--out"];
    let mut child = demarche(&arguments)
        .arg(&out)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while fs::metadata(out.join("sessions.csv")).map_or(true, |it| it.len() < 10_000) {
        assert!(child.try_wait().unwrap().is_none(), "it is over");
    }
    fs::rename(&out, folder.path().join("elsewhere")).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains(&format!("the folder {} is gone", path_text(&out))),
        "{told}"
    );
}
