//! Many sessions: a plan of all work, workers that carry it out, and what the results come to.

mod agreement_tally;
mod batch;
mod claims;
mod effects;
mod plan;
mod prospect;
mod tally;

pub use agreement_tally::AgreementTally;
pub use batch::{BatchError, Chunk, Interrupt, SESSIONS_IN_FLIGHT, Worker, run};
pub use claims::measure_claims;
pub use effects::{Effect, Effects, Figures};
pub use plan::{Cell, CellId, Plan};
pub use prospect::{Prospect, Prospector, Solution, SolutionDistances};
pub use tally::{Metric, PartyTally, Tally};
