//! What a study varies, and the factors on which outcomes may depend.

use std::collections::BTreeMap;

use demarche_core::domain::{Basis, Number};
use demarche_core::negotiation::{NumberId, Setting, UncertainRedLine};

use crate::experiment::studies::form_factors::FormFactor;

/// Something that an outcome may depend on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Factor {
    /// What kind of thing it is.
    pub kind: FactorKind,
    /// Its name: the path of a number or of a red line's draw, paths of correlated numbers or names of
    /// sources with ` + ` between them, two of those that are varied with ` × ` between them, a dimension of the form of the model, a basis, or `luck`.
    pub name: String,
    /// Of a number, how it follows from its sources; of several, if it is the same.
    pub basis: Option<Basis>,
    /// Of numbers, the names of their sources.
    pub sources: Vec<String>,
}

impl Factor {
    /// A parameter of a sweep.
    pub fn parameter(path: &str) -> Self {
        group(FactorKind::Parameter, path)
    }
}

/// What kind of thing an outcome may depend on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FactorKind {
    /// A number that is drawn.
    Number,
    /// Numbers that are correlated, together.
    Correlated,
    /// Whether a red line is real.
    RedLine,
    /// A dimension of the form of the model.
    Form,
    /// A parameter that a sweep varies.
    Parameter,
    /// All that is left to random numbers: which strategy a party follows, what it happens to offer, and
    /// numbers that the study leaves out.
    Randomness,
    /// All numbers of the study with one basis, together.
    Basis,
    /// All numbers of the study that rest on the same sources, together.
    Source,
    /// All dimensions of the form of the model, together.
    AllForms,
    /// Two that are varied, together: for their interaction.
    Pair,
}

impl FactorKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Number,
        Self::Correlated,
        Self::RedLine,
        Self::Form,
        Self::Parameter,
        Self::Randomness,
        Self::Basis,
        Self::Source,
        Self::AllForms,
        Self::Pair,
    ];

    /// The kind that tables have this word for.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// The word for it in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Correlated => "correlated",
            Self::RedLine => "red_line",
            Self::Form => "form",
            Self::Parameter => "parameter",
            Self::Randomness => "luck",
            Self::Basis => "basis",
            Self::Source => "source",
            Self::AllForms => "all_forms",
            Self::Pair => "pair",
        }
    }

    /// Whether it is no group of others that are independent of each other.
    pub fn is_single(self) -> bool {
        match self {
            Self::Number
            | Self::Correlated
            | Self::RedLine
            | Self::Form
            | Self::Parameter
            | Self::Randomness => true,
            Self::Basis | Self::Source | Self::AllForms | Self::Pair => false,
        }
    }
}

/// What stands between the names of two factors that are looked at together.
pub(crate) const PAIR_SIGN: &str = " × ";

/// Something that a study varies: each has a dimension of the design.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StudyInput {
    /// A number.
    Number(NumberId),
    /// Whether a red line is real.
    RedLine(UncertainRedLine),
}

impl StudyInput {
    /// All that is uncertain in a setting: its numbers, then its red lines.
    pub fn all(setting: &Setting) -> Vec<Self> {
        let numbers = setting.uncertain_numbers().into_iter().map(Self::Number);
        let red_lines = setting.uncertain_red_lines().into_iter();
        numbers.chain(red_lines.map(Self::RedLine)).collect()
    }

    /// Its name in files and tables.
    ///
    /// # Panics
    ///
    /// If the setting has no such number.
    pub fn path<'a>(&'a self, setting: &'a Setting) -> &'a str {
        match self {
            Self::Number(id) => &number(setting, *id).path,
            Self::RedLine(it) => &it.path,
        }
    }

    fn factor(&self, setting: &Setting) -> Factor {
        match self {
            Self::Number(id) => {
                let number = number(setting, *id);
                Factor {
                    kind: FactorKind::Number,
                    name: number.path.clone(),
                    basis: number.provenance.basis,
                    sources: number.provenance.sources.clone(),
                }
            }
            Self::RedLine(it) => group(FactorKind::RedLine, &it.path),
        }
    }
}

fn number(setting: &Setting, id: NumberId) -> &Number {
    let number = setting.numbers().nth(id.idx());
    number.expect("one of the setting's numbers")
}

/// The factors of a study, and which dimensions of its design each moves.
pub(super) struct StudyFactors {
    /// Those that a design moves, and then the correlated numbers, each by itself.
    pub(super) factors: Vec<Factor>,
    /// By factor that is moved, its dimensions; none of random numbers, which have no dimension.
    pub(super) dimensions: Vec<Vec<usize>>,
    /// By input, the position of the factor that it is by itself.
    pub(super) of_inputs: Vec<usize>,
}

impl StudyFactors {
    /// The inputs, correlated ones together; dimensions of the form of the model with several levels,
    /// whose dimensions of the design are behind those of the inputs; random numbers; groups; and all
    /// pairs of `paired` inputs.
    pub(super) fn new(
        setting: &Setting,
        inputs: &[StudyInput],
        forms: &[FormFactor],
        paired: &[StudyInput],
    ) -> Self {
        let mut all = Self::of_units(setting, inputs);
        let units = all.dimensions.clone();
        let forms = forms.iter().filter(|it| it.n_levels() > 1);
        let n_inputs = inputs.len();
        let mut of_forms = Vec::new();
        for (dimension, it) in (n_inputs..).zip(forms) {
            all.push(
                group(FactorKind::Form, it.dimension().name()),
                vec![dimension],
            );
            of_forms.push(dimension);
        }
        all.push(group(FactorKind::Randomness, "luck"), Vec::new());
        if !of_forms.is_empty() {
            all.push(group(FactorKind::AllForms, "form of the model"), of_forms);
        }
        for (factor, members) in groups_of(setting, inputs, &units) {
            all.push(factor, members);
        }
        let is_paired = |it: &usize| units[*it].iter().any(|idx| paired.contains(&inputs[*idx]));
        let paired: Vec<usize> = (0..units.len()).filter(is_paired).collect();
        for (idx, one) in paired.iter().enumerate() {
            for other in &paired[idx + 1..] {
                let names = [one, other].map(|it| all.factors[*it].name.as_str());
                let factor = group(FactorKind::Pair, &names.join(PAIR_SIGN));
                all.push(factor, [&units[*one][..], &units[*other]].concat());
            }
        }
        all.add_members(setting, inputs);
        all
    }

    /// The inputs, correlated ones together.
    pub(super) fn of_inputs_alone(setting: &Setting, inputs: &[StudyInput]) -> Self {
        let mut all = Self::of_units(setting, inputs);
        all.add_members(setting, inputs);
        all
    }

    fn of_units(setting: &Setting, inputs: &[StudyInput]) -> Self {
        let mut all = Self {
            factors: Vec::new(),
            dimensions: Vec::new(),
            of_inputs: vec![0; inputs.len()],
        };
        for unit in units(setting, inputs) {
            let factor = match unit[..] {
                [only] => inputs[only].factor(setting),
                _ => together(setting, inputs, &unit),
            };
            for input in &unit {
                all.of_inputs[*input] = all.factors.len();
            }
            all.push(factor, unit);
        }
        all
    }

    fn push(&mut self, factor: Factor, dimensions: Vec<usize>) {
        self.factors.push(factor);
        self.dimensions.push(dimensions);
    }

    /// Adds correlated numbers as factors of their own, which nothing moves by themselves.
    fn add_members(&mut self, setting: &Setting, inputs: &[StudyInput]) {
        for (idx, input) in inputs.iter().enumerate() {
            if self.factors[self.of_inputs[idx]].kind == FactorKind::Correlated {
                self.of_inputs[idx] = self.factors.len();
                self.factors.push(input.factor(setting));
            }
        }
    }
}

/// The inputs with all numbers that those among them are correlated with.
pub(super) fn whole_groups(setting: &Setting, mut inputs: Vec<StudyInput>) -> Vec<StudyInput> {
    let is_there = |inputs: &[StudyInput], id| inputs.contains(&StudyInput::Number(id));
    for group in setting.correlated_numbers() {
        if !group.iter().any(|it| is_there(&inputs, *it)) {
            continue;
        }
        for it in group {
            if !is_there(&inputs, it) {
                let is_before = |other: &StudyInput| match other {
                    StudyInput::Number(other) => *other < it,
                    StudyInput::RedLine(_) => false,
                };
                let place = inputs.iter().position(|other| !is_before(other));
                let place = place.unwrap_or(inputs.len());
                inputs.insert(place, StudyInput::Number(it));
            }
        }
    }
    inputs
}

/// Inputs that are moved together, by their positions: numbers that are correlated, and all others one
/// by one.
fn units(setting: &Setting, inputs: &[StudyInput]) -> Vec<Vec<usize>> {
    let groups = setting.correlated_numbers();
    let group_of = |input: &StudyInput| match input {
        StudyInput::Number(id) => groups.iter().position(|it| it.contains(id)),
        StudyInput::RedLine(_) => None,
    };
    let mut unit_of_group: Vec<Option<usize>> = vec![None; groups.len()];
    let mut units: Vec<Vec<usize>> = Vec::new();
    for (idx, input) in inputs.iter().enumerate() {
        let group = group_of(input);
        if let Some(unit) = group.and_then(|it| unit_of_group[it]) {
            units[unit].push(idx);
            continue;
        }
        if let Some(group) = group {
            unit_of_group[group] = Some(units.len());
        }
        units.push(vec![idx]);
    }
    units
}

/// Correlated numbers as one factor.
fn together(setting: &Setting, inputs: &[StudyInput], unit: &[usize]) -> Factor {
    let members: Vec<Factor> = unit.iter().map(|it| inputs[*it].factor(setting)).collect();
    let names: Vec<&str> = members.iter().map(|it| it.name.as_str()).collect();
    let basis = members[0].basis;
    let is_same = members.iter().all(|it| it.basis == basis);
    Factor {
        kind: FactorKind::Correlated,
        name: names.join(" + "),
        basis: basis.filter(|_| is_same),
        sources: sources_of(&members),
    }
}

/// The sources of some numbers, in the order in which they name them.
fn sources_of(numbers: &[Factor]) -> Vec<String> {
    let mut sources: Vec<String> = Vec::new();
    for it in numbers.iter().flat_map(|it| &it.sources) {
        if !sources.contains(it) {
            sources.push(it.clone());
        }
    }
    sources
}

fn group(kind: FactorKind, name: &str) -> Factor {
    Factor {
        kind,
        name: name.to_owned(),
        basis: None,
        sources: Vec::new(),
    }
}

/// The factors by basis and by sources, with the dimensions of their numbers. Numbers that are
/// correlated stay together: with several bases they are of all of these.
fn groups_of(
    setting: &Setting,
    inputs: &[StudyInput],
    units: &[Vec<usize>],
) -> Vec<(Factor, Vec<usize>)> {
    let mut bases: BTreeMap<Vec<Option<Basis>>, Vec<usize>> = BTreeMap::new();
    let mut sources: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for unit in units {
        let members = unit.iter().map(|it| inputs[*it].factor(setting));
        let members: Vec<Factor> = members.filter(|it| it.kind == FactorKind::Number).collect();
        if members.is_empty() {
            continue;
        }
        let mut of_unit: Vec<Option<Basis>> = members.iter().map(|it| it.basis).collect();
        of_unit.sort_unstable();
        of_unit.dedup();
        bases.entry(of_unit).or_default().extend(unit);
        sources
            .entry(sources_of(&members))
            .or_default()
            .extend(unit);
    }
    let of_bases = bases.into_iter().map(|(bases, members)| {
        let names = bases.iter().map(|it| it.map_or("no basis", Basis::name));
        let name = names.collect::<Vec<_>>().join(" + ");
        (group(FactorKind::Basis, &name), members)
    });
    let of_sources = sources.into_iter().map(|(names, members)| {
        let name = if names.is_empty() {
            "no source".to_owned()
        } else {
            names.join(" + ")
        };
        (group(FactorKind::Source, &name), members)
    });
    of_bases.chain(of_sources).collect()
}
