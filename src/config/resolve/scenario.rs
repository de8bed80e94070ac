//! From the shape of a scenario file to a setting that is valid by construction.
//!
//! Every check continues after an error with a placeholder, so that one run reports all of them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use demarche_core::domain::{
    Condition, ISSUES_MAX, Issue, IssueId, IssueOption, Number, OPTIONS_MAX, OptionId,
    OutcomeSpace, PARTIES_MAX, PartyId, Scale, Scenario, ScenarioKind, Source, SpaceError,
};
use demarche_core::negotiation::{Setting, SourcedRule};
use toml::Spanned;

use crate::config::diagnostics::{Diagnostic, SourceTexts};
use crate::config::files::{
    ConditionFile, IssueFile, KindFile, OneOrMany, ScaleFile, ScenarioFile, SourceFile,
};
use crate::config::limits::MISTAKES_MAX;
use crate::config::resolve::correlated_setting::correlated;

/// What names can refer to, and the errors found so far.
pub(crate) struct Resolver<'a> {
    pub(crate) texts: &'a SourceTexts,
    pub(crate) diagnostics: &'a mut Vec<Diagnostic>,
    pub(crate) kind: ScenarioKind,
    pub(crate) sources: Vec<Source>,
    pub(crate) issues: Vec<Issue>,
    pub(crate) party_names: Vec<String>,
    /// The rules found so far, with where each comes from.
    pub(crate) rules: Vec<SourcedRule>,
    /// The paths of numbers that a setting has made.
    pub(crate) set_paths: BTreeSet<String>,
}

/// The setting that a file describes; nothing if there is an error.
pub(crate) fn setting(
    file: ScenarioFile,
    texts: &SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Setting> {
    let n_before = diagnostics.len();
    check_name(&file.name, diagnostics);
    if let Some(it) = &file.utilities_divided_by
        && !(*it.get_ref() >= 1.0 && it.get_ref().is_finite())
    {
        let message = format!("`utilities_divided_by` is {}, below 1", it.get_ref());
        diagnostics.push(Diagnostic::at(it.span(), message));
    }
    let mut resolver = Resolver {
        texts,
        kind: match file.kind {
            KindFile::Sourced => ScenarioKind::Sourced,
            KindFile::Synthetic => ScenarioKind::Synthetic,
        },
        sources: Vec::new(),
        issues: Vec::new(),
        party_names: file
            .party
            .iter()
            .map(|it| it.get_ref().id.get_ref().clone())
            .collect(),
        rules: Vec::new(),
        set_paths: BTreeSet::new(),
        diagnostics,
    };
    resolver.sources = resolver.sources(&file.source);
    resolver.issues = resolver.issues(&file.issue);
    let space = resolver.space(&file);
    resolver.party_count(&file);
    let parties = file.party.iter().zip((0..).map(PartyId::new));
    let (parties, strategies) = parties.map(|(it, me)| resolver.party(me, it)).unzip();
    let n_of_strategies = resolver.rules.len();
    let leverages = resolver.leverages(&file.leverage);
    let (protocol, deadline_rounds, relative_time) =
        resolver.protocol(&file.protocol, &file.consent);
    let consent = resolver.consent(&file.consent);
    let claims = resolver.claims(&file.claim);
    let map = (file.map.as_ref()).map(|it| resolver.map(it, &file.party));
    let correlations = resolver.correlations(&file.correlation);
    let Resolver {
        diagnostics,
        kind,
        sources,
        issues,
        mut rules,
        set_paths,
        ..
    } = resolver;
    rules.rotate_left(n_of_strategies);
    if diagnostics.len() > n_before {
        return None;
    }
    let scenario = Scenario {
        name: file.name.into_inner(),
        title: file.title,
        description: file.description.map(Into::into),
        limits: file.limits.into(),
        kind,
        sources: sources.into(),
        issues: issues.into(),
        space: Arc::new(space?),
        parties,
        leverages,
        consent,
        claims: claims.into(),
        map: map.map(Arc::new),
    };
    let setting = Setting::new(scenario, protocol, deadline_rounds, strategies)
        .map(|it| {
            it.with_relative_time(relative_time)
                .with_sourced_rules(rules)
        })
        .map_err(|error| diagnostics.push(Diagnostic::nowhere(error.to_string())))
        .ok()?;
    // What a run recorded was checked before the run, with the settings that are part of it now.
    let may_be_certain = |it: &Number| texts.is_recorded() || set_paths.contains(&it.path);
    correlated(
        setting,
        correlations,
        &file.correlation,
        may_be_certain,
        diagnostics,
    )
}

/// What a name is to look like.
const NAME_FORM: &str = "write a letter, then letters, digits, `-` and `_`, at most 80 characters";

/// Whether a name is fit for file names.
fn is_file_name(text: &str) -> bool {
    let is_fit = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
    text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.chars().all(is_fit)
        && text.len() <= 80
}

/// What is wrong with the name of a scenario or an experiment, and what to write; `None` of one that
/// files can have.
pub(crate) fn name_error(text: &str) -> Option<String> {
    let error = || format!("`{text}` is not a valid file name; {NAME_FORM}");
    (!is_file_name(text)).then(error)
}

/// Tells if a name is not fit for file names.
pub(crate) fn check_name(name: &Spanned<String>, diagnostics: &mut Vec<Diagnostic>) {
    let text = name.get_ref();
    if !is_file_name(text) {
        let message = format!("`{text}` is not a valid file name");
        diagnostics.push(Diagnostic::at(name.span(), message).hint(NAME_FORM));
    }
}

/// True if the names are non-empty and unique. If they are not, an error says so elsewhere, and names
/// that seem to be missing may be the ones meant there.
pub(crate) fn is_sound<'a>(names: impl IntoIterator<Item = &'a str>) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    names.into_iter().all(|it| seen.insert(it)) && !seen.is_empty()
}

/// Which identifiers may hold a hyphen: those that never become a column or a word of a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hyphens {
    Allowed,
    Forbidden,
}

impl Resolver<'_> {
    pub(crate) fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Whether there are few enough errors to look for what unknown names were meant to be.
    pub(super) fn still_reports(&self) -> bool {
        self.diagnostics.len() < MISTAKES_MAX
    }

    /// Tells of identifiers that are malformed or used twice.
    pub(crate) fn check_ids<'a>(
        &mut self,
        what: &str,
        hyphens: Hyphens,
        ids: impl IntoIterator<Item = &'a Spanned<String>>,
    ) {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for id in ids {
            let text = id.get_ref().as_str();
            let is_fit = |it: char| {
                it.is_ascii_lowercase()
                    || it.is_ascii_digit()
                    || it == '_'
                    || it == '-' && hyphens == Hyphens::Allowed
            };
            if !text.starts_with(|it: char| it.is_ascii_lowercase())
                || !text.chars().all(is_fit)
                || text.len() > 80
            {
                self.diagnostic(
                    Diagnostic::at(id.span(), format!("`{text}` is not an identifier"))
                        .hint("write a lower-case letter, then lower-case letters, digits and `_`, at most 80 characters"),
                );
            }
            if !seen.insert(text) {
                self.diagnostic(Diagnostic::at(
                    id.span(),
                    format!("there are two {what} named `{text}`"),
                ));
            }
        }
    }

    fn sources(&mut self, files: &[Spanned<SourceFile>]) -> Vec<Source> {
        self.check_ids(
            "sources",
            Hyphens::Allowed,
            files.iter().map(|it| &it.get_ref().id),
        );
        let files = files.iter().map(Spanned::get_ref);
        files
            .map(|it| Source {
                name: it.id.get_ref().clone(),
                title: it.title.clone(),
                file: it.file.clone(),
            })
            .collect()
    }

    fn issues(&mut self, files: &[Spanned<IssueFile>]) -> Vec<Issue> {
        let ids = files.iter().map(|it| &it.get_ref().id);
        self.check_ids("issues", Hyphens::Forbidden, ids);
        let mut issues = Vec::new();
        for file in files.iter().map(Spanned::get_ref) {
            let options = file.options.get_ref();
            let name = file.id.get_ref();
            let description = format!("options of `{name}`");
            self.check_ids(
                &description,
                Hyphens::Forbidden,
                options.iter().map(|it| &it.id),
            );
            if options.is_empty() {
                self.diagnostic(
                    Diagnostic::at(
                        file.options.span(),
                        format!("the issue `{name}` has no options"),
                    )
                    .hint("list its options, or remove the issue"),
                );
            }
            issues.push(Issue {
                name: name.clone(),
                label: file.label.clone(),
                scale: match file.scale {
                    ScaleFile::Nominal => Scale::Nominal,
                    ScaleFile::Ordinal => Scale::Ordinal,
                },
                options: options
                    .iter()
                    .map(|it| IssueOption {
                        name: it.id.get_ref().clone(),
                        label: it.label.clone(),
                    })
                    .collect(),
            });
        }
        issues
    }

    fn space(&mut self, file: &ScenarioFile) -> Option<OutcomeSpace> {
        let n_options: Vec<usize> = self.issues.iter().map(|it| it.options.len()).collect();
        match OutcomeSpace::new(&n_options) {
            Ok(space) => Some(space),
            // Already reported by name.
            Err(SpaceError::EmptyIssue) => None,
            Err(error) => {
                let message = format!("these issues cannot form a scenario: {error}");
                self.diagnostic(match file.issue.last() {
                    Some(it) => Diagnostic::at(it.span(), message),
                    None => Diagnostic::at(file.name.span(), message)
                        .hint("an [[issue]] is an item under negotiation, with its options"),
                });
                None
            }
        }
    }

    fn party_count(&mut self, file: &ScenarioFile) {
        let ids = file.party.iter().map(|it| &it.get_ref().id);
        self.check_ids("parties", Hyphens::Forbidden, ids);
        if file.party.len() < 2 {
            let place = file.party.first().map_or(file.name.span(), Spanned::span);
            self.diagnostic(
                Diagnostic::at(place, "a negotiation needs at least two parties")
                    .hint("add a [[party]]"),
            );
        }
    }

    /// The party with this name.
    pub(crate) fn party_id(&mut self, name: &Spanned<String>) -> Option<PartyId> {
        let found = self.party_names.iter().position(|it| it == name.get_ref());
        if found.is_none()
            && self.still_reports()
            && is_sound(self.party_names.iter().map(String::as_str))
        {
            let diagnostic = Diagnostic::at(
                name.span(),
                format!("there is no party `{}`", name.get_ref()),
            )
            .suggest(name.get_ref(), self.party_names.iter().map(String::as_str));
            self.diagnostic(diagnostic);
        }
        found.filter(|&it| it < PARTIES_MAX).map(PartyId::new)
    }

    /// The issue with this name.
    pub(crate) fn issue_id(&mut self, name: &str, span: Range<usize>) -> Option<IssueId> {
        let found = self.issues.iter().position(|it| it.name == name);
        if found.is_none() && self.still_reports() && is_sound(self.issue_names()) {
            let diagnostic = Diagnostic::at(span, format!("there is no issue `{name}`"))
                .suggest(name, self.issue_names());
            self.diagnostic(diagnostic);
        }
        found.filter(|&it| it < ISSUES_MAX).map(IssueId::new)
    }

    pub(crate) fn issue_names(&self) -> impl Iterator<Item = &str> {
        self.issues.iter().map(|it| it.name.as_str())
    }

    /// The option with this name of an issue.
    pub(crate) fn option_id(
        &mut self,
        issue: IssueId,
        name: &str,
        span: Range<usize>,
    ) -> Option<OptionId> {
        let of_issue = &self.issues[issue.idx()];
        let found = of_issue.options.iter().position(|it| it.name == name);
        let names = || of_issue.options.iter().map(|it| it.name.as_str());
        if found.is_none() && self.still_reports() && is_sound(names()) {
            let message = format!("the issue `{}` has no option `{name}`", of_issue.name);
            let diagnostic = Diagnostic::at(span, message).suggest(name, names());
            self.diagnostic(diagnostic);
        }
        found.filter(|&it| it < OPTIONS_MAX).map(OptionId::new)
    }

    pub(crate) fn condition(&mut self, file: &Spanned<ConditionFile>) -> Condition {
        if file.get_ref().is_empty() {
            self.diagnostic(
                Diagnostic::at(file.span(), "a condition names at least one issue")
                    .hint("remove it to include every outcome, where that is allowed"),
            );
        }
        let mut clauses = Vec::new();
        for (name, options) in file.get_ref() {
            let Some(issue) = self.issue_id(name.get_ref(), name.span()) else {
                continue;
            };
            let named: Vec<(&str, Range<usize>)> = match options.get_ref() {
                OneOrMany::One(it) => vec![(it, options.span())],
                OneOrMany::Many(list) => list
                    .iter()
                    .map(|it| (it.get_ref().as_str(), it.span()))
                    .collect(),
            };
            if named.is_empty() {
                self.diagnostic(Diagnostic::at(
                    options.span(),
                    "a condition needs an option",
                ));
            }
            let ids = named
                .into_iter()
                .filter_map(|(name, span)| self.option_id(issue, name, span))
                .collect();
            clauses.push((issue, ids));
        }
        Condition::new(clauses)
    }

    /// The names of sources, each of which must exist.
    pub(crate) fn source_names(&mut self, files: &[Spanned<String>]) -> Vec<String> {
        let known: Vec<&str> = self.sources.iter().map(|it| it.name.as_str()).collect();
        for name in files.iter().map(|it| (it.get_ref().as_str(), it.span())) {
            if known.contains(&name.0) || !known.is_empty() && !is_sound(known.iter().copied()) {
                continue;
            }
            let diagnostic = Diagnostic::at(name.1, format!("there is no source `{}`", name.0))
                .hint(format!("add a [[source]] with id = \"{}\"", name.0));
            self.diagnostics
                .push(diagnostic.suggest(name.0, known.iter().copied()));
        }
        files.iter().map(|it| it.get_ref().clone()).collect()
    }
}
