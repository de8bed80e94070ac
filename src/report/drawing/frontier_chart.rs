//! A picture of a frontier between two parties, with what theory singles out and a session's offers.

use demarche_core::domain::{Outcome, PartyId, Scenario};
use kuva::plot::scatter::MarkerShape;
use kuva::plot::{LinePlot, ScatterPlot};
use kuva::render::annotations::ReferenceLine;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;

use crate::experiment::{Definitions, SolutionBenchmark};
use crate::report::drawing::svg::render_svg;

/// What a picture shows.
#[derive(Clone, Debug)]
pub struct FrontierChart<'a> {
    /// Who negotiates about what.
    pub scenario: &'a Scenario,
    /// What theory says of a draw.
    pub benchmark: &'a SolutionBenchmark,
    /// Whose utilities are shown, to the right and upwards.
    pub parties: [PartyId; 2],
    /// The offers of the draw's session in their order, with who put them forward.
    pub offers: Vec<(PartyId, Outcome)>,
    /// What that session agreed on.
    pub agreement: Option<Outcome>,
}

/// Colors of the parties' offers, taken in turns: people who confuse red and green can tell them
/// apart. Okabe and Ito, *Color universal design* (2008).
const COLORS: [&str; 6] = [
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00",
];
const GRAY: &str = "#9AA5B1";
const BLACK: &str = "#222222";

/// How agreements that theory singles out are marked, in turns.
const MARKS: [MarkerShape; 5] = [
    MarkerShape::Star,
    MarkerShape::Diamond,
    MarkerShape::Triangle,
    MarkerShape::Square,
    MarkerShape::Pentagon,
];

impl FrontierChart<'_> {
    /// The picture as SVG, on a white ground of its own so that it can be read on any other.
    ///
    /// Its inner identifiers count up within a process: only the first is the same each time.
    pub fn svg(&self) -> String {
        let mut plots: Vec<Plot> = Vec::new();
        self.add_frontier(&mut plots);
        self.add_offers(&mut plots);
        self.add_solutions(&mut plots);
        self.add_agreement(&mut plots);
        let no_agreement = self
            .parties
            .map(|it| self.benchmark.exact[it.idx()].reservation_value());
        plots.push(mark(no_agreement, MarkerShape::Plus, BLACK, "No agreement"));
        let [x, y] = self.parties.map(|it| &self.scenario.party(it).label);
        let layout = Layout::auto_from_plots(&plots)
            .with_width(900.0)
            .with_height(600.0)
            .with_title(&self.scenario.title)
            .with_subtitle(self.subtitle())
            .with_x_label(format!("Utility of {x}"))
            .with_y_label(format!("Utility of {y}"))
            .with_reference_line(ReferenceLine::vertical(no_agreement[0]).with_color(BLACK))
            .with_reference_line(ReferenceLine::horizontal(no_agreement[1]).with_color(BLACK));
        render_svg(plots, layout, &[])
    }

    /// The points of the frontier; between two parties with a line through them.
    fn add_frontier(&self, plots: &mut Vec<Plot>) {
        let points = self.benchmark.feasible_set.frontier.points();
        let [x, y] = self.parties.map(PartyId::idx);
        let mut frontier: Vec<(f64, f64)> = points.map(|it| (it[x], it[y])).collect();
        if frontier.is_empty() {
            return;
        }
        if self.scenario.parties.len() == 2 {
            frontier.sort_by(|a, b| a.0.total_cmp(&b.0));
            let line = LinePlot::new()
                .with_data(frontier.clone())
                .with_color(GRAY)
                .with_stroke_width(1.5);
            plots.push(line.into());
        }
        let points = ScatterPlot::new()
            .with_data(frontier)
            .with_color(GRAY)
            .with_size(3.0)
            .with_legend("Pareto frontier");
        plots.push(points.into());
    }

    fn subtitle(&self) -> String {
        let feasible_set = &self.benchmark.feasible_set;
        let others = match self.scenario.parties.len() {
            2 => String::new(),
            n => format!("; two of {n} parties"),
        };
        let definitions = match self.benchmark.definitions {
            Definitions::Textbook => "",
            Definitions::Negmas => "; by NegMAS's definitions",
        };
        format!(
            "Draw {}: {} of {} acceptable outcomes are on the frontier{others}{definitions}",
            self.benchmark.replication.0,
            feasible_set.frontier.len(),
            feasible_set.n_acceptable,
        )
    }

    /// Each party's offers from its first to its last.
    fn add_offers(&self, plots: &mut Vec<Plot>) {
        for party in self.scenario.party_ids() {
            let own = self.offers.iter().filter(|it| it.0 == party);
            let path: Vec<(f64, f64)> = own
                .map(|it| self.place(it.1))
                .map(|[x, y]| (x, y))
                .collect();
            if path.is_empty() {
                continue;
            }
            let color = COLORS[party.idx() % COLORS.len()];
            let line = LinePlot::new()
                .with_data(path.clone())
                .with_color(color)
                .with_stroke_width(1.2);
            let offers = ScatterPlot::new()
                .with_data(path)
                .with_color(color)
                .with_size(3.0)
                .with_legend(format!("Offers of {}", self.scenario.party(party).label));
            plots.extend([line.into(), offers.into()]);
        }
    }

    /// A mark for each agreement that theory singles out; concepts that agree share one.
    fn add_solutions(&self, plots: &mut Vec<Plot>) {
        for (it, shape) in self.benchmark.solutions.iter().zip(MARKS) {
            let place = self.place(it.outcome);
            plots.push(mark(place, shape, BLACK, &it.labels()));
        }
    }

    /// What the session agreed on, above all else, since it may be one of the solutions.
    fn add_agreement(&self, plots: &mut Vec<Plot>) {
        if let Some(agreement) = self.agreement {
            let place = self.place(agreement);
            let color = COLORS[COLORS.len() - 1];
            plots.push(mark(
                place,
                MarkerShape::Cross,
                color,
                "Agreement of the session",
            ));
        }
    }

    /// What an outcome is worth to the two parties.
    fn place(&self, outcome: Outcome) -> [f64; 2] {
        self.parties
            .map(|it| self.benchmark.exact[it.idx()].utility(outcome))
    }
}

/// A single large mark with its line in the legend.
fn mark([x, y]: [f64; 2], shape: MarkerShape, color: &str, label: &str) -> Plot {
    ScatterPlot::new()
        .with_data([(x, y)])
        .with_color(color)
        .with_marker(shape)
        .with_size(8.0)
        .with_legend(label)
        .into()
}
