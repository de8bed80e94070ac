//! The end of a process whose parent died: nobody would collect what it does.

use std::thread;
use std::time::Duration;

#[cfg(unix)]
use crate::cli::message;

/// The exit code of a process that may be tried again, as mail programs have it.
#[cfg(unix)]
const TRY_AGAIN: i32 = 75;

/// How long a process goes on without its parent, at most.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_millis(250);

/// Ends this process soon after the one that started it has died.
///
/// Engines restart what they lost elsewhere, and a process that they no longer know would take the
/// machine from it. A process that the system itself started has no such parent.
#[cfg(unix)]
pub(crate) fn end_with_parent() {
    use std::os::unix::process::parent_id;
    let parent = parent_id();
    if parent <= 1 {
        return;
    }
    let watch = move || {
        while parent_id() == parent {
            thread::park_timeout(PATIENCE);
        }
        message("the process that started this one has ended; the same command resumes the work");
        std::process::exit(TRY_AGAIN);
    };
    // Without a thread it goes on, which does no harm.
    let _ = thread::Builder::new().spawn(watch);
}

/// Nothing: only Unix tells a process that its parent died.
#[cfg(not(unix))]
pub(crate) fn end_with_parent() {}
