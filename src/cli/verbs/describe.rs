//! `describe`: a scenario as a document that journals ask for.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::cli::arguments::{CitedArguments, FileArgument};
use crate::cli::failure::Failure;
use crate::cli::files::{refuse_existing, write_new, written};
use crate::cli::{print, print_data, warn};
use crate::config::load_scenario;
use crate::report::{odd_changes, odd_document};

#[derive(Debug, Args)]
pub(crate) struct DescribeArguments {
    /// The scenario's file
    #[arg(value_name = "SCENARIO")]
    scenario: FileArgument,
    /// The file to create; by default the document is printed
    #[arg(long, value_name = "FILE.md")]
    out: Option<FileArgument>,
    /// Describe a scenario that extends another as a whole, and not what differs
    #[arg(long)]
    whole: bool,
    #[command(flatten)]
    cited: CitedArguments,
}

/// Writes the document.
pub(crate) fn describe(arguments: &DescribeArguments) -> Result<ExitCode, Failure> {
    let path: &Path = &arguments.scenario;
    if let Some(out) = &arguments.out {
        refuse_existing(out)?;
    }
    let read_file = arguments.cited.reader(path);
    let loaded = load_scenario(path, &[], &read_file)?;
    warn(&loaded);
    // Files come in the order in which they extend each other.
    let base = loaded.inputs.get(1).filter(|_| !arguments.whole);
    let text = match base {
        None => odd_document(&loaded),
        Some(it) => {
            // A file that was read is not read again: it may be another one by now.
            let read_again = |path: &Path| {
                let mut inputs = loaded.inputs.iter();
                let input = inputs.find(|it| Path::new(&it.path) == path);
                input.map_or_else(|| read_file(path), |it| Ok(it.text.clone()))
            };
            let base = load_scenario(Path::new(&it.path), &[], &read_again)?;
            odd_changes(&loaded, &base)
        }
    };
    match &arguments.out {
        None => print_data(&text)?,
        Some(out) => {
            write_new(out, &text)?;
            print(&written(out))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
