//! Why sessions have no deal: what emptied or missed the zone, and whose rejections alone prevented one.

use crate::experiment::Failure;
use crate::report::drawing::{Axis, Bars, Chart, HeatMap, Quantity, Unit};
use crate::report::page_sections::failure_words::{failure_sentences, render_reason};
use crate::report::page_sections::session_sections::Sessions;
use crate::report::pages::{PageBlock, PageFigure, Section};
use crate::report::summary::Blocker;
use crate::wording::{capitalized, counted};

/// Reasons for no deal that a chart shows.
const REASONS_SHOWN: usize = 8;

impl Sessions<'_> {
    pub(super) fn failures(&self) -> Option<Section> {
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
            let chart = Chart::Bars(Bars {
                category_label: "Reason".to_owned(),
                axis: Axis::new("Share of these sessions", Unit::Share),
                bars: bars.clone(),
            });
            let caption = "The most frequent reasons; failures.csv has all.";
            (!bars.is_empty()).then(|| PageFigure::new(id, title, caption, &chart))
        });
        let charts: Vec<PageFigure> = charts.collect();
        let mut text = failure_sentences(scenario, reasons);
        text.push(
            "What empties a zone is a smallest set of up to two red lines and reservation values without which there would be one; several such sets share a session equally."
                .to_owned(),
        );
        (!charts.is_empty()).then(|| Section {
            id: "failures".to_owned(),
            heading: "Why there is no deal".to_owned(),
            text,
            blocks: vec![PageBlock::Figures(charts)],
        })
    }

    pub(super) fn blockers(&self) -> Option<Section> {
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
        let bars = blockers
            .iter()
            .filter_map(|it| Some((label(it)?, each(&it.pivotal_rejections.iter().sum()))));
        let who = Chart::Bars(Bars {
            category_label: "Party".to_owned(),
            axis: Axis::new("Pivotal rejections per session", Unit::Utility),
            bars: bars.collect(),
        });
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
        });
        Some(Section {
            id: "blockers".to_owned(),
            heading: "Blockers".to_owned(),
            text: vec![format!(
                "Of {}: a rejection is pivotal if no other party rejected the offer, and acceptance would have produced a deal. It says who rejected, not whose terms were too hard: many of these sessions have no zone of possible agreement, and a party that is asked for more rejects more.",
                counted(n, "session") + " without a deal"
            )],
            blocks: vec![PageBlock::Figures(vec![
                PageFigure::new(
                    "blockers",
                    "Pivotal rejections by party",
                    "Mean number of offers that the party's rejection alone prevented, over these sessions.",
                    &who,
                ),
                PageFigure::new(
                    "blocked-issues",
                    "Pivotal rejections by issue",
                    "Mean number of pivotal rejections over these sessions, by the issue with the greatest shortfall from the party's best option.",
                    &over,
                ),
            ])],
        })
    }
}
