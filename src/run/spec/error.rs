//! Why what is asked for cannot be run.

use crate::config::{Diagnostics, TooFewPoints, WrongPairs};
use crate::experiment::{
    PlanEvaluationError, ShardError, StudyError, TooManyOutcomes, TooManySessions,
};
use crate::tables::DRAWN_NUMBERS_MAX;

/// Sessions of a cell whose counts and sums are exact: each agreement's utilities are summed in units of
/// 2⁻³², and the squares of utilities in units of 2⁻⁹⁶.
pub(super) const COUNTED_SESSIONS_MAX: u64 = 1 << 31;

/// Why what is asked for cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    /// The files, or the settings, are wrong.
    #[error("{}", .0.render(false))]
    Diagnostics(Diagnostics),
    /// A sweep is asked for, and the experiment has none.
    #[error("{0} has no [sweep]")]
    NoSweep(String),
    /// Anything else is asked for than a sweep, and the experiment has one.
    #[error("{0} has a [sweep]")]
    HasSweep(String),
    /// A plan has no room for so many.
    #[error(transparent)]
    Sessions(#[from] TooManySessions),
    /// Distances are asked for, and there are too many outcomes for them.
    #[error(transparent)]
    Outcomes(#[from] TooManyOutcomes),
    /// The table of draws would be too wide.
    #[error("draws.csv would have {0} numbers, more than {DRAWN_NUMBERS_MAX}")]
    DrawnNumbers(usize),
    /// Something is asked for that has a place in rows for every session only, and there are none.
    #[error(
        "{0} of every session cannot be written without tables that have rows for every session"
    )]
    WithoutRows(&'static str),
    /// So many sessions that their counts would not be exact.
    #[error(
        "{sessions} sessions of a cell are more than the {COUNTED_SESSIONS_MAX} whose sums are exact"
    )]
    TooManyCounted {
        /// How many of each cell.
        sessions: u64,
    },
    /// A run without rows for every session is to be stopped by a rule.
    #[error(
        "an experiment with `until` needs tables that have rows for every session: a run that is \
         resumed decides by them again"
    )]
    UntilWithoutRows,
    /// A party is to be answered for from outside, and there is no such party.
    #[error("there is no party `{name}` in the scenario; its parties are {}", .known.join(", "))]
    NoParty {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Part of a run is to be run, and parties in it are answered for from outside.
    #[error(
        "a run with parties that are answered for from outside cannot be cut into shards: only the \
         command line that starts it knows who answers"
    )]
    OutsideInShards,
    /// There is no such shard.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// Names that mean no number to study, or to move.
    #[error("{0}")]
    Numbers(String),
    /// A name that means no form of the model.
    #[error("{0}")]
    Forms(String),
    /// Forms of the model are to be varied along trajectories.
    #[error("levels of a form of the model have no order, which `morris` needs")]
    FormsAlongTrajectories,
    /// There is nothing to study.
    #[error(
        "no number or red line of the scenario is uncertain, and no other form of the model is varied: \
         there is nothing to study"
    )]
    NothingUncertain,
    /// What a study finds would have no intervals.
    #[error(transparent)]
    Points(#[from] TooFewPoints),
    /// Interactions cannot be studied as asked.
    #[error(transparent)]
    Pairs(#[from] WrongPairs),
    /// The numbers cannot be studied as asked.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// A search for flips would hold too many sessions.
    #[error("the search may require {n_sessions} sessions, more than {most}")]
    SearchSessions {
        /// How many it might take.
        n_sessions: u64,
        /// How many there is room for.
        most: u64,
    },
    /// Plans cannot be weighed as asked.
    #[error(transparent)]
    Plans(#[from] PlanEvaluationError),
}

impl From<Diagnostics> for SpecError {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Diagnostics(diagnostics)
    }
}
