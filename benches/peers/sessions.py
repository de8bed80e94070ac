"""Times sessions of demarche and of NegMAS on the same domains, both in turn, and compares what came of them.

usage: python3 benches/peers/sessions.py DEMARCHE [CASE ...]

Each figure is processor time per session, without start-up: of demarche the difference of two lengths of
`batch --threads 1 --no-report --quiet` with its tables on disk, of NegMAS the sessions after the first.
"""

import csv
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from figures import rewrite, rewrite_goal, spread_of, when_and_where
from marginal import Marginal, batch
from peers import domains

TURNS = 5
# A run of demarche is made so long.
SECONDS_OF_A_RUN = 1.0
# The share by which weights and values vary where preferences are fresh in every session.
SPREAD = 0.05
SCENARIOS = Path("../shared/peers/negmas/scenarios")

CASES = {
    "a": "5 parties, 78,125 outcomes",
    "b": "5 parties, 6,561 outcomes",
    "c": "Car-A, 2 parties, 15,625 outcomes",
    "d": "Laptop, 2 parties, 27 outcomes",
}
# How many sessions NegMAS plays in a turn after the one that warms it up, by kind of preferences.
NEGMAS_SESSIONS = {
    "a": {"fresh": 3, "certain": 20},
    "b": {"fresh": 15, "certain": 60},
    "c": {"fresh": 30, "certain": 200},
    "d": {"fresh": 300, "certain": 600},
}
# What is compared: the spread of preferences, and NegMAS's mode; and the ratios to reach.
COMPARISONS = [("fresh", "default"), ("fresh", "tuned"), ("certain", "tuned")]
GOALS = {
    ("fresh", "default"): {"a": 5000, "b": 1500, "c": 2000, "d": 600},
    ("certain", "tuned"): {"a": 500, "b": 400, "c": 400, "d": 250},
}


FOLDERS = {"c": SCENARIOS / "p2_15625_car_a", "d": SCENARIOS / "p2_0027_laptop"}


def domain_of(demarche, case):
    if case == "a":
        return domains.made_up(5, 7, 5)
    if case == "b":
        return domains.made_up(5, 8, 3)
    return domains.imported(demarche, FOLDERS[case])


def first_sessions(demarche, scenario, domain, count, folder):
    """What parties want in the first sessions, and what comes of them; and the mean of all rounds."""
    out = folder / "first"
    batch(demarche, [scenario, "--draws"], max(count, 200), out)
    with open(out / "sessions.csv") as file:
        ended = list(csv.DictReader(file))
    with open(out / "draws.csv") as file:
        drawn = list(csv.DictReader(file))
    shutil.rmtree(out)
    parties = [domains.drawn_parties(domain, row) for row in drawn[:count]]
    results = [
        {
            "rounds": int(row["round"]),
            "agreement": [row[f"agreed_i{issue}"] for issue in range(len(domain["issues"]))]
            if row["ending"] == "agreement"
            else None,
        }
        for row in ended
    ]
    return parties, results[:count], statistics.mean(it["rounds"] for it in results)


def negmas(domain, mode, sessions):
    work = {"domain": domain, "mode": mode, "rounds": domains.ROUNDS, "sessions": sessions}
    command = [sys.executable, str(Path(__file__).parent / "negmas_side.py")]
    done = subprocess.run(command, input=json.dumps(work), check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def compare(demarche, case, kind, mode, folder):
    """A row of the table, and the ratios."""
    domain = domain_of(demarche, case)
    scenario = folder / f"{case}-{kind}.toml"
    scenario.write_text(domains.scenario(f"{case}-{kind}", domain, SPREAD if kind == "fresh" else 0))
    count = NEGMAS_SESSIONS[case][kind] + 1
    parties, expected, mean_rounds = first_sessions(demarche, scenario, domain, count, folder)
    ours = Marginal(demarche, [scenario], folder, SECONDS_OF_A_RUN)
    pairs, theirs = [], []
    for _ in range(TURNS):
        played = negmas(domain, mode, parties)
        theirs = played[1:]
        pairs.append((statistics.mean(it["seconds"] for it in theirs), ours.seconds_of_a_session()))
    equal = sum(
        its["rounds"] == own["rounds"] and its["agreement"] == own["agreement"]
        for its, own in zip(theirs, expected[1:])
    )
    ratios = [their_seconds / own_seconds for their_seconds, own_seconds in pairs]
    row = (
        f"| {case}: {CASES[case]} | {kind} | {mode} "
        f"| {spread_of([it[0] * 1e3 for it in pairs])} ms | {spread_of([it[1] * 1e6 for it in pairs])} µs "
        f"| **{statistics.median(ratios):,.0f}** ({min(ratios):,.0f}–{max(ratios):,.0f}) "
        f"| {statistics.mean(it['rounds'] for it in theirs):.1f} / {mean_rounds:.1f} "
        f"| {equal} of {len(theirs)} |"
    )
    return row, ratios


def main():
    demarche = str(Path(sys.argv[1]).resolve())
    cases = sys.argv[2:] or list(CASES)
    lines = [
        "| case | preferences | NegMAS's mode | NegMAS, a session | demarche, a session "
        "| ratio: median (lowest–highest) | mean rounds | equal sessions |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    print("\n".join(lines), flush=True)
    reached = {}
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            if case in FOLDERS and not FOLDERS[case].exists():
                print(f"skipped: case {case}, since there are no files at {FOLDERS[case]}")
                continue
            for kind, mode in COMPARISONS:
                row, reached[case, kind, mode] = compare(demarche, case, kind, mode, Path(folder))
                lines.append(row)
                print(row, flush=True)
    if list(reached) == [(case, *it) for case in CASES for it in COMPARISONS]:
        rewrite("peers-sessions", [when_and_where(), "", *lines])
        for (kind, mode), goals in GOALS.items():
            for case, goal in goals.items():
                ratios = reached[case, kind, mode]
                middle = statistics.median(ratios)
                measured = f"{middle:,.0f} ({min(ratios):,.0f}–{max(ratios):,.0f})"
                rewrite_goal(f"case {case}, preferences {kind}", measured, middle >= goal)


if __name__ == "__main__":
    main()
