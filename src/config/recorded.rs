//! A scenario again from what the manifest of a run holds of it.

use demarche_core::strategy::Strategies;
use serde::Deserialize as _;
use serde_json::Value as Json;

use crate::config::build_scenario::{LoadedScenario, build_scenario, finish};
use crate::config::diagnostics::{Diagnostic, Diagnostics, Role, SourceTexts};

/// Builds a scenario from its configuration as one table, with a cell's values by path set in it.
///
/// The table is [`LoadedScenario::resolved`], or one of [`Sweep::scenarios`] in a cell that is made
/// from it; the values are those of [`Sweep::json_values`], and `set_numbers` those of
/// [`Setting::set_numbers`]. `name` stands for the manifest in messages, which quote the table as TOML.
/// It can name these strategies.
/// What comes of it is equal to what was recorded.
///
/// [`Sweep::scenarios`]: crate::config::sweep::Sweep::scenarios
/// [`Sweep::json_values`]: crate::config::sweep::Sweep::json_values
/// [`Setting::set_numbers`]: demarche_core::negotiation::Setting::set_numbers
///
/// # Errors
///
/// All errors in the table and in the values.
pub fn load_recorded<'a>(
    name: &str,
    resolved: &Json,
    set_numbers: &[String],
    values: impl IntoIterator<Item = (&'a str, &'a Json)>,
    strategies: &Strategies,
) -> Result<LoadedScenario, Diagnostics> {
    let mut texts = SourceTexts::naming(strategies.clone());
    let mut diagnostics = Vec::new();
    match toml_table(resolved) {
        Ok(text) => {
            texts.add_recorded(&format!("{name}, `resolved`"), &text, set_numbers);
        }
        Err(error) => {
            let message = format!("{name}: `resolved` cannot be written in TOML: {error}");
            diagnostics.push(Diagnostic::nowhere(message));
        }
    }
    for (path, value) in values {
        match toml::Value::deserialize(value) {
            Ok(value) => {
                let setting = format!("{path}={value}");
                texts.add(Role::Setting, &format!("{name}, `sweep`"), &setting);
            }
            Err(error) => {
                let message =
                    format!("{name}: the value of `{path}` cannot be written in TOML: {error}");
                diagnostics.push(Diagnostic::nowhere(message));
            }
        }
    }
    let scenario = build_scenario(&texts, Vec::new(), &mut diagnostics);
    finish(scenario, diagnostics, texts)
}

fn toml_table(resolved: &Json) -> Result<String, String> {
    let table = toml::Table::deserialize(resolved).map_err(|it| it.to_string())?;
    toml::to_string(&table).map_err(|it| it.to_string())
}
