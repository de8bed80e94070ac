//! Any bytes as a plan and as a table of plans: an error in words, or something whole.

#![no_main]

#[path = "../check.rs"]
#[expect(dead_code, reason = "each target has one check of them")]
mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check::plans(bytes));
