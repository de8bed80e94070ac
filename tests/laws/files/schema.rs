//! Whatever a file says, loading it gives a scenario or diagnostics, and never panics.

use std::io;
use std::path::Path;

use demarche::config::{
    Overrides, experiment_schema, load_experiment, load_scenario, scenario_schema,
};
use demarche::negotiation::PlainLoop;
use demarche::randomness::{MasterSeed, Replication, Seeds};
use toml::{Table, Value};

use crate::support::thoroughness::sample_or_all;
use crate::support::worlds::{RandomChoices, TWO_VILLAGES, scenario_text};

/// How a mutated file fared.
#[derive(Default, Debug)]
struct Tally {
    loaded: u32,
    refused: u32,
}

/// Loads a text; renders errors in every format, runs what loads.
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
fn odd_value(random: &mut RandomChoices) -> Value {
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
    random.pick(&choices).clone()
}

fn other_key(random: &mut RandomChoices) -> String {
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
    (*random.pick(&choices)).to_owned()
}

/// Changes one place of a value, found by going down at random.
fn mutate(value: &mut Value, random: &mut RandomChoices) {
    match value {
        Value::Table(table) if !table.is_empty() => {
            let keys: Vec<String> = table.keys().cloned().collect();
            let key = random.pick(&keys).clone();
            match random.below(16) {
                0 => {
                    table.remove(&key);
                }
                1 => {
                    let old = table.remove(&key).expect("the key was listed");
                    table.insert(other_key(random), old);
                }
                2 => {
                    table.insert(other_key(random), odd_value(random));
                }
                3 => {
                    table.insert(key, odd_value(random));
                }
                _ => mutate(table.get_mut(&key).expect("the key was listed"), random),
            }
        }
        Value::Array(list) if !list.is_empty() => {
            let idx = random.below(list.len());
            match random.below(16) {
                0 => {
                    list.remove(idx);
                }
                1 => {
                    let doubled = list[idx].clone();
                    list.push(doubled);
                }
                2 => list[idx] = odd_value(random),
                _ => mutate(&mut list[idx], random),
            }
        }
        Value::Integer(_) | Value::Float(_) if random.one_in(2) => {
            *value = Value::Float(*random.pick(&[0.0, 0.25, 0.5, 1.0, 1.5, -1.0]));
        }
        Value::String(_) if random.one_in(2) => {
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
            *value = Value::String((*random.pick(&words)).to_owned());
        }
        Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_)
        | Value::Array(_)
        | Value::Table(_) => *value = odd_value(random),
    }
}

/// Paths as `--set` takes them, right ones and wrong ones.
fn setting(random: &mut RandomChoices) -> String {
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
    let n = random.between(1, 6);
    let path: Vec<&str> = (0..n).map(|_| *random.pick(&segments)).collect();
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
    let equals = if random.one_in(10) { "" } else { "=" };
    format!("{}{equals}{}", path.join("."), random.pick(&values))
}

#[test]
fn a_mutated_scenario_loads_or_gives_mistakes() {
    let mut tally = Tally::default();
    for case in 0..sample_or_all(500, 3000) {
        let mut random = RandomChoices::new("mutations", case);
        let text = if random.one_in(2) {
            TWO_VILLAGES.to_owned()
        } else {
            scenario_text(&mut random)
        };
        let mut value = Value::Table(text.parse::<Table>().expect("a valid file"));
        for _ in 0..random.between(1, 3) {
            mutate(&mut value, &mut random);
        }
        let text = toml::to_string(&value).expect("every table can be written");
        let settings: Vec<String> = (0..random.below(2)).map(|_| setting(&mut random)).collect();
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
        let mut random = RandomChoices::new("mutilations", case);
        let mut text: Vec<char> = TWO_VILLAGES.chars().collect();
        for _ in 0..random.between(1, 3) {
            let start = random.below(text.len());
            let end = (start + random.below(12)).min(text.len());
            let snippet = random.pick(&snippets).chars();
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
            &scenario_text(&mut RandomChoices::new("valid", case)),
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
