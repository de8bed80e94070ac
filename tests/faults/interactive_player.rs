//! An interactive player: prompts, commands, and equality with the session without one.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use demarche::actors::{QuestionReceiver, assemble, question_channel};
use demarche::domain::PartyId;
use demarche::negotiation::PreferenceDraw;
use demarche::protocol::{Action, Event};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, path_text};
use crate::support::worlds::{
    RandomChoices, TWO_VILLAGES, in_a_plain_loop, replaced, scenario_text, setting_of,
};

const BARN: &str = "configs/scenarios/shared-barn.toml";
const COUNCIL: &str = "configs/scenarios/village-council.toml";
const FLAGSHIP: &str = "configs/scenarios/alaska-2025.toml";

/// Follows a party's strategy and returns the prompts.
async fn follow(mut asked: QuestionReceiver) -> Vec<Event> {
    let mut rendered = Vec::new();
    while let Some(question) = asked.recv().await {
        rendered.extend(question.news.iter().copied());
        let advice = question.advice.clone();
        question.answer(advice.expect("its strategy is sound"));
    }
    rendered
}

#[test]
fn whoever_follows_the_strategy_plays_its_session() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let seeds = Seeds::new(MasterSeed(5));
    for case in 0..200 {
        let mut random = RandomChoices::new("seats", case);
        let text = scenario_text(&mut random);
        let setting = setting_of(&text);
        let me = PartyId::new(random.below(setting.scenario().parties.len()));
        let (plain_session, plain_result) = in_a_plain_loop(&setting, &seeds, 1).remove(0);
        let (mut session_actor, parties) = assemble(&setting, 1);
        let (questions, asked) = question_channel();
        for (idx, party) in parties.into_iter().enumerate() {
            runtime.spawn(if idx == me.idx() {
                party.answered_by(questions.clone()).run()
            } else {
                party.run()
            });
        }
        drop(questions);
        let person = runtime.spawn(follow(asked));
        let mut test_session = None;
        let ended = runtime.block_on(session_actor.negotiate(
            &seeds,
            [Replication(0)],
            |session, result| test_session = Some((session, result)),
        ));
        assert_eq!(ended, Ok(()));
        drop(session_actor);
        let rendered = runtime.block_on(person).unwrap();
        let (session, result) = test_session.unwrap();
        assert_eq!(session.events(), plain_session.events(), "{text}");
        assert_eq!(result, plain_result, "{text}");
        assert!(session.events().starts_with(&rendered), "{text}");
    }
}

#[test]
fn a_question_brings_the_partys_own_preferences() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let setting = setting_of(TWO_VILLAGES);
    let seeds = Seeds::new(MasterSeed(5));
    for me in setting.scenario().party_ids() {
        let (mut session_actor, parties) = assemble(&setting, 1);
        let (questions, mut asked) = question_channel();
        for (party, id) in parties.into_iter().zip(setting.scenario().party_ids()) {
            runtime.spawn(if id == me {
                party.answered_by(questions.clone()).run()
            } else {
                party.run()
            });
        }
        let asked = runtime.spawn(async move {
            let question = asked.recv().await.expect("every party is asked");
            let private_view = question.private_view.clone();
            question.answer(Action::WalkOut);
            private_view
        });
        let test_session = session_actor.negotiate(&seeds, [Replication(0)], |_, _| ());
        runtime.block_on(test_session).unwrap();
        let private_view = runtime.block_on(asked).unwrap();
        let mut draw = PreferenceDraw::new(setting.clone(), me);
        let own = draw.draw(&seeds, Replication(0));
        assert_eq!(private_view.preferences, *own);
        let best = own.space().outcomes().map(|it| own.utility(it)).max();
        assert_eq!(private_view.best.map(|it| own.utility(it)), best);
    }
}

/// Plays with these lines on standard input.
#[track_caller]
fn test_session(arguments: &[&str], lines: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_demarche"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("play")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("it has an input");
    // A session may end before all is read.
    let _ = input.write_all(lines.as_bytes());
    drop(input);
    child.wait_with_output().expect("the program ends")
}

#[track_caller]
fn check_played(arguments: &[&str], lines: &str, code: i32) -> String {
    let output = test_session(arguments, lines);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    String::from_utf8(output.stdout).expect("text is UTF-8")
}

#[test]
fn a_session_of_two_villages_is_narrated_as_it_proceeds() {
    let lines = "upkep\n?\n2\nup=ha, 1 = shared\nput\nadvice\n\nbest\n\ny\nn\ntheirs\nput\nn\nmine\nput\nshow\nwalk\nn\nwalk out\ny\n";
    let rendered = check_played(&[VILLAGES, "--as", "upper", "--seed", "3"], lines, 0);
    insta::assert_snapshot!("seat_at_two_villages", rendered);
    let again = check_played(&[VILLAGES, "--as", "upper", "--seed", "3"], lines, 0);
    assert_eq!(rendered, again, "the same lines make the same session");
}

#[test]
fn every_protocol_can_be_played() {
    for (file, party, lines) in [
        (VILLAGES, "lower", "\n"),
        (BARN, "south", "y\n"),
        (COUNCIL, "birch", "put\ny\n"),
        (FLAGSHIP, "ukraine", "put\nn\n"),
    ] {
        let rendered = check_played(&[file, "--as", party], &lines.repeat(400), 0);
        let is_over =
            rendered.contains("\nAgreement in round") || rendered.contains("\nNo agreement: ");
        assert!(is_over, "{rendered}");
        assert!(
            rendered.contains("  you\n") || rendered.contains(" (you)\n"),
            "{rendered}"
        );
    }
}

#[test]
fn input_that_ends_leaves_the_session_unfinished() {
    for (file, party) in [(VILLAGES, "upper"), (VILLAGES, "lower"), (BARN, "south")] {
        for lines in ["", "?\n", "walk\n", "walk"] {
            let output = test_session(&[file, "--as", party], lines);
            assert_eq!(output.status.code(), Some(1), "{lines:?}");
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(stderr, "error: input ended before the session\n");
        }
    }
}

#[test]
fn lines_without_end_or_meaning_are_asked_again() {
    let mut bytes = vec![b'x'; 1 << 20];
    bytes.extend(b"\nwalk\ny\n");
    let text = String::from_utf8(bytes).unwrap();
    let rendered = check_played(&[VILLAGES, "--as", "upper"], &text, 0);
    assert!(rendered.contains("walked out in round 1"), "{rendered}");
}

#[test]
fn an_unknown_party_is_reported_with_the_nearest_name() {
    let output = check(&["play", VILLAGES, "--as", "uper"], 2);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        stderr,
        "error: there is no party `uper` in the scenario; did you mean `upper`?\n"
    );
    let output = check(&["play", VILLAGES, "--as", "nobody"], 2);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.ends_with("its parties are upper, lower\n"),
        "{stderr}"
    );
    check(&["play", VILLAGES, "--as", "upper", "--json"], 2);
}

#[test]
fn what_others_want_changes_nothing_she_reads_before_they_speak() {
    let rendered = |file: &str| {
        let rendered = check_played(
            &[file, "--as", "upper"],
            "issues\nshow\nadvice\n?\nwalk\ny\n",
            0,
        );
        let end = rendered.find("\nNo agreement").expect("she walked out");
        rendered[..end].to_owned()
    };
    let folder = TempDir::new().unwrap();
    let other = folder.path().join("other.toml");
    let text = replaced(
        TWO_VILLAGES,
        "utility = { upper_pays = 1.0, halves = 0.5, lower_pays = 0.0 }",
        "utility = { upper_pays = 0.0, halves = 0.1, lower_pays = 1.0 }",
    );
    let text = replaced(
        &text,
        "reservation_value = { uniform = { min = 0.3, max = 0.45 } }",
        "reservation_value = 0.9",
    );
    fs::write(&other, text).unwrap();
    assert_eq!(rendered(VILLAGES), rendered(path_text(&other)));
}

#[cfg(unix)]
mod in_a_terminal {
    //! Through a pseudo-terminal, as a person would.

    use super::{BARN, FLAGSHIP, VILLAGES};
    use crate::support::terminal::{check_exit, check_width, terminal};

    #[test]
    fn a_session_runs_to_its_end() {
        let mut it = terminal(80, &format!("play {VILLAGES} --as lower"), false);
        it.exp_string("y or offer> ").unwrap();
        it.send_line("upkep=1").unwrap();
        it.exp_string("did you mean `upkeep`?").unwrap();
        it.exp_string("y or offer> ").unwrap();
        it.send_line("upkeep=halves").unwrap();
        it.exp_string("half each").unwrap();
        it.exp_string("y or offer> ").unwrap();
        it.send_line("put").unwrap();
        it.exp_string("Round 2").unwrap();
        it.exp_string("y or offer> ").unwrap();
        it.send_line("walk").unwrap();
        it.exp_string("leave? y or n> ").unwrap();
        it.send_line("y").unwrap();
        it.exp_string("Lower village walked out in round 2")
            .unwrap();
        it.exp_eof().unwrap();
        check_exit(&it, 0);
    }

    #[test]
    fn an_interrupt_leaves_at_once() {
        let mut it = terminal(80, &format!("play {BARN} --as south"), false);
        it.exp_string("y or n> ").unwrap();
        it.send_control('c').unwrap();
        it.exp_string("interrupted: the session is not finished")
            .unwrap();
        it.exp_eof().unwrap();
        check_exit(&it, 130);
    }

    #[test]
    fn an_end_of_input_is_reported() {
        let mut it = terminal(80, &format!("play {BARN} --as south"), false);
        it.exp_string("y or n> ").unwrap();
        it.send_control('d').unwrap();
        it.exp_string("error: input ended before the session")
            .unwrap();
        it.exp_eof().unwrap();
        check_exit(&it, 1);
    }

    #[test]
    fn colors_are_there_unless_they_are_not_wanted() {
        for (colors, expected) in [(true, true), (false, false)] {
            let mut it = terminal(80, &format!("play {BARN} --as south"), colors);
            let rendered = it.exp_string("y or n>").unwrap();
            assert_eq!(rendered.contains('\u{1b}'), expected, "{rendered:?}");
            it.send_control('d').unwrap();
            it.exp_eof().unwrap();
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in [40, 100] {
            let arguments = format!("play {FLAGSHIP} --as ukraine");
            let mut it = terminal(columns, &arguments, false);
            let mut rendered = String::new();
            for line in ["?", "issues", "advice", "xxxxxxxxxxxxxxxx", "walk", "y"] {
                rendered += &it.exp_string("> ").unwrap();
                rendered += "> ";
                it.send_line(line).unwrap();
                rendered += "\n";
            }
            rendered += &it.exp_eof().unwrap();
            check_exit(&it, 0);
            check_width(&rendered, columns);
        }
    }
}
