//! A picture as SVG: shapes and texts, each with the color of what it is for.

use std::fmt::Write as _;

use crate::report::drawing::letters::{Lines, SIZE};

/// What a shape or a text is for, which gives it its color.
///
/// Every element has the color of a light page, so that a picture can be read anywhere, and a class by
/// which a page replaces it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Paint {
    /// Text, and marks in its color.
    Ink,
    /// Text of less weight, axes.
    Soft,
    /// Lines that lead the eye.
    Grid,
    /// What the picture is about.
    Accent,
    /// A weaker form of it.
    Tint,
    /// Data that the accent is seen against.
    Gray,
    /// A weaker form of that.
    Pale,
    /// The ground, for text on an accent.
    Ground,
    /// One of several things, in turns.
    ///
    /// Okabe and Ito, *Color universal design* (2008): people who confuse red and green can tell them
    /// apart.
    Series(usize),
}

/// Colors of several things.
const SERIES: [&str; 7] = [
    "#0072b2", "#d55e00", "#009e73", "#aa4499", "#8a7a00", "#56a0c9", "#52606d",
];

impl Paint {
    fn class(self) -> String {
        match self {
            Self::Ink => "ink".to_owned(),
            Self::Soft => "soft".to_owned(),
            Self::Grid => "grid".to_owned(),
            Self::Accent => "accent".to_owned(),
            Self::Tint => "tint".to_owned(),
            Self::Gray => "gray".to_owned(),
            Self::Pale => "pale".to_owned(),
            Self::Ground => "ground".to_owned(),
            Self::Series(it) => format!("series-{}", it % SERIES.len()),
        }
    }

    fn color(self) -> &'static str {
        match self {
            Self::Ink => "#1f2933",
            Self::Soft => "#52606d",
            Self::Grid => "#dde2e7",
            Self::Accent => "#00688b",
            Self::Tint => "#8fc1d4",
            Self::Gray => "#9aa5b1",
            Self::Pale => "#d9dee3",
            Self::Ground => "#ffffff",
            Self::Series(it) => SERIES[it % SERIES.len()],
        }
    }

    fn filled(self) -> String {
        format!("class=\"fill-{}\" fill=\"{}\"", self.class(), self.color())
    }

    fn stroked(self) -> String {
        let (class, color) = (self.class(), self.color());
        format!("class=\"stroke-{class}\" fill=\"none\" stroke=\"{color}\"")
    }
}

/// Which end of a text stands at its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Anchor {
    /// The text begins there.
    Start,
    /// The text is centered there.
    Middle,
    /// The text ends there.
    End,
}

/// Whether a text is heavier than others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Weight {
    /// As most.
    Plain,
    /// Heavier.
    Bold,
}

/// A picture that grows downwards. Lengths are in pixels of a page that shows it in its own size.
#[derive(Debug)]
pub(crate) struct Canvas {
    width: f64,
    body: String,
}

impl Canvas {
    /// An empty picture of this width.
    pub(crate) fn new(width: f64) -> Self {
        Self {
            width,
            body: String::new(),
        }
    }

    /// Its width.
    pub(crate) fn width(&self) -> f64 {
        self.width
    }

    /// A rectangle; what it tells when it is pointed at may be empty.
    pub(crate) fn rect(&mut self, [x, y]: [f64; 2], [w, h]: [f64; 2], paint: Paint, tells: &str) {
        let shape = format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {}",
            n(x),
            n(y),
            n(w.max(0.0)),
            n(h.max(0.0)),
            paint.filled()
        );
        self.shape("rect", &shape, tells);
    }

    /// A rectangle that is filled to a part, from 0 to 1, for cells whose shade is a number.
    pub(crate) fn shade(&mut self, [x, y]: [f64; 2], [w, h]: [f64; 2], part: f64, tells: &str) {
        let shape = format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill-opacity=\"{part:.3}\" {}",
            n(x),
            n(y),
            n(w),
            n(h),
            Paint::Accent.filled()
        );
        self.shape("rect", &shape, tells);
    }

    /// A disc around a point.
    pub(crate) fn disc(&mut self, [x, y]: [f64; 2], radius: f64, paint: Paint, tells: &str) {
        let shape = format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {}",
            n(x),
            n(y),
            n(radius),
            paint.filled()
        );
        self.shape("circle", &shape, tells);
    }

    /// A filled shape through points.
    pub(crate) fn polygon(&mut self, points: &[[f64; 2]], paint: Paint, tells: &str) {
        let shape = format!(
            "<polygon points=\"{}\" {}",
            listed(points.iter()),
            paint.filled()
        );
        self.shape("polygon", &shape, tells);
    }

    /// Filled shapes that belong together and are as opaque as this part of 1.
    pub(crate) fn strips(
        &mut self,
        shapes: &[Vec<[f64; 2]>],
        opacity: f64,
        paint: Paint,
        tells: &str,
    ) {
        if shapes.is_empty() {
            return;
        }
        let lines = shapes.iter().map(|it| format!("M{}Z", listed(it.iter())));
        let shape = format!(
            "<path d=\"{}\" fill-opacity=\"{opacity:.2}\" {}",
            lines.collect::<String>(),
            paint.filled()
        );
        self.shape("path", &shape, tells);
    }

    /// A translucent shape through points: what lies behind it stays visible.
    pub(crate) fn band(&mut self, points: &[[f64; 2]], paint: Paint) {
        let shape = format!(
            "<polygon fill-opacity=\"0.18\" points=\"{}\" {}",
            listed(points.iter()),
            paint.filled()
        );
        self.shape("polygon", &shape, "");
    }

    /// A line through points.
    pub(crate) fn path(&mut self, points: &[[f64; 2]], width: f64, paint: Paint) {
        let shape = format!(
            "<polyline points=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\" {}",
            listed(points.iter()),
            n(width),
            paint.stroked()
        );
        self.shape("polyline", &shape, "");
    }

    /// A broken line between two points.
    pub(crate) fn dashes(&mut self, from: [f64; 2], to: [f64; 2], paint: Paint) {
        let shape = format!(
            "<polyline points=\"{}\" stroke-width=\"1\" stroke-dasharray=\"3 3\" {}",
            listed([from, to].iter()),
            paint.stroked()
        );
        self.shape("polyline", &shape, "");
    }

    /// A line of text whose letters stand on a height.
    pub(crate) fn text(
        &mut self,
        place: [f64; 2],
        anchor: Anchor,
        style: (Paint, Weight),
        text: &str,
    ) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.written(place, anchor, style, text);
    }

    /// A text with one more attribute, or none.
    fn written(
        &mut self,
        [x, y]: [f64; 2],
        attribute: &str,
        (paint, weight): (Paint, Weight),
        text: &str,
    ) {
        let weight = match weight {
            Weight::Plain => "",
            Weight::Bold => " font-weight=\"650\"",
        };
        let _ = writeln!(
            self.body,
            "<text x=\"{}\" y=\"{}\"{attribute}{weight} {}>{}</text>",
            n(x),
            n(y),
            paint.filled(),
            escaped(text)
        );
    }

    /// Lines of text, the top of the first at a height.
    pub(crate) fn lines(
        &mut self,
        [x, top]: [f64; 2],
        anchor: Anchor,
        style: (Paint, Weight),
        lines: &Lines,
    ) {
        for (line, y) in lines.iter().zip(lines.baselines(top)) {
            self.text([x, y], anchor, style, line);
        }
    }

    /// Lines of text that are read upwards: they begin at a height and stand around a place.
    pub(crate) fn turned(
        &mut self,
        [middle, foot]: [f64; 2],
        (paint, weight): (Paint, Weight),
        lines: &Lines,
    ) {
        let left = middle - lines.height() / 2.0;
        for (line, x) in lines.iter().zip(lines.baselines(left)) {
            let place = [x, foot];
            let turn = format!(" transform=\"rotate(-90 {} {})\"", n(x), n(foot));
            self.written(place, &turn, (paint, weight), line);
        }
    }

    /// The picture, with its height.
    pub(crate) fn finish(self, height: f64) -> String {
        let (width, height) = (n(self.width), n(height.ceil()));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif\" font-size=\"{SIZE}\">\n<rect class=\"paper\" width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{}</svg>\n",
            self.body
        )
    }

    fn shape(&mut self, name: &str, shape: &str, tells: &str) {
        let _ = match tells {
            "" => writeln!(self.body, "{shape}/>"),
            _ => writeln!(
                self.body,
                "{shape}><title>{}</title></{name}>",
                escaped(tells)
            ),
        };
    }
}

/// A length with as many decimals as can be seen.
fn n(it: f64) -> String {
    let text = format!("{it:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0" } else { text }.to_owned()
}

fn listed<'a>(points: impl Iterator<Item = &'a [f64; 2]>) -> String {
    let texts = points.map(|[x, y]| format!("{},{}", n(*x), n(*y)));
    texts.collect::<Vec<_>>().join(" ")
}

/// A text within XML; a character that XML does not allow, such as a control character in a label, becomes
/// U+FFFD.
fn escaped(text: &str) -> String {
    let allowed = |it: char| {
        if is_xml(it) {
            it
        } else {
            char::REPLACEMENT_CHARACTER
        }
    };
    let text: String = text.chars().map(allowed).collect();
    quick_xml::escape::escape(text.as_str()).into_owned()
}

/// Whether XML 1.0 allows a character (section 2.2, production 2).
fn is_xml(it: char) -> bool {
    matches!(it, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_with_control_characters_leaves_the_picture_well_formed() {
        let mut canvas = Canvas::new(10.0);
        let style = (Paint::Ink, Weight::Plain);
        let label = "a\u{1b}b\u{0}c\u{ffff}d & <e>";
        canvas.text([0.0, 0.0], Anchor::Start, style, label);
        canvas.rect([0.0, 0.0], [1.0, 1.0], Paint::Ink, label);
        let svg = canvas.finish(10.0);
        assert_eq!(
            svg.matches("a\u{fffd}b\u{fffd}c\u{fffd}d &amp; &lt;e&gt;")
                .count(),
            2
        );
        assert!(svg.chars().all(is_xml));
    }
}
