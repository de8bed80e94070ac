//! The cells of a sweep, each built and ready to run.

use demarche_core::negotiation::Setting;
use demarche_stats::design::DesignedPoints;
use toml::Spanned;

use crate::config::diagnostics::{Diagnostic, SourceTexts};
use crate::config::files::SweepFile;
use crate::config::limits::{MISTAKES_MAX, SWEPT_BYTES_MAX, SWEPT_ROWS_MAX};
use crate::config::load::{build_cell, cell_document};
use crate::config::sweep::axes::{Points, Written};
use crate::config::sweep::design_points::designed_points;
use crate::experiment::RandomNumbers;

/// The cells of a sweep, each ready to run. All have the same parties and issues.
#[derive(Debug)]
pub struct Sweep {
    /// The paths of what is varied.
    pub paths: Vec<String>,
    /// By cell, a value as written for each path.
    pub values: Vec<Vec<String>>,
    /// By cell, a value for each path as JSON has it: what [`load_recorded`] takes.
    ///
    /// [`load_recorded`]: crate::config::recorded::load_recorded
    pub json_values: Vec<Vec<serde_json::Value>>,
    /// By their names in the experiment, the other scenarios that cells are made from: each as one
    /// table, before the other values are set in it.
    pub scenarios: serde_json::Map<String, serde_json::Value>,
    /// By cell.
    pub settings: Vec<Setting>,
    /// The design that the cells follow, one point each; `None` of combinations and tables.
    pub design: Option<DesignedPoints>,
    /// Whether all cells share their luck.
    pub luck: RandomNumbers,
}

/// Builds the scenario in every cell; nothing if there is a mistake in any.
pub(crate) fn build_sweep(
    file: &Spanned<SweepFile>,
    points: Option<Points>,
    seed: u64,
    base: &Setting,
    texts: &SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Sweep> {
    let n_before = diagnostics.len();
    let (points, design) = match &file.get_ref().design {
        None => (points, None),
        Some(design) => designed_points(file.get_ref(), design, seed, base, diagnostics).unzip(),
    };
    // A design may have no cell at the ends of its ranges, and they must be right all the same.
    if points.is_none() || design.is_some() {
        build_axes(file.get_ref(), texts, diagnostics);
    }
    let points = points.filter(|_| diagnostics.len() == n_before)?;
    if points.cells.len().saturating_mul(texts.n_bytes()) > SWEPT_BYTES_MAX {
        let gib = SWEPT_BYTES_MAX >> 30;
        diagnostics.push(
            Diagnostic::at(
                file.span(),
                format!("so many cells of files so long take more than {gib} GiB of text to build"),
            )
            .hint("sweep over fewer cells, or shorten the files"),
        );
        return None;
    }
    let mut settings: Vec<Setting> = Vec::new();
    let mut n_rows = 0;
    let expected = names(base);
    for cell in &points.cells {
        if diagnostics.len() >= MISTAKES_MAX {
            break;
        }
        let Some(built) = build_cell(None, Some((&points, cell)), texts, diagnostics) else {
            if design.is_some() {
                // What is wrong between the ends, such as half a round, is wrong nearly everywhere.
                break;
            }
            continue;
        };
        if names(&built.setting) != expected {
            diagnostics.push(match points.scenario_of(cell) {
                Some(scenario) => Diagnostic::at(
                    scenario.place(),
                    "this scenario has other parties, issues or options than the experiment's",
                )
                .hint("the scenarios of a sweep need the same, with the same identifiers and in the same order"),
                None => Diagnostic::at(
                    file.span(),
                    "a sweep cannot change who negotiates about what",
                ),
            });
        }
        let mut setting = built.setting;
        if !settings.first().is_some_and(|it| setting.share_plans(it)) {
            n_rows += setting.n_search_rows();
        }
        settings.push(setting);
        if n_rows > SWEPT_ROWS_MAX {
            diagnostics.push(
                Diagnostic::at(file.span(), "so many cells with so many outcomes each take too much memory")
                    .hint("sweep over fewer cells, or over what leaves interactions and consent as they are"),
            );
            break;
        }
    }
    (diagnostics.len() == n_before).then(|| Sweep {
        json_values: points
            .cells
            .iter()
            .map(|it| it.iter().map(Written::to_json).collect())
            .collect(),
        scenarios: scenarios(&points, texts),
        values: points
            .cells
            .iter()
            .map(|it| it.iter().map(Written::shown).collect())
            .collect(),
        paths: points.paths.into_iter().map(Spanned::into_inner).collect(),
        settings,
        design,
        luck: file.get_ref().seeds.unwrap_or_default(),
    })
}

/// The other scenarios that cells are made from, with all settings but none of the swept values.
fn scenarios(points: &Points, texts: &SourceTexts) -> serde_json::Map<String, serde_json::Value> {
    let mut res = serde_json::Map::new();
    let alone = points.scenarios_alone();
    for cell in &alone.cells {
        for name in cell {
            res.entry(name.shown()).or_insert_with(|| {
                // What is wrong with it was told of its cells.
                let mut rendered = Vec::new();
                cell_document(None, Some((&alone, cell)), texts, &mut rendered).to_json()
            });
        }
    }
    res
}

/// Builds the scenario with every value of each axis alone, for what is wrong with them.
fn build_axes(file: &SweepFile, texts: &SourceTexts, diagnostics: &mut Vec<Diagnostic>) {
    for points in Points::one_by_one(file) {
        for cell in &points.cells {
            if diagnostics.len() >= MISTAKES_MAX {
                return;
            }
            build_cell(None, Some((&points, cell)), texts, diagnostics);
        }
    }
}

/// What is negotiated and by whom: the identifiers of parties, issues and options.
fn names(setting: &Setting) -> (Vec<String>, Vec<Vec<String>>) {
    let scenario = setting.scenario();
    let parties = scenario.parties.iter().map(|it| it.name.clone());
    let issues = scenario.issues.iter().map(|issue| {
        let options = issue.options.iter().map(|it| it.name.clone());
        std::iter::once(issue.name.clone()).chain(options).collect()
    });
    (parties.collect(), issues.collect())
}
