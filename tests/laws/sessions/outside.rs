//! Parties that are answered for from outside: who decides as a strategy does has its sessions, and
//! what was replied is enough to have them again.

use std::fs;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use demarche::actors::{
    MessageKind, OutsideMessage, OutsideParties, OutsideParty, OutsideReply, PartyReply,
    SessionSink, spawn_with,
};
use demarche::domain::{PartyId, PartySet};
use demarche::experiment::{CellId, Interrupt};
use demarche::negotiation::{Negotiator, SessionResult, Setting};
use demarche::protocol::{Action, Ending, Event, ProtocolViolation};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::run::{
    InterruptedRun, Manifest, Observer, Progress, RecordedReplies, RecordedRows, RunError,
    RunOptions, RunRequest, RunSpec, execute, resume,
};
use tempfile::TempDir;

use crate::support::worlds::{
    RandomChoices, TWO_VILLAGES, in_a_plain_loop, scenario_text, setting_of,
};

const SETTINGS: u64 = 120;
const REPLICATIONS: u64 = 8;

fn seeds() -> Seeds {
    Seeds::new(MasterSeed(11))
}

/// Decides as the party's strategy does: it has the seeds, which nobody outside has.
struct Insider {
    setting: Arc<Setting>,
    party: PartyId,
    seeds: Seeds,
    /// The sessions that it is in, with what decides in each.
    sessions: Vec<(u64, Negotiator)>,
}

impl Insider {
    fn boxed(setting: &Arc<Setting>, party: PartyId, seeds: Seeds) -> Box<dyn OutsideParty> {
        Box::new(Self {
            setting: Arc::clone(setting),
            party,
            seeds,
            sessions: Vec::new(),
        })
    }
}

impl OutsideParty for Insider {
    fn answer(&mut self, messages: &[OutsideMessage<'_>]) -> Vec<OutsideReply> {
        let mut replies = Vec::new();
        for OutsideMessage { session, kind } in messages {
            let place = self.sessions.iter().position(|it| it.0 == *session);
            match kind {
                MessageKind::Begin(begin) => {
                    assert_eq!((place, begin.party), (None, self.party));
                    let mut negotiator = Negotiator::new(Arc::clone(&self.setting), self.party);
                    negotiator.begin(&self.seeds, Replication(*session));
                    assert_eq!(negotiator.preferences(), begin.preferences);
                    assert_eq!(negotiator.discount_factor(), begin.discount_factor);
                    self.sessions.push((*session, negotiator));
                }
                MessageKind::Event(event) => {
                    let (_, negotiator) = &mut self.sessions[place.expect("it has begun")];
                    negotiator.observe(&[**event]);
                }
                MessageKind::Turn { round, ask } => {
                    let (_, negotiator) = &mut self.sessions[place.expect("it has begun")];
                    replies.push(OutsideReply {
                        acted: negotiator.act(*round, *ask),
                        text: None,
                    });
                }
                MessageKind::End(_) => {
                    self.sessions.swap_remove(place.expect("it has begun"));
                }
                _ => unreachable!("there is no other message"),
            }
        }
        replies
    }
}

/// What comes of sessions.
#[derive(Default)]
struct Kept {
    results: Vec<SessionResult>,
    replies: Vec<(Replication, PartyReply)>,
}

impl SessionSink for Kept {
    fn hear(&mut self, _: Replication, _: u64, _: &[Event]) {}

    fn replied(&mut self, replication: Replication, replies: Vec<PartyReply>) {
        self.replies
            .extend(replies.into_iter().map(|it| (replication, it)));
    }

    fn end(&mut self, result: SessionResult) {
        self.results.push(result);
    }
}

fn played(setting: &Arc<Setting>, tables: usize, outside: &OutsideParties) -> Kept {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let started = outside.start();
    let mut session_actor = spawn_with(runtime.handle(), setting, tables, (&started, 0));
    let mut kept = Kept::default();
    let replications = (0..REPLICATIONS).map(Replication);
    let seeds = seeds();
    let ended = session_actor.negotiate_into(&seeds, replications, &mut kept);
    runtime.block_on(ended).unwrap();
    kept.results.sort_by_key(|it| it.replication);
    kept
}

/// The same setting with some of its parties, at least one, from outside.
fn with_some_outside(random: &mut RandomChoices, setting: &Arc<Setting>) -> Arc<Setting> {
    let ids: Vec<PartyId> = setting.scenario().party_ids().collect();
    let mut some: PartySet = ids.iter().copied().filter(|_| random.one_in(2)).collect();
    some = some.with(*random.pick(&ids));
    Arc::new(Setting::clone(setting).with_outside(some))
}

fn insiders(setting: &Arc<Setting>, parties: PartySet) -> OutsideParties {
    let mut res = OutsideParties::default();
    for party in parties.iter() {
        let setting = Arc::clone(setting);
        res = res.with(party, move || Insider::boxed(&setting, party, seeds()));
    }
    res
}

#[test]
fn a_party_from_outside_that_decides_as_its_strategy_does_has_the_same_sessions() {
    for case in 0..SETTINGS {
        let mut random = RandomChoices::new("outside", case);
        let text = scenario_text(&mut random);
        let setting = setting_of(&text);
        let from_outside = with_some_outside(&mut random, &setting);
        let outside = insiders(&setting, from_outside.outside());
        let tables = *random.pick(&[1, 3, 16]);
        let kept = played(&from_outside, tables, &outside);
        let plain = in_a_plain_loop(&setting, &seeds(), REPLICATIONS);
        let plain: Vec<_> = plain.into_iter().map(|it| it.1).collect();
        assert_eq!(kept.results, plain, "{text}");
    }
}

#[test]
fn without_anybody_outside_a_party_forfeits() {
    let setting = setting_of(TWO_VILLAGES);
    let party = PartyId::new(1);
    let from_outside = Setting::clone(&setting).with_outside(PartySet::only(party));
    let from_outside = Arc::new(from_outside);
    let kept = played(&from_outside, 4, &OutsideParties::default());
    let plain = in_a_plain_loop(&from_outside, &seeds(), REPLICATIONS);
    for (result, (_, plain)) in kept.results.iter().zip(&plain) {
        assert_eq!(result, plain);
        let Ending::Forfeit {
            party: by,
            violation,
            ..
        } = &result.ending
        else {
            panic!("{:?}", result.ending);
        };
        assert_eq!((*by, violation), (party, &ProtocolViolation::NoAnswer));
    }
}

/// Decides by a function of the session's number, and panics where it has nothing.
struct Erratic(fn(u64) -> Option<OutsideReply>);

impl OutsideParty for Erratic {
    fn answer(&mut self, messages: &[OutsideMessage<'_>]) -> Vec<OutsideReply> {
        let turns = messages.iter().filter(|it| it.is_turn());
        let replies = turns.map(|it| (self.0)(it.session).expect("it has an answer"));
        replies.collect()
    }
}

#[test]
fn a_panic_outside_forfeits_what_was_asked_and_nothing_else() {
    let setting = setting_of(TWO_VILLAGES);
    let party = PartyId::new(0);
    let setting = Setting::clone(&setting).with_outside(PartySet::only(party));
    let leave = |session: u64| (session != 3).then(|| Action::WalkOut.into());
    let outside = OutsideParties::default().with(party, move || Box::new(Erratic(leave)));
    let kept = played(&Arc::new(setting), 1, &outside);
    for result in &kept.results {
        let expected = match result.replication.0 {
            3 => Ending::Forfeit {
                round: 1,
                party,
                violation: ProtocolViolation::Panicked,
            },
            _ => Ending::Walkout { round: 1, party },
        };
        assert_eq!(result.ending, expected);
    }
    assert_eq!(kept.replies.len() as u64, REPLICATIONS);
}

#[test]
fn a_partys_number_is_its_own_and_that_of_the_session() {
    let setting = setting_of(TWO_VILLAGES);
    let seed = |seeds: &Seeds, replication, party| {
        setting.outside_seed(seeds, Replication(replication), PartyId::new(party))
    };
    let first = seed(&seeds(), 0, 0);
    assert_eq!(first, seed(&seeds(), 0, 0));
    let other_master = Seeds::new(MasterSeed(12));
    let others = [
        seed(&seeds(), 1, 0),
        seed(&seeds(), 0, 1),
        seed(&other_master, 0, 0),
    ];
    assert!(!others.contains(&first));
}

const SESSIONS: u64 = 600;

/// A batch in which the first village is answered for from outside.
fn outside_spec() -> RunSpec {
    let request = RunRequest {
        sessions: Some(SESSIONS),
        outside: [("upper".to_owned(), "an insider".to_owned())].into(),
        ..RunRequest::batch("villages.toml")
    };
    RunSpec::load(request, &|_| Ok(TWO_VILLAGES.to_owned()), &mut ()).unwrap()
}

/// Who answers in it, and says something to all that it does.
fn options(threads: usize, says: Option<&'static str>) -> RunOptions {
    let spec = outside_spec();
    let cell = &spec.plan().cells()[0];
    let party = PartyId::new(0);
    let (setting, seeds) = (Setting::clone(&cell.setting), cell.seeds);
    let setting = Arc::new(setting.with_outside(PartySet::EMPTY));
    let make = move || -> Box<dyn OutsideParty> {
        let insider = Insider::boxed(&setting, party, seeds);
        Box::new(Talking(insider, says))
    };
    RunOptions {
        threads,
        outside: OutsideParties::default().with(party, make),
        ..RunOptions::default()
    }
}

fn run_outside(folder: &Path, threads: usize, says: Option<&'static str>) -> Manifest {
    let finished = execute(&outside_spec(), folder, &options(threads, says), &mut ()).unwrap();
    finished.results.unwrap().manifest
}

/// Says something to all that it does.
struct Talking(Box<dyn OutsideParty>, Option<&'static str>);

impl OutsideParty for Talking {
    fn answer(&mut self, messages: &[OutsideMessage<'_>]) -> Vec<OutsideReply> {
        let mut replies = self.0.answer(messages);
        for it in &mut replies {
            it.text = self.1.map(str::to_owned);
        }
        replies
    }
}

fn table(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn a_run_with_a_party_from_outside_has_the_tables_of_one_without_and_its_replies() {
    let folder = TempDir::new().unwrap();
    let [outside, alone] = ["outside", "alone"].map(|it| folder.path().join(it));
    let manifest = run_outside(&outside, 2, Some("a \"word\",\nand more"));
    let record = manifest.outside.unwrap();
    assert!(record.reproducible && record.forfeits_that_may_not_recur == 0);
    assert_eq!(record.parties["upper"], "an insider");
    let request = RunRequest {
        sessions: Some(SESSIONS),
        ..RunRequest::batch("villages.toml")
    };
    let spec = RunSpec::load(request, &|_| Ok(TWO_VILLAGES.to_owned()), &mut ()).unwrap();
    execute(&spec, &alone, &RunOptions::default(), &mut ()).unwrap();
    for name in ["sessions.csv", "failures.csv", "rounds.csv", "blockers.csv"] {
        assert!(table(&outside, name) == table(&alone, name), "{name}");
    }
    let parties = table(&alone, "parties.csv");
    let lines = parties.lines().map(|it| {
        let followed = ["time_dependent", "trade_off"];
        let of_upper = followed.map(|strategy| format!(",upper,{strategy},"));
        let found = of_upper.iter().find(|found| it.contains(*found));
        found.map_or(it.to_owned(), |found| it.replace(found, ",upper,outside,")) + "\n"
    });
    assert!(table(&outside, "parties.csv") == lines.collect::<String>());
    assert!(!alone.join("replies.csv").exists());
    let replies = table(&outside, "replies.csv");
    assert!(replies.lines().count() as u64 > SESSIONS);
    assert!(replies.contains(r#","a ""word"",\nand more","#));
}

#[test]
fn replies_in_a_table_are_enough_to_have_the_sessions_again() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    let manifest = run_outside(&run, 2, None);
    let setting = setting_of(TWO_VILLAGES);
    let party = PartyId::new(0);
    let from_outside = Arc::new(Setting::clone(&setting).with_outside(PartySet::only(party)));
    let seeds = Seeds::new(MasterSeed(manifest.seed.parse().unwrap()));
    let plain = in_a_plain_loop(&setting, &seeds, REPLICATIONS);
    for (replication, (_, plain)) in (0..).zip(&plain) {
        let file = fs::File::open(run.join("replies.csv")).unwrap();
        let rows = RecordedRows::find(BufReader::new(file), CellId(0), replication).unwrap();
        let replies = RecordedReplies::read(&rows, from_outside.scenario()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let started = replies.answering(from_outside.outside()).start();
        let mut actor = spawn_with(runtime.handle(), &from_outside, 1, (&started, 0));
        let mut kept = Kept::default();
        let ended = actor.negotiate_into(&seeds, [Replication(replication)], &mut kept);
        runtime.block_on(ended).unwrap();
        assert_eq!(kept.results, std::slice::from_ref(plain));
    }
}

#[test]
fn the_tables_of_a_run_with_a_party_from_outside_do_not_depend_on_threads() {
    let folder = TempDir::new().unwrap();
    let [one, two] = ["one", "two"].map(|it| folder.path().join(it));
    run_outside(&one, 1, Some("yes"));
    run_outside(&two, 3, Some("yes"));
    check_same_tables(&one, &two);
}

#[track_caller]
fn check_same_tables(one: &Path, other: &Path) {
    let tables = fs::read_dir(one).unwrap().map(|it| it.unwrap().path());
    let tables: Vec<_> = tables
        .filter(|it| it.extension().is_some_and(|it| it == "csv"))
        .collect();
    assert!(tables.len() > 10);
    for path in tables {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(table(one, name) == table(other, name), "{name}");
    }
}

#[test]
fn a_run_needs_somebody_to_answer_for_its_parties_from_outside() {
    let load = |name: &str, shard: Option<&str>| {
        let request = RunRequest {
            outside: [(name.to_owned(), "nobody".to_owned())].into(),
            shard: shard.map(str::to_owned),
            ..RunRequest::batch("villages.toml")
        };
        RunSpec::load(request, &|_| Ok(TWO_VILLAGES.to_owned()), &mut ())
    };
    let error = load("uper", None).unwrap_err().to_string();
    assert_eq!(
        error,
        "there is no party `uper` in the scenario; its parties are upper, lower"
    );
    let error = load("upper", Some("1/2")).unwrap_err().to_string();
    assert!(error.contains("cannot be cut into shards"), "{error}");
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("run");
    let spec = load("upper", None).unwrap();
    let error = execute(&spec, &path, &RunOptions::default(), &mut ()).unwrap_err();
    let expected = "nobody answers for `upper`, a party from outside";
    assert_eq!(error.to_string(), expected);
    assert!(!path.exists());
}

/// Interrupts a run once some sessions are in its tables.
struct Interrupting(Interrupt);

impl Observer for Interrupting {
    fn progressed(&mut self, progress: Progress<'_>) {
        if let Progress::Cells { n_sessions, .. } = progress
            && n_sessions >= SESSIONS / 3
        {
            self.0.request();
        }
    }
}

#[test]
fn a_resumed_run_with_a_party_from_outside_has_the_tables_of_one_in_one_go() {
    let folder = TempDir::new().unwrap();
    let [whole, stopped] = ["whole", "stopped"].map(|it| folder.path().join(it));
    run_outside(&whole, 1, Some("yes"));
    let (spec, options) = (outside_spec(), options(1, Some("yes")));
    let mut observer = Interrupting(options.interrupt.clone());
    let finished = execute(&spec, &stopped, &options, &mut observer).unwrap();
    assert!(finished.is_interrupted() && finished.n_sessions > 0);
    let load = || {
        let run = InterruptedRun::open(&stopped).unwrap();
        run.load(&|_| Ok(TWO_VILLAGES.to_owned()), &mut ()).unwrap()
    };
    assert_eq!(load().spec().outside(), PartySet::only(PartyId::new(0)));
    let error = resume(load(), &RunOptions::default(), &mut ()).unwrap_err();
    assert!(matches!(error, RunError::NobodyAnswers(_)));
    let (_, finished) = resume(load(), &self::options(2, Some("yes")), &mut ()).unwrap();
    assert!(!finished.is_interrupted());
    check_same_tables(&whole, &stopped);
}
