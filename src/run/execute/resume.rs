//! Going on with a run that was stopped, whatever stopped it.

use std::path::Path;

use demarche_core::strategy::Strategies;

use crate::config::ReadFile;
use crate::run::execute::error::{RefusalReason, ReopenError, RunError};
use crate::run::execute::finish::FinishedRun;
use crate::run::execute::journal_head::head;
use crate::run::execute::options::RunOptions;
use crate::run::execute::sessions::{carry_on, check_outside};
use crate::run::journal::{Journal, JournalError, JournalHead};
use crate::run::observer::Observer;
use crate::run::record::{InputFile, MANIFEST, remove_page};
use crate::run::research_object::RO_CRATE;
use crate::run::shards::SHARD_MARK;
use crate::run::spec::{RunRequest, RunSpec};
use crate::tables::{RunDirectory, WORKBOOK};

/// The folder of a run that was stopped, with its journal: no other process can take it up meanwhile.
#[derive(Debug)]
pub struct InterruptedRun {
    directory: RunDirectory,
    journal: Journal,
    head: JournalHead,
}

/// A run that was stopped, ready to go on.
#[derive(Debug)]
pub struct ResumableRun {
    directory: RunDirectory,
    journal: Journal,
    spec: RunSpec,
}

impl InterruptedRun {
    /// Opens the folder of a run that was stopped.
    ///
    /// # Errors
    ///
    /// If there is no journal in it, which is so of a run that is complete, or it cannot be read.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let (directory, journal, head) = Journal::reopen(folder)?;
        Ok(Self {
            directory,
            journal,
            head,
        })
    }

    /// What was asked for when it began.
    pub fn request(&self) -> &RunRequest {
        &self.head.request
    }

    /// The same with the strategies that its files can name, if they name others than those built in.
    #[must_use]
    pub fn naming(mut self, strategies: Strategies) -> Self {
        self.head.request.strategies = strategies;
        self
    }

    /// Reads the files again that the run was begun with.
    ///
    /// It is the journal that names them, and it may come from anywhere: `read_file` decides which
    /// files may be read. Nothing of the experiment's file is printed before it is known to be the same.
    ///
    /// # Errors
    ///
    /// If the files, or this program, are not those that the run was begun with.
    pub fn load(
        self,
        read_file: &ReadFile<'_>,
        observer: &mut dyn Observer,
    ) -> Result<ResumableRun, ReopenError> {
        let folder = self.directory.path();
        let spec = load_again(folder, &self.head, read_file, observer)?;
        Ok(ResumableRun {
            directory: self.directory,
            journal: self.journal,
            spec,
        })
    }
}

impl ResumableRun {
    /// What is run.
    pub fn spec(&self) -> &RunSpec {
        &self.spec
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.directory.path()
    }
}

/// Reads the files again that a journal names, if they are still those that it was begun with.
pub(super) fn load_again(
    folder: &Path,
    head_then: &JournalHead,
    read_file: &ReadFile<'_>,
    observer: &mut dyn Observer,
) -> Result<RunSpec, ReopenError> {
    let refused = |reason: RefusalReason| ReopenError::refused(folder, reason);
    let request = &head_then.request;
    let path = &request.experiment;
    let mut text = None;
    if request.experiment_text.is_none() {
        let read = read_file(Path::new(path)).map_err(|error| {
            refused(RefusalReason::Unreadable {
                path: path.clone(),
                error,
            })
        })?;
        // Before anything of it is printed: it could be any file.
        let found = InputFile::new(path, &read);
        match head_then.inputs.iter().find(|it| it.path == *path) {
            Some(begun) if *begun == found => {}
            Some(begun) => {
                let difference = begun.difference(&found);
                return Err(refused(RefusalReason::Difference(difference)));
            }
            None => return Err(refused(RefusalReason::UnknownFile(path.clone()))),
        }
        text = Some(read);
    }
    let read_file = |it: &Path| match &text {
        Some(text) if it == Path::new(path) => Ok(text.clone()),
        _ => read_file(it),
    };
    let spec = RunSpec::load(request.clone(), &read_file, observer)?;
    match head_then.difference(&head(&spec)) {
        Some(it) => Err(refused(RefusalReason::Difference(it))),
        None => Ok(spec),
    }
}

/// Resumes an interrupted run: it ends with the same bytes as an uninterrupted one.
///
/// # Errors
///
/// If it cannot go on.
pub fn resume(
    run: ResumableRun,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<(RunSpec, FinishedRun), RunError> {
    let ResumableRun {
        directory,
        journal,
        spec,
    } = run;
    check_outside(&spec, options)?;
    // They cover fewer sessions than the tables from now on.
    let removed = directory
        .remove(SHARD_MARK)
        .and_then(|()| directory.remove(MANIFEST))
        .and_then(|()| directory.remove(RO_CRATE))
        .and_then(|()| directory.remove(WORKBOOK))
        .and_then(|()| remove_page(&directory));
    removed.map_err(|it| RunError::Folder(it.into()))?;
    let finished = carry_on(&spec, directory, journal, options, observer)?;
    Ok((spec, finished))
}
