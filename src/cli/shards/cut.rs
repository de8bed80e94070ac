//! A run or a study is cut into shards: its plan, and the folder of it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};
use sha2::{Digest as _, Sha256};

use crate::cli::arguments::{
    ContentArguments, FileArgument, FormatArguments, Settings, parse_count,
};
use crate::cli::failure::Failure;
use crate::cli::program::program;
use crate::cli::questions::{Question, WeighingQuestion};
use crate::cli::runs::{in_new_folder, plan_failure, read_plan, study_failure};
use crate::run::{
    Observer, PLAN, PlanError, PlannedRequest, RunError, RunRequest, RunVerb, ShardPlan, SpecError,
};

/// Into how many shards something is cut.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ShardsArgument {
    /// Number of shards
    #[arg(id = SHARDS, long, value_name = "N", value_parser = parse_shards, allow_negative_numbers = true)]
    n: u32,
}

fn parse_shards(text: &str) -> Result<u32, String> {
    let n = parse_count(text).ok();
    n.and_then(|it| u32::try_from(it).ok())
        .ok_or_else(|| format!("a whole number from 1 to {}, such as 64", u32::MAX))
}

/// The name of the argument for an experiment.
const FILE: &str = "file";

/// The name of the argument for the number of shards.
const SHARDS: &str = "shards";

/// The name of the argument for a plan.
pub(crate) const MANIFEST: &str = "manifest";

/// What is run, and into how many shards it is cut.
#[derive(Debug, Args)]
pub(crate) struct CutArguments {
    /// An experiment or scenario file
    #[arg(id = FILE, value_name = "EXPERIMENT")]
    file: FileArgument,
    #[command(flatten)]
    shards: ShardsArgument,
    #[command(flatten)]
    content: ContentArguments,
    #[command(flatten)]
    formats: FormatArguments,
    #[command(flatten)]
    settings: Settings,
}

/// The same where something else may stand in its place.
#[derive(Debug)]
pub(crate) struct CutOrElse(pub(crate) Option<CutArguments>);

/// The same, or the plan of what was cut before.
#[derive(Debug)]
pub(crate) enum CutOrPlan {
    /// What is to be cut.
    Cut(Box<CutArguments>),
    /// The path of a plan.
    Plan(PathBuf),
}

// Clap does not see whether arguments are there that stand in several structures.
impl FromArgMatches for CutOrElse {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let is_there = matches.contains_id(FILE);
        let cut = is_there.then(|| CutArguments::from_arg_matches(matches));
        cut.transpose().map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for CutOrElse {
    fn augment_args(command: Command) -> Command {
        CutArguments::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        CutArguments::augment_args_for_update(command)
    }
}

impl FromArgMatches for CutOrPlan {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(match matches.get_one::<PathBuf>(MANIFEST) {
            Some(it) => Self::Plan(it.clone()),
            None => Self::Cut(CutArguments::from_arg_matches(matches)?.into()),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for CutOrPlan {
    fn augment_args(command: Command) -> Command {
        let cut = CutArguments::augment_args(Command::default());
        let of_cut = cut.get_arguments().map(|it| it.get_id().clone());
        let manifest = Arg::new(MANIFEST)
            .long(MANIFEST)
            .value_name("PLAN")
            .value_parser(value_parser!(PathBuf))
            .conflicts_with_all(of_cut)
            .help(
                "Run the shards of this plan, of a run or a study: the plan.json that `demarche plan` \
                 wrote",
            );
        let or_plan = |it: Arg| it.required(false).required_unless_present(MANIFEST);
        CutArguments::augment_args(command)
            .mut_arg(FILE, or_plan)
            .mut_arg(SHARDS, or_plan)
            .arg(manifest)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl CutOrPlan {
    /// Cuts a run into shards, with the plan in the folder that is given, or reads a plan; its folder too.
    pub(crate) fn plan(
        &self,
        folder: &Path,
        observer: &mut dyn Observer,
    ) -> Result<(ShardPlan, PathBuf), Failure> {
        match self {
            Self::Cut(it) => {
                let plan = it.plan(observer)?;
                let folder = planned_folder(&plan, folder)?;
                Ok((plan, folder))
            }
            Self::Plan(it) => read_plan(it),
        }
    }
}

impl CutArguments {
    /// Cuts a batch into shards or, of an experiment with a `[sweep]`, a sweep.
    pub(crate) fn plan(&self, observer: &mut dyn Observer) -> Result<ShardPlan, Failure> {
        let request =
            (self.content).request(RunVerb::Batch, &self.file, &self.formats, &self.settings)?;
        let read_file = self.settings.cited.reader(&self.file);
        let mut cut = |it: RunRequest| {
            let request = PlannedRequest::Run(it.into());
            ShardPlan::new(request, self.shards.n, &read_file, &mut *observer)
        };
        let plan = match cut(request.clone()) {
            Err(PlanError::Spec(SpecError::HasSweep(_))) => cut(RunRequest {
                verb: RunVerb::Sweep,
                ..request
            }),
            plan => plan,
        };
        planned(plan, "plan")
    }
}

/// What is asked of a scenario, and into how many shards the answer is cut.
#[derive(Debug, Args)]
pub(crate) struct StudyCutArguments<Q: Args> {
    /// An experiment or scenario file
    #[arg(value_name = "EXPERIMENT")]
    file: FileArgument,
    #[command(flatten)]
    shards: ShardsArgument,
    #[command(flatten)]
    question: Q,
    #[command(flatten)]
    formats: FormatArguments,
    #[command(flatten)]
    settings: Settings,
}

impl<Q: Question> StudyCutArguments<Q> {
    /// Cuts a study into shards.
    pub(crate) fn plan(&self, observer: &mut dyn Observer) -> Result<ShardPlan, Failure> {
        let request = (self.question).request(&self.file, &self.formats, &self.settings);
        let verb = request.question.verb();
        let read_file = self.settings.cited.reader(&self.file);
        let request = PlannedRequest::Study(request);
        let plan = ShardPlan::new(request, self.shards.n, &read_file, observer);
        planned(plan, verb)
    }
}

/// Which plans are weighed, and into how many shards that is cut.
#[derive(Debug, Args)]
pub(crate) struct WeighingCutArguments {
    #[command(flatten)]
    question: WeighingQuestion,
    #[command(flatten)]
    shards: ShardsArgument,
    #[command(flatten)]
    formats: FormatArguments,
    #[command(flatten)]
    settings: Settings,
}

impl WeighingCutArguments {
    /// Cuts the draws into shards.
    pub(crate) fn plan(&self, observer: &mut dyn Observer) -> Result<ShardPlan, Failure> {
        let request = self.question.request(&self.formats, &self.settings);
        let read_file = |it: &Path| self.question.read(&self.settings, it);
        let request = PlannedRequest::Weighing(request);
        let plan = ShardPlan::new(request, self.shards.n, &read_file, observer);
        planned(plan, "weigh")
    }
}

/// A plan that also names this program; the verb is that of which it is asked.
fn planned(plan: Result<ShardPlan, PlanError>, verb: &str) -> Result<ShardPlan, Failure> {
    let mut plan = plan.map_err(|it| plan_failure(it, verb))?;
    plan.program_sha256 = program_digest().ok();
    Ok(plan)
}

/// The SHA-256 of this program.
fn program_digest() -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(program()?)?, &mut hasher)?;
    Ok(format!("{:x}", hasher.finalize()))
}

/// Writes a plan to a new folder: to the one asked for, or to one named after the time and the
/// experiment.
pub(crate) fn write_plan(plan: &ShardPlan, asked: Option<&Path>) -> Result<PathBuf, Failure> {
    let folder = in_new_folder(asked, plan.name(), |folder| {
        let written = plan.write(folder);
        written.map_err(|it| {
            if it.is_of_existing() {
                RunError::FolderExists(folder.to_owned())
            } else {
                RunError::Folder(it.into())
            }
        })?;
        Ok(folder.to_owned())
    });
    folder.map_err(|it| study_failure(&it))
}

/// The folder of a plan: a new one, or the one where the same plan is already.
fn planned_folder(plan: &ShardPlan, folder: &Path) -> Result<PathBuf, Failure> {
    let path = folder.join(PLAN);
    if !path.exists() {
        return write_plan(plan, Some(folder));
    }
    let (made, place) = read_plan(&path)?;
    if made.has_shards_of(plan) {
        return Ok(place);
    }
    Err(Failure::WrongInput(format!(
        "{} is the plan of another run, or of another number of shards: a file or an option has changed \
         since; name another folder with --out, or continue with the verbs `shard` and `merge`, which \
         need the plan only",
        path.display()
    )))
}
