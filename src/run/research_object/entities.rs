//! The entities of a crate: objects of JSON-LD that name each other by their identifiers.

use serde_json::{Map, Value as Json, json};

/// An entity.
#[derive(Debug)]
pub(super) struct Entity(Map<String, Json>);

impl Entity {
    /// One of this type, known by this identifier.
    pub(super) fn new(id: &str, kind: &str) -> Self {
        let mut properties = Map::new();
        properties.insert("@id".to_owned(), id.into());
        properties.insert("@type".to_owned(), kind.into());
        Self(properties)
    }

    /// The same with one more property.
    pub(super) fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// The same with a property that is another entity.
    pub(super) fn with_one(self, name: &str, id: &str) -> Self {
        self.with(name, reference(id))
    }

    /// The same with a property that is other entities; without it if there are none.
    pub(super) fn with_all<'a>(self, name: &str, ids: impl IntoIterator<Item = &'a str>) -> Self {
        let all: Vec<Json> = ids.into_iter().map(reference).collect();
        if all.is_empty() {
            self
        } else {
            self.with(name, all)
        }
    }

    /// What it is known by.
    pub(super) fn id(&self) -> &str {
        let id = self.0.get("@id").and_then(Json::as_str);
        id.expect("an entity has an identifier")
    }
}

fn reference(id: &str) -> Json {
    json!({ "@id": id })
}

/// The text of a file with these entities, in terms that stand elsewhere and one more.
pub(super) fn json_ld(
    terms: &str,
    (term, meaning): (&str, &str),
    entities: Vec<Entity>,
) -> Vec<u8> {
    let graph: Vec<Json> = entities.into_iter().map(|it| it.0.into()).collect();
    let document = json!({ "@context": [terms, { term: meaning }], "@graph": graph });
    let mut bytes = serde_json::to_vec_pretty(&document).expect("entities have a form in JSON");
    bytes.push(b'\n');
    bytes
}
