//! Cells of a sweep in words: which are equal, and what courses and shares of deals say.

use demarche_stats::estimate::Interval;

use crate::report::drawing::{Quantity, Unit};
use crate::report::page_sections::factor_labels::PathLabels;
use crate::wording::{count, counted};

/// Groups of equal cells that are named, and cells of each.
const EQUAL_SHOWN: usize = 10;

/// The cells that are equal in every session, as text; `None` if all differ.
///
/// Of each cell there is the first one before it that is equal to it.
pub(crate) fn equal_cells<C: std::fmt::Display + PartialEq>(
    cells: impl Iterator<Item = (C, Option<C>)>,
) -> Option<String> {
    let mut groups: Vec<Vec<C>> = Vec::new();
    let mut n_cells = 0;
    let mut n_distinct = 0;
    for (cell, first) in cells {
        n_cells += 1;
        let Some(first) = first else {
            n_distinct += 1;
            continue;
        };
        match groups.iter_mut().find(|it| it[0] == first) {
            Some(group) => group.push(cell),
            None => groups.push(vec![first, cell]),
        }
    }
    if groups.is_empty() {
        return None;
    }
    let named = groups.iter().take(EQUAL_SHOWN).map(|group| {
        let cells = group.iter().take(EQUAL_SHOWN).map(ToString::to_string);
        let mut cells: Vec<String> = cells.collect();
        if group.len() > EQUAL_SHOWN {
            cells.push(format!(
                "{} more",
                count((group.len() - EQUAL_SHOWN) as u64)
            ));
        }
        let last = cells.pop().expect("a group has two cells");
        format!("{} and {last}", cells.join(", "))
    });
    let mut named: Vec<String> = named.collect();
    if groups.len() > EQUAL_SHOWN {
        let rest = (groups.len() - EQUAL_SHOWN) as u64;
        named.push(format!("{} more such groups", count(rest)));
    }
    Some(format!(
        "Only {} of {} differ. Equal in every session are {} (`same_as` in cells.csv): the varied values cancel out between them, or have no effect.",
        count(n_distinct),
        counted(n_cells, "cell"),
        named.join("; ")
    ))
}

/// The values of a path, in words.
pub(in crate::report::page_sections) fn named(path: &str, values: &[&str]) -> Vec<String> {
    values
        .iter()
        .map(|it| PathLabels::value(path, it))
        .collect()
}

/// Whether an interval leaves out 0.
pub(in crate::report::page_sections) fn is_certain(it: &Quantity) -> bool {
    it.interval.is_some_and(|it| it.low > 0.0 || it.high < 0.0)
}

/// Two shares as a range, or the one that both are.
pub(in crate::report::page_sections) fn from_to(least: f64, most: f64) -> String {
    let [least, most] = Unit::Share.texts([least, most]);
    if least == most {
        return most;
    }
    format!("From {least} to {most}")
}

/// What a course of deals over a number says, in a sentence.
pub(in crate::report::page_sections) fn course_title(
    along: &str,
    points: &[(f64, Quantity)],
) -> String {
    let by_deals = |a: &&(f64, Quantity), b: &&(f64, Quantity)| a.1.value.total_cmp(&b.1.value);
    let ends = points
        .iter()
        .min_by(by_deals)
        .zip(points.iter().max_by(by_deals));
    let Some((least, most)) = ends else {
        return "Share of deals".to_owned();
    };
    let ends = |it: &Quantity| {
        let exact = Interval {
            low: it.value,
            high: it.value,
        };
        it.interval.unwrap_or(exact)
    };
    let [low, high] = Unit::Share.texts([least.1.value, most.1.value]);
    if ends(&least.1).high >= ends(&most.1).low {
        return format!("{along}: deals hardly depend on it, {low} to {high} of sessions");
    }
    format!(
        "{along}: fewest deals at {} ({low} of sessions), most at {} ({high})",
        least.0, most.0
    )
}

/// Where deals are most frequent, in a sentence.
pub(in crate::report::page_sections) fn most_title(bars: &[(String, Quantity)]) -> String {
    let most = bars.iter().max_by(|a, b| a.1.value.total_cmp(&b.1.value));
    most.map_or_else(
        || "Share of deals".to_owned(),
        |it| {
            format!(
                "Most deals with {}: {}",
                it.0,
                Unit::Share.render(it.1.value)
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_cells_are_named_group_by_group() {
        let rendered = |same_as: &[Option<usize>]| equal_cells((0..).zip(same_as.iter().copied()));
        assert_eq!(rendered(&[None, None]), None);
        let some = rendered(&[None, None, Some(0), Some(1), Some(0), None]).unwrap();
        assert!(
            some.starts_with(
                "Only 3 of 6 cells differ. Equal in every session are 0, 2 and 4; 1 and 3 ("
            ),
            "{some}"
        );
        let pairs: Vec<Option<usize>> = (0..24).map(|it| (it >= 12).then(|| it - 12)).collect();
        let many = rendered(&pairs).unwrap();
        assert!(many.contains("9 and 21; 2 more such groups ("), "{many}");
        let all: Vec<Option<usize>> = (0..30).map(|it| (it > 0).then_some(0)).collect();
        assert!(rendered(&all).unwrap().contains("8, 9 and 20 more ("));
    }
}
