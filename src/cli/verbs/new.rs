//! `new`: a scenario file to start from.

use std::io::{BufReader, IsTerminal as _, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::files::{refuse_existing, write_new, written};
use crate::cli::interactive::{Echo, LineInput};
use crate::cli::print;
use crate::cli::render::{count, shell_word, terminal_width, wrap};
use crate::cli::scaffold::{Interview, Template};
use crate::config::{SESSIONS_DEFAULT, load_scenario, name_error};

#[derive(Debug, Args)]
pub(crate) struct NewArguments {
    /// The scenario's name, or the file to create: `my-talks`, or `scenarios/my-talks.toml`
    #[arg(value_name = "NAME")]
    name: PathBuf,
    /// Start from this template instead of answering questions
    #[arg(long, value_enum, value_name = "TEMPLATE")]
    template: Option<Template>,
}

/// Makes a scenario file.
pub(crate) fn new(arguments: &NewArguments) -> Result<ExitCode, Failure> {
    let (path, name) = file_and_name(&arguments.name)?;
    refuse_existing(&path)?;
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|it| !it.is_dir()) {
        return Err(Failure::WrongInput(format!(
            "there is no folder {}; make it first, or name another",
            folder.display()
        )));
    }
    let file = shell_word(&path.display().to_string());
    let text = match arguments.template {
        Some(it) => it.scenario_text(&name, &file),
        None if stdin().is_terminal() => {
            let input = LineInput::new(BufReader::new(stdin()), Echo::Off);
            Interview::new(input, terminal_width()).scenario_text(&name, &file)?
        }
        None => {
            return Err(Failure::WrongInput(format!(
                "questions need a terminal; choose a template with --template: {}",
                Template::names()
            )));
        }
    };
    // What people typed may exceed a limit that only the whole file shows.
    load_scenario(&path, &[], &|_| Ok(text.clone()))?;
    write_new(&path, &text)?;
    print(&written(&path))?;
    print(&next_commands(&file, terminal_width()))?;
    Ok(ExitCode::SUCCESS)
}

/// The file to create, and the name of the scenario in it.
fn file_and_name(named: &Path) -> Result<(PathBuf, String), Failure> {
    let named_file = named.file_name().and_then(|it| it.to_str());
    let Some(named_file) = named_file else {
        return Err(Failure::WrongInput(format!(
            "{} is not a name of a file",
            named.display()
        )));
    };
    let name = named_file.strip_suffix(".toml").unwrap_or(named_file);
    match name_error(name) {
        Some(error) => Err(Failure::WrongInput(error)),
        None => Ok((
            named.with_file_name(format!("{name}.toml")),
            name.to_owned(),
        )),
    }
}

/// What to type next.
fn next_commands(file: &str, width: usize) -> String {
    let sessions = count(SESSIONS_DEFAULT);
    let steps = [
        (
            format!("check --watch {file}"),
            "while you edit it: at each save, what is wrong and what the file says; Ctrl-C ends it"
                .to_owned(),
        ),
        (
            format!("batch {file}"),
            format!("{sessions} sessions, what came of them, and a page with charts"),
        ),
        ("open".to_owned(), "that page in your browser".to_owned()),
    ];
    let steps = steps.map(|(command, about)| {
        format!("  demarche {command}\n      {}\n", wrap(&about, width, 6))
    });
    format!("\nNext:\n{}", steps.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_its_file_mean_the_same() {
        let of = |it: &str| file_and_name(Path::new(it)).ok();
        let talks = |it: &str| Some((PathBuf::from(it), "my-talks".to_owned()));
        assert_eq!(of("my-talks"), talks("my-talks.toml"));
        assert_eq!(of("a/my-talks.toml"), talks("a/my-talks.toml"));
        for it in ["", "..", "my talks", "1st", "-x", "a.b.toml", ".toml"] {
            assert_eq!(of(it), None, "{it}");
        }
    }
}
