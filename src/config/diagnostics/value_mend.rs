//! What would correct a value that is not TOML, or is no number of TOML's.

use crate::config::diagnostics::percent::share_of_percent;

/// What would correct a value that is not TOML.
pub(crate) struct ValueMend {
    /// What is wrong with it.
    pub(crate) wrong: &'static str,
    /// What to do.
    pub(crate) hint: String,
    /// What to write instead of it, if that is known to the letter.
    pub(crate) right: Option<String>,
}

impl ValueMend {
    /// One that replaces the value.
    pub(super) fn write(wrong: &'static str, right: String) -> Self {
        Self {
            wrong,
            hint: format!("write {right}"),
            right: Some(right),
        }
    }

    /// One that says what to do.
    pub(super) fn hint(wrong: &'static str, hint: &str) -> Self {
        Self {
            wrong,
            hint: hint.to_owned(),
            right: None,
        }
    }
}

/// What would correct a value that is not TOML.
pub(crate) fn mend_of_value(token: &str) -> Option<ValueMend> {
    let straight = token.replace(CURLY_QUOTES, "\"");
    if token.is_empty() {
        let hint = "write a value after the `=`";
        return Some(ValueMend::hint("a value is missing", hint));
    }
    if straight != token {
        let is_whole = straight.len() > 1 && straight.ends_with('"') && straight.starts_with('"');
        return Some(ValueMend {
            wrong: "strings are written in straight quotes",
            hint: format!("write {straight}, with straight quotes"),
            right: is_whole.then_some(straight),
        });
    }
    if token.contains("//") {
        let wrong = "a comment begins with `#`";
        return Some(ValueMend::hint(wrong, "write `#` for `//`"));
    }
    if let Some(number) = number_meant(token).filter(|it| it != token) {
        let wrong = if token.contains('%') {
            "a number cannot have a `%`"
        } else if token.contains(',') {
            "the decimal separator is a point"
        } else {
            "this is not a number"
        };
        return Some(ValueMend::write(wrong, number));
    }
    if let Some(word) = ["true", "false", "inf", "nan"]
        .iter()
        .find(|it| it.eq_ignore_ascii_case(token))
    {
        let wrong = "this word is written in lower case";
        return Some(ValueMend::write(wrong, (*word).to_owned()));
    }
    let (first, rest) = token.split_once(' ').unwrap_or((token, ""));
    if first.parse::<f64>().is_ok() && is_key(rest.trim()) {
        let right = format!("{first}, {}", rest.trim());
        return Some(ValueMend::write("entries are separated by commas", right));
    }
    let is_text = |it: char| it.is_alphanumeric() || " _-.'/".contains(it);
    (token.starts_with(char::is_alphabetic) && token.chars().all(is_text))
        .then(|| ValueMend::write("strings are written in quotes", format!("\"{token}\"")))
}

/// The number that people mean by how they write numbers elsewhere: `35 %`, `0,5`, `.5`, `1 000`.
pub(crate) fn number_meant(written: &str) -> Option<String> {
    let plain = written.trim().trim_end_matches(';').trim_end();
    let (plain, is_percent) = match plain.strip_suffix('%') {
        Some(it) => (it.trim_end(), true),
        None => (plain, false),
    };
    let (sign, digits) = match plain.strip_prefix(['-', '+']) {
        Some(it) => (plain.starts_with('-'), it),
        None => (false, plain),
    };
    let is_digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let (whole, decimals) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    let groups: Vec<&str> = whole.split([' ', '\'', '\u{a0}', '\u{202f}']).collect();
    let are_groups = groups[1..].iter().all(|it| it.len() == 3);
    let whole = groups.concat();
    let is_whole = whole.is_empty() && digits.starts_with(['.', ',']) || is_digits(&whole);
    let is_decimals = decimals.is_empty() || is_digits(decimals);
    if !is_whole || !is_decimals || !are_groups || whole.is_empty() && decimals.is_empty() {
        return None;
    }
    let number: f64 = format!("{whole}.{decimals}0").parse().ok()?;
    let number = if sign { -number } else { number };
    Some(if is_percent {
        share_of_percent(number)
    } else if digits.contains(['.', ',']) && whole.len() + decimals.len() > 0 {
        format!("{number:?}")
    } else {
        format!("{number}")
    })
}

/// Quotes that are not TOML's.
pub(super) const CURLY_QUOTES: [char; 7] = ['“', '”', '„', '‟', '«', '»', '″'];

/// Whether a text could be a key without quotes.
pub(super) fn is_key(text: &str) -> bool {
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || it == b'_' || it == b'-';
    !text.is_empty() && text.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them_are_understood() {
        for (written, meant) in [
            ("35%", "0.35"),
            ("35 %", "0.35"),
            ("7,5 %", "0.075"),
            ("100%", "1"),
            ("0,5", "0.5"),
            ("2,0", "2.0"),
            ("-0,5", "-0.5"),
            (".5", "0.5"),
            ("1.", "1.0"),
            ("1 000", "1000"),
            ("1'000'000", "1000000"),
            ("0.3;", "0.3"),
            ("0.35", "0.35"),
        ] {
            assert_eq!(number_meant(written).as_deref(), Some(meant), "{written}");
        }
        for written in ["", "%", ".", "a", "1 0", "1,2,3", "0x1f", "high", "1e5 %"] {
            assert_eq!(number_meant(written), None, "{written}");
        }
    }
}
