//! Where numbers and rules come from.

use std::ops::Range;

use demarche_core::domain::{Basis, Provenance};
use demarche_core::negotiation::{RuleKind, SourcedRule};
use toml::Spanned;

use crate::config::diagnostics::Diagnostic;
use crate::config::files::{BasisFile, CredentialsFile};
use crate::config::resolve::scenario::Resolver;

impl Resolver<'_> {
    /// What a table says of where its value comes from; each source must exist.
    pub(crate) fn provenance(
        &mut self,
        basis: Option<BasisFile>,
        source: Option<&[Spanned<String>]>,
        note: Option<&str>,
    ) -> Provenance {
        Provenance {
            basis: basis.map(|it| match it {
                BasisFile::Reported => Basis::Reported,
                BasisFile::Inferred => Basis::Inferred,
                BasisFile::Assumed => Basis::Assumed,
            }),
            sources: self.source_names(source.unwrap_or_default()),
            note: note.map(str::to_owned),
            is_set: false,
        }
    }

    /// The same of a table that reads itself.
    pub(crate) fn provenance_of(&mut self, file: &CredentialsFile) -> Provenance {
        self.provenance(file.basis, file.source.as_deref(), file.note.as_deref())
    }

    /// The provenance of the value at a path and a place: its own, or that of a setting, or that of
    /// the table it stands in.
    pub(crate) fn with_shared(
        &self,
        own: Provenance,
        shared: Option<&Provenance>,
        path: &str,
        place: &Range<usize>,
    ) -> Provenance {
        let mut provenance = own;
        if provenance.basis.is_some() {
            return provenance;
        }
        if self.texts.is_setting(place) || self.texts.was_set(path) {
            provenance.is_set = true;
            provenance.basis = Some(Basis::Assumed);
            provenance
                .note
                .get_or_insert_with(|| "set for this run".to_owned());
        } else if let Some(shared) = shared {
            provenance.basis = shared.basis;
            if provenance.sources.is_empty() {
                provenance.sources.clone_from(&shared.sources);
            }
            if provenance.note.is_none() {
                provenance.note.clone_from(&shared.note);
            }
        }
        provenance
    }

    /// Tells of a basis without the source or the note that it needs.
    pub(crate) fn check_credentials(
        &mut self,
        what: &str,
        place: &Range<usize>,
        provenance: &Provenance,
    ) {
        let diagnostic = |message: &str| Diagnostic::at(place.clone(), message);
        match provenance.basis {
            Some(Basis::Reported | Basis::Inferred) if provenance.sources.is_empty() => self
                .diagnostic(
                    diagnostic(&format!("this {what} names no source")).hint(format!(
                        "a reported or inferred {what} says where it comes from: source = [\"...\"]"
                    )),
                ),
            Some(Basis::Inferred) if provenance.note.is_none() => self.diagnostic(
                diagnostic(&format!("this {what} lacks a note")).hint(format!(
                    "an inferred {what} says how it follows: note = \"...\""
                )),
            ),
            None | Some(_) => {}
        }
    }

    /// Notes a rule at a path and a place with where it comes from, which files need not say;
    /// returns that.
    pub(crate) fn rule(
        &mut self,
        kind: RuleKind,
        path: String,
        place: &Range<usize>,
        own: Provenance,
        shared: Option<&Provenance>,
    ) -> Provenance {
        // What a table lacks that others share is reported once, for the table.
        if own.basis.is_some() {
            self.check_credentials("rule", place, &own);
        }
        let provenance = self.with_shared(own, shared, &path, place);
        self.rules.push(SourcedRule {
            path,
            kind,
            provenance: provenance.clone(),
        });
        provenance
    }

    /// Notes a rule that a file leaves to the default.
    pub(crate) fn rule_default(&mut self, kind: RuleKind, path: String) {
        let provenance = Provenance {
            basis: Some(Basis::Assumed),
            sources: Vec::new(),
            note: Some("the default".to_owned()),
            is_set: false,
        };
        self.rules.push(SourcedRule {
            path,
            kind,
            provenance,
        });
    }
}
