//! `missing`: the shards of a plan that are not complete, as far as they are needed.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::print_data;
use crate::cli::runs::read_plan;
use crate::cli::shards::{array_list, missing_numbers};

#[derive(Debug, Args)]
pub(crate) struct MissingArguments {
    /// The plan.json that `demarche plan` wrote
    #[arg(long, value_name = "PLAN")]
    manifest: PathBuf,
}

/// Lists the shards that are not complete, as clusters name the tasks of an array.
pub(crate) fn missing(arguments: &MissingArguments) -> Result<ExitCode, Failure> {
    let (plan, place) = read_plan(&arguments.manifest)?;
    let numbers = missing_numbers(&plan, &place)?;
    if !numbers.is_empty() {
        print_data(&format!("{}\n", array_list(&numbers)))?;
    }
    Ok(ExitCode::SUCCESS)
}
