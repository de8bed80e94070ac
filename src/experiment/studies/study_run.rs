//! The run of a study, and what it shows of the levels of the form of the model.

use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;

use demarche_core::domain::PartyId;
use demarche_core::negotiation::Setting;
use demarche_core::randomness::Replication;
use demarche_stats::estimate::Estimate;

use crate::experiment::batch::{BatchError, Interrupt, run};
use crate::experiment::pieces::Pieces;
use crate::experiment::plan::{Cell, SessionPlan, UnevenPlan};
use crate::experiment::studies::form_factors::FormFactor;
use crate::experiment::studies::model_forms::{FormDimension, STANDS_LABEL};
use crate::experiment::studies::study::Study;
use crate::experiment::tallies::{FigureWorker, NumberSource, SessionFigures};

/// By party of a setting, which it is in another setting of the same parties; `None` if they are in the
/// same order.
fn other_order(setting: &Setting, other: &Setting) -> Option<Vec<PartyId>> {
    let names = |it: &Setting| -> Vec<String> {
        let parties = it.scenario().parties.iter();
        parties.map(|it| it.name.clone()).collect()
    };
    let (mine, others) = (names(setting), names(other));
    let place = |name: &String| {
        let place = others.iter().position(|it| it == name);
        PartyId::new(place.expect("forms have the same parties"))
    };
    (mine != others).then(|| mine.iter().map(place).collect())
}

impl Study {
    /// Runs its sessions, with the setting and the seeds of a cell: their figures, in the order of the
    /// design and of the setting's parties; `None` when interrupted.
    ///
    /// Deterministic for any number of threads; `advance` gets the sessions as they come.
    ///
    /// # Errors
    ///
    /// If a party's actor is gone.
    ///
    /// # Panics
    ///
    /// If the study is of another setting.
    pub fn run(
        &self,
        cell: &Cell,
        threads: usize,
        interrupt: &Interrupt,
        mut advance: impl FnMut(&[SessionFigures]),
    ) -> Result<Option<Vec<SessionFigures>>, BatchError<Infallible>> {
        let pieces = self.pieces(cell);
        let mut sum = pieces.empty();
        let mut piece = 0;
        pieces.run(0..pieces.n_pieces(), threads, interrupt, |figures| {
            advance(&figures);
            pieces.add(&mut sum, piece, figures);
            piece += 1;
            Ok(())
        })?;
        if interrupt.is_requested() {
            return Ok(None);
        }
        Ok(pieces.answer(sum))
    }

    /// Its sessions, with the setting and the seeds of a cell, in pieces.
    ///
    /// # Panics
    ///
    /// If the study is of another setting.
    pub(crate) fn pieces(&self, cell: &Cell) -> StudyPieces<'_> {
        let Cell { setting, seeds } = cell;
        let designed = |setting: &Arc<Setting>, sessions: Option<&Arc<[u64]>>| Cell {
            setting: Arc::new(self.designed_sessions((**setting).clone(), sessions.cloned())),
            seeds: *seeds,
        };
        let cells = match self.by_form() {
            [] => vec![(designed(setting, None), self.n_sessions())],
            by_form => (by_form.iter())
                .map(|it| {
                    let cell = designed(&it.setting, Some(&it.sessions));
                    (cell, it.sessions.len() as u64)
                })
                .collect(),
        };
        let plan = UnevenPlan::new(cells);
        let orders = plan.cells().iter();
        StudyPieces {
            study: self,
            orders: orders.map(|it| other_order(setting, &it.setting)).collect(),
            n_amounts: SessionFigures::n_amounts(setting.scenario().parties.len()),
            plan,
        }
    }
}

/// The sessions of a study in pieces: the figures of up to 256 sessions in one form of the model, in the
/// order of the parties of the study's setting.
#[derive(Debug)]
pub(crate) struct StudyPieces<'a> {
    study: &'a Study,
    plan: UnevenPlan,
    /// By cell of the plan, the order of its parties if it is another one.
    orders: Vec<Option<Vec<PartyId>>>,
    /// How many amounts the figures of a session have.
    n_amounts: usize,
}

impl StudyPieces<'_> {
    /// The positions in the design of a piece's sessions.
    fn sessions(&self, piece: u64) -> impl ExactSizeIterator<Item = usize> {
        let (cell, range) = self.plan.chunk(piece);
        let idx = |it: u64| usize::try_from(it).expect("they are held in memory");
        let of_form = self.study.by_form().get(cell.idx());
        (idx(range.start)..idx(range.end)).map(move |it| match of_form {
            None => it,
            Some(of_form) => idx(of_form.sessions[it]),
        })
    }
}

impl Pieces for StudyPieces<'_> {
    type Piece = Vec<SessionFigures>;
    type Sum = Vec<Option<SessionFigures>>;
    type Answer = Vec<SessionFigures>;

    fn n_pieces(&self) -> u64 {
        self.plan.n_chunks()
    }

    fn n_evaluations(&self, pieces: Range<u64>) -> u64 {
        pieces.map(|it| self.sessions(it).len() as u64).sum()
    }

    fn n_evaluated(&self, piece: &Vec<SessionFigures>) -> u64 {
        piece.len() as u64
    }

    fn run<E>(
        &self,
        pieces: Range<u64>,
        threads: usize,
        interrupt: &Interrupt,
        mut deliver: impl FnMut(Vec<SessionFigures>) -> Result<(), E>,
    ) -> Result<(), BatchError<E>> {
        let worker = Arc::new(FigureWorker::new(self.plan.cells()));
        let plan = self.plan.chunks(pieces);
        run(&plan, threads, interrupt, &worker, |chunk| {
            deliver(match &self.orders[chunk.cell.idx()] {
                None => chunk.product,
                Some(order) => {
                    let figures = chunk.product.iter();
                    figures.map(|it| it.with_parties(order)).collect()
                }
            })
        })
    }

    fn numbers(&self, piece: &Vec<SessionFigures>) -> Vec<i128> {
        let mut numbers = Vec::new();
        for it in piece {
            it.push(&mut numbers);
        }
        numbers
    }

    fn read(&self, piece: u64, numbers: &mut NumberSource<'_>) -> Option<Vec<SessionFigures>> {
        let sessions = self.sessions(piece);
        let figures = sessions.map(|_| SessionFigures::take(self.n_amounts, numbers));
        figures.collect()
    }

    fn empty(&self) -> Vec<Option<SessionFigures>> {
        let n_sessions = usize::try_from(self.study.n_sessions());
        vec![None; n_sessions.expect("they are held in memory")]
    }

    fn add(&self, sum: &mut Self::Sum, piece: u64, of_piece: Vec<SessionFigures>) {
        for (session, figures) in self.sessions(piece).zip(of_piece) {
            sum[session] = Some(figures);
        }
    }

    fn answer(&self, sum: Self::Sum) -> Option<Vec<SessionFigures>> {
        sum.into_iter().collect()
    }
}

/// A level of a dimension of the form of the model, and how often it led to a deal.
#[derive(Clone, PartialEq, Debug)]
pub struct FormLevel {
    /// The dimension.
    pub dimension: FormDimension,
    /// The name of the level in tables.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Why it is no level, if it is none.
    pub not_applicable: Option<String>,
    /// The share of deals where the dimension is at this level, whatever else is drawn; `None` without
    /// such a session.
    pub deals: Option<Estimate>,
}

/// How often each level of the form of the model led to a deal, over the sessions at A and at B of every
/// base point, which are drawn independently; `figures` are those of the study's sessions in order.
///
/// # Panics
///
/// If there are not as many figures as the study has sessions.
pub fn form_levels(study: &Study, figures: &[SessionFigures]) -> Vec<FormLevel> {
    assert_eq!(figures.len() as u64, study.n_sessions(), "a whole study");
    let mut counts: Vec<Vec<(u64, u64)>> = (study.forms().iter())
        .map(|it| vec![(0, 0); it.n_levels()])
        .collect();
    let n_rows = study.sessions_per_point();
    let ends = (0..).zip(figures).filter(|(session, _)| {
        let place = session % n_rows;
        place == 0 || place + 1 == n_rows
    });
    for (session, figures) in ends {
        let levels = study.levels(Replication(session));
        for (counts, level) in counts.iter_mut().zip(levels) {
            let (n_deals, n) = &mut counts[level];
            *n_deals += u64::from(figures.ending().is_agreed());
            *n += 1;
        }
    }
    let of_form = |(form, counts): (&FormFactor, Vec<(u64, u64)>)| {
        let level = |name: &str, label: &str| FormLevel {
            dimension: form.dimension(),
            name: name.to_owned(),
            label: label.to_owned(),
            not_applicable: None,
            deals: None,
        };
        let labels = form.alternatives().iter().map(|it| it.label.as_str());
        let labels = [STANDS_LABEL]
            .into_iter()
            .chain(labels)
            .zip(counts)
            .enumerate();
        let levels = labels.map(|(idx, (label, (n_deals, n)))| FormLevel {
            deals: Estimate::of_share(n_deals, n),
            ..level(form.level_name(idx), label)
        });
        let left_out = form.left_out().iter().map(|it| FormLevel {
            not_applicable: it.setting.as_ref().err().cloned(),
            ..level(&it.id, &it.label)
        });
        levels.chain(left_out).collect::<Vec<_>>()
    };
    study.forms().iter().zip(counts).flat_map(of_form).collect()
}
