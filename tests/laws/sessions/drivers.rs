//! Actors and the plain loop give the same sessions, whatever the scheduler does; and the laws
//! that every transcript obeys.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use demarche::actors::{ActorError, PartyActor, SessionSink, assemble, spawn};
use demarche::domain::{PartyId, PartySet, Preferences, Utility};
use demarche::negotiation::{PreferenceDraw, SessionResult, Setting};
use demarche::protocol::{Ending, Event, ProtocolKind, ProtocolViolation, Session};
use demarche::randomness::{MasterSeed, Replication, Seeds};

use crate::support::worlds::{
    RandomChoices, in_a_plain_loop, members, replaced, scenario_text, setting_of, with_correlations,
};

type Task<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
type Played = Vec<Option<(Session, SessionResult)>>;

const SETTINGS: u64 = 250;
const REPLICATIONS: u64 = 10;

fn seeds() -> Seeds {
    Seeds::new(MasterSeed(11))
}

fn replications() -> impl Iterator<Item = Replication> {
    (0..REPLICATIONS).map(Replication)
}

/// Puts a session where its replication belongs; it must come once.
fn keep(test_session: &mut Played, session: Session, result: SessionResult) {
    let idx = usize::try_from(result.replication.0).expect("a small number");
    let slot = &mut test_session[idx];
    assert!(slot.is_none(), "a session came twice");
    *slot = Some((session, result));
}

fn nothing_played() -> Played {
    replications().map(|_| None).collect()
}

#[track_caller]
fn check_same(text: &str, plain: &[(Session, SessionResult)], acted: &Played) {
    assert_eq!(plain.len(), acted.len());
    for ((session, result), acted) in plain.iter().zip(acted) {
        let (other_session, other_result) = acted.as_ref().expect("every session is played");
        assert_eq!(
            session.events(),
            other_session.events(),
            "transcripts under\n{text}"
        );
        assert_eq!(
            session.ending(),
            other_session.ending(),
            "endings under\n{text}"
        );
        assert_eq!(result, other_result, "results under\n{text}");
    }
}

/// Plays random settings by the plain loop and by `play`, which gets the tables in flight.
#[track_caller]
fn check(purpose: &str, mut play: impl FnMut(&Arc<Setting>, usize, u64) -> Played) {
    for case in 0..SETTINGS {
        let mut random = RandomChoices::new(purpose, case);
        let mut text = scenario_text(&mut random);
        if random.one_in(2) {
            text = with_correlations(&mut random, &text);
        }
        let setting = setting_of(&text);
        let plain = in_a_plain_loop(&setting, &seeds(), REPLICATIONS);
        let tables = *random.pick(&[1, 2, 16]);
        check_same(&text, &plain, &play(&setting, tables, case));
    }
}

fn play_on(runtime: &tokio::runtime::Runtime, setting: &Arc<Setting>, tables: usize) -> Played {
    let (mut session_actor, parties) = assemble(setting, tables);
    let tasks: Vec<_> = parties
        .into_iter()
        .map(|it| runtime.spawn(it.run()))
        .collect();
    let mut test_session = nothing_played();
    runtime.block_on(async {
        let done = |session, result| keep(&mut test_session, session, result);
        let ended = session_actor
            .negotiate(&seeds(), replications(), done)
            .await;
        assert_eq!(ended, Ok(()));
        drop(session_actor);
        for task in tasks {
            task.await.expect("a party's task ends without a panic");
        }
    });
    test_session
}

#[test]
fn actors_on_one_thread_play_as_the_plain_loop_does() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    check("one thread", |setting, tables, _| {
        play_on(&runtime, setting, tables)
    });
}

#[test]
fn actors_on_two_threads_play_as_the_plain_loop_does() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    check("two threads", |setting, tables, _| {
        play_on(&runtime, setting, tables)
    });
}

/// Remembers that a task asked to be polled again.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Polls tasks until the first has ended, in random order: some that were woken have to wait, some
/// that were not are polled all the same.
#[track_caller]
fn run_at_random(random: &mut RandomChoices, tasks: &mut [Option<Task<'_>>]) {
    let flags: Vec<Arc<Flag>> = tasks
        .iter()
        .map(|_| Arc::new(Flag(AtomicBool::new(true))))
        .collect();
    while tasks[0].is_some() {
        let is_woken = |idx: usize| flags[idx].0.load(Ordering::SeqCst);
        let anyone = (0..tasks.len()).any(|idx| tasks[idx].is_some() && is_woken(idx));
        assert!(anyone, "no task is woken, and the first has not ended");
        let idx = random.below(tasks.len());
        let skips = random.one_in(3);
        let is_spurious = random.one_in(4);
        if skips || !(is_woken(idx) || is_spurious) {
            continue;
        }
        flags[idx].0.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&flags[idx]));
        if let Some(task) = &mut tasks[idx]
            && task
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_ready()
        {
            tasks[idx] = None;
        }
    }
}

#[test]
fn a_scheduler_that_yields_at_random_changes_nothing() {
    check("random scheduler", |setting, tables, case| {
        let mut random = RandomChoices::new("scheduler", case);
        let (mut session_actor, parties) = assemble(setting, tables);
        let mut test_session = nothing_played();
        let seeds = seeds();
        {
            let done = |session, result| keep(&mut test_session, session, result);
            let negotiation = session_actor.negotiate(&seeds, replications(), done);
            let first: Task<'_> = Box::pin(async {
                assert_eq!(negotiation.await, Ok(()));
            });
            let mut tasks = vec![Some(first)];
            tasks.extend(
                parties
                    .into_iter()
                    .map(|it| Some(Box::pin(it.run()) as Task<'_>)),
            );
            run_at_random(&mut random, &mut tasks);
        }
        test_session
    });
}

#[test]
fn a_party_ends_once_the_session_actor_is_gone() {
    for case in 0..20 {
        let setting = setting_of(&scenario_text(&mut RandomChoices::new("gone", case)));
        let (session_actor, parties) = assemble(&setting, 2);
        let mut parties: Vec<Task<'_>> = parties
            .into_iter()
            .map(|it| Box::pin(it.run()) as Task<'_>)
            .collect();
        let mut poll = |idx: usize| {
            let mut context = Context::from_waker(Waker::noop());
            parties[idx].as_mut().poll(&mut context)
        };
        let n_parties = setting.scenario().parties.len();
        assert!((0..n_parties).all(|it| poll(it) == Poll::Pending));
        drop(session_actor);
        assert!((0..n_parties).all(|it| poll(it) == Poll::Ready(())));
    }
}

#[test]
fn a_party_that_is_gone_is_named() {
    let setting = setting_of(crate::support::worlds::TWO_VILLAGES);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let (mut session_actor, mut parties) = assemble(&setting, 2);
    let upper = parties.remove(0);
    drop(parties);
    runtime.spawn(upper.run());
    let ended =
        runtime.block_on(session_actor.negotiate(&seeds(), replications(), |_, _| unreachable!()));
    let party = PartyId::new(1);
    assert_eq!(ended, Err(ActorError::PartyGone { party }));
}

/// A party whose task ends when it has been polled so often.
async fn mortal(party: PartyActor, mut polls: usize) {
    let mut run = Box::pin(party.run());
    poll_fn(|context| {
        if polls == 0 {
            return Poll::Ready(());
        }
        polls -= 1;
        run.as_mut().poll(context)
    })
    .await;
}

#[test]
fn a_party_whose_task_ends_forfeits_what_is_under_way_and_another_takes_its_place() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut n_forfeits = 0;
    for case in 0..SETTINGS {
        let mut random = RandomChoices::new("mortal", case);
        let text = scenario_text(&mut random);
        let setting = &setting_of(&text);
        let (session_actor, mut parties) = assemble(setting, *random.pick(&[1, 2, 16]));
        let party = PartyId::new(random.below(parties.len()));
        let dying = parties.remove(party.idx());
        runtime.spawn(mortal(dying, random.below(30)));
        for it in parties {
            runtime.spawn(it.run());
        }
        let handle = runtime.handle().clone();
        let mut session_actor = session_actor.with_stand_ins(move |it| {
            handle.spawn(it.run());
        });
        let mut test_session = nothing_played();
        let done = |session, result| keep(&mut test_session, session, result);
        let seeds = seeds();
        let negotiation = session_actor.negotiate(&seeds, replications(), done);
        assert_eq!(runtime.block_on(negotiation), Ok(()));
        let plain = in_a_plain_loop(setting, &seeds, REPLICATIONS);
        for ((_, expected), slot) in plain.iter().zip(&test_session) {
            let (_, result) = slot.as_ref().expect("every session is played");
            if let Ending::Forfeit {
                party: by,
                violation,
                ..
            } = &result.ending
            {
                assert_eq!((*by, violation), (party, &ProtocolViolation::NoAnswer));
                let strategies = |it: &SessionResult| -> Vec<usize> {
                    it.parties.iter().map(|it| it.strategy).collect()
                };
                assert_eq!(strategies(result), strategies(expected), "all report");
                n_forfeits += 1;
            } else {
                assert_eq!(
                    result, expected,
                    "other sessions are what they were under\n{text}"
                );
            }
        }
    }
    assert!(n_forfeits > 100, "{n_forfeits} forfeits");
}

// ---- Events that leave a session while it is under way.

/// What a sink heard of sessions: their events and their results, by replication.
#[derive(Default)]
struct Heard(
    BTreeMap<Replication, (Vec<Event>, Option<SessionResult>)>,
    usize,
);

impl SessionSink for Heard {
    fn hear(&mut self, replication: Replication, first: u64, events: &[Event]) {
        let (so_far, result) = self.0.entry(replication).or_default();
        assert_eq!(so_far.len() as u64, first, "they come in order");
        assert!(result.is_none(), "they come before the result");
        so_far.extend(events);
        self.1 = self.1.max(events.len());
    }

    fn end(&mut self, result: SessionResult) {
        let (_, slot) = self
            .0
            .get_mut(&result.replication)
            .expect("it was heard of");
        assert!(slot.replace(result).is_none(), "a session came twice");
    }
}

/// Two villages that never give way, under a protocol of 9000 rounds.
fn stubborn(protocol: &str) -> Arc<Setting> {
    let text: String = crate::support::worlds::TWO_VILLAGES
        .lines()
        .map(|it| match it.split_once(" = {") {
            Some(("time_dependent" | "trade_off", _)) => "tough = {}\n".to_owned(),
            _ => format!("{it}\n"),
        })
        .collect();
    let rules = "[protocol.alternating_offers]\ndeadline_rounds = 20";
    setting_of(&replaced(
        &text,
        rules,
        &format!("{protocol}\ndeadline_rounds = 9000"),
    ))
}

#[test]
fn events_that_leave_a_long_session_are_those_of_the_plain_loop() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for protocol in [
        "[protocol.alternating_offers]",
        "[protocol.proposal_and_vote]",
        // The lower village is never asked.
        "[[consent]]\nparty = \"upper\"\n[protocol.single_text]",
    ] {
        let setting = stubborn(protocol);
        let plain = in_a_plain_loop(&setting, &seeds(), 3);
        let mut session_actor = spawn(runtime.handle(), &setting, 2);
        let mut heard = Heard::default();
        let seeds = seeds();
        let replications = (0..3).map(Replication);
        let negotiation = session_actor.negotiate_into(&seeds, replications, &mut heard);
        assert_eq!(runtime.block_on(negotiation), Ok(()));
        for (session, result) in &plain {
            let (events, other) = &heard.0[&result.replication];
            assert!(session.events() == events, "{protocol}");
            assert_eq!(other.as_ref(), Some(result), "{protocol}");
        }
        assert!(heard.1 < 5000, "{protocol}: {} at once", heard.1);
    }
}

#[test]
fn nobody_takes_the_place_of_a_party_in_a_session_that_has_let_go_of_events() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let setting = stubborn("[protocol.alternating_offers]");
    let (session_actor, mut parties) = assemble(&setting, 1);
    let dying = parties.remove(1);
    runtime.spawn(mortal(dying, 8000));
    runtime.spawn(parties.remove(0).run());
    let handle = runtime.handle().clone();
    let mut session_actor = session_actor.with_stand_ins(move |it| {
        handle.spawn(it.run());
    });
    let mut heard = Heard::default();
    let seeds = seeds();
    let negotiation = session_actor.negotiate_into(&seeds, [Replication(0)], &mut heard);
    let party = PartyId::new(1);
    assert_eq!(
        runtime.block_on(negotiation),
        Err(ActorError::PartyGone { party })
    );
}

#[test]
fn a_stand_in_that_never_answers_ends_it() {
    let setting = setting_of(crate::support::worlds::TWO_VILLAGES);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let (session_actor, _) = assemble(&setting, 2);
    let mut session_actor = session_actor.with_stand_ins(drop);
    let ended =
        runtime.block_on(session_actor.negotiate(&seeds(), replications(), |_, _| unreachable!()));
    let party = PartyId::new(0);
    assert_eq!(ended, Err(ActorError::PartyGone { party }));
}

// ---- Laws of transcripts.

/// One session with what each party wanted in it.
struct Record<'a> {
    setting: &'a Setting,
    preferences: Vec<Preferences>,
    draws: &'a [PreferenceDraw],
    session: &'a Session,
    result: &'a SessionResult,
}

/// Checks a law over random sessions.
#[track_caller]
fn check_law(law: impl Fn(&Record<'_>)) {
    for case in 0..SETTINGS {
        let setting = setting_of(&scenario_text(&mut RandomChoices::new("laws", case)));
        let mut draws: Vec<PreferenceDraw> = setting
            .scenario()
            .party_ids()
            .map(|it| PreferenceDraw::new(Arc::clone(&setting), it))
            .collect();
        for (session, result) in &in_a_plain_loop(&setting, &seeds(), REPLICATIONS) {
            let preferences = draws
                .iter_mut()
                .map(|it| it.draw(&seeds(), result.replication).clone())
                .collect();
            law(&Record {
                setting: &setting,
                preferences,
                draws: &draws,
                session,
                result,
            });
        }
    }
}

/// Whether no agreement could satisfy the party.
fn is_hopeless(it: &Record<'_>, party: PartyId) -> bool {
    let floor = it.preferences[party.idx()].reservation_value();
    it.result.parties[party.idx()]
        .best_utility
        .is_none_or(|it| it < floor)
}

#[test]
fn nobody_offers_or_accepts_below_its_reservation_value_or_across_its_red_lines() {
    check_law(|it| {
        for event in it.session.events() {
            let (consenting, offer) = match *event {
                // One of NegMAS's offers its best where nothing is good enough.
                Event::Offered { proposer, .. } if is_hopeless(it, proposer) => continue,
                Event::Offered {
                    proposer, offer, ..
                } => (PartySet::only(proposer), offer),
                Event::Answered { yes, offer, .. } => (yes, offer),
                // A vote on a variant is about which text is better, the final one about agreeing.
                Event::Voted {
                    standing: Some(_), ..
                } => continue,
                Event::Voted { yes, text, .. } => (yes, text),
            };
            for party in consenting.iter() {
                assert!(it.preferences[party.idx()].is_acceptable(offer));
            }
        }
    });
}

#[test]
fn an_agreement_has_the_consent_it_needs_and_comes_at_once() {
    check_law(|it| {
        let rules = it.setting.rules();
        let events = it.session.events();
        for (idx, event) in events.iter().enumerate() {
            let (offer, yes, no, answered, consenting) = match *event {
                Event::Answered {
                    proposer,
                    offer,
                    yes,
                    no,
                    answered,
                    ..
                } => (offer, yes, no, answered, yes.with(proposer)),
                Event::Voted {
                    text,
                    standing: None,
                    yes,
                    no,
                    ..
                } => (text, yes, no, yes.union(no), yes),
                Event::Offered { .. } | Event::Voted { .. } => continue,
            };
            assert!(yes.intersection(no).is_empty());
            assert!(yes.union(no).contains_all(answered));
            // A text in which nobody has a say is not agreed.
            let enough = !consenting.is_empty()
                && rules.consent.is_satisfied(&rules.space, offer, consenting);
            let is_last = idx + 1 == events.len();
            if is_last && enough {
                assert_eq!(it.result.ending.agreement(), Some(offer));
            } else {
                assert!(!enough, "the session went on after it had been agreed");
            }
        }
        if let Ending::Agreement {
            proposer: by,
            outcome,
            ..
        } = it.result.ending
        {
            let last = events.last();
            let consent = match last {
                Some(Event::Answered {
                    offer, proposer, ..
                }) => Some((*offer, Some(*proposer))),
                Some(Event::Voted { text, .. }) => Some((*text, None)),
                Some(Event::Offered { .. }) | None => None,
            };
            assert_eq!(consent, Some((outcome, by)), "it follows the last answer");
        }
    });
}

#[test]
fn rounds_rise_to_the_deadline_and_no_further() {
    check_law(|it| {
        let events = it.session.events();
        assert!(events.is_sorted_by_key(Event::round));
        let last = events.last().map_or(1, Event::round);
        let ending = &it.result.ending;
        assert!((1..=it.setting.rules().deadline_rounds).contains(&ending.round()));
        assert!(ending.round() == last || ending.round() == last + 1);
        if matches!(ending, Ending::Deadline { .. }) {
            assert_eq!(ending.round(), it.setting.rules().deadline_rounds);
        }
        assert!(
            !matches!(ending, Ending::Forfeit { .. }),
            "known strategies keep to the rules"
        );
    });
}

#[test]
fn parties_take_turns_in_file_order() {
    check_law(|it| {
        let rules = it.setting.rules();
        let n = rules.n_parties;
        let turns_of_a_round = match rules.protocol {
            ProtocolKind::ProposalAndVote | ProtocolKind::AlternatingOffers => n,
            ProtocolKind::AlternatingOffersByTurn => 1,
            ProtocolKind::RandomProposer { .. } | ProtocolKind::SingleText { .. } => return,
        };
        // Who acts in turn and when: offers, and acceptances where those are turns of their own.
        let mut turns: Vec<(u32, PartyId)> = Vec::new();
        for event in it.session.events() {
            match *event {
                Event::Offered {
                    round, proposer, ..
                } => turns.push((round, proposer)),
                Event::Answered {
                    round,
                    answered,
                    no,
                    ..
                } => {
                    if rules.protocol.is_alternating() && no.is_empty() {
                        turns.extend(answered.iter().map(|it| (round, it)));
                    }
                }
                Event::Voted { .. } => {}
            }
        }
        for (idx, (round, party)) in turns.into_iter().enumerate() {
            assert_eq!(party.idx(), idx % n);
            assert_eq!(round as usize, idx / turns_of_a_round + 1);
        }
    });
}

#[test]
fn only_a_party_that_nothing_could_satisfy_walks_out() {
    check_law(|it| {
        if let Ending::Walkout { party, .. } = it.result.ending {
            assert!(is_hopeless(it, party));
        }
    });
}

#[test]
fn reports_tell_what_was_drawn_and_said() {
    check_law(|it| {
        let events = it.session.events();
        assert_eq!(it.result.n_offers, Event::count_offers(events));
        assert_eq!(it.result.parties.len(), it.preferences.len());
        for (idx, (report, preferences)) in
            it.result.parties.iter().zip(&it.preferences).enumerate()
        {
            let me = PartyId::new(idx);
            let agreement = it.result.ending.agreement();
            let round = it.result.ending.round();
            let discounted = |utility| it.draws[idx].discounted(utility, round);
            assert_eq!(
                report.reservation_value,
                discounted(preferences.reservation_value())
            );
            assert_eq!(
                report.agreement_utility,
                agreement.map(|it| discounted(preferences.utility(it)))
            );
            let best = preferences
                .space()
                .outcomes()
                .filter(|&it| preferences.allows(it))
                .map(|it| preferences.utility(it))
                .max();
            assert_eq!(report.best_utility, best);
            let offers: Vec<Utility> = events
                .iter()
                .filter_map(|it| match *it {
                    Event::Offered {
                        proposer, offer, ..
                    } => (proposer == me).then(|| preferences.utility(offer)),
                    Event::Answered { .. } | Event::Voted { .. } => None,
                })
                .collect();
            assert_eq!(report.offers as usize, offers.len());
            let steps_down = offers.windows(2).filter(|it| it[1] < it[0]).count();
            assert_eq!(report.concessions as usize, steps_down);
            let said = |wanted: bool| {
                let mine = events.iter().filter(|it| match it {
                    Event::Answered { yes, answered, .. } => {
                        answered.contains(me) && yes.contains(me) == wanted
                    }
                    Event::Voted { yes, no, .. } => {
                        let (said, kept) = if wanted { (yes, no) } else { (no, yes) };
                        said.contains(me) && !kept.contains(me)
                    }
                    Event::Offered { .. } => false,
                });
                mine.count()
            };
            assert_eq!(report.yes as usize, said(true));
            assert_eq!(report.no as usize, said(false));
            assert!(report.pivotal_rejections <= report.no);
            assert_eq!(
                report.pivotal_rejections_by_issue.iter().sum::<u32>(),
                report.pivotal_rejections
            );
        }
    });
}

#[test]
fn only_those_who_are_needed_or_counted_are_asked() {
    check_law(|it| {
        let rules = it.setting.rules();
        for event in it.session.events() {
            let (answered, asked) = match *event {
                Event::Answered {
                    proposer,
                    offer,
                    answered,
                    ..
                } if !rules.protocol.is_alternating() => {
                    let asked = rules.consent.asked(&rules.space, offer);
                    (answered, asked.without(proposer))
                }
                Event::Voted { text, yes, no, .. } => {
                    (yes.union(no), rules.consent.asked(&rules.space, text))
                }
                Event::Offered { .. } | Event::Answered { .. } => continue,
            };
            assert_eq!(members(answered), members(asked));
        }
    });
}

#[test]
fn a_drawn_proposer_has_the_round_to_itself() {
    check_law(|it| {
        let ProtocolKind::RandomProposer { recognition } = &it.setting.rules().protocol else {
            return;
        };
        let offers = it.session.events().iter().filter_map(|it| match *it {
            Event::Offered {
                round, proposer, ..
            } => Some((round, proposer)),
            Event::Answered { .. } | Event::Voted { .. } => None,
        });
        for (expected, (round, proposer)) in (1..).zip(offers) {
            assert_eq!(round, expected);
            assert!(recognition[proposer.idx()] > 0.0);
        }
    });
}

#[test]
fn a_single_text_changes_one_issue_at_a_time_and_only_with_consent() {
    check_law(|it| {
        let rules = it.setting.rules();
        let ProtocolKind::SingleText { temperatures } = &rules.protocol else {
            return;
        };
        let space = &rules.space;
        let mut expected = None;
        for event in it.session.events() {
            let Event::Voted {
                round,
                text,
                standing,
                yes,
                no,
            } = *event
            else {
                unreachable!("a mediator's parties only vote");
            };
            let before = standing.unwrap_or(text);
            assert_eq!(standing.is_none(), round == rules.deadline_rounds);
            assert!(expected.is_none_or(|it| it == before), "nobody else writes");
            let changed = space
                .issues()
                .filter(|&it| space.option(before, it) != space.option(text, it));
            let is_fixed = space.n_outcomes() == 1 || standing.is_none();
            assert_eq!(changed.count(), usize::from(!is_fixed));
            for party in yes.union(no).iter() {
                let mine = &it.preferences[party.idx()];
                let is_better = match standing {
                    Some(standing) => {
                        let place = |it| (mine.allows(it), mine.utility(it));
                        place(text) >= place(standing)
                    }
                    None => mine.is_acceptable(text),
                };
                // A temperature leads across no red line.
                let is_annealer = standing.is_some_and(|it| mine.allows(it) == mine.allows(text))
                    && temperatures[party.idx()] > 0.0;
                assert!(is_better == yes.contains(party) || is_annealer && !is_better);
            }
            let is_taken = !yes.is_empty() && rules.consent.is_satisfied(space, text, yes);
            expected = Some(if is_taken { text } else { before });
            if standing.is_none() {
                assert_eq!(it.result.ending.agreement().is_some(), is_taken);
            }
        }
        assert_eq!(it.result.n_offers, 0);
    });
}

#[test]
fn random_sessions_end_in_every_lawful_way() {
    let mut endings = [0_u32; 4];
    for case in 0..SETTINGS {
        let setting = setting_of(&scenario_text(&mut RandomChoices::new("laws", case)));
        for (_, result) in in_a_plain_loop(&setting, &seeds(), REPLICATIONS) {
            endings[result.ending.idx()] += 1;
        }
    }
    // A law over sessions that all end alike would say little.
    assert!(endings[..3].iter().all(|&it| it > 100), "{endings:?}");
    assert_eq!(endings[3], 0);
}
