//! The shapes of scenario and experiment files, and how texts become one table.

mod experiment_file;
mod layers;
mod number;
mod scenario_file;
pub(crate) mod schema_check;

pub(crate) use experiment_file::{
    AxisFile, AxisValue, CombineFile, DesignFile, DesignMethodFile, ExperimentFile,
    SensitivityFile, StudyMethodFile, SweepFile, UntilFile,
};
pub use layers::{COPIED_BYTES_MAX, EXTENDS_DEPTH_MAX, ReadFile};
pub(crate) use layers::{
    Document, EMPTY_HINT, EVERY, Value, empty, join, parse, read_extended, to_json,
};
pub(crate) use number::{NumberFile, NumberTable, OneOrMany, ParametersFile, StrategyFile};
pub(crate) use scenario_file::{
    BasisFile, ByPartyFile, ClaimFile, ConditionFile, ConsentFile, IssueFile, KindFile,
    LeverageFile, PartyFile, PreferenceFile, PrefersFile, ProtocolFile, ScaleFile, ScenarioFile,
    SourceFile,
};
pub use schema_check::{experiment_schema, scenario_schema};
