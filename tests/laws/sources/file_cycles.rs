//! Files are in an order: none uses another that uses it, be it around a circle.
//!
//! A name that a folder offers counts as the file's that has it. What a folder's own `mod.rs` uses
//! does not count: it lists what its files are, and they may use what it says of all.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::tidy::{CRATES, files, root, shipped_lines};

/// The names of the modules that lead to one, from the crate's root.
type ModulePath = Vec<String>;

/// The files of a crate, by the module that each is.
struct Crate {
    code: BTreeMap<ModulePath, String>,
    /// Those that have other modules in them.
    folders: BTreeSet<ModulePath>,
    /// By folder, the names that it offers from elsewhere in the crate, with their paths.
    offered: BTreeMap<ModulePath, BTreeMap<String, ModulePath>>,
}

impl Crate {
    /// Of files with their code, by path from the crate's root.
    fn new(files: &[(String, String)]) -> Self {
        let mut code = BTreeMap::new();
        let mut folders = BTreeSet::new();
        for (path, text) in files {
            let mut module = names(path.trim_end_matches(".rs"), "/");
            if ["mod", "lib"].contains(&module.last().map_or("", String::as_str)) {
                module.pop();
                folders.insert(module.clone());
            }
            code.insert(module, text.clone());
        }
        let mut res = Self {
            code,
            folders,
            offered: BTreeMap::new(),
        };
        for folder in &res.folders {
            let offered = used_paths(&res.code[folder])
                .into_iter()
                .filter(|it| it.0 == Use::Public)
                .filter_map(|it| Some((it.1.last()?.clone(), res.rooted(folder, &it.1)?)));
            let offered = offered.collect();
            res.offered.insert(folder.clone(), offered);
        }
        res
    }

    /// A path in a folder, from the crate's root; `None` if it leads to another crate.
    fn rooted(&self, folder: &ModulePath, path: &[String]) -> Option<ModulePath> {
        let below = |rest: &[String]| [&folder[..], rest].concat();
        match path[0].as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some(below(&path[1..])),
            _ => self
                .code
                .contains_key(&below(&path[..1]))
                .then(|| below(path)),
        }
    }

    /// The file that has what a path leads to.
    fn file_of(&self, path: &[String]) -> ModulePath {
        let mut module = ModulePath::new();
        for (idx, name) in path.iter().enumerate() {
            let below = [&module[..], std::slice::from_ref(name)].concat();
            if self.code.contains_key(&below) {
                module = below;
                continue;
            }
            let offered = self.offered.get(&module).and_then(|it| it.get(name));
            return match offered {
                Some(from) => self.file_of(&[&from[..], &path[idx + 1..]].concat()),
                None => module,
            };
        }
        module
    }

    /// By file, the other files that it uses, without what is on no circle.
    fn cycles(&self) -> BTreeMap<ModulePath, BTreeSet<ModulePath>> {
        let files = self.code.iter().filter(|it| !self.folders.contains(it.0));
        let mut uses: BTreeMap<ModulePath, BTreeSet<ModulePath>> = files
            .map(|(file, code)| {
                let used = used_paths(code).into_iter().map(|it| it.1);
                let own = used.filter(|it| it[0] == "crate");
                let used = own.map(|it| self.file_of(&it[1..]));
                (file.clone(), used.filter(|it| it != file).collect())
            })
            .collect();
        loop {
            let n_before = uses.len();
            let used: BTreeSet<ModulePath> = uses.values().flatten().cloned().collect();
            uses.retain(|file, own| used.contains(file) && !own.is_empty());
            let left: BTreeSet<ModulePath> = uses.keys().cloned().collect();
            for own in uses.values_mut() {
                own.retain(|it| left.contains(it));
            }
            if uses.len() == n_before {
                return uses;
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Use {
    Public,
    Private,
}

/// The paths that code names: all of `use` lines, and others from the crate's root.
fn used_paths(code: &str) -> Vec<(Use, ModulePath)> {
    let mut res = Vec::new();
    for (idx, statement) in code.split(';').enumerate() {
        // A text can have a semicolon and the word; no line of it begins with that.
        let start = statement.len() - statement.trim_start().len();
        let is_at_line = idx == 0 || statement[..start].contains('\n');
        // Behind the end of a block before it, and behind attributes.
        let mut statement =
            statement.trim_start_matches(|it: char| it.is_whitespace() || it == '}');
        while let Some((_, rest)) = statement
            .split_once('\n')
            .filter(|it| it.0.starts_with('#'))
        {
            statement = rest.trim_start();
        }
        let is_public = |before: &str| {
            let limited = before
                .strip_prefix("pub(")
                .and_then(|it| it.split_once(')'));
            before == "pub " || limited.is_some_and(|it| it.1 == " ")
        };
        let (before, path) = match statement.split_once("use ") {
            Some((before, path)) if is_at_line && (before.is_empty() || is_public(before)) => {
                (before, path)
            }
            _ => {
                for path in statement.split("crate::").skip(1) {
                    let is_of_path = |it: char| it.is_alphanumeric() || it == '_' || it == ':';
                    let end = path.find(|it| !is_of_path(it)).unwrap_or(path.len());
                    let path = format!("crate::{}", path[..end].trim_end_matches(':'));
                    res.push((Use::Private, names(&path, "::")));
                }
                continue;
            }
        };
        let kind = if before.is_empty() {
            Use::Private
        } else {
            Use::Public
        };
        res.extend(paths_of(path).iter().map(|it| (kind, names(it, "::"))));
    }
    res
}

/// The single paths that one with braces stands for.
fn paths_of(path: &str) -> Vec<String> {
    let Some((before, list)) = path.trim().split_once('{') else {
        let path = path.split(" as ").next().unwrap_or_default();
        return vec![path.trim().trim_end_matches("::self").to_owned()];
    };
    let list = list
        .trim_end()
        .strip_suffix('}')
        .expect("braces are closed");
    let mut depth = 0;
    let entries = list.split(|it: char| {
        depth += i32::from(it == '{') - i32::from(it == '}');
        it == ',' && depth == 0
    });
    let entries = entries.filter(|it| !it.trim().is_empty());
    entries
        .flat_map(|it| paths_of(&format!("{before}{}", it.trim())))
        .collect()
}

fn names(path: &str, between: &str) -> ModulePath {
    path.split(between).map(str::to_owned).collect()
}

#[test]
fn no_two_files_use_each_other() {
    for (folder, _) in CRATES {
        let below = root().join(folder);
        let files: Vec<(String, String)> = files(folder, "rs")
            .into_iter()
            .map(|(path, text)| {
                let path = path.strip_prefix(&below).expect("it lies there");
                let path = path.to_string_lossy().replace('\\', "/");
                (path, shipped_lines(&text).join("\n"))
            })
            .collect();
        let cycles = Crate::new(&files).cycles();
        let cycles_found: Vec<String> = cycles
            .iter()
            .map(|(file, used)| format!("{} uses {used:?}", file.join("/")))
            .collect();
        assert!(
            cycles_found.is_empty(),
            "in {folder}\n{}",
            cycles_found.join("\n")
        );
    }
}

#[test]
fn circles_of_files_are_found_behind_what_folders_offer() {
    let cycles = |texts: &[(&str, &str)]| -> Vec<String> {
        let files: Vec<(String, String)> = texts
            .iter()
            .map(|it| (it.0.to_owned(), it.1.to_owned()))
            .collect();
        let cycles = Crate::new(&files).cycles();
        cycles.keys().map(|it| it.join("/")).collect()
    };
    let lib = ("lib.rs", "mod a;\nmod b;\npub use a::{A, two::Two};");
    let room = (
        "a/mod.rs",
        "mod one;\nmod two;\npub(crate) use one::{One, A};\npub use two::Two;",
    );
    let used = ("a/two.rs", "use crate::a::one::One;\nfn f() {}");
    let order = [
        lib,
        room,
        used,
        ("a/one.rs", ""),
        ("b.rs", "use crate::a::{One, Two};"),
    ];
    assert!(cycles(&order).is_empty());
    let direct = [
        lib,
        room,
        used,
        ("a/one.rs", "fn f() { crate::a::Two::new(); }"),
    ];
    assert_eq!(cycles(&direct), ["a/one", "a/two"]);
    let around = [
        lib,
        room,
        used,
        (
            "a/one.rs",
            "}\nuse std::fmt;\nuse crate::{\n    b::{self, B},\n};",
        ),
        ("b.rs", "use crate::a::Two;"),
    ];
    assert_eq!(cycles(&around), ["a/one", "a/two", "b"]);
}
