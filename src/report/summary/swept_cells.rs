//! Results of every cell of a sweep: from its tables, or from its tallies.

use std::collections::BTreeMap;

use demarche_core::domain::Scenario;
use demarche_stats::estimate::CONFIDENCE;

use crate::experiment::{
    AGREEMENT_RATE, AGREEMENT_RATE_GIVEN_ZONE, CellId, Effects, Tally, UTILITY, ZONE_RATE,
};
use crate::report::drawing::Quantity;
use crate::report::summary::digits::{name, quantity, text};
use crate::report::summary::table_rows::{OpenTable, Row, rows};
use crate::run::{CellResults, SweptParameters, TableError};
use crate::tables::{Field, swept_paths, written};

/// The cells of a sweep; a batch has none.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct SweptCells {
    /// The paths of what is varied.
    pub(crate) paths: Vec<String>,
    /// All cells, the first among them.
    pub(crate) cells: Vec<CellSummary>,
    /// How deals differ from the first cell's, if the cells share their random numbers.
    pub(crate) effects: Vec<DealEffect>,
}

/// A cell of a sweep.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct CellSummary {
    /// Its number.
    pub(crate) cell: u32,
    /// By path, the value of what is varied.
    pub(crate) values: Vec<String>,
    /// The first cell before it that is equal to it in every session.
    pub(crate) same_as: Option<u32>,
    /// The figures over its sessions.
    pub(crate) figures: CellFigures,
}

/// The figures of a cell that pages show of every cell.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct CellFigures {
    /// The share of sessions that end in a deal; `None` without a session.
    pub(crate) deals: Option<Quantity>,
    /// The share of sessions with a zone of possible agreement; `None` without a session, and of
    /// runs of earlier versions.
    pub(crate) zone: Option<Quantity>,
    /// The share of these that end in a deal; `None` also without such a session.
    pub(crate) deals_given_zone: Option<Quantity>,
    /// By the identifier of a party, what sessions are worth to it.
    pub(crate) utilities: BTreeMap<String, Quantity>,
}

/// How the share of deals of a cell differs from that of the first.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct DealEffect {
    /// Which cell.
    pub(crate) cell: u32,
    /// The mean difference, pair by pair.
    pub(crate) difference: Option<Quantity>,
}

impl SweptCells {
    /// The first of the cells with the most deals; 0 of a batch.
    pub(super) fn with_most_deals(&self) -> u32 {
        let shares = self.cells.iter();
        let shares = shares.filter_map(|it| Some((it.cell, it.figures.deals?.value)));
        let most = shares.reduce(|most, it| if it.1 > most.1 { it } else { most });
        most.map_or(0, |it| it.0)
    }

    /// Reads their tables; with the figures of each.
    pub(super) fn read(
        open: &OpenTable<'_>,
        mut figures: BTreeMap<u32, CellFigures>,
    ) -> Result<Self, TableError> {
        let mut paths: Vec<String> = Vec::new();
        let cells = rows("cells", open, |it| {
            if paths.is_empty() {
                let columns = it.columns.iter().map(String::as_str);
                paths = swept_paths(columns).map(str::to_owned).collect();
            }
            let cell = it.cell()?;
            Some(CellSummary {
                cell,
                values: paths.iter().map(|path| it.owned(path)).collect(),
                same_as: it.text("same_as").parse().ok(),
                figures: figures.remove(&cell).unwrap_or_default(),
            })
        })?;
        let effects = rows("effects", open, |it| {
            let cell = it.cell()?;
            (it.text("metric") == AGREEMENT_RATE).then(|| DealEffect {
                cell,
                difference: it.quantity("difference"),
            })
        })?;
        Ok(Self {
            paths,
            cells,
            effects,
        })
    }

    /// Of the sessions of all cells.
    pub(super) fn of(
        scenario: &Scenario,
        parameters: &SweptParameters,
        results: &CellResults,
    ) -> Self {
        if parameters.paths.is_empty() {
            return Self::default();
        }
        let cells = || (0..).map(CellId).zip(&results.tallies);
        let summary = |(cell, tally): (CellId, &Tally)| {
            let values = parameters.values[cell.idx()].iter();
            CellSummary {
                cell: cell.0,
                values: values.map(|it| written(Field::of_value(it))).collect(),
                same_as: results.same_as[cell.idx()].map(|it| it.0),
                figures: CellFigures::of(scenario, tally),
            }
        };
        let effects = results.effects.iter();
        let effects =
            effects.flat_map(|effects| cells().filter_map(|it| deal_effect(effects, it.0)));
        Self {
            paths: parameters.paths.iter().map(|it| text(it)).collect(),
            cells: cells().map(summary).collect(),
            effects: effects.collect(),
        }
    }
}

impl CellFigures {
    /// Takes in a row of the summary table; whether it is of use.
    pub(super) fn read_metric(&mut self, row: Row<'_>) {
        let estimate = row.quantity("estimate");
        match row.text("metric") {
            AGREEMENT_RATE => self.deals = estimate,
            ZONE_RATE => self.zone = estimate,
            AGREEMENT_RATE_GIVEN_ZONE => self.deals_given_zone = estimate,
            UTILITY => {
                let party = |it| (row.owned("party"), it);
                self.utilities.extend(estimate.map(party));
            }
            _ => {}
        }
    }

    /// Whether one is of every cell.
    pub(super) fn has(metric: &str) -> bool {
        [
            AGREEMENT_RATE,
            ZONE_RATE,
            AGREEMENT_RATE_GIVEN_ZONE,
            UTILITY,
        ]
        .contains(&metric)
    }

    fn of(scenario: &Scenario, tally: &Tally) -> Self {
        let figure = |name: &str, party| {
            let estimate = tally.estimate_at(CONFIDENCE, name, party);
            estimate.and_then(|it| quantity(&it))
        };
        let utilities = scenario
            .party_ids()
            .filter_map(|party| Some((name(scenario, party), figure(UTILITY, Some(party))?)));
        Self {
            deals: figure(AGREEMENT_RATE, None),
            zone: figure(ZONE_RATE, None),
            deals_given_zone: figure(AGREEMENT_RATE_GIVEN_ZONE, None),
            utilities: utilities.collect(),
        }
    }
}

fn deal_effect(effects: &Effects, cell: CellId) -> Option<DealEffect> {
    let mut of_cell = effects.of(cell).into_iter();
    let of_deals = of_cell.find(|it| it.metric == AGREEMENT_RATE)?;
    Some(DealEffect {
        cell: cell.0,
        difference: of_deals.difference.and_then(|it| quantity(&it)),
    })
}
