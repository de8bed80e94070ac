//! What other programs call the verbs of this one.

/// Words that people try, each list with the verb to use instead.
const SYNONYMS: [(&[&str], &str); 17] = [
    (
        &[
            "run",
            "simulate",
            "simulation",
            "sim",
            "start",
            "exec",
            "execute",
            "montecarlo",
            "monte-carlo",
        ],
        "`demarche batch` runs many sessions of a scenario, `demarche play` runs one",
    ),
    (
        &["validate", "lint", "test", "calibrate"],
        "`demarche check` checks a file and whether the scenario's claims hold",
    ),
    (
        &["init", "create", "template", "example", "scaffold"],
        "`demarche new` makes a scenario file to start from, `demarche import` converts another \
         tool's files",
    ),
    (
        &["convert"],
        "`demarche import` reads another tool's files, `demarche export` writes them",
    ),
    (
        &["load", "read"],
        "`demarche import` reads another tool's files",
    ),
    (
        &["save", "write"],
        "`demarche export` writes a scenario for another tool",
    ),
    (
        &[
            "show", "view", "page", "html", "plot", "chart", "charts", "summary", "results",
        ],
        "`demarche open` opens the page of a run, with its charts, and `demarche report` writes it",
    ),
    (
        &["list", "ls", "history", "status"],
        "`demarche runs` lists runs with their results",
    ),
    (
        &["diff", "cmp"],
        "`demarche compare` shows the differences between two runs",
    ),
    (
        &["why", "debug", "trace"],
        "`demarche explain` explains why sessions ended as they did",
    ),
    (
        &["resume", "continue"],
        "`--resume RUN` continues a run: `demarche batch --resume RUN`, and likewise for `sweep`",
    ),
    (
        &["grid", "scan", "experiment", "vary"],
        "`demarche sweep` runs the cells of an experiment",
    ),
    (
        &["sobol", "morris", "uncertainty"],
        "`demarche sensitivity` shows which numbers the result depends on",
    ),
    (
        &["solve", "nash", "pareto", "frontier", "theory"],
        "`demarche analyze` computes the frontier and the bargaining solutions of a scenario",
    ),
    (
        &["forms", "robust", "structural", "model"],
        "`demarche robustness` tries other forms of the model",
    ),
    (
        &["threshold", "tipping-point"],
        "`demarche flip` searches for the smallest change that changes the result",
    ),
    (
        &["combine", "join", "gather"],
        "`demarche merge` combines shards into one run",
    ),
];

/// What to type instead of a word that is no verb, if it is a usual one.
pub(crate) fn verb_instead_of(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let found = SYNONYMS.iter().find(|it| it.0.contains(&word.as_str()));
    found.map(|it| it.1)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Arguments;

    #[test]
    fn no_synonym_is_a_verb_and_every_hint_names_one() {
        let command = Arguments::command();
        let verbs: Vec<&str> = command
            .get_subcommands()
            .map(clap::Command::get_name)
            .collect();
        for (words, hint) in SYNONYMS {
            for word in words {
                assert!(!verbs.contains(word), "{word}");
            }
            let named: Vec<&str> = hint
                .split("`demarche ")
                .skip(1)
                .map(|it| it.split([' ', '`']).next().unwrap_or_default())
                .collect();
            assert!(!named.is_empty(), "{hint}");
            for verb in named {
                assert!(verbs.contains(&verb), "{verb}");
            }
        }
    }

    #[test]
    fn a_usual_word_is_answered_whatever_its_case() {
        assert!(verb_instead_of("Run").is_some_and(|it| it.contains("batch")));
        assert_eq!(verb_instead_of("xyzzy"), None);
    }
}
