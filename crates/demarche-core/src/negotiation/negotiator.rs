//! A party in the session: its drawn preferences, its strategy, its random numbers.

use std::sync::Arc;

use crate::domain::{Outcome, PartyId, PartySet, Preferences, Utility};
use crate::negotiation::draw::{PreferenceDraw, StrategyDraw};
use crate::negotiation::offer_changes::OfferHistory;
use crate::negotiation::panic_guard::panic_guard;
use crate::negotiation::report::PartyReport;
use crate::negotiation::setting::Setting;
use crate::protocol::{
    Action, Answers, Ending, Event, ProtocolViolation, Request, Rules, concession_probability,
};
use crate::randomness::{Replication, Seeds, Stream};
use crate::search::{Audiences, Halves, OutcomeSearch};
use crate::strategy::{AcceptanceCondition, OfferingRule, OwnSide, Situation, Turn};

/// A party in the session; sits through one session after another.
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
    state: Option<SessionState>,
}

/// What a party knows of its own side, for somebody outside who answers for it.
#[derive(Clone, Debug)]
pub struct PrivateView {
    /// Its preferences, as drawn for this session.
    pub preferences: Preferences,
    /// Its best outcome across no real red line; of several as good, the first in the order of
    /// outcomes. `None` if all are across one.
    pub best: Option<Outcome>,
    /// What a utility of this round keeps of its worth: 1 where a round more costs nothing.
    pub kept: Utility,
}

/// What a party brings to one session.
#[derive(Debug)]
struct SessionState {
    strategy: usize,
    decider: Decider,
    search: usize,
    stream: Stream,
    /// `None` if every outcome is across a red line.
    best_utility: Option<Utility>,
    counters: PartyCounters,
}

/// Decides for a party in one session.
#[derive(Debug)]
enum Decider {
    Strategy(ActiveStrategy),
    /// The code of its strategy has panicked.
    Panicked,
    /// Somebody outside, whom its driver asks.
    Outside,
}

/// The code that decides for a party in one session.
#[derive(Debug)]
struct ActiveStrategy {
    rule: Box<dyn OfferingRule>,
    acceptance: Box<dyn AcceptanceCondition>,
}

/// What a party notes down during a session, for its report.
#[derive(Debug)]
struct PartyCounters {
    first_offer: Option<Utility>,
    last_offer: Option<Utility>,
    offers: u32,
    concessions: u32,
    yes: u32,
    no: u32,
    pivotal_rejections: u32,
    pivotal_rejections_by_issue: Vec<u32>,
    offer_history: OfferHistory,
}

impl Negotiator {
    /// The party, not yet in a session.
    pub fn new(setting: Arc<Setting>, me: PartyId) -> Self {
        let searches = [Audiences::Alike, Audiences::Distinguished].map(|it| {
            setting
                .party(me)
                .search_plan(it)
                .map(Arc::clone)
                .map(Halves::new)
        });
        Self {
            draw: PreferenceDraw::new(Arc::clone(&setting), me),
            setting,
            me,
            searches,
            state: None,
        }
    }

    /// Joins a session: draws preferences and strategy.
    ///
    /// # Panics
    ///
    /// Only if the code of this module is wrong.
    pub fn begin(&mut self, seeds: &Seeds, replication: Replication) {
        if (self.state.as_ref()).is_some_and(|it| matches!(it.decider, Decider::Panicked)) {
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
        let decider = if self.setting.outside().contains(self.me) {
            Decider::Outside
        } else {
            let active_strategy = panic_guard(|| ActiveStrategy {
                rule: (spec.offering.start)(&offering, self.setting.rules()),
                acceptance: (spec.acceptance.start)(&acceptance),
            });
            active_strategy.map_or(Decider::Panicked, Decider::Strategy)
        };
        self.state = Some(SessionState {
            strategy,
            decider,
            search: search_idx,
            stream,
            best_utility: best.map(|it| self.draw.preferences().utility(it)),
            counters: PartyCounters::new(self.setting.rules()),
        });
    }

    /// Takes in what happened in the session since it last did.
    ///
    /// # Panics
    ///
    /// If it has not joined a session.
    pub fn observe(&mut self, news: &[Event]) {
        let Some(first) = news.first() else { return };
        let (decider, counters, turn) = self.at_the_table(first.round());
        counters.note(news, turn.situation);
        let situation = turn.situation;
        decider.decide(|strategy| {
            strategy.rule.observe_all(news, situation);
            strategy.acceptance.observe_all(news, situation);
        });
    }

    /// Does what it is asked.
    ///
    /// # Errors
    ///
    /// [`ProtocolViolation::Panicked`] if its strategy panics, or has done so in this session, and
    /// [`ProtocolViolation::NoAnswer`] if it is answered for from outside: then it decides nothing.
    ///
    /// # Panics
    ///
    /// If it has not joined a session.
    pub fn act(&mut self, round: u32, ask: Request) -> Result<Action, ProtocolViolation> {
        let can_agree = (self.state.as_ref()).is_some_and(|it| it.best_utility.is_some());
        let (decider, _, mut turn) = self.at_the_table(round);
        if matches!(decider, Decider::Outside) {
            return Err(ProtocolViolation::NoAnswer);
        }
        if !can_agree && matches!(ask, Request::Offer | Request::AcceptOrReplace { .. }) {
            return Ok(Action::WalkOut);
        }
        decider
            .decide(|strategy| strategy.act(ask, &mut turn))
            .ok_or(ProtocolViolation::Panicked)
    }

    /// Its report on the session that has just ended; `news` contains the events that it has not
    /// observed yet.
    ///
    /// There is nothing left to decide: its strategy does not observe the news.
    ///
    /// # Panics
    ///
    /// If it has not joined a session.
    pub fn report(&mut self, news: &[Event], ending: &Ending) -> PartyReport {
        let (_, counters, turn) = self.at_the_table(ending.round());
        counters.note(news, turn.situation);
        let state = self.state.as_mut().expect("the party has sat down");
        let counters = &mut state.counters;
        let preferences = self.draw.preferences();
        let discounted = |it: Utility| self.draw.discounted(it, ending.round());
        PartyReport {
            strategy: state.strategy,
            reservation_value: discounted(preferences.reservation_value()),
            reservation_value_before_leverage: discounted(
                preferences.reservation_value_before_leverage(),
            ),
            best_utility: state.best_utility,
            agreement_utility: ending
                .agreement()
                .map(|it| discounted(preferences.utility(it))),
            offers: counters.offers,
            concessions: counters.concessions,
            conceded: counters
                .first_offer
                .zip(counters.last_offer)
                .map(|(first, last)| first.get() - last.get()),
            yes: counters.yes,
            no: counters.no,
            pivotal_rejections: counters.pivotal_rejections,
            pivotal_rejections_by_issue: std::mem::take(&mut counters.pivotal_rejections_by_issue),
            offer_changes: counters.offer_history.changes(),
        }
    }

    /// What it knows of its own side in a round, counted from 1.
    ///
    /// # Panics
    ///
    /// If it has not joined a session.
    pub fn private_view(&mut self, round: u32) -> PrivateView {
        let (_, _, turn) = self.at_the_table(round);
        let best = turn.search.best();
        PrivateView {
            preferences: self.draw.preferences().clone(),
            best,
            kept: self.draw.discounted(Utility::ONE, round),
        }
    }

    /// The utility that it demands in a round, counted from 1, after all that it has seen; `None`
    /// if its strategy panics, or has done so in this session, or if nothing could suit the party.
    ///
    /// # Panics
    ///
    /// If it has not joined a session.
    pub fn aspiration(&mut self, round: u32) -> Option<Utility> {
        self.state.as_ref()?.best_utility?;
        let (decider, _, mut turn) = self.at_the_table(round);
        decider.decide(|strategy| strategy.rule.aspiration(&mut turn))
    }

    /// Its preferences, as drawn for this session.
    pub fn preferences(&self) -> &Preferences {
        self.draw.preferences()
    }

    /// What an agreement keeps of its utility with every round, as drawn for this session; `None`
    /// where a round more costs nothing.
    pub fn discount_factor(&self) -> Option<f64> {
        self.draw.discount_factor()
    }

    /// Its own utility of an outcome.
    pub fn utility(&self, outcome: Outcome) -> Utility {
        self.draw.preferences().utility(outcome)
    }

    /// Who decides for it and what it notes down, with its turn in a round.
    fn at_the_table(&mut self, round: u32) -> (&mut Decider, &mut PartyCounters, Turn<'_>) {
        let state = self.state.as_mut().expect("the party has sat down");
        let search = self.searches[state.search]
            .as_mut()
            .expect("there is a search for the strategy it follows");
        let situation = Situation {
            me: self.me,
            round,
            rules: self.setting.rules(),
            preferences: self.draw.preferences(),
            numbers: self.draw.numbers(),
            best_utility: state.best_utility.unwrap_or(Utility::ZERO),
        };
        let turn = Turn {
            situation,
            search,
            stream: &mut state.stream,
        };
        (&mut state.decider, &mut state.counters, turn)
    }
}

impl Decider {
    /// What the strategy decides; `None` if it panics, or has panicked, and if there is none.
    fn decide<T>(&mut self, decision: impl FnOnce(&mut ActiveStrategy) -> T) -> Option<T> {
        if !matches!(self, Self::Strategy(_)) {
            return None;
        }
        let Self::Strategy(mut strategy) = std::mem::replace(self, Self::Panicked) else {
            return None;
        };
        let (decided, strategy) = panic_guard(move || {
            let decided = decision(&mut strategy);
            (decided, strategy)
        })
        .ok()?;
        *self = Self::Strategy(strategy);
        Some(decided)
    }
}

impl ActiveStrategy {
    fn act(&mut self, ask: Request, turn: &mut Turn<'_>) -> Action {
        match ask {
            Request::Answer { offer, .. } | Request::AcceptOrReplace { offer, .. }
                if self.accepts(offer, turn) =>
            {
                Action::Accept
            }
            Request::Vote { text, standing } if votes_for(text, standing, turn) => Action::Accept,
            Request::Answer { .. } | Request::Vote { .. } => Action::Reject,
            Request::Offer | Request::AcceptOrReplace { .. } => self.offer(turn),
        }
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Action {
        if self.rule.is_hopeless(&turn.situation) {
            return Action::WalkOut;
        }
        self.rule.offer(turn).map_or(Action::WalkOut, Action::Offer)
    }

    fn accepts(&mut self, offer: Outcome, turn: &mut Turn<'_>) -> bool {
        turn.situation.preferences.is_acceptable(offer)
            && (self.acceptance).accepts(offer, &mut OwnSide::new(&mut *self.rule, turn))
    }
}

/// Whether a mediator's text is at least as good as what it would replace, or, in the final
/// vote, as no agreement. A party with a temperature may also vote for a worse variant. A text across
/// a real red line is worse than any that is not.
fn votes_for(text: Outcome, standing: Option<Outcome>, turn: &mut Turn<'_>) -> bool {
    let situation = &turn.situation;
    let preferences = situation.preferences;
    let Some(standing) = standing else {
        return preferences.is_acceptable(text);
    };
    match (preferences.allows(text), preferences.allows(standing)) {
        (true, false) => return true,
        (false, true) => return false,
        (true, true) | (false, false) => {}
    }
    let (new, old) = (preferences.utility(text), preferences.utility(standing));
    if new >= old {
        return true;
    }
    let temperature = situation.rules.protocol.temperature(situation.me);
    let loss = old.get() - new.get();
    let p = concession_probability(loss, temperature, situation.relative_time());
    p > 0.0 && turn.stream.uniform() < p
}

impl PartyCounters {
    fn new(rules: &Rules) -> Self {
        Self {
            first_offer: None,
            last_offer: None,
            offers: 0,
            concessions: 0,
            yes: 0,
            no: 0,
            pivotal_rejections: 0,
            pivotal_rejections_by_issue: Vec::new(),
            offer_history: OfferHistory::new(rules.space.n_options_total(), rules.n_parties),
        }
    }

    fn note(&mut self, news: &[Event], mut situation: Situation<'_>) {
        for event in news {
            situation.round = event.round();
            self.note_event(event, &situation);
        }
    }

    fn note_event(&mut self, event: &Event, situation: &Situation<'_>) {
        self.offer_history.observe(event, situation);
        if let Some(offer) = event.offer() {
            if offer.proposer == situation.me {
                self.note_offer(situation.preferences.utility(offer.outcome));
            }
        } else if let Some(answers) = event.answers()
            && answers.answered.contains(situation.me)
        {
            self.note_answer(situation, &answers);
        }
    }

    fn note_offer(&mut self, utility: Utility) {
        self.offers += 1;
        if self.last_offer.is_some_and(|it| utility < it) {
            self.concessions += 1;
        }
        self.first_offer.get_or_insert(utility);
        self.last_offer = Some(utility);
    }

    fn note_answer(&mut self, situation: &Situation<'_>, answers: &Answers) {
        if answers.yes.contains(situation.me) {
            self.yes += 1;
            return;
        }
        self.no += 1;
        if answers.standing.is_none() {
            let proposer = answers.proposer.map_or(PartySet::EMPTY, PartySet::only);
            let yes = answers.yes.union(proposer);
            self.note_refusal(situation, answers.outcome, yes, answers.no);
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
            self.pivotal_rejections += 1;
            self.pivotal_rejections_by_issue
                .resize(rules.space.n_issues(), 0);
            let issue = situation.preferences.costliest_issue(outcome);
            self.pivotal_rejections_by_issue[issue.idx()] += 1;
        }
    }
}
