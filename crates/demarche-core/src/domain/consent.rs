//! Whose yes a deal needs.

use std::sync::Arc;

use crate::domain::condition::Condition;
use crate::domain::issue::{IssueId, OptionId};
use crate::domain::outcome::{Outcome, OutcomeSpace};
use crate::domain::party::{PartyId, PartySet};

/// Whose yes turns an offer into an agreement: vetoes, some of them conditional, and quotas.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConsentRule {
    vetoes: Arc<[Veto]>,
    quotas: Arc<[Quota]>,
    /// Whose consent is needed whatever an outcome says.
    always_needed: PartySet,
    /// Whose yes a quota counts.
    counted: PartySet,
    /// By issue, up to the last that a condition names, the positions of vetoes whose conditions name it.
    by_issue: Arc<[Vec<usize>]>,
    /// The issues that some veto names alone.
    decisive: Arc<[DecisiveIssue]>,
    /// The positions of vetoes whose conditions have several clauses.
    on_several: Arc<[usize]>,
}

/// An issue that calls for consent by how it is settled, whatever becomes of the others.
#[derive(Clone, PartialEq, Eq, Debug)]
struct DecisiveIssue {
    issue: IssueId,
    /// By option, up to the last that a condition names, whose consent it calls for.
    needed: Vec<PartySet>,
}

impl DecisiveIssue {
    /// What those of these vetoes ask for that name this issue alone; `None` if none does.
    fn new<'a>(issue: IssueId, vetoes: impl Iterator<Item = &'a Veto>) -> Option<Self> {
        let mut needed: Vec<PartySet> = Vec::new();
        for veto in vetoes {
            if let [(named, options)] = veto.when.clauses()
                && *named == issue
            {
                for option in options {
                    needed.resize(needed.len().max(option.idx() + 1), PartySet::EMPTY);
                    needed[option.idx()] = needed[option.idx()].with(veto.party);
                }
            }
        }
        (!needed.is_empty()).then_some(Self { issue, needed })
    }

    /// Whose consent it calls for if it is settled so.
    fn needed(&self, option: OptionId) -> PartySet {
        self.needed.get(option.idx()).copied().unwrap_or_default()
    }
}

/// A party whose consent is needed for outcomes that fulfil a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Veto {
    /// Whose consent.
    pub party: PartyId,
    /// For which outcomes; the empty condition means all.
    pub when: Condition,
}

/// So many yes among some parties.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quota {
    /// How many yes.
    pub at_least: usize,
    /// Among whom.
    pub of: PartySet,
}

impl ConsentRule {
    /// Everybody's yes.
    pub fn unanimity(n_parties: usize) -> Self {
        let vetoes = (0..n_parties)
            .map(|idx| Veto {
                party: PartyId::new(idx),
                when: Condition::default(),
            })
            .collect();
        Self::new(vetoes, Vec::new())
    }

    /// All of these vetoes and all of these quotas.
    pub fn new(vetoes: Vec<Veto>, quotas: Vec<Quota>) -> Self {
        let always_needed = vetoes
            .iter()
            .filter(|it| it.when.clauses().is_empty())
            .map(|it| it.party);
        let counted = quotas.iter().map(|it| it.of);
        let mut by_issue: Vec<Vec<usize>> = Vec::new();
        for (place, veto) in vetoes.iter().enumerate() {
            for (issue, _) in veto.when.clauses() {
                by_issue.resize(by_issue.len().max(issue.idx() + 1), Vec::new());
                by_issue[issue.idx()].push(place);
            }
        }
        let issues = (0..by_issue.len()).map(IssueId::new);
        let decisive = issues.filter_map(|it| DecisiveIssue::new(it, vetoes.iter()));
        let places = 0..vetoes.len();
        let on_several = places.filter(|&it| vetoes[it].when.clauses().len() > 1);
        Self {
            decisive: decisive.collect(),
            on_several: on_several.collect(),
            always_needed: always_needed.collect(),
            counted: counted.fold(PartySet::EMPTY, PartySet::union),
            vetoes: vetoes.into(),
            quotas: quotas.into(),
            by_issue: by_issue.into(),
        }
    }

    /// The vetoes in file order.
    pub fn vetoes(&self) -> &[Veto] {
        &self.vetoes
    }

    /// The vetoes whose conditions name an issue, in file order: no other depends on how it is settled.
    pub fn vetoes_on(&self, issue: IssueId) -> impl Iterator<Item = &Veto> + Clone {
        let places = self.by_issue.get(issue.idx());
        let places = places.map_or(&[][..], Vec::as_slice);
        places.iter().map(|&it| &self.vetoes[it])
    }

    /// The quotas in file order.
    pub fn quotas(&self) -> &[Quota] {
        &self.quotas
    }

    /// Whose consent no agreement can do without, whatever it says.
    pub fn always_needed(&self) -> PartySet {
        self.always_needed
    }

    /// Everybody whose yes a quota counts.
    pub fn counted(&self) -> PartySet {
        self.counted
    }

    /// Whose yes this outcome cannot do without.
    pub fn needed(&self, space: &OutcomeSpace, outcome: Outcome) -> PartySet {
        let of_issues = (self.decisive.iter()).map(|it| it.needed(space.option(outcome, it.issue)));
        let needed = of_issues.fold(self.always_needed, PartySet::union);
        let on_several = self.on_several.iter().map(|&it| &self.vetoes[it]);
        let held = on_several.filter(|it| it.when.holds(space, outcome));
        held.fold(needed, |needed, it| needed.with(it.party))
    }

    /// Whose answer to this outcome counts: those it needs, and those a quota counts.
    pub fn asked(&self, space: &OutcomeSpace, outcome: Outcome) -> PartySet {
        self.needed(space, outcome).union(self.counted())
    }

    /// Whether the outcome is agreed when these parties say yes.
    pub fn is_satisfied(&self, space: &OutcomeSpace, outcome: Outcome, yes: PartySet) -> bool {
        yes.contains_all(self.needed(space, outcome)) && self.meets_quotas(yes)
    }

    /// Whether these are enough yes for all quotas.
    pub fn meets_quotas(&self, yes: PartySet) -> bool {
        let mut quotas = self.quotas.iter();
        quotas.all(|it| yes.intersection(it.of).len() >= it.at_least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::issue::OptionId;

    #[test]
    fn a_veto_with_a_condition_counts_only_where_it_holds() {
        let space = OutcomeSpace::new(&[2]).unwrap();
        let when = Condition::new([(IssueId::new(0), vec![OptionId::new(1)])]);
        let [a, b] = [0, 1].map(PartyId::new);
        let rule = ConsentRule::new(
            vec![
                Veto {
                    party: a,
                    when: Condition::default(),
                },
                Veto { party: b, when },
            ],
            Vec::new(),
        );
        let outcomes: Vec<Outcome> = space.outcomes().collect();
        assert_eq!(rule.needed(&space, outcomes[0]), PartySet::only(a));
        assert!(rule.is_satisfied(&space, outcomes[0], PartySet::only(a)));
        assert!(!rule.is_satisfied(&space, outcomes[1], PartySet::only(a)));
        assert!(rule.is_satisfied(&space, outcomes[1], PartySet::all(2)));
    }

    #[test]
    fn consent_is_needed_of_whom_any_condition_that_holds_names() {
        let space = OutcomeSpace::new(&[3, 2, 70]).unwrap();
        let clause = |issue, options: &[usize]| {
            let options = options.iter().map(|&it| OptionId::new(it));
            (IssueId::new(issue), options.collect())
        };
        let conditions = [
            vec![],
            vec![clause(0, &[1])],
            vec![clause(0, &[2])],
            vec![clause(2, &[0, 65])],
            vec![clause(0, &[1, 2]), clause(1, &[1])],
            vec![clause(2, &[3, 4]), clause(2, &[4, 5])],
        ];
        let vetoes = conditions.into_iter().enumerate().map(|(idx, when)| Veto {
            party: PartyId::new(idx % 5),
            when: Condition::new(when),
        });
        let rule = ConsentRule::new(vetoes.collect(), Vec::new());
        for outcome in space.outcomes() {
            let held = rule.vetoes().iter();
            let held = held.filter(|it| it.when.holds(&space, outcome));
            let needed = held.map(|it| it.party).collect();
            assert_eq!(rule.needed(&space, outcome), needed, "{outcome:?}");
        }
    }

    #[test]
    fn a_quota_is_met_by_any_who_are_enough() {
        let space = OutcomeSpace::new(&[1]).unwrap();
        let outcome = space.outcomes().next().unwrap();
        let quota = Quota {
            at_least: 2,
            of: PartySet::all(3),
        };
        let rule = ConsentRule::new(Vec::new(), vec![quota]);
        let says = |idx: &[usize]| idx.iter().map(|&it| PartyId::new(it)).collect();
        assert!(rule.is_satisfied(&space, outcome, says(&[0, 2])));
        assert!(!rule.is_satisfied(&space, outcome, says(&[1, 3])));
        assert_eq!(rule.asked(&space, outcome), PartySet::all(3));
    }

    #[test]
    fn a_rule_tells_what_it_was_made_of_and_who_counts_where() {
        let space = OutcomeSpace::new(&[2]).unwrap();
        let when = Condition::new([(IssueId::new(0), vec![OptionId::new(1)])]);
        let [a, b, c] = [0, 1, 2].map(PartyId::new);
        let everywhere = Condition::default();
        let vetoes = [(a, everywhere), (b, when)].map(|(party, when)| Veto { party, when });
        let quotas = [b, c].map(|it| Quota {
            at_least: 1,
            of: PartySet::only(it),
        });
        let rule = ConsentRule::new(vetoes.to_vec(), quotas.to_vec());
        assert_eq!((rule.vetoes(), rule.quotas()), (&vetoes[..], &quotas[..]));
        assert_eq!(rule.always_needed(), PartySet::only(a));
        assert_eq!(rule.counted(), PartySet::only(b).with(c));
        let on = |issue| rule.vetoes_on(IssueId::new(issue)).collect::<Vec<_>>();
        assert_eq!([on(0), on(1)], [vec![&vetoes[1]], vec![]]);
        let outcomes: Vec<Outcome> = space.outcomes().collect();
        let needed = |it| rule.needed(&space, outcomes[it]);
        assert_eq!([0, 1].map(needed), [PartySet::only(a), PartySet::all(2)]);
        assert_eq!(rule.asked(&space, outcomes[0]), PartySet::all(3));
    }

    #[test]
    fn neither_vetoes_nor_quotas_are_enough_alone() {
        let space = OutcomeSpace::new(&[1]).unwrap();
        let outcome = space.outcomes().next().unwrap();
        let [veto, quota] = [0, 1].map(PartyId::new);
        let quotas = vec![Quota {
            at_least: 1,
            of: PartySet::only(quota),
        }];
        let rule = ConsentRule::new(ConsentRule::unanimity(1).vetoes.to_vec(), quotas);
        let satisfied = |yes| rule.is_satisfied(&space, outcome, yes);
        let sets = [
            PartySet::only(veto),
            PartySet::only(quota),
            PartySet::all(2),
        ];
        assert_eq!(sets.map(satisfied), [false, false, true]);
    }
}
