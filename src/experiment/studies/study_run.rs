//! The run of a study, and what it shows of the levels of the form of the model.

use std::convert::Infallible;
use std::sync::Arc;

use demarche_core::domain::PartyId;
use demarche_core::negotiation::Setting;
use demarche_core::randomness::Replication;
use demarche_stats::estimate::Estimate;

use crate::experiment::batch::{BatchError, Interrupt, run};
use crate::experiment::plan::{Cell, SessionPlan, UnevenPlan};
use crate::experiment::studies::form_factors::FormFactor;
use crate::experiment::studies::model_forms::{FormDimension, STANDS_LABEL};
use crate::experiment::studies::study::Study;
use crate::experiment::tallies::{FigureWorker, SessionFigures};

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
        let orders: Vec<Option<Vec<PartyId>>> = (plan.cells().iter())
            .map(|it| other_order(setting, &it.setting))
            .collect();
        let n_sessions = usize::try_from(self.n_sessions()).expect("they are held in memory");
        let mut figures: Vec<Option<SessionFigures>> = vec![None; n_sessions];
        // By cell, how many of its sessions have come.
        let mut n_done = vec![0; orders.len()];
        let worker = Arc::new(FigureWorker::new(plan.cells()));
        run(&plan, threads, interrupt, &worker, |chunk| {
            advance(&chunk.product);
            let cell = chunk.cell.idx();
            let sessions = self.by_form().get(cell).map(|it| &it.sessions);
            for it in chunk.product {
                let done: usize = n_done[cell];
                let session = sessions.map_or(Ok(done), |it| usize::try_from(it[done]));
                let session = session.expect("they are held in memory");
                figures[session] = Some(match &orders[cell] {
                    None => it,
                    Some(order) => it.with_parties(order),
                });
                n_done[cell] += 1;
            }
            Ok(())
        })?;
        if interrupt.is_requested() {
            return Ok(None);
        }
        Ok(figures.into_iter().collect())
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
