//! What is printed of a study when it is over, or when it was interrupted.

use std::process::ExitCode;

use crate::cli::failure::Failure;
use crate::cli::render::{
    count, counted, render_flips, render_plans, render_robustness, render_sensitivity,
    settings_line, terminal_width,
};
use crate::cli::runs::finish::report_left_out;
use crate::cli::runs::page::{make_page, make_recorded_page, report_line};
use crate::cli::{message, print};
use crate::report::RunSummary;
use crate::run::{FinishedStudy, FinishedWeighing, StudyAnswer, StudySpec, WeighingSpec};

/// Prints the findings of a study and writes its page.
pub(crate) fn conclude_study(
    spec: &StudySpec,
    finished: &FinishedStudy<'_>,
    has_report: bool,
    is_quiet: bool,
) -> Result<ExitCode, Failure> {
    let directory = &finished.directory;
    report_left_out(&finished.left_out);
    let Some(answer) = &finished.answer else {
        message(&format!(
            "interrupted after {} of {} sessions: {} has a manifest but no tables",
            count(finished.n_sessions),
            count(finished.n_planned),
            directory.path().display()
        ));
        return Ok(ExitCode::from(130));
    };
    if !is_quiet {
        let settings = settings_line(spec.settings(), terminal_width());
        print(&format!("{}\n{settings}", spec.title()))?;
        print(&render(spec, answer, finished.endings))?;
        print(&format!("Tables: {}\n", directory.path().display()))?;
    }
    if has_report {
        let summary = RunSummary::of_study(spec, answer);
        make_page(directory, &finished.manifest, &summary)?;
        if !is_quiet {
            print(&report_line(directory))?;
        }
    }
    let [.., forfeits] = finished.endings;
    if forfeits > 0 {
        let forfeits = counted(forfeits, "forfeit");
        message(&format!(
            "{forfeits}: a party violated the rules or failed; `demarche batch` records sessions individually"
        ));
        return Ok(ExitCode::from(1));
    }
    Ok(ExitCode::SUCCESS)
}

/// The findings of a study as text.
fn render(spec: &StudySpec, answer: &StudyAnswer<'_>, endings: [u64; 4]) -> String {
    let (setting, width) = (spec.setting(), terminal_width());
    match answer {
        StudyAnswer::Sensitivity {
            study,
            findings,
            boxes,
            levels,
        } => {
            let found = (&findings[..], &boxes[..], &levels[..]);
            render_sensitivity(study, setting.scenario(), found, endings, width)
        }
        StudyAnswer::Flip { search, flips } => render_flips(setting, search, flips, width),
        StudyAnswer::Robustness {
            robustness,
            results,
        } => render_robustness(robustness, results, width),
    }
}

/// Prints how plans fare, and writes the page.
pub(crate) fn conclude_weighing(
    spec: &WeighingSpec,
    finished: &FinishedWeighing,
    has_report: bool,
    is_quiet: bool,
) -> Result<ExitCode, Failure> {
    let directory = &finished.directory;
    report_left_out(&finished.left_out);
    let Some(evaluated) = &finished.evaluated else {
        message(&format!(
            "interrupted: {} has a manifest but no tables",
            directory.path().display()
        ));
        return Ok(ExitCode::from(130));
    };
    if !is_quiet {
        let settings = settings_line(spec.settings(), terminal_width());
        print(&format!("{}\n{settings}", spec.title()))?;
        print(&render_plans(spec, evaluated, terminal_width()))?;
        print(&format!("Tables: {}\n", directory.path().display()))?;
    }
    if has_report {
        make_recorded_page(directory, &finished.manifest)?;
        if !is_quiet {
            print(&report_line(directory))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
