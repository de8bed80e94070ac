//! Why sessions have no deal: what emptied or missed the zone, and whose rejections alone prevented one.

use demarche_core::domain::Scenario;

use crate::experiment::Failure;
use crate::report::drawing::{Axis, Bars, Chart, HeatMap, Quantity, Unit};
use crate::report::page_sections::sessions::failure_words::{render_obstacle, render_reason};
use crate::report::page_sections::sessions::session_sections::Sessions;
use crate::report::pages::{PageBlock, PageFigure, Section};
use crate::report::summary::{Blocker, DetailedCell};
use crate::wording::{capitalized, count, counted, listed, percent};

/// Reasons for no deal that a chart shows.
const REASONS_SHOWN: usize = 8;

/// Parties that the head of a page names.
const PARTIES_NAMED: usize = 3;

/// Who alone held out, and which obstacle costs most deals, in sentences: for the head of a page.
pub(crate) fn in_the_way(scenario: &Scenario, first: &DetailedCell) -> Vec<String> {
    let label = |name: &str| {
        let parties = scenario.parties.iter();
        let mut named = parties.filter(|it| it.name == name);
        named.next().map(|it| it.label.as_str())
    };
    let mut res = Vec::new();
    let mut blockers: Vec<(&str, f64)> = (first.blockers.iter())
        .filter_map(|it| Some((label(&it.party)?, it.share?.value)))
        .filter(|it| it.1 >= 0.01)
        .collect();
    blockers.sort_by(|a, b| b.1.total_cmp(&a.1));
    let alone = blockers.iter().take(PARTIES_NAMED);
    let alone = alone.map(|(party, share)| format!("{party} in {}", percent(*share)));
    let alone: Vec<String> = alone.collect();
    if !alone.is_empty() {
        let alone: Vec<&str> = alone.iter().map(String::as_str).collect();
        res.push(format!(
            "Offers stopped by one party: in sessions without a deal, at least one offer failed by the rejection of a single party, that of {}. Each is about single offers, often by several parties in one session, so the shares do not add up.",
            listed(&alone)
        ));
    }
    let owned = first.failures.iter().filter(|it| !it.party.is_empty());
    let most = owned
        .max_by_key(|it| it.n_sessions)
        .filter(|it| it.n_examined > 0);
    if let Some((it, party)) = most.and_then(|it| Some((it, label(&it.party)?))) {
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
        let share = it.n_sessions as f64 / it.n_examined as f64;
        let obstacle = render_obstacle(scenario, it);
        let share = percent(share);
        res.push(if it.failure == Failure::NoZone.name() {
            format!("What would help most often: in {share} of all sessions there would have been something to agree on without one thing about {party}, {obstacle}, or without that and one other obstacle.")
        } else {
            format!("What would help most often: in {share} of sessions a deal that was there was missed over one thing about {party}, {obstacle}.")
        });
    }
    res
}

impl Sessions<'_> {
    pub(in crate::report::page_sections) fn failures(&self) -> Option<Section> {
        let reasons = &self.first.failures;
        let scenario = self.scenario();
        let charts = Failure::ALL.into_iter().filter_map(|failure| {
            let of_failure = reasons.iter().filter(|it| it.failure == failure.name());
            let bars = of_failure.take(REASONS_SHOWN).map(|it| {
                let reason = capitalized(&render_reason(scenario, it));
                (reason, Quantity::exact(it.share))
            });
            let bars: Vec<(String, Quantity)> = bars.collect();
            let (id, title) = match failure {
                Failure::NoZone => ("no-zone", "Why there is no zone of possible agreement"),
                Failure::MissedZone => {
                    ("missed-zone", "Why a zone of possible agreement is missed")
                }
            };
            let chart = Chart::Bars(Bars::new(
                "Reason",
                Axis::new("Share of these sessions", Unit::Share),
                bars.clone(),
            ));
            let caption = "The most frequent reasons; failures.csv has all.";
            (!bars.is_empty()).then(|| PageFigure::new(id, title, caption, &chart))
        });
        let charts: Vec<PageFigure> = charts.collect();
        let counts = Failure::ALL.into_iter().filter_map(|failure| {
            let first = reasons.iter().find(|it| it.failure == failure.name())?;
            let what = match failure {
                Failure::NoZone => "had no zone of possible agreement",
                Failure::MissedZone => "missed one",
            };
            Some(format!("{} {what}", count(first.n)))
        });
        let counts: Vec<String> = counts.collect();
        let examined = reasons.first().map_or(0, |it| it.n_examined);
        let text = vec![
            format!("Of {}, {}.", counted(examined, "examined session"), counts.join(" and ")),
            "What empties a zone is a smallest set of up to two red lines and reservation values without which there would be one; several such sets share a session equally."
                .to_owned(),
        ];
        (!charts.is_empty()).then(|| Section {
            id: "failures".to_owned(),
            heading: "Why there is no deal".to_owned(),
            text,
            blocks: vec![PageBlock::Figures(charts)],
        })
    }

    pub(in crate::report::page_sections) fn blockers(&self) -> Option<Section> {
        let scenario = self.scenario();
        let blockers = &self.first.blockers;
        let n = blockers.first().map_or(0, |it| it.n);
        if n == 0 {
            return None;
        }
        let label = |it: &Blocker| {
            let party = scenario.parties.iter().find(|p| p.name == it.party);
            party.map(|it| it.label.clone())
        };
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
        let each = |offers: &u64| Quantity::exact(*offers as f64 / n as f64);
        let by_issue =
            |it: &Blocker| -> Vec<Quantity> { it.pivotal_rejections.iter().map(each).collect() };
        let over = Chart::HeatMap(HeatMap {
            rows: (
                "Party".to_owned(),
                blockers.iter().filter_map(label).collect(),
            ),
            columns: (
                "Issue".to_owned(),
                scenario.issues.iter().map(|it| it.label.clone()).collect(),
            ),
            axis: Axis::new("Pivotal rejections per session", Unit::Utility),
            cells: blockers.iter().map(by_issue).collect(),
            contour: None,
            is_by_column: false,
        });
        let most = blockers
            .iter()
            .max_by_key(|it| it.pivotal_rejections.iter().sum::<u64>());
        let over_what = most.and_then(|it| {
            let issues = scenario.issues.iter().zip(&it.pivotal_rejections);
            let (issue, n) = issues.max_by_key(|it| it.1)?;
            Some((label(it)?, issue.label.clone())).filter(|_| *n > 0)
        });
        let title = over_what.map_or_else(
            || "No offer was stopped by one party alone".to_owned(),
            |(who, issue)| format!("{who} alone stops most offers, most often over {issue}"),
        );
        Some(Section {
            id: "blockers".to_owned(),
            heading: "Blockers".to_owned(),
            text: vec![format!(
                "Of {}: a rejection is pivotal if no other party rejected the offer, and acceptance would have produced a deal. It says who rejected, not whose terms were too hard: many of these sessions have no zone of possible agreement, and a party that is asked for more rejects more.",
                counted(n, "session") + " without a deal"
            )],
            blocks: vec![PageBlock::Figures(vec![PageFigure::new(
                "blocked-issues",
                &title,
                "Mean number of pivotal rejections over these sessions, by the issue with the greatest shortfall from the party's best option.",
                &over,
            )])],
        })
    }
}
