//! A party from outside examined: in a place of a scenario against each built-in strategy of the others,
//! beside what the built-in strategies get there, on common random numbers.

mod places;
mod records;
mod sessions;

pub use records::{CandidateRecord, Examined, ExaminedRecord};
pub use sessions::{Examination, ExaminationError};
