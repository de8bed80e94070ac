//! A few questions about a scenario, asked at the terminal until there are sensible answers.

use std::io::BufRead;

use demarche_core::domain::{LABEL_CHARS_MAX, OPTIONS_MAX, OUTCOMES_MAX, PARTIES_MAX};
use demarche_core::protocol::ROUNDS_MAX;

use crate::cli::failure::Failure;
use crate::cli::interactive::LineInput;
use crate::cli::print;
use crate::cli::render::{BAD, FAINT, count, heading, styled, wrap};
use crate::cli::scaffold::answers::{Answers, ConsentAnswer, IssueAnswer, PartyAnswer};
use crate::cli::scaffold::template::title_of;

/// Issues that are asked for: further ones are written into the file.
const ISSUES_ASKED_MAX: usize = 20;

/// Parties of whom it can still be asked one by one what they want.
const PARTIES_ASKED_MAX: usize = 12;

/// Rounds, if the person has no other wish.
const ROUNDS_PROPOSED: u32 = 10;

/// The questions and whoever answers them.
#[derive(Debug)]
pub(crate) struct Interview<R> {
    input: LineInput<R>,
    width: usize,
}

impl<R: BufRead> Interview<R> {
    pub(crate) fn new(input: LineInput<R>, width: usize) -> Self {
        Self { input, width }
    }

    /// Asks, and returns the text of the scenario of this name, in a file that commands call so.
    pub(crate) fn scenario_text(mut self, name: &str, file: &str) -> Result<String, Failure> {
        self.say(&format!(
            "A few questions about the scenario in {file}. Enter takes what stands in brackets; with \
             Ctrl-C nothing is written. Everything can be changed in the file."
        ))?;
        print("\n")?;
        let title = title_of(name);
        let title = self.until_right("Title", &title, |it| Ok(one_label(it)?.to_owned()))?;
        let parties = self.labels("Parties, with commas between them", "A, B", 2..=PARTIES_MAX)?;
        let issues = self.issues()?;
        let consent = if parties.len() > 2 {
            self.consent(parties.len())?
        } else {
            ConsentAnswer::All
        };
        let rounds = self.until_right(
            "Rounds of talks before it is too late",
            &ROUNDS_PROPOSED.to_string(),
            |it| {
                let rounds = it.replace('_', "").parse().ok();
                let rounds = rounds.filter(|it| (1..=ROUNDS_MAX).contains(it));
                rounds
                    .ok_or_else(|| format!("a whole number from 1 to {}", count(ROUNDS_MAX.into())))
            },
        )?;
        let parties = self.parties(parties, &issues)?;
        let answers = Answers {
            title,
            issues,
            parties,
            consent,
            rounds,
        };
        print("\n")?;
        Ok(answers.scenario_text(name, file))
    }

    fn issues(&mut self) -> Result<Vec<IssueAnswer>, Failure> {
        let question = "What is to be settled, with commas between the issues";
        let labels = self.labels(question, "Territory, Timing", 1..=ISSUES_ASKED_MAX)?;
        let n_issues = labels.len();
        let mut issues: Vec<IssueAnswer> = Vec::new();
        for (idx, label) in labels.into_iter().enumerate() {
            let question = format!(
                "{label}: its options, from one end to the other, with commas between them"
            );
            // So many may it have without too many outcomes, when those to come have two each.
            let n_before: u64 = issues.iter().map(|it| it.options.len() as u64).product();
            let n_others = n_before << (n_issues - 1 - idx);
            let most = usize::try_from(OUTCOMES_MAX / n_others).unwrap_or(OPTIONS_MAX);
            let options = self.labels(&question, "no, in part, yes", 2..=most.min(OPTIONS_MAX))?;
            issues.push(IssueAnswer { label, options });
        }
        Ok(issues)
    }

    fn consent(&mut self, n_parties: usize) -> Result<ConsentAnswer, Failure> {
        let question = format!(
            "How many of the {n_parties} must say yes to a deal (fewer than {n_parties}: so many, \
             whoever they are)"
        );
        self.until_right(&question, &n_parties.to_string(), |it| {
            match it.parse::<usize>() {
                Ok(it) if it == n_parties => Ok(ConsentAnswer::All),
                Ok(it) if (1..n_parties).contains(&it) => Ok(ConsentAnswer::Quota(it)),
                _ => Err(format!("a whole number from 1 to {n_parties}")),
            }
        })
    }

    /// What each party wants; of many, a guess of which none is asked.
    fn parties(
        &mut self,
        labels: Vec<String>,
        issues: &[IssueAnswer],
    ) -> Result<Vec<PartyAnswer>, Failure> {
        let is_asked = labels.len() <= PARTIES_ASKED_MAX;
        let mut parties = Vec::new();
        for (idx, label) in labels.into_iter().enumerate() {
            // Neighbors begin at opposite ends.
            let guess = |it: &IssueAnswer| {
                if idx % 2 == 0 {
                    0
                } else {
                    it.options.len() - 1
                }
            };
            let mut party = PartyAnswer {
                best: issues.iter().map(guess).collect(),
                matters_most: idx % issues.len(),
                label,
            };
            if is_asked {
                print(&format!(
                    "\n{}\n",
                    heading(&wrap(&party.label, self.width, 0))
                ))?;
                for (issue, best) in issues.iter().zip(&mut party.best) {
                    let question = format!("{}: which does it like best?", issue.label);
                    *best = self.one_of(&question, &issue.options, *best)?;
                }
                if issues.len() > 1 {
                    let labels: Vec<String> = issues.iter().map(|it| it.label.clone()).collect();
                    let question = "Which of these matters most to it?";
                    party.matters_most = self.one_of(question, &labels, party.matters_most)?;
                }
            }
            parties.push(party);
        }
        Ok(parties)
    }

    /// The position of one of some labels, chosen by its number or by its beginning.
    fn one_of(
        &mut self,
        question: &str,
        labels: &[String],
        proposed: usize,
    ) -> Result<usize, Failure> {
        let numbered = labels.iter().enumerate();
        let numbered: Vec<String> = numbered
            .map(|(idx, it)| format!("{} {it}", idx + 1))
            .collect();
        let question = format!("{question} {}", numbered.join(", "));
        self.until_right(&question, &(proposed + 1).to_string(), |it| {
            let number = it
                .parse::<usize>()
                .ok()
                .filter(|it| (1..=labels.len()).contains(it));
            let wanted = it.to_lowercase();
            let mut named =
                (0..labels.len()).filter(|it| labels[*it].to_lowercase().starts_with(&wanted));
            let named = named.next().filter(|_| named.next().is_none());
            number
                .map(|it| it - 1)
                .or(named)
                .ok_or_else(|| format!("a number from 1 to {}", labels.len()))
        })
    }

    /// Several labels, all different.
    fn labels(
        &mut self,
        question: &str,
        proposed: &str,
        n_wanted: std::ops::RangeInclusive<usize>,
    ) -> Result<Vec<String>, Failure> {
        self.until_right(question, proposed, |it| {
            let parts = it.split(',').map(str::trim).filter(|it| !it.is_empty());
            let labels: Vec<&str> = parts.map(one_label).collect::<Result<_, _>>()?;
            if !n_wanted.contains(&labels.len()) {
                return Err(format!(
                    "from {} to {} of them, with commas between them",
                    n_wanted.start(),
                    count(*n_wanted.end() as u64)
                ));
            }
            let twice = labels
                .iter()
                .enumerate()
                .find(|(idx, it)| labels[..*idx].contains(it));
            match twice {
                Some((_, it)) => Err(format!("`{it}` is there twice")),
                None => Ok(labels.into_iter().map(str::to_owned).collect()),
            }
        })
    }

    /// Asks until the answer is right, and says each time why it is not; an empty one is what is
    /// proposed.
    fn until_right<T>(
        &mut self,
        question: &str,
        proposed: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        loop {
            let shown = format!("{question} [{proposed}]:");
            print(&format!(
                "{} ",
                wrap(&shown, self.width.saturating_sub(12), 0)
            ))?;
            let Some(line) = self.input.line()? else {
                return Err(Failure::CouldNotFinish(
                    "input ended before the last question; nothing was written".to_owned(),
                ));
            };
            let answer = line.trim();
            match read(if answer.is_empty() { proposed } else { answer }) {
                Ok(it) => return Ok(it),
                Err(why) => {
                    let line = wrap(&format!("That is not an answer: {why}."), self.width, 0);
                    print(&format!("{}\n", styled(BAD, &line)))?;
                }
            }
        }
    }

    fn say(&self, text: &str) -> Result<(), Failure> {
        print(&format!("{}\n", styled(FAINT, &wrap(text, self.width, 0))))
    }
}

/// A label, if it is one that files may have.
fn one_label(text: &str) -> Result<&str, String> {
    if text.chars().count() > LABEL_CHARS_MAX {
        return Err(format!("at most {LABEL_CHARS_MAX} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("it contains a control character".to_owned());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::interactive::Echo;

    #[track_caller]
    fn text_of(lines: &str) -> Result<String, Failure> {
        let input = LineInput::new(lines.as_bytes(), Echo::Off);
        Interview::new(input, 80).scenario_text("talks", "talks.toml")
    }

    #[test]
    fn enter_alone_makes_a_scenario() {
        let text = text_of(&"\n".repeat(20)).unwrap();
        assert!(text.contains("title = \"Talks\""), "{text}");
        assert!(text.contains("[protocol.alternating_offers]"), "{text}");
    }

    #[test]
    fn answers_are_asked_for_again_until_they_are_right() {
        let lines = "Water\nUpper\nUpper, Upper\nUpper, Lower, Mill\nHours, Upkeep\nday\nday, night\n\
                     low, middle, high\n4\n2\nmany\n7\n2\nlo\n3\n1\n1\nu\n\n\n\n\n\n";
        let text = text_of(lines).unwrap();
        for part in [
            "title = \"Water\"",
            "quota = 2",
            "deadline_rounds = 7",
            "[protocol.proposal_and_vote]",
            "utility = { day = 0.0, night = 1.0 }",
            "id = \"mill\"",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn without_an_answer_nothing_is_written() {
        let error = text_of("Water\nUpper, Lower\n").unwrap_err();
        assert!(matches!(error, Failure::CouldNotFinish(it) if it.contains("nothing was written")));
    }
}
