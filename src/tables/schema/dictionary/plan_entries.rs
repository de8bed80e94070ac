//! The tables of weighed plans, column by column.

use crate::tables::schema::dictionary::entry::Content::{
    Count, Identifier, Issue, Option as Opt, Party, Share, Text, Utility, Value,
};
use crate::tables::schema::dictionary::entry::{
    CELL, ColumnEntry, SEE_ABOVE, TableEntry, WordEntry, column, word,
};

const PLAN: &str = "name of the plan";

/// Which of the outcomes that complete a plan.
fn completion() -> ColumnEntry {
    column(
        &[("completion", Text)],
        "which of the outcomes that complete it, see below",
        "`whole`, `most_accepted`, `least_accepted`",
        "never",
    )
}

fn completion_words() -> [WordEntry; 3] {
    [
        word(
            "completion",
            &["whole"],
            "the plan itself, which leaves no issue open",
            "all draws",
        ),
        word(
            "completion",
            &["most_accepted"],
            "of all completions, the one that all whose consent is needed accept in the most draws; ties to the fewest refusals of those whose answer counts, then to the first",
            "all draws",
        ),
        word(
            "completion",
            &["least_accepted"],
            "the one that they accept in the fewest; ties to the most refusals, then to the first",
            "all draws",
        ),
    ]
}

/// How plans fare, with all whose consent is needed and with each party.
pub(crate) const PLANS: TableEntry = TableEntry {
    name: "plans",
    one_row_per: "cell, plan, completion and party",
    columns: || {
        vec![
            column(&[CELL], SEE_ABOVE, "", "never"),
            column(&[("plan", Text)], PLAN, "", "never"),
            completion(),
            column(
                &[("party", Party)],
                "whose figures these are",
                "a party",
                "of all whose consent is needed together",
            ),
            column(
                &[("consent", Text)],
                "whether the outcome needs the party's consent: `needed`; `counted` by a quota; `not_needed`",
                "these words",
                "of all together",
            ),
            column(
                &[("acceptance_rate", Share)],
                "share of draws in which the party accepts: the outcome is worth its reservation value at least and crosses no real red line of it; of all together, in which all whose consent is needed do",
                "0 to 1",
                "never",
            ),
            column(
                &[("interval_low", Share), ("interval_high", Share)],
                SEE_ABOVE,
                "0 to 1",
                "never",
            ),
            column(&[("n", Count)], "draws", "from 1", "never"),
            column(
                &[("pivotal_rejection_rate", Share)],
                "share of draws in which the party alone is in the way: all whose consent is needed would accept if it did",
                "0 to 1",
                "of all together",
            ),
            column(
                &[("red_line_rate", Share)],
                "share of draws in which the outcome crosses a real red line of the party",
                "0 to 1",
                "of all together",
            ),
            column(
                &[("utility", Utility)],
                "mean utility of the outcome",
                "0 to 1",
                "of all together",
            ),
            column(
                &[("surplus", Utility)],
                "mean utility less the reservation value, which is what is left of it after leverage",
                "−1 to 1",
                "of all together",
            ),
            column(
                &[("surplus_low", Utility), ("surplus_high", Utility)],
                "95 % interval of that",
                "as that figure",
                "of all together; of a single draw",
            ),
            column(
                &[("surplus_before_leverage", Utility)],
                "mean utility less the reservation value as it was before leverage",
                "−1 to 1",
                "of all together",
            ),
            column(
                &[("worst_issue", Issue)],
                "the issue on which the outcome falls furthest short of the party's best option, in the mean over draws",
                "an issue",
                "of all together; if the party has its best option on every issue",
            ),
            column(
                &[("worst_issue_shortfall", Utility)],
                "how far: mean weight times the difference of utilities; interactions do not count",
                "0 to 1",
                "as `worst_issue`",
            ),
            column(
                &[("<path>", Value)],
                "of a sweep, the value of each swept path in the cell",
                "as the experiment has it",
                "never",
            ),
            column(
                &[("settled_<issue>", Opt)],
                "how the outcome settles the issue",
                "an option",
                "never",
            ),
        ]
    },
    words: || completion_words().into(),
};

/// What single changes of a plan would win.
pub(crate) const CHANGES: TableEntry = TableEntry {
    name: "changes",
    one_row_per: "cell, plan, completion and change of one issue",
    columns: || {
        vec![
            column(&[CELL], SEE_ABOVE, "", "never"),
            column(&[("plan", Text)], PLAN, "", "never"),
            column(
                &[("completion", Text)],
                "as in `plans.csv`",
                "`whole`, `most_accepted`, `least_accepted`",
                "never",
            ),
            column(
                &[("rank", Identifier)],
                "place by `acceptance_rate`; ties in the order of issues and options",
                "from 1",
                "never",
            ),
            column(&[("issue", Issue)], "the issue", "an issue", "never"),
            column(
                &[("option", Opt)],
                "the option that it has after the change",
                "an option",
                "never",
            ),
            column(
                &[("acceptance_rate", Share)],
                "share of draws in which all whose consent is needed accept the outcome after the change",
                "0 to 1",
                "never",
            ),
            column(
                &[("interval_low", Share), ("interval_high", Share)],
                SEE_ABOVE,
                "0 to 1",
                "never",
            ),
            column(
                &[("difference", Share)],
                "that share less the one without the change",
                "−1 to 1",
                "never",
            ),
            column(
                &[("difference_low", Share), ("difference_high", Share)],
                "95 % interval of that, draws compared one by one",
                "as that figure",
                "never",
            ),
            column(&[("n", Count)], "draws", "from 1", "never"),
        ]
    },
    words: Vec::new,
};

/// The amendments nearest to plans.
pub(crate) const AMENDMENTS: TableEntry = TableEntry {
    name: "amendments",
    one_row_per: "cell, plan and distinct nearest amendment",
    columns: || {
        vec![
            column(&[CELL], SEE_ABOVE, "", "never"),
            column(&[("plan", Text)], PLAN, "", "never"),
            column(
                &[("exists", Text)],
                "whether there is an amendment in these draws: every plan has a row for the draws without any, and one for those in which a search reached its limit",
                "`yes`, `no`, `undecided`",
                "never",
            ),
            column(
                &[("rank", Identifier)],
                "place by frequency; ties to fewer changes, then in the order of outcomes",
                "from 1",
                "of the rows for draws without any",
            ),
            column(
                &[("n_changes", Count)],
                "how many of the plan's terms it changes; what the plan leaves open is free",
                "from 0",
                "of the rows for draws without any",
            ),
            column(
                &[("n_nearest", Count)],
                "number of draws in which it is the nearest: all whose consent is needed accept it, and nothing with fewer changes; ties to the greatest least surplus of those, then to the first outcome",
                "from 0",
                "never",
            ),
            column(
                &[("share", Share)],
                "`n_nearest` over `n`",
                "0 to 1",
                "never",
            ),
            column(
                &[("interval_low", Share), ("interval_high", Share)],
                SEE_ABOVE,
                "0 to 1",
                "never",
            ),
            column(&[("n", Count)], "draws", "from 1", "never"),
            column(
                &[("changed_issues", Text)],
                "the issues of which it changes the plan's term, separated by spaces; it settles the others of its columns because the plan leaves them open",
                "issues",
                "if it changes none; of the rows for draws without any",
            ),
            column(
                &[("amended_<issue>", Opt)],
                "the option, where the amendment changes a term or settles what the plan leaves open",
                "an option",
                "as in the plan; of the rows for draws without any",
            ),
        ]
    },
    words: Vec::new,
};
