//! Files from anywhere: one more than every limit is one clear error, and no file leads elsewhere.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::Path;

use demarche::config::{
    CELLS_MAX, CLAIMS_MAX, CONSENT_RULES_MAX, COPIED_BYTES_MAX, CORRELATIONS_MAX, ENTRIES_MAX,
    EXTENDS_DEPTH_MAX, FORMS_MAX, INTERACTIONS_MAX, MAP_REGIONS_MAX, OUTLINE_CORNERS_MAX,
    Overrides, PLANS_MAX, SETTINGS_MAX, SOURCES_MAX, SWEPT_BYTES_MAX, TEXT_BYTES_MAX,
    load_experiment, load_plans, load_scenario,
};
use demarche::domain::{
    CORRELATED_COMBINATIONS_MAX, CORRELATED_NUMBERS_MAX, ISSUES_MAX, LABEL_CHARS_MAX,
    NOTE_CHARS_MAX, OPTIONS_MAX, OUTCOMES_MAX, PARTIES_MAX, SHAPE_MAX, SHAPE_MIN, TEXT_CHARS_MAX,
};
use demarche::experiment::{
    COMPLETIONS_IN_ALL_MAX, COMPLETIONS_MAX, CellId, PLAN_DRAWS_MAX, SESSIONS_MAX,
};
use demarche::interchange::{
    ATTRIBUTES_MAX, DEPTH_MAX, ELEMENTS_MAX, ForeignFile, INPUT_BYTES_MAX, ImportOptions,
    JSON_VALUES_MAX, SCENARIO_BYTES_MAX, Scaling, YAML_ALIASES_MAX, YAML_DEPTH_MAX,
    YAML_VALUES_MAX, import,
};
use demarche::negotiation::SEARCH_BYTES_MAX;
use demarche::protocol::ROUNDS_MAX;
use demarche::report::{RunSummary, TABLE_BYTES_MAX};
use demarche::run::{RecordedRows, SESSION_BYTES_MAX, swept_values};
use demarche::tables::{DRAWN_NUMBERS_MAX, ROW_BYTES_MAX};
use tempfile::TempDir;

use crate::support::process::{check, path_text, run, tables};
use crate::support::worlds::replaced;

// The checks of the fuzz targets, on inputs that were worth keeping.
#[path = "../../../fuzz/check.rs"]
mod fuzzed;

const BASE: &str = include_str!("diagnostics/base.toml");
const EXPERIMENT: &str = "schema = 1\nname = \"e\"\nscenario = \"s.toml\"\n";

/// The one error in an experiment `e.toml` over a scenario `s.toml`.
#[track_caller]
fn check_refused(experiment: &str, scenario: &str, says: &str) {
    let read_file = |path: &Path| match path.to_str() {
        Some("e.toml") => Ok(experiment.to_owned()),
        Some("s.toml") => Ok(scenario.to_owned()),
        _ => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    let loaded = load_experiment(Path::new("e.toml"), &Overrides::default(), &read_file);
    let diagnostics = loaded.expect_err("it is too much");
    let text = diagnostics.to_string();
    assert!(text.contains(says), "{says}: {text}");
    assert_eq!(diagnostics.count(), 1, "{text}");
    assert!(text.len() < 2000, "{} bytes", text.len());
}

/// So many entries one after the other, each by its number.
fn entries(n: usize, entry: impl Fn(usize) -> String) -> String {
    (0..n).map(entry).collect::<Vec<_>>().concat()
}

/// One more of something than a scenario may have, at the scenario's end.
#[track_caller]
fn check_scenario_refused(max: usize, entry: impl Fn(usize) -> String, says: &str) {
    let entries = entries(max + 1, entry);
    check_refused(EXPERIMENT, &format!("{BASE}\n{entries}"), says);
}

#[test]
fn one_more_of_anything_in_a_scenario_is_too_many() {
    let source = |it| format!("[[source]]\nid = \"s{it}\"\ntitle = \"S\"\n");
    let says = format!(
        "`source` has {} entries; the maximum is {SOURCES_MAX}",
        SOURCES_MAX + 2
    );
    check_scenario_refused(SOURCES_MAX, source, &says);
    let party = |it| format!("[[party]]\nid = \"p{it}\"\nlabel = \"P\"\n");
    check_scenario_refused(PARTIES_MAX, party, "the maximum is 64");
    let issue = |it| {
        format!(
            "[[issue]]\nid = \"i{it}\"\nlabel = \"I\"\noptions = [{{ id = \"a\", label = \"A\" }}]\n"
        )
    };
    check_scenario_refused(
        ISSUES_MAX,
        issue,
        "`issue` has 67 entries; the maximum is 64",
    );
    check_scenario_refused(
        CONSENT_RULES_MAX,
        |_| "[[consent]]\nquota = 1\n".into(),
        "`consent` has 257",
    );
    let correlation = |it| format!("[[correlation]]\nid = \"c{it}\"\nrank = 0.0\n");
    check_scenario_refused(CORRELATIONS_MAX, correlation, "`correlation` has 2017");
    let claim = |it| format!("[[claim]]\nid = \"c{it}\"\nagreement_exists = {{}}\n");
    check_scenario_refused(CLAIMS_MAX, claim, "`claim` has 257");
    let region = |it| format!("[[map.region]]\nid = \"r{it}\"\n");
    check_scenario_refused(MAP_REGIONS_MAX, region, "`map.region` has 65 entries");
    let leverage = |it| format!("[[leverage]]\nid = \"l{it}\"\n");
    check_scenario_refused(ENTRIES_MAX, leverage, "`leverage` has 4097");
    check_scenario_refused(ENTRIES_MAX, |it| format!("k{it} = 1\n"), "has 4098 entries");
}

#[test]
fn one_more_of_anything_within_a_scenario_is_too_many() {
    let options = entries(OPTIONS_MAX + 1, |it| {
        format!("{{ id = \"o{it}\", label = \"O\" }}, ")
    });
    let one = "options = [{ id = \"low\", label = \"Low\" }, { id = \"high\", label = \"High\" }]";
    let text = replaced(BASE, one, &format!("options = [{options}]"));
    check_refused(EXPERIMENT, &text, "`issue.options` has 4097 entries");
    let interactions = entries(INTERACTIONS_MAX + 1, |it| {
        format!("{{ id = \"i{it}\", when = {{ height = \"low\" }}, adds = 0.1 }}, ")
    });
    let reservation = "reservation_value = 0.3\n";
    let interactions = format!("{reservation}interaction = [{interactions}]\n");
    let text = replaced(BASE, reservation, &interactions);
    check_refused(EXPERIMENT, &text, "`party.interaction` has 257 entries");
    let corners = entries(OUTLINE_CORNERS_MAX + 1, |it| format!("[{it}, 0], "));
    let region = format!("[[map.region]]\nid = \"r\"\noutline = [{corners}]\n");
    let says = "`map.region.outline` has 1001 entries";
    check_refused(EXPERIMENT, &format!("{BASE}\n{region}"), says);
    let options = entries(4, |it| format!("{{ id = \"o{it}\", label = \"O\" }}, "));
    let issues = entries(20, |it| {
        format!("[[issue]]\nid = \"i{it}\"\nlabel = \"I\"\noptions = [{options}]\n")
    });
    let diagnostics = load_scenario(Path::new("s.toml"), &[], &|_| {
        Ok(format!("{BASE}\n{issues}"))
    });
    let text = diagnostics.expect_err("too many outcomes").to_string();
    assert!(
        text.contains("these issues cannot form a scenario"),
        "{text}"
    );
}

#[test]
fn one_more_number_than_correlations_may_name_is_too_many() {
    let options = entries(CORRELATED_NUMBERS_MAX, |it| {
        format!("{{ id = \"o{it}\", label = \"O\" }}, ")
    });
    let uniform = "{ uniform = { min = 0.0, max = 1.0 } }";
    let utilities = entries(CORRELATED_NUMBERS_MAX, |it| format!("o{it} = {uniform}, "));
    let issue = format!("[[issue]]\nid = \"i\"\nlabel = \"I\"\noptions = [{options}]\n");
    let preference =
        format!("preference = [\n{{ issue = \"i\", weight = 1.0, utility = {{ {utilities} }} }},");
    let text = BASE.replace("preference = [", &preference);
    let pairs = |n: usize| {
        let path = |it| format!("\"party.west.preference.i.utility.o{it}\"");
        let west = "\"party.west.reservation_value\"";
        entries(n, |it| {
            format!(
                "[[correlation]]\nbetween = [{west}, {}]\nrank = 0.01\n",
                path(it)
            )
        })
    };
    let text = |n| format!("{text}\n{issue}\n{}", pairs(n));
    let most = text(CORRELATED_NUMBERS_MAX - 1);
    load_scenario(Path::new("s.toml"), &[], &|_| Ok(most.clone())).expect("they are allowed");
    let says = "the correlations name more than 64 numbers";
    check_refused(EXPERIMENT, &text(CORRELATED_NUMBERS_MAX), says);
}

#[test]
fn one_more_of_anything_in_an_experiment_is_too_many() {
    let settings = entries(SETTINGS_MAX + 1, |it| format!("\"a.b{it}\" = 1\n"));
    check_refused(
        &format!("{EXPERIMENT}[set]\n{settings}"),
        BASE,
        "`set` has 257 entries",
    );
    let forms = entries(FORMS_MAX + 1, |it| {
        format!("[[robustness.form]]\nid = \"f{it}\"\nset = {{}}\n")
    });
    check_refused(
        &format!("{EXPERIMENT}{forms}"),
        BASE,
        "`robustness.form` has 65 entries",
    );
    let blanks = " ".repeat(COPIED_BYTES_MAX / 2);
    let strategies = format!("[{{ p = 1.0, random_offer = {{}} }}{blanks}]");
    check_refused(
        &format!("{EXPERIMENT}[set]\n\"party.*.strategy\" = {strategies}\n"),
        BASE,
        "settings write more than 1 MiB",
    );
    let axis = |it: &str| {
        format!(
            "{EXPERIMENT}[sweep]\n[[sweep.axis]]\npath = \"party.east.reservation_value\"\n{it}\n"
        )
    };
    let values = "0.5, ".repeat(CELLS_MAX + 1);
    check_refused(
        &axis(&format!("values = [{values}]")),
        BASE,
        "`sweep.axis.values` has 10001",
    );
    let range = "range = { from = 0, to = 1, step = 0.00001 }";
    check_refused(&axis(range), BASE, "at most 10000 values");
    let range = "range = { from = 0, to = 1, step = 0.0002 }";
    let long = format!("{BASE}\n# {}", "x".repeat(SWEPT_BYTES_MAX / 5000));
    let probabilities = axis(range).replace("reservation_value", "strategy.0.p");
    check_refused(&probabilities, &long, "more than 1 GiB of scenario text");
}

#[test]
fn one_more_number_than_a_table_of_draws_has_is_refused() {
    let folder = TempDir::new().unwrap();
    let n_options = DRAWN_NUMBERS_MAX / 2 + 1;
    let options = entries(n_options, |it| {
        format!("{{ id = \"o{it}\", label = \"O\" }}, ")
    });
    let party = |name: &str, n_drawn: usize| {
        let utility = entries(n_options, |it| {
            if it < n_drawn {
                format!("o{it} = {{ uniform = {{ min = 0.0, max = 1.0 }} }}, ")
            } else {
                format!("o{it} = 0.5, ")
            }
        });
        format!(
            "[[party]]\nid = \"{name}\"\nlabel = \"P\"\nreservation_value = 0.1\n\
             [[party.preference]]\nissue = \"i\"\nweight = 1.0\nutility = {{ {utility} }}\n\
             [[party.strategy]]\np = 1.0\nrandom_offer = {{}}\n"
        )
    };
    let text = format!(
        "schema = 1\nname = \"n\"\ntitle = \"N\"\nkind = \"synthetic\"\n\
         [[issue]]\nid = \"i\"\nlabel = \"I\"\noptions = [{options}]\n{}{}\
         [protocol.alternating_offers]\ndeadline_rounds = 2\n",
        party("one", n_options),
        party("other", DRAWN_NUMBERS_MAX + 1 - n_options),
    );
    let (file, out) = (folder.path().join("n.toml"), folder.path().join("run"));
    fs::write(&file, text).unwrap();
    let arguments = [
        "batch",
        path_text(&file),
        "--draws",
        "--out",
        path_text(&out),
    ];
    let output = check(&arguments, 2);
    let rendered = String::from_utf8_lossy(&output.stderr);
    assert!(
        rendered.contains("draws.csv would have 4097 numbers, more than 4096"),
        "{rendered}"
    );
    assert!(!out.exists());
}

#[test]
fn one_byte_or_one_file_more_is_too_much() {
    let full = |text: &str, more: usize| {
        let n = TEXT_BYTES_MAX - EXPERIMENT.len() - text.len() - 2 + more;
        format!("{text}\n#{}", "x".repeat(n))
    };
    check_refused(EXPERIMENT, &full(BASE, 1), "at most 4 MiB together");
    let read_file = |path: &Path| {
        let is_experiment = path == Path::new("e.toml");
        Ok(if is_experiment {
            EXPERIMENT.to_owned()
        } else {
            full(BASE, 0)
        })
    };
    load_experiment(Path::new("e.toml"), &Overrides::default(), &read_file).expect("it just fits");
    let read_file = |path: &Path| {
        let number: usize = path
            .file_stem()
            .and_then(|it| it.to_str()?.parse().ok())
            .unwrap_or(0);
        Ok(format!("schema = 1\nextends = \"{}.toml\"\n", number + 1))
    };
    let loaded = load_experiment(Path::new("0.toml"), &Overrides::default(), &read_file);
    let text = loaded.expect_err("they are too many").to_string();
    assert!(
        text.contains("a chain of `extends` has more than 16 files"),
        "{text}"
    );
}

#[test]
fn one_round_or_one_character_more_is_too_much() {
    let rounds = |it: u32| {
        replaced(
            BASE,
            "deadline_rounds = 5",
            &format!("deadline_rounds = {it}"),
        )
    };
    let says = "`deadline_rounds` must be a whole number, at most 1000000";
    check_refused(EXPERIMENT, &rounds(ROUNDS_MAX + 1), says);
    load_scenario(Path::new("s.toml"), &[], &|_| Ok(rounds(ROUNDS_MAX))).expect("it just fits");
    let path = "protocol.proposal_and_vote.deadline_rounds";
    let set = format!("{EXPERIMENT}[set]\n\"{path}\" = 4294967295\n");
    check_refused(&set, BASE, says);
    let axis = format!("{EXPERIMENT}[[sweep.axis]]\npath = \"{path}\"\nvalues = [5, 1000001]\n");
    check_refused(&axis, BASE, says);
    let setting = format!("{path}=1000001");
    let loaded = load_scenario(Path::new("s.toml"), &[setting], &|_| Ok(BASE.into()));
    assert!(loaded.expect_err("too many").to_string().contains(says));

    // A megabyte is refused in a few words, wherever it stands.
    let label = "label = \"How high\"";
    for n in [LABEL_CHARS_MAX + 1, 1 << 20] {
        let text = replaced(BASE, label, &format!("label = \"{}\"", "ä".repeat(n)));
        let says = format!("`label` has {n} characters; the maximum is {LABEL_CHARS_MAX}");
        check_refused(EXPERIMENT, &text, &says);
        let setting = format!(
            "{EXPERIMENT}[set]\n\"issue.height.label\" = \"{}\"\n",
            "ä".repeat(n)
        );
        check_refused(&setting, BASE, &says);
    }
    let just = replaced(
        BASE,
        label,
        &format!("label = \"{}\"", "ä".repeat(LABEL_CHARS_MAX)),
    );
    load_scenario(Path::new("s.toml"), &[], &|_| Ok(just.clone())).expect("it just fits");
    let long = |n| "x".repeat(n);
    let title = format!("title = \"{}\"\n", long(TEXT_CHARS_MAX + 1));
    let experiment = format!("{EXPERIMENT}{title}");
    check_refused(
        &experiment,
        BASE,
        "`title` has 1001 characters; the maximum is 1000",
    );
    let description = format!("description = \"{}\"\nschema = 1", long(NOTE_CHARS_MAX + 1));
    let text = replaced(BASE, "schema = 1", &description);
    check_refused(EXPERIMENT, &text, "`description` has 10001 characters");
    let text = format!("{} = 1\n{BASE}", long(1 << 20));
    check_refused(
        EXPERIMENT,
        &text,
        "a key has 1048576 characters; the maximum is 1000",
    );
}

#[test]
fn shapes_of_a_beta_distribution_without_bounds_are_refused() {
    let beta = |shape: &str| {
        let number = format!("{{ beta = {{ alpha = 2.0, beta = {shape}, min = 0.2, max = 0.4 }}, ");
        replaced(
            BASE,
            "reservation_value = 0.3",
            &format!("reservation_value = {number}basis = \"assumed\" }}"),
        )
    };
    for shape in ["1e300", "10000.001", "1e-300", "0.0009"] {
        check_refused(
            EXPERIMENT,
            &beta(shape),
            "`beta` must be between 0.001 and 10000",
        );
    }
    for shape in ["10000", "0.001"] {
        load_scenario(Path::new("s.toml"), &[], &|_| Ok(beta(shape))).expect("it just fits");
    }
}

#[test]
fn searches_that_fit_in_no_memory_are_refused() {
    let issues = entries(12, |it| {
        let options = entries(10, |it| format!("{{ id = \"o{it}\", label = \"O\" }}, "));
        format!("[[issue]]\nid = \"i{it}\"\nlabel = \"I\"\noptions = [{options}]\n")
    });
    let utilities = entries(10, |it| format!("o{it} = 0.{it}, "));
    let preferences = entries(12, |it| {
        format!(
            "[[party.preference]]\nissue = \"i{it}\"\nweight = 1\nutility = {{ {utilities} }}\n"
        )
    });
    let parties = entries(PARTIES_MAX, |it| {
        format!(
            "[[party]]\nid = \"p{it}\"\nlabel = \"P\"\nreservation_value = 0.5\n{preferences}\
             [[party.strategy]]\np = 1.0\ntrade_off = {{ concession_exponent = 1.0 }}\n"
        )
    });
    let about = "schema = 1\nname = \"s\"\ntitle = \"S\"\nkind = \"synthetic\"\n";
    let rules = "[protocol.proposal_and_vote]\ndeadline_rounds = 5\n";
    let text = format!("{about}{issues}{parties}{rules}");
    check_refused(
        EXPERIMENT,
        &text,
        "would require more than 4 GiB of memory per session",
    );
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = [
        format!("x = {}", "[".repeat(100_000)),
        format!("x = {}", "{a=".repeat(100_000)),
        format!("{} = 1", vec!["a"; 100_000].join(".")),
        format!("[{}]", vec!["a"; 100_000].join(".")),
    ];
    for text in deep {
        let text = format!("{BASE}\n{text}\n");
        let loaded = load_scenario(Path::new("s.toml"), &[], &|_| Ok(text.clone()));
        let diagnostics = loaded.expect_err("it is too deep");
        assert!(diagnostics.to_string().contains("recurs"), "{diagnostics}");
        let setting = text.lines().last().unwrap_or_default().to_owned();
        let loaded = load_scenario(Path::new("s.toml"), &[setting], &|_| Ok(BASE.into()));
        loaded.expect_err("it is too deep as a setting too");
    }
}

#[test]
fn endless_errors_are_reported_briefly() {
    let listed = entries(OPTIONS_MAX, |it| {
        format!("{{ id = \"o{it}\", label = \"O\" }}, ")
    });
    let unknown = entries(OPTIONS_MAX, |it| format!("\"uno{it}\", "));
    let one = "options = [{ id = \"low\", label = \"Low\" }, { id = \"high\", label = \"High\" }]";
    let consent = format!("\n[[consent]]\nparty = \"east\"\nwhen = {{ height = [{unknown}] }}\n");
    let text = replaced(BASE, one, &format!("options = [{listed}]")) + &consent.repeat(20);
    let loaded = load_scenario(Path::new("s.toml"), &[], &|_| Ok(text.clone()));
    let rendered = loaded.expect_err("nothing of it is known").to_string();
    assert!(rendered.len() < 200_000, "{} bytes", rendered.len());
}

#[test]
fn a_foreign_file_of_too_many_values_is_refused() {
    let of = |value: &str, n: usize| format!("[{}0]", format!("{value}, ").repeat(n));
    let too_many = [
        ("a.json", of("0", JSON_VALUES_MAX), "too many values"),
        ("a.yml", of("0", YAML_VALUES_MAX), "not valid YAML"),
        (
            "a.yml",
            format!("{}0", "- ".repeat(YAML_DEPTH_MAX + 1)),
            "not valid YAML",
        ),
        (
            "a.yml",
            format!("- &a 0\n- {}", of("*a", YAML_ALIASES_MAX + 1)),
            "not valid YAML",
        ),
        (
            "a.yml",
            format!("- &a {}\n- {}", of("0", 500), of("*a", 500)),
            "not valid YAML",
        ),
    ];
    for (name, text, says) in too_many {
        let file = ForeignFile {
            name,
            bytes: text.as_bytes(),
        };
        let error = import(&[file], &ImportOptions::default()).expect_err("it is too much");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn an_import_makes_no_scenario_that_is_too_long() {
    let issue = |it: usize, evaluation: &str| {
        let about = "type=\"integer\" etype=\"integer\" vtype=\"integer\"";
        format!(
            "<issue index=\"{it}\" name=\"i{it}\" {about} lowerbound=\"1\" \
             upperbound=\"4096\">{evaluation}</issue>"
        )
    };
    let evaluator = "<evaluator ftype=\"linear\" offset=\"0\" slope=\"1\"/>";
    let utility = |n| {
        let (issues, weights) = (
            entries(n, |it| issue(it + 1, evaluator)),
            entries(n, |it| {
                format!("<weight index=\"{}\" value=\"1\"/>", it + 1)
            }),
        );
        format!(
            "<utility_space><objective index=\"0\" name=\"o\">{issues}{weights}</objective>\
             </utility_space>"
        )
    };
    // Too many values for any text so long; and fewer, whose text is too long all the same.
    for n_parties in [PARTIES_MAX, 40] {
        let text = utility(3);
        let names: Vec<String> = (0..n_parties).map(|it| format!("{it}.xml")).collect();
        let file = |name| ForeignFile {
            name,
            bytes: text.as_bytes(),
        };
        let files: Vec<ForeignFile<'_>> = names.iter().map(|it| file(it)).collect();
        let error = import(&files, &ImportOptions::default()).expect_err("it is too long");
        assert!(error.to_string().contains("more than 4 MiB"), "{error}");
    }
}

#[test]
fn an_import_makes_a_scenario_that_can_be_read_whatever_its_numbers_and_names_are() {
    let name = "x".repeat(1 << 18);
    let profile = |weights: [f64; 2]| {
        let issue = |it: usize| {
            let items = entries(2, |item| {
                format!(
                    "<item index=\"{}\" value=\"v{item}{name}\" evaluation=\"{}\"/>",
                    item + 1,
                    item + 1
                )
            });
            format!(
                "<issue index=\"{it}\" name=\"i{it}{name}\" type=\"discrete\" etype=\"discrete\" vtype=\"discrete\">{items}</issue>"
            )
        };
        let weights = entries(2, |it| {
            format!("<weight index=\"{}\" value=\"{}\"/>", it + 1, weights[it])
        });
        format!(
            "<utility_space><objective index=\"0\" name=\"o\">{}{}{weights}</objective></utility_space>",
            issue(1),
            issue(2)
        )
    };
    let texts = [profile([3e12, 1e12]), profile([0.25, 0.75])].map(String::into_bytes);
    let files: Vec<ForeignFile<'_>> = (["a.xml", "b.xml"].into_iter().zip(&texts))
        .map(|(name, bytes)| ForeignFile { name, bytes })
        .collect();
    for scaling in [Scaling::Raw, Scaling::Own] {
        let options = ImportOptions {
            scaling,
            ..ImportOptions::default()
        };
        let imported = import(&files, &options).unwrap();
        let loaded = load_scenario(Path::new("s.toml"), &[], &|_| Ok(imported.text.clone()));
        loaded.expect("what is imported can be read");
        let rendered = imported.losses.join("\n");
        assert!(rendered.len() < 5000, "{} bytes", rendered.len());
        assert!(
            rendered.contains("names of more than 200 characters (6) are cut"),
            "{rendered}"
        );
        let lowers = rendered.contains("the weights of a exceed 1000000000");
        assert_eq!(lowers, scaling == Scaling::Raw, "{rendered}");
    }
}

// ---- What files name.

/// A project below a temporary folder: its top, and `top/a/b` with an experiment on a scenario.
fn project(scenario: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let inner = folder.path().join("top/a/b");
    fs::create_dir_all(&inner).unwrap();
    fs::create_dir(folder.path().join("top/a/c")).unwrap();
    for near in ["top/a/b", "top/a/c", "top"] {
        fs::write(folder.path().join(near).join("s.toml"), BASE).unwrap();
    }
    let experiment = replaced(EXPERIMENT, "s.toml", scenario);
    fs::write(inner.join("e.toml"), experiment).unwrap();
    folder
}

/// What `check` says of a project's experiment.
#[track_caller]
fn render(folder: &TempDir, more: &[&str], code: i32) -> String {
    let experiment = folder.path().join("top/a/b/e.toml");
    let mut arguments = vec!["check", path_text(&experiment)];
    arguments.extend(more);
    String::from_utf8(check(&arguments, code).stderr).unwrap()
}

#[test]
fn files_name_others_near_them() {
    for near in ["s.toml", "./s.toml", "../c/s.toml", "../b/../c/s.toml"] {
        render(&project(near), &[], 0);
    }
    let folder = project("s.toml");
    let absolute = folder.path().join("top/a/c/s.toml");
    fs::write(
        folder.path().join("top/a/b/e.toml"),
        replaced(EXPERIMENT, "s.toml", path_text(&absolute)),
    )
    .unwrap();
    render(&folder, &[], 0);
}

#[test]
fn files_lead_nowhere_else() {
    let outside = "in the folder above its own";
    let folder = project("../../s.toml");
    assert!(render(&folder, &[], 2).contains(outside));
    let top = folder.path().join("top");
    render(&folder, &["--files-below", path_text(&top)], 0);
    let refused = render(&project("/etc/passwd"), &[], 2);
    assert!(
        refused.contains(outside) && !refused.contains("root:"),
        "{refused}"
    );
    // Also not by way of a scenario that builds on another, or of a table of points.
    let folder = project("s.toml");
    let base = folder.path().join("top/a/b/s.toml");
    fs::write(
        base,
        replaced(BASE, "schema = 1", "schema = 1\nextends = \"../../s.toml\""),
    )
    .unwrap();
    assert!(render(&folder, &[], 2).contains(outside));
    let folder = project("s.toml");
    let points = format!("{EXPERIMENT}[sweep]\npoints = \"../../../p.csv\"\n");
    fs::write(folder.path().join("top/a/b/e.toml"), points).unwrap();
    fs::write(
        folder.path().join("p.csv"),
        "party.east.reservation_value\n0.1\n",
    )
    .unwrap();
    assert!(render(&folder, &[], 2).contains(outside));
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere_else() {
    use std::os::unix::fs::symlink;

    let folder = project("link.toml");
    let link = folder.path().join("top/a/b/link.toml");
    symlink(folder.path().join("top/s.toml"), &link).unwrap();
    assert!(render(&folder, &[], 2).contains("in the folder above its own"));
    fs::remove_file(&link).unwrap();
    symlink("../c/s.toml", &link).unwrap();
    render(&folder, &[], 0);
    // The user may name a link, and what is near it may then be named.
    let elsewhere = TempDir::new().unwrap();
    symlink(folder.path().join("top/a"), elsewhere.path().join("a")).unwrap();
    check(
        &["check", path_text(&elsewhere.path().join("a/b/e.toml"))],
        0,
    );
}

#[test]
fn files_that_are_not_ours_are_not_quoted() {
    let secret = "[database]\npassword = \"hunter2\"\n= broken hunter2\n";
    let folder = project("secrets.toml");
    fs::write(folder.path().join("top/a/b/secrets.toml"), secret).unwrap();
    let refused = render(&folder, &[], 2);
    assert!(
        refused.contains("is not a scenario file") && !refused.contains("hunter2"),
        "{refused}"
    );
    let folder = project("secrets.txt");
    fs::write(folder.path().join("top/a/b/secrets.txt"), BASE).unwrap();
    assert!(render(&folder, &[], 2).contains("files name scenarios (.toml)"));
    let folder = project("s.toml");
    let points = format!("{EXPERIMENT}[sweep]\npoints = \"people.csv\"\n");
    fs::write(folder.path().join("top/a/b/e.toml"), points).unwrap();
    fs::write(
        folder.path().join("top/a/b/people.csv"),
        "hunter2@example.org,5\n",
    )
    .unwrap();
    let refused = render(&folder, &[], 2);
    assert!(
        refused.contains("is not a table of points") && !refused.contains("hunter2"),
        "{refused}"
    );
}

// ---- Runs read back.

#[test]
fn endless_rows_and_manifests_are_refused() {
    let row = format!("cell,n_sessions\n0,\"{}\"\n", "x\n".repeat(ROW_BYTES_MAX));
    let error = swept_values(("cells.csv".into(), row.as_bytes()), CellId(1)).unwrap_err();
    assert!(
        error.to_string().contains("a row has more than 1 MiB"),
        "{error}"
    );
    let row = "x".repeat(ROW_BYTES_MAX + 1);
    let error = RecordedRows::find(row.as_bytes(), CellId(0), 0).unwrap_err();
    assert!(
        error.to_string().contains("a row has more than 1 MiB"),
        "{error}"
    );
    let rendered = |text: String| {
        let open = |_: &str| Ok(Some(Box::new(Cursor::new(text.clone())) as Box<dyn Read>));
        RunSummary::read(&open).unwrap_err().to_string()
    };
    assert!(rendered(row).contains("a row has more than 1 MiB"));
    let endless = "cell,metric\n".to_owned() + &"0,x\n".repeat(TABLE_BYTES_MAX / 128);
    assert!(rendered(endless).contains("more than 256 MiB of rows to show"));
    let folder = TempDir::new().unwrap();
    let manifest = File::create_new(folder.path().join("manifest.json")).unwrap();
    manifest.set_len((64 << 20) + 1).unwrap();
    let path = path_text(folder.path());
    for arguments in [&["replay", path, "0"][..], &["compare", path, path]] {
        let rendered = String::from_utf8(check(arguments, 2).stderr).unwrap();
        assert!(rendered.contains("it has more than 64 MiB"), "{rendered}");
    }
    let deep = format!("{{\"schema\": 1, \"resolved\": {}", "[".repeat(100_000));
    fs::write(folder.path().join("manifest.json"), deep).unwrap();
    check(&["replay", path, "0"], 2);
    check(&["compare", path, path], 2);
}

#[test]
fn no_table_has_a_formula_in_it() {
    let folder = TempDir::new().unwrap();
    let scenario = ["East", "West", "Low", "High", "How high"]
        .into_iter()
        .fold(BASE.to_owned(), |text, it| {
            text.replace(&format!("label = \"{it}\""), "label = \"=cmd|x\"")
        })
        .replace("The eastern garden", "@SUM(1)")
        .replace("A fence between two gardens", "+1");
    fs::write(folder.path().join("s.toml"), scenario).unwrap();
    let experiment = format!(
        "{EXPERIMENT}sessions = 20\n[[sweep.axis]]\n\
         path = \"source.letters.title\"\nvalues = [\"=1+1\", \"-x\"]\n"
    );
    fs::write(folder.path().join("e.toml"), experiment).unwrap();
    let path = folder.path().join("e.toml");
    let out = run(
        &folder,
        "sweep",
        "out",
        path_text(&path),
        &["--transcripts"],
    );
    let mut n_defused = 0;
    for (name, bytes) in tables(&out) {
        let text = String::from_utf8(bytes).unwrap();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        for field in reader
            .records()
            .flat_map(|it| it.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
        {
            let is_number = field.replace(',', ".").parse::<f64>().is_ok();
            let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
            assert!(is_number || !is_formula, "{}: {field}", name.display());
            n_defused += usize::from(field.starts_with('\''));
        }
    }
    assert!(n_defused > 0, "there was something to defuse");
}

#[test]
fn more_plans_than_are_weighed_together_are_one_error() {
    let setting = load_scenario(Path::new("s.toml"), &[], &|_| Ok(BASE.to_owned()));
    let setting = setting.unwrap().setting;
    let check = |n_plans: usize| {
        let rows = entries(n_plans, |it| format!("p{it},low\n"));
        let text = format!("name,height\n{rows}");
        load_plans(&["p.csv".into()], setting.scenario(), &|_| Ok(text.clone()))
    };
    assert!(check(PLANS_MAX).is_ok());
    let diagnostics = check(PLANS_MAX + 1).unwrap_err();
    let text = diagnostics.to_string();
    assert!(text.contains("257 plans; the maximum is 256"), "{text}");
    assert_eq!(diagnostics.count(), 1, "{text}");
}

#[test]
fn more_draws_of_plans_than_fit_into_memory_are_refused_before_anything_is_written() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let plan = "configs/plans/two-villages/alternate-days.toml";
    let n_draws = (PLAN_DRAWS_MAX + 1).to_string();
    let arguments = [
        "weigh",
        "configs/scenarios/two-villages.toml",
        plan,
        "--draws",
        &n_draws,
        "--out",
        path_text(&out),
    ];
    let output = check(&arguments, 2);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("reduce --draws"), "{text}");
    assert!(!out.exists());
}

// ---- What was found, and what is written of it.

type Parser = fn(&[u8]);

#[test]
fn what_fuzzing_kept_goes_through_its_parser() {
    let parsers: [(&str, Parser); 9] = [
        ("import_xml", fuzzed::import_xml),
        ("import_data", fuzzed::import_data),
        ("import_json", fuzzed::import_json),
        ("experiment", fuzzed::experiment),
        ("points", fuzzed::points),
        ("plans", fuzzed::plans),
        ("settings", fuzzed::settings),
        ("manifest", fuzzed::manifest),
        ("tables", fuzzed::tables),
    ];
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    assert_eq!(fs::read_dir(&seeds).unwrap().count(), parsers.len());
    for (name, parser) in parsers {
        let entries = fs::read_dir(seeds.join(name)).unwrap();
        let texts = entries.map(|it| fs::read(it.unwrap().path()).unwrap());
        for bytes in texts {
            parser(&bytes);
            // Cut anywhere, as an interrupted writer leaves a file.
            (1..8).for_each(|it| parser(&bytes[..bytes.len() * it / 8]));
        }
    }
}

#[test]
fn the_page_of_limits_has_them() {
    let page = fs::read_to_string("docs/limits.md").unwrap();
    let mib = |it: usize| format!("{} MiB", it >> 20);
    let limits = [
        ("bytes", mib(TEXT_BYTES_MAX)),
        ("bytes", mib(INPUT_BYTES_MAX)),
        ("the scenario that comes of it", mib(SCENARIO_BYTES_MAX)),
        ("bytes of a row", mib(ROW_BYTES_MAX)),
        ("rows of one session", mib(SESSION_BYTES_MAX)),
        ("rows that a page shows", mib(TABLE_BYTES_MAX)),
        (
            "cells times bytes of the files",
            format!("{} GiB", SWEPT_BYTES_MAX >> 30),
        ),
        ("issues", ISSUES_MAX.to_string()),
        ("options of an issue", OPTIONS_MAX.to_string()),
        ("parties", PARTIES_MAX.to_string()),
        ("sources", SOURCES_MAX.to_string()),
        ("interactions of a party", INTERACTIONS_MAX.to_string()),
        ("consent rules", CONSENT_RULES_MAX.to_string()),
        ("claims", CLAIMS_MAX.to_string()),
        ("regions of a map", MAP_REGIONS_MAX.to_string()),
        ("corners of a region", OUTLINE_CORNERS_MAX.to_string()),
        ("coordinates of a map", "−10⁶ to 10⁶".to_owned()),
        ("correlations", CORRELATIONS_MAX.to_string()),
        (
            "numbers that correlations name",
            CORRELATED_NUMBERS_MAX.to_string(),
        ),
        (
            "combinations of strategies that correlated numbers are of",
            CORRELATED_COMBINATIONS_MAX.to_string(),
        ),
        ("rounds", "1,000,000".to_owned()),
        ("characters of a label", LABEL_CHARS_MAX.to_string()),
        (
            "characters of a description or a note",
            NOTE_CHARS_MAX.to_string(),
        ),
        (
            "characters of any other text or key",
            TEXT_CHARS_MAX.to_string(),
        ),
        (
            "shapes of a beta distribution",
            format!("{SHAPE_MIN} to {SHAPE_MAX}"),
        ),
        (
            "memory that one session's searches take",
            format!("{} GiB", SEARCH_BYTES_MAX >> 30),
        ),
        ("settings under `[set]`", SETTINGS_MAX.to_string()),
        (
            "forms of the model under `[robustness]`",
            FORMS_MAX.to_string(),
        ),
        ("bytes that settings with `*` write", mib(COPIED_BYTES_MAX)),
        ("files built on one another", EXTENDS_DEPTH_MAX.to_string()),
        ("elements of an XML file", ELEMENTS_MAX.to_string()),
        ("attributes of an element", ATTRIBUTES_MAX.to_string()),
        ("elements within one another", DEPTH_MAX.to_string()),
        ("values of a JSON file", JSON_VALUES_MAX.to_string()),
        ("values of a YAML file", YAML_VALUES_MAX.to_string()),
        (
            "lists within one another in YAML",
            YAML_DEPTH_MAX.to_string(),
        ),
        ("aliases of a YAML file", YAML_ALIASES_MAX.to_string()),
        ("cells of a sweep", CELLS_MAX.to_string()),
        ("plans weighed together", PLANS_MAX.to_string()),
        ("outcomes that complete a plan", COMPLETIONS_MAX.to_string()),
        (
            "outcomes that complete all plans together",
            COMPLETIONS_IN_ALL_MAX.to_string(),
        ),
        ("draws of `weigh`", PLAN_DRAWS_MAX.to_string()),
        ("numbers in `draws.csv`", DRAWN_NUMBERS_MAX.to_string()),
    ];
    for (what, limit) in limits {
        let row = format!("| {what} | {limit} |");
        assert!(page.contains(&row), "{row}");
    }
    assert_eq!(ROUNDS_MAX, 1_000_000);
    assert_eq!((OUTCOMES_MAX, SESSIONS_MAX), (10_u64.pow(12), 1 << 53));
    assert!(page.contains("10¹²") && page.contains("2⁵³"));
}
