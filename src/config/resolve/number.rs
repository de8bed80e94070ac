//! Numbers: their distributions, where they may lie, and where they come from.

use std::ops::Range;

use demarche_core::domain::{
    ArgumentPlace, DISTRIBUTIONS, Distribution, DistributionError, DistributionForm,
    DistributionParameter, Number, Provenance, ScenarioKind, WEIGHT_MAX,
};
use toml::Spanned;

use crate::config::diagnostics::Diagnostic;
use crate::config::files::{ArgumentFile, DistributionFile, NumberFile};
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
        if self.texts.is_setting(&file.span()) || self.texts.was_set(&path) {
            self.set_paths.insert(path.clone());
        }
        let own = match file.get_ref() {
            NumberFile::Table(it) => self.provenance_of(&it.credentials),
            NumberFile::Bare(_) | NumberFile::Word(_) => Provenance::default(),
        };
        let provenance = self.with_shared(own, shared, &path, &file.span());
        if provenance.basis.is_none() && self.kind == ScenarioKind::Sourced {
            self.diagnostic(Diagnostic::at(file.span(), "this number has no basis").hint(
                "add basis = \"reported\", \"inferred\" or \"assumed\"; or mark the scenario kind = \"synthetic\"",
            ));
        }
        self.check_credentials("number", &file.span(), &provenance);
        Number {
            path,
            distribution,
            within: expected.min..=expected.max,
            provenance,
        }
    }

    fn distribution(&mut self, file: &Spanned<NumberFile>, expected: Expected<'_>) -> Distribution {
        let whole = file.span();
        let constant = |number: f64| {
            (
                Distribution::constant(number),
                Arguments::none(whole.clone()),
            )
        };
        let (made, arguments) = match file.get_ref() {
            NumberFile::Bare(number) => constant(*number),
            NumberFile::Word(word) => {
                let known = expected.words.iter().find(|it| it.0 == word);
                constant(known.map_or(f64::NAN, |it| it.1))
            }
            NumberFile::Table(table) => match &table.distributions[..] {
                [file] => {
                    let arguments = Arguments::of(file, whole);
                    (distribution(file), arguments)
                }
                several => {
                    let message = match several.len() {
                        0 => "this number lacks a distribution",
                        _ => "this number has more than one distribution",
                    };
                    let names: Vec<&str> = DISTRIBUTIONS.iter().map(|it| it.name).collect();
                    let hint = format!("exactly one of {}", names.join(", "));
                    self.diagnostic(Diagnostic::at(whole, message).hint(hint));
                    return stand_in(expected);
                }
            },
        };
        match made {
            Err(error) => {
                self.diagnostic(arguments.diagnostic(error, expected.what));
                stand_in(expected)
            }
            Ok(distribution) => {
                let (min, max) = distribution.range();
                if min < expected.min || max > expected.max {
                    let outside = if min < expected.min { min } else { max };
                    let range = if expected.max >= WEIGHT_MAX && outside < WEIGHT_MAX {
                        format!("{} or more", expected.min)
                    } else {
                        format!("between {} and {}", expected.min, expected.max)
                    };
                    let place = arguments.place_of_bound(outside);
                    let message =
                        format!("{} must be {range}; this can be {outside}", expected.what);
                    let is_share = expected.min >= 0.0 && expected.max <= 1.0;
                    let diagnostic = Diagnostic::at(place, message);
                    self.diagnostic(if is_share {
                        diagnostic.hint_of_percent(outside)
                    } else {
                        diagnostic
                    });
                }
                distribution
            }
        }
    }
}

/// A placeholder number after an error.
fn stand_in(expected: Expected<'_>) -> Distribution {
    Distribution::constant(expected.min).expect("bounds are finite")
}

/// The arguments of a distribution, with their places.
struct Arguments<'a> {
    /// The place of all together.
    whole: Range<usize>,
    named: Vec<(DistributionParameter, &'a Spanned<ArgumentFile>)>,
}

impl<'a> Arguments<'a> {
    fn none(whole: Range<usize>) -> Self {
        let named = Vec::new();
        Self { whole, named }
    }

    fn of(file: &'a DistributionFile, whole: Range<usize>) -> Self {
        let arguments = &file.arguments;
        let whole = match (file.kind.form, &arguments[..]) {
            (DistributionForm::Number, [number]) => number.span(),
            _ => whole,
        };
        let parameters = file.kind.parameters().iter().copied();
        let named = parameters.zip(arguments).collect();
        Self { whole, named }
    }

    fn place(&self, of: Option<ArgumentPlace>) -> Range<usize> {
        let place = of.and_then(|it| {
            let argument = self.argument(it.parameter)?;
            let entry = it.entry.and_then(|idx| entries(argument).get(idx));
            Some(entry.map_or(argument.span(), Spanned::span))
        });
        place.unwrap_or(self.whole.clone())
    }

    fn argument(&self, name: &str) -> Option<&'a Spanned<ArgumentFile>> {
        let mut named = self.named.iter();
        named.find(|it| it.0.name == name).map(|it| it.1)
    }

    /// What is wrong, at the argument that is wrong; `what` the number is if it has none.
    fn diagnostic(&self, error: DistributionError, what: &str) -> Diagnostic {
        let at = |place| Diagnostic::at(self.place(place), error.to_string());
        match error {
            DistributionError::NotFinite(place) => {
                let of_number = place.filter(|it| it.entry.is_none());
                let name = of_number.map_or(what.to_owned(), |it| format!("`{}`", it.parameter));
                let message = format!("{name} must be a finite number");
                Diagnostic::at(self.place(place), message)
            }
            DistributionError::OutOfRange { parameter, .. } => {
                let entry = None;
                at(Some(ArgumentPlace { parameter, entry }))
            }
            DistributionError::ListsDoNotMatch { .. } => at(None).hint(self.render_lengths()),
            DistributionError::DoNotFit { place, .. } => at(place).hint_if(self.render_numbers()),
            DistributionError::NotProbabilities { parameter } => {
                let argument = self.argument(parameter);
                let p = argument.map_or(&[][..], entries);
                let is_share = |it: &&Spanned<f64>| (0.0..=1.0).contains(it.get_ref());
                if let Some(it) = p.iter().find(|it| !is_share(it)) {
                    return Diagnostic::at(it.span(), "a probability must be between 0 and 1")
                        .hint_of_percent(*it.get_ref());
                }
                let numbers: Vec<f64> = p.iter().map(|it| *it.get_ref()).collect();
                let place = argument.map_or(self.whole.clone(), Spanned::span);
                Diagnostic::at(place, "the probabilities must sum to 1").hint(told_sum(&numbers))
            }
        }
    }

    /// The arguments that are numbers in words; `None` if there are none.
    fn render_numbers(&self) -> Option<String> {
        let numbers = self
            .named
            .iter()
            .filter_map(|(parameter, it)| match it.get_ref() {
                ArgumentFile::Number(number) => Some(format!("{} is {number}", parameter.name)),
                ArgumentFile::List(_) => None,
            });
        let numbers: Vec<String> = numbers.collect();
        (!numbers.is_empty()).then(|| numbers.join(", "))
    }

    /// How long the lists are, in words.
    fn render_lengths(&self) -> String {
        let lists = self.named.iter().filter(|it| it.0.range.is_list());
        let lengths = lists.enumerate().map(|(idx, (parameter, argument))| {
            let numbers = if idx == 0 { " numbers" } else { "" };
            format!(
                "{} has {}{numbers}",
                parameter.name,
                entries(argument).len()
            )
        });
        lengths.collect::<Vec<String>>().join(", ")
    }

    /// Where the least or greatest drawn value is written.
    fn place_of_bound(&self, bound: f64) -> Range<usize> {
        let is_bound = |it: f64| it.total_cmp(&bound).is_eq();
        let place = self
            .named
            .iter()
            .find_map(|(parameter, argument)| match argument.get_ref() {
                ArgumentFile::Number(number) => {
                    let is_end = ["min", "max"].contains(&parameter.name);
                    (is_end && is_bound(*number)).then(|| argument.span())
                }
                ArgumentFile::List(list) => {
                    let bound = list.iter().find(|it| is_bound(*it.get_ref()));
                    bound.map(Spanned::span)
                }
            });
        place.unwrap_or(self.whole.clone())
    }
}

fn distribution(file: &DistributionFile) -> Result<Distribution, DistributionError> {
    let numbers = file.arguments.iter().map(|it| match it.get_ref() {
        ArgumentFile::Number(number) => vec![*number],
        ArgumentFile::List(list) => list.iter().map(|it| *it.get_ref()).collect(),
    });
    let numbers: Vec<Vec<f64>> = numbers.collect();
    let arguments: Vec<&[f64]> = numbers.iter().map(Vec::as_slice).collect();
    file.kind.distribution(&arguments)
}

/// The entries of an argument; none of a number.
fn entries(argument: &Spanned<ArgumentFile>) -> &[Spanned<f64>] {
    match argument.get_ref() {
        ArgumentFile::Number(_) => &[],
        ArgumentFile::List(list) => list,
    }
}

/// What probabilities sum to, in words.
pub(crate) fn told_sum(p: &[f64]) -> String {
    // Digits beyond these are of the binary fractions, not of what was written.
    let sum = (p.iter().sum::<f64>() * 1e12).round() / 1e12;
    format!("they sum to {sum}")
}
