//! What a party wants: as far as it is known, and as drawn for one session.

use std::sync::Arc;

use crate::domain::condition::Condition;
use crate::domain::interests::drawn_numbers::DrawnNumbers;
use crate::domain::interests::exact_preferences::ExactPreferences;
use crate::domain::interests::red_line::RedLine;
use crate::domain::issue::{IssueId, OptionId};
use crate::domain::number::{Number, Utility, from_units, threshold, units};
use crate::domain::outcome::{Outcome, OutcomeSpace};

/// The least discount factor: above 0, under which nothing would ever be worth waiting for.
pub const DISCOUNT_FACTOR_MIN: f64 = 0.001;

/// The greatest weight: far beyond any sensible one; keeps sums of weights finite.
pub const WEIGHT_MAX: f64 = 1e9;

/// A party's preferences before they are drawn: every number with its distribution and provenance.
#[derive(Clone, Debug)]
pub struct UncertainPreferences {
    /// The utility of no agreement; in [0, 1].
    pub reservation_value: Number,
    /// What an agreement keeps of its utility with every round that it comes later, in (0, 1];
    /// `None` where that costs nothing.
    pub discount_factor: Option<Number>,
    /// One per issue, in scenario order.
    pub issues: Vec<Arc<IssuePreference>>,
    /// Where options together are worth more or less than apart.
    pub interactions: Vec<Arc<Interaction>>,
    /// What it will not sign.
    pub red_lines: Vec<Arc<RedLine>>,
}

impl UncertainPreferences {
    /// Every number, group by group: the reservation value, each issue's weight and utilities, the
    /// interactions, the discount factor, the probabilities of the red lines.
    ///
    /// This is the order of a party's numbers everywhere.
    pub fn groups(&self) -> impl Iterator<Item = NumberGroup<'_>> {
        let only = |of: GroupOf, first| NumberGroup {
            of,
            first,
            rest: &[],
        };
        let issues = (0..).map(IssueId::new).zip(&self.issues);
        let issues = issues.map(|(issue, it)| NumberGroup {
            of: GroupOf::Issue(issue),
            first: &it.weight,
            rest: &it.utilities,
        });
        let interactions = self.interactions.iter().enumerate();
        let interactions =
            interactions.map(move |(idx, it)| only(GroupOf::Interaction(idx), &it.adds));
        let discount_factor = self.discount_factor.iter();
        let red_lines = self.red_lines.iter().enumerate();
        let red_lines =
            red_lines.map(move |(idx, it)| only(GroupOf::RedLine(idx), &it.probability));
        std::iter::once(only(GroupOf::ReservationValue, &self.reservation_value))
            .chain(issues)
            .chain(interactions)
            .chain(discount_factor.map(move |it| only(GroupOf::DiscountFactor, it)))
            .chain(red_lines)
    }

    /// Every number, in the order of the groups.
    pub fn numbers(&self) -> impl Iterator<Item = &Number> {
        self.groups().flat_map(NumberGroup::numbers)
    }

    /// The number at a position among [`UncertainPreferences::numbers`], to be changed; what is
    /// shared with another scenario and holds it becomes this one's own.
    pub fn number_mut(&mut self, idx: usize) -> Option<&mut Number> {
        let mut rest = idx;
        let (of, place) = self.groups().find_map(|group| {
            let place = rest;
            let is_here = place < group.n_numbers();
            rest = rest.saturating_sub(group.n_numbers());
            is_here.then_some((group.of, place))
        })?;
        match of {
            GroupOf::ReservationValue => Some(&mut self.reservation_value),
            GroupOf::Issue(issue) => {
                let issue = Arc::make_mut(&mut self.issues[issue.idx()]);
                match place.checked_sub(1) {
                    None => Some(&mut issue.weight),
                    Some(option) => issue.utilities.get_mut(option),
                }
            }
            GroupOf::Interaction(idx) => Some(&mut Arc::make_mut(&mut self.interactions[idx]).adds),
            GroupOf::DiscountFactor => self.discount_factor.as_mut(),
            GroupOf::RedLine(idx) => Some(&mut Arc::make_mut(&mut self.red_lines[idx]).probability),
        }
    }
}

/// Numbers of a party that are drawn together.
#[derive(Clone, Copy, Debug)]
pub struct NumberGroup<'a> {
    /// What they are about.
    pub of: GroupOf,
    first: &'a Number,
    rest: &'a [Number],
}

impl<'a> NumberGroup<'a> {
    /// The numbers: of an issue the weight and then the utilities, otherwise one.
    pub fn numbers(self) -> impl Iterator<Item = &'a Number> + Clone {
        std::iter::once(self.first).chain(self.rest)
    }

    fn n_numbers(self) -> usize {
        1 + self.rest.len()
    }
}

/// What a group of numbers is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupOf {
    /// The utility of no agreement.
    ReservationValue,
    /// What the party wants of an issue.
    Issue(IssueId),
    /// An interaction, by its position.
    Interaction(usize),
    /// What an agreement keeps of its utility with every round.
    DiscountFactor,
    /// A red line, by its position.
    RedLine(usize),
}

/// What a party wants of one issue.
#[derive(Clone, Debug)]
pub struct IssuePreference {
    /// Importance; 0 or more, scaled so that a party's weights sum to 1 after drawing.
    pub weight: Number,
    /// Utility of each option, in [0, 1], in file order.
    pub utilities: Vec<Number>,
}

/// Options that together are worth more or less than apart.
#[derive(Clone, Debug)]
pub struct Interaction {
    /// The name by which files call it.
    pub name: String,
    /// The options.
    pub when: Condition,
    /// What it adds to the utility; in [−1, 1].
    pub adds: Number,
}

/// A party's preferences as drawn for one session.
///
/// ```text
/// u(o) = clamp( Σ_i w_i·u_i(o_i) + Σ_k a_k·[o fulfils k], 0, 1 ),  Σ_i w_i = 1
/// ```
///
/// Outcomes across a real red line have a utility too, and are not acceptable whatever it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Preferences {
    space: Arc<OutcomeSpace>,
    numbers: DrawnNumbers,
    /// Weight times utility in units, for all options of all issues.
    contributions: Vec<i64>,
    interactions: Vec<(Condition, i64)>,
    red_lines: Vec<Condition>,
    reservation_value: Utility,
}

impl Preferences {
    /// Preferences over a space under which everything is worth nothing.
    pub fn indifferent(space: Arc<OutcomeSpace>, interactions: Vec<Condition>) -> Self {
        Self {
            numbers: DrawnNumbers {
                weights: vec![0.0; space.n_issues()],
                utilities: vec![0.0; space.n_options_total()],
                adds: vec![0.0; interactions.len()],
                ..DrawnNumbers::default()
            },
            contributions: vec![0; space.n_options_total()],
            space,
            interactions: interactions.into_iter().map(|it| (it, 0)).collect(),
            red_lines: Vec::new(),
            reservation_value: Utility::ZERO,
        }
    }

    /// The same with red lines, of which none is real.
    #[must_use]
    pub fn with_red_lines(mut self, red_lines: Vec<Condition>) -> Self {
        self.numbers.are_red_lines_real = vec![false; red_lines.len()];
        self.red_lines = red_lines;
        self
    }

    /// Puts in numbers: weights per issue, utilities for all options of all issues, what each
    /// interaction adds, and the reservation value, as [`Preferences::put`] does; no red line is real.
    ///
    /// # Panics
    ///
    /// If there are not as many numbers as the space and the interactions ask for.
    pub fn set(
        &mut self,
        weights: &[f64],
        utilities: &[f64],
        adds: &[f64],
        reservation_value: f64,
    ) {
        self.put(DrawnNumbers {
            weights: weights.to_vec(),
            utilities: utilities.to_vec(),
            adds: adds.to_vec(),
            reservation_value,
            leverages: Vec::new(),
            are_red_lines_real: vec![false; self.red_lines.len()],
        });
    }

    /// Puts in drawn numbers.
    ///
    /// The reservation value is what is left of the drawn one after all leverage, held within
    /// [0, 1] and lowered by what rounding may take off an outcome (see [`threshold`]).
    /// Weights that are all zero count as equal.
    ///
    /// # Panics
    ///
    /// If there are not as many numbers as the space, the interactions and the red lines ask for.
    pub fn put(&mut self, numbers: DrawnNumbers) {
        let (weights, utilities) = (&numbers.weights, &numbers.utilities);
        assert_eq!(weights.len(), self.space.n_issues(), "a weight per issue");
        assert_eq!(
            utilities.len(),
            self.contributions.len(),
            "a utility per option"
        );
        assert_eq!(
            numbers.adds.len(),
            self.interactions.len(),
            "a number per interaction"
        );
        assert_eq!(
            numbers.are_red_lines_real.len(),
            self.red_lines.len(),
            "an answer per red line"
        );
        let sum: f64 = weights.iter().sum();
        for issue in self.space.issues() {
            let weight = if sum > 0.0 {
                weights[issue.idx()] / sum
            } else {
                1.0 / f64::from(u8::try_from(weights.len()).expect("at most 64 issues"))
            };
            for option in self.space.options(issue) {
                let flat = self.space.flat(issue, option);
                self.contributions[flat] = units(weight * utilities[flat]);
            }
        }
        for ((_, slot), &number) in self.interactions.iter_mut().zip(&numbers.adds) {
            *slot = units(number);
        }
        self.reservation_value = threshold(numbers.lowered_reservation_value());
        self.numbers = numbers;
    }

    /// The numbers that were put in.
    pub fn numbers(&self) -> &DrawnNumbers {
        &self.numbers
    }

    /// Takes out the numbers, for others to be drawn in the same room and put in.
    pub fn take_numbers(&mut self) -> DrawnNumbers {
        std::mem::take(&mut self.numbers)
    }

    /// The same numbers in exact arithmetic.
    pub fn exact(&self) -> ExactPreferences {
        let conditions = self.interactions.iter().map(|it| &it.0);
        let red_lines = self.real_red_lines().cloned().collect();
        ExactPreferences::new(&self.space, conditions, red_lines, &self.numbers)
    }

    /// The space the preferences are about.
    pub fn space(&self) -> &Arc<OutcomeSpace> {
        &self.space
    }

    /// The utility of no agreement.
    pub fn reservation_value(&self) -> Utility {
        self.reservation_value
    }

    /// The utility of no agreement as it was before leverage lowered it.
    pub fn reservation_value_before_leverage(&self) -> Utility {
        threshold(self.numbers.reservation_value)
    }

    /// What an option adds to an outcome's utility, in units.
    pub fn contribution(&self, issue: IssueId, option: OptionId) -> i64 {
        self.contributions[self.space.flat(issue, option)]
    }

    /// What each option of each issue adds to an outcome's utility, in units, in a flat list.
    pub(crate) fn all_contributions(&self) -> &[i64] {
        &self.contributions
    }

    /// What each option of an issue adds to an outcome's utility, in units.
    pub fn contributions(&self, issue: IssueId) -> &[i64] {
        &self.contributions[self.space.flat_range(issue)]
    }

    /// The conditions under which options interact, with what they add in units.
    pub fn interactions(&self) -> &[(Condition, i64)] {
        &self.interactions
    }

    /// All red lines, real or not.
    pub fn red_lines(&self) -> &[Condition] {
        &self.red_lines
    }

    /// Whether a red line, by its position, is real.
    pub fn is_red_line_real(&self, idx: usize) -> bool {
        self.numbers.are_red_lines_real[idx]
    }

    /// The red lines that are real.
    pub fn real_red_lines(&self) -> impl Iterator<Item = &Condition> {
        let lines = self.red_lines.iter().zip(&self.numbers.are_red_lines_real);
        lines.filter(|it| *it.1).map(|it| it.0)
    }

    /// Whether an outcome is across no real red line.
    pub fn allows(&self, outcome: Outcome) -> bool {
        !(self.real_red_lines()).any(|it| it.holds(&self.space, outcome))
    }

    /// The utility of an outcome.
    pub fn utility(&self, outcome: Outcome) -> Utility {
        Utility::clamped(self.sum_of_contributions(outcome))
    }

    /// What an outcome is worth before that is held within [0, 1], in units.
    pub fn sum_of_contributions(&self, outcome: Outcome) -> i64 {
        let mut sum: i64 = self
            .space
            .flat_options(outcome)
            .map(|flat| self.contributions[flat])
            .sum();
        for (condition, adds) in &self.interactions {
            if condition.holds(&self.space, outcome) {
                sum += adds;
            }
        }
        sum
    }

    /// Whether the party could sign the outcome: it is across no real red line and worth at least as
    /// much as no agreement.
    pub fn is_acceptable(&self, outcome: Outcome) -> bool {
        self.utility(outcome) >= self.reservation_value && self.allows(outcome)
    }

    /// What the outcome is worth over no agreement; negative below the reservation value.
    pub fn surplus(&self, outcome: Outcome) -> f64 {
        from_units(self.utility(outcome).units() - self.reservation_value.units())
    }

    /// How far an option falls short of the party's best on its issue, in units; interactions do not
    /// count.
    ///
    /// # Panics
    ///
    /// Never: an issue has options.
    pub fn shortfall(&self, issue: IssueId, option: OptionId) -> i64 {
        let best = self.contributions(issue).iter().max();
        best.expect("an issue has options") - self.contribution(issue, option)
    }

    /// The issue on which the outcome falls furthest short of the party's wish, ties to the first.
    ///
    /// # Panics
    ///
    /// Never: a space has issues, and they have options.
    pub fn costliest_issue(&self, outcome: Outcome) -> IssueId {
        let shortfall = |it: IssueId| self.shortfall(it, self.space.option(outcome, it));
        self.space
            .issues()
            .rev()
            .max_by_key(|&it| shortfall(it))
            .expect("a space has issues")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferences(adds: f64) -> Preferences {
        let space = Arc::new(OutcomeSpace::new(&[2, 2]).unwrap());
        let both = Condition::new([
            (IssueId::new(0), vec![OptionId::new(1)]),
            (IssueId::new(1), vec![OptionId::new(1)]),
        ]);
        let mut res = Preferences::indifferent(space, vec![both]);
        res.set(&[3.0, 1.0], &[0.0, 1.0, 0.5, 1.0], &[adds], 0.25);
        res
    }

    #[test]
    fn utility_is_the_weighted_sum_plus_interactions_within_bounds() {
        let utilities = |adds| -> Vec<f64> {
            let it = preferences(adds);
            it.space()
                .outcomes()
                .map(|outcome| it.utility(outcome).get())
                .collect()
        };
        assert_eq!(utilities(0.0), [0.125, 0.25, 0.875, 1.0]);
        assert_eq!(utilities(-0.5), [0.125, 0.25, 0.875, 0.5]);
        assert_eq!(utilities(0.5), [0.125, 0.25, 0.875, 1.0]);
    }

    #[test]
    fn a_number_is_changed_at_the_position_at_which_it_is_listed() {
        let number = |path: &str| Number::constant(path, 0.5);
        let issue = |name: &str, options: &[&str]| {
            Arc::new(IssuePreference {
                weight: number(name),
                utilities: options.iter().map(|it| number(it)).collect(),
            })
        };
        let interaction = Interaction {
            name: "both".into(),
            when: Condition::default(),
            adds: number("both"),
        };
        let shared = UncertainPreferences {
            reservation_value: number("reservation value"),
            discount_factor: Some(number("discount factor")),
            issues: vec![issue("a", &["a1", "a2"]), issue("b", &["b1"])],
            interactions: vec![Arc::new(interaction)],
            red_lines: vec![Arc::new(RedLine {
                name: "line".into(),
                label: "a line".into(),
                when: Condition::default(),
                probability: number("red line"),
            })],
        };
        let paths: Vec<&str> = shared.numbers().map(|it| it.path.as_str()).collect();
        assert_eq!(paths.len(), 9);
        for (idx, path) in paths.iter().enumerate() {
            let mut own = shared.clone();
            let found = own.number_mut(idx).expect("it is listed");
            assert_eq!(found.path, *path);
            found.path = "changed".into();
            let changed = own.numbers().position(|it| it.path == "changed");
            assert_eq!(changed, Some(idx));
        }
        assert!(shared.numbers().all(|it| it.path != "changed"));
        assert!(shared.clone().number_mut(paths.len()).is_none());
    }

    #[test]
    fn an_outcome_just_at_the_reservation_value_is_acceptable() {
        let space = Arc::new(OutcomeSpace::new(&[2, 2, 2]).unwrap());
        let mut it = Preferences::indifferent(Arc::clone(&space), Vec::new());
        // None of 0.2, 0.3 and a third is a binary fraction.
        it.set(&[2.0, 3.0, 5.0], &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0], &[], 0.5);
        let n = space.outcomes().filter(|&o| it.is_acceptable(o));
        assert_eq!(n.count(), 5);
        it.set(&[1.0, 1.0, 1.0], &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0], &[], 1.0);
        let n = space.outcomes().filter(|&o| it.is_acceptable(o));
        assert_eq!(n.count(), 1);
    }

    #[test]
    fn the_costliest_issue_is_the_one_given_away() {
        let it = preferences(0.0);
        let outcomes: Vec<Outcome> = it.space().outcomes().collect();
        assert_eq!(it.costliest_issue(outcomes[1]), IssueId::new(0));
        assert_eq!(it.costliest_issue(outcomes[2]), IssueId::new(1));
        assert_eq!(it.costliest_issue(outcomes[3]), IssueId::new(0));
    }
}
