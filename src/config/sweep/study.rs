//! Which of a scenario's numbers a study looks at, and by which design.

use demarche_core::domain::{Basis, Number};
use demarche_core::negotiation::{NumberId, Setting};
use demarche_stats::sensitivity::{BASE_POINTS_MIN, TRAJECTORIES_MIN};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::config::diagnostics::{Diagnostic, paths_meant};
use crate::config::files::{SensitivityFile, StudyMethod};
use crate::experiment::StudyInput;

/// Base points of a study that does not say how many.
const BASE_POINTS: u32 = 1024;
/// Trajectories of a study that does not say how many.
const TRAJECTORIES: u32 = 64;

/// Which forms of the model a study has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StudiedForms {
    /// The one that the scenario is written in.
    #[default]
    AsWritten,
    /// Others too: each dimension of the form is a factor.
    Varied,
}

/// How a scenario's own uncertain numbers are studied.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StudyPlan {
    /// Whether the file asks for it.
    pub is_in_file: bool,
    /// Which design.
    pub method: StudyMethod,
    /// How many base points or trajectories; `None` for the design's own default.
    pub points: Option<u32>,
    /// Which numbers and red lines; `None` for all uncertain ones.
    pub inputs: Option<Vec<StudyInput>>,
    /// Which forms of the model.
    pub forms: StudiedForms,
    /// Of which numbers and red lines all pairs are looked at for interactions.
    pub paired: Vec<StudyInput>,
}

impl StudyMethod {
    /// The word for it in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Saltelli => "saltelli",
            Self::Morris => "morris",
        }
    }

    /// Points of a study that does not say how many.
    pub fn points_default(self) -> u32 {
        match self {
            Self::Saltelli => BASE_POINTS,
            Self::Morris => TRAJECTORIES,
        }
    }

    /// Tells that there are too few points for what a study finds to have intervals.
    ///
    /// # Errors
    ///
    /// If there are.
    pub fn check_points(self, points: u32) -> Result<(), TooFewPoints> {
        let (least, noun) = match self {
            Self::Saltelli => (BASE_POINTS_MIN, "base points"),
            Self::Morris => (TRAJECTORIES_MIN, "trajectories"),
        };
        if points < least {
            let method = self.name();
            return Err(TooFewPoints {
                points,
                least,
                method,
                noun,
            });
        }
        Ok(())
    }
}

/// Most inputs of which all pairs are looked at for interactions: 276 sessions more at a base point.
const PAIRED_MAX: usize = 24;

impl StudyMethod {
    /// Tells that interactions cannot be studied as asked.
    ///
    /// # Errors
    ///
    /// If the design has no rows for pairs, or these inputs are too few, too many or not studied.
    pub fn check_paired(
        self,
        paired: &[StudyInput],
        setting: &Setting,
        studied: Option<&[StudyInput]>,
    ) -> Result<(), WrongPairs> {
        let stranger = paired
            .iter()
            .find(|it| studied.is_some_and(|studied| !studied.contains(it)));
        match (self, stranger) {
            (Self::Morris, _) => Err(WrongPairs::AlongTrajectories),
            (Self::Saltelli, Some(it)) => Err(WrongPairs::NotStudied(it.path(setting).to_owned())),
            (Self::Saltelli, None) => {
                let n = count_independent(paired, setting);
                if (2..=PAIRED_MAX).contains(&n) {
                    Ok(())
                } else {
                    Err(WrongPairs::Count(n))
                }
            }
        }
    }
}

/// How many inputs there are, those that are correlated with each other counted once.
fn count_independent(inputs: &[StudyInput], setting: &Setting) -> usize {
    let groups = setting.correlated_numbers();
    let group_of = |it: &StudyInput| match it {
        StudyInput::Number(id) => groups.iter().position(|group| group.contains(id)),
        StudyInput::RedLine(_) => None,
    };
    let mut in_groups: Vec<usize> = inputs.iter().filter_map(group_of).collect();
    let n_alone = inputs.len() - in_groups.len();
    in_groups.sort_unstable();
    in_groups.dedup();
    n_alone + in_groups.len()
}

/// Why interactions cannot be studied as asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WrongPairs {
    /// Trajectories move one number at a time.
    #[error("`morris` has no sessions in which a pair of numbers is moved")]
    AlongTrajectories,
    /// A pair is of two, and pairs grow with the square of the inputs.
    #[error("interactions are those of 2 to {PAIRED_MAX} independent numbers; these are {0}")]
    Count(usize),
    /// It has no dimension of the design.
    #[error("`{0}` is not among the numbers of the study")]
    NotStudied(String),
}

impl WrongPairs {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::AlongTrajectories => "choose the method `saltelli`, or leave out `interactions`",
            Self::Count(_) => "name the numbers that matter most in a study without interactions",
            Self::NotStudied(_) => "add it to `numbers`, or leave it out of `interactions`",
        }
    }
}

/// Fewer points than intervals need.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{method}` needs at least {least} {noun} for intervals; {points} are too few")]
pub struct TooFewPoints {
    points: u32,
    least: u32,
    method: &'static str,
    noun: &'static str,
}

impl TooFewPoints {
    /// How many would do.
    pub fn least(&self) -> u32 {
        self.least
    }
}

/// What a file says of a study, with its names made numbers.
pub(crate) fn resolve_study(
    file: &SensitivityFile,
    setting: &Setting,
    diagnostics: &mut Vec<Diagnostic>,
) -> StudyPlan {
    let method = file.method.unwrap_or_default();
    if let Some(points) = &file.points
        && let Err(it) = method.check_points(*points.get_ref())
    {
        diagnostics.push(Diagnostic::at(points.span(), it.to_string()).hint(format!(
            "points = {} or more; without `points` they are {}",
            it.least(),
            method.points_default()
        )));
    }
    let varied = file.forms.as_ref().filter(|it| *it.get_ref());
    if let Some(it) = varied.filter(|_| method == StudyMethod::Morris) {
        let message = "levels of a form have no order, which `morris` needs";
        let hint = "method = \"saltelli\", or no `forms`";
        diagnostics.push(Diagnostic::at(it.span(), message).hint(hint));
    }
    let inputs = file.numbers.as_ref().map(|names| {
        if names.get_ref().is_empty() {
            diagnostics.push(
                Diagnostic::at(names.span(), "a study needs a number")
                    .hint("without `numbers` it studies all uncertain numbers"),
            );
        }
        inputs_named(names.get_ref(), setting, diagnostics)
    });
    let paired = file.interactions.as_ref().map_or_else(Vec::new, |names| {
        let n_before = diagnostics.len();
        let paired = inputs_named(names.get_ref(), setting, diagnostics);
        let are_known = diagnostics.len() == n_before;
        let checked = method.check_paired(&paired, setting, inputs.as_deref());
        if let Err(it) = checked
            && are_known
        {
            diagnostics.push(Diagnostic::at(names.span(), it.to_string()).hint(it.hint()));
        }
        paired
    });
    StudyPlan {
        is_in_file: true,
        method,
        points: file.points.as_ref().map(|it| *it.get_ref()),
        inputs,
        forms: varied.map_or(StudiedForms::AsWritten, |_| StudiedForms::Varied),
        paired,
    }
}

/// The uncertain numbers and red lines that names of a file mean.
fn inputs_named(
    names: &[Spanned<String>],
    setting: &Setting,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<StudyInput> {
    let mut known = Vec::new();
    for name in names {
        match study_inputs(setting, &[name.get_ref()]) {
            Ok(_) => known.push(name.get_ref()),
            Err(message) => diagnostics.push(
                Diagnostic::at(name.span(), message)
                    .hint("a basis (`assumed`), a number's path, or a prefix of paths"),
            ),
        }
    }
    study_inputs(setting, &known).unwrap_or_default()
}

/// The uncertain numbers and red lines that some names mean: bases of numbers, paths, or beginnings of
/// paths.
///
/// # Errors
///
/// What is wrong with the first name that means none.
pub fn study_inputs<S: AsRef<str>>(
    setting: &Setting,
    names: &[S],
) -> Result<Vec<StudyInput>, String> {
    let all = StudyInput::all(setting);
    let mut is_meant = vec![false; all.len()];
    for name in names {
        let name = name.as_ref();
        let numbers = numbers(setting, &[name]);
        let is_of_name = |it: &StudyInput| match it {
            StudyInput::Number(id) => numbers.as_ref().is_ok_and(|it| it.contains(id)),
            StudyInput::RedLine(it) => begins(&it.path, name),
        };
        let of_name: Vec<bool> = all.iter().map(is_of_name).collect();
        if !of_name.contains(&true) {
            numbers?;
            return Err(format!(
                "`{name}` is not uncertain: there is nothing to study"
            ));
        }
        for (is_meant, is_of_name) in is_meant.iter_mut().zip(of_name) {
            *is_meant |= is_of_name;
        }
    }
    let meant = all.into_iter().zip(is_meant).filter(|it| it.1);
    Ok(meant.map(|it| it.0).collect())
}

/// Whether a path is the one of this name, or below it.
fn begins(path: &str, name: &str) -> bool {
    let rest = path.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A path after its beginnings, each of which names all numbers below it.
fn with_beginnings(path: &str) -> impl Iterator<Item = &str> {
    let dots = path.match_indices('.').map(|it| it.0);
    dots.skip(1).chain([path.len()]).map(|end| &path[..end])
}

/// All numbers that some names mean, certain ones too: bases, paths, or beginnings of paths.
///
/// # Errors
///
/// The first name that means none.
pub fn numbers<S: AsRef<str>>(setting: &Setting, names: &[S]) -> Result<Vec<NumberId>, String> {
    let mut res = Vec::new();
    for name in names {
        let name = name.as_ref();
        let basis = Basis::ALL.into_iter().find(|it| it.name() == name);
        let is_meant = |it: &Number| match basis {
            Some(basis) => it.provenance.basis == Some(basis),
            None => begins(&it.path, name),
        };
        let n_before = res.len();
        let meant = setting.numbered().filter(|it| is_meant(it.1));
        res.extend(meant.map(|it| it.0));
        if res.len() == n_before {
            if basis.is_some() {
                return Err(format!("no number of the scenario has the basis `{name}`"));
            }
            let bases = Basis::ALL.into_iter().map(Basis::name);
            let paths = setting.numbers().map(|it| it.path.as_str());
            let known = paths.flat_map(with_beginnings).map(str::to_owned);
            let meant = paths_meant(name, bases.map(str::to_owned).chain(known))
                .map_or_else(String::new, |it| format!("; {}", it.hint));
            return Err(format!("the scenario has no number `{name}`{meant}"));
        }
    }
    res.sort_unstable();
    res.dedup();
    Ok(res)
}
