//! Tables that are not as their run wrote them: whoever reads them says which.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::process::{
    VILLAGES, check, demarche, forget_tables, manifest, path_text, results, run, start, tables,
};

/// A run with every kind of table that a batch has.
fn batch(folder: &TempDir) -> PathBuf {
    let more = [
        "--sessions",
        "300",
        "--transcripts",
        "--excel",
        "--format=csv,parquet",
    ];
    run(folder, "batch", "run", VILLAGES, &more)
}

/// The names of the tables that a manifest knows.
fn recorded(folder: &Path) -> Vec<String> {
    let manifest = manifest(folder);
    let tables = manifest["tables"].as_array().expect("there are some");
    let path = |it: &serde_json::Value| it["path"].as_str().unwrap().to_owned();
    tables.iter().map(path).collect()
}

/// The tables of a run; not the workbook, which is made of them.
fn verified_tables(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut res = tables(folder);
    res.retain(|name, _| name.extension().is_none_or(|it| it != "xlsx"));
    res
}

fn names_on_disk(folder: &Path) -> Vec<String> {
    let tables = verified_tables(folder);
    tables.keys().map(|it| path_text(it).to_owned()).collect()
}

#[test]
fn every_table_of_every_verb_is_in_the_manifest() {
    let folder = TempDir::new().unwrap();
    let out = batch(&folder);
    assert_eq!(recorded(&out), names_on_disk(&out));
    let rendered = check(&["verify", path_text(&out)], 0).stdout;
    let rendered = String::from_utf8(rendered).unwrap();
    assert!(rendered.contains("all unchanged"), "{rendered}");
    let more = ["--sessions", "20", "--format=csv,parquet"];
    let flip = run(&folder, "flip", "flip", VILLAGES, &more);
    assert_eq!(recorded(&flip), names_on_disk(&flip));
    check(&["verify", path_text(&flip)], 0);
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "schema = 1\nname = \"villages\"\nsessions = 40\nscenario = \"{root}/{VILLAGES}\"\n\
         [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.4, 0.6]\n"
    );
    let file = folder.path().join("experiment.toml");
    fs::write(&file, text).unwrap();
    let sweep = run(&folder, "sweep", "sweep", path_text(&file), &[]);
    assert_eq!(recorded(&sweep), names_on_disk(&sweep));
}

#[test]
fn a_table_that_is_lost_cut_or_changed_is_named() {
    let folder = TempDir::new().unwrap();
    let out = batch(&folder);
    for (name, bytes) in verified_tables(&out) {
        let path = out.join(&name);
        let mut changed = bytes.clone();
        changed[bytes.len() / 2] ^= 1;
        let longer = [&bytes[..], b"more"].concat();
        for other in [None, Some(&changed[..]), Some(&bytes[1..]), Some(&longer)] {
            match other {
                Some(other) => fs::write(&path, other).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let rendered = check(&["verify", path_text(&out)], 1).stderr;
            let rendered = String::from_utf8(rendered).unwrap();
            let what = if other.is_none() {
                "is missing"
            } else {
                "has changed since the run"
            };
            let line = format!("error: {}: it {what}", path_text(&path));
            assert!(rendered.starts_with(&line), "{rendered}");
            assert_eq!(rendered.lines().count(), 1, "{rendered}");
        }
        fs::write(&path, bytes).unwrap();
    }
    check(&["verify", path_text(&out)], 0);
}

#[test]
fn whoever_reads_a_table_says_that_it_differs() {
    let folder = TempDir::new().unwrap();
    let out = batch(&folder);
    let other = run(&folder, "batch", "other", VILLAGES, &["--sessions", "300"]);
    let page = folder.path().join("page");
    let [run_text, other, page] = [&out, &other, &page].map(|it| path_text(it));
    for (name, arguments) in [
        ("summary.csv", &["report", run_text, "--out", page][..]),
        ("agreements.csv", &["report", run_text, "--out", page]),
        ("sessions.csv", &["compare", run_text, other]),
        ("parties.csv", &["compare", other, run_text]),
        ("sessions.csv", &["explain", run_text]),
        ("sessions.csv", &["explain", run_text, "5"]),
        ("sessions.csv", &["replay", run_text, "5"]),
        ("offers.csv", &["replay", run_text, "5"]),
        ("parties.csv", &["batch", "--resume", run_text]),
        ("offers.parquet", &["batch", "--resume", run_text]),
    ] {
        let path = out.join(name);
        let bytes = fs::read(&path).unwrap();
        let mut changed = bytes.clone();
        // A digit of its last row: the row stays valid by itself.
        let last = changed.iter().rposition(u8::is_ascii_digit).unwrap();
        changed[last] ^= 1;
        for other in [&changed[..], &bytes[..bytes.len() - 1]] {
            fs::write(&path, other).unwrap();
            let output = demarche(arguments).output().unwrap();
            let rendered = String::from_utf8(output.stderr).unwrap();
            assert!(
                [1, 2].contains(&output.status.code().unwrap()),
                "{arguments:?}: {rendered}"
            );
            assert!(
                rendered.contains("it has changed since the run"),
                "{arguments:?}: {rendered}"
            );
            assert!(rendered.contains(name), "{arguments:?}: {rendered}");
            assert_eq!(rendered.lines().count(), 1, "{rendered}");
            assert!(!Path::new(page).exists());
        }
        fs::write(&path, bytes).unwrap();
    }
    check(&["batch", "--resume", run_text], 0);
}

#[test]
fn a_run_of_an_earlier_version_has_no_digests_and_is_read_all_the_same() {
    let folder = TempDir::new().unwrap();
    let out = batch(&folder);
    forget_tables(&out);
    let rendered = check(&["verify", path_text(&out)], 2).stderr;
    let rendered = String::from_utf8(rendered).unwrap();
    assert!(
        rendered.contains("has no digests of the tables"),
        "{rendered}"
    );
    check(&["replay", path_text(&out), "5"], 0);
    check(&["compare", path_text(&out), path_text(&out)], 0);
    check(&["batch", "--resume", path_text(&out)], 0);
}

/// A manifest may come from anywhere too.
#[test]
fn a_manifest_leads_to_no_file_outside_its_run() {
    let folder = TempDir::new().unwrap();
    let out = batch(&folder);
    let secret = folder.path().join("secret.csv");
    fs::write(&secret, "secret").unwrap();
    let text = fs::read_to_string(out.join("manifest.json")).unwrap();
    for path in [
        "../secret.csv",
        path_text(&secret),
        "figures/../../secret.csv",
        ".",
    ] {
        let crafted = text.replacen("\"agreements.csv\"", &format!("\"{path}\""), 1);
        fs::write(out.join("manifest.json"), crafted).unwrap();
        let rendered = check(&["verify", path_text(&out)], 1).stderr;
        let rendered = String::from_utf8(rendered).unwrap();
        assert!(
            rendered.contains("a run has no file of such a name"),
            "{rendered}"
        );
    }
}

/// While a batch runs somebody removes, cuts or changes a table.
#[test]
fn a_table_lost_while_a_batch_runs_is_no_success() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "20000", "--quiet"];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more[..2]));
    for harm in [
        |table: &Path| fs::remove_file(table).unwrap(),
        |table: &Path| {
            let file = File::options().write(true).open(table).unwrap();
            file.set_len(1000).unwrap();
        },
        |table: &Path| {
            let mut file = File::options().write(true).open(table).unwrap();
            file.seek(SeekFrom::Start(5000)).unwrap();
            file.write_all(b"x").unwrap();
        },
    ] {
        let out = folder.path().join("run");
        let arguments = [&["batch", VILLAGES, "--out", path_text(&out)], &more[..]].concat();
        let mut child = start(&arguments);
        let table = out.join("sessions.csv");
        while fs::metadata(&table).map_or(true, |it| it.len() < 50_000) {
            assert!(child.try_wait().unwrap().is_none(), "it is over");
        }
        harm(&table);
        let output = child.wait_with_output().unwrap();
        let rendered = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{rendered}");
        assert!(rendered.contains(path_text(&table)), "{rendered}");
        assert!(
            rendered.contains("continue with `demarche batch --resume "),
            "{rendered}"
        );
        assert!(!out.join("manifest.json").exists());
        check(&["batch", "--quiet", "--resume", path_text(&out)], 0);
        assert!(results(&out) == reference);
        fs::remove_dir_all(&out).unwrap();
    }
}
