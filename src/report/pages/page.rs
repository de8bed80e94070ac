//! A page for a browser: one file that needs nothing else, from sections of text, charts and tables.

use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::Serialize;

use crate::report::drawing::{Chart, PageTable, Size, Unit};

/// A page.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
    /// What it is about.
    pub title: String,
    /// What kind of page it is, above the title.
    pub kind: String,
    /// The answer, in a sentence.
    pub answer: String,
    /// What the answer rests on, paragraph by paragraph.
    pub basis: Vec<String>,
    /// What shows the answer at a glance, right below it.
    pub opening: Vec<PageBlock>,
    /// What is said before the first section, paragraph by paragraph.
    pub lead: Vec<String>,
    /// Its parts, in order.
    pub sections: Vec<Section>,
    /// What the page was made of, at its end.
    pub origin: String,
}

/// A part of a page.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// Its name in links, unlike all others of the page.
    pub id: String,
    /// Its heading.
    pub heading: String,
    /// What is said before anything is shown, paragraph by paragraph.
    pub text: Vec<String>,
    /// What is shown, in order.
    pub blocks: Vec<PageBlock>,
}

/// Something that a page shows.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PageBlock {
    /// Charts one below the other, or side by side if they are small.
    Figures(Vec<PageFigure>),
    /// Things described by several lines each.
    Cards(Vec<Card>),
    /// A table behind a line that opens it.
    Folded {
        /// The line.
        summary: String,
        /// What is behind it.
        table: PageTable,
    },
    /// A table that is seen at once.
    Open {
        /// What it holds.
        name: String,
        /// The table.
        table: PageTable,
    },
    /// Sentences that belong together, one below the other.
    List(Sentences),
    /// Agreements side by side.
    Deals(DealTable),
    /// What happened one after the other, to be stepped through.
    Steps(Steps),
}

/// Sentences that belong together.
#[derive(Clone, Debug, Serialize)]
pub struct Sentences {
    /// What they are about; may be empty.
    pub heading: String,
    /// The sentences, in order.
    pub sentences: Vec<String>,
}

/// Agreements side by side, issue by issue, with their differences from the first marked.
#[derive(Clone, Debug, Serialize)]
pub struct DealTable {
    /// What the agreements are called, from left to right.
    pub deals: Vec<String>,
    /// By issue, and below those by party its utility: the row's name, and what each agreement has.
    pub rows: Vec<(String, Vec<DealCell>)>,
}

/// What an agreement has in a row.
#[derive(Clone, Debug, Serialize)]
pub struct DealCell {
    /// What it has.
    pub text: String,
    /// Whether the first agreement has something else.
    pub is_different: bool,
}

/// What happened one after the other: with a script one step at a time, else all of them.
#[derive(Clone, Debug, Serialize)]
pub struct Steps {
    /// What there is to step through, as in "the rounds".
    pub of: String,
    /// What worths are compared with beside no deal, at the head of a column; empty for nothing.
    pub against: String,
    /// The steps, in order.
    pub steps: Vec<PageStep>,
}

/// One step.
#[derive(Clone, Debug, Serialize)]
pub struct PageStep {
    /// Which one.
    pub heading: String,
    /// What happened in it, in order.
    pub moves: Vec<Move>,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Move {
    /// What.
    pub heading: String,
    /// What came of it, if that must be said.
    pub note: String,
    /// What was put on the table, as far as it was not there before, issue by issue.
    pub lines: Vec<SettledIssue>,
    /// The rest of it.
    pub as_before: Vec<SettledIssue>,
    /// Where each party stood to it.
    pub stands: Vec<Stand>,
}

/// How an issue would be settled.
#[derive(Clone, Debug, Serialize)]
pub struct SettledIssue {
    /// The issue.
    pub issue: String,
    /// The option.
    pub option: String,
    /// What it was before, if that was another.
    pub was: Option<String>,
}

/// Where a party stood to something on the table. Worths are from 0 to 1.
#[derive(Clone, Debug, Serialize)]
pub struct Stand {
    /// Who.
    pub party: String,
    /// What it was worth to the party.
    pub worth: f64,
    /// What that is compared with, see [`Steps::against`].
    pub against: Option<f64>,
    /// What no deal is worth to it.
    pub no_deal: f64,
    /// What it said.
    pub answer: String,
}

/// A chart with its caption and its table.
#[derive(Clone, Debug, Serialize)]
pub struct PageFigure {
    /// Its name in links and of its file.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// How to read it.
    pub caption: String,
    /// Whether it is one of several side by side.
    pub is_small: bool,
    /// Drawn for a wide page; empty if it is small.
    wide: String,
    /// Drawn for a phone, or as one of several.
    narrow: String,
    /// Its numbers.
    table: PageTable,
}

/// A thing described by several lines.
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    /// What it is.
    pub heading: String,
    /// What must be known of it first.
    pub note: String,
    /// What is said of it: of what, and what.
    pub lines: Vec<[String; 2]>,
}

impl PageFigure {
    /// A chart as wide as the page.
    pub fn new(id: &str, title: &str, caption: &str, chart: &Chart) -> Self {
        Self {
            wide: chart.svg(Size::Wide),
            is_small: false,
            ..Self::small(id, title, caption, chart)
        }
    }

    /// A chart that stands beside others.
    pub fn small(id: &str, title: &str, caption: &str, chart: &Chart) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            caption: caption.to_owned(),
            is_small: true,
            wide: String::new(),
            narrow: chart.svg(Size::Narrow),
            table: chart.table(),
        }
    }

    /// The picture alone, as a file of its own.
    pub fn svg(&self) -> &str {
        if self.is_small {
            &self.narrow
        } else {
            &self.wide
        }
    }
}

impl Page {
    /// All its charts, in order.
    pub fn figures(&self) -> impl Iterator<Item = &PageFigure> {
        let blocks = self.sections.iter().flat_map(|it| &it.blocks);
        let blocks = self.opening.iter().chain(blocks);
        blocks.flat_map(|it| match it {
            PageBlock::Figures(figures) => figures.as_slice(),
            PageBlock::Cards(_)
            | PageBlock::Folded { .. }
            | PageBlock::Open { .. }
            | PageBlock::List(_)
            | PageBlock::Deals(_)
            | PageBlock::Steps(_) => &[],
        })
    }

    /// The page as HTML: one file, with nothing to fetch.
    ///
    /// Whatever a scenario names is escaped.
    ///
    /// # Panics
    ///
    /// If the template does not go with the page, which is an error in this folder.
    pub fn html(&self) -> String {
        let mut environment = Environment::new();
        environment.add_filter("inline", inline);
        environment.add_filter("glued", glued);
        environment.add_filter("thousandths", thousandths);
        environment
            .add_template("page.html", include_str!("page.html"))
            .expect("the template is right");
        let template = environment
            .get_template("page.html")
            .expect("the template is there");
        template
            .render(context! {
                page => Serde(self),
                style => include_str!("page.css"),
                script => include_str!("page.js"),
                stepping => include_str!("steps.js"),
            })
            .expect("a page has all that the template wants")
    }
}

/// A text in which no line ends between a number and its `%`.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the library hands filters their arguments so"
)]
fn glued(text: String) -> String {
    text.replace(" %", "\u{a0}%")
}

/// A worth with as many digits as tables on pages have.
fn thousandths(worth: f64) -> String {
    Unit::Utility.render(worth)
}

/// A picture within the page, as wide as there is room.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the library hands filters their arguments so"
)]
fn inline(svg: String, label: String) -> minijinja::Value {
    let size = |name: &str| {
        let start = svg
            .find(&format!("{name}=\""))
            .map(|it| it + name.len() + 2);
        start
            .and_then(|it| svg[it..].split('"').next())
            .unwrap_or("0")
    };
    let (width, height) = (size("width"), size("height"));
    let opening = format!("width=\"{width}\" height=\"{height}\"");
    let label = minijinja::HtmlEscape(&label);
    let scalable = format!("viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\"");
    minijinja::Value::from_safe_string(svg.replacen(&opening, &scalable, 1))
}
