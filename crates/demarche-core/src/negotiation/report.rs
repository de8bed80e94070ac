//! What is measured about one session.

use crate::domain::Utility;
use crate::negotiation::offer_changes::OfferChanges;
use crate::protocol::Ending;
use crate::randomness::Replication;

/// What is measured about one session.
#[derive(Clone, PartialEq, Debug)]
pub struct SessionResult {
    /// Which one.
    pub replication: Replication,
    /// How it stopped.
    pub ending: Ending,
    /// How many offers were put forward.
    pub n_offers: u32,
    /// What each party says of it, in party order.
    pub parties: Vec<PartyReport>,
}

impl SessionResult {
    /// The product of all parties' surpluses, those below 0 counted as 0; `None` without agreement.
    ///
    /// ```text
    /// Π_i max(0, u_i − r_i)
    /// ```
    ///
    /// Nash, *The Bargaining Problem*, Econometrica 18 (1950), 155–162.
    pub fn nash_product(&self) -> Option<f64> {
        self.parties
            .iter()
            .map(|it| it.surplus().map(|it| it.max(0.0)))
            .product()
    }
}

/// The report of a party on a session that is over.
#[derive(Clone, PartialEq, Debug)]
pub struct PartyReport {
    /// Position of the strategy it followed among those it may follow.
    pub strategy: usize,
    /// The utility of no agreement, after leverage.
    pub reservation_value: Utility,
    /// The utility of no agreement as it was before leverage.
    pub reservation_value_before_leverage: Utility,
    /// The utility of its own best outcome.
    pub best_utility: Option<Utility>,
    /// The utility of the agreement, if there is one.
    pub agreement_utility: Option<Utility>,
    /// How many offers it put forward.
    pub offers: u32,
    /// How many of its offers were worth less to it than the one before.
    pub concessions: u32,
    /// How much less its last offer was worth to it than its first; `None` without an offer.
    pub conceded: Option<f64>,
    /// How often it said yes.
    pub yes: u32,
    /// How often it said no.
    pub no: u32,
    /// Offers that its refusal alone kept from being agreed.
    pub pivotal_rejections: u32,
    /// By issue, for how many of those that issue cost it most; empty if there were none.
    pub pivotal_rejections_by_issue: Vec<u32>,
    /// How its offers changed from one to the next.
    pub offer_changes: OfferChanges,
}

impl PartyReport {
    /// What it ended up with: the agreement's utility, or that of no agreement.
    pub fn utility(&self) -> Utility {
        self.agreement_utility.unwrap_or(self.reservation_value)
    }

    /// The agreement's utility less the reservation value before leverage; `None` without agreement.
    ///
    /// Leverage makes agreements out of what a party would have refused, and that is no gain to it.
    pub fn surplus_before_leverage(&self) -> Option<f64> {
        self.agreement_utility
            .map(|it| it.get() - self.reservation_value_before_leverage.get())
    }

    /// The agreement's utility less the reservation value; `None` without agreement.
    pub fn surplus(&self) -> Option<f64> {
        self.agreement_utility
            .map(|it| it.get() - self.reservation_value.get())
    }
}
