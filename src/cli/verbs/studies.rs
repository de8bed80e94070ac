//! `sensitivity`, `flip` and `robustness`: what the answer depends on, and what would change it.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::cli::arguments::{
    ExecutionArguments, FileArgument, OutputArguments, Settings, parse_count,
};
use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, RunObserver};
use crate::cli::render::{
    count, counted, render_flips, render_robustness, render_sensitivity, settings_line,
    terminal_width,
};
use crate::cli::runs::{
    in_new_folder, make_page, report_left_out, report_line, spec_failure, study_failure,
};
use crate::cli::{hush_caught_panics, message, options, print};
use crate::config::{StudiedForms, StudyMethod};
use crate::report::RunSummary;
use crate::run::{
    FinishedStudy, StudyAnswer, StudyQuestion, StudyRequest, StudySpec, execute_study,
};
use crate::tables::DrawTable;

#[derive(Debug, Args)]
pub(crate) struct StudyArguments {
    /// An experiment or scenario file
    #[arg(value_name = "EXPERIMENT")]
    file: FileArgument,
    #[command(flatten)]
    execution: ExecutionArguments,
    #[command(flatten)]
    output: OutputArguments,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Args)]
pub(crate) struct SensitivityArguments {
    #[command(flatten)]
    study: StudyArguments,
    /// The design of the study
    #[arg(long, value_enum)]
    method: Option<MethodArgument>,
    /// Number of base points, at least 32 and preferably a power of two; or of trajectories, at
    /// least 10
    #[arg(long, value_name = "N", value_parser = parse_points, allow_negative_numbers = true)]
    points: Option<u32>,
    /// The numbers to study: a basis such as `assumed`, a path, or a prefix of paths such as
    /// `party.russia`; may be repeated
    #[arg(long, value_name = "NUMBERS")]
    numbers: Vec<String>,
    /// Also vary the form of the model: each dimension that `robustness` tries is a factor, whose
    /// levels are the form as it stands and the forms of the file's [robustness], or all usual ones
    #[arg(long)]
    forms: bool,
    /// Also write every session with its numbers and its ending to points.csv: about ten bytes per
    /// number and session
    #[arg(long)]
    draws: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum MethodArgument {
    /// Saltelli's radial design: Sobol' indices, rank correlations, scenario discovery
    Saltelli,
    /// Morris's trajectories: elementary effects, with fewer sessions
    Morris,
}

impl From<MethodArgument> for StudyMethod {
    fn from(it: MethodArgument) -> Self {
        match it {
            MethodArgument::Saltelli => Self::Saltelli,
            MethodArgument::Morris => Self::Morris,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct FlipArguments {
    #[command(flatten)]
    study: StudyArguments,
    /// The share of deals to cross, in percent
    #[arg(long, value_name = "PERCENT", default_value = "50", value_parser = parse_percent, allow_negative_numbers = true)]
    rate: f64,
    /// The numbers to shift, one at a time: a basis, a path, or a prefix of paths; may be repeated.
    /// By default every party's reservation value
    #[arg(long, value_name = "NUMBERS")]
    numbers: Vec<String>,
    /// Number of sessions at each shift; at most 30 shifts per number
    #[arg(long, value_name = "N", default_value = "1000", value_parser = parse_count, allow_negative_numbers = true)]
    sessions: u64,
}

#[derive(Debug, Args)]
pub(crate) struct RobustnessArguments {
    #[command(flatten)]
    study: StudyArguments,
    /// The forms to try: a dimension (`rounds`, `offering`, `acceptance`, `protocol`, `consent`,
    /// `party_order`, `relative_time`) or a form such as `all_tough`; may be repeated. By default
    /// those of the file, or all usual ones
    #[arg(long, value_name = "FORM")]
    form: Vec<String>,
    /// Number of sessions under each form; by default as the file says, or 500
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    sessions: Option<u64>,
}

fn parse_points(text: &str) -> Result<u32, String> {
    let points = parse_count(text).ok();
    points
        .and_then(|it| u32::try_from(it).ok())
        .ok_or_else(|| format!("a whole number from 1 to {}, such as 1024", u32::MAX))
}

fn parse_percent(text: &str) -> Result<f64, String> {
    let (digits, is_marked) = match text.trim().strip_suffix('%') {
        Some(it) => (it.trim_end(), true),
        None => (text.trim(), false),
    };
    let number: Option<f64> = digits.parse().ok();
    let percent = number
        .filter(|it| 0.0 < *it && *it < 100.0)
        .ok_or_else(|| "a number above 0 and below 100".to_owned())?;
    if percent < 1.0 && !is_marked {
        return Err(format!(
            "the rate is a percentage: is {} meant? for less than one percent write {digits}%",
            (1e6 * percent).round() / 1e4
        ));
    }
    Ok(percent / 100.0)
}

/// The message when a study is stopped while it evaluates its sessions.
const STUDY_LEFT_AT_ONCE: &str = "\nstopped immediately: the folder has a manifest but no tables";

impl StudyArguments {
    fn request(&self, question: StudyQuestion) -> StudyRequest {
        StudyRequest {
            settings: self.settings.set.clone(),
            seed: self.settings.seed,
            excel: self.execution.formats.workbook(),
            copies: self.execution.formats.copies(),
            ..StudyRequest::new(&self.file, question)
        }
    }
}

/// Studies what outcomes depend on.
pub(crate) fn sensitivity(
    arguments: &SensitivityArguments,
    ctrl_c: &CtrlC,
) -> Result<ExitCode, Failure> {
    let question = StudyQuestion::Sensitivity {
        method: arguments.method.map(StudyMethod::from),
        points: arguments.points,
        numbers: arguments.numbers.clone(),
        forms: arguments.forms.then_some(StudiedForms::Varied),
        draws: if arguments.draws {
            DrawTable::Written
        } else {
            DrawTable::Omitted
        },
    };
    study("sensitivity", question, &arguments.study, ctrl_c)
}

/// Searches the smallest changes that flip the answer.
pub(crate) fn flip(arguments: &FlipArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    let question = StudyQuestion::Flip {
        rate: arguments.rate,
        numbers: arguments.numbers.clone(),
        sessions: arguments.sessions,
    };
    study("flip", question, &arguments.study, ctrl_c)
}

/// Tries other forms of the model.
pub(crate) fn robustness(
    arguments: &RobustnessArguments,
    ctrl_c: &CtrlC,
) -> Result<ExitCode, Failure> {
    let question = StudyQuestion::Robustness {
        sessions: arguments.sessions,
        forms: arguments.form.clone(),
    };
    study("robustness", question, &arguments.study, ctrl_c)
}

/// Runs a study and prints its findings.
fn study(
    verb: &str,
    question: StudyQuestion,
    arguments: &StudyArguments,
    ctrl_c: &CtrlC,
) -> Result<ExitCode, Failure> {
    let mut observer = RunObserver::new(ctrl_c, STUDY_LEFT_AT_ONCE, arguments.output.quiet);
    let read_file = arguments.settings.cited.reader(&arguments.file);
    let spec = StudySpec::load(arguments.request(question), &read_file, &mut observer);
    let spec = spec.map_err(|it| spec_failure(it, verb))?;
    hush_caught_panics();
    // Whoever sees the folder can interrupt what fills it.
    observer.ask_first();
    let options = options(arguments.execution.threads, ctrl_c);
    let finished = in_new_folder(arguments.output.out.as_deref(), &spec.name(), |folder| {
        execute_study(&spec, folder, &options, &mut observer)
    });
    let finished = finished.map_err(|it| study_failure(&it))?;
    conclude(&spec, &finished, arguments)
}

/// Prints the findings of a study and writes its page.
fn conclude(
    spec: &StudySpec,
    finished: &FinishedStudy<'_>,
    arguments: &StudyArguments,
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
    if !arguments.output.quiet {
        let settings = settings_line(spec.settings(), terminal_width());
        print(&format!("{}\n{settings}", spec.title()))?;
        print(&render(spec, answer, finished.endings))?;
        print(&format!("Tables: {}\n", directory.path().display()))?;
    }
    if !arguments.output.no_report {
        let summary = RunSummary::of_study(spec, answer);
        make_page(directory, &finished.manifest, &summary)?;
        if !arguments.output.quiet {
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
