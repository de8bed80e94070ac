//! What each party asks for, as far as it has shown that.

use crate::domain::{IssueId, OptionId, Outcome, OutcomeSpace, PartyId, PartySet};
use crate::protocol::event::Event;

/// By party, the outcome that it asks for: the last one that it put forward, or while it has put
/// none forward, the last one that it accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asks(Vec<Option<Ask>>);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ask {
    Accepted(Outcome),
    Offered(Outcome),
}

impl Asks {
    /// Nobody has been heard.
    pub fn new(n_parties: usize) -> Self {
        Self(vec![None; n_parties])
    }

    /// Takes in what happened; votes on a mediator's texts say nothing of what a party asks for.
    pub fn observe(&mut self, event: &Event) {
        if let Some(offer) = event.offer() {
            self.0[offer.proposer.idx()] = Some(Ask::Offered(offer.outcome));
        } else if let Some(answers) = event.answers_to_offer() {
            for party in answers.accepted().iter() {
                let ask = &mut self.0[party.idx()];
                if !matches!(ask, Some(Ask::Offered(_))) {
                    *ask = Some(Ask::Accepted(answers.outcome));
                }
            }
        }
    }

    /// What a party asks for; `None` before it has been heard.
    pub fn of(&self, party: PartyId) -> Option<Outcome> {
        self.0[party.idx()].map(|it| match it {
            Ask::Accepted(outcome) | Ask::Offered(outcome) => outcome,
        })
    }

    /// The options of an issue that these parties ask for, as far as they have been heard.
    pub fn of_issue(
        &self,
        parties: PartySet,
        space: &OutcomeSpace,
        issue: IssueId,
    ) -> impl Iterator<Item = OptionId> {
        let asks = parties.iter().filter_map(|it| self.of(it));
        asks.map(move |it| space.option(it, issue))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_party_puts_forward_counts_more_than_what_it_accepts() {
        let space = OutcomeSpace::new(&[3]).unwrap();
        let outcomes: Vec<Outcome> = space.outcomes().collect();
        let [a, b] = [0, 1].map(PartyId::new);
        let offered = |proposer, idx: usize| Event::Offered {
            round: 1,
            proposer,
            offer: outcomes[idx],
        };
        let accepted = |idx: usize| Event::Answered {
            round: 1,
            proposer: a,
            offer: outcomes[idx],
            yes: PartySet::only(b),
            no: PartySet::EMPTY,
            answered: PartySet::only(b),
        };
        let mut asks = Asks::new(2);
        let mut after = |event| {
            asks.observe(&event);
            let issue = space.issues().next().unwrap();
            let of_issue = asks.of_issue(PartySet::all(2), &space, issue);
            (asks.of(b), of_issue.map(OptionId::idx).collect::<Vec<_>>())
        };
        assert_eq!(after(offered(a, 0)), (None, vec![0]));
        assert_eq!(after(accepted(0)), (Some(outcomes[0]), vec![0, 0]));
        assert_eq!(after(accepted(1)), (Some(outcomes[1]), vec![0, 1]));
        assert_eq!(after(offered(b, 2)), (Some(outcomes[2]), vec![0, 2]));
        assert_eq!(after(accepted(1)), (Some(outcomes[2]), vec![0, 2]));
    }
}
