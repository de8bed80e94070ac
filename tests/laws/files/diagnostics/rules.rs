//! What is wrong with where a rule comes from.

use super::{ROUNDS, WEST_STRATEGY, check};

#[test]
fn a_rule_whose_origin_is_wrong() {
    for (name, rounds) in [
        (
            "rounds_of_an_unknown_source",
            "deadline_rounds = { constant = 5, basis = \"reported\", source = [\"leters\"] }\n",
        ),
        (
            "rounds_without_a_note",
            "deadline_rounds = { constant = 5, basis = \"inferred\", source = [\"letters\"] }\n",
        ),
        (
            "rounds_without_a_number",
            "deadline_rounds = { basis = \"assumed\" }\n",
        ),
        (
            "rounds_that_are_uncertain",
            "deadline_rounds = { uniform = { min = 5, max = 9 } }\n",
        ),
        (
            "no_rounds_with_a_basis",
            "deadline_rounds = { constant = 0, basis = \"assumed\" }\n",
        ),
        (
            "protocol_of_an_unknown_basis",
            "deadline_rounds = 5\nbasis = \"infered\"\nsource = [\"letters\"]\nnote = \"so\"\n",
        ),
        (
            "protocol_without_a_source",
            "deadline_rounds = 5\nbasis = \"reported\"\n",
        ),
        (
            "consent_of_an_unknown_source",
            "deadline_rounds = 5\n\n[[consent]]\nparty = \"east\"\nbasis = \"reported\"\nsource = [\"leters\"]\n",
        ),
    ] {
        check(name, ROUNDS, rounds);
    }
    for (name, strategy) in [
        (
            "strategy_of_an_unknown_source",
            "{ p = 1.0, random_offer = {}, basis = \"reported\", source = [\"leters\"] }",
        ),
        (
            "p_without_a_source",
            "{ p = 1.0, random_offer = {}, basis = \"assumed\" }, { p = { constant = 0.0, basis = \"reported\" }, tough = {} }",
        ),
        (
            "p_with_a_basis_above_one",
            "{ p = { constant = 1.5, basis = \"assumed\" }, random_offer = {} }",
        ),
    ] {
        check(name, WEST_STRATEGY, strategy);
    }
}
