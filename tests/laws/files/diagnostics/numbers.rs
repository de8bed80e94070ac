//! Numbers that are written in another way than files have them: the error names the right one.

use super::{BASE, WEST_RESERVATION, check, check_files};
use crate::support::worlds::replaced;

#[test]
fn keys_that_no_number_has() {
    for (name, number) in [
        ("number_by_value", "{ value = 0.4, note = \"said\" }"),
        ("number_by_its_ends", "{ min = 0.2, max = 0.4 }"),
        ("number_by_mean_and_sd", "{ mean = 0.3, std = 0.1 }"),
        (
            "number_of_another_name",
            "{ gaussian = { mean = 0.3, sd = 0.1 } }",
        ),
        ("number_of_nothing_known", "{ low = 0.2, high = 0.4 }"),
        ("number_as_a_list", "[0.2, 0.4]"),
        ("number_as_a_long_list", "[0.2, 0.3, 0.35, 0.4]"),
    ] {
        check(name, WEST_RESERVATION, number);
    }
}

#[test]
fn arguments_that_a_distribution_does_not_have() {
    for (name, number) in [
        (
            "uniform_by_other_names",
            "{ uniform = { low = 0.2, high = 0.4 } }",
        ),
        ("uniform_as_a_list", "{ uniform = [0.2, 0.4] }"),
        ("triangular_as_a_list_of_two", "{ triangular = [0.2, 0.4] }"),
        ("constant_as_a_table", "{ constant = { value = 0.4 } }"),
        (
            "normal_without_ends",
            "{ normal = { mean = 0.3, std = 0.1 } }",
        ),
        (
            "uniform_with_a_step",
            "{ uniform = { min = 0.2, max = 0.4, step = 0.1 } }",
        ),
        (
            "discrete_without_probabilities",
            "{ discrete = { values = [0.2, 0.4] } }",
        ),
    ] {
        check(name, WEST_RESERVATION, number);
    }
}

/// A wrong form does not hide what else is wrong.
#[test]
fn the_rest_is_checked_too() {
    let text = replaced(BASE, WEST_RESERVATION, "{ value = 0.4 }");
    let text = replaced(&text, "low = 1.0, high = 0.2", "low = 1.0, high = 2.0");
    check_files("number_by_value_among_others", &[("s.toml", &text)], &[]);
}
