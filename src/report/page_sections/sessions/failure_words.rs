//! Reasons why sessions have no agreement, in words: for the page of a run and its summary.

use std::sync::Arc;

use demarche_core::domain::{Party, Scenario};

use crate::report::summary::ReasonRow;
use crate::wording::capitalized;

/// A reason in words.
pub(crate) fn render_reason(scenario: &Scenario, reason: &ReasonRow) -> String {
    let party = scenario.parties.iter().find(|it| it.name == reason.party);
    let who = party.map_or("", |it| it.label.as_str());
    let issue = scenario.issues.iter().find(|it| it.name == reason.issue);
    let over = issue.map_or_else(String::new, |it| format!(" on {}", it.label));
    match reason.reason.as_str() {
        "reservation_value" => format!("the reservation value of {who}"),
        "red_line" => format!("the red line of {who} ({})", red_line(party, reason)),
        "three_or_more" => "three or more red lines and reservation values at once".to_owned(),
        "held_out" => format!("{who} held out against an acceptable offer{over}"),
        "not_conceded" if party.is_none() => format!("the text was not acceptable{over}"),
        "not_conceded" => format!("{who} did not concede enough{over}"),
        "never_proposed" => "nothing was proposed".to_owned(),
        "too_late" => "an acceptable offer came too late".to_owned(),
        "walked_out" => format!("{who} walked out"),
        "forfeited" => format!("{who} forfeited"),
        "too_long" => "sessions too long to examine".to_owned(),
        other => capitalized(other),
    }
}

/// What a reason is to the party that is named before it, in words.
pub(crate) fn render_obstacle(scenario: &Scenario, reason: &ReasonRow) -> String {
    let party = scenario.parties.iter().find(|it| it.name == reason.party);
    let issue = scenario.issues.iter().find(|it| it.name == reason.issue);
    let over = issue.map_or_else(String::new, |it| format!(" on “{}”", it.label));
    match reason.reason.as_str() {
        "reservation_value" => "what no deal is worth to it".to_owned(),
        "red_line" => format!("its red line “{}”", red_line(party, reason)),
        "held_out" => format!("holding out against an acceptable offer{over}"),
        "not_conceded" => format!("not conceding enough{over}"),
        "walked_out" => "walking out".to_owned(),
        "forfeited" => "forfeiting".to_owned(),
        other => other.replace('_', " "),
    }
}

fn red_line(party: Option<&Arc<Party>>, reason: &ReasonRow) -> String {
    let lines = party.into_iter().flat_map(|it| &it.preferences.red_lines);
    let mut lines = lines.filter(|it| it.name == reason.red_line);
    let line = lines.next();
    line.map_or_else(|| reason.red_line.clone(), |it| it.label.clone())
}
