//! Red lines: how often each is real, and how often it has a part in leaving nothing to agree on.

use crate::report::drawing::{Axis, Backdrop, Bars, Chart, Emphasis, Quantity, Unit};
use crate::report::page_sections::sessions::session_sections::Sessions;
use crate::report::pages::{PageBlock, PageFigure, Section};

/// Red lines that a chart shows.
const LINES_SHOWN: usize = 12;

impl Sessions<'_> {
    pub(in crate::report::page_sections) fn red_lines(&self) -> Option<Section> {
        let mut lines: Vec<(String, Quantity, f64)> = (self.first.red_lines.iter())
            .filter_map(|it| {
                let mut parties = self.scenario().parties.iter();
                let party = parties.find(|party| party.name == it.party)?;
                let mut own = party.preferences.red_lines.iter();
                let line = own.find(|line| line.name == it.red_line)?;
                Some((
                    format!("{}: {}", party.label, line.label),
                    it.emptied,
                    it.real,
                ))
            })
            .collect();
        lines.sort_by(|a, b| b.1.value.total_cmp(&a.1.value));
        let (label, most, _) = lines.first()?.clone();
        let title = if most.value > 0.0 {
            format!(
                "The costliest red line, “{label}”, helps to empty the zone in {} of sessions",
                Unit::Share.render(most.value)
            )
        } else {
            "No red line leaves the parties with nothing to agree on".to_owned()
        };
        let n_more = lines.len().saturating_sub(LINES_SHOWN);
        lines.truncate(LINES_SHOWN);
        let backdrop = Backdrop {
            label: "share of sessions in which it is real".to_owned(),
            lengths: lines.iter().map(|it| Quantity::exact(it.2)).collect(),
        };
        let bars = lines
            .into_iter()
            .map(|(label, emptied, _)| (label, emptied));
        let axis = Axis::new(
            "share of sessions in which it helps to empty the zone",
            Unit::Share,
        );
        let chart = Chart::Bars(Bars {
            emphasis: Emphasis::All,
            backdrop: Some(backdrop),
            ..Bars::new("Red line", axis, bars.collect())
        });
        let caption = match n_more {
            0 => String::new(),
            n => format!("The costliest ones; red_lines.csv has the other {n}."),
        };
        Some(Section {
            id: "red-lines".to_owned(),
            heading: "Red lines and what they cost".to_owned(),
            text: vec![
                "A red line is real in some sessions only, as its probability says. It has a part in leaving no zone of possible agreement if there would be one without it, alone or with one more red line or reservation value."
                    .to_owned(),
            ],
            blocks: vec![PageBlock::Figures(vec![PageFigure::new(
                "red-lines", &title, &caption, &chart,
            )])],
        })
    }
}
