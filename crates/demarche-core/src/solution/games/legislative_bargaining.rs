//! A pie is divided by vote: proposers are drawn, and so many yes are enough.
//!
//! Baron and Ferejohn, *Bargaining in legislatures*, American Political Science Review 83 (1989),
//! 1181–1206, closed rule, without a last round.

/// A legislature that divides a pie of size 1.
#[derive(Clone, PartialEq, Debug)]
pub struct LegislativeBargaining {
    /// By party, how likely it is drawn as proposer; they sum to 1.
    pub recognition: Vec<f64>,
    /// How many yes a proposal needs, the proposer's included; from 1 to the number of parties.
    pub quota: usize,
    /// What a share keeps of its worth with every round, in (0, 1].
    pub discount_factor: f64,
}

/// What parties get in a stationary equilibrium.
#[derive(Clone, PartialEq, Debug)]
pub struct LegislativeShares {
    /// By party, what it expects before a proposer is drawn.
    pub values: Vec<f64>,
    /// By party, what it keeps if it proposes.
    pub proposer: Vec<f64>,
    /// By party, what it is given when a proposer wants its yes.
    pub partner: Vec<f64>,
}

/// Prices that differ by no more are equal, so that a proposer has no favorite among them.
const TIE: f64 = 1e-12;
const ITERATIONS_MAX: u32 = 100_000;

impl LegislativeBargaining {
    /// The stationary equilibrium, by value iteration from equal values; `None` if that does not
    /// settle.
    ///
    /// A proposer buys the yes of the cheapest others at what waiting is worth to them, each of
    /// equally cheap ones as likely as the other.
    ///
    /// ```text
    /// v_i = p_i·( 1 − Σ_{j in C_i} δ·v_j ) + Σ_{k ≠ i} p_k·P(i in C_k)·δ·v_i
    /// ```
    ///
    /// With equal recognition v = 1/n, a partner gets δ/n and a proposer 1 − δ·(q − 1)/n, at once.
    /// It need not settle where unequal parties end up equally dear, and proposers would have to
    /// mix them unequally.
    ///
    /// # Panics
    ///
    /// If there is no party or the quota cannot be met.
    pub fn equilibrium(&self) -> Option<LegislativeShares> {
        let n_parties = self.recognition.len();
        assert!(
            (1..=n_parties).contains(&self.quota),
            "the quota can be met"
        );
        let mut values = self.recognition.clone();
        values.fill(self.recognition.iter().sum::<f64>() / count(n_parties));
        for _ in 0..ITERATIONS_MAX {
            let next = self.improved(&values);
            let moved = next.iter().zip(&values).map(|(a, b)| (a - b).abs());
            let is_settled = moved.fold(0.0, f64::max) <= TIE;
            values = next;
            if is_settled {
                return Some(self.shares(values));
            }
        }
        None
    }

    fn improved(&self, values: &[f64]) -> Vec<f64> {
        let mut res = vec![0.0; values.len()];
        for (proposer, &p) in self.recognition.iter().enumerate() {
            let mut spent = 0.0;
            for (partner, share) in self.coalition(values, proposer) {
                let cost = share * self.discount_factor * values[partner];
                spent += cost;
                res[partner] += p * cost;
            }
            res[proposer] += p * (1.0 - spent);
        }
        res
    }

    /// Whose yes a proposer buys, with how likely it buys each.
    fn coalition(&self, values: &[f64], proposer: usize) -> Vec<(usize, f64)> {
        let mut others: Vec<usize> = (0..values.len()).filter(|&it| it != proposer).collect();
        others.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let wanted = self.quota - 1;
        let Some(&dearest) = others[..wanted].last() else {
            return Vec::new();
        };
        let is_tied = |it: &usize| (values[*it] - values[dearest]).abs() <= TIE;
        let n_cheaper = others[..wanted].iter().filter(|it| !is_tied(it)).count();
        let n_tied = others.iter().filter(|it| is_tied(it)).count();
        let share = count(wanted - n_cheaper) / count(n_tied);
        let cheaper = others[..n_cheaper].iter().map(|&it| (it, 1.0));
        let tied = others
            .iter()
            .filter(|it| is_tied(it))
            .map(|&it| (it, share));
        cheaper.chain(tied).collect()
    }

    fn shares(&self, values: Vec<f64>) -> LegislativeShares {
        let partner: Vec<f64> = values.iter().map(|it| self.discount_factor * it).collect();
        let kept = |proposer: usize| {
            let coalition = self.coalition(&values, proposer);
            1.0 - coalition
                .iter()
                .map(|(it, share)| share * partner[*it])
                .sum::<f64>()
        };
        LegislativeShares {
            proposer: (0..values.len()).map(kept).collect(),
            partner,
            values,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of parties are small")]
fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_unanimity_parties_expect_what_they_propose() {
        let game = LegislativeBargaining {
            recognition: vec![0.5, 0.3, 0.2],
            quota: 3,
            discount_factor: 0.9,
        };
        let shares = game.equilibrium().expect("unanimity settles");
        for (value, p) in shares.values.iter().zip(&game.recognition) {
            assert!((value - p).abs() < 1e-9, "{value} is not {p}");
        }
    }

    #[test]
    fn a_quota_of_one_gives_the_proposer_everything() {
        let game = LegislativeBargaining {
            recognition: vec![0.75, 0.25],
            quota: 1,
            discount_factor: 1.0,
        };
        let shares = game.equilibrium().expect("nobody is bought");
        assert_eq!(shares.proposer, [1.0, 1.0]);
        assert_eq!(shares.values, [0.75, 0.25]);
    }
}
