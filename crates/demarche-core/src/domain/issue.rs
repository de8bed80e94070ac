//! An issue and the options it can be settled with.

use crate::domain::limits::{ISSUES_MAX, OPTIONS_MAX};

/// The position of an issue in its scenario.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct IssueId(u8);

impl IssueId {
    /// The issue at this position.
    ///
    /// # Panics
    ///
    /// If the position is not below [`ISSUES_MAX`].
    pub fn new(idx: usize) -> Self {
        assert!(
            idx < ISSUES_MAX,
            "an issue's position is below {ISSUES_MAX}"
        );
        Self(u8::try_from(idx).expect("a position below 64 fits a byte"))
    }

    /// The issue's position in its scenario.
    pub fn idx(self) -> usize {
        usize::from(self.0)
    }
}

/// The position of an option among those of its issue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OptionId(u16);

impl OptionId {
    /// The option at this position.
    ///
    /// # Panics
    ///
    /// If the position is not below [`OPTIONS_MAX`].
    pub fn new(idx: usize) -> Self {
        assert!(
            idx < OPTIONS_MAX,
            "an option's position is below {OPTIONS_MAX}"
        );
        Self(u16::try_from(idx).expect("a position below 4096 fits 16 bits"))
    }

    /// The option's position among those of its issue.
    pub fn idx(self) -> usize {
        usize::from(self.0)
    }
}

/// One thing to be settled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issue {
    /// The name by which files and tables call it.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Whether the order of its options means something.
    pub scale: Scale,
    /// The ways to settle it, in file order; never empty.
    pub options: Vec<IssueOption>,
}

/// Whether the order of an issue's options means something.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scale {
    /// No: each option is as far from any other.
    #[default]
    Nominal,
    /// Yes: neighboring options are more alike than distant ones.
    Ordinal,
}

/// One way to settle an issue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IssueOption {
    /// The name by which files and tables call it.
    pub name: String,
    /// What people read.
    pub label: String,
}
