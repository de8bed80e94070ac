//! What theory says of a scenario, on one screen or two: over all draws, and of one draw.

use std::fmt::Write as _;

use demarche_core::domain::{IssueId, Outcome, Scenario, from_units, units};
use demarche_core::randomness::Replication;
use demarche_core::solution::Concept;
use demarche_stats::estimate::{Estimate, Moments, QuantileType, SortedSample};

use crate::cli::render::summary::label_columns;
use crate::cli::render::text::{
    count, counted, decimal, percent_interval, percent_of, signed, wrap,
};
use crate::experiment::{Solution, SolutionBenchmark};

/// The results of some draws.
#[derive(Debug)]
pub struct Analysis {
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
    pub fn new(n_parties: usize) -> Self {
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
    pub fn add(&mut self, benchmark: &SolutionBenchmark) {
        self.n_draws += 1;
        let feasible_set = &benchmark.feasible_set;
        if feasible_set.n_acceptable == 0 {
            return;
        }
        let zone = (feasible_set.n_acceptable, benchmark.replication);
        self.zones.push(zone);
        self.frontiers.push(feasible_set.frontier.len() as u64);
        for (moments, concept) in self.utilities.iter_mut().zip(Concept::ALL) {
            let solution = benchmark.solution(concept);
            let utilities = solution.iter().flat_map(|it| &it.utilities);
            for (moments, utility) in moments.iter_mut().zip(utilities) {
                moments.add(units(*utility));
            }
        }
        for (moments, it) in self.reservation_values.iter_mut().zip(&benchmark.exact) {
            moments.add(units(it.reservation_value()));
        }
    }

    /// The draw with the median number of acceptable outcomes, among draws with any; the first draw
    /// if there is none.
    pub fn middle_draw(&self) -> Replication {
        let mut sorted = self.zones.clone();
        sorted.sort_unstable();
        let middle = sorted.len().saturating_sub(1) / 2;
        sorted.get(middle).map_or(Replication(0), |it| it.1)
    }

    /// The summary of the draws as text.
    pub fn render(&self, scenario: &Scenario, width: usize) -> String {
        let mut res = format!("Over {}\n", counted(self.n_draws, "draw"));
        let n_possible = self.zones.len() as u64;
        let empty = Estimate::of_share(self.n_draws - n_possible, self.n_draws);
        if let Some(share) = empty.filter(|_| self.n_draws > 1) {
            let _ = writeln!(
                res,
                "  No agreement is possible in {} of draws ({})",
                percent_of(&share),
                percent_interval(&share),
            );
        }
        let sizes = [
            (
                "Zone of possible agreement",
                sizes(self.zones.iter().map(|it| it.0)),
            ),
            ("Pareto frontier", sizes(self.frontiers.iter().copied())),
        ];
        for (name, size) in sizes {
            if let Some(size) = size {
                let _ = writeln!(res, "  {}", wrap(&format!("{name}: {size}"), width, 4));
            }
        }
        if n_possible == 0 {
            return res;
        }
        let head = format!(
            "Utilities of the bargaining solutions (means over {} with a zone of possible agreement)",
            counted(n_possible, "draw")
        );
        let _ = writeln!(res, "\n{}", wrap(&head, width, 0));
        self.render_utilities(&mut res, scenario);
        res
    }

    fn render_utilities(&self, res: &mut String, scenario: &Scenario) {
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
                        .map_or_else(String::new, |it| format!("{:>8}", decimal(it, 3)))
                })
                .collect();
            let _ = writeln!(res, "  {:<columns$} {}", party.label, figures.join(" "));
        }
    }
}

/// The median of some counts as text, with the 90 % range if they differ.
fn sizes(numbers: impl Iterator<Item = u64>) -> Option<String> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a space has far fewer outcomes than 2^53"
    )]
    let sample = SortedSample::new(numbers.map(|it| it as f64).collect())?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between two of the counts above"
    )]
    let at = |p: f64| sample.quantile(p, QuantileType::Seven).round() as u64;
    let [low, middle, high] = [0.05, 0.5, 0.95].map(at);
    let middle = counted(middle, "outcome");
    Some(if low < high {
        let (low, high) = (count(low), count(high));
        format!("median {middle}, {low} to {high} in 90 % of draws")
    } else {
        middle
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

/// The bargaining solutions of one draw as text.
pub(crate) fn render_draw(
    scenario: &Scenario,
    benchmark: &SolutionBenchmark,
    width: usize,
) -> String {
    let feasible_set = &benchmark.feasible_set;
    let replication = benchmark.replication.0;
    if feasible_set.n_acceptable == 0 {
        return format!("Draw {replication}: no agreement is possible\n");
    }
    let mut res = format!(
        "Draw {replication}: {} of {} acceptable, {} of them on the frontier\n",
        count(feasible_set.n_acceptable),
        counted(scenario.space.n_outcomes(), "outcome"),
        count(feasible_set.frontier.len() as u64),
    );
    let solutions = &benchmark.solutions;
    let is_common = |issue: &IssueId| {
        let option = |it: &Solution| scenario.space.option(it.outcome, *issue);
        solutions
            .iter()
            .all(|it| option(it) == option(&solutions[0]))
    };
    let (common, apart): (Vec<_>, Vec<_>) = scenario.space.issues().partition(is_common);
    if solutions.len() > 1 && !common.is_empty() {
        res.push_str("\n  Identical in all of them\n");
        issue_lines(&mut res, scenario, &common, solutions[0].outcome, width);
    }
    let of_each = if solutions.len() > 1 { &apart } else { &common };
    for it in solutions {
        let _ = writeln!(res, "\n  {}", it.labels());
        issue_lines(&mut res, scenario, of_each, it.outcome, width);
        let parties = scenario.parties.iter().zip(&benchmark.exact);
        let worth: Vec<String> = parties
            .zip(&it.utilities)
            .map(|((party, preferences), utility)| {
                let surplus = preferences.surplus(it.outcome);
                let [worth, over] = [decimal(*utility, 3), signed(surplus, 3)];
                format!("{} {worth} ({over})", party.label)
            })
            .collect();
        let line = format!("Utility (surplus): {}", worth.join(", "));
        let _ = writeln!(res, "    {}", wrap(&line, width, 6));
    }
    res
}

/// How an outcome settles some issues, a line each.
fn issue_lines(
    res: &mut String,
    scenario: &Scenario,
    issues: &[IssueId],
    outcome: Outcome,
    width: usize,
) {
    for &issue in issues {
        let (label, option) = (
            &scenario.issue(issue).label,
            scenario.option_label(outcome, issue),
        );
        let _ = writeln!(res, "    {}", wrap(&format!("{label}: {option}"), width, 6));
    }
}
