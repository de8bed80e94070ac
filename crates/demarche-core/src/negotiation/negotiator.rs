//! A party at the table: its drawn preferences, its strategy, its luck.

use std::sync::Arc;

use crate::domain::{Outcome, PartyId, PartySet, Preferences, Utility};
use crate::negotiation::draw::{PreferenceDraw, StrategyDraw};
use crate::negotiation::panic_guard::caught;
use crate::negotiation::report::PartyReport;
use crate::negotiation::setting::Setting;
use crate::protocol::{
    Action, Ask, Ending, Event, ProtocolKind, ProtocolViolation, concession_probability,
};
use crate::randomness::{Replication, Seeds, Stream};
use crate::search::{Audiences, Halves, OutcomeSearch};
use crate::strategy::{AcceptanceCondition, OfferingRule, OwnSide, Situation};

/// A party at the table; sits through one session after another.
///
/// A strategy whose code panics has made its last decision in the session: from then on the party
/// answers with [`ProtocolViolation::Panicked`]. The next session it begins with nothing left over.
#[derive(Debug)]
pub struct Negotiator {
    setting: Arc<Setting>,
    me: PartyId,
    draw: PreferenceDraw,
    searches: [Option<Halves>; 2],
    /// What it brings to the present session; `None` before the first.
    seat: Option<Seat>,
}

/// What a party knows of its own side, for somebody outside who answers for it.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// Its preferences, as drawn for this session.
    pub preferences: Preferences,
    /// Its best outcome; of several as good, the first in the order of outcomes.
    pub best: Outcome,
    /// What a utility of this round keeps of its worth: 1 where a round more costs nothing.
    pub kept: Utility,
}

/// What a party brings to one session.
#[derive(Debug)]
struct Seat {
    strategy: usize,
    /// `None` once it has panicked.
    strategist: Option<Strategist>,
    search: usize,
    stream: Stream,
    best_utility: Utility,
    ledger: Ledger,
}

/// The code that decides for a party in one session.
#[derive(Debug)]
struct Strategist {
    rule: Box<dyn OfferingRule>,
    acceptance: Box<dyn AcceptanceCondition>,
}

/// What a party notes down during a session, for its report.
#[derive(Debug, Default)]
struct Ledger {
    first_offer: Option<Utility>,
    last_offer: Option<Utility>,
    offers: u32,
    concessions: u32,
    yes: u32,
    no: u32,
    lone_refusals: u32,
    lone_refusals_by_issue: Vec<u32>,
}

impl Negotiator {
    /// The party, not yet in a session.
    pub fn new(setting: Arc<Setting>, me: PartyId) -> Self {
        let searches = [Audiences::Alike, Audiences::Distinguished]
            .map(|it| setting.party(me).plan(it).map(Arc::clone).map(Halves::new));
        Self {
            draw: PreferenceDraw::new(Arc::clone(&setting), me),
            setting,
            me,
            searches,
            seat: None,
        }
    }

    /// Sits down for a session: draws preferences and strategy.
    ///
    /// # Panics
    ///
    /// Only if the code of this module is wrong.
    pub fn begin(&mut self, seeds: &Seeds, replication: Replication) {
        if (self.seat.as_ref()).is_some_and(|it| it.strategist.is_none()) {
            // The panic may have left its searches half done.
            *self = Self::new(Arc::clone(&self.setting), self.me);
        }
        self.draw.draw(seeds, replication);
        let fixed = self.setting.party(self.me);
        let StrategyDraw {
            strategy,
            offering,
            acceptance,
            stream,
        } = StrategyDraw::new(&self.setting, seeds, replication, self.me);
        let spec = &fixed.strategies[strategy];
        let search_idx = match spec.offering.audiences {
            Audiences::Alike => 0,
            Audiences::Distinguished => 1,
        };
        let search = self.searches[search_idx]
            .as_mut()
            .expect("there is a plan for every strategy of the party");
        search.rebuild(self.draw.preferences());
        let best = search.best();
        let strategist = caught(|| Strategist {
            rule: (spec.offering.start)(&offering, self.setting.rules()),
            acceptance: (spec.acceptance.start)(&acceptance),
        });
        let strategist = strategist.ok();
        self.seat = Some(Seat {
            strategy,
            strategist,
            search: search_idx,
            stream,
            best_utility: self.draw.preferences().utility(best),
            ledger: Ledger::default(),
        });
    }

    /// Takes in what happened at the table.
    ///
    /// # Panics
    ///
    /// If it has not sat down.
    pub fn observe(&mut self, event: &Event) {
        let (seat, _, situation) = self.at_the_table(event.round());
        seat.ledger.note(event, &situation);
        seat.decide(|strategist, _| {
            strategist.rule.observe(event, &situation);
            strategist.acceptance.observe(event, &situation);
        });
    }

    /// Does what it is asked.
    ///
    /// # Errors
    ///
    /// [`ProtocolViolation::Panicked`] if its strategy panics, or has done so in this session.
    ///
    /// # Panics
    ///
    /// If it has not sat down.
    pub fn act(&mut self, round: u32, ask: Ask) -> Result<Action, ProtocolViolation> {
        let (seat, search, situation) = self.at_the_table(round);
        seat.decide(|strategist, stream| strategist.act(ask, &situation, search, stream))
            .ok_or(ProtocolViolation::Panicked)
    }

    /// What it tells of the session that has just ended; `news` is what it has not observed yet.
    ///
    /// There is nothing left to decide: its strategy is not told the news.
    ///
    /// # Panics
    ///
    /// If it has not sat down.
    pub fn report(&mut self, news: &[Event], ending: &Ending) -> PartyReport {
        for event in news {
            let (seat, _, situation) = self.at_the_table(event.round());
            seat.ledger.note(event, &situation);
        }
        let seat = self.seat.as_mut().expect("the party has sat down");
        let ledger = &mut seat.ledger;
        let preferences = self.draw.preferences();
        let discounted = |it: Utility| self.draw.discounted(it, ending.round());
        PartyReport {
            strategy: seat.strategy,
            reservation_value: discounted(preferences.reservation_value()),
            best_utility: seat.best_utility,
            agreement_utility: ending
                .agreement()
                .map(|it| discounted(preferences.utility(it))),
            offers: ledger.offers,
            concessions: ledger.concessions,
            conceded: ledger
                .first_offer
                .zip(ledger.last_offer)
                .map(|(first, last)| first.get() - last.get()),
            yes: ledger.yes,
            no: ledger.no,
            lone_refusals: ledger.lone_refusals,
            lone_refusals_by_issue: std::mem::take(&mut ledger.lone_refusals_by_issue),
        }
    }

    /// What it knows of its own side in a round, counted from 1.
    ///
    /// # Panics
    ///
    /// If it has not sat down.
    pub fn outlook(&mut self, round: u32) -> Outlook {
        let (_, search, _) = self.at_the_table(round);
        let best = search.best();
        Outlook {
            preferences: self.draw.preferences().clone(),
            best,
            kept: self.draw.discounted(Utility::ONE, round),
        }
    }

    /// The utility that it demands in a round, counted from 1, after all that it has seen; `None`
    /// if its strategy panics, or has done so in this session.
    ///
    /// # Panics
    ///
    /// If it has not sat down.
    pub fn aspiration(&mut self, round: u32) -> Option<Utility> {
        let (seat, search, situation) = self.at_the_table(round);
        seat.decide(|strategist, _| strategist.rule.aspiration(&situation, search))
    }

    /// Its own utility of an outcome.
    pub fn utility(&self, outcome: Outcome) -> Utility {
        self.draw.preferences().utility(outcome)
    }

    fn at_the_table(&mut self, round: u32) -> (&mut Seat, &mut dyn OutcomeSearch, Situation<'_>) {
        let seat = self.seat.as_mut().expect("the party has sat down");
        let search = self.searches[seat.search]
            .as_mut()
            .expect("there is a search for the strategy it follows");
        let situation = Situation {
            me: self.me,
            round,
            rules: self.setting.rules(),
            preferences: self.draw.preferences(),
            numbers: self.draw.numbers(),
            best_utility: seat.best_utility,
        };
        (seat, search, situation)
    }
}

impl Seat {
    /// What the strategy decides; `None` if it panics, or has panicked.
    fn decide<T>(&mut self, decision: impl FnOnce(&mut Strategist, &mut Stream) -> T) -> Option<T> {
        let mut strategist = self.strategist.take()?;
        let stream = &mut self.stream;
        let (decided, strategist) = caught(move || {
            let decided = decision(&mut strategist, stream);
            (decided, strategist)
        })
        .ok()?;
        self.strategist = Some(strategist);
        Some(decided)
    }
}

impl Strategist {
    fn act(
        &mut self,
        ask: Ask,
        situation: &Situation<'_>,
        search: &mut dyn OutcomeSearch,
        stream: &mut Stream,
    ) -> Action {
        match ask {
            Ask::Answer { offer, .. } | Ask::AcceptOrReplace { offer, .. }
                if self.accepts(offer, situation, search, stream) =>
            {
                Action::Accept
            }
            Ask::Vote { text, standing } if votes_for(text, standing, situation, stream) => {
                Action::Accept
            }
            Ask::Answer { .. } | Ask::Vote { .. } => Action::Reject,
            Ask::Offer | Ask::AcceptOrReplace { .. } => self.offer(situation, search, stream),
        }
    }

    fn offer(
        &mut self,
        situation: &Situation<'_>,
        search: &mut dyn OutcomeSearch,
        stream: &mut Stream,
    ) -> Action {
        if self.rule.is_hopeless(situation) {
            return Action::WalkOut;
        }
        self.rule
            .offer(situation, search, stream)
            .map_or(Action::WalkOut, Action::Offer)
    }

    fn accepts(
        &mut self,
        offer: Outcome,
        situation: &Situation<'_>,
        search: &mut dyn OutcomeSearch,
        stream: &Stream,
    ) -> bool {
        let mut own = OwnSide::new(&mut *self.rule, search, stream);
        situation.preferences.is_individually_rational(offer)
            && self.acceptance.accepts(offer, situation, &mut own)
    }
}

/// Whether a mediator's text is at least as good as what it would replace, or, in the final
/// vote, as no agreement. A party with a temperature may also vote for a worse variant.
fn votes_for(
    text: Outcome,
    standing: Option<Outcome>,
    situation: &Situation<'_>,
    stream: &mut Stream,
) -> bool {
    let preferences = situation.preferences;
    let Some(standing) = standing else {
        return preferences.is_individually_rational(text);
    };
    let (new, old) = (preferences.utility(text), preferences.utility(standing));
    if new >= old {
        return true;
    }
    let temperature = match &situation.rules.protocol {
        ProtocolKind::SingleText { temperatures } => temperatures[situation.me.idx()],
        ProtocolKind::ProposalAndVote
        | ProtocolKind::AlternatingOffers
        | ProtocolKind::AlternatingOffersByTurn
        | ProtocolKind::RandomProposer { .. } => 0.0,
    };
    let loss = old.get() - new.get();
    let p = concession_probability(loss, temperature, situation.relative_time());
    p > 0.0 && stream.uniform() < p
}

impl Ledger {
    fn note(&mut self, event: &Event, situation: &Situation<'_>) {
        let me = situation.me;
        match *event {
            Event::Offered {
                proposer, offer, ..
            } if proposer == me => {
                let utility = situation.preferences.utility(offer);
                self.offers += 1;
                if self.last_offer.is_some_and(|it| utility < it) {
                    self.concessions += 1;
                }
                self.first_offer.get_or_insert(utility);
                self.last_offer = Some(utility);
            }
            Event::Answered {
                proposer,
                offer,
                yes,
                no,
                answered,
                ..
            } if answered.contains(me) => {
                if yes.contains(me) {
                    self.yes += 1;
                    return;
                }
                self.no += 1;
                self.note_refusal(situation, offer, yes.with(proposer), no);
            }
            Event::Voted { yes, .. } if yes.contains(me) => self.yes += 1,
            Event::Voted {
                text,
                standing,
                yes,
                no,
                ..
            } if no.contains(me) => {
                self.no += 1;
                // Only the final vote is on an agreement.
                if standing.is_none() {
                    self.note_refusal(situation, text, yes, no);
                }
            }
            Event::Offered { .. } | Event::Answered { .. } | Event::Voted { .. } => {}
        }
    }

    /// Notes down its own no if that alone kept the outcome from being agreed.
    fn note_refusal(
        &mut self,
        situation: &Situation<'_>,
        outcome: Outcome,
        yes: PartySet,
        no: PartySet,
    ) {
        let rules = situation.rules;
        let had_it_said_yes = yes.with(situation.me);
        let stood_alone = no == PartySet::only(situation.me)
            && rules
                .consent
                .is_satisfied(&rules.space, outcome, had_it_said_yes);
        if stood_alone {
            self.lone_refusals += 1;
            self.lone_refusals_by_issue
                .resize(rules.space.n_issues(), 0);
            let issue = situation.preferences.costliest_issue(outcome);
            self.lone_refusals_by_issue[issue.idx()] += 1;
        }
    }
}
