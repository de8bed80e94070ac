//! The table of a study's sessions, each with its numbers and what came of it.

use demarche_core::domain::Number;
use demarche_core::protocol::Ending;
use demarche_core::randomness::Replication;

use crate::experiment::{
    Cell, ComparedMetric, FormFactor, MeasurementKind, Over, SessionFigures, Study, StudyInput,
};
use crate::tables::folder::{FinishedTable, RunDirectory, WriteError};
use crate::tables::formats::{Field, Rows, TableCopies};
use crate::tables::schema::{Column, TableEntry, number, text};

/// Sessions whose rows are handed to the system at a time.
const ROWS_AT_A_TIME: usize = 1 << 10;

/// Writes `points.csv`: every session of a study in the order of its design, with its numbers and red
/// lines, how it ended and what it was worth to the parties; `figures` are those of its sessions in
/// order.
///
/// # Errors
///
/// If it cannot be written.
///
/// # Panics
///
/// If the setting has no such number.
pub fn write_points(
    directory: &RunDirectory,
    copies: TableCopies,
    study: &Study,
    cell: &Cell,
    figures: &[SessionFigures],
) -> Result<FinishedTable, WriteError> {
    let setting = &cell.setting;
    let inputs = study.inputs().iter();
    let of_inputs = inputs.map(|it| number(it.path(setting)));
    let is_varied = |it: &&FormFactor| it.n_levels() > 1;
    let of_forms = study.forms().iter().filter(is_varied);
    let of_forms = of_forms.map(|it| text(it.dimension().name()));
    let columns: Vec<Column> = of_inputs.chain(of_forms).collect();
    let designed = study.designed((**setting).clone());
    let numbers: Vec<&Number> = setting.numbers().collect();
    let drawn = |session: Replication| {
        let inputs = study.inputs().iter().zip(study.probabilities(session));
        // Correlated numbers may depend on which strategies are followed.
        let is_correlated = !setting.correlations().is_empty();
        let in_session = is_correlated.then(|| designed.drawn(&cell.seeds, session));
        let drawn = inputs.map(|(input, p)| match input {
            StudyInput::Number(id) => {
                let drawn = in_session.as_ref().and_then(|it| it[id.idx()]);
                drawn.unwrap_or_else(|| numbers[id.idx()].distribution.quantile(p))
            }
            StudyInput::RedLine(it) => {
                let is_real = designed.is_red_line_real(it, &cell.seeds, session);
                f64::from(u8::from(is_real))
            }
        });
        let levels = study.forms().iter().zip(study.levels(session));
        let levels = levels.filter(|it| is_varied(&it.0));
        let levels = levels.map(|(form, level)| form.level_name(level).into());
        drawn.map(Field::from).chain(levels).collect()
    };
    let (name, entry) = ("points", TableEntry::of("points").1);
    let columns = entry.header(&[], &setting.scenario().parties, &columns);
    let mut file = directory.table(name, columns, copies)?;
    let metrics = figures
        .first()
        .map_or_else(Vec::new, SessionFigures::metrics);
    let mut rows = Rows::new();
    let mut sessions = (0..).map(Replication);
    for block in figures.chunks(ROWS_AT_A_TIME) {
        for (figures, session) in block.iter().zip(&mut sessions) {
            let row = (session, drawn(session));
            push(&mut rows, study, row, (&metrics, figures));
        }
        file.push(&rows)?;
        rows.clear();
    }
    file.finish()
}

fn push(
    rows: &mut Rows,
    study: &Study,
    (session, drawn): (Replication, Vec<Field<'_>>),
    (metrics, figures): (&[ComparedMetric], &SessionFigures),
) {
    let row = study.row(session);
    let factor = row.factor.map(|it| &study.factors()[it]);
    let fixed: [Field<'_>; 6] = [
        session.0.into(),
        row.point.into(),
        row.block.name().into(),
        factor.map(|it| it.kind.name()).into(),
        factor.map(|it| it.name.as_str()).into(),
        Ending::NAMES[figures.ending().idx()].into(),
    ];
    let outcomes = metrics.iter().enumerate();
    let outcomes = outcomes.filter(|it| it.1.words.over == Over::AllSessions);
    let outcomes = outcomes.map(|(idx, metric)| match metric.kind {
        MeasurementKind::Event => figures.amount(idx).map(i64::unsigned_abs).into(),
        MeasurementKind::Count
        | MeasurementKind::Ratio
        | MeasurementKind::Utility
        | MeasurementKind::UtilitySum
        | MeasurementKind::SurplusProduct => figures.number(idx, metric).into(),
    });
    rows.push(fixed.into_iter().chain(outcomes).chain(drawn));
}
