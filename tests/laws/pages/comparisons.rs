//! Pages of one session and of two runs: every round is there, figures are those of the tables,
//! nothing is fetched, names stay text, and a long session has a short page.

use std::fs;
use std::path::{Path, PathBuf};

use demarche::experiment::{Answer, SessionTrace, StepKind, TraceStep};
use demarche::protocol::Event;
use demarche::randomness::{MasterSeed, Seeds};
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::pages::run_pages::{check_fetches_nothing, hostile_villages, table_of};
use crate::support::process::{VILLAGES, check, path_text, run};
use crate::support::worlds::{RandomChoices, in_a_plain_loop, scenario_text, setting_of};

const ALASKA: &str = "configs/scenarios/alaska-2025.toml";
const BARN: &str = "configs/scenarios/shared-barn.toml";
const COUNCIL: &str = "configs/scenarios/village-council.toml";
const UNWILLING: &str = "party.upper.reservation_value=0.72";

fn batch(folder: &TempDir, name: &str, file: &str, more: &[&str]) -> PathBuf {
    let more = [&["--no-report"], more].concat();
    run(folder, "batch", name, file, &more)
}

/// The page of a session.
#[track_caller]
fn replayed(run: &Path, number: &str) -> String {
    let page = run.join(format!("{number}.html"));
    check(
        &["replay", path_text(run), number, "--page", path_text(&page)],
        0,
    );
    fs::read_to_string(page).unwrap()
}

/// A copy of a scenario with something in it put otherwise.
fn copy_with(folder: &TempDir, file: &str, old: &str, new: &str) -> PathBuf {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(old), "{file} has no {old}");
    let path = folder.path().join("copy.toml");
    fs::write(&path, text.replace(old, new)).unwrap();
    path
}

/// The text of each round on a page, first to last.
fn rounds_of(page: &str) -> Vec<&str> {
    let rounds = page.split("<article class=\"step\"").skip(1);
    rounds
        .map(|it| it.split("</article>").next().unwrap())
        .collect()
}

/// Every event appears in its round, and the ending in the last.
#[track_caller]
fn check_rounds(run: &Path, number: &str) {
    let page = replayed(run, number);
    check_fetches_nothing(&page);
    let lines = check(&["replay", path_text(run), number, "--json"], 0).stdout;
    let lines: Vec<Json> = String::from_utf8(lines)
        .unwrap()
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    let rounds = rounds_of(&page);
    let last = lines.last().unwrap()["round"].as_u64().unwrap();
    assert_eq!(rounds.len() as u64, last, "{number} of {}", run.display());
    for (idx, round) in rounds.iter().enumerate() {
        assert!(round.contains(&format!(">Round {}</h3>", idx + 1)));
        let of_round = |kinds: [&str; 3]| {
            let lines = lines.iter().filter(|it| it["round"] == idx + 1);
            lines
                .filter(|it| kinds.contains(&it["kind"].as_str().unwrap()))
                .count()
        };
        // Several that repeat their offers share a heading, "A, B and C repeat their offers", which is
        // counted once below.
        let repeated = round
            .lines()
            .filter(|it| it.contains(" repeat their offers</h4>"));
        let rendered = repeated
            .map(|it| it.matches(", ").count() + 1)
            .sum::<usize>()
            + round.matches(" offers</h4>").count()
            + round.matches("s its offer</h4>").count()
            + round.matches("<h4>The mediator ").count();
        assert_eq!(
            rendered,
            of_round(["offer", "vote", "final_vote"]),
            "{round}"
        );
    }
    let ending = match lines.last().unwrap()["kind"].as_str().unwrap() {
        "agreement" => "Agreement in round",
        _ => "No agreement:",
    };
    assert!(rounds.last().unwrap().contains(ending));
}

#[test]
fn every_round_of_every_protocol_is_on_the_page() {
    let folder = TempDir::new().unwrap();
    let sessions = ["--sessions", "4"];
    let by_turn = copy_with(
        &folder,
        VILLAGES,
        "protocol.alternating_offers",
        "protocol.alternating_offers_by_turn",
    );
    let files = [ALASKA, BARN, COUNCIL, VILLAGES, path_text(&by_turn)];
    for (idx, file) in files.into_iter().enumerate() {
        let run = batch(&folder, &idx.to_string(), file, &sessions);
        for number in ["0", "3"] {
            check_rounds(&run, number);
        }
    }
    let more = [&sessions[..], &["--set", UNWILLING]].concat();
    check_rounds(&batch(&folder, "unwilling", VILLAGES, &more), "0");
}

#[test]
fn a_session_that_a_party_leaves_at_once_has_a_page() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "1", "--set"];
    let hopeless = "party.lower.reservation_value=1.0";
    let file = copy_with(
        &folder,
        VILLAGES,
        "protocol.alternating_offers",
        "protocol.proposal_and_vote",
    );
    let run = batch(
        &folder,
        "run",
        path_text(&file),
        &[&more[..], &[hopeless]].concat(),
    );
    let page = replayed(&run, "0");
    assert!(!rounds_of(&page).is_empty());
    assert!(page.contains("No agreement"));
    assert!(page.contains("Why: "));
}

/// What a party says follows from what it demands, wherever its acceptance condition is that.
#[test]
fn a_yes_is_to_what_is_worth_the_aspiration() {
    let seeds = Seeds::new(MasterSeed(5));
    let (mut n_yes, mut n_no) = (0, 0);
    for idx in 0..120 {
        let text = scenario_text(&mut RandomChoices::new("pages", idx));
        let setting = setting_of(&text);
        for (session, result) in in_a_plain_loop(&setting, &seeds, 3) {
            let mut retracing = SessionTrace::new(&setting, &seeds, result.replication, &session);
            let preferences = retracing.preferences();
            let steps: Vec<TraceStep> = retracing.collect();
            check_order(&steps, session.events());
            for step in &steps {
                let parties = setting.scenario().party_ids();
                for (party, it) in parties.zip(&step.standings) {
                    let own = &preferences[party.idx()];
                    assert_eq!(it.utility, own.utility(step.outcome));
                    let strategy = result.parties[party.idx()].strategy;
                    let spec = &setting.strategies(party)[strategy];
                    // One rule is content by other means than its aspiration.
                    let is_plain = spec.acceptance.name == "aspiration"
                        && spec.offering.name != "negmas_time_based";
                    let (Some(aspiration), Some(answer), true) =
                        (it.aspiration, it.answer, is_plain)
                    else {
                        continue;
                    };
                    let demand = aspiration.max(own.reservation_value());
                    let is_yes = answer == Answer::Yes;
                    let is_enough = it.utility >= demand && own.allows(step.outcome);
                    assert_eq!(is_yes, is_enough, "{step:?} of\n{text}");
                    n_yes += u32::from(is_yes);
                    n_no += u32::from(!is_yes);
                }
            }
        }
    }
    assert!(n_yes > 100 && n_no > 100, "{n_yes} and {n_no}");
}

/// Every offer and every text is a step, in order.
fn check_order(steps: &[TraceStep], events: &[Event]) {
    let rendered = steps.iter().filter_map(|it| match it.kind {
        StepKind::StandingOffer(_) => None,
        StepKind::Offer(_) | StepKind::Variant { .. } | StepKind::FinalText => {
            Some((it.round, it.outcome))
        }
    });
    let happened = events.iter().filter_map(|it| match *it {
        Event::Offered { round, offer, .. } => Some((round, offer)),
        Event::Voted { round, text, .. } => Some((round, text)),
        Event::Answered { .. } => None,
    });
    assert!(rendered.eq(happened));
}

#[test]
fn a_page_of_a_long_session_is_short() {
    let folder = TempDir::new().unwrap();
    let long = copy_with(
        &folder,
        BARN,
        "deadline_rounds = 12",
        "deadline_rounds = 30000",
    );
    let run = batch(&folder, "run", path_text(&long), &["--sessions", "1"]);
    let page = replayed(&run, "0");
    let rounds = rounds_of(&page);
    assert_eq!(rounds.len(), 200);
    assert!(rounds[99].contains(">Round 100</h3>"));
    assert!(rounds[100].contains(">Round 29901</h3>"));
    assert!(page.contains("29,800 between them are omitted"));
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    assert!(table_of(&page, "course-north").len() <= 3 * 150 + 5);
}

#[test]
fn a_page_that_is_there_stops_the_verb() {
    let folder = TempDir::new().unwrap();
    let run = batch(&folder, "run", VILLAGES, &["--sessions", "5"]);
    let page = folder.path().join("page.html");
    let table = folder.path().join("table.csv");
    fs::write(&page, "mine").unwrap();
    let (run, there, new) = (path_text(&run), path_text(&page), path_text(&table));
    for arguments in [
        &["replay", run, "0", "--page", there][..],
        &["compare", run, run, "--page", there, "--out", new],
    ] {
        let output = check(arguments, 2);
        assert!(String::from_utf8_lossy(&output.stderr).contains("exists"));
        assert!(output.stdout.is_empty());
    }
    assert_eq!(fs::read_to_string(&page).unwrap(), "mine");
    assert!(!table.exists());
}

#[test]
fn a_page_says_when_the_tables_differ() {
    let folder = TempDir::new().unwrap();
    let run = batch(&folder, "run", VILLAGES, &["--sessions", "1"]);
    let table = run.join("sessions.csv");
    let text = fs::read_to_string(&table).unwrap();
    fs::write(&table, text.replace("agreement,12", "agreement,13")).unwrap();
    let page = run.join("page.html");
    check(
        &["replay", path_text(&run), "0", "--page", path_text(&page)],
        1,
    );
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("The session differs from its rows in tables of"));
}

/// Two runs of which the second has fewer deals, and their page.
fn compared(folder: &TempDir, file: &str) -> (PathBuf, String) {
    let sessions = ["--sessions", "60"];
    let first = batch(folder, "first", file, &sessions);
    let more = [&sessions[..], &["--set", UNWILLING]].concat();
    let second = batch(folder, "second", file, &more);
    let [table, page] = ["table.csv", "page.html"].map(|it| folder.path().join(it));
    let runs = [path_text(&first), path_text(&second)];
    let out = ["--out", path_text(&table), "--page", path_text(&page)];
    check(&[&["compare"], &runs[..], &out[..]].concat(), 0);
    (table, fs::read_to_string(page).unwrap())
}

#[test]
fn a_comparison_shows_what_its_table_says() {
    let folder = TempDir::new().unwrap();
    let (table, page) = compared(&folder, VILLAGES);
    check_fetches_nothing(&page);
    let mut reader = csv::Reader::from_path(table).unwrap();
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let field = |row: &csv::StringRecord, column: &str| -> String {
        let place = header.iter().position(|it| it == column).unwrap();
        row[place].to_owned()
    };
    let of = |metric: &str| -> Vec<&csv::StringRecord> {
        rows.iter()
            .filter(|it| field(it, "metric") == metric)
            .collect()
    };
    let ends = ["difference", "interval_low", "interval_high"];
    let rendered = |row: &csv::StringRecord| {
        ends.map(|it| format!("{:.3}", field(row, it).parse::<f64>().unwrap()))
    };
    let worth = table_of(&page, "change-worth");
    assert_eq!((worth.len(), of("utility").len()), (2, 2));
    for (shown, row) in worth.iter().zip(of("utility")) {
        assert_eq!(shown[1..], rendered(row));
    }
    let deals = of("agreement_rate")[0];
    let pairs = ["in_both", "in_second_only", "in_first_only", "in_neither"];
    let shown: Vec<String> = table_of(&page, "pairs")
        .into_iter()
        .map(|it| it[1].clone())
        .collect();
    assert_eq!(shown, pairs.map(|it| field(deals, it)));
    let shifted = of("share_given_both_agreed")
        .iter()
        .filter(|it| field(it, "difference").parse::<f64>().unwrap() != 0.0)
        .count();
    assert!(shifted > 0);
    assert_eq!(table_of(&page, "change-options").len(), shifted);
    assert!(
        page.contains(
            "Changed in the second run: Upper village: what no deal is worth to it: “0.4"
        ) && !page.contains("party.upper"),
        "what was changed"
    );
    assert!(page.contains("60 pairs of sessions with common random numbers"));
}

#[test]
fn runs_that_differ_in_nothing_have_a_page_without_bars_of_nothing() {
    let folder = TempDir::new().unwrap();
    let run = batch(&folder, "run", VILLAGES, &["--sessions", "5"]);
    let page = folder.path().join("page.html");
    let run = path_text(&run);
    check(&["compare", run, run, "--page", path_text(&page)], 0);
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("The configurations are the same."));
    assert!(page.contains("figure-pairs"));
    assert!(!page.contains("figure-change"));
}

#[test]
fn names_stay_text() {
    let folder = TempDir::new().unwrap();
    let (_, of_runs) = compared(&folder, path_text(&hostile_villages(&folder)));
    let of_session = replayed(&folder.path().join("first"), "0");
    for page in [of_runs, of_session] {
        assert!(!page.contains("<script>alert"));
        assert!(!page.contains("<img"));
        assert!(page.contains("&lt;script&gt;alert(1)"));
    }
}

#[test]
fn a_page_is_the_same_when_made_again() {
    let folder = TempDir::new().unwrap();
    let run = batch(&folder, "run", BARN, &["--sessions", "2"]);
    let first = replayed(&run, "1");
    fs::remove_file(run.join("1.html")).unwrap();
    assert!(first == replayed(&run, "1"));
}
