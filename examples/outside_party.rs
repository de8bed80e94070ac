//! A program that answers for a party from the lines alone: it concedes with time, as the built-in
//! `time_dependent` does, and finds its offers with the library's search.
//!
//! `cargo build --example outside_party`, then
//! `demarche batch SCENARIO --party PARTY='exec:target/debug/examples/outside_party 0.5'`, where 0.5 is
//! the concession exponent.
#![expect(clippy::print_stdout, reason = "its answers are what it prints")]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::sync::Arc;

use demarche::domain::{
    Condition, ConsentRule, DrawnNumbers, IssueId, OptionId, Outcome, OutcomeSpace, PartyId,
    Preferences, Utility, units,
};
use demarche::protocol::RelativeTime;
use demarche::search::{Audiences, Halves, HalvesPlan, OutcomeSearch as _};
use demarche::strategy::aspiration_share;
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// By issue, options by their names.
type Named = BTreeMap<String, Vec<String>>;

/// What the program reads: of each line, what it needs.
#[derive(Deserialize)]
#[serde(tag = "message", rename_all = "snake_case")]
enum Line {
    Begin(Box<Begin>),
    Event {},
    YourTurn(Turn),
    End { session: u64 },
}

#[derive(Deserialize)]
struct Begin {
    session: u64,
    rounds: u32,
    relative_time: String,
    issues: Vec<Issue>,
    preferences: OwnSide,
}

#[derive(Deserialize)]
struct Issue {
    issue: String,
    options: Vec<IssueOption>,
}

#[derive(Deserialize)]
struct IssueOption {
    option: String,
}

#[derive(Deserialize)]
struct OwnSide {
    weights: BTreeMap<String, f64>,
    utilities: BTreeMap<String, BTreeMap<String, f64>>,
    interactions: Vec<Interaction>,
    reservation_value: f64,
    red_lines: Vec<Named>,
}

#[derive(Deserialize)]
struct Interaction {
    when: Named,
    adds: f64,
}

#[derive(Deserialize)]
struct Turn {
    session: u64,
    round: u32,
    asked: String,
    offer: Option<BTreeMap<String, String>>,
    standing: Option<BTreeMap<String, String>>,
}

/// What the program knows of a session under way.
struct Session {
    rounds: u32,
    relative_time: RelativeTime,
    issues: Vec<Issue>,
    preferences: Preferences,
    search: Halves,
    best: Option<Utility>,
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let exponent: f64 = std::env::args().nth(1).as_deref().unwrap_or("1").parse()?;
    let mut sessions: BTreeMap<u64, Session> = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        match serde_json::from_str(&line?)? {
            Line::Begin(begin) => {
                sessions.insert(begin.session, Session::new(*begin)?);
            }
            Line::Event {} => {}
            Line::YourTurn(turn) => {
                let session = sessions.get_mut(&turn.session);
                let session = session.ok_or("a turn in a session that has not begun")?;
                let reply = session.reply(exponent, &turn);
                println!("{reply}");
                std::io::stdout().flush()?;
            }
            Line::End { session } => {
                sessions.remove(&session);
            }
        }
    }
    Ok(())
}

impl Session {
    fn new(begin: Begin) -> Result<Self, Box<dyn Error>> {
        let own = &begin.preferences;
        let sizes: Vec<usize> = begin.issues.iter().map(|it| it.options.len()).collect();
        let space = Arc::new(OutcomeSpace::new(&sizes)?);
        let condition = |named: &Named| condition(&begin.issues, named);
        let interactions = own.interactions.iter().map(|it| condition(&it.when));
        let red_lines = own.red_lines.iter().map(condition);
        let mut preferences = Preferences::indifferent(space, interactions.collect())
            .with_red_lines(red_lines.collect());
        let utilities = begin.issues.iter().flat_map(|issue| {
            let of_issue = &own.utilities[&issue.issue];
            let options = issue.options.iter();
            options.map(|it| of_issue[&it.option])
        });
        preferences.put(DrawnNumbers {
            weights: (begin.issues.iter())
                .map(|it| own.weights[&it.issue])
                .collect(),
            utilities: utilities.collect(),
            adds: own.interactions.iter().map(|it| it.adds).collect(),
            reservation_value: own.reservation_value,
            leverages: Vec::new(),
            are_red_lines_real: vec![true; own.red_lines.len()],
        });
        // The search that this rule needs does not ask whose consent an outcome needs.
        let nobody = ConsentRule::unanimity(0);
        let plan = HalvesPlan::new(&preferences, PartyId::new(0), &nobody, Audiences::Alike)?;
        let mut search = Halves::new(Arc::new(plan));
        search.rebuild(&preferences);
        let best = search.best().map(|it| preferences.utility(it));
        Ok(Self {
            rounds: begin.rounds,
            relative_time: if begin.relative_time == "genius" {
                RelativeTime::Genius
            } else {
                RelativeTime::ToDeadline
            },
            issues: begin.issues,
            preferences,
            search,
            best,
        })
    }

    fn reply(&mut self, exponent: f64, turn: &Turn) -> Json {
        let session = turn.session;
        let demand = self.demand(exponent, turn.round);
        let offered = turn.offer.as_ref().map(|it| self.outcome(it));
        let action = match turn.asked.as_str() {
            "vote" => {
                let is_better = offered.is_some_and(|it| self.votes_for(it, turn));
                Some(is_better)
            }
            _ => offered.map(|it| {
                self.preferences.is_acceptable(it) && self.preferences.utility(it) >= demand
            }),
        };
        match (action, turn.asked.as_str()) {
            (Some(true), _) => json!({ "session": session, "action": "accept" }),
            (Some(false), "answer" | "vote") => {
                json!({ "session": session, "action": "reject" })
            }
            _ => match self.offer(demand) {
                Some(outcome) => {
                    let outcome = self.options(outcome);
                    json!({ "session": session, "action": "offer", "outcome": outcome })
                }
                None => json!({ "session": session, "action": "end" }),
            },
        }
    }

    /// From the best outcome's utility down to that of no agreement.
    fn demand(&self, exponent: f64, round: u32) -> Utility {
        let floor = self.preferences.reservation_value().units();
        let room = self.best.unwrap_or(Utility::ZERO).units() - floor;
        if room <= 0 {
            return self.preferences.reservation_value();
        }
        let time = self.relative_time.at(round, self.rounds);
        let share = aspiration_share(exponent, time);
        Utility::clamped(floor + units(Utility::clamped(room).get() * share))
    }

    /// The outcome worth least among those worth what it demands; `None` if it would rather leave.
    fn offer(&mut self, demand: Utility) -> Option<Outcome> {
        let is_hopeless = self.best? < self.preferences.reservation_value();
        if is_hopeless {
            return None;
        }
        self.search.least_at_least(demand)
    }

    /// Whether a mediator's text is no worse than what it would replace, or than no agreement.
    fn votes_for(&self, text: Outcome, turn: &Turn) -> bool {
        let own = &self.preferences;
        let Some(standing) = turn.standing.as_ref().map(|it| self.outcome(it)) else {
            return own.is_acceptable(text);
        };
        match (own.allows(text), own.allows(standing)) {
            (true, false) => true,
            (false, true) => false,
            (true, true) | (false, false) => own.utility(text) >= own.utility(standing),
        }
    }

    fn outcome(&self, named: &BTreeMap<String, String>) -> Outcome {
        let options = self.issues.iter().map(|it| it.option(&named[&it.issue]));
        let options: Vec<OptionId> = options.collect();
        self.preferences.space().outcome(&options)
    }

    fn options(&self, outcome: Outcome) -> BTreeMap<&str, &str> {
        let space = self.preferences.space();
        let issues = space.issues().zip(&self.issues);
        let named = issues.map(|(id, issue)| {
            let option = space.option(outcome, id).idx();
            (issue.issue.as_str(), issue.options[option].option.as_str())
        });
        named.collect()
    }
}

impl Issue {
    fn option(&self, name: &str) -> OptionId {
        let place = self.options.iter().position(|it| it.option == name);
        OptionId::new(place.expect("the option is one of the issue's"))
    }
}

fn condition(issues: &[Issue], named: &Named) -> Condition {
    Condition::new(named.iter().map(|(name, options)| {
        let place = issues.iter().position(|it| it.issue == *name);
        let place = place.expect("the issue is one of the scenario's");
        let options = options.iter().map(|it| issues[place].option(it)).collect();
        (IssueId::new(place), options)
    }))
}
