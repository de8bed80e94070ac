//! What was chosen, issue by issue, beside what each party would choose alone.

use crate::report::drawing::canvas::{Anchor, Canvas, Paint, Weight};
use crate::report::drawing::charts::{PageTable, Size, head};
use crate::report::drawing::letters::{LEADING, Lines, width};
use crate::report::drawing::quantities::{Axis, Quantity};
use crate::report::drawing::scale::Scale;
use crate::wording::listed;

/// Height of a bar, in pixels.
const BAR: f64 = 12.0;

/// What was chosen, issue by issue.
#[derive(Clone, PartialEq, Debug)]
pub struct Choices {
    /// What bars measure: shares, on one scale from nothing to all.
    pub axis: Axis,
    /// The issues, in order.
    pub issues: Vec<IssueChoices>,
}

/// What was chosen on an issue.
#[derive(Clone, PartialEq, Debug)]
pub struct IssueChoices {
    /// The issue.
    pub label: String,
    /// Its options, in order.
    pub choices: Vec<Choice>,
}

/// How often an option was chosen.
#[derive(Clone, PartialEq, Debug)]
pub struct Choice {
    /// The option.
    pub label: String,
    /// How often.
    pub share: Quantity,
    /// The parties that would choose it alone.
    pub wanted_by: Vec<String>,
}

impl Choice {
    fn wish(&self) -> String {
        let names = self.wanted_by.iter().map(String::as_str);
        listed(&names.collect::<Vec<_>>())
    }

    fn paint(&self) -> Paint {
        if self.wanted_by.is_empty() {
            Paint::Gray
        } else {
            Paint::Accent
        }
    }
}

impl Choices {
    pub(super) fn table(&self) -> PageTable {
        let rows = self.issues.iter().flat_map(|issue| {
            issue.choices.iter().map(|it| {
                let fields = it.share.fields(self.axis.unit);
                let names = [issue.label.clone(), it.label.clone()];
                names.into_iter().chain(fields).chain([it.wish()]).collect()
            })
        });
        PageTable {
            head: head([
                "issue",
                "option",
                &self.axis.label,
                "from",
                "to",
                "alone chosen by",
            ]),
            rows: rows.collect(),
        }
    }

    pub(super) fn svg(&self, size: Size) -> String {
        let mut canvas = Canvas::new(size.width());
        let soft = (Paint::Soft, Weight::Plain);
        let mut top = 2.0;
        if size == Size::Wide {
            canvas.text(
                [BAR_START, top + 12.0],
                Anchor::Start,
                soft,
                &self.axis.label,
            );
            let head = "would be chosen alone by";
            canvas.text([WISH_START, top + 12.0], Anchor::Start, soft, head);
            top += LEADING + 4.0;
        }
        for issue in &self.issues {
            let label = Lines::bold(&issue.label, canvas.width());
            canvas.path(&[[0.0, top], [canvas.width(), top]], 1.0, Paint::Grid);
            canvas.lines(
                [0.0, top + 4.0],
                Anchor::Start,
                (Paint::Ink, Weight::Bold),
                &label,
            );
            top += label.height() + 8.0;
            for choice in &issue.choices {
                top = match size {
                    Size::Wide => self.draw_wide(&mut canvas, choice, top),
                    Size::Narrow => self.draw_narrow(&mut canvas, choice, top),
                };
            }
            top += 8.0;
        }
        canvas.finish(top)
    }

    fn draw_bar(&self, canvas: &mut Canvas, choice: &Choice, scale: &Scale, middle: f64) {
        let [from, to] = [scale.at(0.0), scale.at(1.0)];
        canvas.rect([from, middle - 0.5], [to - from, 1.0], Paint::Grid, "");
        let tells = format!("{}: {}", choice.label, choice.share.render(self.axis.unit));
        let end = scale.at(choice.share.value);
        canvas.rect(
            [from, middle - BAR / 2.0],
            [end - from, BAR],
            choice.paint(),
            &tells,
        );
        let ends = choice
            .share
            .interval
            .map(|it| [it.low, it.high].map(|it| scale.at(it)));
        if let Some([low, high]) = ends {
            canvas.path(&[[low, middle], [high, middle]], 1.5, Paint::Ink);
        }
        let number = self.axis.unit.render(choice.share.value);
        let place = [to + 6.0 + width("100.0 %"), middle + 4.5];
        canvas.text(place, Anchor::End, (Paint::Ink, Weight::Plain), &number);
    }

    fn draw_wide(&self, canvas: &mut Canvas, choice: &Choice, top: f64) -> f64 {
        let ink = (Paint::Ink, Weight::Plain);
        let label = Lines::of(&choice.label, BAR_START - 16.0);
        let wish = Lines::of(&choice.wish(), canvas.width() - WISH_START);
        canvas.lines([0.0, top], Anchor::Start, ink, &label);
        let scale = Scale::new([0.0, 1.0], [BAR_START, WISH_START - 80.0]);
        self.draw_bar(canvas, choice, &scale, top + LEADING / 2.0);
        canvas.lines(
            [WISH_START, top],
            Anchor::Start,
            (choice.wish_paint(), Weight::Plain),
            &wish,
        );
        top + label.height().max(wish.height()) + 5.0
    }

    fn draw_narrow(&self, canvas: &mut Canvas, choice: &Choice, top: f64) -> f64 {
        let label = Lines::of(&choice.label, canvas.width());
        canvas.lines(
            [0.0, top],
            Anchor::Start,
            (Paint::Ink, Weight::Plain),
            &label,
        );
        let mut top = top + label.height() + 2.0;
        let scale = Scale::new([0.0, 1.0], [0.0, canvas.width() - 70.0]);
        self.draw_bar(canvas, choice, &scale, top + LEADING / 2.0);
        top += LEADING + 2.0;
        if !choice.wanted_by.is_empty() {
            let wish = Lines::of(&format!("alone: {}", choice.wish()), canvas.width());
            let style = (choice.wish_paint(), Weight::Plain);
            canvas.lines([0.0, top], Anchor::Start, style, &wish);
            top += wish.height();
        }
        top + 6.0
    }
}

impl Choice {
    fn wish_paint(&self) -> Paint {
        if self.wanted_by.is_empty() {
            Paint::Soft
        } else {
            Paint::Accent
        }
    }
}

/// Where bars begin, and where the parties that want an option are named, in a wide picture.
const BAR_START: f64 = 310.0;
const WISH_START: f64 = 580.0;
