//! Rows of sessions that wait for those of others before them: in memory, and on disk what is too
//! much for it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use demarche_core::randomness::Replication;

use crate::tables::Rows;

/// Bytes of rows that one chunk of sessions holds in memory.
const HELD_BYTES_MAX: usize = 8 << 20;

/// Rows of several sessions, each session's in order.
#[derive(Debug, Default)]
pub(crate) struct WaitingRows {
    blocks: BTreeMap<Replication, Vec<Block>>,
    n_held: usize,
    disk: Option<Disk>,
}

/// Rows that came together.
#[derive(Debug)]
enum Block {
    Held(Vec<u8>),
    OnDisk { start: u64, n_bytes: usize },
}

/// A file that is gone with the process, whatever ends it.
#[derive(Debug)]
struct Disk {
    file: File,
    n_bytes: u64,
}

impl WaitingRows {
    /// Adds rows behind those that the session has.
    pub(crate) fn push(&mut self, session: Replication, rows: Rows) -> io::Result<()> {
        let n_bytes = rows.bytes().len();
        let block = if self.n_held + n_bytes <= HELD_BYTES_MAX {
            self.n_held += n_bytes;
            Block::Held(rows.into_bytes())
        } else {
            let start = self.write(rows.bytes())?;
            Block::OnDisk { start, n_bytes }
        };
        self.blocks.entry(session).or_default().push(block);
        Ok(())
    }

    /// Writes bytes to the disk; where they begin.
    fn write(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let disk = match &mut self.disk {
            Some(it) => it,
            None => self.disk.insert(Disk {
                file: tempfile::tempfile()?,
                n_bytes: 0,
            }),
        };
        let start = disk.n_bytes;
        disk.file.write_all(bytes)?;
        disk.n_bytes += bytes.len() as u64;
        Ok(start)
    }

    /// All rows, session by session, some at a time.
    pub(crate) fn in_order(self) -> impl Iterator<Item = io::Result<Rows>> {
        let mut disk = self.disk;
        let blocks = self.blocks.into_values().flatten();
        blocks.map(move |block| match (block, &mut disk) {
            (Block::Held(bytes), _) => Ok(Rows::written(bytes)),
            (Block::OnDisk { start, n_bytes }, Some(disk)) => {
                let mut bytes = vec![0; n_bytes];
                disk.file.seek(SeekFrom::Start(start))?;
                disk.file.read_exact(&mut bytes)?;
                Ok(Rows::written(bytes))
            }
            (Block::OnDisk { .. }, None) => unreachable!("it was written there"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::Field;

    #[test]
    fn rows_come_back_session_by_session_from_memory_and_from_disk() {
        let text = "x".repeat(1 << 20);
        let rows = |session: u64, number: u64| {
            let mut res = Rows::new();
            res.push([
                session.into(),
                number.into(),
                Field::Text("a \"line\"\nand one"),
            ]);
            res.push([session.into(), number.into(), Field::Text(&text)]);
            res
        };
        let mut waiting = WaitingRows::default();
        for number in 0..4 {
            for session in [3, 1, 2] {
                let pushed = waiting.push(Replication(session), rows(session, number));
                pushed.unwrap();
            }
        }
        assert!(waiting.n_held <= HELD_BYTES_MAX && waiting.disk.is_some());
        let mut came = waiting.in_order();
        for session in 1..=3 {
            for number in 0..4 {
                let (expected, it) = (rows(session, number), came.next().unwrap().unwrap());
                assert!(it.bytes() == expected.bytes());
            }
        }
        assert!(came.next().is_none());
    }
}
