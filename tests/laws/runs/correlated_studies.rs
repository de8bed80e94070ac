//! Designs and studies over correlated numbers.

use std::path::Path;
use std::{fs, io};

use demarche::config::{
    Overrides, StudyMethod, Sweep, WrongPairs, load_experiment, load_scenario, study_inputs,
};
use demarche::experiment::{DesignBlock, FactorKind, Study, StudyInput};
use demarche::negotiation::Setting;
use demarche::randomness::{MasterSeed, Replication, Seeds};
use tempfile::TempDir;

use crate::support::process::{path_text, rows, run, tables};
use crate::support::worlds::load_text;

/// Two parties of which each has an uncertain reservation value and an uncertain weight.
const PIE: &str = r#"schema = 1
name = "pie"
title = "Two share a pie"
kind = "synthetic"
issue = [{ id = "pie", label = "The pie", scale = "ordinal", options = [{ id = "a0", label = "0" }, { id = "a1", label = "1" }, { id = "a2", label = "2" }, { id = "a3", label = "3" }] }]

[[party]]
id = "one"
label = "One"
reservation_value = { uniform = { min = 0.0, max = 1.0 } }
preference = [{ issue = "pie", weight = { uniform = { min = 1.0, max = 2.0 } }, utility = { a0 = 0.0, a1 = 0.4, a2 = 0.7, a3 = 1.0 } }]
strategy = [{ p = 1.0, time_dependent = { concession_exponent = 1.0 } }]

[[party]]
id = "other"
label = "Other"
reservation_value = { triangular = { min = 0.0, mode = 0.2, max = 1.0 } }
preference = [{ issue = "pie", weight = 1.0, utility = { a0 = 1.0, a1 = 0.8, a2 = 0.4, a3 = 0.0 } }]
strategy = [{ p = 1.0, time_dependent = { concession_exponent = 1.0 } }]

[protocol.alternating_offers]
deadline_rounds = 5
"#;

const ONE: &str = "party.one.reservation_value";
const OTHER: &str = "party.other.reservation_value";
const WEIGHT: &str = "party.one.preference.pie.weight";

/// The pie with correlations.
fn correlated(pairs: &[(&str, &str, f64)]) -> String {
    let entries = pairs.iter().map(|(one, other, rank)| {
        format!("[[correlation]]\nbetween = [\"{one}\", \"{other}\"]\nrank = {rank:?}\n")
    });
    PIE.to_owned() + &entries.collect::<String>()
}

/// A sweep of the scenario over a design of the three numbers, or what is wrong with it.
fn sweep(scenario: &str, design: &str) -> Result<Sweep, String> {
    let axes = [ONE, OTHER, WEIGHT]
        .map(|it| format!("[[sweep.axis]]\npath = \"{it}\"\nown_distribution = true\n"));
    let experiment = format!(
        "schema = 1\nname = \"e\"\nscenario = \"s.toml\"\n[sweep]\ndesign = {design}\n{}",
        axes.concat()
    );
    let read_file = |path: &Path| -> io::Result<String> {
        let is_experiment = path.ends_with("e.toml");
        Ok(if is_experiment {
            experiment.clone()
        } else {
            scenario.to_owned()
        })
    };
    let loaded = load_experiment(Path::new("e.toml"), &Overrides::default(), &read_file);
    let loaded = loaded.map_err(|it| it.to_string())?;
    Ok(loaded.sweep.expect("it has one"))
}

/// The coordinates of a design in one dimension.
fn coordinates(sweep: &Sweep, axis: usize) -> Vec<f64> {
    let design = sweep.design.as_ref().expect("it has one");
    design.points.iter().map(|it| it[axis]).collect()
}

/// Spearman's rank correlation of numbers without ties.
fn rank_correlation(one: &[f64], other: &[f64]) -> f64 {
    let ranks = |numbers: &[f64]| -> Vec<f64> {
        let rank = |it: &f64| numbers.iter().filter(|other| *other < it).count();
        numbers.iter().map(|it| whole(rank(it))).collect()
    };
    let (one, other) = (ranks(one), ranks(other));
    let n = whole(one.len());
    let squares = one.iter().zip(&other).map(|(a, b)| (a - b) * (a - b));
    1.0 - 6.0 * squares.sum::<f64>() / (n * (n * n - 1.0))
}

fn whole(number: usize) -> f64 {
    f64::from(u32::try_from(number).expect("a small number"))
}

#[test]
fn designs_that_fill_space_keep_correlations() {
    let scenario = correlated(&[(OTHER, ONE, -0.8), (ONE, WEIGHT, 0.3)]);
    for method in ["latin_hypercube", "sobol"] {
        let design = format!("{{ method = \"{method}\", points = 512 }}");
        let [plain, sweep] = [PIE, &scenario].map(|it| sweep(it, &design).expect("it is right"));
        let [one, other, weight] = [0, 1, 2].map(|it| coordinates(&sweep, it));
        for (first, second, rank) in [
            (&one, &other, -0.8),
            (&one, &weight, 0.3),
            (&other, &weight, 0.0),
        ] {
            let found = rank_correlation(first, second);
            // Three standard errors of random points; these are spread more evenly.
            assert!(
                (found - rank).abs() < 3.0 / 512.0_f64.sqrt(),
                "{method}: {found}"
            );
        }
        // The first that is named stays, and what a cell is made of is what the table says.
        assert_eq!(other, coordinates(&plain, 1));
        let written: f64 = sweep.values[7][0].parse().expect("a number");
        assert!((written - one[7]).abs() < 1e-9, "{written}");
        for of_axis in [one, other, weight] {
            let mut sorted = of_axis;
            sorted.sort_by(f64::total_cmp);
            let strata = sorted.iter().enumerate();
            let bound = if method == "sobol" { 0.06 } else { 1.0 / 512.0 };
            for (idx, it) in strata {
                let middle = (whole(idx) + 0.5) / 512.0;
                assert!((it - middle).abs() < bound, "{method}: {it}, {middle}");
            }
        }
    }
}

#[test]
fn designs_that_vary_axes_one_by_one_are_refused_where_they_are_correlated() {
    let scenario = correlated(&[(OTHER, WEIGHT, 0.5)]);
    for (method, points) in [("saltelli", 32), ("morris", 10)] {
        let design = format!("{{ method = \"{method}\", points = {points} }}");
        sweep(PIE, &design).expect("they are independent");
        let message = sweep(&scenario, &design).expect_err("they are correlated");
        let expected =
            format!("`{method}` varies axes one by one; `{WEIGHT}` and `{OTHER}` are correlated");
        assert!(message.contains(&expected), "{message}");
    }
}

fn setting_of(scenario: &str) -> Setting {
    load_text(scenario).setting
}

/// What every session of a study draws the three numbers as, and whose draws the luck is.
fn drawn(study: &Study, setting: &Setting) -> Vec<[f64; 3]> {
    let designed = study.designed(setting.clone());
    let seeds = Seeds::new(MasterSeed(3));
    let place = |path: &str| designed.numbers().position(|it| it.path == path);
    let places = [ONE, OTHER, WEIGHT].map(|it| place(it).expect("there is the number"));
    let sessions = (0..study.n_sessions()).map(Replication);
    sessions
        .map(|it| {
            let drawn = designed.drawn(&seeds, it);
            places.map(|it| drawn[it].expect("always drawn"))
        })
        .collect()
}

fn bits(numbers: &[f64; 3]) -> [u64; 3] {
    numbers.map(f64::to_bits)
}

#[test]
fn correlated_numbers_are_exchanged_together_and_keep_their_correlation() {
    let setting = setting_of(&correlated(&[(OTHER, ONE, 0.8)]));
    let study = Study::radial(&setting, StudyInput::all(&setting).into(), 256, 1).unwrap();
    let names: Vec<(FactorKind, &str)> = (study.factors().iter())
        .map(|it| (it.kind, it.name.as_str()))
        .collect();
    let together = format!("{ONE} + {OTHER}");
    assert_eq!(
        names,
        [
            (FactorKind::Correlated, together.as_str()),
            (FactorKind::Number, WEIGHT),
            (FactorKind::Randomness, "luck"),
            (FactorKind::Basis, "no basis"),
            (FactorKind::Source, "no source"),
            (FactorKind::Number, ONE),
            (FactorKind::Number, OTHER),
        ]
    );
    // A, the two together, the weight, luck, all numbers as a group by basis and by source, B.
    assert_eq!(study.sessions_per_point(), 7);
    let sessions = drawn(&study, &setting);
    let mut at_a: [Vec<f64>; 2] = Default::default();
    for rows in sessions.chunks(7) {
        let [a, b] = [bits(&rows[0]), bits(&rows[6])];
        let expected = [a, [b[0], b[1], a[2]], [a[0], a[1], b[2]], a, b, b, b];
        assert_eq!(rows.iter().map(bits).collect::<Vec<_>>(), expected);
        at_a[0].push(rows[0][0]);
        at_a[1].push(rows[0][1]);
    }
    let found = rank_correlation(&at_a[0], &at_a[1]);
    assert!((found - 0.8).abs() < 0.1, "{found}");
    // What the study says of its sessions is what they draw.
    let numbers: Vec<_> = setting.numbers().collect();
    for (session, drawn) in (0..).map(Replication).zip(&sessions) {
        for (input, p) in study.inputs().iter().zip(study.probabilities(session)) {
            let StudyInput::Number(id) = input else {
                panic!("there are no red lines");
            };
            let number = numbers[id.idx()];
            let idx = [ONE, OTHER, WEIGHT]
                .iter()
                .position(|it| *it == number.path);
            let expected = drawn[idx.expect("one of the three")];
            assert_eq!(
                number.distribution.quantile(p).to_bits(),
                expected.to_bits()
            );
        }
    }
}

#[test]
fn a_study_of_one_number_is_also_of_those_that_go_with_it() {
    let setting = setting_of(&correlated(&[(ONE, OTHER, 0.5)]));
    let paths = |numbers: &[&str]| -> Vec<String> {
        let inputs = study_inputs(&setting, numbers).expect("they are uncertain");
        let study = Study::radial(&setting, inputs.into(), 32, 1).expect("it is right");
        let inputs = study.inputs().iter();
        inputs.map(|it| it.path(&setting).to_owned()).collect()
    };
    assert_eq!(paths(&[OTHER]), [ONE, OTHER]);
    assert_eq!(paths(&[WEIGHT]), [WEIGHT]);
}

#[test]
fn interactions_are_those_of_numbers_that_do_not_go_together() {
    let setting = setting_of(&correlated(&[(ONE, OTHER, 0.5)]));
    let check = |names: &[&str]| {
        let inputs = study_inputs(&setting, names).unwrap();
        StudyMethod::Saltelli.check_paired(&inputs, &setting, None)
    };
    assert_eq!(check(&[ONE, OTHER]), Err(WrongPairs::Count(1)));
    assert_eq!(check(&[ONE, OTHER, WEIGHT]), Ok(()));
}

#[test]
fn a_number_that_goes_with_one_that_is_set_is_studied_by_itself() {
    let text = correlated(&[(ONE, OTHER, 0.9)]);
    let read_file = |_: &Path| Ok(text.clone());
    let settings = [format!("{ONE}=0.3")];
    let loaded = load_scenario(Path::new("s.toml"), &settings, &read_file);
    let setting = loaded.expect("it is right").setting;
    let study = Study::radial(&setting, StudyInput::all(&setting).into(), 32, 1).unwrap();
    let kinds: Vec<FactorKind> = study.factors().iter().map(|it| it.kind).collect();
    assert_eq!(kinds[..2], [FactorKind::Number, FactorKind::Number]);
    assert!(!kinds.contains(&FactorKind::Correlated));
    let numbers: Vec<_> = setting.numbers().collect();
    let other = numbers
        .iter()
        .position(|it| it.path == OTHER)
        .expect("it is there");
    let input = study
        .inputs()
        .iter()
        .position(|it| it.path(&setting) == OTHER);
    for (session, drawn) in (0..).map(Replication).zip(drawn(&study, &setting)) {
        let p = study.probabilities(session)[input.expect("it is studied")];
        let expected = numbers[other].distribution.quantile(p);
        assert_eq!(drawn[1].to_bits(), expected.to_bits());
    }
}

#[test]
fn correlated_numbers_move_together_along_trajectories() {
    let setting = setting_of(&correlated(&[(ONE, OTHER, -0.6)]));
    let study = Study::trajectories(&setting, StudyInput::all(&setting), 20, 1).unwrap();
    assert_eq!(study.sessions_per_point(), 3);
    let sessions = drawn(&study, &setting);
    let same =
        |one: &[f64; 3], other: &[f64; 3]| [0, 1, 2].map(|it| bits(one)[it] == bits(other)[it]);
    for (session, pair) in (1..).map(Replication).zip(sessions.windows(2)) {
        let row = study.row(session);
        if row.block == DesignBlock::Step {
            let kind = study.factors()[row.factor.expect("one that moved")].kind;
            let is_weight = kind == FactorKind::Number;
            let expected = [is_weight, is_weight, !is_weight];
            assert_eq!(same(&pair[0], &pair[1]), expected);
        }
    }
    for session in (0..study.n_sessions()).map(Replication) {
        let probabilities = study.probabilities(session);
        assert!(probabilities.iter().all(|it| (0.001..0.999).contains(it)));
    }
}

fn sensitivity(folder: &TempDir, name: &str, text: &str, more: &[&str]) -> std::path::PathBuf {
    let file = folder.path().join(format!("{name}.toml"));
    fs::write(&file, text).expect("it can be written");
    run(folder, "sensitivity", name, path_text(&file), more)
}

#[test]
fn a_group_has_all_of_the_variance_where_nothing_else_matters() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = correlated(&[(ONE, OTHER, 0.7)]);
    let out = sensitivity(&folder, "radial", &text, &["--points", "256", "--draws"]);
    let table = rows(out.join("sensitivity.csv"));
    let together = format!("{ONE} + {OTHER}");
    let found = |factor: &str, measure: &str| -> Option<f64> {
        let mut meant = table.iter().filter(|it| {
            it["metric"] == "agreement_rate" && it["factor"] == factor && it["measure"] == measure
        });
        let estimate = meant.next()?["estimate"].parse().expect("a number");
        assert!(meant.next().is_none(), "{factor} has {measure} once");
        Some(estimate)
    };
    for measure in ["first_order", "total", "share"] {
        let all = found(&together, measure).expect("the group has it");
        assert!((all - 1.0).abs() < 0.1, "{measure}: {all}");
        assert_eq!(
            found(WEIGHT, measure),
            Some(0.0),
            "one issue has all of the weight"
        );
        assert_eq!(found(ONE, measure), None);
    }
    // Both make a deal less likely, whatever the other is.
    for path in [ONE, OTHER] {
        let direction = found(path, "partial_rank_correlation").expect("a direction");
        assert!(direction < -0.2, "{path}: {direction}");
    }
    assert_eq!(found(&together, "partial_rank_correlation"), None);
    assert!(
        rows(out.join("boxes.csv"))
            .iter()
            .any(|it| it["factor"] == ONE)
    );
    let points = rows(out.join("points.csv"));
    assert!(
        points
            .iter()
            .any(|it| it["kind"] == "correlated" && it["factor"] == together)
    );

    let out = sensitivity(&folder, "morris", &text, &["--method", "morris"]);
    let table = rows(out.join("sensitivity.csv"));
    let measures = |factor: &str| -> Vec<&str> {
        let of_factor = table
            .iter()
            .filter(|it| it["metric"] == "agreement_rate" && it["factor"] == factor);
        of_factor.map(|it| it["measure"].as_str()).collect()
    };
    assert_eq!(measures(&together), ["mean_effect_size"]);
    assert_eq!(
        measures(WEIGHT),
        ["mean_effect", "mean_effect_size", "effect_deviation"]
    );
    assert_eq!(measures(ONE), Vec::<&str>::new());
}

#[test]
fn numbers_of_several_bases_that_go_together_are_of_a_basis_of_their_own() {
    let numbers = [
        "uniform = { min = 0.0, max = 1.0 }",
        "mode = 0.2, max = 1.0 }",
    ];
    let mut text = correlated(&[(ONE, OTHER, 0.7)]);
    for (number, basis) in numbers
        .iter()
        .zip(["reported\", source = [\"letters\"]", "assumed\""])
    {
        text = text.replacen(number, &format!("{number}, basis = \"{basis}"), 1);
    }
    let source = "[[source]]\nid = \"letters\"\ntitle = \"Letters\"\n\n[[party]]\nid = \"one\"";
    let text = text.replace("[[party]]\nid = \"one\"", source);
    let setting = setting_of(&text);
    let study = Study::radial(&setting, StudyInput::all(&setting).into(), 32, 1).unwrap();
    let of_kind = |kind: FactorKind| -> Vec<&str> {
        let factors = study.factors().iter().filter(|it| it.kind == kind);
        factors.map(|it| it.name.as_str()).collect()
    };
    assert_eq!(
        of_kind(FactorKind::Basis),
        ["no basis", "reported + assumed"]
    );
    assert_eq!(of_kind(FactorKind::Source), ["no source", "letters"]);
    let together = &study.factors()[0];
    assert_eq!(
        (together.basis, &together.sources[..]),
        (None, &["letters".to_owned()][..])
    );
}

#[test]
fn studies_are_the_same_with_a_rank_of_0() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (method, points) in [("saltelli", "32"), ("morris", "10")] {
        let more = ["--method", method, "--points", points, "--draws"];
        let of = |name: &str, text: &str| {
            let name = format!("{method}_{name}");
            tables(&sensitivity(&folder, &name, text, &more))
        };
        assert_eq!(
            of("zero", &correlated(&[(ONE, OTHER, 0.0)])),
            of("plain", PIE)
        );
    }
}
