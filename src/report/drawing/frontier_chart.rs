//! A picture of a frontier between two parties, with what theory singles out and a session's offers.

use demarche_core::domain::{Outcome, PartyId, Scenario};

use crate::experiment::{Definitions, SolutionBenchmark};
use crate::report::drawing::charts::{Chart, Mark, Scatter, Series, Size};
use crate::report::drawing::quantities::{Axis, Unit};

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

impl FrontierChart<'_> {
    /// The picture as SVG, on a white ground of its own so that it can be read on any other.
    pub fn svg(&self) -> String {
        let no_agreement =
            (self.parties).map(|it| self.benchmark.exact[it.idx()].reservation_value());
        let mut groups = vec![self.frontier()];
        groups.extend(self.offers());
        groups.push(self.solutions());
        let agreement = self
            .agreement
            .map(|it| ("Agreement of the session", self.place(it)));
        let no_deal = ("No agreement", no_agreement);
        let marks = agreement.map(|it| (it, Mark::Ring)).into_iter();
        groups.extend(
            marks
                .chain([(no_deal, Mark::Plus)])
                .map(|((label, at), mark)| Series {
                    label: label.to_owned(),
                    mark,
                    is_joined: false,
                    spots: vec![(at, label.to_owned())],
                }),
        );
        groups.retain(|it| !it.spots.is_empty());
        let [x, y] = self.parties.map(|it| {
            let label = &self.scenario.party(it).label;
            Axis::new(format!("Utility of {label}"), Unit::Utility)
        });
        let chart = Chart::Scatter(Scatter {
            heading: vec![self.scenario.title.clone(), self.subtitle()],
            x,
            y,
            groups,
            crossing: Some(no_agreement),
        });
        chart.svg(Size::Wide)
    }

    /// The points of the frontier; between two parties with a line through them.
    fn frontier(&self) -> Series {
        let points = self.benchmark.feasible_set.frontier.points();
        let mut places: Vec<[f64; 2]> = points
            .map(|it| self.parties.map(|party| it[party.idx()]))
            .collect();
        places.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let spots = places
            .into_iter()
            .map(|it| (it, "Pareto optimum".to_owned()));
        Series {
            label: "Pareto frontier".to_owned(),
            mark: Mark::Dust,
            is_joined: self.scenario.parties.len() == 2,
            spots: spots.collect(),
        }
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
    fn offers(&self) -> impl Iterator<Item = Series> {
        self.scenario.party_ids().map(|party| {
            let label = &self.scenario.party(party).label;
            let own = self.offers.iter().filter(|it| it.0 == party);
            let spots = own.map(|it| (self.place(it.1), format!("Offer of {label}")));
            Series {
                label: format!("Offers of {label}"),
                mark: Mark::Disc(party.idx()),
                is_joined: true,
                spots: spots.collect(),
            }
        })
    }

    /// The agreements that theory singles out; concepts that agree share one.
    fn solutions(&self) -> Series {
        let solutions = self.benchmark.solutions.iter();
        let spots = solutions.map(|it| (self.place(it.outcome), it.labels()));
        Series {
            label: "Bargaining solutions".to_owned(),
            mark: Mark::Star,
            is_joined: false,
            spots: spots.collect(),
        }
    }

    /// What an outcome is worth to the two parties.
    fn place(&self, outcome: Outcome) -> [f64; 2] {
        self.parties
            .map(|it| self.benchmark.exact[it.idx()].utility(outcome))
    }
}
