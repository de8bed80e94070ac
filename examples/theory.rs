//! What theory says of games with a name, as pure functions of their few numbers.
//!
//! `cargo run --example theory`
#![expect(clippy::print_stdout, reason = "an example prints")]

use demarche::solution::{
    BargainingProblem, LegislativeBargaining, PowerShift, UltimatumUnderThreat, adjusted_winner,
};

pub(crate) fn main() {
    // Two share what lies below u2 = 1 - u1^2; without agreement both have nothing.
    let problem = BargainingProblem::on_curve(0.0, 1.0, |u| [u, 1.0 - u * u], [0.0, 0.0]);
    if let Some(problem) = problem {
        println!("Nash {:.4?}", problem.nash(0.5));
        println!("Kalai and Smorodinsky {:.4?}", problem.kalai_smorodinsky());
        println!("egalitarian {:.4?}", problem.egalitarian());
        println!("utilitarian {:.4?}", problem.utilitarian());
    }

    // A parliament of three where the first proposes half of the time, and two must agree.
    let parliament = LegislativeBargaining {
        recognition: vec![0.5, 0.3, 0.2],
        quota: 3,
        discount_factor: 0.9,
    };
    if let Some(shares) = parliament.equilibrium() {
        println!("a proposer keeps {:.3?}", shares.proposer);
        println!("a partner is given {:.3?}", shares.partner);
    }

    // Take it or leave it, where the other may fight instead at a cost that only it knows.
    let ultimatum = UltimatumUnderThreat {
        win_probability: 0.5,
        own_cost: 0.1,
        others_cost_max: 0.4,
    };
    let (demand, fight) = (ultimatum.best_demand(), ultimatum.fight_probability());
    println!("the best demand is {demand:.3}, and is fought over with probability {fight:.3}");
    println!(
        "either rather agrees within {:.3?}",
        ultimatum.bargaining_range(0.2)
    );

    // The balance of power moves from even to 9 to 1: is there a fight while it is even?
    let shift = PowerShift {
        win_probabilities: [0.5, 0.9],
        discount_factor: 0.9,
        decliners_cost: 0.2,
    };
    println!("the shift is fought over: {}", shift.is_fought_over());

    // Points that two put on three goods.
    let division = adjusted_winner(&[50.0, 30.0, 20.0], &[20.0, 30.0, 50.0]);
    println!(
        "{:?} of each good for {:?} points",
        division.first_shares, division.points
    );
}
