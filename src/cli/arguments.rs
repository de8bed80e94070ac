//! Arguments that several verbs take, and how they are read.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use demarche_core::domain::{PartyId, Scenario};
use demarche_core::strategy::Strategies;

use crate::cli::failure::Failure;
use crate::cli::files::{CitedFiles, stream_text};
use crate::cli::warn;
use crate::config::{
    Diagnostics, Experiment, Overrides, ReadFile, SESSIONS_DEFAULT, load_experiment, nearest,
};
use crate::run::{RunRequest, RunVerb};
use crate::tables::{
    Distances, DrawTable, RowTables, TABLE_FORMATS, TableCopies, Transcripts, Workbook,
};

/// A file given on the command line.
pub(crate) type FileArgument = PathBuf;

/// Overrides of the files on the command line.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Override a value of the scenario, for example `party.ukraine.reservation_value=0.5`, or of
    /// every party, `party.*.reservation_value=0.5`; may be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,
    /// The master seed, which determines all random numbers: a whole number, or `random` for a new
    /// one
    #[arg(long, value_name = "SEED", value_parser = parse_seed, allow_hyphen_values = true)]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) cited: CitedArguments,
}

/// Where a run is written, and what is printed of it.
#[derive(Debug, Args)]
pub(crate) struct OutputArguments {
    /// The folder to create; by default a new one in runs/
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Do not write the page of the run; `demarche report` writes it later
    #[arg(long)]
    pub(crate) no_report: bool,
    /// Print no progress and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// How a run is executed, and the formats of its tables.
#[derive(Debug, Args)]
pub(crate) struct ExecutionArguments {
    /// Number of threads; by default one per core. Results do not depend on it
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    pub(crate) threads: Option<u64>,
    #[command(flatten)]
    pub(crate) formats: FormatArguments,
}

/// The formats of a run's tables.
#[derive(Debug, Args)]
pub(crate) struct FormatArguments {
    #[arg(
        long,
        value_name = "FORMATS",
        default_value = "csv",
        value_parser = parse_formats,
        help = formats_help()
    )]
    format: TableCopies,
    /// Also write the tables to a workbook, tables.xlsx
    #[arg(long)]
    excel: bool,
}

impl FormatArguments {
    /// In which formats each table has a copy.
    pub(crate) fn copies(&self) -> TableCopies {
        self.format
    }

    /// Whether a workbook is written.
    pub(crate) fn workbook(&self) -> Workbook {
        if self.excel {
            Workbook::Written
        } else {
            Workbook::Omitted
        }
    }
}

/// What a batch or a sweep writes, and of how many sessions.
#[derive(Debug, Args)]
pub(crate) struct ContentArguments {
    /// Number of sessions; in a sweep, per cell
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    sessions: Option<u64>,
    /// Tables with rows for every session to write: `sessions`, `parties`, or `summary` for neither:
    /// then only exact counts are kept, and a thousand million sessions take no more room than a
    /// thousand
    #[arg(long, value_name = "TABLES", default_value = "sessions,parties", value_parser = parse_tables)]
    tables: RowTables,
    /// Also write every offer and answer to offers.csv
    #[arg(long)]
    transcripts: bool,
    /// Write the distances of every agreement from the Pareto frontier and the bargaining solutions
    /// to sessions.csv; takes much longer
    #[arg(long)]
    distances: bool,
    /// Also write the drawn numbers to draws.csv: a row per session, a column per number
    #[arg(long)]
    draws: bool,
}

impl ContentArguments {
    /// What is asked for of an experiment or a scenario; of a pipe, with its content.
    pub(crate) fn request(
        &self,
        verb: RunVerb,
        file: &Path,
        formats: &FormatArguments,
        settings: &Settings,
    ) -> Result<RunRequest, Failure> {
        let files_below = settings.cited.files_below.as_deref();
        Ok(RunRequest {
            verb,
            experiment: file.display().to_string(),
            experiment_text: stream_text(file)?,
            outside: BTreeMap::new(),
            settings: settings.set.clone(),
            sessions: self.sessions,
            seed: settings.seed,
            tables: self.tables,
            transcripts: if self.transcripts {
                Transcripts::Written
            } else {
                Transcripts::Omitted
            },
            distances: if self.distances {
                Distances::Measured
            } else {
                Distances::Omitted
            },
            draws: if self.draws {
                DrawTable::Written
            } else {
                DrawTable::Omitted
            },
            excel: formats.workbook(),
            copies: formats.copies(),
            files_below: files_below.map(|it| it.display().to_string()),
            shard: None,
            strategies: Strategies::default(),
        })
    }
}

/// Which files may be read because a file names them.
#[derive(Debug, Args)]
pub(crate) struct CitedArguments {
    /// Allow files to refer to other files below this folder
    ///
    /// By default, a file can refer to files below the parent of its own folder and below the
    /// working folder; the journal of a run that is resumed or merged, to files below the folder
    /// that contains the run and below the working folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) files_below: Option<PathBuf>,
}

impl CitedArguments {
    /// The reader for a file that the user names.
    pub(crate) fn reader(&self, named: &Path) -> impl Fn(&Path) -> io::Result<String> + use<> {
        let files = CitedFiles::of(named, self.files_below.as_deref());
        move |path| files.read(path)
    }
}

impl Settings {
    /// Loads an experiment or a scenario with these settings, and prints its warnings.
    pub(crate) fn load(&self, file: &Path) -> Result<Experiment, Diagnostics> {
        self.load_by(file, &self.cited.reader(file))
    }

    /// The same, with files read by a reader.
    pub(crate) fn load_by(
        &self,
        file: &Path,
        read_file: &ReadFile<'_>,
    ) -> Result<Experiment, Diagnostics> {
        let overrides = Overrides {
            settings: self.set.clone(),
            seed: self.seed,
            ..Overrides::default()
        };
        let experiment = load_experiment(file, &overrides, read_file)?;
        warn(&experiment.scenario);
        Ok(experiment)
    }
}

/// Reads a seed; `random` derives one from the clock and the process, and every run prints its
/// seed.
pub(crate) fn parse_seed(text: &str) -> Result<u64, String> {
    if text == "random" {
        let now = jiff::Timestamp::now().as_nanosecond();
        let bits = now.to_le_bytes();
        let low = u64::from_le_bytes(bits[..8].try_into().expect("eight bytes of sixteen"));
        return Ok(low ^ u64::from(std::process::id()).rotate_left(32));
    }
    text.parse()
        .map_err(|_| "a seed is a whole number from 0 to 18446744073709551615, or `random`".into())
}

pub(crate) fn parse_count(text: &str) -> Result<u64, String> {
    // People write large numbers with separators.
    text.replace('_', "")
        .parse()
        .ok()
        .filter(|&it| it > 0)
        .ok_or_else(|| {
            format!(
                "a whole number from 1 to {}, such as {SESSIONS_DEFAULT}",
                u64::MAX
            )
        })
}

/// The help of the formats of tables.
pub(crate) fn formats_help() -> String {
    let copies = TABLE_FORMATS
        .iter()
        .map(|it| format!("or `csv,{}` for {}", it.name, it.about));
    let copies: Vec<String> = copies.collect();
    format!("Formats of the tables: `csv`, {}", copies.join(", "))
}

/// Reads the formats of tables in addition to CSV, which must be among them.
pub(crate) fn parse_formats(text: &str) -> Result<TableCopies, String> {
    let formats: Vec<&str> = text.split(',').map(str::trim).collect();
    let others = formats.iter().filter(|it| **it != "csv");
    let copies = others.clone().try_fold(TableCopies::NONE, |it, name| {
        it.with(name).map_err(|_| {
            let known = TABLE_FORMATS.iter().map(|it| format!(" and `{}`", it.name));
            let known: String = known.collect();
            format!("the formats are `csv`{known}, not `{name}`")
        })
    })?;
    if !formats.contains(&"csv") {
        let others: Vec<&str> = others.copied().collect();
        return Err(format!(
            "other verbs read the CSV tables: write `csv,{}`",
            others.join(",")
        ));
    }
    Ok(copies)
}

/// Reads which of the tables are written that have rows for every session, such as `sessions,parties`.
///
/// # Errors
///
/// If a name is not that of such a table, or stands twice.
pub fn parse_tables(text: &str) -> Result<RowTables, String> {
    let mut tables = RowTables::Neither;
    for name in text.split(',').map(str::trim) {
        tables = match (name, tables) {
            // The tables over all sessions are always written.
            ("summary", it) => it,
            ("sessions", RowTables::Neither | RowTables::Sessions) => RowTables::Sessions,
            ("parties", RowTables::Neither | RowTables::Parties) => RowTables::Parties,
            ("sessions" | "parties", _) => RowTables::Both,
            _ => {
                return Err(format!(
                    "the tables are `sessions`, `parties` and `summary`, not `{name}`"
                ));
            }
        };
    }
    Ok(tables)
}

/// The party that an argument names.
///
/// # Errors
///
/// If the scenario has no such party.
pub fn party_named(scenario: &Scenario, name: &str) -> Result<PartyId, Failure> {
    scenario.party_named(name).ok_or_else(|| {
        let known = || scenario.parties.iter().map(|it| it.name.as_str());
        let hint = nearest(name, known()).map_or_else(
            || format!("its parties are {}", known().collect::<Vec<_>>().join(", ")),
            |it| format!("did you mean `{it}`?"),
        );
        Failure::WrongInput(format!(
            "there is no party `{name}` in the scenario; {hint}"
        ))
    })
}
