//! Folders of GeniusWeb and NegMAS as they are met: with files beside the scenario, in NegMAS's YAML
//! and JSON, and what is not modelled named.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use demarche::domain::Scale;
use demarche::interchange::{ImportOptions, Imported, Scaling};
use tempfile::TempDir;

use crate::exchange::interchange::{constant, divisor, import_with, load, scaled};
use crate::support::process::{check as check_verb, path_text};

fn files(list: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), text.as_bytes().to_vec());
    list.iter().map(owned).collect()
}

#[track_caller]
fn imported(list: &[(&str, &str)], scaling: Scaling) -> Imported {
    import_with(&files(list), &scaled(scaling)).unwrap_or_else(|it| panic!("{it}"))
}

#[track_caller]
fn check_refused(list: &[(&str, &str)], says: &[&str]) {
    let error = import_with(&files(list), &ImportOptions::default())
        .expect_err("it is wrong")
        .to_string();
    for it in says {
        assert!(error.contains(it), "{error}");
    }
}

/// The weight of an issue, and what its options are worth.
type IssueNumbers = (f64, Vec<f64>);

/// By party: the reservation value, and what is said of every issue; as in the files.
fn numbers(imported: &Imported) -> Vec<(f64, Vec<IssueNumbers>)> {
    let setting = load(&imported.text);
    let unit = divisor(&imported.text);
    let parties = setting.scenario().parties.iter().map(|party| {
        let issues = party.preferences.issues.iter().map(|it| {
            let utilities = it.utilities.iter().map(|it| constant(it) * unit);
            (constant(&it.weight), utilities.collect())
        });
        let reservation_value = constant(&party.preferences.reservation_value) * unit;
        (reservation_value, issues.collect())
    });
    parties.collect()
}

// ---- GeniusWeb.

const ISSUES: &str = r#"{"color": {"values": ["red", "blue"]}, "size": {"values": ["s", "l"]}}"#;
/// The same in another order.
const SAME_ISSUES: &str =
    r#"{"size": {"values": ["l", "s"]}, "color": {"values": ["red", "blue"]}}"#;

fn domain(name: &str, issues: &str) -> String {
    format!(r#"{{"name": "{name}", "issuesValues": {issues}}}"#)
}

fn profile(name: &str, issues: &str, red: f64) -> String {
    let discrete =
        |it: String| format!(r#"{{"DiscreteValueSetUtilities": {{"valueUtilities": {{{it}}}}}}}"#);
    format!(
        r#"{{"LinearAdditiveUtilitySpace": {{
          "issueUtilities": {{"color": {}, "size": {}}},
          "issueWeights": {{"size": 0.25, "color": 0.75}},
          "domain": {}, "name": "{name}",
          "reservationBid": {{"issuevalues": {{"size": "s", "color": "red"}}}}
        }}}}"#,
        discrete(format!(r#""red": {red}, "blue": 1"#)),
        discrete(r#""s": 1, "l": 0"#.to_owned()),
        domain("shirt", issues),
    )
}

const SPECIALS: &str = r#"{"size": 4, "opposition": 0.5, "nash": {"bid": {}, "utility": [1, 1]}}"#;

#[test]
fn a_folder_of_genius_web_is_read_with_its_domain_and_its_neighbors() {
    let [a, b, other] = [
        profile("wearer", ISSUES, 0.5),
        profile("tailor", SAME_ISSUES, 0.25),
        profile("cook", ISSUES, 0.5).replace("blue", "green"),
    ];
    let shirt = domain("shirt", ISSUES);
    let copy = domain("shirt", SAME_ISSUES);
    let soup = domain("soup", r#"{"salt": {"values": ["no", "yes"]}}"#);
    let list = [
        ("f/a.json", a.as_str()),
        ("f/b.json", &b),
        ("f/c.json", &other),
        (
            "f/partial.json",
            r#"{"DefaultPartialOrdering": {"better": [[0, 1]]}}"#,
        ),
        (
            "f/settings.json",
            r#"{"SAOPSettings": {"participants": []}}"#,
        ),
        ("f/shirt.json", &shirt),
        ("f/soup.json", &soup),
        ("f/specials.json", SPECIALS),
        ("f/z_copy.json", &copy),
    ];
    let imported = imported(&list, Scaling::Own);
    let setting = load(&imported.text);
    let scenario = setting.scenario();
    assert_eq!(scenario.name, "shirt");
    let labels: Vec<&str> = scenario
        .parties
        .iter()
        .map(|it| it.label.as_str())
        .collect();
    assert_eq!(labels, ["wearer", "tailor"]);
    let expected = |red: f64, s: f64, l: f64| {
        let color = (0.75, vec![red, 1.0]);
        let size = (0.25, vec![s, l]);
        (0.75 * red + 0.25 * s, vec![color, size])
    };
    assert_eq!(
        numbers(&imported),
        [expected(0.5, 1.0, 0.0), expected(0.25, 1.0, 0.0)]
    );
    insta::assert_snapshot!("passed_over_of_genius_web", imported.passed_over.join("\n"));
    assert!(imported.text.contains("# Skipped:\n# - partial.json ("));
}

#[test]
fn profiles_of_two_domains_are_not_mixed() {
    let shirt = profile("wearer", ISSUES, 0.5);
    let green = shirt.replace("blue", "green");
    let [one, two] = [
        domain("one", ISSUES),
        domain("two", ISSUES).replace("blue", "green"),
    ];
    let list = [
        ("a.json", shirt.as_str()),
        ("b.json", &green),
        ("one.json", &one),
        ("two.json", &two),
    ];
    check_refused(
        &list,
        &["two.json: there are profiles of this domain and of the domain in one.json"],
    );
    check_refused(&list[..2], &["b.json: its domain is not that of a.json"]);
    // A domain without preferences is reported with the profiles of other domains.
    let list = [list[0], list[0], list[3]];
    check_refused(
        &list,
        &[
            "at least two parties",
            "skipped: a.json (its domain is not that",
        ],
    );
}

// ---- NegMAS.

const SPACE: &str = "\
issues:
- name: color
  type: CategoricalIssue
  values: [red, blue, 'yes']
- name: weeks
  type: ContiguousIssue
  values:
  - 1
  - 3
- name: price
  type: negmas.outcomes.ContinuousIssue
  n_levels: 10
  values: [0.0, 2.0]
- name: place
  type: SingletonIssue
  values: [here]
name: trade
path: __PATH__:/nowhere/trade.xml
type: CartesianOutcomeSpace
";

const SELLER: &str = "\
name: seller
reserved_outcome: null
reserved_value: 1.5
stability: 2047
type: LinearAdditiveUtilityFunction
values:
- mapping: {red: 3.0, blue: 1, 'yes': 0.5}
  type: TableFun
- slope: 0.5
  bias: 1
  type: AffineFun
- type: IdentityFun
- {bias: 2.0, type: ConstFun}
weights: [0.5, 0.25, 0.125, 0.125]
";

/// By hand: tables without types, by name, and a table of numbers.
const BUYER: &str = "\
name: buyer
reserved_value: -.inf
__python_class__: negmas.preferences.crisp.linear.LinearAdditiveUtilityFunction
values:
  price: {start: 0.0, middle: 0.5, end: 2.0, type: TriangularFun}
  color: {red: 0.0, blue: 0.25, 'yes': 1.0}
  weeks: {1: 1.0, 2: 0.5, 3: 0.0}
  place: {here: 1.0}
weights:
  color: 1.0
  weeks: 0.5
";

fn steps(steps: usize) -> ImportOptions {
    ImportOptions {
        steps,
        ..ImportOptions::default()
    }
}

#[test]
fn what_negmas_writes_as_yaml_is_read() {
    let list = files(&[
        ("t/_info.yaml", "opposition_level: 0.25\nformat: yml\n"),
        ("t/buyer.yml", BUYER),
        ("t/seller.yml", SELLER),
        ("t/trade.yml", SPACE),
    ]);
    let imported = import_with(&list, &steps(3)).unwrap_or_else(|it| panic!("{it}"));
    let setting = load(&imported.text);
    let scenario = setting.scenario();
    assert_eq!(scenario.name, "trade");
    assert_eq!(scenario.space.n_outcomes(), 3 * 3 * 3);
    let scales: Vec<Scale> = scenario.issues.iter().map(|it| it.scale).collect();
    assert_eq!(
        scales[..3],
        [Scale::Nominal, Scale::Ordinal, Scale::Ordinal]
    );
    let labels: Vec<&str> = scenario.issues[2]
        .options
        .iter()
        .map(|it| it.label.as_str())
        .collect();
    assert_eq!(labels, ["0", "1", "2"]);
    let buyer = vec![
        (1.0, vec![0.0, 0.25, 1.0]),
        (0.5, vec![1.0, 0.5, 0.0]),
        (1.0, vec![0.0, 2.0 / 3.0, 0.0]),
        (1.0, vec![1.0]),
    ];
    let seller = vec![
        (0.5, vec![3.0, 1.0, 0.5]),
        (0.25, vec![1.5, 2.0, 2.5]),
        (0.125, vec![0.0, 1.0, 2.0]),
        (0.125, vec![2.0]),
    ];
    assert_eq!(numbers(&imported), [(0.0, buyer), (1.5, seller)]);
    assert_eq!(imported.passed_over.len(), 1);
    // Its numbers are its own: there is no other scale.
    let raw = ImportOptions {
        scaling: Scaling::Raw,
        ..steps(3)
    };
    assert_eq!(import_with(&list, &raw).expect("it is right"), imported);
}

/// A YAML text of this file's as the JSON that Python writes.
fn json(yaml: &str) -> String {
    let words = |it: &str| match it {
        "-.inf" => "-Infinity".to_owned(),
        "null" => "null".to_owned(),
        it if it.parse::<f64>().is_ok() => it.to_owned(),
        it => format!("\"{}\"", it.trim_matches('\'')),
    };
    let mut res = String::from("{");
    for line in yaml.lines() {
        let (key, value) = line.split_once(": ").expect("one entry a line");
        let _ = write!(res, "\"{key}\": ");
        match value.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            Some(list) => {
                let list: Vec<String> = list.split(", ").map(words).collect();
                let _ = write!(res, "[{}], ", list.join(", "));
            }
            None => {
                let _ = write!(res, "{}, ", words(value));
            }
        }
    }
    res.truncate(res.len() - 2);
    res + "}"
}

#[test]
fn what_negmas_writes_as_json_is_read_the_same() {
    let space = r#"{"issues": [
        {"name": "weeks", "type": "ContiguousIssue", "values": [1, 2]},
        {"name": "price", "type": "DiscreteCardinalIssue", "values": [0.5, 1.5]}],
        "name": "trade", "type": "DiscreteCartesianOutcomeSpace"}"#;
    let space_yaml = "\
type: CartesianOutcomeSpace
name: trade
issues:
- {name: weeks, type: ContiguousIssue, values: [1, 2]}
- {name: price, type: DiscreteCardinalIssue, values: [0.5, 1.5]}
";
    let affine = "name: a\ntype: AffineUtilityFunction\nweights: [-0.5, 2.0]\nbias: 0.25\nreserved_value: 0.75";
    let linear = "name: l\ntype: LinearUtilityFunction\nweights: [0.5, 0.5]\nreserved_value: -.inf\nreserved_outcome: null";
    let yaml_files = [("a.yml", affine), ("l.yml", linear), ("s.yml", space_yaml)];
    let [affine, linear] = [affine, linear].map(json);
    let json_files = [
        ("a.json", affine.as_str()),
        ("l.json", &linear),
        ("s.json", space),
    ];
    let yaml = imported(&yaml_files, Scaling::Own);
    let json = imported(&json_files, Scaling::Own);
    assert_eq!(yaml.text.replace(".yml", ".json"), json.text);
    // −0.5 · weeks is 0.5 · (−weeks), raised by 2 to begin at 0; so is the reservation value by 0.5 · 2,
    // less the bias.
    let sum = 0.5 + 2.0;
    let affine = vec![(0.5, vec![1.0, 0.0]), (2.0, vec![0.5, 1.5])];
    let linear = vec![(0.5, vec![1.0, 2.0]), (0.5, vec![0.5, 1.5])];
    assert_eq!(
        numbers(&json),
        [((0.75 - 0.25 + 1.0) / sum, affine), (0.0, linear)]
    );
    let both: Vec<(&str, &str)> = yaml_files.into_iter().chain(json_files).collect();
    let both = imported(&both, Scaling::Own);
    assert_eq!(numbers(&both), numbers(&json));
    assert_eq!(
        both.passed_over[0],
        "a.json (files of another format are present)"
    );
}

#[test]
fn a_utility_that_falls_with_every_step_keeps_its_rate() {
    let space = "type: CartesianOutcomeSpace\nname: s\nissues:\n- {name: i, values: [x, y]}\n";
    let inner = "{type: LinearAdditiveUtilityFunction, reserved_value: 0.25, values: [{x: 1.0, y: 0.5}], weights: [1.0]}";
    let falling = |factor: &str| {
        format!(
            "type: ExpDiscountedUFun\nname: {factor}\ndiscount: 0.5\nfactor: {factor}\nreserved_value: -.inf\nufun: {inner}\n"
        )
    };
    let [step, time] = ["step", "relative_time"].map(falling);
    let linear = "type: LinDiscountedUFun\nname: linear\ncost: 0.1\nreserved_value: 0.125\nufun: "
        .to_owned()
        + inner;
    let list = [
        ("a.yml", step.as_str()),
        ("b.yml", &time),
        ("c.yml", &linear),
        ("s.yml", space),
    ];
    let own = imported(&list, Scaling::Own);
    let setting = load(&own.text);
    let factors: Vec<Option<f64>> = (setting.scenario().parties.iter())
        .map(|it| it.preferences.discount_factor.as_ref().map(constant))
        .collect();
    assert_eq!(factors[0], Some(0.5));
    let per_round = factors[1].expect("it falls");
    let whole = (0..101).fold(1.0, |product, _| product * per_round);
    assert!((whole - 0.5).abs() < 1e-12, "{whole}");
    assert_eq!(factors[2], None);
    let reservation_values: Vec<f64> = numbers(&own).iter().map(|it| it.0).collect();
    assert_eq!(reservation_values, vec![0.25, 0.25, 0.125]);
    assert_eq!(
        own.losses,
        ["the LinDiscountedUFun of linear is ignored: utilities are not discounted"]
    );
    assert_eq!(imported(&list, Scaling::Raw).losses.len(), 3);
}

#[test]
fn what_is_not_modelled_is_named() {
    let space = ("s.yml", SPACE);
    let with = |from: &str, to: &str| {
        assert!(SELLER.contains(from), "{from}");
        SELLER.replace(from, to)
    };
    let refused = [
        (
            with(
                "LinearAdditiveUtilityFunction",
                "HyperRectangleUtilityFunction",
            ),
            "HyperRectangleUtilityFunction",
        ),
        (
            with("LinearAdditiveUtilityFunction", "MappingUtilityFunction"),
            "not a weighted sum",
        ),
        (
            with("IdentityFun", "LambdaFun"),
            "price is a LambdaFun, which is not supported",
        ),
        (with("weights: [0.5, ", "weights: ["), "no weight for place"),
        (
            with("weights: [0.5", "weights: [x"),
            "weight of color is not a number",
        ),
        (
            with("reserved_value: 1.5", "reserved_value: 1.0e+300"),
            "`reserved_value` is not a number",
        ),
        (with("blue: 1", "green: 1"), "no number for the option blue"),
        (with("slope: 0.5", "slope: .nan"), "no number as `slope`"),
        (
            with("- type: IdentityFun\n", ""),
            "no value function for place",
        ),
    ];
    for (seller, says) in &refused {
        check_refused(
            &[("a.yml", seller), ("b.yml", BUYER), space],
            &["a.yml: ", says],
        );
    }
    let outcomes = [
        (
            "ContiguousIssue\n  values:\n  - 1\n  - 3",
            "ContiguousIssue\n  values:\n  - 1\n  - 1.0e+9",
            "more than 4096 options",
        ),
        (
            "SingletonIssue",
            "OptionalIssue",
            "place is a OptionalIssue of an unsupported form",
        ),
        ("[0.0, 2.0]", "[2.0, 0.0]", "price is not a range"),
        ("[here]", "[[1, 2]]", "neither a string nor a number"),
    ];
    for (from, to, says) in outcomes {
        let space = SPACE.replace(from, to);
        assert_ne!(space, SPACE);
        check_refused(
            &[("a.yml", SELLER), ("b.yml", BUYER), ("s.yml", &space)],
            &["s.yml: ", says],
        );
    }
    check_refused(&[("a.yml", SELLER)], &["no file with the outcome space"]);
}

// ---- GENIUS.

const BAZAAR: &str = "<negotiation_template><utility_space><objective>
<issue index='1' name='price'><item value='low'/><item value='high'/><item value='high'/></issue>
</objective></utility_space></negotiation_template>";

fn utilities(low: u32, high: u32) -> String {
    format!(
        "<utility_space><objective><weight index='1' value='1'/><issue index='1' name='price'>\
         <item value='low' evaluation='{low}'/><item value='high' evaluation='{high}'/></issue></objective></utility_space>"
    )
}

#[test]
fn an_option_that_appears_twice_is_used_once_and_reported() {
    let [a, b] = [utilities(1, 2), utilities(2, 1)];
    let imported = imported(
        &[("d.xml", BAZAAR), ("a.xml", &a), ("b.xml", &b)],
        Scaling::Raw,
    );
    assert_eq!(load(&imported.text).scenario().space.n_outcomes(), 2);
    assert_eq!(
        imported.losses,
        ["the option high of price appears twice and is used once"]
    );
}

#[test]
fn a_similarity_function_makes_no_profile_of_a_domain() {
    let similarity = "<similarity_function weight='0.5'><criteria_function weight='1'>\
        <item value='low' evaluation='0'/></criteria_function></similarity_function></issue>";
    let domain = BAZAAR.replace("</issue>", similarity);
    let [a, b] = [utilities(1, 2), utilities(2, 1)];
    let imported = imported(
        &[("d.xml", &domain), ("a.xml", &a), ("b.xml", &b)],
        Scaling::Raw,
    );
    assert_eq!(load(&imported.text).scenario().parties.len(), 2);
}

#[test]
fn what_lies_beside_a_domain_hides_nothing() {
    let [a, b] = [utilities(1, 2), utilities(2, 1)];
    let neighbors = [
        ("0.xml", "<Tournament><Sessions/></Tournament>"),
        ("pareto.xml", "\n0.5, 1.0\n1.0, 0.25\n"),
        ("again.xml", BAZAAR),
        ("stats.json", SPECIALS),
    ];
    let list = [
        &neighbors[..],
        &[("a.xml", &a), ("b.xml", &b), ("d.xml", BAZAAR)],
    ]
    .concat();
    let read = imported(&list, Scaling::Own);
    assert_eq!(load(&read.text).scenario().parties.len(), 2);
    insta::assert_snapshot!("passed_over_of_genius", read.passed_over.join("\n"));
    // The reason is that of the preferences, not that of what lies beside them.
    let rectangle =
        "<utility_space><objective><ufun><hyperRectangle/></ufun></objective></utility_space>";
    let list = [&neighbors[..], &[("a.xml", rectangle), ("d.xml", BAZAAR)]].concat();
    check_refused(
        &list,
        &["a.xml: line 1: the utility space consists of <ufun> and is not a weighted sum"],
    );
    check_refused(
        &neighbors[..2],
        &["0.xml: line 1: <Tournament> is not a GENIUS file"],
    );
    let list = [&neighbors[..], &[("a.xml", &a)]].concat();
    check_refused(
        &list,
        &["at least two parties", "skipped: pareto.xml (it lists"],
    );
    // A file that is broken may have been a party's.
    let list = [
        ("a.xml", a.as_str()),
        ("b.xml", &b),
        ("c.xml", "<utility_space>"),
        ("d.xml", BAZAAR),
    ];
    check_refused(&list, &["c.xml: line 1: <utility_space> is not closed"]);
}

// ---- The verb.

#[test]
fn import_says_what_it_wrote_and_what_it_passed_over() {
    let folder = TempDir::new().expect("there is a temporary folder");
    let put = |name: &str, text: &[u8]| {
        fs::write(folder.path().join(name), text).expect("it can be written");
    };
    put("trade.yml", SPACE.as_bytes());
    put("seller.yml", SELLER.as_bytes());
    put("buyer.yaml", BUYER.as_bytes());
    put("_info.yaml", b"opposition_level: 0.5\n");
    put("._trade.yml", b"\x00\x05\x16\x07");
    put("notes.txt", b"not looked at");
    put(
        "huge.json",
        &vec![b' '; demarche::interchange::INPUT_BYTES_MAX + 1],
    );
    let out = folder.path().join("trade.toml");
    let rendered = check_verb(
        &["import", path_text(folder.path()), "-o", path_text(&out)],
        0,
    );
    let rendered = String::from_utf8_lossy(&rendered.stderr).into_owned();
    let lines: Vec<&str> = rendered.lines().collect();
    assert_eq!(lines[0], format!("wrote {}", out.display()));
    assert_eq!(
        lines[1],
        "note: skipped: huge.json (it has more than 8 MiB)"
    );
    assert!(
        lines[2].starts_with("note: skipped: _info.yaml ("),
        "{rendered}"
    );
    assert!(
        !rendered.contains("._trade") && !rendered.contains("notes"),
        "{rendered}"
    );
    check_verb(&["check", path_text(&out)], 0);
    let genius = folder.path().join("genius");
    let rendered = check_verb(&["export", path_text(&out), "-o", path_text(&genius)], 0);
    let rendered = String::from_utf8_lossy(&rendered.stderr).into_owned();
    let wrote = rendered
        .lines()
        .filter(|it| it.starts_with("wrote "))
        .count();
    assert_eq!(wrote, fs::read_dir(&genius).expect("it is there").count());
}

/// Runs the script that imports all folders below one.
fn import_all(program: &str, folder: &Path) -> (bool, String) {
    let run = Command::new("sh")
        .args(["tests/import_all.sh", program, path_text(folder)])
        .output()
        .expect("there is a shell");
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    (run.status.success(), said)
}

#[test]
fn the_script_that_imports_all_counts_outcomes_by_cause() {
    let folder = TempDir::new().expect("there is a temporary folder");
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    };
    for (name, text) in [("s.yml", SPACE), ("a.yml", SELLER), ("b.yml", BUYER)] {
        put(&format!("good one/{name}"), text);
    }
    put("rectangles/a.xml", "<utility_space><ufun/></utility_space>");
    put("broken/a.xml", "<utility_space>");
    put("agents/a.xml", "<repository/>");
    put("empty/a.txt", "");
    let (is_explained, table) = import_all(env!("CARGO_BIN_EXE_demarche"), folder.path());
    assert!(is_explained, "{table}");
    insta::assert_snapshot!("outcomes_of_importing_all", table);
    let (is_explained, table) = import_all("false", folder.path());
    assert!(
        !is_explained && table.contains("| not explained | 4 |"),
        "{table}"
    );
}

// ---- NegMAS's strategies.

#[test]
fn a_unit_that_is_missing_is_warned_of_once() {
    let folder = TempDir::new().expect("there is a temporary folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("it can be written");
        path
    };
    let warnings = |name: &str, text: &str| {
        let rendered = check_verb(&["check", path_text(&write(name, text))], 0).stderr;
        let rendered = String::from_utf8_lossy(&rendered).into_owned();
        rendered
            .lines()
            .filter(|it| it.starts_with("warning: "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let text = imported(
        &[("a.yml", SELLER), ("b.yml", BUYER), ("s.yml", SPACE)],
        Scaling::Raw,
    )
    .text;
    assert!(text.contains("\nutilities_divided_by = 4.0\n"), "{text}");
    let ours = "time_dependent = { concession_exponent = \"boulware\" }";
    let theirs = |it: &str| {
        text.replace(
            ours,
            &format!("negmas_time_based = {{ exponent = \"boulware\"{it} }}"),
        )
    };
    assert_eq!(warnings("ours.toml", &text), Vec::<String>::new());
    assert_eq!(
        warnings("unit.toml", &theirs(", unit = 0.25")),
        Vec::<String>::new()
    );
    let rendered = warnings("theirs.toml", &theirs(""));
    assert_eq!(rendered.len(), 1, "{rendered:?}");
    assert!(
        rendered[0].contains("of seller, buyer has no `unit`: write `unit = 0.25`"),
        "{rendered:?}"
    );
    let undivided = theirs("").replace("utilities_divided_by = 4.0\n", "");
    assert_eq!(warnings("undivided.toml", &undivided), Vec::<String>::new());
    let wrong = write(
        "wrong.toml",
        &text.replace("divided_by = 4.0", "divided_by = 0.5"),
    );
    let rendered = check_verb(&["check", path_text(&wrong)], 2).stderr;
    assert!(String::from_utf8_lossy(&rendered).contains("`utilities_divided_by` is 0.5, below 1"));
}
