//! What each party offers over the rounds, and who gives up how much of its room above no deal.

use crate::report::drawing::{Axis, BandPanel, Bands, Chart, Unit};
use crate::report::page_sections::sessions::session_sections::Sessions;
use crate::report::pages::{PageBlock, PageFigure, Section};
use crate::report::summary::OfferRow;
use crate::wording::{count, counted, percent};

/// A round is shown if it has this part of a party's sessions: of fewer, a band says little.
const SESSIONS_PER_SHOWN: u64 = 20;

/// A party has room to give up if its first offer is worth so much more to it than no deal.
const ROOM_LEAST: f64 = 0.01;

/// A party with its rows, round by round.
struct PartyCourse<'a> {
    label: &'a str,
    rows: Vec<&'a OfferRow>,
}

impl PartyCourse<'_> {
    /// The part of its room above no deal that it gives up from its first offer to its last, by the
    /// medians; `None` without any room.
    fn given_up(&self) -> Option<f64> {
        let [first, last] = [self.rows.first()?, self.rows.last()?];
        let [from, to] = [first, last].map(|it| it.quantiles[2]);
        let room = from - first.mean_reservation_value;
        (room >= ROOM_LEAST).then(|| ((from - to) / room).clamp(0.0, 1.0))
    }
}

impl Sessions<'_> {
    pub(in crate::report::page_sections) fn offers(&self) -> Option<Section> {
        let courses = self.courses();
        let all_rows = || courses.iter().flat_map(|it| &it.rows);
        let first = all_rows().min_by(|a, b| a.round.total_cmp(&b.round))?;
        let last = all_rows().max_by(|a, b| a.round.total_cmp(&b.round))?;
        if first.round >= last.round {
            return None;
        }
        let n_in = |round: f64| {
            let of_round = all_rows().filter(|it| it.round.total_cmp(&round).is_eq());
            of_round.map(|it| it.n).max().unwrap_or_default()
        };
        let panels = courses.iter().map(|it| BandPanel {
            label: it.label.to_owned(),
            note: it.given_up().map_or_else(String::new, |it| {
                format!("gives up {} of its room", percent(it))
            }),
            points: it.rows.iter().map(|it| (it.round, it.quantiles)).collect(),
            level: it.rows.first().map_or(0.0, |it| it.mean_reservation_value),
        });
        let chart = Chart::Bands(Bands {
            x: Axis::new("Round", Unit::Count),
            y: Axis::new("Utility to the party of its own last offer", Unit::Utility),
            ends: [0.0, 1.0],
            level: "No deal".to_owned(),
            panels: panels.collect(),
        });
        let title = title(&courses, last.round);
        let text = format!(
            "What the last offer of each party is worth to itself, over the examined sessions as long as they last: {} in round {}, {} in round {}. A party's room is from the median of its first offers down to no deal; parts of it can be compared between parties, utilities cannot.",
            counted(n_in(first.round), "session"),
            Unit::Count.render(first.round),
            count(n_in(last.round)),
            Unit::Count.render(last.round),
        );
        Some(Section {
            id: "offers".to_owned(),
            heading: "What parties offer over the rounds".to_owned(),
            text: vec![text],
            blocks: vec![PageBlock::Figures(vec![PageFigure::new(
                "offers",
                &title,
                "Line: the median. Dark band: the middle half of sessions. Light band: the middle 80 %. Dashed: the mean reservation value. Rounds that fewer than one in twenty sessions reach are left out; offer_utilities.csv has them.",
                &chart,
            )])],
        })
    }

    /// By party that makes offers, the rounds that are shown.
    fn courses(&self) -> Vec<PartyCourse<'_>> {
        let parties = self.scenario().parties.iter().map(|party| {
            let rows = || self.first.offers.iter().filter(|it| it.party == party.name);
            let most = rows().map(|it| it.n).max().unwrap_or_default();
            let is_shown = |it: &&OfferRow| it.n >= most.div_ceil(SESSIONS_PER_SHOWN);
            PartyCourse {
                label: &party.label,
                rows: rows().filter(is_shown).collect(),
            }
        });
        parties.filter(|it| !it.rows.is_empty()).collect()
    }
}

/// Who gives up most of its room above no deal, and who least.
fn title(courses: &[PartyCourse<'_>], last_round: f64) -> String {
    let given_up = courses.iter().filter_map(|it| Some((it, it.given_up()?)));
    let mut given_up: Vec<_> = given_up.collect();
    given_up.sort_by(|a, b| b.1.total_cmp(&a.1));
    let round = Unit::Count.render(last_round);
    let (Some((most, much)), Some((least, little))) = (given_up.first(), given_up.last()) else {
        return "Utility to each party of its own last offer, round by round".to_owned();
    };
    let [much, little] = [*much, *little].map(percent);
    if much == little {
        let who = match given_up.len() {
            1 => format!("{} gives up", most.label),
            _ => "Every party gives up".to_owned(),
        };
        return format!("{who} {much} of its room above no deal by round {round}");
    }
    format!(
        "By round {round}, {} gives up most of its room above no deal, {much}; {} least, {little}",
        most.label, least.label
    )
}
