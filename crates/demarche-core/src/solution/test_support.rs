//! Random worlds small enough to list every outcome, for property tests.
//!
//! All numbers lie on coarse grids, so that ties and sums outside [0, 1] are frequent.

use std::sync::Arc;

use proptest::prelude::*;

use crate::domain::{
    Condition, ConsentRule, DrawnNumbers, IssueId, OptionId, Outcome, OutcomeSpace, PartyId,
    PartySet, Preferences, Quota, Veto,
};

/// A space of up to 4 issues with up to 3 options each.
pub(super) fn space() -> impl Strategy<Value = Arc<OutcomeSpace>> {
    prop::collection::vec(1..=3_usize, 1..=4)
        .prop_map(|it| Arc::new(OutcomeSpace::new(&it).expect("a small space")))
}

/// An outcome of the space.
pub(super) fn outcome(space: &Arc<OutcomeSpace>) -> impl Strategy<Value = Outcome> + use<> {
    let space = Arc::clone(space);
    let issues: Vec<_> = space.issues().map(|it| 0..space.n_options(it)).collect();
    issues.prop_map(move |it| {
        let options: Vec<OptionId> = it.into_iter().map(OptionId::new).collect();
        space.outcome(&options)
    })
}

/// A condition on about half of the issues.
pub(super) fn condition(space: &OutcomeSpace) -> impl Strategy<Value = Condition> + use<> {
    let clauses: Vec<_> = space
        .issues()
        .map(|it| prop::option::of(1..1_usize << space.n_options(it)))
        .collect();
    clauses.prop_map(|it| {
        Condition::new(it.into_iter().enumerate().filter_map(|(idx, mask)| {
            let mask = mask?;
            let options = (0..3).filter(|it| mask >> it & 1 == 1).map(OptionId::new);
            Some((IssueId::new(idx), options.collect()))
        }))
    })
}

/// Preferences with up to 4 interactions and up to 2 red lines, some of them real.
pub(super) fn preferences(space: &Arc<OutcomeSpace>) -> impl Strategy<Value = Preferences> + use<> {
    let space = Arc::clone(space);
    (
        prop::collection::vec(0..4_u8, space.n_issues()),
        prop::collection::vec(0..=4_u8, space.n_options_total()),
        prop::collection::vec((condition(&space), -8..=8_i8), 0..=4),
        0..=16_u8,
        prop::collection::vec((condition(&space), any::<bool>()), 0..=2),
    )
        .prop_map(
            move |(weights, utilities, interactions, reservation_value, red_lines)| {
                let floats = |it: Vec<u8>, scale: f64| -> Vec<f64> {
                    it.into_iter().map(|it| f64::from(it) / scale).collect()
                };
                let (when, adds): (Vec<Condition>, Vec<f64>) = interactions
                    .into_iter()
                    .map(|(when, adds)| (when, f64::from(adds) / 8.0))
                    .unzip();
                let (red_lines, are_red_lines_real) = red_lines.into_iter().unzip();
                let preferences = Preferences::indifferent(Arc::clone(&space), when);
                let mut preferences = preferences.with_red_lines(red_lines);
                preferences.put(DrawnNumbers {
                    weights: floats(weights, 1.0),
                    utilities: floats(utilities, 4.0),
                    adds,
                    reservation_value: f64::from(reservation_value) / 16.0,
                    leverages: Vec::new(),
                    are_red_lines_real,
                });
                preferences
            },
        )
}

/// Vetoes, most of them with conditions, and up to 2 quotas.
pub(super) fn consent(
    space: &OutcomeSpace,
    n_parties: usize,
) -> impl Strategy<Value = ConsentRule> + use<> {
    let party = (0..n_parties).prop_map(PartyId::new);
    let when = prop_oneof![
        Just(Condition::default()),
        condition(space),
        condition(space)
    ];
    let veto = (party, when).prop_map(|(party, when)| Veto { party, when });
    let of = prop::collection::vec(any::<bool>(), n_parties);
    let quota = (0..=n_parties, of).prop_map(|(at_least, of)| {
        let counted = of.into_iter().enumerate().filter(|it| it.1);
        let of: PartySet = counted.map(|it| PartyId::new(it.0)).collect();
        Quota { at_least, of }
    });
    (
        prop::collection::vec(veto, 0..=5),
        prop::collection::vec(quota, 0..=2),
    )
        .prop_map(|(vetoes, quotas)| ConsentRule::new(vetoes, quotas))
}
