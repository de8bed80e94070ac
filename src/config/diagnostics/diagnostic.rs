//! Errors in files: where, what, and what would correct it.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Patch, Renderer, Snippet};

use crate::config::diagnostics::near_paths::PathsMeant;
use crate::config::diagnostics::percent::percent_hint;
use crate::config::diagnostics::source_texts::{SourceText, SourceTexts};

/// One error.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Diagnostic {
    /// Where: a place in all texts together. Nothing, if it has no place in a text.
    span: Option<(usize, usize)>,
    /// What is wrong.
    message: String,
    /// What would correct it.
    hint: Option<String>,
    /// What would stand at its place then, if that is known to the letter.
    correction: Option<Box<Correction>>,
    /// The settings without any of which it would not be there.
    causes: Vec<(usize, usize)>,
    /// Whether it is about a key that nothing knows.
    is_of_unknown_key: bool,
}

/// What to write instead of a part of the text at an error's place.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Correction {
    /// Which part; all that stands there if it is empty.
    wrong: String,
    right: String,
}

impl Diagnostic {
    pub(crate) fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span: Some((span.start, span.end)),
            message: message.into(),
            hint: None,
            correction: None,
            causes: Vec::new(),
            is_of_unknown_key: false,
        }
    }

    pub(crate) fn nowhere(message: impl Into<String>) -> Self {
        Self {
            span: None,
            message: message.into(),
            hint: None,
            correction: None,
            causes: Vec::new(),
            is_of_unknown_key: false,
        }
    }

    /// That nothing knows a key, which stands at a place.
    pub(crate) fn of_unknown_key(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            is_of_unknown_key: true,
            ..Self::at(span, message)
        }
    }

    /// Whether it says that nothing knows a key.
    pub(crate) fn is_of_unknown_key(&self) -> bool {
        self.is_of_unknown_key
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self.correction = None;
        self
    }

    #[must_use]
    pub(crate) fn hint_if(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// Says what to write instead of a part of the text at its place: the line is shown corrected if
    /// that part stands there once.
    #[must_use]
    pub(crate) fn instead_of(mut self, wrong: &str, right: impl Into<String>) -> Self {
        // Errors are handed up far, and should be short.
        self.correction = Some(Box::new(Correction {
            wrong: wrong.to_owned(),
            right: right.into(),
        }));
        self
    }

    /// Says what to write instead of all that stands at its place.
    #[must_use]
    pub(crate) fn instead(self, right: impl Into<String>) -> Self {
        self.instead_of("", right)
    }

    /// Adds a hint about a number that seems to be in per cent, and the number that is meant.
    #[must_use]
    pub(crate) fn hint_of_percent(self, number: f64) -> Self {
        match percent_hint(number) {
            Some((hint, meant)) => self.hint(hint).instead(meant),
            None => self,
        }
    }

    /// Adds the paths that a wrong one was probably meant to be as a hint.
    #[must_use]
    pub(crate) fn hint_of_paths(self, wrong: &str, meant: PathsMeant) -> Self {
        let res = self.hint(meant.hint);
        match meant.only {
            Some(only) => res.instead_of(wrong, only),
            None => res,
        }
    }

    /// Adds the nearest of the known names as a hint, or else the list of them.
    #[must_use]
    pub(crate) fn suggest<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(name, known.iter().copied()) {
            Some(it) => self
                .hint(format!("did you mean `{it}`?"))
                .instead_of(name, it),
            None if known.is_empty() => self,
            None => {
                let shown = known.iter().take(KNOWN_TOLD_MAX);
                let list: Vec<String> = shown.map(|it| format!("`{it}`")).collect();
                let more = match known.len().saturating_sub(KNOWN_TOLD_MAX) {
                    0 => String::new(),
                    n => format!(" and {n} more"),
                };
                self.hint(format!("known names: {}{more}", list.join(", ")))
            }
        }
    }

    /// Names a setting without which the error would not be there.
    pub(crate) fn add_cause(&mut self, setting: &Range<usize>) {
        self.causes.push((setting.start, setting.end));
    }

    /// Where it is, if it has a place.
    pub(crate) fn place(&self) -> Option<Range<usize>> {
        self.span.map(|it| it.0..it.1)
    }

    /// Whether it is about the same thing: hints may say what else was read.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.span == other.span && self.message == other.message
    }
}

/// The known name that is most like a name, if any is nearly the same.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|it| (strsim::jaro_winkler(name, it), it))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|it| it.0 > 0.8)
        .map(|it| it.1)
}

/// Known names that a hint lists.
const KNOWN_TOLD_MAX: usize = 64;

/// Maximum number of errors reported individually: a file of another kind has one on every line.
const RENDERED_MAX: usize = 100;

/// Characters of a line that is shown a second time, corrected.
const CORRECTED_CHARS_MAX: usize = 200;

/// Characters of a quoted name that a message shows.
const QUOTED_MAX: usize = 120;

/// All errors of a configuration, in the order of the files. Never empty.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    diagnostics: Vec<Diagnostic>,
    texts: Box<SourceTexts>,
}

impl Diagnostics {
    pub(crate) fn new(mut diagnostics: Vec<Diagnostic>, texts: SourceTexts) -> Self {
        assert!(!diagnostics.is_empty(), "there is an error");
        diagnostics.sort();
        diagnostics.dedup();
        // Errors are handed up far, and should be short.
        let texts = Box::new(texts);
        Self { diagnostics, texts }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.diagnostics.len()
    }

    /// The first hundred with their places, excerpts and hints, with or without color, and how many
    /// more there are.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let rendered = self.diagnostics.iter().take(RENDERED_MAX);
        let mut rendered: Vec<String> = rendered.map(|it| self.render_one(it, &renderer)).collect();
        if self.count() > RENDERED_MAX {
            rendered.push(format!("… and {} more errors", self.count() - RENDERED_MAX));
        }
        rendered.join("\n\n")
    }

    fn render_one(&self, diagnostic: &Diagnostic, renderer: &Renderer) -> String {
        let mut group = Level::ERROR
            .primary_title(with_short_names(&diagnostic.message))
            .elements(Vec::<annotate_snippets::Message<'_>>::new());
        let places = diagnostic.span.iter().map(|it| (it, None));
        let causes = diagnostic
            .causes
            .iter()
            .map(|it| (it, Some("caused by this setting")));
        for (&(start, end), label) in places.chain(causes) {
            let Some((text, span)) = self.texts.locate(&(start..end)) else {
                continue;
            };
            // The renderer is handed one line: it would go through the whole text every time.
            let (line, number, span) = line_of(&text.text, span);
            let annotation = AnnotationKind::Primary.span(span).label(label);
            let snippet = Snippet::source(line).line_start(number).path(&text.name);
            group = group.element(snippet.annotation(annotation));
        }
        let Some(hint) = &diagnostic.hint else {
            return renderer.render(&[group]);
        };
        let hint = with_short_names(hint);
        let Some((text, number, place, right)) = self.corrected(diagnostic) else {
            return renderer.render(&[group.element(Level::HELP.message(hint))]);
        };
        let (line, _, place) = line_of(&text.text, place);
        let snippet = Snippet::source(line).line_start(number).path(&text.name);
        let corrected = snippet.patch(Patch::new(place, right));
        let help = Level::HELP.secondary_title(hint).element(corrected);
        renderer.render(&[group, help])
    }

    /// The text of an error whose line is known as it should be, the line's number, the place of what
    /// is wrong in it, and what is right; `None` of one where that is not known, or the line is too
    /// long to be read twice.
    fn corrected<'a>(
        &'a self,
        diagnostic: &'a Diagnostic,
    ) -> Option<(&'a SourceText, usize, Range<usize>, &'a str)> {
        let correction = diagnostic.correction.as_ref()?;
        let (text, span) = self.texts.locate(&diagnostic.place()?)?;
        let (line, number, within) = line_of(&text.text, span.clone());
        if line.chars().count() > CORRECTED_CHARS_MAX {
            return None;
        }
        let there = &line[within];
        let wrong = correction.wrong.as_str();
        let mut places = there.match_indices(wrong).filter(|_| !wrong.is_empty());
        let place = match (wrong.is_empty(), places.next(), places.next()) {
            (true, ..) => 0..there.len(),
            (false, Some((begin, _)), None) => begin..begin + wrong.len(),
            (false, ..) => return None,
        };
        let place = span.start + place.start..span.start + place.end;
        (!place.is_empty()).then_some((text, number, place, correction.right.as_str()))
    }
}

/// The text with what it quotes cut to its beginning: a name in a file may be of any length.
fn with_short_names(text: &str) -> String {
    let quoted = |(idx, part): (usize, &str)| {
        let is_quoted = idx % 2 == 1;
        match part.char_indices().nth(QUOTED_MAX) {
            Some((end, _)) if is_quoted => format!("{}…", &part[..end]),
            _ => part.to_owned(),
        }
    };
    let parts: Vec<String> = text.split('`').enumerate().map(quoted).collect();
    parts.join("`")
}

/// The line in which a span begins, its number, and the span in it, cut at the line's end: a long
/// table is named by its beginning.
fn line_of(text: &str, span: Range<usize>) -> (&str, usize, Range<usize>) {
    let before = &text[..span.start];
    let begin = before.rfind('\n').map_or(0, |it| it + 1);
    let end = text[span.start..]
        .find('\n')
        .map_or(text.len(), |it| span.start + it);
    let number = 1 + before.matches('\n').count();
    (
        &text[begin..end],
        number,
        span.start - begin..span.end.min(end) - begin,
    )
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_length_is_quoted_by_its_beginning() {
        let text = |name: &str| format!("unknown key `{name}` in `issue`");
        assert_eq!(
            with_short_names(&text(&"é".repeat(500))),
            text(&("é".repeat(QUOTED_MAX) + "…"))
        );
        let short = text(&"é".repeat(QUOTED_MAX));
        assert_eq!(with_short_names(&short), short);
    }
}
