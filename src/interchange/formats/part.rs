//! What a file can be to its scenario, and in which format.

use crate::interchange::error::Problem;
use crate::interchange::source::ForeignText;

/// A format that scenarios are read from.
///
/// Where files of several formats are together, those of the first of them are read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::interchange) enum Format {
    Genius,
    NegmasYaml,
    NegmasJson,
    GeniusWeb,
    CanonicalJson,
}

/// What a file is to its scenario.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::interchange) enum Role {
    /// What is negotiated about.
    Domain,
    /// The preferences of a party.
    Profile,
    /// All of it.
    Whole,
}

/// What is in a file.
#[derive(Debug)]
pub(in crate::interchange) enum Content {
    /// A part of a scenario.
    Part(Format, Role),
    /// Something else, and what makes it so.
    Other(Problem),
}

/// A file that belongs to a scenario.
#[derive(Debug)]
pub(in crate::interchange) struct Part<'a> {
    pub(in crate::interchange) text: &'a ForeignText<'a>,
    pub(in crate::interchange) role: Role,
}
