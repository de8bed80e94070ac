//! JSON and YAML as one tree, of bounded size.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};

use crate::interchange::error::Problem;
use crate::interchange::foreign::NUMBER_MAX;

/// Maximum number of values of a JSON document, keys included.
pub const JSON_VALUES_MAX: usize = 1_000_000;
/// Maximum number of values of a YAML document, which takes longer to read: keys included, and aliases with
/// all that they repeat.
pub const YAML_VALUES_MAX: usize = 250_000;
/// Maximum nesting depth of lists and mappings in YAML.
pub const YAML_DEPTH_MAX: usize = 64;
/// Maximum number of aliases of a YAML document.
pub const YAML_ALIASES_MAX: usize = 10_000;

/// A value of JSON or YAML.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Data {
    Null,
    Truth(bool),
    Number(f64),
    Text(String),
    List(Vec<Data>),
    /// In the order of the document.
    Map(Vec<(Data, Data)>),
}

impl Data {
    /// The value of a JSON text; Python's `Infinity` and `NaN` are read as texts.
    pub(super) fn of_json(text: &str) -> Result<Self, Problem> {
        let text = with_words_quoted(text);
        let left = Cell::new(JSON_VALUES_MAX);
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        let res = Seed { left: &left }.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(res)
    }

    /// The value of a YAML text with one document.
    pub(super) fn of_yaml(text: &str) -> Result<Self, Problem> {
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_events: 2 * YAML_VALUES_MAX,
                max_nodes: YAML_VALUES_MAX,
                max_recorded_anchor_events: YAML_VALUES_MAX,
                max_depth: YAML_DEPTH_MAX,
                flow_nesting_limit: YAML_DEPTH_MAX,
                max_documents: 1,
                max_aliases: YAML_ALIASES_MAX,
                max_anchors: YAML_ALIASES_MAX,
                max_merge_keys: 0,
            },
            alias_limits: serde_saphyr::alias_limits! {
                max_total_replayed_events: YAML_VALUES_MAX,
            },
            duplicate_keys: DuplicateKeyPolicy::PassThrough,
            non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
            strict_booleans: true,
            with_snippet: false,
        };
        let left = Cell::new(YAML_VALUES_MAX);
        let read = serde_saphyr::with_deserializer_from_str_with_options(text, options, |it| {
            Seed { left: &left }.deserialize(it)
        });
        read.map_err(|error| {
            let says = error.to_string();
            let first = says.lines().next().unwrap_or_default();
            Problem::says(format!("not valid YAML: {first}"))
        })
    }

    /// What a mapping has under a key; of one that stands there twice the last, as in Python.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else {
            return None;
        };
        let found = entries
            .iter()
            .rfind(|it| matches!(&it.0, Self::Text(text) if text == key));
        found.map(|it| &it.1)
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(it) = self {
            Some(it)
        } else {
            None
        }
    }

    pub(super) fn list(&self) -> Option<&[Self]> {
        if let Self::List(it) = self {
            Some(it)
        } else {
            None
        }
    }

    /// A number of a size that can be reckoned with.
    pub(super) fn number(&self) -> Option<f64> {
        let Self::Number(it) = self else {
            return None;
        };
        (it.abs() <= NUMBER_MAX).then_some(*it)
    }

    /// Whether it is −∞, as YAML or Python writes it.
    pub(super) fn is_least(&self) -> bool {
        *self == Self::Number(f64::NEG_INFINITY)
            || matches!(self.text(), Some("-Infinity" | "-inf"))
    }

    /// What people call a value that is one: a text, a number or a truth value.
    pub(super) fn name(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(it) => Some(Cow::Borrowed(it)),
            Self::Number(it) => Some(Cow::Owned((it + 0.0).to_string())),
            Self::Truth(it) => Some(Cow::Owned(it.to_string())),
            Self::Null | Self::List(_) | Self::Map(_) => None,
        }
    }
}

/// JSON with the words that Python writes for what is no number in quotes.
fn with_words_quoted(text: &str) -> Cow<'_, str> {
    const WORDS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];
    if !WORDS.iter().any(|it| text.contains(it)) {
        return Cow::Borrowed(text);
    }
    let mut res = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_quoted = false;
    while let Some(letter) = rest.chars().next() {
        let word = WORDS.iter().find(|it| !is_quoted && rest.starts_with(**it));
        let n_bytes = if let Some(word) = word {
            res.extend(["\"", word, "\""]);
            word.len()
        } else {
            // What a backslash is before ends no text.
            let n_letters = if is_quoted && letter == '\\' { 2 } else { 1 };
            is_quoted ^= letter == '"';
            let n_bytes = rest.chars().take(n_letters).map(char::len_utf8).sum();
            res.push_str(&rest[..n_bytes]);
            n_bytes
        };
        rest = &rest[n_bytes..];
    }
    Cow::Owned(res)
}

/// Reads a value, and counts it.
#[derive(Clone, Copy)]
struct Seed<'a> {
    /// How many values may still come.
    left: &'a Cell<usize>,
}

impl Seed<'_> {
    fn count<E: Error>(self) -> Result<(), E> {
        let left = self.left.get().checked_sub(1);
        let too_many = || E::custom("there are too many values");
        self.left.set(left.ok_or_else(too_many)?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Data;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Data, D::Error> {
        self.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Data, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, it: bool) -> Result<Data, E> {
        Ok(Data::Truth(it))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "beyond 2^53 it is too large anyway"
    )]
    fn visit_i64<E: Error>(self, it: i64) -> Result<Data, E> {
        Ok(Data::Number(it as f64))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "beyond 2^53 it is too large anyway"
    )]
    fn visit_u64<E: Error>(self, it: u64) -> Result<Data, E> {
        Ok(Data::Number(it as f64))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "beyond 2^53 it is too large anyway"
    )]
    fn visit_i128<E: Error>(self, it: i128) -> Result<Data, E> {
        Ok(Data::Number(it as f64))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "beyond 2^53 it is too large anyway"
    )]
    fn visit_u128<E: Error>(self, it: u128) -> Result<Data, E> {
        Ok(Data::Number(it as f64))
    }

    fn visit_f64<E: Error>(self, it: f64) -> Result<Data, E> {
        Ok(Data::Number(it))
    }

    fn visit_str<E: Error>(self, it: &str) -> Result<Data, E> {
        Ok(Data::Text(it.to_owned()))
    }

    fn visit_string<E: Error>(self, it: String) -> Result<Data, E> {
        Ok(Data::Text(it))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Data, A::Error> {
        let mut res = Vec::new();
        while let Some(it) = list.next_element_seed(self)? {
            res.push(it);
        }
        Ok(Data::List(res))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
        let mut res = Vec::new();
        while let Some(entry) = map.next_entry_seed(self, self)? {
            res.push(entry);
        }
        Ok(Data::Map(res))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(it: &str) -> Data {
        Data::Text(it.to_owned())
    }

    #[test]
    fn json_and_yaml_become_the_same_tree() {
        let json = r#"{"b": [1, -0.5, true, null, "yes"], "a": {"x": "1"}, "": 1e-05}"#;
        let yaml = "b:\n- 1\n- -0.5\n- true\n- null\n- 'yes'\na:\n  x: '1'\n'': 1.0e-05\n";
        let list = vec![
            Data::Number(1.0),
            Data::Number(-0.5),
            Data::Truth(true),
            Data::Null,
            text("yes"),
        ];
        let expected = Data::Map(vec![
            (text("b"), Data::List(list)),
            (text("a"), Data::Map(vec![(text("x"), text("1"))])),
            (text(""), Data::Number(1e-5)),
        ]);
        assert_eq!(Data::of_json(json).unwrap(), expected);
        assert_eq!(Data::of_yaml(yaml).unwrap(), expected);
    }

    #[test]
    fn the_infinities_of_python_are_read() {
        let json = r#"{"a\"": -Infinity, "NaN \\": [NaN, Infinity]}"#;
        let data = Data::of_json(json).unwrap();
        assert!(data.get("a\"").unwrap().is_least());
        let list = data.get("NaN \\").unwrap().list().unwrap();
        assert_eq!(list, [text("NaN"), text("Infinity")]);
        assert!(list.iter().all(|it| it.number().is_none()));
        assert!(Data::of_yaml("-.inf").unwrap().is_least());
        assert_eq!(Data::of_yaml(".nan").unwrap().number(), None);
    }

    #[test]
    fn numbers_of_yaml_keep_their_bits() {
        for it in [
            0.1_f64,
            1.0 / 3.0,
            0.445_212_577_165_563_1,
            2.5e-8,
            12_345.678_901_234_567,
        ] {
            let data = Data::of_yaml(&format!("- {it:?}")).unwrap();
            let number = data.list().unwrap()[0].number().unwrap();
            assert_eq!(number.to_bits(), it.to_bits());
        }
    }

    #[test]
    fn keys_may_be_numbers() {
        let data = Data::of_yaml("0: 1.0\n-1: 2\n").unwrap();
        let Data::Map(entries) = &data else {
            panic!("{data:?}");
        };
        let names: Vec<_> = entries.iter().map(|it| it.0.name().unwrap()).collect();
        assert_eq!(names, ["0", "-1"]);
    }

    #[test]
    fn the_last_of_two_entries_counts() {
        for data in [
            Data::of_yaml("a: 1\na: 2\n"),
            Data::of_json(r#"{"a": 1, "a": 2}"#),
        ] {
            assert_eq!(data.unwrap().get("a"), Some(&Data::Number(2.0)));
        }
    }

    #[track_caller]
    fn check_wrong(read: Result<Data, Problem>, says: &str) {
        let problem = read.expect_err("it is wrong").to_string();
        assert!(problem.contains(says) && problem.len() < 300, "{problem}");
    }

    #[test]
    fn what_grows_is_refused() {
        let level = |it: u32| format!("- &l{it} [{}]\n", format!("*l{}, ", it - 1).repeat(10));
        let laughs: String = (1..10).map(level).collect();
        check_wrong(
            Data::of_yaml(&format!("- &l0 ha\n{laughs}")),
            "not valid YAML",
        );
        check_wrong(Data::of_yaml(&"[".repeat(100_000)), "not valid YAML");
        check_wrong(
            Data::of_yaml(&"- ".repeat(YAML_DEPTH_MAX + 2)),
            "not valid YAML",
        );
        check_wrong(Data::of_yaml("a: &a [*a]"), "not valid YAML");
        check_wrong(Data::of_yaml("--- 1\n--- 2\n"), "not valid YAML");
        check_wrong(Data::of_yaml("\u{0}"), "not valid YAML");
        let many = format!("[{}0]", "0,".repeat(JSON_VALUES_MAX));
        check_wrong(Data::of_json(&many), "too many values");
        check_wrong(Data::of_json(&"[".repeat(100_000)), "not the JSON");
        check_wrong(Data::of_json("1 2"), "not the JSON");
    }
}
