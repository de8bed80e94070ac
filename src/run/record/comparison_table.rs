//! The table of what differs between two runs.

use crate::experiment::{Pairing, RunComparison, Subject};
use crate::run::record::run_record::RunSchema;
use crate::tables::{Field, Rows, estimate_fields};

/// The columns of the table, in order.
const COLUMNS: [&str; 18] = [
    "compared",
    "metric",
    "party",
    "issue",
    "option",
    "first",
    "second",
    "difference",
    "standard_error",
    "interval_low",
    "interval_high",
    "confidence",
    "n_first",
    "n_second",
    "in_both",
    "in_first_only",
    "in_second_only",
    "in_neither",
];

/// The table of all differences, its header included.
pub fn comparison_rows(comparison: &RunComparison, run_schema: &RunSchema) -> Rows {
    let mut rows = Rows::new();
    rows.push(COLUMNS.map(Field::from));
    let compared = match comparison.pairing() {
        Pairing::Paired => "paired",
        Pairing::Unpaired => "unpaired",
    };
    for it in comparison.differences() {
        let (party, issue, option) = match it.subject {
            Subject::Session => (None, None, None),
            Subject::Party(party) => (
                Some(run_schema.parties[party.idx()].id.as_str()),
                None,
                None,
            ),
            Subject::Option(issue, option) => {
                let issue = &run_schema.issues[issue.idx()];
                let option = &issue.options[option.idx()];
                (None, Some(issue.name.id.as_str()), Some(option.id.as_str()))
            }
        };
        let key = [
            compared.into(),
            it.metric.into(),
            party.into(),
            issue.into(),
            option.into(),
            it.first.point.into(),
            it.second.point.into(),
        ];
        let [difference @ .., _] = estimate_fields(it.estimate.as_ref());
        let numbers = [it.first.n.into(), it.second.n.into()];
        let pairs = [
            it.pairs.map(|it| it.both).into(),
            it.pairs.map(|it| it.first_only).into(),
            it.pairs.map(|it| it.second_only).into(),
            it.pairs.map(|it| it.neither).into(),
        ];
        let fields = key.into_iter().chain(difference);
        rows.push(fields.chain(numbers).chain(pairs));
    }
    rows
}
