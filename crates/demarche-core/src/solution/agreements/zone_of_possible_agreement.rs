//! Outcomes that nobody whose consent they need would refuse.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::ops::Range;

use crate::domain::{
    Condition, ConsentRule, IssueId, OptionId, Outcome, OutcomeSpace, PartyId, PartySet,
    Preferences,
};
use crate::solution::agreements::coupling::Coupling;
use crate::solution::agreements::lagrangian_bound::{Leeways, Wants};
use crate::solution::agreements::obstacle::Obstacle;

/// Some outcome with which all whose consent it needs are as well off as without agreement.
///
/// ```text
/// consent( o, { p : u_p(o) ≥ r_p } )
/// ```
///
/// Nobody is content with what is across a real red line of its own.
/// `None` if there is none. With quotas, enough of the counted parties must be as well off, in
/// addition to the vetoes. Which outcome it is depends on nothing but the preferences and the rule.
/// Utilities are those of sessions, which [`threshold`](crate::domain::threshold) makes up for: what
/// reaches a reservation value on paper reaches it here too.
///
/// The search settles issue by issue, first the options that leave the most to whoever has the
/// least, and turns back where parties that are sure to be needed cannot all be content any more.
///
/// # Panics
///
/// If the rule names a party that is not there.
pub fn some_agreement(
    parties: &[impl Borrow<Preferences>],
    consent: &ConsentRule,
) -> Option<Outcome> {
    let found = search(parties, &[], consent, u64::MAX);
    found.expect("the search has no limit")
}

/// Options that [`zone_of_possible_agreement`] tries before it gives up: about a thousand times what
/// it takes in large scenarios.
pub const ZONE_STEPS_MAX: u64 = 1 << 20;

/// Whether parties have any outcome to agree on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Zone {
    /// There is an outcome with which all whose consent it needs are as well off as without agreement.
    Exists,
    /// There is none.
    Empty,
    /// The search reached [`ZONE_STEPS_MAX`].
    Undecided,
}

impl Zone {
    /// Every answer, in the order of [`Zone::NAMES`].
    pub const ALL: [Self; 3] = [Self::Exists, Self::Empty, Self::Undecided];

    /// The answers to the question whether there is a zone, as tables have them.
    pub const NAMES: [&str; 3] = ["yes", "no", "undecided"];

    /// The position of its name.
    pub fn idx(self) -> usize {
        self as usize
    }

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        Self::NAMES[self.idx()]
    }
}

/// Whether there is [some agreement](some_agreement), from a search within [`ZONE_STEPS_MAX`].
///
/// The answer depends on nothing but the preferences and the rule.
///
/// # Panics
///
/// If the rule names a party that is not there.
pub fn zone_of_possible_agreement(
    parties: &[impl Borrow<Preferences>],
    consent: &ConsentRule,
) -> Zone {
    zone_without(&[], parties, consent)
}

/// The same as if these obstacles were absent.
pub(super) fn zone_without(
    absent: &[Obstacle],
    parties: &[impl Borrow<Preferences>],
    consent: &ConsentRule,
) -> Zone {
    match search(parties, absent, consent, ZONE_STEPS_MAX) {
        Ok(Some(_)) => Zone::Exists,
        Ok(None) => Zone::Empty,
        Err(StepsUsedUp) => Zone::Undecided,
    }
}

/// A search tried as many options as it may, and has no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the search tried as many options as it may")]
pub struct StepsUsedUp;

/// [`some_agreement`] within so many steps, as if these obstacles were absent.
fn search(
    parties: &[impl Borrow<Preferences>],
    absent: &[Obstacle],
    consent: &ConsentRule,
    steps_max: u64,
) -> Result<Option<Outcome>, StepsUsedUp> {
    let Some(space) = parties.first().map(|it| it.borrow().space()) else {
        return Ok(None);
    };
    let mut outcomes = space.outcomes();
    let everybody = PartySet::all(parties.len());
    if !(outcomes.next()).is_some_and(|it| consent.is_satisfied(space, it, everybody)) {
        // A quota above the number it counts.
        return Ok(None);
    }
    let Some(search) = Search::new(space, parties, absent, consent) else {
        return Ok(None);
    };
    let mut progress = search.beginning(steps_max);
    let slack = search.slack(&mut progress, 0);
    let is_found = slack >= 0 && search.descend(&mut progress, 0)?;
    Ok(is_found.then(|| space.outcome(&progress.chosen)))
}

/// What a condition brings that several issues decide, or one of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Consequence {
    /// The consent of a party is needed.
    Veto(PartyId),
    /// A party does not consent.
    RedLine(PartyId),
}

/// What the search knows before it begins.
#[derive(Debug)]
struct Search<'a> {
    space: &'a OutcomeSpace,
    consent: &'a ConsentRule,
    counted: PartySet,
    leeways: Leeways<'a>,
    needed: PartySet,
    /// Who consents to nothing.
    barred: PartySet,
    /// For all options of all issues: whether one alone crosses a red line of a party that is needed.
    is_excluded: Vec<bool>,
    n_parties: usize,
    /// Those of the first conditions; the others are interactions.
    consequences: Vec<Consequence>,
    n_conditions: usize,
    /// The issues in the order of the search.
    stages: Vec<Stage>,
    /// Those of all stages.
    touches: Vec<Touch>,
    /// For every touch, one answer per option of its issue.
    allows: Vec<bool>,
}

/// One issue, in the order of the search.
#[derive(Clone, Debug)]
struct Stage {
    issue: IssueId,
    /// The conditions with consequences for consent that the issue helps to decide.
    touched: Range<usize>,
    /// The interactions that it helps to decide.
    interacting: Range<usize>,
}

/// A condition that the issue of a stage helps to decide.
#[derive(Clone, Copy, Debug)]
struct Touch {
    condition: usize,
    /// Where the answers begin that say which options of the issue it allows.
    first_answer: usize,
    is_last: bool,
    /// Whose interaction it is.
    party: usize,
    /// What that party loses by it: with an option that is not allowed, and with one that is.
    lost: [i64; 2],
}

/// Whether an option is chosen or given up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Note {
    Broken,
    TakenBack,
}

/// Where the search is.
#[derive(Debug)]
struct Progress {
    /// The options chosen, with the first ones for the issues that are still open.
    chosen: Vec<OptionId>,
    /// By how many issues each condition is broken.
    n_broken: Vec<u32>,
    /// The leeways after so many stages: a row per depth.
    rows: Vec<i64>,
    /// Whose consent is surely needed after so many stages.
    needed: Vec<PartySet>,
    /// Whose red lines are surely crossed after so many stages.
    barred: Vec<PartySet>,
    /// What each party loses by an option.
    lost: Vec<i64>,
    /// The options still to be descended into, with the slack that each leaves: those of the stages
    /// so far, one stage after the other.
    promising: Vec<(i64, OptionId)>,
    /// How many more options may be tried.
    steps_left: u64,
}

impl<'a> Search<'a> {
    /// `None` if there is no agreement for a reason that shows before any option is tried.
    fn new(
        space: &'a OutcomeSpace,
        parties: &'a [impl Borrow<Preferences>],
        absent: &[Obstacle],
        consent: &'a ConsentRule,
    ) -> Option<Self> {
        let mut conditions = Vec::new();
        let mut needed = consent.always_needed();
        for veto in consent.vetoes() {
            match Coupling::new(&veto.when, |issue| space.options(issue)) {
                Coupling::Never => {}
                Coupling::Always => needed = needed.with(veto.party),
                Coupling::One(_) | Coupling::Several(_) => {
                    conditions.push((&veto.when, Consequence::Veto(veto.party)));
                }
            }
        }
        let mut is_excluded = vec![false; space.n_options_total()];
        let mut barred = PartySet::EMPTY;
        for (party, preferences) in parties.iter().enumerate() {
            let party = PartyId::new(party);
            let preferences = preferences.borrow();
            for (idx, when) in preferences.red_lines().iter().enumerate() {
                if !preferences.is_red_line_real(idx)
                    || absent.contains(&Obstacle::RedLine(party, idx))
                {
                    continue;
                }
                match Coupling::new(when, |issue| space.options(issue)) {
                    Coupling::Never => {}
                    Coupling::Always => barred = barred.with(party),
                    Coupling::One(issue) if needed.contains(party) => {
                        for option in space.options(issue).filter(|&it| when.allows(issue, it)) {
                            is_excluded[space.flat(issue, option)] = true;
                        }
                    }
                    Coupling::One(_) | Coupling::Several(_) => {
                        conditions.push((when, Consequence::RedLine(party)));
                    }
                }
            }
        }
        let is_blocked = |issue| is_excluded[space.flat_range(issue)].iter().all(|it| *it);
        if !needed.intersection(barred).is_empty() || space.issues().any(is_blocked) {
            return None;
        }
        let wants = parties.iter().enumerate().map(|(party, preferences)| {
            let preferences = preferences.borrow();
            let value = preferences.reservation_value().units();
            let is_absent = absent.contains(&Obstacle::ReservationValue(PartyId::new(party)));
            Wants {
                preferences,
                reservation_value: if is_absent { 0 } else { value },
            }
        });
        let leeways = leeways(space, wants, needed, consent)?;
        let mut search = Self {
            space,
            consent,
            counted: consent.counted(),
            n_conditions: conditions.len() + leeways.interactions().len(),
            leeways,
            needed,
            barred,
            is_excluded,
            n_parties: parties.len(),
            consequences: conditions.iter().map(|it| it.1).collect(),
            stages: Vec::with_capacity(space.n_issues()),
            touches: Vec::new(),
            allows: Vec::new(),
        };
        search.arrange(conditions.into_iter().map(|it| it.0));
        Some(search)
    }

    /// Puts the issues into order, and notes which conditions each helps to decide: those with
    /// consequences for consent, and interactions.
    fn arrange<'c>(&mut self, conditions: impl Iterator<Item = &'c Condition>) {
        let dissents = self.leeways.losses_of_all();
        let dissent = |it: IssueId| {
            let of_issue = dissents[self.space.flat_range(it)].iter();
            *of_issue.min().expect("an issue has options")
        };
        let mut order: Vec<IssueId> = self.space.issues().collect();
        order.sort_by_cached_key(|&it| Reverse(dissent(it)));
        let mut stage_of = vec![0; order.len()];
        for (stage, issue) in order.iter().enumerate() {
            stage_of[issue.idx()] = stage;
        }
        let (mut touches, mut allows): (Vec<(usize, Touch)>, Vec<bool>) = Default::default();
        let interactions = self.leeways.interactions().iter();
        let interactions = interactions.map(|it| {
            let lost = [it.lost_if_broken(), it.lost_if_fulfilled()];
            (it.when, it.party.idx(), lost)
        });
        let conditions = conditions.map(|when| (when, 0, [0; 2])).chain(interactions);
        for (condition, (when, party, [broken, fulfilled])) in conditions.enumerate() {
            let first_touch = touches.len();
            // Clauses are sorted, so several of one issue stand side by side.
            for of_issue in when.clauses().chunk_by(|one, next| one.0 == next.0) {
                let issue = of_issue[0].0;
                let first_answer = allows.len();
                let is_allowed = |it: OptionId| of_issue.iter().all(|(_, of)| of.contains(&it));
                allows.extend(self.space.options(issue).map(is_allowed));
                if allows[first_answer..].contains(&false) {
                    let touch = Touch {
                        condition,
                        first_answer,
                        is_last: false,
                        party,
                        lost: [broken, 0],
                    };
                    touches.push((stage_of[issue.idx()], touch));
                } else {
                    allows.truncate(first_answer);
                }
            }
            let of_condition = touches[first_touch..].iter_mut();
            if let Some((_, last)) = of_condition.max_by_key(|it| it.0) {
                last.is_last = true;
                last.lost[1] = fulfilled;
            }
        }
        // Within a stage, those with consequences for consent stay before interactions.
        touches.sort_by_key(|it| it.0);
        let n_for_consent = self.consequences.len();
        for (stage, issue) in order.into_iter().enumerate() {
            let place = |of: (usize, usize)| {
                touches.partition_point(|(stage, touch)| (*stage, touch.condition) < of)
            };
            let middle = place((stage, n_for_consent));
            self.stages.push(Stage {
                issue,
                touched: place((stage, 0))..middle,
                interacting: middle..place((stage + 1, 0)),
            });
        }
        self.touches = touches.into_iter().map(|it| it.1).collect();
        self.allows = allows;
    }

    fn allows(&self, touch: Touch, option: OptionId) -> bool {
        self.allows[touch.first_answer + option.idx()]
    }

    /// Notes which conditions an option breaks, or takes that back.
    fn note_broken(&self, n_broken: &mut [u32], stage: &Stage, option: OptionId, note: Note) {
        for it in &self.touches[stage.touched.start..stage.interacting.end] {
            let is_broken = u32::from(!self.allows(*it, option));
            match note {
                Note::Broken => n_broken[it.condition] += is_broken,
                Note::TakenBack => n_broken[it.condition] -= is_broken,
            }
        }
    }

    fn beginning(&self, steps_left: u64) -> Progress {
        let n_rows = self.stages.len() + 1;
        let start = self.leeways.start();
        let mut rows = vec![0; n_rows * start.len()];
        rows[..start.len()].copy_from_slice(start);
        Progress {
            chosen: vec![OptionId::new(0); self.stages.len()],
            n_broken: vec![0; self.n_conditions],
            rows,
            needed: vec![self.needed; n_rows],
            barred: vec![self.barred; n_rows],
            lost: vec![0; self.n_parties],
            promising: Vec::new(),
            steps_left,
        }
    }

    /// Whether the stages from a depth on can be settled so that all agree; if so, they are.
    fn descend(&self, progress: &mut Progress, depth: usize) -> Result<bool, StepsUsedUp> {
        let Some(stage) = self.stages.get(depth) else {
            return Ok(true);
        };
        let issue = stage.issue;
        let first = progress.promising.len();
        for option in self.space.options(issue) {
            if self.is_excluded[self.space.flat(issue, option)] {
                continue;
            }
            progress.steps_left = progress.steps_left.checked_sub(1).ok_or(StepsUsedUp)?;
            self.choose(progress, depth, option);
            let slack = self.slack(progress, depth + 1);
            if slack >= 0 {
                progress.promising.push((slack, option));
            }
        }
        progress.promising[first..].sort_by_key(|it| Reverse(it.0));
        for place in first..progress.promising.len() {
            let option = progress.promising[place].1;
            self.choose(progress, depth, option);
            if !self.counted.is_empty() {
                // Who joins the needed.
                self.slack(progress, depth + 1);
            }
            self.note_broken(&mut progress.n_broken, stage, option, Note::Broken);
            if self.descend(progress, depth + 1)? {
                return Ok(true);
            }
            self.note_broken(&mut progress.n_broken, stage, option, Note::TakenBack);
        }
        progress.promising.truncate(first);
        progress.chosen[issue.idx()] = OptionId::new(0);
        Ok(false)
    }

    /// Settles a stage with an option.
    fn choose(&self, progress: &mut Progress, depth: usize, option: OptionId) {
        let stage = &self.stages[depth];
        progress.chosen[stage.issue.idx()] = option;
        let losses = self.leeways.losses(self.space.flat(stage.issue, option));
        let n_slacks = losses.len();
        let (before, after) = progress.rows.split_at_mut((depth + 1) * n_slacks);
        let before = &before[depth * n_slacks..];
        let row = &mut after[..n_slacks];
        for ((after, before), loss) in row.iter_mut().zip(before).zip(losses) {
            *after = before - loss;
        }
        if !stage.interacting.is_empty() {
            let lost = &mut progress.lost[..];
            lost.fill(0);
            for it in &self.touches[stage.interacting.clone()] {
                let of_option = it.lost[usize::from(self.allows(*it, option))];
                let is_open = progress.n_broken[it.condition] == 0;
                lost[it.party] += if is_open { of_option } else { 0 };
            }
            self.leeways.take(lost, row);
        }
        let mut needed = progress.needed[depth];
        let mut barred = progress.barred[depth];
        for it in &self.touches[stage.touched.clone()] {
            let is_open = progress.n_broken[it.condition] == 0;
            if is_open && it.is_last && self.allows(*it, option) {
                match self.consequences[it.condition] {
                    Consequence::Veto(party) => needed = needed.with(party),
                    Consequence::RedLine(party) => barred = barred.with(party),
                }
            }
        }
        progress.needed[depth + 1] = needed;
        progress.barred[depth + 1] = barred;
    }

    /// What can still be lost after so many stages, at the best, before consent is lost; negative if
    /// it is lost.
    ///
    /// Whoever the quotas turn out not to do without joins the needed.
    fn slack(&self, progress: &mut Progress, depth: usize) -> i64 {
        let n_slacks = self.leeways.start().len();
        let row = &progress.rows[depth * n_slacks..][..n_slacks];
        let barred = progress.barred[depth];
        let needed = &mut progress.needed[depth];
        if !needed.intersection(barred).is_empty() {
            return i64::MIN;
        }
        if self.counted.is_empty() {
            return self.leeways.least(*needed, row);
        }
        let outcome = self.space.outcome(&progress.chosen);
        // Vetoes of the outcome at hand may still be avoided by open choices: they are given.
        let given = self.consent.needed(self.space, outcome);
        let suffices = |yes: PartySet| {
            self.consent
                .is_satisfied(self.space, outcome, yes.union(given))
        };
        let slack_of = |party: PartyId| self.leeways.alone(party, row);
        let willing = self.counted.iter().filter(|it| !barred.contains(*it));
        let mut by_slack: Vec<PartyId> = willing.collect();
        by_slack.sort_by_key(|&it| Reverse(slack_of(it)));
        let content: PartySet = by_slack
            .iter()
            .copied()
            .filter(|&it| slack_of(it) >= 0)
            .collect();
        if !suffices(content) {
            return i64::MIN;
        }
        for party in content.iter().filter(|&it| !suffices(content.without(it))) {
            *needed = needed.with(party);
        }
        let mut yes = PartySet::EMPTY;
        let mut slack = self.leeways.least(*needed, row);
        for party in by_slack {
            if suffices(yes) {
                break;
            }
            yes = yes.with(party);
            slack = slack.min(slack_of(party));
        }
        slack
    }
}

/// The slacks of parties alone and of those whose consent may be needed together; `None` once those
/// whose consent is sure to be needed have none.
fn leeways<'a>(
    space: &'a OutcomeSpace,
    wants: impl ExactSizeIterator<Item = Wants<'a>>,
    needed: PartySet,
    consent: &ConsentRule,
) -> Option<Leeways<'a>> {
    let with_veto: PartySet = consent.vetoes().iter().map(|it| it.party).collect();
    let mut leeways = Leeways::new(space, wants);
    let is_lost = |it: &Leeways<'_>| it.least(needed, it.start()) < 0;
    if is_lost(&leeways) {
        return None;
    }
    leeways.share(needed);
    if is_lost(&leeways) {
        return None;
    }
    leeways.share(with_veto);
    leeways.share(with_veto.union(consent.counted()));
    Some(leeways.complete())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::solution::test_support as test_worlds;

    fn is_agreement(parties: &[Preferences], consent: &ConsentRule, outcome: Outcome) -> bool {
        let agreeing = (0..parties.len())
            .filter(|&it| parties[it].is_acceptable(outcome))
            .map(PartyId::new)
            .collect();
        consent.is_satisfied(parties[0].space(), outcome, agreeing)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn an_agreement_is_found_wherever_listing_all_outcomes_finds_one(
            (parties, consent) in (test_worlds::space(), 1..=4_usize)
                .prop_flat_map(|(space, n_parties)| (
                    prop::collection::vec(test_worlds::preferences(&space), n_parties),
                    test_worlds::consent(&space, n_parties),
                ))
        ) {
            let found = some_agreement(&parties, &consent);
            let mut outcomes = parties[0].space().outcomes();
            prop_assert_eq!(
                found.is_some(),
                outcomes.any(|it| is_agreement(&parties, &consent, it))
            );
            prop_assert!(found.is_none_or(|it| is_agreement(&parties, &consent, it)));
            for steps_max in [0, 2, 8, ZONE_STEPS_MAX] {
                match search(&parties, &[], &consent, steps_max) {
                    Ok(within) => prop_assert_eq!(within, found),
                    Err(StepsUsedUp) => prop_assert!(steps_max < ZONE_STEPS_MAX),
                }
            }
        }
    }

    #[test]
    fn a_search_that_may_take_no_step_decides_nothing_that_takes_one() {
        let space = std::sync::Arc::new(OutcomeSpace::new(&[2, 2]).unwrap());
        let parties = [Preferences::indifferent(space, Vec::new())];
        let unanimity = ConsentRule::unanimity(1);
        assert_eq!(search(&parties, &[], &unanimity, 3), Err(StepsUsedUp));
        assert!(search(&parties, &[], &unanimity, 4).unwrap().is_some());
        let names = Zone::ALL.map(Zone::name);
        assert_eq!(names, Zone::NAMES);
    }

    #[test]
    fn without_parties_there_is_nothing_to_agree_on() {
        let nobody: [Preferences; 0] = [];
        assert_eq!(some_agreement(&nobody, &ConsentRule::unanimity(0)), None);
    }
}
