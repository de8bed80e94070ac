//! What all formats have in common: issues, additive preferences, and what could not be kept.

use demarche_core::domain::{LABEL_CHARS_MAX, OutcomeSpace, PARTIES_MAX, Scale};

use crate::interchange::SCENARIO_BYTES_MAX;
use crate::interchange::error::Problem;
use crate::interchange::identifiers::cut;
use crate::interchange::source::ForeignText;

/// The largest size of a number that is taken over: sums and quotients of such stay finite.
pub const NUMBER_MAX: f64 = 1e15;

/// Bytes that a value of an option takes in a scenario file, at the least.
const VALUE_BYTES_MIN: usize = 8;

/// A scenario of another tool, in that tool's own numbers.
#[derive(Debug)]
pub(super) struct ForeignScenario {
    pub(super) name: String,
    pub(super) issues: Vec<ForeignIssue>,
    pub(super) parties: Vec<ForeignParty>,
    /// Without it everybody's yes is needed.
    pub(super) agreement_rule: Option<AgreementRule>,
    /// What could not be taken over as it is, a sentence each.
    pub(super) losses: Vec<String>,
    /// Files that are no part of it, each with the reason.
    pub(super) passed_over: Vec<String>,
}

#[derive(Debug)]
pub(super) struct ForeignIssue {
    pub(super) name: String,
    pub(super) scale: Scale,
    pub(super) options: Vec<String>,
}

#[derive(Debug)]
pub(super) struct ForeignParty {
    pub(super) name: String,
    /// One per issue.
    pub(super) weights: Vec<f64>,
    /// By issue and option.
    pub(super) values: Vec<Vec<f64>>,
    /// May be −∞.
    pub(super) reservation_value: f64,
    pub(super) discount: Option<Discount>,
}

/// By how much utilities fall with time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Discount {
    /// To this share over the whole time.
    WholeTime(f64),
    /// To this share with every round.
    PerRound(f64),
}

/// So many must say yes, and these among them.
#[derive(Debug)]
pub(super) struct AgreementRule {
    pub(super) quota: usize,
    pub(super) vetoes: Vec<usize>,
}

/// Fails if the issues are no outcome space; to be asked before anything is made for every option.
pub(super) fn check_issues(n_options: &[usize]) -> Result<(), Problem> {
    OutcomeSpace::new(n_options)?;
    Ok(())
}

/// So many numbers from `low` to `high` at equal distances, of which there are more than one if
/// the two differ; to be asked after [`check_issues`].
#[expect(clippy::cast_precision_loss, reason = "at most 4096 options")]
pub(super) fn evenly_spaced(low: f64, high: f64, n: usize) -> Vec<f64> {
    let width = (n - 1).max(1) as f64;
    let point = |it: usize| low + (high - low) * (it as f64 / width);
    (0..n).map(point).collect()
}

/// So many numbers from `low` on, each greater by `step` than the one before it.
#[expect(clippy::cast_precision_loss, reason = "at most 4096 options")]
pub(super) fn in_steps(low: f64, step: f64, n: usize) -> Vec<f64> {
    (0..n).map(|it| low + it as f64 * step).collect()
}

impl ForeignScenario {
    /// One with a name and nothing else yet.
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            issues: Vec::new(),
            parties: Vec::new(),
            agreement_rule: None,
            losses: Vec::new(),
            passed_over: Vec::new(),
        }
    }

    /// Leaves a file out.
    pub(super) fn pass_over(&mut self, text: &ForeignText<'_>, reason: &str) {
        self.passed_over
            .push(format!("{} ({reason})", text.file_name()));
    }

    /// Cuts names that are too long for labels.
    pub(super) fn shorten_names(&mut self) {
        let of_issues = self
            .issues
            .iter_mut()
            .flat_map(|it| std::iter::once(&mut it.name).chain(&mut it.options));
        let of_parties = self.parties.iter_mut().map(|it| &mut it.name);
        let mut n_cut = 0;
        for name in of_issues.chain(of_parties).chain([&mut self.name]) {
            if name.chars().count() > LABEL_CHARS_MAX {
                *name = cut(name, LABEL_CHARS_MAX);
                n_cut += 1;
            }
        }
        if n_cut > 0 {
            self.losses.push(format!(
                "names of more than {LABEL_CHARS_MAX} characters ({n_cut}) are cut"
            ));
        }
    }

    /// Fails if there is too much or too little of something, or a number out of bounds.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let n_options: Vec<usize> = self.issues.iter().map(|it| it.options.len()).collect();
        check_issues(&n_options)?;
        if self.parties.len() < 2 {
            return Err(Problem::says(
                "a negotiation needs the preferences of at least two parties",
            ));
        }
        if self.parties.len() > PARTIES_MAX {
            return Err(Problem::says(format!(
                "there are more than {PARTIES_MAX} parties: {}; name the files of those that take part",
                self.parties.len()
            )));
        }
        let n_values = self.parties.len() * n_options.iter().sum::<usize>();
        if n_values > SCENARIO_BYTES_MAX / VALUE_BYTES_MIN {
            return Err(Self::too_long());
        }
        self.parties.iter().try_for_each(|it| it.check(&n_options))
    }

    /// That no scenario file can hold it.
    pub(super) fn too_long() -> Problem {
        Problem::says(format!(
            "the scenario would have more than {} MiB",
            SCENARIO_BYTES_MAX >> 20
        ))
    }
}

impl ForeignParty {
    fn check(&self, n_options: &[usize]) -> Result<(), Problem> {
        let fails = |what: String| Err(Problem::says(format!("{what} of {}", self.name)));
        let found: Vec<usize> = self.values.iter().map(Vec::len).collect();
        if self.weights.len() != n_options.len() || found != n_options {
            return fails("there is not one weight per issue and one value per option".into());
        }
        if let Some(it) = self.weights.iter().find(|it| **it < 0.0) {
            return fails(format!("there is a negative weight ({it})"));
        }
        if self.weight_sum() < 1.0 / NUMBER_MAX {
            return fails("nothing has any weight in the preferences".into());
        }
        let numbers = self.weights.iter().chain(self.values.iter().flatten());
        let is_bounded = |it: f64| it.abs() <= NUMBER_MAX;
        let is_unlimited = self.reservation_value == f64::NEG_INFINITY;
        if !numbers.copied().all(is_bounded) || !is_unlimited && !is_bounded(self.reservation_value)
        {
            return fails(format!("there is a number beyond {NUMBER_MAX:e}"));
        }
        Ok(())
    }

    pub(super) fn weight_sum(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// The weighted sum of what is picked of every issue's values.
    pub(super) fn sum_of(&self, pick: impl Fn(&[f64]) -> f64) -> f64 {
        let parts = self.weights.iter().zip(&self.values);
        parts.map(|(weight, values)| weight * pick(values)).sum()
    }
}

pub(super) fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

pub(super) fn greatest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}
