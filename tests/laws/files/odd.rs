//! A scenario as an ODD document: all elements, every number, and of an extended scenario only what differs.

use std::fs;

use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, path_text};

const FLAGSHIP: &str = "configs/scenarios/alaska-2025.toml";
const EXTENDING: &str = "configs/scenarios/alaska-2025-kyiv.toml";

fn described(arguments: &[&str]) -> String {
    let output = check(&[&["describe"], arguments].concat(), 0);
    String::from_utf8(output.stdout).unwrap()
}

/// The seven elements and the eleven design concepts of Grimm et al. (2020), in their order.
const HEADINGS: [&str; 18] = [
    "## 1. Purpose and patterns",
    "## 2. Entities, state variables, and scales",
    "## 3. Process overview and scheduling",
    "## 4. Design concepts",
    "### 4.1 Basic principles",
    "### 4.2 Emergence",
    "### 4.3 Adaptation",
    "### 4.4 Objectives",
    "### 4.5 Learning",
    "### 4.6 Prediction",
    "### 4.7 Sensing",
    "### 4.8 Interaction",
    "### 4.9 Stochasticity",
    "### 4.10 Collectives",
    "### 4.11 Observation",
    "## 5. Initialization",
    "## 6. Input data",
    "## 7. Submodels",
];

#[test]
fn every_scenario_here_has_a_document_with_all_elements() {
    for entry in fs::read_dir("configs/scenarios").unwrap() {
        let path = entry.unwrap().path();
        let text = described(&[path_text(&path), "--whole"]);
        let mut rest = text.as_str();
        for heading in HEADINGS {
            let at = rest.find(&format!("\n{heading}\n"));
            rest = &rest[at.unwrap_or_else(|| panic!("{}: {heading}", path.display()))..];
        }
        assert!(text.contains("**To be written by the author:**"));
        assert!(!text.contains("\n\n\n"), "one empty line between parts");
    }
}

#[test]
fn the_document_says_what_the_scenario_says() {
    let text = described(&[FLAGSHIP]);
    for it in [
        // A number with its distribution, its basis, its source and its note.
        "from 0.8 to 1, most often near 0.95 | reported | `report-b`",
        // A red line, an option, a claim, a limit, a formula, a source.
        "No open way into NATO",
        "`demilitarised_zone` Ukraine's part becomes a zone without troops",
        "`russia-signs-its-own-package`",
        "A party that accepts a text can live with it",
        "α(t) = r + (u* − r)·( 1 − t^(1/β) )",
        "`report-a`: An account from a Kyiv-friendly outlet",
    ] {
        assert!(text.contains(it), "{it}");
    }
    // Only the rules that the scenario uses.
    assert!(text.contains("| `trade_off` |") && !text.contains("| `micro` |"));
}

#[test]
fn of_an_extended_scenario_only_what_differs_is_described() {
    let text = described(&[EXTENDING]);
    assert!(text.contains("(delta ODD)"));
    let weight = "Russia: weight of Kherson and Zaporizhzhia | from 1.5 to 5, most often near 3";
    assert!(text.contains(weight), "{text}");
    assert!(text.contains("from 1 to 3.5, most often near 2"));
    assert!(text.contains("As in the base."));
    // What the base says of its own limits is there, and not here.
    assert!(!text.contains("A party that accepts a text can live with it"));
    assert!(text.contains("What this account does not speak of stays as in the base scenario"));
    let whole = described(&[EXTENDING, "--whole"]);
    assert!(whole.contains("A party that accepts a text can live with it"));
}

#[test]
fn an_experiment_is_described_by_its_scenario() {
    let experiment = "configs/experiments/alaska-2025.toml";
    let text = described(&[experiment]);
    let of_scenario = described(&[FLAGSHIP]);
    let body = |it: &str| it.split("## 1. ").nth(1).unwrap().to_owned();
    assert_eq!(body(&text), body(&of_scenario));
    assert!(text.contains("`alaska-2025.toml`, SHA-256"));
}

#[test]
fn a_text_of_the_file_stays_a_text() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("marked.toml");
    let text = fs::read_to_string(VILLAGES).unwrap();
    let marked = text.replace("Upper village", "Upper | *village* <script>");
    fs::write(&path, marked).unwrap();
    let text = described(&[path_text(&path)]);
    assert!(text.contains(r"Upper \| \*village\* \<script\>"), "{text}");
}

#[test]
fn a_document_overwrites_nothing() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("odd.md");
    let out = path_text(&out);
    check(&["describe", VILLAGES, "--out", out], 0);
    assert_eq!(fs::read_to_string(out).unwrap(), described(&[VILLAGES]));
    let output = check(&["describe", VILLAGES, "--out", out], 2);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("never overwritten"), "{stderr}");
}
