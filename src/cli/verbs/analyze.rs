//! `analyze`: what theory says of a scenario, before anyone speaks.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use clap::{Args, ValueEnum};
use demarche_core::domain::{PartyId, Scenario};
use demarche_core::negotiation::{PlainLoop, Setting};
use demarche_core::protocol::Event;
use demarche_core::randomness::{Replication, Seeds};
use demarche_core::solution::preference_correlation;

use crate::cli::arguments::{FileArgument, Settings, parse_count, party_named};
use crate::cli::failure::Failure;
use crate::cli::interactive::{Background, CtrlC};
use crate::cli::print;
use crate::cli::render::{Analysis, count, counted, render_draw, terminal_width, wrap};
use crate::cli::runs::create_new;
use crate::experiment::{Definitions, SolutionAnalyzer, SolutionBenchmark, check_outcomes};
use crate::report::{FrontierChart, rests_on};
use crate::tables::{RunDirectory, SolutionsTable, write_frontier};

/// The files in the folder.
const FILES: [&str; 3] = ["solutions.csv", "frontier.csv", "frontier.svg"];

/// The most draws, since some of each is kept for the quantiles.
const DRAWS_MAX: u64 = 1_000_000;

#[derive(Debug, Args)]
pub(crate) struct AnalyzeArguments {
    /// A scenario or experiment file
    #[arg(value_name = "SCENARIO")]
    file: FileArgument,
    /// Number of draws of the uncertain numbers; by default 100, or 1 if nothing is uncertain
    #[arg(long, value_name = "N", value_parser = parse_draws, allow_negative_numbers = true)]
    draws: Option<u64>,
    /// The draw to show individually; by default the one with the median number of acceptable
    /// outcomes
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    replication: Option<u64>,
    /// The folder to create, with `solutions.csv`, `frontier.csv` and `frontier.svg`
    #[arg(long, short, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// The party on the horizontal axis of the chart; by default one of the two whose interests are
    /// most opposed
    #[arg(long, value_name = "PARTY", requires = "out")]
    x: Option<String>,
    /// The party on the vertical axis of the chart
    #[arg(long, value_name = "PARTY", requires = "out")]
    y: Option<String>,
    /// Show the offers of this session in the chart, with its draw
    #[arg(
        long,
        value_name = "REPLICATION",
        allow_negative_numbers = true,
        requires = "out",
        conflicts_with = "replication"
    )]
    session: Option<u64>,
    /// Definitions of acceptable outcomes and of bargaining solutions
    #[arg(long, value_name = "WHOSE", value_enum, default_value_t = Whose::Textbook)]
    definitions: Whose,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Whose {
    /// The definitions of the literature
    Textbook,
    /// The definitions of NegMAS 0.16, to compare results with it
    Negmas,
}

impl From<Whose> for Definitions {
    fn from(it: Whose) -> Self {
        match it {
            Whose::Textbook => Self::Textbook,
            Whose::Negmas => Self::Negmas,
        }
    }
}

fn parse_draws(text: &str) -> Result<u64, String> {
    let draws = parse_count(text).ok();
    draws
        .filter(|it| *it <= DRAWS_MAX)
        .ok_or_else(|| format!("a whole number from 1 to {DRAWS_MAX}"))
}

/// Analyzes a scenario.
pub(crate) fn analyze(arguments: &AnalyzeArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    let experiment = arguments.settings.load(&arguments.file)?;
    let setting = Arc::new(experiment.scenario.setting);
    let scenario = setting.scenario();
    check_outcomes(scenario)?;
    let asked_for = parties_asked_for(arguments, scenario)?;
    // Whoever sees the folder can interrupt what fills it.
    let background = Background::new(ctrl_c);
    let directory = arguments.out.as_deref().map(create_new).transpose()?;
    let analyzed = Analyzing {
        arguments,
        seeds: Seeds::new(experiment.seed),
        directory: directory.as_ref(),
        asked_for,
        background,
        setting: Arc::clone(&setting),
    }
    .analyze();
    if let (Err(_), Some(directory)) = (&analyzed, &directory) {
        // What cannot be removed is left, and the first error reported.
        let _ = directory.discard(&FILES);
    }
    let (analysis, shown) = analyzed?;
    let width = terminal_width();
    print(&format!(
        "{}\nBargaining solutions{}, seed {}\n\n{}\n{}\n{}\n",
        scenario.title,
        match shown.definitions {
            Definitions::Textbook => "",
            Definitions::Negmas => " by NegMAS's definitions",
        },
        experiment.seed.0,
        analysis.render(scenario, width),
        render_draw(scenario, &shown, width),
        wrap(&rests_on(&setting), width, 0),
    ))?;
    if let Some(directory) = &directory {
        print(&format!("Written: {}\n", directory.path().display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// An analysis in progress.
struct Analyzing<'a> {
    arguments: &'a AnalyzeArguments,
    setting: Arc<Setting>,
    seeds: Seeds,
    directory: Option<&'a RunDirectory>,
    /// The parties named for the chart.
    asked_for: [Option<PartyId>; 2],
    background: Background,
}

impl Analyzing<'_> {
    /// The summary of all draws, and one of them; written if a folder is given.
    fn analyze(mut self) -> Result<(Analysis, Arc<SolutionBenchmark>), Failure> {
        let analysis = self.draw_all()?;
        let chosen = self.arguments.session.or(self.arguments.replication);
        let chosen = chosen.map_or_else(|| analysis.middle_draw(), Replication);
        let mut analyzer = self.analyzer();
        let seeds = self.seeds;
        let rendered = format!("analyzing draw {}", chosen.0);
        let look = move || Arc::new(analyzer.look(&seeds, chosen));
        let shown = self.background.one(look, &rendered)?;
        if let Some(directory) = self.directory {
            self.write(directory, &shown)?;
        }
        Ok((analysis, shown))
    }

    fn analyzer(&self) -> SolutionAnalyzer {
        SolutionAnalyzer::by(self.arguments.definitions.into(), Arc::clone(&self.setting))
    }

    fn draw_all(&mut self) -> Result<Analysis, Failure> {
        let setting = Arc::clone(&self.setting);
        let scenario = setting.scenario();
        let table = self.directory.map(|it| SolutionsTable::open(it, scenario));
        let mut table = table
            .transpose()
            .map_err(|it| Failure::could_not_finish(&it))?;
        let mut analysis = Analysis::new(scenario.parties.len());
        let default = || SolutionAnalyzer::draws_default(&setting);
        let n_draws = self.arguments.draws.unwrap_or_else(default);
        let (mut analyzer, seeds) = (self.analyzer(), self.seeds);
        let draws = move |sender: &SyncSender<SolutionBenchmark>| {
            for replication in (0..n_draws).map(Replication) {
                if sender.send(analyzer.look(&seeds, replication)).is_err() {
                    return;
                }
            }
        };
        let n_outcomes = counted(scenario.space.n_outcomes(), "outcome");
        let rendered = |n_done| {
            let n_draws = counted(n_draws, "draw");
            format!("analyzed {} of {n_draws} with {n_outcomes}", count(n_done))
        };
        self.background.each(draws, rendered, |benchmark| {
            analysis.add(&benchmark);
            match &mut table {
                Some(table) => table
                    .push(scenario, &benchmark)
                    .map_err(|it| Failure::could_not_finish(&it)),
                None => Ok(()),
            }
        })?;
        Ok(analysis)
    }

    /// Writes the frontier of a draw and its chart.
    fn write(
        &mut self,
        directory: &RunDirectory,
        shown: &Arc<SolutionBenchmark>,
    ) -> Result<(), Failure> {
        let scenario = self.setting.scenario();
        write_frontier(directory, scenario, shown, self.background.interrupt())
            .map_err(|it| Failure::could_not_finish(&it))?;
        let parties = most_opposed(scenario, shown, self.asked_for);
        let (setting, seeds) = (Arc::clone(&self.setting), self.seeds);
        let (with_session, benchmark) = (self.arguments.session.is_some(), Arc::clone(shown));
        let draw = move || picture(&setting, &seeds, &benchmark, parties, with_session);
        let svg = self.background.one(draw, "drawing the chart")?;
        directory
            .write("frontier.svg", svg.as_bytes())
            .map_err(|it| Failure::could_not_finish(&it))
    }
}

/// The parties named for the chart.
fn parties_asked_for(
    arguments: &AnalyzeArguments,
    scenario: &Scenario,
) -> Result<[Option<PartyId>; 2], Failure> {
    let find = |name: &Option<String>| {
        let name = name.as_deref();
        name.map(|it| party_named(scenario, it)).transpose()
    };
    let res = [find(&arguments.x)?, find(&arguments.y)?];
    if res[0].is_some() && res[0] == res[1] {
        return Err(Failure::WrongInput(
            "--x and --y name the same party; the chart needs two".to_owned(),
        ));
    }
    Ok(res)
}

/// The two parties with the most opposed interests in a draw, including the named ones.
fn most_opposed(
    scenario: &Scenario,
    benchmark: &SolutionBenchmark,
    asked_for: [Option<PartyId>; 2],
) -> [PartyId; 2] {
    let opposition = |x: PartyId, y: PartyId| {
        let [x, y] = [x, y].map(|it| &benchmark.parties[it.idx()]);
        -preference_correlation(x, y).unwrap_or_default()
    };
    let is_asked_for = |x: PartyId, y: PartyId| {
        let mut pairs = [x, y].into_iter().zip(asked_for);
        pairs.all(|(it, asked)| asked.is_none_or(|asked| asked == it))
    };
    let all = || scenario.party_ids();
    let pairs = all().flat_map(|x| all().map(move |y| (x, y)));
    // The reverse makes the first of equals the last, which is the one that is kept.
    let (x, y) = pairs
        .filter(|&(x, y)| x != y && is_asked_for(x, y))
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .max_by(|a, b| opposition(a.0, a.1).total_cmp(&opposition(b.0, b.1)))
        .expect("a negotiation has two parties");
    [x, y]
}

/// The chart of a draw, optionally with the offers of its session.
fn picture(
    setting: &Arc<Setting>,
    seeds: &Seeds,
    benchmark: &SolutionBenchmark,
    parties: [PartyId; 2],
    with_session: bool,
) -> String {
    let mut chart = FrontierChart {
        scenario: setting.scenario(),
        benchmark,
        parties,
        offers: Vec::new(),
        agreement: None,
    };
    if with_session {
        let mut table = PlainLoop::new(Arc::clone(setting));
        let (session, result) = table.run(seeds, benchmark.replication);
        let offers = session.events().iter().filter_map(Event::offer);
        chart.offers = offers.map(|it| (it.proposer, it.outcome)).collect();
        chart.agreement = result.ending.agreement();
    }
    chart.svg()
}
