//! Numbers: their distributions, where they may lie, and where they come from.

use std::ops::Range;

use demarche_core::domain::{
    Basis, Distribution, DistributionError, Number, Provenance, SHAPE_MAX, SHAPE_MIN, ScenarioKind,
    WEIGHT_MAX, is_shape,
};
use toml::Spanned;

use crate::config::diagnostics::{Diagnostic, percent_hint};
use crate::config::files::{BasisFile, NumberFile, NumberTable};
use crate::config::resolve::scenario::Resolver;

/// What is asked of a number: where it may lie, and words for it.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) what: &'a str,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) words: &'a [(&'a str, f64)],
}

impl<'a> Expected<'a> {
    pub(crate) fn within(what: &'a str, min: f64, max: f64) -> Self {
        Self {
            what,
            min,
            max,
            words: &[],
        }
    }
}

impl Resolver<'_> {
    /// A number with its credentials; `shared` are those of the table it stands in.
    pub(crate) fn number(
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
        let is_set = self.texts.is_setting(&file.span()) || self.texts.was_set(&path);
        if provenance.basis.is_none() && is_set {
            provenance.is_set = true;
            provenance.basis = Some(Basis::Assumed);
            provenance
                .note
                .get_or_insert_with(|| "set for this run".to_owned());
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
            within: expected.min..=expected.max,
            provenance,
        }
    }

    fn check_credentials(&mut self, file: &Spanned<NumberFile>, provenance: &Provenance) {
        match provenance.basis {
            None if self.kind == ScenarioKind::Sourced => self.diagnostic(
                Diagnostic::at(file.span(), "this number has no basis").hint(
                    "add basis = \"reported\", \"inferred\" or \"assumed\"; or mark the scenario kind = \"synthetic\"",
                ),
            ),
            Some(Basis::Reported | Basis::Inferred) if provenance.sources.is_empty() => self
                .diagnostic(
                    Diagnostic::at(file.span(), "this number names no source")
                        .hint("a reported or inferred number says where it comes from: source = [\"...\"]"),
                ),
            Some(Basis::Inferred) if provenance.note.is_none() => self.diagnostic(
                Diagnostic::at(file.span(), "this number lacks a note")
                    .hint("an inferred number says how it follows: note = \"...\""),
            ),
            None | Some(_) => {}
        }
    }

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

    fn distribution(&mut self, file: &Spanned<NumberFile>, expected: Expected<'_>) -> Distribution {
        let whole = file.span();
        let (made, parameters) = match file.get_ref() {
            NumberFile::Bare(number) => (Distribution::constant(*number), Parameters::default()),
            NumberFile::Word(word) => {
                let known = expected.words.iter().find(|it| it.0 == word);
                let number = known.map_or(f64::NAN, |it| it.1);
                (Distribution::constant(number), Parameters::default())
            }
            NumberFile::Table(table) => match &distributions_of_table(table)[..] {
                [(made, parameters)] => (made.clone(), parameters.clone()),
                several => {
                    let message = match several.len() {
                        0 => "this number lacks a distribution",
                        _ => "this number has more than one distribution",
                    };
                    self.diagnostic(Diagnostic::at(whole, message).hint(
                        "exactly one of constant, uniform, triangular, normal, beta, discrete",
                    ));
                    return stand_in(expected);
                }
            },
        };
        match made {
            Err(error) => {
                self.diagnostic(parameters.diagnostic(error, whole, expected.what));
                stand_in(expected)
            }
            Ok(it) => {
                let (min, max) = it.range();
                if min < expected.min || max > expected.max {
                    let outside = if min < expected.min { min } else { max };
                    let range = if expected.max >= WEIGHT_MAX && outside < WEIGHT_MAX {
                        format!("{} or more", expected.min)
                    } else {
                        format!("between {} and {}", expected.min, expected.max)
                    };
                    let place = parameters.place_of_bound(outside).unwrap_or(whole);
                    let message =
                        format!("{} must be {range}; this can be {outside}", expected.what);
                    let is_share = expected.min >= 0.0 && expected.max <= 1.0;
                    let hint = percent_hint(outside).filter(|_| is_share);
                    self.diagnostic(Diagnostic::at(place, message).hint_if(hint));
                }
                it
            }
        }
    }
}

/// A number to go on with after an error.
fn stand_in(expected: Expected<'_>) -> Distribution {
    Distribution::constant(expected.min).expect("bounds are finite")
}

/// What a table says of one distribution, with the places.
#[derive(Clone, Default)]
struct Parameters<'a> {
    /// Single numbers, by name.
    single: Vec<(&'static str, &'a Spanned<f64>)>,
    values: &'a [Spanned<f64>],
    p: Option<&'a Spanned<Vec<Spanned<f64>>>>,
}

impl<'a> Parameters<'a> {
    fn single(single: &[(&'static str, &'a Spanned<f64>)]) -> Self {
        Self {
            single: single.to_vec(),
            ..Self::default()
        }
    }

    fn p(&self) -> &'a [Spanned<f64>] {
        self.p.map_or(&[], |it| it.get_ref())
    }

    /// What is wrong, at the parameter that is wrong; `what` the number is if it has none.
    fn diagnostic(&self, error: DistributionError, whole: Range<usize>, what: &str) -> Diagnostic {
        let at = |name: &str| {
            let found = self.single.iter().find(|it| it.0 == name);
            found.map_or(whole.clone(), |it| it.1.span())
        };
        let diagnostic = |place: Range<usize>| Diagnostic::at(place, error.to_string());
        let single_with = |is_wrong: fn(f64) -> bool| {
            let mut single = self.single.iter();
            single.find(|it| is_wrong(*it.1.get_ref()) && it.0 != "constant")
        };
        match error {
            DistributionError::NotFinite => {
                if let Some((name, it)) = single_with(|it| !it.is_finite()) {
                    return Diagnostic::at(it.span(), format!("`{name}` must be a finite number"));
                }
                let value = self.values.iter().find(|it| !it.get_ref().is_finite());
                let place = value.map_or(at("constant"), Spanned::span);
                Diagnostic::at(place, format!("{what} must be a finite number"))
            }
            DistributionError::NotPositive => {
                let is_scale = |name: &str| ["sd", "alpha", "beta"].contains(&name);
                let mut scales = self.single.iter().filter(|it| is_scale(it.0));
                match scales.find(|it| *it.1.get_ref() <= 0.0) {
                    Some((name, it)) => {
                        Diagnostic::at(it.span(), format!("`{name}` must be above 0"))
                    }
                    None => diagnostic(whole),
                }
            }
            DistributionError::ShapeOutOfBounds => {
                let mut shapes = self
                    .single
                    .iter()
                    .filter(|it| ["alpha", "beta"].contains(&it.0));
                match shapes.find(|it| !is_shape(*it.1.get_ref())) {
                    Some((name, it)) => Diagnostic::at(
                        it.span(),
                        format!("`{name}` must be between {SHAPE_MIN} and {SHAPE_MAX}"),
                    ),
                    None => diagnostic(whole),
                }
            }
            DistributionError::MinNotBelowMax => diagnostic(at("max")).hint(self.render()),
            DistributionError::ModeOutsideRange => diagnostic(at("mode")).hint(self.render()),
            DistributionError::RangeTooFarOut => diagnostic(whole).hint(self.render()),
            DistributionError::ListsDoNotMatch => {
                let (n_values, n_p) = (self.values.len(), self.p().len());
                diagnostic(whole).hint(format!("values has {n_values} numbers, p has {n_p}"))
            }
            DistributionError::DoubledValue => {
                let is_doubled = |idx: &usize| {
                    let same = |it: &Spanned<f64>| {
                        it.get_ref().total_cmp(self.values[*idx].get_ref()).is_eq()
                    };
                    self.values[..*idx].iter().any(same)
                };
                let second = (0..self.values.len()).find(is_doubled);
                diagnostic(second.map_or(whole, |idx| self.values[idx].span()))
            }
            DistributionError::NotProbabilities => {
                let is_share = |it: &&Spanned<f64>| (0.0..=1.0).contains(it.get_ref());
                if let Some(it) = self.p().iter().find(|it| !is_share(it)) {
                    return Diagnostic::at(it.span(), "a probability must be between 0 and 1")
                        .hint_if(percent_hint(*it.get_ref()));
                }
                let numbers: Vec<f64> = self.p().iter().map(|it| *it.get_ref()).collect();
                let place = self.p.map_or(whole, Spanned::span);
                Diagnostic::at(place, "the probabilities must sum to 1").hint(told_sum(&numbers))
            }
        }
    }

    /// Its single numbers in words.
    fn render(&self) -> String {
        let rendered = self
            .single
            .iter()
            .map(|(name, it)| format!("{name} is {}", it.get_ref()));
        rendered.collect::<Vec<String>>().join(", ")
    }

    /// Where the least or greatest drawn value is written.
    fn place_of_bound(&self, bound: f64) -> Option<Range<usize>> {
        let is_bound = |it: &&Spanned<f64>| it.get_ref().total_cmp(&bound).is_eq();
        let single = self
            .single
            .iter()
            .filter(|it| ["constant", "min", "max"].contains(&it.0));
        let mut written = single.map(|it| it.1).chain(self.values);
        written.find(is_bound).map(Spanned::span)
    }
}

/// What probabilities sum to, in words.
pub(crate) fn told_sum(p: &[f64]) -> String {
    // Digits beyond these are of the binary fractions, not of what was written.
    let sum = (p.iter().sum::<f64>() * 1e12).round() / 1e12;
    format!("they sum to {sum}")
}

type Written<'a> = (Result<Distribution, DistributionError>, Parameters<'a>);

/// All distributions of a table; it should have one.
fn distributions_of_table(table: &NumberTable) -> Vec<Written<'_>> {
    let mut res: Vec<Written<'_>> = Vec::new();
    let number = |it: &Spanned<f64>| *it.get_ref();
    let numbers = |list: &[Spanned<f64>]| list.iter().map(number).collect::<Vec<f64>>();
    if let Some(it) = &table.constant {
        let made = Distribution::constant(number(it));
        res.push((made, Parameters::single(&[("constant", it)])));
    }
    if let Some(it) = &table.uniform {
        let made = Distribution::uniform(number(&it.min), number(&it.max));
        res.push((
            made,
            Parameters::single(&[("min", &it.min), ("max", &it.max)]),
        ));
    }
    if let Some(it) = &table.triangular {
        let single = [("min", &it.min), ("mode", &it.mode), ("max", &it.max)];
        let [min, mode, max] = single.map(|it| number(it.1));
        res.push((
            Distribution::triangular(min, mode, max),
            Parameters::single(&single),
        ));
    }
    if let Some(it) = &table.normal {
        let single = [
            ("mean", &it.mean),
            ("sd", &it.sd),
            ("min", &it.min),
            ("max", &it.max),
        ];
        let [mean, sd, min, max] = single.map(|it| number(it.1));
        res.push((
            Distribution::normal(mean, sd, min, max),
            Parameters::single(&single),
        ));
    }
    if let Some(it) = &table.beta {
        let single = [
            ("alpha", &it.alpha),
            ("beta", &it.beta),
            ("min", &it.min),
            ("max", &it.max),
        ];
        let [alpha, beta, min, max] = single.map(|it| number(it.1));
        res.push((
            Distribution::beta(alpha, beta, min, max),
            Parameters::single(&single),
        ));
    }
    if let Some(it) = &table.discrete {
        let made = Distribution::discrete(&numbers(&it.values), &numbers(it.p.get_ref()));
        let parameters = Parameters {
            single: Vec::new(),
            values: &it.values,
            p: Some(&it.p),
        };
        res.push((made, parameters));
    }
    res
}
