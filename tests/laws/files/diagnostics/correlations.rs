//! Correlations that are wrong, each with its message.

use super::{BASE, check_files};
use crate::support::worlds::{load_text, replaced};

const WEST: &str = "party.west.reservation_value";
const LOW: &str = "party.west.preference.height.utility.low";
const PAYS: &str = "party.west.preference.payer.utility.east_pays";
const QUICK: &str = "party.east.strategy.0.time_dependent.concession_exponent";
const SLOW: &str = "party.east.strategy.1.time_dependent.concession_exponent";

/// The base scenario with more uncertain numbers.
fn uncertain() -> String {
    let text = replaced(
        BASE,
        "utility = { low = 1.0, high = 0.2 }",
        "utility = { low = { uniform = { min = 0.5, max = 1.0 } }, high = 0.2 }",
    );
    let text = replaced(
        &text,
        "utility = { east_pays = 1.0, west_pays = 0.0 }",
        "utility = { east_pays = { uniform = { min = 0.5, max = 1.0 } }, west_pays = 0.0 }",
    );
    replaced(
        &text,
        "{ p = 1.0, time_dependent = { concession_exponent = 1.0 } }",
        "\n  { p = 0.5, time_dependent = { concession_exponent = { uniform = { min = 1.0, max = 2.0 } } } },\n  \
         { p = 0.5, time_dependent = { concession_exponent = { uniform = { min = 0.1, max = 0.2 } } } },\n",
    )
}

/// A correlation as a file writes it.
fn correlation(one: &str, other: &str, rank: &str) -> String {
    format!("\n[[correlation]]\nbetween = [\"{one}\", \"{other}\"]\nrank = {rank}\n")
}

#[track_caller]
fn check(name: &str, correlations: &str) {
    let text = format!("{}{correlations}", uncertain());
    check_files(name, &[("scenario.toml", &text)], &[]);
}

#[test]
fn correlations_without_mistakes_have_none() {
    let correlations = [
        correlation(WEST, LOW, "0.5"),
        correlation(PAYS, LOW, "-1"),
        correlation(WEST, PAYS, "-0.5"),
        correlation(QUICK, WEST, "0.3"),
        // Off, so that it does not matter that the number is certain.
        correlation("party.east.reservation_value", LOW, "0"),
    ];
    load_text(&(uncertain() + &correlations.concat()));
}

#[test]
fn paths_that_lead_to_no_uncertain_number() {
    let correlations = [
        correlation("party.west.reservation", LOW, "0.5"),
        correlation(WEST, "party.*.reservation_value", "0.5"),
        correlation("party.east.strategy.0.p", "height", "0.5"),
        correlation("party.east.reservation_value", WEST, "0.5"),
    ];
    check("correlation_paths", &correlations.concat());
}

#[test]
fn whether_a_red_line_is_real() {
    let line = "red_line = [{ id = \"low\", label = \"Low\", when = { height = \"low\" }, probability = { uniform = { min = 0.1, max = 0.9 } } }]";
    let text = replaced(
        &uncertain(),
        "id = \"west\"\n",
        &format!("id = \"west\"\n{line}\n"),
    );
    let correlations = [
        correlation("party.west.red_line.low.real", LOW, "0.5"),
        correlation(PAYS, "party.east.red_line.low.real", "0.5"),
    ];
    check_files(
        "correlation_red_line_real",
        &[("scenario.toml", &(text + &correlations.concat()))],
        &[],
    );
}

#[test]
fn pairs_that_are_none() {
    let one = format!("\n[[correlation]]\nbetween = [\"{WEST}\"]\nrank = 0.5\n");
    check("correlation_of_one", &one);
    let correlations = [
        correlation(WEST, WEST, "0.5"),
        correlation(QUICK, SLOW, "0.5"),
        correlation(WEST, LOW, "0.5"),
        correlation(LOW, WEST, "0.5"),
    ];
    check("correlation_pairs", &correlations.concat());
}

#[test]
fn ranks_out_of_range() {
    let correlations = [correlation(WEST, LOW, "50"), correlation(WEST, PAYS, "nan")];
    check("correlation_ranks", &correlations.concat());
    let uncertain = correlation(WEST, LOW, "{ uniform = { min = 0.0, max = 0.5 } }");
    check("correlation_uncertain_rank", &uncertain);
}

#[test]
fn ranks_that_no_numbers_have() {
    let correlations = [
        correlation(QUICK, WEST, "0.3"),
        correlation(LOW, PAYS, "0.9"),
        correlation(WEST, PAYS, "0.9"),
    ];
    check("correlation_contradiction", &correlations.concat());
    let text = uncertain() + &correlations.concat();
    let shrunk = ["0.3", "0.9"].map(|it| (format!("rank = {it}\n"), it));
    // As the message says, and not with one thousandth more.
    let times = |factor: f64| {
        let mut text = text.clone();
        for (rank, number) in &shrunk {
            let number: f64 = number.parse().unwrap();
            text = text.replace(rank, &format!("rank = {:?}\n", factor * number));
        }
        text
    };
    load_text(&times(0.755));
    check_files(
        "correlation_contradiction_only_just",
        &[("scenario.toml", &times(0.756))],
        &[],
    );
}

#[test]
fn correlations_in_a_table_and_of_no_source() {
    let table = correlation(WEST, LOW, "0.5").replace("[[correlation]]", "[correlation]");
    check("correlation_table", &table);
    let unsourced = correlation(WEST, LOW, "0.5") + "basis = \"reported\"\n";
    check("correlation_without_source", &unsourced);
}

#[test]
fn a_setting_that_makes_correlations_contradict_each_other_is_named() {
    let correlations = correlation(LOW, PAYS, "0.9") + &correlation(WEST, PAYS, "0.1");
    let text = uncertain() + &correlations;
    let setting = "correlation.1.rank=0.9";
    check_files(
        "correlation_setting",
        &[("scenario.toml", &text)],
        &[setting],
    );
}
