"""Times what is not a session alone: tables, claims and a study, on the flagship.

usage: python3 benches/batches.py DEMARCHE

Each figure is processor time on one thread, the difference of two lengths of a run; ratios are of runs in turn.
"""

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from figures import PAGE, rewrite, rewrite_goal, spread_of, when_and_where
from marginal import Marginal, run

SECONDS = 1.5
TURNS = 5
# Sessions that are examined for reasons of failure, which is no part of a session.
EXAMINED = 1_000
SCENARIOS = PAGE.parent.parent / "configs/scenarios"
FLAGSHIP = SCENARIOS / "alaska-2025.toml"
STUDY_SESSIONS = 194_560


def said(ratios):
    return f"{statistics.median(ratios):.2f} ({spread_of(ratios)})"


def each(command, few, many):
    """Seconds of one more of the last argument."""
    return (run([*command, str(many)])[0] - run([*command, str(few)])[0]) / (many - few)


def tables(demarche, folder):
    for name, scenario in [("flagship", FLAGSHIP), ("two villages", SCENARIOS / "two-villages.toml")]:
        without, with_tables = (
            Marginal(demarche, [scenario, "--tables", it], folder, SECONDS, EXAMINED)
            for it in ["summary", "sessions,parties"]
        )
        pairs = [(without.seconds_of_a_session(), with_tables.seconds_of_a_session()) for _ in range(TURNS)]
        ratios, seconds = [b / a for a, b in pairs], statistics.median(it[1] for it in pairs)
        yield f"{name}: a session with its rows in tables", seconds, f"{said(ratios)} of one without"
        # There is no goal for two villages, whose sessions are hardly more than their rows.
        if scenario == FLAGSHIP:
            rewrite_goal(f"`batch` with tables, {name}", said(ratios), statistics.median(ratios) <= 1.1)


def claims(demarche, _):
    command = [demarche, "check", str(FLAGSHIP), "--draws"]
    seconds = statistics.median(each(command, 1_000, 10_000) for _ in range(TURNS))
    yield "flagship: a draw with all claims (`check`)", seconds, ""
    rewrite_goal("a draw with all claims, flagship", f"{seconds * 1e6:.0f} µs", seconds <= 15e-6)


def study(demarche, folder):
    out = folder / "study"
    options = ["--threads", "1", "--no-report", "--quiet", "--out", str(out), "--points"]
    command = [demarche, "sensitivity", str(FLAGSHIP), *options]
    seconds = []
    for points in (32, 64):
        seconds.append(run([*command, str(points)])[0])
        with open(out / "manifest.json") as file:
            sessions = int(file.read().split('"sessions": ')[1].split(",")[0])
        shutil.rmtree(out)
    # Twice the points are twice the sessions.
    each_session = (seconds[1] - seconds[0]) / (sessions / 2)
    whole = each_session * STUDY_SESSIONS
    yield "flagship: a session of `sensitivity`", each_session, f"{whole:.0f} s for {STUDY_SESSIONS:,} sessions"
    rewrite_goal("`sensitivity`, flagship", f"{whole:.0f} s", whole <= 120)


def figure(seconds):
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.3g} µs"


def main():
    demarche = str(Path(sys.argv[1]).resolve())
    lines = ["| what | time | ratio |", "| --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as folder:
        for measure in [tables, claims, study]:
            for what, seconds, ratio in measure(demarche, Path(folder)):
                lines.append(f"| {what} | {figure(seconds)} | {ratio} |")
                print(lines[-1], flush=True)
    rewrite("batches", [when_and_where(), "", *lines])


if __name__ == "__main__":
    main()
