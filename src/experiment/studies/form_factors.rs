//! The form of the model as factors of a study: dimensions with their levels, and the scenario in any
//! combination of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use demarche_core::negotiation::Setting;

use crate::experiment::studies::model_forms::{Form, FormDimension};
use crate::experiment::studies::robustness::AS_IT_STANDS;

/// A dimension of the form of the model: as it stands, and its alternatives, all equally likely.
#[derive(Clone, Debug)]
pub struct FormFactor {
    dimension: FormDimension,
    alternatives: Vec<Form>,
    left_out: Vec<Form>,
}

impl FormFactor {
    /// The dimensions of some forms, in their order; forms that do not apply are left out of the levels.
    pub fn all(forms: Vec<Form>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for form in forms {
            let dimension = form.dimension;
            let place = all.iter().position(|it| it.dimension == dimension);
            let place = place.unwrap_or_else(|| {
                all.push(Self {
                    dimension,
                    alternatives: Vec::new(),
                    left_out: Vec::new(),
                });
                all.len() - 1
            });
            if form.setting.is_ok() {
                all[place].alternatives.push(form);
            } else {
                all[place].left_out.push(form);
            }
        }
        all
    }

    /// What it changes.
    pub fn dimension(&self) -> FormDimension {
        self.dimension
    }

    /// Its levels after the form as it stands.
    pub fn alternatives(&self) -> &[Form] {
        &self.alternatives
    }

    /// The forms that are no level, because they do not apply.
    pub fn left_out(&self) -> &[Form] {
        &self.left_out
    }

    /// How many levels it has; with one it is no factor.
    pub fn n_levels(&self) -> usize {
        1 + self.alternatives.len()
    }

    /// The name of a level in tables; the form as it stands is the first.
    pub fn level_name(&self, level: usize) -> &str {
        let form = level.checked_sub(1).map(|it| &self.alternatives[it]);
        form.map_or(AS_IT_STANDS, |it| &it.id)
    }

    /// The level at a probability in [0, 1]: each takes an equal part of it.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a dimension has far fewer than 2^52 levels"
    )]
    pub(super) fn level_at(&self, probability: f64) -> usize {
        let n_levels = self.n_levels();
        ((probability * n_levels as f64) as usize).min(n_levels - 1)
    }
}

/// The level of each dimension, from the probabilities of those with several levels, by their positions
/// among these.
pub(super) fn levels(forms: &[FormFactor], probability: impl Fn(usize) -> f64) -> Vec<usize> {
    let mut varied = 0..;
    let level = |it: &FormFactor| match it.n_levels() {
        1 => 0,
        _ => varied
            .next()
            .map_or(0, |form| it.level_at(probability(form))),
    };
    forms.iter().map(level).collect()
}

/// The order in which dimensions are changed where several are: what a file says first, then who is
/// there, by which rules, how parties act under these, and for how long.
const ORDER: [FormDimension; 8] = [
    FormDimension::Named,
    FormDimension::PartyOrder,
    FormDimension::Consent,
    FormDimension::Protocol,
    FormDimension::Offering,
    FormDimension::Acceptance,
    FormDimension::Rounds,
    FormDimension::RelativeTime,
];

/// A scenario in combinations of forms, each made when it is first asked for.
#[derive(Debug)]
pub(super) struct CombinedForms<'a> {
    base: Arc<Setting>,
    factors: &'a [FormFactor],
    /// By the levels of all dimensions.
    made: BTreeMap<Vec<usize>, Arc<Setting>>,
}

impl<'a> CombinedForms<'a> {
    pub(super) fn new(base: Arc<Setting>, factors: &'a [FormFactor]) -> Self {
        Self {
            base,
            factors,
            made: BTreeMap::new(),
        }
    }

    /// The scenario with these levels, one of each dimension.
    ///
    /// Changes follow each other in a fixed order, each made to what those before have left. A level
    /// that the scenario has by an earlier change already leaves it as it is.
    ///
    /// # Errors
    ///
    /// Which forms do not go together, and why.
    pub(super) fn setting(&mut self, levels: &[usize]) -> Result<Arc<Setting>, String> {
        let place = |dimension| self.factors.iter().position(|it| it.dimension == dimension);
        let places = ORDER.into_iter().rev().filter_map(place);
        let Some(last) = { places }.find(|it| levels[*it] > 0) else {
            return Ok(Arc::clone(&self.base));
        };
        if let Some(made) = self.made.get(levels) {
            return Ok(Arc::clone(made));
        }
        let mut before = levels.to_vec();
        before[last] = 0;
        let before = self.setting(&before)?;
        let form = &self.factors[last].alternatives[levels[last] - 1];
        let made = form.applied_to(&before).map_err(|why| {
            let factors = self.factors.iter().zip(levels);
            let changed = factors.filter(|it| *it.1 > 0);
            let names: Vec<&str> = changed.map(|(it, level)| it.level_name(*level)).collect();
            format!("the forms {} do not go together: {why}", names.join(", "))
        })?;
        self.made.insert(levels.to_vec(), Arc::clone(&made));
        Ok(made)
    }
}
