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

impl Ask {
    fn outcome(self) -> Outcome {
        match self {
            Self::Accepted(outcome) | Self::Offered(outcome) => outcome,
        }
    }
}

impl Asks {
    /// Nobody has been heard.
    pub fn new(n_parties: usize) -> Self {
        Self(vec![None; n_parties])
    }

    /// Takes in what happened; votes on a mediator's texts say nothing of what a party asks for.
    ///
    /// Returns those who ask for something else than before.
    #[inline]
    pub fn observe(&mut self, event: &Event) -> PartySet {
        if let Some(offer) = event.offer() {
            return self.ask(offer.proposer, Ask::Offered(offer.outcome));
        }
        let Some(answers) = event.answers_to_offer() else {
            return PartySet::EMPTY;
        };
        let accepted = answers.accepted().iter();
        accepted.fold(PartySet::EMPTY, |changed, party| {
            if let Some(Ask::Offered(_)) = self.0[party.idx()] {
                changed
            } else {
                changed.union(self.ask(party, Ask::Accepted(answers.outcome)))
            }
        })
    }

    /// Notes down what a party asks for; returns it, if that is something else than before.
    #[inline]
    fn ask(&mut self, party: PartyId, ask: Ask) -> PartySet {
        let before = self.0[party.idx()].replace(ask);
        if before.map(Ask::outcome) == Some(ask.outcome()) {
            PartySet::EMPTY
        } else {
            PartySet::only(party)
        }
    }

    /// What a party asks for; `None` before it has been heard.
    pub fn of(&self, party: PartyId) -> Option<Outcome> {
        self.0[party.idx()].map(Ask::outcome)
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
            let changed = asks.observe(&event);
            let issue = space.issues().next().unwrap();
            let of_issue = asks.of_issue(PartySet::all(2), &space, issue);
            let of_issue: Vec<usize> = of_issue.map(OptionId::idx).collect();
            (changed, asks.of(b), of_issue)
        };
        let [only_a, only_b] = [a, b].map(PartySet::only);
        let nobody = PartySet::EMPTY;
        assert_eq!(after(offered(a, 0)), (only_a, None, vec![0]));
        assert_eq!(after(offered(a, 0)), (nobody, None, vec![0]));
        assert_eq!(after(accepted(0)), (only_b, Some(outcomes[0]), vec![0, 0]));
        assert_eq!(after(accepted(1)), (only_b, Some(outcomes[1]), vec![0, 1]));
        assert_eq!(
            after(offered(b, 1)),
            (nobody, Some(outcomes[1]), vec![0, 1])
        );
        assert_eq!(
            after(offered(b, 2)),
            (only_b, Some(outcomes[2]), vec![0, 2])
        );
        assert_eq!(after(accepted(1)), (nobody, Some(outcomes[2]), vec![0, 2]));
    }
}
