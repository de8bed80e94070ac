//! The cells of a sweep, each built and ready to run.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use demarche_core::negotiation::Setting;
use demarche_stats::design::DesignedPoints;
use toml::Spanned;

use crate::config::build_scenario::{build_setting, scenario_document};
use crate::config::diagnostics::{Diagnostic, SourceTexts};
use crate::config::files::SweepFile;
use crate::config::limits::{MISTAKES_MAX, SWEPT_BYTES_MAX, SWEPT_ROWS_MAX};
use crate::config::sweep::axes::{Points, Written};
use crate::config::sweep::design_points::designed_points;
use crate::config::sweep::typed_path::TypedPath;
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
    /// Whether all cells share their random numbers.
    pub random_numbers: RandomNumbers,
}

/// Builds the scenario in every cell; nothing if there is an error in any.
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
        build_axes(file.get_ref(), base, texts, diagnostics);
    }
    let points = points.filter(|_| diagnostics.len() == n_before)?;
    let settings =
        Cells::new(&points, file.span(), texts).build(base, design.is_some(), diagnostics);
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
        random_numbers: file.get_ref().seeds.unwrap_or_default(),
    })
}

/// The cells of a sweep while they are built.
struct Cells<'a> {
    points: &'a Points,
    /// Where the sweep stands.
    place: Range<usize>,
    texts: &'a SourceTexts,
    settings: Vec<Setting>,
    /// By position, the paths whose values go straight into a setting; all others make texts.
    is_typed: Vec<bool>,
    /// By the values that make texts, the first cell that was built with them, and where each path
    /// leads in it. The other cells with the same are made from it.
    models: BTreeMap<Vec<&'a str>, (usize, Vec<Option<TypedPath>>)>,
}

impl<'a> Cells<'a> {
    fn new(points: &'a Points, place: Range<usize>, texts: &'a SourceTexts) -> Self {
        Self {
            points,
            place,
            texts,
            settings: Vec::with_capacity(points.cells.len()),
            is_typed: vec![false; points.paths.len()],
            models: BTreeMap::new(),
        }
    }

    /// Builds the scenario in every cell, the first of those that share a text from it.
    fn build(
        mut self,
        base: &Setting,
        is_designed: bool,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Setting> {
        let n_texts = self.n_texts(base);
        if n_texts.saturating_mul(self.texts.n_bytes()) > SWEPT_BYTES_MAX {
            diagnostics.push(self.too_much_text());
            return self.settings;
        }
        let mut n_bytes = 0;
        let mut n_rows = 0;
        let expected = names(base);
        for cell in &self.points.cells {
            if diagnostics.len() >= MISTAKES_MAX {
                break;
            }
            if let Some(setting) = self.like_model(cell) {
                self.settings.push(setting);
                continue;
            }
            n_bytes += self.texts.n_bytes();
            if n_bytes > SWEPT_BYTES_MAX {
                diagnostics.push(self.too_much_text());
                break;
            }
            let built = build_setting(None, Some((self.points, cell)), self.texts, diagnostics);
            let Some(mut setting) = built else {
                if is_designed {
                    // What is wrong between the ends, such as half a round, is wrong nearly everywhere.
                    break;
                }
                continue;
            };
            let is_alike = names(&setting) == expected;
            if !is_alike {
                diagnostics.push(self.other_names(cell));
            }
            if !(self.settings.first()).is_some_and(|it| setting.share_plans(it)) {
                n_rows += setting.n_search_rows();
            }
            if is_alike {
                self.add_model(cell, &setting);
            }
            self.settings.push(setting);
            if n_rows > SWEPT_ROWS_MAX {
                diagnostics.push(
                    Diagnostic::at(self.place.clone(), "these cells with these numbers of outcomes require too much memory")
                        .hint("sweep over fewer cells, or over numbers that do not affect interactions and consent"),
                );
                break;
            }
        }
        self.settings
    }

    /// Number of cells that are built from text, judged by the experiment's scenario.
    fn n_texts(&self, base: &Setting) -> usize {
        let is_typed = self.typed(base);
        let cells = self.points.cells.iter();
        let texts: BTreeSet<Vec<&str>> = cells.map(|it| of_text(it, &is_typed)).collect();
        texts.len()
    }

    /// By position, whether a path leads to something that can be put into a setting.
    fn typed(&self, setting: &Setting) -> Vec<bool> {
        let paths = self.points.paths.iter();
        paths
            .map(|it| TypedPath::of(it.get_ref(), setting).is_some())
            .collect()
    }

    /// A cell made from one before it that differs in what can be put into a setting.
    ///
    /// That one was made from texts with a value at each of the paths, so a path leads to the same
    /// in both, and each number in question is known to be set.
    fn like_model(&self, cell: &[Written]) -> Option<Setting> {
        let (model, paths) = self.models.get(&of_text(cell, &self.is_typed))?;
        let model = self.settings[*model].clone();
        let mut typed = paths
            .iter()
            .zip(cell)
            .zip(&self.is_typed)
            .filter(|it| *it.1);
        typed.try_fold(model, |setting, ((path, value), _)| {
            path.as_ref()?.put(value, setting)
        })
    }

    /// Notes that other cells can be made from this one, which is built next.
    fn add_model(&mut self, cell: &'a [Written], setting: &Setting) {
        if self.models.is_empty() {
            // The first one knows best: values may have put numbers where the base has none.
            self.is_typed = self.typed(setting);
        }
        let paths = self.points.paths.iter();
        let paths = paths.map(|it| TypedPath::of(it.get_ref(), setting));
        let key = of_text(cell, &self.is_typed);
        self.models
            .entry(key)
            .or_insert((self.settings.len(), paths.collect()));
    }

    fn too_much_text(&self) -> Diagnostic {
        let gib = SWEPT_BYTES_MAX >> 30;
        Diagnostic::at(
            self.place.clone(),
            format!("these cells require more than {gib} GiB of scenario text"),
        )
        .hint("sweep over fewer cells, or shorten the files")
    }

    fn other_names(&self, cell: &[Written]) -> Diagnostic {
        match self.points.scenario_of(cell) {
            Some(scenario) => Diagnostic::at(
                scenario.place(),
                "this scenario has different parties, issues or options than the experiment's",
            )
            .hint("all scenarios of a sweep need the same identifiers in the same order"),
            None => Diagnostic::at(
                self.place.clone(),
                "a sweep cannot change parties, issues or options",
            ),
        }
    }
}

/// Those of a cell's values that make texts.
fn of_text<'c>(cell: &'c [Written], is_typed: &[bool]) -> Vec<&'c str> {
    let values = cell.iter().zip(is_typed).filter(|it| !it.1);
    values.map(|it| it.0.literal()).collect()
}

/// The other scenarios that cells are made from, with all settings but none of the swept values.
fn scenarios(points: &Points, texts: &SourceTexts) -> serde_json::Map<String, serde_json::Value> {
    let mut res = serde_json::Map::new();
    let alone = points.scenarios_alone();
    for cell in &alone.cells {
        for name in cell {
            res.entry(name.shown()).or_insert_with(|| {
                // What is wrong with it has been reported for its cells.
                let mut rendered = Vec::new();
                scenario_document(None, Some((&alone, cell)), texts, &mut rendered).to_json()
            });
        }
    }
    res
}

/// Builds the scenario with every value of each axis alone, for what is wrong with them.
fn build_axes(
    file: &SweepFile,
    base: &Setting,
    texts: &SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut n_bytes = 0;
    for points in Points::one_by_one(file) {
        let path = TypedPath::of(points.paths[0].get_ref(), base);
        for cell in &points.cells {
            let put = path.as_ref().and_then(|it| it.put(&cell[0], base.clone()));
            if put.is_some() {
                continue;
            }
            n_bytes += texts.n_bytes();
            if diagnostics.len() >= MISTAKES_MAX || n_bytes > SWEPT_BYTES_MAX {
                return;
            }
            build_setting(None, Some((&points, cell)), texts, diagnostics);
        }
    }
}

/// What is negotiated and by whom: the identifiers of parties, issues and options.
pub(super) fn names(setting: &Setting) -> (Vec<String>, Vec<Vec<String>>) {
    let scenario = setting.scenario();
    let parties = scenario.parties.iter().map(|it| it.name.clone());
    let issues = scenario.issues.iter().map(|issue| {
        let options = issue.options.iter().map(|it| it.name.clone());
        std::iter::once(issue.name.clone()).chain(options).collect()
    });
    (parties.collect(), issues.collect())
}
