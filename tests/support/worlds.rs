//! Small worlds to test in: random preferences under random rules, and random scenario files.

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::sync::Arc;

use demarche::config::{LoadedScenario, load_scenario};
use demarche::domain::{
    Condition, ConsentRule, DrawnNumbers, IssueId, OptionId, Outcome, OutcomeSpace, PartyId,
    PartySet, Preferences, Quota, Scale, Veto,
};
use demarche::negotiation::{PlainLoop, SessionResult, Setting};
use demarche::protocol::{Event, ProtocolKind, RelativeTime, Rules, Session};
use demarche::randomness::{MasterSeed, NameHash, Purpose, Replication, Seeds, Stream};
use demarche::search::{Counted, OfferDistance};
use proptest::prelude::*;

// ---- Preferences and rules, for searches.

/// Raw numbers for a condition: pairs of an issue and a set of its options, both to be reduced.
type RawCondition = Vec<(usize, u8)>;

/// One party's drawn preferences, the consent rule, and what it has heard: as raw numbers.
///
/// Numbers that point at something are reduced to what there is, so that every shrunk world is
/// a world too.
#[derive(Clone, Debug)]
pub(crate) struct World {
    sizes: Vec<usize>,
    ordinal: Vec<bool>,
    weights: Vec<f64>,
    utilities: Vec<f64>,
    interactions: Vec<(RawCondition, f64)>,
    /// Conditions with whether they are real.
    red_lines: Vec<(RawCondition, bool)>,
    reservation_value: f64,
    n_parties: usize,
    me: usize,
    vetoes: Vec<(usize, RawCondition)>,
    quotas: Vec<(usize, u8)>,
    heard: Vec<(usize, u64)>,
    /// By party, the weight of what was heard from it; all that was heard counts for every outcome.
    weights_heard: Option<Vec<f64>>,
    /// Targets to search for, beside those that follow from the world.
    pub(crate) targets: Vec<f64>,
}

const N_ISSUES_MAX: usize = 6;
const N_OPTIONS_MAX: usize = 5;

/// Worlds of one to six issues with one to five options each; many with ties everywhere.
pub(crate) fn worlds() -> impl Strategy<Value = World> {
    let grain = prop_oneof![
        3 => Just(Some(0.25)),
        2 => Just(Some(0.5)),
        1 => Just(Some(1.0)),
        2 => Just(None),
    ];
    grain.prop_flat_map(|grain| {
        let on_grid = move |it: f64| grain.map_or(it, |grain: f64| (it / grain).round() * grain);
        let share = || (0.0..=1.0).prop_map(on_grid);
        let what_is_wanted = (
            prop::collection::vec(1..=N_OPTIONS_MAX, 1..=N_ISSUES_MAX),
            prop::collection::vec(any::<bool>(), N_ISSUES_MAX),
            prop::collection::vec(share(), N_ISSUES_MAX),
            prop::collection::vec(share(), N_ISSUES_MAX * N_OPTIONS_MAX),
            prop::collection::vec((raw_conditions(1), (-1.0..=1.0).prop_map(on_grid)), 0..4),
            share(),
            prop::collection::vec((raw_conditions(1), any::<bool>()), 0..3),
        );
        let who_must_agree = (
            2..=5_usize,
            0..5_usize,
            prop::collection::vec((0..5_usize, raw_conditions(0)), 0..5),
            prop::collection::vec((1..=3_usize, any::<u8>()), 0..2),
            prop::collection::vec((0..5_usize, any::<u64>()), 0..8),
            prop::option::of(prop::collection::vec(share(), 5)),
            prop::collection::vec(0.0..=1.0, 2),
        );
        (what_is_wanted, who_must_agree).prop_map(|(wanted, agree)| World {
            sizes: wanted.0,
            ordinal: wanted.1,
            weights: wanted.2,
            utilities: wanted.3,
            interactions: wanted.4,
            reservation_value: wanted.5,
            red_lines: wanted.6,
            n_parties: agree.0,
            me: agree.1,
            vetoes: agree.2,
            quotas: agree.3,
            heard: agree.4,
            weights_heard: agree.5,
            targets: agree.6,
        })
    })
}

fn raw_conditions(at_least: usize) -> impl Strategy<Value = RawCondition> {
    prop::collection::vec((0..N_ISSUES_MAX, 1..32_u8), at_least..=3)
}

impl World {
    pub(crate) fn space(&self) -> Arc<OutcomeSpace> {
        Arc::new(OutcomeSpace::new(&self.sizes).expect("a small space"))
    }

    pub(crate) fn me(&self) -> PartyId {
        PartyId::new(self.me % self.n_parties)
    }

    fn condition(&self, raw: &RawCondition) -> Condition {
        let mut clauses: Vec<(IssueId, Vec<OptionId>)> = Vec::new();
        for &(issue, mask) in raw {
            let issue = issue % self.sizes.len();
            if clauses.iter().any(|it| it.0.idx() == issue) {
                continue;
            }
            let n = self.sizes[issue];
            let mut options: Vec<usize> = (0..n).filter(|it| mask >> it & 1 == 1).collect();
            if options.is_empty() {
                options.push(usize::from(mask) % n);
            }
            let options = options.into_iter().map(OptionId::new).collect();
            clauses.push((IssueId::new(issue), options));
        }
        Condition::new(clauses)
    }

    pub(crate) fn interactions(&self) -> Vec<Condition> {
        let of_each = self.interactions.iter();
        of_each.map(|(raw, _)| self.condition(raw)).collect()
    }

    /// Preferences before any number is put into them.
    pub(crate) fn indifferent(&self) -> Preferences {
        let red_lines = self.red_lines.iter();
        let red_lines = red_lines.map(|(raw, _)| self.condition(raw)).collect();
        Preferences::indifferent(self.space(), self.interactions()).with_red_lines(red_lines)
    }

    pub(crate) fn preferences(&self) -> Preferences {
        let space = self.space();
        let mut preferences = self.indifferent();
        preferences.put(DrawnNumbers {
            weights: self.weights[..space.n_issues()].to_vec(),
            utilities: self.utilities[..space.n_options_total()].to_vec(),
            adds: self.interactions.iter().map(|it| it.1).collect(),
            reservation_value: self.reservation_value,
            leverages: Vec::new(),
            are_red_lines_real: self.red_lines.iter().map(|it| it.1).collect(),
        });
        preferences
    }

    pub(crate) fn consent(&self) -> ConsentRule {
        let vetoes = self
            .vetoes
            .iter()
            .map(|(party, raw)| Veto {
                party: PartyId::new(party % self.n_parties),
                when: self.condition(raw),
            })
            .collect();
        let quotas = self
            .quotas
            .iter()
            .map(|&(at_least, mask)| Quota {
                at_least,
                of: (0..self.n_parties)
                    .filter(|it| mask >> it & 1 == 1)
                    .map(PartyId::new)
                    .collect(),
            })
            .collect();
        ConsentRule::new(vetoes, quotas)
    }

    pub(crate) fn offer_distance(&self) -> OfferDistance {
        let space = self.space();
        let mut res = OfferDistance::new(&space, &self.scales(), self.n_parties);
        for (party, outcome, _) in self.heard() {
            res.hear(&space, party, outcome);
        }
        let Some(weights) = &self.weights_heard else {
            return res;
        };
        for (party, weight) in (0..self.n_parties).map(PartyId::new).zip(weights) {
            res.weigh(party, *weight);
        }
        res.counting(Counted::All)
    }

    fn scales(&self) -> Vec<Scale> {
        self.ordinal[..self.sizes.len()]
            .iter()
            .map(|&it| if it { Scale::Ordinal } else { Scale::Nominal })
            .collect()
    }

    /// Who put forward what, with bits for who says yes to it.
    fn heard(&self) -> impl Iterator<Item = (PartyId, Outcome, u64)> {
        let space = self.space();
        self.heard.iter().map(move |&(party, number)| {
            let party = PartyId::new(party % self.n_parties);
            let outcome = space.outcome_at(number % space.n_outcomes());
            (party, outcome, number >> 40)
        })
    }

    /// A session of proposals and votes over so many rounds.
    pub(crate) fn rules(&self, deadline_rounds: u32) -> Rules {
        Rules {
            protocol: ProtocolKind::ProposalAndVote,
            deadline_rounds,
            relative_time: RelativeTime::default(),
            consent: self.consent(),
            n_parties: self.n_parties,
            scales: self.scales(),
            space: self.space(),
        }
    }

    /// What was said so far: offers, most of them with answers, whether or not they made a deal.
    pub(crate) fn events(&self) -> Vec<Event> {
        let consent = self.consent();
        let space = self.space();
        let offers = self.heard().flat_map(|(proposer, offer, bits)| {
            let answered = consent.asked(&space, offer).without(proposer);
            let says_yes = |it: &PartyId| bits >> it.idx() & 1 == 1;
            let yes: PartySet = answered.iter().filter(says_yes).collect();
            let no: PartySet = answered.iter().filter(|it| !says_yes(it)).collect();
            let answers = Event::Answered {
                round: 1,
                proposer,
                offer,
                yes,
                no,
                answered,
            };
            let offered = Event::Offered {
                round: 1,
                proposer,
                offer,
            };
            let is_answered = bits >> 8 & 3 != 0;
            std::iter::once(offered).chain(is_answered.then_some(answers))
        });
        offers.collect()
    }
}

// ---- Scenario files, for sessions.

/// Random choices of a test, from the same generator as everything else.
pub(crate) struct RandomChoices(Stream);

impl RandomChoices {
    pub(crate) fn new(purpose: &str, case: u64) -> Self {
        let seeds = Seeds::new(MasterSeed(20_250_815));
        let name = NameHash::of(purpose);
        Self(seeds.stream(Replication(case), name, Purpose::Scenario))
    }

    /// A whole number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.below(bound as u64)).expect("below a usize")
    }

    /// A whole number from `min` to `max`.
    pub(crate) fn between(&mut self, min: usize, max: usize) -> usize {
        min + self.below(max - min + 1)
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    fn within(&mut self, min: f64, max: f64) -> f64 {
        min + self.0.uniform() * (max - min)
    }

    /// A number as a file writes it, within a range.
    fn number(&mut self, min: f64, max: f64) -> String {
        let quarter = |it: usize| f64::from(u32::try_from(it).expect("a digit")) / 4.0;
        let (a, b) = (self.within(min, max), self.within(min, max));
        let (low, high) = (a.min(b), a.max(b) + 1e-9);
        let high = high.min(max);
        if low >= high {
            return format!("{low:?}");
        }
        match self.below(10) {
            0..4 => format!("{:?}", min + quarter(self.below(5)) * (max - min)),
            4 => format!("{low:?}"),
            5 => format!("{{ uniform = {{ min = {low:?}, max = {high:?} }} }}"),
            6 => {
                let mode = self.within(low, high).clamp(low, high);
                format!("{{ triangular = {{ min = {low:?}, mode = {mode:?}, max = {high:?} }} }}")
            }
            7 => {
                format!("{{ normal = {{ mean = {a:?}, sd = 0.3, min = {min:?}, max = {max:?} }} }}")
            }
            8 => {
                format!("{{ beta = {{ alpha = 2.0, beta = 3.5, min = {low:?}, max = {high:?} }} }}")
            }
            _ => format!("{{ discrete = {{ values = [{low:?}, {high:?}], p = [0.3, 0.7] }} }}"),
        }
    }

    /// A condition on one to three of the issues, as a file writes it.
    fn condition(&mut self, sizes: &[usize]) -> String {
        let mut entries: Vec<String> = Vec::new();
        let first = self.below(sizes.len());
        for offset in 0..self.between(1, sizes.len().min(3)) {
            let issue = (first + offset) % sizes.len();
            let one = self.below(sizes[issue]);
            let other = self.below(sizes[issue]);
            entries.push(if self.one_in(2) {
                format!("i{issue} = \"o{one}\"")
            } else {
                format!("i{issue} = [\"o{one}\", \"o{other}\"]")
            });
        }
        format!("{{ {} }}", entries.join(", "))
    }
}

/// A valid random scenario file: two to four parties, all protocols, all strategies.
pub(crate) fn scenario_text(random: &mut RandomChoices) -> String {
    let n_parties = random.between(2, 4);
    let n_issues = random.between(1, 4);
    let sizes: Vec<usize> = (0..n_issues).map(|_| random.between(1, 4)).collect();
    let mut text =
        "schema = 1\nname = \"random\"\ntitle = \"Made of random numbers\"\nkind = \"synthetic\"\n"
            .to_owned();
    for (issue, size) in sizes.iter().enumerate() {
        let scale = random.pick(&["ordinal", "nominal"]);
        let options: Vec<String> = (0..*size)
            .map(|it| format!("{{ id = \"o{it}\", label = \"Option {it}\" }}"))
            .collect();
        let _ = writeln!(
            text,
            "[[issue]]\nid = \"i{issue}\"\nlabel = \"Issue {issue}\"\nscale = \"{scale}\"\noptions = [{}]",
            options.join(", ")
        );
    }
    for party in 0..n_parties {
        write_party(&mut text, random, party, &sizes);
    }
    for leverage in 0..random.below(3) {
        let (by, on) = (random.below(n_parties), random.below(n_parties));
        if by != on {
            let _ = writeln!(
                text,
                "[[leverage]]\nid = \"l{leverage}\"\nby = \"p{by}\"\non = \"p{on}\"\nlowers_reservation_value = {}",
                random.number(0.0, 0.5)
            );
        }
    }
    let rounds = random.between(1, 8);
    let relative_time = *random.pick(&["", "\nrelative_time = \"genius\""]);
    if random.one_in(2) {
        let _ = writeln!(
            text,
            "[protocol.{}]\ndeadline_rounds = {rounds}{relative_time}",
            random.pick(&["alternating_offers", "alternating_offers_by_turn"])
        );
        return text;
    }
    for _ in 0..random.below(4) {
        let _ = match random.below(3) {
            0 => writeln!(
                text,
                "[[consent]]\nparty = \"p{}\"",
                random.below(n_parties)
            ),
            1 => {
                let party = random.below(n_parties);
                let when = random.condition(&sizes);
                writeln!(text, "[[consent]]\nparty = \"p{party}\"\nwhen = {when}")
            }
            _ => writeln!(
                text,
                "[[consent]]\nquota = {}",
                random.between(1, n_parties)
            ),
        };
    }
    let _ = match random.below(3) {
        0 => writeln!(
            text,
            "[protocol.proposal_and_vote]\ndeadline_rounds = {rounds}{relative_time}"
        ),
        1 => {
            // Some never propose.
            let recognition = match random.below(3) {
                0 => "",
                1 => "0.25, 0.75, 0.0, 0.0",
                _ => "0.0, 1.0, 0.0, 0.0",
            };
            let named = by_party("recognition", recognition, n_parties);
            writeln!(
                text,
                "[protocol.random_proposer]\ndeadline_rounds = {rounds}{relative_time}\n{named}"
            )
        }
        _ => {
            let temperature = *random.pick(&["", "0.0", "0.1, 2.5"]);
            let named = by_party("temperature", temperature, n_parties);
            writeln!(
                text,
                "[protocol.single_text]\ndeadline_rounds = {rounds}{relative_time}\n{named}"
            )
        }
    };
    text
}

/// Numbers for the first parties, as a protocol's table writes them; nothing for none.
fn by_party(key: &str, numbers: &str, n_parties: usize) -> String {
    let entries: Vec<String> = numbers
        .split(", ")
        .take(n_parties)
        .enumerate()
        .map(|(idx, number)| format!("p{idx} = {number}"))
        .collect();
    if numbers.is_empty() {
        String::new()
    } else {
        format!("{key} = {{ {} }}", entries.join(", "))
    }
}

fn write_party(text: &mut String, random: &mut RandomChoices, party: usize, sizes: &[usize]) {
    // Low, so that most parties can be satisfied; a few cannot.
    let highest = *random.pick(&[0.3, 0.6, 1.0]);
    let _ = writeln!(
        text,
        "[[party]]\nid = \"p{party}\"\nlabel = \"Party {party}\"\nreservation_value = {}",
        random.number(0.0, highest)
    );
    if random.one_in(3) {
        let _ = writeln!(text, "discount_factor = {}", random.number(0.5, 1.0));
    }
    for (issue, size) in sizes.iter().enumerate() {
        let utilities: Vec<String> = (0..*size)
            .map(|it| format!("o{it} = {}", random.number(0.0, 1.0)))
            .collect();
        let _ = writeln!(
            text,
            "[[party.preference]]\nissue = \"i{issue}\"\nweight = {}\nutility = {{ {} }}",
            random.number(0.0, 4.0),
            utilities.join(", ")
        );
    }
    for interaction in 0..random.below(3) {
        let when = random.condition(sizes);
        let adds = random.number(-1.0, 1.0);
        let _ = writeln!(
            text,
            "[[party.interaction]]\nid = \"k{interaction}\"\nwhen = {when}\nadds = {adds}"
        );
    }
    if random.one_in(2) {
        let when = random.condition(sizes);
        let probability = random.number(0.0, 1.0);
        let _ = writeln!(
            text,
            "[[party.red_line]]\nid = \"r0\"\nlabel = \"A line\"\nwhen = {when}\nprobability = {probability}"
        );
    }
    let mixtures: [&[f64]; 3] = [&[1.0], &[0.25, 0.75], &[0.25, 0.25, 0.5]];
    for p in *random.pick(&mixtures) {
        let exponent = random.number(0.1, 5.0);
        let rule = match random.below(16) {
            0 => format!("time_dependent = {{ concession_exponent = {exponent} }}"),
            1 => "time_dependent = { concession_exponent = \"boulware\" }".to_owned(),
            2 => format!(
                "trade_off = {{ concession_exponent = {exponent}, weight_of_yes = {} }}",
                random.number(0.0, 1.0)
            ),
            3 => format!("negmas_time_based = {{ exponent = {exponent} }}"),
            4 => format!("exponential = {{ concession_exponent = {exponent} }}"),
            5 => format!("hybrid = {{ concession_exponent = {exponent} }}"),
            6 => format!(
                "tit_for_tat = {{ reciprocity = {} }}",
                random.number(0.0, 3.0)
            ),
            7 => format!(
                "top_fraction = {{ fraction = {} }}",
                random.number(0.0, 1.0)
            ),
            8 => "micro = {}".to_owned(),
            9 => "nice_tit_for_tat = {}".to_owned(),
            10 => "expected_utility = {}".to_owned(),
            11 => "tough = {}".to_owned(),
            12 => format!("incremental = {{ concession_exponent = {exponent} }}"),
            13 => format!(
                "incremental = {{ concession_exponent = {exponent}, issues_changed_max = {}, \
                 weight_of_yes = {}, sweetener_after = {} }}",
                random.number(1.0, 5.0),
                random.number(0.0, 1.0),
                random.number(0.0, 1.0)
            ),
            14 => "equilibrium = { own_discount_factor = 0.9, others_discount_factor = 0.8 }"
                .to_owned(),
            _ => "random_offer = {}".to_owned(),
        };
        let accept = match random.below(7) {
            0 => String::new(),
            1 => "accept = { aspiration = {} }".to_owned(),
            2 => format!(
                "accept = {{ time = {{ after = {} }} }}",
                random.number(0.0, 1.0)
            ),
            3 => "accept = { next = {} }".to_owned(),
            4 => format!(
                "accept = {{ previous = {{ adds = {} }} }}",
                random.number(-0.2, 0.2)
            ),
            5 => "accept = { combined = { after = 0.5 } }".to_owned(),
            _ => format!(
                "accept = {{ constant = {{ at_least = {} }} }}",
                random.number(0.0, 1.0)
            ),
        };
        let _ = writeln!(text, "[[party.strategy]]\np = {p:?}\n{rule}\n{accept}");
    }
}

/// The text of a random scenario with one to three correlations between its uncertain numbers, which
/// can hold together; as it is where there are not two.
pub(crate) fn with_correlations(random: &mut RandomChoices, text: &str) -> String {
    let setting = setting_of(text);
    let uncertain = setting.uncertain_numbers();
    let n_numbers = uncertain.len();
    let mut text = text.to_owned();
    if n_numbers < 2 {
        return text;
    }
    let paths: Vec<&str> = setting.numbers().map(|it| it.path.as_str()).collect();
    let path = |it: usize| paths[uncertain[it % n_numbers].idx()];
    let first = random.below(n_numbers);
    for it in 0..random.between(1, 3.min(n_numbers - 1)) {
        let (one, other) = (path(first + it), path(first + it + 1));
        // Which of two strategies is followed is drawn, so that their numbers never are together.
        if !one.contains(".strategy.") || !other.contains(".strategy.") {
            let rank = random.within(-0.5, 0.5);
            let _ = writeln!(
                text,
                "[[correlation]]\nbetween = [\"{one}\", \"{other}\"]\nrank = {rank:?}"
            );
        }
    }
    text
}

/// The smallest example that ships with the program.
pub(crate) const TWO_VILLAGES: &str = include_str!("../../configs/scenarios/two-villages.toml");

/// What a text alone loads as.
#[track_caller]
pub(crate) fn load_text(text: &str) -> LoadedScenario {
    let read = |_: &Path| -> io::Result<String> { Ok(text.to_owned()) };
    load_scenario(Path::new("scenario.toml"), &[], &read)
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}\n\nin the text\n\n{text}"))
}

#[track_caller]
pub(crate) fn setting_of(text: &str) -> Arc<Setting> {
    Arc::new(load_text(text).setting)
}

/// A text with one part replaced; the part must be there once.
#[track_caller]
pub(crate) fn replaced(text: &str, old: &str, new: &str) -> String {
    assert_eq!(text.matches(old).count(), 1, "the text has `{old}` once");
    text.replacen(old, new, 1)
}

/// The first sessions of a setting, by the plain loop.
pub(crate) fn in_a_plain_loop(
    setting: &Arc<Setting>,
    seeds: &Seeds,
    replications: u64,
) -> Vec<(Session, SessionResult)> {
    let mut plain_loop = PlainLoop::new(Arc::clone(setting));
    (0..replications)
        .map(|it| plain_loop.run(seeds, Replication(it)))
        .collect()
}

/// The parties of a set, for messages and comparisons.
pub(crate) fn members(set: PartySet) -> Vec<usize> {
    set.iter().map(PartyId::idx).collect()
}
