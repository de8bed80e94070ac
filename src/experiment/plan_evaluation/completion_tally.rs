//! How one completion of a plan fares over draws: who accepts it, what it is worth, and what each change of
//! one issue would win.

use demarche_core::domain::{
    ConsentRule, IssueId, OptionId, Outcome, OutcomeSpace, PartyId, PartySet, Preferences, Utility,
    from_units,
};
use demarche_stats::estimate::{Estimate, Moments, PairedShares};

use crate::experiment::plan_evaluation::extreme_completions::CompletionKind;
use crate::experiment::tallies::{NumberSource, push_moments, take_moments};

/// How one completion of a plan fares over draws.
#[derive(Clone, PartialEq, Debug)]
pub struct CompletionTally {
    /// Which one it is.
    pub kind: CompletionKind,
    /// The outcome.
    pub outcome: Outcome,
    /// Whose consent it needs.
    pub needed: PartySet,
    /// Whose answers quotas count.
    pub counted: PartySet,
    /// In how many draws all whose consent is needed accept it.
    pub n_accepted: u64,
    /// In how many draws that was looked at.
    pub n_draws: u64,
    /// By party.
    pub parties: Vec<PlanPartyTally>,
    /// For each issue and each option that it does not have there.
    pub changes: Vec<ChangeTally>,
}

/// How one completion of a plan fares with one party.
#[derive(Clone, PartialEq, Debug)]
pub struct PlanPartyTally {
    /// In how many draws the party accepts it: it is worth the reservation value at least and crosses
    /// no real red line.
    pub n_accepts: u64,
    /// In how many draws it crosses a real red line of the party.
    pub n_red_lines_crossed: u64,
    /// In how many draws the party is the only one in the way: all whose consent is needed would
    /// accept if it did.
    pub n_pivotal_rejections: u64,
    /// What it is worth to the party.
    utility: Moments,
    /// What it is worth over no deal.
    surplus: Moments,
    /// What it is worth over no deal as that was before leverage.
    surplus_before_leverage: Moments,
    /// By issue, how far it falls short of the party's best option there, in units, summed over draws.
    shortfalls: Vec<i128>,
}

/// How a completion of a plan fares if one issue is settled otherwise.
#[derive(Clone, PartialEq, Debug)]
pub struct ChangeTally {
    /// The issue.
    pub issue: IssueId,
    /// The option that it has then.
    pub option: OptionId,
    /// Draw by draw, whether all whose consent is needed accept it after the change, and without.
    accepted: PairedShares,
}

impl CompletionTally {
    pub(super) fn new(
        kind: CompletionKind,
        outcome: Outcome,
        space: &OutcomeSpace,
        consent: &ConsentRule,
        n_parties: usize,
    ) -> Self {
        let others = |issue: IssueId| {
            let options = space.options(issue);
            let others = options.filter(move |it| *it != space.option(outcome, issue));
            others.map(move |option| ChangeTally {
                issue,
                option,
                accepted: PairedShares::default(),
            })
        };
        let party = PlanPartyTally {
            n_accepts: 0,
            n_red_lines_crossed: 0,
            n_pivotal_rejections: 0,
            utility: Moments::default(),
            surplus: Moments::default(),
            surplus_before_leverage: Moments::default(),
            shortfalls: vec![0; space.n_issues()],
        };
        Self {
            kind,
            outcome,
            needed: consent.needed(space, outcome),
            counted: consent.counted(),
            n_accepted: 0,
            n_draws: 0,
            parties: vec![party; n_parties],
            changes: space.issues().flat_map(others).collect(),
        }
    }

    /// Takes in one draw.
    pub(super) fn take(&mut self, parties: &[Preferences], consent: &ConsentRule) {
        let outcome = self.outcome;
        let accepting = accepting(parties, outcome);
        let is_enough = |yes: PartySet| yes.contains_all(self.needed) && consent.meets_quotas(yes);
        let is_accepted = is_enough(accepting);
        for (idx, (tally, preferences)) in self.parties.iter_mut().zip(parties).enumerate() {
            let party = PartyId::new(idx);
            tally.n_accepts += u64::from(accepting.contains(party));
            let is_pivotal = !is_accepted && is_enough(accepting.with(party));
            tally.n_pivotal_rejections += u64::from(is_pivotal);
            tally.take(preferences, outcome);
        }
        let space = parties[0].space();
        for it in &mut self.changes {
            let from = space.share(it.issue, space.option(outcome, it.issue));
            let to = space.share(it.issue, it.option);
            let changed = Outcome::from_shares(outcome.code() ^ from ^ to);
            let is_change_accepted = is_accepted_by_all(parties, consent, changed);
            it.accepted.add(is_change_accepted, is_accepted);
        }
        self.n_accepted += u64::from(is_accepted);
        self.n_draws += 1;
    }

    /// Adds other draws.
    pub(super) fn merge(&mut self, other: Self) {
        for (sum, it) in self.parties.iter_mut().zip(other.parties) {
            sum.merge(it);
        }
        for (sum, it) in self.changes.iter_mut().zip(other.changes) {
            sum.accepted.merge(&it.accepted);
        }
        self.n_accepted += other.n_accepted;
        self.n_draws += other.n_draws;
    }

    /// Adds its counts to numbers.
    pub(super) fn push(&self, numbers: &mut Vec<i128>) {
        numbers.push(self.n_accepted.into());
        for it in &self.parties {
            it.push(numbers);
        }
        for ChangeTally { accepted, .. } in &self.changes {
            let counts = [accepted.both, accepted.first_only, accepted.second_only];
            numbers.extend(counts.map(i128::from));
        }
    }

    /// Takes in the counts of so many draws, before any other draw; `None` if they are none.
    pub(super) fn take_counts(
        &mut self,
        n_draws: u64,
        numbers: &mut NumberSource<'_>,
    ) -> Option<()> {
        self.n_draws = n_draws;
        self.n_accepted = numbers.at_most(n_draws)?;
        for it in &mut self.parties {
            it.take_counts(n_draws, numbers)?;
        }
        for ChangeTally { accepted, .. } in &mut self.changes {
            accepted.both = numbers.at_most(n_draws)?;
            accepted.first_only = numbers.at_most(n_draws - accepted.both)?;
            let n_left = n_draws - accepted.both - accepted.first_only;
            accepted.second_only = numbers.at_most(n_left)?;
            accepted.neither = n_left - accepted.second_only;
        }
        Some(())
    }

    /// The share of draws in which all whose consent is needed accept it; `None` of no draw.
    pub fn accepted(&self) -> Option<Estimate> {
        Estimate::of_share(self.n_accepted, self.n_draws)
    }

    /// The change of one issue after which all whose consent is needed accept in the most draws, the
    /// first of several; `None` if none of them wins anything.
    pub fn best_change(&self) -> Option<&ChangeTally> {
        let changes = self.changes.iter().rev();
        let best = changes.max_by_key(|it| it.n_accepted());
        best.filter(|it| it.n_accepted() > self.n_accepted)
    }
}

impl PlanPartyTally {
    fn take(&mut self, preferences: &Preferences, outcome: Outcome) {
        let utility = preferences.utility(outcome);
        let surplus = |over: Utility| utility.units() - over.units();
        let before_leverage = preferences.reservation_value_before_leverage();
        self.n_red_lines_crossed += u64::from(!preferences.allows(outcome));
        self.utility.add(utility.units());
        self.surplus.add(surplus(preferences.reservation_value()));
        self.surplus_before_leverage.add(surplus(before_leverage));
        let space = preferences.space();
        for (issue, sum) in space.issues().zip(&mut self.shortfalls) {
            *sum += i128::from(preferences.shortfall(issue, space.option(outcome, issue)));
        }
    }

    fn merge(&mut self, other: Self) {
        self.n_accepts += other.n_accepts;
        self.n_red_lines_crossed += other.n_red_lines_crossed;
        self.n_pivotal_rejections += other.n_pivotal_rejections;
        self.utility.merge(&other.utility);
        self.surplus.merge(&other.surplus);
        (self.surplus_before_leverage).merge(&other.surplus_before_leverage);
        for (sum, it) in self.shortfalls.iter_mut().zip(other.shortfalls) {
            *sum += it;
        }
    }

    fn push(&self, numbers: &mut Vec<i128>) {
        let counts = [
            self.n_accepts,
            self.n_red_lines_crossed,
            self.n_pivotal_rejections,
        ];
        numbers.extend(counts.map(i128::from));
        for it in [&self.utility, &self.surplus, &self.surplus_before_leverage] {
            push_moments(numbers, it);
        }
        numbers.extend(&self.shortfalls);
    }

    fn take_counts(&mut self, n_draws: u64, numbers: &mut NumberSource<'_>) -> Option<()> {
        self.n_accepts = numbers.at_most(n_draws)?;
        self.n_red_lines_crossed = numbers.at_most(n_draws)?;
        self.n_pivotal_rejections = numbers.at_most(n_draws)?;
        let moments = [
            &mut self.utility,
            &mut self.surplus,
            &mut self.surplus_before_leverage,
        ];
        for it in moments {
            *it = take_moments(n_draws, numbers).filter(|it| it.n() == n_draws)?;
        }
        let most = i128::from(n_draws) * i128::from(Utility::ONE.units());
        for it in &mut self.shortfalls {
            *it = numbers.next().filter(|it| (0..=most).contains(it))?;
        }
        Some(())
    }

    /// The share of draws in which the party accepts; `None` of no draw.
    pub fn accepts(&self) -> Option<Estimate> {
        Estimate::of_share(self.n_accepts, self.utility.n())
    }

    /// The share of draws in which the party alone is in the way; `None` of no draw.
    pub fn pivotal_rejections(&self) -> Option<Estimate> {
        Estimate::of_share(self.n_pivotal_rejections, self.utility.n())
    }

    /// The share of draws in which the plan crosses a real red line of the party; `None` of no draw.
    pub fn red_lines_crossed(&self) -> Option<Estimate> {
        Estimate::of_share(self.n_red_lines_crossed, self.utility.n())
    }

    /// The mean of what the plan is worth to the party; `None` of no draw.
    pub fn utility(&self) -> Option<Estimate> {
        self.utility.estimate(from_units(1))
    }

    /// The mean of what the plan is worth over no deal; `None` of no draw.
    pub fn surplus(&self) -> Option<Estimate> {
        self.surplus.estimate(from_units(1))
    }

    /// The mean of what the plan is worth over no deal as that was before leverage; `None` of no draw.
    pub fn surplus_before_leverage(&self) -> Option<Estimate> {
        self.surplus_before_leverage.estimate(from_units(1))
    }

    /// The issue on which the plan falls furthest short of the party's best option, in the mean over
    /// draws, with how far; the first of several. `None` if it has its best on every issue.
    ///
    /// ```text
    /// max_i  mean( w_i · ( max_o u_i(o) − u_i(plan) ) )
    /// ```
    #[expect(
        clippy::cast_precision_loss,
        reason = "the rounding of one division is all that is lost"
    )]
    pub fn worst_issue(&self) -> Option<(IssueId, f64)> {
        let shortfalls = self.shortfalls.iter().enumerate();
        let (idx, &sum) = shortfalls.rev().max_by_key(|it| it.1)?;
        let mean = sum as f64 / self.utility.n() as f64 * from_units(1);
        (sum > 0).then_some((IssueId::new(idx), mean))
    }
}

impl ChangeTally {
    /// In how many draws all whose consent is needed accept it after the change.
    pub fn n_accepted(&self) -> u64 {
        self.accepted.both + self.accepted.first_only
    }

    /// By how much the change raises the share of draws in which all whose consent is needed accept,
    /// draws compared one by one; `None` of no draw.
    pub fn difference(&self) -> Option<Estimate> {
        self.accepted.difference()
    }

    /// The share of draws in which all whose consent is needed accept after the change; `None` of no
    /// draw.
    pub fn accepted(&self) -> Option<Estimate> {
        Estimate::of_share(self.n_accepted(), self.accepted.n())
    }
}

/// Who accepts an outcome.
fn accepting(parties: &[Preferences], outcome: Outcome) -> PartySet {
    let ids = (0..parties.len()).map(PartyId::new);
    ids.filter(|it| parties[it.idx()].is_acceptable(outcome))
        .collect()
}

/// Whether all whose consent an outcome needs accept it; those whose answer does not count are not
/// asked.
fn is_accepted_by_all(parties: &[Preferences], consent: &ConsentRule, outcome: Outcome) -> bool {
    let space = parties[0].space();
    let needed = consent.needed(space, outcome);
    let accepts = |it: &PartyId| parties[it.idx()].is_acceptable(outcome);
    if !needed.iter().all(|it| accepts(&it)) {
        return false;
    }
    let counted: PartySet = consent.counted().iter().filter(accepts).collect();
    consent.meets_quotas(counted)
}
