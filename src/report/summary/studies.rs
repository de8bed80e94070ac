//! What studies found: from their tables, or from their findings.

use demarche_core::domain::{Basis, Scenario};
use demarche_core::negotiation::Setting;
use demarche_stats::estimate::Interval;

use crate::experiment::{
    AGREEMENT_RATE, Factor, FactorKind, Finding, Flip, FormLevel, FormResult, Robustness,
};
use crate::report::drawing::Quantity;
use crate::report::summary::digits::{as_quantity, name, quantity, text};
use crate::report::summary::table_rows::{OpenTable, Row, rows};
use crate::run::TableError;
use crate::tables::as_written;

/// How much an outcome depends on a factor, by one measure.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Dependence {
    /// The outcome's metric.
    pub(crate) metric: String,
    /// The identifier of the party whose outcome it is; empty if it is the session's.
    pub(crate) party: String,
    /// What the factor is.
    pub(crate) kind: FactorKind,
    /// Its name.
    pub(crate) factor: String,
    /// The basis of the number, if it is one.
    pub(crate) basis: String,
    /// The identifiers of its sources, with a space between them.
    pub(crate) sources: String,
    /// The name of the measure.
    pub(crate) measure: String,
    /// How much.
    pub(crate) estimate: Option<Quantity>,
    /// Over how many points.
    pub(crate) n: u64,
}

/// The least shift of a number that flips the answer.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct FlipSummary {
    /// The path of the number.
    pub(crate) number: String,
    /// The share of deals that is to be crossed.
    pub(crate) threshold: Option<f64>,
    /// The shift; `None` if none within the number's range does it.
    pub(crate) shift: Option<Quantity>,
}

/// A shift that was tried.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct FlipTrial {
    /// The path of the number.
    pub(crate) number: String,
    /// By how much it was shifted.
    pub(crate) shift: f64,
    /// The share of deals then.
    pub(crate) deals: Quantity,
}

/// What flips the answer.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct FlipFindings {
    /// The least shifts that do so.
    pub(crate) least: Vec<FlipSummary>,
    /// The share of deals at each shift that was tried for them.
    pub(crate) trials: Vec<FlipTrial>,
}

/// What came of a form of the model.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct FormSummary {
    /// What it is called.
    pub(crate) label: String,
    /// Why it was not run; empty if it was.
    pub(crate) not_applicable: String,
    /// The share of deals, if it was run.
    pub(crate) deals: Option<Quantity>,
    /// Of how many sessions.
    pub(crate) n: u64,
    /// How much greater it is than that of the scenario as it stands; `None` for that one itself.
    pub(crate) difference: Option<Quantity>,
}

/// How often a level of the form of the model led to a deal.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct LevelSummary {
    /// The name of its dimension.
    pub(crate) dimension: String,
    /// What it is called.
    pub(crate) label: String,
    /// Why it is no level; empty if it is one.
    pub(crate) not_applicable: String,
    /// The share of deals at this level.
    pub(crate) deals: Option<Quantity>,
    /// Over how many sessions.
    pub(crate) n: u64,
}

impl LevelSummary {
    /// Reads those of a study.
    pub(super) fn read_all(open: &OpenTable<'_>) -> Result<Vec<Self>, TableError> {
        rows("form_levels", open, |it| {
            Some(Self {
                dimension: it.owned("dimension"),
                label: it.owned("label"),
                not_applicable: it.owned("not_applicable"),
                deals: it.quantity(AGREEMENT_RATE),
                n: it.whole("n"),
            })
        })
    }

    /// Of those in memory.
    pub(super) fn of_all(levels: &[FormLevel]) -> Vec<Self> {
        let summary = |it: &FormLevel| Self {
            dimension: text(it.dimension.name()),
            label: text(&it.label),
            not_applicable: text(it.not_applicable.as_deref().unwrap_or_default()),
            deals: it.deals.and_then(|it| quantity(&it)),
            n: it.deals.map_or(0, |it| it.n),
        };
        levels.iter().map(summary).collect()
    }
}

impl FormSummary {
    /// Reads those of a run.
    pub(super) fn read_all(open: &OpenTable<'_>) -> Result<Vec<Self>, TableError> {
        rows("robustness", open, |it| {
            let number = |column| it.number(column);
            let difference = number("difference").map(|value| Quantity {
                value,
                interval: (number("difference_low").zip(number("difference_high")))
                    .map(|(low, high)| Interval { low, high }),
            });
            Some(Self {
                label: it.owned("label"),
                not_applicable: it.owned("not_applicable"),
                deals: it.quantity(AGREEMENT_RATE),
                n: it.whole("n"),
                difference,
            })
        })
    }

    /// Of results in memory.
    pub(crate) fn of_all(robustness: &Robustness, results: &[Option<FormResult>]) -> Vec<Self> {
        let forms = robustness.forms().iter().zip(results);
        let summary = forms.map(|(form, it)| Self {
            label: text(&form.label),
            not_applicable: text(form.setting.as_ref().err().map_or("", String::as_str)),
            deals: it.and_then(|it| quantity(&it.deals)),
            n: it.map_or(0, |it| it.deals.n),
            difference: it.and_then(|it| quantity(&it.difference?)),
        });
        summary.collect()
    }
}

impl Dependence {
    /// Reads those of a run.
    pub(super) fn read_all(open: &OpenTable<'_>) -> Result<Vec<Self>, TableError> {
        rows("sensitivity", open, Self::read)
    }

    fn read(row: Row<'_>) -> Option<Self> {
        Some(Self {
            metric: row.owned("metric"),
            party: row.owned("party"),
            kind: FactorKind::named(row.text("kind"))?,
            factor: row.owned("factor"),
            basis: row.owned("basis"),
            sources: row.owned("sources"),
            measure: row.owned("measure"),
            estimate: row.quantity("estimate"),
            n: row.whole("n"),
        })
    }

    /// Of findings.
    pub(super) fn of_all(
        scenario: &Scenario,
        factors: &[Factor],
        findings: &[Finding],
    ) -> Vec<Self> {
        let findings = findings.iter();
        findings.map(|it| Self::of(scenario, factors, it)).collect()
    }

    fn of(scenario: &Scenario, factors: &[Factor], it: &Finding) -> Self {
        let factor = &factors[it.factor];
        Self {
            metric: text(it.metric),
            party: it.party.map_or_else(String::new, |it| name(scenario, it)),
            kind: factor.kind,
            factor: text(&factor.name),
            basis: text(factor.basis.map_or("", Basis::name)),
            sources: text(&factor.sources.join(" ")),
            measure: text(it.measure.name()),
            estimate: quantity(&it.estimate),
            n: it.estimate.n,
        }
    }
}

impl FlipFindings {
    /// Reads those of a run.
    pub(super) fn read(open: &OpenTable<'_>) -> Result<Self, TableError> {
        let least = rows("flips", open, |it| {
            Some(FlipSummary {
                number: it.owned("number"),
                threshold: it.number("threshold"),
                shift: it.quantity("shift"),
            })
        })?;
        let trials = rows("flip_curves", open, |it| {
            Some(FlipTrial {
                number: it.owned("number"),
                shift: it.number("shift")?,
                deals: it.quantity(AGREEMENT_RATE)?,
            })
        })?;
        Ok(Self { least, trials })
    }

    /// Of a search.
    pub(super) fn of(setting: &Setting, rate: f64, flips: &[Flip]) -> Self {
        let paths: Vec<String> = setting.numbers().map(|it| text(&it.path)).collect();
        let summary = |it: &Flip| FlipSummary {
            number: paths[it.number.idx()].clone(),
            threshold: as_written(rate),
            shift: it.shift.and_then(|it| as_quantity(it.by, it.interval)),
        };
        let trials = flips.iter().flat_map(|it| {
            let tried = it.curve.iter();
            tried.filter_map(|(shift, deals)| {
                Some(FlipTrial {
                    number: paths[it.number.idx()].clone(),
                    shift: as_written(*shift)?,
                    deals: quantity(deals)?,
                })
            })
        });
        Self {
            least: flips.iter().map(summary).collect(),
            trials: trials.collect(),
        }
    }
}
