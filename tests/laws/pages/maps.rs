//! The map on a page: its figures are those of options, and a scenario without one has none.

use std::collections::BTreeMap;
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
    let text = fs::read_to_string("configs/scenarios/alaska-2025.toml").unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap();
    let file = folder.path().join("map.toml");
    fs::write(&file, text).unwrap();
    let sessions = ["--sessions", "400"];
    let run = run(&folder, "batch", "run", path_text(&file), &sessions);
    let shown_page = page(&run);
    let shown = table_of(&shown_page, "map");

    // By the names of an issue and an option, its share in deals.
    let mut options: BTreeMap<[String; 2], f64> = BTreeMap::new();
    let mut reader = csv::Reader::from_path(run.join("options.csv")).unwrap();
    for row in reader.records().map(Result::unwrap) {
        options.insert(
            [&row[1], &row[2]].map(str::to_owned),
            row[4].parse().unwrap(),
        );
    }
    let text_of = |it: &toml::Value| it.as_str().unwrap().to_owned();
    let label_of = |holder: &str| {
        let mut parties = table["party"].as_array().unwrap().iter();
        let party = parties.find(|it| text_of(&it["id"]) == holder);
        text_of(party.map_or_else(|| &table["map"]["others"][holder], |it| &it["label"]))
    };
    let mut n_sums = 0;
    let mut n_rows = 0;
    for region in table["map"]["region"].as_array().unwrap() {
        let label = text_of(&region["label"]).replace('\'', "&#x27;");
        let mut rows = shown.iter().filter(|it| it[0] == label);
        let Some(issue) = region.get("issue").map(text_of) else {
            assert_eq!(rows.next().unwrap()[1..], ["", "", "", ""]);
            n_rows += 1;
            continue;
        };
        let mut shares: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for (option, holder) in region["held_by"].as_table().unwrap() {
            let share = options[&[issue.clone(), option.clone()]];
            shares
                .entry(label_of(&text_of(holder)))
                .or_default()
                .push(share);
        }
        for (holder, shares) in shares {
            let row = rows.clone().find(|it| it[1] == holder).expect("a row");
            let number = |idx: usize| row[idx].trim_end_matches(" %").parse::<f64>().unwrap();
            let [share, low, high] = [2, 3, 4].map(number);
            let sum: f64 = shares.iter().sum();
            assert!((share - 100.0 * sum).abs() < 0.051, "{row:?}: {sum}");
            assert!(low <= share && share <= high, "{row:?}");
            n_sums += usize::from(shares.iter().filter(|it| **it > 0.0).count() > 1);
            n_rows += 1;
        }
    }
    assert!(n_sums > 0, "no sum of several shares is looked at");
    assert_eq!(n_rows, shown.len());

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
    let shown = page(&with);
    assert!(shown.contains("<p>A sketch &amp; no more.</p>"));
    assert!(shown.contains("id=\"figure-map\""));
    assert!(!page(&without).contains("id=\"figure-map\""));
    // Two runs that differ in the map alone are runs of the same configuration.
    let compared = check(&["compare", path_text(&with), path_text(&without)], 0);
    let text = String::from_utf8(compared.stdout).unwrap();
    assert!(text.contains("The configurations are the same."), "{text}");
}
