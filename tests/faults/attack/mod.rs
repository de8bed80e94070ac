//! The program under attack: signals at any moment, tampered runs, strange environments, hostile
//! files. Whatever happens, it ends in good order, and no wrong result passes for a right one.
//!
//! Plain `cargo test` tries a sample; `just attack` tries everything and prints how often.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "a process that does not end is killed, and how long one takes to end is what is tested"
)]

mod environments;
mod hostile_files;
mod signals;
mod tampering;

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tempfile::TempDir;

use crate::support::process::{VILLAGES, demarche, signal};

/// Longer than anything takes on a machine that does other work too.
const PATIENCE: Duration = Duration::from_secs(120);

/// More than any error message or summary of these small runs needs.
const OUTPUT_BYTES_MAX: usize = 200_000;

/// How a process ended, and what it wrote.
#[derive(Debug)]
struct Ended {
    status: ExitStatus,
    stdout: String,
    stderr: String,
}

/// A process whose output goes into files, so that it never waits for a reader.
struct Running {
    child: Child,
    outputs: TempDir,
    description: String,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let outputs = TempDir::new().unwrap();
        let file = |name: &str| File::create(outputs.path().join(name)).unwrap();
        command.stdout(file("stdout")).stderr(file("stderr"));
        let description = format!("{command:?}");
        let child = command.spawn().expect("the program starts");
        Self {
            child,
            outputs,
            description,
        }
    }

    /// Starts the program without any input.
    fn demarche(arguments: &[&str]) -> Self {
        let mut command = demarche(arguments);
        command.stdin(Stdio::null()).env("NO_COLOR", "1");
        Self::start(command)
    }

    fn signal(&self, name: &str) {
        // The process may have ended in the meantime.
        let _ = signal(&self.child, name);
    }

    /// Waits for the end; a process without an end is a failure.
    #[track_caller]
    fn wait(mut self) -> Ended {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > PATIENCE {
                let _ = self.child.kill();
                panic!("does not end: {}", self.description);
            }
            thread::sleep(Duration::from_millis(2));
        };
        let output = |name: &str| {
            let bytes = fs::read(self.outputs.path().join(name)).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Ended {
            status,
            stdout: output("stdout"),
            stderr: output("stderr"),
        }
    }
}

impl Ended {
    fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Whether it ended as it should, whatever it was asked: with one of its exit codes, a message
    /// where it failed, and nothing on the terminal that a file could have put there.
    #[track_caller]
    fn check_in_order(&self, what: &str) -> &Self {
        let code = self.code();
        assert!(
            matches!(code, Some(0..=3 | 130)),
            "{what}: code {code:?}, signal {:?}: {}",
            self.status.signal(),
            self.stderr
        );
        assert!(
            !self.stderr.contains("panicked at"),
            "{what}: {}",
            self.stderr
        );
        for text in [&self.stdout, &self.stderr] {
            assert!(
                text.len() < OUTPUT_BYTES_MAX,
                "{what}: {} bytes",
                text.len()
            );
            let control = text.chars().find(|it| is_unsafe_on_a_terminal(*it));
            assert!(control.is_none(), "{what}: {control:?} in {text:?}");
        }
        if matches!(code, Some(1..=3)) {
            assert!(
                !self.stderr.trim().is_empty(),
                "{what}: failed without a word"
            );
        }
        self
    }
}

/// Whether a character moves the cursor, changes what was written, or hides itself.
fn is_unsafe_on_a_terminal(character: char) -> bool {
    let is_control = character.is_control() && !matches!(character, '\n' | '\t' | '\r');
    let is_bidirectional = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    is_control || is_bidirectional || matches!(character, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// Runs a verb to its end.
#[track_caller]
fn run_to_end(arguments: &[&str]) -> Ended {
    Running::demarche(arguments).wait()
}

/// The same attacks every time.
fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Copies a folder with everything in it; links stay links.
fn copy_folder(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.expect("there is a command `cp`").success());
}
