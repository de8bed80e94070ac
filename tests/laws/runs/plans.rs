//! Runs of `weigh` as folders: the same bytes from any number of threads, verified, and reported later.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, files, manifest, path_text, tables};

const OPEN: &str = "configs/plans/two-villages/alternate-days.toml";
const DEMANDS: &str = "configs/plans/two-villages/demands.csv";

/// Weighs the plans that ship with the program.
fn weigh(out: &Path, more: &[&str]) -> String {
    let mut arguments = vec!["weigh", VILLAGES, OPEN, DEMANDS, "--draws", "500"];
    arguments.extend(["--out", path_text(out)]);
    arguments.extend(more);
    let output = check(&arguments, 0);
    String::from_utf8(output.stdout).unwrap()
}

/// The value of a column in the rows of a table that have these fields.
fn column(folder: &Path, table: &str, fields: &[(&str, &str)], column: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_path(folder.join(table)).unwrap();
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|it| it == name).unwrap();
    let rows = reader.records().map(Result::unwrap);
    let rows = rows.filter(|row| fields.iter().all(|(name, it)| &row[place(name)] == *it));
    rows.map(|it| it[place(column)].to_owned()).collect()
}

#[test]
fn the_text_of_weighed_plans() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let text = weigh(&out, &[]).replace(path_text(&out), "RUN");
    insta::assert_snapshot!("weighed_plans_of_two_villages", text);
}

#[test]
fn any_number_of_threads_gives_the_same_folder() {
    let folder = TempDir::new().unwrap();
    let [one, three] = ["one", "three"].map(|it| folder.path().join(it));
    weigh(&one, &["--threads", "1"]);
    weigh(&three, &["--threads", "3"]);
    assert_eq!(tables(&one), tables(&three));
    let page = |run: &Path| fs::read_to_string(run.join("report.html")).unwrap();
    assert_eq!(page(&one), page(&three));
    check(&["verify", path_text(&one)], 0);
}

#[test]
fn the_page_made_later_is_the_page_that_the_run_made() {
    let folder = TempDir::new().unwrap();
    let (out, later) = (folder.path().join("run"), folder.path().join("later"));
    weigh(&out, &["--format", "csv,parquet", "--excel"]);
    assert!(out.join("plans.parquet").exists() && out.join("tables.xlsx").exists());
    let arguments = ["report", path_text(&out), "--out", path_text(&later)];
    check(&arguments, 0);
    let pages = |run: &Path| {
        let mut all = files(run);
        all.retain(|path, _| {
            path.extension()
                .is_some_and(|it| it == "html" || it == "svg")
        });
        all
    };
    assert_eq!(pages(&out), pages(&later));
    assert!(pages(&out).len() > 2, "the page has pictures");
}

#[test]
fn the_tables_say_what_the_manifest_names() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    weigh(&out, &["--set", "party.lower.reservation_value=0.4"]);
    let manifest = manifest(&out);
    assert_eq!(manifest["verb"], "weigh");
    assert_eq!(manifest["complete"], true);
    assert_eq!(manifest["study"]["draws"], 500);
    let inputs: Vec<&str> = (manifest["inputs"].as_array().unwrap().iter())
        .map(|it| it["path"].as_str().unwrap())
        .collect();
    assert_eq!(inputs, [VILLAGES, OPEN, DEMANDS]);
    let plans = manifest["study"]["plans"].as_array().unwrap();
    assert_eq!(plans.len(), 4);
    assert_eq!(plans[0]["options"]["upkeep"], "halves");
    assert_eq!(plans[2]["lost"].as_array().unwrap().len(), 2);
    // Half of the upkeep, alternate days and a rope: 0.25 + 0.2 + 0.18 against 0.4.
    let best = [("plan", "alternate-days"), ("completion", "most_accepted")];
    let of_lower = [best.as_slice(), &[("party", "lower")]].concat();
    assert_eq!(column(&out, "plans.csv", &of_lower, "surplus"), ["0.23"]);
    let rope = column(&out, "plans.csv", &of_lower, "settled_second_rope");
    assert_eq!(rope, ["yes"]);
    let of_all = [best.as_slice(), &[("party", "")]].concat();
    assert_eq!(column(&out, "plans.csv", &of_all, "acceptance_rate"), ["1"]);
    let amendments = [("plan", "alternate-days"), ("n_changes", "0")];
    let amended = column(&out, "amendments.csv", &amendments, "amended_upkeep");
    assert_eq!(amended, [""]);
    let amended = column(&out, "amendments.csv", &amendments, "amended_second_rope");
    assert_eq!(amended, ["yes"]);
    // Of every plan there is a row for draws without any amendment.
    let none = column(&out, "amendments.csv", &[("rank", "")], "n_nearest");
    assert_eq!(none, ["0", "0", "0", "0"]);
    let changes = [("plan", "mornings-for-repairs"), ("rank", "1")];
    assert_eq!(column(&out, "changes.csv", &changes, "n"), ["500"]);
}

#[test]
fn other_verbs_say_that_it_has_no_sessions() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    weigh(&out, &["--no-report"]);
    assert!(!out.join("report.html").exists());
    let refusal = |arguments: &[&str]| {
        let output = check(arguments, 2);
        String::from_utf8(output.stderr).unwrap()
    };
    let text = refusal(&["explain", path_text(&out)]);
    assert!(text.contains("a run of `weigh`"), "{text}");
    let text = refusal(&["weigh", VILLAGES]);
    assert!(text.contains("<PLAN>"), "{text}");
    let text = refusal(&["weigh", VILLAGES, OPEN, "--out", path_text(&out)]);
    assert!(text.contains("already exists"), "{text}");
}
