//! How much a scenario may contain at most, wherever it comes from.

/// The most issues a scenario may have.
pub const ISSUES_MAX: usize = 64;
/// The most options an issue may have.
pub const OPTIONS_MAX: usize = 4096;
/// The most parties a scenario may have: a [`PartySet`](crate::domain::PartySet) is one machine word.
pub const PARTIES_MAX: usize = 64;
/// The most outcomes a space may have; half of its issues then have about a million combinations,
/// if their numbers of options allow for halves of about equal size.
pub const OUTCOMES_MAX: u64 = 1_000_000_000_000;

/// Characters of a label.
pub const LABEL_CHARS_MAX: usize = 200;
/// Characters of a description or a note.
pub const NOTE_CHARS_MAX: usize = 10_000;
/// Characters of any other text, such as a title.
pub const TEXT_CHARS_MAX: usize = 1000;
