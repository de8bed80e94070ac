//! How a party's offers change from one to the next: the quality of its talk.

use crate::domain::{Outcome, PartySet, Scale};
use crate::protocol::{Asks, Event};
use crate::strategy::Situation;

/// How a party's offers changed from one to the next in a session.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct OfferChanges {
    /// Offers equal to the one before.
    pub repeated: u32,
    /// Offers that change at least one issue.
    pub changing: u32,
    /// How many issues those change, all together.
    pub issues_changed: u32,
    /// Those of them that change more than two issues.
    pub changing_over_two: u32,
    /// Changed issues that go to an option which an earlier offer of its own had.
    pub returns: u32,
    /// Offers that change an issue to the party's own loss by more than any other party asks for.
    ///
    /// On an ordinal issue nobody asks for the new option or one beyond it, on a nominal one
    /// nobody asks for the new option; somebody must have been heard.
    pub beyond_asks: u32,
}

/// What is known of the offers so far.
#[derive(Debug)]
pub(super) struct OfferHistory {
    changes: OfferChanges,
    last_offer: Option<Outcome>,
    /// By flat position of an option, whether an offer of its own had it.
    has_offered: Vec<bool>,
    asks: Asks,
}

impl OfferHistory {
    /// Of a party that has said nothing yet.
    pub(super) fn new(n_options: usize, n_parties: usize) -> Self {
        Self {
            changes: OfferChanges::default(),
            last_offer: None,
            has_offered: vec![false; n_options],
            asks: Asks::new(n_parties),
        }
    }

    /// How they changed.
    pub(super) fn changes(&self) -> OfferChanges {
        self.changes
    }

    /// Takes in what happened.
    pub(super) fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        if let Some(offer) = event.offer()
            && offer.proposer == situation.me
        {
            self.note_offer(offer.outcome, situation);
        }
        self.asks.observe(event);
    }

    fn note_offer(&mut self, offer: Outcome, situation: &Situation<'_>) {
        if self.last_offer == Some(offer) {
            self.changes.repeated += 1;
            return;
        }
        if let Some(last_offer) = self.last_offer {
            self.note_change(last_offer, offer, situation);
        }
        for flat in situation.rules.space.flat_options(offer) {
            self.has_offered[flat] = true;
        }
        self.last_offer = Some(offer);
    }

    fn note_change(&mut self, from: Outcome, to: Outcome, situation: &Situation<'_>) {
        let rules = situation.rules;
        let space = &rules.space;
        let others = PartySet::all(rules.n_parties).without(situation.me);
        let mut n_issues = 0;
        let mut is_beyond_asks = false;
        for issue in space.issues() {
            let [before, after] = [from, to].map(|it| space.option(it, issue));
            if before == after {
                continue;
            }
            n_issues += 1;
            self.changes.returns += u32::from(self.has_offered[space.flat(issue, after)]);
            let worth = |option| situation.preferences.contribution(issue, option);
            if !is_beyond_asks && worth(after) < worth(before) {
                let reaches = |ask| match rules.scales[issue.idx()] {
                    Scale::Nominal => ask == after,
                    Scale::Ordinal if before < after => after <= ask,
                    Scale::Ordinal => ask <= after,
                };
                let mut asks = self.asks.of_issue(others, space, issue).peekable();
                is_beyond_asks = asks.peek().is_some() && !asks.any(reaches);
            }
        }
        self.changes.changing += 1;
        self.changes.issues_changed += n_issues;
        self.changes.changing_over_two += u32::from(n_issues > 2);
        self.changes.beyond_asks += u32::from(is_beyond_asks);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{
        ConsentRule, DrawnNumbers, OptionId, OutcomeSpace, PartyId, Preferences, Utility,
    };
    use crate::protocol::{ProtocolKind, RelativeTime, Rules};

    #[test]
    fn changes_are_those_counted_by_hand() {
        let space = Arc::new(OutcomeSpace::new(&[4, 3, 3]).unwrap());
        let rules = Rules {
            protocol: ProtocolKind::ProposalAndVote,
            deadline_rounds: 10,
            relative_time: RelativeTime::default(),
            consent: ConsentRule::unanimity(2),
            n_parties: 2,
            scales: vec![Scale::Ordinal, Scale::Nominal, Scale::Ordinal],
            space: Arc::clone(&space),
        };
        // The first option of every issue is the best, and the last the worst.
        let mut preferences = Preferences::indifferent(Arc::clone(&space), Vec::new());
        let utilities = [1.0, 0.5, 0.25, 0.0, 1.0, 0.5, 0.0, 1.0, 0.5, 0.0];
        preferences.set(&[1.0, 1.0, 1.0], &utilities, &[], 0.0);
        let situation = Situation {
            me: PartyId::new(0),
            round: 1,
            rules: &rules,
            preferences: &preferences,
            numbers: &DrawnNumbers::default(),
            best_utility: Utility::ONE,
        };
        let mut history = OfferHistory::new(space.n_options_total(), 2);
        let mut after = |proposer: usize, options: [usize; 3]| {
            let event = Event::Offered {
                round: 1,
                proposer: PartyId::new(proposer),
                offer: space.outcome(&options.map(OptionId::new)),
            };
            history.observe(&event, &situation);
            let it = history.changes();
            let changes = [it.changing, it.issues_changed, it.changing_over_two];
            (it.repeated, changes, it.returns, it.beyond_asks)
        };
        // Nobody has asked for anything: no offer is beyond that.
        assert_eq!(after(0, [0, 0, 0]), (0, [0, 0, 0], 0, 0));
        assert_eq!(after(0, [1, 0, 0]), (0, [1, 1, 0], 0, 0));
        assert_eq!(after(1, [2, 2, 0]), (0, [1, 1, 0], 0, 0));
        assert_eq!(after(0, [1, 0, 0]), (1, [1, 1, 0], 0, 0));
        // As far as is asked; further; and another option than the one that is asked.
        assert_eq!(after(0, [2, 0, 0]), (1, [2, 2, 0], 0, 0));
        assert_eq!(after(0, [3, 0, 0]), (1, [3, 3, 0], 0, 1));
        assert_eq!(after(0, [3, 1, 0]), (1, [4, 4, 0], 0, 2));
        // Three at once, of which one is a return; and what is taken back is not given.
        assert_eq!(after(0, [2, 2, 1]), (1, [5, 7, 1], 1, 3));
        assert_eq!(after(0, [0, 0, 0]), (1, [6, 10, 2], 4, 3));
    }
}
