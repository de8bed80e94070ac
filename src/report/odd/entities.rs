//! ODD, elements 1 and 2: what the model is for, and what is in it.

use std::fmt::Write as _;

use demarche_core::domain::{Scale, Scenario, ScenarioKind, Statement};
use demarche_core::negotiation::{RuleKind, Setting};
use demarche_core::protocol::RelativeTime;

use crate::report::odd::markdown::{code, gap, list, table, text};
use crate::report::{labels, rests_on};
use crate::wording::{count, counted, percent};

/// Element 1.
pub(super) fn purpose_and_patterns(setting: &Setting) -> String {
    let scenario = setting.scenario();
    let mut res = "## 1. Purpose and patterns\n\n### Purpose\n\n".to_owned();
    match &scenario.description {
        Some(it) => res.push_str(&text(it)),
        None => res.push_str(&gap("what the scenario is about.")),
    }
    res.push('\n');
    res += &gap(
        "the question that the model is to answer, for whom, and whether it is there to predict, to explain, \
         to describe, to illustrate, or to explore a theory.",
    );
    let _ = writeln!(res, "\n{}", text(&rests_on(setting)));
    if !scenario.limits.is_empty() {
        res += "\nThe scenario leaves out or simplifies, in its own words:\n";
        res += &list(scenario.limits.iter().map(|it| text(it)));
    }
    res + &patterns(scenario)
}

/// By what the model is judged.
fn patterns(scenario: &Scenario) -> String {
    let mut res = "\n### Patterns\n\n".to_owned();
    if scenario.claims.is_empty() {
        res += "The scenario has no claims, which are what its preferences must reproduce.\n";
    } else {
        res += "The scenario is rejected if a claim about its preferences holds in a smaller share of the draws \
                than its author asked for; `demarche check` measures the share.\n";
    }
    let rows = scenario.claims.iter().map(|it| {
        vec![
            code(&it.name),
            text(&it.says),
            statement(&it.statement).to_owned(),
            it.at_least.map_or_else(
                || "a figure, no demand".to_owned(),
                |it| format!("at least {} of draws", percent(it)),
            ),
            it.sources
                .iter()
                .map(|it| code(it))
                .collect::<Vec<_>>()
                .join(", "),
        ]
    });
    res += &table(
        &["claim", "what it says", "about", "demanded", "sources"],
        rows,
    );
    res + &gap(
        "which patterns of real negotiations (shares of deals, their terms, their timing) the results were \
         compared with, and which of them were used to choose numbers.",
    )
}

fn statement(statement: &Statement) -> &'static str {
    match statement {
        Statement::Accepts { .. } => "a deal that a party accepts",
        Statement::Rejects { .. } => "a deal that a party rejects",
        Statement::Prefers { .. } => "what a party prefers",
        Statement::AgreementExists => "whether there is a zone of possible agreement",
    }
}

/// Element 2.
pub(super) fn entities_and_scales(setting: &Setting) -> String {
    let scenario = setting.scenario();
    let mut res = "## 2. Entities, state variables, and scales\n\n### Entities\n\n".to_owned();
    let _ = writeln!(
        res,
        "The entities are {} parties and the session in which they meet{}. A party is an actor: it knows its own \
         preferences, the rules and what is said in public, and nothing of the others' preferences.",
        count(scenario.parties.len() as u64),
        if setting.rules().protocol.is_mediated() {
            ", with a mediator who knows nobody's preferences"
        } else {
            ""
        }
    );
    let parties = scenario
        .parties
        .iter()
        .map(|it| vec![code(&it.name), text(&it.label)]);
    res += &table(&["party", "who it is"], parties);
    res += &gap("why these parties are at the table, and why others are not.");
    res += "\n### What is negotiated\n\n";
    let _ = writeln!(
        res,
        "{}; an outcome names one option of each: {} possible outcomes.",
        counted(scenario.issues.len() as u64, "issue"),
        count(scenario.space.n_outcomes())
    );
    let issues = scenario.issues.iter().map(|it| {
        let options = it.options.iter();
        let options: Vec<String> = options
            .map(|it| format!("{} {}", code(&it.name), text(&it.label)))
            .collect();
        let scale = match it.scale {
            Scale::Nominal => "nominal",
            Scale::Ordinal => "ordinal",
        };
        vec![
            code(&it.name),
            text(&it.label),
            scale.to_owned(),
            options.join("; "),
        ]
    });
    res += &table(&["issue", "what it is", "scale", "options"], issues);
    res += &state_variables(setting);
    res + &scales(setting)
}

fn state_variables(setting: &Setting) -> String {
    let scenario = setting.scenario();
    let mut rows = vec![
        [
            "party",
            "weight of each issue",
            "drawn once per session",
            "0 or more; scaled to sum to 1",
        ],
        [
            "party",
            "utility of each option",
            "drawn once per session",
            "0 to 1",
        ],
        [
            "party",
            "reservation value: utility of no deal",
            "drawn once per session",
            "0 to 1",
        ],
        [
            "party",
            "strategy and its parameters",
            "drawn once per session",
            "see 7",
        ],
        [
            "party",
            "what it has offered, accepted and rejected",
            "dynamic",
            "outcomes",
        ],
        ["session", "round", "dynamic", "1 to the number of rounds"],
        [
            "session",
            "offers and answers so far, known to all",
            "dynamic",
            "events in order",
        ],
        [
            "session",
            "ending",
            "dynamic",
            "agreement, deadline, walkout, forfeit",
        ],
    ];
    let has = |is: fn(&demarche_core::domain::UncertainPreferences) -> bool| {
        scenario.parties.iter().any(|it| is(&it.preferences))
    };
    if has(|it| !it.red_lines.is_empty()) {
        rows.push([
            "party",
            "whether each of its red lines is real",
            "drawn once per session",
            "yes or no",
        ]);
    }
    if has(|it| !it.interactions.is_empty()) {
        rows.push([
            "party",
            "what options together add to the sum of their utilities",
            "drawn once per session",
            "−1 to 1",
        ]);
    }
    if has(|it| it.discount_factor.is_some()) {
        rows.push([
            "party",
            "discount factor per round",
            "drawn once per session",
            "above 0, to 1",
        ]);
    }
    if !scenario.leverages.is_empty() {
        rows.push([
            "pair of parties",
            "leverage: what one takes off the other's reservation value",
            "drawn once per session",
            "0 to 1",
        ]);
    }
    let rows = rows.into_iter().map(|it| it.map(str::to_owned).to_vec());
    let head = ["entity", "state variable", "changes", "range"];
    format!(
        "\n### State variables\n\nUtilities have no unit and are not compared between parties.\n{}",
        table(&head, rows)
    )
}

fn scales(setting: &Setting) -> String {
    let rules = setting.rules();
    let mut res = format!(
        "\n### Scales\n\nTime is counted in rounds: a session has at most {}.",
        counted(rules.deadline_rounds.into(), "round")
    );
    res += match rules.relative_time {
        RelativeTime::ToDeadline => " The relative time is 1 in the last round.\n",
        RelativeTime::Genius => " The relative time stays below 1 in the last round.\n",
    };
    let mut of_rounds = setting.sourced_rules().iter();
    let note = of_rounds
        .find(|it| it.kind == RuleKind::DeadlineRounds)
        .and_then(|it| it.provenance.note.clone());
    match note {
        Some(it) => {
            let _ = writeln!(
                res,
                "In the author's words: {}.",
                text(it.trim_end_matches('.'))
            );
        }
        None => res += &gap("what a round stands for."),
    }
    res += "There is no space.";
    if setting.scenario().map.is_some() {
        res += " The scenario has a map on which results are drawn; no result depends on it.";
    }
    res + "\n"
}

/// Whose consent a deal needs, as a list.
pub(super) fn consent(setting: &Setting) -> String {
    let scenario = setting.scenario();
    let consent = &setting.rules().consent;
    let vetoes = consent.vetoes().iter().map(|it| {
        let party = text(&scenario.party(it.party).label);
        let clauses = it.when.clauses().iter().map(|(issue, options)| {
            let issue = scenario.issue(*issue);
            let options = options
                .iter()
                .map(|it| text(&issue.options[it.idx()].label));
            format!(
                "{} is {}",
                text(&issue.label),
                options.collect::<Vec<_>>().join(" or ")
            )
        });
        let clauses: Vec<String> = clauses.collect();
        if clauses.is_empty() {
            format!("{party}: always")
        } else {
            format!("{party}: where {}", clauses.join(" and "))
        }
    });
    let quotas = consent.quotas().iter().map(|it| {
        let among = text(&labels(scenario, it.of));
        format!("{} of {among}", it.at_least)
    });
    list(vetoes.chain(quotas))
}

/// Whether the numbers are about the world.
pub(super) fn is_sourced(scenario: &Scenario) -> bool {
    scenario.kind == ScenarioKind::Sourced
}
