//! Any bytes as a domain and two utility files of GENIUS: an error, or a scenario that loads.

#![no_main]

#[path = "../check.rs"]
mod check;

use libfuzzer_sys::fuzz_target;

/// What stands between the files in one input.
const SEPARATOR: &[u8] = b"\n====\n";

fuzz_target!(|bytes: &[u8]| {
    let mut files = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(SEPARATOR.len()).position(|it| it == SEPARATOR) {
        files.push(&rest[..at]);
        rest = &rest[at + SEPARATOR.len()..];
    }
    files.push(rest);
    check::check("xml", &files);
});
