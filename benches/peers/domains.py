"""The negotiations that both sides play: the same numbers as a scenario file and as NegMAS's objects.

A domain is a dictionary: `issues` (for each its options' identifiers), `parties` (for each its weights, and a
list of values per issue), `divisor` (utilities in the scenario file are NegMAS's divided by it) and `order` (a
letter per party: B for Boulware, C for Conceder). All reservation values are 0.
"""

import subprocess
import tomllib

ROUNDS = 100
SEED = 7
EXPONENTS = {"B": "boulware", "C": "conceder"}


def made_up(n_parties, n_issues, n_options):
    """For each party normalised weights, and for each issue a permutation of even steps."""
    import numpy as np

    luck = np.random.default_rng(SEED)
    parties = []
    for _ in range(n_parties):
        weights = luck.random(n_issues)
        weights /= weights.sum()
        steps = np.linspace(0, 1, n_options)
        values = [luck.permutation(steps).tolist() for _ in range(n_issues)]
        parties.append({"weights": weights.tolist(), "values": values})
    return {
        "issues": [[f"v{option}" for option in range(n_options)] for _ in range(n_issues)],
        "parties": parties,
        "divisor": 1.0,
        "order": ("BC" * n_parties)[:n_parties],
    }


def imported(demarche, folder):
    """A folder of GENIUS's files, with the numbers unscaled, as NegMAS loads them."""
    command = [demarche, "import", "--raw", *sorted(map(str, folder.glob("*.xml")))]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    file = tomllib.loads(text)
    issues = {issue["id"]: [option["id"] for option in issue["options"]] for issue in file["issue"]}
    parties = []
    for party in file["party"]:
        assert party["reservation_value"] == 0.0, f"{folder}: a reservation value above 0"
        preferences = {it["issue"]: it for it in party["preference"]}
        parties.append(
            {
                "weights": [preferences[issue]["weight"] for issue in issues],
                "values": [
                    [preferences[issue]["utility"][option] for option in options]
                    for issue, options in issues.items()
                ],
            }
        )
    return {
        "issues": list(issues.values()),
        "parties": parties,
        "divisor": file.get("utilities_divided_by", 1.0),
        "order": ("BC" * len(parties))[: len(parties)],
    }


def scenario(name, domain, spread):
    """The domain as a scenario file.

    With a spread above 0, every weight is uniform within that share of itself, and every value within that
    share of the issue's greatest: then all preferences are drawn anew in every session.
    """

    def number(value, half_width):
        if spread == 0:
            return repr(value)
        low, high = max(0.0, value - half_width), min(1.0, value + half_width)
        return f"{{ uniform = {{ min = {low!r}, max = {high!r} }} }}"

    lines = [
        "schema = 1",
        f'name = "{name}"',
        f'title = "{name}"',
        'kind = "synthetic"',
        f"utilities_divided_by = {domain['divisor']!r}" if domain["divisor"] != 1.0 else "",
        "[protocol.alternating_offers]",
        f"deadline_rounds = {ROUNDS}",
        'relative_time = "genius"',
    ]
    for index, options in enumerate(domain["issues"]):
        entries = ", ".join(f'{{ id = "{it}", label = "{it}" }}' for it in options)
        lines += ["[[issue]]", f'id = "i{index}"', f'label = "{index}"', f"options = [{entries}]"]
    for index, (party, letter) in enumerate(zip(domain["parties"], domain["order"])):
        rule = f'exponent = "{EXPONENTS[letter]}", unit = {1 / domain["divisor"]!r}'
        lines += ["[[party]]", f'id = "p{index}"', f'label = "{index}"', "reservation_value = 0.0"]
        lines.append(f"strategy = [{{ p = 1.0, negmas_time_based = {{ {rule} }} }}]")
        for issue, (weight, values) in enumerate(zip(party["weights"], party["values"])):
            half_width = spread * max(values)
            utilities = ", ".join(
                f"{option} = {number(value, half_width)}"
                for option, value in zip(domain["issues"][issue], values)
            )
            lines += [
                "[[party.preference]]",
                f'issue = "i{issue}"',
                f"weight = {number(weight, spread * weight)}",
                f"utility = {{ {utilities} }}",
            ]
    return "\n".join(lines) + "\n"


def drawn_parties(domain, row):
    """The parties as a row of draws.csv has them, with constants where the table has no column."""
    return [
        {
            "weights": [
                float(row.get(f"party.p{index}.preference.i{issue}.weight", weight))
                for issue, weight in enumerate(party["weights"])
            ],
            "values": [
                [
                    float(row.get(f"party.p{index}.preference.i{issue}.utility.{option}", value))
                    for option, value in zip(domain["issues"][issue], values)
                ]
                for issue, values in enumerate(party["values"])
            ],
        }
        for index, party in enumerate(domain["parties"])
    ]
