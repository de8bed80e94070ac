//! A party that is a channel: its actor asks, and whoever listens answers for it. Here that is a
//! closure; it could as well be a person, another process or a model.
//!
//! `cargo run --example answering_party`
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use demarche::actors::{assemble, question_channel};
use demarche::config::load_scenario;
use demarche::protocol::Action;
use demarche::randomness::{MasterSeed, Replication, Seeds};

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let path = Path::new("configs/scenarios/two-villages.toml");
    let loaded = load_scenario(path, &[], &|path| std::fs::read_to_string(path))?;
    let setting = Arc::new(loaded.setting);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;

    // The first party asks through the channel; the others follow their strategies.
    let (mut session_actor, parties) = assemble(&setting, 1);
    let (questions, mut asked) = question_channel();
    let mut parties = parties.into_iter();
    let first = parties.next().ok_or("a scenario has parties")?;
    runtime.spawn(first.answered_by(questions).run());
    for party in parties {
        runtime.spawn(party.run());
    }
    // A question has the party's own side only. This one says yes as soon as an offer beats having
    // no agreement, and otherwise does what its strategy advises.
    runtime.spawn(async move {
        while let Some(question) = asked.recv().await {
            let own = &question.private_view.preferences;
            let is_enough = question
                .about()
                .is_some_and(|outcome| own.utility(outcome) >= own.reservation_value());
            let advice = question.advice.clone();
            let action = if is_enough {
                Ok(Action::Accept)
            } else {
                advice
            };
            question.answer(action.unwrap_or(Action::WalkOut));
        }
    });

    let seeds = Seeds::new(MasterSeed(1));
    let negotiated = session_actor.negotiate(&seeds, [Replication(0)], |_, result| {
        println!(
            "{} in round {}",
            result.ending.name(),
            result.ending.round()
        );
    });
    runtime.block_on(negotiated)?;
    Ok(())
}
