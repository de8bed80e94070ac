//! `explain`: laws of every explanation by listing all outcomes, and what people read.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use demarche::domain::{Outcome, PartyId, PartySet, Preferences};
use demarche::experiment::{Cause, Causes, Explainer, Explanation};
use demarche::negotiation::Setting;
use demarche::protocol::Session;
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::solution::StepsUsedUp;
use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, interrupt, path_text, run, start};
#[cfg(unix)]
use crate::support::terminal::{check_width, terminal};
use crate::support::worlds::{RandomChoices, scenario_text, setting_of};
use crate::theory::plans::many_steps;

/// Whether an outcome has the consent it needs of those to whom it is worth no deal.
fn is_acceptable(setting: &Setting, parties: &[Preferences], outcome: Outcome) -> bool {
    let rules = setting.rules();
    let content: PartySet = (0..parties.len())
        .filter(|&it| parties[it].is_acceptable(outcome))
        .map(PartyId::new)
        .collect();
    rules.consent.is_satisfied(&rules.space, outcome, content)
}

fn n_changes(setting: &Setting, a: Outcome, b: Outcome) -> usize {
    let space = &setting.rules().space;
    let is_changed = |it: &_| space.option(a, *it) != space.option(b, *it);
    space.issues().filter(is_changed).count()
}

#[track_caller]
fn check_laws(
    setting: &Setting,
    parties: &[Preferences],
    session: &Session,
    explanation: &Explanation,
) {
    let space = &setting.rules().space;
    let acceptable: Vec<Outcome> = space
        .outcomes()
        .filter(|it| is_acceptable(setting, parties, *it))
        .collect();
    let is_agreed = session.ending().unwrap().agreement().is_some();
    assert_eq!(explanation.cause.is_none(), is_agreed);
    if explanation.cause == Some(Cause::NothingAcceptable) {
        assert_eq!(acceptable, []);
    }
    let distance = |from: Outcome, to: Outcome| n_changes(setting, from, to);
    let least = explanation
        .last
        .iter()
        .flat_map(|from| acceptable.iter().map(|to| distance(from.outcome, *to)))
        .min()
        .filter(|_| !is_agreed);
    let nearest = explanation.nearest.unwrap().map(|it| {
        assert!(acceptable.contains(&it.agreement.outcome));
        let n_changes = distance(it.to.outcome, it.agreement.outcome);
        assert_eq!(n_changes, it.agreement.n_changes);
        n_changes
    });
    assert_eq!(nearest, least, "no acceptable outcome is nearer");
    let by_listing: Vec<bool> = explanation
        .last
        .iter()
        .map(|from| acceptable.iter().any(|to| distance(from.outcome, *to) == 1))
        .collect();
    let changes = explanation.single_changes(setting.rules(), parties);
    assert_eq!(!changes.is_empty(), by_listing.contains(&true));
    assert!(changes.is_sorted_by(|a, b| a < b));
    for (idx, account) in explanation.parties.iter().enumerate() {
        let party = PartyId::new(idx);
        let refused = || {
            explanation
                .proposals
                .iter()
                .filter(|it| it.no.contains(party))
        };
        let utility = |outcome| parties[idx].utility(outcome);
        let best = refused().map(|it| utility(it.outcome)).max();
        assert_eq!(account.best_refused, best);
        let acceptable = refused().map(|it| it.outcome);
        let acceptable = acceptable.filter(|it| parties[idx].is_acceptable(*it));
        let refused_acceptable = acceptable.map(utility).max();
        assert_eq!(
            account.refused_acceptable.is_some(),
            refused_acceptable.is_some()
        );
        if let Some(it) = account.refused_acceptable {
            let offer = explanation.proposals[it.proposals];
            let worth = utility(offer.outcome);
            assert!(worth >= account.reservation_value);
            assert!(it.is_alone || Some(worth) == refused_acceptable);
            let with_it = offer.yes.with(party);
            let consent = &setting.rules().consent;
            let is_alone = consent.is_satisfied(space, offer.outcome, with_it);
            assert_eq!(it.is_alone, is_alone);
        }
    }
    if let Some(Cause::RefusedAcceptable(refused_acceptable)) = explanation.cause {
        for party in refused_acceptable.iter() {
            assert!(
                explanation.parties[party.idx()]
                    .refused_acceptable
                    .is_some()
            );
        }
    }
}

#[test]
fn every_explanation_is_what_listing_all_outcomes_says() {
    let seeds = Seeds::new(MasterSeed(5));
    let mut causes = Causes::default();
    let mut n_failed = 0;
    for case in 0..600 {
        let mut random = RandomChoices::new("explanations", case);
        let setting = setting_of(&scenario_text(&mut random));
        let mut explainer = Explainer::new(Arc::clone(&setting));
        let parties = explainer.preferences(&seeds, Replication(0));
        let (session, result) = explainer.play(&seeds, Replication(0));
        let explanation = Explanation::new(&parties, session.rules(), session.events(), &result);
        check_laws(&setting, &parties, &session, &explanation);
        explainer.count(&seeds, &session, &result, &mut causes);
        n_failed += u64::from(session.ending().unwrap().agreement().is_none());
    }
    assert!(
        n_failed > 100,
        "{n_failed} sessions have something to explain"
    );
    let by_cause = causes.by_cause();
    assert_eq!(by_cause.iter().map(|it| it.1).sum::<u64>(), n_failed);
    assert_eq!(causes.n_sessions(), n_failed);
    assert!(by_cause.is_sorted_by(|a, b| a.1 >= b.1));
    let is_seen = |seen: fn(&Cause) -> bool| by_cause.iter().any(|it| seen(&it.0));
    assert!(is_seen(|it| *it == Cause::NothingAcceptable));
    assert!(is_seen(|it| *it == Cause::NeverOffered));
    assert!(is_seen(|it| matches!(it, Cause::RefusedAcceptable(_))));
}

#[test]
fn a_search_that_gives_up_is_told_as_undecided() {
    let setting = setting_of(&many_steps(39));
    let seeds = Seeds::new(MasterSeed(5));
    let mut explainer = Explainer::new(Arc::clone(&setting));
    let parties = explainer.preferences(&seeds, Replication(0));
    let (session, result) = explainer.play(&seeds, Replication(0));
    let explanation = Explanation::new(&parties, session.rules(), session.events(), &result);
    // There is an acceptable outcome, and the nearest is too far to be found.
    assert_eq!(explanation.cause, Some(Cause::NeverOffered));
    assert_eq!(explanation.nearest, Err(StepsUsedUp));
    let mut causes = Causes::default();
    explainer.count(&seeds, &session, &result, &mut causes);
    assert_eq!((causes.n_sessions(), causes.n_undecided()), (1, 1));
    assert!(causes.by_distance().is_empty());
}

/// Sessions of two villages with little time.
fn hasty_villages(folder: &TempDir) -> PathBuf {
    let rounds = "protocol.alternating_offers.deadline_rounds=4";
    let more = ["--sessions", "200", "--seed", "3", "--set", rounds];
    run(folder, "batch", "run", VILLAGES, &more)
}

#[track_caller]
fn explained(run: &str, more: &[&str]) -> String {
    let mut arguments = vec!["explain", run];
    arguments.extend(more);
    String::from_utf8(check(&arguments, 0).stdout).expect("text is UTF-8")
}

/// The first session of a run with such an ending.
#[track_caller]
fn first_with(run: &Path, ending: &str) -> String {
    let table = fs::read_to_string(run.join("sessions.csv")).unwrap();
    let is_so = |it: &&str| it.split(',').any(|field| field == ending);
    let mut lines = table.lines();
    let column = lines.next().unwrap().split(',');
    let column = column.clone().position(|it| it == "replication").unwrap();
    let line = lines.find(is_so).expect("there is such a session");
    line.split(',').nth(column).unwrap().to_owned()
}

#[test]
fn a_session_and_a_run_are_explained() {
    let folder = TempDir::new().unwrap();
    let run = hasty_villages(&folder);
    let path = path_text(&run);
    let failed = explained(path, &[&first_with(&run, "deadline")]);
    insta::assert_snapshot!("explain_a_session_without_a_deal", failed);
    let agreed = explained(path, &[&first_with(&run, "agreement")]);
    insta::assert_snapshot!("explain_a_session_with_a_deal", agreed);
    let rendered = explained(path, &[]);
    insta::assert_snapshot!("explain_a_run", rendered);
    assert_eq!(rendered, explained(path, &[]));
    let first = explained(path, &["--sessions", "1"]);
    assert!(first.contains("100.0 %"), "{first}");
}

#[cfg(unix)]
#[test]
fn an_explanation_fits_a_narrow_terminal() {
    let folder = TempDir::new().unwrap();
    let flagship = "configs/scenarios/alaska-2025.toml";
    let run = run(&folder, "batch", "run", flagship, &["--sessions", "50"]);
    for what in [
        "",
        &first_with(&run, "deadline"),
        &first_with(&run, "agreement"),
    ] {
        let arguments = format!("explain {} {what}", path_text(&run));
        let rendered = terminal(40, &arguments, false).exp_eof().unwrap();
        // On a slow machine progress is printed first, in a line that is cleared.
        let rendered = rendered.rsplit("\u{1b}[2K").next().unwrap_or_default();
        assert!(rendered.contains("After the Alaska summit"), "{rendered}");
        check_width(rendered, 40);
    }
}

#[test]
fn printed_shares_sum_to_the_whole() {
    let folder = TempDir::new().unwrap();
    let run = hasty_villages(&folder);
    for sessions in ["3", "7", "1000"] {
        let rendered = explained(path_text(&run), &["--sessions", sessions]);
        let why = rendered
            .split("\n\n")
            .find(|it| it.starts_with("Why"))
            .unwrap();
        let tenths: Vec<u32> = why
            .lines()
            .filter_map(|it| it.split_once(" %"))
            .map(|(share, _)| share.trim().replace('.', "").parse().unwrap())
            .collect();
        assert_eq!(tenths.iter().sum::<u32>(), 1000, "{rendered}");
    }
}

#[test]
fn a_cell_of_a_sweep_has_to_be_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sweep.toml");
    let scenario = format!("{}/{VILLAGES}", env!("CARGO_MANIFEST_DIR"));
    let text = format!(
        "schema = 1\nname = \"hurry\"\nsessions = 50\nscenario = \"{scenario}\"\n\
         [[sweep.axis]]\npath = \"protocol.alternating_offers.deadline_rounds\"\nvalues = [3, 20]\n"
    );
    fs::write(&file, text).unwrap();
    let run = run(&folder, "sweep", "run", path_text(&file), &[]);
    let path = path_text(&run);
    let output = check(&["explain", path], 2);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        stderr,
        format!("error: {path} has 2 cells; name one with --cell, counted from 0\n")
    );
    let rendered = explained(path, &["--cell", "0"]);
    assert!(rendered.contains("of cell 0"), "{rendered}");
    check(&["explain", path, "--cell", "2"], 2);
    check(&["explain", path, "50", "--cell", "1"], 2);
    check(&["explain", path_text(folder.path())], 2);
}

/// Sessions of so many rounds take a second each; what they are looked at for is heard of after one, and
/// Ctrl-C does not wait for it.
#[cfg(unix)]
#[test]
fn a_long_explanation_tells_how_far_it_is_and_ctrl_c_ends_it() {
    use std::io::{BufRead as _, BufReader};

    let folder = TempDir::new().unwrap();
    let more = [
        "--sessions",
        "3",
        "--no-report",
        "--set",
        "party.upper.reservation_value=0.99",
        "--set",
        "protocol.alternating_offers.deadline_rounds=1000000",
    ];
    let run = run(&folder, "batch", "run", VILLAGES, &more);
    let mut child = start(&["explain", path_text(&run)]);
    let mut rendered = BufReader::new(child.stderr.take().unwrap()).lines();
    let first = rendered.next().expect("progress is printed").unwrap();
    assert!(first.contains("without a deal analyzed"), "{first}");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
