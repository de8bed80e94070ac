//! Weighed plans agree with enumeration of all outcomes, and with claims written by hand.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::sync::Arc;

use demarche::domain::{
    Condition, DraftPlan, IssueId, OptionId, Outcome, OutcomeSpace, PartyId, PartySet, Preferences,
    Scenario, Statement,
};
use demarche::experiment::{
    COMPLETIONS_IN_ALL_MAX, COMPLETIONS_MAX, Cell, ChangeTally, CompletionKind, CompletionTally,
    EvaluatedPlans, Interrupt, PlanEvaluationError, PlanEvaluator, PlanTally, measure_claims,
};
use demarche::negotiation::{PreferenceDraw, Setting};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::solution::holds;

use crate::support::thoroughness::sample_or_all;
use crate::support::worlds::{RandomChoices, TWO_VILLAGES, scenario_text, setting_of};

const SEED: MasterSeed = MasterSeed(7);

fn plan(name: &str, options: Vec<Option<OptionId>>) -> DraftPlan {
    DraftPlan {
        name: name.to_owned(),
        label: name.to_owned(),
        source: None,
        note: None,
        lost: Vec::new(),
        options,
    }
}

/// A plan that names some outcome's options on about half of the issues, or on all.
fn random_plan(random: &mut RandomChoices, space: &OutcomeSpace, name: &str) -> DraftPlan {
    let is_complete = random.one_in(3);
    let option = |issue: IssueId, random: &mut RandomChoices| {
        let option = OptionId::new(random.below(space.n_options(issue)));
        (is_complete || random.one_in(2)).then_some(option)
    };
    plan(name, space.issues().map(|it| option(it, random)).collect())
}

fn weighed(setting: &Arc<Setting>, plans: &[DraftPlan], n: u64, threads: usize) -> EvaluatedPlans {
    let seeds = Seeds::new(SEED);
    let setting = Arc::clone(setting);
    let evaluator = PlanEvaluator::new(vec![Cell { setting, seeds }], plans.to_vec(), n).unwrap();
    let mut last = 0;
    let evaluated = evaluator.run(threads, &Interrupt::default(), &mut |n_draws| {
        assert!(n_draws > last, "progress goes on");
        last = n_draws;
    });
    assert_eq!(last, evaluator.n_draws_in_all());
    let [only] = evaluated.expect("nobody interrupts").try_into().unwrap();
    only
}

/// The preferences of all parties in the first draws.
fn draws(setting: &Arc<Setting>, n: u64) -> Vec<Vec<Preferences>> {
    let seeds = Seeds::new(SEED);
    let mut parties: Vec<PreferenceDraw> = (setting.scenario().party_ids())
        .map(|it| PreferenceDraw::new(Arc::clone(setting), it))
        .collect();
    (0..n)
        .map(|replication| {
            let draw = |it: &mut PreferenceDraw| it.draw(&seeds, Replication(replication)).clone();
            parties.iter_mut().map(draw).collect()
        })
        .collect()
}

fn accepting(parties: &[Preferences], outcome: Outcome) -> PartySet {
    let ids = (0..parties.len()).map(PartyId::new);
    let accepts = |it: &PartyId| {
        let preferences = &parties[it.idx()];
        preferences.utility(outcome) >= preferences.reservation_value()
            && preferences.allows(outcome)
    };
    ids.filter(accepts).collect()
}

/// By outcome, in which draws all whose consent it needs accept it.
fn accepted_by_all(
    scenario: &Scenario,
    draws: &[Vec<Preferences>],
) -> BTreeMap<Outcome, Vec<bool>> {
    let (space, consent) = (&scenario.space, &scenario.consent);
    let of_outcome = |outcome: Outcome| {
        let is_accepted = |parties: &Vec<Preferences>| {
            consent.is_satisfied(space, outcome, accepting(parties, outcome))
        };
        (outcome, draws.iter().map(is_accepted).collect())
    };
    space.outcomes().map(of_outcome).collect()
}

fn n_true(are: &[bool]) -> u64 {
    are.iter().filter(|it| **it).count() as u64
}

fn with(space: &OutcomeSpace, outcome: Outcome, issue: IssueId, option: OptionId) -> Outcome {
    let mut options: Vec<OptionId> = space.issues().map(|it| space.option(outcome, it)).collect();
    options[issue.idx()] = option;
    space.outcome(&options)
}

#[track_caller]
fn check_plan(setting: &Setting, draws: &[Vec<Preferences>], tally: &PlanTally) {
    let scenario = setting.scenario();
    let space = &scenario.space;
    let accepted = accepted_by_all(scenario, draws);
    let terms: Vec<(IssueId, OptionId)> = (space.issues().zip(&tally.plan.options))
        .filter_map(|(issue, it)| Some((issue, (*it)?)))
        .collect();
    let n_changes = |outcome: Outcome| {
        let kept = terms
            .iter()
            .filter(|it| space.option(outcome, it.0) == it.1);
        terms.len() - kept.count()
    };
    let completions: Vec<Outcome> = space.outcomes().filter(|it| n_changes(*it) == 0).collect();
    assert_eq!(tally.n_completions, completions.len() as u64);
    let counts = completions.iter().map(|it| n_true(&accepted[it]));
    let extremes = [counts.clone().max(), counts.min()].map(Option::unwrap);
    let of_kind = |it: &CompletionTally| match it.kind {
        CompletionKind::Whole => {
            assert_eq!(completions, [it.outcome]);
            extremes[0]
        }
        CompletionKind::MostAccepted => extremes[0],
        CompletionKind::LeastAccepted => extremes[1],
    };
    for it in &tally.completions {
        assert!(completions.contains(&it.outcome));
        assert_eq!(it.n_accepted, n_true(&accepted[&it.outcome]));
        assert_eq!(it.n_accepted, of_kind(it));
        check_changes(space, &accepted, it);
        check_parties(scenario, draws, it);
    }
    let mut by_changes = vec![0; terms.len() + 1];
    for draw in 0..draws.len() {
        let agreed = accepted.iter().filter(|it| it.1[draw]);
        if let Some(nearest) = agreed.map(|it| n_changes(*it.0)).min() {
            by_changes[nearest] += 1;
        }
    }
    assert_eq!(tally.draws_by_changes(), by_changes);
    let n_found: u64 = by_changes.iter().sum();
    assert_eq!(tally.n_without_amendment(), draws.len() as u64 - n_found);
    let mut n_listed = vec![0; terms.len() + 1];
    for it in tally.amendments() {
        assert_eq!(it.n_changes, n_changes(it.outcome));
        assert!(it.n <= n_true(&accepted[&it.outcome]));
        n_listed[it.n_changes] += it.n;
    }
    assert_eq!(n_listed, by_changes);
}

/// Every change of one issue wins what enumeration says, and the best of them is the best.
#[track_caller]
fn check_changes(
    space: &OutcomeSpace,
    accepted: &BTreeMap<Outcome, Vec<bool>>,
    it: &CompletionTally,
) {
    let mut best = it.n_accepted;
    for change in &it.changes {
        let changed = with(space, it.outcome, change.issue, change.option);
        assert_ne!(changed, it.outcome);
        assert_eq!(change.n_accepted(), n_true(&accepted[&changed]));
        best = best.max(change.n_accepted());
    }
    let n_others: usize = space.issues().map(|it| space.n_options(it) - 1).sum();
    assert_eq!(it.changes.len(), n_others);
    let found = it.best_change().map(ChangeTally::n_accepted);
    assert_eq!(found, (best > it.n_accepted).then_some(best));
}

fn float(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap())
}

/// What is told of each party is what claims in exact arithmetic and plain means say.
#[track_caller]
fn check_parties(scenario: &Scenario, draws: &[Vec<Preferences>], it: &CompletionTally) {
    let (space, consent) = (&scenario.space, &scenario.consent);
    let clauses = space
        .issues()
        .map(|issue| (issue, vec![space.option(it.outcome, issue)]));
    let deal = Condition::new(clauses);
    let n = float(draws.len());
    for (party, tally) in scenario.party_ids().zip(&it.parties) {
        let statement = Statement::Accepts {
            party,
            deal: deal.clone(),
        };
        let claimed = draws
            .iter()
            .filter(|parties| holds(&statement, parties, consent));
        assert_eq!(tally.n_accepts, claimed.count() as u64);
        let own = || draws.iter().map(|it| &it[party.idx()]);
        let crossed = own().filter(|preferences| !preferences.allows(it.outcome));
        assert_eq!(tally.n_red_lines_crossed, crossed.count() as u64);
        let pivotal = draws.iter().filter(|parties| {
            let yes = accepting(parties, it.outcome);
            let is_enough = |yes| consent.is_satisfied(space, it.outcome, yes);
            !is_enough(yes) && is_enough(yes.with(party))
        });
        assert_eq!(tally.n_pivotal_rejections, pivotal.count() as u64);
        let mean = |figure: &dyn Fn(&Preferences) -> f64| own().map(figure).sum::<f64>() / n;
        let near = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
        };
        let utility = |it: &CompletionTally, own: &Preferences| own.utility(it.outcome).get();
        near(
            tally.utility().unwrap().point,
            mean(&|own| utility(it, own)),
        );
        let surplus = |own: &Preferences| {
            let kept = own.numbers().lowered_reservation_value().clamp(0.0, 1.0);
            utility(it, own) - kept
        };
        near(tally.surplus().unwrap().point, mean(&surplus));
        let before = |own: &Preferences| utility(it, own) - own.numbers().reservation_value;
        let found = tally.surplus_before_leverage().unwrap().point;
        near(found, mean(&before));
        let shortfall = |issue: IssueId| {
            mean(&|own| {
                let numbers = own.numbers();
                let sum: f64 = numbers.weights.iter().sum();
                let equal = 1.0 / float(numbers.weights.len());
                let weight = numbers.weights[issue.idx()];
                let weight = if sum > 0.0 { weight / sum } else { equal };
                let utility = |option| numbers.utilities[space.flat(issue, option)];
                let best = space.options(issue).map(utility).fold(0.0, f64::max);
                weight * (best - utility(space.option(it.outcome, issue)))
            })
        };
        let worst = space.issues().map(shortfall).fold(0.0, f64::max);
        match tally.worst_issue() {
            None => near(0.0, worst),
            Some((issue, found)) => {
                near(found, worst);
                near(shortfall(issue), worst);
            }
        }
    }
}

#[test]
fn figures_of_plans_in_random_worlds_are_those_of_all_outcomes_listed() {
    for case in 0..sample_or_all(60, 1000) {
        let mut random = RandomChoices::new("plans", case);
        let setting = setting_of(&scenario_text(&mut random));
        let space = &setting.scenario().space;
        let plans: Vec<DraftPlan> = (0..3)
            .map(|it| random_plan(&mut random, space, &format!("plan-{it}")))
            .collect();
        let n_draws = 24;
        let evaluated = weighed(&setting, &plans, n_draws, 1);
        let draws = draws(&setting, n_draws);
        for it in &evaluated.plans {
            check_plan(&setting, &draws, it);
        }
        let accepted = accepted_by_all(setting.scenario(), &draws);
        let has_agreement = |draw: &usize| accepted.values().any(|it| it[*draw]);
        let n_with_agreement = (0..draws.len()).filter(has_agreement).count() as u64;
        assert_eq!(evaluated.n_with_agreement, n_with_agreement);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_counts() {
    let mut random = RandomChoices::new("threads", 0);
    let setting = setting_of(TWO_VILLAGES);
    let space = &setting.scenario().space;
    let plans: Vec<DraftPlan> = (0..5)
        .map(|it| random_plan(&mut random, space, &format!("plan-{it}")))
        .collect();
    let [one, three] = [1, 3].map(|threads| weighed(&setting, &plans, 500, threads));
    assert_eq!(one, three);
}

/// The text of a claim that a party accepts a deal.
fn claim(party: &str, deal: &str) -> String {
    format!(
        "[[claim]]\nid = \"{party}-signs\"\nsays = \"{party} signs\"\nparty = \"{party}\"\naccepts = {{ {deal} }}\n"
    )
}

#[test]
fn shares_are_those_of_claims_written_by_hand_for_the_same_package() {
    let deal = r#"well_hours = "shared", upkeep = "halves", second_rope = "no""#;
    // A line that is real in four draws of ten, and leverage on the party that has it.
    let more = format!(
        "{}{}[[leverage]]\nid = \"drought\"\nby = \"lower\"\non = \"upper\"\nlowers_reservation_value = 0.05\n",
        claim("upper", deal),
        claim("lower", deal)
    );
    let line = "[[party.red_line]]\nid = \"halves\"\nlabel = \"No halves\"\nwhen = { upkeep = \"halves\" }\nprobability = 0.4\n\n# ---- The lower village";
    let text = TWO_VILLAGES.replacen("# ---- The lower village", line, 1) + &more;
    let setting = setting_of(&text);
    let n_draws = 4000;
    let held = measure_claims(&setting, &Seeds::new(SEED), n_draws, |_| {
        ControlFlow::Continue(())
    });
    let [.., upper, lower] = held[..] else {
        panic!("there are claims");
    };
    let option = |it: usize| Some(OptionId::new(it));
    let package = plan("package", vec![option(1), option(1), option(1)]);
    let evaluated = weighed(&setting, &[package], n_draws, 2);
    let [completion] = &evaluated.plans[0].completions[..] else {
        panic!("a complete plan is its only completion");
    };
    let [of_upper, of_lower] = &completion.parties[..] else {
        panic!("there are two parties");
    };
    assert_eq!([of_upper.n_accepts, of_lower.n_accepts], [upper, lower]);
    // The line alone: worth 0.25 + 0.3 · 0.4…0.7, against 0.35 after leverage; always enough.
    assert_eq!(of_upper.n_accepts + of_upper.n_red_lines_crossed, n_draws);
    assert!((1500..1700).contains(&of_upper.n_red_lines_crossed));
    let difference =
        of_upper.surplus().unwrap().point - of_upper.surplus_before_leverage().unwrap().point;
    assert!((difference - 0.05).abs() < 1e-9);
    let worst = of_upper.worst_issue().map(|it| it.0);
    assert_eq!(worst, Some(IssueId::new(0)));
}

#[test]
fn a_plan_that_leaves_too_much_open_is_refused() {
    let options: Vec<String> = (0..41)
        .map(|it| format!("{{ id = \"o{it}\", label = \"{it}\" }}"))
        .collect();
    let utilities: Vec<String> = (0..41).map(|it| format!("o{it} = 0.5")).collect();
    let mut text =
        "schema = 1\nname = \"wide\"\ntitle = \"Wide\"\nkind = \"synthetic\"\n".to_owned();
    let issues = ["a", "b", "c"];
    for issue in issues {
        let _ = write!(
            text,
            "[[issue]]\nid = \"{issue}\"\nlabel = \"{issue}\"\noptions = [{}]\n",
            options.join(", ")
        );
    }
    for party in ["x", "y"] {
        let _ = write!(
            text,
            "[[party]]\nid = \"{party}\"\nlabel = \"{party}\"\nreservation_value = 0.4\n"
        );
        for issue in issues {
            let _ = write!(
                text,
                "[[party.preference]]\nissue = \"{issue}\"\nweight = 1.0\nutility = {{ {} }}\n",
                utilities.join(", ")
            );
        }
        text += "[[party.strategy]]\np = 1.0\nrandom_offer = {}\n";
    }
    text += "[protocol.alternating_offers]\ndeadline_rounds = 2\n";
    let setting = setting_of(&text);
    let open = |name: &str, options: [Option<usize>; 3]| {
        plan(name, options.map(|it| it.map(OptionId::new)).to_vec())
    };
    let load_all = |plans: Vec<DraftPlan>| {
        let cell = Cell {
            setting: Arc::clone(&setting),
            seeds: Seeds::new(SEED),
        };
        PlanEvaluator::new(vec![cell], plans, 1)
    };
    let load = |options| load_all(vec![open("open", options)]);
    let n_completions = 41 * 41 * 41;
    assert!(n_completions > COMPLETIONS_MAX);
    let expected = PlanEvaluationError::TooManyCompletions {
        plan: "open".to_owned(),
        n_open: 3,
        n_completions,
    };
    assert_eq!(load([None; 3]).unwrap_err(), expected);
    assert!(load([Some(0), None, None]).is_ok());
    // Each of them is small enough, and complete plans take no room.
    let n_each = 41 * 41;
    let n_fit = COMPLETIONS_IN_ALL_MAX / n_each;
    let plans = |n: u64| {
        let complete = (0..9).map(|it| open(&format!("complete-{it}"), [Some(0); 3]));
        let plans = (1..=n).map(|it| open(&format!("plan-{it}"), [Some(0), None, None]));
        load_all(complete.chain(plans).collect())
    };
    assert!(plans(n_fit).is_ok());
    let expected = PlanEvaluationError::TooManyCompletionsInAll {
        plan: format!("plan-{}", n_fit + 1),
        n_completions: (n_fit + 1) * n_each,
    };
    assert_eq!(plans(n_fit + 3).unwrap_err(), expected);
}

/// Two parties about many small steps: what each step gives one of them costs the other about as much.
pub(crate) fn many_steps(n_issues: usize) -> String {
    let mut random = RandomChoices::new("many steps", 0);
    let mut text =
        "schema = 1\nname = \"steps\"\ntitle = \"Steps\"\nkind = \"synthetic\"\n".to_owned();
    for issue in 0..n_issues {
        let _ = write!(
            text,
            "[[issue]]\nid = \"i{issue}\"\nlabel = \"{issue}\"\noptions = [{{ id = \"no\", label = \"no\" }}, {{ id = \"yes\", label = \"yes\" }}]\n",
        );
    }
    for (party, utility, least) in [
        ("x", "no = 0.0, yes = 1.0", 0.5),
        ("y", "no = 1.0, yes = 0.0", 0.57),
    ] {
        let _ = write!(
            text,
            "[[party]]\nid = \"{party}\"\nlabel = \"{party}\"\nreservation_value = {least}\n"
        );
        for issue in 0..n_issues {
            let weight = random.between(1000, 1600);
            let _ = write!(
                text,
                "[[party.preference]]\nissue = \"i{issue}\"\nweight = {weight}\nutility = {{ {utility} }}\n",
            );
        }
        text += "[[party.strategy]]\np = 1.0\nrandom_offer = {}\n";
    }
    text + "[protocol.alternating_offers]\ndeadline_rounds = 2\n"
}

#[test]
fn a_draw_in_which_the_search_gives_up_counts_as_undecided() {
    let n_issues = 39;
    let setting = setting_of(&many_steps(n_issues));
    let status_quo = plan("status-quo", vec![Some(OptionId::new(0)); n_issues]);
    let open = plan(
        "open",
        (0..n_issues)
            .map(|it| (it > 3).then_some(OptionId::new(0)))
            .collect(),
    );
    let evaluated = weighed(&setting, &[status_quo, open], 2, 1);
    assert_eq!((evaluated.n_with_agreement, evaluated.n_undecided), (2, 0));
    for it in &evaluated.plans {
        assert_eq!((it.n_undecided(), it.n_without_amendment()), (2, 0));
        assert!(it.amendments().is_empty());
    }
}

#[test]
fn completions_that_are_accepted_alike_are_there_once() {
    let always = TWO_VILLAGES.replace("reservation_value = ", "reservation_value = 0.0 # ");
    let setting = setting_of(&always);
    let open = plan("open", vec![None, Some(OptionId::new(0)), None]);
    let evaluated = weighed(&setting, &[open], 20, 1);
    let [it] = &evaluated.plans[..] else {
        panic!("one plan was weighed");
    };
    assert!(it.is_accepted_alike());
    assert_eq!(it.completions.len(), 2);
    assert_eq!(it.distinct_completions(), &it.completions[..1]);
}
