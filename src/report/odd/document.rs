//! A whole ODD document.

use crate::config::LoadedScenario;
use crate::report::odd::concepts::{design_concepts, process_and_scheduling};
use crate::report::odd::entities::{entities_and_scales, purpose_and_patterns};
use crate::report::odd::initial_values::{initialization, input_data};
use crate::report::odd::markdown::{GAP, code, list, text, tidy};
use crate::report::odd::submodels::submodels;
use crate::run::{InputFile, RESULTS_VERSION};
use crate::wording::counted;

/// The ODD document of a scenario, in Markdown.
pub fn odd_document(described: &LoadedScenario) -> String {
    let LoadedScenario {
        setting, resolved, ..
    } = described;
    let elements = [
        purpose_and_patterns(setting),
        entities_and_scales(setting),
        process_and_scheduling(setting),
        design_concepts(setting),
        initialization(setting, resolved),
        input_data(setting),
        submodels(setting, resolved),
    ];
    let body = elements.join("\n");
    let title = text(&setting.scenario().title);
    tidy(&format!(
        "# {title}: model description (ODD)\n\n{}\n{}{body}\n## Reference\n\n{REFERENCE}\n",
        preface(&body),
        files(described),
    ))
}

/// Where the protocol is published.
pub(super) const REFERENCE: &str = "Grimm, V., Railsback, S. F., Vincenot, C. E., Berger, U., Gallagher, C., \
    DeAngelis, D. L., Edmonds, B., Ge, J., Giske, J., Groeneveld, J., Johnston, A. S. A., Milles, A., \
    Nabe-Nielsen, J., Polhill, J. G., Radchuk, V., Rohwäder, M.-S., Stillman, R. A., Thiele, J. C. and \
    Ayllón, D. (2020), *The ODD Protocol for Describing Agent-Based and Other Simulation Models: A Second \
    Update to Improve Clarity, Replication, and Structural Realism*, Journal of Artificial Societies and Social \
    Simulation 23(2) 7, <https://doi.org/10.18564/jasss.4259>.";

/// What the document is, and how much of it its author has to write.
pub(super) fn preface(body: &str) -> String {
    let n_gaps = body.matches(GAP).count() as u64;
    format!(
        "The model description follows the ODD (Overview, Design concepts, Details) protocol (Grimm et al. 2020). \
         `demarche describe`, version {} (results version {RESULTS_VERSION}), wrote it from the scenario; what no \
         file says is left to its author, in {} marked “To be written by the author”.\n",
        env!("CARGO_PKG_VERSION"),
        counted(n_gaps, "place"),
    )
}

/// The files that it was written from.
pub(super) fn files(described: &LoadedScenario) -> String {
    let files = described.inputs.iter().map(|it| {
        let file = InputFile::new(&it.path, &it.text);
        let name = file.path.rsplit(['/', '\\']).next().unwrap_or(&file.path);
        format!("{}, SHA-256 {}", code(name), code(&file.sha256))
    });
    format!("Files:\n{}\n", list(files))
}
