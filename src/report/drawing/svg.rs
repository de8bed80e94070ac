//! Charts as SVG that any reader of XML takes.

use kuva::render::layout::Layout;
use kuva::render::plots::Plot;

use crate::report::drawing::label_lines::{LabelLines, with_all_lines};

/// Draws plots with labels beside them; a character that XML does not allow, such as a control character in a label,
/// becomes U+FFFD.
pub(super) fn render_svg(plots: Vec<Plot>, layout: Layout, labels: &[LabelLines]) -> String {
    let svg = with_all_lines(kuva::render_to_svg(plots, layout), labels);
    let allowed = |it: char| {
        if is_xml(it) {
            it
        } else {
            char::REPLACEMENT_CHARACTER
        }
    };
    svg.chars().map(allowed).collect()
}

/// Whether XML 1.0 allows a character (section 2.2, production 2).
fn is_xml(it: char) -> bool {
    matches!(it, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use kuva::plot::ScatterPlot;

    use super::*;

    #[test]
    fn a_label_with_control_characters_leaves_the_picture_well_formed() {
        let plots: Vec<Plot> = vec![ScatterPlot::new().with_data(vec![(0.0, 1.0)]).into()];
        let title = "a\u{1b}b\u{0}c\u{ffff}d & <e>";
        let layout = Layout::auto_from_plots(&plots).with_title(title);
        let svg = render_svg(plots, layout, &[]);
        assert!(
            svg.contains("a\u{fffd}b\u{fffd}c\u{fffd}d &amp; &lt;e"),
            "{svg}"
        );
        assert!(svg.chars().all(is_xml));
    }
}
