"""Prints a made-up scenario of a given size: what benches measure, with preferences drawn in every session.

usage: python3 benches/made_up.py [--parties 5] [--issues 7] [--options 5] [--rounds 100] [--strategy RULE]
                                  [--interactions 0] [--red-lines 0] [--reservation-value 0.0] [--constant]

Weights and utilities are uniform from 0 to 1; with --constant they are numbers without any pattern. Parties
hold out and give way early in turn. Interactions couple two issues each, of one party after the other; so do red
lines, which are real in half of the sessions.
"""

import argparse


def without_pattern(*place):
    """A number in [0, 1) that depends on its place only: a linear congruence, so that it is the same anywhere."""
    state = 12345
    for it in place:
        for _ in range(3):
            state = (state * 1103515245 + 12345 + it * 7919) % 2**31
    return state / 2**31


def scenario(size):
    def number(*place):
        if size.constant:
            return f"{without_pattern(*place):.6f}"
        return "{ uniform = { min = 0.0, max = 1.0 } }"

    options = [f"o{option}" for option in range(size.options)]
    lines = [
        "schema = 1",
        'name = "made-up"',
        'title = "made up"',
        'kind = "synthetic"',
        "[protocol.alternating_offers]",
        f"deadline_rounds = {size.rounds}",
    ]
    for issue in range(size.issues):
        entries = ", ".join(f'{{ id = "{it}", label = "{it}" }}' for it in options)
        lines += ["[[issue]]", f'id = "i{issue}"', f'label = "{issue}"', f"options = [{entries}]"]
    for party in range(size.parties):
        exponent = ["boulware", "conceder"][party % 2]
        rule = (size.strategy or 'time_dependent = { concession_exponent = "EXPONENT" }').replace(
            "EXPONENT", exponent
        )
        lines += [
            "[[party]]",
            f'id = "p{party}"',
            f'label = "{party}"',
            f"reservation_value = {size.reservation_value}",
            f"strategy = [{{ p = 1.0, {rule} }}]",
        ]
        for issue in range(size.issues):
            utilities = ", ".join(
                f"{it} = {number(party, issue, index)}" for index, it in enumerate(options)
            )
            weight = number(party, issue, size.options)
            lines += [
                "[[party.preference]]",
                f'issue = "i{issue}"',
                f"weight = {weight}",
                f"utility = {{ {utilities} }}",
            ]
        for kind, count, value in [
            ("interaction", size.interactions, f"adds = {{ uniform = {{ min = -0.1, max = 0.1 }} }}"),
            ("red_line", size.red_lines, 'label = "line"\nprobability = 0.5'),
        ]:
            for index in range(party, count, size.parties):
                first, second = index % size.issues, (index * 7 + 3) % size.issues
                second = second if second != first else (second + 1) % size.issues
                one, other = (options[(index * step) % size.options] for step in (3, 5))
                lines += [
                    f"[[party.{kind}]]",
                    f'id = "x{index}"',
                    f'when = {{ i{first} = "{one}", i{second} = "{other}" }}',
                    value,
                ]
    return "\n".join(lines) + "\n"


def size_of(*arguments):
    """The size that these arguments name; those of the command line if there are none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name, default in [
        ("parties", 5), ("issues", 7), ("options", 5), ("rounds", 100), ("interactions", 0), ("red-lines", 0),
    ]:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--reservation-value", type=float, default=0.0)
    parser.add_argument("--strategy", help="with EXPONENT for boulware and conceder in turn")
    parser.add_argument("--constant", action="store_true")
    return parser.parse_args(arguments or None)


if __name__ == "__main__":
    print(scenario(size_of()), end="")
