//! From the shape of a scenario file to a setting that is valid by construction.
//!
//! Every check goes on after a mistake with a stand-in, so that one run tells all of them.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;

use crate::config::mistake::Mistake;
use crate::config::number::OneOrMany;
use crate::config::scenario_file::{
    ClaimFile, ConditionFile, ConsentFile, IssueFile, KindFile, PrefersFile, ProtocolFile,
    ScaleFile, ScenarioFile, SourceFile,
};
use crate::config::source_texts::SourceTexts;
use crate::domain::{
    Claim, Condition, ConsentRule, Issue, IssueId, IssueOption, OptionId, OutcomeSpace, PARTIES_MAX,
    PartyId, PartySet, Quota, Scale, Scenario, ScenarioKind, Source, SpaceError, Statement, Veto,
};
use crate::negotiation::Setting;
use crate::protocol::ProtocolKind;

/// What names can refer to, and the mistakes found so far.
pub(super) struct Resolver<'a> {
    pub(super) texts: &'a SourceTexts,
    pub(super) mistakes: &'a mut Vec<Mistake>,
    pub(super) kind: ScenarioKind,
    pub(super) sources: Vec<Source>,
    pub(super) issues: Vec<Issue>,
    pub(super) party_names: Vec<String>,
}

/// The setting that a file describes; nothing if there is a mistake.
pub(super) fn setting(
    file: ScenarioFile,
    texts: &SourceTexts,
    mistakes: &mut Vec<Mistake>,
) -> Option<Setting> {
    let n_before = mistakes.len();
    check_name(&file.name, mistakes);
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
        mistakes,
    };
    resolver.sources = resolver.sources(&file.source);
    resolver.issues = resolver.issues(&file.issue);
    let space = resolver.space(&file.issue);
    resolver.party_count(&file);
    let (parties, strategies) = file.party.iter().map(|it| resolver.party(it)).unzip();
    let leverages = resolver.leverages(&file.leverage);
    let (protocol, deadline_rounds) = resolver.protocol(&file.protocol, &file.consent);
    let consent = resolver.consent(&file.consent);
    let claims = resolver.claims(&file.claim);
    let Resolver {
        mistakes,
        kind,
        sources,
        issues,
        ..
    } = resolver;
    if mistakes.len() > n_before {
        return None;
    }
    let scenario = Scenario {
        name: file.name.into_inner(),
        title: file.title,
        description: file.description,
        kind,
        sources,
        issues,
        space: Arc::new(space?),
        parties,
        leverages,
        consent,
        claims,
    };
    Setting::new(scenario, protocol, deadline_rounds, strategies)
        .map_err(|error| mistakes.push(Mistake::nowhere(error.to_string())))
        .ok()
}

/// Tells if a name is not fit for file names.
pub(super) fn check_name(name: &Spanned<String>, mistakes: &mut Vec<Mistake>) {
    let is_fit = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
    let text = name.get_ref();
    if !text.starts_with(|it: char| it.is_ascii_alphabetic())
        || !text.chars().all(is_fit)
        || text.len() > 80
    {
        mistakes.push(
            Mistake::at(name.span(), format!("`{text}` is not fit for a file's name"))
                .hint("begin with a letter, then letters, digits, `-` and `_`, at most 80"),
        );
    }
}

/// Which identifiers may hold a hyphen: those that never become a column or a word of a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hyphens {
    Allowed,
    Forbidden,
}

impl Resolver<'_> {
    pub(super) fn mistake(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
    }

    /// Tells of identifiers that are malformed or used twice.
    pub(super) fn check_ids<'a>(
        &mut self,
        what: &str,
        hyphens: Hyphens,
        ids: impl IntoIterator<Item = &'a Spanned<String>>,
    ) {
        let mut seen: Vec<&str> = Vec::new();
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
                self.mistake(
                    Mistake::at(id.span(), format!("`{text}` is no identifier"))
                        .hint("begin with a lower-case letter, then lower-case letters, digits and `_`, at most 80"),
                );
            }
            if seen.contains(&text) {
                self.mistake(Mistake::at(
                    id.span(),
                    format!("there are two {what} called `{text}`"),
                ));
            }
            seen.push(text);
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
            let what = format!("options of `{name}`");
            self.check_ids(&what, Hyphens::Forbidden, options.iter().map(|it| &it.id));
            if options.is_empty() {
                self.mistake(
                    Mistake::at(
                        file.options.span(),
                        format!("the issue `{name}` has no option to settle it with"),
                    )
                    .hint("list its options, or leave the issue out"),
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

    fn space(&mut self, files: &[Spanned<IssueFile>]) -> Option<OutcomeSpace> {
        let n_options: Vec<usize> = self.issues.iter().map(|it| it.options.len()).collect();
        match OutcomeSpace::new(&n_options) {
            Ok(space) => Some(space),
            // Told of by name already.
            Err(SpaceError::EmptyIssue) => None,
            Err(error) => {
                let message = format!("the issues do not make a scenario: {error}");
                self.mistake(match files.last() {
                    Some(it) => Mistake::at(it.span(), message),
                    None => Mistake::nowhere(message)
                        .hint("an [[issue]] is something to be settled, with its options"),
                });
                None
            }
        }
    }

    fn party_count(&mut self, file: &ScenarioFile) {
        let ids = file.party.iter().map(|it| &it.get_ref().id);
        self.check_ids("parties", Hyphens::Forbidden, ids);
        if file.party.len() < 2 {
            let message = "a negotiation needs two parties at least";
            self.mistake(match file.party.first() {
                Some(it) => Mistake::at(it.span(), message),
                None => Mistake::nowhere(message).hint("a [[party]] is a side with interests"),
            });
        }
        if let Some(it) = file.party.get(PARTIES_MAX) {
            self.mistake(Mistake::at(
                it.span(),
                format!("there are more than {PARTIES_MAX} parties"),
            ));
        }
    }

    /// The party with this name.
    pub(super) fn party_id(&mut self, name: &Spanned<String>) -> Option<PartyId> {
        let found = self.party_names.iter().position(|it| it == name.get_ref());
        if found.is_none() {
            let mistake = Mistake::at(name.span(), format!("there is no party `{}`", name.get_ref()))
                .suggest(name.get_ref(), self.party_names.iter().map(String::as_str));
            self.mistake(mistake);
        }
        found.filter(|&it| it < PARTIES_MAX).map(PartyId::new)
    }

    /// The issue with this name.
    pub(super) fn issue_id(&mut self, name: &str, span: Range<usize>) -> Option<IssueId> {
        let found = self.issues.iter().position(|it| it.name == name);
        if found.is_none() {
            let mistake = Mistake::at(span, format!("there is no issue `{name}`"))
                .suggest(name, self.issues.iter().map(|it| it.name.as_str()));
            self.mistake(mistake);
        }
        found
            .filter(|&it| it < crate::domain::ISSUES_MAX)
            .map(IssueId::new)
    }

    /// The option with this name of an issue.
    fn option_id(&mut self, issue: IssueId, name: &str, span: Range<usize>) -> Option<OptionId> {
        let of_issue = &self.issues[issue.idx()];
        let found = of_issue.options.iter().position(|it| it.name == name);
        if found.is_none() {
            let message = format!("the issue `{}` has no option `{name}`", of_issue.name);
            let mistake = Mistake::at(span, message)
                .suggest(name, of_issue.options.iter().map(|it| it.name.as_str()));
            self.mistake(mistake);
        }
        found
            .filter(|&it| it < crate::domain::OPTIONS_MAX)
            .map(OptionId::new)
    }

    pub(super) fn condition(&mut self, file: &Spanned<ConditionFile>) -> Condition {
        if file.get_ref().is_empty() {
            self.mistake(
                Mistake::at(file.span(), "a condition names at least one issue")
                    .hint("leave it out to mean every outcome, where that is allowed"),
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
                self.mistake(Mistake::at(options.span(), "a condition needs an option"));
            }
            let ids = named
                .into_iter()
                .filter_map(|(name, span)| self.option_id(issue, name, span))
                .collect();
            clauses.push((issue, ids));
        }
        Condition::new(clauses)
    }

    fn protocol(
        &mut self,
        file: &Spanned<ProtocolFile>,
        consent: &[Spanned<ConsentFile>],
    ) -> (ProtocolKind, u32) {
        let it = file.get_ref();
        let given = [
            (ProtocolKind::ProposalAndVote, &it.proposal_and_vote),
            (ProtocolKind::AlternatingOffers, &it.alternating_offers),
        ];
        let chosen: Vec<(ProtocolKind, u32)> = given
            .into_iter()
            .filter_map(|(kind, rounds)| {
                let rounds = &rounds.as_ref()?.deadline_rounds;
                if *rounds.get_ref() == 0 {
                    self.mistake(Mistake::at(
                        rounds.span(),
                        "a negotiation needs one round at least",
                    ));
                }
                Some((kind, *rounds.get_ref()))
            })
            .collect();
        let [(kind, rounds)] = chosen[..] else {
            let names: Vec<&str> = ProtocolKind::ALL.map(ProtocolKind::name).to_vec();
            self.mistake(
                Mistake::at(file.span(), "exactly one protocol is needed")
                    .hint(format!("one of [protocol.{}]", names.join("], [protocol."))),
            );
            return (ProtocolKind::ProposalAndVote, 1);
        };
        if kind == ProtocolKind::AlternatingOffers
            && let Some(entry) = consent.first()
        {
            self.mistake(
                Mistake::at(
                    entry.span(),
                    "alternating_offers always needs everybody's consent",
                )
                .hint("leave out [[consent]], or use the protocol proposal_and_vote"),
            );
        }
        (kind, rounds)
    }

    fn consent(&mut self, files: &[Spanned<ConsentFile>]) -> ConsentRule {
        let n_parties = self.party_names.len().min(PARTIES_MAX);
        if files.is_empty() {
            return ConsentRule::unanimity(n_parties);
        }
        let mut vetoes = Vec::new();
        let mut quotas = Vec::new();
        for file in files {
            let it = file.get_ref();
            match (&it.party, &it.quota) {
                (Some(name), None) => {
                    if let Some(of) = it.of.as_ref().and_then(|it| it.first()) {
                        self.mistake(Mistake::at(of.span(), "`of` goes with `quota`"));
                    }
                    let when = it.when.as_ref().map(|it| self.condition(it));
                    if let Some(party) = self.party_id(name) {
                        vetoes.push(Veto {
                            party,
                            when: when.unwrap_or_default(),
                        });
                    }
                }
                (None, Some(quota)) => {
                    if let Some(when) = &it.when {
                        self.mistake(Mistake::at(when.span(), "`when` goes with `party`"));
                    }
                    let of: PartySet = match &it.of {
                        Some(names) => names.iter().filter_map(|it| self.party_id(it)).collect(),
                        None => PartySet::all(n_parties),
                    };
                    let at_least = *quota.get_ref() as usize;
                    if at_least == 0 || at_least > of.len() {
                        self.mistake(Mistake::at(
                            quota.span(),
                            format!("a quota among {} parties lies between 1 and {0}", of.len()),
                        ));
                    }
                    quotas.push(Quota { at_least, of });
                }
                (Some(_), Some(_)) | (None, None) => self.mistake(
                    Mistake::at(file.span(), "an entry needs either `party` or `quota`")
                        .hint("party = \"...\" for one whose yes is needed, quota = 3 for so many"),
                ),
            }
        }
        ConsentRule::new(vetoes, quotas)
    }

    fn claims(&mut self, files: &[Spanned<ClaimFile>]) -> Vec<Claim> {
        let ids = files.iter().map(|it| &it.get_ref().id);
        self.check_ids("claims", Hyphens::Allowed, ids);
        files.iter().filter_map(|it| self.claim(it)).collect()
    }

    fn claim(&mut self, file: &Spanned<ClaimFile>) -> Option<Claim> {
        let it = file.get_ref();
        let party = it.party.as_ref().map(|name| self.party_id(name));
        let kinds = [
            it.accepts.is_some(),
            it.rejects.is_some(),
            it.prefers.is_some(),
            it.agreement_exists.is_some(),
        ];
        if kinds.iter().filter(|it| **it).count() != 1 {
            self.mistake(
                Mistake::at(file.span(), "a claim states exactly one thing")
                    .hint("one of `accepts`, `rejects`, `prefers`, `agreement_exists`"),
            );
            return None;
        }
        if it.party.is_some() == it.agreement_exists.is_some() {
            self.mistake(Mistake::at(
                it.party.as_ref().map_or(file.span(), Spanned::span),
                "a claim names a `party`, except with `agreement_exists`",
            ));
        }
        let sources = self.source_names(&it.source);
        let at_least = it.at_least.as_ref().map(|share| {
            if !(0.0..=1.0).contains(share.get_ref()) {
                self.mistake(Mistake::at(
                    share.span(),
                    "`at_least` is a share of draws, between 0 and 1",
                ));
            }
            *share.get_ref()
        });
        let accepts = it.accepts.as_ref().map(|it| self.condition(it));
        let rejects = it.rejects.as_ref().map(|it| self.condition(it));
        let prefers = it.prefers.as_ref().map(|it| self.two_sides(it));
        let party = party.flatten();
        let statement = match (accepts, rejects, prefers) {
            (Some(deal), _, _) => Statement::Accepts {
                party: party?,
                deal,
            },
            (_, Some(deal), _) => Statement::Rejects {
                party: party?,
                deal,
            },
            (_, _, Some((this, to))) => Statement::Prefers {
                party: party?,
                this,
                to,
            },
            (None, None, None) => Statement::AgreementExists,
        };
        Some(Claim {
            name: it.id.get_ref().clone(),
            says: it.says.clone(),
            sources,
            statement,
            at_least,
        })
    }

    fn two_sides(&mut self, file: &Spanned<PrefersFile>) -> (Options, Options) {
        let it = file.get_ref();
        let [this, to] = [&it.this, &it.to].map(|side| {
            side.get_ref()
                .iter()
                .filter_map(|(issue, option)| {
                    let issue = self.issue_id(issue.get_ref(), issue.span())?;
                    let option = self.option_id(issue, option.get_ref(), option.span())?;
                    Some((issue, option))
                })
                .collect::<Options>()
        });
        let names = |side: &Spanned<std::collections::BTreeMap<Spanned<String>, Spanned<String>>>| {
            let keys = side.get_ref().keys();
            keys.map(|it| it.get_ref().clone()).collect::<Vec<String>>()
        };
        if names(&it.this) != names(&it.to) || it.this.get_ref().is_empty() {
            self.mistake(Mistake::at(
                it.to.span(),
                "`this` and `to` name options of the same issues, at least one",
            ));
        }
        (this, to)
    }

    /// The names of sources, each of which must exist.
    pub(super) fn source_names(&mut self, files: &[Spanned<String>]) -> Vec<String> {
        for name in files {
            if self.sources.iter().all(|it| it.name != *name.get_ref()) {
                let mistake =
                    Mistake::at(name.span(), format!("there is no source `{}`", name.get_ref()))
                        .suggest(name.get_ref(), self.sources.iter().map(|it| it.name.as_str()));
                self.mistake(mistake);
            }
        }
        files.iter().map(|it| it.get_ref().clone()).collect()
    }
}

type Options = Vec<(IssueId, OptionId)>;
