//! Which of a scenario's numbers a study looks at, and by which design.

use crate::config::experiment_file::{SensitivityFile, StudyMethodFile};
use crate::config::mistake::Mistake;
use crate::domain::{Basis, Number};
use crate::negotiation::{NumberId, Setting};

/// Base points of a study that does not say how many.
const BASE_POINTS: u32 = 1024;
/// Trajectories of a study that does not say how many.
const TRAJECTORIES: u32 = 64;

/// How a scenario's own uncertain numbers are studied.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StudyPlan {
    /// Which design.
    pub method: StudyMethod,
    /// How many base points or trajectories; `None` for the design's own default.
    pub points: Option<u32>,
    /// Which numbers; `None` for all uncertain ones.
    pub numbers: Option<Vec<NumberId>>,
}

/// By which design a scenario's numbers are studied.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum StudyMethod {
    /// Saltelli's radial design, for variance-based indices.
    #[default]
    Saltelli,
    /// Morris's trajectories, for elementary effects.
    Morris,
}

impl StudyMethod {
    /// Points of a study that does not say how many.
    pub fn points_default(self) -> u32 {
        match self {
            Self::Saltelli => BASE_POINTS,
            Self::Morris => TRAJECTORIES,
        }
    }
}

/// What a file says of a study, with its names made numbers.
pub(super) fn resolve_study(
    file: &SensitivityFile,
    setting: &Setting,
    mistakes: &mut Vec<Mistake>,
) -> StudyPlan {
    let points = file.points.as_ref().map(|it| *it.get_ref());
    if let (Some(place), Some(0 | 1)) = (&file.points, points) {
        mistakes.push(Mistake::at(place.span(), "a study has 2 points or more"));
    }
    let numbers = file.numbers.as_ref().map(|names| {
        let mut res = Vec::new();
        for name in names {
            match uncertain_numbers_named(setting, name.get_ref()) {
                Ok(numbers) => res.extend(numbers),
                Err(message) => mistakes.push(
                    Mistake::at(name.span(), message)
                        .hint("a basis (`assumed`), a number's path, or the beginning of paths"),
                ),
            }
        }
        sorted(res)
    });
    StudyPlan {
        method: match file.method.unwrap_or_default() {
            StudyMethodFile::Saltelli => StudyMethod::Saltelli,
            StudyMethodFile::Morris => StudyMethod::Morris,
        },
        points,
        numbers,
    }
}

/// The uncertain numbers that some names mean: bases, paths, or beginnings of paths.
///
/// # Errors
///
/// What is wrong with the first name that means none.
pub fn uncertain_numbers<S: AsRef<str>>(
    setting: &Setting,
    names: &[S],
) -> Result<Vec<NumberId>, String> {
    let mut res = Vec::new();
    for name in names {
        res.extend(uncertain_numbers_named(setting, name.as_ref())?);
    }
    Ok(sorted(res))
}

/// The uncertain numbers that a name means.
fn uncertain_numbers_named(setting: &Setting, name: &str) -> Result<Vec<NumberId>, String> {
    let basis = Basis::ALL.into_iter().find(|it| it.name() == name);
    let is_meant = |it: &Number| match basis {
        Some(basis) => it.provenance.basis == Some(basis),
        None => it
            .path
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
    };
    let all: Vec<&Number> = setting.numbers().collect();
    let res: Vec<NumberId> = setting
        .uncertain_numbers()
        .into_iter()
        .filter(|it| is_meant(all[it.idx()]))
        .collect();
    if !res.is_empty() {
        Ok(res)
    } else if all.iter().any(|it| is_meant(it)) {
        Err(format!("`{name}` is certain: there is nothing to study"))
    } else {
        Err(format!("the scenario has no number `{name}`"))
    }
}

fn sorted(mut numbers: Vec<NumberId>) -> Vec<NumberId> {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
