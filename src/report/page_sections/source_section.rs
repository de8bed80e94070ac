//! The sources and assumptions of a run: its claims and how often they hold, and the origin of
//! every number and every rule.

use std::iter;

use demarche_core::domain::{
    Basis, Correlation, Number, PartySet, Provenance, Scenario, ScenarioKind,
};
use demarche_core::negotiation::Setting;
use demarche_stats::estimate::Estimate;

use crate::report::drawing::{Axis, Bars, Chart, PageTable, Quantity, Unit};
use crate::report::page_sections::factor_labels::PathLabels;
use crate::report::page_sections::rule_words::rules_table;
use crate::report::page_sections::session_words::labels;
use crate::report::pages::{PageBlock, PageFigure, Section, Sentences};
use crate::wording::{count, counted, decimal, listed, percent};

/// In how many of some draws each of a scenario's claims holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MeasuredClaims {
    /// By claim, in the order of the scenario.
    pub holds: Vec<u64>,
    /// How many draws.
    pub draws: u64,
}

/// The caveat of a scenario's figures, in a sentence.
pub fn rests_on(setting: &Setting) -> String {
    match setting.scenario().kind {
        ScenarioKind::Synthetic => {
            "A synthetic scenario: these figures say nothing about the world.".to_owned()
        }
        ScenarioKind::Sourced => {
            let numbers = render_bases(&by_basis(of_numbers(setting)), BASES_EXPLAINED);
            let mut sentences = vec![
                "A simulation of stated assumptions, not a forecast.".to_owned(),
                format!("Of the scenario's numbers {numbers}."),
            ];
            if !setting.sourced_rules().is_empty() {
                let rules = render_bases(&by_basis(of_rules(setting)), [""; 3]);
                sentences.push(format!(
                    "Of its rules (protocol, rounds, consent, strategies) {rules}."
                ));
            }
            sentences.join(" ")
        }
    }
}

/// The numbers of the scenario, with the ranks of its correlations.
fn all_numbers(setting: &Setting) -> impl Iterator<Item = &Number> {
    let ranks = setting.correlations().iter().map(|it| &it.rank);
    setting.numbers().chain(ranks)
}

fn of_numbers(setting: &Setting) -> impl Iterator<Item = &Provenance> {
    all_numbers(setting).map(|it| &it.provenance)
}

fn of_rules(setting: &Setting) -> impl Iterator<Item = &Provenance> {
    setting.sourced_rules().iter().map(|it| &it.provenance)
}

/// How many have each basis, and how many none if there are such.
fn by_basis<'a>(all: impl Iterator<Item = &'a Provenance>) -> Vec<(&'static str, u64)> {
    let mut counts: Vec<(&str, u64)> = Basis::ALL.map(|it| (it.name(), 0)).to_vec();
    let mut n_without = 0;
    for provenance in all {
        let position = Basis::ALL
            .iter()
            .position(|it| provenance.basis == Some(*it));
        *position.map_or(&mut n_without, |it| &mut counts[it].1) += 1;
    }
    if n_without > 0 {
        counts.push(("without a basis", n_without));
    }
    counts
}

/// What the bases mean, in the order of `Basis::ALL`.
const BASES_EXPLAINED: [&str; 3] = [
    " (stated by a source)",
    " (implied by one)",
    " (without a source)",
];

/// How many have each basis, as the end of a sentence, with what the bases mean or nothing.
fn render_bases(counts: &[(&str, u64)], meanings: [&str; 3]) -> String {
    let meanings = meanings.into_iter().chain(iter::repeat(""));
    let parts = counts.iter().zip(meanings).enumerate();
    let parts = parts.map(|(idx, ((name, n), meaning))| {
        let verb = match (idx, n) {
            (0, 1) => "is ",
            (0, _) => "are ",
            _ => "",
        };
        format!("{} {verb}{name}{meaning}", count(*n))
    });
    let parts: Vec<String> = parts.collect();
    listed(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What a scenario says that it leaves out or simplifies; `None` if it says nothing.
pub(crate) fn limits(scenario: &Scenario) -> Option<Section> {
    (!scenario.limits.is_empty()).then(|| Section {
        id: "limits".to_owned(),
        heading: "Limits".to_owned(),
        text: vec!["What the scenario leaves out or simplifies, in its own words.".to_owned()],
        blocks: vec![PageBlock::List(Sentences {
            heading: String::new(),
            sentences: scenario.limits.to_vec(),
        })],
    })
}

/// Claims, sources and numbers of a setting.
pub(crate) fn sources(setting: &Setting, claims: &MeasuredClaims) -> Section {
    let scenario = setting.scenario();
    let path_labels = PathLabels::of_scenario(scenario);
    let mut blocks = Vec::new();
    if scenario.kind == ScenarioKind::Sourced {
        let numbers = by_basis(of_numbers(setting));
        let title = "The scenario's numbers by basis";
        let mut figures = vec![bases("bases", title, "Numbers", &numbers)];
        if !setting.sourced_rules().is_empty() {
            let rules = by_basis(of_rules(setting));
            let title = "Its rules by basis";
            figures.push(bases("rule-bases", title, "Rules", &rules));
        }
        blocks.push(PageBlock::Figures(figures));
    }
    if !scenario.claims.is_empty() && claims.draws > 0 {
        blocks.push(PageBlock::Folded {
            summary: format!(
                "{}, measured over {}",
                counted(scenario.claims.len() as u64, "claim"),
                counted(claims.draws, "draw")
            ),
            table: claims_table(setting, claims),
        });
    }
    let rules = setting.sourced_rules();
    if !rules.is_empty() {
        let n_rules = counted(rules.len() as u64, "rule");
        blocks.push(PageBlock::Folded {
            summary: format!("Protocol, rounds, consent and strategies: {n_rules}"),
            table: rules_table(setting),
        });
    }
    let correlations = setting.correlations();
    if !correlations.is_empty() {
        let n_pairs = counted(correlations.len() as u64, "pair");
        blocks.push(PageBlock::Folded {
            summary: format!("Correlated numbers: {n_pairs}"),
            table: correlations_table(&path_labels, correlations),
        });
    }
    for source in scenario.sources.iter() {
        let cites = |it: &Provenance| it.sources.contains(&source.name);
        let numbers: Vec<&Number> = all_numbers(setting)
            .filter(|it| cites(&it.provenance))
            .collect();
        let mut cited_by = counted(numbers.len() as u64, "number");
        let n_rules = of_rules(setting).filter(|it| cites(it)).count() as u64;
        if n_rules > 0 {
            cited_by = format!("{cited_by} and {}", counted(n_rules, "rule"));
        }
        blocks.push(PageBlock::Folded {
            summary: format!("{} ({}): cited by {cited_by}", source.title, source.name),
            table: numbers_table(&path_labels, &numbers),
        });
    }
    let without = all_numbers(setting).filter(|it| it.provenance.sources.is_empty());
    let without: Vec<&Number> = without.collect();
    if !without.is_empty() {
        blocks.push(PageBlock::Folded {
            summary: format!("No source: {}", counted(without.len() as u64, "number")),
            table: numbers_table(&path_labels, &without),
        });
    }
    Section {
        id: "sources".to_owned(),
        heading: "Sources and assumptions".to_owned(),
        text: vec![
            rests_on(setting),
            "A reported number or rule is one that a source states; an inferred one follows from what a source says; an assumed one has no source."
                .to_owned(),
        ],
        blocks,
    }
}

fn bases(id: &str, title: &str, axis: &str, counts: &[(&str, u64)]) -> PageFigure {
    #[expect(clippy::cast_precision_loss, reason = "a scenario has few numbers")]
    let bars = counts
        .iter()
        .map(|(name, n)| ((*name).to_owned(), Quantity::exact(*n as f64)));
    let chart = Chart::Bars(Bars::new(
        "Basis",
        Axis::new(axis, Unit::Count),
        bars.collect(),
    ));
    PageFigure::new(id, title, "", &chart)
}

fn claims_table(setting: &Setting, claims: &MeasuredClaims) -> PageTable {
    let scenario = setting.scenario();
    let head = [
        "claim",
        "statement",
        "sources",
        "wanted",
        "found",
        "from",
        "to",
    ];
    let rows = scenario.claims.iter().zip(&claims.holds);
    let rows = rows.map(|(claim, &holds)| {
        let share = Estimate::of_share(holds, claims.draws);
        let found = share.map_or_else(Default::default, |it| {
            Quantity::from(it).fields(Unit::Share)
        });
        let wanted = match claim.at_least {
            None => String::new(),
            Some(least) => format!("at least {}", percent(least)),
        };
        let own = [
            claim.name.clone(),
            claim.says.clone(),
            claim.sources.join(", "),
            wanted,
        ];
        own.into_iter().chain(found).collect()
    });
    PageTable {
        head: head.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn numbers_table(labels: &PathLabels, numbers: &[&Number]) -> PageTable {
    let row = |it: &&Number| {
        let [median, low, high] = [0.5, 0.05, 0.95].map(|p| it.distribution.quantile(p));
        let range = if it.distribution.is_constant() {
            String::new()
        } else {
            format!("{} to {}", shown(low), shown(high))
        };
        vec![
            labels.label(&it.path),
            it.provenance.basis.map_or("", Basis::name).to_owned(),
            shown(median),
            range,
            it.provenance.note.clone().unwrap_or_default(),
        ]
    };
    PageTable {
        head: ["number", "basis", "median", "middle 90 %", "reason"]
            .map(str::to_owned)
            .to_vec(),
        rows: numbers.iter().map(row).collect(),
    }
}

fn correlations_table(labels: &PathLabels, correlations: &[Correlation]) -> PageTable {
    let row = |it: &Correlation| {
        let provenance = &it.rank.provenance;
        let [one, other] = it.between.each_ref().map(|it| labels.label(it));
        vec![
            one,
            other,
            shown(it.rank.distribution.range().0),
            provenance.basis.map_or("", Basis::name).to_owned(),
            provenance.note.clone().unwrap_or_default(),
        ]
    };
    PageTable {
        head: ["number", "goes with", "rank correlation", "basis", "reason"]
            .map(str::to_owned)
            .to_vec(),
        rows: correlations.iter().map(row).collect(),
    }
}

fn shown(number: f64) -> String {
    let text = decimal(number, 3);
    // A number that is written by its magnitude has no zeros to spare.
    let is_plain = text.contains('.');
    let trimmed = text.trim_end_matches('0').trim_end_matches('.');
    if is_plain { trimmed } else { &text }.to_owned()
}

/// The parties, issues and rules of a scenario, in a sentence.
pub(crate) fn at_the_table(setting: &Setting) -> String {
    let (scenario, rules) = (setting.scenario(), setting.rules());
    let names: Vec<&str> = scenario.parties.iter().map(|it| &*it.label).collect();
    format!(
        "Parties: {}. {} {} with {}, at most {} of {}.",
        names.join(", "),
        whose_consent(scenario),
        counted(scenario.issues.len() as u64, "issue"),
        count(scenario.space.n_outcomes()) + " possible outcomes",
        counted(rules.deadline_rounds.into(), "round"),
        rules.protocol.name().replace('_', " "),
    )
}

/// Whose consent a deal needs, in a sentence.
fn whose_consent(scenario: &Scenario) -> String {
    let consent = &scenario.consent;
    let always = consent.always_needed();
    if always == PartySet::all(scenario.parties.len()) {
        return "A deal needs the consent of all.".to_owned();
    }
    let mut sentences = Vec::new();
    if !always.is_empty() {
        let labels = labels(scenario, always);
        sentences.push(format!("A deal always needs the consent of {labels}."));
    }
    let some: PartySet = consent.vetoes().iter().map(|it| it.party).collect();
    let some: PartySet = some.iter().filter(|it| !always.contains(*it)).collect();
    if !some.is_empty() {
        let labels = labels(scenario, some);
        sentences.push(format!(
            "It depends on the deal whether {labels} must consent."
        ));
    }
    for it in consent.quotas() {
        let labels = labels(scenario, it.of);
        sentences.push(format!(
            "A deal needs the consent of {} of {labels}.",
            it.at_least
        ));
    }
    sentences.join(" ")
}
