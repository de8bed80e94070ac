//! Two players who divide one pie by offers and counter-offers, with time that costs.
//!
//! In every period one player proposes a division and the other accepts it, takes an outside
//! option or makes the next proposal; payoffs of period t, counted from 1, are worth δ^(t−1) as
//! much. Rubinstein, *Perfect equilibrium in a bargaining model*, Econometrica 50 (1982), 97–109;
//! with a last period Ståhl, *Bargaining Theory* (1972); with outside options Binmore, Shaked and
//! Sutton, *An outside option experiment*, Quarterly Journal of Economics 104 (1989), 753–770.

/// A game of alternating offers over a pie of size 1; the first player proposes first.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BargainingGame {
    /// What each player's share keeps of its worth with every period, in (0, 1].
    pub discount_factors: [f64; 2],
    /// What each player can have when it is its turn to answer, instead of making a counter-offer;
    /// in [0, 1], together at most 1.
    pub outside_options: [f64; 2],
}

impl BargainingGame {
    /// A game in which nobody can have anything elsewhere.
    pub fn without_outside_options(discount_factors: [f64; 2]) -> Self {
        Self {
            discount_factors,
            outside_options: [0.0; 2],
        }
    }

    /// The first player's share in the subgame-perfect equilibrium, when nothing is left after so
    /// many periods.
    ///
    /// By backward induction: whoever proposes leaves the other just what refusing would give it.
    ///
    /// ```text
    /// x_t = 1 − max( δ_j·x_(t+1), w_j ),   x_(T+1) = 0,   j answers in period t
    /// ```
    ///
    /// As the number of periods T grows, this converges to [`rubinstein_share`] where no outside
    /// option binds, as (δ₁δ₂)^(T/2) does to 0.
    ///
    /// # Panics
    ///
    /// If there is no period.
    pub fn first_share(&self, n_periods: u32) -> f64 {
        assert!(n_periods > 0, "somebody proposes");
        (1..=n_periods).rev().fold(0.0, |later, period| {
            let answers = usize::from(period % 2 == 1);
            1.0 - (self.discount_factors[answers] * later).max(self.outside_options[answers])
        })
    }
}

/// The first player's share when the game has no last period and nobody an outside option.
///
/// ```text
/// x = (1 − δ₂) / (1 − δ₁·δ₂)
/// ```
///
/// Discount factors are in (0, 1), one of them may be 1. Rubinstein (1982).
pub fn rubinstein_share(discount_factors: [f64; 2]) -> f64 {
    let [first, second] = discount_factors;
    (1.0 - second) / (1.0 - first * second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outside_option_counts_only_where_it_beats_waiting() {
        let share = |option: f64| {
            let game = BargainingGame {
                discount_factors: [0.5, 0.5],
                outside_options: [0.0, option],
            };
            game.first_share(200)
        };
        assert!((share(0.2) - share(0.0)).abs() < 1e-15);
        assert!((share(0.4) - 0.6).abs() < 1e-15);
    }

    #[test]
    fn patience_is_strength() {
        let share =
            |mine: f64| BargainingGame::without_outside_options([mine, 0.8]).first_share(99);
        assert!(share(0.9) > share(0.8));
    }
}
