//! What a study found: which numbers carry the answer, and what would flip it.

use demarche_core::domain::{Party, Scenario};
use demarche_stats::estimate::Estimate;

use crate::experiment::{AGREEMENT_RATE, UTILITY, points_for_claim, points_for_interval};
use crate::report::drawing::{Axis, Bars, Chart, Interpolation, Lines, PageTable, Quantity, Unit};
use crate::report::page_sections::study_words::{
    ABOVE_ONE, DealCounts, NoWordOnDeals, too_few_points,
};
use crate::report::pages::{PageBlock, PageFigure, Section};
use crate::report::summary::{Dependence, RunSummary};
use crate::run::{Manifest, StudyRecord};
use crate::tables::written;
use crate::wording::{Notation, capitalized};

/// Factors with a bar of their own; the table has all.
const FACTORS_SHOWN: usize = 15;

/// Numbers with a curve of their own.
const CURVES_SHOWN: usize = 7;

/// What is measured of a factor.
struct MeasureWords {
    /// In tables.
    name: &'static str,
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

const MEASURES: [MeasureWords; 5] = [
    MeasureWords {
        name: "total",
        title: "Total Sobol' index",
        caption: "The share of the outcome's variance that involves the factor, alone or together with others. Shares overlap, so they do not sum to 1.",
        is_size: true,
        is_share: true,
        points: Some("base points"),
    },
    MeasureWords {
        name: "first_order",
        title: "First-order Sobol' index",
        caption: "The share of the outcome's variance that the factor explains alone. What is far below the total index is interplay.",
        is_size: false,
        is_share: true,
        points: Some("base points"),
    },
    MeasureWords {
        name: "mean_effect_size",
        title: "Size of the elementary effects (Morris's μ*)",
        caption: "How much the outcome changes over the whole range of the factor, whichever way.",
        is_size: true,
        is_share: false,
        points: Some("trajectories"),
    },
    MeasureWords {
        name: "mean_effect",
        title: "Mean elementary effect (Morris's μ)",
        caption: "How much the outcome changes over the whole range of the factor, and which way.",
        is_size: false,
        is_share: false,
        points: Some("trajectories"),
    },
    MeasureWords {
        name: "partial_rank_correlation",
        title: "Which way: partial rank correlation",
        caption: "To the right: the larger the number, the more of the outcome, all others held fixed. To the left: the less.",
        is_size: false,
        is_share: false,
        points: None,
    },
];

/// A number of the scenario in words, by its path; other factors as they are.
fn number_label(scenario: &Scenario, factor: &str) -> String {
    let parts: Vec<&str> = factor.split('.').collect();
    let party = |name: &str| {
        let found = scenario.parties.iter().find(|it| it.name == name);
        found.map_or_else(|| name.to_owned(), |it| it.label.clone())
    };
    let issue = |name: &str| scenario.issues.iter().find(|it| it.name == name);
    let issue_label =
        |name: &str| issue(name).map_or_else(|| name.to_owned(), |it| it.label.clone());
    match parts[..] {
        ["party", name, "preference", of, "weight"] => {
            format!("{}: weight of {}", party(name), issue_label(of))
        }
        ["party", name, "preference", of, "utility", option] => {
            let options = issue(of).into_iter().flat_map(|it| &it.options);
            let found = options.into_iter().find(|it| it.name == option);
            let label = found.map_or(option, |it| &it.label);
            format!("{}: “{label}” ({})", party(name), issue_label(of))
        }
        ["party", name, ref rest @ ..] => {
            format!("{}: {}", party(name), rest.join(" ").replace('_', " "))
        }
        ["leverage", name, ..] => format!("Leverage: {}", name.replace('_', " ")),
        _ => factor.to_owned(),
    }
}

/// What a study found of what deals depend on, or utilities if nothing made a difference to deals;
/// `None` if the run has no such table.
pub(crate) fn dependence(
    manifest: &Manifest,
    scenario: &Scenario,
    summary: &RunSummary,
) -> Option<Section> {
    let studied = Studied::of(manifest, scenario, summary)?;
    let mut text: Vec<String> = studied.why_utilities.iter().cloned().collect();
    let mut drawn = Vec::new();
    for outcome in &studied.outcomes {
        if outcome.party.is_empty() {
            text.push(format!(
                "The outcome is {}. Of the factors, those that matter most for it; whiskers are 95 % intervals, and a factor whose interval reaches 0 may not matter at all.",
                outcome.label
            ));
            drawn.extend(outcome.charts(scenario));
        } else {
            drawn.extend(outcome.leading_chart(scenario));
        }
    }
    if studied.why_utilities.is_some() {
        text.push(
            "Of the factors, those that matter most for each party; whiskers are 95 % intervals, and a factor whose interval reaches 0 may not matter at all.".to_owned(),
        );
    }
    if studied.outcomes.iter().any(StudyOutcome::is_above_one) {
        text.push(ABOVE_ONE.to_owned());
    }
    Some(Section {
        id: "dependence".to_owned(),
        heading: "What the answer depends on".to_owned(),
        text,
        blocks: vec![
            PageBlock::Figures(drawn),
            PageBlock::Folded {
                summary: "All factors".to_owned(),
                table: studied.factors(),
            },
        ],
    })
}

/// The factor that the outcome depends on most, with how much, in a sentence.
pub(crate) fn most(
    manifest: &Manifest,
    scenario: &Scenario,
    summary: &RunSummary,
) -> Option<String> {
    let studied = Studied::of(manifest, scenario, summary)?;
    let outcome = studied.outcomes.first()?;
    let (row, it) = *outcome.ranked(outcome.measure.name, &is_number).first()?;
    let ends = it.interval?;
    let [size, low, high] = Notation::Decimals(2).texts([it.value, ends.low, ends.high]);
    let interval = format!("95 % interval {low} to {high}");
    let title = outcome.measure.title;
    let how_much = if outcome.measure.is_share && it.value > 1.0 {
        format!("all of its variance may involve it ({title}, {interval})")
    } else {
        format!("{title} {size} ({interval})")
    };
    let caution = if outcome.points_for_claim().is_some() {
        "On too few points for a claim, "
    } else {
        ""
    };
    let sentence = format!(
        "{caution}{} depends most on {}: {how_much}.",
        outcome.label,
        number_label(scenario, &row.factor),
    );
    Some(capitalized(&sentence))
}

/// What makes a study's answer doubtful, sentence by sentence.
pub(crate) fn doubts(
    manifest: &Manifest,
    scenario: &Scenario,
    summary: &RunSummary,
) -> Vec<String> {
    let studied = Studied::of(manifest, scenario, summary);
    let first = studied.as_ref().and_then(|it| it.outcomes.first());
    let rendered = |outcome: &StudyOutcome<'_>| {
        let (estimate, points, factor) = outcome.points_for_claim()?;
        let name = number_label(scenario, factor);
        Some(too_few_points(
            &name,
            &estimate,
            points,
            outcome.measure.points?,
        ))
    };
    first.and_then(rendered).into_iter().collect()
}

/// Whether a row is of a number or a parameter, and not of randomness or of several.
fn is_number(row: &Dependence) -> bool {
    ["number", "parameter"].contains(&row.kind.as_str())
}

/// The outcomes that a study says something of.
struct Studied<'a> {
    /// Whether there is a deal, or else what each party ends with.
    outcomes: Vec<StudyOutcome<'a>>,
    /// Why it is not whether there is a deal.
    why_utilities: Option<String>,
}

/// An outcome that a study looks at, and the measure that says most of it.
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
        let measures = leading_measures(manifest);
        if let Some(it) = StudyOutcome::of(rows, measures, (AGREEMENT_RATE, ""), deals) {
            return Some(Self {
                outcomes: vec![it],
                why_utilities: None,
            });
        }
        let utility = |it: &'a Party| {
            let label = format!("the utility that {} ends with", it.label);
            StudyOutcome::of(rows, measures, (UTILITY, &it.name), label)
        };
        let counts = DealCounts {
            sessions: manifest.counts.sessions,
            deals: manifest.counts.agreement,
        };
        let is_of_deals = |it: &Dependence| {
            let mut names = measures.iter().map(|it| it.name);
            it.metric == AGREEMENT_RATE && names.any(|name| it.measure == name)
        };
        let why = if rows.iter().any(is_of_deals) {
            NoWordOnDeals::NoDifference
        } else {
            NoWordOnDeals::NoInterval(points_to_take(manifest, counts))
        };
        Some(Self {
            outcomes: scenario
                .parties
                .iter()
                .filter_map(|it| utility(it))
                .collect(),
            why_utilities: Some(counts.why_utilities(why)),
        })
    }

    fn factors(&self) -> PageTable {
        let head = [
            "party",
            "factor",
            "kind",
            "basis",
            "sources",
            "measure",
            "estimate",
            "interval low",
            "interval high",
        ];
        let fields = |it: &Dependence| {
            let texts = [
                &it.party,
                &it.factor,
                &it.kind,
                &it.basis,
                &it.sources,
                &it.measure,
            ];
            let interval = it.estimate.and_then(|it| it.interval);
            let numbers = [
                it.estimate.map(|it| it.value),
                interval.map(|it| it.low),
                interval.map(|it| it.high),
            ];
            let numbers = numbers.map(|it| written(it.into()));
            texts.map(String::clone).into_iter().chain(numbers)
        };
        // Of deals there is no party to name.
        let n_left_out = usize::from(self.why_utilities.is_none());
        let rows = self.outcomes.iter().flat_map(StudyOutcome::own_rows);
        PageTable {
            head: head[n_left_out..].iter().map(|&it| it.to_owned()).collect(),
            rows: rows
                .map(|it| fields(it).skip(n_left_out).collect())
                .collect(),
        }
    }
}

/// The measures that may say most of an outcome: in a study a correlation only goes with an index.
fn leading_measures(manifest: &Manifest) -> &'static [MeasureWords] {
    if manifest.study.is_some() {
        &MEASURES[..MEASURES.len() - 1]
    } else {
        &MEASURES
    }
}

/// How many points of a study would do for an index of deals, and what they are called; `None` of
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
    /// What a table says of an outcome; `None` if nothing made a difference to it.
    fn of(
        rows: &'a [Dependence],
        measures: &'static [MeasureWords],
        (metric, party): (&'a str, &'a str),
        label: String,
    ) -> Option<Self> {
        let makes_a_difference = |measure: &&MeasureWords| {
            let it = Self {
                rows,
                metric,
                party,
                label: String::new(),
                measure: &MEASURES[0],
            };
            let ranked = it.ranked(measure.name, &|_| true);
            ranked.first().is_some_and(|it| it.1.value != 0.0)
        };
        let measure = measures.iter().find(makes_a_difference)?;
        Some(Self {
            rows,
            metric,
            party,
            label,
            measure,
        })
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

    /// The figure of the number that matters most, how many points it would take to be known well
    /// enough, and which number it is; `None` if there are enough.
    fn points_for_claim(&self) -> Option<(Estimate, u64, &'a str)> {
        self.measure.points?;
        let (row, it) = *self.ranked(self.measure.name, &is_number).first()?;
        let estimate = Estimate {
            point: it.value,
            standard_error: None,
            interval: it.interval,
            n: row.n,
        };
        let points = points_for_claim(&estimate, self.measure.is_share)?;
        Some((estimate, points, &row.factor))
    }

    fn is_above_one(&self) -> bool {
        let ranked = self.ranked(self.measure.name, &|_| true);
        self.measure.is_share && ranked.iter().any(|it| it.1.value > 1.0)
    }

    /// All charts of the outcome: by every measure, and by basis and by source.
    fn charts(&self, scenario: &Scenario) -> Vec<PageFigure> {
        let is_single = |it: &Dependence| is_number(it) || it.kind == "luck";
        let mut drawn = Vec::new();
        for measure in &MEASURES {
            let ranked = self.ranked(measure.name, &is_single);
            let id = measure.name.replace('_', "-");
            drawn.extend(bars(scenario, &ranked, measure, &id, measure.title));
        }
        if self.measure.is_size {
            for (kind, title) in [
                ("basis", "By basis: reported, inferred, assumed"),
                ("source", "By source"),
            ] {
                let ranked = self.ranked(self.measure.name, &|it| it.kind == kind);
                let id = format!("{}-by-{kind}", self.measure.name.replace('_', "-"));
                drawn.extend(bars(scenario, &ranked, self.measure, &id, title));
            }
        }
        drawn
    }

    /// The chart by the measure that says most.
    fn leading_chart(&self, scenario: &Scenario) -> Option<PageFigure> {
        let is_single = |it: &Dependence| is_number(it) || it.kind == "luck";
        let ranked = self.ranked(self.measure.name, &is_single);
        let id = format!("{}-of-{}", self.measure.name.replace('_', "-"), self.party);
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
    let shown = ranked.iter().take(FACTORS_SHOWN);
    let bars = shown.map(|(row, it)| (number_label(scenario, &row.factor), *it));
    let chart = Chart::Bars(Bars {
        category_label: "Factor".to_owned(),
        axis: Axis::new(measure.title, Unit::Utility),
        bars: bars.collect(),
    });
    Some(PageFigure::new(id, title, measure.caption, &chart))
}

/// What would flip the answer; `None` if the run has no such table.
pub(crate) fn flips(scenario: &Scenario, summary: &RunSummary) -> Option<Section> {
    let rows = &summary.flips.least;
    if rows.is_empty() {
        return None;
    }
    let mut found: Vec<(&str, Quantity)> = rows
        .iter()
        .filter_map(|it| Some((it.number.as_str(), it.shift?)))
        .collect();
    found.sort_by(|a, b| a.1.value.abs().total_cmp(&b.1.value.abs()));
    let n_none = rows.len() - found.len();
    let mut drawn = Vec::new();
    if !found.is_empty() {
        let bars = found.iter().take(FACTORS_SHOWN);
        let chart = Chart::Bars(Bars {
            category_label: "Number".to_owned(),
            axis: Axis::new("Least shift", Unit::Utility),
            bars: bars
                .map(|(name, it)| (number_label(scenario, name), *it))
                .collect(),
        });
        let caption = "How far a number must move, in its own unit, all else as it is. Whiskers are 95 % intervals.";
        drawn.push(PageFigure::new(
            "flips",
            "The least change that flips the answer",
            caption,
            &chart,
        ));
    }
    let mut names: Vec<&str> = found.iter().map(|it| it.0).collect();
    names.extend(
        rows.iter()
            .map(|it| it.number.as_str())
            .filter(|it| found.iter().all(|other| other.0 != *it)),
    );
    let lines = names.iter().take(CURVES_SHOWN).map(|name| {
        let points = summary.flips.trials.iter();
        let points = points.filter(|it| it.number == *name);
        let points = points.map(|it| (it.shift, it.deals));
        (number_label(scenario, name), points.collect::<Vec<_>>())
    });
    let lines: Vec<_> = lines.filter(|it| it.1.len() > 1).collect();
    if !lines.is_empty() {
        let chart = Chart::Lines(Lines {
            x: Axis::new("Shift", Unit::Utility),
            y: Axis::new("Share of deals", Unit::Share),
            course: Interpolation::Straight,
            lines,
        });
        let caption = "Shades are 95 % intervals; all shifts have the same luck.";
        drawn.push(PageFigure::new(
            "flip-curves",
            "Share of deals by shift",
            caption,
            &chart,
        ));
    }
    let threshold = rows.iter().next().and_then(|it| it.threshold);
    let mut text = Vec::new();
    if let Some(threshold) = threshold {
        text.push(format!(
            "The answer flips where the share of deals crosses {}.",
            Unit::Share.render(threshold)
        ));
    }
    if n_none > 0 {
        text.push(format!(
            "No shift within its range does so for {n_none} of {} numbers.",
            rows.len()
        ));
    }
    Some(Section {
        id: "flips".to_owned(),
        heading: "What would flip the answer".to_owned(),
        text,
        blocks: vec![PageBlock::Figures(drawn)],
    })
}
