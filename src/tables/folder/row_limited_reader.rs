//! Tables that were written, read back row by row: no row is longer than any of ours.

use std::io::{self, Read};

/// Bytes of a row of a table; a table's row with as much of everything as a scenario can have
/// takes some ten thousand.
pub const ROW_BYTES_MAX: usize = 1 << 20;

/// Input of which one row can be read and no more, since whoever reads rows holds a whole one.
#[derive(Debug)]
pub struct RowLimitedReader<R> {
    input: R,
    left: usize,
}

impl<R> RowLimitedReader<R> {
    /// With the ration of the first row.
    pub fn new(input: R) -> Self {
        Self {
            input,
            left: ROW_BYTES_MAX,
        }
    }

    /// Lets the next row be read.
    pub fn renew(&mut self) {
        self.left = ROW_BYTES_MAX;
    }
}

impl<R: Read> Read for RowLimitedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let message = format!("a row has more than {} MiB", ROW_BYTES_MAX >> 20);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let n = buffer.len().min(self.left);
        let n_read = self.input.read(&mut buffer[..n])?;
        self.left -= n_read;
        Ok(n_read)
    }
}
