//! The entries of what is measured in every session: its columns, and its metrics in the summary.

use crate::experiment::{
    Measurement, MeasurementKind, MetricWords, PARTY_MEASUREMENTS, SESSION_MEASUREMENTS,
    party_metrics, session_metrics,
};
use crate::tables::schema::dictionary::entry::{ColumnEntry, Content, WordEntry, column, word};

/// The columns of what is measured; neighbors with the same words are described together.
pub(crate) fn measured_columns<F>(measured: &[Measurement<F>]) -> Vec<ColumnEntry> {
    let mut res: Vec<ColumnEntry> = Vec::new();
    for it in measured {
        let Some(own) = it.column else { continue };
        let named = (own.name, column_content(it.kind));
        let entry = column(&[named], own.meaning, own.range, own.empty);
        match res.last_mut() {
            Some(last) if last.says_as(&entry) => last.names.push(named),
            _ => res.push(entry),
        }
    }
    res
}

/// The metrics of the summary; neighbors with the same words are described together.
pub(crate) fn metric_words() -> Vec<WordEntry> {
    let of_session = session_metrics().map(|it| it.1);
    let of_parties = party_metrics().map(|it| it.1);
    let mut res: Vec<WordEntry> = Vec::new();
    for MetricWords {
        name,
        meaning,
        over,
    } in of_session.chain(of_parties)
    {
        match res.last_mut() {
            Some(last) if (last.meaning, last.over) == (meaning, over) => last.names.push(name),
            _ => res.push(word("metric", &[name], meaning, over)),
        }
    }
    res
}

/// What the figures of a metric are; `None` if the summary has no such metric.
pub(crate) fn metric_content(name: &str) -> Option<Content> {
    fn kinds<F>(
        measured: &[Measurement<F>],
    ) -> impl Iterator<Item = (&'static str, MeasurementKind)> {
        let named = measured.iter();
        named.filter_map(|it| Some((it.metric?.name, it.kind)))
    }
    let mut all = kinds(SESSION_MEASUREMENTS).chain(kinds(PARTY_MEASUREMENTS));
    let (_, kind) = all.find(|it| it.0 == name)?;
    Some(match kind {
        MeasurementKind::Event => Content::Share,
        MeasurementKind::Count | MeasurementKind::Ratio => Content::Mean,
        MeasurementKind::Utility
        | MeasurementKind::UtilitySum
        | MeasurementKind::SurplusProduct => Content::Utility,
    })
}

fn column_content(kind: MeasurementKind) -> Content {
    match kind {
        MeasurementKind::Event | MeasurementKind::Count => Content::Count,
        MeasurementKind::Ratio => Content::Mean,
        MeasurementKind::Utility
        | MeasurementKind::UtilitySum
        | MeasurementKind::SurplusProduct => Content::Utility,
    }
}
