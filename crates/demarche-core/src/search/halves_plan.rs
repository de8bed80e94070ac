//! What of two halves does not depend on drawn numbers: which issues, which rows, which groups.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{
    Condition, ConsentRule, IssueId, Outcome, OutcomeSpace, PartyId, PartySet, Preferences, Veto,
};

/// How much larger than the square root of the space a half may be so that coupled issues stay
/// together; beyond it, splitting them into groups costs less.
const LOPSIDEDNESS_MAX: f64 = 8.0;

/// The most rows a half may have: some hundred megabytes for each session under way.
const ROWS_MAX: u64 = 1 << 22;

/// Maximum number of pairs of groups: each is looked at for every question.
const PAIRS_MAX: usize = 1 << 16;

/// Why a space cannot be searched in two halves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PlanError {
    /// One issue, or a few, have too many options for the rest.
    #[error("half of the issues have more than {ROWS_MAX} combinations of options")]
    TooManyRows,
    /// Conditions couple the issues in too many ways.
    #[error(
        "interactions, red lines or conditions for consent couple the issues in more than \
         {PAIRS_MAX} ways"
    )]
    TooCoupled,
}

/// What of the halves does not depend on drawn numbers; made once per party and scenario.
#[derive(Debug)]
pub struct HalvesPlan {
    pub(super) space: Arc<OutcomeSpace>,
    pub(super) me: PartyId,
    pub(super) halves: [HalfPlan; 2],
    /// The positions of the shorter half, whose rows are walked, and of the longer one.
    pub(super) by_length: [usize; 2],
    /// Each pair of a left and a right group.
    pub(super) pairs: Vec<Pair>,
    /// Whether distances are asked for.
    measured: Audiences,
    /// The distinct sets of parties whose distance counts, each with its pairs.
    pub(super) audiences: Vec<Audience>,
}

/// The fixed part of one half.
#[derive(Debug)]
pub(super) struct HalfPlan {
    pub(super) issues: Vec<IssueId>,
    /// Each row's share of an outcome's packed form; rising.
    pub(super) codes: Vec<u64>,
    /// Interactions within this half, by position, with the rows that fulfil them.
    pub(super) interactions: Vec<(usize, Vec<u32>)>,
    /// Red lines within this half, by position, with the rows across them.
    pub(super) red_lines: Vec<(usize, Vec<u32>)>,
    /// Rows that fulfil the same part of everything that couples the halves.
    pub(super) groups: Vec<Vec<u32>>,
}

/// A group of the left half with one of the right half.
#[derive(Debug)]
pub(super) struct Pair {
    /// The positions of both groups.
    pub(super) groups: [usize; 2],
    /// Interactions across the halves that all outcomes of the pair fulfil.
    pub(super) interactions: Vec<usize>,
    /// Red lines through both halves that all outcomes of the pair are across.
    pub(super) red_lines: Vec<usize>,
}

/// Parties whose distance counts, and where.
#[derive(Debug)]
pub(super) struct Audience {
    pub(super) others: PartySet,
    /// Positions of pairs, sorted by their group of the longer half.
    pub(super) pairs: Vec<usize>,
}

/// What a row fulfils of everything that couples the halves.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Signature {
    /// Interactions across the halves: whether the row fulfils its part.
    interactions: Vec<bool>,
    /// Red lines through both halves: whether the row fulfils its part.
    red_lines: Vec<bool>,
    /// Who is needed because of this half alone.
    needed: PartySet,
    /// Conditions for consent across the halves: whether the row fulfils its part.
    vetoes: Vec<bool>,
}

/// Whether a search distinguishes whose consent an outcome requires.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audiences {
    /// Yes: [`nearest_at_least`](crate::search::OutcomeSearch::nearest_at_least) will be asked.
    Distinguished,
    /// No: the other questions are answered faster, and nobody's distance counts.
    Alike,
}

impl HalvesPlan {
    /// The plan for a party's preferences, whatever numbers are put into them, under a consent rule.
    ///
    /// # Errors
    ///
    /// [`PlanError`] if a search would take too much memory or time.
    pub fn new(
        preferences: &Preferences,
        me: PartyId,
        consent: &ConsentRule,
        audiences: Audiences,
    ) -> Result<Self, PlanError> {
        let vetoes: &[Veto] = match audiences {
            Audiences::Distinguished => consent.vetoes(),
            Audiences::Alike => &[],
        };
        let coupling = Coupling::new(preferences, vetoes);
        if [Side::Left, Side::Right]
            .into_iter()
            .any(|it| coupling.n_rows(it) > ROWS_MAX)
        {
            return Err(PlanError::TooManyRows);
        }
        let (left, on_left) = coupling.half(Side::Left);
        let (right, on_right) = coupling.half(Side::Right);
        if on_left.len() * on_right.len() > PAIRS_MAX {
            return Err(PlanError::TooCoupled);
        }
        let mut pairs = Vec::new();
        let mut by_audience: BTreeMap<PartySet, Vec<usize>> = BTreeMap::new();
        for (right_group, right_signature) in on_right.iter().enumerate() {
            for (left_group, left_signature) in on_left.iter().enumerate() {
                let others = coupling
                    .needed(left_signature, right_signature)
                    .union(consent.counted())
                    .without(me);
                by_audience.entry(others).or_default().push(pairs.len());
                pairs.push(Pair {
                    groups: [left_group, right_group],
                    interactions: fulfilled(
                        &coupling.interactions,
                        [&left_signature.interactions, &right_signature.interactions],
                    ),
                    red_lines: fulfilled(
                        &coupling.red_lines,
                        [&left_signature.red_lines, &right_signature.red_lines],
                    ),
                });
            }
        }
        let by_length = if left.codes.len() < right.codes.len() {
            [0, 1]
        } else {
            [1, 0]
        };
        for places in by_audience.values_mut() {
            places.sort_by_key(|&it| pairs[it].groups[by_length[1]]);
        }
        Ok(Self {
            space: Arc::clone(preferences.space()),
            me,
            halves: [left, right],
            by_length,
            pairs,
            measured: audiences,
            audiences: by_audience
                .into_iter()
                .map(|(others, pairs)| Audience { others, pairs })
                .collect(),
        })
    }

    /// Bytes that one [`Halves`](crate::search::halves::Halves) takes, about: sums, places and index of all
    /// rows, some of them twice, and where distances count, those from an audience.
    pub fn search_bytes(&self) -> u64 {
        let distances = match self.measured {
            Audiences::Distinguished => 32,
            Audiences::Alike => 0,
        };
        self.n_rows() as u64 * (48 + distances)
    }

    /// How many rows both halves have together.
    pub fn n_rows(&self) -> usize {
        self.halves.iter().map(|it| it.codes.len()).sum()
    }
}

/// One of the two halves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Left,
    Right,
}

/// Which issue is in which half, and what reaches across.
struct Coupling<'a> {
    space: &'a OutcomeSpace,
    sides: Vec<Side>,
    all_interactions: Vec<&'a Condition>,
    all_red_lines: Vec<&'a Condition>,
    all_vetoes: &'a [Veto],
    /// Positions of interactions that name issues of both halves.
    interactions: Vec<usize>,
    /// Positions of red lines that name issues of both halves.
    red_lines: Vec<usize>,
    /// Vetoes whose conditions name issues of both halves.
    vetoes: Vec<&'a Veto>,
}

impl<'a> Coupling<'a> {
    fn new(preferences: &'a Preferences, all_vetoes: &'a [Veto]) -> Self {
        let space = preferences.space();
        let all_interactions: Vec<_> = preferences.interactions().iter().map(|it| &it.0).collect();
        let all_red_lines: Vec<_> = preferences.red_lines().iter().collect();
        let sides = split(
            space,
            all_interactions.iter().chain(&all_red_lines).copied(),
        );
        let reaches_across =
            |it: &Condition| names(it, &sides, Side::Left) && names(it, &sides, Side::Right);
        let across = |conditions: &[&Condition]| -> Vec<usize> {
            let places = 0..conditions.len();
            places
                .filter(|&it| reaches_across(conditions[it]))
                .collect()
        };
        Self {
            space,
            interactions: across(&all_interactions),
            red_lines: across(&all_red_lines),
            vetoes: all_vetoes
                .iter()
                .filter(|it| reaches_across(&it.when))
                .collect(),
            all_interactions,
            all_red_lines,
            all_vetoes,
            sides,
        }
    }

    /// How many combinations of options a half has.
    fn n_rows(&self, side: Side) -> u64 {
        let issues = self
            .space
            .issues()
            .filter(|it| self.sides[it.idx()] == side);
        issues.map(|it| self.space.n_options(it) as u64).product()
    }

    /// The fixed part of a half, with the signature of each of its groups.
    fn half(&self, side: Side) -> (HalfPlan, Vec<Signature>) {
        let issues: Vec<IssueId> = self
            .space
            .issues()
            .filter(|it| self.sides[it.idx()] == side)
            .collect();
        let codes = codes_of_rows(self.space, &issues);
        let inside = |conditions: &[&Condition]| -> Vec<(usize, Vec<u32>)> {
            let numbered = conditions.iter().enumerate();
            let inside = numbered.filter(|it| self.is_inside(it.1, side));
            let rows = |it| rows_where(&codes, |code| self.fulfils(code, it, side));
            inside.map(|(idx, it)| (idx, rows(it))).collect()
        };
        let interactions = inside(&self.all_interactions);
        let red_lines = inside(&self.all_red_lines);
        let (signatures, groups) = self.groups(&codes, side).into_iter().unzip();
        let half = HalfPlan {
            issues,
            codes,
            interactions,
            red_lines,
            groups,
        };
        (half, signatures)
    }

    /// The rows of a half by their signatures.
    fn groups(&self, codes: &[u64], side: Side) -> BTreeMap<Signature, Vec<u32>> {
        let rows = (0_u32..).zip(codes);
        if self.interactions.is_empty() && self.red_lines.is_empty() && self.all_vetoes.is_empty() {
            // Nothing couples the halves, so all rows have the same; to compare millions takes long.
            let all = rows.map(|it| it.0).collect();
            let first = codes.first().map(|&it| (self.signature(it, side), all));
            return first.into_iter().collect();
        }
        let mut res: BTreeMap<Signature, Vec<u32>> = BTreeMap::new();
        for (row, &code) in rows {
            res.entry(self.signature(code, side)).or_default().push(row);
        }
        res
    }

    /// Whether a row fulfils what a condition asks of its half.
    fn fulfils(&self, code: u64, condition: &Condition, side: Side) -> bool {
        let row = Outcome::from_shares(code);
        condition.clauses().iter().all(|(issue, options)| {
            self.sides[issue.idx()] != side || options.contains(&self.space.option(row, *issue))
        })
    }

    /// Whether a condition is this half's alone; one that names no issue is the left half's.
    fn is_inside(&self, condition: &Condition, side: Side) -> bool {
        match side {
            Side::Left => !names(condition, &self.sides, Side::Right),
            Side::Right => {
                names(condition, &self.sides, Side::Right)
                    && !names(condition, &self.sides, Side::Left)
            }
        }
    }

    fn signature(&self, code: u64, side: Side) -> Signature {
        let parts = |across: &[usize], conditions: &[&Condition]| -> Vec<bool> {
            let across = across.iter().map(|&it| conditions[it]);
            across.map(|it| self.fulfils(code, it, side)).collect()
        };
        Signature {
            interactions: parts(&self.interactions, &self.all_interactions),
            red_lines: parts(&self.red_lines, &self.all_red_lines),
            needed: self
                .all_vetoes
                .iter()
                .filter(|it| self.is_inside(&it.when, side) && self.fulfils(code, &it.when, side))
                .map(|it| it.party)
                .collect(),
            vetoes: self
                .vetoes
                .iter()
                .map(|it| self.fulfils(code, &it.when, side))
                .collect(),
        }
    }

    /// Whose consent outcomes of two groups need.
    fn needed(&self, left: &Signature, right: &Signature) -> PartySet {
        let across = self
            .vetoes
            .iter()
            .zip(left.vetoes.iter().zip(&right.vetoes))
            .filter(|(_, (on_left, on_right))| **on_left && **on_right)
            .map(|it| it.0.party);
        across.fold(left.needed.union(right.needed), PartySet::with)
    }
}

/// Those across the halves of which both groups fulfil their part.
fn fulfilled(across: &[usize], [left, right]: [&[bool]; 2]) -> Vec<usize> {
    let parts = left.iter().zip(right);
    let fulfilled = across.iter().zip(parts).filter(|it| *it.1.0 && *it.1.1);
    fulfilled.map(|it| *it.0).collect()
}

/// Whether a condition names an issue of a half.
fn names(condition: &Condition, sides: &[Side], side: Side) -> bool {
    condition
        .clauses()
        .iter()
        .any(|(issue, _)| sides[issue.idx()] == side)
}

/// Which half each issue goes to, by position.
///
/// Coupled issues stay together unless that would make a half far larger than the other.
fn split<'a>(space: &OutcomeSpace, couplings: impl Iterator<Item = &'a Condition>) -> Vec<Side> {
    let mut components: Vec<Vec<IssueId>> = space.issues().map(|it| vec![it]).collect();
    for condition in couplings {
        let (coupled, apart): (Vec<_>, Vec<_>) = components.into_iter().partition(|component| {
            let named = |issue: &IssueId| condition.clauses().iter().any(|it| it.0 == *issue);
            component.iter().any(named)
        });
        components = apart;
        if !coupled.is_empty() {
            components.push(coupled.concat());
        }
    }
    let together = balance(space, components);
    let log_space = log_size(space, space.issues());
    let log_larger = [Side::Left, Side::Right]
        .map(|side| {
            log_size(
                space,
                space.issues().filter(|it| together[it.idx()] == side),
            )
        })
        .into_iter()
        .fold(0.0, f64::max);
    if log_larger <= log_space / 2.0 + libm::log(LOPSIDEDNESS_MAX) {
        together
    } else {
        balance(space, space.issues().map(|it| vec![it]).collect())
    }
}

/// Puts the largest component first, each into the half that is smaller so far.
fn balance(space: &OutcomeSpace, mut components: Vec<Vec<IssueId>>) -> Vec<Side> {
    let size = |it: &Vec<IssueId>| log_size(space, it.iter().copied());
    components.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.cmp(b)));
    let (mut left, mut right) = (0.0, 0.0);
    let mut sides = vec![Side::Left; space.n_issues()];
    for component in components {
        let (side, sum) = if right < left {
            (Side::Right, &mut right)
        } else {
            (Side::Left, &mut left)
        };
        *sum += size(&component);
        for issue in component {
            sides[issue.idx()] = side;
        }
    }
    sides
}

#[expect(clippy::cast_precision_loss, reason = "at most 4096 options")]
fn log_size(space: &OutcomeSpace, issues: impl Iterator<Item = IssueId>) -> f64 {
    issues.map(|it| libm::log(space.n_options(it) as f64)).sum()
}

fn codes_of_rows(space: &OutcomeSpace, issues: &[IssueId]) -> Vec<u64> {
    issues.iter().fold(vec![0], |rows, &issue| {
        rows.iter()
            .flat_map(|row| {
                space
                    .options(issue)
                    .map(move |it| row | space.share(issue, it))
            })
            .collect()
    })
}

fn rows_where(codes: &[u64], holds: impl Fn(u64) -> bool) -> Vec<u32> {
    (0_u32..)
        .zip(codes)
        .filter(|(_, code)| holds(**code))
        .map(|it| it.0)
        .collect()
}
