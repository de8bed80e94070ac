//! Any bytes as a JSON scenario, and twice as a profile: an error, or a scenario that loads.

#![no_main]

#[path = "../check.rs"]
mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    check::check("json", &[bytes]);
    check::check("json", &[bytes, bytes]);
});
