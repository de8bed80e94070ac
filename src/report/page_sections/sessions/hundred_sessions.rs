//! How a hundred sessions end, whose doing it is that some have no deal, and who would have to move:
//! the same rows and words for the page of a run and its summary.

use demarche_core::domain::Scenario;

use crate::experiment::Failure;
use crate::report::page_sections::sessions::failure_words::{render_obstacle, render_reason};
use crate::report::summary::ReasonRow;
use crate::wording::{capitalized, decimal, percent};

/// Parties that are named for each way to have no deal; the others are taken together.
const PARTIES_NAMED: usize = 3;

/// Obstacles whose owners would have to move.
const MOVES_NAMED: usize = 4;

/// Sessions that end alike, or the part of them that is one party's doing.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct EndingRow {
    /// What these sessions do, in words that follow their number.
    pub(crate) label: String,
    /// Their share of all sessions.
    pub(crate) share: f64,
    /// How many of a hundred they are: the rows that are no parts sum to 100, and parts to their row.
    pub(crate) n: usize,
    /// How they end.
    pub(crate) kind: EndingKind,
    /// Whether it is a part of the row above that is none.
    pub(crate) is_part: bool,
}

/// How sessions end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EndingKind {
    /// In a deal.
    Deal,
    /// Without one, though some outcome was acceptable to all who must consent.
    MissedZone,
    /// Without one, since none was.
    NoZone,
    /// Without one, and nobody examined why.
    NoDeal,
}

/// How a hundred sessions end, of which this share ends in a deal.
///
/// Of a long batch only some sessions are examined: those without a deal are split as these are.
pub(crate) fn ending_rows(
    scenario: &Scenario,
    deals: f64,
    reasons: &[ReasonRow],
) -> Vec<EndingRow> {
    let row = |label: &str, share: f64, kind: EndingKind| EndingRow {
        label: label.to_owned(),
        share,
        n: 0,
        kind,
        is_part: false,
    };
    let mut rows = vec![row("end in a deal", deals, EndingKind::Deal)];
    let n_failed = |it: Failure| of_failure(reasons, it).next().map_or(0, |it| it.n);
    let all: u64 = Failure::ALL.into_iter().map(n_failed).sum();
    for failure in [Failure::MissedZone, Failure::NoZone] {
        let n = n_failed(failure);
        if n == 0 {
            continue;
        }
        let (label, kind) = match failure {
            Failure::MissedZone => ("miss a deal that was possible", EndingKind::MissedZone),
            Failure::NoZone => (
                "have no terms acceptable to all who must consent",
                EndingKind::NoZone,
            ),
        };
        let mut whole = row(label, (1.0 - deals) * ratio(n, all), kind);
        let parts = by_party(scenario, reasons, failure, &whole);
        if !parts.is_empty() {
            whole.label.push_str(", because of");
        }
        rows.push(whole);
        rows.extend(parts);
    }
    if all == 0 && deals < 1.0 {
        let rest = row("end without a deal", 1.0 - deals, EndingKind::NoDeal);
        rows.push(rest);
    }
    count_of_hundred(&mut rows);
    rows
}

fn of_failure(reasons: &[ReasonRow], failure: Failure) -> impl Iterator<Item = &ReasonRow> {
    let reasons = reasons.iter();
    reasons.filter(move |it| it.failure == failure.name())
}

/// The parties to which sessions without a deal are due, the greatest part first.
fn by_party(
    scenario: &Scenario,
    reasons: &[ReasonRow],
    failure: Failure,
    whole: &EndingRow,
) -> Vec<EndingRow> {
    let part = |label: String, share: f64| EndingRow {
        label,
        share,
        n: 0,
        kind: whole.kind,
        is_part: true,
    };
    let mut parties: Vec<(f64, String)> = (scenario.parties.iter())
        .filter_map(|party| {
            let own = || of_failure(reasons, failure).filter(|it| it.party == party.name);
            let all: f64 = own().map(|it| it.share).sum();
            // They are in order, the most frequent first.
            let most_often = render_obstacle(scenario, own().next()?);
            Some((all, format!("{}, most often {most_often}", party.label)))
        })
        .collect();
    parties.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all: f64 = of_failure(reasons, failure).map(|it| it.share).sum();
    let parties = parties.into_iter().take(PARTIES_NAMED);
    let mut rows: Vec<EndingRow> = parties
        .map(|(of, label)| part(label, whole.share * of / all))
        // What would not even be one of two hundred is among the others.
        .filter(|it| it.share >= 0.005)
        .collect();
    let rest = whole.share - rows.iter().map(|it| it.share).sum::<f64>();
    if rest >= 0.005 {
        rows.push(part("other causes".to_owned(), rest));
    } else if let Some(last) = rows.last_mut() {
        last.share += rest;
    }
    rows
}

/// Hands out a hundred sessions by shares, and those of a row to its parts.
fn count_of_hundred(rows: &mut [EndingRow]) {
    let wholes: Vec<usize> = (0..rows.len()).filter(|it| !rows[*it].is_part).collect();
    apportion(rows, &wholes, 100);
    for whole in wholes {
        let parts = (whole + 1..rows.len()).take_while(|it| rows[*it].is_part);
        let parts: Vec<usize> = parts.collect();
        let n = rows[whole].n;
        apportion(rows, &parts, n);
    }
}

/// Hands out so many sessions by shares; what is left over goes to the greatest remainders.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a hundred at most, and none negative"
)]
fn apportion(rows: &mut [EndingRow], places: &[usize], n: usize) {
    let all: f64 = places.iter().map(|it| rows[*it].share).sum();
    if all <= 0.0 {
        return;
    }
    let exact: Vec<f64> = (places.iter())
        .map(|it| n as f64 * rows[*it].share / all)
        .collect();
    let mut given = 0;
    for (place, exact) in places.iter().zip(&exact) {
        rows[*place].n = exact.floor() as usize;
        given += rows[*place].n;
    }
    let mut by_remainder: Vec<usize> = (0..places.len()).collect();
    by_remainder.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()));
    for idx in by_remainder.into_iter().take(n.saturating_sub(given)) {
        rows[places[idx]].n += 1;
    }
}

/// The obstacles of parties that prevent most deals.
pub(in crate::report::page_sections) fn greatest_obstacles(
    reasons: &[ReasonRow],
) -> Vec<&ReasonRow> {
    let owned = reasons.iter().filter(|it| !it.party.is_empty());
    let mut owned: Vec<&ReasonRow> = owned.collect();
    owned.sort_by_key(|it| std::cmp::Reverse(it.n_sessions));
    owned.truncate(MOVES_NAMED);
    owned
}

/// What prevents a deal most often, and how far its owner would have to move, in sentences.
pub(crate) fn needed_moves(scenario: &Scenario, reasons: &[ReasonRow]) -> Vec<String> {
    let sentence = |it: &&ReasonRow| {
        let of = percent(ratio(it.n_sessions, it.n_examined));
        let reason = capitalized(&render_reason(scenario, it));
        if it.failure == Failure::NoZone.name() {
            return format!(
                "{reason}: blocks a deal in {of} of all sessions, alone or with one more obstacle."
            );
        }
        let far = it.missing_utility.map_or_else(String::new, |by| {
            format!(", by {} of its utility on average", decimal(by, 3))
        });
        format!("{reason}: in {of} of sessions{far}.")
    };
    greatest_obstacles(reasons).iter().map(sentence).collect()
}

/// A part of a whole; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(in crate::report::page_sections) fn ratio(n: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { n as f64 / of as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(share: f64, is_part: bool) -> EndingRow {
        EndingRow {
            label: String::new(),
            share,
            n: 0,
            kind: EndingKind::NoZone,
            is_part,
        }
    }

    #[track_caller]
    fn check(rows: &[(f64, bool)], expected: &[usize]) {
        let mut rows: Vec<EndingRow> = rows.iter().map(|it| row(it.0, it.1)).collect();
        count_of_hundred(&mut rows);
        let numbers: Vec<usize> = rows.iter().map(|it| it.n).collect();
        assert_eq!(numbers, expected);
    }

    #[test]
    fn a_hundred_is_handed_out_and_parts_sum_to_their_row() {
        check(
            &[(0.387, false), (0.032, false), (0.581, false)],
            &[39, 3, 58],
        );
        check(
            &[
                (0.4, false),
                (0.6, false),
                (0.2, true),
                (0.2, true),
                (0.2, true),
            ],
            &[40, 60, 20, 20, 20],
        );
        check(
            &[(0.3, false), (0.7, false), (0.35, true), (0.35, true)],
            &[30, 70, 35, 35],
        );
        check(
            &[
                (0.335, false),
                (0.665, false),
                (0.33, true),
                (0.33, true),
                (0.005, true),
            ],
            &[34, 66, 33, 33, 0],
        );
        check(&[(1.0, false)], &[100]);
        check(&[(0.0, false), (1.0, false)], &[0, 100]);
    }
}
