//! What a run came to, as far as its page shows it: a few figures, however many sessions.

use std::collections::BTreeMap;

use crate::report::charts::Quantity;

/// What a run came to, in the numbers of its tables: the same of a run in memory and of one that is
/// read back.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RunSummary {
    /// The first cell, which is the only one of a batch.
    pub(crate) first: FirstCell,
    /// The paths of what a sweep varies.
    pub(crate) paths: Vec<String>,
    /// The cells of a sweep, the first among them.
    pub(crate) cells: Vec<CellSummary>,
    /// How deals differ from the first cell's, if the cells share their random numbers.
    pub(crate) effects: Vec<DealEffect>,
    /// What outcomes depend on, by a study or by a sweep whose cells follow a design.
    pub(crate) dependences: Vec<Dependence>,
    /// The least shifts that flip the answer.
    pub(crate) flips: Vec<FlipSummary>,
    /// The share of deals at each shift that was tried for them.
    pub(crate) flip_curves: Vec<FlipTrial>,
}

/// What the sessions of the first cell came to.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct FirstCell {
    /// The shares of endings, in the order of
    /// [`Ending::NAMES`](demarche_core::protocol::Ending::NAMES).
    pub(crate) endings: [Option<Quantity>; 4],
    /// How many sessions ended in agreement.
    pub(crate) n_agreements: u64,
    /// By party, its mean surplus of an agreement.
    pub(crate) mean_surpluses: BTreeMap<String, Quantity>,
    /// How often each option was agreed.
    pub(crate) options: Vec<OptionShare>,
    /// The most frequent agreements.
    pub(crate) agreements: Vec<RankedAgreement>,
    /// By party, whose no stood in the way.
    pub(crate) blockers: Vec<Blocker>,
    /// When agreements were made.
    pub(crate) rounds: Vec<RoundShare>,
    /// What agreements were worth over the reservation value.
    pub(crate) surpluses: Vec<SurplusShare>,
}

/// How often an option was agreed.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct OptionShare {
    /// The identifier of the issue.
    pub(crate) issue: String,
    /// The identifier of the option.
    pub(crate) option: String,
    /// Of agreements; `None` without any.
    pub(crate) share: Option<Quantity>,
}

/// One of the most frequent agreements.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct RankedAgreement {
    /// Its place by frequency, from 1.
    pub(crate) rank: u64,
    /// In how many sessions it was made.
    pub(crate) n_agreed: u64,
    /// That share of all agreements.
    pub(crate) share: Option<f64>,
    /// By the identifier of an issue, that of the option.
    pub(crate) options: BTreeMap<String, String>,
    /// By the identifier of a party, its mean utility of it.
    pub(crate) mean_utilities: BTreeMap<String, f64>,
}

/// How often a party's no alone stood in the way.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Blocker {
    /// The identifier of the party.
    pub(crate) party: String,
    /// In which share of the sessions without agreement it did so.
    pub(crate) share: Option<Quantity>,
    /// How many sessions have no agreement.
    pub(crate) n: u64,
    /// By issue, how many offers it stopped over that issue.
    pub(crate) pivotal_rejections: Vec<u64>,
}

/// How many sessions had no agreement by the end of a round.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct RoundShare {
    /// The round; above 4,096 it is told nearly.
    pub(crate) round: f64,
    /// The share of sessions.
    pub(crate) without_agreement: Quantity,
}

/// How often an agreement's surplus was in a range.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct SurplusShare {
    /// The identifier of the party.
    pub(crate) party: String,
    /// The least surplus of the range.
    pub(crate) from: f64,
    /// What is just too much for it.
    pub(crate) below: f64,
    /// The share of agreements.
    pub(crate) share: f64,
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

/// How much an outcome depends on a factor, by one measure.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Dependence {
    /// The outcome's metric.
    pub(crate) metric: String,
    /// The identifier of the party whose outcome it is; empty if it is the session's.
    pub(crate) party: String,
    /// What the factor is.
    pub(crate) kind: String,
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
