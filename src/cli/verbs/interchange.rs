//! `import` and `export`: scenarios from other tools, and for them.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use demarche_core::domain::OPTIONS_MAX;
use demarche_core::protocol::ROUNDS_MAX;

use crate::cli::arguments::{CitedArguments, FileArgument};
use crate::cli::failure::Failure;
use crate::cli::files::{cannot, write_new};
use crate::cli::{message, print_data};
use crate::config::load_scenario;
use crate::interchange;
use crate::interchange::{
    ForeignFile, INPUT_BYTES_MAX, ImportOptions, ROUNDS_DEFAULT, STEPS_DEFAULT, Scaling,
    export_genius,
};

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// Files of GENIUS, GeniusWeb or NegMAS (the domain, and a file per party), a scenario as JSON; or their folder
    #[arg(value_name = "FILE", required = true)]
    files: Vec<FileArgument>,
    /// The scenario file to create; by default the scenario is printed
    #[arg(short, long, value_name = "OUT.toml")]
    out: Option<FileArgument>,
    /// Use the numbers of the files unscaled, as NegMAS does, instead of the other tool's scale
    #[arg(long)]
    raw: bool,
    /// Number of options for a range of real numbers
    #[arg(long, value_name = "N", default_value_t = STEPS_DEFAULT as u64,
          value_parser = clap::value_parser!(u64).range(2..=OPTIONS_MAX as u64), allow_negative_numbers = true)]
    steps: u64,
    /// The deadline of the scenario, in rounds
    #[arg(long, value_name = "N", default_value_t = ROUNDS_DEFAULT,
          value_parser = clap::value_parser!(u32).range(1..=i64::from(ROUNDS_MAX)), allow_negative_numbers = true)]
    rounds: u32,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// A scenario file
    #[arg(value_name = "SCENARIO")]
    file: FileArgument,
    /// The tool
    #[arg(long, value_enum, default_value = "genius")]
    format: ExportFormat,
    /// The folder to create
    #[arg(short, long, value_name = "FOLDER")]
    out: FileArgument,
    #[command(flatten)]
    cited: CitedArguments,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExportFormat {
    /// GENIUS XML, which NegMAS also reads
    Genius,
}

/// Makes a scenario file of another tool's files.
pub(crate) fn import(arguments: &ImportArguments) -> Result<ExitCode, Failure> {
    let mut skipped = Vec::new();
    let contents = read_all(&arguments.files, &mut skipped)?;
    let files: Vec<ForeignFile<'_>> = contents
        .iter()
        .map(|(name, bytes)| ForeignFile { name, bytes })
        .collect();
    let options = ImportOptions {
        scaling: if arguments.raw {
            Scaling::Raw
        } else {
            Scaling::Own
        },
        steps: usize::try_from(arguments.steps).unwrap_or(OPTIONS_MAX),
        deadline_rounds: arguments.rounds,
    };
    let imported = interchange::import(&files, &options)
        .map_err(|error| Failure::WrongInput(error.to_string()))?;
    match &arguments.out {
        Some(path) => {
            write_new(path, &imported.text)?;
            message(&format!("wrote {}", path.display()));
        }
        None => print_data(&imported.text)?,
    }
    for it in skipped.iter().chain(&imported.passed_over) {
        message(&format!("note: skipped: {it}"));
    }
    report_losses(&imported.losses);
    Ok(ExitCode::SUCCESS)
}

/// Writes a scenario for another tool.
pub(crate) fn export(arguments: &ExportArguments) -> Result<ExitCode, Failure> {
    let loaded = load_scenario(
        &arguments.file,
        &[],
        &arguments.cited.reader(&arguments.file),
    )?;
    let exported = match arguments.format {
        ExportFormat::Genius => {
            let setting = &loaded.setting;
            let rounds = setting.rules().deadline_rounds;
            export_genius(setting.scenario(), setting.correlations(), rounds)
        }
    };
    let folder = &arguments.out;
    fs::create_dir(folder).map_err(|error| cannot("make the folder", folder, &error))?;
    for (name, text) in &exported.files {
        write_new(&folder.join(name), text)?;
        message(&format!("wrote {}", folder.join(name).display()));
    }
    report_losses(&exported.losses);
    Ok(ExitCode::SUCCESS)
}

/// The names and bytes of files; of a folder, those of its XML, JSON and YAML files, sorted by name.
///
/// Files of folders that are too large for a scenario are skipped.
fn read_all(
    arguments: &[PathBuf],
    skipped: &mut Vec<String>,
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut paths = Vec::new();
    for it in arguments {
        if it.is_dir() {
            paths.extend(files_of(it, skipped)?);
        } else {
            paths.push(it.clone());
        }
    }
    let mut res = Vec::new();
    // One byte more than allowed tells too much from just enough, however long the file is.
    let mut rest = INPUT_BYTES_MAX as u64 + 1;
    for path in paths {
        let mut bytes = Vec::new();
        let read = fs::File::open(&path).and_then(|it| it.take(rest).read_to_end(&mut bytes));
        read.map_err(|error| cannot("read", &path, &error))?;
        rest -= bytes.len() as u64;
        res.push((path.display().to_string(), bytes));
    }
    Ok(res)
}

/// How names of files end that may be read.
const ENDINGS: [&str; 4] = ["xml", "json", "yml", "yaml"];

fn files_of(folder: &Path, skipped: &mut Vec<String>) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect);
    let entries: Vec<fs::DirEntry> = entries.map_err(|error| cannot("list", folder, &error))?;
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    paths.retain(|it| {
        let ending = it.extension().unwrap_or_default();
        // What begins with a dot was put there by a system, not by a person.
        let is_hidden = (it.file_name()).is_some_and(|it| it.as_encoded_bytes().starts_with(b"."));
        !is_hidden && ENDINGS.iter().any(|it| ending.eq_ignore_ascii_case(it)) && it.is_file()
    });
    if paths.is_empty() {
        return Err(Failure::WrongInput(format!(
            "no XML, JSON or YAML file is in {}",
            folder.display()
        )));
    }
    paths.sort();
    paths.retain(|it| {
        let is_small = fs::metadata(it).is_ok_and(|it| it.len() <= INPUT_BYTES_MAX as u64);
        if !is_small {
            let name = it.file_name().unwrap_or_default().display();
            skipped.push(format!(
                "{name} (it has more than {} MiB)",
                INPUT_BYTES_MAX >> 20
            ));
        }
        is_small
    });
    Ok(paths)
}

fn report_losses(losses: &[String]) {
    for it in losses {
        message(&format!("note: {it}"));
    }
}
