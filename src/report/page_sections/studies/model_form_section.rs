//! How far the share of deals hangs on the form of the model.

use demarche_core::strategy::OFFERING_RULES;

use crate::report::drawing::{Axis, Bars, Chart, Emphasis, PageTable, Quantity, Unit};
use crate::report::pages::{PageBlock, PageFigure, Section};
use crate::report::summary::{FormSummary, LevelSummary, RunSummary};
use crate::wording::{count, counted, percent};

/// The share of deals under every form that was tried; `None` if none was.
pub(crate) fn forms(summary: &RunSummary) -> Option<Section> {
    let ran = ran(&summary.forms);
    let (_, base) = *ran.first()?;
    let axis = Axis::new("Share of deals", Unit::Share);
    let bars = ran.iter().map(|(form, it)| (in_words(form), *it));
    let chart = Chart::Bars(Bars {
        emphasis: Emphasis::First,
        ..Bars::new("Form of the model", axis, bars.collect())
    });
    let caption =
        "Whiskers are 95 % intervals. All forms have the same draws of the parties' preferences.";
    let title = title_of_forms(&summary.forms);
    let figures = vec![PageFigure::new("forms", &title, caption, &chart)];
    let mut text = vec![
        "Each form of the model changes one of its rules, and nothing about what parties want. Preferences determine the result as far as the bars are alike; where they differ by more than their intervals, the result is about the rules, which are assumed.".to_owned(),
    ];
    let mut idle = (summary.forms.iter())
        .filter(|it| !it.not_applicable.is_empty())
        .map(|it| format!("{} ({})", in_words(it), it.not_applicable))
        .peekable();
    if idle.peek().is_some() {
        text.push(format!("Not run: {}.", idle.collect::<Vec<_>>().join("; ")));
    }
    let rows = ran.iter().filter_map(|(form, it)| {
        let [deals, ..] = it.fields(Unit::Share);
        let [difference, low, high] = form.difference?.fields(Unit::Points);
        Some(vec![in_words(form), deals, difference, low, high])
    });
    let stands = Unit::Share.render(base.value);
    let table = PageTable {
        head: ["form", "deals", "difference", "from", "to"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    };
    Some(Section {
        id: "forms".to_owned(),
        heading: "What the result owes to the form of the model".to_owned(),
        text,
        blocks: vec![
            PageBlock::Figures(figures),
            PageBlock::Folded {
                summary: format!(
                    "Differences from the scenario as it stands ({stands}), replication by replication"
                ),
                table,
            },
        ],
    })
}

/// The share of deals at every level of the form of the model; `None` if that was not varied.
pub(in crate::report::page_sections) fn levels(summary: &RunSummary) -> Option<PageBlock> {
    if summary.levels.is_empty() {
        return None;
    }
    let row = |it: &LevelSummary| {
        let deals = it.deals.map(|it| it.fields(Unit::Share));
        let [share, low, high] = deals.unwrap_or_default();
        let dimension = it.dimension.replace('_', " ");
        let left_out = it.not_applicable.clone();
        let n = it.deals.map_or_else(String::new, |_| count(it.n));
        vec![dimension, it.label.clone(), share, low, high, n, left_out]
    };
    Some(PageBlock::Open {
        name: "Share of deals by level of the form of the model".to_owned(),
        table: PageTable {
            head: [
                "dimension",
                "level",
                "deals",
                "from",
                "to",
                "sessions",
                "left out",
            ]
            .map(str::to_owned)
            .to_vec(),
            rows: summary.levels.iter().map(row).collect(),
        },
    })
}

/// The range over all other forms that were run, in a sentence; `None` if none were run, not even the
/// scenario as it stands.
pub(crate) fn range_of_forms(forms: &[FormSummary]) -> Option<String> {
    let ran = ran(forms);
    let (base, others) = ran.split_first()?;
    let share = |it: &&(&FormSummary, Quantity)| it.1.value;
    let by_share = |one: &&_, other: &&_| share(one).total_cmp(&share(other));
    let Some(least) = others.iter().min_by(|one, other| by_share(one, other)) else {
        return Some("No other form of the model was run.".to_owned());
    };
    let most = others
        .iter()
        .rev()
        .max_by(|one, other| by_share(one, other));
    let most = most.unwrap_or(least);
    Some(format!(
        "In {} the share of deals is {} as the scenario stands, and from {} ({}) to {} ({}) under {} of the model.",
        counted(base.0.n, "session"),
        Unit::Share.render(base.1.value),
        Unit::Share.render(least.1.value),
        in_words(least.0),
        Unit::Share.render(most.1.value),
        in_words(most.0),
        counted(others.len() as u64, "other form"),
    ))
}

/// The range over all other forms in a few words; `None` if none were run.
pub(crate) fn share_of_others(forms: &[FormSummary]) -> Option<String> {
    let others = other_forms(forms);
    let (least, most) = (others.first()?, others.last()?);
    Some(format!(
        "{} to {} under {} of the model",
        percent(least.deals.value),
        percent(most.deals.value),
        counted(others.len() as u64, "other form")
    ))
}

/// What a form changes, with names of rules as words.
fn in_words(form: &FormSummary) -> String {
    let words = |it: &str| it.replace('_', " ");
    match form.label.strip_prefix(ONE_RULE_FOR_ALL) {
        Some(rule) => format!("every party follows the strategy “{}”", words(rule)),
        None => words(&form.label),
    }
}

/// How the labels of forms begin in which all parties have one offering rule.
const ONE_RULE_FOR_ALL: &str = "all follow ";

/// Another form of the model that was run.
pub(in crate::report::page_sections) struct OtherForm {
    /// Its label.
    label: String,
    /// What a form changes, in a few words.
    words: String,
    /// The share of deals under it.
    pub(in crate::report::page_sections) deals: Quantity,
}

impl OtherForm {
    /// What it changes, for readers who do not know the strategies by their names.
    pub(in crate::report::page_sections) fn described(&self) -> String {
        let rule = self.label.strip_prefix(ONE_RULE_FOR_ALL);
        let kind = rule.and_then(|it| OFFERING_RULES.iter().find(|kind| kind.name == it));
        kind.map_or_else(
            || self.words.clone(),
            |it| format!("every party {}", it.about),
        )
    }
}

/// Which form changes the share of deals most, in a sentence.
fn title_of_forms(forms: &[FormSummary]) -> String {
    let clear = |it: &&FormSummary| {
        let ends = it.difference.and_then(|it| it.interval);
        ends.is_some_and(|it| it.low > 0.0 || it.high < 0.0)
    };
    let (n, n_clear) = (
        ran(forms).len().saturating_sub(1),
        forms.iter().filter(clear).count(),
    );
    match n_clear {
        0 => "No other form of the model changes the share of deals beyond chance".to_owned(),
        _ => format!(
            "{n_clear} of {} of the model change the share of deals beyond chance",
            counted(n as u64, "other form")
        ),
    }
}

/// The other forms that were run, that with the least share of deals first.
pub(in crate::report::page_sections) fn other_forms(forms: &[FormSummary]) -> Vec<OtherForm> {
    let others = ran(forms).into_iter().skip(1);
    let others = others.map(|(form, deals)| OtherForm {
        label: form.label.clone(),
        words: in_words(form),
        deals,
    });
    let mut others: Vec<OtherForm> = others.collect();
    others.sort_by(|a, b| a.deals.value.total_cmp(&b.deals.value));
    others
}

/// The forms that were run, the scenario as it stands first.
fn ran(forms: &[FormSummary]) -> Vec<(&FormSummary, Quantity)> {
    let forms = forms.iter();
    forms.filter_map(|it| Some((it, it.deals?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(label: &str, share: Option<f64>) -> FormSummary {
        FormSummary {
            label: label.to_owned(),
            not_applicable: String::new(),
            deals: share.map(Quantity::exact),
            n: 500,
            difference: None,
        }
    }

    #[test]
    fn the_range_is_that_of_the_other_forms() {
        let base = form("as it stands", Some(0.5));
        let others = [
            ("a", Some(0.25)),
            ("b", None),
            ("c", Some(0.25)),
            ("d", Some(0.4)),
        ];
        let others = others.map(|it| form(it.0, it.1));
        assert_eq!(range_of_forms(&[]), None);
        assert_eq!(
            range_of_forms(&[base.clone(), form("b", None)]).unwrap(),
            "No other form of the model was run."
        );
        let all = [&[base][..], &others].concat();
        assert_eq!(
            range_of_forms(&all).unwrap(),
            "In 500 sessions the share of deals is 50.0 % as the scenario stands, and from 25.0 % (a) \
             to 40.0 % (d) under 3 other forms of the model."
        );
    }
}
