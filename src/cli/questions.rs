//! What studies ask, on the command line of their own verbs and of `plan`.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::arguments::{FileArgument, FormatArguments, Settings, parse_count};
use crate::config::{StudiedForms, StudyMethod};
use crate::run::{StudyQuestion, StudyRequest, WeighingRequest};
use crate::tables::DrawTable;

/// Arguments that ask a question about a scenario.
pub(crate) trait Question: Args {
    /// The question.
    fn question(&self) -> StudyQuestion;

    /// The question about an experiment or a scenario.
    fn request(&self, file: &Path, formats: &FormatArguments, settings: &Settings) -> StudyRequest {
        StudyRequest {
            settings: settings.set.clone(),
            seed: settings.seed,
            excel: formats.workbook(),
            copies: formats.copies(),
            ..StudyRequest::new(file, self.question())
        }
    }
}

/// What outcomes depend on.
#[derive(Debug, Args)]
pub(crate) struct SensitivityQuestion {
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
    /// Also look at every pair of these numbers for its interaction, named as for --numbers; may be
    /// repeated, for 2 to 24 numbers. A session more for each pair at each base point
    #[arg(long, value_name = "NUMBERS")]
    interactions: Vec<String>,
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

impl Question for SensitivityQuestion {
    fn question(&self) -> StudyQuestion {
        StudyQuestion::Sensitivity {
            method: self.method.map(StudyMethod::from),
            points: self.points,
            numbers: self.numbers.clone(),
            forms: self.forms.then_some(StudiedForms::Varied),
            interactions: self.interactions.clone(),
            draws: if self.draws {
                DrawTable::Written
            } else {
                DrawTable::Omitted
            },
        }
    }
}

/// What would flip the answer.
#[derive(Debug, Args)]
pub(crate) struct FlipQuestion {
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

impl Question for FlipQuestion {
    fn question(&self) -> StudyQuestion {
        StudyQuestion::Flip {
            rate: self.rate,
            numbers: self.numbers.clone(),
            sessions: self.sessions,
        }
    }
}

/// How far the answer hangs on the form of the model.
#[derive(Debug, Args)]
pub(crate) struct RobustnessQuestion {
    /// The forms to try: a dimension (`rounds`, `offering`, `acceptance`, `protocol`, `consent`,
    /// `party_order`, `relative_time`) or a form such as `all_tough`; may be repeated. By default
    /// those of the file, or all usual ones
    #[arg(long, value_name = "FORM")]
    form: Vec<String>,
    /// Number of sessions under each form; by default as the file says, or 500
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    sessions: Option<u64>,
}

impl Question for RobustnessQuestion {
    fn question(&self) -> StudyQuestion {
        StudyQuestion::Robustness {
            sessions: self.sessions,
            forms: self.form.clone(),
        }
    }
}

/// Who would sign plans.
#[derive(Debug, Args)]
pub(crate) struct WeighingQuestion {
    /// A scenario or experiment file
    #[arg(value_name = "SCENARIO")]
    file: FileArgument,
    /// Plan files: one plan in TOML each, or a CSV table with a plan per row
    #[arg(value_name = "PLAN", required = true)]
    plans: Vec<FileArgument>,
    /// Number of draws of all preferences, the same for all plans
    #[arg(long, value_name = "N", default_value = "10000", value_parser = parse_count, allow_negative_numbers = true)]
    draws: u64,
}

impl WeighingQuestion {
    /// What is asked for.
    pub(crate) fn request(
        &self,
        formats: &FormatArguments,
        settings: &Settings,
    ) -> WeighingRequest {
        WeighingRequest {
            settings: settings.set.clone(),
            seed: settings.seed,
            draws: self.draws,
            excel: formats.workbook(),
            copies: formats.copies(),
            ..WeighingRequest::new(&self.file, &self.plans)
        }
    }

    /// Reads a plan, which the user names, or the scenario and what it names.
    pub(crate) fn read(&self, settings: &Settings, path: &Path) -> io::Result<String> {
        let is_plan = self.plans.iter().map(PathBuf::as_path).any(|it| it == path);
        let named = if is_plan { path } else { &self.file };
        settings.cited.reader(named)(path)
    }
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
