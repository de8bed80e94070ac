//! Panics that are caught: a strategy's ends a session, a library's is an error, and the run goes on.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// True if a panic of this thread would be caught.
///
/// For a panic hook, which runs before that: a panic that is counted or reported otherwise need
/// not be printed.
pub fn is_panic_caught() -> bool {
    IS_CAUGHT.get()
}

/// The value of some code, or the message of its panic.
///
/// Nothing that the code could change may be used after a panic.
///
/// # Errors
///
/// If the code panics.
pub fn panic_guard<T>(code: impl FnOnce() -> T) -> Result<T, String> {
    IS_CAUGHT.set(true);
    let res = catch_unwind(AssertUnwindSafe(code));
    IS_CAUGHT.set(false);
    res.map_err(|it| message(&*it))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let formatted = || panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(formatted).unwrap_or("a panic").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_message_and_is_announced_while_it_lasts() {
        assert_eq!(panic_guard(is_panic_caught), Ok(true));
        let broken = panic_guard(|| -> u8 { panic!("a strategy is broken") });
        assert_eq!(broken, Err("a strategy is broken".to_owned()));
        let broken = panic_guard(|| -> u8 { panic!("{} is broken", "it") });
        assert_eq!(broken, Err("it is broken".to_owned()));
        assert!(!is_panic_caught());
    }
}
