//! The paths by which settings find values: what they call the entries of lists, and which there are.

use demarche_core::domain::DISTRIBUTIONS;
use toml::de::{DeArray, DeTable, DeValue};

use crate::config::files::value::{Value, join};

/// What stands for every entry of a list in a path.
pub(crate) const EVERY: &str = "*";

/// Lists of tables that are matched by a key when a file builds on another, or a path names one.
pub(super) const KEYED_LISTS: [(&str, &str); 10] = [
    ("source", "id"),
    ("issue", "id"),
    ("party", "id"),
    ("party.preference", "issue"),
    ("party.interaction", "id"),
    ("party.red_line", "id"),
    ("leverage", "id"),
    ("correlation", "id"),
    ("claim", "id"),
    ("map.region", "id"),
];

/// The paths of all values that a setting may change; if the wrong path `like` has a `*`, also those
/// with `*` for the entries of lists.
pub(super) fn setting_paths(table: &DeTable<'_>, like: &str) -> Vec<String> {
    let mut paths = Paths {
        has_every: like.split('.').any(|it| it == EVERY),
        found: Vec::new(),
    };
    paths.push(table, "", "");
    paths.found
}

/// The paths of all values that a setting may change: numbers with their distributions, and others
/// that are no table.
struct Paths {
    /// Whether there are also those with `*` for the entries of lists.
    has_every: bool,
    found: Vec<String>,
}

impl Paths {
    /// Adds those below a path, which calls the entries of lists by their names; `kind` calls them
    /// nothing.
    fn push(&mut self, table: &DeTable<'_>, path: &str, kind: &str) {
        for (key, value) in table {
            let [path, kind] = [path, kind].map(|it| join(it, key.get_ref()));
            match value.get_ref() {
                DeValue::Table(it) if is_number(it) => self.found.push(path),
                DeValue::Table(it) => self.push(it, &path, &kind),
                DeValue::Array(list) if list.iter().any(|it| it.get_ref().is_table()) => {
                    self.push_entries(list, &path, &kind);
                }
                DeValue::Array(_)
                | DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_) => self.found.push(path),
            }
        }
    }

    fn push_entries(&mut self, list: &DeArray<'_>, path: &str, kind: &str) {
        for (name, entry) in names_in(list, kind).iter().zip(list.iter()) {
            let Some(entry) = entry.get_ref().as_table() else {
                continue;
            };
            self.push(entry, &join(path, name), kind);
            if self.has_every {
                self.push(entry, &join(path, EVERY), kind);
            }
        }
    }
}

/// Whether a table is a number with its distribution.
fn is_number(table: &DeTable<'_>) -> bool {
    DISTRIBUTIONS.iter().any(|it| table.contains_key(it.name))
}

pub(super) fn key_of<'a>(element: &'a Value<'_>, key: &str) -> Option<&'a str> {
    element.get_ref().as_table()?.get(key)?.get_ref().as_str()
}

/// What paths call the entries of a list: by their key, or by their place from 0.
pub(super) fn names_in(list: &DeArray<'_>, path: &str) -> Vec<String> {
    let key = KEYED_LISTS.iter().find(|it| it.0 == path).map(|it| it.1);
    list.iter()
        .enumerate()
        .map(|(idx, it)| {
            key.and_then(|key| key_of(it, key))
                .map_or_else(|| idx.to_string(), str::to_owned)
        })
        .collect()
}
