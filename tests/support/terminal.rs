//! A pseudo-terminal for the program to talk in, as a person would have it.

use std::process::Command;

use rexpect::process::WaitStatus;
use rexpect::session::{Options, PtySession, spawn_with_options};

/// Far more than anything takes: it is waited for what is expected, not for a time.
const PATIENCE_MS: u64 = 60_000;

/// The program in a terminal of so many columns.
#[track_caller]
pub(crate) fn terminal(columns: u16, arguments: &str, colors: bool) -> PtySession {
    let mut command = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_demarche");
    let script = format!("stty cols {columns} rows 50 && exec {program} {arguments}");
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["-c", &script])
        .env("TERM", "xterm-256color")
        .env_remove("CLICOLOR_FORCE");
    if colors {
        command.env_remove("NO_COLOR");
    } else {
        command.env("NO_COLOR", "1");
    }
    let options = Options::new().timeout_ms(Some(PATIENCE_MS));
    spawn_with_options(command, options).expect("there is a terminal")
}

#[track_caller]
pub(crate) fn check_exit(session: &PtySession, code: i32) {
    match session.process().wait() {
        Ok(WaitStatus::Exited(_, actual)) => assert_eq!(actual, code),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(crate) fn check_width(rendered: &str, columns: u16) {
    // What comes out of the terminal is handed over with a character for every byte.
    let bytes: Vec<u8> = rendered
        .chars()
        .filter_map(|it| u8::try_from(it).ok())
        .collect();
    for line in String::from_utf8_lossy(&bytes).lines() {
        let width = line.trim_end_matches('\r').chars().count();
        assert!(width <= usize::from(columns), "{width}: {line}");
    }
}
