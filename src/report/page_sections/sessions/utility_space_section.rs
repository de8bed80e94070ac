//! Deals in the space of utilities of two parties, beside the frontier and the bargaining solutions.

use std::fmt::Write as _;
use std::sync::Arc;

use demarche_core::domain::{Outcome, PartyId, Preferences, Scenario};
use demarche_core::randomness::{MasterSeed, Replication, Seeds};
use demarche_core::solution::preference_correlation;

use crate::experiment::SolutionAnalyzer;
use crate::report::drawing::{Axis, Chart, Mark, Scatter, Series, Unit};
use crate::report::page_sections::sessions::medians::at_medians;
use crate::report::page_sections::sessions::session_sections::Sessions;
use crate::report::pages::{PageBlock, PageFigure, Section};
use crate::wording::{count, counted};

/// Outcomes up to which every one can be looked at for a page.
const OUTCOMES_MAX: u64 = 2_000_000;

/// Points of the frontier that a picture shows; more are a blot.
const FRONTIER_SHOWN: usize = 240;

impl Sessions<'_> {
    pub(in crate::report::page_sections) fn utility_space(&self) -> Option<Section> {
        let scenario = self.scenario();
        if scenario.space.n_outcomes() > OUTCOMES_MAX {
            return None;
        }
        let mut analyzer = SolutionAnalyzer::new(Arc::new(at_medians(self.setting)));
        // With every number at its median nothing is left to random numbers.
        let benchmark = analyzer.look(&Seeds::new(MasterSeed(0)), Replication(0));
        let parties = most_opposed(scenario, &benchmark.parties);
        let at = |outcome: Outcome| parties.map(|it| benchmark.exact[it.idx()].utility(outcome));
        let frontier = &benchmark.feasible_set.frontier;
        let step = frontier.len().div_ceil(FRONTIER_SHOWN).max(1);
        let dust = frontier.points().step_by(step);
        let dust = dust.map(|it| (parties.map(|p| it[p.idx()]), "Pareto optimum".to_owned()));
        let (label, deals) = match self.first.frequent_agreements() {
            [] => ("Deals, each made once", &self.first.agreements[..]),
            frequent => ("Most frequent deals", frequent),
        };
        let deals = deals.iter().filter_map(|it| {
            let name = format!("Deal {}", it.rank);
            Some((at(self.outcome(it)?), name))
        });
        let solutions = benchmark.solutions.iter();
        let spots = |label: &str, mark, spots: Vec<([f64; 2], String)>| Series {
            label: label.to_owned(),
            mark,
            is_joined: false,
            spots,
        };
        let no_deal = parties.map(|it| benchmark.exact[it.idx()].reservation_value());
        let groups = [
            spots("Pareto frontier", Mark::Dust, dust.collect()),
            spots(label, Mark::Disc(0), deals.collect()),
            spots(
                "Bargaining solutions",
                Mark::Star,
                solutions.map(|it| (at(it.outcome), it.labels())).collect(),
            ),
            spots("No deal", Mark::Plus, vec![(no_deal, "No deal".to_owned())]),
        ];
        let [x, y] = parties.map(|it| {
            let label = &scenario.party(it).label;
            Axis::new(format!("Utility of {label}"), Unit::Utility)
        });
        let chart = Chart::Scatter(Scatter {
            heading: Vec::new(),
            x,
            y,
            groups: groups
                .into_iter()
                .filter(|it| !it.spots.is_empty())
                .collect(),
            crossing: Some(no_deal),
        });
        let mut caption = "The lines cross at the reservation values: points to the right of and above them are better for both parties than no deal. Stars are what bargaining theory singles out among the outcomes acceptable to all. Nash: the greatest product of gains over no deal. Kalai–Smorodinsky: everybody gets as equal a part as possible of the most that it could gain. Egalitarian: the least gain is as great as possible. Utilitarian: the greatest sum of utilities; relative utilitarian: of those parts.".to_owned();
        if step > 1 {
            let n = count(frontier.len() as u64);
            let _ = write!(
                caption,
                " Every {step}th of {n} points of the frontier is shown."
            );
        }
        Some(Section {
            id: "utility-space".to_owned(),
            heading: "Deals in utility space".to_owned(),
            text: vec![format!(
                "With every number at its median{}: {}, {} of them Pareto-optimal. Shown are the two parties whose interests are most opposed{}.",
                if scenario
                    .parties
                    .iter()
                    .all(|it| it.preferences.red_lines.is_empty())
                {
                    ""
                } else {
                    ", and of the red lines only those real that are then more likely real than not"
                },
                counted(benchmark.feasible_set.n_acceptable, "acceptable outcome"),
                count(frontier.len() as u64),
                match scenario.parties.len() {
                    2 => String::new(),
                    n => format!(
                        " of {n}; a point on the frontier of all parties may look dominated in this plane"
                    ),
                }
            )],
            blocks: vec![PageBlock::Figures(vec![PageFigure::new(
                "utility-space",
                "Utilities of two parties",
                &caption,
                &chart,
            )])],
        })
    }
}

/// The two parties whose interests are most opposed; the first such two.
fn most_opposed(scenario: &Scenario, preferences: &[Preferences]) -> [PartyId; 2] {
    let pairs = scenario.party_ids().flat_map(|x| {
        let later = scenario.party_ids().skip(x.idx() + 1);
        later.map(move |y| [x, y])
    });
    let concord_of = |[x, y]: [PartyId; 2]| {
        preference_correlation(&preferences[x.idx()], &preferences[y.idx()]).unwrap_or_default()
    };
    pairs
        .min_by(|a, b| concord_of(*a).total_cmp(&concord_of(*b)))
        .expect("a negotiation has two parties")
}
