//! A map on which a settlement is seen as territory: regions, and who holds them by which option.

use crate::domain::issue::{IssueId, OptionId};

/// Regions in a plane, and who holds them by which option. It is for readers: no result depends on it.
#[derive(Clone, PartialEq, Debug)]
pub struct ScenarioMap {
    /// What readers need to know of it, such as that it is a sketch.
    pub note: Option<String>,
    /// What people read of those who may hold a region: parties in turn order, then others.
    pub holders: Vec<String>,
    /// The regions, those in front last.
    pub regions: Vec<MapRegion>,
}

/// A region of a map.
#[derive(Clone, PartialEq, Debug)]
pub struct MapRegion {
    /// The name by which files call it.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Its corners, at least three, with x to the right and y upwards.
    pub outline: Vec<[f64; 2]>,
    /// What decides who holds it; `None` if it is only drawn for orientation.
    pub settlement: Option<RegionSettlement>,
}

/// Who holds a region by which option.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegionSettlement {
    /// The issue that decides it.
    pub issue: IssueId,
    /// By option of the issue, the holder's place in [`ScenarioMap::holders`].
    pub holders: Vec<usize>,
}

impl RegionSettlement {
    /// The places of all that may hold the region, each once, in order.
    pub fn possible_holders(&self) -> Vec<usize> {
        let mut places = self.holders.clone();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The options by which the holder at this place holds the region.
    pub fn options_of(&self, holder: usize) -> impl Iterator<Item = OptionId> + use<'_> {
        let options = self.holders.iter().enumerate();
        let of_holder = options.filter(move |it| *it.1 == holder);
        of_holder.map(|it| OptionId::new(it.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_is_one_of_the_holder_that_it_names() {
        let settlement = RegionSettlement {
            issue: IssueId::new(0),
            holders: vec![2, 0, 2],
        };
        assert_eq!(settlement.possible_holders(), [0, 2]);
        let of = |holder| -> Vec<usize> {
            let options = settlement.options_of(holder);
            options.map(OptionId::idx).collect()
        };
        assert_eq!(of(2), [0, 2]);
        assert_eq!(of(0), [1]);
        assert!(of(1).is_empty());
    }
}
