//! Slurm: scripts for a plan's shards as job arrays and for the merge after them, which users can edit.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::cli::failure::Failure;
use crate::cli::files::{cannot, write_new};
use crate::cli::message;
use crate::cli::render::shell_word;

/// The scripts, with `{program}` where the path of this program stands and `{sbatch}` where the options
/// of the user stand.
const SCRIPTS: [(&str, &str); 3] = [
    ("array.sh", include_str!("slurm/array.sh")),
    ("merge.sh", include_str!("slurm/merge.sh")),
    (SUBMIT, include_str!("slurm/submit.sh")),
];

/// The script that submits the others.
pub(crate) const SUBMIT: &str = "submit.sh";

/// The folder for what the jobs print, which Slurm does not create.
const LOGS: &str = "logs";

/// Writes the scripts beside a plan; those that are there stay as they are.
pub(crate) fn write_scripts(
    folder: &Path,
    program: &Path,
    options: &[String],
) -> Result<(), Failure> {
    let options = directives(options)?;
    let logs = folder.join(LOGS);
    match fs::create_dir(&logs) {
        Err(it) if it.kind() != ErrorKind::AlreadyExists => {
            return Err(cannot("create", &logs, &it));
        }
        _ => {}
    }
    for (name, script) in SCRIPTS {
        let path = folder.join(name);
        let text = filled(script, program, &options);
        match fs::read_to_string(&path) {
            Ok(it) if it == text => {}
            Ok(_) => message(&format!(
                "note: {} is used as it is, and differs from what this command writes; remove it to \
                 have it written again",
                path.display()
            )),
            Err(it) if it.kind() == ErrorKind::NotFound => write_new(&path, &text)?,
            Err(it) => return Err(cannot("read", &path, &it)),
        }
    }
    Ok(())
}

/// Runs the script that submits the jobs.
pub(crate) fn submit(folder: &Path) -> Result<ExitCode, Failure> {
    let script = folder.join(SUBMIT);
    let ended = Command::new("bash").arg(&script).status();
    let status = ended.map_err(|error| no_submission(&script, &error))?;
    if status.success() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::CouldNotFinish(format!(
        "{} failed with {status}",
        script.display()
    )))
}

fn no_submission(script: &Path, error: &io::Error) -> Failure {
    let script = shell_word(&script.display().to_string());
    Failure::WrongInput(format!(
        "cannot run bash: {error}; run `bash {script}` where jobs are submitted"
    ))
}

/// Options that each job is submitted with, and that the user's would contradict.
const OPTIONS_OF_SUBMIT: [&str; 8] = [
    "--array",
    "-a",
    "--chdir",
    "-D",
    "--dependency",
    "-d",
    "--export",
    "--parsable",
];

/// The lines of a script that give the user's options to `sbatch`.
fn directives(options: &[String]) -> Result<String, Failure> {
    let wrong = |it: &&String| !it.starts_with('-') || it.contains(char::is_control);
    if let Some(option) = options.iter().find(wrong) {
        return Err(Failure::WrongInput(format!(
            "`{option}` is no option of sbatch; write one such as --sbatch --partition=long"
        )));
    }
    let is_set = |it: &&String| {
        let name = it.split('=').next().unwrap_or_default();
        OPTIONS_OF_SUBMIT.contains(&name)
    };
    if let Some(option) = options.iter().find(is_set) {
        return Err(Failure::WrongInput(format!(
            "`{option}` cannot be given to all jobs: {SUBMIT} gives each its own, and you can edit it"
        )));
    }
    let lines = options.iter().map(|it| format!("#SBATCH {it}\n"));
    Ok(lines.collect())
}

/// A script with what stands for its words in braces.
fn filled(script: &str, program: &Path, directives: &str) -> String {
    let program = shell_word(&program.display().to_string());
    let script = script.replace("{sbatch}\n", directives);
    script.replace("{program}", &program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_the_user_are_lines_of_the_scripts_for_jobs() {
        let options = ["--partition=long".to_owned(), "--time=1:00:00".to_owned()];
        let options = directives(&options).unwrap();
        let program = Path::new("/home/her files/demarche");
        for (name, script) in SCRIPTS {
            let text = filled(script, program, &options);
            let is_job = name != SUBMIT;
            let lines = "#SBATCH --partition=long\n#SBATCH --time=1:00:00\n";
            assert_eq!(text.contains(lines), is_job, "{name}");
            assert!(
                text.contains("program='/home/her files/demarche'"),
                "{name}"
            );
            assert!(!text.contains('{') || !text.contains("{program}"), "{name}");
        }
        // Slurm reads its options up to the first command.
        let array = filled(SCRIPTS[0].1, program, &options);
        let first_command = array.find("\nprogram=").unwrap();
        assert!(array.rfind("#SBATCH").unwrap() < first_command);
    }

    #[test]
    fn what_is_no_option_of_sbatch_is_refused() {
        for option in [
            "partition=long",
            "",
            "--comment=a\nrm -r .",
            "--array=1-9%2",
            "-d",
        ] {
            assert!(directives(&[option.to_owned()]).is_err(), "{option:?}");
        }
    }
}
