//! What a person answered about a scenario, and the file that follows from it.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::Serialize;

use crate::interchange::{identifiers, quoted};

/// The file's text with places for answers.
const TEXT: &str = include_str!("templates/answers.toml.jinja");

/// What a person answered about a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Answers {
    pub(super) title: String,
    pub(super) issues: Vec<IssueAnswer>,
    pub(super) parties: Vec<PartyAnswer>,
    pub(super) consent: ConsentAnswer,
    pub(super) rounds: u32,
}

/// An issue, and whether its options have an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct IssueAnswer {
    pub(super) label: String,
    pub(super) options: Vec<String>,
}

/// A party, and what it wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct PartyAnswer {
    pub(super) label: String,
    /// By issue, which option it likes best.
    pub(super) best: Vec<usize>,
    /// Which issue matters most to it.
    pub(super) matters_most: usize,
}

/// Who must say yes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ConsentAnswer {
    /// All.
    All,
    /// So many, whoever they are.
    Quota(usize),
}

#[derive(Serialize)]
struct Issue {
    id: String,
    label: String,
    options: Vec<Named>,
}

#[derive(Serialize)]
struct Named {
    id: String,
    label: String,
}

#[derive(Serialize)]
struct Party {
    id: String,
    label: String,
    preferences: Vec<Preference>,
}

#[derive(Serialize)]
struct Preference {
    issue: String,
    weight: &'static str,
    utility: String,
}

impl Answers {
    /// The scenario of this name, in a file that commands call so.
    ///
    /// # Panics
    ///
    /// If there is no party, no issue, or one without options: the interview asks until there are.
    pub(super) fn scenario_text(&self, name: &str, file: &str) -> String {
        let issue_ids = identifiers(self.issues.iter().map(|it| it.label.as_str()), "issue");
        let party_ids = identifiers(self.parties.iter().map(|it| it.label.as_str()), "party");
        let issues: Vec<Issue> = (self.issues.iter().zip(&issue_ids))
            .map(|(it, id)| Issue {
                id: id.clone(),
                label: quoted(&it.label),
                options: it.named_options(),
            })
            .collect();
        let parties = self.parties.iter().zip(party_ids);
        let parties: Vec<Party> = parties
            .map(|(it, id)| Party {
                id,
                label: quoted(&it.label),
                preferences: it.preferences(&issues),
            })
            .collect();
        let quota = match self.consent {
            ConsentAnswer::All => None,
            ConsentAnswer::Quota(it) => Some(it),
        };
        // The examples in comments are about these.
        let first_issue = &issues[0];
        let first_option = &first_issue.options[0].id;
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build();
        environment.set_syntax(syntax.expect("the usual delimiters"));
        let rendered = environment.render_str(
            TEXT,
            context! {
                file,
                name => quoted(name),
                title => quoted(&self.title),
                first_party => parties[0].id.as_str(),
                first_issue => first_issue.id.as_str(),
                first_option => first_option.as_str(),
                issues => Serde(&issues),
                parties => Serde(&parties),
                quota,
                n_parties => self.parties.len(),
                rounds => self.rounds,
            },
        );
        rendered.expect("the text has a place for each answer")
    }
}

impl IssueAnswer {
    fn named_options(&self) -> Vec<Named> {
        let ids = identifiers(self.options.iter().map(String::as_str), "option");
        let options = self.options.iter().zip(ids);
        options
            .map(|(label, id)| Named {
                id,
                label: quoted(label),
            })
            .collect()
    }
}

impl PartyAnswer {
    fn preferences(&self, issues: &[Issue]) -> Vec<Preference> {
        let issues = issues.iter().zip(&self.best).enumerate();
        issues
            .map(|(idx, (issue, &best))| Preference {
                issue: issue.id.clone(),
                weight: if idx == self.matters_most {
                    "{ uniform = { min = 4.0, max = 6.0 } }"
                } else {
                    "{ uniform = { min = 1.0, max = 3.0 } }"
                },
                utility: utility(&issue.options, best),
            })
            .collect()
    }
}

/// A first guess of what options are worth: the best 1, the farthest from it 0, and in between less
/// the farther they are, within a range, since nobody said how much less.
fn utility(options: &[Named], best: usize) -> String {
    let farthest = best.max(options.len() - 1 - best);
    let worth = |idx: usize| {
        let distance = idx.abs_diff(best);
        if distance == 0 {
            "1.0".to_owned()
        } else if distance == farthest {
            "0.0".to_owned()
        } else {
            #[expect(clippy::cast_precision_loss, reason = "there are few options")]
            let middle = 1.0 - distance as f64 / farthest as f64;
            let [min, max] = [middle - 0.1, middle + 0.1].map(|it| it.clamp(0.0, 1.0));
            format!("{{ uniform = {{ min = {min:.2}, max = {max:.2} }} }}")
        }
    };
    let entries = options.iter().enumerate();
    let entries: Vec<String> = entries
        .map(|(idx, it)| format!("{} = {}", it.id, worth(idx)))
        .collect();
    format!("{{ {} }}", entries.join(", "))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::load_scenario;

    fn issue(label: &str, n_options: usize) -> IssueAnswer {
        IssueAnswer {
            label: label.to_owned(),
            options: (0..n_options).map(|it| format!("Option {it}")).collect(),
        }
    }

    #[test]
    fn the_farthest_option_is_worth_nothing() {
        let options = issue("x", 3).named_options();
        assert_eq!(
            utility(&options, 0),
            "{ option_0 = 1.0, option_1 = { uniform = { min = 0.40, max = 0.60 } }, option_2 = 0.0 }"
        );
        assert_eq!(
            utility(&options, 1),
            "{ option_0 = 0.0, option_1 = 1.0, option_2 = 0.0 }"
        );
    }

    #[test]
    fn any_answers_make_a_valid_scenario() {
        for n_parties in 2..6 {
            for n_issues in 1..5 {
                let labels = ["\"quoted\" \\ name", "same", "same", "Ünïcode 日本", "# 5"];
                let party = |idx: usize| PartyAnswer {
                    label: labels[idx % labels.len()].to_owned(),
                    best: (0..n_issues).map(|it| (it + idx) % (it + 2)).collect(),
                    matters_most: idx % n_issues,
                };
                let answers = Answers {
                    title: "A \"title\"".to_owned(),
                    issues: (0..n_issues).map(|it| issue(labels[it], it + 2)).collect(),
                    parties: (0..n_parties).map(party).collect(),
                    consent: if n_parties > 2 && n_issues > 1 {
                        ConsentAnswer::Quota(n_parties - 1)
                    } else {
                        ConsentAnswer::All
                    },
                    rounds: 7,
                };
                let text = answers.scenario_text("talks", "talks.toml");
                let read = |_: &Path| Ok(text.clone());
                let loaded = load_scenario(Path::new("talks.toml"), &[], &read);
                let loaded = loaded.unwrap_or_else(|it| panic!("{it}\n{text}"));
                assert_eq!(loaded.warnings(), Vec::<String>::new());
                let scenario = loaded.setting.scenario();
                assert_eq!(scenario.title, answers.title);
                let parties = scenario.parties.iter().map(|it| &it.label);
                assert!(parties.eq(answers.parties.iter().map(|it| &it.label)));
            }
        }
    }
}
