//! `explore`: a scenario as a page on which its numbers are moved.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::cli::arguments::{CitedArguments, FileArgument, parse_count, parse_seed};
use crate::cli::exploration::ExplorePage;
use crate::cli::failure::Failure;
use crate::cli::files::{refuse_existing, write_new, written};
use crate::cli::{print, warn};
use crate::config::{load_plans, load_scenario};

/// Sessions that the page runs at first, and after every change.
const SESSIONS_DEFAULT: u64 = 1_000;

#[derive(Debug, Args)]
pub(crate) struct ExploreArguments {
    /// The scenario's file
    #[arg(value_name = "SCENARIO")]
    scenario: FileArgument,
    /// Plan files, whose acceptance the page shows as well: one plan in TOML each, or a CSV table with
    /// a plan per row
    #[arg(value_name = "PLAN")]
    plans: Vec<FileArgument>,
    /// The page to create; by default named like the scenario, in the working folder
    #[arg(long, value_name = "FILE.html")]
    out: Option<FileArgument>,
    /// Number of sessions that the page runs at first, and after every change
    #[arg(long, value_name = "N", value_parser = parse_count, default_value_t = SESSIONS_DEFAULT, allow_negative_numbers = true)]
    sessions: u64,
    /// The master seed, which determines all random numbers: a whole number, or `random` for a new
    /// one
    #[arg(long, value_name = "SEED", value_parser = parse_seed, allow_hyphen_values = true)]
    seed: Option<u64>,
    #[command(flatten)]
    cited: CitedArguments,
}

/// Writes the page.
pub(crate) fn explore(arguments: &ExploreArguments) -> Result<ExitCode, Failure> {
    let path = &arguments.scenario;
    let loaded = load_scenario(path, &[], &arguments.cited.reader(path))?;
    warn(&loaded);
    let scenario = loaded.setting.scenario();
    let default = format!("{}-explore.html", scenario.name);
    let out = arguments.out.as_deref().unwrap_or(Path::new(&default));
    refuse_existing(out)?;
    let plans = &arguments.plans;
    let weighed = match &plans[..] {
        [] => None,
        _ => Some(load_plans(plans, scenario, &arguments.cited.reader(path))?),
    };
    let of_plans = weighed.iter().flat_map(|it| &it.inputs);
    let inputs = loaded.inputs.iter().chain(of_plans);
    let page = ExplorePage {
        title: &scenario.title,
        scenario: &path.display().to_string(),
        files: inputs
            .map(|it| (it.path.clone(), it.text.clone()))
            .collect(),
        plans,
        sessions: arguments.sessions,
        seed: arguments.seed,
    };
    write_new(out, &page.html())?;
    print(&written(out))?;
    Ok(ExitCode::SUCCESS)
}
