//! How thoroughly tests try what takes minutes: a sample by default, everything with `FAULTS=all`.

/// The second if the environment asks for everything, as `just faults` does, else the first.
pub(crate) fn sample_or_all<T>(sample: T, all: T) -> T {
    if std::env::var_os("FAULTS").is_some_and(|it| it == "all") {
        all
    } else {
        sample
    }
}
