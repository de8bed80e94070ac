//! Explanations of sessions as text.

use std::fmt::Write as _;

use demarche_core::domain::{Outcome, PartyId, Preferences, Scenario, Utility};
use demarche_core::negotiation::Setting;
use demarche_core::protocol::{Ending, Session};
use demarche_core::solution::StepsUsedUp;

use crate::cli::render::narration::{describe_changes, describe_ending};
use crate::cli::render::summary::outcome_lines;
use crate::cli::render::text::{
    bar, count, counted, decimal, heading, percent, percents_of_sum, signed, wrap,
};
use crate::experiment::{Causes, Explanation, NearestAlternative, PartyAccount, Position};
use crate::report::{render_cause, rests_on, whose};

/// Columns below which a bar is shorter, so that words have room beside it.
const NARROW: usize = 60;

/// Causes that are listed individually; the rest are summed up.
const CAUSES_MAX: usize = 10;

/// Why a session ended as it did.
pub(crate) fn render_explanation(
    setting: &Setting,
    parties: &[Preferences],
    session: &Session,
    explanation: &Explanation,
    width: usize,
) -> String {
    let scenario = setting.scenario();
    let ending = session.ending().expect("a session that has ended");
    let mut res = String::new();
    describe_ending(&mut res, scenario, ending, width);
    if let Some(cause) = explanation.cause {
        let line = format!("Why: {}.", render_cause(scenario, cause));
        push(&mut res, &line, 0, width);
        refusals(&mut res, scenario, parties, explanation, width);
        nearest(&mut res, scenario, parties, explanation, width);
        missing(&mut res, scenario, parties, explanation, width);
    } else if let Some(agreement) = ending.agreement() {
        made(
            &mut res,
            scenario,
            parties,
            (ending, agreement),
            explanation,
            width,
        );
    }
    res
}

fn push(res: &mut String, line: &str, indent: usize, width: usize) {
    let _ = writeln!(res, "{:indent$}{}", "", wrap(line, width, indent));
}

fn push_heading(res: &mut String, line: &str, width: usize) {
    let _ = writeln!(res, "\n{}", heading(&wrap(line, width, 0)));
}

/// A utility compared with the reservation value.
fn beside(utility: Utility, reservation_value: Utility) -> String {
    let over = utility.get() - reservation_value.get();
    let word = if utility >= reservation_value {
        "above"
    } else {
        "below"
    };
    format!(
        "{}, {} {word} the reservation value",
        decimal(utility.get(), 3),
        decimal(over.abs(), 3)
    )
}

fn refusals(
    res: &mut String,
    scenario: &Scenario,
    parties: &[Preferences],
    explanation: &Explanation,
    width: usize,
) {
    push_heading(res, "Rejections", width);
    for (party, account) in scenario.party_ids().zip(&explanation.parties) {
        let no_deal = account.reservation_value;
        let line = format!(
            "{} (reservation value {})",
            scenario.party(party).label,
            decimal(no_deal.get(), 3)
        );
        push(res, &line, 2, width);
        let line = format!(
            "its rejection alone prevented {}",
            counted(account.pivotal_rejections.into(), "offer")
        );
        push(res, &line, 4, width);
        if let Some(best) = account.best_refused {
            let line = format!("best offer it rejected: {}", beside(best, no_deal));
            push(res, &line, 4, width);
        }
        demand(res, party, parties, account, explanation, width);
    }
}

/// A party's aspiration at the end, or its utility of the mediator's text.
fn demand(
    res: &mut String,
    party: PartyId,
    parties: &[Preferences],
    account: &PartyAccount,
    explanation: &Explanation,
    width: usize,
) {
    let no_deal = account.reservation_value;
    if let Some(demand) = account.demand {
        let line = format!("its own last offer: {}", beside(demand, no_deal));
        push(res, &line, 4, width);
    } else if let [
        Position {
            proposer: None,
            outcome,
        },
    ] = explanation.last[..]
    {
        let worth = parties[party.idx()].utility(outcome);
        let line = format!("the last text: {}", beside(worth, no_deal));
        push(res, &line, 4, width);
    }
}

fn nearest(
    res: &mut String,
    scenario: &Scenario,
    parties: &[Preferences],
    explanation: &Explanation,
    width: usize,
) {
    push_heading(res, "Nearest acceptable outcome", width);
    match explanation.nearest {
        Ok(Some(near)) => push_near(res, scenario, parties, near, width),
        Err(StepsUsedUp) => push(
            res,
            "Undecided: the search for it reached its limit.",
            2,
            width,
        ),
        Ok(None) if explanation.last.is_empty() => {
            push(
                res,
                "Nothing was proposed, so there is no nearest outcome.",
                2,
                width,
            );
        }
        Ok(None) => push(
            res,
            "No outcome is acceptable to all parties whose consent it requires.",
            2,
            width,
        ),
    }
}

/// The nearest acceptable outcome, with its surplus for each party.
fn push_near(
    res: &mut String,
    scenario: &Scenario,
    parties: &[Preferences],
    near: NearestAlternative,
    width: usize,
) {
    let (outcome, n_changes) = (near.agreement.outcome, near.agreement.n_changes);
    let from = match near.to.proposer {
        Some(it) => format!("the last offer of {}", scenario.party(it).label),
        None => "the last proposal".to_owned(),
    };
    if n_changes == 0 {
        push(res, &format!("It is {from} itself:"), 2, width);
        outcome_lines(res, scenario, outcome, 4, width);
    } else {
        let issues = counted(n_changes as u64, "issue");
        let line = format!("It settles {issues} differently from {from}:");
        push(res, &line, 2, width);
        describe_changes(res, scenario, near.to.outcome, outcome, width);
    }
    let needed = scenario.consent.needed(&scenario.space, outcome);
    let worth: Vec<String> = scenario
        .party_ids()
        .map(|it| {
            let over = parties[it.idx()].surplus(outcome);
            let star = if needed.contains(it) {
                ""
            } else {
                " (consent not required)"
            };
            format!("{} {}{star}", scenario.party(it).label, signed(over, 3))
        })
        .collect();
    let line = format!("Surplus: {}", worth.join(", "));
    push(res, &line, 2, width);
}

fn missing(
    res: &mut String,
    scenario: &Scenario,
    parties: &[Preferences],
    explanation: &Explanation,
    width: usize,
) {
    push_heading(res, "Missing concessions", width);
    let mut is_any = false;
    for (party, account) in scenario.party_ids().zip(&explanation.parties) {
        let Some(refused_acceptable) = account.refused_acceptable else {
            continue;
        };
        is_any = true;
        let offer = &explanation.proposals[refused_acceptable.proposals];
        let worth = parties[party.idx()].utility(offer.outcome);
        let mut line = format!(
            "{} rejected {} in round {}, with utility {}",
            scenario.party(party).label,
            whose(scenario, offer.proposer),
            offer.round,
            beside(worth, account.reservation_value)
        );
        match refused_acceptable.demand {
            Some(demand) if demand > worth => {
                let excess = demand.get() - worth.get();
                let _ = write!(line, "; its aspiration was {} higher", decimal(excess, 3));
            }
            Some(_) => line.push_str("; its aspiration was no higher"),
            None => {}
        }
        line.push_str(if refused_acceptable.is_alone {
            ". Its acceptance alone would have produced a deal."
        } else {
            ". The consent of others was missing too."
        });
        push(res, &line, 2, width);
    }
    if !is_any {
        let line = "No party rejected an offer above its reservation value.";
        push(res, line, 2, width);
    }
}

fn made(
    res: &mut String,
    scenario: &Scenario,
    parties: &[Preferences],
    (ending, agreement): (&Ending, Outcome),
    explanation: &Explanation,
    width: usize,
) {
    push_heading(res, "What produced the deal", width);
    if let Some(step) = explanation.last_step {
        let who = step
            .proposer
            .map_or("The mediator", |it| &scenario.party(it).label);
        let line = format!("The last step was {who}'s, in round {}:", step.round);
        push(res, &line, 2, width);
        describe_changes(res, scenario, step.from, agreement, width);
        if step.round < ending.round() {
            let line = format!(
                "It remained open until it was accepted in round {}.",
                ending.round()
            );
            push(res, &line, 2, width);
        }
    } else {
        push(res, "It was the first proposal.", 2, width);
    }
    push_heading(res, "Concessions", width);
    for (party, account) in scenario.party_ids().zip(&explanation.parties) {
        let worth = parties[party.idx()].utility(agreement);
        let beside = beside(worth, account.reservation_value);
        let mut line = format!("{}: {beside}", scenario.party(party).label);
        if let Some(demand) = account.demand.filter(|it| *it != worth) {
            let given = demand.get() - worth.get();
            let word = if given > 0.0 { "below" } else { "above" };
            let given = decimal(given.abs(), 3);
            let _ = write!(line, "; {given} {word} its own last offer");
        }
        push(res, &line, 2, width);
    }
}

/// The causes of sessions without a deal in a cell, given the numbers of all sessions and of those
/// without a deal.
pub(crate) fn render_causes(
    setting: &Setting,
    whose: &str,
    [n_sessions, n_without]: [u64; 2],
    causes: &Causes,
    width: usize,
) -> String {
    let scenario = setting.scenario();
    let mut res = format!("{}\n", heading(&wrap(&scenario.title, width, 0)));
    let looked = causes.n_sessions();
    let mut line = format!(
        "{} of {} of {whose} ended without a deal",
        count(n_without),
        counted(n_sessions, "session")
    );
    if looked < n_without {
        let _ = write!(line, "; the first {} are analyzed", count(looked));
    }
    push(&mut res, &line, 0, width);
    if looked == 0 {
        res.push('\n');
        return res;
    }
    push_heading(&mut res, "Why", width);
    let by_cause = causes.by_cause();
    let n_seen = if by_cause.len() > CAUSES_MAX {
        CAUSES_MAX - 1
    } else {
        by_cause.len()
    };
    let (rendered, rest) = by_cause.split_at(n_seen);
    let mut lines: Vec<(u64, String)> = rendered
        .iter()
        .map(|&(cause, n)| (n, render_cause(scenario, cause)))
        .collect();
    if !rest.is_empty() {
        let n = rest.iter().map(|it| it.1).sum();
        let rarer = counted(rest.len() as u64, "cause");
        lines.push((n, format!("{rarer} more, none more frequent")));
    }
    push_shares(&mut res, &lines, width);
    let n_undecided = causes.n_undecided();
    if !causes.by_distance().is_empty() || n_undecided > 0 {
        let head = "Number of issues on which the nearest acceptable outcome differs";
        push_heading(&mut res, head, width);
        let mut lines: Vec<(u64, String)> = causes
            .by_distance()
            .iter()
            .map(|(&n_changes, &n)| (n, render_distance(n_changes)))
            .collect();
        if n_undecided > 0 {
            lines.push((
                n_undecided,
                "undecided: the search reached its limit".to_owned(),
            ));
        }
        let n_none = looked - lines.iter().map(|it| it.0).sum::<u64>();
        if n_none > 0 {
            lines.push((n_none, "no acceptable outcome, or no offer".to_owned()));
        }
        push_shares(&mut res, &lines, width);
    }
    push_best_change(&mut res, scenario, causes, width);
    let _ = writeln!(res, "\n{}\n", wrap(&rests_on(setting), width, 0));
    res
}

/// The distance of the nearest acceptable outcome, as text.
fn render_distance(n_changes: usize) -> String {
    match n_changes {
        0 => "none: it was itself proposed".to_owned(),
        n => counted(n as u64, "issue"),
    }
}

/// A line for each count of sessions, with its share of them all.
fn push_shares(res: &mut String, lines: &[(u64, String)], width: usize) {
    let bar_width = if width < NARROW { 6 } else { 12 };
    let counts: Vec<u64> = lines.iter().map(|it| it.0).collect();
    let all: u64 = counts.iter().sum();
    for ((n, text), percent) in lines.iter().zip(percents_of_sum(&counts)) {
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
        let share = *n as f64 / all as f64;
        let lead = format!("  {percent:>7} {} ", bar(share, bar_width));
        let indent = lead.chars().count();
        let _ = writeln!(res, "{lead}{}", wrap(text, width, indent));
    }
}

fn push_best_change(res: &mut String, scenario: &Scenario, causes: &Causes, width: usize) {
    push_heading(
        res,
        "The single change that would most often have made a last proposal acceptable",
        width,
    );
    let Some(((issue, from, to), n)) = causes.best_change() else {
        let line = "No single change would have made a last proposal acceptable.";
        push(res, line, 2, width);
        return;
    };
    let named_issue = scenario.issue(issue);
    let line = format!(
        "{}: {} (proposed: {})",
        named_issue.label,
        named_issue.options[to.idx()].label,
        named_issue.options[from.idx()].label
    );
    push(res, &line, 2, width);
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let share = n as f64 / causes.n_sessions() as f64;
    let line = format!(
        "It would have made a last proposal acceptable in {} of these sessions.",
        percent(share)
    );
    push(res, &line, 2, width);
}
