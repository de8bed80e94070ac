//! Plans that are wrong, for a valid scenario.

use std::path::PathBuf;

use demarche::config::{LoadedPlans, load_plans};
use demarche::domain::OptionId;

use super::{BASE, check_message, reading};
use crate::support::worlds::setting_of;

const PLAN: &str = "schema = 1\nname = \"low\"\n[options]\nheight = \"low\"\n";

fn load(files: &[(&str, &str)]) -> Result<LoadedPlans, demarche::config::Diagnostics> {
    let setting = setting_of(BASE);
    let paths: Vec<PathBuf> = files.iter().map(|it| PathBuf::from(it.0)).collect();
    load_plans(&paths, setting.scenario(), &reading(files))
}

#[track_caller]
fn check_plans(name: &str, files: &[(&str, &str)]) {
    let diagnostics = load(files).expect_err("the plans are wrong");
    check_message(name, &diagnostics.to_string());
}

#[test]
fn plans_without_mistakes_have_none() {
    let table =
        "payer,name,label,lost\neast_pays,east,\"Pay, East\",\"a gate; two gates ;\"\n,both,,\n";
    let text = "schema = 1\nname = \"high\"\nlabel = \"High\"\nsource = \"The mayor\"\nnote = \"Said\\naloud\"\nlost = [\"A gate\"]\n[options]\nheight = \"high\"\npayer = \"west_pays\"\n";
    let table = table.replacen("\n,both,,", "\nwest_pays,both,,", 1);
    let files = [
        ("b.toml", PLAN),
        ("c.CSV", table.as_str()),
        ("a.toml", text),
    ];
    let LoadedPlans { plans, inputs } = load(&files).unwrap();
    let names: Vec<&str> = plans.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["low", "east", "both", "high"]);
    let options = plans.iter().map(|it| {
        let options = it.options.iter().map(|it| it.map(OptionId::idx));
        options.collect::<Vec<_>>()
    });
    let expected = [
        [Some(0), None],
        [None, Some(0)],
        [None, Some(1)],
        [Some(1), Some(1)],
    ];
    assert_eq!(options.collect::<Vec<_>>(), expected);
    let labels: Vec<&str> = plans.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(labels, ["low", "Pay, East", "both", "High"]);
    assert_eq!(plans[1].lost, ["a gate", "two gates"]);
    assert_eq!(plans[3].source.as_deref(), Some("The mayor"));
    assert_eq!(plans[3].note.as_deref(), Some("Said\naloud"));
    assert_eq!((plans[3].lost.len(), plans[2].lost.len()), (1, 0));
    assert_eq!(inputs.len(), 3);
}

#[test]
fn all_errors_of_all_plans_are_told_at_once() {
    let wrong = "schema = 2\nname = \"a plan\"\ntitle = \"A plan\"\n[options]\nheigth = \"low\"\npayer = \"east\"\n";
    let table = "name,height,payer\nlow,lowest,east_pays\nempty,,\n";
    check_plans(
        "plans_with_many_errors",
        &[
            ("low.toml", PLAN),
            ("wrong.toml", wrong),
            ("plans.csv", table),
        ],
    );
}

#[test]
fn a_plan_that_is_no_toml_or_no_plan() {
    check_plans(
        "plans_that_are_none",
        &[
            ("half.toml", "schema = 1\nname = \"half\n"),
            ("empty.toml", " \n"),
            ("scenario.toml", BASE),
            (
                "number.toml",
                "schema = 1\nname = \"n\"\n[options]\nheight = 3\n",
            ),
            (
                "lost.toml",
                "schema = 1\nname = \"l\"\nlost = \"a gate\"\noptions = {}\n",
            ),
        ],
    );
}

#[test]
fn a_missing_plan() {
    let setting = setting_of(BASE);
    let paths = ["a.toml", "b.csv"].map(PathBuf::from);
    let diagnostics = load_plans(&paths, setting.scenario(), &reading(&[])).unwrap_err();
    check_message("missing_plans", &diagnostics.to_string());
}

#[test]
fn a_table_of_plans_with_the_wrong_columns() {
    check_plans(
        "plan_tables_with_wrong_columns",
        &[
            ("unknown.csv", "name,hight,height,height\na,low,low,low\n"),
            ("nameless.csv", "label,payer\nA,east_pays\n"),
            ("ragged.csv", "name,height,payer\na,low\nb,low,east_pays\n"),
            ("long.csv", "name,label\na,\"two\nlines\"\n"),
        ],
    );
    check_plans("plan_table_without_rows", &[("plans.csv", "name,height\n")]);
}

#[test]
fn one_error_hides_no_other() {
    let unreadable = "schema = 1\nname = \"u\"\nlost = \"a gate\"\n[options]\nheight = 3\npayer = \"east\"\nlength = \"long\"\n";
    let table = "name,hight,payer\na b,low,nobody\nragged,low\nlast,,everybody\n";
    let nameless = "label,payer\nA,nobody\n";
    check_plans(
        "plans_with_errors_beside_each_other",
        &[
            ("unreadable.toml", unreadable),
            ("table.csv", table),
            ("nameless.csv", nameless),
        ],
    );
}
