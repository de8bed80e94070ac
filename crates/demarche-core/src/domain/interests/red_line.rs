//! What a party will not sign, whatever else it gets.

use crate::domain::condition::Condition;
use crate::domain::number::Number;

/// Options that a party says it will never agree to.
///
/// Whether it means that is uncertain: in every session the line is real with some probability.
/// Across a real line the party neither offers nor accepts anything, whatever it is worth; of a bluff
/// only the utilities count.
#[derive(Clone, Debug)]
pub struct RedLine {
    /// The name by which files call it.
    pub name: String,
    /// What people read.
    pub label: String,
    /// The outcomes that are across it.
    pub when: Condition,
    /// How likely it is real; in [0, 1].
    pub probability: Number,
}
