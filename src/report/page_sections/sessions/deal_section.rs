//! What is agreed: each option's share in deals beside what each party would choose alone, who gives on
//! what, and the most frequent deals side by side.

use std::iter;

use demarche_core::domain::{IssueId, PartyId, Preferences, Scenario, from_units};

use crate::report::drawing::{Axis, Chart, Choice, Choices, HeatMap, IssueChoices, Quantity, Unit};
use crate::report::page_sections::session_words::{mark_note, marked_option};
use crate::report::page_sections::sessions::medians::{chosen_alone, median_preferences};
use crate::report::page_sections::sessions::session_sections::Sessions;
use crate::report::pages::{DealCell, DealTable, PageBlock, PageFigure, Section};
use crate::report::summary::{DetailedCell, RankedAgreement};
use crate::wording::{counted, decimal, listed, percent};

/// Deals that stand side by side.
const DEALS_SHOWN: usize = 5;

/// Issues that the sentence on the usual deal names.
const USUAL_NAMED: usize = 4;

/// What most deals have in common, in a sentence for the head of a page; `None` without deals, and where no
/// option is in most of them.
pub(crate) fn usual_deal(scenario: &Scenario, first: &DetailedCell) -> Option<String> {
    let mut usual: Vec<(f64, String)> = (first.options.iter())
        .filter_map(|it| {
            let share = it.share?.value;
            let issue = scenario.issues.iter().find(|of| of.name == it.issue)?;
            let option = issue.options.iter().find(|of| of.name == it.option)?;
            let named = format!("“{}” on {}", option.label, issue.label);
            (share > 0.5).then_some((share, named))
        })
        .collect();
    usual.sort_by(|a, b| b.0.total_cmp(&a.0));
    let of = iter::once(" of deals").chain(iter::repeat(""));
    let named = usual.iter().take(USUAL_NAMED).zip(of);
    let named = named.map(|((share, it), of)| format!("{it} ({}{of})", percent(*share)));
    let named: Vec<String> = named.collect();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    (!named.is_empty()).then(|| format!("What a typical deal has: {}.", listed(&named)))
}

impl Sessions<'_> {
    pub(in crate::report::page_sections) fn deals(&self) -> Option<Section> {
        let n = self.first.n_agreements;
        if n == 0 {
            return None;
        }
        let preferences = median_preferences(self.setting);
        let figures = [self.choices(&preferences), self.concessions(&preferences)];
        let table = self.deal_table();
        let which = match &table {
            None => "No deal came twice: there are as many distinct ones.",
            Some(_) => {
                "The most frequent deals follow the charts: options that are frequent individually need not be frequent together."
            }
        };
        let text = [format!("Shares of {}. {which}", counted(n, "deal"))];
        Some(Section {
            id: "deals".to_owned(),
            heading: "What is agreed".to_owned(),
            text: (text
                .into_iter()
                .chain(mark_note(self.scenario()).map(str::to_owned)))
            .collect(),
            blocks: [PageBlock::Figures(figures.into_iter().flatten().collect())]
                .into_iter()
                .chain(table.map(PageBlock::Deals))
                .collect(),
        })
    }

    /// The share of an option in deals.
    fn share_in_deals(&self, issue: IssueId, option: usize) -> Option<Quantity> {
        let issue = self.scenario().issue(issue);
        let option = &issue.options[option].name;
        let mut shares = self.first.options.iter();
        shares
            .find(|it| it.issue == issue.name && it.option == *option)?
            .share
    }

    /// Each option's share in deals, beside what each party would choose alone.
    fn choices(&self, preferences: &[Preferences]) -> Option<PageFigure> {
        let scenario = self.scenario();
        let issues = scenario.space.issues().map(|issue| {
            let chosen: Vec<_> = preferences
                .iter()
                .map(|it| chosen_alone(it, issue))
                .collect();
            let choices = scenario.space.options(issue).filter_map(|option| {
                let wanted = scenario.parties.iter().zip(&chosen);
                let wanted = wanted.filter(|it| it.1.contains(&option));
                Some(Choice {
                    label: marked_option(scenario, issue, option),
                    share: self.share_in_deals(issue, option.idx())?,
                    wanted_by: wanted.map(|it| it.0.label.clone()).collect(),
                })
            });
            IssueChoices {
                label: scenario.issue(issue).label.clone(),
                choices: choices.collect(),
            }
        });
        let issues: Vec<IssueChoices> = issues.filter(|it| !it.choices.is_empty()).collect();
        let usual = issues.iter().filter_map(|it| {
            let choices = it.choices.iter();
            choices.max_by(|a, b| a.share.value.total_cmp(&b.share.value))
        });
        let usual: Vec<&Choice> = usual.collect();
        let mut by_party: Vec<(usize, &str)> = (scenario.parties.iter())
            .map(|it| {
                let own = usual
                    .iter()
                    .filter(|choice| choice.wanted_by.contains(&it.label));
                (own.count(), it.label.as_str())
            })
            .collect();
        by_party.sort_by_key(|it| std::cmp::Reverse(it.0));
        let on = by_party.iter().map(|(n, party)| format!("{party} on {n}"));
        let on: Vec<String> = on.collect();
        if issues.is_empty() {
            return None;
        }
        let title = format!(
            "The usual option of deals is what a party would choose alone: of {}, {}",
            counted(issues.len() as u64, "issue"),
            listed(&on.iter().map(String::as_str).collect::<Vec<_>>())
        );
        let caption = "Colored bars are options that a party would choose alone, with every number at its median: those worth most to it on the issue. Lines are 95 % intervals.";
        let axis = Axis::new("share of deals", Unit::Share);
        let chart = Chart::Choices(Choices { axis, issues });
        Some(PageFigure::new("choices", &title, caption, &chart))
    }

    /// What each party gives up on each issue, on average over deals.
    fn concessions(&self, preferences: &[Preferences]) -> Option<PageFigure> {
        let scenario = self.scenario();
        let given = |party: PartyId, issue: IssueId| {
            let own = &preferences[party.idx()];
            let best = *own.contributions(issue).iter().max().unwrap_or(&0);
            let options = own.contributions(issue).iter().enumerate();
            let parts = options.map(|(option, worth)| {
                let share = self
                    .share_in_deals(issue, option)
                    .map_or(0.0, |it| it.value);
                share * from_units(best - worth)
            });
            Quantity::exact(parts.sum())
        };
        let parties = || scenario.party_ids();
        let cells: Vec<Vec<Quantity>> = (scenario.space.issues())
            .map(|issue| parties().map(|it| given(it, issue)).collect())
            .collect();
        let most_on = parties().filter_map(|party| {
            let of_party = |it: &IssueId| cells[it.idx()][party.idx()].value;
            let mut issues = scenario.space.issues();
            let first = issues.next()?;
            let most = issues.fold(first, |most, it| {
                if of_party(&it) > of_party(&most) {
                    it
                } else {
                    most
                }
            });
            let labels = [&scenario.party(party).label, &scenario.issue(most).label];
            (of_party(&most) > 0.0).then(|| labels.map(String::clone).join(" on "))
        });
        let most_on: Vec<String> = most_on.collect();
        if most_on.is_empty() {
            return None;
        }
        let most_on: Vec<&str> = most_on.iter().map(String::as_str).collect();
        let title = format!("Who gives most on what: {}", listed(&most_on));
        let chart = Chart::HeatMap(HeatMap {
            rows: (
                "issue".to_owned(),
                scenario.issues.iter().map(|it| it.label.clone()).collect(),
            ),
            columns: (
                "party".to_owned(),
                scenario.parties.iter().map(|it| it.label.clone()).collect(),
            ),
            axis: Axis::new("Utility given up in deals, on average", Unit::Utility),
            cells,
            contour: None,
            is_by_column: true,
        });
        let caption = "A party's utility of its best option on the issue less that of the options in deals, at its median preferences and without interactions between issues. Utilities cannot be compared between parties, so shades compare a party's issues with each other.";
        Some(PageFigure::new("given-up", &title, caption, &chart))
    }

    /// The most frequent deals side by side; `None` if none came twice.
    fn deal_table(&self) -> Option<DealTable> {
        let scenario = self.scenario();
        let deals: Vec<(&RankedAgreement, _)> = (self.first.frequent_agreements().iter())
            .take(DEALS_SHOWN)
            .filter_map(|it| Some((it, self.outcome(it)?)))
            .collect();
        let first = deals.first()?.1;
        let issues = scenario.space.issues().map(|issue| {
            let option = |outcome| scenario.space.option(outcome, issue);
            let cells = deals.iter().map(|(_, outcome)| DealCell {
                text: marked_option(scenario, issue, option(*outcome)),
                is_different: option(*outcome) != option(first),
            });
            (scenario.issue(issue).label.clone(), cells.collect())
        });
        let utilities = scenario.parties.iter().map(|party| {
            let cells = deals.iter().map(|(deal, _)| DealCell {
                text: (deal.mean_utilities.get(&party.name))
                    .map_or_else(String::new, |it| decimal(*it, 2)),
                is_different: false,
            });
            let row = format!("Mean utility of {} (0 to 1)", party.label);
            (row, cells.collect())
        });
        let heading = |it: &RankedAgreement| {
            let times = match it.n_agreed {
                1 => "once".to_owned(),
                n => counted(n, "time"),
            };
            let share = it.share.map(percent).unwrap_or_default();
            format!("Deal {}: {times}, {share}", it.rank)
        };
        Some(DealTable {
            deals: deals.iter().map(|it| heading(it.0)).collect(),
            rows: issues.chain(utilities).collect(),
        })
    }
}
