//! How numbers look in sheets: enough digits that what is not zero does not look like zero.

use rust_xlsxwriter::{Color, Format, FormatBorder};

use crate::tables::schema::{Content, metric_content};

/// Most decimals that a cell shows; the CSV has nine significant digits.
const DECIMALS_MAX: usize = 9;

/// Decimals of shares in per cent, and of utilities, if they are enough.
const SHARE_DECIMALS: usize = 1;
const UTILITY_DECIMALS: usize = 3;

/// The formats of a workbook.
#[derive(Debug)]
pub(crate) struct SheetStyles {
    pub(crate) header: Format,
    pub(crate) count: Format,
    whole: Format,
    mean: Format,
    /// By their decimals.
    shares: Vec<Format>,
    utilities: Vec<Format>,
}

impl SheetStyles {
    pub(crate) fn new() -> Self {
        let number = |format: &str| Format::new().set_num_format(format);
        let decimals = |n: usize, end: &str| match n {
            0 => number(&format!("0{end}")),
            _ => number(&format!("0.{}{end}", "0".repeat(n))),
        };
        Self {
            header: Format::new()
                .set_bold()
                .set_background_color(Color::RGB(0xE7_EC_F2))
                .set_border_bottom(FormatBorder::Thin),
            whole: number("0"),
            count: number("#,##0"),
            mean: number("#,##0.00"),
            shares: (0..=DECIMALS_MAX).map(|it| decimals(it, "%")).collect(),
            utilities: (0..=DECIMALS_MAX).map(|it| decimals(it, "")).collect(),
        }
    }

    /// That of a column; `None` if it depends on the cell.
    pub(crate) fn of_column(&self, content: Content) -> Option<&Format> {
        match content {
            Content::Identifier => Some(&self.whole),
            Content::Count => Some(&self.count),
            Content::Share => Some(&self.shares[SHARE_DECIMALS]),
            Content::Utility => Some(&self.utilities[UTILITY_DECIMALS]),
            Content::Mean => Some(&self.mean),
            Content::Number
            | Content::OfMetric
            | Content::Value
            | Content::Party
            | Content::Issue
            | Content::Option
            | Content::Text => None,
        }
    }

    /// That of a number, if it has another one than its column.
    pub(crate) fn of_cell(
        &self,
        content: Content,
        metric: Option<&str>,
        number: f64,
    ) -> Option<&Format> {
        let is_of_metric = content == Content::OfMetric;
        let content = match metric {
            Some(metric) if is_of_metric => metric_content(metric).unwrap_or(Content::Utility),
            _ => content,
        };
        let (formats, usual, scale, is_share) = match content {
            Content::Share => (&self.shares, SHARE_DECIMALS, 100.0, true),
            Content::Utility => (&self.utilities, UTILITY_DECIMALS, 1.0, false),
            Content::Mean if is_of_metric => return Some(&self.mean),
            Content::Identifier
            | Content::Count
            | Content::Mean
            | Content::Number
            | Content::OfMetric
            | Content::Value
            | Content::Party
            | Content::Issue
            | Content::Option
            | Content::Text => return None,
        };
        let decimals = (usual..DECIMALS_MAX).find(|it| is_enough(number, *it, scale, is_share));
        let decimals = decimals.unwrap_or(DECIMALS_MAX);
        (is_of_metric || decimals != usual).then(|| &formats[decimals])
    }
}

/// Whether so many decimals do not make a zero, or a whole, of what is none.
fn is_enough(number: f64, decimals: usize, scale: f64, is_share: bool) -> bool {
    let size = number.abs();
    // Most are; to write them out takes time.
    if (0.001..0.999).contains(&size) {
        return true;
    }
    let shown = format!("{:.decimals$}", size * scale);
    let looks = |whole: f64| {
        shown
            .parse()
            .is_ok_and(|it: f64| it.total_cmp(&whole).is_eq())
    };
    let is_zero = size.total_cmp(&0.0).is_eq();
    let is_whole = size.total_cmp(&1.0).is_eq();
    (is_zero || !looks(0.0)) && (!is_share || is_whole || !looks(scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_zero_nor_a_whole_does_not_look_like_it() {
        for (share, decimals) in [
            (0.0, 1),
            (1.0, 1),
            (0.35, 1),
            (0.9994, 1),
            (0.9996, 2),
            (0.000_01, 3),
            (0.999_996, 4),
        ] {
            let enough = (1..9).find(|it| is_enough(share, *it, 100.0, true));
            assert_eq!(enough, Some(decimals), "{share}");
        }
        for (utility, decimals) in [(0.0, 3), (1.0, 3), (0.9996, 3), (0.0004, 4), (-0.000_02, 5)] {
            let enough = (3..9).find(|it| is_enough(utility, *it, 1.0, false));
            assert_eq!(enough, Some(decimals), "{utility}");
        }
    }

    #[test]
    fn a_figure_looks_like_its_metric() {
        for (metric, content) in [
            ("agreement_rate", Content::Share),
            ("round_given_agreement", Content::Mean),
            ("offers", Content::Mean),
            ("nash_product_given_agreement", Content::Utility),
        ] {
            assert_eq!(metric_content(metric), Some(content));
        }
        let formats = SheetStyles::new();
        let of = |content, metric, number| formats.of_cell(content, metric, number);
        assert!(of(Content::Share, None, 0.5).is_none());
        assert!(of(Content::Share, None, 0.000_01) == Some(&formats.shares[3]));
        assert!(of(Content::OfMetric, Some("utility"), 0.5) == Some(&formats.utilities[3]));
        assert!(of(Content::OfMetric, Some("offers"), 0.5) == Some(&formats.mean));
    }
}
