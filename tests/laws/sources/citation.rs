//! How the program is cited: the files that say so name the version that is here.

use std::fs;

use serde_json::Value;

use crate::sources::tidy::root;

#[test]
fn the_files_for_citation_name_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    let citation = fs::read_to_string(root().join("CITATION.cff")).unwrap();
    let stated = citation.lines().find_map(|it| it.strip_prefix("version: "));
    assert_eq!(stated, Some(version));
    let codemeta = fs::read_to_string(root().join("codemeta.json")).unwrap();
    let codemeta: Value = serde_json::from_str(&codemeta).unwrap();
    assert_eq!(codemeta["version"], version);
}
