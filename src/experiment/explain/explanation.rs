//! Why a session ended as it did: what was on the table, who refused it, what was missing.

use demarche_core::domain::{
    ConsentRule, IssueId, OptionId, Outcome, PartyId, PartySet, Preferences, Utility,
};
use demarche_core::negotiation::SessionResult;
use demarche_core::protocol::{Ending, Event, Rules};
use demarche_core::solution::{
    NearestAgreement, StepsUsedUp, Zone, nearest_agreement, zone_of_possible_agreement,
};

/// Why a session ended as it did.
#[derive(Clone, PartialEq, Debug)]
pub struct Explanation {
    /// What each party did, in party order.
    pub parties: Vec<PartyAccount>,
    /// Everything that could have become the agreement, in order.
    pub proposals: Vec<Proposal>,
    /// What was last on the table: every party's last offer in party order, or a mediator's text.
    pub last: Vec<Position>,
    /// Why there is no agreement; `None` if there is one.
    pub cause: Option<Cause>,
    /// The offer that [`Cause::RefusedAcceptable`] is about, by its position in `proposals`.
    pub refused_acceptable: Option<usize>,
    /// What was nearest to the last of them and acceptable to all whose consent it needs; `None`
    /// if there is nothing acceptable, nothing was on the table, or there is an agreement. An error if
    /// a search reached its limit.
    pub nearest: Result<Option<NearestAlternative>, StepsUsedUp>,
    /// The last step to the agreement; `None` without one, and if it was the first offer.
    pub last_step: Option<LastStep>,
}

/// The change that made of an offer, or of a mediator's text, what was agreed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LastStep {
    /// In which round, from 1.
    pub round: u32,
    /// Whose offer it was; `None` of a mediator's text.
    pub proposer: Option<PartyId>,
    /// What it was before.
    pub from: Outcome,
}

/// What a party did in a session.
#[derive(Clone, PartialEq, Debug)]
pub struct PartyAccount {
    /// Its utility of no agreement.
    pub reservation_value: Utility,
    /// Its pivotal rejections.
    pub pivotal_rejections: u32,
    /// The utility of the best offer that it refused.
    pub best_refused: Option<Utility>,
    /// The utility of its own last offer: what it demanded at the end.
    pub demand: Option<Utility>,
    /// The offer worth most to it among those that it refused although they were worth at least
    /// its reservation value; one that its yes alone would have made the agreement comes first.
    pub refused_acceptable: Option<RefusedAcceptable>,
}

/// An offer that a party refused although it was worth at least its reservation value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RefusedAcceptable {
    /// Its position in [`Explanation::proposals`].
    pub proposals: usize,
    /// Whether the party's yes alone would have made it the agreement.
    pub is_alone: bool,
    /// The utility of what the party offered next, or, if it made no more offers, had offered last:
    /// what it demanded instead. `None` if it never made an offer.
    pub demand: Option<Utility>,
}

/// An offer or a mediator's final text: what could have become the agreement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// In which round, from 1.
    pub round: u32,
    /// Whose it was; `None` of a mediator's text.
    pub proposer: Option<PartyId>,
    /// The outcome.
    pub outcome: Outcome,
    /// Who consented, the proposer included.
    pub yes: PartySet,
    /// Who refused.
    pub no: PartySet,
}

/// What somebody last put on the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// Whose; `None` of a mediator's text.
    pub proposer: Option<PartyId>,
    /// The outcome.
    pub outcome: Outcome,
}

/// What was near to a position and acceptable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NearestAlternative {
    /// To which it was near.
    pub to: Position,
    /// What was.
    pub agreement: NearestAgreement,
}

/// Why a session has no agreement: the first of these that holds.
///
/// An outcome is acceptable if it gets the consent it needs from parties to whom it is worth at
/// least their reservation values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cause {
    /// A party broke the rules or failed.
    Forfeit(PartyId),
    /// No outcome was acceptable.
    NothingAcceptable,
    /// Nothing acceptable was offered, and the search for an acceptable outcome reached its limit.
    Undecided,
    /// A party left.
    Walkout(PartyId),
    /// An acceptable offer was refused by parties to whom it was worth their reservation values;
    /// of several such offers the one that the fewest held out against, the last of those.
    RefusedAcceptable(PartySet),
    /// An acceptable offer was made too late for all to answer.
    TooLate,
    /// Acceptable outcomes existed, and none was ever offered.
    NeverOffered,
}

/// One issue settled differently: from an option to another.
pub type OptionChange = (IssueId, OptionId, OptionId);

impl Explanation {
    /// Explains a session that has ended, from all its events, with the preferences that its parties
    /// had.
    ///
    /// # Panics
    ///
    /// If not every party has preferences and a report.
    pub fn new(
        parties: &[Preferences],
        rules: &Rules,
        events: &[Event],
        result: &SessionResult,
    ) -> Self {
        let ending = &result.ending;
        let proposals = proposals(events);
        let last = last_positions(rules, &proposals, events);
        let accounts = parties
            .iter()
            .zip(&result.parties)
            .enumerate()
            .map(|(idx, (preferences, report))| {
                let party = PartyId::new(idx);
                account(
                    rules,
                    party,
                    preferences,
                    &proposals,
                    report.pivotal_rejections,
                )
            })
            .collect();
        let is_agreed = ending.agreement().is_some();
        let refused = refused_acceptable(rules, parties, &proposals);
        let zone = zone(rules, parties, &proposals);
        let cause = cause(rules, parties, &proposals, (refused, zone), ending);
        let is_about_it = matches!(cause, Some(Cause::RefusedAcceptable(_)));
        Self {
            refused_acceptable: refused.filter(|_| is_about_it).map(|it| it.0),
            cause,
            nearest: match zone {
                _ if is_agreed || last.is_empty() => Ok(None),
                Zone::Exists => nearest(&rules.consent, parties, &last),
                Zone::Empty => Ok(None),
                Zone::Undecided => Err(StepsUsedUp),
            },
            last_step: last_step(rules, &proposals, events, ending),
            parties: accounts,
            proposals,
            last,
        }
    }

    /// By how much a party held out against an offer, by its position in `proposals`, in units of
    /// utility: what it demanded instead, which it offered next or had offered last, is worth that much
    /// more to it. `None` if it never made an offer.
    pub fn held_out_units(
        &self,
        preferences: &Preferences,
        party: PartyId,
        refused: usize,
    ) -> Option<i64> {
        let demand = demand_beside(&self.proposals, party, refused)?;
        let offer = self.proposals[refused].outcome;
        Some(preferences.utility(demand).units() - preferences.utility(offer).units())
    }

    /// The changes of one option that would have made something last on the table acceptable.
    ///
    /// Sorted, each once.
    pub fn single_changes(&self, rules: &Rules, parties: &[Preferences]) -> Vec<OptionChange> {
        let space = &rules.space;
        let mut res = Vec::new();
        for position in &self.last {
            for issue in space.issues() {
                let from = space.option(position.outcome, issue);
                for to in space.options(issue).filter(|it| *it != from) {
                    let options: Vec<OptionId> = space
                        .issues()
                        .map(|it| {
                            if it == issue {
                                to
                            } else {
                                space.option(position.outcome, it)
                            }
                        })
                        .collect();
                    if is_acceptable(rules, parties, space.outcome(&options)) {
                        res.push((issue, from, to));
                    }
                }
            }
        }
        res.sort_unstable();
        res.dedup();
        res
    }
}

/// To whom an outcome is worth at least its reservation value.
fn content(parties: &[Preferences], outcome: Outcome) -> PartySet {
    (0..parties.len())
        .filter(|&it| parties[it].is_acceptable(outcome))
        .map(PartyId::new)
        .collect()
}

fn is_acceptable(rules: &Rules, parties: &[Preferences], outcome: Outcome) -> bool {
    let content = content(parties, outcome);
    rules.consent.is_satisfied(&rules.space, outcome, content)
}

/// Everything that could have become the agreement, with all answers to it.
fn proposals(events: &[Event]) -> Vec<Proposal> {
    let mut proposals: Vec<Proposal> = Vec::new();
    for event in events {
        if let Some(offer) = event.offer() {
            proposals.push(Proposal {
                round: event.round(),
                proposer: Some(offer.proposer),
                outcome: offer.outcome,
                yes: PartySet::only(offer.proposer),
                no: PartySet::EMPTY,
            });
        }
        if let Some(answers) = event.answers_to_offer()
            && let Some(proposal) = proposals.last_mut()
        {
            proposal.yes = proposal.yes.union(answers.yes);
            proposal.no = proposal.no.union(answers.no);
        }
        if let Some(vote) = event.vote()
            && vote.standing.is_none()
        {
            proposals.push(Proposal {
                round: event.round(),
                proposer: None,
                outcome: vote.outcome,
                yes: vote.yes,
                no: vote.no,
            });
        }
    }
    proposals
}

/// Every party's last offer in party order, or the mediator's text as it stood in the end.
fn last_positions(rules: &Rules, proposals: &[Proposal], events: &[Event]) -> Vec<Position> {
    if let Some(vote) = events.iter().rev().find_map(Event::vote) {
        let outcome = match vote.standing {
            Some(standing) if !rules.is_taken(vote.outcome, vote.yes) => standing,
            Some(_) | None => vote.outcome,
        };
        return vec![Position {
            proposer: None,
            outcome,
        }];
    }
    let parties = (0..rules.n_parties).map(PartyId::new);
    let last = parties.filter_map(|party| {
        let mut own = proposals.iter().rev();
        own.find(|it| it.proposer == Some(party))
    });
    let position = |it: &Proposal| Position {
        proposer: it.proposer,
        outcome: it.outcome,
    };
    last.map(position).collect()
}

fn account(
    rules: &Rules,
    party: PartyId,
    preferences: &Preferences,
    proposals: &[Proposal],
    pivotal_rejections: u32,
) -> PartyAccount {
    let utility = |it: &Proposal| preferences.utility(it.outcome);
    let all = proposals;
    let refused_acceptable = (proposals.iter().enumerate())
        .filter(|(_, it)| it.no.contains(party) && preferences.is_acceptable(it.outcome))
        .map(|(idx, it)| {
            let with_it = it.yes.with(party);
            let consent = &rules.consent;
            (idx, consent.is_satisfied(&rules.space, it.outcome, with_it))
        })
        .max_by_key(|&(idx, is_alone)| (is_alone, utility(&proposals[idx])));
    let mut own = proposals.iter().rev();
    PartyAccount {
        reservation_value: preferences.reservation_value(),
        pivotal_rejections,
        best_refused: (proposals.iter())
            .filter(|it| it.no.contains(party))
            .map(utility)
            .max(),
        demand: own.find(|it| it.proposer == Some(party)).map(utility),
        refused_acceptable: refused_acceptable.map(|(proposals, is_alone)| RefusedAcceptable {
            proposals,
            is_alone,
            demand: demand_beside(all, party, proposals).map(|it| preferences.utility(it)),
        }),
    }
}

/// What a party demanded instead of an offer, by its position: what it offered next or, if it made no
/// more offers, had offered last.
fn demand_beside(proposals: &[Proposal], party: PartyId, refused: usize) -> Option<Outcome> {
    let mut own = (proposals.iter().enumerate()).filter(|(_, it)| it.proposer == Some(party));
    let next = own.clone().find(|(idx, _)| *idx > refused);
    next.or_else(|| own.next_back()).map(|(_, it)| it.outcome)
}

/// Whether any outcome was acceptable; where one was on the table, that needs no search.
fn zone(rules: &Rules, parties: &[Preferences], proposals: &[Proposal]) -> Zone {
    let mut outcomes = proposals.iter().map(|it| it.outcome);
    if outcomes.any(|it| is_acceptable(rules, parties, it)) {
        return Zone::Exists;
    }
    zone_of_possible_agreement(parties, &rules.consent)
}

fn cause(
    rules: &Rules,
    parties: &[Preferences],
    proposals: &[Proposal],
    (refused, zone): (Option<(usize, PartySet)>, Zone),
    ending: &Ending,
) -> Option<Cause> {
    match ending {
        Ending::Agreement { .. } => return None,
        Ending::Forfeit { party, .. } => return Some(Cause::Forfeit(*party)),
        Ending::Deadline { .. } | Ending::Walkout { .. } => {}
    }
    match zone {
        Zone::Exists => {}
        Zone::Empty => return Some(Cause::NothingAcceptable),
        Zone::Undecided => return Some(Cause::Undecided),
    }
    if let Ending::Walkout { party, .. } = ending {
        return Some(Cause::Walkout(*party));
    }
    let mut outcomes = proposals.iter().map(|it| it.outcome);
    Some(match refused {
        Some((_, parties)) => Cause::RefusedAcceptable(parties),
        None if outcomes.any(|it| is_acceptable(rules, parties, it)) => Cause::TooLate,
        None => Cause::NeverOffered,
    })
}

/// The acceptable offer that the fewest parties refused to whom it was worth their reservation
/// values, the last of those, with these parties.
fn refused_acceptable(
    rules: &Rules,
    parties: &[Preferences],
    proposals: &[Proposal],
) -> Option<(usize, PartySet)> {
    let acceptable = proposals.iter().enumerate().rev();
    let acceptable = acceptable.filter(|(_, it)| is_acceptable(rules, parties, it.outcome));
    let refused =
        acceptable.map(|(idx, it)| (idx, it.no.intersection(content(parties, it.outcome))));
    let refused = refused.filter(|(_, parties)| !parties.is_empty());
    refused.min_by_key(|(_, parties)| parties.len())
}

/// The change that made of another offer of the same party, or of another text, what was agreed.
fn last_step(
    rules: &Rules,
    proposals: &[Proposal],
    events: &[Event],
    ending: &Ending,
) -> Option<LastStep> {
    let agreement = ending.agreement()?;
    let agreed = proposals.last()?;
    if agreed.proposer.is_none() {
        return events.iter().rev().find_map(|event| {
            let vote = event.vote()?;
            let from = vote.standing?;
            let is_change = rules.is_taken(vote.outcome, vote.yes) && vote.outcome != from;
            is_change.then(|| LastStep {
                round: event.round(),
                proposer: None,
                from,
            })
        });
    }
    let own: Vec<&Proposal> = proposals
        .iter()
        .filter(|it| it.proposer == agreed.proposer)
        .collect();
    let last_other = own.iter().rposition(|it| it.outcome != agreement)?;
    Some(LastStep {
        round: own[last_other + 1].round,
        proposer: agreed.proposer,
        from: own[last_other].outcome,
    })
}

/// The outcome with the consent it needs that is nearest to any of these, the first of several as
/// good.
fn nearest(
    consent: &ConsentRule,
    parties: &[Preferences],
    from: &[Position],
) -> Result<Option<NearestAlternative>, StepsUsedUp> {
    let asks: Vec<Utility> = parties.iter().map(Preferences::reservation_value).collect();
    let mut res: Option<NearestAlternative> = None;
    for &to in from {
        if let Some(agreement) = nearest_agreement(parties, &asks, consent, to.outcome)?
            && res.is_none_or(|it| agreement.is_better_than(&it.agreement))
        {
            res = Some(NearestAlternative { to, agreement });
        }
    }
    Ok(res)
}
