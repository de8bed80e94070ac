//! Sweeps: their cells, random numbers and tables, and errors in axes.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fs, io};

use demarche::config::{Diagnostics, Experiment, Overrides, load_experiment, load_scenario};
use demarche::experiment::{Cell, CellId, Interrupt, Plan, SESSIONS_MAX, Worker, run as run_plan};
use demarche::negotiation::{SessionResult, Setting};
use demarche::randomness::{MasterSeed, Seeds};
use tempfile::TempDir;

use crate::support::process::{check, path_text, run, tables};
use crate::support::thoroughness::sample_or_all;
use crate::support::worlds::{RandomChoices, in_a_plain_loop, load_text, scenario_text};

/// An experiment over the two villages with this sweep, in a folder of its own.
fn experiment(folder: &TempDir, sweep: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "schema = 1\nname = \"villages\"\nseed = 9\nsessions = 600\n\
         scenario = \"{root}/configs/scenarios/two-villages.toml\"\n{sweep}"
    );
    let path = folder.path().join("experiment.toml");
    fs::write(&path, text).unwrap();
    path_text(&path).to_owned()
}

const TWO_AXES: &str = r#"
[[sweep.axis]]
path = "party.upper.reservation_value"
values = [0.4, 0.6, 0.8]
[[sweep.axis]]
path = "protocol.alternating_offers.deadline_rounds"
range = { from = 10, to = 20, step = 10 }
"#;

/// The lines of a cell in a table whose first column is the cell, without that column.
fn lines_of_cell(table: &[u8], cell: usize) -> Vec<String> {
    let prefix = format!("{cell},");
    String::from_utf8_lossy(table)
        .lines()
        .filter_map(|it| it.strip_prefix(&prefix))
        .map(str::to_owned)
        .collect()
}

#[test]
fn any_number_of_threads_gives_the_same_sweep() {
    let folder = TempDir::new().unwrap();
    let file = experiment(&folder, TWO_AXES);
    let one = tables(&run(&folder, "sweep", "one", &file, &["--threads", "1"]));
    assert_eq!(
        one.len(),
        12 + 2,
        "the tables of a batch, cells and effects"
    );
    assert!(one == tables(&run(&folder, "sweep", "two", &file, &["--threads", "2"])));
    assert!(one == tables(&run(&folder, "sweep", "five", &file, &["--threads", "5"])));
}

#[test]
fn a_cell_is_the_batch_with_its_settings() {
    let folder = TempDir::new().unwrap();
    let file = experiment(&folder, TWO_AXES);
    let swept = tables(&run(&folder, "sweep", "sweep", &file, &[]));
    let plain = experiment(&folder, "");
    for (cell, (value, rounds)) in [
        (0.4, 10),
        (0.4, 20),
        (0.6, 10),
        (0.6, 20),
        (0.8, 10),
        (0.8, 20),
    ]
    .into_iter()
    .enumerate()
    {
        let value = format!("party.upper.reservation_value={value}");
        let rounds = format!("protocol.alternating_offers.deadline_rounds={rounds}");
        let more = ["--set", value.as_str(), "--set", rounds.as_str()];
        let batch = tables(&run(
            &folder,
            "batch",
            &format!("batch-{cell}"),
            &plain,
            &more,
        ));
        for name in [
            "sessions.csv",
            "parties.csv",
            "options.csv",
            "agreements.csv",
            "blockers.csv",
        ] {
            let (ours, theirs) = (&swept[Path::new(name)], &batch[Path::new(name)]);
            assert_eq!(
                lines_of_cell(ours, cell),
                lines_of_cell(theirs, 0),
                "{name}, {cell}"
            );
        }
    }
}

/// A sweep over these paths, of a scenario with this text: by cell, the values as TOML writes them.
fn load_sweep(
    scenario: &str,
    paths: &[&str],
    cells: &[Vec<String>],
) -> Result<Experiment, Diagnostics> {
    let mut experiment = "schema = 1\nname = \"sweep\"\nscenario = \"scenario.toml\"\n\
        [sweep]\ncombine = \"zip\"\n"
        .to_owned();
    for (idx, path) in paths.iter().enumerate() {
        let values: Vec<&str> = cells.iter().map(|it| it[idx].as_str()).collect();
        let values = values.join(", ");
        let _ = writeln!(
            experiment,
            "[[sweep.axis]]\npath = \"{path}\"\nvalues = [{values}]"
        );
    }
    let read_file = |path: &Path| -> io::Result<String> {
        let is_scenario = path == Path::new("scenario.toml");
        Ok(if is_scenario { scenario } else { &experiment }.to_owned())
    };
    let path = Path::new("experiment.toml");
    load_experiment(path, &Overrides::default(), &read_file)
}

/// All that a setting fixes, and its first sessions.
fn described(setting: Setting) -> String {
    let scenario = setting.scenario();
    let strategies: Vec<_> = (scenario.party_ids())
        .map(|it| setting.strategies(it).to_vec())
        .collect();
    let fixed = format!("{scenario:?}\n{:?}\n{strategies:?}", setting.rules());
    let sessions = in_a_plain_loop(&Arc::new(setting), &Seeds::new(MasterSeed(3)), 3);
    let results: Vec<SessionResult> = sessions.into_iter().map(|it| it.1).collect();
    format!("{fixed}\n{results:?}")
}

/// Paths over which a random scenario can be swept, some of them invalid, with values.
fn random_axes(
    random: &mut RandomChoices,
    setting: &Setting,
) -> Vec<(String, &'static [&'static str])> {
    let shares: &[&str] = &["0", "0.25", "0.5", "0.75", "1", "-0"];
    let numbers: Vec<&str> = setting.numbers().map(|it| it.path.as_str()).collect();
    let protocol = setting.rules().protocol.name();
    let mut res: Vec<(String, &[&str])> = Vec::new();
    for _ in 0..random.between(1, 4) {
        let number = random.pick(&numbers).to_string();
        let wrong: &[&str] = &["0.5", "1", "7", "nan", "\"boulware\""];
        let axis: (String, &[&str]) = match random.below(12) {
            0 => (format!("protocol.{protocol}.deadline_rounds"), &["3", "5"]),
            1 => ("party.*.reservation_value".into(), shares),
            2 => ("party.p0.discount_factor".into(), &["0.5", "0.75", "1"]),
            3 => ("party.*.preference.i0.weight".into(), shares),
            4 => ("issue.i0.scale".into(), &["\"ordinal\"", "\"nominal\""]),
            5 => ("title".into(), &["\"One\"", "\"Another\""]),
            6 if random.one_in(3) => (number, wrong),
            7 if random.one_in(4) => (format!("{number}.constant"), shares),
            _ => (number, shares),
        };
        if res.iter().all(|it| it.0 != axis.0) {
            res.push(axis);
        }
    }
    res
}

#[test]
fn a_cell_is_the_scenario_in_whose_text_its_values_are_set() {
    let (mut n_cells, mut n_refused) = (0, 0);
    for case in 0..sample_or_all(60, 600) {
        let mut random = RandomChoices::new("swept values", case);
        let text = scenario_text(&mut random);
        let axes = random_axes(&mut random, &load_text(&text).setting);
        let paths: Vec<&str> = axes.iter().map(|it| it.0.as_str()).collect();
        let cells: Vec<Vec<String>> = (0..6)
            .map(|_| {
                axes.iter()
                    .map(|it| random.pick(it.1).to_string())
                    .collect()
            })
            .collect();
        let set = |cell: &Vec<String>| {
            let settings = paths.iter().zip(cell);
            let settings: Vec<String> = settings.map(|it| format!("{}={}", it.0, it.1)).collect();
            let read_file = |_: &Path| -> io::Result<String> { Ok(text.clone()) };
            load_scenario(Path::new("scenario.toml"), &settings, &read_file)
        };
        let expected: Result<Vec<_>, _> = cells.iter().map(set).collect();
        match (load_sweep(&text, &paths, &cells), expected) {
            (Ok(it), Ok(expected)) => {
                let settings = it.sweep.expect("it has axes").settings;
                assert_eq!(settings.len(), cells.len());
                for (cell, (setting, expected)) in settings.into_iter().zip(expected).enumerate() {
                    let (cell, expected) = (&cells[cell], described(expected.setting));
                    let is_equal = described(setting) == expected;
                    assert!(is_equal, "{paths:?} = {cell:?} in case {case}");
                    n_cells += 1;
                }
            }
            (Err(_), Err(_)) => n_refused += 1,
            (swept, expected) => panic!(
                "only one is refused in case {case}, with {paths:?} = {cells:?}: {:?}, {:?}",
                swept.err().map(|it| it.to_string()),
                expected.err().map(|it| it.to_string())
            ),
        }
    }
    assert!(n_cells > 100 && n_refused > 5, "{n_cells} and {n_refused}");
}

#[test]
fn cells_hold_in_common_what_is_the_same_in_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("configs/scenarios/alaska-2025.toml");
    let text = fs::read_to_string(path).unwrap();
    let paths = [
        "party.ukraine.reservation_value",
        "party.russia.preference.sequence.weight",
        "protocol.proposal_and_vote.deadline_rounds",
    ];
    let values = [["0.5", "1", "5"], ["0.6", "1", "10"], ["0.5", "2", "10"]];
    let values = values.map(|it| it.map(str::to_owned).to_vec());
    let loaded = load_sweep(&text, &paths, &values).unwrap();
    let cells = loaded.sweep.unwrap().settings;
    let party = |cell: usize, name: &str| {
        let parties = &cells[cell].scenario().parties;
        parties.iter().find(|it| it.name == name).unwrap()
    };
    for cell in [1, 2] {
        let is_shared = |name: &str| Arc::ptr_eq(party(0, name), party(cell, name));
        assert!(is_shared("china") && is_shared("european_coalition"));
        let issues = |cell: usize| &party(cell, "russia").preferences.issues;
        let pairs = issues(0).iter().zip(issues(cell));
        let n_own = pairs.filter(|it| !Arc::ptr_eq(it.0, it.1)).count();
        assert!(n_own <= 1, "{n_own} issues");
        let claims = |cell: usize| &cells[cell].scenario().claims;
        assert!(Arc::ptr_eq(claims(0), claims(cell)));
    }
}

#[test]
fn an_effect_is_the_mean_difference_of_the_rows() {
    let folder = TempDir::new().unwrap();
    let file = experiment(&folder, TWO_AXES);
    let swept = tables(&run(&folder, "sweep", "sweep", &file, &[]));
    let agreed = |cell: usize| -> Vec<f64> {
        let rows = lines_of_cell(&swept[Path::new("sessions.csv")], cell);
        let is_agreed = |it: &String| f64::from(u8::from(it.contains(",agreement,")));
        rows.iter().map(is_agreed).collect()
    };
    let base = agreed(0);
    for cell in 1..6 {
        let differences: Vec<f64> = agreed(cell)
            .iter()
            .zip(&base)
            .map(|it| it.0 - it.1)
            .collect();
        let mean = differences.iter().sum::<f64>() / 600.0;
        let effects = lines_of_cell(&swept[Path::new("effects.csv")], cell);
        let fields: Vec<&str> = effects[0].split(',').collect();
        assert_eq!(fields[..3], ["0", "agreement_rate", ""]);
        let rendered: f64 = fields[3].parse().unwrap();
        assert!(
            (rendered - mean).abs() < 1e-8,
            "cell {cell}: {rendered} is not {mean}"
        );
        assert_eq!(fields[8], "600");
    }
    assert!(lines_of_cell(&swept[Path::new("effects.csv")], 0).is_empty());
}

#[test]
fn rounds_change_deals_and_no_zone() {
    let folder = TempDir::new().unwrap();
    let file = experiment(
        &folder,
        "[[sweep.axis]]\npath = \"protocol.alternating_offers.deadline_rounds\"\nvalues = [20, 1]\n",
    );
    let swept = tables(&run(&folder, "sweep", "run", &file, &[]));
    let effects = lines_of_cell(&swept[Path::new("effects.csv")], 1);
    let difference = |metric: &str| -> Vec<f64> {
        let row = effects
            .iter()
            .find(|it| it.contains(&format!(",{metric},")));
        let fields = row.unwrap().split(',').skip(3);
        fields.map(|it| it.parse().unwrap()).collect()
    };
    let [deals, zones, found] = [
        "agreement_rate",
        "zone_rate",
        "agreement_rate_given_zone_in_both",
    ]
    .map(difference);
    assert!(deals[0] < 0.0, "{deals:?}");
    // Nothing differs in any pair, so the interval has no width.
    assert_eq!(zones[..4], [0.0; 4]);
    // Zones are the same, and nobody agrees without one: then the share of deals is that of zones
    // times that of deals among them.
    let rate = f64::from(u32::try_from(n_zones(&swept)).unwrap()) / 600.0;
    assert!((found[0] * rate - deals[0]).abs() < 1e-6, "{found:?}");
}

/// In how many sessions of the first cell there is a zone of possible agreement.
fn n_zones(swept: &BTreeMap<PathBuf, Vec<u8>>) -> usize {
    let mut reader = csv::Reader::from_reader(swept[Path::new("sessions.csv")].as_slice());
    let column = reader.headers().unwrap().iter().position(|it| it == "zone");
    let rows = reader.records().map(|it| it.unwrap());
    let has_zone = |it: &csv::StringRecord| &it[0] == "0" && &it[column.unwrap()] == "yes";
    rows.filter(has_zone).count()
}

#[test]
fn cells_share_random_numbers_by_default() {
    let folder = TempDir::new().unwrap();
    let same_twice =
        "[[sweep.axis]]\npath = \"party.upper.preference.upkeep.weight\"\nvalues = [3.0, 3.0]\n";
    let common = experiment(&folder, same_twice);
    let swept = tables(&run(&folder, "sweep", "common", &common, &[]));
    let sessions = &swept[Path::new("sessions.csv")];
    assert_eq!(lines_of_cell(sessions, 0), lines_of_cell(sessions, 1));

    let independent = experiment(
        &folder,
        &format!("[sweep]\nseeds = \"independent\"\n{same_twice}"),
    );
    let swept = tables(&run(&folder, "sweep", "independent", &independent, &[]));
    let parties = &swept[Path::new("parties.csv")];
    assert_ne!(lines_of_cell(parties, 0), lines_of_cell(parties, 1));
    assert!(
        !swept.contains_key(Path::new("effects.csv")),
        "nothing is paired by accident"
    );
}

#[test]
fn cells_that_are_equal_in_every_session_are_named() {
    let folder = TempDir::new().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    // Leverage takes off from what no deal is worth, so these axes cancel out.
    let text = format!(
        "schema = 1\nname = \"cancel\"\nsessions = 20\nseed = 1\n\
         scenario = \"{root}/configs/scenarios/alaska-2025.toml\"\n\
         [[sweep.axis]]\npath = \"leverage.us_on_ukraine.lowers_reservation_value\"\n\
         range = {{ from = 0.0, to = 0.2, step = 0.05 }}\n\
         [[sweep.axis]]\npath = \"party.ukraine.reservation_value\"\n\
         values = [0.5, 0.55, 0.6, 0.65, 0.7]\n"
    );
    let file = folder.path().join("cancel.toml");
    fs::write(&file, text).unwrap();
    let out = folder.path().join("run");
    let output = check(&["sweep", path_text(&file), "--out", path_text(&out)], 0);
    let rendered = String::from_utf8(output.stdout).unwrap();
    assert!(
        rendered.contains("Only 9 of 25 cells differ. Equal in every session are 0, 6, 12, 18"),
        "{rendered}"
    );
    let cells = fs::read_to_string(out.join("cells.csv")).unwrap();
    let lines: Vec<&str> = cells.lines().collect();
    assert!(lines[0].starts_with("cell,n_sessions,same_as,leverage."));
    assert!(lines[1].starts_with("0,20,,0,0.5"), "{}", lines[1]);
    assert!(lines[7].starts_with("6,20,0,0.05,0.55"), "{}", lines[7]);
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("Only 9 of 25 cells differ."));
}

#[test]
fn the_axes_of_the_experiment_on_pressure_do_not_cancel_out() {
    let folder = TempDir::new().unwrap();
    let file = "configs/experiments/us-pressure.toml";
    let out = run(&folder, "sweep", "run", file, &["--sessions", "4"]);
    let cells = fs::read_to_string(out.join("cells.csv")).unwrap();
    assert_eq!(cells.lines().count(), 26);
    assert!(
        cells.lines().skip(1).all(|it| it.contains(",4,,")),
        "{cells}"
    );
}

#[test]
fn every_number_of_a_session_is_as_it_was_drawn() {
    let folder = TempDir::new().unwrap();
    let sweep = "[[sweep.axis]]\npath = \"party.lower.reservation_value\"\nvalues = [0.4, 0.5]\n";
    let more = ["--draws", "--sessions", "300"];
    let swept = tables(&run(
        &folder,
        "sweep",
        "swept",
        &experiment(&folder, sweep),
        &more,
    ));
    let batch = tables(&run(
        &folder,
        "batch",
        "batch",
        &experiment(&folder, ""),
        &more,
    ));
    let header = |table: &[u8]| {
        String::from_utf8_lossy(table)
            .lines()
            .next()
            .unwrap()
            .to_owned()
    };
    let draws = Path::new("draws.csv");
    let upper = "party.upper.preference.upkeep.utility.halves";
    assert_eq!(header(&swept[draws]), format!("cell,replication,{upper}"));
    assert_eq!(
        header(&batch[draws]),
        format!("cell,replication,{upper},party.lower.reservation_value")
    );
    // As drawn it is what the party has, since nobody has leverage on it.
    let column = |table: &[u8], name: &str| -> Vec<String> {
        let mut reader = csv::Reader::from_reader(table);
        let place = reader
            .headers()
            .unwrap()
            .iter()
            .position(|it| it == name)
            .unwrap();
        reader
            .records()
            .map(|it| it.unwrap()[place].to_owned())
            .collect()
    };
    let parties = &batch[Path::new("parties.csv")];
    let of_lower = column(parties, "party")
        .into_iter()
        .zip(column(parties, "reservation_value"));
    let had: Vec<String> = of_lower
        .filter(|it| it.0 == "lower")
        .map(|it| it.1)
        .collect();
    let drawn = column(&batch[draws], "party.lower.reservation_value");
    assert_eq!(drawn.len(), 300);
    for (drawn, had) in drawn.iter().zip(had) {
        let [drawn, had] = [drawn, &had].map(|it| it.parse::<f64>().unwrap());
        assert!((drawn - had).abs() < 1e-8, "{drawn}, {had}");
    }
    // With common random numbers it is the same in both cells.
    assert_eq!(
        lines_of_cell(&swept[draws], 0),
        lines_of_cell(&swept[draws], 1)
    );
    // Nothing else changes.
    let plain = tables(&run(
        &folder,
        "batch",
        "plain",
        &experiment(&folder, ""),
        &more[1..],
    ));
    let mut rest = batch.clone();
    rest.remove(draws);
    assert!(rest == plain);
    let replayed = check(&["replay", path_text(&folder.path().join("batch")), "7"], 0);
    let rendered = String::from_utf8_lossy(&replayed.stdout);
    assert!(rendered.contains("draws.csv"), "{rendered}");
}

#[test]
fn a_cell_with_another_scenario_is_the_batch_of_that_scenario() {
    let folder = TempDir::new().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let reading = |name: &str| format!("{root}/configs/scenarios/alaska-2025-{name}.toml");
    let (kyiv, moscow) = (reading("kyiv"), reading("moscow"));
    let text = format!(
        "schema = 1\nname = \"readings\"\nsessions = 300\nscenario = \"{kyiv}\"\n\
         [[sweep.axis]]\npath = \"scenario\"\nvalues = [\"{kyiv}\", \"{moscow}\"]\n\
         [[sweep.axis]]\npath = \"protocol.proposal_and_vote.deadline_rounds\"\nvalues = [10, 20]\n"
    );
    let file = folder.path().join("readings.toml");
    fs::write(&file, text).unwrap();
    let swept = run(&folder, "sweep", "sweep", path_text(&file), &[]);
    let manifest = fs::read_to_string(swept.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let inputs = manifest["inputs"].as_array().unwrap();
    assert_eq!(
        inputs.len(),
        4,
        "the experiment, two readings and their common base, once"
    );
    let swept = tables(&swept);
    for (cell, (scenario, rounds)) in [(&kyiv, 10), (&kyiv, 20), (&moscow, 10), (&moscow, 20)]
        .into_iter()
        .enumerate()
    {
        let rounds = format!("protocol.proposal_and_vote.deadline_rounds={rounds}");
        let more = ["--sessions", "300", "--set", rounds.as_str()];
        let name = format!("batch-{cell}");
        let batch = tables(&run(&folder, "batch", &name, scenario, &more));
        for name in ["sessions.csv", "parties.csv", "blockers.csv"] {
            let (ours, theirs) = (&swept[Path::new(name)], &batch[Path::new(name)]);
            assert!(
                lines_of_cell(ours, cell) == lines_of_cell(theirs, 0),
                "{name}, {cell}"
            );
        }
    }
}

#[test]
fn a_wrong_scenario_of_an_axis_is_reported_before_the_first_session() {
    for (name, values) in [
        ("scenario_missing", "[\"two-villages.toml\", \"no.toml\"]"),
        (
            "scenario_of_others",
            "[\"two-villages.toml\", \"other-villages.toml\"]",
        ),
        (
            "scenario_with_mistakes",
            "[\"wrong-villages.toml\", \"two-villages.toml\"]",
        ),
        ("scenario_that_is_a_number", "[\"two-villages.toml\", 3]"),
    ] {
        check_axis(name, &format!("path = \"scenario\"\nvalues = {values}"));
    }
}

#[test]
fn zipped_axes_and_points_of_a_table_make_the_same_cells() {
    let folder = TempDir::new().unwrap();
    let zipped = "[sweep]\ncombine = \"zip\"\n\
        [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.4, 0.5]\n\
        [[sweep.axis]]\npath = \"party.lower.reservation_value\"\nlog_range = { from = 0.2, to = 0.4, points = 2 }\n";
    let zipped = tables(&run(
        &folder,
        "sweep",
        "zip",
        &experiment(&folder, zipped),
        &[],
    ));
    let points =
        "party.upper.reservation_value, party.lower.reservation_value\n0.4, 0.2\n0.5, 0.4\n";
    fs::write(folder.path().join("points.csv"), points).unwrap();
    let listed = experiment(&folder, "[sweep]\npoints = \"points.csv\"\n");
    let listed = tables(&run(&folder, "sweep", "points", &listed, &[]));
    assert!(zipped == listed);
    let cells = String::from_utf8_lossy(&zipped[Path::new("cells.csv")]).into_owned();
    insta::assert_snapshot!("cells_of_zipped_axes", cells);
}

#[test]
fn a_dry_run_tells_the_cells_and_writes_nothing() {
    let folder = TempDir::new().unwrap();
    let file = experiment(&folder, TWO_AXES);
    let out = folder.path().join("run");
    let output = check(&["sweep", &file, "--dry-run", "--out", path_text(&out)], 0);
    insta::assert_snapshot!("dry_run", String::from_utf8_lossy(&output.stdout));
    assert!(!out.exists());
}

#[test]
fn a_sweep_and_a_batch_are_not_taken_for_each_other() {
    let folder = TempDir::new().unwrap();
    let swept = experiment(&folder, TWO_AXES);
    let output = check(&["batch", &swept], 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("demarche sweep"));
    let plain = experiment(&folder, "");
    let output = check(&["sweep", &plain], 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("demarche batch"));
}

#[test]
fn the_summary_of_a_sweep_has_a_line_per_cell() {
    let folder = TempDir::new().unwrap();
    let file = experiment(&folder, TWO_AXES);
    let out = folder.path().join("run");
    let output = check(&["sweep", &file, "--out", path_text(&out)], 0);
    let text = String::from_utf8(output.stdout).unwrap();
    insta::assert_snapshot!(
        "summary_of_a_sweep",
        text.replace(path_text(&out), "FOLDER")
    );
}

fn village_cell() -> Cell {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/scenarios/two-villages.toml");
    let read_file = |it: &Path| fs::read_to_string(it);
    let loaded = load_experiment(&path, &Overrides::default(), &read_file).unwrap();
    Cell {
        setting: Arc::new(loaded.scenario.setting),
        seeds: Seeds::new(MasterSeed(1)),
    }
}

#[test]
fn more_sessions_than_can_be_counted_are_refused() {
    let cells = || vec![village_cell(); 2];
    assert!(Plan::new(cells(), SESSIONS_MAX / 2).is_ok());
    assert!(Plan::new(cells(), SESSIONS_MAX / 2 + 1).is_err());
    assert!(
        Plan::new(cells(), u64::MAX / 2 + 1).is_err(),
        "2^64 are not 0"
    );
    let folder = TempDir::new().unwrap();
    let sessions = u64::MAX.to_string();
    let file = experiment(&folder, TWO_AXES);
    let arguments = ["sweep", &file, "--dry-run", "--sessions", &sessions];
    let output = check(&arguments, 2);
    let rendered = String::from_utf8_lossy(&output.stderr);
    assert!(
        rendered.contains("sessions exceed the 9007199254740992"),
        "{rendered}"
    );
}

#[test]
fn chunks_cover_all_replications_of_all_cells_once_and_in_step() {
    let cell = village_cell();
    for (n_cells, sessions) in [(1, 1), (1, 1000), (3, 255), (3, 256), (4, 257)] {
        let plan = Plan::new(vec![cell.clone(); n_cells], sessions).unwrap();
        let mut done = vec![0; n_cells];
        for idx in 0..plan.n_chunks() {
            let (cell, replications) = plan.chunk(idx);
            for replication in replications {
                assert_eq!(replication.0, done[cell.idx()]);
                done[cell.idx()] += 1;
            }
            let (least, most) = (done.iter().min().unwrap(), done.iter().max().unwrap());
            assert!(most - least <= 256, "an interrupted sweep is balanced");
        }
        assert_eq!(done, vec![sessions; n_cells]);
    }
}

/// Counts a chunk's sessions, and interrupts the run after so many of all.
struct Interrupting {
    interrupt: Interrupt,
    left: AtomicU64,
}

impl Worker for Interrupting {
    type ChunkOutput = Vec<u64>;
    type Heard = ();

    fn work_up(
        &self,
        _: CellId,
        (): (),
        sessions: impl Iterator<Item = SessionResult>,
    ) -> Vec<u64> {
        let worked_up = sessions.map(|result| {
            if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
                self.interrupt.request();
            }
            result.replication.0
        });
        worked_up.collect()
    }
}

#[test]
fn an_interrupt_drops_the_chunks_under_way_and_leaves_a_first_part_of_the_plan() {
    let plan = Plan::new(vec![village_cell()], 100_000).unwrap();
    for (threads, after, expected) in [(1, 1, 0), (1, 600, 512), (2, 5000, 5000)] {
        let worker = Arc::new(Interrupting {
            interrupt: Interrupt::default(),
            left: AtomicU64::new(after),
        });
        let mut delivered = Vec::new();
        run_plan(&plan, threads, &worker.interrupt, &worker, |chunk| {
            delivered.extend(chunk.product);
            Ok::<(), Infallible>(())
        })
        .unwrap();
        let n_delivered = delivered.len() as u64;
        assert!(n_delivered <= expected && n_delivered.is_multiple_of(256));
        assert!(threads > 1 || n_delivered == expected);
        assert_eq!(delivered, (0..n_delivered).collect::<Vec<_>>());
        let left = worker.left.load(Ordering::Relaxed);
        assert!(
            left == 0 || left > u64::MAX - 2,
            "nothing is worked up after it"
        );
    }
}

/// The message about an experiment with this sweep, its table of points being `points`.
pub(crate) fn message(sweep: &str, points: &str) -> String {
    let villages = include_str!("../../../configs/scenarios/two-villages.toml");
    let text =
        format!("schema = 1\nname = \"villages\"\nscenario = \"two-villages.toml\"\n{sweep}");
    let read_file = |path: &Path| match path.to_str() {
        Some("experiment.toml") => Ok(text.clone()),
        Some("two-villages.toml") => Ok(villages.to_owned()),
        Some("other-villages.toml") => Ok(villages.replace("\"lower\"", "\"nether\"")),
        Some("wrong-villages.toml") => Ok(villages.replace("utility = {", "utlity = {")),
        Some("points.csv") => Ok(points.to_owned()),
        _ => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    let path = Path::new("experiment.toml");
    match load_experiment(path, &Overrides::default(), &read_file) {
        Ok(_) => "nothing is wrong".to_owned(),
        Err(diagnostics) => diagnostics.to_string(),
    }
}

/// Checks the message about an axis with these lines.
#[track_caller]
fn check_axis(name: &str, axis: &str) {
    let text = message(&format!("[[sweep.axis]]\n{axis}\n"), "");
    insta::with_settings!({ snapshot_path => "snapshots/sweeps" }, {
        insta::assert_snapshot!(name, text);
    });
}

#[track_caller]
fn check_sweep(name: &str, sweep: &str, points: &str) {
    insta::with_settings!({ snapshot_path => "snapshots/sweeps" }, {
        insta::assert_snapshot!(name, message(sweep, points));
    });
}

#[test]
fn a_wrong_axis_is_reported_before_the_first_session() {
    check_axis(
        "unknown_path",
        "path = \"party.uper.reservation_value\"\nvalues = [0.5]",
    );
    check_axis(
        "unknown_key",
        "path = \"party.upper.reservation_vlue\"\nvalues = [0.5]",
    );
    check_axis(
        "outside",
        "path = \"party.upper.reservation_value\"\nvalues = [0.5, 1.5, 2.5]",
    );
    check_axis(
        "outside_in_a_range",
        "path = \"party.upper.reservation_value\"\nrange = { from = 0.5, to = 1.5, step = 0.5 }",
    );
    check_axis(
        "empty",
        "path = \"party.upper.reservation_value\"\nvalues = []",
    );
    check_axis(
        "step_of_the_wrong_sign",
        "path = \"party.upper.reservation_value\"\nrange = { from = 0.1, to = 0.5, step = -0.1 }",
    );
    check_axis(
        "step_of_nothing",
        "path = \"party.upper.reservation_value\"\nrange = { from = 0.1, to = 0.5, step = 0 }",
    );
    check_axis(
        "too_many_values",
        "path = \"party.upper.reservation_value\"\nrange = { from = 0, to = 1, step = 1e-7 }",
    );
    check_axis(
        "log_range_from_nothing",
        "path = \"party.upper.reservation_value\"\nlog_range = { from = 0, to = 1, points = 3 }",
    );
    check_axis("no_values", "path = \"party.upper.reservation_value\"");
    check_axis(
        "values_twice",
        "path = \"party.upper.reservation_value\"\nvalues = [0.5]\nrange = { from = 0.1, to = 0.5, step = 0.1 }",
    );
    check_axis("no_path", "values = [0.5]");
    check_axis(
        "not_a_number",
        "path = \"party.upper.reservation_value\"\nvalues = [nan]",
    );
    check_axis(
        "a_list_of_lists",
        "path = \"party.upper.reservation_value\"\nvalues = [[0.5]]",
    );
    check_axis(
        "half_a_round",
        "path = \"protocol.alternating_offers.deadline_rounds\"\nvalues = [10.5]",
    );
    check_axis(
        "another_party",
        "path = \"party.upper.id\"\nvalues = [\"hill\"]",
    );
}

#[test]
fn a_wrong_sweep_is_reported_before_the_first_session() {
    let axis = |path: &str, values: &str| {
        format!("[[sweep.axis]]\npath = \"{path}\"\nvalues = {values}\n")
    };
    let upper = axis("party.upper.reservation_value", "[0.4, 0.5]");
    let lower = axis("party.lower.reservation_value", "[0.4, 0.5, 0.6]");
    check_sweep(
        "zip_of_unequal_lengths",
        &format!("[sweep]\ncombine = \"zip\"\n{upper}{lower}"),
        "",
    );
    check_sweep("path_twice", &format!("{upper}{upper}"), "");
    check_sweep("no_axis", "[sweep]\n", "");
    check_sweep(
        "axes_and_points",
        &format!("[sweep]\npoints = \"points.csv\"\n{upper}"),
        "x\n1\n",
    );
    check_sweep("points_missing", "[sweep]\npoints = \"nowhere.csv\"\n", "");
    let points = "[sweep]\npoints = \"points.csv\"\n";
    let header = "party.upper.reservation_value,party.lower.reservation_value\n";
    check_sweep(
        "points_with_a_missing_column",
        points,
        &format!("{header}0.4,0.5\n0.6\n"),
    );
    check_sweep(
        "points_with_an_empty_field",
        points,
        &format!("{header}0.4,\n"),
    );
    check_sweep(
        "points_outside",
        points,
        &format!("{header}0.4,0.5\n1.4,0.5\n"),
    );
    check_sweep(
        "points_of_an_unknown_path",
        points,
        "party.upper.patience\n0.4\n",
    );
    check_sweep("points_without_rows", points, header);
    check_sweep(
        "points_without_a_name",
        points,
        "party.upper.reservation_value,\n0.4,0.5\n",
    );
    check_sweep(
        "several_at_once",
        &format!(
            "{}{}",
            axis("party.upper.reservation_value", "[]"),
            axis("party.lower.reservation_value", "[0.5, nan]")
        ),
        "",
    );
}
