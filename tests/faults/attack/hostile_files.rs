//! Hostile files: scenarios, experiments and other tools' files of any content end in an error of a
//! few words, and nothing is written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

use super::{random, run_to_end};
use crate::support::process::path_text;
use crate::support::thoroughness::sample_or_all;

const BASE: &str = include_str!("../../laws/files/diagnostics/base.toml");

/// Texts that a parser, a terminal, a spreadsheet or a page could stumble over.
const HOSTILE_TEXTS: [&str; 14] = [
    "\\u001b[31mred\\u001b[2J",
    "\\u0000",
    "\\u0007\\u0008\\u007f",
    "\\u009b31m",
    "\\u202eright to left",
    "\\u2066\\u200b\\ufeff",
    "=cmd|' /C calc'!A0",
    "\\n=1+1",
    "<script>alert(1)</script>",
    "</style></svg>\\\"'&",
    "]]>",
    "../../../etc/passwd",
    "%s%n{0}{{x}}",
    "\\u0301\\u0301\\u0301\\U0001F468\\u200D\\U0001F469",
];

/// Numbers that arithmetic could stumble over.
const HOSTILE_NUMBERS: [&str; 18] = [
    "nan",
    "inf",
    "-inf",
    "1e308",
    "-1e308",
    "5e-324",
    "-0.0",
    "9223372036854775807",
    "-9223372036854775808",
    "0x7fffffffffffffff",
    "99999999999999999999",
    "{ beta = { alpha = 1e300, beta = 1e300 } }",
    "{ beta = { alpha = 1e-300, beta = 1e-300 } }",
    "{ uniform = { min = 1e308, max = -1e308 } }",
    "{ uniform = { min = 0.2, max = 0.2 } }",
    "{ normal = { mean = 0.5, sd = 0.0 } }",
    "{ triangular = { min = 0.0, mode = 1.0, max = 0.0 } }",
    "1979-05-27T07:32:00Z",
];

/// A scenario with something hostile in it.
fn hostile_scenario(random: &mut ChaCha8Rng) -> Vec<u8> {
    let label = |text: &str| BASE.replace("label = \"East\"", &format!("label = \"{text}\""));
    match random.random_range(0..16) {
        0..4 => label(HOSTILE_TEXTS.choose(random).unwrap()).into_bytes(),
        4..8 => {
            let number = HOSTILE_NUMBERS.choose(random).unwrap();
            let places = [
                "reservation_value = 0.3",
                "weight = 2.0",
                "high = 1.0",
                "deadline_rounds = 5",
                "concession_exponent = 1.0",
            ];
            let place = places.choose(random).unwrap();
            let (key, _) = place.split_once(" = ").unwrap();
            BASE.replace(place, &format!("{key} = {number}"))
                .into_bytes()
        }
        8 => label(&"long ".repeat(300_000)).into_bytes(),
        9 => format!("{BASE}\nnote = \"{}", "x".repeat(1_000_000)).into_bytes(),
        10 => format!("{BASE}\nx = {}", "[".repeat(50_000)).into_bytes(),
        11 => [b"\xff\xfe".as_slice(), BASE.as_bytes()].concat(),
        12 => BASE.replace('\n', "\r\n").into_bytes(),
        13 => [b"\xef\xbb\xbf".as_slice(), BASE.as_bytes()].concat(),
        14 => Vec::new(),
        _ => mutated(BASE.as_bytes(), random),
    }
}

/// Bytes with some of them changed, cut out or doubled.
fn mutated(bytes: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut res = bytes.to_vec();
    for _ in 0..random.random_range(1..8) {
        if res.is_empty() {
            break;
        }
        let from = random.random_range(0..res.len());
        let to = (from + random.random_range(0..40)).min(res.len());
        match random.random_range(0..4) {
            0 => res[from] = random.random(),
            1 => drop(res.drain(from..to)),
            2 => {
                let again = res[from..to].to_vec();
                res.splice(from..from, again);
            }
            _ => res.truncate(from),
        }
    }
    res
}

/// Places in a file system that are no ordinary file.
fn strange_paths(folder: &Path) -> Vec<PathBuf> {
    let pipe = folder.join("pipe.toml");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("there is a command `mkfifo`").success());
    let sparse = folder.join("sparse.toml");
    let file = fs::File::create_new(&sparse).unwrap();
    file.set_len(1 << 34).unwrap();
    let circle = folder.join("circle.toml");
    std::os::unix::fs::symlink(&circle, &circle).unwrap();
    let long = folder.join("x".repeat(200)).join("y".repeat(4000));
    let strange = [
        "/dev/zero",
        "/dev/null",
        "/proc/self/mem",
        "/",
        "",
        "\u{202e}",
    ];
    let mut res: Vec<PathBuf> = strange.iter().map(PathBuf::from).collect();
    res.extend([pipe, sparse, circle, long, folder.to_owned()]);
    res
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the number of attempts is printed for people"
)]
fn hostile_files_end_in_few_words_and_write_nothing() {
    let folder = TempDir::new().unwrap();
    let mut random = random(4);
    let n_files = sample_or_all(24, 252);
    let out = folder.path().join("out");
    let mut n_refused = 0;
    for number in 0..n_files {
        let bytes = hostile_scenario(&mut random);
        let scenario = folder.path().join("scenario.toml");
        fs::write(&scenario, bytes).unwrap();
        let path = path_text(&scenario);
        let verbs: [&[&str]; 4] = [
            &["check", path],
            &["play", path],
            &["analyze", path],
            &["batch", path, "--sessions", "20", "--out", path_text(&out)],
        ];
        let verb = verbs[random.random_range(0..verbs.len())];
        let kept = folder.path().join(format!("kept-{number}.toml"));
        fs::copy(&scenario, &kept).unwrap();
        let what = format!("file {number}, {}", verb[0]);
        let ended = run_to_end(verb);
        ended.check_in_order(&what);
        if ended.code() == Some(2) {
            n_refused += 1;
            assert!(!out.exists(), "{what}: wrote something");
        }
        let _ = fs::remove_dir_all(&out);
        fs::remove_file(kept).unwrap();
    }
    for path in strange_paths(folder.path()) {
        let path = path_text(&path);
        // A pipe that nobody writes to is waited for, as every program does; nobody would interrupt it here.
        if path.ends_with("pipe.toml") {
            continue;
        }
        for verb in ["check", "batch", "analyze", "import"] {
            let ended = run_to_end(&[verb, path]);
            ended.check_in_order(&format!("{verb} {path:?}"));
            assert_ne!(ended.code(), Some(0), "{verb} {path:?}");
        }
    }
    println!("{n_files} hostile files, {n_refused} refused");
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the number of attempts is printed for people"
)]
fn hostile_files_of_other_tools_end_in_few_words_and_write_nothing() {
    let folder = TempDir::new().unwrap();
    let mut random = random(5);
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let mut originals = Vec::new();
    for (kind, ending) in [("import_xml", "xml"), ("import_json", "json")] {
        for entry in fs::read_dir(seeds.join(kind)).unwrap() {
            originals.push((fs::read(entry.unwrap().path()).unwrap(), ending));
        }
    }
    let n_imports = sample_or_all(30, 1536);
    let mut n_imported = 0;
    for number in 0..n_imports {
        let (original, ending) = originals.choose(&mut random).unwrap();
        let bytes = mutated(original, &mut random);
        let mut paths = Vec::new();
        for (part, text) in parts(&bytes).into_iter().enumerate() {
            let path = folder.path().join(format!("{part}.{ending}"));
            fs::write(&path, text).unwrap();
            paths.push(path);
        }
        let out = folder.path().join("imported.toml");
        let mut arguments = vec!["import"];
        arguments.extend(paths.iter().map(|it| path_text(it)));
        arguments.extend(["--out", path_text(&out)]);
        let what = format!("import {number}");
        let ended = run_to_end(&arguments);
        ended.check_in_order(&what);
        if ended.code() == Some(0) {
            n_imported += 1;
            let checked = run_to_end(&["check", path_text(&out)]);
            checked.check_in_order(&what);
            assert_ne!(checked.code(), Some(2), "{what}: {}", checked.stderr);
            fs::remove_file(&out).unwrap();
        } else {
            assert!(!out.exists(), "{what}: wrote something");
        }
    }
    println!("{n_imports} imports, {n_imported} of them whole");
}

/// The files of one seed, which stand behind each other.
fn parts(bytes: &[u8]) -> Vec<&[u8]> {
    const SEPARATOR: &[u8] = b"\n====\n";
    let mut res = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(SEPARATOR.len()).position(|it| it == SEPARATOR) {
        res.push(&rest[..at]);
        rest = &rest[at + SEPARATOR.len()..];
    }
    res.push(rest);
    res
}
