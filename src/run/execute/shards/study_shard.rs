//! One shard of a study: some of its pieces, each in the journal once it is done.

use std::path::Path;

use crate::experiment::{BatchError, NumberSource, Pieces, Shard};
use crate::run::execute::error::{PlannedShardError, RefusalReason, ReopenError, RunError};
use crate::run::execute::options::RunOptions;
use crate::run::execute::stopwatch::SyncTimer;
use crate::run::journal::{JOURNAL, Journal, RecordedPieces, StudyHead, push_piece};
use crate::run::observer::{Observer, Progress, Workload};
use crate::run::shards::{ShardMark, ShardMarkError, ShardPlan};
use crate::run::writer::ShardCorruption;
use crate::tables::{RunDirectory, WriteError};

/// A shard that is over, or was interrupted.
#[derive(Debug)]
pub struct FinishedShard {
    /// How many sessions, or draws, are complete.
    pub n_done: u64,
    /// How many there were to run; of a search for flips, at most.
    pub n_planned: u64,
    /// What is counted: `session` or `draw`.
    pub noun: &'static str,
    /// Whether it was interrupted.
    pub is_interrupted: bool,
}

/// Which shard of a study, and how it is known to be that.
#[derive(Debug)]
pub(super) struct StudyShard<'a> {
    shard: Shard,
    folder: &'a Path,
    head: StudyHead,
    mark: ShardMark,
    noun: &'static str,
}

impl<'a> StudyShard<'a> {
    /// A shard of a plan in its folder.
    pub(super) fn of(plan: &ShardPlan, shard: Shard, folder: &'a Path, whole: &StudyHead) -> Self {
        Self {
            shard,
            folder,
            head: whole.of_shard(shard),
            mark: plan.mark(shard),
            noun: plan.request().noun(),
        }
    }

    /// Runs the pieces of the shard that are not in its folder yet; the mark comes last.
    pub(super) fn run<P: Pieces>(
        &self,
        pieces: &P,
        options: &RunOptions,
        observer: &mut dyn Observer,
    ) -> Result<FinishedShard, PlannedShardError> {
        let (directory, mut journal) = self.begin()?;
        observer.began(directory.path());
        let stopped = |it: WriteError| RunError::stopped(&directory, it);
        let mine = self.shard.share(pieces.n_pieces());
        let n_planned = pieces.n_evaluations(mine.clone());
        observer.planned(Workload {
            noun: self.noun,
            n: n_planned,
            is_most: P::IS_MOST,
        });
        let mut n_done = 0;
        let mut recorded = RecordedPieces::open(&journal).map_err(stopped)?;
        let mut next = mine.start;
        while next < mine.end
            && let Some(it) = read_piece(pieces, &mut recorded, next).map_err(stopped)?
        {
            n_done += pieces.n_evaluated(&it);
            next += 1;
        }
        journal.cut(recorded.end()).map_err(stopped)?;
        if n_done > 0 {
            observer.restored(n_done);
        }
        let mut timer = SyncTimer::start();
        observer.wave_begins();
        let (threads, interrupt) = (options.threads, &options.interrupt);
        let ran = pieces.run(next..mine.end, threads, interrupt, |piece| {
            push_piece(&mut journal, next, &pieces.numbers(&piece))?;
            next += 1;
            n_done += pieces.n_evaluated(&piece);
            observer.progressed(Progress::Evaluations {
                n: n_done,
                n_chunks: next - mine.start,
                of: mine.end - mine.start,
            });
            if timer.is_due() {
                journal.sync()?;
                timer.restart();
            }
            Ok(())
        });
        observer.wave_ends();
        observer.sessions_ended();
        ran.map_err(|it: BatchError<WriteError>| RunError::stopped(&directory, it))?;
        let synced = journal.sync().and_then(|()| directory.sync());
        synced.map_err(stopped)?;
        let is_interrupted = next < mine.end;
        if !is_interrupted {
            self.mark.write(&directory).map_err(stopped)?;
        }
        Ok(FinishedShard {
            n_done,
            n_planned,
            noun: self.noun,
            is_interrupted,
        })
    }

    /// Creates the shard's folder, or opens what is there of it.
    fn begin(&self) -> Result<(RunDirectory, Journal), PlannedShardError> {
        let folder = self.folder;
        if !folder.join(JOURNAL).exists() {
            let made = Journal::create(folder, &self.head);
            match made.map_err(|it| RunError::not_made(folder, it)) {
                // Another process began it at the same time.
                Err(RunError::FolderExists(_)) if folder.join(JOURNAL).exists() => {}
                made => return Ok(made?),
            }
        }
        let opened = self.open();
        Ok(opened.map_err(|it| ReopenError::refused(folder, it))?)
    }

    /// Opens the shard's folder, so that no other process can take it up.
    fn open(&self) -> Result<(RunDirectory, Journal), RefusalReason> {
        let (directory, journal) = Journal::open_in(self.folder)?;
        let digest = journal.digest().map_err(ShardCorruption::from)?;
        if digest == self.head.digest() {
            Ok((directory, journal))
        } else {
            Err(ShardMarkError::Foreign.into())
        }
    }

    /// Reads all pieces of the shard and adds them to what is known.
    pub(super) fn read<P: Pieces>(
        &self,
        pieces: &P,
        sum: &mut P::Sum,
    ) -> Result<(), RefusalReason> {
        let (_, journal) = self.open()?;
        let mut recorded = RecordedPieces::open(&journal).map_err(ShardCorruption::from)?;
        let mine = self.shard.share(pieces.n_pieces());
        let n_planned = mine.end - mine.start;
        for (n_chunks, piece) in (0..).zip(mine) {
            let read = read_piece(pieces, &mut recorded, piece).map_err(ShardCorruption::from)?;
            let Some(it) = read else {
                return Err(RefusalReason::Corruption(ShardCorruption::Damaged {
                    path: journal.path().to_owned(),
                    n_chunks,
                    n_planned,
                }));
            };
            pieces.add(sum, piece, it);
        }
        if recorded.is_at_end() {
            Ok(())
        } else {
            Err(RefusalReason::Corruption(ShardCorruption::Foreign {
                number: n_planned + 1,
            }))
        }
    }
}

/// What came of the piece at a position, if it is the next one of a journal.
fn read_piece<P: Pieces>(
    pieces: &P,
    recorded: &mut RecordedPieces,
    piece: u64,
) -> Result<Option<P::Piece>, WriteError> {
    let numbers = recorded.next(piece)?.unwrap_or_default();
    let mut source = NumberSource::new(&numbers);
    let read = pieces.read(piece, &mut source);
    let read = read.filter(|_| source.is_at_end());
    if read.is_some() {
        recorded.accept();
    }
    Ok(read)
}
