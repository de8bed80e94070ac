//! A list of runs: on a line each where there is room, in a few lines each where there is not.

use std::fmt::Write as _;

use demarche_stats::estimate::Estimate;
use jiff::{SignedDuration, Timestamp};

use crate::cli::render::text::{
    FAINT, count, counted, heading, percent_interval, percent_of, shell_word, styled, wrap,
};
use crate::cli::runs::{ListedRun, RunState};
use crate::run::{RunOverview, RunRequest, StudyRecord};

/// What is listed of a run, in words.
struct Row {
    name: String,
    verb: String,
    answer: String,
    sessions: String,
    age: String,
    state: &'static str,
    command: Option<String>,
}

/// The heads of the columns; the last has no width of its own.
const HEADS: [&str; 6] = ["run", "verb", "answer", "sessions", "age", "state"];

/// Runs as text.
pub(crate) fn run_list(runs: &[ListedRun], now: Timestamp, width: usize) -> String {
    let rows: Vec<Row> = runs.iter().map(|it| Row::of(it, now)).collect();
    let widths: Vec<usize> = (0..HEADS.len())
        .map(|idx| {
            let texts = rows.iter().map(|it| it.columns()[idx].chars().count());
            texts.chain([HEADS[idx].len()]).max().unwrap_or_default()
        })
        .collect();
    let is_wide = widths.iter().sum::<usize>() + 2 * (HEADS.len() - 1) <= width;
    let mut res = String::new();
    if is_wide {
        let _ = writeln!(res, "{}", heading(&line(HEADS, &widths)));
    }
    for (idx, row) in rows.iter().enumerate() {
        if is_wide {
            let _ = writeln!(res, "{}", line(row.columns(), &widths));
        } else {
            if idx > 0 {
                res.push('\n');
            }
            row.push_lines(&mut res, width);
        }
        if let Some(command) = &row.command {
            let indent = if is_wide { 4 } else { 2 };
            let text = wrap(command, width, indent + 2);
            let _ = writeln!(res, "{:indent$}{}", "", styled(FAINT, &text));
        }
    }
    res
}

/// Columns side by side; numbers stand at the right.
fn line(columns: [&str; HEADS.len()], widths: &[usize]) -> String {
    let columns = columns.iter().zip(widths).zip(HEADS);
    let texts = columns.map(|((text, &width), head)| match head {
        "sessions" | "age" => format!("{text:>width$}"),
        _ => format!("{text:<width$}"),
    });
    let texts: Vec<String> = texts.collect();
    texts.join("  ").trim_end().to_owned()
}

impl Row {
    fn of(run: &ListedRun, now: Timestamp) -> Self {
        let state = run.state();
        let overview = run.overview.as_ref().ok().and_then(Option::as_ref);
        let age = run.started.map(|it| age(now.duration_since(it)));
        let request = match &state {
            RunState::Interrupted(it) => it.as_deref(),
            RunState::Complete
            | RunState::UnderWay
            | RunState::WithoutManifest
            | RunState::Damaged(_) => None,
        };
        let answer = match (&state, overview) {
            (RunState::Damaged(why), _) => why.clone(),
            (_, Some(it)) => answer(it),
            (RunState::WithoutManifest, _) => {
                "no tables yet: a study under way, or one that was stopped".to_owned()
            }
            (RunState::Interrupted(_), _) => "no tables yet; `--resume` continues it".to_owned(),
            _ => "no tables yet".to_owned(),
        };
        let verb = overview.map(|it| it.verb.clone());
        let verb = verb.or_else(|| request.map(|it| it.verb.to_string()));
        let command = overview.map(command_of_manifest);
        Self {
            name: run.name.clone(),
            verb: verb.unwrap_or_default(),
            answer,
            sessions: overview.map_or_else(String::new, sessions),
            age: age.unwrap_or_default(),
            state: match state {
                RunState::Complete => "complete",
                RunState::Interrupted(_) => "interrupted",
                RunState::UnderWay => "under way",
                RunState::WithoutManifest => "incomplete",
                RunState::Damaged(_) => "damaged",
            },
            command: command.or_else(|| request.map(command_of_request)),
        }
    }

    fn columns(&self) -> [&str; HEADS.len()] {
        [
            &self.name,
            &self.verb,
            &self.answer,
            &self.sessions,
            &self.age,
            self.state,
        ]
    }

    /// One fact after the other, where there is no room beside each other.
    fn push_lines(&self, res: &mut String, width: usize) {
        let _ = writeln!(res, "{}", heading(&self.name));
        let ago = (!self.age.is_empty()).then(|| format!("{} ago", self.age));
        let sessions = self.sessions.trim();
        let sessions = (!sessions.is_empty()).then(|| format!("{sessions} sessions"));
        let verb = (!self.verb.is_empty()).then(|| self.verb.clone());
        let facts = [verb, Some(self.state.to_owned()), ago, sessions];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        let _ = writeln!(res, "  {}", wrap(&facts.join(", "), width, 2));
        let _ = writeln!(res, "  {}", wrap(&self.answer, width, 2));
    }
}

/// The result of a run, in a few words.
fn answer(run: &RunOverview) -> String {
    match &run.study {
        Some(StudyRecord::Design {
            numbers, points, ..
        }) => {
            let numbers = counted(numbers.len() as u64, "number");
            format!("{numbers} at {}", counted((*points).into(), "point"))
        }
        Some(StudyRecord::Flip { rate, numbers, .. }) => format!(
            "{} moved to {:.0} % deals",
            counted(numbers.len() as u64, "number"),
            100.0 * rate
        ),
        Some(StudyRecord::Robustness { forms, .. }) => {
            format!("{} of the model", counted(forms.len() as u64, "form"))
        }
        Some(StudyRecord::Weigh { draws, plans }) => format!(
            "{} over {}",
            counted(plans.len() as u64, "plan"),
            counted(*draws, "draw")
        ),
        None => {
            let Some(share) = Estimate::of_share(run.counts.agreement, run.counts.sessions) else {
                return "no session".to_owned();
            };
            if run.cells > 1 {
                let cells = counted(run.cells, "cell");
                return format!("deals {} over {cells}", percent_of(&share));
            }
            format!(
                "deals {} ({})",
                percent_of(&share),
                percent_interval(&share)
            )
        }
    }
}

/// How many sessions there are, and of how many if some are missing.
fn sessions(run: &RunOverview) -> String {
    let n = run.counts.sessions;
    if n == 0 {
        String::new()
    } else if run.complete || n >= run.sessions {
        count(n)
    } else {
        format!("{} of {}", count(n), count(run.sessions))
    }
}

/// The command, as far as a manifest records it.
fn command_of_manifest(run: &RunOverview) -> String {
    let file = run.inputs.first().map(|it| it.path.as_str());
    command(&run.verb, file, &run.settings, &[])
}

/// The command of a run without a manifest.
fn command_of_request(request: &RunRequest) -> String {
    let sessions = request.sessions.map(|it| format!("--sessions {it}"));
    let seed = request.seed.map(|it| format!("--seed {it}"));
    let shard = request.shard.as_ref().map(|it| format!("--shard {it}"));
    let more: Vec<String> = [sessions, seed, shard].into_iter().flatten().collect();
    let file = Some(request.experiment.as_str());
    command(request.verb.name(), file, &request.settings, &more)
}

fn command(verb: &str, file: Option<&str>, settings: &[String], more: &[String]) -> String {
    let mut words = vec![format!("demarche {verb}")];
    words.extend(file.map(shell_word));
    words.extend(
        settings
            .iter()
            .map(|it| format!("--set {}", shell_word(it))),
    );
    words.extend(more.iter().cloned());
    words.join(" ")
}

/// How long ago something was, in the largest unit of which it is at least one.
fn age(since: SignedDuration) -> String {
    let minutes = since.as_secs().max(0) / 60;
    let (hours, days) = (minutes / 60, minutes / 60 / 24);
    match (days, hours, minutes) {
        (0, 0, 0) => "<1 min".to_owned(),
        (0, 0, _) => format!("{minutes} min"),
        (0, ..) => format!("{hours} h"),
        (1, ..) => "1 day".to_owned(),
        _ => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_by_its_largest_unit() {
        let of = |seconds: i64| age(SignedDuration::from_secs(seconds));
        let ages = [-5, 59, 60, 3599, 3600, 86_399, 86_400, 172_800].map(of);
        let expected = [
            "<1 min", "<1 min", "1 min", "59 min", "1 h", "23 h", "1 day", "2 days",
        ];
        assert_eq!(ages, expected);
    }
}
