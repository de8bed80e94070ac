"""Times Pareto frontiers of demarche and of moocore on the same utilities, in turn, each within its process.

usage: python3 benches/peers/frontiers.py

Both are handed all utilities as one table of floats and find the outcomes that no other is as good as for all and
better for one; of equal ones, one is kept. Of demarche the time with the solution points is taken too, and NegMAS's
for the same, once, at the size where it takes seconds.
"""

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
sys.path.insert(0, str(Path(__file__).parent.parent))
import moocore
import numpy as np
from figures import rewrite, rewrite_goal, spread_of, when_and_where
from peers import domains

TURNS = 5
ROUNDS = 3
# Parties, issues and options.
SIZES = [(2, 7, 5), (5, 7, 5), (8, 7, 5), (5, 9, 4), (5, 9, 5)]
WITH_NEGMAS = (5, 7, 5)
GOAL = 0.7


def table(domain):
    """A row per outcome, the last issue varying fastest, and a column per party: sums from the first issue on."""
    columns = []
    for party in domain["parties"]:
        sums = np.zeros(1)
        for weight, values in zip(party["weights"], party["values"]):
            sums = (sums[:, None] + (weight * np.array(values))[None, :]).ravel()
        columns.append(sums)
    return np.ascontiguousarray(np.stack(columns, axis=1))


def moocore_seconds(utilities):
    seconds = []
    for _ in range(ROUNDS):
        before = time.process_time()
        found = moocore.is_nondominated(utilities, maximise=True)
        seconds.append(time.process_time() - before)
    return statistics.median(seconds), int(found.sum())


def demarche_seconds(path):
    """Of the frontier alone and with solution points, and the size of the frontier."""
    command = ["cargo", "bench", "--locked", "--quiet", "--bench", "frontier", "--", str(path)]
    report = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"(\d+) on the frontier, (\S+) s alone, (\S+) s with points", report)
    return float(found[2]), float(found[3]), int(found[1])


def negmas_seconds(domain):
    from negmas import LinearAdditiveUtilityFunction, make_issue, make_os
    from negmas.preferences.ops import calc_scenario_stats
    from negmas.preferences.value_fun import TableFun

    issues = domain["issues"]
    space = make_os([make_issue(values=it, name=f"i{index}") for index, it in enumerate(issues)])
    functions = [
        LinearAdditiveUtilityFunction(
            values=[TableFun(dict(zip(names, values))) for names, values in zip(issues, party["values"])],
            weights=party["weights"],
            outcome_space=space,
            reserved_value=0.0,
        )
        for party in domain["parties"]
    ]
    before = time.process_time()
    calc_scenario_stats(functions)
    return time.process_time() - before


def main():
    lines = [
        "| outcomes × parties | on the frontier | moocore | demarche | of moocore's time: median (lowest–highest) "
        "| demarche, with solution points |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    print("\n".join(lines), flush=True)
    worst, notes = 0.0, []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "domain.json"
        for size in SIZES:
            domain = domains.made_up(*size)
            path.write_text(json.dumps(domain["parties"]))
            utilities = table(domain)
            theirs, ours, with_points = [], [], []
            for _ in range(TURNS):
                seconds, size_of_theirs = moocore_seconds(utilities)
                theirs.append(seconds)
                alone, all_of_it, size_of_ours = demarche_seconds(path)
                ours.append(alone)
                with_points.append(all_of_it)
                assert size_of_ours == size_of_theirs, f"{size}: {size_of_ours}, {size_of_theirs}"
            ratios = [own / its for own, its in zip(ours, theirs)]
            worst = max(worst, statistics.median(ratios))
            lines.append(
                f"| {len(utilities):,} × {size[0]} | {size_of_ours:,} | {spread_of([it * 1e3 for it in theirs])} ms "
                f"| {spread_of([it * 1e3 for it in ours])} ms "
                f"| **{statistics.median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f}) "
                f"| {spread_of([it * 1e3 for it in with_points])} ms |"
            )
            print(lines[-1], flush=True)
            if size == WITH_NEGMAS:
                its = negmas_seconds(domain)
                own = statistics.median(with_points)
                notes.append(
                    f"NegMAS takes {its:.1f} s for the frontier and the solution points of "
                    f"{len(utilities):,} × {size[0]}, {its / own:,.0f} times as long."
                )
                print(notes[-1], flush=True)
    rewrite("peers-frontiers", [when_and_where(), "", *lines, "", *notes])
    rewrite_goal("Pareto frontiers", f"{worst:.2f} at the slowest size", worst <= GOAL)


if __name__ == "__main__":
    main()
