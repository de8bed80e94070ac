//! Everything that is fixed before luck comes in: scenario, rules and strategies.

use std::sync::Arc;

use crate::domain::{Condition, Distribution, Number, PartyId, Scenario, are_probabilities};
use crate::negotiation::variation::{DesignedDraws, NumberId};
use crate::protocol::{ProtocolKind, ROUNDS_MAX, Rules, Session};
use crate::randomness::{NameHash, Purpose, Replication, Seeds};
use crate::search::{Audiences, HalvesPlan, PlanError};
use crate::strategy::StrategySpec;

/// Everything that is fixed before luck comes in, shared by all sessions of a cell.
///
/// A copy shares what it holds with the original, but for what is changed in it.
#[derive(Clone, Debug)]
pub struct Setting {
    scenario: Arc<Scenario>,
    rules: Arc<Rules>,
    parties: Vec<Arc<PartySetting>>,
    first_leverage: NumberId,
    design: Option<Arc<dyn DesignedDraws>>,
    shift: Option<(NumberId, f64)>,
}

/// What of one party is fixed.
#[derive(Clone, Debug)]
pub(super) struct PartySetting {
    pub(super) name: NameHash,
    /// Its reservation value; its preferences' other numbers follow.
    pub(super) first_number: NumberId,
    /// By strategy, the first of its numbers.
    pub(super) strategy_numbers: Vec<NumberId>,
    pub(super) strategies: Vec<StrategySpec>,
    pub(super) interactions: Vec<Condition>,
    plans: [Option<Arc<HalvesPlan>>; 2],
    pub(super) reservation_value_group: NameHash,
    pub(super) issue_groups: Vec<NameHash>,
    pub(super) interaction_groups: Vec<NameHash>,
    /// Positions of the leverages used on the party, with the groups of their numbers.
    pub(super) leverages: Vec<(usize, NameHash)>,
}

/// Why scenario, protocol and strategies do not make a setting.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SettingError {
    /// Nobody to negotiate with.
    #[error("a negotiation needs two parties at least")]
    TooFewParties,
    /// No time to negotiate in.
    #[error("a negotiation needs one round at least")]
    NoRound,
    /// Too much of it.
    #[error("a negotiation has at most {ROUNDS_MAX} rounds")]
    TooManyRounds,
    /// Not one list of strategies per party.
    #[error("every party needs strategies")]
    StrategiesMissing,
    /// The probabilities of a party's strategies do not sum to 1.
    #[error("the probabilities of a party's strategies must sum to 1")]
    NotProbabilities,
    /// Not one probability of recognition per party, or they do not sum to 1.
    #[error("the recognition probabilities of the parties must sum to 1")]
    NotRecognition,
    /// Not one temperature per party, or one below 0.
    #[error("every party needs a temperature of 0 or more")]
    NotTemperatures,
    /// Searches of all parties together take too much memory.
    #[error(
        "one session would take more than {} GiB of memory to search its outcomes for every party; it \
         takes fewer parties or fewer options",
        SEARCH_BYTES_MAX >> 30
    )]
    TooLargeToSearch,
    /// A party's preferences cannot be searched.
    #[error("the outcomes cannot be searched for `{party}`: {source}")]
    NotSearchable {
        /// Whose.
        party: String,
        /// Why.
        source: PlanError,
    },
}

/// Bytes that the searches of one session may take, about.
pub const SEARCH_BYTES_MAX: u64 = 4 << 30;

impl Setting {
    /// A scenario under a protocol, with each party's strategies in party order.
    ///
    /// # Errors
    ///
    /// [`SettingError`] names what does not fit together.
    pub fn new(
        scenario: Scenario,
        protocol: ProtocolKind,
        deadline_rounds: u32,
        strategies: Vec<Vec<StrategySpec>>,
    ) -> Result<Self, SettingError> {
        if scenario.parties.len() < 2 {
            return Err(SettingError::TooFewParties);
        }
        check_deadline(deadline_rounds)?;
        if strategies.len() != scenario.parties.len() {
            return Err(SettingError::StrategiesMissing);
        }
        check_protocol(&protocol, scenario.parties.len())?;
        let rules = Arc::new(Rules {
            protocol,
            deadline_rounds,
            consent: scenario.consent.clone(),
            n_parties: scenario.parties.len(),
            scales: scenario.issues.iter().map(|it| it.scale).collect(),
            space: Arc::clone(&scenario.space),
        });
        let mut next_number = 0;
        let mut first_numbers = Vec::with_capacity(scenario.parties.len());
        for party in &scenario.parties {
            first_numbers.push(NumberId::new(next_number));
            next_number += party.preferences.numbers().count();
        }
        let first_leverage = NumberId::new(next_number);
        next_number += scenario.leverages.len();
        let mut search_bytes = 0;
        let parties = scenario
            .party_ids()
            .zip(strategies)
            .map(|(id, specs)| {
                let p: Vec<f64> = specs.iter().map(|it| it.p).collect();
                if !are_probabilities(&p) {
                    return Err(SettingError::NotProbabilities);
                }
                let first_number = first_numbers[id.idx()];
                let strategy_numbers = specs
                    .iter()
                    .map(|it| {
                        let first = NumberId::new(next_number);
                        next_number += it.numbers().count();
                        first
                    })
                    .collect();
                let numbers = (first_number, strategy_numbers);
                let party = PartySetting::new(&scenario, &rules, id, specs, numbers);
                let party = party.map_err(|source| SettingError::NotSearchable {
                    party: scenario.party(id).name.clone(),
                    source,
                })?;
                let plans = party.plans.iter().flatten();
                search_bytes += plans
                    .map(|it| it.search_bytes(rules.n_parties))
                    .sum::<u64>();
                if search_bytes > SEARCH_BYTES_MAX {
                    return Err(SettingError::TooLargeToSearch);
                }
                Ok(Arc::new(party))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            scenario: Arc::new(scenario),
            rules,
            parties,
            first_leverage,
            design: None,
            shift: None,
        })
    }

    /// A session of this setting that has just begun, with the protocol's luck of a replication.
    ///
    /// Its stream is that of the protocol's name, so that it is nobody's and moves with nobody.
    pub fn session(&self, seeds: &Seeds, replication: Replication) -> Session {
        let name = NameHash::of(self.rules.protocol.name());
        let luck = seeds.stream(self.base_replication(replication), name, Purpose::Protocol);
        Session::new(Arc::clone(&self.rules), luck)
    }

    /// Who negotiates about what.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What all parties know of the game.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// The strategies a party may follow.
    pub fn strategies(&self, party: PartyId) -> &[StrategySpec] {
        &self.parties[party.idx()].strategies
    }

    /// How many rows the searches of all parties have together: what a session takes in memory.
    pub fn n_search_rows(&self) -> usize {
        let plans = self.parties.iter().flat_map(|it| it.plans.iter().flatten());
        plans.map(|it| it.n_rows()).sum()
    }

    /// Takes over what another setting has worked out of the outcomes and whose consent they need,
    /// where it is the same; whether it all is.
    pub fn share_plans(&mut self, other: &Self) -> bool {
        let sizes = |it: &Self| -> Vec<usize> {
            let space = &it.rules.space;
            space.issues().map(|issue| space.n_options(issue)).collect()
        };
        if self.rules.consent != other.rules.consent || sizes(self) != sizes(other) {
            return false;
        }
        let mut are_all_shared = true;
        for (party, other) in self.parties.iter_mut().zip(&other.parties) {
            let party = Arc::make_mut(party);
            for (plan, other_plan) in party.plans.iter_mut().zip(&other.plans) {
                match (plan, other_plan) {
                    (Some(plan), Some(other_plan)) if party.interactions == other.interactions => {
                        *plan = Arc::clone(other_plan);
                    }
                    (Some(_), _) => are_all_shared = false,
                    (None, _) => {}
                }
            }
        }
        are_all_shared
    }

    /// Every number of the scenario and of the parties' strategies.
    pub fn numbers(&self) -> impl Iterator<Item = &Number> {
        let strategies = self.parties.iter().flat_map(|it| &it.strategies);
        self.scenario
            .numbers()
            .chain(strategies.flat_map(StrategySpec::numbers))
    }

    /// The paths of its numbers that settings put in the place of the scenario's, without a basis.
    pub fn set_numbers(&self) -> Vec<String> {
        let set = self.numbers().filter(|it| it.provenance.is_set);
        set.map(|it| it.path.clone()).collect()
    }

    /// Those of its numbers that are drawn, in order.
    pub fn uncertain_numbers(&self) -> Vec<NumberId> {
        let numbers = self.numbers().enumerate();
        numbers
            .filter(|(_, it)| !it.distribution.is_constant())
            .map(|(idx, _)| NumberId::new(idx))
            .collect()
    }

    /// The same, with another distribution of a number.
    ///
    /// # Panics
    ///
    /// If there is no such number, or it could be drawn outside of what it has to lie within.
    #[must_use]
    pub fn with_distribution(mut self, number: NumberId, distribution: Distribution) -> Self {
        let number = self.number_mut(number).expect("the number is there");
        let (min, max) = distribution.range();
        assert!(
            number.within.contains(&min) && number.within.contains(&max),
            "a number lies within its bounds"
        );
        number.distribution = distribution;
        self
    }

    /// The same, with so many rounds.
    ///
    /// # Errors
    ///
    /// If there are none, or too many.
    pub fn with_deadline(mut self, deadline_rounds: u32) -> Result<Self, SettingError> {
        check_deadline(deadline_rounds)?;
        Arc::make_mut(&mut self.rules).deadline_rounds = deadline_rounds;
        Ok(self)
    }

    /// The number at a position among [`Setting::numbers`]; what holds it becomes this setting's own.
    fn number_mut(&mut self, number: NumberId) -> Option<&mut Number> {
        let idx = number.idx();
        let leverages = self.first_leverage.idx();
        let strategies = leverages + self.scenario.leverages.len();
        if idx < strategies {
            let scenario = Arc::make_mut(&mut self.scenario);
            if let Some(leverage) = idx.checked_sub(leverages) {
                let leverage = Arc::make_mut(&mut scenario.leverages[leverage]);
                return Some(&mut leverage.lowers_reservation_value);
            }
            let is_at_or_before = |it: &Arc<PartySetting>| it.first_number.idx() <= idx;
            let party = self.parties.iter().rposition(is_at_or_before)?;
            let first = self.parties[party].first_number.idx();
            let party = Arc::make_mut(&mut scenario.parties[party]);
            return party.preferences.number_mut(idx - first);
        }
        let is_at_or_before = |it: &NumberId| it.idx() <= idx;
        let (party, strategy) = (0..self.parties.len()).rev().find_map(|party| {
            let mut strategies = self.parties[party].strategy_numbers.iter();
            Some((party, strategies.rposition(is_at_or_before)?))
        })?;
        let party = Arc::make_mut(&mut self.parties[party]);
        let first = party.strategy_numbers[strategy].idx();
        party.strategies[strategy].number_mut(idx - first)
    }

    /// The same, with draws that a design makes in place of luck.
    #[must_use]
    pub fn designed(mut self, design: Arc<dyn DesignedDraws>) -> Self {
        self.design = Some(design);
        self
    }

    /// The same, with a number moved by so much in every draw, as far as its bounds allow; it takes
    /// the place of a shift that there was.
    #[must_use]
    pub fn with_shift(mut self, number: NumberId, by: f64) -> Self {
        self.shift = Some((number, by));
        self
    }

    /// The replication whose streams a session takes.
    pub(super) fn base_replication(&self, replication: Replication) -> Replication {
        let design = self.design.as_ref();
        design.map_or(replication, |it| it.base_replication(replication))
    }

    /// Where a design has a number; `None` leaves it to luck.
    pub(super) fn designed_probability(
        &self,
        replication: Replication,
        number: NumberId,
    ) -> Option<f64> {
        self.design.as_ref()?.probability(replication, number)
    }

    /// By how much a number is moved in every draw; `None` if it stays.
    pub(super) fn shift_of(&self, number: NumberId) -> Option<f64> {
        self.shift.filter(|it| it.0 == number).map(|it| it.1)
    }

    /// The first number of leverage.
    pub(super) fn first_leverage(&self) -> NumberId {
        self.first_leverage
    }

    pub(super) fn party(&self, party: PartyId) -> &PartySetting {
        &self.parties[party.idx()]
    }
}

fn check_deadline(rounds: u32) -> Result<(), SettingError> {
    match rounds {
        0 => Err(SettingError::NoRound),
        1..=ROUNDS_MAX => Ok(()),
        _ => Err(SettingError::TooManyRounds),
    }
}

fn check_protocol(protocol: &ProtocolKind, n_parties: usize) -> Result<(), SettingError> {
    match protocol {
        ProtocolKind::RandomProposer { recognition: it }
            if it.len() != n_parties || !are_probabilities(it) =>
        {
            Err(SettingError::NotRecognition)
        }
        ProtocolKind::SingleText { temperatures: it }
            if it.len() != n_parties || !it.iter().all(|it| it.is_finite() && *it >= 0.0) =>
        {
            Err(SettingError::NotTemperatures)
        }
        ProtocolKind::ProposalAndVote
        | ProtocolKind::AlternatingOffers
        | ProtocolKind::AlternatingOffersByTurn
        | ProtocolKind::RandomProposer { .. }
        | ProtocolKind::SingleText { .. } => Ok(()),
    }
}

impl PartySetting {
    fn new(
        scenario: &Scenario,
        rules: &Rules,
        me: PartyId,
        strategies: Vec<StrategySpec>,
        (first_number, strategy_numbers): (NumberId, Vec<NumberId>),
    ) -> Result<Self, PlanError> {
        let party = scenario.party(me);
        let interactions: Vec<Condition> = party
            .preferences
            .interactions
            .iter()
            .map(|it| it.when.clone())
            .collect();
        let plan = |audiences: Audiences| {
            let is_used = strategies
                .iter()
                .any(|it| it.offering.audiences == audiences);
            let space = Arc::clone(&rules.space);
            is_used
                .then(|| HalvesPlan::new(space, me, &interactions, &rules.consent, audiences))
                .transpose()
                .map(|it| it.map(Arc::new))
        };
        let plans = [plan(Audiences::Alike)?, plan(Audiences::Distinguished)?];
        let group = |kind: &str, name: &str| NameHash::of(&format!("{kind}.{name}"));
        Ok(Self {
            name: NameHash::of(&party.name),
            first_number,
            strategy_numbers,
            strategies,
            plans,
            reservation_value_group: NameHash::of("reservation_value"),
            issue_groups: scenario
                .issues
                .iter()
                .map(|it| group("issue", &it.name))
                .collect(),
            interaction_groups: party
                .preferences
                .interactions
                .iter()
                .map(|it| group("interaction", &it.name))
                .collect(),
            leverages: scenario
                .leverages
                .iter()
                .enumerate()
                .filter(|(_, it)| it.on == me)
                .map(|(idx, it)| (idx, group("leverage", &it.name)))
                .collect(),
            interactions,
        })
    }

    /// The search plan that an offering rule needs.
    pub(super) fn plan(&self, audiences: Audiences) -> Option<&Arc<HalvesPlan>> {
        match audiences {
            Audiences::Alike => self.plans[0].as_ref(),
            Audiences::Distinguished => self.plans[1].as_ref(),
        }
    }
}
