//! The map on which pages show deals: its regions, and who holds them by which option.

use std::collections::BTreeMap;

use demarche_core::domain::{MapRegion, OptionId, RegionSettlement, ScenarioMap};
use toml::Spanned;

use crate::config::diagnostics::Diagnostic;
use crate::config::files::{MapFile, MapRegionFile, PartyFile};
use crate::config::limits::COORDINATE_MAX;
use crate::config::resolve::scenario::{Hyphens, Resolver};

/// What an outline is to look like.
const OUTLINE_FORM: &str = "write its corners: outline = [[0, 0], [4, 0], [4, 3]]";

/// Those who may hold a region, by the names that files give them, with what people read.
struct Holders<'a> {
    named: Vec<(&'a str, &'a str)>,
    is_used: Vec<bool>,
}

impl Holders<'_> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|it| it.0)
    }

    /// The place of the holder with this name.
    fn place(&mut self, name: &str) -> Option<usize> {
        let place = self.names().position(|it| it == name)?;
        self.is_used[place] = true;
        Some(place)
    }
}

impl Resolver<'_> {
    pub(super) fn map(
        &mut self,
        file: &Spanned<MapFile>,
        parties: &[Spanned<PartyFile>],
    ) -> ScenarioMap {
        let it = file.get_ref();
        if it.region.is_empty() {
            let hint = "add a [[map.region]] with its outline, or remove [map]";
            let diagnostic = Diagnostic::at(file.span(), "this map has no region");
            self.diagnostic(diagnostic.hint(hint));
        }
        let ids = it.region.iter().map(|it| &it.get_ref().id);
        self.check_ids("regions", Hyphens::Forbidden, ids);
        self.check_ids("others", Hyphens::Forbidden, it.others.keys());
        let of_party = parties.iter().map(Spanned::get_ref);
        let of_party = of_party.map(|it| (it.id.get_ref().as_str(), it.label.as_str()));
        let mut named: Vec<(&str, &str)> = of_party.collect();
        for (name, label) in &it.others {
            if named.iter().any(|it| it.0 == name.get_ref()) {
                let message = format!("`{}` is a party", name.get_ref());
                let hint = "`others` names holders that are no party: remove it, or rename it";
                self.diagnostic(Diagnostic::at(name.span(), message).hint(hint));
                continue;
            }
            named.push((name.get_ref().as_str(), label.as_str()));
        }
        let is_used = vec![false; named.len()];
        let mut holders = Holders { named, is_used };
        let regions = it.region.iter().map(Spanned::get_ref);
        let mut regions: Vec<MapRegion> = regions
            .map(|it| MapRegion {
                name: it.id.get_ref().clone(),
                label: it.label.clone(),
                outline: self.outline(it),
                settlement: self.settlement(it, &mut holders),
            })
            .collect();
        // Who holds nothing by any option needs no place, and no color on a page.
        let mut places = BTreeMap::new();
        let mut labels = Vec::new();
        let used = holders.named.iter().zip(&holders.is_used).enumerate();
        for (place, ((_, label), _)) in used.filter(|it| *it.1.1) {
            places.insert(place, labels.len());
            labels.push((*label).to_owned());
        }
        for it in regions.iter_mut().filter_map(|it| it.settlement.as_mut()) {
            for place in &mut it.holders {
                *place = places[place];
            }
        }
        ScenarioMap {
            note: it.note.clone(),
            holders: labels,
            regions,
        }
    }

    fn settlement(
        &mut self,
        file: &MapRegionFile,
        holders: &mut Holders<'_>,
    ) -> Option<RegionSettlement> {
        let id = file.id.get_ref();
        let (name, held_by) = match (&file.issue, &file.held_by) {
            (Some(issue), Some(held_by)) => (issue, held_by),
            (Some(issue), None) => {
                let message = format!("the region `{id}` does not say who holds it");
                let hint =
                    "add held_by = { OPTION = \"PARTY\", ... } with every option of the issue";
                self.diagnostic(Diagnostic::at(issue.span(), message).hint(hint));
                return None;
            }
            (None, Some(held_by)) => {
                let message = format!("no issue decides who holds the region `{id}`");
                let hint = "add issue = \"...\", or remove `held_by`";
                self.diagnostic(Diagnostic::at(held_by.span(), message).hint(hint));
                return None;
            }
            (None, None) => return None,
        };
        let issue = self.issue_id(name.get_ref(), name.span());
        let mut by_option = BTreeMap::new();
        for (option, holder) in held_by.get_ref() {
            let place = holders.place(holder.get_ref());
            if place.is_none() && self.still_reports() {
                let name = holder.get_ref();
                let message = format!("`{name}` is neither a party nor one of the map's `others`");
                let diagnostic = Diagnostic::at(holder.span(), message);
                self.diagnostic(diagnostic.suggest(name, holders.names()));
            }
            let option = issue.and_then(|it| self.option_id(it, option.get_ref(), option.span()));
            if let Some(option) = option {
                by_option.insert(option, place);
            }
        }
        let issue = issue?;
        let options = &self.issues[issue.idx()].options;
        let mut missing = Vec::new();
        let mut places = Vec::new();
        for (idx, option) in options.iter().enumerate() {
            match by_option.get(&OptionId::new(idx)) {
                Some(place) => places.extend(*place),
                None => missing.push(format!("`{}`", option.name)),
            }
        }
        // An unknown option, which has been reported, may be the one that is missing.
        if !missing.is_empty() && by_option.len() == held_by.get_ref().len() {
            let message = format!(
                "the region `{id}` does not say who holds it by {}",
                missing.join(", ")
            );
            let hint = "name a party, or one of the map's `others`, for every option";
            self.diagnostic(Diagnostic::at(held_by.span(), message).hint(hint));
        }
        Some(RegionSettlement {
            issue,
            holders: places,
        })
    }

    fn outline(&mut self, file: &MapRegionFile) -> Vec<[f64; 2]> {
        let n_before = self.diagnostics.len();
        let corners = file.outline.get_ref();
        let mut outline = Vec::new();
        for corner in corners {
            match corner.get_ref()[..] {
                [x, y] if x.abs() <= COORDINATE_MAX && y.abs() <= COORDINATE_MAX => {
                    outline.push([x, y]);
                }
                [_, _] => {
                    let message = "a coordinate of a map is a number from -1000000 to 1000000";
                    self.diagnostic(Diagnostic::at(corner.span(), message));
                }
                _ => {
                    let message = format!(
                        "a corner is two numbers, x and y, not {}",
                        corner.get_ref().len()
                    );
                    self.diagnostic(Diagnostic::at(corner.span(), message).hint(OUTLINE_FORM));
                }
            }
        }
        let id = file.id.get_ref();
        if corners.len() < 3 {
            let message = format!(
                "the outline of `{id}` has fewer than 3 corners: {}",
                corners.len()
            );
            self.diagnostic(Diagnostic::at(file.outline.span(), message).hint(OUTLINE_FORM));
        } else if self.diagnostics.len() == n_before && is_flat(&outline) {
            let message = format!("the corners of `{id}` lie on one line: it encloses nothing");
            self.diagnostic(Diagnostic::at(file.outline.span(), message).hint(OUTLINE_FORM));
        }
        outline
    }
}

/// Whether all corners lie on one line.
fn is_flat(outline: &[[f64; 2]]) -> bool {
    let Some((first, others)) = outline.split_first() else {
        return true;
    };
    let from_first = |it: &[f64; 2]| [it[0] - first[0], it[1] - first[1]];
    let length = |it: &[f64; 2]| it[0].hypot(it[1]);
    let offsets: Vec<[f64; 2]> = others.iter().map(from_first).collect();
    let farthest = offsets
        .iter()
        .max_by(|a, b| length(a).total_cmp(&length(b)));
    let Some(along) = farthest else {
        return true;
    };
    let size = length(along);
    let off = |it: &[f64; 2]| (along[0] * it[1] - along[1] * it[0]).abs();
    offsets.iter().all(|it| off(it) <= 1e-9 * size * size)
}
