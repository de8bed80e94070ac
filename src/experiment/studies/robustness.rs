//! How far the share of deals hangs on the form of the model: the same draws under other rules of
//! the talks.

use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;

use demarche_core::negotiation::Setting;
use demarche_core::randomness::Seeds;
use demarche_stats::estimate::{Estimate, PairedShares};

use crate::experiment::batch::{BatchError, Interrupt, run};
use crate::experiment::pieces::Pieces;
use crate::experiment::plan::{Cell, Plan, SESSIONS_MAX, TooManySessions};
use crate::experiment::studies::model_forms::Form;
use crate::experiment::tallies::{EndingWorker, NumberSource, SessionEnding};

/// Sessions under each form, unless a file or the command line says how many.
pub const FORM_SESSIONS_DEFAULT: u64 = 500;

/// The name in files and tables of the scenario without a change.
pub const AS_IT_STANDS: &str = "as_it_stands";

/// Sessions of a scenario in several forms, with the same random numbers in each.
#[derive(Clone, Debug)]
pub struct Robustness {
    /// The scenario as it stands, then its other forms.
    forms: Vec<Form>,
    /// Sessions under each form.
    sessions: u64,
}

/// What came of the sessions under a form.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FormResult {
    /// Sessions by ending: agreement, deadline, walkout, forfeit.
    pub endings: [u64; 4],
    /// The share of deals.
    pub deals: Estimate,
    /// How much greater it is than that of the scenario as it stands, replication by replication;
    /// `None` for that one itself.
    pub difference: Option<Estimate>,
}

impl Robustness {
    /// A scenario beside other forms of it.
    pub fn new(base: Arc<Setting>, others: Vec<Form>, sessions: u64) -> Self {
        let base = Form::as_it_stands(AS_IT_STANDS, base);
        Self {
            forms: [base].into_iter().chain(others).collect(),
            sessions,
        }
    }

    /// The scenario as it stands, then its other forms, also those that do not apply.
    pub fn forms(&self) -> &[Form] {
        &self.forms
    }

    /// The same with so many sessions under each form.
    #[must_use]
    pub fn with_sessions(self, sessions: u64) -> Self {
        Self { sessions, ..self }
    }

    /// The same with at most so many sessions under each form.
    #[must_use]
    pub fn with_sessions_at_most(self, sessions: u64) -> Self {
        let sessions = self.sessions.min(sessions);
        self.with_sessions(sessions)
    }

    /// Sessions under each form.
    pub fn sessions(&self) -> u64 {
        self.sessions
    }

    /// Sessions under all forms that apply.
    pub fn n_sessions(&self) -> u64 {
        self.sessions.saturating_mul(self.n_forms() as u64)
    }

    fn n_forms(&self) -> usize {
        self.forms.iter().filter(|it| it.setting.is_ok()).count()
    }

    /// Tells that there are more sessions than a plan holds.
    ///
    /// # Errors
    ///
    /// If there are.
    pub fn check(&self) -> Result<(), TooManySessions> {
        if self.n_sessions() > SESSIONS_MAX {
            return Err(TooManySessions {
                n_cells: self.n_forms(),
                sessions: self.sessions,
            });
        }
        Ok(())
    }

    /// Runs the sessions under every form that applies.
    ///
    /// By form, what came of them; `None` of those that do not apply. `None` of all when interrupted.
    /// Deterministic for any number of threads; `advance` gets the sessions as they come.
    ///
    /// # Errors
    ///
    /// If a party's actor is gone.
    ///
    /// # Panics
    ///
    /// If there is no session, or there are more than a plan holds.
    pub fn run(
        &self,
        seeds: Seeds,
        threads: usize,
        interrupt: &Interrupt,
        mut advance: impl FnMut(&Form, &[SessionEnding]),
    ) -> Result<Option<Vec<Option<FormResult>>>, BatchError<Infallible>> {
        let pieces = self.pieces(seeds);
        let mut sum = pieces.empty();
        let mut piece = 0;
        pieces.run(0..pieces.n_pieces(), threads, interrupt, |endings| {
            advance(pieces.form(piece), &endings);
            pieces.add(&mut sum, piece, endings);
            piece += 1;
            Ok(())
        })?;
        if interrupt.is_requested() {
            return Ok(None);
        }
        Ok(pieces.answer(sum))
    }

    /// The sessions under every form that applies, in pieces.
    ///
    /// # Panics
    ///
    /// If there is no session, or there are more than a plan holds.
    pub(crate) fn pieces(&self, seeds: Seeds) -> FormPieces<'_> {
        let (forms, cells) = (self.forms.iter())
            .filter_map(|form| {
                let setting = Arc::clone(form.setting.as_ref().ok()?);
                Some((form, Cell { setting, seeds }))
            })
            .unzip();
        FormPieces {
            robustness: self,
            forms,
            plan: Plan::new(cells, self.sessions).expect("a plan has room"),
        }
    }
}

/// The sessions under every form that applies, in pieces: how up to 256 sessions under one form ended.
#[derive(Debug)]
pub(crate) struct FormPieces<'a> {
    robustness: &'a Robustness,
    /// Those that apply.
    forms: Vec<&'a Form>,
    plan: Plan,
}

/// How sessions under several forms ended.
#[derive(Debug)]
pub(crate) struct FormCounts {
    /// By form that applies, how many sessions ended in which way.
    endings: Vec<[u64; 4]>,
    /// By form that applies, the sessions beside those of the scenario as it stands.
    pairs: Vec<PairedShares>,
    /// Whether the last sessions of the scenario as it stands ended in a deal.
    base: Vec<bool>,
}

impl<'a> FormPieces<'a> {
    /// The form of a piece.
    fn form(&self, piece: u64) -> &'a Form {
        self.forms[self.plan.chunk(piece).0.idx()]
    }
}

impl Pieces for FormPieces<'_> {
    type Piece = Vec<SessionEnding>;
    type Sum = FormCounts;
    type Answer = Vec<Option<FormResult>>;

    fn n_pieces(&self) -> u64 {
        self.plan.n_chunks()
    }

    fn n_evaluations(&self, pieces: Range<u64>) -> u64 {
        self.plan.chunks(pieces).n_sessions()
    }

    fn n_evaluated(&self, piece: &Vec<SessionEnding>) -> u64 {
        piece.len() as u64
    }

    fn run<E>(
        &self,
        pieces: Range<u64>,
        threads: usize,
        interrupt: &Interrupt,
        mut deliver: impl FnMut(Vec<SessionEnding>) -> Result<(), E>,
    ) -> Result<(), BatchError<E>> {
        let plan = self.plan.chunks(pieces);
        let worker = Arc::new(EndingWorker);
        run(&plan, threads, interrupt, &worker, |chunk| {
            deliver(chunk.product)
        })
    }

    fn numbers(&self, piece: &Vec<SessionEnding>) -> Vec<i128> {
        let mut numbers = Vec::new();
        SessionEnding::push_all(piece, &mut numbers);
        numbers
    }

    fn read(&self, piece: u64, numbers: &mut NumberSource<'_>) -> Option<Vec<SessionEnding>> {
        SessionEnding::take_all(self.plan.chunk(piece).1.len(), numbers)
    }

    fn empty(&self) -> FormCounts {
        FormCounts {
            endings: vec![[0; 4]; self.forms.len()],
            pairs: vec![PairedShares::default(); self.forms.len()],
            base: Vec::new(),
        }
    }

    fn add(&self, sum: &mut FormCounts, piece: u64, of_piece: Vec<SessionEnding>) {
        let cell = self.plan.chunk(piece).0.idx();
        for it in &of_piece {
            sum.endings[cell][it.idx()] += 1;
        }
        let is_agreed = of_piece.iter().map(|it| it.is_agreed());
        // The chunk of the scenario as it stands comes before those of its other forms.
        if cell == 0 {
            sum.base = is_agreed.collect();
        } else {
            for (mine, base) in is_agreed.zip(&sum.base) {
                sum.pairs[cell].add(mine, *base);
            }
        }
    }

    fn answer(&self, sum: FormCounts) -> Option<Vec<Option<FormResult>>> {
        let mut cells = sum.endings.into_iter().zip(&sum.pairs);
        let results = self.robustness.forms.iter().map(|form| {
            form.setting.as_ref().ok()?;
            let (endings, pairs) = cells.next()?;
            Some(FormResult {
                endings,
                deals: Estimate::of_share(endings[0], self.robustness.sessions)?,
                difference: pairs.difference(),
            })
        });
        Some(results.collect())
    }
}
