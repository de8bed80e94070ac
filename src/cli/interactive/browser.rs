//! A page shown in the browser, or why it cannot be.

use std::env;
use std::path::Path;
use std::time::Duration;

use crate::cli::failure::Failure;

/// How long a program that opens pages is watched: one that fails, fails soon.
const PATIENCE: Duration = Duration::from_secs(2);

/// Opens a page in the browser, which stays when this process ends.
pub(crate) fn open_in_browser(page: &Path) -> Result<(), Failure> {
    if has_no_screen() {
        return Err(not_opened("neither DISPLAY nor WAYLAND_DISPLAY is set"));
    }
    // Of the page's name, no program can take a part for an option or a scheme.
    let page = page.canonicalize();
    let opened = page.and_then(|it| open::that_detached_with_timeout(it, PATIENCE));
    opened.map_err(|it| not_opened(&it.to_string()))
}

fn not_opened(why: &str) -> Failure {
    Failure::CouldNotFinish(format!(
        "no browser was opened ({why}); open the page above in a browser"
    ))
}

/// Whether there is no screen that a browser could appear on. Without one, the programs that open
/// pages may start a browser for terminals that nobody sees.
fn has_no_screen() -> bool {
    let is_set = |it: &str| env::var_os(it).is_some_and(|it| !it.is_empty());
    let names = ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"];
    cfg!(all(unix, not(target_os = "macos"))) && !names.into_iter().any(is_set)
}
