//! The map on a page: its figures are those of options, and a scenario without one has none.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::pages::run_pages::table_of;
use crate::support::process::{VILLAGES, check, path_text, run, tables};

/// A map with a region that two of three options leave to the same holder.
const MAP: &str = "
[map]
note = \"A sketch & no more.\"
others = { both = \"both villages\" }

[[map.region]]
id = \"well\"
label = \"The well\"
issue = \"upkeep\"
held_by = { upper_pays = \"upper\", halves = \"both\", lower_pays = \"upper\" }
outline = [[0, 0], [4, 0], [4, 3], [0, 3]]

[[map.region]]
id = \"hill\"
label = \"The hill\"
outline = [[4, 0], [9, 0], [4, 3]]
";

/// The two villages with a map.
fn villages_with_map(folder: &TempDir) -> PathBuf {
    let file = folder.path().join("map.toml");
    let text = fs::read_to_string(VILLAGES).unwrap();
    fs::write(&file, format!("{text}{MAP}")).unwrap();
    file
}

fn page(run: &Path) -> String {
    fs::read_to_string(run.join("report.html")).expect("there is a page")
}

#[test]
fn a_region_is_held_in_as_many_deals_as_the_options_that_say_so() {
    let folder = TempDir::new().unwrap();
    let file = villages_with_map(&folder);
    let sessions = ["--sessions", "400"];
    let run = run(&folder, "batch", "run", path_text(&file), &sessions);
    let shown_page = page(&run);
    assert!(shown_page.contains("<p>A sketch &amp; no more.</p>"));
    let shown = table_of(&shown_page, "map");
    let names = shown.iter().map(|it| [it[0].as_str(), it[1].as_str()]);
    let expected = [
        ["The well", "The upper village"],
        ["The well", "both villages"],
        ["The hill", ""],
    ];
    assert_eq!(names.collect::<Vec<_>>(), expected);
    let mut shares = [0.0, 0.0];
    let mut reader = csv::Reader::from_path(run.join("options.csv")).unwrap();
    for row in reader.records().map(Result::unwrap) {
        if row[1] == *"upkeep" {
            shares[usize::from(row[2] == *"halves")] += row[4].parse::<f64>().unwrap();
        }
    }
    assert!(shares.iter().all(|it| *it > 0.0), "{shares:?}");
    for (row, share) in shown.iter().zip(shares) {
        let number = |idx: usize| row[idx].trim_end_matches(" %").parse::<f64>().unwrap();
        let [shown, low, high] = [2, 3, 4].map(number);
        assert!((shown - 100.0 * share).abs() < 0.051, "{row:?}: {share}");
        assert!(low < shown && shown < high, "{row:?}");
    }
    // The page can be made from the run alone.
    fs::remove_file(&file).unwrap();
    fs::remove_file(run.join("report.html")).unwrap();
    fs::remove_dir_all(run.join("figures")).unwrap();
    check(&["report", path_text(&run)], 0);
    assert!(shown_page == page(&run));
}

#[test]
fn a_map_changes_no_table_and_no_other_page() {
    let folder = TempDir::new().unwrap();
    let file = villages_with_map(&folder);
    let batch = |name: &str, file: &str| {
        let sessions = ["--sessions", "100"];
        run(&folder, "batch", name, file, &sessions)
    };
    let with = batch("with", path_text(&file));
    let without = batch("without", VILLAGES);
    assert_eq!(tables(&with), tables(&without));
    assert!(page(&with).contains("id=\"figure-map\""));
    assert!(!page(&without).contains("id=\"figure-map\""));
    // Two runs that differ in the map alone are runs of the same configuration.
    let compared = check(&["compare", path_text(&with), path_text(&without)], 0);
    let text = String::from_utf8(compared.stdout).unwrap();
    assert!(!text.contains("map."), "{text}");
}
