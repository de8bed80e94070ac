//! Correlated numbers: each keeps its distribution, pairs have their rank correlation, and nothing
//! else moves.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use demarche::config::{Overrides, load_experiment, load_recorded, load_scenario};
use demarche::experiment::built_in_forms;
use demarche::negotiation::{PreferenceDraw, Setting};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::strategy::Strategies;

use crate::support::process::{check, path_text, tables};
use crate::support::worlds::{
    RandomChoices, in_a_plain_loop, load_text, scenario_text, setting_of, with_correlations,
};

/// Two parties with uncertain numbers of every kind.
const GARDENS: &str = r#"schema = 1
name = "gardens"
title = "A fence between two gardens"
kind = "synthetic"
issue = [{ id = "height", label = "How high", options = [{ id = "low", label = "Low" }, { id = "high", label = "High" }] }]

[[party]]
id = "east"
label = "The eastern garden"
reservation_value = { uniform = { min = 0.1, max = 0.6 } }
preference = [{ issue = "height", weight = { triangular = { min = 1.0, mode = 2.0, max = 9.0 } }, utility = { low = { beta = { alpha = 2.0, beta = 5.0, min = 0.0, max = 1.0 } }, high = 1.0 } }]
interaction = [{ id = "high", when = { height = "high" }, adds = { normal = { mean = 0.0, sd = 0.2, min = -0.5, max = 0.5 } } }]
red_line = [{ id = "low", label = "Low", when = { height = "low" }, probability = { uniform = { min = 0.0, max = 1.0 } } }]
strategy = [
  { p = 0.5, time_dependent = { concession_exponent = { uniform = { min = 0.2, max = 3.0 } } } },
  { p = 0.5, time_dependent = { concession_exponent = { uniform = { min = 3.0, max = 9.0 } } } },
]

[[party]]
id = "west"
label = "The western garden"
reservation_value = { uniform = { min = 0.0, max = 0.8 } }
preference = [{ issue = "height", weight = 1.0, utility = { low = 1.0, high = { discrete = { values = [0.1, 0.3, 0.9], p = [0.2, 0.5, 0.3] } } } }]
strategy = [{ p = 1.0, trade_off = { concession_exponent = { uniform = { min = 0.2, max = 2.0 } } } }]

[[leverage]]
id = "east_on_west"
by = "east"
on = "west"
lowers_reservation_value = { uniform = { min = 0.0, max = 0.3 } }

[protocol.proposal_and_vote]
deadline_rounds = 5
"#;

const EAST: &str = "party.east.reservation_value";
const WEST: &str = "party.west.reservation_value";
const WEIGHT: &str = "party.east.preference.height.weight";
const ADDS: &str = "party.east.interaction.high.adds";
const LINE: &str = "party.east.red_line.low.probability";
const HIGH: &str = "party.west.preference.height.utility.high";
const LEVERAGE: &str = "leverage.east_on_west.lowers_reservation_value";
const SLOW: &str = "party.east.strategy.0.time_dependent.concession_exponent";
const REPLY: &str = "party.west.strategy.0.trade_off.concession_exponent";
const FAST: &str = "party.east.strategy.1.time_dependent.concession_exponent";

const REPLICATIONS: usize = 4000;

fn seeds() -> Seeds {
    Seeds::new(MasterSeed(17))
}

/// The gardens with correlations.
fn correlated(pairs: &[(&str, &str, f64)]) -> String {
    let entries = pairs.iter().map(|(one, other, rank)| {
        format!("[[correlation]]\nbetween = [\"{one}\", \"{other}\"]\nrank = {rank:?}\n")
    });
    GARDENS.to_owned() + &entries.collect::<String>()
}

/// What a number is drawn as in the replications in which it is.
pub(super) fn draws_of(setting: &Setting, path: &str) -> Vec<Option<f64>> {
    let place = setting.numbers().position(|it| it.path == path);
    let place = place.expect("there is the number");
    let replications = (0..REPLICATIONS as u64).map(Replication);
    replications
        .map(|it| setting.drawn(&seeds(), it)[place])
        .collect()
}

fn in_all(draws: &[Option<f64>]) -> Vec<f64> {
    draws.iter().map(|it| it.expect("always drawn")).collect()
}

pub(super) fn whole(number: usize) -> f64 {
    f64::from(u32::try_from(number).expect("a small number"))
}

/// Spearman's rank correlation of numbers without ties.
pub(super) fn rank_correlation(one: &[f64], other: &[f64]) -> f64 {
    let (one, other) = (ranks(one), ranks(other));
    let n = whole(one.len());
    let squares = one.iter().zip(&other).map(|(a, b)| (a - b) * (a - b));
    1.0 - 6.0 * squares.sum::<f64>() / (n * (n * n - 1.0))
}

fn ranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|one, other| numbers[*one].total_cmp(&numbers[*other]));
    let mut ranks = vec![0.0; numbers.len()];
    for (rank, idx) in order.into_iter().enumerate() {
        ranks[idx] = whole(rank);
    }
    ranks
}

/// The greatest distance between the shares of two samples that are at most so great.
pub(super) fn kolmogorov_distance(one: &[f64], other: &[f64]) -> f64 {
    let share_below = |sample: &[f64], number: f64| {
        let n_below = sample.partition_point(|it| *it <= number);
        whole(n_below) / whole(sample.len())
    };
    let sorted = |sample: &[f64]| {
        let mut sample = sample.to_vec();
        sample.sort_by(f64::total_cmp);
        sample
    };
    let (one, other) = (sorted(one), sorted(other));
    let all = one.iter().chain(&other);
    let distances = all.map(|it| (share_below(&one, *it) - share_below(&other, *it)).abs());
    distances.fold(0.0, f64::max)
}

#[track_caller]
fn check_rank(setting: &Setting, one: &str, other: &str, rank: f64) {
    let found = rank_correlation(
        &in_all(&draws_of(setting, one)),
        &in_all(&draws_of(setting, other)),
    );
    // Five standard errors of independent numbers, which have the greatest.
    let bound = 5.0 / whole(REPLICATIONS).sqrt();
    assert!(
        (found - rank).abs() < bound,
        "{one}, {other}: {found}, not {rank}"
    );
}

#[test]
fn pairs_have_their_rank_correlation_and_all_other_pairs_none() {
    let pairs = [
        (EAST, WEST, 0.7),
        (EAST, WEIGHT, -0.4),
        (ADDS, LINE, 0.5),
        (LINE, LEVERAGE, 0.3),
    ];
    let setting = setting_of(&correlated(&pairs));
    for (one, other, rank) in pairs {
        check_rank(&setting, one, other, rank);
    }
    for (one, other) in [(WEST, WEIGHT), (ADDS, LEVERAGE), (EAST, ADDS)] {
        check_rank(&setting, one, other, 0.0);
    }
}

#[test]
fn every_number_keeps_its_distribution() {
    let pairs = [
        (EAST, WEST, 0.9),
        (EAST, WEIGHT, -0.3),
        (ADDS, HIGH, 0.5),
        (LINE, LEVERAGE, -0.7),
        (LINE, SLOW, 0.4),
        (LINE, FAST, -0.4),
        // Of these two, which one rule draws from one place, a session draws one.
        (SLOW, REPLY, 0.5),
        (FAST, REPLY, 0.5),
    ];
    let [plain, setting] = [GARDENS.to_owned(), correlated(&pairs)].map(|it| setting_of(&it));
    let all = [
        EAST, WEST, WEIGHT, ADDS, HIGH, LINE, LEVERAGE, SLOW, FAST, REPLY,
    ];
    for path in all {
        let [plain, correlated] = [&plain, &setting]
            .map(|it| -> Vec<f64> { draws_of(it, path).into_iter().flatten().collect() });
        let n = whole(plain.len());
        assert!(n > 1500.0, "{n} draws");
        // Exceeded by one in a thousand pairs of samples from one distribution.
        let bound = 1.95 * (2.0 / n).sqrt();
        let distance = kolmogorov_distance(&plain, &correlated);
        assert!(distance < bound, "{path}: {distance}");
    }
}

#[test]
fn only_those_that_are_named_after_another_move() {
    let setting = setting_of(&correlated(&[(WEST, EAST, 0.5), (ADDS, WEST, 0.2)]));
    let plain = setting_of(GARDENS);
    let paths: Vec<&str> = setting.numbers().map(|it| it.path.as_str()).collect();
    for replication in (0..200).map(Replication) {
        let [drawn, before] = [&setting, &plain].map(|it| it.drawn(&seeds(), replication));
        for (path, (drawn, before)) in paths.iter().zip(drawn.iter().zip(&before)) {
            let is_moved = drawn.map(f64::to_bits) != before.map(f64::to_bits);
            // The first keeps its draw, wherever it stands in its pair.
            assert_eq!(is_moved, [EAST, ADDS].contains(path), "{path}");
        }
    }
}

#[test]
fn perfect_rank_correlations_put_draws_in_one_order_or_the_reverse() {
    let setting = setting_of(&correlated(&[(EAST, WEST, 1.0), (LINE, WEIGHT, -1.0)]));
    let order = |path| ranks(&in_all(&draws_of(&setting, path)));
    assert_eq!(order(EAST), order(WEST));
    let last = whole(REPLICATIONS - 1);
    let reversed: Vec<f64> = order(LINE).iter().map(|it| last - it).collect();
    assert_eq!(order(WEIGHT), reversed);
}

#[test]
fn a_rank_correlation_of_0_is_as_good_as_none() {
    let mut n_texts = 0;
    for case in 0..80 {
        let mut random = RandomChoices::new("correlations", case);
        let text = scenario_text(&mut random);
        let with = with_correlations(&mut random, &text);
        let (before, entries) = with.split_at(text.len());
        let is_rank = |it: &&str| it.starts_with("rank = ");
        let entries: Vec<&str> = (entries.lines())
            .map(|it| if is_rank(&it) { "rank = 0.0" } else { it })
            .collect();
        if entries.is_empty() {
            continue;
        }
        let zero = setting_of(&(before.to_owned() + &entries.join("\n")));
        let none = setting_of(&text);
        let sessions = in_a_plain_loop(&zero, &seeds(), 4);
        for ((session, result), (other, expected)) in
            sessions.iter().zip(in_a_plain_loop(&none, &seeds(), 4))
        {
            assert_eq!(session.events(), other.events(), "{with}");
            assert_eq!(*result, expected, "{with}");
            let drawn = zero.drawn(&seeds(), result.replication);
            assert_eq!(drawn, none.drawn(&seeds(), result.replication), "{with}");
        }
        n_texts += 1;
    }
    assert!(n_texts > 40, "{n_texts} have correlations");
}

#[test]
fn a_party_draws_the_same_by_itself_as_with_all_others() {
    let setting = setting_of(&correlated(&[(EAST, WEST, 0.8), (LEVERAGE, SLOW, 0.4)]));
    let all = draws_of(&setting, WEST);
    let parties = setting.scenario().party_ids();
    let mut draw = PreferenceDraw::new(Arc::clone(&setting), parties.last().expect("two"));
    for (replication, drawn) in (0..100).map(Replication).zip(all) {
        draw.draw(&seeds(), replication);
        assert_eq!(Some(draw.numbers().reservation_value), drawn);
    }
}

#[test]
fn numbers_of_strategies_go_with_those_of_preferences_where_they_are_drawn() {
    let setting = setting_of(&correlated(&[(EAST, SLOW, 0.9), (EAST, FAST, -0.9)]));
    let east = draws_of(&setting, EAST);
    for (path, rank) in [(SLOW, 0.9), (FAST, -0.9)] {
        let pairs = draws_of(&setting, path);
        let pairs = pairs
            .iter()
            .zip(&east)
            .filter_map(|(one, other)| one.zip(*other));
        let (own, others): (Vec<f64>, Vec<f64>) = pairs.unzip();
        let found = rank_correlation(&own, &others);
        assert!((found - rank).abs() < 0.05, "{path}: {found}");
    }
}

#[test]
fn another_form_of_the_model_keeps_every_preference() {
    // Most forms have no such number of a strategy.
    let setting = setting_of(&correlated(&[(SLOW, WEST, 0.8), (EAST, WEIGHT, 0.5)]));
    let forms = built_in_forms(&setting, &Strategies::built_in(), None);
    let preferences = |setting: &Setting, replication| -> Vec<Option<f64>> {
        let drawn = setting.drawn(&seeds(), replication);
        let paths = setting.numbers().map(|it| it.path.as_str());
        let mut named: Vec<(&str, Option<f64>)> = (paths.zip(drawn))
            .filter(|it| !it.0.contains(".strategy."))
            .collect();
        named.sort_unstable_by_key(|it| it.0);
        named.into_iter().map(|it| it.1).collect()
    };
    let mut n_forms = 0;
    for form in forms.iter().filter_map(|it| it.setting.as_ref().ok()) {
        for replication in (0..100).map(Replication) {
            let expected = preferences(&setting, replication);
            assert_eq!(preferences(form, replication), expected, "{replication:?}");
        }
        n_forms += 1;
    }
    assert!(n_forms > 5, "{n_forms} forms");
}

#[test]
fn cells_with_other_rank_correlations_share_their_random_numbers() {
    let scenario = correlated(&[(EAST, WEST, 0.1)]);
    let experiment = format!(
        "schema = 1\nname = \"e\"\nscenario = \"s.toml\"\n\
         [[sweep.axis]]\npath = \"correlation.0.rank\"\nvalues = [-1.0, 0.0, 0.1, 0.11]\n\
         [[sweep.axis]]\npath = \"{EAST}\"\nvalues = [0.2, 0.3]\n"
    );
    let read_file = |path: &Path| -> io::Result<String> {
        Ok(if path.ends_with("e.toml") {
            experiment.clone()
        } else {
            scenario.clone()
        })
    };
    let loaded = load_experiment(Path::new("e.toml"), &Overrides::default(), &read_file);
    let sweep = loaded.expect("it is right").sweep.expect("it has one");
    let ranks = sweep
        .settings
        .iter()
        .map(|it| it.correlations()[0].rank.clone());
    let ranks: Vec<f64> = ranks.map(|it| it.distribution.range().0).collect();
    assert_eq!(ranks, [-1.0, -1.0, 0.0, 0.0, 0.1, 0.1, 0.11, 0.11]);
    let west: Vec<Vec<f64>> = (sweep.settings.iter())
        .map(|it| in_all(&draws_of(it, WEST)))
        .collect();
    // What the other is fixed at moves nothing, whether the cell was made of a text or of a cell.
    for pair in west.chunks(2) {
        assert_eq!(pair[0], pair[1]);
    }
    assert_eq!(west[2], in_all(&draws_of(&setting_of(GARDENS), WEST)));
    assert!(rank_correlation(&west[4], &west[6]) > 0.999);
}

#[test]
fn a_number_that_a_setting_fixes_moves_no_other_and_is_read_back() {
    let text = correlated(&[(EAST, WEST, 0.8)]);
    let read_file = |_: &Path| Ok(text.clone());
    let settings = [format!("{EAST}={{ constant = 0.3, basis = \"assumed\" }}")];
    let fixed = load_scenario(Path::new("s.toml"), &settings, &read_file).expect("it is right");
    let west = draws_of(&setting_of(&text), WEST);
    assert_eq!(draws_of(&fixed.setting, WEST), west);
    let strategies = Strategies::built_in();
    let set_numbers = fixed.setting.set_numbers();
    let again = load_recorded("manifest", &fixed.resolved, &set_numbers, [], &strategies);
    let again = again.expect("what was recorded is right");
    assert_eq!(draws_of(&again.setting, WEST), west);
    assert_eq!(again.setting.correlations(), fixed.setting.correlations());
}

#[test]
fn a_shift_moves_a_correlated_number_and_none_that_goes_with_it() {
    let setting = setting_of(&correlated(&[(EAST, WEST, 0.8), (EAST, WEIGHT, -0.4)]));
    let mut numbers = setting.numbered();
    let east = numbers.find(|it| it.1.path == EAST).expect("it is there").0;
    let shifted = (*setting).clone().with_shift(east, 0.1);
    for path in [WEST, WEIGHT] {
        assert_eq!(draws_of(&shifted, path), draws_of(&setting, path));
    }
    let pairs = in_all(&draws_of(&shifted, EAST));
    let pairs = pairs.into_iter().zip(in_all(&draws_of(&setting, EAST)));
    assert!(
        pairs
            .into_iter()
            .all(|(one, other)| (one - other - 0.1).abs() < 1e-12)
    );
}

#[test]
fn a_file_that_extends_another_changes_a_correlation_by_its_id_and_adds_others() {
    let base = format!(
        "{GARDENS}[[correlation]]\nid = \"walls\"\nbetween = [\"{EAST}\", \"{WEST}\"]\nrank = 0.5\n"
    );
    let own = format!(
        "schema = 1\nname = \"own\"\ntitle = \"Own\"\nextends = \"base.toml\"\n\
         [[correlation]]\nid = \"walls\"\nrank = -0.25\n\
         [[correlation]]\nbetween = [\"{LINE}\", \"{ADDS}\"]\nrank = 0.75\n"
    );
    let read_file = |path: &Path| {
        Ok(if path.ends_with("own.toml") {
            &own
        } else {
            &base
        }
        .clone())
    };
    let load = |settings: &[String]| {
        let loaded = load_scenario(Path::new("own.toml"), settings, &read_file);
        let setting = loaded.expect("it is right").setting;
        let ranks = setting.correlations().iter().map(|it| it.rank.clone());
        ranks
            .map(|it| (it.path, it.distribution.range().0, it.provenance.is_set))
            .collect::<Vec<_>>()
    };
    let at = |path: &str, rank, is_set| (path.to_owned(), rank, is_set);
    let walls = at("correlation.walls.rank", -0.25, false);
    assert_eq!(load(&[]), [walls, at("correlation.1.rank", 0.75, false)]);
    let settings = ["correlation.walls.rank=0.1", "correlation.1.rank=0.2"];
    assert_eq!(
        load(&settings.map(str::to_owned)),
        [
            at("correlation.walls.rank", 0.1, true),
            at("correlation.1.rank", 0.2, true)
        ]
    );
}

#[test]
fn a_rank_correlation_has_its_origin_like_any_number() {
    let text = correlated(&[(EAST, WEST, 0.5)])
        + "basis = \"inferred\"\nsource = [\"letters\"]\nnote = \"They copy each other\"\n";
    let source = "[[source]]\nid = \"letters\"\ntitle = \"Letters\"\n\n[[party]]\nid = \"east\"";
    let text = text.replace("[[party]]\nid = \"east\"", source);
    let loaded = load_text(&text);
    let provenance = &loaded.setting.correlations()[0].rank.provenance;
    assert_eq!(provenance.sources, ["letters"]);
    assert_eq!(provenance.note.as_deref(), Some("They copy each other"));
}

/// A run of the gardens with correlations, with all tables.
fn run_of(folder: &Path, name: &str, text: &str) -> PathBuf {
    let scenario = folder.join(format!("{name}.toml"));
    fs::write(&scenario, text).expect("it can be written");
    let out = folder.join(name);
    let wanted = ["--sessions", "300", "--draws", "--transcripts"];
    let named = ["batch", path_text(&scenario), "--out", path_text(&out)];
    check(&[&named[..], &wanted[..]].concat(), 0);
    out
}

#[test]
fn runs_show_correlations_replay_and_are_the_same_with_a_rank_of_0() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [plain, zero, half] =
        [("plain", None), ("zero", Some(0.0)), ("half", Some(0.5))].map(|(name, rank)| {
            let text = correlated(
                &rank
                    .map(|it| (EAST, WEST, it))
                    .into_iter()
                    .collect::<Vec<_>>(),
            );
            run_of(folder.path(), name, &text)
        });
    assert_eq!(tables(&zero), tables(&plain));
    assert_ne!(tables(&half), tables(&plain));
    check(&["replay", path_text(&half), "7"], 0);
    let page = fs::read_to_string(half.join("report.html")).expect("it has a page");
    assert!(page.contains("Correlated numbers: 1 pair"));
    let scenario = folder.path().join("half.toml");
    let output = check(&["check", path_text(&scenario)], 0);
    let text = String::from_utf8_lossy(&output.stdout);
    let expected = format!("Correlated numbers\n     0.5  {EAST}\n          {WEST}\n");
    assert!(text.contains(&expected), "{text}");
}
