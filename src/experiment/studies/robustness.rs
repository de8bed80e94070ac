//! How far the share of deals hangs on the form of the model: the same draws under other rules of
//! the talks.

use std::convert::Infallible;
use std::sync::Arc;

use demarche_core::negotiation::Setting;
use demarche_core::randomness::Seeds;
use demarche_stats::estimate::{Estimate, PairedShares};

use crate::experiment::batch::{BatchError, Interrupt, run};
use crate::experiment::plan::{Cell, Plan, SESSIONS_MAX, TooManySessions};
use crate::experiment::studies::model_forms::Form;
use crate::experiment::tallies::{EndingWorker, SessionEnding};

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
        let (forms, cells): (Vec<&Form>, Vec<Cell>) = (self.forms.iter())
            .filter_map(|form| {
                let setting = Arc::clone(form.setting.as_ref().ok()?);
                Some((form, Cell { setting, seeds }))
            })
            .unzip();
        let mut endings = vec![[0; 4]; cells.len()];
        let mut pairs = vec![PairedShares::default(); cells.len()];
        let mut base: Vec<bool> = Vec::new();
        let plan = Plan::new(cells, self.sessions).expect("a plan has room");
        let worker = Arc::new(EndingWorker);
        run(&plan, threads, interrupt, &worker, |chunk| {
            let cell = chunk.cell.idx();
            advance(forms[cell], &chunk.product);
            for it in &chunk.product {
                endings[cell][it.idx()] += 1;
            }
            let is_agreed = chunk.product.iter().map(|it| it.is_agreed());
            let is_agreed: Vec<bool> = is_agreed.collect();
            // The chunk of the scenario as it stands comes before those of its other forms.
            if cell == 0 {
                base = is_agreed;
            } else {
                for (mine, base) in is_agreed.iter().zip(&base) {
                    pairs[cell].add(*mine, *base);
                }
            }
            Ok(())
        })?;
        if interrupt.is_requested() {
            return Ok(None);
        }
        let mut cells = endings.into_iter().zip(&pairs);
        let results = self.forms.iter().map(|form| {
            form.setting.as_ref().ok()?;
            let (endings, pairs) = cells.next()?;
            Some(FormResult {
                endings,
                deals: Estimate::of_share(endings[0], self.sessions)?,
                difference: pairs.difference(),
            })
        });
        Ok(Some(results.collect()))
    }
}
