//! How weighed plans fare: who accepts them, what would have to change, and what they say.

use demarche_core::domain::Scenario;

use crate::report::drawing::{Axis, Chart, HeatMap, PageTable, Quantity, Unit};
use crate::report::page_sections::session_words::{mark_note, marked_option};
use crate::report::pages::{Card, PageBlock, PageFigure, Section};
use crate::report::summary::{CellAcceptance, NeededChanges, PlanAcceptance, PlanFindings};
use crate::run::{Manifest, PlanRecord, StudyRecord, SweepRecord};
use crate::wording::{Notation, count, counted, decimal, percent};

/// Rows of a chart; tables have all.
const ROWS_SHOWN: usize = 40;

/// Rows of the table of cells.
const CELL_ROWS_SHOWN: usize = 1_000;

/// Plans that a run weighed, with how they fare.
pub(crate) struct Plans<'a> {
    scenario: &'a Scenario,
    records: &'a [PlanRecord],
    draws: u64,
    sweep: Option<&'a SweepRecord>,
    findings: &'a PlanFindings,
}

impl<'a> Plans<'a> {
    /// Those of a run; `None` if it weighed none.
    pub(crate) fn of(
        manifest: &'a Manifest,
        scenario: &'a Scenario,
        findings: &'a PlanFindings,
    ) -> Option<Self> {
        match &manifest.study {
            Some(StudyRecord::Weigh { draws, plans }) => Some(Self {
                scenario,
                records: plans,
                draws: *draws,
                sweep: manifest.sweep.as_ref(),
                findings,
            }),
            Some(
                StudyRecord::Design { .. }
                | StudyRecord::Flip { .. }
                | StudyRecord::Robustness { .. },
            )
            | None => None,
        }
    }

    /// The plan that all whose consent is needed accept most often, in a sentence.
    pub(crate) fn answer(&self) -> String {
        let joint = self.acceptances().filter(|it| it.is_joint());
        let best = joint
            .rev()
            .max_by(|a, b| a.accepts.value.total_cmp(&b.accepts.value));
        let Some(best) = best else {
            return "The run was interrupted before the plans were weighed.".to_owned();
        };
        let [share, low, high] = best.accepts.fields(Unit::Share);
        let of = match self.records.len() {
            1 => String::new(),
            n => format!(", the most of {}", counted(n as u64, "plan")),
        };
        format!(
            "All whose consent is needed would accept “{}” in {share} of {} (95 % interval {low} to {high}){of}.",
            self.completion_name(&best.plan, &best.completion),
            counted(self.draws, "draw"),
        )
    }

    /// The sections of the page.
    pub(crate) fn sections(&self) -> Vec<Section> {
        if !self
            .findings
            .acceptances
            .iter()
            .any(PlanAcceptance::is_joint)
        {
            return Vec::new();
        }
        let by_cell = self.sweep.map(|it| self.by_cell(it));
        let of_first = [self.acceptance(), self.changes()];
        let terms = [self.terms()];
        (of_first.into_iter().chain(by_cell).chain(terms)).collect()
    }

    fn record(&self, plan: &str) -> Option<&'a PlanRecord> {
        self.records.iter().find(|it| it.name == plan)
    }

    /// What people read of a plan.
    fn label(&self, plan: &str) -> String {
        let record = self.record(plan);
        record.map_or_else(|| plan.to_owned(), |it| it.label.clone())
    }

    /// How the completions of plans fare, without those that are there twice.
    fn acceptances(&self) -> impl DoubleEndedIterator<Item = &'a PlanAcceptance> {
        let all = self.findings.acceptances.iter();
        all.filter(|it| !self.is_repeated(&it.plan, &it.completion))
    }

    /// The completions of a plan, with the figures of all whose consent is needed.
    fn joint(&self, plan: &str) -> impl Iterator<Item = &'a PlanAcceptance> {
        let all = self.findings.acceptances.iter();
        all.filter(move |it| it.is_joint() && it.plan == plan)
    }

    /// Whether a completion is there as the most accepted one already: then all are accepted alike.
    fn is_repeated(&self, plan: &str, completion: &str) -> bool {
        completion == "least_accepted" && {
            let mut others = self.joint(plan).filter(|it| it.completion != completion);
            let own = self.joint(plan).find(|it| it.completion == completion);
            own.is_some_and(|own| others.any(|it| it.settled == own.settled))
        }
    }

    /// What people read of one completion of a plan.
    fn completion_name(&self, plan: &str, completion: &str) -> String {
        let label = self.label(plan);
        let mut least = self
            .joint(plan)
            .filter(|it| it.completion == "least_accepted");
        let mut most = self
            .joint(plan)
            .filter(|it| it.completion == "most_accepted");
        let accepts = |it: &PlanAcceptance| it.accepts.value.to_bits();
        let is_alike = most.next().map(accepts) == least.next().map(accepts);
        match completion {
            "whole" => label,
            _ if self.is_repeated(plan, "least_accepted") => {
                format!("{label} (all completions alike)")
            }
            "most_accepted" if is_alike => format!("{label} (fewest refusals)"),
            "least_accepted" if is_alike => format!("{label} (most refusals)"),
            other => format!("{label} ({})", other.replace('_', " ")),
        }
    }

    fn party_label(&self, party: &str) -> String {
        let mut parties = self.scenario.parties.iter();
        let found = parties.find(|it| it.name == party);
        found.map_or_else(|| party.to_owned(), |it| it.label.clone())
    }

    fn issue_label(&self, issue: &str) -> String {
        let mut issues = self.scenario.issues.iter();
        let found = issues.find(|it| it.name == issue);
        found.map_or_else(|| issue.to_owned(), |it| it.label.clone())
    }

    /// An issue with one of its options.
    fn settled(&self, issue: &str, option: &str) -> String {
        let option = self.option_label(issue, option);
        format!("{}: {option}", self.issue_label(issue))
    }

    /// What people read of an option.
    fn option_label(&self, issue: &str, option: &str) -> String {
        let scenario = self.scenario;
        let find = || {
            let mut issues = scenario.space.issues();
            let id = issues.find(|it| scenario.issue(*it).name == issue)?;
            let named = &scenario.issue(id).options;
            let mut options = scenario.space.options(id);
            let option = options.find(|it| named[it.idx()].name == option)?;
            Some(marked_option(scenario, id, option))
        };
        find().unwrap_or_else(|| option.to_owned())
    }

    fn acceptance(&self) -> Section {
        let joint = self.acceptances().filter(|it| it.is_joint());
        let shown: Vec<&PlanAcceptance> = joint.take(ROWS_SHOWN).collect();
        let parties = self.scenario.parties.iter();
        let columns = parties.clone().map(|it| it.label.clone());
        let columns = ["All needed".to_owned()].into_iter().chain(columns);
        let cells = shown.iter().map(|joint| {
            let of_party = |party: &str| {
                let mut all = self.acceptances();
                let found = all.find(|it| it.is_of_same(joint) && it.party == party);
                found.map_or(Quantity::exact(0.0), |it| it.accepts)
            };
            let of_parties = parties.clone().map(|it| of_party(&it.name));
            [joint.accepts].into_iter().chain(of_parties).collect()
        });
        let chart = Chart::HeatMap(HeatMap {
            rows: (
                "Plan".to_owned(),
                (shown.iter())
                    .map(|it| self.completion_name(&it.plan, &it.completion))
                    .collect(),
            ),
            columns: ("Who accepts".to_owned(), columns.collect()),
            axis: Axis::new("Share of draws", Unit::Share),
            cells: cells.collect(),
            contour: None,
            is_by_column: false,
        });
        let figure = PageFigure::new(
            "acceptance",
            "Who accepts which plan",
            "The share of draws of all preferences in which a plan is worth a party its no-deal value at least and crosses no real red line of it; first, the share in which all whose consent the plan needs accept it.",
            &chart,
        );
        let mut text = vec![format!(
            "The same {} of all preferences for every plan: those with which sessions of this seed begin. Acceptance compares a plan with no deal, not with what a party could get by bargaining.",
            counted(self.draws, "draw")
        )];
        let is_open = |it: &PlanAcceptance| it.completion != "whole";
        if self.acceptances().any(is_open) {
            text.push("A plan that leaves issues open is shown with two of the outcomes that complete it: the one that all whose consent is needed accept most often, and the one that they accept least often; ties go to the fewest and the most refusals. Where all completions are accepted alike, the first stands for them.".to_owned());
        }
        Section {
            id: "plans".to_owned(),
            heading: "Who would accept each plan".to_owned(),
            text,
            blocks: vec![
                PageBlock::Figures(vec![figure]),
                PageBlock::Open {
                    name: "Figures by party".to_owned(),
                    table: self.by_party(),
                },
            ],
        }
    }

    /// How often all accept the plans in the cells of a sweep.
    fn by_cell(&self, sweep: &SweepRecord) -> Section {
        let joint = |cell: u32| {
            let all = self.findings.by_cell.iter();
            all.filter(move |it| it.cell == cell && it.completion != "least_accepted")
        };
        let name = |it: &CellAcceptance| {
            let label = self.label(&it.plan);
            match it.completion.as_str() {
                "whole" => label,
                other => format!("{label} ({})", other.replace('_', " ")),
            }
        };
        let mut cells: Vec<u32> = self.findings.by_cell.iter().map(|it| it.cell).collect();
        cells.dedup();
        let values = |cell: &u32| cell_values(sweep, *cell);
        let mut blocks = Vec::new();
        if (2..=ROWS_SHOWN).contains(&cells.len()) {
            let chart = Chart::HeatMap(HeatMap {
                rows: (
                    sweep.paths.join(", "),
                    cells.iter().map(|it| values(it).join(", ")).collect(),
                ),
                columns: (
                    "Plan".to_owned(),
                    joint(0).take(ROWS_SHOWN).map(name).collect(),
                ),
                axis: Axis::new("Share of draws", Unit::Share),
                cells: (cells.iter())
                    .map(|it| joint(*it).take(ROWS_SHOWN).map(|it| it.accepts).collect())
                    .collect(),
                contour: None,
                is_by_column: false,
            });
            let caption = "The share of draws in which all whose consent is needed accept, on common random numbers unless the experiment says otherwise.";
            let title = "How often all accept each plan, by cell";
            let figure = PageFigure::new("plan-cells", title, caption, &chart);
            blocks.push(PageBlock::Figures(vec![figure]));
        }
        let rows = cells.iter().flat_map(|cell| {
            joint(*cell).map(move |it| {
                let fields = it.accepts.fields(Unit::Share);
                let row = values(cell).into_iter().chain([name(it)]);
                row.chain(fields).collect()
            })
        });
        let columns = ["plan", "all needed accept", "from", "to"].map(str::to_owned);
        blocks.push(PageBlock::Folded {
            summary: "All cells".to_owned(),
            table: PageTable {
                head: sweep.paths.iter().cloned().chain(columns).collect(),
                rows: rows.take(CELL_ROWS_SHOWN).collect(),
            },
        });
        Section {
            id: "plan-cells".to_owned(),
            heading: "In other cells".to_owned(),
            text: vec![format!(
                "The sections above are of the first cell: {}. Of a plan that leaves issues open, the completion that is accepted most often in the cell counts.",
                values(&0).join(", ")
            )],
            blocks,
        }
    }

    fn by_party(&self) -> PageTable {
        let head = [
            "plan",
            "party",
            "consent",
            "accepts",
            "over no deal",
            "over no deal before leverage",
            "worst issue",
            "alone in the way",
            "real red line crossed",
        ];
        let of_parties = self.acceptances().filter(|it| !it.is_joint());
        let gain = |it: Option<f64>| {
            let [text] = Notation::Decimals(3).signed_texts([it?]);
            Some(text)
        };
        let row = |it: &PlanAcceptance| {
            let worst = it.shortfall.map_or_else(String::new, |shortfall| {
                let issue = self.issue_label(&it.worst_issue);
                format!("{issue} ({} short)", decimal(shortfall, 3))
            });
            vec![
                self.completion_name(&it.plan, &it.completion),
                self.party_label(&it.party),
                it.consent.replace('_', " "),
                percent(it.accepts.value),
                gain(it.surplus).unwrap_or_default(),
                gain(it.surplus_before_leverage).unwrap_or_default(),
                worst,
                it.pivotal.map(percent).unwrap_or_default(),
                it.red_line.map(percent).unwrap_or_default(),
            ]
        };
        PageTable {
            head: head.map(str::to_owned).to_vec(),
            rows: of_parties.map(row).collect(),
        }
    }

    fn changes(&self) -> Section {
        let needed = &self.findings.needed;
        let mut numbers: Vec<NeededChanges> =
            needed.values().flat_map(|it| it.keys()).copied().collect();
        numbers.sort();
        numbers.dedup();
        let column = |it: &NeededChanges| match it {
            NeededChanges::NoAmendment => "no amendment exists".to_owned(),
            NeededChanges::Undecided => "undecided: search limit reached".to_owned(),
            NeededChanges::Some(0) => "none".to_owned(),
            NeededChanges::Some(n) => count(*n),
        };
        let shown: Vec<&PlanRecord> = (self.records.iter())
            .filter(|it| needed.contains_key(&it.name))
            .take(ROWS_SHOWN)
            .collect();
        let cells = shown.iter().map(|plan| {
            let of_plan = &needed[&plan.name];
            let share = |it: &NeededChanges| of_plan.get(it).copied().unwrap_or_default();
            numbers
                .iter()
                .map(|it| Quantity::exact(share(it)))
                .collect()
        });
        let chart = Chart::HeatMap(HeatMap {
            rows: (
                "Plan".to_owned(),
                shown.iter().map(|it| it.label.clone()).collect(),
            ),
            columns: (
                "Terms to change".to_owned(),
                numbers.iter().map(column).collect(),
            ),
            axis: Axis::new("Share of draws", Unit::Share),
            cells: cells.collect(),
            contour: None,
            is_by_column: false,
        });
        let figure = || {
            PageFigure::new(
                "amendments",
                "How many terms would have to change",
                "The share of draws in which the amendment with the fewest changed terms that all whose consent is needed accept changes so many; what a plan leaves open is free.",
                &chart,
            )
        };
        // A folder from elsewhere may lack the table.
        let has_shown = !shown.is_empty();
        let figures = has_shown.then(figure).into_iter().collect();
        Section {
            id: "changes".to_owned(),
            heading: "What would have to change".to_owned(),
            text: [
                "One change for all draws wins less than the best amendment of each draw: nobody knows the draw that is real.".to_owned(),
            ]
            .into_iter()
            .chain(mark_note(self.scenario).map(str::to_owned))
            .collect(),
            blocks: vec![
                PageBlock::Figures(figures),
                PageBlock::Open {
                    name: "Changes of one issue that win most".to_owned(),
                    table: self.single_changes(),
                },
                PageBlock::Open {
                    name: "Most frequent nearest amendments".to_owned(),
                    table: self.amendments(),
                },
            ],
        }
    }

    fn single_changes(&self) -> PageTable {
        let changes = self.findings.changes.iter();
        let distinct = changes.filter(|it| !self.is_repeated(&it.plan, &it.completion));
        let rows = distinct.map(|it| {
            let [share, low, high] = it.accepted.fields(Unit::Share);
            vec![
                self.completion_name(&it.plan, &it.completion),
                self.settled(&it.issue, &it.option),
                share,
                low,
                high,
                Unit::Points.render(it.difference),
            ]
        });
        let head = ["plan", "change", "all needed accept", "from", "to", "gain"];
        PageTable {
            head: head.map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }

    fn amendments(&self) -> PageTable {
        let rows = self.findings.amendments.iter().map(|it| {
            let issues = self.scenario.issues.iter();
            let amended = issues.filter_map(|issue| {
                let option = it.amended.get(&issue.name)?;
                (!option.is_empty()).then_some((&issue.name, option))
            });
            let record = self.record(&it.plan);
            let is_term = |issue: &str| record.is_some_and(|it| it.options.contains_key(issue));
            let (changed, settled): (Vec<_>, Vec<_>) = amended.partition(|it| is_term(it.0));
            let shown = |options: Vec<(&String, &String)>| {
                let options = options.into_iter();
                let options = options.map(|(issue, option)| self.settled(issue, option));
                options.collect::<Vec<_>>().join("; ")
            };
            vec![
                self.label(&it.plan),
                count(it.n_changes),
                shown(changed),
                shown(settled),
                Unit::Share.render(it.share.value),
            ]
        });
        let head = [
            "plan",
            "terms changed",
            "changed",
            "settled, as the plan leaves it open",
            "share of draws",
        ];
        PageTable {
            head: head.map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }

    fn terms(&self) -> Section {
        Section {
            id: "terms".to_owned(),
            heading: "What the plans say".to_owned(),
            text: vec![
                "Terms that no option of the scenario expresses are lost: they count for nothing here.".to_owned(),
            ],
            blocks: vec![PageBlock::Cards(
                self.records.iter().map(|it| self.card(it)).collect(),
            )],
        }
    }

    fn card(&self, plan: &PlanRecord) -> Card {
        let notes = [
            plan.source.as_ref().map(|it| format!("Source: {it}.")),
            plan.note.clone(),
        ];
        let notes: Vec<String> = notes.into_iter().flatten().collect();
        let issues = self.scenario.issues.iter().map(|issue| {
            let named = plan.options.get(&issue.name);
            let option = named.map_or_else(
                || self.completed(plan, &issue.name),
                |it| self.option_label(&issue.name, it),
            );
            [issue.label.clone(), option]
        });
        let lost = plan.lost.iter().map(|it| ["Lost".to_owned(), it.clone()]);
        Card {
            heading: plan.label.clone(),
            note: notes.join(" "),
            lines: issues.chain(lost).collect(),
        }
    }

    /// How the completions of a plan that are shown settle an issue that it leaves open.
    fn completed(&self, plan: &PlanRecord, issue: &str) -> String {
        let of_plan = self
            .acceptances()
            .filter(|it| it.is_joint() && it.plan == plan.name);
        let is_alike = self.is_repeated(&plan.name, "least_accepted");
        let options = of_plan.filter_map(|it| {
            let option = it.settled.get(issue)?;
            let words = if is_alike {
                "all completions alike, such as".to_owned()
            } else {
                it.completion.replace('_', " ")
            };
            Some(format!("{words} “{}”", self.option_label(issue, option)))
        });
        let options: Vec<String> = options.collect();
        format!("left open; {}", options.join(", "))
    }
}

impl PlanAcceptance {
    /// Whether these are the figures of all whose consent is needed.
    fn is_joint(&self) -> bool {
        self.party.is_empty()
    }

    /// Whether it is about the same completion of the same plan.
    fn is_of_same(&self, other: &Self) -> bool {
        (&self.plan, &self.completion) == (&other.plan, &other.completion)
    }
}

/// The values of a cell as text, one for each path.
fn cell_values(sweep: &SweepRecord, cell: u32) -> Vec<String> {
    let values = sweep.values.get(cell as usize).into_iter().flatten();
    let text = |it: &serde_json::Value| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
    values.map(text).collect()
}
