//! Whatever files, paths and tables hold, a terminal gets printable characters and our styles.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::support::process::{check, path_text, run};
use crate::support::terminal::terminal;
use crate::support::worlds::{TWO_VILLAGES, replaced};

/// What a scenario's texts may hold and a terminal must not get.
const HIDDEN: &str =
    "\u{202e}a\u{202c}\u{2066}b\u{2069}\u{200e}\u{200f}\u{61c}\u{200b}\u{2060}\u{feff}c\u{200d}";

/// Styles that the program writes, and those of the libraries that lay out help and errors.
fn without_styles(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut res = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.strip_prefix('[').unwrap_or_else(|| panic!("{part:?}"));
        let end = code.find(|it: char| !it.is_ascii_digit() && it != ';');
        let rest = &code[end.unwrap_or_else(|| panic!("{part:?}"))..];
        res += rest.strip_prefix('m').unwrap_or_else(|| panic!("{part:?}"));
    }
    res
}

#[track_caller]
fn check_printable(text: &str) {
    for it in without_styles(text).chars() {
        let is_hidden = matches!(
            it,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}'
        );
        let is_line_end = it == '\n' || it == '\r';
        assert!(
            !is_hidden && (is_line_end || !it.is_control()),
            "{it:?} in {text:?}"
        );
    }
}

/// What a terminal gets of the program: standard output, or standard error too.
#[track_caller]
fn shown(arguments: &str) -> String {
    let mut session = terminal(100, arguments, true);
    let rendered = session.exp_eof().expect("it ends");
    // What comes out of the terminal is handed over with a character for every byte.
    let bytes: Vec<u8> = rendered
        .chars()
        .filter_map(|it| u8::try_from(it).ok())
        .collect();
    String::from_utf8(bytes).expect("it is text")
}

/// A scenario whose every text holds what must not be shown.
fn scenario(folder: &TempDir) -> PathBuf {
    let mut text = TWO_VILLAGES.to_owned();
    for key in ["title", "label", "says", "description"] {
        text = text.replace(&format!("{key} = \""), &format!("{key} = \"{HIDDEN}"));
    }
    let path = folder.path().join("hostile.toml");
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn no_verb_hands_a_text_of_a_file_to_the_terminal_as_it_is() {
    let folder = TempDir::new().unwrap();
    let scenario = scenario(&folder);
    let file = path_text(&scenario);
    let sweep = folder.path().join("sweep.toml");
    fs::write(
        &sweep,
        format!(
            "schema = 1\nname = \"s\"\ntitle = \"{HIDDEN}\"\nscenario = \"hostile.toml\"\n\
             [[sweep.axis]]\npath = \"party.*.reservation_value\"\nvalues = [0.1, 0.9]\n"
        ),
    )
    .unwrap();
    let commands = folder.path().join("commands");
    fs::write(
        &commands,
        "?\nissues\nshow\nadvice\nbest\nput\n\u{1b}[2Jx\nwalk\ny\n",
    )
    .unwrap();
    let few = ["--sessions", "40"];
    let first = run(&folder, "batch", "first", file, &few);
    let set = [few.as_slice(), &["--set", "party.*.reservation_value=0.9"]].concat();
    let second = run(&folder, "batch", "second", file, &set);
    let [first, second, sweep, commands] =
        [&first, &second, &sweep, &commands].map(|it| path_text(it));
    let out = |name: &str| path_text(&folder.path().join(name)).to_owned();
    for arguments in [
        format!("play {file}"),
        format!("play {file} --json"),
        format!("play {file} --as upper < {commands}"),
        format!("replay {first} 0"),
        format!("replay {first} 0 --json"),
        format!("explain {first} 0"),
        format!("explain {second}"),
        format!("explain {second} 0"),
        format!("analyze {file}"),
        format!("compare {first} {second}"),
        format!("check {file} --draws 100"),
        format!(
            "batch {file} --sessions 40 --out {} 2> /dev/null",
            out("batch")
        ),
        format!(
            "sweep {sweep} --sessions 40 --out {} 2> /dev/null",
            out("sweep-run")
        ),
        format!("sweep {sweep} --sessions 40 --dry-run"),
    ] {
        let text = shown(&arguments);
        let has_labels = !arguments.ends_with("--json") && !arguments.ends_with("--dry-run");
        assert_eq!(text.contains('\u{fffd}'), has_labels, "{arguments}: {text}");
        check_printable(&text);
    }
}

#[test]
fn control_characters_in_a_scenario_are_refused() {
    let folder = TempDir::new().unwrap();
    for (name, label) in [
        ("escape", "a\\u001b[2Jb"),
        ("c1", "a\u{9b}2Jb"),
        ("line", "a\\nDeals: 100 %"),
        ("separator", "a\u{2028}b"),
    ] {
        let text = replaced(TWO_VILLAGES, "Upper village", label);
        let path = folder.path().join(format!("{name}.toml"));
        fs::write(&path, text).unwrap();
        let text = shown(&format!("check {}", path_text(&path)));
        assert!(
            text.contains("this string contains the control character U+"),
            "{text}"
        );
        check_printable(&text);
    }
    // Of these any number of lines is read.
    let says = replaced(
        TWO_VILLAGES,
        "description = \"",
        "description = \"a\\n\\tb ",
    );
    let path = folder.path().join("lines.toml");
    fs::write(&path, says).unwrap();
    check(&["check", path_text(&path), "--draws", "10"], 0);
}

#[test]
fn paths_arguments_and_tables_are_shown_as_text() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("\u{1b}]0;title\u{7}\u{202e}.toml");
    let file = path_text(&path);
    let rendered = shown(&format!("check '{file}'"));
    assert!(rendered.contains("␛]0;title␇\u{fffd}.toml"), "{rendered}");
    check_printable(&rendered);
    let rendered = shown("'\u{1b}[2J\u{9b}'");
    assert!(rendered.contains("unrecognized subcommand"), "{rendered}");
    check_printable(&rendered);
    fs::write(&path, TWO_VILLAGES).unwrap();
    let run = run(
        &folder,
        "batch",
        "\u{1b}[31mrun",
        file,
        &["--sessions", "3"],
    );
    let table = run.join("sessions.csv");
    let text = fs::read_to_string(&table).unwrap();
    let long = "\u{1b}[2J\u{9b}".repeat(20_000);
    fs::write(&table, text.replacen("agreement", &long, 1)).unwrap();
    for arguments in [
        "replay '{}' 0",
        "explain '{}' 0",
        "report '{}'",
        "compare '{}' '{}'",
    ] {
        let rendered = shown(&arguments.replace("{}", path_text(&run)));
        assert!(rendered.contains('␛'), "{rendered}");
        check_printable(&rendered);
        let longest = rendered.lines().map(|it| it.chars().count()).max();
        assert!(longest < Some(2100), "{arguments}: {longest:?}");
    }
    let manifest = run.join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let label = "Upper\\u001b[2J\\u202e village";
    fs::write(&manifest, text.replace("Upper village", label)).unwrap();
    for arguments in ["replay '{}' 0", "explain '{}' 0"] {
        let rendered = shown(&arguments.replace("{}", path_text(&run)));
        assert!(
            rendered.contains("the control character U+001B"),
            "{rendered}"
        );
        check_printable(&rendered);
    }
}

/// A scenario of GENIUS whose names hold what must not be shown: a domain and two profiles.
fn foreign_files(folder: &TempDir) -> String {
    let name = format!("&#x9b;2J{HIDDEN}");
    let issue = format!("<issue index=\"1\" name=\"{name}\" type=\"discrete\">");
    let domain = format!(
        "<negotiation_template><utility_space><objective index=\"0\" name=\"{name}\">{issue}\
         <item index=\"1\" value=\"{name}\"/></issue></objective></utility_space>\
         </negotiation_template>"
    );
    let profile = format!(
        "<utility_space><objective index=\"0\" name=\"{name}\">{issue}\
         <item value=\"{name}\" evaluation=\"1\"/></issue><weight index=\"1\" value=\"1\"/>\
         </objective></utility_space>"
    );
    let files = [("domain", &domain), ("one", &profile), ("two", &profile)];
    let paths = files.map(|(name, text)| {
        let path = folder.path().join(format!("{name}.xml"));
        fs::write(&path, text).unwrap();
        path_text(&path).to_owned()
    });
    paths.join(" ")
}

#[test]
fn what_is_imported_is_shown_as_text_and_printed_as_it_is() {
    let folder = TempDir::new().unwrap();
    let files = foreign_files(&folder);
    let rendered = shown(&format!("import {files}"));
    assert!(rendered.contains('\u{fffd}'), "{rendered}");
    check_printable(&rendered);
    let arguments: Vec<&str> = ["import"].into_iter().chain(files.split(' ')).collect();
    let printed = String::from_utf8(check(&arguments, 0).stdout).unwrap();
    assert!(
        printed.contains(HIDDEN) && !printed.contains('\u{9b}'),
        "{printed}"
    );
}
