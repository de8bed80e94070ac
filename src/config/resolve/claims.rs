//! What a scenario must reproduce before anyone concedes.

use std::collections::BTreeMap;

use demarche_core::domain::{Claim, IssueId, OptionId, Statement};
use toml::Spanned;

use crate::config::diagnostics::Diagnostic;
use crate::config::files::{ClaimFile, PrefersFile};
use crate::config::resolve::scenario::{Hyphens, Resolver};

impl Resolver<'_> {
    pub(crate) fn claims(&mut self, files: &[Spanned<ClaimFile>]) -> Vec<Claim> {
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
            self.diagnostic(
                Diagnostic::at(file.span(), "a claim states exactly one thing")
                    .hint("one of `accepts`, `rejects`, `prefers`, `agreement_exists`"),
            );
            return None;
        }
        match (&it.party, &it.agreement_exists) {
            (None, None) => self.diagnostic(
                Diagnostic::at(file.span(), "this claim has no `party`")
                    .hint("add party = \"...\", the party whose preferences it concerns"),
            ),
            (Some(name), Some(_)) => self.diagnostic(
                Diagnostic::at(name.span(), "`agreement_exists` concerns all parties")
                    .hint("remove `party`"),
            ),
            (None, Some(_)) | (Some(_), None) => {}
        }
        let sources = self.source_names(&it.source);
        let at_least = it.at_least.as_ref().map(|it| self.share_of_draws(it));
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

    fn share_of_draws(&mut self, file: &Spanned<f64>) -> f64 {
        let share = *file.get_ref();
        if !(0.0..=1.0).contains(&share) {
            let message = "`at_least` is a share of draws, between 0 and 1";
            self.diagnostic(Diagnostic::at(file.span(), message).hint_of_percent(share));
        }
        share
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
        let names = |side: &Spanned<BTreeMap<Spanned<String>, Spanned<String>>>| {
            let keys = side.get_ref().keys();
            keys.map(|it| it.get_ref().clone()).collect::<Vec<String>>()
        };
        if names(&it.this) != names(&it.to) || it.this.get_ref().is_empty() {
            self.diagnostic(Diagnostic::at(
                it.to.span(),
                "`this` and `to` name options of the same issues, at least one",
            ));
        }
        (this, to)
    }
}

type Options = Vec<(IssueId, OptionId)>;
