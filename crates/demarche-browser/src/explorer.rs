//! The runs of one page, and the requests that a page makes of them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use demarche::domain::Scenario;
use demarche::experiment::{CellId, Difference, Pairing, RunComparison};
use demarche::randomness::Replication;
use demarche::report::{
    Axis, Chart, ComparedRun, ComparedRuns, MeasuredClaims, Page, PageBlock, PageFigure, RunReport,
    RunSummary, Section, SessionReport, Swing, Tornado, Unit, path_label,
};
use demarche::run::{
    CellConfiguration, MemoryRun, MemoryWeighing, RecordError, RecordedSessions, RunRecord,
    RunRequest, RunSpec, SpecError, TableError, WeighingRequest, WeighingSpec,
    configuration_changes,
};
use serde::{Deserialize, Serialize};

use crate::inputs::Inputs;

/// The runs of one page.
#[derive(Debug, Default)]
pub struct Explorer {
    files: BTreeMap<PathBuf, String>,
    experiment: String,
    plans: Vec<PathBuf>,
    sessions: u64,
    seed: Option<u64>,
    runs: BTreeMap<u32, MemoryRun>,
    weighing: Option<MemoryWeighing>,
}

/// What a page asks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    /// Take the files of a scenario or an experiment, the first of which is explored, and of plans.
    Open {
        files: Vec<(String, String)>,
        /// Which of the files are plans.
        #[serde(default)]
        plans: Vec<PathBuf>,
        sessions: u64,
        seed: Option<String>,
    },
    /// Begin a run with settings, in the place of one with the same number.
    Begin { run: u32, settings: Vec<String> },
    /// Run the next sessions.
    Advance { run: u32, sessions: u64 },
    /// The page of a run so far.
    Page { run: u32 },
    /// How a run differs from another, session by session.
    Compare { base: u32, run: u32 },
    /// Tables of a run so far.
    Tables { run: u32, names: Vec<String> },
    /// The page of a session.
    Session { run: u32, replication: u64 },
    /// How deals change with each of some numbers, moved alone.
    Tornado { base: u32, trials: Vec<Trial> },
    /// Begin to weigh the plans under settings, in the place of what was weighed before.
    Weigh { settings: Vec<String>, draws: u64 },
    /// Make the next draws.
    AdvanceWeighing { draws: u64 },
    /// The page of the plans, once all draws are made.
    Plans,
    /// Tables of the plans, once all draws are made.
    PlanTables { names: Vec<String> },
    /// Forget a run.
    End { run: u32 },
}

/// A run in which one number is moved alone.
#[derive(Debug, Deserialize)]
struct Trial {
    path: String,
    /// How far it was moved, for people.
    moved: String,
    is_higher: bool,
    run: u32,
}

/// What it is answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Inputs(Box<Inputs>),
    Progress {
        done: u64,
        planned: u64,
        deals: u64,
    },
    Draws {
        done: u64,
        planned: u64,
    },
    /// A page as HTML.
    Page(String),
    Tables(BTreeMap<String, String>),
    Done,
    Error(String),
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
enum ExplorerError {
    #[error("the request is none: {0}")]
    Request(#[from] serde_json::Error),
    #[error("`{0}` is no seed")]
    Seed(String),
    #[error("there is no file to explore")]
    NoFile,
    #[error(transparent)]
    Spec(#[from] SpecError),
    #[error("there is no run {0}")]
    NoRun(u32),
    #[error("no plans are weighed")]
    NoPlans,
    #[error("there is no table `{0}`")]
    NoTable(String),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Explorer {
    /// Answers a request, both as JSON.
    ///
    /// # Panics
    ///
    /// If an answer is no JSON, which is an error in this module.
    pub fn answer(&mut self, request: &[u8]) -> Vec<u8> {
        let request = serde_json::from_slice(request).map_err(ExplorerError::from);
        let answer = request.and_then(|it| self.carry_out(it));
        let answer = answer.unwrap_or_else(|error| Answer::Error(error.to_string()));
        serde_json::to_vec(&answer).expect("answers are JSON")
    }

    fn carry_out(&mut self, request: Request) -> Result<Answer, ExplorerError> {
        match request {
            Request::Open {
                files,
                plans,
                sessions,
                seed,
            } => {
                self.plans = plans;
                self.open(files, sessions, seed)
            }
            Request::Begin { run, settings } => {
                let spec = self.spec(settings)?;
                let begun = MemoryRun::new(spec);
                let progress = progress(&begun);
                self.runs.insert(run, begun);
                Ok(progress)
            }
            Request::Advance { run, sessions } => {
                let run = self.run_mut(run)?;
                run.advance(sessions);
                Ok(progress(run))
            }
            Request::Page { run } => Ok(Answer::Page(run_page(self.run(run)?).html())),
            Request::Compare { base, run } => {
                let compared = compared(self.run(base)?, self.run(run)?)?;
                Ok(Answer::Page(compared.page().html()))
            }
            Request::Tables { run, names } => {
                let run = self.run(run)?;
                tables(names, |name| run.table(name))
            }
            Request::Session { run, replication } => {
                let page = session_page(self.run_mut(run)?, Replication(replication));
                Ok(Answer::Page(page.html()))
            }
            Request::Tornado { base, trials } => self.tornado(base, &trials),
            Request::Weigh { settings, draws } => {
                let weighing = MemoryWeighing::new(self.weighing_spec(settings, draws)?);
                let progress = draw_progress(&weighing);
                self.weighing = Some(weighing);
                Ok(progress)
            }
            Request::AdvanceWeighing { draws } => {
                let weighing = self.weighing.as_mut().ok_or(ExplorerError::NoPlans)?;
                weighing.advance(draws);
                Ok(draw_progress(weighing))
            }
            Request::Plans => Ok(Answer::Page(plan_page(self.weighing()?)?.html())),
            Request::PlanTables { names } => {
                let weighing = self.weighing()?;
                tables(names, |name| weighing.table(name))
            }
            Request::End { run } => {
                self.runs.remove(&run);
                Ok(Answer::Done)
            }
        }
    }

    fn open(
        &mut self,
        files: Vec<(String, String)>,
        sessions: u64,
        seed: Option<String>,
    ) -> Result<Answer, ExplorerError> {
        let (first, _) = files.first().ok_or(ExplorerError::NoFile)?;
        self.experiment.clone_from(first);
        self.files = files.into_iter().map(|it| (it.0.into(), it.1)).collect();
        self.sessions = sessions;
        let parsed = |it: String| it.parse().map_err(|_| ExplorerError::Seed(it));
        self.seed = seed.map(parsed).transpose()?;
        self.runs.clear();
        self.weighing = None;
        let inputs = Inputs::of(&MemoryRun::new(self.spec(Vec::new())?));
        Ok(Answer::Inputs(Box::new(inputs)))
    }

    /// The batch of the files with settings.
    fn spec(&self, settings: Vec<String>) -> Result<RunSpec, SpecError> {
        let request = RunRequest {
            settings,
            sessions: Some(self.sessions),
            seed: self.seed,
            ..RunRequest::batch(&self.experiment)
        };
        RunSpec::load(request, &|it: &Path| self.text(it), &mut ())
    }

    /// The plans with settings.
    fn weighing_spec(&self, settings: Vec<String>, draws: u64) -> Result<WeighingSpec, SpecError> {
        let request = WeighingRequest {
            settings,
            seed: self.seed,
            draws,
            ..WeighingRequest::new(Path::new(&self.experiment), &self.plans)
        };
        WeighingSpec::load(request, &|it: &Path| self.text(it), &mut ())
    }

    fn text(&self, path: &Path) -> io::Result<String> {
        let text = self.files.get(path).cloned();
        text.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn weighing(&self) -> Result<&MemoryWeighing, ExplorerError> {
        self.weighing.as_ref().ok_or(ExplorerError::NoPlans)
    }

    fn run(&self, number: u32) -> Result<&MemoryRun, ExplorerError> {
        self.runs.get(&number).ok_or(ExplorerError::NoRun(number))
    }

    fn run_mut(&mut self, number: u32) -> Result<&mut MemoryRun, ExplorerError> {
        let found = self.runs.get_mut(&number);
        found.ok_or(ExplorerError::NoRun(number))
    }

    /// The change of the share of deals with each number that is moved, greatest first.
    fn tornado(&self, base: u32, trials: &[Trial]) -> Result<Answer, ExplorerError> {
        let base = self.run(base)?;
        let mut changes = Vec::new();
        for trial in trials {
            let compared = compared(base, self.run(trial.run)?)?;
            changes.push((trial, compared.comparison.deals()));
        }
        let page = tornado_page(base.spec().setting().scenario(), &changes);
        Ok(Answer::Page(page.html()))
    }
}

fn progress(run: &MemoryRun) -> Answer {
    Answer::Progress {
        done: run.n_done(),
        planned: run.n_planned(),
        deals: run.n_agreements(),
    }
}

fn draw_progress(weighing: &MemoryWeighing) -> Answer {
    Answer::Draws {
        done: weighing.n_done(),
        planned: weighing.n_planned(),
    }
}

/// Tables by their names.
fn tables(
    names: Vec<String>,
    table: impl Fn(&str) -> Option<Vec<u8>>,
) -> Result<Answer, ExplorerError> {
    let named = |name: String| match table(&name) {
        Some(it) => Ok((name, String::from_utf8_lossy(&it).into_owned())),
        None => Err(ExplorerError::NoTable(name)),
    };
    let tables = names.into_iter().map(named);
    Ok(Answer::Tables(tables.collect::<Result<_, _>>()?))
}

/// How the plans fare: the page of `weigh` without what the page of the sessions says as well.
fn plan_page(weighing: &MemoryWeighing) -> Result<Page, ExplorerError> {
    let setting = weighing.spec().setting();
    let open = |name: &str| -> io::Result<Option<Box<dyn io::Read>>> {
        let bytes = weighing.table(name);
        Ok(bytes.map(|it| -> Box<dyn io::Read> { Box::new(io::Cursor::new(it)) }))
    };
    let report = RunReport {
        manifest: &weighing.manifest(),
        setting,
        detailed: setting,
        summary: &RunSummary::read(&open)?,
        claims: &MeasuredClaims::default(),
    };
    let mut page = report.page();
    page.sections
        .retain(|it| !matches!(it.id.as_str(), "limits" | "sources"));
    Ok(page)
}

/// The page of a run so far, as the command line makes it of a run with a folder, but for the claims:
/// to measure them takes longer than anybody who moves a number waits.
fn run_page(run: &MemoryRun) -> Page {
    let results = run.results();
    let setting = run.spec().setting();
    let report = RunReport {
        manifest: &results.manifest,
        setting,
        detailed: setting,
        summary: &RunSummary::of_run(run.spec(), &results),
        claims: &MeasuredClaims::default(),
    };
    report.page()
}

fn session_page(run: &mut MemoryRun, replication: Replication) -> Page {
    let (session, result) = run.session(replication);
    let manifest = run.results().manifest;
    let report = SessionReport {
        manifest: &manifest,
        setting: run.spec().setting(),
        seeds: run.seeds(),
        session: &session,
        result: &result,
        whose: &format!("seed {}", manifest.seed),
        checks: &[],
    };
    report.page()
}

/// Two runs compared by their tables, as the command line compares two folders.
fn compared(first: &MemoryRun, second: &MemoryRun) -> Result<ComparedRuns, ExplorerError> {
    let sides = [side(first, "as stated")?, side(second, "as moved")?];
    let [one, other] = [first, second].map(|it| {
        ["sessions", "parties"].map(|name| it.table(name).expect("every batch has these tables"))
    });
    let read = |[sessions, parties]: &'_ [Vec<u8>; 2], side: &ComparedRun| {
        let [sessions, parties] = [("sessions.csv", sessions), ("parties.csv", parties)]
            .map(|(name, bytes)| (name.to_owned(), io::Cursor::new(bytes.clone())));
        RecordedSessions::open(sessions, parties, &side.run_schema, CellId(0))
    };
    let [mut one, mut other] = [read(&one, &sides[0])?, read(&other, &sides[1])?];
    let schema = &sides[0].run_schema;
    let options = schema.issues.iter().map(|it| it.options.len()).collect();
    let mut comparison = RunComparison::new(Pairing::Paired, schema.parties.len(), options);
    while let (Some(one), Some(other)) = (one.advance()?, other.advance()?) {
        comparison.add_pair(&one, &other);
    }
    let [before, after] = sides.each_ref().map(|it| CellConfiguration {
        resolved: &it.record.resolved,
        swept: &it.swept,
    });
    Ok(ComparedRuns {
        changes: configuration_changes(before, after),
        shares_random_numbers: true,
        n_sessions: [first, second].map(MemoryRun::n_done),
        comparison,
        sides,
    })
}

fn side(run: &MemoryRun, name: &str) -> Result<ComparedRun, ExplorerError> {
    let manifest = serde_json::to_string(&run.results().manifest)?;
    let record = RunRecord::parse(&manifest)?;
    Ok(ComparedRun {
        folder: name.into(),
        run_schema: record.run_schema()?,
        record,
        cell: CellId(0),
        swept: Vec::new(),
    })
}

/// The share of deals with each number lower and higher, the widest swing first.
fn tornado_page(scenario: &Scenario, changes: &[(&Trial, Difference)]) -> Page {
    let unmoved = changes.first().and_then(|it| it.1.first.point);
    let mut swings: Vec<(&str, Swing)> = Vec::new();
    for (trial, difference) in changes {
        let (Some(at), Some(share)) = (unmoved, difference.second.point) else {
            continue;
        };
        if swings.last().is_none_or(|it| it.0 != trial.path) {
            let swing = Swing {
                label: path_label(scenario, &trial.path),
                to: [at, at],
                settings: Default::default(),
            };
            swings.push((&trial.path, swing));
        }
        let (_, swing) = swings.last_mut().expect("there is one of this number");
        let side = usize::from(trial.is_higher);
        swing.to[side] = share;
        swing.settings[side].clone_from(&trial.moved);
    }
    let width = |it: &Swing| (it.to[1] - it.to[0]).abs();
    swings.sort_by(|one, other| width(&other.1).total_cmp(&width(&one.1)));
    let n_still = swings.iter().filter(|it| width(&it.1) == 0.0).count();
    swings.retain(|it| width(&it.1) > 0.0);
    let still = match n_still {
        0 => String::new(),
        1 => " One number moves nothing, and is left out.".to_owned(),
        n => format!(" {n} numbers move nothing, and are left out."),
    };
    let is_empty = swings.is_empty();
    let text = match (is_empty, unmoved) {
        (false, Some(at)) => format!(
            "Unmoved, {} of sessions end in a deal.{still}",
            Unit::Share.render(at)
        ),
        _ => "None of these numbers, moved alone, changes the share of deals.".to_owned(),
    };
    let chart = Chart::Tornado(Tornado {
        axis: Axis::new("Share of deals", Unit::Share),
        at: unmoved.unwrap_or_default(),
        swings: swings.into_iter().map(|it| it.1).collect(),
    });
    let figure = PageFigure::new(
        "tornado",
        "Deals with each number moved alone",
        "Against the scenario as stated, with common random numbers.",
        &chart,
    );
    let blocks = (!is_empty).then(|| PageBlock::Figures(vec![figure]));
    Page {
        title: scenario.title.clone(),
        kind: "One number at a time".to_owned(),
        answer: String::new(),
        basis: Vec::new(),
        opening: Vec::new(),
        lead: Vec::new(),
        sections: vec![Section {
            id: "tornado".to_owned(),
            heading: "One number at a time".to_owned(),
            text: vec![text],
            blocks: blocks.into_iter().collect(),
        }],
        origin: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    const VILLAGES: &str = include_str!("../../../configs/scenarios/two-villages.toml");

    fn explorer() -> (Explorer, Json) {
        let mut explorer = Explorer::default();
        let files = json!([["villages.toml", VILLAGES]]);
        let request = json!({ "open": { "files": files, "sessions": 40, "seed": "7" } });
        let answer = ask(&mut explorer, &request);
        (explorer, answer["inputs"].clone())
    }

    fn ask(explorer: &mut Explorer, request: &Json) -> Json {
        let answer = explorer.answer(request.to_string().as_bytes());
        serde_json::from_slice(&answer).unwrap()
    }

    #[test]
    fn every_number_can_be_set_to_what_is_written_of_it() {
        let (mut explorer, inputs) = explorer();
        let numbers = inputs["numbers"].as_array().unwrap();
        assert_eq!(numbers.len(), 31);
        for it in numbers {
            let median = it["median"].as_f64().unwrap();
            let [low, high] = [0, 1].map(|end| it["ends"][end].as_f64().unwrap());
            assert!((low..=high).contains(&median), "{it}");
            let set = format!("{}={median}", it["path"].as_str().unwrap());
            let begun = ask(
                &mut explorer,
                &json!({ "begin": { "run": 1, "settings": [set] } }),
            );
            assert_eq!(begun["progress"]["planned"], 40, "{it}: {begun}");
        }
    }

    #[test]
    fn runs_go_on_piece_by_piece_and_are_compared() {
        let (mut explorer, _) = explorer();
        for (run, settings) in [
            (0, json!([])),
            (1, json!(["party.upper.reservation_value=0.72"])),
        ] {
            ask(
                &mut explorer,
                &json!({ "begin": { "run": run, "settings": settings } }),
            );
            for done in [15, 30, 40] {
                let request = json!({ "advance": { "run": run, "sessions": 15 } });
                assert_eq!(ask(&mut explorer, &request)["progress"]["done"], done);
            }
        }
        let pages = [
            json!({ "page": { "run": 1 } }),
            json!({ "compare": { "base": 0, "run": 1 } }),
            json!({ "session": { "run": 1, "replication": 3 } }),
            json!({ "tornado": { "base": 0, "trials": [
                { "path": "party.upper.reservation_value", "moved": "more", "is_higher": true, "run": 1 },
            ] } }),
        ];
        for request in pages {
            let answer = ask(&mut explorer, &request);
            let page = answer["page"]
                .as_str()
                .unwrap_or_else(|| panic!("{answer}"));
            assert!(page.contains("<main"), "{request}");
        }
        ask(&mut explorer, &json!({ "end": { "run": 1 } }));
        let gone = ask(&mut explorer, &json!({ "page": { "run": 1 } }));
        assert_eq!(gone["error"], "there is no run 1");
    }

    #[test]
    fn plans_are_weighed_a_few_draws_at_a_time() {
        let plan = include_str!("../../../configs/plans/two-villages/alternate-days.toml");
        let mut explorer = Explorer::default();
        let files = json!([["villages.toml", VILLAGES], ["plan.toml", plan]]);
        let open = json!({ "files": files, "plans": ["plan.toml"], "sessions": 40, "seed": "7" });
        ask(&mut explorer, &json!({ "open": open }));
        let plans = json!("plans");
        assert_eq!(ask(&mut explorer, &plans)["error"], "no plans are weighed");
        let weigh = json!({ "weigh": { "settings": [], "draws": 30 } });
        let planned = ask(&mut explorer, &weigh)["draws"]["planned"].as_u64();
        let mut done = 0;
        while Some(done) < planned {
            let advance = json!({ "advance_weighing": { "draws": 7 } });
            done = ask(&mut explorer, &advance)["draws"]["done"]
                .as_u64()
                .unwrap();
        }
        let page = ask(&mut explorer, &plans)["page"].to_string();
        assert!(page.contains("Who accepts which plan"), "{page}");
        assert!(!page.contains("id=\\\"sources\\\""));
        let names = json!({ "plan_tables": { "names": ["plans"] } });
        let tables = ask(&mut explorer, &names);
        let rows = tables["tables"]["plans"].as_str().unwrap().lines().count();
        assert!(rows > 2, "{tables}");
    }

    #[test]
    fn a_wrong_setting_is_an_error_with_its_place() {
        let (mut explorer, _) = explorer();
        let request = json!({ "begin": { "run": 1, "settings": ["party.upper.weight=2"] } });
        let error = ask(&mut explorer, &request)["error"].to_string();
        assert!(error.contains("--set"), "{error}");
    }
}
