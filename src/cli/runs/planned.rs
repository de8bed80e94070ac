//! The plan of a run in shards that the user names.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::files::{cannot, read_text};
use crate::cli::runs::failures::plan_failure;
use crate::run::ShardPlan;

/// Reads a plan, and tells in which folder it is: that of its shards.
pub(crate) fn read_plan(path: &Path) -> Result<(ShardPlan, PathBuf), Failure> {
    let text = File::open(path).and_then(read_text);
    let text = text.map_err(|it| cannot("read", path, &it))?;
    let plan = ShardPlan::from_json(path, &text).map_err(plan_failure)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    Ok((plan, folder.to_owned()))
}
