//! Lines that a person types, or a file in the person's place.

use std::io::{BufRead, Read as _};

use crate::cli::failure::Failure;
use crate::cli::print;

/// Maximum number of bytes of a line that are read: nobody types more.
const LINE_BYTES_MAX: u64 = 4096;

/// Whether what is read has to be shown too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Echo {
    /// The terminal does it.
    Off,
    /// Nobody else does.
    On,
}

/// Where a person's lines come from.
#[derive(Debug)]
pub(crate) struct LineInput<R> {
    input: R,
    /// Whether lines are repeated, since no terminal shows them.
    echo: Echo,
}

impl<R: BufRead> LineInput<R> {
    pub(crate) fn new(input: R, echo: Echo) -> Self {
        Self { input, echo }
    }

    /// The next line without its end, cut where it is far too long; `None` if there is no more.
    pub(crate) fn line(&mut self) -> Result<Option<String>, Failure> {
        let mut bytes = Vec::new();
        let cannot = |error: &std::io::Error| {
            Failure::CouldNotFinish(format!("cannot read standard input: {error}"))
        };
        (&mut self.input)
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut bytes)
            .map_err(|it| cannot(&it))?;
        if bytes.is_empty() {
            print("\n")?;
            return Ok(None);
        }
        if bytes.last() != Some(&b'\n') {
            let rest = self.input.skip_until(b'\n');
            rest.map_err(|it| cannot(&it))?;
        }
        let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        if self.echo == Echo::On {
            let shown: String = line.chars().filter(|it| !it.is_control()).collect();
            print(&format!("{shown}\n"))?;
        }
        Ok(Some(line))
    }
}
