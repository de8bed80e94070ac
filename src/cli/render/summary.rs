//! The summary of a batch, in the order of its page: the answer, how a hundred sessions end, how far
//! that may be off, what it rests on, who would have to move; then the figures.

use std::fmt::Write as _;

use demarche_core::domain::{Outcome, Scenario};
use demarche_core::negotiation::Setting;
use demarche_stats::estimate::Estimate;

use crate::cli::render::text::{
    Notation, bar, count, counted, decimal, percent, percent_interval, percent_of, wrap,
};
use crate::experiment::{StoppingRule, Tally};
use crate::report::{ReasonRow, ending_rows, needed_moves, rests_on, strategy_words};
use crate::run::MostFrequent;

/// Columns of a bar.
const BAR_WIDTH: usize = 16;

/// The summary of a batch as text, with the line on other forms of the model, if any were tried.
pub(crate) fn summary(
    setting: &Setting,
    tally: &Tally,
    agreements: &MostFrequent,
    range_of_forms: &str,
    width: usize,
) -> String {
    let scenario = setting.scenario();
    let mut res = String::new();
    let Some(deals) = Estimate::of_share(tally.n_agreements(), tally.n_sessions()) else {
        return res;
    };
    let reasons = ReasonRow::of_all(scenario, tally);
    let line = format!(
        "{} of {} ended in a deal (95 % interval {}).",
        percent_of(&deals),
        counted(tally.n_sessions(), "session"),
        percent_interval(&deals),
    );
    let _ = writeln!(res, "{}", wrap(&line, width, 0));
    hundred(&mut res, scenario, &deals, &reasons, width);
    if !range_of_forms.is_empty() {
        let line = format!("By chance: {} (95 % interval).", percent_interval(&deals));
        let _ = writeln!(res, "\nHow far this may be off");
        let _ = writeln!(res, "  {}", wrap(&line, width, 2));
        let _ = writeln!(res, "  {}", wrap(range_of_forms, width, 2));
    }
    let _ = write!(res, "\n{}\n", wrap(&rests_on(setting), width, 0));
    let moves = needed_moves(scenario, &reasons);
    if !moves.is_empty() {
        res.push_str("\nWho would have to move\n");
    }
    for it in moves {
        let _ = writeln!(res, "  - {}", wrap(&it, width, 4));
    }
    factors(&mut res, setting, tally, width);
    if tally.n_agreements() > 0 {
        settled(&mut res, scenario, tally, width);
        most_frequent(&mut res, scenario, tally, agreements, width);
        surpluses(&mut res, scenario, tally, width);
    }
    strategies(&mut res, setting, tally, width);
    if tally.n_agreements() < tally.n_sessions() {
        blockers(&mut res, scenario, tally, width);
    }
    res.push('\n');
    res
}

/// How a hundred sessions end, and whose doing it is that some have no deal.
fn hundred(
    res: &mut String,
    scenario: &Scenario,
    deals: &Estimate,
    reasons: &[ReasonRow],
    width: usize,
) {
    let _ = writeln!(res, "\nOf 100 sessions, about");
    for row in ending_rows(scenario, deals.point, reasons) {
        // What rounds to none is not none.
        let n = match row.n {
            0 if row.share > 0.0 => "<1".to_owned(),
            n => n.to_string(),
        };
        let lead = if row.is_part {
            format!("{n:>10} ")
        } else {
            format!("{n:>5} {} ", bar(row.share, BAR_WIDTH))
        };
        let indent = lead.chars().count();
        let _ = writeln!(res, "{lead}{}", wrap(&row.label, width, indent));
    }
}

/// Whether the stopping rule reached its target.
pub(crate) fn sureness(rule: &StoppingRule, setting: &Setting, tallies: &[Tally]) -> String {
    let party = rule.party.map_or_else(String::new, |it| {
        format!(" of {}", setting.scenario().party(it).name)
    });
    let asked = format!(
        "{}{party} to ±{} at confidence {}",
        rule.metric, rule.half_width, rule.confidence
    );
    let n_sure = tallies.iter().filter(|it| rule.is_reached(it)).count();
    if n_sure == tallies.len() {
        format!("Target reached: {asked}\n\n")
    } else if let [tally] = tallies {
        let known = rule.half_width(tally);
        let known = known.map_or_else(String::new, |it| format!("; reached: ±{}", decimal(it, 3)));
        format!("Target not reached: {asked}{known}\n\n")
    } else {
        format!(
            "Target reached in {n_sure} of {}: {asked}\n\n",
            counted(tallies.len() as u64, "cell")
        )
    }
}

/// The share of deals taken apart, when deals came, and how sessions without one ended.
fn factors(res: &mut String, setting: &Setting, tally: &Tally, width: usize) {
    let [agreements, deadlines, walkouts, forfeits] = tally.endings();
    let Some(share) = Estimate::of_share(agreements, tally.n_sessions()) else {
        return;
    };
    let _ = writeln!(res, "\nDeals: {} of sessions", percent_of(&share));
    zone_shares(res, setting, tally, width);
    let round = tally
        .metrics()
        .into_iter()
        .find(|it| it.name == "round_given_agreement")
        .and_then(|it| it.estimate);
    if let Some(it) = round {
        let rounds = setting.rules().deadline_rounds;
        let late = tally.share_at_deadline(rounds).filter(|it| *it > 0.5);
        let late = late.map_or_else(String::new, |it| {
            format!("; {} of them in the last two rounds", percent(it))
        });
        let line = format!("in round {:.1} on average{late}", it.point);
        let _ = writeln!(res, "       {}", wrap(&line, width, 7));
    }
    let line = format!(
        "No deal: {} at the deadline, {}, {}",
        count(deadlines),
        counted(walkouts, "walkout"),
        counted(forfeits, "forfeit"),
    );
    let _ = writeln!(res, "{}", wrap(&line, width, 0));
}

/// The share of deals taken apart, a line per factor and term.
fn zone_shares(res: &mut String, setting: &Setting, tally: &Tally, width: usize) {
    let [zone, found, without, undecided] = tally.zone_shares();
    let has_deals_without = |it: &Estimate| it.point > 0.0 || setting.has_offers_below_no_deal();
    let lines = [
        ("=", "with a zone of possible agreement", zone),
        ("×", "of these with a deal", found),
        (
            "+",
            "deals without such a zone",
            without.filter(has_deals_without),
        ),
        (
            " ",
            "undecided: the search for a zone reached its limit",
            undecided.filter(|it| it.point > 0.0),
        ),
    ];
    for (sign, meaning, share) in lines {
        if let Some(share) = share {
            let (point, interval) = (percent_of(&share), percent_interval(&share));
            let text = wrap(&format!("{point} {meaning} ({interval})"), width, 7);
            let _ = writeln!(res, "     {sign} {text}");
        }
    }
}

fn settled(res: &mut String, scenario: &Scenario, tally: &Tally, width: usize) {
    let deals = counted(tally.n_agreements(), "deal");
    let _ = writeln!(res, "\nOptions in deals (shares of {deals})");
    for issue in scenario.space.issues() {
        let named_issue = scenario.issue(issue);
        let _ = writeln!(res, "  {}", named_issue.label);
        for (option, named) in scenario.space.options(issue).zip(&named_issue.options) {
            let agreed = tally.n_agreed(&scenario.space, issue, option);
            if let Some(share) = Estimate::of_share(agreed, tally.n_agreements()) {
                let lead = format!(
                    "    {:>7} {} ",
                    percent(share.point),
                    bar(share.point, BAR_WIDTH)
                );
                let indent = lead.chars().count();
                let _ = writeln!(res, "{lead}{}", wrap(&named.label, width, indent));
            }
        }
    }
}

fn most_frequent(
    res: &mut String,
    scenario: &Scenario,
    tally: &Tally,
    agreements: &MostFrequent,
    width: usize,
) {
    let Some(agreement) = agreements.ranked.first() else {
        if tally.n_agreements() > 0 {
            let head = "There are too many distinct agreements to be listed without rows for \
                        every session";
            let _ = writeln!(res, "\n{}", wrap(head, width, 0));
        }
        return;
    };
    if agreement.n == 1 && tally.n_agreements() > 1 {
        let head = format!(
            "No agreement came twice: {} are {}",
            counted(tally.n_agreements(), "deal"),
            counted(agreements.n_distinct, "distinct agreement"),
        );
        let _ = writeln!(res, "\n{}", wrap(&head, width, 0));
        return;
    }
    let head = format!(
        "Most frequent agreement ({} of {}; {} in all)",
        count(agreement.n),
        counted(tally.n_agreements(), "deal"),
        counted(agreements.n_distinct, "distinct agreement"),
    );
    let _ = writeln!(res, "\n{}", wrap(&head, width, 0));
    outcome_lines(res, scenario, agreement.outcome, 2, width);
}

/// An outcome, a line per issue, indented.
pub(crate) fn outcome_lines(
    res: &mut String,
    scenario: &Scenario,
    outcome: Outcome,
    indent: usize,
    width: usize,
) {
    for issue in scenario.space.issues() {
        let line = format!(
            "{}: {}",
            scenario.issue(issue).label,
            scenario.option_label(outcome, issue)
        );
        let lines = wrap(&line, width, indent);
        let _ = writeln!(res, "{:indent$}{lines}", "");
    }
}

fn surpluses(res: &mut String, scenario: &Scenario, tally: &Tally, width: usize) {
    let head = "Surplus of a deal over the reservation value (mean, utilities from 0 to 1)";
    let _ = writeln!(res, "\n{}", wrap(head, width, 0));
    let columns = label_columns(scenario);
    for (id, it) in scenario.party_ids().zip(tally.parties()) {
        let party = scenario.party(id);
        if let Some(surplus) = it.surplus_given_agreement() {
            let notation = Notation::Decimals(3);
            let interval = notation.interval(&surplus);
            let interval = interval.map_or_else(String::new, |it| format!("({it})"));
            // Leverage lowers what no deal is worth: what it adds to the surplus is no gain.
            let is_pressed = scenario.leverages.iter().any(|it| it.on == id);
            let before = it.surplus_before_leverage().filter(|_| is_pressed);
            let before = before.map_or_else(String::new, |it| {
                format!("; {} before leverage", notation.point(&it))
            });
            let lead = format!(
                "  {:<columns$} {:>7} ",
                party.label,
                notation.point(&surplus)
            );
            let indent = lead.chars().count();
            let text = wrap(&format!("{interval}{before}"), width, indent);
            let _ = writeln!(res, "{lead}{text}");
        }
    }
}

/// Deals by the strategies that were drawn, of parties that may follow several.
fn strategies(res: &mut String, setting: &Setting, tally: &Tally, width: usize) {
    let scenario = setting.scenario();
    let columns = label_columns(scenario);
    let mut has_head = false;
    for (party, it) in scenario.party_ids().zip(tally.parties()) {
        if setting.outside().contains(party) {
            continue;
        }
        let specs = setting.strategies(party);
        let shares: Vec<String> = (specs.iter().zip(it.strategies()))
            .filter_map(|(spec, it)| {
                let share = Estimate::of_share(it.n_agreements, it.n_sessions)?;
                let name = strategy_words(spec.offering.name, spec.acceptance.name);
                let interval = percent_interval(&share);
                Some(format!("{name} {} ({interval})", percent_of(&share)))
            })
            .collect();
        if shares.len() < 2 {
            continue;
        }
        if !has_head {
            let head = "Deals by strategy (of the sessions in which the party draws it)";
            let _ = writeln!(res, "\n{}", wrap(head, width, 0));
            has_head = true;
        }
        let label = &scenario.party(party).label;
        let lead = format!("  {label:<columns$} ");
        let indent = lead.chars().count();
        let _ = writeln!(res, "{lead}{}", wrap(&shares.join(", "), width, indent));
    }
}

fn blockers(res: &mut String, scenario: &Scenario, tally: &Tally, width: usize) {
    let n = tally.n_sessions() - tally.n_agreements();
    let head = format!(
        "Pivotal rejections (offers that the party's rejection alone prevented, mean over {})",
        counted(n, "session") + " without a deal",
    );
    let _ = writeln!(res, "\n{}", wrap(&head, width, 0));
    let columns = label_columns(scenario);
    for (party, it) in scenario.parties.iter().zip(tally.parties()) {
        let each = it.pivotal_rejections_per_session(n).unwrap_or_default();
        let over = it
            .costliest_issue()
            .filter(|_| each >= 0.005)
            .map_or_else(String::new, |(issue, _)| {
                format!(", most over {}", scenario.issue(issue).label)
            });
        let _ = writeln!(
            res,
            "  {:<columns$} {:>7}{over}",
            party.label,
            decimal(each, 2)
        );
    }
}

/// Columns of the longest label of a party.
pub(crate) fn label_columns(scenario: &Scenario) -> usize {
    scenario
        .parties
        .iter()
        .map(|it| it.label.chars().count())
        .max()
        .unwrap_or_default()
}
