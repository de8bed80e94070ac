//! The entries of what is measured in every session: its columns, and its metrics in the summary.

use crate::experiment::{
    Measurement, MeasurementKind, MetricWords, Over, PARTY_MEASUREMENTS, PairedWords,
    SESSION_MEASUREMENTS, compared_metrics, party_metrics, session_metrics,
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
    for it in of_session.chain(of_parties) {
        let MetricWords { name, meaning, .. } = it;
        let over = it.over.words();
        match res.last_mut() {
            Some(last) if (last.meaning, last.over) == (meaning, over) => last.names.push(name),
            _ => res.push(word("metric", &[name], meaning, over)),
        }
    }
    res
}

/// The metrics by which cells are compared.
pub(crate) fn paired_words() -> Vec<WordEntry> {
    let words = compared_metrics(1).map(|it| {
        let PairedWords {
            name,
            meaning,
            over,
        } = it.paired;
        word("metric", &[name], meaning, over)
    });
    words.collect()
}

/// What a study says the dependence of.
pub(crate) fn outcome_words() -> Vec<WordEntry> {
    let outcomes = compared_metrics(1).filter(|it| it.words.over == Over::AllSessions);
    let words = outcomes.map(|it| {
        let range = if it.kind == MeasurementKind::Event {
            "0 or 1"
        } else {
            "0 to 1"
        };
        word("metric", &[it.words.name], it.paired.meaning, range)
    });
    words.collect()
}

/// What the figures of a metric are; `None` if no table has such a metric.
pub(crate) fn metric_content(name: &str) -> Option<Content> {
    fn kinds<F>(
        measured: &[Measurement<F>],
    ) -> impl Iterator<Item = (&'static str, MeasurementKind)> {
        let named = measured.iter();
        named.flat_map(|it| {
            let words = it.metric;
            let paired = words.and_then(|it| it.paired);
            let names = [words.map(|it| it.name), paired.map(|it| it.name)];
            names.into_iter().flatten().map(|name| (name, it.kind))
        })
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
