//! `ro-crate-metadata.json`: the run as an action that made files, in the profile Process Run Crate.
//!
//! Specifications: RO-Crate 1.1, <https://www.researchobject.org/ro-crate/specification/1.1/>, and Process
//! Run Crate 0.5, <https://www.researchobject.org/workflow-run-crate/profiles/0.5/process_run_crate>.

use std::io::Read as _;

use sha2::{Digest as _, Sha256};

use crate::run::execute::ended;
use crate::run::record::{FIGURES, InputFile, MANIFEST, MANIFEST_BYTES_MAX, Manifest, PAGE};
use crate::run::research_object::command_line::{command_line, portable_path};
use crate::run::research_object::entities::{Entity, json_ld};
use crate::tables::{RunDirectory, TableRecord, WORKBOOK, WriteError, table_description};
use crate::wording::counted;

/// The record of a run for journals and archives, in its folder.
pub const RO_CRATE: &str = "ro-crate-metadata.json";

const SPECIFICATION: &str = "https://w3id.org/ro/crate/1.1";
const PROFILE: &str = "https://w3id.org/ro/wfrun/process/0.5";

/// Where the terms of every crate stand.
const TERMS: &str = "https://w3id.org/ro/crate/1.1/context";

/// A term beside these, of those of the profile.
const DIGEST_TERM: (&str, &str) = ("sha256", "https://w3id.org/ro/terms/workflow-run#sha256");

const RUN: &str = "#run";
const LICENSE: &str = "#license";

/// Bytes of a record that is read again, at most.
const RO_CRATE_BYTES_MAX: u64 = 16 << 20;

/// Whether a record lists the page of the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ListedPage {
    Listed,
    Unlisted,
}

/// Writes the record of a run that has no page yet; `json` are the bytes of its manifest.
pub(in crate::run) fn write_crate(
    directory: &RunDirectory,
    manifest: &Manifest,
    json: &[u8],
) -> Result<(), WriteError> {
    let record = crate_json(directory, manifest, json, ListedPage::Unlisted);
    directory.write(RO_CRATE, &record)
}

/// Adds the page of a run, which was made now, to the run's record. A record that somebody else has
/// changed, by a license or an author, stays as it is; so does a run without one.
///
/// # Errors
///
/// If the record cannot be written.
pub fn add_page_to_crate(directory: &RunDirectory, manifest: &Manifest) -> Result<(), WriteError> {
    let read = |name: &str, bytes_max: u64| {
        let mut bytes = Vec::new();
        let file = directory.open(name).ok()?;
        file.take(bytes_max).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    };
    let (Some(json), Some(record)) = (
        read(MANIFEST, MANIFEST_BYTES_MAX),
        read(RO_CRATE, RO_CRATE_BYTES_MAX),
    ) else {
        return Ok(());
    };
    let of = |page| crate_json(directory, manifest, &json, page);
    if record == of(ListedPage::Unlisted) {
        directory.write(RO_CRATE, &of(ListedPage::Listed))?;
    }
    Ok(())
}

fn crate_json(
    directory: &RunDirectory,
    manifest: &Manifest,
    json: &[u8],
    page: ListedPage,
) -> Vec<u8> {
    let files = files(directory, manifest, json, page);
    let inputs = inputs(manifest);
    let parameters = parameters(manifest);
    let ended = ended(&manifest.timing);
    let software = format!("https://docs.rs/demarche/{}", manifest.demarche);

    let descriptor = Entity::new(RO_CRATE, "CreativeWork")
        .with_one("conformsTo", SPECIFICATION)
        .with_one("about", "./");
    let root = Entity::new("./", "Dataset")
        .with("name", manifest.title.as_str())
        .with("description", description(manifest))
        .with("datePublished", ended.as_str())
        .with_one("license", LICENSE)
        .with_one("conformsTo", PROFILE)
        .with_all("hasPart", files.iter().map(Entity::id))
        .with_one("mentions", RUN);
    let profile = Entity::new(PROFILE, "CreativeWork")
        .with("name", "Process Run Crate")
        .with("version", "0.5");
    let license = Entity::new(LICENSE, "CreativeWork")
        .with("name", "No license stated")
        .with(
            "description",
            "The run does not state under which terms its files may be used. Whoever publishes them \
             replaces this entity by the license.",
        );
    let program = Entity::new(&software, "SoftwareApplication")
        .with("name", "demarche")
        .with("description", env!("CARGO_PKG_DESCRIPTION"))
        .with("url", software.as_str())
        .with("softwareVersion", manifest.demarche.as_str());
    let objects = inputs.iter().chain(&parameters).map(Entity::id);
    let action = action(manifest, &ended)
        .with_one("instrument", &software)
        .with_all("object", objects)
        .with_all("result", files.iter().map(Entity::id));

    let about_it = [descriptor, root, profile, license, program, action];
    let all = about_it.into_iter().chain(inputs).chain(parameters);
    json_ld(TERMS, DIGEST_TERM, all.chain(files).collect())
}

/// What the run is, in a sentence.
fn description(manifest: &Manifest) -> String {
    let verb = &manifest.verb;
    let n = if manifest.counts.sessions > 0 {
        counted(manifest.counts.sessions, "session")
    } else {
        counted(manifest.n_draws(), "draw")
    };
    let end = if manifest.complete {
        ""
    } else {
        ", which was interrupted"
    };
    let replies = match manifest.outside {
        None => "",
        Some(_) => ", and the same replies of programs that answered for parties,",
    };
    format!(
        "The run `{}` of the negotiation simulator demarche: {verb}, {n}{end}. The same version, files and \
         master seed{replies} give tables with the same bytes; manifest.json has the whole configuration.",
        manifest.name
    )
}

/// The run itself, without what it was made from and what it made.
fn action(manifest: &Manifest, ended: &str) -> Entity {
    let action = Entity::new(RUN, "CreateAction")
        .with(
            "name",
            format!("demarche {}: {}", manifest.verb, manifest.name),
        )
        .with("description", command_line(manifest))
        .with("startTime", manifest.timing.started.as_str())
        .with("endTime", ended);
    if manifest.complete {
        return action.with("actionStatus", "http://schema.org/CompletedActionStatus");
    }
    action
        .with("actionStatus", "http://schema.org/FailedActionStatus")
        .with("error", "The run was interrupted before its end.")
}

/// The files that the run was made from. They are not in its folder: the manifest has what they say.
fn inputs(manifest: &Manifest) -> Vec<Entity> {
    let input = |(idx, it): (usize, &InputFile)| {
        Entity::new(&format!("#input-{}", idx + 1), "CreativeWork")
            .with("name", portable_path(&it.path))
            .with(
                "description",
                "A file that the run was made from. What it says is part of the whole configuration in \
                 manifest.json; the SHA-256 of its bytes tells whether a file is this one.",
            )
            .with("sha256", it.sha256.as_str())
    };
    manifest.inputs.iter().enumerate().map(input).collect()
}

/// What the results depend on beside the files.
fn parameters(manifest: &Manifest) -> Vec<Entity> {
    let of = |id: &str, name: &str, value: String, description: &str| {
        Entity::new(id, "PropertyValue")
            .with("name", name)
            .with("value", value)
            .with("description", description)
    };
    let mut res = vec![
        of(
            "#seed",
            "seed",
            manifest.seed.clone(),
            "The master seed, from which every random number follows.",
        ),
        of(
            "#results-version",
            "results_version",
            manifest.results_version.to_string(),
            "Programs of the same results version give the same results.",
        ),
    ];
    let outside = manifest.outside.iter().flat_map(|it| it.parties.keys());
    for (party, idx) in outside.zip(1..) {
        res.push(of(
            &format!("#outside-{idx}"),
            party,
            "a program".to_owned(),
            "A party that a program answered for: replies.csv has what it replied, and manifest.json which \
             program it was.",
        ));
    }
    for (idx, it) in manifest.settings.iter().enumerate() {
        let (path, value) = it.split_once('=').unwrap_or((it, ""));
        res.push(of(
            &format!("#setting-{}", idx + 1),
            path,
            value.to_owned(),
            "A value that the command line put in the place of the files' own (`--set`).",
        ));
    }
    res
}

/// The files in the folder of a run, as far as they are those of the run.
fn files(
    directory: &RunDirectory,
    manifest: &Manifest,
    json: &[u8],
    page: ListedPage,
) -> Vec<Entity> {
    let mut res: Vec<Entity> = manifest.tables.iter().map(table).collect();
    if directory.has(WORKBOOK) {
        res.push(
            file(WORKBOOK, "Workbook")
                .with(
                    "description",
                    "All tables as sheets, with a dictionary of their columns.",
                )
                .with(
                    "encodingFormat",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                ),
        );
    }
    res.push(
        file(MANIFEST, "Manifest")
            .with(
                "description",
                "What makes the run repeatable: the whole configuration, seed, versions, inputs, and the \
                 digests of all tables.",
            )
            .with("encodingFormat", "application/json")
            .with("contentSize", json.len().to_string())
            .with("sha256", format!("{:x}", Sha256::digest(json))),
    );
    if page == ListedPage::Listed {
        res.push(
            file(PAGE, "Report")
                .with(
                    "description",
                    "The results as a page, which needs no network.",
                )
                .with("encodingFormat", "text/html"),
        );
        if directory.has(FIGURES) {
            res.push(
                Entity::new(&format!("{FIGURES}/"), "Dataset")
                    .with("name", "Figures")
                    .with("description", "The charts of the page as SVG."),
            );
        }
    }
    res
}

fn file(path: &str, name: &str) -> Entity {
    Entity::new(path, "File").with("name", name)
}

/// A file of a table.
fn table(record: &TableRecord) -> Entity {
    let (name, format) = record.path.split_once('.').unwrap_or((&record.path, ""));
    let encoding = match format {
        "csv" => "text/csv",
        "parquet" => "application/vnd.apache.parquet",
        _ => "application/octet-stream",
    };
    let mut it = file(&record.path, name);
    if let Some(description) = table_description(name) {
        it = it.with("description", description);
    }
    it.with("encodingFormat", encoding)
        .with("contentSize", record.bytes.to_string())
        .with("sha256", record.sha256.as_str())
}
