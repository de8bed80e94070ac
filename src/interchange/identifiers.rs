//! Names of other tools, which may hold anything, as identifiers of ours.

use std::collections::BTreeSet;

/// The most letters taken over from a name; what makes it unique comes behind.
const LENGTH_MAX: usize = 60;

/// An identifier for every name, in order, all different: lower-case letters, digits and `_`.
///
/// `prefix` stands before those that would not begin with a letter.
pub(crate) fn identifiers<'a>(
    names: impl IntoIterator<Item = &'a str>,
    prefix: &str,
) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let unique = |name: &str| {
        let plain = identifier(name, prefix);
        let mut res = plain.clone();
        let mut n = 1;
        while !taken.insert(res.clone()) {
            n += 1;
            res = format!("{plain}_{n}");
        }
        res
    };
    names.into_iter().map(unique).collect()
}

fn identifier(name: &str, prefix: &str) -> String {
    // The one sign that carries meaning: 5 and −5 are different options.
    let spelled = match name.strip_prefix('-') {
        Some(rest) if rest.starts_with(|it: char| it.is_ascii_digit()) => format!("minus {rest}"),
        _ => name.to_owned(),
    };
    let mut res = String::new();
    for letter in spelled.chars() {
        if res.len() >= LENGTH_MAX {
            break;
        }
        if letter.is_ascii_alphanumeric() {
            res.push(letter.to_ascii_lowercase());
        } else if !res.is_empty() && !res.ends_with('_') {
            res.push('_');
        }
    }
    let plain = res.trim_end_matches('_');
    if plain.is_empty() {
        prefix.to_owned()
    } else if plain.starts_with(|it: char| it.is_ascii_digit()) {
        format!("{prefix}_{plain}")
    } else {
        plain.to_owned()
    }
}

/// A text of so many characters at most; what is cut off leaves `…` behind.
pub(super) fn cut(text: &str, n_chars: usize) -> String {
    match text.char_indices().nth(n_chars) {
        None => text.to_owned(),
        Some(_) => text.chars().take(n_chars - 1).chain(['…']).collect(),
    }
}

/// A name on one line: every run of blanks and control characters becomes a blank.
pub(super) fn one_line(name: &str) -> String {
    let words = name.split(|it: char| it.is_whitespace() || it.is_control());
    let words: Vec<&str> = words.filter(|it| !it.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: &[&str]) {
        assert_eq!(identifiers(names.iter().copied(), "option"), expected);
    }

    #[test]
    fn names_become_identifiers() {
        check(
            &["Signing bonus", "$4.37", "10%"],
            &["signing_bonus", "option_4_37", "option_10"],
        );
        check(&["-5", "5", "- 5"], &["minus_5", "option_5", "option_5_2"]);
        check(
            &["Größe", "..", "", "日本"],
            &["gr_e", "option", "option_2", "option_3"],
        );
    }

    #[test]
    fn identifiers_are_all_different() {
        check(&["a", "A", "a_2", "a"], &["a", "a_2", "a_2_2", "a_3"]);
        let long = "x".repeat(200);
        let ids = identifiers([long.as_str(), long.as_str()], "option");
        assert!(ids.iter().all(|it| it.len() <= 80));
        assert_ne!(ids[0], ids[1]);
    }

    #[test]
    fn a_name_stays_on_its_line() {
        assert_eq!(one_line(" a\n\u{1}b\tc "), "a b c");
    }
}
