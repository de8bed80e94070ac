//! XML as a tree of elements with attributes, and nothing else that could grow or loop.
//!
//! Texts, comments and processing instructions are skipped, a document type is an error, so
//! there are no entities but XML's own.
//! A tree library was no choice: the common ones take quadratic time for an element with very many
//! attributes or namespaces.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::interchange::error::Problem;
use crate::interchange::foreign::NUMBER_MAX;

/// Maximum number of elements of a document.
pub const ELEMENTS_MAX: usize = 200_000;
/// Maximum number of attributes of an element.
pub const ATTRIBUTES_MAX: usize = 64;
/// Maximum nesting depth of elements.
pub const DEPTH_MAX: usize = 64;

/// An element.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    line: usize,
}

impl Element {
    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|it| it.0 == name);
        found.map(|it| it.1.as_str())
    }

    /// An attribute's value, or what is wrong without it.
    pub(super) fn required(&self, name: &str) -> Result<&str, Problem> {
        self.attribute(name)
            .ok_or_else(|| self.problem(format!("<{}> has no `{name}`", self.name)))
    }

    /// A number that an attribute holds, of a size that can be reckoned with.
    pub(super) fn number(&self, name: &str) -> Result<f64, Problem> {
        let text = self.required(name)?.trim();
        let number = text.parse().ok().filter(|it: &f64| it.abs() <= NUMBER_MAX);
        number.ok_or_else(|| {
            self.problem(format!(
                "`{name}` is not a number of magnitude at most {NUMBER_MAX:e}: `{text}`"
            ))
        })
    }

    /// What is wrong with this element.
    pub(super) fn problem(&self, says: impl AsRef<str>) -> Problem {
        Problem::at_line(self.line, says)
    }

    /// The children with this name.
    pub(super) fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |it| it.name == name)
    }

    /// This element and all below it, in the order of the document.
    pub(super) fn descendants(&self) -> impl Iterator<Item = &Element> {
        let mut rest = vec![self];
        std::iter::from_fn(move || {
            let next = rest.pop()?;
            rest.extend(next.children.iter().rev());
            Some(next)
        })
    }
}

/// The root of a document.
pub(super) fn parse(text: &str) -> Result<Element, Problem> {
    let mut reader = Reader::from_str(text);
    let mut lines = Lines {
        text,
        at: 0,
        line: 1,
    };
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut n_elements = 0;
    loop {
        let line = lines.line_at(reader.buffer_position());
        let event = reader
            .read_event()
            .map_err(|error| Problem::at_line(line, format!("this is not XML: {error}")))?;
        let (start, is_closed) = match event {
            Event::Start(it) => (it, false),
            Event::Empty(it) => (it, true),
            Event::End(_) => {
                // The reader has checked that it ends the element that is open.
                if let Some(element) = open.pop() {
                    close(element, &mut open, &mut root)?;
                }
                continue;
            }
            Event::DocType(_) => {
                return Err(Problem::at_line(line, "document types are not supported"));
            }
            Event::Eof => break,
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::GeneralRef(_) => continue,
        };
        n_elements += 1;
        if n_elements > ELEMENTS_MAX {
            return Err(Problem::at_line(
                line,
                format!("there are more than {ELEMENTS_MAX} elements"),
            ));
        }
        let element = element(&start, line)?;
        if is_closed {
            close(element, &mut open, &mut root)?;
        } else if open.len() == DEPTH_MAX {
            return Err(element.problem(format!("elements are nested more than {DEPTH_MAX} deep")));
        } else {
            open.push(element);
        }
    }
    if let Some(it) = open.last() {
        return Err(it.problem(format!("<{}> is not closed", it.name)));
    }
    root.ok_or_else(|| Problem::says("there is no element in it"))
}

/// Puts an element where it belongs: below the one that is open, or at the root.
fn close(
    element: Element,
    open: &mut [Element],
    root: &mut Option<Element>,
) -> Result<(), Problem> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_some() => return Err(element.problem("there is a second root")),
        None => *root = Some(element),
    }
    Ok(())
}

fn element(start: &BytesStart<'_>, line: usize) -> Result<Element, Problem> {
    let wrong = |says: String| Problem::at_line(line, says);
    let mut attributes: Vec<(String, String)> = Vec::new();
    // The reader's own check for doubles looks at all pairs, however many.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| wrong(format!("this is not XML: {error}")))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| wrong(format!("this is not XML: {error}")))?;
        let name = attribute.key.as_ref();
        if attributes.len() == ATTRIBUTES_MAX {
            return Err(wrong(format!(
                "an element has more than {ATTRIBUTES_MAX} attributes"
            )));
        }
        if attributes.iter().any(|it| it.0 == name) {
            return Err(wrong(format!("the attribute `{name}` appears twice")));
        }
        attributes.push((name.to_owned(), value.into_owned()));
    }
    Ok(Element {
        name: start.name().as_ref().to_owned(),
        attributes,
        children: Vec::new(),
        line,
    })
}

/// Line numbers of places that only go forwards.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn line_at(&mut self, position: u64) -> usize {
        let position =
            usize::try_from(position).map_or(self.text.len(), |it| it.min(self.text.len()));
        let passed = &self.text.as_bytes()[self.at..position];
        self.line += passed.split(|it| *it == b'\n').count() - 1;
        self.at = position;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_wrong(text: &str, says: &str) {
        let problem = parse(text).expect_err("it is wrong").to_string();
        assert!(problem.contains(says), "{problem}");
    }

    #[test]
    fn elements_have_attributes_children_and_lines() {
        let root =
            parse("<?xml version='1.0'?>\n<a x='1 &lt; 2'><!-- -->\ntext<b/><c><b y=''/></c></a>")
                .unwrap();
        assert_eq!(root.attribute("x"), Some("1 < 2"));
        let names: Vec<&str> = root.descendants().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "b"]);
        assert_eq!((root.line, root.children[0].line), (2, 3));
    }

    #[test]
    fn wrong_documents_are_reported_with_their_line() {
        check_wrong("", "no element");
        check_wrong("<a>", "not closed");
        check_wrong("<a></b>", "not XML");
        check_wrong("<a/><b/>", "second root");
        check_wrong("<a x='1' x='2'/>", "twice");
        check_wrong("<a x='&boom;'/>", "not XML");
        check_wrong(
            "\n<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
            "line 2: document types",
        );
        check_wrong("<a x=1/>", "not XML");
    }

    #[test]
    fn every_limit_is_reported() {
        check_wrong(&"<a>".repeat(DEPTH_MAX + 1), "deep");
        let attributes = (0..=ATTRIBUTES_MAX).map(|it| format!(" a{it}=''"));
        let many = attributes.collect::<Vec<_>>().concat();
        check_wrong(&format!("<a{many}/>"), "attributes");
        check_wrong(
            &format!("<a>{}</a>", "<b/>".repeat(ELEMENTS_MAX)),
            "elements",
        );
    }
}
