//! `verify`: whether a run's tables are as the run wrote them; also what other verbs ask of that.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use crate::cli::failure::Failure;
use crate::cli::named_run::{open_run, read_manifest};
use crate::cli::render::counted;
use crate::cli::{message, print};
use crate::tables::{RunDirectory, TableDifference, TableRecord};

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// The folder of a run, or `latest`: the newest one in runs/
    #[arg(value_name = "RUN")]
    folder: PathBuf,
}

/// Tells whether a run's tables are as the run wrote them.
pub(crate) fn verify(arguments: &VerifyArguments) -> Result<ExitCode, Failure> {
    let directory = open_run(&arguments.folder)?;
    let manifest = read_manifest(&directory)?;
    let path = directory.path().display();
    if manifest.tables.is_empty() {
        return Err(Failure::WrongInput(format!(
            "the manifest in {path} has no digests of the tables: an earlier demarche wrote it"
        )));
    }
    let differences = differences(&directory, &manifest.tables, false);
    for (name, difference) in &differences {
        let path = directory.path().join(name);
        message(&format!("error: {}: {difference}", path.display()));
    }
    if !differences.is_empty() {
        return Ok(ExitCode::from(1));
    }
    let n_bytes = manifest.tables.iter().map(|it| it.bytes).sum();
    let files = counted(manifest.tables.len() as u64, "file");
    print(&format!(
        "{path}: {files} of tables, {}, all as the run wrote them\n",
        HumanBytes(n_bytes)
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Bytes that are read at a time.
const PIECE_BYTES: usize = 1 << 18;

/// All tables that are not as they were written, with their paths in the folder.
fn differences<'a>(
    directory: &RunDirectory,
    tables: &'a [TableRecord],
    is_quiet: bool,
) -> Vec<(&'a str, TableDifference)> {
    let mut progress = ReadingProgress::new(tables, is_quiet);
    let mut buffer = vec![0; PIECE_BYTES];
    let mut read_all = |it: &TableRecord| {
        let table = directory.open_table(&it.path, tables)?;
        let mut table = table.ok_or(TableDifference::Missing)?;
        loop {
            let n_read = table.read(&mut buffer)?;
            if n_read == 0 {
                return Ok(());
            }
            progress.advance(n_read as u64);
        }
    };
    let mut res = Vec::new();
    for it in tables {
        res.extend(read_all(it).err().map(|difference| (&*it.path, difference)));
    }
    progress.finish();
    res
}

/// Refuses what a run has come to if its tables are not on the disk as they were written: says which
/// is not, the first.
pub(crate) fn check_written(
    directory: &RunDirectory,
    tables: &[TableRecord],
    is_quiet: bool,
) -> Result<(), String> {
    match differences(directory, tables, is_quiet).first() {
        None => Ok(()),
        Some((name, difference)) => {
            let path = directory.path().join(name);
            Err(format!("{}: {difference}", path.display()))
        }
    }
}

/// After so long, reading is told of.
const PATIENCE: Duration = Duration::from_secs(1);

/// And then a line is enough so often, where it is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// How much of the tables is read, on standard error, if it takes longer than a moment.
struct ReadingProgress {
    n_bytes: u64,
    n_read: u64,
    next: Instant,
    bar: Option<ProgressBar>,
    is_quiet: bool,
}

#[expect(
    clippy::disallowed_methods,
    reason = "progress is about wall time; no result sees it"
)]
impl ReadingProgress {
    fn new(tables: &[TableRecord], is_quiet: bool) -> Self {
        Self {
            n_bytes: tables.iter().map(|it| it.bytes).sum(),
            n_read: 0,
            next: Instant::now() + PATIENCE,
            bar: None,
            is_quiet,
        }
    }

    fn advance(&mut self, n_bytes: u64) {
        self.n_read += n_bytes;
        let now = Instant::now();
        if self.is_quiet || now < self.next {
            return;
        }
        if io::stderr().is_terminal() {
            let bar = self.bar.get_or_insert_with(|| reading_bar(self.n_bytes));
            bar.set_position(self.n_read);
        } else {
            let (n_read, n_bytes) = (HumanBytes(self.n_read), HumanBytes(self.n_bytes));
            message(&format!("{n_read} of {n_bytes} of the tables are read"));
            self.next = now + LINE_INTERVAL;
        }
    }

    /// Leaves the terminal to others.
    fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

fn reading_bar(n_bytes: u64) -> ProgressBar {
    let template = "{bar:12} {percent:>3} %  {bytes} of {total_bytes} of the tables are read";
    let style = ProgressStyle::with_template(template).expect("the template is well formed");
    ProgressBar::new(n_bytes).with_style(style)
}
