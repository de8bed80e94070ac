//! Everything that is fixed before any random number is drawn: scenario, rules and strategies.

use std::sync::Arc;

use crate::domain::{
    Distribution, GroupOf, Number, NumberGroup, PartyId, PartySet, Preferences, Scenario,
    are_probabilities,
};
use crate::negotiation::correlation::Correlated;
use crate::negotiation::sourced_rule::SourcedRule;
use crate::negotiation::variation::{
    DesignedDraws, NumberId, NumberPlace, NumberPlaces, UncertainRedLine,
};
use crate::protocol::{PartyNumberRange, ProtocolKind, ROUNDS_MAX, RelativeTime, Rules, Session};
use crate::randomness::{NameHash, Purpose, Replication, Seeds};
use crate::search::{Audiences, HalvesPlan, PlanError};
use crate::strategy::{LowestOffer, StrategySpec};

/// Everything that is fixed before any random number is drawn, shared by all sessions of a cell.
///
/// A copy shares what it holds with the original, but for what is changed in it.
#[derive(Clone, Debug)]
pub struct Setting {
    scenario: Arc<Scenario>,
    rules: Arc<Rules>,
    sourced_rules: Arc<[SourcedRule]>,
    parties: Vec<Arc<PartySetting>>,
    pub(super) correlated: Correlated,
    design: Option<Arc<dyn DesignedDraws>>,
    shift: Option<(NumberId, f64)>,
    /// Who follows no strategy.
    pub(super) outside: PartySet,
}

/// What of one party is fixed.
#[derive(Clone, Debug)]
pub(super) struct PartySetting {
    pub(super) name: NameHash,
    pub(super) places: PartyPlaces,
    pub(super) strategies: Vec<StrategySpec>,
    /// By red line, whether it can be real at all: others are left out of preferences and plans, so
    /// that they are as if there were no such line.
    pub(super) can_be_real: Vec<bool>,
    /// Its preferences before any number is put into them.
    pub(super) preferences: Preferences,
    plans: [Option<Arc<HalvesPlan>>; 2],
}

/// Where a party's numbers are drawn from.
#[derive(Clone, Debug)]
pub(super) struct PartyPlaces {
    /// By group of its preferences.
    pub(super) preferences: Vec<NumberPlace>,
    /// Positions of the leverages used on the party, with their places.
    pub(super) leverages: Vec<(usize, NumberPlace)>,
    /// By strategy, those of its offering rule and of its acceptance condition.
    pub(super) strategies: Vec<[NumberPlace; 2]>,
    /// By red line, where it is drawn whether it is real.
    pub(super) red_lines: Vec<NumberPlace>,
}

impl PartyPlaces {
    /// The places of the red lines' probabilities: the last of its preferences.
    pub(super) fn red_line_probabilities(&self) -> &[NumberPlace] {
        let n_others = self.preferences.len() - self.red_lines.len();
        &self.preferences[n_others..]
    }
}

/// Why scenario, protocol and strategies do not make a setting.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SettingError {
    /// Nobody to negotiate with.
    #[error("a negotiation needs at least two parties")]
    TooFewParties,
    /// No time to negotiate in.
    #[error("a negotiation needs at least one round")]
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
        "searching the outcomes for every party would require more than {} GiB of memory per \
         session; reduce the parties or the options",
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
            relative_time: RelativeTime::default(),
            consent: scenario.consent.clone(),
            n_parties: scenario.parties.len(),
            scales: scenario.issues.iter().map(|it| it.scale).collect(),
            space: Arc::clone(&scenario.space),
        });
        let places = places(&scenario, &strategies);
        let mut search_bytes = 0;
        let parties = scenario
            .party_ids()
            .zip(strategies)
            .zip(places)
            .map(|((id, specs), places)| {
                let p: Vec<f64> = specs.iter().map(|it| it.p).collect();
                if !are_probabilities(&p) {
                    return Err(SettingError::NotProbabilities);
                }
                let not_searchable = |source| SettingError::NotSearchable {
                    party: scenario.party(id).name.clone(),
                    source,
                };
                let party = PartySetting::new(&scenario, &rules, id, specs, places);
                let party = party.map_err(not_searchable)?;
                if !party.can_be_real.iter().all(|it| *it) {
                    let mut all = party.clone();
                    all.can_be_real.fill(true);
                    all.plan(&scenario, &rules, id).map_err(not_searchable)?;
                }
                let plans = party.plans.iter().flatten();
                search_bytes += plans.map(|it| it.search_bytes()).sum::<u64>();
                if search_bytes > SEARCH_BYTES_MAX {
                    return Err(SettingError::TooLargeToSearch);
                }
                Ok(Arc::new(party))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            scenario: Arc::new(scenario),
            rules,
            sourced_rules: Arc::default(),
            parties,
            correlated: Correlated::default(),
            design: None,
            shift: None,
            outside: PartySet::EMPTY,
        })
    }

    /// A session of this setting that has just begun, with the protocol's random numbers of a replication.
    ///
    /// Its stream is that of the protocol's name, so that it is nobody's and moves with nobody.
    pub fn session(&self, seeds: &Seeds, replication: Replication) -> Session {
        let name = NameHash::of(self.rules.protocol.name());
        let stream = seeds.stream(self.base_replication(replication), name, Purpose::Protocol);
        Session::new(Arc::clone(&self.rules), stream)
    }

    /// Who negotiates about what.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What all parties know of the game.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// Its rules with where each comes from, in the order protocol, consent, strategies; none if it
    /// was not read from files.
    pub fn sourced_rules(&self) -> &[SourcedRule] {
        &self.sourced_rules
    }

    /// The strategies a party may follow.
    pub fn strategies(&self, party: PartyId) -> &[StrategySpec] {
        &self.parties[party.idx()].strategies
    }

    /// The red lines of a party that are drawn, those that can be real, by their positions in the
    /// scenario: in the order in which its preferences have them.
    pub fn red_lines_drawn(&self, party: PartyId) -> impl Iterator<Item = usize> {
        let can_be_real = self.parties[party.idx()].can_be_real.iter().enumerate();
        can_be_real.filter(|it| *it.1).map(|it| it.0)
    }

    /// Whether a party may follow a strategy that offers what is worth less to it than no deal: then
    /// there may be deals without a zone of possible agreement.
    pub fn has_offers_below_no_deal(&self) -> bool {
        let strategies = self.parties.iter().flat_map(|it| &it.strategies);
        let mut lowest_offers = strategies.map(|it| it.offering.lowest_offer);
        !self.outside.is_empty() || lowest_offers.any(|it| it == LowestOffer::Any)
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
                    (Some(plan), Some(other_plan)) if party.preferences == other.preferences => {
                        *plan = Arc::clone(other_plan);
                    }
                    (Some(_), _) => are_all_shared = false,
                    (None, _) => {}
                }
            }
        }
        are_all_shared
    }

    /// Every number of the scenario and of the parties' strategies, in the order of [`NumberId`]s.
    pub fn numbers(&self) -> impl Iterator<Item = &Number> {
        let strategies = self.parties.iter().flat_map(|it| &it.strategies);
        self.scenario
            .numbers()
            .chain(strategies.flat_map(StrategySpec::numbers))
    }

    /// The paths of its numbers and rules that settings put in the place of the scenario's, without
    /// a basis.
    pub fn set_numbers(&self) -> Vec<String> {
        let ranks = self.correlations().iter().map(|it| &it.rank);
        let numbers = self.numbers().chain(ranks);
        let numbers = numbers.map(|it| (&it.path, &it.provenance));
        let rules = self.sourced_rules().iter();
        let all = numbers.chain(rules.map(|it| (&it.path, &it.provenance)));
        let set = all.filter(|it| it.1.is_set);
        set.map(|it| it.0.clone()).collect()
    }

    /// All its numbers with their positions.
    pub fn numbered(&self) -> impl Iterator<Item = (NumberId, &Number)> {
        (0..).map(NumberId::new).zip(self.numbers())
    }

    /// Those of its numbers that are drawn, in order.
    pub fn uncertain_numbers(&self) -> Vec<NumberId> {
        let uncertain = self
            .numbered()
            .filter(|it| !it.1.distribution.is_constant());
        uncertain.map(|it| it.0).collect()
    }

    /// The red lines that are real in some sessions and bluffs in others, whatever their probabilities
    /// are drawn as: none whose probability is certainly 0 or 1.
    pub fn uncertain_red_lines(&self) -> Vec<UncertainRedLine> {
        let parties = self.scenario.party_ids().zip(&self.scenario.parties);
        let lines = parties.flat_map(|(id, party)| {
            let places = &self.parties[id.idx()].places.red_lines;
            let lines = party.preferences.red_lines.iter().zip(places).enumerate();
            let uncertain = lines.filter(|(_, (line, _))| {
                let (min, max) = line.probability.distribution.range();
                min < 1.0 && max > 0.0
            });
            uncertain.map(move |(red_line, (line, place))| UncertainRedLine {
                party: id,
                red_line,
                path: format!("party.{}.red_line.{}.real", party.name, line.name),
                id: place.first,
            })
        });
        lines.collect()
    }

    /// The same, with another distribution of a number.
    ///
    /// # Panics
    ///
    /// If there is no such number, or it could be drawn outside of what it has to lie within.
    #[must_use]
    pub fn with_distribution(mut self, number: NumberId, distribution: Distribution) -> Self {
        if distribution.range().1 > 0.0 {
            self.let_red_line_be_real(number);
        }
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

    /// The same, with time counted in this way.
    #[must_use]
    pub fn with_relative_time(mut self, relative_time: RelativeTime) -> Self {
        Arc::make_mut(&mut self.rules).relative_time = relative_time;
        self
    }

    /// The same, with where its rules come from.
    #[must_use]
    pub fn with_sourced_rules(mut self, rules: Vec<SourcedRule>) -> Self {
        self.sourced_rules = rules.into();
        self
    }

    /// The number at a position among [`Setting::numbers`]; what holds it becomes this setting's own.
    fn number_mut(&mut self, number: NumberId) -> Option<&mut Number> {
        // Those of strategies come last, and those of leverage before them.
        let is_at_or_before = |it: &NumberPlace| it.first <= number;
        let strategy = (0..self.parties.len()).rev().find_map(|party| {
            let mut strategies = self.parties[party].places.strategies.iter();
            Some((party, strategies.rposition(|it| is_at_or_before(&it[0]))?))
        });
        if let Some((party, strategy)) = strategy {
            let party = Arc::make_mut(&mut self.parties[party]);
            let first = party.places.strategies[strategy][0].first;
            return party.strategies[strategy].number_mut(number.idx() - first.idx());
        }
        let mut leverages = self.parties.iter().flat_map(|it| &it.places.leverages);
        let leverage = leverages.find(|it| it.1.first == number).map(|it| it.0);
        let scenario = Arc::make_mut(&mut self.scenario);
        if let Some(leverage) = leverage {
            let leverage = Arc::make_mut(&mut scenario.leverages[leverage]);
            return Some(&mut leverage.lowers_reservation_value);
        }
        let first = |it: &Arc<PartySetting>| it.places.preferences[0].first;
        let party = self.parties.iter().rposition(|it| first(it) <= number)?;
        let first = first(&self.parties[party]);
        let party = Arc::make_mut(&mut scenario.parties[party]);
        party.preferences.number_mut(number.idx() - first.idx())
    }

    /// The same, with draws that a design makes in place of randomness.
    #[must_use]
    pub fn designed(mut self, design: Arc<dyn DesignedDraws>) -> Self {
        self.design = Some(design);
        self
    }

    /// The same, with a number moved by so much in every draw, as far as its bounds allow; it takes
    /// the place of a shift that there was.
    #[must_use]
    pub fn with_shift(mut self, number: NumberId, by: f64) -> Self {
        self.let_red_line_be_real(number);
        self.shift = Some((number, by));
        self
    }

    /// Puts a red line back into preferences and plans, if this is the probability of one that could
    /// not be real so far.
    fn let_red_line_be_real(&mut self, number: NumberId) {
        for (idx, me) in self.scenario.party_ids().enumerate() {
            let places = self.parties[idx].places.red_line_probabilities();
            let line = places.iter().position(|it| it.first == number);
            let Some(line) = line.filter(|&it| !self.parties[idx].can_be_real[it]) else {
                continue;
            };
            let party = Arc::make_mut(&mut self.parties[idx]);
            party.can_be_real[line] = true;
            let planned = party.plan(&self.scenario, &self.rules, me);
            planned.expect("the plan with all red lines was tried");
        }
    }

    /// The replication whose streams a session takes.
    pub(super) fn base_replication(&self, replication: Replication) -> Replication {
        let design = self.design.as_ref();
        design.map_or(replication, |it| it.base_replication(replication))
    }

    /// Where a design has a number; `None` leaves it to random numbers.
    pub(super) fn designed_probability(
        &self,
        replication: Replication,
        number: NumberId,
    ) -> Option<f64> {
        self.design.as_ref()?.probability(replication, number)
    }

    /// Whether a design or a shift may put numbers elsewhere than their random numbers do.
    pub(super) fn is_varied(&self) -> bool {
        self.design.is_some() || self.shift.is_some()
    }

    /// By how much a number is moved in every draw; `None` if it stays.
    pub(super) fn shift_of(&self, number: NumberId) -> Option<f64> {
        self.shift.filter(|it| it.0 == number).map(|it| it.1)
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

/// By party, where its numbers are drawn from; they are listed as in [`Setting::numbers`].
///
/// The names of groups are places in streams: another name would be other random numbers.
fn places(scenario: &Scenario, strategies: &[Vec<StrategySpec>]) -> Vec<PartyPlaces> {
    let mut places = NumberPlaces::new();
    let of_preferences: Vec<Vec<NumberPlace>> = scenario
        .parties
        .iter()
        .map(|party| {
            let preferences = &party.preferences;
            let place = |group: NumberGroup<'_>| {
                let name = match group.of {
                    GroupOf::ReservationValue => "reservation_value".to_owned(),
                    GroupOf::Issue(issue) => format!("issue.{}", scenario.issue(issue).name),
                    GroupOf::Interaction(idx) => {
                        format!("interaction.{}", preferences.interactions[idx].name)
                    }
                    GroupOf::DiscountFactor => "discount_factor".to_owned(),
                    GroupOf::RedLine(idx) => {
                        format!("red_line.{}", preferences.red_lines[idx].name)
                    }
                };
                places.next(&name, group.numbers().count())
            };
            preferences.groups().map(place).collect()
        })
        .collect();
    let leverages = scenario.leverages.iter().enumerate().map(|(idx, it)| {
        let place = places.next(&format!("leverage.{}", it.name), 1);
        (it.on, (idx, place))
    });
    let leverages: Vec<_> = leverages.collect();
    let mut of_parties: Vec<PartyPlaces> =
        (scenario.party_ids().zip(of_preferences).zip(strategies))
            .map(|((me, preferences), specs)| PartyPlaces {
                preferences,
                leverages: (leverages.iter().filter(|it| it.0 == me))
                    .map(|it| it.1)
                    .collect(),
                strategies: specs
                    .iter()
                    .map(|it| {
                        [
                            places.next(it.offering.name, it.offering_numbers.len()),
                            places.next(it.acceptance.name, it.acceptance_numbers.len()),
                        ]
                    })
                    .collect(),
                red_lines: Vec::new(),
            })
            .collect();
    // Behind all numbers: whether a line is real is drawn, and is no number of the scenario.
    for (of_party, party) in of_parties.iter_mut().zip(&scenario.parties) {
        let red_lines = party.preferences.red_lines.iter();
        let place = |name: &str| places.next(&format!("red_line.{name}.real"), 1);
        of_party.red_lines = red_lines.map(|it| it.name.as_str()).map(place).collect();
    }
    of_parties
}

fn check_protocol(protocol: &ProtocolKind, n_parties: usize) -> Result<(), SettingError> {
    let Some(needed) = protocol.entry().party_number else {
        return Ok(());
    };
    let numbers = protocol.party_numbers();
    let is_sound = numbers.len() == n_parties;
    match needed.range {
        PartyNumberRange::Probabilities if !is_sound || !are_probabilities(numbers) => {
            Err(SettingError::NotRecognition)
        }
        PartyNumberRange::AtLeastZero
            if !is_sound || !numbers.iter().all(|it| it.is_finite() && *it >= 0.0) =>
        {
            Err(SettingError::NotTemperatures)
        }
        PartyNumberRange::Probabilities | PartyNumberRange::AtLeastZero => Ok(()),
    }
}

impl PartySetting {
    fn new(
        scenario: &Scenario,
        rules: &Rules,
        me: PartyId,
        strategies: Vec<StrategySpec>,
        places: PartyPlaces,
    ) -> Result<Self, PlanError> {
        let party = scenario.party(me);
        let red_lines = party.preferences.red_lines.iter();
        let can_be_real = red_lines.map(|it| it.probability.distribution.range().1 > 0.0);
        let mut setting = Self {
            name: NameHash::of(&party.name),
            places,
            strategies,
            can_be_real: can_be_real.collect(),
            preferences: Preferences::indifferent(Arc::clone(&rules.space), Vec::new()),
            plans: [None, None],
        };
        setting.plan(scenario, rules, me)?;
        Ok(setting)
    }

    /// Makes the preferences, and the plans of the searches that the strategies need.
    fn plan(&mut self, scenario: &Scenario, rules: &Rules, me: PartyId) -> Result<(), PlanError> {
        let uncertain = &scenario.party(me).preferences;
        let interactions = uncertain.interactions.iter().map(|it| it.when.clone());
        let red_lines = uncertain.red_lines.iter().zip(&self.can_be_real);
        let red_lines = red_lines.filter(|it| *it.1).map(|it| it.0.when.clone());
        let space = Arc::clone(&rules.space);
        self.preferences = Preferences::indifferent(space, interactions.collect())
            .with_red_lines(red_lines.collect());
        let plan = |audiences: Audiences| {
            let mut strategies = self.strategies.iter();
            let is_used = strategies.any(|it| it.offering.audiences == audiences);
            is_used
                .then(|| HalvesPlan::new(&self.preferences, me, &rules.consent, audiences))
                .transpose()
                .map(|it| it.map(Arc::new))
        };
        self.plans = [plan(Audiences::Alike)?, plan(Audiences::Distinguished)?];
        Ok(())
    }

    /// The search plan that an offering rule needs.
    pub(super) fn search_plan(&self, audiences: Audiences) -> Option<&Arc<HalvesPlan>> {
        match audiences {
            Audiences::Alike => self.plans[0].as_ref(),
            Audiences::Distinguished => self.plans[1].as_ref(),
        }
    }
}
