//! Whatever a file says, loading it gives a scenario or mistakes, and never panics.

use std::io;
use std::path::Path;

use demarche::config::{
    Overrides, experiment_schema, load_experiment, load_scenario, scenario_schema,
};
use demarche::negotiation::PlainLoop;
use demarche::randomness::{MasterSeed, Replication, Seeds};
use toml::{Table, Value};

use crate::support::thoroughness::sample_or_all;
use crate::support::worlds::{Luck, TWO_VILLAGES, scenario_text};

/// How a mutated file fared.
#[derive(Default, Debug)]
struct Tally {
    loaded: u32,
    refused: u32,
}

/// Loads a text; tells of mistakes in every way there is, runs what loads.
fn check(text: &str, settings: &[String], tally: &mut Tally) {
    let read = |_: &Path| -> io::Result<String> { Ok(text.to_owned()) };
    match load_scenario(Path::new("scenario.toml"), settings, &read) {
        Ok(it) => {
            tally.loaded += 1;
            let seeds = Seeds::new(MasterSeed(1));
            PlainLoop::new(it.setting.into()).run(&seeds, Replication(0));
        }
        Err(diagnostics) => {
            tally.refused += 1;
            assert!(diagnostics.count() > 0);
            assert!(diagnostics.render(false).starts_with("error: "));
            assert!(!diagnostics.render(true).is_empty());
        }
    }
    let read = |path: &Path| -> io::Result<String> {
        let is_scenario = path == Path::new("scenario.toml");
        Ok(if is_scenario { text } else { EXPERIMENT }.to_owned())
    };
    let overrides = Overrides {
        settings: settings.to_vec(),
        ..Overrides::default()
    };
    if let Err(diagnostics) = load_experiment(Path::new("experiment.toml"), &overrides, &read) {
        assert!(diagnostics.count() > 0);
    }
}

const EXPERIMENT: &str = "schema = 1\nname = \"e\"\nscenario = \"scenario.toml\"\n[set]\n\"party.upper.reservation_value\" = 0.5\n";

/// A value unlike any that belongs there.
fn odd_value(luck: &mut Luck) -> Value {
    let table = |entries: &[(&str, Value)]| {
        Value::Table(
            entries
                .iter()
                .map(|(key, it)| ((*key).to_owned(), it.clone()))
                .collect(),
        )
    };
    let choices = [
        Value::Integer(-1),
        Value::Integer(0),
        Value::Integer(i64::MAX),
        Value::Integer(i64::MIN),
        Value::Float(f64::NAN),
        Value::Float(f64::NEG_INFINITY),
        Value::Float(-0.5),
        Value::Float(1e300),
        Value::Float(5e-324),
        Value::Boolean(true),
        Value::String(String::new()),
        Value::String("ünïcode \u{1F4A7}\n".to_owned()),
        Value::String("upper".to_owned()),
        Value::Array(Vec::new()),
        Value::Array(vec![
            Value::Integer(1),
            Value::String("mornings".to_owned()),
        ]),
        Value::Array(vec![Value::Table(Table::new())]),
        table(&[]),
        table(&[
            ("constant", Value::Float(0.5)),
            ("uniform", Value::Integer(1)),
        ]),
        table(&[(
            "normal",
            table(&[
                ("mean", Value::Float(0.5)),
                ("sd", Value::Float(1e-300)),
                ("min", Value::Float(0.0)),
                ("max", Value::Float(1.0)),
            ]),
        )]),
        Value::Datetime("1979-05-27T07:32:00Z".parse().unwrap()),
    ];
    luck.pick(&choices).clone()
}

fn other_key(luck: &mut Luck) -> String {
    let choices = [
        "",
        "a.b",
        "ключ",
        "id",
        "p",
        "when",
        "constant",
        "extends",
        "schema",
        "random_offer",
    ];
    (*luck.pick(&choices)).to_owned()
}

/// Changes one place of a value, found by going down at random.
fn mutate(value: &mut Value, luck: &mut Luck) {
    match value {
        Value::Table(table) if !table.is_empty() => {
            let keys: Vec<String> = table.keys().cloned().collect();
            let key = luck.pick(&keys).clone();
            match luck.below(16) {
                0 => {
                    table.remove(&key);
                }
                1 => {
                    let old = table.remove(&key).expect("the key was listed");
                    table.insert(other_key(luck), old);
                }
                2 => {
                    table.insert(other_key(luck), odd_value(luck));
                }
                3 => {
                    table.insert(key, odd_value(luck));
                }
                _ => mutate(table.get_mut(&key).expect("the key was listed"), luck),
            }
        }
        Value::Array(list) if !list.is_empty() => {
            let idx = luck.below(list.len());
            match luck.below(16) {
                0 => {
                    list.remove(idx);
                }
                1 => {
                    let doubled = list[idx].clone();
                    list.push(doubled);
                }
                2 => list[idx] = odd_value(luck),
                _ => mutate(&mut list[idx], luck),
            }
        }
        Value::Integer(_) | Value::Float(_) if luck.one_in(2) => {
            *value = Value::Float(*luck.pick(&[0.0, 0.25, 0.5, 1.0, 1.5, -1.0]));
        }
        Value::String(_) if luck.one_in(2) => {
            let words = [
                "upper",
                "lower",
                "p1",
                "well_hours",
                "i0",
                "yes",
                "o0",
                "linear",
            ];
            *value = Value::String((*luck.pick(&words)).to_owned());
        }
        Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_)
        | Value::Array(_)
        | Value::Table(_) => *value = odd_value(luck),
    }
}

/// Paths as `--set` takes them, right ones and wrong ones.
fn setting(luck: &mut Luck) -> String {
    let segments = [
        "party",
        "upper",
        "p0",
        "0",
        "preference",
        "well_hours",
        "i0",
        "utility",
        "mornings",
        "o0",
        "weight",
        "strategy",
        "issue",
        "options",
        "protocol",
        "",
        "reservation_value",
        "uniform",
        "é",
        "extends",
    ];
    let n = luck.between(1, 6);
    let path: Vec<&str> = (0..n).map(|_| *luck.pick(&segments)).collect();
    let values = [
        "0.5",
        "=",
        "\"x\"",
        "[",
        "nan",
        "{ constant = 1 }",
        "",
        "[]",
        "ü",
        "1 # c",
    ];
    let equals = if luck.one_in(10) { "" } else { "=" };
    format!("{}{equals}{}", path.join("."), luck.pick(&values))
}

#[test]
fn a_mutated_scenario_loads_or_gives_mistakes() {
    let mut tally = Tally::default();
    for case in 0..sample_or_all(500, 3000) {
        let mut luck = Luck::new("mutations", case);
        let text = if luck.one_in(2) {
            TWO_VILLAGES.to_owned()
        } else {
            scenario_text(&mut luck)
        };
        let mut value = Value::Table(text.parse::<Table>().expect("a valid file"));
        for _ in 0..luck.between(1, 3) {
            mutate(&mut value, &mut luck);
        }
        let text = toml::to_string(&value).expect("every table can be written");
        let settings: Vec<String> = (0..luck.below(2)).map(|_| setting(&mut luck)).collect();
        check(&text, &settings, &mut tally);
    }
    assert!(tally.loaded > 15 && tally.refused > 150, "{tally:?}");
}

#[test]
fn a_mutilated_text_loads_or_gives_mistakes() {
    let mut tally = Tally::default();
    let snippets = [
        "",
        "[",
        "]",
        "\"",
        "=",
        "\n",
        "é",
        "\u{1F4A7}",
        "{",
        "}",
        "'''",
        "#",
        "\r",
        "0x",
    ];
    for case in 0..sample_or_all(500, 1500) {
        let mut luck = Luck::new("mutilations", case);
        let mut text: Vec<char> = TWO_VILLAGES.chars().collect();
        for _ in 0..luck.between(1, 3) {
            let start = luck.below(text.len());
            let end = (start + luck.below(12)).min(text.len());
            let snippet = luck.pick(&snippets).chars();
            text.splice(start..end, snippet);
        }
        let text: String = text.into_iter().collect();
        check(&text, &[], &mut tally);
    }
    assert!(tally.loaded > 15 && tally.refused > 150, "{tally:?}");
}

#[test]
fn random_scenarios_load_without_mistakes() {
    let mut tally = Tally::default();
    for case in 0..300 {
        check(
            &scenario_text(&mut Luck::new("valid", case)),
            &[],
            &mut tally,
        );
    }
    assert_eq!(tally.refused, 0);
}

#[test]
fn schemas_describe_every_key_and_refer_to_nothing_unknown() {
    for schema in [scenario_schema(), experiment_schema()] {
        let mut nodes = vec![(String::from("#"), &schema)];
        let mut n_properties = 0;
        while let Some((place, node)) = nodes.pop() {
            if let Some(target) = node["$ref"].as_str() {
                let pointer = target
                    .strip_prefix('#')
                    .expect("references stay in the file");
                assert!(
                    schema.pointer(pointer).is_some(),
                    "{place} refers to {target}"
                );
            }
            if node["properties"].is_object() {
                let is_open = node["additionalProperties"] != serde_json::Value::Bool(false);
                assert!(!is_open, "{place} lets unknown keys through");
                n_properties += 1;
            }
            match node {
                serde_json::Value::Object(entries) => nodes.extend(
                    entries
                        .iter()
                        .map(|(key, it)| (format!("{place}/{key}"), it)),
                ),
                serde_json::Value::Array(list) => {
                    nodes.extend(list.iter().map(|it| (format!("{place}/*"), it)));
                }
                serde_json::Value::Null
                | serde_json::Value::Bool(_)
                | serde_json::Value::Number(_)
                | serde_json::Value::String(_) => {}
            }
        }
        assert!(n_properties > 0);
    }
}
