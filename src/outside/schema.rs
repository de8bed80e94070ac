//! The JSON Schema of the lines to and from a party's program.

use serde_json::Value as Json;

/// The JSON Schema of all lines, those to the program and those from it.
///
/// # Panics
///
/// Never: the text is JSON.
pub fn party_lines_schema() -> Json {
    let text = include_str!("party-lines.schema.json");
    serde_json::from_str(text).expect("the schema is JSON")
}
