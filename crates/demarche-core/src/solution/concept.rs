//! Ideas of what a good agreement is.

/// An idea of what a good agreement is.
///
/// With `d_i` what no agreement is worth to party i, `M_i` the most it can get, and
/// `R_i = (u_i − d_i) / (M_i − d_i)`, each is the point of the frontier that makes one figure as
/// great as possible.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Concept {
    /// `Π_i (u_i − d_i)`. Nash, *The Bargaining Problem*, Econometrica 18 (1950), 155–162.
    ///
    /// Where no point gives all parties a gain, the product is taken over those who have one, and
    /// more parties with a gain go before a greater product: Caragiannis, Kurokawa, Moulin,
    /// Procaccia, Shah and Wang, *The unreasonable fairness of maximum Nash welfare*, ACM
    /// Transactions on Economics and Computation 7 (2019), 12.
    Nash,
    /// `min_i R_i`. Kalai and Smorodinsky, *Other solutions to Nash's bargaining problem*,
    /// Econometrica 43 (1975), 513–518. Parties that can gain nothing are left out.
    KalaiSmorodinsky,
    /// `min_i (u_i − d_i)`. Kalai, *Proportional solutions to bargaining situations*, Econometrica 45
    /// (1977), 1623–1630.
    Egalitarian,
    /// `Σ_i u_i`.
    Utilitarian,
    /// `Σ_i R_i`. Dhillon and Mertens, *Relative utilitarianism*, Econometrica 67 (1999), 471–498.
    /// Parties that can gain nothing are left out.
    RelativeUtilitarian,
}

impl Concept {
    /// Every concept.
    pub const ALL: [Self; 5] = [
        Self::Nash,
        Self::KalaiSmorodinsky,
        Self::Egalitarian,
        Self::Utilitarian,
        Self::RelativeUtilitarian,
    ];

    /// The name by which tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nash => "nash",
            Self::KalaiSmorodinsky => "kalai_smorodinsky",
            Self::Egalitarian => "egalitarian",
            Self::Utilitarian => "utilitarian",
            Self::RelativeUtilitarian => "relative_utilitarian",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Nash => "Nash",
            Self::KalaiSmorodinsky => "Kalai–Smorodinsky",
            Self::Egalitarian => "Egalitarian",
            Self::Utilitarian => "Utilitarian",
            Self::RelativeUtilitarian => "Relative utilitarian",
        }
    }
}
