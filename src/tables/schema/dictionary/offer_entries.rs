//! The table of what parties offer round by round, column by column.

use crate::tables::schema::dictionary::entry::Content::{Count, Identifier, Party, Utility};
use crate::tables::schema::dictionary::entry::{CELL, SEE_ABOVE, TableEntry, column};

/// What parties offer round by round.
pub(crate) const OFFER_UTILITIES: TableEntry = TableEntry {
    name: "offer_utilities",
    one_row_per: "party and round that examined sessions reach",
    columns: || {
        vec![
            column(&[CELL, ("party", Party)], SEE_ABOVE, "", "never"),
            column(&[("round", Identifier)], "the round", "from 1", "never"),
            column(
                &[
                    ("quantile_10", Utility),
                    ("quantile_25", Utility),
                    ("quantile_50", Utility),
                    ("quantile_75", Utility),
                    ("quantile_90", Utility),
                ],
                "utility to the party of the last of its offers by the end of the round: the least that 10, 25, 50, 75, 90 % of those sessions do not exceed",
                "0 to 1",
                "never",
            ),
            column(
                &[("mean_reservation_value", Utility)],
                "mean reservation value of the party, after leverage, over all examined sessions in which it made an offer; the same in all of its rows",
                "0 to 1",
                "never",
            ),
            column(
                &[("n", Count)],
                "examined sessions that reach the round and have an offer of the party by its end",
                "from 1",
                "never",
            ),
        ]
    },
    words: Vec::new,
};
