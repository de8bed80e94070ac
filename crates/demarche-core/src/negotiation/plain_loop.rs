//! The reference driver: runs a session in a plain loop, without any concurrency.

use std::sync::Arc;

use crate::negotiation::negotiator::Negotiator;
use crate::negotiation::report::SessionResult;
use crate::negotiation::setting::Setting;
use crate::protocol::{Event, Session};
use crate::randomness::{Replication, Seeds};

/// Runs sessions one after the other in a plain loop.
#[derive(Debug)]
pub struct PlainLoop {
    setting: Arc<Setting>,
    negotiators: Vec<Negotiator>,
}

impl PlainLoop {
    /// A table for the parties of a setting.
    pub fn new(setting: Arc<Setting>) -> Self {
        let negotiators = setting
            .scenario()
            .party_ids()
            .map(|it| Negotiator::new(Arc::clone(&setting), it))
            .collect();
        Self {
            setting,
            negotiators,
        }
    }

    /// Runs a session to its end.
    ///
    /// # Panics
    ///
    /// Only if the code of this module is wrong.
    pub fn run(&mut self, seeds: &Seeds, replication: Replication) -> (Session, SessionResult) {
        for negotiator in &mut self.negotiators {
            negotiator.begin(seeds, replication);
        }
        let mut session = self.setting.session(seeds, replication);
        let mut seen = vec![0; self.negotiators.len()];
        while let Some(pending) = session.pending() {
            for party in pending.parties.iter() {
                let negotiator = &mut self.negotiators[party.idx()];
                negotiator.observe(&session.events()[seen[party.idx()]..]);
                seen[party.idx()] = session.events().len();
                let acted = negotiator.act(pending.round, pending.ask);
                if let Err(violation) = acted.and_then(|it| session.apply(party, it)) {
                    session.forfeit(party, violation);
                }
                if session.ending().is_some() {
                    break;
                }
            }
        }
        let ending = session.ending().expect("the loop ran to the end").clone();
        let parties = self
            .negotiators
            .iter_mut()
            .zip(seen)
            .map(|(negotiator, seen)| negotiator.report(&session.events()[seen..], &ending))
            .collect();
        let result = SessionResult {
            replication,
            n_offers: Event::count_offers(session.events()),
            ending,
            parties,
        };
        (session, result)
    }
}
