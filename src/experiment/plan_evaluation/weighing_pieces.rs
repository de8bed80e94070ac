//! Plans weighed in pieces: some draws of a cell or, of plans that leave issues open, all of them.

use std::ops::Range;

use crate::experiment::batch::{BatchError, Interrupt};
use crate::experiment::pieces::Pieces;
use crate::experiment::plan_evaluation::draw_workers::Execution;
use crate::experiment::plan_evaluation::evaluator::{EvaluatedPlans, PlanEvaluator};
use crate::experiment::tallies::NumberSource;

/// Draws of a piece: enough that threads share them well, few enough that a process that is stopped
/// loses little.
const PIECE_DRAWS: u64 = 1024;

/// Plans weighed in pieces.
///
/// Which completions of a plan with open issues are weighed follows from all draws of a cell: if there
/// is such a plan, a piece is a cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WeighingPieces<'a> {
    evaluator: &'a PlanEvaluator,
    draws_of_piece: u64,
}

impl PlanEvaluator {
    /// The same in pieces.
    pub(crate) fn pieces(&self) -> WeighingPieces<'_> {
        let draws_of_piece = if self.is_complete() {
            PIECE_DRAWS
        } else {
            self.n_draws()
        };
        WeighingPieces {
            evaluator: self,
            draws_of_piece,
        }
    }
}

impl WeighingPieces<'_> {
    fn n_of_cell(&self) -> u64 {
        self.evaluator.n_draws().div_ceil(self.draws_of_piece)
    }

    /// The position of a piece's cell, and its draws.
    fn place(&self, piece: u64) -> (usize, Range<u64>) {
        let (cell, turn) = (piece / self.n_of_cell(), piece % self.n_of_cell());
        let first = turn * self.draws_of_piece;
        let end = (first + self.draws_of_piece).min(self.evaluator.n_draws());
        let cell = usize::try_from(cell).expect("a piece has a cell");
        (cell, first..end)
    }
}

impl Pieces for WeighingPieces<'_> {
    type Piece = EvaluatedPlans;
    type Sum = Vec<EvaluatedPlans>;
    type Answer = Vec<EvaluatedPlans>;

    fn n_pieces(&self) -> u64 {
        self.n_of_cell() * self.evaluator.cells().len() as u64
    }

    fn n_evaluations(&self, pieces: Range<u64>) -> u64 {
        let n_draws = |it| {
            let (_, Range { start, end }) = self.place(it);
            end - start
        };
        pieces.map(n_draws).sum()
    }

    fn n_evaluated(&self, piece: &EvaluatedPlans) -> u64 {
        piece.n_draws
    }

    fn run<E>(
        &self,
        pieces: Range<u64>,
        threads: usize,
        interrupt: &Interrupt,
        mut deliver: impl FnMut(EvaluatedPlans) -> Result<(), E>,
    ) -> Result<(), BatchError<E>> {
        for piece in pieces {
            let (cell, draws) = self.place(piece);
            let mut execution = Execution {
                threads,
                interrupt,
                advance: &mut |_| {},
            };
            let cell = &self.evaluator.cells()[cell];
            let Some(it) = self.evaluator.run_draws(cell, draws, &mut execution) else {
                break;
            };
            deliver(it).map_err(BatchError::Delivery)?;
        }
        Ok(())
    }

    fn numbers(&self, piece: &EvaluatedPlans) -> Vec<i128> {
        let mut numbers = Vec::new();
        for plan in piece.plans.iter().filter(|it| !it.plan.is_complete()) {
            let codes = plan.completions.iter().map(|it| it.outcome.code());
            numbers.extend(codes.map(i128::from));
        }
        numbers.extend([piece.n_with_agreement, piece.n_undecided].map(i128::from));
        for it in &piece.plans {
            it.push(&mut numbers);
        }
        numbers
    }

    fn read(&self, piece: u64, numbers: &mut NumberSource<'_>) -> Option<EvaluatedPlans> {
        let (cell, Range { start, end }) = self.place(piece);
        let scenario = self.evaluator.cells()[cell].setting.scenario();
        let space = &scenario.space;
        let mut evaluated = self.evaluator.before_draws(scenario, |plan| {
            let mut completion = || {
                let code: u64 = numbers.next()?;
                let mut completions = 0..plan.n_completions(space);
                completions.find(|it| plan.completion(space, *it).code() == code)
            };
            Some([completion()?, completion()?])
        })?;
        evaluated.n_draws = end - start;
        evaluated.n_with_agreement = numbers.at_most(evaluated.n_draws)?;
        evaluated.n_undecided = numbers.at_most(evaluated.n_draws)?;
        for it in &mut evaluated.plans {
            it.take_counts(evaluated.n_draws, space, numbers)?;
        }
        Some(evaluated)
    }

    fn empty(&self) -> Vec<EvaluatedPlans> {
        Vec::new()
    }

    fn add(&self, sum: &mut Vec<EvaluatedPlans>, piece: u64, of_piece: EvaluatedPlans) {
        let (_, draws) = self.place(piece);
        match sum.last_mut().filter(|_| draws.start > 0) {
            Some(cell) => cell.merge(of_piece),
            None => sum.push(of_piece),
        }
    }

    fn answer(&self, sum: Vec<EvaluatedPlans>) -> Option<Vec<EvaluatedPlans>> {
        (sum.len() == self.evaluator.cells().len()).then_some(sum)
    }
}
