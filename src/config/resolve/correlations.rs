//! Correlations of numbers, each by itself.

use demarche_core::domain::Correlation;
use toml::Spanned;

use crate::config::diagnostics::Diagnostic;
use crate::config::files::{CorrelationFile, NumberFile};
use crate::config::resolve::number::Expected;
use crate::config::resolve::scenario::{Hyphens, Resolver};

impl Resolver<'_> {
    /// The correlations, as far as each can be judged by itself.
    pub(crate) fn correlations(&mut self, files: &[Spanned<CorrelationFile>]) -> Vec<Correlation> {
        let ids = files.iter().filter_map(|it| it.get_ref().id.as_ref());
        self.check_ids("correlations", Hyphens::Forbidden, ids);
        let mut correlations = Vec::new();
        for (idx, file) in files.iter().map(Spanned::get_ref).enumerate() {
            let shared = self.provenance(file.basis, file.source.as_deref(), file.note.as_deref());
            let name = file.id.as_ref().map(|it| it.get_ref().clone());
            let name = name.unwrap_or_else(|| idx.to_string());
            let rank = NumberFile::Bare(*file.rank.get_ref());
            let rank = self.number(
                &Spanned::new(file.rank.span(), rank),
                format!("correlation.{name}.rank"),
                Expected::within("a rank correlation", -1.0, 1.0),
                Some(&shared),
            );
            let [one, other] = &file.between.get_ref()[..] else {
                let message = "a correlation is between two numbers";
                let hint = "between = [\"party.upper.reservation_value\", \"party.lower.reservation_value\"]";
                self.diagnostic(Diagnostic::at(file.between.span(), message).hint(hint));
                continue;
            };
            let between = [one, other].map(|it| it.get_ref().clone());
            correlations.push(Correlation { between, rank });
        }
        correlations
    }
}
