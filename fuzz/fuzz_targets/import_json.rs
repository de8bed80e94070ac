//! Any bytes as a JSON scenario, and twice as a profile: an error in words, or something whole.

#![no_main]

#[path = "../check.rs"]
#[expect(dead_code, reason = "each target has one check of them")]
mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check::import_json(bytes));
