//! Labels beside a chart, on as many lines as they need.
//!
//! The library draws a label on one line. It is given the widest line of each, so that it leaves the
//! room for it, and the others are put into the picture afterwards.

use std::fmt::Write as _;

/// A label beside a chart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct LabelLines {
    lines: Vec<String>,
    /// What the library draws: as wide as the widest line, and like no other label's.
    drawn: String,
}

impl LabelLines {
    /// Labels on lines of at most so many letters, at most so many; what does not fit is left out,
    /// with an ellipsis in its place.
    pub(super) fn of<'a>(
        labels: impl Iterator<Item = &'a str>,
        letters: usize,
        lines_max: usize,
    ) -> Vec<Self> {
        // Words do not fill their lines.
        let room = match lines_max {
            1 => letters,
            n => letters * n - letters / 2,
        };
        let labels: Vec<&str> = labels.collect();
        let mut res: Vec<Self> = Vec::new();
        for (label, short) in labels.iter().zip(distinct(labels.iter().copied(), room)) {
            let whole = broken(label, letters, lines_max);
            let is_whole = whole.iter().all(|it| it.chars().count() <= letters);
            let lines = if is_whole {
                whole
            } else {
                let lines = broken(&short, letters, lines_max).into_iter();
                lines.map(|it| shortened(&it, letters)).collect()
            };
            let widest = lines.iter().max_by_key(|it| it.chars().count());
            let mut drawn = widest.expect("a label has a line").clone();
            if lines.len() > 1 {
                // A letter that is written otherwise in XML would not be found again, nor a text that
                // stands elsewhere in the picture too.
                drawn = drawn.replace(['&', '<', '>', '"', '\''], "n") + "\u{200b}";
            }
            while res.iter().any(|it| it.drawn == drawn) {
                drawn.push('\u{200b}');
            }
            res.push(Self { lines, drawn });
        }
        res
    }

    /// What the library draws.
    pub(super) fn drawn(&self) -> String {
        self.drawn.clone()
    }

    /// On how many lines.
    pub(super) fn n_lines(&self) -> usize {
        self.lines.len()
    }
}

/// A picture with all lines of its labels.
pub(super) fn with_all_lines(svg: String, labels: &[LabelLines]) -> String {
    let mut svg = svg;
    for label in labels.iter().filter(|it| it.lines.len() > 1) {
        let shown = format!(">{}</text>", label.drawn);
        let Some(end) = svg.find(&shown) else {
            continue;
        };
        let Some(start) = svg[..end].rfind("<text ") else {
            continue;
        };
        let x = svg[start..end]
            .split(" x=\"")
            .nth(1)
            .and_then(|it| it.split('"').next());
        let x = x.unwrap_or("0").to_owned();
        let mut spans = String::from(">");
        for (idx, line) in label.lines.iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "a label has few lines")]
            let dy = match idx {
                0 => -0.6 * (label.lines.len() - 1) as f64,
                _ => 1.2,
            };
            let _ = write!(
                spans,
                "<tspan x=\"{x}\" dy=\"{dy}em\">{}</tspan>",
                escaped(line)
            );
        }
        spans.push_str("</text>");
        svg.replace_range(end..end + shown.len(), &spans);
    }
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A text on at most so many lines, of at most so many letters but for long words and the last line.
fn broken(text: &str, letters: usize, lines_max: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let is_last = lines.len() == lines_max;
        let last = lines.last_mut().expect("there is a line");
        let n_letters = last.chars().count();
        if n_letters == 0 {
            last.push_str(word);
        } else if n_letters + 1 + word.chars().count() <= letters || is_last {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// A label of at most so many letters.
pub(super) fn shortened(label: &str, letters: usize) -> String {
    if label.chars().count() <= letters {
        return label.to_owned();
    }
    let start: String = label.chars().take(letters - 1).collect();
    format!("{}…", start.trim_end())
}

/// The same with its end, for a label whose beginning others have too.
fn shortened_within(label: &str, letters: usize) -> String {
    let start: String = label.chars().take((letters - 1) / 2).collect();
    let n_skipped = label.chars().count() - letters / 2;
    let end: String = label.chars().skip(n_skipped).collect();
    format!("{}…{}", start.trim_end(), end.trim_start())
}

/// Labels of at most so many letters that are distinguished, since equal ones would share a place.
pub(super) fn distinct<'a>(labels: impl Iterator<Item = &'a str>, letters: usize) -> Vec<String> {
    let labels: Vec<&str> = labels.collect();
    let mut res: Vec<String> = Vec::new();
    for label in &labels {
        let mut it = shortened(label, letters);
        let is_another = |other: &&str| *other != *label && shortened(other, letters) == it;
        if it != *label && labels.iter().any(is_another) {
            it = shortened_within(label, letters);
        }
        while res.contains(&it) {
            it.push('\u{200b}');
        }
        res.push(it);
    }
    res
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_label_is_broken_between_words_and_read_in_full() {
        let text = "Russia did not concede enough on Security guarantees for Ukraine";
        let [label] = &LabelLines::of([text].into_iter(), 25, 4)[..] else {
            panic!("one label");
        };
        let lines = [
            "Russia did not concede",
            "enough on Security",
            "guarantees for Ukraine",
        ];
        assert_eq!(label.lines, lines);
        let svg = format!("<text x=\"7\" y=\"9\">{}</text>", label.drawn());
        let svg = with_all_lines(svg, std::slice::from_ref(label));
        assert_eq!(
            svg,
            "<text x=\"7\" y=\"9\"><tspan x=\"7\" dy=\"-1.2em\">Russia did not concede</tspan>\
             <tspan x=\"7\" dy=\"1.2em\">enough on Security</tspan>\
             <tspan x=\"7\" dy=\"1.2em\">guarantees for Ukraine</tspan></text>"
        );
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_labels_stay_apart() {
        let one = "a b c d e f g h".to_owned();
        let labels = [format!("{one} & <one>"), format!("{one} & <two>"), one];
        let made = LabelLines::of(labels.iter().map(String::as_str), 6, 2);
        for it in &made {
            assert!(it.lines.len() <= 2 && it.lines.iter().all(|it| it.chars().count() <= 7));
            assert_eq!(
                made.iter().filter(|other| other.drawn == it.drawn).count(),
                1
            );
        }
        let mut svg = String::new();
        for it in &made {
            let _ = write!(svg, "<text x=\"1\">{}</text>", it.drawn());
        }
        let svg = with_all_lines(svg, &made);
        assert_eq!(svg.matches("<tspan").count(), 6);
        assert!(svg.contains("&lt;") || svg.contains('…'));
        assert!(!svg.contains("<one>"));
    }
}
