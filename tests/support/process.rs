//! The program as a process: started, its folders read back.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use demarche::run::RO_CRATE;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use tempfile::TempDir;

/// The scenario that most tests run.
pub(crate) const VILLAGES: &str = "configs/scenarios/two-villages.toml";

pub(crate) fn demarche(arguments: &[&str]) -> Command {
    let mut res = Command::new(env!("CARGO_BIN_EXE_demarche"));
    res.current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .env_remove("LC_ALL")
        .env_remove("LC_NUMERIC")
        .env("LANG", "C.UTF-8");
    res
}

/// A program that answers for a party: an example, built if it is not there yet.
#[track_caller]
pub(crate) fn example(name: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_demarche"));
    let folder = program.parent().expect("a program is in a folder");
    let profile = if folder.ends_with("release") {
        "release"
    } else {
        "dev"
    };
    let built = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--quiet", "--profile", profile, "--example", name])
        .status();
    assert!(built.expect("cargo starts").success(), "{name}");
    folder.join("examples").join(name)
}

#[track_caller]
pub(crate) fn check(arguments: &[&str], code: i32) -> Output {
    let output = demarche(arguments).output().expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    output
}

/// Starts the program without input; its outputs are pipes.
#[track_caller]
pub(crate) fn start(arguments: &[&str]) -> Child {
    demarche(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// Starts the program without input and output.
#[track_caller]
pub(crate) fn start_silent(arguments: &[&str]) -> Child {
    demarche(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
}

/// A batch or a sweep of an experiment into a new folder below a temporary one.
#[track_caller]
pub(crate) fn run(
    folder: &TempDir,
    verb: &str,
    name: &str,
    experiment: &str,
    more: &[&str],
) -> PathBuf {
    let out = folder.path().join(name);
    let mut arguments = vec![verb, experiment, "--quiet", "--out", path_text(&out)];
    arguments.extend(more);
    check(&arguments, 0);
    out
}

pub(crate) fn path_text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

/// Every file of a folder and those below it, by relative path, but for the two that have times: the manifest and the
/// record made of it.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut res = BTreeMap::new();
    let mut rest = vec![folder.to_owned()];
    while let Some(next) = rest.pop() {
        for entry in fs::read_dir(next).expect("the folder can be listed") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                rest.push(path);
            } else if !path.ends_with("manifest.json") && !path.ends_with(RO_CRATE) {
                let name = path.strip_prefix(folder).expect("it is below").to_owned();
                res.insert(name, fs::read(&path).expect("the file can be read"));
            }
        }
    }
    res
}

/// The tables among them, also as Parquet and as a workbook, finished or not; no figures.
pub(crate) fn tables(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut res = files(folder);
    let endings = [".csv", ".parquet", ".xlsx"];
    res.retain(|name, _| {
        let text = path_text(name);
        let finished = text.strip_suffix(".unfinished").unwrap_or(text);
        !name.starts_with("figures") && endings.iter().any(|it| finished.ends_with(it))
    });
    res
}

pub(crate) fn manifest(folder: &Path) -> serde_json::Value {
    let text = fs::read(folder.join("manifest.json")).expect("there is a manifest");
    serde_json::from_slice(&text).expect("the manifest is JSON")
}

pub(crate) fn open(path: &Path) -> SerializedFileReader<File> {
    SerializedFileReader::new(File::open(path).unwrap()).unwrap()
}

/// How many rows a table has as Parquet.
pub(crate) fn n_rows(path: &Path) -> i64 {
    open(path).metadata().file_metadata().num_rows()
}

/// The tables of a run, and its manifest without what the clock says of it.
pub(crate) fn results(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut res = tables(folder);
    let mut manifest = manifest(folder);
    manifest["timing"].take();
    res.insert("manifest.json".into(), manifest.to_string().into_bytes());
    res
}

/// Makes a manifest one of an earlier version, which knows nothing of the tables.
pub(crate) fn forget_tables(run: &Path) {
    let mut manifest = manifest(run);
    manifest.as_object_mut().unwrap().remove("tables");
    let text = serde_json::to_string_pretty(&manifest).unwrap();
    fs::write(run.join("manifest.json"), text).unwrap();
}

/// Sends a process the signal of Ctrl-C.
#[track_caller]
pub(crate) fn interrupt(child: &Child) {
    assert!(signal(child, "-INT"), "the process is gone");
}

/// Sends a process a signal; false if the process is gone.
#[track_caller]
pub(crate) fn signal(child: &Child, name: &str) -> bool {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .stderr(Stdio::null())
        .status();
    sent.expect("there is a command `kill`").success()
}

/// Waits until a run's first table has so many bytes.
#[track_caller]
pub(crate) fn wait_for_bytes(child: &mut Child, run: &Path, n_bytes: u64) {
    let sessions = run.join("sessions.csv");
    while fs::metadata(&sessions).map_or(true, |it| it.len() < n_bytes) {
        let ended = child.try_wait().expect("it can be asked");
        assert!(ended.is_none(), "the run is over: {ended:?}");
        std::thread::yield_now();
    }
}

/// The rows of a table, each as fields by column.
#[track_caller]
pub(crate) fn rows(path: impl AsRef<Path>) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("the table can be read");
    let rows = reader.deserialize();
    rows.map(|it| it.expect("a row has a field for each column"))
        .collect()
}
