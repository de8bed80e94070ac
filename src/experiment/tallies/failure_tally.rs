//! Why sessions have no agreement, counted over the sessions of a cell that were examined.

use std::collections::BTreeMap;

use demarche_core::domain::{IssueId, PartyId, Scenario, from_units};
use demarche_stats::estimate::Moments;

use crate::experiment::tallies::exact_numbers::{NumberSource, push_moments, take_moments};
use crate::experiment::tallies::offer_tally::OfferCourse;

/// Why a session has no agreement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FailureReason {
    /// There was no zone of possible agreement, and a party's reservation value is in a smallest set
    /// of obstacles.
    ReservationValue(PartyId),
    /// The same of a red line, by its position among those of the party in the scenario.
    RedLine(PartyId, usize),
    /// The same, and it takes more than two obstacles less.
    ThreeOrMore,
    /// There was a zone, and a party refused an acceptable offer; with the issue that had cost it most.
    HeldOut(PartyId, IssueId),
    /// No acceptable offer was made; with the party whose last offer would have had to change least,
    /// and an issue on which; of a mediator's text without a party.
    NotConceded(Option<PartyId>, IssueId),
    /// Nothing was put on the table.
    NeverProposed,
    /// An acceptable offer was made too late for all to answer.
    TooLate,
    /// A party left.
    WalkedOut(PartyId),
    /// A party broke the rules or failed.
    Forfeited(PartyId),
    /// The session is too long to be played again.
    TooLong,
}

impl FailureReason {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReservationValue(_) => "reservation_value",
            Self::RedLine(..) => "red_line",
            Self::ThreeOrMore => "three_or_more",
            Self::HeldOut(..) => "held_out",
            Self::NotConceded(..) => "not_conceded",
            Self::NeverProposed => "never_proposed",
            Self::TooLate => "too_late",
            Self::WalkedOut(_) => "walked_out",
            Self::Forfeited(_) => "forfeited",
            Self::TooLong => "too_long",
        }
    }

    /// Which of the two ways to fail it belongs to.
    pub fn failure(self) -> Failure {
        match self {
            Self::ReservationValue(_) | Self::RedLine(..) | Self::ThreeOrMore => Failure::NoZone,
            Self::HeldOut(..)
            | Self::NotConceded(..)
            | Self::NeverProposed
            | Self::TooLate
            | Self::WalkedOut(_)
            | Self::Forfeited(_)
            | Self::TooLong => Failure::MissedZone,
        }
    }

    /// Whose it is, if it is one party's.
    pub fn party(self) -> Option<PartyId> {
        match self {
            Self::ReservationValue(party)
            | Self::RedLine(party, _)
            | Self::HeldOut(party, _)
            | Self::WalkedOut(party)
            | Self::Forfeited(party) => Some(party),
            Self::NotConceded(party, _) => party,
            Self::ThreeOrMore | Self::NeverProposed | Self::TooLate | Self::TooLong => None,
        }
    }

    /// The red line that it is, if it is one: whose, and its position among those of the party in the
    /// scenario.
    pub fn red_line(self) -> Option<(PartyId, usize)> {
        if let Self::RedLine(party, idx) = self {
            Some((party, idx))
        } else {
            None
        }
    }

    /// The issue that it is about, if it is about one.
    pub fn issue(self) -> Option<IssueId> {
        match self {
            Self::HeldOut(_, issue) | Self::NotConceded(_, issue) => Some(issue),
            Self::ReservationValue(_)
            | Self::RedLine(..)
            | Self::ThreeOrMore
            | Self::NeverProposed
            | Self::TooLate
            | Self::WalkedOut(_)
            | Self::Forfeited(_)
            | Self::TooLong => None,
        }
    }
}

impl FailureReason {
    /// Which reason, and what it is about.
    fn numbers(self) -> [i128; 3] {
        let party = |it: PartyId| it.idx() as i128;
        let issue = |it: IssueId| it.idx() as i128;
        match self {
            Self::ReservationValue(it) => [0, party(it), 0],
            Self::RedLine(it, line) => [1, party(it), line as i128],
            Self::ThreeOrMore => [2, 0, 0],
            Self::HeldOut(it, on) => [3, party(it), issue(on)],
            Self::NotConceded(Some(it), on) => [4, party(it), issue(on)],
            Self::NotConceded(None, on) => [5, 0, issue(on)],
            Self::NeverProposed => [6, 0, 0],
            Self::TooLate => [7, 0, 0],
            Self::WalkedOut(it) => [8, party(it), 0],
            Self::Forfeited(it) => [9, party(it), 0],
            Self::TooLong => [10, 0, 0],
        }
    }

    fn from_numbers(scenario: &Scenario, numbers: &mut NumberSource<'_>) -> Option<Self> {
        let kind: u8 = numbers.next()?;
        if kind == 1 {
            let (party, line) = take_red_line(scenario, numbers)?;
            return Some(Self::RedLine(party, line));
        }
        let party = PartyId::new(numbers.position(scenario.parties.len())?);
        let issue = IssueId::new(numbers.position(scenario.space.n_issues())?);
        Some(match kind {
            0 => Self::ReservationValue(party),
            2 => Self::ThreeOrMore,
            3 => Self::HeldOut(party, issue),
            4 => Self::NotConceded(Some(party), issue),
            5 => Self::NotConceded(None, issue),
            6 => Self::NeverProposed,
            7 => Self::TooLate,
            8 => Self::WalkedOut(party),
            9 => Self::Forfeited(party),
            10 => Self::TooLong,
            _ => return None,
        })
    }
}

/// The next red line of a scenario: whose, and its position.
fn take_red_line(scenario: &Scenario, numbers: &mut NumberSource<'_>) -> Option<(PartyId, usize)> {
    let party = PartyId::new(numbers.position(scenario.parties.len())?);
    let line = numbers.position(scenario.party(party).preferences.red_lines.len())?;
    Some((party, line))
}

/// One of the two ways in which a session has no agreement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Failure {
    /// There was no zone of possible agreement.
    NoZone,
    /// There was one, and no agreement.
    MissedZone,
}

impl Failure {
    /// Both.
    pub const ALL: [Self; 2] = [Self::NoZone, Self::MissedZone];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoZone => "no_zone",
            Self::MissedZone => "missed_zone",
        }
    }
}

/// A part of a session: a reason's share in why it has no agreement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Part {
    /// How many parts.
    pub numerator: u32,
    /// Of how many.
    pub denominator: u32,
}

impl Part {
    /// All of it.
    pub const WHOLE: Self = Self {
        numerator: 1,
        denominator: 1,
    };
}

/// What was found out about a session.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ExaminedSession {
    /// The red lines that were real, by party and position in the scenario.
    pub real_red_lines: Vec<(PartyId, usize)>,
    /// Why it has no agreement, each reason once, with parts that sum to the whole; none if it has one,
    /// or it is not known whether there was a zone.
    pub reasons: Vec<(FailureReason, Part)>,
    /// By reason, the utility that was missing, in units: by how much the party held out, or the concession
    /// that the nearest acceptable outcome would have cost it; nothing where that is not known.
    pub missing: BTreeMap<FailureReason, i64>,
    /// What the parties that made offers offered, round by round; none of a session that is too long to
    /// be played again.
    pub offers: Vec<OfferCourse>,
}

/// Counts over examined sessions. All exact, so that any split gives the same bits.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FailureTally {
    n_examined: u64,
    /// By way to fail, in the order of [`Failure::ALL`].
    n_failed: [u64; 2],
    reasons: BTreeMap<FailureReason, PartSum>,
    missing: BTreeMap<FailureReason, Moments>,
    n_real: BTreeMap<(PartyId, usize), u64>,
}

/// A sum of parts, by how often each came.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct PartSum(BTreeMap<Part, u64>);

impl PartSum {
    fn n_sessions(&self) -> u64 {
        self.0.values().sum()
    }

    /// The sum over `n`.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn share(&self, n: u64) -> f64 {
        let parts = self.0.iter().map(|(part, n)| {
            let part = f64::from(part.numerator) / f64::from(part.denominator);
            part * *n as f64
        });
        parts.sum::<f64>() / n as f64
    }
}

/// How much a reason accounts for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ReasonShare {
    /// Which.
    pub reason: FailureReason,
    /// In how many sessions it has a part.
    pub n_sessions: u64,
    /// Its parts over all sessions that failed in its way: such shares sum to 1.
    pub share: f64,
    /// How many sessions failed so.
    pub n: u64,
    /// The mean of what was missing, as a utility, over its sessions in which that is known; `None` of
    /// none.
    pub missing_utility: Option<f64>,
}

impl FailureTally {
    /// Takes in a session.
    pub fn add(&mut self, session: &ExaminedSession) {
        self.n_examined += 1;
        for line in &session.real_red_lines {
            *self.n_real.entry(*line).or_default() += 1;
        }
        if let Some((reason, _)) = session.reasons.first() {
            self.n_failed[reason.failure() as usize] += 1;
        }
        for (reason, part) in &session.reasons {
            let PartSum(counts) = self.reasons.entry(*reason).or_default();
            *counts.entry(*part).or_default() += 1;
        }
        for (reason, units) in &session.missing {
            self.missing.entry(*reason).or_default().add(*units);
        }
    }

    /// Takes in all sessions of another tally of the same cell.
    pub fn merge(&mut self, other: &Self) {
        self.n_examined += other.n_examined;
        for (mine, theirs) in self.n_failed.iter_mut().zip(other.n_failed) {
            *mine += theirs;
        }
        for (line, n) in &other.n_real {
            *self.n_real.entry(*line).or_default() += n;
        }
        for (reason, theirs) in &other.missing {
            self.missing.entry(*reason).or_default().merge(theirs);
        }
        for (reason, PartSum(counts)) in &other.reasons {
            let PartSum(mine) = self.reasons.entry(*reason).or_default();
            for (part, n) in counts {
                *mine.entry(*part).or_default() += n;
            }
        }
    }

    /// Adds all of it to numbers.
    pub(crate) fn push(&self, numbers: &mut Vec<i128>) {
        numbers.push(self.n_examined.into());
        numbers.extend(self.n_failed.map(i128::from));
        numbers.push(self.reasons.len() as i128);
        for (reason, PartSum(counts)) in &self.reasons {
            numbers.extend(reason.numbers());
            numbers.push(counts.len() as i128);
            for (part, n) in counts {
                let part = [part.numerator, part.denominator].map(i128::from);
                numbers.extend(part.into_iter().chain([(*n).into()]));
            }
        }
        numbers.push(self.missing.len() as i128);
        for (reason, moments) in &self.missing {
            numbers.extend(reason.numbers());
            push_moments(numbers, moments);
        }
        numbers.push(self.n_real.len() as i128);
        for ((party, line), n) in &self.n_real {
            numbers.extend([party.idx() as i128, *line as i128, (*n).into()]);
        }
    }

    /// Takes in all sessions of another tally, as they were pushed; `None` if that is none of so many
    /// sessions, at most, with this scenario.
    pub(crate) fn take(
        &mut self,
        scenario: &Scenario,
        n_sessions: u64,
        numbers: &mut NumberSource<'_>,
    ) -> Option<()> {
        let n_examined = numbers.at_most(n_sessions)?;
        let mut other = Self {
            n_examined,
            n_failed: [numbers.at_most(n_examined)?, numbers.at_most(n_examined)?],
            ..Self::default()
        };
        for _ in 0..numbers.length()? {
            let reason = FailureReason::from_numbers(scenario, numbers)?;
            let PartSum(counts) = other.reasons.entry(reason).or_default();
            for _ in 0..numbers.length()? {
                let part = Part {
                    numerator: numbers.next()?,
                    denominator: numbers.next().filter(|it| *it > 0)?,
                };
                counts.insert(part, numbers.at_most(n_examined)?);
            }
        }
        for _ in 0..numbers.length()? {
            let reason = FailureReason::from_numbers(scenario, numbers)?;
            other
                .missing
                .insert(reason, take_moments(n_examined, numbers)?);
        }
        for _ in 0..numbers.length()? {
            let line = take_red_line(scenario, numbers)?;
            other.n_real.insert(line, numbers.at_most(n_examined)?);
        }
        self.merge(&other);
        Some(())
    }

    /// How many sessions were examined.
    pub fn n_examined(&self) -> u64 {
        self.n_examined
    }

    /// How many of them failed so.
    pub fn n_failed(&self, failure: Failure) -> u64 {
        self.n_failed[failure as usize]
    }

    /// The reasons for failing so, the greatest first; their shares sum to 1 if there are any.
    pub fn reasons(&self, failure: Failure) -> Vec<ReasonShare> {
        let n = self.n_failed(failure);
        let reasons = self.reasons.iter();
        let of_failure = reasons.filter(|it| it.0.failure() == failure);
        let share = of_failure.map(|(&reason, sum)| ReasonShare {
            reason,
            n_sessions: sum.n_sessions(),
            share: sum.share(n),
            n,
            missing_utility: (self.missing.get(&reason)).and_then(|it| it.mean(from_units(1))),
        });
        let mut res: Vec<ReasonShare> = share.collect();
        // The sort is stable: of equal shares the first of their order comes first.
        res.sort_by(|a, b| b.share.total_cmp(&a.share));
        res
    }

    /// In how many examined sessions a party's red line, by its position in the scenario, was real.
    pub fn n_real(&self, party: PartyId, red_line: usize) -> u64 {
        self.n_real.get(&(party, red_line)).copied().unwrap_or(0)
    }

    /// In how many examined sessions without a zone it was in a smallest set of obstacles.
    pub fn n_emptied(&self, party: PartyId, red_line: usize) -> u64 {
        let reason = FailureReason::RedLine(party, red_line);
        self.reasons.get(&reason).map_or(0, PartSum::n_sessions)
    }
}
