//! What the caller says of an import, since files do not.

use crate::interchange::{ROUNDS_DEFAULT, STEPS_DEFAULT};

/// Whose scale utilities are on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scaling {
    /// As the tool itself evaluates them: GENIUS divides an option's value by the largest of its
    /// issue and weights by their sum.
    #[default]
    Own,
    /// As the numbers stand in the file, which is how NegMAS loads GENIUS's files.
    Raw,
}

/// What the files do not say.
#[derive(Clone, Copy, Debug)]
pub struct ImportOptions {
    /// Whose scale utilities are on.
    pub scaling: Scaling,
    /// The options that a range of real numbers becomes; at least 2.
    pub steps: usize,
    /// The rounds allowed; from 1 to 1,000,000.
    pub deadline_rounds: u32,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            scaling: Scaling::Own,
            steps: STEPS_DEFAULT,
            deadline_rounds: ROUNDS_DEFAULT,
        }
    }
}
