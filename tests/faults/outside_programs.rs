//! Programs that answer for parties and break the rules: every way is a forfeit, and none a hang.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use demarche::actors::{OutsideParties, SessionSink, spawn_with};
use demarche::domain::{PartyId, PartySet};
use demarche::negotiation::{SessionResult, Setting};
use demarche::outside::{PartyCommand, PartyProgram, ProgramLimits};
use demarche::protocol::{Ending, Event, ProtocolViolation};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use tempfile::TempDir;

use crate::support::process::{
    VILLAGES, demarche, example, interrupt, manifest, path_text, rows, start_silent,
};
use crate::support::thoroughness::sample_or_all;
use crate::support::worlds::{TWO_VILLAGES, setting_of};

const SESSIONS: u64 = 12;

/// How long an answer may take.
const LIMIT: Duration = Duration::from_millis(250);

/// What two time limits in a row, and the start and the end of a process now and then, take at most on a
/// machine that others use too.
const IN_TIME: Duration = Duration::from_secs(20);

#[derive(Default)]
struct Results(Vec<SessionResult>);

impl SessionSink for Results {
    fn hear(&mut self, _: Replication, _: u64, _: &[Event]) {}

    fn end(&mut self, result: SessionResult) {
        self.0.push(result);
    }
}

fn misbehaving(program: &Path, arguments: &str) -> PartyCommand {
    let text = format!("upper=exec:'{}' {arguments}", path_text(program));
    text.parse().unwrap()
}

/// How sessions end in which the first party is answered for by a program.
fn endings(command: &PartyCommand) -> Vec<Ending> {
    let party = PartyId::new(0);
    let setting = Setting::clone(&setting_of(TWO_VILLAGES));
    let setting = Arc::new(setting.with_outside(PartySet::only(party)));
    let program = PartyProgram::start(command.clone(), ProgramLimits { answer: LIMIT }).unwrap();
    let shared = Arc::clone(&program);
    let outside = OutsideParties::default().with(party, move || shared.party());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut results = Results::default();
    let started = outside.start();
    let mut actor = spawn_with(runtime.handle(), &setting, 4, (&started, 0));
    let seeds = Seeds::new(MasterSeed(1));
    let replications = (0..SESSIONS).map(Replication);
    let ended = actor.negotiate_into(&seeds, replications, &mut results);
    runtime.block_on(ended).unwrap();
    program.end();
    results.0.into_iter().map(|it| it.ending).collect()
}

fn n_kinds(program: &Path) -> usize {
    let output = Command::new(program).arg("list").output().unwrap();
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .unwrap()
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "that nothing hangs is about time"
)]
fn every_way_to_misbehave_is_a_forfeit_within_the_time_limit() {
    let program = example("misbehaving_party");
    let n_kinds = n_kinds(&program);
    assert!(n_kinds >= 200, "{n_kinds}");
    let mut seen = Vec::new();
    for kind in 0..n_kinds {
        let began = Instant::now();
        let endings = endings(&misbehaving(&program, &kind.to_string()));
        let took = began.elapsed();
        assert!(took < IN_TIME, "kind {kind} took {took:?}");
        assert_eq!(endings.len() as u64, SESSIONS, "kind {kind}");
        let forfeits: Vec<&ProtocolViolation> = endings
            .iter()
            .filter_map(|it| match it {
                Ending::Forfeit {
                    party, violation, ..
                } => {
                    assert_eq!(*party, PartyId::new(0));
                    Some(violation)
                }
                Ending::Agreement { .. } | Ending::Deadline { .. } | Ending::Walkout { .. } => None,
            })
            .collect();
        assert!(
            !forfeits.is_empty(),
            "kind {kind} has no forfeit: {endings:?}"
        );
        seen.extend(forfeits.into_iter().map(ProtocolViolation::name));
    }
    seen.sort_unstable();
    seen.dedup();
    let expected = [
        "flooding",
        "late",
        "no_answer",
        "not_asked",
        "offer_outside_space",
        "unreadable",
        "wrong_action",
    ];
    assert_eq!(seen, expected);
}

/// Seconds for which a party that does anything at random is the other side.
fn fuzzing_seconds() -> u64 {
    let asked = std::env::var("FUZZ_PARTY_SECONDS").ok();
    asked.map_or_else(|| sample_or_all(3, 60), |it| it.parse().expect("seconds"))
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "that nothing hangs is about time"
)]
fn whatever_a_party_does_at_random_a_run_is_whole() {
    let program = example("misbehaving_party");
    let began = Instant::now();
    let limit = Duration::from_secs(fuzzing_seconds());
    let mut seed = 0_u64;
    let mut n_forfeits = 0;
    while began.elapsed() < limit {
        seed += 1;
        let folder = TempDir::new().unwrap();
        let run = folder.path().join("run");
        let party = format!("upper=exec:'{}' random {seed}", path_text(&program));
        let arguments = [
            "batch",
            VILLAGES,
            "--sessions",
            "200",
            "--quiet",
            "--no-report",
            "--party-timeout",
            "0.1",
            "--party",
            &party,
            "--out",
            path_text(&run),
        ];
        let began_run = Instant::now();
        let output = demarche(&arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        assert!(
            code.is_some_and(|it| it < 2),
            "seed {seed}: {code:?} {text}"
        );
        assert!(
            began_run.elapsed() < Duration::from_secs(120),
            "seed {seed}"
        );
        let manifest = manifest(&run);
        assert_eq!(manifest["counts"]["sessions"], 200, "seed {seed}");
        assert_eq!(manifest["complete"], true, "seed {seed}");
        n_forfeits += manifest["counts"]["forfeit"].as_u64().unwrap();
        let sessions = rows(run.join("sessions.csv"));
        for it in sessions.iter().filter(|it| it["ending"] == "forfeit") {
            assert_eq!(it["ended_by"], "upper");
        }
        for replication in ["0", "99", "199"] {
            let replayed = demarche(&["replay", path_text(&run), replication]).output();
            let replayed = replayed.unwrap();
            let text = String::from_utf8_lossy(&replayed.stdout);
            assert!(text.contains("Equal to its rows"), "seed {seed}: {text}");
        }
    }
    assert!(n_forfeits > 0);
}

/// Whether a process is at work: neither gone nor waiting to be buried.
fn is_running(pid: &str) -> bool {
    let output = Command::new("ps").args(["-o", "stat=", "-p", pid]).output();
    let stat = output.expect("there is a command `ps`").stdout;
    stat.first().is_some_and(|it| *it != b'Z')
}

/// Waits for something, at most for twenty seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "processes are waited for that nobody else waits for"
)]
fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    while begin.elapsed() < IN_TIME {
        if let Some(it) = look() {
            return it;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{what}: not in time");
}

#[test]
fn ctrl_c_ends_programs_that_never_answer_with_whatever_they_have_started() {
    for verb in ["batch", "play"] {
        let folder = TempDir::new().unwrap();
        let pid_file = folder.path().join("pid");
        let script = folder.path().join("mute.sh");
        let lines = format!(
            "sleep 600 &\necho $! > '{0}.part'\nmv '{0}.part' '{0}'\nwait\n",
            path_text(&pid_file)
        );
        std::fs::write(&script, lines).unwrap();
        let party = format!("upper=exec:sh '{}'", path_text(&script));
        let mut arguments = vec![verb, VILLAGES, "--party", &party, "--party-timeout", "3600"];
        let out = folder.path().join("run");
        if verb == "batch" {
            arguments.extend(["--out", path_text(&out)]);
        }
        let mut child = start_silent(&arguments);
        let pid = wait_for("the program starts", || {
            let text = std::fs::read_to_string(&pid_file).ok()?;
            Some(text.trim().to_owned())
        });
        assert!(is_running(&pid));
        interrupt(&child);
        let status = wait_for("the run ends", || child.try_wait().unwrap());
        assert_eq!(status.code(), Some(130), "{verb}");
        wait_for("its program ends", || (!is_running(&pid)).then_some(()));
    }
}
