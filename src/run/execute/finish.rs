//! What is written when the sessions of a run are over, or as far as they got.

use crate::experiment::{Factor, Finding, FormResult, Tally, design_findings};
use crate::run::execute::error::RunError;
use crate::run::execute::journal_head::head;
use crate::run::execute::stopwatch::Stopwatch;
use crate::run::execute::verification::check_tables;
use crate::run::journal::TALLIES;
use crate::run::observer::Observer;
use crate::run::record::{MANIFEST, Manifest, OutsideRecord, Timing, Until};
use crate::run::research_object::write_crate;
use crate::run::shards::ShardMark;
use crate::run::spec::RunSpec;
use crate::run::writer::{CellResults, RunTables};
use crate::tables::{
    LeftOut, RunDirectory, TableRecord, Workbook, WriteError, write_robustness, write_sensitivity,
    write_workbook,
};

/// A run that is over, or was interrupted.
#[derive(Debug)]
pub struct FinishedRun {
    /// Its folder.
    pub directory: RunDirectory,
    /// How many sessions are complete.
    pub n_sessions: u64,
    /// How many there were to run; of a run that stops when it is sure, as far as it got.
    pub n_planned: u64,
    /// Sessions by ending: agreement, deadline, walkout, forfeit.
    pub endings: [u64; 4],
    /// The results; `None` for a shard, which has a part of the sessions.
    pub results: Option<RunResults>,
}

/// The results of all sessions of a run.
#[derive(Debug)]
pub struct RunResults {
    /// What makes it repeatable.
    pub manifest: Manifest,
    /// The results by cell.
    pub cells: CellResults,
    /// What a sweep varies whose cells follow a design.
    pub factors: Vec<Factor>,
    /// What it shows.
    pub findings: Vec<Finding>,
    /// By form of the model, what came of it; empty if none were tried.
    pub forms: FormResults,
    /// Tables that the workbook has no room for.
    pub left_out: Vec<LeftOut>,
}

impl FinishedRun {
    /// Whether it was interrupted.
    pub fn is_interrupted(&self) -> bool {
        self.n_sessions < self.n_planned
    }
}

/// By form of the model, what came of it; `None` where it does not apply.
pub type FormResults = Vec<Option<FormResult>>;

/// How much of a run was done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Done {
    pub(super) n_done: u64,
    pub(super) n_planned: u64,
}

/// Writes the tables over all sessions and the manifest; of a shard, makes sure of what is there.
pub(super) fn conclude(
    spec: &RunSpec,
    directory: RunDirectory,
    tables: RunTables,
    (done, forms): (Done, Option<FormResults>),
    stopwatch: &Stopwatch,
    observer: &mut dyn Observer,
) -> Result<FinishedRun, RunError> {
    let endings = endings(tables.tallies());
    let results = match spec.shard() {
        None => Some(write_results(
            spec,
            &directory,
            tables,
            (done, forms.unwrap_or_default()),
            stopwatch,
            observer,
        )?),
        Some(shard) => {
            let lost = |it: WriteError| RunError::stopped(&directory, it);
            tables.sync().map_err(lost)?;
            if done.n_done == done.n_planned {
                let mark = ShardMark::new(shard, &head(spec).of_whole().digest());
                let synced = directory.sync().and_then(|()| mark.write(&directory));
                synced.map_err(lost)?;
            }
            None
        }
    };
    Ok(FinishedRun {
        directory,
        n_sessions: done.n_done,
        n_planned: done.n_planned,
        endings,
        results,
    })
}

fn write_results(
    spec: &RunSpec,
    directory: &RunDirectory,
    tables: RunTables,
    (done, forms): (Done, FormResults),
    stopwatch: &Stopwatch,
    observer: &mut dyn Observer,
) -> Result<RunResults, RunError> {
    let lost = |it: WriteError| RunError::stopped(directory, it);
    let endings = endings(tables.tallies());
    let is_complete = done.n_done == done.n_planned;
    let forfeits_that_may_not_recur = tables.n_forfeits_that_may_not_recur();
    let (cells, mut written, journal) = tables.finish(directory).map_err(lost)?;
    let (factors, findings) = design_results(spec, &cells);
    let scenario = spec.setting().scenario();
    if spec.design().is_some() {
        let copies = spec.request().copies;
        let table = write_sensitivity(directory, copies, scenario, &factors, &findings);
        written.push(table.map_err(lost)?);
    }
    if let Some(robustness) = spec.robustness().filter(|_| !forms.is_empty()) {
        let table = write_robustness(directory, spec.request().copies, robustness, &forms);
        written.push(table.map_err(lost)?);
    }
    let left_out = match spec.request().excel {
        Workbook::Omitted => Vec::new(),
        Workbook::Written => {
            let run =
                spec.description
                    .workbook_run(scenario, ("session", done.n_done), is_complete);
            write_workbook(directory, &run, &written).map_err(lost)?
        }
    };
    let written = (directory.tables(), stopwatch.timing());
    let outside = &spec.request().outside;
    let manifest = Manifest {
        outside: (!outside.is_empty()).then(|| OutsideRecord {
            parties: outside.clone(),
            forfeits_that_may_not_recur,
            reproducible: forfeits_that_may_not_recur == 0,
        }),
        ..run_manifest(spec, endings, is_complete, written)
    };
    seal(directory, &manifest, observer)?;
    if is_complete {
        journal.remove().map_err(lost)?;
        directory.remove(TALLIES).map_err(lost)?;
    }
    Ok(RunResults {
        manifest,
        cells,
        factors,
        findings,
        forms,
        left_out,
    })
}

/// The manifest of a batch or a sweep with these tables.
pub(super) fn run_manifest(
    spec: &RunSpec,
    endings: [u64; 4],
    is_complete: bool,
    (tables, timing): (Vec<TableRecord>, Timing),
) -> Manifest {
    let scenario = spec.setting().scenario();
    Manifest {
        sessions: spec.plan().n_sessions(),
        until: spec.until().map(|it| Until {
            metric: it.metric.to_owned(),
            party: it.party.map(|party| scenario.party(party).name.clone()),
            half_width: it.half_width,
            confidence: it.confidence,
        }),
        cells: spec.plan().cells().len(),
        sweep: spec.sweep().cloned(),
        complete: is_complete,
        ..spec.description.manifest(endings, tables, timing)
    }
}

/// Writes the manifest and what is derived from it over finished files: first these are on the disk and, if it calls the run
/// complete, read back.
pub(super) fn seal(
    directory: &RunDirectory,
    manifest: &Manifest,
    observer: &mut dyn Observer,
) -> Result<(), RunError> {
    let stopped = |it: WriteError| RunError::stopped(directory, it);
    directory.sync().map_err(stopped)?;
    if manifest.complete {
        let read = check_tables(directory, &manifest.tables, observer);
        read.map_err(|it| RunError::stopped(directory, it))?;
    }
    // The manifest comes last: it says that the rest is there.
    let json = manifest.to_json();
    let written = write_crate(directory, manifest, &json);
    let written = written.and_then(|()| directory.write(MANIFEST, &json));
    written.map_err(stopped)
}

/// All sessions by ending.
fn endings(tallies: &[Tally]) -> [u64; 4] {
    let mut res = [0; 4];
    for tally in tallies {
        for (sum, n) in res.iter_mut().zip(tally.endings()) {
            *sum += n;
        }
    }
    res
}

/// The factors and findings of a sweep whose cells follow a design.
fn design_results(spec: &RunSpec, cells: &CellResults) -> (Vec<Factor>, Vec<Finding>) {
    let Some(design) = spec.design() else {
        return (Vec::new(), Vec::new());
    };
    let paths = spec.parameters().paths.iter();
    let factors: Vec<Factor> = paths.map(|it| Factor::parameter(it)).collect();
    let findings = design_findings(design, &factors, &cells.tallies, spec.seed().0);
    (factors, findings)
}
