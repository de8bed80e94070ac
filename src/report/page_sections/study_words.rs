//! What is said of a study where its figures do not speak for themselves: nothing to explain, too
//! few points, more than the whole.

use demarche_stats::estimate::Estimate;

use crate::wording::{count, counted};

/// How often the sessions of a study ended in a deal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct DealCounts {
    /// Number of sessions.
    pub(crate) sessions: u64,
    /// How many of them ended in a deal.
    pub(crate) deals: u64,
}

/// Why nothing is said of what decides whether there is a deal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoWordOnDeals {
    /// There are indices, all of them 0.
    NoDifference,
    /// No index has an interval; so many points would do, with what they are called.
    NoInterval(Option<(u64, &'static str)>),
}

impl DealCounts {
    /// Why what follows is about utilities.
    pub(crate) fn why_utilities(self, why: NoWordOnDeals) -> String {
        let Self { sessions, deals } = self;
        let reason = if deals == 0 {
            format!(
                "None of the {} ended in a deal, so nothing decides whether there is one.",
                counted(sessions, "session")
            )
        } else if deals == sessions {
            format!(
                "All {} ended in a deal, so nothing decides whether there is one.",
                counted(sessions, "session")
            )
        } else {
            match why {
                NoWordOnDeals::NoDifference => {
                    "Nothing that was varied made a difference to whether there is a deal."
                        .to_owned()
                }
                NoWordOnDeals::NoInterval(points) => self.too_rare(points),
            }
        };
        format!("{reason} What follows is about the utility that each party ends with.")
    }

    fn too_rare(self, points: Option<(u64, &'static str)>) -> String {
        let Self { sessions, deals } = self;
        let Some((points, noun)) = points else {
            return "The share of deals differs between too few cells for an index with its \
                    interval."
                .to_owned();
        };
        let (what, n) = if deals <= sessions / 2 {
            ("Deals", deals)
        } else {
            ("Sessions without a deal", sessions - deals)
        };
        format!(
            "{what} are too rare, {} of {}, for an index with its interval; about {} {noun} would \
             do.",
            count(n),
            counted(sessions, "session"),
            count(points)
        )
    }
}

/// That an index of a factor is not known well enough for a claim, and how many points would do.
pub(crate) fn too_few_points(factor: &str, estimate: &Estimate, points: u64, noun: &str) -> String {
    let half_width = estimate.interval.map_or(0.0, |it| (it.high - it.low) / 2.0);
    format!(
        "{} {noun} are too few for a claim: the figure of {factor} is known to ± {half_width:.2} \
         only; about {} {noun} would do.",
        count(estimate.n),
        count(points)
    )
}

/// What is to be known of indices above 1.
pub(crate) const ABOVE_ONE: &str =
    "An index above 1 is noise: no share of a variance is more than the whole.";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(counts: [u64; 2], why: NoWordOnDeals, expected: &str) {
        let [sessions, deals] = counts;
        let rendered = DealCounts { sessions, deals }.why_utilities(why);
        let rest = " What follows is about the utility that each party ends with.";
        assert_eq!(rendered, format!("{expected}{rest}"));
    }

    #[test]
    fn why_a_study_is_about_utilities_is_told() {
        let rare = NoWordOnDeals::NoInterval(Some((4096, "base points")));
        check(
            [1000, 0],
            rare,
            "None of the 1,000 sessions ended in a deal, so nothing decides whether there is one.",
        );
        check(
            [1000, 1000],
            NoWordOnDeals::NoDifference,
            "All 1,000 sessions ended in a deal, so nothing decides whether there is one.",
        );
        check(
            [1000, 3],
            rare,
            "Deals are too rare, 3 of 1,000 sessions, for an index with its interval; about 4,096 \
             base points would do.",
        );
        check(
            [1000, 997],
            rare,
            "Sessions without a deal are too rare, 3 of 1,000 sessions, for an index with its \
             interval; about 4,096 base points would do.",
        );
        check(
            [1000, 500],
            NoWordOnDeals::NoDifference,
            "Nothing that was varied made a difference to whether there is a deal.",
        );
        check(
            [1000, 500],
            NoWordOnDeals::NoInterval(None),
            "The share of deals differs between too few cells for an index with its interval.",
        );
    }
}
