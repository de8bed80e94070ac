//! Panics of strategies, caught: they end a session, not the run.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread would be caught and become a forfeit.
///
/// For a panic hook, which is asked before that: what is counted need not be told at once.
pub fn is_panic_caught() -> bool {
    IS_CAUGHT.get()
}

/// What a strategy's code comes to; `None` if it panics.
///
/// Nothing that the code could change may be used afterwards.
pub(super) fn caught<T>(code: impl FnOnce() -> T) -> Option<T> {
    IS_CAUGHT.set(true);
    let res = catch_unwind(AssertUnwindSafe(code)).ok();
    IS_CAUGHT.set(false);
    res
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_comes_to_nothing_and_is_announced_while_it_lasts() {
        assert_eq!(caught(is_panic_caught), Some(true));
        assert_eq!(caught(|| -> u8 { panic!("a strategy is broken") }), None);
        assert!(!is_panic_caught());
    }
}
