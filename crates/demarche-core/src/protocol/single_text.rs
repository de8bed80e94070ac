//! A mediator varies one text; the parties vote on each variant, and at the end on what stands.
//!
//! Raiffa, *The Art and Science of Negotiation* (1982), chapter 14; Klein, Faratin, Sayama and
//! Bar-Yam, *Protocols for negotiating complex contracts*, IEEE Intelligent Systems 18(6) (2003),
//! 32–38.
//!
//! The mediator knows nobody's preferences: a variant changes one issue of the standing text, both
//! drawn, and replaces it if it gets the consent that an agreement on it would need.

use crate::domain::{IssueId, OptionId, Outcome, OutcomeSpace, PartyId, PartySet};
use crate::protocol::action::{Action, Request};
use crate::protocol::ending::Ending;
use crate::protocol::event::Event;
use crate::protocol::log::Log;
use crate::protocol::vote::Vote;
use crate::protocol::{Manner, PartyNumber, PartyNumberRange, ProtocolEntry, ProtocolKind, Rules};
use crate::randomness::Stream;

pub(super) const ENTRY: ProtocolEntry = ProtocolEntry {
    name: "single_text",
    about: "A mediator varies one text; the parties vote on each variant, and at the end on the text.",
    about_rounds: "Rounds allowed, from 1 to 1,000,000; the last is the final vote.",
    manner: Manner::Mediated,
    party_number: Some(PartyNumber {
        name: "temperature",
        about: "By party, its initial temperature, 0 or more: its propensity to vote for variants \
                that are worse for it; 0 by default.",
        range: PartyNumberRange::AtLeastZero,
    }),
    new: |temperatures| ProtocolKind::SingleText { temperatures },
};

/// How likely a party votes for a variant that is worth less to it than the standing text.
///
/// ```text
/// P = exp( −loss / T ),   T = initial_temperature · (1 − t)
/// ```
///
/// `loss` is what the variant takes off its utility, above 0; t is the relative time. At an initial
/// temperature of 0 the party is a hill climber and P is 0; the higher, the closer P is to 1.
/// This is the annealer of Klein et al. (2003), cooled linearly.
pub fn concession_probability(loss: f64, initial_temperature: f64, relative_time: f64) -> f64 {
    let temperature = initial_temperature * (1.0 - relative_time);
    if temperature > 0.0 {
        libm::exp(-loss / temperature)
    } else {
        0.0
    }
}

#[derive(Clone, Debug)]
pub(super) struct SingleText {
    stream: Stream,
    standing: Outcome,
    /// On a variant; in the last round on the standing text itself.
    vote: Vote,
}

impl SingleText {
    pub(super) fn new(rules: &Rules, log: &mut Log, mut stream: Stream) -> Self {
        let space = &rules.space;
        let options: Vec<OptionId> = space
            .issues()
            .map(|it| OptionId::new(below(&mut stream, space.n_options(it))))
            .collect();
        let standing = space.outcome(&options);
        let mut res = Self {
            stream,
            standing,
            vote: Vote::new(standing, PartySet::EMPTY),
        };
        res.open(rules, log);
        res.count_finished(rules, log);
        res
    }

    pub(super) fn pending(&self, rules: &Rules, log: &Log) -> (Request, PartySet) {
        let ask = Request::Vote {
            text: self.vote.text,
            standing: self.compared_with(rules, log),
        };
        (ask, self.vote.unanswered())
    }

    pub(super) fn apply(&mut self, rules: &Rules, log: &mut Log, party: PartyId, action: Action) {
        self.vote.answer(party, action);
        self.count_finished(rules, log);
    }

    /// What the text is compared with: the standing one, or in the last round no agreement.
    fn compared_with(&self, rules: &Rules, log: &Log) -> Option<Outcome> {
        (log.round < rules.deadline_rounds).then_some(self.standing)
    }

    /// Puts the text of the present round to the vote.
    fn open(&mut self, rules: &Rules, log: &Log) {
        let text = match self.compared_with(rules, log) {
            Some(_) => self.variant(&rules.space),
            None => self.standing,
        };
        self.vote = Vote::new(text, rules.consent.asked(&rules.space, text));
    }

    /// The standing text with another option of one issue, each change equally likely by issue;
    /// the text itself where no issue has another.
    fn variant(&mut self, space: &OutcomeSpace) -> Outcome {
        let open: Vec<IssueId> = space
            .issues()
            .filter(|&it| space.n_options(it) > 1)
            .collect();
        if open.is_empty() {
            return self.standing;
        }
        let changed = open[below(&mut self.stream, open.len())];
        let step = 1 + below(&mut self.stream, space.n_options(changed) - 1);
        let options: Vec<OptionId> = space
            .issues()
            .map(|issue| {
                let option = space.option(self.standing, issue);
                if issue == changed {
                    OptionId::new((option.idx() + step) % space.n_options(issue))
                } else {
                    option
                }
            })
            .collect();
        space.outcome(&options)
    }

    /// Counts votes that are over; those in which nobody has a say are over at once.
    fn count_finished(&mut self, rules: &Rules, log: &mut Log) {
        while self.vote.is_over() && log.ending.is_none() {
            let vote = self.vote;
            let compared_with = self.compared_with(rules, log);
            log.events.push(Event::Voted {
                round: log.round,
                text: vote.text,
                standing: compared_with,
                yes: vote.yes,
                no: vote.no,
            });
            let is_taken = rules.is_taken(vote.text, vote.yes);
            if is_taken && compared_with.is_none() {
                log.ending = Some(Ending::Agreement {
                    round: log.round,
                    proposer: None,
                    outcome: vote.text,
                });
                return;
            }
            if is_taken {
                self.standing = vote.text;
            }
            log.next_round(rules);
            self.open(rules, log);
        }
    }
}

fn below(stream: &mut Stream, n: usize) -> usize {
    usize::try_from(stream.below(n as u64)).expect("below a usize")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::ConsentRule;
    use crate::protocol::test_support::{begun, mediated, play_out, set};

    #[test]
    fn annealers_give_way_less_the_more_it_costs_and_the_later_it_is() {
        let e = std::f64::consts::E;
        let table = [
            (0.1, 0.2, 0.5, 1.0 / e),
            (0.2, 0.2, 0.5, 1.0 / (e * e)),
            (0.1, 0.1, 0.0, 1.0 / e),
            (0.1, 0.0, 0.5, 0.0),
        ];
        for (loss, temperature, time, expected) in table {
            let actual = concession_probability(loss, temperature, time);
            assert!((actual - expected).abs() < 1e-15, "{actual}");
        }
    }

    const SIZES: [usize; 3] = [3, 1, 2];

    /// All votes on texts that two parties always like, and the third in odd rounds.
    fn votes(seed: u64, deadline_rounds: u32) -> Vec<Event> {
        let unanimity = ConsentRule::unanimity(3);
        let mut session = begun(mediated(), unanimity, &SIZES, deadline_rounds, seed);
        play_out(&mut session, |pending, party| {
            if party.idx() < 2 || pending.round % 2 == 1 {
                Action::Accept
            } else {
                Action::Reject
            }
        });
        let last = *session.events().last().unwrap();
        let Event::Voted { text, .. } = last else {
            unreachable!("a mediator's parties only vote");
        };
        let ending = if deadline_rounds % 2 == 1 {
            Ending::Agreement {
                round: deadline_rounds,
                proposer: None,
                outcome: text,
            }
        } else {
            Ending::Deadline {
                round: deadline_rounds,
            }
        };
        assert_eq!(session.ending(), Some(&ending));
        session.events().to_vec()
    }

    #[test]
    fn a_text_changes_by_one_issue_where_all_like_it_and_is_voted_on_at_the_end() {
        let space = OutcomeSpace::new(&SIZES).unwrap();
        let (mut first_texts, mut changes) = (BTreeSet::new(), BTreeSet::new());
        for seed in 0..60 {
            let deadline_rounds = 4 + u32::from(seed % 2 == 0);
            let votes = votes(seed, deadline_rounds);
            assert_eq!(votes.len(), deadline_rounds as usize);
            let mut before = None;
            for (expected_round, vote) in (1..).zip(votes) {
                let Event::Voted {
                    round,
                    text,
                    standing,
                    yes,
                    no,
                } = vote
                else {
                    unreachable!("a mediator's parties only vote");
                };
                let is_liked = round % 2 == 1;
                assert_eq!(round, expected_round);
                assert_eq!(yes, PartySet::all(if is_liked { 3 } else { 2 }));
                assert_eq!(no, set(if is_liked { &[] } else { &[2] }));
                assert_eq!(standing.is_none(), round == deadline_rounds);
                let stood = standing.unwrap_or(text);
                assert!(before.is_none_or(|it| it == stood), "nobody else writes");
                if round == 1 {
                    first_texts.insert(stood);
                }
                let steps: Vec<(usize, usize)> = space
                    .issues()
                    .map(|it| {
                        let [from, to] = [stood, text].map(|text| space.option(text, it).idx());
                        let n = space.n_options(it);
                        (it.idx(), (n + to - from) % n)
                    })
                    .filter(|it| it.1 > 0)
                    .collect();
                assert_eq!(steps.len(), usize::from(standing.is_some()));
                changes.extend(steps);
                before = Some(if is_liked { text } else { stood });
            }
        }
        assert_eq!(first_texts, space.outcomes().collect());
        assert_eq!(changes, BTreeSet::from([(0, 1), (0, 2), (2, 1)]));
    }

    #[test]
    fn without_anybody_to_ask_or_anything_to_change_a_text_comes_to_its_end() {
        let nobody = ConsentRule::new(Vec::new(), Vec::new());
        let unasked = begun(mediated(), nobody, &[2], 3, 1);
        assert_eq!(unasked.ending(), Some(&Ending::Deadline { round: 3 }));
        assert_eq!(unasked.events().len(), 3);

        let mut unchangeable = begun(mediated(), ConsentRule::unanimity(3), &[1, 1], 2, 1);
        let only = OutcomeSpace::new(&[1, 1]).unwrap().outcome_at(0);
        let pending = unchangeable.pending().unwrap();
        let ask = Request::Vote {
            text: only,
            standing: Some(only),
        };
        assert_eq!(pending.ask, ask);
        play_out(&mut unchangeable, |_, _| Action::Accept);
        assert_eq!(unchangeable.ending().unwrap().agreement(), Some(only));
    }
}
