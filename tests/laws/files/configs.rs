//! Every configuration that ships with the program loads, runs, and says where its numbers come from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use demarche::config::{LoadedScenario, Overrides, load_experiment, load_plans, load_scenario};
use demarche::domain::{Basis, Number, ScenarioKind};
use demarche::experiment::{Cell, Interrupt, PlanEvaluator};
use demarche::negotiation::{PlainLoop, Setting};
use demarche::randomness::{MasterSeed, Replication, Seeds};

/// The files of a folder of `configs/`, sorted by name.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("configs")
        .join(folder);
    let mut res: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|it| it.unwrap().path())
        .filter(|it| it.extension().is_some_and(|it| it == "toml"))
        .collect();
    res.sort();
    assert!(!res.is_empty(), "there are files in {}", folder.display());
    res
}

fn scenarios() -> impl Iterator<Item = LoadedScenario> {
    files("scenarios").into_iter().map(|path| {
        load_scenario(&path, &[], &|it| std::fs::read_to_string(it))
            .unwrap_or_else(|diagnostics| panic!("{}\n{diagnostics}", path.display()))
    })
}

#[track_caller]
fn check_runs(setting: Setting) {
    let rounds = setting.rules().deadline_rounds;
    let n_parties = setting.scenario().parties.len();
    let seeds = Seeds::new(MasterSeed(1));
    let (_, result) = PlainLoop::new(Arc::new(setting)).run(&seeds, Replication(0));
    assert!(result.ending.round() <= rounds);
    assert_eq!(result.parties.len(), n_parties);
}

/// The numbers of preferences and leverage, and those of all strategies.
fn numbers(setting: &Setting) -> impl Iterator<Item = &Number> {
    let of_strategies = setting
        .scenario()
        .party_ids()
        .flat_map(|it| setting.strategies(it))
        .flat_map(|it| it.offering_numbers.iter().chain(&it.acceptance_numbers));
    setting.scenario().numbers().chain(of_strategies)
}

#[test]
fn numbers_are_drawn_in_the_order_in_which_they_are_listed() {
    let seeds = Seeds::new(MasterSeed(1));
    for LoadedScenario { setting, .. } in scenarios() {
        let drawn = setting.drawn(&seeds, Replication(0));
        assert_eq!(drawn.len(), setting.numbers().count());
        for (id, number) in setting.numbered() {
            // Nothing is drawn for a strategy that is not followed.
            let Some(drawn) = drawn[id.idx()] else {
                continue;
            };
            let (min, max) = number.distribution.range();
            assert!((min..=max).contains(&drawn), "{}: {drawn}", number.path);
        }
    }
}

#[test]
fn every_plan_fits_the_scenario_that_its_folder_is_named_after() {
    let read = |it: &Path| std::fs::read_to_string(it);
    let configs = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
    let mut n_plans = 0;
    for it in scenarios() {
        let scenario = it.setting.scenario();
        let folder = configs.join("plans").join(&scenario.name);
        let Ok(entries) = std::fs::read_dir(folder) else {
            continue;
        };
        let mut paths: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
        paths.sort();
        let loaded = load_plans(&paths, scenario, &read)
            .unwrap_or_else(|diagnostics| panic!("{}\n{diagnostics}", scenario.name));
        for path in paths
            .iter()
            .filter(|it| it.extension().is_some_and(|it| it == "toml"))
        {
            let stem = path.file_stem().and_then(|it| it.to_str()).unwrap();
            assert!(loaded.plans.iter().any(|it| it.name == stem), "{stem}");
        }
        n_plans += loaded.plans.len();
        let seeds = Seeds::new(MasterSeed(1));
        let setting = Arc::new(it.setting.clone());
        let evaluator = PlanEvaluator::new(vec![Cell { setting, seeds }], loaded.plans, 4).unwrap();
        assert!(
            evaluator
                .run(1, &Interrupt::default(), &mut |_| ())
                .is_some()
        );
    }
    let mut folders = std::fs::read_dir(configs.join("plans")).unwrap();
    let names: Vec<String> = scenarios()
        .map(|it| it.setting.scenario().name.clone())
        .collect();
    assert!(folders.all(|it| names.contains(&it.unwrap().file_name().into_string().unwrap())));
    assert!(n_plans > 0);
}

#[test]
fn every_scenario_runs_a_session() {
    for it in scenarios() {
        check_runs(it.setting);
    }
}

#[test]
fn every_experiment_runs_a_session() {
    for path in files("experiments") {
        let read = |it: &Path| std::fs::read_to_string(it);
        let experiment = load_experiment(&path, &Overrides::default(), &read)
            .unwrap_or_else(|diagnostics| panic!("{}\n{diagnostics}", path.display()));
        assert!(experiment.sessions > 0);
        assert_eq!(
            Some(experiment.name.as_str()),
            path.file_stem().and_then(|it| it.to_str())
        );
        check_runs(experiment.scenario.setting);
    }
}

#[test]
fn no_title_says_how_many_sessions_there_are() {
    for path in files("experiments") {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        let title = lines
            .find(|it| it.starts_with("title ="))
            .unwrap_or_default();
        let title = title.to_lowercase();
        let numbers = ["hundred", "thousand", "million", "000"];
        assert!(!numbers.iter().any(|it| title.contains(it)), "{title}");
    }
}

#[test]
fn a_scenario_is_named_like_its_file() {
    for (path, it) in files("scenarios").iter().zip(scenarios()) {
        let stem = path.file_stem().and_then(|it| it.to_str());
        assert_eq!(stem, Some(it.setting.scenario().name.as_str()));
    }
}

#[test]
fn every_number_of_a_sourced_scenario_says_where_it_comes_from() {
    for it in scenarios() {
        let scenario = it.setting.scenario();
        if scenario.kind == ScenarioKind::Synthetic {
            continue;
        }
        for number in numbers(&it.setting) {
            let (path, provenance) = (&number.path, &number.provenance);
            match provenance.basis {
                None => panic!("{path} of {} has no basis", scenario.name),
                Some(Basis::Assumed) => {}
                Some(Basis::Reported) => assert!(!provenance.sources.is_empty(), "{path}"),
                Some(Basis::Inferred) => {
                    assert!(!provenance.sources.is_empty(), "{path}");
                    let note = provenance.note.as_deref().unwrap_or_default();
                    assert!(!note.trim().is_empty(), "{path} lacks a note");
                }
            }
            for source in &provenance.sources {
                let is_known = scenario.sources.iter().any(|it| it.name == *source);
                assert!(
                    is_known,
                    "{path} cites `{source}`, which is none of the sources"
                );
            }
        }
    }
}

#[test]
fn every_number_is_found_by_its_path() {
    for path in files("scenarios") {
        let load = |settings: &[String]| {
            load_scenario(&path, settings, &|it| std::fs::read_to_string(it))
                .unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
        };
        let loaded = load(&[]);
        let mut paths: Vec<String> = numbers(&loaded.setting).map(|it| it.path.clone()).collect();
        // One path of each kind is enough: every load reads the whole file.
        paths.sort_by_key(|it| kind_of_path(it));
        paths.dedup_by_key(|it| kind_of_path(it));
        for number_path in paths {
            // One lies in the range of every number.
            let changed = load(&[format!("{number_path}=1.0")]);
            let number = numbers(&changed.setting)
                .find(|it| it.path == number_path)
                .expect("the number keeps its path");
            assert_eq!(number.distribution.range(), (1.0, 1.0), "{number_path}");
            assert_eq!(
                number.provenance.basis,
                Some(Basis::Assumed),
                "{number_path}"
            );
        }
    }
}

/// A path without the names in it.
fn kind_of_path(path: &str) -> String {
    let known = [
        "reservation_value",
        "weight",
        "utility",
        "adds",
        "lowers_reservation_value",
    ];
    let last_known = path.split('.').filter(|it| known.contains(it));
    let head = path.split('.').next();
    let strategy = path
        .split('.')
        .skip(3)
        .take(usize::from(path.contains(".strategy.")) * 3);
    let kept: Vec<&str> = head.into_iter().chain(last_known).chain(strategy).collect();
    kept.join(".")
}
