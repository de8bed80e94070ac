//! What outcomes depend on, worked out of a design's sessions.

use std::num::NonZeroU32;

use demarche_core::domain::{Number, PartyId};
use demarche_core::negotiation::Setting;
use demarche_stats::design::{DesignedPoints, Layout};
use demarche_stats::estimate::{CONFIDENCE, Estimate, Interval};
use demarche_stats::sensitivity::{
    PeelingRule, RadialOutputs, ScenarioBox, elementary_effects, partial_rank_correlations,
    peeling_trajectory, total_index_shares, total_interaction_indices, variance_indices,
};

use crate::experiment::studies::study::Study;
use crate::experiment::studies::study_draws::StudyDesign;
use crate::experiment::studies::study_factors::{Factor, FactorKind, StudyInput};
use crate::experiment::tallies::{AGREEMENT_RATE, Over, SessionFigures, Tally, compared_metrics};

/// How much an outcome depends on a factor, by one measure.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Finding {
    /// Which outcome: `agreement_rate`, `zone_rate`, or a party's `utility`.
    pub metric: &'static str,
    /// Whose.
    pub party: Option<PartyId>,
    /// The position of the factor among those of the design.
    pub factor: usize,
    /// By which measure.
    pub measure: SensitivityMeasure,
    /// How much.
    pub estimate: Estimate,
}

/// How dependence is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SensitivityMeasure {
    /// The share of the outcome's variance that the factor explains alone.
    FirstOrder,
    /// The share of the outcome's variance that involves the factor, alone or with others.
    Total,
    /// The factor's part of the sum of all total indices.
    Share,
    /// The share of the outcome's variance that involves both factors of a pair, alone or with others.
    Interaction,
    /// Partial rank correlation: which way the outcome goes with the factor, others held fixed.
    PartialRankCorrelation,
    /// Morris's μ: the mean change of the outcome, taken on to the factor's whole range.
    MeanEffect,
    /// Morris's μ*: the mean size of that change.
    MeanEffectSize,
    /// Morris's σ: how much the change depends on where it is made.
    EffectDeviation,
}

impl SensitivityMeasure {
    /// The word for it in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstOrder => "first_order",
            Self::Total => "total",
            Self::Share => "share",
            Self::Interaction => "interaction",
            Self::PartialRankCorrelation => "partial_rank_correlation",
            Self::MeanEffect => "mean_effect",
            Self::MeanEffectSize => "mean_effect_size",
            Self::EffectDeviation => "effect_deviation",
        }
    }
}

/// A box of the inputs in which agreements are frequent.
#[derive(Clone, PartialEq, Debug)]
pub struct AgreementBox {
    /// The factors whose limits are tighter than all sessions, with those limits in the factors'
    /// own units.
    pub limits: Vec<(usize, Interval)>,
    /// Of all agreements, the share inside.
    pub coverage: f64,
    /// Of the sessions inside, the share with an agreement.
    pub density: f64,
    /// Of all sessions, the share inside.
    pub mass: f64,
    /// How many sessions are inside.
    pub n: u64,
}

/// Resamples behind every interval.
const RESAMPLES: NonZeroU32 = NonZeroU32::new(1000).expect("not zero");

/// Only so many of the factors that matter most are tried as limits of boxes: with a hundred of
/// them, some restrict a box by chance.
const BOX_FACTORS_MAX: usize = 12;

/// How boxes are peeled.
const PEELING: PeelingRule = PeelingRule {
    peel_share: 0.05,
    mass_min: 0.05,
    paste_share: Some(0.05),
};

/// What the sessions of a study show, for whether there is an agreement, for whether there was a zone
/// of possible agreement, and for every party's utility; `figures` are those of the study's sessions
/// in order.
///
/// # Panics
///
/// If there are not as many figures as the study has sessions.
pub fn findings(study: &Study, figures: &[SessionFigures], seed: u64) -> Vec<Finding> {
    assert_eq!(figures.len() as u64, study.n_sessions(), "a whole study");
    let mut res = Vec::new();
    let metrics = figures
        .first()
        .map_or_else(Vec::new, SessionFigures::metrics);
    for (idx, metric) in metrics.into_iter().enumerate() {
        if metric.words.over != Over::AllSessions {
            continue;
        }
        let number = |it: &SessionFigures| it.number(idx, &metric);
        let numbers = figures.iter().map(number);
        let outputs: Vec<f64> = numbers
            .map(|it| it.expect("every session has one"))
            .collect();
        let found = match study.design() {
            StudyDesign::Radial(draws) => {
                let mut found = radial_findings(study.factors(), draws.crossed(), &outputs, seed);
                if metric.party.is_none() {
                    // Levels of a form have no order, and are no inputs.
                    let points = draws.points().map(|it| study.correlated(it));
                    let points: Vec<Vec<f64>> = points.collect();
                    let outputs = ends(&outputs, draws.crossed().len());
                    let of_inputs = correlation_findings(&points, &outputs).into_iter();
                    found.extend(of_inputs.map(|it| (study.factor_of(it.0), it.1, it.2)));
                }
                found
            }
            StudyDesign::Trajectories(draws) => {
                let mut found = trajectory_findings(&draws.points_by_factor(), &outputs, seed);
                // Which way several numbers move together is not one thing.
                found.retain(|it| {
                    it.1 == SensitivityMeasure::MeanEffectSize
                        || study.factors()[it.0].kind != FactorKind::Correlated
                });
                found
            }
        };
        res.extend(named((metric.words.name, metric.party), found));
    }
    res
}

/// What the cells of a sweep show whose points follow a design, for the shares of deals and of zones of
/// possible agreement, that of deals where there was one, and every party's mean utility; nothing of a
/// figure that a cell does not have.
///
/// # Panics
///
/// If there is not one tally for every point.
pub fn design_findings(
    design: &DesignedPoints,
    factors: &[Factor],
    tallies: &[Tally],
    seed: u64,
) -> Vec<Finding> {
    assert_eq!(
        design.points.len(),
        tallies.len(),
        "a tally for every point"
    );
    let n_parties = tallies.first().map_or(0, |it| it.parties().len());
    let mut res = Vec::new();
    for metric in compared_metrics(n_parties) {
        let (name, party) = (metric.words.name, metric.party);
        let figure = |it: &Tally| it.estimate_at(CONFIDENCE, name, party);
        let figures = tallies.iter().map(figure);
        let outputs: Option<Vec<f64>> = figures.map(|it| Some(it?.point)).collect();
        let Some(outputs) = outputs else {
            continue;
        };
        let found = match design.layout {
            Layout::Radial => {
                let crossed: Vec<Vec<usize>> = (0..factors.len()).map(|it| vec![it]).collect();
                radial_findings(factors, &crossed, &outputs, seed)
            }
            Layout::Spread => correlation_findings(&design.points, &outputs),
            Layout::Trajectories => trajectory_findings(&design.points, &outputs, seed),
        };
        res.extend(named((name, party), found));
    }
    res
}

/// Findings of a metric; those without an interval are none.
fn named(
    (metric, party): (&'static str, Option<PartyId>),
    found: Vec<Found>,
) -> impl Iterator<Item = Finding> {
    found
        .into_iter()
        .filter(|(_, _, estimate)| estimate.interval.is_some())
        .map(move |(factor, measure, estimate)| Finding {
            metric,
            party,
            factor,
            measure,
            estimate,
        })
}

/// Half an interval's length up to which a share of variance is known well enough for a claim.
const SHARE_HALF_WIDTH: f64 = 0.1;

/// The same of any measure, as a part of the estimate.
const RELATIVE_HALF_WIDTH: f64 = 0.5;

/// How many points it would take to claim that a factor matters so much: a power of two; `None` if
/// there are enough.
///
/// That takes an interval of at most half the estimate in each direction and, of a share of
/// variance, of at most 0.1. Its length goes with one over the root of the number of points.
pub fn points_for_claim(estimate: &Estimate, is_share_of_variance: bool) -> Option<u64> {
    let interval = estimate.interval?;
    let half_width = (interval.high - interval.low) / 2.0;
    let relative = RELATIVE_HALF_WIDTH * estimate.point.abs();
    let wanted = if is_share_of_variance {
        relative.min(SHARE_HALF_WIDTH)
    } else {
        relative
    };
    (half_width > wanted && wanted > 0.0)
        .then(|| points_to_shrink(estimate.n, (half_width / wanted) * (half_width / wanted)))
}

/// How many points it would take for indices of deals to have an interval, where `n_deals` of
/// `n_sessions` end in one and `n_points` are too few; `None` if all sessions end alike.
///
/// Eight deals, or eight sessions without one, among as many base points are enough nearly always.
pub fn points_for_interval(n_points: u64, n_sessions: u64, n_deals: u64) -> Option<u64> {
    let rarer = n_deals.min(n_sessions - n_deals);
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let needed = 8.0 * n_sessions as f64 / rarer as f64;
    (rarer > 0).then(|| points_to_shrink(1, needed).max(2 * n_points))
}

/// The power of two from `n` times a factor on.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "it is positive, and nobody can run 2^52 points"
)]
fn points_to_shrink(n: u64, factor: f64) -> u64 {
    ((n as f64 * factor).min(2.0_f64.powi(52)).ceil() as u64).next_power_of_two()
}

/// A factor's position, a measure, and how much.
type Found = (usize, SensitivityMeasure, Estimate);

/// Variance-based indices of a radial design's outputs, what part of them falls to each number, each
/// basis and each set of sources, and interactions of pairs.
///
/// `crossed` are, by factor, the dimensions that its rows have at B; none for random numbers. Factors
/// behind them are not in the design by themselves.
fn radial_findings(
    factors: &[Factor],
    crossed: &[Vec<usize>],
    outputs: &[f64],
    seed: u64,
) -> Vec<Found> {
    let outputs: Vec<RadialOutputs> = outputs
        .chunks(crossed.len() + 2)
        .map(|it| RadialOutputs::of_rows(it, crossed.len()))
        .collect();
    let mut res = Vec::new();
    if let Some(indices) = variance_indices(&outputs, RESAMPLES, seed) {
        // Of a pair it is the interaction that counts.
        let is_no_pair = |it: &(usize, Estimate)| factors[it.0].kind != FactorKind::Pair;
        let first_order = (0..).zip(indices.first_order).filter(is_no_pair);
        res.extend(first_order.map(|(factor, it)| (factor, SensitivityMeasure::FirstOrder, it)));
        let total = (0..).zip(indices.total).filter(is_no_pair);
        res.extend(total.map(|(factor, it)| (factor, SensitivityMeasure::Total, it)));
    }
    let is_basis = |it: FactorKind| it == FactorKind::Basis;
    let is_source = |it: FactorKind| it == FactorKind::Source;
    let is_all_forms = |it: FactorKind| it == FactorKind::AllForms;
    // By dimension, the factor that moves it and nothing that is independent of it.
    let mut single = vec![0; factors.len()];
    for (factor, dimensions) in crossed.iter().enumerate() {
        if factors[factor].kind.is_single() {
            for dimension in dimensions {
                single[*dimension] = factor;
            }
        }
    }
    for is_meant in [FactorKind::is_single, is_basis, is_source, is_all_forms] {
        let mut is_in_group = vec![false; factors.len()];
        let groups = crossed.iter().zip(factors);
        for (dimensions, factor) in groups.filter(|it| is_meant(it.1.kind)) {
            for dimension in dimensions {
                is_in_group[single[*dimension]] = !factor.kind.is_single();
            }
        }
        // Groups make a whole only together with what is in none of them.
        let is_part = |it: &usize| {
            let kind = factors[*it].kind;
            is_meant(kind) || (kind.is_single() && !is_in_group[*it])
        };
        let parts: Vec<usize> = (0..crossed.len()).filter(is_part).collect();
        let members: Vec<Vec<usize>> = parts
            .iter()
            .map(|it| match &crossed[*it][..] {
                [] => vec![*it],
                dimensions => {
                    let mut members: Vec<usize> = dimensions.iter().map(|it| single[*it]).collect();
                    members.sort_unstable();
                    members.dedup();
                    members
                }
            })
            .collect();
        let shares = total_index_shares(&outputs, &members, RESAMPLES, seed);
        let rendered = parts.into_iter().zip(shares.into_iter().flatten());
        res.extend(
            rendered
                .filter(|(it, _)| is_meant(factors[*it].kind))
                .map(|(factor, it)| (factor, SensitivityMeasure::Share, it)),
        );
    }
    let pairs = (0..crossed.len()).filter(|it| factors[*it].kind == FactorKind::Pair);
    let pairs: Vec<([usize; 2], usize)> = pairs
        .map(|pair| {
            let mut members: Vec<usize> = crossed[pair].iter().map(|it| single[*it]).collect();
            members.dedup();
            let members = members.try_into().expect("one factor after the other");
            (members, pair)
        })
        .collect();
    let interactions = total_interaction_indices(&outputs, &pairs, RESAMPLES, seed);
    let interactions = pairs.iter().zip(interactions.into_iter().flatten());
    res.extend(interactions.map(|((_, pair), it)| (*pair, SensitivityMeasure::Interaction, it)));
    res
}

/// The outputs at A and at B of every base point.
fn ends<T: Copy>(outputs: &[T], n_crossed: usize) -> Vec<T> {
    let base_points = outputs.chunks(n_crossed + 2);
    base_points
        .flat_map(|it| [it[0], it[n_crossed + 1]])
        .collect()
}

/// Partial rank correlations of the inputs at some points with their outputs.
fn correlation_findings(points: &[Vec<f64>], outputs: &[f64]) -> Vec<Found> {
    let correlations = partial_rank_correlations(points, outputs);
    let known = correlations.into_iter().enumerate();
    known
        .filter_map(|(factor, it)| {
            let estimate = it?.estimate(outputs.len() as u64);
            Some((factor, SensitivityMeasure::PartialRankCorrelation, estimate))
        })
        .collect()
}

/// Morris's measures of the outputs along trajectories.
fn trajectory_findings(points: &[Vec<f64>], outputs: &[f64], seed: u64) -> Vec<Found> {
    let effects = elementary_effects(points, outputs, RESAMPLES, seed);
    let of_factors = effects.into_iter().flatten().enumerate();
    of_factors
        .flat_map(|(factor, it)| {
            let all = [
                (SensitivityMeasure::MeanEffect, Some(it.mean)),
                (SensitivityMeasure::MeanEffectSize, Some(it.mean_size)),
                (SensitivityMeasure::EffectDeviation, it.standard_deviation),
            ];
            all.into_iter()
                .filter_map(move |(measure, estimate)| Some((factor, measure, estimate?)))
        })
        .collect()
}

/// Boxes of the numbers that matter most, from the one around all sessions to the one in which
/// agreements are densest; none of a study by trajectories, or without any agreement.
///
/// Sessions are those at A and at B of every base point, which are spread evenly.
///
/// # Panics
///
/// If there are not as many figures as the study has sessions.
pub fn agreement_boxes(
    study: &Study,
    setting: &Setting,
    figures: &[SessionFigures],
    findings: &[Finding],
) -> Vec<AgreementBox> {
    assert_eq!(figures.len() as u64, study.n_sessions(), "a whole study");
    let StudyDesign::Radial(draws) = study.design() else {
        return Vec::new();
    };
    let mut ranked: Vec<(usize, f64)> = findings
        .iter()
        .filter(|it| it.metric == AGREEMENT_RATE && it.measure == SensitivityMeasure::Total)
        .filter(|it| {
            let kind = study.factors()[it.factor].kind;
            kind == FactorKind::Number || kind == FactorKind::Correlated
        })
        .flat_map(|it| {
            let inputs = draws.crossed()[it.factor].iter();
            inputs.map(|input| (*input, it.estimate.point))
        })
        .collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
    ranked.truncate(BOX_FACTORS_MAX);
    let numbers: Vec<&Number> = setting.numbers().collect();
    let drawn = |point: &Vec<f64>| -> Vec<f64> {
        let quantile = |(input, _): &(usize, f64)| match &study.inputs()[*input] {
            StudyInput::Number(id) => numbers[id.idx()].distribution.quantile(point[*input]),
            StudyInput::RedLine(_) => unreachable!("only numbers are ranked"),
        };
        ranked.iter().map(quantile).collect()
    };
    let points = draws.points().map(|it| study.correlated(it));
    let points: Vec<Vec<f64>> = points.map(|it| drawn(&it)).collect();
    let agreed: Vec<bool> = figures.iter().map(|it| it.ending().is_agreed()).collect();
    let is_agreed = ends(&agreed, draws.crossed().len());
    let trajectory = peeling_trajectory(&points, &is_agreed, &PEELING);
    let factor_box = |it: ScenarioBox| AgreementBox {
        limits: it
            .restricted
            .iter()
            .map(|&input| (study.factor_of(ranked[input].0), it.limits[input]))
            .collect(),
        coverage: it.coverage,
        density: it.density,
        mass: it.mass,
        n: it.n_cases as u64,
    };
    trajectory.into_iter().flatten().map(factor_box).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_too_wide_for_a_claim_names_the_points_that_would_do() {
        let of = |point: f64, half_width: f64| Estimate {
            point,
            standard_error: None,
            interval: Some(Interval {
                low: point - half_width,
                high: point + half_width,
            }),
            n: 64,
        };
        // Three times as narrow takes nine times as many, 576.
        assert_eq!(points_for_claim(&of(0.8, 0.3), true), Some(1024));
        assert_eq!(points_for_claim(&of(0.8, 0.09), true), None);
        // Of an index of 0.1 half a tenth is wanted, four times as many and a little more.
        assert_eq!(points_for_claim(&of(0.1, 0.1001), true), Some(512));
        assert_eq!(points_for_claim(&of(-1.2, 0.5), false), None);
        assert_eq!(points_for_claim(&of(-1.2, 0.7), false), Some(128));
        assert_eq!(points_for_claim(&of(0.0, 0.0), false), None);
    }

    #[test]
    fn deals_that_are_too_rare_for_an_interval_name_the_points_that_would_do() {
        assert_eq!(points_for_interval(64, 1000, 30), Some(512));
        assert_eq!(points_for_interval(64, 1000, 970), Some(512));
        assert_eq!(points_for_interval(1024, 1000, 500), Some(2048));
        assert_eq!(points_for_interval(64, 1000, 0), None);
        assert_eq!(points_for_interval(64, 1000, 1000), None);
    }

    #[test]
    fn shares_of_numbers_bases_and_sources_each_sum_to_one_with_randomness() {
        let factor = |kind| Factor {
            kind,
            name: String::new(),
            basis: None,
            sources: Vec::new(),
        };
        let (number, randomness) = (FactorKind::Number, FactorKind::Randomness);
        let factors = [
            number,
            number,
            randomness,
            FactorKind::Basis,
            FactorKind::Source,
            FactorKind::Source,
        ]
        .map(factor);
        let crossed = [vec![0], vec![1], vec![], vec![0, 1], vec![1], vec![0]];
        // y = 2 x_0 + x_1 + random numbers, at A = (0, 0, 0) and B = (1, 1, 1), and the other way round.
        let rows = |a: f64| {
            let at = |it: f64| a + it * (1.0 - 2.0 * a) / 4.0;
            [0.0, 2.0, 1.0, 1.0, 3.0, 1.0, 2.0, 4.0].map(at)
        };
        let outputs = [rows(0.0), rows(1.0)].concat();
        let found = radial_findings(&factors, &crossed, &outputs, 1);
        let share = |factor| {
            let is_meant = |it: &&Found| it.0 == factor && it.1 == SensitivityMeasure::Share;
            let mut all = found.iter().filter(is_meant);
            let point = all.next().unwrap().2.point;
            assert!(all.next().is_none());
            point
        };
        let expected = [4.0, 1.0, 1.0, 5.0, 1.0, 4.0];
        for (factor, expected) in expected.into_iter().enumerate() {
            assert!((share(factor) - expected / 6.0).abs() < 1e-12, "{factor}");
        }
    }
}
