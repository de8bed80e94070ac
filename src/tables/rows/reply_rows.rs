//! The table of what parties from outside replied: all that a run needs to be replayed without them.

use std::borrow::Cow;
use std::fmt::Write as _;

use demarche_core::domain::Scenario;
use demarche_core::protocol::{Action, ProtocolViolation};
use demarche_core::randomness::Replication;

use crate::actors::PartyReply;
use crate::experiment::CellId;
use crate::tables::formats::{Field, Rows};

/// Adds the rows of replies in a session.
pub(crate) fn push_replies(
    rows: &mut Rows,
    scenario: &Scenario,
    cell: CellId,
    replication: Replication,
    replies: &[PartyReply],
) {
    for it in replies {
        let acted = it.reply.acted.as_ref();
        let action = acted.ok().copied();
        let offer = match action {
            Some(Action::Offer(offer)) if scenario.space.contains(offer) => Some(offer),
            _ => None,
        };
        let text = it.reply.text.as_deref().map(escaped);
        let fixed = [
            cell.0.into(),
            replication.0.into(),
            it.round.into(),
            scenario.party(it.party).name.as_str().into(),
            it.ask.name().into(),
            action.map(Action::name).into(),
            violation(scenario, it).into(),
            text.as_deref().into(),
        ];
        let options = scenario
            .space
            .issues()
            .map(|issue| offer.map_or(Field::Missing, |it| scenario.option_name(it, issue).into()));
        rows.push(fixed.into_iter().chain(options));
    }
}

/// How a reply broke the rules, in a word; `None` if it did not.
fn violation(scenario: &Scenario, it: &PartyReply) -> Option<&'static str> {
    match it.reply.acted.as_ref() {
        Err(violation) => Some(violation.name()),
        Ok(action) if !it.ask.allows(*action) => {
            let (asked, action) = (it.ask, *action);
            Some(ProtocolViolation::WrongAction { asked, action }.name())
        }
        Ok(Action::Offer(offer)) if !scenario.space.contains(*offer) => {
            Some(ProtocolViolation::OfferOutsideSpace.name())
        }
        Ok(_) => None,
    }
}

/// A text without line breaks and control characters: they are written as in JSON, and so is `\\`.
fn escaped(text: &str) -> Cow<'_, str> {
    let is_plain = |it: char| !it.is_control() && it != '\\';
    if text.chars().all(is_plain) {
        return text.into();
    }
    let mut res = String::with_capacity(text.len() + 8);
    for it in text.chars() {
        match it {
            '\\' => res.push_str("\\\\"),
            '\n' => res.push_str("\\n"),
            '\r' => res.push_str("\\r"),
            '\t' => res.push_str("\\t"),
            it if it.is_control() => {
                let _ = write!(res, "\\u{:04x}", u32::from(it));
            }
            it => res.push(it),
        }
    }
    res.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_in_its_row() {
        assert_eq!(escaped("as it is, \"quoted\""), "as it is, \"quoted\"");
        assert_eq!(escaped("a\nb\\n\u{7}"), "a\\nb\\\\n\\u0007");
    }
}
