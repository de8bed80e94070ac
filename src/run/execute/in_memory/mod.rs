//! Runs in memory, a few sessions or draws at a time: without threads, files and a clock.

mod batch;
mod weighing;

pub use batch::MemoryRun;
pub use weighing::MemoryWeighing;

use crate::run::record::Timing;

/// The timing of what no clock measures.
fn untimed() -> Timing {
    Timing {
        started: String::new(),
        wall_seconds: 0.0,
        threads: 1,
    }
}
