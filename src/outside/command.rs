//! A program that answers for a party, as it is named: `ID=exec:COMMAND`.

use std::str::FromStr;

/// The party that a program answers for, and how it is started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartyCommand {
    /// The party, by its name in files.
    pub party: String,
    /// The command as it was given.
    pub command: String,
    /// The program and its arguments.
    pub words: Vec<String>,
}

/// Why a text names no program for a party.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CommandError {
    /// It has another form.
    #[error("write PARTY=exec:COMMAND, such as upper='exec:python3 agent.py'")]
    Form,
    /// Its quotes do not match.
    #[error("a quote in the command is not closed")]
    Quotes,
    /// It names no program.
    #[error("the command after `exec:` is empty")]
    Empty,
}

impl PartyCommand {
    /// The command with the way in which it answers, as runs record it.
    pub fn recorded(&self) -> String {
        format!("exec:{}", self.command)
    }
}

impl FromStr for PartyCommand {
    type Err = CommandError;

    /// Takes the command apart as a shell would; none is run.
    fn from_str(text: &str) -> Result<Self, CommandError> {
        let (party, answers) = text.split_once('=').ok_or(CommandError::Form)?;
        let command = answers.strip_prefix("exec:").ok_or(CommandError::Form)?;
        if party.is_empty() {
            return Err(CommandError::Form);
        }
        let words = shlex::split(command).ok_or(CommandError::Quotes)?;
        if words.first().is_none_or(String::is_empty) {
            return Err(CommandError::Empty);
        }
        Ok(Self {
            party: party.to_owned(),
            command: command.to_owned(),
            words,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_taken_apart_as_a_shell_would() {
        let it: PartyCommand = "upper=exec:python3 'my agent.py' --x=a\\ b"
            .parse()
            .unwrap();
        assert_eq!(it.party, "upper");
        assert_eq!(it.words, ["python3", "my agent.py", "--x=a b"]);
        assert_eq!(it.recorded(), "exec:python3 'my agent.py' --x=a\\ b");
        // Nothing of it is for a shell to do.
        let it: PartyCommand = "upper=exec:a $HOME;b|c".parse().unwrap();
        assert_eq!(it.words, ["a", "$HOME;b|c"]);
    }

    #[test]
    fn what_names_no_program_is_refused() {
        for (text, error) in [
            ("upper", CommandError::Form),
            ("=exec:a", CommandError::Form),
            ("upper=a", CommandError::Form),
            ("upper=exec:'a", CommandError::Quotes),
            ("upper=exec:", CommandError::Empty),
            ("upper=exec:''", CommandError::Empty),
        ] {
            assert_eq!(text.parse::<PartyCommand>(), Err(error), "{text}");
        }
    }
}
