//! A session at a glance: for each party, what was on the table, what it demanded, and no deal.

use demarche_core::domain::{PartyId, Preferences, Scenario, Utility};
use demarche_core::negotiation::Setting;

use crate::experiment::{StepKind, TraceStep};
use crate::report::drawing::{Axis, Chart, Interpolation, Lines, Names, Quantity, Unit};
use crate::report::pages::{PageBlock, PageFigure, Section};
use crate::wording::count;

/// Points of all lines of all parties together.
const POINTS_SHOWN: usize = 6_000;

/// Points of a line; more are a blot.
const POINTS_OF_LINE: usize = 150;

/// Lines of a party besides the two points of no deal.
const LINES_OF_PARTY: usize = 3;

/// What a round was to a party. Worths are from 0 to 1.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    /// Its own offer, or under a mediator the text that is voted on.
    own: Option<f64>,
    /// The best of the others' offers, or under a mediator the standing text.
    others: Option<f64>,
    /// What it demanded.
    aspiration: Option<f64>,
}

/// The courses of all parties.
#[derive(Debug)]
pub(crate) struct Courses<'a> {
    scenario: &'a Scenario,
    is_mediated: bool,
    /// By party.
    no_deal: Vec<f64>,
    n_rounds: u32,
    /// Every so many rounds there is a point.
    every: u32,
    /// The points so far.
    by_party: Vec<Vec<(u32, Round)>>,
}

impl<'a> Courses<'a> {
    pub(crate) fn new(setting: &'a Setting, preferences: &[Preferences], n_rounds: u32) -> Self {
        let n_parties = preferences.len();
        let most = (POINTS_SHOWN / (LINES_OF_PARTY * n_parties)).clamp(2, POINTS_OF_LINE);
        let most = u32::try_from(most).expect("few points");
        let no_deal = preferences.iter().map(|it| it.reservation_value().get());
        Self {
            scenario: setting.scenario(),
            is_mediated: setting.rules().protocol.is_mediated(),
            no_deal: no_deal.collect(),
            n_rounds,
            every: n_rounds.div_ceil(most).max(1),
            by_party: vec![Vec::new(); n_parties],
        }
    }

    pub(crate) fn add(&mut self, step: &TraceStep) {
        let is_shown = (step.round - 1).is_multiple_of(self.every) || step.round == self.n_rounds;
        if !is_shown {
            return;
        }
        for (idx, (course, standing)) in self.by_party.iter_mut().zip(&step.standings).enumerate() {
            if course.last().is_none_or(|it| it.0 != step.round) {
                course.push((step.round, Round::default()));
            }
            let (_, round) = course.last_mut().expect("the round is there");
            let worth = standing.utility.get();
            match step.kind {
                StepKind::Offer(it) | StepKind::StandingOffer(it) if it == PartyId::new(idx) => {
                    round.own = Some(worth);
                }
                StepKind::Offer(_) | StepKind::StandingOffer(_) => {
                    let best = round.others.map_or(worth, |it| it.max(worth));
                    round.others = Some(best);
                }
                StepKind::Variant { is_taken } => {
                    let before = standing.utility_before.map(Utility::get);
                    round.own = Some(worth);
                    round.others = if is_taken { Some(worth) } else { before };
                }
                StepKind::FinalText => round.others = Some(worth),
            }
            if let Some(it) = standing.aspiration {
                round.aspiration = Some(it.get());
            }
        }
    }

    /// The section; `None` if nothing was ever on the table.
    pub(crate) fn section(&self) -> Option<Section> {
        if self.by_party.iter().all(Vec::is_empty) {
            return None;
        }
        let mut text = vec![if self.is_mediated {
            "For each party, its utility of the texts. Utilities range from 0 to 1 and cannot be compared between parties."
        } else {
            "For each party, its utility of its own offers and of the best offer of the others in the round, and its aspiration; where an own offer equals the aspiration, one line covers the other. Utilities range from 0 to 1 and cannot be compared between parties."
        }
        .to_owned()];
        if self.every > 1 {
            text.push(format!(
                "Of {} rounds every {}th is shown, and the last.",
                count(self.n_rounds.into()),
                self.every
            ));
        }
        let parties = self.scenario.parties.iter().zip(&self.by_party);
        let figures = parties
            .zip(&self.no_deal)
            .map(|((party, course), &no_deal)| {
                let id = format!("course-{}", party.name);
                PageFigure::small(&id, &party.label, "", &self.chart(course, no_deal))
            });
        Some(Section {
            id: "courses".to_owned(),
            heading: "Overview of all rounds".to_owned(),
            text,
            blocks: vec![PageBlock::Figures(figures.collect())],
        })
    }

    fn chart(&self, course: &[(u32, Round)], no_deal: f64) -> Chart {
        let line = |name: &str, of: fn(&Round) -> Option<f64>| {
            let points = course.iter().filter_map(|(round, it)| {
                of(it).map(|worth| (f64::from(*round), Quantity::exact(worth)))
            });
            (name.to_owned(), points.collect::<Vec<_>>())
        };
        let [own, others] = if self.is_mediated {
            ["Voted on", "Standing text"]
        } else {
            ["Own offers", "Others' best"]
        };
        let ends = [course.first(), course.last()].into_iter().flatten();
        let ends = ends.map(|(round, _)| (f64::from(*round), Quantity::exact(no_deal)));
        let mut lines = vec![
            ("No deal".to_owned(), ends.collect()),
            line("Demands", |it| it.aspiration),
            line(others, |it| it.others),
            line(own, |it| it.own),
        ];
        lines.retain(|it| !it.1.is_empty());
        Chart::Lines(Lines {
            x: Axis::new("Round", Unit::Count),
            y: Axis::new("Utility", Unit::Utility),
            course: Interpolation::Straight,
            names: Names::AtEnd,
            lines,
        })
    }
}
