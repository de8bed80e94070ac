//! The page of two runs compared with each other: inputs, deals, figures, options.

use std::path::PathBuf;

use crate::experiment::{CellId, Difference, Pairing, RunComparison, Subject};
use crate::report::drawing::{Axis, Bars, Chart, Emphasis, PageTable, Quantity, Unit};
use crate::report::page_sections::PathLabels;
use crate::report::pages::page::{Page, PageBlock, PageFigure, Section};
use crate::run::{Change, RunRecord, RunSchema};
use crate::wording::{Notation, count, counted, signed};

/// Changes of inputs that a page shows.
const CHANGES_SHOWN: usize = 500;

/// Changes of inputs that the head of a page names.
const CHANGES_NAMED: usize = 3;

/// Options with a bar of their own, those that shifted most.
const OPTIONS_DRAWN: usize = 15;

/// Options in the table, those that shifted most.
const OPTIONS_SHOWN: usize = 500;

/// One of two runs, with the cell that is compared.
#[derive(Clone, Debug)]
pub struct ComparedRun {
    /// Its folder, as given.
    pub folder: PathBuf,
    /// Its record, from the manifest.
    pub record: RunRecord,
    /// Who negotiates about what.
    pub run_schema: RunSchema,
    /// The cell.
    pub cell: CellId,
    /// What the cell of a sweep has in place of the configuration.
    pub swept: Vec<(String, String)>,
}

/// Two runs that were compared.
#[derive(Clone, Debug)]
pub struct ComparedRuns {
    /// The first and the second.
    pub sides: [ComparedRun; 2],
    /// Whether sessions of the same replication share their random numbers.
    pub shares_random_numbers: bool,
    /// Sessions of each, in the cell that was compared.
    pub n_sessions: [u64; 2],
    /// What differs in what went in.
    pub changes: Vec<Change>,
    /// What differs in what came out.
    pub comparison: RunComparison,
}

/// What the figures on zones of possible agreement are, in their order.
pub(crate) fn zone_words(comparison: &RunComparison) -> [&'static str; 2] {
    [
        "Sessions with a zone of possible agreement",
        match comparison.pairing() {
            Pairing::Paired => "Deals where both runs have a zone",
            Pairing::Unpaired => "Deals where there is a zone",
        },
    ]
}

impl ComparedRuns {
    /// The two runs, each in a line.
    pub fn render_runs(&self) -> [String; 2] {
        let rendered = |side: &ComparedRun, n: u64| {
            let cell = if side.record.cells > 1 {
                let n_cells = count(side.record.cells.into());
                format!("cell {} of {n_cells}, ", side.cell.0)
            } else {
                String::new()
            };
            let interrupted = if side.record.complete {
                ""
            } else {
                ", interrupted"
            };
            format!(
                "{} ({cell}{}, seed {}{interrupted})",
                side.folder.display(),
                counted(n, "session"),
                side.record.seed
            )
        };
        let [first, second] = &self.sides;
        [
            rendered(first, self.n_sessions[0]),
            rendered(second, self.n_sessions[1]),
        ]
    }

    /// How sessions were compared, in sentences.
    pub fn render_pairing(&self) -> String {
        let [first, second] = self.n_sessions;
        let how = match self.comparison.pairing() {
            Pairing::Paired => {
                let pairs = counted(first.min(second), "pair");
                let left_out = first.abs_diff(second);
                let left_out = if left_out > 0 {
                    format!(
                        "; {} of the {} run without a counterpart are left out",
                        counted(left_out, "session"),
                        if first > second { "first" } else { "second" }
                    )
                } else {
                    String::new()
                };
                format!("{pairs} of sessions with common random numbers{left_out}.")
            }
            Pairing::Unpaired if self.shares_random_numbers => {
                "Compared as independent samples although they share random numbers: without \
                 --unpaired the differences are more precise."
                    .to_owned()
            }
            Pairing::Unpaired => "Compared as independent samples.".to_owned(),
        };
        format!("{how} Changes are the second run minus the first, with 95 % intervals.")
    }

    /// Of which deals figures of deals are.
    pub fn render_deals(&self) -> String {
        let [both, ..] = &self.comparison.figures_of_deals()[..] else {
            return String::new();
        };
        match self.comparison.pairing() {
            Pairing::Paired => format!("{} with two deals", counted(both.first.n, "pair")),
            Pairing::Unpaired => format!(
                "of {} and {}",
                count(both.first.n),
                counted(both.second.n, "deal")
            ),
        }
    }

    /// The caveat of a scenario's figures, in a sentence.
    pub fn rests_on(&self) -> &'static str {
        let kind = self.sides[0].record.resolved.get("kind");
        if kind.is_some_and(|it| it == "synthetic") {
            "A synthetic scenario: these figures say nothing about the world."
        } else {
            "A simulation of stated assumptions, not a forecast."
        }
    }

    /// Whether either run has a deal that figures of deals are of.
    pub fn has_deals(&self) -> bool {
        let figures = self.comparison.figures_of_deals();
        figures.iter().any(|it| it.first.n > 0 || it.second.n > 0)
    }

    /// The options that deals have more or less often, those that shifted most first.
    pub fn shifted_options(&self) -> Vec<Difference> {
        let shift = |it: &Difference| it.estimate.map_or(0.0, |it| it.point.abs());
        let mut res = self.comparison.options();
        res.retain(|it| shift(it) > 0.0);
        res.sort_by(|one, other| shift(other).total_cmp(&shift(one)));
        res
    }

    /// What a difference is about: a party, or an issue with an option; empty of the session.
    pub fn render_subject(&self, subject: Subject) -> String {
        let run_schema = &self.sides[0].run_schema;
        match subject {
            Subject::Session => String::new(),
            Subject::Party(it) => run_schema.parties[it.idx()].label.clone(),
            Subject::Option(issue, option) => {
                let issue = &run_schema.issues[issue.idx()];
                format!(
                    "{}: {}",
                    issue.name.label,
                    issue.options[option.idx()].label
                )
            }
        }
    }

    /// The page. It depends on nothing but the two runs' tables and manifests.
    pub fn page(&self) -> Page {
        let [first, second] = self.render_runs();
        let sections = [
            Some(self.inputs()),
            Some(self.deals()),
            Some(self.worth()),
            self.worth_of_deals(),
            self.course_of_deals(),
            self.options(),
        ];
        let [one, other] = self.sides.each_ref().map(|it| &it.record);
        let title = if one.title == other.title {
            one.title.clone()
        } else {
            format!("{} / {}", one.title, other.title)
        };
        Page {
            title,
            kind: "Comparison of two runs".to_owned(),
            answer: self.answer(),
            basis: vec![self.what_changed(), self.rests_on().to_owned()],
            opening: Vec::new(),
            lead: vec![
                format!("First: {first}."),
                format!("Second: {second}."),
                self.render_pairing(),
            ],
            sections: sections.into_iter().flatten().collect(),
            origin: format!(
                "demarche {}, results versions {} and {}; from the tables and manifests of the two runs.",
                env!("CARGO_PKG_VERSION"),
                one.results_version,
                other.results_version
            ),
        }
    }

    fn answer(&self) -> String {
        let deals = self.comparison.deals();
        let Some((first, second)) = deals.first.point.zip(deals.second.point) else {
            return "No session was run.".to_owned();
        };
        let rendered = Notation::Percent.change(first, second, deals.estimate.as_ref());
        let change = rendered
            .difference
            .map_or_else(String::new, |it| format!(": {it}"));
        if rendered.first == rendered.second {
            return format!(
                "The share of deals is {} in both runs{change}.",
                rendered.first
            );
        }
        format!(
            "The share of deals changes from {} to {}{change}.",
            rendered.first, rendered.second
        )
    }

    /// What differs in what went in: where, and what each run has there.
    fn changes_in_words(&self) -> Vec<[String; 3]> {
        let resolved = self.sides.iter().map(|it| &it.record.resolved);
        let labels = PathLabels::of_resolved(resolved);
        let changes = self.changes.iter().map(|it| {
            let value = |of: &Option<String>| match of {
                Some(text) if it.path == "scenario" => PathLabels::value(&it.path, text),
                Some(text) => text.clone(),
                None => "nothing".to_owned(),
            };
            [labels.label(&it.path), value(&it.first), value(&it.second)]
        });
        changes.collect()
    }

    /// The same in a sentence.
    fn what_changed(&self) -> String {
        let changes = self.changes_in_words();
        let named = changes.iter().take(CHANGES_NAMED);
        // The table below has each value whole, with its basis, its sources and its note.
        let short = |it: &str| it.split(" [").next().unwrap_or_default().to_owned();
        let named = named.map(|[at, first, second]| {
            format!("{at}: “{}” becomes “{}”", short(first), short(second))
        });
        let named: Vec<String> = named.collect();
        let rest = match changes.len() {
            0 => return "The configurations are the same.".to_owned(),
            n if n > CHANGES_NAMED => format!("; and {} more", n - CHANGES_NAMED),
            _ => String::new(),
        };
        format!("Changed in the second run: {}{rest}.", named.join("; "))
    }

    fn inputs(&self) -> Section {
        let rows = self.changes_in_words().into_iter().take(CHANGES_SHOWN);
        let rows = rows.map(Vec::from);
        let n = self.changes.len();
        let text = match n {
            0 => "The configurations are the same.".to_owned(),
            _ if n > CHANGES_SHOWN => format!(
                "{}, of which the first {CHANGES_SHOWN} are here.",
                counted(n as u64, "difference")
            ),
            _ => format!("{}.", counted(n as u64, "difference")),
        };
        let table = PageBlock::Open {
            name: "Changed inputs".to_owned(),
            table: PageTable {
                head: ["what", "first", "second"].map(str::to_owned).to_vec(),
                rows: rows.collect(),
            },
        };
        Section {
            id: "inputs".to_owned(),
            heading: "Changed inputs".to_owned(),
            text: vec![text],
            blocks: if n == 0 { Vec::new() } else { vec![table] },
        }
    }

    fn deals(&self) -> Section {
        let deals = self.comparison.deals();
        let zones = self.comparison.zones().into_iter();
        let zones = zone_words(&self.comparison)
            .map(str::to_owned)
            .into_iter()
            .zip(zones);
        // Runs of versions that did not measure it have none.
        let zones = zones.filter(|(_, it)| it.first.n > 0 && it.second.n > 0);
        let shares: Vec<(String, Difference)> = [("Share of deals".to_owned(), deals)]
            .into_iter()
            .chain(zones)
            .collect();
        let mut text = Vec::new();
        let mut figures = Vec::from_iter(changes(
            "change-deals",
            "Change of the shares of deals and zones",
            "Figure",
            Notation::Percent,
            &shares,
        ));
        if let Some(it) = deals.pairs {
            text.push(format!(
                "Of the pairs {} have a deal in both runs, {} gained one, {} lost theirs, and {} have none in either.",
                count(it.both),
                count(it.second_only),
                count(it.first_only),
                count(it.neither)
            ));
            #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
            let bars = [
                ("In both runs", it.both),
                ("Gained", it.second_only),
                ("Lost", it.first_only),
                ("In neither", it.neither),
            ]
            .map(|(thing, n)| (thing.to_owned(), Quantity::exact(n as f64)));
            let chart = Chart::Bars(Bars::new(
                "Deal",
                Axis::new("Pairs", Unit::Count),
                bars.to_vec(),
            ));
            figures.push(PageFigure::new(
                "pairs",
                "Deals gained and lost, pair by pair",
                "A pair is the same replication in both runs, with common random numbers.",
                &chart,
            ));
        }
        Section {
            id: "deals".to_owned(),
            heading: "Deals".to_owned(),
            text,
            blocks: vec![
                PageBlock::Figures(figures),
                table("Figure", Notation::Percent, &shares),
            ],
        }
    }

    fn worth(&self) -> Section {
        let rows = self.named(self.comparison.utilities());
        Section {
            id: "worth".to_owned(),
            heading: "Utility per session".to_owned(),
            text: vec![
                "Mean utility of each party, from 0 to 1, with or without a deal.".to_owned(),
            ],
            blocks: shown("worth", "Party", "Change of utility per session", &rows),
        }
    }

    fn worth_of_deals(&self) -> Option<Section> {
        let rows = self.named(self.comparison.utilities_of_deals());
        self.has_deals().then(|| Section {
            id: "worth-of-deals".to_owned(),
            heading: "Utility of deals".to_owned(),
            text: vec![format!(
                "Mean utility, from 0 to 1, of the deals: {}.",
                self.render_deals()
            )],
            blocks: shown(
                "worth-of-deals",
                "Party",
                "Change of the utility of a deal",
                &rows,
            ),
        })
    }

    fn course_of_deals(&self) -> Option<Section> {
        let names = [
            "Round",
            "Offers",
            "Utilitarian welfare",
            "Egalitarian welfare",
            "Nash product",
        ];
        let figures = self.comparison.figures_of_deals();
        let rows: Vec<(String, Difference)> =
            names.map(str::to_owned).into_iter().zip(figures).collect();
        let (when, what) = rows.split_at(2);
        self.has_deals().then(|| Section {
            id: "course-of-deals".to_owned(),
            heading: "Course of the negotiation".to_owned(),
            text: vec![format!("Means: {}.", self.render_deals())],
            blocks: [
                shown(
                    "rounds-and-offers",
                    "Figure",
                    "Change of rounds and offers until a deal",
                    when,
                ),
                shown("welfare", "Figure", "Change of welfare", what),
            ]
            .concat(),
        })
    }

    fn options(&self) -> Option<Section> {
        let rows = self.named(self.shifted_options());
        if rows.is_empty() {
            return None;
        }
        let mut text = vec![format!(
            "Shares of deals with an option, the greatest changes first: {}.",
            self.render_deals()
        )];
        if rows.len() > OPTIONS_DRAWN {
            text.push(format!(
                "The chart has the first {OPTIONS_DRAWN} of {}.",
                rows.len()
            ));
        }
        let drawn = &rows[..rows.len().min(OPTIONS_DRAWN)];
        let figure = changes(
            "change-options",
            "Change of the share of deals with an option",
            "Option",
            Notation::Percent,
            drawn,
        );
        let shown = &rows[..rows.len().min(OPTIONS_SHOWN)];
        Some(Section {
            id: "options".to_owned(),
            heading: "Options whose share changed".to_owned(),
            text,
            blocks: vec![
                PageBlock::Figures(Vec::from_iter(figure)),
                table("Option", Notation::Percent, shown),
            ],
        })
    }

    fn named(&self, differences: Vec<Difference>) -> Vec<(String, Difference)> {
        let differences = differences.into_iter();
        differences
            .map(|it| (self.render_subject(it.subject), it))
            .collect()
    }
}

/// Differences as a chart, and as a table with what they are between.
fn shown(
    id: &str,
    category_label: &str,
    title: &str,
    rows: &[(String, Difference)],
) -> Vec<PageBlock> {
    let notation = Notation::Decimals(3);
    let figure = changes(
        &format!("change-{id}"),
        title,
        category_label,
        notation,
        rows,
    );
    vec![
        PageBlock::Figures(Vec::from_iter(figure)),
        table(category_label, notation, rows),
    ]
}

/// A bar for each difference that there is, with its interval; `None` if nothing differs.
fn changes(
    id: &str,
    title: &str,
    category_label: &str,
    notation: Notation,
    rows: &[(String, Difference)],
) -> Option<PageFigure> {
    let bars = rows.iter().filter_map(|(thing, it)| {
        let change = it.estimate?;
        Some((thing.clone(), Quantity::from(change)))
    });
    let bars: Vec<(String, Quantity)> = bars.collect();
    let may_differ = |it: &Quantity| {
        let is_wide = it.interval.is_some_and(|it| it.half_width() > 0.0);
        it.value.abs() > 0.0 || is_wide
    };
    if !bars.iter().any(|it| may_differ(&it.1)) {
        return None;
    }
    let (unit, caption) = match notation {
        Notation::Percent => (
            Unit::Points,
            "In percentage points. Lines are 95 % intervals: colored bars are those whose interval leaves out 0, the others may be no difference.",
        ),
        Notation::Decimals(_) => (
            Unit::Utility,
            "Lines are 95 % intervals: colored bars are those whose interval leaves out 0, the others may be no difference.",
        ),
    };
    let title = finding(title, unit, &bars);
    let chart = Chart::Bars(Bars {
        emphasis: Emphasis::Certain,
        ..Bars::new(category_label, Axis::new("Change", unit), bars)
    });
    Some(PageFigure::new(id, &title, caption, &chart))
}

/// What some changes say: which of those that are certain is the greatest.
fn finding(title: &str, unit: Unit, bars: &[(String, Quantity)]) -> String {
    let is_certain = |it: &Quantity| it.interval.is_some_and(|it| it.low > 0.0 || it.high < 0.0);
    let certain = bars.iter().filter(|it| is_certain(&it.1));
    let greatest = certain.reduce(|most, it| {
        if it.1.value.abs() > most.1.value.abs() {
            it
        } else {
            most
        }
    });
    let Some((thing, it)) = greatest else {
        return format!("{title}: none is certain");
    };
    let by = match unit {
        Unit::Points => Unit::Points.render(it.value),
        Unit::Share | Unit::Utility | Unit::Count | Unit::Number => signed(it.value, 3),
    };
    if bars.len() == 1 {
        return format!("{title}: {by}");
    }
    format!("{title}: most for “{thing}”, {by}")
}

/// Differences with what they are between; a figure that there is not is left empty.
fn table(category_label: &str, notation: Notation, rows: &[(String, Difference)]) -> PageBlock {
    let row = |(thing, it): &(String, Difference)| {
        let point = |it: Option<f64>| it.map_or_else(String::new, |it| notation.figure(it));
        let [first, second, change] = match it.first.point.zip(it.second.point) {
            Some((first, second)) => {
                let rendered = notation.change(first, second, it.estimate.as_ref());
                [
                    rendered.first,
                    rendered.second,
                    rendered.difference.unwrap_or_default(),
                ]
            }
            None => [point(it.first.point), point(it.second.point), String::new()],
        };
        vec![thing.clone(), first, second, change]
    };
    PageBlock::Open {
        name: category_label.to_owned(),
        table: PageTable {
            head: [category_label, "first", "second", "change"]
                .map(str::to_owned)
                .to_vec(),
            rows: rows.iter().map(row).collect(),
        },
    }
}
