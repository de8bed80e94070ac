//! The native part of the Python package `demarche`: what its classes are made of.
//!
//! Everything here calls the library, and nothing computes: files are read, runs are executed and pages
//! are made as the command line does it. Python's own side, in `demarche/`, has the names, the words and
//! the types.

mod analysis;
mod arrow_stream;
mod errors;
mod kept_run;
mod loaded_scenario;
mod parties;
mod runs;
mod session;
mod stepped;
mod watched;

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command line with these arguments, of which the first is the launcher's path; returns the
/// exit code.
#[pyfunction]
fn command_line(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| demarche::cli::embedding::run_launched(arguments))
}

/// The native part of the package.
#[pymodule]
fn _demarche(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("RESULTS_VERSION", demarche::run::RESULTS_VERSION)?;
    module.add_class::<loaded_scenario::LoadedScenario>()?;
    module.add_class::<kept_run::KeptRun>()?;
    module.add_class::<kept_run::Table>()?;
    module.add_class::<analysis::Analysis>()?;
    module.add_class::<session::PlayedSession>()?;
    module.add_class::<parties::OwnSide>()?;
    module.add_class::<stepped::SteppedSession>()?;
    module.add_function(wrap_pyfunction!(command_line, module)?)?;
    module.add_function(wrap_pyfunction!(runs::run_sessions, module)?)?;
    module.add_function(wrap_pyfunction!(runs::sensitivity, module)?)?;
    module.add_function(wrap_pyfunction!(runs::flip, module)?)?;
    module.add_function(wrap_pyfunction!(runs::robustness, module)?)?;
    module.add_function(wrap_pyfunction!(runs::weigh, module)?)?;
    module.add_function(wrap_pyfunction!(analysis::analyze, module)?)?;
    module.add_function(wrap_pyfunction!(session::play, module)?)?;
    module.add_function(wrap_pyfunction!(kept_run::open_run, module)?)?;
    Ok(())
}
