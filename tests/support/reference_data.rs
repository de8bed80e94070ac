//! Reference data that other programs computed, in a folder beside the project and not part of it.

use std::path::{Path, PathBuf};

/// The path of a part of the reference data; `None`, with a message, where there are none at all.
///
/// # Panics
///
/// If there are reference data without this part: then nothing that needs them may be skipped.
#[track_caller]
#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
pub(crate) fn reference_data(part: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/peers");
    if !folder.exists() {
        println!("skipped: no reference data at {}", folder.display());
        return None;
    }
    let path = folder.join(part);
    assert!(path.exists(), "{} is missing", path.display());
    Some(path)
}
