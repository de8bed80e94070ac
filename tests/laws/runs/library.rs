//! Runs as calls of the library: from a text in memory to a folder, without the command line.

use std::path::Path;
use std::{fs, io};

use demarche::run::{
    FinishedRun, Observer, OpenShards, Progress, RunError, RunOptions, RunRequest, RunSpec,
    StudyAnswer, StudyQuestion, StudyRequest, StudySpec, Workload, execute, execute_study, merge,
};
use tempfile::TempDir;

use crate::support::worlds::TWO_VILLAGES;

#[expect(clippy::unnecessary_wraps, reason = "other files may be unreadable")]
fn read_file(_: &Path) -> io::Result<String> {
    Ok(TWO_VILLAGES.to_owned())
}

fn spec(shard: Option<&str>) -> RunSpec {
    let request = RunRequest {
        sessions: Some(600),
        shard: shard.map(str::to_owned),
        ..RunRequest::batch("villages.toml")
    };
    RunSpec::load(request, &read_file, &mut ()).unwrap()
}

/// What an observer hears, in words.
#[derive(Default)]
struct Heard(Vec<&'static str>);

impl Observer for Heard {
    fn began(&mut self, folder: &Path) {
        assert!(folder.is_dir());
        self.0.push("began");
    }

    fn planned(&mut self, workload: Workload) {
        assert_eq!(workload.n, 600);
        self.0.push("planned");
    }

    fn progressed(&mut self, progress: Progress<'_>) {
        assert!(matches!(progress, Progress::Cells { .. }));
        self.0.push("progressed");
    }

    fn sessions_ended(&mut self) {
        self.0.push("ended");
    }

    fn tables_checked(&mut self) {
        self.0.push("checked");
    }
}

fn tables(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let tables = entries.filter(|it| it.extension().is_some_and(|it| it == "csv"));
    let named = |it: &Path| it.file_name().unwrap().to_string_lossy().into_owned();
    let mut res: Vec<_> = tables
        .map(|it| (named(&it), fs::read(&it).unwrap()))
        .collect();
    res.sort();
    res
}

#[test]
fn a_run_tells_its_observer_how_it_goes_on_and_takes_nobodys_place() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("run");
    let mut heard = Heard::default();
    let finished = execute(&spec(None), &path, &RunOptions::default(), &mut heard).unwrap();
    let chunks = ["progressed"; 3];
    let expected = [&["began", "planned"][..], &chunks, &["ended", "checked"]].concat();
    assert_eq!(heard.0, expected);
    assert!(!finished.is_interrupted());
    assert!(finished.results.unwrap().manifest.complete);
    let again = execute(&spec(None), &path, &RunOptions::default(), &mut ());
    assert!(matches!(again, Err(RunError::FolderExists(it)) if it == path));
}

#[test]
fn an_interrupted_run_has_what_is_complete() {
    let folder = TempDir::new().unwrap();
    let options = RunOptions::default();
    options.interrupt.request();
    let run =
        |path: &Path| -> FinishedRun { execute(&spec(None), path, &options, &mut ()).unwrap() };
    let finished = run(&folder.path().join("run"));
    assert!(finished.is_interrupted());
    assert!(!finished.results.unwrap().manifest.complete);
}

#[test]
fn merged_shards_have_the_bytes_of_the_run() {
    let folder = TempDir::new().unwrap();
    let options = RunOptions::default();
    let place = |it: &str| folder.path().join(it);
    execute(&spec(None), &place("whole"), &options, &mut ()).unwrap();
    let shards = ["1/2", "2/2"].map(|shard| {
        let path = place(&shard.replace('/', "-of-"));
        let finished = execute(&spec(Some(shard)), &path, &options, &mut ()).unwrap();
        assert!(finished.results.is_none());
        path
    });
    let run = OpenShards::open(&shards).unwrap();
    let run = run.load(&read_file, &mut ()).unwrap();
    merge(&run, &place("merged"), &RunOptions::default(), &mut ()).unwrap();
    assert!(tables(&place("merged")) == tables(&place("whole")));
}

#[test]
fn a_study_answers_what_it_was_asked() {
    let folder = TempDir::new().unwrap();
    let question = StudyQuestion::Flip {
        rate: 0.5,
        numbers: vec!["party.upper.reservation_value".to_owned()],
        sessions: 20,
    };
    let request = StudyRequest::new(Path::new("villages.toml"), question);
    let spec = StudySpec::load(request, &read_file, &mut ()).unwrap();
    let path = folder.path().join("flip");
    let finished = execute_study(&spec, &path, &RunOptions::default(), &mut ()).unwrap();
    let Some(StudyAnswer::Flip { flips, .. }) = finished.answer else {
        panic!("{:?}", finished.answer);
    };
    assert_eq!(flips.flips.len(), 1);
    assert!(!tables(&path).is_empty());
}
