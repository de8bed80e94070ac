//! The sources and assumptions of a run: its claims and how often they hold, and the origin of
//! every number.

use demarche_core::domain::{Basis, Number, PartySet, Scenario, ScenarioKind};
use demarche_core::negotiation::Setting;
use demarche_stats::estimate::Estimate;

use crate::report::drawing::{Axis, Bars, Chart, PageTable, Quantity, Unit};
use crate::report::page_sections::session_words::labels;
use crate::report::pages::{PageBlock, PageFigure, Section};
use crate::wording::{count, counted, decimal, percent};

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
            let parts: Vec<String> = Basis::ALL
                .into_iter()
                .map(|basis| format!("{} {}", with_basis(setting, basis).count(), basis.name()))
                .collect();
            format!(
                "A simulation of stated assumptions, not a forecast. Of the scenario's numbers {}.",
                parts.join(", ")
            )
        }
    }
}

fn with_basis(setting: &Setting, basis: Basis) -> impl Iterator<Item = &Number> {
    let numbers = setting.numbers();
    numbers.filter(move |it| it.provenance.basis == Some(basis))
}

/// Claims, sources and numbers of a setting.
pub(crate) fn sources(setting: &Setting, claims: &MeasuredClaims) -> Section {
    let scenario = setting.scenario();
    let mut blocks = Vec::new();
    if scenario.kind == ScenarioKind::Sourced {
        blocks.push(PageBlock::Figures(vec![bases(setting)]));
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
    for source in scenario.sources.iter() {
        let cites = |it: &&Number| it.provenance.sources.contains(&source.name);
        let numbers: Vec<&Number> = setting.numbers().filter(cites).collect();
        blocks.push(PageBlock::Folded {
            summary: format!(
                "{} ({}): cited by {}",
                source.title,
                source.name,
                counted(numbers.len() as u64, "number")
            ),
            table: numbers_table(&numbers),
        });
    }
    let without = setting
        .numbers()
        .filter(|it| it.provenance.sources.is_empty());
    let without: Vec<&Number> = without.collect();
    if !without.is_empty() {
        blocks.push(PageBlock::Folded {
            summary: format!("No source: {}", counted(without.len() as u64, "number")),
            table: numbers_table(&without),
        });
    }
    Section {
        id: "sources".to_owned(),
        heading: "Sources and assumptions".to_owned(),
        text: vec![
            rests_on(setting),
            "A reported number is one that a source states; an inferred one follows from what a source says; an assumed one has no source."
                .to_owned(),
        ],
        blocks,
    }
}

fn bases(setting: &Setting) -> PageFigure {
    #[expect(clippy::cast_precision_loss, reason = "a scenario has few numbers")]
    let bars = Basis::ALL.map(|basis| {
        let n = with_basis(setting, basis).count();
        (basis.name().to_owned(), Quantity::exact(n as f64))
    });
    let chart = Chart::Bars(Bars {
        category_label: "Basis".to_owned(),
        axis: Axis::new("Numbers", Unit::Count),
        bars: bars.to_vec(),
    });
    PageFigure::new("bases", "The scenario's numbers by basis", "", &chart)
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

fn numbers_table(numbers: &[&Number]) -> PageTable {
    let row = |it: &&Number| {
        let [median, low, high] = [0.5, 0.05, 0.95].map(|p| it.distribution.quantile(p));
        let range = if it.distribution.is_constant() {
            String::new()
        } else {
            format!("{} to {}", shown(low), shown(high))
        };
        vec![
            it.path.clone(),
            it.provenance.basis.map_or("", Basis::name).to_owned(),
            shown(median),
            range,
            it.provenance.note.clone().unwrap_or_default(),
        ]
    };
    PageTable {
        head: ["number", "basis", "median", "middle 90 %", "note"]
            .map(str::to_owned)
            .to_vec(),
        rows: numbers.iter().map(row).collect(),
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
