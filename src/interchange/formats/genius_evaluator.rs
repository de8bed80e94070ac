//! What an option of a GENIUS issue is worth: the evaluators of its utility files.

use std::collections::BTreeMap;

use crate::interchange::error::Problem;
use crate::interchange::foreign::greatest;
use crate::interchange::formats::xml::Element;
use crate::interchange::options::Scaling;

/// Below this an issue's largest evaluation counts as 0, and so do all; as in GENIUS.
const EVALUATION_MIN: f64 = 1e-5;

/// How an issue can be settled: by names or by numbers.
#[derive(PartialEq, Debug)]
pub(super) enum Kind {
    Discrete(Vec<String>),
    Integer(Vec<f64>),
    Real(Vec<f64>),
}

/// The values of an issue's options, from its element in a utility file.
///
/// | evaluator | raw |
/// | --- | --- |
/// | discrete | e |
/// | integer or real, linear | offset + slope · x, or parameter0 + parameter1 · x |
/// | constant | parameter0 |
/// | triangular | 0 up to parameter0, 1 at parameter2, 0 from parameter1 |
///
/// Scaled, they are divided by the largest.
/// The raw column is what `NegMAS` 0.16 loads; dividing is what `EvaluatorDiscrete` of GENIUS does,
/// here for every kind of issue, so that each has an option worth 1. GENIUS's own
/// `EvaluatorInteger` counts from the lower bound and holds the line within 0 and 1 instead.
pub(super) fn values(
    kind: &Kind,
    element: &Element,
    scaling: Scaling,
) -> Result<Vec<f64>, Problem> {
    let mut res = match kind {
        Kind::Discrete(options) => discrete_values(options, element)?,
        Kind::Integer(points) | Kind::Real(points) => numeric_values(points, element)?,
    };
    if scaling == Scaling::Own {
        let largest = greatest(&res);
        for value in &mut res {
            *value = if largest < EVALUATION_MIN {
                0.0
            } else {
                *value / largest
            };
        }
    }
    Ok(res)
}

fn discrete_values(options: &[String], element: &Element) -> Result<Vec<f64>, Problem> {
    let mut evaluations = BTreeMap::new();
    for item in element.children_named("item") {
        evaluations.insert(item.required("value")?.trim(), item);
    }
    let evaluation = |option: &String| match evaluations.get(option.as_str()) {
        Some(item) => item.number("evaluation"),
        None => Err(element.problem(format!("there is no <item> for the option `{option}`"))),
    };
    options.iter().map(evaluation).collect()
}

fn numeric_values(points: &[f64], element: &Element) -> Result<Vec<f64>, Problem> {
    let Some(evaluator) = element.children_named("evaluator").next() else {
        return Err(element.problem("there is no <evaluator> for this issue"));
    };
    let parameter = |name: &str, other: &str| match evaluator.attribute(name) {
        Some(_) => evaluator.number(name),
        None => evaluator.number(other),
    };
    let kind = evaluator.attribute("ftype").unwrap_or("linear");
    if kind.eq_ignore_ascii_case("linear") {
        let offset = parameter("offset", "parameter0")?;
        let slope = parameter("slope", "parameter1")?;
        Ok(points.iter().map(|it| offset + slope * it).collect())
    } else if kind.eq_ignore_ascii_case("constant") {
        Ok(vec![evaluator.number("parameter0")?; points.len()])
    } else if kind.eq_ignore_ascii_case("triangular") {
        let low = evaluator.number("parameter0")?;
        let high = evaluator.number("parameter1")?;
        let top = evaluator.number("parameter2")?;
        Ok(points
            .iter()
            .map(|&it| triangle(it, low, top, high))
            .collect())
    } else {
        Err(evaluator.problem(format!(
            "the evaluator `{kind}` is unknown; only linear, constant and triangular are supported"
        )))
    }
}

fn triangle(x: f64, low: f64, top: f64, high: f64) -> f64 {
    if x < low || x >= high.max(top) {
        0.0
    } else if x < top {
        (x - low) / (top - low)
    } else {
        1.0 - (x - top) / (high - top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interchange::formats::xml::parse;

    #[track_caller]
    fn check(kind: &Kind, element: &str, scaling: Scaling, expected: &[f64]) {
        let element = parse(element).unwrap();
        assert_eq!(values(kind, &element, scaling).unwrap(), expected);
    }

    #[test]
    fn a_line_is_divided_by_its_largest_value() {
        let weeks = || Kind::Integer(vec![1.0, 2.0, 3.0]);
        let file = "<issue lowerbound='1' upperbound='3'><evaluator ftype='linear' offset='1' slope='-0.25'/></issue>";
        check(
            &weeks(),
            file,
            Scaling::Own,
            &[1.0, 0.5 / 0.75, 0.25 / 0.75],
        );
        check(&weeks(), file, Scaling::Raw, &[0.75, 0.5, 0.25]);
    }

    #[test]
    fn real_evaluators_follow_their_formulas() {
        let points = || Kind::Real(vec![0.0, 1.0, 2.0, 3.0, 4.0]);
        let file = |it: &str| format!("<issue><evaluator {it}/></issue>");
        let linear = file("ftype='linear' parameter0='0.5' parameter1='0.25'");
        let scaled = [0.5, 0.75, 1.0, 1.25, 1.5].map(|it| it / 1.5);
        check(&points(), &linear, Scaling::Own, &scaled);
        check(
            &points(),
            &linear,
            Scaling::Raw,
            &[0.5, 0.75, 1.0, 1.25, 1.5],
        );
        let constant = file("ftype='constant' parameter0='0.5'");
        check(&points(), &constant, Scaling::Own, &[1.0; 5]);
        check(&points(), &constant, Scaling::Raw, &[0.5; 5]);
        let triangle = file("ftype='triangular' parameter0='1' parameter1='4' parameter2='2'");
        check(
            &points(),
            &triangle,
            Scaling::Own,
            &[0.0, 0.0, 1.0, 0.5, 0.0],
        );
    }

    #[test]
    fn discrete_evaluations_are_divided_by_the_largest() {
        let options = || Kind::Discrete(vec!["x".into(), "y".into()]);
        let file =
            "<issue><item value='y' evaluation='4'/><item value='x' evaluation='1'/></issue>";
        check(&options(), file, Scaling::Own, &[0.25, 1.0]);
        check(&options(), file, Scaling::Raw, &[1.0, 4.0]);
        let none =
            "<issue><item value='y' evaluation='0'/><item value='x' evaluation='-1'/></issue>";
        check(&options(), none, Scaling::Own, &[0.0, 0.0]);
    }
}
