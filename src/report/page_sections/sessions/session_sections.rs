//! Results of the sessions of a cell: endings, deals and what they are worth, rounds, strategies, talk.

use std::sync::Arc;

use demarche_core::domain::{Outcome, Party, Scenario};
use demarche_core::negotiation::Setting;

use crate::report::drawing::{
    Axis, Bars, Chart, Interpolation, Lines, Names, PageTable, Quantity, Unit,
};
use crate::report::page_sections::session_words::strategy_words;
use crate::report::page_sections::sessions::opening::endings;
use crate::report::pages::{PageBlock, PageFigure, Section};
use crate::report::summary::{DetailedCell, RankedAgreement, RoundShare};
use crate::wording::{counted, decimal, percent};

/// Results of the first cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sessions<'a> {
    pub(crate) setting: &'a Arc<Setting>,
    pub(crate) first: &'a DetailedCell,
}

impl Sessions<'_> {
    pub(in crate::report::page_sections) fn scenario(&self) -> &Scenario {
        self.setting.scenario()
    }

    /// All sections that have something to show.
    pub(crate) fn sections(&self) -> Vec<Section> {
        let sections = [
            self.deals(),
            self.map(),
            self.failures(),
            self.red_lines(),
            self.worth(),
            self.blockers(),
            self.offers(),
            self.rounds(),
            self.strategies(),
            self.talk(),
            self.utility_space(),
        ];
        sections.into_iter().flatten().collect()
    }

    /// How a hundred sessions end, for pages that do not open with it.
    pub(crate) fn endings(&self) -> Option<Section> {
        let figure = endings(self.scenario(), self.first)?;
        Some(Section {
            id: "endings".to_owned(),
            heading: "How sessions ended".to_owned(),
            text: Vec::new(),
            blocks: vec![PageBlock::Figures(vec![figure])],
        })
    }

    /// Deals by the strategies that were drawn, of parties that may follow several.
    fn strategies(&self) -> Option<Section> {
        let shares = || self.first.strategies.iter();
        let has_choice = |party: &str| shares().filter(|it| it.party == party).count() > 1;
        let bars = shares().filter(|it| has_choice(&it.party)).map(|it| {
            let parties = self.scenario().parties.iter();
            let party = parties.clone().find(|party| party.name == it.party);
            let party = party.map_or(it.party.as_str(), |it| &it.label);
            let strategy = strategy_words(&it.offering, &it.acceptance);
            (format!("{party}: {}", strategy.replace('_', " ")), it.share)
        });
        let bars: Vec<(String, Quantity)> = bars.collect();
        if bars.is_empty() {
            return None;
        }
        let chart = Chart::Bars(Bars::new(
            "Party and strategy",
            Axis::new("Share of sessions that end in a deal", Unit::Share),
            bars,
        ));
        Some(Section {
            id: "strategies".to_owned(),
            heading: "Deals by strategy".to_owned(),
            text: vec![
                "Each party draws one of its strategies in every session. Where the bars of a party differ by more than their intervals, the result depends on how it talks and not only on what it wants."
                    .to_owned(),
            ],
            blocks: vec![PageBlock::Figures(vec![PageFigure::new(
                "strategies",
                "Share of deals by the strategy that a party draws",
                "Of the sessions in which the party follows the strategy; whiskers are 95 % intervals.",
                &chart,
            )])],
        })
    }

    /// The outcome of an agreement; `None` if it is none of the scenario.
    pub(in crate::report::page_sections) fn outcome(
        &self,
        deal: &RankedAgreement,
    ) -> Option<Outcome> {
        let (scenario, space) = (self.scenario(), &self.scenario().space);
        let options: Option<Vec<_>> = space
            .issues()
            .map(|issue| {
                let it = scenario.issue(issue);
                let name = deal.options.get(&it.name)?;
                let named = it.options.iter().zip(space.options(issue));
                named
                    .into_iter()
                    .find(|it| it.0.name == *name)
                    .map(|it| it.1)
            })
            .collect();
        Some(space.outcome(&options?))
    }

    fn worth(&self) -> Option<Section> {
        if self.first.n_agreements == 0 {
            return None;
        }
        let parties = || self.scenario().parties.iter();
        let bars = parties().filter_map(|party| {
            let mean = self.first.mean_surpluses.get(&party.name)?;
            Some((party.label.clone(), *mean))
        });
        let means = Chart::Bars(Bars::new(
            "Party",
            Axis::new("Mean surplus of a deal", Unit::Utility),
            bars.collect(),
        ));
        let lines = parties().map(|party| {
            let ranges = self.first.surpluses.iter();
            let points = ranges.filter(|it| it.party == party.name);
            let points =
                points.map(|it| (f64::midpoint(it.from, it.below), Quantity::exact(it.share)));
            (party.label.clone(), points.collect::<Vec<_>>())
        });
        let lines: Vec<_> = lines.filter(|it| !it.1.is_empty()).collect();
        let mut figures = vec![PageFigure::new(
            "mean-surplus",
            "Mean surplus of a deal",
            "Whiskers are 95 % intervals of the mean; single sessions vary much more, see the next chart.",
            &means,
        )];
        let is_pressed = |party: &Party| {
            let mut leverages = self.scenario().leverages.iter();
            leverages.any(|it| self.scenario().party(it.on).name == party.name)
        };
        let pressed = parties().filter(|it| is_pressed(it)).filter_map(|party| {
            let mean = self.first.mean_surpluses_before_leverage.get(&party.name)?;
            Some((party.label.clone(), *mean))
        });
        let pressed: Vec<(String, Quantity)> = pressed.collect();
        if !pressed.is_empty() {
            let before = Chart::Bars(Bars::new(
                "Party under leverage",
                Axis::new("Mean surplus before leverage", Unit::Utility),
                pressed,
            ));
            figures.push(PageFigure::new(
                "surplus-before-leverage",
                "Mean surplus of a deal over the reservation value before leverage",
                "Leverage lowers the reservation value of a party. That raises its surplus and makes no deal better for it: this is what it gains over no deal as it was before.",
                &before,
            ));
        }
        if !lines.is_empty() {
            let spread = Chart::Lines(Lines {
                x: Axis::new("Surplus", Unit::Utility),
                y: Axis::new("Share of deals", Unit::Share),
                course: Interpolation::Straight,
                names: Names::AtPeak,
                lines,
            });
            figures.push(PageFigure::new(
                "surplus",
                "Distribution of the surplus over deals",
                "Each dot is the share of deals with a surplus within 1/64 of it.",
                &spread,
            ));
        }
        Some(Section {
            id: "worth".to_owned(),
            heading: "Utility of deals".to_owned(),
            text: vec![
                "A party's surplus is the utility of the deal minus its reservation value. Utilities range from 0 to 1 and cannot be compared between parties."
                    .to_owned(),
            ],
            blocks: vec![PageBlock::Figures(figures)],
        })
    }

    fn rounds(&self) -> Option<Section> {
        let start = Quantity::exact(1.0);
        let rounds = self.first.rounds.iter();
        let points = rounds.map(|it| (it.round, it.without_agreement));
        let points: Vec<(f64, Quantity)> = [(0.0, start)].into_iter().chain(points).collect();
        if points.len() == 1 {
            return None;
        }
        let chart = Chart::Lines(Lines {
            x: Axis::new("Round", Unit::Count),
            y: Axis::new("Sessions without a deal so far", Unit::Share),
            course: Interpolation::Steps,
            names: Names::AtEnd,
            lines: vec![(String::new(), points)],
        });
        let deadline = self.setting.rules().deadline_rounds;
        let late = self.share_at_deadline().filter(|it| *it > 0.5);
        let rounds = counted(deadline.into(), "round");
        let title = late.map_or_else(
            || "Share of sessions without a deal by the end of each round".to_owned(),
            |it| {
                format!(
                    "{} of deals are made in the last two of {rounds}",
                    percent(it)
                )
            },
        );
        Some(Section {
            id: "rounds".to_owned(),
            heading: "When deals are made".to_owned(),
            text: vec![format!("Sessions have at most {rounds}.")],
            blocks: vec![PageBlock::Figures(vec![PageFigure::new(
                "rounds",
                &title,
                "A step down is a round in which deals are made; the shade is the 95 % interval.",
                &chart,
            )])],
        })
    }

    /// The share of deals in the last two rounds; `None` without deals, and of sessions with no more.
    fn share_at_deadline(&self) -> Option<f64> {
        let deadline = self.setting.rules().deadline_rounds;
        let last = f64::from(deadline.checked_sub(2).filter(|it| *it > 0)?);
        let rounds = || self.first.rounds.iter();
        let without = |it: &RoundShare| it.without_agreement.value;
        let before = rounds().rfind(|it| it.round <= last).map_or(1.0, without);
        let at_end = rounds().next_back().map(without)?;
        Some((before - at_end) / (1.0 - at_end))
    }

    fn talk(&self) -> Option<Section> {
        let rows = self.scenario().parties.iter().filter_map(|party| {
            let means = self.first.offer_changes.get(&party.name)?;
            let means = means.map(|it| it.map_or_else(|| "-".to_owned(), |it| decimal(it, 2)));
            Some([party.label.clone()].into_iter().chain(means).collect())
        });
        let rows: Vec<Vec<String>> = rows.collect();
        if rows.is_empty() || self.setting.rules().protocol.is_mediated() {
            return None;
        }
        let head = [
            "party",
            "issues per changing offer",
            "offers changing more than two",
            "repeated offers",
            "returned options",
            "offers beyond asks",
        ];
        Some(Section {
            id: "talk".to_owned(),
            heading: "How parties talk".to_owned(),
            text: vec![
                "Means per session. A returned option is one of an earlier offer that the party had given up; an offer is beyond asks if it changes an issue, at a loss to the party, by more than the last offer of any other party asks."
                    .to_owned(),
            ],
            blocks: vec![PageBlock::Open {
                name: "How each party's offers change from one to the next".to_owned(),
                table: PageTable {
                    head: head.map(str::to_owned).to_vec(),
                    rows,
                },
            }],
        })
    }
}
