//! How wide texts are, and texts on as many lines as they need.
//!
//! A picture is drawn before anybody knows with which font it will be shown, so widths are those of a
//! wide one, `DejaVu Sans`: in the common fonts of systems texts are narrower.

/// Size of the letters of pictures, in pixels.
pub(crate) const SIZE: f64 = 13.0;

/// From line to line, in pixels.
pub(crate) const LEADING: f64 = 16.0;

/// From the top of a line to the feet of its letters, in pixels.
const ASCENT: f64 = 12.0;

/// Widths of the letters from the space to the tilde in hundredths of the size.
const WIDTHS: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75,
    79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35,
    63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];

/// How much wider heavy letters are.
const BOLD: f64 = 1.15;

/// The width of a text on one line, in pixels.
pub(crate) fn width(text: &str) -> f64 {
    SIZE / 100.0 * text.chars().map(width_of).sum::<f64>()
}

/// The same in heavy letters.
pub(crate) fn bold_width(text: &str) -> f64 {
    BOLD * width(text)
}

fn width_of(it: char) -> f64 {
    let place = usize::try_from(u32::from(it)).ok();
    let place = place.and_then(|it| it.checked_sub(usize::from(b' ')));
    match place.and_then(|it| WIDTHS.get(it)) {
        Some(width) => f64::from(*width),
        None if it == '\u{a0}' => 32.0,
        // Letters of Chinese, Japanese and Korean and what is wider still are squares.
        None if u32::from(it) >= 0x1100 => 100.0,
        None => 79.0,
    }
}

/// A text on one or more lines, whole: it is never cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Lines(Vec<String>);

impl Lines {
    /// A text broken between words, and within a word only if that alone is wider than there is room.
    pub(crate) fn of(text: &str, room: f64) -> Self {
        Self::broken(text, room, width)
    }

    /// The same in heavy letters.
    pub(crate) fn bold(text: &str, room: f64) -> Self {
        Self::broken(text, room, bold_width)
    }

    fn broken(text: &str, room: f64, width: fn(&str) -> f64) -> Self {
        let mut lines: Vec<String> = vec![String::new()];
        for word in text.split(' ') {
            let last = lines.last_mut().expect("there is a line");
            let longer = if last.is_empty() {
                word.to_owned()
            } else {
                format!("{last} {word}")
            };
            if width(&longer) <= room {
                *last = longer;
                continue;
            }
            if !last.is_empty() {
                lines.push(String::new());
            }
            for letter in word.chars() {
                let last = lines.last_mut().expect("there is a line");
                let is_full = !last.is_empty() && width(&format!("{last}{letter}")) > room;
                if is_full {
                    lines.push(letter.to_string());
                } else {
                    last.push(letter);
                }
            }
        }
        Self(lines)
    }

    /// The lines from top to bottom.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// How wide the widest is.
    pub(crate) fn width(&self) -> f64 {
        self.iter().map(width).fold(0.0, f64::max)
    }

    /// How high all are together.
    #[expect(clippy::cast_precision_loss, reason = "a label has few lines")]
    pub(crate) fn height(&self) -> f64 {
        LEADING * self.0.len() as f64
    }

    /// Where the letters of each line stand if the first begins at this height.
    pub(crate) fn baselines(&self, top: f64) -> impl Iterator<Item = f64> + use<> {
        let mut next = top + ASCENT;
        (0..self.0.len()).map(move |_| {
            let it = next;
            next += LEADING;
            it
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_label_is_broken_between_words() {
        let text = "Russia did not concede enough on Security guarantees for Ukraine";
        let lines = Lines::of(text, 180.0);
        let lines: Vec<&str> = lines.iter().collect();
        assert_eq!(
            lines,
            [
                "Russia did not concede",
                "enough on Security",
                "guarantees for Ukraine"
            ]
        );
    }

    proptest! {
        #[test]
        fn nothing_of_a_text_is_lost_and_no_line_is_wider_than_the_room(
            text in "[ -~äж中]{0,80}",
            room in 20.0..400.0_f64,
        ) {
            let lines = Lines::of(&text, room);
            let joined: String = lines.iter().collect();
            prop_assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
            prop_assert!(lines.width() <= room, "{lines:?}");
        }
    }
}
