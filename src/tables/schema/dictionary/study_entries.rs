//! The tables of studies, column by column.

use crate::tables::schema::dictionary::entry::Content::{
    Count, Identifier, Number, Party, Share, Text, Utility, Value,
};
use crate::tables::schema::dictionary::entry::{TableEntry, column, uncertainty, word};
use crate::tables::schema::dictionary::measured_entries::outcome_words;

/// What outcomes depend on.
pub(crate) const SENSITIVITY: TableEntry = TableEntry {
    name: "sensitivity",
    one_row_per: "metric, factor and measure",
    columns: || {
        vec![
            column(&[("metric", Text)], "the outcome, see below", "", "never"),
            column(
                &[("party", Party)],
                "whose",
                "a party",
                "for outcomes of the session",
            ),
            column(
                &[("kind", Text)],
                "what the factor is",
                "`number`, `correlated`, `red_line`, `form`, `luck`, `basis`, `source`, `all_forms`, `pair`; `parameter` of a sweep",
                "never",
            ),
            column(
                &[("factor", Text)],
                "its name: a number's path, paths of correlated numbers with ` + ` between them, the path of a red line with `.real`, a dimension of the form of the model, a basis (`no basis`; with ` + ` between the bases of correlated numbers), sources with ` + ` between them (`no source`), `luck`, two factors with ` × ` between them",
                "",
                "never",
            ),
            column(
                &[("basis", Text)],
                "of a number, how it follows from its sources",
                "`reported`, `inferred`, `assumed`",
                "for other factors; for numbers without one",
            ),
            column(
                &[("sources", Text)],
                "of a number, the sources it cites, with a space between",
                "",
                "for other factors; for numbers without one",
            ),
            column(&[("measure", Text)], "the measure, see below", "", "never"),
            column(
                &[("estimate", Utility)],
                "its estimate",
                "see below",
                "never",
            ),
            uncertainty(Utility, "of the estimate", "as that figure", "never"),
            column(
                &[("n", Count)],
                "base points, trajectories, or points of the design; for partial rank correlation, points",
                "from 1",
                "never",
            ),
        ]
    },
    words: || {
        let mut words = outcome_words();
        words.extend([
            word(
                "measure",
                &["first_order"],
                "share of the outcome's variance that the factor explains alone",
                "0 to 1, apart from sampling noise",
            ),
            word(
                "measure",
                &["total"],
                "share of the outcome's variance that involves the factor, alone or with others",
                "0 to 1, apart from sampling noise",
            ),
            word(
                "measure",
                &["share"],
                "the factor's part of the sum of the total indices of all numbers, red lines, dimensions of form and randomness",
                "0 to 1",
            ),
            word(
                "measure",
                &["interaction"],
                "of a pair, share of the outcome's variance that involves both factors, alone or with others: 0 if the effect of one does not depend on the other",
                "from 0; to 1, apart from sampling noise",
            ),
            word(
                "measure",
                &["partial_rank_correlation"],
                "direction of the association with the outcome, all others held fixed",
                "−1 to 1",
            ),
            word(
                "measure",
                &["mean_effect"],
                "Morris's μ: mean change of the outcome per whole range of the factor; of a red line, from not real to real",
                "of a red line at most the outcome's whole range; of others at most 1.5 times that, 2 times in a study with correlated numbers",
            ),
            word(
                "measure",
                &["mean_effect_size"],
                "Morris's μ\\*: the same without regard to direction",
                "from 0",
            ),
            word(
                "measure",
                &["effect_deviation"],
                "Morris's σ: standard deviation of that change",
                "from 0",
            ),
        ]);
        words
    },
};

/// Where agreements are dense.
pub(crate) const BOXES: TableEntry = TableEntry {
    name: "boxes",
    one_row_per: "box and its limits",
    columns: || {
        vec![
            column(
                &[("box", Identifier)],
                "the box, in the order of discovery",
                "from 0",
                "never",
            ),
            column(
                &[("factor", Text)],
                "path of a number that the box limits",
                "",
                "of a box without limits",
            ),
            column(
                &[("low", Number), ("high", Number)],
                "the number's limits; one that was not moved is the least or greatest number of the study",
                "as the number",
                "of a box without limits",
            ),
            column(
                &[("coverage", Share)],
                "of all deals, the share inside the box",
                "0 to 1",
                "never",
            ),
            column(
                &[("density", Share)],
                "of the sessions inside, the share that ends in a deal",
                "0 to 1",
                "never",
            ),
            column(
                &[("mass", Share)],
                "of all sessions, the share inside",
                "0.05 to 1",
                "never",
            ),
            column(&[("n", Count)], "sessions inside", "from 1", "never"),
        ]
    },
    words: Vec::new,
};

/// The least shifts that flip the answer.
pub(crate) const FLIPS: TableEntry = TableEntry {
    name: "flips",
    one_row_per: "number moved",
    columns: || {
        vec![
            column(
                &[("number", Text)],
                "path of the number that is moved",
                "",
                "never",
            ),
            column(
                &[("basis", Text), ("sources", Text)],
                "as in `sensitivity.csv`",
                "",
                "for numbers without one",
            ),
            column(
                &[("threshold", Share)],
                "the share of deals to cross",
                "above 0, below 1",
                "never",
            ),
            column(
                &[("shift", Number)],
                "least shift at which the share of deals crosses it, in the number's own unit; below 0 downwards",
                "",
                "if no shift within its range does",
            ),
            column(
                &[
                    ("interval_low", Number),
                    ("interval_high", Number),
                    ("confidence", Share),
                ],
                "of the shift",
                "",
                "without a shift; if in too many resamples none does",
            ),
            column(
                &[("median", Number)],
                "the number's median without a shift",
                "as the number",
                "never",
            ),
            column(
                &[("shifted_median", Number)],
                "the median after the shift, clamped to the number's range",
                "as the number",
                "if no shift within its range does",
            ),
        ]
    },
    words: Vec::new,
};

/// The share of deals at every shift.
pub(crate) const FLIP_CURVES: TableEntry = TableEntry {
    name: "flip_curves",
    one_row_per: "number moved and shift",
    columns: || {
        vec![
            column(
                &[("number", Text)],
                "path of the number that is moved",
                "",
                "never",
            ),
            column(
                &[("shift", Number)],
                "the shift, in its own unit",
                "",
                "never",
            ),
            column(
                &[("agreement_rate", Share)],
                "share of sessions that end in a deal at that shift",
                "0 to 1",
                "never",
            ),
            uncertainty(Share, "of that share", "0 to 1", "never"),
            column(&[("n", Count)], "sessions", "from 1", "never"),
        ]
    },
    words: Vec::new,
};

/// Every session of a study.
pub(crate) const POINTS: TableEntry = TableEntry {
    name: "points",
    one_row_per: "session of a study",
    columns: || {
        vec![
            column(
                &[("evaluation", Identifier)],
                "the session's place in the design",
                "from 0",
                "never",
            ),
            column(
                &[("point", Identifier)],
                "its base point, or its trajectory",
                "from 0",
                "never",
            ),
            column(
                &[("block", Text)],
                "its role: `a` and `b` have all factors at A or at B, `ab` all at A but one at B; `start` begins a trajectory, `step` differs from the row above in one factor",
                "",
                "never",
            ),
            column(
                &[("kind", Text), ("factor", Text)],
                "the factor at B, or the one that was moved, as in `sensitivity.csv`",
                "",
                "in `a`, `b` and `start`",
            ),
            column(
                &[("ending", Text)],
                "how it ended",
                "as in `sessions.csv`",
                "never",
            ),
            column(
                &[("agreement", Count)],
                "1 with a deal, 0 without",
                "`0`, `1`",
                "never",
            ),
            column(
                &[("zone", Count)],
                "1 with a zone of possible agreement, 0 without, or if that is not known",
                "`0`, `1`",
                "never",
            ),
            column(
                &[("utility_<party>", Utility)],
                "the party's payoff",
                "0 to 1",
                "never",
            ),
            column(
                &[("<path>", Value)],
                "each studied number in this session; of a red line, 1 if it is real, else 0; of a dimension of form, its level",
                "as the scenario has it",
                "never",
            ),
        ]
    },
    words: Vec::new,
};

/// How often levels of the form of the model led to a deal.
pub(crate) const FORM_LEVELS: TableEntry = TableEntry {
    name: "form_levels",
    one_row_per: "dimension of the form of the model and level",
    columns: || {
        vec![
            column(
                &[("dimension", Text)],
                "the factor, as in `sensitivity.csv`",
                "as in `robustness.csv`",
                "never",
            ),
            column(
                &[("level", Text)],
                "the form; `as_it_stands` is the scenario without a change of the dimension",
                "as in `robustness.csv`",
                "never",
            ),
            column(&[("label", Text)], "the form in words", "", "never"),
            column(
                &[("not_applicable", Text)],
                "why it is no level",
                "",
                "if it is one",
            ),
            column(
                &[("agreement_rate", Share)],
                "share of the sessions at this level that end in a deal, whatever else is drawn",
                "0 to 1",
                "if it is no level; without such a session",
            ),
            uncertainty(Share, "of that share", "0 to 1", "as that share"),
            column(&[("n", Count)], "such sessions", "from 1", "as that share"),
        ]
    },
    words: Vec::new,
};

/// The share of deals under every form of the model.
pub(crate) const ROBUSTNESS: TableEntry = TableEntry {
    name: "robustness",
    one_row_per: "form of the model",
    columns: || {
        vec![
            column(
                &[("form", Text)],
                "the form; `as_it_stands` is the scenario without a change",
                "",
                "never",
            ),
            column(
                &[("dimension", Text)],
                "what it changes; `named`: what the experiment's file says",
                "`unchanged`, `rounds`, `offering`, `acceptance`, `protocol`, `consent`, `party_order`, `relative_time`, `named`",
                "never",
            ),
            column(&[("label", Text)], "the form in words", "", "never"),
            column(
                &[("not_applicable", Text)],
                "why it was not run",
                "",
                "if it was",
            ),
            column(
                &[
                    ("agreement", Count),
                    ("deadline", Count),
                    ("walkout", Count),
                    ("forfeit", Count),
                ],
                "sessions by ending",
                "from 0",
                "if it was not run",
            ),
            column(
                &[("agreement_rate", Share)],
                "share of sessions that end in a deal",
                "0 to 1",
                "if it was not run",
            ),
            uncertainty(Share, "of that share", "0 to 1", "if it was not run"),
            column(&[("n", Count)], "sessions", "from 0", "never"),
            column(
                &[("difference", Share)],
                "of that share from the one of `as_it_stands`, replication by replication",
                "−1 to 1",
                "for `as_it_stands`; if it was not run",
            ),
            column(
                &[("difference_low", Share), ("difference_high", Share)],
                "95 % interval of the difference",
                "−1 to 1",
                "as the difference",
            ),
        ]
    },
    words: Vec::new,
};
