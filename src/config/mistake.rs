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
}

impl Mistake {
    pub(super) fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span: Some((span.start, span.end)),
            message: message.into(),
            hint: None,
        }
    }

    pub(super) fn nowhere(message: impl Into<String>) -> Self {
        Self {
            span: None,
            message: message.into(),
            hint: None,
        }
    }

    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the nearest of the known names as a hint, or else the list of them.
    #[must_use]
    pub(super) fn suggest<'a>(
        self,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let nearest = known
            .iter()
            .map(|it| (strsim::jaro_winkler(name, it), it))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|it| it.0 > 0.8);
        match nearest {
            Some((_, it)) => self.hint(format!("did you mean `{it}`?")),
            None if known.is_empty() => self,
            None => {
                let list: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
                self.hint(format!("known here: {}", list.join(", ")))
            }
        }
    }
}

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

    /// All of them with their places, excerpts and hints, with or without colour.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let rendered: Vec<String> = self
            .mistakes
            .iter()
            .map(|it| self.render_one(it, &renderer))
            .collect();
        rendered.join("\n\n")
    }

    fn render_one(&self, mistake: &Mistake, renderer: &Renderer) -> String {
        let mut group = Level::ERROR
            .primary_title(&mistake.message)
            .elements(Vec::<annotate_snippets::Message<'_>>::new());
        if let Some((start, end)) = mistake.span
            && let Some((text, span)) = self.texts.locate(&(start..end))
        {
            let snippet = Snippet::source(&text.text)
                .path(&text.name)
                .annotation(AnnotationKind::Primary.span(on_one_line(&text.text, span)));
            group = group.element(snippet);
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
