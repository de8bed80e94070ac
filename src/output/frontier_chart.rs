//! A picture of a frontier between two parties, with what theory singles out and a session's offers.

use kuva::plot::scatter::MarkerShape;
use kuva::plot::{LinePlot, ScatterPlot};
use kuva::render::annotations::ReferenceLine;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;

use crate::domain::{Outcome, PartyId, Scenario};
use crate::experiment::Prospect;

/// What a picture shows.
#[derive(Clone, Debug)]
pub struct FrontierChart<'a> {
    /// Who negotiates about what.
    pub scenario: &'a Scenario,
    /// What theory says of a draw.
    pub prospect: &'a Prospect,
    /// Whose utilities are shown, to the right and upwards.
    pub parties: [PartyId; 2],
    /// The offers of the draw's session in their order.
    pub offers: Vec<Outcome>,
    /// What that session agreed on.
    pub agreement: Option<Outcome>,
}

/// Colours that people who confuse red and green can tell apart; Okabe and Ito, *Color universal
/// design* (2008).
const BLUE: &str = "#0072B2";
const ORANGE: &str = "#E69F00";
const VERMILION: &str = "#D55E00";
const GREEN: &str = "#009E73";
const PURPLE: &str = "#CC79A7";
const SKY: &str = "#56B4E9";
const GRAY: &str = "#9AA5B1";
const BLACK: &str = "#222222";

/// How each concept is marked, in the order of the concepts.
const MARKS: [(MarkerShape, &str); 5] = [
    (MarkerShape::Star, VERMILION),
    (MarkerShape::Diamond, BLUE),
    (MarkerShape::Triangle, GREEN),
    (MarkerShape::Square, ORANGE),
    (MarkerShape::Pentagon, PURPLE),
];

impl FrontierChart<'_> {
    /// The picture as SVG, on a white ground of its own.
    pub fn svg(&self) -> String {
        let landscape = &self.prospect.landscape;
        let points = landscape.frontier.points();
        let frontier: Vec<(f64, f64)> = points
            .map(|it| (it[self.parties[0].idx()], it[self.parties[1].idx()]))
            .collect();
        let mut plots: Vec<Plot> = Vec::new();
        if !frontier.is_empty() {
            let cloud = ScatterPlot::new()
                .with_data(frontier)
                .with_color(GRAY)
                .with_size(3.0)
                .with_marker_opacity(0.7)
                .with_legend("Pareto frontier");
            plots.push(cloud.into());
        }
        self.add_offers(&mut plots);
        self.add_solutions(&mut plots);
        let [x, y] = self.parties.map(|it| &self.scenario.party(it).label);
        let layout = Layout::auto_from_plots(&plots)
            .with_width(860.0)
            .with_height(600.0)
            .with_title(&self.scenario.title)
            .with_subtitle(self.subtitle())
            .with_x_label(format!("Utility of {x}"))
            .with_y_label(format!("Utility of {y}"));
        let layout = self.with_reservation_values(layout);
        kuva::render_to_svg(plots, layout)
    }

    fn subtitle(&self) -> String {
        let landscape = &self.prospect.landscape;
        let others = match self.scenario.parties.len() {
            2 => String::new(),
            n => format!("; two of {n} parties"),
        };
        format!(
            "Draw {}: {} of {} acceptable outcomes are on the frontier{others}",
            self.prospect.replication.0,
            landscape.frontier.len(),
            landscape.n_acceptable,
        )
    }

    /// The path of offers from the first to the last, and the agreement.
    fn add_offers(&self, plots: &mut Vec<Plot>) {
        if self.offers.is_empty() {
            return;
        }
        let path: Vec<(f64, f64)> = self.offers.iter().map(|&it| self.place(it)).collect();
        let line = LinePlot::new()
            .with_data(path.clone())
            .with_color(SKY)
            .with_stroke_width(1.2);
        plots.push(line.into());
        let offers = ScatterPlot::new()
            .with_data(path)
            .with_color(SKY)
            .with_size(2.5)
            .with_legend("Offers in their order");
        plots.push(offers.into());
        if let Some(agreement) = self.agreement {
            let mark = ScatterPlot::new()
                .with_data([self.place(agreement)])
                .with_color(BLACK)
                .with_marker(MarkerShape::Cross)
                .with_size(8.0)
                .with_legend("Agreement of the session");
            plots.push(mark.into());
        }
    }

    /// A mark for each agreement that theory singles out; concepts that agree share one.
    fn add_solutions(&self, plots: &mut Vec<Plot>) {
        let solutions = &self.prospect.solutions;
        for (idx, it) in solutions.iter().enumerate() {
            if solutions[..idx]
                .iter()
                .any(|other| other.outcome == it.outcome)
            {
                continue;
            }
            let same = solutions.iter().filter(|other| other.outcome == it.outcome);
            let labels: Vec<&str> = same.map(|it| it.concept.label()).collect();
            let (marker, color) = MARKS[idx];
            let mark = ScatterPlot::new()
                .with_data([self.place(it.outcome)])
                .with_color(color)
                .with_marker(marker)
                .with_size(8.0)
                .with_legend(labels.join(", "));
            plots.push(mark.into());
        }
    }

    fn with_reservation_values(&self, layout: Layout) -> Layout {
        let [x, y] = self
            .parties
            .map(|it| self.prospect.parties[it.idx()].reservation_value().get());
        let label = "no agreement";
        layout
            .with_reference_line(
                ReferenceLine::vertical(x)
                    .with_color(BLACK)
                    .with_label(label),
            )
            .with_reference_line(
                ReferenceLine::horizontal(y)
                    .with_color(BLACK)
                    .with_label(label),
            )
    }

    /// What an outcome is worth to the two parties.
    fn place(&self, outcome: Outcome) -> (f64, f64) {
        let [x, y] = self
            .parties
            .map(|it| self.prospect.parties[it.idx()].utility(outcome).get());
        (x, y)
    }
}
