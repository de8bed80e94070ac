//! Distributions of some values.

use std::cmp::Ordering;

use crate::domain::number::distribution::Distribution;
use crate::domain::number::distribution::kind::{
    ArgumentPlace, ArgumentRange, DistributionError, DistributionForm, DistributionKind,
    DistributionParameter, Prepared, lists,
};

pub(super) const KIND: DistributionKind = DistributionKind {
    name: "discrete",
    about: "One of some values, with these probabilities.",
    form: DistributionForm::Table {
        parameters: &[
            DistributionParameter {
                name: "values",
                about: "The values.",
                range: ArgumentRange::ListOfFinite,
            },
            DistributionParameter {
                name: "p",
                about: "The probability of each, in the same order; they sum to 1.",
                range: ArgumentRange::Probabilities,
            },
        ],
        words: "one of {values} with probabilities {p}",
    },
    prepare,
    quantile: |numbers, p| {
        let (values, cumulative) = numbers.split_at(numbers.len() / 2);
        let idx = cumulative.partition_point(|&it| it <= p);
        values[idx.min(values.len() - 1)]
    },
};

/// The values, sorted, and then the sum of the probabilities up to each.
fn prepare(arguments: &[&[f64]]) -> Result<Prepared, DistributionError> {
    let [values, p] = lists(arguments);
    let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(p.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    if let Some(pair) = pairs.windows(2).find(|it| it[0].0 >= it[1].0) {
        // Both zeros are one value.
        let is_same = |it: &f64| it.partial_cmp(&pair[0].0).is_some_and(Ordering::is_eq);
        let doubled = values.iter().rposition(is_same).expect("it is one of them");
        return Err(DistributionError::DoNotFit {
            rule: "every value may be listed only once",
            place: Some(ArgumentPlace::entry("values", doubled)),
        });
    }
    let mut sum = 0.0;
    let cumulative = pairs.iter().map(|it| {
        sum += it.1;
        sum
    });
    let numbers = pairs.iter().map(|it| it.0).chain(cumulative).collect();
    Ok(Prepared {
        min: pairs[0].0,
        max: pairs[pairs.len() - 1].0,
        numbers,
    })
}

impl Distribution {
    /// One of some values, each with its probability.
    ///
    /// # Errors
    ///
    /// If the lists do not match, a value is not finite or doubled, or the probabilities are
    /// negative or do not sum to 1 within
    /// [`PROBABILITY_TOLERANCE`](crate::domain::PROBABILITY_TOLERANCE).
    pub fn discrete(values: &[f64], p: &[f64]) -> Result<Self, DistributionError> {
        KIND.distribution(&[values, p])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::number::distribution::test_support::check_near;

    #[test]
    fn values_are_drawn_with_their_probabilities() {
        let discrete = Distribution::discrete(&[0.9, 0.1], &[0.25, 0.75]).unwrap();
        check_near(discrete.quantile(0.7499), 0.1, 0.0);
        check_near(discrete.quantile(0.75), 0.9, 0.0);
        check_near(discrete.quantile(0.9999), 0.9, 0.0);
        assert_eq!(discrete.range(), (0.1, 0.9));
    }

    #[test]
    fn lists_that_do_not_match_are_refused() {
        use DistributionError as E;
        for (values, p) in [(&[1.0][..], &[][..]), (&[], &[]), (&[1.0, 2.0], &[1.0])] {
            let error = Distribution::discrete(values, p).unwrap_err();
            assert_eq!(error, E::ListsDoNotMatch { kind: &KIND });
            let message = "values and p must be lists of the same length, not empty";
            assert_eq!(error.to_string(), message);
        }
        for p in [[0.5, 0.4], [-0.5, 1.5], [f64::NAN, 1.0]] {
            let error = Distribution::discrete(&[1.0, 2.0], &p);
            assert_eq!(error, Err(E::NotProbabilities { parameter: "p" }));
        }
    }

    #[test]
    fn a_doubled_value_and_one_that_is_no_number_are_refused_at_their_entries() {
        use DistributionError as E;
        let at = |entry| Some(ArgumentPlace::entry("values", entry));
        let infinite = Distribution::discrete(&[1.0, f64::INFINITY], &[0.5, 0.5]);
        assert_eq!(infinite, Err(E::NotFinite(at(1))));
        for (values, entry) in [([1.0, 1.0, 2.0], 1), ([0.0, 3.0, -0.0], 2)] {
            let doubled = Distribution::discrete(&values, &[0.5, 0.25, 0.25]);
            let rule = "every value may be listed only once";
            let place = at(entry);
            assert_eq!(doubled, Err(E::DoNotFit { rule, place }));
        }
    }
}
