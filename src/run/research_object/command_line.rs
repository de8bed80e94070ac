//! The command of a run: its verb, file, settings, seed and size.

use crate::run::record::{Manifest, StudyRecord};
use crate::wording::shell_word;

/// The command, with the seed and the number of sessions that the run had.
pub(super) fn command_line(manifest: &Manifest) -> String {
    let file = manifest.inputs.first().map(|it| portable_path(&it.path));
    let mut words = vec![format!("demarche {}", manifest.verb)];
    words.extend(file.map(shell_word));
    let set = |it: &String| format!("--set {}", shell_word(it));
    words.extend(manifest.settings.iter().map(set));
    words.push(format!("--seed {}", manifest.seed));
    words.extend(amount(manifest));
    words.join(" ")
}

/// How much was run, in the option of its verb; `None` where a rule or a file says so.
fn amount(manifest: &Manifest) -> Option<String> {
    let (option, n) = match &manifest.study {
        None if manifest.until.is_some() => return None,
        None => ("sessions", manifest.sessions / manifest.cells.max(1) as u64),
        Some(StudyRecord::Design { points, method, .. }) => {
            return Some(format!("--method {method} --points {points}"));
        }
        Some(StudyRecord::Flip {
            sessions_per_shift,
            rate,
            ..
        }) => {
            let percent = 100.0 * rate;
            return Some(format!("--rate {percent} --sessions {sessions_per_shift}"));
        }
        Some(StudyRecord::Robustness {
            sessions_per_form, ..
        }) => ("sessions", *sessions_per_form),
        Some(StudyRecord::Weigh { draws, .. }) => ("draws", *draws),
    };
    Some(format!("--{option} {n}"))
}

/// A path as it was given or, of one that leads away from where the program was started, the file's name:
/// a record that is published tells nothing of the disk that it was made on.
pub(super) fn portable_path(path: &str) -> &str {
    let leads_away = |it: &str| it == ".." || it.ends_with(':');
    let is_absolute = path.starts_with(['/', '\\', '~']);
    if is_absolute || path.split(['/', '\\']).any(leads_away) {
        path.rsplit(['/', '\\']).next().unwrap_or(path)
    } else {
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_nothing_of_the_disk() {
        let of = [
            ("configs/a.toml", "configs/a.toml"),
            ("a.toml", "a.toml"),
            ("/home/somebody/a.toml", "a.toml"),
            ("../secret/a.toml", "a.toml"),
            ("x/../../a.toml", "a.toml"),
            ("C:\\somebody\\a.toml", "a.toml"),
            ("~/a.toml", "a.toml"),
        ];
        for (path, expected) in of {
            assert_eq!(portable_path(path), expected);
        }
    }
}
