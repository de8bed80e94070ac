//! A party's preferences and strategies, and the numbers in them.

use toml::Spanned;

use crate::config::mistake::Mistake;
use crate::config::number::{NumberFile, NumberTable, ParametersFile, StrategyFile};
use crate::config::resolve::{Hyphens, Resolver};
use crate::config::scenario_file::{BasisFile, LeverageFile, PartyFile, PreferenceFile};
use crate::domain::{
    Basis, Distribution, DistributionError, Interaction, IssuePreference, Leverage, Number, Party,
    Provenance, ScenarioKind, UncertainPreferences, are_probabilities,
};
use crate::strategy::{
    ACCEPTANCE_CONDITIONS, AcceptanceKind, OFFERING_RULES, OfferingKind, Parameter, StrategySpec,
};

/// What is asked of a number: where it may lie, and words for it.
#[derive(Clone, Copy)]
struct Expected<'a> {
    what: &'a str,
    min: f64,
    max: f64,
    words: &'a [(&'a str, f64)],
}

impl<'a> Expected<'a> {
    fn within(what: &'a str, min: f64, max: f64) -> Self {
        Self {
            what,
            min,
            max,
            words: &[],
        }
    }
}

/// Far beyond any sensible weight; keeps sums of weights finite.
const WEIGHT_MAX: f64 = 1e9;

impl Resolver<'_> {
    pub(super) fn party(&mut self, file: &Spanned<PartyFile>) -> (Party, Vec<StrategySpec>) {
        let it = file.get_ref();
        let name = it.id.get_ref();
        let path = format!("party.{name}");
        let reservation_value = self.number(
            &it.reservation_value,
            format!("{path}.reservation_value"),
            Expected::within("a reservation value", 0.0, 1.0),
            None,
        );
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
                let it = it.get_ref();
                Interaction {
                    name: it.id.get_ref().clone(),
                    when: self.condition(&it.when),
                    adds: self.number(
                        &it.adds,
                        format!("{path}.interaction.{}.adds", it.id.get_ref()),
                        Expected::within("what an interaction adds", -1.0, 1.0),
                        None,
                    ),
                }
            })
            .collect();
        let strategies = self.strategies(&it.strategy, &path);
        let party = Party {
            name: name.clone(),
            label: it.label.clone(),
            preferences: UncertainPreferences {
                reservation_value,
                issues,
                interactions,
            },
        };
        (party, strategies)
    }

    /// One preference per issue, in scenario order.
    fn preferences(&mut self, party: &Spanned<PartyFile>, path: &str) -> Vec<IssuePreference> {
        let files = &party.get_ref().preference;
        let mut by_issue: Vec<Option<&Spanned<PreferenceFile>>> = vec![None; self.issues.len()];
        for file in files {
            let name = &file.get_ref().issue;
            let Some(issue) = self.issue_id(name.get_ref(), name.span()) else {
                continue;
            };
            if by_issue[issue.idx()].replace(file).is_some() {
                self.mistake(Mistake::at(
                    name.span(),
                    format!("there are two preferences for the issue `{}`", name.get_ref()),
                ));
            }
        }
        let mut res = Vec::new();
        for (idx, file) in by_issue.into_iter().enumerate() {
            match file {
                Some(it) => res.push(self.preference(it, idx, path)),
                None => {
                    let party_name = party.get_ref().id.get_ref();
                    let issue_name = &self.issues[idx].name;
                    let mistake = Mistake::at(
                        party.get_ref().id.span(),
                        format!("`{party_name}` has no preference for the issue `{issue_name}`"),
                    )
                    .hint(format!("add a [[party.preference]] with issue = \"{issue_name}\""));
                    self.mistake(mistake);
                }
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
        let it = file.get_ref();
        let path = format!("{path}.preference.{}", it.issue.get_ref());
        let shared = self.provenance(it.basis, it.source.as_deref(), it.note.as_deref());
        let weight = self.number(
            &it.weight,
            format!("{path}.weight"),
            Expected::within("a weight", 0.0, WEIGHT_MAX),
            Some(&shared),
        );
        let names: Vec<String> = self.issues[issue_idx]
            .options
            .iter()
            .map(|it| it.name.clone())
            .collect();
        let given = it.utility.get_ref();
        for key in given.keys().filter(|it| !names.contains(it.get_ref())) {
            let issue_name = it.issue.get_ref();
            let key_name = key.get_ref();
            self.mistake(
                Mistake::at(
                    key.span(),
                    format!("the issue `{issue_name}` has no option `{key_name}`"),
                )
                .suggest(key_name, names.iter().map(String::as_str)),
            );
        }
        let mut utilities = Vec::new();
        for name in &names {
            match given.iter().find(|it| it.0.get_ref() == name) {
                Some((_, number)) => utilities.push(self.number(
                    number,
                    format!("{path}.utility.{name}"),
                    Expected::within("a utility", 0.0, 1.0),
                    Some(&shared),
                )),
                None => self.mistake(
                    Mistake::at(
                        it.issue.span(),
                        format!("the utility of the option `{name}` is missing"),
                    )
                    .hint("every option of the issue needs one, in [0, 1]"),
                ),
            }
        }
        IssuePreference { weight, utilities }
    }

    pub(super) fn leverages(&mut self, files: &[Spanned<LeverageFile>]) -> Vec<Leverage> {
        let ids = files.iter().map(|it| &it.get_ref().id);
        self.check_ids("leverages", Hyphens::Forbidden, ids);
        let mut res = Vec::new();
        for file in files {
            let it = file.get_ref();
            let lowers_reservation_value = self.number(
                &it.lowers_reservation_value,
                format!("leverage.{}.lowers_reservation_value", it.id.get_ref()),
                Expected::within("leverage", 0.0, 1.0),
                None,
            );
            let by = self.party_id(&it.by);
            let on = self.party_id(&it.on);
            if let (Some(by), Some(on)) = (by, on) {
                res.push(Leverage {
                    name: it.id.get_ref().clone(),
                    by,
                    on,
                    lowers_reservation_value,
                });
            }
        }
        res
    }

    fn strategies(
        &mut self,
        files: &Spanned<Vec<Spanned<StrategyFile>>>,
        path: &str,
    ) -> Vec<StrategySpec> {
        let p: Vec<f64> = files.get_ref().iter().map(|it| *it.get_ref().p.get_ref()).collect();
        if !are_probabilities(&p) {
            let place = files.get_ref().last().map_or(files.span(), |it| it.get_ref().p.span());
            self.mistake(
                Mistake::at(
                    place,
                    "the probabilities of a party's strategies must be 0 or more and sum to 1",
                )
                .hint(format!("they sum to {}", p.iter().sum::<f64>())),
            );
        }
        files
            .get_ref()
            .iter()
            .enumerate()
            .filter_map(|(idx, it)| self.strategy(it, &format!("{path}.strategy.{idx}")))
            .collect()
    }

    fn strategy(&mut self, file: &Spanned<StrategyFile>, path: &str) -> Option<StrategySpec> {
        let it = file.get_ref();
        let [(rule, parameters)] = &it.offering[..] else {
            let names: Vec<&str> = OFFERING_RULES.iter().map(|it| it.name).collect();
            self.mistake(
                Mistake::at(file.span(), "a strategy needs exactly one offering rule")
                    .hint(format!("one of {}", names.join(", "))),
            );
            return None;
        };
        let offering: &'static OfferingKind = OFFERING_RULES
            .iter()
            .find(|it| it.name == rule.get_ref())
            .expect("the schema knows only these names");
        let offering_numbers =
            self.parameters(offering.parameters, parameters, &format!("{path}.{}", offering.name));
        let default = (ACCEPTANCE_CONDITIONS[0], Vec::new());
        let (acceptance, acceptance_numbers) = match &it.acceptance[..] {
            [] => default,
            [(kind, parameters)] => {
                let acceptance: &'static AcceptanceKind = ACCEPTANCE_CONDITIONS
                    .iter()
                    .find(|it| it.name == kind.get_ref())
                    .expect("the schema knows only these names");
                let path = format!("{path}.accept.{}", acceptance.name);
                let numbers = self.parameters(acceptance.parameters, parameters, &path);
                (acceptance, numbers)
            }
            [_, second, ..] => {
                self.mistake(Mistake::at(
                    second.0.span(),
                    "a strategy has at most one acceptance condition",
                ));
                default
            }
        };
        Some(StrategySpec {
            p: *it.p.get_ref(),
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
    ) -> Vec<Number> {
        known
            .iter()
            .filter_map(|parameter| {
                let (_, number) = files.iter().find(|it| it.0.get_ref() == parameter.name)?;
                let expected = Expected {
                    what: parameter.name,
                    min: parameter.min,
                    max: parameter.max,
                    words: parameter.words,
                };
                Some(self.number(number, format!("{path}.{}", parameter.name), expected, None))
            })
            .collect()
    }

    /// A number with its credentials; `shared` are those of the table it stands in.
    fn number(
        &mut self,
        file: &Spanned<NumberFile>,
        path: String,
        expected: Expected<'_>,
        shared: Option<&Provenance>,
    ) -> Number {
        let distribution = self.distribution(file, expected);
        let mut provenance = match file.get_ref() {
            NumberFile::Table(it) => {
                self.provenance(it.basis, it.source.as_deref(), it.note.as_deref())
            }
            NumberFile::Bare(_) | NumberFile::Word(_) => Provenance::default(),
        };
        if provenance.basis.is_none() && self.texts.is_setting(&file.span()) {
            provenance.basis = Some(Basis::Assumed);
            provenance.note.get_or_insert_with(|| "set for this run".to_owned());
        } else if provenance.basis.is_none()
            && let Some(shared) = shared
        {
            provenance.basis = shared.basis;
            if provenance.sources.is_empty() {
                provenance.sources.clone_from(&shared.sources);
            }
            if provenance.note.is_none() {
                provenance.note.clone_from(&shared.note);
            }
        }
        self.check_credentials(file, &provenance);
        Number {
            path,
            distribution,
            provenance,
        }
    }

    fn check_credentials(&mut self, file: &Spanned<NumberFile>, provenance: &Provenance) {
        match provenance.basis {
            None if self.kind == ScenarioKind::Sourced => self.mistake(
                Mistake::at(file.span(), "this number has no basis").hint(
                    "add basis = \"reported\", \"inferred\" or \"assumed\"; or mark the scenario kind = \"synthetic\"",
                ),
            ),
            Some(Basis::Reported | Basis::Inferred) if provenance.sources.is_empty() => self
                .mistake(
                    Mistake::at(file.span(), "this number names no source")
                        .hint("a reported or inferred number says where it comes from: source = [\"...\"]"),
                ),
            Some(Basis::Inferred) if provenance.note.is_none() => self.mistake(
                Mistake::at(file.span(), "this number lacks a note")
                    .hint("an inferred number says how it follows: note = \"...\""),
            ),
            None | Some(_) => {}
        }
    }

    fn provenance(
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
        }
    }

    fn distribution(
        &mut self,
        file: &Spanned<NumberFile>,
        expected: Expected<'_>,
    ) -> Distribution {
        let made = match file.get_ref() {
            NumberFile::Bare(number) => Distribution::constant(*number),
            NumberFile::Word(word) => {
                let known = expected.words.iter().find(|it| it.0 == word);
                Distribution::constant(known.map_or(f64::NAN, |it| it.1))
            }
            NumberFile::Table(table) => match distribution_of_table(table) {
                Some(it) => it,
                None => {
                    self.mistake(
                        Mistake::at(file.span(), "a number needs exactly one distribution").hint(
                            "one of constant, uniform, triangular, normal, beta, discrete",
                        ),
                    );
                    return stand_in(expected);
                }
            },
        };
        match made {
            Err(error) => {
                self.mistake(Mistake::at(file.span(), error.to_string()));
                stand_in(expected)
            }
            Ok(it) => {
                let (min, max) = it.range();
                if min < expected.min || max > expected.max {
                    let outside = if min < expected.min { min } else { max };
                    let range = if expected.max >= WEIGHT_MAX {
                        format!("{} or more", expected.min)
                    } else {
                        format!("between {} and {}", expected.min, expected.max)
                    };
                    self.mistake(Mistake::at(
                        file.span(),
                        format!("{} must be {range}; this can be {outside}", expected.what),
                    ));
                }
                it
            }
        }
    }
}

/// A number to go on with after a mistake.
fn stand_in(expected: Expected<'_>) -> Distribution {
    Distribution::constant(expected.min).expect("bounds are finite")
}

/// The one distribution of a table; nothing if there is none or more than one.
fn distribution_of_table(table: &NumberTable) -> Option<Result<Distribution, DistributionError>> {
    let given = [
        table.constant.map(Distribution::constant),
        table
            .uniform
            .as_ref()
            .map(|it| Distribution::uniform(it.min, it.max)),
        table
            .triangular
            .as_ref()
            .map(|it| Distribution::triangular(it.min, it.mode, it.max)),
        table
            .normal
            .as_ref()
            .map(|it| Distribution::normal(it.mean, it.sd, it.min, it.max)),
        table
            .beta
            .as_ref()
            .map(|it| Distribution::beta(it.alpha, it.beta, it.min, it.max)),
        table
            .discrete
            .as_ref()
            .map(|it| Distribution::discrete(&it.values, &it.p)),
    ];
    let mut given = given.into_iter().flatten();
    let only = given.next()?;
    given.next().is_none().then_some(only)
}
