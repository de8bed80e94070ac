//! `missing`: the shards of a plan that are not complete.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::runs::read_plan;
use crate::cli::{message, print_data};

#[derive(Debug, Args)]
pub(crate) struct MissingArguments {
    /// The plan.json that `demarche plan` wrote
    #[arg(long, value_name = "PLAN")]
    manifest: PathBuf,
}

/// Lists the shards that are not complete, as clusters name the tasks of an array.
pub(crate) fn missing(arguments: &MissingArguments) -> Result<ExitCode, Failure> {
    let (plan, place) = read_plan(&arguments.manifest)?;
    let mut numbers = Vec::new();
    for shard in plan.shards() {
        let folder = place.join(plan.folder_name(shard));
        match plan.is_complete(shard, &folder) {
            Ok(true) => {}
            Ok(false) => numbers.push(shard.number()),
            Err(error) => {
                message(&format!("warning: {}: {error}", folder.display()));
                numbers.push(shard.number());
            }
        }
    }
    if !numbers.is_empty() {
        print_data(&format!("{}\n", array_list(&numbers)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Ascending numbers as ranges, such as `3,7-9`.
fn array_list(numbers: &[u32]) -> String {
    let ranges = numbers.chunk_by(|one, next| one + 1 == *next);
    let range = |it: &[u32]| match it {
        [one] => one.to_string(),
        _ => format!("{}-{}", it[0], it[it.len() - 1]),
    };
    ranges.map(range).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_follow_one_another_are_a_range() {
        assert_eq!(array_list(&[]), "");
        assert_eq!(array_list(&[3]), "3");
        assert_eq!(array_list(&[3, 7, 8, 9, 11, 12]), "3,7-9,11-12");
    }
}
