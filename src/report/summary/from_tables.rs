//! The summary of a run from its tables, read within limits.

use std::collections::BTreeMap;
use std::io::Read;

use demarche_core::protocol::Ending;
use demarche_stats::estimate::Interval;

use crate::experiment::{AGREEMENT_RATE, UTILITY};
use crate::report::charts::Quantity;
use crate::report::summary::run_summary::{
    Blocker, CellFigures, CellSummary, DealEffect, Dependence, FirstCell, FlipSummary, FlipTrial,
    OptionShare, RankedAgreement, RoundShare, RunSummary, SurplusShare,
};
use crate::run::CELLS_OWN_COLUMNS;
use crate::tables::RowLimitedReader;

/// The tables of a run, by name and without the ending; `None` for one that it does not have.
pub type OpenTable<'a> = dyn Fn(&str) -> std::io::Result<Option<Box<dyn Read>>> + 'a;

/// Agreements shown one by one.
pub(crate) const AGREEMENTS_SHOWN: usize = 6;

/// Bytes that the rows of one table may take in memory, with what it takes to hold them: far more than
/// a page can show.
pub const TABLE_BYTES_MAX: usize = 256 << 20;

/// What it takes to hold a row, and each of its fields, besides the letters.
const HELD_ROW_BYTES: usize = 128;
const HELD_FIELD_BYTES: usize = 8;

/// Why a table could not be used.
#[derive(Debug, thiserror::Error)]
#[error("{table}.csv: {message}")]
pub struct SummaryError {
    table: String,
    message: String,
}

/// One row of a table, by the names of its columns.
#[derive(Clone, Copy, Debug)]
struct Row<'a> {
    columns: &'a [String],
    fields: &'a csv::StringRecord,
}

impl RunSummary {
    /// Reads the tables of a run.
    ///
    /// # Errors
    ///
    /// If a table is damaged, or longer than any that demarche writes.
    pub fn read(open: &OpenTable<'_>) -> Result<Self, SummaryError> {
        let mut res = Self::default();
        let mut figures = read_metrics(open, &mut res.first)?;
        res.first.options = rows("options", open, |it| {
            it.is_of_first().then(|| OptionShare {
                issue: it.owned("issue"),
                option: it.owned("option"),
                share: it.quantity("share_given_agreement"),
            })
        })?;
        let most = AGREEMENTS_SHOWN;
        res.first.agreements = first_rows("agreements", open, most, |it| {
            it.is_of_first().then(|| it.ranked_agreement())
        })?;
        res.first.blockers = rows("blockers", open, |it| {
            it.is_of_first().then(|| Blocker {
                party: it.owned("party"),
                share: it.quantity("share_given_no_agreement"),
                n: it.whole("n"),
                pivotal_rejections: it.counts_behind("costliest_issue_refusals"),
            })
        })?;
        res.first.rounds = rows("rounds", open, |it| {
            let round = it.number("round")?;
            let without_agreement = it.quantity("share_without_agreement")?;
            it.is_of_first().then_some(RoundShare {
                round,
                without_agreement,
            })
        })?;
        res.first.surpluses = rows("surpluses", open, |it| {
            let [from, below] = [it.number("surplus_from")?, it.number("surplus_below")?];
            let share = it.number("share_given_agreement")?;
            it.is_of_first().then(|| SurplusShare {
                party: it.owned("party"),
                from,
                below,
                share,
            })
        })?;
        res.cells = rows("cells", open, |it| {
            if res.paths.is_empty() {
                let paths = it.columns.iter();
                let paths = paths.filter(|it| !CELLS_OWN_COLUMNS.contains(&it.as_str()));
                res.paths = paths.cloned().collect();
            }
            let cell = it.cell()?;
            Some(CellSummary {
                cell,
                values: res.paths.iter().map(|path| it.owned(path)).collect(),
                same_as: it.text("same_as").parse().ok(),
                figures: figures.remove(&cell).unwrap_or_default(),
            })
        })?;
        res.effects = rows("effects", open, |it| {
            let cell = it.cell()?;
            (it.text("metric") == AGREEMENT_RATE).then(|| DealEffect {
                cell,
                difference: it.quantity("difference"),
            })
        })?;
        res.dependences = rows("sensitivity", open, |it| Some(it.dependence()))?;
        res.flips = rows("flips", open, |it| {
            Some(FlipSummary {
                number: it.owned("number"),
                threshold: it.number("threshold"),
                shift: it.quantity("shift"),
            })
        })?;
        res.flip_curves = rows("flip_curves", open, |it| {
            Some(FlipTrial {
                number: it.owned("number"),
                shift: it.number("shift")?,
                deals: it.quantity(AGREEMENT_RATE)?,
            })
        })?;
        Ok(res)
    }
}

/// Reads the summary table: the metrics of the first cell, and by cell those shown of every one.
fn read_metrics(
    open: &OpenTable<'_>,
    first: &mut FirstCell,
) -> Result<BTreeMap<u32, CellFigures>, SummaryError> {
    let mut res: BTreeMap<u32, CellFigures> = BTreeMap::new();
    rows("summary", open, |it| {
        let (cell, metric) = (it.cell()?, it.text("metric"));
        let estimate = it.quantity("estimate");
        let ending = metric.strip_suffix("_rate");
        let ending = Ending::NAMES.iter().position(|it| Some(*it) == ending);
        if let (Some(ending), 0) = (ending, cell) {
            first.endings[ending] = estimate;
        }
        match (metric, cell) {
            (AGREEMENT_RATE, _) => res.entry(cell).or_default().deals = estimate,
            (UTILITY, _) => {
                let utilities = &mut res.entry(cell).or_default().utilities;
                utilities.extend(estimate.map(|estimate| (it.owned("party"), estimate)));
            }
            ("round_given_agreement", 0) => first.n_agreements = it.whole("n"),
            ("surplus_given_agreement", 0) => {
                let surpluses = &mut first.mean_surpluses;
                surpluses.extend(estimate.map(|estimate| (it.owned("party"), estimate)));
            }
            (_, 0) => {}
            _ => return None,
        }
        Some(())
    })?;
    Ok(res)
}

/// The rows of a table as far as something is made of them.
fn rows<T>(
    table: &str,
    open: &OpenTable<'_>,
    make: impl FnMut(Row<'_>) -> Option<T>,
) -> Result<Vec<T>, SummaryError> {
    first_rows(table, open, usize::MAX, make)
}

/// The first rows of a table of which something is made.
fn first_rows<T>(
    table: &str,
    open: &OpenTable<'_>,
    most: usize,
    mut make: impl FnMut(Row<'_>) -> Option<T>,
) -> Result<Vec<T>, SummaryError> {
    let error = |message: String| SummaryError {
        table: table.to_owned(),
        message,
    };
    let mut res = Vec::new();
    let Some(input) = open(table).map_err(|it| error(it.to_string()))? else {
        return Ok(res);
    };
    let mut reader = csv::Reader::from_reader(RowLimitedReader::new(input));
    let header = reader.headers().map_err(|it| error(it.to_string()))?;
    let columns: Vec<String> = header.iter().map(str::to_owned).collect();
    let mut fields = csv::StringRecord::new();
    let mut n_bytes = 0;
    loop {
        reader.get_mut().renew();
        let is_there = reader.read_record(&mut fields);
        if res.len() == most || !is_there.map_err(|it| error(it.to_string()))? {
            return Ok(res);
        }
        let row = Row {
            columns: &columns,
            fields: &fields,
        };
        let Some(made) = make(row) else { continue };
        n_bytes += fields.as_slice().len() + HELD_FIELD_BYTES * fields.len() + HELD_ROW_BYTES;
        if n_bytes > TABLE_BYTES_MAX {
            let mib = TABLE_BYTES_MAX >> 20;
            return Err(error(format!("it has more than {mib} MiB to show")));
        }
        res.push(made);
    }
}

impl<'a> Row<'a> {
    /// A field; empty if there is no such column.
    fn text(&self, column: &str) -> &'a str {
        let place = self.columns.iter().position(|it| it == column);
        place.and_then(|it| self.fields.get(it)).unwrap_or_default()
    }

    fn owned(&self, column: &str) -> String {
        self.text(column).to_owned()
    }

    /// A number; `None` if the field is empty or none.
    fn number(&self, column: &str) -> Option<f64> {
        number(self.text(column))
    }

    /// A whole number, 0 if the field is empty or none.
    fn whole(&self, column: &str) -> u64 {
        self.text(column).parse().unwrap_or_default()
    }

    /// A number with the interval beside it.
    fn quantity(&self, column: &str) -> Option<Quantity> {
        let ends = [self.number("interval_low"), self.number("interval_high")];
        let interval = match ends {
            [Some(low), Some(high)] => Some(Interval { low, high }),
            _ => None,
        };
        let value = self.number(column)?;
        Some(Quantity { value, interval })
    }

    fn cell(&self) -> Option<u32> {
        self.text("cell").parse().ok()
    }

    fn is_of_first(&self) -> bool {
        self.cell() == Some(0)
    }

    /// What stands in the columns whose names begin so, by the rest of their names.
    fn named<T>(&self, prefix: &str, read: impl Fn(&str) -> T) -> BTreeMap<String, T> {
        let columns = self.columns.iter().zip(self.fields);
        columns
            .filter_map(|(column, field)| {
                let name = column.strip_prefix(prefix)?;
                Some((name.to_owned(), read(field)))
            })
            .collect()
    }

    /// The counts in the columns behind this one.
    fn counts_behind(&self, column: &str) -> Vec<u64> {
        let columns = self.columns.iter().zip(self.fields);
        let behind = columns.skip_while(|it| it.0 != column).skip(1);
        behind.map(|it| it.1.parse().unwrap_or_default()).collect()
    }

    fn ranked_agreement(&self) -> RankedAgreement {
        let utilities = self.named("mean_utility_", number);
        let known = |(party, utility): (String, Option<f64>)| Some((party, utility?));
        RankedAgreement {
            rank: self.whole("rank"),
            n_agreed: self.whole("n_agreed"),
            share: self.number("share_given_agreement"),
            options: self.named("agreed_", str::to_owned),
            mean_utilities: utilities.into_iter().filter_map(known).collect(),
        }
    }

    fn dependence(&self) -> Dependence {
        Dependence {
            metric: self.owned("metric"),
            party: self.owned("party"),
            kind: self.owned("kind"),
            factor: self.owned("factor"),
            basis: self.owned("basis"),
            sources: self.owned("sources"),
            measure: self.owned("measure"),
            estimate: self.quantity("estimate"),
            n: self.whole("n"),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    let number: Option<f64> = text.parse().ok();
    number.filter(|it| it.is_finite())
}
