//! The journal of a run: what was asked for, and chunk by chunk what is in its tables.
//!
//! A magic word, then frames: four bytes of length, eight of checksum, and the bytes themselves.
//! The first frame is the [`JournalHead`] as JSON, each further one a [`ChunkRecord`] in plan
//! order. A frame counts if its checksum is right and all before it count, so whatever part of a
//! journal reaches the disk, it is known where it ends. Lengths are little-endian.

use std::fs::{File, TryLockError};
use std::hash::Hasher as _;
use std::io::{self, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use twox_hash::XxHash3_64;
use twox_hash::xxhash3_64::{DEFAULT_SECRET_LENGTH, RawHasher, SecretBuffer};

use crate::experiment::CellId;
use crate::run::journal::codec::{ExactBytes, push_whole};
use crate::run::record::{InputFile, MANIFEST, MANIFEST_BYTES_MAX, RESULTS_VERSION};
use crate::run::spec::RunRequest;
use crate::tables::{Access, Folder, Rows, RunDirectory, WriteError, check_place};

/// The journal's name in the folder of a run.
pub const JOURNAL: &str = "journal.bin";

/// The first bytes of a journal.
const MAGIC: &[u8; 16] = b"demarche journal";

/// Bytes of a frame before its content.
const PREFIX_BYTES: usize = 12;

/// Bytes that no frame exceeds: a head and a chunk's sessions are far below it, and a length that was
/// not written whole is not trusted.
const FRAME_BYTES_MAX: u32 = 1 << 26;

/// The version of the journal's format.
const SCHEMA: u32 = 3;

/// What makes two pieces of work parts of the same run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct JournalHead {
    /// Version of the journal's format.
    schema: u32,
    /// The program's version.
    demarche: String,
    /// See [`RESULTS_VERSION`].
    results_version: u32,
    /// What was asked for.
    pub(crate) request: RunRequest,
    /// The files that the run is made from.
    pub(crate) inputs: Vec<InputFile>,
}

impl JournalHead {
    /// That of a run of this program.
    pub(crate) fn new(request: RunRequest, inputs: Vec<InputFile>) -> Self {
        Self {
            schema: SCHEMA,
            demarche: env!("CARGO_PKG_VERSION").to_owned(),
            results_version: RESULTS_VERSION,
            request,
            inputs,
        }
    }

    fn from_json(text: &[u8]) -> Result<Self, JournalError> {
        let json: Json = serde_json::from_slice(text).map_err(|_| JournalError::Head)?;
        if json.get("pieces_schema").is_some() {
            return Err(JournalError::OfStudy);
        }
        let version: Json = env!("CARGO_PKG_VERSION").into();
        let is_ours = json["schema"] == SCHEMA
            && json["demarche"] == version
            && json["results_version"] == RESULTS_VERSION;
        if !is_ours {
            return Err(JournalError::Version {
                demarche: Box::new(json["demarche"].clone()),
                results_version: Box::new(json["results_version"].clone()),
            });
        }
        serde_json::from_value(json).map_err(|_| JournalError::Head)
    }

    /// The first difference between the head of a journal and that of another run, in words.
    ///
    /// # Panics
    ///
    /// Never: what is asked for can be written as JSON.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let asked = |it: &Self| serde_json::to_value(&it.request).expect("a request is plain JSON");
        let (there, here) = (asked(self), asked(other));
        let keys = there.as_object().into_iter().flat_map(|it| it.keys());
        // The text is one of the files.
        let keys = keys.filter(|it| *it != "experiment_text");
        let mut requests = keys.map(|key| (key, &there[key], &here[key]));
        let request = requests.find(|(_, there, here)| there != here);
        if let Some((key, there, here)) = request {
            return Some(format!("`{key}` is {there} there and {here} here"));
        }
        if self.inputs.len() != other.inputs.len() {
            let (there, here) = (self.inputs.len(), other.inputs.len());
            return Some(format!(
                "the number of its files is {there} there and {here} here"
            ));
        }
        let mut files = self.inputs.iter().zip(&other.inputs);
        let (there, here) = files.find(|(there, here)| there != here)?;
        Some(if there.path == here.path {
            there.difference(here)
        } else {
            format!(
                "it is made from {} there and from {} here",
                there.path, here.path
            )
        })
    }

    /// The SHA-256 of it, in hexadecimal.
    ///
    /// # Panics
    ///
    /// Never: it can be written as JSON.
    pub(crate) fn digest(&self) -> String {
        let json = serde_json::to_vec(self).expect("a head has a form in JSON");
        format!("{:x}", Sha256::digest(json))
    }

    /// The same for any shard of the run.
    #[must_use]
    pub(crate) fn of_whole(&self) -> Self {
        let mut res = self.clone();
        res.request.shard = None;
        res
    }
}

/// Why a journal cannot be taken up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// There is none: the run is complete.
    #[error("the run is complete")]
    Complete,
    /// There is none, and no manifest that says so either.
    #[error("there is no {JOURNAL} in it: it is not an interrupted batch or sweep")]
    Missing,
    /// It is locked.
    #[error("another process is using it")]
    InUse,
    /// It is that of a study, which is resumed and merged by its plan.
    #[error(
        "it is a shard of a study: `demarche shard` resumes it, and `demarche merge --manifest` \
         merges it"
    )]
    OfStudy,
    /// Its head cannot be read.
    #[error("the header of its {JOURNAL} cannot be read")]
    Head,
    /// It is of another version of its format, of the program or of its results.
    #[error(
        "it was started by demarche {demarche} with results version {results_version}, and this \
         is demarche {} with results version {RESULTS_VERSION}: resume it with the version that \
         started it",
        env!("CARGO_PKG_VERSION")
    )]
    Version {
        /// The version of the program that began the run.
        demarche: Box<Json>,
        /// That of its results.
        results_version: Box<Json>,
    },
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] WriteError),
}

/// A journal that is written; nobody else can take it up meanwhile.
#[derive(Debug)]
pub(crate) struct Journal {
    folder: Folder,
    path: PathBuf,
    file: File,
}

/// A journal that is read.
#[derive(Debug)]
pub(crate) struct JournalReader {
    path: PathBuf,
    file: BufReader<File>,
    /// Where the first frame ends that was not read, or does not count.
    position: u64,
    n_bytes: u64,
}

/// The rows of one chunk in one table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct RowBlock {
    pub(crate) n_bytes: u64,
    pub(crate) checksum: u64,
}

/// The record of one chunk in a journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ChunkRecord {
    /// The cell of its sessions.
    pub(crate) cell: CellId,
    /// Its rows, table by table.
    pub(crate) row_blocks: Vec<RowBlock>,
    /// Its sessions; see [`read_sessions`](crate::run::journal::session_codec::read_sessions).
    pub(crate) sessions: Vec<u8>,
}

/// A [`RowBlock`] of rows that come some at a time.
pub(crate) struct RowBlockSum {
    n_bytes: u64,
    hasher: RawHasher<&'static [u8; DEFAULT_SECRET_LENGTH]>,
}

impl RowBlockSum {
    /// That of no rows.
    pub(crate) fn new() -> Self {
        Self {
            n_bytes: 0,
            hasher: RawHasher::new(SecretBuffer::default()),
        }
    }

    /// Adds rows.
    pub(crate) fn add(&mut self, rows: &Rows) {
        self.add_bytes(rows.bytes());
    }

    /// Adds bytes of rows.
    pub(crate) fn add_bytes(&mut self, bytes: &[u8]) {
        self.n_bytes += bytes.len() as u64;
        self.hasher.write(bytes);
    }

    /// That of all rows so far.
    pub(crate) fn row_block(&self) -> RowBlock {
        RowBlock {
            n_bytes: self.n_bytes,
            checksum: self.hasher.finish(),
        }
    }
}

/// The checksum of some bytes: XXH3 of 64 bits.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

fn frame(content: &[u8]) -> Vec<u8> {
    let n_bytes = u32::try_from(content.len()).expect("a frame is far below its limit");
    let checksum = checksum(content);
    [&n_bytes.to_le_bytes()[..], &checksum.to_le_bytes(), content].concat()
}

/// The first bytes of a journal, with its head.
fn beginning(head: &impl Serialize) -> Vec<u8> {
    let head = serde_json::to_vec(head).expect("a head has a form in JSON");
    [&MAGIC[..], &frame(&head)].concat()
}

/// Whether a folder's manifest says that its run is complete.
fn is_complete(folder: &Folder) -> bool {
    #[derive(Deserialize)]
    struct Completeness {
        complete: bool,
    }
    let read = |file: File| {
        let bytes = BufReader::new(file.take(MANIFEST_BYTES_MAX));
        serde_json::from_reader(bytes).is_ok_and(|it: Completeness| it.complete)
    };
    folder.open_file(MANIFEST, Access::Read).is_ok_and(read)
}

/// How often a lock is tried: whoever only looks whether a journal is in use has it for an instant.
const LOCK_TRIES: usize = 1000;

/// Keeps other processes off a journal until its file is closed.
fn lock(file: &File, path: &Path) -> Result<(), JournalError> {
    let mut tried = file.try_lock();
    for _ in 1..LOCK_TRIES {
        if !matches!(tried, Err(TryLockError::WouldBlock)) {
            break;
        }
        thread::yield_now();
        tried = file.try_lock();
    }
    match tried {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse),
        // A file system without locks cannot answer.
        Err(TryLockError::Error(it)) if it.kind() == io::ErrorKind::Unsupported => Ok(()),
        Err(TryLockError::Error(it)) => Err(WriteError::at("lock", path)(it).into()),
    }
}

impl Journal {
    /// Creates the folder of a run with its journal: both or, if the process ends meanwhile, neither.
    ///
    /// # Errors
    ///
    /// If the folder exists already, or cannot be made.
    pub(crate) fn create(
        path: &Path,
        head: &impl Serialize,
    ) -> Result<(RunDirectory, Self), JournalError> {
        let directory = RunDirectory::create_with(path, JOURNAL, &beginning(head))?;
        let journal = Self::open(directory.folder())?;
        Ok((directory, journal))
    }

    /// Opens the folder of a run that was stopped, so that no other process can resume it.
    ///
    /// # Errors
    ///
    /// If there is no journal in it, or its run cannot be resumed.
    pub(crate) fn reopen(path: &Path) -> Result<(RunDirectory, Self, JournalHead), JournalError> {
        let (directory, journal) = Self::open_in(path)?;
        let head = journal.head()?;
        Ok((directory, journal, head))
    }

    /// The same, whatever the journal is of.
    pub(crate) fn open_in(path: &Path) -> Result<(RunDirectory, Self), JournalError> {
        let directory = RunDirectory::open_existing(path)?;
        let journal = Self::open(directory.folder())?;
        Ok((directory, journal))
    }

    /// Opens the journal in a folder, so that no other process can take it up.
    pub(crate) fn open(folder: &Folder) -> Result<Self, JournalError> {
        let path = folder.path().join(JOURNAL);
        let none = || {
            if is_complete(folder) {
                JournalError::Complete
            } else {
                JournalError::Missing
            }
        };
        let unreadable = WriteError::at("open", &path);
        let file = match folder.open_file(JOURNAL, Access::Append) {
            Err(it) if it.kind() == io::ErrorKind::NotFound => return Err(none()),
            it => it.map_err(unreadable)?,
        };
        lock(&file, &path)?;
        // Whoever had the lock may have finished the run before giving it away.
        if !folder.has(JOURNAL) {
            return Err(none());
        }
        let folder = folder.clone();
        Ok(Self { folder, path, file })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What the run was begun with.
    pub(crate) fn head(&self) -> Result<JournalHead, JournalError> {
        let (head, _) = JournalReader::open(self)?;
        JournalHead::from_json(&head)
    }

    /// A digest of what the run was begun with.
    pub(crate) fn digest(&self) -> Result<String, WriteError> {
        let (head, _) = JournalReader::open(self)?;
        Ok(format!("{:x}", Sha256::digest(head)))
    }

    /// What is known of its chunks, from the first on.
    pub(crate) fn records(&self) -> Result<JournalReader, WriteError> {
        Ok(JournalReader::open(self)?.1)
    }

    /// Cuts off all behind a place.
    pub(crate) fn cut(&mut self, at: u64) -> Result<(), WriteError> {
        let res = self.file.set_len(at);
        res.map_err(WriteError::at("write", &self.path))
    }

    /// Adds a chunk: its rows table by table, and its sessions.
    pub(crate) fn push(
        &mut self,
        cell: CellId,
        row_blocks: &[RowBlock],
        sessions: &[u8],
    ) -> Result<(), WriteError> {
        let mut content = Vec::with_capacity(sessions.len() + 64);
        push_whole(&mut content, cell.0.into());
        push_whole(&mut content, row_blocks.len() as u64);
        for it in row_blocks {
            push_whole(&mut content, it.n_bytes);
            push_whole(&mut content, it.checksum);
        }
        content.extend(sessions);
        let res = self.file.write_all(&frame(&content));
        res.map_err(WriteError::at("write", &self.path))
    }

    /// Removes it: its run's tables and manifest are on the disk and need it no longer.
    ///
    /// # Errors
    ///
    /// If it cannot be removed.
    pub(crate) fn remove(&self) -> Result<(), WriteError> {
        let removed = self.folder.remove(JOURNAL);
        let res = removed.and_then(|()| self.folder.sync());
        res.map_err(WriteError::at("remove", &self.path))
    }

    /// What is wrong if its records are those of other sessions.
    pub(crate) fn foreign(&self) -> WriteError {
        let source = io::Error::new(
            io::ErrorKind::InvalidData,
            "it records sessions that this run does not have",
        );
        WriteError::at("continue writing", &self.path)(source)
    }

    /// Waits until it is on the disk, where somebody will find it.
    pub(crate) fn sync(&self) -> Result<(), WriteError> {
        check_place(&self.folder)?;
        let res = self.file.sync_data();
        res.map_err(WriteError::at("write", &self.path))
    }
}

impl JournalReader {
    /// Opens a journal behind its head, which is empty if it is not there.
    fn open(journal: &Journal) -> Result<(Vec<u8>, Self), WriteError> {
        let unreadable = WriteError::at("read", &journal.path);
        let file = journal.folder.open_file(JOURNAL, Access::Read);
        let file = file.map_err(&unreadable)?;
        let mut res = Self {
            path: journal.path.clone(),
            n_bytes: file.metadata().map_err(&unreadable)?.len(),
            file: BufReader::new(file),
            position: MAGIC.len() as u64,
        };
        let head = if res.read(MAGIC.len() as u64)? == MAGIC {
            res.next_frame()?
        } else {
            None
        };
        Ok((head.unwrap_or_default(), res))
    }

    /// Where the frames end that count and were read.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Whether all bytes were read and count.
    pub(crate) fn is_at_end(&self) -> bool {
        self.position == self.n_bytes
    }

    /// The next chunk's record; `None` if there is no further one that counts.
    pub(crate) fn next_record(&mut self) -> Result<Option<ChunkRecord>, WriteError> {
        let before = self.position;
        let content = self.next_frame()?;
        let record = content.and_then(|it| ChunkRecord::from_bytes(&it));
        if record.is_none() {
            self.position = before;
        }
        Ok(record)
    }

    fn next_frame(&mut self) -> Result<Option<Vec<u8>>, WriteError> {
        let prefix = self.read(PREFIX_BYTES as u64)?;
        let Some((n_bytes, rest)) = prefix.split_first_chunk() else {
            return Ok(None);
        };
        let n_bytes = u32::from_le_bytes(*n_bytes);
        if prefix.len() < PREFIX_BYTES || n_bytes > FRAME_BYTES_MAX {
            return Ok(None);
        }
        let content = self.read(n_bytes.into())?;
        let is_whole =
            content.len() as u64 == u64::from(n_bytes) && checksum(&content).to_le_bytes() == *rest;
        if is_whole {
            self.position += (PREFIX_BYTES + content.len()) as u64;
        }
        Ok(is_whole.then_some(content))
    }

    /// So many bytes, or those that are left.
    fn read(&mut self, n_bytes: u64) -> Result<Vec<u8>, WriteError> {
        let mut res = Vec::new();
        let read = (&mut self.file).take(n_bytes).read_to_end(&mut res);
        read.map_err(WriteError::at("read", &self.path))?;
        Ok(res)
    }
}

impl ChunkRecord {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut bytes = ExactBytes(bytes);
        Some(Self {
            cell: CellId(bytes.whole()?),
            row_blocks: {
                let n_tables: u8 = bytes.whole()?;
                let row_block = |_| {
                    Some(RowBlock {
                        n_bytes: bytes.whole()?,
                        checksum: bytes.whole()?,
                    })
                };
                (0..n_tables).map(row_block).collect::<Option<_>>()?
            },
            sessions: bytes.rest().to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> JournalHead {
        let request = RunRequest {
            sessions: Some(7),
            ..RunRequest::batch("a.toml")
        };
        JournalHead::new(request, vec![InputFile::new("a.toml", "a")])
    }

    #[test]
    fn a_difference_is_named() {
        let one = head();
        assert_eq!(one.difference(&head()), None);
        let rendered = |change: fn(&mut JournalHead)| {
            let mut other = head();
            change(&mut other);
            one.difference(&other).unwrap()
        };
        assert_eq!(
            rendered(|it| it.request.sessions = Some(8)),
            "`sessions` is 7 there and 8 here"
        );
        assert_eq!(
            rendered(|it| it.inputs.clear()),
            "the number of its files is 1 there and 0 here"
        );
        assert_eq!(
            rendered(|it| it.inputs[0] = InputFile::new("b.toml", "a")),
            "it is made from a.toml there and from b.toml here"
        );
        let changed = rendered(|it| it.inputs[0] = InputFile::new("a.toml", "b"));
        assert!(changed.starts_with("a.toml is another file: "), "{changed}");
    }

    #[test]
    fn a_journal_of_another_version_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = |change: fn(&mut JournalHead)| {
            let mut head = head();
            change(&mut head);
            let folder = Folder::open(folder.path()).unwrap();
            folder.write_durably(JOURNAL, &beginning(&head)).unwrap();
            let read = Journal::open(&folder).unwrap().head();
            read.map_err(|it| it.to_string())
        };
        assert_eq!(refusal(|_| ()).unwrap().difference(&head()), None);
        let older = refusal(|it| it.demarche = "0.0.1".to_owned()).unwrap_err();
        assert!(older.contains("demarche \"0.0.1\""), "{older}");
        let newer = refusal(|it| it.results_version += 1).unwrap_err();
        let version = format!("results version {}", RESULTS_VERSION + 1);
        assert!(newer.contains(&version), "{newer}");
        assert!(refusal(|it| it.schema += 1).is_err());
    }
}
