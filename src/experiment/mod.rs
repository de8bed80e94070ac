//! Many sessions: a plan of all work, workers that carry it out, and what the results come to.

mod agreement_tally;
mod batch;
mod claims;
mod effects;
mod flip;
mod plan;
mod sensitivity;
mod study;
mod tally;

pub use agreement_tally::AgreementTally;
pub use batch::{BatchError, Chunk, Interrupt, SESSIONS_IN_FLIGHT, Worker, run};
pub use claims::measure_claims;
pub use effects::{Effect, Effects, FigureWorker, Figures};
pub use flip::{Flip, FlipSearch, Flips, LeastShift};
pub use plan::{Cell, CellId, Plan};
pub use sensitivity::{AgreementBox, Finding, Measure, agreement_boxes, design_findings, findings};
pub use study::{Factor, FactorKind, Study, StudyError};
pub use tally::{Metric, PartyTally, Tally};
