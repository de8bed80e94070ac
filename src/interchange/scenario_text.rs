//! A scenario as the text of a file of ours, for people to read on.

use std::fmt::Write as _;

use demarche_core::domain::Scale;
use toml::Value;

use crate::interchange::foreign::{Discount, ForeignParty, ForeignScenario};
use crate::interchange::identifiers::{identifiers, one_line};

/// What the files do not say and every party gets: the Boulware curve of time-dependent concession.
const STRATEGY: &str =
    "[[party.strategy]]\np = 1.0\ntime_dependent = { concession_exponent = \"boulware\" }\n";

/// The identifiers that a scenario's names become.
struct Identifiers {
    issues: Vec<String>,
    options: Vec<Vec<String>>,
    parties: Vec<String>,
}

/// The text, with what was lost at its head.
///
/// `divisor` is what utilities were divided by.
pub(super) fn scenario_text(
    scenario: &ForeignScenario,
    files: &[String],
    divisor: f64,
    deadline_rounds: u32,
) -> String {
    let ids = Identifiers::of(scenario);
    let mut res = head(scenario, files, divisor);
    let title = one_line(&scenario.name);
    let _ = write!(
        res,
        "\nschema = 1\nname = {}\ntitle = {}\nkind = \"synthetic\"\n",
        quoted(&file_name(&title)),
        quoted(&title)
    );
    if divisor > 1.0 {
        let _ = writeln!(res, "utilities_divided_by = {}", number(divisor));
    }
    for ((issue, id), options) in scenario.issues.iter().zip(&ids.issues).zip(&ids.options) {
        let _ = write!(
            res,
            "\n[[issue]]\nid = \"{id}\"\nlabel = {}\n",
            label(&issue.name, id)
        );
        if issue.scale == Scale::Ordinal {
            res.push_str("scale = \"ordinal\"\n");
        }
        res.push_str("options = [\n");
        for (name, id) in issue.options.iter().zip(options) {
            let _ = writeln!(res, "  {{ id = \"{id}\", label = {} }},", label(name, id));
        }
        res.push_str("]\n");
    }
    for (party, id) in scenario.parties.iter().zip(&ids.parties) {
        push_party(&mut res, party, id, &ids);
    }
    push_rules(&mut res, scenario, &ids.parties, deadline_rounds);
    res
}

fn head(scenario: &ForeignScenario, files: &[String], divisor: f64) -> String {
    let files: Vec<String> = files.iter().map(|it| one_line(it)).collect();
    let mut res = format!("# Imported from {}.\n", files.join(", "));
    if divisor > 1.0 {
        let _ = writeln!(
            res,
            "# Utilities are those of the files divided by {divisor}."
        );
    }
    res.push_str("# The files contain no strategies and no deadline: choose your own.\n");
    if !scenario.losses.is_empty() {
        res.push_str("#\n# Differences from the files:\n");
        for loss in &scenario.losses {
            let _ = writeln!(res, "# - {}.", one_line(loss));
        }
    }
    if !scenario.passed_over.is_empty() {
        res.push_str("#\n# Skipped:\n");
        for file in &scenario.passed_over {
            let _ = writeln!(res, "# - {}.", one_line(file));
        }
    }
    res
}

impl Identifiers {
    fn of(scenario: &ForeignScenario) -> Self {
        let options = scenario.issues.iter();
        Self {
            issues: identifiers(scenario.issues.iter().map(|it| it.name.as_str()), "issue"),
            options: options
                .map(|it| identifiers(it.options.iter().map(String::as_str), "option"))
                .collect(),
            parties: identifiers(scenario.parties.iter().map(|it| it.name.as_str()), "party"),
        }
    }
}

fn push_party(res: &mut String, party: &ForeignParty, id: &str, ids: &Identifiers) {
    let _ = write!(
        res,
        "\n[[party]]\nid = \"{id}\"\nlabel = {}\nreservation_value = {}\n",
        label(&party.name, id),
        number(party.reservation_value)
    );
    if let Some(Discount::PerRound(factor)) = party.discount {
        let _ = writeln!(res, "discount_factor = {}", number(factor));
    }
    let preferences = party.weights.iter().zip(&party.values);
    for ((issue, options), (&weight, values)) in
        ids.issues.iter().zip(&ids.options).zip(preferences)
    {
        let entry = |(id, &value): (&String, &f64)| format!("{id} = {}", number(value));
        let entries: Vec<String> = options.iter().zip(values).map(entry).collect();
        let _ = write!(
            res,
            "\n[[party.preference]]\nissue = \"{issue}\"\nweight = {}\nutility = {{ {} }}\n",
            number(weight),
            entries.join(", ")
        );
    }
    res.push('\n');
    res.push_str(STRATEGY);
}

fn push_rules(
    res: &mut String,
    scenario: &ForeignScenario,
    parties: &[String],
    deadline_rounds: u32,
) {
    let protocol = match &scenario.agreement_rule {
        None => "alternating_offers",
        // Alternating offers end with everybody's yes only.
        Some(rule) => {
            let _ = write!(res, "\n[[consent]]\nquota = {}\n", rule.quota);
            for &it in &rule.vetoes {
                let _ = write!(res, "\n[[consent]]\nparty = \"{}\"\n", parties[it]);
            }
            "proposal_and_vote"
        }
    };
    let _ = write!(
        res,
        "\n[protocol.{protocol}]\ndeadline_rounds = {deadline_rounds}\nrelative_time = \"genius\"\n"
    );
}

/// A number that reads back to the same bits.
fn number(number: f64) -> String {
    // Nought has no sign here.
    format!("{:?}", number + 0.0)
}

/// What people read of something; its identifier if it has no name.
fn label(name: &str, id: &str) -> String {
    let name = one_line(name);
    quoted(if name.is_empty() { id } else { &name })
}

/// A text as files have it, in quotes.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A name fit for files: letters, digits and hyphens, beginning with a letter.
fn file_name(title: &str) -> String {
    let ids = identifiers([title], "scenario");
    ids[0].replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_to_the_same_bits() {
        for it in [0.1, 1.0 / 3.0, 2.8e-18, 1.0, f64::MIN_POSITIVE, 1e15] {
            let table: toml::Table = format!("x = {}", number(it)).parse().unwrap();
            assert_eq!(table["x"].as_float().unwrap().to_bits(), it.to_bits());
        }
        assert_eq!(number(-0.0), "0.0");
    }

    #[test]
    fn any_label_is_quoted_on_one_line() {
        for it in [
            "a \"b\" \\ c",
            "'",
            "'''\"\"\"",
            "\u{7f}\n\u{2028}x",
            "ß 日本",
        ] {
            let text = label(it, "id");
            assert_eq!(text.lines().count(), 1, "{text}");
            let table: toml::Table = format!("x = {text}").parse().unwrap();
            assert_eq!(table["x"].as_str().unwrap(), one_line(it));
        }
        assert_eq!(label("\n", "id"), "\"id\"");
    }
}
