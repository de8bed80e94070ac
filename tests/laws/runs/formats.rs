//! Tables as Parquet: the rows of the CSV, cell by cell, of the kinds that columns are said to be.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use parquet::basic::{LogicalType, Type as Physical};
use parquet::file::reader::FileReader as _;
use parquet::record::Field;
use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, files, open, path_text, run, tables};

/// Holds a table as Parquet against its CSV.
#[track_caller]
fn compare(table: &Path, parquet_copy: &Path) {
    let name = table.display();
    let mut csv = csv::Reader::from_path(table).unwrap();
    let parquet_copy = open(parquet_copy);
    let schema = parquet_copy.metadata().file_metadata().schema_descr();
    let columns = schema.columns().iter();
    assert!(
        columns
            .clone()
            .map(|it| it.name())
            .eq(csv.headers().unwrap()),
        "{name}"
    );
    for it in columns.clone() {
        let expected = (it.physical_type() == Physical::BYTE_ARRAY).then_some(&LogicalType::String);
        assert_eq!(it.logical_type_ref(), expected, "{name}: {}", it.name());
        assert!(it.self_type().is_optional());
    }
    let mut has_words = vec![false; columns.len()];
    let mut is_filled = vec![false; columns.len()];
    let mut rows = parquet_copy.get_row_iter(None).unwrap();
    for (number, row) in csv.records().enumerate() {
        let (row, parquet_copy) = (row.unwrap(), rows.next().expect("as many rows").unwrap());
        for (idx, (cell, (column, value))) in
            row.iter().zip(parquet_copy.get_column_iter()).enumerate()
        {
            let is_same = matches!(value, Field::Null if cell.is_empty())
                || matches!(value, Field::Long(it) if it.to_string() == cell)
                || matches!(value, Field::Double(it) if cell.parse() == Ok(*it))
                || matches!(value, Field::Str(it) if it == cell);
            assert!(is_same, "{name}, row {number}, {column}: `{cell}`, {value}");
            is_filled[idx] |= !cell.is_empty();
            has_words[idx] |= !cell.is_empty() && cell.parse::<f64>().is_err();
        }
    }
    assert!(rows.next().is_none(), "{name}");
    for ((it, is_filled), has_words) in columns.zip(is_filled).zip(has_words) {
        let is_text = it.physical_type() == Physical::BYTE_ARRAY;
        assert!(!is_filled || is_text == has_words, "{name}: {}", it.name());
    }
}

/// Holds every table of a run against its Parquet copy: how many there are.
#[track_caller]
fn compare_all(run: &Path) -> usize {
    let files = files(run);
    let with_ending = |ending: &str| -> Vec<PathBuf> {
        let is_one = |it: &&PathBuf| it.extension().is_some_and(|it| it == ending);
        let names = files.keys().filter(is_one);
        names.map(|it| it.with_extension("")).collect()
    };
    let tables = with_ending("csv");
    assert_eq!(with_ending("parquet"), tables);
    for it in &tables {
        let path = |ending| run.join(it).with_extension(ending);
        compare(&path("csv"), &path("parquet"));
    }
    tables.len()
}

#[test]
fn every_table_of_a_batch_has_a_parquet_copy_with_the_same_cells() {
    let folder = TempDir::new().unwrap();
    let more = [
        "--sessions",
        "2000",
        "--transcripts",
        "--distances",
        "--draws",
    ];
    let plain = tables(&run(&folder, "batch", "plain", VILLAGES, &more));
    let with_parquet = [&more[..], &["--format", "csv,parquet"]].concat();
    let parquet_tables = run(&folder, "batch", "parquet", VILLAGES, &with_parquet);
    assert_eq!(compare_all(&parquet_tables), 14);
    let mut all = tables(&parquet_tables);
    all.retain(|it, _| it.extension().is_none_or(|it| it != "parquet"));
    assert!(
        all == plain,
        "the tables as CSV are the same without Parquet"
    );
}

#[test]
fn every_table_of_a_sweep_has_a_parquet_copy_with_the_same_cells() {
    let folder = TempDir::new().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    fs::copy(
        Path::new(root).join(VILLAGES),
        folder.path().join("same.toml"),
    )
    .unwrap();
    // The second path has a number in some cells only.
    let axes = "[[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.4, 1]\n\
                [[sweep.axis]]\n\
                path = \"party.lower.strategy.0.time_dependent.concession_exponent\"\n\
                values = [0.5, \"linear\"]\n\
                [[sweep.axis]]\npath = \"scenario\"\nvalues = [\"same.toml\"]\n";
    let design = "[sweep]\ndesign = { method = \"morris\", points = 10 }\n\
                  [[sweep.axis]]\npath = \"party.upper.reservation_value\"\n\
                  between = { from = 0.2, to = 0.8 }\n";
    for (name, sweep, n_tables) in [("grid", axes, 14), ("design", design, 15)] {
        let text = format!(
            "schema = 1\nname = \"villages\"\nseed = 9\nsessions = 300\n\
             scenario = \"{root}/{VILLAGES}\"\n{sweep}"
        );
        let file = folder.path().join(format!("{name}.toml"));
        fs::write(&file, text).unwrap();
        let out = run(
            &folder,
            "sweep",
            name,
            path_text(&file),
            &["--format=csv,parquet"],
        );
        assert_eq!(compare_all(&out), n_tables, "{name}");
    }
}

#[test]
fn every_table_of_a_study_has_a_parquet_copy_with_the_same_cells() {
    let folder = TempDir::new().unwrap();
    let format = "--format=csv,parquet";
    let more = ["--points", "32", "--draws", format];
    let sensitivity = run(&folder, "sensitivity", "sensitivity", VILLAGES, &more);
    assert_eq!(compare_all(&sensitivity), 3);
    let more = ["--rate", "50", "--sessions", "200", format];
    let flip = run(&folder, "flip", "flip", VILLAGES, &more);
    assert_eq!(compare_all(&flip), 2);
}

#[test]
fn formats_that_cannot_be_written_are_refused() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let rendered = |formats: &str| {
        let arguments = [
            "batch",
            VILLAGES,
            "--format",
            formats,
            "--out",
            path_text(&out),
        ];
        let output = check(&arguments, 2);
        assert!(!out.exists(), "nothing is written");
        String::from_utf8(output.stderr).unwrap()
    };
    let alone = rendered("parquet");
    assert!(alone.contains("write `csv,parquet`"), "{alone}");
    let other = rendered("csv,xlsx");
    assert!(other.contains("not `xlsx`"), "{other}");
    let none = rendered("");
    assert!(none.contains("not ``"), "{none}");
    let output = check(
        &["batch", "--resume", path_text(&out), "--format", "csv"],
        2,
    );
    let resumed = String::from_utf8(output.stderr).unwrap();
    assert!(resumed.contains("cannot be used with"), "{resumed}");
}

#[test]
fn a_swept_column_has_one_kind_in_all_runs_of_the_experiment() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("experiment.toml");
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "schema = 1\nname = \"villages\"\nseed = 9\nsessions = 40\n\
         scenario = \"{root}/{VILLAGES}\"\n\
         [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.4, 1]\n"
    );
    fs::write(&file, text).unwrap();
    let out = run(
        &folder,
        "sweep",
        "run",
        path_text(&file),
        &["--format=parquet, csv"],
    );
    let cells = open(&out.join("cells.parquet"));
    let columns = cells
        .metadata()
        .file_metadata()
        .schema_descr()
        .columns()
        .iter();
    let kinds: BTreeMap<&str, Physical> =
        columns.map(|it| (it.name(), it.physical_type())).collect();
    let expected = [
        ("cell", Physical::INT64),
        ("n_sessions", Physical::INT64),
        ("same_as", Physical::INT64),
        ("party.upper.reservation_value", Physical::DOUBLE),
    ];
    assert_eq!(kinds, expected.into());
}
