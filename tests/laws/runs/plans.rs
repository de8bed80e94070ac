//! Runs of `weigh` as folders: the same bytes from any number of threads, verified, and reported later.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::process::{
    VILLAGES, check, files, interrupt, manifest, path_text, start, tables,
};

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
    // Of every plan there is a row for draws without any amendment, and one for undecided ones.
    for exists in ["no", "undecided"] {
        let none = [("rank", ""), ("exists", exists)];
        let none = column(&out, "amendments.csv", &none, "n_nearest");
        assert_eq!(none, ["0", "0", "0", "0"]);
    }
    let changes = [("plan", "mornings-for-repairs"), ("rank", "1")];
    assert_eq!(column(&out, "changes.csv", &changes, "n"), ["500"]);
}

/// The rows of a table in a cell, without the columns that say which cell it is.
fn rows_of_cell(folder: &Path, table: &str, cell: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(folder.join(table)).unwrap();
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(Result::unwrap);
    rows.filter(|it| &it[0] == cell)
        .map(|row| {
            let fields = header.iter().zip(&row);
            let own = fields.filter(|it| it.0 != "cell" && !it.0.contains('.'));
            own.map(|it| it.1.to_owned()).collect()
        })
        .collect()
}

#[test]
fn a_cell_of_a_sweep_has_the_rows_of_a_run_with_its_values_set() {
    let folder = TempDir::new().unwrap();
    let experiment = folder.path().join("experiment.toml");
    fs::copy(VILLAGES, folder.path().join("villages.toml")).unwrap();
    let path = "party.lower.reservation_value";
    let text = format!(
        "schema = 1\nname = \"cells\"\nscenario = \"villages.toml\"\n[[sweep.axis]]\npath = \"{path}\"\nvalues = [0.3, 0.45, 0.65]\n"
    );
    fs::write(&experiment, text).unwrap();
    let out = folder.path().join("run");
    let arguments = [
        "weigh",
        path_text(&experiment),
        OPEN,
        DEMANDS,
        "--draws",
        "500",
    ];
    let arguments = [arguments.as_slice(), &["--out", path_text(&out)]].concat();
    let output = check(&arguments, 0);
    let text = String::from_utf8(output.stdout)
        .unwrap()
        .replace(path_text(&out), "RUN");
    insta::assert_snapshot!("weighed_plans_in_cells", text);
    assert_eq!(manifest(&out)["cells"], 3);
    let values = column(&out, "plans.csv", &[("cell", "1")], path);
    assert!(values.iter().all(|it| it == "0.45"));
    for (cell, value) in [("0", "0.3"), ("1", "0.45"), ("2", "0.65")] {
        let alone = folder.path().join(value);
        weigh(&alone, &["--set", &format!("{path}={value}")]);
        for table in ["plans.csv", "changes.csv", "amendments.csv"] {
            let expected = rows_of_cell(&alone, table, "0");
            assert!(!expected.is_empty());
            assert_eq!(
                rows_of_cell(&out, table, cell),
                expected,
                "{table}, {value}"
            );
        }
    }
    check(&["verify", path_text(&out)], 0);
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("In other cells"));
}

#[test]
fn every_cell_has_its_own_rule_of_consent() {
    let folder = TempDir::new().unwrap();
    let villages = fs::read_to_string(VILLAGES).unwrap();
    let vote = villages.replace("alternating_offers", "proposal_and_vote");
    let scenario = |name: &str, consent: &str| {
        let text = format!("{vote}\n[[consent]]\n{consent}\n");
        fs::write(folder.path().join(name), text).unwrap();
    };
    scenario("veto.toml", "party = \"upper\"");
    scenario("quota.toml", "quota = 1\nof = [\"lower\"]");
    let experiment = folder.path().join("experiment.toml");
    let text = "schema = 1\nname = \"cells\"\nscenario = \"veto.toml\"\n[[sweep.axis]]\npath = \"scenario\"\nvalues = [\"veto.toml\", \"quota.toml\"]\n";
    fs::write(&experiment, text).unwrap();
    let out = folder.path().join("run");
    let arguments = ["weigh", path_text(&experiment), DEMANDS, "--draws", "50"];
    check(&[&arguments[..], &["--out", path_text(&out)]].concat(), 0);
    let consent = |cell: &str, party: &str| {
        let of_party = [("cell", cell), ("party", party)];
        let mut all = column(&out, "plans.csv", &of_party, "consent");
        all.dedup();
        all
    };
    assert_eq!(consent("0", "upper"), ["needed"]);
    assert_eq!(consent("0", "lower"), ["not_needed"]);
    assert_eq!(consent("1", "upper"), ["not_needed"]);
    assert_eq!(consent("1", "lower"), ["counted"]);
}

#[test]
fn completions_that_are_accepted_alike_are_shown_once() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let text = weigh(&out, &["--set", "party.*.reservation_value=0"]);
    assert_eq!(
        text.matches("all completions are accepted alike").count(),
        1
    );
    assert_eq!(text.matches("the first completion: ").count(), 1);
    assert!(!text.contains("least accepted"), "{text}");
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("(all completions alike)"));
    assert!(!page.contains("(least accepted)") && !page.contains("(most accepted)"));
    // The tables keep both rows, as in any run.
    let least = [("completion", "least_accepted"), ("party", "")];
    assert_eq!(column(&out, "plans.csv", &least, "acceptance_rate"), ["1"]);
}

#[test]
fn an_interrupted_run_has_a_manifest_and_no_tables() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let scenario = "configs/scenarios/two-villages.toml";
    let arguments = ["weigh", scenario, OPEN, "--draws", "4000000"];
    let child = start(&[arguments.as_slice(), &["--out", path_text(&out)]].concat());
    while !out.exists() {
        std::thread::yield_now();
    }
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let manifest = manifest(&out);
    assert_eq!(manifest["complete"], false);
    assert!(manifest["tables"].as_array().is_none_or(Vec::is_empty));
    let later = folder.path().join("later");
    let arguments = ["report", path_text(&out), "--out", path_text(&later)];
    check(&arguments, 0);
    let page = fs::read_to_string(later.join("report.html")).unwrap();
    assert!(page.contains("interrupted before the plans were weighed"));
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

#[test]
fn amendments_tell_changed_terms_from_settled_issues() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    // So much is asked that alternate days and halves are not enough.
    let set = "party.lower.reservation_value=0.7";
    let arguments = [
        "weigh",
        VILLAGES,
        OPEN,
        "--draws",
        "300",
        "--set",
        set,
        "--out",
        path_text(&out),
    ];
    let rendered = String::from_utf8(check(&arguments, 0).stdout).unwrap();
    let words = rendered.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut amended = words.split("nearest amendment in ").skip(1);
    let first = amended.next().expect("an amendment");
    let changed = first.split("changed: ").nth(1).expect("what is changed");
    let (changed, settled) = changed
        .split_once("; settled, most often: ")
        .expect("what is settled");
    assert!(settled.starts_with("second_rope = "), "{first}");
    assert!(!changed.contains("second_rope"), "{first}");
    let n_terms = changed.matches(" = ").count();
    assert!(n_terms > 0);
    let issues = column(
        &out,
        "amendments.csv",
        &[("exists", "yes")],
        "changed_issues",
    );
    let n_changes = column(&out, "amendments.csv", &[("exists", "yes")], "n_changes");
    for (issues, n) in issues.iter().zip(&n_changes) {
        assert_eq!(issues.split_whitespace().count().to_string(), *n);
        assert!(!issues.contains("second_rope"));
    }
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("settled, as the plan leaves it open"));
    // Whoever reads it sees that it is not what the files say.
    assert!(
        rendered.contains(&format!("With --set {set}\n")),
        "{rendered}"
    );
    assert!(page.contains("Changed for this run"), "{page}");
}
