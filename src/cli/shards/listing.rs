//! The shards of a plan that are missing, as job queues name the tasks of an array.

use std::path::Path;

use crate::cli::failure::{Failure, with_causes};
use crate::cli::message;
use crate::cli::runs::plan_failure;
use crate::run::{NeededShard, RefusedRun, ShardPlan, needed_shards};

/// The numbers of the shards that have to be run before all can be merged; a foreign or damaged one is
/// named in a warning.
pub(crate) fn missing_numbers(plan: &ShardPlan, place: &Path) -> Result<Vec<u32>, Failure> {
    let needed = needed_shards(plan, place, &mut ());
    let needed = needed.map_err(|it| plan_failure(it, "missing"))?;
    let number = |NeededShard { shard, refused }| {
        if let Some(RefusedRun { folder, reason }) = refused {
            let why = with_causes(&reason);
            message(&format!("warning: {}: {why}", folder.display()));
        }
        shard.number()
    };
    Ok(needed.into_iter().map(number).collect())
}

/// Ascending numbers as ranges, such as `3,7-9`.
pub(crate) fn array_list(numbers: &[u32]) -> String {
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
