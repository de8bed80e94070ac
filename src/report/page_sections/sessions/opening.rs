//! The first screen of a batch: how a hundred sessions end, how far that can be trusted, and who would
//! have to move for more of them to end in a deal.

use demarche_core::domain::Scenario;
use demarche_core::negotiation::Setting;

use crate::report::drawing::{
    Axis, Bars, Chart, MarkKind, MarkRow, Marks, Quantity, RangeRow, Ranges, Unit,
};
use crate::report::page_sections::sessions::failure_words::render_obstacle;
use crate::report::page_sections::sessions::hundred_sessions::{
    EndingKind, EndingRow, ending_rows, greatest_obstacles, ratio,
};
use crate::report::page_sections::studies::{OtherForm, other_forms};
use crate::report::pages::{PageBlock, PageFigure};
use crate::report::summary::{DetailedCell, ReasonRow, RunSummary};
use crate::wording::{counted, decimal, percent};

/// How many times as wide as that of chance a range is called far wider.
const FAR_WIDER: f64 = 3.0;

/// What is shown below the answer.
pub(crate) fn opening(setting: &Setting, summary: &RunSummary) -> Vec<PageBlock> {
    let scenario = setting.scenario();
    let figures = [
        endings(scenario, &summary.first),
        doubt(summary),
        moves(scenario, &summary.first.failures),
    ];
    let figures: Vec<PageFigure> = figures.into_iter().flatten().collect();
    if figures.is_empty() {
        return Vec::new();
    }
    vec![PageBlock::Figures(figures)]
}

/// How a hundred sessions end.
pub(in crate::report::page_sections) fn endings(
    scenario: &Scenario,
    first: &DetailedCell,
) -> Option<PageFigure> {
    let deals = first.endings[0]?.value;
    let rows = ending_rows(scenario, deals, &first.failures);
    let title = title_of_endings(&rows);
    let marks = rows.into_iter().map(|it| MarkRow {
        kind: match it.kind {
            EndingKind::Deal => MarkKind::Accent,
            EndingKind::MissedZone => MarkKind::Tint,
            EndingKind::NoZone | EndingKind::NoDeal => MarkKind::Gray,
        },
        label: it.label,
        n: it.n,
        share: it.share,
        is_part: it.is_part,
    });
    let caption = "A session is one simulated negotiation, and a square one session in a hundred, rounded so that they sum to a hundred. What two parties prevent together is split.";
    let chart = Chart::Marks(Marks {
        of: "session".to_owned(),
        rows: marks.collect(),
    });
    Some(PageFigure::new("hundred", &title, caption, &chart))
}

/// What the squares say, in a sentence.
fn title_of_endings(rows: &[EndingRow]) -> String {
    let n_of = |kind: EndingKind| {
        let mut rows = rows.iter().filter(|it| it.kind == kind && !it.is_part);
        rows.next().map_or(0, |it| it.n)
    };
    let deals = n_of(EndingKind::Deal);
    let [missed, none] = [EndingKind::MissedZone, EndingKind::NoZone].map(n_of);
    let no_terms = format!("{none} have no terms acceptable to all");
    let possible = format!("{missed} miss a deal that was possible");
    let rest = match (missed, none) {
        (0, 0) => String::new(),
        (0, _) => format!(": {no_terms}"),
        (_, 0) => format!(": {possible}"),
        _ if none > missed => format!(": {no_terms}, {possible}"),
        _ => format!(": {possible}, {no_terms}"),
    };
    let end = if deals == 1 { "ends" } else { "end" };
    format!("Of 100 sessions about {deals} {end} in a deal{rest}")
}

/// How far the share of deals may be off, for want of sessions and for the form of the model.
fn doubt(summary: &RunSummary) -> Option<PageFigure> {
    let deals = summary.first.endings[0]?;
    let interval = deals.interval?;
    let sampling = RangeRow {
        label: "by chance, since sessions are drawn at random (95 % interval)".to_owned(),
        ends: [interval.low, interval.high],
        notes: vec![{
            let [_, low, high] = deals.fields(Unit::Share);
            format!("{low} to {high}")
        }],
        dots: Vec::new(),
    };
    let others = other_forms(&summary.forms);
    let mut title = "How far this may be off by chance".to_owned();
    let mut rows = vec![sampling];
    if let (Some(least), Some(most)) = (others.first(), others.last()) {
        let ends = [least.deals.value, most.deals.value];
        let sampled = interval.high - interval.low;
        let [low, high] = ends.map(percent);
        let width = match (ends[1] - ends[0]) / sampled {
            it if it >= FAR_WIDER => "far wider",
            it if it > 1.0 => "wider",
            _ => "no wider",
        };
        title = format!(
            "Other forms of the model give {low} to {high}: {width} than the range of chance alone"
        );
        let end = |it: &OtherForm| format!("{} ({})", percent(it.deals.value), it.described());
        rows.push(RangeRow {
            label: format!(
                "under {} of the model: other rounds, protocols, strategies, consent",
                counted(others.len() as u64, "other form")
            ),
            ends,
            notes: vec![format!("{} to {}", end(least), end(most))],
            dots: (others.iter())
                .map(|it| (it.deals.value, it.described()))
                .collect(),
        });
    }
    let chart = Chart::Ranges(Ranges {
        axis: Axis::new("Share of sessions that end in a deal", Unit::Share),
        ends: [0.0, 1.0],
        at: deals.value,
        rows,
    });
    let caption = "The large dot is the result as stated, and each small one another form. What the parties want is not varied: if it is assumed wrongly, the result may lie outside these ranges.";
    Some(PageFigure::new("doubt", &title, caption, &chart))
}

/// The most frequent obstacles: who would have to move, and how far.
fn moves(scenario: &Scenario, reasons: &[ReasonRow]) -> Option<PageFigure> {
    let owned = greatest_obstacles(reasons);
    let label = |it: &ReasonRow| {
        let parties = scenario.parties.iter();
        let mut parties = parties.filter(|party| party.name == it.party);
        parties.next().map(|it| it.label.as_str())
    };
    let bars = owned.iter().filter_map(|it| {
        let far = it.missing_utility.map_or_else(String::new, |by| {
            format!(" ({} of its utility short, on average)", decimal(by, 3))
        });
        let obstacle = render_obstacle(scenario, it);
        let share = Quantity::exact(ratio(it.n_sessions, it.n_examined));
        Some((format!("{}: {obstacle}{far}", label(it)?), share))
    });
    let bars: Vec<(String, Quantity)> = bars.collect();
    let mut names: Vec<&str> = owned.iter().filter_map(|it| label(it)).collect();
    let mut seen = Vec::new();
    names.retain(|it| {
        !seen.contains(it) && {
            seen.push(*it);
            true
        }
    });
    let title = format!(
        "Who would have to move: {}; the share of sessions that each obstacle blocks",
        any_of(&names)
    );
    let caption = "Share of all sessions where this obstacle, alone or with one other, blocked a deal: without it there would have been terms acceptable to all, or there were such terms and it kept the parties from them. Bars overlap, so they do not add up, and none of them is the share of deals.";
    let axis = Axis::new(
        "Share of all sessions in which it blocks a deal",
        Unit::Share,
    );
    let chart = Chart::Bars(Bars {
        // A share is seen as one of all sessions.
        longest: Some(1.0),
        ..Bars::new("Obstacle", axis, bars)
    });
    (!owned.is_empty()).then(|| PageFigure::new("moves", &title, caption, &chart))
}

/// Names as alternatives: "one", "one or another", "one, another or a third".
fn any_of(names: &[&str]) -> String {
    match names {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}
