//! Finds out why a session has no agreement, and what parties offered in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use demarche_core::domain::{Outcome, PartyId, Preferences};
use demarche_core::negotiation::{SessionResult, Setting};
use demarche_core::protocol::{Event, Session};
use demarche_core::randomness::Seeds;
use demarche_core::solution::{Obstacle, Zone, smallest_obstacle_sets};

use crate::experiment::explain::explanation::{Cause, Explanation};
use crate::experiment::explain::no_deal_causes::Explainer;
use crate::experiment::explain::offer_courses::offer_courses;
use crate::experiment::tallies::{
    ExaminedSession, FailureReason, MeasuredSession, Part, rounds_shown,
};

/// Sessions with more offers than these are not played again.
const OFFERS_MAX: u32 = 10_000;

/// Finds out why sessions have no agreement, and what parties offered in them.
///
/// Where there was no zone of possible agreement, the preferences drawn say why; for all else there are
/// the session's events, and where nobody kept them it is played again, once, unless a party in it is
/// answered for from outside.
#[derive(Debug)]
pub struct SessionExaminer {
    setting: Arc<Setting>,
    explainer: Explainer,
    rounds: Vec<u32>,
}

impl SessionExaminer {
    /// For the sessions of a setting.
    pub fn new(setting: Arc<Setting>) -> Self {
        Self {
            explainer: Explainer::new(Arc::clone(&setting)),
            rounds: rounds_shown(setting.rules().deadline_rounds),
            setting,
        }
    }

    /// Examines a session, whose events are given if they were kept.
    pub fn examine(
        &mut self,
        seeds: &Seeds,
        session: &MeasuredSession,
        events: Option<&[Event]>,
    ) -> ExaminedSession {
        let result = &session.result;
        let parties = self.explainer.preferences(seeds, result.replication);
        let is_missed = session.zone == Zone::Exists && result.ending.agreement().is_none();
        let can_be_played = self.setting.outside().is_empty() && result.n_offers <= OFFERS_MAX;
        let is_played = events.is_none() && can_be_played;
        let played = is_played.then(|| self.explainer.play(seeds, result.replication).0);
        let events = events.or_else(|| played.as_ref().map(Session::events));
        let mut missing = BTreeMap::new();
        let reasons = match session.zone {
            _ if is_missed => self.why_missed(&parties, result, events, &mut missing),
            Zone::Empty if result.ending.agreement().is_none() => self.why_empty(&parties),
            Zone::Empty | Zone::Exists | Zone::Undecided => Vec::new(),
        };
        let offers = events.map_or_else(Vec::new, |it| offer_courses(&parties, it, &self.rounds));
        ExaminedSession {
            real_red_lines: self.real_red_lines(&parties),
            reasons,
            missing,
            offers,
        }
    }

    fn real_red_lines(&self, parties: &[Preferences]) -> Vec<(PartyId, usize)> {
        let ids = self.setting.scenario().party_ids().zip(parties);
        let lines = ids.flat_map(|(party, preferences)| {
            let places = self.setting.red_lines_drawn(party).enumerate();
            let real = places.filter(|it| preferences.is_red_line_real(it.0));
            real.map(move |(_, line)| (party, line))
        });
        lines.collect()
    }

    fn why_empty(&self, parties: &[Preferences]) -> Vec<(FailureReason, Part)> {
        let sets = smallest_obstacle_sets(parties, &self.setting.rules().consent);
        if sets.is_empty() {
            return vec![(FailureReason::ThreeOrMore, Part::WHOLE)];
        }
        let members: Vec<Obstacle> = sets.into_iter().flatten().collect();
        let reasons = members.into_iter().map(|it| match it {
            Obstacle::ReservationValue(party) => FailureReason::ReservationValue(party),
            Obstacle::RedLine(party, drawn) => {
                let mut lines = self.setting.red_lines_drawn(party);
                let line = lines.nth(drawn).expect("a red line that is drawn");
                FailureReason::RedLine(party, line)
            }
        });
        // All sets are of one size: each place in one of them counts the same.
        in_equal_parts(reasons.collect())
    }

    /// Why a zone was missed in a session, of which there are the events unless it is too long; `missing`
    /// gets the utility that was missing, by reason.
    fn why_missed(
        &self,
        parties: &[Preferences],
        result: &SessionResult,
        events: Option<&[Event]>,
        missing: &mut BTreeMap<FailureReason, i64>,
    ) -> Vec<(FailureReason, Part)> {
        let Some(events) = events else {
            return vec![(FailureReason::TooLong, Part::WHOLE)];
        };
        let rules = self.setting.rules();
        let explanation = Explanation::new(parties, rules, events, result);
        let space = &rules.space;
        let only = |it| vec![(it, Part::WHOLE)];
        match explanation.cause {
            None | Some(Cause::NothingAcceptable | Cause::Undecided) => Vec::new(),
            Some(Cause::Forfeit(party)) => only(FailureReason::Forfeited(party)),
            Some(Cause::Walkout(party)) => only(FailureReason::WalkedOut(party)),
            Some(Cause::TooLate) => only(FailureReason::TooLate),
            Some(Cause::RefusedAcceptable(who)) => {
                let refused = explanation.refused_acceptable.expect("an acceptable offer");
                let offer = explanation.proposals[refused].outcome;
                let reasons = who.iter().map(|party| {
                    let preferences = &parties[party.idx()];
                    let issue = preferences.costliest_issue(offer);
                    let reason = FailureReason::HeldOut(party, issue);
                    let by = explanation.held_out_units(preferences, party, refused);
                    missing.extend(by.map(|it| (reason, it)));
                    reason
                });
                in_equal_parts(reasons.collect())
            }
            Some(Cause::NeverOffered) => {
                let Ok(Some(near)) = explanation.nearest else {
                    return only(FailureReason::NeverProposed);
                };
                let (from, to) = (near.to.outcome, near.agreement.outcome);
                let differs = |it: Outcome, issue| space.option(it, issue);
                let issues = space.issues();
                let changed = issues.filter(|it| differs(from, *it) != differs(to, *it));
                let conceded = |party: PartyId| {
                    let utility = |it| parties[party.idx()].utility(it).units();
                    utility(from) - utility(to)
                };
                // An agreement that is no worse for it would have been no concession.
                let proposer = near.to.proposer.filter(|it| conceded(*it) > 0);
                let reasons = changed.map(|it| FailureReason::NotConceded(proposer, it));
                let reasons: Vec<FailureReason> = reasons.collect();
                if reasons.is_empty() {
                    // A standing text that all could accept, and nobody proposed.
                    return only(FailureReason::NeverProposed);
                }
                if let Some(conceded) = proposer.map(conceded) {
                    missing.extend(reasons.iter().map(|it| (*it, conceded)));
                }
                in_equal_parts(reasons)
            }
        }
    }
}

/// Each reason once, with as many equal parts of the whole as it has places in the list.
fn in_equal_parts(reasons: Vec<FailureReason>) -> Vec<(FailureReason, Part)> {
    let denominator = u32::try_from(reasons.len()).expect("far fewer reasons");
    let mut places: BTreeMap<FailureReason, u32> = BTreeMap::new();
    for it in reasons {
        *places.entry(it).or_default() += 1;
    }
    let part = |(reason, numerator)| {
        let part = Part {
            numerator,
            denominator,
        };
        (reason, part)
    };
    places.into_iter().map(part).collect()
}
