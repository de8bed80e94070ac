//! Studies in parts: put together they have the bytes of the study in one go, and what is missing, or is
//! not as it was written, is named.

use std::fs;
use std::path::{Path, PathBuf};

use demarche::run::SHARD_MARK;
use tempfile::TempDir;

use crate::support::process::{
    VILLAGES, check, demarche, files, interrupt, path_text, results, run, start_silent,
};
use crate::support::thoroughness::sample_or_all;

/// The plan of a study in a new folder; the verb's own words come first.
#[track_caller]
fn plan(folder: &TempDir, name: &str, words: &[&str], of: u32) -> PathBuf {
    let out = folder.path().join(name);
    let of = of.to_string();
    let place = ["--shards", &of, "--quiet", "--out", path_text(&out)];
    check(&[&["plan"], words, &place].concat(), 0);
    out.join("plan.json")
}

#[track_caller]
fn shard(plan: &Path, number: u32, code: i32) -> String {
    let number = number.to_string();
    let arguments = ["shard", "--manifest", path_text(plan), "--index", &number];
    let output = check(&arguments, code);
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

fn missing(plan: &Path) -> String {
    let output = check(&["missing", "--manifest", path_text(plan)], 0);
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn merge(plan: &Path, out: &Path, code: i32) -> String {
    let arguments = ["merge", "--manifest", path_text(plan), "--quiet", "--out"];
    let output = check(&[&arguments[..], &[path_text(out)]].concat(), code);
    if code != 0 {
        assert!(!out.exists(), "nothing is written");
    }
    String::from_utf8(output.stderr).unwrap()
}

/// Where a shard of a plan is.
fn place(plan: &Path, number: u32, of: u32) -> PathBuf {
    plan.with_file_name(format!("shard-{number}-of-{of}"))
}

/// The study in one go and in shards, which run in no order and one of them twice.
#[track_caller]
fn holds_in_shards(words: &[&str], more: &[&str], of: u32) {
    let folder = TempDir::new().unwrap();
    let words = [words, more].concat();
    let reference = run(&folder, words[0], "reference", words[1], &words[2..]);
    let plan = plan(&folder, "planned", &words, of);
    for number in (1..=of).rev() {
        assert_eq!(missing(&plan).trim_end(), range(number));
        assert!(shard(&plan, number, 0).contains(" in "));
        let before = files(plan.parent().unwrap());
        assert!(shard(&plan, number, 0).contains("is already complete"));
        assert!(files(plan.parent().unwrap()) == before);
    }
    assert_eq!(missing(&plan), "");
    let arguments = ["dist", "slurm", "--quiet", "--manifest", path_text(&plan)];
    check(&arguments, 0);
    assert!(plan.with_file_name("submit.sh").exists());
    let merged = folder.path().join("merged");
    merge(&plan, &merged, 0);
    assert!(results(&merged) == results(&reference), "{words:?}");
    let pages = [&reference, &merged].map(|it| fs::read(it.join("report.html")).unwrap());
    assert!(pages[0].len() == pages[1].len(), "but for the time");
    check(&["verify", path_text(&merged)], 0);
}

/// The first shards.
fn range(number: u32) -> String {
    match number {
        1 => "1".to_owned(),
        _ => format!("1-{number}"),
    }
}

#[test]
fn saltellis_design_in_shards_has_the_bytes_of_one_in_one_go() {
    let words = ["sensitivity", VILLAGES, "--points", "64"];
    let more = ["--draws", "--excel", "--format=csv,parquet"];
    holds_in_shards(&words, &more, 2);
    // With the form of the model, each form has chunks of its own.
    let words = ["sensitivity", VILLAGES, "--points", "32", "--forms"];
    holds_in_shards(&words, &["--draws"], sample_or_all(5, 20));
}

#[test]
fn morris_trajectories_in_shards_have_the_bytes_of_those_in_one_go() {
    let words = ["sensitivity", VILLAGES, "--method", "morris"];
    let more = ["--points", "400", "--numbers", "party.upper"];
    holds_in_shards(&words, &more, 3);
}

#[test]
fn other_forms_in_shards_have_the_bytes_of_those_in_one_go() {
    // Shards may begin within a block of replications.
    let words = ["robustness", VILLAGES, "--sessions", "600"];
    holds_in_shards(&words, &["--excel"], 7);
}

#[test]
fn a_search_for_flips_in_shards_has_the_bytes_of_one_in_one_go() {
    let words = ["flip", VILLAGES, "--sessions", "300", "--rate", "40"];
    holds_in_shards(&words, &[], 2);
}

#[test]
fn plans_weighed_in_shards_have_the_bytes_of_those_in_one_go() {
    let demands = "configs/plans/two-villages/demands.csv";
    let words = ["weigh", VILLAGES, demands, "--draws", "3000"];
    holds_in_shards(&words, &["--excel"], 3);
    // A plan that leaves an issue open needs all draws of a cell, so that a shard has whole cells.
    let folder = TempDir::new().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let file = folder.path().join("experiment.toml");
    let text = format!(
        "schema = 1\nname = \"villages\"\nseed = 9\nscenario = \"{root}/{VILLAGES}\"\n\
         [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.4, 0.6, 0.8]\n"
    );
    fs::write(&file, text).unwrap();
    let open = "configs/plans/two-villages/alternate-days.toml";
    let words = ["weigh", path_text(&file), open, demands, "--draws", "500"];
    let words = [&words[..], &["--files-below", root]].concat();
    holds_in_shards(&words, &[], 2);
    let place = ["--shards", "4", "--out", "never"];
    let stderr = check(&[&["plan"], &words[..], &place].concat(), 2).stderr;
    let rendered = String::from_utf8(stderr).unwrap();
    assert!(rendered.contains("at most 3 are possible"), "{rendered}");
}

/// A study of several pieces in each of its shards.
const MORRIS: [&str; 6] = [
    "sensitivity",
    VILLAGES,
    "--method",
    "morris",
    "--points",
    "400",
];

#[test]
fn missing_and_damaged_shards_of_a_study_are_named_together() {
    let folder = TempDir::new().unwrap();
    let reference = results(&run(
        &folder,
        MORRIS[0],
        "reference",
        VILLAGES,
        &MORRIS[2..],
    ));
    let plan = plan(&folder, "planned", &MORRIS, 4);
    let out = folder.path().join("merged");
    let places = [1, 2, 3, 4].map(|it| place(&plan, it, 4));
    for number in [1, 2, 4] {
        shard(&plan, number, 0);
    }
    let journal = places[0].join("journal.bin");
    let whole = fs::read(&journal).unwrap();
    let other = fs::read(places[1].join("journal.bin")).unwrap();
    fs::remove_file(places[3].join(SHARD_MARK)).unwrap();
    let mut n_refused = 0;
    let mut refused = |bytes: &[u8]| {
        fs::write(&journal, bytes).unwrap();
        let rendered = merge(&plan, &out, 3);
        for expected in ["3/4 is missing", "shard-1-of-4", "shard-4-of-4: it is not"] {
            assert!(rendered.contains(expected), "{expected} in {rendered}");
        }
        assert!(!rendered.contains("shard-2-of-4"), "{rendered}");
        n_refused += 1;
    };
    refused(&whole[..whole.len() / 2]);
    refused(&whole[..whole.len() - 1]);
    refused(&[&whole[..], b"more"].concat());
    refused(&other);
    refused(b"");
    let step = whole.len() / sample_or_all(10, 200);
    for place in (0..whole.len()).step_by(step.max(1)) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        refused(&bytes);
    }
    assert!(n_refused > 10);
    fs::write(&journal, &whole).unwrap();
    // The mark of another shard, and a whole shard in the place of another.
    fs::copy(places[1].join(SHARD_MARK), places[0].join(SHARD_MARK)).unwrap();
    assert_eq!(missing(&plan), "1,3-4\n");
    assert!(merge(&plan, &out, 3).contains("a different shard of this one"));
    assert!(shard(&plan, 1, 3).contains("remove the folder, and run the shard again"));
    fs::remove_dir_all(&places[0]).unwrap();
    // The shard without its mark is whole, and gets it again.
    for number in [1, 3, 4] {
        shard(&plan, number, 0);
    }
    assert!(fs::read(&journal).unwrap() == whole);
    merge(&plan, &out, 0);
    assert!(results(&out) == reference);
}

#[test]
fn a_shard_of_a_study_cut_anywhere_is_resumed_by_the_same_command() {
    let folder = TempDir::new().unwrap();
    let plan = plan(&folder, "planned", &MORRIS, 2);
    shard(&plan, 2, 0);
    let place = place(&plan, 2, 2);
    let whole = files(&place);
    let journal = place.join("journal.bin");
    let bytes = fs::read(&journal).unwrap();
    // Behind the head, which is there from the first moment on.
    let head = 12 + 16 + u32::from_le_bytes(bytes[16..20].try_into().unwrap()) as usize;
    for part in 0..=sample_or_all(5, 50) {
        let end = head + (bytes.len() - head) * part / sample_or_all(5, 50);
        fs::remove_file(place.join(SHARD_MARK)).unwrap();
        fs::write(&journal, &bytes[..end]).unwrap();
        assert_eq!(missing(&plan), "1-2\n");
        shard(&plan, 2, 0);
        assert!(files(&place) == whole, "{end} of {} bytes", bytes.len());
    }
}

#[test]
fn a_shard_of_a_study_is_left_to_the_process_that_is_at_it_and_resumed_after_an_interrupt() {
    let folder = TempDir::new().unwrap();
    let words = ["sensitivity", VILLAGES, "--method", "morris"];
    let words = [&words[..], &["--points", "40000"]].concat();
    let plan = plan(&folder, "planned", &words, 1);
    let journal = place(&plan, 1, 1).join("journal.bin");
    let arguments = ["shard", "--quiet", "--manifest", path_text(&plan)];
    let arguments = [&arguments[..], &["--index", "1", "--threads", "1"]].concat();
    let mut child = start_silent(&arguments);
    while fs::metadata(&journal).map_or(true, |it| it.len() < 100_000) {
        assert!(child.try_wait().unwrap().is_none(), "the shard is over");
    }
    assert!(shard(&plan, 1, 75).contains("another process is using it"));
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(missing(&plan), "1\n");
    let n_bytes = fs::metadata(&journal).unwrap().len();
    assert!(n_bytes >= 100_000, "what was done is kept");
    for (arguments, code) in [
        (vec!["batch", "--resume"], 2),
        (vec!["merge", "--out", "never"], 3),
    ] {
        let place = place(&plan, 1, 1);
        let arguments = [&arguments[..], &[path_text(&place)]].concat();
        let rendered = String::from_utf8(check(&arguments, code).stderr).unwrap();
        assert!(rendered.contains("it is a shard of a study"), "{rendered}");
    }
}

#[test]
fn what_cannot_be_planned_or_named_is_told_with_the_way_out() {
    let folder = TempDir::new().unwrap();
    let plan = plan(&folder, "planned", &MORRIS, 2);
    let folder = path_text(plan.parent().unwrap());
    let plan_path = path_text(&plan);
    let of_planned = |more: &[&'static str]| [&["plan"][..], &MORRIS, more].concat();
    let cases: [(Vec<&str>, &str); 9] = [
        (
            vec!["dist", "slurm", "--manifest", plan_path, "--sessions", "9"],
            "cannot be used with",
        ),
        (
            vec!["shard", "--manifest", folder, "--index", "1"],
            "planned/plan.json",
        ),
        (vec!["missing", "--manifest", folder], "planned/plan.json"),
        (vec!["merge", "--manifest", folder], "planned/plan.json"),
        (
            vec!["shard", "--manifest", plan_path, "--index", "1/2"],
            "write 1",
        ),
        (
            vec!["shard", "--manifest", plan_path, "--index", "3"],
            "the plan has 1 to 2",
        ),
        (of_planned(&["--shards", "0"]), "a whole number from 1"),
        (of_planned(&["--shards", "99"]), "reduce --shards"),
        (
            vec![
                "plan",
                "sensitivity",
                "configs/experiments/us-pressure.toml",
                "--shards",
                "2",
            ],
            "`demarche sensitivity` examines one cell",
        ),
    ];
    for (arguments, expected) in cases {
        let stderr = check(&arguments, 2).stderr;
        let rendered = String::from_utf8(stderr).unwrap();
        assert!(rendered.contains(expected), "{expected} in {rendered}");
    }
}

/// The frames of a journal behind its magic word: their contents.
fn frames(journal: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = &journal[16..];
    let mut contents = Vec::new();
    while let Some((n_bytes, _)) = rest.split_first_chunk() {
        let end = 12 + u32::from_le_bytes(*n_bytes) as usize;
        contents.push(rest[12..end].to_vec());
        rest = &rest[end..];
    }
    contents
}

/// The journal of frames with these contents.
fn journal_of(magic: &[u8], contents: &[Vec<u8>]) -> Vec<u8> {
    let frame = |it: &Vec<u8>| {
        let n_bytes = u32::try_from(it.len()).unwrap().to_le_bytes();
        let checksum = twox_hash::XxHash3_64::oneshot(it).to_le_bytes();
        [&n_bytes[..], &checksum, it].concat()
    };
    let frames: Vec<u8> = contents.iter().flat_map(frame).collect();
    [magic, &frames].concat()
}

/// Where the whole numbers of some bytes are: each ends with the first byte below 128.
fn number_ranges(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let ends = (1..=bytes.len()).filter(|it| bytes[it - 1] < 128);
    let starts = [0].into_iter().chain(ends.clone());
    starts.zip(ends).map(|(start, end)| start..end).collect()
}

#[test]
fn what_somebody_made_up_of_a_study_is_refused_or_merged_and_never_fails() {
    let demands = "configs/plans/two-villages/demands.csv";
    let open = "configs/plans/two-villages/alternate-days.toml";
    let studies: [&[&str]; 4] = [
        &[
            "sensitivity",
            VILLAGES,
            "--method",
            "morris",
            "--points",
            "50",
        ],
        &["flip", VILLAGES, "--sessions", "70"],
        &["robustness", VILLAGES, "--sessions", "70"],
        &["weigh", VILLAGES, demands, open, "--draws", "70"],
    ];
    // 0, -1, 1, 10^6 and the greatest of all.
    let greatest = [&[0xff; 18][..], &[3]].concat();
    let numbers = [vec![0], vec![1], vec![2], vec![0x80, 0x89, 0x7a], greatest];
    for words in studies {
        let folder = TempDir::new().unwrap();
        let plan = plan(&folder, "planned", words, 1);
        shard(&plan, 1, 0);
        let path = place(&plan, 1, 1).join("journal.bin");
        let whole = fs::read(&path).unwrap();
        let contents = frames(&whole);
        assert!(journal_of(&whole[..16], &contents) == whole);
        let record = contents.len() - 1;
        let ranges = number_ranges(&contents[record]);
        let mut n_refused = 0;
        let step = ranges.len() / sample_or_all(12, 300) + 1;
        for (idx, range) in ranges.into_iter().enumerate().step_by(step) {
            let other = &numbers[idx / step % numbers.len()];
            let mut contents = contents.clone();
            contents[record].splice(range.clone(), other.iter().copied());
            fs::write(&path, journal_of(&whole[..16], &contents)).unwrap();
            let out = folder.path().join("merged");
            let arguments = ["merge", "--manifest", path_text(&plan), "--quiet", "--out"];
            let arguments = [&arguments[..], &[path_text(&out)]].concat();
            let output = demarche(&arguments).output().unwrap();
            let rendered = String::from_utf8_lossy(&output.stderr);
            // Forfeits that somebody made up count as such.
            assert!(
                matches!(output.status.code(), Some(0 | 1 | 3)),
                "{words:?}: {range:?} is {other:?}: {rendered}"
            );
            n_refused += usize::from(output.status.code() == Some(3));
            let _ = fs::remove_dir_all(&out);
        }
        assert!(n_refused > 0, "{words:?}");
    }
}
