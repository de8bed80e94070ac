//! A running program: lines to its standard input, lines from its standard output, and an end.

use std::collections::BTreeSet;
use std::io::{self, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes that a line of a program may have.
pub(super) const LINE_BYTES_MAX: usize = 1 << 16;

/// Bytes that may wait for a program to read them.
const UNREAD_BYTES_MAX: usize = 16 << 20;

/// Bytes that are taken from a program at a time, and how many such pieces wait: then it is the program
/// that waits.
const PIECE_BYTES: usize = 1 << 16;
const PIECES_WAITING: usize = 4;

/// How long a program may take to end by itself once there is nothing more for it.
const GRACE: Duration = Duration::from_millis(500);

/// The process groups that were started and not ended yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups(Arc<Mutex<BTreeSet<u32>>>);

impl Groups {
    /// Ends all of them, with whatever they have started.
    pub(super) fn end_all(&self) {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(id) = groups.pop_first() {
            end_group(id);
        }
    }

    fn note(&self, id: u32) {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        groups.insert(id);
    }

    /// Ends one of them, unless all were ended.
    fn end(&self, id: u32) {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if groups.remove(&id) {
            end_group(id);
        }
    }
}

#[cfg(unix)]
fn end_group(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let id = i32::try_from(id).ok().and_then(Pid::from_raw);
    if let Some(id) = id {
        // It may have ended by itself.
        let _ = kill_process_group(id, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn end_group(_: u32) {}

/// A running program. It is ended with whatever it has started when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    groups: Groups,
    /// `None` once there is nothing more for it.
    to_writer: Option<Sender<Vec<u8>>>,
    n_unread: Arc<AtomicUsize>,
    from_reader: Receiver<Vec<u8>>,
    /// What was taken from it, of which the first bytes were handed on.
    taken: Vec<u8>,
    n_handed_on: usize,
}

/// What comes of waiting for a line.
#[derive(Debug)]
pub(super) enum Heard {
    /// A line, without its end.
    Line(Vec<u8>),
    /// Nothing in time.
    Nothing,
    /// Its output has ended.
    Gone,
    /// More than a line may have.
    TooLong,
}

impl Process {
    /// Starts a program by its words, the first of which is its name.
    pub(super) fn start(words: &[String], groups: &Groups) -> io::Result<Self> {
        let (program, arguments) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(program);
        command.args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            // Ctrl-C is for demarche, and what the program starts can be ended with it.
            command.process_group(0);
        }
        let mut child = command.spawn()?;
        groups.note(child.id());
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (to_writer, lines) = mpsc::channel();
        let (to_taker, from_reader) = mpsc::sync_channel(PIECES_WAITING);
        let n_unread = Arc::new(AtomicUsize::new(0));
        let res = Self {
            child,
            groups: groups.clone(),
            to_writer: Some(to_writer),
            n_unread: Arc::clone(&n_unread),
            from_reader,
            taken: Vec::new(),
            n_handed_on: 0,
        };
        // Nobody waits for these threads: what the program has started may hold its pipes for long.
        let (stdin, stdout) = (stdin.expect("it is piped"), stdout.expect("it is piped"));
        thread::Builder::new().spawn(move || write(stdin, &lines, &n_unread))?;
        thread::Builder::new().spawn(move || read(stdout, &to_taker))?;
        Ok(res)
    }

    /// Writes lines, without waiting for the program to read them; whether there is room for them.
    pub(super) fn write(&self, lines: Vec<u8>) -> bool {
        if lines.is_empty() {
            return true;
        }
        let n_unread = self.n_unread.fetch_add(lines.len(), Ordering::Relaxed);
        // A program that reads no more may still have something to say.
        let _ = self.to_writer.as_ref().map(|it| it.send(lines));
        n_unread <= UNREAD_BYTES_MAX
    }

    /// The next line, if it comes in time.
    pub(super) fn next_line(&mut self, by: Deadline) -> Heard {
        loop {
            if let Some(heard) = self.line_taken() {
                return heard;
            }
            match self.from_reader.recv_timeout(by.remaining()) {
                Ok(piece) => self.take(&piece),
                Err(RecvTimeoutError::Timeout) => return Heard::Nothing,
                Err(RecvTimeoutError::Disconnected) => return Heard::Gone,
            }
        }
    }

    /// The next line, if it has come already.
    pub(super) fn line_there(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.line_taken() {
                return heard;
            }
            match self.from_reader.try_recv() {
                Ok(piece) => self.take(&piece),
                Err(TryRecvError::Empty) => return Heard::Nothing,
                Err(TryRecvError::Disconnected) => return Heard::Gone,
            }
        }
    }

    /// Ends it without waiting for it to end by itself.
    pub(super) fn end_at_once(self) {
        self.groups.end(self.child.id());
    }

    fn take(&mut self, piece: &[u8]) {
        self.taken.drain(..self.n_handed_on);
        self.n_handed_on = 0;
        self.taken.extend_from_slice(piece);
    }

    /// A line among what was taken from it.
    fn line_taken(&mut self) -> Option<Heard> {
        let rest = &self.taken[self.n_handed_on..];
        let end = rest.iter().position(|it| *it == b'\n');
        if end.unwrap_or(rest.len()) > LINE_BYTES_MAX {
            return Some(Heard::TooLong);
        }
        let line = rest[..end?].to_vec();
        self.n_handed_on += line.len() + 1;
        Some(Heard::Line(line))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The end of its input tells it that this is all.
        self.to_writer = None;
        let by = Deadline::after(GRACE);
        while by.remaining() > Duration::ZERO
            && self.from_reader.recv_timeout(by.remaining()).is_ok()
        {}
        self.groups.end(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A time by which something is to have happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Instant);

#[expect(
    clippy::disallowed_methods,
    reason = "a program that does not answer must not hold a run up; a late answer is a forfeit"
)]
impl Deadline {
    pub(super) fn after(duration: Duration) -> Self {
        Self(Instant::now() + duration)
    }

    fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// Hands lines to a program until there are no more, or it reads no more.
fn write(mut stdin: ChildStdin, lines: &Receiver<Vec<u8>>, n_unread: &AtomicUsize) {
    while let Ok(bytes) = lines.recv() {
        if stdin.write_all(&bytes).is_err() {
            return;
        }
        n_unread.fetch_sub(bytes.len(), Ordering::Relaxed);
    }
}

/// Takes what a program says, until it says no more or nobody wants more.
fn read(mut stdout: ChildStdout, taker: &SyncSender<Vec<u8>>) {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match stdout.read(&mut piece) {
            Ok(0) => return,
            Ok(n_read) => {
                if taker.send(piece[..n_read].to_vec()).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}
