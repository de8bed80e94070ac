//! Pages of runs: what they show is what tables say, they fetch nothing, and names stay text.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, path_text, run};

const FLAGSHIP: &str = "configs/scenarios/alaska-2025.toml";

fn page(run: &Path) -> String {
    fs::read_to_string(run.join("report.html")).expect("there is a page")
}

/// The pictures of a run, by name.
fn pictures(run: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(run.join("figures")).expect("there are pictures");
    let mut res: Vec<(String, String)> = entries
        .map(|it| it.unwrap().path())
        .map(|it| {
            let name = it.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(it).unwrap())
        })
        .collect();
    res.sort();
    res
}

/// The table of a figure on a page, row by row.
pub(crate) fn table_of(page: &str, figure: &str) -> Vec<Vec<String>> {
    let start = page.find(&format!("<figure id=\"figure-{figure}\""));
    let rest = &page[start.expect("the figure is on the page")..];
    let rest = &rest[..rest.find("</figure>").unwrap()];
    let body = rest.split("<tbody>").nth(1).expect("it has a table");
    let rows = body.split("<tr>").skip(1);
    let fields = |row: &str| {
        let cells = row.split(['<', '>']).collect::<Vec<_>>();
        let opened = |it: &&[&str]| it[0] == "td" || it[0].starts_with("th scope=");
        cells
            .windows(2)
            .filter(opened)
            .map(|it| it[1].replace('\u{a0}', " "))
            .collect()
    };
    rows.map(fields).collect()
}

#[test]
fn a_page_is_the_same_for_any_number_of_threads_and_when_made_later() {
    let folder = TempDir::new().unwrap();
    let batch = |name: &str, more: &[&str]| {
        let more = [&["--sessions", "300"], more].concat();
        run(&folder, "batch", name, FLAGSHIP, &more)
    };
    let one = batch("one", &["--threads", "1"]);
    let two = batch("two", &["--threads", "2"]);
    let later = batch("later", &["--no-report"]);
    assert!(!later.join("report.html").exists());
    assert!(!later.join("figures").exists());
    check(&["report", path_text(&later)], 0);
    assert!(page(&one) == page(&two));
    assert!(page(&one) == page(&later));
    assert_eq!(pictures(&one), pictures(&two));
    assert_eq!(pictures(&one), pictures(&later));
}

#[test]
fn a_page_that_is_there_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let run = run(&folder, "batch", "run", VILLAGES, &["--sessions", "20"]);
    fs::write(run.join("report.html"), "mine").unwrap();
    let output = check(&["report", path_text(&run)], 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("--out"));
    assert_eq!(page(&run), "mine");
    let out = folder.path().join("elsewhere");
    check(&["report", path_text(&run), "--out", path_text(&out)], 0);
    assert!(page(&out).contains("<h1>"));
    check(&["report", path_text(&run), "--out", path_text(&out)], 2);
}

#[test]
fn every_verb_that_runs_sessions_makes_a_page_of_them() {
    let folder = TempDir::new().unwrap();
    let axis = "[[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.3, 0.5]\n";
    let root = env!("CARGO_MANIFEST_DIR");
    let head =
        format!("schema = 1\nname = \"x\"\nsessions = 40\nscenario = \"{root}/{VILLAGES}\"\n");
    let file = folder.path().join("sweep.toml");
    fs::write(&file, format!("{head}{axis}")).unwrap();
    let shown = |verb: &str, file: &str, more: &[&str]| -> BTreeSet<String> {
        let run = run(&folder, verb, verb, file, more);
        let page = page(&run);
        let pictures = pictures(&run);
        for (name, svg) in &pictures {
            assert!(svg.starts_with("<svg"), "{name}");
            assert!(!table_of(&page, name).is_empty(), "{verb}: {name}");
        }
        pictures.into_iter().map(|it| it.0).collect()
    };
    let has = |shown: BTreeSet<String>, wanted: &[&str]| {
        for it in wanted {
            assert!(shown.contains(*it), "{it} is not among {shown:?}");
        }
    };
    let of_sessions = [
        "hundred",
        "doubt",
        "moves",
        "choices",
        "given-up",
        "red-lines",
        "mean-surplus",
        "surplus",
        "blocked-issues",
        "rounds",
        "utility-space",
    ];
    has(
        shown("batch", FLAGSHIP, &["--sessions", "100"]),
        &of_sessions,
    );
    // Two cells, of which the second differs from the first.
    let sweep = shown("sweep", path_text(&file), &[]);
    has(
        sweep,
        &["response-deals", "response-utility", "effects", "hundred"],
    );
    let study = shown("sensitivity", VILLAGES, &["--points", "32"]);
    // All its sessions end in a deal, so it looks at utilities.
    has(study, &["total-of-upper", "total-of-lower"]);
    let flip = shown("flip", VILLAGES, &["--sessions", "100", "--rate", "50"]);
    has(flip, &["flip-curves"]);
}

#[test]
fn a_page_shows_what_the_tables_say() {
    let folder = TempDir::new().unwrap();
    let run = run(&folder, "batch", "run", FLAGSHIP, &["--sessions", "500"]);
    let page = page(&run);
    let rows = |name: &str| -> Vec<csv::StringRecord> {
        let mut reader = csv::Reader::from_path(run.join(name)).unwrap();
        reader.records().map(Result::unwrap).collect()
    };
    let percent = |share: &str| format!("{:.1} %", 100.0 * share.parse::<f64>().unwrap());
    let summary = rows("summary.csv");
    let hundred = table_of(&page, "hundred");
    assert_eq!(hundred[0][2], percent(&summary[0][3]));
    let wholes = hundred.iter().filter(|it| !it[0].starts_with("of these"));
    let n_marks: u32 = wholes.map(|it| it[1].parse::<u32>().unwrap()).sum();
    assert_eq!(n_marks, 100);
    let options = rows("options.csv");
    let choices = table_of(&page, "choices");
    assert_eq!(choices.len(), options.len());
    for (shown, row) in choices.iter().zip(&options) {
        assert_eq!(shown.len(), 6, "{shown:?}");
        let [shown, in_table] = [shown[2].trim_end_matches(" %"), &row[4]];
        let [shown, in_table] = [shown, in_table].map(|it| it.parse::<f64>().unwrap());
        assert!(
            (shown - 100.0 * in_table).abs() < 0.051,
            "{shown} {in_table}"
        );
    }
    let red_lines = rows("red_lines.csv");
    let costliest = red_lines.iter().map(|it| it[6].parse::<f64>().unwrap());
    let costliest = costliest.fold(0.0, f64::max);
    assert_eq!(
        table_of(&page, "red-lines")[0][1],
        percent(&costliest.to_string())
    );
    let n_seen = format!(
        "{} of 500 sessions ended in a deal",
        percent(&summary[0][3])
    );
    assert!(page.contains(&n_seen.replace(" %", "\u{a0}%")));
    let by_round = table_of(&page, "rounds");
    for (shown, row) in by_round.iter().skip(1).zip(rows("rounds.csv")) {
        assert_eq!(shown[0], row[1]);
        // A share close to 1 has a decimal more, so that it is not read as all.
        let [shown, in_table] = [shown[1].trim_end_matches(" %"), &row[3]];
        let [shown, in_table] = [shown, in_table].map(|it| it.parse::<f64>().unwrap());
        assert!(
            (shown - 100.0 * in_table).abs() < 0.051,
            "{shown} {in_table}"
        );
    }
    let blocked: f64 = table_of(&page, "blocked-issues")
        .iter()
        .flat_map(|row| row[1..].iter().map(|it| it.parse::<f64>().unwrap()))
        .sum();
    let rendered: f64 = rows("blockers.csv")
        .iter()
        .map(|it| it[8].parse::<f64>().unwrap())
        .sum();
    // Fifty figures, each rounded to a thousandth.
    assert!((blocked - rendered).abs() < 0.025, "{blocked} {rendered}");
}

#[track_caller]
pub(crate) fn check_fetches_nothing(page: &str) {
    let without_names = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for it in [
        "http:", "https:", " src=", "@import", "url(//", "<iframe", "<object",
    ] {
        assert!(!without_names.contains(it), "{it}");
    }
}

#[test]
fn a_page_fetches_nothing() {
    let folder = TempDir::new().unwrap();
    let run = run(&folder, "batch", "run", FLAGSHIP, &["--sessions", "200"]);
    let page = page(&run);
    check_fetches_nothing(&page);
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
}

/// The two villages under names that a page must not take for its own text.
pub(crate) fn hostile_villages(folder: &TempDir) -> PathBuf {
    let hostile = "<script>alert(1)</script>\\\"'<img src=x onerror=alert(2)>&";
    let text = fs::read_to_string(VILLAGES).unwrap();
    let lines = text.lines().map(|line| {
        let key = line.split('=').next().unwrap_or_default().trim();
        match key {
            "title" | "label" => format!("{key} = \"{hostile}\""),
            _ => line.to_owned(),
        }
    });
    let changed = lines.collect::<Vec<String>>().join("\n");
    let changed = changed.replace("label = \"", &format!("label = \"{hostile}"));
    let file = folder.path().join("hostile.toml");
    fs::write(&file, changed).unwrap();
    file
}

#[test]
fn names_of_a_scenario_stay_text() {
    let folder = TempDir::new().unwrap();
    let file = hostile_villages(&folder);
    let run = run(
        &folder,
        "batch",
        "run",
        path_text(&file),
        &["--sessions", "200"],
    );
    let texts = pictures(&run).into_iter().map(|it| it.1);
    for text in texts.chain([page(&run)]) {
        assert!(!text.contains("<script>alert"));
        assert!(!text.contains("<img"));
    }
    assert!(page(&run).contains("&lt;script&gt;alert(1)"));
}

#[test]
fn a_folder_that_is_no_run_is_reported() {
    let folder = TempDir::new().unwrap();
    let output = check(&["report", path_text(folder.path())], 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("manifest.json"));
    let run = run(
        &folder,
        "batch",
        "run",
        VILLAGES,
        &["--sessions", "20", "--no-report"],
    );
    fs::write(run.join("options.csv"), "cell,issue\n0\n").unwrap();
    let output = check(&["report", path_text(&run)], 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("options.csv"));
    assert!(!run.join("report.html").exists());
}

#[test]
fn deals_that_were_made_once_are_not_called_frequent() {
    let folder = TempDir::new().unwrap();
    let shown = |name: &str, scenario: &str, sessions: &str| {
        let out = folder.path().join(name);
        let arguments = ["batch", scenario, "--sessions", sessions, "--seed", "5"];
        let arguments = [&arguments[..], &["--out", path_text(&out)]].concat();
        let output = check(&arguments, 0);
        (String::from_utf8(output.stdout).unwrap(), page(&out))
    };
    // A hundred thousand outcomes, and few sessions.
    let (text, page) = shown("few", "configs/scenarios/alaska-2025.toml", "16");
    let lone = text.split("No agreement came twice: ").nth(1);
    let lone = lone.expect("no agreement came twice").lines().next();
    let words: Vec<&str> = lone.unwrap().split(' ').collect();
    let [n, "deals", "are", distinct, "distinct", "agreements"] = words[..] else {
        panic!("{words:?}");
    };
    assert_eq!(n, distinct);
    assert!(!text.contains("Most frequent agreement"));
    assert!(page.contains("No deal came twice"));
    assert!(page.contains("Deals, each made once"));
    assert!(!page.contains("ost frequent deals") && !page.contains("class=\"deals\""));
    // Eighteen outcomes, and many.
    let (text, page) = shown("many", "configs/scenarios/two-villages.toml", "200");
    assert!(text.contains("Most frequent agreement"));
    assert!(page.contains("The most frequent deals follow the charts"));
    assert!(page.contains("class=\"deals\""));
}

#[test]
fn a_scenario_says_its_limits_where_its_results_are_read() {
    let folder = TempDir::new().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let scenario = |name: &str, base: &str, limits: &str| {
        let text = format!(
            "schema = 1\nname = \"{name}\"\ntitle = \"{name}\"\nextends = \"{base}\"\nlimits = {limits}\n"
        );
        let path = folder.path().join(format!("{name}.toml"));
        fs::write(&path, text).unwrap();
        path
    };
    fs::copy(format!("{root}/{VILLAGES}"), folder.path().join("v.toml")).unwrap();
    scenario("base", "v.toml", "[\"Rain & wells are left out.\"]");
    let with = scenario("with", "base.toml", "[\"Nobody moves away.\"]");
    let with = path_text(&with);

    let checked = String::from_utf8(check(&["check", with, "--draws", "9"], 0).stdout).unwrap();
    let list = "\nLimits\n  - Rain & wells are left out.\n  - Nobody moves away.\n";
    assert!(checked.contains(list), "{checked}");
    let run_of = |name, file| run(&folder, "batch", name, file, &["--sessions", "9"]);
    let run_with = run_of("run", with);
    let shown = page(&run_with);
    let section = shown.split("<h2 id=\"limits\">").nth(1).expect("a section");
    let list = "<li>Rain &amp; wells are left out.</li>\n<li>Nobody moves away.</li>";
    assert!(section.contains(list), "{section}");
    fs::remove_file(run_with.join("report.html")).unwrap();
    fs::remove_dir_all(run_with.join("figures")).unwrap();
    check(&["report", path_text(&run_with)], 0);
    assert_eq!(page(&run_with), shown);

    let checked = String::from_utf8(check(&["check", VILLAGES, "--draws", "9"], 0).stdout).unwrap();
    assert!(!checked.contains("Limits"));
    assert!(!page(&run_of("without", VILLAGES)).contains("Limits"));
}

#[test]
fn options_that_no_source_values_are_marked() {
    let folder = TempDir::new().unwrap();
    let batch = |name: &str, scenario: &str| {
        page(&run(
            &folder,
            "batch",
            name,
            scenario,
            &["--sessions", "60"],
        ))
    };
    let flagship = batch("flagship", FLAGSHIP);
    assert!(flagship.contains("An option marked (assumed) is the modeller"));
    let of = |issue: &str| -> Vec<String> {
        let rows = table_of(&flagship, "choices").into_iter();
        let rows = rows.filter(|it| it[0] == issue);
        rows.map(|it| it[1].clone()).collect()
    };
    let marked = |issue: &str| -> Vec<usize> {
        let rows = of(issue).into_iter().enumerate();
        let marked = rows.filter(|it| it.1.ends_with(" (assumed)"));
        marked.map(|it| it.0).collect()
    };
    // The compromise in the middle is the modeller's, and its neighbors are in the reports.
    assert_eq!(of("Ukraine&#x27;s way into NATO").len(), 3);
    assert_eq!(marked("Ukraine&#x27;s way into NATO"), [1]);
    assert_eq!(marked("Luhansk"), [0_usize; 0]);
    // A synthetic scenario has no sources to miss.
    assert!(!batch("villages", VILLAGES).contains("(assumed)"));
}

#[test]
fn settings_are_told_at_the_head_of_summary_and_page() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let arguments = [
        "batch",
        VILLAGES,
        "--sessions",
        "9",
        "--out",
        path_text(&out),
    ];
    let set = "party.*.reservation_value=0.2";
    let arguments = [&arguments[..], &["--set", set]].concat();
    let text = String::from_utf8(check(&arguments, 0).stdout).unwrap();
    let second = text.lines().nth(1).unwrap();
    assert_eq!(second, format!("With --set {set}"));
    let shown = page(&out);
    let head = shown.split("</header>").next().unwrap();
    let words = "Changed for this run, instead of the values in the files: Every party: what no deal is worth to it: 0.2.";
    assert!(head.contains(words) && !head.contains(set), "{head}");
    let plain = run(&folder, "batch", "plain", VILLAGES, &["--sessions", "9"]);
    assert!(!page(&plain).contains("instead of the values in the files"));
}

/// A sweep in which no deal is worth more and more to a village.
fn sweep_of_villages(folder: &TempDir) -> PathBuf {
    let root = env!("CARGO_MANIFEST_DIR");
    let head =
        format!("schema = 1\nname = \"x\"\nsessions = 60\nscenario = \"{root}/{VILLAGES}\"\n");
    let axis =
        "[[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.9, 0.72, 0.3]\n";
    let file = folder.path().join("sweep.toml");
    fs::write(&file, format!("{head}{axis}")).unwrap();
    run(folder, "sweep", "sweep", path_text(&file), &[])
}

#[test]
fn a_sweep_shows_the_sessions_of_the_cell_with_the_most_deals() {
    let folder = TempDir::new().unwrap();
    let run = sweep_of_villages(&folder);
    let shown = page(&run);
    assert!(shown.contains(
        "In the cell with the most deals, cell 2 (Upper village: what no deal is worth to it: 0.3)."
    ));
    let mut reader = csv::Reader::from_path(run.join("options.csv")).unwrap();
    let rows = reader.records().map(Result::unwrap);
    let of_cell: Vec<csv::StringRecord> = rows.filter(|it| &it[0] == "2").collect();
    let choices = table_of(&shown, "choices");
    assert_eq!(choices.len(), of_cell.len());
    for (shown, row) in choices.iter().zip(&of_cell) {
        let [shown, in_table] = [shown[2].trim_end_matches(" %"), &row[4]];
        let [shown, in_table] = [shown, in_table].map(|it| it.parse::<f64>().unwrap());
        assert!((shown - 100.0 * in_table).abs() < 0.051);
    }
}

#[test]
fn pages_name_numbers_by_their_labels() {
    let folder = TempDir::new().unwrap();
    let sweep = sweep_of_villages(&folder);
    let study = run(
        &folder,
        "sensitivity",
        "study",
        VILLAGES,
        &["--points", "32"],
    );
    let flip_arguments = ["--sessions", "40", "--rate", "50"];
    let flip = run(&folder, "flip", "flip", VILLAGES, &flip_arguments);
    for run in [sweep, study, flip] {
        let page = page(&run);
        assert!(!page.contains("party.upper"), "{}", run.display());
        assert!(page.contains("Upper village: what no deal is worth to it"));
    }
}

#[test]
fn the_head_of_a_batch_says_who_held_out_and_what_would_help_most() {
    let folder = TempDir::new().unwrap();
    let run = run(&folder, "batch", "run", FLAGSHIP, &["--sessions", "300"]);
    let shown = page(&run).replace('\u{a0}', " ");
    let head = shown.split("</header>").next().unwrap();
    let mut reader = csv::Reader::from_path(run.join("blockers.csv")).unwrap();
    let rows = reader.records().map(Result::unwrap);
    let shares = rows.map(|it| it[3].parse::<f64>().unwrap());
    let most = shares.fold(0.0, f64::max);
    let who = format!(" in {:.1} %", 100.0 * most);
    let alone = head
        .split("Offers stopped by one party: ")
        .nth(1)
        .expect("who stopped offers alone");
    assert!(
        alone.split("</p>").next().unwrap().contains(&who),
        "{alone}"
    );
    let mut reader = csv::Reader::from_path(run.join("failures.csv")).unwrap();
    let rows = reader.records().map(Result::unwrap);
    let n_most = rows
        .filter(|it| !it[3].is_empty())
        .map(|it| it[6].parse::<u32>().unwrap())
        .max();
    let share = format!(
        "in {:.1} % of all sessions",
        f64::from(n_most.unwrap()) / 3.0
    );
    let helps = head
        .split("What would help most often: ")
        .nth(1)
        .expect("what would help");
    assert!(helps.starts_with(&share), "{share}: {helps}");
    let mut reader = csv::Reader::from_path(run.join("options.csv")).unwrap();
    let at = reader
        .headers()
        .unwrap()
        .iter()
        .position(|it| it == "share_given_agreement");
    let rows = reader.records().map(Result::unwrap);
    let shares = rows.map(|it| it[at.unwrap()].parse::<f64>().unwrap());
    let usual = format!(" ({:.1} % of deals)", 100.0 * shares.fold(0.0, f64::max));
    let typical = head
        .split("What a typical deal has: ")
        .nth(1)
        .expect("what a typical deal has");
    let typical = typical.split("</p>").next().unwrap();
    assert!(typical.contains(&usual), "{usual}: {typical}");
}
