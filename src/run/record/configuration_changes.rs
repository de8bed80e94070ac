//! What differs between the configurations of two runs, path by path.

use demarche_core::domain::{DISTRIBUTIONS, DistributionForm, DistributionKind};
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
    // A map changes how results are shown, not the results.
    let is_map = |path: &str| path == "map" || path.starts_with("map.");
    res.retain(|it| !is_swept(&it.path) && !is_map(&it.path));
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

/// A value in words, from how a command line, a file or a table has it: as TOML or JSON.
pub fn value_in_words(text: &str) -> String {
    let table: Option<Map<String, Value>> = toml::from_str(&format!("value = {text}")).ok();
    let value = table.and_then(|mut it| it.remove("value"));
    let value = value.or_else(|| serde_json::from_str(text).ok());
    value.map_or_else(|| text.to_owned(), |it| in_words(&it))
}

/// How the number at a path of a configuration is drawn, in words; `None` if it has none there, as
/// where files leave a number to its default.
pub fn recorded_distribution(resolved: &Value, path: &str) -> Option<String> {
    let found = path.split('.').try_fold(resolved, entry)?;
    let table = found.as_object();
    table.map_or_else(|| Some(in_words(found)), distribution_in_words)
}

/// What a configuration has at a path, in words.
pub fn recorded_value(resolved: &Value, path: &str) -> Option<String> {
    let found = path.split('.').try_fold(resolved, entry);
    found.map(in_words)
}

/// What a cell has at a path.
fn value_in(configuration: CellConfiguration<'_>, path: &str) -> Option<String> {
    let own = configuration.swept.iter().find(|it| it.0 == path);
    own.map(|it| it.1.clone())
        .or_else(|| recorded_value(configuration.resolved, path))
}

/// The entry of a table, or of a list: by its name or, where entries have none, by its position.
fn entry<'v>(value: &'v Value, segment: &str) -> Option<&'v Value> {
    match value {
        Value::Object(it) => it.get(segment),
        Value::Array(list) => {
            let named = list.iter().find(|it| name_of(it) == Some(segment));
            named.or_else(|| list.get(segment.parse::<usize>().ok()?))
        }
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
            let [first, second] = [first, second].map(|it| it.map(in_words));
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

/// Whether two tables are of two kinds: two distributions, or one key each and not the same.
fn is_other_kind(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    let kind = |it: &Map<String, Value>| {
        let distribution = distribution_of(it).map(|it| it.0.name.to_owned());
        distribution.or_else(|| it.keys().next().filter(|_| it.len() == 1).cloned())
    };
    let kinds = kind(one).zip(kind(other));
    kinds.is_some_and(|(one, other)| one != other)
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// The distribution of a table that is a number, with its arguments; `None` of any other table.
fn distribution_of(table: &Map<String, Value>) -> Option<(&'static DistributionKind, &Value)> {
    let mut known = DISTRIBUTIONS.iter();
    known.find_map(|kind| Some((*kind, table.get(kind.name)?)))
}

/// A value in a few words: numbers as tables have them, text without quotes, distributions by what
/// they are.
fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(it) => it.clone(),
        Value::Number(it) => it
            .as_f64()
            .map_or_else(|| it.to_string(), |it| it.to_string()),
        Value::Array(it) if it.is_empty() => "none".to_owned(),
        Value::Array(it) => {
            let entries: Vec<String> = it.iter().map(in_words).collect();
            let is_of_tables = it.iter().any(Value::is_object);
            entries.join(if is_of_tables { "; " } else { ", " })
        }
        Value::Object(it) => number_in_words(it).unwrap_or_else(|| table_in_words(it)),
    }
}

/// A distribution in a few words, without where it comes from; `None` if the table is no number.
fn distribution_in_words(table: &Map<String, Value>) -> Option<String> {
    let (kind, arguments) = distribution_of(table)?;
    Some(match kind.form {
        DistributionForm::Number => in_words(arguments),
        DistributionForm::Table { parameters, words } => {
            let argument = |name: &str| arguments.get(name).map(in_words).unwrap_or_default();
            parameters.iter().fold(words.to_owned(), |words, it| {
                words.replace(&format!("{{{}}}", it.name), &argument(it.name))
            })
        }
    })
}

/// A number with its distribution and where it comes from; `None` if the table is none.
fn number_in_words(table: &Map<String, Value>) -> Option<String> {
    let distribution = distribution_in_words(table)?;
    let credentials = ["basis", "source"].iter();
    let credentials: Vec<String> = credentials
        .filter_map(|it| table.get(*it).map(in_words))
        .collect();
    let credentials = if credentials.is_empty() {
        String::new()
    } else {
        format!(" [{}]", credentials.join(", "))
    };
    let note = table.get("note").map(in_words);
    let note = note.map_or_else(String::new, |it| format!(": {it}"));
    Some(format!("{distribution}{credentials}{note}"))
}

/// Any other table: its keys as words, each with its value.
fn table_in_words(table: &Map<String, Value>) -> String {
    if table.is_empty() {
        return "nothing".to_owned();
    }
    let entry = |(key, value): (&String, &Value)| {
        let key = key.replace('_', " ");
        match value.as_object() {
            Some(it) if it.is_empty() => key,
            Some(it) if distribution_of(it).is_none() => {
                format!("{key} ({})", table_in_words(it))
            }
            Some(_) | None => format!("{key} {}", in_words(value)),
        }
    };
    table.iter().map(entry).collect::<Vec<String>>().join(", ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn values_of_settings_are_put_into_words() {
        use super::value_in_words as words;
        assert_eq!(words("0.72"), "0.72");
        assert_eq!(words("\"mediation\""), "mediation");
        assert_eq!(words("../a/b.toml"), "../a/b.toml");
        let range = words("{ uniform = { min = 0.1, max = 0.5 } }");
        assert!(range.contains("0.1") && !range.contains('{'), "{range}");
        assert_eq!(words("{\"uniform\":{\"min\":0.1,\"max\":0.5}}"), range);
    }

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
        let rendered: Vec<_> = changes
            .iter()
            .map(|it| (it.path.as_str(), it.first.as_deref(), it.second.as_deref()))
            .collect();
        assert_eq!(rendered, expected);
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
    fn a_value_of_another_kind_is_reported_in_full() {
        let mut it = base();
        it["party"][0]["reservation_value"] = json!(0.5);
        it["party"][1]["reservation_value"] = json!(1);
        it["kind"] = json!("synthetic");
        let expected = [
            ("kind", None, Some("synthetic")),
            (
                "party.hill.reservation_value",
                Some("anywhere from 0.25 to 0.5"),
                Some("0.5"),
            ),
        ];
        check(&it, [&[], &[]], &expected);
    }

    #[test]
    fn distributions_and_strategies_are_described_in_words() {
        let number = json!({
            "triangular": { "min": 0.2, "mode": 0.4, "max": 0.6 },
            "basis": "inferred", "source": ["report-a"], "note": "it follows",
        });
        let words = "from 0.2 to 0.6, most often near 0.4 [inferred, report-a]: it follows";
        assert_eq!(in_words(&number), words);
        let discrete = json!({ "discrete": { "values": [0.1, 0.3], "p": [0.25, 0.75] } });
        assert_eq!(
            in_words(&discrete),
            "one of 0.1, 0.3 with probabilities 0.25, 0.75"
        );
        let strategies = json!([
            { "p": 0.75, "time_dependent": { "concession_exponent": 0.5 } },
            { "p": 0.25, "tough": {} },
        ]);
        let words = "p 0.75, time dependent (concession exponent 0.5); p 0.25, tough";
        assert_eq!(in_words(&strategies), words);
        let mut it = base();
        it["party"][0]["reservation_value"] = json!({ "constant": 0.5, "basis": "assumed" });
        let expected = [(
            "party.hill.reservation_value",
            Some("anywhere from 0.25 to 0.5"),
            Some("0.5 [assumed]"),
        )];
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
