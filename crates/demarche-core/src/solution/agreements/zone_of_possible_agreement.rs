//! Outcomes that nobody whose consent they need would refuse.

use std::borrow::Borrow;
use std::cmp::Reverse;

use crate::domain::{
    ConsentRule, IssueId, OptionId, Outcome, OutcomeSpace, PartyId, PartySet, Preferences,
};
use crate::solution::agreements::coupling::Coupling;
use crate::solution::agreements::lagrangian_bound::Leeways;

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
pub fn some_agreement(parties: &[Preferences], consent: &ConsentRule) -> Option<Outcome> {
    let found = search(parties, consent, u64::MAX);
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
    match search(parties, consent, ZONE_STEPS_MAX) {
        Ok(Some(_)) => Zone::Exists,
        Ok(None) => Zone::Empty,
        Err(StepsUsedUp) => Zone::Undecided,
    }
}

/// A search tried as many options as it may, and has no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the search tried as many options as it may")]
pub struct StepsUsedUp;

/// [`some_agreement`] within so many steps.
fn search(
    parties: &[impl Borrow<Preferences>],
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
    let search = Search::new(space, parties, consent);
    if search.is_blocked() {
        return Ok(None);
    }
    let mut progress = search.beginning(steps_max);
    let slack = search.slack(&mut progress, 0);
    let is_found = slack >= 0 && search.descend(&mut progress, 0)?;
    Ok(is_found.then(|| space.outcome(&progress.chosen)))
}

/// What a condition that several issues decide brings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Consequence {
    /// The interaction with this position.
    Interaction(usize),
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
    consequences: Vec<Consequence>,
    stages: Vec<Stage>,
}

/// One issue, in the order of the search.
#[derive(Debug)]
struct Stage {
    issue: IssueId,
    touches: Vec<Touch>,
}

/// A condition that the issue of a stage helps to decide.
#[derive(Debug)]
struct Touch {
    consequence: usize,
    /// For each option of the issue.
    allows: Vec<bool>,
    is_last: bool,
}

/// Where the search is.
#[derive(Debug)]
struct Progress {
    /// The options chosen, with the first ones for the issues that are still open.
    chosen: Vec<OptionId>,
    /// By how many issues each condition is broken.
    n_broken: Vec<u32>,
    /// The leeways after so many stages: a row per depth.
    rows: Vec<Vec<i64>>,
    /// Whose consent is surely needed after so many stages.
    needed: Vec<PartySet>,
    /// Whose red lines are surely crossed after so many stages.
    barred: Vec<PartySet>,
    /// How many more options may be tried.
    steps_left: u64,
}

impl<'a> Search<'a> {
    fn new(
        space: &'a OutcomeSpace,
        parties: &'a [impl Borrow<Preferences>],
        consent: &'a ConsentRule,
    ) -> Self {
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
            for when in preferences.borrow().real_red_lines() {
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
        let with_veto: PartySet = consent.vetoes().iter().map(|it| it.party).collect();
        let counted = consent.counted();
        let leeways = Leeways::new(
            space,
            parties,
            [needed, with_veto, with_veto.union(counted)],
        );
        for (idx, it) in leeways.interactions().iter().enumerate() {
            conditions.push((it.when, Consequence::Interaction(idx)));
        }
        let mut order: Vec<IssueId> = space.issues().collect();
        order.sort_by_key(|&it| Reverse(dissent(space, &leeways, it)));
        let mut stages: Vec<Stage> = order
            .into_iter()
            .map(|issue| Stage {
                issue,
                touches: Vec::new(),
            })
            .collect();
        for (consequence, (when, _)) in conditions.iter().enumerate() {
            let mut is_last = true;
            for stage in stages.iter_mut().rev() {
                let options = space.options(stage.issue);
                let allows: Vec<bool> = options.map(|it| when.allows(stage.issue, it)).collect();
                if allows.contains(&false) {
                    stage.touches.push(Touch {
                        consequence,
                        allows,
                        is_last,
                    });
                    is_last = false;
                }
            }
        }
        Self {
            space,
            consent,
            counted,
            leeways,
            needed,
            barred,
            is_excluded,
            consequences: conditions.into_iter().map(|it| it.1).collect(),
            stages,
        }
    }

    fn is_excluded(&self, issue: IssueId, option: OptionId) -> bool {
        self.is_excluded[self.space.flat(issue, option)]
    }

    /// Whether red lines of parties that are needed leave no option of an issue.
    fn is_blocked(&self) -> bool {
        let mut issues = self.space.issues();
        issues.any(|issue| {
            let mut options = self.space.options(issue);
            options.all(|it| self.is_excluded(issue, it))
        })
    }

    fn beginning(&self, steps_left: u64) -> Progress {
        let n_rows = self.stages.len() + 1;
        Progress {
            chosen: vec![OptionId::new(0); self.stages.len()],
            n_broken: vec![0; self.consequences.len()],
            rows: vec![self.leeways.start().to_vec(); n_rows],
            needed: vec![self.needed; n_rows],
            barred: vec![self.barred; n_rows],
            steps_left,
        }
    }

    /// Whether the stages from a depth on can be settled so that all agree; if so, they are.
    fn descend(&self, progress: &mut Progress, depth: usize) -> Result<bool, StepsUsedUp> {
        let Some(stage) = self.stages.get(depth) else {
            return Ok(true);
        };
        let mut promising: Vec<(i64, OptionId)> = Vec::new();
        for option in self.space.options(stage.issue) {
            if self.is_excluded(stage.issue, option) {
                continue;
            }
            progress.steps_left = progress.steps_left.checked_sub(1).ok_or(StepsUsedUp)?;
            let slack = self.choose(progress, depth, option);
            if slack >= 0 {
                promising.push((slack, option));
            }
        }
        promising.sort_by_key(|it| Reverse(it.0));
        for (_, option) in promising {
            self.choose(progress, depth, option);
            for it in &stage.touches {
                progress.n_broken[it.consequence] += u32::from(!it.allows[option.idx()]);
            }
            if self.descend(progress, depth + 1)? {
                return Ok(true);
            }
            for it in &stage.touches {
                progress.n_broken[it.consequence] -= u32::from(!it.allows[option.idx()]);
            }
        }
        progress.chosen[stage.issue.idx()] = OptionId::new(0);
        Ok(false)
    }

    /// Settles a stage with an option and returns the remaining slack.
    fn choose(&self, progress: &mut Progress, depth: usize, option: OptionId) -> i64 {
        let stage = &self.stages[depth];
        progress.chosen[stage.issue.idx()] = option;
        let (before, after) = progress.rows.split_at_mut(depth + 1);
        let row = &mut after[0];
        let losses = self.leeways.losses(self.space.flat(stage.issue, option));
        for ((after, before), loss) in row.iter_mut().zip(&before[depth]).zip(losses) {
            *after = before - loss;
        }
        let mut needed = progress.needed[depth];
        let mut barred = progress.barred[depth];
        for it in &stage.touches {
            if progress.n_broken[it.consequence] > 0 {
                continue;
            }
            let is_fulfilled = it.is_last && it.allows[option.idx()];
            let is_broken = !it.allows[option.idx()];
            match self.consequences[it.consequence] {
                Consequence::Interaction(idx) if is_broken => self.leeways.lose(idx, row),
                Consequence::Interaction(idx) if is_fulfilled => self.leeways.fulfil(idx, row),
                Consequence::Veto(party) if is_fulfilled => needed = needed.with(party),
                Consequence::RedLine(party) if is_fulfilled => barred = barred.with(party),
                Consequence::Interaction(_) | Consequence::Veto(_) | Consequence::RedLine(_) => {}
            }
        }
        progress.needed[depth + 1] = needed;
        progress.barred[depth + 1] = barred;
        self.slack(progress, depth + 1)
    }

    /// What can still be lost, at the best, before consent is lost; negative if it is lost.
    ///
    /// Whoever the quotas turn out not to do without joins the needed.
    fn slack(&self, progress: &mut Progress, depth: usize) -> i64 {
        let row = &progress.rows[depth];
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
        let lagrangian_bound = |party: PartyId| self.leeways.alone(party, row);
        let willing = self.counted.iter().filter(|it| !barred.contains(*it));
        let mut by_leeway: Vec<PartyId> = willing.collect();
        by_leeway.sort_by_key(|&it| Reverse(lagrangian_bound(it)));
        let content: PartySet = by_leeway
            .iter()
            .copied()
            .filter(|&it| lagrangian_bound(it) >= 0)
            .collect();
        if !suffices(content) {
            return i64::MIN;
        }
        for party in content.iter().filter(|&it| !suffices(content.without(it))) {
            *needed = needed.with(party);
        }
        let mut yes = PartySet::EMPTY;
        let mut slack = self.leeways.least(*needed, row);
        for party in by_leeway {
            if suffices(yes) {
                break;
            }
            yes = yes.with(party);
            slack = slack.min(lagrangian_bound(party));
        }
        slack
    }
}

/// How much the parties together lose by the option of an issue that costs them least.
fn dissent(space: &OutcomeSpace, leeways: &Leeways<'_>, issue: IssueId) -> i64 {
    space
        .options(issue)
        .map(|it| leeways.losses(space.flat(issue, it)).iter().sum())
        .min()
        .expect("an issue has options")
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
                match search(&parties, &consent, steps_max) {
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
        assert_eq!(search(&parties, &unanimity, 3), Err(StepsUsedUp));
        assert!(search(&parties, &unanimity, 4).unwrap().is_some());
        let names = Zone::ALL.map(Zone::name);
        assert_eq!(names, Zone::NAMES);
    }

    #[test]
    fn without_parties_there_is_nothing_to_agree_on() {
        assert_eq!(some_agreement(&[], &ConsentRule::unanimity(0)), None);
    }
}
