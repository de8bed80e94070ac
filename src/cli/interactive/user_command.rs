//! What a person in the session types: text in, command out.

use demarche_core::domain::{IssueId, OptionId, Scenario};

use crate::config::nearest;

/// What a person in the session may say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Command {
    /// Nothing: what is meant depends on the question.
    Enter,
    /// To say yes.
    Accept,
    /// To say no.
    Reject,
    /// To put the draft forward.
    Put,
    /// To draft an outcome that is known.
    Draft(Draft),
    /// To settle issues of the draft differently.
    Change(Vec<(IssueId, OptionId)>),
    /// To see an issue's options.
    Issue(IssueId),
    /// To see all issues' options.
    Issues,
    /// To see what is on the table and the draft.
    Show,
    /// To hear what her strategy would do.
    Advice,
    /// To end the negotiation.
    WalkOut,
    /// To see what she may say.
    Help,
}

/// An outcome that a draft may begin with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Draft {
    /// The party's best outcome.
    Best,
    /// The party's own last offer.
    Mine,
    /// What others last put on the table.
    Theirs,
}

/// The words for commands, with what they mean.
const WORDS: [(&[&str], Command); 11] = [
    (&["yes", "y", "accept"], Command::Accept),
    (&["no", "n", "reject"], Command::Reject),
    (&["put", "offer"], Command::Put),
    (&["best"], Command::Draft(Draft::Best)),
    (&["mine"], Command::Draft(Draft::Mine)),
    (&["theirs"], Command::Draft(Draft::Theirs)),
    (&["issues", "options"], Command::Issues),
    (&["show", "table"], Command::Show),
    (&["advice"], Command::Advice),
    (&["walk", "leave"], Command::WalkOut),
    (&["?", "help", "h"], Command::Help),
];

/// Maximum number of characters of what was typed that are quoted back.
const TOLD_BACK_MAX: usize = 30;

/// Makes a command of a line, or says in a line what is wrong with it.
pub(crate) fn parse(line: &str, scenario: &Scenario) -> Result<Command, String> {
    let line = line.trim().to_lowercase();
    if line.is_empty() {
        return Ok(Command::Enter);
    }
    if line.contains('=') {
        return changes(&line, scenario).map(Command::Change);
    }
    let word = line.strip_suffix(" out").unwrap_or(&line);
    let mut words = WORDS.iter();
    if let Some((_, command)) = words.find(|(words, _)| words.contains(&word)) {
        return Ok(command.clone());
    }
    let issues: Vec<&str> = scenario.issues.iter().map(|it| &*it.name).collect();
    match position("issue", &line, &issues) {
        Ok(idx) => Ok(Command::Issue(IssueId::new(idx))),
        Err(Unknown::Name(_)) => {
            let words = WORDS.iter().flat_map(|(words, _)| words.iter().copied());
            let hint = match nearest(&line, words.chain(issues)) {
                Some(it) => format!("; did you mean `{it}`?"),
                None => "; ? lists the commands".to_owned(),
            };
            Err(format!("`{}` is not a command here{hint}", echoed(&line)))
        }
        Err(Unknown::Other(message)) => Err(message),
    }
}

/// Reads `issue=option` as often as it stands there.
fn changes(line: &str, scenario: &Scenario) -> Result<Vec<(IssueId, OptionId)>, String> {
    // People write spaces around the sign.
    let sides: Vec<&str> = line.split('=').map(str::trim).collect();
    let tight = sides.join("=");
    let pairs = tight
        .split(|it: char| it.is_whitespace() || it == ',' || it == ';')
        .filter(|it| !it.is_empty());
    let mut res = Vec::new();
    for pair in pairs {
        let Some((issue, option)) = pair.split_once('=') else {
            let pair = echoed(pair);
            return Err(format!("`{pair}` is not a change; write issue=option"));
        };
        let issues: Vec<&str> = scenario.issues.iter().map(|it| &*it.name).collect();
        let issue = position("issue", issue, &issues)?;
        let options = scenario.issues[issue].options.iter();
        let options: Vec<&str> = options.map(|it| &*it.name).collect();
        let option = position("option", option, &options)?;
        res.push((IssueId::new(issue), OptionId::new(option)));
    }
    Ok(res)
}

/// Why a name says nothing.
enum Unknown {
    /// Nothing is called so; with a line about it.
    Name(String),
    /// Something else is wrong with it.
    Other(String),
}

impl From<Unknown> for String {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::Name(it) | Unknown::Other(it) => it,
        }
    }
}

/// The position of what is meant by its number from 1, its name, or how only its name begins.
fn position(what: &str, text: &str, names: &[&str]) -> Result<usize, Unknown> {
    if let Ok(number) = text.parse::<usize>() {
        return number
            .checked_sub(1)
            .filter(|it| *it < names.len())
            .ok_or_else(|| {
                let last = names.len();
                Unknown::Other(format!(
                    "there is no {what} {number}; they go from 1 to {last}"
                ))
            });
    }
    if let Some(idx) = names.iter().position(|it| it.to_lowercase() == text) {
        return Ok(idx);
    }
    let begin_so = |it: &&str| !text.is_empty() && it.to_lowercase().starts_with(text);
    let fitting: Vec<&str> = names.iter().copied().filter(begin_so).collect();
    match fitting[..] {
        [one] => Ok(names.iter().position(|it| *it == one).unwrap_or_default()),
        [] => {
            let hint = nearest(text, names.iter().copied())
                .map_or_else(|| names.join(", "), |it| format!("did you mean `{it}`?"));
            let text = echoed(text);
            Err(Unknown::Name(format!(
                "there is no {what} `{text}`; {hint}"
            )))
        }
        _ => Err(Unknown::Other(format!(
            "`{}` may be {}",
            echoed(text),
            fitting.join(" or ")
        ))),
    }
}

/// The beginning of what was typed, without what would move the cursor.
fn echoed(text: &str) -> String {
    let mut res: String = text.chars().take(TOLD_BACK_MAX).collect();
    if res.len() < text.len() {
        res.push('…');
    }
    res.escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::config::load_scenario;

    fn villages() -> Scenario {
        let text = include_str!("../../../configs/scenarios/two-villages.toml");
        let path = Path::new("two-villages.toml");
        let loaded = load_scenario(path, &[], &|_| Ok(text.to_owned())).unwrap();
        loaded.setting.scenario().clone()
    }

    fn change(pairs: &[(usize, usize)]) -> Command {
        let pair = |it: &(usize, usize)| (IssueId::new(it.0), OptionId::new(it.1));
        Command::Change(pairs.iter().map(pair).collect())
    }

    #[test]
    fn a_line_is_a_command() {
        let table = [
            ("", Command::Enter),
            ("  \t", Command::Enter),
            ("y", Command::Accept),
            ("YES", Command::Accept),
            ("n", Command::Reject),
            ("walk out", Command::WalkOut),
            ("leave", Command::WalkOut),
            ("?", Command::Help),
            ("theirs", Command::Draft(Draft::Theirs)),
            ("2", Command::Issue(IssueId::new(1))),
            ("upk", Command::Issue(IssueId::new(1))),
            ("2=3", change(&[(1, 2)])),
            ("upkeep=halves", change(&[(1, 1)])),
            ("upkeep = halves", change(&[(1, 1)])),
            ("UPKEEP=Halves", change(&[(1, 1)])),
            ("up=ha, 3=1", change(&[(1, 1), (2, 0)])),
            ("1=2 1=3", change(&[(0, 1), (0, 2)])),
        ];
        let scenario = villages();
        for (line, expected) in table {
            assert_eq!(parse(line, &scenario), Ok(expected), "{line:?}");
        }
    }

    #[test]
    fn a_wrong_line_is_reported_in_one_line() {
        let table = [
            (
                "upkep",
                "`upkep` is not a command here; did you mean `upkeep`?",
            ),
            (
                "xyzzy",
                "`xyzzy` is not a command here; ? lists the commands",
            ),
            ("4", "there is no issue 4; they go from 1 to 3"),
            ("0", "there is no issue 0; they go from 1 to 3"),
            ("2=4", "there is no option 4; they go from 1 to 3"),
            (
                "upkep=1",
                "there is no issue `upkep`; did you mean `upkeep`?",
            ),
            (
                "2=qq",
                "there is no option `qq`; upper_pays, halves, lower_pays",
            ),
            (
                "2=",
                "there is no option ``; upper_pays, halves, lower_pays",
            ),
            (
                "=1",
                "there is no issue ``; well_hours, upkeep, second_rope",
            ),
            ("2=1 3", "`3` is not a change; write issue=option"),
            (
                "\u{1b}[2J",
                "`\\u{1b}[2j` is not a command here; ? lists the commands",
            ),
        ];
        let scenario = villages();
        for (line, expected) in table {
            assert_eq!(parse(line, &scenario), Err(expected.to_owned()), "{line:?}");
        }
        let long = parse(&"x".repeat(4096), &scenario).unwrap_err();
        assert!(long.len() < 100, "{long}");
    }

    proptest! {
        #[test]
        fn no_line_is_too_much(line in "(?s).{0,40}") {
            let scenario = villages();
            if let Err(message) = parse(&line, &scenario) {
                prop_assert!(!message.contains(char::is_control), "{message:?}");
            }
            if let Ok(Command::Change(pairs)) = parse(&line, &scenario) {
                for (issue, option) in pairs {
                    prop_assert!(option.idx() < scenario.space.n_options(issue));
                }
            }
        }
    }
}
