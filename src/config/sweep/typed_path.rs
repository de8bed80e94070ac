//! Swept values that are put straight into a setting, without its text being read again.

use demarche_core::domain::Distribution;
use demarche_core::negotiation::{NumberId, Setting};

use crate::config::files::EVERY;
use crate::config::sweep::axes::Written;

/// What a swept path leads to in a setting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum TypedPath {
    /// A number, or with `*` several.
    Numbers(Vec<NumberId>),
    /// Number of rounds.
    Deadline,
}

impl TypedPath {
    /// Where a path leads; `None` if it is to something else, which only the text can change.
    pub(crate) fn of(path: &str, setting: &Setting) -> Option<Self> {
        let protocol = setting.rules().protocol.name();
        if path == format!("protocol.{protocol}.deadline_rounds") {
            return Some(Self::Deadline);
        }
        let meant: Vec<&str> = path.split('.').collect();
        let is_meant = |it: &str| {
            let names: Vec<&str> = it.split('.').collect();
            let mut pairs = names.iter().zip(&meant);
            names.len() == meant.len() && pairs.all(|(name, it)| it == name || *it == EVERY)
        };
        let numbers: Vec<NumberId> = setting
            .numbers()
            .enumerate()
            .filter(|it| is_meant(&it.1.path))
            .map(|it| NumberId::new(it.0))
            .collect();
        (!numbers.is_empty()).then_some(Self::Numbers(numbers))
    }

    /// The setting with a value there, in the place of one that was swept there too; `None` if the
    /// value is wrong there, or a word.
    pub(crate) fn put(&self, value: &Written, setting: Setting) -> Option<Setting> {
        match self {
            Self::Deadline => {
                let rounds = u32::try_from(value.as_whole()?).ok()?;
                setting.with_deadline(rounds).ok()
            }
            Self::Numbers(numbers) => {
                let number = value.as_number()?;
                let distribution = Distribution::constant(number).ok()?;
                numbers.iter().try_fold(setting, |setting, &id| {
                    let bounds = &setting.numbers().nth(id.idx())?.within;
                    let is_within = bounds.contains(&number);
                    is_within.then(|| setting.with_distribution(id, distribution.clone()))
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::load_scenario;

    fn villages() -> Setting {
        let text = include_str!("../../../configs/scenarios/two-villages.toml");
        let read_file = |_: &Path| Ok(text.to_owned());
        let loaded = load_scenario(Path::new("scenario.toml"), &[], &read_file);
        loaded.expect("it is right").setting
    }

    #[test]
    fn a_path_leads_to_numbers_and_to_the_deadline() {
        let setting = villages();
        let n_meant = |path: &str| match TypedPath::of(path, &setting) {
            Some(TypedPath::Numbers(numbers)) => Some(numbers.len()),
            _ => None,
        };
        assert_eq!(n_meant("party.upper.reservation_value"), Some(1));
        assert_eq!(n_meant("party.*.reservation_value"), Some(2));
        assert_eq!(n_meant("party.upper.reservation_value.constant"), None);
        assert_eq!(n_meant("party.upper"), None);
        let deadline = TypedPath::of("protocol.alternating_offers.deadline_rounds", &setting);
        assert_eq!(deadline, Some(TypedPath::Deadline));
        let other = TypedPath::of("protocol.single_text.deadline_rounds", &setting);
        assert_eq!(other, None);
    }

    #[test]
    fn what_is_wrong_is_not_put_there() {
        let setting = villages();
        let reservation = TypedPath::of("party.*.reservation_value", &setting).unwrap();
        let deadline = TypedPath::Deadline;
        let put = |it: &TypedPath, number| it.put(&Written::number(number, 0..0), setting.clone());
        assert!(put(&reservation, 0.5).is_some());
        assert!(put(&reservation, 1.5).is_none());
        assert!(put(&reservation, f64::NAN).is_none());
        assert!(put(&deadline, 12.0).is_some_and(|it| it.rules().deadline_rounds == 12));
        for rounds in [0.0, -1.0, 2.5, 1e7, f64::INFINITY] {
            assert!(put(&deadline, rounds).is_none(), "{rounds} rounds");
        }
    }
}
