//! Mistakes in files: where, what, and what would mend it.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::config::source_texts::SourceTexts;

/// One mistake.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Mistake {
    /// Where: a place in all texts together. Nothing, if it has no place in a text.
    span: Option<(usize, usize)>,
    /// What is wrong.
    message: String,
    /// What would mend it.
    hint: Option<String>,
    /// The settings without any of which it would not be there.
    causes: Vec<(usize, usize)>,
}

impl Mistake {
    pub(super) fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span: Some((span.start, span.end)),
            message: message.into(),
            hint: None,
            causes: Vec::new(),
        }
    }

    pub(super) fn nowhere(message: impl Into<String>) -> Self {
        Self {
            span: None,
            message: message.into(),
            hint: None,
            causes: Vec::new(),
        }
    }

    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the nearest of the known names as a hint, or else the list of them.
    #[must_use]
    pub(super) fn suggest<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(name, known.iter().copied()) {
            Some(it) => self.hint(format!("did you mean `{it}`?")),
            None if known.is_empty() => self,
            None => {
                let list: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
                self.hint(format!("known here: {}", list.join(", ")))
            }
        }
    }

    /// Names a setting without which the mistake would not be there.
    pub(super) fn add_cause(&mut self, setting: &Range<usize>) {
        self.causes.push((setting.start, setting.end));
    }

    /// Where it is, if it has a place.
    pub(super) fn place(&self) -> Option<Range<usize>> {
        self.span.map(|it| it.0..it.1)
    }

    /// Whether it is about the same thing: hints may say what else was read.
    pub(super) fn is_same(&self, other: &Self) -> bool {
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

/// Mistakes told one by one: a file of another kind has one on every line.
const TOLD_MAX: usize = 100;

/// All mistakes of a configuration, in the order of the files. Never empty.
#[derive(Clone, Debug)]
pub struct Mistakes {
    mistakes: Vec<Mistake>,
    texts: SourceTexts,
}

impl Mistakes {
    pub(super) fn new(mut mistakes: Vec<Mistake>, texts: SourceTexts) -> Self {
        assert!(!mistakes.is_empty(), "there is a mistake");
        mistakes.sort();
        mistakes.dedup();
        Self { mistakes, texts }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.mistakes.len()
    }

    /// The first hundred with their places, excerpts and hints, with or without colour, and how many
    /// more there are.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let told = self.mistakes.iter().take(TOLD_MAX);
        let mut rendered: Vec<String> = told.map(|it| self.render_one(it, &renderer)).collect();
        if self.count() > TOLD_MAX {
            rendered.push(format!("… and {} more mistakes", self.count() - TOLD_MAX));
        }
        rendered.join("\n\n")
    }

    fn render_one(&self, mistake: &Mistake, renderer: &Renderer) -> String {
        let mut group = Level::ERROR
            .primary_title(&mistake.message)
            .elements(Vec::<annotate_snippets::Message<'_>>::new());
        let places = mistake.span.iter().map(|it| (it, None));
        let causes = mistake
            .causes
            .iter()
            .map(|it| (it, Some("because of this setting")));
        for (&(start, end), label) in places.chain(causes) {
            let Some((text, span)) = self.texts.locate(&(start..end)) else {
                continue;
            };
            let span = on_one_line(&text.text, span);
            let annotation = AnnotationKind::Primary.span(span).label(label);
            let snippet = Snippet::source(&text.text).path(&text.name);
            group = group.element(snippet.annotation(annotation));
        }
        if let Some(hint) = &mistake.hint {
            group = group.element(Level::HELP.message(hint));
        }
        renderer.render(&[group])
    }
}

/// The span, cut at the end of its first line: a long table is named by its beginning.
fn on_one_line(text: &str, span: Range<usize>) -> Range<usize> {
    let end = text[span.clone()]
        .find('\n')
        .map_or(span.end, |it| span.start + it);
    span.start..end
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Mistakes {}
