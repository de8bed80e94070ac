//! What must hold of every parser, whatever the bytes: an error in words, or something whole.

use std::io;
use std::path::Path;

use demarche::config::{Overrides, load_experiment, load_plans, load_recorded, load_scenario};
use demarche::experiment::CellId;
use demarche::interchange::{ForeignFile, ImportOptions, Scaling, import};
use demarche::report::RunSummary;
use demarche::run::configuration_changes;
use demarche::run::{
    CellConfiguration, Manifest, Named, NamedIssue, RecordedRows, RecordedSessions, RunRecord,
    RunSchema, swept_values,
};
use demarche::strategy::Strategies;

/// What stands between the files in one input.
const SEPARATOR: &[u8] = b"\n====\n";

/// Cells that are tried of a manifest.
const CELLS_TRIED: usize = 4;

const SCENARIO: &str = include_str!("../tests/laws/files/diagnostics/base.toml");
const EXPERIMENT: &str =
    "schema = 1\nname = \"e\"\nscenario = \"1.toml\"\n[sweep]\npoints = \"2.csv\"\n";

/// A JSON scenario, and twice as a profile.
pub(crate) fn import_json(bytes: &[u8]) {
    import_files("json", &[bytes]);
    import_files("json", &[bytes, bytes]);
}

/// Files of GeniusWeb and of NegMAS, as JSON and as YAML: a domain and profiles.
pub(crate) fn import_data(bytes: &[u8]) {
    let files = files_in(bytes);
    import_files("json", &files);
    import_files("yml", &files);
}

/// A domain and the utility files of GENIUS.
pub(crate) fn import_xml(bytes: &[u8]) {
    import_files("xml", &files_in(bytes));
}

/// An experiment `0.toml`, and the files that it and they may name: `1.toml`, `2.csv`, `3.toml`.
pub(crate) fn experiment(bytes: &[u8]) {
    let files: Vec<String> = files_in(bytes)
        .iter()
        .map(|it| String::from_utf8_lossy(it).into_owned())
        .collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    load(&files, Vec::new());
}

/// A table of points.
pub(crate) fn points(bytes: &[u8]) {
    load(
        &[EXPERIMENT, SCENARIO, &String::from_utf8_lossy(bytes)],
        Vec::new(),
    );
}

/// A plan, and a table of plans.
pub(crate) fn plans(bytes: &[u8]) {
    let read_scenario = |_: &Path| Ok(SCENARIO.to_owned());
    let loaded = load_scenario(Path::new("scenario.toml"), &[], &read_scenario);
    let setting = loaded.expect("it has no mistake").setting;
    let read_file = |_: &Path| Ok(String::from_utf8_lossy(bytes).into_owned());
    for name in ["plan.toml", "plans.csv"] {
        match load_plans(&[name.into()], setting.scenario(), &read_file) {
            Ok(loaded) => {
                let n_issues = setting.scenario().space.n_issues();
                assert!(loaded.plans.iter().all(|it| it.options.len() == n_issues));
            }
            Err(diagnostics) => assert!(!diagnostics.to_string().is_empty()),
        }
    }
}

/// Settings of the command line, one a line.
pub(crate) fn settings(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    load(&[SCENARIO], text.lines().map(str::to_owned).collect());
}

/// The manifest of a run, for `replay` and for `compare`.
pub(crate) fn manifest(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Manifest::from_json(&text) {
        Ok(manifest) => {
            let cells = (0..CELLS_TRIED).filter_map(|it| manifest.sweep.as_ref()?.cell(it));
            for values in std::iter::once(Vec::new()).chain(cells) {
                let (resolved, set_numbers) = (&manifest.resolved, &manifest.set_numbers);
                let loaded = load_recorded(
                    "manifest.json",
                    resolved,
                    set_numbers,
                    values,
                    &Strategies::default(),
                );
                if let Err(diagnostics) = loaded {
                    assert!(!diagnostics.to_string().is_empty());
                }
            }
            manifest.to_json();
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match RunRecord::parse(&text) {
        Ok(record) => {
            let _ = record.run_schema();
            let configuration = CellConfiguration {
                resolved: &record.resolved,
                swept: &[],
            };
            assert!(configuration_changes(configuration, configuration).is_empty());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// `sessions.csv`, `parties.csv` and `cells.csv` of a run.
pub(crate) fn tables(bytes: &[u8]) {
    let files = files_in(bytes);
    let file = |idx: usize| files.get(idx).copied().unwrap_or_default();
    let named = |it: &str| Named {
        id: it.to_owned(),
        label: it.to_owned(),
    };
    let run_schema = RunSchema {
        parties: vec![named("hill"), named("dale")],
        issues: vec![NamedIssue {
            name: named("water"),
            options: vec![named("little"), named("much")],
        }],
    };
    let sessions = RecordedSessions::open(
        ("sessions.csv".to_owned(), file(0)),
        ("parties.csv".to_owned(), file(1)),
        &run_schema,
        CellId(0),
    );
    if let Ok(mut sessions) = sessions {
        while let Ok(Some(session)) = sessions.advance() {
            assert_eq!(session.utilities.len(), 2);
            assert!(session.deal.is_none_or(|it| it.options.len() == 1));
        }
    }
    let _ = swept_values(("cells.csv".to_owned(), file(2)), CellId(1));
    let _ = RunSummary::read(&|_| Ok(Some(Box::new(io::Cursor::new(file(0).to_vec())))));
    if let Ok(rows) = RecordedRows::find(file(0), CellId(0), 1) {
        assert_eq!(rows.first_difference(&rows), None);
    }
}

fn files_in(bytes: &[u8]) -> Vec<&[u8]> {
    let mut files = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(SEPARATOR.len()).position(|it| it == SEPARATOR) {
        files.push(&rest[..at]);
        rest = &rest[at + SEPARATOR.len()..];
    }
    files.push(rest);
    files
}

/// Imports on both scales; what comes out must load without a mistake.
fn import_files(ending: &str, files: &[&[u8]]) {
    let names: Vec<String> = (0..files.len())
        .map(|it| format!("{it}.{ending}"))
        .collect();
    let files: Vec<ForeignFile<'_>> = names
        .iter()
        .zip(files)
        .map(|(name, bytes)| ForeignFile { name, bytes })
        .collect();
    for scaling in [Scaling::Own, Scaling::Raw] {
        let options = ImportOptions {
            scaling,
            ..ImportOptions::default()
        };
        if let Ok(imported) = import(&files, &options) {
            let text = imported.text;
            if let Err(diagnostics) =
                load_scenario(Path::new("imported.toml"), &[], &|_| Ok(text.clone()))
            {
                panic!("{}\n{text}", diagnostics.render(false));
            }
        }
    }
}

/// Loads `0.toml`; a file's number is its place in the list.
fn load(files: &[&str], settings: Vec<String>) {
    let read_file = |path: &Path| {
        let number = path.file_stem().and_then(|it| it.to_str()?.parse().ok());
        let text = number.and_then(|it: usize| files.get(it));
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        text.map(|it| (*it).to_owned()).ok_or_else(missing)
    };
    let overrides = Overrides {
        settings,
        ..Overrides::default()
    };
    if let Err(diagnostics) = load_experiment(Path::new("0.toml"), &overrides, &read_file) {
        assert!(!diagnostics.to_string().is_empty());
    }
}
