//! Why sides that would both save by an agreement may fight: two short models.
//!
//! Fearon, *Rationalist explanations for war*, International Organization 49 (1995), 379–414;
//! Powell, *War as a commitment problem*, International Organization 60 (2006), 169–203.

/// One side demands a share of a prize of size 1, take it or leave it; the other may fight.
///
/// The demanding side knows only that the other's cost of fighting is uniform from 0 to a most.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct UltimatumUnderThreat {
    /// How likely the demanding side wins the whole prize in a fight; in [0, 1].
    pub win_probability: f64,
    /// What fighting costs the demanding side; 0 or more.
    pub own_cost: f64,
    /// The most that it may cost the other; above 0.
    pub others_cost_max: f64,
}

impl UltimatumUnderThreat {
    /// The shares of the demanding side that both would rather have than a fight, if the other's
    /// cost were known.
    ///
    /// ```text
    /// [ p − c, p + c_other ]
    /// ```
    pub fn bargaining_range(&self, others_cost: f64) -> [f64; 2] {
        [
            self.win_probability - self.own_cost,
            self.win_probability + others_cost,
        ]
    }

    /// The share that the demanding side does best to demand.
    ///
    /// ```text
    /// p + y,   y = max( 0, (C − c) / 2 )
    /// ```
    pub fn best_demand(&self) -> f64 {
        self.win_probability + self.markup()
    }

    /// How likely that demand is fought over: y / C.
    pub fn fight_probability(&self) -> f64 {
        self.markup() / self.others_cost_max
    }

    fn markup(&self) -> f64 {
        ((self.others_cost_max - self.own_cost) / 2.0).max(0.0)
    }
}

/// Two periods with a prize of size 1 in each, and a rising side that cannot bind itself.
///
/// Whoever wins a fight has what is left of both periods; the side in decline can be given no
/// more than the whole prize of the first.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PowerShift {
    /// How likely the rising side wins a fight in the first period, and in the second.
    pub win_probabilities: [f64; 2],
    /// What the second period is worth in the first, in (0, 1].
    pub discount_factor: f64,
    /// What a fight costs the declining side in the period in which it begins.
    pub decliners_cost: f64,
}

impl PowerShift {
    /// Whether the declining side fights at once, whatever it is offered.
    ///
    /// It does if a fight now, (1 − p₁)(1 + δ) − c, is worth more than all of the first prize and
    /// what a fight in the second period would bring, 1 + δ(1 − p₂ − c):
    ///
    /// ```text
    /// δ·(p₂ − p₁) > p₁ + c·(1 − δ)
    /// ```
    pub fn is_fought_over(&self) -> bool {
        let [now, later] = self.win_probabilities;
        let delta = self.discount_factor;
        delta * (later - now) > now + self.decliners_cost * (1.0 - delta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_to_which_fighting_costs_too_much_demands_what_is_safe() {
        let game = UltimatumUnderThreat {
            win_probability: 0.5,
            own_cost: 0.4,
            others_cost_max: 0.3,
        };
        assert!((game.best_demand() - 0.5).abs() < 1e-15);
        assert!(game.fight_probability().abs() < 1e-15);
    }

    #[test]
    fn no_other_demand_is_better() {
        let game = UltimatumUnderThreat {
            win_probability: 0.5,
            own_cost: 0.1,
            others_cost_max: 0.4,
        };
        let worth = |demand: f64| {
            let fight = (demand - game.win_probability) / game.others_cost_max;
            demand * (1.0 - fight) + (game.win_probability - game.own_cost) * fight
        };
        let best = game.best_demand();
        for step in 0..=40 {
            let demand = 0.5 + f64::from(step) / 100.0;
            assert!(worth(demand) <= worth(best) + 1e-12, "{demand}");
        }
    }
}
