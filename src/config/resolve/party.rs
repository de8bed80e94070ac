//! A party's preferences and strategies.

use std::sync::Arc;

use demarche_core::domain::{
    DISCOUNT_FACTOR_MIN, Interaction, IssuePreference, Number, Party, PartyId, Provenance, RedLine,
    UncertainPreferences, WEIGHT_MAX, are_probabilities,
};
use demarche_core::negotiation::RuleKind;
use demarche_core::strategy::{Parameter, StrategySpec};
use toml::Spanned;

use crate::config::diagnostics::{Diagnostic, nearest};
use crate::config::files::{
    NumberFile, ParametersFile, PartyFile, PreferenceFile, RedLineFile, SourcedFile, StrategyFile,
};
use crate::config::resolve::number::{Expected, told_sum};
use crate::config::resolve::scenario::{Hyphens, Resolver, is_sound};

impl Resolver<'_> {
    pub(crate) fn party(
        &mut self,
        me: PartyId,
        file: &Spanned<PartyFile>,
    ) -> (Arc<Party>, Vec<StrategySpec>) {
        let it = file.get_ref();
        let name = it.id.get_ref();
        let path = format!("party.{name}");
        let reservation_value = self.number(
            &it.reservation_value,
            format!("{path}.reservation_value"),
            Expected::within("a reservation value", 0.0, 1.0),
            None,
        );
        let discount_factor = it.discount_factor.as_ref().map(|it| {
            self.number(
                it,
                format!("{path}.discount_factor"),
                Expected::within("a discount factor", DISCOUNT_FACTOR_MIN, 1.0),
                None,
            )
        });
        let issues = self.preferences(file, &path);
        self.check_ids(
            "interactions",
            Hyphens::Forbidden,
            it.interaction.iter().map(|it| &it.get_ref().id),
        );
        let interactions = it
            .interaction
            .iter()
            .map(|it| {
                let entry = it.get_ref();
                Arc::new(Interaction {
                    name: entry.id.get_ref().clone(),
                    when: self.condition(&entry.when),
                    adds: self.number(
                        &entry.adds,
                        format!("{path}.interaction.{}.adds", entry.id.get_ref()),
                        Expected::within("what an interaction adds", -1.0, 1.0),
                        None,
                    ),
                })
            })
            .collect();
        let red_lines = self.red_lines(&it.red_line, &path);
        let strategies = self.strategies(&it.strategy, me, &path);
        let party = Party {
            name: name.clone(),
            label: it.label.clone(),
            preferences: UncertainPreferences {
                reservation_value,
                discount_factor,
                issues,
                interactions,
                red_lines,
            },
        };
        (Arc::new(party), strategies)
    }

    fn red_lines(&mut self, files: &[Spanned<RedLineFile>], path: &str) -> Vec<Arc<RedLine>> {
        let ids = files.iter().map(|it| &it.get_ref().id);
        self.check_ids("red lines", Hyphens::Forbidden, ids);
        let mut red_lines = Vec::new();
        for file in files {
            let it = file.get_ref();
            red_lines.push(Arc::new(RedLine {
                name: it.id.get_ref().clone(),
                label: it.label.clone(),
                when: self.condition(&it.when),
                probability: self.number(
                    &it.probability,
                    format!("{path}.red_line.{}.probability", it.id.get_ref()),
                    Expected::within("a probability", 0.0, 1.0),
                    None,
                ),
            }));
        }
        red_lines
    }

    /// One preference per issue, in scenario order.
    ///
    /// An unknown issue is taken for the one nearly called so, if that has no preference.
    fn preferences(&mut self, party: &Spanned<PartyFile>, path: &str) -> Vec<Arc<IssuePreference>> {
        let files = &party.get_ref().preference;
        let mut by_issue: Vec<Option<&Spanned<PreferenceFile>>> = vec![None; self.issues.len()];
        let mut misspelt = Vec::new();
        for file in files {
            let name = &file.get_ref().issue;
            let Some(issue) = self.issue_id(name.get_ref(), name.span()) else {
                misspelt.push(file);
                continue;
            };
            if by_issue[issue.idx()].replace(file).is_some() {
                self.diagnostic(Diagnostic::at(
                    name.span(),
                    format!(
                        "there are two preferences for the issue `{}`",
                        name.get_ref()
                    ),
                ));
            }
        }
        for file in misspelt {
            let meant = nearest(file.get_ref().issue.get_ref(), self.issue_names());
            if let Some(idx) = meant.and_then(|name| self.issue_names().position(|it| it == name)) {
                by_issue[idx].get_or_insert(file);
            }
        }
        let mut res = Vec::new();
        for (idx, file) in by_issue.into_iter().enumerate() {
            let issue_name = self.issues[idx].name.clone();
            if let Some(it) = file {
                let path = format!("{path}.preference.{issue_name}");
                res.push(Arc::new(self.preference(it, idx, &path)));
            } else if is_sound(self.issue_names()) {
                let id = &party.get_ref().id;
                let message = format!(
                    "`{}` has no preference for the issue `{issue_name}`",
                    id.get_ref()
                );
                self.diagnostic(Diagnostic::at(id.span(), message).hint(format!(
                    "add a [[party.preference]] with issue = \"{issue_name}\""
                )));
            }
        }
        res
    }

    fn preference(
        &mut self,
        file: &Spanned<PreferenceFile>,
        issue_idx: usize,
        path: &str,
    ) -> IssuePreference {
        let entry = file.get_ref();
        let shared = self.provenance(entry.basis, entry.source.as_deref(), entry.note.as_deref());
        let weight = self.number(
            &entry.weight,
            format!("{path}.weight"),
            Expected::within("a weight", 0.0, WEIGHT_MAX),
            Some(&shared),
        );
        let utilities = self
            .utilities(entry, issue_idx)
            .into_iter()
            .map(|(name, number)| {
                let expected = Expected::within("a utility", 0.0, 1.0);
                self.number(
                    number,
                    format!("{path}.utility.{name}"),
                    expected,
                    Some(&shared),
                )
            })
            .collect();
        IssuePreference { weight, utilities }
    }

    /// The utilities of an issue's options, in scenario order.
    ///
    /// An unknown option is taken for the one nearly called so, if that has no utility.
    fn utilities<'f>(
        &mut self,
        file: &'f PreferenceFile,
        issue_idx: usize,
    ) -> Vec<(String, &'f Spanned<NumberFile>)> {
        let issue_name = self.issues[issue_idx].name.clone();
        let options = &self.issues[issue_idx].options;
        let names: Vec<String> = options.iter().map(|it| it.name.clone()).collect();
        let known = || names.iter().map(String::as_str);
        let given = file.utility.get_ref();
        if !is_sound(known()) {
            return Vec::new();
        }
        let mut misspelt = Vec::new();
        for (key, number) in given.iter().filter(|it| !names.contains(it.0.get_ref())) {
            let key_name = key.get_ref();
            let message = format!("the issue `{issue_name}` has no option `{key_name}`");
            self.diagnostic(Diagnostic::at(key.span(), message).suggest(key_name, known()));
            misspelt.push((nearest(key_name, known()), number));
        }
        let mut res = Vec::new();
        for name in &names {
            let exact = given.get(name.as_str());
            let meant = || misspelt.iter().find(|it| it.0 == Some(name.as_str()));
            match exact.or_else(|| meant().map(|it| it.1)) {
                Some(number) => res.push((name.clone(), number)),
                None => self.diagnostic(
                    Diagnostic::at(
                        file.utility.span(),
                        format!("the utility of the option `{name}` is missing"),
                    )
                    .hint("every option of the issue needs one, in [0, 1]"),
                ),
            }
        }
        res
    }

    fn strategies(
        &mut self,
        files: &Spanned<Vec<Spanned<StrategyFile>>>,
        me: PartyId,
        path: &str,
    ) -> Vec<StrategySpec> {
        self.check_probabilities(files);
        let n_strategies = files.get_ref().len();
        let mut specs = Vec::new();
        for (idx, file) in files.get_ref().iter().enumerate() {
            let path = format!("{path}.strategy.{idx}");
            let own = self.provenance_of(&file.get_ref().credentials);
            let kind = RuleKind::Strategy(me, idx);
            let shared = self.rule(kind, path.clone(), &file.span(), own, None);
            let p = &file.get_ref().p;
            let own = p.get_ref().credentials();
            let own = own.map(|it| self.provenance_of(it)).unwrap_or_default();
            // Of one strategy alone the probability is no choice.
            if n_strategies > 1 {
                let kind = RuleKind::StrategyProbability(me, idx);
                self.rule(kind, format!("{path}.p"), &p.span(), own, Some(&shared));
            }
            specs.extend(self.strategy(file, &path, &shared));
        }
        specs
    }

    fn check_probabilities(&mut self, files: &Spanned<Vec<Spanned<StrategyFile>>>) {
        let p = files.get_ref().iter();
        let p: Vec<_> = p.map(|it| SourcedFile::constant(&it.get_ref().p)).collect();
        let Some(last) = p.last() else {
            self.diagnostic(
                Diagnostic::at(files.span(), "a party needs at least one strategy")
                    .hint("for example strategy = [{ p = 1.0, random_offer = {} }]"),
            );
            return;
        };
        let n_before = self.diagnostics.len();
        for (number, place) in &p {
            if !(0.0..=1.0).contains(number) {
                let message = "the probability of a strategy must be between 0 and 1";
                let diagnostic = Diagnostic::at(place.clone(), message);
                self.diagnostic(diagnostic.hint_of_percent(*number));
            }
        }
        let numbers: Vec<f64> = p.iter().map(|it| it.0).collect();
        if self.diagnostics.len() == n_before && !are_probabilities(&numbers) {
            let message = "the probabilities of a party's strategies must sum to 1";
            let diagnostic = Diagnostic::at(last.1.clone(), message);
            self.diagnostic(diagnostic.hint(told_sum(&numbers)));
        }
    }

    fn strategy(
        &mut self,
        file: &Spanned<StrategyFile>,
        path: &str,
        shared: &Provenance,
    ) -> Option<StrategySpec> {
        let it = file.get_ref();
        let [(rule, parameters)] = &it.offering[..] else {
            let rules = self.texts.strategies().offering_rules();
            let names: Vec<&str> = rules.iter().map(|it| it.name).collect();
            self.diagnostic(
                Diagnostic::at(file.span(), "a strategy needs exactly one offering rule")
                    .hint(format!("one of {}", names.join(", "))),
            );
            return None;
        };
        let strategies = self.texts.strategies();
        let offering = strategies
            .offering(rule.get_ref())
            .expect("the schema knows only these names");
        let offering_numbers = self.parameters(
            offering.parameters,
            parameters,
            &format!("{path}.{}", offering.name),
            shared,
        );
        let default = (strategies.acceptance_conditions()[0], Vec::new());
        let (acceptance, acceptance_numbers) = match &it.acceptance[..] {
            [] => default,
            [(kind, parameters)] => {
                let acceptance = strategies
                    .acceptance(kind.get_ref())
                    .expect("the schema knows only these names");
                let path = format!("{path}.accept.{}", acceptance.name);
                let numbers = self.parameters(acceptance.parameters, parameters, &path, shared);
                (acceptance, numbers)
            }
            [_, second, ..] => {
                self.diagnostic(Diagnostic::at(
                    second.0.span(),
                    "a strategy has at most one acceptance condition",
                ));
                default
            }
        };
        Some(StrategySpec {
            p: SourcedFile::constant(&it.p).0,
            offering,
            offering_numbers,
            acceptance,
            acceptance_numbers,
        })
    }

    fn parameters(
        &mut self,
        known: &[Parameter],
        files: &ParametersFile,
        path: &str,
        shared: &Provenance,
    ) -> Vec<Number> {
        known
            .iter()
            .filter_map(|parameter| {
                let Some(number) = files.get(parameter.name) else {
                    return parameter.number_default(path);
                };
                let path = format!("{path}.{}", parameter.name);
                let expected = Expected {
                    what: parameter.name,
                    min: parameter.min,
                    max: parameter.max,
                    words: parameter.words,
                };
                Some(self.number(number, path, expected, Some(shared)))
            })
            .collect()
    }
}
