//! The tables of studies: what outcomes depend on, boxes, the smallest changes that flip them, and
//! other forms of the model.

use demarche_core::domain::{Basis, Number, Scenario};
use demarche_core::negotiation::Setting;
use demarche_stats::estimate::CONFIDENCE;

use crate::experiment::{AgreementBox, Factor, Finding, Flip, FormLevel, FormResult, Robustness};
use crate::tables::folder::{FinishedTable, RunDirectory, WriteError};
use crate::tables::formats::{Field, Rows, TableCopies};
use crate::tables::rows::summary_tables::estimate_fields;
use crate::tables::schema::TableEntry;

/// Writes `sensitivity.csv`: how much each outcome depends on each factor, by each measure.
///
/// # Errors
///
/// If it cannot be written.
pub fn write_sensitivity(
    directory: &RunDirectory,
    copies: TableCopies,
    scenario: &Scenario,
    factors: &[Factor],
    findings: &[Finding],
) -> Result<FinishedTable, WriteError> {
    let sources: Vec<String> = factors.iter().map(|it| it.sources.join(" ")).collect();
    write(directory, copies, "sensitivity", |rows| {
        for it in findings {
            let factor = &factors[it.factor];
            let key: [Field<'_>; 7] = [
                it.metric.into(),
                it.party.map(|it| scenario.party(it).name.as_str()).into(),
                factor.kind.name().into(),
                factor.name.as_str().into(),
                factor.basis.map(Basis::name).into(),
                some_text(&sources[it.factor]),
                it.measure.name().into(),
            ];
            rows.push(key.into_iter().chain(estimate_fields(Some(&it.estimate))));
        }
    })
}

/// Writes `boxes.csv`: boxes of the inputs in which agreements are frequent, a row per limit.
///
/// # Errors
///
/// If it cannot be written.
pub fn write_boxes(
    directory: &RunDirectory,
    copies: TableCopies,
    factors: &[Factor],
    boxes: &[AgreementBox],
) -> Result<FinishedTable, WriteError> {
    write(directory, copies, "boxes", |rows| {
        for (number, it) in (0_u32..).zip(boxes) {
            let judged: [Field<'_>; 4] = [
                it.coverage.into(),
                it.density.into(),
                it.mass.into(),
                it.n.into(),
            ];
            let mut push = |limit: [Field<'_>; 3]| {
                rows.push([number.into()].into_iter().chain(limit).chain(judged));
            };
            if it.limits.is_empty() {
                push([Field::Missing; 3]);
            }
            for (factor, within) in &it.limits {
                let name = factors[*factor].name.as_str();
                push([name.into(), within.low.into(), within.high.into()]);
            }
        }
    })
}

/// Writes `flips.csv`, the least shift of each number that flips the answer, and
/// `flip_curves.csv`, the share of deals at every shift that was tried.
///
/// # Errors
///
/// If one cannot be written.
///
/// # Panics
///
/// If the setting has no such number.
pub fn write_flips(
    directory: &RunDirectory,
    copies: TableCopies,
    setting: &Setting,
    rate: f64,
    flips: &[Flip],
) -> Result<[FinishedTable; 2], WriteError> {
    let numbers: Vec<&Number> = setting.numbers().collect();
    let sources: Vec<String> = flips
        .iter()
        .map(|it| numbers[it.number.idx()].provenance.sources.join(" "))
        .collect();
    let least = write(directory, copies, "flips", |rows| {
        for (it, sources) in flips.iter().zip(&sources) {
            let number = numbers[it.number.idx()];
            let median = number.distribution.quantile(0.5);
            let interval = it.shift.and_then(|it| it.interval);
            rows.push([
                number.path.as_str().into(),
                number.provenance.basis.map(Basis::name).into(),
                some_text(sources),
                rate.into(),
                it.shift.map(|it| it.by).into(),
                interval.map(|it| it.low).into(),
                interval.map(|it| it.high).into(),
                interval.map(|_| CONFIDENCE).into(),
                median.into(),
                it.shift.map(|shift| number.moved(median, shift.by)).into(),
            ]);
        }
    })?;
    let curves = write(directory, copies, "flip_curves", |rows| {
        for it in flips {
            let path = numbers[it.number.idx()].path.as_str();
            for (shift, estimate) in &it.curve {
                let key: [Field<'_>; 2] = [path.into(), (*shift).into()];
                rows.push(key.into_iter().chain(estimate_fields(Some(estimate))));
            }
        }
    })?;
    Ok([least, curves])
}

/// Writes `robustness.csv`: the share of deals under every form of the model.
///
/// # Errors
///
/// If it cannot be written.
pub fn write_robustness(
    directory: &RunDirectory,
    copies: TableCopies,
    robustness: &Robustness,
    results: &[Option<FormResult>],
) -> Result<FinishedTable, WriteError> {
    write(directory, copies, "robustness", |rows| {
        for (form, result) in robustness.forms().iter().zip(results) {
            let key: [Field<'_>; 4] = [
                form.id.as_str().into(),
                form.dimension.name().into(),
                form.label.as_str().into(),
                form.setting.as_ref().err().map(String::as_str).into(),
            ];
            let endings = (0..4).map(|it| result.map(|result| result.endings[it]).into());
            let difference = result.and_then(|it| it.difference);
            let interval = difference.and_then(|it| it.interval);
            let differences: [Field<'_>; 3] = [
                difference.map(|it| it.point).into(),
                interval.map(|it| it.low).into(),
                interval.map(|it| it.high).into(),
            ];
            rows.push(
                (key.into_iter().chain(endings))
                    .chain(estimate_fields(result.map(|it| it.deals).as_ref()))
                    .chain(differences),
            );
        }
    })
}

/// Writes `form_levels.csv`: how often each level of the form of the model led to a deal.
///
/// # Errors
///
/// If it cannot be written.
pub fn write_form_levels(
    directory: &RunDirectory,
    copies: TableCopies,
    levels: &[FormLevel],
) -> Result<FinishedTable, WriteError> {
    write(directory, copies, "form_levels", |rows| {
        for it in levels {
            let key: [Field<'_>; 4] = [
                it.dimension.name().into(),
                it.name.as_str().into(),
                it.label.as_str().into(),
                it.not_applicable.as_deref().into(),
            ];
            rows.push(key.into_iter().chain(estimate_fields(it.deals.as_ref())));
        }
    })
}

/// Writes a whole table.
fn write(
    directory: &RunDirectory,
    copies: TableCopies,
    name: &str,
    fill: impl FnOnce(&mut Rows),
) -> Result<FinishedTable, WriteError> {
    let mut rows = Rows::new();
    fill(&mut rows);
    let columns = TableEntry::of(name).1.fixed_header();
    let mut file = directory.table(name, columns, copies)?;
    file.push(&rows)?;
    file.finish()
}

/// Text, or nothing where there is none.
fn some_text(text: &str) -> Field<'_> {
    (!text.is_empty()).then_some(text).into()
}
