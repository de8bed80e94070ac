//! Who holds what in deals, on the map of the scenario.

use demarche_core::domain::RegionSettlement;

use crate::report::drawing::{Axis, Chart, Quantity, RegionMap, RegionShares, Unit};
use crate::report::page_sections::sessions::session_sections::Sessions;
use crate::report::pages::{PageBlock, PageFigure, Section};
use crate::wording::{counted, listed};

impl Sessions<'_> {
    /// The map with the share of deals in which each region is under whom; `None` without deals, and of
    /// scenarios without a map.
    pub(in crate::report::page_sections) fn map(&self) -> Option<Section> {
        let map = self.scenario().map.as_deref()?;
        let n = self.first.n_agreements;
        if n == 0 {
            return None;
        }
        let regions = map.regions.iter().map(|it| RegionShares {
            label: it.label.clone(),
            outline: it.outline.clone(),
            shares: it
                .settlement
                .as_ref()
                .map_or_else(Vec::new, |it| self.shares(it)),
        });
        let regions: Vec<RegionShares> = regions.collect();
        let title = most_often(&map.holders, &regions);
        let caption = format!(
            "Shares of {}. The scenario says who holds a region by which option of an issue; strips are as wide as the shares and stand for no line within a region. Lines at bars are 95 % intervals.",
            counted(n, "deal")
        );
        let chart = Chart::RegionMap(RegionMap {
            axis: Axis::new("share of deals", Unit::Share),
            holders: map.holders.clone(),
            regions,
        });
        Some(Section {
            id: "map".to_owned(),
            heading: "The deals on a map".to_owned(),
            text: map.note.iter().cloned().collect(),
            blocks: vec![PageBlock::Figures(vec![PageFigure::new(
                "map", &title, &caption, &chart,
            )])],
        })
    }

    /// The share of deals in which each possible holder holds a region.
    fn shares(&self, settlement: &RegionSettlement) -> Vec<(usize, Quantity)> {
        let issue = self.scenario().issue(settlement.issue);
        let holders = settlement.possible_holders().into_iter();
        holders
            .filter_map(|holder| {
                let options = settlement.options_of(holder);
                let names = options.map(|it| issue.options[it.idx()].name.as_str());
                let names: Vec<&str> = names.collect();
                Some((holder, self.first.share_of_options(&issue.name, &names)?))
            })
            .collect()
    }
}

/// Who holds how many regions most often.
fn most_often(holders: &[String], regions: &[RegionShares]) -> String {
    let mut counts = vec![0_u64; holders.len()];
    let settled = regions.iter().filter(|it| !it.shares.is_empty());
    let mut n_settled = 0;
    for region in settled {
        n_settled += 1;
        // Of equal shares the first one counts.
        let shares = region.shares.iter().rev();
        let most = shares.max_by(|a, b| a.1.value.total_cmp(&b.1.value));
        counts[most.map_or(0, |it| it.0)] += 1;
    }
    let mut named: Vec<(&String, u64)> = holders.iter().zip(counts).collect();
    named.retain(|it| it.1 > 0);
    named.sort_by_key(|it| std::cmp::Reverse(it.1));
    let named: Vec<String> = named.iter().map(|(it, n)| format!("{it} {n}")).collect();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    format!(
        "Who holds a region most often: of {}, {}",
        counted(n_settled, "region"),
        listed(&named)
    )
}
