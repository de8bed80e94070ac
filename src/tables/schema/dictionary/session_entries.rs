//! The session tables, column by column.

use demarche_core::protocol::Event;

use crate::experiment::{PARTY_MEASUREMENTS, SESSION_MEASUREMENTS};
use crate::tables::schema::dictionary::entry::Content::{
    Count, Identifier, Number, Option as Opt, Party, Text, Utility,
};
use crate::tables::schema::dictionary::entry::{CELL, REPLICATION, SEE_ABOVE, TableEntry, column};
use crate::tables::schema::dictionary::measured_entries::measured_columns;

/// Every session.
pub(crate) const SESSIONS: TableEntry = TableEntry {
    name: "sessions",
    one_row_per: "session",
    columns: || {
        let mut res = vec![
            column(&[CELL, REPLICATION], SEE_ABOVE, "", "never"),
            column(
                &[("ending", Text)],
                "how it ended",
                "`agreement`, `deadline`, `walkout`, `forfeit`",
                "never",
            ),
            column(
                &[("round", Count)],
                "the round in which it ended",
                "1 to the deadline",
                "never",
            ),
            column(
                &[("proposer", Party)],
                "the party whose offer was agreed",
                "a party",
                "without agreement; if it was a mediator's text",
            ),
            column(
                &[("ended_by", Party)],
                "the party that walked out or violated the rules",
                "a party",
                "at an agreement or the deadline",
            ),
            column(
                &[("zone", Text)],
                "whether some outcome is acceptable to all whose consent it needs",
                "`yes`, `no`, `undecided`",
                "never",
            ),
        ];
        res.extend(measured_columns(SESSION_MEASUREMENTS));
        res.extend([
            column(
                &[("pareto_distance", Utility)],
                "distance from the agreement to the nearest point of the Pareto frontier",
                "from 0",
                "without agreement",
            ),
            column(
                &[
                    ("nash_distance", Utility),
                    ("kalai_smorodinsky_distance", Utility),
                ],
                "distance from the agreement to these solutions",
                "from 0",
                "without agreement",
            ),
            column(
                &[("agreed_<issue>", Opt)],
                "the option that settles the issue",
                "an option",
                "without agreement",
            ),
        ]);
        res
    },
    words: Vec::new,
};

/// Every party in every session.
pub(crate) const PARTIES: TableEntry = TableEntry {
    name: "parties",
    one_row_per: "session and party",
    columns: || {
        let mut res = vec![
            column(&[CELL, REPLICATION], SEE_ABOVE, "", "never"),
            column(
                &[("party", Party)],
                "the party of the row",
                "a party",
                "never",
            ),
            column(
                &[("strategy", Text)],
                "the offering rule drawn for this session",
                "for example `time_dependent`",
                "never",
            ),
            column(
                &[("reservation_value", Utility)],
                "drawn utility of no agreement, after leverage, discounted",
                "0 to 1",
                "never",
            ),
            column(
                &[("best_utility", Utility)],
                "utility of its own best outcome across none of its real red lines, in the first round",
                "0 to 1",
                "if every outcome is across one",
            ),
        ];
        res.extend(measured_columns(PARTY_MEASUREMENTS));
        res
    },
    words: Vec::new,
};

/// Every event of every session.
pub(crate) const OFFERS: TableEntry = TableEntry {
    name: "offers",
    one_row_per: "event of a session",
    columns: || {
        vec![
            column(&[CELL, REPLICATION], SEE_ABOVE, "", "never"),
            column(
                &[("event", Identifier)],
                "number of the event in its session",
                "from 0",
                "never",
            ),
            column(
                &[("round", Identifier)],
                "in which round",
                "from 1",
                "never",
            ),
            column(&[("kind", Text)], "what happened", Event::KINDS, "never"),
            column(
                &[("proposer", Party)],
                "the party that made the offer",
                "a party",
                "in votes: a mediator did",
            ),
            column(
                &[("yes", Text), ("no", Text)],
                "the parties with this answer in the event, separated by spaces",
                "parties",
                "in offers; in answers and votes, if nobody did",
            ),
            column(
                &[("offered_<issue>", Opt)],
                "the option offered or in the mediator's text",
                "an option",
                "in answers",
            ),
        ]
    },
    words: Vec::new,
};

/// Every reply of a party that is answered for from outside.
pub(crate) const REPLIES: TableEntry = TableEntry {
    name: "replies",
    one_row_per: "reply of a party from outside",
    columns: || {
        vec![
            column(&[CELL, REPLICATION], SEE_ABOVE, "", "never"),
            column(
                &[("round", Identifier)],
                "in which round",
                "from 1",
                "never",
            ),
            column(
                &[("party", Party)],
                "the party that was asked",
                "a party",
                "never",
            ),
            column(
                &[("asked", Text)],
                "what it was asked",
                "`offer`, `answer`, `accept_or_replace`, `vote`",
                "never",
            ),
            column(
                &[("action", Text)],
                "what it did",
                "`offer`, `accept`, `reject`, `end`",
                "if no action can be read from the reply",
            ),
            column(
                &[("violation", Text)],
                "how it broke the rules",
                "`wrong_action`, `offer_outside_space`, `no_answer`, `late`, `unreadable`, `flooding`, `not_asked`, `panicked`",
                "if it did not",
            ),
            column(
                &[("text", Text)],
                "what it said to that; line breaks, control characters and `\\` as in JSON",
                "any text",
                "if it said nothing",
            ),
            column(
                &[("offered_<issue>", Opt)],
                "the option offered",
                "an option",
                "if it offered no outcome of the scenario",
            ),
        ]
    },
    words: Vec::new,
};

/// Every number that each session drew.
pub(crate) const DRAWS: TableEntry = TableEntry {
    name: "draws",
    one_row_per: "session",
    columns: || {
        vec![
            column(&[CELL, REPLICATION], SEE_ABOVE, "", "never"),
            column(
                &[("<path>", Number)],
                "the drawn number",
                "as the scenario has it",
                "if the cell's scenario has no such number; if it belongs to a strategy that the party does not follow in this session",
            ),
        ]
    },
    words: Vec::new,
};
