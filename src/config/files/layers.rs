//! One table from many texts: files that build on each other, and settings from the command line.

use std::borrow::Cow;
use std::io;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

use crate::config::diagnostics::{
    Diagnostic, Role, SourceText, SourceTexts, mend_of_value, number_meant, paths_meant,
    toml_syntax,
};
use crate::config::files::setting_paths::{EVERY, KEYED_LISTS, key_of, names_in, setting_paths};
use crate::config::files::value::{Value, join, shift, shift_span, shift_table, table_to_json};
use crate::config::limits;
use crate::config::limits::{SCENARIO_LIMITS, TEXT_BYTES_MAX};

/// Reads a file: the configuration does no I/O of its own.
pub type ReadFile<'a> = dyn Fn(&Path) -> io::Result<String> + 'a;

/// How many files may build on one another.
pub const EXTENDS_DEPTH_MAX: usize = 16;

/// Lists that grow when a file builds on another: what limits the one limits the other.
const GROWING_LISTS: [&str; 1] = ["limits"];

/// Tables of which single entries can be replaced; all others are replaced whole.
const OPEN_TABLES: [&str; 3] = ["party.preference.utility", "map", "map.others"];

/// Bytes that settings whose paths have a `*` may write together: each writes its value often.
pub const COPIED_BYTES_MAX: usize = 1 << 20;

/// What an entry takes besides its value, about.
const ENTRY_BYTES: usize = 64;

/// How settings are written on the command line.
const SETTING_HINT: &str = "write it as PATH=VALUE, for example party.upper.reservation_value=0.5";

/// A table put together, whose spans point into the texts that it was made from.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    pub(crate) table: DeTable<'t>,
    pub(crate) span: Range<usize>,
    /// Bytes that settings whose paths have a `*` have written.
    copied: usize,
}

/// Reads a scenario file and all that it builds on, the nearest first.
///
/// `cited` is the place that names the file, if a file does; `role` is that of all texts read.
pub(crate) fn read_extended(
    role: Role,
    path: &Path,
    cited: Option<Range<usize>>,
    read_file: &ReadFile<'_>,
    texts: &mut SourceTexts,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut seen: Vec<PathBuf> = Vec::new();
    let mut next = Some((path.to_owned(), cited));
    while let Some((path, cited)) = next.take() {
        let cleaned = clean(&path);
        let diagnostic = |message: String| match cited.clone() {
            Some(span) => Diagnostic::at(span, message),
            None => Diagnostic::nowhere(message),
        };
        if seen.contains(&cleaned) {
            let chain: Vec<String> = seen
                .iter()
                .chain([&cleaned])
                .map(|it| it.display().to_string())
                .collect();
            diagnostics.push(
                diagnostic("these files extend each other in a cycle".to_owned())
                    .hint(chain.join(" extends ")),
            );
            break;
        }
        if seen.len() == EXTENDS_DEPTH_MAX {
            diagnostics.push(diagnostic(format!(
                "a chain of `extends` has more than {EXTENDS_DEPTH_MAX} files"
            )));
            break;
        }
        seen.push(cleaned);
        let text = match read_text(&path, read_file, texts) {
            Ok(text) => text,
            Err(message) => {
                diagnostics.push(diagnostic(message));
                break;
            }
        };
        if cited.is_some() && !is_like_a_scenario(&text) {
            let message = format!("{} is not a scenario file", path.display());
            diagnostics.push(diagnostic(message).hint("a scenario file begins with `schema = 1`"));
            break;
        }
        let start = texts.add(role, &path.display().to_string(), &text);
        let n_before = diagnostics.len();
        let table = parse(&text, start, diagnostics);
        if table.get_ref().is_empty() && diagnostics.len() == n_before {
            diagnostics.push(diagnostic(empty(&path)).hint(EMPTY_HINT));
            break;
        }
        let is_toml = diagnostics.len() == n_before;
        if is_toml && !limits::check(table.get_ref(), start, SCENARIO_LIMITS, diagnostics) {
            break;
        }
        if let Some(extends) = table.get_ref().get("extends") {
            let span = shift_span(extends.span(), start);
            match extends.get_ref().as_str() {
                Some(name) => {
                    let base = path.with_file_name(name);
                    next = Some((base, Some(span)));
                }
                None => diagnostics.push(Diagnostic::at(span, "`extends` must name a file")),
            }
        }
    }
}

/// A file's text, or why it cannot be had.
pub(crate) fn read_text(
    path: &Path,
    read_file: &ReadFile<'_>,
    texts: &SourceTexts,
) -> Result<String, String> {
    let cannot = |why: String| format!("cannot read {}: {why}", path.display());
    let text = read_file(path).map_err(|it| cannot(it.to_string()))?;
    if texts.n_bytes() + text.len() > TEXT_BYTES_MAX {
        let mib = TEXT_BYTES_MAX >> 20;
        return Err(cannot(format!(
            "the files of a scenario, an experiment or plans have at most {mib} MiB together"
        )));
    }
    Ok(text)
}

/// What is said of a file that holds no key.
pub(crate) fn empty(path: &Path) -> String {
    format!("{} is empty", path.display())
}

/// How a file that holds no key becomes one that does.
pub(crate) const EMPTY_HINT: &str =
    "a scenario begins with `schema = 1`, a name and a title; `demarche schema` prints all keys";

/// Whether messages may quote a file that another one names: it could be any file.
fn is_like_a_scenario(text: &str) -> bool {
    let (table, _) = DeTable::parse_recoverable(text);
    let is_there = |key: &&str| table.get_ref().contains_key(*key);
    ["schema", "extends", "issue", "party"].iter().any(is_there)
}

/// Parses a text at a position among all texts; reports TOML syntax errors.
pub(crate) fn parse<'t>(
    text: &'t str,
    start: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> Spanned<DeTable<'t>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    diagnostics.extend(toml_syntax::diagnostics(text, start, &errors));
    table
}

/// A file's path with `.` and `..` worked out, so that two spellings of it are equal.
fn clean(path: &Path) -> PathBuf {
    let mut res = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if res.file_name().is_some() => {
                res.pop();
            }
            Component::ParentDir
            | Component::Normal(_)
            | Component::RootDir
            | Component::Prefix(_) => res.push(component),
        }
    }
    res
}

impl<'t> Document<'t> {
    /// The table of one text alone, which is known to be TOML.
    pub(crate) fn of(text: &'t SourceText) -> Self {
        let (table, _) = DeTable::parse_recoverable(&text.text);
        Self {
            span: shift_span(table.span(), text.start),
            table: shift_table(table.into_inner(), text.start),
            copied: 0,
        }
    }

    /// A table that stands at a place, as one value.
    pub(crate) fn of_table(table: DeTable<'t>, span: Range<usize>) -> Self {
        Self {
            table,
            span,
            copied: 0,
        }
    }

    /// Puts the texts of a scenario together, the nearest first, as [`read_extended`] read them.
    pub(crate) fn put_together(texts: &'t SourceTexts, role: Role) -> Self {
        let mut res = Self {
            table: DeTable::new(),
            span: 0..0,
            copied: 0,
        };
        for text in texts.of_role(role).rev() {
            let mut layer = Self::of(text);
            res.span = layer.span;
            layer.table.remove("extends");
            merge(&mut res.table, layer.table, "");
        }
        res
    }

    /// The table as JSON, for the manifest.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        table_to_json(&self.table)
    }

    /// Carries out a setting `PATH=VALUE` from the command line.
    pub(crate) fn set_from_command_line(
        &mut self,
        setting: &'t SourceText,
    ) -> Result<(), Diagnostic> {
        let (start, text) = (setting.start, setting.text.as_str());
        let Some((path, value)) = text.split_once('=') else {
            return Err(
                Diagnostic::at(setting.place(), "a setting needs a path and a value")
                    .hint(SETTING_HINT),
            );
        };
        let value_start = start + path.len() + 1;
        let parsed = DeValue::parse(value).map_err(|error| {
            let place = value_start..start + text.len();
            let diagnostic =
                |wrong: &str| Diagnostic::at(place, format!("the value is not TOML: {wrong}"));
            match mend_of_value(value.trim()) {
                Some(mend) if number_meant(value).is_some() => {
                    let diagnostic = diagnostic(mend.wrong).hint(mend.hint);
                    match mend.right {
                        Some(right) => diagnostic.instead_of(value.trim(), right),
                        None => diagnostic,
                    }
                }
                _ => diagnostic(error.message())
                    .hint("strings need quotes, which the shell removes: --set 'PATH=\"word\"'"),
            }
        })?;
        let value = shift(parsed, value_start);
        self.set(path.trim(), &(start..start + path.len()), value)
    }

    /// Puts a value at a path, in which `*` stands for every entry of a list; the path's own place
    /// is where errors point.
    pub(crate) fn set(
        &mut self,
        path: &str,
        path_span: &Range<usize>,
        value: Value<'t>,
    ) -> Result<(), Diagnostic> {
        let setting = PathSetting {
            path,
            span: path_span,
            value,
        };
        setting.check()?;
        let segments: Vec<&str> = path.split('.').collect();
        let mut walked = Vec::new();
        let res = setting.put(
            &mut self.table,
            &segments,
            "",
            &mut walked,
            &mut self.copied,
        );
        res.map_err(|it| self.with_paths_meant(it, path))
    }

    /// An error about a path with the nearest paths that there are instead of single names.
    pub(crate) fn with_paths_meant(&self, error: Diagnostic, path: &str) -> Diagnostic {
        if !error.is_of_unknown_key() {
            return error;
        }
        match paths_meant(path, setting_paths(&self.table, path)) {
            Some(meant) => error.hint_of_paths(path, meant),
            None => error,
        }
    }
}

/// Lays one table over another.
fn merge<'t>(base: &mut DeTable<'t>, over: DeTable<'t>, path: &str) {
    for (key, value) in over {
        let below = join(path, key.get_ref());
        let list_key = KEYED_LISTS.iter().find(|it| it.0 == below).map(|it| it.1);
        let span = value.span();
        match (
            base.get_mut(key.get_ref().as_ref()).map(Spanned::get_mut),
            value.into_inner(),
        ) {
            (Some(DeValue::Array(old)), DeValue::Array(new)) if list_key.is_some() => {
                merge_list(old, new, list_key.expect("just seen"), &below);
            }
            (Some(DeValue::Array(old)), DeValue::Array(new))
                if GROWING_LISTS.contains(&below.as_str()) =>
            {
                for sentence in new {
                    old.push(sentence);
                }
            }
            (Some(DeValue::Table(old)), DeValue::Table(new))
                if OPEN_TABLES.contains(&below.as_str()) =>
            {
                merge(old, new, &below);
            }
            (_, value) => {
                base.remove(key.get_ref().as_ref());
                base.insert(key, Spanned::new(span, value));
            }
        }
    }
}

/// Lays a list of tables over another, matching them by their key.
fn merge_list<'t>(base: &mut DeArray<'t>, over: DeArray<'t>, key: &str, path: &str) {
    for element in over {
        let span = element.span();
        let name = key_of(&element, key).map(str::to_owned);
        let old = name.and_then(|name| {
            base.iter_mut()
                .find(|it| key_of(it, key) == Some(name.as_str()))
        });
        match (old.map(Spanned::get_mut), element.into_inner()) {
            (Some(DeValue::Table(old)), DeValue::Table(new)) => merge(old, new, path),
            (_, element) => base.push(Spanned::new(span, element)),
        }
    }
}

/// A value for a path.
struct PathSetting<'a, 't> {
    path: &'a str,
    span: &'a Range<usize>,
    value: Value<'t>,
}

impl<'t> PathSetting<'_, 't> {
    fn wrong(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(self.span.clone(), message)
    }

    fn check(&self) -> Result<(), Diagnostic> {
        if self.path.split('.').any(str::is_empty) {
            let message = match self.path {
                "" => "this setting has no path".to_owned(),
                path => format!("the path `{path}` has an empty part"),
            };
            return Err(self
                .wrong(message)
                .hint("a path is names between dots: party.upper.reservation_value"));
        }
        if self.path == "extends" {
            return Err(self
                .wrong("a setting cannot change `extends`")
                .hint("write a file that extends the other one"));
        }
        Ok(())
    }

    /// Puts the value below a table that the path `above` leads to, which calls the entries of
    /// lists nothing; `walked` are the parts of the path so far, with the names of entries.
    fn put(
        &self,
        table: &mut DeTable<'t>,
        segments: &[&str],
        above: &str,
        walked: &mut Vec<String>,
        copied: &mut usize,
    ) -> Result<(), Diagnostic> {
        let (segment, rest) = segments.split_first().expect("a path has parts");
        let below = join(above, segment);
        if rest.is_empty() {
            return self.insert(table, segment, copied);
        }
        let Some(entry) = table.get_mut(*segment) else {
            let known: Vec<String> = table.keys().map(|it| it.get_ref().to_string()).collect();
            return Err(self.no_such(segment, &known, walked, segments));
        };
        walked.push((*segment).to_owned());
        match entry.get_mut() {
            DeValue::Table(it) => self.put(it, rest, &below, walked, copied)?,
            DeValue::Array(list) => self.put_in_list(list, rest, &below, walked, copied)?,
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {
                let path = joined(walked, rest);
                let message = format!(
                    "the path `{path}` continues below `{segment}`, which is a single value"
                );
                let hint = format!("set `{segment}` itself: end the path there");
                return Err(self.wrong(message).hint(hint));
            }
        }
        walked.pop();
        Ok(())
    }

    /// Puts the value below one entry of a list, or below every one.
    fn put_in_list(
        &self,
        list: &mut DeArray<'t>,
        segments: &[&str],
        path: &str,
        walked: &mut Vec<String>,
        copied: &mut usize,
    ) -> Result<(), Diagnostic> {
        let (name, rest) = segments.split_first().expect("the path has segments");
        let names = names_in(list, path);
        let entries = match *name {
            EVERY if names.is_empty() => {
                let message = format!("`{path}` has no entry that matches `{}`", self.path);
                return Err(self.wrong(message));
            }
            EVERY => 0..names.len(),
            _ => match names.iter().position(|it| it == name) {
                Some(idx) => idx..idx + 1,
                None => return Err(self.no_such(name, &names, walked, segments)),
            },
        };
        if rest.is_empty() {
            let message = format!("the path `{}` ends at a table", self.path);
            return Err(self.wrong(message).hint("name one of its values"));
        }
        for idx in entries {
            let entry = list.get_mut(idx).expect("it was just counted");
            let DeValue::Table(table) = entry.get_mut() else {
                let message = format!("`{path}` is not a list of tables");
                let hint = format!("set `{path}` itself: end the path there");
                return Err(self.wrong(message).hint(hint));
            };
            walked.push(names[idx].clone());
            self.put(table, rest, path, walked, copied)?;
            walked.pop();
        }
        Ok(())
    }

    fn insert(
        &self,
        table: &mut DeTable<'t>,
        key: &str,
        copied: &mut usize,
    ) -> Result<(), Diagnostic> {
        if self.path.contains(EVERY) {
            *copied += ENTRY_BYTES + self.value.span().len();
        }
        if *copied > COPIED_BYTES_MAX {
            let mib = COPIED_BYTES_MAX >> 20;
            let message = format!("with `{}` settings write more than {mib} MiB", self.path);
            return Err(self.wrong(message));
        }
        let written: DeString<'t> = Cow::Owned(key.to_owned());
        table.remove(key);
        table.insert(Spanned::new(self.span.clone(), written), self.value.clone());
        Ok(())
    }

    /// That a part of the path leads nowhere; of a path for many, on which one it is so.
    fn no_such(
        &self,
        name: &str,
        known: &[String],
        walked: &[String],
        segments: &[&str],
    ) -> Diagnostic {
        let path = joined(walked, segments);
        let message = format!("there is no `{name}` on the path `{path}`");
        let diagnostic = Diagnostic::of_unknown_key(self.span.clone(), message);
        if name == EVERY {
            return diagnostic
                .hint("`*` stands for every entry of a list: party.*.reservation_value");
        }
        diagnostic.suggest(name, known.iter().map(String::as_str))
    }
}

/// A path from the parts behind and before a place on it.
fn joined(walked: &[String], segments: &[&str]) -> String {
    let walked = walked.iter().map(String::as_str);
    let parts: Vec<&str> = walked.chain(segments.iter().copied()).collect();
    parts.join(".")
}
