//! Which factors interact: a matrix of all pairs that a study looked at.

use demarche_core::domain::Scenario;
use demarche_stats::estimate::Interval;

use crate::experiment::{FactorKind, PAIR_SIGN, SensitivityMeasure};
use crate::report::drawing::{Axis, Chart, HeatMap, Quantity, Unit};
use crate::report::page_sections::factor_labels::factor_label;
use crate::report::pages::PageFigure;
use crate::report::summary::Dependence;

/// The matrix of an outcome's rows: for each pair the share of variance that involves both, and on the
/// diagonal what each factor explains alone. `None` without pairs.
pub(super) fn interactions(scenario: &Scenario, rows: &[&Dependence]) -> Option<PageFigure> {
    let of = |measure: SensitivityMeasure| {
        let rows = rows.iter().filter(move |it| it.measure == measure.name());
        rows.filter_map(|it| Some((*it, it.estimate?)))
    };
    let pairs: Vec<(&Dependence, Quantity)> = of(SensitivityMeasure::Interaction).collect();
    let pairs: Vec<([&str; 2], Quantity)> = pairs
        .iter()
        .filter_map(|(row, it)| Some((row.factor.split_once(PAIR_SIGN)?.into(), *it)))
        .collect();
    let is_sure = |it: &Quantity| it.interval.is_some_and(|it: Interval| it.low > 0.0);
    let by_size = |one: &&([&str; 2], Quantity), other: &&([&str; 2], Quantity)| {
        one.1.value.total_cmp(&other.1.value)
    };
    let sure = pairs.iter().filter(|it| is_sure(&it.1));
    let strongest = sure.max_by(by_size);
    if pairs.is_empty() {
        return None;
    }
    let alone: Vec<(&Dependence, Quantity)> = of(SensitivityMeasure::FirstOrder)
        .filter(|(row, _)| {
            row.kind != FactorKind::Randomness
                && pairs.iter().any(|it| it.0.contains(&row.factor.as_str()))
        })
        .collect();
    let cell = |one: &str, other: &str| {
        let is_it = |it: &&([&str; 2], Quantity)| it.0.contains(&one) && it.0.contains(&other);
        pairs.iter().find(is_it).map(|it| it.1)
    };
    let cells = alone.iter().map(|(row, own)| {
        let cells = alone.iter().map(|(column, _)| {
            if row.factor == column.factor {
                Some(*own)
            } else {
                cell(&row.factor, &column.factor)
            }
        });
        cells.collect()
    });
    let cells: Vec<Vec<Quantity>> = cells.collect::<Option<_>>()?;
    let label_of = |name: &str| {
        let row = alone.iter().find(|it| it.0.factor == name);
        row.map_or_else(String::new, |it| factor_label(scenario, it.0))
    };
    let names: Vec<String> = alone.iter().map(|it| label_of(&it.0.factor)).collect();
    let title = match strongest {
        Some((pair, share)) => {
            let [one, other] = pair.map(label_of);
            format!(
                "“{one}” and “{other}” interact most: what one does to the result depends on the other in {} of the variance",
                Unit::Share.render(share.value.min(1.0))
            )
        }
        None => "No pair is known to interact: every interval includes 0".to_owned(),
    };
    let chart = Chart::HeatMap(HeatMap {
        rows: ("factor".to_owned(), names.clone()),
        columns: ("other factor".to_owned(), names),
        axis: Axis::new("share of the variance", Unit::Share),
        cells,
        contour: None,
        is_by_column: false,
    });
    let caption = "Off the diagonal, the share of the variance that involves both factors, alone or with others (total interaction index): 0 if the effect of one does not depend on the other. On the diagonal, the share that a factor explains alone; estimates just below 0 are noise.";
    Some(PageFigure::new("interactions", &title, caption, &chart))
}
