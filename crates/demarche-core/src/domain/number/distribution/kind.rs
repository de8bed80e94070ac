//! What is known of a family of distributions, and what may be wrong with its arguments.

use std::fmt;

use crate::domain::number::distribution::Distribution;

/// A known family of distributions.
///
/// Files, their schema and errors, pages and draws take all they need from it.
#[derive(Clone, Copy)]
pub struct DistributionKind {
    /// The name by which files call it.
    pub name: &'static str,
    /// One sentence about it.
    pub about: &'static str,
    /// How a file gives its arguments.
    pub form: DistributionForm,
    /// Checks arguments that are fine each by itself, and prepares what `quantile` needs.
    pub(super) prepare: fn(&[&[f64]]) -> Result<Prepared, DistributionError>,
    /// The quantile function of the prepared numbers and a probability in [0, 1).
    ///
    /// It never decreases in the probability; what it returns is clamped to the range.
    pub(super) quantile: fn(&[f64], f64) -> f64,
}

/// How a file gives the arguments of a distribution.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum DistributionForm {
    /// One number, which is every draw: `constant = 0.4`.
    Number,
    /// A table: `uniform = { min = 0.2, max = 0.6 }`.
    Table {
        /// Its keys, in the order of the arguments. A value that can be drawn and that bounds the
        /// range from below is called `min`, from above `max`.
        parameters: &'static [DistributionParameter],
        /// The distribution in a few words, with `{name}` in the place of each argument.
        words: &'static str,
    },
}

/// A parameter of a family of distributions.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DistributionParameter {
    /// The name by which files call it.
    pub name: &'static str,
    /// One sentence about it.
    pub about: &'static str,
    /// What it may be.
    pub range: ArgumentRange,
}

/// What an argument of a distribution may be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ArgumentRange {
    /// Any finite number.
    Finite,
    /// A finite number above 0.
    AboveZero,
    /// A number between these two, or one of them.
    Between(f64, f64),
    /// A list of finite numbers.
    ListOfFinite,
    /// A list of probabilities that sum to 1.
    Probabilities,
}

/// What a family of distributions makes of its arguments.
pub(super) struct Prepared {
    /// The least number that can be drawn.
    pub(super) min: f64,
    /// The greatest.
    pub(super) max: f64,
    /// What its quantile function needs.
    pub(super) numbers: Vec<f64>,
}

/// An argument, or one entry of an argument that is a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ArgumentPlace {
    /// The name of the parameter.
    pub parameter: &'static str,
    /// The position in the list; `None` of a number.
    pub entry: Option<usize>,
}

/// Why arguments do not make a distribution.
#[derive(Clone, Copy, PartialEq, Debug, thiserror::Error)]
pub enum DistributionError {
    /// An argument is NaN or infinite; `None` if it is the only one, or if the difference of two is.
    #[error("every parameter must be a finite number")]
    NotFinite(Option<ArgumentPlace>),
    /// An argument is outside its range.
    #[error("`{parameter}` must be {range}")]
    OutOfRange {
        /// Which.
        parameter: &'static str,
        /// What it may be.
        range: ArgumentRange,
    },
    /// Numbers are negative or do not sum to 1.
    #[error("`{parameter}` must be 0 or more and sum to 1")]
    NotProbabilities {
        /// The parameter whose numbers they are.
        parameter: &'static str,
    },
    /// Lists that belong together are empty or of several lengths.
    #[error("{} must be lists of the same length, not empty", kind.list_names().join(" and "))]
    ListsDoNotMatch {
        /// The family whose lists they are.
        kind: &'static DistributionKind,
    },
    /// Each argument is fine, but not with the others.
    #[error("{rule}")]
    DoNotFit {
        /// What must hold.
        rule: &'static str,
        /// The argument to look at first; `None` if it is none in particular.
        place: Option<ArgumentPlace>,
    },
}

/// The least value of a range.
pub(super) const MIN: DistributionParameter = DistributionParameter {
    name: "min",
    about: "The least value.",
    range: ArgumentRange::Finite,
};

/// The greatest value of a range.
pub(super) const MAX: DistributionParameter = DistributionParameter {
    name: "max",
    about: "The greatest value.",
    range: ArgumentRange::Finite,
};

/// How far probabilities may be from summing to one: decimal fractions are not exact.
pub const PROBABILITY_TOLERANCE: f64 = 1e-9;

/// Whether the numbers are 0 or more and sum to 1 within [`PROBABILITY_TOLERANCE`].
pub fn are_probabilities(p: &[f64]) -> bool {
    let sum: f64 = p.iter().sum();
    p.iter().all(|&it| it >= 0.0) && (sum - 1.0).abs() <= PROBABILITY_TOLERANCE
}

impl DistributionKind {
    /// What a table of its arguments has to contain; empty where the argument is a single number.
    pub fn parameters(&self) -> &'static [DistributionParameter] {
        match self.form {
            DistributionForm::Number => &[],
            DistributionForm::Table { parameters, .. } => parameters,
        }
    }

    /// The distribution with these arguments, in the order of the parameters; an argument that is a
    /// number is a list of one.
    ///
    /// # Errors
    ///
    /// If an argument is outside its range, or if they do not fit together.
    ///
    /// # Panics
    ///
    /// If there are not as many arguments as parameters, or a number is a list of several.
    pub fn distribution(
        &'static self,
        arguments: &[&[f64]],
    ) -> Result<Distribution, DistributionError> {
        match self.form {
            DistributionForm::Number => {
                let is_finite = numbers::<1>(arguments)[0].is_finite();
                is_finite
                    .then_some(())
                    .ok_or(DistributionError::NotFinite(None))?;
            }
            DistributionForm::Table { parameters, .. } => self.check(parameters, arguments)?,
        }
        let prepared = (self.prepare)(arguments)?;
        Ok(Distribution::prepared(self, prepared))
    }

    /// Checks every argument by itself, and that lists are of one length.
    fn check(
        &'static self,
        parameters: &[DistributionParameter],
        arguments: &[&[f64]],
    ) -> Result<(), DistributionError> {
        let named = || parameters.iter().zip(arguments);
        let mut lengths = named()
            .filter(|it| it.0.range.is_list())
            .map(|it| it.1.len());
        if let Some(first) = lengths.next()
            && (first == 0 || lengths.any(|it| it != first))
        {
            return Err(DistributionError::ListsDoNotMatch { kind: self });
        }
        for (parameter, argument) in named() {
            let place = |entry| ArgumentPlace {
                parameter: parameter.name,
                entry: parameter.range.is_list().then_some(entry),
            };
            let infinite = argument.iter().position(|it| !it.is_finite());
            if let Some(entry) = infinite
                && parameter.range != ArgumentRange::Probabilities
            {
                return Err(DistributionError::NotFinite(Some(place(entry))));
            }
        }
        named().try_for_each(|(parameter, argument)| parameter.check(argument))
    }

    /// The parameters that are lists, by name.
    fn list_names(&self) -> Vec<&'static str> {
        let lists = self.parameters().iter().filter(|it| it.range.is_list());
        lists.map(|it| it.name).collect()
    }
}

impl PartialEq for DistributionKind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for DistributionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DistributionKind")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl DistributionParameter {
    fn check(&self, argument: &[f64]) -> Result<(), DistributionError> {
        let is_within = match self.range {
            ArgumentRange::Finite | ArgumentRange::ListOfFinite => true,
            ArgumentRange::AboveZero => argument.iter().all(|&it| it > 0.0),
            ArgumentRange::Between(min, max) => argument.iter().all(|it| (min..=max).contains(it)),
            ArgumentRange::Probabilities if are_probabilities(argument) => true,
            ArgumentRange::Probabilities => {
                let parameter = self.name;
                return Err(DistributionError::NotProbabilities { parameter });
            }
        };
        let out_of_range = DistributionError::OutOfRange {
            parameter: self.name,
            range: self.range,
        };
        is_within.then_some(()).ok_or(out_of_range)
    }
}

impl ArgumentRange {
    /// Whether it is of lists of numbers, rather than of numbers.
    pub fn is_list(self) -> bool {
        match self {
            Self::Finite | Self::AboveZero | Self::Between(..) => false,
            Self::ListOfFinite | Self::Probabilities => true,
        }
    }
}

impl fmt::Display for ArgumentRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finite => f.write_str("a finite number"),
            Self::AboveZero => f.write_str("above 0"),
            Self::Between(min, max) => write!(f, "between {min} and {max}"),
            Self::ListOfFinite => f.write_str("a list of finite numbers"),
            Self::Probabilities => f.write_str("a list of probabilities that sum to 1"),
        }
    }
}

impl ArgumentPlace {
    /// An argument that is a number.
    pub(super) fn of(parameter: &'static str) -> Self {
        let entry = None;
        Self { parameter, entry }
    }

    /// An entry of an argument that is a list.
    pub(super) fn entry(parameter: &'static str, entry: usize) -> Self {
        let entry = Some(entry);
        Self { parameter, entry }
    }
}

/// Whether a range has an inside that is no longer than numbers go.
pub(super) fn check_order(min: f64, max: f64) -> Result<(), DistributionError> {
    if !(max - min).is_finite() {
        return Err(DistributionError::NotFinite(None));
    }
    if min < max {
        return Ok(());
    }
    Err(DistributionError::DoNotFit {
        rule: "min must be below max",
        place: Some(ArgumentPlace::of(MAX.name)),
    })
}

/// Arguments that are numbers.
pub(super) fn numbers<const N: usize>(arguments: &[&[f64]]) -> [f64; N] {
    lists(arguments).map(|it| exactly::<1>(it)[0])
}

/// Arguments that are lists.
pub(super) fn lists<'a, const N: usize>(arguments: &[&'a [f64]]) -> [&'a [f64]; N] {
    arguments
        .try_into()
        .expect("one argument for every parameter")
}

/// As many numbers as a kind has prepared.
pub(super) fn exactly<const N: usize>(numbers: &[f64]) -> [f64; N] {
    numbers.try_into().expect("as many numbers as are prepared")
}

/// The boundary between where `is_below` holds and where it does not, to the last bit.
pub(super) fn bisect(mut low: f64, mut high: f64, is_below: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return high;
        }
        if is_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}
