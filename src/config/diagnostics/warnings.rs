//! What is allowed in a scenario and most likely not meant.

use serde_json::Value;

use crate::config::build_scenario::LoadedScenario;

impl LoadedScenario {
    /// What is most likely not meant, a sentence each.
    ///
    /// `negmas_time_based` counts in NegMAS's utilities: where those of the file were divided, it
    /// must be given by how much.
    pub fn warnings(&self) -> Vec<String> {
        let divisor = self.resolved["utilities_divided_by"]
            .as_f64()
            .unwrap_or(1.0);
        let parties = self.resolved["party"].as_array();
        let without_unit: Vec<&str> = parties
            .into_iter()
            .flatten()
            .filter(|it| divisor > 1.0 && lacks_unit(it))
            .filter_map(|it| it["id"].as_str())
            .collect();
        if without_unit.is_empty() {
            return Vec::new();
        }
        vec![format!(
            "utilities of this scenario are divided by {divisor}, and the `negmas_time_based` of \
             {} has no `unit`: write `unit = {:?}`, or its tolerance differs from NegMAS's",
            without_unit.join(", "),
            1.0 / divisor
        )]
    }
}

fn lacks_unit(party: &Value) -> bool {
    let strategies = party["strategy"].as_array();
    let rules = strategies.into_iter().flatten();
    rules
        .filter_map(|it| it.get("negmas_time_based"))
        .any(|it| it.get("unit").is_none())
}
