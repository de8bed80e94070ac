//! Caveats of a study: no variance, too few points, indices above 1.

use demarche_stats::estimate::Estimate;

use crate::experiment::{SensitivityMeasure, points_for_claim};
use crate::report::drawing::{Quantity, Unit};
use crate::wording::{count, counted};

/// The kind of design whose results are presented.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DesignKind {
    /// Of a study of the scenario's own numbers.
    Study,
    /// Of a sweep.
    Sweep,
}

impl DesignKind {
    /// The candidates for the leading measure of an outcome, in order of preference.
    ///
    /// In a study, a rank correlation only accompanies an index.
    pub(crate) fn leading_measures(self) -> &'static [SensitivityMeasure] {
        const ALL: [SensitivityMeasure; 3] = [
            SensitivityMeasure::Total,
            SensitivityMeasure::MeanEffectSize,
            SensitivityMeasure::PartialRankCorrelation,
        ];
        match self {
            Self::Study => &ALL[..2],
            Self::Sweep => &ALL,
        }
    }

    /// The leading measure of an outcome: the first candidate with an estimate other than 0 that
    /// has an interval. `estimates` are those of all factors by a measure.
    pub(crate) fn leading_measure<I: IntoIterator<Item = Quantity>>(
        self,
        estimates: impl Fn(SensitivityMeasure) -> I,
    ) -> Option<SensitivityMeasure> {
        let has_effect = |it: Quantity| it.value != 0.0 && it.interval.is_some();
        let mut candidates = self.leading_measures().iter().copied();
        candidates.find(|measure| estimates(*measure).into_iter().any(has_effect))
    }
}

/// How often the sessions of a study ended in a deal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct DealCounts {
    /// Number of sessions.
    pub(crate) sessions: u64,
    /// How many of them ended in a deal.
    pub(crate) deals: u64,
}

/// Why the agreement rate has no indices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoWordOnDeals {
    /// There are indices, all of them 0.
    NoDifference,
    /// No index has an interval; the sufficient number of points, with their noun.
    NoInterval(Option<(u64, &'static str)>),
}

impl DealCounts {
    /// The reason why the following figures are about utilities.
    pub(crate) fn why_utilities(self, why: NoWordOnDeals) -> String {
        let Self { sessions, deals } = self;
        let reason = if deals == 0 {
            format!(
                "None of the {} ended in a deal, so the agreement rate depends on no factor.",
                counted(sessions, "session")
            )
        } else if deals == sessions {
            format!(
                "All {} ended in a deal, so the agreement rate depends on no factor.",
                counted(sessions, "session")
            )
        } else {
            match why {
                NoWordOnDeals::NoDifference => {
                    "No varied factor affected whether there is a deal.".to_owned()
                }
                NoWordOnDeals::NoInterval(points) => self.too_rare(points),
            }
        };
        format!("{reason} The following figures are about the utility of each party.")
    }

    fn too_rare(self, points: Option<(u64, &'static str)>) -> String {
        let Self { sessions, deals } = self;
        let Some((points, noun)) = points else {
            return "The share of deals differs between too few cells for an index with an \
                    interval."
                .to_owned();
        };
        let (what, n) = if deals <= sessions / 2 {
            ("Deals", deals)
        } else {
            ("Sessions without a deal", sessions - deals)
        };
        format!(
            "{what} are too rare, {} of {}, for an index with an interval; about {} {noun} would \
             suffice.",
            count(n),
            counted(sessions, "session"),
            count(points)
        )
    }
}

/// The caveat that an index has too few points for a conclusion, with a sufficient number.
pub(crate) fn too_few_points(factor: &str, estimate: &Estimate, points: u64, noun: &str) -> String {
    let half_width = estimate.interval.map_or(0.0, |it| (it.high - it.low) / 2.0);
    format!(
        "{} {noun} are too few for a firm conclusion: the figure of {factor} has an interval of ± \
         {half_width:.2}; about {} {noun} would suffice.",
        count(estimate.n),
        count(points)
    )
}

/// How much of the variance of some outcomes involves the form of the model, in a sentence, with what the
/// rest is about if they are known well enough; `None` of none.
pub(crate) fn share_of_forms(shares: &[(String, Quantity)]) -> Option<String> {
    let part = |(outcome, share): &(String, Quantity)| {
        let [share, low, high] = share.fields(Unit::Share);
        format!("{share} ({low} to {high}) of the variance of {outcome}")
    };
    let parts: Vec<String> = shares.iter().map(part).collect();
    let (last, before) = parts.split_last()?;
    let parts = if before.is_empty() {
        last.clone()
    } else {
        format!("{} and {last}", before.join(", "))
    };
    let is_known = |(_, it): &(String, Quantity)| {
        let estimate = Estimate {
            point: it.value,
            standard_error: None,
            interval: it.interval,
            n: 1,
        };
        it.value <= 1.0 && points_for_claim(&estimate, true).is_none()
    };
    let rest = if shares.iter().all(is_known) {
        "; the rest is about what parties want, and about chance"
    } else {
        ""
    };
    Some(format!(
        "The form of the model is involved in {parts}, alone or in interaction with numbers and \
         randomness{rest}."
    ))
}

/// How shares of deals by level of the form of the model are to be read.
pub(crate) const LEVELS_TOGETHER: &str = "All other dimensions and numbers vary at the same time; \
     `demarche robustness` changes one dimension at a time.";

/// The caveat of indices above 1.
pub(crate) const ABOVE_ONE: &str =
    "An index above 1 is sampling noise: a share of a variance is at most 1.";

#[cfg(test)]
mod tests {
    use demarche_stats::estimate::Interval;

    use super::*;

    #[track_caller]
    fn check(counts: [u64; 2], why: NoWordOnDeals, expected: &str) {
        let [sessions, deals] = counts;
        let rendered = DealCounts { sessions, deals }.why_utilities(why);
        let rest = " The following figures are about the utility of each party.";
        assert_eq!(rendered, format!("{expected}{rest}"));
    }

    #[test]
    fn the_share_of_forms_leaves_a_rest_only_where_it_is_known_well_enough() {
        let share = |outcome: &str, value: f64| {
            let (low, high) = (value - 0.05, value + 0.05);
            let interval = Some(Interval { low, high });
            (outcome.to_owned(), Quantity { value, interval })
        };
        assert_eq!(share_of_forms(&[]), None);
        assert_eq!(
            share_of_forms(&[share("deals", 0.25)]).unwrap(),
            "The form of the model is involved in 25.0 % (20.0 % to 30.0 %) of the variance of \
             deals, alone or in interaction with numbers and randomness; the rest is about what \
             parties want, and about chance."
        );
        let unsure = share_of_forms(&[share("deals", 0.0625)]).unwrap();
        assert!(unsure.ends_with("with numbers and randomness."), "{unsure}");
        let shares = [("a", 0.25), ("b", 0.5), ("c", 1.25)].map(|it| share(it.0, it.1));
        assert_eq!(
            share_of_forms(&shares).unwrap(),
            "The form of the model is involved in 25.0 % (20.0 % to 30.0 %) of the variance of a, \
             50.0 % (45.0 % to 55.0 %) of the variance of b and 125.0 % (120.0 % to 130.0 %) of the \
             variance of c, alone or in interaction with numbers and randomness."
        );
    }

    #[test]
    fn the_reason_for_a_study_of_utilities_is_given() {
        let rare = NoWordOnDeals::NoInterval(Some((4096, "base points")));
        check(
            [1000, 0],
            rare,
            "None of the 1,000 sessions ended in a deal, so the agreement rate depends on no factor.",
        );
        check(
            [1000, 1000],
            NoWordOnDeals::NoDifference,
            "All 1,000 sessions ended in a deal, so the agreement rate depends on no factor.",
        );
        check(
            [1000, 3],
            rare,
            "Deals are too rare, 3 of 1,000 sessions, for an index with an interval; about 4,096 \
             base points would suffice.",
        );
        check(
            [1000, 997],
            rare,
            "Sessions without a deal are too rare, 3 of 1,000 sessions, for an index with an \
             interval; about 4,096 base points would suffice.",
        );
        check(
            [1000, 500],
            NoWordOnDeals::NoDifference,
            "No varied factor affected whether there is a deal.",
        );
        check(
            [1000, 500],
            NoWordOnDeals::NoInterval(None),
            "The share of deals differs between too few cells for an index with an interval.",
        );
    }
}
