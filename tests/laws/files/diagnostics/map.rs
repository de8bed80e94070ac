//! What is wrong with maps.

use std::path::Path;

use demarche::config::load_scenario;
use demarche::domain::ScenarioMap;

use super::{BASE, check_files, reading};

const REGION: &str = "[[map.region]]\nid = \"meadow\"\nlabel = \"The meadow\"\nissue = \"height\"\nheld_by = { low = \"east\", high = \"nobody\" }\noutline = [[0, 0], [4, 0], [4, 3]]\n";
const MAP: &str = "[map]\nothers = { nobody = \"nobody\" }\n";

/// The message for the base with a map.
#[track_caller]
fn check(name: &str, map: &str) {
    check_files(name, &[("scenario.toml", &format!("{BASE}\n{map}"))], &[]);
}

fn map_of(files: &[(&str, &str)]) -> ScenarioMap {
    let loaded = load_scenario(Path::new(files[0].0), &[], &reading(files));
    let loaded = loaded.unwrap_or_else(|it| panic!("{it}"));
    let map = loaded.setting.scenario().map.as_deref();
    map.expect("there is a map").clone()
}

#[test]
fn every_mistake_of_a_map_is_told_at_once() {
    let map = "[map]
others = { east = \"the east\", nobody = \"nobody\" }

[[map.region]]
id = \"no_issue\"
label = \"R\"
issue = \"heigth\"
held_by = { low = \"east\", high = \"west\" }
outline = [[0, 0], [4, 0], [4, 3]]

[[map.region]]
id = \"no_option\"
label = \"R\"
issue = \"height\"
held_by = { low = \"east\", hihg = \"west\" }
outline = [[0, 0], [4, 0], [4, 3]]

[[map.region]]
id = \"one_option\"
label = \"R\"
issue = \"height\"
held_by = { low = \"east\" }
outline = [[0, 0], [4, 0], [4, 3]]

[[map.region]]
id = \"no_party\"
label = \"R\"
issue = \"height\"
held_by = { low = \"easd\", high = \"north\" }
outline = [[0, 0], [4, 0], [4, 3]]

[[map.region]]
id = \"no_holder\"
label = \"R\"
issue = \"height\"
outline = [[0, 0], [4, 0], [4, 3]]

[[map.region]]
id = \"no_holder\"
label = \"R\"
held_by = { low = \"east\", high = \"west\" }
outline = [[0, 0], [4, 0], [4, 3]]

[[map.region]]
id = \"too_few\"
label = \"R\"
outline = [[0, 0], [4, 0]]

[[map.region]]
id = \"flat\"
label = \"R\"
outline = [[0, 0], [1, 1], [3, 3], [2, 2]]

[[map.region]]
id = \"no_numbers\"
label = \"R\"
outline = [[0, nan], [inf, 0], [-2e6, 3], [1, 2, 3]]
";
    check("map_of_mistakes", map);
}

#[test]
fn a_map_that_is_none() {
    check("map_without_regions", "[map]\nnote = \"empty\"\n");
    let without = REGION.replace("outline = [[0, 0], [4, 0], [4, 3]]\n", "");
    check("map_without_outline", &format!("{MAP}{without}"));
    let text = REGION.replace("[4, 3]]", "\"four\"]");
    check("map_with_a_corner_of_text", &format!("{MAP}{text}"));
}

#[test]
fn a_map_is_built_upon_region_by_region() {
    let base = format!("{BASE}\n{MAP}{REGION}");
    let over = "schema = 1\nname = \"over\"\ntitle = \"Over\"\nextends = \"base.toml\"\n
[map]
others = { both = \"both\" }

[[map.region]]
id = \"meadow\"
held_by = { low = \"both\", high = \"nobody\" }

[[map.region]]
id = \"forest\"
label = \"The forest\"
outline = [[4, 0], [9, 0], [4, 3]]
";
    let map = map_of(&[("over.toml", over), ("base.toml", &base)]);
    assert_eq!(map.holders, ["both", "nobody"]);
    let names: Vec<&str> = map.regions.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["meadow", "forest"]);
    let meadow = &map.regions[0];
    assert_eq!(meadow.outline, [[0.0, 0.0], [4.0, 0.0], [4.0, 3.0]]);
    let settlement = meadow.settlement.as_ref().expect("an issue decides it");
    assert_eq!(settlement.holders, [0, 1]);
    assert_eq!(map.regions[1].settlement, None);
}
