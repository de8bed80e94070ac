//! What the module exports: memory for a request, and the answer to it.
//!
//! The only file with `unsafe`: pointers cross the border of the module here.

#![expect(
    unsafe_code,
    reason = "requests and answers are handed over as pointers"
)]

use std::cell::RefCell;
use std::panic;
use std::sync::Once;

use crate::explorer::Explorer;

thread_local! {
    /// A module has one thread, and serves one page.
    static EXPLORER: RefCell<Explorer> = RefCell::default();
    /// What the last panic said.
    static LAST_WORDS: RefCell<String> = RefCell::default();
}

/// Whether panics are listened to.
static LISTENING: Once = Once::new();

/// Bytes in front of an answer that say how long it is.
const LENGTH_BYTES: usize = 4;

/// Room for a request of so many bytes, which [`demarche_call`] takes back.
#[unsafe(no_mangle)]
pub extern "C" fn demarche_allocate(n_bytes: usize) -> *mut u8 {
    let room = vec![0_u8; n_bytes].into_boxed_slice();
    Box::into_raw(room).cast()
}

/// Why the module stopped, as an answer is handed out: it can do nothing else after a panic.
#[unsafe(no_mangle)]
pub extern "C" fn demarche_last_words() -> *mut u8 {
    hand_out(LAST_WORDS.take().as_bytes())
}

/// Bytes with their length in front.
fn hand_out(bytes: &[u8]) -> *mut u8 {
    let length = u32::try_from(bytes.len()).expect("an answer is far below 4 GiB");
    let bytes = [&length.to_le_bytes()[..], bytes].concat();
    Box::into_raw(bytes.into_boxed_slice()).cast()
}

/// Answers a request: where four bytes say how long the answer is, lowest first, and the answer follows.
///
/// # Safety
///
/// The request is at a place that [`demarche_allocate`] gave for so many bytes, once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn demarche_call(request: *mut u8, n_bytes: usize) -> *mut u8 {
    // SAFETY: the caller promises that the place is one of `demarche_allocate`.
    let request = unsafe { take(request, n_bytes) };
    LISTENING.call_once(|| {
        panic::set_hook(Box::new(|it| LAST_WORDS.set(it.to_string())));
    });
    hand_out(&EXPLORER.with_borrow_mut(|it| it.answer(&request)))
}

/// Takes an answer back, once it was read.
///
/// # Safety
///
/// The place is one that [`demarche_call`] returned, once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn demarche_release(answer: *mut u8) {
    let mut length = [0; LENGTH_BYTES];
    // SAFETY: an answer begins with its length, and is as long as that says.
    unsafe {
        answer.copy_to_nonoverlapping(length.as_mut_ptr(), LENGTH_BYTES);
        let n_bytes = LENGTH_BYTES + u32::from_le_bytes(length) as usize;
        drop(take(answer, n_bytes));
    }
}

/// The bytes at a place.
///
/// # Safety
///
/// The place is of a boxed slice of so many bytes that nobody else has.
unsafe fn take(place: *mut u8, n_bytes: usize) -> Box<[u8]> {
    let slice = std::ptr::slice_from_raw_parts_mut(place, n_bytes);
    // SAFETY: as the caller promises.
    unsafe { Box::from_raw(slice) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_answered_across_the_border() {
        let request = br#"{"nothing": 1}"#;
        let place = demarche_allocate(request.len());
        // SAFETY: the places are those that were given, each used once.
        let answer = unsafe {
            place.copy_from_nonoverlapping(request.as_ptr(), request.len());
            let answer = demarche_call(place, request.len());
            let mut length = [0; LENGTH_BYTES];
            answer.copy_to_nonoverlapping(length.as_mut_ptr(), LENGTH_BYTES);
            let length = u32::from_le_bytes(length) as usize;
            let bytes = std::slice::from_raw_parts(answer.add(LENGTH_BYTES), length).to_vec();
            demarche_release(answer);
            bytes
        };
        assert!(answer.starts_with(br#"{"error":"#));
    }
}
