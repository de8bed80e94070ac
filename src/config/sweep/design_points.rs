//! The cells of a sweep whose axes a design of experiments fills.

use std::ops::Range;

use demarche_core::domain::Distribution;
use demarche_core::negotiation::{NumberId, Setting};
use demarche_stats::design::{
    DesignedPoints, Layout, MorrisLevels, RadialRows, SOBOL_DIMENSIONS_MAX, SaltelliDesign,
    Scrambling, SobolSequence, latin_hypercube, morris_trajectory, quantile_argument,
};
use toml::Spanned;

use crate::config::diagnostics::Diagnostic;
use crate::config::files::{AxisFile, DesignFile, DesignMethodFile, StudyMethod, SweepFile};
use crate::config::limits::CELLS_MAX;
use crate::config::sweep::axes::{Points, Written, check_paths, tidy};

/// Most axes of a design: Saltelli's has two dimensions of the Sobol' sequence for each.
const AXES_MAX: usize = SOBOL_DIMENSIONS_MAX / 2;

/// The points of a design over the axes' ranges; nothing if an axis or the design is wrong.
///
/// `setting` is the scenario as it stands, for axes that keep to its own distributions.
pub(crate) fn designed_points(
    file: &SweepFile,
    design: &Spanned<DesignFile>,
    seed: u64,
    setting: &Setting,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Points, DesignedPoints)> {
    let n_before = diagnostics.len();
    if file.combine.is_some() {
        diagnostics.push(
            Diagnostic::at(design.span(), "a design replaces `combine`").hint("remove one of them"),
        );
    }
    if let Some(points) = &file.points {
        diagnostics.push(
            Diagnostic::at(
                points.span(),
                "a sweep has either points or a design, not both",
            )
            .hint("remove one of them"),
        );
    }
    if file.axis.is_empty() {
        diagnostics.push(
            Diagnostic::at(design.span(), "a design needs an axis")
                .hint("[[sweep.axis]] with `path` and `between = { from, to }`"),
        );
    }
    let ranges: Vec<Distribution> = file
        .axis
        .iter()
        .filter_map(|it| range_of(it, setting, diagnostics))
        .collect();
    let paths: Vec<Spanned<String>> = file
        .axis
        .iter()
        .map(|it| it.get_ref().path.clone())
        .collect();
    check_paths(&paths, diagnostics);
    let n_points = *design.get_ref().points.get_ref();
    let n_axes = file.axis.len();
    let n_cells = match design.get_ref().method {
        DesignMethodFile::LatinHypercube | DesignMethodFile::Sobol => 1,
        DesignMethodFile::Saltelli => n_axes + 2,
        DesignMethodFile::Morris => n_axes + 1,
    }
    .saturating_mul(n_points as usize);
    if n_axes > AXES_MAX {
        diagnostics.push(Diagnostic::at(
            design.span(),
            format!("a design has at most {AXES_MAX} axes, not {n_axes}"),
        ));
    }
    if n_points == 0 || n_cells > CELLS_MAX {
        diagnostics.push(Diagnostic::at(
            design.get_ref().points.span(),
            format!("a design has 1 to {CELLS_MAX} cells, not {n_cells}"),
        ));
    }
    check_points(design.get_ref(), diagnostics);
    let correlated = CorrelatedAxes::of(file, setting);
    if let Some(it) = &correlated {
        diagnostics.extend(it.one_by_one(design, setting));
    }
    if diagnostics.len() > n_before {
        return None;
    }
    let mut points = independent_points(design.get_ref(), n_axes, seed);
    if let Some(it) = correlated {
        it.correlate(&mut points, design.get_ref().method);
    }
    let cell = |point: &Vec<f64>| {
        let axes = point.iter().zip(&ranges).zip(&file.axis);
        axes.map(|((p, range), axis)| {
            let number = range.quantile(quantile_argument(*p));
            Written::number(tidy(number), place_of_range(axis))
        })
        .collect()
    };
    Some((
        Points {
            paths,
            cells: points.iter().map(cell).collect(),
        },
        DesignedPoints {
            layout: match design.get_ref().method {
                DesignMethodFile::LatinHypercube | DesignMethodFile::Sobol => Layout::Spread,
                DesignMethodFile::Saltelli => Layout::Radial,
                DesignMethodFile::Morris => Layout::Trajectories,
            },
            points,
        },
    ))
}

/// The points of a design whose axes are independent.
fn independent_points(design: &DesignFile, n_axes: usize, seed: u64) -> Vec<Vec<f64>> {
    let n_points = *design.points.get_ref();
    let seed = design.seed.map_or(seed, |it| it.0);
    let too_many = "the number of axes was looked at";
    match design.method {
        DesignMethodFile::LatinHypercube => latin_hypercube(n_points, n_axes, seed),
        DesignMethodFile::Sobol => {
            let sequence = SobolSequence::new(n_axes, Scrambling::Owen { seed }).expect(too_many);
            (0..n_points).map(|idx| sequence.point(idx)).collect()
        }
        DesignMethodFile::Saltelli => {
            let scrambling = Scrambling::Owen { seed };
            let it = SaltelliDesign::new(n_axes, RadialRows::OneWay, scrambling).expect(too_many);
            (0..n_points).flat_map(|idx| it.rows(idx)).collect()
        }
        DesignMethodFile::Morris => (0..n_points)
            .flat_map(|idx| morris_trajectory(idx, n_axes, MorrisLevels::FOUR, seed))
            .collect(),
    }
}

/// Axes with the scenario's own distributions of numbers that are correlated.
struct CorrelatedAxes {
    /// The positions of all axes with own distributions, with their numbers.
    axes: Vec<(usize, NumberId)>,
    /// The scenario with no other correlations than those between these numbers.
    setting: Setting,
}

impl CorrelatedAxes {
    /// `None` where no two axes are correlated.
    fn of(file: &SweepFile, setting: &Setting) -> Option<Self> {
        let own = file.axis.iter().map(Spanned::get_ref).enumerate();
        let own = own.filter(|it| it.1.own_distribution.is_some());
        let number = |(axis, it): (usize, &AxisFile)| {
            let mut numbers = setting.numbered();
            let found = numbers.find(|number| number.1.path == *it.path.get_ref());
            Some((axis, found?.0))
        };
        let axes: Vec<(usize, NumberId)> = own.filter_map(number).collect();
        let numbers: Vec<NumberId> = axes.iter().map(|it| it.1).collect();
        let setting = setting.clone().with_correlations_among(&numbers);
        let is_there = !setting.correlated_numbers().is_empty();
        is_there.then_some(Self { axes, setting })
    }

    /// Tells that a design varies axes one by one that cannot be.
    fn one_by_one(&self, design: &Spanned<DesignFile>, setting: &Setting) -> Option<Diagnostic> {
        let method = match design.get_ref().method {
            DesignMethodFile::LatinHypercube | DesignMethodFile::Sobol => return None,
            DesignMethodFile::Saltelli => StudyMethod::Saltelli,
            DesignMethodFile::Morris => StudyMethod::Morris,
        };
        let groups = self.setting.correlated_numbers();
        let mut paths = groups.first()?.iter().map(|it| {
            let number = setting.numbers().nth(it.idx());
            number.map_or("", |it| it.path.as_str())
        });
        let message = format!(
            "`{}` varies axes one by one; `{}` and `{}` are correlated",
            method.name(),
            paths.next()?,
            paths.next()?,
        );
        Some(Diagnostic::at(design.span(), message).hint(
            "`latin_hypercube` and `sobol` keep correlations; `demarche sensitivity` varies correlated numbers together",
        ))
    }

    /// Puts points of independent axes to their correlations. A Latin hypercube stays one: each axis
    /// keeps its coordinates, in the order of those that the correlations give.
    ///
    /// Iman and Conover, *A distribution-free approach to inducing rank correlation among input
    /// variables*, Communications in Statistics: Simulation and Computation 11 (1982), 311–334.
    fn correlate(&self, points: &mut [Vec<f64>], method: DesignMethodFile) {
        let mut correlated: Vec<Vec<f64>> = (points.iter())
            .map(|point| {
                let axes = self.axes.iter();
                let own: Vec<(NumberId, f64)> = axes.map(|it| (it.1, point[it.0])).collect();
                self.setting.correlated_probabilities(&own)
            })
            .collect();
        for (idx, &(axis, _)) in self.axes.iter().enumerate() {
            if method == DesignMethodFile::LatinHypercube {
                let mut own: Vec<f64> = points.iter().map(|it| it[axis]).collect();
                own.sort_by(f64::total_cmp);
                let mut order: Vec<usize> = (0..points.len()).collect();
                order.sort_by(|a, b| correlated[*a][idx].total_cmp(&correlated[*b][idx]));
                for (point, coordinate) in order.into_iter().zip(own) {
                    correlated[point][idx] = coordinate;
                }
            }
            for (point, correlated) in points.iter_mut().zip(&correlated) {
                point[axis] = correlated[idx];
            }
        }
    }
}

/// Tells that there are too few points for what a design is there to find.
fn check_points(design: &DesignFile, diagnostics: &mut Vec<Diagnostic>) {
    let method = match design.method {
        DesignMethodFile::LatinHypercube | DesignMethodFile::Sobol => return,
        DesignMethodFile::Saltelli => StudyMethod::Saltelli,
        DesignMethodFile::Morris => StudyMethod::Morris,
    };
    let n_points = *design.points.get_ref();
    // Of none the number of cells tells.
    if let Err(it) = method.check_points(n_points)
        && n_points > 0
    {
        diagnostics.push(
            Diagnostic::at(design.points.span(), it.to_string())
                .hint(format!("points = {} or more", it.least())),
        );
    }
}

/// Where the range of an axis stands.
fn place_of_range(axis: &Spanned<AxisFile>) -> Range<usize> {
    let entry = axis.get_ref();
    let between = entry.between.as_ref().map(Spanned::span);
    let own = entry.own_distribution.as_ref().map(Spanned::span);
    between.or(own).unwrap_or_else(|| axis.span())
}

/// From where to where a design varies an axis.
fn range_of(
    axis: &Spanned<AxisFile>,
    setting: &Setting,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Distribution> {
    let it = axis.get_ref();
    if it.values.is_some() || it.range.is_some() || it.log_range.is_some() {
        diagnostics.push(
            Diagnostic::at(axis.span(), "an axis of a design has a range, not values")
                .hint("between = { from, to }, or own_distribution = true"),
        );
        return None;
    }
    match (&it.between, &it.own_distribution) {
        (Some(between), None) => {
            let ends = between.get_ref();
            let res = Distribution::uniform(ends.from, ends.to);
            if res.is_err() {
                diagnostics.push(Diagnostic::at(
                    between.span(),
                    "between needs finite numbers, `from` below `to`",
                ));
            }
            res.ok()
        }
        (None, Some(own)) if *own.get_ref() => {
            let path = it.path.get_ref();
            let number = setting.numbers().find(|number| number.path == *path);
            let distribution = number.map(|it| it.distribution.clone());
            if distribution.as_ref().is_none_or(Distribution::is_constant) {
                diagnostics.push(
                    Diagnostic::at(
                        it.path.span(),
                        format!("the scenario has no uncertain number `{path}`"),
                    )
                    .hint("give its range: between = { from, to }"),
                );
                return None;
            }
            distribution
        }
        _ => {
            diagnostics.push(
                Diagnostic::at(axis.span(), "an axis of a design needs exactly one range")
                    .hint("between = { from, to }, or own_distribution = true"),
            );
            None
        }
    }
}
