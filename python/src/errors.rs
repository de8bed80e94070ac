//! Failures as Python's exceptions, in the words of the command line.

use demarche::cli::embedding::Failure;
use pyo3::PyErr;
use pyo3::exceptions::{PyKeyboardInterrupt, PyRuntimeError, PyValueError};

/// The exception of a failure: `ValueError` where the input is wrong, `RuntimeError` where something
/// could not be finished.
pub(crate) fn exception(failure: &Failure) -> PyErr {
    let text = failure.text();
    match failure {
        Failure::Diagnostics(_) | Failure::WrongInput(_) => PyValueError::new_err(text),
        Failure::TryAgain(_) | Failure::Shards(_) | Failure::CouldNotFinish(_) => {
            PyRuntimeError::new_err(text)
        }
        Failure::Interrupted => PyKeyboardInterrupt::new_err(text),
    }
}

/// The exception of anything else that could not be done.
pub(crate) fn could_not(error: &dyn std::error::Error) -> PyErr {
    let causes = std::iter::successors(Some(error), |it| it.source());
    let messages: Vec<String> = causes.map(ToString::to_string).collect();
    PyRuntimeError::new_err(messages.join(": "))
}
