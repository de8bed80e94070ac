//! What is not TOML: each cause once, with what would correct it.
//!
//! The parser continues after an error and reports its consequences. Here what has one cause
//! becomes one error, and the usual causes are named.

use std::ops::Range;

use toml::de::Error;

use crate::config::diagnostics::diagnostic::Diagnostic;
use crate::config::diagnostics::value_mend::{
    CURLY_QUOTES, ValueMend, is_key, mend_of_value, number_meant,
};

/// Tables that are entries of lists: each heading of one has two brackets.
pub(crate) const LISTS_OF_TABLES: [&str; 13] = [
    "source",
    "issue",
    "party",
    "party.preference",
    "party.interaction",
    "party.red_line",
    "party.strategy",
    "leverage",
    "correlation",
    "consent",
    "claim",
    "map.region",
    "sweep.axis",
];

/// The errors of a text that stands at a place among all texts, one for each cause.
pub(crate) fn diagnostics(text: &str, start: usize, errors: &[Error]) -> Vec<Diagnostic> {
    if errors.is_empty() {
        return Vec::new();
    }
    if let Some(other) = other_format(text) {
        let place = start..start + 1;
        let message = format!("this is {other}, not TOML");
        let hint = "`demarche import` converts another tool's files to a scenario";
        return vec![Diagnostic::at(place, message).hint(hint)];
    }
    let mut errors: Vec<(Range<usize>, &str)> = errors
        .iter()
        .map(|it| (it.span().unwrap_or(0..0), it.message()))
        .collect();
    errors.sort_by_key(|it| it.0.start);
    let mut found = Found {
        text,
        start,
        scan: Scan::of(text),
        line: None,
        explained: 0..0,
        has_value_in: 0..0,
        doubled_table: 0..0,
        diagnostics: Vec::new(),
    };
    found.unclosed(&mut errors);
    for (span, message) in errors {
        found.add(span, message);
    }
    found.diagnostics
}

/// What a text is that another tool may have written.
fn other_format(text: &str) -> Option<&'static str> {
    match text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .chars()
        .next()
    {
        Some('{') => Some("JSON"),
        Some('<') => Some("XML"),
        _ => None,
    }
}

/// What was found so far, going through the errors from the first to the last.
struct Found<'a> {
    text: &'a str,
    start: usize,
    scan: Scan,
    /// The line of the error before.
    line: Option<Range<usize>>,
    /// Where all errors have been explained.
    explained: Range<usize>,
    /// The line in which a value was explained: what else is wrong there may follow from it.
    has_value_in: Range<usize>,
    /// The table whose heading was explained as doubled.
    doubled_table: Range<usize>,
    diagnostics: Vec<Diagnostic>,
}

impl Found<'_> {
    fn push(&mut self, place: Range<usize>, message: &str, hint: impl Into<Option<String>>) {
        let diagnostic = self.diagnostic(place, message).hint_if(hint.into());
        self.diagnostics.push(diagnostic);
    }

    /// Adds an error with what to write instead of all that stands there.
    fn push_mend(&mut self, place: Range<usize>, mend: ValueMend) {
        let diagnostic = self.diagnostic(place, mend.wrong).hint(mend.hint);
        self.diagnostics.push(match mend.right {
            Some(right) => diagnostic.instead(right),
            None => diagnostic,
        });
    }

    fn diagnostic(&self, place: Range<usize>, message: &str) -> Diagnostic {
        let place = self.start + place.start..self.start + place.end;
        Diagnostic::at(place, format!("this is not TOML: {message}"))
    }

    /// Explains a bracket that is never closed, and takes away the errors behind it: the parser
    /// reads the rest of the file as part of the list.
    fn unclosed(&mut self, errors: &mut Vec<(Range<usize>, &str)>) {
        let is_there = |what: &str| errors.iter().any(|it| it.1.starts_with(what));
        let Some(open) = self.scan.unclosed else {
            return;
        };
        if !is_there("unclosed array, ") && !is_there("unclosed inline table, ") {
            return;
        }
        // A quote that is not closed takes the brackets behind it into the text.
        let quote = errors.iter().find(|it| is_unclosed_text(it.1));
        if let Some(quote) = quote.map(|it| it.0.start) {
            errors.retain(|it| it.0.start <= quote);
            return;
        }
        errors.retain(|it| it.0.start < open);
        let (sign, closing) = match &self.text[open..=open] {
            "[" => ("[", "]"),
            _ => ("{", "}"),
        };
        let message = format!("this `{sign}` is not closed");
        let hint = format!("close it with `{closing}` before the next key or heading");
        self.push(open..open + 1, &message, hint);
    }

    fn add(&mut self, span: Range<usize>, message: &str) {
        if self.explained.contains(&span.start)
            || self.explained.end == span.start && span.start > 0
        {
            return;
        }
        let is_in = |it: &Range<usize>| it.start <= span.start && span.start <= it.end;
        let known = self.line.clone().filter(is_in);
        let is_new = known.is_none();
        let line = known.unwrap_or_else(|| line_at(self.text, span.start));
        self.line = Some(line.clone());
        if message == "duplicate key" {
            self.doubled(span, &line);
            return;
        }
        // A line is searched once: it may have any length and any number of errors.
        if is_new && self.decimal_commas(&line) {
            self.explained = line;
            return;
        }
        let token = self.token(&span, &line);
        let is_key = self.text[line.start..token.start].trim().is_empty();
        let is_value = !is_key && (!token.is_empty() || self.is_missing(&token, &line));
        let mend = is_value.then(|| mend_of_value(&self.text[token.clone()]));
        if let Some(mend) = mend.flatten() {
            self.explained = token.clone();
            self.push_mend(token, mend);
            self.has_value_in = line;
            return;
        }
        if self.has_value_in != line {
            let (message, hint) = self.structural(&span, message, &line);
            self.push(span, &message, hint);
        }
        self.explained = line;
    }

    /// Explains a key or a heading that was there before.
    fn doubled(&mut self, span: Range<usize>, line: &Range<usize>) {
        if self.doubled_table.contains(&span.start) {
            return;
        }
        let heading = self.text[line.clone()].trim().strip_prefix('[');
        let Some(name) = heading.map(|it| it.trim_matches(['[', ']'])) else {
            let key = self.text[span.clone()].to_owned();
            self.push(span, &format!("the key `{key}` appears twice"), None);
            return;
        };
        let message = format!("the heading `[{name}]` appears twice");
        let hint = LISTS_OF_TABLES
            .contains(&name)
            .then(|| format!("write [[{name}]], in double brackets, above each entry of the list"));
        self.push(span.clone(), &message, hint);
        // The keys below the second are doubled only because of it.
        let next = self.text[line.end..].find("\n[");
        self.doubled_table = span.start..next.map_or(self.text.len(), |it| line.end + it + 1);
    }

    /// Explains numbers with a comma before their decimals; whether there is one in the line.
    fn decimal_commas(&mut self, line: &Range<usize>) -> bool {
        let mut commas = Vec::new();
        let mut from = line.start;
        while let Some(sign) = self.text[from..line.end].find('=').map(|it| from + it) {
            from = sign + 1;
            let rest = &self.text[from..line.end];
            let begin = from + rest.len() - rest.trim_start().len();
            let is_part = |it: &char| it.is_ascii_digit() || "+-,".contains(*it);
            let length = self.text[begin..line.end]
                .chars()
                .take_while(is_part)
                .count();
            // A comma at its end stands between two entries.
            let token = self.text[begin..begin + length].trim_end_matches(',');
            if token.matches(',').count() == 1 && self.scan.is_code(sign) {
                commas.extend(number_meant(token).map(|it| (begin..begin + token.len(), it)));
            }
        }
        for (place, number) in &commas {
            let written = &self.text[place.clone()];
            let wrong = "the decimal separator is a point";
            let mend = match written.split_once(',') {
                Some((whole, thousands)) if thousands.len() == 3 => {
                    let hint = format!("write {number}, or {whole}_{thousands} for thousands");
                    ValueMend::hint(wrong, &hint)
                }
                _ => ValueMend::write(wrong, number.clone()),
            };
            self.push_mend(place.clone(), mend);
        }
        !commas.is_empty()
    }

    /// Whether a value is missing at a place: nothing follows the sign before it.
    fn is_missing(&self, place: &Range<usize>, line: &Range<usize>) -> bool {
        self.text[line.start..place.start].trim_end().ends_with('=')
    }

    /// The whole value that an error is in: what stands between the signs around it.
    fn token(&self, span: &Range<usize>, line: &Range<usize>) -> Range<usize> {
        let is_end = |it: char| "=[]{},#\n".contains(it);
        let before = &self.text[line.start..span.start];
        let begin = before
            .rfind(is_end)
            .map_or(line.start, |it| line.start + it + 1);
        let rest = &self.text[span.start..line.end];
        let end = rest.find(is_end).map_or(line.end, |it| span.start + it);
        let end = end.max(span.end.min(line.end));
        // A text between curly quotes may have any of those signs in it.
        let is_open = self.text[begin..end].trim_start().starts_with(CURLY_QUOTES)
            && self.text[begin..end].matches(CURLY_QUOTES).count() == 1;
        let closing = self.text[end..line.end]
            .find(CURLY_QUOTES)
            .filter(|_| is_open);
        let end = closing.map_or(end, |it| {
            let rest = self.text[end + it..].chars().next();
            end + it + rest.map_or(0, char::len_utf8)
        });
        let token = &self.text[begin..end];
        let begin = begin + token.len() - token.trim_start().len();
        begin..begin + token.trim().len()
    }

    /// Words and a hint for an error that is about more than a value.
    fn structural(
        &self,
        span: &Range<usize>,
        message: &str,
        line: &Range<usize>,
    ) -> (String, Option<String>) {
        let at = self.text[span.start..].chars().next();
        let before = self.text[line.start..span.start].trim();
        let rendered = |message: &str, hint: &str| (message.to_owned(), Some(hint.to_owned()));
        match at {
            Some(':') => {
                let message = "a key and its value are separated by `=`";
                return (message.to_owned(), Some(format!("write {before} = ...")));
            }
            Some('*') if message.starts_with("invalid unquoted key") => {
                return rendered(
                    "a key with `*` is written in quotes",
                    "a path is one key, in quotes: \"party.*.strategy\" = ...",
                );
            }
            Some(it) if CURLY_QUOTES.contains(&it) => {
                return rendered(
                    "strings are written in straight quotes",
                    "use a straight quote: \"",
                );
            }
            Some(it) if !it.is_ascii() && it.is_whitespace() => {
                let message = format!("this space is the character U+{:04X}", u32::from(it));
                return (message, Some("replace it with a space".to_owned()));
            }
            _ => {}
        }
        if message.starts_with("unclosed array table") || message.starts_with("unclosed table") {
            rendered(
                "this heading is not closed",
                "close it with as many `]` as it has `[`",
            )
        } else if is_unclosed_text(message) {
            rendered(
                "this string has no closing quote",
                "close it with the quote that opens it",
            )
        } else if message.starts_with("missing escaped value") {
            let hint = "write `\\\\`, or use single quotes";
            rendered(
                "in double quotes a backslash begins an escape sequence",
                hint,
            )
        } else if message.contains("non-double-quote visible") {
            let code = at.map_or(0, u32::from);
            let message = format!("a string cannot contain the control character U+{code:04X}");
            (message, Some("delete it".to_owned()))
        } else {
            (message.to_owned(), None)
        }
    }
}

fn is_unclosed_text(message: &str) -> bool {
    message == "invalid basic string, expected `\"`"
        || message == "invalid literal string, expected `'`"
}

/// The line around a place, without its end.
fn line_at(text: &str, place: usize) -> Range<usize> {
    let begin = text[..place].rfind('\n').map_or(0, |it| it + 1);
    let end = text[place..].find('\n').map_or(text.len(), |it| place + it);
    begin..end
}

/// What is text or comment, and whether brackets are closed.
struct Scan {
    /// By byte, whether it is neither in a text nor in a comment.
    is_code: Vec<bool>,
    /// The innermost bracket that is still open where something begins that it cannot hold.
    unclosed: Option<usize>,
}

impl Scan {
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut is_code = vec![false; bytes.len()];
        let mut open: Vec<usize> = Vec::new();
        let mut unclosed = None;
        let mut idx = 0;
        while idx < bytes.len() {
            let byte = bytes[idx];
            if byte == b'"' || byte == b'\'' {
                idx = end_of_text(text, idx);
                continue;
            }
            if byte == b'#' {
                idx = line_at(text, idx).end;
                continue;
            }
            let begins_line = idx == 0 || bytes[idx - 1] == b'\n';
            if begins_line && unclosed.is_none() && !open.is_empty() {
                let is_list = open.last().is_some_and(|it| bytes[*it] == b'[');
                let line = text[line_at(text, idx)].trim();
                if is_heading(line) || is_list && begins_with_key(line) {
                    unclosed = open.last().copied();
                }
            }
            is_code[idx] = true;
            match byte {
                b'[' | b'{' => open.push(idx),
                b']' | b'}' => match open.pop() {
                    Some(it) if bytes[it] == byte - 2 => {}
                    Some(it) => unclosed = unclosed.or(Some(it)),
                    None => {}
                },
                _ => {}
            }
            idx += 1;
        }
        Self {
            is_code,
            unclosed: unclosed.or(open.last().copied()),
        }
    }

    fn is_code(&self, place: usize) -> bool {
        self.is_code[place]
    }
}

/// Where a text that begins at a place ends; one that is not closed, at the end of its line.
fn end_of_text(text: &str, begin: usize) -> usize {
    let quote = &text[begin..=begin];
    let long = quote.repeat(3);
    if text[begin..].starts_with(&long) {
        let rest = &text[begin + 3..];
        return rest.find(&long).map_or(text.len(), |it| begin + 3 + it + 3);
    }
    let end = line_at(text, begin).end;
    let mut is_escaped = false;
    for (idx, it) in text[begin + 1..end].bytes().enumerate() {
        if it == quote.as_bytes()[0] && !is_escaped {
            return begin + 1 + idx + 1;
        }
        is_escaped = it == b'\\' && !is_escaped && quote == "\"";
    }
    end
}

/// Whether a line is `[name]` or `[[name]]`.
fn is_heading(line: &str) -> bool {
    let code = line.split('#').next().unwrap_or_default().trim();
    let name = code.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let name = name.map(|it| {
        it.strip_prefix('[')
            .map_or(it, |it| it.trim_end_matches(']'))
    });
    name.is_some_and(|it| {
        it.split('.').all(is_key) && it.starts_with(|it: char| it.is_alphabetic())
    })
}

/// Whether a line begins with a key and its value.
fn begins_with_key(line: &str) -> bool {
    let key = line.split_once('=').map(|it| it.0.trim());
    key.is_some_and(|it| it.split('.').all(is_key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_that_stay_open_are_found() {
        let unclosed = |text: &str| Scan::of(text).unclosed;
        assert_eq!(unclosed("a = [1, 2]\n[b]\nc = { d = 1 }\n"), None);
        assert_eq!(unclosed("a = \"[\" # {\nb = '''\n[{\n'''"), None);
        assert_eq!(unclosed("a = [1,\n2]\n"), None);
        assert_eq!(unclosed("a = [\n  [1],\n[2]\n]\n"), None);
        assert_eq!(unclosed("a = [1,\nb = 2\n"), Some(4));
        assert_eq!(unclosed("a = { b = [1, }\n"), Some(10));
        assert_eq!(unclosed("a = { b = 1\n[c]\nd = 1"), Some(4));
    }

    #[test]
    fn any_text_is_taken() {
        for text in [
            "",
            "\n",
            "=",
            "[",
            "\"",
            "'''",
            "a = \"\\",
            "é = “",
            "a = 0,5",
            "\u{feff}[",
        ] {
            let (_, errors) = toml::de::DeTable::parse_recoverable(text);
            let found = diagnostics(text, 0, &errors);
            assert_eq!(found.is_empty(), errors.is_empty(), "{text}");
        }
    }

    #[test]
    fn a_line_of_any_length_is_searched_once() {
        let text = format!("x = [{}]", "a, ".repeat(20_000));
        let (_, errors) = toml::de::DeTable::parse_recoverable(&text);
        let found = diagnostics(&text, 0, &errors);
        assert_eq!((errors.len(), found.len()), (20_000, 20_000));
    }
}
