//! The shards of a plan that are missing, as job queues name the tasks of an array.

use std::path::Path;

use crate::cli::message;
use crate::run::ShardPlan;

/// The numbers of the shards that are not complete; a foreign or damaged one is named in a warning.
pub(crate) fn missing_numbers(plan: &ShardPlan, place: &Path) -> Vec<u32> {
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
    numbers
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
