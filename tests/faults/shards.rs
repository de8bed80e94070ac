//! Runs in parts: put together they have the bytes of the run in one go, and what does not belong
//! together is refused by name.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::process::{
    VILLAGES, check, files, path_text, results, run, start_silent, wait_for_bytes,
};
use crate::support::thoroughness::sample_or_all;

/// Runs all shards of an experiment, each into a folder of its own.
fn run_shards(folder: &TempDir, verb: &str, file: &str, of: u32, more: &[&str]) -> Vec<PathBuf> {
    let run_shard = |number: u32| {
        let shard = format!("{number}/{of}");
        let threads = (1 + number % 3).to_string();
        let mine = ["--shard", &shard, "--threads", &threads];
        run(
            folder,
            verb,
            &format!("{verb}-{number}-of-{of}"),
            file,
            &[more, &mine].concat(),
        )
    };
    (1..=of).map(run_shard).collect()
}

fn merge_arguments<'a>(shards: &'a [PathBuf], out: &'a Path) -> Vec<&'a str> {
    let shards = shards.iter().map(|it| path_text(it));
    let out = ["--quiet", "--out", path_text(out)];
    ["merge"].into_iter().chain(shards).chain(out).collect()
}

/// Why shards are not merged, and that nothing was written.
#[track_caller]
fn refusal(shards: &[PathBuf]) -> String {
    let out = shards[0].with_file_name("refused");
    let output = check(&merge_arguments(shards, &out), 2);
    assert!(!out.exists(), "nothing is written");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_batch_in_any_number_of_shards_has_the_bytes_of_one_in_one_go() {
    let folder = TempDir::new().unwrap();
    let more = [
        "--sessions",
        sample_or_all("2500", "5000"),
        "--transcripts",
        "--draws",
        "--excel",
        "--format=csv,parquet",
    ];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    for of in sample_or_all(vec![2, 7], vec![1, 2, 7, 64]) {
        let mut shards = run_shards(&folder, "batch", VILLAGES, of, &more);
        // The order in which they are named says nothing.
        shards.reverse();
        let out = folder.path().join(format!("merged-{of}"));
        check(&merge_arguments(&shards, &out), 0);
        assert!(results(&out) == reference, "{of} shards");
    }
}

#[test]
fn a_sweep_in_shards_has_the_bytes_of_one_in_one_go() {
    let folder = TempDir::new().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "schema = 1\nname = \"villages\"\nseed = 9\nsessions = 700\n\
         scenario = \"{root}/{VILLAGES}\"\n\
         [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.4, 0.6, 0.8]\n"
    );
    let file = folder.path().join("experiment.toml");
    fs::write(&file, text).unwrap();
    let file = path_text(&file);
    let more = ["--draws"];
    let reference = results(&run(&folder, "sweep", "reference", file, &more));
    for of in sample_or_all(vec![2, 7], vec![1, 2, 7, 64]) {
        let shards = run_shards(&folder, "sweep", file, of, &more);
        let out = folder.path().join(format!("merged-{of}"));
        check(&merge_arguments(&shards, &out), 0);
        assert!(results(&out) == reference, "{of} shards");
    }
}

#[test]
fn what_does_not_belong_together_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "3000"];
    let shards = run_shards(&folder, "batch", VILLAGES, 3, &more);
    let [one, two, three] = [0, 1, 2].map(|it: usize| shards[it].clone());

    let rendered = refusal(&[one.clone(), three.clone()]);
    assert!(
        rendered.contains("cannot merge 2 of 3 shards: 2/3 is missing"),
        "{rendered}"
    );
    let rendered = refusal(&[one.clone(), two.clone(), one.clone(), three.clone()]);
    assert!(
        rendered.contains("batch-1-of-3: it is named twice"),
        "{rendered}"
    );

    let again = run(
        &folder,
        "batch",
        "again",
        VILLAGES,
        &[&more[..], &["--shard", "2/3"]].concat(),
    );
    let rendered = refusal(&[one.clone(), two.clone(), again, three.clone()]);
    assert!(
        rendered.contains("it is shard 2/3, and so is"),
        "{rendered}"
    );

    let other = ["--sessions", "3000", "--seed", "8", "--shard", "2/3"];
    let other = run(&folder, "batch", "other", VILLAGES, &other);
    let rendered = refusal(&[one.clone(), other, three.clone()]);
    assert!(
        rendered.contains("it belongs to a different run than"),
        "{rendered}"
    );
    assert!(
        rendered.contains("`seed` is null there and 8 here"),
        "{rendered}"
    );

    let quarter = [&more[..], &["--shard", "2/4"]].concat();
    let quarter = run(&folder, "batch", "quarter", VILLAGES, &quarter);
    let rendered = refusal(&[one.clone(), quarter, three.clone()]);
    assert!(rendered.contains("is shard 1/3"), "{rendered}");

    let whole = run(&folder, "batch", "whole", VILLAGES, &more);
    let rendered = refusal(&[one, two, whole]);
    assert!(
        rendered.contains("cannot merge") && rendered.contains("the run is complete"),
        "{rendered}"
    );
}

#[test]
fn a_damaged_shard_is_refused_by_name_and_repaired_by_resuming_it() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "3000"];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    let shards = run_shards(&folder, "batch", VILLAGES, 2, &more);
    let whole = files(&shards[1]);
    let mut n_merged = 0;
    for (name, bytes) in &whole {
        let path = shards[1].join(name);
        let mut other = bytes.clone();
        other[bytes.len() / 2] ^= 1;
        for damaged in [
            &other[..],
            &bytes[..bytes.len() / 2],
            &[&bytes[..], b"more"].concat(),
        ] {
            fs::write(&path, damaged).unwrap();
            // What stands behind the last chunk is of no chunk.
            if damaged.len() <= bytes.len() {
                let rendered = refusal(&shards);
                assert!(rendered.contains(path_text(&path)), "{rendered}");
                assert!(
                    rendered.contains("is damaged or truncated after chunk "),
                    "{rendered}"
                );
                assert!(rendered.contains("demarche batch --resume"), "{rendered}");
            }
            check(&["batch", "--quiet", "--resume", path_text(&shards[1])], 0);
            assert!(files(&shards[1]) == whole, "{}", path.display());
            let out = folder.path().join(format!("merged-{n_merged}"));
            check(&merge_arguments(&shards, &out), 0);
            assert!(results(&out) == reference);
            n_merged += 1;
        }
    }
}

#[test]
fn a_merge_that_was_killed_can_be_resumed() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "20000", "--format=csv,parquet"];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    let shards = run_shards(&folder, "batch", VILLAGES, 2, &more);
    let out = folder.path().join("merged");
    let mut child = start_silent(&merge_arguments(&shards, &out));
    wait_for_bytes(&mut child, &out, 10_000);
    child.kill().unwrap();
    child.wait().unwrap();
    check(&["batch", "--quiet", "--resume", path_text(&out)], 0);
    assert!(results(&out) == reference);
}

#[test]
fn what_has_no_shards_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("experiment.toml");
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "schema = 1\nname = \"villages\"\nseed = 9\nscenario = \"{root}/{VILLAGES}\"\n\
         until = {{ metric = \"agreement_rate\", half_width = 0.02, max_sessions = 5000 }}\n"
    );
    fs::write(&file, text).unwrap();
    let out = folder.path().join("run");
    let more = ["--out", path_text(&out)];
    let of_file = ["batch", path_text(&file), "--shard", "1/2"];
    let rendered = check(&[&of_file[..], &more].concat(), 2).stderr;
    let rendered = String::from_utf8(rendered).unwrap();
    assert!(
        rendered.contains("an experiment with `until` cannot be sharded"),
        "{rendered}"
    );
    for wrong in ["0/2", "3/2", "1/0", "half"] {
        check(
            &[&["batch", VILLAGES, "--shard", wrong][..], &more].concat(),
            2,
        );
    }
    assert!(!out.exists(), "nothing is written");
}
