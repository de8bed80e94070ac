//! `verify`: whether a run's tables are as the run wrote them.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::HumanBytes;

use crate::cli::failure::Failure;
use crate::cli::interactive::ReadingProgress;
use crate::cli::render::counted;
use crate::cli::runs::{open_run, read_manifest};
use crate::cli::{message, print};
use crate::run::damaged_tables;

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// The folder of a run, or `latest`: the newest one in runs/
    #[arg(value_name = "RUN")]
    folder: PathBuf,
}

/// Verifies a run's tables.
pub(crate) fn verify(arguments: &VerifyArguments) -> Result<ExitCode, Failure> {
    let directory = open_run(&arguments.folder)?;
    let manifest = read_manifest(&directory)?;
    let path = directory.path().display();
    if manifest.tables.is_empty() {
        return Err(Failure::WrongInput(format!(
            "the manifest in {path} has no digests of the tables: an earlier demarche wrote it"
        )));
    }
    let mut progress = ReadingProgress::new(false);
    let damaged = damaged_tables(&directory, &manifest.tables, &mut progress);
    for it in &damaged {
        message(&format!("error: {it}"));
    }
    if !damaged.is_empty() {
        return Ok(ExitCode::from(1));
    }
    let n_bytes = manifest.tables.iter().map(|it| it.bytes).sum();
    let files = counted(manifest.tables.len() as u64, "file");
    print(&format!(
        "{path}: {files} of tables, {}, all unchanged\n",
        HumanBytes(n_bytes)
    ))?;
    Ok(ExitCode::SUCCESS)
}
