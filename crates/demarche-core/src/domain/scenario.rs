//! Who negotiates about what: parties, issues and rules that are known to fit together.

use std::sync::Arc;

use crate::domain::claim::Claim;
use crate::domain::consent::{ConsentRule, Quota, Veto};
use crate::domain::issue::{Issue, IssueId, OptionId};
use crate::domain::number::{Basis, Number};
use crate::domain::outcome::{Outcome, OutcomeSpace};
use crate::domain::party::{Leverage, Party, PartyId, PartySet};
use crate::domain::scenario_map::ScenarioMap;

/// Where numbers come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// The name by which numbers cite it.
    pub name: String,
    /// What it is.
    pub title: String,
    /// The name of its file, if it is one.
    pub file: Option<String>,
}

/// Whether the numbers are about the world.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScenarioKind {
    /// Every preference number says where it comes from.
    Sourced,
    /// Synthetic, for learning and for tests.
    Synthetic,
}

/// Who negotiates about what.
///
/// Valid by construction when it comes from `demarche::config`: every party has a preference for
/// every issue and every option, and every name in it refers to something.
///
/// A copy shares what it holds with the original until one of them is changed, so that the cells of
/// a sweep take little more than what differs between them.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// A short name, fit for file names.
    pub name: String,
    /// What people read.
    pub title: String,
    /// A paragraph about it.
    pub description: Option<Arc<str>>,
    /// What it leaves out or simplifies, a sentence each, in file order.
    pub limits: Arc<[String]>,
    /// Whether the numbers are about the world.
    pub kind: ScenarioKind,
    /// Where the numbers come from.
    pub sources: Arc<[Source]>,
    /// What is to be settled, in file order.
    pub issues: Arc<[Issue]>,
    /// All outcomes.
    pub space: Arc<OutcomeSpace>,
    /// Who negotiates, in turn order.
    pub parties: Vec<Arc<Party>>,
    /// Who can make no agreement worse for whom.
    pub leverages: Vec<Arc<Leverage>>,
    /// Whose yes a deal needs.
    pub consent: ConsentRule,
    /// What it must reproduce.
    pub claims: Arc<[Claim]>,
    /// On which map deals are shown; no result depends on it.
    pub map: Option<Arc<ScenarioMap>>,
}

impl Scenario {
    /// The parties' identifiers in turn order.
    pub fn party_ids(&self) -> impl ExactSizeIterator<Item = PartyId> {
        (0..self.parties.len()).map(PartyId::new)
    }

    /// The party with this identifier.
    pub fn party(&self, party: PartyId) -> &Party {
        &self.parties[party.idx()]
    }

    /// The party with this name; `None` if there is none.
    pub fn party_named(&self, name: &str) -> Option<PartyId> {
        self.party_ids().find(|it| self.party(*it).name == name)
    }

    /// The outcome that settles every issue with the option of the name that is given for the issue's;
    /// `None` if a name is missing or is that of no option.
    pub fn outcome_named<'a>(
        &self,
        option_name: impl Fn(&str) -> Option<&'a str>,
    ) -> Option<Outcome> {
        let chosen = self.space.issues().map(|issue| {
            let issue = self.issue(issue);
            let name = option_name(&issue.name)?;
            let place = issue.options.iter().position(|it| it.name == name)?;
            Some(OptionId::new(place))
        });
        let chosen: Vec<OptionId> = chosen.collect::<Option<_>>()?;
        Some(self.space.outcome(&chosen))
    }

    /// The issue with this identifier.
    pub fn issue(&self, issue: IssueId) -> &Issue {
        &self.issues[issue.idx()]
    }

    /// The name of the option with which an outcome settles an issue.
    pub fn option_name(&self, outcome: Outcome, issue: IssueId) -> &str {
        let option = self.space.option(outcome, issue);
        &self.issue(issue).options[option.idx()].name
    }

    /// What people read of the option with which an outcome settles an issue.
    pub fn option_label(&self, outcome: Outcome, issue: IssueId) -> &str {
        let option = self.space.option(outcome, issue);
        &self.issue(issue).options[option.idx()].label
    }

    /// Whether no source says what an option is worth to any party: all its utilities are assumed.
    pub fn is_option_assumed(&self, issue: IssueId, option: OptionId) -> bool {
        self.parties.iter().all(|it| {
            let utility = &it.preferences.issues[issue.idx()].utilities[option.idx()];
            utility.provenance.basis == Some(Basis::Assumed)
        })
    }

    /// The same negotiation with the parties in reverse order. Names, and with them random numbers,
    /// stay as they are.
    #[must_use]
    pub fn with_parties_reversed(&self) -> Self {
        let n_parties = self.parties.len();
        let moved = |it: PartyId| PartyId::new(n_parties - 1 - it.idx());
        let moved_set = |it: PartySet| it.iter().map(moved).collect();
        let vetoes = self.consent.vetoes().iter().map(|it| Veto {
            party: moved(it.party),
            when: it.when.clone(),
        });
        let quotas = self.consent.quotas().iter().map(|it| Quota {
            at_least: it.at_least,
            of: moved_set(it.of),
        });
        let leverages = self.leverages.iter().map(|it| Leverage {
            by: moved(it.by),
            on: moved(it.on),
            ..(**it).clone()
        });
        let claims = self.claims.iter().map(|it| Claim {
            statement: it.statement.clone().with_party(moved),
            ..it.clone()
        });
        Self {
            parties: self.parties.iter().rev().cloned().collect(),
            leverages: leverages.map(Arc::new).collect(),
            consent: ConsentRule::new(vetoes.collect(), quotas.collect()),
            claims: claims.collect(),
            ..self.clone()
        }
    }

    /// Every number of the parties' preferences and of the leverage between them.
    pub fn numbers(&self) -> impl Iterator<Item = &Number> {
        let of_parties = self.parties.iter().flat_map(|it| it.preferences.numbers());
        of_parties.chain(self.leverages.iter().map(|it| &it.lowers_reservation_value))
    }
}
