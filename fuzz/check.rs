//! What must hold of every import, whatever the bytes.

use std::path::Path;

use demarche::config::load_scenario;
use demarche::interchange::{ForeignFile, ImportOptions, Scaling, import};

/// Imports on both scales; what comes out must load without a mistake.
pub fn check(ending: &str, files: &[&[u8]]) {
    let names: Vec<String> = (0..files.len()).map(|it| format!("{it}.{ending}")).collect();
    let files: Vec<ForeignFile<'_>> = names
        .iter()
        .zip(files)
        .map(|(name, bytes)| ForeignFile { name, bytes })
        .collect();
    for scaling in [Scaling::Own, Scaling::Raw] {
        let options = ImportOptions {
            scaling,
            ..ImportOptions::default()
        };
        if let Ok(imported) = import(&files, &options) {
            let text = imported.text;
            if let Err(mistakes) = load_scenario(Path::new("imported.toml"), &[], &|_| Ok(text.clone())) {
                panic!("{}\n{text}", mistakes.render(false));
            }
        }
    }
}
