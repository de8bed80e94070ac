//! How far two parties' interests go together.

use crate::domain::Preferences;

/// The correlation of two parties' utilities over all outcomes, from −1 (opposed) to 1 (the same).
///
/// ```text
/// ρ = Σ_i cov_i(a, b) / √( Σ_i var_i(a) · Σ_i var_i(b) )
/// ```
///
/// with covariances and variances over the options of issue i, each as likely as the others.
/// Interactions are left out of it. `None` if one of the parties is indifferent.
pub fn preference_correlation(a: &Preferences, b: &Preferences) -> Option<f64> {
    let variance = product_moment(a, a) * product_moment(b, b);
    (variance > 0.0).then(|| product_moment(a, b) / variance.sqrt())
}

/// The sum over all issues of the covariance of what their options contribute.
#[expect(
    clippy::cast_precision_loss,
    reason = "contributions have 49 bits, numbers of options 12: a float holds 53"
)]
fn product_moment(a: &Preferences, b: &Preferences) -> f64 {
    let space = a.space();
    let of_issue = |issue| {
        let n = space.n_options(issue) as f64;
        let deviations = |it: &Preferences| -> Vec<f64> {
            let contributions = it.contributions(issue).iter();
            let whole: Vec<f64> = contributions.map(|&it| it as f64).collect();
            let mean = whole.iter().sum::<f64>() / n;
            whole.iter().map(|it| it - mean).collect()
        };
        let products = deviations(a).into_iter().zip(deviations(b));
        products.map(|(a, b)| a * b).sum::<f64>() / n
    };
    space.issues().map(of_issue).sum()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::OutcomeSpace;

    #[test]
    fn interests_are_the_same_opposed_or_unrelated() {
        let space = Arc::new(OutcomeSpace::new(&[2, 2]).unwrap());
        let party = |utilities: [f64; 4]| {
            let mut res = Preferences::indifferent(Arc::clone(&space), Vec::new());
            res.set(&[1.0, 1.0], &utilities, &[], 0.0);
            res
        };
        let a = party([0.0, 1.0, 0.25, 0.75]);
        let near = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 1e-12;
        assert!(near(
            preference_correlation(&a, &party([0.5, 1.0, 0.5, 0.75])),
            1.0
        ));
        assert!(near(
            preference_correlation(&a, &party([1.0, 0.0, 0.75, 0.25])),
            -1.0
        ));
        assert!(near(
            preference_correlation(&a, &party([0.25, 0.75, 1.0, 0.0])),
            0.0
        ));
        assert_eq!(preference_correlation(&a, &party([0.5; 4])), None);
    }
}
