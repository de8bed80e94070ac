//! Every example runs.
#![allow(
    unreachable_pub,
    reason = "an example's main is called from outside it"
)]

#[path = "../../../examples/answering_party.rs"]
mod answering_party;
#[path = "../../../examples/batch_statistics.rs"]
mod batch_statistics;
#[path = "../../../examples/games.rs"]
mod games;
#[path = "../../../examples/one_session.rs"]
mod one_session;
#[path = "../../../examples/own_strategy.rs"]
mod own_strategy;
#[path = "../../../examples/sensitivity.rs"]
mod sensitivity;
#[path = "../../../examples/sweep.rs"]
mod sweep;
#[path = "../../../examples/theory.rs"]
mod theory;

#[test]
fn a_channel_answers_for_a_party() {
    answering_party::main().unwrap();
}

#[test]
fn a_batch_has_statistics_of_ones_own() {
    batch_statistics::main().unwrap();
}

#[test]
fn sessions_are_played_as_theory_says() {
    games::main().unwrap();
}

#[test]
fn one_session_is_narrated() {
    one_session::main().unwrap();
}

#[test]
fn a_model_of_ones_own_has_sensitivity_indices() {
    sensitivity::main().unwrap();
}

#[test]
fn theory_speaks_of_games_with_a_name() {
    theory::main();
}

#[test]
fn a_file_names_a_strategy_of_ones_own() {
    own_strategy::main().unwrap();
}

#[test]
fn a_sweep_fills_a_folder() {
    sweep::main().unwrap();
}
