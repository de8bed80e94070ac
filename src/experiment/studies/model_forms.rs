//! Other forms of the model: a scenario with one thing about the talks changed, and nothing about what
//! parties want.

use std::sync::Arc;

use demarche_core::domain::{ConsentRule, PartyId, PartySet, Scenario};
use demarche_core::negotiation::{Setting, SettingError};
use demarche_core::protocol::{PROTOCOLS, ProtocolEntry, ProtocolKind, ROUNDS_MAX, RelativeTime};
use demarche_core::strategy::{AcceptanceKind, OfferingKind, Parameter, Strategies, StrategySpec};

/// Offering rules that every party follows in one form each, unless a file names others.
pub(in crate::experiment) const DEFAULT_OFFERING_RULES: [&str; 5] = [
    "time_dependent",
    "incremental",
    "trade_off",
    "tit_for_tat",
    "hybrid",
];

/// Acceptance conditions that every party has in one form each, unless a file names others.
const ACCEPTANCE_CONDITIONS: [&str; 2] = ["aspiration", "next"];

/// The parameter that a party keeps when it follows another offering rule.
const OWN_PARAMETER: &str = "concession_exponent";

/// Factors by which the number of rounds is changed.
const ROUND_FACTORS: [(&str, f64); 3] = [
    ("half_the_rounds", 0.5),
    ("twice_the_rounds", 2.0),
    ("five_times_the_rounds", 5.0),
];

/// What people read for the scenario without a change.
pub(super) const STANDS_LABEL: &str = "as it stands";

/// Part of the model that a form changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FormDimension {
    /// Nothing: the scenario as it stands.
    Unchanged,
    /// The number of rounds.
    Rounds,
    /// How parties make offers.
    Offering,
    /// What parties accept.
    Acceptance,
    /// The protocol.
    Protocol,
    /// Whose consent a deal needs.
    Consent,
    /// The order of the parties.
    PartyOrder,
    /// How much of the time has passed in a round.
    RelativeTime,
    /// Whatever the experiment's file sets.
    Named,
}

impl FormDimension {
    /// Those that a form can have.
    pub const ALL: [Self; 9] = [
        Self::Unchanged,
        Self::Rounds,
        Self::Offering,
        Self::Acceptance,
        Self::Protocol,
        Self::Consent,
        Self::PartyOrder,
        Self::RelativeTime,
        Self::Named,
    ];

    /// Its name in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Rounds => "rounds",
            Self::Offering => "offering",
            Self::Acceptance => "acceptance",
            Self::Protocol => "protocol",
            Self::Consent => "consent",
            Self::PartyOrder => "party_order",
            Self::RelativeTime => "relative_time",
            Self::Named => "named",
        }
    }
}

/// A form of the model: the scenario with one thing about the talks changed, and nothing about what
/// parties want.
#[derive(Clone, Debug)]
pub struct Form {
    /// Its name in files and tables.
    pub id: String,
    /// What it changes.
    pub dimension: FormDimension,
    /// What people read.
    pub label: String,
    /// The scenario in this form, or why the form does not apply to it.
    pub setting: Result<Arc<Setting>, String>,
    /// What makes it, of those that are built in.
    change: Option<Change>,
}

impl Form {
    /// The scenario without a change.
    pub(super) fn as_it_stands(id: &str, setting: Arc<Setting>) -> Self {
        Self {
            id: id.to_owned(),
            dimension: FormDimension::Unchanged,
            label: STANDS_LABEL.to_owned(),
            setting: Ok(setting),
            change: None,
        }
    }

    /// A form that an experiment's file describes.
    pub fn named(id: String, label: String, setting: Arc<Setting>) -> Self {
        Self {
            id,
            dimension: FormDimension::Named,
            label,
            setting: Ok(setting),
            change: None,
        }
    }

    /// A scenario that other forms have changed, in this form too.
    ///
    /// Forms without a change that is built in take its place.
    pub(super) fn applied_to(&self, setting: &Arc<Setting>) -> Result<Arc<Setting>, String> {
        let Some(change) = self.change else {
            return self.setting.clone();
        };
        if change.is_there(setting) {
            return Ok(Arc::clone(setting));
        }
        change.apply(setting)
    }
}

/// A change that makes a form of a scenario.
#[derive(Clone, Copy, Debug)]
enum Change {
    /// So many times the rounds, rounded, and at least one.
    Rounds(&'static str, f64),
    /// All parties follow this rule, with the concession exponents that they have.
    Offering(&'static OfferingKind),
    /// All parties have this acceptance condition.
    Acceptance(&'static AcceptanceKind),
    /// This protocol, with the numbers that a file without any has.
    Protocol(&'static ProtocolEntry),
    /// Everybody's consent.
    Unanimity,
    /// The parties in reverse order.
    Reversed,
    /// Time counted in this way.
    Time(RelativeTime),
}

impl Change {
    /// All that there are, with those that no party would mean.
    fn all(strategies: &Strategies) -> Vec<Self> {
        let rounds = ROUND_FACTORS.map(|(id, by)| Self::Rounds(id, by));
        let offering = strategies.offering_rules().iter().copied();
        let acceptance = strategies.acceptance_conditions().iter().copied();
        let protocols = PROTOCOLS.iter().copied();
        // Who takes turns cannot leave anybody out, whatever the scenario says of consent.
        let protocols = protocols.filter(|it| !(it.new)(Vec::new()).is_alternating());
        (rounds.into_iter())
            .chain(offering.map(Self::Offering))
            .chain(acceptance.map(Self::Acceptance))
            .chain(protocols.map(Self::Protocol))
            .chain([
                Self::Unanimity,
                Self::Reversed,
                Self::Time(RelativeTime::ToDeadline),
                Self::Time(RelativeTime::Genius),
            ])
            .collect()
    }

    /// Whether it is tried unless other forms are named.
    fn is_default(self) -> bool {
        match self {
            Self::Offering(kind) => DEFAULT_OFFERING_RULES.contains(&kind.name),
            Self::Acceptance(kind) => ACCEPTANCE_CONDITIONS.contains(&kind.name),
            Self::Rounds(..)
            | Self::Protocol(_)
            | Self::Unanimity
            | Self::Reversed
            | Self::Time(_) => true,
        }
    }

    fn id(self) -> String {
        match self {
            Self::Rounds(id, _) => id.to_owned(),
            Self::Offering(kind) => format!("all_{}", kind.name),
            Self::Acceptance(kind) => format!("accept_{}", kind.name),
            Self::Protocol(entry) => entry.name.to_owned(),
            Self::Unanimity => "unanimity".to_owned(),
            Self::Reversed => "parties_reversed".to_owned(),
            Self::Time(RelativeTime::ToDeadline) => "time_to_deadline".to_owned(),
            Self::Time(RelativeTime::Genius) => "time_genius".to_owned(),
        }
    }

    fn dimension(self) -> FormDimension {
        match self {
            Self::Rounds(..) => FormDimension::Rounds,
            Self::Offering(_) => FormDimension::Offering,
            Self::Acceptance(_) => FormDimension::Acceptance,
            Self::Protocol(_) => FormDimension::Protocol,
            Self::Unanimity => FormDimension::Consent,
            Self::Reversed => FormDimension::PartyOrder,
            Self::Time(_) => FormDimension::RelativeTime,
        }
    }

    fn label(self, setting: &Setting) -> String {
        match self {
            Self::Rounds(_, by) => {
                let rounds = changed_rounds(setting, by);
                let noun = if rounds == 1 { "round" } else { "rounds" };
                format!("{rounds} {noun}")
            }
            Self::Offering(kind) => format!("all follow {}", kind.name),
            Self::Acceptance(kind) => format!("all accept by {}", kind.name),
            Self::Protocol(entry) => entry.name.replace('_', " "),
            Self::Unanimity => "consent of all parties".to_owned(),
            Self::Reversed => "parties in reverse order".to_owned(),
            Self::Time(RelativeTime::ToDeadline) => "time that reaches the deadline".to_owned(),
            Self::Time(RelativeTime::Genius) => "time counted as in GENIUS".to_owned(),
        }
    }

    /// Whether the change leaves a scenario as it is.
    fn is_there(self, base: &Setting) -> bool {
        let rules = base.rules();
        let all_strategies = || {
            let parties = base.scenario().party_ids();
            parties.flat_map(|it| base.strategies(it))
        };
        match self {
            Self::Rounds(_, by) => changed_rounds(base, by) == rules.deadline_rounds,
            Self::Time(relative_time) => relative_time == rules.relative_time,
            Self::Offering(kind) => all_strategies().all(|it| it.offering.name == kind.name),
            Self::Acceptance(kind) => all_strategies().all(|it| it.acceptance.name == kind.name),
            Self::Protocol(entry) => entry.name == rules.protocol.name(),
            Self::Unanimity => {
                base.scenario().consent.always_needed() == PartySet::all(rules.n_parties)
            }
            Self::Reversed => false,
        }
    }

    /// The scenario with the change, or why it does not apply.
    fn apply(self, base: &Setting) -> Result<Arc<Setting>, String> {
        let (scenario, rules) = (base.scenario(), base.rules());
        let changed = match self {
            Self::Rounds(_, by) => {
                let changed = base.clone().with_deadline(changed_rounds(base, by));
                changed.map_err(|it| it.to_string())
            }
            Self::Time(relative_time) => Ok(base.clone().with_relative_time(relative_time)),
            Self::Offering(kind) => of_all(base, |spec, path| {
                (spec.offering.name != kind.name).then(|| with_offering(spec, kind, path))
            }),
            Self::Acceptance(kind) => of_all(base, |spec, path| {
                (spec.acceptance.name != kind.name).then(|| with_acceptance(spec, kind, path))
            }),
            Self::Protocol(entry) => {
                let numbers = entry.numbers_default(rules.n_parties);
                let protocol = (entry.new)(numbers);
                rebuilt(base, scenario.clone(), protocol, strategies(base))
            }
            Self::Unanimity => {
                let scenario = Scenario {
                    consent: ConsentRule::unanimity(rules.n_parties),
                    ..scenario.clone()
                };
                rebuilt(base, scenario, rules.protocol.clone(), strategies(base))
            }
            Self::Reversed => {
                let numbers = rules.protocol.party_numbers().iter().rev().copied();
                let protocol = (rules.protocol.entry().new)(numbers.collect());
                let mut strategies = strategies(base);
                strategies.reverse();
                rebuilt(base, scenario.with_parties_reversed(), protocol, strategies)
            }
        };
        let mut changed = changed?;
        changed.share_plans(base);
        Ok(Arc::new(changed))
    }

    fn form(self, base: &Setting) -> Form {
        Form {
            id: self.id(),
            dimension: self.dimension(),
            label: self.label(base),
            setting: if self.is_there(base) {
                Err("the scenario has it already".to_owned())
            } else {
                self.apply(base)
            },
            change: Some(self),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of rounds is from 1 to a million"
)]
fn changed_rounds(setting: &Setting, by: f64) -> u32 {
    let rounds = (f64::from(setting.rules().deadline_rounds) * by).round();
    rounds.clamp(1.0, f64::from(ROUNDS_MAX)) as u32
}

/// By party, its strategies.
fn strategies(base: &Setting) -> Vec<Vec<StrategySpec>> {
    let parties = base.scenario().party_ids();
    parties.map(|it| base.strategies(it).to_vec()).collect()
}

fn rebuilt(
    base: &Setting,
    scenario: Scenario,
    protocol: ProtocolKind,
    strategies: Vec<Vec<StrategySpec>>,
) -> Result<Setting, String> {
    let rules = base.rules();
    let setting = Setting::new(scenario, protocol, rules.deadline_rounds, strategies);
    let setting = setting.map_err(|it: SettingError| it.to_string())?;
    Ok((setting.with_relative_time(rules.relative_time)).with_correlations_of(base))
}

/// The scenario with the strategies that `change` puts in the place of those that it has; the change
/// gets a strategy with its path, and gives nothing if it leaves it as it is.
fn of_all(
    base: &Setting,
    change: impl Fn(&StrategySpec, &str) -> Option<Result<StrategySpec, String>>,
) -> Result<Setting, String> {
    let scenario = base.scenario();
    let mut all = strategies(base);
    for (party, specs) in scenario.parties.iter().zip(&mut all) {
        for (idx, spec) in specs.iter_mut().enumerate() {
            let path = format!("party.{}.strategy.{idx}", party.name);
            if let Some(changed) = change(spec, &path) {
                *spec = changed?;
            }
        }
    }
    rebuilt(base, scenario.clone(), base.rules().protocol.clone(), all)
}

/// The scenario with parties that follow other offering rules, each with the concession exponent that
/// it has; one without a rule stays as it is.
pub(in crate::experiment) fn following(
    base: &Setting,
    rule: impl Fn(PartyId) -> Option<&'static OfferingKind>,
) -> Result<Setting, String> {
    let scenario = base.scenario();
    let mut all = strategies(base);
    for (party, specs) in scenario.party_ids().zip(&mut all) {
        let Some(kind) = rule(party) else {
            continue;
        };
        for (idx, spec) in specs.iter_mut().enumerate() {
            if spec.offering.name != kind.name {
                let path = format!("party.{}.strategy.{idx}", scenario.party(party).name);
                *spec = with_offering(spec, kind, &path)?;
            }
        }
    }
    rebuilt(base, scenario.clone(), base.rules().protocol.clone(), all)
}

/// A strategy with another offering rule, and the concession exponent that it has.
fn with_offering(
    spec: &StrategySpec,
    kind: &'static OfferingKind,
    path: &str,
) -> Result<StrategySpec, String> {
    let number = |parameter: &Parameter| {
        if parameter.name == OWN_PARAMETER {
            let mut own = spec.offering.parameters.iter().zip(&spec.offering_numbers);
            if let Some((_, number)) = own.find(|it| it.0.name == OWN_PARAMETER) {
                return Ok(number.clone());
            }
        }
        let default = parameter.number_default(&format!("{path}.{}", kind.name));
        default.ok_or_else(|| {
            format!(
                "`{}` needs `{}`, which `{path}` does not have",
                kind.name, parameter.name
            )
        })
    };
    Ok(StrategySpec {
        offering: kind,
        offering_numbers: kind
            .parameters
            .iter()
            .map(number)
            .collect::<Result<_, _>>()?,
        ..spec.clone()
    })
}

/// A strategy with another acceptance condition.
fn with_acceptance(
    spec: &StrategySpec,
    kind: &'static AcceptanceKind,
    path: &str,
) -> Result<StrategySpec, String> {
    let number = |parameter: &Parameter| {
        let default = parameter.number_default(&format!("{path}.accept.{}", kind.name));
        default.ok_or_else(|| {
            format!(
                "`{}` needs `{}`, which has no default",
                kind.name, parameter.name
            )
        })
    };
    Ok(StrategySpec {
        acceptance: kind,
        acceptance_numbers: kind
            .parameters
            .iter()
            .map(number)
            .collect::<Result<_, _>>()?,
        ..spec.clone()
    })
}

/// The names by which files choose forms: dimensions, then single forms.
pub fn form_names(strategies: &Strategies) -> Vec<String> {
    let forms = Change::all(strategies);
    let is_built_in = |dimension: &FormDimension| {
        let mut forms = forms.iter();
        forms.any(|it| it.dimension() == *dimension)
    };
    let dimensions = FormDimension::ALL.into_iter().filter(is_built_in);
    let dimensions = dimensions.map(|it| it.name().to_owned());
    dimensions.chain(forms.iter().map(|it| it.id())).collect()
}

/// The forms of a scenario with these names, each a dimension, which means its default forms, or a
/// single form; without names all default forms.
pub fn built_in_forms(
    base: &Setting,
    strategies: &Strategies,
    names: Option<&[String]>,
) -> Vec<Form> {
    let is_named = |it: &Change| {
        let Some(names) = names else {
            return it.is_default();
        };
        let has = |name: &str| names.iter().any(|it| it == name);
        has(&it.id()) || (it.is_default() && has(it.dimension().name()))
    };
    let changes = Change::all(strategies).into_iter().filter(is_named);
    changes.map(|it| it.form(base)).collect()
}
