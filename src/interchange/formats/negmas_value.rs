//! What an option is worth in NegMAS: the value functions of its linear additive utilities.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::interchange::formats::data::Data;

/// The type of what is in a mapping, without its module.
pub(super) fn kind(data: &Data) -> Option<&str> {
    let found = data.get("type").or_else(|| data.get("__python_class__"))?;
    let path = found.text()?;
    Some(path.rsplit_once('.').map_or(path, |it| it.1))
}

/// The values of an issue's options, or what is wrong with the function; without a function an
/// option is worth the number that it is.
///
/// | function | x |
/// | --- | --- |
/// | `TableFun` | what `mapping` has for x |
/// | `IdentityFun` | x |
/// | `ConstFun` | bias |
/// | `LinearFun`, `AffineFun` | slope · x + bias |
/// | `QuadraticFun` | a2 · x² + a1 · x + bias |
/// | `PolynomialFun` | Σ coefficients\[p\] · x^(p + 1) + bias |
/// | `TriangularFun` | bias + scale · (0 up to start, 1 at middle, 0 from end on) |
/// | `TrapezoidalFun` | bias + scale · (0 up to start, 1 from `rise_end` to `fall_start`, 0 from end on) |
/// | `ExponentialFun` | base^(tau · x) + bias |
/// | `LogFun` | scale · log(tau · x) to base + bias |
/// | `SinFun`, `CosFun` | amplitude · sin(multiplier · x + phase) + bias |
/// | `GaussianFun` | bias + scale · exp(−(x − center)² / (2 · sigma²)) |
pub(super) fn value_function(file: Option<&Data>, options: &[Data]) -> Result<Vec<f64>, String> {
    let values = match file {
        None => options.iter().map(x).collect(),
        Some(Data::List(list)) => list
            .iter()
            .map(|it| it.number().ok_or_else(|| "has no number".to_owned()))
            .collect(),
        Some(it) => match kind(it) {
            Some("TableFun") => table(it.get("mapping").unwrap_or(&Data::Null), options),
            // Written by hand, a table needs no type.
            None => table(it, options),
            Some(kind) => {
                let function = function(kind, it)?;
                let value = |option: &Data| {
                    // The only one for options that are no numbers.
                    let is_constant = kind == "ConstFun";
                    Ok(function(if is_constant { 0.0 } else { x(option)? }))
                };
                options.iter().map(value).collect()
            }
        },
    };
    let values: Vec<f64> = values?;
    if values.iter().all(|it| it.is_finite()) {
        Ok(values)
    } else {
        Err("has no finite value for an option".to_owned())
    }
}

/// The number that an option is.
fn x(option: &Data) -> Result<f64, String> {
    let number = option.number();
    number.ok_or_else(|| "requires numbers, and an option is not a number".to_owned())
}

fn table(mapping: &Data, options: &[Data]) -> Result<Vec<f64>, String> {
    let Data::Map(entries) = mapping else {
        return Err("has no `mapping`".to_owned());
    };
    // In JSON every key is a text: "0.50" may be the number 0.5.
    let is_number = options.iter().all(|it| it.number().is_some());
    let key = |it: &Data| {
        let number = it.text().and_then(|it| it.trim().parse().ok());
        let number = number.filter(|_| is_number);
        let it = number.map_or_else(|| it.clone(), Data::Number);
        it.name().map(Cow::into_owned)
    };
    let by_name: BTreeMap<String, &Data> = entries
        .iter()
        .filter_map(|(name, it)| Some((key(name)?, it)))
        .collect();
    let value = |option: &Data| {
        let name = option.name().unwrap_or_default();
        let found = by_name.get(name.as_ref()).and_then(|it| it.number());
        found.ok_or_else(|| format!("has no number for the option {name}"))
    };
    options.iter().map(value).collect()
}

type Function = Box<dyn Fn(f64) -> f64>;

fn function(kind: &str, file: &Data) -> Result<Function, String> {
    let optional = |key: &str, default: f64| match file.get(key) {
        None | Some(Data::Null) => Ok(default),
        Some(it) => it
            .number()
            .ok_or_else(|| format!("has no number as `{key}`")),
    };
    let needed = |key: &str| match file.get(key) {
        Some(it) => it
            .number()
            .ok_or_else(|| format!("has no number as `{key}`")),
        None => Err(format!("has no `{key}`")),
    };
    let bias = optional("bias", 0.0)?;
    Ok(match kind {
        "IdentityFun" => Box::new(|x| x),
        "ConstFun" => Box::new(move |_| bias),
        "LinearFun" | "AffineFun" => {
            let slope = needed("slope")?;
            Box::new(move |x| x * slope + bias)
        }
        "QuadraticFun" => {
            let (a2, a1) = (needed("a2")?, needed("a1")?);
            Box::new(move |x| a2 * x * x + a1 * x + bias)
        }
        "PolynomialFun" => {
            let list = file.get("coefficients").and_then(Data::list);
            let list = list.ok_or("has no `coefficients`")?;
            let numbers: Option<Vec<f64>> = list.iter().map(Data::number).collect();
            let numbers = numbers.ok_or("has no number as a coefficient")?;
            Box::new(move |x| numbers.iter().rev().fold(0.0, |sum, it| (sum + it) * x) + bias)
        }
        "TriangularFun" => {
            let (start, middle, end) = (needed("start")?, needed("middle")?, needed("end")?);
            let scale = optional("scale", 1.0)?;
            Box::new(move |x| {
                let is_inside = start < x && x < end;
                bias + if is_inside {
                    scale * trapezium(x, start, middle, middle, end)
                } else {
                    0.0
                }
            })
        }
        "TrapezoidalFun" => {
            let (start, end) = (needed("start")?, needed("end")?);
            let (rise_end, fall_start) = (needed("rise_end")?, needed("fall_start")?);
            let scale = optional("scale", 1.0)?;
            Box::new(move |x| bias + scale * trapezium(x, start, rise_end, fall_start, end))
        }
        "ExponentialFun" => {
            let (tau, base) = (needed("tau")?, optional("base", std::f64::consts::E)?);
            Box::new(move |x| libm::pow(base, tau * x) + bias)
        }
        "LogFun" => {
            let (tau, base) = (needed("tau")?, optional("base", std::f64::consts::E)?);
            let scale = optional("scale", 1.0)?;
            Box::new(move |x| scale * (libm::log(tau * x) / libm::log(base)) + bias)
        }
        "SinFun" | "CosFun" => {
            let (multiplier, phase) = (optional("multiplier", 1.0)?, optional("phase", 0.0)?);
            let amplitude = optional("amplitude", 1.0)?;
            let wave = if kind == "SinFun" {
                libm::sin
            } else {
                libm::cos
            };
            Box::new(move |x| amplitude * wave(multiplier * x + phase) + bias)
        }
        "GaussianFun" => {
            let (center, sigma) = (needed("center")?, needed("sigma")?);
            let scale = optional("scale", 1.0)?;
            Box::new(move |x| {
                let distance = x - center;
                bias + scale * libm::exp(-(distance * distance) / (2.0 * sigma * sigma))
            })
        }
        _ => return Err(format!("is a {kind}, which is not supported")),
    })
}

/// 0 outside of `start` and `end`, 1 from `rise_end` to `fall_start`, straight between.
fn trapezium(x: f64, start: f64, rise_end: f64, fall_start: f64, end: f64) -> f64 {
    if x < start || x > end {
        0.0
    } else if x < rise_end {
        (x - start) / (rise_end - start)
    } else if x <= fall_start {
        1.0
    } else {
        (end - x) / (end - fall_start)
    }
}
