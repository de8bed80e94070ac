//! One option per issue, and the space of all such outcomes.
//!
//! An outcome is packed into one machine word, so that offers are copied between actors for free.

use std::ops::Range;

use crate::domain::issue::{IssueId, OptionId};
use crate::domain::limits::{ISSUES_MAX, OPTIONS_MAX, OUTCOMES_MAX};

/// One option for every issue, packed.
///
/// Only the [`OutcomeSpace`] it was made by can read it.
/// Outcomes compare in the order of the space, in which the last issue changes fastest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Outcome(u64);

impl Outcome {
    /// The outcome made of every issue's share, see [`OutcomeSpace::share`].
    pub fn from_shares(code: u64) -> Self {
        Self(code)
    }

    /// The packed form: each issue's option in a field of its own, the last issue lowest.
    pub fn code(self) -> u64 {
        self.0
    }
}

/// Where an issue's option sits in the packed form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Field {
    shift: u32,
    mask: u64,
    n_options: u16,
    /// Position of the issue's first option in a list of all options of all issues.
    offset: u32,
}

impl Field {
    /// The position of the outcome's option among those of the issue.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a field has 12 bits at most"
    )]
    fn option_idx(self, outcome: Outcome) -> usize {
        ((outcome.0 >> self.shift) & self.mask) as usize
    }
}

/// All outcomes of a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutcomeSpace {
    fields: Vec<Field>,
    n_outcomes: u64,
    n_options: usize,
}

/// Why issues do not make a space.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SpaceError {
    /// There is nothing to settle.
    #[error("there is no issue")]
    NoIssue,
    /// An issue has no option.
    #[error("an issue has no option")]
    EmptyIssue,
    /// More than [`ISSUES_MAX`] issues.
    #[error("more than {ISSUES_MAX} issues")]
    TooManyIssues,
    /// An issue has more than [`OPTIONS_MAX`] options.
    #[error("an issue has more than {OPTIONS_MAX} options")]
    TooManyOptions,
    /// More than [`OUTCOMES_MAX`] outcomes.
    #[error("more than {OUTCOMES_MAX} outcomes")]
    TooManyOutcomes,
}

impl OutcomeSpace {
    /// The space of issues with these numbers of options.
    ///
    /// # Errors
    ///
    /// [`SpaceError`] names the limit that is broken.
    ///
    /// # Panics
    ///
    /// Never: the limits keep a packed outcome within its word.
    pub fn new(n_options: &[usize]) -> Result<Self, SpaceError> {
        if n_options.is_empty() {
            return Err(SpaceError::NoIssue);
        }
        if n_options.len() > ISSUES_MAX {
            return Err(SpaceError::TooManyIssues);
        }
        let mut n_outcomes: u64 = 1;
        for &n in n_options {
            if n == 0 {
                return Err(SpaceError::EmptyIssue);
            }
            if n > OPTIONS_MAX {
                return Err(SpaceError::TooManyOptions);
            }
            n_outcomes = n_outcomes
                .checked_mul(n as u64)
                .filter(|&it| it <= OUTCOMES_MAX)
                .ok_or(SpaceError::TooManyOutcomes)?;
        }
        // A field of n options takes at most twice log2(n) bits (n = 3 is the worst real case at
        // 1.26 times), so a trillion outcomes need at most 40 * 1.26 < 64 bits.
        let mut fields = Vec::with_capacity(n_options.len());
        let mut shift = 0;
        for &n in n_options.iter().rev() {
            let bits = usize::BITS - (n - 1).leading_zeros();
            fields.push(Field {
                // A shift by the whole word is undefined; a field of no bits may sit anywhere.
                shift: if bits == 0 { 0 } else { shift },
                mask: (1 << bits) - 1,
                n_options: u16::try_from(n).expect("at most 4096 options"),
                offset: 0,
            });
            shift += bits;
        }
        assert!(shift <= u64::BITS, "a trillion outcomes fit a word");
        fields.reverse();
        let mut offset = 0;
        for field in &mut fields {
            field.offset = offset;
            offset += u32::from(field.n_options);
        }
        Ok(Self {
            fields,
            n_outcomes,
            n_options: offset as usize,
        })
    }

    /// Number of issues.
    pub fn n_issues(&self) -> usize {
        self.fields.len()
    }

    /// Number of outcomes.
    pub fn n_outcomes(&self) -> u64 {
        self.n_outcomes
    }

    /// How many options all issues have together.
    pub fn n_options_total(&self) -> usize {
        self.n_options
    }

    /// How many options an issue has.
    pub fn n_options(&self, issue: IssueId) -> usize {
        usize::from(self.fields[issue.idx()].n_options)
    }

    /// The issues in scenario order.
    pub fn issues(&self) -> impl DoubleEndedIterator<Item = IssueId> + ExactSizeIterator + Clone {
        (0..self.fields.len()).map(IssueId::new)
    }

    /// The options of an issue in file order.
    pub fn options(&self, issue: IssueId) -> impl ExactSizeIterator<Item = OptionId> + Clone {
        (0..self.n_options(issue)).map(OptionId::new)
    }

    /// The position of an option in the list of all options of all issues.
    pub fn flat(&self, issue: IssueId, option: OptionId) -> usize {
        self.fields[issue.idx()].offset as usize + option.idx()
    }

    /// The positions of an issue's options in that list.
    pub fn flat_range(&self, issue: IssueId) -> Range<usize> {
        let field = &self.fields[issue.idx()];
        let first = field.offset as usize;
        first..first + usize::from(field.n_options)
    }

    /// The flat positions of an outcome's options, issue by issue.
    pub fn flat_options(&self, outcome: Outcome) -> impl Iterator<Item = usize> + '_ {
        self.fields
            .iter()
            .map(move |it| it.offset as usize + it.option_idx(outcome))
    }

    /// The option with which an outcome settles an issue.
    pub fn option(&self, outcome: Outcome, issue: IssueId) -> OptionId {
        OptionId::new(self.fields[issue.idx()].option_idx(outcome))
    }

    /// An issue's share of the packed form; the shares of all issues together are the outcome.
    pub fn share(&self, issue: IssueId, option: OptionId) -> u64 {
        (option.idx() as u64) << self.fields[issue.idx()].shift
    }

    /// The outcome with this packed form, if it is one of the space.
    pub fn outcome_of_code(&self, code: u64) -> Option<Outcome> {
        let outcome = Outcome(code);
        let rebuilt = self.fields.iter().try_fold(0, |acc, field| {
            let option = field.option_idx(outcome);
            let is_there = option < usize::from(field.n_options);
            is_there.then_some(acc | (option as u64) << field.shift)
        })?;
        (rebuilt == code).then_some(outcome)
    }

    /// Whether the outcome is one of this space.
    pub fn contains(&self, outcome: Outcome) -> bool {
        self.outcome_of_code(outcome.0).is_some()
    }

    /// The outcome that settles the issues with these options, one per issue in scenario order.
    ///
    /// # Panics
    ///
    /// If there is not one option of the right issue for each issue.
    pub fn outcome(&self, options: &[OptionId]) -> Outcome {
        assert_eq!(options.len(), self.n_issues(), "one option for every issue");
        let code = self.issues().zip(options).fold(0, |acc, (issue, &option)| {
            assert!(
                option.idx() < self.n_options(issue),
                "an option of the issue"
            );
            acc | self.share(issue, option)
        });
        Outcome(code)
    }

    /// All outcomes in order, the last issue fastest. For small spaces and for tests.
    pub fn outcomes(&self) -> impl Iterator<Item = Outcome> + '_ {
        (0..self.n_outcomes).map(|it| self.outcome_at(it))
    }

    /// The outcome with this number in the order of the space, from 0.
    ///
    /// # Panics
    ///
    /// If there are no more outcomes than that.
    pub fn outcome_at(&self, number: u64) -> Outcome {
        assert!(number < self.n_outcomes, "an outcome of the space");
        let mut rest = number;
        let code = self.fields.iter().rev().fold(0, |acc, field| {
            let n = u64::from(field.n_options);
            let option = rest % n;
            rest /= n;
            acc | option << field.shift
        });
        Outcome(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_come_in_order_with_the_last_issue_fastest() {
        let space = OutcomeSpace::new(&[2, 1, 3]).unwrap();
        let listed: Vec<Vec<usize>> = space
            .outcomes()
            .map(|it| {
                space
                    .issues()
                    .map(|issue| space.option(it, issue).idx())
                    .collect()
            })
            .collect();
        let expected = [
            [0, 0, 0],
            [0, 0, 1],
            [0, 0, 2],
            [1, 0, 0],
            [1, 0, 1],
            [1, 0, 2],
        ];
        assert_eq!(listed, expected);
        assert!(space.outcomes().is_sorted());
    }

    #[test]
    fn a_code_outside_the_space_is_no_outcome() {
        let space = OutcomeSpace::new(&[3, 2]).unwrap();
        let codes: Vec<u64> = (0..16)
            .filter(|&it| space.outcome_of_code(it).is_some())
            .collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn limits_are_named() {
        assert_eq!(OutcomeSpace::new(&[]), Err(SpaceError::NoIssue));
        assert_eq!(OutcomeSpace::new(&[2, 0]), Err(SpaceError::EmptyIssue));
        assert_eq!(OutcomeSpace::new(&[1; 65]), Err(SpaceError::TooManyIssues));
        assert_eq!(OutcomeSpace::new(&[4097]), Err(SpaceError::TooManyOptions));
        assert_eq!(
            OutcomeSpace::new(&[2; 40]),
            Err(SpaceError::TooManyOutcomes)
        );
        assert!(OutcomeSpace::new(&[3; 25]).is_ok());
        assert!(OutcomeSpace::new(&[1; 64]).is_ok());
    }
}
