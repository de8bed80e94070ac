//! Files of unknown origin: their bytes, and the texts that these are.

use std::path::Path;

use encoding_rs::{Encoding, UTF_8};

use crate::interchange::error::ImportError;

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

/// A file whose text is known.
#[derive(Debug)]
pub(super) struct ForeignText<'a> {
    pub(super) name: &'a str,
    pub(super) text: String,
}

impl<'a> ForeignText<'a> {
    /// The bytes as text: UTF-8, UTF-16 with a byte order mark, or what an XML declaration names.
    pub(super) fn decode(file: &ForeignFile<'a>) -> Result<Self, ImportError> {
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
                        return Err(wrong(format!("the encoding `{label}` is not supported")));
                    }
                },
            },
        };
        let text = encoding
            .decode_without_bom_handling_and_without_replacement(&file.bytes[n_mark..])
            .ok_or_else(|| wrong(format!("there are bytes that are not {}", encoding.name())))?;
        Ok(Self {
            name: file.name,
            text: text.into_owned(),
        })
    }

    /// The file's name without folders and ending.
    pub(super) fn stem(&self) -> String {
        let stem = Path::new(self.name).file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    /// The file's name without folders.
    pub(super) fn file_name(&self) -> String {
        let name = Path::new(self.name).file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Whether the file's name ends in one of these.
    pub(super) fn ends_in(&self, endings: &[&str]) -> bool {
        let ending = Path::new(self.name).extension().unwrap_or_default();
        endings.iter().any(|it| ending.eq_ignore_ascii_case(it))
    }
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
