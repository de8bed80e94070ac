//! Errors in files: where, what, and what would correct it.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::config::diagnostics::source_texts::SourceTexts;

/// One error.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Diagnostic {
    /// Where: a place in all texts together. Nothing, if it has no place in a text.
    span: Option<(usize, usize)>,
    /// What is wrong.
    message: String,
    /// What would correct it.
    hint: Option<String>,
    /// The settings without any of which it would not be there.
    causes: Vec<(usize, usize)>,
    /// Whether it is about a key that nothing knows.
    is_of_unknown_key: bool,
}

impl Diagnostic {
    pub(crate) fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span: Some((span.start, span.end)),
            message: message.into(),
            hint: None,
            causes: Vec::new(),
            is_of_unknown_key: false,
        }
    }

    pub(crate) fn nowhere(message: impl Into<String>) -> Self {
        Self {
            span: None,
            message: message.into(),
            hint: None,
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
        self
    }

    #[must_use]
    pub(crate) fn hint_if(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// Adds the nearest of the known names as a hint, or else the list of them.
    #[must_use]
    pub(crate) fn suggest<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(name, known.iter().copied()) {
            Some(it) => self.hint(format!("did you mean `{it}`?")),
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
        if let Some(hint) = &diagnostic.hint {
            group = group.element(Level::HELP.message(with_short_names(hint)));
        }
        renderer.render(&[group])
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
