//! The templates of scenarios, each a file beside this one that is valid as it is.

use clap::ValueEnum;

use crate::interchange::quoted;

/// Which template.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Template {
    /// Two parties that make offers in turn
    TwoParty,
    /// Parties that form a government: whoever governs must agree
    Coalition,
    /// Groups that vote on a bill, and somebody with a veto
    Legislature,
    /// Two adversaries with a mediator and a guarantor: red lines and pressure
    Summit,
}

impl Template {
    /// The names of all of them, with commas between them.
    pub(crate) fn names() -> String {
        let names: Vec<&str> = Self::value_variants().iter().map(|it| it.name()).collect();
        names.join(", ")
    }

    /// The name of its scenario.
    fn name(self) -> &'static str {
        match self {
            Self::TwoParty => "two-party",
            Self::Coalition => "coalition",
            Self::Legislature => "legislature",
            Self::Summit => "summit",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::TwoParty => include_str!("templates/two-party.toml"),
            Self::Coalition => include_str!("templates/coalition.toml"),
            Self::Legislature => include_str!("templates/legislature.toml"),
            Self::Summit => include_str!("templates/summit.toml"),
        }
    }

    /// Its text as a scenario of another name, in a file that commands call so.
    ///
    /// The title stays: it says what the template is about, until its user says what the scenario is.
    pub(crate) fn scenario_text(self, name: &str, file: &str) -> String {
        let own = self.name();
        let named = (self.text()).replace(&format!("{own}.toml"), file);
        named.replace(
            &format!("\nname = \"{own}\"\n"),
            &format!("\nname = {}\n", quoted(name)),
        )
    }
}

/// A title of a scenario of this name: its words, the first with a capital.
pub(crate) fn title_of(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let words = words.trim();
    let mut letters = words.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_says_what_its_commands_and_its_runs_are_called() {
        for it in Template::value_variants() {
            let text = it.scenario_text("my-talks", "talks/my-talks.toml");
            assert_eq!(text.matches("\nname = \"my-talks\"\n").count(), 1);
            assert!(text.contains("`demarche check --watch talks/my-talks.toml`"));
            assert!(!text.contains(&format!("{}.toml", it.name())));
            let first = text.lines().next().unwrap_or_default();
            assert!(first.starts_with("# "), "{first}");
        }
    }

    #[test]
    fn a_title_is_a_name_in_words() {
        assert_eq!(title_of("my-first_talks"), "My first talks");
        assert_eq!(title_of("x"), "X");
    }
}
