//! Who can do what to whom, whose consent a deal needs, and the protocol.

use std::sync::Arc;

use demarche_core::domain::{
    ConsentRule, Leverage, PARTIES_MAX, PartySet, Provenance, Quota, Veto, are_probabilities,
};
use demarche_core::negotiation::RuleKind;
use demarche_core::protocol::{
    PROTOCOLS, PartyNumber, PartyNumberRange, ProtocolKind, RelativeTime,
};
use toml::Spanned;

use crate::config::diagnostics::Diagnostic;
use crate::config::files::{
    ByPartyFile, ConsentFile, LeverageFile, ProtocolFile, ProtocolTable, RelativeTimeFile,
    SourcedFile,
};
use crate::config::resolve::number::{Expected, told_sum};
use crate::config::resolve::scenario::{Hyphens, Resolver, is_sound};

impl Resolver<'_> {
    pub(crate) fn leverages(&mut self, files: &[Spanned<LeverageFile>]) -> Vec<Arc<Leverage>> {
        let ids = files.iter().map(|it| &it.get_ref().id);
        self.check_ids("leverages", Hyphens::Forbidden, ids);
        let mut res = Vec::new();
        for file in files {
            let entry = file.get_ref();
            let lowers_reservation_value = self.number(
                &entry.lowers_reservation_value,
                format!("leverage.{}.lowers_reservation_value", entry.id.get_ref()),
                Expected::within("leverage", 0.0, 1.0),
                None,
            );
            let by = self.party_id(&entry.by);
            let on = self.party_id(&entry.on);
            if by.is_some() && by == on {
                self.diagnostic(
                    Diagnostic::at(entry.on.span(), "a party cannot have leverage on itself")
                        .hint("`by` and `on` name two parties"),
                );
            }
            if let (Some(by), Some(on)) = (by, on) {
                res.push(Arc::new(Leverage {
                    name: entry.id.get_ref().clone(),
                    by,
                    on,
                    lowers_reservation_value,
                }));
            }
        }
        res
    }

    pub(crate) fn protocol(
        &mut self,
        file: &Spanned<ProtocolFile>,
        consent: &[Spanned<ConsentFile>],
    ) -> (ProtocolKind, u32, RelativeTime) {
        let mut chosen = Vec::new();
        for (name, table) in &file.get_ref().0 {
            let mut known = PROTOCOLS.iter();
            let entry = known
                .find(|it| it.name == name.get_ref())
                .expect("the schema knows only these names");
            let numbers = match (entry.party_number, &table.by_party) {
                (Some(number), Some(file)) => self.party_numbers(number, file),
                (_, None) | (None, _) => entry.numbers_default(self.party_names.len()),
            };
            self.protocol_rules(name, table);
            let relative_time = table.relative_time.as_ref().map(|it| match it.get_ref() {
                RelativeTimeFile::ToDeadline => RelativeTime::ToDeadline,
                RelativeTimeFile::Genius => RelativeTime::Genius,
            });
            let rounds = SourcedFile::constant(&table.deadline_rounds).0;
            chosen.push((
                (entry.new)(numbers),
                rounds,
                relative_time.unwrap_or_default(),
            ));
        }
        if chosen.len() != 1 {
            let names: Vec<&str> = PROTOCOLS.iter().map(|it| it.name).collect();
            self.diagnostic(
                Diagnostic::at(file.span(), "exactly one protocol is needed")
                    .hint(format!("one of [protocol.{}]", names.join("], [protocol."))),
            );
            return (ProtocolKind::ProposalAndVote, 1, RelativeTime::default());
        }
        let (kind, rounds, relative_time) = chosen.remove(0);
        if kind.is_alternating()
            && let Some(entry) = consent.first()
        {
            self.diagnostic(
                Diagnostic::at(
                    entry.span(),
                    format!("{} always requires the consent of all parties", kind.name()),
                )
                .hint("remove [[consent]], or use the protocol proposal_and_vote"),
            );
        }
        if !kind.is_alternating() && consent.is_empty() {
            self.rule_default(RuleKind::Unanimity, "consent".to_owned());
        }
        (kind, rounds, relative_time)
    }

    /// Where a protocol, its deadline and its relative time come from.
    fn protocol_rules(&mut self, name: &Spanned<String>, table: &ProtocolTable) {
        let path = format!("protocol.{}", name.get_ref());
        let own = self.provenance_of(&table.credentials);
        let shared = self.rule(RuleKind::Protocol, path.clone(), &name.span(), own, None);
        let rounds = &table.deadline_rounds;
        let own = rounds.get_ref().credentials();
        let own = own.map(|it| self.provenance_of(it)).unwrap_or_default();
        let (kind, place) = (RuleKind::DeadlineRounds, rounds.span());
        let deadline_path = format!("{path}.deadline_rounds");
        self.rule(kind, deadline_path, &place, own, Some(&shared));
        let (kind, path) = (RuleKind::RelativeTime, format!("{path}.relative_time"));
        match &table.relative_time {
            None => self.rule_default(kind, path),
            Some(it) => {
                self.rule(kind, path, &it.span(), Provenance::default(), Some(&shared));
            }
        }
    }

    /// By party, the number that a protocol needs of it.
    fn party_numbers(&mut self, number: PartyNumber, file: &Spanned<ByPartyFile>) -> Vec<f64> {
        match number.range {
            PartyNumberRange::Probabilities => self.probabilities(number.name, file),
            PartyNumberRange::AtLeastZero => {
                let wrong = format!("a {} must be a finite number, 0 or more", number.name);
                let is_fit = |it: f64| it.is_finite() && it >= 0.0;
                let given = self.by_party(file, is_fit, &wrong);
                given.into_iter().map(Option::unwrap_or_default).collect()
            }
        }
    }

    /// By party, a probability; they sum to 1.
    fn probabilities(&mut self, kind: &str, file: &Spanned<ByPartyFile>) -> Vec<f64> {
        let n_before = self.diagnostics.len();
        let wrong = "a probability must be between 0 and 1";
        let given = self.by_party(file, |it| (0.0..=1.0).contains(&it), wrong);
        if self.diagnostics.len() > n_before
            || !is_sound(self.party_names.iter().map(String::as_str))
        {
            return Vec::new();
        }
        if let Some(idx) = given.iter().position(Option::is_none) {
            let name = &self.party_names[idx];
            let message = format!("`{name}` has no {kind} probability");
            self.diagnostic(
                Diagnostic::at(file.span(), message)
                    .hint(format!("add {name} = 0.0 if it is never drawn")),
            );
            return Vec::new();
        }
        let given: Vec<f64> = given.into_iter().flatten().collect();
        if !are_probabilities(&given) {
            let message = format!("the {kind} probabilities of the parties must sum to 1");
            self.diagnostic(Diagnostic::at(file.span(), message).hint(told_sum(&given)));
        }
        given
    }

    /// The numbers by party; reports every invalid number.
    fn by_party(
        &mut self,
        file: &Spanned<ByPartyFile>,
        is_fit: impl Fn(f64) -> bool,
        wrong: &str,
    ) -> Vec<Option<f64>> {
        let mut numbers = vec![None; self.party_names.len()];
        for (name, number) in file.get_ref() {
            if !is_fit(*number.get_ref()) {
                self.diagnostic(Diagnostic::at(number.span(), wrong));
            }
            if let Some(party) = self.party_id(name) {
                numbers[party.idx()] = Some(*number.get_ref());
            }
        }
        numbers
    }

    pub(crate) fn consent(&mut self, files: &[Spanned<ConsentFile>]) -> ConsentRule {
        let n_parties = self.party_names.len().min(PARTIES_MAX);
        if files.is_empty() {
            return ConsentRule::unanimity(n_parties);
        }
        let mut vetoes = Vec::new();
        let mut quotas = Vec::new();
        for (idx, file) in files.iter().enumerate() {
            let it = file.get_ref();
            let kind = match it.quota {
                None => RuleKind::Veto(vetoes.len()),
                Some(_) => RuleKind::Quota(quotas.len()),
            };
            let own = self.provenance(it.basis, it.source.as_deref(), it.note.as_deref());
            self.rule(kind, format!("consent.{idx}"), &file.span(), own, None);
            match (&it.party, &it.quota) {
                (Some(name), None) => {
                    if let Some(of) = it.of.as_ref().and_then(|it| it.first()) {
                        self.diagnostic(Diagnostic::at(of.span(), "`of` requires `quota`"));
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
                        self.diagnostic(Diagnostic::at(when.span(), "`when` requires `party`"));
                    }
                    quotas.push(self.quota(quota, it.of.as_deref()));
                }
                (Some(_), Some(_)) | (None, None) => self.diagnostic(
                    Diagnostic::at(file.span(), "an entry needs either `party` or `quota`")
                        .hint("party = \"...\" for a required party, quota = 3 for a required number of parties"),
                ),
            }
        }
        ConsentRule::new(vetoes, quotas)
    }

    fn quota(&mut self, file: &Spanned<u32>, of: Option<&[Spanned<String>]>) -> Quota {
        let n_mistakes = self.diagnostics.len();
        let of: PartySet = match of {
            Some(names) => names.iter().filter_map(|it| self.party_id(it)).collect(),
            None => PartySet::all(self.party_names.len().min(PARTIES_MAX)),
        };
        let at_least = *file.get_ref() as usize;
        // Among parties of which one is not known, nothing is too many.
        let is_known = self.diagnostics.len() == n_mistakes
            && is_sound(self.party_names.iter().map(String::as_str));
        if is_known && at_least > of.len() {
            let message = match of.len() {
                0 => "a quota is at least 1".to_owned(),
                n => format!("a quota among {n} parties is between 1 and {n}"),
            };
            self.diagnostic(Diagnostic::at(file.span(), message));
        }
        Quota { at_least, of }
    }
}
