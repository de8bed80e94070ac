//! The tables over all sessions, column by column.

use crate::tables::schema::dictionary::entry::Content::{
    Count, Identifier, Issue, Mean, OfMetric, Option as Opt, Party, Share, Text, Utility, Value,
};
use crate::tables::schema::dictionary::entry::{CELL, SEE_ABOVE, TableEntry, column, uncertainty};
use crate::tables::schema::dictionary::measured_entries::{metric_words, paired_words};

/// Figures with their uncertainty.
pub(crate) const SUMMARY: TableEntry = TableEntry {
    name: "summary",
    one_row_per: "metric, or metric and party",
    columns: || {
        vec![
            column(&[CELL], SEE_ABOVE, "", "never"),
            column(&[("metric", Text)], "which figure, see below", "", "never"),
            column(
                &[("party", Party)],
                "whose figure",
                "a party",
                "for figures of the session",
            ),
            column(
                &[("estimate", OfMetric)],
                "the share or the mean",
                "see below",
                "if `n` is 0",
            ),
            column(
                &[("standard_error", OfMetric)],
                "its standard error",
                "from 0",
                "if `n` is 0; for a mean of one",
            ),
            column(
                &[("interval_low", OfMetric), ("interval_high", OfMetric)],
                SEE_ABOVE,
                "",
                "if `n` is 0; for a mean of one",
            ),
            column(
                &[("confidence", Share)],
                "of the interval",
                "`0.95`",
                "without an interval",
            ),
            column(&[("n", Count)], "number of sessions", "from 0", "never"),
            column(
                &[
                    ("quantile_05", OfMetric),
                    ("quantile_25", OfMetric),
                    ("quantile_50", OfMetric),
                    ("quantile_75", OfMetric),
                    ("quantile_95", OfMetric),
                ],
                "the least value that 5, 25, 50, 75, 95 % of those sessions do not exceed",
                "as the figure's column in the session tables",
                "for shares; if `n` is 0",
            ),
            column(
                &[("<path>", Value)],
                "of a sweep, the value of each swept path in the cell",
                "as the experiment has it",
                "never",
            ),
        ]
    },
    words: metric_words,
};

/// How often each option was agreed.
pub(crate) const OPTIONS: TableEntry = TableEntry {
    name: "options",
    one_row_per: "issue and option",
    columns: || {
        vec![
            column(&[CELL], SEE_ABOVE, "", "never"),
            column(&[("issue", Issue), ("option", Opt)], "which", "", "never"),
            column(
                &[("n_agreed", Count)],
                "number of sessions that agreed on it",
                "from 0",
                "never",
            ),
            column(
                &[("share_given_agreement", Share)],
                "`n_agreed` over `n`",
                "0 to 1",
                "without any agreement",
            ),
            column(
                &[("interval_low", Share), ("interval_high", Share)],
                SEE_ABOVE,
                "0 to 1",
                "without any agreement",
            ),
            column(
                &[("n", Count)],
                "sessions with agreement",
                "from 0",
                "never",
            ),
            column(
                &[("issue_label", Text), ("option_label", Text)],
                "label",
                "",
                "never",
            ),
        ]
    },
    words: Vec::new,
};

/// Every distinct agreement.
pub(crate) const AGREEMENTS: TableEntry = TableEntry {
    name: "agreements",
    one_row_per: "distinct agreement, or cell with too many",
    columns: || {
        vec![
            column(&[CELL], SEE_ABOVE, "", "never"),
            column(
                &[("rank", Identifier)],
                "place by frequency; ties in the order of outcomes",
                "from 1",
                UNLISTED,
            ),
            column(
                &[("n_agreed", Count)],
                "number of sessions that agreed on this outcome",
                "from 1",
                "never",
            ),
            column(
                &[("share_given_agreement", Share)],
                "`n_agreed` over `n`",
                "0 to 1",
                "never",
            ),
            column(
                &[("interval_low", Share), ("interval_high", Share)],
                SEE_ABOVE,
                "0 to 1",
                UNLISTED,
            ),
            column(
                &[("n", Count)],
                "sessions with agreement",
                "from 1",
                "never",
            ),
            column(
                &[("agreed_<issue>", Opt)],
                "the option",
                "an option",
                UNLISTED,
            ),
            column(
                &[("mean_utility_<party>", Utility)],
                "its mean utility to the party in those sessions",
                "0 to 1",
                UNLISTED,
            ),
        ]
    },
    words: Vec::new,
};

/// When a row stands for all agreements of a cell.
const UNLISTED: &str = "in the one row of a cell with too many distinct agreements";

/// Why sessions have no agreement.
pub(crate) const FAILURES: TableEntry = TableEntry {
    name: "failures",
    one_row_per: "reason for which examined sessions have no agreement",
    columns: || {
        vec![
            column(&[CELL], SEE_ABOVE, "", "never"),
            column(
                &[("failure", Text)],
                "whether there was no zone of possible agreement, or one that was missed",
                "`no_zone`, `missed_zone`",
                "never",
            ),
            column(&[("reason", Text)], "why, see below", "", "never"),
            column(
                &[("party", Party)],
                "whose reservation value, red line, refusal, last offer or ending it was",
                "a party",
                "if it was nobody's",
            ),
            column(
                &[("red_line", Text)],
                "which of the party's red lines",
                "a red line",
                "for other reasons",
            ),
            column(
                &[("issue", Issue)],
                "the issue that it is about",
                "an issue",
                "if it is about none",
            ),
            column(
                &[("n_sessions", Count)],
                "examined sessions in which it has a part",
                "from 1",
                "never",
            ),
            column(
                &[("share", Share)],
                "its parts over `n`; the shares of a failure sum to 1",
                "0 to 1",
                "never",
            ),
            column(
                &[("n", Count)],
                "examined sessions with this failure",
                "from 1",
                "never",
            ),
            column(
                &[("n_examined", Count)],
                "sessions that were examined",
                "from 1",
                "never",
            ),
            column(
                &[("missing_utility", Utility)],
                "mean over those sessions of what was missing, in the party's utility: by how much it held out, or the concession that it had still to make",
                "−1 to 1",
                "for other reasons; without a party; of a party that made no offer",
            ),
        ]
    },
    words: Vec::new,
};

/// How often red lines are real, and what they prevent.
pub(crate) const RED_LINES: TableEntry = TableEntry {
    name: "red_lines",
    one_row_per: "red line",
    columns: || {
        vec![
            column(&[CELL, ("party", Party)], SEE_ABOVE, "", "never"),
            column(
                &[("red_line", Text)],
                "the red line of the party",
                "a red line",
                "never",
            ),
            column(
                &[("n_real", Count)],
                "examined sessions in which it was real",
                "from 0",
                "never",
            ),
            column(
                &[("share_real", Share)],
                "that over `n`",
                "0 to 1",
                "if `n` is 0",
            ),
            column(
                &[("n_emptied", Count)],
                "examined sessions without a zone in which it is in a smallest set of obstacles",
                "from 0",
                "never",
            ),
            column(
                &[("share_emptied", Share)],
                "that over `n`",
                "0 to 1",
                "if `n` is 0",
            ),
            column(
                &[("interval_low", Share), ("interval_high", Share)],
                SEE_ABOVE,
                "0 to 1",
                "if `n` is 0",
            ),
            column(
                &[("n", Count)],
                "sessions that were examined",
                "from 0",
                "never",
            ),
            column(
                &[("red_line_label", Text)],
                "its label in the scenario",
                "",
                "never",
            ),
        ]
    },
    words: Vec::new,
};

/// Pivotal rejections by party.
pub(crate) const BLOCKERS: TableEntry = TableEntry {
    name: "blockers",
    one_row_per: "party",
    columns: || {
        vec![
            column(&[CELL, ("party", Party)], SEE_ABOVE, "", "never"),
            column(
                &[("sessions_blocked", Count)],
                "sessions with at least one pivotal rejection by the party",
                "from 0",
                "never",
            ),
            column(
                &[("share_given_no_agreement", Share)],
                "that over `n`",
                "0 to 1",
                "if every session has an agreement",
            ),
            column(
                &[("interval_low", Share), ("interval_high", Share)],
                SEE_ABOVE,
                "0 to 1",
                "if every session has an agreement",
            ),
            column(
                &[("n", Count)],
                "sessions without agreement",
                "from 0",
                "never",
            ),
            column(
                &[("pivotal_rejections", Count)],
                "pivotal rejections by the party",
                "from 0",
                "never",
            ),
            column(
                &[("pivotal_rejections_per_session", Mean)],
                "those over `n`",
                "from 0",
                "if every session has an agreement",
            ),
            column(
                &[("costliest_issue", Issue)],
                "the issue with the greatest shortfall from the party's best option in most of those offers; ties go to the first",
                "an issue",
                "without pivotal rejections",
            ),
            column(
                &[("costliest_issue_refusals", Count)],
                "number of those offers",
                "from 1",
                "without pivotal rejections",
            ),
            column(
                &[("pivotal_rejections_<issue>", Count)],
                "number of them for which it is this issue",
                "from 0",
                "never",
            ),
        ]
    },
    words: Vec::new,
};

/// When agreements were made.
pub(crate) const ROUNDS: TableEntry = TableEntry {
    name: "rounds",
    one_row_per: "round with agreements",
    columns: || {
        vec![
            column(&[CELL], SEE_ABOVE, "", "never"),
            column(
                &[("round", Identifier)],
                "a round in which sessions ended in agreement",
                "from 1",
                "never",
            ),
            column(
                &[("n_agreed", Count)],
                "number of agreements",
                "from 1",
                "never",
            ),
            column(
                &[("share_without_agreement", Share)],
                "share of sessions that had none by the end of this round",
                "0 to 1",
                "never",
            ),
            column(
                &[("interval_low", Share), ("interval_high", Share)],
                SEE_ABOVE,
                "0 to 1",
                "never",
            ),
            column(&[("n", Count)], "sessions", "from 1", "never"),
        ]
    },
    words: Vec::new,
};

/// What agreements were worth over the reservation value.
pub(crate) const SURPLUSES: TableEntry = TableEntry {
    name: "surpluses",
    one_row_per: "party and range of surplus",
    columns: || {
        vec![
            column(&[CELL, ("party", Party)], SEE_ABOVE, "", "never"),
            column(
                &[("surplus_from", Utility), ("surplus_below", Utility)],
                "the range: lower bound included, upper bound excluded, of surpluses rounded to multiples of 2⁻⁹",
                "−1 to 1 + 1/32",
                "never",
            ),
            column(
                &[("n_agreed", Count)],
                "agreements in that range",
                "from 1",
                "never",
            ),
            column(
                &[("share_given_agreement", Share)],
                "that over `n`",
                "0 to 1",
                "never",
            ),
            column(
                &[("n", Count)],
                "sessions with agreement",
                "from 1",
                "never",
            ),
        ]
    },
    words: Vec::new,
};

/// The cells of a sweep.
pub(crate) const CELLS: TableEntry = TableEntry {
    name: "cells",
    one_row_per: "cell of a sweep",
    columns: || {
        vec![
            column(&[CELL], SEE_ABOVE, "", "never"),
            column(
                &[("n_sessions", Count)],
                "sessions run in it",
                "from 0",
                "never",
            ),
            column(
                &[("same_as", Identifier)],
                "the first cell before it that is equal to it in every session, but for utilities that differ by less than a millionth",
                "a cell",
                "if there is none",
            ),
            column(
                &[("<path>", Value)],
                "the value of each swept path in the cell",
                "as the experiment has it",
                "never",
            ),
        ]
    },
    words: Vec::new,
};

/// Every cell's differences from the first.
pub(crate) const EFFECTS: TableEntry = TableEntry {
    name: "effects",
    one_row_per: "cell of a sweep and metric",
    columns: || {
        vec![
            column(&[CELL], SEE_ABOVE, "from 1", "never"),
            column(
                &[("baseline", Identifier)],
                "the cell it is compared with",
                "`0`",
                "never",
            ),
            column(&[("metric", Text)], "which figure, see below", "", "never"),
            column(
                &[("party", Party)],
                "whose",
                "a party",
                "for figures of the session",
            ),
            column(
                &[("difference", OfMetric)],
                "mean difference",
                "-1 to 1",
                "without such a replication",
            ),
            uncertainty(
                OfMetric,
                "of the mean difference, by Student's t",
                "",
                "with fewer than two pairs",
            ),
            column(
                &[("n", Count)],
                "replications that both cells have, of those that the figure is over",
                "from 1",
                "without such a replication",
            ),
        ]
    },
    words: paired_words,
};

/// Deals by the strategies that were drawn.
pub(crate) const STRATEGIES: TableEntry = TableEntry {
    name: "strategies",
    one_row_per: "party and strategy",
    columns: || {
        vec![
            column(&[CELL, ("party", Party)], SEE_ABOVE, "", "never"),
            column(
                &[("strategy", Identifier)],
                "position of the strategy among those that the party may follow",
                "from 0",
                "never",
            ),
            column(
                &[("offering", Text), ("acceptance", Text)],
                "its offering rule and its acceptance condition",
                "",
                "never",
            ),
            column(
                &[("probability", Share)],
                "probability that the party follows it",
                "0 to 1",
                "never",
            ),
            column(
                &[("n_agreed", Count)],
                "sessions with an agreement in which the party followed it",
                "from 0",
                "never",
            ),
            column(
                &[("agreement_rate", Share)],
                "that over `n`",
                "0 to 1",
                "if the party never followed it",
            ),
            column(
                &[("interval_low", Share), ("interval_high", Share)],
                SEE_ABOVE,
                "0 to 1",
                "if the party never followed it",
            ),
            column(
                &[("n", Count)],
                "sessions in which the party followed it",
                "from 0",
                "never",
            ),
        ]
    },
    words: Vec::new,
};
