//! What parties of a cell offer round by round: from its table, or from its tally.

use demarche_core::negotiation::Setting;

use crate::experiment::{OFFER_PERCENTS, RoundOffers, Tally};
use crate::report::summary::digits::name;
use crate::report::summary::table_rows::{OpenTable, Row, rows};
use crate::run::TableError;
use crate::tables::as_written;

/// What a party offers by the end of a round.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct OfferRow {
    /// The identifier of the party.
    pub(crate) party: String,
    /// The round.
    pub(crate) round: f64,
    /// The quantiles of [`OFFER_PERCENTS`] of what its last offer is worth to it.
    pub(crate) quantiles: [f64; OFFER_PERCENTS.len()],
    /// The mean of its reservation values.
    pub(crate) mean_reservation_value: f64,
    /// How many sessions reached the round, and had an offer of the party by then.
    pub(crate) n: u64,
}

impl OfferRow {
    /// Reads those of a cell; runs of earlier versions have none.
    pub(super) fn read_all(open: &OpenTable<'_>, cell: u32) -> Result<Vec<Self>, TableError> {
        rows("offer_utilities", open, |it| {
            it.is_of(cell).then(|| Self::read(it)).flatten()
        })
    }

    fn read(row: Row<'_>) -> Option<Self> {
        let quantiles = OFFER_PERCENTS.map(|it| row.number(&format!("quantile_{it}")));
        let [low, below, middle, above, high] = quantiles;
        Some(Self {
            party: row.owned("party"),
            round: row.number("round")?,
            quantiles: [low?, below?, middle?, above?, high?],
            mean_reservation_value: row.number("mean_reservation_value")?,
            n: row.whole("n"),
        })
    }

    /// Those of a tally.
    pub(super) fn of_all(setting: &Setting, tally: &Tally) -> Vec<Self> {
        let rounds = tally.offers().rounds(setting.rules().deadline_rounds);
        let rows = rounds.iter().filter_map(|it| Self::of(setting, it));
        rows.collect()
    }

    fn of(setting: &Setting, offers: &RoundOffers) -> Option<Self> {
        let [low, below, middle, above, high] = offers.quantiles.map(as_written);
        Some(Self {
            party: name(setting.scenario(), offers.party),
            round: as_written(offers.round.into())?,
            quantiles: [low?, below?, middle?, above?, high?],
            mean_reservation_value: as_written(offers.mean_reservation_value)?,
            n: offers.n,
        })
    }
}
