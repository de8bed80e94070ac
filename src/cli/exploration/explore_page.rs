//! The page on which a scenario is explored, as HTML: inputs, scripts, and the core as WebAssembly.

use std::path::PathBuf;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use minijinja::{Environment, context};
use serde::Serialize;

use crate::wording::count;

/// The core, as `just browser-module` builds it, compressed.
const MODULE: &[u8] = include_bytes!("module/demarche.wasm.gz");

/// Numbers of sessions that the page offers, besides its own.
const SESSIONS_OFFERED: [u64; 5] = [100, 300, 1_000, 3_000, 10_000];

/// A page on which a scenario is explored.
#[derive(Debug)]
pub(in crate::cli) struct ExplorePage<'a> {
    /// What people read.
    pub(in crate::cli) title: &'a str,
    /// The path of the scenario's file, as given.
    pub(in crate::cli) scenario: &'a str,
    /// The files that it is made from, its own first, each with its text.
    pub(in crate::cli) files: Vec<(String, String)>,
    /// Which of them are plans.
    pub(in crate::cli) plans: &'a [PathBuf],
    /// How many sessions are run at first.
    pub(in crate::cli) sessions: u64,
    /// Which master seed, if not the usual one.
    pub(in crate::cli) seed: Option<u64>,
}

/// What the page's script is given.
#[derive(Serialize)]
struct Given<'a> {
    scenario: &'a str,
    files: &'a [(String, String)],
    plans: &'a [PathBuf],
    sessions: u64,
    /// As text, since JavaScript rounds large numbers.
    seed: Option<String>,
}

impl ExplorePage<'_> {
    /// The page: one file, with nothing to fetch.
    ///
    /// # Panics
    ///
    /// If the template does not go with the page, which is an error in this folder.
    pub(in crate::cli) fn html(&self) -> String {
        let given = Given {
            scenario: self.scenario,
            files: &self.files,
            plans: self.plans,
            sessions: self.sessions,
            seed: self.seed.map(|it| it.to_string()),
        };
        let given = serde_json::to_string(&given).expect("texts and numbers are JSON");
        let mut offered = SESSIONS_OFFERED.to_vec();
        offered.push(self.sessions);
        offered.sort_unstable();
        offered.dedup();
        let choices: Vec<(u64, String)> = offered.iter().map(|it| (*it, count(*it))).collect();
        let mut environment = Environment::new();
        environment
            .add_template("explore.html", include_str!("explore.html"))
            .expect("the template is right");
        let template = environment
            .get_template("explore.html")
            .expect("the template is there");
        template
            .render(context! {
                title => self.title,
                origin => format!(
                    "demarche {}; from {}. A simulation of stated assumptions, computed in this page: nothing is sent anywhere.",
                    env!("CARGO_PKG_VERSION"),
                    self.scenario
                ),
                page_style => include_str!("../../report/pages/page.css"),
                style => include_str!("explore.css"),
                // No text of a scenario can end the script that holds it.
                given => given.replace('<', "\\u003c"),
                session_choices => choices,
                has_plans => !self.plans.is_empty(),
                module => BASE64_STANDARD.encode(MODULE),
                worker => include_str!("worker.js"),
                script => include_str!("explore.js"),
            })
            .expect("a page has all that the template wants")
    }
}
