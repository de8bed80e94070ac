//! Sensitivity of a model of one's own, here Ishigami's function: which input matters, alone and
//! together with others. The statistics know nothing of negotiation.
//!
//! `cargo run --release --example sensitivity`
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::f64::consts::PI;
use std::num::NonZeroU32;

use demarche::stats::design::{RadialRows, SaltelliDesign, Scrambling};
use demarche::stats::sensitivity::{
    RadialOutputs, second_order_indices, spearman, variance_indices,
};

const N_INPUTS: usize = 3;
const SEED: u64 = 1;

/// Of a point of the unit cube.
fn model(point: &[f64]) -> f64 {
    let x = |input: usize| PI * (2.0 * point[input] - 1.0);
    x(0).sin() + 7.0 * x(1).sin().powi(2) + 0.1 * x(2).powi(4) * x(0).sin()
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let design = SaltelliDesign::new(N_INPUTS, RadialRows::BothWays, Scrambling::None)
        .ok_or("too many inputs")?;
    let resamples = NonZeroU32::new(200).ok_or("no resamples")?;
    let mut outputs = Vec::new();
    let (mut firsts, mut results) = (Vec::new(), Vec::new());
    for base_point in 0..1024 {
        let rows = design.rows(base_point);
        let of_rows: Vec<f64> = rows.iter().map(|row| model(row)).collect();
        firsts.push(rows[0][0]);
        results.push(of_rows[0]);
        outputs.push(RadialOutputs::of_rows(&of_rows, N_INPUTS));
    }

    let indices = variance_indices(&outputs, resamples, SEED).ok_or("the output never varies")?;
    for input in 0..N_INPUTS {
        let (alone, total) = (indices.first_order[input].point, indices.total[input].point);
        println!("input {input}: {alone:.3} alone, {total:.3} with all others");
    }
    let pairs = second_order_indices(&outputs, resamples, SEED).ok_or("the output never varies")?;
    for pair in pairs {
        println!(
            "inputs {:?} together: {:.3}",
            pair.factors, pair.index.point
        );
    }
    let trend = spearman(&firsts, &results).ok_or("the output never varies")?;
    println!("rank correlation of input 0: {:.3}", trend.coefficient);
    Ok(())
}
