//! What parties offered round by round, counted over the sessions of a cell that were examined.

use std::collections::BTreeMap;

use demarche_core::domain::{PartyId, Scenario, from_units};
use demarche_stats::estimate::Moments;

use crate::experiment::tallies::exact_numbers::{NumberSource, push_moments, take_moments};
use crate::experiment::tallies::numbers::NumberTally;

/// Rounds for which offers are counted, at most.
pub const ROUNDS_SHOWN: u32 = 60;

/// The per cents of the quantiles of offers' utilities.
pub const OFFER_PERCENTS: [u64; 5] = [10, 25, 50, 75, 90];

/// The rounds of sessions with so many for which offers are counted: all, or of more than
/// [`ROUNDS_SHOWN`] as many at even distances, with the first and the last.
pub fn rounds_shown(deadline_rounds: u32) -> Vec<u32> {
    if deadline_rounds <= ROUNDS_SHOWN {
        return (1..=deadline_rounds).collect();
    }
    let gaps = u64::from(ROUNDS_SHOWN - 1);
    let round = |place: u64| 1 + place * u64::from(deadline_rounds - 1) / gaps;
    let rounds = (0..=gaps).map(round);
    // None is later than the last.
    let rounds = rounds.map(|it| u32::try_from(it).unwrap_or(deadline_rounds));
    rounds.collect()
}

/// What a party offered in a session, round by round.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfferCourse {
    /// The party.
    pub party: PartyId,
    /// The utility of no agreement to it, in units.
    pub reservation_value: i64,
    /// By position of a round in [`rounds_shown`], in ascending order, the utility to the party of the
    /// last of its offers by then, in units.
    pub utilities: Vec<(usize, i64)>,
}

/// Counts over sessions. All exact, so that any split gives the same bits.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct OfferTally {
    parties: BTreeMap<PartyId, PartyOffers>,
}

#[derive(Clone, PartialEq, Default, Debug)]
struct PartyOffers {
    reservation_values: Moments,
    /// By position of a round.
    utilities: BTreeMap<usize, NumberTally>,
}

/// What a party offered by the end of a round.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RoundOffers {
    /// The party.
    pub party: PartyId,
    /// The round.
    pub round: u32,
    /// The quantiles of [`OFFER_PERCENTS`] of the utility to the party of the last of its offers by then:
    /// multiples of 2⁻⁹.
    pub quantiles: [f64; OFFER_PERCENTS.len()],
    /// The mean of its reservation values, over all sessions in which it made an offer.
    pub mean_reservation_value: f64,
    /// How many sessions reached the round, and had an offer of the party by then.
    pub n: u64,
}

impl PartyOffers {
    fn of_round(&mut self, place: usize) -> &mut NumberTally {
        let round = self.utilities.entry(place);
        round.or_insert_with(|| NumberTally::utilities(0))
    }
}

impl OfferTally {
    /// Takes in a session.
    pub fn add(&mut self, offers: &[OfferCourse]) {
        for course in offers {
            let party = self.parties.entry(course.party).or_default();
            party.reservation_values.add(course.reservation_value);
            for (place, units) in &course.utilities {
                party.of_round(*place).add(*units);
            }
        }
    }

    /// Takes in all sessions of another tally of the same cell.
    pub fn merge(&mut self, other: &Self) {
        for (party, theirs) in &other.parties {
            let mine = self.parties.entry(*party).or_default();
            mine.reservation_values.merge(&theirs.reservation_values);
            for (place, utilities) in &theirs.utilities {
                mine.of_round(*place).merge(utilities);
            }
        }
    }

    /// Adds all of it to numbers.
    pub(crate) fn push(&self, numbers: &mut Vec<i128>) {
        numbers.push(self.parties.len() as i128);
        for (party, it) in &self.parties {
            numbers.push(party.idx() as i128);
            push_moments(numbers, &it.reservation_values);
            numbers.push(it.utilities.len() as i128);
            for (place, utilities) in &it.utilities {
                numbers.push(*place as i128);
                utilities.push(numbers);
            }
        }
    }

    /// Takes in all sessions of another tally, as they were pushed; `None` if that is none of so many
    /// sessions, at most, with this scenario.
    pub(crate) fn take(
        &mut self,
        scenario: &Scenario,
        n_sessions: u64,
        numbers: &mut NumberSource<'_>,
    ) -> Option<()> {
        for _ in 0..numbers.length()? {
            let party = PartyId::new(numbers.position(scenario.parties.len())?);
            let mine = self.parties.entry(party).or_default();
            let reservation_values = take_moments(n_sessions, numbers)?;
            mine.reservation_values.merge(&reservation_values);
            for _ in 0..numbers.length()? {
                let place = numbers.position(ROUNDS_SHOWN as usize)?;
                mine.of_round(place).take(n_sessions, numbers)?;
            }
        }
        Some(())
    }

    /// What parties offered by the end of each round of [`rounds_shown`], party by party; nothing where no
    /// session got that far.
    pub fn rounds(&self, deadline_rounds: u32) -> Vec<RoundOffers> {
        let rounds = rounds_shown(deadline_rounds);
        let of_party = self.parties.iter().flat_map(|(&party, it)| {
            let of_rounds = it.utilities.iter();
            of_rounds.filter_map({
                let rounds = &rounds;
                move |(place, utilities)| {
                    let [low, below, middle, above, high] =
                        OFFER_PERCENTS.map(|percent| utilities.quantile(percent));
                    Some(RoundOffers {
                        party,
                        round: *rounds.get(*place)?,
                        quantiles: [low?, below?, middle?, above?, high?],
                        mean_reservation_value: it.reservation_values.mean(from_units(1))?,
                        n: utilities.n(),
                    })
                }
            })
        });
        of_party.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_all_or_at_even_distances_with_both_ends() {
        assert_eq!(rounds_shown(3), [1, 2, 3]);
        assert_eq!(rounds_shown(60), (1..=60).collect::<Vec<u32>>());
        for deadline_rounds in [61, 119, 1_000, u32::MAX] {
            let rounds = rounds_shown(deadline_rounds);
            assert_eq!(rounds.len(), 60);
            assert_eq!([rounds[0], rounds[59]], [1, deadline_rounds]);
            let gaps: Vec<u32> = rounds.windows(2).map(|it| it[1] - it[0]).collect();
            let [least, most] = [gaps.iter().min(), gaps.iter().max()].map(Option::unwrap);
            assert!(*least > 0 && most - least <= 1, "{gaps:?}");
        }
    }

    #[test]
    fn quantiles_are_those_worked_out_by_hand_in_any_split() {
        let eighths = |it: i64| it << 45;
        let session = |utilities: &[(usize, i64)]| OfferCourse {
            party: PartyId::new(1),
            reservation_value: eighths(2),
            utilities: utilities.iter().map(|it| (it.0, eighths(it.1))).collect(),
        };
        let sessions = [
            session(&[(0, 8), (1, 7)]),
            session(&[(0, 8), (1, 5)]),
            session(&[(0, 8)]),
            session(&[(0, 6), (1, 4)]),
        ];
        let mut whole = OfferTally::default();
        let mut halves = [OfferTally::default(), OfferTally::default()];
        for (idx, it) in sessions.iter().enumerate() {
            whole.add(std::slice::from_ref(it));
            halves[idx % 2].add(std::slice::from_ref(it));
        }
        let rounds = whole.rounds(2);
        let first = RoundOffers {
            party: PartyId::new(1),
            round: 1,
            quantiles: [0.75, 0.75, 1.0, 1.0, 1.0],
            mean_reservation_value: 0.25,
            n: 4,
        };
        let second = RoundOffers {
            round: 2,
            quantiles: [0.5, 0.5, 0.625, 0.875, 0.875],
            n: 3,
            ..first
        };
        assert_eq!(rounds, [first, second]);
        let [mut merged, other] = halves;
        merged.merge(&other);
        assert_eq!(merged, whole);
    }
}
