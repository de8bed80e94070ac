//! Findings of a study as text: the most influential factors, and shares by basis.

use std::fmt::Write as _;

use demarche_core::domain::{Basis, PartyId, Scenario};
use demarche_stats::estimate::{Estimate, Interval};

use crate::cli::render::text::{
    Notation, count, counted, decimal, percent, percent_interval, percent_of, wrap,
};
use crate::experiment::{
    AGREEMENT_RATE, AgreementBox, Factor, FactorKind, Finding, FormLevel, SensitivityMeasure,
    Study, StudyInput, UTILITY, ZONE_RATE, points_for_claim, points_for_interval,
};
use crate::report::{
    ABOVE_ONE, DealCounts, DesignKind, LEVELS_TOGETHER, NoWordOnDeals, Quantity, share_of_forms,
    too_few_points,
};

/// Maximum number of factors listed; the table has all.
const FACTORS_TOLD: usize = 10;

/// How indices and numbers of the scenario are written.
pub(super) const INDICES: Notation = Notation::Decimals(3);

/// Factors listed of zones and of each party's utility.
const FACTORS_TOLD_OF_OTHERS: usize = 3;

/// Pairs with a line each.
const PAIRS_TOLD: usize = 5;

/// An outcome that may depend on factors: its metric, and whose it is.
type Outcome = (&'static str, Option<PartyId>);

const DEALS: Outcome = (AGREEMENT_RATE, None);
const ZONES: Outcome = (ZONE_RATE, None);

/// The box that is shown holds at least this share of the deals.
const COVERAGE_TOLD: f64 = 0.5;

/// The results of a design, with its numbers of sessions.
#[derive(Clone, Copy)]
pub(crate) struct Studied<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) factors: &'a [Factor],
    pub(crate) findings: &'a [Finding],
    pub(crate) sessions: DealCounts,
    /// The number of points and their noun; `None` for a sweep.
    pub(crate) points: Option<(u64, &'static str)>,
}

/// What a study of a scenario's own numbers found.
pub(crate) fn render_sensitivity(
    study: &Study,
    scenario: &Scenario,
    (findings, boxes, levels): (&[Finding], &[AgreementBox], &[FormLevel]),
    endings: [u64; 4],
    width: usize,
) -> String {
    let sessions: u64 = endings.iter().sum();
    let [deals, ..] = endings;
    let mut res = format!(
        "{} over {}\n\n",
        counted(sessions, "session"),
        inputs_counted(study),
    );
    let studied = Studied {
        scenario,
        factors: study.factors(),
        findings,
        sessions: DealCounts { sessions, deals },
        points: Some((study.n_points(), study.points_noun())),
    };
    let is_of_deals = push_findings(&mut res, &studied, width);
    push_forms(&mut res, &studied, levels, width);
    let rendered = boxes.iter().rev().find(|it| it.coverage >= COVERAGE_TOLD);
    if let Some(it) = rendered.filter(|_| is_of_deals) {
        push_box(&mut res, study.factors(), it, width);
    }
    res
}

/// How many inputs of each kind a study has.
fn inputs_counted(study: &Study) -> String {
    let n_of = |kind: FactorKind| {
        let factors = study.factors().iter();
        factors.filter(|it| it.kind == kind).count() as u64
    };
    let is_number = |it: &&StudyInput| matches!(it, StudyInput::Number(_));
    let n_numbers = study.inputs().iter().filter(is_number).count() as u64;
    let counts = [
        (n_numbers, "uncertain number", ""),
        (
            n_of(FactorKind::Correlated),
            "group",
            " of correlated numbers",
        ),
        (n_of(FactorKind::RedLine), "red line", ""),
        (
            n_of(FactorKind::Form),
            "dimension",
            " of the form of the model",
        ),
    ];
    let counts = counts.into_iter().filter(|it| it.0 > 0);
    let counts = counts.map(|(n, noun, of)| format!("{}{of}", counted(n, noun)));
    let counts: Vec<String> = counts.collect();
    counts.join(", ")
}

/// Appends how far the outcomes that are analysed hang on the form of the model, and how often each level
/// led to a deal.
fn push_forms(res: &mut String, studied: &Studied<'_>, levels: &[FormLevel], width: usize) {
    if levels.is_empty() {
        return;
    }
    let shares = studied.shares_of_forms();
    if let Some(text) = share_of_forms(&shares) {
        let _ = writeln!(res, "\n{}", wrap(&text, width, 0));
    }
    if shares.iter().any(|(_, it)| it.value > 1.0) {
        let _ = writeln!(res, "{}", wrap(ABOVE_ONE, width, 0));
    }
    res.push_str("\nDeals by level of the form of the model (95 % interval, sessions)\n");
    let _ = writeln!(res, "{}", wrap(LEVELS_TOGETHER, width, 0));
    for of_dimension in levels.chunk_by(|one, other| one.dimension == other.dimension) {
        let dimension = of_dimension[0].dimension.name().replace('_', " ");
        let _ = writeln!(res, "  {dimension}");
        for it in of_dimension {
            let lead = it.deals.map_or_else(String::new, |deals| {
                let interval = format!("({})", percent_interval(&deals));
                let n = count(deals.n);
                format!("{:>7} {interval:<18} {n:>7}", percent_of(&deals))
            });
            let why = it.not_applicable.as_ref();
            let why = why.map_or_else(String::new, |it| format!(", left out: {it}"));
            let lead = format!("    {lead:<34}  ");
            let label = wrap(&format!("{}{why}", it.label), width, 40);
            let _ = writeln!(res, "{lead}{label}");
        }
    }
}

/// Appends what agreement depends on, or what utilities depend on if no factor affects agreement.
/// Whether it is agreement.
pub(crate) fn push_findings(res: &mut String, studied: &Studied<'_>, width: usize) -> bool {
    if let Some(measure) = studied.leading_measure(DEALS) {
        push_deals(res, studied, measure, width);
        push_other(res, studied, ZONES, "Zone of possible agreement", width);
        return true;
    }
    let is_leading = |it: &Finding| studied.kind().leading_measures().contains(&it.measure);
    let why =
        if studied.of(DEALS).any(is_leading) {
            NoWordOnDeals::NoDifference
        } else {
            let DealCounts { sessions, deals } = studied.sessions;
            NoWordOnDeals::NoInterval(studied.points.and_then(|(points, noun)| {
                Some((points_for_interval(points, sessions, deals)?, noun))
            }))
        };
    let why = studied.sessions.why_utilities(why);
    let _ = writeln!(res, "{}", wrap(&why, width, 0));
    for (party, it) in studied.scenario.party_ids().zip(&studied.scenario.parties) {
        let (outcome, heading) = ((UTILITY, Some(party)), format!("{}'s utility", it.label));
        if !push_other(res, studied, outcome, &heading, width) {
            let text = format!("{}: no varied factor had an effect", it.label);
            let _ = writeln!(res, "\n{}", wrap(&text, width, 0));
        }
    }
    push_other(res, studied, ZONES, "Zone of possible agreement", width);
    false
}

impl<'a> Studied<'a> {
    /// The findings on an outcome.
    fn of(self, outcome: Outcome) -> impl Iterator<Item = &'a Finding> {
        let all = self.findings.iter();
        all.filter(move |it| (it.metric, it.party) == outcome)
    }

    /// The kind of design.
    fn kind(self) -> DesignKind {
        if self.points.is_some() {
            DesignKind::Study
        } else {
            DesignKind::Sweep
        }
    }

    /// The leading measure of an outcome, if any factor has an effect.
    fn leading_measure(self, outcome: Outcome) -> Option<SensitivityMeasure> {
        self.kind().leading_measure(|measure| {
            let all = self.of(outcome).filter(move |it| it.measure == measure);
            all.map(|it| Quantity::from(it.estimate))
        })
    }

    /// How much of the variance involves the form of the model: of deals or, if these depend on
    /// nothing, of each party's utility.
    fn shares_of_forms(self) -> Vec<(String, Quantity)> {
        let share_of = |outcome| {
            let is_of_all = |it: &&Finding| {
                let kind = self.factors[it.factor].kind;
                kind == FactorKind::AllForms && it.measure == SensitivityMeasure::Total
            };
            self.leading_measure(outcome)?;
            let found = self.of(outcome).find(is_of_all)?;
            Some(Quantity::from(found.estimate))
        };
        if let Some(share) = share_of(DEALS) {
            return vec![("deals".to_owned(), share)];
        }
        let parties = self.scenario.party_ids().zip(&self.scenario.parties);
        let of_utility = parties.filter_map(|(party, it)| {
            let share = share_of((UTILITY, Some(party)))?;
            Some((format!("the utility of {}", it.label), share))
        });
        of_utility.collect()
    }

    /// The single factors by a measure of an outcome, in descending order of magnitude.
    fn ranked(self, outcome: Outcome, measure: SensitivityMeasure) -> Vec<&'a Finding> {
        let is_single = |it: &&Finding| {
            let kind = self.factors[it.factor].kind;
            it.measure == measure && kind.is_single()
        };
        let mut res: Vec<&Finding> = self.of(outcome).filter(is_single).collect();
        res.sort_by(|one, other| {
            let size = |it: &Finding| it.estimate.point.abs();
            size(other).total_cmp(&size(one))
        });
        res
    }
}

/// Appends what agreement depends on.
fn push_deals(res: &mut String, studied: &Studied<'_>, measure: SensitivityMeasure, width: usize) {
    let Studied { factors, .. } = *studied;
    let of = |measure| studied.of(DEALS).filter(move |it| it.measure == measure);
    let ranked = studied.ranked(DEALS, measure);
    let heading = match measure {
        SensitivityMeasure::Total => {
            "What the agreement rate depends on: the share of the variance that involves each \
             factor, alone or in interaction (total Sobol' index, 95 % interval)"
        }
        SensitivityMeasure::MeanEffectSize => {
            let is_correlated = |it: &Factor| it.kind == FactorKind::Correlated;
            // Trajectories with correlated numbers keep off the ends of ranges.
            let is_correlated = factors.iter().any(is_correlated);
            let step = if is_correlated { "half" } else { "two thirds" };
            let is_red_line = |it: &Factor| it.kind == FactorKind::RedLine;
            let red_lines = if factors.iter().any(is_red_line) {
                ", of red lines from not real to real"
            } else {
                ""
            };
            &format!(
                "What the agreement rate depends on: its mean absolute change over the range of \
                 each factor, estimated from steps of {step} of the range{red_lines} (Morris's \
                 mu*, 95 % interval)"
            )
        }
        SensitivityMeasure::PartialRankCorrelation
        | SensitivityMeasure::FirstOrder
        | SensitivityMeasure::Share
        | SensitivityMeasure::Interaction
        | SensitivityMeasure::MeanEffect
        | SensitivityMeasure::EffectDeviation => {
            "What the agreement rate depends on: partial rank correlation of each factor with \
             deals (95 % interval)"
        }
    };
    let _ = writeln!(res, "{}", wrap(heading, width, 0));
    for it in ranked.iter().take(FACTORS_TOLD) {
        let kind = factors[it.factor].kind;
        let direction = of(SensitivityMeasure::PartialRankCorrelation)
            .find(|other| other.factor == it.factor && measure != other.measure)
            .map_or_else(String::new, |it| direction(kind, &it.estimate));
        push_factor(res, &factors[it.factor], &it.estimate, &direction, width);
    }
    if ranked.len() > FACTORS_TOLD {
        let rest = (ranked.len() - FACTORS_TOLD) as u64;
        let _ = writeln!(res, "  … and {} more, see sensitivity.csv", count(rest));
    }
    push_doubts(res, studied, measure, &ranked, width);
    push_interactions(
        res,
        factors,
        of(SensitivityMeasure::Interaction).collect(),
        width,
    );
    push_shares(
        res,
        factors,
        &of(SensitivityMeasure::Share).collect::<Vec<_>>(),
        width,
    );
    let is_assumed = |it: &&Finding| {
        let factor = &factors[it.factor];
        factor.kind == FactorKind::Basis && factor.name == Basis::Assumed.name()
    };
    if let Some(it) = of(SensitivityMeasure::Total).find(is_assumed) {
        let share = it.estimate.point;
        let how_much = if share > 1.0 {
            "all".to_owned()
        } else {
            percent_of(&it.estimate)
        };
        let noise = if share > 1.0 {
            format!(
                "; the estimate, {}, exceeds 100 % because of sampling noise",
                percent(share)
            )
        } else {
            String::new()
        };
        let text = format!(
            "Given the ranges in the scenario, assumed numbers are involved in {how_much} of the \
             variance ({}{noise}), alone or in interaction with others.",
            percent_interval(&it.estimate)
        );
        let _ = writeln!(res, "\n{}", wrap(&text, width, 0));
    }
}

/// Appends what another outcome depends on; whether it depends on anything.
fn push_other(
    res: &mut String,
    studied: &Studied<'_>,
    outcome: Outcome,
    heading: &str,
    width: usize,
) -> bool {
    let Some(measure) = studied.leading_measure(outcome) else {
        return false;
    };
    let of_what = match measure {
        SensitivityMeasure::Total => "the share of its variance (total Sobol' index",
        SensitivityMeasure::MeanEffectSize => {
            "its mean absolute change over the range of each factor (Morris's mu*"
        }
        SensitivityMeasure::PartialRankCorrelation
        | SensitivityMeasure::FirstOrder
        | SensitivityMeasure::Share
        | SensitivityMeasure::Interaction
        | SensitivityMeasure::MeanEffect
        | SensitivityMeasure::EffectDeviation => {
            "its association with each factor (partial rank correlation"
        }
    };
    let heading = format!("{heading}: {of_what}, 95 % interval)");
    let _ = writeln!(res, "\n{}", wrap(&heading, width, 0));
    let ranked = studied.ranked(outcome, measure);
    for it in ranked.iter().take(FACTORS_TOLD_OF_OTHERS) {
        push_factor(res, &studied.factors[it.factor], &it.estimate, "", width);
    }
    push_doubts(res, studied, measure, &ranked, width);
    true
}

fn push_factor(
    res: &mut String,
    factor: &Factor,
    estimate: &Estimate,
    direction: &str,
    width: usize,
) {
    let interval = interval_of(estimate);
    let lead = format!("  {:>6}{interval:<18}  ", INDICES.point(estimate));
    let indent = lead.chars().count();
    let rests_on = resting_on(factor.basis, &factor.sources);
    let text = format!("{}{rests_on}{direction}", named(factor));
    let _ = writeln!(res, "{lead}{}", wrap(&text, width, indent));
}

/// Appends caveats: indices above 1, or too few points for a conclusion.
fn push_doubts(
    res: &mut String,
    studied: &Studied<'_>,
    measure: SensitivityMeasure,
    ranked: &[&Finding],
    width: usize,
) {
    let is_share = measure == SensitivityMeasure::Total;
    if is_share && ranked.iter().any(|it| it.estimate.point > 1.0) {
        let _ = writeln!(res, "{}", wrap(ABOVE_ONE, width, 0));
    }
    let noun = match measure {
        SensitivityMeasure::Total => "base points",
        SensitivityMeasure::MeanEffectSize => "trajectories",
        SensitivityMeasure::PartialRankCorrelation
        | SensitivityMeasure::FirstOrder
        | SensitivityMeasure::Share
        | SensitivityMeasure::Interaction
        | SensitivityMeasure::MeanEffect
        | SensitivityMeasure::EffectDeviation => return,
    };
    let is_randomness = |it: &&Finding| studied.factors[it.factor].kind == FactorKind::Randomness;
    let Some(first) = ranked.iter().find(|it| !is_randomness(it)) else {
        return;
    };
    if let Some(points) = points_for_claim(&first.estimate, is_share) {
        let name = named(&studied.factors[first.factor]);
        let text = too_few_points(&name, &first.estimate, points, noun);
        let _ = writeln!(res, "{}", wrap(&text, width, 0));
    }
}

/// Appends the pairs that interact most.
fn push_interactions(res: &mut String, factors: &[Factor], mut pairs: Vec<&Finding>, width: usize) {
    if pairs.is_empty() {
        return;
    }
    pairs.sort_by(|one, other| other.estimate.point.total_cmp(&one.estimate.point));
    let text = "Which pairs interact most: the share of the variance that involves both, alone or with \
                others (total interaction index, 95 % interval)";
    let _ = writeln!(res, "\n{}", wrap(text, width, 0));
    for it in pairs.iter().take(PAIRS_TOLD) {
        push_factor(res, &factors[it.factor], &it.estimate, "", width);
    }
    if pairs.len() > PAIRS_TOLD {
        let rest = (pairs.len() - PAIRS_TOLD) as u64;
        let _ = writeln!(res, "  … and {} more, see sensitivity.csv", count(rest));
    }
}

/// Appends shares by basis and by source.
fn push_shares(res: &mut String, factors: &[Factor], shares: &[&Finding], width: usize) {
    let of_kind = |kind: FactorKind| {
        let all = shares.iter().copied();
        all.filter(move |it| factors[it.factor].kind == kind)
    };
    if of_kind(FactorKind::Basis).next().is_none() {
        return;
    }
    let text = "By basis (shares of the sum of all total indices, 95 % interval)";
    let _ = writeln!(res, "\n{}", wrap(text, width, 0));
    let rest = of_kind(FactorKind::AllForms).chain(of_kind(FactorKind::Randomness));
    for it in of_kind(FactorKind::Basis).chain(rest) {
        push_share(res, &factors[it.factor], &it.estimate, width);
    }
    let red_lines: Vec<f64> = (of_kind(FactorKind::RedLine))
        .map(|it| it.estimate.point)
        .collect();
    if !red_lines.is_empty() {
        let share = percent(red_lines.iter().sum());
        let text = format!("whether red lines are real, {} together", red_lines.len());
        let lead = format!("  {share:>7} {:<18}  ", "");
        let _ = writeln!(res, "{lead}{}", wrap(&text, width, lead.len()));
    }
    res.push_str("By source\n");
    for it in of_kind(FactorKind::Source) {
        push_share(res, &factors[it.factor], &it.estimate, width);
    }
}

fn push_share(res: &mut String, factor: &Factor, share: &Estimate, width: usize) {
    let interval = format!("({})", percent_interval(share));
    let lead = format!("  {:>7} {interval:<18}  ", percent_of(share));
    let indent = lead.chars().count();
    let _ = writeln!(res, "{lead}{}", wrap(&named(factor), width, indent));
}

/// The name of a factor in a sentence.
fn named(factor: &Factor) -> String {
    match factor.kind {
        FactorKind::Randomness => {
            "randomness: strategies, random offers, numbers outside the study".to_owned()
        }
        FactorKind::Basis => format!("{} numbers", factor.name),
        FactorKind::RedLine => format!("whether it is real: {}", factor.name),
        FactorKind::Form => format!("form of the model: {}", factor.name.replace('_', " ")),
        FactorKind::Correlated => format!("correlated: {}", factor.name),
        FactorKind::Number
        | FactorKind::Parameter
        | FactorKind::Source
        | FactorKind::AllForms
        | FactorKind::Pair => factor.name.clone(),
    }
}

/// The direction of a factor's association with deals; empty if its interval includes 0.
fn direction(kind: FactorKind, correlation: &Estimate) -> String {
    let sure = |it: Interval| {
        if it.low > 0.0 {
            Some("more")
        } else if it.high < 0.0 {
            Some("fewer")
        } else {
            None
        }
    };
    let word = correlation.interval.and_then(sure);
    let when = if kind == FactorKind::RedLine {
        "where it is"
    } else {
        "as it increases"
    };
    word.map_or_else(String::new, |it| format!(": {it} deals {when}"))
}

fn interval_of(estimate: &Estimate) -> String {
    let interval = INDICES.interval(estimate);
    interval.map_or_else(String::new, |it| format!(" ({it})"))
}

fn push_box(res: &mut String, factors: &[Factor], it: &AgreementBox, width: usize) {
    if it.limits.is_empty() {
        return;
    }
    let text = format!(
        "Box of frequent deals: it contains {} of all sessions and {} of the deals, and {} of its \
         sessions end in a deal",
        percent(it.mass),
        percent(it.coverage),
        percent(it.density),
    );
    let _ = writeln!(res, "\n{}", wrap(&text, width, 0));
    for (factor, within) in &it.limits {
        let _ = writeln!(
            res,
            "  {} to {}  {}",
            decimal(within.low, 3),
            decimal(within.high, 3),
            factors[*factor].name
        );
    }
}

/// The basis and sources of a number, in brackets.
pub(super) fn resting_on(basis: Option<Basis>, sources: &[String]) -> String {
    let basis = basis.map(|it| it.name().to_owned());
    let parts: Vec<String> = basis.into_iter().chain(sources.iter().cloned()).collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(" [{}]", parts.join(", "))
    }
}
