//! The plan of a run in shards that the user names.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::files::{cannot, read_text};
use crate::cli::render::shell_word;
use crate::cli::runs::failures::plan_failure;
use crate::run::{PLAN, ShardPlan};

/// Reads a plan, and tells in which folder it is: that of its shards.
pub(crate) fn read_plan(path: &Path) -> Result<(ShardPlan, PathBuf), Failure> {
    if path.is_dir() {
        return Err(Failure::WrongInput(format!(
            "{} is a folder; name the plan in it: --manifest {}",
            path.display(),
            shell_word(&path.join(PLAN).display().to_string())
        )));
    }
    let text = File::open(path).and_then(read_text);
    let text = text.map_err(|it| cannot("read", path, &it))?;
    let plan = ShardPlan::from_json(path, &text).map_err(|it| plan_failure(it, "plan"))?;
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    Ok((plan, folder.unwrap_or(Path::new(".")).to_owned()))
}
