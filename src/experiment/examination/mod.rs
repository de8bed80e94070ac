//! A party from outside examined: in a seat of a scenario against each built-in strategy of the others,
//! beside what the built-in strategies get there, on common random numbers.

mod records;
mod seats;
mod sessions;

pub use records::{CandidateRecord, Examined, ExaminedRecord};
pub use sessions::{Examination, ExaminationError};
