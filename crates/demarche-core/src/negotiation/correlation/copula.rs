//! Correlated numbers: which draws go together, through a normal copula that leaves every number its
//! own distribution.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{
    CORRELATED_COMBINATIONS_MAX, CORRELATED_NUMBERS_MAX, Correlation, standard_normal_probability,
    standard_normal_quantile,
};
use crate::negotiation::correlation::number_address::NumberAddress;
use crate::negotiation::correlation::rank_matrix::RankMatrix;
use crate::negotiation::correlation::strategy_choices::StrategyChoices;
use crate::negotiation::variation::NumberId;
use crate::randomness::{NameHash, Purpose};

/// Why correlations do not fit a setting or each other. Correlations are named by their positions.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorrelationError {
    /// A path leads to no number.
    #[error("the scenario has no number `{path}`")]
    NoSuchNumber {
        /// Of which correlation.
        correlation: usize,
        /// Which of its two paths, 0 or 1.
        end: usize,
        /// The path.
        path: String,
    },
    /// A number with itself.
    #[error("a correlation is between two different numbers")]
    SameNumber {
        /// Which correlation.
        correlation: usize,
    },
    /// Numbers of two strategies of a party, of which it follows only one.
    #[error("no session draws both numbers: a party follows one of its strategies")]
    NeverTogether {
        /// Which correlation.
        correlation: usize,
    },
    /// A pair of numbers again.
    #[error("there are two correlations between these numbers")]
    PairTwice {
        /// The second of the two.
        correlation: usize,
    },
    /// A rank correlation that is uncertain or not in [−1, 1].
    #[error("a rank correlation is one number from -1 to 1")]
    NotARank {
        /// Which correlation.
        correlation: usize,
    },
    /// More numbers than a matrix is made for.
    #[error("the correlations name more than {CORRELATED_NUMBERS_MAX} numbers")]
    TooManyNumbers {
        /// The first with a number too many.
        correlation: usize,
    },
    /// Numbers of more combinations of strategies than are looked at.
    #[error(
        "the correlated numbers {} are of strategies with more than {CORRELATED_COMBINATIONS_MAX} combinations",
        in_words(numbers)
    )]
    TooManyCombinations {
        /// The first of their correlations.
        correlation: usize,
        /// The numbers of strategies that hang together.
        numbers: Vec<String>,
    },
    /// Correlations that no numbers have together.
    #[error("the correlations between {} contradict each other", in_words(numbers))]
    Contradictory {
        /// The first of them.
        correlation: usize,
        /// The numbers between which they are.
        numbers: Vec<String>,
        /// The greatest factor, in thousandths, by which all of them can be multiplied so that they
        /// do not.
        factor: f64,
    },
}

impl CorrelationError {
    /// The position of the correlation to look at first.
    pub fn correlation(&self) -> usize {
        match *self {
            Self::NoSuchNumber { correlation, .. }
            | Self::SameNumber { correlation }
            | Self::NeverTogether { correlation }
            | Self::PairTwice { correlation }
            | Self::NotARank { correlation }
            | Self::TooManyNumbers { correlation }
            | Self::TooManyCombinations { correlation, .. }
            | Self::Contradictory { correlation, .. } => correlation,
        }
    }
}

/// Names that a message lists.
const NAMES_MAX: usize = 6;

/// Paths in a sentence, the first few of them.
fn in_words(paths: &[String]) -> String {
    let shown = paths.iter().take(NAMES_MAX);
    let mut shown: Vec<String> = shown.map(|it| format!("`{it}`")).collect();
    let rest = paths.len().saturating_sub(NAMES_MAX);
    if rest > 0 {
        shown.push(format!("{rest} more"));
    }
    let last = shown.pop().unwrap_or_default();
    if shown.is_empty() {
        return last;
    }
    format!("{} and {last}", shown.join(", "))
}

/// What a setting has of correlations.
#[derive(Clone, Debug, Default)]
pub(in crate::negotiation) struct Correlated {
    pub(super) correlations: Arc<[Correlation]>,
    /// `None` where all numbers are independent.
    pub(super) copula: Option<Arc<Copula>>,
}

/// Numbers by their paths: each with its place among [`Setting::numbers`], and where its draws are.
pub(super) type Addresses = BTreeMap<String, (NumberId, NumberAddress)>;

/// Numbers whose draws go together.
///
/// ```text
/// U_i = Φ( Σ_j L_ij Φ⁻¹(V_j) )
/// ```
///
/// with `V_j` the uniform number that number j has without correlations, and L the Cholesky factor of
/// the matrix of normal correlations, in the order in which files name the numbers, with those of
/// strategies behind all others, and behind these the numbers of parties that have some of several
/// strategies. So the first of a group, and any that is correlated with none before it, keeps its
/// draw, and the draws of preferences do not depend on strategies.
///
/// Where no matrix has all correlations at once, each combination of strategies has its own, of the
/// numbers that are drawn in it.
#[derive(Clone, Debug)]
pub(super) struct Copula {
    members: Vec<Member>,
    groups: Vec<Group>,
    /// Positions of members by their numbers, in ascending order of these.
    by_number: Vec<(NumberId, usize)>,
}

#[derive(Clone, Debug)]
struct Member {
    path: String,
    address: NumberAddress,
}

/// Members that hang together, directly or through others.
#[derive(Clone, Debug)]
struct Group {
    /// Their positions, in the order of their matrix.
    members: Vec<usize>,
    /// The choices on which the matrix depends.
    choices: StrategyChoices,
    /// By combination of these and by place among the members, the coefficients by members; none of
    /// those that are not drawn in the combination.
    rows: Vec<Vec<Vec<(usize, f64)>>>,
}

impl Group {
    /// Of the numbers in these places of a matrix whose correlations are possible.
    fn new(
        matrix: &RankMatrix,
        mut members: Vec<usize>,
        address: impl Fn(usize) -> NumberAddress,
    ) -> Self {
        let addresses: Vec<NumberAddress> = members.iter().map(|it| address(*it)).collect();
        let choices = StrategyChoices::of(addresses.iter());
        members.sort_by_key(|it| {
            let address = address(*it);
            let is_of_strategy = address.strategy.is_some();
            (
                is_of_strategy,
                is_of_strategy.then(|| choices.place(address.party)),
            )
        });
        let of_members = |rows: Vec<Vec<(usize, f64)>>,
                          members: &[usize]|
         -> Vec<Vec<(usize, f64)>> {
            let row =
                |row: Vec<(usize, f64)>| row.into_iter().map(|it| (members[it.0], it.1)).collect();
            rows.into_iter().map(row).collect()
        };
        if let Some(rows) = matrix.among(&members).normal_rows() {
            let rows = vec![of_members(rows, &members)];
            let choices = StrategyChoices::default();
            return Self {
                members,
                choices,
                rows,
            };
        }
        let of_combination = |combination: usize| {
            let is_drawn = |it: &usize| choices.is_drawn(combination, &address(*it));
            let drawn: Vec<usize> = members.iter().copied().filter(is_drawn).collect();
            let rows = of_members(matrix.among(&drawn).nearest_rows(), &drawn);
            let mut rows = rows.into_iter();
            let row = |it: &usize| {
                let row = is_drawn(it).then(|| rows.next());
                row.flatten().unwrap_or_default()
            };
            members.iter().map(row).collect()
        };
        let rows = (0..choices.n_combinations()).map(of_combination).collect();
        Self {
            members,
            choices,
            rows,
        }
    }
}

impl Copula {
    /// The copula of some correlations; `None` where all numbers are independent.
    ///
    /// `addresses` are those of all numbers of the setting, by path.
    pub(super) fn new(
        correlations: &[Correlation],
        addresses: &Addresses,
    ) -> Result<Option<Self>, Vec<CorrelationError>> {
        let named = Named::of(correlations, addresses);
        if !named.errors.is_empty() {
            return Err(named.errors);
        }
        let matrix = named.matrix(correlations, addresses);
        let groups = matrix.groups();
        let errors: Vec<CorrelationError> = (groups.iter())
            .filter_map(|it| named.contradiction(&matrix, it, addresses))
            .collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self::of_possible(correlations, addresses))
    }

    /// The copula of correlations that are right and possible, or of some of such.
    pub(super) fn of_possible(correlations: &[Correlation], addresses: &Addresses) -> Option<Self> {
        let named = Named::of(correlations, addresses);
        let matrix = named.matrix(correlations, addresses);
        // Numbers that go with no other are as if they were not named.
        let mut members: Vec<usize> = matrix.groups().concat();
        members.sort_unstable();
        if members.is_empty() {
            return None;
        }
        let matrix = matrix.among(&members);
        let mut copula = Self {
            members: Vec::new(),
            groups: Vec::new(),
            by_number: Vec::new(),
        };
        for path in members.iter().map(|it| named.paths[*it].as_str()) {
            copula.push(path, addresses[path].1);
        }
        let groups = matrix.groups().into_iter();
        let groups = groups.map(|it| Group::new(&matrix, it, |it| copula.members[it].address));
        copula.groups = groups.collect();
        copula.link(addresses);
        Some(copula)
    }

    fn push(&mut self, path: &str, mut address: NumberAddress) {
        let mut others = self.members.iter();
        if others.any(|it| it.address.is_same_place(&address)) {
            // Two strategies with one rule draw from one place, and only one of them is followed.
            address.group = NameHash::of(path);
        }
        let path = path.to_owned();
        self.members.push(Member { path, address });
    }

    /// Finds the numbers of a setting that are members. Those that it does not have are drawn for
    /// the others as before.
    pub(super) fn link(&mut self, addresses: &Addresses) {
        let members = self.members.iter().enumerate();
        let numbers = members.filter_map(|(idx, it)| Some((addresses.get(&it.path)?.0, idx)));
        self.by_number = numbers.collect();
        self.by_number.sort_unstable();
    }

    /// The position of a number among the members, if it is one.
    pub(super) fn member(&self, number: NumberId) -> Option<usize> {
        let found = self.by_number.binary_search_by_key(&number, |it| it.0);
        found.ok().map(|it| self.by_number[it].1)
    }

    /// Whether a number of this party for this purpose is a member.
    pub(super) fn concerns(&self, party: NameHash, purpose: Purpose) -> bool {
        let mut addresses = self.members.iter().map(|it| &it.address);
        addresses.any(|it| it.party == party && it.purpose == purpose)
    }

    /// Where the uniform numbers are drawn from that the members have by themselves.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &NumberAddress> {
        self.members.iter().map(|it| &it.address)
    }

    /// The members that hang together, directly or through others, by their positions.
    pub(super) fn groups(&self) -> impl Iterator<Item = &[usize]> {
        self.groups.iter().map(|it| &it.members[..])
    }

    /// The parties on whose strategies draws of others depend.
    pub(super) fn choosing_parties(&self) -> impl Iterator<Item = NameHash> {
        self.groups.iter().flat_map(|it| it.choices.parties())
    }

    /// The numbers that are members, with their positions.
    pub(super) fn numbers(&self) -> &[(NumberId, usize)] {
        &self.by_number
    }

    /// The uniform numbers of all members, from those that they have by themselves and the strategies
    /// that parties follow: of a party of which that is not known, one of the strategies counts.
    ///
    /// A number of a strategy that is not followed is as if it were.
    pub(super) fn correlated(
        &self,
        independent: &[f64],
        followed: impl Fn(NameHash) -> Option<usize>,
    ) -> Vec<f64> {
        let mut normal: Vec<Option<f64>> = vec![None; independent.len()];
        let mut uniform = |row: &[(usize, f64)]| match *row {
            // Exactly, so that no rounding moves it.
            [(only, coefficient)] if coefficient > 0.0 => independent[only],
            [(only, _)] => within(1.0 - independent[only]),
            _ => {
                let terms = row.iter().map(|&(idx, coefficient)| {
                    let own = &mut normal[idx];
                    let quantile = || standard_normal_quantile(within(independent[idx]));
                    coefficient * *own.get_or_insert_with(quantile)
                });
                within(standard_normal_probability(terms.sum()))
            }
        };
        let mut uniforms = independent.to_vec();
        for group in &self.groups {
            for (place, member) in group.members.iter().enumerate() {
                let own = &self.members[*member].address;
                let combination = group.choices.combination(|party| {
                    let is_own = party == own.party;
                    own.strategy.filter(|_| is_own).or_else(|| followed(party))
                });
                uniforms[*member] = uniform(&group.rows[combination][place]);
            }
        }
        uniforms
    }
}

/// The least probability that a member has: half a step of uniform draws above 0, whose quantile
/// would be infinite.
const PROBABILITY_MIN: f64 = f64::EPSILON / 4.0;

/// A probability as a uniform draw can be, in [0, 1), with a finite normal quantile.
fn within(probability: f64) -> f64 {
    probability.clamp(PROBABILITY_MIN, 1.0 - f64::EPSILON / 2.0)
}

/// The numbers that correlations name, in the order in which they do.
#[derive(Debug, Default)]
struct Named {
    paths: Vec<String>,
    /// By correlation, the positions of its numbers.
    pairs: Vec<[usize; 2]>,
    errors: Vec<CorrelationError>,
}

impl Named {
    fn of(correlations: &[Correlation], addresses: &Addresses) -> Self {
        let mut named = Self::default();
        for (idx, it) in correlations.iter().enumerate() {
            named.add(idx, it, addresses);
        }
        if named.errors.is_empty() {
            named.put_strategies_last(addresses);
        }
        named
    }

    fn add(&mut self, correlation: usize, it: &Correlation, addresses: &Addresses) {
        let n_before = self.errors.len();
        for (end, path) in it.between.iter().enumerate() {
            if !addresses.contains_key(path) {
                let path = path.clone();
                self.errors.push(CorrelationError::NoSuchNumber {
                    correlation,
                    end,
                    path,
                });
            }
        }
        if !it.rank.distribution.is_constant()
            || !(-1.0..=1.0).contains(&it.rank.distribution.range().0)
        {
            self.errors.push(CorrelationError::NotARank { correlation });
        }
        let [one, other] = &it.between;
        if one == other {
            self.errors
                .push(CorrelationError::SameNumber { correlation });
        }
        if self.errors.len() > n_before {
            return;
        }
        if addresses[one].1.excludes(&addresses[other].1) {
            self.errors
                .push(CorrelationError::NeverTogether { correlation });
            return;
        }
        let pair = [self.position(one), self.position(other)];
        let is_same = |it: &&[usize; 2]| **it == pair || **it == [pair[1], pair[0]];
        if self.pairs.iter().any(|it| is_same(&it)) {
            self.errors
                .push(CorrelationError::PairTwice { correlation });
        }
        self.pairs.push(pair);
        let n_named = self.paths.len();
        if n_named > CORRELATED_NUMBERS_MAX {
            self.paths.truncate(CORRELATED_NUMBERS_MAX);
            let error = CorrelationError::TooManyNumbers { correlation };
            let is_new =
                |it: &CorrelationError| !matches!(it, CorrelationError::TooManyNumbers { .. });
            if self.errors.iter().all(is_new) {
                self.errors.push(error);
            }
        }
    }

    /// The position of a number among those that are named, with those before it.
    fn position(&mut self, path: &str) -> usize {
        let known = self.paths.iter().position(|it| it == path);
        known.unwrap_or_else(|| {
            self.paths.push(path.to_owned());
            self.paths.len() - 1
        })
    }

    /// Puts the numbers of strategies behind all others, and otherwise keeps the order.
    fn put_strategies_last(&mut self, addresses: &Addresses) {
        let is_of_strategy = |path: &str| addresses[path].1.strategy.is_some();
        let mut order: Vec<usize> = (0..self.paths.len()).collect();
        order.sort_by_key(|it| is_of_strategy(&self.paths[*it]));
        let place = |it: usize| {
            order
                .iter()
                .position(|other| *other == it)
                .expect("it is there")
        };
        for pair in &mut self.pairs {
            *pair = pair.map(place);
        }
        self.paths = order.iter().map(|it| self.paths[*it].clone()).collect();
    }

    /// The rank correlations of the numbers; none of those that are never drawn together.
    fn matrix(&self, correlations: &[Correlation], addresses: &Addresses) -> RankMatrix {
        let mut matrix = RankMatrix::independent(self.paths.len());
        for (it, &[one, other]) in correlations.iter().zip(&self.pairs) {
            matrix.set(one, other, Some(it.rank.distribution.range().0));
        }
        let address = |it: usize| &addresses[&self.paths[it]].1;
        for one in 0..self.paths.len() {
            for other in 0..one {
                if address(one).excludes(address(other)) {
                    matrix.set(one, other, None);
                }
            }
        }
        matrix
    }

    /// What is wrong with the correlations in a group of the numbers, in the combination of strategies
    /// in which they would have to be weakest.
    fn contradiction(
        &self,
        matrix: &RankMatrix,
        group: &[usize],
        addresses: &Addresses,
    ) -> Option<CorrelationError> {
        let address = |it: usize| &addresses[&self.paths[it]].1;
        let paths = |numbers: &[usize]| numbers.iter().map(|it| self.paths[*it].clone()).collect();
        let first = |numbers: &[usize]| {
            let mut pairs = self.pairs.iter();
            let found = pairs.position(|it| it.iter().all(|it| numbers.contains(it)));
            found.expect("a group has a pair")
        };
        let choices = StrategyChoices::of(group.iter().map(|it| address(*it)));
        let n_combinations = choices.n_combinations();
        if n_combinations > CORRELATED_COMBINATIONS_MAX {
            let is_of_strategy = |it: &usize| address(*it).strategy.is_some();
            let of_strategies: Vec<usize> = group.iter().copied().filter(is_of_strategy).collect();
            return Some(CorrelationError::TooManyCombinations {
                correlation: first(group),
                numbers: paths(&of_strategies),
            });
        }
        let of_combination = |combination: usize| {
            let is_drawn = |it: &usize| choices.is_drawn(combination, address(*it));
            let drawn: Vec<usize> = group.iter().copied().filter(is_drawn).collect();
            // In an order that no file changes, so that rounding does not decide.
            let mut sorted = drawn.clone();
            sorted.sort_by_key(|it| &self.paths[*it]);
            (matrix.among(&sorted).greatest_factor(), drawn)
        };
        let combinations = (0..n_combinations).map(of_combination);
        let (factor, numbers) = combinations.min_by(|one, other| one.0.total_cmp(&other.0))?;
        (factor < 1.0).then(|| CorrelationError::Contradictory {
            correlation: first(&numbers),
            numbers: paths(&numbers),
            factor,
        })
    }
}
