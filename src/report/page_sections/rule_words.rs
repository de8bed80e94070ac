//! The rules of a scenario in words, with where each comes from.

use demarche_core::domain::{Basis, Condition, PartySet, Scenario};
use demarche_core::negotiation::{RuleKind, Setting, SourcedRule};
use demarche_core::protocol::RelativeTime;

use crate::report::drawing::PageTable;
use crate::report::page_sections::factor_labels::PathLabels;
use crate::report::page_sections::session_words::{labels, strategy_words};
use crate::wording::counted;

/// Every rule of a setting with its basis, its sources and its note.
pub(crate) fn rules_table(setting: &Setting) -> PageTable {
    let path_labels = PathLabels::of_scenario(setting.scenario());
    let row = |it: &SourcedRule| {
        let provenance = &it.provenance;
        vec![
            path_labels.label(&it.path),
            rule_words(setting, it),
            provenance.basis.map_or("", Basis::name).to_owned(),
            provenance.sources.join(", "),
            provenance.note.clone().unwrap_or_default(),
        ]
    };
    let head = ["of", "rule", "basis", "sources", "reason"];
    PageTable {
        head: head.map(str::to_owned).to_vec(),
        rows: setting.sourced_rules().iter().map(row).collect(),
    }
}

/// What a rule of a setting says, in a few words.
fn rule_words(setting: &Setting, rule: &SourcedRule) -> String {
    let (scenario, rules) = (setting.scenario(), setting.rules());
    match rule.kind {
        RuleKind::Protocol => rules.protocol.name().to_owned(),
        RuleKind::DeadlineRounds => counted(rules.deadline_rounds.into(), "round"),
        RuleKind::RelativeTime => match rules.relative_time {
            RelativeTime::ToDeadline => "1 in the last round".to_owned(),
            RelativeTime::Genius => "below 1 in the last round".to_owned(),
        },
        RuleKind::Unanimity => "the consent of all parties".to_owned(),
        RuleKind::Veto(idx) => {
            let veto = &rules.consent.vetoes()[idx];
            let party = labels(scenario, PartySet::only(veto.party));
            let when = condition_words(scenario, &veto.when);
            let when = when.map_or_else(String::new, |it| format!(" if {it}"));
            format!("the consent of {party}{when}")
        }
        RuleKind::Quota(idx) => {
            let quota = &rules.consent.quotas()[idx];
            let among = labels(scenario, quota.of);
            format!("the consent of {} of {among}", quota.at_least)
        }
        RuleKind::Strategy(party, idx) => {
            let spec = &setting.strategies(party)[idx];
            strategy_words(spec.offering.name, spec.acceptance.name)
        }
        RuleKind::StrategyProbability(party, idx) => setting.strategies(party)[idx].p.to_string(),
    }
}

/// A condition in words; `None` if it always holds.
fn condition_words(scenario: &Scenario, condition: &Condition) -> Option<String> {
    let clauses = condition.clauses().iter().map(|(issue, options)| {
        let issue = scenario.issue(*issue);
        let labels = options.iter().map(|it| &*issue.options[it.idx()].label);
        let labels: Vec<&str> = labels.collect();
        format!("{}: {}", issue.label, labels.join(", or "))
    });
    let clauses: Vec<String> = clauses.collect();
    (!clauses.is_empty()).then(|| clauses.join("; and "))
}
