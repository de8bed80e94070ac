//! What of a scenario can be moved on a page: its numbers, red lines, rounds, protocol, strategies.

use demarche::domain::{Basis, DISTRIBUTIONS, Number, PartyId, Provenance, ScenarioKind};
use demarche::negotiation::{RuleKind, Setting};
use demarche::protocol::{Manner, PROTOCOLS, ROUNDS_MAX, RelativeTime};
use demarche::report::{path_label, strategy_words};
use demarche::run::MemoryRun;
use serde::Serialize;
use serde_json::Value as Json;

/// Everything that can be moved, and what it says before.
#[derive(Debug, Serialize)]
pub(crate) struct Inputs {
    name: String,
    title: String,
    /// As text, since JavaScript rounds large numbers.
    seed: String,
    /// Of a scenario that says nothing about the world.
    is_synthetic: bool,
    parties: Vec<Party>,
    /// The names of distributions.
    distributions: Vec<&'static str>,
    numbers: Vec<NumberInput>,
    red_lines: Vec<RedLineInput>,
    rounds: RoundsInput,
    protocols: Menu,
    strategies: Vec<Menu>,
}

#[derive(Debug, Serialize)]
struct Party {
    id: String,
    label: String,
}

/// A number with the ends of its slider.
#[derive(Debug, Serialize)]
struct NumberInput {
    path: String,
    label: String,
    /// The position of the party that it belongs to, if it is one's.
    party: Option<usize>,
    /// What it is among the party's numbers.
    group: String,
    /// As the scenario has it: a number, or a table with a distribution; null of a default.
    written: Json,
    median: f64,
    /// What can be drawn.
    drawn: [f64; 2],
    /// What its slider can be moved to.
    ends: [f64; 2],
    /// What it has to lie within.
    bounds: [f64; 2],
    step: f64,
    #[serde(flatten)]
    origin: Origin,
}

/// A red line, which can be made sure or dropped.
#[derive(Debug, Serialize)]
struct RedLineInput {
    /// The path of its probability.
    path: String,
    label: String,
    party: usize,
    drawn: [f64; 2],
    #[serde(flatten)]
    origin: Origin,
}

/// The number of rounds.
#[derive(Debug, Serialize)]
struct RoundsInput {
    value: u32,
    most: u32,
    #[serde(flatten)]
    origin: Origin,
}

/// One of several, the first of which is what the scenario says.
#[derive(Debug, Serialize)]
struct Menu {
    label: String,
    party: Option<usize>,
    choices: Vec<Choice>,
    #[serde(flatten)]
    origin: Origin,
}

/// An entry of a menu, with the settings that choose it; `{rounds}` in them stands for the rounds.
#[derive(Debug, Serialize)]
struct Choice {
    label: String,
    settings: Vec<String>,
}

/// Where something comes from.
#[derive(Debug, Default, Serialize)]
struct Origin {
    basis: Option<&'static str>,
    sources: Vec<String>,
    note: Option<String>,
}

impl Origin {
    fn of(provenance: &Provenance) -> Self {
        Self {
            basis: provenance.basis.map(Basis::name),
            sources: provenance.sources.clone(),
            note: provenance.note.clone(),
        }
    }

    /// Of the first rule that is meant.
    fn of_rule(setting: &Setting, is_meant: impl Fn(RuleKind) -> bool) -> Self {
        let mut rules = setting.sourced_rules().iter();
        let found = rules.find(|it| is_meant(it.kind));
        found.map_or_else(Self::default, |it| Self::of(&it.provenance))
    }
}

impl Inputs {
    /// Those of a batch.
    pub(crate) fn of(run: &MemoryRun) -> Self {
        let spec = run.spec();
        let resolved = run.results().manifest.resolved;
        let setting = spec.setting();
        let scenario = setting.scenario();
        let parties = scenario.parties.iter();
        Self {
            name: spec.name().to_owned(),
            title: spec.title().to_owned(),
            seed: spec.seed().0.to_string(),
            is_synthetic: scenario.kind == ScenarioKind::Synthetic,
            parties: parties
                .map(|it| Party {
                    id: it.name.clone(),
                    label: it.label.clone(),
                })
                .collect(),
            distributions: DISTRIBUTIONS.iter().map(|it| it.name).collect(),
            numbers: numbers(setting, &resolved),
            red_lines: red_lines(setting),
            rounds: RoundsInput {
                value: setting.rules().deadline_rounds,
                most: ROUNDS_MAX,
                origin: Origin::of_rule(setting, |it| it == RuleKind::DeadlineRounds),
            },
            protocols: protocols(setting),
            strategies: scenario
                .party_ids()
                .filter_map(|it| strategies(setting, it))
                .collect(),
        }
    }
}

/// Every number but the probabilities of red lines, which have switches.
fn numbers(setting: &Setting, resolved: &Json) -> Vec<NumberInput> {
    let numbers = setting.numbers().filter(|it| !is_of_red_line(&it.path));
    numbers.map(|it| number(setting, it, resolved)).collect()
}

/// What stands at a path, whose parts name entries of lists by their keys or their places.
fn written(resolved: &Json, path: &str) -> Json {
    let found = path.split('.').try_fold(resolved, entry);
    found.cloned().unwrap_or(Json::Null)
}

fn entry<'a>(at: &'a Json, name: &str) -> Option<&'a Json> {
    let Json::Array(list) = at else {
        return at.get(name);
    };
    let is_named = |it: &&Json| ["id", "issue"].iter().any(|key| it[*key] == name);
    let by_place = || list.get(name.parse::<usize>().ok()?);
    list.iter().find(is_named).or_else(by_place)
}

fn is_of_red_line(path: &str) -> bool {
    let parts: Vec<&str> = path.split('.').collect();
    matches!(parts[..], ["party", _, "red_line", _, "probability"])
}

fn number(setting: &Setting, number: &Number, resolved: &Json) -> NumberInput {
    let scenario = setting.scenario();
    let parts: Vec<&str> = number.path.split('.').collect();
    let position = |name: &str| scenario.parties.iter().position(|it| it.name == name);
    let issue = |name: &str| {
        let found = scenario.issues.iter().find(|it| it.name == name);
        found.map_or_else(|| name.to_owned(), |it| it.label.clone())
    };
    let (party, group) = match parts[..] {
        ["party", name, "preference", _, "weight"] => (position(name), "Weights".to_owned()),
        ["party", name, "preference", of, ..] => (position(name), issue(of)),
        ["party", name, "interaction", ..] => (position(name), "Interactions".to_owned()),
        ["party", name, "strategy", ..] => (position(name), "Strategy".to_owned()),
        ["party", name, ..] => (position(name), "No deal and time".to_owned()),
        _ => (None, "Leverage".to_owned()),
    };
    let label = path_label(scenario, &number.path);
    // The party stands above its numbers.
    let whose = party.map(|it| format!("{}: ", scenario.parties[it].label));
    let label = whose.and_then(|it| label.strip_prefix(&it).map(capitalized));
    let (min, max) = number.distribution.range();
    let ends = ends(number);
    NumberInput {
        path: number.path.clone(),
        label: label.unwrap_or_else(|| path_label(scenario, &number.path)),
        party,
        group,
        written: written(resolved, &number.path),
        median: number.distribution.quantile(0.5),
        drawn: [min, max],
        ends,
        bounds: [*number.within.start(), *number.within.end()].map(|it| it.clamp(-1e9, 1e9)),
        step: step(ends[1] - ends[0]),
        origin: Origin::of(&number.provenance),
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// The ends of a number's slider: its bounds, or twice as far as it is drawn where it has none.
fn ends(number: &Number) -> [f64; 2] {
    /// Bounds beyond this are none that anybody wrote.
    const BOUNDS_MAX: f64 = 1e6;
    let (min, max) = number.distribution.range();
    let (least, most) = (*number.within.start(), *number.within.end());
    let low = if least.abs() < BOUNDS_MAX {
        least
    } else {
        (2.0 * min).min(0.0)
    };
    let high = if most.abs() < BOUNDS_MAX {
        most
    } else {
        (2.0 * max).max(1.0)
    };
    [low, high]
}

/// A hundredth of a range, to one significant digit.
fn step(range: f64) -> f64 {
    let mut res = 1.0;
    while range / res < 100.0 && res > 1e-6 {
        res /= 10.0;
    }
    while range / res >= 1000.0 {
        res *= 10.0;
    }
    res
}

fn red_lines(setting: &Setting) -> Vec<RedLineInput> {
    let parties = setting.scenario().parties.iter().enumerate();
    let lines = parties.flat_map(|(party, it)| {
        let lines = it.preferences.red_lines.iter();
        lines.map(move |line| {
            let (min, max) = line.probability.distribution.range();
            RedLineInput {
                path: line.probability.path.clone(),
                label: line.label.clone(),
                party,
                drawn: [min, max],
                origin: Origin::of(&line.probability.provenance),
            }
        })
    });
    lines.collect()
}

/// The protocols, that of the scenario first.
fn protocols(setting: &Setting) -> Menu {
    let rules = setting.rules();
    let own = rules.protocol.name();
    let time = match rules.relative_time {
        RelativeTime::ToDeadline => "",
        RelativeTime::Genius => ", relative_time = \"genius\"",
    };
    let stated = Choice {
        label: words(own),
        settings: vec![format!("protocol.{own}.deadline_rounds={{rounds}}")],
    };
    // Parties that alternate need the consent of all, and take no rules of consent.
    let is_of_consent = |it: RuleKind| matches!(it, RuleKind::Veto(_) | RuleKind::Quota(_));
    let mut sourced = setting.sourced_rules().iter();
    let has_consent = sourced.any(|it| is_of_consent(it.kind));
    let others = PROTOCOLS.iter().filter(|it| it.name != own);
    let others = others.filter(|it| !(has_consent && it.manner == Manner::Alternating));
    let others = others.map(|it| Choice {
        label: words(it.name),
        settings: vec![format!(
            "protocol={{ {} = {{ deadline_rounds = {{rounds}}{time} }} }}",
            it.name
        )],
    });
    Menu {
        label: "Protocol".to_owned(),
        party: None,
        choices: std::iter::once(stated).chain(others).collect(),
        origin: Origin::of_rule(setting, |it| it == RuleKind::Protocol),
    }
}

/// One of a party's strategies for sure; `None` if it has one only.
fn strategies(setting: &Setting, party: PartyId) -> Option<Menu> {
    let specs = setting.strategies(party);
    if specs.len() < 2 {
        return None;
    }
    let name = &setting.scenario().party(party).name;
    let stated = Choice {
        label: "Drawn, as stated".to_owned(),
        settings: Vec::new(),
    };
    let alone = specs.iter().enumerate().map(|(chosen, spec)| {
        let probability = |idx: usize| {
            let p = if idx == chosen { "1.0" } else { "0.0" };
            format!("party.{name}.strategy.{idx}.p={p}")
        };
        let strategy = strategy_words(spec.offering.name, spec.acceptance.name);
        Choice {
            label: format!(
                "Always number {}: {}",
                chosen + 1,
                strategy.replace('_', " ")
            ),
            settings: (0..specs.len()).map(probability).collect(),
        }
    });
    Some(Menu {
        label: "Strategy".to_owned(),
        party: Some(party.idx()),
        choices: std::iter::once(stated).chain(alone).collect(),
        origin: Origin::of_rule(setting, |it| it == RuleKind::Strategy(party, 0)),
    })
}

/// The name of a rule as a word.
fn words(name: &str) -> String {
    capitalized(&name.replace('_', " "))
}
