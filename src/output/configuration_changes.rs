//! What differs between the configurations of two runs, path by path.

use serde_json::{Map, Value};

/// One thing that two configurations have differently.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Change {
    /// Where it is: as `--set` has it, with a position from 1 in lists whose entries have no name.
    pub path: String,
    /// What the first has there; `None` for nothing.
    pub first: Option<String>,
    /// What the second has there; `None` for nothing.
    pub second: Option<String>,
}

/// A configuration with what a cell of a sweep puts in its place.
#[derive(Clone, Copy, Debug)]
pub struct CellConfiguration<'a> {
    /// The configuration that all cells begin with.
    pub resolved: &'a Value,
    /// The cell's own values, by path.
    pub swept: &'a [(String, String)],
}

/// All changes from the first configuration to the second, by path.
pub fn configuration_changes(
    first: CellConfiguration<'_>,
    second: CellConfiguration<'_>,
) -> Vec<Change> {
    let mut res = Vec::new();
    compare(&mut res, "", Some(first.resolved), Some(second.resolved));
    let swept = first.swept.iter().chain(second.swept);
    let mut paths: Vec<&str> = swept.map(|it| it.0.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    let is_swept = |path: &str| {
        paths.iter().any(|it| {
            let rest = path.strip_prefix(it);
            rest.is_some_and(|it| it.is_empty() || it.starts_with(['.', '[']))
        })
    };
    res.retain(|it| !is_swept(&it.path));
    for path in paths {
        let [first, second] = [first, second].map(|it| value_in(it, path));
        if first != second {
            res.push(Change {
                path: path.to_owned(),
                first,
                second,
            });
        }
    }
    res.sort();
    res
}

/// What a cell has at a path.
fn value_in(configuration: CellConfiguration<'_>, path: &str) -> Option<String> {
    let own = configuration.swept.iter().find(|it| it.0 == path);
    own.map(|it| it.1.clone()).or_else(|| {
        let segments = path.split('.');
        let start = Some(configuration.resolved);
        let found = segments.fold(start, |it, segment| entry(it?, segment));
        found.map(written)
    })
}

/// The entry of a table, or of a list whose entries have names.
fn entry<'v>(value: &'v Value, segment: &str) -> Option<&'v Value> {
    match value {
        Value::Object(it) => it.get(segment),
        Value::Array(list) => list.iter().find(|it| name_of(it) == Some(segment)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The name of a list's entry.
fn name_of(entry: &Value) -> Option<&str> {
    let name = entry.get("id").or_else(|| entry.get("issue"));
    name.and_then(Value::as_str)
}

fn is_of_named(list: &[Value]) -> bool {
    list.iter().all(|it| name_of(it).is_some())
}

fn compare(res: &mut Vec<Change>, path: &str, first: Option<&Value>, second: Option<&Value>) {
    if first == second {
        return;
    }
    match (first, second) {
        (Some(Value::Object(one)), Some(Value::Object(other))) if !is_other_kind(one, other) => {
            for (key, value) in one {
                compare(res, &below(path, key), Some(value), other.get(key));
            }
            for (key, value) in other.iter().filter(|it| !one.contains_key(it.0)) {
                compare(res, &below(path, key), None, Some(value));
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other)))
            if is_of_named(one) && is_of_named(other) =>
        {
            for it in one {
                let name = name_of(it).unwrap_or_default();
                let counterpart = other.iter().find(|it| name_of(it) == Some(name));
                compare(res, &below(path, name), Some(it), counterpart);
            }
            for it in other {
                let name = name_of(it).unwrap_or_default();
                if !one.iter().any(|it| name_of(it) == Some(name)) {
                    compare(res, &below(path, name), None, Some(it));
                }
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) if one.len() == other.len() => {
            for (position, (first, second)) in (1..).zip(one.iter().zip(other)) {
                compare(
                    res,
                    &format!("{path}[{position}]"),
                    Some(first),
                    Some(second),
                );
            }
        }
        _ => {
            let [first, second] = [first, second].map(|it| it.map(written));
            if first != second {
                res.push(Change {
                    path: path.to_owned(),
                    first,
                    second,
                });
            }
        }
    }
}

/// Whether two tables with one key each are of two kinds, such as two distributions.
fn is_other_kind(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    let is_single = one.len() == 1 && other.len() == 1;
    is_single && one.keys().next() != other.keys().next()
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// A value in a few words: numbers as tables have them, text without quotes.
fn written(value: &Value) -> String {
    match value {
        Value::String(it) => it.clone(),
        Value::Number(it) => it
            .as_f64()
            .map_or_else(|| it.to_string(), |it| it.to_string()),
        Value::Object(it) => {
            let entries = it
                .iter()
                .map(|(key, it)| format!("{key} = {}", written(it)));
            format!("{{ {} }}", entries.collect::<Vec<String>>().join(", "))
        }
        Value::Array(it) => {
            let entries: Vec<String> = it.iter().map(written).collect();
            format!("[{}]", entries.join(", "))
        }
        Value::Null | Value::Bool(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn base() -> Value {
        json!({
            "title": "Wells",
            "party": [
                { "id": "hill", "reservation_value": { "uniform": { "min": 0.25, "max": 0.5 } },
                  "strategy": [{ "p": 0.75 }, { "p": 0.25 }] },
                { "id": "dale", "reservation_value": 1.0 },
            ],
        })
    }

    #[track_caller]
    fn check(
        second: &Value,
        swept: [&[(String, String)]; 2],
        expected: &[(&str, Option<&str>, Option<&str>)],
    ) {
        let first = base();
        let changes = configuration_changes(
            CellConfiguration {
                resolved: &first,
                swept: swept[0],
            },
            CellConfiguration {
                resolved: second,
                swept: swept[1],
            },
        );
        let told: Vec<_> = changes
            .iter()
            .map(|it| (it.path.as_str(), it.first.as_deref(), it.second.as_deref()))
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn a_number_is_named_by_its_path() {
        check(&base(), [&[], &[]], &[]);
        let mut it = base();
        it["party"][0]["reservation_value"]["uniform"]["min"] = json!(0.3);
        it["party"][0]["strategy"][1]["p"] = json!(0.5);
        let expected = [
            (
                "party.hill.reservation_value.uniform.min",
                Some("0.25"),
                Some("0.3"),
            ),
            ("party.hill.strategy[2].p", Some("0.25"), Some("0.5")),
        ];
        check(&it, [&[], &[]], &expected);
    }

    #[test]
    fn what_is_of_another_kind_is_told_whole() {
        let mut it = base();
        it["party"][0]["reservation_value"] = json!(0.5);
        it["party"][1]["reservation_value"] = json!(1);
        it["kind"] = json!("synthetic");
        let expected = [
            ("kind", None, Some("synthetic")),
            (
                "party.hill.reservation_value",
                Some("{ uniform = { min = 0.25, max = 0.5 } }"),
                Some("0.5"),
            ),
        ];
        check(&it, [&[], &[]], &expected);
    }

    #[test]
    fn values_of_cells_stand_in_the_place_of_others() {
        let swept = |path: &str, value: &str| [(path.to_owned(), value.to_owned())];
        let path = "party.dale.reservation_value";
        check(
            &base(),
            [&[], &swept(path, "0.4")],
            &[(path, Some("1"), Some("0.4"))],
        );
        check(&base(), [&swept(path, "1"), &[]], &[]);
        check(
            &base(),
            [&swept(path, "0.4"), &swept(path, "0.6")],
            &[(path, Some("0.4"), Some("0.6"))],
        );
        let mut it = base();
        it["party"][0]["reservation_value"]["uniform"]["min"] = json!(0.3);
        let path = "party.hill.reservation_value";
        let swept = swept(path, "0.5");
        check(&it, [&swept, &swept], &[]);
    }
}
