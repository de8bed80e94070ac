//! Files that are read again and again until one of them changes.
//!
//! Their content is compared, several times a second, rather than their times, or what the system
//! reports: editors replace files, some write them in two steps, network folders report nothing, and a
//! file that was saved unchanged needs no new answer. The files of a scenario are small and few.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::cli::files::file_access::CitedFiles;

/// How long a change may go unseen.
const INTERVAL: Duration = Duration::from_millis(200);

/// What a file contained, or why it could not be read.
type Content = Result<String, io::ErrorKind>;

/// The files that were read for an answer, which is out of date once one of them is different.
#[derive(Debug, Default)]
pub(crate) struct WatchedFiles {
    /// By the reader and by path.
    contents: RefCell<BTreeMap<(usize, PathBuf), Content>>,
    readers: Vec<CitedFiles>,
}

impl WatchedFiles {
    /// No file yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a reader; files that are read by it are watched from then on.
    pub(crate) fn add_reader(&mut self, files: CitedFiles) -> usize {
        self.readers.push(files);
        self.readers.len() - 1
    }

    /// Reads a file, and notes what it contained.
    pub(crate) fn read(&self, reader: usize, path: &Path) -> io::Result<String> {
        let read = self.readers[reader].read(path);
        let content = (read.as_ref()).map_or_else(|it| Err(it.kind()), |it| Ok(it.clone()));
        let mut contents = self.contents.borrow_mut();
        contents.insert((reader, path.to_owned()), content);
        read
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.contents.borrow().len()
    }

    /// Waits until one of them has changed, and all have been left alone for a moment.
    pub(crate) fn wait_for_change(&self) {
        let before = self.contents.borrow().clone();
        let mut last = before.clone();
        loop {
            pause();
            let now = self.read_again();
            if now != before && now == last {
                return;
            }
            last = now;
        }
    }

    fn read_again(&self) -> BTreeMap<(usize, PathBuf), Content> {
        let contents = self.contents.borrow();
        let paths = contents.keys().map(|(reader, path)| {
            let content = self.readers[*reader].read(path).map_err(|it| it.kind());
            ((*reader, path.clone()), content)
        });
        paths.collect()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a person edits files meanwhile; no result sees it"
)]
fn pause() {
    thread::sleep(INTERVAL);
}
