//! Weighed plans as text: who accepts each, what a single change wins, and the nearest amendments.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use demarche_core::domain::{IssueId, OptionId, Outcome, Scenario};
use demarche_stats::estimate::Estimate;

use crate::cli::render::text::{
    Notation, count, counted, decimal, heading, percent_interval, percent_of, signed, wrap,
};
use crate::experiment::{
    CompletionKind, CompletionTally, EvaluatedPlans, PlanPartyTally, PlanTally,
};
use crate::report::rests_on;
use crate::run::WeighingSpec;

/// Nearest amendments listed; the table has all.
const AMENDMENTS_LISTED: usize = 3;

/// Cells listed of each plan; the table has all.
const CELLS_LISTED: usize = 12;

/// How plans fare: in full in the first cell, and how often all accept them in the others.
pub(crate) fn render_plans(spec: &WeighingSpec, cells: &[EvaluatedPlans], width: usize) -> String {
    let [first, ..] = cells else {
        return String::new();
    };
    let scenario = spec.setting().scenario();
    let within = match cells.len() {
        1 => String::new(),
        n => format!("in {}, each ", counted(n as u64, "cell")),
    };
    let mut res = format!(
        "{} weighed {within}over {} (seed {})\n",
        counted(first.plans.len() as u64, "plan"),
        counted(first.n_draws, "draw"),
        spec.seed().0
    );
    let parameters = spec.parameters();
    if cells.len() > 1 {
        let settings = parameters.paths.iter().zip(&parameters.values[0]);
        let settings: Vec<String> = settings
            .map(|(path, it)| format!("{path} = {it}"))
            .collect();
        let text = format!("In the first cell: {}", settings.join(", "));
        let _ = writeln!(res, "{}", wrap(&text, width, 0));
    }
    if let Some(it) = first.agreement_exists() {
        let undecided = Estimate::of_share(first.n_undecided, first.n_draws);
        let undecided = undecided.filter(|_| first.n_undecided > 0).map(|it| {
            let share = percent_of(&it);
            format!("; undecided in {share}, where the search reached its limit")
        });
        let text = format!(
            "A zone of possible agreement exists in {} of draws ({}){}",
            percent_of(&it),
            percent_interval(&it),
            undecided.unwrap_or_default()
        );
        let _ = writeln!(res, "{}", wrap(&text, width, 0));
    }
    for it in &first.plans {
        push_plan(&mut res, scenario, it, width);
    }
    if cells.len() > 1 {
        push_cells(&mut res, spec, cells, width);
    }
    let caveat = format!(
        "{} Acceptance means that a plan is worth no less than no deal and crosses no real red \
         line, not that a party would sign it without bargaining.",
        rests_on(spec.setting())
    );
    let _ = writeln!(res, "\n{}", wrap(&caveat, width, 0));
    res
}

/// How often all whose consent is needed accept each plan, or its most accepted completion, by cell.
fn push_cells(res: &mut String, spec: &WeighingSpec, cells: &[EvaluatedPlans], width: usize) {
    let parameters = spec.parameters();
    let text = format!(
        "By cell ({}): share of draws in which all whose consent is needed accept a plan, or its \
         most accepted completion",
        parameters.paths.join(", ")
    );
    let _ = writeln!(res, "\n{}", wrap(&text, width, 0));
    for (idx, plan) in cells[0].plans.iter().enumerate() {
        let _ = writeln!(res, "  {}", wrap(&plan.plan.label, width, 2));
        for (evaluated, values) in cells.iter().zip(&parameters.values).take(CELLS_LISTED) {
            let completion = evaluated.plans[idx].completions.first();
            let Some(share) = completion.and_then(CompletionTally::accepted) else {
                continue;
            };
            let interval = format!("({})", percent_interval(&share));
            let lead = format!("    {:>8} {interval:<20} ", percent_of(&share));
            let indent = lead.chars().count();
            let _ = writeln!(res, "{lead}{}", wrap(&values.join(", "), width, indent));
        }
        if let Some(n) = cells.len().checked_sub(CELLS_LISTED).filter(|it| *it > 0) {
            let _ = writeln!(res, "    … and {} more, see plans.csv", count(n as u64));
        }
    }
}

fn push_plan(res: &mut String, scenario: &Scenario, tally: &PlanTally, width: usize) {
    let plan = &tally.plan;
    let title = if plan.label == plan.name {
        plan.name.clone()
    } else {
        format!("{} ({})", plan.label, plan.name)
    };
    let _ = writeln!(res, "\n{}", heading(&wrap(&title, width, 0)));
    let mut push = |text: &str| {
        let _ = writeln!(res, "  {}", wrap(text, width, 2));
    };
    if !plan.is_complete() {
        push(&format!(
            "leaves {} open: {} complete it",
            counted(plan.open_issues().count() as u64, "issue"),
            counted(tally.n_completions, "outcome"),
        ));
    }
    if !plan.lost.is_empty() {
        push(&format!(
            "not expressed by the scenario: {}",
            plan.lost.join("; ")
        ));
    }
    let alike = tally
        .completions
        .first()
        .and_then(CompletionTally::accepted);
    if let Some(it) = alike.filter(|_| tally.is_accepted_alike()) {
        push(&format!(
            "all completions are accepted alike: all whose consent is needed accept each in {} \
             ({}) of draws",
            percent_of(&it),
            percent_interval(&it)
        ));
    }
    for it in tally.distinct_completions() {
        push_completion(res, scenario, tally, it, width);
    }
    push_amendments(res, scenario, tally, width);
}

fn push_completion(
    res: &mut String,
    scenario: &Scenario,
    tally: &PlanTally,
    completion: &CompletionTally,
    width: usize,
) {
    let Some(accepted) = completion.accepted() else {
        return;
    };
    let share = format!(
        "{} ({})",
        percent_of(&accepted),
        percent_interval(&accepted)
    );
    let settled = || {
        let open = tally.plan.open_issues();
        let options = open.map(|it| scenario.option_name(completion.outcome, it));
        let named = tally.plan.open_issues().zip(options);
        let parts = named.map(|(it, option)| format!("{} = {option}", scenario.issue(it).name));
        parts.collect::<Vec<_>>().join(", ")
    };
    let is_alike = tally.is_accepted_alike();
    let is_alone = tally.distinct_completions().len() == 1;
    let lead = match completion.kind {
        CompletionKind::Whole => {
            format!("all whose consent is needed accept in {share} of draws")
        }
        CompletionKind::MostAccepted if is_alone => "the first completion: ".to_owned(),
        CompletionKind::MostAccepted if is_alike => "with the fewest refusals: ".to_owned(),
        CompletionKind::LeastAccepted if is_alike => "with the most refusals: ".to_owned(),
        CompletionKind::MostAccepted => {
            format!("most accepted completion, in {share} of draws: ")
        }
        CompletionKind::LeastAccepted => {
            format!("least accepted completion, in {share} of draws: ")
        }
    };
    let text = lead + &settled();
    let _ = writeln!(res, "  {}", wrap(&text, width, 2));
    for (party, of_party) in scenario.party_ids().zip(&completion.parties) {
        let consent = if completion.needed.contains(party) {
            ""
        } else if completion.counted.contains(party) {
            " (counted)"
        } else {
            " (not needed)"
        };
        let has_leverage = scenario.leverages.iter().any(|it| it.on == party);
        let text = party_text(scenario, of_party, has_leverage);
        let text = format!("{}{consent}: {text}", scenario.party(party).label);
        let _ = writeln!(res, "    {}", wrap(&text, width, 6));
    }
    let text = best_change(scenario, completion);
    let _ = writeln!(res, "    {}", wrap(&text, width, 6));
}

/// How an outcome fares with one party.
fn party_text(scenario: &Scenario, tally: &PlanPartyTally, has_leverage: bool) -> String {
    let share = |it: Option<Estimate>| it.as_ref().map(percent_of).unwrap_or_default();
    let gain = |it: Option<Estimate>| it.map(|it| signed(it.point, 3)).unwrap_or_default();
    let mut parts = vec![
        format!("accepts in {}", share(tally.accepts())),
        format!("{} over no deal", gain(tally.surplus())),
    ];
    if has_leverage {
        let gain = gain(tally.surplus_before_leverage());
        parts.push(format!("{gain} over no deal before leverage"));
    }
    if let Some((issue, shortfall)) = tally.worst_issue() {
        let issue = &scenario.issue(issue).name;
        let shortfall = decimal(shortfall, 3);
        parts.push(format!("worst issue {issue} ({shortfall} short)"));
    }
    if tally.n_pivotal_rejections > 0 {
        let share = share(tally.pivotal_rejections());
        parts.push(format!("alone in the way in {share}"));
    }
    if tally.n_red_lines_crossed > 0 {
        let share = share(tally.red_lines_crossed());
        parts.push(format!("a real red line is crossed in {share}"));
    }
    parts.join(", ")
}

fn best_change(scenario: &Scenario, completion: &CompletionTally) -> String {
    let found = completion.best_change();
    let found = found.and_then(|it| Some((it, it.accepted()?, it.difference()?)));
    let Some((change, accepted, difference)) = found else {
        return "no change of one issue raises that share".to_owned();
    };
    let issue = scenario.issue(change.issue);
    format!(
        "best change of one issue: {} = {}, to {} ({})",
        issue.name,
        issue.options[change.option.idx()].name,
        percent_of(&accepted),
        Notation::Percent.difference(&difference)
    )
}

fn push_amendments(res: &mut String, scenario: &Scenario, tally: &PlanTally, width: usize) {
    let n_draws = tally.n_draws();
    let share =
        |n: u64| Estimate::of_share(n, n_draws).map_or_else(String::new, |it| percent_of(&it));
    let by_changes = (0_u64..).zip(tally.draws_by_changes());
    let needed = by_changes.filter(|it| it.1 > 0).map(|(n_changes, n)| {
        let changes = match n_changes {
            0 => "none".to_owned(),
            it => count(it),
        };
        format!("{changes} in {}", share(n))
    });
    let n_without = tally.n_without_amendment();
    let without = (n_without > 0).then(|| format!("no amendment exists in {}", share(n_without)));
    let n_undecided = tally.n_undecided();
    let undecided = (n_undecided > 0).then(|| {
        let share = share(n_undecided);
        format!("undecided in {share}, where the search reached its limit")
    });
    let text = format!(
        "terms to change: {}",
        needed
            .chain(without)
            .chain(undecided)
            .collect::<Vec<_>>()
            .join(", ")
    );
    let _ = writeln!(res, "  {}", wrap(&text, width, 4));
    let listed = changed_terms(scenario, tally);
    for (idx, it) in listed.iter().take(AMENDMENTS_LISTED).enumerate() {
        let changed = terms_text(scenario, &it.terms);
        let mut text = format!("nearest amendment in {}: changed: {changed}", share(it.n));
        let option = |issue| (issue, scenario.space.option(it.first, issue));
        let settled: Vec<_> = tally.plan.open_issues().map(option).collect();
        // Of the others it would be much the same.
        if idx == 0 && !settled.is_empty() {
            let settled = terms_text(scenario, &settled);
            let _ = write!(text, "; settled, most often: {settled}");
        }
        let _ = writeln!(res, "    {}", wrap(&text, width, 6));
    }
}

/// Amendments that change the same terms of a plan in the same way, however they settle the rest.
struct ChangedTerms {
    /// In how many draws one of them is the nearest.
    n: u64,
    terms: Vec<(IssueId, OptionId)>,
    /// The one that is the nearest most often.
    first: Outcome,
}

/// The amendments that change anything, by what they change, the most frequent first.
fn changed_terms(scenario: &Scenario, tally: &PlanTally) -> Vec<ChangedTerms> {
    let mut res: Vec<ChangedTerms> = Vec::new();
    let mut places: BTreeMap<Vec<(IssueId, OptionId)>, usize> = BTreeMap::new();
    let space = &scenario.space;
    for it in tally.amendments().iter().filter(|it| it.n_changes > 0) {
        let issues = tally.plan.changed_issues(space, it.outcome).into_iter();
        let terms: Vec<_> = issues
            .map(|issue| (issue, space.option(it.outcome, issue)))
            .collect();
        let place = *places.entry(terms.clone()).or_insert_with(|| {
            let first = it.outcome;
            res.push(ChangedTerms { n: 0, terms, first });
            res.len() - 1
        });
        res[place].n += it.n;
    }
    res.sort_by_key(|it| std::cmp::Reverse(it.n));
    res
}

/// Issues with their options.
fn terms_text(scenario: &Scenario, terms: &[(IssueId, OptionId)]) -> String {
    let part = |(issue, option): &(IssueId, OptionId)| {
        let issue = scenario.issue(*issue);
        format!("{} = {}", issue.name, issue.options[option.idx()].name)
    };
    terms.iter().map(part).collect::<Vec<_>>().join(", ")
}
