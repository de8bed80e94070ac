//! Which issues decide whether a condition holds.

use crate::domain::{Condition, IssueId, OptionId};

/// How far the options that are left decide whether a condition holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Coupling {
    /// Some issue is left without an option that fulfils it.
    Never,
    /// Every choice fulfils it.
    Always,
    /// This issue's choice alone decides.
    One(IssueId),
    /// The choices of all these issues together decide; in scenario order.
    Several(Vec<IssueId>),
}

impl Coupling {
    /// For a condition, when these options are left of an issue.
    pub(crate) fn new<O>(condition: &Condition, mut options: impl FnMut(IssueId) -> O) -> Self
    where
        O: Iterator<Item = OptionId>,
    {
        let mut first: Option<IssueId> = None;
        // Memory is taken from the second issue on.
        let mut deciding: Vec<IssueId> = Vec::new();
        // Clauses are sorted, so several of one issue stand side by side.
        for of_issue in condition.clauses().chunk_by(|one, next| one.0 == next.0) {
            let issue = of_issue[0].0;
            let (mut n_allowed, mut n_options) = (0, 0);
            for option in options(issue) {
                n_options += 1;
                let mut clauses = of_issue.iter();
                n_allowed += usize::from(clauses.all(|it| it.1.contains(&option)));
            }
            if n_allowed == 0 {
                return Self::Never;
            }
            if n_allowed < n_options {
                match first {
                    None => first = Some(issue),
                    Some(first) => {
                        if deciding.is_empty() {
                            deciding.push(first);
                        }
                        deciding.push(issue);
                    }
                }
            }
        }
        match first {
            None => Self::Always,
            Some(issue) if deciding.is_empty() => Self::One(issue),
            Some(_) => Self::Several(deciding),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OutcomeSpace;

    #[test]
    fn only_issues_with_a_choice_decide() {
        let space = OutcomeSpace::new(&[2, 3, 2]).unwrap();
        let check = |clauses: &[(usize, &[usize])]| {
            let clauses = clauses.iter().map(|(issue, options)| {
                let options = options.iter().map(|&it| OptionId::new(it)).collect();
                (IssueId::new(*issue), options)
            });
            Coupling::new(&Condition::new(clauses), |issue| space.options(issue))
        };
        let [a, b] = [0, 1].map(IssueId::new);
        assert_eq!(check(&[]), Coupling::Always);
        assert_eq!(check(&[(0, &[0, 1])]), Coupling::Always);
        assert_eq!(check(&[(0, &[0]), (2, &[0, 1])]), Coupling::One(a));
        assert_eq!(check(&[(1, &[0, 1]), (1, &[1, 2])]), Coupling::One(b));
        assert_eq!(check(&[(1, &[0]), (1, &[1])]), Coupling::Never);
        assert_eq!(
            check(&[(0, &[0]), (1, &[1])]),
            Coupling::Several(vec![a, b])
        );
    }
}
