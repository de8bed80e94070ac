//! Simulates negotiations between parties with private preferences.
//!
//! A scenario says what is to be settled, who settles it, what each party wants, and where every
//! one of those numbers comes from. A session is one negotiation about it: every party draws its
//! own preferences and its own random numbers, then they take turns until they agree, leave, or run
//! out of time. Thousands of sessions show how often there is an agreement, which one, and who
//! blocks it. Those are figures about the stated assumptions, and no forecast.
//!
//! # Examples
//!
//! One session of a small scenario, in a plain loop:
//!
//! ```
//! use std::{path::Path, sync::Arc};
//!
//! use demarche::config::load_scenario;
//! use demarche::negotiation::PlainLoop;
//! use demarche::randomness::{MasterSeed, Replication, Seeds};
//!
//! // Files are read through the function that is given: here the only one is in memory.
//! let file = include_str!("../configs/scenarios/two-villages.toml");
//! let loaded = load_scenario(Path::new("two-villages.toml"), &[], &|_| Ok(file.to_owned()))?;
//! let setting = Arc::new(loaded.setting);
//!
//! let mut table = PlainLoop::new(Arc::clone(&setting));
//! let (_, result) = table.run(&Seeds::new(MasterSeed(1)), Replication(0));
//!
//! println!("{} in round {}", result.ending.name(), result.ending.round());
//! if let Some(outcome) = result.ending.agreement() {
//!     let scenario = setting.scenario();
//!     for issue in scenario.space.issues() {
//!         println!("{}: {}", scenario.issue(issue).label, scenario.option_label(outcome, issue));
//!     }
//! }
//! # assert_eq!(result.ending.name(), "agreement");
//! # Ok::<(), demarche::config::Diagnostics>(())
//! ```
//!
//! [`experiment::run`] does the same with one actor per party, many sessions at once and as many
//! threads as wanted; [`run::execute`] runs an experiment into a folder of tables.
//!
//! The package has a short program for each of these; `cargo run --example NAME` runs it:
//!
//! | example | shows | begins with |
//! | --- | --- | --- |
//! | `one_session` | a session and the utilities of its ending | [`negotiation::PlainLoop`] |
//! | `batch_statistics` | a batch in memory with custom statistics | [`experiment::Worker`] |
//! | `own_strategy` | a custom strategy that scenario files can name | [`strategy::Strategies`] |
//! | `answering_party` | a party controlled by a person or a program | [`actors::question_channel`] |
//! | `outside_party` | a program that answers for a party from JSON lines alone | [`actors::OutsideParty`] |
//! | `sweep` | a sweep, run into a folder | [`run::RunSpec`] |
//! | `games` | sessions compared with the theory of alternating offers | [`solution::BargainingGame`] |
//! | `theory` | theoretical predictions for other games | [`solution`] |
//! | `sensitivity` | the sensitivity of any model's output to its inputs | [`stats::sensitivity`] |
//!
//! # Reproducibility
//!
//! Same version, same files, same master seed: the same bytes in every table, for any number of
//! threads, and the same sessions from the plain loop as from the actors.
//! Random numbers are drawn from named streams only (see [`randomness`]), utilities are integers in
//! fixed units (see [`domain::Utility`]), and a clock is read for progress and the manifest's timing
//! only.
//! When the same input gives other numbers, [`run::RESULTS_VERSION`] goes up.

#![cfg_attr(
    not(feature = "cli"),
    allow(
        dead_code,
        unused_imports,
        reason = "the command line uses more than the library offers"
    )
)]

// One negotiation: what is settled, by which rules, with which strategies, and what theory says of it.
pub use demarche_core::{domain, negotiation, protocol, randomness, search, solution, strategy};

// The same negotiation as tokio actors.
pub mod actors;

// Many negotiations, and their statistics.
pub use demarche_stats as stats;
pub mod experiment;

// Edges: files in, files out, people.
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod interchange;
#[cfg(feature = "cli")]
pub mod outside;
#[cfg(feature = "report")]
pub mod report;
pub mod run;
pub mod tables;
mod wording;
