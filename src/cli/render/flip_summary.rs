//! Shifts of numbers at which the share of deals crosses a threshold, as text.

use std::fmt::Write as _;

use demarche_core::domain::Number;
use demarche_core::negotiation::Setting;

use crate::cli::render::study_summary::{INDICES, resting_on};
use crate::cli::render::text::{counted, percent, percent_interval, percent_of, signed, wrap};
use crate::experiment::{Flip, FlipSearch, Flips};

/// Shifts that cross the threshold, the smallest first.
pub(crate) fn render_flips(
    setting: &Setting,
    search: &FlipSearch,
    found: &Flips,
    width: usize,
) -> String {
    let numbers: Vec<&Number> = setting.numbers().collect();
    let stands = format!(
        "Deals without any shift: {} of {} ({})",
        percent_of(&found.unmoved),
        counted(search.sessions, "session"),
        percent_interval(&found.unmoved),
    );
    let asked = format!(
        "Smallest shift of one number at which {} of sessions end in a deal, all else equal and \
         with common random numbers (95 % interval)",
        percent(search.rate),
    );
    let mut res = format!(
        "{}\n\n{}\n",
        wrap(&stands, width, 0),
        wrap(&asked, width, 0)
    );
    let mut ranked: Vec<&Flip> = found.flips.iter().collect();
    let distance = |it: &Flip| it.shift.map_or(f64::INFINITY, |it| it.by.abs());
    ranked.sort_by(|one, other| distance(one).total_cmp(&distance(other)));
    for it in ranked {
        let number = numbers[it.number.idx()];
        let rests_on = resting_on(number.provenance.basis, &number.provenance.sources);
        let _ = writeln!(res, "  {}{rests_on}", number.path);
        let text = match it.shift {
            Some(shift) => {
                let median = number.distribution.quantile(0.5);
                let moved = number.moved(median, shift.by);
                let interval = shift.interval.map_or_else(
                    || ", without an interval".to_owned(),
                    |it| format!(" ({} to {})", signed(it.low, 3), signed(it.high, 3)),
                );
                let median_moved = INDICES.change(median, moved, None);
                format!(
                    "{}{interval}: its median from {} to {}",
                    signed(shift.by, 3),
                    median_moved.first,
                    median_moved.second
                )
            }
            None => out_of_reach(it),
        };
        let _ = writeln!(res, "    {}", wrap(&text, width, 4));
    }
    res
}

fn out_of_reach(flip: &Flip) -> String {
    let ends = [flip.curve.first(), flip.curve.last()];
    let rendered: Vec<String> = ends
        .into_iter()
        .flatten()
        .map(|(by, rate)| format!("{} ({} deals)", signed(*by, 3), percent(rate.point)))
        .collect();
    format!("out of reach: from {}", rendered.join(" to "))
}
