//! Standard output and standard error: the only place that writes to them.
//!
//! Files, paths and arguments may hold anything, and most of it is shown somewhere. Whatever they
//! hold, what leaves here is printable characters, line ends and the styles of this program.

use std::io::{self, IsTerminal as _, Write as _};

use crate::cli::failure::Failure;
use crate::cli::render::{BAD, FAINT, GOOD, HEADING};

/// Prints text for people on standard output; a reader that has gone away is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout();
    let res = stdout.write_all(displayed(text, &styles()).as_bytes());
    written(res.and_then(|()| stdout.flush()))
}

/// Prints text for programs on standard output: byte for byte, unless a terminal would show it.
pub(crate) fn print_data(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout();
    let res = if stdout.is_terminal() {
        stdout.write_all(displayed(text, &[]).as_bytes())
    } else {
        stdout.write_all(text.as_bytes())
    };
    written(res.and_then(|()| stdout.flush()))
}

/// Prints a line on standard error, without styles.
pub(crate) fn message(text: &str) {
    // Nobody is left to tell if standard error is gone.
    let _ = writeln!(io::stderr(), "{}", with_short_lines(&displayed(text, &[])));
}

/// Empties the screen if standard output is a terminal; whether it is.
pub(crate) fn clear_screen() -> bool {
    let stdout = console::Term::stdout();
    // Nothing is lost if it cannot be done: the next text stands below.
    stdout.is_term() && stdout.clear_screen().is_ok()
}

/// Text that a library has laid out, with its styles and without.
pub(crate) struct Rendered {
    pub(crate) plain: String,
    pub(crate) styled: String,
}

impl Rendered {
    /// Prints it on standard output.
    pub(crate) fn print(&self) -> Result<(), Failure> {
        let mut stdout = anstream::stdout();
        let res = stdout.write_all(self.displayed().as_bytes());
        written(res.and_then(|()| stdout.flush()))
    }

    /// Prints it on standard error.
    pub(crate) fn print_to_stderr(&self) {
        // Nobody is left to tell if standard error is gone.
        let _ = anstream::stderr().write_all(self.displayed().as_bytes());
    }

    /// With its styles only if nothing else in it is not printable.
    fn displayed(&self) -> String {
        let plain = with_short_lines(&displayed(&self.plain, &[]));
        let rest = without_styles(&self.styled);
        if plain == self.plain && displayed(&rest, &[]) == rest {
            self.styled.clone()
        } else {
            plain
        }
    }
}

/// The text without the control sequences that set styles.
pub(crate) fn without_styles(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut res = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|it: char| it.is_ascii_digit() || it == ';');
        match rest.strip_prefix('m') {
            Some(rest) => res.push_str(rest),
            None => res = res + "\u{1b}[" + part,
        }
    }
    res
}

fn written(res: io::Result<()>) -> Result<(), Failure> {
    match res {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::CouldNotFinish(
            format!("cannot write to standard output: {error}"),
        )),
        _ => Ok(()),
    }
}

/// Characters of a line of a message: what it quotes may be of any length.
const LINE_MAX: usize = 2000;

/// The text with every line cut to that length.
fn with_short_lines(text: &str) -> String {
    let lines = text
        .split('\n')
        .map(|line| match line.char_indices().nth(LINE_MAX) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line.to_owned(),
        });
    lines.collect::<Vec<String>>().join("\n")
}

const RESET: &str = "\u{1b}[0m";

/// The control sequences of this program's own styles, and the one that ends them.
fn styles() -> Vec<String> {
    let mut res: Vec<String> = [GOOD, BAD, FAINT, HEADING].map(|it| it.to_string()).into();
    res.push(RESET.to_owned());
    res
}

/// The text as a terminal may have it: one character for each, so that columns stay aligned, and
/// the given control sequences as they are.
fn displayed(text: &str, styles: &[String]) -> String {
    let mut res = String::with_capacity(text.len());
    let mut is_styled = false;
    let mut before = '\n';
    let mut rest = text;
    while let Some(it) = rest.chars().next() {
        let style = styles.iter().find(|style| rest.starts_with(style.as_str()));
        if let Some(style) = style {
            is_styled = style != RESET;
            res.push_str(style);
            rest = &rest[style.len()..];
            continue;
        }
        rest = &rest[it.len_utf8()..];
        res.push(displayed_char(it, before, rest.chars().next()));
        before = it;
    }
    if is_styled {
        res.push_str(RESET);
    }
    res
}

/// What stands for a character on a terminal.
///
/// Joiners stay between letters that they join: Persian, the scripts of India and many emoji need
/// them, and they move nothing.
fn displayed_char(it: char, before: char, after: Option<char>) -> char {
    let is_joined = |it: char| !it.is_ascii() && !is_invisible(it);
    match it {
        '\n' => it,
        '\t' => ' ',
        '\u{7f}' => '\u{2421}',
        '\0'..='\u{1f}' => {
            char::from_u32(0x2400 + u32::from(it)).expect("every control character has a picture")
        }
        '\u{200c}' | '\u{200d}' if is_joined(before) && after.is_some_and(is_joined) => it,
        _ if is_invisible(it) => char::REPLACEMENT_CHARACTER,
        _ => it,
    }
}

/// Whether a character beyond ASCII has no glyph: C1 controls, line and paragraph separators, and
/// those that change the direction of writing or have no width.
fn is_invisible(it: char) -> bool {
    matches!(
        it,
        '\u{80}'..='\u{9f}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::render::styled;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(displayed(text, &[]), expected);
        assert_eq!(displayed(text, &styles()), expected);
        assert_eq!(text.chars().count(), expected.chars().count());
    }

    #[test]
    fn what_would_drive_a_terminal_is_shown_instead() {
        check("a\u{1b}[2Jb\u{7}\r\u{7f}", "a␛[2Jb␇␍␡");
        check("\u{9b}2J\u{9d}0;x\u{9c}\u{85}", "�2J�0;x��");
        check("tab\tand line\n", "tab and line\n");
    }

    #[test]
    fn what_would_reorder_or_hide_text_is_shown_instead() {
        check("\u{202e}lived\u{202c} \u{2066}a\u{2069}", "�lived� �a�");
        check("a\u{200e}b\u{200f}c\u{61c}", "a�b�c�");
        check(
            "a\u{200b}b\u{2060}c\u{feff}d\u{2028}e\u{2029}",
            "a�b�c�d�e�",
        );
    }

    #[test]
    fn joiners_stay_only_where_they_join() {
        for text in [
            "می\u{200c}خواهم",
            "👩\u{200d}🌾",
            "क्\u{200d}ष",
            "❤️\u{200d}🔥",
        ] {
            check(text, text);
        }
        check("a\u{200d}b", "a�b");
        check("é\u{200c}", "é�");
        check("é\u{200d}\u{200d}é", "é��é");
        check("é\u{200d}\u{202e}é", "é��é");
    }

    #[test]
    fn no_character_is_lost_or_let_through() {
        for it in '\0'..=char::MAX {
            let shown = displayed_char(it, 'a', Some('b'));
            let is_harmless = !shown.is_control() && !is_invisible(shown);
            assert!(is_harmless || shown == '\n', "{it:?}");
        }
    }

    #[test]
    fn only_our_own_styles_are_left_and_they_are_closed() {
        let text = styled(GOOD, "yes") + " " + &styled(BAD, "no");
        assert_eq!(displayed(&text, &styles()), text);
        let with = |text: &str| displayed(text, &styles());
        assert_eq!(with("\u{1b}[8m\u{1b}[31mred"), "␛[8m\u{1b}[31mred\u{1b}[0m");
        assert_eq!(displayed("\u{1b}[31mred", &[]), "␛[31mred");
    }

    #[test]
    fn a_line_that_is_far_too_long_is_cut() {
        let long = "é".repeat(100_000);
        let text = with_short_lines(&format!("a\n{long}\nb\n"));
        assert_eq!(
            text.lines().map(|it| it.chars().count()).max(),
            Some(LINE_MAX + 1)
        );
        assert!(text.starts_with("a\n") && text.ends_with("…\nb\n"));
    }

    #[test]
    fn a_library_s_styles_are_left_where_the_text_is_printable() {
        let rendered = |plain: &str| Rendered {
            plain: plain.to_owned(),
            styled: format!("\u{1b}[1m{plain}\u{1b}[0m"),
        };
        assert_eq!(rendered("error").displayed(), "\u{1b}[1merror\u{1b}[0m");
        assert_eq!(rendered("err\u{1b}c").displayed(), "err␛c");
        // What lays out the text may take control sequences out of the plain form alone.
        let stripped = Rendered {
            plain: "error".to_owned(),
            styled: "\u{1b}[1merr\u{1b}[2Jor\u{1b}[0m".to_owned(),
        };
        assert_eq!(stripped.displayed(), "error");
    }
}
