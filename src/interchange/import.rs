//! The way in: bytes of unknown origin become our scenario file, or one error.

use demarche_core::domain::{DISCOUNT_FACTOR_MIN, TEXT_CHARS_MAX};

use crate::interchange::error::{ImportError, Problem};
use crate::interchange::foreign::{Discount, ForeignScenario};
use crate::interchange::formats::{Content, Format, Part, Role, read, recognize};
use crate::interchange::identifiers::{cut, one_line};
use crate::interchange::options::{ImportOptions, Scaling};
use crate::interchange::scenario_text::scenario_text;
use crate::interchange::source::{ForeignFile, ForeignText};
use crate::interchange::unit_range::bring_into_unit_range;
use crate::interchange::{INPUT_BYTES_MAX, SCENARIO_BYTES_MAX};

/// A scenario of ours made from another tool's files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Imported {
    /// The scenario file.
    pub text: String,
    /// What could not be taken over as it is, a sentence each; also at the head of the file.
    pub losses: Vec<String>,
    /// Files that are no part of the scenario, each with the reason; also at the head of the file.
    pub passed_over: Vec<String>,
}

/// Makes a scenario file of other tools' files.
///
/// What a file is, is recognized by its content: a domain, the preferences of a party, or a whole
/// scenario, in one of several formats.
/// Of several formats the first in this order is read: GENIUS XML, NegMAS's YAML, NegMAS's JSON,
/// GeniusWeb, a scenario in one JSON file.
/// All other files are skipped, except those that are broken.
/// Parties are in the order of their files.
///
/// # Errors
///
/// [`ImportError`] names the first file that is wrong, and how.
pub fn import(files: &[ForeignFile<'_>], options: &ImportOptions) -> Result<Imported, ImportError> {
    let n_bytes: usize = files.iter().map(|it| it.bytes.len()).sum();
    if n_bytes > INPUT_BYTES_MAX {
        return Err(ImportError::TooLarge);
    }
    let texts = files
        .iter()
        .map(ForeignText::decode)
        .collect::<Result<Vec<ForeignText<'_>>, ImportError>>()?;
    let contents = texts
        .iter()
        .map(recognize)
        .collect::<Result<Vec<Content>, ImportError>>()?;
    let first = texts.first().ok_or(ImportError::NoFile)?;
    let format = format_of(&contents);
    let mut parts = Vec::new();
    let mut passed_over = Vec::new();
    for (text, content) in texts.iter().zip(contents) {
        let reason = match content {
            Content::Part(it, role) if Some(it) == format => {
                parts.push(Part { text, role });
                continue;
            }
            Content::Part(..) => "files of another format are present".to_owned(),
            // Without any part of a scenario it is what is wrong.
            Content::Other(problem) if format.is_none() => return Err(problem.of_file(text.name)),
            Content::Other(problem) => problem.to_string(),
        };
        passed_over.push(format!("{} ({reason})", text.file_name()));
    }
    let Some(format) = format else {
        return Err(ImportError::NoFile);
    };
    let mut scenario = read(format, &parts, options).map_err(|it| it.beside(&passed_over))?;
    passed_over.append(&mut scenario.passed_over);
    scenario.passed_over = passed_over;
    let others = scenario.passed_over.clone();
    finish(scenario, &parts, options).map_err(|it| it.of_file(first.name).beside(&others))
}

/// The first format with preferences; if there are none, the first with any part of a scenario.
fn format_of(contents: &[Content]) -> Option<Format> {
    let first = |is_wanted: fn(Role) -> bool| {
        let found = contents.iter().filter_map(|it| match it {
            Content::Part(format, role) if is_wanted(*role) => Some(*format),
            Content::Part(..) | Content::Other(_) => None,
        });
        found.min()
    };
    first(|it| it != Role::Domain).or_else(|| first(|_| true))
}

fn finish(
    mut scenario: ForeignScenario,
    parts: &[Part<'_>],
    options: &ImportOptions,
) -> Result<Imported, Problem> {
    scenario.shorten_names();
    scenario.check()?;
    settle_discounts(&mut scenario, options);
    let divisor = bring_into_unit_range(&mut scenario);
    for line in (scenario.losses.iter_mut()).chain(&mut scenario.passed_over) {
        *line = cut(&one_line(line), TEXT_CHARS_MAX);
    }
    let names: Vec<String> = parts.iter().map(|it| it.text.file_name()).collect();
    let text = scenario_text(&scenario, &names, divisor, options.deadline_rounds);
    if text.len() > SCENARIO_BYTES_MAX {
        return Err(ForeignScenario::too_long());
    }
    Ok(Imported {
        text,
        losses: scenario.losses,
        passed_over: scenario.passed_over,
    })
}

/// Turns discounts over the whole time into discounts per round, or leaves them out.
///
/// ```text
/// u · d^t,  t = r / (rounds + 1)   =   d^(1/(rounds + 1)) · u · δ^(r − 1),   δ = d^(1/(rounds + 1))
/// ```
///
/// The first factor is the same for every outcome and round.
fn settle_discounts(scenario: &mut ForeignScenario, options: &ImportOptions) {
    let rounds = f64::from(options.deadline_rounds);
    for party in &mut scenario.parties {
        let (factor, per_round) = match party.discount.take() {
            Some(Discount::WholeTime(it)) => (it, libm::pow(it, 1.0 / (rounds + 1.0))),
            Some(Discount::PerRound(it)) => (it, it),
            None => continue,
        };
        // GENIUS takes what is not between 0 and 1 for no discount.
        if !(0.0 < factor && factor < 1.0) {
            continue;
        }
        if options.scaling == Scaling::Own && per_round >= DISCOUNT_FACTOR_MIN {
            party.discount = Some(Discount::PerRound(per_round));
        } else {
            scenario.losses.push(format!(
                "the discount factor {factor} of {} is ignored: utilities are not discounted",
                party.name
            ));
        }
    }
}
