//! `describe`: a scenario as a document that journals ask for.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::cli::arguments::{CitedArguments, FileArgument};
use crate::cli::failure::Failure;
use crate::cli::files::{refuse_existing, write_new, written};
use crate::cli::{print, print_data, warn};
use crate::config::{Input, LoadedScenario, Overrides, load_experiment, load_scenario};
use crate::report::{odd_changes, odd_document};

#[derive(Debug, Args)]
pub(crate) struct DescribeArguments {
    /// A scenario or experiment file; of an experiment, its scenario with what it sets
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
    let loaded = load_experiment(path, &Overrides::default(), &read_file)?.scenario;
    warn(&loaded);
    let text = match base_of(&loaded).filter(|_| !arguments.whole) {
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

/// The file that a scenario extends; `None` of one that extends none, and of an experiment.
fn base_of(loaded: &LoadedScenario) -> Option<&Input> {
    // Files come in the order in which they extend each other.
    let [first, next, ..] = &loaded.inputs[..] else {
        return None;
    };
    let table: toml::Table = toml::from_str(&first.text).ok()?;
    table.contains_key("extends").then_some(next)
}
