//! ODD, elements 3 and 4: what happens in which order, and the eleven design concepts.

use std::fmt::Write as _;

use demarche_core::negotiation::{RuleKind, Setting};
use demarche_core::protocol::Manner;
use demarche_core::strategy::StrategySpec;

use crate::report::odd::entities::consent;
use crate::report::odd::markdown::{code, gap, list, table, text};
use crate::report::odd::method_text;

/// The offering rules that use what others offered, accepted or rejected.
const REACTING: &[&str] = &[
    "tit_for_tat",
    "hybrid",
    "micro",
    "trade_off",
    "incremental",
    "nice_tit_for_tat",
    "expected_utility",
];

/// Those of them that estimate what others wish.
const LEARNING: &[&str] = &["nice_tit_for_tat", "expected_utility"];

/// Element 3.
pub(super) fn process_and_scheduling(setting: &Setting) -> String {
    let protocol = setting.rules().protocol.entry();
    let turn = match protocol.manner {
        Manner::Voting => {
            "the party whose turn it is puts an offer, as its strategy has it (7.4), or walks out; all whose \
             consent it needs, and all that a quota counts, answer at once and without seeing each other's \
             answers, as their acceptance conditions have it (7.5)"
        }
        Manner::Alternating => {
            "in file order, the party whose turn it is accepts the standing offer, as its acceptance condition \
             has it (7.5), puts another one in its place, as its strategy has it (7.4), or walks out"
        }
        Manner::Mediated => {
            "the mediator draws a variant of the text; all whose consent it needs, and all that a quota counts, \
             vote on it at once; in the last round, on the text itself"
        }
    };
    let steps = [
        "Draw every uncertain number of every party, which red lines are real, and which strategy each party \
         follows (5 and 7.1)."
            .to_owned(),
        format!("In each round until the session ends, under the protocol {}: {turn}.", code(protocol.name)),
        "End with an agreement once an offer has the consent that it needs (7.3), with a walkout once a party \
         leaves, or else with the last round (7.6)."
            .to_owned(),
        "Measure: the ending, its round, the outcome, each party's utility, and from the drawn preferences \
         alone whether there was a zone of possible agreement."
            .to_owned(),
    ];
    let steps: String = (1..)
        .zip(steps)
        .map(|(n, it)| format!("{n}. {it}\n"))
        .collect::<Vec<String>>()
        .concat();
    let rules = setting.sourced_rules().iter();
    let of_order = rules.filter(|it| matches!(it.kind, RuleKind::Protocol));
    let notes: Vec<String> = of_order
        .filter_map(|it| Some(text(it.provenance.note.as_ref()?)))
        .collect();
    let mut res = format!(
        "## 3. Process overview and scheduling\n\nA session:\n\n{steps}\nSessions do not depend on each other. \
         Parties act in file order, which {} the order of turns; within a vote nobody sees another's answer.\n",
        if protocol.name == "random_proposer" {
            "is not"
        } else {
            "is"
        }
    );
    if notes.is_empty() {
        res += &gap("why the negotiation is taken to run under this protocol.");
    } else {
        let _ = writeln!(
            res,
            "\nWhy this protocol, in the author's words: {}",
            notes.join("; ")
        );
    }
    res
}

/// Element 4.
pub(super) fn design_concepts(setting: &Setting) -> String {
    let scenario = setting.scenario();
    let specs: Vec<&StrategySpec> = scenario
        .party_ids()
        .flat_map(|it| setting.strategies(it))
        .collect();
    let uses = |rules: &[&str]| specs.iter().any(|it| rules.contains(&it.offering.name));
    let is_mediated = setting.rules().protocol.is_mediated();
    let reacts = uses(REACTING);
    let learns = uses(LEARNING);
    let adaptation = match (is_mediated, reacts) {
        (true, _) => {
            "Parties compare each variant with the standing text and vote for the better one; they adapt to nothing."
        }
        (false, true) => {
            "Parties choose each offer by rules (7.4): they concede as time passes, and some of them choose among the outcomes that they demand by what the others offered, accepted or rejected."
        }
        (false, false) => {
            "Parties choose each offer by rules (7.4) that depend on time and on their own preferences alone."
        }
    };
    let learning = if learns {
        "Some parties estimate the others' wishes from what these put forward, accept and reject within a session (7.4). Nothing is learned across sessions."
    } else {
        "None. No party changes its rules by experience, and nothing is carried from one session to the next."
    };
    let prediction = if uses(&["expected_utility"]) {
        "Parties that follow `expected_utility` predict how likely each outcome would be accepted (7.4). Others predict nothing."
    } else if uses(&["equilibrium"]) {
        "Parties that follow `equilibrium` reason backwards from the deadline (7.4). Others predict nothing."
    } else {
        "None: no rule estimates what another party will do."
    };
    let collectives = if scenario.consent.quotas().is_empty() {
        "None: parties act for themselves. What is inside a party, such as factions of a government, is not modeled."
    } else {
        "Consent can be that of a number of a group of parties (7.3). Beyond that parties act for themselves, and what is inside a party is not modeled."
    };
    let concepts = [
        ("Basic principles", format!("Bargaining with private preferences over several issues: a party consents to what is worth at least as much to it as no deal and crosses none of its real red lines, so that a deal is possible only in a zone of possible agreement (Raiffa 1982), and whether it is found depends on how the parties concede. Numbers that sources do not give are uncertain, and results are shares over all of them.\n{}", gap("which theory of this negotiation the scenario rests on."))),
        ("Emergence", "Whether there is a deal, on which terms and when follows from the draws and the rules of all parties together. Imposed are the preferences, the consent rule and the strategies; the share of sessions with a zone of possible agreement follows from the preferences alone.\n".to_owned()),
        ("Adaptation", format!("{adaptation}\n")),
        ("Objectives", "A party seeks an outcome of high utility to itself, at least its reservation value: utilities are sums of weighted utilities of options (7.1). It does not care what others gain.\n".to_owned()),
        ("Learning", format!("{learning}\n")),
        ("Prediction", format!("{prediction}\n")),
        ("Sensing", "A party senses the rules, the round, and all public offers and answers, without error. It does not sense others' preferences, reservation values, red lines or strategies.\n".to_owned()),
        ("Interaction", if is_mediated {
            "Direct, by votes on the mediator's texts.\n".to_owned()
        } else {
            "Direct, by offers and answers that all hear. There are no threats, promises or side deals.\n".to_owned()
        }),
        ("Stochasticity", stochasticity(setting)),
        ("Collectives", format!("{collectives}\n")),
        ("Observation", "Of every session the ending, the round, the outcome, each party's utility and whether there was a zone; over all sessions shares and means with 95 % intervals, the reasons why there was no deal, and which party's rejections prevented one. Tables are complete: no session is left out.\n".to_owned()),
    ];
    let concepts: String = (1..)
        .zip(concepts)
        .map(|(n, (name, body))| format!("### 4.{n} {name}\n\n{body}\n"))
        .collect::<Vec<String>>()
        .concat();
    format!("## 4. Design concepts\n\n{concepts}")
}

/// What is random, and by which streams.
fn stochasticity(setting: &Setting) -> String {
    let strategies = setting.scenario().party_ids();
    let is_drawn = strategies
        .map(|it| setting.strategies(it).len())
        .any(|it| it > 1);
    let mut drawn = vec![
        format!(
            "{} uncertain numbers, of preferences and of strategies, and {} uncertain red lines, since what is \
             known of them is uncertain.",
            setting.uncertain_numbers().len(),
            setting.uncertain_red_lines().len()
        ),
        "The random choices of strategies that have any.".to_owned(),
    ];
    if is_drawn {
        drawn.push("Which of its strategies a party follows in a session.".to_owned());
    }
    if setting.rules().protocol.party_numbers().is_empty() {
        drawn.push("Nothing of the protocol is random.".to_owned());
    } else {
        drawn.push("The protocol's own draws (7.3).".to_owned());
    }
    format!(
        "{}How numbers are drawn, so that the same seed gives the same session on any machine:\n{}",
        list(drawn),
        method_text::random_draws()
    )
}

/// The protocol's number of every party, if it needs one.
pub(super) fn protocol_numbers(setting: &Setting) -> String {
    let kind = &setting.rules().protocol;
    let Some(number) = kind.entry().party_number else {
        return String::new();
    };
    let rows = setting
        .scenario()
        .parties
        .iter()
        .zip(kind.party_numbers())
        .map(|(party, it)| vec![text(&party.label), it.to_string()]);
    table(&["party", number.name], rows)
}

/// Consent, protocol and its numbers, as element 7 has them.
pub(super) fn rules(setting: &Setting) -> String {
    format!(
        "A deal needs the consent of:\n{}{}{}",
        consent(setting),
        method_text::protocol(&setting.rules().protocol),
        protocol_numbers(setting)
    )
}

#[cfg(test)]
mod tests {
    use demarche_core::strategy::OFFERING_RULES;

    use super::*;

    /// The offering rules that use time and own preferences alone, or the rules of the game.
    const OTHERS: &[&str] = &[
        "time_dependent",
        "exponential",
        "tough",
        "top_fraction",
        "random_offer",
        "equilibrium",
        "negmas_time_based",
    ];

    #[test]
    fn what_every_offering_rule_uses_is_said() {
        let mut said = [REACTING, OTHERS].concat();
        let mut rules: Vec<&str> = OFFERING_RULES.iter().map(|it| it.name).collect();
        said.sort_unstable();
        rules.sort_unstable();
        assert_eq!(said, rules);
        assert!(LEARNING.iter().all(|it| REACTING.contains(it)));
    }
}
