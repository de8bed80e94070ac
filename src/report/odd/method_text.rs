//! What the program's own description of its method says of the parts that a scenario uses: formulas stand
//! there and nowhere else.

use std::fmt::Write as _;

use demarche_core::protocol::{PROTOCOLS, ProtocolKind};

const METHOD: &str = include_str!("../../../docs/method.md");

/// The text below a heading, up to the next heading of the same or a higher rank.
///
/// # Panics
///
/// If there is no such heading.
fn section(heading: &str) -> &'static str {
    let begin = format!("\n{heading}\n");
    let at = METHOD.find(&begin);
    let at = at.unwrap_or_else(|| panic!("the method has a section `{heading}`"));
    let rest = &METHOD[at + begin.len()..];
    let rank = heading.find(' ').unwrap_or(0);
    let ends = (1..=rank).filter_map(|it| rest.find(&format!("\n{} ", "#".repeat(it))));
    rest[..ends.min().unwrap_or(rest.len())].trim()
}

/// The text of a section without those below it.
fn own_text(heading: &str) -> &'static str {
    let text = section(heading);
    let below = text.find("\n###").unwrap_or(text.len());
    text[..below].trim()
}

/// A section with headings that fit below one of the document's, and without what it says of scenarios of
/// this program.
fn quoted(text: &str) -> String {
    let lines = text.lines().filter(|it| !it.contains("flagship"));
    let lines: Vec<&str> = lines.collect();
    format!("\n{}\n", lines.join("\n"))
}

/// How random numbers are drawn.
pub(super) fn random_draws() -> String {
    // Where numbers are correlated has a section of its own.
    quoted(own_text("## Random draws")).replace("[correlations](#correlations)", "correlations")
}

/// How correlated numbers are drawn.
pub(super) fn correlations() -> String {
    quoted(section("### Correlations"))
}

/// How outcomes are worth something.
pub(super) fn utilities() -> String {
    quoted(section("## Utilities"))
}

/// How red lines work.
pub(super) fn red_lines() -> String {
    quoted(section("## Red lines"))
}

/// How sessions end.
pub(super) fn endings() -> String {
    quoted(own_text("## Endings"))
}

/// What a protocol does, and what is common to all.
pub(super) fn protocol(kind: &ProtocolKind) -> String {
    let wanted: &[&str] = match kind {
        ProtocolKind::ProposalAndVote => &["proposal_and_vote"],
        ProtocolKind::AlternatingOffers | ProtocolKind::AlternatingOffersByTurn => {
            &["alternating_offers"]
        }
        ProtocolKind::RandomProposer { .. } => &["proposal_and_vote", "random_proposer"],
        ProtocolKind::SingleText { .. } => &["single_text"],
    };
    let mut of = None;
    let mut kept = Vec::new();
    for paragraph in section("## Protocols").split("\n\n") {
        let begins = |name: &str| paragraph.starts_with(&format!("`{name}`:"));
        if let Some(it) = PROTOCOLS.iter().find(|it| begins(it.name)) {
            of = Some(it.name);
        } else if paragraph.starts_with("All offers") {
            of = None;
        }
        if of.is_none_or(|it| wanted.contains(&it)) {
            kept.push(paragraph);
        }
    }
    quoted(&kept.join("\n\n"))
}

/// What the offering rules of these names do: their rows, and the sections that these refer to.
pub(super) fn offering_rules(names: &[&str]) -> String {
    let mut res = quoted(&with_rows(own_text("## Strategies"), names));
    let uses = |rules: &[&str]| rules.iter().any(|it| names.contains(it));
    let sections = [
        ("### Small steps", uses(&["incremental", "trade_off"])),
        ("### Dividing a pie", uses(&["equilibrium"])),
        (
            "### Opponent models",
            uses(&["nice_tit_for_tat", "expected_utility"]),
        ),
    ];
    for (heading, _) in sections.into_iter().filter(|it| it.1) {
        let _ = write!(res, "\n#{heading}\n{}", quoted(section(heading)));
    }
    res
}

/// What the acceptance conditions of these names demand.
pub(super) fn acceptance_conditions(names: &[&str]) -> String {
    quoted(&with_rows(section("### Acceptance conditions"), names))
}

/// A text whose tables have the rows of these names only.
fn with_rows(text: &str, names: &[&str]) -> String {
    let is_kept = |line: &&str| match line.strip_prefix("| `") {
        Some(row) => names.iter().any(|it| row.starts_with(&format!("{it}`"))),
        None => true,
    };
    let lines: Vec<&str> = text.lines().filter(is_kept).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use demarche_core::strategy::{ACCEPTANCE_CONDITIONS, OFFERING_RULES};

    use super::*;

    #[test]
    fn every_rule_and_protocol_has_its_part_of_the_method() {
        for rule in OFFERING_RULES {
            let row = format!("| `{}` |", rule.name);
            let text = offering_rules(&[rule.name]);
            assert!(text.contains(&row), "{row}");
            assert_eq!(text.matches("\n| `").count(), 1, "{text}");
        }
        for condition in ACCEPTANCE_CONDITIONS {
            let row = format!("| `{}`", condition.name);
            let text = acceptance_conditions(&[condition.name]);
            assert!(text.contains(&row), "{row}");
        }
        for entry in PROTOCOLS {
            let kind = (entry.new)(vec![0.5; 2]);
            let text = protocol(&kind);
            assert!(text.contains(&format!("`{}`", entry.name)), "{text}");
            assert!(text.contains("All offers and responses are public"));
        }
    }

    #[test]
    fn a_part_of_the_method_ends_where_the_next_begins() {
        assert!(!utilities().contains("## "));
        assert!(!random_draws().contains("Cholesky"));
        assert!(correlations().contains("Cholesky"));
        assert!(!endings().contains("Lagrangian"));
        let text = protocol(&ProtocolKind::ProposalAndVote);
        assert!(!text.contains("mediator"), "{text}");
    }
}
