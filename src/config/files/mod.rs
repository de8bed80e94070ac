//! The shapes of scenario, experiment and plan files, and how texts become one table.

mod experiment_file;
pub(crate) mod key_errors;
mod layers;
mod number;
mod number_forms;
mod plan_file;
mod plan_table;
mod protocol;
mod scenario_file;
mod setting_paths;
mod sourced;
mod strategy;
mod value;

pub use experiment_file::StudyMethod;
pub(crate) use experiment_file::{
    AxisFile, AxisValue, CombineFile, DesignFile, DesignMethodFile, ExperimentFile, RobustnessFile,
    SensitivityFile, SweepFile, UntilFile,
};
pub use key_errors::{experiment_schema, plan_schema, scenario_schema};
pub use layers::{COPIED_BYTES_MAX, EXTENDS_DEPTH_MAX, ReadFile};
pub(crate) use layers::{Document, EMPTY_HINT, empty, parse, read_extended, read_text};
pub(crate) use number::{ArgumentFile, DistributionFile, NumberFile, OneOrMany};
pub(crate) use plan_file::PlanFile;
pub(crate) use plan_table::plans_of_table;
pub(crate) use protocol::{ByPartyFile, ProtocolFile, ProtocolTable, RelativeTimeFile};
pub(crate) use scenario_file::{
    ClaimFile, ConditionFile, ConsentFile, CorrelationFile, IssueFile, KindFile, LeverageFile,
    MapFile, MapRegionFile, PartyFile, PreferenceFile, PrefersFile, RedLineFile, ScaleFile,
    ScenarioFile, SourceFile,
};
pub(crate) use setting_paths::EVERY;
pub(crate) use sourced::{BasisFile, CredentialsFile, SourcedFile};
pub(crate) use strategy::{ParametersFile, StrategyFile};
pub(crate) use value::{Value, join, to_json};
