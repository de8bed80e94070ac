//! The way in: bytes of unknown origin become our scenario file, or one error.

use std::path::Path;

use encoding_rs::{Encoding, UTF_8};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::domain::{DISCOUNT_FACTOR_MIN, SpaceError, TEXT_CHARS_MAX};
use crate::interchange::foreign::ForeignScenario;
use crate::interchange::identifiers::cut;
use crate::interchange::scenario_text::scenario_text;
use crate::interchange::unit_range::bring_into_unit_range;
use crate::interchange::{
    INPUT_BYTES_MAX, ROUNDS_DEFAULT, SCENARIO_BYTES_MAX, STEPS_DEFAULT, canonical_json, genius,
    genius_web,
};

/// How many bytes of a file are searched for its encoding.
const DECLARATION_BYTES_MAX: usize = 256;

/// A file of another tool.
#[derive(Clone, Copy, Debug)]
pub struct ForeignFile<'a> {
    /// Its name, for messages and for the names of parties.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// Whose scale utilities are on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scaling {
    /// As the tool itself evaluates them: GENIUS divides an option's value by the largest of its
    /// issue and weights by their sum.
    #[default]
    Own,
    /// As the numbers stand in the file, which is how NegMAS loads GENIUS's files.
    Raw,
}

/// What the files do not say.
#[derive(Clone, Copy, Debug)]
pub struct ImportOptions {
    /// Whose scale utilities are on.
    pub scaling: Scaling,
    /// The options that a range of real numbers becomes; at least 2.
    pub steps: usize,
    /// The rounds allowed; from 1 to 1,000,000.
    pub deadline_rounds: u32,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            scaling: Scaling::Own,
            steps: STEPS_DEFAULT,
            deadline_rounds: ROUNDS_DEFAULT,
        }
    }
}

/// A scenario of ours made from another tool's files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Imported {
    /// The scenario file.
    pub text: String,
    /// What could not be taken over as it is, a sentence each; also at the head of the file.
    pub losses: Vec<String>,
}

/// Why files could not be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// There is nothing to import.
    #[error("there is no file to import")]
    NoFile,
    /// All files together are larger than [`INPUT_BYTES_MAX`].
    #[error("the files have more than {} MiB together", INPUT_BYTES_MAX >> 20)]
    TooLarge,
    /// The bytes are no text in a known encoding.
    #[error("{file}: {problem}")]
    Encoding {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// The content is of no known format.
    #[error(
        "{file}: neither GENIUS XML nor a linear additive profile of GeniusWeb nor JSON with issues and parties"
    )]
    UnknownFormat {
        /// The file.
        file: String,
    },
    /// The files are of several formats.
    #[error("{file} and {other} are of different formats")]
    MixedFormats {
        /// One file.
        file: String,
        /// Another.
        other: String,
    },
    /// What is in a file, or in all together, does not make a scenario.
    #[error("{file}: {problem}")]
    Content {
        /// The file; the first, if it is about all of them.
        file: String,
        /// What is wrong.
        problem: Problem,
    },
}

/// What is wrong with a content, and where.
#[derive(Debug, thiserror::Error)]
#[error("{}{says}", line.map(|it| format!("line {it}: ")).unwrap_or_default())]
pub struct Problem {
    line: Option<usize>,
    says: String,
}

impl Problem {
    pub(super) fn says(says: impl AsRef<str>) -> Self {
        Self {
            line: None,
            // It may quote what a file calls things.
            says: cut(says.as_ref(), TEXT_CHARS_MAX),
        }
    }

    pub(super) fn at_line(line: usize, says: impl AsRef<str>) -> Self {
        Self {
            line: Some(line),
            ..Self::says(says)
        }
    }

    pub(super) fn of_file(self, file: &str) -> ImportError {
        ImportError::Content {
            file: file.to_owned(),
            problem: self,
        }
    }
}

impl From<SpaceError> for Problem {
    fn from(error: SpaceError) -> Self {
        Self::says(format!("the issues do not make a scenario: {error}"))
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::says(format!("not the JSON of this format: {error}"))
    }
}

/// A file whose text is known.
pub(super) struct ForeignText<'a> {
    pub(super) name: &'a str,
    pub(super) text: String,
}

impl ForeignText<'_> {
    /// The file's name without folders and ending.
    pub(super) fn stem(&self) -> String {
        let stem = Path::new(self.name).file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    fn file_name(&self) -> String {
        let name = Path::new(self.name).file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Genius,
    GeniusWeb,
    CanonicalJson,
}

/// Makes a scenario file of other tools' files.
///
/// The format is recognized by content: GENIUS XML (the domain and one utility file per party),
/// GeniusWeb profiles (one file per party), or a whole scenario as JSON.
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
        .map(decode)
        .collect::<Result<Vec<ForeignText<'_>>, ImportError>>()?;
    let formats = texts
        .iter()
        .map(recognize)
        .collect::<Result<Vec<Format>, ImportError>>()?;
    let (Some(first), Some(&format)) = (texts.first(), formats.first()) else {
        return Err(ImportError::NoFile);
    };
    if let Some(other) = formats.iter().position(|&it| it != format) {
        return Err(ImportError::MixedFormats {
            file: first.name.to_owned(),
            other: texts[other].name.to_owned(),
        });
    }
    let scenario = match format {
        Format::Genius => genius::read(&texts, options)?,
        Format::GeniusWeb => genius_web::read(&texts)?,
        Format::CanonicalJson => canonical_json::read(&texts, options.scaling)?,
    };
    finish(scenario, &texts, options).map_err(|it| it.of_file(first.name))
}

fn finish(
    mut scenario: ForeignScenario,
    texts: &[ForeignText<'_>],
    options: &ImportOptions,
) -> Result<Imported, Problem> {
    scenario.shorten_names();
    scenario.check()?;
    settle_discounts(&mut scenario, options);
    let divisor = bring_into_unit_range(&mut scenario);
    for loss in &mut scenario.losses {
        *loss = cut(loss, TEXT_CHARS_MAX);
    }
    let names: Vec<String> = texts.iter().map(ForeignText::file_name).collect();
    let text = scenario_text(&scenario, &names, divisor, options.deadline_rounds);
    if text.len() > SCENARIO_BYTES_MAX {
        return Err(ForeignScenario::too_long());
    }
    Ok(Imported {
        text,
        losses: scenario.losses,
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
    for party in &mut scenario.parties {
        // GENIUS takes what is not between 0 and 1 for no discount.
        let factor = party.discount_factor.filter(|it| 0.0 < *it && *it < 1.0);
        let rounds = f64::from(options.deadline_rounds);
        let per_round = factor.map(|it| libm::pow(it, 1.0 / (rounds + 1.0)));
        party.discount_factor =
            per_round.filter(|it| options.scaling == Scaling::Own && *it >= DISCOUNT_FACTOR_MIN);
        if let (Some(factor), None) = (factor, party.discount_factor) {
            scenario.losses.push(format!(
                "the discount factor {factor} of {} is left out: utilities do not fall with time",
                party.name
            ));
        }
    }
}

/// The bytes as text: UTF-8, UTF-16 with a byte order mark, or what an XML declaration names.
fn decode<'a>(file: &ForeignFile<'a>) -> Result<ForeignText<'a>, ImportError> {
    let wrong = |problem: String| ImportError::Encoding {
        file: file.name.to_owned(),
        problem,
    };
    let (encoding, n_mark) = match Encoding::for_bom(file.bytes) {
        Some(found) => found,
        None => match declared_encoding(file.bytes) {
            None => (UTF_8, 0),
            Some(label) => match Encoding::for_label(&label) {
                // Without a mark it was not read as UTF-16 until here, so it cannot be.
                Some(it) if it.is_ascii_compatible() => (it, 0),
                _ => {
                    let label = String::from_utf8_lossy(&label);
                    return Err(wrong(format!("the encoding `{label}` cannot be read")));
                }
            },
        },
    };
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(&file.bytes[n_mark..])
        .ok_or_else(|| wrong(format!("there are bytes that are not {}", encoding.name())))?;
    Ok(ForeignText {
        name: file.name,
        text: text.into_owned(),
    })
}

/// The encoding that an XML declaration names.
fn declared_encoding(bytes: &[u8]) -> Option<Vec<u8>> {
    let head = &bytes[..bytes.len().min(DECLARATION_BYTES_MAX)];
    let head = head.trim_ascii_start();
    let end = head.windows(2).position(|it| it == b"?>")?;
    let declaration = head[..end].strip_prefix(b"<?xml")?;
    let word = b"encoding";
    let at = declaration.windows(word.len()).position(|it| it == word)?;
    let rest = declaration[at + word.len()..].trim_ascii_start();
    let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
    let (&quote, rest) = rest.split_first()?;
    let length = rest.iter().position(|&it| it == quote)?;
    Some(rest[..length].to_vec())
}

fn recognize(file: &ForeignText<'_>) -> Result<Format, ImportError> {
    let unknown = || ImportError::UnknownFormat {
        file: file.name.to_owned(),
    };
    let text = file.text.trim_start();
    if text.starts_with('<') {
        return Ok(Format::Genius);
    }
    if !text.starts_with('{') {
        return Err(unknown());
    }
    let keys: Keys =
        serde_json::from_str(text).map_err(|error| Problem::from(error).of_file(file.name))?;
    match keys {
        Keys {
            linear: Some(_), ..
        } => Ok(Format::GeniusWeb),
        Keys {
            issues: Some(_),
            parties: Some(_),
            ..
        } => Ok(Format::CanonicalJson),
        Keys { .. } => Err(unknown()),
    }
}

/// What tells one JSON format from another.
#[derive(Deserialize)]
struct Keys {
    #[serde(rename = "LinearAdditiveUtilitySpace")]
    linear: Option<IgnoredAny>,
    issues: Option<IgnoredAny>,
    parties: Option<IgnoredAny>,
}
