//! A party's numbers as they were drawn for one session.

/// A party's numbers as they were drawn, in floats and not scaled.
///
/// For rules that have to compute as other programs do, and for exact arithmetic; all others use
/// [`Preferences`](crate::domain::Preferences).
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DrawnNumbers {
    /// Importance of each issue, 0 or more.
    pub weights: Vec<f64>,
    /// Utilities of all options of all issues.
    pub utilities: Vec<f64>,
    /// What each interaction adds.
    pub adds: Vec<f64>,
    /// The utility of no agreement, without leverage.
    pub reservation_value: f64,
    /// What leverage takes off it.
    pub leverages: Vec<f64>,
    /// Whether each red line is real.
    pub are_red_lines_real: Vec<bool>,
}

impl DrawnNumbers {
    /// The utility of no agreement, less what leverage takes off it; may be below 0.
    pub fn lowered_reservation_value(&self) -> f64 {
        let leverages = self.leverages.iter();
        leverages.fold(self.reservation_value, |res, it| res - it)
    }
}
