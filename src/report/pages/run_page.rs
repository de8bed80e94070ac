//! The page of a run: the answer first, then what it consists of, then what it rests on.

use std::sync::Arc;

use demarche_core::negotiation::Setting;

use crate::report::drawing::Unit;
use crate::report::page_sections::{
    Cells, MeasuredClaims, PathLabels, Plans, Sessions, at_the_table, dependence, doubts, flips,
    forms, in_the_way, limits, most, nearest_flip, opening, range_of_forms, rests_on,
    share_of_others, sources, usual_deal, zone_shares,
};
use crate::report::pages::page::{Page, PageBlock, Section};
use crate::report::summary::RunSummary;
use crate::run::Manifest;
use crate::wording::{capitalized, count, counted};

/// What the page of a run is made of.
#[derive(Clone, Copy, Debug)]
pub struct RunReport<'a> {
    /// What makes the run repeatable.
    pub manifest: &'a Manifest,
    /// The scenario, of a sweep that of its first cell.
    pub setting: &'a Arc<Setting>,
    /// The scenario of the cell whose sessions are shown.
    pub detailed: &'a Arc<Setting>,
    /// Its results.
    pub summary: &'a RunSummary,
    /// How far its claims hold.
    pub claims: &'a MeasuredClaims,
}

impl RunReport<'_> {
    /// The page. It depends on nothing but the run's tables and manifest, and not on its timing.
    pub fn page(&self) -> Page {
        let manifest = self.manifest;
        let mut sections: Vec<Section> = Vec::new();
        let is_design = !self.summary.dependences.is_empty();
        let cells = self.cells();
        if cells.len() > 0 {
            sections.push(cells.section(is_design));
        }
        sections.extend(dependence(manifest, self.setting.scenario(), self.summary));
        sections.extend(flips(self.setting.scenario(), self.summary));
        sections.extend(self.plans().iter().flat_map(Plans::sections));
        sections.extend(forms(self.summary));
        let sessions = Sessions {
            setting: self.detailed,
            first: &self.summary.first,
        };
        let mut of_sessions = sessions.sections();
        if cells.len() > 0 {
            of_sessions.splice(0..0, sessions.endings());
            let cell = self.summary.detailed_cell();
            let which = format!(
                "In the cell with the most deals, cell {cell} ({}).",
                cells.in_words(cell)
            );
            for (idx, it) in of_sessions.iter_mut().enumerate() {
                let which = match idx {
                    0 => which.clone(),
                    _ => format!("In the cell with the most deals, cell {cell}."),
                };
                it.text.insert(0, which);
            }
        }
        sections.extend(of_sessions);
        sections.extend(limits(self.setting.scenario()));
        sections.push(sources(self.setting, self.claims));
        Page {
            title: manifest.title.clone(),
            kind: match manifest.verb.as_str() {
                "weigh" => format!("Plans for {}", manifest.name),
                verb => format!("{} of {}", capitalized(verb), manifest.name),
            },
            answer: self.answer(),
            basis: self.basis(),
            opening: self.opening(),
            lead: self.lead(),
            sections,
            origin: origin(manifest),
        }
    }

    fn cells(&self) -> Cells<'_> {
        Cells::new(self.setting.scenario(), self.summary)
    }

    fn plans(&self) -> Option<Plans<'_>> {
        Plans::of(self.manifest, self.setting.scenario(), &self.summary.plans)
    }

    fn opening(&self) -> Vec<PageBlock> {
        match self.manifest.verb.as_str() {
            "batch" => opening(self.setting, self.summary),
            _ => Vec::new(),
        }
    }

    fn answer(&self) -> String {
        if let Some(plans) = self.plans() {
            return plans.answer();
        }
        let (counts, summary) = (&self.manifest.counts, self.summary);
        match self.manifest.verb.as_str() {
            "sensitivity" => most(self.manifest, self.setting.scenario(), summary)
                .unwrap_or_else(|| "No varied factor affects the result of a session.".to_owned()),
            "flip" => nearest_flip(self.setting.scenario(), summary),
            "robustness" => {
                let range = range_of_forms(&self.summary.forms);
                range.unwrap_or_else(|| "No session was run.".to_owned())
            }
            "sweep" => {
                let cells = self.cells();
                let Some([least, most]) = cells.extremes() else {
                    return "No session was run.".to_owned();
                };
                let all = counted(cells.len() as u64, "cell");
                let over = match cells.n_run() {
                    n_run if n_run < cells.len() => format!("the {n_run} of {all} that were run"),
                    _ => all,
                };
                format!(
                    "Over {over}, the share of sessions that end in a deal ranges from {} ({}) to {} ({}).",
                    Unit::Share.render(least.1.value),
                    least.0,
                    Unit::Share.render(most.1.value),
                    most.0
                )
            }
            _ => {
                let [deals, ..] = summary.first.endings;
                let Some(it) = deals else {
                    return "No session was run.".to_owned();
                };
                let [share, low, high] = it.fields(Unit::Share);
                let interval = it
                    .interval
                    .map_or_else(String::new, |_| format!(" (95 % interval {low} to {high})"));
                let sessions = counted(counts.sessions, "session");
                let others = share_of_others(&self.summary.forms)
                    .map_or_else(String::new, |it| format!("; {it}"));
                format!("{share} of {sessions} ended in a deal{interval}{others}.")
            }
        }
    }

    /// What an interrupted run contains, in a sentence; `None` of a complete one.
    fn interrupted(&self) -> Option<String> {
        let (n_run, n_planned) = (self.manifest.counts.sessions, self.manifest.sessions);
        if self.manifest.complete || n_planned == 0 {
            return None;
        }
        let sessions = counted(n_run, "session");
        let contains = match (n_run == n_planned, self.manifest.verb.as_str()) {
            // Forms of the model come after all sessions.
            (true, "batch") => format!(
                "all {sessions} of the scenario as it stands, and none under other forms of the model"
            ),
            (true, _) => format!("all {sessions}, and none of the figures that follow from them"),
            // The most that there may be are rarely needed.
            (false, _) if self.manifest.until.is_some() => sessions,
            (false, _) => format!("{} of {} sessions", count(n_run), count(n_planned)),
        };
        Some(format!("The run was interrupted: it contains {contains}."))
    }

    /// What must be known to read the answer.
    fn basis(&self) -> Vec<String> {
        let mut res = vec![rests_on(self.setting)];
        res.extend(settings(self.manifest));
        res.extend(doubts(self.manifest, self.setting.scenario(), self.summary));
        res.extend(self.interrupted());
        if self.manifest.counts.forfeit > 0 {
            res.push(format!(
                "{}: a party violated the rules or failed.",
                counted(self.manifest.counts.forfeit, "forfeit")
            ));
        }
        res
    }

    fn lead(&self) -> Vec<String> {
        let mut res = Vec::new();
        match self.manifest.verb.as_str() {
            "batch" => {
                res.extend(zone_shares(self.setting, &self.summary.first));
                res.extend(usual_deal(self.setting.scenario(), &self.summary.first));
                res.extend(in_the_way(self.setting.scenario(), &self.summary.first));
            }
            "sweep" => res.extend(self.cells().zone_ranges()),
            _ => {}
        }
        res.push(at_the_table(self.setting));
        res
    }
}

/// The settings from the command line that replace values of the files, in a sentence; `None` if there
/// are none.
pub(crate) fn settings(manifest: &Manifest) -> Option<String> {
    let settings = &manifest.settings;
    let labels = PathLabels::of_resolved([&manifest.resolved]);
    let in_words = settings.iter().map(|it| {
        let (path, value) = it.split_once('=').unwrap_or((it, ""));
        let [path, value] = [path, value].map(str::trim);
        format!("{}: {}", labels.label(path), PathLabels::value(path, value))
    });
    (!settings.is_empty()).then(|| {
        format!(
            "Changed for this run, instead of the values in the files: {}.",
            in_words.collect::<Vec<String>>().join("; ")
        )
    })
}

/// The origin of a page.
pub(crate) fn origin(manifest: &Manifest) -> String {
    let files: Vec<String> = manifest
        .inputs
        .iter()
        .map(|it| {
            format!(
                "{} (SHA-256 {}…)",
                it.path,
                it.sha256.get(..12).unwrap_or_default()
            )
        })
        .collect();
    format!(
        "demarche {}, results version {}, master seed {}; from {}. Same version, files and seed give the same numbers; manifest.json records them.",
        manifest.demarche,
        manifest.results_version,
        manifest.seed,
        files.join(", ")
    )
}
