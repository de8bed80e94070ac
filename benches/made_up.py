"""Prints a made-up scenario of a given size: what benches measure, with preferences drawn in every session.

usage: python3 benches/made_up.py [--parties 5] [--issues 7] [--options 5] [--rounds 100]
                                  [--protocol alternating_offers] [--strategy RULE] [--interactions 0]
                                  [--red-lines 0] [--coupled ISSUES] [--reservation-value 0.0] [--constant]

Weights and utilities are uniform from 0 to 1; with --constant they are numbers without any pattern. Parties
hold out and give way early in turn. Interactions and red lines are so many of each party, and couple two issues
each, all of them or the first so many; red lines are real in half of the sessions.
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
        f"[protocol.{size.protocol}]",
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
        # Small enough for utilities to stay within [0, 1] for the most part.
        most = min(0.1, 1 / max(1, size.interactions))
        for kind, count, value in [
            ("interaction", size.interactions, f"adds = {{ uniform = {{ min = {-most}, max = {most} }} }}"),
            ("red_line", size.red_lines, 'label = "line"\nprobability = 0.5'),
        ]:
            for index in range(count):
                coupled = size.coupled or size.issues
                one = int(without_pattern(party, index, 1) * coupled)
                other = (one + 1 + int(without_pattern(party, index, 2) * (coupled - 1))) % coupled
                of_one, of_other = (
                    options[int(without_pattern(party, index, it) * size.options)] for it in (3, 4)
                )
                lines += [
                    f"[[party.{kind}]]",
                    f'id = "x{index}"',
                    f'when = {{ i{one} = "{of_one}", i{other} = "{of_other}" }}',
                    value,
                ]
    return "\n".join(lines) + "\n"


def size_of(*arguments):
    """The size that these arguments name; those of the command line if there are none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name, default in [
        ("parties", 5),
        ("issues", 7),
        ("options", 5),
        ("rounds", 100),
        ("interactions", 0),
        ("red-lines", 0),
        ("coupled", 0),
    ]:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--reservation-value", type=float, default=0.0)
    parser.add_argument("--protocol", default="alternating_offers")
    parser.add_argument("--strategy", help="with EXPONENT for boulware and conceder in turn")
    parser.add_argument("--constant", action="store_true")
    return parser.parse_args(arguments or None)


if __name__ == "__main__":
    print(scenario(size_of()), end="")
