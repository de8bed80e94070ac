//! Figures and labels as people read them.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};

pub(crate) use crate::wording::{
    Notation, count, counted, decimal, listed, percent, percent_interval, percent_of,
    percents_of_sum, shell_word, signed,
};

/// Style for favorable values; no color carries meaning alone.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Style for unfavorable values.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// How what is beside the point looks.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// How a heading looks.
pub(crate) const HEADING: Style = Style::new().bold();

/// The text in a style, which is taken off again where there is no terminal.
///
/// Lines are made before they are styled: a style has no width.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// The text as a heading.
pub(crate) fn heading(text: &str) -> String {
    styled(HEADING, text)
}

/// A line of any length, as far as it stands around one of its characters.
pub(crate) fn excerpt(line: &str, place: usize) -> String {
    const BEFORE: usize = 200;
    const LENGTH: usize = 600;
    let begin = if line.chars().count() > LENGTH {
        place.saturating_sub(BEFORE)
    } else {
        0
    };
    let shown: String = line.chars().skip(begin).take(LENGTH).collect();
    let before = if begin > 0 { "…" } else { "" };
    let is_whole_end = line.chars().count() <= begin + LENGTH;
    format!("{before}{shown}{}", if is_whole_end { "" } else { "…" })
}

/// A bar as long as a share of `width` columns: empty only of nothing, and full only of all.
pub(crate) fn bar(share: f64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a width is a few hundred columns"
    )]
    let eighths = (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    let eighths = if 0.0 < share && share < 1.0 {
        eighths.clamp(1, (8 * width).saturating_sub(1).max(1))
    } else {
        eighths
    };
    let mut res = "█".repeat(eighths / 8);
    res.push_str(EIGHTHS[eighths % 8]);
    let columns = res.chars().count();
    res + &" ".repeat(width.saturating_sub(columns))
}

/// The text in lines of at most so many columns, when it starts at a column and its further lines
/// do so too. No line ends between a number and its `%`.
pub(crate) fn wrap(text: &str, width: usize, indent: usize) -> String {
    // In a narrow place a line too wide is easier to read than one word a line.
    let width = width.max(indent + 20);
    let mut res = String::new();
    let mut column = indent;
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let mut word = Cow::Borrowed(word);
        while let Some(unit) = words.next_if(|it| it.starts_with('%')) {
            word = Cow::Owned(format!("{word} {unit}"));
        }
        let length = word.chars().count();
        if column > indent && column + 1 + length > width {
            res.push('\n');
            res.push_str(&" ".repeat(indent));
            column = indent;
        } else if column > indent {
            res.push(' ');
            column += 1;
        }
        res.push_str(&word);
        column += length;
    }
    res
}

/// The settings from the command line, a line below the title; empty if there are none.
pub(crate) fn settings_line(settings: &[String], width: usize) -> String {
    if settings.is_empty() {
        return String::new();
    }
    let line = format!("With --set {}", settings.join(", "));
    format!("{}\n", wrap(&line, width, 2))
}

/// Columns of the terminal, or a page's width where there is none.
pub(crate) fn terminal_width() -> usize {
    const PAGE: u16 = 80;
    let columns = console::Term::stdout()
        .size_checked()
        .map_or(PAGE, |(_, columns)| columns);
    usize::from(columns).clamp(40, 120)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let texts: Vec<String> = [0, 999, 1000, 1_234_567].map(count).to_vec();
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted(1, "deal"), "1 deal");
        assert_eq!(counted(2000, "deal"), "2,000 deals");
    }

    #[test]
    fn a_bar_has_its_width_whatever_the_share() {
        for share in [0.0, 0.01, 0.5, 0.999, 1.0] {
            assert_eq!(bar(share, 10).chars().count(), 10, "{share}");
        }
    }

    #[test]
    fn a_long_line_is_shown_around_the_place() {
        assert_eq!(excerpt("a,b,c", 2), "a,b,c");
        let line = format!("{}X{}", "é".repeat(50_000), "e".repeat(50_000));
        let shown = excerpt(&line, 50_000);
        assert_eq!(shown.chars().count(), 602);
        assert_eq!(shown.chars().nth(201), Some('X'));
    }

    #[test]
    fn a_bar_is_full_only_of_all_and_empty_only_of_nothing() {
        assert_eq!(bar(1.0, 4), "████");
        assert_eq!(bar(0.9996, 4), "███▉");
        assert_eq!(bar(0.0004, 4), "▏   ");
        assert_eq!(bar(0.0, 4), "    ");
    }

    #[test]
    fn a_number_stays_on_the_line_of_its_per_cent() {
        let text = wrap("a deal in about 27.0 % (26.1 % to 27.9 %), so", 20, 0);
        assert_eq!(text, "a deal in about\n27.0 % (26.1 % to\n27.9 %), so");
    }

    #[test]
    fn lines_are_no_wider_than_asked() {
        let text = wrap("one two three four five six seven", 24, 4);
        assert_eq!(text, "one two three four\n    five six seven");
    }
}
