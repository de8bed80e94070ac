//! The paths that a wrong path was probably meant to be.

/// Paths that a hint lists.
const LISTED_MAX: usize = 3;

/// Paths that are looked at: a scenario may have very many.
const LOOKED_AT_MAX: usize = 20_000;

/// Names as like each other as this are taken for each other.
const LIKENESS_MIN: f64 = 0.8;

/// What it costs to leave out a name of the wrong path; one of the right path costs 1.
const LEFT_OUT: f64 = 3.0;

/// The paths that a wrong one was probably meant to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PathsMeant {
    /// Them in a question.
    pub(crate) hint: String,
    /// The path, if it is only one.
    pub(crate) only: Option<String>,
}

/// The known paths nearest to a wrong one; `None` if none is near.
///
/// A path is near if it has the names of the wrong one, or similar ones, in their order and others
/// between them, and ends alike; at most one other name may be missing.
pub(crate) fn paths_meant(
    wrong: &str,
    known: impl IntoIterator<Item = impl AsRef<str>>,
) -> Option<PathsMeant> {
    let names: Vec<&str> = wrong.split('.').collect();
    let mut least = f64::INFINITY;
    let mut found: Vec<String> = Vec::new();
    for path in known.into_iter().take(LOOKED_AT_MAX) {
        let path = path.as_ref();
        let parts: Vec<&str> = path.split('.').collect();
        let Some(cost) = nearness(&names, &parts) else {
            continue;
        };
        if cost < least - 1e-9 {
            least = cost;
            found.clear();
        }
        if cost < least + 1e-9 && !found.iter().any(|it| it == path) {
            found.push(path.to_owned());
        }
    }
    let listed: Vec<String> = found
        .iter()
        .take(LISTED_MAX)
        .map(|it| format!("`{it}`"))
        .collect();
    let more = found.len() - listed.len();
    let hint = match &listed[..] {
        [] => return None,
        [only] => format!("did you mean {only}?"),
        _ if more > 0 => format!(
            "did you mean {}, or one of {more} more like them?",
            listed.join(", ")
        ),
        [others @ .., last] => format!("did you mean {} or {last}?", others.join(", ")),
    };
    let only = (found.len() == 1).then(|| found.swap_remove(0));
    Some(PathsMeant { hint, only })
}

/// What it costs to make a path of a wrong one; `None` if it is another path.
fn nearness(wrong: &[&str], path: &[&str]) -> Option<f64> {
    if wrong.len() > path.len() + 1 {
        return None;
    }
    let whole = with_like_ends(wrong, path);
    let places = 0..wrong.len().saturating_sub(1);
    let with_one_less = places.map(|left_out| {
        let mut rest = wrong.to_vec();
        rest.remove(left_out);
        Some(with_like_ends(&rest, path)? + LEFT_OUT)
    });
    let all = std::iter::once(whole).chain(with_one_less).flatten();
    all.min_by(f64::total_cmp)
}

/// What a path costs whose last name is the last one of the wrong path, or is like it: what a path
/// ends with is what is meant.
fn with_like_ends(wrong: &[&str], path: &[&str]) -> Option<f64> {
    let ((name, rest), (last, before)) = wrong.split_last().zip(path.split_last())?;
    Some(unlikeness(name, last)? + aligned(rest, before)?)
}

/// What the names of a path cost, each beside one of the wrong path or left over, at least.
fn aligned(wrong: &[&str], path: &[&str]) -> Option<f64> {
    let Some((last, before)) = path.split_last() else {
        return wrong.is_empty().then_some(0.0);
    };
    let matched = wrong
        .split_last()
        .and_then(|(name, rest)| Some(unlikeness(name, last)? + aligned(rest, before)?));
    let is_long_enough = before.len() >= wrong.len();
    let left_over = is_long_enough.then(|| aligned(wrong, before)).flatten();
    let left_over = left_over.map(|it| 1.0 + it);
    let ways = [matched, left_over].into_iter().flatten();
    ways.min_by(f64::total_cmp)
}

/// From 0 for the same name; `None` of names that are not alike.
fn unlikeness(name: &str, known: &str) -> Option<f64> {
    let likeness = strsim::jaro_winkler(name, known);
    (likeness > LIKENESS_MIN).then_some(1.0 - likeness)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATHS: [&str; 9] = [
        "party.lower.red_line.far_field.when.upper_field",
        "party.upper.strategy.0.p",
        "party.upper.reservation_value",
        "party.upper.preference.fee.weight",
        "party.upper.preference.hours.weight",
        "party.upper.preference.hours.utility.mornings",
        "party.lower.reservation_value",
        "party.lower.preference.hours.weight",
        "protocol.alternating_offers.deadline_rounds",
    ];

    #[track_caller]
    fn check(wrong: &str, hint: Option<&str>) {
        let meant = paths_meant(wrong, PATHS);
        assert_eq!(meant.as_ref().map(|it| it.hint.as_str()), hint);
        assert_eq!(
            meant.is_some_and(|it| it.only.is_some()),
            hint.is_some_and(|it| !it.contains(" or "))
        );
    }

    #[test]
    fn the_nearest_paths_have_the_names_of_the_wrong_one_in_their_order() {
        let upper = Some("did you mean `party.upper.reservation_value`?");
        check("party.uper.reservation_value", upper);
        check("upper.reservation_value", upper);
        check("parties.upper.reservation_value", upper);
        let rounds = Some("did you mean `protocol.alternating_offers.deadline_rounds`?");
        check("deadline_rounds", rounds);
        check("protocol.proposal_and_vote.deadline_rounds", rounds);
        check(
            "party.upper.weight",
            Some(
                "did you mean `party.upper.preference.fee.weight` or `party.upper.preference.hours.weight`?",
            ),
        );
        check(
            "party.upper.hours.utility.morning",
            Some("did you mean `party.upper.preference.hours.utility.mornings`?"),
        );
        check(
            "weight",
            Some(
                "did you mean `party.upper.preference.fee.weight`, `party.upper.preference.hours.weight` or `party.lower.preference.hours.weight`?",
            ),
        );
        check("party.upper.strength", None);
        check("xyzzy", None);
        check("", None);
    }
}
