//! What a measurement is: how it is taken of a session, and the words that document it.

use demarche_core::domain::{PartyId, from_units, units};
use demarche_core::negotiation::SessionResult;

use crate::experiment::tallies::measured_session::MeasuredSession;

/// Something measured in every session, by a function of it.
#[derive(Clone, Copy, Debug)]
pub struct Measurement<F> {
    /// What its amounts are.
    pub kind: MeasurementKind,
    /// Its amount in a session; `None` where it has none.
    pub of: F,
    /// Its column in the table of sessions or of parties, if it has one there.
    pub column: Option<MeasuredColumn>,
    /// Its mean or share over sessions, if the summary has one.
    pub metric: Option<MetricWords>,
}

/// Something measured of a session.
pub type SessionMeasurement = Measurement<fn(&MeasuredSession) -> Option<Amount>>;

/// Something measured of a party in a session.
pub type PartyMeasurement = Measurement<fn(&SessionResult, PartyId) -> Option<Amount>>;

/// What amounts are, and so what they are added up in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MeasurementKind {
    /// Whether something happened, as 1 or 0: over sessions, a share.
    Event,
    /// How many.
    Count,
    /// One count over another.
    Ratio,
    /// A utility, or the difference of two.
    Utility,
    /// A sum of utilities.
    UtilitySum,
    /// A product of surpluses.
    SurplusProduct,
}

/// An amount, as exact as it is known.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Amount {
    /// An integer.
    Whole(u32),
    /// Units of 2⁻⁴⁸, in which utilities are integers.
    Units(i64),
    /// A number that is no multiple of such a unit.
    Real(f64),
}

/// A column with what is measured, in the words of its documentation, in Markdown.
#[derive(Clone, Copy, Debug)]
pub struct MeasuredColumn {
    /// Its name in the header.
    pub name: &'static str,
    /// What it tells.
    pub meaning: &'static str,
    /// Which values there are.
    pub range: &'static str,
    /// When a cell is empty.
    pub empty: &'static str,
}

/// A mean or share over sessions, in the words of its documentation, in Markdown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MetricWords {
    /// Its name in the summary and in `until`.
    pub name: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
    /// Over which sessions it is.
    pub over: Over,
    /// How cells and runs are compared by it, pair by pair, if they are.
    pub paired: Option<PairedWords>,
}

/// What sessions are compared by, one by one, in the words of its documentation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PairedWords {
    /// The name of its mean difference between two cells or runs on common random numbers.
    pub name: &'static str,
    /// What of a session it is.
    pub meaning: &'static str,
    /// Over which replications it is.
    pub over: &'static str,
}

/// The sessions that a metric is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Over {
    /// Every session has an amount, so that a study can say what it depends on.
    AllSessions,
    /// Those that these words tell.
    Those(&'static str),
}

impl Over {
    /// What documentation says.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::AllSessions => "all sessions",
            Self::Those(words) => words,
        }
    }
}

impl<F: Copy> Measurement<F> {
    /// The same, by which sessions are compared.
    pub(super) const fn paired(self, words: PairedWords) -> Self {
        let Some(metric) = self.metric else {
            panic!("only metrics are compared");
        };
        Self {
            metric: Some(MetricWords {
                paired: Some(words),
                ..metric
            }),
            ..self
        }
    }
}

impl MeasurementKind {
    /// What 1 in whole amounts stands for: amounts as [`Amount::whole`] gives them.
    pub(crate) fn unit(self) -> f64 {
        match self {
            Self::Event | Self::Count => 1.0,
            Self::Ratio | Self::Utility | Self::UtilitySum | Self::SurplusProduct => from_units(1),
        }
    }
}

impl Amount {
    /// In the units of 2⁻⁴⁸ for utilities, else in ones.
    pub(crate) fn whole(self) -> i64 {
        match self {
            Self::Whole(it) => it.into(),
            Self::Units(it) => it,
            Self::Real(it) => units(it),
        }
    }

    /// As a float.
    pub fn number(self) -> f64 {
        match self {
            Self::Whole(it) => it.into(),
            Self::Units(it) => from_units(it),
            Self::Real(it) => it,
        }
    }
}
