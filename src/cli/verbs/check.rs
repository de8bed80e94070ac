//! `check`: whether a file is right, and whether its scenario holds what it claims.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use clap::Args;
use demarche_core::domain::Claim;
use demarche_core::negotiation::Setting;
use demarche_core::randomness::Seeds;
use demarche_stats::estimate::Estimate;

use crate::cli::arguments::{FileArgument, Settings, parse_count};
use crate::cli::failure::Failure;
use crate::cli::files::{CitedFiles, WatchedFiles, is_stream};
use crate::cli::interactive::{Background, CtrlC, clear_screen};
use crate::cli::print;
use crate::cli::render::{
    FAINT, count, counted, heading, percent, percent_interval, percent_of, styled, terminal_width,
    wrap,
};
use crate::experiment::measure_claims;
use crate::report::rests_on;

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// Scenario or experiment files
    #[arg(value_name = "FILE", required = true)]
    files: Vec<FileArgument>,
    /// Check again whenever one of the files changes, or one that it extends; Ctrl-C ends it
    #[arg(long)]
    watch: bool,
    /// Number of draws of the uncertain numbers over which claims are measured
    #[arg(long, value_name = "N", default_value = "10000", value_parser = parse_count, allow_negative_numbers = true)]
    draws: u64,
    #[command(flatten)]
    settings: Settings,
}

/// Checks files.
pub(crate) fn check(arguments: &CheckArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    if arguments.watch {
        return watch(arguments, ctrl_c);
    }
    let [file] = &arguments.files[..] else {
        let mut watched = WatchedFiles::new();
        return check_all(arguments, &mut watched, ctrl_c);
    };
    check_file(arguments, file, &mut WatchedFiles::new(), ctrl_c)
}

/// Checks files again and again, until Ctrl-C ends the process.
fn watch(arguments: &CheckArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    if let Some(stream) = arguments.files.iter().find(|it| is_stream(it)) {
        return Err(Failure::WrongInput(format!(
            "{} can be read only once; watch a file",
            stream.display()
        )));
    }
    loop {
        let mut watched = WatchedFiles::new();
        check_all(arguments, &mut watched, ctrl_c)?;
        let time = jiff::Zoned::now().strftime("%H:%M:%S");
        let files = counted(watched.count() as u64, "file");
        let line = format!("\nChecked at {time}; watching {files}. Ctrl-C ends it.");
        print(&format!("{}\n", styled(FAINT, &line)))?;
        watched.wait_for_change();
        if !clear_screen() {
            print("\n")?;
        }
    }
}

/// Checks all files, and prints what is wrong with each; the exit code is that of the worst.
fn check_all(
    arguments: &CheckArguments,
    watched: &mut WatchedFiles,
    ctrl_c: &CtrlC,
) -> Result<ExitCode, Failure> {
    let mut worst = ExitCode::SUCCESS;
    let mut is_input_wrong = false;
    for (idx, file) in arguments.files.iter().enumerate() {
        if arguments.files.len() > 1 {
            let line = if idx > 0 { "\n" } else { "" };
            let name = file.display().to_string();
            print(&format!("{line}{}\n", heading(&name)))?;
        }
        match check_file(arguments, file, watched, ctrl_c) {
            Ok(_) => {}
            Err(Failure::Interrupted) => return Err(Failure::Interrupted),
            Err(failure) => {
                let code = failure.report();
                // Wrong input outweighs a claim that does not hold.
                if !is_input_wrong {
                    worst = code;
                }
                is_input_wrong |= !matches!(failure, Failure::CouldNotFinish(_));
            }
        }
    }
    Ok(worst)
}

/// Checks a file.
fn check_file(
    arguments: &CheckArguments,
    file: &Path,
    watched: &mut WatchedFiles,
    ctrl_c: &CtrlC,
) -> Result<ExitCode, Failure> {
    let settings = &arguments.settings;
    let cited = CitedFiles::of(file, settings.cited.files_below.as_deref());
    let reader = watched.add_reader(cited);
    let experiment = settings.load_by(file, &|it| watched.read(reader, it))?;
    let setting = Arc::new(experiment.scenario.setting);
    print(&describe(&setting))?;
    let claims = &setting.scenario().claims;
    if claims.is_empty() {
        print("It has no claims.\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    let width = terminal_width();
    print(&format!(
        "\nClaims, measured over {} (seed {})\n",
        counted(arguments.draws, "draw"),
        experiment.seed.0
    ))?;
    let seeds = Seeds::new(experiment.seed);
    let held = measured(&setting, seeds, arguments.draws, ctrl_c)?;
    let mut fails = 0;
    for (claim, n) in claims.iter().zip(held) {
        let Some(share) = Estimate::of_share(n, arguments.draws) else {
            continue;
        };
        let (line, holds) = verdict(claim, &share, width);
        fails += u64::from(!holds);
        print(&line)?;
    }
    if fails > 0 {
        return Err(Failure::CouldNotFinish(format!(
            "{} of the scenario's {} claims do not hold",
            count(fails),
            claims.len()
        )));
    }
    Ok(ExitCode::SUCCESS)
}

/// In how many draws each claim holds, with progress on standard error; Ctrl-C is not waited for.
fn measured(
    setting: &Arc<Setting>,
    seeds: Seeds,
    draws: u64,
    ctrl_c: &CtrlC,
) -> Result<Vec<u64>, Failure> {
    // So many draws are counted as one step: they take far less than a second together.
    const STEP: u64 = 64;
    let setting = Arc::clone(setting);
    let work = move |sender: &SyncSender<Option<Vec<u64>>>| {
        let held = measure_claims(&setting, &seeds, draws, |n| {
            if n.is_multiple_of(STEP) {
                // Nobody takes it after Ctrl-C, and the process ends.
                let _ = sender.send(None);
            }
            ControlFlow::Continue(())
        });
        let _ = sender.send(Some(held));
    };
    let rendered = |n_steps: u64| {
        let n_done = count(n_steps.saturating_mul(STEP).min(draws));
        format!("measured {n_done} of {}", counted(draws, "draw"))
    };
    let mut res = Vec::new();
    Background::new(ctrl_c).each(work, rendered, |held| {
        res.extend(held.into_iter().flatten());
        Ok(())
    })?;
    Ok(res)
}

fn describe(setting: &Setting) -> String {
    let scenario = setting.scenario();
    let mut text = format!(
        "{}\n{} parties, {} ({}), {} rounds of {}\n{}\n",
        scenario.title,
        scenario.parties.len(),
        counted(scenario.issues.len() as u64, "issue"),
        counted(scenario.space.n_outcomes(), "outcome"),
        setting.rules().deadline_rounds,
        setting.rules().protocol.name(),
        wrap(&rests_on(setting), terminal_width(), 0),
    );
    if !scenario.limits.is_empty() {
        text.push_str("\nLimits\n");
    }
    for it in scenario.limits.iter() {
        let _ = writeln!(text, "  - {}", wrap(it, terminal_width(), 4));
    }
    if !setting.correlations().is_empty() {
        text.push_str("\nCorrelated numbers\n");
    }
    for it in setting.correlations() {
        let rank = it.rank.distribution.range().0;
        let [one, other] = &it.between;
        let _ = writeln!(text, "  {rank:>6}  {one}\n          {other}");
    }
    text
}

/// The text about a claim, and whether it holds.
fn verdict(claim: &Claim, share: &Estimate, width: usize) -> (String, bool) {
    let (word, wanted, holds) = match claim.at_least {
        None => ("figure", String::new(), true),
        Some(least) if share.point >= least => (
            "holds",
            format!(", at least {} required", percent(least)),
            true,
        ),
        Some(least) => (
            "FAILS",
            format!(", at least {} required", percent(least)),
            false,
        ),
    };
    let mut line = format!("  {word:<6} {}\n", claim.name);
    let _ = writeln!(line, "         {}", wrap(&claim.says, width, 9));
    let _ = writeln!(
        line,
        "         {} of draws ({}){wanted}",
        percent_of(share),
        percent_interval(share)
    );
    (line, holds)
}
