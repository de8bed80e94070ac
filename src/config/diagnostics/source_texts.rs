//! The texts that a configuration was put together from, so that every value keeps its place.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use demarche_core::strategy::Strategies;
use serde_json::Value as Json;

/// What the command line's settings are called in messages.
const COMMAND_LINE: &str = "--set";

/// What a text is to the configuration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// The experiment's scenario file, or one that it builds on.
    Scenario,
    /// Another scenario file that cells are made from, or one that it builds on.
    Reading(ReadingId),
    /// An experiment file: numbers in it are settings.
    Experiment,
    /// A table of points: values in it are settings too.
    Points,
    /// A setting from the command line.
    Setting,
    /// A plan file.
    Plan,
    /// A table of plans.
    PlanTable,
}

/// The position of a scenario among the others that cells are made from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ReadingId(usize);

/// Texts one after the other; a span points into all of them together.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceTexts {
    texts: Vec<SourceText>,
    /// Other scenarios that were read completely, as the experiment names them.
    readings: Vec<(String, ReadingId)>,
    /// Of the table that a run recorded, the paths of the numbers and rules that settings put there.
    set_numbers: BTreeSet<String>,
    /// Whether the scenario is such a table.
    is_recorded: bool,
    /// What the texts can name besides each other.
    strategies: Strategies,
    /// The schema of scenarios that can name them, made when it is first wanted.
    scenario_schema: OnceLock<Json>,
}

/// One text with its place among all.
#[derive(Clone, Debug)]
pub(crate) struct SourceText {
    pub(crate) role: Role,
    pub(crate) name: String,
    pub(crate) text: String,
    /// Where its spans start.
    pub(crate) start: usize,
}

impl SourceText {
    /// Where a row of a CSV table stands that a reader found at a byte of the text.
    pub(crate) fn place_of_row(&self, byte: u64) -> Range<usize> {
        let start = usize::try_from(byte).map_or(0, |it| it.min(self.text.len()));
        // A reader may find it at the line end before it.
        let rest = &self.text[start..];
        let skipped = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        let length = rest[skipped..].find('\n').unwrap_or(rest.len() - skipped);
        let begin = self.start + start + skipped;
        begin..begin + length
    }

    /// The place of the whole text.
    pub(crate) fn place(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

impl SourceTexts {
    /// No text yet; those to come can name these strategies.
    pub(crate) fn naming(strategies: Strategies) -> Self {
        Self {
            strategies,
            ..Self::default()
        }
    }

    /// The schema of scenarios that can name the strategies of these texts; `make` makes it once.
    pub(crate) fn scenario_schema(&self, make: impl FnOnce(&Strategies) -> Json) -> &Json {
        self.scenario_schema.get_or_init(|| make(&self.strategies))
    }

    /// The strategies that the texts can name.
    pub(crate) fn strategies(&self) -> &Strategies {
        &self.strategies
    }

    /// Adds a file's text; the place where its spans start.
    pub(crate) fn add(&mut self, role: Role, name: &str, text: &str) -> usize {
        // One place between two texts, so that an empty span at an end belongs to one of them.
        let start = self
            .texts
            .last()
            .map_or(0, |it| it.start + it.text.len() + 1);
        self.texts.push(SourceText {
            role,
            name: name.to_owned(),
            text: text.to_owned(),
            start,
        });
        start
    }

    /// How long all texts are together.
    pub(crate) fn n_bytes(&self) -> usize {
        self.texts.iter().map(|it| it.text.len()).sum()
    }

    /// Adds a setting from the command line.
    pub(crate) fn add_setting(&mut self, text: &str) {
        self.add(Role::Setting, COMMAND_LINE, text);
    }

    /// Adds the table that a run recorded as the scenario, with the numbers and rules that settings
    /// put there.
    pub(crate) fn add_recorded(&mut self, name: &str, text: &str, set_numbers: &[String]) {
        self.add(Role::Scenario, name, text);
        self.set_numbers = set_numbers.iter().cloned().collect();
        self.is_recorded = true;
    }

    /// Whether the scenario is a table that a run recorded.
    pub(crate) fn is_recorded(&self) -> bool {
        self.is_recorded
    }

    /// Whether a setting put the number or the rule of this path into a table that a run recorded.
    pub(crate) fn was_set(&self, path: &str) -> bool {
        self.set_numbers.contains(path)
    }

    /// Whether a span points outside the scenario's own files.
    pub(crate) fn is_setting(&self, span: &Range<usize>) -> bool {
        self.locate(span)
            .is_some_and(|it| !matches!(it.0.role, Role::Scenario | Role::Reading(_)))
    }

    /// The path of a setting, if that is what stands at a place.
    pub(crate) fn path_at(&self, span: &Range<usize>) -> Option<&str> {
        let (text, span) = self.locate(span).filter(|_| self.is_setting(span))?;
        let quotes = ['"', '\''];
        Some(text.text[span].trim().trim_matches(quotes))
    }

    /// The text that a span points into, with the span's place in it.
    pub(crate) fn locate(&self, span: &Range<usize>) -> Option<(&SourceText, Range<usize>)> {
        let after = self.texts.partition_point(|it| it.start <= span.start);
        let it = &self.texts[after.checked_sub(1)?];
        let clamp = |place: usize| place.saturating_sub(it.start).min(it.text.len());
        Some((it, clamp(span.start)..clamp(span.end)))
    }

    /// The texts of a role, in the order they were added.
    pub(crate) fn of_role(&self, role: Role) -> impl DoubleEndedIterator<Item = &SourceText> {
        self.texts.iter().filter(move |it| it.role == role)
    }

    /// The files, in the order they were first added.
    pub(crate) fn files(&self) -> impl Iterator<Item = &SourceText> {
        let is_new = |idx: usize, it: &SourceText| {
            let before = &self.texts[..idx];
            before.iter().all(|other| other.name != it.name)
        };
        let files = self.texts.iter().enumerate();
        files
            .filter(move |(idx, it)| it.role != Role::Setting && is_new(*idx, it))
            .map(|(_, it)| it)
    }

    /// An identifier for the next of the other scenarios.
    pub(crate) fn next_reading(&self) -> ReadingId {
        ReadingId(self.texts.len())
    }

    /// Notes that a scenario of this name in the experiment was read completely.
    pub(crate) fn add_reading(&mut self, name: &str, id: ReadingId) {
        self.readings.push((name.to_owned(), id));
    }

    /// The role of the texts of a scenario that the experiment calls so; `None` if it was not read.
    pub(crate) fn role_of_scenario(&self, name: &str) -> Option<Role> {
        let mut readings = self.readings.iter();
        readings
            .find(|it| it.0 == name)
            .map(|it| Role::Reading(it.1))
    }
}
