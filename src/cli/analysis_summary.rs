//! What theory says of a scenario, on one screen or two: over all draws, and of one draw.

use std::fmt::Write as _;

use crate::cli::summary::{label_columns, outcome_lines};
use crate::cli::text::{count, counted, percent, percent_interval, wrap};
use crate::domain::{Scenario, Utility, from_units};
use crate::experiment::Prospect;
use crate::seeds::Replication;
use crate::solution::Concept;
use crate::statistics::{Estimate, Moments, QuantileType, SortedSample};

/// What the draws come to.
#[derive(Debug)]
pub(super) struct Analysis {
    n_draws: u64,
    /// Of the draws in which something can be agreed: how many outcomes, and which draw.
    zones: Vec<(u64, Replication)>,
    /// Of the same draws.
    frontiers: Vec<u64>,
    /// By concept and party, of the same draws.
    utilities: Vec<Vec<Moments>>,
    /// By party, of the same draws.
    reservation_values: Vec<Moments>,
}

impl Analysis {
    /// No draws yet.
    pub(super) fn new(n_parties: usize) -> Self {
        let of_parties = vec![Moments::default(); n_parties];
        Self {
            n_draws: 0,
            zones: Vec::new(),
            frontiers: Vec::new(),
            utilities: vec![of_parties.clone(); Concept::ALL.len()],
            reservation_values: of_parties,
        }
    }

    /// Takes in a draw.
    pub(super) fn add(&mut self, prospect: &Prospect) {
        self.n_draws += 1;
        let landscape = &prospect.landscape;
        if landscape.n_acceptable == 0 {
            return;
        }
        let zone = (landscape.n_acceptable, prospect.replication);
        self.zones.push(zone);
        self.frontiers.push(landscape.frontier.len() as u64);
        for (moments, it) in self.utilities.iter_mut().zip(&prospect.solutions) {
            for (moments, utility) in moments.iter_mut().zip(&it.utilities) {
                moments.add(utility.units());
            }
        }
        for (moments, it) in self.reservation_values.iter_mut().zip(&prospect.parties) {
            moments.add(it.reservation_value().units());
        }
    }

    /// The draw with as many acceptable outcomes as the middle one of those with any; the first
    /// draw if there is none.
    pub(super) fn middle_draw(&self) -> Replication {
        let mut sorted = self.zones.clone();
        sorted.sort_unstable();
        let middle = sorted.len().saturating_sub(1) / 2;
        sorted.get(middle).map_or(Replication(0), |it| it.1)
    }

    /// What the draws come to, for people.
    pub(super) fn told(&self, scenario: &Scenario, width: usize) -> String {
        let mut res = format!("Over {}\n", counted(self.n_draws, "draw"));
        let n_possible = self.zones.len() as u64;
        if let Some(share) = Estimate::of_share(self.n_draws - n_possible, self.n_draws) {
            let _ = writeln!(
                res,
                "  No zone of possible agreement in {} of draws ({})",
                percent(share.point),
                percent_interval(&share),
            );
        }
        let zones = self.zones.iter().map(|it| it.0);
        let (Some(zones), Some(frontiers)) = (sizes(zones), sizes(self.frontiers.iter().copied()))
        else {
            return res;
        };
        let of = count(scenario.space.n_outcomes());
        let zone = format!("Zone of possible agreement: {zones} of {of} outcomes");
        let frontier = format!("Pareto frontier: {frontiers} outcomes");
        for line in [zone, frontier] {
            let _ = writeln!(res, "  {}", wrap(&line, width, 4));
        }
        let head = format!(
            "What the agreements that theory singles out are worth (mean utility over {} with a zone)",
            counted(n_possible, "draw")
        );
        let _ = writeln!(res, "\n{}", wrap(&head, width, 0));
        self.utilities_told(&mut res, scenario);
        res
    }

    fn utilities_told(&self, res: &mut String, scenario: &Scenario) {
        let columns = label_columns(scenario);
        let heads: Vec<String> = Concept::ALL.map(|it| format!("{:>8}", short(it))).to_vec();
        let _ = writeln!(
            res,
            "  {:columns$} {} {:>8}",
            "",
            heads.join(" "),
            "no deal"
        );
        for (idx, party) in scenario.parties.iter().enumerate() {
            let of_concepts = self.utilities.iter().map(|it| &it[idx]);
            let figures: Vec<String> = of_concepts
                .chain([&self.reservation_values[idx]])
                .map(|it| {
                    it.mean(from_units(1))
                        .map_or_else(String::new, |it| format!("{it:>8.3}"))
                })
                .collect();
            let _ = writeln!(res, "  {:<columns$} {}", party.label, figures.join(" "));
        }
    }
}

/// Numbers in words: the middle one, and where nine of ten lie if they differ.
fn sizes(numbers: impl Iterator<Item = u64>) -> Option<String> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a space has far fewer outcomes than 2^53"
    )]
    let sample = SortedSample::new(numbers.map(|it| it as f64).collect())?;
    let at = |p: f64| sample.quantile(p, QuantileType::Seven).round();
    let [low, middle, high] = [0.05, 0.5, 0.95].map(at);
    Some(if low < high {
        format!("{middle:.0} in the middle, {low:.0} to {high:.0} in nine of ten draws,")
    } else {
        format!("{middle:.0}")
    })
}

/// A concept as the head of a narrow column.
fn short(concept: Concept) -> &'static str {
    match concept {
        Concept::Nash => "Nash",
        Concept::KalaiSmorodinsky => "Kalai–Sm",
        Concept::Egalitarian => "egalit.",
        Concept::Utilitarian => "utilit.",
        Concept::RelativeUtilitarian => "relative",
    }
}

/// What theory says of one draw, in words.
pub(super) fn draw_told(scenario: &Scenario, prospect: &Prospect, width: usize) -> String {
    let landscape = &prospect.landscape;
    let replication = prospect.replication.0;
    if landscape.n_acceptable == 0 {
        return format!("Draw {replication}: nothing can be agreed\n");
    }
    let mut res = format!(
        "Draw {replication}: {} can be agreed, {} of them on the frontier\n",
        counted(landscape.n_acceptable, "outcome"),
        count(landscape.frontier.len() as u64),
    );
    for (idx, it) in prospect.solutions.iter().enumerate() {
        let solutions = &prospect.solutions;
        if solutions[..idx]
            .iter()
            .any(|other| other.outcome == it.outcome)
        {
            continue;
        }
        let same = solutions.iter().filter(|other| other.outcome == it.outcome);
        let labels: Vec<&str> = same.map(|it| it.concept.label()).collect();
        let _ = writeln!(res, "\n  {}", labels.join(", "));
        outcome_lines(&mut res, scenario, it.outcome, 4, width);
        let parties = scenario.parties.iter().zip(&prospect.parties);
        let worth: Vec<String> = parties
            .zip(&it.utilities)
            .map(|((party, preferences), utility)| {
                let surplus = preferences.surplus(it.outcome);
                format!(
                    "{} {:.3} ({surplus:+.3})",
                    party.label,
                    Utility::get(*utility)
                )
            })
            .collect();
        let line = format!("Worth (over no deal): {}", worth.join(", "));
        let _ = writeln!(res, "    {}", wrap(&line, width, 4));
    }
    res
}
