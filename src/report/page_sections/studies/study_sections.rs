//! What a study found: which factors carry the answer, and what would flip it.

use demarche_core::domain::{Party, Scenario};
use demarche_stats::estimate::Estimate;

use crate::experiment::{
    AGREEMENT_RATE, FactorKind, SensitivityMeasure, UTILITY, ZONE_RATE, points_for_claim,
    points_for_interval,
};
use crate::report::drawing::{Axis, Backdrop, Bars, Chart, Emphasis, PageTable, Quantity, Unit};
use crate::report::page_sections::factor_labels::factor_label;
use crate::report::page_sections::studies::interaction_section::interactions;
use crate::report::page_sections::studies::model_form_section::levels;
use crate::report::page_sections::studies::study_words::{
    ABOVE_ONE, DealCounts, DesignKind, LEVELS_TOGETHER, NoWordOnDeals, share_of_forms,
    too_few_points,
};
use crate::report::pages::{PageBlock, PageFigure, Section};
use crate::report::summary::{Dependence, RunSummary};
use crate::run::{Manifest, StudyRecord};
use crate::tables::written;
use crate::wording::{Notation, capitalized, counted};

/// Factors with a bar of their own; the table has all.
const FACTORS_SHOWN: usize = 15;

/// What is measured of a factor.
struct MeasureWords {
    /// In tables.
    measure: SensitivityMeasure,
    /// What people read.
    title: &'static str,
    /// How to read it.
    caption: &'static str,
    /// Whether it says how much a factor matters, also of groups of numbers moved together.
    is_size: bool,
    /// Whether it is a share of variance, which is at most 1 but for noise.
    is_share: bool,
    /// What is resampled for its intervals, if a claim takes a number of them.
    points: Option<&'static str>,
}

impl MeasureWords {
    /// The word for the measure in tables.
    fn name(&self) -> &'static str {
        self.measure.name()
    }
}

const MEASURES: [MeasureWords; 5] = [
    MeasureWords {
        measure: SensitivityMeasure::Total,
        title: "Total Sobol' index",
        caption: "The share of the outcome's variance that involves the factor, alone or in interaction with others. Shares overlap, so they do not sum to 1.",
        is_size: true,
        is_share: true,
        points: Some("base points"),
    },
    MeasureWords {
        measure: SensitivityMeasure::FirstOrder,
        title: "First-order Sobol' index",
        caption: "The share of the outcome's variance that the factor explains alone. The difference from the total index is interaction.",
        is_size: false,
        is_share: true,
        points: Some("base points"),
    },
    MeasureWords {
        measure: SensitivityMeasure::MeanEffectSize,
        title: "Size of the elementary effects (Morris's μ*)",
        caption: "Mean absolute change of the outcome over the whole range of the factor.",
        is_size: true,
        is_share: false,
        points: Some("trajectories"),
    },
    MeasureWords {
        measure: SensitivityMeasure::MeanEffect,
        title: "Mean elementary effect (Morris's μ)",
        caption: "Mean change of the outcome over the whole range of the factor, with its sign.",
        is_size: false,
        is_share: false,
        points: Some("trajectories"),
    },
    MeasureWords {
        measure: SensitivityMeasure::PartialRankCorrelation,
        title: "Direction: partial rank correlation",
        caption: "Positive: the outcome increases with the factor, all others held fixed. Negative: it decreases.",
        is_size: false,
        is_share: false,
        points: None,
    },
];

/// What the agreement rate depends on, or utilities if no factor affects it; `None` if the run has
/// no such table.
pub(crate) fn dependence(
    manifest: &Manifest,
    scenario: &Scenario,
    summary: &RunSummary,
) -> Option<Section> {
    let studied = Studied::of(manifest, scenario, summary)?;
    let mut text: Vec<String> = studied.why_utilities.iter().cloned().collect();
    let mut drawn = Vec::new();
    for outcome in &studied.outcomes {
        if outcome.metric == AGREEMENT_RATE {
            text.push(format!(
                "The outcome is {}. Charts show the most influential factors; whiskers are 95 % intervals, and a factor whose interval includes 0 may have no influence.",
                outcome.label
            ));
            drawn.extend(outcome.charts(scenario));
        } else {
            drawn.extend(outcome.leading_chart(scenario));
        }
    }
    if studied.why_utilities.is_some() {
        text.push(
            "Charts show the most influential factors for each party; whiskers are 95 % intervals, and a factor whose interval includes 0 may have no influence.".to_owned(),
        );
    }
    let of_forms: Vec<(String, Quantity)> = (studied.outcomes.iter())
        .filter_map(StudyOutcome::share_of_forms)
        .collect();
    text.extend(share_of_forms(&of_forms));
    if studied.outcomes.iter().any(StudyOutcome::is_above_one) {
        text.push(ABOVE_ONE.to_owned());
    }
    if !summary.levels.is_empty() {
        text.push(LEVELS_TOGETHER.to_owned());
    }
    let mut blocks = vec![
        PageBlock::Figures(drawn),
        PageBlock::Folded {
            summary: "All factors".to_owned(),
            table: studied.factors(scenario),
        },
    ];
    blocks.extend(levels(summary));
    Some(Section {
        id: "dependence".to_owned(),
        heading: "What the result depends on".to_owned(),
        text,
        blocks,
    })
}

/// The most influential factor with its estimate, in a sentence.
pub(crate) fn most(
    manifest: &Manifest,
    scenario: &Scenario,
    summary: &RunSummary,
) -> Option<String> {
    let studied = Studied::of(manifest, scenario, summary)?;
    let outcome = studied.outcomes.first()?;
    let (row, it) = *outcome.ranked(outcome.measure.name(), &is_single).first()?;
    let ends = it.interval?;
    let [size, low, high] = Notation::Decimals(2).texts([it.value, ends.low, ends.high]);
    let interval = format!("95 % interval {low} to {high}");
    let title = outcome.measure.title;
    let how_much = if outcome.measure.is_share && it.value > 1.0 {
        format!("up to all of its variance ({title}, {interval})")
    } else {
        format!("{title} {size} ({interval})")
    };
    let caution = if outcome.points_for_claim().is_some() {
        "With too few points for a firm conclusion, "
    } else {
        ""
    };
    let sentence = format!(
        "{caution}{} depends most on {}: {how_much}.",
        outcome.label,
        factor_label(scenario, row),
    );
    Some(capitalized(&sentence))
}

/// Caveats of a study, one sentence each.
pub(crate) fn doubts(
    manifest: &Manifest,
    scenario: &Scenario,
    summary: &RunSummary,
) -> Vec<String> {
    let studied = Studied::of(manifest, scenario, summary);
    let first = studied.as_ref().and_then(|it| it.outcomes.first());
    let rendered = |outcome: &StudyOutcome<'_>| {
        let (estimate, points, factor) = outcome.points_for_claim()?;
        let name = factor_label(scenario, factor);
        Some(too_few_points(
            &name,
            &estimate,
            points,
            outcome.measure.points?,
        ))
    };
    first.and_then(rendered).into_iter().collect()
}

/// Whether a row is of a single thing that is varied, and not of randomness or of several.
fn is_single(row: &Dependence) -> bool {
    row.kind.is_single() && row.kind != FactorKind::Randomness
}

/// The outcomes with findings in a study.
struct Studied<'a> {
    /// Agreement, or else each party's utility.
    outcomes: Vec<StudyOutcome<'a>>,
    /// Why it is not agreement.
    why_utilities: Option<String>,
}

/// An outcome of a study, with its leading measure.
struct StudyOutcome<'a> {
    rows: &'a [Dependence],
    metric: &'a str,
    party: &'a str,
    label: String,
    measure: &'static MeasureWords,
}

impl<'a> Studied<'a> {
    fn of(manifest: &Manifest, scenario: &'a Scenario, summary: &'a RunSummary) -> Option<Self> {
        let rows = &summary.dependences;
        if rows.is_empty() {
            return None;
        }
        let deals = "whether there is a deal".to_owned();
        let zones = "whether there is a zone of possible agreement".to_owned();
        let kind = design_kind(manifest);
        let zones = StudyOutcome::of(rows, kind, (ZONE_RATE, ""), zones);
        if let Some(it) = StudyOutcome::of(rows, kind, (AGREEMENT_RATE, ""), deals) {
            return Some(Self {
                outcomes: [it].into_iter().chain(zones).collect(),
                why_utilities: None,
            });
        }
        let utility = |it: &'a Party| {
            let label = format!("the utility of {}", it.label);
            StudyOutcome::of(rows, kind, (UTILITY, &it.name), label)
        };
        let counts = DealCounts {
            sessions: manifest.counts.sessions,
            deals: manifest.counts.agreement,
        };
        let is_of_deals = |it: &Dependence| {
            let mut leading = kind.leading_measures().iter();
            it.metric == AGREEMENT_RATE && leading.any(|measure| it.measure == measure.name())
        };
        let why = if rows.iter().any(is_of_deals) {
            NoWordOnDeals::NoDifference
        } else {
            NoWordOnDeals::NoInterval(points_to_take(manifest, counts))
        };
        Some(Self {
            outcomes: (scenario.parties.iter())
                .filter_map(|it| utility(it))
                .chain(zones)
                .collect(),
            why_utilities: Some(counts.why_utilities(why)),
        })
    }

    fn factors(&self, scenario: &Scenario) -> PageTable {
        let head = [
            "outcome",
            "factor",
            "kind",
            "basis",
            "sources",
            "measure",
            "estimate",
            "interval low",
            "interval high",
        ];
        let fields = |outcome: &str, it: &Dependence| {
            let texts = [
                outcome,
                &factor_label(scenario, it),
                &it.kind.name().replace('_', " "),
                &it.basis,
                &it.sources,
                &it.measure.replace('_', " "),
            ];
            let interval = it.estimate.and_then(|it| it.interval);
            let numbers = [
                it.estimate.map(|it| it.value),
                interval.map(|it| it.low),
                interval.map(|it| it.high),
            ];
            let numbers = numbers.map(|it| written(it.into()));
            let texts = texts.map(str::to_owned);
            texts.into_iter().chain(numbers).collect::<Vec<String>>()
        };
        let rows = self.outcomes.iter().flat_map(|outcome| {
            let rows = outcome.own_rows();
            rows.map(|it| fields(&outcome.label, it))
        });
        PageTable {
            head: head.map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }
}

/// The kind of design of a run.
fn design_kind(manifest: &Manifest) -> DesignKind {
    if manifest.study.is_some() {
        DesignKind::Study
    } else {
        DesignKind::Sweep
    }
}

/// The sufficient number of points for an index of the agreement rate, with their noun; `None` for
/// other runs.
fn points_to_take(manifest: &Manifest, counts: DealCounts) -> Option<(u64, &'static str)> {
    let Some(StudyRecord::Design { method, points, .. }) = &manifest.study else {
        return None;
    };
    let noun = if method == "morris" {
        "trajectories"
    } else {
        "base points"
    };
    let points = points_for_interval((*points).into(), counts.sessions, counts.deals)?;
    Some((points, noun))
}

impl<'a> StudyOutcome<'a> {
    /// The findings on an outcome; `None` if all estimates are 0.
    fn of(
        rows: &'a [Dependence],
        kind: DesignKind,
        (metric, party): (&'a str, &'a str),
        label: String,
    ) -> Option<Self> {
        let mut outcome = Self {
            rows,
            metric,
            party,
            label,
            measure: &MEASURES[0],
        };
        let leading = kind.leading_measure(|measure| {
            let own = outcome.own_rows();
            let own = own.filter(move |it| it.measure == measure.name());
            own.filter_map(|it| it.estimate)
        })?;
        outcome.measure = MEASURES.iter().find(|it| it.measure == leading)?;
        Some(outcome)
    }

    fn own_rows(&self) -> impl Iterator<Item = &'a Dependence> {
        let (metric, party) = (self.metric, self.party);
        let is_own = move |it: &&Dependence| it.metric == metric && it.party == party;
        self.rows.iter().filter(is_own)
    }

    /// The rows of a measure that have an interval, by size.
    fn ranked(
        &self,
        measure: &str,
        is_wanted: &dyn Fn(&Dependence) -> bool,
    ) -> Vec<(&'a Dependence, Quantity)> {
        let rows = self.own_rows();
        let rows = rows.filter(|it| it.measure == measure && is_wanted(it));
        let quantity = |it: &'a Dependence| Some((it, it.estimate?));
        let known = rows.filter_map(quantity);
        let mut res: Vec<_> = known.filter(|it| it.1.interval.is_some()).collect();
        res.sort_by(|a, b| b.1.value.abs().total_cmp(&a.1.value.abs()));
        res
    }

    /// The figure of the factor that matters most, how many points it would take to be known well
    /// enough, and which factor it is; `None` if there are enough.
    fn points_for_claim(&self) -> Option<(Estimate, u64, &'a Dependence)> {
        self.measure.points?;
        let (row, it) = *self.ranked(self.measure.name(), &is_single).first()?;
        let estimate = Estimate {
            point: it.value,
            standard_error: None,
            interval: it.interval,
            n: row.n,
        };
        let points = points_for_claim(&estimate, self.measure.is_share)?;
        Some((estimate, points, row))
    }

    /// How much of the variance involves the form of the model, with the outcome; `None` for zones,
    /// which are the same in every form, and if the form was not varied.
    fn share_of_forms(&self) -> Option<(String, Quantity)> {
        let is_all_forms = |it: &Dependence| it.kind == FactorKind::AllForms;
        let total = SensitivityMeasure::Total.name();
        let (_, share) = *self.ranked(total, &is_all_forms).first()?;
        let outcome = match self.metric {
            AGREEMENT_RATE => "deals".to_owned(),
            UTILITY => self.label.clone(),
            _ => return None,
        };
        Some((outcome, share))
    }

    fn is_above_one(&self) -> bool {
        let ranked = self.ranked(self.measure.name(), &|_| true);
        self.measure.is_share && ranked.iter().any(|it| it.1.value > 1.0)
    }

    /// All charts of the outcome: by measure, basis and source.
    fn charts(&self, scenario: &Scenario) -> Vec<PageFigure> {
        let is_shown = |it: &Dependence| it.kind.is_single();
        let mut drawn = Vec::new();
        drawn.extend(self.total_and_alone(scenario));
        let rows: Vec<&Dependence> = self.own_rows().collect();
        drawn.extend(interactions(scenario, &rows));
        for measure in &MEASURES {
            if !drawn.is_empty() && measure.is_share {
                continue;
            }
            let ranked = self.ranked(measure.name(), &is_shown);
            let id = measure.name().replace('_', "-");
            drawn.extend(bars(scenario, &ranked, measure, &id, measure.title));
        }
        if self.measure.is_size {
            for (kind, title) in [
                (FactorKind::Basis, "By basis: reported, inferred, assumed"),
                (FactorKind::Source, "By source"),
            ] {
                let ranked = self.ranked(self.measure.name(), &|it| it.kind == kind);
                let id = format!("{}-by-{}", self.measure.name(), kind.name()).replace('_', "-");
                drawn.extend(bars(scenario, &ranked, self.measure, &id, title));
            }
        }
        drawn
    }

    /// The share of variance that involves each factor, with the part that it explains alone; `None`
    /// without these measures.
    fn total_and_alone(&self, scenario: &Scenario) -> Option<PageFigure> {
        let is_shown = |it: &Dependence| it.kind.is_single();
        let [total, alone] = [SensitivityMeasure::Total, SensitivityMeasure::FirstOrder]
            .map(|it| self.ranked(it.name(), &is_shown));
        if alone.is_empty() {
            return None;
        }
        let n_all = total.len();
        let some = total.into_iter().filter(|it| has_influence(&it.1));
        let shown: Vec<(&Dependence, Quantity)> = some.take(FACTORS_SHOWN).collect();
        let (most, share) = shown.iter().find(|it| is_single(it.0))?;
        let is_chance_first = shown
            .first()
            .is_some_and(|it| it.0.kind == FactorKind::Randomness);
        let after = if is_chance_first {
            "After chance, "
        } else {
            ""
        };
        let title = format!(
            "{}“{}” matters most: it is involved in {} of the variance",
            after,
            factor_label(scenario, most),
            Unit::Share.render(share.value.min(1.0))
        );
        let bars = shown.iter().map(|(row, _)| {
            let own = alone
                .iter()
                .find(|it| it.0.factor == row.factor && it.0.kind == row.kind);
            let own = own.map_or(0.0, |it| it.1.value);
            (factor_label(scenario, row), Quantity::exact(own))
        });
        let axis = Axis::new(
            "share of the variance that it explains alone (first-order Sobol' index)",
            Unit::Share,
        );
        let backdrop = Backdrop {
            label: "share that involves it, alone or with others (total Sobol' index, with its 95 % interval)"
                .to_owned(),
            lengths: shown.iter().map(|it| it.1).collect(),
        };
        let caption = format!(
            "The pale part of a bar is interaction with other factors. Shares of the variance of {} overlap, so they do not sum to 100 %; estimates just below 0 are noise. {}",
            self.label,
            left_out(n_all - shown.len())
        );
        let chart = Chart::Bars(Bars {
            backdrop: Some(backdrop),
            ..Bars::new("Factor", axis, bars.collect())
        });
        Some(PageFigure::new("total", &title, &caption, &chart))
    }

    /// The chart of the leading measure.
    fn leading_chart(&self, scenario: &Scenario) -> Option<PageFigure> {
        let is_shown = |it: &Dependence| it.kind.is_single();
        let ranked = self.ranked(self.measure.name(), &is_shown);
        let whose = if self.party.is_empty() {
            self.metric
        } else {
            self.party
        };
        let id = format!("{}-of-{whose}", self.measure.name()).replace('_', "-");
        let title = format!("{} of {}", self.measure.title, self.label);
        bars(scenario, &ranked, self.measure, &id, &title)
    }
}

fn bars(
    scenario: &Scenario,
    ranked: &[(&Dependence, Quantity)],
    measure: &MeasureWords,
    id: &str,
    title: &str,
) -> Option<PageFigure> {
    if ranked.is_empty() {
        return None;
    }
    let some = ranked.iter().filter(|it| has_influence(&it.1));
    let shown = some.take(FACTORS_SHOWN);
    let bars = shown.map(|(row, it)| (factor_label(scenario, row), *it));
    let bars: Vec<(String, Quantity)> = bars.collect();
    let n_more = ranked.len() - bars.len();
    if bars.is_empty() {
        return None;
    }
    let axis = Axis::new(measure.title, Unit::Utility);
    let chart = Chart::Bars(Bars {
        emphasis: Emphasis::Certain,
        ..Bars::new("Factor", axis, bars)
    });
    let caption = format!(
        "{} Colored bars are those whose 95 % interval leaves out 0. {}",
        measure.caption,
        left_out(n_more)
    );
    Some(PageFigure::new(id, title, caption.trim_end(), &chart))
}

/// Whether an estimate is other than 0, or may be.
fn has_influence(it: &Quantity) -> bool {
    it.value.abs() > 0.0 || it.interval.is_some_and(|it| it.half_width() > 0.0)
}

/// How many factors a chart leaves out, in a sentence.
fn left_out(n: usize) -> String {
    match n {
        0 => String::new(),
        n => format!(
            "The table of all factors has {} more.",
            counted(n as u64, "factor")
        ),
    }
}
