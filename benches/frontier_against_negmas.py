"""Times NegMAS and demarche on the same domain: the Pareto frontier and the solution points.

Needs `pip install negmas==0.16.0` and a Rust toolchain; run it in the project's folder.
Both times are seconds of processor time of one run on this machine.
"""

import json
import re
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from negmas import LinearAdditiveUtilityFunction, make_issue, make_os
from negmas.preferences.ops import calc_scenario_stats
from negmas.preferences.value_fun import TableFun

PARTIES, ISSUES, OPTIONS, SEED = 5, 7, 5, 7


def domain():
    """For each party normalised weights, and for each issue a permutation of even steps."""
    luck = np.random.default_rng(SEED)
    res = []
    for _ in range(PARTIES):
        weights = luck.random(ISSUES)
        weights /= weights.sum()
        steps = np.linspace(0, 1, OPTIONS)
        values = [luck.permutation(steps).tolist() for _ in range(ISSUES)]
        res.append({"weights": weights.tolist(), "values": values})
    return res


def negmas_seconds(parties):
    names = [f"v{k}" for k in range(OPTIONS)]
    space = make_os([make_issue(values=names, name=f"i{i}") for i in range(ISSUES)])
    utilities = [
        LinearAdditiveUtilityFunction(
            values=[TableFun(dict(zip(names, values))) for values in party["values"]],
            weights=party["weights"],
            outcome_space=space,
            reserved_value=0.0,
        )
        for party in parties
    ]
    before = time.process_time()
    stats = calc_scenario_stats(utilities)
    return time.process_time() - before, len(stats.pareto_utils)


def demarche_report(parties):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "domain.json"
        path.write_text(json.dumps(parties))
        command = ["cargo", "bench", "--quiet", "--bench", "frontier", "--", str(path)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    parties = domain()
    report = demarche_report(parties)
    lines = re.findall(r"(\S+): (\d+) outcomes, (\d+) on the frontier, (\S+) s", report)
    theirs, n_theirs = negmas_seconds(parties)
    print(f"NegMAS, this domain: {n_theirs} on the frontier, {theirs:.2f} s")
    for name, n_outcomes, n_frontier, seconds in lines:
        ratio = float(seconds) / theirs
        print(
            f"demarche, {'this' if name == 'file' else 'a made-up'} domain of {n_outcomes} outcomes: "
            f"{n_frontier} on the frontier, {seconds} s = {ratio:.5f} of NegMAS's time"
        )


if __name__ == "__main__":
    main()
