//! An examination as text: a league table, and the examined party against each kind of opponents.

use std::fmt::Write as _;

use demarche_stats::estimate::Estimate;

use crate::cli::render::text::{count, counted, heading, percent_of, wrap};
use crate::experiment::{CandidateRecord, Examined, ExaminedRecord};

/// Digits of utilities and distances.
const DIGITS: usize = 3;

/// Columns of a name, and of a figure.
const NAME: usize = 19;
const FIGURE: usize = 15;

/// The results of an examination of a party of this label.
pub(crate) fn render_examination(examined: &Examined, label: &str, width: usize) -> String {
    let mut res = String::new();
    let mut league: Vec<&CandidateRecord> = examined.candidates.iter().collect();
    // Ties keep their order: the examined party comes first.
    league.sort_by(|a, b| gain(&b.overall).total_cmp(&gain(&a.overall)));
    let title = format!("League table for {label}, by mean gain over no deal");
    let _ = writeln!(res, "{}", heading(&title));
    push_heads(&mut res, "strategy", "behind outside");
    for it in league {
        let difference = it.less_than_examined.as_ref().map(figure);
        push_row(&mut res, it.name, &it.overall, difference.as_deref());
    }
    let Some(own) = examined.candidates.first() else {
        return res;
    };
    let _ = writeln!(
        res,
        "\n{}",
        heading("The program against each kind of others")
    );
    push_heads(&mut res, "the others follow", "rules broken");
    for (name, record) in examined.opponents.iter().zip(&own.against) {
        let broken = count(record.n_forfeits);
        push_row(&mut res, name, record, Some(&broken));
    }
    let n_sessions = own.against.first().map_or(0, |it| it.n_sessions);
    let note = format!(
        "{} with common random numbers against each kind of others. A gain is 0 without a deal; ± is \
         half a 95 % interval; `behind outside` is by how much more the program gains in the same \
         sessions. The program broke the rules in {}.{}",
        counted(n_sessions, "session"),
        counted(own.overall.n_forfeits, "session"),
        if examined.has_distances {
            ""
        } else {
            " The scenario has too many outcomes for distances."
        }
    );
    let _ = writeln!(res, "\n{}", wrap(&note, width, 0));
    res
}

fn gain(record: &ExaminedRecord) -> f64 {
    record.gain.as_ref().map_or(0.0, |it| it.point)
}

fn push_heads(res: &mut String, name: &str, last: &str) {
    let _ = writeln!(
        res,
        "  {name:NAME$}{:>8}{:>FIGURE$}{:>10}{:>8}  {last}",
        "deals", "gain", "frontier", "Nash"
    );
}

fn push_row(res: &mut String, name: &str, record: &ExaminedRecord, last: Option<&str>) {
    let distance = |it: &Option<Estimate>| {
        let text = it.as_ref().map(|it| format!("{:.DIGITS$}", it.point));
        text.unwrap_or_else(|| "–".to_owned())
    };
    let line = format!(
        "  {name:NAME$}{:>8}{:>FIGURE$}{:>10}{:>8}  {}",
        record.deals.as_ref().map(percent_of).unwrap_or_default(),
        record.gain.as_ref().map(figure).unwrap_or_default(),
        distance(&record.pareto_distance),
        distance(&record.nash_distance),
        last.unwrap_or_default()
    );
    let _ = writeln!(res, "{}", line.trim_end());
}

/// A mean with half its interval.
fn figure(it: &Estimate) -> String {
    let interval = it.interval.map_or_else(String::new, |interval| {
        format!(" ±{:.DIGITS$}", interval.half_width())
    });
    format!("{:.DIGITS$}{interval}", it.point)
}
